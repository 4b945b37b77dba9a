"""The copies a resource has or would have: existing protections and proposed ones, as levels of its chain."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from advisor.estimation.context import (
    REGIONAL_CATEGORY,
    Context,
    age_s,
    is_local,
    longest_gap_s,
    size_gib,
    transfer_time,
)
from advisor.model.graph import Component
from advisor.model.inventory import Resource
from advisor.model.recovery import Level, Protection
from advisor.model.units import DAY, HOUR

JITTER = "snapshot.auto_policy.start_jitter"
SNAPSHOT_STATUS_DONE = "accomplished"
POLICY_STATUS_ACTIVE = "normal"
SYNCHRONOUS_BY_DEFAULT = ("mysql", "mariadb")  # fact rds_ha.mysql.default_mode; others may lose their lag
REPLICA_STATUS_ACTIVE = ("normal", "syncing", "manual_syncing")


def disk_levels(context: Context, disk: Resource, protections: Sequence[Protection] = ()) -> tuple[Level, ...]:
    """All levels of a disk: its live data, existing copies in the inventory, and what ``protections`` add.

    An existing protection counts only when it works: an active policy that is switched on for this disk, a finished
    snapshot, a replicating pair."""
    covering = [protection for protection in protections if disk.id in protection.resources]
    key = ("levels", disk.id, tuple(map(id, covering)))  # the proposals own their protections, so ids do not recur
    known = context.memo.get(key)
    if not isinstance(known, tuple):
        known = context.memo[key] = tuple(_disk_levels(context, disk, covering))
        context.memo["kept", key] = covering
    return known


def _disk_levels(context: Context, disk: Resource, covering: Sequence[Protection]) -> list[Level]:
    levels = [_live(disk, covering)]
    renewed = [protection for protection in covering if protection.mechanism == "snapshot_policy"]
    if not renewed:
        for policy in _active_policies(context, disk):
            levels += _existing_policy_levels(context, disk, policy, covering)
    levels += _newest_snapshot(context, disk)
    levels += _existing_replicas(context, disk)
    for protection in covering:
        levels += _proposed_levels(context, disk, protection)
    return levels


def _live(disk: Resource, covering: Iterable[Protection]) -> Level:
    converted = any(protection.mechanism == "regional_essd" for protection in covering)
    if converted or disk.text("category") == REGIONAL_CATEGORY:
        facts = ("regional_essd.rpo_zone_failure",)
        return Level("live data", "live", disk.region or "", zones=(), mechanism="regional_essd", facts=facts)
    zones = (disk.zone,) if disk.zone else ()
    return Level("live data", "live", disk.region or "", zones=zones)


def _active_policies(context: Context, disk: Resource) -> tuple[Resource, ...]:
    """Policies that do take snapshots of this disk: attached, in state Normal, and not switched off on the disk."""
    if disk.flag("auto_snapshot_enabled") is False or not can_snapshot(disk):
        return ()
    policies = (context.inventory.get(policy) for policy in disk.texts("snapshot_policy_ids"))
    return tuple(
        policy
        for policy in policies
        if policy is not None and (policy.status or POLICY_STATUS_ACTIVE).lower() == POLICY_STATUS_ACTIVE
    )


def can_snapshot(disk: Resource) -> bool:
    """Whether the disk's category can be snapshotted (fact snapshot.unsupported_disks)."""
    return not is_local(disk) and disk.text("performance_level") != "PLX"


