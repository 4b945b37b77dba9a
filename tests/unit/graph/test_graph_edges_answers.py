"""Caveats that begin in the provider's own answers: from the bytes of an export to the edge, or to no edge."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from graph_estates import edges_of, proposals_of, targets

from advisor.graph import build_graph
from advisor.importers import read_inventory
from advisor.model.graph import Graph

Read = Callable[..., Graph]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """The graph of the answers given, each a file named after its operation."""

    def graph(**answers: Mapping[str, object]) -> Graph:
        for name, answer in answers.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(answer), encoding="utf-8")
        return build_graph(read_inventory([tmp_path]).inventory, targets())

    return graph


def instance(instance_id: str, address: str) -> dict[str, object]:
    return {
        "InstanceId": instance_id, "ImageId": "aliyun_3", "InstanceType": "ecs.g7.large", "Status": "Running",
        "RegionId": "cn-hangzhou", "ZoneId": "cn-hangzhou-h", "InstanceName": "shop",
        "Tags": {"Tag": [{"TagKey": "app", "TagValue": "shop"}]},
        "VpcAttributes": {"VpcId": "vpc-bp1", "VSwitchId": "vsw-bp1", "PrivateIpAddress": {"IpAddress": [address]}},
    }  # fmt: skip


INSTANCES = {"Instances": {"Instance": [instance("i-bp1aaaaaaaa", "10.0.0.5"), instance("i-bp1bbbbbbbb", "10.0.0.6")]}}
STORE = "rm-bp1aaaaaaaa"
STORES = {"Items": {"DBInstance": [{
    "DBInstanceId": STORE, "Engine": "MySQL", "DBInstanceClass": "x", "DBInstanceStatus": "Running", "VpcId": "vpc-bp1",
    "RegionId": "cn-hangzhou", "ZoneId": "cn-hangzhou-h", "DBInstanceType": "Primary",
}]}}  # fmt: skip


def allow_list(*groups: tuple[str, str, str]) -> dict[str, object]:
    listed = [
        {"DBInstanceIPArrayName": name, "DBInstanceIPArrayAttribute": attribute, "SecurityIPList": ips}
        for name, attribute, ips in groups
    ]
    return {"DBInstanceId": STORE, "Items": {"DBInstanceIPArray": listed}}


def test_groups_that_the_cloud_keeps_hidden_make_no_client(read: Read) -> None:
    answer = allow_list(
        ("default", "", "127.0.0.1"),
        ("hdm_security_ips", "hidden", "10.0.0.6,100.104.0.0/16"),
        ("app", "", "10.0.0.5"),
    )
    graph = read(DescribeInstances=INSTANCES, DescribeDBInstances=STORES, **{f"ips_{STORE}": answer})
    assert edges_of(graph, "data.allow_list") == [("i-bp1aaaaaaaa", STORE, "hard", "derived")]


def test_a_list_of_databases_leaves_the_standby_unknown(read: Read) -> None:
    graph = read(DescribeDBInstances=STORES)
    found = [edge for edge in graph.edges if edge.source == STORE and edge.rule == "place.zone"]
    assert [(edge.confidence, edge.evidence) for edge in found] == [("derived", "zone; slave zone unknown")]


def test_build_order_of_terraform_is_no_edge(read: Read) -> None:
    def resource(kind: str, name: str, needs: list[str], **attributes: object) -> dict[str, object]:
        entry = {"attributes": attributes, "dependencies": needs, "depends_on": needs}
        return {"mode": "managed", "type": kind, "name": name, "instances": [entry]}

    server = {"image_id": "aliyun_3", "instance_type": "ecs.g7.large", "availability_zone": "cn-hangzhou-h"}
    database = {"engine": "MySQL", "instance_type": "x", "zone_id": "cn-hangzhou-h"}
    state = {"version": 4, "terraform_version": "1.5.0", "serial": 1, "lineage": "x", "resources": [
        resource("alicloud_instance", "web", ["alicloud_instance.db", "alicloud_db_instance.main"],
                 id="i-bp1aaaaaaaa", **server),
        resource("alicloud_instance", "db", [], id="i-bp1bbbbbbbb", **server),
        resource("alicloud_db_instance", "main", ["alicloud_instance.db"], id=STORE, **database),
    ]}  # fmt: skip
    graph = read(terraform_tfstate=state)
    things = {"i-bp1aaaaaaaa", "i-bp1bbbbbbbb", STORE}
    edges = (*graph.edges, *graph.proposals)
    assert things <= {edge.source for edge in edges}
    assert [edge for edge in edges if {edge.source, edge.target} <= things] == []


def listener(listener_id: str, *actions: dict[str, object]) -> dict[str, object]:
    return {
        "ListenerId": listener_id, "ListenerPort": 443, "ListenerProtocol": "HTTPS", "ListenerStatus": "Running",
        "LoadBalancerId": "alb-bp1aaaaaaaa", "DefaultActions": list(actions),
    }  # fmt: skip


def to_group(group: str) -> dict[str, object]:
    return {"ServerGroupTuples": [{"ServerGroupId": group}]}


def test_redirects_and_mirrors_are_no_backends(read: Read) -> None:
    forward = {"Type": "ForwardGroup", "ForwardGroupConfig": to_group("sgp-live")}
    mirror = {"Type": "TrafficMirror", "TrafficMirrorConfig": {"MirrorGroupConfig": to_group("sgp-mirror")}}
    redirect = {"Type": "Redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443"}}
    answer = {"Listeners": [listener("lsn-1", mirror, forward), listener("lsn-2", redirect)]}
    graph = read(ListListeners=answer)
    assert edges_of(graph, "balancing.listener_group") == [("lsn-1", "sgp-live", "hard", "declared")]
    assert {edge[0] for edge in edges_of(graph, "balancing.listener")} == {"lsn-1", "lsn-2"}


def test_members_of_a_scaling_group_by_their_state(read: Read) -> None:
    states = {"i-bp1aaaaaaaa": "InService", "i-bp1bbbbbbbb": "Standby", "i-bp1cccccccc": "Protected"}
    members = [
        {"InstanceId": item, "ScalingGroupId": "asg-1", "LifecycleState": state, "HealthStatus": "Healthy"}
        for item, state in states.items()
    ]
    group = {"ScalingGroupId": "asg-1", "ScalingGroupName": "web", "MinSize": 2, "MaxSize": 8}
    graph = read(
        DescribeInstances=INSTANCES,
        DescribeScalingGroups={"ScalingGroups": {"ScalingGroup": [group]}},
        DescribeScalingInstances={"ScalingInstances": {"ScalingInstance": members}},
    )
    found = {edge.target: edge for edge in graph.edges if edge.rule == "balancing.scaling_member"}
    assert set(found) == {"i-bp1aaaaaaaa", "i-bp1cccccccc"}


def test_a_plan_copies_only_where_it_says_so(read: Read) -> None:
    def plan(plan_id: str, copies: bool) -> dict[str, object]:
        rule = {"RuleId": "r", "Disabled": False, "DoCopy": copies, "DestinationRegionId": "cn-shanghai"}
        return {"PlanId": plan_id, "VaultId": "v-1", "SourceType": "UDM_ECS", "InstanceId": "i-bp1aaaaaaaa",
                "Disabled": False, "Rules": {"Rule": [rule]}}  # fmt: skip

    graph = read(DescribeBackupPlans={"BackupPlans": {"BackupPlan": [plan("plan-1", False), plan("plan-2", True)]}})
    assert [edge[0] for edge in edges_of(graph, "storage.plan_copy")] == ["plan-2"]
    assert [edge[1] for edge in edges_of(graph, "storage.backup_plan")] == ["plan-1", "plan-2"]


def test_a_server_bound_to_a_backup_policy_is_protected_as_by_a_plan(read: Read) -> None:
    rules = [
        {"RuleType": "BACKUP", "Schedule": "I|1648647166|P1D", "VaultId": "v-1"},
        {"RuleType": "REPLICATION", "ReplicationRegionId": "cn-shanghai", "Retention": 30},
    ]
    bound = {"PolicyBindingId": "pd-1", "PolicyId": "po-1", "SourceType": "UDM_ECS", "DataSourceId": "i-bp1aaaaaaaa"}
    graph = read(
        DescribeInstances=INSTANCES,
        DescribePoliciesV2={"Policies": [{"PolicyId": "po-1", "PolicyName": "daily", "Rules": rules}]},
        DescribePolicyBindings={"PolicyBindings": [
            {**bound, "Disabled": False},
            {**bound, "PolicyBindingId": "pd-2", "DataSourceId": "i-bp1bbbbbbbb", "Disabled": True},
        ]},
    )  # fmt: skip
    assert edges_of(graph, "storage.backup_plan") == [("i-bp1aaaaaaaa", "pd-1", "recovery", "declared")]
    assert [edge[:2] for edge in edges_of(graph, "storage.plan_copy")] == [("pd-1", "region:cn-shanghai")]
    assert [edge[:2] for edge in edges_of(graph, "storage.vault")] == [("pd-1", "v-1"), ("pd-2", "v-1")]
    assert "pd-1" in next(item for item in graph.workloads if item.name == "shop").resources


def test_the_least_addresses_of_a_pool_are_the_one_quorum_that_is_declared(read: Read) -> None:
    """Two of three servers must answer before the traffic manager turns to the other pool."""
    addresses = ["198.51.100.1", "198.51.100.2", "198.51.100.3"]
    servers = [
        {**instance(f"i-bp1{number}", f"10.0.0.{number}"), "PublicIpAddress": {"IpAddress": [address]}}
        for number, address in enumerate(addresses)
    ]
    strategy = {
        "InstanceId": "gtm-cn-bp0", "StrategyId": "s-1", "StrategyName": "all", "DefaultMinAvailableAddrNum": 2,
        "DefaultAddrPools": {"DefaultAddrPool": [{"Id": "hra00"}]}, "FailoverMinAvailableAddrNum": 1,
        "FailoverAddrPools": {"FailoverAddrPool": [{"Id": "hra01"}]},
    }  # fmt: skip
    pools = {
        name: {"AddrPoolId": name, "AddrCount": len(held), "Addrs": {"Addr": [{"Addr": one} for one in held]}}
        for name, held in (("hra00", addresses), ("hra01", ["192.0.2.1", "192.0.2.2"]))
    }
    graph = read(
        DescribeInstances={"Instances": {"Instance": servers}},
        DescribeDnsGtmInstances={"GtmInstances": [{"InstanceId": "gtm-cn-bp0", "VersionCode": "a", "TaskQuota": 1}]},
        DescribeDnsGtmAccessStrategy=strategy,
        **{f"DescribeDnsGtmInstanceAddressPool.{name}": pool for name, pool in pools.items()},
    )
    assert [edge[:3] for edge in edges_of(graph, "network.gtm_pool")] == [
        ("gtm-cn-bp0", "hra00", "failover"),
        ("gtm-cn-bp0", "hra01", "failover"),
    ]
    found = {(edge.source, edge.quorum) for edge in graph.edges if edge.rule == "network.gtm_address"}
    assert found == {("hra00", 2), ("hra01", 1)}


def test_rules_of_a_classic_balancer_add_their_groups(read: Read) -> None:
    listener = {
        "ListenerPort": 80, "Status": "running", "Scheduler": "wrr", "BackendServerPort": 8080,
        "VServerGroupId": "rsp-1",
        "Rules": {"Rule": [{"RuleId": "rule-1", "Domain": "a.example", "Url": "/x", "VServerGroupId": "rsp-2"}]},
    }  # fmt: skip
    rules = {"Rules": {"Rule": [{"RuleId": "rule-2", "RuleName": "b", "VServerGroupId": "rsp-3"}]}}
    graph = read(**{
        "DescribeLoadBalancers": {"LoadBalancers": {"LoadBalancer": [
            {"LoadBalancerId": "lb-bp1aaaa", "LoadBalancerName": "a"}]}},
        "DescribeLoadBalancerHTTPListenerAttribute.lb-bp1aaaa_80": listener,
        "DescribeRules.lb-bp1aaaa_http_80": rules,
        "DescribeRules.lb-bp1aaaa": {"Rules": {"Rule": [{"RuleId": "rule-9", "VServerGroupId": "rsp-4"}]}},
        "DescribeVServerGroups": {"VServerGroups": {"VServerGroup": [
            {"VServerGroupId": "rsp-4", "VServerGroupName": "d"}]}},
    })  # fmt: skip
    assert edges_of(graph, "balancing.listener_group") == [
        ("lb-bp1aaaa:http:80", f"rsp-{number}", "k_of_n", "declared") for number in (1, 2, 3)
    ]
    assert [edge[1] for edge in edges_of(graph, "balancing.group")] == ["rsp-1", "rsp-2", "rsp-3", "rsp-4"]


def test_a_mirror_and_a_group_of_weight_0_are_no_backends(read: Read) -> None:
    def tuples(*weights: tuple[str, int]) -> dict[str, object]:
        return {"ServerGroupTuples": [{"ServerGroupId": name, "Weight": weight} for name, weight in weights]}

    listener = {
        "ListenerId": "lsn-1", "LoadBalancerId": "alb-1", "ListenerPort": 80, "ListenerProtocol": "HTTP",
        "DefaultActions": [{"Type": "ForwardGroup", "ForwardGroupConfig": tuples(("sgp-1", 100), ("sgp-2", 0))}],
    }  # fmt: skip
    actions = [
        {"Type": "TrafficMirror", "TrafficMirrorConfig": {
            "TargetType": "ForwardGroupMirror", "MirrorGroupConfig": tuples(("sgp-9", 0))}},
        {"Type": "ForwardGroup", "ForwardGroupConfig": tuples(("sgp-3", 0))},
    ]  # fmt: skip
    rule = {"RuleId": "rule-1", "ListenerId": "lsn-1", "LoadBalancerId": "alb-1", "RuleActions": actions}
    graph = read(ListListeners={"Listeners": [listener]}, ListRules={"Rules": [rule]})
    assert [edge[1] for edge in edges_of(graph, "balancing.listener_group")] == ["sgp-1", "sgp-3"]
    assert edges_of(graph, "balancing.mirror") == [("lsn-1", "sgp-9", "soft", "declared")]


def test_addresses_that_move_and_routes_through_a_server(read: Read) -> None:
    address = {
        "HaVipId": "havip-bp1", "IpAddress": "10.0.0.9", "VpcId": "vpc-bp1", "VSwitchId": "vsw-bp1",
        "AssociatedInstances": {"associatedInstance": ["i-bp1aaaaaaaa", "i-bp1bbbbbbbb"]}, "Status": "InUse",
        "MasterInstanceId": "i-bp1aaaaaaaa", "AssociatedInstanceType": "EcsInstance", "RegionId": "cn-hangzhou",
    }  # fmt: skip
    tables = [{"RouteTableId": "vtb-bp1", "VpcId": "vpc-bp1", "RouteTableType": "System", "RouterType": "VRouter",
               "VSwitchIds": {"VSwitchId": ["vsw-bp1"]}}]  # fmt: skip

    def entry(cidr: str, kind: str, hop: str) -> dict[str, object]:
        hops = {"NextHop": [{"NextHopType": kind, "NextHopId": hop, "Enabled": 1}]}
        return {"RouteTableId": "vtb-bp1", "DestinationCidrBlock": cidr, "Type": "Custom", "NextHops": hops}

    entries = [
        entry("0.0.0.0/0", "NatGateway", "ngw-bp1"), entry("10.9.0.0/16", "Instance", "i-bp1bbbbbbbb"),
        entry("10.8.0.0/16", "HaVip", "havip-bp1"), {**entry("10.0.0.0/24", "local", ""), "Type": "System"},
    ]  # fmt: skip
    graph = read(
        DescribeInstances=INSTANCES,
        DescribeHaVips={"HaVips": {"HaVip": [address]}, "TotalCount": 1},
        DescribeRouteTableList={"RouterTableList": {"RouterTableListType": tables}},
        DescribeRouteEntryList={"RouteEntrys": {"RouteEntry": entries}},
        DescribeVSwitches={"VSwitches": {"VSwitch": [
            {"VSwitchId": "vsw-bp1", "VpcId": "vpc-bp1", "CidrBlock": "10.0.0.0/24", "ZoneId": "cn-hangzhou-h"}]}},
    )  # fmt: skip
    assert edges_of(graph, "network.ha_vip") == [
        ("havip-bp1", server, "failover", "declared") for server in ("i-bp1aaaaaaaa", "i-bp1bbbbbbbb")
    ]
    assert edges_of(graph, "network.route") == [
        ("vsw-bp1", hop, "soft", "declared") for hop in ("havip-bp1", "i-bp1bbbbbbbb")
    ]
    assert "havip-bp1" in next(item for item in graph.workloads if item.name == "shop").resources


def test_routes_of_the_older_answer_are_in_their_table(read: Read) -> None:
    route = {"DestinationCidrBlock": "10.9.0.0/16", "InstanceId": "i-bp1aaaaaaaa", "NextHopType": "Instance"}
    table = {
        "RouteTableId": "vtb-bp1", "VRouterId": "vrt-1", "RouteTableType": "Custom",
        "VSwitchIds": {"VSwitchId": ["vsw-bp1"]}, "RouteEntrys": {"RouteEntry": [route]},
    }  # fmt: skip
    graph = read(DescribeInstances=INSTANCES, DescribeRouteTables={"RouteTables": {"RouteTable": [table]}})
    assert [edge[:2] for edge in edges_of(graph, "network.route")] == [("vsw-bp1", "i-bp1aaaaaaaa")]


def test_a_job_of_both_directions(read: Read) -> None:
    job = {
        "DtsJobId": "dts1", "DtsJobName": "both", "Status": "Synchronizing", "DtsJobDirection": "Forward",
        "SourceEndpoint": {"InstanceID": STORE}, "DestinationEndpoint": {"InstanceID": "rm-bp1bbbbbbbb"},
        "ReverseJob": {"DtsJobId": "dts2", "Status": "Synchronizing"},
    }  # fmt: skip
    graph = read(DescribeDtsJobs={"DtsJobList": [job]})
    assert [edge[:2] for edge in edges_of(graph, "data.dts_copy")] == [
        (STORE, "rm-bp1bbbbbbbb"),
        ("rm-bp1bbbbbbbb", STORE),
    ]


def test_pairs_of_resource_center(read: Read) -> None:
    def pair(kind: str, one: str, other_kind: str, other: str) -> dict[str, object]:
        return {"ResourceType": kind, "ResourceId": one, "RelatedResourceType": other_kind, "RelatedResourceId": other}

    def row(kind: str, item: str) -> dict[str, object]:
        return {"ResourceType": kind, "ResourceId": item, "ResourceName": "", "RegionId": "cn-hangzhou"}

    rows = [
        row("ACS::ECS::Instance", "i-bp1aaaaaaaa"),
        row("ACS::VPC::VPC", "vpc-bp1aaaaaaaa"),
        row("ACS::RDS::DBInstance", STORE),
    ]
    pairs = [
        pair("ACS::VPC::VPC", "vpc-bp1aaaaaaaa", "ACS::ECS::Instance", "i-bp1aaaaaaaa"),
        pair("ACS::ECS::Instance", "i-bp1aaaaaaaa", "ACS::RDS::DBInstance", STORE),
    ]
    graph = read(SearchResources={"Resources": rows}, ListResourceRelationships={"ResourceRelationships": pairs})
    assert edges_of(graph, "place.vpc") == [("i-bp1aaaaaaaa", "vpc-bp1aaaaaaaa", "containment", "derived")]
    assert proposals_of(graph, "related.pair") == [("i-bp1aaaaaaaa", STORE, "soft", "guessed")]


def test_a_master_and_a_slave_behind_one_listener(read: Read) -> None:
    servers = [
        {"ServerId": "i-bp1aaaaaaaa", "Port": 80, "Weight": 100, "ServerType": "Master", "Type": "ecs"},
        {"ServerId": "i-bp1bbbbbbbb", "Port": 80, "Weight": 100, "ServerType": "Slave", "Type": "ecs"},
    ]
    group = {
        "MasterSlaveServerGroupId": "rsp-1",
        "MasterSlaveServerGroupName": "pair",
        "MasterSlaveBackendServers": {"MasterSlaveBackendServer": servers},
    }
    graph = read(DescribeInstances=INSTANCES, DescribeMasterSlaveServerGroupAttribute=group)
    assert edges_of(graph, "balancing.member") == [
        ("rsp-1", "i-bp1aaaaaaaa", "failover", "declared"),
        ("rsp-1", "i-bp1bbbbbbbb", "failover", "declared"),
    ]


def test_a_forwarding_entry_of_a_gateway(read: Read) -> None:
    gateway = {"NatGatewayId": "ngw-bp1aaaaaaaa", "VpcId": "vpc-bp1", "NatType": "Enhanced", "Name": "out"}
    entry = {
        "ForwardEntryId": "fwd-1", "NatGatewayId": "ngw-bp1aaaaaaaa", "ExternalIp": "198.51.100.9",
        "ExternalPort": "443",
        "InternalIp": "10.0.0.5", "InternalPort": "443", "IpProtocol": "tcp",
    }  # fmt: skip
    eip = {"AllocationId": "eip-bp1aaaaaaaa", "IpAddress": "198.51.100.9", "InstanceId": "ngw-bp1aaaaaaaa"}
    graph = read(
        DescribeInstances=INSTANCES,
        DescribeNatGateways={"NatGateways": {"NatGateway": [gateway]}},
        DescribeForwardTableEntries={"ForwardTableEntries": {"ForwardTableEntry": [entry]}},
        DescribeEipAddresses={"EipAddresses": {"EipAddress": [eip]}},
    )
    assert edges_of(graph, "network.dnat") == [("eip-bp1aaaaaaaa", "i-bp1aaaaaaaa", "hard", "derived")]
    assert ("eip-bp1aaaaaaaa", "ngw-bp1aaaaaaaa", "hard", "declared") in edges_of(graph, "network.eip")
