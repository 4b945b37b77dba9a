"""Page one: what is asked of the signer, what it buys, what stays unmet, what to confirm first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.plan import AssumptionUse, Estimate, Miss, Plan, Relief
from advisor.model.report import Change, ConfirmView, Decision, DisruptionLine, MissView
from advisor.reporting import costs, words, workloads
from advisor.reporting.sources import Sources

UNPRICED_FIRST = 2
NOTHING = "Nothing to protect was found"
COLLECT = (
    "no server, database or cache is in the files that were given. Collect at least the answers of DescribeInstances, "
    "DescribeDisks, DescribeSnapshots and DescribeDBInstances for every region in use, and plan again"
)
_NO_DISKS = "disks are not in the inventory"


def build(plan: Plan, sources: Sources) -> Decision:
    """The decision in words."""
    figures = plan.portfolio
    amount = words.money(figures.monthly_added, plan.currency, figures.unpriced > 0)
    asked = f"added per month for the protection of {words.plural(figures.workloads, 'workload')}"
    return Decision(
        headline=f"Approve {amount}" if plan.workloads else NOTHING,
        ask=asked if plan.workloads else COLLECT,
        amount=amount,
        context=tuple(_context(plan)) if plan.workloads else (),
        changes=_changes(plan),
        disruptions=tuple(_line(plan, name) for name in DISRUPTIONS),
        misses=misses(plan),
        confirm=confirm(plan, sources),
    )


def _context(plan: Plan) -> Iterable[str]:
    figures = plan.portfolio
    yield _budget(plan)
    if left := budget_left(plan):
        yield left
    if gap := unknown_line(plan):
        yield gap
    top = max(figures.monthly_added, costs.high(costs.steady_lines(plan)))
    if span := words.money_range(figures.monthly_added_low, top):
        decided = "; its upper end was used to decide" if top == figures.monthly_added else ""
        yield f"Assumptions make it a range, {span} {plan.currency}{decided}."
    if figures.unpriced:
        lines = words.plural(figures.unpriced, "cost line")
        yield f"{lines} {'has' if figures.unpriced == 1 else 'have'} no price yet and will come on top."
    rest = costs.confidence_shares(plan)
    dates = words.iso_dates(line.as_of for line in costs.steady_lines(plan) if line.monthly is not None)
    if rest:
        when = f" Prices are dated {' to '.join(dict.fromkeys((dates[0], dates[-1])))}." if dates else ""
        yield f"Of this amount {rest}.{when}{_own_prices(plan)}"
    if not plan.targets_given:
        yield "No targets file was given: the targets are those of the classes that ship with the product."


def _own_prices(plan: Plan) -> str:
    """What to do about prices that nobody has offered."""
    if not costs.rests_on_guesses(plan):
        return ""
    return " Put in your own with --prices FOLDER (format: pricing/README.md) or --quotes live."


def _budget(plan: Plan) -> str:
    budget = plan.budget
    if budget.monthly is None:
        return "No budget was set."
    cap = words.money(budget.monthly, plan.currency)
    used = words.money(budget.used, plan.currency, budget.at_least)
    if budget.used > budget.monthly:
        return f"This exceeds the budget of {cap} per month: it uses {used}."
    part = words.share(float(budget.used / budget.monthly)) if budget.monthly else "100 %"
    within = f"Within the budget of {cap} per month: {part} of it is used"
    return f"{within}, as far as prices are known." if budget.at_least else f"{within}."


def budget_left(plan: Plan) -> str:
    """How much of the budget is left while targets are missed, and what the cheapest of those needs; what a budget that
    cannot be kept lacks; else empty."""
    cap, used = plan.budget.monthly, plan.budget.used
    if cap is not None and plan.solver.status == "infeasible" and used > cap:
        return (
            f"No choice was found that keeps the budget; the cheapest takes {words.money(used, plan.currency)} per "
            f"month. Raise the budget by {words.money(used - cap, plan.currency)}, or loosen pin, require or forbid in "
            "the targets file."
        )
    missed = [miss for workload in plan.workloads for miss in workload.misses]
    if cap is None or used > cap or not missed:
        return ""
    left = f"{words.money(cap - used, plan.currency)} of the budget is left"
    needs = _needs(plan)
    if not needs:
        return f"{left}: more money alone meets none of the missed targets."
    least = words.money(min(needs), plan.currency)
    told = f"{left}; the cheapest missed target would need " + (
        f"{least} per month more." if plan.reliefs else f"at least {least} per month."
    )
    whole = plan.budget.for_all_targets
    return told if whole is None else f"{told} {_whole(whole, plan.currency)}"


def _whole(amount: Decimal, currency: str) -> str:
    return f"All targets that can be met together would take {words.money(amount, currency)} per month."


def _needs(plan: Plan) -> list[Decimal]:
    """What each missed target that money can meet would take: in the whole plan where that is known, else in its own
    workload. A target with two misses is met only when both are; what costs less is not held up by money."""
    if plan.reliefs:
        asked = [item.extra_monthly for item in plan.reliefs if item.obstacle == "budget"]
        return [extra for extra in asked if extra is not None and extra > 0]
    extras: dict[tuple[str, Disruption], list[Miss]] = {}
    for workload in plan.workloads:
        for miss in workload.misses:
            extras.setdefault((workload.name, miss.disruption), []).append(miss)
    return [
        max(miss.extra_monthly for miss in same if miss.extra_monthly is not None)
        for same in extras.values()
        if all(miss.attainable and miss.extra_monthly is not None and miss.extra_monthly > 0 for miss in same)
    ]


def unknown_line(plan: Plan) -> str:
    """What the inventory does not tell, by the most frequent reason, and which call would; empty without gaps."""
    gaps = [
        (workload, estimate)
        for workload in plan.workloads
        for estimate in workload.estimates.values()
        if estimate.unknown
    ]
    if not gaps:
        return ""
    unlisted = {
        member
        for workload, estimate in gaps
        for part in estimate.components
        if _NO_DISKS in part.path
        for component in workload.components
        if component.id == part.component
        for member in component.members
    }
    reason, _ = min(Counter(words.clean(item.limiting) for _, item in gaps).items(), key=lambda it: (-it[1], it[0]))
    if unlisted and _NO_DISKS in reason:
        servers = "1 server's" if len(unlisted) == 1 else f"{len(unlisted):,} servers'"
        return f"{servers} disks were never listed: DescribeDisks would tell."
    return (
        f"{words.plural(len(gaps), 'estimate')} cannot be made for lack of data, most often: {words.sentence(reason)}"
    )


def _changes(plan: Plan) -> tuple[Change, ...]:
    figures = plan.portfolio
    before = sum(_no_way_back(item.before.values()) for item in plan.workloads)
    after = sum(_no_way_back(item.estimates.values()) for item in plan.workloads)
    whole = sum(len(item.estimates) for item in plan.workloads)
    unknown = sum(estimate.unknown for item in plan.workloads for estimate in item.estimates.values())
    loss = Change(
        "Expected loss per year",
        words.about(figures.expected_annual_loss_now, plan.currency),
        words.about(figures.expected_annual_loss_after, plan.currency),
        "An average over many years; most years have no such event, a bad one costs far more.",
    )
    return (
        Change(
            "Targets met",
            f"{figures.targets_met_before:,}",
            f"{figures.targets_met:,} of {figures.targets_total:,}",
            f"Checked against the worst data loss and the {plan.risk_level.upper()} recovery time.",
        ),
        loss,
        Change(
            "Cases without a way back",
            str(before),
            f"{after} of {whole}",
            "A case is one workload under one disruption, with no copy of its data or no bound on its recovery."
            + (f" Of {words.plural(unknown, 'more case')} it is unknown." if unknown else ""),
        ),
    )


def _no_way_back(estimates: Iterable[Estimate]) -> int:
    return sum(estimate.rpo_unbounded or estimate.rto_unbounded for estimate in estimates)


def _line(plan: Plan, name: Disruption) -> DisruptionLine:
    asked = [item for item in plan.workloads if name in item.estimates and item.estimates[name].meets is not None]
    before, after, whole = workloads.verdict_counts(plan)[name]
    now = [item.before[name] for item in asked if name in item.before]
    then = [item.estimates[name] for item in asked]
    met = Change("", f"{before:,}", f"{after:,} of {whole:,}") if whole else Change("", words.NONE, "no target")
    return DisruptionLine(
        title=words.DISRUPTION_TITLES[name],
        strikes=words.STRIKES[name],
        met=met,
        loss=Change("", _worst_loss(now), _worst_loss(then)),
        recovery=Change("", _slowest(now), _slowest(then)),
    )


def _worst_loss(estimates: list[Estimate]) -> str:
    if not estimates:
        return words.NONE
    known = [item for item in estimates if item.rpo_unbounded or item.rpo_worst_s is not None]
    if not known:
        return words.UNKNOWN
    worst = max(known, key=lambda item: math.inf if item.rpo_unbounded else item.rpo_worst_s or 0.0)
    return words.data_loss(worst.rpo_worst_s, worst.rpo_unbounded) + _besides(len(estimates) - len(known))


def _slowest(estimates: list[Estimate]) -> str:
    if not estimates:
        return words.NONE
    known = [item for item in estimates if item.rto_unbounded or item.rto_p95_s is not None]
    if not known:
        return words.UNKNOWN
    worst = max(known, key=lambda item: math.inf if item.rto_unbounded else item.rto_p95_s or 0.0)
    shown = words.interval(worst.rto_p50_s, worst.rto_p95_s, worst.rto_unbounded)
    return shown + _besides(len(estimates) - len(known))


def _besides(unknown: int) -> str:
    return f", {unknown} unknown" if unknown else ""


def misses(plan: Plan) -> tuple[MissView, ...]:
    """Every missed target in the order of ``plan.json``: the heaviest first, then by workload and disruption."""
    reliefs = {(item.workload, words.DISRUPTION_TITLES[item.disruption]): item for item in plan.reliefs}
    named = sorted(plan.workloads, key=lambda item: item.name)
    views = [view for workload in named for view in workloads.miss_views(workload, plan.currency)]
    return tuple(
        _relieved(view, reliefs.get((view.workload, view.disruption)), plan.currency)
        for view in sorted(views, key=lambda item: -item.weight)
    )


def _relieved(view: MissView, relief: Relief | None, currency: str) -> MissView:
    """The miss with what would meet it in the whole plan, where that is known: what shared charges and the workloads it
    waits for take is in that sum."""
    if relief is None or relief.obstacle == "options":
        return view
    if relief.extra_monthly is None:
        return replace(view, remedy=words.sentence(relief.detail))
    extra = words.money(abs(relief.extra_monthly), currency)
    more = "more" if relief.extra_monthly >= 0 else "less"
    names = words.listing(relief.workloads)
    why = {
        "budget": "beyond the budget",
        "changes": "with more changes than are allowed",
        "objective": "not asked for by the objective",
    }[relief.obstacle]
    remedy = f"{extra} per month {more}, {why}, would meet it and keep what is met: other options for {names}."
    return replace(view, remedy=remedy, extra=extra, attainable=True)


def assumption_views(plan: Plan, sources: Sources) -> tuple[ConfirmView, ...]:
    """The assumptions, the one that moves the result most first."""
    ranked = sorted(plan.assumptions, key=lambda item: (-item.influence, item.fact))
    return tuple(_assumption(item, sources) for item in ranked)


def _assumption(item: AssumptionUse, sources: Sources) -> ConfirmView:
    return ConfirmView(
        title=sources.title(item.fact),
        value=item.value,
        why=words.sentence(item.why),
        settle=item.replaced_by or "",
        used_by=words.listing(item.used_by),
    )


def confirm(plan: Plan, sources: Sources) -> tuple[ConfirmView, ...]:
    """What to confirm first: some missing prices, as they are open-ended, assumptions by influence, other prices."""
    unpriced = _unpriced(plan)
    return (*unpriced[:UNPRICED_FIRST], *assumption_views(plan, sources), *unpriced[UNPRICED_FIRST:])


def _unpriced(plan: Plan) -> list[ConfirmView]:
    used: dict[tuple[str, str], list[str]] = {}
    quantities: dict[tuple[str, str], Decimal] = {}
    units: dict[tuple[str, str], str] = {}
    for line in costs.steady_lines(plan):
        if line.monthly is None:
            key = (line.sku, line.what_for)
            used.setdefault(key, []).append(line.workload or ("shared" if line.shared_id else ""))
            quantities[key] = quantities.get(key, Decimal(0)) + line.quantity
            units[key] = line.unit
    return [
        ConfirmView(
            title=f"Price of {words.clean(what)}",
            value=f"{words.number(quantities[sku, what])} {units[sku, what]}, no price",
            why=f"SKU {sku}.",
            settle="a quote",
            used_by=words.listing([name for name in dict.fromkeys(names) if name]),
        )
        for (sku, what), names in sorted(used.items())
    ]
