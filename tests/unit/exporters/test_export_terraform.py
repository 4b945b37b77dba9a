"""What each mechanism becomes in Terraform, worked out by hand on the readable plan."""

from __future__ import annotations

import json
from typing import Any

import pytest

from advisor.exporters import terraform
from advisor.exporters.terraform.document import Ref, Root, to_json
from advisor.model.deliverable import Deliverable
from tests.unit.exporters.actions import AWAY, HOME, HOSTILE_NAMES

TAGS = {"plan": "files:backup", "workload": "files", "managed-by": "advisor"}


def root(deliverable: Deliverable, region: str) -> dict[str, Any]:
    document = json.loads(terraform.render(deliverable)[f"terraform/{region}/main.tf.json"])
    assert isinstance(document, dict)
    return document


@pytest.fixture(scope="module")
def home(readable: Deliverable) -> dict[str, Any]:
    return root(readable, HOME)["resource"]  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def away(readable: Deliverable) -> dict[str, Any]:
    return root(readable, AWAY)["resource"]  # type: ignore[no-any-return]


def only(resources: dict[str, Any], type_: str) -> dict[str, Any]:
    """The one resource of a type, without its comment."""
    (body,) = resources[type_].values()
    return {key: value for key, value in body.items() if key != "//"}


def test_snapshot_policy_with_copies_is_one_resource(home: dict[str, Any]) -> None:
    assert only(home, "alicloud_ecs_auto_snapshot_policy") == {
        "auto_snapshot_policy_name": "files-files-daily",
        "repeat_weekdays": ["1", "2", "3", "4", "5", "6", "7"],
        "time_points": ["2"],
        "retention_days": 14,
        "enable_cross_region_copy": True,
        "target_copy_regions": [AWAY],
        "copied_snapshots_retention_days": 30,
        "copy_encryption_configuration": [{"encrypted": False}],
        "tags": TAGS,
    }


def test_existing_disks_are_attached_by_id_and_an_existing_policy_is_only_named(home: dict[str, Any]) -> None:
    attachments = home["alicloud_ecs_auto_snapshot_policy_attachment"]
    new, old = attachments["files_snapshots"], attachments["files_old_snapshots"]
    assert new["for_each"] == {disk: disk for disk in ("d-data1", "d-data2", "d-data3")}
    assert new["disk_id"] == "${each.value}"
    assert new["auto_snapshot_policy_id"] == "${alicloud_ecs_auto_snapshot_policy.files_snapshots.id}"
    assert (old["auto_snapshot_policy_id"], list(old["for_each"])) == ("sp-old", ["d-data1"])


def test_replicas_stand_in_the_target_region_and_form_one_group(home: dict[str, Any]) -> None:
    disks = home["alicloud_ecs_disk"]
    replica = disks["erp_app_replica_d_data2"]
    assert (replica["provider"], replica["zone_id"]) == ("alicloud.cn_shanghai", f"{AWAY}-b")
    assert (replica["size"], replica["category"], replica["performance_level"]) == (200, "cloud_essd", "PL1")
    pair = home["alicloud_ebs_disk_replica_pair"]["erp_app_pair_d_data2"]
    assert (pair["disk_id"], pair["rpo"], pair["destination_region_id"]) == ("d-data2", 900, AWAY)
    assert pair["destination_disk_id"] == "${alicloud_ecs_disk.erp_app_replica_d_data2.id}"
    group = only(home, "alicloud_ebs_disk_replica_group")
    assert len(group["pair_ids"]) == 3
    assert "status" not in group  # it is started by a step, once its pairs are in it
    (within_region,) = (body for body in disks.values() if body["zone_id"] == f"{HOME}-i")
    assert "provider" not in within_region


