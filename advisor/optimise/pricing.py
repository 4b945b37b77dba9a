"""The Lagrangian of a problem: least value of every workload at given prices, and how far each option lies above it.

With prices on all that couples workloads, minimising falls apart into workloads (linked ones: components), so that

    g(theta) = sum over components of least priced value - sum over caps of theta_j * limit_j + charge and quota terms

is a lower bound on every choice that keeps the caps (Geoffrion, Lagrangean relaxation for integer programming, 1974).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from advisor.optimise.blocks import Blocks, PricedBlocks, blocks_of
from advisor.optimise.columns import Bools, Floats, Ints
from advisor.optimise.components import LIMITS, Limits
from advisor.optimise.ragged import first_minimum
from advisor.optimise.shifts import Shifts
from advisor.optimise.system import System

CHUNK: Final = 1 << 17
ROUNDING: Final = 16 * float(np.finfo(np.float64).eps)


@dataclass
class Alive:
    """What a better or equal choice may still use; None: everything."""

    options: Bools | None = None
    configs: Bools | None = None


@dataclass(frozen=True, eq=False)
class Priced:
    """Least values at one set of prices. ``vector`` is reused by the next pricing."""

    system: System
    vector: Floats
    lowest: Floats
    linked: PricedBlocks | None

    @property
    def value(self) -> float:
        """The sum of the least values; infinite where some workload has no option left."""
        if self.linked is None:
            return float(self.lowest.sum())
        free = self.lowest[~self.linked.blocks.linked]
        return float(free.sum()) + float(self.linked.components.sum())

    @property
    def size(self) -> float:
        """The sum of the least values without their signs: what rounding errors are a fraction of."""
        return float(np.abs(self.lowest).sum())

    @property
    def margin(self) -> float:
        """What rounding may have done to any one excess."""
        largest = float(np.abs(self.lowest).max())
        if self.linked is not None:
            scenarios = self.linked.scenarios
            largest += float(np.abs(scenarios[np.isfinite(scenarios)]).max(initial=0.0))
        return ROUNDING * largest

    def picks(self) -> tuple[Ints, int]:
        """A least choice, ties to the first row, and the weight of the targets that links miss with it."""
        picks = first_minimum(self.vector, self.lowest, self.system.owner)
        if self.linked is None:
            return picks, 0
        rows, missed = self.linked.picks()
        picks[self.system.owner[rows]] = rows
        return picks, missed

    def excess(self) -> Floats:
        """How far the least value with an option lies above the least value without that demand."""
        excess: Floats = self.vector - self.lowest[self.system.owner]
        if self.linked is not None:
            excess[self.linked.blocks.rows] = self.linked.excess()
        return excess


class Pricer:
    """Prices all options at once; remembers what has been ruled out. ``shift`` is what waiting adds to each option's
    loss, never more in all than in truth; without it prices leave out what waiting adds."""

    def __init__(
        self, system: System, possible: Bools | None = None, limits: Limits = LIMITS, *, cautious: bool = False
    ) -> None:
        self.system = system
        self.possible = possible
        self.blocks: Blocks | None = blocks_of(system, possible, limits, cautious=cautious)
        self.alive = Alive(possible)
        self.shift: Floats | None = None
        self._vector = np.empty(system.size)
        self._spare = np.empty(min(CHUNK, system.size))

    def price(self, prices: Mapping[str, float], uses: Sequence[float] = (), charges: Sequence[float] = ()) -> Priced:
        """``prices`` by measure; ``uses`` is what a unit of each quota earns; ``charges`` what each use of a charge
        costs (infinite: not allowed)."""
        wanted = [(name, price) for name, price in prices.items() if price]
        terms: list[tuple[Ints | Floats, float]] = [(self.system.measure(name), price) for name, price in wanted]
        if self.shift is not None and prices.get("loss"):
            terms.append((self.shift, prices["loss"]))
        self._combine(terms)
        for quota, earned in zip(self.system.quotas, uses, strict=False):
            self._vector[quota.options] -= earned * quota.used
        for charge, price in zip(self.system.charges, charges, strict=False):
            if price:
                self._vector[charge.options] += price
        if self.alive.options is not None:
            np.putmask(self._vector, ~self.alive.options, np.inf)
        lowest = np.minimum.reduceat(self._vector, self.system.starts)
        barred = None if self.alive.configs is None else ~self.alive.configs
        miss_price = prices.get("miss", 0.0)
        linked = self.blocks.price(self._vector, miss_price, barred) if self.blocks else None
        return Priced(self.system, self._vector, lowest, linked)

    @cached_property
    def shifts(self) -> Shifts | None:
        """What shares out the losses by waiting; None where nobody loses by it."""
        return Shifts(self.system, self.possible) if self.system.waits.extra.any() else None

    def _combine(self, terms: Sequence[tuple[Ints | Floats, float]]) -> None:
        """The weighted sum of measures, in pieces that stay in the processor's cache."""
        if not terms:
            self._vector[:] = 0.0
        for low in range(0, self.system.size, CHUNK):
            high = min(low + CHUNK, self.system.size)
            part, spare = self._vector[low:high], self._spare[: high - low]
            for number, (values, price) in enumerate(terms):
                np.multiply(values[low:high], price, out=spare if number else part)
                if number:
                    part += spare

    def reset(self) -> None:
        """Forgets what a question ruled out."""
        self.alive = Alive(self.possible)

    def rule_out(self, options: Bools, configs: Bools | None) -> None:
        """Keeps only the options and configurations that are given and were left before."""
        alive = self.alive
        alive.options = options if alive.options is None else alive.options & options
        if configs is not None:
            alive.configs = configs if alive.configs is None else alive.configs & configs
