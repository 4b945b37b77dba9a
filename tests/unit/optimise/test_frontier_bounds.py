"""The frontier of a portfolio that is too large to list: what it says of the costs between its points is true."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from advisor.model.option import FreeQuota, Problem, ProblemWorkload
from advisor.optimise import frontier, solve
from advisor.optimise.frontier import HALVED_OFTEN
from tests.problems import option


def portfolio(count: int, seed: int) -> Problem:
    """Workloads whose options trade cost for loss, some behind one shared charge and a free quota; a limit on changes,
    so that the breakpoints cannot be listed."""
    draw = random.Random(seed)
    workloads = []
    for number in range(count):
        loss, cost = draw.randint(2_000, 9_000), 0
        options = [option("keep", 0, loss)]
        for level in range(4):
            cost, loss = cost + draw.randint(20, 400), int(loss * draw.uniform(0.3, 0.9))
            shared = frozenset({"gtm"}) if level == 3 and draw.random() < 0.3 else frozenset()
            used = draw.randint(1, 9) if draw.random() < 0.2 else 0
            options.append(
                option(
                    f"o{level}",
                    cost + 10 * used,
                    loss,
                    changes=level + 1,
                    shared=shared,
                    quota={"q": float(used)} if used else {},
                )
            )
        workloads.append(ProblemWorkload(f"w{number:02d}", tuple(options)))
    quotas = {"q": FreeQuota(50.0, 10.0)}
    return Problem(tuple(workloads), "min-risk", None, {"gtm": 300}, quotas, max_changes=2 * count)


@pytest.mark.parametrize("seed", [3, 4])
def test_what_is_said_between_the_points_is_true(seed: int) -> None:
    problem = portfolio(HALVED_OFTEN + 5, seed)
    found = frontier(problem)
    assert len(found.steps) > 5
    for low, high in zip(found.steps, found.steps[1:], strict=False):
        assert low.totals.cost < high.totals.cost
        assert low.totals.loss > high.totals.loss
    for step in found.steps[::4]:
        at = solve(replace(problem, budget=step.totals.cost, targets_first=False))
        assert at.status == "optimal"
        assert step.least <= at.totals.loss <= step.totals.loss
        if step.exact:
            assert at.totals.loss == step.totals.loss
        if step.until is not None:
            beyond = solve(replace(problem, budget=step.until, targets_first=False))
            assert beyond.totals.loss >= step.least
