"""What ``finish`` does for one record, for many records of one shape: disks, instances, network interfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from advisor.importers.convert import as_ids, as_texts, unique
from advisor.importers.fields import ABSENT
from advisor.importers.places import zones_in
from advisor.importers.records import no_record
from advisor.model.tables import Absent

if TYPE_CHECKING:
    from advisor.importers.blocks import Block
    from advisor.importers.columns import Rows

_HELD: Final[frozenset[type]] = frozenset({dict, list, Absent})
SCALING_TAG = "acs:autoscaling:scalingGroupId"
TELL_PRIVATE = ("VpcAttributes.PrivateIpAddress", "PrivateIpAddress", "private_ip", "primary_ip_address")
"""Fields that tell the private addresses of an instance: where a record has none of them, they are unknown, not none.
``InnerIpAddress`` is empty wherever the network is no classic one, which says nothing of them."""


HOLD_OWNERS = ("Attachments", "MountInstances")
"""Fields in whose records the instances stand that a disk is attached to."""


def unheld(name: str, value: object) -> str:
    """What is wrong with a field of ``HOLD_OWNERS``: where it is no record, it is not known that a disk has none."""
    error = "" if value is ABSENT else no_record(value)
    return f"{name} {error}" if error else ""


def finish_disks(block: Block, rows: Rows) -> None:
    """The instances a disk is attached to, and the zones of a regional one."""
    own = rows.get("InstanceId")
    attached = rows.get("Attachments.Attachment.InstanceId", "attachments.InstanceId")
    mounted = rows.get("MountInstances.MountInstance.InstanceId", "mount_instances.InstanceId")
    block.attributes["instance_ids"] = owners = []
    for row, values in enumerate(zip(own, attached, mounted, strict=True)):
        found, odd = _owners(*values)
        owners.append(found)
        block.odd += [(row, problem) for problem in odd]
    for name in HOLD_OWNERS:
        column = rows.get(name)
        if not set(map(type, column)) <= _HELD:
            odd_rows = [(row, problem) for row, value in enumerate(column) if (problem := unheld(name, value))]
            block.odd += odd_rows
            for row, _ in odd_rows:
                owners[row] = owners[row] or ABSENT
    for row, placement in enumerate(rows.get("Placement.ZoneIds")):
        found = as_texts(placement) if placement is not ABSENT else ()
        if isinstance(found, tuple) and found:
            block.zones[row] = tuple(dict.fromkeys(zone for part in found for zone in zones_in(part)))


def _owners(own: object, attached: object, mounted: object) -> tuple[object, tuple[str, ...]]:
    alike = own.__class__ is str and mounted is ABSENT and (attached is ABSENT or attached == [own])
    if alike and own.replace("-", "").isalnum():  # type: ignore[attr-defined]
        return (own,), ()
    return owners_of(own, attached, mounted)


def owners_of(*stated: object) -> tuple[object, tuple[str, ...]]:
    """The instances that the fields of a disk name, and what is wrong with them; ABSENT where nothing is said, and
    where what is said cannot be read, for then it is not known that there is none."""
    given = [value for value in stated if value is not ABSENT]
    found: list[object] = []
    odd: list[str] = []
    for value in given:
        try:
            found.append(as_ids(value))
        except ValueError as error:
            odd.append(f"instance_ids {error}")
    owners = unique(*found)
    return owners if owners or (given and not odd) else ABSENT, tuple(odd)


def finish_instances(block: Block, rows: Rows) -> None:
    """Addresses, the scaling group that a tag names, and the disks that a row names."""
    told = rows.get(*TELL_PRIVATE)
    private = rows.get(*TELL_PRIVATE, "InnerIpAddress")
    inner = rows.get("InnerIpAddress")
    more = rows.get(
        "NetworkInterfaces.NetworkInterface.PrivateIpSets.PrivateIpSet.PrivateIpAddress", "secondary_private_ips"
    )
    block.attributes["private_ips"] = [
        _told(_addresses(*values), given) for *values, given in zip(private, inner, more, told, strict=True)
    ]
    public = rows.get("PublicIpAddress", "public_ip", "public_ips")
    elastic = rows.get("EipAddress.IpAddress", "eip_address.IpAddress")
    told = rows.get("PublicIpAddress", "public_ip")
    block.attributes["public_ips"] = [
        _told(_addresses(*values), given) for *values, given in zip(public, elastic, told, strict=True)
    ]
    _scaling_groups(block)
    _named_disks(block, rows)


def _told(found: tuple[str, ...], given: object) -> object:
    """Known to be none where the field was given, else unknown."""
    return found if found or given is not ABSENT else ABSENT


def _addresses(first: object, *others: object) -> tuple[str, ...]:
    """The texts of all of these, each once; mostly there is one address, named once or twice."""
    only = _only(first)
    if only is not None and all(_adds_nothing(other, only) for other in others):
        return (only,) if only else ()
    return unique(first, *others)


def _only(value: object) -> str | None:
    """The one text of a list in the API's wrapping; empty where the list is, None for anything else."""
    if value.__class__ is dict and len(value) == 1:
        (value,) = value.values()
    if value.__class__ is not list or len(value) > 1:
        return "" if value is ABSENT or value == "" else None
    if not value:
        return ""
    (only,) = value
    return only.strip() if only.__class__ is str else None


def _adds_nothing(value: object, known: str) -> bool:
    found = _only(value[0] if value.__class__ is list and value and value[0].__class__ is list else value)
    return found is not None and found in ("", known) and (value.__class__ is not list or len(value) < 2)


def _scaling_groups(block: Block) -> None:
    groups = [tags.get(SCALING_TAG) if tags else None for tags in block.tags]
    if any(groups):
        known = block.attributes.get("scaling_group_id") or [ABSENT] * len(groups)
        block.attributes["scaling_group_id"] = [
            group if group and own is ABSENT else own for group, own in zip(groups, known, strict=True)
        ]


def _named_disks(block: Block, rows: Rows) -> None:
    system = rows.get("system_disk_id")
    if any(value is not ABSENT for value in system):
        data = rows.get("data_disks.disk_id", "data_disk_ids")
        block.attributes["disk_ids"] = [
            unique(one, others) if one is not ABSENT else ABSENT for one, others in zip(system, data, strict=True)
        ]


def finish_interfaces(block: Block, rows: Rows) -> None:
    """All private addresses of an interface."""
    own = rows.get("PrivateIpAddress")
    more = rows.get("PrivateIpSets.PrivateIpSet.PrivateIpAddress", "private_ip_sets.PrivateIpAddress")
    block.attributes["private_ips"] = [_of_interface(*values) for values in zip(own, more, strict=True)]


def _of_interface(own: object, more: object) -> tuple[str, ...]:
    if own.__class__ is str and own and more == [own]:
        found = own.strip()
        return (found,) if found else ()
    return unique(own, more)
