"""What a choice comes to, computed exactly: the one definition that every method is held against."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor

from advisor.model.option import FreeQuota, Joint, Problem, ProblemOption, Totals, sum_of_weights


def chosen(problem: Problem, choices: Mapping[str, str]) -> dict[str, ProblemOption]:
    """The chosen option of every workload; raises ``KeyError`` where one is missing."""
    return {
        workload.name: next(option for option in workload.options if option.id == choices[workload.name])
        for workload in problem.workloads
    }


def missed_of(problem: Problem, picked: Mapping[str, ProblemOption]) -> dict[tuple[str, str], float]:
    """Missed targets by (workload, key) with their weight: the option's own, and those that a needed workload
    breaks."""
    missed = {(name, key): weight for name, option in picked.items() for key, weight in option.missed.items()}
    weights = coupling_weights(problem)
    for coupling in problem.couplings:
        broken = coupling.breaks.get(picked[coupling.dependent].id, frozenset())
        if picked[coupling.needed].id in broken:
            key = (coupling.dependent, coupling.key)
            missed.setdefault(key, weights[key])
    for joint in problem.joints:
        if joint.missed and joined(joint, picked):
            key = (joint.dependent, joint.key)
            missed.setdefault(key, weights[key])
    return missed


def joined(joint: Joint, picked: Mapping[str, ProblemOption]) -> bool:
    """Whether every workload of ``joint`` takes one of the options it names."""
    return all(picked[name].id in options for name, options in joint.options.items())


def waiting_of(problem: Problem, picked: Mapping[str, ProblemOption]) -> dict[tuple[str, str], int]:
    """What waiting for others adds to the expected annual loss, by (workload, key), in cents."""
    found: dict[tuple[str, str], int] = {}
    for wait in problem.waits:
        amount = wait.extra.get(picked[wait.dependent].id, {}).get(picked[wait.needed].id, 0)
        key = (wait.dependent, wait.key)
        found[key] = max(found.get(key, 0), amount)
    for joint in problem.joints:
        if joint.loss and joined(joint, picked):
            key = (joint.dependent, joint.key)
            found[key] = max(found.get(key, 0), joint.loss)
    return found


def coupling_weights(problem: Problem) -> dict[tuple[str, str], float]:
    """The weight of each target that needed workloads can break; where they disagree about one target, the largest."""
    weights: dict[tuple[str, str], float] = {}
    found = [(item.dependent, item.key, item.weight) for item in problem.couplings]
    found += [(item.dependent, item.key, item.missed) for item in problem.joints if item.missed]
    for dependent, key, weight in found:
        weights[dependent, key] = max(weights.get((dependent, key), 0.0), weight)
    return weights


def credit(quota: FreeQuota, used: float) -> int:
    """Cents that the free quota takes off, rounded down (the bill never gets better by rounding)."""
    return floor(min(used, quota.free) * quota.cents_per_unit + 1e-9)


def totals_of(problem: Problem, choices: Mapping[str, str]) -> Totals:
    """Totals of a complete choice."""
    picked = chosen(problem, choices)
    shared = frozenset().union(*(option.shared for option in picked.values())) if picked else frozenset()
    cost = sum(option.cost for option in picked.values()) + sum(problem.shared.get(item, 0) for item in shared)
    for name, quota in problem.quotas.items():
        cost -= credit(quota, sum(option.quota.get(name, 0.0) for option in picked.values()))
    return Totals(
        cost,
        sum(option.loss for option in picked.values()) + sum(waiting_of(problem, picked).values()),
        sum_of_weights(missed_of(problem, picked).values()),
        sum(option.changes for option in picked.values()),
    )


def objective_of(problem: Problem, totals: Totals) -> int:
    """The figure that the problem's objective minimises, in cents (changes for ``min-change``)."""
    if problem.objective == "min-cost":
        return totals.cost
    if problem.objective == "min-risk":
        return totals.loss
    if problem.objective == "min-total":
        return 12 * totals.cost + totals.loss
    return totals.changes


def feasible(problem: Problem, totals: Totals) -> bool:
    """Whether a choice respects the budget and the limit on changes."""
    within = problem.budget is None or totals.cost <= problem.budget
    return within and (problem.max_changes is None or totals.changes <= problem.max_changes)
