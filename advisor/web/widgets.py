"""The few shapes that all screens share: tables, mistakes, buttons that start something long."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from advisor.model.finding import Mistake
from advisor.web import tables
from advisor.web.session import Session

ROWS_WITHOUT_SCROLLING: Final = 16


def grid(frame: pd.DataFrame, key: str) -> None:
    """A table of short cells that can be sorted, searched and scrolled."""
    st.dataframe(frame, hide_index=True, key=key, height="content" if len(frame) <= ROWS_WITHOUT_SCROLLING else "auto")


def texts(frame: pd.DataFrame) -> None:
    """A table of sentences, which wrap; its cells are escaped already."""
    st.table(frame, hide_index=True, border="horizontal")


def refused(title: str, mistakes: Iterable[Mistake]) -> None:
    """Every mistake in what was handed in."""
    st.error(title)
    texts(tables.mistakes(mistakes))


def asked(state: Session, name: str, label: str, *, primary: bool = False) -> DeltaGenerator | None:
    """A button for something that takes long. In the run that is to do it: the button's place, for its progress."""
    place = st.empty()
    if state.asked == name:
        state.asked = ""
        return place

    def ask() -> None:
        state.asked = name

    place.button(label, key=name, type="primary" if primary else "secondary", on_click=ask)
    return None
