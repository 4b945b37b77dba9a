"""Tables for programs and spreadsheets: costs, workloads, findings, inventory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from advisor.exporters.text import Cell, csv_bytes
from advisor.model.cost import COST_STATES, CostLine
from advisor.model.deliverable import Deliverable
from advisor.model.disruption import DISRUPTIONS
from advisor.model.finding import SEVERITY_ORDER, Finding
from advisor.model.inventory import Resource
from advisor.model.plan import Estimate, Plan, WorkloadPlan

COST_HEADERS = (
    "state", "workload", "component", "mechanism", "region", "sku", "what_for", "quantity", "unit", "unit_price",
    "amount", "currency", "priced", "low", "high", "assumption", "origin", "billing", "source", "as_of", "confidence",
    "shared_id", "action_id", "resources", "note",
)  # fmt: skip
WORKLOAD_HEADERS = (
    "workload", "class", "found_by", "tier_before", "tier", "option_id", "regions", "zones", "components", "mechanisms",
    "changes", "monthly_added", "at_least", "monthly_now", "currency", "expected_annual_loss_before",
    "expected_annual_loss", "misses",
)  # fmt: skip
ESTIMATE_HEADERS = (
    "target_rpo_s", "rpo_worst_s", "target_rto_s", "rto_p50_s", "rto_p95_s", "p_meets", "meets", "before_rpo_worst_s",
    "before_rto_p95_s",
)  # fmt: skip
FINDING_HEADERS = ("id", "severity", "title", "workload", "resource", "detail", "fix", "source")
INVENTORY_HEADERS = (
    "id", "kind", "name", "region", "zone", "zones", "status", "workload", "tags", "attributes", "file", "place",
)  # fmt: skip

TODAY = "today"


def render(deliverable: Deliverable) -> dict[str, bytes]:
    """``costs.csv``, ``workloads.csv``, ``findings.csv`` and ``inventory.csv``."""
    plan = deliverable.plan
    headers = [*WORKLOAD_HEADERS, *(f"{name}_{field}" for name in DISRUPTIONS for field in ESTIMATE_HEADERS)]
    return {
        "costs.csv": csv_bytes(COST_HEADERS, _cost_rows(plan)),
        "workloads.csv": csv_bytes(headers, (_workload_row(item, plan.currency) for item in plan.workloads)),
        "findings.csv": csv_bytes(FINDING_HEADERS, (_finding_row(item) for item in findings(plan))),
        "inventory.csv": csv_bytes(INVENTORY_HEADERS, _inventory_rows(deliverable)),
    }


def cost_lines(plan: Plan) -> Iterator[CostLine]:
    """Every line of every state; a charge that workloads share once, without a workload."""
    for state in COST_STATES:
        shared = {line.shared_id for line in plan.shared_costs if line.state == state}
        for workload in plan.workloads:
            for line in lines_of(workload, state):
                if line.shared_id is None:
                    yield line
                elif line.shared_id not in shared:
                    shared.add(line.shared_id)
                    yield line
        yield from (line for line in plan.shared_costs if line.state == state)


def lines_of(workload: WorkloadPlan, state: str) -> tuple[CostLine, ...]:
    """The workload's lines of one state."""
    lines: tuple[CostLine, ...] = getattr(workload.cost, state)
    return lines


def _cost_rows(plan: Plan) -> Iterator[tuple[Cell, ...]]:
    """The lines of the plan by state, then what the workloads cost today."""
    for line in cost_lines(plan):
        yield _cost_row(line.state, line)
    for workload in plan.workloads:
        for line in workload.cost.before:
            yield _cost_row(TODAY, line)


def _cost_row(state: str, line: CostLine) -> tuple[Cell, ...]:
    return (
        state, line.workload, line.component, line.mechanism, line.region, line.sku, line.what_for, line.quantity,
        line.unit, line.unit_price, line.monthly, line.currency, line.monthly is not None, line.low, line.high,
        line.assumption, line.origin, line.billing, line.source, line.as_of, line.confidence, line.shared_id,
        line.action_id, " ".join(line.resources), line.note,
    )  # fmt: skip


def _workload_row(workload: WorkloadPlan, currency: str) -> list[Cell]:
    cost = workload.cost
    row: list[Cell] = [
        workload.name, workload.class_name, workload.found_by, workload.tier_before, workload.tier, workload.option_id,
        " ".join(workload.regions), " ".join(workload.zones), "; ".join(item.name for item in workload.components),
        " ".join(workload.mechanisms), workload.changes, cost.monthly_added, cost.at_least, cost.monthly_now, currency,
        workload.expected_annual_loss_before, workload.expected_annual_loss, len(workload.misses),
    ]  # fmt: skip
    for name in DISRUPTIONS:
        row += _estimate_cells(workload.estimates.get(name), workload.before.get(name))
    return row


def _estimate_cells(after: Estimate | None, before: Estimate | None) -> list[Cell]:
    cells: list[Cell] = [None] * len(ESTIMATE_HEADERS)
    if after is not None:
        cells[:7] = [
            after.target_rpo_s, _bound(after.rpo_worst_s, after.rpo_unbounded), after.target_rto_s,
            _bound(after.rto_p50_s, after.rto_unbounded), _bound(after.rto_p95_s, after.rto_unbounded), after.p_meets,
            after.meets,
        ]  # fmt: skip
    if before is not None:
        cells[7] = _bound(before.rpo_worst_s, before.rpo_unbounded)
        cells[8] = _bound(before.rto_p95_s, before.rto_unbounded)
    return cells


def _bound(seconds: float | None, unbounded: bool) -> Cell:
    return "unbounded" if unbounded else seconds


def findings(plan: Plan) -> list[Finding]:
    """All findings, the gravest first, each once."""
    every = [*plan.findings, *(item for workload in plan.workloads for item in workload.findings)]
    unique = dict.fromkeys(every)
    return sorted(
        unique, key=lambda item: (SEVERITY_ORDER.index(item.severity), item.id, item.workload or "", item.title)
    )


def _finding_row(item: Finding) -> tuple[Cell, ...]:
    return item.id, item.severity, item.title, item.workload, item.resource, item.detail, item.fix, item.source


def _inventory_rows(deliverable: Deliverable) -> Iterable[tuple[Cell, ...]]:
    owner = {item: workload.name for workload in deliverable.graph.workloads for item in workload.resources}
    for workload in deliverable.plan.workloads:
        for component in workload.components:
            for item in (*component.members, *component.disks):
                owner.setdefault(item, workload.name)
    for resource_id, resource in deliverable.inventory.resources.items():
        yield _inventory_row(resource, owner.get(resource_id))


def _inventory_row(resource: Resource, workload: str | None) -> tuple[Cell, ...]:
    return (
        resource.id, resource.kind, resource.name, resource.region, resource.zone, " ".join(resource.zones),
        resource.status, workload, _as_json(dict(resource.tags)), _as_json(dict(resource.attributes)),
        resource.origin.file, resource.origin.place,
    )  # fmt: skip


def _as_json(value: dict[str, object] | dict[str, str]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str) if value else ""
