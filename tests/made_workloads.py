"""Made-up workloads, their options, and all their combinations by the joint simulation alone."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st

from advisor.estimation.context import Context
from advisor.estimation.costs import Costing, added_lines
from advisor.estimation.costs.costing import DAYS_PER_MONTH
from advisor.estimation.costs.shared import FILE_BACKUP_SKU
from advisor.estimation.loss import LossRates
from advisor.estimation.measures import Choice, Dimension
from advisor.estimation.options import Builder, Option, OptionSet
from advisor.estimation.outcome import RELEVANT, Outcome, evaluate
from advisor.estimation.sampling import Sampler
from advisor.estimation.stakes import BEYOND
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.evidence import RuleBook
from advisor.model.graph import Component
from advisor.model.inventory import Resource
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


ASKED: dict[Disruption, Target] = {
    "logical": Target(7 * HOUR, 8 * HOUR), "instance": Target(None, HOUR), "zone": Target(2 * HOUR, 3 * HOUR),
    "region": Target(13 * HOUR, 6 * HOUR),
}  # fmt: skip
PROTECTED = [Shape(400, "cloud_essd", True), Shape(20, "cloud_essd", True)]  # nothing is lost for good
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
