"""Every other form in which an inventory comes, each recognised by what is in it."""

from __future__ import annotations

import json
from collections.abc import Callable

from advisor.model.inventory import ImportResult

Make = Callable[..., ImportResult]
Counts = Callable[[ImportResult], dict[str, int]]

INSTANCE = {
    "InstanceId": "i-bp1aaaa",
    "InstanceName": "web",
    "ImageId": "m-1",
    "ZoneId": "cn-hangzhou-h",
    "Status": "Running",
}
BODY = {"Instances": {"Instance": [INSTANCE]}, "TotalCount": 1}


def names(result: ImportResult) -> set[str]:
    return {form for _, form in result.forms}


def test_json_lines_and_several_documents(make: Make, counts: Counts) -> None:
    other = {**INSTANCE, "InstanceId": "i-bp1bbbb"}
    result = make(
        {
            "lines.jsonl": json.dumps(INSTANCE) + "\n" + json.dumps({"Code": "Throttling", "Message": "slow"}) + "\n",
            "loop.txt": json.dumps({"Instances": {"Instance": [other]}}, indent=1) + "\n" + json.dumps(BODY, indent=1),
        }
    )
    assert counts(result) == {"instance": 2}
    assert [(one.resource, one.reason) for one in result.skipped] == [("a call", "the answer is an error, Throttling")]


def test_json_in_markdown_and_in_comments(make: Make, counts: Counts) -> None:
    commented = "\n".join(f"# {line}" for line in json.dumps(BODY, indent=2).splitlines())
    markdown = f"# Servers\n\nSome prose with {{braces}}.\n\n```json\n{json.dumps(BODY, indent=1)}\n```\n"
    for name, text in (("notes.md", markdown), ("script.py.txt", f"import x\n{commented}\nprint(1)\n")):
        result = make({name: text})
        assert counts(result) == {"instance": 1}
        assert names(result) >= {"embedded-json"}
        assert "INV-EMBEDDED" in {finding.id for finding in result.findings}


def test_a_har_recording_knows_region_time_and_errors(make: Make) -> None:
    def entry(query: str, body: object, when: str) -> dict[str, object]:
        return {
            "startedDateTime": when,
            "request": {"url": f"https://ecs.aliyuncs.com/?{query}"},
            "response": {"content": {"text": json.dumps(body)}},
        }

    recording = {
        "log": {
            "entries": [
                entry("Action=DescribeInstances&RegionId=cn-hangzhou", BODY, "2026-01-02T03:04:05.678Z"),
                entry(
                    "Action=DescribeInstances&RegionId=cn-beijing",
                    {"Instances": {"Instance": []}},
                    "2026-01-02T03:04:06Z",
                ),
                entry("Action=DescribeDisks", {"Code": "Forbidden.RAM", "Message": "no"}, "2026-01-02T03:04:07Z"),
            ]
        }
    }
    result = make({"session.har": recording})
    assert result.inventory.resources["i-bp1aaaa"].observed_at == "2026-01-02T03:04:05Z"
    assert result.inventory.listed == {("instance", "cn-hangzhou"), ("instance", "cn-beijing")}
    assert [one.resource for one in result.skipped] == ["DescribeDisks answered Forbidden.RAM"]


def test_an_xml_answer(make: Make) -> None:
    xml = """<?xml version='1.0' encoding='UTF-8'?>
    <DescribeDisksResponse><TotalCount>2</TotalCount><Disks>
      <Disk><DiskId>d-bp1a</DiskId><Size>40</Size><Category>cloud</Category><InstanceId>i-bp1aaaa</InstanceId>
            <ZoneId>cn-hangzhou-b</ZoneId><Tags/></Disk>
      <Disk><DiskId>d-bp1b</DiskId><Size>50</Size><Category>cloud</Category><InstanceId></InstanceId><ZoneId>cn-hangzhou-b</ZoneId></Disk>
    </Disks></DescribeDisksResponse>"""
    result = make({"disks.xml": xml})
    assert result.inventory.resources["d-bp1a"].number("size_gib") == 40
    assert result.inventory.resources["d-bp1b"].texts("instance_ids") == ()
    assert names(result) == {"api-xml"}


