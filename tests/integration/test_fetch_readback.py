"""What is fetched is read back as what the services answered: the vendor's documented answers, served and fetched,
against the same answers read straight from their files; and every operation against the vendor's own SDKs."""

from __future__ import annotations

import importlib
import inspect
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_fetch import HZ, SDKS, run, sdk_of, state
from test_fetch_cloud import Cloud, Time, serving, set_keys
from test_fetch_faults import asked_about

from advisor.importers import read_inventory
from advisor.importers.api_json import hint_of
from advisor.importers.catalogue import PARTS, SPECS
from advisor.importers.services.buckets import read_replication
from advisor.importers.services.databases import (
    read_allow_group,
    read_allowed_security_group,
    read_backup_policy,
    read_cross_region_policy,
    read_ha_config,
)
from advisor.live.fetch_operations import OPERATIONS, Operation, operations_of
from advisor.live.fetch_pages import dig

REPOSITORY = Path(__file__).parents[2]
FOLDERS = {"rkvstore": "kvstore"}
FOLDERS_12 = ("ecs", "ess", "slb")
PARENTS = {"lb": "lb-bp1readback", "rm": "rm-bp1readback", "asg": "asg-bp1readback", "sg": "sg-bp1readback"}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    set_keys(monkeypatch)
    with serving() as running:
        yield running


@pytest.fixture(scope="session")
def real_samples() -> Path:
    """The folder of public recordings beside the repository; tests that need it are skipped without."""
    folder = Path(os.environ.get("ADVISOR_REAL_SAMPLES", str(REPOSITORY.parent / "shared" / "inventories")))
    if not folder.is_dir():
        pytest.skip("no folder of real samples (ADVISOR_REAL_SAMPLES)")
    return folder


def documented(folder: Path) -> Iterator[tuple[Operation, Path, dict[str, Any]]]:
    """Each documented answer of an operation that is fetched. Some are wrapped in the name of the operation."""
    for path in sorted(folder.glob("1[23]_docs_api_examples*/**/*.json")):
        try:
            body = json.loads(path.read_text(encoding="utf-8").replace("*", "0"))  # masked ids made whole
        except ValueError:
            continue
        operation = operation_for(path)
        if operation is None or not isinstance(body, dict):
            continue
        (inner,) = body.values() if len(body) == 1 else (body,)
        if not operation.rows or isinstance(dig(inner, operation.rows.partition(".")[0]), dict | list):
            yield operation, path, inner


def operation_for(path: Path) -> Operation | None:
    """``ecs/DescribeDisks.cn.json`` or ``hbr.DescribeVaults.json``."""
    first, _, rest = path.name.partition(".")
    product, action = (path.parent.name, first) if path.parent.name in FOLDERS_12 else (first, rest.partition(".")[0])
    product = FOLDERS.get(product, product)
    found = [one for one in OPERATIONS if (one.product, one.action.lower()) == (product, action.lower())]
    return found[0] if found else None


def listed_rows(operation: Operation, body: dict[str, Any]) -> list[Any]:
    """The rows of an answer; those of ESS are documented in the wrapping of its former version."""
    found = dig(body, operation.rows)
    if isinstance(found, dict):
        (found,) = found.values()
    return list(found) if isinstance(found, list) else []


def put(cloud: Cloud, operation: Operation, body: dict[str, Any]) -> str:
    """The answer into the cloud, with the rows of the parents that lead to it; what it is asked about."""
    if not operation.parent:
        cloud.rows[operation.product, operation.action] = listed_rows(operation, body)
        cloud.objects[operation.action] = {key: value for key, value in body.items() if isinstance(value, str)}
        return ""
    about = str(body.get(operation.parent_id) or "") or parent_id_for(operation)
    also = [str(body.get(place) or 80) for _, place in operation.also]
    key = f"{operation.action}:{'_'.join((about, *also))}"
    if operation.paging == "once" and not operation.rows:
        cloud.objects[key] = body
    else:
        cloud.rows[operation.product, key] = listed_rows(operation, body)
        cloud.objects[key] = {name: value for name, value in body.items() if isinstance(value, str)}
    parent = next(one for one in operations_of(operation.product) if one.action == operation.parent)
    row = {operation.parent_id: about} | dict(zip((place for _, place in operation.also), also, strict=True))
    if operation.only[0]:
        row |= {operation.only[0]: operation.only[1]}
    cloud.rows[operation.product, parent.action] = [row]
    if parent.parent:
        grandparent = {parent.parent_id: PARENTS["lb"]}
        cloud.rows[operation.product, parent.parent] = [grandparent]
        cloud.rows[operation.product, f"{parent.action}:{PARENTS['lb']}"] = [row]
    return about


