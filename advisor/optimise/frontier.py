"""The cost-risk frontier: every breakpoint where all can be listed, else points with what is proven between them."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from advisor.model.option import Problem, Totals
from advisor.optimise.columns import Names
from advisor.optimise.pareto import breakpoints
from advisor.optimise.solve import Portfolio, Question
from advisor.optimise.stages import LARGE, PROVEN, Solver

# Problems solved for a frontier whose breakpoints cannot be listed: small ones are quick.
SOLVES: Final = 60
SOLVES_LARGE: Final = 12
# Tuning: of more workloads each of these problems takes seconds to solve to the end. Fewer of them are solved, and to
# a gap that no eye tells on a curve; the bound beside each point says how far it may be off.
HALVED_OFTEN: Final = 40
SOLVES_MIDDLE: Final = 24
MIDDLE: Final = replace(LARGE, effort=replace(LARGE.effort, close=1e-3))


@dataclass(frozen=True)
class Step:
    """A point of the frontier: no choice of at most its cost loses less than ``least`` (its own loss, where it is
    ``exact``), and none of at most ``until`` loses less than that either (None: none at any cost)."""

    totals: Totals
    choices: Mapping[str, str]
    exact: bool
    least: int
    until: int | None


@dataclass(frozen=True)
class Frontier:
    """Steps from the cheapest choice to the safest; ``complete``: there is no other breakpoint."""

    steps: tuple[Step, ...]
    complete: bool


def frontier(problem: Problem | Portfolio, solves: int | None = None) -> Frontier:
    """The least expected loss for every cost: all breakpoints of a portfolio that can be listed whole. Otherwise the
    cost is halved where most is unknown, for at most ``solves`` problems."""
    portfolio = problem if isinstance(problem, Portfolio) else Portfolio(problem)
    problem, solver = portfolio.problem, portfolio.solver
    if solver is None:
        return Frontier((), complete=True)
    small = solver.settings.exact
    lines = breakpoints(solver.system, solver.pricer.possible) if small and problem.max_changes is None else None
    if lines is None:
        middle = small and len(problem.workloads) > HALVED_OFTEN
        count = SOLVES_MIDDLE if middle else SOLVES if small else SOLVES_LARGE
        asked = Solver(solver.problem, MIDDLE) if middle else solver
        return _Halving(asked, portfolio.names, problem.max_changes).run(solves or count)
    totals = [solver.system.totals(picks) for picks in lines]
    ends = [*(later.cost - 1 for later in totals[1:]), None]
    steps = (
        Step(total, portfolio.names.choices(picks), True, total.loss, end)
        for total, picks, end in zip(totals, lines, ends, strict=True)
    )
    return Frontier(tuple(steps), complete=True)


class _Halving:
    """Looks at the cost in the middle of where most is unknown, again and again."""

    def __init__(self, solver: Solver, names: Names, max_changes: int | None) -> None:
        self.solver, self.names = solver, names
        self.risk = Question("min-risk", None, max_changes, targets_first=False, ties=False)
        self.steps: dict[int, Step] = {}
        self.open: list[tuple[float, int, int]] = []

    def run(self, solves: int) -> Frontier:
        """Both ends first, then what lies between them."""
        cheapest = self.solver.solve(replace(self.risk, objective="min-cost"))
        low, high = self._least(cheapest.totals.cost), self._least(None)
        if cheapest.status == "infeasible" or low is None or high is None:
            return Frontier((), complete=True)
        self._know(low)
        self._know(high)
        self._between(low, high)
        for _ in range(solves - len(("cheapest", "low", "high"))):
            if not self.open:
                break
            self._halve(*heapq.heappop(self.open)[1:])
        steps = [self.steps[cost] for cost in sorted(self.steps)]
        kept = [s for n, s in enumerate(steps) if all(s.totals.loss < other.totals.loss for other in steps[:n])]
        return Frontier(tuple(kept), complete=not self.open and all(step.exact for step in kept))

    def _halve(self, first: int, last: int) -> None:
        low, high = self.steps[first], self.steps[last]
        until = first if low.until is None else low.until
        middle = until + (last - until) // 2
        step = self._least(middle)
        if step is not None and step.totals.loss < low.totals.loss:
            self._know(step)
            self._between(low, step)
            self._between(step, high)
            return
        self._know(replace(low, until=middle, least=low.least if step is None else min(low.least, step.least)))
        self._between(self.steps[first], high)

    def _least(self, cap: int | None) -> Step | None:
        """The least loss at a cost of at most ``cap``."""
        found = self.solver.solve(replace(self.risk, budget=cap))
        if found.status == "infeasible":
            return None
        proven = found.gap <= PROVEN
        least = found.totals.loss if proven else int(found.bounds["min-risk"])
        return Step(found.totals, self.names.choices(found.picks), proven, least, cap)

    def _know(self, step: Step) -> None:
        self.steps[step.totals.cost] = step

    def _between(self, low: Step, high: Step) -> None:
        """Notes how much is unknown: costs that nothing is proven for, times the losses that they may have."""
        until = low.totals.cost if low.until is None else low.until
        unknown = (high.totals.cost - 1 - until) * (low.totals.loss - high.least)
        if high.totals.cost - 1 > until and unknown > 0:
            heapq.heappush(self.open, (-float(unknown), low.totals.cost, high.totals.cost))
