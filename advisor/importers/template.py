"""An inventory to fill in by hand, in this product's own form: a small example with the attributes that plans need."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Final, Literal

import yaml

from advisor.importers.catalogue import SPECS

TemplateForm = Literal["csv", "yaml"]
_COMMON: Final = ("id", "kind", "name", "region", "zone", "zones", "status", "tags")
_HANGZHOU: Final = {"region": "cn-hangzhou", "zone": "cn-hangzhou-h"}
_EXAMPLE: Final[tuple[Mapping[str, object], ...]] = (
    {
        "id": "vpc-example", "kind": "vpc", "name": "shop", "region": "cn-hangzhou",
        "attributes": {"cidr": "10.0.0.0/8"},
    },
    {
        "id": "vsw-example", "kind": "vswitch", "name": "shop-h", **_HANGZHOU,
        "attributes": {"vpc_id": "vpc-example", "cidr": "10.0.0.0/24"},
    },
    {
        "id": "i-example", "kind": "instance", "name": "shop-web-1", **_HANGZHOU, "status": "Running",
        "tags": {"app": "shop", "env": "prod"},
        "attributes": {
            "instance_type": "ecs.g7.large", "cpu": 2, "memory_mib": 8192, "vpc_id": "vpc-example",
            "vswitch_id": "vsw-example", "private_ips": ["10.0.0.1"], "charge_type": "PostPaid",
        },
    },
    {
        "id": "d-example", "kind": "disk", "name": "shop-data", **_HANGZHOU, "status": "In_use",
        "attributes": {
            "size_gib": 100, "category": "cloud_essd", "disk_type": "data", "instance_ids": ["i-example"],
            "snapshot_policy_ids": ["sp-example"], "encrypted": False,
        },
    },
    {
        "id": "sp-example", "kind": "snapshot_policy", "name": "daily", "region": "cn-hangzhou",
        "attributes": {"time_points": [2], "repeat_weekdays": [1, 2, 3, 4, 5, 6, 7], "retention_days": 7},
    },
    {
        "id": "lb-example", "kind": "load_balancer", "name": "shop", **_HANGZHOU,
        "zones": ["cn-hangzhou-h", "cn-hangzhou-i"],
        "attributes": {"lb_type": "alb", "vpc_id": "vpc-example", "address_type": "internet"},
    },
    {
        "id": "lsn-example", "kind": "listener", "region": "cn-hangzhou",
        "attributes": {
            "load_balancer_id": "lb-example", "port": 443, "protocol": "https", "server_group_ids": ["sgp-example"],
        },
    },
    {
        "id": "sgp-example", "kind": "server_group", "name": "shop-web", "region": "cn-hangzhou",
        "attributes": {
            "vpc_id": "vpc-example",
            "members": [{"server_id": "i-example", "server_type": "ecs", "port": 8080, "weight": 100}],
        },
    },
    {
        "id": "rm-example", "kind": "database", "name": "shop-orders", **_HANGZHOU, "status": "Running",
        "attributes": {
            "product": "rds", "engine": "MySQL", "engine_version": "8.0", "category": "HighAvailability",
            "storage_gib": 200, "slave_zones": ["cn-hangzhou-i"], "vpc_id": "vpc-example",
            "backup_retention_days": 7, "log_backup_enabled": True,
        },
    },
)  # fmt: skip
_HEAD: Final = """\
# An inventory by hand. Replace the examples by your own resources; every id is one resource.
# Leave out what you do not know (unknown); write "" or [] for what is known to be none.
# zone is where it stands, zones all of them where there are several, the primary one first.
# Lists name other resources by id. Passwords, keys and user data have no place here: they are dropped.
# Kinds and their attributes (docs/inventory.md says what each holds):
"""


def inventory_template(form: TemplateForm) -> str:
    """The template as CSV (one row a resource) or YAML (with the attributes of every kind as comments)."""
    return _csv() if form == "csv" else _yaml()


def _attributes(row: Mapping[str, object]) -> Mapping[str, object]:
    found = row["attributes"]
    return found if isinstance(found, Mapping) else {}


def _csv() -> str:
    names = list(dict.fromkeys(name for row in _EXAMPLE for name in _attributes(row)))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*_COMMON, *names])
    for row in _EXAMPLE:
        attributes = _attributes(row)
        writer.writerow([*(_cell(row.get(name)) for name in _COMMON), *(_cell(attributes.get(name)) for name in names)])
    return buffer.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _yaml() -> str:
    kinds: dict[str, list[str]] = {}
    for spec in SPECS:
        known = kinds.setdefault(spec.kind, [])
        known.extend(field.name for field in spec.fields if field.name not in known)
    lines = [f"#   {kind}: {', '.join(sorted(names))}" for kind, names in sorted(kinds.items())]
    body = yaml.safe_dump({"resources": [dict(row) for row in _EXAMPLE]}, allow_unicode=True, sort_keys=False)
    return f"{_HEAD}{chr(10).join(lines)}\n{body}"
