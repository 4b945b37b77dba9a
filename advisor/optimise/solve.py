"""Problem in, solution out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from advisor.model.option import Problem, Solution, Totals
from advisor.optimise.columns import ColumnarProblem, ColumnarSolution, columns_of
from advisor.optimise.stages import Question, Settings, Solver
from advisor.optimise.totals import objective_of, totals_of

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


def solve(problem: Problem) -> Solution:
    """The best choice: fewest weighted misses first, then the objective, then cost, changes, loss, and the order of the
    options. Input order never matters. Status ``infeasible`` (with the cheapest choice) where even that breaks a
    cap; ``bounded`` with a proven gap where a large problem was not settled."""
    return Portfolio(problem).solve(_question(problem))


def solve_budgets(problem: Problem, budgets: Iterable[int | None]) -> list[Solution]:
    """The same problem under several budgets, made ready once."""
    portfolio = Portfolio(problem)
    return [portfolio.solve(replace(_question(problem), budget=budget)) for budget in budgets]


def solve_columns(problem: ColumnarProblem, settings: Settings | None = None) -> ColumnarSolution:
    """The best choice of a problem in columns; ties fall to the smaller row. ``settings`` follow from the size unless
    given."""
    return Solver(problem, settings).solve()


def _question(problem: Problem) -> Question:
    return Question(problem.objective, problem.budget, problem.max_changes, problem.targets_first)


def _combinations(problem: Problem) -> str:
    exponent = sum(math.log10(len(workload.options)) for workload in problem.workloads)
    if exponent < LISTED:
        return str(math.prod(len(workload.options) for workload in problem.workloads))
    return f"about 1e{int(exponent)}"


def frontier(problem: Problem, limit: int = 12) -> list[tuple[Totals, Mapping[str, str]]]:
    """Cost–risk points from the cheapest choice to the safest: for each cap on cost the least expected loss.

    Every point is optimal for its cap; caps are placed evenly between the two ends, plus the ends themselves."""
    portfolio = Portfolio(problem)
    risk = Question("min-risk", None, problem.max_changes, targets_first=False, ties=False)
    cheapest = portfolio.solve(replace(risk, objective="min-cost"))
    safest = portfolio.solve(risk)
    low, high = cheapest.totals.cost, safest.totals.cost
    points = {}
    for step in range(limit):
        cap = low + (high - low) * step // max(1, limit - 1)
        found = portfolio.solve(replace(risk, budget=cap))
        points[found.totals.cost, found.totals.loss] = (found.totals, found.choices)
    return [points[key] for key in sorted(points) if not _beaten(key, points)]


def _beaten(key: tuple[int, int], points: Mapping[tuple[int, int], object]) -> bool:
    return any(other != key and other[0] <= key[0] and other[1] <= key[1] for other in points)


__all__ = ["Portfolio", "Question", "frontier", "objective_of", "solve", "solve_budgets", "solve_columns"]