def parent_id_for(operation: Operation) -> str:
    prefix = {"LoadBalancerId": "lb", "DBInstanceId": "rm", "ScalingGroupId": "asg"}.get(operation.parent_id, "sg")
    return PARENTS[prefix]


def test_documented_answers_come_back_as_they_are(
    cloud: Cloud, real_samples: Path, tmp_path: Path, subtests: Any
) -> None:
    covered = []
    for number, (operation, path, body) in enumerate(documented(real_samples)):
        with subtests.test(path.name):
            cloud.rows.clear()
            cloud.objects.clear()
            out, fetched, straight = (tmp_path / f"{number}.{part}" / HZ for part in ("all", "fetched", "straight"))
            about = put(cloud, operation, body)
            run(cloud, Time(), out.parent, operation.product)
            fetched.mkdir(parents=True)
            straight.mkdir(parents=True)
            pattern = rf"{re.escape(operation.name)}(\.page\d+|\.[\w-]+(\.page\d+)?)\.json"
            for one in out.iterdir():
                if re.fullmatch(pattern, one.name):
                    (fetched / one.name).write_bytes(one.read_bytes())
            suffix = f".{about}" if about else ""
            (straight / f"{operation.action}{suffix}.json").write_text(json.dumps(body), encoding="utf-8")
            assert state(read_inventory([fetched]).inventory) == state(read_inventory([straight]).inventory)
            covered.append(operation.name)
    assert len(covered) >= 30


