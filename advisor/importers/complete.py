"""What follows from what was read: back references, zones by way of the vSwitch, regions by way of the neighbours.
Only gaps are filled; nothing that a file states is changed, and the place that a filled field rests on is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from advisor.importers.places import region_of_zone
from advisor.model.inventory import Kind, Origin, Resource

_BY_VSWITCH: Final[frozenset[Kind]] = frozenset(
    {"instance", "database", "cache", "nat_gateway", "network_interface", "cluster"}
)
_NEIGHBOURS: Final = (
    "vswitch_id",
    "vpc_id",
    "load_balancer_id",
    "load_balancer_ids",
    "vswitch_ids",
    "instance_id",
    "source_disk_id",
    "vault_id",
    "server_group_ids",
    "instance_ids",
)

Resources = dict[str, Resource]


def complete(resources: Resources) -> None:
    """Fill what follows, in place."""
    _back_references(resources)
    for resource_id, resource in resources.items():
        if resource.kind in _BY_VSWITCH and not resource.zone:
            resources[resource_id] = _zone_by_vswitch(resource, resources)
        elif resource.kind == "scaling_group":
            resources[resource_id] = _scaling_group(resource, resources)
    _regions_of_vpcs(resources)
    for _round in range(2):
        for resource_id, resource in resources.items():
            if not resource.region:
                resources[resource_id] = _region_by_neighbour(resource, resources)


def _back_references(resources: Resources) -> None:
    """Disks of an instance, members of a deployment set or scaling group, from either side."""
    disks: dict[str, list[str]] = {}
    sets: dict[str, list[str]] = {}
    groups: dict[str, list[str]] = {}
    for resource in resources.values():
        if resource.kind == "disk":
            for instance in resource.texts("instance_ids"):
                disks.setdefault(instance, []).append(resource.id)
        elif resource.kind == "instance":
            for attribute, found in (("deployment_set_id", sets), ("scaling_group_id", groups)):
                owner = resource.text(attribute)
                if owner:
                    found.setdefault(owner, []).append(resource.id)
    for attribute, found in (("disk_ids", disks), ("instance_ids", sets), ("instance_ids", groups)):
        for owner, members in found.items():
            _add(resources, owner, attribute, members)
    for kind, attribute in (
        ("deployment_set", "deployment_set_id"),
        ("scaling_group", "scaling_group_id"),
        ("cluster", "cluster_id"),
    ):
        _point_back(resources, kind, attribute)


def _point_back(resources: Resources, kind: str, attribute: str) -> None:
    for owner in [resource for resource in resources.values() if resource.kind == kind]:
        for member in (*owner.texts("instance_ids"), *owner.texts("node_ids")):
            instance = resources.get(member)
            if instance is not None and not instance.text(attribute):
                resources[member] = _with(instance, attribute, owner.id, owner.origin)


def _add(resources: Resources, owner: str, attribute: str, members: list[str]) -> None:
    resource = resources.get(owner)
    if resource is None:
        return
    known = resource.texts(attribute)
    united = tuple(dict.fromkeys((*known, *members)))
    if united != known:
        resources[owner] = _with(resource, attribute, united, resources[members[0]].origin)


def _with(resource: Resource, attribute: str, value: object, origin: Origin) -> Resource:
    return replace(
        resource,
        attributes={**resource.attributes, attribute: value},
        field_origins={**resource.field_origins, attribute: origin},
    )


def _zone_by_vswitch(resource: Resource, resources: Mapping[str, Resource]) -> Resource:
    vswitch = resources.get(resource.text("vswitch_id") or "")
    if vswitch is None or not vswitch.zone:
        return resource
    return replace(
        resource,
        zone=vswitch.zone,
        zones=resource.zones or (vswitch.zone,),
        region=resource.region or region_of_zone(vswitch.zone),
        field_origins={**resource.field_origins, "zone": vswitch.origin},
    )


def _scaling_group(group: Resource, resources: Mapping[str, Resource]) -> Resource:
    """Its zones are those of its vSwitches; its configuration is the active one."""
    switches = [resources[one] for one in group.texts("vswitch_ids") if one in resources]
    zones = tuple(dict.fromkeys(switch.zone for switch in switches if switch.zone))
    if zones and not group.zones:
        group = replace(
            group, zones=zones, zone=zones[0], field_origins={**group.field_origins, "zones": switches[0].origin}
        )
    configurations = group.records("configurations")
    active_id = group.text("active_configuration_id")
    chosen = next((one for one in configurations if active_id and one.get("configuration_id") == active_id), None)
    chosen = chosen or next((one for one in configurations if one.get("active")), None)
    chosen = chosen or (configurations[0] if len(configurations) == 1 else None)
    if chosen is None:
        return group
    return replace(group, attributes={**group.attributes, "configuration": chosen})


def _regions_of_vpcs(resources: Resources) -> None:
    """A VPC lies where its vSwitches lie."""
    for switch in [resource for resource in resources.values() if resource.kind == "vswitch" and resource.region]:
        vpc = resources.get(switch.text("vpc_id") or "")
        if vpc is not None and not vpc.region:
            origins = {**vpc.field_origins, "region": switch.origin}
            resources[vpc.id] = replace(vpc, region=switch.region, field_origins=origins)


def _region_by_neighbour(resource: Resource, resources: Mapping[str, Resource]) -> Resource:
    for name in _NEIGHBOURS:
        value = resource.attributes.get(name)
        for one in value if isinstance(value, tuple) else (value,):
            neighbour = resources.get(str(one)) if one else None
            if neighbour is not None and neighbour.region:
                return replace(
                    resource,
                    region=neighbour.region,
                    field_origins={**resource.field_origins, "region": neighbour.origin},
                )
    return resource
