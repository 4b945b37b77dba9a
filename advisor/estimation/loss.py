"""Risk in money: expected annual loss.

sum over disruptions of frequency × (expected RTO × cost of downtime per hour + expected RPO × cost of lost data per
hour)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.targets import WorkloadClass, WorkloadSpec
from advisor.model.units import HOUR, cents

Hours = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LossRates:
    """What an hour costs, how often each disruption strikes, and the hours that stand in for a loss without bound."""

    downtime_per_hour: Decimal
    loss_per_hour: Decimal
    frequency_per_year: Mapping[Disruption, float]
    unbounded_hours: float


def rates_of(spec: WorkloadSpec, workload_class: WorkloadClass, unbounded_hours: float) -> LossRates:
    """The workload's own hourly costs, else its class's."""
    downtime = spec.downtime_per_hour if spec.downtime_per_hour is not None else workload_class.downtime_per_hour
    loss = spec.loss_per_hour if spec.loss_per_hour is not None else workload_class.loss_per_hour
    return LossRates(downtime, loss, workload_class.frequency_per_year, unbounded_hours)


def annual_loss(rates: LossRates, outage_s: Mapping[Disruption, float], loss_s: Mapping[Disruption, float]) -> Decimal:
    """Expected annual loss from expected RTO and RPO in seconds per disruption; inf counts as ``unbounded_hours``."""
    amount = Decimal(0)
    for disruption, frequency in rates.frequency_per_year.items():
        down = Decimal(repr(round(_hours(outage_s.get(disruption, 0.0), rates), 6)))
        lost = Decimal(repr(round(_hours(loss_s.get(disruption, 0.0), rates), 6)))
        amount += Decimal(repr(frequency)) * (down * rates.downtime_per_hour + lost * rates.loss_per_hour)
    return cents(amount)


def annual_losses(rates: LossRates, outage_s: Hours, loss_s: Hours) -> Hours:
    """The same for many at once, as floats: seconds in rows of one column a disruption, in the order of
    ``DISRUPTIONS``."""
    cap = rates.unbounded_hours
    down, lost = (np.minimum(seconds / HOUR, cap) for seconds in (outage_s, loss_s))
    often = np.array([rates.frequency_per_year.get(disruption, 0.0) for disruption in DISRUPTIONS])
    hourly = float(rates.downtime_per_hour), float(rates.loss_per_hour)
    total: Hours = (down * (often * hourly[0]) + lost * (often * hourly[1])).sum(axis=1)
    return total


def _hours(seconds: float, rates: LossRates) -> float:
    return rates.unbounded_hours if math.isinf(seconds) else min(seconds / HOUR, rates.unbounded_hours)
