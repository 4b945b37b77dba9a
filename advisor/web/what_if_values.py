"""A fact or a price of one's own over a shipped one."""

from __future__ import annotations

import streamlit as st

from advisor.api.assessing import today
from advisor.api.own_values import (
    PRICE_UNITS,
    SOURCES_OF_OWN,
    OwnFact,
    OwnPrice,
    OwnValues,
    UsedFact,
    UsedPrice,
    own_books,
    used_facts,
    used_prices,
)
from advisor.model.evidence import Fact
from advisor.model.finding import InputError
from advisor.model.pricebook import MissingPrice, Price, text_of
from advisor.web import planning
from advisor.web.session import Made, Session, shipped_books
from advisor.web.targets_file import number
from advisor.web.text import listed, md
from advisor.web.widgets import choose

KNOWN_BY = {
    "measured": "Measured, for example in a drill", "quoted": "Promised by the vendor",
    "documented": "Written down by the vendor", "assumed": "My own assumption",
}  # fmt: skip


def fact(state: Session, made: Made) -> None:
    """A number that the plan rests on: what is shipped, where it is from, and a value of one's own."""
    rules, _ = shipped_books()
    found = used_facts(made.assessment.plan, rules)
    if not found:
        st.caption("The plan rests on no number that could be changed.")
        return
    names = [f"{item.fact.id}: {item.shown}" for item in found]
    item = found[choose("Fact, what moves the recovery times most first", names, "w_fact")]
    _shipped(item)
    own = next((value for value in state.own.facts if value.id == item.fact.id), None)
    _fact_form(state, item.fact, own)


def _shipped(item: UsedFact) -> None:
    shipped = item.fact
    st.markdown(f"{md(shipped.statement)} **Shipped: {md(item.shown)}** ({shipped.confidence}).")
    lines = [f"Source: {shipped.source}" + (f", {shipped.as_of}" if shipped.as_of else "") + "."]
    if shipped.why:
        lines.append(f"Why: {shipped.why}")
    if shipped.replaced_by:
        lines.append(f"Settled by: {shipped.replaced_by}.")
    st.caption(md(" ".join(lines)))
    if item.used_by:
        st.caption(f"Used by {listed(item.used_by)}.")


def _fact_form(state: Session, shipped: Fact, own: OwnFact | None) -> None:
    spread = shipped.spread()
    texts = (own.low, own.likely, own.high) if own else tuple(map(number, (spread.low, spread.likely, spread.high)))
    unit = f", {shipped.unit}" if shipped.unit and shipped.unit != "1" else ""
    version = f"{state.what_if_version}_{shipped.id}"
    with st.form("what_if_fact", border=False):
        places = st.columns(3)
        low, likely, high = (
            place.text_input(f"{name}{unit}", text, key=f"w_fact_{name}_{version}").strip()
            for place, name, text in zip(places, ("At least", "Most likely", "At most"), texts, strict=True)
        )
        left, right = st.columns(2)
        confidence = left.selectbox(
            "How do you know it?", SOURCES_OF_OWN, SOURCES_OF_OWN.index(own.confidence) if own else 0,
            key=f"w_known_{version}", format_func=lambda name: KNOWN_BY[name],
        )  # fmt: skip
        source = right.text_input("From where", own.source if own else "", key=f"w_source_{version}",
                                  placeholder="drill of 12 May, record 7")  # fmt: skip
        if st.form_submit_button("Use this value", key="take_fact"):
            value = OwnFact(shipped.id, low, likely, high, shipped.unit, confidence, source or "")
            _take(state, state.own.with_fact(value))


def price(state: Session, made: Made) -> None:
    """A price that the plan's lines look up, or the lack of one, and a price of one's own."""
    _, prices = shipped_books()
    found = used_prices(made.assessment.plan, prices)
    if not found:
        st.caption("The plan buys nothing that has a price.")
        return
    item = found[choose("Price", list(map(_price_label, found)), "w_price")]
    _in_book(item)
    own = next((value for value in state.own.prices if value.key == item.key), None)
    _price_form(state, item, own)


def _price_label(item: UsedPrice) -> str:
    return f"{item.sku}, {item.region}: {_amount(item)}"


def _amount(item: UsedPrice) -> str:
    if isinstance(item.found, Price):
        return f"{text_of(item.found.deciding)} {item.currency} per {item.found.unit}"
    return "no price"


def _in_book(item: UsedPrice) -> None:
    if isinstance(item.found, MissingPrice):
        st.markdown(f"For {md(item.what_for)}. **No price is known.** {md(item.found.reason)}.")
        return
    span = ""
    if item.found.low is not None and item.found.high is not None:
        span = f" It is assumed between {text_of(item.found.low)} and {text_of(item.found.high)}; the high end decides."
    st.markdown(f"For {md(item.what_for)}. **Shipped: {md(_amount(item))}.**{md(span)}")
    st.caption(f"Source: {md(item.found.provenance)}.")


def _price_form(state: Session, item: UsedPrice, own: OwnPrice | None) -> None:
    version = f"{state.what_if_version}_{item.sku}_{item.region}"
    with st.form("what_if_price", border=False):
        left, middle, right = st.columns(3)
        unit = item.unit or ""
        now = own.price if own else text_of(item.found.deciding) if isinstance(item.found, Price) else ""
        if item.unit is None:
            start = PRICE_UNITS.index(own.unit) if own and own.unit in PRICE_UNITS else None
            unit = middle.selectbox("Sold per", PRICE_UNITS, start, key=f"w_unit_{version}") or ""
        else:
            middle.text_input("Sold per", unit, key=f"w_unit_{version}", disabled=True)
        typed = left.text_input(f"Your price, {item.currency}", now, key=f"w_amount_{version}") or ""
        source = right.text_input("From where", own.source if own else "", key=f"w_price_source_{version}",
                                  placeholder="contract of March")  # fmt: skip
        if st.form_submit_button("Use this price", key="take_price"):
            value = OwnPrice(item.sku, item.region, unit, item.currency, item.billing, typed.strip(), source or "")
            _take(state, state.own.with_price(value))


def _take(state: Session, own: OwnValues) -> None:
    """Take values over where the readers of the command line find no mistake in them."""
    try:
        state.books.put((own, today()), own_books(own, today()))
    except InputError as error:
        state.own_mistakes = error.mistakes
        return
    state.own, state.own_mistakes = own, ()
    planning.refresh(state)
    st.rerun()