def test_what_python_prints_of_an_answer(make: Make, counts: Counts) -> None:
    assert counts(make({"dump.txt": repr({**BODY, "Flag": True, "None": None})})) == {"instance": 1}


def test_blocks_of_keys_and_values(make: Make) -> None:
    text = (
        "InstanceId: i-bp1aaaa\nInstanceName: a\nZoneId: cn-hangzhou-h\nStatus: Running\n----\n"
        "InstanceId: i-bp1bbbb\nInstanceName: b\n"
        "ZoneId: cn-hangzhou-i\nStatus: Stopped\n"
    )
    result = make({"dump.txt": text})
    assert {one.id: (one.name, one.zone, one.status) for one in result.inventory.of_kind("instance")} == {
        "i-bp1aaaa": ("a", "cn-hangzhou-h", "Running"),
        "i-bp1bbbb": ("b", "cn-hangzhou-i", "Stopped"),
    }


def test_the_text_table_of_the_cli(make: Make) -> None:
    table = (
        "$ aliyun ecs DescribeInstances --output cols=…\nInstanceId | ZoneId | Memory\n-----------|-------|----\n"
        "i-bp1aaaa  | cn-hangzhou-h | 512\n"
    )
    resource = make({"out.txt": table}).inventory.resources["i-bp1aaaa"]
    assert (resource.zone, resource.number("memory_mib")) == ("cn-hangzhou-h", 512)


def test_resource_center_rows_of_many_kinds(make: Make) -> None:
    body = {
        "Resources": [
            {
                "ResourceId": "i-bp1aaaa",
                "ResourceType": "ACS::ECS::Instance",
                "ResourceName": "web",
                "RegionId": "cn-hangzhou",
                "ZoneId": "cn-hangzhou-h",
                "AccountId": "1",
                "Tags": [{"Key": "app", "Value": "shop"}],
                "IpAddressAttributes": [
                    {"IpAddress": "10.0.0.1", "NetworkType": "Private"},
                    {"IpAddress": "203.0.113.1", "NetworkType": "Public"},
                ],
            },
            {"ResourceId": "rm-bp1aaaa", "ResourceType": "ACS::RDS::DBInstance", "RegionId": "cn-hangzhou"},
            {"ResourceId": "vtb-bp1", "ResourceType": "ACS::VPC::RouteTable", "RegionId": "cn-hangzhou"},
            {"ResourceId": "i-bp1gone", "ResourceType": "ACS::ECS::Instance", "Deleted": True},
            {"ResourceId": "k1", "ResourceType": "ACS::RAM::AccessKey"},
        ]
    }
    links = {
        "ResourceRelationships": [
            {
                "RegionId": "cn-hangzhou",
                "ResourceType": "ACS::ECS::Instance",
                "ResourceId": "i-bp1aaaa",
                "RelatedResourceType": "ACS::VPC::VPC",
                "RelatedResourceId": "vpc-bp1a",
            }
        ]
    }
    result = make({"search.json": body, "links.json": links})
    assert {one.id: one.kind for one in result.inventory.resources.values()} == {
        "i-bp1aaaa": "instance",
        "rm-bp1aaaa": "database",
        "vtb-bp1": "other",
    }
    web = result.inventory.resources["i-bp1aaaa"]
    assert (web.texts("private_ips"), web.texts("public_ips"), web.tags) == (
        ("10.0.0.1",),
        ("203.0.113.1",),
        {"app": "shop"},
    )
    assert web.texts("related_ids") == ("vpc-bp1a",)
    assert "slave_zones" not in result.inventory.resources["rm-bp1aaaa"].attributes
    assert {one.reason for one in result.skipped} >= {"deleted resources"}


def test_cloud_config_holds_the_answer_as_json_in_a_text(make: Make) -> None:
    disk = {"DiskId": "d-bp1a", "Size": 100, "Category": "cloud_essd", "InstanceId": "i-bp1aaaa"}
    item = {
        "resourceId": "d-bp1a",
        "resourceType": "ACS::ECS::Disk",
        "region": "cn-hangzhou",
        "availabilityZone": "cn-hangzhou-h",
        "configuration": json.dumps(disk),
        "tags": '{"app":["shop"]}',
        "captureTime": "1605316711000",
    }
    deleted = {"ResourceId": "d-bp1b", "ResourceType": "ACS::ECS::Disk", "ResourceDeleted": 0}
    result = make(
        {
            "snapshot.json": {"configurationItems": [item], "fileVersion": "1.0"},
            "list.json": {"DiscoveredResourceProfiles": {"DiscoveredResourceProfileList": [deleted], "TotalCount": 1}},
        }
    )
    disk_found = result.inventory.resources["d-bp1a"]
    assert (disk_found.number("size_gib"), disk_found.zone, disk_found.tags) == (100, "cn-hangzhou-h", {"app": "shop"})
    assert disk_found.observed_at == "2020-11-14T01:18:31Z"
    assert "d-bp1b" not in result.inventory.resources


