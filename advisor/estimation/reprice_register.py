"""Where things that are priced again are written down: prices looked up anew, a month by the vendor's billing rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import Final, Literal

from advisor.estimation import billing
from advisor.model.cost import CostLine
from advisor.model.inventory import Inventory
from advisor.model.plan import Action, Plan
from advisor.model.pricebook import Billing, MissingPrice, Price, PriceBook
from advisor.model.units import cents

Basis = Literal["terraform", "steps", "plan line"]
ZERO: Final = Decimal(0)
CENT: Final = Decimal("0.01")
METHODS: Final[dict[Billing, tuple[Billing, Billing]]] = {
    "payg": ("payg", "subscription"),
    "subscription": ("subscription", "payg"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing priced again. ``place`` is its Terraform address with the root, or the action whose steps make it;
    ``basis`` says where the quantity was read. ``amount`` None: unpriced."""

    place: str
    sku: str
    region: str
    quantity: Decimal
    unit: str
    unit_price: Decimal | None
    amount: Decimal | None
    basis: Basis
    note: str = ""


@dataclass
class Register:
    """Collects items. ``lines`` are the plan's steady lines by action, each lent once."""

    plan: Plan
    inventory: Inventory
    book: PriceBook
    items: list[Item] = field(default_factory=list)
    free: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    lent: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.actions: dict[str, Action] = {a.id: a for w in self.plan.workloads for a in w.actions}
        self.lines: list[CostLine] = [line for w in self.plan.workloads for line in w.cost.steady]

    def price(self, skus: Sequence[str], region: str, by: Billing = "payg") -> Price | None:
        """The first price by the billing method, else by the other one."""
        for method in METHODS[by]:
            for sku in skus:
                found = self.book.find(sku, region, self.plan.currency, method)
                if not isinstance(found, MissingPrice):
                    return found
        return None

    def add(
        self,
        place: str,
        sku: str | Sequence[str],
        region: str,
        amount: Decimal,
        *,
        basis: Basis = "terraform",
        by: Billing = "payg",
        saved: bool = False,
        note: str = "",
    ) -> None:
        """One item of ``amount`` things held for a month. What falls away counts at its least."""
        skus = (sku,) if isinstance(sku, str) else tuple(sku)
        price = self.price(skus, region, by)
        sign = -1 if saved else 1
        if price is None:
            self.items.append(Item(place, skus[0], region, sign * amount, "", None, None, basis, note))
            return
        unit_price = (price.low if price.low is not None else price.amount) if saved else price.deciding
        month = month_of(price.unit, unit_price, amount) * sign
        held = month_of(price.unit, Decimal(1), amount) * sign
        self.items.append(Item(place, price.sku, region, held, price.unit, unit_price, cents(month), basis, note))

    def borrow(self, place: str, lines: Iterable[CostLine], note: str) -> bool:
        """Items with the quantity of the plan's lines and a price looked up anew; whether there was any line."""
        found = False
        for line in lines:
            if id(line) in self.lent:
                continue
            self.lent.add(id(line))
            found = True
            price = self.price((line.sku,), line.region, "subscription" if line.billing == "subscription" else "payg")
            unit_price = price.deciding if price is not None else None
            amount = cents(line.quantity * unit_price) if unit_price is not None else None
            unit = price.unit if price is not None else line.unit
            item = Item(place, line.sku, line.region, line.quantity, unit, unit_price, amount, "plan line", note)
            self.items.append(item)
        return found

    def open_lines(self, *skus: str, mechanisms: Sequence[str] = ()) -> list[CostLine]:
        """Lines not lent yet whose SKU begins with one of these."""
        return [
            line
            for line in self.lines
            if id(line) not in self.lent
            and line.sku.startswith(skus)
            and (not mechanisms or line.mechanism in mechanisms)
        ]

    def action_of(self, line: CostLine) -> Action | None:
        return self.actions.get(line.action_id)


def month_of(unit: str, price: Decimal, amount: Decimal) -> Decimal:
    """A month of ``amount`` things by the unit of their price, through the vendor's billing rules."""
    if unit == "hour" or unit.endswith("-hour"):
        return billing.hourly(price, amount)
    if unit.endswith("-day"):
        return billing.of_day(price, amount, billing.HOURS_PER_MONTH)
    if unit in ("GiB-month", "GB-month"):
        return billing.metered(price, amount)
    return billing.once(price, amount)


def rounded_down(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_DOWN)
