"""Pairs that Resource Center calls related: it gives neither direction nor name, the two kinds tell most of them."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.graph.edgeset import EdgeSet
from advisor.graph.index import Estate
from advisor.model.graph import Meaning
from advisor.model.inventory import Kind, Resource

RELATED = "related in Resource Center"
_IN_VPC: tuple[Kind, ...] = (
    "instance", "network_interface", "load_balancer", "database", "cache", "nat_gateway", "cluster", "vswitch",
    "security_group", "vpn_gateway", "server_group", "scaling_group", "ha_vip", "route_table", "cen_attachment",
)  # fmt: skip
_IN_VSWITCH: tuple[Kind, ...] = ("instance", "network_interface", "nat_gateway")
_IN_GROUP: tuple[Kind, ...] = ("instance", "network_interface", "load_balancer", "cluster", "scaling_group")
# Part of the other: the rule of its members says so (``Memberships``).
_PARTS: frozenset[tuple[Kind, Kind]] = frozenset({("cluster", "instance")})
# (dependent, dependency) → what the pair means. Kinds that several relations may join are a question to the owner.
_TYPED: Mapping[tuple[Kind, Kind], tuple[Meaning, str]] = {
    **{(kind, "vpc"): ("containment", "place.vpc") for kind in _IN_VPC},
    **{(kind, "vswitch"): ("containment", "place.vswitch") for kind in _IN_VSWITCH},
    **{(kind, "security_group"): ("control", "network.security_group") for kind in _IN_GROUP},
    ("instance", "disk"): ("hard", "storage.disk"),
    ("network_interface", "instance"): ("hard", "network.interface"),
    ("eip", "instance"): ("hard", "network.eip"),
    ("eip", "nat_gateway"): ("hard", "network.eip"),
    ("eip", "load_balancer"): ("hard", "network.eip"),
    ("listener", "load_balancer"): ("hard", "balancing.listener"),
}


def add_related_edges(estate: Estate, edges: EdgeSet) -> None:
    """An edge for each pair whose kinds tell direction and meaning; a proposal where they do not and no field does."""
    kinds = [kind for kind, table in estate.tables.tables.items() if "related_ids" in table.attributes]
    for resource in estate.of_kind(*sorted(kinds)):
        for other_id in resource.texts("related_ids"):
            other = estate.get(other_id)
            if other is not None and (resource.id < other_id or resource.id not in other.texts("related_ids")):
                _pair(edges, resource, other)


def _pair(edges: EdgeSet, one: Resource, other: Resource) -> None:
    for source, target in ((one, other), (other, one)):
        typed = _TYPED.get((source.kind, target.kind))
        if typed:
            edges.add(source.id, target.id, typed[0], "derived", typed[1], RELATED)
            return
        if (source.kind, target.kind) in _PARTS:
            return
    if not (_names(one, other) or _names(other, one)):
        evidence = f"{RELATED}, direction and meaning unknown"
        edges.add(one.id, other.id, "soft", "guessed", "related.pair", evidence)


def _names(resource: Resource, other: Resource) -> bool:
    """Whether any other field of the resource holds the other's id: then a rule of its own says what that means."""
    fields = (name for name in resource.attributes if name != "related_ids")
    return any(resource.text(name) == other.id or other.id in resource.texts(name) for name in fields)
