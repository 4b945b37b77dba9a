"""The columns of a table with headers of one's own: what is in them, and what each of them is."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

import pandas as pd
import streamlit as st

from advisor.api.column_fields import MAPPING_FILE, fields_for, mapping_text, read_mapping, title_of
from advisor.api.columns import Column, FoundTable, absent_headers, complete_mapping, tag_field
from advisor.model.finding import InputError
from advisor.reporting import words
from advisor.web import reading, tables
from advisor.web.session import Session
from advisor.web.text import listed, md, plain
from advisor.web.widgets import refused, texts

LEAVE_OUT = ""
COLUMNS_SHOWN = 80
SAMPLE_WIDTH = 40


def show(state: Session) -> None:
    """Name the columns, apply, see what came of it, take the file along – or bring one."""
    unknown = sum(len(table.unknown) for table in state.tables)
    unread = any(not table.is_read for table in state.tables)
    title = f"Name the columns: {words.plural(unknown, 'column')} with a header that is not known"
    with st.expander(title, expanded=unread or bool(state.mapping or state.mapping_mistakes)):
        st.caption(
            "Say what each column holds. What is suggested is a guess from the header or the values: check it. A "
            "column that is left out is not read."
        )
        _form(state)
        if state.mapping_mistakes:
            count = words.plural(len(state.mapping_mistakes), "mistake")
            refused(f"The columns were not taken over. {count}:", state.mapping_mistakes)
        elif state.mapping:
            _result(state)
        _upload(state)


def _has_unknown(table: FoundTable) -> bool:
    return bool(table.unknown)


def _form(state: Session) -> None:
    picked: dict[str, str] = {}
    with st.form("columns", border=False):
        for table in filter(_has_unknown, state.tables):
            _table(state, table, picked)
        if st.form_submit_button("Read with these columns", key="apply_columns", type="primary"):
            kept = {header: field for header, field in state.mapping.items() if header not in picked}
            chosen = kept | {header: field for header, field in picked.items() if field != LEAVE_OUT}
            reading.take_mapped(state, complete_mapping(state.tables, chosen))
            st.rerun()


def _table(state: Session, table: FoundTable, picked: dict[str, str]) -> None:
    place = f", {table.place}" if table.place else ""
    st.markdown(f"**{md(table.file + place)}**")
    known = [column for column in table.columns if column.field]
    if known:
        pairs = listed([f"{column.header} = {title_of(column.field)}" for column in known], len(known))
        st.caption(f"The header is row {table.header_row}. Known already: {pairs}.")
    else:
        st.caption(f"The header is row {table.header_row}. None of its columns is known.")
    for note in table.notes:
        st.caption(md(note))
    again = [column.header for column in table.unknown if column.header in picked]
    if again:
        st.caption(f"Named further up, for every table: {listed(again, len(again))}.")
    shown = [column for column in table.unknown if column.header not in picked]
    for column in shown[:COLUMNS_SHOWN]:
        picked[column.header] = _column(state, table, column)
    if len(shown) > COLUMNS_SHOWN:
        st.caption(f"{len(shown) - COLUMNS_SHOWN} more columns are not shown; a mapping file can name them.")


def _column(state: Session, table: FoundTable, column: Column) -> str:
    left, right = st.columns((1, 1), vertical_alignment="center")
    suggestion = "" if state.mapping else column.suggestion
    now = state.mapping.get(column.header, suggestion)
    options = [LEAVE_OUT, *(field.id for field in fields_for(table.kinds)), tag_field(column.header)]
    options = list(dict.fromkeys([*options, now]))
    with left:
        samples = [words.clip(words.clean(text), SAMPLE_WIDTH) for text in column.samples]
        example = f"for example {md(' · '.join(samples))}" if samples else "no value in the rows looked at"
        st.markdown(f"**{md(words.clip(words.clean(column.header), SAMPLE_WIDTH))}**  \n:gray[:small[{example}]]")
    with right:
        digest = sha256(column.header.encode(errors="replace")).hexdigest()[:12]
        found = st.selectbox(
            f"Field of {md(column.header)}", options, index=options.index(now), label_visibility="collapsed",
            key=f"column_{state.mapping_version}_{digest}", format_func=lambda field: _option(field, column.header),
            persist_state="session",
        )  # fmt: skip
        if suggestion:
            st.caption(f"Suggested: {md(column.why)}.")
    return found or LEAVE_OUT


def _option(field: str, header: str) -> str:
    if field == LEAVE_OUT:
        return "Leave out"
    return f"Keep as tag “{plain(header)}”" if field == tag_field(header) else plain(title_of(field))


def _result(state: Session) -> None:
    absent = absent_headers(state.tables, state.mapping)
    if state.loaded is not None:
        count = words.plural(len(state.loaded.imported.inventory.resources), "resource")
        st.success(f"Read with {words.plural(len(state.mapping) - len(absent), 'named column')}: {count}.")
    if absent:
        st.caption(f"No table here has these columns: {listed(absent, len(absent))}.")
    texts(_named(state.mapping))
    st.download_button(f"Download {MAPPING_FILE}", mapping_text(state.mapping), MAPPING_FILE, "application/yaml",
                       key="download_mapping", on_click="ignore")  # fmt: skip
    st.caption(f"The command line reads the same files with: advisor assess … \\-\\-mapping {MAPPING_FILE}")


def _named(mapping: Mapping[str, str]) -> pd.DataFrame:
    return tables.escaped(("Column", "Read as"), ((header, title_of(field)) for header, field in mapping.items()))


def _upload(state: Session) -> None:
    with st.form("mapping_upload", border=False):
        file = st.file_uploader("Or take a mapping file", type=["yaml", "yml"], key="mapping_file")
        if st.form_submit_button("Read the mapping file", key="read_mapping") and file is not None:
            try:
                mapping = read_mapping(file.getvalue(), file.name)
            except InputError as error:
                state.mapping_mistakes = error.mistakes
            else:
                reading.take_mapped(state, mapping, file.name)
            st.rerun()
