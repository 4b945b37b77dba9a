"""What options of a workload are built with, and the building itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from advisor.estimation.context import Context
from advisor.estimation.costs import Costing
from advisor.estimation.loss import LossRates, rates_of
from advisor.estimation.measures import offer
from advisor.estimation.options import Builder, OptionSet
from advisor.estimation.sampling import Sampler
from advisor.estimation.stakes import Dependent, longest_tail_s
from advisor.model.disruption import Disruption
from advisor.model.graph import Workload
from advisor.model.plan import Infeasible
from advisor.model.targets import Match, Target, WorkloadClass, WorkloadSpec
from advisor.model.units import cents
from advisor.planning.request import PlanRequest


@dataclass(frozen=True)
class Built:
    """The options of a workload, the protections that it cannot have, and the sampler that the options draw from."""

    options: OptionSet
    infeasible: tuple[Infeasible, ...]
    sampler: Sampler


def build(request: PlanRequest, workload: Workload, waiting: Sequence[Workload]) -> Built:
    """The options of a workload for which others are ``waiting``. Raises ``InputError`` where its wishes leave none."""
    builder = builder_of(request, workload, waiting, Sampler(request.seed, request.samples))
    offered = offer(builder.context)
    return Built(builder.build(offered.dimensions).lean(), offered.infeasible, builder.sampler)


def builder_of(request: PlanRequest, workload: Workload, waiting: Sequence[Workload], sampler: Sampler) -> Builder:
    """What options of the workload are, or were, built with."""
    spec = spec_of(request, workload)
    context = Context(request.imported.inventory, request.rules, workload, spec, request.as_of)
    wanted, rates = _asked(request, context, spec)
    return Builder(
        context,
        Costing(request.prices, request.currency, context),
        sampler,
        rates,
        wanted,
        request.targets.risk_level,
        request.admit_unpriced,
        bool(workload.needs_hard or waiting),
        _dependents(request, context, waiting),
    )


def spec_of(request: PlanRequest, workload: Workload) -> WorkloadSpec:
    """The declared wishes, or none for a workload that was found."""
    declared = request.targets.spec(workload.name)
    return declared or WorkloadSpec(workload.name, Match(), workload.class_name)


def _in_currency(request: PlanRequest, context: Context, item: WorkloadClass) -> WorkloadClass:
    """The class with hourly costs in the plan's currency. The shipped ones are in CNY; in a USD plan they are
    expressed at a
    stated, dated rate, while costs that the targets file gives are taken as they are."""
    if request.currency == "CNY" or request.rules.classes.get(item.name) != item:
        return item
    rate = Decimal(repr(context.number("fx.cny_per_usd")))
    return replace(
        item, downtime_per_hour=cents(item.downtime_per_hour / rate), loss_per_hour=cents(item.loss_per_hour / rate)
    )


def _dependents(request: PlanRequest, context: Context, waiting: Sequence[Workload]) -> tuple[Dependent, ...]:
    """What those ask for that wait for the workload of this context. Before one of them is back, as many tails may
    have followed one another as workloads lie between them, and its own; one more is the end of this one."""
    needs = all_needs({item.name: item.needs_hard for item in waiting})
    tail = longest_tail_s(context)
    found = []
    for other in waiting:
        targets, rates = _asked(request, context, spec_of(request, other))
        found.append(Dependent(targets, rates, (2 + len(needs[other.name])) * tail))
    return tuple(found)


def _asked(request: PlanRequest, context: Context, spec: WorkloadSpec) -> tuple[Mapping[Disruption, Target], LossRates]:
    """Targets and rates of loss of a workload."""
    workload_class = _in_currency(request, context, request.targets.classes[spec.class_name])
    return request.targets.all_targets(spec), rates_of(spec, workload_class, context.number("loss.without_copy"))


def waiting_for(workloads: Sequence[Workload]) -> dict[str, tuple[Workload, ...]]:
    """For each workload those that cannot run without it, directly or through others, by name."""
    by_name = {item.name: item for item in workloads}
    found: dict[str, list[Workload]] = {name: [] for name in by_name}
    for name, needs in sorted(all_needs({item.name: item.needs_hard for item in workloads}).items()):
        for need in needs:
            found[need].append(by_name[name])
    return {name: tuple(others) for name, others in found.items()}


def all_needs(direct: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """For each workload all that it needs hard, directly or through others, from what it needs directly; a workload in
    a cycle does not wait for itself."""
    reached: dict[str, tuple[str, ...]] = {}
    for name in direct:
        seen: set[str] = set()
        ahead = list(direct[name])
        while ahead:
            need = ahead.pop()
            if need in direct and need not in seen:
                seen.add(need)
                ahead += direct[need]
        reached[name] = tuple(sorted(seen - {name}))
    return reached
