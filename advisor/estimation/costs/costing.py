"""One cost line from a SKU and an amount: the price looked up, the period applied, the range kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from advisor.estimation.billing import DAYS_PER_MONTH as DAYS_PER_MONTH  # the planner prices the free quota with it
from advisor.estimation.billing import HOURS_PER_METERED_MONTH, HOURS_PER_MONTH
from advisor.estimation.context import Context
from advisor.model.cost import CostLine, CostState
from advisor.model.evidence import Spread
from advisor.model.pricebook import Billing, MissingPrice, Price, PriceBook
from advisor.model.recovery import Proposal
from advisor.model.units import cents

QUANTITY_PLACES = Decimal("0.0001")
ONE = Decimal(1)
Amount = Spread | float | Decimal


@dataclass(frozen=True, slots=True)
class Period:
    """What a line is for: its state, and the hours its things are held (None: a month)."""

    state: CostState = "steady"
    hours: Decimal | None = None


STEADY = Period()
FAILOVER = Period("failover")
FAILBACK = Period("failback")


@dataclass(frozen=True)
class Costing:
    """Prices in one currency for one workload's context."""

    book: PriceBook
    currency: str
    context: Context

    @property
    def drill(self) -> Period:
        """A drill of the stated length (fact drill.hours)."""
        return Period("drill", decimal(self.context.number("drill.hours")))

    def price(self, skus: str | Sequence[str], region: str, billing: Billing = "payg") -> Price | MissingPrice:
        """The price of the first SKU that has one by ``billing``, else by the other method, which its line names."""
        asked = (skus,) if isinstance(skus, str) else tuple(skus)
        found = self.book.first(asked, region, self.currency, billing)
        if isinstance(found, MissingPrice):
            other = self.book.first(asked, region, self.currency, _OTHER[billing])
            return found if isinstance(other, MissingPrice) else other
        return found

    def line(
        self,
        sku: str | Sequence[str],
        region: str,
        what_for: str,
        amount: Amount,
        proposal: Proposal | None = None,
        *,
        period: Period = STEADY,
        billing: Billing = "payg",
        facts: Sequence[str] = (),
        unit: str = "",
        note: str = "",
        saved: bool = False,
        resources: Sequence[str] = (),
    ) -> CostLine:
        """The line for ``amount`` things held or consumed over the period.

        ``amount`` counts things (GiB, instances, GB); the unit of the price says whether they are multiplied by hours
        or days. A range of amounts or a range of prices gives the line its low and high end. ``saved``: the charge
        falls away, so the amount is negative and an assumed price counts at its low end."""
        spread = amount if isinstance(amount, Spread) else Spread(float(amount), float(amount), float(amount))
        price = self.price(sku, region, billing)
        action = proposal.actions[0] if proposal else None
        common: dict[str, object] = {
            "what_for": what_for,
            "currency": self.currency,
            "state": period.state,
            "region": region,
            "workload": self.context.workload.name,
            "component": action.component if action else "",
            "mechanism": proposal.mechanism if proposal else "",
            "action_id": action.id if action else "",
            "resources": tuple(resources) or (action.resources if action else ()),
            "facts": tuple(dict.fromkeys(facts)),
        }
        if isinstance(price, MissingPrice):
            first = sku if isinstance(sku, str) else sku[0]
            return _unpriced(common, first, unit, spread, period, price.reason, saved)
        ends = _ends(price, spread, period, saved)
        assumed = self._assumed(price, spread, facts)
        return _priced(common, price, ends, assumed, _joined(_billed_otherwise(price, billing), note, price.note))

    def _assumed(self, price: Price, spread: Spread, facts: Sequence[str]) -> str:
        """What the range of a line rests on, in words."""
        parts = []
        if price.why:
            low = price.low if price.low is not None else price.amount
            parts.append(f"price between {low} and {price.deciding}: {price.why}")
        if spread.low < spread.high:
            known = self.context.rules.facts
            assumed = [fact for fact in facts if fact in known and known[fact].confidence == "assumed"]
            parts.append("quantity rests on " + ", ".join(assumed or facts or ("a range",)))
        return "; ".join(parts)


