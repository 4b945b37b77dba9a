"""The plan: what it buys, what it costs, what it misses – over the whole estate, then workload by workload."""

from __future__ import annotations

import streamlit as st

from advisor.model.plan import Plan
from advisor.model.report import Report
from advisor.model.targets import Targets
from advisor.reporting import charts, costs, words
from advisor.web import planning, tables
from advisor.web.charts import picture
from advisor.web.screens import workload
from advisor.web.session import Loaded, Made, Session, parsed_targets, plan_key, session
from advisor.web.text import md
from advisor.web.widgets import asked, grid, refused, sentences, texts

SOLVER_WORDS = {
    "optimal": "optimal",
    "bounded": "bounded",
    "infeasible": "limits not kept",
}
WIDE = 1120
LOSS_HELP = (
    "How often each disruption is expected, times what downtime and lost work cost. An average over many years: "
    "most years have no such event, a bad one costs far more."
)
CONFIRM_FIRST = 8


def show() -> None:
    """Make the plan where there is none for these inputs, then show it."""
    state = session()
    st.header("Plan")
    if state.loaded is None:
        return
    _make(state, state.loaded)
    made = state.made
    if made is not None:
        _headline(made)
        _overview(made.report)
        _tabs(state, made)


def _make(state: Session, loaded: Loaded) -> None:
    targets = parsed_targets(state)
    if not isinstance(targets, Targets):
        refused("The targets hold mistakes; correct them first.", targets)
        return
    made = state.made
    if made is not None and made.key == plan_key(state, loaded, targets):
        return
    if made is not None:
        st.caption("Inventory, targets or settings have changed since this plan.")
    elif not targets.given:
        st.write("No targets were given: every workload is held to the targets of its class.")
    place = asked(state, "make_plan", "Plan again" if made else "Make the plan", primary=True)
    if place is not None:
        planning.make(state, loaded, targets, place)


def _headline(made: Made) -> None:
    plan, report = made.assessment.plan, made.report
    figures = plan.portfolio
    met, added, loss, solver = st.columns((1, 1.5, 1.5, 1))
    met.metric(
        "Targets met", f"{figures.targets_met_before} → {figures.targets_met}", f"of {figures.targets_total}",
        delta_color="off", delta_arrow="off", border=True,
    )  # fmt: skip
    added.metric(
        "Added per month", words.money(figures.monthly_added, plan.currency, figures.unpriced > 0), _spans(plan),
        delta_color="off", delta_arrow="off", border=True,
    )  # fmt: skip
    loss.metric(
        "Expected loss a year, an estimate", words.about(figures.expected_annual_loss_after, plan.currency),
        f"now {words.about(figures.expected_annual_loss_now, plan.currency)}",
        delta_color="off", delta_arrow="off", border=True, help=LOSS_HELP,
    )  # fmt: skip
    options = words.plural(plan.solver.options, "option")
    solver.metric(
        "Choice", SOLVER_WORDS[plan.solver.status], f"gap {plan.solver.gap * 100:.2g} %, {options}",
        delta_color="off", delta_arrow="off", border=True, help=md(" ".join(report.solver)),
    )  # fmt: skip
    st.caption(md(" ".join(report.decision.context)))
    own = len(made.asked.own.facts) + len(made.asked.own.prices)
    if own:
        st.caption(f"Planned with {words.plural(own, 'value')} of your own; the screen What-if lists them.")


def _spans(plan: Plan) -> str:
    """The low–high range, and the budget beside it."""
    figures = plan.portfolio
    top = max(figures.monthly_added, costs.high(costs.steady_lines(plan)))
    cap = "no budget" if plan.budget.monthly is None else f"budget {plan.budget.monthly:,.0f} {plan.currency}"
    return md(f"{figures.monthly_added_low:,.0f}–{top:,.0f}, {cap}" if top > figures.monthly_added_low else cap)


def _overview(report: Report) -> None:
    st.subheader("Targets by workload and disruption", divider="gray")
    pages = _pages(len(report.workloads), charts.MATRIX_ROWS)
    page = 0
    if len(pages) > 1:
        page = st.selectbox(
            "Workloads", range(len(pages)), key="matrix_page",
            format_func=lambda index: f"{pages[index][0] + 1}–{pages[index][1]} of {len(report.workloads)}",
        )  # fmt: skip
    first, last = pages[page]
    rows = report.workloads[first:last]
    if rows:
        spoken = "; ".join(f"{row.name}: targets met {row.met}" for row in rows)
        picture(charts.target_matrix(rows, report.risk_level), f"Targets now and with the plan. {spoken}", WIDE)
    grid(tables.workloads(report), "workloads")


def _pages(count: int, size: int) -> list[tuple[int, int]]:
    return [(start, min(start + size, count)) for start in range(0, count, size)] or [(0, 0)]


def _tabs(state: Session, made: Made) -> None:
    report = made.report
    decision = report.decision
    one, missed, confirm, findings = st.tabs(
        [
            "One workload",
            f"Not met ({len(decision.misses)})",
            f"Confirm first ({len(decision.confirm)})",
            f"Findings ({len(report.findings)})",
        ]
    )
    with one:
        workload.show(state, made)
    with missed:
        if decision.misses:
            texts(tables.misses(decision.misses))
        else:
            st.caption("Every target is met.")
    with confirm:
        _confirm(report)
    with findings:
        sentences(tables.ESTATE_FINDINGS, tables.estate_findings(report), "findings")


def _confirm(report: Report) -> None:
    items = report.decision.confirm
    if not items:
        st.caption("Nothing rests on an assumption.")
        return
    st.caption("What the plan assumes or cannot price, what moves the result most first.")
    rows = [(item.title, item.value, item.why, item.settle, item.used_by) for item in items]
    heads = ("Assumption", "Value", "Why", "Settled by", "Used by")
    texts(tables.escaped(heads, rows[:CONFIRM_FIRST]))
    if len(rows) > CONFIRM_FIRST:
        with st.expander(f"{len(rows) - CONFIRM_FIRST} more"):
            grid(tables.frame(heads, rows[CONFIRM_FIRST:]), "confirm_rest")
