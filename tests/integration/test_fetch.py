"""Fetching a synthetic estate through the vendor's own SDK: every page, every product, what is on disk and what the
importers make of it."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_fetch_cloud import SHOP, Cloud, Fault, Time, put_shop, serving, set_keys, wire_to

from advisor.importers import read_inventory
from advisor.live.fetch import FetchReport, fetch
from advisor.live.fetch_operations import OPERATIONS, operations_of, policy_text, products_of
from advisor.live.fetch_products import PRODUCTS, host_of
from advisor.live.fetch_store import MANIFEST, safe_name, without_secrets
from advisor.model.finding import InputError
from advisor.model.inventory import Inventory, Resource
from advisor.rules import load_rules

HZ = "cn-hangzhou"
SDKS = {
    "ecs": "ecs20140526",
    "vpc": "vpc20160428",
    "cbn": "cbn20170912",
    "alb": "alb20200616",
    "nlb": "nlb20220430",
    "slb": "slb20140515",
    "ess": "ess20220222",
    "rds": "rds20140815",
    "kvstore": "r_kvstore20150101",
    "polardb": "polardb20170801",
    "dds": "dds20151201",
    "ebs": "ebs20210730",
    "hbr": "hbr20170908",
    "nas": "nas20170626",
    "dts": "dts20200101",
    "cs": "cs20151215",
    "alidns": "alidns20150109",
}
SYNTHETIC: dict[tuple[str, str], list[Any]] = {
    ("nlb", "ListLoadBalancers"): [
        {"LoadBalancerId": f"nlb-{n}", "LoadBalancerName": f"net-{n}", "LoadBalancerType": "network"} for n in range(3)
    ],
    ("nlb", "ListServerGroups"): [{"ServerGroupId": "sgp-net", "ServerGroupName": "net"}],
    ("nlb", "ListServerGroupServers:sgp-net"): [
        {"ServerId": f"i-{n}", "ServerType": "Ecs", "Port": 80, "ZoneId": "cn-hangzhou-h"} for n in range(5)
    ],
    ("slb", "DescribeVServerGroups:lb-bp1iniy5djrlbxl009k6e"): [{"VServerGroupId": "rsp-1", "VServerGroupName": "web"}],
    ("kvstore", "DescribeInstances"): [
        {"InstanceId": f"r-bp{n}", "InstanceName": "c", "InstanceClass": "redis.x", "InstanceStatus": "Normal"}
        for n in range(3)
    ],
    ("kvstore", "DescribeSecurityIps:r-bp0"): [],
    ("polardb", "DescribeDBClusters"): [
        {"DBClusterId": f"pc-bp{n}", "DBClusterStatus": "Running", "DBType": "MySQL"} for n in range(5)
    ],
    ("ebs", "DescribeDiskReplicaPairs"): [
        {"ReplicaPairId": f"pair-{n}", "SourceDiskId": f"d-{n}", "SourceZoneId": "cn-hangzhou-h"} for n in range(3)
    ],
    ("hbr", "DescribeVaults"): [{"VaultId": "v-1", "VaultName": "v", "VaultType": "STANDARD"}],
    ("hbr", "DescribeBackupPlans"): [
        {"PlanId": f"plan-{n}", "VaultId": "v-1", "SourceType": "UDM_ECS", "InstanceId": f"i-{n}"} for n in range(3)
    ],
    ("dts", "DescribeDtsJobs"): [
        {"DtsJobId": f"dts{n}", "SourceEndpoint": {"InstanceID": "rm-1"}, "JobType": "SYNC" if n else "MIGRATION"}
        for n in range(4)
    ],
    ("cs", "DescribeClustersV1"): [
        {"cluster_id": f"c{n:032x}", "name": f"k-{n}", "cluster_type": "Kubernetes", "state": "running"}
        for n in range(3)
    ],
    ("cs", f"DescribeClusterNodes:c{0:032x}"): [
        {"instance_id": f"i-node{n}", "node_name": f"n{n}", "node_status": "Ready"} for n in range(5)
    ],
}


def sdk_of(product: str) -> str:
    """The package of the vendor's SDK for a product (extra ``dev``); a test that needs one is skipped without it."""
    name = f"alibabacloud_{SDKS[product]}"
    pytest.importorskip(f"{name}.models", reason=f"{name} is not installed")
    return name


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    set_keys(monkeypatch)
    with serving() as running:
        yield running


