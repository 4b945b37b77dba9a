"""Solves until what the problem says of its best choice is what the plan will report of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from advisor.model.option import Joint, Problem, Solution
from advisor.optimise import Portfolio, objective_of, question_of, solve, totals_of
from advisor.planning.needs import Needs

ROUNDS: Final = 60
MANY: Final = 300
FEW_ROUNDS: Final = 10
# What may change without another look at the options.
LIMITS: Final = frozenset({"budget", "max_changes", "objective", "targets_first"})


class Chooser:
    """A problem that learns: where several needed workloads together do to a proposed plan what no pair of options
    tells, that set is added and the problem is solved again. Every problem on the way leaves such sets out and so is
    never worse than the true one; a proposal with nothing left to add is therefore optimal in truth too."""

    def __init__(self, problem: Problem, needs: Needs) -> None:
        self.problem, self.needs = problem, needs
        self._ready: tuple[Problem, Portfolio] | None = None

    @property
    def portfolio(self) -> Portfolio:
        """The problem as it is known now, made ready once for all that is asked of it."""
        if self._ready is None or self._ready[0] is not self.problem:
            self._ready = (self.problem, Portfolio(self.problem))
        return self._ready[1]

    def solve(self, **changes: Any) -> Solution:
        """The best choice, with some fields of the problem changed (``budget``, ``objective`` …)."""
        asked = replace(self.problem, **changes)
        own_options = changes.keys() <= LIMITS
        proposed: list[Mapping[str, str]] = []
        for _ in range(ROUNDS if len(asked.workloads) <= MANY else FEW_ROUNDS):
            solution = self.portfolio.solve(question_of(asked)) if own_options else solve(asked)
            learnt = self.learn(solution.choices)
            if not learnt:
                return solution
            proposed.append(solution.choices)
            asked = replace(asked, joints=(*asked.joints, *learnt))
        return _unsettled(asked, proposed, solution)

    def learn(self, choices: Mapping[str, str]) -> Sequence[Joint]:
        """What the problem did not know about this plan; it does from now on."""
        learnt = self.needs.surprises(self.problem, choices)
        if learnt:
            self.problem = replace(self.problem, joints=(*self.problem.joints, *learnt))
        return learnt


def _unsettled(problem: Problem, proposed: Sequence[Mapping[str, str]], last: Solution) -> Solution:
    """The best of all proposals by what is known now; the last one bounds them all, since its problem leaves things
    out."""

    def rank(choices: Mapping[str, str]) -> tuple[float, int, int, int, int]:
        totals = totals_of(problem, choices)
        missed = totals.miss_weight if problem.targets_first else 0.0
        return missed, objective_of(problem, totals), totals.cost, totals.changes, totals.loss

    best = min(proposed, key=rank)
    missed, value, *_ = rank(best)
    least_missed = last.totals.miss_weight if problem.targets_first else 0.0
    least = objective_of(problem, last.totals)
    pairs = ((missed, least_missed), (value, least))
    gap = max(last.gap, *((found - bound) / max(1.0, abs(found)) for found, bound in pairs))
    if gap <= 0 or last.status == "infeasible":
        return replace(last, choices=best, totals=totals_of(problem, best))
    method = f"{last.method}; {len(proposed)} rounds of what several needed workloads do together left the gap"
    return replace(last, status="bounded", method=method, gap=gap, choices=best, totals=totals_of(problem, best))
