"""The exported Terraform and command-line steps, priced again by their SKUs, against the plan's own cost lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from advisor import api
from advisor.estimation.context import Context
from advisor.estimation.costs import Costing, added_lines, quota_credit, shared_lines
from advisor.estimation.costs.mechanisms import file_backup_gib
from advisor.estimation.measures import offer
from advisor.estimation.reprice import Repricing, differences, reprice
from advisor.exporters import terraform
from advisor.model.cost import CostLine, total
from advisor.model.deliverable import Deliverable
from advisor.model.evidence import RuleBook
from advisor.model.graph import Component, Workload
from advisor.model.inventory import ImportResult, Inventory
from advisor.model.plan import Action, Plan, WorkloadPlan
from advisor.model.pricebook import PriceBook
from advisor.model.recovery import Proposal, Protection
from advisor.model.targets import Match, Targets, WorkloadSpec
from tests.conftest import AS_OF
from tests.unit.exporters.actions import database_actions
from tests.unit.exporters.deliverables import deliverable_of, estate, every_mechanism

WORKLOADS = ("analytics", "dev", "intranet", "orders", "payments", "reporting", "search", "shop-web")
MECHANISMS = {
    "snapshot_policy", "snapshot_copy", "file_backup", "regional_essd", "async_replication_zone", "alb_multi_zone",
    "async_replication_region", "fleet_standby", "standby_instance", "rds_ha", "rds_cross_region_backup", "dts",
}  # fmt: skip


def documents(deliverable: Deliverable) -> dict[str, bytes]:
    return terraform.render(deliverable)


def again(deliverable: Deliverable, book: PriceBook) -> Repricing:
    return reprice(documents(deliverable), deliverable.plan, deliverable.inventory, book)


def steady_total(plan: Plan) -> Decimal:
    lines = [line for workload in plan.workloads for line in workload.cost.steady] + list(plan.shared_costs)
    return total(lines, plan.currency).amount


def repriced(workload: WorkloadPlan, actions: Sequence[Action], lines: Sequence[CostLine]) -> WorkloadPlan:
    """The workload with other actions and their cost lines."""
    steady = tuple(line for line in lines if line.state == "steady")
    cost = workload.cost.model_copy(update={"steady": steady, "monthly_added": total(steady, "CNY").amount})
    return workload.model_copy(update={"actions": tuple(actions), "cost": cost})


# --- the sample's plan ------------------------------------------------------------------------------------------------


def test_the_samples_plan_is_exported_as_it_was_priced(shop_assessment: api.Assessment, prices: PriceBook) -> None:
    deliverable = shop_assessment.deliverable
    result = again(deliverable, prices)
    assert differences(deliverable.plan, result) == ()
    assert result.unread == ()
    assert result.total == steady_total(deliverable.plan) == deliverable.plan.portfolio.monthly_added
    assert result.unpriced == ()


@pytest.mark.parametrize(("objective", "currency"), [("min-risk", "CNY"), ("min-change", "USD")])
def test_other_plans_of_the_sample(
    shop: ImportResult, shop_targets: Targets, rules: RuleBook, prices: PriceBook, objective: str, currency: str
) -> None:
    settings = api.Settings(as_of=AS_OF, samples=100, with_frontier=False, objective=objective, currency=currency)
    targets = shop_targets if currency == "CNY" else replace(shop_targets, budget=None)
    made = api.plan_for(shop, targets, rules, prices, settings).deliverable
    result = again(made, prices)
    assert differences(made.plan, result) == ()
    assert result.total == steady_total(made.plan) == made.plan.portfolio.monthly_added


def test_every_resource_is_priced_or_free(shop_assessment: api.Assessment, prices: PriceBook) -> None:
    files = documents(shop_assessment.deliverable)
    built = {
        f"{path.removesuffix('/main.tf.json')}: {kind}.{name}"
        for path, content in files.items()
        if path.endswith("main.tf.json")
        for kind, named in json.loads(content).get("resource", {}).items()
        for name in named
    }
    result = again(shop_assessment.deliverable, prices)
    priced = {item.place for item in result.items}
    assert built <= priced | set(result.free)
    assert not priced & set(result.free)


# --- every choice that the sample's workloads have --------------------------------------------------------------------


class Estate:
    """The sample with a costing for each workload, to put any choice into a plan."""

    def __init__(self, assessment: api.Assessment, targets: Targets, rules: RuleBook, book: PriceBook) -> None:
        self.deliverable = assessment.deliverable
        self.book = book
        self.costings = {
            workload.name: Costing(book, "CNY", _context(self.deliverable, workload, targets, rules))
            for workload in self.deliverable.graph.workloads
        }

    def choices(self, name: str) -> Mapping[str, tuple[Proposal, ...]]:
        dimensions = offer(self.costings[name].context).dimensions
        return {f"{d.name}:{c.id}": c.proposals for d in dimensions for c in d.choices if c.proposals}

    def with_choice(self, name: str, proposals: Iterable[Proposal]) -> Deliverable:
        """The sample where this workload does just this, and the others nothing."""
        chosen, costing = tuple(proposals), self.costings[name]
        actions = [action for proposal in chosen for action in proposal.actions]
        plan = self.deliverable.plan
        workloads = tuple(
            repriced(
                item, actions if item.name == name else (), added_lines(costing, chosen) if item.name == name else ()
            )
            for item in plan.workloads
        )
        shared = shared_lines(costing, [action.shared_id for action in actions if action.shared_id])
        used = sum(file_backup_gib(costing, item) for item in chosen if item.mechanism == "file_backup")
        credit = quota_credit(costing, used, 100)
        update = {"workloads": workloads, "shared_costs": (*shared, *((credit,) if credit else ()))}
        return replace(self.deliverable, plan=plan.model_copy(update=update))


def _context(deliverable: Deliverable, workload: Workload, targets: Targets, rules: RuleBook) -> Context:
    spec = targets.spec(workload.name) or WorkloadSpec(workload.name, Match(), workload.class_name)
    return Context(deliverable.inventory, rules, workload, spec, AS_OF)


@pytest.fixture(scope="module")
def shop_estate(shop_assessment: api.Assessment, shop_targets: Targets, rules: RuleBook, prices: PriceBook) -> Estate:
    return Estate(shop_assessment, shop_targets, rules, prices)


@pytest.mark.parametrize("name", WORKLOADS)
def test_each_choice_of_a_workload_is_exported_as_it_was_priced(shop_estate: Estate, name: str) -> None:
    for choice, proposals in shop_estate.choices(name).items():
        deliverable = shop_estate.with_choice(name, proposals)
        result = again(deliverable, shop_estate.book)
        assert differences(deliverable.plan, result) == (), choice
        assert result.unread == (), choice
        assert result.total == steady_total(deliverable.plan), choice


def test_the_sample_offers_every_mechanism(shop_estate: Estate) -> None:
    offered = {p.mechanism for name in WORKLOADS for found in shop_estate.choices(name).values() for p in found}
    assert offered >= MECHANISMS


@pytest.mark.parametrize(("name", "wanted"), [
    ("shop-web", {"fleet-small-cn-beijing", "gtm-ttl-300-cn-beijing", "gtm-ttl-600"}),
    ("payments", {"snap-2h-30d-copy-cn-beijing", "keep-copy-cn-beijing", "dts-cn-beijing", "rds-copy-cn-beijing"}),
    ("search", {"async-region-running-cn-beijing", "snap-12h-30d", "essd-running", "async-zone-running"}),
])  # fmt: skip
def test_sizes_times_retentions_and_a_second_recovery_region(shop_estate: Estate, name: str, wanted: set[str]) -> None:
    costing = shop_estate.costings[name]
    context = replace(
        costing.context, spec=replace(costing.context.spec, dr_regions=("cn-shanghai", "cn-beijing")), memo={}
    )
    wide = copy(shop_estate)
    wide.costings = {**shop_estate.costings, name: replace(costing, context=context)}
    found = {key.partition(":")[2]: proposals for key, proposals in wide.choices(name).items()}
    assert wanted <= found.keys()
    for choice in wanted:
        deliverable = wide.with_choice(name, found[choice])
        result = again(deliverable, wide.book)
        assert differences(deliverable.plan, result) == (), choice
        assert result.unread == (), choice
        assert result.total == steady_total(deliverable.plan), choice


def test_all_choices_of_all_workloads_together(shop_estate: Estate) -> None:
    """The last choice of each dimension at once: shared charges and quotas are counted once."""
    plan, shared, used, workloads = shop_estate.deliverable.plan, set[str](), 0.0, []
    for item in plan.workloads:
        costing = shop_estate.costings[item.name]
        chosen = [p for d in offer(costing.context).dimensions if d.name != "region" for p in d.choices[-1].proposals]
        actions = [action for proposal in chosen for action in proposal.actions]
        shared |= {action.shared_id for action in actions if action.shared_id}
        used += sum(file_backup_gib(costing, p) for p in chosen if p.mechanism == "file_backup")
        workloads.append(repriced(item, actions, added_lines(costing, chosen)))
    costing = shop_estate.costings["orders"]
    credit = quota_credit(costing, used, 100)
    charges = (*shared_lines(costing, shared), *((credit,) if credit else ()))
    whole = plan.model_copy(update={"workloads": tuple(workloads), "shared_costs": charges})
    deliverable = replace(shop_estate.deliverable, plan=whole)
    result = again(deliverable, shop_estate.book)
    assert differences(whole, result) == ()
    assert result.total == steady_total(whole)


# --- plans by hand ----------------------------------------------------------------------------------------------------


def by_hand(rules: RuleBook, book: PriceBook, actions: Sequence[tuple[str, tuple[Action, ...]]]) -> Deliverable:
    """A plan of these actions on the exporters' estate, priced as the planner prices."""
    names = ("shop", "erp", "files", "orders")
    made = deliverable_of(every_mechanism(names, ("d-data1", "d-data2", "d-data3")), estate())
    inventory, workloads = made.inventory, []
    for template, (name, own) in zip(made.plan.workloads, actions, strict=False):
        found = added_lines(_hand_costing(rules, book, inventory, name, own), [_proposal(item) for item in own])
        workloads.append(repriced(template.model_copy(update={"name": name}), own, found))
    costing = _hand_costing(rules, book, inventory, "shop", ())
    ids = [action.shared_id or "gtm-instance" for _, own in actions for action in own if action.mechanism == "gtm"]
    backups = [_proposal(item) for _, own in actions for item in own if item.mechanism == "file_backup"]
    whole = _hand_costing(rules, book, inventory, "files", tuple(action for _, own in actions for action in own))
    credit = quota_credit(costing, sum(file_backup_gib(whole, item) for item in backups), 100)
    shared = (*shared_lines(costing, ids), *((credit,) if credit else ()))
    plan = made.plan.model_copy(update={"workloads": tuple(workloads), "shared_costs": shared})
    return replace(made, plan=plan)


