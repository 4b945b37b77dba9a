"""Which combinations stay: the comparison all at once against one by one; and what is let go of comes back the same."""

from __future__ import annotations

import numpy as np
import pytest

from advisor.estimation.dominance import COST, QUOTA, Quota, Times, TooManyError, pareto
from advisor.estimation.performance import Floats, Ints, Table
from advisor.estimation.sampling import Sampler
from advisor.estimation.schedule import run
from advisor.estimation.timelines import LOST
from advisor.model.evidence import Spread
from advisor.model.recovery import Task

SIZE, FAILURES = 120, 3


def no_worse(failure: int, one: int, other: int) -> bool:
    """Classes in a partial order that differs by failure: only divisors are no worse than their multiples."""
    return (other + failure) % (one + failure) == 0


def made(seed: int) -> tuple[Floats, Table]:
    draw = np.random.default_rng(seed)
    sums = draw.integers(0, 6, (SIZE, 3)).astype(float)
    classes = draw.integers(LOST, 6, (SIZE, FAILURES))
    classes[classes == 0] = 1
    sets = [np.array([int(x) for x in draw.integers(0, high, SIZE)], dtype=object) for high in (2, 4)]
    zeros = np.zeros((SIZE, 1))
    table = Table(sums, zeros, zeros, classes, zeros, sets[0], sets[1], np.arange(SIZE).reshape(-1, 1))
    return np.hstack([sums[:, :QUOTA], draw.integers(0, 3, (SIZE, 2)).astype(float)]), table


def beats(rows: Floats, table: Table, quota: Quota, one: int, other: int) -> bool:
    credit = min(max(table.sums[other, QUOTA] - table.sums[one, QUOTA], 0.0), quota.free) * quota.cents
    pairs = zip(table.classes[one].tolist(), table.classes[other].tolist(), strict=True)
    return bool(
        rows[one, COST] <= rows[other, COST] - credit
        and (rows[one, 1:] <= rows[other, 1:]).all()
        and table.signals[one] == table.signals[other]
        and table.shared[one] & ~table.shared[other] == 0
        and all(b == LOST or a == b or (a != LOST and no_worse(f, a, b)) for f, (a, b) in enumerate(pairs))
    )


def figures_of(classes: Ints) -> tuple[Floats, Ints]:
    """A necessary figure of each class: a divisor is no larger than its multiple."""
    values = np.array([[np.inf if number == LOST else float(number)] for number in range(LOST, 7)])
    return values, classes - LOST


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("with_figures", [False, True])
def test_what_stays_is_what_nothing_before_it_beats(seed: int, with_figures: bool) -> None:
    rows, table = made(seed)
    quota = Quota(0.6, 3.0)
    times = Times(no_worse, table.classes, *(figures_of(table.classes) if with_figures else ()))
    kept, places = pareto(rows, table, quota, times.first)
    expected: list[int] = []
    for row in np.lexsort([np.arange(SIZE), *rows.T[::-1]]).tolist():
        winner = next((place for place, rival in enumerate(expected) if beats(rows, table, quota, rival, row)), None)
        assert places[row] == (len(expected) if winner is None else winner)
        expected += [row] if winner is None else []
    assert kept == expected
    assert 1 < len(kept) < SIZE
    with pytest.raises(TooManyError):
        pareto(rows, table, quota, times.first, limit=len(kept) - 1)
    assert pareto(rows, table, quota, times.first, limit=len(kept))[0] == kept


def test_what_a_sampler_forgets_is_drawn_again_the_same() -> None:
    tasks = [
        Task("c/restore", "c", "restore", "restore", Spread(1, 5, 9), (), pool="restore"),
        Task("d/restore", "d", "restore", "restore", Spread(2, 5, 9), (), pool="restore"),
        Task("c/start", "c", "start", "start", Spread(1, 2, 9), ("c/restore",)),
        Task("workload/verify", "workload", "verify", "verify", Spread(1, 2, 3), ("c/start", "d/restore")),
    ]
    sampler = Sampler(1, 50)
    schedule = run(tasks, sampler, {"restore": 1}, "w")
    before = schedule.makespan.copy(), schedule.tail.copy(), schedule.ends["c/start"].copy()
    assert sampler.memo
    sampler.forget()
    assert not sampler.memo
    again = schedule.makespan, schedule.tail, schedule.ends["c/start"]
    assert all((one == other).all() for one, other in zip(before, again, strict=True))
    schedule.keep_service()
    sampler.forget()
    assert (np.sort(schedule.seen[0]) == np.sort(before[0])).all()
    assert (np.sort(schedule.seen[1]) == np.sort(before[1])).all()
    assert schedule.quantile(0.95) == np.sort(before[0])[47]
    assert not sampler.memo  # nothing had to be worked out
