"""What must hold for every plan, whatever couples its workloads: budgets, targets, options, currencies, order."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.model.option import Problem, ProblemOption, Solution
from advisor.optimise import objective_of, solve, totals_of
from tests.problems import problems

RANDOM = st.randoms(use_true_random=False)


def worth(problem: Problem, solution: Solution) -> tuple[float, int]:
    """Missed weight and objective: what is kept low, in this order."""
    totals = totals_of(problem, solution.choices)
    missed = round(totals.miss_weight, 6) if problem.targets_first else 0.0
    return missed, objective_of(problem, totals)


@settings(max_examples=80, deadline=None)
@given(problems(), st.integers(0, 500))
def test_a_larger_budget_never_makes_a_plan_worse(problem: Problem, extra: int) -> None:
    capped = replace(problem, budget=problem.budget or 0)
    tight, loose = solve(capped), solve(replace(capped, budget=(capped.budget or 0) + extra))
    if tight.status == "optimal":
        assert loose.status == "optimal"
        assert worth(problem, loose) <= worth(problem, tight)


@settings(max_examples=80, deadline=None)
@given(problems(), st.integers(0, 5))
def test_more_changes_allowed_never_make_a_plan_worse(problem: Problem, extra: int) -> None:
    capped = replace(problem, max_changes=problem.max_changes or 0)
    tight, loose = solve(capped), solve(replace(capped, max_changes=(capped.max_changes or 0) + extra))
    if tight.status == "optimal":
        assert worth(problem, loose) <= worth(problem, tight)


@settings(max_examples=100, deadline=None)
@given(problems(), RANDOM)
def test_a_looser_target_never_makes_a_plan_worse(problem: Problem, random: Random) -> None:
    looser = loosened(problem, random)
    strict, loose = solve(problem), solve(looser)
    assert (strict.status == "infeasible") == (loose.status == "infeasible")
    if strict.status == "optimal":
        assert worth(looser, loose) <= worth(looser, strict) <= worth(problem, strict)


def loosened(problem: Problem, random: Random) -> Problem:
    """One target of one workload is met by some more of its options, and by some more of those it waits for."""
    name, key = random.choice(problem.workloads).name, random.choice(("zone", "region"))

    def option(item: ProblemOption) -> ProblemOption:
        missed = {k: weight for k, weight in item.missed.items() if k != key or random.random() < 0.5}
        return replace(item, missed=missed)

    def fewer(options: frozenset[str]) -> frozenset[str]:
        return frozenset(o for o in sorted(options) if random.random() < 0.5)

    return replace(
        problem,
        workloads=tuple(
            replace(w, options=tuple(map(option, w.options))) if w.name == name else w for w in problem.workloads
        ),
        couplings=tuple(
            replace(c, breaks={o: fewer(bad) for o, bad in c.breaks.items()}) if (c.dependent, c.key) == (name, key)
            else c
            for c in problem.couplings
        ),
        joints=tuple(j for j in problem.joints if not j.missed or (j.dependent, j.key) != (name, key)),
    )  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(problems(), st.integers(0, 4), st.integers(0, 300), st.integers(0, 500), st.integers(0, 3))
def test_another_option_never_makes_a_plan_worse(
    problem: Problem, place: int, cost: int, loss: int, changes: int
) -> None:
    place %= len(problem.workloads)
    workload = problem.workloads[place]
    more = replace(workload, options=(*workload.options, ProblemOption("new", cost, loss, changes)))
    wider = replace(problem, workloads=(*problem.workloads[:place], more, *problem.workloads[place + 1 :]))
    before, after = solve(problem), solve(wider)
    if before.status == "optimal":
        assert after.status == "optimal"
        assert worth(wider, after) <= worth(problem, before)


@settings(max_examples=80, deadline=None)
@given(problems(), st.integers(2, 1000))
def test_another_currency_changes_no_choice(problem: Problem, rate: int) -> None:
    def option(item: ProblemOption) -> ProblemOption:
        return replace(item, cost=item.cost * rate, loss=item.loss * rate)

    other = replace(
        problem,
        workloads=tuple(replace(w, options=tuple(map(option, w.options))) for w in problem.workloads),
        budget=None if problem.budget is None else problem.budget * rate,
        shared={name: cost * rate for name, cost in problem.shared.items()},
        quotas={k: replace(quota, cents_per_unit=quota.cents_per_unit * rate) for k, quota in problem.quotas.items()},
        waits=tuple(
            replace(w, extra={o: {n: cents * rate for n, cents in row.items()} for o, row in w.extra.items()})
            for w in problem.waits
        ),
        joints=tuple(replace(joint, loss=joint.loss * rate) for joint in problem.joints),
    )
    here, there = solve(problem), solve(other)
    assert dict(here.choices) == dict(there.choices)
    assert there.totals.cost == here.totals.cost * rate
    assert there.totals.loss == here.totals.loss * rate


@settings(max_examples=80, deadline=None)
@given(problems(), RANDOM)
def test_the_order_of_the_input_changes_no_choice(problem: Problem, random: Random) -> None:
    def shuffled(items: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(random.sample(items, len(items)))

    other = replace(
        problem,
        workloads=shuffled(tuple(replace(w, options=shuffled(w.options)) for w in problem.workloads)),
        couplings=shuffled(problem.couplings),
        waits=shuffled(problem.waits),
        joints=shuffled(problem.joints),
    )
    here, there = solve(problem), solve(other)
    assert dict(here.choices) == dict(there.choices)
    assert (here.status, here.gap, here.totals.cost) == (there.status, there.gap, there.totals.cost)
    assert here.totals.miss_weight == pytest.approx(there.totals.miss_weight)
