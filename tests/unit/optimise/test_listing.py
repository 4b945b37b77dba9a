"""Cores with one limit, listed, against all choices."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.optimise import ColumnarProblem, solve_columns
from advisor.optimise.listing import Core, best_of
from advisor.optimise.stages import LARGE, Settings

PRICED = Settings(exact=False, effort=LARGE.effort, direct=-1)
CHANGES = st.tuples(st.integers(-9, 9), st.integers(-9, 9))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(CHANGES, min_size=1, max_size=4), min_size=1, max_size=4), st.integers(-6, 12))
def test_the_best_choice_of_a_core_is_found(moves: list[list[tuple[int, int]]], room: int) -> None:
    # workload w's pick is row 10 w, its other rows follow
    flat = [(10 * w + 1 + n, w, g, s) for w, found in enumerate(moves) for n, (g, s) in enumerate(found)]
    rows, owner, goal, slope = (np.array(column, np.int64) for column in zip(*flat, strict=True))
    picks = 10 * np.arange(len(moves))
    core = Core(rows, owner, goal, slope, np.zeros(rows.size), room)
    sums = [
        (sum(g for g, _ in combo), sum(s for _, s in combo))
        for combo in itertools.product(*([(0, 0), *found] for found in moves))
    ]
    best = min((g for g, s in sums if s <= room and g < 3), default=None)
    found, certain = best_of(core, picks, 3, np.inf)
    assert certain
    if best is None:
        assert found is None
        return
    assert found is not None
    changed = {int(row): place for place, row in enumerate(rows)}
    taken = [changed[row] for row in found.tolist() if row in changed]
    assert goal[taken].sum() == best
    assert slope[taken].sum() <= room


def test_what_is_too_much_to_list_is_left_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("advisor.optimise.listing.LISTED", 3)
    rows = np.array([1, 2, 11, 12])
    core = Core(rows, rows // 10, rows, -rows, np.zeros(4), 100)
    assert best_of(core, np.array([0, 10]), 100, np.inf) == (None, False)


def test_a_budget_alone_is_settled_without_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(7)
    cost, loss = draw.integers(0, 900, 2_000), draw.integers(0, 900, 2_000)
    offsets = np.arange(0, 2_001, 5)
    none = np.zeros(2_000, np.int64)
    problem = ColumnarProblem(offsets, cost, loss, none, none.astype(float), "min-risk", 90_000, targets_first=False)
    known = solve_columns(problem, Settings(exact=True, effort=LARGE.effort, direct=10_000))
    monkeypatch.setattr("advisor.optimise.branch.Program", None)
    listed = solve_columns(problem, PRICED)
    assert (listed.status, listed.totals.loss) == ("optimal", known.totals.loss)
