"""What the conditions are given: the look-ups, and what protects each disk, worked out once for all checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from advisor.checks.lookups import Lookups
from advisor.checks.protection import Cover, cover_of, gap_s, working_policies
from advisor.model.inventory import Resource


@dataclass(frozen=True)
class Estate(Lookups):
    """An inventory with all that is known of the protection of its disks."""

    @cached_property
    def covers(self) -> Mapping[str, Cover]:
        """The protection of every guarded disk; a snapshot by hand counts within the RPO for logical errors."""
        return {disk.id: cover_of(self, disk, self.logical_rpo_s(disk)) for disk in self.guarded_disks}

    def logical_rpo_s(self, disk: Resource) -> float | None:
        """Seconds of data that may be lost to a logical error on this disk; None without a target."""
        return self.target(self.home_of_disk(disk), "logical").rpo_s

    @cached_property
    def _policies(self) -> Mapping[str, tuple[Resource, ...]]:
        return {disk.id: working_policies(self, disk) for disk in self.guarded_disks}

    def policies_of(self, disk: Resource) -> tuple[Resource, ...]:
        """The listed policies that do take snapshots of a guarded disk."""
        return self._policies.get(disk.id, ())

    def gap_alone(self, policy: Resource) -> float:
        """Longest gap in seconds of one policy; 0 where its schedule is not known."""
        return self._gaps_alone.get(policy.id, 0.0)

    @cached_property
    def _gaps_alone(self) -> Mapping[str, float]:
        return {policy.id: gap_s([policy]) or 0.0 for policy in self.of_kind("snapshot_policy")}

    @cached_property
    def _gaps(self) -> Mapping[tuple[str, ...], float | None]:
        sets = {tuple(policy.id for policy in policies): policies for policies in self._policies.values()}
        return {ids: gap_s(policies) for ids, policies in sets.items()}

    def gap_of(self, disk: Resource) -> float | None:
        """Longest gap in seconds of all policies of a guarded disk; None where there is none or it is not known."""
        return self._gaps.get(tuple(policy.id for policy in self.policies_of(disk)))
