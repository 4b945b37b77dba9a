"""Which of many combinations no other one beats: a Pareto set over numbers, sets and recovery times.

Every row is held against those that stay before it in the order of its figures, all at once: first figures that are
cheap to compare, then a few numbers of each recovery time (its ends, some samples), and whole vectors of samples only
for the few rivals that pass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from advisor.estimation.performance import Floats, Ints, Sets, Table
from advisor.estimation.timelines import LOST

COST, CHANGES, QUOTA = 0, 1, 2
ROOM: Final = 64  # kept rows that a group has room for at first
NoWorse = Callable[[int, int, int], bool]  # of a failure and two classes
Judge = Callable[[Ints, int], int | None]  # of rivals and a row: the place among the rivals of one that beats it


class TooManyError(Exception):
    """More combinations are left than the exact comparison is meant for."""


@dataclass(frozen=True)
class Quota:
    """What a unit of the account's free quota is worth at most, in cents, and how many units there are."""

    cents: float = 0.0
    free: float = 0.0

    def worth(self, more: Floats) -> Floats:
        """Most that using ``more`` of the quota than another combination could take off the bill."""
        credit: Floats = np.minimum(np.maximum(more, 0.0), self.free) * self.cents
        return credit


@dataclass(frozen=True)
class Times:
    """How recovery times compare: whether one class is no worse than another in a failure, and the ``classes`` of every
    combination (combinations × failures); and ``figures``, a row for each class of each failure, that are no larger
    than another class's wherever it is no worse (necessary, not sufficient), with the ``places`` of every combination's
    classes among them."""

    no_worse: NoWorse
    classes: Ints
    figures: Floats | None = None
    places: Ints | None = None

    def first(self, rivals: Ints, row: int) -> int | None:
        """The place of the first of the rivals that is no worse than the row in any failure."""
        places = np.arange(rivals.size)
        if self.figures is not None and self.places is not None:
            own = self.figures[self.places[row]]
            places = np.flatnonzero((self.figures[self.places[rivals]] <= own).all(axis=(1, 2)))
        classes = self.classes[rivals[places]]
        open_questions = (classes != self.classes[row]) & (self.classes[row] != LOST)
        for place, rival, asked in zip(places.tolist(), classes, open_questions, strict=True):
            failures = np.flatnonzero(asked)
            pairs = zip(failures.tolist(), rival[asked].tolist(), self.classes[row, failures].tolist(), strict=True)
            if all(one != LOST and self.no_worse(failure, one, other) for failure, one, other in pairs):
                return int(place)
        return None


class _Kept:
    """Rows that stay and can be compared with one another, as they give the same signals: a column each."""

    def __init__(self, figures: int) -> None:
        self.count = 0
        self.ahead, self.used = np.empty((figures, ROOM)), np.empty(ROOM)
        self.charges, self.numbers, self.places = (np.empty(ROOM, dtype=np.int64) for _ in range(3))

    def add(self, row: int, place: int, figures: Floats, used: float, charges: int) -> None:
        """One more row, which is at this place among all that stay."""
        if self.count == self.used.size:
            self.ahead = np.concatenate([self.ahead, np.empty_like(self.ahead)], axis=1)
            self.used = np.concatenate([self.used, np.empty_like(self.used)])
            self.charges, self.numbers, self.places = (
                np.concatenate([item, np.empty_like(item)]) for item in (self.charges, self.numbers, self.places)
            )
        at = self.count
        self.ahead[:, at], self.used[at], self.charges[at] = figures, used, charges
        self.numbers[at], self.places[at] = row, place
        self.count += 1

    def rivals(self, figures: Floats, used: float, contained: NDArray[np.bool_], quota: Quota) -> Ints:
        """The kept rows that are no worse in every figure and need only charges that are ``contained`` in the row's."""
        count = self.count
        good = (self.ahead[1:, :count] <= figures[1:, None]).all(axis=0) & contained[self.charges[:count]]
        found: Ints = np.flatnonzero(good)
        if found.size and used > 0:
            credit = quota.worth(used - self.used[found])
            found = found[self.ahead[COST, found] <= figures[COST] - credit]
        return found


def pareto(
    rows: Floats, table: Table, quota: Quota, judge: Judge | None = None, limit: int | None = None
) -> tuple[list[int], list[int]]:
    """The rows that no other beats (in the order of ``rows``), and for every row the place of the one that stands for
    it. A winner is no worse in any column of ``rows`` (cost less what the loser's use of the quota could be worth),
    needs no charge that the loser does without, gives the same signals, and passes the ``judge``. Of equals the first
    stays. Raises ``TooManyError`` beyond ``limit``."""
    order = np.lexsort([np.arange(len(rows)), *rows.T[::-1]])
    charges, contained = subsets(table.shared)
    signals, used = table.signals.tolist(), table.sums[:, QUOTA]
    kept: list[int] = []
    places = np.empty(len(rows), dtype=np.int64)
    groups: dict[int, _Kept] = {}
    for row in order.tolist():
        group = groups.get(signals[row])
        if group is None:
            group = groups[signals[row]] = _Kept(rows.shape[1])
        found = group.rivals(rows[row], used[row], contained[charges[row]], quota)
        winner = None
        if found.size:
            winner = 0 if judge is None else judge(group.numbers[found], row)
        if winner is not None:
            places[row] = int(group.places[found[winner]])
            continue
        places[row] = len(kept)
        group.add(row, len(kept), rows[row], used[row], charges[row])
        kept.append(row)
        if limit is not None and len(kept) > limit:
            raise TooManyError
    return kept, places.tolist()


def subsets(sets: Sets) -> tuple[list[int], NDArray[np.bool_]]:
    """Sets of bits by number, and for each number which others are contained in it."""
    values = sets.tolist()
    numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
    contained = np.array([[one & ~other == 0 for one in numbers] for other in numbers], dtype=bool)
    return [numbers[value] for value in values], contained
