"""Collects edges, merging what several sources say about one and the same edge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from advisor.graph.edgetable import (
    CONFIDENCE_CODE,
    EdgeColumns,
    Edges,
    is_same_as_before,
    order_of,
)
from advisor.graph.nodes import NONE, Codes, Nodes
from advisor.model.graph import Edge, EdgeConfidence, Meaning

CONFIDENCE_RANK: dict[EdgeConfidence, int] = {"declared": 0, "derived": 1, "guessed": 2}


def edge_key(edge: Edge) -> tuple[str, str, str, str, str]:
    """The order in which edges are told."""
    return (edge.source, edge.target, edge.meaning, edge.group or "", edge.rule)


@dataclass
class EdgeSet:
    """Edges by (source, target, meaning, group): both evidences are kept and the stronger confidence wins."""

    nodes: Nodes = field(default_factory=Nodes)

    @cached_property
    def _columns(self) -> EdgeColumns:
        return EdgeColumns(self.nodes)

    def add(
        self,
        source: str | None,
        target: str | None,
        meaning: Meaning,
        confidence: EdgeConfidence,
        rule: str,
        evidence: str = "",
        group: str | None = None,
        quorum: int | None = None,
    ) -> None:
        """Add one edge; an edge without an end or to itself is none. ``quorum`` is how many of the group the provider
        says are needed, None where nothing says so."""
        if not source or not target or source == target:
            return
        self._columns.append(source, target, meaning, confidence, rule, evidence, group, quorum)

    def add_many(
        self,
        sources: Codes,
        targets: Codes,
        meaning: Meaning,
        confidence: EdgeConfidence,
        rule: str,
        evidence: str,
    ) -> None:
        """Add an edge from each source to the target in the same place, both by their numbers in ``nodes``; pairs
        without an end or of one end are none."""
        kept = (sources != NONE) & (targets != NONE) & (sources != targets)
        if kept.any():
            self._columns.extend(sources[kept], targets[kept], meaning, confidence, rule, evidence)

    def put(self, edge: Edge) -> None:
        """Add one edge as it is."""
        self._columns.append_edge(edge)

    def as_found(self) -> Edges:
        """All edges in the order in which they were added."""
        return self._columns.coded()

    def sorted(self) -> Edges:
        """All edges, each once, in the order in which they are told."""
        return merged_sorted(self._columns.coded())

    def __len__(self) -> int:
        return len(self.sorted())


def merged_sorted(edges: Edges) -> Edges:
    """The edges in the order in which they are told, those of one key made one."""
    ordered = edges.where(order_of(edges))
    starts = np.flatnonzero(~is_same_as_before(ordered))
    if len(starts) == len(ordered):
        return ordered
    kept = ordered.where(starts)
    words = list(ordered.words)
    ends = np.append(starts[1:], len(ordered))
    for run in np.flatnonzero(ends - starts > 1).tolist():
        best = ordered[int(starts[run])]
        for place in range(int(starts[run]) + 1, int(ends[run])):
            best = _merged(best, ordered[place])
        kept.confidence[run] = CONFIDENCE_CODE[best.confidence]
        kept.rule[run] = ordered.words.index(best.rule)
        kept.evidence[run] = len(words)
        words.append(best.evidence)
    return replace(kept, words=tuple(words))


def _merged(old: Edge, new: Edge) -> Edge:
    key = {edge: (CONFIDENCE_RANK[edge.confidence], edge.rule) for edge in (old, new)}
    best = min((old, new), key=lambda edge: key[edge])
    evidences = sorted({part for edge in (old, new) for part in edge.evidence.split("; ") if part})
    return replace(best, evidence="; ".join(evidences))


def shortened(items: Iterable[str], limit: int = 5) -> str:
    """A few of the items and how many more there are."""
    listed = list(items)
    more = len(listed) - limit
    return ", ".join(listed[:limit]) + (f" and {more} more" if more > 0 else "")
