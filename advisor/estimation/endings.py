"""Failures to which the rest of a workload adds nothing: their recovery times as a few figures instead of samples.

A failure is closed as soon as all components that it touches are settled. From then on only what is compared in whole
options counts: the mean, and the quantiles that targets are checked at (more of the distribution, where workloads wait
for one another). Each disruption is judged by its worst place, so that figures of closed failures are maxima.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from advisor.estimation.sampling import Samples, quantile
from advisor.estimation.timelines import LOST, Timeline

COUPLED_LEVELS: Final = (0.5, 0.9, 0.95, 0.99)  # compared where workloads wait for one another
Figures = NDArray[np.float64]


def levels_of(quantile: float, coupled: bool) -> tuple[float, ...]:
    """The probabilities whose quantiles of a recovery time are compared."""
    return COUPLED_LEVELS if coupled else (quantile,)


class Endings:
    """Figures of closed failures: the mean in seconds, the quantiles, and for ``coupled`` workloads the longest
    tail."""

    def __init__(self, timelines: Sequence[Timeline], quantile: float, coupled: bool) -> None:
        self.timelines, self.coupled = timelines, coupled
        self.levels = levels_of(quantile, coupled)
        self.width = 1 + len(self.levels) + coupled
        self._known: dict[tuple[int, int], Figures] = {}

    def part(self, disruption: int) -> slice:
        """The columns of one disruption among those of all."""
        return slice(disruption * self.width, (disruption + 1) * self.width)

    def of(self, place: int, numbers: NDArray[np.int64]) -> Figures:
        """A row of figures for each number of the timeline's progress; infinite where nothing brings it back."""
        listed, where = np.unique(numbers, return_inverse=True)
        rows = np.array([self._one(place, number) for number in listed.tolist()]).reshape(len(listed), self.width)
        return rows[where]

    def _one(self, place: int, number: int) -> Figures:
        if number == LOST:
            return np.full(self.width, np.inf)
        if (place, number) not in self._known:
            makespan, tail = self.timelines[place].ending(number)
            self._known[place, number] = self._figures(makespan, tail)
        return self._known[place, number]

    def _figures(self, makespan: Samples, tail: Samples) -> Figures:
        longest = [float(tail.max())] if self.coupled else []
        return np.array([float(makespan.mean()), *(quantile(makespan, level) for level in self.levels), *longest])
