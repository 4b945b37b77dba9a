"""Every operation that is asked of a live account, in one table: product, paging, where the rows lie, and of which
parent it is asked. All of them only read. The permissions to grant follow from this table and from nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from advisor.live.fetch_products import ALIASES, PRODUCTS
from advisor.model.finding import InputError, Mistake

Paging = Literal["token", "page", "record", "once"]
"""``token``: NextToken and MaxResults. ``page``: PageNumber, PageSize and TotalCount (TotalItems). ``record``: the same
with PageRecordCount and TotalRecordCount. ``once``: a single answer."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, and how all of its answers are fetched."""

    product: str
    action: str
    paging: Paging
    rows: str = ""
    """Where the rows lie in an answer; nothing where the answer is one object."""
    parent: str = ""
    """The operation (under every label) whose rows this one is asked about, one by one."""
    parent_id: str = ""
    parameter: str = ""
    """The parameter that takes the parent's id (a REST operation has it in its path)."""
    also: tuple[tuple[str, str], ...] = ()
    """Further parameters from the parent's row, with the place of each there."""
    only: tuple[str, str] = ("", "")
    """A field of the parent's row and the value without which the row is not asked about."""
    fixed: tuple[tuple[str, str], ...] = ()
    """Further parameters; ``{region}`` is the region."""
    label: str = ""
    """Stands in the file name where two operations share one."""
    page_size: int = 0
    sized: bool = True
    """Whether the size of a page can be asked for."""
    page_names: tuple[str, str] = ("PageNumber", "PageSize")
    path: str = ""
    """The path of a REST operation; ``{id}`` is the parent's id."""
    ram: str = ""
    by_name: bool = False
    """Whether the parent's id is a name that people choose."""
    form: bool = False
    """Whether the parameters go into the body as a form."""
    names_parent: bool = True
    """Whether the answer says what it is about; where it does not, the parameters that say so are put into it (into
    each of its rows) under their own names."""
    may_refuse: bool = False
    """Whether the service refuses it for some parents by their nature, a read-only database for example."""

    @property
    def name(self) -> str:
        """The operation as files and manifest name it."""
        return f"{self.action}.{self.label}" if self.label else self.action


def _of(operation: Operation, parent: str, parameter: str = "") -> Operation:
    """The operation asked about each row of another one; ``parent`` is written ``DescribeVpcs.VpcId``."""
    action, _, field = parent.rpartition(".")
    return replace(operation, parent=action, parent_id=field, parameter=parameter or field)


def _op(product: str, action: str, paging: Paging, rows: str = "", **others: object) -> Operation:
    return Operation(product, action, paging, rows, **others)  # type: ignore[arg-type]  # named as the fields are


_NO_TABLES: Final = ("WithoutDbList", "true")
_REPLICA_SETS: Final = ("DBInstanceType", "replicate")
_SHARDED: Final = ("DBInstanceType", "sharding")
_BASIC: Final = (("Edition", "BASIC"),)
_SERVER: Final = (("SourceType", "UDM_ECS"),)
_HERE: Final = (("RegionId", "{region}"),)
_GTM: Final = "DescribeDnsGtmInstances.InstanceId"


def _file_system_type(kind: str) -> tuple[tuple[str, str], ...]:
    return (("FileSystemType", kind),)


