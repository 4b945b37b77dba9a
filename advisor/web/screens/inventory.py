"""The inventory: read it, see what was read and what was not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from advisor.api.asking import sample_estate
from advisor.model.finding import Mistake
from advisor.reporting import words
from advisor.web import reading, tables
from advisor.web.editing import take_file
from advisor.web.screens import columns
from advisor.web.session import Handed, Loaded, Session, session
from advisor.web.text import listed, md
from advisor.web.widgets import grid, refused, sentences

NAMES_SHOWN = 3


def show() -> None:
    """Three ways in, then what came in."""
    state = session()
    st.header("Inventory")
    st.write(
        "What the cloud lists about your servers: exports of the console or the command line, tables, Terraform state, "
        "each alone, together or in a ZIP file. Nothing leaves this machine."
    )
    _ways_in(state)
    if state.read_mistakes:
        count = words.plural(len(state.read_mistakes), "mistake")
        unnamed = any(not table.is_read for table in state.tables)
        what_next = "Name the columns below, then read again. " if unnamed else ""
        refused(f"Nothing was taken over. {what_next}{count}:", state.read_mistakes)
        _rest(state)
    if state.handed is not None:
        columns.show(state)
    if state.loaded is not None:
        _content(state.loaded)


def _ways_in(state: Session) -> None:
    sample, upload, path = st.columns((1, 2, 1.4))
    with sample, st.container(border=True, height="stretch"):
        st.markdown("**Sample**")
        st.caption("An online shop of nine workloads in two regions, with its targets.")
        if st.button("Take the sample", key="take_sample", type="primary" if state.loaded is None else "secondary"):
            _take_sample(state)
    with upload, st.form("upload", height="stretch"):
        st.markdown("**Files**")
        files = st.file_uploader(
            "Files of the inventory", accept_multiple_files=True, key="inventory_files", label_visibility="collapsed"
        )
        if st.form_submit_button("Read the files", key="read_files"):
            _take_files(state, [(file.name, file.getvalue()) for file in files])
    with path, st.form("path", height="stretch"):
        st.markdown("**Path on this machine**")
        where = st.text_input("File or folder", key="inventory_path", placeholder="/home/me/exports")
        if st.form_submit_button("Read the path", key="read_path"):
            _take_path(state, where or "")


def _take_sample(state: Session) -> None:
    folder, targets = sample_estate()
    if reading.take(state, Handed("Sample shop", path=folder)) and state.loaded is not None:
        take_file(state, state.loaded, targets.name, targets.read_bytes())


def _take_files(state: Session, files: Sequence[tuple[str, bytes]]) -> None:
    if not files:
        state.read_mistakes = (Mistake("upload", "", "no file was chosen.", "Choose one or more files first."),)
        return
    title = words.listing([name for name, _ in files], NAMES_SHOWN)
    reading.take(state, Handed(title, tuple(files)))


def _take_path(state: Session, where: str) -> None:
    if not where.strip():
        state.read_mistakes = (Mistake("path", "", "no path was written.", "Write the path of a file or a folder."),)
        return
    path = Path(where.strip()).expanduser()
    reading.take(state, Handed(path.name or str(path), path=path))


def _rest(state: Session) -> None:
    """Read what can be read of several files, on request only: a list that is missing is never missing in silence."""
    rest = state.readable
    if rest is None:
        return
    count = words.plural(len(rest.files), "file")
    if st.button(f"Leave these files out and read the other {count}", key="read_rest"):
        reading.take(state, rest)
        st.rerun()


def _content(loaded: Loaded) -> None:
    imported = loaded.imported
    inventory = imported.inventory
    st.subheader(md(loaded.title), divider="gray")
    if loaded.without:
        st.warning(f"Read without {listed(loaded.without, len(loaded.without))}: what these files list is unknown.")
    regions = {item.region for item in inventory.resources.values() if item.region}
    figures = (
        ("Resources", len(inventory.resources)),
        ("Servers", sum(1 for _ in inventory.of_kind("instance"))),
        ("Regions", len(regions)),
        ("Files read", len(imported.forms)),
        ("Findings", len(imported.findings)),
        ("Left out", len(imported.skipped)),
    )
    for place, (label, count) in zip(st.columns(len(figures)), figures, strict=True):
        place.metric(label, f"{count:,}")
    left, right = st.columns((1, 1.6))
    with left:
        st.markdown("**What was read**")
        grid(tables.kinds_by_region(inventory), "kinds")
    with right:
        st.markdown("**Left out**")
        if imported.skipped:
            grid(tables.skipped(imported), "skipped")
        else:
            st.caption("Nothing.")
        with st.expander("Files and the form each was read as"):
            grid(tables.frame(("File", "Form"), imported.forms), "forms")
    st.markdown("**Findings about the files**")
    if imported.findings:
        sentences(tables.FINDINGS, tables.findings(imported.findings), "read_findings")
    else:
        st.caption("None.")
