"""The graph as the engine wants it: places, resources, components and workloads, with a gate for each redundant set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from advisor.graph.components import ComponentRules
from advisor.graph.edges_calls import PEER_RULE
from advisor.graph.engine import Wiring
from advisor.graph.index import Estate, is_idle
from advisor.graph.membership import Memberships
from advisor.graph.ownership import Ownership
from advisor.model.graph import Component, Edge, Graph
from advisor.model.inventory import Inventory

WORKLOAD, COMPONENT = "workload ", "component "


@dataclass(frozen=True)
class Redundant:
    """One redundant set: its members that count, how many are needed, whether losing some costs capacity."""

    source: str
    group: str
    members: tuple[str, ...]
    quorum: int
    scales: bool


def redundant_sets(inventory: Inventory, graph: Graph) -> tuple[Redundant, ...]:
    """Every k-of-n and failover set, idle members left out; a set that nobody serves in is none."""
    edges: dict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in graph.edges:
        if edge.meaning in ("k_of_n", "failover") and edge.rule != PEER_RULE:
            edges[edge.source, edge.group or edge.source].append(edge)
    found = (_redundant(inventory, *key, members) for key, members in sorted(edges.items()))
    return tuple(item for item in found if item.members)


def _redundant(inventory: Inventory, source: str, group: str, edges: list[Edge]) -> Redundant:
    serving = tuple(sorted(edge.target for edge in edges if not is_idle(inventory.get(edge.target))))
    quorum = max(edge.quorum or 1 for edge in edges)
    scales = all(edge.meaning == "k_of_n" and not edge.rule.startswith("place.") for edge in edges)
    return Redundant(source, group, serving, min(quorum, len(serving)), scales)


def counted_members(inventory: Inventory, graph: Graph) -> Mapping[str, tuple[str, ...]]:
    """Component id → the members that count towards its quorum: running, and not drained in every balancer."""
    estate = Estate.of(inventory)
    memberships = Memberships(estate)
    rules = ComponentRules(estate, memberships, Ownership(estate, memberships))
    return {
        component.id: _counted(estate, memberships, rules, component)
        for workload in graph.workloads
        for component in workload.components
    }


def _counted(estate: Estate, memberships: Memberships, rules: ComponentRules, component: Component) -> tuple[str, ...]:
    if component.kind != "server_group":
        return component.members[:1] if component.quorum else ()
    members = [item for item in component.members if estate.has(item)]
    groups = {group.id: group for item in members for group in memberships.groups_of.get(item, ())}
    return rules.serving(members, groups.values())


def wire(
    graph: Graph, sets: Iterable[Redundant], counted: Mapping[str, tuple[str, ...]], resources: Iterable[str]
) -> Wiring:
    """Nodes, sum edges and gates of a graph."""
    edges = [(edge.source, edge.target) for edge in graph.edges if edge.meaning in ("hard", "containment")]
    gates = [(item.source, item.members, len(item.members) - item.quorum + 1) for item in sets]
    names = {workload.name for workload in graph.workloads}
    for workload in graph.workloads:
        home = WORKLOAD + workload.name
        edges += [(home, WORKLOAD + need) for need in workload.needs_hard if need in names]
        edges += [(home, COMPONENT + component.id) for component in workload.components]
        for component in workload.components:
            members = counted[component.id]
            quorum = min(component.quorum, len(members))
            if quorum:
                gates.append((COMPONENT + component.id, members, len(members) - quorum + 1))
    nodes = {*resources, *(end for edge in graph.edges for end in (edge.source, edge.target))}
    nodes.update(end for pair in edges for end in pair)
    nodes.update(WORKLOAD + name for name in names)
    return Wiring(tuple(sorted(nodes)), tuple(edges), tuple(gates))
