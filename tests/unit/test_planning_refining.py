"""What is left out at first comes back where it makes the plan better, until nothing is left open."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from advisor.estimation import compose, refinement, weighed
from advisor.estimation.closer import Mask
from advisor.estimation.combining import Composition
from advisor.estimation.compose import Task
from advisor.estimation.refinement import Refinement
from advisor.graph import build_graph
from advisor.model.evidence import RuleBook
from advisor.model.inventory import ImportResult
from advisor.model.plan import LEFT_OUT
from advisor.model.pricebook import PriceBook
from advisor.model.targets import Objective, Targets
from advisor.model.units import Money
from advisor.planning import refining
from advisor.planning.candidates import Candidate, candidates
from advisor.planning.decision import Decision, decide
from advisor.planning.refining import left_open, refined
from advisor.planning.request import PlanRequest
from tests.conftest import AS_OF

TWO = ("dev", "search")  # of 10^9 and 10^8 combinations
Found = tuple[tuple[Candidate, ...], Decision]


@pytest.fixture
def request_(shop: ImportResult, shop_targets: Targets, rules: RuleBook, prices: PriceBook) -> PlanRequest:
    return PlanRequest(shop, shop_targets, rules, prices, AS_OF, "1", samples=60)


def with_slots(rules: RuleBook, slots: int) -> RuleBook:
    name = "restore.parallel_disks"
    return replace(rules, facts={**rules.facts, name: replace(rules.facts[name], value=slots)})


def planned(
    request: PlanRequest,
    objective: Objective,
    budget: int,
    *,
    everything: bool = False,
    crowded: str = "",
    gap: float = 0.0,
) -> tuple[Found, Found]:
    """The decision before and after what was left out was looked at again; ``everything``: nothing is left out;
    ``crowded``: the workload whose disks wait for one another when they are restored."""
    request = replace(request, objective=objective, budget=Money(Decimal(budget), "CNY"))
    graph = build_graph(request.imported.inventory, request.targets)
    graph = replace(graph, workloads=tuple(item for item in graph.workloads if item.name in TWO))
    with pytest.MonkeyPatch.context() as patch:
        if not everything:
            for name in ("SMALL", "SEVERAL", "EXACT_PRODUCT"):
                patch.setattr(compose, name, 0)
            patch.setattr(weighed, "LIMIT", 2)
            patch.setattr(weighed, "SHARE", 1e9)  # all passes that no target asks for
        found = candidates(request, graph)
        if crowded:
            waiting = candidates(replace(request, rules=with_slots(request.rules, 5)), graph)
            found = tuple(b if b.workload.name == crowded else a for a, b in zip(found, waiting, strict=True))
        decision = decide(request, found)
        if gap:
            decision = replace(decision, solution=replace(decision.solution, status="bounded", gap=gap))
        return (found, decision), refined(request, found, decision)


@pytest.mark.parametrize(("objective", "budget"), [("min-risk", 2000), ("min-risk", 4500), ("min-total", 4500)])
def test_however_little_was_kept_at_first_the_plan_is_the_same(
    request_: PlanRequest, objective: Objective, budget: int
) -> None:
    (found, rough), (closer, exact) = planned(request_, objective, budget)
    (every, truth), _ = planned(request_, objective, budget, everything=True)
    assert all(item.options.complete and item.options.within is None for item in every)
    assert left_open(found) > 0
    assert left_open(closer) == 0
    assert (exact.solution.status, exact.solution.gap) == ("optimal", 0)
    assert exact.solution.totals == truth.solution.totals
    if objective == "min-risk":  # something that was left out is in the plan
        known = {option.id for item in found for option in item.options.options}
        assert set(exact.solution.choices.values()) - known
        assert rough.solution.totals.loss > exact.solution.totals.loss
    assert [item.options.within for item in closer] == [item.options.within for item in found]
    notes = [reason for item in closer for name, reason in item.options.excluded if name == LEFT_OUT]
    assert any("none would make this plan better" in note for note in notes)


@pytest.mark.parametrize("objective", ["min-cost", "min-change"])
def test_where_the_loss_does_not_count_nothing_is_looked_at_again(request_: PlanRequest, objective: Objective) -> None:
    first, second = planned(request_, objective, 4500)
    assert second[0] is first[0]
    assert second[1] is first[1]


def test_of_many_workloads_what_is_left_out_is_stated_as_before(
    request_: PlanRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refining, "MANY", 1)
    first, second = planned(request_, "min-risk", 4500)
    assert second[0] is first[0]
    assert left_open(second[0]) > 0


@pytest.mark.parametrize(("name", "value"), [("MOST", 0), ("MOST_KNOWN", 0)])
def test_what_takes_too_long_stays_open_and_is_stated(
    request_: PlanRequest, monkeypatch: pytest.MonkeyPatch, name: str, value: int
) -> None:
    monkeypatch.setattr(refinement, name, value)
    first, second = planned(request_, "min-risk", 4500)
    assert left_open(second[0]) == left_open(first[0]) > 0
    assert second[1].solution == first[1].solution


def test_where_one_workload_takes_too_long_the_others_are_still_looked_at(
    request_: PlanRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    (found, _), _ = planned(request_, "min-risk", 4500)
    largest = max(found, key=lambda item: item.options.left_open).workload.name
    closer = Refinement._closer

    def stuck(self: Refinement, task: Task, mask: Mask) -> Composition | None:
        return None if self.builder.context.workload.name == largest else closer(self, task, mask)

    monkeypatch.setattr(Refinement, "_closer", stuck)
    first, second = planned(request_, "min-risk", 4500)
    before, after = ({item.workload.name: item.options.left_open for item in side[0]} for side in (first, second))
    assert before[largest] == after.pop(largest) > 0
    assert max(after.values()) == 0


def test_what_waiting_for_slots_may_cost_stays_open_when_another_workload_is_looked_at_again(
    request_: PlanRequest,
) -> None:
    (found, _), (closer, _) = planned(request_, "min-risk", 4500, crowded="search")
    before, after = ({item.workload.name: item.options.left_open for item in side} for side in (found, closer))
    assert before["dev"] > after["dev"] == 0
    assert before["search"] == after["search"] > 0


def test_a_plan_whose_own_gap_is_tiny_is_looked_at_again_too(request_: PlanRequest) -> None:
    _, (proven, exact) = planned(request_, "min-risk", 4500)
    (found, _), (closer, same) = planned(request_, "min-risk", 4500, gap=1e-8)
    assert left_open(found) > left_open(closer) == left_open(proven) == 0
    assert same.solution.totals == exact.solution.totals
