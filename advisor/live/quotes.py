"""Live quotes: list prices as the vendor's price service answers them, kept in a cache with their age.

Modes: ``off`` asks nothing; ``cache`` takes what was asked before, however old; ``live`` asks what the cache has not
answered within ``max_age``. A quoted price says that it is one (origin ``quoted`` or ``cached``) and when it was asked;
what the service cannot quote keeps the price of the book, which says so too.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal, NamedTuple

from advisor.live.quotes_bss import Answer, BssService, PriceService, Refusal
from advisor.live.quotes_cache import Quote, QuoteCache, default_cache_file
from advisor.live.quotes_catalogue import CURRENCY, Ask, Site, ask_for
from advisor.model.finding import OutsideError
from advisor.model.pricebook import Billing, MissingPrice, Price, PriceBook, price_record, text_of

Mode = Literal["off", "cache", "live"]
MODES: Final[tuple[Mode, ...]] = ("off", "cache", "live")
MAX_AGE: Final = timedelta(hours=24)
ENDPOINT_VARIABLE: Final = "ADVISOR_BSS_ENDPOINT"
"""Names another price service than the vendor's, for example ``http://127.0.0.1:8080``."""


class Wanted(NamedTuple):
    """A SKU to be quoted; the currency follows from the site of the account."""

    sku: str
    region: str
    billing: Billing = "payg"


@dataclass(frozen=True, slots=True)
class Quotes:
    """What came of it: quoted prices, and what has no quote with the reason; ``asked`` were asked just now."""

    prices: tuple[Price, ...] = ()
    missing: tuple[MissingPrice, ...] = ()
    asked: int = 0


def site_of(currency: str) -> Site:
    """The site whose accounts are quoted in a currency; raises ``ValueError`` for any other currency."""
    for site, word in CURRENCY.items():
        if word == currency:
            return site
    raise ValueError(f"no site is quoted in {currency}")


def utc_now() -> datetime:
    """The time of day, the one clock of this module."""
    return datetime.now(UTC)


@dataclass
class Quoter:
    """Quotes of one site in one mode. ``account_prices`` takes what the account pays in place of the list price."""

    mode: Mode = "off"
    site: Site = "cn"
    account_prices: bool = False
    max_age: timedelta = MAX_AGE
    cache_file: Path | None = None
    service: PriceService | None = None
    now: Callable[[], datetime] = utc_now
    _cache: QuoteCache = field(init=False)

    def __post_init__(self) -> None:
        self._cache = QuoteCache(self.cache_file or default_cache_file(), self.site)

    @property
    def currency(self) -> str:
        """CNY for accounts of the China site, USD for the international one."""
        return CURRENCY[self.site]

    def quote(self, wanted: Iterable[Wanted]) -> Quotes:
        """Prices for what is wanted; raises ``OutsideError`` where the service must be asked and cannot be."""
        if self.mode == "off":
            return Quotes()
        asks = {item: ask_for(item.sku, item.region, item.billing, self.site) for item in dict.fromkeys(wanted)}
        known = self._cache.read(item for item, ask in asks.items() if ask)
        fresh: dict[Wanted, Quote] = {}
        if self.mode == "live":
            limit = self.now() - self.max_age
            good = {item for item, quote in known.items() if quote.asked_at >= limit}
            fresh = self._ask({item: ask for item, ask in asks.items() if ask and item not in good})
        results = [self._result(item, fresh.get(item), known.get(item), asks[item]) for item in asks]
        prices = tuple(result for result in results if isinstance(result, Price))
        missing = tuple(result for result in results if isinstance(result, MissingPrice))
        return Quotes(prices, missing, len(fresh))

    def _ask(self, asks: dict[Wanted, Ask]) -> dict[Wanted, Quote]:
        """Ask the service region by region; what was answered before a failure is kept."""
        service = self.service or BssService(self.site, os.environ.get(ENDPOINT_VARIABLE, ""))
        done: dict[Wanted, Quote] = {}
        for region, billing in dict.fromkeys((item.region, item.billing) for item in asks):
            group = [item for item in asks if (item.region, item.billing) == (region, billing)]
            answers = service.answers([asks[item] for item in group], region, billing)
            quotes = {item: self._quote(item, asks[item], answer) for item, answer in zip(group, answers, strict=True)}
            self._cache.write(quotes.values())
            done |= quotes
        return done

    def _quote(self, item: Wanted, ask: Ask, answer: Answer | Refusal) -> Quote:
        call = "GetPayAsYouGoPrice" if item.billing == "payg" else "GetSubscriptionPrice"
        source = f"{call} {ask.product} {ask.module} ({self.site} site)"
        costs: tuple[Decimal | None, Decimal | None] = (None, None)
        refusal, currency = "", self.currency
        if isinstance(answer, Refusal):
            refusal = answer.reason
        elif answer.currency != self.currency:
            refusal = f"the account is quoted in {answer.currency}, not {self.currency}; set its site"
        else:
            costs = (answer.list_cost / ask.quantity, answer.account_cost / ask.quantity)
        return Quote(item.sku, item.region, item.billing, ask.unit, currency, *costs, refusal, source, self.now())

    def _result(self, item: Wanted, fresh: Quote | None, kept: Quote | None, ask: Ask | None) -> Price | MissingPrice:
        quote = fresh or kept
        if ask is None:
            return MissingPrice(item.sku, item.region, self.currency, "the price service does not quote this SKU")
        if quote is None:
            return MissingPrice(item.sku, item.region, self.currency, "it was never asked; use --quotes live")
        if quote.list_amount is None or quote.account_amount is None:
            return MissingPrice(item.sku, item.region, self.currency, quote.refusal)
        return self._price(item, quote, quote.list_amount, quote.account_amount, fresh is not None)

    def _price(self, item: Wanted, quote: Quote, listed: Decimal, account: Decimal, fresh: bool) -> Price:
        age = self.now() - quote.asked_at
        kind, amount = ("account price", account) if self.account_prices else ("list price", listed)
        parts = [f"{kind} asked {quote.asked_at:%Y-%m-%d %H:%M} UTC"]
        if not fresh:
            parts.append(f"{age.days} d {age.seconds // 3600} h ago")
        if account != listed:
            parts.append(f"list {text_of(listed)}, account {text_of(account)}")
        return Price(
            item.sku, item.region, quote.unit, quote.currency, amount, item.billing,
            source=quote.source, as_of=quote.asked_at.date().isoformat(), confidence="quoted",
            origin="quoted" if fresh else "cached", note="; ".join(parts), stale=age > self.max_age,
            kind=kind.replace(" ", "_"), list_amount=listed,
        )  # fmt: skip


