"""A synthetic estate as the CLI would export it: seeded, of any size, with the quirks that real exports have.

    python benchmarks/estate.py --resources 100000 --out /tmp/estate [--seed 7]

Accounts of up to 20,000 resources, each in one region of the published list with its zones: applications of web
servers behind an ALB, stateful servers and databases, with disks, snapshots, interfaces, addresses and groups. Among
the quirks are: flat lists beside wrapped ones, JSON lines, pages, a second and older recording that disagrees, a list
that breaks off before ``TotalCount``, an empty list, disks of an instance that nothing lists, members without weight or
stopped, names that consoles give, tags in Chinese, and a password in a tag.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

PER_ACCOUNT: Final = 20_000
PAGE: Final = 100
REGIONS: Final = {
    "cn-hangzhou": "bghijk",
    "cn-shanghai": "abefglmn",
    "cn-beijing": "abcdefghijkl",
    "cn-shenzhen": "acdef",
    "cn-zhangjiakou": "abc",
    "cn-huhehaote": "ab",
    "cn-chengdu": "ab",
    "cn-guangzhou": "ab",
    "cn-wulanchabu": "abc",
    "cn-hongkong": "bcd",
    "ap-southeast-1": "abc",
    "eu-central-1": "abc",
    "us-east-1": "ab",
}
OS_NAMES: Final = (
    "CentOS  7.9 64位",
    "Alibaba Cloud Linux  3.2104 LTS 64位",
    "Windows Server  2022 数据中心版 64位中文版",
)
APPS: Final = ("shop", "订单", "pay", "search", "会员", "report", "gateway", "库存")
TIERS: Final = ("web", "app", "db", "job")
Record = dict[str, Any]


@dataclass
class Account:
    """What one account's calls return, by operation."""

    number: int
    region: str
    draw: random.Random
    left: int
    lists: dict[str, list[Record]] = field(default_factory=dict)
    made: int = 0

    @property
    def zones(self) -> list[str]:
        dash = "" if self.region[-1].isdigit() else "-"
        return [f"{self.region}{dash}{letter}" for letter in REGIONS[self.region]]

    def add(self, operation: str, record: Record) -> None:
        self.lists.setdefault(operation, []).append(record)
        self.made += 1

    def new_id(self, prefix: str) -> str:
        return f"{prefix}-{self.number:03x}{self.draw.getrandbits(80):020x}"[: len(prefix) + 24]


def build(account: Account) -> None:
    """Applications until the account is full."""
    vpc = account.new_id("vpc")
    account.add("DescribeVpcs", {"VpcId": vpc, "VpcName": f"vpc-{account.number}", "RegionId": account.region,
                                 "CidrBlock": "10.0.0.0/8", "Status": "Available", "IsDefault": False,
                                 "CreationTime": "2021-03-01T02:03:04Z"})  # fmt: skip
    switches = {}
    for place, zone in enumerate(account.zones):
        switches[zone] = account.new_id("vsw")
        account.add("DescribeVSwitches", {"VSwitchId": switches[zone], "VpcId": vpc, "ZoneId": zone,
        "Status": "Available",
                                          "CidrBlock": f"10.{place}.0.0/16", "VSwitchName": f"业务-{zone}",
                                          "AvailableIpAddressCount": 60000,
                                          "CreationTime": "2021-03-01T02:03:04Z"})  # fmt: skip
    policy = account.new_id("sp")
    account.add("DescribeAutoSnapshotPolicyEx", {"AutoSnapshotPolicyId": policy, "AutoSnapshotPolicyName": "daily",
                                                 "RegionId": account.region, "TimePoints": "[\"1\"]",
                                                 "Status": "Normal",
                                                 "RepeatWeekdays": "[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\"]",
                                                 "RetentionDays": 7, "EnableCrossRegionCopy": False,
                                                 "DiskNums": 10})  # fmt: skip
    number = 0
    while account.left - account.made > 150:
        application(account, number, vpc, switches, policy)
        number += 1
    lone = account.new_id("vsw")
    while account.left > account.made:
        account.add("DescribeSnapshots", snapshot(account, account.new_id("d"), 40, "system", lone))


