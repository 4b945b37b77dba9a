"""The whole estate in words and chart data: frontier, dependency map, marginal benefit, drills, solver."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from advisor.model.cost import total
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.graph import Graph
from advisor.model.plan import Estimate, FrontierPoint, Marginal, Plan, WorkloadPlan
from advisor.model.report import (
    DrillView,
    FrontierDot,
    FrontierView,
    MapBox,
    MapEdge,
    MapView,
    MarginalView,
    StandardView,
)
from advisor.model.units import format_amount
from advisor.reporting import costs, words, workloads
from advisor.reporting.sources import Sources


def frontier(plan: Plan) -> FrontierView | None:
    """The cost–risk frontier, None where the plan has fewer than two points of it."""
    if len(plan.frontier) < 2:
        return None
    figures = plan.portfolio
    own = FrontierPoint(
        monthly_added=figures.monthly_added,
        expected_annual_loss=figures.expected_annual_loss_after,
        targets_met=figures.targets_met,
    )
    budget = plan.budget.monthly
    return FrontierView(
        dots=tuple(
            _dot(point, plan.currency, plan.frontier_within)
            for point in sorted(plan.frontier, key=lambda item: item.monthly_added)
        ),
        chosen=_dot(own, plan.currency, plan.frontier_within),
        budget=None if budget is None else float(budget),
        budget_text="" if budget is None else words.money(budget, plan.currency),
        targets_total=figures.targets_total,
        note=_completeness(plan),
    )


def _completeness(plan: Plan) -> str:
    """How much of the frontier is known."""
    count, within = words.plural(len(plan.frontier), "breakpoint"), plan.frontier_within
    below = f"what was left out could lie up to {words.about(within, plan.currency)} a year lower" if within else ""
    if plan.frontier_complete:
        end = f" of the options compared; {below}" if below else ": no plan of any cost lies below the line"
        return f"All {count}{end}."
    proven = sum(_proven(point, within) for point in plan.frontier)
    whole = "each proven best for its cost" if proven == len(plan.frontier) else f"{proven} proven best for their cost"
    return f"{count}, {whole}; there may be more between them{f', and {below}' if below else ''}."


def _proven(point: FrontierPoint, within: Decimal) -> bool:
    """Whether no plan that costs as much loses less, but for what combinations that were left out could save."""
    least = point.loss_at_least
    return point.exact or (least is not None and point.expected_annual_loss - least <= within)


def _dot(point: FrontierPoint, currency: str, within: Decimal) -> FrontierDot:
    return FrontierDot(
        x=float(point.monthly_added),
        y=float(point.expected_annual_loss),
        cost=words.money(point.monthly_added, currency),
        loss=words.about(point.expected_annual_loss, currency),
        targets_met=point.targets_met,
        proven=_proven(point, within),
    )


def dependency_map(plan: Plan, graph: Graph | None) -> MapView:
    """Workloads in the waves in which they recover; those in no wave come last."""
    known = {item.name: item for item in plan.workloads}
    waves = {name: number for number, wave in enumerate(plan.waves, start=1) for name in wave if name in known}
    last = max(waves.values(), default=0)
    boxes = [
        MapBox(name, waves.get(name, last + 1), item.tier, workloads.workload_status(item))
        for name, item in known.items()
    ]
    pairs = [(item.name, name, True) for item in plan.workloads for name in item.needs_hard]
    pairs += [(item.name, name, False) for item in plan.workloads for name in item.needs_soft]
    edges = [MapEdge(*pair) for pair in dict.fromkeys(pairs) if pair[1] in known and pair[0] != pair[1]]
    cycles = tuple(words.listing(cycle, 6) for cycle in graph.cycles) if graph else ()
    boxes.sort(key=lambda box: (box.wave, box.name))
    return MapView(tuple(boxes), tuple(edges), max((box.wave for box in boxes), default=0), cycles)


def marginal(plan: Plan) -> tuple[MarginalView, ...]:
    """What a little less and a little more budget would do; steps without any effect are left out, and those that do
    the same are told once."""
    steps = [item for item in plan.marginal if item.targets_gained or item.expected_annual_loss_saved]
    alike: dict[tuple[object, ...], list[Marginal]] = {}
    for item in sorted(steps, key=lambda item: item.extra_monthly):
        effect = (item.extra_monthly > 0, item.targets_gained, item.expected_annual_loss_saved, item.detail)
        alike.setdefault((*effect, item.workloads), []).append(item)
    return tuple(_marginal(same, plan.currency) for same in alike.values())


def _marginal(same: Sequence[Marginal], currency: str) -> MarginalView:
    item = same[0]
    saved, gained = item.expected_annual_loss_saved, item.targets_gained
    names = words.listing(item.workloads)
    amounts = sorted(abs(step.extra_monthly) for step in same)
    span = words.money_range(amounts[0], amounts[-1])
    money = f"{span} {currency}" if span else words.money(amounts[0], currency)
    return MarginalView(
        extra=f"{money} {'less' if item.extra_monthly < 0 else 'more'}",
        gained=f"{words.plural(abs(gained), 'target')} {'fewer' if gained < 0 else 'more'}" if gained else words.NONE,
        loss=f"{words.about(abs(saved), currency)} {'less' if saved > 0 else 'more'}" if saved else words.NONE,
        detail=words.sentence(f"{names}: {item.detail}" if names else item.detail),
    )


def drills(plan: Plan) -> tuple[DrillView, ...]:
    """A drill for each workload and disruption with a target and a way back, most critical workloads first.

    The cost of a full drill of a workload stands beside its first one only."""
    views = []
    for workload in workloads.ordered(plan):
        cost = costs.total_text(total(costs.own_lines(workload.cost.drill), plan.currency))
        for name in DISRUPTIONS:
            estimate = workload.estimates.get(name)
            if estimate is not None and estimate.meets is not None and not (estimate.rto_unbounded or estimate.unknown):
                views.append(_drill(workload, name, estimate, cost))
                cost = ""
    return tuple(views)


def _drill(workload: WorkloadPlan, name: Disruption, estimate: Estimate, cost: str) -> DrillView:
    manual = sum(not task.automatic for task in estimate.tasks)
    steps = f"{words.plural(len(estimate.tasks), 'step')}, {manual} by hand" if estimate.tasks else words.NONE
    limits = [
        f"data loss ≤ {words.target(estimate.target_rpo_s)}" if estimate.target_rpo_s is not None else "",
        f"back within {words.target(estimate.target_rto_s)}" if estimate.target_rto_s is not None else "",
    ]
    return DrillView(
        workload=workload.name,
        disruption=words.DISRUPTION_TITLES[name],
        expected=words.interval(estimate.rto_p50_s, estimate.rto_p95_s, estimate.rto_unbounded, estimate.target_rto_s),
        passes=", ".join(limit for limit in limits if limit),
        tasks=steps,
        cost=cost,
    )


def standards(plan: Plan, sources: Sources) -> tuple[StandardView, ...]:
    """The levels of standards that workloads reach."""
    return tuple(
        StandardView(
            workload=workload.name,
            standard=item.standard,
            level=f"level {item.level}" if item.level is not None else "none reached",
            missing=f"for level {item.next_level}: {words.clean(item.missing)}" if item.next_level else "highest level",
            source=sources.other(f"Standard {item.standard}", item.source),
            verify=item.verify,
        )
        for workload in workloads.ordered(plan)
        for item in workload.standards
    )


def solver(plan: Plan) -> Iterable[str]:
    """How the choice was made, and how good it is proven to be."""
    found = plan.solver
    options, combinations = words.plural(found.options, "option"), words.clean(found.combinations)
    yield f'{options} in all were compared, {combinations} combinations, by the method "{words.clean(found.method)}".'
    if open_ := workloads.not_all_compared(plan):
        yield f"Not all combinations of {open_} were compared one by one; the pages of workloads say how closely."
    if found.loss_within:
        amount = f"{format_amount(found.loss_within)} {plan.currency}"
        yield (
            "Where a workload has very many combinations, those were left out that cost no less, touch no less and "
            f"meet no target more than another one; all of them together could save {amount} of expected loss a year."
        )
    if found.status == "optimal":
        yield "The choice is proven optimal: no combination that was compared is better by the objective."
    elif found.status == "bounded":
        yield f"No combination can be better by more than {words.share(found.gap)}; the search stopped there."
    else:
        yield "Even the cheapest choice breaks a limit (budget or number of changes); it is the one that is shown."