SERVED: dict[tuple[str, str], list[Any]] = {
    ("alidns", "DescribeDnsGtmInstances"): [
        {
            "InstanceId": f"gtm-cn-bp{n}",
            "VersionCode": "standard",
            "TaskQuota": 10,
            "SmsQuota": 0,
            "ExpireTimestamp": 1893456000000,
            "Config": {
                "InstanceName": f"shop-{n}",
                "Ttl": 60,
                "StrategyMode": mode,
                "PublicUserDomainName": "a.example",
            },
        }
        for n, mode in enumerate(("GEO", "LATENCY", ""))
    ],
    ("alidns", "DescribeDnsGtmInstanceAddressPools:gtm-cn-bp0"): [{"AddrPoolId": f"hra0{n}"} for n in range(3)],
    ("alidns", "DescribeDnsGtmAccessStrategies:gtm-cn-bp0_GEO"): [
        {"StrategyId": "strategy-1", "EffectiveAddrPools": {"EffectiveAddrPool": [{"Id": "hra00"}]}}
    ],
    ("slb", "DescribeLoadBalancers"): [{"LoadBalancerId": "lb-bp1", "LoadBalancerName": "web"}],
    ("slb", "DescribeLoadBalancerListeners"): [
        {"LoadBalancerId": "lb-bp1", "ListenerPort": port, "ListenerProtocol": protocol, "BackendServerPort": 8080}
        for port, protocol in ((80, "http"), (443, "https"), (53, "udp"), (22, "tcp"), (81, "http"))
    ],
    ("ebs", "DescribeDiskReplicaPairs"): [
        {"ReplicaPairId": f"pair-bp{n}", "SourceDiskId": f"d-bp{n}", "SourceRegion": region, "Site": site}
        for n, (region, site) in enumerate(((HZ, "production"), ("cn-beijing", "backup")))
    ],
    ("hbr", "DescribeBackupPlans"): [
        {"PlanId": "plan-bp1", "VaultId": "v-1", "SourceType": "ECS_FILE", "InstanceId": "i-1", "Edition": "BASIC"},
        {"PlanId": "plan-bp2", "VaultId": "v-1", "SourceType": "ECS_FILE", "InstanceId": "i-2"},
        {"PlanId": "plan-bp3", "VaultId": "", "SourceType": "UDM_ECS", "InstanceId": "i-3"},
    ],
    ("hbr", "DescribePoliciesV2"): [
        {"PolicyId": "po-1", "PolicyName": "daily", "Rules": [{"RuleType": "BACKUP", "Schedule": "I|1648647166|P1D"}]}
    ],
    ("hbr", "DescribePolicyBindings"): [
        {"PolicyBindingId": f"pd-{n}", "PolicyId": "po-1", "SourceType": "UDM_ECS", "DataSourceId": f"i-bp1{n}000"}
        for n in range(3)
    ],
    ("dds", "DescribeDBInstances"): [
        {
            "DBInstanceId": f"dds-bp{n}",
            "DBInstanceType": kind,
            "Engine": "MongoDB",
            "EngineVersion": "6.0",
            "DBInstanceClass": "mdb.shard.4x.large.d",
        }
        for n, kind in enumerate(("replicate", "replicate", "replicate", "sharding"))
    ],
    ("kvstore", "DescribeInstances"): [
        {"InstanceId": "r-bp1", "InstanceClass": "redis.x", "InstanceStatus": "Normal", "ZoneId": "cn-hangzhou-h"}
    ],
    ("ecs", "DescribeSecurityGroups"): [{"SecurityGroupId": f"sg-{n}", "SecurityGroupName": "web"} for n in range(3)],
    ("ecs", "DescribeSecurityGroupReferences:sg-1"): [
        {
            "SecurityGroupId": "sg-1",
            "ReferencingSecurityGroups": {"ReferencingSecurityGroup": [{"SecurityGroupId": "sg-2", "AliUid": "1"}]},
        }
    ],
}
POLICY = {"PreferredBackupTime": "03:00Z-04:00Z", "PreferredBackupPeriod": "Monday", "BackupRetentionPeriod": "7"}
ALLOWED = {
    "SecurityIpGroups": {"SecurityIpGroup": [{"SecurityIpGroupName": "default", "SecurityIpList": "10.0.0.0/8"}]}
}
OBJECTS: dict[str, dict[str, Any]] = {
    "DescribeDnsGtmInstanceAddressPool:hra00": {"AddrPoolId": "hra00", "Addrs": {"Addr": [{"Addr": "192.0.2.1"}]}},
    "DescribeDnsGtmInstanceAddressPool:hra01": {"AddrPoolId": "hra01", "Addrs": {"Addr": []}},
    "DescribeDnsGtmInstanceAddressPool:hra02": {"AddrPoolId": "hra02", "Addrs": {"Addr": []}},
    "DescribeDnsGtmAccessStrategy:strategy-1": {
        "InstanceId": "gtm-cn-bp0",
        "StrategyId": "strategy-1",
        "DefaultAddrPools": {"DefaultAddrPool": [{"Id": "hra00"}]},
        "DefaultMinAvailableAddrNum": 1,
    },
    "DescribeLoadBalancerHTTPListenerAttribute:lb-bp1_80": {
        "ListenerPort": 80,
        "Status": "running",
        "ForwardPort": 443,
        "ListenerForward": "on",
    },
    "DescribeLoadBalancerTCPListenerAttribute:lb-bp1_22": {
        "LoadBalancerId": "lb-bp1",
        "ListenerPort": 22,
        "BackendServerPort": 22,
        "Scheduler": "wrr",
        "Status": "running",
        "VServerGroupId": "rsp-1",
    },
    "DescribeBackupPolicy:dds-bp0": POLICY,
    "DescribeBackupPolicy:dds-bp3": POLICY,
    "DescribeSecurityIps:dds-bp0": ALLOWED,
    "DescribeInstanceAttribute:r-bp1": {
        "Instances": {
            "DBInstanceAttribute": [
                {
                    "InstanceId": "r-bp1",
                    "InstanceClass": "redis.x",
                    "InstanceStatus": "Normal",
                    "ZoneId": "cn-hangzhou-h",
                    "SecondaryZoneId": "cn-hangzhou-i",
                    "ArchitectureType": "cluster",
                }
            ]
        }
    },
    "DescribeSecurityGroupConfiguration:r-bp1": {
        "Items": {
            "EcsSecurityGroupRelation": [{"SecurityGroupId": "sg-1", "NetType": "vpc", "RegionId": "cn-hangzhou"}]
        }
    },
}


@pytest.fixture
def served(cloud: Cloud) -> Cloud:
    cloud.rows = {key: list(rows) for key, rows in SERVED.items()}
    cloud.objects = dict(OBJECTS)
    return cloud


