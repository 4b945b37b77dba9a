"""Combining units where too many combinations are left to compare them in everything: by what they decide.

That is the cost, the number of changes, which targets are met, and the expected annual loss. A combination goes where
another one costs no more, touches no more, is late for a target only in samples in which it is late itself, whatever
the other units do, and would let the loss be larger by less than a stated amount of money a year. Both hold sample by
sample, and so whatever recovery times have in common: for times A and B and any rest R,

    E max(A, R) - E max(B, R) <= E max(A - B, 0)
    max(A, R) + V > t only where max(B, R) + V > t, if A + V > t only where B + V > t.

V is what follows when the last component is back; every way to end is looked at. Amounts add up over disruptions and
over the steps in which units are added; each step gets its share of what is stated for the workload. How far a missed
target is missed is told in the steps of ``BEYOND``. What meets the targets at the least cost is therefore never lost;
only what would save less than the stated loss is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from advisor.estimation.combining import KINDS, Composition, Exact
from advisor.estimation.dominance import QUOTA, Quota, TooManyError
from advisor.estimation.endings import WIDTH
from advisor.estimation.performance import Floats, Ints, Performance, Table
from advisor.estimation.sampling import rank
from advisor.estimation.sieve import sieve
from advisor.estimation.stakes import Stakes, passed
from advisor.estimation.timelines import LOST, View, added

LIMIT: Final = 400  # combinations of some units that are kept, where letting some loss pass leaves so few
MOST: Final = 4_000  # the same, where targets alone tell more of them apart
SHARE: Final = 3e-4  # of the loss that may be let pass, where that leaves few enough
FACTOR: Final = 1.5  # by whose powers a step may let more pass, as few as leave few enough …
POWERS: Final = 13  # … or this many (×195) at most
USUAL: Final = 8  # the power (×26) where none leaves few
FINER: Final = 12  # by this many powers less is tried, where combinations are looked at again …
STRIDE: Final = 4  # … every so many (×5): each amount that is tried takes its time
Matrix = NDArray[np.float32]
Found = tuple[list[int], list[int]]  # rows that stay, and the place of the one that stands for each


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
    """Lets a rival win that adds no more than ``money`` a year to the loss of a row. Of ``whole`` combinations what it
    saves by losing less data counts against what it takes longer: nothing that is added later can take that away."""

    soft: Floats
    failures: Sequence[_Open]
    money: float
    whole: bool

    def passes(self, rivals: Ints, rows: Ints) -> NDArray[np.bool_]:
        """Pair by pair whether it does. What may be less than nothing comes first: once too much is added up the rest
        of a pair is not looked at."""
        excess = np.zeros(len(rows))
        for number, column in enumerate(self.soft.T):
            more = column[rivals] - column[rows]
            excess += more if self.whole and number < KINDS else np.maximum(more, 0.0)
        found = excess <= self.money
        left = np.flatnonzero(found)
        for failure in self.failures:
            excess[left] += failure.money[failure.where[rivals[left]], failure.where[rows[left]]]
            passing = excess[left] <= self.money
            found[left] = passing
            left = left[passing]
        return found


@dataclass(frozen=True)
class Allowance:
    """The amounts of money a year that one step may let pass, ascending, of which the least is taken that leaves no
    more than ``limit`` combinations; where none does, the ``usual`` one (its place) that leaves no more than ``most``
    of them."""

    amounts: Sequence[float]
    limit: int
    most: int
    usual: int


def first_allowance(loss: float, units: int) -> Allowance:
    """What is let pass at first in a workload of so many units that loses so much at the least."""
    least = SHARE * loss / (2 * units)
    return Allowance([least * FACTOR**power for power in range(POWERS + 1)], LIMIT, MOST, USUAL)


def closer_allowance(loss: float, units: int, limit: int) -> Allowance:
    """What is let pass where combinations are looked at again: nothing, if that can be."""
    least = SHARE * loss / (2 * units)
    amounts = [0.0, *(least * FACTOR**power for power in range(-FINER, POWERS + 1, STRIDE))]
    return Allowance(amounts, limit, limit, 0)


class Weighing:
    """Compares combinations by what they decide. All steps, of which each unit brings two, let as little of the
    expected loss pass as leaves few enough combinations, ``spent`` money a year in all."""

    def __init__(self, performance: Performance, stakes: Stakes, quota: Quota, allowance: Allowance) -> None:
        self.performance, self.stakes, self.quota, self.allowance = performance, stakes, quota, allowance
        self.spent = 0.0
        size = performance.sampler.size
        self.allowed = size - rank(size, stakes.quantile)  # samples in which a target that is met may be missed

    def left(self, table: Table, views: Sequence[tuple[int, View, Ints]], *, whole: bool = False) -> Found:
        """The rows that stay, and the place of the one that stands for each. ``views``: of each open failure the
        samples of the classes that occur, with each row's class among them, ``LOST`` apart. ``whole``: no unit comes
        that may lose more. Raises ``TooManyError``."""
        failures = [_Open(self._money(place, view), where) for place, view, where in views]
        failures.sort(key=lambda item: -len(item.money))  # most tell pairs apart where there are most classes
        hard, soft = self._hard(table), self._soft(table)
        allowance = self.allowance

        def at(place: int, limit: int) -> Found:
            judge = _Judge(soft, failures, allowance.amounts[place], whole)
            return sieve(hard, soft.sum(axis=1), table, self.quota, judge.passes, limit)

        least = _least(len(allowance.amounts), lambda place: at(place, allowance.limit))
        place, found = least or (allowance.usual, at(allowance.usual, allowance.most))
        self.spent += allowance.amounts[place]
        return found

    def _hard(self, table: Table) -> Floats:
        """What must be no larger: cost, changes, how far targets are missed already, and whether there is no bound."""
        endings, stakes = self.performance.endings, self.stakes
        columns = [*table.sums[:, :QUOTA].T]
        for number in range(KINDS):
            worst, gone = table.worst[:, number], table.worst[:, 2 * KINDS + number]
            columns += [_exceeded(stakes.bounds_s(number, "rpo_s"), worst) + np.isinf(worst), gone]
            ended = table.ended[:, endings.part(number)]
            columns.append(_exceeded(stakes.bounds_s(number, "rto_s"), ended[:, 1]))
        return np.column_stack(columns).astype(float)

    def _soft(self, table: Table) -> Floats:
        """Money a year by disruption: for lost data, and for the time of closed failures."""
        cap = self.stakes.cap_s
        lost = np.minimum(table.worst[:, KINDS : 2 * KINDS], cap) * self.stakes.lost
        down = np.minimum(table.ended[:, ::WIDTH], cap) * self.stakes.down
        return np.hstack([lost, down])

    def _money(self, place: int, view: View) -> Matrix:
        """For each pair of classes of a failure what the first may add to the loss of the second; the last row and
        column stand for ``LOST``."""
        number = int(self.performance.disruption[place])
        count = len(view.last)
        progress = passed(view.last, self.stakes.spans_s(number))
        decides = bool(progress.any())
        worse = view.worse | self._late(self.stakes.bounds_s(number, "rto_s"), view)
        found = np.full((count + 1, count + 1), np.inf, dtype=np.float32)
        found[:, count] = 0.0
        for one, last in enumerate(view.last):
            rivals = np.flatnonzero(~worse[:, one])
            if decides:
                rivals = rivals[(progress[rivals] <= progress[one]).all(axis=1)]
            later = view.last[rivals] - last
            found[rivals, one] = np.maximum(later, 0.0, out=later).mean(axis=1) * self.stakes.down[number]
        return found

    def _late(self, bounds: Sequence[float], view: View) -> NDArray[np.bool_]:
        """Whether the first of two classes is late for a bound in a sample in which the second is not, however the
        recovery ends."""
        found = np.zeros_like(view.worse)
        for among, durations in view.endings if bounds else ():
            rows = np.flatnonzero(among)
            ends = added(view.last[rows], durations)
            for bound in bounds:
                late = ends > bound
                count = late.sum(axis=1)
                # the others miss it whatever else is chosen
                some, keeping = np.flatnonzero(count > 0), np.flatnonzero(count <= self.allowed)
                broken = late[some].astype(np.float32) @ (~late[keeping]).astype(np.float32).T > 0
                found[np.ix_(rows[some], rows[keeping])] |= broken
        return found


class Weighed(Exact):
    """Units one after the other, by what decides."""

    def __init__(self, performance: Performance, tables: Sequence[Table], quota: Quota, weighing: Weighing) -> None:
        super().__init__(performance, tables, quota)
        self.weighing = weighing

    def run(self) -> Composition:
        """The combinations that stay, with the money that was let pass."""
        return replace(super().run(), within=self.weighing.spent)

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
        return self.weighing.left(table, views, whole=len(self.trace.packages) == len(self.tables))


def _least(count: int, attempt: Callable[[int], Found]) -> tuple[int, Found] | None:
    """The least place of ``count`` at which the attempt leaves few enough, and what it leaves; None where none does.
    More that may pass hardly ever leaves more: the first is tried first, and then the interval is halved."""
    fails, fits, best = -1, count, None
    place = 0
    while fails + 1 < fits:
        try:
            best, fits = attempt(place), place
        except TooManyError:
            fails = place
        place = (fails + fits) // 2
    return None if best is None else (fits, best)


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
