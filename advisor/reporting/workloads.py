"""One workload in words: what it is, what was chosen and why, what it costs, what it still misses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from advisor.model.cost import CostTotal
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.finding import SEVERITY_ORDER, Finding
from advisor.model.plan import (
    OTHER_COMBINATIONS,
    Action,
    ComponentInfo,
    Estimate,
    Infeasible,
    Miss,
    Plan,
    Rejected,
    WorkloadPlan,
)
from advisor.model.report import (
    ActionView,
    Change,
    FindingView,
    InfeasibleView,
    MissView,
    RejectedView,
    Status,
    WorkloadView,
)
from advisor.reporting import costs, estimates, words
from advisor.reporting.sources import Sources

REJECTED_ROWS = 6
NAMED = 3
ALSO = 6
_OPTION = re.compile(r"\boption (?P<able>\S+) meets it|\bthe closest \((?P<closest>[^()]+)\) reaches")
_VERBS = {"create": "new", "extend": "changed", "convert": "converted"}


def ordered(plan: Plan) -> tuple[WorkloadPlan, ...]:
    """The workloads as the report tells them: the most critical class first, then by name."""
    rank = {name: index for index, name in enumerate(words.CLASS_ORDER)}
    return tuple(sorted(plan.workloads, key=lambda item: (rank.get(item.class_name, len(rank)), item.name)))


def anchors(plan: Plan) -> dict[str, str]:
    """The place of each workload in the document."""
    return {workload.name: f"workload-{index}" for index, workload in enumerate(ordered(plan), start=1)}


def workload_status(workload: WorkloadPlan) -> Status:
    """The worst status of all disruptions."""
    found = {estimates.status(estimate) for estimate in workload.estimates.values()}
    order: tuple[Status, ...] = ("unbounded", "missed", "met", "no_target")
    return next((status for status in order if status in found), "no_target")


def met_text(figures: Mapping[Disruption, Estimate]) -> str:
    """``3 of 4``: disruptions within target, of those that have one."""
    verdicts = [estimate.meets for estimate in figures.values() if estimate.meets is not None]
    return f"{sum(verdicts)} of {len(verdicts)}" if verdicts else "no targets"


def tier_text(workload: WorkloadPlan) -> str:
    """The tier that is reached; where protections are bought that reach none, these, as "none" beside an amount of
    money would leave open what it is for."""
    if workload.tier != "none" or not workload.mechanisms:
        return workload.tier
    return f"{words.listing([words.mechanism(name) for name in workload.mechanisms])}, short of a tier"


def tier_change(workload: WorkloadPlan) -> str:
    """The tier before and after, once where nothing changes."""
    return " → ".join(dict.fromkeys((workload.tier_before, tier_text(workload))))


def added_text(workload: WorkloadPlan, currency: str) -> str:
    """The added monthly cost of the workload itself."""
    cost = workload.cost
    unpriced = int(cost.at_least)
    return costs.total_text(
        CostTotal(
            amount=cost.monthly_added,
            low=cost.monthly_added_low,
            currency=currency,
            at_least=cost.at_least,
            unpriced=unpriced,
        )
    )


def build(workload: WorkloadPlan, plan: Plan, sources: Sources, anchor: str, evidence: str = "") -> WorkloadView:
    """Everything shown about one workload."""
    return WorkloadView(
        name=workload.name,
        anchor=anchor,
        class_name=workload.class_name,
        verdict=_verdict(workload),
        status=workload_status(workload),
        what=_what(workload, plan, evidence),
        why=_why(workload, plan),
        tier_before=workload.tier_before,
        tier=tier_text(workload),
        met=met_text(workload.estimates),
        added=added_text(workload, plan.currency),
        loss=Change(
            "Expected loss per year",
            words.about(workload.expected_annual_loss_before, plan.currency),
            words.about(workload.expected_annual_loss, plan.currency),
        ),
        disruptions=estimates.disruption_views(workload, plan.risk_level, sources),
        misses=miss_views(workload, plan.currency),
        actions=tuple(_action(number, action) for number, action in enumerate(workload.actions, start=1)),
        costs=costs.tables(workload, sources, plan.currency),
        rejected=_rejected(workload.rejected, plan.currency),
        infeasible=_infeasible(workload, sources),
        gantt=estimates.gantt(workload),
        sensitivity=estimates.sensitivity(workload, sources),
        findings=finding_views(workload.findings, sources),
    )


def _verdict(workload: WorkloadPlan) -> str:
    verdicts = [estimate.meets for estimate in workload.estimates.values() if estimate.meets is not None]
    if not verdicts:
        return "No targets are set"
    if all(verdicts):
        return "Within target in every disruption that has one"
    return f"Within target in {sum(verdicts)} of {len(verdicts)} disruptions"


def _what(workload: WorkloadPlan, plan: Plan, evidence: str) -> tuple[tuple[str, str], ...]:
    found = words.FOUND_BY.get(workload.found_by, workload.found_by)
    needs = [f"{name} (cannot run without it)" for name in workload.needs_hard]
    needs += [f"{name} (can run without it)" for name in workload.needs_soft]
    needed_by = [other.name for other in plan.workloads if workload.name in (*other.needs_hard, *other.needs_soft)]
    zones = f" (zones {words.listing(workload.zones, 6)})" if workload.zones else ""
    pairs = (
        ("Class", workload.class_name),
        ("Recognised by", f"{found}: {evidence}" if evidence else found),
        ("Consists of", "; ".join(_component(item) for item in workload.components)),
        ("Stands in", f"{words.listing(workload.regions, 6)}{zones}"),
        ("Needs", words.listing(needs, 8)),
        ("Needed by", words.listing(needed_by, 8)),
    )
    return tuple((label, text) for label, text in pairs if text)


def _component(item: ComponentInfo) -> str:
    kind = words.COMPONENT_KINDS.get(item.kind, item.kind)
    count = len(item.members)
    size = f" of {count}, at least {item.quorum} needed" if count > 1 else ""
    disks = f", {words.plural(len(item.disks), 'data disk')}" if item.disks else ""
    return f"{item.name} ({kind}{size}{disks})"


def _why(workload: WorkloadPlan, plan: Plan) -> tuple[str, ...]:
    objective = words.OBJECTIVES.get(plan.objective, f"is best by the objective {plan.objective}")
    named = [words.mechanism(name) for name in workload.mechanisms]
    options = words.plural(workload.options_considered, "feasible option")
    reasons = [
        f"Protection: {words.listing(named, 12) or 'nothing beyond what is there'}.",
        f"Chosen from {options} for this workload: part of the plan that, over the whole estate, {objective}. "
        f"It makes {_changes(workload)}.",
    ]
    waits = sorted({name for item in workload.estimates.values() if (name := item.inherited_from)})
    if waits:
        reasons.append(f"Its recovery waits for {words.listing(waits)}, which it cannot run without.")
    return tuple(reasons)


def _changes(workload: WorkloadPlan) -> str:
    count = len(workload.actions)
    touched = f", {words.plural(workload.changes, 'resource')} touched" if workload.changes != count else ""
    return words.plural(count, "change") + touched


def shared_added(plan: Plan) -> Decimal:
    """What the workloads' own sums lack to the headline: charges that several share, less free quotas."""
    return plan.portfolio.monthly_added - sum((item.cost.monthly_added for item in plan.workloads), Decimal(0))


