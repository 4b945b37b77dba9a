"""Cost lines, tables and totals in words: arithmetic shown, gaps said, shared charges once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from advisor.model.cost import COST_STATES, CostLine, CostState, CostTotal, total
from advisor.model.plan import Plan, WorkloadPlan
from advisor.model.report import CostBar, CostTable, LineView, StateTotals
from advisor.reporting import words
from advisor.reporting.sources import Sources

_PRICES: Final[Mapping[str, str]] = {
    "measured": "prices that were paid",
    "quoted": "quoted or agreed prices",
    "documented": "published prices",
    "example": "example prices in the vendor's documents",
    "assumed": "assumed prices",
}
_GUESSED: Final = frozenset({"example", "assumed"})
STATE_TITLES: dict[CostState, tuple[str, str]] = {
    "steady": ("Added every month", "per month"),
    "drill": ("Each drill", "per drill"),
    "failover": ("While running elsewhere", "per month"),
    "failback": ("Going back", "once"),
}


def total_text(sums: CostTotal) -> str:
    """``at least 1,240.00 CNY``, ``–`` for nothing at all, ``unpriced`` where no line has a price."""
    if not sums.amount and not sums.at_least:
        return words.NONE
    if not sums.amount and sums.at_least:
        return words.UNPRICED
    return words.money(sums.amount, sums.currency, sums.at_least)


def state_lines(workload: WorkloadPlan, state: CostState) -> tuple[CostLine, ...]:
    """The lines of one state."""
    by_state = {
        "steady": workload.cost.steady,
        "drill": workload.cost.drill,
        "failover": workload.cost.failover,
        "failback": workload.cost.failback,
    }
    return by_state[state]


def own_lines(lines: Iterable[CostLine]) -> list[CostLine]:
    """The lines that belong to the workload alone."""
    return [line for line in lines if line.shared_id is None]


def line_view(same: Sequence[CostLine], sources: Sources) -> LineView:
    """One or several like lines with quantity × unit price = amount and the source of the price."""
    line = same[0]
    sums = total(same, line.currency)
    priced = line.monthly is not None
    count = f" ({len(same)} times)" if len(same) > 1 else ""
    return LineView(
        what_for=f"{words.clean(line.what_for)}{count}",
        sku=line.sku,
        quantity=f"{words.number(sum((item.quantity for item in same), Decimal(0)))} {line.unit}",
        unit_price=words.number(line.unit_price) if line.unit_price is not None else words.UNPRICED,
        amount=words.money(sums.amount, line.currency) if priced else words.UNPRICED,
        span=words.money_range(sums.low, high(same)) if priced else "",
        source=sources.price(line),
        as_of=line.as_of or ("undated" if priced else ""),
        confidence=line.confidence if priced else line.source,
        shared=line.shared_id is not None,
        region=line.region,
    )


def high(lines: Iterable[CostLine]) -> Decimal:
    """The upper end of the priced lines' sum."""
    return sum(
        (line.monthly if line.high is None else line.high for line in lines if line.monthly is not None), Decimal(0)
    )


def tables(workload: WorkloadPlan, sources: Sources, currency: str) -> tuple[CostTable, ...]:
    """The cost tables of one workload, states without lines left out."""
    return tuple(
        table(state, lines, sources, _workload_total(workload, state, currency))
        for state in COST_STATES
        if (lines := state_lines(workload, state))
    )


def table(state: CostState, lines: Sequence[CostLine], sources: Sources, sums: CostTotal) -> CostTable:
    """One state's table."""
    title, per = STATE_TITLES[state]
    views = tuple(line_view(same, sources) for same in grouped(lines))
    return CostTable(title, per, views, total_text(sums))


def grouped(lines: Iterable[CostLine]) -> list[list[CostLine]]:
    """Lines that buy the same at the same price, for which one sum is shown; costs.csv has each."""
    groups: dict[tuple[object, ...], list[CostLine]] = {}
    for line in lines:
        key = (
            line.what_for,
            line.sku,
            line.region,
            line.unit,
            line.unit_price,
            line.source,
            line.as_of,
            line.shared_id,
        )
        groups.setdefault(key, []).append(line)
    return list(groups.values())


def _workload_total(workload: WorkloadPlan, state: CostState, currency: str) -> CostTotal:
    """The plan's own figure for the steady state, the sum of the workload's own lines otherwise."""
    sums = total(own_lines(state_lines(workload, state)), currency)
    if state != "steady":
        return sums
    cost = workload.cost
    update = {"amount": cost.monthly_added, "low": cost.monthly_added_low, "at_least": cost.at_least}
    return sums.model_copy(update=update)


