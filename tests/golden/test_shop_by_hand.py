"""RPO, RTO and cost of workloads of the sample shop, worked by hand: the arithmetic is in each test.

For recovery times every range is fixed at its likely value, so that each is a plain sum along the longest chain.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from advisor import api
from advisor.model.evidence import RuleBook
from advisor.model.inventory import ImportResult
from advisor.model.plan import Plan, WorkloadPlan
from advisor.model.pricebook import PriceBook
from advisor.model.targets import Targets
from tests.conftest import AS_OF

LEGACY, PAYMENTS, WEB = "crm-旧系统-勿删", "payments", "shop-web"
PINS = {
    PAYMENTS: "snap-1h-7d-copy+multi-zone+rds-ha+rds-copy",
    WEB: "fleet-pilot",
    "search": "snap-24h-7d",
}


def pinned(targets: Targets) -> Targets:
    """The sample's targets with the options that are worked out here, whatever the optimiser would prefer."""
    workloads = tuple(replace(spec, pin=PINS.get(spec.name)) for spec in targets.workloads)
    return replace(targets, workloads=workloads, budget=None)


def workload(plan: Plan, name: str) -> WorkloadPlan:
    return next(item for item in plan.workloads if item.name == name)


@pytest.fixture(scope="module")
def certain(shop: ImportResult, shop_targets: Targets, certain_rules: RuleBook, prices: PriceBook) -> Plan:
    settings = api.Settings(as_of=AS_OF, samples=100, with_frontier=False)
    return api.plan_for(shop, pinned(shop_targets), certain_rules, prices, settings).plan


@pytest.fixture(scope="module")
def plan(shop: ImportResult, shop_targets: Targets, rules: RuleBook, prices: PriceBook) -> Plan:
    settings = api.Settings(as_of=AS_OF, samples=500, with_frontier=False)
    return api.plan_for(shop, pinned(shop_targets), rules, prices, settings).plan


def test_legacy_loses_at_most_two_hours_and_an_upload(plan: Plan) -> None:
    # cloud_ssd (no instant access) whose snapshot of 2024 states 255.199 GiB; snapshots each hour: 1 h + 1 h in which a
    # run may start, + upload of an hour's changes: 255.199 * 1024 MiB * 0.10 / 24 at 17 MiB/s = 64.05 s
    estimate = workload(plan, LEGACY).estimates["zone"]
    assert workload(plan, LEGACY).option_id == "snap-1h-7d"
    assert estimate.rpo_worst_s == pytest.approx(7200 + 64.05, abs=0.1)
    assert estimate.rpo_expected_s == pytest.approx(3600 + 64.05, abs=0.1)
    # before: the only snapshot is of 8 March 2024 and of one disk of two
    assert workload(plan, LEGACY).before["zone"].rpo_unbounded


def test_legacy_is_back_after_the_sum_of_its_steps(certain: Plan) -> None:
    # detect 10 min + declare 15 min + create 1.5 min + boot 1 min + attach 20 s
    # + load 255.199 * 1024 MiB * 0.3 hot / 60 MiB/s = 1306.6 s + start 5 min + tell callers 5 min + verify 15 min
    estimate = workload(certain, LEGACY).estimates["zone"]
    load = 255.199 * 1024 * 0.3 / 60
    assert estimate.rto_p95_s == pytest.approx(600 + 900 + 90 + 60 + 20 + load + 300 + 300 + 900, abs=0.1)


def test_legacy_costs_its_snapshots(plan: Plan) -> None:
    # 255.199 GiB by its snapshot + 40 GiB * 0.6 used = 279.199 GiB full, + 7 days * 3 % of it = 337.8308 GiB at 0.12
    # CNY
    cost = workload(plan, LEGACY).cost
    assert [line.quantity for line in cost.steady] == [Decimal("337.8308")]
    assert cost.monthly_added == Decimal("40.54")


def test_payments_outlasts_its_zone_with_the_lag_of_its_standby(plan: Plan, certain: Plan) -> None:
    # PostgreSQL replicates asynchronously: at most the assumed 5 s; the servers hold the same content behind the
    # balancer
    assert workload(plan, PAYMENTS).estimates["zone"].rpo_worst_s == 5.0
    # before: the standby stands in the same zone, and the policy of the servers' data keeps its snapshots 24 h while
    # its
    # runs may be 25 h apart: there are times without any
    assert workload(plan, PAYMENTS).before["zone"].rpo_unbounded
    # the standby takes over in 30 s, the balancer leaves the zone in 30 s, its health checks take less; a probe takes
    # 30 s
    assert workload(certain, PAYMENTS).estimates["zone"].rto_p95_s == 60


def test_payments_comes_back_in_the_other_region(plan: Plan, certain: Plan) -> None:
    # database: log backup 30 min old + 120 min to the other region; servers: less than that
    assert workload(plan, PAYMENTS).estimates["region"].rpo_worst_s == 1800 + 7200
    # detect 15 min + declare 45 min + create 10 min + restore 200 * 1024 * 0.6 / 80 = 1536 s + new endpoint 5 min,
    # then the servers start in 5 min, the names follow (5 min + TTL 600 s + 30 s), and 15 min of verification
    names = 300 + 600 + 30
    back = 900 + 2700 + 600 + 1536 + 300 + 300
    assert workload(certain, PAYMENTS).estimates["region"].rto_p95_s == back + names + 900


def test_shop_web_fails_over_by_itself_and_is_raised_from_a_pilot_light(certain: Plan) -> None:
    web = workload(certain, WEB)
    # instance: 7 of 8 stay where 4 are needed; health checks, then a probe of 30 s
    assert web.estimates["instance"].tasks[0].kind == "health-check"
    assert web.estimates["instance"].rpo_worst_s == 0
    # region: detect 15 + declare 45 min, raise the group (create 90 + boot 60 + start 120 s), then the names
    # (change 5 min + TTL 600 s + 30 s); verification 15 min
    assert web.estimates["region"].rto_p95_s == 900 + 2700 + 90 + 60 + 120 + 300 + 600 + 30 + 900


def test_totals_are_sums_of_lines(plan: Plan) -> None:
    for item in plan.workloads:
        assert item.cost.monthly_added == sum((line.monthly or Decimal(0)) for line in item.cost.steady)
    shared = sum((line.monthly or Decimal(0)) for line in plan.shared_costs)
    assert plan.portfolio.monthly_added == sum(item.cost.monthly_added for item in plan.workloads) + shared
