"""What the outcomes of a workload decide about: its targets and losses, and those of workloads that wait for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from advisor.estimation.context import Context
from advisor.estimation.loss import LossRates
from advisor.estimation.paths.path import STARTS
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.targets import Target
from advisor.model.units import HOUR

Targets = Mapping[Disruption, Target]
BEYOND: Final = (1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0)  # multiples of a target that tell how far it is missed


SWITCHES: Final = ("attach.eip", "reconfigure.clients")  # facts: how callers reach servers that were rebuilt
VERIFICATIONS: Final = ("verify.manual", "verify.automatic")
Spans = Sequence[tuple[float, float]]  # ascending, apart from one another


def longest_tail_s(context: Context) -> float:
    """Seconds that lie at most between the return of what a workload needs and its own."""
    longest = (max(context.seconds(fact).high for fact in facts) for facts in (STARTS, SWITCHES, VERIFICATIONS))
    return sum(longest)


@dataclass(frozen=True)
class Dependent:
    """Targets and rates of a workload that waits for the one at hand, and the seconds that may lie between the two
    returns."""

    targets: Targets
    rates: LossRates
    follows_s: float


@dataclass(frozen=True)
class Stakes:
    """Rates and targets of a workload, the ``quantile`` that times are judged at, whether it waits for others or they
    for it (``coupled``), and those that do."""

    rates: LossRates
    targets: Targets
    quantile: float
    coupled: bool
    dependents: tuple[Dependent, ...] = ()

    def bounds_s(self, disruption: int, part: str) -> list[float]:
        """Ascending bounds in seconds at which a loss (``rpo_s``) or a time (``rto_s``) matters to a target."""
        own = _asked(self.targets, disruption, part)
        return [own * factor for factor in BEYOND] if own is not None else []

    def spans_s(self, disruption: int) -> list[tuple[float, float]]:
        """Spans of seconds in which the moment when the workload is back may decide over the target of one that waits:
        what follows until that one is back is not known yet."""
        asked = ((_asked(item.targets, disruption, "rto_s"), item.follows_s) for item in self.dependents)
        spans = sorted((max(0.0, end - follows), end) for end, follows in asked if end is not None)
        found: list[tuple[float, float]] = []
        for start, end in spans:
            if found and start <= found[-1][1]:
                found[-1] = (found[-1][0], max(end, found[-1][1]))
            else:
                found.append((start, end))
        return found

    @property
    def down(self) -> NDArray[np.float64]:
        """Money a year for each second that the workload takes longer to come back, by disruption."""
        rates = (self.rates, *(item.rates for item in self.dependents))
        total: NDArray[np.float64] = np.sum([_yearly(item, float(item.downtime_per_hour)) for item in rates], axis=0)
        return total

    @property
    def lost(self) -> NDArray[np.float64]:
        """Money a year for each second of lost data, by disruption."""
        return _yearly(self.rates, float(self.rates.loss_per_hour))

    @property
    def cap_s(self) -> float:
        """What a loss or time without bound counts as."""
        return self.rates.unbounded_hours * HOUR


def _asked(targets: Targets, disruption: int, part: str) -> float | None:
    target = targets.get(DISRUPTIONS[disruption])
    found: float | None = None if target is None else getattr(target, part)
    return found


def _yearly(rates: LossRates, hourly: float) -> NDArray[np.float64]:
    often = [rates.frequency_per_year.get(disruption, 0.0) for disruption in DISRUPTIONS]
    return np.array(often) * (hourly / HOUR)


def passed(values: NDArray[np.float64], spans: Spans) -> NDArray[np.float64]:
    """How much of the spans has passed at each of the values: later in a span is more, and no two values between which
    nothing is decided differ."""
    total = np.zeros_like(values)
    for start, end in spans:
        total += np.clip(values, start, end) - start
    return total
