"""What waiting costs, shared out among single options, so that prices see it.

The loss of a key is F(i, j1 .. jm) = max over its waits of extra_w[i, j_w]. Any numbers u, v with

    u[i] + v_1[j1] + .. + v_m[jm] <= F(i, j1 .. jm)   for all options

may be added to the options' own losses without a choice ever losing more than it does in truth: bounds stay bounds.
Good ones are found by rounds of min-sum diffusion: every key takes an equal part of how far the options of its
workloads lie above the least choice (their excess at the best prices), adds F, and gives each workload the same part of
what its options then cost at least (Globerson and Jaakkola, Fixing max-product, NIPS 20, 2007; Werner, A linear
programming approach to max-sum problem, IEEE PAMI 29, 2007). The least over the options of all needed workloads is
taken threshold by threshold: where nobody is later than t, each chooses by itself.

Keys with equal numbers of waits and options are worked on together. Shares are whole multiples of 1 / ``STEP`` cent, so
that their sums are exact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from advisor.optimise.columns import Bools, Floats, Ints
from advisor.optimise.system import System

STEP: Final = 1024.0
WAITS: Final = 6
ENTRIES: Final = 60_000_000
TOGETHER: Final = 1_000_000
FINE, COARSE, FEW = 4, 16, 32

Shorts = NDArray[np.int16]


class Shifts:
    """The shares of all keys; ``total`` adds them up by option. Where tables would pass ``ENTRIES`` in all, the keys
    that can lose least are left out, and of more than ``WAITS`` waits of one key those that can lose least."""

    def __init__(self, system: System, possible: Bools | None) -> None:
        self.system = system
        self.possible = np.ones(system.size, np.bool_) if possible is None else possible
        self.keys = [_Keys(self, members) for members in self._together()]
        self.part = (1.0 / np.maximum(self._degrees(), 1.0))[system.owner]

    def reset(self) -> None:
        """Forgets all shares."""
        for keys in self.keys:
            keys.reset()

    def spread(self, excess: Floats) -> None:
        """One round; ``excess`` is in units of the loss, and infinite for options that are ruled out for good."""
        mine = excess * self.part
        for keys in self.keys:
            keys.spread(mine)

    def total(self) -> Floats:
        """What all keys together add to the loss of every option."""
        found = np.zeros(self.system.size)
        for keys in self.keys:
            np.add.at(found, keys.own[keys.own_live], keys.own_share[keys.own_live])
            np.add.at(found, keys.others[keys.others_live], keys.others_share[keys.others_live])
        return found

    def rows(self, workload: int) -> Ints:
        """The options that a workload has left."""
        first, last = self.system.problem.offsets[workload : workload + 2].tolist()
        found: Ints = first + np.flatnonzero(self.possible[first:last])
        return found

    def _together(self) -> Iterator[list[tuple[int, ...]]]:
        """Lists of keys (the waits of each) of one shape, as many as are worked on at once."""
        shapes: dict[tuple[int, int, int], list[tuple[int, ...]]] = defaultdict(list)
        room = ENTRIES
        for members in self._by_weight():
            shape = self.shape(members)
            if _entries(shape) <= room:
                shapes[shape].append(members)
                room -= _entries(shape)
        for shape, found in sorted(shapes.items()):
            size = max(1, TOGETHER // _entries(shape))
            yield from (sorted(found)[n : n + size] for n in range(0, len(found), size))

    def _by_weight(self) -> list[tuple[int, ...]]:
        """The waits of every key, those that can lose most first."""
        waits = self.system.waits
        by_key: dict[int, list[int]] = defaultdict(list)
        for wait, key in enumerate(waits.key.tolist()):
            by_key[key].append(wait)
        kept = {}
        for key, members in by_key.items():
            largest = {wait: int(waits.table(wait).max()) for wait in members}
            members = sorted((w for w in members if largest[w]), key=lambda w: (-largest[w], w))[:WAITS]
            if members:
                kept[key] = tuple(members)
        order = sorted(kept, key=lambda key: (-int(waits.most[key]), key))
        return [kept[key] for key in order]

    def shape(self, members: Sequence[int]) -> tuple[int, int, int]:
        waits = self.system.waits
        ends = [int(waits.dependent[members[0]]), *(int(waits.needed[wait]) for wait in members)]
        first, *others = [self.rows(end).size for end in ends]
        return len(members), _rounded(first), _rounded(max(others))

    def _degrees(self) -> Floats:
        """In how many waits and keys each workload takes part."""
        found = np.zeros(self.system.workloads)
        for keys in self.keys:
            np.add.at(found, self.system.owner[keys.own[:, 0]], 1.0)
            np.add.at(found, self.system.owner[keys.others[:, :, 0]], 1.0)
        return found


class _Keys:
    """Keys of one shape: K keys of m waits, I options of the dependent, J of each needed workload (those missing at the
    end are not ``live``), and M = m * J thresholds for every option of the dependent."""

    def __init__(self, shifts: Shifts, keys: Sequence[Sequence[int]]) -> None:
        waits, starts = shifts.system.waits, shifts.system.starts
        count, self.own_size, self.other_size = shifts.shape(keys[0])
        shape = (len(keys), count, self.own_size, self.other_size)
        self.own = np.zeros((len(keys), self.own_size), np.int64)
        self.others = np.zeros((len(keys), count, self.other_size), np.int64)
        self.own_live, self.others_live = np.zeros(self.own.shape, np.bool_), np.zeros(self.others.shape, np.bool_)
        tables = np.zeros(shape, np.int64)
        for number, members in enumerate(keys):
            mine = int(waits.dependent[members[0]])
            own = shifts.rows(mine)
            self.own[number, : own.size], self.own_live[number, : own.size] = own, True
            for place, wait in enumerate(members):
                theirs = int(waits.needed[wait])
                other = shifts.rows(theirs)
                self.others[number, place, : other.size] = other
                self.others_live[number, place, : other.size] = True
                table = waits.table(wait)[np.ix_(own - starts[mine], other - starts[theirs])]
                tables[number, place, : own.size, : other.size] = table
        self._sort(tables)
        self.reset()

    def _sort(self, tables: Ints) -> None:
        """The thresholds of each option of the dependent; of each wait its options by what they cost beside it, how
        many of these are within each threshold, and at which threshold each of them begins."""
        count = tables.shape[1]
        flat = np.moveaxis(tables, 1, 2).reshape(len(tables), self.own_size, -1)
        self.thresholds = np.sort(flat, axis=2).astype(np.float64)
        self.order: Shorts = np.argsort(tables, axis=3, kind="stable").astype(np.int16)
        self.within: Shorts = np.zeros((len(tables), count, self.own_size, flat.shape[2]), np.int16)
        self.begins: Shorts = np.zeros(tables.shape, np.int16)
        for place in range(count):
            for option in range(self.other_size):
                self.within[:, place] += tables[:, place, :, option, None] <= self.thresholds
            for step in range(flat.shape[2]):
                self.begins[:, place] += self.thresholds[:, :, step, None] < tables[:, place]

    def reset(self) -> None:
        """Nothing is shared out."""
        self.own_share, self.others_share = np.zeros(self.own.shape), np.zeros(self.others.shape)

    def spread(self, mine: Floats) -> None:
        """Shares that make up for each workload's part of the excess, which ``mine`` gives by option."""
        own = np.where(self.own_live, mine[self.own] - self.own_share, np.inf)
        others = np.where(self.others_live, mine[self.others] - self.others_share, np.inf)
        least = self._least(others)
        rest = self.thresholds + least.sum(axis=1)
        part = 1.0 / (1 + others.shape[1])
        self.own_share = _whole(part * (own + rest.min(axis=2)), own)
        for place in range(others.shape[1]):
            known = self.thresholds + np.delete(least, place, axis=1).sum(axis=1)
            later = np.minimum.accumulate(known[:, :, ::-1], axis=2)[:, :, ::-1]
            beside = own[:, :, None] + np.take_along_axis(later, self.begins[:, place].astype(np.int64), axis=2)
            wanted = part * (others[:, place] + beside.min(axis=1))
            self.others_share[:, place] = _whole(wanted, others[:, place])

    def _least(self, others: Floats) -> Floats:
        """For every wait, option of the dependent and threshold the least of the needed workload's options within."""
        found = np.take_along_axis(others[:, :, None, :], self.order.astype(np.int64), axis=3)
        least = np.full((*found.shape[:3], self.other_size + 1), np.inf)
        np.minimum.accumulate(found, axis=3, out=least[..., 1:])
        return np.take_along_axis(least, self.within.astype(np.int64), axis=3)


def _whole(wanted: Floats, given: Floats) -> Floats:
    """The change from what was given to what is wanted, rounded down to a step; 0 where an option is ruled out."""
    with np.errstate(invalid="ignore"):
        change = np.floor((wanted - given) * STEP) / STEP
    result: Floats = np.where(np.isfinite(change), change, 0.0)
    return result


def _entries(shape: tuple[int, int, int]) -> int:
    count, own, other = shape
    return count * count * own * other


def _rounded(size: int) -> int:
    """Sizes are rounded up a little, so that more keys have the same shape."""
    if size <= FINE:
        return size
    step = FINE if size <= FEW else COARSE
    return -(-size // step) * step
