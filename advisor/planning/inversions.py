"""Tier inversions and what repairs them: a strict workload that needs a lax one hard cannot keep its own target.

All is judged on joint outcomes: the dependent is back after all it needs, and its own start after them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal

from advisor.estimation.outcome import QUANTILES, Outcome
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.finding import Finding
from advisor.model.option import Solution
from advisor.model.units import format_amount, format_duration
from advisor.planning.candidates import Candidate
from advisor.planning.chooser import Chooser
from advisor.planning.held import held_up
from advisor.planning.needs import CENTS
from advisor.planning.repair import Repair, Repairs

Outcomes = Mapping[str, Mapping[Disruption, Outcome]]
Times = Mapping[Disruption, float]
LOOSEN = "Loosen the target, or make the need soft"


def inversion_findings(chooser: Chooser, solution: Solution, after: Outcomes, currency: str) -> tuple[Finding, ...]:
    """One finding for each needed workload whose own targets are laxer than its dependent's, with the cheapest repair
    and what it adds to the cost of the whole plan. ``after`` are the joint outcomes of the plan."""
    needs = chooser.needs
    passed = {
        (name, need): limits
        for name in sorted(needs.of)
        for need in needs.of[name]
        if (limits := _passed_down(needs.by_name[name], needs.by_name[need]))
    }
    repairs = Repairs(chooser, solution)
    told = _Told(repairs, after, currency)
    return tuple(_inversion(*pair, limits, told) for pair, limits in passed.items())


def _inversion(name: str, need: str, passed: Times, told: _Told) -> Finding:
    late = told.late(name, passed)
    return Finding(
        id=f"PLAN-INVERSION:{name}:{need}",
        severity="high" if late else "medium",
        title=f"{name} is stricter than {need}, which it needs",
        workload=name,
        detail=f"{need} must be back in time for {name}: {_words(passed)}. Its own targets ask for less.",
        fix=told.repair(name, passed, late) if late else _kept(name, need),
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


def _words(limits: Times) -> str:
    return ", ".join(f"{disruption} RTO {format_duration(limit)}" for disruption, limit in limits.items())


def _kept(name: str, need: str) -> str:
    return f"The plan already brings {name} back in time, with {need}; give {need} these targets so that it stays so."


class _Told:
    """What repairs an inversion, in words."""

    def __init__(self, repairs: Repairs, after: Outcomes, currency: str) -> None:
        self.repairs, self.after, self.currency = repairs, after, currency
        self.needs = repairs.needs
        self.probability = QUANTILES[self.needs.risk_level]

    def late(self, name: str, passed: Times) -> tuple[Disruption, ...]:
        """The disruptions after which the dependent is back too late."""
        return tuple(d for d, limit in passed.items() if self.after[name][d].quantile(self.probability) > limit)

    def repair(self, name: str, passed: Times, late: Iterable[Disruption]) -> str:
        found = self.repairs.of(name, late)
        if found is None:
            return "Not priced, since there are too many such needs: " + _lower(LOOSEN) + "."
        told = [self._met(name, found, passed)] if found.met else []
        told += [self._beyond(name, disruption, passed[disruption]) for disruption in found.beyond]
        return " ".join((*told, f"{LOOSEN}.")) if found.beyond or found.given_up else " ".join(told)

    def _met(self, name: str, found: Repair, passed: Times) -> str:
        partly = f" of {_words({d: passed[d] for d in found.met})}" if found.beyond else ""
        if found.given_up:
            lost = sorted({f"{item} {key.split('.')[0]}" for item, key in found.given_up})
            return f"{name} can only be back in time{partly} by giving up another target: {', '.join(lost)}."
        options = [f"option {option} for {other}" for other, option in sorted(found.options.items())]
        together = ", together" if len(options) > 1 else ","
        more = "more" if found.cents >= 0 else "less"
        money = f"{format_amount(Decimal(abs(found.cents)) / CENTS)} {self.currency} a month {more}"
        return f"Cheapest repair{partly}: {' and '.join(options)}{together} {money}."

    def _beyond(self, name: str, disruption: Disruption, limit: float) -> str:
        held = held_up(self.needs, name, disruption)
        told = f"No choice of options brings {name} back within {_words({disruption: limit})}"
        if held is None:
            return f"{told}."
        if math.isinf(held.value_s):
            return f"{told}: no option leaves a way back with {held.need}."
        if held.value_s > limit:
            value = format_duration(held.value_s, limit)
            return (
                f"{told}: {held.need} holds it up, and even with its quickest option ({held.option_id}) it is {value}."
            )
        value = format_duration(held.together_s, limit)
        return f"{told}: with the quickest options of all that it needs it is {value}."


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
