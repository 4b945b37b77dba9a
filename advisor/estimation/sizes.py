"""How much data a disk holds and how fast it changes: as its newest snapshot says, else a stated share of its size."""

from __future__ import annotations

from advisor.estimation.context import Context, age_s, size_gib
from advisor.model.evidence import Spread
from advisor.model.inventory import Resource
from advisor.model.units import DAY, MIB_PER_GIB

FINISHED = "accomplished"
USED_SHARE = "data.used_share"


def measured_gib(context: Context, disk: Resource) -> float | None:
    """Full size of the disk's newest finished snapshot that states one: what the disk holds, not an assumption."""
    key = ("measured_gib", disk.id)
    if key not in context.memo:
        context.memo[key] = _measured(context, disk)
    known = context.memo[key]
    return known if isinstance(known, float) else None


def _measured(context: Context, disk: Resource) -> float | None:
    known = []
    for snapshot in context.inventory.snapshots_by_disk.get(disk.id, ()):
        size, age = snapshot.number("size_gib"), age_s(snapshot.text("created_at"), context.as_of)
        if size and age is not None and (snapshot.status or FINISHED).lower() == FINISHED:
            known.append((age, snapshot.id, size))
    return min(known)[2] if known else None


def used_facts(context: Context, disk: Resource) -> tuple[str, ...]:
    """The assumption that the size of the disk's data rests on, where no snapshot states it."""
    return () if measured_gib(context, disk) else (USED_SHARE,)


def used_mib(context: Context, disk: Resource) -> Spread:
    """Data on the disk in MiB."""
    measured = measured_gib(context, disk)
    if measured:
        mib = measured * MIB_PER_GIB
        return Spread(mib, mib, mib)
    return context.used_mib(size_gib(disk))


def changed_mib(context: Context, disk: Resource, seconds: float) -> Spread:
    """Data changed within ``seconds``, in MiB; never more than the data there is."""
    days = seconds / DAY
    used, change = used_mib(context, disk), context.daily_change
    return Spread(
        used.low * min(1.0, change.low * days),
        used.likely * min(1.0, change.likely * days),
        used.high * min(1.0, change.high * days),
    )


def task_size(context: Context, disk: Resource) -> tuple[float, list[str]]:
    """What a data task moves: MiB, and the facts (shares) it is multiplied with."""
    measured = measured_gib(context, disk)
    return (measured * MIB_PER_GIB, []) if measured else (size_gib(disk) * MIB_PER_GIB, [USED_SHARE])
