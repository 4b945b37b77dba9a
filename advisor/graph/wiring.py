"""The graph as the engine wants it: places, resources, components and workloads, with a gate for each redundant set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count

import numpy as np

from advisor.graph.components import ComponentRules
from advisor.graph.edges_calls import PEER_RULE
from advisor.graph.edgetable import Names, edges_of
from advisor.graph.engine import Engine, compile_numbers
from advisor.graph.index import Estate
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
    columns = edges_of(graph.edges)
    for edge in columns.where(columns.means("k_of_n", "failover") & ~columns.has_rule([PEER_RULE])):
        edges[edge.source, edge.group or edge.source].append(edge)
    found = (_redundant(inventory, *key, members) for key, members in sorted(edges.items()))
    return tuple(item for item in found if item.members)


def _redundant(inventory: Inventory, source: str, group: str, edges: list[Edge]) -> Redundant:
    estate = Estate.of(inventory)
    serving = tuple(sorted(edge.target for edge in edges if not estate.is_idle(edge.target)))
    quorum = max(edge.quorum or 1 for edge in edges)
    scales = all(edge.meaning == "k_of_n" and not edge.rule.startswith("place.") for edge in edges)
    return Redundant(source, group, serving, min(quorum, len(serving)), scales)


def counted_members(inventory: Inventory, graph: Graph) -> Mapping[str, tuple[str, ...]]:
    """Component id → the members that count towards its quorum: running, and not drained in every balancer."""
    estate = Estate.of(inventory)
    memberships = Memberships.of(estate)
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
    graph: Graph, sets: Iterable[Redundant], counted: Mapping[str, tuple[str, ...]], resources: frozenset[str]
) -> Engine:
    """The engine of a graph: places and resources by id, then components, then workloads."""
    edges = edges_of(graph.edges)
    components = [COMPONENT + component.id for workload in graph.workloads for component in workload.components]
    homes = [WORKLOAD + workload.name for workload in graph.workloads]
    others = sorted(resources.difference(edges.code))
    names = edges.names if not others else Names(sorted([*edges.names, *others]))
    index = {**names.code}
    index.update(zip(chain(sorted(components), sorted(homes)), count(len(names)), strict=False))
    node = np.arange(len(names))
    if others:
        node = np.fromiter(map(index.__getitem__, edges.names), dtype=np.int64, count=len(edges.names))
    falls = edges.means("hard", "containment")
    between = np.array([node[edges.source[falls]], node[edges.target[falls]]])
    needs = np.array(list(_needs(graph, index)), dtype=np.int64).reshape(-1, 2).T
    gates = [(index[item.source], [index[one] for one in item.members], _threshold(item.members, item.quorum))
             for item in sets]  # fmt: skip
    for workload in graph.workloads:
        for component in workload.components:
            members = counted[component.id]
            quorum = min(component.quorum, len(members))
            if quorum:
                ends = [index[one] for one in members]
                gates.append((index[COMPONENT + component.id], ends, _threshold(members, quorum)))
    return compile_numbers(index, np.concatenate([between, needs], axis=1), gates)


def _threshold(members: Sequence[str], quorum: int) -> int:
    """How many of the members must fail before those that are left are too few."""
    return len(members) - quorum + 1


def _needs(graph: Graph, index: Mapping[str, int]) -> Iterator[tuple[int, int]]:
    """Workloads on the workloads they need and on their own components."""
    for workload in graph.workloads:
        home = index[WORKLOAD + workload.name]
        for need in workload.needs_hard:
            if WORKLOAD + need in index:
                yield home, index[WORKLOAD + need]
        for component in workload.components:
            yield home, index[COMPONENT + component.id]
