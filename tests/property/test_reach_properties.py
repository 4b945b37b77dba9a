"""Options in reach of nearly the best choice, against looking at all choices."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from advisor.model.option import Problem
from advisor.optimise import objective_of, totals_of
from advisor.optimise import reach as reaching
from advisor.optimise.milp import Outcome, Program
from advisor.optimise.reach import Reach
from advisor.optimise.solve import Portfolio, question_of
from advisor.optimise.totals import feasible
from tests.problems import problems

HOW = ("prices alone", "unsettled", "unsettled, no bound", "one program")


def by_looking(problem: Problem, choices: dict[str, str], more: int) -> dict[str, frozenset[str]]:
    best = totals_of(problem, choices)
    names = [workload.name for workload in problem.workloads]
    found: dict[str, set[str]] = {name: set() for name in names}
    for combo in itertools.product(*(workload.options for workload in problem.workloads)):
        ids = dict(zip(names, (item.id for item in combo), strict=True))
        totals = totals_of(problem, ids)
        missed = problem.targets_first and totals.miss_weight > best.miss_weight + 1e-9
        near = objective_of(problem, totals) <= objective_of(problem, best) + more
        if feasible(problem, totals) and near and not missed:
            for name, option in ids.items():
                found[name].add(option)
    return {name: frozenset(options) for name, options in found.items()}


@settings(max_examples=150, deadline=None)
@given(problems(), st.sampled_from([0, 1, 40, 300]))
def test_in_reach_is_what_nearly_best_choices_have(problem: Problem, more: int) -> None:
    portfolio = Portfolio(problem)
    solution = portfolio.solve(question_of(problem))
    if solution.status == "infeasible":
        return
    expected = by_looking(problem, dict(solution.choices), more)
    assert portfolio.in_reach(solution, more) == expected
    event(f"all: {all(len(expected[w.name]) == len(w.options) for w in problem.workloads)}")


@settings(max_examples=60, deadline=None)
@given(problems(), st.sampled_from([40, 300]), st.sampled_from(HOW))
def test_what_is_not_settled_counts_as_in_reach(problem: Problem, more: int, how: str) -> None:
    portfolio = Portfolio(problem)
    solution = portfolio.solve(question_of(problem))
    if solution.status == "infeasible" or portfolio.solver is None:
        return
    expected = by_looking(problem, dict(solution.choices), more)
    solver, names = portfolio.solver, portfolio.names
    picks = names.picks(solution.choices, solver.problem.offsets)
    reach = Reach(solver, question_of(problem), picks, more)
    with pytest.MonkeyPatch.context() as patch:
        if how.startswith("unsettled"):
            bound = 0.0 if how == "unsettled" else -np.inf
            patch.setattr(Program, "minimise", lambda *_: Outcome(None, bound))
        patch.setattr(reaching, "PROGRAMS", 1)
        found = reach.by_prices() if how == "prices alone" else reach.options()
    for name, (first, last) in zip(names.workloads, itertools.pairwise(solver.problem.offsets), strict=True):
        left = {names.options[row] for row in range(first, last) if found[row]}
        assert left >= expected[name]