def application(account: Account, number: int, vpc: str, switches: dict[str, str], policy: str) -> None:
    """Servers of one purpose in two zones, some behind a balancer, with their data."""
    draw = account.draw
    name = f"{draw.choice(APPS)}-{account.number}-{number}"
    tags = [{"TagKey": "app", "TagValue": name}, {"TagKey": "环境", "TagValue": "生产"}] if draw.random() < 0.6 else []
    group = account.new_id("sg")
    account.add("DescribeSecurityGroups", {"SecurityGroupId": group, "SecurityGroupName": f"sg-{name}", "VpcId": vpc,
                                           "Description": "", "SecurityGroupType": "normal", "Tags": {"Tag": []},
                                           "CreationTime": "2021-03-01T02:03:04Z"})  # fmt: skip
    homes = draw.sample(account.zones, 2)
    balanced = draw.random() < 0.4
    servers = []
    for place in range(draw.randint(2, 8)):
        tier = "web" if balanced else draw.choice(TIERS)
        zone = homes[place % 2 if balanced else 0]
        servers.append(server(account, f"{name}-{tier}-{place:02d}", zone, vpc, switches[zone], group, policy, tags))
    if balanced:
        balancer(account, name, homes, vpc, switches, servers)
    if draw.random() < 0.3:
        database(account, name, homes[0], vpc, switches[homes[0]], tags)


def server(
    account: Account, name: str, zone: str, vpc: str, switch: str, group: str, policy: str, tags: list[Record]
) -> str:
    """An instance with its interface, disks and snapshots."""
    draw = account.draw
    instance, eni = account.new_id("i"), account.new_id("eni")
    address = f"10.{draw.randrange(256)}.{draw.randrange(256)}.{draw.randrange(1, 255)}"
    plain = draw.random() < 0.1
    own_tags = [*tags, {"TagKey": "db_password", "TagValue": "Passw0rd!"}] if draw.random() < 0.001 else tags
    account.add("DescribeInstances", {
        "InstanceId": instance, "InstanceName": f"launch-advisor-{draw.randrange(10**8)}" if plain else name,
        "HostName": name, "RegionId": account.region, "ZoneId": zone,
        "Status": "Stopped" if draw.random() < 0.03 else "Running",
        "InstanceType": "ecs.g7.xlarge", "InstanceTypeFamily": "ecs.g7", "Cpu": 4, "Memory": 16384, "ClusterId": "",
        "ImageId": "aliyun_3_x64_20G_alibase_20240528.vhd", "OSType": "linux", "OSName": draw.choice(OS_NAMES),
        "OSNameEn": "Alibaba Cloud Linux  3.2104 LTS 64 bit", "InstanceChargeType": "PostPaid",
        "InstanceNetworkType": "vpc",
        "CreationTime": "2024-05-06T07:08Z", "StartTime": "2024-05-06T07:09Z", "ExpiredTime": "2099-12-31T15:59Z",
        "AutoReleaseTime": "", "SpotStrategy": "NoSpot", "SpotPriceLimit": 0.0, "SpotDuration": 0,
        "Recyclable": False,
        "DeviceAvailable": True, "IoOptimized": True, "StoppedMode": "Not-applicable", "GPUAmount": 0, "GPUSpec": "",
        "LocalStorageAmount": 0, "LocalStorageCapacity": 0, "InternetChargeType": "PayByTraffic", "SaleCycle": "",
        "InternetMaxBandwidthIn": 100, "InternetMaxBandwidthOut": 0, "VlanId": "", "KeyPairName": "",
        "DeletionProtection": True,
        "ResourceGroupId": "rg-acfmxazb4p1234", "DeploymentSetId": "", "HpcClusterId": "", "CreditSpecification": "",
        "Description": "", "SerialNumber": f"{draw.getrandbits(128):032x}", "ISP": "",
        "SecurityGroupIds": {"SecurityGroupId": [group]},
        "OperationLocks": {"LockReason": []}, "InnerIpAddress": {"IpAddress": []},
        "PublicIpAddress": {"IpAddress": []},
        "EipAddress": {"AllocationId": "", "IpAddress": "", "InternetChargeType": ""},
        "RdmaIpAddress": {"IpAddress": []},
        "VpcAttributes": {"VpcId": vpc, "VSwitchId": switch, "NatIpAddress": "",
        "PrivateIpAddress": {"IpAddress": [address]}},
        "NetworkInterfaces": {"NetworkInterface": [{
            "NetworkInterfaceId": eni, "MacAddress": "00:16:3e:12:34:56", "Type": "Primary",
            "PrimaryIpAddress": address,
            "PrivateIpSets": {"PrivateIpSet": [{"PrivateIpAddress": address, "Primary": True}]}}]},
        "MetadataOptions": {"HttpEndpoint": "", "HttpTokens": "", "HttpPutResponseHopLimit": 0},
        "DedicatedHostAttribute": {"DedicatedHostId": "", "DedicatedHostName": "", "DedicatedHostClusterId": ""},
        "DedicatedInstanceAttribute": {"Tenancy": "", "Affinity": ""}, "HibernationOptions": {"Configured": False},
        "CpuOptions": {"CoreCount": 2, "ThreadsPerCore": 2, "Numa": "ON"}, "Tags": {"Tag": own_tags},
        "EcsCapacityReservationAttr": {"CapacityReservationId": "", "CapacityReservationPreference": ""},
        "PrivateDnsNameOptions": {"EnableInstanceIdDnsARecord": False, "HostnameType": "Custom"},
    })  # fmt: skip
    account.add("DescribeNetworkInterfaces", {
        "NetworkInterfaceId": eni, "InstanceId": instance, "VpcId": vpc, "VSwitchId": switch, "ZoneId": zone,
        "Type": "Primary",
        "Status": "InUse", "PrivateIpAddress": address, "MacAddress": "00:16:3e:12:34:56", "NetworkInterfaceName": "",
        "Description": "", "ServiceManaged": False, "QueueNumber": 2, "CreationTime": "2024-05-06T07:08:09Z",
        "SecurityGroupIds": {"SecurityGroupId": [group]}, "AssociatedPublicIp": {}, "Ipv6Sets": {"Ipv6Set": []},
        "PrivateIpSets": {"PrivateIpSet": [{"PrivateIpAddress": address, "Primary": True, "AssociatedPublicIp": {}}]},
        "Attachment": {}, "Tags": {"Tag": []}, "ResourceGroupId": "", "NetworkInterfaceTrafficMode": "Standard",
        "OwnerId": "1234567",
    })  # fmt: skip
    for place in range(1 + (draw.random() < 0.6)):
        disk(account, instance, place, zone, policy, tags)
    return instance


