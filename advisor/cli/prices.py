"""``advisor prices``: the price book, its coverage, its gaps."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import click

from advisor.cli.common import MISSED, PATH, Day, guarded, width


@click.group()
def prices() -> None:
    """Look at the price book."""


@prices.command()
@click.option("--prices", "override", type=PATH, help="Your own prices on top.")
@click.option("--sku", help="Only SKUs that contain this text.")
@click.option("--region", help="Only this region.")
@click.option("--as-of", type=Day(), help="The book as it was on this date.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
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
        click.echo(json.dumps({"rows": rows}, ensure_ascii=False, indent=2))
    else:
        click.echo(api.price_table(rows, width()), nl=False)


@prices.command()
@click.option("--prices", "override", type=PATH, help="Your own prices on top.")
@click.option("--as-of", type=Day(), help="The date to measure age from; today by default.")
@click.option("--strict", is_flag=True, help="Exit 1 where the book has gaps.")
@guarded
def check(override: Path | None, as_of: date | None, strict: bool) -> None:
    """Coverage by SKU, age, gaps and contradictions of the book.

    \b
    Example:
      advisor prices check
    """
    from advisor import api

    text, gaps = api.price_coverage(override, as_of, width())
    click.echo(text, nl=False)
    if strict and gaps:
        sys.exit(MISSED)
