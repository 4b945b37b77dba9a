"""The plan of the sample shop as a whole: optimal by a second method, valid by its schema, the same bytes twice."""

from __future__ import annotations

import importlib.util
import itertools
import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import jsonschema
import pytest

from advisor import api
from advisor.model.evidence import RuleBook
from advisor.model.inventory import ImportResult
from advisor.model.option import Problem
from advisor.model.pricebook import PriceBook
from advisor.model.targets import Targets
from advisor.optimise import solve, totals_of
from advisor.optimise.totals import feasible, objective_of
from tests.conftest import AS_OF, SHOP

ROOT = Path(__file__).parents[2]
FIVE = ("analytics", "dev", "intranet", "payments", "shop-web")


def schema_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("schema_tool", ROOT / "tools" / "schema.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shortened(problem: Problem) -> Problem:
    """Five of the workloads with at most six options each, so that every combination can be looked at."""
    picked = [item for item in problem.workloads if item.name in FIVE]
    assert len(picked) == len(FIVE)
    short = tuple(replace(item, options=item.options[:: max(1, len(item.options) // 6)][:6]) for item in picked)
    return replace(problem, workloads=short, couplings=())


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
