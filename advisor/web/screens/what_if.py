"""What-if: change what is asked, a fact or a price, plan again, and read the difference line by line."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from advisor.api.assessing import Settings
from advisor.api.differences import FACTS, PRICES, SETTINGS, TOTAL, Difference, changed_only, plan_differences
from advisor.api.own_values import own_files, repeat_command
from advisor.model.finding import InputError
from advisor.model.targets import Targets
from advisor.reporting import words
from advisor.web import planning, tables, what_if_asks, what_if_values
from advisor.web.archive import pack
from advisor.web.changes import changes, fact_text, price_text
from advisor.web.editing import begun
from advisor.web.inputs import input_files
from advisor.web.session import Loaded, Made, Session, parsed_targets, plan_key, session
from advisor.web.text import md
from advisor.web.widgets import ROWS_AS_TEXT, asked, grid, refused, texts

ZIP = "what-if.zip"
HEADINGS = (SETTINGS, TOTAL, FACTS, PRICES)


def show() -> None:
    """Change, plan, compare, take along."""
    state = session()
    st.header("What-if")
    made, loaded = state.made, state.loaded
    if made is None or loaded is None:
        return
    st.write(
        "Change something, plan again, and read what it does line by line. Values of your own stay marked as yours."
    )
    begun(state, loaded)
    limits, workload, fact, price = st.tabs(["Budget and limits", "A workload", "A fact", "A price"])
    with limits:
        what_if_asks.limits(state)
    with workload:
        what_if_asks.workload(state)
    with fact:
        what_if_values.fact(state, made)
    with price:
        what_if_values.price(state, made)
    if state.own_mistakes:
        refused(f"Not taken over. {words.plural(len(state.own_mistakes), 'mistake')}:", state.own_mistakes)
    _own(state)
    _plan(state, loaded, made)
    _difference(state)
    _take_along(state)


def _own(state: Session) -> None:
    """Every value of one's own, each with a button that takes it out again."""
    facts, prices = state.own.facts, state.own.prices
    if not facts and not prices:
        return
    st.subheader("Your own values", divider="gray")
    rows: list[tuple[str, str, object]] = [(item.id, fact_text(item), item.id) for item in facts]
    rows += [(f"{item.sku}, {item.region}", price_text(item), item.key) for item in prices]
    for number, (name, value, key) in enumerate(rows):
        left, right = st.columns((5, 1), vertical_alignment="center")
        left.markdown(f"**{md(name)}** {md(value)}")
        if right.button("Take out", key=f"take_out_{number}"):
            state.own = state.own.without(key)
            planning.refresh(state)
            st.rerun()


def _plan(state: Session, loaded: Loaded, made: Made) -> None:
    """Show what has changed since the plan; plan with it, forget it, or go back to the plan before."""
    _changed(state, loaded, made)
    with st.container(horizontal=True):
        if state.asked_now != made.asked and st.button("Discard these changes", key="discard"):
            planning.discard(state)
            st.rerun()
        if state.made_before is not None and st.button("Take the last plan back", key="take_back"):
            planning.take_back(state)
            st.rerun()


def _changed(state: Session, loaded: Loaded, made: Made) -> None:
    lines = changes(made.asked, state.asked_now)
    if lines:
        st.subheader("Changed since the plan", divider="gray")
        texts(tables.escaped(("What", "In the plan", "Now"), lines))
    targets = parsed_targets(state)
    if not isinstance(targets, Targets):
        refused("The targets hold mistakes; correct them first.", targets)
        return
    if plan_key(state, loaded, targets) != made.key:
        place = asked(state, "plan_what_if_changes", "Plan with these changes", primary=True)
        if place is not None:
            _replan(state, loaded, targets, place)


def _replan(state: Session, loaded: Loaded, targets: Targets, place: DeltaGenerator) -> None:
    try:
        planning.make(state, loaded, targets, place)
    except InputError as error:
        refused("No plan can be made so.", error.mistakes)
        return
    planning.refresh(state)
    st.rerun()


def _difference(state: Session) -> None:
    made, before = state.made, state.made_before
    st.subheader("Difference to the last plan", divider="gray")
    if made is None or before is None or before.key.inventory != made.key.inventory:
        st.caption("There is no earlier plan of this inventory yet.")
        return
    earlier, later = before.assessment.plan, made.assessment.plan
    reports = (before.report, made.report)
    lines = state.differences.get_or((before.key, made.key), lambda: plan_differences(earlier, later, reports))
    every = st.toggle("Also what stays the same", key="every_line", persist_state="session")
    shown = lines if every else changed_only(lines)
    if not shown:
        st.caption("The two plans are the same, line by line.")
        return
    changed = changed_only(lines)
    names = {line.group for line in changed if line.group not in HEADINGS}
    count = f"{len(changed)} of {words.plural(len(lines), 'line')} differ"
    st.caption(f"{count}, in {words.plural(len(names), 'workload')}." if names else f"{count}.")
    heads, rows = ("Line", "Last plan", "This plan", "Change"), list(map(_row, shown))
    if len(rows) <= ROWS_AS_TEXT:
        texts(tables.escaped(heads, rows))
    else:
        grid(tables.frame(heads, rows), "differences")


def _row(line: Difference) -> tuple[str, str, str, str]:
    return f"{line.group}: {line.item}", line.before, line.after, line.change


def _take_along(state: Session) -> None:
    made = state.made
    if made is None:
        return
    files = input_files(made, state.mapping)
    if not files:
        return
    st.subheader("The same plan on the command line", divider="gray")
    asked_of = made.asked
    settings = Settings(
        objective=asked_of.objective, as_of=made.key.as_of, seed=asked_of.seed, admit_unpriced=asked_of.admit_unpriced
    )
    st.caption("Put your inventory beside these files, under its name instead of INVENTORY:")
    st.code(repeat_command(tuple(files), settings), language=None, wrap_lines=True)
    st.download_button(f"Download {ZIP}", pack(files), ZIP, "application/zip", key="download_what_if",
                       on_click="ignore")  # fmt: skip
    st.caption(md("In it: " + ", ".join(sorted(files)) + "."))
    own = own_files(asked_of.own)
    if own:
        with st.expander("Your own values as files"):
            for name, data in own.items():
                st.caption(md(name))
                st.code(data.decode(), language="yaml", wrap_lines=True)
