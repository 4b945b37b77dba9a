"""No combination of choices that anybody could want is lost, however few are evaluated: full enumeration beside it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from advisor.estimation import combining, compose, weighed
from advisor.estimation.coarse import STEP
from advisor.estimation.context import Context
from advisor.estimation.costs import Costing, added_lines
from advisor.estimation.costs.costing import DAYS_PER_MONTH
from advisor.estimation.costs.mechanisms import file_backup_gib
from advisor.estimation.costs.shared import FILE_BACKUP_SKU
from advisor.estimation.loss import LossRates
from advisor.estimation.measures import Choice, Dimension, offer
from advisor.estimation.options import Builder, Option, OptionSet, missed_parts
from advisor.estimation.outcome import RELEVANT, Outcome, evaluate, with_needs
from advisor.estimation.queues import Queues
from advisor.estimation.sampling import Sampler
from advisor.estimation.stakes import BEYOND, Dependent, Stakes, longest_tail_s
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.evidence import RuleBook
from advisor.model.graph import Component
from advisor.model.inventory import Resource
from advisor.model.plan import OTHER_COMBINATIONS
from advisor.model.pricebook import MissingPrice
from advisor.model.recovery import Proposal
from advisor.model.targets import Target
from advisor.model.units import HOUR
from advisor.pricing import load_prices
from advisor.rules import load_rules
from tests import estate

RULES, PRICES = load_rules(), load_prices()
RATES = LossRates(Decimal(100), Decimal(200), {"logical": 1.0, "instance": 0.5, "zone": 0.1, "region": 0.01}, 720.0)
TOLERANCE = 1e-6
FREE_GIB = RULES.fact("file_backup.essential.free_quota").spread().likely
FILE_PRICE = PRICES.find(FILE_BACKUP_SKU, "all", "CNY")
assert not isinstance(FILE_PRICE, MissingPrice)
GIB_MONTH = float(FILE_PRICE.deciding * DAYS_PER_MONTH)
SLOW = settings(max_examples=12, deadline=None)


@dataclass(frozen=True)
class Shape:
    """A server of a made-up workload: its data disk, and whether a policy takes snapshots of it already."""

    gib: int
    category: str
    policy: bool
    local: bool = False


SHAPES = st.builds(
    Shape,
    st.sampled_from([20, 100, 400]),
    st.sampled_from(["cloud_essd", "cloud_ssd", "cloud_auto"]),
    st.booleans(),
    st.booleans(),
)


def server(number: int, shape: Shape, needs: tuple[str, ...]) -> tuple[list[Resource], Component]:
    name = f"i-{number}"
    disks = [
        estate.disk(f"d-{number}-sys", 40, owner=name, system=True),
        estate.disk(f"d-{number}", shape.gib, owner=name, category=shape.category,
                    snapshot_policy_ids=("sp-1",) if shape.policy else (), auto_snapshot_enabled=True),
    ]  # fmt: skip
    if shape.local:
        disks.append(estate.disk(f"d-{number}-local", 50, owner=name, category="local_ssd_pro"))
    instance = estate.resource(name, "instance", instance_type="ecs.g7.large", vpc_id="vpc-1", cpu=2)
    ids = tuple(disk.id for disk in disks)
    component = Component(f"stateful_instance:{name}", "stateful_instance", f"app-{number}", (name,), ids, needs=needs)
    return [instance, *disks], component


def workload(
    shapes: Sequence[Shape], chained: bool, with_group: bool, rules: RuleBook = RULES, *, forked: bool = False
) -> Context:
    """Servers (each needs the one before, where ``chained``; all need the first, where ``forked``), and a stateless
    group behind a balancer."""
    resources = [
        estate.resource("vsw-2", "vswitch", "cn-shanghai-l", estate.AWAY, vpc_id="vpc-2"),
        estate.resource("sp-1", "snapshot_policy", None, status="Normal", time_points=(2,), retention_days=14,
                        repeat_weekdays=(1, 2, 3, 4, 5, 6, 7)),
    ]  # fmt: skip
    components: list[Component] = []
    for number, shape in enumerate(shapes):
        needs = (components[0 if forked else -1].id,) if (chained or forked) and components else ()
        found, component = server(number, shape, needs)
        resources += found
        components.append(component)
    if with_group:
        members = [estate.resource(f"w-{n}", "instance", instance_type="ecs.g7.large", vpc_id="vpc-1") for n in (1, 2)]
        balancer = estate.resource("lb-1", "load_balancer", lb_type="clb", address_type="internet", address="1.2.3.4")
        resources += [*members, balancer]
        group = Component("server_group:g", "server_group", "web", ("w-1", "w-2"), (), ("lb-1",), 1, True)
        components += [group, Component("entry:lb-1", "entry", "lb", ("lb-1",), entry_ids=("lb-1",))]
    context = estate.context(rules, resources, components)
    return replace(context, memo={})


def few(dimensions: Sequence[Dimension], kept: set[str]) -> tuple[Dimension, ...]:
    """The dimensions with those choices alone, so that all combinations can be looked at."""
    return tuple(
        Dimension(item.name, tuple(c for c in item.choices if c.id == "keep" or c.id in kept)) for item in dimensions
    )


def compatible(choices: Iterable[Choice]) -> bool:
    """Whether the choices can stand together: a disk is in one replication pair at most, and a regional ESSD in none;
    one recovery region is prepared."""
    items = [(choice, item) for choice in choices for item in choice.proposals]
    pairs = ("async_replication_zone", "async_replication_region", "regional_essd")
    disks = [disk for _, item in items if item.mechanism in pairs for disk in item.protection.resources]
    regions = {choice.recovery for choice, _ in items} - {None}
    return len(disks) == len(set(disks)) and len(regions) <= 1


def combinations(context: Context, dimensions: Sequence[Dimension]) -> Iterator[tuple[Proposal, ...]]:
    """The proposals of every combination: each component takes any choice of each dimension; entries do alike."""
    groups = [(c.id,) for c in context.components() if c.kind != "entry"]
    entries = tuple(c.id for c in context.components() if c.kind == "entry")
    axes = []
    for group in [*groups, *([entries] if entries else [])]:
        for dimension in dimensions:
            own = [tuple(p for p in c.proposals if p.protection.component in group) for c in dimension.choices]
            axes.append([(), *(item for item in own if item)])
    for combo in itertools.product(*axes):
        if compatible(Choice("", item) for item in combo):
            yield tuple(p for item in combo for p in item)


Figures = tuple[float, ...]


class Everything:
    """Cost, changes, loss, RPOs and RTOs of every combination, by the joint simulation alone."""

    def __init__(self, builder: Builder, dimensions: Sequence[Dimension]) -> None:
        self.builder = builder
        self.cache: dict[tuple[Disruption, tuple[int, ...]], Outcome] = {}
        self.costs: dict[int, float] = {}
        self.figures = [self.of(combo) for combo in combinations(builder.context, dimensions)]

    def of(self, proposals: Sequence[Proposal]) -> Figures:
        outcomes = {d: self.outcome(d, proposals) for d in DISRUPTIONS}
        changes = sum(item.touches for item in proposals)
        cost = sum(self.cost(item, proposals) for item in proposals)
        return (round(cost, 2), changes, float(self.builder.loss_of(outcomes)), *figures_of(outcomes))

    def outcome(self, disruption: Disruption, proposals: Sequence[Proposal]) -> Outcome:
        protections = [item.protection for item in proposals if item.mechanism in RELEVANT[disruption]]
        key = (disruption, tuple(map(id, protections)))
        if key not in self.cache:
            self.cache[key] = evaluate(self.builder.context, disruption, protections, self.builder.sampler)
        return self.cache[key]

    def cost(self, proposal: Proposal, proposals: Sequence[Proposal]) -> float:
        """The proposal's own lines beside the others it is made with (a copy stands in for a policy's copying)."""
        mine = proposal.actions[0].id
        lines = [line for line in added_lines(self.builder.costing, proposals) if line.action_id == mine]
        return float(sum(((line.monthly or Decimal(0)) for line in lines if line.state == "steady"), Decimal(0)))


def figures_of(outcomes: object) -> Figures:
    assert isinstance(outcomes, dict)
    return tuple(x for d in DISRUPTIONS for x in (outcomes[d].worst_s, outcomes[d].quantile(0.95)))


def made_by(
    context: Context, dimensions: Sequence[Dimension], targets: Mapping[Disruption, Target] | None = None
) -> tuple[Builder, OptionSet]:
    costing = Costing(PRICES, "CNY", context)
    made = Builder(context, costing, Sampler(1, 60), RATES, targets or {}, "p95", True)
    return made, made.build(dimensions)


def assert_nothing_is_lost(context: Context, kept: set[str]) -> OptionSet:
    dimensions = few(offer(context).dimensions, kept)
    builder, found = made_by(context, dimensions)
    have = [(float(o.monthly), o.changes, float(o.loss), *figures_of(dict(o.outcomes))) for o in found.options]
    everything = Everything(builder, dimensions).figures
    assert found.combinations == len(everything)
    for wanted in everything:
        assert any(all(a <= b + TOLERANCE for a, b in zip(mine, wanted, strict=True)) for mine in have), wanted
    assert set(have) <= {tuple(item) for item in everything}
    return found


@SLOW
@given(shapes=st.lists(SHAPES, min_size=2, max_size=2), chained=st.booleans())
def test_two_servers(shapes: list[Shape], chained: bool) -> None:
    kept = {"snap-24h-7d", "snap-6h-7d-copy", "keep-copy", "async-zone-stopped", "async-zone-running", "essd-stopped"}
    found = assert_nothing_is_lost(workload(shapes, chained, False), kept)
    assert found.complete
    assert found.considered == found.combinations


@SLOW
@given(shapes=st.lists(SHAPES, min_size=3, max_size=3), chained=st.booleans())
def test_three_servers(shapes: list[Shape], chained: bool) -> None:
    assert assert_nothing_is_lost(workload(shapes, chained, False), {"snap-12h-7d", "async-region-running"}).complete


@SLOW
@given(shape=SHAPES)
def test_a_server_and_a_group_behind_a_balancer(shape: Shape) -> None:
    kept = {"snap-12h-7d", "snap-1h-7d-copy", "multi-zone", "fleet-pilot", "fleet-warm", "gtm", "async-region-stopped"}
    found = assert_nothing_is_lost(workload([shape], False, True), kept)
    assert found.complete


@SLOW
@given(shapes=st.lists(SHAPES, min_size=2, max_size=2))
def test_where_restores_wait_for_one_another(shapes: list[Shape]) -> None:
    """One restore at a time: a faster task may delay others, so only equal tasks are compared."""
    facts = dict(RULES.facts)
    facts["restore.parallel_disks"] = replace(facts["restore.parallel_disks"], value=1)
    crowded = replace(RULES, facts=facts)
    assert_nothing_is_lost(workload(shapes, False, False, crowded), {"snap-6h-7d-copy", "snap-6h-7d", "essd-running"})


# --- many combinations: compared by what they decide ------------------------------------------------------------------

ASKED: dict[Disruption, Target] = {
    "logical": Target(7 * HOUR, 8 * HOUR), "instance": Target(None, HOUR), "zone": Target(2 * HOUR, 3 * HOUR),
    "region": Target(13 * HOUR, 6 * HOUR),
}  # fmt: skip
PROTECTED = [Shape(400, "cloud_essd", True), Shape(20, "cloud_essd", True)]  # nothing is lost for good
KEPT = st.builds(Shape, st.sampled_from([20, 100, 400]), st.just("cloud_essd"), st.just(True))
BOUNDS = st.sampled_from([None, 0.25 * HOUR, HOUR, 2 * HOUR, 3 * HOUR, 5 * HOUR, 14 * HOUR])
ASKS = st.fixed_dictionaries({name: st.builds(Target, BOUNDS, BOUNDS) for name in DISRUPTIONS})


def exceeded(value: float, asked: float | None) -> int:
    return 0 if asked is None else sum(value > asked * factor for factor in BEYOND) + math.isinf(value)


def as_good(mine: Option, theirs: Mapping[Disruption, Outcome], asked: Mapping[Disruption, Target]) -> bool:
    """Whether an option does as well by every target, and by every multiple that tells how far it is missed."""
    return all(
        exceeded(mine.outcomes[name].worst_s, target.rpo_s) <= exceeded(theirs[name].worst_s, target.rpo_s)
        and exceeded(mine.outcomes[name].quantile(0.95), target.rto_s)
        <= exceeded(theirs[name].quantile(0.95), target.rto_s)
        for name, target in asked.items()
    )


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


# --- the best plan of two workloads that share charges and a free quota ----------------------------------------------


@dataclass(frozen=True)
class Bid:
    """One combination of a workload as a portfolio sees it; ``figures`` are RPO and RTO by disruption."""

    cost: float
    changes: int
    loss: float
    figures: Figures
    shared: frozenset[str]
    quota: float


class Bids:
    """A workload's options as they are kept, and all its combinations by the joint simulation alone."""

    def __init__(self, context: Context, kept: set[str]) -> None:
        dimensions = few(offer(context).dimensions, kept)
        builder, found = made_by(context, dimensions)
        self.complete = found.complete
        self.kept = [
            Bid(float(o.monthly), o.changes, float(o.loss), figures_of(dict(o.outcomes)), o.shared,
                sum(o.quota.values())) for o in found.options
        ]  # fmt: skip
        every = Everything(builder, dimensions)
        self.raw = [
            Bid(cost, int(changes), loss, tuple(figures), _shared(combo), _quota(builder.costing, combo))
            for combo, (cost, changes, loss, *figures) in zip(
                combinations(context, dimensions), every.figures, strict=True
            )
        ]


