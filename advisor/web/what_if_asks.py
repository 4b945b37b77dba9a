"""What a visitor may ask otherwise: budget, objective, limits, and the wishes for one workload."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from advisor.api.own_values import KnownOption, known_options
from advisor.model.disruption import DISRUPTIONS
from advisor.model.plan import Mechanism
from advisor.model.targets import OBJECTIVES, RiskLevel
from advisor.reporting import words
from advisor.web import planning
from advisor.web.changes import OBJECTIVE_NAMES, RISK_WORDS
from advisor.web.draft import Draft, Row, with_budget, with_max_changes, with_risk_level, with_wishes
from advisor.web.session import Session
from advisor.web.targets_file import METRICS, Cell
from advisor.web.text import plain
from advisor.web.widgets import choose

FREE = ""


def limits(state: Session) -> None:
    """Budget, objective, risk level and the number of changes."""
    draft, version = state.draft, state.what_if_version
    if draft is None:
        return
    levels = get_args(RiskLevel)
    with st.form("what_if_limits", border=False):
        left, right = st.columns(2)
        with left:
            budget = st.text_input("Budget per month", draft.budget, key=f"w_budget_{version}", placeholder="60000 CNY")
            count = st.number_input(
                "Changes to the estate at most", 0, None, draft.base.max_changes, 1, key=f"w_changes_{version}",
                placeholder="any number",
            )  # fmt: skip
        with right:
            objective = st.selectbox(
                "Objective", OBJECTIVES, OBJECTIVES.index(state.objective), key=f"w_objective_{version}",
                format_func=lambda name: OBJECTIVE_NAMES[name],
            )  # fmt: skip
            level = st.selectbox(
                "Recovery times are held against the target at", levels, levels.index(draft.base.risk_level),
                key=f"w_risk_{version}", format_func=lambda name: RISK_WORDS[name],
            )  # fmt: skip
        if st.form_submit_button("Take these over", key="take_limits"):
            changed = with_risk_level(with_budget(draft, budget or ""), level)
            _take(state, with_max_changes(changed, None if count is None else int(count)))
            state.objective = objective
            st.rerun()


def _take(state: Session, draft: Draft) -> None:
    state.draft = draft
    planning.refresh(state)


def workload(state: Session) -> None:
    """A pinned option, forbidden and required protections, and the targets of one workload."""
    draft = state.draft
    if draft is None or not draft.rows:
        return
    _wishes(state, draft, draft.rows[choose("Workload", [row.name for row in draft.rows], "w_workload")])


def _wishes(state: Session, draft: Draft, row: Row) -> None:
    version = f"{state.what_if_version}_{draft.rows.index(row)}"
    plans = [made.assessment.plan for made in state.plans.values()]
    told = {option.id: option for option in known_options(plans, row.name)}
    options = list(dict.fromkeys([FREE, *filter(None, [row.spec.pin]), *told]))
    mechanisms = list(dict.fromkeys([*get_args(Mechanism), *row.spec.forbid, *row.spec.require]))
    with st.form("what_if_workload", border=False):
        pin = st.selectbox(
            "Option", options, options.index(row.spec.pin or FREE), key=f"w_pin_{version}",
            format_func=lambda name: _option(name, told.get(name)),
            help="One option for good; keep is what protects the workload today. Options that no plan has told of can "
            "be pinned in the targets file.",
        )  # fmt: skip
        left, right = st.columns(2)
        forbid = left.multiselect("Never choose", mechanisms, list(row.spec.forbid), key=f"w_forbid_{version}",
                                  format_func=_protection, placeholder="nothing")  # fmt: skip
        require = right.multiselect("Always choose", mechanisms, list(row.spec.require), key=f"w_require_{version}",
                                    format_func=_protection, placeholder="nothing")  # fmt: skip
        own: dict[Cell, str] = {}
        for disruption, place in zip(DISRUPTIONS, st.columns(len(DISRUPTIONS)), strict=True):
            for metric in METRICS:
                label = f"{words.DISRUPTION_TITLES[disruption]}: {metric.upper()}"
                shown = row.shown((disruption, metric), draft.classes)
                own[disruption, metric] = place.text_input(label, shown, key=f"w_{disruption}_{metric}_{version}") or ""
        if st.form_submit_button("Take these over", key="take_wishes"):
            _take(state, with_wishes(draft, row.name, pin or None, forbid, require, own))
            st.rerun()


def _option(name: str, option: KnownOption | None) -> str:
    if not name:
        return "Choose freely"
    if option is None:
        return plain(name)
    adds = (
        "" if option.monthly_added is None else f", adds {words.money(option.monthly_added, option.currency)} a month"
    )
    return plain(f"{name} ({option.tier}{adds})")


def _protection(name: str) -> str:
    return plain(words.mechanism(name))
