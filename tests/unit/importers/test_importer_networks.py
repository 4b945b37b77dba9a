"""Ways out of a VPC (Cloud Enterprise Network, Express Connect), replication of buckets, clients of file systems: the
vendor's answers as JSON and as XML, and answers that do not say whose they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from advisor.model.inventory import ImportResult

Make = Callable[..., ImportResult]
DOMAIN = "109c042666-w.cn-hangzhou.nas.aliyuncs.com"
ANSWERS: dict[str, dict[str, Any]] = {
    "DescribeVpcs": {
        "Vpcs": {
            "Vpc": [{"VpcId": "vpc-bp1a", "VRouterId": "vrt-bp1a", "CidrBlock": "10.0.0.0/8", "Status": "Available"}]
        }
    },
    "DescribeCens": {
        "Cens": {
            "Cen": [
                {
                    "CenId": "cen-bp1aaaa",
                    "Name": "backbone",
                    "Status": "Active",
                    "ProtectionLevel": "REDUCED",
                    "CreationTime": "2021-08-10T06:27Z",
                    "CenBandwidthPackageIds": {"CenBandwidthPackageId": ["cenbwp-1"]},
                }
            ]
        },
        "TotalCount": 1,
    },
    "DescribeCenAttachedChildInstances": {
        "ChildInstances": {
            "ChildInstance": [
                _child
                | {
                    "CenId": "cen-bp1aaaa",
                    "ChildInstanceRegionId": "cn-hangzhou",
                    "ChildInstanceOwnerId": 1688000000000000,
                }
                for _child in (
                    {"ChildInstanceId": "vpc-bp1a", "ChildInstanceType": "VPC", "Status": "Attached"},
                    {"ChildInstanceId": "vbr-bp1a", "ChildInstanceType": "VBR", "Status": "Attaching"},
                )
            ]
        },
        "TotalCount": 2,
    },
    "ListTransitRouters": {
        "TransitRouters": [
            {
                "TransitRouterId": "tr-bp1aaaa",
                "TransitRouterName": "hub",
                "CenId": "cen-bp1aaaa",
                "RegionId": "cn-hangzhou",
                "Type": "Enterprise",
                "Status": "Active",
            },
            {
                "TransitRouterId": "tr-bp1bbbb",
                "CenId": "cen-bp1aaaa",
                "RegionId": "cn-shanghai",
                "Type": "Basic",
                "Status": "Active",
            },
        ],
        "TotalCount": 2,
    },
    "ListTransitRouterVpcAttachments": {
        "TransitRouterAttachments": [
            {
                "TransitRouterAttachmentId": f"tr-attach-bp{number}",
                "TransitRouterAttachmentName": "out",
                "TransitRouterId": "tr-bp1aaaa",
                "CenId": "cen-bp1aaaa",
                "VpcId": "vpc-bp1a",
                "VpcRegionId": "cn-hangzhou",
                "ResourceType": "VPC",
                "Status": status,
                "ZoneMappings": [
                    {
                        "ZoneId": f"cn-hangzhou-{letter}",
                        "VSwitchId": f"vsw-bp1{letter}",
                        "NetworkInterfaceId": "eni-bp1a",
                    }
                    for letter in zones
                ],
            }
            for number, status, zones in ((1, "Attached", "hi"), (2, "Detaching", "h"))
        ],
        "TotalCount": 2,
    },
    "ListTransitRouterVbrAttachments": {
        "TransitRouterAttachments": [
            {
                "TransitRouterAttachmentId": f"tr-attach-bp{number}",
                "TransitRouterId": "tr-bp1aaaa",
                "CenId": "cen-bp1aaaa",
                "VbrId": f"vbr-bp1{number}",
                "VbrRegionId": "cn-hangzhou",
                "ResourceType": "VBR",
                "Status": "Attached",
            }
            for number in (8, 9)
        ],
        "TotalCount": 2,
    },
    "DescribeVirtualBorderRouters": {
        "VirtualBorderRouterSet": {
            "VirtualBorderRouterType": [
                {
                    "VbrId": "vbr-bp1a",
                    "Name": "east",
                    "Status": "active",
                    "VlanId": 10,
                    "AccessPointId": "ap-cn-hangzhou-xs-B",
                    "PhysicalConnectionId": "pc-bp1one",
                    "PhysicalConnectionStatus": "Enabled",
                    "CreationTime": "2017-06-08T12:20:55",
                    "AssociatedPhysicalConnections": {
                        "AssociatedPhysicalConnection": [
                            {"PhysicalConnectionId": "pc-bp1two", "Status": "Enabled", "VlanId": "11"},
                            {"PhysicalConnectionId": "pc-bp1old", "Status": "terminated", "VlanId": "12"},
                        ]
                    },
                    "AssociatedCens": {
                        "AssociatedCen": [
                            {"CenId": "cen-bp1aaaa", "CenStatus": "Attached", "CenOwnerId": 1},
                            {"CenId": "cen-bp1gone", "CenStatus": "Detaching", "CenOwnerId": 1},
                        ]
                    },
                },
                {"VbrId": "vbr-bp1b", "Status": "active", "VlanId": 20, "PhysicalConnectionId": "pc-bp1two"},
            ]
        },
        "TotalCount": 2,
    },
    "DescribeVbrHa": {
        "VbrHaId": "vbrha-bp1a",
        "VbrId": "vbr-bp1a",
        "PeerVbrId": "vbr-bp1b",
        "Status": "Active",
        "RegionId": "cn-hangzhou",
        "CreationTime": "2021-06-08T12:20:55",
    },
    "DescribePhysicalConnections": {
        "PhysicalConnectionSet": {
            "PhysicalConnectionType": [
                {
                    "PhysicalConnectionId": f"pc-bp1{name}",
                    "Name": name,
                    "AccessPointId": "ap-cn-hangzhou-xs-B",
                    "LineOperator": "CO",
                    "PortType": "1000Base-T",
                    "Bandwidth": 10,
                    "Status": "Enabled",
                    "BusinessStatus": "Normal",
                    "RedundantPhysicalConnectionId": spare,
                }
                for name, spare in (("one", "pc-bp1two"), ("two", ""))
            ]
        },
        "TotalCount": 2,
    },
    "DescribeRouterInterfaces": {
        "RouterInterfaceSet": {
            "RouterInterfaceType": [
                {
                    "RouterInterfaceId": "ri-bp1a",
                    "RouterId": "vrt-bp1a",
                    "RouterType": "VRouter",
                    "VpcInstanceId": "vpc-bp1a",
                    "Role": "InitiatingSide",
                    "Status": "Active",
                    "OppositeInterfaceId": "ri-bp1b",
                    "OppositeRouterId": "vbr-bp1a",
                    "OppositeRouterType": "VBR",
                    "OppositeRegionId": "cn-hangzhou",
                    "CreationTime": "2022-04-14T08:57:24Z",
                    "EndTime": "2999-09-08T16:00:00Z",
                },
                {
                    "RouterInterfaceId": "ri-bp1b",
                    "RouterId": "vbr-bp1a",
                    "RouterType": "VBR",
                    "Status": "Active",
                    "OppositeInterfaceId": "ri-bp1a",
                    "OppositeRouterId": "vrt-bp1a",
                    "OppositeRouterType": "VRouter",
                    "OppositeVpcInstanceId": "vpc-bp1a",
                },
            ]
        },
        "TotalCount": 2,
    },
    "ListBuckets": {
        "Buckets": {"Bucket": [{"Name": "shop-data", "Location": "oss-cn-hangzhou", "StorageClass": "Standard"}]}
    },
    "DescribeFileSystems": {
        "FileSystems": {
            "FileSystem": [
                {
                    "FileSystemId": "109c042666",
                    "FileSystemType": "standard",
                    "ProtocolType": "NFS",
                    "StorageType": "Capacity",
                    "RegionId": "cn-hangzhou",
                    "ZoneId": "cn-hangzhou-h",
                }
            ]
        }
    },
    "DescribeAccessGroups": {
        "AccessGroups": {
            "AccessGroup": [
                {
                    "AccessGroupName": "web",
                    "AccessGroupType": "Vpc",
                    "FileSystemType": kind,
                    "RegionId": "cn-hangzhou",
                    "RuleCount": 1,
                    "MountTargetCount": 1,
                }
                for kind in ("standard", "extreme")
            ]
        },
        "TotalCount": 2,
    },
    "DescribeAccessRules": {
        "AccessRules": {
            "AccessRule": [
                {
                    "AccessRuleId": "1",
                    "SourceCidrIp": "10.0.1.0/24",
                    "Ipv6SourceCidrIp": "",
                    "RWAccess": "RDWR",
                    "UserAccess": "no_squash",
                    "Priority": 1,
                    "FileSystemType": "standard",
                    "AccessGroupName": "web",
                    "RegionId": "cn-hangzhou",
                }
            ]
        },
        "TotalCount": 1,
    },
}
MOUNT_TARGETS = {
    "MountTargets": {
        "MountTarget": [
            {
                "MountTargetDomain": DOMAIN,
                "AccessGroup": "web",
                "NetworkType": "Vpc",
                "VpcId": "vpc-bp1a",
                "VswId": "vsw-bp1h",
                "Status": "Active",
            }
        ]
    },
    "TotalCount": 1,
}
CLIENTS = {"Clients": {"Client": [{"ClientIP": "10.0.1.5"}, {"ClientIP": "10.0.1.6"}]}, "TotalCount": 2}
REPLICATION = {
    "ID": "test_replication_1",
    "PrefixSet": {"Prefix": ["source1", "video"]},
    "Action": "PUT",
    "Destination": {"Bucket": "destbucket", "Location": "oss-cn-beijing", "TransferType": "oss_acc"},
    "Status": "doing",
    "HistoricalObjectReplication": "enabled",
    "RTC": {"Status": "enabled"},
}
ABOUT = {
    "DescribeMountTargets.109c042666": MOUNT_TARGETS,
    "DescribeMountedClients.109c042666": CLIENTS,
    "GetBucketReplication.shop-data": {"ReplicationConfiguration": {"Rule": [REPLICATION]}},
}


def xml(name: str, value: object) -> str:
    """The XML that the service gives in place of the JSON; a list repeats its own name."""
    if isinstance(value, list):
        return "".join(xml(name, one) for one in value)
    inner = "".join(xml(key, one) for key, one in value.items()) if isinstance(value, dict) else str(value)
    return f"<{name}>{inner}</{name}>"


def in_json() -> dict[str, object]:
    return {f"cn-hangzhou/{name}.json": answer for name, answer in (ANSWERS | ABOUT).items()}


def in_xml() -> dict[str, object]:
    """As the services answer with ``Format=XML``; OSS knows nothing else, and names no operation."""
    found: dict[str, object] = {
        f"cn-hangzhou/{name}.xml": xml(f"{name.partition('.')[0]}Response", answer)
        for name, answer in (ANSWERS | ABOUT).items()
    }
    rules = xml("ReplicationConfiguration", {"Rule": [REPLICATION]})
    found["cn-hangzhou/GetBucketReplication.shop-data.xml"] = f'<?xml version="1.0" encoding="UTF-8"?>\n{rules}'
    return found


@pytest.mark.parametrize("files", [in_json(), in_xml()], ids=["JSON", "XML"])
def test_networks_in_each_form(files: dict[str, object], make: Make) -> None:
    result = make(files)
    found = result.inventory.resources
    backbone = found["cen-bp1aaaa"]
    assert (backbone.kind, backbone.name, backbone.region, backbone.status) == ("cen", "backbone", None, "Active")
    assert found["vpc-bp1a"].texts("cen_ids") == ("cen-bp1aaaa",)
    assert [(found[one].region, found[one].text("edition")) for one in ("tr-bp1aaaa", "tr-bp1bbbb")] == [
        ("cn-hangzhou", "enterprise"),
        ("cn-shanghai", "basic"),
    ]
    attachment = found["tr-attach-bp1"]
    assert (attachment.kind, attachment.zones) == ("cen_attachment", ("cn-hangzhou-h", "cn-hangzhou-i"))
    assert attachment.records("zone_mappings")[1] == {"zone": "cn-hangzhou-i", "vswitch_id": "vsw-bp1i"}
    assert found["tr-attach-bp2"].status == "Detaching"
    assert found["tr-attach-bp8"].text("vbr_id") == "vbr-bp18"
    east = found["vbr-bp1a"]
    assert east.texts("physical_connection_ids") == ("pc-bp1one", "pc-bp1two")
    assert (east.texts("cen_ids"), east.text("access_point_id")) == (("cen-bp1aaaa",), "ap-cn-hangzhou-xs-B")
    assert (east.text("failover_group_id"), east.text("failover_peer_id")) == ("vbrha-bp1a", "vbr-bp1b")
    assert found["vbr-bp1b"].text("failover_peer_id") == "vbr-bp1a"
    line = found["pc-bp1one"]
    assert (line.kind, line.text("redundant_id"), line.number("bandwidth_mbps")) == (
        "physical_connection",
        "pc-bp1two",
        10,
    )
    out = found["ri-bp1a"].attributes
    assert (out["vpc_id"], out["opposite_router_type"], out["opposite_router_id"]) == ("vpc-bp1a", "vbr", "vbr-bp1a")
    assert out["expired_at"] == ""
    assert found["ri-bp1b"].text("opposite_vpc_id") == "vpc-bp1a"
    listed = {"cen", "transit_router", "cen_attachment", "border_router", "physical_connection", "router_interface"}
    assert {(kind, "cn-hangzhou") for kind in listed} <= result.inventory.listed
    assert result.skipped == ()


@pytest.mark.parametrize("files", [in_json(), in_xml()], ids=["JSON", "XML"])
def test_buckets_and_file_systems_in_each_form(files: dict[str, object], make: Make) -> None:
    result = make(files)
    found = result.inventory.resources
    assert found["shop-data"].records("replication_rules") == (
        {
            "rule_id": "test_replication_1",
            "status": "doing",
            "target_bucket": "destbucket",
            "target_region": "cn-beijing",
            "prefixes": ("source1", "video"),
            "historical": "enabled",
        },
    )
    assert [(one.id, one.kind) for one in result.inventory.stubs if one.kind == "bucket"] == [("destbucket", "bucket")]
    shared = found["109c042666"]
    assert shared.records("mount_targets") == (
        {"domain": DOMAIN, "vpc_id": "vpc-bp1a", "vswitch_id": "vsw-bp1h", "access_group": "web", "status": "Active"},
    )
    assert shared.records("clients") == ({"address": "10.0.1.5"}, {"address": "10.0.1.6"})
    group = found["web:standard:cn-hangzhou"]
    assert (group.kind, group.name, group.text("network_type")) == ("access_group", "web", "vpc")
    assert group.records("rules") == ({"rule_id": "1", "source_cidr": "10.0.1.0/24", "access": "rdwr", "priority": 1},)
    assert "rules" not in found["web:extreme:cn-hangzhou"].attributes


@pytest.mark.parametrize("written", ["{}", '{"Rule": []}', '{"ReplicationConfiguration": {"Rule": {}}}'])
def test_no_rule_is_no_replication(written: str, make: Make) -> None:
    files = {"a.json": ANSWERS["ListBuckets"], "GetBucketReplication.shop-data.json": written}
    assert make(files).inventory.resources["shop-data"].records("replication_rules") == ()


def test_an_answer_may_name_its_bucket_itself(make: Make) -> None:
    """As the fetch files it: the name of the file is a mark that says nothing."""
    rules = [REPLICATION | {"ID": "a"}, REPLICATION | {"ID": "b", "Status": "closing"}]
    answer = {"bucket": "shop-data", "RequestId": "R", "Rule": rules}
    found = make({"a.json": ANSWERS["ListBuckets"], "GetBucketReplication.pabcdef.json": answer}).inventory.resources
    told = found["shop-data"].records("replication_rules")
    assert [(one["rule_id"], one["status"]) for one in told] == [("a", "doing"), ("b", "closing")]


@pytest.mark.parametrize("name", ["backup-2024-01-01", "logs-cn-shanghai", "rm-bp1abcdef", "a.b.page"])
def test_the_name_of_a_bucket_says_nothing_else(name: str, make: Make) -> None:
    """People name buckets after days, regions and other resources; the file is named after the bucket."""
    bucket = {"Name": name, "Location": "oss-cn-hangzhou", "StorageClass": "Standard"}
    files = {
        "buckets.json": {"Buckets": {"Bucket": [bucket]}},
        f"GetBucketReplication.{name}.xml": xml("ReplicationConfiguration", {"Rule": [REPLICATION]}),
    }
    found = make(files).inventory.resources
    assert list(found) == [name]
    assert (found[name].region, found[name].observed_at) == ("cn-hangzhou", None)
    assert len(found[name].records("replication_rules")) == 1


@pytest.mark.parametrize(
    ("name", "answer", "remedy"),
    [
        ("a.json", {"ReplicationConfiguration": {"Rule": [REPLICATION]}}, "GetBucketReplication.<bucket>"),
        ("a.json", MOUNT_TARGETS, "DescribeMountTargets.<id of the file system>"),
        ("DescribeMountTargets.page1.json", MOUNT_TARGETS, "DescribeMountTargets.<id of the file system>"),
        ("DescribeMountedClients.json", CLIENTS, "DescribeMountedClients.<id of the file system>"),
        (f"DescribeMountedClients.{DOMAIN}.json", CLIENTS, "DescribeMountedClients.<id of the file system>"),
        (
            "a.json",
            {"AccessRules": {"AccessRule": [{"AccessRuleId": "1", "SourceCidrIp": "10.0.0.1"}]}},
            "<access group>",
        ),
    ],
    ids=["replication", "mount targets", "a page", "clients", "clients by domain", "rules"],
)
def test_an_answer_without_an_owner_is_told_with_the_remedy(
    name: str, answer: dict[str, Any], remedy: str, make: Make
) -> None:
    result = make({"ListBuckets.json": ANSWERS["ListBuckets"], name: answer})
    (finding, *_) = [one for one in result.findings if one.id == "INV-NO-PARENT"]
    assert remedy in f"{finding.detail} {finding.fix}"
    assert list(result.inventory.resources) == ["shop-data"]


def test_records_that_only_look_like_clients_are_none(make: Make) -> None:
    """An address of a client stands in many a log."""
    log = {"events": [{"ClientIP": "10.0.1.5", "UserName": "x", "EventName": "StopInstance"}]}
    result = make({"ListBuckets.json": ANSWERS["ListBuckets"], "log.json": log})
    assert [one.id for one in result.findings if one.id == "INV-NO-PARENT"] == []


def test_rules_of_another_region_are_another_group(make: Make) -> None:
    (rule,) = ANSWERS["DescribeAccessRules"]["AccessRules"]["AccessRule"]
    elsewhere = {name: value for name, value in rule.items() if name not in ("RegionId", "AccessGroupName")}
    answer = {"AccessRules": {"AccessRule": [elsewhere]}}
    found = make({"cn-shanghai/DescribeAccessRules.web.json": answer, **in_json()}).inventory.resources
    assert {one.id for one in found.values() if one.kind == "access_group"} == {
        "web:standard:cn-hangzhou",
        "web:extreme:cn-hangzhou",
        "web:standard:cn-shanghai",
    }


def test_a_file_system_in_several_zones_stands_in_none_alone(make: Make) -> None:
    row = {
        "FileSystemId": "cpfs-0a1b",
        "ProtocolType": "cpfs",
        "ZoneId": "cn-hangzhou-h",
        "RedundancyType": "ZRS",
        "RedundancyVSwitchIds": {"RedundancyVSwitchId": ["vsw-bp1h", "vsw-bp1i", "vsw-bp1j"]},
    }
    files = {"a.json": {"FileSystems": {"FileSystem": [row, row | {"FileSystemId": "0a1b", "RedundancyType": "LRS"}]}}}
    found = make(files).inventory.resources
    assert (found["cpfs-0a1b"].zones, found["cpfs-0a1b"].region) == ((), "cn-hangzhou")
    assert found["cpfs-0a1b"].texts("vswitch_ids") == ("vsw-bp1h", "vsw-bp1i", "vsw-bp1j")
    assert found["0a1b"].zones == ("cn-hangzhou-h",)


def test_networks_of_the_resource_center(make: Make) -> None:
    types = {
        "cen-bp1": "ACS::CEN::CenInstance",
        "vbr-bp1": "ACS::ExpressConnect::VirtualBorderRouter",
        "pc-bp1": "ACS::ExpressConnect::PhysicalConnection",
    }
    rows = [{"ResourceType": kind, "ResourceId": one, "RegionId": "cn-hangzhou"} for one, kind in types.items()]
    rows[2] = rows[2] | {"Configuration": {"AccessPointId": "ap-1", "LineOperator": "CO"}}
    found = make({"a.json": {"Resources": rows}}).inventory.resources
    kinds = {"cen-bp1": "cen", "vbr-bp1": "border_router", "pc-bp1": "physical_connection"}
    assert {one.id: one.kind for one in found.values()} == kinds
    assert found["pc-bp1"].text("access_point_id") == "ap-1"
