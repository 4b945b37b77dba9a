"""One workload of the plan: estimates, actions, costs, what lost and why, and how it recovers."""

from __future__ import annotations

import streamlit as st

from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.plan import WorkloadPlan
from advisor.model.report import WorkloadView
from advisor.reporting import charts, words
from advisor.reporting import estimates as estimating
from advisor.web import tables
from advisor.web.charts import picture
from advisor.web.session import Made, Session
from advisor.web.text import md
from advisor.web.widgets import choose, grid, texts


def show(state: Session, made: Made) -> None:
    """Choose a workload, then all about it."""
    views = made.report.workloads
    if not views:
        st.caption("No workload was found.")
        return
    names = [view.name for view in views]
    start = names.index(state.workload) if state.workload in names else 0
    view = views[choose("Workload", names, "workload", start)]
    state.workload = view.name
    item = next(found for found in made.assessment.plan.workloads if found.name == view.name)
    st.markdown(f"**{md(view.verdict)}.** {md(' '.join(view.why))}")
    estimates, recovery, actions, costs, others, about = st.tabs(
        ["Estimates", "Recovery", f"Actions ({len(view.actions)})", "Costs", "Why not otherwise", "About"]
    )
    with estimates:
        texts(tables.estimates(view, made.report.risk_level))
    with recovery:
        _recovery(item)
    with actions:
        _actions(view)
    with costs:
        _costs(view)
    with others:
        _alternatives(view)
    with about:
        st.markdown("\n".join(f"- {md(label)}: {md(text)}" for label, text in view.what))


def _recovery(item: WorkloadPlan) -> None:
    drawable = [name for name in DISRUPTIONS if name in item.estimates and item.estimates[name].tasks]
    limiting = estimating.limiting_disruption(item)
    if not drawable or limiting is None:
        st.caption("Nothing has to be done, or nothing can be: there are no steps to draw.")
        return
    picked = st.radio(
        "Disruption", drawable, index=drawable.index(limiting[0]), key="schedule", horizontal=True,
        format_func=lambda name: words.DISRUPTION_TITLES[name], label_visibility="collapsed",
    )  # fmt: skip
    chart = estimating.gantt(_only(item, picked))
    if chart is not None:
        spoken = f"Recovery of {item.name} after {chart.disruption.lower()}: done after {chart.p95}"
        picture(charts.gantt(chart), spoken)
        if chart.waits_for:
            st.caption(f"The steps of its own recovery alone; it is back later, since it waits for {chart.waits_for}.")


def _only(item: WorkloadPlan, disruption: Disruption) -> WorkloadPlan:
    return item.model_copy(update={"estimates": {disruption: item.estimates[disruption]}})


def _actions(view: WorkloadView) -> None:
    if not view.actions:
        st.caption("Nothing is changed.")
        return
    rows = ((item.number, item.title, item.verb, item.where, item.touches) for item in view.actions)
    grid(tables.frame(("No.", "Action", "What", "Region", "Touches"), rows), "actions")


def _costs(view: WorkloadView) -> None:
    if not view.costs:
        st.caption("No cost lines.")
    for table in view.costs:
        st.caption(f"{md(table.title)} ({md(table.per)}): {md(table.total)}")
        lines = tables.cost_lines([("", table)]).drop(columns="Workload")
        grid(lines, f"lines {table.title}")


def _alternatives(view: WorkloadView) -> None:
    left, right = st.columns(2)
    with left:
        st.markdown("**Options that lost, and why**")
        if view.rejected:
            rows = ((item.tier, item.option_id, item.added, item.reason) for item in view.rejected)
            texts(tables.escaped(("Tier", "Option", "Adds per month", "Why not"), rows))
        else:
            st.caption("There was no other option.")
    with right:
        st.markdown("**Protections that cannot be used**")
        if view.infeasible:
            cannot = ((item.mechanism, item.resource or item.component, item.reason) for item in view.infeasible)
            texts(tables.escaped(("Protection", "Resource", "Why not"), cannot))
        else:
            st.caption("All of them can.")
