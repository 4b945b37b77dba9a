"""The report of a plan built by hand: the figures of page one and of the workloads follow from its parts."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import takewhile

import pytest

from advisor import reporting
from advisor.model.finding import Finding
from advisor.model.graph import Graph, Workload
from advisor.model.plan import Marginal, Relief
from advisor.model.report import FrontierView, Report, WorkloadView
from advisor.reporting import charts, decision, svg, words
from tests.plan_factory import hostile, make_plan, nine_workloads
from tests.plan_parts import cost, line
from tests.plan_workloads import LONG_NAME, legacy, payments, shop


@pytest.fixture(scope="module")
def report() -> Report:
    return reporting.build(make_plan())


def view(report: Report, name: str) -> WorkloadView:
    return next(item for item in report.workloads if item.name == name)


def test_page_one_asks_for_the_sum_within_the_budget(report: Report) -> None:
    assert report.decision.amount == "at least 7,272.52 CNY"
    context = " ".join(report.decision.context)
    assert "Within the budget of 60,000.00 CNY per month: 12 % of it is used, as far as prices are known." in context
    assert "6,432.52–7,272.52 CNY" in context
    assert "2 cost lines have no price yet" in context
    assert re.search(r"46 % (rests )?on published prices", context)
    assert "Prices are dated 2026-07-30." in context


def test_page_one_says_what_it_buys(report: Report) -> None:
    figures = {item.label: (item.before, item.after) for item in report.decision.changes}
    assert figures["Targets met"] == ("2", "12 of 15")
    assert figures["Expected loss per year"] == ("3.01 million CNY", "272,000 CNY")
    # Before: nothing survives a region outage (4), and the two unprotected workloads lose more (2 + 3).
    assert figures["Cases without a way back"] == ("9", "1 of 16")


def test_disruption_lines_count_only_workloads_with_a_target(report: Report) -> None:
    region = report.decision.disruptions[-1]
    assert (region.met.before, region.met.after) == ("0", "2 of 3")
    assert (region.loss.before, region.loss.after) == ("no recovery point", "18 h")
    assert (region.recovery.before, region.recovery.after) == ("unbounded", "7 h – 13 h")


def test_misses_come_by_weight_then_by_workload_and_disruption(report: Report) -> None:
    found = [(miss.workload, miss.disruption, miss.attainable) for miss in report.decision.misses]
    assert found == [
        ("payments", "Zone outage", False),
        ("payments", "Region outage", True),
        ("legacy-erp-报表", "Data corruption", True),
    ]
    assert report.decision.misses[1].extra == "3,200.00 CNY"
    late, short = payments().misses
    heavier = payments().model_copy(update={"misses": (late, short.model_copy(update={"weight": 7.5}))})
    other = payments().model_copy(update={"name": "accounts"})
    found = [(miss.workload, miss.disruption) for miss in decision.misses(make_plan([heavier, other], waves=()))]
    assert found == [
        ("payments", "Region outage"),
        ("accounts", "Zone outage"),
        ("accounts", "Region outage"),
        ("payments", "Zone outage"),
    ]
    (built,) = (item for item in reporting.build(make_plan([heavier], waves=())).workloads)
    assert [miss.disruption for miss in built.misses] == ["Region outage", "Zone outage"]
    assert report.decision.misses[1].remedy.endswith("It adds 3,200.00 CNY per month.")


def test_a_remedy_says_no_price_and_no_verdict_twice() -> None:
    said = {
        "remedy": "No option meets it; the closest costs 3,200.00 CNY",
        "attainable": False,
        "limiting": "the closest",
    }
    miss = payments().misses[1].model_copy(update=said)
    found = reporting.build(make_plan([payments().model_copy(update={"misses": (miss,)})], waves=())).decision.misses[0]
    assert found.remedy == "No option meets it; the closest costs 3,200.00 CNY."
    assert found.limiting == ""


def test_missing_prices_and_the_strongest_assumptions_are_confirmed_first(report: Report) -> None:
    titles = [item.title for item in report.decision.confirm]
    assert titles[0].startswith("Price of Bandwidth")
    assert titles[1].startswith("Price of Replication")
    assert titles[2] == "Decision to fail over to another zone"
    assert titles[-1] == "detect.logical.latency"


def test_cost_lines_show_their_arithmetic(report: Report) -> None:
    for workload in report.workloads:
        for table in workload.costs:
            for item in table.lines:
                if item.amount == "unpriced":
                    assert item.source == 0
                    continue
                quantity = Decimal(item.quantity.split()[0].replace(",", ""))
                product = quantity * Decimal(item.unit_price.replace(",", ""))
                assert f"{product:,.2f} CNY" == item.amount


def test_totals_with_gaps_say_at_least_and_shared_lines_count_once(report: Report) -> None:
    steady = view(report, "payments").costs[0]
    assert steady.total == "at least 1,339.20 CNY"
    shared = [item for item in view(report, "shop").costs[0].lines if item.shared]
    assert [item.amount for item in shared] == ["600.00 CNY"]
    assert view(report, "shop").costs[0].total == "4,547.72 CNY"
    whole = report.state_totals[-1]
    assert whole.amounts == ("37.20 CNY", "at least 7,272.52 CNY", "16.26 CNY", "2,867.44 CNY", "unpriced")
    added = [Decimal(re.sub(r"[^\d.]", "", row.amounts[1])) for row in report.state_totals[:-1]]
    assert sum(added) == Decimal("7272.52")


def test_like_lines_are_one_line_with_their_sum() -> None:
    same = line("Snapshots", "100", "GiB-month", "0.12", low="6")
    other = line("Snapshots", "100", "GiB-month", "0.10")
    costs = legacy().cost.model_copy(update={"steady": (same, other, same)})
    table = reporting.build(make_plan([legacy().model_copy(update={"cost": costs})], waves=())).workloads[0].costs[0]
    assert [(item.what_for, item.quantity, item.amount, item.span) for item in table.lines] == [
        ("Snapshots (2 times)", "200 GiB-month", "24.00 CNY", "12.00–24.00"),
        ("Snapshots", "100 GiB-month", "10.00 CNY", ""),
    ]


def test_a_sum_below_the_upper_end_of_its_lines_says_the_whole_range() -> None:
    uncertain = line("Snapshots", "100", "GiB-month", "0.12", low="6").model_copy(update={"high": Decimal(30)})
    plan = make_plan([legacy().model_copy(update={"cost": cost([uncertain])})], waves=(), shared_costs=())
    plan = plan.model_copy(update={"portfolio": plan.portfolio.model_copy(update={
        "monthly_added": Decimal(12), "monthly_added_low": Decimal(6)})})  # fmt: skip
    assert "Assumptions make it a range, 6.00–30.00 CNY." in reporting.build(plan).decision.context


def test_a_range_is_shown_beside_an_assumed_price(report: Report) -> None:
    assumed = next(item for item in view(report, "shop").costs[0].lines if item.confidence == "assumed")
    assert (assumed.amount, assumed.span) == ("660.00 CNY", "240.00–660.00")


def test_estimates_tell_missed_from_unbounded_and_from_no_target(report: Report) -> None:
    statuses = {
        item.disruption: (item.before.status, item.after.status) for item in view(report, "legacy-erp-报表").disruptions
    }
    assert statuses == {
        "logical": ("unbounded", "missed"),
        "instance": ("unbounded", "met"),
        "zone": ("unbounded", "met"),
        "region": ("no_target", "no_target"),
    }
    zone = view(report, "payments").disruptions[2].after
    assert (zone.rpo_met, zone.rto_met, zone.rto_p95, zone.chance) == (True, False, "38 min", "41 %")


def test_notes_name_inheritance_and_skew(report: Report) -> None:
    found = view(report, LONG_NAME)
    assert found.disruptions[2].after.notes == ("waits for payments",)
    assert found.disruptions[2].place == ""
    assert found.disruptions[0].after.notes == ("disks are captured up to 5 min apart",)
    assert "waits for payments" in found.why[-1]


def test_the_schedule_shown_is_that_of_the_missed_target(report: Report) -> None:
    gantt = view(report, "payments").gantt
    assert gantt is not None
    assert (gantt.disruption, gantt.target, gantt.p95) == ("Zone outage", "5 min", "38 min")
    assert all(bar.critical for bar in gantt.bars)
    assert view(report, "legacy-erp-报表").gantt is None


def test_very_long_schedules_keep_the_critical_tasks() -> None:
    restore = shop().before["logical"].tasks
    many = tuple(task.model_copy(update={"id": f"t{n}", "share": 0.0}) for n, task in enumerate(restore * 8)) + restore
    estimate = shop().estimates["zone"].model_copy(update={"tasks": many})
    gantt = reporting.build(make_plan([shop().model_copy(update={"estimates": {"zone": estimate}})])).workloads[0].gantt
    assert gantt is not None
    assert len(gantt.bars) + gantt.omitted == len(many)
    assert sum(bar.critical for bar in gantt.bars) == sum(task.share > 0 for task in restore)


def test_every_cited_source_is_listed(report: Report) -> None:
    numbers = {source.number for source in report.sources}
    assert numbers == set(range(1, len(report.sources) + 1))
    cited = {item.source for workload in report.workloads for table in workload.costs for item in table.lines}
    cited |= {number for workload in report.workloads for item in workload.disruptions for number in item.after.sources}
    cited |= {item.source for item in report.findings}
    assert cited - {0} <= numbers
    assert "hbr.vault" in next(
        source.value for source in report.sources if source.confidence == "example" and "hbr" in source.value
    )


def test_findings_are_sorted_and_shown_once(report: Report) -> None:
    assert [item.severity for item in report.findings] == ["critical", "high", "medium", "info"]


def test_findings_of_one_rule_are_told_once() -> None:
    def finding(resource: str) -> Finding:
        return Finding(id=f"SNP-001:{resource}", severity="high", title=f"No snapshot of {resource}", resource=resource)

    plan = make_plan([legacy()], waves=(), findings=tuple(finding(f"d-{number}") for number in range(9)))
    (found,) = reporting.build(plan).findings
    assert (found.id, found.title, found.resource) == ("SNP-001", "No snapshot of d-0.", "d-0")
    assert found.also == "The same holds for d-1, d-2, d-3, d-4, d-5, d-6 and 2 more."


def test_components_are_called_by_their_names() -> None:
    named = [
        item.model_copy(update={"id": f"server_group:{item.id}", "name": f"{item.id} servers"})
        for item in shop().components
    ]
    tasks = tuple(
        task.model_copy(update={"component": "server_group:web"}) for task in shop().estimates["zone"].tasks[:1]
    )
    whole = (tasks[0].model_copy(update={"component": "workload", "id": "x"}),)
    recovery = shop().estimates["zone"].components[0].model_copy(update={"component": "server_group:web"})
    zone = shop().estimates["zone"].model_copy(update={"tasks": tasks + whole, "components": (recovery,)})
    changed = shop().model_copy(update={"components": tuple(named), "estimates": {"zone": zone}})
    built = reporting.build(make_plan([changed], waves=())).workloads[0]
    assert "(web servers; data from RDS standby in cn-hangzhou)" in built.disruptions[0].after.paths[0]
    assert built.gantt is not None
    assert {bar.component for bar in built.gantt.bars} == {"web servers", ""}


def test_reasons_shared_by_protections_are_told_once() -> None:
    first = legacy().infeasible[0]
    both = (first, first.model_copy(update={"mechanism": "regional_essd", "component": "other"}))
    (found,) = (
        reporting.build(make_plan([legacy().model_copy(update={"infeasible": both})], waves=())).workloads[0].infeasible
    )
    assert (found.mechanism, found.component) == ("snapshots and zone-redundant disks", "erp and other")


def test_budget_steps_without_effect_are_left_out() -> None:
    def step(extra: str, gained: int, saved: str, *names: str) -> Marginal:
        return Marginal(extra_monthly=Decimal(extra), targets_gained=gained, expected_annual_loss_saved=Decimal(saved),
                        workloads=names, detail="changes something")  # fmt: skip

    steps = (step("4500", 1, "1340", "search"), step("1800", 0, "0"), step("-1800", -2, "-900", "shop"))
    found = reporting.build(make_plan(marginal=steps)).marginal
    assert [(item.extra, item.gained, item.loss, item.detail) for item in found] == [
        ("1,800.00 CNY less", "2 targets fewer", "900 CNY more", "shop: changes something."),
        ("4,500.00 CNY more", "1 target more", "1,340 CNY less", "search: changes something."),
    ]


def test_drills_list_every_target_with_its_pass_criterion(report: Report) -> None:
    assert len(report.drills) == 15
    drill = next(item for item in report.drills if item.workload == "payments" and item.disruption == "Zone outage")
    assert drill.passes == "data loss ≤ 1 min, back within 5 min"
    assert drill.tasks == "6 steps, 4 by hand"
    # The cost of a full drill stands once, beside the workload's first one.
    assert [item.cost for item in report.drills if item.workload == "payments"] == ["8.40 CNY", "", "", ""]


def test_the_graph_adds_how_a_workload_was_found() -> None:
    found = Workload("shop", "declared", (), (), "critical", evidence="tag app=shop")
    built = reporting.build(make_plan(), Graph(edges=(), workloads=(found,), cycles=(("a", "b"),)))
    assert dict(view(built, "shop").what)["Recognised by"] == "declared in the targets file: tag app=shop"
    assert built.map.cycles == ("a and b",)


def test_the_map_holds_waves_and_both_kinds_of_need() -> None:
    built = reporting.build(nine_workloads())
    assert built.map.waves == 3
    assert {(edge.source, edge.target, edge.hard) for edge in built.map.edges} >= {
        ("shop", "payments", True),
        ("shop", "search", False),
        ("crm", "shop", True),
    }


def test_the_plan_id_follows_inputs_not_time() -> None:
    plan = make_plan()
    slower = plan.model_copy(update={"solver": plan.solver.model_copy(update={"seconds": 99.0})})
    assert reporting.build(plan) == reporting.build(slower)
    other = plan.model_copy(update={"seed": 8})
    assert reporting.plan_id(plan) != reporting.plan_id(other)


def test_without_budget_targets_or_workloads() -> None:
    plan = make_plan((), frontier=(), marginal=(), waves=(), targets_given=False)
    plan = plan.model_copy(update={"budget": plan.budget.model_copy(update={"monthly": None})})
    built = reporting.build(plan)
    assert built.decision.headline == "Nothing to protect was found"
    assert "DescribeInstances" in built.decision.ask
    assert built.frontier is None
    assert built.workloads == ()
    assert "0.00" not in reporting.text(plan)


def test_without_budget_or_targets() -> None:
    plan = make_plan(targets_given=False)
    plan = plan.model_copy(update={"budget": plan.budget.model_copy(update={"monthly": None})})
    built = reporting.build(plan)
    context = " ".join(built.decision.context)
    assert built.decision.headline == "Approve at least 7,272.52 CNY"
    assert "No budget was set." in context
    assert "No targets file was given" in context


def test_what_the_inventory_does_not_tell_is_unknown_not_unbounded() -> None:
    gone = {"rpo_worst_s": None, "rpo_expected_s": None, "rto_p50_s": None, "rto_p90_s": None, "rto_p95_s": None,
            "rpo_unbounded": False, "rto_unbounded": False, "unbounded": False, "unknown": True, "meets": False,
            "limiting": "shop: its disks are not in the inventory: whether copies exist is unknown"}  # fmt: skip
    item = legacy()
    path = "its disks are not in the inventory: whether copies exist is unknown"
    estimates = {}
    for name, found in item.estimates.items():
        part = shop().estimates["zone"].components[0].model_copy(
            update={"component": item.components[0].id, "path": path})  # fmt: skip
        estimates[name] = found.model_copy(update={**gone, "components": (part,)})
    misses = tuple(miss.model_copy(update={"estimate_s": None}) for miss in item.misses)
    unknown = item.model_copy(update={"estimates": estimates, "misses": misses})
    decision = reporting.build(make_plan([unknown], waves=())).decision
    assert {line.loss.after for line in decision.disruptions} <= {"unknown", "–"}
    assert {line.recovery.after for line in decision.disruptions} <= {"unknown", "–"}
    assert {miss.estimate for miss in decision.misses} == {"unknown"}
    assert any(text.endswith("never listed: DescribeDisks would tell.") for text in decision.context)
    (view_,) = reporting.build(make_plan([unknown], waves=())).workloads
    assert {item.after.confidence for item in view_.disruptions} == {"–"}


def test_data_and_time_of_one_target_are_one_miss() -> None:
    first = payments().misses[1]
    other = first.model_copy(update={"metric": "rto", "target_s": 3600.0, "estimate_s": 7200.0})
    changed = payments().model_copy(update={"misses": (first, other)})
    (found,) = reporting.build(make_plan([changed], waves=())).decision.misses
    assert found.metric == "data loss at worst / time to recover"
    assert (found.estimate, found.target) == ("25 min / 2 h", "15 min / 1 h")


def test_options_in_a_remedy_are_told_by_their_mechanisms() -> None:
    item = payments()
    lost = item.rejected[0].model_copy(update={"option_id": "o-1+x", "mechanisms": ("dts", "gtm")})
    miss = item.misses[1].model_copy(update={"remedy": "option o-1+x meets it for 3,200.00 CNY a month more"})
    changed = item.model_copy(update={"rejected": (lost,), "misses": (miss,)})
    (found,) = reporting.build(make_plan([changed], waves=())).decision.misses
    said = "protection by database replication (DTS) and traffic steering (GTM) meets it for 3,200.00 CNY"
    assert found.remedy.startswith(said)
    other = {"remedy": "no option meets it; the closest (q+r) reaches 2 h, held up by: x", "attainable": False}
    changed = item.model_copy(update={"misses": (miss.model_copy(update=other),)})
    (found,) = reporting.build(make_plan([changed], waves=())).decision.misses
    assert "the closest reaches 2 h" in found.remedy


def test_a_budget_that_is_left_while_targets_are_missed_is_named(report: Report) -> None:
    assert report.decision.context[1] == (
        "52,727.48 CNY of the budget is left; the cheapest missed target would need at least 38.40 CNY per month."
    )


def test_shares_of_charges_and_savings_are_of_their_size() -> None:
    spent = line("Snapshots", "100", "GiB-month", "1").model_copy(update={"confidence": "assumed"})
    saved = line("Saved", "25", "GiB-month", "1").model_copy(
        update={"confidence": "quoted", "monthly": Decimal(-25), "low": None, "high": None}
    )
    plan = make_plan([legacy().model_copy(update={"cost": cost([spent, saved])})], waves=(), shared_costs=())
    told = " ".join(reporting.build(plan).decision.context)
    assert "Of this amount 80 % rests on assumed prices and 20 % on quoted or agreed prices." in told
    assert "Put in your own with --prices FOLDER" in told


def test_the_workload_table_sums_to_the_headline(report: Report) -> None:
    own = sum(Decimal(re.sub(r"[^\d.]", "", item.added)) for item in report.workloads)
    assert report.shared_added == "600.00 CNY"
    assert own + 600 == Decimal("7272.52")


def test_a_plan_over_budget_says_so() -> None:
    plan = make_plan()
    budget = plan.budget.model_copy(update={"monthly": Decimal(5000)})
    built = reporting.build(plan.model_copy(update={"budget": budget}))
    assert "This exceeds the budget of 5,000.00 CNY per month" in built.decision.context[0]


def test_bounded_and_infeasible_searches_are_named() -> None:
    plan = make_plan()
    bounded = plan.model_copy(update={"solver": plan.solver.model_copy(update={"status": "bounded", "gap": 0.004})})
    assert any("better by more than < 1 %" in text or "0.4 %" in text for text in reporting.build(bounded).solver)
    infeasible = plan.model_copy(update={"solver": plan.solver.model_copy(update={"status": "infeasible"})})
    assert any("breaks a limit" in text for text in reporting.build(infeasible).solver)


def test_a_missed_target_says_what_would_meet_it_in_the_whole_plan() -> None:
    plan = make_plan()
    workload = next(item for item in plan.workloads if item.misses)
    relief = Relief(
        workload=workload.name,
        disruption=workload.misses[0].disruption,
        obstacle="budget",
        extra_monthly=Decimal("969.56"),
        workloads=("payments",),
        detail="",
    )
    more = plan.model_copy(
        update={
            "reliefs": (relief,),
            "budget": plan.budget.model_copy(update={"for_all_targets": Decimal("70000")}),
        }
    )
    decision = reporting.build(more).decision
    title = words.DISRUPTION_TITLES[relief.disruption]
    miss = next(item for item in decision.misses if (item.workload, item.disruption) == (workload.name, title))
    assert miss.remedy == (
        "969.56 CNY per month more, beyond the budget, would meet it and keep what is met: other options for payments."
    )
    left = decision.context[1]
    assert "the cheapest missed target would need 969.56 CNY per month more." in left
    assert left.endswith("All targets that can be met together would take 70,000.00 CNY per month.")
    # what costs less is not held up by money, so that no sum is named for it
    cheaper = relief.model_copy(update={"obstacle": "objective", "extra_monthly": Decimal("-394.35")})
    told = reporting.build(more.model_copy(update={"reliefs": (cheaper,)})).decision.context[1]
    assert "more money alone meets none of the missed targets" in told
    assert "394.35" not in told


def test_the_frontier_says_how_complete_it_is() -> None:
    plan = make_plan()
    whole = reporting.build(plan.model_copy(update={"frontier_complete": True})).frontier
    part = reporting.build(plan).frontier
    assert whole is not None
    assert part is not None
    assert whole.note.startswith("All ")
    assert "there may be more between them" in part.note


@pytest.mark.parametrize("complete", [True, False])
def test_the_frontier_says_how_much_lower_it_could_lie(complete: bool) -> None:
    plan, within = make_plan(), Decimal(400)

    def told(**changes: object) -> FrontierView:
        points = tuple(point.model_copy(update={"exact": False, **changes}) for point in plan.frontier)
        changed = {"frontier": points, "frontier_complete": complete, "frontier_within": within}
        found = reporting.build(plan.model_copy(update=changed)).frontier
        assert found is not None
        return found

    near = told(loss_at_least=plan.frontier[0].expected_annual_loss - within)
    assert "what was left out could lie up to 400 CNY a year lower" in near.note
    assert "no plan of any cost lies below" not in near.note
    assert near.dots[0].proven
    assert not any(dot.proven for dot in told(loss_at_least=None).dots)
    assert not told(loss_at_least=plan.frontier[0].expected_annual_loss - within - 1).dots[0].proven
    assert svg.text_width(near.note, 8) < charts.WIDTH - 86


def test_an_unpriced_line_alone_is_no_zero() -> None:
    lines = (line("Something", "1", "piece", None, state="drill"),)
    item = legacy().model_copy(update={"cost": legacy().cost.model_copy(update={"drill": lines})})
    built = reporting.build(make_plan([item]))
    assert built.state_totals[0].amounts[2] == "unpriced"


def test_hostile_texts_are_kept_as_texts() -> None:
    built = reporting.build(hostile())
    assert any("<script>" in item.name for item in built.workloads)


def test_protections_that_reach_no_tier_are_named_beside_their_money() -> None:
    partly = payments().model_copy(update={"tier_before": "none", "tier": "none", "mechanisms": ("snapshot_policy",)})
    plan = make_plan([partly], waves=())
    assert reporting.build(plan).workloads[0].tier == "snapshots, short of a tier"
    assert "  none → snapshots, short of a tier, " in reporting.terminal_summary(plan)
    nothing = partly.model_copy(update={"mechanisms": ()})
    assert reporting.build(make_plan([nothing], waves=())).workloads[0].tier == "none"


def test_a_long_list_of_protections_never_hides_targets_and_money() -> None:
    many = ("snapshot_policy", "snapshot_copy", "file_backup", "async_replication_zone")
    partly = payments().model_copy(update={"tier_before": "none", "tier": "none", "mechanisms": many})
    rows = reporting.terminal_summary(make_plan([partly], waves=())).splitlines()
    start = next(number for number, row in enumerate(rows) if row.startswith("  none →"))
    told = [rows[start], *takewhile(lambda row: row.startswith("    "), rows[start + 1 :])]
    assert len(told) > 1
    assert max(map(len, told)) <= 80
    assert " met, + " in " ".join(map(str.strip, told))
    assert told[-1].endswith(" CNY")


def test_steps_of_the_budget_that_do_the_same_are_one_line() -> None:
    same = {
        "targets_gained": 1,
        "expected_annual_loss_saved": Decimal(98),
        "workloads": ("a",),
        "detail": "meets a zone",
    }
    steps = [Marginal.model_validate({"extra_monthly": Decimal(sum_), **same}) for sum_ in (5000, 10000)]
    less = steps[0].model_copy(update={"extra_monthly": Decimal(-10), "targets_gained": -1})
    found = reporting.build(make_plan(marginal=(*steps, less))).marginal
    assert [item.extra for item in found] == ["10.00 CNY less", "5,000.00–10,000.00 CNY more"]
