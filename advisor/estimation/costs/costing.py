"""One cost line from a SKU and a quantity: the price looked up, the period applied, the range kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from advisor.estimation.context import Context
from advisor.model.cost import CostLine, CostState
from advisor.model.evidence import Spread
from advisor.model.pricebook import MissingPrice, Price, PriceBook
from advisor.model.recovery import Proposal
from advisor.model.units import cents

HOURS_PER_MONTH = Decimal(730)  # items quoted per hour; docs: the model, section 6
DAYS_PER_MONTH = Decimal(30)  # items metered per day; the vendor's own examples use 30 days
QUANTITY_PLACES = Decimal("0.0001")


@dataclass(frozen=True)
class Costing:
    """Prices in one currency for one workload's context."""

    book: PriceBook
    currency: str
    context: Context

    def price(self, skus: str | Sequence[str], region: str) -> Price | MissingPrice:
        """The pay-as-you-go price of the first SKU that has one, else a subscription price, which its line then
        names."""
        asked = (skus,) if isinstance(skus, str) else tuple(skus)
        found = self.book.first(asked, region, self.currency)
        if isinstance(found, MissingPrice):
            other = self.book.first(asked, region, self.currency, "subscription")
            return found if isinstance(other, MissingPrice) else other
        return found

    def line(
        self,
        sku: str | Sequence[str],
        region: str,
        what_for: str,
        amount: Spread | float | Decimal,
        proposal: Proposal | None = None,
        *,
        state: CostState = "steady",
        hours: Decimal | None = None,
        facts: Sequence[str] = (),
        unit: str = "",
        shared_id: str | None = None,
        resources: Sequence[str] = (),
        component: str = "",
    ) -> CostLine:
        """The line for ``amount`` units held over the period: a month, or ``hours`` in an event.

        ``amount`` counts things (GiB, instances, GB); the price's own unit says whether it is multiplied by hours or
        days.
        A range of amounts or an assumed price gives the line its low and high end."""
        spread = amount if isinstance(amount, Spread) else Spread(float(amount), float(amount), float(amount))
        price = self.price(sku, region)
        action = proposal.actions[0] if proposal else None
        name = price.sku if isinstance(price, Price) else (sku if isinstance(sku, str) else sku[0])
        line = CostLine(
            sku=name,
            what_for=what_for,
            quantity=_quantity(spread.likely, _factor(unit, hours)),
            unit=unit or "unit",
            unit_price=None,
            monthly=None,
            currency=self.currency,
            source="",
            as_of=None,
            confidence="unknown",
            state=state,
            region=region,
            workload=self.context.workload.name,
            component=action.component if action else component,
            mechanism=proposal.mechanism if proposal else "",
            action_id=action.id if action else "",
            resources=tuple(resources) or (action.resources if action else ()),
            shared_id=shared_id,
            facts=tuple(facts),
        )
        if isinstance(price, MissingPrice):
            return line.model_copy(update={"note": f"unpriced: {price.reason}"})
        return _priced(line, spread, price, hours)


def _priced(line: CostLine, spread: Spread, price: Price, hours: Decimal | None) -> CostLine:
    """The line with its price, and with both ends where quantity or price is a range."""
    factor = _factor(price.unit, hours)
    quantity = _quantity(spread.likely, factor)
    monthly = cents(quantity * price.deciding)
    low = cents(_quantity(spread.low, factor) * (price.low if price.low is not None else price.amount))
    high = cents(_quantity(spread.high, factor) * price.deciding)
    ranged = low != monthly or high != monthly
    return line.model_copy(
        update={
            "quantity": quantity,
            "unit": price.unit,
            "unit_price": price.deciding,
            "monthly": monthly,
            "source": price.source,
            "as_of": price.as_of,
            "confidence": price.confidence,
            "origin": price.origin,
            "billing": price.billing,
            "low": low if ranged else None,
            "high": high if ranged else None,
            "assumption": _assumption(price, line.facts) if ranged else None,
            "note": price.note,
        }
    )


def _assumption(price: Price, facts: Sequence[str]) -> str:
    parts = []
    if price.why:
        parts.append(f"price between {price.low} and {price.high}: {price.why}")
    if facts:
        parts.append("quantity rests on " + ", ".join(facts))
    return "; ".join(parts)


def _factor(unit: str, hours: Decimal | None) -> Decimal:
    """How many price units one thing uses in the period: hours, days or months for rented things, 1 for consumed
    ones."""
    if unit == "hour" or unit.endswith("-hour"):
        return hours if hours is not None else HOURS_PER_MONTH
    if unit.endswith("-day"):
        return hours / 24 if hours is not None else DAYS_PER_MONTH
    if unit.endswith("-month") and hours is not None:
        return hours / HOURS_PER_MONTH
    return Decimal(1)


def _quantity(amount: float, factor: Decimal) -> Decimal:
    return (Decimal(repr(round(amount, 6))) * factor).quantize(QUANTITY_PLACES).normalize() + Decimal(0)
