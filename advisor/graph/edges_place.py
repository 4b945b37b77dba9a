"""Edges of place: zones, regions, vSwitches, VPCs, deployment sets, and who manages an e-HPC cluster."""

from __future__ import annotations

import re
from collections import defaultdict

import numpy as np

from advisor.graph.edgeset import EdgeSet
from advisor.graph.index import ZONES_INSIDE, Estate, Stands, slave_zone_known, unique, zones_of
from advisor.graph.nodes import NONE
from advisor.model.graph import EdgeConfidence
from advisor.model.inventory import Kind, Resource

ZONE, REGION = "zone:", "region:"
_IN_ONE_VSWITCH = frozenset({"instance", "network_interface", "nat_gateway"})
_ZONES_BY_VSWITCH: frozenset[Kind] = frozenset(
    {"scaling_group", "load_balancer", "database", "cache", "cluster", "file_system"}
)
_SWITCHES_OVER = frozenset({"database", "cache"})
_BY_RECORD: frozenset[Kind] = _ZONES_BY_VSWITCH | ZONES_INSIDE
_REDUNDANCY = {
    "LRS": "LRS: in one of its zones, which is not told",
    "ZRS": "ZRS: in several of its zones, which are not told",
}
_HPC_ROLES = ("compute", "manager", "login")
_LONGEST_ROLE = max(map(len, _HPC_ROLES))
_HPC_NAME = re.compile(r"^(?P<cluster>.+)[_-](?P<role>compute|manager|login)\d*$", re.IGNORECASE)


def add_place_edges(estate: Estate, edges: EdgeSet) -> None:
    """Where everything stands."""
    for zone, region in estate.zone_regions.items():
        edges.add(ZONE + zone, REGION + region, "containment", "declared", "place.region", "zone of the region")
    for kind in estate.tables.tables:
        if kind not in _BY_RECORD:
            _many_places(estate, edges, kind)
    for resource in estate.of_kind(*sorted(_BY_RECORD)):
        _network_place(estate, edges, resource)
        _zones(estate, edges, resource)
    _buckets(estate, edges)
    _deployment_sets(estate, edges)
    _hpc(estate, edges)


def _many_places(estate: Estate, edges: EdgeSet, kind: Kind) -> None:
    """The places of all resources of a kind that has no zones but its own."""
    nodes, own = estate.nodes, estate.nodes.rows(kind)
    vpcs = nodes.column(kind, "vpc_id")
    if kind in _IN_ONE_VSWITCH:
        vswitches = nodes.column(kind, "vswitch_id")
        edges.add_many(own, vswitches, "containment", "declared", "place.vswitch", "vswitch_id")
        vpcs = np.where(nodes.is_kind(vswitches, "vswitch"), np.int32(NONE), vpcs)
    edges.add_many(own, vpcs, "containment", "declared", "place.vpc", "vpc_id")
    hosts = nodes.column(kind, "dedicated_host_id")
    edges.add_many(own, hosts, "containment", "declared", "place.dedicated_host", "dedicated_host_id")
    stands = estate.stands(kind)
    one_zone = nodes.numbers([ZONE + several[0] if len(several) == 1 else "" for several in stands.zones])
    edges.add_many(own, one_zone[stands.codes], "containment", "declared", "place.zone", "zone")
    _several_zones(estate, edges, kind, stands)
    beside = [_region_beside(estate, *one) for one in zip(stands.zones, stands.regions, strict=True)]
    edges.add_many(own, nodes.numbers(beside)[stands.codes], "containment", "declared", "place.region", "region")


def _several_zones(estate: Estate, edges: EdgeSet, kind: Kind, stands: Stands) -> None:
    """The zones of what stands in more than one."""
    several = np.array([len(zones) > 1 for zones in stands.zones], dtype=np.bool_)
    ids = estate.tables.table(kind).ids
    for row in np.flatnonzero(several[stands.codes]).tolist():
        for zone in stands.zones[stands.codes[row]]:
            edges.add(ids[row], ZONE + zone, "k_of_n", "declared", "place.zones", "zone", f"{ids[row]} zones")


def _region_beside(estate: Estate, zones: tuple[str, ...], region: str | None) -> str:
    """The node of a region, unless the one zone is already in it."""
    in_zone = len(zones) == 1 and estate.zone_regions.get(zones[0]) == region
    return REGION + region if region and not in_zone else ""


def _network_place(estate: Estate, edges: EdgeSet, resource: Resource) -> None:
    vswitch, vpc = resource.text("vswitch_id"), resource.text("vpc_id")
    if vswitch and resource.kind in _IN_ONE_VSWITCH:
        edges.add(resource.id, vswitch, "containment", "declared", "place.vswitch", "vswitch_id")
        if not estate.has(vswitch, "vswitch"):
            edges.add(resource.id, vpc, "containment", "declared", "place.vpc", "vpc_id")
    elif vpc:
        edges.add(resource.id, vpc, "containment", "declared", "place.vpc", "vpc_id")