def test_a_cadt_probe_names_its_links(make: Make) -> None:
    probe = {
        "regions": ["cn-hangzhou"],
        "probe_result": {
            "list": [
                {
                    "resourceId": "i-bp1aaaa",
                    "resourceType": "ECS",
                    "attributes": {"InstanceName": "web", "ZoneId": "cn-hangzhou-h"},
                    "_relationships": {
                        "security_group_ids": ["sg-bp1a"],
                        "vswitch_id": "vsw-bp1a",
                        "vpc_id": "vpc-bp1a",
                    },
                },
                {
                    "resourceId": "d-bp1a",
                    "resourceType": "DISK",
                    "attributes": {},
                    "_relationships": {"instance_id": "i-bp1aaaa"},
                },
            ]
        },
    }
    result = make({"probe.json": probe})
    web = result.inventory.resources["i-bp1aaaa"]
    assert (web.name, web.zone, web.text("vswitch_id"), web.texts("disk_ids")) == (
        "web",
        "cn-hangzhou-h",
        "vsw-bp1a",
        ("d-bp1a",),
    )


def test_steampipe_rows_as_json_and_as_csv(make: Make) -> None:
    row = {
        "name": "web",
        "instance_id": "i-bp1aaaa",
        "arn": "arn:acs:ecs:cn-hangzhou:1:instance/i-bp1aaaa",
        "image_id": "m-1",
        "zone": "cn-hangzhou-h",
        "region": "cn-hangzhou",
        "tags": {"app": "shop"},
        "billing_method": "PrePaid",
        "vpc_attributes": {"VSwitchId": "vsw-bp1a"},
        "security_group_ids": ["sg-bp1a"],
        "account_id": "1",
    }
    cells = ",".join(
        '"' + (value if isinstance(value, str) else json.dumps(value)).replace('"', '""') + '"'
        for value in row.values()
    )
    for files in (
        {"rows.json": {"rows": [row]}},
        {"bare.json": [row]},
        {"rows.csv": ",".join(row) + "\n" + cells + "\n"},
    ):
        web = make(dict(files)).inventory.resources["i-bp1aaaa"]
        assert (web.name, web.zone, web.text("charge_type"), web.tags) == (
            "web",
            "cn-hangzhou-h",
            "PrePaid",
            {"app": "shop"},
        )
        assert (web.text("vswitch_id"), web.texts("security_group_ids")) == ("vsw-bp1a", ("sg-bp1a",))


def test_ansible_inventories(make: Make) -> None:
    dynamic = {
        "_meta": {
            "hostvars": {
                "10.0.0.1": {
                    "id": "i-bp1aaaa",
                    "availability_zone": "cn-hangzhou-h",
                    "instance_name": "web",
                    "security_groups": [{"group_id": "sg-bp1a"}],
                    "private_ip_address": "10.0.0.1",
                    "tags": {"app": "shop"},
                    "eip": {"allocation_id": "eip-bp1a", "ip_address": "203.0.113.1"},
                }
            }
        },
        "all": ["10.0.0.1"],
    }
    yaml = (
        "all:\n  children:\n    web:\n      hosts:\n        web1:\n"
        "          instance_id: i-bp1bbbb\n          zone_id: cn-hangzhou-i\n"
    )
    ini = (
        "[web]\nweb2 ansible_host=10.0.0.2 instance_id=i-bp1cccc zone_id=cn-hangzhou-j\n"
        "not-in-the-cloud ansible_host=10.9.9.9\n"
    )
    result = make({"dynamic.json": dynamic, "static.yml": yaml, "hosts": ini})
    zones = {one.id: one.zone for one in result.inventory.of_kind("instance")}
    assert zones == {"i-bp1aaaa": "cn-hangzhou-h", "i-bp1bbbb": "cn-hangzhou-i", "i-bp1cccc": "cn-hangzhou-j"}
    web = result.inventory.resources["i-bp1aaaa"]
    assert (web.texts("security_group_ids"), web.text("eip_id"), web.name) == (("sg-bp1a",), "eip-bp1a", "web")
    assert result.inventory.resources["i-bp1bbbb"].name == "web1"
    assert [one.resource for one in result.skipped] == ["1 hosts"]
    assert not result.inventory.was_listed("instance", "cn-hangzhou")


