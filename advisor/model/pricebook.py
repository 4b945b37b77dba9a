"""Prices: dated, cited, one currency each; a missing price is a value of its own, never zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal

Billing = Literal["payg", "subscription"]
PriceOrigin = Literal["book", "quoted", "cached", "contract", "assumed"]
PriceConfidence = Literal["quoted", "documented", "example", "assumed"]

MAINLAND: Final = "cn-mainland"
OUTSIDE: Final = "outside-mainland"
EVERYWHERE: Final = "all"
AREAS: Final = (MAINLAND, OUTSIDE, EVERYWHERE)
_WORD_OF_ORIGIN: Final[dict[PriceOrigin, str]] = {
    "book": "price book",
    "quoted": "quote",
    "cached": "cached quote",
    "contract": "contract price",
    "assumed": "assumption",
}


def area_of(region: str) -> str | None:
    """``cn-mainland`` or ``outside-mainland`` (Hong Kong included); None for finance and government regions,
    which have price lists of their own, and for a region that is not known."""
    if not region or region in AREAS or "finance" in region or "gov" in region:
        return None
    return MAINLAND if region.startswith("cn-") and region != "cn-hongkong" else OUTSIDE


def instance_skus(instance_type: str) -> tuple[str, str, str]:
    """The SKUs to ask for an instance type, best first: the type (hour), its family and any type (both per vCPU-hour).

    >>> instance_skus("ecs.g7.8xlarge")
    ('ecs.g7.8xlarge', 'ecs.g7.vcpu', 'ecs.other.vcpu')
    """
    family = instance_type.removeprefix("ecs.").rsplit(".", 1)[0]
    return (f"ecs.{instance_type.removeprefix('ecs.')}", f"ecs.{family}.vcpu", "ecs.other.vcpu")


def transfer_skus(stem: str, source: str, target: str) -> tuple[str, ...]:
    """The SKUs to ask for traffic between two regions, best first; ask them for the source region.

    ``stem`` is ``snapshot.copy.traffic``, ``disk.async_replication.traffic``, ``cdt.interregion.traffic`` and the like.
    """
    if source == target:
        return (f"{stem}.same_region",)
    pair = f"{stem}.to.{target}"
    same_area = area_of(source) == area_of(target)
    return (pair, stem) if same_area else (pair, f"{stem}.cross_border")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Another published figure for the same SKU, and why it was not taken."""

    amount: Decimal
    source: str
    as_of: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one unit of a SKU. ``low``/``high`` are given only for stated assumptions and where current
    readings disagree (decide on high). ``seen_in`` names the regions that a row of an area was read in."""

    sku: str
    region: str
    unit: str
    currency: str
    amount: Decimal
    billing: Billing
    source: str
    as_of: str | None
    confidence: PriceConfidence
    origin: PriceOrigin = "book"
    low: Decimal | None = None
    high: Decimal | None = None
    why: str | None = None
    replaced_by: str | None = None
    note: str | None = None
    stale: bool = False
    place: str = ""
    kind: str = ""
    basis: tuple[str, ...] = ()
    seen_in: tuple[str, ...] = ()
    chosen_over: tuple[Contradiction, ...] = ()
    list_amount: Decimal | None = None

    @property
    def deciding(self) -> Decimal:
        """The amount a decision uses: the high end of an assumption, else the price itself."""
        return self.high if self.high is not None else self.amount

    @property
    def key(self) -> tuple[str, str, str, Billing]:
        """What a price is looked up by: SKU, region, currency, billing."""
        return (self.sku, self.region, self.currency, self.billing)

    def at(self, day: date) -> Price | None:
        """The row as a book of that day had it: a newer row gives way to the newest older figure noted beside it, else
        None. An undated row and an assumption are taken as they are."""
        limit = day.isoformat()
        if self.as_of is None or self.as_of <= limit:
            return self
        older = [other for other in self.chosen_over if other.as_of and other.as_of <= limit]
        if not older:
            return None
        best = max(older, key=lambda other: other.as_of or "")
        note = f"The figure of {best.as_of}; the book now says {self.amount}."
        return replace(
            self,
            amount=best.amount,
            source=best.source,
            as_of=best.as_of,
            confidence="example",
            note=note,
            low=None,
            high=None,
            why=None,
            replaced_by=None,
            chosen_over=(),
        )

    def discounted(self, percent: Decimal) -> Price:
        """The row with a contract's discount off its list price, said so in its note; an assumption stays one."""
        factor = (100 - percent) / 100
        note = f"List price {self.amount} less {percent} % by contract." + (f" {self.note}" if self.note else "")
        return replace(
            self,
            amount=self.amount * factor,
            list_amount=self.amount,
            note=note,
            low=None if self.low is None else self.low * factor,
            high=None if self.high is None else self.high * factor,
            origin="assumed" if self.origin == "assumed" else "contract",
        )

    def serves(self, other: Price) -> bool:
        """Whether this row prices the same thing for all regions that the other row is for."""
        same = (self.sku, self.currency, self.billing) == (other.sku, other.currency, other.billing)
        return same and self.region in (other.region, area_of(other.region), EVERYWHERE)

    @property
    def provenance(self) -> str:
        """Where the figure comes from in words: ``price book, <source>, 2026-07-30``."""
        return ", ".join(part for part in (_WORD_OF_ORIGIN[self.origin], self.source, self.as_of or "undated") if part)


