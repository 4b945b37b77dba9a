"""Everything to take along: the report, and the rest in one archive. Built when asked for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from advisor import api
from advisor.model.finding import InputError, OutsideError
from advisor.web.archive import pack
from advisor.web.inputs import input_files
from advisor.web.session import Made, Session, session
from advisor.web.text import md
from advisor.web.widgets import asked

PDF = "report.pdf"
ZIP = "protection-plan.zip"
CONTENTS = {
    "json": "plan.json – the whole plan for programs",
    "terraform": "terraform/ – the actions, a folder a region",
    "ros": "ros/ – the same as ROS templates",
    "cli": "cli/ – the same as commands, a script a workload",
    "runbook": "runbooks/ – how each workload is recovered",
    "checklist": "drills/ – what to prove, with a checklist and a calendar",
    "csv": "costs, workloads, findings and inventory as CSV",
    "xlsx": "the costs as a workbook",
    "summary": "summary.md – one page to read",
}


def show() -> None:
    """Two files, each in two steps: build, then save."""
    state = session()
    st.header("Download")
    made = state.made
    if made is None:
        return
    report, rest = st.columns(2)
    with report, st.container(border=True, height="stretch"):
        st.markdown("**Report**")
        st.caption("For those who decide and sign: the decision on one page, then every workload, cost and source.")
        _offer(state, made, PDF, "application/pdf", lambda: api.export(made.assessment, ("pdf",))[PDF])
    with rest, st.container(border=True, height="stretch"):
        st.markdown("**Everything else**")
        listed = [text for name, text in CONTENTS.items() if name in api.ALL_FORMATS]
        st.caption("For those who build and run: " + "; ".join(listed) + ".")
        _offer(state, made, ZIP, "application/zip", lambda: pack(_rest(state, made)))
    st.caption(f"Plan {md(made.report.plan_id)} of {md(made.report.created)}, planned in {made.seconds:.1f} s. "
               "The same inputs give the same files.")  # fmt: skip


def _rest(state: Session, made: Made) -> dict[str, bytes]:
    formats = tuple(name for name in api.DEFAULT_FORMATS if name != "pdf" and name in api.ALL_FORMATS)
    files = api.export(made.assessment, formats)
    return {**files, **input_files(made, state.mapping)}


def _offer(state: Session, made: Made, name: str, mime: str, build: Callable[[], bytes]) -> None:
    kind = name.rpartition(".")[2]
    key = (made.key, name)
    if key not in state.files:
        place = asked(state, f"build_{kind}", f"Build {name}")
        if place is None:
            return
        try:
            with place, st.spinner(f"Building {name}"):
                state.files.put(key, build())
        except (InputError, OutsideError) as error:
            place.error(md(error))
            return
        place.empty()
    data = state.files[key]
    label = f"Save {name} ({_size(len(data))})"
    st.download_button(label, data, name, mime, key=f"save_{kind}", type="primary", on_click="ignore")


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{count / 1000:.0f} kB"
