"""Asynchronous replication of disks to another zone or region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from advisor.exporters.names import cloud_name, identifier
from advisor.exporters.params import Params
from advisor.exporters.steps import Shell, Step, aliyun, expect, output, query
from advisor.exporters.terraform.build import Build, clamp
from advisor.exporters.terraform.document import Body, Ref, Root, Value, Variable
from advisor.model.plan import Action

RPO_S = 900  # the only value that a pair or group accepts (fact async_replication.rpo_value)
GROUP_MAX = 17  # pairs in a consistency group (fact async_replication.pairs_per_group)
SIZE_MAX = 65536
CATEGORIES = ("cloud_essd", "cloud_auto")  # fact async_replication.disk_categories
LEVELS = ("PL0", "PL1", "PL2", "PL3")
_NO_START = "the provider does not start a pair, and would start a group before its pairs are in it"


@dataclass(frozen=True, slots=True)
class _Pair:
    disk_id: str
    zone: str | None
    ref: Ref


def replicate(build: Build, action: Action) -> None:
    """A target disk and a pair for every disk; two disks and more go into groups with one recovery point."""
    params = Params.of(action)
    target = params.text("target_region") or action.region
    root = build.root(action.region)
    zone = build.known(root, params.text("target_zone"), _zone_variable(build, action, target))
    provider = root.alias(target, identifier(target)) if target != action.region else None
    pairs = [_pair(build, action, root, disk, target, zone, provider) for disk in disks_of(build, action)]
    by_zone: dict[str | None, list[_Pair]] = {}
    for pair in pairs:
        by_zone.setdefault(pair.zone, []).append(pair)
    for source_zone, members in by_zone.items():
        for first in range(0, len(members), GROUP_MAX):
            _start(build, action, root, members[first : first + GROUP_MAX], source_zone, target, zone)
    if target == action.region:
        build.remark(
            action, "One page of the API still says that both disks of a pair need two regions: try one pair first."
        )


def _zone_variable(build: Build, action: Action, target: str) -> Variable:
    return Variable(
        build.label(action, "target_zone"), f"Zone of {target} that takes the replicas of {build.subject(action)}"
    )


def disks_of(build: Build, action: Action) -> list[Params]:
    """The disks with what the plan says of them, else what the inventory says."""
    params = Params.of(action)
    listed = {record.text("disk_id"): record for record in params.records("disks")}
    result = []
    for disk_id in params.texts("disk_ids") or tuple(str(key) for key in listed if key) or action.resources:
        known = build.inventory.get(disk_id)
        attributes = known.attributes if known else {}
        own = {key: value for key, value in attributes.items() if isinstance(value, str | int | float | bool)}
        plan = dict(listed[disk_id].values) if disk_id in listed else {}
        result.append(Params({**own, **plan, "disk_id": disk_id, "zone": known.zone if known else None}))
    return result


def _pair(
    build: Build, action: Action, root: Root, disk: Params, target: str, zone: Value, provider: str | None
) -> _Pair:
    disk_id = disk.text("disk_id") or ""
    suffix = identifier(disk_id)
    place = zone if isinstance(zone, str) else target
    replica_is, pair_is = f"Replica of disk {disk_id} in {place}", f"Replication of disk {disk_id} to {place}"
    body: Body = {
        "provider": provider,
        "disk_name": cloud_name("replica-of", disk_id),
        "zone_id": zone,
        **disk_shape(disk),
        "tags": build.tags(action),
    }
    replica = build.add(action, root, "alicloud_ecs_disk", f"replica_{suffix}", replica_is, body)
    described = Variable(
        build.label(action, "source_zone"), f"Zone in which the disks of {build.subject(action)} stand now"
    )
    pair = build.add(
        action,
        root,
        "alicloud_ebs_disk_replica_pair",
        f"pair_{suffix}",
        pair_is,
        {
            "disk_replica_pair_name": cloud_name("pair", disk_id),
            "disk_id": disk_id,
            "source_zone_id": build.known(root, disk.text("zone"), described),
            "destination_disk_id": replica.id,
            "destination_region_id": target,
            "destination_zone_id": zone,
            "rpo": RPO_S,
            "payment_type": "POSTPAY",
            "tags": build.tags(action),
        },
    )
    build.output(action, root, f"replica:{disk_id}", f"replica_{suffix}", replica.id, replica_is)
    build.output(action, root, f"pair:{disk_id}", f"pair_{suffix}", pair.id, pair_is)
    return _Pair(disk_id, disk.text("zone"), pair)


def disk_shape(disk: Params) -> dict[str, Value]:
    """Category, level and size must be those of the source."""
    category = disk.text("category") if disk.text("category") in CATEGORIES else CATEGORIES[0]
    level = disk.text("performance_level")
    return {
        "category": category,
        "performance_level": level if category == "cloud_essd" and level in LEVELS else None,
        "size": clamp(disk.integer("size_gib"), 1, SIZE_MAX, 40),
        "encrypted": True if disk.values.get("encrypted") is True else None,
        "delete_auto_snapshot": False,
    }


def _start(
    build: Build,
    action: Action,
    root: Root,
    pairs: Sequence[_Pair],
    source_zone: str | None,
    target: str,
    zone: Value,
) -> None:
    if len(pairs) == 1:
        _start_pair(build, action, root, pairs[0])
        return
    suffix = f"group_{identifier(source_zone or 'zone')}_{identifier(pairs[0].disk_id)}"
    described = Variable(
        build.label(action, "source_zone"), f"Zone in which the disks of {build.subject(action)} stand now"
    )
    group = build.add(
        action,
        root,
        "alicloud_ebs_disk_replica_group",
        suffix,
        f"{len(pairs)} disks of {build.subject(action)} with one common recovery point",
        {
            "disk_replica_group_name": build.cloud_name(action, "replicas"),
            "source_region_id": action.region,
            "source_zone_id": build.known(root, source_zone, described),
            "destination_region_id": target,
            "destination_zone_id": zone,
            "rpo": RPO_S,
            "pair_ids": [pair.ref.id for pair in pairs],
            "tags": build.tags(action),
            "lifecycle": {"ignore_changes": ["status"]},
        },
    )
    name = build.output(
        action, root, f"group:{pairs[0].disk_id}", suffix, group.id, f"Replication group of {build.subject(action)}"
    )
    for pair in pairs[1:]:
        build.output(
            action, root, f"group:{pair.disk_id}", suffix, group.id, f"Replication group of {build.subject(action)}"
        )
    build.step(action, _start_step(action, root, name, "group", f"{len(pairs)} disks"))


def _start_pair(build: Build, action: Action, root: Root, pair: _Pair) -> None:
    found = build.find_output(action.id, f"pair:{pair.disk_id}")
    name = found[1] if found else ""
    build.step(action, _start_step(action, root, name, "pair", f"disk {pair.disk_id}"))


def _start_step(action: Action, root: Root, output_name: str, kind: str, what: str) -> Step:
    upper = "Pair" if kind == "pair" else "Group"
    listing = "ReplicaPairs" if kind == "pair" else "ReplicaGroups"
    described = aliyun(
        "ebs", f"DescribeDiskReplica{upper}s", action.region, {f"{upper}Ids": Shell(f'"${output_name}"')}
    )
    start = aliyun(
        "ebs",
        f"StartDiskReplica{upper}",
        action.region,
        {f"Replica{upper}Id": Shell(f'"${output_name}"'), "OneShot": False},
    )
    return Step(
        title=f"Start the replication of {what}",
        why=_NO_START,
        body=(
            output(root.folder, output_name),
            query(described, f".{listing}[0].Status", "status"),
            *expect(
                "status", ("created", "stopped"), "It cannot be started in this state.", done=("syncing", "normal")
            ),
            start,
        ),
        rollback=f"aliyun ebs StopDiskReplica{upper} with the same id; the replica keeps its last recovery point.",
        action_id=action.id,
        needs=(root.folder,),
    )
