"""What Streamlit runs: the pages in their order, what each needs, and errors as sentences."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

import streamlit as st

from advisor.model.finding import InputError, OutsideError
from advisor.web.screens import costs, download, graph, inventory, plan, targets, what_if
from advisor.web.session import Session, session
from advisor.web.text import md
from advisor.web.widgets import SENTENCES, refused

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

Need = Literal["nothing", "inventory", "plan"]
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Screen:
    """One page: its place in the address, its title, what draws it and what must be there first."""

    path: str
    title: str
    draw: Callable[[], None]
    needs: Need


SCREENS: Final = (
    Screen("inventory", "Inventory", inventory.show, "nothing"),
    Screen("targets", "Targets", targets.show, "inventory"),
    Screen("plan", "Plan", plan.show, "inventory"),
    Screen("graph", "Graph", graph.show, "inventory"),
    Screen("costs", "Costs", costs.show, "plan"),
    Screen("what-if", "What-if", what_if.show, "plan"),
    Screen("download", "Download", download.show, "plan"),
)

# Less air above and below than the default; no text of anybody is ever put in here.
# Long ids and paths break where a page is narrow or a table holds sentences, so that no column is cut; a table of many
# columns and a picture are scrolled sideways there, rather than squeezed until nobody can read them.
COMPACT: Final = (
    "<style>.stMainBlockContainer {padding-top: 4.5rem; padding-bottom: 2rem}"
    "@media (max-width: 640px) {.stTable, .stImage, .stGraphVizChart {overflow-x: auto}"
    ".stTable :is(td, th) {padding: 0.25rem; min-width: 4.8rem; vertical-align: top}"
    ".stTable table:has(th:nth-child(5)) {min-width: 56rem}"
    ".stTable :is(td, th), .stTable :is(td, th) * {overflow-wrap: anywhere !important}"
    ".stImage img {min-width: 640px; max-width: none} .stGraphVizChart svg {min-width: 560px; max-width: none}}"
    f"[class*=st-key-{SENTENCES}] :is(td, th) {{min-width: 5rem}}"
    f"[class*=st-key-{SENTENCES}] :is(td, th) * {{overflow-wrap: anywhere !important}}</style>"
)


def main() -> None:
    """Draw the page that was asked for."""
    st.set_page_config(page_title="Protection plan", layout="wide")
    st.html(COMPACT)
    pages: dict[str, StreamlitPage] = {}
    for number, screen in enumerate(SCREENS):
        pages[screen.path] = st.Page(
            partial(_page, number, pages), title=screen.title, url_path=screen.path, default=number == 0
        )
    st.navigation(list(pages.values()), position="top").run()


def _page(number: int, pages: dict[str, StreamlitPage]) -> None:
    screen, state = SCREENS[number], session()
    missing = _missing(screen.needs, state)
    if missing is not None:
        st.header(screen.title)
        _send("There is no inventory yet." if missing == "inventory" else "There is no plan yet.", missing, pages)
        return
    _guarded(screen.draw)
    following = SCREENS[number + 1] if number + 1 < len(SCREENS) else None
    if following is not None and _missing(following.needs, state) is None:
        st.divider()
        if st.button(f"Continue: {following.title}", key="continue"):
            st.switch_page(pages[following.path])


def _missing(needs: Need, state: Session) -> Need | None:
    if needs != "nothing" and state.loaded is None:
        return "inventory"
    return "plan" if needs == "plan" and state.made is None else None


def _send(why: str, where: Need, pages: dict[str, StreamlitPage]) -> None:
    st.write(why)
    if st.button(f"Go to: {pages[where].title}", key="go_to", type="primary"):
        st.switch_page(pages[where])


def _guarded(draw: Callable[[], None]) -> None:
    """Whatever goes wrong is told in a sentence; the terminal has the rest."""
    try:
        draw()
    except InputError as error:
        refused("Something in the input is wrong.", error.mistakes)
    except OutsideError as error:
        st.error(md(error))
    except Exception:
        _LOG.exception("a screen failed")
        st.error("This screen failed. Nothing was lost: the other screens still work. The terminal says what happened.")


if __name__ == "__main__":
    main()
