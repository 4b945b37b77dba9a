"""API answers: every operation that is read, every wrapping, every way to name the parent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from advisor.model.inventory import ImportResult

Make = Callable[..., ImportResult]
Counts = Callable[[ImportResult], dict[str, int]]

ANSWERS: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("answers.yaml").read_text(encoding="utf-8")
)
INSTANCE: dict[str, Any] = ANSWERS["DescribeInstances"]["answer"]["Instances"]["Instance"][0]
DISK: dict[str, Any] = ANSWERS["DescribeDisks"]["answer"]["Disks"]["Disk"][0]


def lists(value: object) -> object:
    """Tuples as lists, as YAML has them."""
    if isinstance(value, dict):
        return {key: lists(item) for key, item in value.items()}
    return [lists(item) for item in value] if isinstance(value, tuple | list) else value


@pytest.mark.parametrize("operation", sorted(ANSWERS))
def test_each_operation_gives_its_canonical_attributes(operation: str, make: Make) -> None:
    case = ANSWERS[operation]
    resource = make({"answer.json": case["answer"]}).inventory.resources[case["id"]]
    assert resource.kind == case["kind"]
    for name, value in case["expected"].items():
        found = getattr(resource, name[1:]) if name.startswith("_") else resource.attributes[name]
        assert lists(found) == value, name


PAGE = {"TotalCount": 1, "PageNumber": 1, "PageSize": 10, "RequestId": "R"}
WRAPPINGS: dict[str, tuple[str, Any]] = {
    "a page": ("a.json", {"Instances": {"Instance": [INSTANCE]}, **PAGE}),
    "pages merged by the CLI": ("a.json", {"Instances": {"Instance": [INSTANCE]}}),
    "a flat list": ("a.json", {"Instances": [INSTANCE], **PAGE}),
    "a single object for the list": ("a.json", {"Instances": {"Instance": INSTANCE}}),
    "the inner list only": ("a.json", [INSTANCE]),
    "the inner list under the operation's name": ("a.json", {"DescribeInstances": [INSTANCE]}),
    "a list of pages": ("a.json", [{"Instances": {"Instance": [INSTANCE]}}, {"Instances": {"Instance": []}}]),
    "by region": (
        "a.json",
        {"cn-hangzhou": {"Instances": {"Instance": [INSTANCE]}}, "cn-beijing": {"Instances": {"Instance": []}}},
    ),
    "by operation and region": ("a.json", {"ecs": {"DescribeInstances": {"cn-hangzhou": {"data": [INSTANCE]}}}}),
    "by id": ("a.json", {"i-bp1aaaa": INSTANCE}),
    "the one object": ("a.json", INSTANCE),
    "the response of an SDK": (
        "a.json",
        {"headers": {}, "statusCode": 200, "body": {"Instances": {"Instance": [INSTANCE]}}},
    ),
    "JSON in a text": (
        "a.json",
        {"body": '{"Instances": [{"InstanceId": "i-bp1aaaa", "ImageId": "m-1", "ZoneId": "cn-hangzhou-h"}]}'},
    ),
}


@pytest.mark.parametrize("wrapping", sorted(WRAPPINGS))
def test_each_wrapping_gives_the_same_instance(wrapping: str, make: Make, counts: Counts) -> None:
    name, content = WRAPPINGS[wrapping]
    result = make({name: content})
    assert counts(result) == {"instance": 1}
    assert result.inventory.resources["i-bp1aaaa"].zone == "cn-hangzhou-h"


def test_snake_case_and_camel_case_are_the_same(make: Make) -> None:
    record = {"instance_id": "i-bp1aaaa", "imageId": "m-bp1img", "zone-id": "cn-hangzhou-h", "v_switch_id": "vsw-bp1a"}
    resource = make({"a.json": {"instances": {"instance": [record]}}}).inventory.resources["i-bp1aaaa"]
    assert (resource.zone, resource.text("vswitch_id"), resource.text("image_id")) == (
        "cn-hangzhou-h",
        "vsw-bp1a",
        "m-bp1img",
    )


BACKUP = {
    "PreferredBackupPeriod": "Monday,Thursday",
    "PreferredBackupTime": "02:00Z-03:00Z",
    "BackupRetentionPeriod": 7,
    "EnableBackupLog": "1",
    "LogBackupRetentionPeriod": 7,
    "RequestId": "R",
}
ALLOWED = {
    "Items": {
        "DBInstanceIPArray": [
            {
                "DBInstanceIPArrayName": "app",
                "DBInstanceIPArrayAttribute": "",
                "SecurityIPList": "10.0.0.1,10.0.1.0/24",
            },
            {
                "DBInstanceIPArrayName": "hdm",
                "DBInstanceIPArrayAttribute": "hidden",
                "SecurityIPList": "100.104.0.0/16",
            },
        ]
    }
}
DATABASE = ANSWERS["DescribeDBInstanceAttribute"]["answer"]


def test_answers_without_an_id_take_it_from_the_file_name(make: Make) -> None:
    result = make(
        {
            "DescribeDBInstanceAttribute.json": DATABASE,
            "DescribeBackupPolicy.rm-bp1aaaa.json": BACKUP,
            "rm-bp1aaaa/DescribeDBInstanceIPArrayList.json": ALLOWED,
            "ha-rm-bp1aaaa.json": {"SyncMode": "Semi-sync", "HAMode": "RPO"},
        }
    )
    database = result.inventory.resources["rm-bp1aaaa"]
    assert database.texts("backup_days") == ("Monday", "Thursday")
    assert database.number("backup_retention_days") == 7
    assert database.flag("log_backup_enabled") is True
    assert database.texts("security_ips") == ("10.0.0.1", "10.0.1.0/24")
    assert database.text("replication_mode") == "Semi-sync"


def test_an_answer_that_names_its_database_nowhere_is_said_and_skipped(make: Make) -> None:
    result = make({"attribute.json": DATABASE, "policy.json": BACKUP})
    assert "backup_retention_days" not in result.inventory.resources["rm-bp1aaaa"].attributes
    finding = next(finding for finding in result.findings if finding.id == "INV-NO-PARENT")
    assert "file name" in finding.detail
    assert any("file name" in one.reason for one in result.skipped)


def test_members_of_a_server_group_over_two_pages(make: Make) -> None:
    def page(server: str) -> dict[str, Any]:
        return {
            "Servers": [{"ServerId": server, "ServerType": "Ecs", "Port": 80, "Weight": 100, "Status": "Available"}],
            "TotalCount": 2,
        }

    result = make(
        {
            "ListServerGroups.json": {
                "ServerGroups": [{"ServerGroupId": "sgp-bp1a", "ServerGroupName": "g", "Protocol": "HTTP"}]
            },
            "ListServerGroupServers.sgp-bp1a.1.json": page("i-bp1aaaa"),
            "ListServerGroupServers.sgp-bp1a.2.json": page("i-bp1bbbb"),
        }
    )
    members = result.inventory.resources["sgp-bp1a"].records("members")
    assert [member["server_id"] for member in members] == ["i-bp1aaaa", "i-bp1bbbb"]


def test_scaling_instances_and_configurations_belong_to_their_group(make: Make) -> None:
    group = ANSWERS["DescribeScalingGroups 2022"]["answer"]
    result = make(
        {
            "groups.json": group,
            "instances.json": {
                "ScalingInstances": [
                    {"ScalingGroupId": "asg-bp1", "InstanceId": "i-bp1aaaa", "LifecycleState": "InService"}
                ]
            },
            "configurations.json": {
                "ScalingConfigurations": {
                    "ScalingConfiguration": [
                        {
                            "ScalingConfigurationId": "asc-1",
                            "ScalingGroupId": "asg-bp1",
                            "ImageId": "m-bp1old",
                            "LifecycleState": "Inactive",
                        },
                        {
                            "ScalingConfigurationId": "asc-2",
                            "ScalingGroupId": "asg-bp1",
                            "ImageId": "m-bp1new",
                            "LifecycleState": "Active",
                            "InstanceTypes": {"InstanceType": ["ecs.g7.large"]},
                            "SecurityGroupId": "sg-bp1a",
                            "SystemDiskCategory": "cloud_essd",
                            "SystemDiskSize": 40,
                        },
                    ]
                }
            },
            "switches.json": {
                "VSwitches": {
                    "VSwitch": [{"VSwitchId": "vsw-bp1a", "CidrBlock": "10.0.0.0/24", "ZoneId": "cn-hangzhou-h"}]
                }
            },
        }
    )
    found = result.inventory.resources["asg-bp1"]
    assert found.texts("instance_ids") == ("i-bp1aaaa",)
    assert found.zones == ("cn-hangzhou-h",)
    configuration = found.attributes["configuration"]
    assert isinstance(configuration, dict)
    assert configuration["image_id"] == "m-bp1new"
    assert configuration["instance_types"] == ("ecs.g7.large",)
    assert configuration["system_disk_size_gib"] == 40
    assert [stub.id for stub in result.inventory.stubs if stub.kind == "instance"] == ["i-bp1aaaa"]


def test_nodes_belong_to_the_cluster_of_their_name(make: Make) -> None:
    cluster = "c" + "0123456789abcdef" * 2
    nodes = {
        "nodes": [
            {
                "instance_id": "i-bp1aaaa",
                "node_name": "n1",
                "node_status": "Ready",
                "instance_name": f"worker-k8s-for-cs-{cluster}",
            }
        ]
    }
    result = make(
        {"clusters.json": ANSWERS["DescribeClustersV1"]["answer"], "nodes.json": nodes, "instances.json": [INSTANCE]}
    )
    assert result.inventory.resources[cluster].texts("node_ids") == ("i-bp1aaaa",)
    assert result.inventory.resources["i-bp1aaaa"].text("cluster_id") == cluster


def test_a_region_comes_from_the_folder_where_the_answer_has_none(make: Make) -> None:
    body = {"SecurityGroups": {"SecurityGroup": [{"SecurityGroupId": "sg-bp1a", "SecurityGroupName": "db"}]}}
    result = make({"cn-shanghai/DescribeSecurityGroups.json": body})
    assert result.inventory.resources["sg-bp1a"].region == "cn-shanghai"
    assert result.inventory.was_listed("security_group", "cn-shanghai")


def test_policy_associations_and_snapshot_chains_add_to_disks(make: Make) -> None:
    disk = {key: value for key, value in DISK.items() if key != "AutoSnapshotPolicyId"}
    result = make(
        {
            "disks.json": {"Disks": {"Disk": [disk]}},
            "associations.json": {
                "AutoSnapshotPolicyAssociations": {
                    "AutoSnapshotPolicyAssociation": [
                        {"DiskId": "d-bp1aaaa", "AutoSnapshotPolicyId": "sp-bp1a"},
                        {"DiskId": "d-bp1aaaa", "AutoSnapshotPolicyId": "sp-bp1b"},
                    ]
                }
            },
            "links.json": {
                "SnapshotLinks": {
                    "SnapshotLink": [
                        {
                            "SnapshotLinkId": "sl-1",
                            "SourceDiskId": "d-bp1aaaa",
                            "TotalSize": 3221225472,
                            "TotalCount": 4,
                        }
                    ]
                }
            },
        }
    )
    found = result.inventory.resources["d-bp1aaaa"]
    assert found.texts("snapshot_policy_ids") == ("sp-bp1a", "sp-bp1b")
    assert (found.number("snapshot_chain_gib"), found.number("snapshot_count")) == (3.0, 4)


def test_tags_of_a_tag_service_join_those_of_the_list(make: Make) -> None:
    tags = {
        "TagResources": {
            "TagResource": [
                {"ResourceId": "i-bp1aaaa", "ResourceType": "instance", "TagKey": "env", "TagValue": "prod"}
            ]
        }
    }
    result = make({"instances.json": [INSTANCE], "tags.json": tags})
    assert result.inventory.resources["i-bp1aaaa"].tags["env"] == "prod"
    assert result.inventory.resources["i-bp1aaaa"].tags["app"] == "orders"
