"""The levels that one mechanism makes of one disk: snapshots, their copies, replicas and file backups."""

from __future__ import annotations

import math
from collections.abc import Sequence

from advisor.estimation.context import REGIONAL_CATEGORY, Context, is_local, transfer_time
from advisor.estimation.sizes import changed_mib, used_facts
from advisor.model.evidence import Spread
from advisor.model.inventory import Resource
from advisor.model.recovery import Level

JITTER = "snapshot.auto_policy.start_jitter"


def can_snapshot(disk: Resource) -> bool:
    """Whether the disk's category can be snapshotted (fact snapshot.unsupported_disks)."""
    return not is_local(disk) and disk.text("performance_level") != "PLX"


def snapshot_levels(context: Context, disk: Resource, name: str, gap_s: float, retention_s: float) -> list[Level]:
    """Levels of scheduled snapshots: usable in the zone at once on ESSD-series disks, regional once uploaded.

    The accumulation is the longest gap of the schedule plus the hour within which a run may start. On
    previous-generation
    disks a run is skipped while the former one uploads, which doubles the gap when uploads take longer than it."""
    upload = transfer_time(changed_mib(context, disk, gap_s), context.rate("snapshot.upload_rate")).high
    accumulation = gap_s + context.seconds(JITTER).high
    facts = (JITTER, "snapshot.upload_rate", *used_facts(context, disk), *context.change_facts)
    instant = disk.text("category") in context.words("snapshot.instant_access.disks")
    if not instant and upload > gap_s:
        accumulation += gap_s
        facts = (*facts, "snapshot.auto_policy.overlap_previous_gen")
    region = disk.region or ""
    levels = []
    feeder = None
    if instant:
        feeder = f"{name} (instant access)"
        ready = context.seconds("snapshot.instant_access.seconds").high
        zones = (disk.zone,) if disk.zone and disk.text("category") != REGIONAL_CATEGORY else ()
        levels.append(
            Level(
                feeder,
                "point_in_time",
                region,
                accumulation,
                0.0,
                ready,
                retention_s,
                zones,
                None,
                "snapshot_policy",
                (JITTER, "snapshot.instant_access.seconds", "snapshot.instant_access.zone_failure"),
            )
        )
    levels.append(
        Level(
            name, "point_in_time", region, accumulation, 0.0, upload, retention_s, (), feeder, "snapshot_policy", facts
        )
    )
    return levels


def copy_level(context: Context, disk: Resource, levels: Sequence[Level], region: str, retention_s: float) -> Level:
    """A cross-region copy of the last of ``levels``; increments only after the first one."""
    source = levels[-1] if levels[-1].region == (disk.region or "") else levels[-2]
    changed = changed_mib(context, disk, source.accumulation_s)
    duration = transfer_time(changed, context.rate("snapshot.copy_rate")).high
    facts = ("snapshot.copy.first_full", "snapshot.copy_rate", *used_facts(context, disk), *context.change_facts)
    return Level(
        f"{source.name}, copy in {region}",
        "point_in_time",
        region,
        source.accumulation_s,
        0.0,
        duration,
        retention_s,
        (),
        source.name,
        "snapshot_copy",
        facts,
    )


def replica_level(context: Context, disk: Resource, name: str, region: str, zone: str | None) -> Level:
    """An asynchronous replica: one cycle of accumulation, then the transfer of what changed in it."""
    cycle = context.seconds("async_replication.cycle").high
    rate = context.rate("async_replication.rate")
    lag = transfer_time(changed_mib(context, disk, cycle), rate).high
    facts = ("async_replication.cycle", "async_replication.rate", *used_facts(context, disk), *context.change_facts)
    mechanism = "async_replication_zone" if region == disk.region else "async_replication_region"
    zones = (zone,) if zone else ()
    return Level(name, "replica", region, cycle, 0.0, lag, math.inf, zones, None, mechanism, facts)


def file_backup_level(
    context: Context, disk: Resource, name: str, gap_s: float, retention_s: float, facts: Sequence[str]
) -> Level:
    """Files copied every ``gap_s``: one gap of accumulation and the run that follows, kept for ``retention_s``."""
    rate: Spread = context.rate("file_backup.essential.throughput_low_priority")
    run = transfer_time(changed_mib(context, disk, gap_s), rate).high
    rests_on = (
        *facts,
        "file_backup.essential.throughput_low_priority",
        *used_facts(context, disk),
        *context.change_facts,
    )
    region = disk.region or ""
    return Level(name, "point_in_time", region, gap_s, 0.0, run, retention_s, (), None, "file_backup", rests_on)