def miss_views(workload: WorkloadPlan, currency: str) -> tuple[MissView, ...]:
    """The missed targets in words, the heaviest first; data loss and time to recover of one disruption are one
    target."""
    views = []
    for name in DISRUPTIONS:
        same = sorted((miss for miss in workload.misses if miss.disruption == name), key=lambda miss: miss.metric)
        if same:
            views.append(_joined(same, workload, currency))
    return tuple(sorted(views, key=lambda view: -view.weight))


def _joined(same: Sequence[Miss], workload: WorkloadPlan, currency: str) -> MissView:
    parts = [_miss_view(miss, workload, currency) for miss in same]
    dearest = max(same, key=lambda miss: (miss.extra_monthly is not None, miss.extra_monthly or 0))
    limiting = list(dict.fromkeys(part.limiting for part in parts if part.limiting))
    alike = len({part.remedy for part in parts}) == 1
    remedies = [part.remedy if alike else f"{part.metric[0].upper()}{part.metric[1:]}: {part.remedy}" for part in parts]
    return replace(
        parts[0],
        metric=" / ".join(part.metric for part in parts),
        target=" / ".join(part.target for part in parts),
        estimate=" / ".join(part.estimate for part in parts),
        limiting="; ".join(limiting),
        remedy=" ".join(dict.fromkeys(remedies)),
        extra=parts[same.index(dearest)].extra,
        attainable=all(part.attainable for part in parts),
    )


def _miss_view(miss: Miss, workload: WorkloadPlan, currency: str) -> MissView:
    """A miss in words, with what meeting the target would add."""
    found = workload.estimates.get(miss.disruption)
    known = found is None or not found.unknown
    loss = miss.metric == "rpo"
    estimate = (words.data_loss if loss else words.duration)(miss.estimate_s, known, miss.target_s)
    extra = words.money(miss.extra_monthly, currency) if miss.extra_monthly is not None else ""
    remedy = words.sentence(_explained(miss.remedy, workload))
    remedy = remedy[:1].upper() + remedy[1:] if remedy.startswith(("no ", "option ", "the ")) else remedy
    if not miss.attainable and "no option" not in remedy.lower():
        remedy = f"No option reaches it: {remedy}"
    if extra and extra not in remedy:
        remedy = f"{remedy} It adds {extra} per month."
    return MissView(
        workload=workload.name,
        disruption=words.DISRUPTION_TITLES[miss.disruption],
        metric=words.METRICS[miss.metric],
        target=words.target(miss.target_s),
        estimate=estimate,
        limiting="" if miss.limiting in miss.remedy else miss.limiting,
        remedy=remedy,
        extra=extra,
        attainable=miss.attainable,
        weight=miss.weight or 0.0,
    )