_OTHER: dict[Billing, Billing] = {"payg": "subscription", "subscription": "payg"}
_WORDS: dict[Billing, str] = {"payg": "pay-as-you-go", "subscription": "subscription"}


@dataclass(frozen=True, slots=True)
class _Ends:
    """Quantity and amounts of a line; low and high are equal to the amount where nothing is a range."""

    quantity: Decimal
    unit_price: Decimal
    monthly: Decimal
    low: Decimal
    high: Decimal


def _ends(price: Price, spread: Spread, period: Period, saved: bool) -> _Ends:
    """An assumed price decides at the end that makes the total larger, a range of quantities at its likely value."""
    factor = factor_of(price.unit, period.hours)
    cheap = price.low if price.low is not None else price.amount
    dear = price.deciding
    least, likely, most = (quantity(end, factor) for end in (spread.low, spread.likely, spread.high))
    if saved:
        return _Ends(-likely, cheap, cents(-likely * cheap), cents(-most * dear), cents(-least * cheap))
    return _Ends(likely, dear, cents(likely * dear), cents(least * cheap), cents(most * dear))


def _priced(common: dict[str, object], price: Price, ends: _Ends, assumed: str, note: str) -> CostLine:
    ranged = ends.low != ends.monthly or ends.high != ends.monthly
    found: dict[str, object] = {
        "sku": price.sku,
        "quantity": ends.quantity,
        "unit": price.unit,
        "unit_price": ends.unit_price,
        "monthly": ends.monthly,
        "source": price.source,
        "as_of": price.as_of,
        "confidence": price.confidence,
        "origin": price.origin,
        "billing": price.billing,
        "low": ends.low if ranged else None,
        "high": ends.high if ranged else None,
        "assumption": assumed or None if ranged else None,
        "note": note or None,
    }
    return CostLine.model_validate({**common, **found})


def _unpriced(
    common: dict[str, object], sku: str, unit: str, spread: Spread, period: Period, reason: str, saved: bool
) -> CostLine:
    likely = quantity(spread.likely, factor_of(unit, period.hours))
    found: dict[str, object] = {
        "sku": sku,
        "quantity": -likely if saved else likely,
        "unit": unit or "unit",
        "unit_price": None,
        "monthly": None,
        "source": "",
        "as_of": None,
        "confidence": "unknown",
        "note": f"unpriced: {reason}",
    }
    return CostLine.model_validate({**common, **found})


def _billed_otherwise(price: Price, wanted: Billing) -> str:
    if price.billing == wanted:
        return ""
    return f"priced by {_WORDS[price.billing]}: the book has no {_WORDS[wanted]} price"


def _joined(*notes: str | None) -> str:
    """Notes one after the other, each once."""
    return "; ".join(dict.fromkeys(note.rstrip(".;") for note in notes if note))


def factor_of(unit: str, hours: Decimal | None = None) -> Decimal:
    """How many price units one thing uses in the period. A month is 730 h for what is priced by the hour and 730 / 24
    days for what is priced by the day; what is priced by the month is metered by the hour over 720 h (rules
    ``month.hours.advice``, ``month.hours.vendor``). What is consumed counts once."""
    if unit == "hour" or unit.endswith("-hour"):
        return HOURS_PER_MONTH if hours is None else hours
    if unit.endswith("-day"):
        return (HOURS_PER_MONTH if hours is None else hours) / 24
    if unit.endswith("-month") and hours is not None:
        return hours / HOURS_PER_METERED_MONTH
    return ONE


def decimal(value: float) -> Decimal:
    """A measured or counted number by the digits it prints with; money never comes this way."""
    return Decimal(repr(round(value, 6)))


def quantity(amount: float, factor: Decimal) -> Decimal:
    """The amount in price units to four places, without trailing zeros."""
    return (decimal(amount) * factor).quantize(QUANTITY_PLACES).normalize() + Decimal(0)
