"""Assembling the plan from the decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from advisor.estimation.context import Context
from advisor.estimation.costs import FILE_BACKUP_QUOTA, added_lines, present_lines, quota_credit, shared_lines
from advisor.estimation.options import Option, meets, tier_of
from advisor.estimation.outcome import Outcome, with_needs
from advisor.graph import build_graph
from advisor.model.cost import CostLine, total
from advisor.model.deliverable import Deliverable
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.finding import Finding
from advisor.model.graph import Graph
from advisor.model.option import Problem, Solution
from advisor.model.plan import (
    BudgetUse,
    ComponentInfo,
    Estimate,
    Inputs,
    Plan,
    Portfolio,
    SkippedItem,
    Solver,
    WorkloadCost,
    WorkloadPlan,
)
from advisor.optimise import objective_of
from advisor.planning.blame import Blame, free_of
from advisor.planning.candidates import Candidate, candidates
from advisor.planning.decision import Decision, decide
from advisor.planning.estimates import estimate
from advisor.planning.evidence import assumptions_of, evidence_of, price_notes, standards_of
from advisor.planning.findings import findings_of
from advisor.planning.frontier import FrontierView, frontier_of
from advisor.planning.held import Waits, held_up
from advisor.planning.inversions import inversion_findings
from advisor.planning.needs import to_cents
from advisor.planning.reasons import Dependents, Room, marginals, misses, rejected
from advisor.planning.refining import left_open, refined
from advisor.planning.relief import budget_for_all, reliefs
from advisor.planning.request import PlanRequest


def make_plan(request: PlanRequest) -> Deliverable:
    """The plan for the whole portfolio, with the graph it was made on and the problem that was solved."""
    request.progress("dependency graph")
    graph = build_graph(request.imported.inventory, request.targets)
    found = candidates(request, graph)
    request.progress("choosing one option for every workload")
    found, decision = refined(request, found, decide(request, found))
    request.progress("writing the plan")
    planned = inversion_findings(decision.chooser, decision.solution, decision.after, request.currency)
    findings = findings_of(request, graph, planned)
    dependents = Dependents(decision.problem, decision.solution.choices)
    workloads = tuple(_workload(request, item, decision, findings, dependents) for item in found)
    plan = _plan(request, graph, found, decision, workloads, findings)
    return Deliverable(plan, request.imported.inventory, graph, request.rules, decision.problem)


def _workload(
    request: PlanRequest,
    item: Candidate,
    decision: Decision,
    findings: Sequence[Finding],
    dependents: Dependents,
) -> WorkloadPlan:
    name = item.workload.name
    picked = item.option(decision.solution.choices[name])
    after, before = decision.after[name], decision.before[name]
    risk_level = request.targets.risk_level
    members = [request.imported.inventory.get(resource) for resource in item.workload.resources]
    made = WorkloadPlan(
        name=name,
        found_by=item.workload.found_by,
        class_name=item.spec.class_name,
        components=tuple(
            _component_info(item.builder.context, index) for index in range(len(item.workload.components))
        ),
        regions=tuple(sorted({m.region for m in members if m is not None and m.region})),
        zones=tuple(sorted({m.zone for m in members if m is not None and m.zone})),
        needs_hard=item.workload.needs_hard,
        needs_soft=item.workload.needs_soft,
        tier=tier_of(after, item.targets, risk_level),
        tier_before=tier_of(before, item.targets, risk_level),
        option_id=picked.id,
        mechanisms=picked.mechanisms,
        changes=picked.changes,
        actions=tuple(action for proposal in picked.proposals for action in proposal.actions),
        estimates={d: _estimate(request, item, decision, d, after, detailed=True) for d in DISRUPTIONS},
        before={d: _estimate(request, item, decision, d, before, detailed=False) for d in DISRUPTIONS},
        cost=_cost(item, picked),
        expected_annual_loss=decision.chooser.needs.loss(name, picked, after),
        expected_annual_loss_before=decision.chooser.needs.loss(name, item.before, before),
        rejected=rejected(item, picked, decision.problem, risk_level, _room(decision), dependents),
        infeasible=item.infeasible,
        misses=misses(
            item,
            picked,
            after,
            risk_level,
            _joint(item, decision),
            _room(decision),
            _waits(item, decision, after),
        ),
        standards=standards_of(request.rules, item, picked, after),
        findings=tuple(finding for finding in findings if finding.workload == name),
        options_considered=item.options.considered,
    )
    item.builder.forget()
    return made


def _solver(solution: Solution, found: Sequence[Candidate], problem: Problem) -> Solver:
    """How the choice was made. What workloads leave out of their combinations could save some expected loss, which is
    part of the gap wherever the objective looks at it."""
    within = left_open(found)
    gap = solution.gap
    if problem.objective in ("min-risk", "min-total"):
        gap += float(to_cents(within)) / max(1.0, float(objective_of(problem, solution.totals)))
    bounded = solution.status == "optimal" and gap > solution.gap
    return Solver(
        method=solution.method,
        status="bounded" if bounded else solution.status,
        gap=gap,
        seconds=None,
        options=sum(len(item.options.options) for item in found),
        combinations=solution.combinations,
        loss_within=within,
    )


def _within(found: Sequence[Candidate]) -> Decimal | None:
    """What combinations that workloads leave out could save a year in any plan; None where not all were compared."""
    if not all(item.options.complete for item in found):
        return None
    return sum((item.options.within or Decimal(0) for item in found), Decimal(0))


def _room(decision: Decision) -> Room:
    """What the plan leaves of its limits."""
    problem, totals = decision.problem, decision.solution.totals
    return Room(
        None if problem.budget is None else Decimal(problem.budget - totals.cost) / 100,
        None if problem.max_changes is None else problem.max_changes - totals.changes,
    )


def _joint(item: Candidate, decision: Decision) -> Callable[[Option, Disruption], Outcome]:
    """The outcome of any of the workload's options beside the others' chosen ones."""
    needs, name, choices = decision.chooser.needs, item.workload.name, decision.solution.choices
    before = {disruption: needs.waited_for(name, disruption, choices) for disruption in DISRUPTIONS}

    def joint(option: Option, disruption: Disruption) -> Outcome:
        return with_needs(option.outcomes[disruption], before[disruption])

    return joint


def _component_info(context: Context, index: int) -> ComponentInfo:
    component = context.workload.components[index]
    members = context.members(component)
    zones = sorted({zone for member in members for zone in (member.zones or ((member.zone,) if member.zone else ()))})
    return ComponentInfo(
        id=component.id,
        kind=component.kind,
        name=component.name,
        members=component.members,
        disks=component.disks,
        zones=tuple(zones),
        quorum=component.quorum,
        stateless=component.stateless,
    )


def _estimate(
    request: PlanRequest,
    item: Candidate,
    decision: Decision,
    disruption: Disruption,
    outcomes: Mapping[Disruption, Outcome],
    detailed: bool,
) -> Estimate:
    outcome = outcomes[disruption]
    waits_for = _waits_for(item, decision, disruption, outcomes)
    builder = item.builder
    target, risk_level = item.targets[disruption], request.targets.risk_level
    return estimate(builder.context, builder.sampler, outcome, target, risk_level, waits_for, detailed)


def _waits_for(
    item: Candidate, decision: Decision, disruption: Disruption, outcomes: Mapping[Disruption, Outcome]
) -> str | None:
    """The needed workload that holds this one up, None where its own recovery is what takes longest."""
    outcome = outcomes[disruption]
    own = max((schedule.quantile(0.95) for schedule in outcome.schedules), default=0.0)
    own_fails = any(not path.recoverable for path in outcome.paths)
    if own_fails or (outcome.recoverable and outcome.quantile(0.95) <= own):
        return None
    side = decision.after if outcomes is decision.after[item.workload.name] else decision.before
    needs = decision.needs[item.workload.name]
    return max(needs, key=lambda need: (side[need][disruption].quantile(0.95), need), default=None)


def _waits(item: Candidate, decision: Decision, outcomes: Mapping[Disruption, Outcome]) -> Waits:
    name, needs = item.workload.name, decision.chooser.needs
    waits_for = {d: _waits_for(item, decision, d, outcomes) for d in DISRUPTIONS}
    return Waits(waits_for, lambda disruption: held_up(needs, name, disruption))


def _cost(item: Candidate, picked: Option) -> WorkloadCost:
    costing = item.builder.costing
    lines = added_lines(costing, picked.proposals)
    by_state = {
        state: tuple(line for line in lines if line.state == state)
        for state in ("steady", "drill", "failover", "failback")
    }
    present = present_lines(costing)
    added, now = total(by_state["steady"], costing.currency), total(present, costing.currency)
    return WorkloadCost(
        **by_state,
        before=present,
        monthly_added=added.amount,
        monthly_added_low=added.low,
        monthly_now=now.amount,
        at_least=added.at_least,
        now_at_least=now.at_least,
    )


def _shared(found: Sequence[Candidate], decision: Decision) -> tuple[CostLine, ...]:
    if not found:
        return ()
    picked = [item.option(decision.solution.choices[item.workload.name]) for item in found]
    costing = found[0].builder.costing
    lines = list(shared_lines(costing, {shared for option in picked for shared in option.shared}))
    used = sum(option.quota.get(FILE_BACKUP_QUOTA, 0.0) for option in picked)
    free = costing.context.number("file_backup.essential.free_quota")
    charged = [line for item, option in zip(found, picked, strict=True) for line in item.lines(option)]
    credit = quota_credit(costing, used, free, [line for line in charged if line.state == "steady"])
    return tuple([*lines, credit] if credit is not None else lines)


def _plan(
    request: PlanRequest,
    graph: Graph,
    found: Sequence[Candidate],
    decision: Decision,
    workloads: tuple[WorkloadPlan, ...],
    findings: tuple[Finding, ...],
) -> Plan:
    shared = _shared(found, decision)
    shared_total = total(shared, request.currency)
    portfolio = _portfolio(request, found, decision, workloads, shared)
    budget = request.budget or request.targets.budget
    chooser, solution = decision.chooser, decision.solution
    imported, targets = request.imported, request.targets
    request.progress("cost-risk frontier")
    asked = request.with_frontier and bool(found)
    curve = frontier_of(chooser, portfolio.targets_total, _within(found)) if asked else FrontierView((), complete=False)
    return Plan(
        version=request.version,
        created=request.as_of,
        inputs=Inputs(
            inventory=imported.inventory.digest,
            targets=targets.digest,
            rules=request.rules.digest,
            prices=request.prices.digest,
        ),
        seed=request.seed,
        samples=request.samples,
        objective=request.objective,
        currency=request.currency,
        risk_level=targets.risk_level,
        targets_given=targets.given,
        budget=BudgetUse(
            monthly=budget.amount if budget else None,
            used=portfolio.monthly_added,
            at_least=portfolio.unpriced > 0,
            for_all_targets=budget_for_all(chooser, solution) if asked else None,
        ),
        solver=_solver(solution, found, decision.problem),
        portfolio=portfolio,
        workloads=workloads,
        shared_costs=shared,
        shared_total=shared_total,
        findings=findings,
        frontier=curve.points,
        frontier_complete=curve.complete,
        frontier_within=curve.within,
        marginal=marginals(chooser, solution) if asked else (),
        reliefs=reliefs(chooser, solution, request.currency, Blame(found, chooser.needs, free_of(request, found)))
        if asked
        else (),
        skipped=tuple(
            SkippedItem(resource=item.resource, reason=item.reason, remedy=item.remedy) for item in imported.skipped
        ),
        assumptions=assumptions_of(request.rules, workloads, shared),
        evidence=evidence_of(request.rules, workloads),
        waves=graph.waves,
        price_notes=price_notes(request.prices, workloads, shared),
    )


def _portfolio(
    request: PlanRequest,
    found: Sequence[Candidate],
    decision: Decision,
    workloads: Sequence[WorkloadPlan],
    shared: Sequence[CostLine],
) -> Portfolio:
    added = sum((item.cost.monthly_added for item in workloads), Decimal(0)) + total(shared, request.currency).amount
    low = sum((item.cost.monthly_added_low for item in workloads), Decimal(0)) + total(shared, request.currency).low
    steady = [line for item in workloads for line in item.cost.steady]
    return Portfolio(
        workloads=len(workloads),
        targets_met=_met(request, found, decision.after),
        targets_total=sum(item.targets[d].asks for item in found for d in DISRUPTIONS),
        targets_met_before=_met(request, found, decision.before),
        monthly_now=sum((item.cost.monthly_now for item in workloads), Decimal(0)),
        monthly_now_at_least=any(item.cost.now_at_least for item in workloads),
        monthly_added=added,
        monthly_added_low=low,
        unpriced=sum(line.monthly is None for line in [*steady, *shared]),
        expected_annual_loss_now=sum((item.expected_annual_loss_before for item in workloads), Decimal(0)),
        expected_annual_loss_after=sum((item.expected_annual_loss for item in workloads), Decimal(0)),
    )


def _met(request: PlanRequest, found: Sequence[Candidate], outcomes: Mapping[str, Mapping[Disruption, Outcome]]) -> int:
    level = request.targets.risk_level
    return sum(meets(outcomes[i.workload.name][d], i.targets[d], level) is True for i in found for d in DISRUPTIONS)
