"""Which targets one plan meets and another does not, and why a plan gives up one target for another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.plan import Plan
from advisor.reporting import words

SHOWN: Final = 12
Case = tuple[str, Disruption]


def targets_moved(earlier: Plan, later: Plan) -> tuple[str, ...]:
    """Sentences on the targets that came to be met and to be missed, of workloads in both plans, heaviest first; where
    there are both, what the plans leave missed weighs how much. Empty where no target changed sides."""
    was, now = _met(earlier), _met(later)
    heavy_then, heavy_now = _weights(earlier), _weights(later)
    gained = [case for case, met in now.items() if met and was.get(case) is False]
    lost = [case for case, met in now.items() if met is False and was.get(case)]
    told = []
    if gained:
        told.append(f"Met now, missed before: {_listed(gained, heavy_then)}.")
    if lost:
        told.append(f"Missed now, met before: {_listed(lost, heavy_now)}.")
    if gained and lost:
        told += _why(later, heavy_then, heavy_now)
    return tuple(told)


def _met(plan: Plan) -> dict[Case, bool]:
    """Whether each target is met, in the order of workloads and disruptions."""
    return {
        (item.name, name): item.estimates[name].meets is True
        for item in sorted(plan.workloads, key=lambda item: item.name)
        for name in DISRUPTIONS
        if name in item.estimates and item.estimates[name].meets is not None
    }


def _weights(plan: Plan) -> dict[Case, float]:
    """The weight of each missed target; none where a plan does not tell all of them."""
    misses = [(item.name, miss) for item in plan.workloads for miss in item.misses]
    if any(miss.weight is None for _, miss in misses):
        return {}
    return {(name, miss.disruption): miss.weight or 0.0 for name, miss in misses}


def _listed(cases: list[Case], weights: Mapping[Case, float]) -> str:
    ordered = sorted(cases, key=lambda case: -weights.get(case, 0.0))
    shown = []
    for name, disruption in ordered:
        weight = weights.get((name, disruption))
        heavy = "" if weight is None else f" (weight {weight:g})"
        shown.append(f"{words.clean(name)}, {words.DISRUPTION_TITLES[disruption].lower()}{heavy}")
    rest = len(shown) - SHOWN
    return "; ".join(shown[:SHOWN]) + (f"; {rest} more" if rest > 0 else "")


def _why(later: Plan, then: Mapping[Case, float], now: Mapping[Case, float]) -> list[str]:
    """What decides between targets: the objectives that put targets first leave the least weight missed."""
    told = []
    if later.objective in ("min-cost", "min-change"):
        told.append("A plan leaves missed what weighs least together (the weights are those of the classes).")
    if then and now:
        told.append(f"What is missed weighs {sum(now.values()):g} now and weighed {sum(then.values()):g} before.")
    return told
