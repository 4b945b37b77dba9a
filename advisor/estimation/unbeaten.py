"""Which options of a workload no other one beats.

Of a workload that stands alone the figures are compared that plans are judged by. Where it waits for others, or they
for it, an option goes only where another one is no worse for all of them, whatever the others choose: it is late for a
target in no sample in which this one is not late itself, and it adds no more to their expected loss by what it takes
longer than it saves by losing less data:

    E max(A, R) - E max(B, R) <= E max(A - B, 0)

for its time A in place of B, and any time R of others, at each place that fails.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from advisor.estimation.costs.shared import FILE_BACKUP_QUOTA
from advisor.estimation.dominance import Quota
from advisor.estimation.option import Option
from advisor.estimation.outcome import QUANTILES, Outcome
from advisor.estimation.packages import NOTHING
from advisor.estimation.stakes import Stakes, passed
from advisor.model.disruption import DISRUPTIONS
from advisor.model.targets import RiskLevel

CENTS: Final = 100
Floats = NDArray[np.float64]


def unbeaten(
    options: Sequence[Option], risk_level: RiskLevel, quota: Quota, stakes: Stakes
) -> tuple[list[Option], list[tuple[Option, Option]]]:
    """Options that no other one beats, and the beaten ones with their winner.

    A winner is no worse in what counts (``figures``; and for other workloads, ``Beside``), has no more shared charges,
    and costs no more than the loser would with all the credit that its larger use of a free quota could give it. Doing
    nothing is always kept: it is what "before" means."""
    beside = Beside(options, stakes) if stakes.coupled else None
    vectors = figures(options, risk_level) if beside is None else beside.figures
    order = sorted(range(len(options)), key=lambda index: (*vectors[index], options[index].id))
    kept: list[int] = []
    beaten: list[tuple[Option, Option]] = []
    used = np.array([option.quota.get(FILE_BACKUP_QUOTA, 0.0) for option in options])
    ahead, taken = np.empty((len(options), vectors.shape[1])), np.empty(len(options))
    for index in order:
        count = len(kept)
        best_case = vectors[index, 0] - quota.worth(used[index] - taken[:count]) / CENTS
        rivals = (ahead[:count, 1:] <= vectors[index, 1:]).all(axis=1) & (ahead[:count, 0] <= best_case)
        found = [kept[place] for place in np.flatnonzero(rivals).tolist()]
        if beside is not None:
            found = beside.likely(found, index)
        alike = (rival for rival in found if options[rival].shared <= options[index].shared)
        winner = next((rival for rival in alike if beside is None or beside.no_worse(rival, index)), None)
        if winner is not None and options[index].id != NOTHING:
            beaten.append((options[index], options[winner]))
            continue
        ahead[count], taken[count] = vectors[index], used[index]
        kept.append(index)
    return [options[index] for index in kept], beaten


def figures(options: Sequence[Option], risk_level: RiskLevel) -> Floats:
    """One row an option: cost, changes, loss, and for each disruption RPO and RTO."""
    known: dict[int, list[float]] = {}
    rows = []
    for option in options:
        row = [float(option.monthly), float(option.changes), float(option.loss)]
        for disruption in DISRUPTIONS:
            outcome = option.outcomes[disruption]
            if id(outcome) not in known:
                known[id(outcome)] = [outcome.worst_s, outcome.quantile(QUANTILES[risk_level])]
            row += known[id(outcome)]
        rows.append(row)
    return np.array(rows)


class Beside:
    """Options of a workload by what they do to it and to others that wait for it, or that it waits for."""

    def __init__(self, options: Sequence[Option], stakes: Stakes) -> None:
        self.options, self.stakes = options, stakes
        self._later: dict[tuple[int, int], float] = {}  # by the identity of outcomes, which the options keep
        self._steps: dict[int, tuple[float, ...]] = {}
        self.figures = np.array([self._row(option) for option in options])
        """One row an option: cost, changes, and for each disruption how far targets are missed: no winner is worse."""
        outcomes = [[option.outcomes[name] for name in DISRUPTIONS] for option in options]
        cap = stakes.cap_s
        self.lost = np.array([[min(item.expected_s, cap) for item in row] for row in outcomes]) @ stakes.lost
        self.down = np.array([[min(item.mean_s, cap) for item in row] for row in outcomes]) * stakes.down

    def likely(self, rivals: Sequence[int], index: int) -> list[int]:
        """Those of the rivals that may be no worse: a mean that is longer adds no less than the difference."""
        if not rivals:
            return []
        later = np.maximum(self.down[rivals] - self.down[index], 0.0).sum(axis=1)
        places = np.flatnonzero(later + self.lost[rivals] <= self.lost[index])
        return [rivals[place] for place in places.tolist()]

    def no_worse(self, rival: int, index: int) -> bool:
        """Whether the rival is late for nothing that the option is in time for, and adds no more to the losses of all
        that wait than it saves."""
        room = float(self.lost[index] - self.lost[rival])
        one, other = self.options[rival], self.options[index]
        for number, name in enumerate(DISRUPTIONS):
            room -= self._adds(number, one.outcomes[name], other.outcomes[name])
            if room < 0:
                return False
        return True

    def _row(self, option: Option) -> list[float]:
        row = [float(option.monthly), float(option.changes)]
        for number, name in enumerate(DISRUPTIONS):
            outcome = option.outcomes[name]
            if id(outcome) not in self._steps:
                self._steps[id(outcome)] = tuple(self._missed(number, outcome))
            row += self._steps[id(outcome)]
        return row

    def _missed(self, number: int, outcome: Outcome) -> list[float]:
        """How far the RPO is missed, whether there is a way back, and in how many samples the time is too long."""
        bounds = np.array(self.stakes.bounds_s(number, "rpo_s"))
        row = [float(np.searchsorted(bounds, outcome.worst_s)), float(math.isinf(outcome.worst_s))]
        row.append(float(not outcome.recoverable))
        limits = self.stakes.bounds_s(number, "rto_s")
        if not outcome.recoverable:
            return [*row, *(math.inf for _ in limits)]
        times = list(outcome.times.values())
        return [*row, *(max((float((item > limit).sum()) for item in times), default=0.0) for limit in limits)]

    def _adds(self, number: int, one: Outcome, other: Outcome) -> float:
        """Money a year that one outcome in place of another adds at most; infinite where it may be late."""
        key = (id(one), id(other))
        if key not in self._later:
            self._later[key] = 0.0 if one is other or not other.recoverable else self._more(number, one, other)
        return self._later[key]

    def _more(self, number: int, one: Outcome, other: Outcome) -> float:
        if not one.recoverable or not _no_longer(one, other):
            return math.inf
        bounds, spans = self.stakes.bounds_s(number, "rto_s"), self.stakes.spans_s(number)
        more, before = 0.0, other.times
        for place, samples in one.times.items():
            if place not in before and self.stakes.dependents:
                return math.inf  # those that wait would have to start again, which they need not with the other one
            rest = before.get(place, np.zeros_like(samples))
            if any(bool(np.any((samples > bound) & (rest <= bound))) for bound in bounds):
                return math.inf
            if spans and bool(np.any(passed(samples, spans) > passed(rest, spans))):
                return math.inf
            more = max(more, float(np.maximum(samples - rest, 0.0).mean()))
        return more * float(self.stakes.down[number])


def _no_longer(one: Outcome, other: Outcome) -> bool:
    """Whether no more follows on the return of what is waited for."""
    mine, theirs = one.tail, other.tail
    return mine is None or bool(np.all(mine <= (0.0 if theirs is None else theirs)))
