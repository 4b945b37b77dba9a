"""The order in which workloads can be recovered; those that need one another recover together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import networkx as nx

Sets = tuple[tuple[str, ...], ...]


def recovery_waves(needs: Mapping[str, Iterable[str]]) -> tuple[Sets, Sets]:
    """(waves, cycles) of names, each sorted: a wave needs only earlier waves; a cycle stays together in one wave."""
    pairs = [(name, need) for name in sorted(needs) if needs[name] for need in sorted(needs[name]) if need in needs]
    related = {name for pair in pairs for name in pair}
    waves, cycles = _of_related(pairs)
    # What needs nothing and is not needed is most of a large estate: it is back with the first.
    first = sorted([*(waves[0] if waves else ()), *(name for name in needs if name not in related)])
    return ((tuple(first), *waves[1:]) if first else ()), cycles


def _of_related(pairs: list[tuple[str, str]]) -> tuple[Sets, Sets]:
    graph: nx.DiGraph[str] = nx.DiGraph(pairs)
    cycles = tuple(sorted(tuple(sorted(part)) for part in nx.strongly_connected_components(graph) if len(part) > 1))
    condensed = nx.condensation(graph)
    waves = []
    for generation in nx.topological_generations(condensed.reverse(copy=False)):
        waves.append(tuple(sorted(name for node in generation for name in condensed.nodes[node]["members"])))
    return tuple(waves), cycles
