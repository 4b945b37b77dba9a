"""Edges of balancing and scaling: listeners, server groups, members, scaling groups, clusters."""

from __future__ import annotations

from advisor.graph.edges_place import ZONE, vswitch_zones
from advisor.graph.edgeset import EdgeSet
from advisor.graph.index import Estate
from advisor.graph.membership import Group, Memberships, groups_of_listener
from advisor.model.graph import Meaning
from advisor.model.inventory import Resource


def add_balancing_edges(estate: Estate, memberships: Memberships, edges: EdgeSet) -> None:
    """Who serves behind what."""
    for listener in estate.of_kind("listener"):
        _listener(edges, listener)
    _forwarding(estate, edges)
    _balancers(estate, memberships, edges)
    for group in memberships.groups:
        _members(estate, edges, group)
    for scaling in estate.of_kind("scaling_group"):
        _scaling(memberships, edges, scaling)
    for cluster, balancers in sorted(memberships.cluster_balancers.items()):
        for balancer in balancers:
            edges.add(balancer, cluster, "hard", "derived", "balancing.cluster_service", "tag of the cluster")
    for cluster_row in estate.of_kind("cluster"):
        for balancer in cluster_row.texts("load_balancer_ids"):
            edges.add(cluster_row.id, balancer, "control", "declared", "balancing.cluster_api", "its API server")


def _listener(edges: EdgeSet, listener: Resource) -> None:
    edges.add(listener.id, listener.text("load_balancer_id"), "hard", "declared", "balancing.listener", "part of it")
    groups = groups_of_listener(listener)
    meaning: Meaning = "hard" if len(groups) == 1 else "k_of_n"
    for group in groups:
        name = None if len(groups) == 1 else f"{listener.id} groups"
        edges.add(listener.id, group, meaning, "declared", "balancing.listener_group", "server_group_ids", name)
    for group in listener.texts("mirror_server_group_ids"):
        evidence = "gets a copy of the traffic"
        edges.add(listener.id, group, "soft", "declared", "balancing.mirror", evidence)


def _forwarding(estate: Estate, edges: EdgeSet) -> None:
    """A listener that only sends to another port of its balancer needs the listener there."""
    at = {(item.text("load_balancer_id"), item.number("port")): item.id for item in estate.of_kind("listener")}
    for listener in estate.of_kind("listener"):
        port = listener.number("forward_port")
        target = at.get((listener.text("load_balancer_id"), port)) if port else None
        edges.add(listener.id, target, "hard", "declared", "balancing.forward", "forward_port")


def _balancers(estate: Estate, memberships: Memberships, edges: EdgeSet) -> None:
    groups: dict[str, list[str]] = {}
    for group, balancers in sorted(memberships.balancers_of.items()):
        for balancer in balancers:
            groups.setdefault(balancer, []).append(group)
    for balancer, found in sorted(groups.items()):
        default = _has_default_backends(estate, memberships, balancer)
        for group in found:
            name = f"{balancer} groups" if len(found) > 1 or default else None
            meaning: Meaning = "k_of_n" if name else "hard"
            edges.add(balancer, group, meaning, "declared", "balancing.group", "listener or server group", name)


def _has_default_backends(estate: Estate, memberships: Memberships, balancer: str) -> bool:
    resource = estate.get(balancer)
    return (
        resource is not None
        and balancer in memberships.default_users
        and bool(resource.records("backends") or resource.records("backend"))
    )


_RULES = {
    "load_balancer": "balancing.backend",
    "server_group": "balancing.member",
    "scaling_group": "balancing.scaling_member",
    "cluster": "balancing.cluster_node",
}


def _members(estate: Estate, edges: EdgeSet, group: Group) -> None:
    """Edges to members. One that is drained, on standby or on its way in or out is none; a stopped one stays and counts
    nothing."""
    meaning: Meaning = "failover" if group.pair else "k_of_n"
    for member in group.members.values():
        stopped = estate.is_idle(member.instance)
        if member.serves or (stopped and "weight 0" not in member.evidence):
            evidence = f"{member.evidence}; does not serve now" if stopped else member.evidence
            edges.add(group.id, member.target, meaning, member.confidence, _RULES[group.kind], evidence, group.id)


def _scaling(memberships: Memberships, edges: EdgeSet, scaling: Resource) -> None:
    known = {group.id: group for group in memberships.groups}
    for front in (*scaling.texts("load_balancer_ids"), *scaling.texts("server_group_ids")):
        rule = "balancing.scaling_front"
        if front in known and known[front].members:
            edges.add(front, scaling.id, "control", "declared", rule, "new members attach by themselves")
        else:
            edges.add(front, scaling.id, "k_of_n", "declared", rule, "its members serve", f"{front} scaling")
    _starts_from(edges, scaling)
    members = known[scaling.id].instances if scaling.id in known else ()
    for database in scaling.texts("db_ids"):
        for member in members:
            evidence = f"{scaling.id} adds its members to the allow list"
            edges.add(member, database, "hard", "derived", "balancing.scaling_database", evidence)


def _starts_from(edges: EdgeSet, scaling: Resource) -> None:
    """What new members are started from: the configuration in force (all of them where none says so), the template."""
    evidence = "starts new members from it"
    listed = scaling.records("configurations")
    for configuration in [item for item in listed if item.get("active") is True] or listed:
        image = str(configuration.get("image_id") or "")
        edges.add(scaling.id, image, "control", "declared", "balancing.scaling_image", evidence)
        groups = configuration.get("security_group_ids")
        for group in groups if isinstance(groups, list | tuple) else ():
            edges.add(scaling.id, str(group), "control", "declared", "balancing.scaling_security", evidence)
    template = scaling.text("launch_template_id")
    edges.add(scaling.id, template, "control", "declared", "balancing.scaling_template", evidence)


def scaling_zones(estate: Estate, scaling: Resource) -> tuple[str, ...]:
    """The zones a scaling group may start instances in."""
    return tuple(zone.removeprefix(ZONE) for zone in vswitch_zones(estate, scaling))
