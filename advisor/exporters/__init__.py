"""Plan → bytes by path, one module a format. The registry below is the whole list."""

from __future__ import annotations

from collections.abc import Callable

from advisor.exporters import (
    checklist,
    cli,
    costs_workbook,
    drill_calendar,
    drills,
    options,
    plan_json,
    ros,
    runbook,
    summary,
    tables,
    terraform,
)
from advisor.model.deliverable import Deliverable

Exporter = Callable[[Deliverable], dict[str, bytes]]


def _pdf(deliverable: Deliverable) -> dict[str, bytes]:
    """The report; its libraries are loaded only when it is asked for."""
    from advisor.exporters.pdf import render

    return render(deliverable)


def _terraform(deliverable: Deliverable) -> dict[str, bytes]:
    """The Terraform roots, and the scripts for what they cannot say: never one without the other."""
    return {**terraform.render(deliverable), **cli.render(deliverable)}


def _checklist(deliverable: Deliverable) -> dict[str, bytes]:
    """The pages of the drills, and the workbook of checks."""
    return {**drills.render(deliverable), **checklist.render(deliverable)}


EXPORTERS: dict[str, Exporter] = {
    "json": plan_json.render,
    "pdf": _pdf,
    "terraform": _terraform,
    "ros": ros.render,
    "cli": cli.render,
    "runbook": runbook.render,
    "checklist": _checklist,
    "csv": tables.render,
    "xlsx": costs_workbook.render,
    "ics": drill_calendar.render,
    "summary": summary.render,
    "options": options.render,
}
