"""Every node by number: the listed resources in the order of their tables, then whatever else is named. Rules that look
at all resources of a kind work on columns of numbers, which costs a fraction of looking up each id again and again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import chain, repeat
from typing import Final

import numpy as np
import numpy.typing as npt

from advisor.model.inventory import Kind
from advisor.model.tables import Tables

Codes = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
NONE: Final = -1
"""The number of no node: an empty text, an unknown field."""
_NEW: Final = -2


def distinct(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The numbers sorted, each once. (``np.unique`` hashes them, which takes ten times as long.)"""
    ordered = np.sort(numbers)
    is_first = np.ones(len(ordered), dtype=np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return ordered[is_first]


def are_among(numbers: npt.NDArray[np.int64], ordered: npt.NDArray[np.int64]) -> Bools:
    """Which of the numbers are among others that are sorted."""
    if not len(ordered):
        return np.zeros(len(numbers), dtype=np.bool_)
    places = np.minimum(np.searchsorted(ordered, numbers), len(ordered) - 1)
    found: Bools = ordered[places] == numbers
    return found


class Nodes:
    """The numbers of nodes. New nodes get new numbers; those that are given stay."""

    def __init__(self, tables: Tables | None = None) -> None:
        self._tables = tables or Tables(())
        self._starts = self._tables.starts
        self.texts: list[str] = [one for table in self._tables.tables.values() for one in table.ids]
        self.listed = len(self.texts)
        self._number = dict(self._tables.numbers)
        self._number[""] = NONE
        self._texts_known: dict[tuple[Kind, str], Codes] = {}
        self._lists_known: dict[tuple[Kind, str], tuple[Codes, Codes]] = {}

    def number(self, node: str) -> int:
        """The number of a node, ``NONE`` of an empty text."""
        known = self._number.get(node)
        if known is None:
            known = self._number[node] = len(self.texts)
            self.texts.append(node)
        return known

    def numbers(self, nodes: Sequence[str]) -> Codes:
        """The number of each node."""
        found = np.fromiter(map(self._number.get, nodes, repeat(_NEW)), dtype=np.int32, count=len(nodes))
        for place in np.flatnonzero(found == _NEW).tolist():
            found[place] = self.number(nodes[place])
        return found

    def known(self, node: str) -> int:
        """The number of a listed resource, ``NONE`` of anything else."""
        number = self._number.get(node, NONE)
        return number if number < self.listed else NONE

    def rows(self, kind: Kind) -> Codes:
        """The numbers of the resources of a kind, row by row."""
        start = self._starts.get(kind, 0)
        return np.arange(start, start + len(self._tables.table(kind)), dtype=np.int32)

    def start(self, kind: Kind) -> int:
        """The number of the first resource of a kind."""
        return self._starts.get(kind, 0)

    def used(self, numbers: Codes) -> list[int]:
        """The different ones of these nodes, without ``NONE``."""
        return np.flatnonzero(np.bincount(numbers + 1)[1:]).tolist()

    def is_listed(self, numbers: Codes) -> Bools:
        """Which of these nodes are listed resources."""
        return (numbers >= 0) & (numbers < self.listed)

    def is_kind(self, numbers: Codes, kind: Kind) -> Bools:
        """Which of these nodes are listed resources of a kind."""
        start = self.start(kind)
        return (numbers >= start) & (numbers < start + len(self._tables.table(kind)))

    def column(self, kind: Kind, name: str) -> Codes:
        """The node that an attribute of every row names, ``NONE`` where it names none."""
        found = self._texts_known.get((kind, name))
        if found is None:
            table = self._tables.table(kind)
            told = name in table.attributes
            found = self.numbers(table.texts(name)) if told else np.full(len(table), NONE, dtype=np.int32)
            self._texts_known[kind, name] = found
        return found

    def lists(self, kind: Kind, name: str) -> tuple[Codes, Codes]:
        """The nodes that a list of every row names, end to end: the row of each and the node."""
        found = self._lists_known.get((kind, name))
        if found is None:
            named = self._tables.table(kind).lists(name)
            sizes = np.fromiter(map(len, named), dtype=np.int32, count=len(named))
            rows = np.repeat(np.arange(len(named), dtype=np.int32), sizes)
            found = self._lists_known[kind, name] = rows, self.numbers(list(chain.from_iterable(named)))
        return found

    @cached_property
    def order(self) -> Codes:
        """The listed resources in the order of their ids."""
        ordered = sorted(range(self.listed), key=self.texts.__getitem__)
        return np.array(ordered, dtype=np.int32)

    def sorted(self, used: Bools) -> Codes:
        """Those of the nodes that are used, in the order of their texts."""
        listed = self.order[used[self.order]].tolist()
        others = (np.flatnonzero(used[self.listed :]) + self.listed).tolist()
        # Two sorted runs, which the sort only merges.
        others.sort(key=self.texts.__getitem__)
        return np.array(sorted([*listed, *others], key=self.texts.__getitem__), dtype=np.int32)
