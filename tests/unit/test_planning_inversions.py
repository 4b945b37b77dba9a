"""Tier inversions and their repairs, on estates small enough to check by hand: a needs b, and b needs c."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings

from advisor.estimation.options import Option, meets
from advisor.model.finding import Finding
from advisor.model.targets import Target
from advisor.optimise import totals_of
from advisor.planning.candidates import Candidate
from advisor.planning.chooser import Chooser
from advisor.planning.inversions import inversion_findings
from advisor.planning.needs import Needs, no_faster
from advisor.planning.repair import Repairs
from tests.property.test_joint_needs import all_choices, candidate, estates, option, outcome, problem_of

# a is back after 24 min when alone, and 12 min after what it waits for; it must be back in an hour
A = option("only", 0, outcome([0.4] * 10, 0.2))


def hours(name: str, cost: int, time: float) -> Option:
    return option(name, cost, outcome([time] * 10))


def findings(b: Sequence[Option], c: Sequence[Option], budget: int | None = 0) -> dict[str, Finding]:
    """By the needed workload, for the plan that ``budget`` (in cents) buys."""
    found = [candidate("b", b, None, ("c",)), candidate("c", c, None), candidate("a", [A], 1.0, ("b",))]
    return findings_of(found, budget)


def findings_of(found: Sequence[Candidate], budget: int | None = 0) -> dict[str, Finding]:
    needs = Needs(found, "p90")
    chooser = Chooser(problem_of(found, needs, budget=budget), needs)
    solution = chooser.solve()
    told = inversion_findings(chooser, solution, needs.outcomes(solution.choices), "CNY")
    return {item.id.split(":")[-1]: item for item in told if item.workload == "a"}


def test_where_two_hold_it_up_the_repair_names_both_and_their_sum() -> None:
    late = hours("late", 0, 3.0)
    told = findings([late, hours("fast", 50, 0.5)], [late, hours("fast", 20, 0.5), hours("faster", 30, 0.3)])
    for item in told.values():
        assert item.severity == "high"
        assert item.fix == "Cheapest repair: option fast for b and option fast for c, together 70.00 CNY a month more."


def test_the_start_of_the_dependent_comes_on_top() -> None:
    # mid is back after 54 min, within the hour; with the 12 min of a it is 66 min
    told = findings([hours("late", 0, 3.0), hours("mid", 10, 0.9), hours("fast", 50, 0.7)], [hours("only", 0, 0.5)])
    assert told["b"].fix == "Cheapest repair: option fast for b, 50.00 CNY a month more."
    alone = findings([hours("mid", 0, 0.9), hours("fast", 50, 0.7)], [hours("only", 0, 0.5)])
    assert (alone["b"].severity, alone["b"].fix) == ("high", told["b"].fix)


def test_what_no_option_repairs_is_said_with_what_holds_it_up() -> None:
    told = findings([hours("late", 0, 3.0), hours("fast", 50, 0.5)], [hours("late", 0, 3.0), hours("mid", 5, 0.9)])
    assert told["b"].fix == told["c"].fix
    assert told["b"].fix == (
        "No choice of options brings a back within zone RTO 1 h: c holds it up, and even with its quickest option "
        "(mid) it is 1 h 6 min. Loosen the target, or make the need soft."
    )
    gone = findings([hours("fast", 0, 0.5)], [option("never", 0, outcome(None))])
    assert "zone RTO 1 h: no option leaves a way back with c." in gone["b"].fix


def test_in_time_is_only_what_is_in_time_together() -> None:
    fast = hours("fast", 0, 0.5)
    told = findings([fast], [fast])
    assert (told["b"].severity, told["b"].fix) == (
        "medium",
        "The plan already brings a back in time, with b; give b these targets so that it stays so.",
    )
    # b itself is in time, and still a is late: c, which b waits for, is not
    held = findings([fast], [hours("late", 0, 3.0), hours("fast", 20, 0.5)])
    assert (held["b"].severity, held["b"].fix) == (
        "high",
        "Cheapest repair: option fast for c, 20.00 CNY a month more.",
    )


def test_a_repair_keeps_what_the_plan_keeps() -> None:
    fast = hours("fast", 5, 0.5)
    rash = replace(fast, id="rash", outcomes={**fast.outcomes, "logical": outcome(None)}, monthly=fast.monthly - 3)
    options = [hours("late", 0, 3.0), rash, fast]
    b = replace(candidate("b", options, None), targets={**candidate("b", options, None).targets})
    b.targets["logical"] = Target(None, 3600.0)  # type: ignore[index]
    a = candidate("a", [A], 1.0, ("b",))

    def fix(item: Candidate) -> str:
        needs = Needs([item, a], "p90")
        problem = problem_of([item, a], needs, budget=0)
        workload = problem.workloads[0]
        missed = {"rash": {"logical.rto": 1.0}}
        options = tuple(replace(o, missed=missed.get(o.id, {})) for o in workload.options)
        problem = replace(problem, workloads=(replace(workload, options=options), problem.workloads[1]))
        chooser = Chooser(problem, needs)
        solution = chooser.solve()
        (told,) = inversion_findings(chooser, solution, needs.outcomes(solution.choices), "CNY")
        return told.fix

    assert fix(b) == "Cheapest repair: option fast for b, 5.00 CNY a month more."
    only = replace(b, options=replace(b.options, options=tuple(options[:2])))
    assert fix(only).startswith("a can only be back in time by giving up another target: b logical.")


@settings(max_examples=80, deadline=None)
@given(estates())
def test_repairs_against_every_choice(found: list[Candidate]) -> None:
    needs = Needs(found, "p90")
    chooser = Chooser(problem_of(found, needs, budget=500), needs)
    solution = chooser.solve()
    now = dict(solution.choices)
    repairs = Repairs(chooser, solution)

    def met(choices: dict[str, str], name: str) -> bool:
        return meets(needs.outcomes(choices)[name]["zone"], needs.by_name[name].targets["zone"], "p90") is not False

    def sooner(name: str, choice: str) -> bool:
        picked, other = (needs.by_name[name].option(item).outcomes["zone"] for item in (now[name], choice))
        return choice == now[name] or not no_faster(other, picked)

    cost = totals_of(chooser.problem, now).cost
    for name in needs.of:
        if not needs.of[name] or met(now, name):
            continue
        group = {name, *needs.of[name]}
        around = [
            c for c in all_choices(chooser.problem) if all(c[other] == now[other] for other in now.keys() - group)
        ]
        able = [c for c in around if met(c, name)]
        kept = [c for c in able if all(met(c, other) or not met(now, other) for other in now)]
        helpful = [c for c in kept if all(sooner(other, c[other]) for other in group)]
        told = repairs.of(name, ("zone",))
        assert told is not None
        assert bool(told.met) == bool(able)
        if told.options:
            assert {**now, **told.options} in kept
            assert told.cents == totals_of(chooser.problem, {**now, **told.options}).cost - cost
        if helpful:
            assert told.cents == min(totals_of(chooser.problem, c).cost for c in helpful) - cost


def test_along_a_chain_every_start_counts() -> None:
    # c is back after 30 min, b starts 18 min later, a 12 min after b: 60 min
    c = candidate("c", [option("only", 0, outcome([0.5] * 10))], None)
    b = candidate("b", [option("only", 0, outcome([0.1] * 10, 0.3))], None, ("c",))
    a = candidate("a", [A], 0.9, ("b",))
    needs = Needs([a, b, c], "p90")
    choices = dict.fromkeys("abc", "only")
    after = needs.outcomes(choices)
    assert [round(after[name]["zone"].quantile(0.9)) for name in "cba"] == [1800, 2880, 3600]
    (before,) = needs.waited_for("a", "zone", choices)
    assert round(before.quantile(0.9)) == 2880
    # each by itself leaves a in time; the plan and what the optimiser says of it agree that it is not
    chooser = Chooser(problem_of([a, b, c], needs), needs)
    assert chooser.problem.couplings == ()
    assert chooser.solve().totals.miss_weight == 1.0
    told = findings_of([b, c, a])
    assert told["b"].fix.startswith(
        "No choice of options brings a back within zone RTO 54 min: with the quickest options of all that it needs it "
        "is 1 h."
    )


def test_in_a_ring_nobody_waits_for_itself_and_all_wait_for_what_one_needs() -> None:
    c = candidate("c", [option("only", 0, outcome([0.5] * 10, 0.1))], None)
    b = candidate("b", [option("only", 0, outcome([0.1] * 10, 0.3))], None, ("a", "c"))
    a = candidate("a", [A], None, ("b",))
    after = Needs([a, b, c], "p90").outcomes(dict.fromkeys("abc", "only"))
    # b: 30 + 18 min, or the 24 min of a alone + 18; a: 30 + 12 min, or the 6 min of b alone + 12
    assert [round(after[name]["zone"].quantile(0.9)) for name in "cba"] == [1800, 2880, 2520]
