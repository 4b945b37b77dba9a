"""``advisor prices``: the price book, its coverage and gaps, and quotes of the vendor's price service."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.common import MISSED, PATH, Day, guarded, tell, width

if TYPE_CHECKING:
    from advisor.model.pricebook import Coverage

FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
CURRENCY = click.option(
    "--currency",
    type=click.Choice(["CNY", "USD"]),
    default="CNY",
    show_default=True,
    help="CNY: China site; USD: intl.",
)
OVERRIDE = click.option("--prices", "override", type=PATH, help="Your own prices on top.")


def today() -> date:
    return datetime.now().astimezone().date()


@click.group()
def prices() -> None:
    """Look at the price book, and ask the vendor's price service."""


@prices.command()
@OVERRIDE
@click.option("--sku", help="Only SKUs that contain this text.")
@click.option("--region", help="Only rows that serve this region (its own, its area's, those for all).")
@click.option("--as-of", type=Day(), help="The book as it was on this date.")
@FORMAT
@guarded
def show(override: Path | None, sku: str | None, region: str | None, as_of: date | None, form: str) -> None:
    """Print the price rows with source and date.

    \b
    Example:
      advisor prices show --sku snapshot --region cn-hangzhou
    """
    from advisor import api

    rows = api.price_rows(override, as_of, sku, region)
    if form == "json":
        _print_json({"rows": rows})
        return
    for row in rows:
        _print_row(row)
    click.echo(f"{len(rows)} price{'' if len(rows) == 1 else 's'}")


@prices.command()
@OVERRIDE
@click.option("--as-of", type=Day(), help="The date to measure age from; today by default.")
@click.option("--strict", is_flag=True, help="Exit 1 where a gap is filled by nothing.")
@guarded
def check(override: Path | None, as_of: date | None, strict: bool) -> None:
    """Coverage by product, age, gaps and contradictions of the book.

    \b
    Example:
      advisor prices check --strict
    """
    from advisor import api

    found = api.price_check(override, as_of or today())
    priced = [item for item in found if item.price is not None]
    gaps = [item for item in found if item.price is None]
    unfilled = [item for item in gaps if item.filled_by is None]
    _print_coverage(priced, gaps, unfilled)
    _print_contradictions(priced)
    _print_gaps(gaps)
    if strict and unfilled:
        sys.exit(MISSED)


@prices.command()
@click.argument("skus", nargs=-1, required=True, metavar="SKU...")
@click.option("--region", required=True, help="The region to be quoted.")
@CURRENCY
@click.option("--billing", type=click.Choice(["payg", "subscription"]), default="payg", show_default=True)
@click.option("--quotes", type=click.Choice(["live", "cache"]), default="live", show_default=True)
@FORMAT
@guarded
def quote(skus: tuple[str, ...], region: str, currency: str, billing: str, quotes: str, form: str) -> None:
    """Ask for list price and account price of SKUs. Exit 1 where one of them is refused.

    Credentials come from the environment or the profile of the aliyun program; nothing but prices is asked for.

    \b
    Example:
      advisor prices quote ecs.g7.large disk.cloud_essd.pl1.capacity --region cn-hangzhou
    """
    from advisor import api

    answer = api.price_quote(skus, region, currency, billing, quotes)  # type: ignore[arg-type]  # checked by click
    rows, missing = _records(answer["rows"]), _records(answer["missing"])
    if form == "json":
        _print_json(answer)
    else:
        for row in rows:
            _print_quote(row)
        for row in missing:
            _print_wrapped(f"{row['sku']} in {row['region']}: no price, {row['reason']}", "", "    ")
    if missing:
        sys.exit(MISSED)


