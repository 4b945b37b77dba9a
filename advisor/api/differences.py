"""The difference between two plans, line by line: settings, totals, every workload with its targets, facts, prices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from advisor import reporting
from advisor.model.cost import COST_STATES, CostLine
from advisor.model.plan import Evidence, Plan, WorkloadPlan
from advisor.model.report import Report, WorkloadView
from advisor.reporting import words
from advisor.reporting.estimates import deciding_rto

SETTINGS: Final = "Setting"
TOTAL: Final = "Whole estate"
FACTS: Final = "Fact"
PRICES: Final = "Price"
ABSENT: Final = "–"
_ORIGINS: Final[Mapping[str, str]] = {
    "book": "price book", "quoted": "quoted", "cached": "quoted earlier", "contract": "your own",
    "assumed": "assumed",
}  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One line: whose figure, which, before and after in words. ``group`` is a workload's name or a heading above.

    ``change`` is the step between them with its sign and unit, and whether a target came to be met or missed; empty
    where there is no step to name (texts, unknown and unbounded figures, sums with unpriced lines)."""

    group: str
    item: str
    before: str
    after: str
    change: str = ""

    @property
    def differs(self) -> bool:
        """Whether the two plans say otherwise here."""
        return self.before != self.after


@dataclass(frozen=True)
class _Figure:
    """One side of a line: its words, its amount where it is one, the unit, how a step reads, and whether a target is
    met. Amounts of different units have no step between them."""

    text: str
    amount: Decimal | None = None
    unit: str = ""
    step: Callable[[Decimal], str] = str
    met: bool | None = None


_NO_FIGURE: Final = _Figure(ABSENT)
_Figures = Mapping[str, _Figure]


def plan_differences(
    earlier: Plan, later: Plan, reports: tuple[Report, Report] | None = None
) -> tuple[Difference, ...]:
    """Every line of two plans beside each other, equal ones too (``differs`` tells them apart).

    ``reports`` are those of the two plans where they have been built already, which takes long for many workloads."""
    built = reports or (reporting.build(earlier), reporting.build(later))
    old, new = ({view.name: view for view in report.workloads} for report in built)
    was, now = ({item.name: item for item in plan.workloads} for plan in (earlier, later))
    lines = [
        *_pairs(SETTINGS, _settings(earlier), _settings(later)),
        *_pairs(TOTAL, _totals(earlier), _totals(later)),
    ]
    for name in dict.fromkeys((*new, *old)):
        before = _workload(old[name], was[name], earlier.currency, earlier.risk_level) if name in old else {}
        after = _workload(new[name], now[name], later.currency, later.risk_level) if name in new else {}
        lines += _pairs(name, before, after)
    lines += _facts(earlier, later)
    lines += _pairs(PRICES, _prices(earlier), _prices(later), both=True)
    return tuple(lines)


def _pairs(group: str, before: _Figures, after: _Figures, both: bool = False) -> Iterator[Difference]:
    """One line an item; with ``both`` only those that both sides have."""
    for item in dict.fromkeys((*before, *after)):
        if not both or (item in before and item in after):
            old, new = before.get(item, _NO_FIGURE), after.get(item, _NO_FIGURE)
            yield Difference(group, item, old.text, new.text, _change(old, new))


def _change(old: _Figure, new: _Figure) -> str:
    """``+2,000.00 CNY``, ``−5 min, now met``."""
    parts = []
    if old.amount is not None and new.amount is not None and old.unit == new.unit and old.text != new.text:
        by = new.amount - old.amount
        parts.append(f"{'+' if by > 0 else '−'}{new.step(abs(by))}" if by else "")
    if None not in (old.met, new.met) and old.met != new.met:
        parts.append("now met" if new.met else "now missed")
    return ", ".join(filter(None, parts))


def _plain(texts: Mapping[str, str]) -> dict[str, _Figure]:
    return {item: _Figure(text) for item, text in texts.items()}


def _money(amount: Decimal, currency: str, at_least: bool = False) -> _Figure:
    """An amount; the step between sums that only have a lower bound is not known."""
    known = None if at_least else amount
    return _Figure(words.money(amount, currency, at_least), known, currency, lambda by: words.money(by, currency))


def _loss(amount: Decimal, currency: str) -> _Figure:
    return _Figure(words.about(amount, currency), amount, currency, lambda by: words.about(by, currency))


