"""Looked at again, nothing of what stands behind options that matter is missing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from advisor.estimation import compose, refinement, weighed
from advisor.estimation.combining import Trace
from advisor.estimation.measures import offer
from advisor.estimation.refinement import Refinement
from advisor.estimation.timelines import LOST
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.targets import Target
from tests.made_workloads import ASKED, ASKS, PROTECTED, SHAPES, TOLERANCE, Shape, as_good, few, made_by, workload

CHOICES = {"snap-12h-7d", "snap-1h-7d", "async-zone-stopped", "essd-running", "async-region-stopped"}
FEW = {"snap-12h-7d", "snap-1h-7d", "async-zone-stopped", "essd-running"}


def closed(found: Refinement, matter: set[str]) -> None:
    """Look again until nothing is left open, where what is found behind options that matter does so too."""
    first = set(found.known)
    while found.can_be_closer:
        assert found.closer(matter | (set(found.known) - first))


def test_a_place_of_a_trace_is_lost_with_a_package_or_a_combination_that_is() -> None:
    steps = [np.array([0], np.int32), np.array([1, 0], np.int32)]
    trace = Trace([[0, LOST], [0, 1, LOST]], [1, 2], steps)
    picks = np.array([[0, 0], [0, 1], [1, 0], [1, 2], [0, 2]])
    assert trace.places(picks).tolist() == [1, 0, LOST, LOST, LOST]
    assert trace.places(picks[:, :1]).tolist() == [0, 0, LOST, LOST, 0]
    assert trace.stand_in((0, 1)) == 0
    assert trace.stand_in((1, 2)) is None


def test_where_nothing_left_out_stands_behind_what_matters_nothing_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SMALL", "SEVERAL", "EXACT_PRODUCT"):
        monkeypatch.setattr(compose, name, 0)
    monkeypatch.setattr(weighed, "SHARE", 1e9)
    context = workload(PROTECTED, False, False)
    dimensions = few(offer(context).dimensions, CHOICES)
    builder, short = made_by(context, dimensions, targets=ASKED)
    found = Refinement(builder, dimensions, short.options)
    assert found.within > 0
    known = set(found.known)
    assert found.closer(())
    assert found.within == 0
    assert not found.can_be_closer
    assert set(found.known) == known


@settings(max_examples=40, deadline=None)
@given(
    shapes=st.lists(SHAPES, min_size=2, max_size=3), chained=st.booleans(), with_group=st.booleans(), asked=ASKS,
    every=st.integers(1, 7), limit=st.sampled_from([2, 30]),
)  # fmt: skip
@example([*PROTECTED, Shape(100, "cloud_essd", True)], False, False, ASKED, 1, 2)
@example([*PROTECTED, Shape(100, "cloud_essd", True)], True, False, ASKED, 2, 30)
@example(PROTECTED, False, True, ASKED, 2, 30)
@example(PROTECTED, False, True, {}, 2, 30)
@example([Shape(100, "cloud_essd", False)] * 2, False, True, {}, 3, 30)
def test_what_stands_behind_what_matters_is_found(
    shapes: list[Shape], chained: bool, with_group: bool, asked: dict[Disruption, Target], every: int, limit: int
) -> None:
    context = workload(shapes, chained, with_group)
    kept = FEW if len(shapes) > 2 else CHOICES - {"essd-running"} | {"gtm", "fleet-warm"} if with_group else CHOICES
    dimensions = few(offer(context).dimensions, kept)
    whole = made_by(context, dimensions, targets=asked)[1]
    assert whole.within is None
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SMALL", "SEVERAL", "EXACT_PRODUCT"):
            patch.setattr(compose, name, 0)
        patch.setattr(weighed, "SHARE", 1e9)
        patch.setattr(weighed, "LIMIT", 1)  # lets all pass that no target asks for
        builder, short = made_by(context, dimensions, targets=asked)
        patch.setattr(weighed, "SHARE", 1e-3)
        patch.setattr(refinement, "FEW", limit)
        patch.setattr(refinement, "MOST", 100_000)
        with pytest.MonkeyPatch.context() as again:
            again.setattr(weighed, "SHARE", 1e9)
            found = Refinement(builder, dimensions, short.options)
        assert found.within == short.within
        matter = {option.id for option in short.options[::every]}
        event(f"something is left open: {found.within > 0}")
        closed(found, matter)
    assert found.within == 0
    event(f"more are known: {len(found.known) > len(short.options)}")
    for option in whole.options:
        if short.winner(option.id) in matter:
            outcomes = {name: option.outcomes[name] for name in DISRUPTIONS}
            assert any(
                float(o.monthly) <= float(option.monthly) + TOLERANCE
                and o.changes <= option.changes
                and float(o.loss) <= float(option.loss) + TOLERANCE
                and as_good(o, outcomes, asked)
                for o in found.known.values()
            ), option.id
