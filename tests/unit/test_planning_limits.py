"""What stands in the way of a better estimate, in words."""

from __future__ import annotations

import math

import pytest

from advisor.estimation.outcome import Outcome
from advisor.estimation.paths.path import Path, lost
from advisor.model.graph import Component
from advisor.model.targets import Target
from advisor.planning.estimates import limiting
from advisor.rules import load_rules
from tests import estate

DATABASE = Component("database:rm-1", "database", "orders", ("rm-1",))
SERVER = Component("stateful_instance:i-1", "stateful_instance", "app", ("i-1",))


def gone(path: Path) -> Outcome:
    return Outcome("region", "cn-hangzhou", (path,), math.inf, math.inf, None, False)


@pytest.mark.parametrize(
    ("component", "reason", "told"),
    [
        (DATABASE, "no copy of orders (rm-1) survives", "no copy of orders (rm-1) survives"),
        (SERVER, "no copy of data (d-1) survives", "app (i-1): no copy of data (d-1) survives"),
    ],
)
def test_a_part_is_named_once(component: Component, reason: str, told: str) -> None:
    context = estate.context(load_rules(), [], [DATABASE, SERVER])
    assert limiting(context, gone(lost(component, reason)), Target()) == told