def state_totals(plan: Plan, order: Iterable[WorkloadPlan]) -> tuple[StateTotals, ...]:
    """Cost by state: a row a workload, one for the shared charges, one for the whole."""
    rows = []
    every: dict[CostState, list[CostLine]] = {state: [] for state in COST_STATES}
    for workload in order:
        sums = {state: _workload_total(workload, state, plan.currency) for state in COST_STATES}
        for state in COST_STATES:
            every[state] += own_lines(state_lines(workload, state))
        now = words.money(workload.cost.monthly_now, plan.currency, workload.cost.now_at_least)
        rows.append(StateTotals(workload.name, (now, *(total_text(sums[state]) for state in COST_STATES))))
    shared = {state: [line for line in plan.shared_costs if line.state == state] for state in COST_STATES}
    charged = (words.NONE, *(_sum(shared[state], plan) for state in COST_STATES))
    rows.append(StateTotals("Shared, charged once", charged))
    return (*rows, _grand_total(plan, every, shared))


def _sum(lines: Iterable[CostLine], plan: Plan) -> str:
    return total_text(total(lines, plan.currency))


def _grand_total(
    plan: Plan, every: dict[CostState, list[CostLine]], shared: dict[CostState, list[CostLine]]
) -> StateTotals:
    sums = {state: total([*every[state], *shared[state]], plan.currency) for state in COST_STATES}
    figures = plan.portfolio
    now = words.money(figures.monthly_now, plan.currency, figures.monthly_now_at_least)
    steady = words.money(figures.monthly_added, plan.currency, figures.unpriced > 0)
    return StateTotals("Whole estate", (now, steady, *(total_text(sums[state]) for state in COST_STATES[1:])))


def steady_lines(plan: Plan) -> list[CostLine]:
    """Every steady line once: the workloads' own and the shared ones."""
    own = [line for workload in plan.workloads for line in own_lines(workload.cost.steady)]
    return own + [line for line in plan.shared_costs if line.state == "steady"]


def confidence_shares(plan: Plan) -> str:
    """Which part of the sums rests on which prices, largest first; a saving weighs as much as a charge of its size."""
    shares = _confidence_shares(plan)
    told = [f"{words.share(share)} rests on {_PRICES[confidence]}" for confidence, share in shares]
    return words.listing([told[0], *(item.replace(" rests", "") for item in told[1:])], 5) if told else ""


def rests_on_guesses(plan: Plan) -> bool:
    """Whether any part of the amounts is no price that the vendor publishes or has quoted."""
    return any(confidence in _GUESSED for confidence, _ in _confidence_shares(plan))


def _confidence_shares(plan: Plan) -> list[tuple[str, float]]:
    sums: dict[str, Decimal] = {}
    for line in steady_lines(plan):
        if line.monthly:
            sums[line.confidence] = sums.get(line.confidence, Decimal(0)) + abs(line.monthly)
    whole = sum(sums.values(), Decimal(0))
    ordered = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    return [(confidence, float(amount / whole)) for confidence, amount in ordered]


def bars(plan: Plan) -> tuple[CostBar, ...]:
    """Added monthly cost by workload and mechanism, largest first; the shared charges last."""
    found = []
    for workload in plan.workloads:
        lines = own_lines(workload.cost.steady)
        if lines:
            text = words.money(workload.cost.monthly_added, plan.currency, workload.cost.at_least)
            found.append((workload.cost.monthly_added, _bar(workload.name, lines, text)))
    found.sort(key=lambda item: (-item[0], item[1].name))
    shared = [line for line in plan.shared_costs if line.state == "steady"]
    tail = [_bar("Shared", shared, total_text(plan.shared_total))] if shared else []
    return (*(bar for _, bar in found), *tail)


def _bar(name: str, lines: Iterable[CostLine], text: str) -> CostBar:
    sums: dict[str, Decimal] = {}
    for line in lines:
        if line.monthly is not None:
            label = words.mechanism(line.mechanism) if line.mechanism else "other"
            sums[label] = sums.get(label, Decimal(0)) + line.monthly
    segments = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    return CostBar(name, tuple((label, float(amount), f"{amount:,.0f}") for label, amount in segments), text)
