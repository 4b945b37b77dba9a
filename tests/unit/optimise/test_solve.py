"""The solver against brute force, and what an optimum must never do."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.model.option import Coupling, FreeQuota, Problem, ProblemOption, ProblemWorkload
from advisor.optimise import frontier, solve, totals_of
from advisor.optimise.totals import feasible, objective_of
from tests.problems import GTM, brute_force, option, problems

TWO = Problem(
    (
        ProblemWorkload("a", (option("keep", 0, 900, {"zone": 5.0}), option("best", 700, 100))),
        ProblemWorkload("b", (option("keep", 0, 500, {"zone": 1.0}), option("best", 400, 50))),
    ),
    "min-cost",
)


def test_without_a_budget_all_targets_are_met() -> None:
    solution = solve(TWO)
    assert dict(solution.choices) == {"a": "best", "b": "best"}
    assert (solution.status, solution.gap, solution.totals.cost) == ("optimal", 0.0, 1100)


def test_a_tight_budget_gives_up_the_lightest_target() -> None:
    solution = solve(replace(TWO, budget=700))
    assert dict(solution.choices) == {"a": "best", "b": "keep"}
    assert solution.totals.miss_weight == 1.0


def test_an_impossible_budget_says_so_and_shows_the_cheapest() -> None:
    forced = ProblemWorkload("c", (option("only", 100, 0),))
    solution = solve(Problem((forced,), "min-cost", budget=50))
    assert (solution.status, dict(solution.choices)) == ("infeasible", {"c": "only"})


def test_a_shared_charge_is_paid_once() -> None:
    shared = frozenset({"gtm"})
    workloads = tuple(
        ProblemWorkload(name, (option("keep", 0, 0, {"region": 1.0}), option("gtm", 10, 0, shared=shared)))
        for name in ("a", "b")
    )
    solution = solve(Problem(workloads, "min-cost", budget=150, shared={"gtm": 128}))
    assert solution.totals.cost == 10 + 10 + 128
    assert solution.totals.miss_weight == 0


def test_a_free_quota_covers_the_first_units_of_all_together() -> None:
    # 60 + 60 GiB at 10 cents, 100 GiB free: 1200 - 1000 = 200 cents
    workloads = tuple(
        ProblemWorkload(name, (option("keep", 0, 0, {"logical": 1.0}), option("files", 600, 0, quota={"q": 60.0})))
        for name in ("a", "b")
    )
    solution = solve(Problem(workloads, "min-cost", quotas={"q": FreeQuota(100.0, 10.0)}))
    assert solution.totals.cost == 200


def test_a_needed_workload_that_is_too_slow_breaks_its_dependents_target() -> None:
    front = ProblemWorkload("front", (option("one", 100, 0),))
    back = ProblemWorkload("back", (option("slow", 0, 0), option("fast", 50, 0)))
    coupling = Coupling("front", "back", "zone", 10.0, {"one": frozenset({"slow"})})
    solution = solve(Problem((front, back), "min-cost", couplings=(coupling,)))
    assert solution.choices["back"] == "fast"
    capped = solve(Problem((front, back), "min-cost", budget=120, couplings=(coupling,)))
    assert capped.choices["back"] == "slow"
    assert capped.totals.miss_weight == 10.0


def test_weights_that_no_decimal_holds_add_up_in_any_order() -> None:
    """Two thirds missed either way, once by an option and once by what it needs: the cheaper way is taken."""
    third = 1 / 3
    needed = ProblemWorkload("a", (option("x", 0, 0),))
    ways = (
        ProblemOption("dear", 100, 0, 0),
        ProblemOption("cheap", 1, 0, 0, {"zone.rpo": third, "zone.rto": third}),
    )
    broken = {"dear": frozenset({"x"})}
    couplings = tuple(Coupling("b", "a", f"{name}.rto", third, broken) for name in ("zone", "region"))
    for workloads in itertools.permutations((needed, ProblemWorkload("b", ways))):
        solution = solve(Problem(workloads, "min-cost", couplings=couplings))
        assert (solution.choices["b"], solution.gap) == ("cheap", 0.0)


@pytest.mark.parametrize("weight", [-1.0, 1e13, float("nan")])
def test_a_weight_that_cannot_be_added_up_exactly_is_refused(weight: float) -> None:
    workload = ProblemWorkload("a", (ProblemOption("x", 0, 0, 0, {"zone.rto": weight}),))
    with pytest.raises(ValueError, match="the weight of a target is between 0 and 1,000,000"):
        solve(Problem((workload,), "min-cost"))


def test_amounts_that_cannot_be_added_up_exactly_are_refused() -> None:
    workloads = tuple(ProblemWorkload(name, (option("x", 2**58, 0), option("y", 2**58 + 1, 0))) for name in "ab")
    with pytest.raises(ValueError, match="more than can be added up exactly"):
        solve(Problem(workloads, "min-cost"))


def test_ties_are_broken_the_same_way_in_any_order() -> None:
    workload = ProblemWorkload("a", (option("x", 5, 5), option("y", 5, 5), option("w", 5, 5)))
    turned = ProblemWorkload("a", workload.options[::-1])
    assert (
        solve(Problem((workload,), "min-cost")).choices == solve(Problem((turned,), "min-cost")).choices == {"a": "w"}
    )


@settings(max_examples=120, deadline=None)
@given(problems())
def test_the_solver_equals_brute_force(problem: Problem) -> None:
    solution, best = solve(problem), brute_force(problem)
    if best is None:
        assert solution.status == "infeasible"
        return
    assert solution.status == "optimal"
    assert feasible(problem, solution.totals)
    missed = round(solution.totals.miss_weight, 6) if problem.targets_first else 0.0
    assert (missed, objective_of(problem, solution.totals)) == pytest.approx(best)


def breakpoints_by_hand(problem: Problem) -> list[tuple[int, int]]:
    """Every (cost, loss) that no other choice within the limit on changes beats, by looking at all choices."""
    names = [workload.name for workload in problem.workloads]
    points = set()
    for combo in itertools.product(*(workload.options for workload in problem.workloads)):
        totals = totals_of(problem, dict(zip(names, (item.id for item in combo), strict=True)))
        if problem.max_changes is None or totals.changes <= problem.max_changes:
            points.add((totals.cost, totals.loss))
    best: list[tuple[int, int]] = []
    for cost, loss in sorted(points):
        if not best or loss < best[-1][1]:
            best.append((cost, loss))
    return best


@settings(max_examples=150, deadline=None)
@given(problems())
def test_the_frontier_has_every_breakpoint(problem: Problem) -> None:
    found = frontier(problem, solves=400)
    points = [(step.totals.cost, step.totals.loss) for step in found.steps]
    assert found.complete
    assert points == breakpoints_by_hand(problem)
    for step in found.steps:
        assert step.totals == totals_of(problem, step.choices)
        assert step.exact
        assert step.least == step.totals.loss


@settings(max_examples=30, deadline=None)
@given(problems(), st.integers(4, 8))
def test_an_incomplete_frontier_says_what_is_proven(problem: Problem, solves: int) -> None:
    capped = replace(problem, max_changes=10)
    truth = breakpoints_by_hand(capped)
    found = frontier(capped, solves)
    for step in found.steps:
        assert (step.totals.cost, step.totals.loss) in truth
        reach = [loss for cost, loss in truth if step.until is None or cost <= step.until]
        assert min(reach) >= step.least
    if found.complete:
        assert len(found.steps) == len(truth)


def test_a_frontier_with_a_charge_and_a_quota() -> None:
    # cheapest: nothing. Files of a: 60 units in the quota, free. Both: 120 units, of which 100 are free: 200 cents.
    # The name service costs 128 once: it is worth it for a (loss 40) before b's files, and b then joins it for 10.
    a = (option("keep", 0, 500), option("files", 600, 300, quota={"q": 60.0}), option("dns", 5, 40, shared=GTM))
    b = (option("keep", 0, 400), option("files", 600, 350, quota={"q": 60.0}), option("dns", 10, 390, shared=GTM))
    problem = Problem(
        (ProblemWorkload("a", a), ProblemWorkload("b", b)),
        "min-cost",
        shared={"gtm": 128},
        quotas={"q": FreeQuota(100.0, 10.0)},
    )
    points = [(step.totals.cost, step.totals.loss) for step in frontier(problem).steps]
    assert points == [(0, 700), (133, 390)]
