"""What the provider calls its types: of which kind each is, what it names differently, which types only link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from advisor.importers.convert import as_bool, as_text, unique
from advisor.importers.fields import ABSENT, Record, get, records, text, texts
from advisor.importers.forms import terraform_links
from advisor.importers.quantities import DAYS, DISK_GIB
from advisor.importers.records import Batch, Collector, Context, Draft, Spec, read_record
from advisor.importers.services import (
    backup,
    balancing,
    buckets,
    databases,
    ecs,
    files,
    hybrid,
    network,
    others,
    scaling,
    storage,
    traffic,
)
from advisor.importers.services.ecs import rule_record

Renames = Mapping[str, str]
Link = Callable[[Record, Context, Batch], None]

_DISK: Final = {
    "disk_name": "DiskName",
    "name": "DiskName",
    "type": "-",
    "snapshot_id": "SourceSnapshotId",
    "dedicated_block_storage_cluster_id": "StorageClusterId",
    "delete_auto_snapshot": "DeleteAutoSnapshot",
    "enable_auto_snapshot": "EnableAutoSnapshot",
    "payment_type": "DiskChargeType",
}
_SNAPSHOT: Final = {"disk_id": "SourceDiskId", "name": "SnapshotName", "snapshot_name": "SnapshotName"}
_POLICY: Final = {"name": "AutoSnapshotPolicyName", "auto_snapshot_policy_name": "AutoSnapshotPolicyName"}
_GROUP: Final = {"name": "SecurityGroupName", "security_group_name": "SecurityGroupName"}
_EIP: Final = {
    "address_name": "Name",
    "name": "Name",
    "payment_type": "ChargeType",
    "instance_charge_type": "ChargeType",
}
_NAT: Final = {"nat_gateway_name": "Name", "name": "Name"}
_SLB: Final = {
    "load_balancer_name": "LoadBalancerName",
    "name": "LoadBalancerName",
    "load_balancer_spec": "LoadBalancerSpec",
    "specification": "LoadBalancerSpec",
    "payment_type": "PayType",
}
_LB: Final = {"load_balancer_name": "LoadBalancerName"}
_LISTENER: Final = {
    "frontend_port": "ListenerPort",
    "backend_port": "BackendServerPort",
    "protocol": "ListenerProtocol",
    "server_group_id": "VServerGroupId",
    "master_slave_server_group_id": "MasterSlaveServerGroupId",
}
_SERVER_GROUP: Final = {
    "server_group_name": "ServerGroupName",
    "name": "ServerGroupName",
    "load_balancer_id": "RelatedLoadBalancerIds",
}
_ESS: Final = {
    "scaling_group_name": "ScalingGroupName",
    "loadbalancer_ids": "LoadBalancerIds",
    "multi_az_policy": "MultiAZPolicy",
    "default_cooldown": "DefaultCooldown",
}
_RDS: Final = {
    "instance_name": "DBInstanceDescription",
    "instance_type": "DBInstanceClass",
    "instance_storage": "DBInstanceStorage",
    "zone_id": "MasterZone",
    "instance_charge_type": "PayType",
}
_POLARDB: Final = {"description": "DBClusterDescription", "db_node_class": "DBNodeClass"}
_KVSTORE: Final = {
    "db_instance_name": "InstanceName",
    "instance_name": "InstanceName",
    "payment_type": "ChargeType",
    "instance_charge_type": "ChargeType",
    "instance_type": "Engine",
    "secondary_zone_id": "SecondaryZoneId",
    "connection_domain": "ConnectionDomain",
}
_CLUSTER: Final = {"vswitch_ids": "vswitch_ids", "version": "current_version"}
_PLAN: Final = {
    "ecs_backup_plan_name": "PlanName",
    "oss_backup_plan_name": "PlanName",
    "nas_backup_plan_name": "PlanName",
}

SPECS: Final[dict[str, tuple[Spec, Renames]]] = {
    "alicloud_instance": (ecs.INSTANCE, {"instance_name": "InstanceName"}),
    "alicloud_disk": (storage.DISK, _DISK),
    "alicloud_ecs_disk": (storage.DISK, _DISK),
    "alicloud_snapshot": (storage.SNAPSHOT, _SNAPSHOT),
    "alicloud_ecs_snapshot": (storage.SNAPSHOT, _SNAPSHOT),
    "alicloud_snapshot_policy": (storage.SNAPSHOT_POLICY, _POLICY),
    "alicloud_ecs_auto_snapshot_policy": (storage.SNAPSHOT_POLICY, _POLICY),
    "alicloud_ebs_disk_replica_pair": (
        storage.REPLICA_PAIR,
        {
            "disk_id": "SourceDiskId",
            "source_zone_id": "SourceZoneId",
            "destination_region_id": "DestinationRegion",
            "pair_name": "PairName",
        },
    ),
    "alicloud_ecs_deployment_set": (ecs.DEPLOYMENT_SET, {}),
    "alicloud_image": (ecs.IMAGE, {"image_name": "ImageName"}),
    "alicloud_network_interface": (ecs.NETWORK_INTERFACE, {}),
    "alicloud_ecs_network_interface": (ecs.NETWORK_INTERFACE, {}),
    "alicloud_security_group": (ecs.SECURITY_GROUP, _GROUP),
    "alicloud_vpc": (network.VPC, {"vpc_name": "VpcName", "name": "VpcName"}),
    "alicloud_vswitch": (
        network.VSWITCH,
        {"vswitch_name": "VSwitchName", "name": "VSwitchName", "availability_zone": "ZoneId"},
    ),
    "alicloud_subnet": (network.VSWITCH, {"name": "VSwitchName", "availability_zone": "ZoneId"}),
    "alicloud_eip": (network.EIP, _EIP),
    "alicloud_eip_address": (network.EIP, _EIP),
    "alicloud_nat_gateway": (network.NAT_GATEWAY, _NAT),
    "alicloud_vpn_gateway": (network.VPN_GATEWAY, {"name": "Name", "vpn_gateway_name": "Name"}),
    "alicloud_slb": (balancing.LOAD_BALANCER, _SLB),
    "alicloud_slb_load_balancer": (balancing.LOAD_BALANCER, _SLB),
    "alicloud_alb_load_balancer": (balancing.LOAD_BALANCER, _LB),
    "alicloud_nlb_load_balancer": (balancing.LOAD_BALANCER, _LB),
    "alicloud_slb_listener": (balancing.LISTENER, _LISTENER),
    "alicloud_alb_listener": (balancing.LISTENER, {}),
    "alicloud_nlb_listener": (balancing.LISTENER, {}),
    "alicloud_slb_server_group": (balancing.SERVER_GROUP, _SERVER_GROUP),
    "alicloud_slb_master_slave_server_group": (balancing.SERVER_GROUP, _SERVER_GROUP),
    "alicloud_alb_server_group": (balancing.SERVER_GROUP, _SERVER_GROUP),
    "alicloud_nlb_server_group": (balancing.SERVER_GROUP, _SERVER_GROUP),
    "alicloud_ess_scaling_group": (scaling.SCALING_GROUP, _ESS),
    "alicloud_db_instance": (databases.RDS, _RDS),
    "alicloud_rds_instance": (databases.RDS, _RDS),
    "alicloud_db_readonly_instance": (databases.RDS, _RDS),
    "alicloud_rds_ddr_instance": (databases.RDS, _RDS),
    "alicloud_polardb_cluster": (databases.POLARDB, _POLARDB),
    "alicloud_kvstore_instance": (databases.CACHE, _KVSTORE),
    "alicloud_cs_kubernetes": (others.CLUSTER, _CLUSTER),
    "alicloud_cs_managed_kubernetes": (others.CLUSTER, _CLUSTER),
    "alicloud_cs_serverless_kubernetes": (others.CLUSTER, _CLUSTER),
    "alicloud_oss_bucket": (buckets.BUCKET, {}),
    "alicloud_nas_file_system": (files.FILE_SYSTEM, {}),
    "alicloud_alidns_record": (traffic.DNS_RECORD, {}),
    "alicloud_dns_record": (traffic.DNS_RECORD, {"name": "DomainName", "host_record": "RR", "routing": "Line"}),
    "alicloud_cen_instance": (hybrid.CEN, {"cen_instance_name": "Name", "name": "Name"}),
    "alicloud_cen_transit_router": (hybrid.TRANSIT_ROUTER, {}),
    "alicloud_cen_transit_router_vpc_attachment": (hybrid.CEN_ATTACHMENT, {}),
    "alicloud_cen_transit_router_vbr_attachment": (hybrid.CEN_ATTACHMENT, {}),
    "alicloud_express_connect_virtual_border_router": (hybrid.BORDER_ROUTER, {}),
    "alicloud_express_connect_physical_connection": (hybrid.PHYSICAL_CONNECTION, {}),
    "alicloud_router_interface": (hybrid.ROUTER_INTERFACE, {"name": "Name", "opposite_region": "OppositeRegionId"}),
    "alicloud_express_connect_router_interface": (hybrid.ROUTER_INTERFACE, {}),
    "alicloud_hbr_vault": (others.VAULT, {}),
    "alicloud_hbr_ecs_backup_plan": (others.BACKUP_PLAN, _PLAN),
    "alicloud_hbr_oss_backup_plan": (others.BACKUP_PLAN, _PLAN),
    "alicloud_hbr_nas_backup_plan": (others.BACKUP_PLAN, _PLAN),
    "alicloud_hbr_policy": (backup.BACKUP_POLICY, {}),
    "alicloud_hbr_policy_binding": (backup.POLICY_BINDING, {}),
    "alicloud_dts_synchronization_job": (others.DTS_JOB, {"dts_job_name": "DtsJobName"}),
}
_SOURCE_OF: Final = {
    "alicloud_hbr_ecs_backup_plan": "ECS_FILE",
    "alicloud_hbr_oss_backup_plan": "OSS",
    "alicloud_hbr_nas_backup_plan": "NAS",
}


def read_resource(kind: str, attributes: Record, context: Context, batch: Batch, collector: Collector) -> None:
    """Read one resource of a state: a thing, or a link between two."""
    link = LINKS.get(kind)
    if link is not None:
        link(attributes, context, batch)
        return
    spec, renames = SPECS[kind]
    record = {key: value for key, value in attributes.items() if value is not None and not _empty_computed(value)}
    renamed = {new: record[old] for old, new in renames.items() if old in record and new not in record}
    whole = {**{key: value for key, value in record.items() if key not in renames}, **renamed}
    draft = read_record(spec, _with_id(spec, whole), context, batch, collector)
    if draft is None:
        return
    if kind == "alicloud_instance":
        _instance_disks(draft, attributes, context, batch)
    elif kind in _SOURCE_OF:
        draft.attributes.setdefault("source_type", _SOURCE_OF[kind])
    elif draft.kind in ("transit_router", "cen_attachment"):
        draft.id = draft.id.rpartition(":")[2]  # the id of a state is that of the CEN instance or router, and its own
    elif draft.kind == "database":
        _database(draft, attributes)
    elif draft.kind == "listener" and ":" in draft.id:
        _slb_listener(draft)
    elif draft.kind == "server_group":
        _several_servers(draft, attributes)
    elif draft.kind == "cluster" and get(attributes, "worker_nodes", "master_nodes") is not ABSENT:
        draft.attributes["node_ids"] = unique(get(attributes, "master_nodes.id"), get(attributes, "worker_nodes.id"))


def _empty_computed(value: object) -> bool:
    return value == "" or value == []


def _with_id(spec: Spec, record: Record) -> Record:
    """A state's ``id`` is the thing's id, whatever other ids the record names."""
    return {**{key: value for key, value in record.items() if key != "id"}, spec.id[0]: record.get("id", "")}


def _instance_disks(draft: Draft, attributes: Record, context: Context, batch: Batch) -> None:
    """A state names the system disk and the sizes of data disks, not the data disks' ids."""
    system = {
        "size_gib": draft.read("system_disk_size", DISK_GIB, get(attributes, "system_disk_size")),
        "category": as_text(get(attributes, "system_disk_category")),
    }
    known = {name: value for name, value in system.items() if value not in (ABSENT, "")}
    system_id = text(get(attributes, "system_disk_id"))
    if system_id:
        disk = Draft("disk", system_id, context.place, region=draft.region, zone=draft.zone)
        disk.attributes = {**known, "disk_type": "system", "instance_ids": (draft.id,)}
        batch.drafts.append(disk)
    elif known:
        draft.attributes.update({f"system_disk_{name}": value for name, value in known.items()})
    data = [_data_disk(one, draft) for one in records(get(attributes, "data_disks"))]
    if data:
        draft.attributes["data_disks"] = tuple(data)


