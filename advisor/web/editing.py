"""Beginning and replacing the draft of the targets."""

from __future__ import annotations

import streamlit as st

from advisor import api
from advisor.model.targets import Targets
from advisor.web.draft import Draft, begin
from advisor.web.session import Loaded, Session, books, graph_for, parse_targets

# Fields of the targets screen that hold what the draft says: they begin anew with another draft.
FIELDS = ("budget", "risk_level")


def take_file(state: Session, loaded: Loaded, name: str, data: bytes) -> bool:
    """Begin with a targets file; False, with every mistake kept, where it cannot be read."""
    found = parse_targets(data, name)
    if not isinstance(found, Targets):
        state.targets_mistakes = found
        return False
    rules, _ = books()
    graph = graph_for(state, loaded, found)
    start(state, begin(found, api.classes_of(rules), graph, loaded.imported.inventory, data, name))
    return True


def begun(state: Session, loaded: Loaded) -> Draft:
    """The draft; where there is none it begins with what the inventory shows."""
    if state.draft is not None:
        return state.draft
    rules, _ = books()
    targets = api.load_targets(None, rules)
    graph = graph_for(state, loaded, targets)
    draft = begin(targets, api.classes_of(rules), graph, loaded.imported.inventory)
    start(state, draft)
    return draft


def start(state: Session, draft: Draft) -> None:
    """Put a draft in place of the last one, in the fields too."""
    state.draft = draft
    state.targets_mistakes = ()
    redraw(state, draft)
    for name in FIELDS:
        st.session_state.pop(name, None)


def redraw(state: Session, draft: Draft) -> None:
    """Have the grid drawn anew from this draft."""
    state.grid = draft
    state.grid_version += 1
