"""Making a plan with its progress on the screen, and putting it where the screens look."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from advisor import api, reporting
from advisor.model.targets import Targets
from advisor.web.editing import FIELDS, begun, redraw
from advisor.web.session import PLANS_KEPT, Loaded, Made, Session, books, graph_for, plan_key
from advisor.web.text import md

# Fields of the targets screen that hold a setting of the session.
SETTINGS_FIELDS = ("objective", "admit_unpriced", "seed")
# The steps besides one for every workload: graph, choice, writing, frontier.
_OTHER_STEPS = 4


def make(state: Session, loaded: Loaded, targets: Targets, place: DeltaGenerator) -> Made:
    """The plan for these inputs: the kept one, or a new one while a bar at ``place`` tells what is being done."""
    begun(state, loaded)
    key = plan_key(state, loaded, targets)
    made = state.plans.get(key)
    if made is None:
        made = _plan(state, loaded, targets, place)
    state.plans.put(key, made)
    if state.current is not None and key != state.current:
        state.past = (*state.past, state.current)[1 - PLANS_KEPT :]
    state.current = key
    return made


def take_back(state: Session) -> None:
    """The last plan again, with all that was asked of it; once more for the one before it, as far as they are kept."""
    before = state.made_before
    if before is None:
        return
    state.past = state.past[: state.past.index(before.key)]
    state.current = before.key
    discard(state)


def discard(state: Session) -> None:
    """Ask again what the plan on the screens was asked; what has been changed since is forgotten."""
    made = state.made
    if made is None:
        return
    asked = made.asked
    state.draft, state.objective, state.own = asked.draft, asked.objective, asked.own
    state.admit_unpriced, state.seed = asked.admit_unpriced, asked.seed
    state.own_mistakes = ()
    refresh(state)


def refresh(state: Session) -> None:
    """Have every screen show what is asked now."""
    if state.draft is not None:
        redraw(state, state.draft)
    state.what_if_version += 1
    for name in (*FIELDS, *SETTINGS_FIELDS):
        st.session_state.pop(name, None)


def _plan(state: Session, loaded: Loaded, targets: Targets, place: DeltaGenerator) -> Made:
    key = plan_key(state, loaded, targets)
    rules, prices = books()
    settings = api.Settings(
        objective=state.objective, as_of=key.as_of, seed=state.seed, admit_unpriced=state.admit_unpriced
    )
    steps = len(graph_for(state, loaded, targets).workloads) + _OTHER_STEPS
    place.progress(0.0, text="Planning")
    start = time.perf_counter()
    try:
        hear = _listener(place.progress, steps)
        assessment = api.plan_for(loaded.imported, targets, rules, prices, settings, progress=hear)
    finally:
        place.empty()
    report = reporting.build(assessment.plan, assessment.deliverable.graph)
    return Made(key, assessment, report, time.perf_counter() - start, state.asked_now)


def _listener(show: Callable[..., object], steps: int) -> Callable[[str], None]:
    done = 0

    def hear(message: str) -> None:
        nonlocal done
        done += 1
        show(min(done / steps, 1.0), text=f"Planning: {md(message)}")

    return hear
