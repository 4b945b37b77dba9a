"""The best bound of a stage: best prices, and best shares of what waiting costs, in turn."""

from __future__ import annotations

from typing import Final

import numpy as np

from advisor.optimise.columns import Floats
from advisor.optimise.dual import best_prices
from advisor.optimise.incumbent import Incumbent
from advisor.optimise.lagrangian import Lagrangian, Point, Stage

WHOLE: Final = 1e-6
# Rounds of sharing out; how often prices follow; which gain, as a part of what is unproven, is worth another round; for
# how many rounds less is put up with.
ROUNDS: Final = 60
REPRICED: Final = 5
WORTH: Final = 0.01
PATIENCE: Final = 5


def best_point(lagrangian: Lagrangian, incumbent: Incumbent, start: Floats | None) -> Point:
    """The point with the best bound found, the pricer's ``shift`` left as it belongs to it; stops early once the bound
    passes the incumbent, to which every least choice is offered."""
    shifts = lagrangian.pricer.shifts if prices_loss(lagrangian.stage) else None
    best = best_prices(lagrangian, incumbent.offer, incumbent.value + WHOLE, start)
    if shifts is None:
        return best
    kept, weak = lagrangian.pricer.shift, 0
    for number in range(1, ROUNDS + 1):
        price = lagrangian.form(best.prices).get("loss", 0.0)
        if not best.picks.size or best.value > incumbent.value or weak > PATIENCE or price <= 0:
            break
        shifts.spread(_excess(lagrangian, best.prices, incumbent.value - best.value) / price)
        lagrangian.pricer.shift = shifts.total()
        if number % REPRICED:
            point = lagrangian.at(best.prices)
            incumbent.offer(point.picks)
        else:
            point = best_prices(lagrangian, incumbent.offer, incumbent.value + WHOLE, best.prices)
        gained = point.value - best.value
        weak = 0 if gained > WORTH * max(1.0, incumbent.value - point.value) else weak + 1
        if gained > 0:
            best, kept = point, lagrangian.pricer.shift
    lagrangian.pricer.shift = kept
    return best


def _excess(lagrangian: Lagrangian, prices: Floats, room: float) -> Floats:
    """The excess of all options, no more than the room below the best value known; infinite where an option is ruled
    out for good (what a node bars is back in the next)."""
    excess = np.maximum(lagrangian.priced(prices).excess(), 0.0)
    finite = excess[np.isfinite(excess)]
    excess = np.minimum(excess, room if np.isfinite(room) else float(finite.max()))
    alive = lagrangian.pricer.alive.options
    return excess if alive is None else np.where(alive, excess, np.inf)


def prices_loss(stage: Stage) -> bool:
    """Whether the loss matters to a stage at all."""
    return "loss" in stage.goal or any("loss" in cap.form for cap in stage.caps)
