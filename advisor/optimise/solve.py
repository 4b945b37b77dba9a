"""The exact method: lexicographic mixed-integer programs (missed targets, objective, tie-breaks) solved by HiGHS."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from advisor.model.option import Problem, Solution, SolverStatus, Totals
from advisor.optimise.milp import Program, UnsolvedError
from advisor.optimise.totals import feasible, objective_of, totals_of

MISS_TOLERANCE = 1e-6


def solve(problem: Problem) -> Solution:
    """The best choice: fewest weighted misses first, then the objective, then cost, loss, changes, and the order of the
    options. Input order never matters. Status ``infeasible`` (with the cheapest choice) where even that breaks a
    cap."""
    problem = _sorted(problem)
    program = Program(problem)
    count = math.prod(len(workload.options) for workload in problem.workloads)
    combinations = str(count) if count < 10**6 else f"about 1e{int(math.log10(count))}"
    gap = 0.0
    stages = _stages(problem, program)
    values: np.ndarray[tuple[int], np.dtype[np.float64]] | None = None
    for cost, tolerance in stages:
        try:
            values, best, stage_gap = program.minimise(cost)
        except UnsolvedError:
            if values is None:
                return _impossible(problem, combinations)
            raise
        gap = max(gap, stage_gap)
        # The solver takes variables near whole numbers for whole; what is kept is what the whole choice comes to.
        program.cap(cost, max(best, float(cost @ program.point(program.choices(values)))) + tolerance)
    if values is None:
        raise UnsolvedError("no stage was solved")
    choices = program.choices(values)
    totals = totals_of(problem, choices)
    status: SolverStatus = "optimal" if feasible(problem, totals) else "bounded"
    return Solution(status, "exact: lexicographic MILP (HiGHS)", gap, choices, totals, combinations)


def _stages(problem: Problem, program: Program) -> list[tuple[np.ndarray[tuple[int], np.dtype[np.float64]], float]]:
    cost, loss, changes = program.cost_row(), program.loss_row(), program.change_row()
    goals = {"min-cost": cost, "min-risk": loss, "min-total": 12 * cost + loss, "min-change": changes}
    stages = [(program.miss_row(), MISS_TOLERANCE)] if problem.targets_first else []
    stages.append((goals[problem.objective], 0.25))
    stages += [(row, 0.25) for name, row in (("min-cost", cost), ("min-change", changes)) if name != problem.objective]
    if problem.objective != "min-risk":
        stages.append((loss, 0.25))
    stages.append((program.rank_row(), 0.25))
    return stages


def _sorted(problem: Problem) -> Problem:
    workloads = tuple(
        replace(item, options=tuple(sorted(item.options, key=lambda o: (o.cost, o.changes, o.id))))
        for item in sorted(problem.workloads, key=lambda item: item.name)
    )
    couplings = tuple(sorted(problem.couplings, key=lambda c: (c.dependent, c.needed, c.key)))
    return replace(problem, workloads=workloads, couplings=couplings)


def _impossible(problem: Problem, combinations: str) -> Solution:
    """Not even the cheapest choice keeps the caps: say so, and show it."""
    free = replace(problem, budget=None, max_changes=None, objective="min-cost", targets_first=False)
    cheapest = solve(free)
    return Solution("infeasible", cheapest.method, 0.0, cheapest.choices, cheapest.totals, combinations)


def frontier(problem: Problem, limit: int = 12) -> list[tuple[Totals, Mapping[str, str]]]:
    """Cost–risk points from the cheapest choice to the safest: for each cap on cost the least expected loss.

    Every point is optimal for its cap; caps are placed evenly between the two ends, plus the ends themselves."""
    base = replace(problem, objective="min-risk", targets_first=False)
    cheapest = solve(replace(problem, budget=None, objective="min-cost", targets_first=False))
    safest = solve(replace(base, budget=None))
    low, high = cheapest.totals.cost, safest.totals.cost
    points = {}
    for step in range(limit):
        cap = low + (high - low) * step // max(1, limit - 1)
        found = solve(replace(base, budget=cap))
        points[found.totals.cost, found.totals.loss] = (found.totals, found.choices)
    return [points[key] for key in sorted(points) if not _beaten(key, points)]


def _beaten(key: tuple[int, int], points: Mapping[tuple[int, int], object]) -> bool:
    return any(other != key and other[0] <= key[0] and other[1] <= key[1] for other in points)


__all__ = ["frontier", "objective_of", "solve"]
