"""Estimates in words: what is lost, when service is back, whether that fits, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.plan import ComponentRecovery, Estimate, TaskResult, WorkloadPlan
from advisor.model.report import DisruptionView, EstimateView, Gantt, GanttBar, SensitivityView, Status
from advisor.reporting import words
from advisor.reporting.sources import Sources

GANTT_ROWS = 26
SENSITIVITY_ROWS = 4
PATH_ROWS = 3


def status(estimate: Estimate) -> Status:
    """Whether the estimate meets its target; an unbounded miss is told apart from one by a margin."""
    if estimate.meets is None:
        return "no_target"
    if estimate.meets:
        return "met"
    lost = estimate.rpo_unbounded and estimate.target_rpo_s is not None
    never = estimate.rto_unbounded and estimate.target_rto_s is not None
    return "unbounded" if lost or never else "missed"


def deciding_rto(estimate: Estimate, risk_level: str) -> float | None:
    """The percentile that targets are checked against."""
    levels = {"p50": estimate.rto_p50_s, "p90": estimate.rto_p90_s, "p95": estimate.rto_p95_s}
    return levels.get(risk_level, estimate.rto_p95_s)


def _fits(value: float | None, target: float | None, unbounded: bool) -> bool | None:
    if target is None:
        return None
    return not unbounded and value is not None and value <= target


def view(estimate: Estimate, risk_level: str, sources: Sources, names: Mapping[str, str]) -> EstimateView:
    """One estimate in words; ``names`` are those of the components."""
    decides = deciding_rto(estimate, risk_level)
    return EstimateView(
        status=status(estimate),
        rpo_worst=words.data_loss(estimate.rpo_worst_s, estimate.rpo_unbounded, estimate.target_rpo_s),
        rpo_expected=words.data_loss(estimate.rpo_expected_s, estimate.rpo_unbounded),
        rto_p50=words.duration(estimate.rto_p50_s, estimate.rto_unbounded, estimate.target_rto_s),
        rto_p90=words.duration(estimate.rto_p90_s, estimate.rto_unbounded, estimate.target_rto_s),
        rto_p95=words.duration(estimate.rto_p95_s, estimate.rto_unbounded, estimate.target_rto_s),
        rto_deciding=words.duration(decides, estimate.rto_unbounded, estimate.target_rto_s),
        chance=words.chance(estimate.p_meets, estimate.rto_unbounded),
        rpo_met=_fits(estimate.rpo_worst_s, estimate.target_rpo_s, estimate.rpo_unbounded),
        rto_met=_fits(decides, estimate.target_rto_s, estimate.rto_unbounded),
        limiting=estimate.limiting,
        paths=_paths(estimate.components, names),
        notes=_notes(estimate),
        confidence=estimate.confidence if estimate.facts and not estimate.unknown else words.NONE,
        sources=sources.facts(estimate.facts),
        p50_s=estimate.rto_p50_s,
        p95_s=estimate.rto_p95_s,
        target_s=estimate.target_rto_s,
    )


def component_names(workload: WorkloadPlan) -> dict[str, str]:
    """The names people know components by; what belongs to the workload as a whole has none."""
    return {"workload": ""} | {item.id: item.name for item in workload.components}


def _paths(components: Iterable[ComponentRecovery], names: Mapping[str, str]) -> tuple[str, ...]:
    """How components come back, those that share a path in one phrase."""
    groups: dict[tuple[str, str], list[str]] = {}
    for item in components:
        place = f" in {item.served_from_region}" if item.served_from_region else ""
        groups.setdefault((item.path, f"data from {item.served_from}{place}"), []).append(
            names.get(item.component, item.component)
        )
    phrases = [f"{path} ({words.listing(names)}; {data})" for (path, data), names in groups.items()]
    hidden = len(phrases) - PATH_ROWS
    return tuple(phrases) if hidden <= 1 else (*phrases[:PATH_ROWS], f"{hidden} more ways, in plan.json")


def _notes(estimate: Estimate) -> tuple[str, ...]:
    notes = []
    if estimate.inherited_from:
        notes.append(f"waits for {estimate.inherited_from}")
    skew = max((item.skew_s for item in estimate.components if item.skew_s), default=None)
    if skew:
        notes.append(f"disks are captured up to {words.duration(skew)} apart")
    extra = [note for item in estimate.components for note in item.notes]
    return (*notes, *dict.fromkeys(extra))


def disruption_views(workload: WorkloadPlan, risk_level: str, sources: Sources) -> tuple[DisruptionView, ...]:
    """All disruptions that the plan estimates, in the order in which they are told."""
    views, names = [], component_names(workload)
    for name in DISRUPTIONS:
        after, before = workload.estimates.get(name), workload.before.get(name)
        if after is None or before is None:
            continue
        views.append(
            DisruptionView(
                disruption=name,
                title=words.DISRUPTION_TITLES[name],
                place=_place(after, before),
                target_rpo=words.target(after.target_rpo_s),
                target_rto=words.target(after.target_rto_s),
                before=view(before, risk_level, sources, names),
                after=view(after, risk_level, sources, names),
            )
        )
    return tuple(views)


def _place(after: Estimate, before: Estimate) -> str:
    """The place whose failure the figures are for; none where another workload decides over them."""
    if after.inherited_from:
        return ""
    return after.worst_place or ("" if before.inherited_from else before.worst_place) or ""


def limiting_disruption(workload: WorkloadPlan) -> tuple[Disruption, Estimate] | None:
    """The disruption whose schedule is worth a look: a missed one first, then the one that uses most of its target."""
    drawable = [(name, workload.estimates[name]) for name in DISRUPTIONS if name in workload.estimates]
    drawable = [(name, estimate) for name, estimate in drawable if estimate.tasks]
    if not drawable:
        return None

    def tightness(item: tuple[Disruption, Estimate]) -> tuple[bool, float, float]:
        estimate = item[1]
        used = (estimate.rto_p95_s or 0.0) / estimate.target_rto_s if estimate.target_rto_s else 0.0
        return estimate.meets is False, used, estimate.rto_p95_s or 0.0

    return max(drawable, key=tightness)


def gantt(workload: WorkloadPlan) -> Gantt | None:
    """The schedule of the limiting disruption; of very many tasks the critical and longest ones."""
    found = limiting_disruption(workload)
    if found is None:
        return None
    name, estimate = found
    shown, names = _important(estimate.tasks), component_names(workload)
    end = max(task.end_p95_s for task in estimate.tasks)
    return Gantt(
        workload=workload.name,
        disruption=words.DISRUPTION_TITLES[name],
        bars=tuple(_bar(task, names.get(task.component, task.component)) for task in shown),
        omitted=len(estimate.tasks) - len(shown),
        target_s=estimate.target_rto_s,
        target=words.target(estimate.target_rto_s),
        p95_s=end,
        p95=words.duration(end),
        waits_for=estimate.inherited_from or "",
    )


def _important(tasks: tuple[TaskResult, ...]) -> list[TaskResult]:
    by_weight = sorted(tasks, key=lambda task: (-task.share, task.start_p50_s - task.end_p50_s, task.id))
    kept = {task.id for task in by_weight[:GANTT_ROWS]}
    return sorted(
        (task for task in tasks if task.id in kept), key=lambda task: (task.start_p50_s, task.end_p50_s, task.id)
    )


def _bar(task: TaskResult, component: str) -> GanttBar:
    return GanttBar(
        title=task.title,
        component=component,
        start_s=task.start_p50_s,
        end_p50_s=task.end_p50_s,
        end_p95_s=task.end_p95_s,
        automatic=task.automatic,
        critical=task.share > 0,
        share=words.share(task.share) if task.share > 0 else "",
    )


def sensitivity(workload: WorkloadPlan, sources: Sources) -> tuple[SensitivityView, ...]:
    """The inputs that move the P95 of the workload's own recovery most, for the limiting disruption."""
    found = limiting_disruption(workload)
    if found is None:
        return ()
    ordered = sorted(found[1].sensitivity, key=lambda item: (item.p95_low_s - item.p95_high_s, item.fact))
    return tuple(
        SensitivityView(
            title=sources.title(item.fact),
            low=words.duration(item.p95_low_s),
            high=words.duration(item.p95_high_s),
            source=sources.fact(item.fact),
        )
        for item in ordered[:SENSITIVITY_ROWS]
    )
