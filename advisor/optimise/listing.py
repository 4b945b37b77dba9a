"""A core with one limit, solved by listing partial choices: dynamic programming with dominance and a bound.

Workloads join one by one. A partial choice (goal, slope) goes where another one has no more of both, and where its
excess at the best price already passes the room below the best value known (Pisinger, A minimal algorithm for the
multiple-choice knapsack problem, European Journal of Operational Research 83, 1995).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from advisor.optimise.columns import Bools, Floats, Ints

LISTED: Final = 100_000


@dataclass(frozen=True, eq=False)
class Core:
    """Rows that may replace the ``picks``, what each changes in goal and slope against its workload's pick, and its
    excess; ``room`` is what the limit leaves beside the picks."""

    rows: Ints
    owner: Ints
    goal: Ints
    slope: Ints
    excess: Floats
    room: int


def best_of(core: Core, picks: Ints, below: float, spare: float) -> tuple[Ints | None, bool]:
    """The picks with the least goal, ``below`` that of the given ones, among those that keep the limit (None: there are
    none), and whether that is so for certain: False where too many would have to be listed. No such choice has an
    excess beyond ``spare``."""
    order = np.argsort(core.owner, kind="stable")
    starts = np.flatnonzero(np.diff(core.owner[order], prepend=-1))
    members = np.split(order, starts[1:]) if order.size else []
    members.sort(key=lambda rows: -float(core.excess[rows].min()))
    least = [min(0, int(core.slope[rows].min())) for rows in members]
    left = sum(least)
    goal, slope, excess = np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1)
    steps: list[tuple[Ints, Ints]] = []
    for rows, gained in zip(members, least, strict=True):
        left -= gained
        more = [np.append(0, values[rows]) for values in (core.goal, core.slope, core.excess)]
        if goal.size * more[0].size > LISTED:
            return None, False
        goal, slope, excess = (
            np.add.outer(old, new).ravel() for old, new in zip((goal, slope, excess), more, strict=True)
        )
        kept = _kept(goal, slope, (excess <= spare) & (slope + left <= core.room))
        goal, slope, excess = goal[kept], slope[kept], excess[kept]
        parent, option = np.divmod(kept, more[0].size)
        steps.append((parent, np.append(-1, core.rows[rows])[option]))
    able = np.flatnonzero((slope <= core.room) & (goal < below))
    if not able.size:
        return None, True
    return _traced(steps, picks, int(able[np.argmin(goal[able])]), dict(zip(core.rows, core.owner, strict=True))), True


def _kept(goal: Ints, slope: Ints, able: Bools) -> Ints:
    """The places that are able and that nothing beats in both, by slope."""
    places = np.flatnonzero(able)
    order = places[np.lexsort((goal[places], slope[places]))]
    if not order.size:
        return order
    least = np.minimum.accumulate(goal[order])
    result: Ints = order[np.concatenate([[True], goal[order][1:] < least[:-1]])]
    return result


def _traced(steps: list[tuple[Ints, Ints]], picks: Ints, place: int, owner: dict[int, int]) -> Ints:
    found = picks.copy()
    for parent, row in reversed(steps):
        if row[place] >= 0:
            found[owner[int(row[place])]] = row[place]
        place = int(parent[place])
    return found
