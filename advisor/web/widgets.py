"""The few shapes that all screens share: tables, mistakes, buttons that start something long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from advisor.model.finding import Mistake
from advisor.web import tables
from advisor.web.session import Session
from advisor.web.text import plain

ROWS_WITHOUT_SCROLLING: Final = 16
# A table that wraps is built in full by the browser: with more lines than these it is slow, and is scrolled through.
ROWS_AS_TEXT: Final = 300
# What the page's styles know frames of sentences by.
SENTENCES: Final = "sentences"
_SCROLLED_FROM: Final = 10
_SCROLLED_HEIGHT: Final = 640


def grid(frame: pd.DataFrame, key: str) -> None:
    """A table of short cells that can be sorted, searched and scrolled."""
    st.dataframe(frame, hide_index=True, key=key, height="content" if len(frame) <= ROWS_WITHOUT_SCROLLING else "auto")


def texts(frame: pd.DataFrame) -> None:
    """A table of sentences, which wrap; its cells are escaped already."""
    st.table(frame, hide_index=True, border="horizontal")


def sentences(heads: Sequence[str], rows: Sequence[Sequence[str]], key: str) -> None:
    """A table of sentences that wrap, in a frame that scrolls where there are many; cells of one line for very many."""
    if len(rows) > ROWS_AS_TEXT:
        grid(tables.frame(heads, rows), key)
        return
    height: int | Literal["content"] = _SCROLLED_HEIGHT if len(rows) >= _SCROLLED_FROM else "content"
    with st.container(height=height, border=False, key=f"{SENTENCES}_{key}"):
        texts(tables.escaped(heads, rows))


def refused(title: str, mistakes: Iterable[Mistake]) -> None:
    """Every mistake in what was handed in."""
    st.error(title)
    texts(tables.mistakes(mistakes))


def choose(label: str, names: Sequence[str], key: str, start: int = 0) -> int:
    """The index of the name that was picked, kept while other screens are open.

    The page remembers what was picked by the text that is shown, so each name must be told apart from the others, and
    stays picked when the names come in another order."""
    seen: dict[str, int] = {}
    shown = []
    for name in map(plain, names):
        seen[name] = seen.get(name, 0) + 1
        shown.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    picked = st.selectbox(label, shown, index=start, key=key, persist_state="session")
    return shown.index(picked) if picked in shown else start


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
