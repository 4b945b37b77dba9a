"""Quantiles of samples: by hand, and against the probability that a plan states beside them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.estimation.sampling import quantile, rank


def test_a_quantile_is_the_least_sample_that_so_many_stay_within() -> None:
    samples = np.array([40.0, 10.0, 30.0, 20.0])
    assert [quantile(samples, p) for p in (0.0, 0.25, 0.26, 0.5, 0.75, 0.9, 1.0)] == [10, 10, 20, 20, 30, 40, 40]


def test_shares_that_floats_cannot_hold_are_not_rounded_up() -> None:
    # 0.9 × 10 = 9.000000000000002 by some ways to write it; 9 of 10 are 90 %
    assert rank(10, 0.1 + 0.8) == 9
    assert rank(10_000, 0.95) == 9_500
    assert rank(10_000, 0.95001) == 9_501


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), st.sampled_from([0.5, 0.9, 0.95, 0.99]), st.floats(0, 1e6))
def test_within_a_limit_exactly_where_that_share_of_the_samples_is(
    values: list[float], probability: float, limit: float
) -> None:
    samples = np.array(values)
    share = float((samples <= limit).mean())
    assert (quantile(samples, probability) <= limit) == (share >= probability - 1e-12)


@pytest.mark.parametrize("probability", [0.5, 0.9, 0.95])
def test_a_quantile_never_falls_where_samples_grow(probability: float) -> None:
    samples = np.random.default_rng(3).gamma(2.0, 60.0, 1000)
    assert quantile(np.maximum(samples, 100.0), probability) >= quantile(samples, probability)
