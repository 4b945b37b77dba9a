"""Combining units where too many combinations are left to compare them in everything: by what they decide.

That is the cost, the number of changes, which targets are met, and the expected annual loss. A combination goes where
another one costs no more, touches no more, does as well by every target whatever the other units do, and would let the
loss be larger by less than a stated amount of money a year. Both are bounds over the samples, and so hold whatever
recovery times have in common: for times A and B and any rest R,

    E max(A, R) - E max(B, R) <= E max(A - B, 0)
    P(max(A, R) > t) - P(max(B, R) > t) <= P(A > t and B <= t).

They add up over disruptions and over the steps in which units are added; each step gets its share of what is stated
for the workload. How far a missed target is missed is told in the steps of ``BEYOND``.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from advisor.estimation.combining import KINDS, Composition, Exact
from advisor.estimation.dominance import QUOTA, Quota, TooManyError
from advisor.estimation.performance import Floats, Ints, Performance, Table
from advisor.estimation.sieve import sieve
from advisor.estimation.stakes import Stakes
from advisor.estimation.timelines import LOST, View

LIMIT: Final = 400  # combinations of some units that are kept, where letting some loss pass leaves so few
MOST: Final = 4_000  # the same, where targets alone tell more of them apart
SHARE: Final = 0.001  # of the loss that may be let pass, where that leaves few enough
FACTORS: Final = (1, 2, 4, 8, 16, 32, 64)  # by which a step may let more pass
USUAL: Final = 8  # the factor where no factor leaves few
CHANCE: Final = 0.005  # of meeting a target that may be let pass
CLEARLY: Final = 0.02  # beyond what a target allows to be late: no other draws would make up for it
Matrix = NDArray[np.float32]


def scale(stakes: Stakes, tables: Sequence[Table]) -> float:
    """Money a year that the workload loses at the least, roughly: in each disruption its worst unit at its best."""
    cap = stakes.cap_s
    lost = [np.minimum(table.worst[:, KINDS : 2 * KINDS], cap).min(axis=0) for table in tables]
    down = [np.minimum(table.times, cap).min(axis=0) for table in tables]
    return float((np.max(lost, axis=0) * stakes.lost + np.max(down, axis=0) * stakes.down).sum())


@dataclass(frozen=True)
class _Open:
    """A failure that is not closed: money a year that one class may add to the loss of another (classes × classes),
    infinite where it is worse by a target; and the class of every row among them."""

    money: Matrix
    where: Ints


@dataclass(frozen=True)
class _Judge:
    """Lets a rival win that adds no more than ``money`` a year to the loss of a row."""

    soft: Floats
    failures: Sequence[_Open]
    money: float

    def passes(self, rivals: Ints, rows: Ints) -> NDArray[np.bool_]:
        """Pair by pair whether it does."""
        excess = np.zeros(len(rows))
        for column in self.soft.T:
            excess += np.maximum(column[rivals] - column[rows], 0.0)
        for failure in self.failures:
            excess += failure.money[failure.where[rivals], failure.where[rows]]
        found: NDArray[np.bool_] = excess <= self.money
        return found


class Weighing:
    """Compares combinations by what they decide. All steps, of which each unit brings two, let as little of the
    expected loss pass as leaves few enough combinations, ``spent`` money a year in all, and at most ``CHANCE`` of
    meeting a target."""

    def __init__(self, performance: Performance, stakes: Stakes, quota: Quota, loss: float, units: int) -> None:
        self.performance, self.stakes, self.quota = performance, stakes, quota
        self.spent, self.least = 0.0, SHARE * loss / (2 * units)
        self.late = int(CHANCE / (2 * units) * performance.sampler.size)
        self.bounds = [stakes.bounds_s(number, "rto_s") for number in range(KINDS)]
        self.losses = [stakes.bounds_s(number, "rpo_s") for number in range(KINDS)]

    @property
    def chance(self) -> float:
        """What is let pass of the chance to meet a target."""
        return CHANCE if self.late else 0.0

    def left(self, table: Table, views: Sequence[tuple[int, View, Ints]]) -> tuple[list[int], list[int]]:
        """The rows that stay, and the place of the one that stands for each. ``views``: of each open failure the
        samples of the classes that occur, with each row's class among them, ``LOST`` apart. Raises ``TooManyError``."""
        failures = [_Open(self._money(place, view), where) for place, view, where in views]
        hard, soft = self._hard(table), self._soft(table)
        for factor, limit in (*((factor, LIMIT) for factor in FACTORS), (USUAL, MOST)):
            money = self.least * factor
            with suppress(TooManyError):
                judge = _Judge(soft, failures, money)
                found = sieve(hard, soft.sum(axis=1), table, self.quota, judge.passes, limit)
                self.spent += money
                return found
        raise TooManyError

    def _hard(self, table: Table) -> Floats:
        """What must be no larger: cost, changes, how far targets are missed already, and whether there is no bound."""
        endings = self.performance.endings
        columns = [*table.sums[:, :QUOTA].T]
        for number in range(KINDS):
            worst, gone = table.worst[:, number], table.worst[:, 2 * KINDS + number]
            columns += [_exceeded(self.losses[number], worst) + np.isinf(worst), gone]
            ended = table.ended[:, endings.part(number)]
            columns += [_exceeded(self.bounds[number], ended[:, 1 + level]) for level in range(len(endings.levels))]
            if self.stakes.coupled:
                columns.append(ended[:, -1])
        return np.column_stack(columns).astype(float)

    def _soft(self, table: Table) -> Floats:
        """Money a year by disruption: for lost data, and for the time of closed failures."""
        cap = self.stakes.cap_s
        lost = np.minimum(table.worst[:, KINDS : 2 * KINDS], cap) * self.stakes.lost
        down = np.minimum(table.ended[:, :: self.performance.endings.width], cap) * self.stakes.down
        return np.hstack([lost, down])

    def _money(self, place: int, view: View) -> Matrix:
        """For each pair of classes of a failure what the first may add to the loss of the second; the last row and
        column stand for ``LOST``."""
        number = int(self.performance.disruption[place])
        count = len(view.last)
        found = np.zeros((count + 1, count + 1), dtype=np.float32)
        for one, last in enumerate(view.last):
            found[:count, one] = np.maximum(view.last - last, 0.0).mean(axis=1)
        found *= np.float32(self.stakes.down[number])
        found[:count, :count][view.worse | self._later(self.bounds[number], view.last)] = np.inf
        found[count, :count] = np.inf
        return found

    def _later(self, bounds: Sequence[float], last: Matrix) -> NDArray[np.bool_]:
        """Whether the first of two classes keeps a bound less often than the second, among the draws in which the
        second keeps it."""
        found = np.zeros((len(last), len(last)), dtype=bool)
        allowed = (1 - self.stakes.quantile + CLEARLY) * last.shape[1]
        for bound in bounds:
            late = last > bound
            count = late.sum(axis=1)
            some, keeping = np.flatnonzero(count > self.late), np.flatnonzero(count < last.shape[1])
            if not self.stakes.dependents:
                keeping = keeping[count[keeping] <= allowed]  # the others miss it in any case
            broken = late[some].astype(np.float32) @ (~late[keeping]).astype(np.float32).T > self.late
            found[np.ix_(some, keeping)] |= broken
        return found


