"""Where there are very many combinations nothing is lost beyond what is stated, however much is let pass."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from advisor.estimation import combining, compose, weighed
from advisor.estimation.coarse import STEP
from advisor.estimation.context import Context
from advisor.estimation.measures import offer
from advisor.estimation.options import Option, missed_parts
from advisor.estimation.outcome import Outcome, with_needs
from advisor.estimation.queues import Queues
from advisor.estimation.stakes import Dependent, Stakes, longest_tail_s
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.evidence import RuleBook
from advisor.model.plan import OTHER_COMBINATIONS
from advisor.model.targets import Target
from advisor.model.units import HOUR
from tests.made_workloads import (
    ASKED,
    ASKS,
    PROTECTED,
    RATES,
    RULES,
    SHAPES,
    TOLERANCE,
    Everything,
    Shape,
    as_good,
    combinations,
    compatible,
    few,
    figures_of,
    made_by,
    workload,
)

KEPT = st.builds(Shape, st.sampled_from([20, 100, 400]), st.just("cloud_essd"), st.just(True))


@settings(max_examples=20, deadline=None)
@given(
    shapes=st.lists(SHAPES, min_size=2, max_size=3), chained=st.booleans(), with_group=st.booleans(),
    share=st.sampled_from([0.0, 0.001, 1e9]), asked=ASKS,
)  # fmt: skip
@example(PROTECTED, True, False, 1e9, ASKED)
@example(PROTECTED, False, False, 1e9, ASKED)
@example(PROTECTED, False, False, 0.0, {})
@example(PROTECTED, True, False, 0.0, {"zone": Target(None, HOUR)})
@example(PROTECTED, False, False, 1e9, {"logical": Target(13.5 * HOUR, None), "zone": Target(None, 1.2 * HOUR)})
@example(PROTECTED, True, True, 1e9, {"zone": Target(None, 0.7 * HOUR), "region": Target(None, 2 * HOUR)})
def test_by_what_decides_nothing_is_lost_beyond_what_is_stated(
    shapes: list[Shape], chained: bool, with_group: bool, share: float, asked: dict[Disruption, Target]
) -> None:
    context = workload(shapes, chained, with_group)
    kept = {"snap-12h-7d", "snap-1h-7d", "async-zone-stopped", "essd-running", "essd-stopped", "gtm",
            "async-region-stopped", "fleet-warm", "multi-zone"}  # fmt: skip
    if len(shapes) > 2 or with_group:
        kept -= {"snap-1h-7d", "async-zone-stopped", "multi-zone", "essd-stopped"}
    dimensions = few(offer(context).dimensions, kept)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compose, "SMALL", 0)
        patch.setattr(compose, "SEVERAL", 0)
        patch.setattr(compose, "EXACT_PRODUCT", 0)
        patch.setattr(weighed, "SHARE", share)
        builder, found = made_by(context, dimensions, targets=asked)
    assert found.complete
    assert found.within is not None
    every = Everything(builder, ())
    for combo in combinations(context, dimensions):
        cost, changes, loss, *_ = every.of(combo)
        outcomes = {name: every.outcome(name, combo) for name in DISRUPTIONS}
        assert any(
            float(o.monthly) <= cost + TOLERANCE
            and o.changes <= changes
            and float(o.loss) <= loss + float(found.within) + 0.02
            and as_good(o, outcomes, asked)
            for o in found.options
        )


@pytest.mark.parametrize(("chained", "forked"), [(True, False), (False, True), (False, False)])
def test_the_cheapest_way_to_every_bound_is_kept(monkeypatch: pytest.MonkeyPatch, chained: bool, forked: bool) -> None:
    """However much loss is let pass, and whoever waits for whom."""
    for name in ("SMALL", "SEVERAL", "EXACT_PRODUCT"):
        monkeypatch.setattr(compose, name, 0)
    monkeypatch.setattr(weighed, "SHARE", 1e9)
    context = workload([Shape(20, "cloud_essd", True)] * 3, chained, False, forked=forked)
    dimensions = few(offer(context).dimensions, {"essd-running", "snap-12h-7d", "async-zone-stopped"})
    every = Everything(made_by(context, ())[0], ())
    raw = [(every.of(combo)[0], every.outcome("zone", combo).quantile(0.95))
           for combo in combinations(context, dimensions)]  # fmt: skip
    bounds = sorted({time for _, time in raw if time < math.inf})
    assert len(bounds) > 10
    for bound in bounds:
        options = made_by(context, dimensions, targets={"zone": Target(None, bound)})[1].options
        within = [float(option.monthly) for option in options if option.outcomes["zone"].quantile(0.95) <= bound]
        assert min(within) == pytest.approx(min(cost for cost, time in raw if time <= bound), abs=TOLERANCE)


def test_what_many_combinations_let_pass_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    context = workload([Shape(100, "cloud_essd", False)] * 3, False, False)
    dimensions = few(offer(context).dimensions, {"snap-24h-7d", "snap-6h-7d", "async-zone-stopped", "essd-running"})
    whole = made_by(context, dimensions, targets=ASKED)[1]
    assert whole.within is None
    monkeypatch.setattr(compose, "SMALL", 0)
    monkeypatch.setattr(compose, "SEVERAL", 0)
    monkeypatch.setattr(compose, "EXACT_PRODUCT", 0)
    monkeypatch.setattr(weighed, "LIMIT", 12)
    short = made_by(context, dimensions, targets=ASKED)[1]
    assert len(short.options) <= 12 < len(whole.options)
    assert short.complete
    assert short.within is not None
    assert short.within > 0
    assert short.considered == short.combinations == whole.combinations
    assert {short.winner(option.id) for option in whole.options} <= {option.id for option in short.options}


@pytest.mark.parametrize("limit", [1, 5])
def test_where_restores_wait_and_too_many_are_left_it_is_said(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    facts = dict(RULES.facts)
    facts["restore.parallel_disks"] = replace(facts["restore.parallel_disks"], value=1)
    crowded = replace(RULES, facts=facts)
    context = workload([Shape(100, "cloud_essd", False)] * 3, False, False, crowded)
    dimensions = few(offer(context).dimensions, {"snap-24h-7d", "snap-6h-7d", "async-zone-stopped", "essd-running"})
    whole = made_by(context, dimensions)[1]
    monkeypatch.setattr(combining, "EXACT_LIMIT", limit)
    monkeypatch.setattr(weighed, "LIMIT", 0)
    monkeypatch.setattr(weighed, "MOST", 0)
    builder, short = made_by(context, dimensions)
    assert whole.complete
    assert not short.complete
    assert short.considered < short.combinations == whole.combinations
    assert any(f"{short.considered:,} of {short.combinations:,}" in reason for _, reason in short.excluded)
    have = [(float(o.monthly), o.changes, float(o.loss), *figures_of(dict(o.outcomes))) for o in short.options]
    everything = Everything(builder, ())
    for combo in itertools.product(*(dimension.choices for dimension in dimensions)):
        if compatible(combo):
            wanted = everything.of([p for choice in combo for p in choice.proposals])
            assert any(all(a <= b * STEP + TOLERANCE for a, b in zip(m, wanted, strict=True)) for m in have)


def one_slot() -> RuleBook:
    """Rules by which one disk is restored at a time."""
    facts = dict(RULES.facts)
    facts["restore.parallel_disks"] = replace(facts["restore.parallel_disks"], value=1)
    return replace(RULES, facts=facts)


CROWDED = st.builds(Shape, st.sampled_from([20, 100, 400]), st.sampled_from(["cloud_essd", "cloud_ssd"]), st.booleans())


@settings(max_examples=20, deadline=None)
@given(
    shapes=st.lists(CROWDED, min_size=2, max_size=3), chained=st.booleans(), share=st.sampled_from([0.0, 1e9]),
    slots=st.sampled_from([1, 2]), asked=ASKS,
)  # fmt: skip
@example(PROTECTED, False, 1e9, 1, {"zone": Target(None, 2.3 * HOUR)})
@example(PROTECTED, True, 0.0, 1, {})
def test_where_restores_wait_nothing_is_lost_either_or_it_is_said(
    shapes: list[Shape], chained: bool, share: float, slots: int, asked: dict[Disruption, Target]
) -> None:
    facts = dict(RULES.facts)
    facts["restore.parallel_disks"] = replace(facts["restore.parallel_disks"], value=slots)
    context = workload(shapes, chained, False, replace(RULES, facts=facts))
    kept = {"snap-12h-7d", "essd-running", "async-zone-stopped", *(("snap-1h-7d-copy",) if len(shapes) < 3 else ())}
    dimensions = few(offer(context).dimensions, kept)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SMALL", "SEVERAL", "EXACT_PRODUCT"):
            patch.setattr(compose, name, 0)
        patch.setattr(weighed, "SHARE", share)
        builder, found = made_by(context, dimensions, targets=asked)
    every = Everything(builder, ())
    event(f"all are compared: {found.complete}")
    if not found.complete:
        assert found.within is None
        return
    assert found.within is not None
    for combo in combinations(context, dimensions):
        cost, changes, loss, *_ = every.of(combo)
        outcomes = {name: every.outcome(name, combo) for name in DISRUPTIONS}
        assert any(
            float(o.monthly) <= cost + TOLERANCE
            and o.changes <= changes
            and float(o.loss) <= loss + float(found.within) + 0.02
            and meets_as_much(o, outcomes, asked)
            for o in found.options
        )


def test_where_waiting_for_a_slot_decides_over_a_target_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """One restore at a time: both servers are back from snapshots in 3 h 6 min, and would be in 2 h 53 min."""
    for name in ("SMALL", "SEVERAL", "EXACT_PRODUCT"):
        monkeypatch.setattr(compose, name, 0)
    context = workload(PROTECTED, False, False, one_slot())
    dimensions = few(offer(context).dimensions, {"snap-12h-7d", "essd-running"})
    found = {hours: made_by(context, dimensions, {"logical": Target(None, hours * HOUR)})[1] for hours in (2, 3, 4)}
    assert [found[hours].complete for hours in (2, 3, 4)] == [True, False, True]
    (reason,) = (text for name, text in found[3].excluded if name == OTHER_COMBINATIONS)
    assert reason.startswith("all 16 combinations were compared as if nothing waited for a slot; as waiting decides")
    assert all(option.outcomes["logical"].quantile(0.95) > 3 * HOUR for option in found[3].options)


def test_waiting_for_a_slot_counts_at_the_moments_that_decide_for_others() -> None:
    context = workload(PROTECTED, False, False, one_slot())
    builder, found = made_by(context, few(offer(context).dimensions, {"snap-12h-7d"}))
    option = next(item for item in found.options if 3 * HOUR < item.outcomes["logical"].quantile(0.95) < math.inf)

    def decides(target: float | None, *theirs: float) -> bool:
        dependents = tuple(Dependent({"logical": Target(None, bound)}, RATES, HOUR) for bound in theirs)
        stakes = Stakes(RATES, {"logical": Target(None, target)}, 0.95, True, dependents)
        return Queues(context, builder.sampler, stakes, "p95").decide(option)

    slowest = float(option.outcomes["logical"].schedules[0].makespan.max())
    assert not decides(None)
    assert decides(None, 3 * HOUR)  # from 2 to 3 h, where waiting makes a difference
    assert not decides(None, 8 * HOUR)
    assert not decides(slowest)
    assert decides(slowest - 1)  # in a sample only: it may wait for others there


def meets_as_much(mine: Option, theirs: Mapping[Disruption, Outcome], asked: Mapping[Disruption, Target]) -> bool:
    return all(
        set(missed_parts(mine.outcomes[name], target, "p95")) <= set(missed_parts(theirs[name], target, "p95"))
        for name, target in asked.items()
    )


Figured = list[tuple[Mapping[Disruption, Outcome], float]]  # outcomes and cost


@settings(max_examples=8, deadline=None)
@given(
    first=st.lists(KEPT, min_size=2, max_size=2), second=st.lists(KEPT, min_size=2, max_size=2),
    slack=st.sampled_from([1.001, 1.3, 2.0]), name=st.sampled_from(["zone", "region", "logical"]),
    crowded=st.booleans(),
)  # fmt: skip
@example(PROTECTED, PROTECTED, 1.001, "zone", False)
@example(PROTECTED, PROTECTED, 1.001, "logical", True)
def test_a_workload_that_others_wait_for_keeps_what_their_targets_need(
    first: list[Shape], second: list[Shape], slack: float, name: Disruption, crowded: bool
) -> None:
    kept = {"snap-1h-7d", "essd-running", "essd-stopped", "async-region-running"}
    needed, waiting = workload(first, False, False, one_slot() if crowded else RULES), workload(second, False, False)
    raw = [both(need, mine, name) for need, mine in itertools.product(all_of(needed, kept), all_of(waiting, kept))]
    bound = slack * min(joint.quantile(0.95) for joint, _ in raw)
    assert bound < math.inf
    tails = [outcomes[name].tail for outcomes, _ in all_of(waiting, kept)]
    assert max(float(tail.max()) for tail in tails if tail is not None) <= longest_tail_s(waiting)
    asked: dict[Disruption, Target] = {name: Target(None, bound)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compose, "SMALL", 0)
        patch.setattr(compose, "SEVERAL", 0)
        patch.setattr(compose, "EXACT_PRODUCT", 0)
        patch.setattr(weighed, "SHARE", 1e9)  # targets alone decide
        options = (
            kept_of(needed, kept, {}, (Dependent(asked, RATES, 2 * longest_tail_s(needed)),)),
            kept_of(waiting, kept, asked, ()),
        )
    found = [item for item in options if item is not None]
    event(f"all are compared: {len(found) == len(options)}")
    bids = [both(need, mine, name) for need, mine in itertools.product(*found)] if len(found) == len(options) else []
    for joint, cost in raw if bids else ():
        if joint.quantile(0.95) <= bound:
            best = min(other.quantile(0.95) for other, price in bids if price <= cost + TOLERANCE)
            assert best <= bound


def both(need: tuple[Mapping[Disruption, Outcome], float], mine: tuple[Mapping[Disruption, Outcome], float],
         name: Disruption) -> tuple[Outcome, float]:  # fmt: skip
    """What becomes of the one that waits, and what both cost."""
    return with_needs(mine[0][name], [need[0][name]]), need[1] + mine[1]


def all_of(context: Context, kept: set[str]) -> Figured:
    every = Everything(made_by(context, ())[0], ())
    combos = list(combinations(context, few(offer(context).dimensions, kept)))
    return [({d: every.outcome(d, combo) for d in DISRUPTIONS}, every.of(combo)[0]) for combo in combos]


def kept_of(
    context: Context,
    kept: set[str],
    targets: Mapping[Disruption, Target],
    dependents: tuple[Dependent, ...],
) -> Figured | None:
    """The options that stay; None where it is open whether these are all."""
    builder = replace(made_by(context, (), targets)[0], coupled=True, dependents=dependents)
    found = builder.build(few(offer(context).dimensions, kept))
    return None if not found.complete else [(dict(option.outcomes), float(option.monthly)) for option in found.options]
