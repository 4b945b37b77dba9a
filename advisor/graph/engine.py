"""Propagation of many failures at once: a gate per redundant set, levels of the condensed graph, one bit per failure.

Every node fails with any one of its dependencies (a *sum* node) or once ``threshold`` of them have failed (a *gate*:
n - k + 1 for k of n). Sum nodes that depend on one another in a ring share their fate and are one node. What is left
is worked off level by level, dependencies first; only rings through a gate are repeated until nothing changes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Gate = tuple[int, Sequence[int], int]
WORD = 64
# Tuning: failures are propagated in slices of this many words, to bound the memory of the counting gates.
WORDS_AT_ONCE = 2
FAILURES_AT_ONCE = WORD * WORDS_AT_ONCE


@dataclass(frozen=True)
class Index(Mapping[str, int]):
    """The numbers of names that stand in sorted parts one after the other: few are ever asked for, so they are looked
    up in the parts themselves. A name of several parts has its number in the first."""

    parts: tuple[tuple[str, ...], ...]

    def numbers_from(self, part: int) -> Mapping[str, int]:
        """The numbers of all names of one part."""
        return dict(zip(self.parts[part], count(self._start(part)), strict=False))

    def _start(self, part: int) -> int:
        return sum(map(len, self.parts[:part]))

    def __getitem__(self, name: str) -> int:
        for number, part in enumerate(self.parts):
            place = bisect_left(part, name)
            if place < len(part) and part[place] == name:
                return self._start(number) + place
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self.parts)

    def __len__(self) -> int:
        return self._start(len(self.parts))


@dataclass(frozen=True)
class Wiring:
    """Who depends on whom: node names, sum edges (source fails with target), gates (source, targets, threshold)."""

    names: tuple[str, ...]
    edges: tuple[tuple[str, str], ...]
    gates: tuple[tuple[str, tuple[str, ...], int], ...]


@dataclass(frozen=True)
class _Rows:
    """The nodes of one level that are worked out alike, with their dependencies laid end to end."""

    nodes: Ints
    targets: Ints
    starts: Ints
    thresholds: Ints | None = None


@dataclass(frozen=True)
class _Level:
    rows: tuple[_Rows, ...]
    ring: bool


@dataclass(frozen=True)
class Engine:
    """A compiled graph that answers which nodes fail with which failures."""

    index: Mapping[str, int]
    merged: Ints
    size: int
    levels: tuple[_Level, ...]

    def propagate(self, failures: Sequence[Iterable[str]]) -> npt.NDArray[np.bool_]:
        """For each failure (a set of failing nodes) a row, for each node a column: whether it fails."""
        parts = [self._slice(failures[at : at + width]) for at, width in _slices(len(failures))]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.index)), dtype=np.bool_)

    def _slice(self, failures: Sequence[Iterable[str]]) -> npt.NDArray[np.bool_]:
        state = np.zeros((self.size, -(-len(failures) // WORD)), dtype=np.uint64)
        for number, nodes in enumerate(failures):
            rows = self.merged[[self.index[node] for node in nodes]]
            state[rows, number // WORD] |= np.uint64(1 << (number % WORD))
        for level in self.levels:
            _settle(level, state)
        bits = _bits(state[self.merged])
        return bits[:, : len(failures)].T.astype(np.bool_)


def compile_wiring(wiring: Wiring) -> Engine:
    """Lay out the wiring for propagation."""
    index = {name: number for number, name in enumerate(wiring.names)}
    ends = [[index[source] for source, _ in wiring.edges], [index[target] for _, target in wiring.edges]]
    gates = [(index[source], [index[item] for item in items], threshold) for source, items, threshold in wiring.gates]
    return compile_numbers(index, np.array(ends, dtype=np.int64).reshape(2, -1), gates)


def compile_numbers(index: Mapping[str, int], ends: Ints, gates: Sequence[Gate]) -> Engine:
    """Lay out for propagation what is wired by number: ``ends`` are sources and targets of the sum edges, ``index`` the
    number of every node."""
    count = len(index)
    numbers = np.arange(count, count + len(gates), dtype=np.int64)
    behind = np.array([source for source, _, _ in gates], dtype=np.int64)
    sums = np.concatenate([ends, np.array([behind, numbers])], axis=1)
    merged = _strong(sums, count + len(gates))
    sizes = [len(members) for _, members, _ in gates]
    members = np.fromiter(chain.from_iterable(items for _, items, _ in gates), dtype=np.int64, count=sum(sizes))
    thresholds = np.ones(int(merged.max(initial=-1)) + 1, dtype=np.int64)
    is_gate = np.zeros(len(thresholds), dtype=np.bool_)
    gate_rows = merged[count:]
    thresholds[gate_rows] = [threshold for _, _, threshold in gates]
    is_gate[gate_rows] = True
    inner = np.array([np.repeat(numbers, sizes), members])
    pairs = np.concatenate([merged[sums], merged[inner]], axis=1)
    pairs = pairs[:, is_gate[pairs[0]] | (pairs[0] != pairs[1])]
    levels = tuple(_levels(pairs, is_gate, thresholds))
    return Engine(index, merged[:count], len(thresholds), levels)


def _strong(pairs: Ints, size: int) -> Ints:
    """The strongly connected part of each node."""
    if size == 0:
        return np.zeros(0, dtype=np.int64)
    ones = np.ones(pairs.shape[1], dtype=np.int8)
    graph = csr_array((ones, (pairs[0], pairs[1])), shape=(size, size))
    labels: Any = connected_components(graph, directed=True, connection="strong")[1]
    return np.asarray(labels, dtype=np.int64)


def _levels(pairs: Ints, is_gate: npt.NDArray[np.bool_], thresholds: Ints) -> Iterator[_Level]:
    size = len(thresholds)
    parts = _strong(pairs, size)
    ringed = np.bincount(parts, minlength=1)[parts] > 1 if size else np.zeros(0, dtype=np.bool_)
    depth = _depths(parts[pairs], int(parts.max(initial=-1)) + 1)[parts] if size else np.zeros(0, dtype=np.int64)
    order = np.lexsort((pairs[0], is_gate[pairs[0]], depth[pairs[0]]))
    pairs = pairs[:, order]
    cuts = np.searchsorted(depth[pairs[0]], np.arange(int(depth.max(initial=0)) + 2))
    for first, last in pairwise(cuts.tolist()):
        block = pairs[:, first:last]
        gated = is_gate[block[0]]
        rows = [_rows(block[:, ~gated], None), _rows(block[:, gated], thresholds)]
        yield _Level(tuple(row for row in rows if len(row.nodes)), bool(ringed[block[0]].any()))


def _rows(pairs: Ints, thresholds: Ints | None) -> _Rows:
    nodes, starts = np.unique(pairs[0], return_index=True)
    return _Rows(nodes, pairs[1], starts, None if thresholds is None else thresholds[nodes])


def _depths(pairs: Ints, size: int) -> Ints:
    """Longest way down from each node of an acyclic graph: what depends on nothing has depth 0."""
    pairs = pairs[:, pairs[0] != pairs[1]]
    waiting = np.bincount(pairs[0], minlength=size)
    order = np.argsort(pairs[1], kind="stable")
    dependents, starts = pairs[0][order], np.searchsorted(pairs[1][order], np.arange(size + 1))
    depth = np.zeros(size, dtype=np.int64)
    ready, level = np.flatnonzero(waiting == 0), 0
    while len(ready):
        depth[ready] = level
        reached = _gathered(dependents, starts, ready)
        found, times = np.unique(reached, return_counts=True)
        waiting[found] -= times
        ready, level = found[waiting[found] == 0], level + 1
    return depth


def _gathered(values: Ints, starts: Ints, rows: Ints) -> Ints:
    """The values of these rows, laid end to end."""
    lengths = starts[rows + 1] - starts[rows]
    ends = np.cumsum(lengths)
    shifts = np.repeat(starts[rows] - (ends - lengths), lengths)
    return values[shifts + np.arange(int(lengths.sum()))]


def _settle(level: _Level, state: Words) -> None:
    """Work out one level; a ring through gates is repeated until nothing changes (failures only spread)."""
    while True:
        changed = False
        for rows in level.rows:
            before = state[rows.nodes]
            after = before | _worked_out(rows, state)
            changed = changed or not np.array_equal(before, after)
            state[rows.nodes] = after
        if not (changed and level.ring):
            return


def _worked_out(rows: _Rows, state: Words) -> Words:
    found = state[rows.targets]
    if rows.thresholds is None:
        return np.bitwise_or.reduceat(found, rows.starts, axis=0)
    counts = np.add.reduceat(_bits(found), rows.starts, axis=0, dtype=np.int32)
    return _packed(counts >= rows.thresholds[:, None])


def _bits(words: Words) -> npt.NDArray[np.uint8]:
    return np.unpackbits(np.ascontiguousarray(words).view(np.uint8), axis=1, bitorder="little")


def _packed(bits: npt.NDArray[np.bool_]) -> Words:
    return np.packbits(bits, axis=1, bitorder="little").view(np.uint64)


def _slices(count: int) -> Iterator[tuple[int, int]]:
    return ((at, FAILURES_AT_ONCE) for at in range(0, count, FAILURES_AT_ONCE))