def test_traffic_managers_are_asked_once_for_all_regions(served: Cloud, tmp_path: Path) -> None:
    """With their pools and strategies; an instance that was never configured has no strategies to ask for."""
    out = tmp_path / "exports"
    report = run(served, Time(), out, "alidns", regions=(HZ, "cn-shanghai"))
    assert report.whole
    assert [path.name for path in out.iterdir() if path.is_dir()] == ["global"]
    asked = served.asked
    assert asked["DescribeDnsGtmInstances"] == 2
    # Three pools in pages of two, two lists without any.
    assert asked["DescribeDnsGtmInstanceAddressPools"] == 2 + 1 + 1
    assert (asked["DescribeDnsGtmInstanceAddressPool"], asked["DescribeDnsGtmAccessStrategy"]) == (3, 1)
    modes = [seen.fields["StrategyMode"] for seen in served.log if seen.action == "DescribeDnsGtmAccessStrategies"]
    assert modes == ["GEO", "LATENCY"]
    names = {path.name for path in (out / "global").iterdir()}
    assert {
        "DescribeDnsGtmAccessStrategies.gtm-cn-bp0_GEO.json",
        "DescribeDnsGtmInstanceAddressPool.hra00.json",
    } <= names
    imported = read_inventory([out])
    found = {name: item for name, item in imported.inventory.resources.items() if item.kind == "gtm_instance"}
    assert found.keys() == {"gtm-cn-bp0", "gtm-cn-bp1", "gtm-cn-bp2"}
    first = found["gtm-cn-bp0"].attributes
    assert (first["ttl_s"], first["strategy_mode"], first["domain"]) == (60, "GEO", "a.example")
    assert first["expired_at"] == "2030-01-01T00:00:00Z"
    assert imported.inventory.was_listed("gtm_instance", None)
    assert [one.resource for one in imported.skipped] == ["Domains"]
    assert imported.inventory.resources["hra00"].records("addresses") == ({"address": "192.0.2.1"},)
    assert {one.get("effective_pool_ids") or one.get("default_pool_ids") for one in first["strategies"]} == {("hra00",)}
    served.log.clear()
    assert run(served, Time(), out, "alidns", regions=("cn-beijing",), resume=True).whole
    assert served.log == []


def test_pairs_are_asked_for_from_both_ends(served: Cloud, tmp_path: Path) -> None:
    """The list of a region holds the pairs that start there, unless those that end there are asked for."""
    assert run(served, Time(), tmp_path / "exports", "ebs").whole
    found = read_inventory([tmp_path / "exports"]).inventory.resources
    pairs = {name: item.region for name, item in found.items() if item.kind == "replica_pair"}
    assert pairs == {"pair-bp0": HZ, "pair-bp1": "cn-beijing"}


def test_backup_plans_of_every_edition_and_source(served: Cloud, tmp_path: Path) -> None:
    assert run(served, Time(), tmp_path / "exports", "hbr").whole
    imported = read_inventory([tmp_path / "exports"])
    plans = {name for name, item in imported.inventory.resources.items() if item.kind == "backup_plan"}
    assert plans == {"plan-bp1", "plan-bp2", "plan-bp3", "pd-0", "pd-1", "pd-2"}
    assert imported.inventory.resources["pd-2"].text("schedule") == "I|1648647166|P1D"
    assert not [one for one in imported.findings if one.id == "INV-TRUNCATED"]


def test_each_listener_is_asked_by_its_protocol(served: Cloud, tmp_path: Path) -> None:
    out = tmp_path / "exports"
    assert run(served, Time(), out, "slb").whole
    asked = {about for about in asked_about(served) if about[0].endswith("ListenerAttribute")}
    ports = {
        (seen.action.removeprefix("DescribeLoadBalancer"), seen.fields["ListenerPort"])
        for seen in served.log
        if seen.action.endswith("ListenerAttribute")
    }
    assert {parent for _, parent in asked} == {"lb-bp1"}
    assert ports == {
        ("HTTPListenerAttribute", "80"),
        ("HTTPListenerAttribute", "81"),
        ("HTTPSListenerAttribute", "443"),
        ("UDPListenerAttribute", "53"),
        ("TCPListenerAttribute", "22"),
    }
    found = read_inventory([out]).inventory.resources
    assert found["lb-bp1:http:80"].attributes["forward_port"] == 443
    assert found["lb-bp1:http:80"].status == "running"
    assert found["lb-bp1:tcp:22"].texts("server_group_ids") == ("rsp-1",)
    assert len([item for item in found.values() if item.kind == "listener"]) == 5
    served.log.clear()
    assert run(served, Time(), out, "slb", resume=True).whole
    assert served.log == []


