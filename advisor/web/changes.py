"""What a visitor has changed since a plan was made: one line each, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.api.own_values import OwnFact, OwnPrice, OwnValues
from advisor.model.targets import Objective
from advisor.reporting import words
from advisor.web.draft import CELLS, Draft, Row
from advisor.web.session import Asked

Line = tuple[str, str, str]
NONE = words.NONE
OBJECTIVE_NAMES: Mapping[Objective, str] = {
    "min-cost": "Least cost that meets the targets",
    "min-risk": "Least expected loss within the budget",
    "min-total": "Least cost and expected loss together",
    "min-change": "Fewest changes that meet the targets",
}
RISK_WORDS = {"p50": "P50: half of all recoveries", "p90": "P90: nine of ten", "p95": "P95: nineteen of twenty"}


def changes(before: Asked, now: Asked) -> list[Line]:
    """What is asked otherwise: what it is, as the plan had it, as it is now."""
    lines = [("Objective", OBJECTIVE_NAMES[before.objective], OBJECTIVE_NAMES[now.objective])]
    lines.append(("Protections whose price is unknown", _may(before.admit_unpriced), _may(now.admit_unpriced)))
    lines.append(("Seed of the simulation", str(before.seed), str(now.seed)))
    if before.draft is not None and now.draft is not None:
        lines += _of_draft(before.draft, now.draft)
    lines += _of_values(before.own, now.own)
    return [line for line in lines if line[1] != line[2]]


def _may(allowed: bool) -> str:
    return "may be chosen" if allowed else "are not chosen"


def _of_draft(before: Draft, now: Draft) -> Iterator[Line]:
    yield "Budget per month", before.budget.strip() or NONE, now.budget.strip() or NONE
    yield "Held against the target", before.base.risk_level.upper(), now.base.risk_level.upper()
    yield "Changes at most", _count(before.base.max_changes), _count(now.base.max_changes)
    old = {row.name: row for row in before.rows}
    for row in now.rows:
        if row.name in old:
            yield from _of_row(old[row.name], before, row, now)


def _count(count: int | None) -> str:
    return NONE if count is None else str(count)


def _of_row(before: Row, old: Draft, now: Row, new: Draft) -> Iterator[Line]:
    name = now.name
    yield f"{name}: class", before.spec.class_name, now.spec.class_name
    yield f"{name}: pinned option", before.spec.pin or NONE, now.spec.pin or NONE
    yield f"{name}: forbidden", _mechanisms(before.spec.forbid), _mechanisms(now.spec.forbid)
    yield f"{name}: required", _mechanisms(before.spec.require), _mechanisms(now.spec.require)
    for cell in CELLS:
        title = f"{words.DISRUPTION_TITLES[cell[0]]}, {cell[1].upper()}"
        yield f"{name}: {title}", before.shown(cell, old.classes), now.shown(cell, new.classes)


def _mechanisms(names: tuple[str, ...]) -> str:
    return ", ".join(map(words.mechanism, names)) or NONE


def _of_values(before: OwnValues, now: OwnValues) -> Iterator[Line]:
    facts = [{item.id: item for item in own.facts} for own in (before, now)]
    for fact in dict.fromkeys((*facts[0], *facts[1])):
        yield f"Fact {fact}", fact_text(facts[0].get(fact)), fact_text(facts[1].get(fact))
    prices = [{item.key: item for item in own.prices} for own in (before, now)]
    for key in dict.fromkeys((*prices[0], *prices[1])):
        yield f"Price of {key[0]} in {key[1]}", price_text(prices[0].get(key)), price_text(prices[1].get(key))


def fact_text(fact: OwnFact | None) -> str:
    """A fact of one's own with how it is known."""
    if fact is None:
        return "as shipped"
    same = fact.low == fact.likely == fact.high
    unit = f" {fact.unit}" if fact.unit and fact.unit != "1" else ""
    value = f"{fact.likely}{unit}" if same else f"{fact.low}–{fact.high}{unit} (likely {fact.likely})"
    return f"{value}, your own ({fact.confidence}: {fact.source})"


def price_text(price: OwnPrice | None) -> str:
    """A price of one's own with where it is from."""
    if price is None:
        return "as shipped"
    where = f": {price.source}" if price.source else ""
    return f"{price.price} {price.currency} per {price.unit}, your own{where}"
