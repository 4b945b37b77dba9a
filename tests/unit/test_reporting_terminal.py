"""The terminal summary: never wider than asked, plain unless colour is asked for, and complete."""

from __future__ import annotations

import re
import unicodedata

import pytest

from advisor import reporting
from advisor.model.plan import OTHER_COMBINATIONS, Plan, Rejected
from advisor.reporting.terminal import wrap
from advisor.reporting.words import mechanism
from tests.plan_factory import hostile, make_plan, nine_workloads
from tests.plan_parts import line
from tests.plan_workloads import shop

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


@pytest.mark.parametrize("columns", [64, 80, 120])
@pytest.mark.parametrize("plan", [make_plan(), nine_workloads(), hostile()], ids=["four", "nine", "hostile"])
@pytest.mark.parametrize("color", [False, True])
def test_no_line_is_wider_than_asked(plan: Plan, columns: int, color: bool) -> None:
    text = reporting.terminal_summary(plan, columns, color)
    assert all(width(ANSI.sub("", line)) <= columns for line in text.splitlines())


def test_colour_only_when_asked_and_no_escape_of_a_name_gets_through() -> None:
    assert "\x1b" not in reporting.text(hostile())
    colored = reporting.terminal_summary(hostile(), color=True)
    assert ANSI.sub("", colored) == reporting.text(hostile())


@pytest.mark.parametrize(("count", "told"), [(1, "w0"), (3, "w0, w1, w2"), (4, "4 workloads")])
def test_proven_optimal_says_where_not_all_combinations_were_compared(count: int, told: str) -> None:
    left_out = Rejected(option_id=OTHER_COMBINATIONS, tier="none", monthly_added=None, reason="9 of 99", mechanisms=())
    open_ = {"rejected": (left_out,)}
    plan = make_plan([shop().model_copy(update=open_ | {"name": f"w{number}"}) for number in range(count)], waves=())
    words = " ".join(reporting.text(plan).split())
    assert f"; not all combinations of {told} were compared" in words
    assert any(f"Not all combinations of {told} were" in line for line in reporting.build(plan).solver)
    assert "not all combinations" not in reporting.text(make_plan())


def test_the_headline_and_the_table() -> None:
    text = reporting.text(make_plan())
    assert "Targets met           2 → 12 of 15" in text
    assert "Added per month       at least 7,272.52 CNY (budget 60,000.00 CNY, 12 % used)" in text
    assert "3.01 million CNY → 272,000 CNY" in text
    assert "proven optimal, gap 0 %, 641 options, 0.3 s" in text
    row = next(line for line in text.splitlines() if line.startswith("payments  "))
    assert row.split() == ["payments", "✓", "55m/2h", "✓", "0s/4.6m", "✗", "0s/38m", "✗", "25m/3.9h"]
    assert "backup → multi-zone, 2 of 4 met, + at least 1,339.20 CNY" in text
    assert "– ∞/∞" in text


def test_the_sum_says_why_it_is_not_that_of_the_workloads() -> None:
    told = " ".join(reporting.text(make_plan()).split())
    assert "600.00 CNY more than the sums of the workloads: Traffic steering between the regions Expected" in told
    free = line("Free quota", "-10", "GiB-month", "0.5", shared="quota")
    plan = make_plan([shop()], waves=(), shared_costs=(free,))
    less = plan.portfolio.model_copy(update={"monthly_added": shop().cost.monthly_added - 5})
    told = " ".join(reporting.text(plan.model_copy(update={"portfolio": less})).split())
    assert "5.00 CNY less than the sums of the workloads: Free quota" in told
    alone = plan.portfolio.model_copy(update={"monthly_added": shop().cost.monthly_added})
    assert "sums of the workloads" not in reporting.text(plan.model_copy(update={"portfolio": alone}))
    many = tuple(line(f"charge {number}", "1", "month", "1", shared=f"s{number}") for number in range(9))
    told = " ".join(reporting.text(plan.model_copy(update={"portfolio": less, "shared_costs": many})).split())
    assert "charge 0, charge 1, charge 2 and 6 more, in costs.csv" in told


@pytest.mark.parametrize("columns", [64, 80])
def test_what_a_workload_gets_is_wrapped_and_never_cut(columns: int) -> None:
    item = shop().model_copy(
        update={"tier_before": "none", "tier": "none", "mechanisms": ("snapshot_policy", "snapshot_copy")}
    )
    lines = reporting.terminal_summary(make_plan([item], waves=()), columns).splitlines()
    start = next(number for number, text in enumerate(lines) if text.startswith("  none → "))
    told = " ".join(f"{lines[start]} {lines[start + 1]}".split())
    assert f"snapshots and {mechanism('snapshot_copy')}, short of a tier, " in told
    assert told.endswith(" CNY")
    assert lines[start + 1].startswith("    ")


def test_misses_carry_their_remedy_and_what_to_confirm_follows() -> None:
    text = reporting.text(make_plan())
    assert "payments, region outage: data loss at worst 25 min, target 15 min" in text
    assert "It adds 3,200.00 CNY per month." in " ".join(text.split())
    assert text.index("Not met: 3 targets") < text.index("Confirm first")
    assert "… and 2 more, in report.pdf" in text


@pytest.mark.parametrize(
    ("formats", "where"),
    [
        (("pdf", "json"), ", in report.pdf"),
        (("json", "csv"), ", in plan.json"),
        (("csv",), "; --formats pdf would list them"),
    ],
)
def test_the_rest_of_a_list_is_where_something_is_written(formats: tuple[str, ...], where: str) -> None:
    assert f"… and 2 more{where}\n" in reporting.terminal_summary(make_plan(), formats=formats)
    many = [shop().model_copy(update={"name": f"shop-{number:03d}"}) for number in range(60)]
    text = reporting.terminal_summary(make_plan(many, waves=()), formats=formats)
    file = "workloads.csv" if "csv" in formats else "plan.json"
    assert f"… and 20 more workloads, in {file}\n" in text


def test_a_plan_without_misses_or_assumptions_has_no_empty_parts() -> None:
    text = reporting.text(make_plan([shop()], assumptions=(), shared_costs=(), waves=()))
    assert "Not met" not in text
    assert "Confirm first" not in text


def test_very_many_workloads_are_cut_with_a_note() -> None:
    many = [shop().model_copy(update={"name": f"shop-{number:03d}"}) for number in range(60)]
    assert "… and 20 more workloads, in workloads.csv" in reporting.text(make_plan(many, waves=()))


@pytest.mark.parametrize(
    "text", ["", "one two three", "订单履约与仓储调度中心（华东二期）", "x" * 50, "订单 order 中心"]
)
@pytest.mark.parametrize("columns", [5, 10, 80])
def test_wrapping_keeps_every_character(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert all(width(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
