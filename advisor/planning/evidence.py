"""What a plan rests on: assumptions by influence, facts with sources, prices by age, and levels of standards."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from advisor.estimation.options import Option
from advisor.estimation.outcome import Outcome
from advisor.model.cost import CostLine
from advisor.model.disruption import Disruption
from advisor.model.evidence import Fact, RuleBook, Standard
from advisor.model.plan import AssumptionUse, Evidence, StandardLevel, WorkloadPlan
from advisor.model.pricebook import PriceBook
from advisor.model.units import format_duration
from advisor.planning.candidates import Candidate

ZERO = Decimal(0)
CENT = Decimal("0.01")
P95 = 0.95


def shown_value(fact: Fact) -> str:
    """The value with its unit as people read it: ``5–60 min (likely 15)``."""
    value = fact.value
    unit = f" {fact.unit}" if fact.unit and fact.unit not in ("1", "count") else ""
    if isinstance(value, Mapping) and {"min", "likely", "max"} <= set(value):
        return f"{value['min']:g}–{value['max']:g}{unit} (likely {value['likely']:g})"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value) + unit
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {item}" for key, item in value.items()) + unit
    return f"{value}{unit}" if value is not None else "not published"


def used_facts(workloads: Sequence[WorkloadPlan]) -> dict[str, set[str]]:
    """Ids of the facts that estimates and cost lines rest on, with the workloads that use them."""
    used: dict[str, set[str]] = defaultdict(set)
    for workload in workloads:
        for estimates in (workload.estimates, workload.before):
            for item in estimates.values():
                for fact in item.facts:
                    used[fact].add(workload.name)
        lines = [
            line for state in ("steady", "drill", "failover", "failback") for line in getattr(workload.cost, state)
        ]
        for line in lines:
            for fact in line.facts:
                used[fact].add(workload.name)
    return used


def assumptions_of(
    rules: RuleBook, workloads: Sequence[WorkloadPlan], shared: Sequence[CostLine]
) -> tuple[AssumptionUse, ...]:
    """All assumptions in use, the most influential first. Influence is the largest swing of a P95 as a share of it, for
    prices the share of the line that is uncertain."""
    swing = _swings(workloads)
    found = []
    for fact_id, users in used_facts(workloads).items():
        fact = rules.fact(fact_id)
        if fact.confidence == "assumed":
            found.append(
                AssumptionUse(
                    fact=fact_id,
                    value=shown_value(fact),
                    why=fact.why or "",
                    replaced_by=fact.replaced_by,
                    used_by=tuple(sorted(users)),
                    influence=round(swing.get(fact_id, 0.0), 4),
                )
            )
    found += _price_assumptions(workloads, shared)
    return tuple(sorted(found, key=lambda item: (-item.influence, item.fact)))


def _swings(workloads: Sequence[WorkloadPlan]) -> dict[str, float]:
    swing: dict[str, float] = {}
    for workload in workloads:
        for item in workload.estimates.values():
            for sensitivity in item.sensitivity:
                if item.rto_p95_s:
                    share = (sensitivity.p95_high_s - sensitivity.p95_low_s) / item.rto_p95_s
                    swing[sensitivity.fact] = max(swing.get(sensitivity.fact, 0.0), share)
    return swing


def _price_assumptions(workloads: Sequence[WorkloadPlan], shared: Sequence[CostLine]) -> list[AssumptionUse]:
    by_sku: dict[str, list[CostLine]] = defaultdict(list)
    for line in [*(line for item in workloads for line in item.cost.steady), *shared]:
        if line.origin == "assumed":
            by_sku[line.sku].append(line)
    found = []
    for sku, lines in sorted(by_sku.items()):
        high = sum((abs(line.high or line.monthly or ZERO) for line in lines), ZERO)
        low = sum((abs(line.low or line.monthly or ZERO) for line in lines), ZERO)
        first = lines[0]
        found.append(
            AssumptionUse(
                fact=f"price:{sku}",
                value=f"up to {first.unit_price} {first.currency} per {first.unit}",
                why=first.assumption or "",
                replaced_by="a quote for the account",
                used_by=tuple(sorted({line.workload for line in lines if line.workload})),
                influence=round(float((high - low) / high), 4) if high else 0.0,
            )
        )
    return found


def evidence_of(rules: RuleBook, workloads: Sequence[WorkloadPlan]) -> tuple[Evidence, ...]:
    """Every fact in use, by id."""
    return tuple(
        Evidence(
            fact=fact.id,
            statement=fact.statement,
            value=shown_value(fact),
            source=fact.source,
            as_of=fact.as_of,
            confidence=fact.confidence,
            overridden=fact.overridden,
        )
        for fact in (rules.fact(fact_id) for fact_id in sorted(used_facts(workloads)))
    )


def standards_of(
    rules: RuleBook, item: Candidate, picked: Option, outcomes: Mapping[Disruption, Outcome]
) -> tuple[StandardLevel, ...]:
    """The level of each standard that the workload's disaster recovery (region, the standards' case) reaches."""
    outcome = outcomes["region"]
    time, loss = outcome.quantile(P95), outcome.worst_s
    return tuple(
        _level([level for level in rules.standards if level.standard == name], item, picked, time, loss)
        for name in sorted({level.standard for level in rules.standards})
    )


def _level(levels: list[Standard], item: Candidate, picked: Option, time: float, loss: float) -> StandardLevel:
    levels.sort(key=lambda level: level.level)
    known = [level for level in levels if level.rto_max_s is not None and level.rpo_max_s is not None]
    top = max((level for level in known if _reaches(level, time, loss)), key=lambda level: level.level, default=None)
    above = next((level for level in known if top is None or level.level > top.level), None)
    basis = top or above or levels[0]
    way = _cheapest_for(above, item) if above is not None else None
    return StandardLevel(
        standard=basis.standard,
        level=top.level if top else None,
        next_level=above.level if above else None,
        missing=_missing(above, time, loss),
        verify=basis.verify,
        source=basis.source,
        next_option=way.id if way else None,
        next_extra_monthly=(way.monthly - picked.monthly).quantize(CENT) if way else None,
    )


def _cheapest_for(level: Standard, item: Candidate) -> Option | None:
    able = [
        option
        for option in item.options.options
        if _reaches(level, option.outcomes["region"].quantile(P95), option.outcomes["region"].worst_s)
    ]
    return min(able, key=lambda option: (option.monthly, option.id), default=None)


def _reaches(item: Standard, time: float, loss: float) -> bool:
    return time <= (item.rto_max_s or math.inf) and loss <= (item.rpo_max_s or 0.0)


def _missing(item: Standard | None, time: float, loss: float) -> str:
    if item is None:
        return "no higher level with stated bounds"
    parts = []
    if item.rto_max_s is not None and time > item.rto_max_s:
        parts.append(f"RTO {format_duration(time, item.rto_max_s)} instead of {format_duration(item.rto_max_s)}")
    if item.rpo_max_s is not None and loss > item.rpo_max_s:
        parts.append(f"RPO {format_duration(loss, item.rpo_max_s)} instead of {format_duration(item.rpo_max_s)}")
    return "; ".join(parts)


def price_notes(book: PriceBook, workloads: Sequence[WorkloadPlan], shared: Sequence[CostLine]) -> tuple[str, ...]:
    """How old the prices are and where they come from, for the report's footer."""
    lines = [line for item in workloads for line in (*item.cost.steady, *item.cost.before)] + list(shared)
    dates = sorted(line.as_of for line in lines if line.as_of)
    origins = sorted({line.origin for line in lines if line.monthly is not None})
    notes = [f"Price origins: {', '.join(origins)}"] if origins else []
    if dates:
        notes.append(f"Prices dated {dates[0]} to {dates[-1]}")
    undated = sum(line.as_of is None and line.monthly is not None for line in lines)
    if undated:
        notes.append("1 line rests on an undated page" if undated == 1 else f"{undated} lines rest on an undated page")
    gaps = len(book.gaps)
    notes.append("1 known gap in the price book" if gaps == 1 else f"{gaps} known gaps in the price book")
    return tuple(notes)
