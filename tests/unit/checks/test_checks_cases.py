"""Each check fires on its bad estate and not on its good one; each card has its check and each check its card."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from check_estates import CASES, RULES, of_check

from advisor.checks.card import Card
from advisor.checks.registry import CHECKS
from advisor.model.finding import SEVERITY_ORDER
from advisor.model.inventory import Kind
from advisor.resources import data_dir

CARDS = {str(raw["id"]): raw for raw in RULES.checks}
PAGE = Path(__file__).parents[3] / "docs" / "checks.md"
KEYS = {"id", "title", "why", "severity", "applies_to", "source", "fix", "good", "bad"}
OPTIONAL = {"by_class", "limits", "fact"}


@pytest.mark.parametrize("check", CHECKS)
def test_a_bad_estate_is_found(check: str) -> None:
    (estate, given), _, subject = CASES[check]
    found = of_check(check, estate, **given)
    assert [finding.id for finding in found] == [f"{check}:{subject}"]
    finding = found[0]
    known = {item.id: item for item in estate}
    assert finding.resource is None or finding.resource in known or check == "KEY-001"
    assert finding.workload == "app"
    assert ".json" in finding.detail
    assert finding.source == CARDS[check]["source"]
    assert finding.title.startswith(f"{CARDS[check]['title']}: ")
    assert "{" not in finding.fix


@pytest.mark.parametrize("check", CHECKS)
def test_a_good_estate_is_not(check: str) -> None:
    _, (estate, given), _ = CASES[check]
    assert of_check(check, estate, **given) == []


def test_every_card_has_a_check_and_every_check_a_card_and_cases() -> None:
    assert sorted(CHECKS) == sorted(CARDS) == sorted(CASES)
    assert sorted(path.stem for path in (data_dir("rules") / "checks").glob("*.yaml")) == sorted(CARDS)


@pytest.mark.parametrize("check", CARDS)
def test_a_card_is_complete(check: str) -> None:
    card = CARDS[check]
    assert KEYS <= card.keys() <= KEYS | OPTIONAL
    assert re.fullmatch(r"[A-Z]{2,3}-\d{3}", check)
    assert card["severity"] in SEVERITY_ORDER
    kinds = card["applies_to"]
    assert isinstance(kinds, list)
    assert set(kinds) <= set(get_args(Kind))
    assert str(card["source"]).startswith("https://")
    good, bad = card["good"], card["bad"]
    assert isinstance(good, dict)
    assert isinstance(bad, dict)
    assert good != bad
    assert Card.read(card).fix


def test_a_card_that_names_a_fact_has_its_source() -> None:
    for card in RULES.checks:
        if "fact" in card:
            assert RULES.fact(str(card["fact"])).source == card["source"], card["id"]
    assert [card["id"] for card in RULES.checks if "fact" not in card] == ["SUB-001"]


def test_the_page_lists_every_check_as_its_card_says() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| [A-Z]{2,3}-\d{3} ", line)]
    assert rows == [page_row(Card.read(CARDS[check])) for check in CHECKS]


def page_row(card: Card) -> str:
    """One line of the table in docs/checks.md."""
    severity = f"{card.severity}, lighter by class" if card.by_class else card.severity
    return f"| {card.id} | {card.title} | {severity} |"
