"""What the optimiser says of workloads that need one another, against the joint outcomes of every choice."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.estimation.loss import LossRates
from advisor.estimation.options import Builder, Option, OptionSet, missed_parts
from advisor.estimation.outcome import Outcome
from advisor.model.disruption import DISRUPTIONS
from advisor.model.graph import Workload
from advisor.model.option import Problem, ProblemOption, ProblemWorkload
from advisor.model.targets import OBJECTIVES, Match, Target, WorkloadClass, WorkloadSpec
from advisor.optimise import objective_of, totals_of
from advisor.optimise.totals import feasible
from advisor.planning.candidates import Candidate
from advisor.planning.chooser import Chooser
from advisor.planning.frontier import frontier_of
from advisor.planning.needs import WEIGHTS, Needs, to_cents
from advisor.planning.relief import reliefs

DRAWS = 40
RATES = LossRates(Decimal(3600), Decimal(0), dict.fromkeys(DISRUPTIONS, 0.5), 240.0)
HOURS = 3600.0


def outcome(times: Sequence[float] | None, tail: float = 0.0) -> Outcome:
    """A zone outcome whose recovery takes ``times`` (hours, one a sample; None: there is no way back)."""
    joint = None if times is None else {None: np.array(times, float) * HOURS}
    rest = None if times is None else np.full(len(times), tail * HOURS)
    return Outcome("zone", None, (), 0.0, 0.0, None, times is not None, rest, joint)


NOTHING = Outcome("logical", None, (), 0.0, 0.0, None, True)


def option(name: str, cost: int, zone: Outcome, changes: int = 0) -> Option:
    outcomes = {d: zone if d == "zone" else NOTHING for d in DISRUPTIONS}
    loss = builder().loss_of(outcomes)
    return Option(name, (), outcomes, Decimal(cost), 0, changes, loss, frozenset(), {}, "none")


def builder(**known: Any) -> Builder:
    """Only its rates matter here."""
    parts: dict[str, Any] = dict.fromkeys(("costing", "sampler", "targets", "risk_level"))
    parts["context"] = SimpleNamespace(components=tuple)
    return Builder(**{**parts, "rates": RATES, "admit_unpriced": False, **known})


def candidate(name: str, options: Sequence[Option], hours: float | None, needs: tuple[str, ...] = ()) -> Candidate:
    targets = dict.fromkeys(DISRUPTIONS, Target())
    targets["zone"] = Target(None, None if hours is None else hours * HOURS)
    item = WorkloadClass("c", {}, Decimal(0), Decimal(0), 2.0, {})
    return Candidate(
        Workload(name, "declared", (), (), "c", needs),
        WorkloadSpec(name, Match(), "c"),
        item,
        targets,
        builder(),
        OptionSet(tuple(options), options[0], (), len(options)),
        (),
    )


def problem_of(found: Sequence[Candidate], needs: Needs, **more: Any) -> Problem:
    workloads = tuple(
        ProblemWorkload(
            item.workload.name,
            tuple(
                ProblemOption(o.id, to_cents(o.monthly), to_cents(o.loss), o.changes, own_misses(item, o))
                for o in item.options.options
            ),
        )
        for item in found
    )
    couplings, waits = needs.pairs()
    return replace(Problem(workloads, "min-cost", couplings=couplings, waits=waits), **more)


def own_misses(item: Candidate, o: Option) -> dict[str, float]:
    parts = missed_parts(o.outcomes["zone"], item.targets["zone"], needs_level())
    return {f"zone.{part}": 2.0 * WEIGHTS[part] for part in parts}


def needs_level() -> Any:
    return "p90"


def truth(found: Sequence[Candidate], needs: Needs, problem: Problem, choices: dict[str, str]) -> Any:
    """Totals of a choice by joint outcomes alone."""
    plain = totals_of(replace(problem, couplings=(), waits=(), joints=()), choices)
    after = needs.outcomes(choices)
    weight = sum(
        2.0 * WEIGHTS[part]
        for item in found
        for part in missed_parts(after[item.workload.name]["zone"], item.targets["zone"], needs_level())
    )
    loss = sum(
        to_cents(needs.loss(item.workload.name, item.option(choices[item.workload.name]), after[item.workload.name]))
        for item in found
    )
    return replace(plain, miss_weight=weight, loss=loss)


def all_choices(problem: Problem) -> list[dict[str, str]]:
    names = [workload.name for workload in problem.workloads]
    ids = [[o.id for o in workload.options] for workload in problem.workloads]
    return [dict(zip(names, combo, strict=True)) for combo in itertools.product(*ids)]


# front waits for three; each back end is late in another tenth of the cases, and one late case in ten is tolerated.
def late(start: int, cost: int, name: str) -> Option:
    return option(name, cost, outcome([3.0 if start <= n < start + 4 else 0.5 for n in range(DRAWS)]))


@pytest.fixture
def three() -> list[Candidate]:
    prompt = [option("slow", 0, outcome([0.2] * DRAWS))]
    backs = [
        candidate(name, [late(4 * n, 0, "slow"), option("fast", cost, outcome([0.5] * DRAWS))], None)
        for n, (name, cost) in enumerate((("a", 50), ("b", 20), ("c", 70)))
    ]
    return [*backs, candidate("front", prompt, 1.0, ("a", "b", "c"))]


def test_only_three_together_break_a_target_and_the_cheapest_cure_is_found(three: list[Candidate]) -> None:
    # P90 of 40 samples lies between the 36th and the 37th: four late ones (10 %) are met, eight are not
    needs = Needs(three, "p90")
    chooser = Chooser(problem_of(three, needs), needs)
    assert chooser.problem.couplings == ()
    solution = chooser.solve()
    # any pair is late in eight of forty: two of the three must be fast, and a and b cost least
    assert (solution.status, solution.gap, solution.totals.miss_weight) == ("optimal", 0.0, 0.0)
    assert dict(solution.choices) == {"a": "fast", "b": "fast", "c": "slow", "front": "slow"}
    broken = [joint.options for joint in chooser.problem.joints if joint.missed]
    assert all("fast" not in taken for options in broken for taken in options.values())


def test_the_price_of_a_target_that_several_break(three: list[Candidate]) -> None:
    needs = Needs(three, "p90")
    chooser = Chooser(problem_of(three, needs, budget=6000), needs)
    solution = chooser.solve()
    assert solution.totals.miss_weight == 1.0
    (relief,) = reliefs(chooser, solution, "CNY")
    assert (relief.workload, relief.obstacle, relief.workloads) == ("front", "budget", ("a", "b"))
    assert relief.extra_monthly == Decimal(70) - Decimal(solution.totals.cost) / 100


@st.composite
def estates(draw: st.DrawFn) -> list[Candidate]:
    """Up to four workloads, of which the later ones need earlier ones; a few samples of whole hours."""
    found: list[Candidate] = []
    for index in range(draw(st.integers(2, 4))):
        name = f"w{index}"
        options = []
        for number in range(draw(st.integers(1, 3))):
            times = draw(st.none() | st.lists(st.integers(0, 4), min_size=6, max_size=6))
            zone = outcome(None if times is None else [float(t) for t in times], draw(st.integers(0, 1)))
            options.append(option(f"o{number}", draw(st.integers(0, 9)), zone, draw(st.integers(0, 2))))
        needs = tuple(item.workload.name for item in found if draw(st.integers(0, 3)))
        found.append(candidate(name, options, draw(st.none() | st.integers(0, 4)), needs))
    return found


@settings(max_examples=120, deadline=None)
@given(estates(), st.sampled_from(OBJECTIVES), st.none() | st.integers(0, 2500), st.booleans())
def test_the_best_choice_by_joint_outcomes(found: list[Candidate], objective: Any, budget: Any, first: bool) -> None:
    needs = Needs(found, needs_level())
    problem = problem_of(found, needs, objective=objective, budget=budget, targets_first=first)
    chooser = Chooser(problem, needs)
    solution = chooser.solve()
    able = [truth(found, needs, problem, choices) for choices in all_choices(problem)]
    able = [totals for totals in able if feasible(problem, totals)]
    if not able:
        assert solution.status == "infeasible"
        return
    assert solution.status == "optimal"
    assert solution.totals == truth(found, needs, problem, dict(solution.choices))
    best = min((t.miss_weight if first else 0.0, objective_of(problem, t)) for t in able)
    value = (solution.totals.miss_weight if first else 0.0, objective_of(problem, solution.totals))
    assert value == pytest.approx(best)


@settings(max_examples=60, deadline=None)
@given(estates())
def test_the_frontier_by_joint_outcomes(found: list[Candidate]) -> None:
    needs = Needs(found, needs_level())
    problem = problem_of(found, needs)
    view = frontier_of(Chooser(problem, needs), len(found))
    best: list[tuple[int, int]] = []
    for cost, loss in sorted((t.cost, t.loss) for t in (truth(found, needs, problem, c) for c in all_choices(problem))):
        if not best or loss < best[-1][1]:
            best.append((cost, loss))
    assert view.complete
    assert [(to_cents(p.monthly_added), to_cents(p.expected_annual_loss)) for p in view.points] == best


@settings(max_examples=60, deadline=None)
@given(estates())
def test_what_is_learnt_of_one_choice_is_true_of_all(found: list[Candidate]) -> None:
    needs = Needs(found, needs_level())
    problem = problem_of(found, needs)
    learnt = tuple(joint for choices in all_choices(problem) for joint in needs.surprises(problem, choices))
    for choices in all_choices(problem):
        said, true = totals_of(problem, choices), truth(found, needs, problem, choices)
        assert said.miss_weight <= true.miss_weight
        assert said.loss <= true.loss
        told = totals_of(replace(problem, joints=learnt), choices)
        assert (told.miss_weight, told.loss) == (true.miss_weight, true.loss)
