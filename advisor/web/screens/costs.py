"""Costs: by workload and state, line by line, against risk, and with another budget."""

from __future__ import annotations

from decimal import Decimal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from advisor.model.cost import COST_STATES
from advisor.model.plan import Plan
from advisor.model.report import FrontierView, Report
from advisor.model.targets import Targets
from advisor.reporting import charts, targets_moved, words
from advisor.reporting.costs import STATE_TITLES
from advisor.web import compare, planning, tables
from advisor.web.charts import picture
from advisor.web.draft import with_budget
from advisor.web.session import Made, Session, parsed_targets, plan_key, session
from advisor.web.text import md
from advisor.web.widgets import asked, grid, texts

STEPS = 40


def show() -> None:
    """Totals, lines, frontier, what-if."""
    state = session()
    st.header("Costs")
    made = state.made
    if made is None or state.loaded is None:
        return
    targets = parsed_targets(state)
    if not isinstance(targets, Targets) or plan_key(state, state.loaded, targets) != made.key:
        st.warning("Inventory, targets or settings have changed since this plan. Make it again on the screen Plan.")
    report = made.report
    _budget(state, made)
    _totals(report)
    _lines(report)


def _budget(state: Session, made: Made) -> None:
    plan, view = made.assessment.plan, made.report.frontier
    st.subheader("Cost and risk", divider="gray")
    left, right = st.columns((1.7, 1))
    with left:
        if view is None:
            st.caption("There is only one sensible plan, so there is nothing to weigh.")
        else:
            picture(charts.frontier(view, plan.currency), "Expected loss a year against added cost per month", 820)
            st.caption(charts.RISK_SHOWN)
    with right:
        _what_if(state, plan, view)
    _next_money(made.report)
    before = state.made_before
    if before is not None and before.key.inventory == made.key.inventory:
        _difference(before, made)


def _what_if(state: Session, plan: Plan, view: FrontierView | None) -> None:
    st.markdown("**With another budget**")
    top, step = _scale(plan, view)
    now = float(plan.budget.monthly) if plan.budget.monthly is not None else float(plan.portfolio.monthly_added)
    picked = st.slider(
        f"Budget per month, {plan.currency}", 0.0, top, min(now, top), step, format="localized",
        key=f"what_if_{state.current}",
    )  # fmt: skip
    _expectation(picked, view)
    place = asked(state, "plan_what_if", "Plan with this budget")
    if place is not None:
        _replan(state, f"{picked:.0f} {plan.currency}", place)
    if state.made_before is not None and st.button("Take the last plan back", key="undo"):
        planning.take_back(state)
        st.rerun()


def _scale(plan: Plan, view: FrontierView | None) -> tuple[float, float]:
    """The end of the slider and its step: past everything that any plan can cost, in round numbers."""
    dearest = max([float(plan.portfolio.monthly_added), float(plan.budget.monthly or 0), *(dot.x for dot in view.dots)]
                  if view else [float(plan.portfolio.monthly_added), float(plan.budget.monthly or 0)])  # fmt: skip
    raw = Decimal(repr(max(dearest, 100.0) * 1.1 / STEPS))
    step = Decimal(1).scaleb(raw.adjusted())
    step *= next(factor for factor in (1, 2, 5, 10) if factor * step >= raw)
    return float(step * STEPS), float(step)


def _expectation(budget: float, view: FrontierView | None) -> None:
    """What the frontier says at once; the plan itself takes some seconds."""
    within = [dot for dot in view.dots if dot.x <= budget] if view else []
    if not within:
        return
    least = min(within, key=lambda item: item.y)
    st.caption(f"Within it the expected loss can be as low as {md(least.loss)} a year; the plan puts targets first.")


def _replan(state: Session, budget: str, place: DeltaGenerator) -> None:
    if state.draft is None or state.loaded is None:
        return
    before = state.draft
    state.draft = with_budget(before, budget)
    targets = parsed_targets(state)
    if not isinstance(targets, Targets):
        state.draft = before
        st.error("The targets hold mistakes; correct them first.")
        return
    planning.make(state, state.loaded, targets, place)
    planning.refresh(state)
    st.rerun()


def _next_money(report: Report) -> None:
    """What a little less and a little more budget would change."""
    if not report.marginal:
        return
    st.markdown("**The next steps of the budget**")
    rows = ((item.extra, item.gained, item.loss, item.detail) for item in report.marginal)
    texts(tables.escaped(("Budget", "Targets met", "Expected loss a year", "What changes"), rows))


def _difference(before: Made, made: Made) -> None:
    st.markdown("**Against the last plan**")
    if moved := targets_moved(before.assessment.plan, made.assessment.plan):
        st.caption(md(" ".join(moved)))
    left, right = st.columns((1, 1.6))
    with left:
        texts(compare.headline(before, made))
    changed = compare.workloads(before.report, made.report)
    with right:
        if len(changed):
            texts(changed)
        else:
            st.caption("Every workload keeps its protection.")


def _totals(report: Report) -> None:
    st.subheader("By workload", divider="gray")
    rows = ((item.name, *item.amounts) for item in report.state_totals)
    heads = [f"{STATE_TITLES[state][0]}, {STATE_TITLES[state][1]}" for state in COST_STATES]
    grid(tables.frame(("Workload", "Paid now, per month", *heads), rows), "totals")
    if report.cost_bars:
        picture(charts.cost_bars(report.cost_bars, report.currency), "Added monthly cost by workload and mechanism")


def _lines(report: Report) -> None:
    st.subheader("Line by line", divider="gray")
    state = st.radio("State", COST_STATES, key="cost_state", horizontal=True, label_visibility="collapsed",
                     format_func=lambda name: f"{STATE_TITLES[name][0]} ({STATE_TITLES[name][1]})")  # fmt: skip
    title = STATE_TITLES[state][0]
    owned = [(view.name, table) for view in report.workloads for table in view.costs if table.title == title]
    if report.shared.lines and report.shared.title == title:
        owned.append(("Shared, charged once", report.shared))
    lines = tables.cost_lines(owned)
    if lines.empty:
        st.caption("No cost in this state.")
        return
    unpriced = int((lines["Amount"] == words.UNPRICED).sum())
    if unpriced:
        st.caption(f"{words.plural(unpriced, 'line')} without a price: totals say “at least”.")
    grid(lines, "cost_lines")
    st.caption(md(" ".join(report.price_notes)))
