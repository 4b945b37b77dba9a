"""The copies a managed database has or would have: standby, backups, remote backups, synchronised databases."""

from __future__ import annotations

import math
from collections.abc import Sequence

from advisor.estimation.context import Context, longest_gap_s
from advisor.model.graph import Component
from advisor.model.inventory import Resource
from advisor.model.recovery import Level, Protection
from advisor.model.units import DAY

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PRECISION = "rds_ha.mysql.pitr_precision"
BACKUPS = "log backup"
SYNCHRONISING = ("synchronizing", "running", "normal")  # states of a job that keeps its target in step
SYNCHRONOUS_BY_DEFAULT = ("mysql", "mariadb")  # fact rds_ha.mysql.default_mode; others may lose their lag


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
    backups = _backup_levels(context, database, retention, source)
    upload = backups[-1].accumulation_s  # what another region receives is as old as what leaves this one
    levels += backups
    levels += _existing_remotes(context, database)
    for item in covering:
        levels += _remote_database_levels(context, item, upload)
    target = database.text("cross_backup_region") if database.flag("cross_region_backup") else None
    if target:
        lag = context.seconds("rds.cross_region_lag").high
        kept = database.number("cross_backup_retention_days")
        levels.append(
            Level(
                f"backups in {target}",
                "point_in_time",
                target,
                upload,
                0.0,
                lag,
                retention if kept is None else days_kept_s(kept),
                (),
                "log backup",
                "rds_cross_region_backup",
                ("rds.cross_region_lag",),
            )
        )
    return tuple(levels)


def _backup_levels(context: Context, database: Resource, retention: float, source: tuple[str, ...]) -> list[Level]:
    """Point-in-time restore and uploaded logs; with log backup off only the full backups of its weekdays."""
    region = database.region or ""
    zones = (database.zone,) if database.zone else ()
    if database.flag("log_backup_enabled") is False:
        weekdays = tuple(WEEKDAYS.index(day) + 1 for day in database.texts("backup_days") if day in WEEKDAYS)
        gap = longest_gap_s((0,), weekdays or tuple(range(1, 8)))
        return [Level(BACKUPS, "point_in_time", region, gap, 0.0, 0.0, retention, (), None, "rds_backup", source)]
    precise = context.seconds(PRECISION).high
    upload = context.seconds("rds.log_upload").high
    restore = Level(
        "point-in-time restore",
        "point_in_time",
        region,
        precise,
        0.0,
        0.0,
        retention,
        zones,
        None,
        "rds_backup",
        (PRECISION, *source),
    )
    logs = Level(
        BACKUPS,
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
    return [restore, logs]


def backup_retention_s(context: Context, database: Resource) -> tuple[float, tuple[str, ...]]:
    """Retention of point-in-time restore in seconds, and the fact it rests on where the inventory does not say."""
    days = database.number("log_backup_retention_days") or database.number("backup_retention_days")
    if days is not None:
        return days_kept_s(days), ()
    return context.seconds("rds.backup.default_retention").likely, ("rds.backup.default_retention",)


def days_kept_s(days: float) -> float:
    """Seconds of so many days; -1 (as PolarDB writes it) is for ever."""
    return math.inf if days < 0 else days * DAY


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


def _remote_database_levels(context: Context, protection: Protection, upload: float) -> list[Level]:
    region = protection.text("target_region") or ""
    if protection.mechanism == "rds_cross_region_backup":
        lag = context.seconds("rds.cross_region_lag").high
        return [
            Level(
                f"backups in {region}",
                "point_in_time",
                region,
                upload,
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


def _existing_remotes(context: Context, database: Resource) -> list[Level]:
    """Databases elsewhere that the inventory shows to follow this one: synchronisation jobs and disaster-recovery
    instances."""
    lag = context.seconds("dts.lag").high
    facts = ("dts.lag", "dts.latency_statement")
    levels = []
    for job in context.inventory.jobs_by_source.get(database.id, ()):
        region = job.text("destination_region")
        follower = context.inventory.get(job.text("destination_id"))
        working = (job.status or "").lower() in SYNCHRONISING and "sync" in (job.text("job_type") or "sync")
        if region and region != database.region and working and follower is not None and follower.kind == "database":
            name = f"synchronised database {job.text('destination_id') or job.id}"
            levels.append(Level(name, "replica", region, 0.0, 0.0, lag, math.inf, (), None, "dts", facts))
    follower = context.inventory.get(database.text("dr_instance_id"))
    if follower is not None and follower.region and follower.region != database.region:
        name = f"disaster-recovery instance {follower.id}"
        levels.append(Level(name, "replica", follower.region, 0.0, 0.0, lag, math.inf, (), None, "dts", facts))
    return levels
