"""Combining the packages of a workload's units without listing all combinations.

Units are added one after the other; what another combination of the same units beats in everything, whatever the
other units do, goes at once (dynamic programming over a Pareto set). Cost, changes and quotas add up, losses are
maxima, times are compared sample by sample (``timelines``): so no optimum is lost, for any targets, budget or
objective. Where too many combinations are left for that, losses and each component's own time are compared in steps of
two per cent instead; then an option may be missed that is better by less than a step, and the workload's options are
marked as not all that there are. Those in which all units do alike are compared sample by sample in any case.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from advisor.estimation.dominance import COST, QUOTA, Quota, Times, TooManyError, pareto
from advisor.estimation.performance import Floats, Ints, Performance, Table
from advisor.estimation.timelines import LOST
from advisor.model.disruption import DISRUPTIONS

EXACT_LIMIT: Final = 2000  # combinations of some units that are compared sample by sample
COARSE_LIMIT: Final = 1000  # combinations that are kept after each unit otherwise
VECTOR_LIMIT: Final = 1500  # of samples kept for the exact comparison, so that it stays small
STEP: Final = 1.02  # figures within one such step count as equal in the coarse comparison
KINDS: Final = len(DISRUPTIONS)


@dataclass
class Trace:
    """Which combination stands for each that was looked at: for each unit the places of its packages among the kept
    ones and how many are kept, and for each step the places of all pairs of a kept combination and a kept package."""

    packages: list[list[int]] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    steps: list[NDArray[np.int32]] = field(default_factory=list)

    def stand_in(self, picks: Sequence[int]) -> int | None:
        """The place of the final combination that is at least as good as these packages; None where nothing was
        traced."""
        if not self.steps:
            return None
        place = 0
        for unit, pick in enumerate(picks):
            place = int(self.steps[unit][place * self.kept[unit] + self.packages[unit][pick]])
            if place == LOST:  # two recovery regions at once are no combination
                return None
        return place


@dataclass(frozen=True)
class Composition:
    """The combinations of all units but the entries that are worth evaluating, whether any optimum is among them, and
    how many whole ones were compared."""

    picks: tuple[tuple[int, ...], ...]
    complete: bool
    compared: int
    trace: Trace


def compose(
    performance: Performance, tables: Sequence[Table], quota: Quota, also: Sequence[tuple[int, ...]]
) -> Composition:
    """The combinations that none beats; ``also`` are looked at in any case where not all can be."""
    try:
        return _Exact(performance, tables, quota).run()
    except TooManyError:
        return _Coarse(performance, tables, quota).run_with(also)


def start_table(failures: int) -> Table:
    """No unit yet: one row in which nothing costs or happens."""
    return Table(
        np.zeros((1, 3)), np.zeros((1, 3 * KINDS)), np.zeros((1, KINDS)), np.zeros((1, failures), dtype=np.int64),
        np.zeros(1, dtype=object), np.zeros(1, dtype=object), np.zeros((1, 0), dtype=np.int64),
    )  # fmt: skip


class _Composer:
    """The common course: prune each unit's packages, then add unit by unit and prune the combinations."""

    complete = True

    def __init__(self, performance: Performance, tables: Sequence[Table], quota: Quota) -> None:
        self.performance, self.tables, self.quota = performance, tables, quota
        self.trace = Trace()
        self.compared = 0

    def run(self) -> Composition:
        """Unit by unit to the whole workload."""
        found = start_table(len(self.performance.failures))
        for unit, table in enumerate(self.tables):
            kept, stands = self.packages_left(table)
            self.trace.packages.append(stands)
            self.trace.kept.append(len(kept))
            joined = self.join(found, table.take(kept), unit)
            allowed = self.performance.one_recovery(joined.signals)
            self.compared = len(allowed)
            rows, winners = self.combinations_left(joined.take(allowed))
            places = np.full(len(joined), LOST, dtype=np.int64)
            places[allowed] = winners
            self.trace.steps.append(places.astype(np.int32))
            found = joined.take(allowed[rows])
        return Composition(tuple(map(tuple, found.picks.tolist())), self.complete, self.compared, self.trace)

    def packages_left(self, table: Table) -> tuple[list[int], list[int]]:
        raise NotImplementedError

    def combinations_left(self, table: Table) -> tuple[list[int], list[int]]:
        raise NotImplementedError

    def join(self, left: Table, right: Table, unit: int) -> Table:  # noqa: ARG002
        """All pairs of rows, the right one running fastest."""
        first, second = np.repeat(np.arange(len(left)), len(right)), np.tile(np.arange(len(right)), len(left))
        return Table(
            left.sums[first] + right.sums[second],
            np.maximum(left.worst[first], right.worst[second]),
            np.maximum(left.times[first], right.times[second]),
            np.zeros((len(first), len(self.performance.failures)), dtype=np.int64),
            left.signals[first] | right.signals[second],
            left.shared[first] | right.shared[second],
            np.hstack([left.picks[first], right.picks[second]]),
        )