def disk(account: Account, instance: str, place: int, zone: str, policy: str, tags: list[Record]) -> None:
    """A system or data disk and the snapshots of its policy."""
    draw = account.draw
    one, size, kind = (
        account.new_id("d"),
        (40 if place == 0 else draw.choice((100, 200, 500))),
        "data" if place else "system",
    )
    owner = account.new_id("i") if draw.random() < 0.0005 else instance
    guarded = draw.random() < 0.5
    account.add("DescribeDisks", {
        "DiskId": one, "DiskName": "", "RegionId": account.region, "ZoneId": zone, "Size": size,
        "Category": "cloud_essd",
        "PerformanceLevel": "PL1", "Type": kind, "Status": "In_use", "InstanceId": owner,
        "Device": "/dev/xvda" if place == 0 else "/dev/xvdb",
        "Attachments": {"Attachment": [{"InstanceId": owner, "Device": "/dev/xvda",
        "AttachedTime": "2024-05-06T07:08:30Z"}]},
        "MountInstances": {"MountInstance": []}, "AutoSnapshotPolicyId": policy if guarded else "",
        "EnableAutoSnapshot": True,
        "EnableAutomatedSnapshotPolicy": guarded, "DeleteAutoSnapshot": True, "DeleteWithInstance": place == 0,
        "Portable": place > 0,
        "Encrypted": False, "KMSKeyId": "", "MultiAttach": "Disabled", "ImageId": "", "SourceSnapshotId": "",
        "ProductCode": "",
        "DiskChargeType": "PostPaid", "CreationTime": "2024-05-06T07:08:10Z",
        "AttachedTime": "2024-05-06T07:08:30Z", "DetachedTime": "",
        "ExpiredTime": "2999-09-08T16:00Z", "SerialNumber": f"{draw.getrandbits(80):020x}", "IOPS": 3800,
        "IOPSRead": 0, "IOPSWrite": 0,
        "Throughput": 180, "BurstingEnabled": False, "BdfId": "", "StorageSetId": "",
        "StorageSetPartitionNumber": 0, "Description": "",
        "ResourceGroupId": "rg-acfmxazb4p1234", "OperationLocks": {"OperationLock": []}, "Tags": {"Tag": tags},
        "StorageClusterId": "",
    })  # fmt: skip
    for _ in range(draw.randint(1, 3) if guarded else 0):
        account.add("DescribeSnapshots", snapshot(account, one, size, kind, policy))