def test_standby_servers_use_the_image_where_they_stand(home: dict[str, Any], away: dict[str, Any]) -> None:
    near, far = only(home, "alicloud_instance"), only(away, "alicloud_instance")
    assert (near["image_id"], near["vswitch_id"], near["status"]) == ("m-app", "vsw-i", "Stopped")
    assert near["security_groups"] == ["sg-app"]
    assert far["image_id"] == "${alicloud_image_copy.copy_of_m_app.id}"
    assert (far["status"], far["availability_zone"]) == ("Running", f"{AWAY}-b")
    assert (far["system_disk_size"], far["instance_type"]) == (60, "ecs.g7.xlarge")
    copy = away["alicloud_image_copy"]["copy_of_m_app"]
    assert (copy["source_image_id"], copy["source_region_id"]) == ("m-app", HOME)


def test_a_region_without_a_network_gets_one_that_overlaps_no_other(away: dict[str, Any]) -> None:
    assert only(away, "alicloud_vpc")["cidr_block"] == "10.2.0.0/16"  # home has 10.1.0.0/16 and 192.168.0.0/24
    switches = away["alicloud_vswitch"]
    assert {body["zone_id"]: body["cidr_block"] for body in switches.values()} == {
        f"{AWAY}-b": "10.2.255.0/24",
        f"{AWAY}-f": "10.2.254.0/24",
    }
    assert {body["vpc_id"] for body in switches.values()} == {"${alicloud_vpc.standby.id}"}


def test_a_zone_without_a_vswitch_gets_one_in_the_existing_network(home: dict[str, Any]) -> None:
    switch = home["alicloud_vswitch"]["vpc_home_cn_hangzhou_j"]
    assert (switch["vpc_id"], switch["zone_id"]) == ("vpc-home", f"{HOME}-j")
    assert switch["cidr_block"] == "10.1.32.0/24"  # as the plan says
    assert "alicloud_vpc" not in home


def test_the_fleet_spreads_over_zones_behind_a_new_balancer(home: dict[str, Any]) -> None:
    balancer = home["alicloud_alb_load_balancer"]["shop_web_alb"]
    new_switch = "${alicloud_vswitch.vpc_home_cn_hangzhou_j.id}"
    assert balancer["zone_mappings"] == [
        {"vswitch_id": "vsw-h", "zone_id": f"{HOME}-h"},
        {"vswitch_id": new_switch, "zone_id": f"{HOME}-j"},
    ]
    group = home["alicloud_ess_scaling_group"]["shop_web_fleet"]
    # the running server counts towards the two that the plan wants
    assert (group["min_size"], group["max_size"], group["vswitch_ids"]) == (1, 6, ["vsw-h", new_switch])
    assert group["health_check_types"] == ["ECS", "LOAD_BALANCER"]
    existing = home["alicloud_ess_attachment"]["shop_web_existing"]
    assert (existing["instance_ids"], existing["force"]) == (["i-web1"], False)  # rolling back leaves the server alone
    configuration = home["alicloud_ess_scaling_configuration"]["shop_web_fleet"]
    assert (configuration["image_id"], configuration["instance_types"]) == ("m-web", ["ecs.g7.large"])
    assert configuration["security_group_ids"] == ["sg-web"]


def test_a_standby_fleet_has_its_own_balancer_image_and_certificate(away: dict[str, Any]) -> None:
    group = only(away, "alicloud_ess_scaling_group")
    assert (group["min_size"], group["desired_capacity"]) == (2, 2)
    listener = only(away, "alicloud_alb_listener")
    assert (listener["listener_protocol"], listener["listener_port"]) == ("HTTPS", 443)
    assert listener["certificates"] == [{"certificate_id": "${var.shop_web_certificate_id}"}]
    assert only(away, "alicloud_ess_scaling_configuration")["image_id"] == "${alicloud_image_copy.copy_of_m_web.id}"


def test_database_backups_go_to_the_other_region(home: dict[str, Any]) -> None:
    policy = only(home, "alicloud_rds_instance_cross_backup_policy")
    assert policy == {
        "instance_id": "rm-shop",
        "cross_backup_region": AWAY,
        "retention": 30,
        "log_backup_enabled": "Enable",
    }


