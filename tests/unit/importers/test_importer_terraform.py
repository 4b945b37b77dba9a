"""Terraform state of versions 3 and 4 and ``show -json``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from advisor.importers.forms.terraform import unflatten
from advisor.model.inventory import ImportResult

Make = Callable[..., ImportResult]

TEXT = Path(__file__).with_name("terraform_resources.yaml").read_text(encoding="utf-8")
RESOURCES: list[tuple[str, dict[str, Any]]] = [(row["type"], row["attributes"]) for row in yaml.safe_load(TEXT)]


def version_4() -> dict[str, Any]:
    return {
        "version": 4,
        "serial": 7,
        "lineage": "x",
        "outputs": {"password": {"value": "geheim"}},
        "resources": [
            {"mode": "managed", "type": kind, "name": f"r{index}", "instances": [{"attributes": attributes}]}
            for index, (kind, attributes) in enumerate(RESOURCES)
        ]
        + [{"mode": "data", "type": "alicloud_zones", "name": "z", "instances": [{"attributes": {"id": "1"}}]}],
    }


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

    resources = {
        f"{kind}.r{index}": {"type": kind, "primary": {"id": attributes.get("id", ""), "attributes": flat(attributes)}}
        for index, (kind, attributes) in enumerate(RESOURCES)
    }
    return {"version": 3, "serial": 7, "modules": [{"path": ["root"], "resources": resources}]}


def shown() -> dict[str, Any]:
    items = [
        {"address": f"{kind}.r{index}", "mode": "managed", "type": kind, "name": f"r{index}", "values": attributes}
        for index, (kind, attributes) in enumerate(RESOURCES)
    ]
    root = {"resources": items[:5], "child_modules": [{"address": "module.m", "resources": items[5:]}]}
    return {"format_version": "1.0", "terraform_version": "1.9.5", "values": {"root_module": root}}


@pytest.mark.parametrize("state", [version_3(), version_4(), shown()], ids=["version 3", "version 4", "show -json"])
def test_each_form_of_a_state_gives_the_same_estate(state: dict[str, Any], make: Make) -> None:
    result = make({"terraform.tfstate": state})
    found = result.inventory.resources
    assert {resource.kind for resource in found.values()} == {
        "vpc",
        "vswitch",
        "instance",
        "disk",
        "snapshot_policy",
        "security_group",
        "load_balancer",
        "listener",
        "server_group",
        "scaling_group",
        "database",
        "cache",
        "cen",
        "transit_router",
        "cen_attachment",
        "physical_connection",
        "border_router",
        "router_interface",
        "bucket",
        "file_system",
        "access_group",
        "dns_record",
    }
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
def test_networks_buckets_and_file_systems_of_a_state(state: dict[str, Any], make: Make) -> None:
    found = make({"terraform.tfstate": state}).inventory.resources
    assert found["vpc-bp1a"].texts("cen_ids") == ("cen-bp1aaaa",)
    assert found["tr-bp1aaaa"].text("cen_id") == "cen-bp1aaaa"
    attachment = found["tr-attach-bp1aaaa"]
    assert attachment.zones == ("cn-hangzhou-h", "cn-hangzhou-i")
    assert (attachment.text("transit_router_id"), attachment.text("vpc_id")) == ("tr-bp1aaaa", "vpc-bp1a")
    assert found["vbr-bp1aaaa"].texts("physical_connection_ids") == ("pc-bp1line",)
    assert found["vbr-bp1aaaa"].text("failover_group_id") == "vbrha-bp1aaaa"
    assert found["vbr-bp1aaaa"].text("failover_peer_id") == "vbr-bp1bbbb"
    assert (found["pc-bp1line"].kind, found["pc-bp1line"].name) == ("physical_connection", "east")
    assert found["ri-bp1aaaa"].text("opposite_router_id") == "vbr-bp1aaaa"
    (rule,) = found["shop-data"].records("replication_rules")
    assert (rule["status"], rule["target_bucket"], rule["target_region"]) == ("doing", "shop-copy", "cn-shanghai")
    (mount,) = found["109c042666"].records("mount_targets")
    assert (mount["access_group"], mount["vpc_id"]) == ("web", "vpc-bp1a")
    assert mount["domain"] == "109c042666-w.cn-hangzhou.nas.aliyuncs.com"
    assert (found["9999985"].text("host"), found["9999985"].text("record_type")) == ("www.example.com", "a")
    assert (found["9999986"].text("host"), found["9999986"].text("line")) == ("example.com", "default")
    (rule,) = found["web:standard:"].records("rules")
    assert (rule["source_cidr"], rule["access"], rule["priority"]) == ("10.0.1.0/24", "rdwr", 1)


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
