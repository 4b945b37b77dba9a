"""Terraform state of versions 3 and 4 and ``show -json``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from advisor.importers.forms.terraform import unflatten
from advisor.model.inventory import ImportResult

Make = Callable[..., ImportResult]

RESOURCES: list[tuple[str, dict[str, Any]]] = [
    ("alicloud_vpc", {"id": "vpc-bp1a", "vpc_name": "main", "cidr_block": "10.0.0.0/8"}),
    ("alicloud_vswitch", {"id": "vsw-bp1a", "vpc_id": "vpc-bp1a", "cidr_block": "10.0.1.0/24", "zone_id": "cn-hangzhou-h", "vswitch_name": "h"}),
    ("alicloud_instance", {"id": "i-bp1aaaa", "instance_name": "web", "availability_zone": "cn-hangzhou-h", "instance_type": "ecs.g7.large",
                           "vswitch_id": "vsw-bp1a", "security_groups": ["sg-bp1a"], "private_ip": "10.0.1.5", "password": "geheim",
                           "system_disk_category": "cloud_essd", "system_disk_size": 40, "system_disk_id": "d-bp1sys", "tags": {"app": "shop"},
                           "user_data": "#!/bin/sh", "data_disks": [{"name": "x", "size": 20, "category": "cloud_essd"}]}),
    ("alicloud_ecs_disk", {"id": "d-bp1data", "zone_id": "cn-hangzhou-h", "size": 200, "category": "cloud_essd", "disk_name": "data"}),
    ("alicloud_ecs_disk_attachment", {"id": "d-bp1data:i-bp1aaaa", "disk_id": "d-bp1data", "instance_id": "i-bp1aaaa"}),
    ("alicloud_ecs_auto_snapshot_policy", {"id": "sp-bp1a", "name": "daily", "time_points": ["2"], "repeat_weekdays": ["1", "2"],
                                           "retention_days": 7, "enable_cross_region_copy": True, "target_copy_regions": ["cn-shanghai"]}),
    ("alicloud_ecs_auto_snapshot_policy_attachment", {"disk_id": "d-bp1data", "auto_snapshot_policy_id": "sp-bp1a"}),
    ("alicloud_security_group", {"id": "sg-bp1a", "name": "web", "vpc_id": "vpc-bp1a"}),
    ("alicloud_security_group_rule", {"id": "sg-bp1a:ingress:tcp:80/80:intranet:0.0.0.0/0:accept:1", "security_group_id": "sg-bp1a",
                                      "type": "ingress", "ip_protocol": "tcp", "policy": "accept", "port_range": "80/80", "priority": 1,
                                      "cidr_ip": "0.0.0.0/0"}),
    ("alicloud_slb_load_balancer", {"id": "lb-bp1a", "load_balancer_name": "clb", "master_zone_id": "cn-hangzhou-h",
                                    "slave_zone_id": "cn-hangzhou-i", "address": "10.0.1.9", "vswitch_id": "vsw-bp1a"}),
    ("alicloud_slb_listener", {"id": "lb-bp1a:http:80", "load_balancer_id": "lb-bp1a", "frontend_port": 80, "protocol": "http",
                               "server_group_id": "rsp-bp1a"}),
    ("alicloud_slb_backend_server", {"id": "lb-bp1a", "load_balancer_id": "lb-bp1a", "backend_servers": [{"server_id": "i-bp1aaaa", "weight": 100}]}),
    ("alicloud_alb_server_group", {"id": "sgp-bp1a", "server_group_name": "g", "vpc_id": "vpc-bp1a", "protocol": "HTTP",
                                   "servers": [{"server_id": "i-bp1aaaa", "server_type": "Ecs", "port": 80, "weight": 50}]}),
    ("alicloud_ess_scaling_group", {"id": "asg-bp1a", "scaling_group_name": "web", "min_size": 1, "max_size": 3, "vswitch_ids": ["vsw-bp1a"]}),
    ("alicloud_db_instance", {"id": "rm-bp1aaaa", "instance_name": "orders", "engine": "MySQL", "engine_version": "8.0", "zone_id": "cn-hangzhou-h",
                              "zone_id_slave_a": "cn-hangzhou-i", "instance_type": "mysql.n4.large.2c", "instance_storage": 100,
                              "vswitch_id": "vsw-bp1a,vsw-bp1b", "security_ips": ["10.0.1.5"]}),
    ("alicloud_db_backup_policy", {"instance_id": "rm-bp1aaaa", "preferred_backup_period": ["Monday"], "backup_retention_period": 14,
                                   "enable_backup_log": True}),
    ("alicloud_kvstore_instance", {"id": "r-bp1aaaa", "db_instance_name": "cache", "zone_id": "cn-hangzhou-h", "secondary_zone_id": "cn-hangzhou-i",
                                   "instance_class": "redis.master.small.default", "instance_type": "Redis", "engine_version": "5.0"}),
    ("alicloud_ram_access_key", {"id": "LTAI5tExample1234567890", "secret": "geheim"}),
    ("random_password", {"id": "none", "result": "geheim"}),
]  # fmt: skip


def version_4() -> dict[str, Any]:
    return {"version": 4, "serial": 7, "lineage": "x", "outputs": {"password": {"value": "geheim"}}, "resources": [
        {"mode": "managed", "type": kind, "name": f"r{index}", "instances": [{"attributes": attributes}]}
        for index, (kind, attributes) in enumerate(RESOURCES)
    ] + [{"mode": "data", "type": "alicloud_zones", "name": "z", "instances": [{"attributes": {"id": "1"}}]}]}  # fmt: skip


def version_3() -> dict[str, Any]:
    def flat(attributes: dict[str, Any], prefix: str = "") -> dict[str, str]:
        found: dict[str, str] = {}
        for key, value in attributes.items():
            if isinstance(value, list):
                found[f"{prefix}{key}.#"] = str(len(value))
                for index, item in enumerate(value):
                    place = f"{prefix}{key}.{index if isinstance(item, dict) else 1793869632 + index}"
                    found.update(flat(item, f"{place}.") if isinstance(item, dict) else {place: str(item)})
            elif isinstance(value, dict):
                found[f"{prefix}{key}.%"] = str(len(value))
                found.update(flat(value, f"{prefix}{key}."))
            else:
                found[f"{prefix}{key}"] = str(value).lower() if isinstance(value, bool) else str(value)
        return found

    resources = {f"{kind}.r{index}": {"type": kind, "primary": {"id": attributes.get("id", ""), "attributes": flat(attributes)}}
                 for index, (kind, attributes) in enumerate(RESOURCES)}  # fmt: skip
    return {"version": 3, "serial": 7, "modules": [{"path": ["root"], "resources": resources}]}


def shown() -> dict[str, Any]:
    items = [{"address": f"{kind}.r{index}", "mode": "managed", "type": kind, "name": f"r{index}", "values": attributes}
             for index, (kind, attributes) in enumerate(RESOURCES)]  # fmt: skip
    root = {"resources": items[:5], "child_modules": [{"address": "module.m", "resources": items[5:]}]}
    return {"format_version": "1.0", "terraform_version": "1.9.5", "values": {"root_module": root}}


@pytest.mark.parametrize("state", [version_3(), version_4(), shown()], ids=["version 3", "version 4", "show -json"])
def test_each_form_of_a_state_gives_the_same_estate(state: dict[str, Any], make: Make) -> None:
    result = make({"terraform.tfstate": state})
    found = result.inventory.resources
    assert {resource.kind for resource in found.values()} == {
        "vpc", "vswitch", "instance", "disk", "snapshot_policy", "security_group", "load_balancer", "listener", "server_group",
        "scaling_group", "database", "cache",
    }  # fmt: skip
    web = found["i-bp1aaaa"]
    assert (web.zone, web.texts("security_group_ids"), web.texts("private_ips")) == (
        "cn-hangzhou-h",
        ("sg-bp1a",),
        ("10.0.1.5",),
    )
    assert set(web.texts("disk_ids")) == {"d-bp1sys", "d-bp1data"}
    assert web.tags == {"app": "shop"}
    assert found["d-bp1data"].texts("snapshot_policy_ids") == ("sp-bp1a",)
    assert found["sp-bp1a"].attributes["time_points"] == (2,)
    assert found["sg-bp1a"].records("rules")[0]["source_cidr"] == "0.0.0.0/0"
    assert found["lb-bp1a"].zones == ("cn-hangzhou-h", "cn-hangzhou-i")
    assert found["lb-bp1a"].records("backend")[0]["server_id"] == "i-bp1aaaa"
    assert found["lb-bp1a:http:80"].texts("server_group_ids") == ("rsp-bp1a",)
    assert found["sgp-bp1a"].records("members")[0]["weight"] == 50
    orders = found["rm-bp1aaaa"]
    assert (orders.zones, orders.number("backup_retention_days")) == (("cn-hangzhou-h", "cn-hangzhou-i"), 14)
    assert orders.texts("security_ips") == ("10.0.1.5",)
    assert found["r-bp1aaaa"].zones == ("cn-hangzhou-h", "cn-hangzhou-i")
    assert found["vpc-bp1a"].region == "cn-hangzhou"


@pytest.mark.parametrize("state", [version_3(), version_4(), shown()], ids=["version 3", "version 4", "show -json"])
def test_no_secret_of_a_state_is_kept(state: dict[str, Any], make: Make) -> None:
    result = make({"terraform.tfstate": state})
    assert "geheim" not in repr(result)
    assert "LTAI" not in repr(result)
    assert "/bin/sh" not in repr(result)


def test_a_state_lists_nothing(make: Make) -> None:
    assert make({"a.tfstate": version_4()}).inventory.listed == frozenset()


def test_the_higher_serial_of_two_states_counts(make: Make) -> None:
    old, new = version_4(), version_4()
    old["serial"], new["serial"] = 9, 8
    old["resources"][2]["instances"][0]["attributes"] = {**RESOURCES[2][1], "instance_type": "ecs.g8.large"}
    assert (
        make({"a.tfstate": old, "b.tfstate": new}).inventory.resources["i-bp1aaaa"].text("instance_type")
        == "ecs.g8.large"
    )


def test_unflatten() -> None:
    flat = {
        "a": "1",
        "list.#": "2",
        "list.0": "x",
        "list.1": "y",
        "map.%": "1",
        "map.k": "v",
        "deep.#": "1",
        "deep.0.size": "3",
    }
    assert unflatten(flat) == {"a": "1", "list": ["x", "y"], "map": {"k": "v"}, "deep": [{"size": "3"}]}
