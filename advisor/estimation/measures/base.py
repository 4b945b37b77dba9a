"""What every measure needs: the place to recover in, stable ids, and reasons where something cannot be done."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from advisor.estimation.context import Context
from advisor.model.graph import Component
from advisor.model.inventory import Resource
from advisor.model.plan import Action, Infeasible, Mechanism
from advisor.model.recovery import Proposal, Protection

MAINLAND = "Chinese mainland"


@dataclass
class Gathered:
    """Proposals and reasons collected by one measure for one workload."""

    proposals: list[Proposal] = field(default_factory=list)
    infeasible: list[Infeasible] = field(default_factory=list)

    def infeasible_keys(self) -> list[Infeasible]:
        """The reasons in a stable order."""
        return sorted(self.infeasible, key=lambda item: (item.component, item.mechanism, item.resource, item.reason))

    def reject(
        self, mechanism: Mechanism, component: Component, resource: str, reason: str, fact: str | None = None
    ) -> None:
        self.infeasible.append(
            Infeasible(mechanism=mechanism, component=component.id, resource=resource, reason=reason, fact=fact)
        )


def slug(text: str, limit: int = 24) -> str:
    """A short ASCII identifier from free text; empty where nothing is left of it."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:limit].strip("-")


def proposal(
    context: Context,
    mechanism: Mechanism,
    component: Component,
    key: str,
    title: str,
    region: str,
    resources: Sequence[str],
    params: Mapping[str, JsonValue],
    *,
    verb: str = "create",
    shared_id: str | None = None,
    extra: Mapping[str, object] | None = None,
) -> Proposal:
    """One protection with the one action that makes it. ``extra`` are parameters for the estimate alone."""
    action = Action(
        id=f"{context.workload.name}/{mechanism}/{component.id}/{key}",
        mechanism=mechanism,
        verb=verb,  # type: ignore[arg-type]  # checked by pydantic
        workload=context.workload.name,
        component=component.id,
        title=title,
        region=region,
        resources=tuple(resources),
        touches=max(1, len(resources)),
        params=dict(params),
        shared_id=shared_id,
    )
    covered = tuple(resources)
    protection = Protection(mechanism, component.id, covered, {**params, **(extra or {})})
    return Proposal(key, protection, (action,))


def dr_region(context: Context, source: str | None) -> str | None:
    """Where to recover when ``source`` fails: the owner's first other region, else a region the estate already uses
    in the
    same geography, else the region with most zones there. Data never leaves its geography unasked."""
    wished = [region for region in context.spec.dr_regions if region != source]
    if wished:
        return wished[0]
    catalogue = context.rules.regions
    home = catalogue.get(source or "")
    if home is None:
        return None
    near = [r for r in catalogue.values() if r.geography == home.geography and r.id != source and not r.closing]
    for region in sorted(filter(None, context.inventory.vswitches_by_region)):
        if any(item.id == region for item in near):
            return region
    best = max(near, key=lambda item: (len(item.zones), item.id), default=None)
    return best.id if best and len(best.zones) > 1 else None


def same_side(context: Context, first: str, second: str) -> bool:
    """Whether both regions lie on the same side of the mainland border (snapshot copies stay on one side)."""
    one, other = context.rules.regions.get(first), context.rules.regions.get(second)
    return one is not None and other is not None and (one.geography == MAINLAND) == (other.geography == MAINLAND)


def expand_zones(patterns: Sequence[str]) -> frozenset[str]:
    """Zone ids of lists such as ``cn-hangzhou-b/f/g`` and ``eu-central-1a/b``."""
    zones: set[str] = set()
    for pattern in patterns:
        first, *others = pattern.split("/")
        zones.add(first)
        zones.update(first[:-1] + letter for letter in others)
    return frozenset(zones)


def pick_zone(context: Context, region: str, allowed: Sequence[str], avoid: Sequence[str]) -> str | None:
    """A zone of the region to build in: one with a vSwitch first, then by id; never one of ``avoid``."""
    entry = context.rules.regions.get(region)
    known = entry.zones if entry else ()
    candidates = [zone for zone in known if zone not in avoid and (not allowed or zone in allowed)]
    with_switch = {item.zone for item in context.inventory.vswitches_by_region.get(region, ())}
    return min(candidates, key=lambda zone: (zone not in with_switch, zone), default=None)


def first_member(context: Context, component: Component) -> Resource | None:
    members = context.members(component)
    return members[0] if members else None
