"""The best prices of a Lagrangian: cutting planes in general, the secant of two tangents where there is one price.

The dual function is concave and piecewise linear. With one cap, the two tangents around its top meet above it; pricing
at that point either proves the top or moves one of them. Workloads that choose the same option on both sides do so in
between, and drop out, so that all steps together cost little more than the first. With several prices, Kelley's
cutting planes in a box around the best point so far (Marsten, Hogan and Blankenship, the boxstep method, 1975).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import linprog

from advisor.optimise.columns import Bools, Floats, Ints
from advisor.optimise.lagrangian import Lagrangian, Offer, Point
from advisor.optimise.ragged import Places, first_minimum, owners_of

STEPS: Final = 80
TOLERANCE: Final = 1e-11
ENOUGH: Final = 0.1
WIDEST: Final = 1e9
WIDER: Final = 4.0
NARROWEST: Final = 1e-6
EDGE: Final = 1e-12


def best_prices(lagrangian: Lagrangian, offer: Offer, cutoff: float, start: Floats | None = None) -> Point:
    """The point with the best bound found; stops early once the bound reaches ``cutoff``."""
    first = lagrangian.at(np.zeros(lagrangian.dimensions))
    if first.picks.size:
        offer(first.picks)
    if not lagrangian.dimensions or not first.picks.size or first.value >= cutoff:
        return first
    if lagrangian.dimensions == 1 and lagrangian.stage.caps and lagrangian.pricer.blocks is None:
        return _one_price(lagrangian, offer, first)
    if lagrangian.dimensions == 1:
        return _bracketed(lagrangian, offer, cutoff, first, start)
    return _many_prices(lagrangian, offer, cutoff, first, start)


def _one_price(lagrangian: Lagrangian, offer: Offer, first: Point) -> Point:
    if first.slope[0] <= 0:
        return first
    goal = lagrangian.priced(np.zeros(1)).vector.copy()
    slope = lagrangian.priced(np.ones(1)).vector - np.where(np.isfinite(goal), goal, 0.0)
    system = lagrangian.system
    price, feasible = secant(goal, slope, system.starts, system.owner, lagrangian.limits[0])
    if feasible is None:
        return Point(np.full(1, np.inf), np.inf, np.zeros(1), np.zeros(0, np.int64))
    offer(feasible)
    return lagrangian.at(np.array([price]))


@dataclass(frozen=True, eq=False)
class _Lines:
    """Each option as the line goal + price * slope, for the workloads that are still open."""

    goal: Floats
    slope: Floats
    starts: Ints
    owner: Places
    rows: Ints | None

    def least(self, price: float) -> Ints:
        """The least line of every workload at a price."""
        values = self.goal + price * self.slope if price else self.goal
        return first_minimum(values, np.minimum.reduceat(values, self.starts), self.owner)

    def flattest(self) -> Ints:
        """The least line at an unlimited price: the least slope, then the least goal."""
        flat = self.slope == np.minimum.reduceat(self.slope, self.starts)[self.owner]
        values = np.where(flat, self.goal, np.inf)
        return first_minimum(values, np.minimum.reduceat(values, self.starts), self.owner)

    def only(self, open_: Bools) -> tuple[_Lines, Ints]:
        """The lines of the workloads that stay open, and the new place of every line kept."""
        kept = open_[self.owner]
        counts = np.diff(self.starts, append=self.goal.size)[open_]
        rows = np.flatnonzero(kept) if self.rows is None else self.rows[kept]
        starts = np.cumsum(counts) - counts
        lines = _Lines(self.goal[kept], self.slope[kept], starts, owners_of(starts, rows.size), rows)
        return lines, np.cumsum(kept) - 1

    def named(self, places: Ints) -> Ints:
        """The rows of the whole problem."""
        return places if self.rows is None else self.rows[places]

    def sums(self, places: Ints) -> tuple[float, float]:
        """Goal and slope of a choice."""
        return float(self.goal[places].sum()), float(self.slope[places].sum())


def secant(goal: Floats, slope: Floats, starts: Ints, owner: Places, limit: float) -> tuple[float, Ints | None]:
    """The price that maximises sum of min(goal + price * slope) - price * limit, and a least choice at that price that
    keeps the limit (None where no choice does)."""
    lines = _Lines(goal, slope, starts, owner, None)
    low, high = lines.least(0.0), lines.flattest()
    chosen = high.copy()
    left = limit
    workloads = np.arange(starts.size)
    price = 0.0
    if lines.sums(high)[1] > limit:
        return np.inf, None
    for _ in range(STEPS):
        moving = low != high
        left -= float(lines.slope[high[~moving]].sum())
        lines, place = lines.only(moving)
        low, high, workloads = place[low[moving]], place[high[moving]], workloads[moving]
        if not workloads.size:
            break
        (low_goal, low_slope), (high_goal, high_slope) = lines.sums(low), lines.sums(high)
        price = (high_goal - low_goal) / (low_slope - high_slope)
        found = lines.least(price)
        found_goal, found_slope = lines.sums(found)
        meeting = low_goal + price * low_slope
        if found_goal + price * found_slope >= meeting - TOLERANCE * abs(meeting):
            break
        if found_slope > left:
            low = found
        else:
            high = found
            chosen[workloads] = lines.named(found)
    return price, chosen


def _bracketed(lagrangian: Lagrangian, offer: Offer, cutoff: float, first: Point, start: Floats | None) -> Point:
    """One price where lines cannot be dropped: the meeting point of the two tangents around the top, step by step."""
    low, high, best = first, None, first
    price = float(lagrangian.scales()[0]) if start is None else float(start[0])
    for _ in range(STEPS):
        if best.value >= cutoff or low.slope[0] <= 0 or (high is None and price > WIDEST * lagrangian.scales()[0]):
            break
        point = lagrangian.at(np.array([price]))
        if not point.picks.size:
            return point
        offer(point.picks)
        best = max(best, point, key=lambda known: known.value)
        if point.slope[0] > 0:
            low = point
        else:
            high = point
        if high is None:
            price *= WIDER
            continue
        left, right = float(low.prices[0]), float(high.prices[0])
        rise, fall = float(low.slope[0]), float(high.slope[0])
        price = (high.value - low.value + rise * left - fall * right) / (rise - fall)
        promise = low.value + rise * (price - left)
        if promise - best.value <= TOLERANCE * max(1.0, abs(best.value)) or not left < price < right:
            break
    return best


def _many_prices(lagrangian: Lagrangian, offer: Offer, cutoff: float, first: Point, start: Floats | None) -> Point:
    """Boxstep: the cutting planes' best point within a box around the best one known."""
    scales = lagrangian.scales()
    best, cuts = first, [first]
    waiting = [] if start is None else [start]
    box = 2.0
    for _ in range(STEPS):
        if best.value >= cutoff:
            break
        unit = max(1.0, abs(best.value))
        prices, promise, edge = (waiting.pop(), np.inf, True) if waiting else _promise(cuts, best, scales, box)
        if promise - best.value <= TOLERANCE * unit or any(np.array_equal(prices, cut.prices) for cut in cuts):
            if not edge or box > WIDEST:
                break
            box *= 4
            continue
        point = lagrangian.at(prices)
        if not point.picks.size:
            return point
        offer(point.picks)
        cuts.append(point)
        if point.value > best.value:
            box *= 2.0 if edge and point.value - best.value > ENOUGH * (promise - best.value) else 1.0
            best = point
        else:
            box = max(box / 2, NARROWEST)
    return best


