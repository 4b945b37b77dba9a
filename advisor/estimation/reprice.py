"""The exported plan priced again without its cost lines: each Terraform resource and command-line step by its SKU.

A check, not a second opinion: prices come from the same book, quantities from what will be built. What Terraform cannot
say – GiB of snapshots, traffic, capacity units, the size of a disk of a scaling group – is taken from the plan's cost
line of the action that makes it, and the item says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from advisor.estimation.reprice_register import ZERO, Item, Register
from advisor.estimation.reprice_roots import read_roots
from advisor.estimation.reprice_steps import price_steps
from advisor.model.inventory import Inventory
from advisor.model.plan import Plan
from advisor.model.pricebook import PriceBook


@dataclass(frozen=True)
class Repricing:
    """What was priced again, the resources that cost nothing, and those nobody taught this module to read."""

    items: tuple[Item, ...]
    free: tuple[str, ...]
    unread: tuple[str, ...]

    @property
    def total(self) -> Decimal:
        return sum((item.amount for item in self.items if item.amount is not None), ZERO)

    @property
    def unpriced(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.amount is None)


@dataclass(frozen=True, slots=True)
class Difference:
    """A SKU of a region whose sums do not agree, or that has no price on one side only (``unpriced`` counts)."""

    sku: str
    region: str
    planned: Decimal
    repriced: Decimal
    planned_unpriced: int = 0
    repriced_unpriced: int = 0


def reprice(documents: Mapping[str, bytes], plan: Plan, inventory: Inventory, book: PriceBook) -> Repricing:
    """Every resource of the exported roots (``…/main.tf.json`` by path; other files are passed over) and every action
    that command-line steps carry out, priced for a month."""
    register = Register(plan, inventory, book)
    built = read_roots(register, documents)
    price_steps(register, built)
    return Repricing(tuple(register.items), tuple(sorted(register.free)), tuple(sorted(register.unread)))


def differences(plan: Plan, repricing: Repricing) -> tuple[Difference, ...]:
    """Where the plan's steady lines, shared ones included, and the items disagree, by SKU and region; empty: to the
    cent."""
    lines = [line for w in plan.workloads for line in w.cost.steady] + list(plan.shared_costs)
    planned, planned_open = _sums((line.sku, line.region, line.monthly) for line in lines)
    again, again_open = _sums((item.sku, item.region, item.amount) for item in repricing.items)
    keys = sorted({*planned, *again, *planned_open, *again_open})
    found = (
        Difference(*key, planned.get(key, ZERO), again.get(key, ZERO), planned_open.get(key, 0), again_open.get(key, 0))
        for key in keys
    )
    return tuple(
        item
        for item in found
        if item.planned != item.repriced or bool(item.planned_unpriced) != bool(item.repriced_unpriced)
    )


Key = tuple[str, str]


def _sums(entries: Iterable[tuple[str, str, Decimal | None]]) -> tuple[dict[Key, Decimal], dict[Key, int]]:
    sums: dict[Key, Decimal] = {}
    unpriced: dict[Key, int] = {}
    for sku, region, amount in entries:
        if amount is None:
            unpriced[sku, region] = unpriced.get((sku, region), 0) + 1
        else:
            sums[sku, region] = sums.get((sku, region), ZERO) + amount
    return sums, unpriced
