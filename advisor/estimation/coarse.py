"""Combining units where recoveries contend for the same slots, so that only equal tasks compare, and too many are left.

Losses and each component's own time are compared in steps of two per cent; an option may be missed that is better by
less than a step, or by what waiting for slots makes of it, and the workload's options are marked as not all that there
are. Combinations in which all units do alike are compared sample by sample in any case.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from advisor.estimation.combining import KINDS, Composer, Composition, Exact, Trace
from advisor.estimation.dominance import COST, QUOTA, TooManyError, pareto
from advisor.estimation.performance import Floats, Table

COARSE_LIMIT: Final = 1000  # combinations that are kept after each unit
STEP: Final = 1.02  # figures within one such step count as equal


class Coarse(Composer):
    complete = False

    def packages_left(self, table: Table) -> tuple[list[int], list[int]]:
        return pareto(self.rows(table), table, self.quota)

    def combinations_left(self, table: Table) -> tuple[list[int], list[int]]:
        rows = self.rows(table)
        kept, places = pareto(rows, table, self.quota)
        return (kept if len(kept) <= COARSE_LIMIT else spread(kept, rows)), places

    def run_with(self, also: Sequence[tuple[int, ...]]) -> Composition:
        """The usual course; then what it leaves and the combinations of ``also`` compared sample by sample, as far as
        the limits of that allow."""
        found = self.run()
        every = list(dict.fromkeys((*found.picks, *also)))
        table = self.table_of(every)
        exact = Exact(self.performance, self.tables, self.quota)
        try:
            kept, _ = exact.combinations_left(exact.whole(table))
        except TooManyError:
            kept, _ = pareto(self.rows(table), table, self.quota)
        picks = tuple(every[row] for row in kept)
        return Composition(picks, False, self.compared + len(also), Trace())

    def table_of(self, picks: Sequence[tuple[int, ...]]) -> Table:
        """The figures of given combinations, but for the failures' classes."""
        index = np.array(picks, dtype=np.int64).reshape(len(picks), len(self.tables))
        parts = [table.take(index[:, unit]) for unit, table in enumerate(self.tables)]
        return Table(
            np.sum([part.sums for part in parts], axis=0),
            np.maximum.reduce([part.worst for part in parts]),
            np.maximum.reduce([part.times for part in parts]),
            np.zeros((len(picks), len(self.performance.failures)), dtype=np.int64),
            np.maximum.reduce([part.ended for part in parts]),
            np.bitwise_or.reduce([part.signals for part in parts]),
            np.bitwise_or.reduce([part.shared for part in parts]),
            index,
        )

    @staticmethod
    def rows(table: Table) -> Floats:
        """Losses, no way back and times in steps; expected losses follow the worst case."""
        figures = np.hstack([table.worst[:, :KINDS], table.times])
        with np.errstate(divide="ignore"):
            steps = np.where(figures > 1, np.ceil(np.log(figures) / math.log(STEP)), 0.0)
        return np.hstack([table.sums[:, :QUOTA], steps, table.worst[:, 2 * KINDS :]])


def spread(kept: Sequence[int], rows: Floats) -> list[int]:
    """So many of the combinations as are allowed, evenly over the range of costs, the cheapest and dearest included."""
    order = sorted(kept, key=lambda row: (rows[row, COST], row))
    places = np.unique(np.linspace(0, len(order) - 1, COARSE_LIMIT).round().astype(int))
    return sorted(order[place] for place in places.tolist())
