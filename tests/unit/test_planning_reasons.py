"""Why options lost, and what other budgets would change, on estates small enough to check by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from advisor.estimation.options import Option
from advisor.estimation.paths import Path
from advisor.estimation.paths.path import lost
from advisor.model.graph import Component
from advisor.model.option import Problem
from advisor.model.plan import Infeasible
from advisor.model.targets import Target
from advisor.planning.blame import Blame
from advisor.planning.candidates import Candidate
from advisor.planning.chooser import Chooser
from advisor.planning.estimates import limiting
from advisor.planning.held import Waits, held_up
from advisor.planning.needs import Needs
from advisor.planning.reasons import Dependents, Room, marginals, misses, rejected
from advisor.planning.relief import reliefs
from advisor.planning.wishes import wishes_of
from tests.property.test_joint_needs import builder, candidate, option, outcome, problem_of

SLOW, FAST, SOON, NEVER = outcome([3.0] * 10), outcome([0.5] * 10), outcome([0.4] * 10), outcome(None)


def single(options: Sequence[Option], **more: Any) -> tuple[list[Candidate], Problem, Chooser]:
    """One workload that must be back in an hour."""
    found = [replace(candidate("a", options, 1.0), builder=builder(costing=SimpleNamespace(currency="CNY")))]
    needs = Needs(found, "p90")
    problem = problem_of(found, needs, **more)
    return found, problem, Chooser(problem, needs)


@pytest.mark.parametrize(
    ("chosen", "other", "more", "words"),
    [
        (FAST, option("o", 20, FAST), {}, "meets the same targets for 10.00 CNY a month more"),
        (FAST, option("o", 5, SLOW), {}, "misses zone target, which the chosen one meets (5.00 CNY a month less)"),
        (FAST, option("o", 10, FAST, 2), {}, "meets the same targets for the same money, with 2 more changes"),
        (FAST, option("o", 10, FAST), {}, "the same in all that decides: of equals the first by name is taken"),
        (FAST, option("o", 10, outcome([0.9] * 10)), {}, "with an expected loss of 720.00 CNY a year more"),
        (SLOW, option("o", 5, NEVER), {}, "misses more of the zone target, which the chosen one misses too"),
        (SLOW, option("o", 15, FAST), {"budget": 1200}, "would meet zone target too, for 5.00 CNY a month"),
        (FAST, option("o", 90, SOON), {"objective": "min-risk", "budget": 5000}, "the budget leaves 40.00"),
        (FAST, option("o", 90, SOON), {"objective": "min-total"}, "a year of it costs more than it saves"),
    ],
)  # fmt: skip
def test_the_reason_names_what_decided(chosen: Any, other: Option, more: dict[str, Any], words: str) -> None:
    found, problem, chooser = single([option("c", 10, chosen), other], **more)
    choices = dict(chooser.solve().choices)
    assert choices == {"a": "c"}
    picked = found[0].options.options[0]
    left = None if problem.budget is None else Decimal(problem.budget) / 100 - picked.monthly
    (told,) = rejected(found[0], picked, problem, "p90", Room(left), Dependents(problem, choices))
    assert words in told.reason


def test_beyond_a_budget_that_nothing_keeps_there_is_nothing_left() -> None:
    found, problem, chooser = single([option("c", 50, SLOW), option("o", 60, FAST)], budget=1000)
    solution = chooser.solve()
    assert (solution.status, dict(solution.choices)) == ("infeasible", {"a": "c"})
    told = rejected(
        found[0], found[0].option("c"), problem, "p90", Room(Decimal(-40)), Dependents(problem, solution.choices)
    )
    assert told[0].reason.endswith("10.00 CNY a month more: the budget is exceeded already")
    assert marginals(chooser, solution) == ()


def test_a_tenth_less_money_says_who_loses_first_and_more_says_what_is_met_in_part() -> None:
    options = [option("none", 0, NEVER), option("slow", 50, SLOW), option("fast", 100, FAST)]
    *_, chooser = single(options, budget=10_000)
    (less, *_) = marginals(chooser, chooser.solve())
    assert (less.detail, less.targets_gained, less.workloads) == ("loses a zone", -1, ("a",))
    # with 40 nothing brings it back at all; 50 % more buys a way back, though not in time
    *_, chooser = single(options, budget=4_000)
    more = marginals(chooser, chooser.solve())[-1]
    assert (more.extra_monthly, more.targets_gained, more.detail) == (Decimal(20), 0, "meets a part of a zone")


def test_what_a_target_costs_leaves_other_missed_targets_what_they_have() -> None:
    heavy = candidate("heavy", [option("none", 0, NEVER), option("slow", 50, SLOW)], 1.0)
    light = candidate("light", [option("slow", 0, SLOW), option("fast", 40, FAST)], 1.0)
    found = [replace(item, builder=builder(costing=SimpleNamespace(currency="CNY"))) for item in (heavy, light)]
    needs = Needs(found, "p90")
    problem = problem_of(found, needs, budget=6_000)
    first, second = problem.workloads
    halved = [replace(item, missed={key: weight / 2 for key, weight in item.missed.items()}) for item in second.options]
    chooser = Chooser(replace(problem, workloads=(first, replace(second, options=tuple(halved)))), needs)
    solution = chooser.solve()
    # late costs 1 for the heavy one and half of it for the light one; no way back at all costs the heavy one 1 more
    assert dict(solution.choices) == {"heavy": "slow", "light": "slow"}
    told = {item.workload: item for item in reliefs(chooser, solution, "CNY")}
    # 10.00 less would do, but only by leaving the heavy one without any way back
    assert (told["light"].obstacle, told["light"].extra_monthly) == ("budget", Decimal(40))
    assert told["light"].detail == "would be met for 40.00 CNY a month more, beyond the budget"
    (less, *_) = marginals(chooser, solution)
    assert less.targets_gained == 1
    assert less.detail == (
        "meets also light zone (weight 0.5); misses by more heavy zone (weight 2 instead of 1); all missed targets "
        "together then weigh 2 instead of 1.5, the least found for that budget"
    )


def test_what_holds_up_a_time_is_no_copy_and_components_have_names() -> None:
    path = Path("server:i-1", "it is rebuilt", worst_s=36_000.0, served_from="snapshots every 12 h")
    late: Any = SimpleNamespace(paths=(path,), lossy_paths=(path,), worst_s=36_000.0, schedule=None)
    context: Any = SimpleNamespace(components=lambda: (SimpleNamespace(id="server:i-1", name="db-01"),))
    target = Target(3_600.0, 3_600.0)
    assert limiting(context, late, target) == "data of db-01 (i-1) comes from snapshots every 12 h"
    assert limiting(context, late, target, None, "rto") == "nothing is interrupted"


def test_limits_that_a_remedy_would_break_are_named_with_it() -> None:
    room = Room(Decimal(10), 1)
    assert room.beyond(Decimal(10), 1) == ""
    assert room.beyond(Decimal("10.01"), 0) == "beyond the budget"
    assert room.beyond(Decimal(11), 2) == "beyond the budget and with more changes than are allowed"
    assert Room().beyond(Decimal(10**9), 10**9) == ""


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({}, "no option meets it; the closest (c) reaches 3 h"),
        ({"pin": "c"}, "no option meets it under the pin of the targets file (c); the closest (c) reaches 3 h"),
        (
            {"require": ("a",), "forbid": ("b",)},
            "no option meets it under the require and forbid of the targets file (require: a; forbid: b);",
        ),
    ],
)
def test_a_target_that_wishes_put_out_of_reach_says_so(wishes: dict[str, Any], words: str) -> None:
    plain = candidate("a", [option("c", 0, SLOW)], 1.0)
    item = replace(plain, spec=replace(plain.spec, **wishes))
    picked = item.options.options[0]
    (miss,) = misses(item, picked, picked.outcomes, "p90", lambda other, disruption: other.outcomes[disruption], Room())
    assert miss.remedy.startswith(words)


def test_a_relief_names_the_wishes_that_stand_in_the_way_also_those_of_a_needed_workload() -> None:
    needed, waits = (candidate(name, [option("c", 0, SLOW)], 1.0) for name in ("a", "b"))
    pinned = replace(needed, spec=replace(needed.spec, pin="c"))
    waiting = replace(waits, workload=replace(waits.workload, needs_hard=("a",)))
    told = wishes_of([pinned, waiting])
    assert told == {
        "a": " under the pin of the targets file (c)",
        "b": " under the pin of the targets file (c) for a, which it needs",
    }
    *_, chooser = single([option("slow", 0, SLOW)], budget=None)
    (relief,) = reliefs(chooser, chooser.solve(), "CNY", lambda name, disruption: told[name])
    assert relief.detail == "no combination of options meets it under the pin of the targets file (c)"
    (plain,) = reliefs(chooser, chooser.solve(), "CNY")
    assert plain.detail == "no combination of options meets it, at any price"


@pytest.mark.parametrize(
    ("unknown", "words"),
    [
        (True, "no option can be judged: s: its disks are not listed. Export what is missing"),
        (False, "no option meets it; none leaves a way back: s: its disks are not listed. Not judged for lack of data: "
                "regional essd, snapshot policy (d-1: its size is not in the inventory)"),
    ],
)  # fmt: skip
def test_what_is_unknown_or_beyond_recovery_is_told_apart_from_what_is_late(unknown: bool, words: str) -> None:
    component = Component("server:s", "stateful_instance", "s", ("s",))
    gone = replace(NEVER, paths=(lost(component, "its disks are not listed", unknown=unknown),))
    lacking = [
        Infeasible.model_validate(
            {
                "mechanism": name,
                "component": "server:s",
                "resource": "d-1",
                "reason": "its size is not in the inventory",
            }
        )
        for name in ("snapshot_policy", "regional_essd")
    ]
    item = replace(candidate("a", [option("c", 0, gone)], 1.0), infeasible=tuple(lacking))
    picked = item.options.options[0]
    (miss,) = misses(item, picked, picked.outcomes, "p90", lambda other, disruption: other.outcomes[disruption], Room())
    assert miss.remedy.startswith(words)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ([option("mid", 0, outcome([0.9] * 10))],
         "no option of b, which it needs, is quick enough: the closest (mid) reaches 1 h 6 min"),
        ([option("never", 0, NEVER)], "b, which it needs, has no option that leaves a way back"),
        ([option("slow", 0, SLOW), option("fast", 9, FAST)],
         "b, which it needs, is back too late with the options that the plan has (with the quickest of all it would be "
         "42 min)"),
    ],
)  # fmt: skip
def test_a_workload_held_up_by_another_names_it(other: Sequence[Option], words: str) -> None:
    # a is back after 24 min by itself, and 12 min after b; the plan has the first option of b
    item = candidate("a", [option("only", 0, outcome([0.4] * 10, 0.2))], 1.0, ("b",))
    needed = candidate("b", other, None)
    needs = Needs([item, needed], "p90")
    after = needs.outcomes({"a": "only", "b": other[0].id})["a"]
    waits = Waits({"zone": "b"}, lambda disruption: held_up(needs, "a", disruption))
    (miss,) = misses(item, item.option("only"), after, "p90", lambda mine, d: after[d], Room(), waits)
    assert miss.remedy == f"the workload itself could be in time; {words}"
    assert miss.limiting == "waits for b"


@pytest.mark.parametrize(
    ("own", "without", "third", "blamed"),
    [
        (FAST, FAST, FAST, True),  # without the pin b is back in time
        (FAST, SLOW, FAST, False),  # b is late with any option
        (FAST, FAST, SLOW, False),  # c is late all the same
        (SLOW, FAST, FAST, False),  # a itself is late
    ],
)
def test_a_wish_is_blamed_only_where_the_target_could_be_met_without_it(
    own: Any, without: Any, third: Any, blamed: bool
) -> None:
    b = candidate("b", [option("slow", 0, SLOW)], None)
    b = replace(b, spec=replace(b.spec, pin="slow"))
    item = candidate("a", [option("only", 0, own)], 1.0, ("b", "c"))
    found = [item, b, candidate("c", [option("only", 0, third)], None)]

    def free(name: str) -> Sequence[Any]:
        assert name == "b"
        return [option("slow", 0, SLOW).outcomes, option("other", 9, without).outcomes]

    told = Blame(found, Needs(found, "p90"), free)("a", "zone")
    assert told == (" under the pin of the targets file (slow) for b, which it needs" if blamed else "")