def _proposal(action: Action) -> Proposal:
    covered = action.resources if action.mechanism != "file_backup" else ("i-app1", *action.resources)
    return Proposal(action.id, Protection(action.mechanism, action.component, covered, action.params), (action,))


def _hand_costing(
    rules: RuleBook, book: PriceBook, inventory: Inventory, name: str, actions: tuple[Action, ...]
) -> Costing:
    members = tuple(item.id for item in inventory.of_kind("instance"))
    part = Component("c", "stateful_instance", "c", members if actions else ())
    workload = Workload(name, "declared", tuple(inventory.resources), (part,), "standard")
    spec = WorkloadSpec(name, Match(), "standard", daily_change=0.03)
    return Costing(book, "CNY", Context(inventory, rules, workload, spec, date(2026, 11, 22)))


def hand_actions() -> list[tuple[str, tuple[Action, ...]]]:
    """The exporters' awkward plan, with what the measures always say: whether a balancer is new."""
    made = every_mechanism(("shop", "erp", "files", "orders"), ("d-data1", "d-data2", "d-data3"))
    return [(item.name, tuple(map(_complete, item.actions))) for item in made]


def _complete(action: Action) -> Action:
    if action.mechanism != "alb_multi_zone":
        return action
    new = action.params["load_balancer_id"] != "alb-old"
    return action.model_copy(update={"params": {**action.params, "new_balancer": new}})


