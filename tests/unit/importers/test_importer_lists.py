"""No list and no part of one is lost in silence: answers without content, texts where lists belong, lengths that cannot
be read, states and links that do not say what they hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from advisor.model.finding import Finding
from advisor.model.inventory import ImportResult

Make = Callable[..., ImportResult]
DISK = {"DiskId": "d-bp1aaaa", "Size": 40, "Category": "cloud_essd", "RegionId": "cn-hangzhou"}
DISKS = {"Disks": {"Disk": [DISK]}}
ROW = {"ResourceId": "i-bp1aaaa", "ResourceType": "ACS::ECS::Instance", "RegionId": "cn-hangzhou"}
ASKED = "https://ecs.aliyuncs.com/?Action=DescribeDisks&RegionId=cn-hangzhou"


def left_out(result: ImportResult) -> list[tuple[str, str]]:
    return [(one.resource, one.reason) for one in result.skipped]


def said(result: ImportResult, finding_id: str = "INV-VALUE") -> list[Finding]:
    return [one for one in result.findings if one.id == finding_id]


def entry(content: object, url: str = ASKED, method: str = "GET") -> dict[str, Any]:
    return {"request": {"url": url, "method": method}, "response": {"content": content}}


@pytest.mark.parametrize(
    "content",
    [None, 5, {}, {"text": 5}, {"text": {"a": 1}}, {"text": ""}, {"text": "%%%", "encoding": "base64"}],
)
def test_a_recorded_call_without_its_answer_is_said_with_its_operation(content: object, make: Make) -> None:
    result = make({"a.har": {"log": {"entries": [entry({"text": json.dumps(DISKS)}), entry(content)]}}})
    assert list(result.inventory.resources) == ["d-bp1aaaa"]
    assert left_out(result) == [("DescribeDisks", "1 answers were recorded without content that can be read")]
    assert "with content" in result.skipped[0].remedy
    assert result.skipped[0].origin.place == "log.entries[1]"


def test_what_a_browser_recorded_beside_calls_is_not_said(make: Make) -> None:
    entries = [
        entry({"text": json.dumps(DISKS)}),
        entry({"mimeType": "image/png"}, "https://g.alicdn.com/a.png"),
        entry({"mimeType": "text/javascript", "text": "var a = 1"}, "https://g.alicdn.com/a.js"),
        entry({"mimeType": "image/gif"}, "https://arms-retcode.aliyuncs.com/r.png"),
        entry({}, method="OPTIONS"),
    ]
    assert not left_out(make({"a.har": {"log": {"entries": entries}}}))
    entries.append(entry({"mimeType": "application/json; charset=utf-8"}, "https://cs.cn-hangzhou.aliyuncs.com/c"))
    assert [name for name, _ in left_out(make({"a.har": {"log": {"entries": entries}}}))] == ["a call"]


@pytest.mark.parametrize(
    ("instances", "place", "what"),
    [
        ("abc", "Instances", "a text"),
        (5, "Instances", "5"),
        (True, "Instances", "true"),
        ({"Instance": 5}, "Instances.Instance", "5"),
        ({"Instance": "abc"}, "Instances.Instance", "a text"),
    ],
)
def test_a_text_or_number_where_a_list_belongs_is_said(instances: object, place: str, what: str, make: Make) -> None:
    result = make({"a.json": {"Instances": instances, **DISKS}})
    assert list(result.inventory.resources) == ["d-bp1aaaa"]
    assert left_out(result) == [(place, f"{what} where a list should be")]
    result = make({"a.json": {"cn-beijing": {"Instances": instances}, "cn-hangzhou": DISKS}})
    assert left_out(result) == [(f"cn-beijing.{place}", f"{what} where a list should be")]


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_empty_member_is_no_lost_list(nothing: object, make: Make) -> None:
    assert not left_out(make({"a.json": {"Instances": nothing, **DISKS}}))


@pytest.mark.parametrize("answer", [DISKS, {"Resources": [ROW]}])
@pytest.mark.parametrize(
    ("length", "problem"),
    [
        ({"TotalCount": -1}, "the total number is -1"),
        ({"TotalCount": "abc"}, "the total number is no number"),
        ({"TotalCount": 1e30}, "the total number is 1e+30"),
        ({"TotalCount": True}, "the total number is no number"),
        ({"TotalCount": {"a": 1}}, "the total number is a record"),
        ({"NextToken": {"a": 1}}, "NextToken is a record"),
        ({"NextToken": True}, "NextToken is true"),
    ],
)
def test_a_list_that_does_not_say_how_long_it_is_does_not_pass_for_whole(
    answer: dict[str, object], length: dict[str, object], problem: str, make: Make
) -> None:
    result = make({"a.json": {**answer, **length}})
    (found,) = said(result)
    assert problem in found.detail
    assert "a.json" in found.detail
    assert "unknown, not absent" in found.detail
    assert len(result.inventory.resources) == 1
    assert not result.inventory.listed


@pytest.mark.parametrize("answer", [DISKS, {"Resources": [ROW]}])
@pytest.mark.parametrize(
    "length", [{}, {"TotalCount": None}, {"TotalCount": ""}, {"TotalCount": "1"}, {"NextToken": ""}]
)
def test_a_list_that_says_how_long_it_is_or_nothing_is_taken_as_it_is(
    answer: dict[str, object], length: dict[str, object], make: Make
) -> None:
    result = make({"a.json": {**answer, **length}})
    assert not result.findings
    assert result.inventory.listed


SERVER = {"mode": "managed", "type": "alicloud_instance", "address": "alicloud_instance.a", "values": {"id": "i-1"}}


def state(*resources: tuple[str, Mapping[str, object]]) -> dict[str, object]:
    rows = [
        {"mode": "managed", "type": kind, "name": f"r{number}", "instances": [{"attributes": attributes}]}
        for number, (kind, attributes) in enumerate(resources)
    ]
    return {"version": 4, "terraform_version": "1.5.0", "serial": 1, "resources": rows}


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"terraform_version": "1.5.0", "values": "abc"}, "values"),
        ({"terraform_version": "1.5.0", "values": {"root_module": "abc"}}, "values.root_module"),
        ({"terraform_version": "1.5.0", "values": {"root_module": {"resources": "abc"}}}, "root_module.resources"),
        (
            {
                "terraform_version": "1.5.0",
                "values": {"root_module": {"resources": [SERVER], "child_modules": {"a": 1}}},
            },
            "root_module.child_modules",
        ),
        (
            {
                "terraform_version": "1.5.0",
                "values": {"root_module": {"child_modules": [{"address": "module.x", "resources": 5}]}},
            },
            "module.x.resources",
        ),
        ({"version": 3, "modules": ["abc"]}, "modules[0]"),
        ({"version": 3, "modules": [{"path": ["root"], "resources": ["x"]}]}, "modules[0]"),
    ],
)
def test_a_part_of_a_state_that_holds_no_resources_is_said(document: dict[str, object], place: str, make: Make) -> None:
    result = make({"a.tfstate": document, "b.json": DISKS})
    assert left_out(result) == [(place, "it holds no resources that can be read")]
    assert "terraform state pull" in result.skipped[0].remedy


def test_an_empty_state_is_still_told_as_one(make: Make) -> None:
    for empty in ({"version": 3, "modules": [{"resources": {}}]}, {"terraform_version": "1.5.0", "values": {}}):
        ((_, reason),) = left_out(make({"a.tfstate": empty, "b.json": DISKS}))
        assert reason.startswith("an empty state")


LINKED: list[tuple[str, dict[str, object], str, str, str]] = [
    ("alicloud_disk_attachment", {"disk_id": "d-1"}, "d-1", "instance_ids", "instance_id is not said"),
    ("alicloud_disk_attachment", {"disk_id": "d-1", "instance_id": 5}, "d-1", "instance_ids", "is or holds 5"),
    ("alicloud_ecs_disk_attachment", {"disk_id": "d-1", "instance_id": ""}, "d-1", "instance_ids", "is not said"),
    (
        "alicloud_ecs_auto_snapshot_policy_attachment",
        {"disk_id": "d-1", "auto_snapshot_policy_id": {"id": 1}},
        "d-1",
        "snapshot_policy_ids",
        "auto_snapshot_policy_id is or holds a record",
    ),
    ("alicloud_eip_association", {"allocation_id": "eip-1"}, "eip-1", "instance_id", "instance_id is not said"),
    ("alicloud_slb_attachment", {"load_balancer_id": "lb-1"}, "lb-1", "backend", "instance_ids is not said"),
    (
        "alicloud_slb_backend_server",
        {"load_balancer_id": "lb-1", "backend_servers": "abc"},
        "lb-1",
        "backend",
        "backend_servers is or holds a text",
    ),
    (
        "alicloud_nlb_server_group_server_attachment",
        {"server_group_id": "sgp-1", "port": 80},
        "sgp-1",
        "members",
        "server_id is not said",
    ),
    ("alicloud_ess_attachment", {"scaling_group_id": "asg-1"}, "asg-1", "instance_ids", "instance_ids is not said"),
    (
        "alicloud_ess_alb_server_group_attachment",
        {"scaling_group_id": "asg-1", "alb_server_group_id": True},
        "asg-1",
        "server_group_ids",
        "server_group_ids is or holds true",
    ),
    (
        "alicloud_db_backup_policy",
        {"instance_id": "rm-1", "preferred_backup_period": [1]},
        "rm-1",
        "backup_days",
        "backup_days is or holds 1",
    ),
    (
        "alicloud_oss_bucket_replication",
        {"bucket": "b-1", "destination": "abc"},
        "b-1",
        "replication_rules",
        "destination of a replication rule is not said",
    ),
]  # fmt: skip
OWNERS: dict[str, tuple[str, dict[str, object]]] = {
    "d-1": ("alicloud_disk", {"size": 40}),
    "eip-1": ("alicloud_eip", {"ip_address": "192.0.2.1"}),
    "lb-1": ("alicloud_slb", {"vpc_id": "vpc-1"}),
    "sgp-1": ("alicloud_nlb_server_group", {"vpc_id": "vpc-1"}),
    "asg-1": ("alicloud_ess_scaling_group", {"min_size": 1}),
    "rm-1": ("alicloud_db_instance", {"engine": "MySQL"}),
    "b-1": ("alicloud_oss_bucket", {"storage_class": "Standard"}),
}


@pytest.mark.parametrize(("kind", "link", "owner", "attribute", "problem"), LINKED)
def test_an_end_that_a_link_does_not_say_is_unknown_and_not_none(
    kind: str, link: dict[str, object], owner: str, attribute: str, problem: str, make: Make
) -> None:
    of_kind, more = OWNERS[owner]
    key = "bucket" if owner == "b-1" else "id"
    result = make({"a.tfstate": state((of_kind, {key: owner, "id": owner, **more}), (kind, {"id": "x", **link}))})
    (found,) = said(result)
    assert found.resource == owner
    assert problem in found.detail
    assert f"{kind}.r1" in found.detail
    assert attribute not in result.inventory.resources[owner].attributes


@pytest.mark.parametrize(
    ("kind", "link"),
    [
        ("alicloud_security_group_rule", {"type": "ingress", "port_range": "22/22"}),
        ("alicloud_security_group_rule", {"type": "ingress", "security_group_id": 5}),
        ("alicloud_disk_attachment", {"instance_id": "i-1"}),
        ("alicloud_eip_association", {"instance_id": "i-1", "allocation_id": {"id": 1}}),
        ("alicloud_ess_scaling_configuration", {"image_id": "m-1"}),
        ("alicloud_db_backup_policy", {"backup_retention_period": 7}),
        ("alicloud_nas_mount_target", {"vswitch_id": "vsw-1"}),
        ("alicloud_nas_access_rule", {"source_cidr_ip": "10.0.0.0/8"}),
        ("alicloud_cen_instance_attachment", {"instance_id": "cen-1"}),
    ],
)
def test_a_link_that_does_not_name_its_owner_is_said(kind: str, link: dict[str, object], make: Make) -> None:
    result = make({"a.tfstate": state((kind, link)), "b.json": DISKS})
    assert list(result.inventory.resources) == ["d-bp1aaaa"]
    (found,) = said(result, "INV-NO-ID")
    assert f"{kind}.r0: {kind} names none" in found.detail


@pytest.mark.parametrize(("disks", "problem"), [("abc", "a text"), ([5], "5"), (["x"], "a text")])
def test_data_disks_of_a_state_that_are_no_records_are_said(disks: object, problem: str, make: Make) -> None:
    result = make({"a.tfstate": state(("alicloud_instance", {"id": "i-1", "data_disks": disks}))})
    (found,) = said(result)
    assert f"data_disks is or holds {problem}; expected: a list of records" in found.detail
    assert "data_disks" not in result.inventory.resources["i-1"].attributes


def test_servers_and_nodes_of_a_state_that_are_no_records_are_unknown(make: Make) -> None:
    cluster = "c" + "0123456789abcdef" * 2
    group = ("alicloud_slb_server_group", {"id": "rsp-1", "name": "g", "servers": "i-1"})
    nodes = ("alicloud_cs_managed_kubernetes", {"id": cluster, "name": "k", "worker_nodes": "i-1"})
    gateway = ("alicloud_nat_gateway", {"id": None, "snat_table_ids": "stb-1"})
    entry = ("alicloud_snat_entry", {"id": "stb-1:snat-1", "snat_table_id": "stb-1", "snat_ip": "192.0.2.1"})
    result = make({"a.tfstate": state(group, nodes, gateway, entry)})
    found = result.inventory.resources
    assert "members" not in found["rsp-1"].attributes
    assert "node_ids" not in found[cluster].attributes
    assert [one.detail.partition(": ")[2].partition(" ")[0] for one in said(result)] == ["worker_nodes", "members"]
    assert [reason for _, reason in left_out(result)] == ["its NAT gateway is not in this state"]


def test_links_that_say_all_are_joined(make: Make) -> None:
    result = make(
        {
            "a.tfstate": state(
                ("alicloud_slb", {"id": "lb-1", "vpc_id": "vpc-1"}),
                ("alicloud_slb_backend_server", {"load_balancer_id": "lb-1", "backend_servers": []}),
                ("alicloud_slb", {"id": "lb-2", "vpc_id": "vpc-1"}),
                ("alicloud_slb_attachment", {"load_balancer_id": "lb-2", "instance_ids": ["i-1"]}),
                ("alicloud_ess_scaling_group", {"id": "asg-1", "min_size": 1}),
                ("alicloud_ess_attachment", {"scaling_group_id": "asg-1", "instance_ids": ["i-1", "i-2"]}),
            )
        }
    )
    found = result.inventory.resources
    assert not said(result)
    assert found["lb-1"].attributes["backend"] == ()
    assert found["lb-2"].records("backend") == ({"server_id": "i-1", "type": "ecs"},)
    assert found["asg-1"].texts("instance_ids") == ("i-1", "i-2")


@pytest.mark.parametrize(
    ("more", "problem", "attribute"),
    [
        ({"Configuration": '{"Cpu": 4, "Memo'}, "the configuration is cut off or no valid JSON", "cpu"),
        ({"Configuration": 5}, "the configuration is no record", "cpu"),
        ({"CreateTime": "soon"}, "created_at is no time", "created_at"),
        ({"CaptureTime": "soon"}, "the time of the row is no time", "created_at"),
        ({"RegionId": 5}, "region is 5; expected: a text", ""),
        ({"ZoneId": 5}, "zone is 5; expected: a text", ""),
        ({"ResourceStatus": True}, "status is true; expected: a text", ""),
        ({"VpcId": 5}, "vpc_id is 5; expected: an id", "vpc_id"),
        ({"IpAddressAttributes": "abc"}, "IpAddressAttributes is a text", "private_ips"),
    ],
)
def test_values_of_rows_of_all_kinds_that_cannot_be_read_are_said(
    more: dict[str, object], problem: str, attribute: str, make: Make
) -> None:
    result = make({"a.json": {"Resources": [{**ROW, **more}]}})
    (found,) = said(result)
    assert f"a.json, Resources[0]: {problem}" in found.detail
    (one,) = result.inventory.resources.values()
    assert attribute not in one.attributes
    assert (one.zone, one.status) == (None, None)
    assert one.region == (None if "RegionId" in more else "cn-hangzhou")


def scanned(**services: object) -> dict[str, object]:
    own = {"regions": {"cn-hangzhou": {"instances": {"i-bp1aaaa": {"id": "i-bp1aaaa"}}}}}
    return {"services": {"ecs": own, **services}}


@pytest.mark.parametrize(
    ("services", "place"),
    [
        ({"rds": "abc"}, "services.rds"),
        ({"rds": {"regions": "abc"}}, "services.rds.regions"),
        ({"rds": {"regions": {"cn-beijing": 5}}}, "services.rds.regions.cn-beijing"),
        ({"rds": {"regions": {"cn-beijing": {"instances": "abc"}}}}, "services.rds.regions.cn-beijing.instances"),
        ({"oss": {"buckets": "abc"}}, "services.oss.buckets"),
    ],
)
def test_lists_of_scoutsuite_that_are_none_are_said(services: dict[str, object], place: str, make: Make) -> None:
    result = make({"a.json": scanned(**services)})
    assert list(result.inventory.resources) == ["i-bp1aaaa"]
    ((name, reason),) = left_out(result)
    assert (name, "where a list should be" in reason) == (place, True)


def test_a_region_of_scoutsuite_that_is_none_is_unknown_and_said(make: Make) -> None:
    lists = {"nowhere": {"instances": {"rm-1": {"id": "rm-1", "engine": "MySQL"}}}, "cn-beijing": {"instances": None}}
    result = make({"a.json": scanned(rds={"regions": lists})})
    assert result.inventory.resources["rm-1"].region is None
    (found,) = said(result)
    assert "services.rds.regions.nowhere.instances: 'nowhere' is no id of a region" in found.detail
    assert not left_out(result)


def node(labels: object, **more: object) -> dict[str, object]:
    spec = {"providerID": "cn-hangzhou.i-bp1aaaa"}
    addresses = [{"type": "InternalIP", "address": "10.0.0.1"}]
    return {"metadata": {"name": "n", "labels": labels}, "spec": spec, "status": {"addresses": addresses}, **more}


@pytest.mark.parametrize("label", ["topology.kubernetes.io/zone", "node.kubernetes.io/instance-type"])
@pytest.mark.parametrize("value", [5, {"a": 1}])
def test_a_label_of_a_node_that_is_no_text_is_unknown_and_said(label: str, value: object, make: Make) -> None:
    result = make({"a.json": {"items": [node({label: value})]}})
    (found,) = said(result)
    assert label in found.detail
    (one,) = result.inventory.resources.values()
    assert (one.zone, "instance_type" in one.attributes) == (None, False)
    assert one.texts("private_ips") == ("10.0.0.1",)


def test_addresses_of_a_node_that_are_none_are_not_known_to_be_none(make: Make) -> None:
    result = make({"a.json": {"items": [node({}, status={"addresses": "abc"})]}})
    assert "status.addresses holds no records" in said(result)[0].detail
    result = make({"a.json": {"items": [node({}, status="abc")]}})
    assert "private_ips" not in result.inventory.resources["i-bp1aaaa"].attributes


def test_lines_of_a_dump_that_are_no_pairs_are_said(make: Make) -> None:
    dump = (
        "InstanceId: i-bp1aaaa\nRegionId: cn-hangzhou\nno pair at all\nZoneId: cn-hangzhou-h\n"
        "-----\nInstanceId: i-bp1bbbb\nRegionId: cn-hangzhou\n"
    )
    result = make({"a.txt": dump})
    assert sorted(result.inventory.resources) == ["i-bp1aaaa", "i-bp1bbbb"]
    assert left_out(result) == [
        ("line 4", "a block of pairs that names no resource"),
        ("line 3", "a line that is no pair of a name and a value"),
    ]
