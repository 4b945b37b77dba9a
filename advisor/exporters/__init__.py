"""Plan → bytes by path, one module a format. The registry below is the whole list."""

from __future__ import annotations

from collections.abc import Callable

from advisor.exporters import (
    calendar,
    checklist,
    cli,
    costs_workbook,
    drills,
    plan_json,
    ros,
    runbook,
    summary,
    tables,
    terraform,
)
from advisor.model.deliverable import Deliverable

Exporter = Callable[[Deliverable], dict[str, bytes]]
