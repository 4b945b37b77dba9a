"""What the rules for findings look at, worked out once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, repeat

from advisor.graph.blast import Analysis
from advisor.graph.edgeset import shortened
from advisor.graph.edgetable import edges_of
from advisor.graph.index import BULK, Estate, zones_of
from advisor.graph.membership import Memberships
from advisor.model.finding import Finding
from advisor.model.graph import Component, Graph, Workload
from advisor.model.inventory import Inventory
from advisor.model.targets import Targets

SHOWN = 5
REFERENCE = "dependency rules, docs/graph.md"


@dataclass(frozen=True)
class Point:
    """A weak point of the estate: the finding, and whole what its words cut short. ``failures`` are those that it is
    about, each by itself, as ``--fail`` takes them; ``workloads`` those that share a fate, or the chain of needs."""

    finding: Finding
    failures: tuple[str, ...] = ()
    workloads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Context:
    """Inventory, graph and, where given, targets, with the look-ups the rules share."""

    inventory: Inventory
    graph: Graph
    targets: Targets | None = None

    @cached_property
    def estate(self) -> Estate:
        return Estate.of(self.inventory)

    @cached_property
    def memberships(self) -> Memberships:
        return Memberships.of(self.estate)

    @cached_property
    def analysis(self) -> Analysis:
        return Analysis.of(self.inventory, self.graph)

    @cached_property
    def homes(self) -> Mapping[str, str]:
        """Resource → workload."""
        workloads = self.graph.workloads
        ids = chain.from_iterable(workload.resources for workload in workloads)
        names = chain.from_iterable(repeat(workload.name, len(workload.resources)) for workload in workloads)
        return dict(zip(ids, names, strict=True))

    @cached_property
    def components(self) -> tuple[tuple[Workload, Component, tuple[str, ...]], ...]:
        """(workload, component, members that count)."""
        counted = self.analysis.counted
        return tuple(
            (workload, item, counted[item.id]) for workload in self.graph.workloads for item in workload.components
        )

    def by_target(self, rule: str) -> Mapping[str, list[str]]:
        """What each target of a rule's edges is the dependency of, sorted."""
        edges = edges_of(self.graph.edges)
        found: dict[str, list[str]] = defaultdict(list)
        for edge in edges.where(edges.has_rule([rule])):
            found[edge.target].append(edge.source)
        return dict(sorted(found.items()))

    def label(self, resource_id: str) -> str:
        """How people know the resource."""
        name = self.estate.name_of(resource_id)
        return f"{name} ({resource_id})" if name and name != resource_id else resource_id

    def labels(self, ids: Iterable[str]) -> str:
        """A few resources by the names people know."""
        listed = sorted(ids)
        return shortened([*map(self.label, listed[:SHOWN]), *listed[SHOWN:]], SHOWN)

    def zone_of(self, resource_id: str) -> str | None:
        """The zone of a resource, or of its vSwitch; None where it is not known or not listed."""
        tables = self.estate.tables
        place = tables.place(resource_id)
        if place is None:
            return None
        vswitch = tables.place(place[0].texts_at(place[1], "vswitch_id"))
        return place[0].zone[place[1]] or (vswitch[0].zone[vswitch[1]] if vswitch else None)

    def zones_of(self, resource_id: str) -> tuple[str, ...]:
        """Every zone of a resource, else its vSwitch's; an empty text stands for an unknown one."""
        place = self.estate.tables.place(resource_id)
        if place is None:
            return ("",)
        table, row = place
        if table.kind in BULK and table.zones[row] == (table.zone[row],):
            return table.zones[row]
        return zones_of(self.estate.tables[resource_id]) or (self.zone_of(resource_id) or "",)
