"""When a workload's return may decide over the targets of those that wait for it, by hand."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from advisor.estimation.loss import LossRates
from advisor.estimation.paths.path import TaskList
from advisor.estimation.stakes import Dependent, Stakes, passed
from advisor.model.disruption import DISRUPTIONS
from advisor.model.graph import Component
from advisor.model.targets import Target
from advisor.rules import load_rules
from tests import estate

RULES = load_rules()
RATES = LossRates(Decimal(100), Decimal(200), {"zone": 0.1}, 720.0)
ZONE = DISRUPTIONS.index("zone")


def stakes(*dependents: tuple[float | None, float]) -> Stakes:
    waiting = tuple(Dependent({"zone": Target(None, rto)}, RATES, follows) for rto, follows in dependents)
    return Stakes(RATES, {}, 0.95, True, waiting)


def test_spans_reach_back_from_each_target_by_what_may_follow_and_join_where_they_meet() -> None:
    assert stakes((3600, 900), (4000, 600), (9000, 100)).spans_s(ZONE) == [(2700, 4000), (8900, 9000)]
    assert stakes((600, 900)).spans_s(ZONE) == [(0, 600)]
    assert stakes((None, 900)).spans_s(ZONE) == []
    assert stakes((3600, 900)).spans_s(DISRUPTIONS.index("region")) == []


def test_moments_between_which_nothing_is_decided_are_alike() -> None:
    spans = [(100.0, 200.0), (500.0, 600.0)]
    moments = np.array([0.0, 100.0, 150.0, 200.0, 499.0, 550.0, 1e9, np.inf])
    assert passed(moments, spans).tolist() == [0, 0, 50, 100, 100, 150, 200, 200]
    assert passed(moments, []).tolist() == [0.0] * 8


def test_a_start_of_another_length_is_refused() -> None:
    component = Component("database:d", "database", "d", ("d",))
    with pytest.raises(ValueError, match=r"'verify\.manual' is not among the durations of a start"):
        TaskList(estate.context(RULES, [], []), component).add("start", "starts", "verify.manual")
