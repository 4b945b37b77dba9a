"""Prices from outside and the price book on its own: quotes for a plan, for a few SKUs, for a new price file."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import cast

from advisor.estimation.context import Context
from advisor.estimation.costs import Costing, added_lines, present_lines, quota_credit, shared_lines
from advisor.estimation.measures import offer
from advisor.graph import build_graph
from advisor.live.quotes import Mode, Quoter, Quotes, Wanted, refresh, site_of, with_quotes
from advisor.live.quotes_catalogue import ask_for
from advisor.live.sdk_log import without_sdk_chatter
from advisor.model.finding import InputError, Mistake, OutsideError
from advisor.model.graph import Workload
from advisor.model.pricebook import (
    AREAS,
    Billing,
    Coverage,
    MissingPrice,
    Price,
    PriceBook,
    coverage,
    price_record,
    text_of,
)
from advisor.planning import PlanRequest
from advisor.planning.builders import spec_of
from advisor.pricing import load_prices
from advisor.rules import load_rules

LOG = logging.getLogger(__name__)
EXAMPLES = 3
NEAREST = 5


@dataclass(frozen=True)
class Recorder(PriceBook):
    """A price book that remembers what it was asked for."""

    asked: dict[tuple[str, str, str, Billing], None] = field(default_factory=dict)

    def find(self, sku: str, region: str, currency: str, billing: Billing = "payg") -> Price | MissingPrice:
        self.asked[sku, region, currency, billing] = None
        return super().find(sku, region, currency, billing)


def with_live_prices(request: PlanRequest, quotes: str) -> tuple[PlanRequest, tuple[str, ...]]:
    """The request with quotes in front of its book, and notes on what was quoted. Where the price service cannot be
    asked, its message is logged as a warning and the whole plan uses the book: quotes and book are never mixed by an
    accident of the network."""
    if quotes == "off":
        return request, ()
    mode = cast(Mode, quotes)
    wanted = wanted_prices(request)
    request.progress(f"prices of {len(wanted)} items")
    try:
        with without_sdk_chatter():
            found = Quoter(mode, site_of(request.currency)).quote(wanted)
    except OutsideError as error:
        LOG.warning("%s\nThe plan uses the price book alone.", error)
        return request, (f"quotes ({quotes}) were asked for and could not be had; every price is the book's: {error}",)
    return replace(request, prices=with_quotes(request.prices, found)), _notes(request, quotes, wanted, found)


def wanted_prices(request: PlanRequest) -> tuple[Wanted, ...]:
    """What the lines of every candidate and of the present estate look up, as far as the price service quotes it."""
    book = Recorder(**vars(request.prices))
    graph = build_graph(request.imported.inventory, request.targets)
    for workload in graph.workloads:
        _price_all(request, book, workload)
    site = site_of(request.currency)
    asked = (
        Wanted(sku, region, billing)
        for sku, region, currency, billing in book.asked
        if currency == request.currency and region and region not in AREAS
    )
    return tuple(sorted({item for item in asked if ask_for(*item, site)}))


def _price_all(request: PlanRequest, book: PriceBook, workload: Workload) -> None:
    """Builds every line once; the book listens."""
    spec = spec_of(request, workload)
    context = Context(request.imported.inventory, request.rules, workload, spec, request.as_of)
    costing = Costing(book, request.currency, context)
    present_lines(costing)
    for dimension in offer(context).dimensions:
        for choice in dimension.choices:
            added_lines(costing, choice.proposals)
            shared_lines(costing, [a.shared_id for p in choice.proposals for a in p.actions if a.shared_id])
    quota_credit(costing, 1, 1)


def _notes(request: PlanRequest, mode: str, wanted: Sequence[Wanted], found: Quotes) -> tuple[str, ...]:
    """What was quoted, what was not, and whether the quotes are younger than the plan's date."""
    fresh = sum(price.origin == "quoted" for price in found.prices)
    kept = len(found.prices) - fresh
    notes = [
        f"quotes ({mode}): {fresh} asked now, {kept} from the cache, {len(found.missing)} without a quote "
        f"of {len(wanted)} that the price service knows; the rest is the book's"
    ]
    if found.missing:
        shown = ", ".join(f"{item.sku} in {item.region}" for item in found.missing[:EXAMPLES])
        more = f" and {len(found.missing) - EXAMPLES} more" if len(found.missing) > EXAMPLES else ""
        notes.append(f"no quote for {shown}{more}: {found.missing[0].reason}")
    later = max((price.as_of or "" for price in found.prices), default="")
    if later > request.as_of.isoformat():
        notes.append(f"quotes of {later} are younger than the plan's date {request.as_of}")
    return tuple(notes)


