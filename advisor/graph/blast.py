"""What a failure does: what fails outright, what degrades and to which capacity, what only loses its protection."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from advisor.graph.edges_place import REGION, ZONE
from advisor.graph.edgeset import shortened
from advisor.graph.edgetable import edges_of
from advisor.graph.engine import FAILURES_AT_ONCE, Engine
from advisor.graph.index import Estate
from advisor.graph.wiring import COMPONENT, WORKLOAD, Redundant, counted_members, redundant_sets, wire
from advisor.model.graph import Blast, Edge, Graph
from advisor.model.inventory import Inventory
from advisor.model.tables import tables_of

RESOURCE = "resource:"
_CLOSE_ENOUGH = 1e-9
_SHOWN = 20
_AFTER_COLON = ";"
_KEPT = "analysis of the graph"


def is_place(node: str) -> bool:
    """Whether a node is a zone or a region."""
    return node.startswith((ZONE, REGION))


def blast(inventory: Inventory, graph: Graph, failure: str) -> Blast:
    """What one failure does. ``failure`` is ``zone:…``, ``region:…`` or ``resource:…``; others raise ``ValueError``."""
    return Analysis.of(inventory, graph).blast(failure)


def blast_many(inventory: Inventory, graph: Graph, failures: Sequence[str]) -> BlastTable:
    """What fails outright with each of many failures, propagated together; unknown failures raise ``ValueError``."""
    return Analysis.of(inventory, graph).many(failures)


@dataclass(frozen=True)
class BlastTable:
    """What fails outright with each of many failures."""

    failures: tuple[str, ...]
    nodes: tuple[str, ...]
    matrix: npt.NDArray[np.bool_] = field(repr=False)

    def failed_nodes(self, failure: str) -> tuple[str, ...]:
        """Places and resources that fail."""
        return tuple(node for node in self._row(failure) if not node.startswith((WORKLOAD, COMPONENT)))

    def failed(self, failure: str) -> tuple[str, ...]:
        """Resources that fail."""
        return tuple(node for node in self.failed_nodes(failure) if not is_place(node))

    def workloads(self, failure: str) -> tuple[str, ...]:
        """Workloads that fail."""
        return tuple(node.removeprefix(WORKLOAD) for node in self._row(failure) if node.startswith(WORKLOAD))

    def components(self, failure: str) -> tuple[str, ...]:
        """Components that fail."""
        return tuple(node.removeprefix(COMPONENT) for node in self._row(failure) if node.startswith(COMPONENT))

    def _row(self, failure: str) -> list[str]:
        row = self.matrix[self._positions[failure]]
        return [self.nodes[number] for number in np.flatnonzero(row)]

    @cached_property
    def _positions(self) -> Mapping[str, int]:
        return {failure: number for number, failure in enumerate(self.failures)}


@dataclass(frozen=True)
class Analysis:
    """A graph made ready for questions about failures; keep it to ask several."""

    inventory: Inventory
    graph: Graph

    @staticmethod
    def of(inventory: Inventory, graph: Graph) -> Analysis:
        """The analysis of a graph, made once: neither changes."""
        known: Analysis | None = vars(graph).get(_KEPT)
        if known is None or known.inventory is not inventory:
            known = vars(graph)[_KEPT] = Analysis(inventory, graph)
        return known

    @cached_property
    def engine(self) -> Engine:
        return wire(self.graph, self.sets, self.counted, Estate.of(self.inventory).nodes, self._unjoined())

    @cached_property
    def counted(self) -> Mapping[str, tuple[str, ...]]:
        """Component id → members that count towards its quorum."""
        return counted_members(self.inventory, self.graph)

    @cached_property
    def sets(self) -> tuple[Redundant, ...]:
        """The redundant sets that propagate."""
        return redundant_sets(self.inventory, self.graph)

    @cached_property
    def places(self) -> frozenset[str]:
        """Zones and regions."""
        names = edges_of(self.graph.edges).names
        ranges = (
            (bisect_left(names, start), bisect_left(names, start[:-1] + _AFTER_COLON)) for start in (ZONE, REGION)
        )
        return frozenset(name for first, last in ranges for name in names[first:last])

    @cached_property
    def resources(self) -> frozenset[str]:
        """Everything that is listed or mentioned."""
        ends = (one for one in edges_of(self.graph.edges).names if not is_place(one))
        stubs = (stub.id for stub in self.inventory.stubs)
        return frozenset(chain(tables_of(self.inventory.resources).ids, stubs, ends))

    def _unjoined(self) -> list[str]:
        """What is listed or mentioned, and in no edge."""
        nodes = Estate.of(self.inventory).nodes
        ends = edges_of(self.graph.edges).names.numbers_in(nodes)
        stubs = nodes.numbers([stub.id for stub in self.inventory.stubs])
        left = np.zeros(len(nodes.texts), dtype=np.bool_)
        left[: nodes.listed] = True
        left[stubs] = True
        left[ends] = False
        return [nodes.texts[number] for number in np.flatnonzero(left).tolist()]

    @property
    def failures(self) -> tuple[str, ...]:
        """Every failure that can be asked for: regions and zones, then resources."""
        return (*sorted(self.places), *(RESOURCE + item for item in sorted(self.resources)))

    def knows(self, failure: str) -> bool:
        """Whether there is such a place or resource."""
        is_resource = failure.startswith(RESOURCE) and failure.removeprefix(RESOURCE) in self.resources
        return is_resource or failure in self.places

    def node_of(self, failure: str) -> str:
        """The node a failure names; raises ``ValueError`` with what exists where there is none."""
        node = failure.removeprefix(RESOURCE)
        if self.knows(failure):
            return node
        if failure == RESOURCE:
            raise ValueError(f"no id stands after '{RESOURCE}'; write {RESOURCE}i-…, with an id of the inventory")
        if failure.startswith(RESOURCE):
            raise ValueError(self._unknown(node))
        for start in (ZONE, REGION, RESOURCE):
            if start + failure in self.places or (start == RESOURCE and failure in self.resources):
                raise ValueError(f"no place '{failure}'; write {start}{failure}, which there is")
        listed = shortened(sorted(self.places), _SHOWN) or "none"
        raise ValueError(f"no place '{failure}'; write zone:…, region:… or resource:…; places here: {listed}")

    def _unknown(self, node: str) -> str:
        """What to say of a resource that does not exist: the ids that bear this name, else those spelt much alike."""
        tables = tables_of(self.inventory.resources)
        named = sorted(
            one for table in tables.tables.values() for one, name in zip(table.ids, table.names, strict=True)
            if name == node
        )  # fmt: skip
        if named:
            return (
                f"no resource has the id '{node}', which is the name of {shortened(named)}; write resource:{named[0]}"
            )
        listed = sorted(tables.ids)
        near = get_close_matches(node, sorted(self.resources), n=5)
        more = len(self.resources) - len(listed)
        mentioned = f" and {more} that are only mentioned" if more else ""
        close = f"; close to it: {', '.join(near)}" if near else f", such as {', '.join(listed[:3])}" if listed else ""
        return f"no resource '{node}'; there are {len(listed)}{mentioned}{close}"

    def many(self, failures: Sequence[str]) -> BlastTable:
        """What fails outright with each of these failures."""
        seeds = [[self.node_of(failure)] for failure in failures]
        return BlastTable(tuple(failures), tuple(self.engine.index), self.engine.propagate(seeds))

    def workloads_down(self, failures: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """The workloads that each of these failures takes down, in slices: for very many failures."""
        names = [workload.name for workload in self.graph.workloads]
        columns = [self.engine.index[WORKLOAD + name] for name in names]
        for start in range(0, len(failures), FAILURES_AT_ONCE):
            seeds = [[self.node_of(failure)] for failure in failures[start : start + FAILURES_AT_ONCE]]
            for row in self.engine.propagate(seeds)[:, columns]:
                yield tuple(names[number] for number in np.flatnonzero(row))

    def blast(self, failure: str) -> Blast:
        """What one failure does, with what degrades and what loses its protection."""
        table = self.many([failure])
        failed = frozenset(table.failed_nodes(failure))
        left = {node: share for node, share in _Capacities(self, failed).settled().items() if not is_place(node)}
        bare = {edge.source for edge in self.graph.edges if _bares(edge, failed)}
        unprotected = {node for node in bare if node not in left and not is_place(node)}
        verdicts = _verdicts(self.graph, frozenset(table.workloads(failure)), failed, frozenset(left), unprotected)
        return Blast(failure, table.failed(failure), dict(sorted(left.items())), tuple(sorted(unprotected)), verdicts)


def _bares(edge: Edge, failed: frozenset[str]) -> bool:
    """Whether a surviving resource loses by this edge what would bring it back or let it be changed."""
    return edge.meaning in ("recovery", "control") and edge.target in failed and edge.source not in failed


@dataclass
class _Capacities:
    """Surviving resource → share of its capacity that is left; 1 where it only lost a spare or a soft dependency."""

    analysis: Analysis
    failed: frozenset[str]
    found: dict[str, float] = field(default_factory=dict)
    _sets: dict[str, list[Redundant]] = field(default_factory=lambda: defaultdict(list))
    _hard: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _above: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def settled(self) -> dict[str, float]:
        """Work upwards from what was hit until nothing gets less."""
        self._start()
        waiting = deque(sorted(self.found))
        while waiting:
            node = waiting.popleft()
            left = self._left(node)
            if left < self.found.get(node, 1.0) - _CLOSE_ENOUGH:
                self.found[node] = left
                waiting.extend(up for up in self._above.get(node, ()) if up not in self.failed)
        return self.found

    def _start(self) -> None:
        for item in self.analysis.sets:
            self._sets[item.source].append(item)
            for member in item.members if item.scales else ():
                self._above[member].append(item.source)
            if item.source not in self.failed and not self.failed.isdisjoint(item.members):
                self.found[item.source] = 1.0
        for edge in self.analysis.graph.edges:
            if edge.meaning == "hard":
                self._hard[edge.source].append(edge.target)
                self._above[edge.target].append(edge.source)
            elif edge.meaning == "soft" and edge.target in self.failed and edge.source not in self.failed:
                self.found[edge.source] = 1.0

    def _left(self, node: str) -> float:
        shares = [self.found.get(target, 1.0) for target in self._hard.get(node, ())]
        for item in self._sets.get(node, ()):
            if item.scales:
                alive = sum(0.0 if member in self.failed else self.found.get(member, 1.0) for member in item.members)
                shares.append(alive / len(item.members))
        return min(shares, default=1.0)


def _verdicts(
    graph: Graph, down: frozenset[str], failed: frozenset[str], degraded: frozenset[str], unprotected: Iterable[str]
) -> dict[str, str]:
    """Workload → ``failed``, ``degraded`` or ``unprotected``; one that is not touched is not named."""
    found, bare, hit = {}, frozenset(unprotected), failed | degraded
    for workload in graph.workloads:
        members = {member for component in workload.components for member in component.members}
        if workload.name in down or (members and members <= failed):
            found[workload.name] = "failed"
        elif not hit.isdisjoint(workload.resources) or not down.isdisjoint(workload.needs_soft):
            found[workload.name] = "degraded"
        elif not bare.isdisjoint(workload.resources):
            found[workload.name] = "unprotected"
    return found