def _told(found: re.Match[str], known: Mapping[str, Sequence[str]]) -> str:
    """An option as a remedy names it: ``option a+b meets it`` or ``the closest (a+b) reaches``."""
    mechanisms = known.get(found["able"] or found["closest"])
    named = words.listing([words.mechanism(name) for name in mechanisms], 6) if mechanisms else ""
    if found["able"]:
        return f"protection by {named} meets it" if named else "another option meets it"
    return f"the closest, {named}, reaches" if named else "the closest reaches"


def _explained(text: str, workload: WorkloadPlan) -> str:
    """The text with the mechanisms in words in place of the ids of options, which say nothing to most readers."""
    known = {item.option_id: item.mechanisms for item in workload.rejected if item.mechanisms}
    known[workload.option_id] = workload.mechanisms
    return _OPTION.sub(lambda found: _told(found, known), text)


def _action(number: int, action: Action) -> ActionView:
    return ActionView(
        number=number,
        title=action.title,
        verb=_VERBS[action.verb],
        where=action.region,
        touches=words.plural(action.touches, "resource") if action.touches else words.NONE,
    )


def _rejected(items: Sequence[Rejected], currency: str) -> tuple[RejectedView, ...]:
    views = [
        RejectedView(
            tier=item.tier,
            option_id=item.option_id,
            added=words.UNPRICED if item.monthly_added is None else words.money(item.monthly_added, currency),
            reason=words.sentence(item.reason),
        )
        for item in items[:REJECTED_ROWS]
    ]
    hidden = len(items) - len(views)
    if hidden > 0:
        views.append(RejectedView("", "", "", f"{hidden} more rejected options are in plan.json."))
    return tuple(views)


def _infeasible(workload: WorkloadPlan, sources: Sources) -> tuple[InfeasibleView, ...]:
    """Protections that cannot be used, those that share the reason in one."""
    names = estimates.component_names(workload)
    groups: dict[str, list[Infeasible]] = {}
    for item in workload.infeasible:
        groups.setdefault(item.reason, []).append(item)
    return tuple(
        InfeasibleView(
            mechanism=words.listing(list(dict.fromkeys(words.mechanism(item.mechanism) for item in same))),
            component=words.listing(list(dict.fromkeys(names.get(item.component, item.component) for item in same))),
            resource=words.listing(list(dict.fromkeys(item.resource for item in same))),
            reason=words.sentence(reason),
            source=sources.fact(same[0].fact),
        )
        for reason, same in groups.items()
    )


def finding_views(findings: Iterable[Finding], sources: Sources) -> tuple[FindingView, ...]:
    """Findings by severity; of one kind the first is told in full, and the resources of the others are named."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for item in sorted(dict.fromkeys(findings), key=lambda item: (SEVERITY_ORDER.index(item.severity), item.id)):
        groups.setdefault((_rule(item), item.severity), []).append(item)
    return tuple(_finding(same, sources) for same in groups.values())


def _rule(finding: Finding) -> str:
    """The rule that made a finding: its id up to the resource it is about."""
    return finding.id.split(":", 1)[0]


def _finding(same: Sequence[Finding], sources: Sources) -> FindingView:
    first, others = same[0], same[1:]
    also = list(dict.fromkeys(item.resource or item.workload or "the estate" for item in others))
    return FindingView(
        id=_rule(first),
        severity=first.severity,
        title=words.sentence(first.title),
        workload=words.listing(list(dict.fromkeys(item.workload for item in same if item.workload))),
        resource=first.resource or "",
        detail=words.sentence(first.detail),
        fix=words.sentence(first.fix),
        also=f"The same holds for {words.listing(also, ALSO)}." if also else "",
        source=sources.other("Basis of a finding", first.source),
    )


def verdict_counts(plan: Plan) -> dict[Disruption, tuple[int, int, int]]:
    """By disruption: workloads within target before, after, and how many have a target."""
    counts: dict[Disruption, tuple[int, int, int]] = {}
    for name in DISRUPTIONS:
        pairs = [(item.before.get(name), item.estimates.get(name)) for item in plan.workloads]
        asked = [(before, after) for before, after in pairs if after is not None and after.meets is not None]
        before_met = sum(before is not None and before.meets is True for before, _ in asked)
        counts[name] = (before_met, sum(after.meets is True for _, after in asked), len(asked))
    return counts


def not_all_compared(plan: Plan) -> str:
    """The workloads that have more combinations than were compared: up to three by name, else how many; else empty."""
    names = [
        words.clean(item.name)
        for item in plan.workloads
        if any(other.option_id == OTHER_COMBINATIONS for other in item.rejected)
    ]
    return words.plural(len(names), "workload") if len(names) > NAMED else ", ".join(names)