# --- prices on their own ----------------------------------------------------------------------------------------------


def price_rows(
    override: Path | None, as_of: date | None, sku: str | None, region: str | None
) -> list[dict[str, object]]:
    """Price rows as ``prices show --format json`` prints them. For a region: the rows that serve it, whether its own,
    those of its area or those for all. Raises ``InputError`` where no SKU contains ``sku``."""
    book = load_prices(override, as_of)
    if sku:
        _check_sku(sku, {row.sku for row in book.rows.values()})
    keys = sorted({(row.sku, row.currency, row.billing) for row in book.rows.values() if not sku or sku in row.sku})
    if not region:
        rows = sorted(book.rows.values(), key=lambda row: row.key)
        return [price_record(row) for row in rows if not sku or sku in row.sku]
    _check_regions([region])
    found = (book.find(name, region, currency, billing) for name, currency, billing in keys)
    return [price_record(replace(row, region=region)) for row in found if isinstance(row, Price)]


def _check_sku(text: str, known: Collection[str]) -> None:
    """A mistake with the nearest SKUs where none contains the text: near as a whole or in one of their parts."""
    if any(text in sku for sku in known):
        return
    parts: dict[str, list[str]] = {}
    for sku in sorted(known):
        for part in (sku, *sku.split(".")):
            parts.setdefault(part, []).append(sku)
    close = get_close_matches(text.lower(), list(parts), n=NEAREST, cutoff=0.5)
    close = close or get_close_matches(text.lower(), list(parts), n=NEAREST, cutoff=0.0)
    near = list(dict.fromkeys(parts[part][0] for part in close))[:NEAREST]
    remedy = f"The nearest are {', '.join(near)}." if near else "The book holds no prices."
    raise InputError([Mistake("command line", "--sku", f"no SKU contains '{text}'.", remedy)])


def price_check(override: Path | None, as_of: date) -> tuple[Coverage, ...]:
    """Every price and gap of the book, with ages on a day."""
    return coverage(load_prices(override, as_of), as_of)


def price_quote(skus: Sequence[str], region: str, currency: str, billing: Billing, mode: Mode) -> dict[str, object]:
    """List price and account price of some SKUs, and those that were refused with the reason. Raises ``InputError`` for
    what the price service never quotes, ``OutsideError`` where it cannot be asked."""
    site = site_of(currency)
    _check_regions([region])
    wanted = [Wanted(sku, region, billing) for sku in dict.fromkeys(skus)]
    unknown = [item for item in wanted if ask_for(*item, site) is None]
    if unknown:
        hint = "Write for example ecs.g7.large, disk.cloud_essd.pl1.capacity, eip.traffic.out or clb.spec.s1.small."
        problem = f"is not quoted by the price service by {billing}; the book may have it (advisor prices show)."
        raise InputError([Mistake("command line", item.sku, problem, hint) for item in unknown])
    with without_sdk_chatter():
        found = Quoter(mode, site, account_prices=True).quote(wanted)
    return {
        "rows": [_quote_record(price) for price in found.prices],
        "missing": [{"sku": item.sku, "region": item.region, "reason": item.reason} for item in found.missing],
    }


def _quote_record(price: Price) -> dict[str, object]:
    """The account's own price and the list price of one quote."""
    record = price_record(price)
    record["account_price"] = record.pop("price")
    return {**record, "list_price": text_of(price.list_amount if price.list_amount is not None else price.amount)}


def price_refresh(regions: Sequence[str], out: Path, currency: str, override: Path | None, today: date) -> Path:
    """A dated price file of everything of the book that can be quoted, for ``--prices`` to read. Raises
    ``OutsideError`` where nothing could be quoted or written."""
    _check_regions(regions)
    quoter = Quoter("live", site_of(currency))
    with without_sdk_chatter():
        file = refresh(load_prices(override), quoter, list(dict.fromkeys(regions)), out, today)
    load_prices(file)  # a file that cannot be read back is no result
    return file


def _check_regions(regions: Iterable[str]) -> None:
    known = load_rules().regions
    mistakes = [
        Mistake("command line", "region", f"'{name}' is no region.", "Write for example cn-hangzhou.")
        for name in regions
        if name not in known and name not in AREAS
    ]
    if mistakes:
        raise InputError(mistakes)