def test_hand_made_actions_of_every_mechanism(rules: RuleBook, prices: PriceBook) -> None:
    deliverable = by_hand(rules, prices, hand_actions())
    result = again(deliverable, prices)
    assert result.unread == ()
    assert {(d.sku, d.region) for d in differences(deliverable.plan, result)} == set()


def test_a_synchronisation_both_ways_is_two_links(rules: RuleBook, prices: PriceBook) -> None:
    actions = tuple(item for item in database_actions("orders") if item.mechanism == "dts")
    assert actions[0].params["architecture"] == "bidirectional"
    deliverable = by_hand(rules, prices, [("orders", actions)])
    (link,) = [item for item in again(deliverable, prices).items if item.sku.startswith("dts.sync.")]
    assert (link.quantity, link.basis) == (Decimal(1460), "terraform")
    assert differences(deliverable.plan, again(deliverable, prices)) == ()


# --- what a reconciliation must not overlook --------------------------------------------------------------------------


def test_a_resource_that_the_plan_did_not_price_shows(shop_assessment: api.Assessment, prices: PriceBook) -> None:
    files = documents(shop_assessment.deliverable)
    path = "terraform/cn-shanghai/main.tf.json"
    document = json.loads(files[path])
    document["resource"]["alicloud_ecs_disk"] = {"extra": {"category": "cloud_essd", "size": 100}}
    document["resource"]["alicloud_nat_gateway"] = {"way_out": {"vpc_id": "vpc-1"}}
    files[path] = json.dumps(document).encode()
    plan = shop_assessment.plan
    result = reprice(files, plan, shop_assessment.deliverable.inventory, prices)
    (difference,) = differences(plan, result)
    # 100 GiB × 730 h × 0.0021, a PL1 as no level is named
    assert (difference.sku, difference.repriced - difference.planned) == (
        "disk.cloud_essd.pl1.capacity",
        Decimal("153.30"),
    )
    assert result.unread == ("terraform/cn-shanghai: alicloud_nat_gateway.way_out",)


