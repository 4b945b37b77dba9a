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
from advisor.web.text import md, plain


def show(state: Session, made: Made) -> None:
    """Choose a workload, then all about it."""
    views = made.report.workloads
    if not views:
        st.caption("No workload was found.")
        return
    names = [view.name for view in views]
    start = names.index(state.workload) if state.workload in names else 0
    picked = st.selectbox(
        "Workload", range(len(names)), index=start, key="workload", format_func=lambda index: plain(names[index]),
        persist_state="session",
    )  # fmt: skip
    view = views[min(picked, len(views) - 1)]
    state.workload = view.name
    item = next(found for found in made.assessment.plan.workloads if found.name == view.name)
    _head(view)
    st.markdown("**Estimates, now and planned**")
    st.table(tables.estimates(view), hide_index=True, border="horizontal")
    _recovery(item)
    _actions(view)
    _costs(view)
    _alternatives(view)


def _head(view: WorkloadView) -> None:
    st.markdown(f"**{md(view.verdict)}.** {md(' '.join(view.why))}")
    st.table(tables.escaped(("", " "), view.what), hide_index=True, hide_header=True, border="horizontal")


def _recovery(item: WorkloadPlan) -> None:
    drawable = [name for name in DISRUPTIONS if name in item.estimates and item.estimates[name].tasks]
    st.markdown("**Recovery, step by step**")
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


def _only(item: WorkloadPlan, disruption: Disruption) -> WorkloadPlan:
    return item.model_copy(update={"estimates": {disruption: item.estimates[disruption]}})


def _actions(view: WorkloadView) -> None:
    st.markdown("**Actions**")
    if not view.actions:
        st.caption("Nothing is changed.")
        return
    rows = ((item.number, item.title, item.verb, item.where, item.touches) for item in view.actions)
    heads = ("", "Action", "What", "Region", "Touches")
    st.table(tables.escaped(heads, rows), hide_index=True, border="horizontal")


def _costs(view: WorkloadView) -> None:
    st.markdown("**Costs**")
    if not view.costs:
        st.caption("No cost lines.")
    for table in view.costs:
        st.caption(f"{md(table.title)} ({md(table.per)}): {md(table.total)}")
        lines = tables.cost_lines([("", table)]).drop(columns="Workload")
        st.dataframe(lines, hide_index=True, key=f"lines {table.title}")


def _alternatives(view: WorkloadView) -> None:
    left, right = st.columns(2)
    with left:
        st.markdown("**Options that lost, and why**")
        if view.rejected:
            rows = ((item.tier, item.option_id, item.added, item.reason) for item in view.rejected)
            st.table(tables.escaped(("Tier", "Option", "Adds per month", "Why not"), rows), hide_index=True,
                     border="horizontal")  # fmt: skip
        else:
            st.caption("There was no other option.")
    with right:
        st.markdown("**Protections that cannot be used**")
        if view.infeasible:
            rows = ((item.mechanism, item.component, item.resource, item.reason) for item in view.infeasible)
            st.table(tables.escaped(("Protection", "Component", "Resource", "Why not"), rows), hide_index=True,
                     border="horizontal")  # fmt: skip
        else:
            st.caption("All of them can.")
