"""What an owner may ask for in the targets file, as the plan of the sample shop obeys it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from advisor import api
from advisor.graph import build_graph
from advisor.importers import read_targets
from advisor.model.evidence import RuleBook
from advisor.model.graph import Graph
from advisor.model.inventory import ImportResult
from advisor.model.plan import WorkloadPlan
from advisor.model.pricebook import PriceBook
from advisor.model.targets import Targets
from advisor.model.units import parse_money
from advisor.planning import PlanRequest, make_plan
from advisor.planning.candidates import Candidate, candidates
from advisor.planning.decision import Decision, decide
from tests.conftest import AS_OF, SHOP

LEFT_OUT = ("orders", "reporting")  # the two with most servers; nothing else needs them
Edit = Callable[..., Targets]


@pytest.fixture(scope="module")
def edited(rules: RuleBook, tmp_path_factory: pytest.TempPathFactory) -> Edit:
    """The sample's targets file with some text put in place of other text, read as any file."""

    def read(*changes: tuple[str, str]) -> Targets:
        text = (SHOP / "targets.yaml").read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        file: Path = tmp_path_factory.mktemp("targets") / "targets.yaml"
        file.write_text(text, encoding="utf-8")
        return read_targets(file, api.classes_of(rules), set(rules.regions))

    return read


@pytest.fixture(scope="module")
def part(shop: ImportResult, shop_targets: Targets) -> ImportResult:
    """The sample without its two largest workloads."""
    gone = {name for item in build_graph(shop.inventory, shop_targets).workloads if item.name in LEFT_OUT
            for name in item.resources}  # fmt: skip
    left = {name: item for name, item in shop.inventory.resources.items() if name not in gone}
    return replace(shop, inventory=replace(shop.inventory, resources=left))


@dataclass(frozen=True)
class Analysed:
    """The sample's smaller workloads with their options, made once for whatever is asked of them."""

    request: PlanRequest
    graph: Graph
    found: tuple[Candidate, ...]

    def decide(self, budget: str | None = None, targets: Targets | None = None) -> Decision:
        """The choice under another budget or other limits of the targets file."""
        money = parse_money(budget) if budget else None
        return decide(replace(self.request, targets=targets or self.request.targets, budget=money), self.found)


def request_for(part: ImportResult, targets: Targets, rules: RuleBook, prices: PriceBook) -> PlanRequest:
    return PlanRequest(part, targets, rules, prices, AS_OF, "1", samples=200, with_frontier=False)


def analyse(request: PlanRequest) -> Analysed:
    graph = build_graph(request.imported.inventory, request.targets)
    return Analysed(request, graph, candidates(request, graph))


@pytest.fixture(scope="module")
def analysed(part: ImportResult, shop_targets: Targets, rules: RuleBook, prices: PriceBook) -> Analysed:
    return analyse(request_for(part, shop_targets, rules, prices))


def test_wishes_of_workloads_are_obeyed(part: ImportResult, edited: Edit, rules: RuleBook, prices: PriceBook) -> None:
    targets = edited(
        ("match: {tags: {app: search}}", "match: {tags: {app: search}}\n    pin: snap-24h-7d"),
        ("match: {tags: {app: intranet}}", "match: {tags: {app: intranet}}\n    require: [file_backup]"),
        ("match: {tags: {app: payments}}", "match: {tags: {app: payments}}\n    forbid: [snapshot_copy]"),
        (
            "# half of the servers carry the peak\n    daily_change: 1%\n    dr_regions: [cn-shanghai]",
            "\n    daily_change: 1%\n    dr_regions: [cn-beijing]",
        ),
    )
    plan = make_plan(request_for(part, targets, rules, prices)).plan
    named: dict[str, WorkloadPlan] = {item.name: item for item in plan.workloads}
    assert not named.keys() & set(LEFT_OUT)
    assert plan.solver.status == "optimal"
    assert named["search"].option_id == "snap-24h-7d"
    assert "file_backup" in named["intranet"].mechanisms
    payments = named["payments"]
    assert "snapshot_copy" not in payments.mechanisms
    assert not any("snapshot_copy" in item.mechanisms for item in payments.rejected)
    elsewhere = {str(action.params["target_region"]) for action in named["shop-web"].actions
                 if action.params.get("target_region")}  # fmt: skip
    assert elsewhere == {"cn-beijing"}


def test_no_more_changes_than_allowed(analysed: Analysed, edited: Edit) -> None:
    targets = [edited(("risk_level: p95", f"risk_level: p95\nmax_changes: {limit}")) for limit in (0, 6, 12)]
    made = [analysed.decide("90000 CNY", item) for item in targets]
    assert all(item.solution.status == "optimal" for item in made)
    nothing, few, more = (item.solution.totals for item in made)
    assert (nothing.changes, nothing.cost) == (0, 0)
    assert 0 < few.changes <= 6
    assert 6 < more.changes <= 12
    # every change that is allowed goes where it misses fewer of the weighted targets
    assert more.miss_weight < few.miss_weight < nothing.miss_weight


def test_more_money_and_looser_targets_miss_no_more(
    analysed: Analysed, part: ImportResult, edited: Edit, rules: RuleBook, prices: PriceBook
) -> None:
    missed = [analysed.decide(f"{budget} CNY").solution.totals.miss_weight for budget in (0, 500, 3000, 90_000)]
    assert missed == sorted(missed, reverse=True)
    assert missed[0] > missed[-1]
    looser = edited(("zone: {rpo: 15 min, rto: 2 h} ", "zone: {rpo: 3 h, rto: 6 h} "))
    loosened = analyse(request_for(part, looser, rules, prices))
    for budget, strict in zip((0, 500, 3000, 90_000), missed, strict=True):
        assert loosened.decide(f"{budget} CNY").solution.totals.miss_weight <= strict


def test_a_strict_workload_on_a_lax_one_is_told_with_the_price_of_the_repair(shop_assessment: api.Assessment) -> None:
    found = [item for item in shop_assessment.plan.findings if item.id.startswith("PLAN-INVERSION")]
    assert "orders" in {item.workload for item in found} <= {"orders", "reporting"}
    assert all(item.fix for item in found)
