"""ECS: instances, deployment sets, images, network interfaces, security groups."""

from __future__ import annotations

from advisor.importers.convert import (
    as_bool,
    as_id,
    as_ids,
    as_lower,
    as_text,
    as_time,
    as_word,
    unique,
)
from advisor.importers.fields import ABSENT, Record, get, text, texts
from advisor.importers.places import kind_of_id
from advisor.importers.quantities import CORES, COUNT, MEMORY_MIB, USED_GIB
from advisor.importers.records import Batch, Context, Draft, Spec, field_of
from advisor.importers.services.finish_blocks import TELL_PRIVATE, finish_instances, finish_interfaces
from advisor.importers.services.group_rules import rule_record as rule_record


def _instance_finish(draft: Draft, record: Record) -> None:
    private = unique(
        get(record, *TELL_PRIVATE, "InnerIpAddress"),
        get(record, "InnerIpAddress"),
        get(
            record,
            "NetworkInterfaces.NetworkInterface.PrivateIpSets.PrivateIpSet.PrivateIpAddress",
            "secondary_private_ips",
        ),
    )
    public = unique(
        get(record, "PublicIpAddress", "public_ip", "public_ips"),
        get(record, "EipAddress.IpAddress", "eip_address.IpAddress"),
    )
    if private or get(record, *TELL_PRIVATE) is not ABSENT:
        draft.attributes["private_ips"] = private
    if public or get(record, "PublicIpAddress", "public_ip") is not ABSENT:
        draft.attributes["public_ips"] = public
    group = (draft.tags or {}).get("acs:autoscaling:scalingGroupId")
    if group:
        draft.attributes.setdefault("scaling_group_id", group)
    _disks_of_row(draft, record)


def _disks_of_row(draft: Draft, record: Record) -> None:
    system = get(record, "system_disk_id")
    if system is not ABSENT:
        draft.attributes["disk_ids"] = unique(system, get(record, "data_disks.disk_id", "data_disk_ids"))


INSTANCE = Spec(
    kind="instance",
    id=("InstanceId", "ecs_id", "id"),
    name=("InstanceName", "name", "HostName"),
    hints=("instance", "instances", "ecsinstance", "ecsinstances", "describeinstances"),
    needs=(
        frozenset({"instanceid", "imageid"}),
        frozenset({"instanceid", "instancetype", "vpcattributes"}),
        frozenset({"instanceid", "instancetype", "ostype"}),
        frozenset({"instanceid", "instancetype", "securitygroupids"}),
        frozenset({"instanceid", "instancetype", "cpu", "memory"}),
        frozenset({"instanceid", "instancename", "zoneid", "status"}),
        frozenset({"instanceid", "hostname", "status"}),
    ),
    refuses=frozenset(
        {
            "scalinggroupid",
            "dbinstanceid",
            "nodepoolid",
            "diskid",
            "engine",
            "engineversion",
            "networkinterfaceid",
            "instanceclass",
            "kvstoreinstances",
            "allocationid",
            "eventid",
            "loadbalancerid",
            "planid",
            "instancerole",
            "scalingconfigurationid",
            "snapshotlinkid",
            "instancestatus",
            "versioncode",
            "monitortaskquota",
        }
    ),
    unite=frozenset({"disk_ids"}),
    finish=_instance_finish,
    finish_block=finish_instances,
    fields=(
        field_of("instance_type", "InstanceType", as_word),
        field_of("cpu", "Cpu | CpuOptions.CoreCount | cpu_cores", CORES),
        field_of("memory_mib", "Memory | memory_size", MEMORY_MIB),
        field_of("image_id", "ImageId", as_id),
        field_of("vpc_id", "VpcAttributes.VpcId | VpcId", as_id),
        field_of("vswitch_id", "VpcAttributes.VSwitchId | VSwitchId | subnet_id", as_id),
        field_of("security_group_ids", "SecurityGroupIds | security_groups", as_ids),
        field_of("eip_id", "EipAddress.AllocationId | eip_address.AllocationId", as_id),
        field_of("charge_type", "InstanceChargeType | billing_method", as_text),
        field_of("stopped_mode", "StoppedMode", as_text),
        field_of("local_storage_gib", "LocalStorageCapacity", USED_GIB),
        field_of("local_storage_amount", "LocalStorageAmount", COUNT),
        field_of("os_type", "OSType", as_text),
        field_of("os_name", "OSName | OSNameEn", as_text),
        field_of("host_name", "HostName", as_text),
        field_of("deployment_set_id", "DeploymentSetId", as_id),
        field_of("network_type", "InstanceNetworkType | network_type", as_lower),
        field_of("expired_at", "ExpiredTime", as_time),
        field_of("created_at", "CreationTime | creation_time", as_time),
        field_of("spot_strategy", "SpotStrategy", as_text),
        field_of("deletion_protection", "DeletionProtection", as_bool),
        field_of("dedicated_host_id", "DedicatedHostAttribute.DedicatedHostId", as_id),
        field_of("hpc_cluster_id", "HpcClusterId", as_id),
        field_of("network_interface_ids", "NetworkInterfaces.NetworkInterface.NetworkInterfaceId", as_ids),
        field_of("resource_group_id", "ResourceGroupId", as_id),
    ),
)

