"""Problem in, solution out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from advisor.model.option import Problem, Solution
from advisor.optimise.columns import ColumnarProblem, ColumnarSolution, columns_of
from advisor.optimise.reach import Reach
from advisor.optimise.stages import Question, Settings, Solver
from advisor.optimise.totals import totals_of

LISTED = 6


class Portfolio:
    """A problem made ready once and asked several questions."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        columns, self.names = columns_of(problem)
        self.solver = Solver(columns) if problem.workloads else None
        self.combinations = _combinations(problem)

    def solve(self, question: Question) -> Solution:
        """The best choice under the caps of ``question``."""
        if self.solver is None:
            return Solution("optimal", "nothing to choose", 0.0, {}, totals_of(self.problem, {}), self.combinations)
        found = self.solver.solve(question)
        choices = self.names.choices(found.picks)
        totals = totals_of(self.problem, choices)
        return Solution(found.status, found.method, found.gap, choices, totals, self.combinations)

    def in_reach(self, solution: Solution, more: int) -> dict[str, frozenset[str]]:
        """By workload the options that a choice may have which is worse than this solution of the problem by ``more``
        cents at most, where objectives are counted in them."""
        if self.solver is None:
            return {}
        solver, names = self.solver, self.names
        picks = names.picks(solution.choices, solver.problem.offsets)
        found = Reach(solver, question_of(self.problem), picks, more).options()
        rows = [np.flatnonzero(found[slice(*ends)]) + ends[0] for ends in itertools.pairwise(solver.problem.offsets)]
        return {
            name: frozenset(names.options[row] for row in own.tolist())
            for name, own in zip(names.workloads, rows, strict=True)
        }


def solve(problem: Problem) -> Solution:
    """The best choice: fewest weighted misses first, then the objective, then cost, changes, loss, and the order of the
    options. Input order never matters. Status ``infeasible`` (with the cheapest choice) where even that breaks a
    cap; ``bounded`` with a proven gap where a large problem was not settled."""
    return Portfolio(problem).solve(question_of(problem))


def solve_budgets(problem: Problem, budgets: Iterable[int | None]) -> list[Solution]:
    """The same problem under several budgets, made ready once."""
    portfolio = Portfolio(problem)
    return [portfolio.solve(replace(question_of(problem), budget=budget)) for budget in budgets]


def solve_columns(problem: ColumnarProblem, settings: Settings | None = None) -> ColumnarSolution:
    """The best choice of a problem in columns; ties fall to the smaller row. ``settings`` follow from the size unless
    given."""
    return Solver(problem, settings).solve()


def question_of(problem: Problem) -> Question:
    """What the problem itself asks."""
    return Question(problem.objective, problem.budget, problem.max_changes, problem.targets_first)


def _combinations(problem: Problem) -> str:
    exponent = sum(math.log10(len(workload.options)) for workload in problem.workloads)
    if exponent < LISTED:
        return str(math.prod(len(workload.options) for workload in problem.workloads))
    return f"about 1e{int(exponent)}"


__all__ = ["Portfolio", "Question", "question_of", "solve", "solve_budgets", "solve_columns"]
