"""Combining the packages of a workload's units without listing all combinations.

Units are added one after the other; what another combination of the same units beats in everything, whatever the
other units do, goes at once (dynamic programming over a Pareto set). Cost, changes and quotas add up, losses are
maxima, times are compared sample by sample (``timelines``) until nothing can be added to them any more (``endings``):
so no optimum is lost, for any targets, budget or objective.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from advisor.estimation.dominance import QUOTA, Quota, Times, TooManyError, pareto
from advisor.estimation.endings import WIDTH
from advisor.estimation.performance import Floats, Ints, Performance, Table
from advisor.estimation.timelines import LOST
from advisor.model.disruption import DISRUPTIONS

EXACT_LIMIT: Final = 2000  # combinations of some units that are compared sample by sample
SAMPLES_KEPT: Final = 40_000_000  # of all recovery times of parts of a workload together (320 MB)
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
        traced, or none stands for them."""
        place = int(self.places(np.array([picks], dtype=np.int64))[0]) if self.steps else LOST
        return None if place == LOST else place

    def places(self, picks: Ints) -> Ints:
        """The same for the packages of the first units (combinations × units): the places after the last of these;
        ``LOST`` where none stands for them, as for two recovery regions at once."""
        found = np.zeros(len(picks), dtype=np.int64)
        for unit in range(picks.shape[1]):
            package = np.array(self.packages[unit])[picks[:, unit]]
            there = np.flatnonzero((found != LOST) & (package != LOST))
            found[there] = self.steps[unit][found[there] * self.kept[unit] + package[there]]
            found[package == LOST] = LOST
        return found


@dataclass(frozen=True)
class Composition:
    """The combinations of all units but the entries that are worth evaluating, whether any optimum is among them, and
    how many whole ones were compared. Where they were compared by what they decide, ``within`` is the money a year that
    an omitted one could save in expected loss at the same cost – unless ``queued``, if nothing waits for a slot."""

    picks: tuple[tuple[int, ...], ...]
    complete: bool
    compared: int
    trace: Trace
    within: float | None = None
    queued: bool = True


def start_table(failures: int, ended: int) -> Table:
    """No unit yet: one row in which nothing costs or happens."""
    return Table(
        np.zeros((1, 3)), np.zeros((1, 3 * KINDS)), np.zeros((1, KINDS)), np.zeros((1, failures), dtype=np.int64),
        np.zeros((1, ended)), np.zeros(1, dtype=object), np.zeros(1, dtype=object), np.zeros((1, 0), dtype=np.int64),
    )  # fmt: skip


class Composer:
    """The common course: prune each unit's packages, then add unit by unit and prune the combinations."""

    complete = True

    def __init__(self, performance: Performance, tables: Sequence[Table], quota: Quota) -> None:
        self.performance, self.tables, self.quota = performance, tables, quota
        self.trace = Trace()
        self.compared = 0

    def run(self) -> Composition:
        """Unit by unit to the whole workload."""
        found = start_table(len(self.performance.failures), KINDS * WIDTH)
        for unit, table in enumerate(self.tables):
            kept, stands = self.packages_left(table)
            self.trace.packages.append(stands)
            self.trace.kept.append(len(kept))
            joined = self.join(found, table.take(kept), unit)
            allowed = self.allowed(joined)
            self.compared = len(allowed)
            rows, winners = self.combinations_left(joined.take(allowed))
            places = np.full(len(joined), LOST, dtype=np.int64)
            places[allowed] = winners
            self.trace.steps.append(places.astype(np.int32))
            found = joined.take(allowed[rows])
        return Composition(tuple(map(tuple, found.picks.tolist())), self.complete, self.compared, self.trace)

    def allowed(self, joined: Table) -> Ints:
        """The rows that are looked at: combinations at all."""
        return self.performance.one_recovery(joined.signals)

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
            np.maximum(left.ended[first], right.ended[second]),
            left.signals[first] | right.signals[second],
            left.shared[first] | right.shared[second],
            np.hstack([left.picks[first], right.picks[second]]),
        )