class Weighed(Exact):
    """Units one after the other, by what decides."""

    def __init__(self, performance: Performance, tables: Sequence[Table], quota: Quota, weighing: Weighing) -> None:
        super().__init__(performance, tables, quota)
        self.weighing = weighing

    def run(self) -> Composition:
        """The combinations that stay, with the money and the chance that were let pass."""
        found = super().run()
        return replace(found, within=self.weighing.spent, chance=self.weighing.chance)

    def packages_left(self, table: Table) -> tuple[list[int], list[int]]:
        """A unit's packages by what decides, whatever its components wait for."""
        unit = len(self.trace.packages)
        performance = self.performance
        names = performance.names(unit)
        views = []
        for place in range(len(performance.failures)):
            listed, where = _listed(table.classes[:, place])
            if len(listed) > 1 or (where == len(listed)).any():
                pieces = [performance.listed[place][number] for number in listed]
                views.append((place, performance.timelines[place].pieces_view(names, pieces), where))
        return self.weighing.left(table, views)

    def combinations_left(self, table: Table) -> tuple[list[int], list[int]]:
        views = []
        for place in np.flatnonzero((table.classes > 0).any(axis=0)).tolist():
            listed, where = _listed(table.classes[:, place])
            views.append((place, self.performance.timelines[place].view(listed), where))
        return self.weighing.left(table, views)


def _listed(classes: Ints) -> tuple[list[int], Ints]:
    """The classes that occur but for ``LOST``, and the place of each row's among them; ``LOST`` comes behind them."""
    listed, where = np.unique(classes, return_inverse=True)
    if listed.size and listed[0] == LOST:
        listed, where = listed[1:], where - 1
        where[where < 0] = listed.size
    return listed.tolist(), where


def _exceeded(bounds: Sequence[float], values: Floats) -> Ints:
    """How many of the ascending bounds each value exceeds."""
    return np.searchsorted(np.array(bounds), values, side="left")
