"""``drills/checklist.xlsx``: what must be true before a recovery can work, one row a check, with columns to fill in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from advisor.exporters.checks import checks_for
from advisor.exporters.drills import can_be_practised
from advisor.exporters.terraform import build
from advisor.exporters.terraform.build import Build
from advisor.exporters.workbook import Column, Value, add_sheet, new, to_bytes
from advisor.model.deliverable import Deliverable
from advisor.model.disruption import DISRUPTIONS
from advisor.model.plan import Estimate
from advisor.reporting import words, workloads

CHECK_COLUMNS = (
    Column("No.", 7),
    Column("Workload", 24),
    Column("Disruption", 18),
    Column("Area", 16),
    Column("Check", 62),
    Column("How", 62),
    Column("Expected", 30),
    Column("Result (yes / no)", 12),
    Column("Checked by", 18),
    Column("Date", 13, "yyyy-mm-dd"),
    Column("Remark", 36),
)
DRILL_COLUMNS = (
    Column("Workload", 24),
    Column("Disruption", 18),
    Column("Class", 12),
    Column("Target data loss", 16),
    Column("Target time", 16),
    Column("Estimate data loss, worst", 20),
    Column("Estimate time, P50", 16),
    Column("Estimate time, P95", 16),
    Column("Drill on", 13, "yyyy-mm-dd"),
    Column("Measured data loss", 18),
    Column("Measured time", 16),
    Column("Passed (yes / no)", 12),
    Column("Follow-up", 40),
)
BLANKS = 4


@dataclass(frozen=True, slots=True)
class _Numbered:
    number: int
    cells: tuple[Value, ...]


def render(deliverable: Deliverable) -> dict[str, bytes]:
    """One workbook: the checks, and a sheet on which drills are recorded."""
    built = build(deliverable)
    book = new()
    sheet = add_sheet(book, "Checks", CHECK_COLUMNS, (row.cells for row in _checks(built)))
    sheet.freeze_panes = "C2"
    drills = add_sheet(book, "Drills", DRILL_COLUMNS, _drills(deliverable))
    drills.freeze_panes = "C2"
    return {"drills/checklist.xlsx": to_bytes(book, deliverable.plan.created)}


def _checks(built: Build) -> Iterator[_Numbered]:
    number = 0
    for workload in workloads.ordered(built.deliverable.plan):
        for name in DISRUPTIONS:
            if name not in workload.estimates:
                continue
            for check in checks_for(built, workload, name):
                number += 1
                where = (
                    workload.name,
                    words.DISRUPTION_TITLES[name],
                    check.area,
                    check.what,
                    check.how,
                    check.expected,
                )
                yield _Numbered(number, (number, *where, *([""] * BLANKS)))


def _drills(deliverable: Deliverable) -> Iterator[tuple[Value, ...]]:
    for workload in workloads.ordered(deliverable.plan):
        for name in DISRUPTIONS:
            estimate = workload.estimates.get(name)
            if estimate is not None and can_be_practised(estimate):
                head = (workload.name, words.DISRUPTION_TITLES[name], workload.class_name)
                yield (*head, *_figures(estimate), "", "", "", "", "")


def _figures(estimate: Estimate) -> tuple[str, ...]:
    return (
        words.target(estimate.target_rpo_s),
        words.target(estimate.target_rto_s),
        words.data_loss(estimate.rpo_worst_s, estimate.rpo_unbounded, estimate.target_rpo_s),
        words.duration(estimate.rto_p50_s, estimate.rto_unbounded, estimate.target_rto_s),
        words.duration(estimate.rto_p95_s, estimate.rto_unbounded, estimate.target_rto_s),
    )
