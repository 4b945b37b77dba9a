"""The copies a disk has or would have, as the levels of its chain."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from advisor.estimation import existing
from advisor.estimation.context import REGIONAL_CATEGORY, Context
from advisor.estimation.levels import copy_level, file_backup_level, replica_level, snapshot_levels
from advisor.model.inventory import Resource
from advisor.model.recovery import Level, Protection
from advisor.model.units import DAY, HOUR


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
    levels = [_live(context, disk, covering)]
    renewed = [protection for protection in covering if protection.mechanism == "snapshot_policy"]
    if not renewed:
        for policy in existing.active_policies(context, disk):
            levels += existing.policy_levels(context, disk, policy, covering)
    levels += _present_levels(context, disk)
    for protection in covering:
        levels += _added_levels(context, disk, protection)
    scheduled = {level.region for level in levels if level.kind == "point_in_time"}
    levels += [level for level in existing.newest_snapshots(context, disk) if level.region not in scheduled]
    return levels


def _present_levels(context: Context, disk: Resource) -> tuple[Level, ...]:
    """Replicas and backup plans that are there whatever is added."""
    key = ("present", disk.id)
    known = context.memo.get(key)
    if not isinstance(known, tuple):
        known = context.memo[key] = (*existing.replicas(context, disk), *existing.backup_plans(context, disk))
    return known


def _added_levels(context: Context, disk: Resource, protection: Protection) -> tuple[Level, ...]:
    """What one protection adds, worked out once: it stands in many combinations."""
    key = ("added", disk.id, id(protection))
    known = context.memo.get(key)
    if not isinstance(known, tuple):
        known = context.memo[key] = tuple(_proposed_levels(context, disk, protection))
        context.memo["kept", key] = protection
    return known


def _live(context: Context, disk: Resource, covering: Iterable[Protection]) -> Level:
    converted = any(protection.mechanism == "regional_essd" for protection in covering)
    if converted or disk.text("category") == REGIONAL_CATEGORY:
        facts = ("regional_essd.rpo_zone_failure",)
        return Level("live data", "live", disk.region or "", zones=(), mechanism="regional_essd", facts=facts)
    owners = (context.resource(owner) for owner in disk.texts("instance_ids"))
    zone = disk.zone or next((owner.zone for owner in owners if owner is not None and owner.zone), None)
    return Level("live data", "live", disk.region or "", zones=(zone,) if zone else ())


def _proposed_levels(context: Context, disk: Resource, protection: Protection) -> list[Level]:
    if protection.mechanism == "snapshot_policy":
        retention = protection.number("retention_days") * DAY
        gap = protection.number("interval_h") * HOUR
        levels = snapshot_levels(context, disk, _schedule_name(protection), gap, retention)
        kept = protection.text("keep_copy_region")
        return [*levels, copy_level(context, disk, levels, kept, retention)] if kept else levels
    if protection.mechanism == "snapshot_copy" and protection.text("extends") is None:
        gap = protection.number("interval_h") * HOUR
        source = snapshot_levels(context, disk, _schedule_name(protection), gap, math.inf)
        region = protection.text("target_region") or ""
        return [copy_level(context, disk, source, region, protection.number("retention_days") * DAY)]
    if protection.mechanism in ("async_replication_zone", "async_replication_region"):
        region, zone = protection.text("target_region") or "", protection.text("target_zone")
        return [replica_level(context, disk, f"replica disk in {zone or region}", region, zone)]
    if protection.mechanism == "file_backup":
        return [_file_backup(context, disk)]
    return []


def _schedule_name(protection: Protection) -> str:
    return f"snapshots every {protection.number('interval_h'):g} h"


def _file_backup(context: Context, disk: Resource) -> Level:
    gap = context.seconds("file_backup.essential.interval").high
    retention = context.seconds("file_backup.essential.retention").high
    facts = ("file_backup.essential.interval", "file_backup.essential.retention")
    return file_backup_level(context, disk, "daily file backup", gap, retention, facts)
