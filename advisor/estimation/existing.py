"""What the inventory shows of copies that exist: policies that work, finished snapshots, replica pairs, backup
plans."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from advisor.estimation.context import Context, age_s, longest_gap_s
from advisor.estimation.levels import can_snapshot, copy_level, file_backup_level, replica_level, snapshot_levels
from advisor.model.inventory import Resource
from advisor.model.recovery import Level, Protection
from advisor.model.units import DAY, HOUR, MINUTE, WEEK

SINGLE = "snapshot.single.period"
SNAPSHOT_STATUS_DONE = "accomplished"
POLICY_STATUS_ACTIVE = "normal"
REPLICA_STATUS_ACTIVE = ("normal", "syncing", "manual_syncing")
_SCHEDULE = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$")  # ISO 8601, as in I|start|PT1H


def active_policies(context: Context, disk: Resource) -> tuple[Resource, ...]:
    """Policies that do take snapshots of this disk: attached, in state Normal, and not switched off on the disk."""
    if not switched_on(disk) or not can_snapshot(disk):
        return ()
    policies = (context.inventory.get(policy) for policy in disk.texts("snapshot_policy_ids"))
    return tuple(
        policy
        for policy in policies
        if policy is not None and (policy.status or POLICY_STATUS_ACTIVE).lower() == POLICY_STATUS_ACTIVE
    )


def switched_on(disk: Resource) -> bool:
    """Whether automatic snapshots are on for the disk: neither the policy's switch nor the disk's own is off."""
    return disk.flag("auto_snapshot_enabled") is not False and disk.flag("auto_snapshot_allowed") is not False


def policy_schedule(policy: Resource) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Hours and ISO weekdays at which a policy runs, as the inventory says."""
    hours = tuple(int(float(value)) for value in policy.texts("time_points"))
    weekdays = tuple(int(float(value)) for value in policy.texts("repeat_weekdays"))
    return hours, weekdays


def policy_levels(context: Context, disk: Resource, policy: Resource, covering: Sequence[Protection]) -> list[Level]:
    gap = longest_gap_s(*policy_schedule(policy))
    retention = _retention(policy.number("retention_days"))
    name = f"snapshots by policy {policy.name or policy.id}"
    levels = snapshot_levels(context, disk, name, gap, retention)
    for region in copied_regions(policy):
        levels.append(copy_level(context, disk, levels, region, _retention(policy.number("copy_retention_days"))))
    for protection in covering:
        if protection.mechanism == "snapshot_copy" and protection.text("extends") == policy.id:
            region = protection.text("target_region") or ""
            levels.append(copy_level(context, disk, levels, region, protection.number("retention_days") * DAY))
    return levels


def copied_regions(policy: Resource) -> tuple[str, ...]:
    """Regions to which the policy does copy its snapshots."""
    return policy.texts("copy_regions") if policy.flag("copy_enabled") is not False else ()


def _retention(days: float | None) -> float:
    """Seconds of retention; the API writes -1 for ever, and an unlimited one where it says nothing (its default)."""
    return math.inf if days is None or days < 0 else days * DAY


def newest_snapshots(context: Context, disk: Resource) -> list[Level]:
    """The newest finished snapshot per region of the disk, where no schedule takes the next one.

    It grows older every day, so it is judged at the end of the planned period: its age today is the hold, the period
    the
    accumulation."""
    newest: dict[str, tuple[float, Resource]] = {}
    for snapshot in context.inventory.snapshots_by_disk.get(disk.id, ()):
        age = age_s(snapshot.text("created_at"), context.as_of)
        if age is None or not _finished(snapshot):
            continue
        region = snapshot.region or ""
        if region not in newest or age < newest[region][0]:
            newest[region] = (age, snapshot)
    period = context.seconds(SINGLE).high
    return [
        Level(
            f"newest existing snapshot {snapshot.id}",
            "point_in_time",
            region,
            accumulation_s=period,
            hold_s=age,
            mechanism="snapshot",
            facts=(SINGLE,),
            note="an existing snapshot grows older every day unless a policy takes new ones",
        )
        for region, (age, snapshot) in sorted(newest.items())
    ]


def _finished(snapshot: Resource) -> bool:
    return (snapshot.status or SNAPSHOT_STATUS_DONE).lower() == SNAPSHOT_STATUS_DONE


def replicas(context: Context, disk: Resource) -> list[Level]:
    return [
        replica_level(
            context,
            disk,
            f"replica disk {pair.text('destination_disk_id') or pair.id}",
            pair.text("destination_region") or "",
            pair.text("destination_zone"),
        )
        for pair in context.inventory.pairs_by_disk.get(disk.id, ())
        if (pair.status or "").lower() in REPLICA_STATUS_ACTIVE
    ]


def backup_plans(context: Context, disk: Resource) -> list[Level]:
    """Levels of the enabled backup plans of the disk or its instance, as often and as long as they say."""
    levels = []
    reached = (disk.id, *disk.texts("instance_ids"))
    plans = {plan.id: plan for one in reached for plan in context.inventory.plans_by_target.get(one, ())}
    for plan in plans.values():
        gap = schedule_interval_s(plan.text("schedule"))
        if plan.flag("disabled") or gap is None or disk.id in plan.texts("excluded_disk_ids"):
            continue
        kept = _retention(plan.number("retention_days"))
        levels.append(file_backup_level(context, disk, f"backup plan {plan.name or plan.id}", gap, kept, ()))
    return levels


def schedule_interval_s(schedule: str | None) -> float | None:
    """Seconds between two runs of a schedule such as ``I|1735689600|P1D``; None where it cannot be read."""
    match = _SCHEDULE.match((schedule or "").rsplit("|", 1)[-1])
    if match is None or not any(match.groups()):
        return None
    sizes = (WEEK, DAY, HOUR, MINUTE)
    return sum(int(part) * size for part, size in zip(match.groups(), sizes, strict=True) if part)
