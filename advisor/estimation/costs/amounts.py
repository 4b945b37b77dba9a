"""How much of something is charged: data on disks, snapshots and their daily changes, attached capacity."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import cast

from advisor.estimation.billing import replication_gb
from advisor.estimation.billing import snapshot_gib as billable_gib
from advisor.estimation.context import Context, age_s, size_gib
from advisor.estimation.costs.costing import decimal
from advisor.estimation.sizes import USED_SHARE, measured_gib, used_mib
from advisor.model.evidence import Spread
from advisor.model.inventory import Resource
from advisor.model.recovery import Proposal
from advisor.model.units import DAY, MIB_PER_GIB

NOTHING = Spread(0.0, 0.0, 0.0)


def exactly(amount: float) -> Spread:
    return Spread(amount, amount, amount)


def ends(spread: Spread) -> tuple[float, float, float]:
    return spread.low, spread.likely, spread.high


def summed(spreads: Iterable[Spread]) -> Spread:
    items = list(spreads)
    return Spread(sum(s.low for s in items), sum(s.likely for s in items), sum(s.high for s in items))


def added(after: Spread, before: Spread) -> Spread:
    """What comes on top of what is there already; less than before adds nothing."""
    low, likely, high = (max(0.0, new - old) for new, old in zip(ends(after), ends(before), strict=True))
    return Spread(min(low, likely), likely, max(high, likely))


def times(one: Spread, other: Spread) -> Spread:
    return Spread(one.low * other.low, one.likely * other.likely, one.high * other.high)


def used_gib(context: Context, disk: Resource) -> Spread:
    """Data on the disk: as its newest snapshot says, else the stated share of its size."""
    key = ("used_gib", disk.id)
    known = context.memo.get(key)
    if not isinstance(known, Spread):
        known = used_mib(context, disk).scaled(1 / MIB_PER_GIB)
        context.memo[key] = known
    return known


def used_facts(context: Context, disks: Iterable[Resource]) -> tuple[str, ...]:
    """The assumption on the share of used capacity, where the size of a disk's data rests on it."""
    return (USED_SHARE,) if any(not measured_gib(context, disk) for disk in disks) else ()


def change_facts(context: Context, disks: Sequence[Resource]) -> tuple[str, ...]:
    return (*used_facts(context, disks), *context.change_facts)


def snapshot_gib(context: Context, disk: Resource, days: float) -> Spread:
    """Storage of one disk's snapshots: full once, then each retained day's changes (billing rule snapshot.size)."""
    key = ("snapshot_gib", disk.id, days)
    known = context.memo.get(key)
    if not isinstance(known, Spread):
        known = context.memo[key] = stored_gib(used_gib(context, disk), context.daily_change, days)
    return known


def stored_gib(used: Spread, change: Spread, days: float) -> Spread:
    """A full copy and the changes of every retained day."""
    pairs = zip(ends(used), ends(change), strict=True)
    low, likely, high = (float(billable_gib(decimal(gib), decimal(share), decimal(days))) for gib, share in pairs)
    return Spread(low, likely, high)


def moved_gb(used: Spread, change: Spread) -> Spread:
    """Data that changes in a month (billing rules snapshot.copy, disk.async_replication)."""
    pairs = zip(ends(used), ends(change), strict=True)
    low, likely, high = (float(replication_gb(decimal(gib), decimal(share))) for gib, share in pairs)
    return Spread(low, likely, high)


def monthly_changes_gb(context: Context, disks: Iterable[Resource]) -> Spread:
    return moved_gb(summed(used_gib(context, disk) for disk in disks), context.daily_change)


def kept_days(policy: Resource, key: str = "retention_days") -> float | None:
    """Days a policy keeps its captures; None: for ever (the API writes -1, or nothing)."""
    days = policy.number(key)
    return days if days is not None and days > 0 else None


def stored_now(context: Context, disk: Resource, policy: Resource, key: str = "retention_days") -> Spread:
    """Storage a working policy keeps filled: what would be charged anyway. Captures kept for ever stay when another
    policy takes over, so only the full copy is counted as there already."""
    days = kept_days(policy, key)
    return snapshot_gib(context, disk, days if days is not None else 0.0)


def grown_days(context: Context, policy: Resource) -> float | None:
    """Days for which captures that are kept for ever have been piling up; None where nobody knows since when."""
    age = age_s(policy.text("created_at"), context.as_of)
    return None if age is None else age // DAY


def attached(context: Context) -> dict[str, tuple[Resource, ...]]:
    """The workload's disks by the instance they are attached to, system and local ones included."""
    known = context.memo.get("attached")
    if not isinstance(known, dict):
        ids = dict.fromkeys((*context.workload.resources, *(d for c in context.components() for d in c.disks)))
        found: dict[str, list[Resource]] = {}
        for disk in (context.inventory.get(item) for item in ids):
            if disk is not None and disk.kind == "disk":
                for instance in disk.texts("instance_ids"):
                    found.setdefault(instance, []).append(disk)
        known = context.memo["attached"] = {owner: tuple(disks) for owner, disks in found.items()}
    return cast("dict[str, tuple[Resource, ...]]", known)


def disks_of(context: Context, instance: Resource | None) -> tuple[Resource, ...]:
    return attached(context).get(instance.id, ()) if instance is not None else ()


def system_disk(context: Context, instance: Resource | None) -> Resource | None:
    owned = disks_of(context, instance)
    return next((disk for disk in owned if disk.text("disk_type") == "system"), owned[0] if owned else None)


def file_backup_gib(context: Context, proposal: Proposal) -> float:
    """Attached capacity of the backed-up instances in GiB, whatever is on it (billing rule hbr.essential)."""
    total, seen = 0.0, set[str]()
    for instance_id in proposal.protection.resources:
        instance = context.inventory.get(instance_id)
        if instance is None or instance.kind != "instance":
            continue
        total += attached_gib(context, instance, seen)
        seen.update(disk.id for disk in disks_of(context, instance))
    return total


def attached_gib(context: Context, instance: Resource, counted: Collection[str] = ()) -> float:
    """Capacity of the disks attached to an instance, but for those that have been counted."""
    disks = disks_of(context, instance)
    return sum(size_gib(disk) for disk in disks if disk.id not in counted) + _unlisted_gib(instance, disks)


def _unlisted_gib(instance: Resource, disks: Iterable[Resource]) -> float:
    """Local disks that come with the instance type where the inventory does not list them as disks."""
    if any((disk.text("category") or "").startswith("local") for disk in disks):
        return 0.0
    return (instance.number("local_storage_gib") or 0.0) * (instance.number("local_storage_amount") or 1.0)