def test_a_synchronised_copy_asks_for_accounts_and_never_writes_them(
    readable: Deliverable, away: dict[str, Any]
) -> None:
    copy = only(away, "alicloud_db_instance")
    assert (copy["engine"], copy["engine_version"], copy["instance_storage"]) == ("MySQL", "8.0", 100)
    assert copy["deletion_protection"] is True
    jobs = away["alicloud_dts_synchronization_job"]
    forward, reverse = jobs["orders_db_forward"], jobs["orders_db_reverse"]
    assert (forward["source_endpoint_instance_id"], forward["synchronization_direction"]) == ("rm-shop", "Forward")
    assert reverse["count"] == "${var.orders_db_dts_reverse ? 1 : 0}"
    assert reverse["depends_on"] == ["alicloud_dts_synchronization_job.orders_db_forward"]
    variables = root(readable, AWAY)["variable"]
    assert {name for name, body in variables.items() if body.get("sensitive")} == {
        "orders_db_dts_destination_password",
        "orders_db_dts_source_password",
    }
    assert not any("default" in variables[name] for name in variables if name.endswith("password"))


def test_users_are_steered_from_the_region_that_survives(home: dict[str, Any], away: dict[str, Any]) -> None:
    assert not any("gtm" in type_ for type_ in home)
    access = only(away, "alicloud_alidns_cloud_gtm_instance_config")
    assert (access["address_pool_lb_strategy"], access["ttl"]) == ("sequence", 60)
    assert access["sequence_lb_strategy_mode"] == "nonPreemptive"  # back only by hand: data may have moved on
    assert access["enable_status"] == "disable"  # a step switches it on, once the pools hold addresses
    addresses = away["alicloud_alidns_cloud_gtm_address"]
    assert addresses["shop_entry_gtm_primary_1"]["address"] == "203.0.113.9"
    assert "shop_web_standby_alb" in addresses["shop_entry_gtm_standby_1"]["address"]


def test_every_variable_says_what_it_is(any_deliverable: Deliverable) -> None:
    for path, content in terraform.render(any_deliverable).items():
        if path.endswith(".json"):
            for name, body in json.loads(content).get("variable", {}).items():
                assert len(body["description"]) > 20, name
                assert body["type"], name
                assert bool(body.get("sensitive")) == ("password" in name)


def test_templates_in_names_stay_text() -> None:
    sample = Root("cn-a", "cn-a")
    sample.add("alicloud_vpc", "x", "comment ${y}", {"vpc_name": "${data.x} %{if true} $${a}", "id": Ref("var.y")})
    body = json.loads(to_json(sample))["resource"]["alicloud_vpc"]["x"]
    assert body["vpc_name"] == "$${data.x} %%{if true} $$${a}"
    assert body["id"] == "${var.y}"


def test_a_name_taken_by_another_resource_gets_a_hash() -> None:
    sample = Root("cn-a", "cn-a")
    first = sample.add("alicloud_vpc", "x", "one", {"vpc_name": "a"})
    again = sample.add("alicloud_vpc", "x", "one", {"vpc_name": "a", "cidr_block": None})
    other = sample.add("alicloud_vpc", "x", "two", {"vpc_name": "b"})
    assert first == again == Ref("alicloud_vpc.x")
    assert other != first
    assert len(sample.resources) == 2


def test_hostile_names_reach_tags_unchanged_and_identifiers_clean(hostile: Deliverable) -> None:
    resources = root(hostile, HOME)["resource"]
    workloads = {
        body["tags"]["workload"] for bodies in resources.values() for body in bodies.values() if "tags" in body
    }
    assert 'web-<b>07</b>"; rm -rf /' in workloads
    assert "$${data.x}%%{if true}" in workloads
    assert "商城 生产" in workloads
    assert not any("\n" in workload for workload in workloads)
    for bodies in resources.values():
        assert all(name.isascii() and name.replace("_", "").isalnum() for name in bodies)
    assert set(HOSTILE_NAMES[:3]) <= {
        disk.removeprefix("d-").replace("$${", "${").replace("%%{", "%{")
        for body in resources["alicloud_ecs_auto_snapshot_policy_attachment"].values()
        for disk in body["for_each"].values()
    }
