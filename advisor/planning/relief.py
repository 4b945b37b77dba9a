"""What stands in the way of each missed target, and the least money that would remove it.

Each question is a problem of its own, solved like the plan itself: with only that target counted, with it and all
targets that the plan meets, and without any limit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.option import Joint, Problem, ProblemOption, Solution
from advisor.model.plan import Obstacle, Relief
from advisor.model.units import format_amount
from advisor.optimise import chosen, missed_of
from advisor.planning.chooser import MANY, Chooser
from advisor.planning.needs import CENTS

ASKED: Final = 12
ASKED_LARGE: Final = 2
TOLERANCE: Final = 1e-9
"""Sums of weights closer than this are the same but for rounding."""
WEIGHT_PLACES: Final = 9

Case = tuple[str, Disruption]
"""A workload and a disruption."""
Wishes = Callable[[str, Disruption], str]


def _none(name: str, disruption: Disruption) -> str:
    """The targets file takes nothing out of the choice."""
    del name, disruption
    return ""


def cases_of(problem: Problem, choices: Mapping[str, str]) -> set[Case]:
    """Missed targets: a target is one, whether its data or its time is missed."""
    return {case_of(name, key) for name, key in missed_of(problem, chosen(problem, choices))}


def case_of(name: str, key: str) -> Case:
    """The target behind a key such as ``zone.rto``."""
    return name, next(disruption for disruption in DISRUPTIONS if key.split(".")[0] == disruption)


def by_weight(cases: Collection[Case], weights: Mapping[Case, float]) -> list[Case]:
    """Missed targets in the order in which every page tells them: the heaviest first, then by workload and disruption,
    those that reach least far first."""
    return sorted(cases, key=lambda case: (-round(weights[case], WEIGHT_PLACES), case[0], DISRUPTIONS.index(case[1])))


def worsened(problem: Problem, before: Mapping[str, str], after: Mapping[str, str]) -> list[Case]:
    """Targets that both choices miss, the second one by more: in a further part, or without any way back."""
    now, then = (weights_of(problem, choices) for choices in (before, after))
    return sorted(case for case in now.keys() & then.keys() if then[case] > now[case] + TOLERANCE)


def weights_of(problem: Problem, choices: Mapping[str, str]) -> dict[Case, float]:
    """Every missed target with the sum of the weights of its missed parts."""
    weights: dict[Case, float] = {}
    for (name, key), weight in missed_of(problem, chosen(problem, choices)).items():
        case = case_of(name, key)
        weights[case] = weights.get(case, 0.0) + weight
    return weights


def reliefs(chooser: Chooser, solution: Solution, currency: str, wishes: Wishes = _none) -> tuple[Relief, ...]:
    """Every missed target, the heaviest first, with what stands in its way; only so many in all, since each takes
    problems of its own. ``wishes`` says of a target that nothing meets what the targets file takes out of the
    choice, where that is why."""
    problem = chooser.problem
    weights = weights_of(problem, solution.choices)
    ordered = by_weight(weights, weights)
    asked = ordered[: ASKED if len(problem.workloads) <= MANY else ASKED_LARGE]
    met = _all_cases(problem) - set(weights)
    return tuple(_relief(chooser, solution, case, met, currency, wishes) for case in asked)


def budget_for_all(chooser: Chooser, solution: Solution) -> Decimal | None:
    """The least monthly cost that meets all targets that can be met together; None without a budget, or where the plan
    meets as much already."""
    problem = chooser.problem
    if problem.budget is None:
        return None
    free = chooser.solve(budget=None, max_changes=None, objective="min-cost", targets_first=True)
    if free.totals.miss_weight >= solution.totals.miss_weight:
        return None
    return Decimal(free.totals.cost) / CENTS


def _all_cases(problem: Problem) -> set[Case]:
    own = {case_of(w.name, key) for w in problem.workloads for option in w.options for key in option.missed}
    others = {case_of(item.dependent, item.key) for item in problem.couplings}
    return own | others | {case_of(item.dependent, item.key) for item in problem.joints if item.missed}


def _relief(
    chooser: Chooser,
    solution: Solution,
    case: Case,
    met: Collection[Case],
    currency: str,
    wishes: Wishes,
) -> Relief:
    name, disruption = case

    def told(obstacle: Obstacle, detail: str, found: Solution | None = None, extra: int | None = None) -> Relief:
        moved = () if found is None else _moved(solution, found)
        money = None if extra is None else Decimal(extra) / CENTS
        return Relief(
            workload=name, disruption=disruption, obstacle=obstacle, extra_monthly=money, workloads=moved, detail=detail
        )

    alone = least_cost(chooser, lambda item, key: case_of(item, key) == case)
    if alone.totals.miss_weight > 0:
        limits = wishes(name, disruption) or ", at any price"
        return told("options", f"no combination of options meets it{limits}")
    missed = set(missed_of(chooser.problem, chosen(chooser.problem, solution.choices)))

    def counts(item: str, key: str) -> bool:
        """It, and all that the plan keeps: of a missed target the part that is met, too."""
        return case_of(item, key) == case or (item, key) not in missed

    both = least_cost(chooser, counts, chooser.problem.max_changes)
    if both.totals.miss_weight > 0 and chooser.problem.max_changes is not None:
        both = least_cost(chooser, counts)
    if both.totals.miss_weight > 0:
        lost = cases_of(chooser.problem, both.choices) & set(met)
        lost |= set(worsened(chooser.problem, solution.choices, both.choices)) - {case}
        given = ", ".join(" ".join(item) for item in sorted(lost))
        return told("other targets", "can only be met by giving up another target" + (f": {given}" if given else ""))
    extra = both.totals.cost - solution.totals.cost
    sum_ = f"{format_amount(abs(Decimal(extra)) / CENTS)} {currency} a month {'more' if extra >= 0 else 'less'}"
    problem = chooser.problem
    if problem.max_changes is not None and both.totals.changes > problem.max_changes:
        detail = f"would be met for {sum_} with {both.totals.changes} changes, beyond the limit"
        return told("changes", detail, both, extra)
    if problem.budget is not None and both.totals.cost > problem.budget:
        return told("budget", f"would be met for {sum_}, beyond the budget", both, extra)
    return told("objective", f"would be met for {sum_}; the objective {problem.objective} prefers not to", both, extra)


def _moved(before: Solution, after: Solution) -> tuple[str, ...]:
    return tuple(sorted(name for name in before.choices if before.choices[name] != after.choices[name]))


def least_cost(chooser: Chooser, counts: Callable[[str, str], float], max_changes: int | None = None) -> Solution:
    """The cheapest choice that misses least of the parts of targets (workload, key), each weighing what ``counts`` says
    (0: it does not count), whatever the budget."""
    while True:
        known = len(chooser.problem.joints)
        found = _counted(chooser, counts, max_changes)
        if len(chooser.problem.joints) == known:  # what was learnt on the way may be of targets that do not count
            return found


def _counted(chooser: Chooser, counts: Callable[[str, str], float], max_changes: int | None) -> Solution:
    problem = chooser.problem

    def option(name: str, item: ProblemOption) -> ProblemOption:
        return replace(item, missed={key: float(weight) for key in item.missed if (weight := counts(name, key))})

    return chooser.solve(
        workloads=tuple(replace(w, options=tuple(option(w.name, o) for o in w.options)) for w in problem.workloads),
        couplings=tuple(
            replace(item, weight=float(weight))
            for item in problem.couplings
            if (weight := counts(item.dependent, item.key))
        ),
        joints=tuple(_weighed(item, counts) for item in problem.joints if _told(item, counts)),
        budget=None,
        max_changes=max_changes,
        objective="min-cost",
        targets_first=True,
    )


def _told(joint: Joint, counts: Callable[[str, str], float]) -> bool:
    return not joint.missed or counts(joint.dependent, joint.key) > 0


def _weighed(joint: Joint, counts: Callable[[str, str], float]) -> Joint:
    return replace(joint, missed=float(counts(joint.dependent, joint.key))) if joint.missed else joint
