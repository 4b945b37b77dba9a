"""What follows from what was read: back references, zones by way of the vSwitch, regions by way of the neighbours.
Only gaps are filled; nothing that a file states is changed, and the place that a filled field rests on is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from advisor.importers.places import region_of_zone
from advisor.importers.policies import complete_bindings
from advisor.model.inventory import Kind
from advisor.model.tables import ABSENT, Table, Tables

_BY_VSWITCH: Final[tuple[Kind, ...]] = (
    "instance",
    "database",
    "cache",
    "nat_gateway",
    "network_interface",
    "cluster",
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


def complete(resources: Tables) -> None:
    """Fill what follows, in place; nobody may have looked at a resource before."""
    _back_references(resources)
    complete_bindings(resources)
    for kind in _BY_VSWITCH:
        _zones_by_vswitch(resources.table(kind), resources)
    groups = resources.table("scaling_group")
    for row in _sorted_rows(groups):
        _scaling_group(groups, row, resources)
    _regions_of_vpcs(resources)
    for _round in range(2):
        for table in resources.tables.values():
            _regions_by_neighbour(table, resources)


def _sorted_rows(table: Table) -> list[int]:
    """The rows in the order of their ids."""
    return sorted(range(len(table)), key=table.ids.__getitem__)


def _back_references(resources: Tables) -> None:
    """Disks of an instance, members of a deployment set or scaling group, from either side."""
    disks, instances = resources.table("disk"), resources.table("instance")
    owned: dict[str, list[str]] = {}
    for disk, owners in zip(disks.ids, disks.lists("instance_ids"), strict=True):
        for owner in owners:
            owned.setdefault(owner, []).append(disk)
    _add_all(resources, "disk_ids", owned)
    for attribute in ("deployment_set_id", "scaling_group_id"):
        members: dict[str, list[str]] = {}
        for owner, member in zip(instances.texts(attribute), instances.ids, strict=True):
            if owner:
                members.setdefault(owner, []).append(member)
        _add_all(resources, "instance_ids", members)
    _point_back(resources, "deployment_set", "deployment_set_id")
    _point_back(resources, "scaling_group", "scaling_group_id")
    _point_back(resources, "cluster", "cluster_id")


def _add_all(resources: Tables, attribute: str, found: dict[str, list[str]]) -> None:
    for owner, members in found.items():
        place = resources.place(owner)
        if place is None:
            continue
        table, row = place
        members.sort()
        known = table.attributes.get(attribute, ())
        old = known[row] if known else ABSENT
        stated = tuple(str(one) for one in old) if isinstance(old, tuple | list) else ()
        united = (*stated, *(one for one in members if one not in stated)) if stated else tuple(members)
        if united != stated:
            table.set(row, attribute, united)
            table.derived[attribute][row] = members[0]


def _point_back(resources: Tables, kind: Kind, attribute: str) -> None:
    owners = resources.table(kind)
    for row in _sorted_rows(owners):
        for name in ("instance_ids", "node_ids"):
            for member in owners.lists(name)[row] if name in owners.attributes else ():
                place = resources.place(member)
                if place is not None and not place[0].texts_at(place[1], attribute):
                    place[0].set(place[1], attribute, owners.ids[row])
                    place[0].derived[attribute][place[1]] = owners.ids[row]


def _zones_by_vswitch(table: Table, resources: Tables) -> None:
    switches = resources.table("vswitch")
    for row, zone in enumerate(table.zone):
        if zone:
            continue
        place = resources.place(table.texts_at(row, "vswitch_id"))
        if place is None or place[0] is not switches or not switches.zone[place[1]]:
            continue
        found = str(switches.zone[place[1]])
        table.zone[row] = found
        table.zones[row] = table.zones[row] or (found,)
        table.regions[row] = table.regions[row] or region_of_zone(found)
        table.derived["zone"][row] = switches.ids[place[1]]


def _scaling_group(groups: Table, row: int, resources: Tables) -> None:
    """Its zones are those of its vSwitches; its configuration is the active one."""
    switches = [place for one in groups.lists("vswitch_ids")[row] if (place := resources.place(one)) is not None]
    zones = tuple(dict.fromkeys(zone for table, at in switches if (zone := table.zone[at])))
    if zones and not groups.zones[row]:
        groups.zones[row], groups.zone[row] = zones, zones[0]
        groups.derived["zones"][row] = switches[0][0].ids[switches[0][1]]
    configurations = groups.column("configurations")[row]
    known = [one for one in configurations if isinstance(one, dict)] if isinstance(configurations, tuple | list) else []
    active_id = groups.texts_at(row, "active_configuration_id")
    chosen = next((one for one in known if active_id and one.get("configuration_id") == active_id), None)
    chosen = chosen or next((one for one in known if one.get("active")), None)
    chosen = chosen or (known[0] if len(known) == 1 else None)
    if chosen is not None:
        groups.set(row, "configuration", chosen)


def _regions_of_vpcs(resources: Tables) -> None:
    """A VPC lies where its vSwitches lie."""
    switches, vpcs = resources.table("vswitch"), resources.table("vpc")
    for row in _sorted_rows(switches):
        place = resources.place(switches.texts_at(row, "vpc_id"))
        if switches.regions[row] and place is not None and place[0] is vpcs and not vpcs.regions[place[1]]:
            vpcs.regions[place[1]] = switches.regions[row]
            vpcs.derived["region"][place[1]] = switches.ids[row]


def _regions_by_neighbour(table: Table, resources: Tables) -> None:
    for row, region in enumerate(table.regions):
        if region:
            continue
        for neighbour in _neighbours(table, row):
            found = resources.region_of(neighbour)
            if found:
                table.regions[row] = found
                table.derived["region"][row] = neighbour
                break


def _neighbours(table: Table, row: int) -> Iterator[str]:
    for name in _NEIGHBOURS:
        value = table.attributes[name][row] if name in table.attributes else ABSENT
        for one in value if isinstance(value, tuple) else (value,):
            if one and one is not ABSENT:
                yield str(one)