DEPLOYMENT_SET = Spec(
    kind="deployment_set",
    id=("DeploymentSetId", "id"),
    name=("DeploymentSetName",),
    hints=("deploymentset", "deploymentsets"),
    needs=(frozenset({"deploymentsetid", "strategy"}), frozenset({"deploymentsetid", "deploymentsetname"})),
    fields=(
        field_of("instance_ids", "InstanceIds", as_ids),
        field_of("strategy", "Strategy", as_text),
        field_of("granularity", "Granularity", as_text),
        field_of("created_at", "CreationTime", as_time),
    ),
)

IMAGE = Spec(
    kind="image",
    id=("ImageId", "id"),
    name=("ImageName",),
    hints=("image", "images"),
    needs=(frozenset({"imageid", "imageowneralias"}), frozenset({"imageid", "imagename", "size"})),
    refuses=frozenset({"instanceid", "scalingconfigurationid"}),
    fields=(
        field_of("owner", "ImageOwnerAlias", as_text),
        field_of("size_gib", "Size", USED_GIB),
        field_of("os_type", "OSType", as_text),
        field_of("os_name", "OSName", as_text),
        field_of("created_at", "CreationTime", as_time),
        field_of("snapshot_ids", "DiskDeviceMappings.DiskDeviceMapping.SnapshotId", as_ids),
    ),
)


def _eni_finish(draft: Draft, record: Record) -> None:
    draft.attributes["private_ips"] = unique(
        get(record, "PrivateIpAddress"),
        get(record, "PrivateIpSets.PrivateIpSet.PrivateIpAddress", "private_ip_sets.PrivateIpAddress"),
    )


NETWORK_INTERFACE = Spec(
    kind="network_interface",
    id=("NetworkInterfaceId", "id"),
    name=("NetworkInterfaceName", "name"),
    hints=("networkinterfaceset", "networkinterfacesets", "networkinterfaces"),
    needs=(frozenset({"networkinterfaceid", "vswitchid"}), frozenset({"networkinterfaceid", "macaddress", "status"})),
    finish=_eni_finish,
    finish_block=finish_interfaces,
    fields=(
        field_of("instance_id", "InstanceId | Attachment.InstanceId", as_id),
        field_of("vswitch_id", "VSwitchId", as_id),
        field_of("vpc_id", "VpcId", as_id),
        field_of("security_group_ids", "SecurityGroupIds", as_ids),
        field_of("eip_id", "AssociatedPublicIp.AllocationId", as_id),
        field_of("interface_type", "Type", as_lower),
        field_of("service_managed", "ServiceManaged", as_bool),
        field_of("created_at", "CreationTime", as_time),
    ),
)


