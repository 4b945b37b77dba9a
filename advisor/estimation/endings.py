"""Failures to which the rest of a workload adds nothing: their recovery times as a few figures instead of samples.

A failure is closed as soon as all components that it touches are settled. From then on only what is compared in whole
options counts: the mean, and the quantile that targets are checked at. Each disruption is judged by its worst place, so
that figures of closed failures are maxima. Where workloads wait for one another, whole distributions are compared
instead (``Timeline.finish``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from advisor.estimation.sampling import quantile
from advisor.estimation.timelines import LOST, Timeline

Figures = NDArray[np.float64]
WIDTH: Final = 2


class Endings:
    """Figures of closed failures: the mean in seconds, and the quantile."""

    def __init__(self, timelines: Sequence[Timeline], quantile: float) -> None:
        self.timelines, self.quantile = timelines, quantile
        self._known: dict[tuple[int, int], Figures] = {}

    def part(self, disruption: int) -> slice:
        """The columns of one disruption among those of all."""
        return slice(disruption * WIDTH, (disruption + 1) * WIDTH)

    def of(self, place: int, numbers: NDArray[np.int64]) -> Figures:
        """A row of figures for each number of the timeline's progress; infinite where nothing brings it back."""
        listed, where = np.unique(numbers, return_inverse=True)
        rows = np.array([self._one(place, number) for number in listed.tolist()]).reshape(len(listed), WIDTH)
        return rows[where]

    def _one(self, place: int, number: int) -> Figures:
        if number == LOST:
            return np.full(WIDTH, np.inf)
        if (place, number) not in self._known:
            makespan, _ = self.timelines[place].ending(number)
            self._known[place, number] = np.array([float(makespan.mean()), quantile(makespan, self.quantile)])
        return self._known[place, number]
