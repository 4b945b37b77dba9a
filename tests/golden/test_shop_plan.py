"""The plan of the sample shop as a whole: optimal by a second method, valid by its schema, the same bytes twice."""

from __future__ import annotations

import importlib.util
import itertools
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import jsonschema
import pytest

from advisor import api
from advisor.model.disruption import DISRUPTIONS
from advisor.model.evidence import RuleBook
from advisor.model.inventory import ImportResult
from advisor.model.option import Problem
from advisor.model.plan import Plan
from advisor.model.pricebook import PriceBook
from advisor.model.targets import Targets
from advisor.optimise import chosen, frontier, missed_of, solve, totals_of
from advisor.optimise.totals import feasible, objective_of
from advisor.planning.relief import weights_of
from advisor.reporting import decision, words
from tests.conftest import AS_OF, SHOP

ROOT = Path(__file__).parents[2]
FIVE = ("dev", "orders", "payments", "reporting", "search")


def schema_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("schema_tool", ROOT / "tools" / "schema.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shortened(problem: Problem) -> Problem:
    """Five of the workloads, three of which need one another, with at most six options each, so that every combination
    can be looked at."""
    picked = [item for item in problem.workloads if item.name in FIVE]
    assert len(picked) == len(FIVE)
    short = tuple(replace(item, options=item.options[:: max(1, len(item.options) // 6)][:6]) for item in picked)
    return replace(
        problem,
        workloads=short,
        couplings=tuple(item for item in problem.couplings if {item.dependent, item.needed} <= set(FIVE)),
        waits=tuple(item for item in problem.waits if {item.dependent, item.needed} <= set(FIVE)),
        joints=tuple(item for item in problem.joints if set(item.options) <= set(FIVE)),
    )


@pytest.mark.parametrize("budget", [None, 0, 20_000, 100_000, 300_000])
def test_five_workloads_by_brute_force(shop_assessment: api.Assessment, budget: int | None) -> None:
    whole = shop_assessment.deliverable.problem
    assert whole is not None
    problem = replace(shortened(whole), budget=budget)
    best = None
    for combo in itertools.product(*(item.options for item in problem.workloads)):
        choices = {item.name: option.id for item, option in zip(problem.workloads, combo, strict=True)}
        totals = totals_of(problem, choices)
        if feasible(problem, totals):
            key = (round(totals.miss_weight, 6), objective_of(problem, totals))
            best = key if best is None else min(best, key)
    found = solve(problem)
    if best is None:
        assert found.status == "infeasible"
    else:
        assert (round(found.totals.miss_weight, 6), objective_of(problem, found.totals)) == best


def test_the_frontier_of_five_workloads_by_brute_force(shop_assessment: api.Assessment) -> None:
    whole = shop_assessment.deliverable.problem
    assert whole is not None
    problem = shortened(whole)
    assert problem.waits
    points = set()
    for combo in itertools.product(*(item.options for item in problem.workloads)):
        totals = totals_of(problem, {item.name: o.id for item, o in zip(problem.workloads, combo, strict=True)})
        points.add((totals.cost, totals.loss))
    best: list[tuple[int, int]] = []
    for cost, loss in sorted(points):
        if not best or loss < best[-1][1]:
            best.append((cost, loss))
    found = frontier(problem)
    assert found.complete
    assert [(step.totals.cost, step.totals.loss) for step in found.steps] == best


def test_what_was_optimised_is_what_is_reported(shop_assessment: api.Assessment) -> None:
    plan, problem = shop_assessment.plan, shop_assessment.deliverable.problem
    assert problem is not None
    totals = totals_of(problem, {item.name: item.option_id for item in plan.workloads})
    assert Decimal(totals.cost) / 100 == plan.portfolio.monthly_added
    assert Decimal(totals.loss) / 100 == plan.portfolio.expected_annual_loss_after
    missed = {(name, key.split(".")[0]) for name, key in missed_of(problem, chosen(problem, _choices(plan)))}
    reported = {(w.name, d) for w in plan.workloads for d, item in w.estimates.items() if item.meets is False}
    assert missed == reported


def _choices(plan: Plan) -> dict[str, str]:
    return {item.name: item.option_id for item in plan.workloads}


def test_the_frontier_of_the_shop_is_complete_and_no_plan_beats_it(shop_assessment: api.Assessment) -> None:
    plan, problem = shop_assessment.plan, shop_assessment.deliverable.problem
    assert problem is not None
    assert plan.frontier_complete
    pairs = list(itertools.pairwise(plan.frontier))
    assert all(one.monthly_added < two.monthly_added for one, two in pairs)
    assert all(one.expected_annual_loss > two.expected_annual_loss for one, two in pairs)
    for earlier, later in pairs[:: max(1, len(pairs) // 6)]:
        # the solver, asked for less money than the next breakpoint takes, finds nothing better than the one before
        cap = int(later.monthly_added * 100) - 1
        found = solve(replace(problem, objective="min-risk", targets_first=False, max_changes=None, budget=cap))
        assert Decimal(found.totals.loss) / 100 == earlier.expected_annual_loss
        assert earlier.holds_until == Decimal(cap) / 100


def test_every_missed_target_says_what_stands_in_its_way(shop_assessment: api.Assessment) -> None:
    plan = shop_assessment.plan
    missed = {(w.name, d) for w in plan.workloads for d, item in w.estimates.items() if item.meets is False}
    assert {(item.workload, item.disruption) for item in plan.reliefs} == missed
    assert {item.obstacle for item in plan.reliefs} >= {"options"}
    for item in plan.reliefs:
        assert (item.extra_monthly is None) == (item.obstacle in ("options", "other targets"))


def test_the_plan_follows_its_published_schema(shop_assessment: api.Assessment) -> None:
    published = (ROOT / "docs" / "schema" / "plan.schema.json").read_text(encoding="utf-8")
    assert published == schema_tool().text(), "run: python tools/schema.py"
    document = json.loads(api.export(shop_assessment, ["json"])["plan.json"])
    jsonschema.validate(document, json.loads(published))


def test_the_budget_binds_and_holds(shop_assessment: api.Assessment) -> None:
    plan = shop_assessment.plan
    assert plan.budget.monthly is not None
    assert plan.budget.used <= plan.budget.monthly
    assert plan.solver.status == "optimal"
    assert plan.solver.gap == 0
    assert plan.portfolio.targets_met_before < plan.portfolio.targets_met < plan.portfolio.targets_total
    assert any(miss.attainable and miss.extra_monthly for item in plan.workloads for miss in item.misses)


def test_every_mechanism_of_the_guidance_was_considered(shop_assessment: api.Assessment) -> None:
    plan, problem = shop_assessment.plan, shop_assessment.deliverable.problem
    assert problem is not None
    refused = {item.mechanism for workload in plan.workloads for item in workload.infeasible}
    offered = {part for item in problem.workloads for option in item.options for part in option.id.split("+")}
    words = " ".join(sorted(offered))
    for sign in ("snap-", "-copy", "files", "essd", "async-zone", "async-region", "multi-zone", "rds-ha", "dts", "gtm"):
        assert sign in words or sign in " ".join(
            item.option_id for workload in plan.workloads for item in workload.rejected
        ), sign
    assert {"regional_essd", "async_replication_zone", "snapshot_policy"} <= refused


def test_same_input_same_bytes(shop: ImportResult, shop_targets: Targets, rules: RuleBook, prices: PriceBook) -> None:
    formats = [name for name in api.ALL_FORMATS if name != "pdf"]
    settings = api.Settings(as_of=AS_OF, samples=300)
    first, second = (
        api.digest(api.export(api.plan_for(shop, shop_targets, rules, prices, settings), formats)) for _ in range(2)
    )
    assert first == second


def test_another_order_of_files_gives_the_same_plan(rules: RuleBook, prices: PriceBook, shop_targets: Targets) -> None:
    settings = api.Settings(as_of=AS_OF, samples=200, with_frontier=False)
    folders = [SHOP / "cn-shanghai", SHOP / "cn-hangzhou"]
    options = []
    for order in (folders, folders[::-1]):
        imported = api.load_inventory(order)
        plan = api.plan_for(imported, shop_targets, rules, prices, settings).plan
        options.append({item.name: item.option_id for item in plan.workloads})
    assert options[0] == options[1]


def test_missed_targets_weigh_what_is_minimised_and_stand_in_one_order(shop_assessment: api.Assessment) -> None:
    plan, problem = shop_assessment.plan, shop_assessment.deliverable.problem
    assert problem is not None
    weights = {(item.name, miss.disruption): miss.weight for item in plan.workloads for miss in item.misses}
    assert len(weights) == 3
    assert weights == pytest.approx(weights_of(problem, {item.name: item.option_id for item in plan.workloads}))
    ordered = sorted(weights, key=lambda case: (-(weights[case] or 0.0), case[0], DISRUPTIONS.index(case[1])))
    assert [(item.workload, item.disruption) for item in plan.reliefs] == ordered
    assert [(item.workload, item.disruption) for item in decision.misses(plan)] == [
        (name, words.DISRUPTION_TITLES[disruption]) for name, disruption in ordered
    ]
