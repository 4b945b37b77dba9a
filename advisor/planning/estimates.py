"""Outcomes as the plan shows them: quantiles, critical path, limiting step, sensitivity, facts and their confidence."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from advisor.estimation.context import Context
from advisor.estimation.options import meets
from advisor.estimation.outcome import Outcome, pools
from advisor.estimation.paths import Path
from advisor.estimation.sampling import Sampler, Samples, quantile
from advisor.estimation.schedule import Schedule, Timetable, critical_shares, makespan_of
from advisor.model.evidence import Spread, weakest
from advisor.model.plan import ComponentRecovery, Estimate, Sensitivity, TaskResult
from advisor.model.recovery import Task
from advisor.model.targets import RiskLevel, Target

Metric = Literal["rpo", "rto"]
SENSITIVE_INPUTS = 3
P95 = 0.95


def estimate(
    context: Context,
    sampler: Sampler,
    outcome: Outcome,
    target: Target,
    risk_level: RiskLevel,
    waits_for: str | None,
    detailed: bool = True,
) -> Estimate:
    """The estimate of one outcome against its target. ``detailed`` adds the schedule and the sensitivities."""
    facts = outcome.facts
    confidence = weakest(context.rules.fact(fact).confidence for fact in facts)
    schedule = outcome.schedule
    unknown = is_unknown(outcome)
    no_point, no_way = math.isinf(outcome.worst_s), not outcome.recoverable
    return Estimate(
        rpo_worst_s=_seconds(outcome.worst_s),
        rpo_expected_s=_seconds(outcome.expected_s),
        rto_p50_s=_seconds(outcome.quantile(0.5)),
        rto_p90_s=_seconds(outcome.quantile(0.9)),
        rto_p95_s=_seconds(outcome.quantile(P95)),
        rto_mean_s=_seconds(outcome.mean_s),
        p_meets=_probability(outcome, target),
        target_rpo_s=target.rpo_s,
        target_rto_s=target.rto_s,
        meets=meets(outcome, target, risk_level),
        limiting=limiting(context, outcome, target, waits_for),
        confidence=confidence,
        facts=tuple(sorted(facts)),
        unbounded=(no_way or no_point) and not unknown,
        rpo_unbounded=no_point and not unknown,
        rto_unbounded=no_way and not unknown,
        unknown=unknown,
        worst_place=outcome.place,
        inherited_from=waits_for,
        components=tuple(_component(path) for path in outcome.paths),
        tasks=_tasks(schedule) if schedule is not None and detailed else (),
        sensitivity=_sensitivities(context, sampler, outcome) if detailed else (),
    )


def _seconds(value: float) -> float | None:
    """Seconds to a tenth; None where there is no bound."""
    return None if math.isinf(value) else round(value, 1)


def _probability(outcome: Outcome, target: Target) -> float | None:
    """Probability of meeting the RTO target; 0 where there is no way back or the loss exceeds its target."""
    if not target.asks:
        return None
    if not outcome.recoverable or (target.rpo_s is not None and outcome.worst_s > target.rpo_s):
        return 0.0
    return 1.0 if target.rto_s is None else round(outcome.probability_within(target.rto_s), 4)


def is_unknown(outcome: Outcome) -> bool:
    """Whether the inventory does not tell if there is a way back: nothing that is known is lost for good."""
    lost = [path for path in outcome.paths if not path.recoverable]
    return bool(lost) and all(path.unknown for path in lost)


def limiting(
    context: Context, outcome: Outcome, target: Target, waits_for: str | None = None, metric: Metric | None = None
) -> str:
    """What stands in the way of better figures, or of one of them: the copy that serves, or the longest step of the
    critical path."""
    lost = next((path for path in outcome.paths if not path.recoverable), None)
    if lost is not None:
        name = _name(context, lost)
        return lost.title if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", lost.title) else f"{name}: {lost.title}"
    if waits_for is not None and metric != "rpo":
        return f"waits for {waits_for}"
    if metric != "rto" and target.rpo_s is not None and outcome.worst_s > target.rpo_s:
        path = max(outcome.lossy_paths, key=lambda item: item.worst_s)
        return f"data of {_name(context, path)} comes from {path.served_from}"
    if outcome.schedule is None:
        return "nothing is interrupted"
    shares = critical_shares(outcome.schedule)
    longest = max(outcome.schedule.tasks, key=lambda task: (shares[task.id], task.id))
    return f"{longest.title} ({shares[longest.id]:.0%} of the slowest recoveries)"


def _name(context: Context, path: Path) -> str:
    """The component by its name, with the id where that is another."""
    known = {item.id: item.name for item in context.components()}
    short = path.component.split(":", 1)[-1]
    name = known.get(path.component) or short
    return short if name == short else f"{name} ({short})"


def _component(path: Path) -> ComponentRecovery:
    return ComponentRecovery(
        component=path.component,
        path=path.title,
        served_from=path.served_from,
        served_from_region=path.served_region,
        rpo_worst_s=_seconds(path.worst_s),
        rpo_expected_s=_seconds(path.expected_s),
        rpo_unbounded=math.isinf(path.worst_s),
        skew_s=path.skew_s,
        notes=path.notes,
        facts=path.facts,
    )


def _tasks(schedule: Schedule) -> tuple[TaskResult, ...]:
    shares, table = critical_shares(schedule), schedule.table
    return tuple(_task(table, task, shares[task.id]) for task in schedule.tasks)


def _task(table: Timetable, task: Task, share: float) -> TaskResult:
    return TaskResult(
        id=task.id,
        component=task.component,
        kind=task.kind,
        title=task.title,
        after=task.after,
        automatic=task.automatic,
        low_s=round(task.duration.low, 1),
        likely_s=round(task.duration.likely, 1),
        high_s=round(task.duration.high, 1),
        start_p50_s=_rounded(table.starts[task.id], 0.5),
        end_p50_s=_rounded(table.ends[task.id], 0.5),
        end_p95_s=_rounded(table.ends[task.id], P95),
        share=round(share, 4),
        facts=task.facts,
    )


def _rounded(samples: Samples, probability: float) -> float:
    return round(quantile(samples, probability), 1)


def _sensitivities(context: Context, sampler: Sampler, outcome: Outcome) -> tuple[Sensitivity, ...]:
    """The inputs whose own range moves the P95 most: each fixed at its low and at its high end, the rest as they
    are."""
    if outcome.schedule is None:
        return ()
    key = f"{context.workload.name}/{outcome.disruption}"
    found = []
    tasks = outcome.schedule.tasks
    for fact in sorted({fact for task in tasks for fact in _uncertain(task)}):
        low, high = (_p95_with(context, sampler, tasks, fact, end, key) for end in (0, 1))
        found.append(Sensitivity(fact=fact, p95_low_s=min(low, high), p95_high_s=max(low, high)))
    found.sort(key=lambda item: (item.p95_low_s - item.p95_high_s, item.fact))
    return tuple(found[:SENSITIVE_INPUTS])


def _uncertain(task: Task) -> tuple[str, ...]:
    """The facts with a range that the task's duration is drawn from."""
    if task.factors:
        return tuple(factor.fact for factor in task.factors if factor.spread.low < factor.spread.high)
    return task.facts[:1] if task.duration.low < task.duration.high else ()


def _p95_with(context: Context, sampler: Sampler, tasks: Iterable[Task], fact: str, end: int, key: str) -> float:
    fixed = [_task_with(task, fact, end) for task in tasks]
    return _rounded(makespan_of(fixed, sampler, pools(context), key), P95)


def _task_with(task: Task, fact: str, end: int) -> Task:
    if fact not in _uncertain(task):
        return task
    if not task.factors:
        return replace(task, duration=_fixed(task.duration, end))
    factors = (replace(f, spread=_fixed(f.spread, end)) if f.fact == fact else f for f in task.factors)
    return replace(task, factors=tuple(factors))


def _fixed(spread: Spread, end: int) -> Spread:
    value = spread.high if end else spread.low
    return Spread(value, value, value)
