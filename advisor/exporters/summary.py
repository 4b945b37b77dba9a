"""``summary.md``: the plan on one page for a reader with two minutes."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from advisor.exporters.text import bullets, document, md, table
from advisor.model.deliverable import Deliverable
from advisor.model.disruption import DISRUPTIONS
from advisor.model.plan import Estimate, Plan, WorkloadPlan
from advisor.model.report import Change, Decision
from advisor.reporting import decision, estimates, words, workloads, written
from advisor.reporting.sources import Sources

WORKLOAD_ROWS = 12
MISS_ROWS = 6
CONFIRM_ROWS = 5
STATUS = {"met": "met", "missed": "**missed**", "unbounded": "**missed**", "no_target": "no target"}
FILES = (
    (("pdf",), "`report.pdf`", "the whole plan for people: decision, every workload, costs, sources"),
    (("terraform",), "`terraform/`", "what is to be created, one folder a region, with how to apply and to take back"),
    (("terraform", "cli"), "`cli/`", "numbered steps for what Terraform cannot express"),
    (("ros",), "`ros/`", "the same for Resource Orchestration Service"),
    (("runbook",), "`runbooks/`", "what to do when it happens, one file a workload"),
    (
        ("checklist", "ics"),
        "`drills/`",
        "how to practise it: one file a workload and disruption, a checklist, a calendar",
    ),
    (("xlsx",), "`costs.xlsx`", "every cost line with its price, source and date"),
    (("csv",), "`costs.csv`", "the same as a table"),
    (("csv",), "`workloads.csv`, `findings.csv`, `inventory.csv`", "the tables behind it"),
    (("json",), "`plan.json`", "everything, for programs"),
)
"""The formats that write it, the file, and what it holds."""


def render(deliverable: Deliverable) -> dict[str, bytes]:
    """One page of Markdown."""
    plan = deliverable.plan
    view = decision.build(plan, Sources(plan))
    page = document(
        f"# Protection plan of {words.plural(plan.portfolio.workloads, 'workload')}, {plan.created.isoformat()}",
        *_decision(view),
        *(_results(view, deliverable) if plan.workloads else ()),
        *_confirm(view, deliverable.formats),
        "## Where the files are",
        table(("File", "What it holds"), _files(deliverable)),
    )
    return {"summary.md": page}


def _files(deliverable: Deliverable) -> Iterator[tuple[str, str]]:
    """The files that are written beside this one; all that there can be where the formats are not known."""
    for formats, file, holds in FILES:
        if not deliverable.formats or not deliverable.formats.isdisjoint(formats):
            yield file, holds


def _decision(view: Decision) -> Iterator[str]:
    if view.headline == decision.NOTHING:
        yield f"**{md(view.headline)}:** {md(view.ask)}."
        return
    yield f"**Decision: {md(view.amount)} {md(view.ask)}.**"
    yield " ".join(md(sentence) for sentence in view.context)


def _results(view: Decision, deliverable: Deliverable) -> Iterator[str]:
    plan, formats = deliverable.plan, deliverable.formats
    yield "## What it buys"
    yield table(("", "Today", "With the plan"), _changes(view))
    yield from _disruptions(view, plan)
    yield from _workloads(plan, formats)
    yield from _misses(view, formats)


def _changes(view: Decision) -> Iterator[tuple[str, ...]]:
    for change in view.changes:
        yield md(change.label), md(change.before), md(change.after)


def _disruptions(view: Decision, plan: Plan) -> Iterator[str]:
    rows = [
        (
            md(line.title),
            _step(line.met),
            _step(line.loss),
            _step(line.recovery),
        )
        for line in view.disruptions
    ]
    yield table(("Disruption", "Targets met", "Worst data loss", "Slowest recovery (P50 – P95)"), rows)
    yield f"Targets are checked against the worst data loss and the {md(plan.risk_level.upper())} recovery time."


def _step(change: Change) -> str:
    """Before and after; one of them where there was nothing to tell before."""
    return " → ".join(md(text) for text in (change.before, change.after) if text != words.NONE) or words.NONE


def _workloads(plan: Plan, formats: Collection[str]) -> Iterator[str]:
    shown = workloads.ordered(plan)[:WORKLOAD_ROWS]
    yield "## Workloads"
    heads = (
        "Workload",
        "Class",
        "Protection",
        "Added per month",
        *(words.DISRUPTION_TITLES[name] for name in DISRUPTIONS),
    )
    rows = [_workload_row(item, plan) for item in shown]
    if shared := workloads.shared_added(plan):
        rows.append(("shared and free quota", "", "", md(words.money(shared, plan.currency)), *[""] * len(DISRUPTIONS)))
    yield table(heads, rows)
    yield "Each cell: worst data loss / time to recover, and whether the target is met."
    hidden = len(plan.workloads) - len(shown)
    if hidden > 0:
        more = words.plural(hidden, "more workload")
        yield f"… and {more}{written.rest(formats, 'workloads.csv', 'plan.json')}."


def _workload_row(item: WorkloadPlan, plan: Plan) -> tuple[str, ...]:
    tier = workloads.tier_change(item)
    cells = (_cell(item.estimates.get(name), plan.risk_level) for name in DISRUPTIONS)
    return md(item.name), md(item.class_name), md(tier), md(workloads.added_text(item, plan.currency)), *cells


def _cell(estimate: Estimate | None, risk_level: str) -> str:
    if estimate is None:
        return "–"
    loss = words.data_loss(estimate.rpo_worst_s, estimate.rpo_unbounded, estimate.target_rpo_s)
    back = words.duration(estimates.deciding_rto(estimate, risk_level), estimate.rto_unbounded, estimate.target_rto_s)
    return f"{md(loss)} / {md(back)}, {STATUS[estimates.status(estimate)]}"


def _misses(view: Decision, formats: Collection[str]) -> Iterator[str]:
    yield "## What is missed"
    if not view.misses:
        yield "Nothing: every target is met."
        return
    lines = []
    for miss in view.misses[:MISS_ROWS]:
        figures = f"{md(miss.metric)} {md(miss.estimate)}, target {md(miss.target)}"
        lines.append(f"**{md(miss.workload)}**, {md(miss.disruption.lower())}: {figures}. {md(miss.remedy)}")
    yield bullets(lines)
    if len(view.misses) > MISS_ROWS:
        yield f"… and {len(view.misses) - MISS_ROWS} more{written.rest(formats, 'report.pdf', 'plan.json')}."


def _confirm(view: Decision, formats: Collection[str]) -> Iterator[str]:
    if not view.confirm:
        return
    yield "## What to confirm first"
    lines = []
    for item in view.confirm[:CONFIRM_ROWS]:
        settle = f"; settled by {md(item.settle)}" if item.settle else ""
        users = f" (used by {md(item.used_by)})" if item.used_by else ""
        lines.append(f"{md(item.title)}: {md(item.value)}{users}{settle}")
    yield bullets(lines)
    if len(view.confirm) > CONFIRM_ROWS:
        yield f"… and {len(view.confirm) - CONFIRM_ROWS} more{written.rest(formats, 'report.pdf', 'plan.json')}."