def _shared(proposals: Sequence[Proposal]) -> frozenset[str]:
    return frozenset(action.shared_id for item in proposals for action in item.actions if action.shared_id)


def _quota(costing: Costing, proposals: Sequence[Proposal]) -> float:
    return sum(file_backup_gib(costing, item) for item in proposals if item.mechanism == "file_backup")


def best(one: Sequence[Bid], other: Sequence[Bid], asked: Figures, charge: float, weight: float) -> tuple[float, float]:
    """Fewest missed figures, then least cost and weighted loss, over all pairs: brute force in columns. ``charge`` is
    paid once for each shared id, file backup's quota is free once."""
    missed = [
        np.array([sum(a > b for a, b in zip(bid.figures, asked, strict=True)) for bid in s]) for s in (one, other)
    ]
    cost = [np.array([bid.cost + weight * bid.loss for bid in side]) for side in (one, other)]
    used = [np.array([bid.quota for bid in side]) for side in (one, other)]
    names = sorted({name for bid in (*one, *other) for name in bid.shared})
    total = cost[0][:, None] + cost[1][None, :]
    total -= np.minimum(used[0][:, None] + used[1][None, :], FREE_GIB) * GIB_MONTH
    for name in names:
        needs = [np.array([name in bid.shared for bid in side]) for side in (one, other)]
        total += charge * (needs[0][:, None] | needs[1][None, :])
    misses = missed[0][:, None] + missed[1][None, :]
    least = misses.min()
    return float(least), float(total[misses == least].min())