@dataclass(frozen=True, slots=True)
class MissingPrice:
    """No price: what was looked for and why there is none."""

    sku: str
    region: str
    currency: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ratio:
    """A published discount or term ratio: a help for those who state their own, read by no calculation."""

    id: str
    region: str
    ratio: Decimal
    source: str
    as_of: str | None
    confidence: PriceConfidence
    note: str = ""


@dataclass(frozen=True)
class PriceBook:
    """Prices by (sku, region, currency, billing). A region without a row of its own is served by the row of its area
    (``cn-mainland``, ``outside-mainland``), then by the row for ``all``."""

    rows: Mapping[tuple[str, str, str, str], Price]
    digest: str = ""
    gaps: tuple[MissingPrice, ...] = ()
    rejected: tuple[tuple[Price, str], ...] = ()
    ratios: tuple[Ratio, ...] = ()

    def find(self, sku: str, region: str, currency: str, billing: Billing = "payg") -> Price | MissingPrice:
        """The row for the region, its area or ``all``; ``MissingPrice`` with the reason where the book has none."""
        for place in _places(region):
            row = self.rows.get((sku, place, currency, billing))
            if row is not None:
                return row if place == region else _stand_in(row, region)
        return MissingPrice(sku, region, currency, self._reason(sku, region, currency, billing))

    def first(self, skus: Iterable[str], region: str, currency: str, billing: Billing = "payg") -> Price | MissingPrice:
        """The first of several SKUs that has a price; the ``MissingPrice`` of the first where none has."""
        missing: MissingPrice | None = None
        for sku in skus:
            found = self.find(sku, region, currency, billing)
            if isinstance(found, Price):
                return found
            missing = missing or found
        return missing or MissingPrice("", region, currency, "no SKU was asked for")

    def overlaid(self, prices: Iterable[Price], digest: str) -> PriceBook:
        """This book with other prices (quotes, a contract) in front of its own; they keep their origin."""
        return replace(self, rows={**self.rows, **{price.key: price for price in prices}}, digest=digest)

    def _reason(self, sku: str, region: str, currency: str, billing: Billing) -> str:
        other: Billing = "subscription" if billing == "payg" else "payg"
        if any((sku, place, currency, other) in self.rows for place in _places(region)):
            return f"the price book has it by {other} only, not {billing}, in {currency} for {region}"
        for gap in self.gaps:
            if gap.sku == sku and gap.currency == currency and gap.region in _places(region):
                return gap.reason
        return f"the price book has no {billing} price in {currency} for {region}"


def assemble(
    listed: Iterable[Price],
    own: Iterable[Price],
    discounts: Mapping[str, Decimal],
    as_of: date | None,
    digest: str,
    gaps: Iterable[MissingPrice] = (),
    ratios: Iterable[Ratio] = (),
) -> PriceBook:
    """The book of a day: list prices less the discounts (percent by product), behind the user's own prices."""
    mine, newer = _of_day(own, as_of)
    rest, newer_listed = _of_day(listed, as_of)
    rest = [row for row in rest if not any(front.serves(row) for front in mine)]
    rows = [
        row.discounted(discounts[product]) if (product := product_of(row.sku)) in discounts else row for row in rest
    ]
    rows = sorted(rows + mine, key=lambda row: row.key)
    return PriceBook(
        rows={row.key: row for row in rows},
        digest=digest,
        gaps=(*gaps, *newer, *newer_listed),
        rejected=tuple((_as_other(row, other), other.why) for row in rows for other in row.chosen_over),
        ratios=tuple(ratios),
    )