def _data_disk(record: Record, instance: Draft) -> dict[str, object]:
    found = {
        "name": text(get(record, "name")),
        "size_gib": instance.read("size of a data disk", DISK_GIB, get(record, "size")),
        "category": text(get(record, "category")),
    }
    return {name: value for name, value in found.items() if value not in (ABSENT, "")}


def _database(draft: Draft, attributes: Record) -> None:
    allowed = get(attributes, "security_ips")
    if allowed is not ABSENT:
        draft.attributes["security_ips"] = tuple(texts(allowed))
    _retention(draft, attributes, ("backup_retention_period",), ("log_backup_retention_period",))


def _retention(draft: Draft, record: Record, backups: tuple[str, ...], logs: tuple[str, ...]) -> None:
    """For how many days a database keeps its backups and logs, from the first of these fields that says it."""
    for name, sources in (("backup_retention_days", backups), ("log_backup_retention_days", logs)):
        days = draft.read(name, DAYS, get(record, *sources))
        if days is not ABSENT:
            draft.attributes[name] = days


def _several_servers(draft: Draft, attributes: Record) -> None:
    """Old server groups name several servers in one block (``server_ids``)."""
    servers = records(get(attributes, "servers"))
    if any("server_ids" in one for one in servers):
        draft.attributes["members"] = tuple(
            balancing.member_record({**one, "ServerId": server}, draft)
            for one in servers
            for server in texts(get(one, "server_ids", "server_id"))
        )


