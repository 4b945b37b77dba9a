"""What an estimate must never do, whatever the sizes and rates."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.estimation.context import Context, longest_gap_s
from advisor.estimation.outcome import evaluate
from advisor.estimation.sampling import Sampler
from advisor.model.disruption import DISRUPTIONS
from advisor.model.evidence import RuleBook, Spread
from advisor.model.recovery import Protection
from advisor.rules import load_rules
from tests import estate

PROTECTIONS: list[Protection] = [
    estate.snapshots(), estate.snapshots(6, 30), estate.copies(), estate.FILES, estate.REGIONAL, estate.standby("zone"),
    estate.replicated("zone"), estate.replicated("region"), estate.standby("region"),
]  # fmt: skip
RULES = load_rules()
QUICK = settings(max_examples=25, deadline=None)


def with_sources(chosen: set[int]) -> list[Protection]:
    """The chosen protections; copies bring the snapshots that feed them."""
    feeding = {0} if 2 in chosen else set()
    return [PROTECTIONS[index] for index in sorted(chosen | feeding)]


def sized(rules: RuleBook, gib: float, change: float) -> Context:
    parts = [
        estate.resource("i-1", "instance", vpc_id="vpc-1"),
        estate.disk("d-sys", 40, system=True),
        estate.disk("d-data", gib),
    ]
    return estate.context(rules, parts, [estate.SERVER], change)


@QUICK
@given(
    chosen=st.sets(st.sampled_from(range(len(PROTECTIONS)))), gib=st.integers(10, 5000), change=st.floats(0.001, 0.5)
)
@pytest.mark.parametrize("disruption", DISRUPTIONS)
def test_expected_is_never_worse_than_worst_and_quantiles_are_ordered(
    disruption: str, chosen: set[int], gib: int, change: float
) -> None:
    picked = with_sources(chosen)
    found = evaluate(sized(RULES, gib, change), disruption, picked, Sampler(1, 50))  # type: ignore[arg-type]
    assert found.expected_s <= found.worst_s
    assert found.quantile(0.5) <= found.quantile(0.9) <= found.quantile(0.95)
    assert found.recoverable or found.quantile(0.5) == float("inf")


@QUICK
@given(gib=st.integers(10, 4000), more=st.integers(0, 1000), change=st.floats(0.001, 0.3))
@pytest.mark.parametrize("disruption", ["logical", "zone", "region"])
def test_losses_and_times_grow_with_size(disruption: str, gib: int, more: int, change: float) -> None:
    picked = [estate.snapshots(), estate.copies()]
    small, large = (
        evaluate(sized(RULES, size, change), disruption, picked, Sampler(1, 50))  # type: ignore[arg-type]
        for size in (gib, gib + more)
    )
    assert small.worst_s <= large.worst_s + 1e-9
    assert small.quantile(0.95) <= large.quantile(0.95) + 1e-6


@QUICK
@given(interval=st.sampled_from([24, 12, 6, 4, 2, 1]), shorter=st.sampled_from([24, 12, 6, 4, 2, 1]))
@pytest.mark.parametrize("disruption", ["logical", "zone", "region"])
def test_a_shorter_interval_never_raises_the_loss(disruption: str, interval: int, shorter: int) -> None:
    seldom, often = max(interval, shorter), min(interval, shorter)
    worst = [
        evaluate(
            sized(RULES, 500, 0.03), disruption, [estate.snapshots(hours), estate.copies(hours)], Sampler(1, 10)
        ).worst_s  # type: ignore[arg-type]
        for hours in (often, seldom)
    ]
    assert worst[0] <= worst[1]


@QUICK
@given(chosen=st.sets(st.sampled_from(range(len(PROTECTIONS)))), extra=st.sampled_from(range(len(PROTECTIONS))))
@pytest.mark.parametrize("disruption", DISRUPTIONS)
def test_another_copy_never_raises_the_loss(disruption: str, chosen: set[int], extra: int) -> None:
    # a new schedule replaces an old one, so only one of the two schedules is in play
    chosen.discard(1)
    if extra == 1:
        extra = 0
    fewer, more = with_sources(chosen), with_sources(chosen | {extra})
    before, after = (
        evaluate(sized(RULES, 200, 0.03), disruption, picked, Sampler(1, 10)).worst_s  # type: ignore[arg-type]
        for picked in (fewer, more)
    )
    assert after <= before


@given(
    hours=st.sets(st.integers(0, 23), min_size=1), days=st.sets(st.integers(1, 7), min_size=1), at=st.integers(0, 167)
)
def test_the_longest_gap_is_the_longest_wait_from_any_hour(hours: set[int], days: set[int], at: int) -> None:
    gap = longest_gap_s(tuple(hours), tuple(days)) / 3600
    runs = {(day - 1) * 24 + hour for day in days for hour in hours}
    wait = next(step for step in range(1, 169) if (at + step) % 168 in runs)
    assert wait <= gap <= 168
    assert longest_gap_s((), (1,)) == float("inf")


def test_schedules_of_the_week() -> None:
    assert longest_gap_s((2,), (1, 2, 3, 4, 5, 6, 7)) == 24 * 3600
    assert longest_gap_s((2,), (1, 2, 3, 4, 5)) == 72 * 3600
    assert longest_gap_s((1, 13), (1, 2, 3, 4, 5, 6, 7)) == 12 * 3600


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100))
def test_a_range_keeps_its_order_when_scaled(low: float, middle: float, high: float) -> None:
    ends = sorted((low, middle, high))
    spread = Spread(*ends)
    assert spread.low <= spread.scaled(1).likely <= replace(spread).high
    assert ends[0] - 1e-9 <= spread.mean <= ends[2] + 1e-9
