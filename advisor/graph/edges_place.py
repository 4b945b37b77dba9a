"""Edges of place: zones, regions, vSwitches, VPCs, deployment sets, and who manages an e-HPC cluster."""

from __future__ import annotations

import re
from collections import defaultdict

from advisor.graph.edgeset import EdgeSet
from advisor.graph.index import Estate, slave_zone_known, unique, zones_of
from advisor.model.graph import EdgeConfidence
from advisor.model.inventory import Resource

ZONE, REGION = "zone:", "region:"
_IN_ONE_VSWITCH = frozenset({"instance", "network_interface", "nat_gateway"})
_ZONES_BY_VSWITCH = frozenset({"scaling_group", "load_balancer", "database", "cache", "cluster"})
_SWITCHES_OVER = frozenset({"database", "cache"})
_HPC_NAME = re.compile(r"^(?P<cluster>.+)[_-](?P<role>compute|manager|login)\d*$", re.IGNORECASE)


def add_place_edges(estate: Estate, edges: EdgeSet) -> None:
    """Where everything stands."""
    for zone, region in estate.zone_regions.items():
        edges.add(ZONE + zone, REGION + region, "containment", "declared", "place.region", "zone of the region")
    for resource in estate.everything():
        _network_place(estate, edges, resource)
        _zones(estate, edges, resource)
    _deployment_sets(estate, edges)
    _hpc(estate, edges)


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
    in_zone = len(zones) == 1 and estate.zone_regions.get(zones[0]) == resource.region
    if resource.text("dedicated_host_id"):
        host = resource.text("dedicated_host_id")
        edges.add(resource.id, host, "containment", "declared", "place.dedicated_host", "dedicated_host_id")
    if resource.region and not in_zone:
        edges.add(resource.id, REGION + resource.region, "containment", "declared", "place.region", "region")


def vswitch_zones(estate: Estate, resource: Resource) -> tuple[str, ...]:
    """The zones of the vSwitches a resource names, for kinds that say no zone themselves."""
    named = [resource.text("vswitch_id") or "", *resource.texts("vswitch_ids")]
    named += [str(record.get("vswitch_id") or "") for record in resource.records("zone_mappings")]
    found = (estate.get(vswitch) for vswitch in unique(named))
    return unique(vswitch.zone for vswitch in found if vswitch and vswitch.zone)


def _deployment_sets(estate: Estate, edges: EdgeSet) -> None:
    members: dict[str, set[str]] = defaultdict(set)
    for instance in estate.of_kind("instance"):
        members[instance.text("deployment_set_id") or ""].add(instance.id)
    for group in estate.of_kind("deployment_set"):
        members[group.id].update(group.texts("instance_ids"))
    members.pop("", None)
    for group_id, ids in sorted(members.items()):
        for member in sorted(ids):
            edges.add(member, group_id, "control", "declared", "place.deployment_set", "spread over hosts")


def _hpc(estate: Estate, edges: EdgeSet) -> None:
    """Computes of an e-HPC cluster need its manager. The generated names tell the cluster and the role; that it is one,
    the tag of any member tells, or the name itself: managers and logins carry no tag."""
    roles: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    marked: set[str] = set()
    for instance in estate.of_kind("instance"):
        named = _HPC_NAME.match(instance.name)
        if named:
            cluster = named["cluster"]
            roles[cluster][named["role"].lower()].append(instance.id)
            tagged = instance.text("hpc_cluster_id") or any("ehpc" in key.lower() for key in instance.tags)
            marked.update({cluster} if tagged or cluster.startswith("ehpc-") else ())
    for cluster in sorted(marked):
        for manager in roles[cluster]["manager"]:
            for worker in (*roles[cluster]["compute"], *roles[cluster]["login"]):
                edges.add(worker, manager, "hard", "derived", "place.hpc_manager", f"e-HPC cluster {cluster}")
