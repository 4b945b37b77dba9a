"""Why an option lost, what a missed target would take, and what the neighbouring budgets would change."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from advisor.estimation.options import Option, meets
from advisor.estimation.outcome import QUANTILES, Outcome
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.option import Problem, Solution
from advisor.model.plan import FrontierPoint, Marginal, Miss, Rejected
from advisor.model.targets import RiskLevel
from advisor.model.units import format_amount, format_duration
from advisor.optimise import frontier, missed_of, solve
from advisor.optimise.totals import chosen
from advisor.planning.candidates import Candidate
from advisor.planning.estimates import limiting

Metric = Literal["rpo", "rto"]
Joint = Callable[[Option, Disruption], Outcome]
REJECTED_SHOWN = 8
BUDGET_STEPS = (Decimal("-0.10"), Decimal("0.10"), Decimal("0.25"), Decimal("0.50"))
CENT = Decimal("0.01")


def missed_targets(
    item: Candidate, outcomes: Mapping[Disruption, Outcome], risk_level: RiskLevel
) -> tuple[Disruption, ...]:
    return tuple(d for d in DISRUPTIONS if meets(outcomes[d], item.targets[d], risk_level) is False)


def misses(
    item: Candidate, picked: Option, outcomes: Mapping[Disruption, Outcome], risk_level: RiskLevel, joint: Joint
) -> tuple[Miss, ...]:
    """Each missed metric with what it would take: the cheapest option that meets it, or the closest one. ``joint``
    gives
    an option's outcome with the workloads that it waits for, as they are in the plan."""
    found = []
    for disruption in missed_targets(item, outcomes, risk_level):
        target, outcome = item.targets[disruption], outcomes[disruption]
        asked: tuple[tuple[Metric, float | None], ...] = (("rpo", target.rpo_s), ("rto", target.rto_s))
        for metric, limit in asked:
            if limit is not None and _value(outcome, metric, risk_level) > limit:
                found.append(_miss(item, picked, disruption, metric, limit, outcome, risk_level, joint))
    return tuple(found)


def _miss(
    item: Candidate,
    picked: Option,
    disruption: Disruption,
    metric: Metric,
    limit: float,
    outcome: Outcome,
    risk_level: RiskLevel,
    joint: Joint,
) -> Miss:
    value = _value(outcome, metric, risk_level)
    reached = {o.id: _value(joint(o, disruption), metric, risk_level) for o in item.options.options}
    able = [option for option in item.options.options if reached[option.id] <= limit]
    best = min(able, key=lambda o: (_given_up(item, o, picked, risk_level), o.monthly, o.id), default=None)
    shown = Miss(
        disruption=disruption,
        metric=metric,
        target_s=limit,
        estimate_s=None if math.isinf(value) else round(value, 1),
        attainable=best is not None,
        remedy="",
        limiting=limiting(outcome, item.targets[disruption]),
    )
    if best is not None:
        extra = best.monthly - picked.monthly
        currency = item.builder.costing.currency
        more = "more" if extra >= 0 else "less"
        remedy = f"option {best.id} meets it for {format_amount(abs(extra))} {currency} a month {more}"
        if _given_up(item, best, picked, risk_level):
            remedy += ", but gives up a target that is met now"
        return shown.model_copy(update={"remedy": remedy, "extra_monthly": extra.quantize(CENT)})
    if all(_value(o.outcomes[disruption], metric, risk_level) > limit for o in item.options.options):
        closest = min(item.options.options, key=lambda o: (reached[o.id], o.monthly, o.id))
        step = limiting(closest.outcomes[disruption], item.targets[disruption])
        told = f"no option meets it; the closest ({closest.id}) reaches {format_duration(reached[closest.id])}"
        return shown.model_copy(update={"remedy": f"{told}, held up by: {step}"})
    return shown.model_copy(update={"remedy": "the workload itself could be in time; a workload it needs is not"})


def _value(outcome: Outcome, metric: Metric, risk_level: RiskLevel) -> float:
    return outcome.worst_s if metric == "rpo" else outcome.quantile(QUANTILES[risk_level])


def _given_up(item: Candidate, option: Option, picked: Option, risk_level: RiskLevel) -> int:
    """How many targets that ``picked`` meets ``option`` would miss."""
    missed = missed_targets(item, option.outcomes, risk_level)
    return len(set(missed) - set(missed_targets(item, picked.outcomes, risk_level)))