def _slb_listener(draft: Draft) -> None:
    """``lb-…:tcp:80``, or ``lb-…:80`` in old states."""
    parts = draft.id.split(":")
    draft.attributes.setdefault("load_balancer_id", parts[0])
    protocol = draft.attributes.get("protocol")
    if len(parts) == 2 and protocol:
        draft.id = f"{parts[0]}:{protocol}:{parts[1]}"


def _partial(kind: str, owner: str, attribute: str, context: Context) -> Draft:
    return Draft(kind, owner, context.place, partial=True, unite=frozenset({attribute}))  # type: ignore[arg-type]


def _add(draft: Draft, attribute: str, values: object, batch: Batch) -> None:
    """Add to one attribute of an owner, where one is named."""
    if draft.id:
        draft.attributes[attribute] = values
        batch.drafts.append(draft)


def _link(kind: str, owner: str, attribute: str, values: object, context: Context, batch: Batch) -> None:
    """A partial draft that adds to one attribute of the owner."""
    _add(_partial(kind, owner, attribute, context), attribute, values, batch)


def _disk_attachment(record: Record, context: Context, batch: Batch) -> None:
    _link("disk", text(get(record, "disk_id")), "instance_ids", unique(get(record, "instance_id")), context, batch)


def _policy_attachment(record: Record, context: Context, batch: Batch) -> None:
    policy = unique(get(record, "auto_snapshot_policy_id", "snapshot_policy_id"))
    _link("disk", text(get(record, "disk_id")), "snapshot_policy_ids", policy, context, batch)


