"""Collects edges, merging what several sources say about one and the same edge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from advisor.model.graph import Edge, EdgeConfidence, Meaning

CONFIDENCE_RANK: dict[EdgeConfidence, int] = {"declared": 0, "derived": 1, "guessed": 2}


def edge_key(edge: Edge) -> tuple[str, str, str, str, str]:
    """The order in which edges are told."""
    return (edge.source, edge.target, edge.meaning, edge.group or "", edge.rule)


@dataclass
class EdgeSet:
    """Edges by (source, target, meaning, group): both evidences are kept and the stronger confidence wins."""

    _edges: dict[tuple[str, str, Meaning, str | None], Edge] = field(default_factory=dict)

    def add(
        self,
        source: str | None,
        target: str | None,
        meaning: Meaning,
        confidence: EdgeConfidence,
        rule: str,
        evidence: str = "",
        group: str | None = None,
    ) -> None:
        """Add one edge; an edge without an end or to itself is none."""
        if not source or not target or source == target:
            return
        key = (source, target, meaning, group)
        old = self._edges.get(key)
        new = Edge(source, target, meaning, confidence, rule, evidence, group)
        self._edges[key] = new if old is None else _merged(old, new)

    def sorted(self) -> tuple[Edge, ...]:
        return tuple(sorted(self._edges.values(), key=edge_key))

    def __len__(self) -> int:
        return len(self._edges)


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
