"""The page for a busy reader."""

from __future__ import annotations

from dataclasses import replace

from advisor.exporters import summary
from advisor.model.deliverable import Deliverable
from advisor.model.plan import WorkloadPlan


def text(deliverable: Deliverable) -> str:
    return summary.render(deliverable)["summary.md"].decode()


def test_the_decision_comes_first_with_its_lower_bound(readable: Deliverable) -> None:
    lines = text(readable).splitlines()
    assert lines[0] == "# Protection plan of 4 workloads, 2026-03-02"
    assert lines[2].startswith("**Decision: at least 155.31 CNY added per month")


def test_numbers_stand_in_tables(readable: Deliverable) -> None:
    page = text(readable)
    assert "| Targets met | 1 | 28 of 32 |" in page
    assert "| Zone outage | 0 → 4 of 4 | no recovery point → 15 min | unbounded → 1 h – 1 h 30 min |" in page
    assert "| shop | critical | none → cross-region | at least 48.00 CNY |" in page


def test_what_is_missed_and_what_to_confirm(readable: Deliverable) -> None:
    page = text(readable)
    missed = page.split("## What is missed")[1].split("## What to confirm first")[0]
    assert "**shop**, region outage: time to recover 1 h 30 min, target 1 h." in missed
    assert missed.count("2,100.00 CNY") == 4  # once a miss
    assert "settled by a drill record" in page


def test_a_disruption_without_a_target_is_told_once(readable: Deliverable) -> None:
    free = {"meets": None, "target_rpo_s": None, "target_rto_s": None}

    def without(item: WorkloadPlan) -> WorkloadPlan:
        estimates = {**item.estimates, "zone": item.estimates["zone"].model_copy(update=free)}
        return item.model_copy(update={"estimates": estimates})

    plan = readable.plan.model_copy(update={"workloads": tuple(map(without, readable.plan.workloads))})
    assert "| Zone outage | no target | – | – |" in text(replace(readable, plan=plan))


def test_what_is_cut_is_where_something_is_written(readable: Deliverable) -> None:
    many = tuple(
        item.model_copy(update={"name": f"{item.name}-{number}"})
        for number in range(4)
        for item in readable.plan.workloads
    )
    plan = readable.plan.model_copy(update={"workloads": many})
    page = text(replace(readable, plan=plan, formats=frozenset({"summary", "json"})))
    assert "… and 4 more workloads, in plan.json." in page
    assert "… and 10 more, in plan.json." in page
    page = text(replace(readable, plan=plan, formats=frozenset({"summary"})))
    assert "… and 4 more workloads; --formats csv would list them." in page


def test_the_files_are_listed(readable: Deliverable) -> None:
    page = text(readable)
    for name in ("report.pdf", "terraform/", "cli/", "ros/", "runbooks/", "drills/", "costs.xlsx", "plan.json"):
        assert f"`{name}`" in page


def test_only_files_that_are_written_too_are_listed(readable: Deliverable) -> None:
    some = replace(readable, formats=frozenset({"json", "cli", "csv", "summary"}))
    listed = text(some).partition("## Where the files are")[2]
    assert all(f"`{name}`" in listed for name in ("plan.json", "cli/", "costs.csv", "inventory.csv"))
    assert not any(name in listed for name in ("report.pdf", "terraform", "ros/", "runbooks/", "drills/", "costs.xlsx"))


def test_it_stays_short(any_deliverable: Deliverable) -> None:
    assert len(text(any_deliverable).splitlines()) < 90


def test_names_cannot_break_out(hostile: Deliverable) -> None:
    page = text(hostile)
    assert r"web-\<b>07\</b>" in page
    for line in page.splitlines():
        if line.startswith("| ") and "critical" in line:
            assert line.count("|") - line.count(r"\|") == 9
