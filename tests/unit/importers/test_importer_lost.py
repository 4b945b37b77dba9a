"""Nothing is lost in silence: what a reader leaves out is read after all, or said with its reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.importers import read_inventory
from advisor.importers.forms.embedded import MAX_TRIES
from advisor.model.finding import InputError
from advisor.model.inventory import ImportResult

Make = Callable[..., ImportResult]
INSTANCE = {"InstanceId": "i-bp1aaaa", "ImageId": "m-1", "ZoneId": "cn-hangzhou-h"}
BODY = {"Instances": {"Instance": [INSTANCE]}}
DENIED = {"Code": "Forbidden.RAM", "Message": "no right", "RequestId": "R"}
CLUSTER = "c" + "0123456789abcdef" * 2


def state(*resources: tuple[str, object], version: int = 4) -> dict[str, object]:
    rows = [
        {"mode": "managed", "type": kind, "name": f"r{number}", "instances": [{"attributes": attributes}]}
        for number, (kind, attributes) in enumerate(resources)
    ]
    return {"version": version, "terraform_version": "1.5.0", "serial": 1, "resources": rows}


def reasons(result: ImportResult) -> list[str]:
    return [one.reason for one in result.skipped]


def test_errors_among_answers_by_region_or_operation_are_findings(make: Make) -> None:
    for body in (
        {"cn-hangzhou": BODY, "cn-beijing": DENIED},
        {
            "DescribeInstances": {
                "cn-hangzhou": {"data": [INSTANCE]},
                "cn-beijing": {"err": {"code": "X", "message": "m"}},
            }
        },
    ):
        result = make({"a.json": body})
        assert list(result.inventory.resources) == ["i-bp1aaaa"]
        assert [finding.id for finding in result.findings] == ["INV-ERROR"]
        assert "cn-beijing" in result.findings[0].detail


def test_errors_among_long_answers_are_findings_too(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("advisor.importers.detect.DUPLICATES_UP_TO", 0)
    rows = [{**INSTANCE, "InstanceId": f"i-bp1{number:04}"} for number in range(600)]
    result = make({"a.json": {"cn-hangzhou": {"Instances": {"Instance": rows}}, "cn-beijing": DENIED}})
    assert len(result.inventory.resources) == 600
    assert [finding.id for finding in result.findings] == ["INV-ERROR"]


def test_an_error_in_xml_is_a_finding(make: Make) -> None:
    error = (
        "<?xml version='1.0'?><Error><RequestId>R</RequestId><Code>Forbidden.RAM</Code><Message>no</Message></Error>"
    )
    result = make({"a.json": BODY, "b.xml": error})
    assert [finding.id for finding in result.findings] == ["INV-ERROR"]


def test_a_recorded_answer_that_is_cut_off_or_unknown_is_said(make: Make) -> None:
    def entry(text: str) -> dict[str, object]:
        url = "https://ecs.aliyuncs.com/?Action=DescribeX&RegionId=cn-hangzhou"
        return {"request": {"url": url}, "response": {"content": {"text": text}}}

    entries = [entry(json.dumps(BODY)), entry(json.dumps(BODY)[:-9]), entry('{"Bills": [{"a": 1}]}'), entry("<html>")]
    result = make({"a.har": {"log": {"entries": entries}}})
    assert reasons(result) == [
        "the recorded answer is cut off or no valid JSON",
        "1 answers were recorded without content that can be read",
        "1 answers of no operation that is known",
    ]


def test_rows_of_the_resource_center_without_their_wrapper(make: Make) -> None:
    row = {"ResourceId": "i-bp1aaaa", "ResourceType": "ACS::ECS::Instance", "RegionId": "cn-hangzhou"}
    other = {**row, "ResourceId": "i-bp1bbbb", "CreateTime": "2021-06-30T09:20:08Z"}
    for document in (
        [row, other],
        [{"Resources": [row]}, {"Resources": [other]}],
        {"cn-hangzhou": {"Resources": [row, other]}},
    ):
        found = make({"a.json": document}).inventory.resources
        assert sorted(found) == ["i-bp1aaaa", "i-bp1bbbb"]
        assert found["i-bp1bbbb"].text("created_at") == "2021-06-30T09:20:08Z"
        assert "created_at" not in found["i-bp1aaaa"].attributes


def test_a_state_keeps_servers_of_old_groups_rules_of_gateways_and_tags_with_dots(make: Make) -> None:
    result = make(
        {
            "a.tfstate": state(
                (
                    "alicloud_slb_server_group",
                    {
                        "id": "rsp-1",
                        "name": "g",
                        "servers": [{"server_ids": ["i-1", "i-2"], "port": 80, "weight": 100}],
                    },
                ),
                ("alicloud_nat_gateway", {"id": "ngw-1", "vpc_id": "vpc-1", "snat_table_ids": "stb-1,stb-2"}),
                (
                    "alicloud_snat_entry",
                    {
                        "id": "stb-2:snat-1",
                        "snat_table_id": "stb-2",
                        "source_vswitch_id": "vsw-1",
                        "snat_ip": "203.0.113.1",
                    },
                ),
                ("alicloud_snat_entry", {"id": "stb-9:snat-1", "snat_table_id": "stb-9", "source_vswitch_id": "vsw-1"}),
                (
                    "alicloud_cs_managed_kubernetes",
                    {"id": CLUSTER, "name": "k", "worker_nodes": [{"id": "i-1"}, {"id": "i-2"}]},
                ),
            ),
            "old.tfstate": {
                "version": 3,
                "serial": 1,
                "modules": [
                    {
                        "path": ["root"],
                        "resources": {
                            "alicloud_instance.a": {
                                "type": "alicloud_instance",
                                "primary": {
                                    "attributes": {
                                        "id": "i-3",
                                        "tags.%": "2",
                                        "tags.app": "shop",
                                        "tags.ack.aliyun.com": "c1",
                                    }
                                },
                            }
                        },
                    }
                ],
            },
        }
    )
    found = result.inventory.resources
    members = found["rsp-1"].records("members")
    assert [(one["server_id"], one["port"], one["weight"]) for one in members] == [("i-1", 80, 100), ("i-2", 80, 100)]
    assert found["ngw-1"].records("snat_entries") == ({"source_vswitch_id": "vsw-1", "address": "203.0.113.1"},)
    assert found[CLUSTER].texts("node_ids") == ("i-1", "i-2")
    assert found["i-3"].tags == {"app": "shop", "ack.aliyun.com": "c1"}
    assert reasons(result) == ["its NAT gateway is not in this state"]


def test_what_a_state_is_about_to_destroy_or_a_plan_to_make_is_not_there(make: Make, tmp_path: Path) -> None:
    both = state(
        ("alicloud_instance", {"id": "i-1", "image_id": "m"}), ("alicloud_instance", {"id": "i-2", "image_id": "m"})
    )
    both["resources"][1]["instances"][0]["deposed"] = "1a2b3c4d"  # type: ignore[index]
    result = make({"a.tfstate": both})
    assert list(result.inventory.resources) == ["i-1"]
    assert reasons(result) == ["replaced, and waits for its destruction"]
    made = {
        "root_module": {
            "resources": [
                {
                    "mode": "managed",
                    "type": "alicloud_instance",
                    "address": "alicloud_instance.b",
                    "values": {"image_id": "m"},
                }
            ]
        }
    }
    was = {
        "root_module": {
            "resources": [
                {
                    "mode": "managed",
                    "type": "alicloud_instance",
                    "address": "alicloud_instance.a",
                    "values": {"id": "i-1", "image_id": "m"},
                }
            ]
        }
    }
    plan = {"format_version": "1.2", "terraform_version": "1.5.0", "planned_values": made}
    shown = {"format_version": "1.0", "terraform_version": "1.5.0", "values": was}
    result = make({"a.tfstate": {**plan, "prior_state": shown}})
    assert list(result.inventory.resources) == ["i-1"]
    assert reasons(result) == ["what a plan will make is not there yet"]
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    with pytest.raises(InputError, match="what a plan will make is not there yet"):
        read_inventory([path])


def test_hosts_without_an_instance_are_counted_in_every_form_of_ansible(make: Make) -> None:
    yaml = "all:\n  hosts:\n    a:\n      instance_id: i-bp1aaaa\n    b:\n      ansible_host: 10.0.0.9\n"
    for content in (yaml, "[web]\na instance_id=i-bp1aaaa\nb\nc ansible_host=10.0.0.9\n"):
        result = make({"hosts": content})
        assert list(result.inventory.resources) == ["i-bp1aaaa"]
        assert reasons(result) == ["they have no instance id"]


def test_states_of_the_ansible_modules_are_spelt_as_the_apis(make: Make) -> None:
    answer = {
        "instances": [{"id": "i-bp1aaaa", "instance_id": "i-bp1aaaa", "status": "running"}],
        "disks": [{"id": "d-bp1aaaa", "disk_id": "d-bp1aaaa", "status": "in_use"}],
        "eips": [{"id": "eip-1", "allocation_id": "eip-1", "ip_address": "203.0.113.1", "status": "inuse"}],
    }
    found = make({"a.json": answer}).inventory.resources
    assert {one.id: one.status for one in found.values()} == {
        "i-bp1aaaa": "Running",
        "d-bp1aaaa": "In_use",
        "eip-1": "InUse",
    }


def test_servers_behind_a_balancer_from_the_ansible_module(make: Make) -> None:
    rows = [{"id": "i-bp1aaaa", "port": port, "server_health_status": "normal"} for port in (80, 8080)]
    balancer = {"LoadBalancerId": "lb-bp1a", "LoadBalancerName": "n", "MasterZoneId": "cn-hangzhou-h"}
    result = make({"a.json": {"load_balancer_id": "lb-bp1a", "backend_servers": rows}, "b.json": [balancer]})
    assert result.inventory.resources["lb-bp1a"].records("backend") == ({"server_id": "i-bp1aaaa", "type": "ecs"},)


def test_scoutsuite_reads_one_page_and_that_is_said(make: Make) -> None:
    servers = {
        f"i-bp1{number:04}": {"id": f"i-bp1{number:04}", "name": "web", "vpc_id": "vpc-1"} for number in range(10)
    }
    services = {
        "ecs": {"regions": {"cn-hangzhou": {"instances": servers}, "cn-beijing": {"instances": {}}}},
        "rds": {
            "regions": {
                "cn-hangzhou": {
                    "instances": {"rm-1": {"id": "rm-1", "name": "db", "engine": "MySQL", "zone_id": "cn-hangzhou-h"}}
                }
            }
        },
        "vpc": {"regions": {"cn-hangzhou": {"vpcs": {"vpc-1": {"id": "vpc-1", "cidr_block": "10.0.0.0/8"}}}}},
        "oss": {"buckets": {"b": {"id": "b", "name": "b", "location": "oss-cn-hangzhou", "storage_class": "Standard"}}},
    }
    serial = {"ecs": {"regions": {"cn-hangzhou": {"instances": {"8a-1": {"id": "8a-1"}}}}}}
    result = make({"a.js": "scoutsuite_results =\n" + json.dumps({"account_id": "1", "services": services})})
    found = result.inventory
    assert [len(list(found.of_kind(kind))) for kind in ("instance", "database", "vpc", "bucket")] == [10, 1, 1, 1]
    assert found.resources["rm-1"].zone == "cn-hangzhou-h"
    assert found.resources["b"].region == "cn-hangzhou"
    assert found.was_listed("instance", "cn-beijing")
    (part,) = (finding for finding in result.findings if finding.id == "INV-TRUNCATED")
    assert "10 instances in cn-hangzhou" in part.title
    again = make({"a.js": BODY, "b.json": {"services": serial}})
    assert reasons(again) == ["it has the serial number of a machine, not the id of an instance"]


def test_a_long_log_is_read_to_its_end_and_too_many_brackets_are_said(make: Make) -> None:
    lines = [json.dumps({**INSTANCE, "InstanceId": f"i-bp1{number:05}"}) for number in range(MAX_TRIES + 100)]
    result = make({"a.log": "start\n" + "\n".join(f"answer {line}" for line in lines)})
    assert len(result.inventory.resources) == len(lines)
    result = make({"a.log": f"answer {lines[0]}\n" + "{ " * (MAX_TRIES + 1) + f"\nanswer {lines[1]}\n"})
    assert len(result.inventory.resources) == 1
    assert reasons(result) == ["too many brackets; the text was read up to here"]


def test_broken_yaml_is_refused_at_its_line_and_never_read_as_loose_pairs(make: Make, tmp_path: Path) -> None:
    broken = "InstanceId: i-bp1aaaa\nVpcAttributes:\n  VpcId: vpc-1\n VSwitchId: vsw-1\nStatus: Running\n"
    result = make({"a.json": BODY, "b.yaml": broken})
    (finding,) = result.findings
    assert (finding.id, "line 4" in finding.detail) == ("INV-UNREADABLE", True)
    path = tmp_path / "c.yaml"
    path.write_text("---\nname: other\n---\nresources:\n  - id: d-1\n    kind: disk\n   x: [\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 7"):
        read_inventory([path])


def test_rules_of_a_gateway_that_is_not_named_are_said(make: Make) -> None:
    entry = {"SnatEntryId": "snat-1", "SnatTableId": "stb-1", "SnatIp": "203.0.113.1", "SourceVSwitchId": "vsw-1"}
    body = {"SnatTableEntries": {"SnatTableEntry": [entry]}}
    result = make({"a.json": BODY, "b.json": body})
    assert [finding.id for finding in result.findings] == ["INV-NO-PARENT"]
    gateway = [{"NatGatewayId": "ngw-bp1a", "VpcId": "vpc-1"}]
    result = make({"b.json": gateway, "DescribeSnatTableEntries.ngw-bp1a.json": body})
    assert result.inventory.resources["ngw-bp1a"].records("snat_entries") == (
        {"source_vswitch_id": "vsw-1", "address": "203.0.113.1"},
    )


def test_an_inventory_of_additions_alone_says_so(make: Make) -> None:
    node = {"instance_id": "i-bp1aaaa", "node_name": "n", "node_status": "Ready", "cluster_id": CLUSTER}
    (finding,) = make({"a.json": {"nodes": [node]}}).findings
    assert (finding.id, "only adds to resources that no file lists" in finding.detail) == ("INV-NOTHING", True)


def test_records_that_a_state_does_not_call_managed_are_said(make: Make) -> None:
    body = state(("alicloud_vpc", {"id": "vpc-1"}), ("alicloud_vpc", {"id": "vpc-2"}), ("alicloud_vpc", None))
    body["resources"][1]["mode"] = None  # type: ignore[index]
    result = make({"a.tfstate": body})
    assert list(result.inventory.resources) == ["vpc-1"]
    assert reasons(result) == ["it has no attributes, or is not said to be managed here"] * 2


def test_rows_and_records_without_id_among_others_are_said(make: Make) -> None:
    row = {"ResourceId": "i-bp1aaaa", "ResourceType": "ACS::ECS::Instance", "RegionId": "cn-hangzhou"}
    for body in ({"Resources": [row, {**row, "ResourceType": None}]}, [row, {"RegionId": "cn-hangzhou"}]):
        result = make({"a.json": body})
        assert list(result.inventory.resources) == ["i-bp1aaaa"]
        assert [finding.title for finding in result.findings] == ["1 rows have no id or no type"]
    disks = [{"id": "d-bp1aaaa", "disk_id": "d-bp1aaaa"}, {"id": None, "size": 40}]
    result = make({"a.json": {"disks": disks}})
    assert [finding.title for finding in result.findings] == ["A record of disks has no id"]


@pytest.mark.parametrize("number", ["²", "9" * 5000])
def test_digits_that_are_no_number_of_anything_end_nothing(number: str, make: Make) -> None:
    server = {"server_id": "i-bp1aaaa", "port": number, "weight": number}
    group = {"ServerGroupId": "sgp-1", "ServerGroupName": "g", "Servers": [server]}
    files = {
        "a.json": [group],
        "b.csv": f"id,kind,size_gib,own\nd-bp1aaaa,disk,4,{number}\n",
        "c.csv": f"实例ID,系统盘,数据盘,配置\ni-bp1bbbb,{number}G,{number},{number}核{number}G\n",
        "d.json": state(("alicloud_db_instance", {"id": "rm-1", "backup_retention_period": number})),
    }
    found = make(dict(files)).inventory.resources
    assert {"sgp-1", "d-bp1aaaa", "i-bp1bbbb", "rm-1"} <= set(found)
    assert "backup_retention_days" not in found["rm-1"].attributes


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "9" * 400, "9" * 5000])
def test_a_number_that_is_none_is_an_unknown_value_of_its_record(number: str, make: Make) -> None:
    text = f'[{{"DiskId": "d-bp1aaaa", "Size": {number}, "Category": "cloud_essd", "InstanceId": ""}}]'
    result = make({"a.json": text})
    assert "size_gib" not in result.inventory.resources["d-bp1aaaa"].attributes
    assert [finding.id for finding in result.findings] == ["INV-VALUE"]


def test_a_row_that_breaks_off_is_said(make: Make) -> None:
    for header in ("实例ID,实例名称,镜像ID", "id,kind,name", "InstanceId,InstanceName,ImageId"):
        text = f"{header}\ni-bp1aaaa,instance,x\ni-bp1a,instance\n"
        titles = [finding.title for finding in make({"a.csv": text}).findings if finding.id == "INV-VALUE"]
        assert titles == ["A row has fewer cells than the header"]
