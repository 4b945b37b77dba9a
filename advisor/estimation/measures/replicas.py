"""Continuous copies of disks: regional ESSD and asynchronous replication, each with an instance to attach them to."""

from __future__ import annotations

from advisor.estimation.context import REGIONAL_CATEGORY, Context, size_gib, transfer_time
from advisor.estimation.measures.base import Gathered, dr_region, expand_zones, first_member, pick_zone, proposal
from advisor.estimation.sizes import changed_mib
from advisor.model.graph import Component
from advisor.model.inventory import Resource
from advisor.model.plan import Mechanism
from advisor.model.recovery import Proposal


def _data_disks(
    context: Context, component: Component, mechanism: Mechanism, gathered: Gathered
) -> tuple[Resource, list[Resource]] | None:
    """The instance and its data disks, None (with the reason) where there are none to replicate."""
    instance = first_member(context, component)
    if component.kind != "stateful_instance" or instance is None:
        return None
    disks = context.disks_of(component, instance.id)
    if not disks:
        gathered.reject(mechanism, component, instance.id, "its disks are not in the inventory")
        return None
    blank = next((disk for disk in disks if disk.number("size_gib") is None), None)
    if blank is not None:
        gathered.reject(mechanism, component, blank.id, "its size is not in the inventory")
        return None
    data = [disk for disk in disks if disk.text("disk_type") != "system"]
    if not data:
        gathered.reject(
            mechanism,
            component,
            disks[0].id,
            "it has a system disk only, and this protects data disks",
            "regional_essd.convert_data_disk_only",
        )
        return None
    return instance, data


def regional_essd(context: Context, component: Component, gathered: Gathered, mode: str) -> list[Proposal]:
    """Data disks become regional ESSDs, with a standby instance in another zone."""
    found = _data_disks(context, component, "regional_essd", gathered)
    if found is None:
        return []
    instance, data = found
    obstacle = _regional_obstacle(context, instance, data)
    if obstacle is not None:
        gathered.reject("regional_essd", component, *obstacle)
        return []
    zone = pick_zone(context, instance.region or "", (), [instance.zone or ""])
    if zone is None:
        gathered.reject("regional_essd", component, instance.id, "no other zone of the region is known")
        return []
    ids = [disk.id for disk in data if disk.text("category") != REGIONAL_CATEGORY]
    if not ids:
        return [standby(context, component, instance, instance.region or "", zone, mode)]
    converted = proposal(
        context,
        "regional_essd",
        component,
        "essd-regional",
        f"{len(ids)} data disk(s) of {component.name} become regional ESSDs",
        instance.region or "",
        ids,
        {"disk_ids": list(ids), "target_zone": zone},
        verb="convert",
    )
    return [converted, standby(context, component, instance, instance.region or "", zone, mode)]


def _regional_obstacle(context: Context, instance: Resource, data: list[Resource]) -> tuple[str, str, str] | None:
    if instance.region not in context.words("regional_essd.candidate_regions"):
        return (
            instance.id,
            f"{instance.region} is not among the regions with three zones",
            "regional_essd.candidate_regions",
        )
    allowed = context.words("regional_essd.convert_from")
    smallest, largest = context.limits("regional_essd.size_range")
    for disk in data:
        if not smallest <= size_gib(disk) <= largest:
            reason = f"{size_gib(disk):g} GiB is outside {smallest:g} to {largest:g} GiB"
            return disk.id, reason, "regional_essd.size_range"
        if disk.text("category") == REGIONAL_CATEGORY:
            continue
        if category_level(disk) not in allowed:
            reason = f"{category_level(disk)} cannot be changed to a regional ESSD (only {', '.join(allowed)})"
            return disk.id, reason, "regional_essd.convert_from"
    return None


def category_level(disk: Resource) -> str:
    """``cloud_essd PL1``, or the category alone where it has no level."""
    category = disk.text("category") or "unknown category"
    level = disk.text("performance_level")
    return f"{category} {level}" if category == "cloud_essd" and level else category


