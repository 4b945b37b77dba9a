"""Rows for the screens' tables; texts come ready from the report."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import pandas as pd

from advisor.model.finding import Finding, Mistake
from advisor.model.inventory import ImportResult, Inventory
from advisor.model.report import CostTable, MissView, Report, WorkloadView
from advisor.reporting import words
from advisor.web.text import md, plain

PERCENTILES = ("P50", "P90", "P95")
FINDINGS = ("Severity", "Finding", "Resource", "Detail", "What to do")
ESTATE_FINDINGS = ("Severity", "Finding", "Workload", "Resource", "Detail", "What to do")
_AFTER_NUMBER = re.compile(r"(?<=\d) | (?=\d)")


def frame(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> pd.DataFrame:
    """A table of plain texts and numbers."""
    return pd.DataFrame([tuple(_cell(value) for value in row) for row in rows], columns=list(columns))


def _cell(value: object) -> object:
    return plain(value) if isinstance(value, str) else value


def escaped(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> pd.DataFrame:
    """A table for ``st.table``, which reads Markdown: every text is escaped."""
    return pd.DataFrame([tuple(md(value) for value in row) for row in rows], columns=list(columns))


def kinds_by_region(inventory: Inventory) -> pd.DataFrame:
    """How many resources of each kind stand in each region."""
    counts = Counter((item.kind.replace("_", " "), item.region or "no region") for item in inventory.resources.values())
    regions = sorted({region for _, region in counts}, key=lambda name: (name == "no region", name))
    kinds = sorted({kind for kind, _ in counts})
    rows = []
    for kind in kinds:
        each = [counts[kind, region] for region in regions]
        rows.append((kind, *each, sum(each)))
    return frame(("Kind", *regions, "All"), rows)


def mistakes(items: Iterable[Mistake]) -> pd.DataFrame:
    """Every mistake with its place and what to do."""
    return escaped(("File", "Place", "What is wrong", "What to do"),
                   ((item.file, item.place, item.problem, item.remedy) for item in items))  # fmt: skip


def findings(items: Iterable[Finding]) -> list[tuple[str, ...]]:
    """Findings about what was read, under ``FINDINGS``."""
    return [(item.severity, item.title, item.resource or "", item.detail, item.fix) for item in items]


def estate_findings(report: Report) -> list[tuple[str, ...]]:
    """Findings about the estate, the most severe first, under ``ESTATE_FINDINGS``."""
    return [
        (item.severity, item.title, item.workload, item.resource, f"{item.detail} {item.also}".strip(), item.fix)
        for item in report.findings
    ]


def skipped(imported: ImportResult) -> pd.DataFrame:
    """What was left out, why, and what to do about it."""
    rows = ((item.resource, words.sentence(item.reason), item.remedy, str(item.origin)) for item in imported.skipped)
    return frame(("Left out", "Why", "What to do", "From"), rows)


def workloads(report: Report) -> pd.DataFrame:
    """One line a workload."""
    rows = (
        (item.name, item.class_name, " → ".join(dict.fromkeys((item.tier_before, item.tier))), item.met,
          item.added, item.loss.before, item.loss.after, len(item.actions))
        for item in report.workloads
    )  # fmt: skip
    return frame(("Workload", "Class", "Protection", "Targets met", "Added per month", "Expected loss a year, now",
                  "Expected loss a year, planned", "Actions"), rows)  # fmt: skip


def estimates(view: WorkloadView, risk_level: str) -> pd.DataFrame:
    """Every disruption in three lines: what is asked, what holds now, what the plan brings."""
    rows: list[tuple[str, ...]] = []
    decides = PERCENTILES.index(risk_level)
    for item in view.disruptions:
        place = f"{item.title} ({item.place})" if item.place else item.title
        asked = ["", "", ""]
        asked[decides] = _together(item.target_rto)
        rows.append((place, "asked", _together(item.target_rpo), "", *asked, "", ""))
        for name, side in (("now", item.before), ("planned", item.after)):
            times = [_together(text) for text in (side.rto_p50, side.rto_p90, side.rto_p95)]
            times[decides] += _sign(side.rto_met)
            loss = _together(side.rpo_worst) + _sign(side.rpo_met)
            rows.append(("", name, loss, _together(side.rpo_expected), *times, side.chance, side.limiting))
    return escaped(("Disruption", "", "Data loss at worst", "expected", "Recovery P50", "P90", "P95", "Chance to meet",
                    "Limiting step"), rows)  # fmt: skip


def _together(text: str) -> str:
    """A duration that is not broken over two lines."""
    return _AFTER_NUMBER.sub("\u00a0", text)


def _sign(met: bool | None) -> str:
    return {None: "", True: "\u00a0✓", False: "\u00a0✗"}[met]


def cost_lines(items: Iterable[tuple[str, CostTable]]) -> pd.DataFrame:
    """Cost lines of several tables, each with the workload it belongs to."""
    rows = (
        (owner, line.what_for, line.sku, line.quantity, line.unit_price, line.amount, line.span, line.confidence,
         line.as_of, "once, shared" if line.shared else "")
        for owner, table in items
        for line in table.lines
    )  # fmt: skip
    heads = ("Workload", "For", "SKU", "Quantity", "Unit price", "Amount", "Range", "Price is", "As of", "Charged")
    lines = frame(heads, rows)
    return lines.drop(columns=[name for name in ("Range", "Charged") if not lines[name].any()])


def misses(items: Iterable[MissView]) -> pd.DataFrame:
    """Targets that stay unmet, and what would meet them."""
    rows = (
        (item.workload, item.disruption, item.metric, item.target, item.estimate, item.limiting, item.remedy,
         item.extra or ("" if item.attainable else "out of reach"))
        for item in items
    )  # fmt: skip
    heads = ("Workload", "Disruption", "Target", "Asked", "Planned", "Limiting step", "What it would take", "Costs")
    return escaped(heads, rows)
