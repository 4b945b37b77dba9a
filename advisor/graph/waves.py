"""The order in which workloads can be recovered; those that need one another recover together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import networkx as nx

Sets = tuple[tuple[str, ...], ...]


def recovery_waves(needs: Mapping[str, Iterable[str]]) -> tuple[Sets, Sets]:
    """(waves, cycles) of names, each sorted: a wave needs only earlier waves; a cycle stays together in one wave."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted(needs))
    graph.add_edges_from((name, need) for name in sorted(needs) for need in sorted(needs[name]) if need in needs)
    cycles = tuple(sorted(tuple(sorted(part)) for part in nx.strongly_connected_components(graph) if len(part) > 1))
    condensed = nx.condensation(graph)
    waves = []
    for generation in nx.topological_generations(condensed.reverse(copy=False)):
        waves.append(tuple(sorted(name for node in generation for name in condensed.nodes[node]["members"])))
    return tuple(waves), cycles
