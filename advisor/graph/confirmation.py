"""What counts and what is only proposed: guesses and calls between workloads need the owner's word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from advisor.graph.edgeset import EdgeSet
from advisor.graph.edgetable import Edges, joined
from advisor.graph.index import Estate
from advisor.graph.labels import Homes
from advisor.model.graph import Edge
from advisor.model.targets import Targets

CONFIRMED_RULE = "targets.confirmed"
CALL_RULES = frozenset(
    {
        "data.allow_list",
        "data.security_group",
        "data.mounted_client",
        "balancing.scaling_database",
        "place.hpc_manager",
    }
)
WIDE_CALLS = frozenset({"calls.security_group", "calls.address", "calls.subnet"})
FRONTS = frozenset({"load_balancer", "listener", "server_group", "eip", "replica_pair", "dts_job", "backup_plan"})


@dataclass(frozen=True)
class Confirmations:
    """The pairs the owner confirmed, and where each resource lives."""

    estate: Estate
    targets: Targets
    homes: Homes

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset(pair for spec in self.targets.workloads for pair in spec.confirmed_edges)

    def confirmed(self, edge: Edge) -> bool:
        """Whether the owner confirmed this edge, by its ends or by the workloads they are in."""
        if not self.pairs:
            return False
        homes = (self.homes.get(edge.source) or "", self.homes.get(edge.target) or "")
        return (edge.source, edge.target) in self.pairs or homes in self.pairs

    def crosses(self, edge: Edge) -> bool:
        """Whether the ends live in different workloads."""
        homes = {self.homes.get(edge.source), self.homes.get(edge.target)}
        return None not in homes and len(homes) == 2

    def tells_apart(self, edge: Edge) -> bool:
        """Whether an edge between groups of instances says anything: there are clients, and not all in one workload."""
        clients, servers = self.workloads_at(edge.source), self.workloads_at(edge.target)
        return bool(clients and servers) and len(clients | servers) > 1

    def settled(self, edge: Edge) -> Edge | None:
        """A derived call between workloads whose need is declared: it counts, as softly as the declaration says."""
        if edge.confidence != "derived":
            return None
        clients, servers = self.workloads_at(edge.source), self.workloads_at(edge.target)
        pairs = {(client, server) for client in clients for server in servers if client != server}
        if pairs and pairs <= self.needs_hard:
            return edge
        return replace(edge, meaning="soft") if pairs and pairs <= self.needs_hard | self.needs_soft else None

    @cached_property
    def needs_hard(self) -> frozenset[tuple[str, str]]:
        """(workload, needed workload), as the targets declare it."""
        return frozenset((spec.name, need) for spec in self.targets.workloads for need in spec.needs_hard)

    @cached_property
    def needs_soft(self) -> frozenset[tuple[str, str]]:
        return frozenset((spec.name, need) for spec in self.targets.workloads for need in spec.needs_soft)

    def needs(self, edges: Edges) -> dict[str, set[str]]:
        """Workload → workloads it needs: by declared hard edges between their resources, or by the owner's word."""
        found: dict[str, set[str]] = defaultdict(set)
        for source, target in self._ends_apart(edges.where(edges.means("hard") & edges.is_sure("declared"))):
            if not self._is_front(source):
                for client in self.workloads_at(source):
                    found[client].update(self.workloads_at(target))
        for source, target in self.pairs:
            if source in self.homes.names and target in self.homes.names:
                found[source].add(target)
        return {name: needed - {name} for name, needed in found.items()}

    def _ends_apart(self, edges: Edges) -> Iterator[tuple[str, str]]:
        """The ends of the edges that do not lie within one workload."""
        home = self.homes.codes_of(edges.names.numbers_in(self.estate.nodes))
        source, target = home[edges.source], home[edges.target]
        for place in np.flatnonzero((source != target) | (source < 0)).tolist():
            yield edges.names[edges.source[place]], edges.names[edges.target[place]]

    def _is_front(self, node: str) -> bool:
        """Balancers, listeners and addresses need no backend to recover, whoever owns it."""
        resource = self.estate.get(node)
        return resource is not None and resource.kind in FRONTS

    def workloads_at(self, node: str) -> set[str]:
        """The workloads of a resource; of a security group or vSwitch those of the instances in it."""
        home = self.homes.get(node)
        if home is not None:
            return {home}
        resource = self.estate.get(node)
        if resource is None:
            return set()
        if resource.kind == "security_group":
            members: tuple[str, ...] = self.estate.group_instances.get(node, ())
        elif resource.kind == "vswitch":
            members = self._in_vswitch.get(node, ())
        else:
            members = ()
        return self.homes.of(members)

    @cached_property
    def _in_vswitch(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        table, rows = self.estate.rows("instance")
        vswitches = table.texts("vswitch_id")
        for row in rows:
            found[vswitches[row]].append(table.ids[row])
        return {vswitch: tuple(members) for vswitch, members in found.items()}


def sort_out(found: Edges, confirmations: Confirmations) -> tuple[Edges, tuple[Edge, ...]]:
    """(edges that count, proposals): confirmed edges count as declared; a confirmed pair without an edge makes one."""
    counted, proposed = EdgeSet(), []
    open_ = found.is_sure("guessed") | found.has_rule(CALL_RULES, start="calls.")
    asked = np.zeros(len(found), dtype=np.bool_)
    for place, edge in zip(np.flatnonzero(open_).tolist(), found.where(open_), strict=True):
        if not _asks(edge, confirmations):
            continue
        asked[place] = True
        if confirmations.confirmed(edge):
            counted.put(replace(edge, confidence="declared", evidence=f"{edge.evidence}; confirmed in the targets"))
        elif edge.rule in WIDE_CALLS and not confirmations.tells_apart(edge):
            continue
        elif settled := confirmations.settled(edge):
            counted.put(settled)
        else:
            proposed.append(edge)
    settled_edges = joined(found.where(~asked), counted.as_found())
    stated = EdgeSet()
    for source, target in sorted(_unmade(settled_edges, confirmations)):
        stated.add(source, target, "hard", "declared", CONFIRMED_RULE, "stated in the targets")
    return joined(settled_edges, stated.sorted()), tuple(proposed)


def _asks(edge: Edge, confirmations: Confirmations) -> bool:
    """Whether an edge needs the owner's word before it counts."""
    if edge.confidence == "guessed" or edge.rule.startswith("calls."):
        return True
    return edge.rule in CALL_RULES and edge.confidence == "derived" and confirmations.crosses(edge)


def _unmade(counted: Edges, confirmations: Confirmations) -> Iterator[tuple[str, str]]:
    for source, target in confirmations.pairs:
        if confirmations.estate.has(source) and confirmations.estate.has(target) and not counted.joins(source, target):
            yield source, target