def _settings(plan: Plan) -> dict[str, _Figure]:
    cap = plan.budget.monthly
    return {
        "Budget per month": _Figure(words.NONE) if cap is None else _money(cap, plan.currency),
        **_plain({
            "Objective": words.OBJECTIVES.get(plan.objective, plan.objective),
            "Held against the target": plan.risk_level.upper(),
            "Date": plan.created.isoformat(),
            "Seed": str(plan.seed),
            "Simulated recoveries": f"{plan.samples:,}",
            "Inventory": _short(plan.inputs.inventory),
            "Targets file": _short(plan.inputs.targets),
        }),
    }  # fmt: skip


def _short(digest: str) -> str:
    return f"fingerprint {digest[:8]}" if digest else words.NONE


def _totals(plan: Plan) -> dict[str, _Figure]:
    figures = plan.portfolio
    met = f"{figures.targets_met} of {figures.targets_total}"
    return {
        "Targets met": _Figure(met, Decimal(figures.targets_met)),
        "Added per month": _money(figures.monthly_added, plan.currency, figures.unpriced > 0),
        "Expected loss a year": _loss(figures.expected_annual_loss_after, plan.currency),
        "Choice": _Figure(f"{plan.solver.status}, gap {plan.solver.gap * 100:.2g} %"),
    }


def _workload(view: WorkloadView, item: WorkloadPlan, currency: str, risk_level: str) -> dict[str, _Figure]:
    """Option, money and every target of a workload in words."""
    found = {
        **_plain({"Class": view.class_name, "Protection": view.tier, "Option": item.option_id}),
        "Added per month": _money(item.cost.monthly_added, currency, item.cost.at_least),
        "Expected loss a year": _loss(item.expected_annual_loss, currency),
    }
    for case in view.disruptions:
        estimate = item.estimates[case.disruption]
        back_s = deciding_rto(estimate, risk_level)
        found[f"{case.title}: data loss"] = _time(
            case.after.rpo_worst, estimate.rpo_worst_s, case.after.rpo_met, case.target_rpo
        )
        found[f"{case.title}: recovery"] = _time(case.after.rto_deciding, back_s, case.after.rto_met, case.target_rto)
    return found


def _time(text: str, seconds: float | None, met: bool | None, target: str) -> _Figure:
    """A duration with its target; where it is unknown, so is whether that is met."""
    known = None if text == words.UNKNOWN else met
    verdict = {None: "no target" if met is None else f"target {target}", True: f"met, target {target}",
               False: f"missed, target {target}"}[known]  # fmt: skip
    amount = None if seconds is None else Decimal(repr(seconds))
    return _Figure(f"{text} ({verdict})", amount, "s", lambda by: words.duration(float(by)), known)


def _facts(earlier: Plan, later: Plan) -> Iterator[Difference]:
    """Facts that both plans rest on, and the user's own ones wherever they are."""
    old, new = ({item.fact: item for item in plan.evidence} for plan in (earlier, later))
    for fact in dict.fromkeys((*new, *old)):
        before, after = old.get(fact), new.get(fact)
        if (before and after) or _is_own(before) or _is_own(after):
            yield Difference(FACTS, _stated(after or before, fact), _value(before), _value(after))


def _is_own(item: Evidence | None) -> bool:
    return item is not None and item.overridden


def _stated(item: Evidence | None, fact: str) -> str:
    return f"{fact}: {item.statement}" if item else fact


def _value(item: Evidence | None) -> str:
    if item is None:
        return "not used"
    return f"{item.value} (your own, {item.confidence})" if item.overridden else f"{item.value} ({item.confidence})"


def _prices(plan: Plan) -> dict[str, _Figure]:
    """Unit prices by SKU, region and billing, from the plan's own lines."""
    lines = [line for item in plan.workloads for state in COST_STATES for line in getattr(item.cost, state)]
    return {
        ", ".join(part for part in (line.sku, line.region, line.billing) if part): _unit_price(line)
        for line in [*lines, *plan.shared_costs]
    }


def _unit_price(line: CostLine) -> _Figure:
    origin = _ORIGINS.get(line.origin, line.origin)
    if line.unit_price is None:
        return _Figure(f"{words.UNPRICED} ({origin})")
    unit = f"{line.currency} per {line.unit}"
    text = f"{line.unit_price} {unit} ({origin})"
    return _Figure(text, line.unit_price, unit, lambda by: f"{words.number(by)} {line.currency}")


def changed_only(lines: Iterable[Difference]) -> tuple[Difference, ...]:
    """The lines in which the plans differ."""
    return tuple(line for line in lines if line.differs)