def with_quotes(book: PriceBook, quotes: Quotes) -> PriceBook:
    """The book with quoted prices in front; its digest names them. A price agreed by contract stays, and an agreed
    discount is taken off a quoted list price too.

    A quote in another unit than the book's is a bug of the catalogue and raises ``ValueError``.
    """
    units = {(row.sku, row.billing): row.unit for row in book.rows.values()}
    for price in quotes.prices:
        unit = units.get((price.sku, price.billing), price.unit)
        if unit != price.unit:
            raise ValueError(f"{price.sku} is quoted per {price.unit}, the book has it per {unit}")
    front = [agreed for price in quotes.prices if (agreed := _agreed(book, price))]
    if not front:
        return book
    told = sorted(json.dumps(price_record(price), sort_keys=True) for price in front)
    digest = hashlib.sha256("\n".join([book.digest, *told]).encode()).hexdigest()
    return book.overlaid(front, digest)


def _agreed(book: PriceBook, quote: Price) -> Price | None:
    """The quote as the contract in the book leaves it, None where the contract names the price itself."""
    before = book.find(quote.sku, quote.region, quote.currency, quote.billing)
    if not isinstance(before, Price) or before.origin != "contract":
        return quote
    if before.list_amount is None:
        return None
    if quote.kind == "account_price" or not before.list_amount:
        return quote
    return replace(quote.discounted(100 - before.amount / before.list_amount * 100), origin=quote.origin)


def quotable(book: PriceBook, regions: Sequence[str], site: Site) -> tuple[Wanted, ...]:
    """What of the book the price service can quote, for each of the regions."""
    kinds = sorted({(row.sku, row.billing) for row in book.rows.values() if row.currency == CURRENCY[site]})
    return tuple(
        Wanted(sku, region, billing)
        for region in regions
        for sku, billing in kinds
        if ask_for(sku, region, billing, site)
    )


def refresh(book: PriceBook, quoter: Quoter, regions: Sequence[str], folder: Path, today: date) -> Path:
    """Quote all of the book that can be quoted and write it as a dated price file for review; ``--prices`` reads it.

    Raises ``OutsideError`` where nothing could be quoted or the file cannot be written.
    """
    if quoter.mode == "off":
        raise OutsideError("Quotes are off, so there is nothing to refresh. Use --quotes live.")
    quotes = quoter.quote(quotable(book, regions, quoter.site))
    if not quotes.prices:
        reason = quotes.missing[0].reason if quotes.missing else "the book holds nothing that can be quoted"
        raise OutsideError(f"No price could be refreshed: {reason}.")
    file = folder / f"quotes-{quoter.site}-{today.isoformat()}.yaml"
    text = _file_text(book, quotes, quoter.site, today)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutsideError(f"{file} cannot be written: {error.strerror}.") from None
    return file


def _file_text(book: PriceBook, quotes: Quotes, site: Site, today: date) -> str:
    lines = [
        f"# Quotes of {today.isoformat()}, {site} site, for review.",
        f"# {len(quotes.prices)} prices, {len(quotes.missing)} refused.",
        "# Keep what is right; the note of a row says what the book had.",
        "rows:" if quotes.prices else "rows: []",
    ]
    for price in sorted(quotes.prices, key=lambda price: price.key):
        lines.append(f"  - {{{_fields(replace(price, note=_against(book, price)))}}}")
    lines += [f"# refused: {item.sku} {item.region}: {item.reason}" for item in quotes.missing]
    return "\n".join(lines) + "\n"


def _fields(price: Price) -> str:
    names = (
        "sku",
        "region",
        "unit",
        "currency",
        "billing",
        "price",
        "source",
        "as_of",
        "confidence",
        "kind",
        "origin",
        "note",
    )
    record = price_record(price)
    return ", ".join(f"{name}: {json.dumps(record[name], ensure_ascii=False)}" for name in names if record.get(name))


def _against(book: PriceBook, price: Price) -> str:
    before = book.find(price.sku, price.region, price.currency, price.billing)
    note = f"{price.note}; " if price.note else ""
    if isinstance(before, MissingPrice):
        return f"{note}the book had no price"
    if before.amount == price.amount:
        return f"{note}as in the book ({before.as_of or 'undated'})"
    change = (price.amount / before.amount - 1) * 100 if before.amount else Decimal(0)
    had = f"{text_of(before.amount)} ({before.as_of or 'undated'}, {before.confidence})"
    return f"{note}the book had {had}, {change:+.1f} %"
