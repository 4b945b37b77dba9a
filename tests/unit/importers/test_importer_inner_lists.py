"""Lists of records inside a record: where something else stands in their place it is not known that there is none, and
an entry that says nothing of what the list holds is no entry."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.model.finding import Finding
from advisor.model.inventory import ImportResult
from tests.unit.importers.conftest import Make

GROUP: dict[str, Any] = {"SecurityGroupId": "sg-1", "SecurityGroupName": "s"}
CLB: dict[str, Any] = {"LoadBalancerId": "lb-1", "LoadBalancerName": "n", "LoadBalancerStatus": "active"}
ALB: dict[str, Any] = {"LoadBalancerId": "alb-1", "LoadBalancerName": "n"}
LISTENER: dict[str, Any] = {"ListenerId": "lsn-1", "ListenerPort": 80, "LoadBalancerId": "alb-1"}
SERVERS: dict[str, Any] = {"ServerGroupId": "sgp-1", "ServerGroupName": "g"}
DATABASE: dict[str, Any] = {"DBInstanceId": "rm-1", "Engine": "MySQL", "DBInstanceClass": "mysql.n2.small.1"}
SCALING: dict[str, Any] = {"ScalingGroupId": "asg-1", "ScalingGroupName": "g", "MinSize": 1, "MaxSize": 2}
POLICY: dict[str, Any] = {"PolicyId": "po-1", "PolicyName": "p", "PolicyType": "UDM"}
PLAN: dict[str, Any] = {"PlanId": "plan-1", "VaultId": "v-1"}
POOL: dict[str, Any] = {"AddrPoolId": "pool-1", "AddrCount": 1}
FILES: dict[str, Any] = {"FileSystemId": "fs-1", "ProtocolType": "NFS", "StorageType": "Capacity"}
VPC: dict[str, Any] = {"VpcId": "vpc-1", "VRouterId": "vrt-1", "CidrBlock": "10.0.0.0/8"}
TABLE: dict[str, Any] = {"RouteTableId": "vtb-1", "RouteTableType": "System"}
VBR: dict[str, Any] = {"VbrId": "vbr-1", "AccessPointId": "ap-1", "PhysicalConnectionId": ""}
ATTACHMENT: dict[str, Any] = {"TransitRouterAttachmentId": "tr-attach-1", "TransitRouterId": "tr-1", "VpcId": "vpc-1"}
POLARDB: dict[str, Any] = {"DBClusterId": "pc-1", "DBClusterStatus": "Running", "DBType": "MySQL"}

LISTS: list[tuple[str, dict[str, Any], str, str, object]] = [
    # answer, record, field, attribute, a sound value
    ("DescribeSecurityGroupAttribute", GROUP, "Permissions", "rules",
     {"Permission": [{"Direction": "ingress", "PortRange": "22/22"}]}),
    ("DescribeLoadBalancerAttribute", CLB, "BackendServers", "backend", {"BackendServer": [{"ServerId": "i-1"}]}),
    ("ListLoadBalancers", ALB, "ZoneMappings", "zone_mappings", [{"ZoneId": "cn-hangzhou-h", "VSwitchId": "vsw-1"}]),
    ("ListListeners", LISTENER, "DefaultActions", "server_group_ids",
     [{"Type": "ForwardGroup", "ForwardGroupConfig": {"ServerGroupTuples": [{"ServerGroupId": "sgp-1"}]}}]),
    ("ListListeners", LISTENER, "Rules", "rule_server_group_ids", [{"RuleId": "r-1", "VServerGroupId": "rsp-1"}]),
    ("ListServerGroups", SERVERS, "Servers", "members", [{"ServerId": "i-1", "Port": 80}]),
    ("DescribeDBInstances", DATABASE, "ReadOnlyDBInstanceIds", "readonly_ids",
     {"ReadOnlyDBInstanceId": [{"DBInstanceId": "rr-1"}]}),
    ("DescribeDBClusters", POLARDB, "DBNodes", "nodes", {"DBNode": [{"DBNodeId": "pi-1", "DBNodeRole": "Writer"}]}),
    ("DescribeScalingGroups", SCALING, "LoadBalancerConfigs", "load_balancer_ids",
     {"LoadBalancerConfig": [{"LoadBalancerId": "lb-1"}]}),
    ("DescribeScalingGroups", SCALING, "VServerGroups", "server_group_ids", {"VServerGroup": [
        {"VServerGroupAttributes": {"VServerGroupAttribute": [{"VServerGroupId": "rsp-1"}]}}]}),
    ("DescribeScalingGroups", SCALING, "AlbServerGroups", "server_group_ids", [{"AlbServerGroupId": "sgp-1"}]),
    ("DescribeScalingGroups", SCALING, "DBInstances", "db_ids", [{"DBInstanceId": "rm-1"}]),
    ("DescribePoliciesV2", POLICY, "Rules", "rules", [{"RuleType": "BACKUP", "Retention": 7}]),
    ("DescribeBackupPlans", PLAN, "Rules", "rules", {"Rule": [{"Schedule": "I|1|P1D", "Retention": 7}]}),
    ("DescribeBackupPlans", PLAN, "Resources", "resource_ids", {"Resource": [{"ResourceId": "i-1"}]}),
    ("DescribeDnsGtmInstanceAddressPools", POOL, "Addrs", "addresses", {"Addr": [{"Addr": "10.0.0.1"}]}),
    ("DescribeFileSystems", FILES, "MountTargets", "mount_targets", {"MountTarget": [{"MountTargetDomain": "a.nas"}]}),
    ("DescribeVpcs", VPC, "AssociatedCens", "cen_ids", {"AssociatedCen": [{"CenId": "cen-1"}]}),
    ("DescribeRouteTableList", TABLE, "RouteEntrys", "routes",
     {"RouteEntry": [{"DestinationCidrBlock": "0.0.0.0/0", "InstanceId": "i-1", "NextHopType": "Instance"}]}),
    ("DescribeVirtualBorderRouters", VBR, "AssociatedPhysicalConnections", "physical_connection_ids",
     {"AssociatedPhysicalConnection": [{"PhysicalConnectionId": "pc-1"}]}),
    ("ListTransitRouterVpcAttachments", ATTACHMENT, "ZoneMappings", "zone_mappings", [{"ZoneId": "cn-hangzhou-h"}]),
]  # fmt: skip
WRAPPERS = {
    "DescribeSecurityGroupAttribute": (),
    "DescribeLoadBalancerAttribute": (),
    "ListLoadBalancers": ("LoadBalancers",),
    "ListListeners": ("Listeners",),
    "ListServerGroups": ("ServerGroups",),
    "DescribeDBInstances": ("Items", "DBInstance"),
    "DescribeDBClusters": ("Items", "DBCluster"),
    "DescribeScalingGroups": ("ScalingGroups", "ScalingGroup"),
    "DescribePoliciesV2": ("Policies",),
    "DescribeBackupPlans": ("BackupPlans", "BackupPlan"),
    "DescribeDnsGtmInstanceAddressPools": ("AddrPools", "AddrPool"),
    "DescribeFileSystems": ("FileSystems", "FileSystem"),
    "DescribeVpcs": ("Vpcs", "Vpc"),
    "DescribeRouteTableList": ("RouterTableList", "RouterTableListType"),
    "DescribeVirtualBorderRouters": ("VirtualBorderRouterSet", "VirtualBorderRouterType"),
    "ListTransitRouterVpcAttachments": ("TransitRouterAttachments",),
}
MARKED = ["abc", 7, True, ["abc"], {"Inner": ["abc"]}, {"a": 1}, [{"a": 1}], [["abc"]]]
IDS = [f"{answer}.{field}" for answer, _, field, *_ in LISTS]


def said(result: ImportResult) -> list[Finding]:
    return [finding for finding in result.findings if finding.id == "INV-VALUE"]


def answered(make: Make, answer: str, record: dict[str, Any], *others: dict[str, Any]) -> ImportResult:
    """The answer with these records."""
    wrapped: object = [record, *others] if WRAPPERS[answer] else record
    for name in reversed(WRAPPERS[answer]):
        wrapped = {name: wrapped}
    return make({f"{answer}.json": wrapped})


@pytest.mark.parametrize("odd", MARKED, ids=str)
@pytest.mark.parametrize(("answer", "record", "field", "attribute", "sound"), LISTS, ids=IDS)
def test_what_is_no_list_of_records_does_not_say_that_there_are_none(
    answer: str, record: dict[str, Any], field: str, attribute: str, sound: object, odd: object, make: Make
) -> None:
    result = answered(make, answer, {**record, field: odd})
    found = said(result)
    assert found
    assert {one.resource for one in found} == {next(iter(record.values()))}
    assert not result.inventory.resources[next(iter(record.values()))].attributes.get(attribute)
    assert attribute not in result.inventory.resources[next(iter(record.values()))].attributes


@pytest.mark.parametrize(("answer", "record", "field", "attribute", "sound"), LISTS, ids=IDS)
def test_a_list_of_records_is_read_and_an_empty_one_is_none(
    answer: str, record: dict[str, Any], field: str, attribute: str, sound: object, make: Make
) -> None:
    result = answered(make, answer, {**record, field: sound})
    assert not said(result)
    assert len(result.inventory.resources[next(iter(record.values()))].attributes[attribute]) == 1
    for empty in ([], {}, ""):
        result = answered(make, answer, {**record, field: empty})
        assert not said(result)
        assert not result.inventory.resources[next(iter(record.values()))].attributes.get(attribute)


@pytest.mark.parametrize("odd", ["abc", {"a": 1}, [7]])
@pytest.mark.parametrize(
    ("answer", "record", "field", "attribute"),
    [
        ("DescribeVpcs", VPC, "AssociatedCens", "cen_ids"),
        ("DescribeFileSystems", FILES, "MountTargets", "mount_targets"),
        ("DescribeScalingGroups", SCALING, "DBInstances", "db_ids"),
    ],
)
def test_long_lists_say_it_too(
    answer: str, record: dict[str, Any], field: str, attribute: str, odd: object, make: Make
) -> None:
    key = next(iter(record))
    sound = [{**record, key: f"{record[key]}{number}", field: []} for number in range(20)]
    result = answered(make, answer, {**record, field: odd}, *sound)
    (found,) = said(result)
    assert found.resource == next(iter(record.values()))
    assert attribute not in result.inventory.resources[found.resource].attributes


@pytest.mark.parametrize(
    ("answer", "record", "problem"),
    [
        ("ListLoadBalancers", {**ALB, "ZoneMappings": [{"ZoneId": "cn-hangzhou-h", "LoadBalancerAddresses": "x"}]},
         "addresses in a zone holds a text"),
        ("ListListeners", {**LISTENER, "DefaultActions": [
            {"Type": "ForwardGroup", "ForwardGroupConfig": {"ServerGroupTuples": "x"}}]},
         "server groups holds a text"),
        ("ListServerGroups", {**SERVERS, "HealthCheckConfig": "x", "Servers": []}, "health_check holds a text"),
        ("DescribeRouteTableList", {**TABLE, "RouteEntrys": [{"DestinationCidrBlock": "0.0.0.0/0", "NextHops": "x"}]},
         "next hops of a route holds a text"),
    ],
)  # fmt: skip
def test_lists_further_in_are_said_of_what_holds_them(
    answer: str, record: dict[str, Any], problem: str, make: Make
) -> None:
    (found,) = said(answered(make, answer, record))
    assert problem in found.detail
    assert found.resource == next(iter(record.values()))


def test_a_replication_rule_without_a_destination_is_said(make: Make) -> None:
    rules = {"bucket": "b", "Rule": [{"ID": "r-1", "Status": "doing", "Destination": "elsewhere"}]}
    buckets = {"Buckets": {"Bucket": [{"Name": "b", "Location": "oss-cn-hangzhou", "StorageClass": "Standard"}]}}
    result = make({"GetBucketReplication.b.json": rules, "ListBuckets.json": buckets})
    (found,) = said(result)
    assert "destination of a rule holds a text" in found.detail
    assert "replication_rules" not in result.inventory.resources["b"].attributes
