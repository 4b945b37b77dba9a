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

    def price(self, sku: str, region: str, billing: str = "payg") -> Price | MissingPrice:
        found = self.book.find(sku, region, self.currency, billing)  # type: ignore[arg-type]  # callers pass the two words
        if isinstance(found, MissingPrice) and billing == "payg":
            other = self.book.find(sku, region, self.currency, "subscription")
            return found if isinstance(other, MissingPrice) else other
        return found

    def line(
        self, sku: str, region: str, what_for: str, amount: Spread | float | Decimal, proposal: Proposal | None = None, *,
        state: CostState = "steady", hours: Decimal | None = None, facts: Sequence[str] = (), unit: str = "",
        shared_id: str | None = None, resources: Sequence[str] = (), component: str = "",
    ) -> CostLine:  # fmt: skip
        """The line for ``amount`` units held over the period: a month, or ``hours`` in an event.

        ``amount`` counts things (GiB, instances, GB); the price's own unit says whether it is multiplied by hours or days.
        A range of amounts or an assumed price gives the line its low and high end."""
        spread = amount if isinstance(amount, Spread) else Spread(float(amount), float(amount), float(amount))
        price = self.price(sku, region)
        action = proposal.actions[0] if proposal else None
        common = {
            "sku": sku, "what_for": what_for, "currency": self.currency, "state": state, "region": region,
            "workload": self.context.workload.name, "component": action.component if action else component,
            "mechanism": proposal.mechanism if proposal else "", "action_id": action.id if action else "",
            "resources": tuple(resources) or (action.resources if action else ()), "shared_id": shared_id,
            "facts": tuple(facts),
        }  # fmt: skip
        if isinstance(price, MissingPrice):
            quantity = _quantity(spread.likely, _factor(unit, hours))
            return CostLine(
                quantity=quantity, unit=unit or "unit", unit_price=None, monthly=None, source="", as_of=None,
                confidence="unknown", note=f"unpriced: {price.reason}", **common,
            )  # fmt: skip
        factor = _factor(price.unit, hours)
        quantity = _quantity(spread.likely, factor)
        low_price = price.low if price.low is not None else price.amount
        low = cents(_quantity(spread.low, factor) * low_price)
        high = cents(_quantity(spread.high, factor) * price.deciding)
        monthly = cents(quantity * price.deciding)
        ranged = low != monthly or high != monthly
        return CostLine(
            quantity=quantity, unit=price.unit, unit_price=price.deciding, monthly=monthly, source=price.source,
            as_of=price.as_of, confidence=price.confidence, origin=price.origin, billing=price.billing,
            low=low if ranged else None, high=high if ranged else None,
            assumption=_assumption(price, facts) if ranged else None, note=price.note, **common,
        )  # fmt: skip


def _assumption(price: Price, facts: Sequence[str]) -> str:
    parts = []
    if price.why:
        parts.append(f"price between {price.low} and {price.high}: {price.why}")
    if facts:
        parts.append("quantity rests on " + ", ".join(facts))
    return "; ".join(parts)


def _factor(unit: str, hours: Decimal | None) -> Decimal:
    """How many price units one thing uses in the period: hours, days or months for rented things, 1 for consumed ones."""
    if unit == "hour" or unit.endswith("-hour"):
        return hours if hours is not None else HOURS_PER_MONTH
    if unit.endswith("-day"):
        return hours / 24 if hours is not None else DAYS_PER_MONTH
    if unit.endswith("-month") and hours is not None:
        return hours / HOURS_PER_MONTH
    return Decimal(1)


def _quantity(amount: float, factor: Decimal) -> Decimal:
    return (Decimal(repr(round(amount, 6))) * factor).quantize(QUANTITY_PLACES).normalize() + Decimal(0)