def _group_rule(record: Record, context: Context, batch: Batch) -> None:
    direction = text(get(record, "type"))
    group = _partial("security_group", text(get(record, "security_group_id")), "rules", context)
    rule = rule_record({**record, "Direction": direction}, group)
    if direction == "egress" and "source_cidr" in rule:
        rule["dest_cidr"] = rule.pop("source_cidr")
    _add(group, "rules", (rule,), batch)


def _eip_association(record: Record, context: Context, batch: Batch) -> None:
    owner = text(get(record, "allocation_id"))
    if owner:
        draft = Draft("eip", owner, context.place, partial=True)
        draft.attributes = {"instance_id": text(get(record, "instance_id"))}
        kind = text(get(record, "instance_type"))
        if kind:
            draft.attributes["instance_type"] = kind
        batch.drafts.append(draft)


def _backends(record: Record, context: Context, batch: Batch) -> None:
    owner = _partial("load_balancer", text(get(record, "load_balancer_id")), "backend", context)
    servers = tuple(balancing.backend_record(one, owner) for one in records(get(record, "backend_servers")))
    listed = servers or tuple(
        {"server_id": one, "type": "ecs"} for one in texts(get(record, "instance_ids", "instances"))
    )
    _add(owner, "backend", listed, batch)


def _group_member(record: Record, context: Context, batch: Batch) -> None:
    group = _partial("server_group", text(get(record, "server_group_id")), "members", context)
    _add(group, "members", (balancing.member_record(record, group),), batch)


