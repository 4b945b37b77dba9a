"""What waiting costs, shared out among options: never more than the truth, and the truth where it can be."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.optimise import ColumnarProblem, Wait, solve_columns
from advisor.optimise.incumbent import Incumbent
from advisor.optimise.lagrangian import Lagrangian, Stage
from advisor.optimise.pricing import Pricer
from advisor.optimise.raising import best_point
from advisor.optimise.shifts import ENTRIES, Shifts
from advisor.optimise.stages import LARGE, Settings
from advisor.optimise.system import System
from benchmarks.optimise_portfolio import Portfolio

PRICED = Settings(exact=False, effort=LARGE.effort, direct=-1)
LOSS = Stage({"loss": 1}, ())


def waiting(seed: int, sizes: tuple[int, ...], keys: int) -> ColumnarProblem:
    """Random options, and ``keys`` workloads that wait for one to three others under one key each."""
    draw = np.random.default_rng(seed)
    count = sum(sizes)
    waits: list[Wait] = []
    for key in range(keys):
        dependent, *needed = draw.permutation(len(sizes))[: int(draw.integers(2, 5))].tolist()
        for other in needed:
            extra = draw.integers(0, 300, (sizes[dependent], sizes[other])) * (draw.random() < 0.9)
            waits.append(Wait(dependent, other, key, extra))
    cost, loss = draw.integers(0, 400, count), draw.integers(0, 500, count)
    offsets = np.cumsum([0, *sizes])
    return ColumnarProblem(
        offsets, cost, loss, np.zeros(count, np.int64), np.zeros(count), "min-risk", waits=tuple(waits)
    )


def choices(problem: ColumnarProblem) -> list[np.ndarray]:  # type: ignore[type-arg]
    ranges = [range(low, high) for low, high in itertools.pairwise(problem.offsets.tolist())]
    return [np.array(picks) for picks in itertools.product(*ranges)]


def least(problem: ColumnarProblem) -> int:
    system = System(problem)
    return min(system.totals(picks).loss for picks in choices(problem))


def bound(problem: ColumnarProblem) -> float:
    system = System(problem)
    return best_point(Lagrangian(Pricer(system), LOSS), Incumbent(system, LOSS), None).value


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 4), min_size=4, max_size=5), st.integers(1, 4))
def test_shares_never_come_to_more_than_what_is_lost(seed: int, sizes: list[int], keys: int) -> None:
    problem = waiting(seed, tuple(sizes), keys)
    system = System(problem)
    draw = np.random.default_rng(seed + 1)
    gone = draw.random(system.size) < 0.2
    gone[system.starts] = False
    shifts = Shifts(system, None)
    for _ in range(4):
        excess = draw.integers(0, 400, system.size).astype(float)
        shifts.spread(np.where(gone, np.inf, excess))
        total = shifts.total()
        for picks in choices(problem):
            if not gone[picks].any():
                own = int(system.measure("loss")[picks].sum())
                assert own + total[picks].sum() <= system.totals(picks).loss


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 9))
def test_a_single_pair_is_priced_exactly(seed: int, first: int, second: int) -> None:
    problem = waiting(seed, (first, second), 1)
    # shares are rounded down to a 1,024th of a cent at each end
    assert bound(problem) == pytest.approx(least(problem), abs=0.01)


def test_waiting_for_the_later_of_two_is_priced_exactly() -> None:
    # c waits for a and b at once: slow costs it 100 a year, whichever it is; making either fast costs 60
    slow = np.array([[100, 0]])
    problem = ColumnarProblem(
        np.array([0, 2, 4, 5]),
        np.zeros(5, np.int64),
        np.array([0, 60, 0, 60, 7]),
        np.zeros(5, np.int64),
        np.zeros(5),
        "min-risk",
        waits=(Wait(2, 0, 0, slow), Wait(2, 1, 0, slow)),
    )
    # both slow: 100 once; both fast: 120
    assert least(problem) == 107
    assert bound(problem) == pytest.approx(107, abs=0.01)
    assert solve_columns(problem, PRICED).totals.loss == 107


def test_without_shares_the_bound_would_leave_waiting_out() -> None:
    problem = waiting(5, (4, 4, 4, 4, 4), 4)
    system = System(problem)
    plain = Lagrangian(Pricer(system), LOSS).at(np.zeros(0)).value
    assert plain < 0.8 * least(problem)
    assert least(problem) * 0.999 <= bound(problem) <= least(problem)


def test_keys_that_do_not_fit_are_left_out_of_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = waiting(5, (4, 4, 4, 4, 4), 4)
    full = bound(problem)
    monkeypatch.setattr("advisor.optimise.shifts.ENTRIES", 40)
    assert bound(problem) < full
    assert ENTRIES > 40


def test_many_workloads_that_wait_are_solved_to_a_small_gap() -> None:
    portfolio = Portfolio(1_000, 3)
    for first in (True, False):
        problem = portfolio.problem("min-risk", portfolio.budget(0.3), targets_first=first, coupled=True, waiting=True)
        solution = solve_columns(problem)
        assert solution.gap <= 1e-3
        unlinked = solve_columns(replace(problem, waits=()))
        assert solution.totals.loss > unlinked.totals.loss
