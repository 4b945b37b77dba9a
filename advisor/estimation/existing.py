"""What the inventory shows of copies that exist: policies that work, finished snapshots, replica pairs, backup
plans."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from advisor.estimation.context import Context, age_s, longest_gap_s
from advisor.estimation.levels import can_snapshot, copy_level, file_backup_level, replica_level, snapshot_levels
from advisor.model.inventory import Resource
from advisor.model.recovery import Level, Protection
from advisor.model.schedules import interval_s
from advisor.model.units import DAY

SINGLE = "snapshot.single.period"
SNAPSHOT_STATUS_DONE = "accomplished"
POLICY_STATUS_ACTIVE = ("normal", "正常")
REPLICA_STATUS_ACTIVE = ("normal", "syncing", "manual_syncing")


def active_policies(context: Context, disk: Resource) -> tuple[Resource, ...]:
    """Policies that do take snapshots of this disk: attached, in state Normal, and not switched off on the disk."""
    if not switched_on(disk) or not can_snapshot(disk):
        return ()
    policies = (context.inventory.get(policy) for policy in disk.texts("snapshot_policy_ids"))
    return tuple(policy for policy in policies if policy is not None and in_force(policy))


def in_force(policy: Resource) -> bool:
    """Whether a policy runs: one whose state nobody told does, one in a state that nobody knows is not counted on."""
    return not policy.status or policy.status.lower() in POLICY_STATUS_ACTIVE


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
    kept, copies_kept = policy.number("retention_days"), policy.number("copy_retention_days")
    name = f"snapshots by policy {policy.name or policy.id}"
    levels = [_kept(level, kept) for level in snapshot_levels(context, disk, name, gap, 0.0)]
    for region in copied_regions(policy):
        levels.append(_kept(copy_level(context, disk, levels, region, 0.0), copies_kept))
    for protection in covering:
        if protection.mechanism == "snapshot_copy" and protection.text("extends") == policy.id:
            region = protection.text("target_region") or ""
            levels.append(copy_level(context, disk, levels, region, protection.number("retention_days") * DAY))
    return levels


def copied_regions(policy: Resource) -> tuple[str, ...]:
    """Regions to which the policy does copy its snapshots."""
    return policy.texts("copy_regions") if policy.flag("copy_enabled") is not False else ()


def copies_somewhere(policy: Resource) -> bool:
    """Whether the policy does copy its snapshots, but the inventory does not tell to which region."""
    return policy.flag("copy_enabled") is True and not policy.texts("copy_regions")


def _kept(level: Level, days: float | None) -> Level:
    """The level with the retention that the inventory tells, -1 being for ever. Where it tells none, each capture is
    taken to be kept until there is the next: one that must be older, for a silent error, is not counted on."""
    known = level.accumulation_s if days is None else math.inf if days < 0 else days * DAY
    return replace(level, retention_s=known)


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
        region = snapshot.region or disk.region or ""
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
    """Replica disks of pairs at work. One whose place is unknown is not counted on to stand elsewhere."""
    found = []
    for pair in context.inventory.pairs_by_disk.get(disk.id, ()):
        if (pair.status or "").lower() in REPLICA_STATUS_ACTIVE:
            name = f"replica disk {pair.text('destination_disk_id') or pair.id}"
            region = pair.text("destination_region") or disk.region or ""
            zone = pair.text("destination_zone") or (disk.zone if region == disk.region else None)
            found.append(replica_level(context, disk, name, region, zone))
    return found


def backup_plans(context: Context, disk: Resource) -> list[Level]:
    """Levels of the enabled backup plans of the disk or its instance, as often and as long as they say."""
    levels = []
    reached = (disk.id, *disk.texts("instance_ids"))
    plans = {plan.id: plan for one in reached for plan in context.inventory.plans_by_target.get(one, ())}
    for plan in plans.values():
        gap = schedule_interval_s(plan.text("schedule"))
        if plan.flag("disabled") or gap is None or disk.id in plan.texts("excluded_disk_ids"):
            continue
        level = file_backup_level(context, disk, f"backup plan {plan.name or plan.id}", gap, 0.0, ())
        levels.append(_kept(level, plan.number("retention_days")))
    return levels


def schedule_interval_s(schedule: str | None) -> float | None:
    """Seconds between two runs of a schedule such as ``I|1735689600|P1D``; None where it cannot be read."""
    return interval_s(schedule or "")
