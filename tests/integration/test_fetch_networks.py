"""Other networks, replication of buckets and clients of file systems, fetched and read back; answers that do not say
what they are about are kept so that it is known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_fetch import HZ, manifest, run
from test_fetch_buckets import bucket, details
from test_fetch_cloud import Cloud, Time, error, serving, set_keys

from advisor.api import classes_of
from advisor.graph import build_graph
from advisor.importers import read_inventory
from advisor.importers.targets import default_targets
from advisor.live.fetch_operations import policy_text
from advisor.model.graph import Edge
from advisor.rules import load_rules

SH = "cn-shanghai"
DOMAIN = "1a2b3c4d-x.cn-hangzhou.nas.aliyuncs.com"
ROWS: dict[tuple[str, str], list[Any]] = {
    ("vpc", "DescribeVpcs"): [
        {"VpcId": f"vpc-bp{n}", "VRouterId": f"vrt-bp{n}", "CidrBlock": "10.0.0.0/8", "Status": "Available"}
        for n in range(3)
    ],
    ("vpc", "DescribeVirtualBorderRouters"): [
        {
            "VbrId": f"vbr-bp{n}",
            "Status": "active",
            "VlanId": n,
            "AccessPointId": f"ap-{n}",
            "PhysicalConnectionId": f"pc-bpline{n}",
        }
        for n in range(3)
    ],
    ("vpc", "DescribePhysicalConnections"): [
        {
            "PhysicalConnectionId": f"pc-bpline{n}",
            "AccessPointId": f"ap-{n}",
            "LineOperator": "CO",
            "PortType": "10GBase-T",
            "Status": "Enabled",
            "MacsecKeys": {"MacsecKey": [{"Ckn": "ab", "Cak": "0123456789abcdef0123456789abcdef"}]},
        }
        for n in range(3)
    ],
    ("vpc", "DescribeRouterInterfaces"): [
        {
            "RouterInterfaceId": f"ri-bp{n}",
            "Status": "Active",
            "RouterType": "VRouter",
            "RouterId": "vrt-bp0",
            "VpcInstanceId": "vpc-bp0",
            "OppositeRouterType": "VBR",
            "OppositeRouterId": f"vbr-bp{n}",
        }
        for n in range(2)
    ],
    ("cbn", "DescribeCens"): [
        {"CenId": f"cen-bp{n}", "Name": "backbone", "ProtectionLevel": "REDUCED", "Status": "Active"} for n in range(3)
    ],
    ("cbn", "DescribeCenAttachedChildInstances:cen-bp0"): [
        {"CenId": "cen-bp0", "ChildInstanceId": one, "ChildInstanceType": kind, "Status": "Attached"}
        for one, kind in (("vpc-bp1", "VPC"), ("vbr-bp2", "VBR"), ("ccn-bp0", "CCN"))
    ],
    ("cbn", "ListTransitRouters:cen-bp1"): [
        {"TransitRouterId": "tr-bp0", "CenId": "cen-bp1", "RegionId": HZ, "Type": "Enterprise", "Status": "Active"}
    ],
    ("cbn", "ListTransitRouterVpcAttachments:tr-bp0"): [
        {
            "TransitRouterAttachmentId": f"tr-attach-bp{n}",
            "TransitRouterId": "tr-bp0",
            "CenId": "cen-bp1",
            "VpcId": f"vpc-bp{n}",
            "VpcRegionId": HZ,
            "Status": "Attached",
            "ZoneMappings": [{"ZoneId": f"{HZ}-{zone}", "VSwitchId": f"vsw-bp{n}{zone}"} for zone in "hi"],
        }
        for n in range(3)
    ],
    ("cbn", "ListTransitRouterVbrAttachments:tr-bp0"): [
        {
            "TransitRouterAttachmentId": "tr-attach-bpvbr",
            "TransitRouterId": "tr-bp0",
            "CenId": "cen-bp1",
            "VbrId": "vbr-bp2",
            "VbrRegionId": HZ,
            "Status": "Attached",
        }
    ],
    ("nas", "DescribeFileSystems"): [
        {"FileSystemId": one, "FileSystemType": kind, "ProtocolType": "NFS", "StorageType": "Capacity", "RegionId": HZ}
        for one, kind in (("1a2b3c4d", "standard"), ("extreme-0a1b", "extreme"), ("5e6f7a8b", "standard"))
    ],
    ("nas", "DescribeMountTargets:1a2b3c4d"): [
        {
            "MountTargetDomain": DOMAIN,
            "AccessGroup": "my-2024-01-01-group",
            "VpcId": "vpc-bp0",
            "VswId": "vsw-bp0",
            "Status": "Active",
        }
    ],
    ("nas", f"DescribeMountedClients:{DOMAIN}_1a2b3c4d"): [{"ClientIP": f"10.0.0.{n}"} for n in range(5)],
    ("nas", "DescribeAccessGroups"): [
        {
            "AccessGroupName": "my-2024-01-01-group",
            "AccessGroupType": "Vpc",
            "FileSystemType": kind,
            "RegionId": HZ,
            "RuleCount": 3,
        }
        for kind in ("standard", "extreme")
    ],
    ("nas", "DescribeAccessRules:my-2024-01-01-group_standard"): [
        {"AccessRuleId": str(n), "SourceCidrIp": f"10.0.{n}.0/24", "RWAccess": "RDWR", "Priority": n} for n in range(3)
    ],
    ("ecs", "DescribeInstances"): [
        {
            "InstanceId": f"i-bp{n}",
            "ImageId": "m-1",
            "ZoneId": f"{HZ}-h",
            "RegionId": HZ,
            "Status": "Running",
            "Tags": {"Tag": [{"TagKey": "app", "TagValue": "shop"}]},
            "VpcAttributes": {"VpcId": "vpc-bp0", "PrivateIpAddress": {"IpAddress": [f"10.0.{n}.1"]}},
        }
        for n in range(2)
    ],
}
RULE = {
    "ID": "rule-1",
    "Action": "ALL",
    "Destination": {"Bucket": "logs-cn-shanghai", "Location": f"oss-{SH}"},
    "Status": "doing",
    "HistoricalObjectReplication": "enabled",
}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    set_keys(monkeypatch)
    with serving() as running:
        running.rows = {key: list(rows) for key, rows in ROWS.items()}
        running.objects["DescribeVbrHa:vbr-bp0"] = {
            "VbrHaId": "vbrha-bp0",
            "VbrId": "vbr-bp0",
            "PeerVbrId": "vbr-bp1",
            "Status": "Active",
            "RegionId": HZ,
        }
        yield running


def edges(out: Path) -> list[Edge]:
    rules = load_rules()
    return list(build_graph(read_inventory([out]).inventory, default_targets(classes_of(rules))).edges)


def drawn(out: Path, rule: str) -> set[tuple[str, str, str]]:
    return {(one.source, one.target, one.meaning) for one in edges(out) if one.rule == rule}


def test_networks_are_fetched_and_joined(cloud: Cloud, tmp_path: Path) -> None:
    out = tmp_path / "exports"
    report = run(cloud, Time(), out, "vpc", "cbn")
    assert report.whole, report.listings
    assert cloud.unsigned == []
    imported = read_inventory([out])
    found = imported.inventory.resources
    assert found["cen-bp0"].region is None
    assert found["tr-attach-bp0"].zones == (f"{HZ}-h", f"{HZ}-i")
    assert drawn(out, "network.cen") == {("vpc-bp1", "cen-bp0", "soft"), ("cen-bp0", "vbr-bp2", "soft")}
    assert drawn(out, "network.transit_router") == {("tr-bp0", "cen-bp1", "hard")}
    assert {("vpc-bp2", "tr-attach-bp2", "soft"), ("tr-attach-bpvbr", "vbr-bp2", "hard")} <= drawn(
        out, "network.cen_attachment"
    )
    assert drawn(out, "network.border_router") == {("vpc-bp0", "vbrha-bp0", "soft")}
    assert drawn(out, "network.border_group") == {
        ("vbrha-bp0", "vbr-bp0", "failover"),
        ("vbrha-bp0", "vbr-bp1", "failover"),
    }
    assert drawn(out, "network.line") == {(f"vbr-bp{n}", f"pc-bpline{n}", "hard") for n in range(3)}
    assert [one for one in imported.findings if one.id in ("INV-TRUNCATED", "INV-NO-PARENT", "INV-SAME-ID")] == []
    regions = {seen.fields["RegionId"] for seen in cloud.log if seen.action == "ListTransitRouterVpcAttachments"}
    assert regions == {HZ}
    cloud.log.clear()
    assert run(cloud, Time(), out, "vpc", "cbn", resume=True).whole
    assert cloud.log == []


def test_keys_of_a_line_are_not_kept(cloud: Cloud, tmp_path: Path) -> None:
    run(cloud, Time(), tmp_path / "exports", "vpc")
    written = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "exports").rglob("*.json"))
    assert "pc-bpline2" in written
    assert "0123456789abcdef" not in written
    assert "Macsec" not in written


def test_a_border_router_without_a_group_is_no_failure(cloud: Cloud, tmp_path: Path) -> None:
    cloud.always["DescribeVbrHa"] = error("InvalidVbrHa.NotFound", 404)
    out = tmp_path / "exports"
    assert run(cloud, Time(), out, "vpc").whole
    assert manifest(out)["DescribeVbrHa", "vbr-bp0"]["reason"] == "there is none (InvalidVbrHa.NotFound)"
    assert drawn(out, "network.border_router") == {("vpc-bp0", f"vbr-bp{n}", "soft") for n in range(2)}


def test_an_empty_answer_says_that_there_is_none(cloud: Cloud, tmp_path: Path) -> None:
    """Some services answer about what does not exist with nothing at all."""
    out = tmp_path / "exports"
    assert run(cloud, Time(), out, "vpc").whole
    assert manifest(out)["DescribeVbrHa", "vbr-bp0"]["reason"] == ""
    assert manifest(out)["DescribeVbrHa", "vbr-bp2"]["reason"] == "there is none (empty answer)"
    assert [path.name for path in (out / HZ).glob("DescribeVbrHa*")] == ["DescribeVbrHa.vbr-bp0.json"]
    assert read_inventory([out]).skipped == ()


def test_clients_of_file_systems(cloud: Cloud, tmp_path: Path) -> None:
    """Neither a mount target nor a client says whose it is; what is kept of them does."""
    out = tmp_path / "exports"
    report = run(cloud, Time(), out, "nas", "ecs")
    assert report.whole, report.listings
    asked = cloud.asked
    # Three mount lists, one with a target; five clients in pages of two, after which the total is reached.
    assert (asked["DescribeMountTargets"], asked["DescribeMountedClients"]) == (3, 3)
    assert {seen.fields["FileSystemId"] for seen in cloud.log if seen.action == "DescribeMountedClients"} == {
        "1a2b3c4d"
    }
    found = read_inventory([out]).inventory.resources
    shared = found["1a2b3c4d"]
    assert [one["domain"] for one in shared.records("mount_targets")] == [DOMAIN]
    assert {one["address"] for one in shared.records("clients")} == {f"10.0.0.{n}" for n in range(5)}
    assert len(found[f"my-2024-01-01-group:standard:{HZ}"].records("rules")) == 3
    assert "rules" not in found[f"my-2024-01-01-group:extreme:{HZ}"].attributes
    assert found[f"my-2024-01-01-group:standard:{HZ}"].observed_at is None
    assert drawn(out, "data.mounted_client") == {("i-bp0", "1a2b3c4d", "hard")}
    graph = build_graph(read_inventory([out]).inventory, default_targets(classes_of(load_rules())))
    assert [(one.source, one.rule) for one in graph.proposals] == [("i-bp1", "data.file_access")]


def test_file_systems_that_do_not_know_their_clients(cloud: Cloud, tmp_path: Path) -> None:
    cloud.always["DescribeMountedClients"] = error("OperationDenied.FileSystemTypeNotMatch", 400)
    out = tmp_path / "exports"
    assert run(cloud, Time(), out, "nas").whole
    assert "clients" not in read_inventory([out]).inventory.resources["1a2b3c4d"].attributes


def test_rules_of_replication_name_their_bucket(cloud: Cloud, tmp_path: Path) -> None:
    """An answer holds no more than rules, in XML; the name of a bucket may mislead as the name of a file."""
    names = ("backup-2024-01-01", "logs-cn-beijing", "plain")
    cloud.rows["oss", "ListBuckets"] = [bucket(name, HZ) for name in names]
    for name in names:
        cloud.objects[f"GetBucketInfo:{name}"] = details(name, HZ, "ZRS")
    cloud.objects["GetBucketReplication:backup-2024-01-01"] = {"Rule": [RULE]}
    cloud.objects["GetBucketReplication:logs-cn-beijing"] = {
        "Rule": [RULE | {"ID": "a", "Status": "starting"}, RULE | {"ID": "b", "Status": "closing"}]
    }
    out = tmp_path / "exports"
    assert run(cloud, Time(), out, "oss").whole
    assert cloud.unsigned == []
    request = next(seen for seen in cloud.log if seen.action == "GetBucketReplication")
    assert dict(request.fields) == {"replication": "", "bucket": "backup-2024-01-01"}
    assert manifest(out)["GetBucketReplication", "plain"]["reason"] == "there is none (NoSuchReplicationConfiguration)"
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in (out / HZ).glob("GetBucketReplication.*")]
    assert sorted(one["bucket"] for one in kept) == ["backup-2024-01-01", "logs-cn-beijing"]
    found = read_inventory([out]).inventory.resources
    assert {(name, item.region, item.observed_at) for name, item in found.items()} == {
        (name, HZ, None) for name in names
    }
    assert drawn(out, "storage.bucket_copy") == {
        ("backup-2024-01-01", "logs-cn-shanghai", "recovery"),
        ("logs-cn-beijing", "logs-cn-shanghai", "recovery"),
    }


def test_records_of_names(cloud: Cloud, tmp_path: Path) -> None:
    """Asked once for all regions, of each domain in its pages; the name of a domain is not the name of a file."""
    cloud.rows["alidns", "DescribeDomains"] = [{"DomainId": str(n), "DomainName": f"{n}.example"} for n in range(3)]
    cloud.rows["alidns", "DescribeDomainRecords:1.example"] = [
        {
            "RecordId": str(n),
            "RR": f"www{n}",
            "DomainName": "1.example",
            "Type": "A",
            "Value": "198.51.100.9",
            "TTL": 600,
            "Status": "ENABLE",
        }
        for n in range(3)
    ]
    cloud.rows["vpc", "DescribeEipAddresses"] = [
        {"AllocationId": "eip-bp1", "IpAddress": "198.51.100.9", "Status": "InUse", "RegionId": HZ}
    ]
    out = tmp_path / "exports"
    assert run(cloud, Time(), out, "alidns", "vpc", regions=(HZ, SH)).whole
    assert (cloud.asked["DescribeDomains"], cloud.asked["DescribeDomainRecords"]) == (2, 1 + 2 + 1)
    assert drawn(out, "network.dns_name") == {(f"dns:www{n}.1.example", "eip-bp1", "hard") for n in range(3)}
    names = [path.name for path in (out / "global").glob("DescribeDomainRecords.*")]
    assert len(names) == 4
    assert not any("example" in name for name in names)


def test_the_permissions_name_what_is_asked() -> None:
    (statement,) = json.loads(policy_text(["cbn", "oss", "nas", "vpc"]))["Statement"]
    assert {
        "cen:DescribeCens",
        "cen:DescribeCenAttachedChildInstances",
        "cen:ListTransitRouters",
        "cen:ListTransitRouterVpcAttachments",
        "cen:ListTransitRouterVbrAttachments",
        "nas:DescribeMountTargets",
        "nas:DescribeMountedClients",
        "nas:DescribeAccessGroups",
        "nas:DescribeAccessRules",
        "oss:GetBucketReplication",
        "vpc:DescribeVirtualBorderRouters",
        "vpc:DescribeVbrHa",
        "vpc:DescribePhysicalConnections",
        "vpc:DescribeRouterInterfaces",
    } <= set(statement["Action"])