def snapshot(account: Account, of_disk: str, size: int, kind: str, policy: str) -> Record:
    """A finished automatic snapshot."""
    draw = account.draw
    day = f"2026-10-{draw.randint(1, 28):02d}T17:{draw.randint(0, 59):02d}:11Z"
    return {
        "SnapshotId": account.new_id("s"), "SnapshotName": f"auto2.0_20261001_{policy}", "SourceDiskId": of_disk,
        "SourceDiskSize": str(size),
        "SourceDiskType": kind, "Status": "accomplished", "Progress": "100%", "Available": True,
        "Category": "standard", "Usage": "none",
        "CreationTime": day, "LastModifiedTime": day, "RetentionDays": 7, "Encrypted": False, "KMSKeyId": "",
        "ProductCode": "",
        "SnapshotType": "auto", "InstantAccess": False, "InstantAccessRetentionDays": 0, "RemainTime": 0,
        "SourceStorageType": "disk",
        "RegionId": account.region, "Description": "", "ResourceGroupId": "rg-acfmxazb4p1234",
        "SnapshotSN": f"{draw.getrandbits(64):016x}",
        "Tags": {"Tag": []}, "SnapshotLinkId": f"sl-{of_disk[2:]}",
    }  # fmt: skip


def balancer(
    account: Account, name: str, homes: list[str], vpc: str, switches: dict[str, str], servers: list[str]
) -> None:
    """An ALB over two zones with one group."""
    one, group, listener = account.new_id("alb"), account.new_id("sgp"), account.new_id("lsn")
    account.add("ListLoadBalancers", {"LoadBalancerId": one, "LoadBalancerName": name, "VpcId": vpc,
    "AddressType": "Internet",
                                      "LoadBalancerStatus": "Active", "LoadBalancerEdition": "Standard",
                                      "DNSName": f"{one}.example",
                                      "ZoneMappings": [{"ZoneId": zone,
                                      "VSwitchId": switches[zone]} for zone in homes]})  # fmt: skip
    account.add("ListListeners", {"ListenerId": listener, "LoadBalancerId": one, "ListenerPort": 443,
    "ListenerProtocol": "HTTPS",
                                  "ListenerStatus": "Running", "DefaultActions": [{"Type": "ForwardGroup",
                                  "ForwardGroupConfig": {
                                      "ServerGroupTuples": [{"ServerGroupId": group}]}}]})  # fmt: skip
    account.add("ListServerGroups", {"ServerGroupId": group, "ServerGroupName": name, "ServerGroupType": "Instance",
    "VpcId": vpc,
                                     "Protocol": "HTTP", "ServerGroupStatus": "Available",
                                     "ServerCount": len(servers),
                                     "RelatedLoadBalancerIds": [one]})  # fmt: skip
    for server_id in servers:
        account.lists.setdefault("ListServerGroupServers", []).append(
            {"ServerGroupId": group, "ServerId": server_id, "ServerType": "Ecs", "Port": 8080, "Status": "Available",
             "Weight": 0 if account.draw.random() < 0.05 else 100}
        )  # fmt: skip


def database(account: Account, name: str, zone: str, vpc: str, switch: str, tags: list[Record]) -> None:
    """A MySQL of the list call, whose standby zone is not told."""
    account.add("DescribeDBInstances", {"DBInstanceId": account.new_id("rm"), "DBInstanceDescription": name,
    "Engine": "MySQL",
                                        "EngineVersion": "8.0", "RegionId": account.region, "ZoneId": zone,
                                        "VpcId": vpc,
                                        "VSwitchId": switch, "DBInstanceStatus": "Running",
                                        "DBInstanceType": "Primary",
                                        "DBInstanceClass": "mysql.n2.large.2c", "PayType": "Postpaid",
                                        "Category": "HighAvailability",
                                        "InstanceNetworkType": "VPC",
                                        "CreateTime": "2024-05-06T07:08:09Z"})  # fmt: skip


