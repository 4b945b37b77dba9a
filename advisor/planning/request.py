"""What a plan is made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from advisor.model.evidence import RuleBook
from advisor.model.inventory import ImportResult
from advisor.model.pricebook import PriceBook
from advisor.model.targets import Objective, Targets
from advisor.model.units import Money

DEFAULT_SAMPLES = 10_000

Progress = Callable[[str], None]


def silent(_message: str) -> None:
    """The listener that nobody listens to."""


@dataclass(frozen=True)
class PlanRequest:
    """Everything handed to the planner. ``budget`` overrides the targets file's; ``progress`` hears what is being
    done."""

    imported: ImportResult
    targets: Targets
    rules: RuleBook
    prices: PriceBook
    as_of: date
    version: str
    objective: Objective = "min-cost"
    currency: str = "CNY"
    budget: Money | None = None
    seed: int = 1
    samples: int = DEFAULT_SAMPLES
    admit_unpriced: bool = False
    with_frontier: bool = True
    progress: Progress = silent
