"""What protects a disk: which policies, snapshots, replicas and backup plans work, which do not, what is unknown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from advisor.checks.clock import longest_gap_s, made_at, run_hours
from advisor.checks.lookups import Lookups
from advisor.model.inventory import Origin, Resource
from advisor.model.units import DAY, format_duration

POLICY_IN_SERVICE = frozenset({"normal", "正常"})
SNAPSHOT_FAILED = frozenset({"failed", "error"})
SNAPSHOT_FINISHED = frozenset({"", "accomplished"})
PAIR_WORKING = frozenset({"", "normal", "syncing", "manual_syncing", "active"})
"""States in which a pair keeps up its copy; in all others it has none yet, has stopped, was turned round, or nobody
knows what it does. A status that nobody told (empty) counts as one of these."""
JITTER = "snapshot.auto_policy.start_jitter"

State = Literal["working", "broken", "unknown"]


@dataclass(frozen=True, slots=True)
class Guard:
    """One way in which a disk is, or is not, protected."""

    state: State
    words: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Cover:
    """All that was found out about a disk's protection. ``unlisted`` names the ways that no file tells of."""

    guards: tuple[Guard, ...]
    unlisted: tuple[str, ...] = ()

    def words(self, state: State) -> tuple[str, ...]:
        return tuple(guard.words for guard in self.guards if guard.state == state)

    @property
    def works(self) -> bool:
        return bool(self.words("working"))

    @property
    def is_known(self) -> bool:
        return self.works or not self.words("unknown")

    @property
    def origins(self) -> tuple[Origin, ...]:
        return tuple(dict.fromkeys(guard.origin for guard in self.guards))


def cover_of(estate: Lookups, disk: Resource, rpo_s: float | None) -> Cover:
    """The protection of a disk. A snapshot without a policy counts while it is younger than ``rpo_s``, without such a
    target for ever."""
    guards = (*_policies(estate, disk), *_snapshots(estate, disk, rpo_s), *_pairs(estate, disk), *_plans(estate, disk))
    unlisted = []
    if not estate.told("replica_pair", disk.region):
        unlisted.append("replica pairs")
    if not estate.told("backup_plan", disk.region):
        unlisted.append(unlisted_plans(estate, disk.region))
    return Cover(guards, tuple(unlisted))


def unlisted_plans(estate: Lookups, region: str | None) -> str:
    """What no file lists of the backup plans of a region: all of them, or those that bind a policy."""
    only_plans = estate.inventory.calls_missing("backup_plan", region) == ("DescribePolicyBindings",)
    return "bindings of backup policies" if only_plans else "backup plans"


def is_switched_off(disk: Resource) -> bool:
    """Whether automatic snapshots are switched off on the disk itself; unknown is not."""
    return disk.flag("auto_snapshot_enabled") is False or disk.flag("auto_snapshot_allowed") is False


def is_in_service(policy: Resource) -> bool:
    """Whether a policy runs; a status that nobody told counts as running."""
    return policy.status is None or policy.status.lower() in POLICY_IN_SERVICE


def is_pair_working(pair: Resource) -> bool:
    """Whether a replication pair has a copy and keeps it up; one that nobody told counts as working."""
    return (pair.status or "").lower() in PAIR_WORKING


def is_plan_working(plan: Resource) -> bool:
    """Whether a backup plan is switched on, and at least one of its rules."""
    rules = plan.records("rules")
    return plan.flag("disabled") is not True and not (rules and all(rule.get("disabled") is True for rule in rules))


def is_finished(snapshot: Resource) -> bool:
    """Whether a snapshot can be used; a status that nobody told counts as finished."""
    return (snapshot.status or "").lower() in SNAPSHOT_FINISHED


def is_failed(snapshot: Resource) -> bool:
    return (snapshot.status or "").lower() in SNAPSHOT_FAILED


def working_policies(estate: Lookups, disk: Resource) -> tuple[Resource, ...]:
    """The listed policies that do take snapshots of the disk."""
    if is_switched_off(disk):
        return ()
    found = (estate.get(policy) for policy in disk.texts("snapshot_policy_ids"))
    return tuple(policy for policy in found if policy is not None and is_in_service(policy))


