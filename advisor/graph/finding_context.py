"""What the rules for findings look at, worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from advisor.graph.blast import Analysis
from advisor.graph.edgeset import shortened
from advisor.graph.index import Estate
from advisor.graph.membership import Memberships
from advisor.model.graph import Component, Graph, Workload
from advisor.model.inventory import Inventory, Resource
from advisor.model.targets import Targets

REFERENCE = "dependency rules, docs/graph.md"


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
        return Memberships(self.estate)

    @cached_property
    def analysis(self) -> Analysis:
        return Analysis(self.inventory, self.graph)

    @cached_property
    def homes(self) -> Mapping[str, str]:
        """Resource → workload."""
        return {resource: workload.name for workload in self.graph.workloads for resource in workload.resources}

    @cached_property
    def components(self) -> tuple[tuple[Workload, Component, tuple[str, ...]], ...]:
        """(workload, component, members that count)."""
        counted = self.analysis.counted
        return tuple(
            (workload, item, counted[item.id]) for workload in self.graph.workloads for item in workload.components
        )

    def label(self, resource_id: str) -> str:
        """How people know the resource."""
        resource = self.inventory.get(resource_id)
        return resource.label if resource else resource_id

    def labels(self, ids: Iterable[str]) -> str:
        """A few resources by the names people know."""
        return shortened([self.label(item) for item in sorted(ids)])

    def zone_of(self, resource: Resource | None) -> str | None:
        """The zone of a resource, or of its vSwitch."""
        if resource is None:
            return None
        vswitch = self.inventory.get(resource.text("vswitch_id"))
        return resource.zone or (vswitch.zone if vswitch else None)
