"""Options that several processes build are those that one builds, and so is what is wrong with wishes."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import pytest

from advisor import workers
from advisor.graph import build_graph
from advisor.model.evidence import RuleBook
from advisor.model.finding import InputError
from advisor.model.graph import Component, Graph, Workload
from advisor.model.inventory import ImportResult
from advisor.model.pricebook import PriceBook
from advisor.model.targets import Targets
from advisor.planning import option_sharing
from advisor.planning.candidates import candidates
from advisor.planning.request import PlanRequest
from tests.conftest import AS_OF

SAMPLES, FEW = 60, 4


@pytest.fixture
def request_(shop: ImportResult, shop_targets: Targets, rules: RuleBook, prices: PriceBook) -> PlanRequest:
    return PlanRequest(shop, shop_targets, rules, prices, AS_OF, "1", samples=SAMPLES)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The processes that were started, of three processors."""
    found: list[object] = []
    popen = subprocess.Popen

    def watched(*given: object, **options: object) -> object:
        found.append(given)
        return popen(*given, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(workers, "processors", lambda: 3)
    monkeypatch.setattr(option_sharing, "SHARED_FROM", 0)
    monkeypatch.setattr(option_sharing, "WORKER_COST", 0)
    monkeypatch.setattr(subprocess, "Popen", watched)
    return found


def small(request: PlanRequest) -> Graph:
    """The sample's workloads of few parts."""
    graph = build_graph(request.imported.inventory, request.targets)
    return replace(graph, workloads=tuple(item for item in graph.workloads if len(item.components) <= FEW))


def told(request: PlanRequest) -> list[object]:
    """All figures of all options, with those of samples that are drawn again."""
    return [
        (
            item.workload.name,
            [
                (option.id, option.monthly, option.changes, option.loss, option.shared, option.tier)
                for option in item.options.options
            ],
            [
                (name, outcome.worst_s, outcome.quantile(0.42), [one.makespan.tolist() for one in outcome.schedules])
                for option in item.options.options[:3]
                for name, outcome in option.outcomes.items()
            ],
            item.options.before.id, item.options.excluded, item.options.within, item.options.dominated, item.infeasible,
            item.builder.context.spec.name,
        )
        for item in candidates(request, small(request))
    ]  # fmt: skip


def test_three_processes_build_what_one_builds(request_: PlanRequest, started: list[object]) -> None:
    heard: list[str] = []
    shared = told(replace(request_, progress=heard.append))
    assert len(started) == 2
    assert any(text.endswith("in another process") for text in heard)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers, "processors", lambda: 1)
        alone = told(request_)
    assert len(started) == 2
    assert shared == alone


def test_what_draws_samples_again_is_forgotten_with_its_builder(request_: PlanRequest, started: list[object]) -> None:
    for item in candidates(request_, small(request_)):
        schedules = [one for outcome in item.before.outcomes.values() for one in outcome.schedules]
        assert all(one.sampler is item.builder.sampler for one in schedules)
    assert started


@pytest.mark.usefixtures("started")
def test_a_worker_that_dies_costs_nothing_but_time(request_: PlanRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(option_sharing, "_WORKER", "advisor.planning.no_such_module")
    died = told(request_)
    monkeypatch.setattr(workers, "processors", lambda: 1)
    assert died == told(request_)


def test_wishes_that_leave_nothing_are_all_told(request_: PlanRequest, started: list[object]) -> None:
    targets = request_.targets
    wishes = tuple(replace(spec, pin="no-such-option") for spec in targets.workloads)
    wrong = replace(request_, targets=replace(targets, workloads=wishes))
    with pytest.raises(InputError) as caught:
        told(wrong)
    assert len(started) == 2
    named = [item.name for item in small(request_).workloads if targets.spec(item.name) is not None]
    assert [name for name in named if any(f"'{name}'" in item.problem for item in caught.value.mistakes)] == named
    order = [next(n for n in named if f"'{n}'" in item.problem) for item in caught.value.mistakes]
    assert order == sorted(order)


def workload(name: str, components: int) -> Workload:
    parts = tuple(Component(f"c{n}", "stateful_instance", f"c{n}", (f"i-{n}",)) for n in range(components))
    return Workload(name, "tags", (), parts, "standard")


def test_shares_take_about_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "processors", lambda: 2)
    many = [workload(f"w{number:02d}", 1 + number % 9) for number in range(40)]
    first, second = option_sharing._shares(many)
    effort = [sum(len(item.components) ** 2 + 1 for item in share) for share in (first, second)]
    assert effort[0] == pytest.approx(effort[1] + option_sharing.WORKER_COST, abs=82)
    assert sorted(item.name for item in (*first, *second)) == [item.name for item in many]


def test_few_workloads_are_built_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "processors", lambda: 8)
    assert option_sharing._shares([]) == [()]
    few = [workload("a", 3), workload("b", 4)]
    assert option_sharing._shares(few) == [tuple(few)]