def test_the_nodes_of_a_cluster(make: Make) -> None:
    cluster = "c" + "0123456789abcdef" * 2
    node = {
        "metadata": {
            "name": "cn-hangzhou.10.0.0.1",
            "labels": {
                "topology.kubernetes.io/zone": "cn-hangzhou-h",
                "ack.aliyun.com": cluster,
                "node.kubernetes.io/instance-type": "ecs.g7.large",
            },
        },
        "spec": {"providerID": "cn-hangzhou.i-bp1aaaa"},
        "status": {"addresses": [{"type": "InternalIP", "address": "10.0.0.1"}]},
    }
    result = make({"nodes.json": {"kind": "NodeList", "items": [node]}})
    found = result.inventory.resources["i-bp1aaaa"]
    assert (found.zone, found.text("instance_type"), found.text("cluster_id")) == (
        "cn-hangzhou-h",
        "ecs.g7.large",
        cluster,
    )


def test_this_products_own_forms(make: Make) -> None:
    resource = {
        "id": "d-bp1a",
        "kind": "disk",
        "name": "data",
        "region": "cn-hangzhou",
        "zone": "cn-hangzhou-h",
        "zones": ["cn-hangzhou-h"],
        "status": "In_use",
        "tags": {"app": "shop"},
        "attributes": {"size_gib": 100, "instance_ids": ["i-bp1aaaa"], "encrypted": False},
    }
    yaml = (
        "resources:\n  - id: d-bp1a\n    kind: disk\n    name: data\n    zone: cn-hangzhou-h\n"
        "    tags: {app: shop}\n    attributes:\n"
        "      size_gib: 100\n      instance_ids: [i-bp1aaaa]\n      encrypted: false\n"
    )
    csv = (
        "id,kind,name,zone,tags,size_gib,instance_ids,encrypted\n"
        'd-bp1a,disk,data,cn-hangzhou-h,"{""app"": ""shop""}",100,'
        '"[""i-bp1aaaa""]",false\n'
    )
    for files in ({"a.json": {"resources": [resource], "stubs": []}}, {"a.yaml": yaml}, {"a.csv": csv}):
        disk = make(dict(files)).inventory.resources["d-bp1a"]
        assert (disk.name, disk.zone, disk.tags) == ("data", "cn-hangzhou-h", {"app": "shop"})
        assert (disk.number("size_gib"), disk.texts("instance_ids"), disk.flag("encrypted")) == (
            100,
            ("i-bp1aaaa",),
            False,
        )


def test_a_scanner_that_writes_javascript(make: Make, counts: Counts) -> None:
    assert counts(make({"results.js": "scoutsuite_results =\n" + json.dumps(BODY)})) == {"instance": 1}


def test_answers_that_are_errors_leave_their_lists_unknown(make: Make) -> None:
    printed = (
        "ERROR: SDK.ServerError\nErrorCode: Forbidden.RAM\nRecommend: https://…\nRequestId: R\nMessage: no right\n"
    )
    result = make(
        {
            "DescribeInstances.json": BODY,
            "cn-hangzhou/DescribeDisks.json": {"Code": "Forbidden.RAM", "Message": "no right", "RequestId": "R"},
            "cn-hangzhou/DescribeSnapshots.json": printed,
        }
    )
    assert [finding.id for finding in result.findings] == ["INV-ERROR", "INV-ERROR"]
    assert "DescribeDisks answered Forbidden.RAM; what it should list is unknown" in result.findings[0].detail
    assert not result.inventory.was_listed("disk", "cn-hangzhou")
    assert {one.resource for one in result.skipped} == {"DescribeDisks", "DescribeSnapshots"}