@pytest.fixture
def clock() -> Time:
    return Time()


def run(cloud: Cloud, clock: Time, out: Path, *products: str, regions: tuple[str, ...] = (HZ,), **rest: Any) -> Any:
    options = {name: rest.pop(name) for name in list(rest) if name not in ("profile", "resume", "progress")}
    report = fetch(regions, products or tuple(PRODUCTS), out, wire=wire_to(cloud, clock, **options), **rest)
    assert isinstance(report, FetchReport)
    return report


def manifest(out: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Each listing by operation and parent."""
    document = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    return {(item["operation"], item["parent"]): item for item in document["listings"]}


def state(inventory: Inventory) -> dict[str, object]:
    """What matters of an inventory, apart from where it came from and from the order of pages."""
    return {
        item.id: (item.kind, item.name, item.region, item.zones, item.status, dict(item.tags), in_order(item))
        for item in inventory.resources.values()
    }


def in_order(item: Resource) -> dict[str, object]:
    """The attributes, lists in one order."""
    return {
        name: sorted(value, key=str) if isinstance(value, tuple) else value for name, value in item.attributes.items()
    }


def test_the_sample_estate_comes_back_as_it_is(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    put_shop(cloud, HZ)
    report = run(cloud, clock, tmp_path / "exports", "ecs", "vpc", "alb", "slb", "ess", "rds", "ebs")
    assert report.whole
    assert report.counts == {"complete": len(report.listings)}
    fetched, sample = read_inventory([tmp_path / "exports" / HZ]), read_inventory([SHOP / HZ])
    assert state(fetched.inventory) == state(sample.inventory)
    assert len(fetched.inventory.resources) > 80
    assert not [finding for finding in fetched.findings if finding.id in ("INV-TRUNCATED", "INV-UNREADABLE")]
    assert cloud.unsigned == []


def test_every_product_and_style_of_paging(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    cloud.rows = {key: list(rows) for key, rows in SYNTHETIC.items()}
    cloud.rows["slb", "DescribeLoadBalancers"] = [
        {"LoadBalancerId": "lb-bp1iniy5djrlbxl009k6e", "LoadBalancerName": "web", "LoadBalancerStatus": "active"}
    ]
    cloud.objects["DescribeVServerGroupAttribute:rsp-1"] = {
        "VServerGroupId": "rsp-1",
        "VServerGroupName": "web",
        "BackendServers": {"BackendServer": [{"ServerId": "i-1", "Port": 80, "Weight": 100}]},
    }
    for number in range(5):
        cloud.objects[f"DescribeDBClusterAttribute:pc-bp{number}"] = {
            "DBClusterId": f"pc-bp{number}",
            "DBType": "MySQL",
            "DBNodes": [{"DBNodeId": "pi-1", "ZoneId": "cn-hangzhou-h", "DBNodeRole": "Writer"}],
        }
    out = tmp_path / "exports"
    report = run(cloud, clock, out)
    assert report.whole, [entry for entry in report.listings if entry.status != "complete"]
    kinds: dict[str, int] = {}
    imported = read_inventory([out])
    for item in imported.inventory.resources.values():
        kinds[item.kind] = kinds.get(item.kind, 0) + 1
    assert kinds == {
        "load_balancer": 4,
        "server_group": 2,
        "cache": 3,
        "database": 5,
        "replica_pair": 3,
        "vault": 1,
        "backup_plan": 3,
        "dts_job": 4,
        "cluster": 3,
    }
    found = imported.inventory.resources
    assert len(found["sgp-net"].records("members")) == 5
    assert found["rsp-1"].texts("load_balancer_ids") == ("lb-bp1iniy5djrlbxl009k6e",)
    assert len(found[f"c{0:032x}"].texts("node_ids")) == 5
    assert {item.region for item in found.values()} == {HZ}
    assert not [finding for finding in imported.findings if finding.id in ("INV-TRUNCATED", "INV-NO-PARENT")]
    # Pages of two rows each: by token, by page, by record, of a parent in a form and of a parent by REST.
    asked = cloud.asked
    assert (asked["DescribeDiskReplicaPairs"], asked["DescribeBackupPlans"], asked["DescribeDBClusters"]) == (
        3,
        2 + 2 + 1,
        3,
    )
    assert (asked["DescribeClusterNodes"], asked["DescribeDtsJobs"]) == (3 + 2, 2 + 1)
    entries = manifest(out)
    assert entries["ListServerGroupServers.nlb", "sgp-net"]["pages"] == 3
    assert entries["DescribeDtsJobs.sync", ""]["pages"] == 2
    names = {path.name for path in (out / HZ).iterdir()}
    assert {"DescribeInstances.kvstore.page1.json", "DescribeInstances.page1.json"} <= names
    assert {f"ListServerGroupServers.nlb.sgp-net{part}.json" for part in ("", ".page2", ".page3")} <= names


def test_every_operation_is_asked_as_its_sdk_asks(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    """Version, paging parameters, region and the parent's id, of each operation of the table."""
    cloud.rows = {key: list(rows) for key, rows in SYNTHETIC.items()}
    run(cloud, clock, tmp_path / "exports", regions=("cn-hangzhou", "cn-shanghai"))
    here = [seen for seen in cloud.log if seen.fields.get("RegionId", HZ) == HZ]
    by_operation = {(seen.product, seen.action): seen for seen in reversed(here)}
    without_parent = {(one.product, one.action) for one in OPERATIONS if not one.parent}
    assert without_parent <= by_operation.keys()
    assert by_operation["ecs", "DescribeInstances"].fields == {"RegionId": HZ, "MaxResults": "100"}
    assert by_operation["vpc", "DescribeVpcs"].fields == {"RegionId": HZ, "PageNumber": "1", "PageSize": "50"}
    assert by_operation["alb", "ListLoadBalancers"].fields == {"MaxResults": "100"}
    assert by_operation["ecs", "DescribeImages"].fields["ImageOwnerAlias"] == "self"
    jobs = {(seen.fields["Region"], seen.fields["JobType"]) for seen in cloud.log if seen.product == "dts"}
    assert jobs == {(region, kind) for region in ("cn-hangzhou", "cn-shanghai") for kind in ("SYNC", "MIGRATION")}
    assert by_operation["dts", "DescribeDtsJobs"].fields["PageSize"] == "30"
    vaults = {seen.fields["VaultRegionId"] for seen in cloud.log if seen.action == "DescribeVaults"}
    assert vaults == {"cn-hangzhou", "cn-shanghai"}
    nodes = by_operation["cs", "DescribeClusterNodes"]
    assert (nodes.path.split("/")[3], set(nodes.fields)) == ("nodes", {"pageNumber", "pageSize"})
    regions = {seen.fields.get("RegionId") for seen in cloud.log if seen.action == "DescribeDisks"}
    assert regions == {"cn-hangzhou", "cn-shanghai"}


def test_a_service_without_totals_ends_with_a_page_that_is_not_full(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    cloud.with_total, cloud.largest_page = False, 50
    cloud.rows["vpc", "DescribeVpcs"] = [{"VpcId": f"vpc-{n}", "VRouterId": "vrt-1"} for n in range(101)]
    run(cloud, clock, tmp_path / "exports", "vpc")
    assert cloud.asked["DescribeVpcs"] == 3
    assert len(read_inventory([tmp_path / "exports"]).inventory.resources) == 101


def test_a_list_that_is_shorter_than_its_total_is_a_part(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    """A record page with fewer rows than it counts is normal; a list that stops before its end is not."""
    whole = {"Vpcs": {"Vpc": [{"VpcId": "vpc-1", "VRouterId": "v"}]}, "TotalCount": 40, "RequestId": "R"}
    cloud.faults["DescribeVpcs"] = [Fault(body=whole), Fault(body=whole | {"Vpcs": {"Vpc": []}})]
    empty = {"VSwitches": {"VSwitch": []}, "TotalCount": 120, "RequestId": "R"}
    full = empty | {"VSwitches": {"VSwitch": [{"VSwitchId": "vsw-1", "CidrBlock": "10.0.0.0/8"}]}}
    cloud.faults["DescribeVSwitches"] = [Fault(body=full), Fault(body=empty)]
    report = run(cloud, clock, tmp_path / "exports", "vpc")
    entries = manifest(tmp_path / "exports")
    assert entries["DescribeVpcs", ""]["status"] == "complete"
    assert entries["DescribeVSwitches", ""] | {"time": ""} == {
        "product": "vpc",
        "operation": "DescribeVSwitches",
        "region": HZ,
        "parent": "",
        "status": "partial",
        "pages": 1,
        "reason": "1 of 120 rows",
        "time": "",
    }
    assert report.failed
    assert any(finding.id == "INV-TRUNCATED" for finding in read_inventory([tmp_path / "exports"]).findings)


def test_a_service_that_repeats_itself_does_not_hold_the_run(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    row = {"VpcId": "vpc-1", "VRouterId": "v"}
    cloud.always["DescribeVpcs"] = Fault(body={"Vpcs": {"Vpc": [row]}, "TotalCount": 900, "RequestId": "R"})
    cloud.always["DescribeDisks"] = Fault(body={"Disks": {"Disk": []}, "NextToken": "same", "RequestId": "R"})
    run(cloud, clock, tmp_path / "exports", "vpc", "ecs")
    entries = manifest(tmp_path / "exports")
    assert {entries[name, ""]["reason"] for name in ("DescribeVpcs", "DescribeDisks")} == {
        "the service gives the same page again"
    }
    assert (cloud.asked["DescribeVpcs"], cloud.asked["DescribeDisks"]) == (2, 2)


def test_nothing_secret_is_written(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    cloud.rows["ess", "DescribeScalingConfigurations"] = [
        {"ScalingConfigurationId": "asc-1", "ScalingGroupId": "asg-1", "ImageId": "m-1", "UserData": "c2VjcmV0"}
    ]
    cloud.rows["ecs", "DescribeInstances"] = [
        {
            "InstanceId": "i-1",
            "ImageId": "m-1",
            "Description": "uses LTAI5tAbCdEfGhIjKlMnOp here",
            "KeyPairName": "ops",
            "Tags": {"Tag": [{"TagKey": "db_password", "TagValue": "hunter2"}, {"TagKey": "app", "TagValue": "a"}]},
        }
    ]
    run(cloud, clock, tmp_path / "exports", "ess", "ecs")
    written = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "exports").rglob("*.json"))
    for secret in ("c2VjcmV0", "LTAI5t", "hunter2", "test-key", "UserData"):
        assert secret not in written
    assert '"KeyPairName": "ops"' in written
    asked = {name for operation in OPERATIONS for name in (operation.action, *dict(operation.fixed))}
    assert not [name for name in asked if "userdata" in name.lower() or "kms" in name.lower()]


def test_without_secrets_keeps_everything_else() -> None:
    body = {"A": 1.5, "B": None, "KMSKeyId": "k", "list": [{"Password": "x", "Key": "token", "Value": "v"}]}
    assert without_secrets(body) == {"A": 1.5, "B": None, "KMSKeyId": "k", "list": [{"Key": "token", "Value": "v"}]}


def test_names_of_files_stay_inside_the_folder(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    ids = ["../../evil", "sg-1", "..", "a" * 300]
    cloud.rows["ecs", "DescribeSecurityGroups"] = [{"SecurityGroupId": name} for name in ids]
    run(cloud, clock, tmp_path / "exports", "ecs")
    assert [path.name for path in tmp_path.iterdir()] == ["exports"]
    names = [path.name for path in (tmp_path / "exports" / HZ).glob("DescribeSecurityGroupAttribute.*")]
    assert len(names) == 4
    assert "DescribeSecurityGroupAttribute.sg-1.json" in names
    assert len({safe_name(name) for name in ids}) == 4
    assert all(len(name) < 200 for name in names)


@pytest.mark.parametrize("name", sorted(set(PRODUCTS) - {"oss"}))
def test_hosts_are_those_of_the_sdks(name: str) -> None:
    """Where the vendor's SDK of a product is installed, its own map of regions decides."""
    client = importlib.import_module(f"{sdk_of(name)}.client").Client
    from alibabacloud_tea_openapi.models import Config

    for region in ("cn-hangzhou",) if PRODUCTS[name].everywhere else load_rules().regions:
        config = Config(access_key_id="x", access_key_secret="y", region_id=region)
        assert host_of(PRODUCTS[name], region) == client(config)._endpoint, (name, region)


def test_hosts_of_buckets_are_those_of_the_sdk() -> None:
    from alibabacloud_oss_v2 import endpoints

    for region in load_rules().regions:
        url = endpoints.from_region(region, disable_ssl=False, etype="default")
        assert url == f"https://{host_of(PRODUCTS['oss'], region)}"


def test_the_policy_follows_from_the_table() -> None:
    policy = json.loads(policy_text(PRODUCTS))
    (statement,) = policy["Statement"]
    assert (policy["Version"], statement["Effect"], statement["Resource"]) == ("1", "Allow", "*")
    actions = statement["Action"]
    assert len(actions) == len(set(actions)) == len({(one.product, one.action) for one in OPERATIONS})
    verbs = {action.partition(":")[2][:3] for action in actions}
    assert verbs == {"Des", "Lis", "Get"}
    assert "cs:GetClusters" in actions
    assert json.loads(policy_text(["alb"]))["Statement"][0]["Action"] == sorted(
        f"alb:{one.action}" for one in operations_of("alb")
    )


def test_parents_come_before_what_is_asked_about_them() -> None:
    for product in PRODUCTS:
        seen: set[str] = set()
        names = [operation.name for operation in operations_of(product)]
        assert len(names) == len(set(names)) > 0
        for operation in operations_of(product):
            assert not operation.parent or operation.parent in seen
            assert bool(operation.parent) == bool(operation.parent_id)
            seen.add(operation.action)


def test_products_by_the_names_people_use() -> None:
    assert products_of(["clb", " Redis", "ack", "slb", ""]) == ("slb", "kvstore", "cs")
    assert products_of([]) == tuple(PRODUCTS)
    with pytest.raises(InputError) as caught:
        products_of(["ecs", "s3", "ec2"])
    assert [mistake.problem for mistake in caught.value.mistakes] == [
        "'s3' is no product that can be fetched.",
        "'ec2' is no product that can be fetched.",
    ]


def test_an_empty_list_that_is_left_out_is_known_to_be_empty(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    """But rows under another name are no empty list."""
    cloud.always["DescribeVSwitches"] = Fault(body={"RequestId": "R"})
    cloud.always["DescribeVpcs"] = Fault(body={"Vpcs": {}, "TotalCount": 0, "RequestId": "R"})
    cloud.always["DescribeNatGateways"] = Fault(body={"NatGatewaySet": [{"NatGatewayId": "ngw-1"}], "RequestId": "R"})
    run(cloud, clock, tmp_path / "exports", "vpc")
    listed = read_inventory([tmp_path / "exports"]).inventory.listed
    assert {("vswitch", HZ), ("vpc", HZ)} <= listed
    assert ("nat_gateway", HZ) not in listed
    found = manifest(tmp_path / "exports")["DescribeNatGateways", ""]
    assert found["reason"] == ("the answer is none of this operation (no NatGateways.NatGateway in it), tried 1 time")
