"""A second method for the analysis of the graph: everything again and again until nothing changes, over dictionaries.

Written from the rules that docs/graph.md states and from nothing else; it shares no code with the engine. Only the
plain records of the model (edges, workloads, resources) are read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from advisor.model.graph import Component, Edge, Graph
from advisor.model.inventory import Inventory

CERTAIN = 1e-6
"""Shares closer than this are one: rings of redundant sets are worked out to a limit, not to the end."""


def is_place(node: str) -> bool:
    return node.split(":")[0] in ("zone", "region")


@dataclass(frozen=True)
class Naive:
    """The graph's edges, sorted into what they do."""

    inventory: Inventory
    graph: Graph

    def stopped(self, node: str) -> bool:
        resource = self.inventory.resources.get(node)
        return resource is not None and resource.status == "Stopped"

    @cached_property
    def sets(self) -> list[tuple[str, list[str], int, bool]]:
        """(source, serving members, how many must live, whether fewer members are less capacity) of each set."""
        found: dict[tuple[str, str | None], list[Edge]] = defaultdict(list)
        for edge in self.graph.edges:
            if edge.meaning in ("k_of_n", "failover") and edge.rule != "calls.peers":
                found[edge.source, edge.group].append(edge)
        listed = []
        for (source, _), edges in found.items():
            serving = [edge.target for edge in edges if not self.stopped(edge.target)]
            needed = min(max(edge.quorum or 1 for edge in edges), len(serving))
            scales = all(edge.meaning == "k_of_n" and not edge.rule.startswith("place.") for edge in edges)
            if serving:
                listed.append((source, serving, needed, scales))
        return listed

    def failed(self, start: str) -> set[str]:
        """Everything that fails with one node."""
        failed = {start}

        def once() -> set[str]:
            more = {e.source for e in self.graph.edges if e.meaning in ("hard", "containment") and e.target in failed}
            for source, members, needed, _ in self.sets:
                if sum(member not in failed for member in members) < needed:
                    more.add(source)
            return more

        return grown(failed, once)

    def capacities(self, failed: set[str]) -> dict[str, float]:
        """Surviving node → share left, for all that lost something: the largest shares that satisfy every rule."""
        hit = {source for source, members, _, _ in self.sets if failed.intersection(members)}
        hit |= {edge.source for edge in self.graph.edges if edge.meaning == "soft" and edge.target in failed}
        nodes = {end for edge in self.graph.edges for end in (edge.source, edge.target)} - failed
        shares = dict.fromkeys(nodes, 1.0)
        while True:
            now = {node: self._share(node, shares, failed) for node in nodes}
            if all(abs(now[node] - shares[node]) < CERTAIN**2 for node in nodes):
                lost = {node for node in nodes if now[node] < 1 - CERTAIN}
                return {node: now[node] for node in (hit | lost) - failed if not is_place(node)}
            shares = now

    def _share(self, node: str, shares: Mapping[str, float], failed: set[str]) -> float:
        found = [1.0]
        found += [shares[e.target] for e in self.graph.edges if e.source == node and e.meaning == "hard"]
        for source, members, _, scales in self.sets:
            if source == node and scales:
                found.append(sum(0.0 if m in failed else shares[m] for m in members) / len(members))
        return min(found)

    def unprotected(self, failed: set[str], degraded: Iterable[str]) -> set[str]:
        lost = {e.source for e in self.graph.edges if e.meaning in ("recovery", "control") and e.target in failed}
        return {node for node in lost - failed - set(degraded) if not is_place(node)}

    def counted(self, component: Component) -> list[str]:
        """The members of a component that serve: running, and not drained by every balancer that names them."""
        if component.kind != "server_group":
            return list(component.members[:1]) if component.quorum else []
        return [member for member in component.members if not self.stopped(member) and not self._drained(member)]

    def _drained(self, member: str) -> bool:
        weights = [
            record["weight"]
            for resource in self.inventory.resources.values()
            if resource.kind in ("server_group", "load_balancer")
            for record in (*resource.records("members"), *resource.records("backends"))
            if record["server_id"] == member
        ]
        return bool(weights) and not any(weights)

    def fails(self, component: Component, failed: set[str]) -> bool:
        counted = self.counted(component)
        return sum(member not in failed for member in counted) < min(component.quorum, len(counted))

    def down(self, failed: set[str]) -> set[str]:
        """Workloads that fail by a component, and those that need one of them."""
        down = {w.name for w in self.graph.workloads if any(self.fails(part, failed) for part in w.components)}
        return grown(down, lambda: {w.name for w in self.graph.workloads if down.intersection(w.needs_hard)})

    def states(self, failed: set[str], degraded: set[str], unprotected: set[str]) -> dict[str, str]:
        down, found = self.down(failed), {}
        for workload in self.graph.workloads:
            members = {member for part in workload.components for member in part.members}
            resources = set(workload.resources)
            if workload.name in down or (members and members <= failed):
                found[workload.name] = "failed"
            elif resources & (failed | degraded) or down & set(workload.needs_soft):
                found[workload.name] = "degraded"
            elif resources & unprotected:
                found[workload.name] = "unprotected"
        return found


def grown(found: set[str], once: Callable[[], set[str]]) -> set[str]:
    """The set with what ``once`` finds, until that is nothing new."""
    while not (more := once()) <= found:
        found |= more
    return found


def reachable(needs: Mapping[str, Iterable[str]], start: str) -> set[str]:
    """Everything that is needed, directly or through others."""
    found = set(needs[start])
    return grown(found, lambda: {need for name in found for need in needs[name]})


def waves_of(needs: Mapping[str, Iterable[str]]) -> tuple[list[list[str]], list[list[str]]]:
    """(waves, rings): a name comes once all it needs outside its own ring has come."""
    needs = {name: [need for need in wanted if need in needs] for name, wanted in needs.items()}
    far = {name: reachable(needs, name) for name in needs}
    ring = {name: {other for other in far[name] if name in far[other]} | {name} for name in needs}
    waves: list[list[str]] = []
    come: set[str] = set()
    while len(come) < len(needs):
        wave = sorted(name for name in needs if name not in come and far[name] - ring[name] <= come)
        waves.append(wave)
        come.update(wave)
    return waves, sorted({tuple(sorted(names)) for names in ring.values() if len(names) > 1})  # type: ignore[arg-type]
