"""What the outcomes of a workload decide about: its targets and losses, and those of workloads that wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from advisor.estimation.loss import LossRates
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.targets import Target
from advisor.model.units import HOUR

Targets = Mapping[Disruption, Target]
BEYOND: Final = (1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0)  # multiples of a target that tell how far it is missed
# Parts of the target of a workload that waits: its own start comes on top.
WITHIN: Final = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


@dataclass(frozen=True)
class Stakes:
    """Rates and targets of a workload, the ``quantile`` that times are judged at, whether it waits for others or they
    for it (``coupled``), and the targets and rates of those that do."""

    rates: LossRates
    targets: Targets
    quantile: float
    coupled: bool
    dependents: tuple[tuple[Targets, LossRates], ...] = ()

    def bounds_s(self, disruption: int, part: str) -> list[float]:
        """Ascending bounds in seconds at which a loss (``rpo_s``) or a time (``rto_s``) matters to a target."""
        own = _asked(self.targets, disruption, part)
        found = {own * factor for factor in BEYOND} if own is not None else set()
        if part == "rto_s":
            theirs = (_asked(targets, disruption, part) for targets, _ in self.dependents)
            found |= {asked * factor for asked in theirs if asked is not None for factor in (*WITHIN, *BEYOND)}
        return sorted(found)

    @property
    def down(self) -> NDArray[np.float64]:
        """Money a year for each second that the workload takes longer to come back, by disruption."""
        rates = (self.rates, *(rates for _, rates in self.dependents))
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
