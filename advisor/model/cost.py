"""Cost lines: what is bought, how much of it, at which price, from where – and totals that admit what has no price."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from advisor.model.pricebook import PriceOrigin

CostState = Literal["steady", "drill", "failover", "failback"]
COST_STATES: tuple[CostState, ...] = ("steady", "drill", "failover", "failback")


class CostLine(BaseModel):
    """One amount. ``steady`` and ``failover`` are per month, ``drill`` and ``failback`` per event; ``quantity`` is in
    ``unit`` over that period and ``monthly`` = quantity × unit price (None: unpriced, never 0).

    ``low``/``high`` give the range where the price or the quantity rests on an assumption (``assumption`` names it); an
    assumed price decides at its high end, an assumed quantity at its likely value. ``shared_id`` marks a charge that
    workloads share and that is paid once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sku: str
    what_for: str
    quantity: Decimal
    unit: str
    unit_price: Decimal | None
    currency: str
    monthly: Decimal | None
    source: str
    as_of: str | None
    confidence: str
    state: CostState = "steady"
    region: str = ""
    workload: str = ""
    component: str = ""
    mechanism: str = ""
    action_id: str = ""
    resources: tuple[str, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None
    assumption: str | None = None
    origin: PriceOrigin = "book"
    billing: str = "payg"
    shared_id: str | None = None
    note: str | None = None
    facts: tuple[str, ...] = ()


class CostTotal(BaseModel):
    """A sum of lines; ``at_least`` says that unpriced lines are missing from it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: Decimal
    low: Decimal
    currency: str
    at_least: bool
    unpriced: int


def total(lines: Iterable[CostLine], currency: str) -> CostTotal:
    """The sum of the priced lines, its low end, and how many lines have no price."""
    amount = low = Decimal(0)
    unpriced = 0
    for line in lines:
        if line.monthly is None:
            unpriced += 1
            continue
        amount += line.monthly
        low += line.low if line.low is not None else line.monthly
    return CostTotal(amount=amount, low=low, currency=currency, at_least=unpriced > 0, unpriced=unpriced)
