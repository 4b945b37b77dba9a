"""Plan → report: what pages, charts and the terminal show, rounded once."""

from __future__ import annotations

import hashlib
import json

from advisor.model.graph import Graph
from advisor.model.plan import Plan
from advisor.model.report import FindingView, Report
from advisor.reporting import costs, decision, portfolio, words, workloads
from advisor.reporting.sources import Sources
from advisor.reporting.targets_moved import targets_moved
from advisor.reporting.terminal import terminal_summary

__all__ = ["build", "targets_moved", "terminal_summary", "text"]


def build(plan: Plan, graph: Graph | None = None) -> Report:
    """The report of a plan; a graph adds how workloads were found and which need one another in a circle."""
    sources = Sources(plan)
    anchors = workloads.anchors(plan)
    evidence = {item.name: item.evidence for item in graph.workloads} if graph else {}
    views = tuple(
        workloads.build(item, plan, sources, anchors[item.name], evidence.get(item.name, ""))
        for item in workloads.ordered(plan)
    )
    shared = costs.table("steady", plan.shared_costs, sources, plan.shared_total)
    return Report(
        title="Protection plan",
        subtitle=_subtitle(plan),
        created=plan.created.isoformat(),
        plan_id=plan_id(plan),
        version=plan.version,
        currency=plan.currency,
        risk_level=plan.risk_level.upper(),
        samples=f"{plan.samples:,}",
        decision=decision.build(plan, sources),
        workloads=views,
        shared_added=_shared_added(plan),
        frontier=portfolio.frontier(plan),
        cost_bars=costs.bars(plan),
        map=portfolio.dependency_map(plan, graph),
        marginal=portfolio.marginal(plan),
        findings=_findings(plan, sources),
        state_totals=costs.state_totals(plan, workloads.ordered(plan)),
        shared=shared,
        drills=portfolio.drills(plan),
        assumptions=decision.assumption_views(plan, sources),
        standards=portfolio.standards(plan, sources),
        sources=sources.views(),
        skipped=tuple((item.resource, f"{words.sentence(item.reason)} {item.remedy}".strip()) for item in plan.skipped),
        solver=tuple(portfolio.solver(plan)),
        price_notes=tuple(words.sentence(note) for note in plan.price_notes),
        inputs=_inputs(plan),
    )


def text(plan: Plan) -> str:
    """The summary for a terminal of 80 columns, without colour."""
    return terminal_summary(plan)


def plan_id(plan: Plan) -> str:
    """Twelve characters that name this plan: the same for the same inputs, settings and choices."""
    settings = {
        "inputs": plan.inputs.model_dump(),
        "seed": plan.seed,
        "samples": plan.samples,
        "objective": plan.objective,
        "currency": plan.currency,
        "budget": str(plan.budget.monthly),
        "version": plan.version,
        "created": plan.created.isoformat(),
        "options": [[item.name, item.option_id] for item in plan.workloads],
    }
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:12]


def _subtitle(plan: Plan) -> str:
    regions = sorted({region for item in plan.workloads for region in item.regions})
    servers = sum(
        len(part.members)
        for item in plan.workloads
        for part in item.components
        if part.kind in ("server_group", "stateful_instance")
    )
    parts = [words.plural(len(plan.workloads), "workload"), words.plural(servers, "server")]
    return ", ".join([part for part in parts if not part.startswith("0 ")] or parts) + (
        f" in {words.listing(regions, 4)}" if regions else ""
    )


def _shared_added(plan: Plan) -> str:
    added = workloads.shared_added(plan)
    return words.money(added, plan.currency) if added else ""


def _findings(plan: Plan, sources: Sources) -> tuple[FindingView, ...]:
    return workloads.finding_views(
        [*plan.findings, *(finding for item in plan.workloads for finding in item.findings)], sources
    )


def _inputs(plan: Plan) -> tuple[tuple[str, str], ...]:
    return (
        ("Inventory, SHA-256", plan.inputs.inventory),
        ("Targets, SHA-256", plan.inputs.targets),
        ("Rules, SHA-256", plan.inputs.rules),
        ("Prices, SHA-256", plan.inputs.prices),
        ("Program version", plan.version),
        ("Objective", plan.objective),
        ("Risk level", plan.risk_level.upper()),
        ("Seed and samples", f"{plan.seed}; {plan.samples:,}"),
        ("As of", plan.created.isoformat()),
    )
