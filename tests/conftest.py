"""What many tests share: the shipped books, and the sample estate with its plan."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from advisor.importers import read_inventory, read_targets
from advisor.model.evidence import Fact, RuleBook
from advisor.model.inventory import ImportResult
from advisor.model.pricebook import PriceBook
from advisor.model.targets import Targets, WorkloadClass
from advisor.pricing import load_prices
from advisor.rules import load_rules

if TYPE_CHECKING:
    from advisor.api import Assessment

SHOP = Path(__file__).parent.parent / "sample_inventories" / "shop"
AS_OF = date(2026, 11, 22)


def pytest_configure() -> None:
    """Output is as wide as where it is read; neither a shell nor a runner of tests is."""
    os.environ.pop("COLUMNS", None)


@pytest.fixture(scope="session")
def rules() -> RuleBook:
    return load_rules()


@pytest.fixture(scope="session")
def prices() -> PriceBook:
    return load_prices()


@pytest.fixture(scope="session")
def shop() -> ImportResult:
    return read_inventory([SHOP])


@pytest.fixture(scope="session")
def shop_targets(rules: RuleBook) -> Targets:
    classes = {name: item for name, item in rules.classes.items() if isinstance(item, WorkloadClass)}
    return read_targets(SHOP / "targets.yaml", classes, set(rules.regions))


@pytest.fixture(scope="session")
def shop_assessment(rules: RuleBook, prices: PriceBook, shop: ImportResult, shop_targets: Targets) -> Assessment:
    """The sample's plan as the demo makes it, with fewer samples."""
    from advisor import api  # small tests need no exporters

    return api.plan_for(shop, shop_targets, rules, prices, api.Settings(as_of=AS_OF, samples=2000))


@pytest.fixture(scope="session")
def certain_rules(rules: RuleBook) -> RuleBook:
    """The rules with every range fixed at its likely value and no capacity shortage: recovery times become plain
    sums."""
    return replace(rules, facts={name: _certain(fact) for name, fact in rules.facts.items()})


def _certain(fact: Fact) -> Fact:
    if fact.id == "provision.capacity_shortage":
        return replace(fact, value=0)
    if isinstance(fact.value, dict) and {"min", "likely", "max"} <= set(fact.value):
        return replace(fact, value=fact.value["likely"])
    return fact