OPERATIONS: Final[tuple[Operation, ...]] = (
    _op("ecs", "DescribeInstances", "token", "Instances.Instance"),
    _op("ecs", "DescribeDisks", "token", "Disks.Disk"),
    _op("ecs", "DescribeSnapshots", "token", "Snapshots.Snapshot"),
    _op("ecs", "DescribeSnapshotLinks", "token", "SnapshotLinks.SnapshotLink"),
    _op(
        "ecs",
        "DescribeAutoSnapshotPolicyEx",
        "page",
        "AutoSnapshotPolicies.AutoSnapshotPolicy",
        ram="ecs:DescribeAutoSnapshotPolicyEX",
    ),
    _op(
        "ecs",
        "DescribeAutoSnapshotPolicyAssociations",
        "token",
        "AutoSnapshotPolicyAssociations.AutoSnapshotPolicyAssociation",
    ),
    _op("ecs", "DescribeSecurityGroups", "token", "SecurityGroups.SecurityGroup"),
    _of(
        _op("ecs", "DescribeSecurityGroupAttribute", "token", "Permissions.Permission"),
        "DescribeSecurityGroups.SecurityGroupId",
    ),
    _of(
        _op(
            "ecs",
            "DescribeSecurityGroupReferences",
            "once",
            "SecurityGroupReferences.SecurityGroupReference",
            may_refuse=True,
        ),
        "DescribeSecurityGroups.SecurityGroupId",
        "SecurityGroupId.1",
    ),
    _op("ecs", "DescribeNetworkInterfaces", "token", "NetworkInterfaceSets.NetworkInterfaceSet"),
    _op("ecs", "DescribeDeploymentSets", "page", "DeploymentSets.DeploymentSet", page_size=50),
    _op("ecs", "DescribeImages", "page", "Images.Image", fixed=(("ImageOwnerAlias", "self"),)),
    _op("vpc", "DescribeVpcs", "page", "Vpcs.Vpc"),
    _op("vpc", "DescribeVSwitches", "page", "VSwitches.VSwitch"),
    _op("vpc", "DescribeEipAddresses", "page", "EipAddresses.EipAddress"),
    _op("vpc", "DescribeNatGateways", "page", "NatGateways.NatGateway"),
    _of(
        _op("vpc", "DescribeSnatTableEntries", "page", "SnatTableEntries.SnatTableEntry"),
        "DescribeNatGateways.NatGatewayId",
    ),
    _of(
        _op("vpc", "DescribeForwardTableEntries", "page", "ForwardTableEntries.ForwardTableEntry"),
        "DescribeNatGateways.NatGatewayId",
    ),
    _op("vpc", "DescribeVpnGateways", "page", "VpnGateways.VpnGateway"),
    _op("vpc", "DescribeHaVips", "page", "HaVips.HaVip"),
    _op("vpc", "DescribeRouteTableList", "page", "RouterTableList.RouterTableListType"),
    _of(
        _op("vpc", "DescribeRouteEntryList", "token", "RouteEntrys.RouteEntry", sized=False),
        "DescribeRouteTableList.RouteTableId",
    ),
    _op("vpc", "DescribeVirtualBorderRouters", "page", "VirtualBorderRouterSet.VirtualBorderRouterType"),
    _of(_op("vpc", "DescribeVbrHa", "once", may_refuse=True), "DescribeVirtualBorderRouters.VbrId"),
    _op("vpc", "DescribePhysicalConnections", "page", "PhysicalConnectionSet.PhysicalConnectionType"),
    _op("vpc", "DescribeRouterInterfaces", "page", "RouterInterfaceSet.RouterInterfaceType"),
    _op("cbn", "DescribeCens", "page", "Cens.Cen"),
    _of(
        _op(
            "cbn",
            "DescribeCenAttachedChildInstances",
            "page",
            "ChildInstances.ChildInstance",
            fixed=(("ChildInstanceRegionId", "{region}"),),
        ),
        "DescribeCens.CenId",
    ),
    _of(_op("cbn", "ListTransitRouters", "page", "TransitRouters", fixed=_HERE), "DescribeCens.CenId"),
    _of(
        _op("cbn", "ListTransitRouterVpcAttachments", "token", "TransitRouterAttachments", fixed=_HERE),
        "ListTransitRouters.TransitRouterId",
    ),
    _of(
        _op("cbn", "ListTransitRouterVbrAttachments", "token", "TransitRouterAttachments", fixed=_HERE),
        "ListTransitRouters.TransitRouterId",
    ),
    _op("alb", "ListLoadBalancers", "token", "LoadBalancers"),
    _of(_op("alb", "GetLoadBalancerAttribute", "once"), "ListLoadBalancers.LoadBalancerId"),
    _op("alb", "ListListeners", "token", "Listeners"),
    _op("alb", "ListRules", "token", "Rules"),
    _op("alb", "ListServerGroups", "token", "ServerGroups"),
    _of(_op("alb", "ListServerGroupServers", "token", "Servers"), "ListServerGroups.ServerGroupId"),
    _op("nlb", "ListLoadBalancers", "token", "LoadBalancers", label="nlb"),
    _of(_op("nlb", "GetLoadBalancerAttribute", "once", label="nlb"), "ListLoadBalancers.LoadBalancerId"),
    _op("nlb", "ListListeners", "token", "Listeners", label="nlb"),
    _op("nlb", "ListServerGroups", "token", "ServerGroups", label="nlb", form=True),
    _of(
        _op("nlb", "ListServerGroupServers", "token", "Servers", label="nlb", form=True),
        "ListServerGroups.ServerGroupId",
    ),
    _op("slb", "DescribeLoadBalancers", "page", "LoadBalancers.LoadBalancer"),
    _of(_op("slb", "DescribeLoadBalancerAttribute", "once"), "DescribeLoadBalancers.LoadBalancerId"),
    _op("slb", "DescribeLoadBalancerListeners", "token", "Listeners"),
    *(
        _of(
            _op(
                "slb",
                f"DescribeLoadBalancer{protocol.upper()}ListenerAttribute",
                "once",
                also=(("ListenerPort", "ListenerPort"),),
                only=("ListenerProtocol", protocol),
            ),
            "DescribeLoadBalancerListeners.LoadBalancerId",
        )
        for protocol in ("tcp", "udp", "http", "https")
    ),
    _of(
        _op("slb", "DescribeVServerGroups", "once", "VServerGroups.VServerGroup"),
        "DescribeLoadBalancers.LoadBalancerId",
    ),
    _of(_op("slb", "DescribeVServerGroupAttribute", "once"), "DescribeVServerGroups.VServerGroupId"),
    _of(
        _op("slb", "DescribeMasterSlaveServerGroups", "once", "MasterSlaveServerGroups.MasterSlaveServerGroup"),
        "DescribeLoadBalancers.LoadBalancerId",
    ),
    _of(
        _op("slb", "DescribeMasterSlaveServerGroupAttribute", "once"),
        "DescribeMasterSlaveServerGroups.MasterSlaveServerGroupId",
    ),
    _op("ess", "DescribeScalingGroups", "page", "ScalingGroups"),
    _of(_op("ess", "DescribeScalingInstances", "page", "ScalingInstances"), "DescribeScalingGroups.ScalingGroupId"),
    _op("ess", "DescribeScalingConfigurations", "page", "ScalingConfigurations"),
    _op("rds", "DescribeDBInstances", "record", "Items.DBInstance"),
    _of(_op("rds", "DescribeDBInstanceAttribute", "once"), "DescribeDBInstances.DBInstanceId"),
    _of(_op("rds", "DescribeBackupPolicy", "once", may_refuse=True), "DescribeDBInstances.DBInstanceId"),
    _of(_op("rds", "DescribeInstanceCrossBackupPolicy", "once", may_refuse=True), "DescribeDBInstances.DBInstanceId"),
    _of(_op("rds", "DescribeDBInstanceHAConfig", "once", may_refuse=True), "DescribeDBInstances.DBInstanceId"),
    _of(_op("rds", "DescribeDBInstanceIPArrayList", "once"), "DescribeDBInstances.DBInstanceId"),
    _of(_op("rds", "DescribeSecurityGroupConfiguration", "once", may_refuse=True), "DescribeDBInstances.DBInstanceId"),
    _op(
        "rds",
        "ListTagResources",
        "token",
        "TagResources.TagResource",
        fixed=(("ResourceType", "INSTANCE"),),
        label="rds",
        sized=False,
    ),
    _op("kvstore", "DescribeInstances", "page", "Instances.KVStoreInstance", label="kvstore"),
    _of(
        _op("kvstore", "DescribeBackupPolicy", "once", label="kvstore", may_refuse=True), "DescribeInstances.InstanceId"
    ),
    _of(_op("kvstore", "DescribeInstanceAttribute", "once"), "DescribeInstances.InstanceId"),
    _of(_op("kvstore", "DescribeSecurityIps", "once"), "DescribeInstances.InstanceId"),
    _of(
        _op("kvstore", "DescribeSecurityGroupConfiguration", "once", label="kvstore", may_refuse=True),
        "DescribeInstances.InstanceId",
    ),
    _op("polardb", "DescribeDBClusters", "record", "Items.DBCluster"),
    _of(_op("polardb", "DescribeDBClusterAttribute", "once"), "DescribeDBClusters.DBClusterId"),
    _of(
        _op("polardb", "DescribeBackupPolicy", "once", label="polardb", may_refuse=True),
        "DescribeDBClusters.DBClusterId",
    ),
    _of(_op("polardb", "DescribeDBClusterAccessWhitelist", "once"), "DescribeDBClusters.DBClusterId"),
    _op("dds", "DescribeDBInstances", "page", "DBInstances.DBInstance", label="replicate", fixed=(_REPLICA_SETS,)),
    _op("dds", "DescribeDBInstances", "page", "DBInstances.DBInstance", label="sharding", fixed=(_SHARDED,)),
    _of(_op("dds", "DescribeBackupPolicy", "once", label="dds", may_refuse=True), "DescribeDBInstances.DBInstanceId"),
    _of(_op("dds", "DescribeSecurityIps", "once", label="dds"), "DescribeDBInstances.DBInstanceId"),
    _op("ebs", "DescribeDiskReplicaPairs", "token", "ReplicaPairs"),
    _op("ebs", "DescribeDiskReplicaPairs", "token", "ReplicaPairs", label="backup", fixed=(("Site", "backup"),)),
    _op("hbr", "DescribeVaults", "page", "Vaults.Vault", fixed=(("VaultRegionId", "{region}"),)),
    _op("hbr", "DescribeBackupPlans", "page", "BackupPlans.BackupPlan"),
    # The service lists the standard edition unless told otherwise; whether it lists every source is not documented.
    _op("hbr", "DescribeBackupPlans", "page", "BackupPlans.BackupPlan", label="basic", fixed=_BASIC, may_refuse=True),
    _op("hbr", "DescribeBackupPlans", "page", "BackupPlans.BackupPlan", label="server", fixed=_SERVER, may_refuse=True),
    _op("hbr", "DescribePoliciesV2", "token", "Policies"),
    _op("hbr", "DescribePolicyBindings", "token", "PolicyBindings"),
    _op("nas", "DescribeFileSystems", "page", "FileSystems.FileSystem"),
    _of(
        _op("nas", "DescribeMountTargets", "page", "MountTargets.MountTarget", names_parent=False),
        "DescribeFileSystems.FileSystemId",
    ),
    # Only file systems of the standard type know their clients.
    _of(
        _op(
            "nas",
            "DescribeMountedClients",
            "page",
            "Clients.Client",
            also=(("FileSystemId", "FileSystemId"),),
            fixed=_HERE,
            names_parent=False,
            may_refuse=True,
        ),
        "DescribeMountTargets.MountTargetDomain",
    ),
    *(
        _op(
            "nas", "DescribeAccessGroups", "page", "AccessGroups.AccessGroup", label=kind, fixed=_file_system_type(kind)
        )
        for kind in ("standard", "extreme")
    ),
    _of(
        _op(
            "nas",
            "DescribeAccessRules",
            "page",
            "AccessRules.AccessRule",
            also=(("FileSystemType", "FileSystemType"),),
            by_name=True,
            names_parent=False,
        ),
        "DescribeAccessGroups.AccessGroupName",
    ),
    _op("dts", "DescribeDtsJobs", "record", "DtsJobList", label="sync", fixed=(("JobType", "SYNC"), _NO_TABLES)),
    _op(
        "dts",
        "DescribeDtsJobs",
        "record",
        "DtsJobList",
        label="migration",
        fixed=(("JobType", "MIGRATION"), _NO_TABLES),
    ),
    _op(
        "cs",
        "DescribeClustersV1",
        "page",
        "clusters",
        path="/api/v1/clusters",
        page_names=("page_number", "page_size"),
        fixed=(("region_id", "{region}"),),
        ram="cs:GetClusters",
    ),
    _of(
        _op(
            "cs",
            "DescribeClusterNodes",
            "page",
            "nodes",
            path="/clusters/{id}/nodes",
            page_names=("pageNumber", "pageSize"),
        ),
        "DescribeClustersV1.cluster_id",
    ),
    _op("alidns", "DescribeDnsGtmInstances", "page", "GtmInstances"),
    _of(_op("alidns", "DescribeDnsGtmInstanceAddressPools", "page", "AddrPools.AddrPool"), _GTM),
    _of(
        _op("alidns", "DescribeDnsGtmInstanceAddressPool", "once"),
        "DescribeDnsGtmInstanceAddressPools.AddrPoolId",
    ),
    _of(
        _op(
            "alidns",
            "DescribeDnsGtmAccessStrategies",
            "page",
            "Strategies.Strategy",
            also=(("StrategyMode", "Config.StrategyMode"),),
        ),
        _GTM,
    ),
    _of(_op("alidns", "DescribeDnsGtmAccessStrategy", "once"), "DescribeDnsGtmAccessStrategies.StrategyId"),
    _op("alidns", "DescribeDomains", "page", "Domains.Domain"),
    _of(
        _op("alidns", "DescribeDomainRecords", "page", "DomainRecords.Record", by_name=True),
        "DescribeDomains.DomainName",
    ),
    _op("oss", "ListBuckets", "token", "Buckets.Bucket"),
    _of(_op("oss", "GetBucketInfo", "once", fixed=(("bucketInfo", ""),), by_name=True), "ListBuckets.Name", "bucket"),
    _of(
        _op(
            "oss",
            "GetBucketReplication",
            "once",
            fixed=(("replication", ""),),
            by_name=True,
            names_parent=False,
            may_refuse=True,
        ),
        "ListBuckets.Name",
        "bucket",
    ),
)