@settings(max_examples=4, deadline=None)
@given(
    first=SHAPES, second=SHAPES, third=SHAPES,
    asked=st.lists(st.sampled_from([0.0, 900.0, 6 * 3600.0, 30 * 3600.0, 1e9]), min_size=8, max_size=8),
    charge=st.sampled_from([0.0, 50.0, 5000.0]), weight=st.sampled_from([0.0, 1 / 12, 1.0]),
)  # fmt: skip
def test_the_best_plan_of_two_workloads_is_among_their_options(
    first: Shape, second: Shape, third: Shape, asked: list[float], charge: float, weight: float
) -> None:
    kept = {
        "snap-6h-7d-copy", "snap-6h-7d-copy-cn-beijing", "files", "fleet-warm", "fleet-warm-cn-beijing",
        "gtm", "gtm-ttl-600", "gtm-cn-beijing",
    }  # fmt: skip
    group = Bids(two_regions(workload([first], False, True)), kept)
    servers = Bids(workload([second, third], False, False), {"snap-6h-7d", "files", "essd-stopped"})
    assert group.complete
    assert servers.complete
    assert any(bid.shared for bid in group.raw)
    assert any(bid.quota for bid in servers.raw)
    pairs = [(group, servers), (group, group), (servers, servers)]
    for one, other in pairs:
        ours = best(one.kept, other.kept, tuple(asked), charge, weight)
        truth = best(one.raw, other.raw, tuple(asked), charge, weight)
        assert ours[0] == truth[0]
        assert ours[1] <= truth[1] + 0.01


def two_regions(context: Context) -> Context:
    return replace(context, spec=replace(context.spec, dr_regions=(estate.AWAY, "cn-beijing")), memo={})