def _scaling_configuration(record: Record, context: Context, batch: Batch) -> None:
    if not text(get(record, "scaling_group_id")):
        return
    group = Draft("scaling_group", text(get(record, "scaling_group_id")), context.place, partial=True)
    active = group.read("active of a configuration", as_bool, get(record, "active")) is True
    if group.odd:
        batch.drafts.append(group)
    extra = {"ScalingConfigurationId": get(record, "id"), "LifecycleState": "Active" if active else "Inactive"}
    scaling.read_configuration({**record, **extra}, context, batch)


def _scaling_groups_of_balancer(record: Record, context: Context, batch: Batch) -> None:
    groups = unique(
        get(record, "alb_server_group_id", "server_group_id"),
        get(record, "vserver_groups.vserver_attributes.vserver_group_id"),
    )
    _link("scaling_group", text(get(record, "scaling_group_id")), "server_group_ids", groups, context, batch)


def _scaling_attachment(record: Record, context: Context, batch: Batch) -> None:
    _link(
        "scaling_group",
        text(get(record, "scaling_group_id")),
        "instance_ids",
        unique(get(record, "instance_ids")),
        context,
        batch,
    )


def _backup_policy(record: Record, context: Context, batch: Batch) -> None:
    owner = text(get(record, "instance_id"))
    draft = Draft("database", owner, context.place, partial=True)
    _retention(
        draft,
        record,
        ("backup_retention_period", "retention_period"),
        ("log_backup_retention_period", "log_retention_period"),
    )
    days = get(record, "preferred_backup_period", "backup_period")
    if days is not ABSENT:
        draft.attributes["backup_days"] = tuple(texts(days))
    when = text(get(record, "preferred_backup_time", "backup_time"))
    if when:
        draft.attributes["backup_time"] = when
    logs = draft.read("log_backup_enabled", as_bool, get(record, "enable_backup_log", "log_backup"))
    if logs is not ABSENT:
        draft.attributes["log_backup_enabled"] = logs
    if owner:
        batch.drafts.append(draft)


LINKS: Final[dict[str, Link]] = {
    "alicloud_disk_attachment": _disk_attachment,
    "alicloud_ecs_disk_attachment": _disk_attachment,
    "alicloud_ecs_auto_snapshot_policy_attachment": _policy_attachment,
    "alicloud_security_group_rule": _group_rule,
    "alicloud_eip_association": _eip_association,
    "alicloud_slb_attachment": _backends,
    "alicloud_slb_backend_server": _backends,
    "alicloud_slb_server_group_server_attachment": _group_member,
    "alicloud_nlb_server_group_server_attachment": _group_member,
    "alicloud_ess_scaling_configuration": _scaling_configuration,
    "alicloud_ess_alb_server_group_attachment": _scaling_groups_of_balancer,
    "alicloud_ess_server_group_attachment": _scaling_groups_of_balancer,
    "alicloud_ess_scalinggroup_vserver_groups": _scaling_groups_of_balancer,
    "alicloud_ess_attachment": _scaling_attachment,
    "alicloud_db_backup_policy": _backup_policy,
    "alicloud_cen_instance_attachment": terraform_links.cen_child,
    "alicloud_vpc_vbr_ha": terraform_links.failover_group,
    "alicloud_oss_bucket_replication": terraform_links.bucket_replication,
    "alicloud_nas_mount_target": terraform_links.mount_target,
    "alicloud_nas_access_rule": terraform_links.access_rule,
}
