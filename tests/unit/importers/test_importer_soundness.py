"""Values in inner records, and places that are none, in whatever form they come: unknown and said, never dropped."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.model.finding import Finding
from advisor.model.inventory import ImportResult
from tests.unit.importers.conftest import Make

FEW, MANY = 1, 20


def said(result: ImportResult) -> list[Finding]:
    return [finding for finding in result.findings if finding.id == "INV-VALUE"]


def servers(count: int, **odd: object) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [
        {
            "InstanceId": f"i-bp1aaaa{number:02}",
            "InstanceName": "web",
            "ZoneId": "cn-hangzhou-h",
            "RegionId": "cn-hangzhou",
            "Status": "Running",
        }
        for number in range(count)
    ]
    rows[0] |= odd
    return {"Instances": {"Instance": rows}}


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize("zone", ["yes", "华东1 可用区X", "cn-hangzhou", "h", "<b>zone</b>", "cn-hangzhou-"])
def test_a_zone_that_is_none_is_unknown_and_said(zone: str, count: int, make: Make) -> None:
    result = make({"DescribeInstances.json": servers(count, ZoneId=zone)})
    (found,) = said(result)
    one = result.inventory.resources["i-bp1aaaa00"]
    assert (one.zone, one.zones, one.region) == (None, (), "cn-hangzhou")
    assert f"zone '{zone}' is no id of a zone; expected: one such as cn-hangzhou-h" in found.detail
    assert found.detail.startswith("DescribeInstances.json, ")
    others = [other.zone for other in result.inventory.resources.values() if other.id != one.id]
    assert others == ["cn-hangzhou-h"] * (count - 1)


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize("region", ["hangzhou", "华东1", "eu_central", "cn"])
def test_a_region_that_is_none_is_unknown_and_said(region: str, count: int, make: Make) -> None:
    result = make({"DescribeInstances.json": servers(count, ZoneId="", RegionId=region)})
    (found,) = said(result)
    assert f"region '{region}' is no id of a region; expected: one such as cn-hangzhou" in found.detail
    assert result.inventory.resources["i-bp1aaaa00"].region is None


@pytest.mark.parametrize("count", [FEW, MANY])
def test_the_region_of_the_zone_counts_where_its_own_is_none(count: int, make: Make) -> None:
    result = make({"DescribeInstances.json": servers(count, RegionId="hangzhou")})
    assert len(said(result)) == 1
    assert {one.region for one in result.inventory.resources.values()} == {"cn-hangzhou"}


def test_the_zone_of_a_state_a_row_of_types_and_of_this_products_own_form_is_looked_at_too(make: Make) -> None:
    state = {
        "version": 4,
        "resources": [
            {
                "mode": "managed",
                "type": "alicloud_instance",
                "name": "a",
                "instances": [{"attributes": {"id": "i-bp1state", "availability_zone": "zone h"}}],
            }
        ],
    }
    row = {
        "ResourceType": "ACS::ECS::Instance",
        "ResourceId": "i-bp1types",
        "RegionId": "global",
        "ZoneId": "H",
    }
    own = {"resources": [{"kind": "instance", "id": "i-bp1own", "zone": "first", "region": "cn-hangzhou"}]}
    result = make({"a.tfstate": state, "b.json": {"Resources": [row]}, "c.json": own})
    assert {one.zone for one in result.inventory.resources.values()} == {None}
    assert sorted(str(one.resource) for one in said(result)) == ["i-bp1own", "i-bp1state", "i-bp1types"]


def test_a_standby_zone_that_is_none_is_unknown_and_not_none(make: Make) -> None:
    database = {
        "DBInstanceId": "rm-bp1aaaa",
        "Engine": "MySQL",
        "DBInstanceClass": "rds.mysql.s1.small",
        "ZoneId": "cn-hangzhou-h",
        "SlaveZones": {"SlaveZone": [{"ZoneId": "elsewhere"}]},
    }
    cache = {
        "InstanceId": "r-bp1aaaa",
        "InstanceClass": "redis.master.small.default",
        "InstanceStatus": "Normal",
        "ZoneId": "cn-hangzhou-h",
        "SecondaryZoneId": "elsewhere",
    }
    balancer = {
        "LoadBalancerId": "alb-bp1aaaa",
        "LoadBalancerName": "web",
        "ZoneMappings": [{"ZoneId": "cn-hangzhou-h", "VSwitchId": "vsw-1"}, {"ZoneId": "b", "VSwitchId": "vsw-2"}],
    }
    result = make(
        {
            "DescribeDBInstances.json": {"Items": {"DBInstance": [database]}},
            "DescribeInstances.json": {"Instances": {"KVStoreInstance": [cache]}},
            "ListLoadBalancers.json": {"LoadBalancers": [balancer]},
        }
    )
    found = result.inventory.resources
    assert {one.zones for one in found.values()} == {("cn-hangzhou-h",)}
    assert "slave_zones" not in found["rm-bp1aaaa"].attributes
    assert "secondary_zone" not in found["r-bp1aaaa"].attributes
    assert [one.get("zone") for one in found["alb-bp1aaaa"].records("zone_mappings")] == ["cn-hangzhou-h", None]
    assert sorted(str(one.resource) for one in said(result)) == ["alb-bp1aaaa", "r-bp1aaaa", "rm-bp1aaaa"]


@pytest.mark.parametrize("count", [FEW, MANY])
def test_a_disk_that_names_a_number_for_its_server_is_not_known_to_have_none(count: int, make: Make) -> None:
    rows = [
        {"DiskId": f"d-bp1aaaa{number:02}", "Size": 40, "Category": "cloud_essd", "InstanceId": "i-bp1aaaa"}
        for number in range(count)
    ]
    rows[0]["InstanceId"] = 5
    result = make({"DescribeDisks.json": {"Disks": {"Disk": rows}}})
    (found,) = said(result)
    assert "instance_ids holds 5; expected: a list of ids" in found.detail
    assert found.resource == "d-bp1aaaa00"
    assert "instance_ids" not in result.inventory.resources["d-bp1aaaa00"].attributes
    assert "5" not in result.inventory.stubs


@pytest.mark.parametrize("count", [FEW, MANY])
def test_a_number_is_no_id_of_another_thing(count: int, make: Make) -> None:
    result = make({"DescribeInstances.json": servers(count, VSwitchId=7, ImageId=True)})
    assert sorted(one.detail.partition(": ")[2].partition(";")[0] for one in said(result)) == [
        "image_id is true",
        "vswitch_id is 7",
    ]
    assert result.inventory.resources["i-bp1aaaa00"].attributes.keys().isdisjoint({"vswitch_id", "image_id"})


INNER: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "DescribeBackupPlans.json",
        {"BackupPlans": {"BackupPlan": [{"PlanId": "plan-1", "VaultId": "v-1", "Rules": {"Rule": [
            {"Retention": "soon", "DoCopy": "perhaps", "DestinationRetention": -7}]}}]}},
        "plan-1",
        "copy_enabled of a rule is neither|copy_retention_days of a rule is -7|retention_days of a rule is no number",
    ),
    (
        "DescribePoliciesV2.json",
        {"Policies": [{"PolicyId": "po-1", "PolicyName": "p", "Rules": [{"RuleType": "BACKUP", "Retention": 7.5}]}]},
        "po-1",
        "retention_days of a rule is 7.5",
    ),
    (
        "DescribeSnapshotLinks.json",
        {"SnapshotLinks": {"SnapshotLink": [{"SnapshotLinkId": "sl-1", "SourceDiskId": "d-bp1a", "TotalSize": -1,
            "TotalCount": "many", "InstanceId": "i-1"}]}},
        "d-bp1a",
        "snapshot_chain_gib is -1|snapshot_count is no number",
    ),
    (
        "DescribeScalingConfigurations.json",
        {"ScalingConfigurations": {"ScalingConfiguration": [{"ScalingConfigurationId": "asc-1",
            "ScalingGroupId": "asg-1", "InstanceType": "ecs.g7.large", "SystemDiskSize": 0,
            "DataDisks": {"DataDisk": [{"Size": 100}, {"Size": -2}]}}]}},
        "asg-1",
        "a size of data_disk_sizes_gib of a configuration is -2|system_disk_size_gib of a configuration is 0",
    ),
    (
        "ListServerGroups.json",
        {"ServerGroups": [{"ServerGroupId": "sgp-1", "ServerGroupName": "g", "HealthCheckConfig": {
            "HealthCheckInterval": "often"}, "Servers": []}]},
        "sgp-1",
        "interval_s of the health check is no number",
    ),
    (
        "DescribeLoadBalancerAttribute.json",
        {"LoadBalancerId": "lb-1", "LoadBalancerName": "n", "BackendServers": {"BackendServer": [
            {"ServerId": "i-1", "Weight": "heavy", "Port": 70000}]}},
        "lb-1",
        "port of member i-1 is 70,000|weight of member i-1 is no number",
    ),
    (
        "DescribeSecurityGroupAttribute.json",
        {"SecurityGroupId": "sg-1", "SecurityGroupName": "s", "Permissions": {"Permission": [
            {"Direction": "ingress", "PortRange": "22/22", "Priority": "first"}]}},
        "sg-1",
        "priority of a rule is no number",
    ),
    (
        "DescribeAutoSnapshotPolicyEx.json",
        {"AutoSnapshotPolicies": {"AutoSnapshotPolicy": [{"AutoSnapshotPolicyId": "sp-1", "RetentionDays": "x",
            "TimePoints": "[\"0\",\"25\"]", "RepeatWeekdays": "[\"0\"]"}]}},
        "sp-1",
        "repeat_weekdays holds 0|retention_days is no number|time_points holds 25",
    ),
    (
        "a.tfstate",
        {"version": 4, "resources": [{"mode": "managed", "type": "alicloud_instance", "name": "a", "instances": [
            {"attributes": {"id": "i-bp1state", "system_disk_size": 0, "data_disks": [{"size": "big"}]}}]}]},
        "i-bp1state",
        "size of a data disk is no number|system_disk_size is 0",
    ),
    (
        "b.tfstate",
        {"version": 4, "resources": [
            {"mode": "managed", "type": "alicloud_db_backup_policy", "name": "a", "instances": [
                {"attributes": {"id": "x", "instance_id": "rm-1", "backup_retention_period": -9,
                    "enable_backup_log": "maybe"}}]},
            {"mode": "managed", "type": "alicloud_security_group_rule", "name": "b", "instances": [
                {"attributes": {"id": "y", "security_group_id": "sg-1", "type": "ingress", "priority": "low"}}]},
            {"mode": "managed", "type": "alicloud_ess_scaling_configuration", "name": "c", "instances": [
                {"attributes": {"id": "asc-1", "scaling_group_id": "asg-1", "active": "maybe"}}]}]},
        "asg-1 rm-1 rm-1 sg-1",
        "active of a configuration is neither|backup_retention_days is -9|log_backup_enabled is neither|priority of a",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "document", "resource", "problems"), INNER, ids=[case[0] for case in INNER])
def test_what_cannot_be_read_inside_a_record_is_said(
    file: str, document: dict[str, Any], resource: str, problems: str, make: Make
) -> None:
    found = sorted(said(make({file: document})), key=lambda one: one.detail.partition(": ")[2])
    texts = [one.detail.partition(": ")[2] for one in found]
    expected = problems.split("|")
    assert len(texts) == len(expected), texts
    for text, begins in zip(texts, expected, strict=True):
        assert text.startswith(begins)
        assert "it counts as unknown" in text
    named = resource.split() if " " in resource else [resource] * len(found)
    assert sorted(str(one.resource) for one in found) == named


@pytest.mark.parametrize(
    ("cell", "sizes", "problem"),
    [
        ("ESSD 0GiB", [None], "is 0"),
        ("-5", [None], "is -5"),
        ("999999", [None], "is 999,999"),
        ("see the other sheet", [None], "is no number"),
        ("ESSD PL1", [None], "is no number"),
        ("40;0", [40, None], "is 0"),
        ("1.5 TiB", [1536], ""),
        ("1,024", [1024], ""),
        ("40,100", [40, 100], ""),
        ("ESSD 1,024 GiB, 高效云盘200G", [1024, 200], ""),
        ("2 x 100GiB", [100, 100], ""),
        ("100GB*3", [100, 100, 100], ""),
        ("[40 100]", [40, 100], ""),
        ("40GiB+100GiB", [40, 100], ""),
    ],
)
def test_sizes_in_a_cell_of_disks(cell: str, sizes: list[int | None], problem: str, make: Make) -> None:
    result = make({"a.csv": f'实例ID,实例名称,数据盘\ni-bp1aaaa,web,"{cell}"\ni-bp1bbbb,app,\n'})
    disks = result.inventory.resources["i-bp1aaaa"].records("data_disks")
    assert [disk.get("size_gib") for disk in disks] == sizes
    found = said(result)
    assert len(found) == bool(problem)
    assert all(f"a size in the cell of data disks {problem}" in one.detail for one in found)
    assert all(one.detail.startswith("a.csv, row 2: ") for one in found)


def test_a_disk_named_in_a_cell_with_a_size_that_cannot_be_is_unknown_and_said(make: Make) -> None:
    cell = "d-bp1sys(ESSD(PL1) 40GiB)\nd-bp1d1(高效云盘 0GiB)"
    result = make({"a.csv": f'实例ID,实例名称,数据盘\ni-bp1aaaa,web,"{cell}"\n'})
    disks = {one.id: one.attributes for one in result.inventory.resources.values() if one.kind == "disk"}
    assert disks["d-bp1sys"]["size_gib"] == 40
    assert disks["d-bp1sys"]["category"] == "cloud_essd"
    assert "size_gib" not in disks["d-bp1d1"]
    (found,) = said(result)
    assert found.resource == "d-bp1d1"
    assert "size_gib is 0; expected" in found.detail


def own(kind: str, **attributes: object) -> dict[str, object]:
    return {"resources": [{"kind": kind, "id": "x-1", "attributes": attributes}]}


@pytest.mark.parametrize(
    ("kind", "name", "value", "problem"),
    [
        ("instance", "vpc_id", {"a": 1}, "vpc_id is a record; expected: one value"),
        ("instance", "cluster_id", ["c1"], "cluster_id is a list; expected: one value"),
        ("disk", "instance_ids", [{"id": "i-1"}], "instance_ids holds a record; expected: a list of texts"),
        ("disk", "instance_ids", [5], "instance_ids holds 5; expected: a list of texts"),
        ("disk", "size_gib", [40], "size_gib is a list; expected: one value"),
        ("snapshot_policy", "time_points", ["x"], "time_points is no list of whole numbers"),
        ("snapshot_policy", "repeat_weekdays", [0, 1], "repeat_weekdays holds 0; expected: days of the week"),
        ("database", "backup_retention_days", -5, "backup_retention_days is -5; expected: a whole number of days"),
        ("database", "slave_zones", 3, "slave_zones is 3; expected: a list of texts"),
        ("vault", "size_gib", -1, "size_gib is -1; expected: a number of GiB from 0"),
        ("server_group", "members", "i-1", "members holds i-1; expected: a list of records"),
        ("server_group", "members", [{"server_id": "i-1", "weight": -1}], "weight in members is -1; expected"),
        ("server_group", "health_check", "on", "health_check is on; expected: a record"),
        ("backup_plan", "disabled", "perhaps", "disabled is neither true nor false"),
        ("gtm_pool", "addresses", ["10.0.0.1"], "addresses holds 10.0.0.1; expected: a list of records"),
    ],
)
def test_an_attribute_of_this_products_own_form_has_its_shape_or_is_said(
    kind: str, name: str, value: object, problem: str, make: Make
) -> None:
    result = make({"a.json": own(kind, **{name: value})})
    (found,) = said(result)
    assert found.detail.startswith(f"a.json, resources[0]: {problem}")
    kept = result.inventory.resources["x-1"].attributes
    assert name not in kept or kept[name] == ({"server_id": "i-1"},)


def test_what_a_cell_of_this_products_own_table_holds_has_the_shape_of_its_attribute(make: Make) -> None:
    rows = "id,kind,size_gib,instance_ids,disabled,engine_version\n"
    rows += "v-1,vault,100,,,\nd-bp1a,disk,40,i-bp1a,,\nd-bp1b,disk,40,i-bp1a;i-bp1b,,\n"
    rows += "i-bp1a,instance,,,,\nplan-1,backup_plan,,,true,\nrm-1,database,,,,8.0\n"
    result = make({"a.csv": rows})
    found = {one.id: dict(one.attributes) for one in result.inventory.resources.values()}
    assert not said(result)
    assert found["v-1"]["size_gib"] == 100  # in GiB: the cloud writes bytes
    assert found["d-bp1a"]["instance_ids"] == ("i-bp1a",)
    assert found["d-bp1b"]["instance_ids"] == ("i-bp1a", "i-bp1b")
    assert found["i-bp1a"]["disk_ids"] == ("d-bp1a", "d-bp1b")
    assert found["plan-1"]["disabled"] is True
    assert found["rm-1"]["engine_version"] == "8.0"


@pytest.mark.parametrize(("name", "value"), [("zone", ["cn-hangzhou-h"]), ("region", {"id": "cn-hangzhou"})])
def test_a_place_in_this_products_own_form_is_a_text(name: str, value: object, make: Make) -> None:
    result = make({"a.json": {"resources": [{"kind": "instance", "id": "i-1", name: value}]}})
    (found,) = said(result)
    assert f"{name} is a {'list' if isinstance(value, list) else 'record'}; expected: one value" in found.detail


def test_english_headers_of_the_console_are_no_fields_of_the_api(make: Make) -> None:
    disks = (
        "Disk ID,Disk Name,Status,Zone,Size,Disk Category,Disk Attribute,Attached Instance,Auto Snapshot Policy\n"
        "d-bp1aaaa,data,In Use,Hangzhou Zone H,40,ESSD PL1,Data Disk,i-bp1aaaa,sp-bp1aaaa\n"
    )
    servers = (
        "Instance ID,Instance Name,Status,Zone ID,Region,Specifications,CPU,Memory,System Disk,Data Disk\n"
        "i-bp1aaaa,web,Running,Hangzhou Zone H,China (Hangzhou),ecs.g7.large,2,8,d-bp1sys(ESSD 40GiB),\n"
    )
    result = make({"disks.csv": disks, "servers.csv": servers})
    found = result.inventory.resources
    assert not said(result)
    assert {one.zone for one in found.values()} == {"cn-hangzhou-h"}
    assert {one.region for one in found.values()} == {"cn-hangzhou"}
    disk, server = found["d-bp1aaaa"].attributes, found["i-bp1aaaa"].attributes
    assert (disk["instance_ids"], disk["snapshot_policy_ids"]) == (("i-bp1aaaa",), ("sp-bp1aaaa",))
    assert (disk["category"], disk["performance_level"], disk["disk_type"]) == ("cloud_essd", "PL1", "data")
    assert (server["memory_mib"], server["instance_type"]) == (8192, "ecs.g7.large")
    assert set(server["disk_ids"]) == {"d-bp1sys", "d-bp1aaaa"}  # type: ignore[call-overload]


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize("policy", [True, -5, 1.7])
def test_a_number_is_no_snapshot_policy(policy: object, count: int, make: Make) -> None:
    rows: list[dict[str, Any]] = [
        {"DiskId": f"d-bp1aaaa{number:02}", "Size": 40, "Category": "cloud_essd", "AutoSnapshotPolicyId": "sp-1"}
        for number in range(count)
    ]
    rows[0]["AutoSnapshotPolicyId"] = policy
    result = make({"DescribeDisks.json": {"Disks": {"Disk": rows}}})
    (found,) = said(result)
    assert "snapshot_policy_ids is " in found.detail
    assert "snapshot_policy_ids" not in result.inventory.resources["d-bp1aaaa00"].attributes