_RULE_MARKS = ("Direction", "PortRange", "IpProtocol", "protocol", "type", "SourceCidrIp", "DestCidrIp", "cidr_ip")


def _group_finish(draft: Draft, record: Record) -> None:
    rules = draft.listed("rules", get(record, "Permissions", "rules"), *_RULE_MARKS)
    if rules is not None:
        draft.attributes["rules"] = tuple(rule_record(rule, draft) for rule in rules)


def _inner_policy(value: object) -> object:
    """Accept or drop; Ansible gives a truth value."""
    return text(value) if isinstance(value, bool) else as_lower(value)


SECURITY_GROUP = Spec(
    kind="security_group",
    id=("SecurityGroupId", "group_id", "id"),
    name=("SecurityGroupName", "group_name", "name"),
    hints=("securitygroup", "securitygroups"),
    needs=(
        frozenset({"securitygroupid", "permissions"}),
        frozenset({"securitygroupid", "securitygroupname"}),
        frozenset({"securitygroupid", "securitygrouptype"}),
        frozenset({"groupid", "groupname", "rules"}),
        frozenset({"securitygroupid", "description", "creationtime"}),
        frozenset({"securitygroupid", "description", "vpcid"}),
    ),
    refuses=frozenset({"instanceid", "scalinggroupid", "networkinterfaceid", "clusterid", "networktype", "nettype"}),
    unite=frozenset({"rules"}),
    finish=_group_finish,
    finish_reads=frozenset({"permissions", "rules"}),
    fields=(
        field_of("vpc_id", "VpcId", as_id),
        field_of("group_type", "SecurityGroupType", as_text),
        field_of("inner_access_policy", "InnerAccessPolicy", _inner_policy),
        field_of("service_managed", "ServiceManaged", as_bool),
        field_of("created_at", "CreationTime", as_time),
    ),
)


def read_scaling_instance(record: Record, context: Context, batch: Batch) -> None:
    """A member of a scaling group: tells of its group and of the instance, lists neither."""
    group, instance = text(get(record, "ScalingGroupId")), text(get(record, "InstanceId"))
    if not instance:
        return
    if group:
        state = text(get(record, "LifecycleState"))
        member = {
            "instance_id": instance,
            "lifecycle_state": state,
            "health": text(get(record, "HealthStatus")),
            "zone": text(get(record, "ZoneId")),
        }
        known = Draft("scaling_group", group, context.place, partial=True, unite=frozenset({"instance_ids", "members"}))
        known.attributes = {"instance_ids": (instance,), "members": ({k: v for k, v in member.items() if v},)}
        batch.drafts.append(known)
    one = Draft("instance", instance, context.place, partial=True, zone=text(get(record, "ZoneId")) or None)
    if group:
        one.attributes["scaling_group_id"] = group
    batch.drafts.append(one)


def read_tag(record: Record, context: Context, batch: Batch) -> None:
    """One tag of one resource, as the tag services of every product list them."""
    owner, key = text(get(record, "ResourceId")), text(get(record, "TagKey"))
    kind = kind_of_id(owner)
    if kind is None:
        raise LookupError(f"'{owner}' is no id of a kind that is read")
    draft = Draft(kind, owner, context.place, partial=True)
    draft.tags = {key: text(get(record, "TagValue"))}
    batch.drafts.append(draft)


def read_references(record: Record, context: Context, batch: Batch) -> None:
    """Which groups name this group as a source."""
    group = text(get(record, "SecurityGroupId"))
    named_by = texts(
        get(
            record,
            "ReferencingSecurityGroups.ReferencingSecurityGroup.SecurityGroupId",
            "SecurityReferencingGroups.SecurityGroupId",
        )
    )
    if group:
        draft = Draft("security_group", group, context.place, partial=True)
        draft.attributes["referenced_by"] = tuple(named_by)
        batch.drafts.append(draft)