def standby(context: Context, component: Component, instance: Resource, region: str, zone: str, mode: str) -> Proposal:
    """A standby of the instance in another place; ``stopped`` pays for its system disk only, ``running`` for all of
    it."""
    system = next((d for d in context.disks_of(component, instance.id) if d.text("disk_type") == "system"), None)
    scope = "zone" if region == instance.region else "region"
    return proposal(
        context,
        "standby_instance",
        component,
        f"standby-{scope}-{mode}",
        f"{mode} standby of {instance.name or instance.id} in {zone}",
        region,
        [instance.id],
        {
            "instance_id": instance.id,
            "instance_type": instance.text("instance_type"),
            "target_region": region,
            "target_zone": zone,
            "mode": mode,
            "image_id": instance.text("image_id"),
            "system_disk_category": (system.text("category") if system else None) or "cloud_essd",
            "system_disk_size_gib": (size_gib(system) if system else 0.0) or 40.0,
        },
    )


def async_replication(
    context: Context, component: Component, gathered: Gathered, scope: str, mode: str
) -> list[Proposal]:
    """Data disks are replicated asynchronously to another zone or region, with a standby instance there."""
    mechanism: Mechanism = "async_replication_zone" if scope == "zone" else "async_replication_region"
    found = _data_disks(context, component, mechanism, gathered)
    if found is None:
        return []
    instance, data = found
    region = instance.region if scope == "zone" else dr_region(context, instance.region)
    if region is None:
        gathered.reject(mechanism, component, instance.id, "no other region in the same geography is known")
        return []
    zones = expand_zones(context.words("async_replication.zones_current"))
    obstacle = _async_obstacle(context, instance, data, zones)
    if obstacle is not None:
        gathered.reject(mechanism, component, *obstacle)
        return []
    zone = pick_zone(context, region, sorted(zones), [instance.zone or ""])
    if zone is None:
        gathered.reject(
            mechanism,
            component,
            instance.id,
            f"no zone of {region} takes part in replication",
            "async_replication.zones_current",
        )
        return []
    ids = [disk.id for disk in data]
    pair = proposal(
        context,
        mechanism,
        component,
        f"async-{scope}",
        f"{len(ids)} data disk(s) of {component.name} replicated to {zone}",
        instance.region or "",
        ids,
        {
            "disk_ids": list(ids),
            "target_region": region,
            "target_zone": zone,
            "rpo_s": int(context.number("async_replication.rpo_value")),
            "disks": [
                {
                    "disk_id": d.id,
                    "size_gib": size_gib(d),
                    "category": d.text("category"),
                    "performance_level": d.text("performance_level"),
                }
                for d in data
            ],
        },
    )
    return [pair, standby(context, component, instance, region, zone, mode)]


def _async_obstacle(
    context: Context, instance: Resource, data: list[Resource], zones: frozenset[str]
) -> tuple[str, str, str] | None:
    if instance.zone not in zones:
        return instance.id, f"zone {instance.zone} takes no part in replication", "async_replication.zones_current"
    allowed = context.words("async_replication.disk_categories")
    limit = int(context.number("async_replication.pairs_per_group"))
    if len(data) > limit:
        return (
            instance.id,
            f"{len(data)} disks exceed one consistent group of {limit}",
            "async_replication.pairs_per_group",
        )
    cycle = context.seconds("async_replication.cycle").high
    for disk in data:
        if context.inventory.pairs_by_disk.get(disk.id):
            return (
                disk.id,
                "it is in a replication pair already, and a disk is in one only",
                "async_replication.pairs_per_disk",
            )
        if disk.text("category") not in allowed:
            reason = f"{disk.text('category')} cannot be replicated (only {', '.join(allowed)})"
            return disk.id, reason, "async_replication.disk_categories"
        moving = transfer_time(changed_mib(context, disk, cycle), context.rate("async_replication.rate"))
        if moving.high > cycle:
            return disk.id, "its changes of one cycle do not fit into one cycle", "async_replication.rate"
    return None
