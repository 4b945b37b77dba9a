"""Which attribute of each kind a column of a table fills."""

from __future__ import annotations

from typing import Final

ATTRIBUTES: Final[dict[str, dict[str, str]]] = {
    "instance": {
        "type": "instance_type",
        "cpu": "cpu",
        "os": "os_name",
        "image": "image_id",
        "private_ip": "private_ips",
        "public_ip": "public_ips",
        "ip": "private_ips",
        "vpc": "vpc_id",
        "vswitch": "vswitch_id",
        "security_groups": "security_group_ids",
        "network": "network_type",
        "deployment_set": "deployment_set_id",
    },
    "disk": {
        "size": "size_gib",
        "disk_category": "category",
        "disk_type": "disk_type",
        "device": "device",
        "attached_to": "instance_ids",
        "snapshot_policy": "snapshot_policy_ids",
        "encrypted": "encrypted",
    },
    "snapshot": {"source_disk": "source_disk_id", "size": "source_disk_size_gib", "encrypted": "encrypted"},
    "database": {
        "type": "instance_class",
        "cpu": "cpu",
        "engine": "engine",
        "engine_version": "engine_version",
        "db_category": "category",
        "disk_category": "category",
        "db_role": "role",
        "storage": "storage_gib",
        "storage_type": "storage_type",
        "vpc": "vpc_id",
        "vswitch": "vswitch_id",
        "network": "network_type",
        "connection": "connection_string",
    },
    "cache": {
        "type": "instance_class",
        "engine_version": "engine_version",
        "vpc": "vpc_id",
        "vswitch": "vswitch_id",
        "connection": "connection_string",
        "private_ip": "private_ip",
    },
    "load_balancer": {
        "type": "spec",
        "ip": "address",
        "public_ip": "address",
        "private_ip": "address",
        "vpc": "vpc_id",
        "vswitch": "vswitch_id",
        "network": "address_type",
    },
    "eip": {"ip": "address", "public_ip": "address", "bandwidth": "bandwidth_mbps", "attached_to": "instance_id"},
    "bucket": {
        "redundancy": "redundancy",
        "storage_type": "storage_class",
        "versioning": "versioning",
        "size_bytes": "size_gib",
    },
    "vswitch": {"vpc": "vpc_id"},
    "security_group": {"vpc": "vpc_id"},
    "nat_gateway": {"vpc": "vpc_id"},
}
