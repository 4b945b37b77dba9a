"""Which of many combinations stay, a block of them at a time: the same as ``dominance.pareto``, for comparisons that
can be made for many pairs at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from advisor.estimation.dominance import COST, Quota, TooManyError, subsets
from advisor.estimation.performance import Floats, Ints, Table

BLOCK: Final = 256  # combinations that are compared at once
Mask = NDArray[np.bool_]
Passes = Callable[[Ints, Ints], Mask]  # whether each rival may win over the row beside it


@dataclass(frozen=True)
class Sieve:
    """Rows and how they are compared: a winner is no larger in any of ``figures`` (columns by row; the first is the
    cost, less what the loser's ``used`` quota could be worth), gives the same ``signals``, needs only ``charges`` that
    the loser needs (``contained``), and ``passes``."""

    figures: Floats
    used: Floats
    signals: Ints
    charges: Ints
    contained: Mask
    quota: Quota
    passes: Passes

    def left(self, order: Ints, limit: int) -> tuple[list[int], list[int]]:
        """The rows that stay, in this order, and for every row the place of the one that stands for it. Raises
        ``TooManyError`` beyond ``limit``."""
        kept: list[int] = []
        places = np.full(len(order), -1, dtype=np.int64)
        for start in range(0, len(order), BLOCK):
            rows = order[start : start + BLOCK]
            if kept:
                winners, losers = self.pairs(np.array(kept), rows)
                _first(places, rows[losers], winners)
                rows = rows[places[rows] < 0]
            self._among(rows, kept, places)
            if len(kept) > limit:
                raise TooManyError
        return kept, places.tolist()

    def _among(self, rows: Ints, kept: list[int], places: Ints) -> None:
        """Those of the rows stay that none before them beats which stays itself."""
        winners, losers = self.pairs(rows, rows)
        earlier = winners < losers
        by_loser: dict[int, list[int]] = {}
        for winner, loser in zip(winners[earlier].tolist(), losers[earlier].tolist(), strict=True):
            by_loser.setdefault(loser, []).append(winner)
        staying: dict[int, int] = {}
        for number, row in enumerate(rows.tolist()):
            place = next((staying[other] for other in by_loser.get(number, ()) if other in staying), None)
            if place is None:
                place = staying[number] = len(kept)
                kept.append(row)
            places[row] = place

    def pairs(self, rivals: Ints, rows: Ints) -> tuple[Ints, Ints]:
        """Places among ``rivals`` and among ``rows`` of all pairs in which the rival beats the row, by row and then by
        rival."""
        good = self.signals[rows][:, None] == self.signals[rivals]
        good &= self.contained[self.charges[rows][:, None], self.charges[rivals]]
        for column in self.figures[1:]:
            good &= column[rivals] <= column[rows][:, None]
        losers, winners = np.nonzero(good)
        cost = self.figures[COST]
        credit = self.quota.worth(self.used[rows[losers]] - self.used[rivals[winners]])
        found = cost[rivals[winners]] <= cost[rows[losers]] - credit
        losers, winners = losers[found], winners[found]
        found = self.passes(rivals[winners], rows[losers])
        return winners[found], losers[found]


def sieve(
    hard: Floats, ties: Floats, table: Table, quota: Quota, passes: Passes, limit: int
) -> tuple[list[int], list[int]]:
    """The rows of ``hard`` (cost and changes first) that stay, cheapest first, and the place of the one that stands for
    each; of equals the one that comes first by ``ties``."""
    order = np.lexsort([np.arange(len(hard)), ties, *hard.T[::-1]])
    charges, contained = subsets(table.shared)
    _, signals = np.unique(table.signals, return_inverse=True)
    used = table.sums[:, 2]
    return Sieve(hard.T.copy(), used, signals, np.array(charges), contained, quota, passes).left(order, limit)


def _first(places: Ints, rows: Ints, winners: Ints) -> None:
    """Note the first of the winners of each row; pairs come by row."""
    listed, first = np.unique(rows, return_index=True)
    places[listed] = winners[first]
