"""Tier inversions and what repairs them: a strict workload that needs a lax one hard cannot keep its own target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from advisor.estimation.options import Option
from advisor.estimation.outcome import QUANTILES
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.finding import Finding
from advisor.model.targets import RiskLevel
from advisor.model.units import format_amount, format_duration
from advisor.planning.candidates import Candidate


def inversion_findings(
    found: Sequence[Candidate], needs: Mapping[str, Sequence[str]], choices: Mapping[str, str], risk_level: RiskLevel
) -> tuple[Finding, ...]:
    """One finding for each needed workload whose own targets are laxer than its dependent's, with the cheapest
    repair."""
    by_name = {item.workload.name: item for item in found}
    return tuple(
        finding
        for name in sorted(needs)
        for need in needs[name]
        if (finding := _inversion(by_name[name], by_name[need], choices[need], risk_level)) is not None
    )


def _inversion(item: Candidate, needed: Candidate, choice: str, risk_level: RiskLevel) -> Finding | None:
    passed = _passed_down(item, needed)
    if not passed:
        return None
    picked = needed.option(choice)
    name, need = item.workload.name, needed.workload.name
    told = ", ".join(f"{disruption} RTO {format_duration(limit)}" for disruption, limit in passed.items())
    return Finding(
        id=f"PLAN-INVERSION:{name}:{need}",
        severity="high" if not _keeps(picked, passed, risk_level) else "medium",
        title=f"{name} is stricter than {need}, which it needs",
        workload=name,
        detail=f"{need} must be back in time for {name}: {told}. Its own targets ask for less.",
        fix=_repair(needed, picked, passed, risk_level),
        source="advisor: inherited targets of hard dependencies",
    )


def _passed_down(item: Candidate, needed: Candidate) -> dict[Disruption, float]:
    """Recovery times that the dependent's targets pass down and the needed workload's own targets do not ask for."""
    passed: dict[Disruption, float] = {}
    for disruption in DISRUPTIONS:
        limit, own = item.targets[disruption].rto_s, needed.targets[disruption].rto_s
        if limit is not None and (own is None or own > limit):
            passed[disruption] = limit
    return passed


def _keeps(option: Option, passed: Mapping[Disruption, float], risk_level: RiskLevel) -> bool:
    return all(option.outcomes[d].quantile(QUANTILES[risk_level]) <= limit for d, limit in passed.items())


def _repair(needed: Candidate, picked: Option, passed: Mapping[Disruption, float], risk_level: RiskLevel) -> str:
    if _keeps(picked, passed, risk_level):
        return (
            f"The plan already brings {needed.workload.name} back in time; give it these targets so that it stays so."
        )
    able = [option for option in needed.options.options if _keeps(option, passed, risk_level)]
    best = min(able, key=lambda option: (option.monthly, option.id), default=None)
    if best is None:
        return f"No option brings {needed.workload.name} back in time: loosen the target, or make the need soft."
    extra, currency = best.monthly - picked.monthly, needed.builder.costing.currency
    return (
        f"Cheapest repair: option {best.id} for {needed.workload.name}, {format_amount(extra)} {currency} a month more."
    )