def products_of(names: Iterable[str]) -> tuple[str, ...]:
    """The products of names as people write them, all where there are none; raises ``InputError`` for unknown ones."""
    written = [name.strip().lower() for name in names if name.strip()]
    found = tuple(dict.fromkeys(ALIASES.get(name, name) for name in written))
    known = ", ".join(PRODUCTS)
    mistakes = [
        Mistake(
            "command line", "--products", f"'{name}' is no product that can be fetched.", f"Write some of: {known}."
        )
        for name in found
        if name not in PRODUCTS
    ]
    if mistakes:
        raise InputError(mistakes)
    return found or tuple(PRODUCTS)


def operations_of(product: str) -> tuple[Operation, ...]:
    """The operations of one product, parents before what is asked about them."""
    return tuple(operation for operation in OPERATIONS if operation.product == product)


def permission_of(operation: Operation) -> str:
    """The permission that the operation needs."""
    return operation.ram or f"{PRODUCTS[operation.product].ram}:{operation.action}"


def policy_text(products: Iterable[str]) -> str:
    """The smallest policy for fetching these products: to read, and nothing else."""
    wanted = set(products)
    actions = {permission_of(operation) for operation in OPERATIONS if operation.product in wanted}
    statement = {"Effect": "Allow", "Action": sorted(actions), "Resource": "*"}
    return json.dumps({"Version": "1", "Statement": [statement]}, indent=2) + "\n"
