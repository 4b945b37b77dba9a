"""The dual function of one stage (a goal under caps, some shared charges decided) and its best prices.

Free shared charges are spread evenly over the workloads that could use them, which never overstates what is paid:
a charge f that n workloads can use costs at least f / n for each one that does. A free quota earns pi a unit in use,
and g gains free * min(0, pi - cents * price of cost).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from advisor.optimise.columns import Floats, Ints
from advisor.optimise.pricing import Priced, Pricer
from advisor.optimise.system import Cap, Form

FREE, OFF, ON = -1, 0, 1
SAFETY: Final = 64 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Stage:
    """A goal under caps."""

    goal: Form
    caps: tuple[Cap, ...]

    @property
    def money(self) -> bool:
        """Whether cost matters to it at all."""
        return "cost" in self.goal or any("cost" in cap.form for cap in self.caps)


@dataclass(frozen=True, eq=False)
class Point:
    """Prices, the bound they prove (lowered by what rounding could have added), its slope, and a least choice."""

    prices: Floats
    value: float
    slope: Floats
    picks: Ints


class Lagrangian:
    """g(theta) with theta = a price a cap, then a price a quota."""

    def __init__(self, pricer: Pricer, stage: Stage, states: Sequence[int] = ()) -> None:
        self.pricer, self.stage = pricer, stage
        self.system = pricer.system
        self.states = tuple(states) or (FREE,) * len(self.system.charges)
        self.quotas = self.system.quotas if stage.money else ()
        self.dimensions = len(stage.caps) + len(self.quotas)
        self.limits = np.array([cap.limit for cap in stage.caps], float)
        self.paid = sum(c.cost for c, s in zip(self.system.charges, self.states, strict=True) if s == ON)

    def form(self, prices: Floats) -> dict[str, float]:
        """What a unit of each measure costs at these prices."""
        total: dict[str, float] = {name: float(weight) for name, weight in self.stage.goal.items()}
        for cap, price in zip(self.stage.caps, prices, strict=False):
            for name, weight in cap.form.items():
                total[name] = total.get(name, 0.0) + price * weight
        return total

    def charge_shares(self) -> list[float]:
        """What a use of each charge adds to the cost."""
        return [
            0.0 if state == ON else np.inf if state == OFF else charge.cost / users
            for charge, users, state in zip(self.system.charges, self.system.users, self.states, strict=True)
        ]

    def priced(self, prices: Floats) -> Priced:
        """All options at these prices."""
        form = self.form(prices)
        money = form.get("cost", 0.0)
        charges = [share if np.isinf(share) else share * money for share in self.charge_shares()]
        return self.pricer.price(form, [float(price) for price in prices[len(self.limits) :]], charges)

    def at(self, prices: Floats) -> Point:
        """The bound at these prices."""
        priced = self.priced(prices)
        count = len(self.limits)
        money = self.form(prices).get("cost", 0.0)
        value = priced.value + money * self.paid - float(prices[:count] @ self.limits)
        if not np.isfinite(value):
            return Point(prices, np.inf, np.zeros(self.dimensions), np.zeros(0, np.int64))
        picks, missed = priced.picks()
        in_use, slopes = [], []
        for quota, price in zip(self.quotas, prices[count:], strict=True):
            worth = float(price) - quota.cents_per_unit * money
            value += quota.free * min(0.0, worth)
            in_use.append(quota.free if worth < 0 else 0.0)
            slopes.append(in_use[-1] - float(quota.used[self.system.uses(picks, quota.options)].sum()))
        measures = self._relaxed(picks, missed, in_use)
        caps = [sum(w * measures[n] for n, w in cap.form.items()) - cap.limit for cap in self.stage.caps]
        size = priced.size + sum(abs(measures[name] * price) for name, price in self.form(prices).items())
        safe = value - SAFETY * (size + float(np.abs(prices[:count] * self.limits).sum()))
        return Point(prices, safe, np.array([*caps, *slopes]), picks)

    def _relaxed(self, picks: Ints, missed: int, in_use: Sequence[float]) -> dict[str, float]:
        """What the choice comes to as the relaxation counts it."""
        names = set(self.stage.goal).union(*(cap.form for cap in self.stage.caps))
        found = {name: float(self.system.measure(name)[picks].sum()) for name in sorted(names)}
        if "miss" in found:
            found["miss"] += missed
        if "loss" in found and self.pricer.shift is not None:
            found["loss"] += float(self.pricer.shift[picks].sum())
        if "cost" in found:
            found["cost"] += self.paid - sum(
                quota.cents_per_unit * used for quota, used in zip(self.quotas, in_use, strict=True)
            )
            for charge, share in zip(self.system.charges, self.charge_shares(), strict=True):
                if 0 < share < np.inf:
                    found["cost"] += share * int(self.system.uses(picks, charge.options).sum())
        return found

    def scales(self) -> Floats:
        """A price of the right size for every dimension: how far the goal can move over how far the cap can."""
        spread = self.system.spreads
        goal = sum(weight * spread[name] for name, weight in self.stage.goal.items())
        caps = [
            max(1.0, goal) / max(1.0, sum(weight * spread[name] for name, weight in cap.form.items()))
            for cap in self.stage.caps
        ]
        money = self.stage.goal.get("cost", 0) + sum(
            scale * cap.form.get("cost", 0) for scale, cap in zip(caps, self.stage.caps, strict=True)
        )
        return np.array([*caps, *(quota.cents_per_unit * money for quota in self.quotas)])


Offer = Callable[[Ints], None]