def gap_s(policies: Iterable[Resource]) -> float | None:
    """Longest gap in seconds of several policies together; None where the schedule of one is not known."""
    hours = [run_hours(policy) for policy in policies]
    known = [item for item in hours if item is not None]
    return longest_gap_s(frozenset().union(*known)) if known and len(known) == len(hours) else None


def jitter_s(estate: Lookups) -> float:
    """Seconds within which a scheduled run may begin."""
    return estate.rules.fact(JITTER).seconds().high


def retention_s(policy: Resource, attribute: str = "retention_days") -> float | None:
    """Seconds for which snapshots are kept, inf for ever, None where unknown."""
    days = policy.number(attribute)
    return None if days is None else math.inf if days < 0 else days * DAY


def snapshots_of(estate: Lookups, disk: Resource) -> tuple[Resource, ...]:
    return estate.inventory.snapshots_by_disk.get(disk.id, ())


def runs_of(estate: Lookups, disk: Resource) -> tuple[tuple[datetime, Resource], ...]:
    """The snapshots taken of the disk in its own region with the time of each, oldest first."""
    local = (item for item in snapshots_of(estate, disk) if item.region in (disk.region, None))
    dated = ((made_at(item), item) for item in local if not item.text("source_snapshot_id"))
    return tuple(sorted(((when, item) for when, item in dated if when), key=lambda pair: (pair[0], pair[1].id)))


def _policies(estate: Lookups, disk: Resource) -> Iterator[Guard]:
    if "snapshot_policy_ids" not in disk.attributes and disk.flag("auto_snapshot_enabled") is not False:
        yield Guard("unknown", "whether a snapshot policy is attached", disk.origin)
    for policy_id in disk.texts("snapshot_policy_ids"):
        policy = estate.get(policy_id)
        if is_switched_off(disk):
            yield Guard("broken", f"policy {policy_id} is attached, but switched off on the disk", disk.origin)
        elif policy is None:
            yield Guard("unknown", f"policy {policy_id}, which is in no file", disk.origin)
        elif is_in_service(policy):
            yield Guard("working", f"policy {policy.label}", policy.origin)
        else:
            yield Guard("broken", f"policy {policy.label} has status {policy.status}", policy.origin)


def _snapshots(estate: Lookups, disk: Resource, rpo_s: float | None) -> Iterator[Guard]:
    found = snapshots_of(estate, disk)
    dated = [(made_at(item), item) for item in found if is_finished(item)]
    stamps = sorted(((when, item) for when, item in dated if when), key=lambda pair: (pair[0], pair[1].id))
    if stamps:
        when, newest = stamps[-1]
        age = estate.age_s(when)
        state: State = "working" if rpo_s is None or age <= rpo_s else "broken"
        yield Guard(state, f"the newest finished snapshot {newest.id} is {format_duration(age)} old", newest.origin)
    elif dated:
        yield Guard("unknown", f"the age of snapshot {dated[0][1].id}", dated[0][1].origin)
    elif found:
        states = ", ".join(sorted({str(item.status) for item in found}))
        yield Guard("broken", f"no finished snapshot, only {states}", found[0].origin)
    elif estate.told("snapshot", disk.region):
        yield Guard("broken", "no snapshot", disk.origin)
    else:
        yield Guard("unknown", "snapshots, which no file lists for this region", disk.origin)


def _pairs(estate: Lookups, disk: Resource) -> Iterator[Guard]:
    for pair in estate.inventory.pairs_by_disk.get(disk.id, ()):
        state: State = "working" if is_pair_working(pair) else "broken"
        yield Guard(state, f"replica pair {pair.label} has status {pair.status or 'unknown'}", pair.origin)


def _plans(estate: Lookups, disk: Resource) -> Iterator[Guard]:
    for plan in estate.plans_of_disk(disk):
        if is_plan_working(plan):
            yield Guard("working", f"backup plan {plan.label}", plan.origin)
        else:
            yield Guard("broken", f"backup plan {plan.label} is disabled", plan.origin)