def _promise(cuts: list[Point], best: Point, scales: Floats, box: float) -> tuple[Floats, float, bool]:
    """Where the cutting planes are highest within the box, how high, and whether the box holds them back. The program
    counts prices from the centre in widths of the box, and heights from the best one known, to keep its numbers
    precise."""
    width = box * scales
    slopes = np.array([cut.slope for cut in cuts]) * width
    apart = np.array([cut.prices for cut in cuts]) - best.prices
    heights = np.array([cut.value for cut in cuts]) - best.value - np.einsum("ij,ij->i", slopes, apart / width)
    unit = max(1e-300, float(np.abs(slopes).max()))
    low = np.maximum(-1.0, -best.prices / width)
    result = linprog(
        [-1.0, *[0.0] * len(scales)],
        A_ub=np.column_stack([np.ones(len(cuts)), -slopes / unit]),
        b_ub=heights / unit,
        bounds=[(None, None), *((least, 1.0) for least in low)],
        method="highs",
    )
    if result.x is None:
        return best.prices, best.value, False
    found = result.x[1:]
    edge = bool(np.any((found >= 1 - EDGE) | ((found <= EDGE - 1) & (low == -1.0))))
    return np.maximum(best.prices + found * width, 0.0), best.value + float(result.x[0]) * unit, edge
