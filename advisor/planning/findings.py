"""All findings of a plan, each told once: from the checks, from the graph, and from reading the inventory."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.checks import run_checks
from advisor.graph import graph_findings
from advisor.model.finding import SEVERITY_ORDER, Finding
from advisor.model.graph import Graph
from advisor.planning.request import PlanRequest

# What the graph finds by structure and a check finds with its class, source and origin is told by the check.
TWINS: Mapping[str, tuple[str, ...]] = {
    "GRA-STORE-ONE-ZONE": ("DB-001",),
    "GRA-GROUP-ONE-ZONE": ("LB-001", "ESS-001"),
    "GRA-BALANCER-ONE-ZONE": ("LB-002", "LB-003"),
    "GRA-STOPPED": ("ECS-001",),
    "GRA-INVERSION": ("PLAN-INVERSION",),
    "GRA-DANGLING-DISK": ("REF-001", "FGT-002"),
}


def findings_of(request: PlanRequest, graph: Graph, planned: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """All of them, ``planned`` (what only the plan can tell) included, sorted by severity, then id."""
    inventory = request.imported.inventory
    checked = run_checks(inventory, graph, request.targets, request.rules, request.as_of)
    structural = graph_findings(inventory, graph, request.targets)
    told = {(_rule(item), place) for item in checked for place in (item.resource, item.workload) if place}
    told |= {(_rule(item), item.workload) for item in planned if item.workload}
    everything = (
        *planned,
        *checked,
        *(item for item in structural if not _told(item, told)),
        *request.imported.findings,
    )
    unique = {(item.id, item.resource, item.title): item for item in everything}
    return tuple(
        sorted(unique.values(), key=lambda f: (SEVERITY_ORDER.index(f.severity), f.id, f.resource or "", f.title))
    )


def _rule(item: Finding) -> str:
    return item.id.split(":")[0]


def _told(item: Finding, told: set[tuple[str, str]]) -> bool:
    places = [place for place in (item.resource, item.workload) if place]
    return any((card, place) in told for card in TWINS.get(_rule(item), ()) for place in places)
