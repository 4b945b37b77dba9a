"""What the provider calls its types: of which kind each is, what it names differently, which types only link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from advisor.importers.convert import as_id, as_word, unique
from advisor.importers.fields import ABSENT, Record, get, records, text, texts
from advisor.importers.forms.terraform_links import LINKS, read_link
from advisor.importers.forms.terraform_values import plain_texts, retention, rows_of
from advisor.importers.quantities import DISK_GIB
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

Renames = Mapping[str, str]

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
_POLARDB: Final = {
    "description": "DBClusterDescription",
    "db_node_class": "DBNodeClass",
    "creation_category": "Category",
}
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
    if kind in LINKS:
        read_link(kind, attributes, context, batch, collector)
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
    elif draft.kind == "cluster":
        _nodes(draft, attributes)


def _empty_computed(value: object) -> bool:
    return value == "" or value == []


def _with_id(spec: Spec, record: Record) -> Record:
    """A state's ``id`` is the thing's id, whatever other ids the record names."""
    return {**{key: value for key, value in record.items() if key != "id"}, spec.id[0]: record.get("id", "")}


def _instance_disks(draft: Draft, attributes: Record, context: Context, batch: Batch) -> None:
    """A state names the system disk and the sizes of data disks, not the data disks' ids."""
    system = {
        "size_gib": draft.read("system_disk_size", DISK_GIB, get(attributes, "system_disk_size")),
        "category": draft.read("system_disk_category", as_word, get(attributes, "system_disk_category")),
    }
    known = {name: value for name, value in system.items() if value not in (ABSENT, "")}
    system_id = draft.read("system_disk_id", as_id, get(attributes, "system_disk_id"))
    if isinstance(system_id, str) and system_id:
        disk = Draft("disk", system_id, context.place, region=draft.region, zone=draft.zone)
        disk.attributes = {**known, "disk_type": "system", "instance_ids": (draft.id,)}
        batch.drafts.append(disk)
    elif known:
        draft.attributes.update({f"system_disk_{name}": value for name, value in known.items()})
    data = [_data_disk(one, draft) for one in rows_of(draft, "data_disks", get(attributes, "data_disks")) or ()]
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
    allowed = draft.read("security_ips", plain_texts, get(attributes, "security_ips"))
    if allowed is not ABSENT:
        draft.attributes["security_ips"] = allowed
    retention(draft, attributes, ("backup_retention_period",), ("log_backup_retention_period",))


def _several_servers(draft: Draft, attributes: Record) -> None:
    """Old server groups name several servers in one block (``server_ids``)."""
    servers = records(get(attributes, "servers")) if "members" in draft.attributes else []
    if any("server_ids" in one for one in servers):
        draft.attributes["members"] = tuple(
            balancing.member_record({**one, "ServerId": server}, draft)
            for one in servers
            for server in texts(get(one, "server_ids", "server_id"))
        )


def _nodes(draft: Draft, attributes: Record) -> None:
    """The nodes that old clusters name; unknown where one of the lists is none."""
    names = [name for name in ("master_nodes", "worker_nodes") if attributes.get(name) is not None]
    listed = [rows_of(draft, name, attributes[name]) for name in names]
    if listed and None not in listed:
        draft.attributes["node_ids"] = unique(*(get(one, "id") for rows in listed for one in rows or ()))


def _slb_listener(draft: Draft) -> None:
    """``lb-…:tcp:80``, or ``lb-…:80`` in old states."""
    parts = draft.id.split(":")
    draft.attributes.setdefault("load_balancer_id", parts[0])
    protocol = draft.attributes.get("protocol")
    if len(parts) == 2 and protocol:
        draft.id = f"{parts[0]}:{protocol}:{parts[1]}"