def rejected(
    item: Candidate, picked: Option, problem: Problem, risk_level: RiskLevel, left: Decimal | None
) -> tuple[Rejected, ...]:
    """The options nearest to being chosen, each with the reason for which it lost; then some that another one beats."""
    others = [option for option in item.options.options if option.id != picked.id]
    mine = set(missed_targets(item, picked.outcomes, risk_level))
    others.sort(key=lambda option: (len(missed_targets(item, option.outcomes, risk_level)), option.monthly, option.id))
    shown = [_reject(item, option, picked, mine, problem, risk_level, left) for option in _varied(others)]
    for option_id, winner, tier, monthly, mechanisms in item.options.dominated[: max(0, REJECTED_SHOWN // 2)]:
        reason = f"{winner} is at least as good in every figure and costs no more"
        shown.append(
            Rejected(option_id=option_id, tier=tier, monthly_added=monthly, reason=reason, mechanisms=mechanisms)
        )
    shown += [
        Rejected(option_id=option_id, tier="none", monthly_added=None, reason=reason)
        for option_id, reason in item.options.excluded[:REJECTED_SHOWN]
    ]
    return tuple(shown)


def _varied(options: Sequence[Option]) -> list[Option]:
    """The first few of every set of mechanisms, so that the list shows alternatives and not shades of one."""
    seen: set[tuple[str, ...]] = set()
    varied = []
    for option in options:
        if option.mechanisms not in seen:
            seen.add(option.mechanisms)
            varied.append(option)
    return varied[:REJECTED_SHOWN]


def _reject(
    item: Candidate,
    option: Option,
    picked: Option,
    mine: set[Disruption],
    problem: Problem,
    risk_level: RiskLevel,
    left: Decimal | None,
) -> Rejected:
    theirs = set(missed_targets(item, option.outcomes, risk_level))
    currency = item.builder.costing.currency
    extra = option.monthly - picked.monthly
    difference = f"{format_amount(abs(extra))} {currency} a month {'more' if extra > 0 else 'less'}"
    if theirs - mine:
        reason = f"misses {_words(theirs - mine)}, which the chosen one meets ({difference})"
    elif mine - theirs:
        reason = f"would meet {_words(mine - theirs)} too, for {difference}: {_beyond(extra, left)}"
    elif option.shared - picked.shared:
        names = ", ".join(sorted(option.shared - picked.shared))
        reason = f"meets the same targets for {difference}, and needs a charge of its own on top ({names})"
    elif extra > 0:
        reason = f"meets the same targets for {difference}"
    elif extra < 0:
        reason = f"meets the same targets for {difference}, but is worse under the objective {problem.objective}"
    else:
        reason = "meets the same targets for the same money, with more changes or a higher expected loss"
    return Rejected(
        option_id=option.id,
        tier=option.tier,
        monthly_added=option.monthly.quantize(CENT),
        reason=reason,
        mechanisms=option.mechanisms,
    )


def _beyond(extra: Decimal, left: Decimal | None) -> str:
    if left is not None and extra > left:
        return f"the budget leaves {format_amount(left)}"
    return "other targets come first, or it changes nothing that counts as met"


def _words(disruptions: set[Disruption]) -> str:
    return " and ".join(sorted(disruptions)) + (" targets" if len(disruptions) > 1 else " target")


def frontier_points(problem: Problem, total_targets: int) -> tuple[FrontierPoint, ...]:
    """The cost–risk frontier as the plan shows it."""
    points = []
    for totals, choices in frontier(problem):
        missed = missed_of(problem, chosen(problem, choices))
        points.append(
            FrontierPoint(
                monthly_added=Decimal(totals.cost) / 100,
                expected_annual_loss=Decimal(totals.loss) / 100,
                targets_met=total_targets - len(_cases(missed)),
            )
        )
    return tuple(points)


def marginals(problem: Problem, solution: Solution) -> tuple[Marginal, ...]:
    """What a little less and a little more budget would change."""
    if problem.budget is None or solution.status == "infeasible":
        return ()
    now = missed_of(problem, chosen(problem, solution.choices))
    found = []
    for step in BUDGET_STEPS:
        change = int(problem.budget * step)
        other = solve(replace(problem, budget=problem.budget + change))
        if other.status == "infeasible":
            continue
        then = missed_of(problem, chosen(problem, other.choices))
        moved = tuple(sorted(name for name in solution.choices if solution.choices[name] != other.choices[name]))
        lost, gained = sorted(_cases(then) - _cases(now)), sorted(_cases(now) - _cases(then))
        found.append(
            Marginal(
                extra_monthly=Decimal(change) / 100,
                targets_gained=len(_cases(now)) - len(_cases(then)),
                expected_annual_loss_saved=Decimal(solution.totals.loss - other.totals.loss) / 100,
                workloads=moved,
                detail=_marginal_words(lost, gained),
            )
        )
    return tuple(found)


def _cases(missed: Mapping[tuple[str, str], float]) -> set[tuple[str, str]]:
    """Missed targets as (workload, disruption): a target is one, whether its data or its time is missed."""
    return {(name, key.split(".")[0]) for name, key in missed}


def _marginal_words(lost: list[tuple[str, str]], gained: list[tuple[str, str]]) -> str:
    parts = []
    if gained:
        parts.append("meets also " + ", ".join(f"{name} {key}" for name, key in gained))
    if lost:
        parts.append("loses " + ", ".join(f"{name} {key}" for name, key in lost))
    return "; ".join(parts) or "changes no target"