def test_databases_and_caches_with_what_is_asked_of_each(served: Cloud, tmp_path: Path) -> None:
    out = tmp_path / "exports"
    assert run(served, Time(), out, "dds", "kvstore", "ecs").whole
    imported = read_inventory([out])
    found = imported.inventory.resources
    mongodb = {name: item for name, item in found.items() if item.attributes.get("product") == "mongodb"}
    assert mongodb.keys() == {f"dds-bp{n}" for n in range(4)}
    first, sharded = mongodb["dds-bp0"].attributes, mongodb["dds-bp3"].attributes
    assert (first["backup_retention_days"], sharded["backup_retention_days"]) == (7, 7)
    assert "backup_retention_days" not in mongodb["dds-bp1"].attributes
    assert mongodb["dds-bp0"].texts("security_ips") == ("10.0.0.0/8",)
    cache = found["r-bp1"]
    assert (cache.kind, cache.zones) == ("cache", ("cn-hangzhou-h", "cn-hangzhou-i"))
    assert cache.attributes["architecture"] == "cluster"
    assert cache.texts("security_group_ids") == ("sg-1",)
    assert found["sg-1"].texts("referenced_by") == ("sg-2",)
    assert "referenced_by" not in found["sg-0"].attributes
    assert not [one for one in imported.findings if one.id in ("INV-TRUNCATED", "INV-NO-PARENT", "INV-SAME-ID")]


def test_everything_that_the_importers_read_is_fetched() -> None:
    """Every reader of the importers has an operation that gives it what it reads; those that are known by their fields
    alone are named here."""
    actions = {one.action for one in OPERATIONS}
    names = {hint_of(action) for action in actions}
    names |= {name.lower() for one in OPERATIONS for name in one.rows.split(".")}
    by_fields = {
        read_backup_policy: {"DescribeBackupPolicy"},
        read_cross_region_policy: {"DescribeInstanceCrossBackupPolicy"},
        read_ha_config: {"DescribeDBInstanceHAConfig"},
        read_allow_group: {"DescribeDBInstanceIPArrayList", "DescribeDBClusterAccessWhitelist", "DescribeSecurityIps"},
        read_allowed_security_group: {"DescribeSecurityGroupConfiguration"},
        read_replication: {"GetBucketReplication"},
    }
    missing = [spec.kind for spec in SPECS if not set(spec.hints) & names]
    for part in PARTS:
        given = by_fields[part.read] <= actions if part.read in by_fields else bool(set(part.hints) & names)
        if not given:
            missing.append(part.read.__name__)
    assert missing == []


def str_of(operation: Operation) -> str:
    return f"{operation.product}-{operation.name}"


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.product in SDKS], ids=str_of)
def test_parameters_and_rows_are_those_of_the_sdks(operation: Operation) -> None:
    """Where the vendor's SDK of a product is installed, its models decide: how pages are asked for, which parameter
    takes the parent, under which name the rows and the parents' ids come back."""
    models = importlib.import_module(f"{sdk_of(operation.product)}.models")
    action = operation.action
    request = inspect.getsource(getattr(models, f"{action}Request"))
    module = importlib.import_module(getattr(models, f"{action}ResponseBody").__module__)
    answer = inspect.getsource(module)
    by_token = ("NextToken", "MaxResults") if operation.sized else ("NextToken",)
    taken = {"token": by_token, "once": ()}.get(operation.paging, operation.page_names)
    also = tuple(name for name, _ in operation.also)
    fixed = tuple(name for name, _ in operation.fixed)
    parent = (operation.parameter.partition(".")[0],) if operation.parent else ()
    parent = () if operation.path else parent
    for name in (*taken, *also, *fixed, *parent):
        assert f"'{name}'" in request, name
    for name in filter(None, operation.rows.split(".")):
        assert f"'{name}'" in answer, name
    if operation.paging == "token":
        assert "'NextToken'" in answer
    for child in (one for one in operations_of(operation.product) if one.parent == operation.action):
        places = (child.parent_id, *(place for _, place in child.also), *filter(None, child.only[:1]))
        added = () if operation.names_parent else (operation.parameter,)
        for place in (one for one in places if one not in added):
            assert all(f"'{name}'" in answer for name in place.split(".")), place