def test_a_line_that_nothing_builds_shows(shop_assessment: api.Assessment, prices: PriceBook) -> None:
    files = documents(shop_assessment.deliverable)
    path = "terraform/cn-shanghai/main.tf.json"
    document = json.loads(files[path])
    del document["resource"]["alicloud_alb_load_balancer"]
    files[path] = json.dumps(document).encode()
    plan = shop_assessment.plan
    found = differences(plan, reprice(files, plan, shop_assessment.deliverable.inventory, prices))
    assert {item.sku for item in found} == {"alb.instance.standard", "eip.config"}
    assert all(item.repriced < item.planned for item in found)


def test_another_price_shows(shop_assessment: api.Assessment, prices: PriceBook) -> None:
    dearer = {
        key: replace(row, amount=row.amount * 2) for key, row in prices.rows.items() if row.sku == "ecs.g7.xlarge"
    }
    other = replace(prices, rows={**prices.rows, **dearer})
    found = differences(shop_assessment.plan, again(shop_assessment.deliverable, other))
    assert [item.sku for item in found] == ["ecs.g7.xlarge"]


def test_what_has_no_price_has_none_on_both_sides(
    shop: ImportResult, shop_targets: Targets, rules: RuleBook, prices: PriceBook
) -> None:
    kept = {key: row for key, row in prices.rows.items() if row.sku != "hbr.ecs_file_essential.capacity"}
    poorer = replace(prices, rows=kept)
    settings = api.Settings(as_of=AS_OF, samples=200, admit_unpriced=True, with_frontier=False)
    made = api.plan_for(shop, shop_targets, rules, poorer, settings).deliverable
    result = again(made, poorer)
    assert {item.sku for item in result.unpriced} == {"hbr.ecs_file_essential.capacity"}
    assert differences(made.plan, result) == ()
    assert made.plan.portfolio.unpriced == len(result.unpriced)


def test_quantities_from_the_plan_are_marked(shop_assessment: api.Assessment, prices: PriceBook) -> None:
    result = again(shop_assessment.deliverable, prices)
    marked = {item.sku.split(".")[0] for item in result.items if item.basis == "plan line"}
    assert marked <= {"snapshot", "rds", "disk", "alb"}
    assert all(item.note for item in result.items if item.basis == "plan line")
