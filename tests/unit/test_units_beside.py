"""Durations beside a target that they are compared with: two that differ never read the same."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.model.units import format_duration
from advisor.planning.reasons import Room, misses
from advisor.reporting import words
from tests.property.test_joint_needs import candidate, option, outcome


@pytest.mark.parametrize(
    ("seconds", "beside", "told"),
    [
        (7212.0, 7200.0, "2 h 0 min 12 s"),
        (7188.0, 7200.0, "1 h 59 min 48 s"),
        (7200.04, 7200.0, "2 h 0 min 0.04 s"),
        (7200.00001, 7200.0, "just over 2 h"),
        (7199.99999, 7200.0, "just under 2 h"),
        (90_010.0, 90_000.0, "1 d 1 h 0 min 10 s"),
        (7200.0, 7200.0, "2 h"),
        (7212.0, 10_800.0, "2 h"),
        (7212.0, None, "2 h"),
        (math.inf, 7200.0, "unbounded"),
        (7212.0, math.inf, "2 h"),
    ],
)
def test_as_many_digits_as_tell_them_apart(seconds: float, beside: float | None, told: str) -> None:
    assert format_duration(seconds, beside) == told
    if math.isfinite(seconds):
        assert words.duration(seconds, beside=beside) == words.data_loss(seconds, False, beside) == told


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_two_that_differ_read_differently(seconds: float, beside: float) -> None:
    assert (format_duration(seconds, beside) == format_duration(beside)) == (seconds == beside)


def test_the_closest_option_never_reads_as_the_target_that_it_misses() -> None:
    item = candidate("a", [option("c", 0, outcome([2.003] * 10))], 2.0)
    picked = item.options.options[0]
    (miss,) = misses(item, picked, picked.outcomes, "p90", lambda other, disruption: other.outcomes[disruption], Room())
    assert "the closest (c) reaches 2 h 0 min 11 s" in miss.remedy
