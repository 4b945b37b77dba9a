"""The same id from several files is one resource, newest field by field; disagreement is said; unknown is not none."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from advisor.importers import read_inventory
from advisor.importers.places import date_in_path, ids_in_path, kind_of_id, region_in_path, region_of_zone, zones_in
from advisor.model.inventory import ImportResult, Origin

Make = Callable[..., ImportResult]


def instance(resource_id: str = "i-bp1aaaa", **fields: Any) -> dict[str, Any]:
    return {"InstanceId": resource_id, "ImageId": "m-1", "RegionId": "cn-hangzhou", **fields}


def instances(*rows: dict[str, Any], **page: Any) -> dict[str, Any]:
    return {"Instances": {"Instance": list(rows)}, **page}


def test_the_newer_file_wins_field_by_field_and_the_older_fills_gaps(make: Make) -> None:
    result = make(
        {
            "2026-03-01.json": instances(instance(InstanceType="ecs.g7.xlarge", Status="Running")),
            "2026-02-01.json": instances(
                instance(InstanceType="ecs.g7.large", ZoneId="cn-hangzhou-h", InstanceName="web")
            ),
        }
    )
    one = result.inventory.resources["i-bp1aaaa"]
    assert (one.text("instance_type"), one.zone, one.name, one.observed_at) == (
        "ecs.g7.xlarge",
        "cn-hangzhou-h",
        "web",
        "2026-03-01",
    )
    assert one.field_origins["zone"] == Origin("2026-02-01.json", "Instances.Instance[0]")
    finding = next(finding for finding in result.findings if finding.id == "INV-DISAGREE")
    assert finding.severity == "info"
    assert "instance_type: ecs.g7.large (2026-02-01.json" in finding.detail


def test_without_known_times_the_disagreement_is_more_than_information(make: Make) -> None:
    result = make(
        {
            "a.json": instances(instance(InstanceType="ecs.g7.large")),
            "b.json": instances(instance(InstanceType="ecs.g8.large")),
        }
    )
    finding = next(finding for finding in result.findings if finding.id == "INV-DISAGREE")
    assert (finding.severity, finding.resource) == ("low", "i-bp1aaaa")
    assert "day of the export" in finding.fix
    assert result.inventory.resources["i-bp1aaaa"].text("instance_type") == "ecs.g8.large"


def test_an_empty_text_never_hides_a_known_one_of_the_same_time(make: Make) -> None:
    result = make(
        {"a.json": instances(instance(DeploymentSetId="ds-bp1a")), "b.json": instances(instance(DeploymentSetId=""))}
    )
    assert result.inventory.resources["i-bp1aaaa"].text("deployment_set_id") == "ds-bp1a"


def test_equal_files_do_not_disagree(make: Make) -> None:
    body = instances(instance(InstanceType="ecs.g7.large"))
    result = make({"a.json": body, "b/a.json": body})
    assert not result.findings
    assert len(result.inventory.resources) == 1


def test_the_live_answer_counts_more_than_a_state(make: Make) -> None:
    state = {
        "version": 4,
        "serial": 1,
        "resources": [
            {
                "mode": "managed",
                "type": "alicloud_instance",
                "name": "a",
                "instances": [
                    {
                        "attributes": {
                            "id": "i-bp1aaaa",
                            "instance_type": "ecs.g8.large",
                            "availability_zone": "cn-hangzhou-h",
                        }
                    }
                ],
            }
        ],
    }
    result = make({"a.json": instances(instance(InstanceType="ecs.g7.large")), "z.tfstate": state})
    one = result.inventory.resources["i-bp1aaaa"]
    assert (one.text("instance_type"), one.zone) == ("ecs.g7.large", "cn-hangzhou-h")


@pytest.mark.parametrize(
    ("bodies", "truncated"),
    [
        ([instances(instance("i-bp1aaaa"), TotalCount=3)], True),
        (
            [
                instances(instance("i-bp1aaaa"), TotalCount=2, PageNumber=1),
                instances(instance("i-bp1bbbb"), TotalCount=2, PageNumber=2),
            ],
            False,
        ),
        (
            [
                instances(instance("i-bp1aaaa"), TotalCount=3, PageNumber=1),
                instances(instance("i-bp1bbbb"), TotalCount=3, PageNumber=2),
            ],
            True,
        ),
        (
            [
                instances(instance("i-bp1aaaa"), TotalCount=0, NextToken="t"),
                instances(instance("i-bp1bbbb"), TotalCount=0, NextToken=""),
            ],
            False,
        ),
        (
            [
                instances(instance("i-bp1aaaa"), TotalCount=0, NextToken="t"),
                instances(instance("i-bp1bbbb"), TotalCount=0, NextToken="u"),
            ],
            True,
        ),
        ([instances(instance("i-bp1aaaa"), TotalCount=1, NextToken="t")], False),
    ],
)
def test_missing_pages_are_a_finding(bodies: list[dict[str, Any]], truncated: bool, make: Make) -> None:
    result = make({f"DescribeInstances.{number}.json": body for number, body in enumerate(bodies)})
    found = [finding for finding in result.findings if finding.id == "INV-TRUNCATED"]
    assert bool(found) is truncated
    assert all(finding.severity == "high" and "unknown, not absent" in finding.detail for finding in found)


def test_pages_of_two_regions_are_two_lists(make: Make) -> None:
    result = make(
        {
            "cn-hangzhou/DescribeInstances.json": instances(instance("i-bp1aaaa"), TotalCount=1),
            "cn-beijing/DescribeInstances.json": instances(instance("i-2zeaaaa", RegionId="cn-beijing"), TotalCount=2),
        }
    )
    assert [finding.title for finding in result.findings] == ["Pages are missing: 1 of 2 instances in cn-beijing"]


def test_unknown_is_not_none(make: Make) -> None:
    result = make({"a.json": instances(instance())})
    one = result.inventory.resources["i-bp1aaaa"]
    assert "security_group_ids" not in one.attributes
    assert "eip_id" not in one.attributes
    assert not result.inventory.was_listed("disk", "cn-hangzhou")
    assert result.inventory.was_listed("instance", "cn-hangzhou")


def test_mentioned_ids_are_stubs_with_who_mentions_them(make: Make) -> None:
    result = make(
        {
            "a.json": instances(
                instance(VpcAttributes={"VpcId": "vpc-bp1a", "VSwitchId": "vsw-bp1a"}, ImageId="m-bp1img")
            )
        }
    )
    assert {stub.id: (stub.kind, stub.mentioned_by) for stub in result.inventory.stubs} == {
        "vpc-bp1a": ("vpc", "i-bp1aaaa"),
        "vsw-bp1a": ("vswitch", "i-bp1aaaa"),
        "m-bp1img": ("image", "i-bp1aaaa"),
    }


def test_public_images_are_no_stubs(make: Make) -> None:
    result = make({"a.json": instances(instance(ImageId="centos_7_9_x64_20G_alibase.vhd"))})
    assert result.inventory.stubs == ()


def test_an_addition_without_its_resource_is_a_stub(make: Make) -> None:
    result = make(
        {
            "scaling.json": {
                "ScalingInstances": [
                    {"ScalingGroupId": "asg-bp1", "InstanceId": "i-bp1aaaa", "LifecycleState": "InService"}
                ]
            },
            "a.json": instances(instance("i-bp1bbbb")),
        }
    )
    assert {(stub.id, stub.kind) for stub in result.inventory.stubs} >= {
        ("asg-bp1", "scaling_group"),
        ("i-bp1aaaa", "instance"),
    }
    assert set(result.inventory.resources) == {"i-bp1bbbb"}


def test_one_id_of_two_kinds_is_kept_apart_and_said(make: Make) -> None:
    result = make(
        {
            "a.json": {
                "resources": [
                    {"id": "x1", "kind": "bucket", "attributes": {}},
                    {"id": "x1", "kind": "cluster", "attributes": {}},
                ]
            }
        }
    )
    assert set(result.inventory.resources) == {"x1", "cluster:x1"}
    assert [finding.id for finding in result.findings] == ["INV-SAME-ID"]


def test_zones_by_way_of_the_vswitch(make: Make) -> None:
    body = {
        "VSwitches": {
            "VSwitch": [
                {"VSwitchId": "vsw-bp1a", "CidrBlock": "10.0.0.0/24", "ZoneId": "cn-hangzhou-h", "VpcId": "vpc-bp1a"}
            ]
        }
    }
    result = make(
        {
            "a.json": [instance(VpcAttributes={"VSwitchId": "vsw-bp1a"}, OSType="linux", InstanceType="x")],
            "b.json": body,
        }
    )
    one = result.inventory.resources["i-bp1aaaa"]
    assert (one.zone, one.zones, one.field_origins["zone"].file) == ("cn-hangzhou-h", ("cn-hangzhou-h",), "b.json")


def archive(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return buffer.getvalue()


def test_a_zip_and_a_folder_hold_the_same_estate(tmp_path: Path, make: Make) -> None:
    text = '{"Instances": {"Instance": [{"InstanceId": "i-bp1aaaa", "ImageId": "m-1", "RegionId": "cn-hangzhou"}]}}'
    path = tmp_path / "export.zip"
    path.write_bytes(
        archive({"x/DescribeInstances.json": text, "__MACOSX/x": "junk", "x/.hidden.json": text, "../out.json": text})
    )
    packed, loose = read_inventory([path]), make({"x/DescribeInstances.json": text, ".hidden.json": text})
    assert set(packed.inventory.resources) == set(loose.inventory.resources)
    assert packed.inventory.resources["i-bp1aaaa"].origin.file == "export.zip/x/DescribeInstances.json"
    assert [one.resource for one in packed.skipped] == ["export.zip/../out.json"]


def test_several_paths_are_one_inventory_whatever_their_order(tmp_path: Path) -> None:
    for name, resource_id in (("one", "i-bp1aaaa"), ("two", "i-bp1bbbb")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.json").write_text(
            f'[{{"InstanceId": "{resource_id}", "ImageId": "m-1"}}]', encoding="utf-8"
        )
    there, back = (
        read_inventory([tmp_path / "one", tmp_path / "two"]),
        read_inventory([tmp_path / "two", tmp_path / "one"]),
    )
    assert there == back
    assert set(there.inventory.resources) == {"i-bp1aaaa", "i-bp1bbbb"}


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path, make: Make) -> None:
    secret = tmp_path / "outside.json"
    secret.write_text('[{"InstanceId": "i-bp1bbbb", "ImageId": "m-1"}]', encoding="utf-8")
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory" / "link.json").symlink_to(secret)
    result = make({"a.json": instances(instance())})
    assert set(result.inventory.resources) == {"i-bp1aaaa"}
    assert [one.resource for one in result.skipped] == ["link.json"]


def test_what_ids_regions_and_zones_tell() -> None:
    assert [
        kind_of_id(one)
        for one in ("i-1a", "eni-1a", "sp-1a", "s-1a", "pc-1a", "r-1a", "zz-1a", "alb-1a", "c" + "a" * 32)
    ] == [
        "instance",
        "network_interface",
        "snapshot_policy",
        "snapshot",
        "database",
        "cache",
        None,
        "load_balancer",
        "cluster",
    ]
    assert [
        region_of_zone(zone)
        for zone in ("cn-hangzhou-k", "ap-southeast-1a", "us-west-1b", "cn-beijing-MAZ5(a,b)", "cn-hangzhou", "")
    ] == ["cn-hangzhou", "ap-southeast-1", "us-west-1", "cn-beijing", None, None]
    assert zones_in("cn-beijing-MAZ5(a,b)") == ("cn-beijing-a", "cn-beijing-b")
    assert zones_in("ap-southeast-1MAZ3(b,c)") == ("ap-southeast-1b", "ap-southeast-1c")
    assert region_in_path("export/cn-hangzhou/DescribeDisks.page1.json") == "cn-hangzhou"
    assert region_in_path("DescribeDisks.cn.zh-CN.json") is None
    assert ids_in_path("a/DescribeBackupPolicy.rm-bp1abc.json", "database") == ("rm-bp1abc",)
    assert date_in_path("rds_instance_list_2026年03月04日.csv") == "2026-03-04"
    assert date_in_path("ecs-20140526.json") is None


def test_a_file_that_is_handed_in_twice_is_read_once(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    (folder / "inner").mkdir(parents=True)
    server = {"InstanceId": "i-bp1aaaa", "ImageId": "m-1", "RegionId": "cn-hangzhou"}
    (folder / "inner" / "a.json").write_text(json.dumps({"Instances": {"Instance": [server]}}), encoding="utf-8")
    (folder / "bad.json").write_text("{", encoding="utf-8")
    inner = folder / "inner"
    for paths in ([folder, folder], [folder, inner], [folder, inner / "a.json"], [folder, folder / ".." / "exports"]):
        result = read_inventory(paths)
        assert [one.id for one in result.findings] == ["INV-UNREADABLE"], paths
        assert len(result.forms) == 1