@prices.command()
@click.option("--regions", required=True, help="Comma-separated, for example cn-hangzhou,cn-shanghai.")
@click.option("--out", required=True, type=PATH, help="Folder for the dated price file.")
@CURRENCY
@OVERRIDE
@guarded
def refresh(regions: str, out: Path, currency: str, override: Path | None) -> None:
    """Quote all of the book that can be quoted into a dated file for review; --prices reads it.

    \b
    Example:
      advisor prices refresh --regions cn-hangzhou,cn-shanghai --out new-prices/
      advisor assess exports/ --prices new-prices/ --out plan/
    """
    from advisor import api

    wanted = [item.strip() for item in regions.split(",") if item.strip()]
    file = api.price_refresh(wanted, out, currency, override, today())
    heads = [line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    for line in heads[:3]:
        tell(line.removeprefix("# "))
    click.echo(str(file))


# --- text of at most the terminal's width -----------------------------------------------------------------------------


def _records(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _print_wrapped(text: str, first: str, rest: str) -> None:
    from advisor.reporting.terminal import wrap

    for number, line in enumerate(wrap(text, width() - len(rest))):
        click.echo((rest if number else first) + line)


def _print_row(row: Mapping[str, object]) -> None:
    """Name and region, then price with its unit, then source and date, each on lines of its own."""
    _print_wrapped(f"{row['sku']}  {row['region']}", "", "  ")
    price = f"{row['low']} to {row['high']}" if "low" in row and "high" in row else f"{row['price']}"
    words = f"{price} {row['currency']} per {row['unit']}, {row['billing']}; {row['origin']}, {row['confidence']}"
    _print_wrapped(words + (", stale" if row.get("stale") else ""), "    ", "      ")
    _print_wrapped(f"{row['as_of'] or 'undated'}, {row['source']}", "    ", "      ")


def _print_quote(row: Mapping[str, object]) -> None:
    _print_wrapped(f"{row['sku']}  {row['region']}", "", "  ")
    unit = f"{row['currency']} per {row['unit']}, {row['billing']}"
    _print_wrapped(f"list price {row['list_price']} {unit}", "    ", "      ")
    _print_wrapped(f"account price {row['account_price']} {unit}", "    ", "      ")
    age = "asked now" if row["origin"] == "quoted" else "from the cache"
    _print_wrapped(f"{row['as_of']}, {age}, {row['source']}", "    ", "      ")


def _print_coverage(priced: Sequence[Coverage], gaps: Sequence[Coverage], unfilled: Sequence[Coverage]) -> None:
    assumed = sum(item.price is not None and item.price.origin == "assumed" for item in priced)
    ages = sorted(item.age_days for item in priced if item.age_days is not None)
    click.echo(f"{len(priced)} prices, {assumed} of them assumptions")
    click.echo(f"{len(gaps)} gaps, {len(unfilled)} of them filled by no assumption")
    if ages:
        click.echo(
            f"age: median {ages[len(ages) // 2]} days, oldest {ages[-1]} days; {len(priced) - len(ages)} undated"
        )
    click.echo("\nproduct         SKUs  prices  assumed  oldest (days)")
    for product in sorted({item.sku.split(".", 1)[0] for item in priced}):
        _print_product(product, [item for item in priced if item.sku.split(".", 1)[0] == product])


def _print_product(product: str, own: Sequence[Coverage]) -> None:
    guessed = sum(item.price is not None and item.price.origin == "assumed" for item in own)
    oldest = max((item.age_days for item in own if item.age_days is not None), default=None)
    skus = len({item.sku for item in own})
    click.echo(f"{product:<14} {skus:>5} {len(own):>7} {guessed:>8} {oldest if oldest is not None else '–':>14}")


def _print_contradictions(priced: Iterable[Coverage]) -> None:
    click.echo("\ncontradicting sources, the one used first:")
    for item in priced:
        if item.contradictions and item.price is not None:
            others = ", ".join(f"{other.amount} ({other.why})" for other in item.contradictions)
            text = f"{item.sku} {item.region} {item.currency}: {item.price.amount} over {others}"
            _print_wrapped(text, "  ", "    ")


def _print_gaps(gaps: Iterable[Coverage]) -> None:
    click.echo("\ngaps:")
    for item in gaps:
        filler = "an assumption stands in" if item.filled_by else "UNPRICED"
        _print_wrapped(f"{item.sku} {item.region} {item.currency}: {item.gap} – {filler}", "  ", "    ")
