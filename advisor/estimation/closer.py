"""Looking again, and more closely, at combinations that were compared by what they decide.

What a combination that was left out could be worth, the one that stands for it tells up to the money that was let pass.
So only what stands behind combinations that matter is put together again, unit by unit, and less is let pass (coarse
to fine, as in Raphael, Coarse-to-fine dynamic programming, 2001): the fewer matter, the less has to be, and nothing in
the end.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from advisor.estimation.combining import Trace
from advisor.estimation.dominance import Quota
from advisor.estimation.performance import Ints, Performance, Table
from advisor.estimation.timelines import LOST
from advisor.estimation.weighed import Weighed, Weighing

Mask = NDArray[np.bool_]


class Closer(Weighed):
    """Units one after the other, by what decides, as far as what stood for them before (``known``) leads to a final
    combination that matters (by its place)."""

    def __init__(
        self,
        performance: Performance,
        tables: Sequence[Table],
        quota: Quota,
        weighing: Weighing,
        known: Trace,
        matters: Mask,
    ) -> None:
        super().__init__(performance, tables, quota, weighing)
        self.known = known
        self.leading = leading(known, matters)

    def packages_left(self, table: Table) -> tuple[list[int], list[int]]:
        """Those of the packages that lead to what matters and that no other such one beats."""
        unit = len(self.trace.packages)
        places = np.array(self.known.packages[unit])
        leads: Mask = np.asarray(self.leading[unit].any(axis=0))
        rows = np.flatnonzero((places != LOST) & leads[places])
        kept, winners = super().packages_left(table.take(rows))
        stands = np.full(len(table), LOST, dtype=np.int64)
        stands[rows] = winners
        return rows[kept].tolist(), stands.tolist()

    def allowed(self, joined: Table) -> Ints:
        """The combinations that lead to what matters."""
        rows = super().allowed(joined)
        picks = joined.picks[rows]
        unit = picks.shape[1] - 1
        before = self.known.places(picks[:, :unit])
        package = np.array(self.known.packages[unit])[picks[:, unit]]
        found: Ints = rows[self.leading[unit][before, package]]
        return found


def leading(trace: Trace, matters: Mask) -> list[Mask]:
    """For each unit whether a place before it (rows) with one of the unit's kept packages (columns) leads to a final
    place that ``matters``."""
    found: list[Mask] = []
    for step, kept in zip(reversed(trace.steps), reversed(trace.kept), strict=True):
        pairs = step.reshape(-1, kept)
        leads: Mask = np.logical_and(pairs != LOST, matters[pairs])
        found.append(leads)
        matters = np.asarray(leads.any(axis=1))
    return found[::-1]