WRAPPED: Final = {
    "DescribeInstances": ("Instances", "Instance"),
    "DescribeDisks": ("Disks", "Disk"),
    "DescribeSnapshots": ("Snapshots", "Snapshot"),
    "DescribeNetworkInterfaces": ("NetworkInterfaceSets", "NetworkInterfaceSet"),
    "DescribeSecurityGroups": ("SecurityGroups", "SecurityGroup"),
    "DescribeVpcs": ("Vpcs", "Vpc"),
    "DescribeVSwitches": ("VSwitches", "VSwitch"),
    "DescribeAutoSnapshotPolicyEx": ("AutoSnapshotPolicies", "AutoSnapshotPolicy"),
    "ListLoadBalancers": ("LoadBalancers", ""),
    "ListListeners": ("Listeners", ""),
    "ListServerGroups": ("ServerGroups", ""),
    "ListServerGroupServers": ("Servers", ""),
    "DescribeDBInstances": ("Items", "DBInstance"),
}


def answer(operation: str, rows: list[Record], total: int | None = None) -> Record:
    """The rows as the API wraps them."""
    outer, inner = WRAPPED[operation]
    count = len(rows) if total is None else total
    head = {"RequestId": "473469C7-AA6F-4DC5-B3DB-A3DC0DE3C83E", "PageNumber": 1, "PageSize": PAGE, "TotalCount": count}
    return {**head, outer: {inner: rows} if inner else rows}


def files_of(account: Account) -> Iterator[tuple[str, bytes]]:
    """The files of one account: merged pages, or one of the other ways in which exports come."""
    draw, folder = account.draw, f"account-{account.number:03d}/{account.region}"
    for operation, rows in account.lists.items():
        way = draw.random()
        if way < 0.1:
            yield f"{folder}/{operation}.json", orjson.dumps(rows)
        elif way < 0.2 and operation != "ListServerGroupServers":
            pages = [answer(operation, rows[at : at + PAGE], len(rows)) for at in range(0, len(rows), PAGE)]
            yield f"{folder}/{operation}.jsonl", b"\n".join(map(orjson.dumps, pages))
        elif way < 0.3:
            for number, at in enumerate(range(0, len(rows), 10 * PAGE)):
                part = answer(operation, rows[at : at + 10 * PAGE], len(rows))
                yield f"{folder}/{operation}.{number}.json", orjson.dumps(part)
        else:
            cut_short = operation == "DescribeSnapshots" and draw.random() < 0.1
            whole = answer(operation, rows, len(rows) + 5 * cut_short)
            yield f"{folder}/{operation}.json", orjson.dumps(whole, option=orjson.OPT_INDENT_2)
    older = [{**row, "Size": row["Size"] - 20} for row in account.lists.get("DescribeDisks", ())[::100]]
    yield f"{folder}/2026-01-01/DescribeDisks.json", orjson.dumps(answer("DescribeDisks", older))
    yield f"{folder}/DescribeKeys.json", orjson.dumps({"RequestId": "1", "Code": "Forbidden.RAM", "Message": "denied"})


def write(folder: Path, resources: int, seed: int) -> int:
    """Write an estate of about so many resources; the number of bytes."""
    written, number = 0, 0
    regions = list(REGIONS)
    while resources > 0:
        share = min(resources, PER_ACCOUNT)
        account = Account(number, regions[number % len(regions)], random.Random(seed * 1_000_003 + number), share)
        build(account)
        for name, data in files_of(account):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            written += len(data)
        resources, number = resources - share, number + 1
    return written


def main() -> None:
    """Write what is asked for."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n", maxsplit=1)[0])
    parser.add_argument("--resources", type=int, default=100_000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    print(f"{write(asked.out, asked.resources, asked.seed):,} bytes in {asked.out}")


if __name__ == "__main__":
    main()
