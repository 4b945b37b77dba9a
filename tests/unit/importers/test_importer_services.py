"""Places, schedules, switches and rules inside records of services: read in any spelling, or unknown and said."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.importers.places import region_written, zone_written, zones_in
from advisor.importers.quantities import BACKUP_DAYS, KEPT_DAYS, as_schedule
from advisor.model.finding import Finding
from advisor.model.inventory import ImportResult, Resource
from tests.unit.importers.conftest import Make

FEW, MANY = 1, 20
NONE = ["-", "--", "", "N/A", "null", "无"]
H, I = "cn-hangzhou-h", "cn-hangzhou-i"  # noqa: E741


def said(result: ImportResult) -> list[Finding]:
    return [finding for finding in result.findings if finding.id == "INV-VALUE"]


def details(result: ImportResult) -> list[str]:
    return sorted(one.detail.partition(": ")[2] for one in said(result))


def one(result: ImportResult, resource: str) -> Resource:
    return result.inventory.resources[resource]


def database(**more: object) -> dict[str, Any]:
    row = {"DBInstanceId": "rm-1", "Engine": "MySQL", "DBInstanceClass": "rds.mysql.s1.small", "ZoneId": H, **more}
    return {"DescribeDBInstances.json": {"Items": {"DBInstance": [row]}}}


def cache(**more: object) -> dict[str, Any]:
    row = {"InstanceId": "r-1", "InstanceClass": "redis.master.small.default", "InstanceStatus": "Normal", "ZoneId": H}
    return {"DescribeInstances.json": {"Instances": {"KVStoreInstance": [{**row, **more}]}}}


def balancer(**more: object) -> dict[str, Any]:
    row = {"LoadBalancerId": "lb-1", "LoadBalancerName": "web", "MasterZoneId": H, **more}
    return {"DescribeLoadBalancers.json": {"LoadBalancers": {"LoadBalancer": [row]}}}


@pytest.mark.parametrize("none", NONE)
def test_a_word_for_none_is_a_standby_that_is_known_to_be_none(none: str, make: Make) -> None:
    zones = {"SlaveZones": {"SlaveZone": [{"ZoneId": none}]}}
    result = make({**database(**zones), **cache(SecondaryZoneId=none), **balancer(SlaveZoneId=none)})
    assert not said(result)
    assert one(result, "rm-1").attributes["slave_zones"] == ()
    assert one(result, "r-1").attributes["secondary_zone"] == ""
    assert one(result, "lb-1").attributes["slave_zone"] == ""
    assert {one(result, name).zones for name in ("rm-1", "r-1", "lb-1")} == {(H,)}


def test_a_zone_in_capitals_is_that_zone(make: Make) -> None:
    zones = {"SlaveZones": {"SlaveZone": [{"ZoneId": I.upper()}]}}
    files = {
        **database(**zones),
        **cache(SecondaryZoneId=I.upper()),
        **balancer(SlaveZoneId=I.upper()),
        "own.json": {"resources": [{"kind": "instance", "id": "i-1", "zone": H.upper(), "region": "CN-HANGZHOU"}]},
    }
    result = make(files)
    assert not said(result)
    assert {one(result, name).zones for name in ("rm-1", "r-1", "lb-1")} == {(H, I)}
    assert one(result, "rm-1").attributes["slave_zones"] == (I,)
    assert one(result, "r-1").attributes["secondary_zone"] == I
    assert one(result, "lb-1").attributes["slave_zone"] == I
    assert (one(result, "i-1").zone, one(result, "i-1").region) == (H, "cn-hangzhou")


@pytest.mark.parametrize("count", [FEW, MANY])
def test_places_in_capitals_or_none_in_long_lists_too(count: int, make: Make) -> None:
    rows = [
        {"DiskId": f"d-{number:02}", "Size": 40, "Category": "cloud_essd", "ZoneId": H, "RegionId": "cn-hangzhou"}
        for number in range(count)
    ]
    rows[0] |= {"ZoneId": H.upper(), "RegionId": "CN-HANGZHOU"}
    rows[-1] |= {"ZoneId": "-"} if count > 1 else {}
    result = make({"DescribeDisks.json": {"Disks": {"Disk": rows}}})
    assert not said(result)
    assert {disk.region for disk in result.inventory.resources.values()} == {"cn-hangzhou"}
    assert [disk.zone for disk in result.inventory.resources.values()].count(H) == max(count - 1, 1)


@pytest.mark.parametrize("odd", ["elsewhere", 5, True])
def test_a_standby_zone_that_is_none_is_no_second_zone(odd: object, make: Make) -> None:
    zones = {"SlaveZones": {"SlaveZone": [{"ZoneId": odd}]}}
    result = make({**database(**zones), **cache(SecondaryZoneId=odd), **balancer(SlaveZoneId=odd)})
    assert len(said(result)) == 3
    assert all(f"zone '{str(odd).lower()}' is no id of a zone" in found.detail for found in said(result))
    assert {one(result, name).zones for name in ("rm-1", "r-1", "lb-1")} == {(H,)}
    assert "slave_zones" not in one(result, "rm-1").attributes
    assert "secondary_zone" not in one(result, "r-1").attributes
    assert "slave_zone" not in one(result, "lb-1").attributes


@pytest.mark.parametrize("odd", [{"a": 1}, [{"Zone": "x"}]])
def test_a_standby_zone_of_another_shape_is_not_known_to_be_none(odd: object, make: Make) -> None:
    result = make({**database(SlaveZones=odd), **cache(SecondaryZoneId=odd)})
    assert len(said(result)) == 2
    assert all("holds a record without a zone" in found.detail for found in said(result))
    assert "slave_zones" not in one(result, "rm-1").attributes
    assert "secondary_zone" not in one(result, "r-1").attributes


@pytest.mark.parametrize("given", [[I], {"SlaveZone": [I]}, {"SlaveZone": {"ZoneId": I}}, [{"ZoneId": I}], I])
def test_standby_zones_in_any_wrapping(given: object, make: Make) -> None:
    result = make(database(SlaveZones=given))
    assert not said(result)
    assert one(result, "rm-1").attributes["slave_zones"] == (I,)


def test_a_standby_node_without_a_zone_leaves_the_standby_unknown(make: Make) -> None:
    nodes = [{"NodeRole": "primary", "NodeZoneId": H}, {"NodeRole": "secondary"}]
    assert "slave_zones" not in one(make(database(DBClusterNodes=nodes)), "rm-1").attributes


def test_where_the_primary_zone_is_none_the_standby_is_not_told_to_be_another(make: Make) -> None:
    result = make(database(ZoneId="first", SlaveZones={"SlaveZone": [{"ZoneId": I}]}))
    (found,) = said(result)
    assert "zone 'first' is no id of a zone" in found.detail
    assert (one(result, "rm-1").zone, one(result, "rm-1").zones) == (I, (I,))
    assert "slave_zones" not in one(result, "rm-1").attributes


@pytest.mark.parametrize(
    ("writer", "reader", "zone", "slaves", "problems"),
    [
        (H, I, H, (I,), 0),
        (H, H, H, (), 0),
        (H, "reader zone", H, None, 1),
        (H, 5, H, None, 1),
        (H, "-", H, (), 0),
        ("writer zone", I, I, None, 1),
        (H.upper(), I, H, (I,), 0),
    ],
)
def test_zones_of_the_nodes_of_a_cluster(
    writer: object, reader: object, zone: str, slaves: tuple[str, ...] | None, problems: int, make: Make
) -> None:
    nodes = [
        {"DBNodeId": "pi-1", "DBNodeRole": "Writer", "ZoneId": writer},
        {"DBNodeId": "pi-2", "DBNodeRole": "Reader", "ZoneId": reader},
    ]
    row = {"DBClusterId": "pc-1", "DBType": "MySQL", "DBClusterStatus": "Running", "DBNodes": {"DBNode": nodes}}
    result = make({"DescribeDBClusters.json": {"Items": {"DBCluster": [row]}}})
    found = one(result, "pc-1")
    assert found.zone == zone
    assert found.attributes.get("slave_zones") == slaves
    assert len(said(result)) == problems
    assert all(str(place).startswith("cn-") for node in found.records("nodes") if (place := node.get("zone")))


def test_zones_of_members_places_attachments_and_pairs(make: Make) -> None:
    disk = {"DiskId": "d-1", "Size": 40, "Category": "cloud_regional_disk_auto", "RegionId": "cn-hangzhou"}
    pair = {"ReplicaPairId": "pair-1", "SourceDiskId": "d-1", "SourceRegion": "cn-hangzhou", "Status": "normal"}
    mappings = [{"ZoneId": H, "VSwitchId": "vsw-1"}, {"ZoneId": "second", "VSwitchId": "vsw-2"}]
    attachment = {"TransitRouterAttachmentId": "tr-attach-1", "TransitRouterId": "tr-1", "VpcId": "vpc-1"}
    member = {"ScalingGroupId": "asg-1", "InstanceId": "i-1", "LifecycleState": "InService", "ZoneId": "third"}
    server = {"ServerId": "i-2", "ServerType": "Ecs", "ServerGroupId": "sgp-1", "ZoneId": "fourth", "Weight": "0.0"}
    result = make(
        {
            "DescribeDisks.json": {"Disks": {"Disk": [{**disk, "Placement": {"ZoneIds": [H, "b", "-"]}}]}},
            "DescribeDiskReplicaPairs.json": {
                "ReplicaPairs": [{**pair, "SourceZoneId": H.upper(), "DestinationZoneId": "b"}]
            },
            "ListTransitRouterVpcAttachments.json": {
                "TransitRouterAttachments": [{**attachment, "ZoneMappings": mappings}]
            },
            "DescribeScalingGroups.json": {"ScalingGroups": [{"ScalingGroupId": "asg-1", "ScalingGroupName": "a"}]},
            "DescribeScalingInstances.json": {"ScalingInstances": {"ScalingInstance": [member]}},
            "ListServerGroups.json": {"ServerGroups": [{"ServerGroupId": "sgp-1", "ServerGroupName": "g"}]},
            "ListServerGroupServers.json": {"Servers": [server]},
        }
    )
    assert one(result, "d-1").zones == (H,)
    assert one(result, "tr-attach-1").zones == (H,)
    assert [item.get("zone") for item in one(result, "tr-attach-1").records("zone_mappings")] == [H, None]
    assert (one(result, "pair-1").zone, one(result, "pair-1").text("source_zone")) == (H, H)
    assert "destination_zone" not in one(result, "pair-1").attributes
    assert one(result, "asg-1").records("members") == ({"instance_id": "i-1", "lifecycle_state": "InService"},)
    (served,) = one(result, "sgp-1").records("members")
    assert "zone" not in served
    assert served["weight"] == 0
    odd = sorted(found.resource or "" for found in said(result))
    assert odd == ["asg-1", "d-1", "i-1", "pair-1", "sgp-1", "tr-attach-1"]


def policies(count: int, **odd: object) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [
        {
            "AutoSnapshotPolicyId": f"sp-{number:02}",
            "TimePoints": '["2"]',
            "RepeatWeekdays": '["1"]',
            "RetentionDays": 7,
            "Status": "Normal",
            "EnableCrossRegionCopy": True,
            "TargetCopyRegions": '["cn-shanghai"]',
        }
        for number in range(count)
    ]
    rows[0] |= odd
    return {"DescribeAutoSnapshotPolicyEx.json": {"AutoSnapshotPolicies": {"AutoSnapshotPolicy": rows}}}


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize(("given", "place"), [('["abc"]', "abc"), ('["华东2"]', "华东2"), ("yes", "yes"), (5, "5")])
def test_copies_to_a_region_that_is_none_are_unknown_and_said(
    given: object, place: str, count: int, make: Make
) -> None:
    result = make(policies(count, TargetCopyRegions=given))
    (found,) = said(result)
    assert f"region '{place}' is no id of a region; expected: one such as cn-hangzhou" in found.detail
    assert found.resource == "sp-00"
    assert "copy_regions" not in one(result, "sp-00").attributes
    assert one(result, "sp-00").flag("copy_enabled") is True
    assert all(one(result, f"sp-{n:02}").texts("copy_regions") == ("cn-shanghai",) for n in range(1, count))


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize(
    ("given", "regions"),
    [("", ()), ("[]", ()), ("-", ()), ('["-"]', ()), ("CN-SHANGHAI", ("cn-shanghai",)), (None, None)],
)
def test_copies_to_no_region_and_regions_in_capitals(
    given: object, regions: tuple[str, ...] | None, count: int, make: Make
) -> None:
    result = make(policies(count, TargetCopyRegions=given))
    assert not said(result)
    assert one(result, "sp-00").attributes.get("copy_regions") == regions


@pytest.mark.parametrize("count", [FEW, MANY])
def test_a_region_that_is_none_beside_one_that_is(count: int, make: Make) -> None:
    result = make(policies(count, TargetCopyRegions='["cn-shanghai","abc"]'))
    assert len(said(result)) == 1
    assert one(result, "sp-00").texts("copy_regions") == ("cn-shanghai",)


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize(("days", "kept"), [(-1, -1), (1, 1), (65536, 65536), (0, None), ("0", None), (-2, None)])
def test_days_for_which_snapshots_are_kept(days: object, kept: int | None, count: int, make: Make) -> None:
    result = make(policies(count, RetentionDays=days))
    assert one(result, "sp-00").attributes.get("retention_days") == kept
    assert len(said(result)) == (kept is None)


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize("status", ["Normal", "Expire", "normal", "正常", ""])
def test_states_of_a_policy(status: str, count: int, make: Make) -> None:
    assert not said(make(policies(count, Status=status)))


@pytest.mark.parametrize("count", [FEW, MANY])
def test_a_state_of_a_policy_that_nobody_knows_is_said(count: int, make: Make) -> None:
    (found,) = said(make(policies(count, Status="abc")))
    assert "status 'abc' is no state of a snapshot policy; expected: Normal or Expire" in found.detail
    assert found.resource == "sp-00"


def test_other_regions_that_are_none(make: Make) -> None:
    pair = {"ReplicaPairId": "pair-1", "SourceDiskId": "d-1", "SourceRegion": "cn-hangzhou", "Status": "normal"}
    rule = {
        "ID": "r-1",
        "Status": "doing",
        "Destination": {"Bucket": "b-2", "Location": "shanghai"},
        "HistoricalObjectReplication": "enabled",
    }
    vaults = {"VaultId": "v-1", "VaultName": "v", "ReplicationTargetRegionId": "afar"}
    job = {
        "DtsJobId": "dts-1",
        "SourceEndpoint": {"Region": "cn-hangzhou"},
        "DestinationEndpoint": {"Region": "华东2", "InstanceID": "rm-2"},
    }
    result = make(
        {
            "DescribeDiskReplicaPairs.json": {"ReplicaPairs": [{**pair, "DestinationRegion": "shanghai"}]},
            "GetBucketReplication.b-1.json": {"ReplicationConfiguration": {"Rule": [rule]}},
            "GetBucketInfo.json": {"Buckets": [{"Name": "b-1", "Location": "oss-cn-hangzhou", "StorageClass": "IA"}]},
            "DescribeVaults.json": {"Vaults": {"Vault": [vaults]}},
            "DescribeDtsJobs.json": {"DtsJobList": [job]},
            **database(),
            "DescribeInstanceCrossBackupPolicy.rm-1.json": {
                "DBInstanceId": "rm-1",
                "BackupEnabled": "Enable",
                "CrossBackupRegion": "far away",
            },
        }
    )
    for name, attribute in (
        ("pair-1", "destination_region"),
        ("v-1", "replica_region"),
        ("dts-1", "destination_region"),
        ("rm-1", "cross_backup_region"),
    ):
        assert attribute not in one(result, name).attributes
    assert "target_region" not in one(result, "b-1").records("replication_rules")[0]
    assert one(result, "b-1").region == "cn-hangzhou"
    assert one(result, "rm-1").flag("cross_region_backup") is True
    assert sorted(found.resource or "" for found in said(result)) == ["b-1", "dts-1", "pair-1", "rm-1", "v-1"]
    assert all("is no id of a region" in found.detail for found in said(result))


def plan(*rules: dict[str, Any], **more: object) -> dict[str, Any]:
    row = {"PlanId": "plan-1", "VaultId": "v-1", "SourceType": "UDM_ECS", "InstanceId": "i-1", **more}
    return {
        "DescribeBackupPlans.json": {"BackupPlans": {"BackupPlan": [row | ({"Rules": list(rules)} if rules else {})]}}
    }


@pytest.mark.parametrize("region", ["abc", 5, {"a": 1}])
def test_copies_of_a_plan_to_a_region_that_is_none(region: object, make: Make) -> None:
    result = make(plan({"Schedule": "I|1|P1D", "Retention": 7, "DoCopy": True, "DestinationRegionId": region}))
    assert len(said(result)) == 1
    assert "copy_regions" not in one(result, "plan-1").attributes
    (rule,) = one(result, "plan-1").records("rules")
    assert (rule["copy_enabled"], rule.get("copy_region")) == (True, None)


@pytest.mark.parametrize("region", ["abc", {"a": 1}])
def test_copies_of_a_policy_to_a_region_that_is_none(region: object, make: Make) -> None:
    rules = [{"RuleType": "REPLICATION", "ReplicationRegionId": region, "Retention": 7}]
    result = make({"DescribePoliciesV2.json": {"Policies": [{"PolicyId": "po-1", "PolicyName": "p", "Rules": rules}]}})
    assert len(said(result)) == 1
    assert "copy_regions" not in one(result, "po-1").attributes


SCHEDULES = ["I|1648647166|P1D", "I|1648647166|PT12H", "I|1|PT1M", "P1W", "I|1|P1DT12H", "I|1|PT3600S", "I|1|P1Y"]
NO_SCHEDULES = [
    "I|1648647166|P0D", "I|1|PT0M", "I|1|PT0S", "I|1|PT59S", "abc", "I|1|", "I|1|P", "I|1|PT", "I|1|P2Y",
    "I|1|P" + "9" * 400 + "D", "I|1|P1.5D", "I|1|P-1D", "I|1|P١D", "I|1|P1D\n|x",
]  # fmt: skip


@pytest.mark.parametrize("schedule", [*SCHEDULES, "", "-"])
def test_schedules_are_kept_as_written(schedule: str, make: Make) -> None:
    result = make(plan({"Schedule": schedule, "Retention": 7}, Schedule=schedule))
    assert not said(result)
    assert (one(result, "plan-1").text("schedule") or "") == schedule.strip("-")


@pytest.mark.parametrize("schedule", [*NO_SCHEDULES, 5, {"a": 1}])
def test_what_is_no_schedule_is_unknown_and_said(schedule: object, make: Make) -> None:
    rules = [{"RuleType": "BACKUP", "Schedule": schedule, "Retention": 7}]
    own = {"resources": [{"kind": "backup_plan", "id": "plan-2", "attributes": {"schedule": schedule}}]}
    files = {
        **plan(Schedule=schedule),
        "DescribePoliciesV2.json": {"Policies": [{"PolicyId": "po-1", "PolicyName": "p", "Rules": rules}]},
        "own.json": own,
    }
    result = make(files)
    assert sorted(found.resource or "" for found in said(result)) == ["plan-1", "plan-2", "po-1"]
    assert all("schedule" in found.detail for found in said(result))
    for name in ("plan-1", "plan-2", "po-1"):
        assert "schedule" not in one(result, name).attributes


@pytest.mark.parametrize(("days", "kept"), [(1, 1), (364_635, 364_635), (0, None), (-1, None), (500_000, None)])
def test_days_for_which_backups_are_kept(days: int, kept: int | None, make: Make) -> None:
    result = make(plan({"Schedule": "I|1|P1D", "Retention": days, "DestinationRetention": days}))
    (rule,) = one(result, "plan-1").records("rules")
    assert rule.get("retention_days") == rule.get("copy_retention_days") == kept
    assert one(result, "plan-1").number("retention_days") == kept
    assert len(said(result)) == (2 if kept is None else 0)


SWITCHES = [(True, True), ("yes", True), (1, True), ("on", True), ("Enable", True), ("true", True),
            (False, False), ("off", False), (0, False), ("Disable", False), ("Disabled", False)]  # fmt: skip


@pytest.mark.parametrize(("given", "on"), SWITCHES)
def test_switches_in_any_spelling(given: object, on: bool, make: Make) -> None:
    group = {"ServerGroupId": "sgp-1", "ServerGroupName": "g", "HealthCheckConfig": {"HealthCheckEnabled": given}}
    copies = {"DBInstanceId": "rm-1", "BackupEnabled": given, "LogBackupEnabled": given, "CrossBackupRegion": "-"}
    bucket = {"Name": "b-1", "Location": "oss-cn-hangzhou", "StorageClass": "IA", "CrossRegionReplication": given}
    result = make(
        {
            "ListServerGroups.json": {"ServerGroups": [group]},
            **database(),
            "DescribeInstanceCrossBackupPolicy.json": copies,
            "GetBucketInfo.json": {"Buckets": [bucket]},
        }
    )
    assert not said(result)
    assert one(result, "sgp-1").attributes["health_check"] == {"enabled": on}
    assert one(result, "rm-1").flag("cross_region_backup") is on
    assert one(result, "rm-1").flag("cross_backup_log_enabled") is on
    assert not one(result, "rm-1").text("cross_backup_region")
    assert one(result, "b-1").flag("cross_region_replication") is on


def test_what_is_no_switch_is_unknown_and_said(make: Make) -> None:
    group = {"ServerGroupId": "sgp-1", "ServerGroupName": "g", "HealthCheckConfig": {"HealthCheckEnabled": "maybe"}}
    copies = {"DBInstanceId": "rm-1", "BackupEnabled": "maybe", "CrossBackupRegion": "cn-shanghai", "Retention": 0}
    result = make(
        {
            "ListServerGroups.json": {"ServerGroups": [group]},
            **database(),
            "DescribeInstanceCrossBackupPolicy.json": copies,
        }
    )
    assert [text.partition(" is ")[0] for text in details(result)] == [
        "cross_backup_retention_days",
        "cross_region_backup",
        "enabled of the health check",
    ]
    assert "enabled" not in str(one(result, "sgp-1").attributes.get("health_check"))
    assert "cross_region_backup" not in one(result, "rm-1").attributes


def group(*rules: dict[str, Any]) -> dict[str, Any]:
    row = {"SecurityGroupId": "sg-1", "SecurityGroupName": "s", "Permissions": {"Permission": list(rules)}}
    return {"DescribeSecurityGroupAttribute.json": row}


RULE = {"Direction": "ingress", "Policy": "Accept", "IpProtocol": "TCP", "PortRange": "22/22", "Priority": "1"}


@pytest.mark.parametrize(
    ("field", "value", "attribute", "read", "problem"),
    [
        ("Policy", "Drop", "policy", "drop", ""),
        ("Policy", "", "policy", "unknown", "policy of a rule is ''; expected: accept or drop"),
        ("Policy", {}, "policy", "unknown", "policy of a rule is ''; expected: accept or drop"),
        ("Policy", {"a": 1}, "policy", "unknown", "policy of a rule is a record; expected: one value"),
        ("Policy", "abc", "policy", "unknown", "policy of a rule is 'abc'; expected: accept or drop"),
        ("Direction", "egress", "direction", "egress", ""),
        ("Direction", "abc", "direction", "unknown", "direction of a rule is 'abc'; expected: ingress or egress"),
        ("PortRange", "-1/-1", "port_range", "-1/-1", ""),
        ("PortRange", "8000/9000", "port_range", "8000/9000", ""),
        ("PortRange", "80", "port_range", "80", ""),
        ("PortRange", "", "port_range", "", ""),
        ("PortRange", "abc", "port_range", "unknown", "port_range of a rule is 'abc'; expected: ports such as 22/22"),
        ("PortRange", "90/80", "port_range", "unknown", "port_range of a rule is '90/80'"),
        ("PortRange", "1/70000", "port_range", "unknown", "port_range of a rule is '1/70000'"),
        ("SourceCidrIp", "10.0.0.0/8", "source_cidr", "10.0.0.0/8", ""),
        ("SourceCidrIp", "::/0", "source_cidr", "::/0", ""),
        ("SourceCidrIp", "", "source_cidr", None, ""),
        ("SourceCidrIp", "abc", "source_cidr", None, "source_cidr of a rule is 'abc'; expected: a block of addresses"),
        ("DestCidrIp", "10.0.0.0/99", "dest_cidr", None, "dest_cidr of a rule is '10.0.0.0/99'"),
    ],
)
def test_values_of_a_rule(
    field: str, value: object, attribute: str, read: str | None, problem: str, make: Make
) -> None:
    result = make(group({**RULE, field: value}))
    (rule,) = one(result, "sg-1").records("rules")
    assert rule.get(attribute) == read
    assert [text.startswith(problem) for text in details(result)] == [True] * bool(problem)


def test_a_rule_that_does_not_have_a_policy_or_direction_has_the_default(make: Make) -> None:
    result = make(group({"IpProtocol": "TCP", "PortRange": "22/22"}))
    (rule,) = one(result, "sg-1").records("rules")
    assert not said(result)
    assert (rule["policy"], rule["direction"]) == ("accept", "ingress")


@pytest.mark.parametrize("weight", [0, "0", "0.0", 0.0])
def test_a_server_group_of_weight_none_gets_nothing(weight: object, make: Make) -> None:
    tuples = [{"ServerGroupId": "sgp-1", "Weight": weight}, {"ServerGroupId": "sgp-2", "Weight": 100}]
    listener = {
        "ListenerId": "lsn-1",
        "ListenerPort": 80,
        "LoadBalancerId": "alb-1",
        "ListenerProtocol": "HTTP",
        "DefaultActions": [{"Type": "ForwardGroup", "ForwardGroupConfig": {"ServerGroupTuples": tuples}}],
    }
    result = make({"ListListeners.json": {"Listeners": [listener]}})
    assert not said(result)
    assert one(result, "lsn-1").texts("server_group_ids") == ("sgp-2",)


def test_how_places_are_written() -> None:
    written = ["cn-hangzhou-h", "CN-HANGZHOU-H", " ap-southeast-1A ", "-", "", "5", "cn-hangzhou-MAZ5(b,e)"]
    assert [zone_written(zone) for zone in written] == [
        H, H, "ap-southeast-1a", "", "", "5", "cn-hangzhou-MAZ5(b,e)",
    ]  # fmt: skip
    assert zones_in("CN-HANGZHOU-MAZ5(H,i)") == (H, I)
    assert zones_in(f"-, {H.upper()},{H}, n/a") == (H,)
    assert [region_written(one) for one in ("OSS-CN-HANGZHOU", "none", "华东2")] == ["cn-hangzhou", "", "华东2"]


@pytest.mark.parametrize("schedule", NO_SCHEDULES)
def test_a_schedule_is_told_with_what_it_should_be(schedule: str) -> None:
    with pytest.raises(ValueError, match=r"expected: I\|<start>\|<interval> with an interval from PT1M to P1Y"):
        as_schedule(schedule)


@pytest.mark.parametrize("days", ["7", 7, "7天", "7 days"])
def test_days_that_are_kept_have_their_unit(days: object) -> None:
    assert (KEPT_DAYS(days), BACKUP_DAYS(days)) == (7, 7)


@pytest.mark.parametrize("days", [0, "0天"])
def test_nothing_is_kept_for_no_days(days: object) -> None:
    for read in (KEPT_DAYS, BACKUP_DAYS):
        with pytest.raises(ValueError, match="is 0; expected: a whole number of days"):
            read(days)


def test_delays_of_pairs_and_jobs_have_their_unit(make: Make) -> None:
    pair = {
        "ReplicaPairId": "pair-1",
        "PairName": "p",
        "SourceDiskId": "d-1",
        "DestinationDiskId": "d-2",
        "RPO": "15 min",
    }
    job = {"DtsJobId": "dts-1", "SourceEndpoint": {"Region": "cn-hangzhou"}, "Delay": "2 min"}
    pairs, jobs = {"ReplicaPairs": [pair]}, {"DtsJobList": [job]}
    result = make({"DescribeDiskReplicaPairs.json": pairs, "DescribeDtsJobs.json": jobs})
    assert not said(result)
    assert one(result, "pair-1").attributes["rpo_s"] == 900
    assert one(result, "dts-1").attributes["delay_s"] == 120


EDITIONS = ["Basic", "HighAvailability", "cluster", "AlwaysOn", "Finance", "serverless_basic", "serverless_ha", "basic"]


@pytest.mark.parametrize("edition", EDITIONS)
def test_editions_of_a_database(edition: str, make: Make) -> None:
    result = make(database(Category=edition))
    assert not said(result)
    assert one(result, "rm-1").attributes["category"] == edition


@pytest.mark.parametrize(
    ("edition", "nodes", "read"),
    [
        ("Normal", 1, "cluster"), ("SENormal", 1, "cluster"), ("NormalMultimaster", 2, "cluster"),
        ("Basic", 1, "Basic"), ("Archive", 1, "Archive"), (None, 2, "cluster"),
        (None, 1, None), ("", 1, None), ("normal-abc", 1, None),
    ],
)  # fmt: skip
def test_editions_of_a_cluster(edition: str | None, nodes: int, read: str | None, make: Make) -> None:
    row = {"DBClusterId": "pc-1", "DBType": "MySQL", "DBClusterStatus": "Running"}
    row |= {"DBNodes": {"DBNode": [{"DBNodeId": f"pi-{number}", "ZoneId": H} for number in range(nodes)]}}
    row |= {"Category": edition} if edition is not None else {}
    result = make({"DescribeDBClusters.json": {"Items": {"DBCluster": [row]}}})
    assert (one(result, "pc-1").text("category") or None) == read
    assert len(said(result)) == (edition == "normal-abc")


@pytest.mark.parametrize("edition", ["abc", 5, True, {"a": 1}, ["Basic", "Finance"]])
def test_an_edition_that_nobody_knows_is_unknown_and_said(edition: object, make: Make) -> None:
    result = make(database(Category=edition))
    (found,) = details(result)
    assert found.startswith("category ")
    assert "category" not in one(result, "rm-1").attributes


def test_an_edition_of_the_own_form_is_looked_at_too(make: Make) -> None:
    editions = ["Finance", "abc", *["Basic"] * MANY]
    rows = [
        {"kind": "database", "id": f"rm-{number}", "attributes": {"category": edition}}
        for number, edition in enumerate(editions)
    ]
    result = make({"own.json": {"resources": rows, "stubs": []}})
    assert [one.resource for one in said(result)] == ["rm-1"]
    assert details(result)[0].startswith("category 'abc' is no edition of a database; expected: one such as")
    assert "category" not in one(result, "rm-1").attributes


def test_a_disk_has_categories_of_its_own(make: Make) -> None:
    row = {"DiskId": "d-1", "DiskName": "a", "Size": 40, "Category": "cloud_essd"}
    assert not said(make({"DescribeDisks.json": {"Disks": {"Disk": [row]}}}))
