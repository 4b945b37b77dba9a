"""Tier inversions and what repairs them: a strict workload that needs a lax one hard cannot keep its own target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from advisor.estimation.options import Option
from advisor.estimation.outcome import QUANTILES
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.finding import Finding
from advisor.model.option import Problem
from advisor.model.targets import RiskLevel
from advisor.model.units import format_amount, format_duration
from advisor.optimise import chosen, credit
from advisor.planning.candidates import Candidate
from advisor.planning.needs import CENTS, to_cents


class _Bill:
    """What another option of one workload would do to the cost of the whole plan, in cents."""

    def __init__(self, problem: Problem, choices: Mapping[str, str]) -> None:
        self.problem = problem
        self.picked = chosen(problem, choices)
        self.users = Counter(name for option in self.picked.values() for name in option.shared)

    def change(self, workload: str, option: Option) -> int:
        """Own cost, charges that only this workload would use or uses, and the credit of free quotas."""
        now, then = self.picked[workload], replace(self.picked[workload], id=option.id)
        then = replace(then, cost=to_cents(option.monthly), shared=option.shared, quota=option.quota)
        alone = {name for name in now.shared if self.users[name] == 1}
        cost = then.cost - now.cost
        cost += sum(self.problem.shared.get(name, 0) for name in then.shared if not self.users[name])
        cost -= sum(self.problem.shared.get(name, 0) for name in alone - then.shared)
        for name, quota in self.problem.quotas.items():
            used = sum(item.quota.get(name, 0.0) for item in self.picked.values())
            other = used - now.quota.get(name, 0.0) + then.quota.get(name, 0.0)
            cost += credit(quota, used) - credit(quota, other)
        return cost


def inversion_findings(
    found: Sequence[Candidate],
    needs: Mapping[str, Sequence[str]],
    problem: Problem,
    choices: Mapping[str, str],
    risk_level: RiskLevel,
) -> tuple[Finding, ...]:
    """One finding for each needed workload whose own targets are laxer than its dependent's, with the cheapest
    repair and what it adds to the cost of the whole plan."""
    by_name = {item.workload.name: item for item in found}
    bill = _Bill(problem, choices)
    return tuple(
        finding
        for name in sorted(needs)
        for need in needs[name]
        if (finding := _inversion(by_name[name], by_name[need], choices[need], risk_level, bill)) is not None
    )


def _inversion(item: Candidate, needed: Candidate, choice: str, risk_level: RiskLevel, bill: _Bill) -> Finding | None:
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
        fix=_repair(needed, picked, passed, risk_level, bill),
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


def _repair(
    needed: Candidate, picked: Option, passed: Mapping[Disruption, float], risk_level: RiskLevel, bill: _Bill
) -> str:
    if _keeps(picked, passed, risk_level):
        return (
            f"The plan already brings {needed.workload.name} back in time; give it these targets so that it stays so."
        )
    able = [option for option in needed.options.options if _keeps(option, passed, risk_level)]
    name, currency = needed.workload.name, needed.builder.costing.currency
    best = min(able, key=lambda option: (bill.change(name, option), option.id), default=None)
    if best is None:
        return f"No option brings {name} back in time: loosen the target, or make the need soft."
    extra = Decimal(bill.change(name, best)) / CENTS
    more = "more" if extra >= 0 else "less"
    return f"Cheapest repair: option {best.id} for {name}, {format_amount(abs(extra))} {currency} a month {more}."
