"""Which options may be part of a choice that is nearly as good as a given one: what prices do not rule out, a program
looks for, workload by workload."""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np

from advisor.optimise.columns import Bools, Ints
from advisor.optimise.incumbent import Incumbent
from advisor.optimise.lagrangian import Lagrangian, Stage
from advisor.optimise.milp import Program
from advisor.optimise.pricing import Pricer
from advisor.optimise.raising import WHOLE, best_point
from advisor.optimise.stages import GOALS, Question, Solver
from advisor.optimise.system import Cap, value_of

PROGRAMS: Final = 40  # of one workload: with so many options in reach all that prices leave count as in reach


class Reach:
    """Choices that keep all caps, miss no more than ``picks`` where targets come first, and whose objective is beyond
    that of ``picks`` by ``more`` at most."""

    def __init__(self, solver: Solver, asked: Question, picks: Ints, more: int) -> None:
        self.solver, self.system, self.picks, self.more = solver, solver.system, picks, more
        self.goal, measures = GOALS[asked.objective], self.system.evaluate(picks)
        missed = (Cap({"miss": 1}, measures["miss"]),) if asked.targets_first else ()
        self.caps = (*asked.caps, *missed)
        self.value = value_of(self.goal, measures)

    def options(self) -> Bools:
        """The options that may be part of one of them; all others are proven not to be."""
        left = self.by_prices()
        if np.count_nonzero(left) - self.system.workloads > self.solver.settings.effort.settle:
            return left
        found = left.copy()
        for first, last in itertools.pairwise(self.system.problem.offsets.tolist()):
            if np.count_nonzero(left[first:last]) > 1:
                found[first:last] = self._by_programs(left, first, last)
        return found

    def by_prices(self) -> Bools:
        """By the bound of the best prices: of all options, also those that others beat, as what stands behind one that
        is beaten may not be."""
        incumbent = Incumbent(self.system, Stage(self.goal, self.caps))
        incumbent.offer(self.picks)
        pricer = Pricer(self.system, None, self.solver.settings.limits)
        lagrangian = Lagrangian(pricer, Stage(self.goal, self.caps))
        point = best_point(lagrangian, incumbent, None)
        priced = lagrangian.priced(point.prices)
        room = self.value + self.more - point.value
        found: Bools = priced.excess() <= room + WHOLE + priced.margin
        found[self.picks] = True
        return found

    def _by_programs(self, left: Bools, first: int, last: int) -> Bools:
        """Of one workload's options those that are found in such choices one after the other, until there are no
        more."""
        caps = (*self.caps, Cap(self.goal, self.value + self.more))
        open_ = left.copy()
        found = np.zeros(last - first, np.bool_)
        place = int(self.system.owner[first])
        found[self.picks[place] - first] = True
        open_[self.picks[place]] = False
        for _ in range(PROGRAMS):
            if not open_[first:last].any():
                return found
            outcome = Program(self.system, open_).minimise(self.goal, caps, self.solver.settings.effort.program_nodes)
            if outcome.picks is None:
                return found if outcome.bound == np.inf else left[first:last]
            found[outcome.picks[place] - first] = True
            open_[outcome.picks[place]] = False
        return left[first:last]
