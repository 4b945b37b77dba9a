"""Edges to other networks: Cloud Enterprise Network, border routers and the lines of Express Connect.

Who uses the way out is not known: without it a VPC lacks what lies behind, and works on in itself."""

from __future__ import annotations

from typing import Final

from advisor.graph.edgeset import EdgeSet
from advisor.graph.index import Estate
from advisor.model.graph import Meaning
from advisor.model.inventory import Resource

_ATTACHED: Final = frozenset({"", "attached"})
_CARRIES: Final = frozenset({"", "active", "modifying"})
_NO_VPC: Final = "vbr"


def add_hybrid_edges(estate: Estate, edges: EdgeSet) -> None:
    """The ways out of the VPCs, and what each of them needs."""
    _networks(estate, edges)
    for attachment in estate.of_kind("cen_attachment"):
        _attachment(edges, attachment)
    groups = _failover_groups(estate, edges)
    for interface in estate.of_kind("router_interface"):
        if _state(interface) in _CARRIES:
            _interface(edges, interface, groups)
    for router in estate.of_kind("border_router"):
        _lines(edges, router)
    _physical(estate, edges)


def _state(resource: Resource) -> str:
    return (resource.status or "").lower()


def _networks(estate: Estate, edges: EdgeSet) -> None:
    """VPCs attached to a CEN instance, the border routers that it leads to, its routers."""
    for vpc in estate.with_attribute("vpc", "cen_ids"):
        for cen in vpc.texts("cen_ids"):
            edges.add(vpc.id, cen, "soft", "declared", "network.cen", "attached; the networks behind it")
    for router in estate.of_kind("border_router"):
        for cen in router.texts("cen_ids"):
            edges.add(cen, router.id, "soft", "declared", "network.cen", "attached; the way to the other side")
    for router in estate.of_kind("transit_router"):
        edges.add(router.id, router.text("cen_id"), "hard", "declared", "network.transit_router", "part of it")


def _attachment(edges: EdgeSet, attachment: Resource) -> None:
    """A VPC goes by its attachment to the transit router; the router goes by one to a border router."""
    if _state(attachment) not in _ATTACHED:
        return
    vpc, border, router = attachment.text("vpc_id"), attachment.text("vbr_id"), attachment.text("transit_router_id")
    rule = "network.cen_attachment"
    edges.add(vpc, attachment.id, "soft", "declared", rule, "the networks behind its transit router")
    if vpc:
        edges.add(attachment.id, router, "hard", "declared", rule, "attached to it")
    if border:
        edges.add(router, attachment.id, "soft", "declared", rule, "the way to the other side")
        edges.add(attachment.id, border, "hard", "declared", rule, "attached to it")


def _failover_groups(estate: Estate, edges: EdgeSet) -> dict[str, str]:
    """Border router → the group in which another takes over from it; a group in the making is none yet."""
    found: dict[str, str] = {}
    for router in estate.of_kind("border_router"):
        group, peer = router.text("failover_group_id"), router.text("failover_peer_id")
        if group and peer and (router.text("failover_status") or "active") == "active":
            found[router.id] = group
            for member in (router.id, peer):
                evidence = "one takes over from the other"
                edges.add(group, member, "failover", "declared", "network.border_group", evidence, group)
    return found


def _interface(edges: EdgeSet, interface: Resource, groups: dict[str, str]) -> None:
    """What a pair of router interfaces joins: a VPC and a border router (or the group it is in), or two VPCs."""
    ends = (
        (interface.text("router_type"), interface.text("router_id"), interface.text("vpc_id")),
        (
            interface.text("opposite_router_type"),
            interface.text("opposite_router_id"),
            interface.text("opposite_vpc_id"),
        ),
    )
    for (_, _, vpc), (kind, router, other) in (ends, ends[::-1]):
        if kind == _NO_VPC and router:
            evidence = f"router interface {interface.id}; the way to the other side"
            edges.add(vpc, groups.get(router, router), "soft", "declared", "network.border_router", evidence)
        elif kind != _NO_VPC:
            evidence = f"router interface {interface.id}"
            edges.add(vpc, other, "soft", "declared", "network.peer", evidence)


def _lines(edges: EdgeSet, router: Resource) -> None:
    """A border router needs its line, or one of those that are associated with it."""
    lines = router.texts("physical_connection_ids")
    group = f"{router.id} lines" if len(lines) > 1 else None
    meaning: Meaning = "k_of_n" if group else "hard"
    for line in lines:
        edges.add(router.id, line, meaning, "declared", "network.line", "physical_connection_ids", group)


def _physical(estate: Estate, edges: EdgeSet) -> None:
    """Where a line ends, whose line a shared one runs over, and which other line is declared its spare."""
    for line in estate.of_kind("physical_connection"):
        point, parent, spare = line.text("access_point_id"), line.text("parent_id"), line.text("redundant_id")
        edges.add(line.id, point, "containment", "declared", "place.access_point", "access_point_id")
        edges.add(line.id, parent, "hard", "declared", "network.line_parent", "runs over it")
        edges.add(line.id, spare, "recovery", "declared", "network.line_spare", "declared redundant")