def product_of(sku: str) -> str:
    """The product a SKU belongs to, the first word of its name: ``ecs``, ``disk``, ``snapshot``."""
    return sku.split(".", 1)[0]


def _of_day(rows: Iterable[Price], as_of: date | None) -> tuple[list[Price], list[MissingPrice]]:
    """The rows as of a day, and a gap for each that is left out because it is newer."""
    kept, newer = [], []
    for row in rows:
        old = row if as_of is None else row.at(as_of)
        if old is not None:
            kept.append(old)
        else:
            reason = f"the only price is of {row.as_of}, after {as_of}"
            newer.append(MissingPrice(row.sku, row.region, row.currency, reason))
    return kept, newer


def _as_other(row: Price, other: Contradiction) -> Price:
    return replace(
        row, amount=other.amount, source=other.source, as_of=other.as_of, low=None, high=None, note=None, chosen_over=()
    )


@dataclass(frozen=True, slots=True)
class Coverage:
    """One line of what the book holds: a price with its age, or a gap with its reason."""

    sku: str
    region: str
    currency: str
    billing: str
    price: Price | None
    age_days: int | None
    contradictions: tuple[Contradiction, ...] = ()
    gap: str = ""
    filled_by: Price | None = None


def coverage(book: PriceBook, on: date | None = None) -> tuple[Coverage, ...]:
    """Every price and every gap of the book by SKU and region: its age on a day, the contradicting figures, and the
    assumption that stands in for a gap."""
    lines = [
        Coverage(row.sku, row.region, row.currency, row.billing, row, _age(row, on), row.chosen_over)
        for row in book.rows.values()
    ]
    for gap in book.gaps:
        found = [row for row in book.rows.values() if row.sku == gap.sku and row.currency == gap.currency]
        filler = min((row for row in found if row.origin == "assumed"), key=lambda row: row.region, default=None)
        lines.append(Coverage(gap.sku, gap.region, gap.currency, "", None, None, gap=gap.reason, filled_by=filler))
    return tuple(sorted(lines, key=lambda line: (line.sku, line.region, line.currency, line.billing)))


def _age(row: Price, on: date | None) -> int | None:
    return (on - date.fromisoformat(row.as_of)).days if on and row.as_of else None


def price_record(row: Price) -> dict[str, object]:
    """A price as JSON output prints it: money as decimal text, an absent field left out."""
    record: dict[str, object] = {
        "sku": row.sku,
        "region": row.region,
        "unit": row.unit,
        "currency": row.currency,
        "price": text_of(row.amount),
        "billing": row.billing,
        "source": row.source,
        "as_of": row.as_of,
        "confidence": row.confidence,
        "origin": row.origin,
        "kind": row.kind,
        "stale": row.stale,
    }
    amounts = {"low": row.low, "high": row.high, "list_price": row.list_amount}
    texts = {"why": row.why, "replaced_by": row.replaced_by, "note": row.note, "place": row.place}
    record |= {key: text_of(value) for key, value in amounts.items() if value is not None}
    record |= {key: value for key, value in texts.items() if value}
    if row.seen_in:
        record["seen_in"] = list(row.seen_in)
    if row.chosen_over:
        record["chosen_over"] = [
            {"price": text_of(other.amount), "source": other.source, "as_of": other.as_of, "why": other.why}
            for other in row.chosen_over
        ]
    return record


def text_of(amount: Decimal) -> str:
    """A decimal without exponent and trailing zeros: ``0.0000625``, ``1240.5``, ``0``."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _places(region: str) -> tuple[str, ...]:
    area = area_of(region)
    places = (region, area, EVERYWHERE) if area else (region, EVERYWHERE)
    return tuple(dict.fromkeys(place for place in places if place))


def _stand_in(row: Price, region: str) -> Price:
    """The row of an area for one region: its place says so, and outside the regions it was read in it is an example."""
    mark = f"row of {row.region} used for {region}"
    inferred = bool(row.seen_in) and region not in row.seen_in and row.confidence in ("quoted", "documented")
    return replace(
        row,
        place=f"{row.place} ({mark})" if row.place else mark,
        confidence="example" if inferred else row.confidence,
    )
