"""Targets: what every workload is worth, the budget, and the file that says so."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pandas as pd
import streamlit as st
from streamlit.column_config import SelectboxColumn, TextColumn

from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.finding import Mistake
from advisor.model.targets import OBJECTIVES, RiskLevel, Targets
from advisor.reporting import words
from advisor.web import tables
from advisor.web.changes import OBJECTIVE_NAMES, RISK_WORDS
from advisor.web.draft import (
    CELLS,
    CLASS_COLUMN,
    Draft,
    column,
    needs_redraw,
    with_budget,
    with_edits,
    with_risk_level,
    workload_at,
)
from advisor.web.editing import begun, redraw, take_file
from advisor.web.session import Loaded, Session, parsed_targets, session
from advisor.web.targets_file import exact_duration
from advisor.web.widgets import refused, texts

# As short as the last column of the grid has room for on a page of 1280 px.
_FOUND_BY = {
    "declared": "declaration", "tag": "tag", "load_balancer": "load balancer", "scaling_group": "scaling group",
    "cluster": "cluster", "connected": "references", "single": "by itself",
}  # fmt: skip
SHORT = {"logical": "Data", "instance": "Server", "zone": "Zone", "region": "Region"}


def show() -> None:
    """The file, the settings, the grid."""
    state = session()
    loaded = state.loaded
    st.header("Targets")
    if loaded is None:
        return
    _upload(state, loaded)
    draft = _settings(state, begun(state, loaded))
    sound = _verdict(state, draft)
    _grid(state, draft)
    _file(draft, sound)
    _classes(draft)


def _upload(state: Session, loaded: Loaded) -> None:
    failed = bool(state.targets_mistakes)
    with st.expander("Take a targets file", expanded=failed), st.form("targets_upload", border=False):
        file = st.file_uploader("Targets file", type=["yaml", "yml"], key="targets_file")
        if st.form_submit_button("Read the targets", key="read_targets") and file is not None:
            take_file(state, loaded, file.name, file.getvalue())
        if state.targets_mistakes:
            count = words.plural(len(state.targets_mistakes), "mistake")
            refused(f"The targets file was not taken over. {count}:", state.targets_mistakes)


def _settings(state: Session, draft: Draft) -> Draft:
    budget, objective, level = st.columns((1, 1.4, 1))
    with budget:
        typed = st.text_input(
            "Budget per month", value=draft.budget, key="budget", placeholder="60000 CNY", persist_state="session",
            help="A hard cap on what is added over all workloads. Empty: none.",
        )  # fmt: skip
        draft = with_budget(draft, typed or "")
    with objective:
        state.objective = st.selectbox(
            "Objective", OBJECTIVES, index=OBJECTIVES.index(state.objective), key="objective",
            format_func=lambda name: OBJECTIVE_NAMES[name], persist_state="session",
        )  # fmt: skip
    with level:
        levels = get_args(RiskLevel)
        picked = st.selectbox(
            "Recovery times are held against the target at", levels, index=levels.index(draft.base.risk_level),
            key="risk_level", format_func=lambda name: RISK_WORDS[name], persist_state="session",
        )  # fmt: skip
        draft = with_risk_level(draft, picked)
    with st.expander("More"):
        state.admit_unpriced = st.checkbox(
            "Also choose protections whose price is unknown", value=state.admit_unpriced, key="admit_unpriced",
            persist_state="session",
        )  # fmt: skip
        state.seed = int(
            st.number_input("Seed of the simulation", 0, 2**31 - 1, state.seed, key="seed", persist_state="session")
        )
    state.draft = draft
    return draft


def _grid(state: Session, draft: Draft) -> None:
    st.markdown("**Workloads**")
    st.caption(
        "RPO: how much work may be lost at worst. RTO: how long the workload may be away. Write 15 min, 4 h or 2 d; "
        "none for no target; empty a cell to take the class's."
    )
    key = f"grid_{state.grid_version}"
    if key not in st.session_state or state.grid is None:
        state.grid = draft
    base = state.grid
    rows = [
        (row.name, row.spec.class_name, *(row.shown(cell, base.classes) for cell in CELLS),
         _FOUND_BY.get(row.found_by, row.found_by))
        for row in base.rows
    ]  # fmt: skip
    st.data_editor(
        tables.frame(("name", CLASS_COLUMN, *map(column, CELLS), "found_by"), rows),
        key=key, hide_index=True, num_rows="fixed", disabled=("name", "found_by"), on_change=_typed,
        column_config={
            "name": TextColumn("Workload", pinned=True),
            "found_by": TextColumn("Found by", help=f"{', '.join(words.FOUND_BY.values())}."),
            CLASS_COLUMN: SelectboxColumn("Class", options=list(base.classes), required=True),
            **{
                column(cell): TextColumn(f"{SHORT[cell[0]]} {cell[1].upper()}", width=101, help=_struck(cell[0]))
                for cell in CELLS
            },
        },
    )  # fmt: skip


def _struck(disruption: Disruption) -> str:
    return f"{words.DISRUPTION_TITLES[disruption]}: {words.STRIKES[disruption]}"


def _typed() -> None:
    state = session()
    if state.grid is None:
        return
    edits = st.session_state[f"grid_{state.grid_version}"]["edited_rows"]
    settled = state.draft or state.grid
    state.draft = with_edits(replace(settled, rows=state.grid.rows), edits)
    if needs_redraw(edits):
        redraw(state, state.draft)


def _verdict(state: Session, draft: Draft) -> bool:
    """Every mistake, found by the parser that the command line uses; whether there is none."""
    found = parsed_targets(state)
    if isinstance(found, Targets):
        return True
    st.error(words.plural(len(found), "mistake") + " in the targets:")
    texts(_placed((draft.data() or b"").decode(errors="replace"), found))
    return False


def _file(draft: Draft, sound: bool) -> None:
    data = draft.data()
    if data is None:
        st.caption("No targets file was given and nothing was changed: every workload has the targets of its class.")
        return
    if draft.edited and draft.original is not None:
        st.caption("Comments of the uploaded file are not kept in the changed one.")
    st.download_button("Download targets.yaml", data, "targets.yaml", "application/yaml", key="download_targets",
                       on_click="ignore", disabled=not sound)  # fmt: skip


def _placed(text: str, mistakes: tuple[Mistake, ...]) -> pd.DataFrame:
    rows = ((workload_at(text, item) or "–", item.place, item.problem, item.remedy) for item in mistakes)
    return tables.escaped(("Workload", "Place in the file", "What is wrong", "What to do"), rows)


def _classes(draft: Draft) -> None:
    with st.expander("What the classes ask for"):
        rows = []
        for name, item in draft.classes.items():
            pairs = [item.target(disruption) for disruption in DISRUPTIONS]
            each = [f"{exact_duration(target.rpo_s)} / {exact_duration(target.rto_s)}" for target in pairs]
            rows.append((name, *each, words.number(item.downtime_per_hour), words.number(item.loss_per_hour)))
        heads = [f"{SHORT[name]}: RPO / RTO" for name in DISRUPTIONS]
        texts(tables.escaped(("Class", *heads, f"An hour away, {draft.base.currency}", "An hour of lost work"), rows))
