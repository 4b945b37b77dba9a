"""What a backup policy says, filled into the plans that bind it: a binding names its policy and says no more."""

from __future__ import annotations

from typing import Final

from advisor.model.tables import ABSENT, Tables

_OF_THE_POLICY: Final = ("schedule", "retention_days", "vault_id", "backup_type", "copy_regions")


def complete_bindings(resources: Tables) -> None:
    """Name, schedule, retention, vault and copies of each bound plan, from its policy where a file lists it, in place.

    Nothing that the plan itself states is changed; without the policy they stay unknown."""
    plans, policies = resources.table("backup_plan"), resources.table("backup_policy")
    if not len(policies):
        return
    for row, policy in enumerate(plans.texts("policy_id")):
        place = resources.place(policy) if policy else None
        if place is None or place[0] is not policies:
            continue
        plans.names[row] = plans.names[row] or policies.names[place[1]]
        for name in _OF_THE_POLICY:
            value = policies.column(name)[place[1]]
            if value is not ABSENT and plans.column(name)[row] is ABSENT:
                plans.set(row, name, value)
                plans.derived[name][row] = policy
