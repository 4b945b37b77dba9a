"""One standby server in another zone or region."""

from __future__ import annotations

from advisor.exporters.names import identifier
from advisor.exporters.params import Params
from advisor.exporters.placement import Subnet
from advisor.exporters.terraform.build import Build, clamp
from advisor.exporters.terraform.document import Root, Value
from advisor.exporters.terraform.network import security_group, vswitch_id, zone_id
from advisor.exporters.terraform.servers import INSTANCE_DISKS, disk_category, image, key_pair
from advisor.model.inventory import Resource
from advisor.model.plan import Action

SYSTEM_DISK_MIN = 20  # GiB
SYSTEM_DISK_MAX = 2048
SYSTEM_DISK_USUAL = 40


def standby_instance(build: Build, action: Action) -> None:
    """A server like the one it stands in for, stopped without charge for computing, or running."""
    params = Params.of(action)
    root = build.root(params.text("target_region") or action.region)
    subnet = build.placement.subnets(action)[0]
    source_id = params.text("instance_id") or ""
    source = build.inventory.get(source_id)
    stopped = params.text("mode") != "running"
    suffix = f"standby_{identifier(source_id)}" if source_id else "standby"
    instance = build.add(
        action,
        root,
        "alicloud_instance",
        suffix,
        f"Stands in for {source.label if source else source_id}",
        {
            "instance_name": build.cloud_name(
                action, f"standby-{source.name if source and source.name else source_id}"
            ),
            "instance_type": build.instance_type(root, action, params.text("instance_type") or _type_of(source)),
            "image_id": image(build, action, root, params.text("image_id") or _image_of(source)),
            "vswitch_id": vswitch_id(build, action, root, subnet),
            "availability_zone": zone_id(root, subnet),
            "security_groups": _security_groups(build, action, root, subnet, source),
            "instance_charge_type": "PostPaid",
            "system_disk_category": disk_category(params.text("system_disk_category"), INSTANCE_DISKS),
            "system_disk_size": clamp(
                params.integer("system_disk_size_gib"), SYSTEM_DISK_MIN, SYSTEM_DISK_MAX, SYSTEM_DISK_USUAL
            ),
            "key_name": key_pair(root),
            "status": "Stopped" if stopped else "Running",
            "stopped_mode": "StopCharging" if stopped else None,
            "tags": build.tags(action),
            "lifecycle": {"ignore_changes": ["status", "image_id"]},
        },
    )
    described = f"Standby server for {source_id} in {subnet.zone or root.region}"
    build.output(action, root, f"standby:{source_id}", suffix, instance.id, described)
    if stopped:
        build.remark(action, "A stopped server keeps no capacity: its start can fail when the zone is short of it.")


def _type_of(source: Resource | None) -> str | None:
    return source.text("instance_type") if source else None


def _image_of(source: Resource | None) -> str | None:
    return source.text("image_id") if source else None


def _security_groups(build: Build, action: Action, root: Root, subnet: Subnet, source: Resource | None) -> Value:
    """The groups of the source where it is in the same network, else a new one."""
    same = build.placement.source_vpc(source)
    groups = source.texts("security_group_ids") if source else ()
    if groups and same is not None and same.id == subnet.vpc.id:
        return list(groups)
    return [security_group(build, action, root, subnet.vpc, None).id]