class Exact(Composer):
    def join(self, left: Table, right: Table, unit: int) -> Table:
        """All pairs of rows, with the timelines' progress after one more unit, and what ends with it closed."""
        joined = super().join(left, right, unit)
        first, second = np.repeat(left.classes, len(right), axis=0), np.tile(right.classes, (len(left), 1))
        return self.closed(replace(joined, classes=self.progress(first, second, joined.worst, unit)), unit)

    def closed(self, table: Table, unit: int) -> Table:
        """The table after a unit, with the failures closed that touch no later one."""
        places = self.performance.closing[unit]
        found = self.performance.close(table, places, table.classes[:, places])
        gone = np.repeat(table.worst[:, 2 * KINDS :] > 0, WIDTH, axis=1)
        return replace(found, ended=np.where(gone, np.inf, found.ended))

    def progress(self, before: Ints, pieces: Ints, worst: Floats, unit: int) -> Ints:
        """Row by row the progress with the unit's pieces; ``LOST`` where its disruption leaves no way back."""
        performance = self.performance
        names = performance.names(unit)
        found = np.empty_like(before)
        for place, timeline in enumerate(performance.timelines):
            listed = performance.listed[place]
            size = len(listed) + 1  # LOST is the least number
            pairs, where = np.unique((before[:, place] + 1) * size + pieces[:, place] + 1, return_inverse=True)
            ends = [(pair // size - 1, pair % size - 1) for pair in pairs.tolist()]
            own = [LOST if LOST in (a, b) else timeline.join(a, names, listed[b]) for a, b in ends]
            found[:, place] = np.array(own)[where]
            if len(performance.vectors.values) * performance.sampler.size > SAMPLES_KEPT:
                raise TooManyError
        found[worst[:, 2 * KINDS :][:, performance.disruption] > 0] = LOST
        return found

    def whole(self, table: Table) -> Table:
        """Whole combinations with the progress of their failures, all of them closed that can be."""
        found = np.zeros((len(table), len(self.performance.failures)), dtype=np.int64)
        for unit, own in enumerate(self.tables):
            found = self.progress(found, own.classes[table.picks[:, unit]], table.worst, unit)
            table = self.closed(replace(table, classes=found), unit)
            found = table.classes
        return table

    def packages_left(self, table: Table) -> tuple[list[int], list[int]]:
        timelines, listed = self.performance.timelines, self.performance.listed

        def no_worse(place: int, one: int, other: int) -> bool:
            return timelines[place].pieces_no_worse(listed[place][one], listed[place][other])

        return pareto(self.rows(table), table, self.quota, Times(no_worse, table.classes).first)

    def combinations_left(self, table: Table) -> tuple[list[int], list[int]]:
        open_ = np.flatnonzero((table.classes > 0).any(axis=0))
        if not open_.size:
            return pareto(self.rows(table), table, self.quota, limit=EXACT_LIMIT)
        table = replace(table, classes=table.classes[:, open_])
        timelines = [self.performance.timelines[place] for place in open_.tolist()]
        listed = [np.unique(column, return_inverse=True) for column in table.classes.T]
        figures = np.concatenate([t.figures(own) for t, (own, _) in zip(timelines, listed, strict=True)])
        starts = np.cumsum([0, *(own.size for own, _ in listed)])
        places = np.column_stack([start + place for start, (_, place) in zip(starts, listed, strict=False)])
        rows = np.hstack([self.rows(table), figures[places, 0]])

        def no_worse(place: int, one: int, other: int) -> bool:
            return timelines[place].no_worse(one, other)

        judge = Times(no_worse, table.classes, figures, places)
        return pareto(rows, table, self.quota, judge.first, EXACT_LIMIT)

    @staticmethod
    def rows(table: Table) -> Floats:
        return np.hstack([table.sums[:, :QUOTA], table.worst, table.ended])