class _Exact(_Composer):
    def join(self, left: Table, right: Table, unit: int) -> Table:
        """All pairs of rows, with the timelines' progress after one more unit."""
        joined = super().join(left, right, unit)
        first, second = np.repeat(left.classes, len(right), axis=0), np.tile(right.classes, (len(left), 1))
        return replace(joined, classes=self.progress(first, second, joined.worst, unit))

    def progress(self, before: Ints, pieces: Ints, worst: Floats, unit: int) -> Ints:
        """Row by row the progress with the unit's pieces; ``LOST`` where its disruption leaves no way back."""
        performance = self.performance
        names = performance.names(unit)
        found = np.empty_like(before)
        for place, timeline in enumerate(performance.timelines):
            listed = performance.listed[place]
            pairs = list(zip(before[:, place].tolist(), pieces[:, place].tolist(), strict=True))
            known = {(a, b): LOST if LOST in (a, b) else timeline.join(a, names, listed[b]) for a, b in set(pairs)}
            found[:, place] = [known[pair] for pair in pairs]
            if len(performance.vectors.values) > VECTOR_LIMIT:
                raise TooManyError
        found[worst[:, 2 * KINDS :][:, performance.disruption] > 0] = LOST
        return found

    def classes_of(self, table: Table) -> Ints:
        """The progress of whole combinations."""
        found = np.zeros((len(table), len(self.performance.failures)), dtype=np.int64)
        for unit, own in enumerate(self.tables):
            found = self.progress(found, own.classes[table.picks[:, unit]], table.worst, unit)
        return found

    def packages_left(self, table: Table) -> tuple[list[int], list[int]]:
        timelines, listed = self.performance.timelines, self.performance.listed

        def no_worse(place: int, one: int, other: int) -> bool:
            return timelines[place].pieces_no_worse(listed[place][one], listed[place][other])

        return pareto(self.rows(table), table, self.quota, Times(no_worse))

    def combinations_left(self, table: Table) -> tuple[list[int], list[int]]:
        timelines = self.performance.timelines
        listed = [np.unique(column, return_inverse=True) for column in table.classes.T]
        figures = np.concatenate([t.figures(own) for t, (own, _) in zip(timelines, listed, strict=True)])
        starts = np.cumsum([0, *(own.size for own, _ in listed)])
        places = np.column_stack([start + place for start, (_, place) in zip(starts, listed, strict=False)])
        rows = np.hstack([self.rows(table), figures[places, 0]])

        def no_worse(place: int, one: int, other: int) -> bool:
            return timelines[place].no_worse(one, other)

        return pareto(rows, table, self.quota, Times(no_worse, figures, places), EXACT_LIMIT)

    @staticmethod
    def rows(table: Table) -> Floats:
        return np.hstack([table.sums[:, :QUOTA], table.worst])


class _Coarse(_Composer):
    complete = False

    def packages_left(self, table: Table) -> tuple[list[int], list[int]]:
        return pareto(self.rows(table), table, self.quota)

    def combinations_left(self, table: Table) -> tuple[list[int], list[int]]:
        rows = self.rows(table)
        kept, places = pareto(rows, table, self.quota)
        return (kept if len(kept) <= COARSE_LIMIT else spread(kept, rows)), places

    def run_with(self, also: Sequence[tuple[int, ...]]) -> Composition:
        """The usual course; then what it leaves and the combinations of ``also`` compared sample by sample, as far as
        the limits of that allow."""
        found = self.run()
        every = list(dict.fromkeys((*found.picks, *also)))
        table = self.table_of(every)
        exact = _Exact(self.performance, self.tables, self.quota)
        try:
            kept, _ = exact.combinations_left(replace(table, classes=exact.classes_of(table)))
        except TooManyError:
            kept, _ = pareto(self.rows(table), table, self.quota)
        picks = tuple(every[row] for row in kept)
        return Composition(picks, False, self.compared + len(also), Trace())

    def table_of(self, picks: Sequence[tuple[int, ...]]) -> Table:
        """The figures of given combinations, but for the failures' classes."""
        index = np.array(picks, dtype=np.int64).reshape(len(picks), len(self.tables))
        parts = [table.take(index[:, unit]) for unit, table in enumerate(self.tables)]
        return Table(
            np.sum([part.sums for part in parts], axis=0),
            np.maximum.reduce([part.worst for part in parts]),
            np.maximum.reduce([part.times for part in parts]),
            np.zeros((len(picks), len(self.performance.failures)), dtype=np.int64),
            np.bitwise_or.reduce([part.signals for part in parts]),
            np.bitwise_or.reduce([part.shared for part in parts]),
            index,
        )

    @staticmethod
    def rows(table: Table) -> Floats:
        """Losses, no way back and times in steps; expected losses follow the worst case."""
        figures = np.hstack([table.worst[:, :KINDS], table.times])
        with np.errstate(divide="ignore"):
            steps = np.where(figures > 1, np.ceil(np.log(figures) / math.log(STEP)), 0.0)
        return np.hstack([table.sums[:, :QUOTA], steps, table.worst[:, 2 * KINDS :]])


def spread(kept: Sequence[int], rows: Floats) -> list[int]:
    """So many of the combinations as are allowed, evenly over the range of costs, the cheapest and dearest included."""
    order = sorted(kept, key=lambda row: (rows[row, COST], row))
    places = np.unique(np.linspace(0, len(order) - 1, COARSE_LIMIT).round().astype(int))
    return sorted(order[place] for place in places.tolist())