def _zones(estate: Estate, edges: EdgeSet, resource: Resource) -> None:
    zones, how = zones_of(resource), "zone"
    confidence: EdgeConfidence = "declared"
    if not zones and resource.kind in _ZONES_BY_VSWITCH:
        zones, how, confidence = vswitch_zones(estate, resource), "zone of its vSwitch", "derived"
    if len(zones) == 1:
        if resource.kind in _SWITCHES_OVER and not slave_zone_known(resource):
            how, confidence = f"{how}; slave zone unknown", "derived"
        edges.add(resource.id, ZONE + zones[0], "containment", confidence, "place.zone", how)
    for position, zone in enumerate(zones if len(zones) > 1 else ()):
        group, part = f"{resource.id} zones", "serving zone" if position == 0 else "other zone"
        if resource.kind in _SWITCHES_OVER or resource.text("lb_type") == "clb":
            edges.add(resource.id, ZONE + zone, "failover", confidence, "place.zone_pair", part, group)
        else:
            edges.add(resource.id, ZONE + zone, "k_of_n", confidence, "place.zones", how, group)
    _region(estate, edges, resource, zones)


def _region(estate: Estate, edges: EdgeSet, resource: Resource, zones: tuple[str, ...]) -> None:
    """The region directly, unless the one zone the resource stands in is already in it."""
    if resource.text("dedicated_host_id"):
        host = resource.text("dedicated_host_id")
        edges.add(resource.id, host, "containment", "declared", "place.dedicated_host", "dedicated_host_id")
    region = _region_beside(estate, zones, resource.region)
    edges.add(resource.id, region, "containment", "declared", "place.region", "region")


def vswitch_zones(estate: Estate, resource: Resource) -> tuple[str, ...]:
    """The zones of the vSwitches a resource names, for kinds that say no zone themselves."""
    named = [resource.text("vswitch_id") or "", *resource.texts("vswitch_ids")]
    named += [str(record.get("vswitch_id") or "") for record in resource.records("zone_mappings")]
    found = (estate.get(vswitch) for vswitch in unique(named))
    return unique(vswitch.zone for vswitch in found if vswitch and vswitch.zone)


def _buckets(estate: Estate, edges: EdgeSet) -> None:
    """How a bucket stands in its region: no answer names zones, the redundancy tells whether there are several."""
    for bucket in estate.with_attribute("bucket", "redundancy"):
        how = _REDUNDANCY.get((bucket.text("redundancy") or "").upper())
        if how and bucket.region:
            edges.add(bucket.id, REGION + bucket.region, "containment", "declared", "place.region", how)


def _deployment_sets(estate: Estate, edges: EdgeSet) -> None:
    members: dict[str, set[str]] = defaultdict(set)
    instances = estate.tables.table("instance")
    for owner, instance in zip(instances.texts("deployment_set_id"), instances.ids, strict=True):
        if owner:
            members[owner].add(instance)
    for group in estate.of_kind("deployment_set"):
        members[group.id].update(group.texts("instance_ids"))
    for group_id, ids in sorted(members.items()):
        for member in sorted(ids):
            edges.add(member, group_id, "control", "declared", "place.deployment_set", "spread over hosts")


def _may_be_hpc(name: str) -> bool:
    """Whether the pattern may fit: it costs more than a look at the last signs, which tells of most names."""
    last = name.rstrip("0123456789\n")[-_LONGEST_ROLE:]
    return not last.isascii() or last.lower().endswith(_HPC_ROLES)


def _hpc(estate: Estate, edges: EdgeSet) -> None:
    """Computes of an e-HPC cluster need its manager. The generated names tell the cluster and the role; that it is one,
    the tag of any member tells, or the name itself: managers and logins carry no tag."""
    roles: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    marked: set[str] = set()
    table, rows = estate.rows("instance")
    for row in rows:
        named = _HPC_NAME.match(table.names[row]) if _may_be_hpc(table.names[row]) else None
        if named:
            cluster = named["cluster"]
            roles[cluster][named["role"].lower()].append(table.ids[row])
            tagged = table.texts_at(row, "hpc_cluster_id") or any("ehpc" in key.lower() for key in table.tags[row])
            marked.update({cluster} if tagged or cluster.startswith("ehpc-") else ())
    for cluster in sorted(marked):
        for manager in roles[cluster]["manager"]:
            for worker in (*roles[cluster]["compute"], *roles[cluster]["login"]):
                edges.add(worker, manager, "hard", "derived", "place.hpc_manager", f"e-HPC cluster {cluster}")
