"""The graph as the engine wants it: places, resources, components and workloads, with a gate for each redundant set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from advisor.graph.components import ComponentRules
from advisor.graph.edges_calls import PEER_RULE
from advisor.graph.edgetable import edges_of
from advisor.graph.engine import Engine, Gate, Index, compile_numbers
from advisor.graph.index import Estate
from advisor.graph.membership import Memberships
from advisor.graph.nodes import Nodes
from advisor.graph.ownership import Ownership
from advisor.model.graph import Component, Graph
from advisor.model.inventory import Inventory

_Member = tuple[str, int, bool]
"""An edge of a redundant set: its member, the quorum (-1 where unknown), whether losing it costs capacity."""
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
    columns = edges_of(graph.edges)
    edges = columns.where(columns.means("k_of_n", "failover") & ~columns.has_rule([PEER_RULE]))
    scales = edges.means("k_of_n") & ~edges.has_rule(start="place.")
    named = np.where(edges.group == edges.words.index(""), -1, edges.group) if len(edges) else edges.group
    rows = zip(edges.source.tolist(), named.tolist(), edges.target.tolist(), edges.quorum.tolist(), scales.tolist(),
               strict=True)  # fmt: skip
    found: dict[tuple[str, str], list[_Member]] = defaultdict(list)
    for source, group, target, quorum, scale in rows:
        name = edges.names[source]
        found[name, name if group < 0 else edges.words[group]].append((edges.names[target], quorum, scale))
    sets = (_redundant(Estate.of(inventory), *key, members) for key, members in sorted(found.items()))
    return tuple(item for item in sets if item.members)


def _redundant(estate: Estate, source: str, group: str, members: list[_Member]) -> Redundant:
    serving = tuple(sorted(target for target, _, _ in members if not estate.is_idle(target)))
    quorum = max(quorum if quorum > 0 else 1 for _, quorum, _ in members)
    return Redundant(source, group, serving, min(quorum, len(serving)), all(scale for _, _, scale in members))


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
    graph: Graph, sets: Iterable[Redundant], counted: Mapping[str, tuple[str, ...]], nodes: Nodes, others: Iterable[str]
) -> Engine:
    """The engine of a graph: places and resources by id (``others`` are those at which no edge ends), then components,
    then workloads. ``nodes`` are those of the estate, by whose numbers the members of sets are found."""
    edges = edges_of(graph.edges)
    alone = sorted(others)
    names = tuple(sorted([*edges.names, *alone])) if alone else edges.names
    components = sorted(COMPONENT + component.id for workload in graph.workloads for component in workload.components)
    homes = sorted(WORKLOAD + workload.name for workload in graph.workloads)
    index = Index((names, tuple(components), tuple(homes)))
    numbers = nodes.numbers(names) if alone else edges.names.numbers_in(nodes)
    place = np.zeros(len(nodes.texts), dtype=np.int64)
    place[numbers] = np.arange(len(names))
    end = place[edges.names.numbers_in(nodes)]
    falls = edges.means("hard", "containment")
    between = np.array([end[edges.source[falls]], end[edges.target[falls]]])
    at = _Places(nodes, place.tolist(), index.numbers_from(1), index.numbers_from(2))
    gates = [*_set_gates(sets, at), *_component_gates(graph, counted, at)]
    # What needs the only member of a set falls with it, as by an edge; a gate would cost more.
    single = [(source, members[0]) for source, members, threshold in gates if len(members) == threshold == 1]
    needs = np.array([*_needs(graph, at), *single], dtype=np.int64).reshape(-1, 2).T
    gates = [gate for gate in gates if len(gate[1]) > 1]
    return compile_numbers(index, np.concatenate([between, needs], axis=1), gates)


@dataclass(frozen=True)
class _Places:
    """The numbers of the engine: of nodes by their numbers in the estate, of components and workloads by name."""

    nodes: Nodes
    place: list[int]
    components: Mapping[str, int]
    workloads: Mapping[str, int]

    def of(self, node: str) -> int:
        """The number of a place or resource."""
        return self.place[self.nodes.number(node)]


def _set_gates(sets: Iterable[Redundant], at: _Places) -> Iterator[Gate]:
    for item in sets:
        yield at.of(item.source), list(map(at.of, item.members)), _threshold(item.members, item.quorum)


def _component_gates(graph: Graph, counted: Mapping[str, tuple[str, ...]], at: _Places) -> Iterator[Gate]:
    for workload in graph.workloads:
        for component in workload.components:
            members = counted[component.id]
            quorum = min(component.quorum, len(members))
            if quorum:
                source = at.components[COMPONENT + component.id]
                yield source, list(map(at.of, members)), _threshold(members, quorum)


def _threshold(members: Sequence[str], quorum: int) -> int:
    """How many of the members must fail before those that are left are too few."""
    return len(members) - quorum + 1


def _needs(graph: Graph, at: _Places) -> Iterator[tuple[int, int]]:
    """Workloads on the workloads they need and on their own components."""
    for workload in graph.workloads:
        home = at.workloads[WORKLOAD + workload.name]
        for need in workload.needs_hard:
            if WORKLOAD + need in at.workloads:
                yield home, at.workloads[WORKLOAD + need]
        for component in workload.components:
            yield home, at.components[COMPONENT + component.id]