def policy_schedule(policy: Resource) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Hours and ISO weekdays at which a policy runs, as the inventory says."""
    hours = tuple(int(float(value)) for value in policy.texts("time_points"))
    weekdays = tuple(int(float(value)) for value in policy.texts("repeat_weekdays"))
    return hours, weekdays


def _existing_policy_levels(
    context: Context, disk: Resource, policy: Resource, covering: Sequence[Protection]
) -> list[Level]:
    gap = longest_gap_s(*policy_schedule(policy))
    retention = _retention(policy.number("retention_days"))
    name = f"snapshots by policy {policy.name or policy.id}"
    levels = snapshot_levels(context, disk, name, gap, retention)
    targets = list(policy.texts("copy_regions")) if policy.flag("copy_enabled") is not False else []
    for region in targets:
        levels.append(_copy(context, disk, levels, region, _retention(policy.number("copy_retention_days"))))
    for protection in covering:
        if protection.mechanism == "snapshot_copy" and protection.text("extends") == policy.id:
            region = protection.text("target_region") or ""
            levels.append(_copy(context, disk, levels, region, protection.number("retention_days") * DAY))
    return levels


def _retention(days: float | None) -> float:
    """Seconds of retention; the API writes -1 for ever, and an unlimited one where it says nothing (its default)."""
    return math.inf if days is None or days < 0 else days * DAY


def snapshot_levels(context: Context, disk: Resource, name: str, gap_s: float, retention_s: float) -> list[Level]:
    """Levels of scheduled snapshots: usable in the zone at once on ESSD-series disks, regional once uploaded.

    The accumulation is the longest gap of the schedule plus the hour within which a run may start. On
    previous-generation
    disks a run is skipped while the former one uploads, which doubles the gap when uploads take longer than it."""
    upload = transfer_time(context.changed_mib(size_gib(disk), gap_s), context.rate("snapshot.upload_rate")).high
    accumulation = gap_s + context.seconds(JITTER).high
    facts = (JITTER, "snapshot.upload_rate", "data.used_share", *context.change_facts)
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


def _copy(context: Context, disk: Resource, levels: Sequence[Level], region: str, retention_s: float) -> Level:
    """A cross-region copy of the last of ``levels``; increments only after the first one."""
    source = levels[-1] if levels[-1].region == (disk.region or "") else levels[-2]
    changed = context.changed_mib(size_gib(disk), source.accumulation_s)
    duration = transfer_time(changed, context.rate("snapshot.copy_rate")).high
    facts = ("snapshot.copy.first_full", "snapshot.copy_rate", "data.used_share", *context.change_facts)
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


def _newest_snapshot(context: Context, disk: Resource) -> list[Level]:
    """The newest finished snapshot per region of the disk, whoever took it: a point that grows older every day."""
    newest: dict[str, tuple[float, Resource]] = {}
    for snapshot in context.inventory.snapshots_by_disk.get(disk.id, ()):
        age = age_s(snapshot.text("created_at"), context.as_of)
        if age is None or not _finished(snapshot):
            continue
        region = snapshot.region or ""
        if region not in newest or age < newest[region][0]:
            newest[region] = (age, snapshot)
    return [
        Level(
            f"newest existing snapshot {snapshot.id}",
            "point_in_time",
            region,
            age,
            mechanism="snapshot",
            note="an existing snapshot grows older every day unless a policy takes new ones",
        )
        for region, (age, snapshot) in sorted(newest.items())
    ]


def _finished(snapshot: Resource) -> bool:
    return (snapshot.status or SNAPSHOT_STATUS_DONE).lower() == SNAPSHOT_STATUS_DONE


def _existing_replicas(context: Context, disk: Resource) -> list[Level]:
    return [
        _replica(
            context,
            disk,
            f"replica disk {pair.text('destination_disk_id') or pair.id}",
            pair.text("destination_region") or "",
            pair.text("destination_zone"),
        )
        for pair in context.inventory.pairs_by_disk.get(disk.id, ())
        if (pair.status or "").lower() in REPLICA_STATUS_ACTIVE
    ]


def _replica(context: Context, disk: Resource, name: str, region: str, zone: str | None) -> Level:
    """An asynchronous replica: one cycle of accumulation, then the transfer of what changed in it."""
    cycle = context.seconds("async_replication.cycle").high
    rate = context.rate("async_replication.rate")
    lag = transfer_time(context.changed_mib(size_gib(disk), cycle), rate).high
    facts = ("async_replication.cycle", "async_replication.rate", "data.used_share", *context.change_facts)
    mechanism = "async_replication_zone" if region == disk.region else "async_replication_region"
    zones = (zone,) if zone else ()
    return Level(name, "replica", region, cycle, 0.0, lag, math.inf, zones, None, mechanism, facts)


def _proposed_levels(context: Context, disk: Resource, protection: Protection) -> list[Level]:
    if protection.mechanism == "snapshot_policy":
        retention = protection.number("retention_days") * DAY
        gap = protection.number("interval_h") * HOUR
        levels = snapshot_levels(context, disk, _schedule_name(protection), gap, retention)
        kept = protection.text("keep_copy_region")
        return [*levels, _copy(context, disk, levels, kept, retention)] if kept else levels
    if protection.mechanism == "snapshot_copy" and protection.text("extends") is None:
        gap = protection.number("interval_h") * HOUR
        source = snapshot_levels(context, disk, _schedule_name(protection), gap, math.inf)
        region = protection.text("target_region") or ""
        return [_copy(context, disk, source, region, protection.number("retention_days") * DAY)]
    if protection.mechanism in ("async_replication_zone", "async_replication_region"):
        region, zone = protection.text("target_region") or "", protection.text("target_zone")
        return [_replica(context, disk, f"replica disk in {zone or region}", region, zone)]
    if protection.mechanism == "file_backup":
        return [_file_backup(context, disk)]
    return []


def _schedule_name(protection: Protection) -> str:
    return f"snapshots every {protection.number('interval_h'):g} h"


def _file_backup(context: Context, disk: Resource) -> Level:
    """Daily file backup: one day of accumulation and the run that follows, kept for the fixed retention."""
    rate = context.rate("file_backup.essential.throughput_low_priority")
    gap = context.seconds("file_backup.essential.interval").high
    run = transfer_time(context.changed_mib(size_gib(disk), gap), rate).high
    retention = context.seconds("file_backup.essential.retention").high
    facts = (
        "file_backup.essential.interval",
        "file_backup.essential.retention",
        "file_backup.essential.throughput_low_priority",
        "data.used_share",
        *context.change_facts,
    )
    return Level(
        "daily file backup",
        "point_in_time",
        disk.region or "",
        gap,
        0.0,
        run,
        retention,
        (),
        None,
        "file_backup",
        facts,
    )


def database_levels(
    context: Context, component: Component, database: Resource, protections: Sequence[Protection] = ()
) -> tuple[Level, ...]:
    """All levels of a managed database: live data, standby, point-in-time restore, remote backups and synchronised
    targets."""
    covering = [item for item in protections if item.component == component.id]
    region = database.region or ""
    zones = (database.zone,) if database.zone else ()
    levels = [Level("live data", "live", region, zones=zones)]
    levels += _standby_levels(context, database, covering)
    retention, source = backup_retention_s(context, database)
    levels.append(
        Level(
            "point-in-time restore",
            "point_in_time",
            region,
            context.seconds("rds_ha.mysql.pitr_precision").high,
            0.0,
            0.0,
            retention,
            zones,
            None,
            "rds_backup",
            ("rds_ha.mysql.pitr_precision", *source),
        )
    )
    upload = context.seconds("rds.log_upload").high
    levels.append(
        Level(
            "log backup",
            "point_in_time",
            region,
            upload,
            0.0,
            0.0,
            retention,
            (),
            None,
            "rds_backup",
            ("rds.log_upload", *source),
        )
    )
    for item in covering:
        levels += _remote_database_levels(context, item)
    if database.flag("cross_region_backup") and database.text("cross_region_target"):
        lag = context.seconds("rds.cross_region_lag").high
        target = database.text("cross_region_target") or ""
        levels.append(
            Level(
                f"backups in {target}",
                "point_in_time",
                target,
                upload,
                0.0,
                lag,
                retention,
                (),
                "log backup",
                "rds_cross_region_backup",
                ("rds.cross_region_lag",),
            )
        )
    return tuple(levels)


def backup_retention_s(context: Context, database: Resource) -> tuple[float, tuple[str, ...]]:
    """Retention of point-in-time restore in seconds, and the fact it rests on where the inventory does not say."""
    days = database.number("log_backup_retention_days") or database.number("backup_retention_days")
    if days is not None:
        return days * DAY, ()
    return context.seconds("rds.backup.default_retention").likely, ("rds.backup.default_retention",)


def standby_zone(database: Resource, covering: Sequence[Protection]) -> str | None:
    """The standby's zone after ``covering`` (the same zone counts: it survives an instance failure); None without
    one."""
    for item in covering:
        if item.mechanism == "rds_ha":
            return item.text("slave_zone")
    slaves = database.texts("slave_zones")
    return slaves[0] if slaves else None


def _standby_levels(context: Context, database: Resource, covering: Sequence[Protection]) -> list[Level]:
    zone = standby_zone(database, covering)
    if zone is None:
        return []
    lag, facts = standby_lag(context, database)
    return [
        Level(
            f"standby in {zone}",
            "replica",
            database.region or "",
            0.0,
            0.0,
            lag,
            math.inf,
            (zone,),
            None,
            "rds_ha",
            facts,
        )
    ]


def standby_lag(context: Context, database: Resource) -> tuple[float, tuple[str, ...]]:
    """Seconds of data a failover can lose, and the facts: nothing while commits wait for the standby, the assumed lag
    where
    they do not. RDS MySQL is semi-synchronous by default, RDS PostgreSQL asynchronous; a known mode decides."""
    mode = (database.text("replication_mode") or "").lower()
    engine = (database.text("engine") or "").lower()
    waits = "semi" in mode or mode in ("sync", "mgr") or (not mode and engine in SYNCHRONOUS_BY_DEFAULT)
    lag = context.seconds("rds.standby_lag")
    if waits:
        return lag.likely, ("rds_ha.mysql.rpo_semisync", "rds.standby_lag")
    return lag.high, ("rds_ha.postgresql.async_loss", "rds.standby_lag")


def _remote_database_levels(context: Context, protection: Protection) -> list[Level]:
    region = protection.text("target_region") or ""
    if protection.mechanism == "rds_cross_region_backup":
        lag = context.seconds("rds.cross_region_lag").high
        return [
            Level(
                f"backups in {region}",
                "point_in_time",
                region,
                context.seconds("rds.log_upload").high,
                0.0,
                lag,
                protection.number("retention_days") * DAY,
                (),
                "log backup",
                "rds_cross_region_backup",
                ("rds.cross_region_lag", "rds.log_upload"),
            )
        ]
    if protection.mechanism == "dts":
        lag = context.seconds("dts.lag").high
        return [
            Level(
                f"synchronised database in {region}",
                "replica",
                region,
                0.0,
                0.0,
                lag,
                math.inf,
                (),
                None,
                "dts",
                ("dts.lag", "dts.latency_statement"),
            )
        ]
    return []
