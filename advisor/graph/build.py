"""From an inventory and the owner's words to the graph: edges, workloads with components, proposals, recovery waves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from advisor.graph.assignment import INFRASTRUCTURE, Assignment
from advisor.graph.components import PARTS, ComponentRules, is_balanced, quorum_of
from advisor.graph.confirmation import Confirmations, sort_out
from advisor.graph.edges_balancing import add_balancing_edges
from advisor.graph.edges_calls import add_call_edges
from advisor.graph.edges_data import add_data_edges
from advisor.graph.edges_files import add_file_edges
from advisor.graph.edges_network import add_network_edges
from advisor.graph.edges_place import add_place_edges
from advisor.graph.edges_storage import add_storage_edges
from advisor.graph.edges_traffic import add_traffic_edges
from advisor.graph.edgeset import EdgeSet
from advisor.graph.edgetable import Edges
from advisor.graph.index import Estate
from advisor.graph.labels import Homes, Label, Labels
from advisor.graph.matching import Matcher
from advisor.graph.membership import Memberships
from advisor.graph.nodes import NONE
from advisor.graph.ownership import Ownership
from advisor.graph.waves import recovery_waves
from advisor.model.graph import Component, Graph, Workload
from advisor.model.inventory import Inventory, Kind
from advisor.model.targets import Targets


def build_graph(inventory: Inventory, targets: Targets) -> Graph:
    """The dependency graph of an estate. The same resources give the same graph, in whatever order they come."""
    return _Builder(Estate.of(inventory), targets).build()


@dataclass(frozen=True)
class _Builder:
    estate: Estate
    targets: Targets

    def build(self) -> Graph:
        memberships = Memberships.of(self.estate)
        ownership = Ownership(self.estate, memberships)
        matcher = Matcher(self.estate, self.targets)
        found = find_edges(self.estate, memberships)
        labels = Assignment(self.estate, matcher, memberships, ownership).run(found)
        names = _names(labels.given())
        homes = Homes(self.estate.nodes, labels, names)
        confirmations = Confirmations(self.estate, self.targets, homes)
        edges, proposals = sort_out(found, confirmations)
        rules = ComponentRules(self.estate, memberships, ownership, edges)
        workloads = self._workloads(labels, names, rules, edges, confirmations)
        waves, cycles = recovery_waves({item.name: item.needs_hard for item in workloads})
        return Graph(
            edges=_with_quorums(edges, workloads, memberships, self.targets),
            workloads=workloads,
            proposals=proposals,
            waves=waves,
            cycles=cycles,
            unassigned=self._unassigned(labels, matcher, ownership),
        )

    def _workloads(
        self,
        labels: Labels,
        names: Mapping[Label, str],
        rules: ComponentRules,
        edges: Edges,
        confirmations: Confirmations,
    ) -> tuple[Workload, ...]:
        needs, known = confirmations.needs(edges), frozenset(names.values())
        parts = {kind: labels.resources(kind) for kind in PARTS}
        found = []
        for label, resources in labels.resources().items():
            own = {kind: by_label[label] for kind, by_label in parts.items() if label in by_label}
            found.append(self._workload(label, known, names[label], resources, own, rules, needs))
        return tuple(sorted(found, key=lambda workload: workload.name))

    def _workload(
        self,
        label: Label,
        known: frozenset[str],
        name: str,
        resources: list[str],
        parts: Mapping[Kind, list[str]],
        rules: ComponentRules,
        needs: Mapping[str, set[str]],
    ) -> Workload:
        spec = self.targets.spec(label.name) if label.found_by == "declared" else None
        hard = set(spec.needs_hard if spec else ()) | needs.get(name, set())
        soft = set(spec.needs_soft if spec else ()) - hard
        return Workload(
            name=name,
            found_by=label.found_by,
            resources=tuple(resources),
            components=rules.split(resources, parts, spec),
            class_name=spec.class_name if spec else self.targets.default_class,
            needs_hard=tuple(sorted((hard & known) - {name})) if hard else (),
            needs_soft=tuple(sorted((soft & known) - {name})) if soft else (),
            evidence=label.evidence or (spec.place if spec else ""),
        )

    def _unassigned(self, labels: Labels, matcher: Matcher, ownership: Ownership) -> tuple[str, ...]:
        """What belongs to no workload although it could: unattached disks and addresses, balancers without backends."""
        found = []
        for kind, table in self.estate.tables.tables.items():
            alone = labels.codes[self.estate.nodes.rows(kind)] == NONE
            for row in np.flatnonzero(alone).tolist() if kind not in INFRASTRUCTURE else ():
                resource_id = table.ids[row]
                if resource_id not in matcher.excluded:
                    owners = map(self.estate.kind_of, ownership.owners(self.estate.tables[resource_id]))
                    if not any(owner in INFRASTRUCTURE for owner in owners):
                        found.append(resource_id)
        return tuple(sorted(found))


def find_edges(estate: Estate, memberships: Memberships) -> Edges:
    """All edges the inventory gives, guesses included."""
    edges = EdgeSet(estate.nodes)
    add_place_edges(estate, edges)
    add_storage_edges(estate, edges)
    add_network_edges(estate, edges)
    add_traffic_edges(estate, edges)
    add_balancing_edges(estate, memberships, edges)
    add_data_edges(estate, edges)
    add_file_edges(estate, edges)
    add_call_edges(estate, memberships, edges)
    return edges.sorted()


def _names(labels: Iterable[Label]) -> dict[Label, str]:
    """A name of its own for each label: declared ones keep theirs, of equals the others carry what tells them apart."""
    order = {"declared": 0, "tag": 1}
    found: dict[Label, str] = {}
    taken: set[str] = set()
    for label in sorted(labels, key=lambda item: (order.get(item.found_by, 2), item.name, item.lead)):
        name = label.name
        if name in taken:
            name = f"{label.name} ({label.lead or label.found_by})"
        while name in taken:
            name += "'"
        taken.add(name)
        found[label] = name
    return found


def _with_quorums(edges: Edges, workloads: tuple[Workload, ...], memberships: Memberships, targets: Targets) -> Edges:
    """Give every k-of-n edge its quorum: by the rule of the component its group serves in, else the one that is
    declared, else one."""
    quorums: dict[str, int] = {}
    for workload in workloads:
        spec = targets.spec(workload.name) if workload.found_by == "declared" else None
        for component in workload.components:
            if component.kind == "server_group":
                quorums.update(_group_quorums(component, memberships, spec.min_capacity if spec else None))
    redundant = edges.means("k_of_n")
    quorum = np.where(edges.means("k_of_n", "failover"), np.maximum(1, edges.quorum), edges.quorum)
    groups, declared = edges.group[redundant].tolist(), quorum[redundant].tolist()
    quorum[redundant] = [
        max(1, quorums.get(edges.words[group], own)) for group, own in zip(groups, declared, strict=True)
    ]
    return replace(edges, quorum=quorum.astype(np.int32))


def _group_quorums(component: Component, memberships: Memberships, share: float | None) -> dict[str, int]:
    groups = {group.id: group for member in component.members for group in memberships.groups_of.get(member, ())}
    behind = any(is_balanced(group) for group in groups.values())
    serving = {group.id: sum(member.serves for member in group.members.values()) for group in groups.values()}
    return {group: quorum_of(count, behind, share) for group, count in serving.items()}
