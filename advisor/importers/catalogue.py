"""The one list of what is recognised: kinds with their specifications, answers that only add to another resource, and
answers that hold nothing to plan for. A new service is one module in ``services`` and its lines here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from advisor.importers.fields import Record, get, keys_of, plain, records, text
from advisor.importers.records import Batch, Context, Spec
from advisor.importers.services import (
    backup,
    balancing,
    buckets,
    databases,
    ecs,
    files,
    hybrid,
    network,
    others,
    routing,
    scaling,
    storage,
    traffic,
)
from advisor.model.inventory import Kind

SPECS: Final[tuple[Spec, ...]] = (
    storage.SNAPSHOT,
    storage.SNAPSHOT_POLICY,
    storage.REPLICA_PAIR,
    storage.DISK,
    ecs.DEPLOYMENT_SET,
    balancing.LISTENER,
    balancing.SERVER_GROUP,
    scaling.SCALING_GROUP,
    balancing.LOAD_BALANCER,
    databases.RDS,
    databases.POLARDB,
    databases.CACHE,
    others.BACKUP_PLAN,
    backup.POLICY_BINDING,
    backup.BACKUP_POLICY,
    others.VAULT,
    others.DTS_JOB,
    traffic.GTM_POOL,
    others.CLUSTER,
    buckets.BUCKET,
    files.FILE_SYSTEM,
    files.ACCESS_GROUP,
    hybrid.CEN_ATTACHMENT,
    hybrid.TRANSIT_ROUTER,
    hybrid.CEN,
    hybrid.BORDER_ROUTER,
    hybrid.PHYSICAL_CONNECTION,
    hybrid.ROUTER_INTERFACE,
    routing.HA_VIP,
    routing.ROUTE_TABLE,
    network.NAT_GATEWAY,
    network.VPN_GATEWAY,
    network.EIP,
    network.VSWITCH,
    ecs.NETWORK_INTERFACE,
    ecs.SECURITY_GROUP,
    network.VPC,
    ecs.INSTANCE,
    traffic.GTM_INSTANCE,
    traffic.DNS_RECORD,
    ecs.IMAGE,
)


@dataclass(frozen=True)
class Part:
    """An answer that adds to a resource listed elsewhere. ``kind`` is that of the resource."""

    kind: Kind
    read: Callable[[Record, Context, Batch], None]
    needs: tuple[frozenset[str], ...]
    hints: tuple[str, ...] = ()
    only: frozenset[str] = frozenset()
    """Where the marking fields are too common: the only fields that the record may have."""

    def fits(self, record: Record) -> bool:
        """Whether the record has the fields that mark this answer."""
        names = keys_of(record).keys()
        return any(need <= names for need in self.needs) and (not self.only or names <= self.only)


def _part(kind: Kind, read: Callable[[Record, Context, Batch], None], hints: str, *needs: str, only: str = "") -> Part:
    marks = tuple(frozenset(need.split()) for need in needs)
    return Part(kind, read, marks, tuple(hints.split()), frozenset(only.split()))


PARTS: Final[tuple[Part, ...]] = (
    _part(
        "scaling_group",
        ecs.read_scaling_instance,
        "scalinginstance scalinginstances",
        "scalinggroupid instanceid lifecyclestate",
    ),
    _part(
        "scaling_group",
        scaling.read_configuration,
        "scalingconfiguration scalingconfigurations",
        "scalingconfigurationid scalinggroupid imageid",
        "scalingconfigurationid scalinggroupid instancetype",
    ),
    _part(
        "disk",
        storage.read_policy_association,
        "autosnapshotpolicyassociation autosnapshotpolicyassociations",
        "autosnapshotpolicyid diskid",
    ),
    _part("other", ecs.read_tag, "tagresource tagresources", "resourceid tagkey tagvalue"),
    _part("disk", storage.read_snapshot_link, "snapshotlink snapshotlinks", "snapshotlinkid sourcediskid"),
    _part(
        "security_group",
        ecs.read_references,
        "securitygroupreference securitygroupreferences",
        "securitygroupid referencingsecuritygroups",
        "securitygroupid securityreferencinggroups",
    ),
    _part(
        "route_table", routing.read_route, "routeentrys routeentry routeentrylist", "routetableid destinationcidrblock"
    ),
    _part("vpc", hybrid.read_child, "childinstance childinstances", "cenid childinstanceid childinstancetype"),
    _part("border_router", hybrid.read_failover_group, "vbrha", "vbrhaid vbrid peervbrid"),
    _part("bucket", buckets.read_replication, "", "bucket rule"),
    _part(
        "bucket",
        buckets.read_replication_rule,
        "rule bucketreplication",
        "destination historicalobjectreplication",
        "destination status action",
    ),
    _part(
        "file_system",
        files.read_mount_target,
        "mounttarget mounttargets",
        "mounttargetdomain accessgroup",
        "mounttargetdomain accessgroupname",
    ),
    _part(
        "file_system",
        files.read_mounted_client,
        "client clients mountedclients",
        "clientip",
        only="clientip filesystemid mounttargetdomain",
    ),
    _part(
        "access_group",
        files.read_access_rule,
        "accessrule accessrules",
        "accessruleid sourcecidrip",
        "accessruleid ipv6sourcecidrip",
    ),
    _part("nat_gateway", network.read_snat_entry, "snattableentry snattableentries", "snatentryid snatip"),
    _part(
        "nat_gateway", network.read_forward_entry, "forwardtableentry forwardtableentries", "forwardentryid internalip"
    ),
    _part("server_group", balancing.read_group_server, "servers server", "serverid servertype"),
    _part("listener", balancing.read_rule, "rules", "ruleid ruleactions listenerid"),
    _part("listener", balancing.read_clb_rule, "rules rule", "ruleid vservergroupid"),
    _part("database", databases.read_cross_region_policy, "", "crossbackupregion", "crossbackuptype"),
    _part(
        "database",
        databases.read_backup_policy,
        "",
        "preferredbackupperiod preferredbackuptime",
        "backupretentionperiod preferredbackuptime",
        "datalevel1backupretentionperiod",
    ),
    _part("database", databases.read_ha_config, "", "dbinstanceid syncmode", "hamode syncmode"),
    _part(
        "database",
        databases.read_allow_group,
        "dbinstanceiparray dbclusteriparray securityipgroup",
        "dbinstanceiparrayname securityiplist",
        "dbclusteriparrayname securityips",
        "securityipgroupname securityiplist",
    ),
    _part(
        "database",
        databases.read_allowed_security_group,
        "ecssecuritygrouprelation dbclustersecuritygroup",
        "securitygroupid networktype regionid",
        "securitygroupid nettype regionid",
    ),
    _part(
        "gtm_instance",
        traffic.read_strategy,
        "strategies strategy dnsgtmaccessstrategies",
        "strategyid effectiveaddrpools",
        "strategyid defaultaddrpools",
    ),
    _part(
        "cluster",
        others.read_cluster_node,
        "nodes",
        "instanceid nodename nodestatus",
        "instanceid instancerole instancestatus",
    ),
)

NOTHING_TO_PLAN: Final[dict[str, str]] = {
    "regions": "a list of regions",
    "zones": "a list of zones",
    "instancestatuses": "a status list",
    "instancefullstatusset": "a status list",
    "instancesystemeventset": "an event list",
    "instancehistoryeventset": "an event list",
    "systemeventhistogram": "an event list",
    "instancetypes": "a list of instance types",
    "keypairs": "a list of key pairs",
    "domains": "a list of domains (their records are lists of their own)",
    "dbinstancenetinfos": "a list of connection addresses",
    "listenerhealthstatus": "a health report",
    "rulehealthstatus": "a health report",
    "addresspools": "an address-pool list",
    "issues": "a diagnosis report",
    "reports": "a diagnosis report",
    "servercertificates": "a list of certificates",
}

_NOTHING_BY_FIELD: Final[dict[str, str]] = {
    "serverhealthstatus": "a health report",
    "dbendpointid": "a list of endpoints of a database, which fails as one",
}
"""Lists whose name stands for others too, told by a field of their rows: DescribeHealthStatus has BackendServers,
DescribeDBClusterEndpoints has Items."""
MAY_WRAP: Final = frozenset({"regions", "zones"})
"""Names of lists with nothing to plan for under which a collector may also file answers by region or zone."""

Reader = Spec | Part


def nothing_to_plan(name: str, value: object) -> str | None:
    """What a member of an answer is, where there is nothing to plan for in it; None for all others."""
    known = NOTHING_TO_PLAN.get(plain(name))
    if known is not None:
        return known
    first = next(iter(records(value)), {}) if isinstance(value, dict | list) else {}
    return next((reason for field, reason in _NOTHING_BY_FIELD.items() if field in keys_of(first)), None)


def _hints() -> dict[str, tuple[Reader, ...]]:
    found: dict[str, tuple[Reader, ...]] = {}
    readers: tuple[Reader, ...] = (*SPECS, *PARTS)
    for reader in readers:
        for hint in reader.hints:
            found[hint] = (*found.get(hint, ()), reader)
    return found


HINTS: Final = _hints()
SPEC_OF_KIND: Final[dict[Kind, Spec]] = {spec.kind: spec for spec in reversed(SPECS)}


def by_hint(hint: str, record: Record | None) -> Reader | None:
    """The reader that a container's name stands for; with a record, the one that fits it."""
    candidates = HINTS.get(hint, ())
    if record is None:
        return candidates[0] if candidates else None
    for reader in candidates:
        if reader.fits(record):
            return reader
    return next((reader for reader in candidates if isinstance(reader, Spec) and _has_id(reader, record)), None)


def _has_id(spec: Spec, record: Record) -> bool:
    if spec.refuses & keys_of(record).keys():
        return False
    return any(text(get(record, name)) for name in spec.id if name != "id")


def by_shape(record: Record) -> Reader | None:
    """The reader that fits a record which stands alone."""
    for part in PARTS:
        if part.fits(record):
            return part
    return next((spec for spec in SPECS if spec.fits(record)), None)
