"""Millions of edges, column by column: ends and words as numbers, an ``Edge`` made when somebody looks at one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, overload

import numpy as np
import numpy.typing as npt

from advisor.graph.nodes import Bools, Codes, Nodes
from advisor.model.graph import Edge, EdgeConfidence, Meaning

Ints = npt.NDArray[np.int64]
_NO_CODES: Final = np.zeros(0, dtype=np.int32)
# In the order of their words, so that numbers sort as words do.
MEANINGS: Final[tuple[Meaning, ...]] = ("containment", "control", "failover", "hard", "k_of_n", "recovery", "soft")
CONFIDENCES: Final[tuple[EdgeConfidence, ...]] = ("declared", "derived", "guessed")
MEANING_CODE: Final[Mapping[Meaning, int]] = {meaning: code for code, meaning in enumerate(MEANINGS)}
CONFIDENCE_CODE: Final[Mapping[EdgeConfidence, int]] = {word: code for code, word in enumerate(CONFIDENCES)}


class Names(tuple[str, ...]):
    """The nodes of edges, sorted, and the number of each; edges that are picked from others share them.

    ``made_of`` are the nodes of the estate that they were picked from, and the number that each has there."""

    made_of: tuple[Nodes, Codes] | None = None

    @cached_property
    def code(self) -> Mapping[str, int]:
        """Node → its number."""
        return _codes(self)

    def numbers_in(self, nodes: Nodes) -> Codes:
        """The number of each among the nodes of an estate."""
        if self.made_of is not None and self.made_of[0] is nodes:
            return self.made_of[1]
        return nodes.numbers(self)


@dataclass(frozen=True, eq=False)
class Edges(Sequence[Edge]):
    """Edges as columns. ``names`` are the nodes, sorted; ``words`` the rules, groups and evidences, of which rules and
    groups compare by number as they do by word. A group of "" is none, a quorum of -1 unknown."""

    names: Names
    words: tuple[str, ...]
    source: Codes
    target: Codes
    meaning: Codes
    confidence: Codes
    rule: Codes
    evidence: Codes
    group: Codes
    quorum: Codes

    def __len__(self) -> int:
        return len(self.source)

    @overload
    def __getitem__(self, at: int) -> Edge: ...
    @overload
    def __getitem__(self, at: slice) -> Edges: ...
    def __getitem__(self, at: int | slice) -> Edge | Edges:
        if isinstance(at, slice):
            return self.where(np.arange(len(self))[at])
        return self._edge(
            int(self.source[at]),
            int(self.target[at]),
            int(self.meaning[at]),
            int(self.confidence[at]),
            int(self.rule[at]),
            int(self.evidence[at]),
            int(self.group[at]),
            int(self.quorum[at]),
        )

    def __iter__(self) -> Iterator[Edge]:
        return (self._edge(*row) for row in zip(*(column.tolist() for column in self.columns), strict=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(Edge.__eq__, self, other))

    def __hash__(self) -> int:
        return hash((len(self), self.names))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def _edge(
        self, source: int, target: int, meaning: int, confidence: int, rule: int, evidence: int, group: int, quorum: int
    ) -> Edge:
        return Edge(
            self.names[source],
            self.names[target],
            MEANINGS[meaning],
            CONFIDENCES[confidence],
            self.words[rule],
            self.words[evidence],
            self.words[group] or None,
            None if quorum < 0 else quorum,
        )

    @property
    def columns(self) -> tuple[Codes, ...]:
        """Source, target, meaning, confidence, rule, evidence, group and quorum."""
        return (
            self.source,
            self.target,
            self.meaning,
            self.confidence,
            self.rule,
            self.evidence,
            self.group,
            self.quorum,
        )

    def where(self, kept: Bools | Ints) -> Edges:
        """The edges that are kept, or those at these places."""
        return Edges(self.names, self.words, *(column[kept] for column in self.columns))

    @property
    def code(self) -> Mapping[str, int]:
        """Node → its number."""
        return self.names.code

    def marked(self, nodes: Iterable[str]) -> Bools:
        """Which of the nodes are among these."""
        found = np.zeros(len(self.names) + 1, dtype=np.bool_)
        found[[self.code.get(node, -1) for node in nodes]] = True
        return found[:-1]

    def joins(self, source: str, target: str) -> bool:
        """Whether an edge leads from one node to the other; the edges are sorted."""
        start, end = self.code.get(source), self.code.get(target)
        if start is None or end is None:
            return False
        first, last = np.searchsorted(self.source, [start, start + 1])
        return bool((self.target[first:last] == end).any())

    def means(self, *meanings: Meaning) -> Bools:
        """Which edges have one of these meanings."""
        return _among(MEANINGS, meanings)[self.meaning]

    def is_sure(self, *confidences: EdgeConfidence) -> Bools:
        """Which edges have one of these confidences."""
        return _among(CONFIDENCES, confidences)[self.confidence]

    def has_rule(self, rules: Iterable[str] = (), start: str | None = None) -> Bools:
        """Which edges were made by one of these rules, or by one that starts so."""
        wanted = set(rules)
        fits = np.zeros(len(self.words), dtype=np.bool_)
        for code in np.flatnonzero(np.bincount(self.rule, minlength=len(self.words))).tolist():
            fits[code] = self.words[code] in wanted or (start is not None and self.words[code].startswith(start))
        return fits[self.rule]


def _among(words: Sequence[str], wanted: Sequence[str]) -> Bools:
    return np.array([word in wanted for word in words], dtype=np.bool_)


@dataclass(frozen=True)
class _Alike:
    """Edges that a rule found at once, all but the ends the same."""

    sources: Codes
    targets: Codes
    meaning: int
    confidence: int
    rule: int
    evidence: int


_Single = tuple[int, int, int, int, int, int, int, int]


@dataclass
class EdgeColumns:
    """Edges as they are found, in whatever order, everything as numbers: those of the nodes are the ``nodes``'s, those
    of the words are given as the words come."""

    nodes: Nodes = field(default_factory=Nodes)
    _parts: list[_Alike | list[_Single]] = field(default_factory=list)
    _words: dict[str, int] = field(default_factory=lambda: {"": 0})

    def append(
        self,
        source: str,
        target: str,
        meaning: Meaning,
        confidence: EdgeConfidence,
        rule: str,
        evidence: str,
        group: str | None,
        quorum: int | None = None,
    ) -> None:
        """Add one edge."""
        words, parts = self._words, self._parts
        singly = parts[-1] if parts else None
        if not isinstance(singly, list):
            singly = []
            parts.append(singly)
        singly.append(
            (
                self.nodes.number(source),
                self.nodes.number(target),
                MEANING_CODE[meaning],
                CONFIDENCE_CODE[confidence],
                words.setdefault(rule, len(words)),
                words.setdefault(evidence, len(words)),
                words.setdefault(group or "", len(words)),
                -1 if quorum is None else quorum,
            )
        )

    def append_edge(self, edge: Edge) -> None:
        """Add one edge as it is."""
        self.append(
            edge.source, edge.target, edge.meaning, edge.confidence, edge.rule, edge.evidence, edge.group, edge.quorum
        )

    def extend(
        self, sources: Codes, targets: Codes, meaning: Meaning, confidence: EdgeConfidence, rule: str, evidence: str
    ) -> None:
        """Add an edge from each source to the target in the same place, both by number."""
        words = self._words
        codes = (words.setdefault(rule, len(words)), words.setdefault(evidence, len(words)))
        self._parts.append(_Alike(sources, targets, MEANING_CODE[meaning], CONFIDENCE_CODE[confidence], *codes))

    def coded(self) -> Edges:
        """The edges with words as numbers, in the order in which they were added."""
        rows = [np.concatenate(columns) for columns in zip(*map(_columns, self._parts), strict=True)]
        source, target, meaning, confidence, rule, evidence, group, quorum = rows or [_NO_CODES] * 8
        names, node = self._names(source, target)
        words = tuple(sorted(self._words))
        word = _coded(list(self._words), _codes(words))
        return Edges(
            names,
            words,
            node[source],
            node[target],
            meaning,
            confidence,
            word[rule],
            word[evidence],
            word[group],
            quorum,
        )

    def _names(self, source: Codes, target: Codes) -> tuple[Names, Codes]:
        """The nodes that are used, and the place among them of each node by number."""
        used = np.zeros(len(self.nodes.texts), dtype=np.bool_)
        used[source] = True
        used[target] = True
        numbers = self.nodes.sorted(used)
        node = np.zeros(len(used), dtype=np.int32)
        node[numbers] = np.arange(len(numbers), dtype=np.int32)
        names = Names(map(self.nodes.texts.__getitem__, numbers.tolist()))
        names.made_of = self.nodes, numbers
        return names, node


def _columns(part: _Alike | list[_Single]) -> list[Codes]:
    """The eight columns of edges."""
    if isinstance(part, list):
        return list(np.array(part, dtype=np.int32).T)
    same = (part.meaning, part.confidence, part.rule, part.evidence, 0, -1)
    return [part.sources, part.targets, *(np.full(len(part.sources), code, dtype=np.int32) for code in same)]


def _codes(words: Sequence[str]) -> dict[str, int]:
    return dict(zip(words, range(len(words)), strict=True))


def _coded(column: Sequence[str], code: Mapping[str, int]) -> Codes:
    return np.fromiter(map(code.__getitem__, column), dtype=np.int32, count=len(column))


def edges_of(edges: Iterable[Edge]) -> Edges:
    """Edges as columns; those that are so already are handed back."""
    if isinstance(edges, Edges):
        return edges
    columns = EdgeColumns()
    for edge in edges:
        columns.append_edge(edge)
    return columns.coded()


def joined(one: Edges, other: Edges) -> Edges:
    """The edges of both in the order in which they are told; no key may be in both."""
    if not len(other):
        return one
    names = one.names if set(other.names) <= one.code.keys() else Names(sorted({*one.names, *other.names}))
    words = tuple(sorted({*one.words, *other.words}))
    parts = [_recoded(edges, names, words) for edges in (one, other)]
    columns = zip(*(part.columns for part in parts), strict=True)
    both = Edges(names, words, *(np.concatenate(column) for column in columns))
    return both.where(order_of(both))


def _recoded(edges: Edges, names: Names, words: tuple[str, ...]) -> Edges:
    if edges.names is not names:
        node = _coded(edges.names, names.code)
        edges = replace(edges, names=names, source=node[edges.source], target=node[edges.target])
    word = _coded(edges.words, _codes(words))
    rule, evidence, group = word[edges.rule], word[edges.evidence], word[edges.group]
    return replace(edges, words=words, rule=rule, evidence=evidence, group=group)


def order_of(edges: Edges) -> Ints:
    """The places of the edges by source, target, meaning, group and rule."""
    size = len(edges.names) + 1
    ends = edges.source.astype(np.int64) * size + edges.target
    words = len(edges.words) + 1
    rest = (edges.meaning.astype(np.int64) * words + edges.group) * words + edges.rule
    return np.lexsort((rest, ends))


def is_same_as_before(edges: Edges) -> Bools:
    """Of sorted edges: which have the ends, the meaning and the group of the one before."""
    same = np.zeros(len(edges), dtype=np.bool_)
    same[1:] = True
    for column in (edges.source, edges.target, edges.meaning, edges.group):
        same[1:] &= column[1:] == column[:-1]
    return same
