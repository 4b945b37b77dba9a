"""The cost-risk frontier as the plan shows it, with joint outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from advisor.model.plan import FrontierPoint
from advisor.optimise import Frontier, Step, frontier, totals_of
from advisor.planning.chooser import MANY, Chooser
from advisor.planning.needs import CENTS
from advisor.planning.relief import cases_of

ROUNDS: Final = 30
FEW_ROUNDS: Final = 2
SHOWN: Final = 1000


@dataclass(frozen=True)
class FrontierView:
    """Its points, and whether the options that were compared make no other breakpoint; ``within`` is how much less
    than any of them loses a combination may lose that workloads leave out."""

    points: tuple[FrontierPoint, ...]
    complete: bool
    within: Decimal = Decimal(0)


def frontier_of(chooser: Chooser, targets_total: int, within: Decimal | None = Decimal(0)) -> FrontierView:
    """The frontier, computed anew as long as some plan on it does together what no pair of options tells. ``within`` is
    what combinations that are left out could save a year, None where that is not known."""
    learnt = True
    found = Frontier((), complete=True)
    for _ in range(ROUNDS if len(chooser.problem.workloads) <= MANY else FEW_ROUNDS):
        found = frontier(chooser.portfolio)
        learnt = sum(len(chooser.learn(step.choices)) for step in found.steps) > 0
        if not learnt:
            break
    steps = found.steps
    if len(steps) > SHOWN:
        steps = tuple(steps[round(n * (len(steps) - 1) / (SHOWN - 1))] for n in range(SHOWN))
    complete = found.complete and not learnt and len(steps) == len(found.steps)
    points = tuple(_point(chooser, step, targets_total, within) for step in steps)
    return FrontierView(points, complete and within is not None, within or Decimal(0))


def _point(chooser: Chooser, step: Step, targets_total: int, within: Decimal | None) -> FrontierPoint:
    totals = totals_of(chooser.problem, step.choices)
    least = Decimal(step.least) / CENTS
    return FrontierPoint(
        monthly_added=Decimal(totals.cost) / CENTS,
        expected_annual_loss=Decimal(totals.loss) / CENTS,
        targets_met=targets_total - len(cases_of(chooser.problem, step.choices)),
        exact=step.exact and totals.loss == step.least and within == 0,
        loss_at_least=None if within is None else max(least - within, Decimal(0)),
        holds_until=None if step.until is None else Decimal(step.until) / CENTS,
    )
