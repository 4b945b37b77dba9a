"""Auto Scaling: groups and configurations, in the wrapped and in the flat generation."""

from __future__ import annotations

from advisor.importers.convert import as_id, as_ids, as_text, as_texts, as_time, unique
from advisor.importers.fields import ABSENT, Record, get, keys_of, text
from advisor.importers.quantities import COUNT, DISK_GIB
from advisor.importers.records import Batch, Context, Draft, Spec, field_of


def _group_finish(draft: Draft, record: Record) -> None:
    names = keys_of(record).keys()
    if names & {"vswitchid", "vswitchids"}:
        _set(draft, "vswitch_ids", _ids(draft, "vswitch_ids", get(record, "VSwitchIds"), get(record, "VSwitchId")))
    if names & {"loadbalancerids", "loadbalancerconfigs", "loadbalancerid"}:
        own = _ids(draft, "load_balancer_ids", get(record, "LoadBalancerIds", "LoadBalancerId"))
        configs = get(record, "LoadBalancerConfigs.LoadBalancerConfig", "LoadBalancerConfigs")
        _set(draft, "load_balancer_ids", own, _ids_in(draft, "load_balancer_ids", configs, "LoadBalancerId"))
    if names & {"vservergroups", "albservergroups", "servergroups"}:
        _set(
            draft,
            "server_group_ids",
            *(_ids_in(draft, "server_group_ids", value, *fields) for value, fields in _server_groups(record)),
        )
    if names & {"dbinstanceids", "dbinstances"}:
        own = _ids(draft, "db_ids", get(record, "DBInstanceIds"))
        listed = get(record, "DBInstances.DBInstance", "DBInstances")
        _set(draft, "db_ids", own, _ids_in(draft, "db_ids", listed, "DBInstanceId"))


def _set(group: Draft, name: str, *ids: object) -> None:
    """Keep the ids of several fields; where one of these cannot be read and no other names any, it is not known that
    there is none."""
    found = unique(*ids)
    if found or not any(problem.startswith(f"{name} ") for problem in group.odd):
        group.attributes[name] = found


def _ids(group: Draft, name: str, *values: object) -> tuple[str, ...]:
    """Ids in lists."""
    return unique(*(group.read(name, as_ids, value) for value in values))


def _ids_in(group: Draft, name: str, value: object, *fields: str) -> tuple[str, ...]:
    """Ids in a list of records, under the first of these fields that each has."""
    return unique(*(get(one, *fields) for one in group.listed(name, value, *fields) or ()))


def _server_groups(record: Record) -> tuple[tuple[object, tuple[str, ...]], ...]:
    """The lists of server groups in a record, each with the fields that name the groups."""
    attributes = "VServerGroupAttributes"
    return (
        (
            get(record, "VServerGroups.VServerGroup", "VServerGroups"),
            (f"{attributes}.VServerGroupAttribute.VServerGroupId", f"{attributes}.VServerGroupId"),
        ),
        (get(record, "AlbServerGroups.AlbServerGroup", "AlbServerGroups"), ("AlbServerGroupId",)),
        (get(record, "ServerGroups.ServerGroup", "ServerGroups"), ("ServerGroupId",)),
    )


SCALING_GROUP = Spec(
    kind="scaling_group",
    id=("ScalingGroupId", "id"),
    name=("ScalingGroupName", "name"),
    hints=("scalinggroup", "scalinggroups"),
    needs=(frozenset({"scalinggroupid", "minsize", "maxsize"}), frozenset({"scalinggroupid", "scalinggroupname"})),
    status=("LifecycleState",),
    unite=frozenset({"instance_ids", "members"}),
    finish=_group_finish,
    fields=(
        field_of("min_size", "MinSize", COUNT),
        field_of("max_size", "MaxSize", COUNT),
        field_of("desired_capacity", "DesiredCapacity", COUNT),
        field_of("total_capacity", "TotalCapacity", COUNT),
        field_of("active_capacity", "ActiveCapacity", COUNT),
        field_of("vpc_id", "VpcId", as_id),
        field_of("multi_az_policy", "MultiAZPolicy", as_text),
        field_of("health_check_type", "HealthCheckType", as_text),
        field_of("cooldown_s", "DefaultCooldown", COUNT),
        field_of("active_configuration_id", "ActiveScalingConfigurationId", as_id),
        field_of("launch_template_id", "LaunchTemplateId", as_id),
        field_of("removal_policies", "RemovalPolicies", as_texts),
        field_of("created_at", "CreationTime", as_time),
    ),
)


def read_configuration(record: Record, context: Context, batch: Batch) -> None:
    """What a scaling group starts: image, types, security groups, system disk."""
    group = text(get(record, "ScalingGroupId"))
    if not group:
        raise LookupError("the scaling configuration does not name its group")
    draft = Draft("scaling_group", group, context.place, partial=True, unite=frozenset({"configurations"}))
    found: dict[str, object] = {
        "configuration_id": text(get(record, "ScalingConfigurationId")),
        "active": text(get(record, "LifecycleState")).lower() == "active",
        "image_id": text(get(record, "ImageId")),
        "instance_types": unique(get(record, "InstanceTypes"), get(record, "InstanceType")),
        "security_group_ids": unique(get(record, "SecurityGroupIds"), get(record, "SecurityGroupId")),
        "system_disk_category": text(get(record, "SystemDiskCategory", "SystemDisk.Category")),
        "system_disk_size_gib": draft.read(
            "system_disk_size_gib of a configuration", DISK_GIB, get(record, "SystemDiskSize", "SystemDisk.Size")
        ),
        "data_disk_sizes_gib": _data_sizes(record, draft),
    }
    draft.attributes["configurations"] = (
        {name: value for name, value in found.items() if value not in ("", (), ABSENT)},
    )
    batch.drafts.append(draft)


def _data_sizes(record: Record, group: Draft) -> tuple[object, ...]:
    """The size of each data disk; one that cannot be read is left out, and said."""
    disks = group.listed("data_disks of a configuration", get(record, "DataDisks.DataDisk", "DataDisks"))
    given = (get(one, "Size") for one in disks or ())
    sizes = [group.read("a size of data_disk_sizes_gib of a configuration", DISK_GIB, size) for size in given]
    return tuple(size for size in sizes if size is not ABSENT)
