"""The difference between two plans, line by line: settings, totals, every workload with its targets, facts, prices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from advisor import reporting
from advisor.model.cost import COST_STATES
from advisor.model.plan import Evidence, Plan, WorkloadPlan
from advisor.model.report import WorkloadView
from advisor.reporting import words

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
    """One line: whose figure, which, before and after in words. ``group`` is a workload's name or a heading above."""

    group: str
    item: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        """Whether the two plans say otherwise here."""
        return self.before != self.after


def plan_differences(earlier: Plan, later: Plan) -> tuple[Difference, ...]:
    """Every line of two plans beside each other, equal ones too (``differs`` tells them apart)."""
    old, new = ({view.name: view for view in reporting.build(plan).workloads} for plan in (earlier, later))
    was, now = ({item.name: item for item in plan.workloads} for plan in (earlier, later))
    lines = [
        *_pairs(SETTINGS, _settings(earlier), _settings(later)),
        *_pairs(TOTAL, _totals(earlier), _totals(later)),
    ]
    for name in dict.fromkeys((*new, *old)):
        before = _workload(old[name], was[name]) if name in old else {}
        lines += _pairs(name, before, _workload(new[name], now[name]) if name in new else {})
    lines += _facts(earlier, later)
    lines += _pairs(PRICES, _prices(earlier), _prices(later), both=True)
    return tuple(lines)


def _pairs(group: str, before: Mapping[str, str], after: Mapping[str, str], both: bool = False) -> Iterator[Difference]:
    """One line an item; with ``both`` only those that both sides have."""
    for item in dict.fromkeys((*before, *after)):
        if not both or (item in before and item in after):
            yield Difference(group, item, before.get(item, ABSENT), after.get(item, ABSENT))


def _settings(plan: Plan) -> dict[str, str]:
    cap = plan.budget.monthly
    return {
        "Budget per month": words.NONE if cap is None else words.money(cap, plan.currency),
        "Objective": words.OBJECTIVES.get(plan.objective, plan.objective),
        "Held against the target": plan.risk_level.upper(),
        "Date": plan.created.isoformat(),
        "Seed": str(plan.seed),
        "Simulated recoveries": f"{plan.samples:,}",
        "Inventory": _short(plan.inputs.inventory),
        "Targets file": _short(plan.inputs.targets),
    }


def _short(digest: str) -> str:
    return f"fingerprint {digest[:8]}" if digest else words.NONE


def _totals(plan: Plan) -> dict[str, str]:
    figures = plan.portfolio
    return {
        "Targets met": f"{figures.targets_met} of {figures.targets_total}",
        "Added per month": words.money(figures.monthly_added, plan.currency, figures.unpriced > 0),
        "Expected loss a year": words.about(figures.expected_annual_loss_after, plan.currency),
        "Choice": f"{plan.solver.status}, gap {plan.solver.gap * 100:.2g} %",
    }


def _workload(view: WorkloadView, item: WorkloadPlan) -> dict[str, str]:
    """Option, money and every target of a workload in words."""
    found = {
        "Class": view.class_name,
        "Protection": view.tier,
        "Option": item.option_id,
        "Added per month": view.added,
        "Expected loss a year": view.loss.after,
    }
    for case in view.disruptions:
        found[f"{case.title}: data loss"] = _verdict(case.after.rpo_worst, case.after.rpo_met, case.target_rpo)
        found[f"{case.title}: recovery"] = _verdict(case.after.rto_deciding, case.after.rto_met, case.target_rto)
    return found


def _verdict(text: str, met: bool | None, target: str) -> str:
    if met is None:
        return f"{text} (no target)"
    return f"{text} ({'met' if met else 'missed'}, target {target})"


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


def _prices(plan: Plan) -> dict[str, str]:
    """Unit prices by SKU, region and billing, from the plan's own lines."""
    lines = [line for item in plan.workloads for state in COST_STATES for line in getattr(item.cost, state)]
    found = {}
    for line in [*lines, *plan.shared_costs]:
        name = ", ".join(part for part in (line.sku, line.region, line.billing) if part)
        price = words.UNPRICED if line.unit_price is None else f"{line.unit_price} {line.currency} per {line.unit}"
        found[name] = f"{price} ({_ORIGINS.get(line.origin, line.origin)})"
    return found


def changed_only(lines: Iterable[Difference]) -> tuple[Difference, ...]:
    """The lines in which the plans differ."""
    return tuple(line for line in lines if line.differs)
