"""``advisor inventory``: what was read, any form turned into the canonical one, and a template to fill in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import click

from advisor.cli.common import PATH, guarded, paths_argument, tell
from advisor.cli.fetch import fetch


@click.group()
def inventory() -> None:
    """Look at an inventory, convert it, or fetch one from a live account."""


inventory.add_command(fetch)


@inventory.command()
@paths_argument
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@guarded
def show(inventory: tuple[Path, ...], mapping: Path | None, form: str) -> None:
    """Count what was read, with findings and what was skipped.

    \b
    Example:
      advisor inventory show exports/ --format json
    """
    from advisor import api

    imported = api.load_inventory(inventory, mapping)
    summary = api.inventory_summary(imported)
    click.echo(json.dumps(summary, ensure_ascii=False, indent=2) if form == "json" else api.inventory_text(imported))


@inventory.command()
@paths_argument
@click.option("--to", "form", type=click.Choice(["json", "csv"]), default="json", show_default=True)
@click.option("--out", type=PATH, help="File to write; stdout by default.")
@guarded
def convert(inventory: tuple[Path, ...], mapping: Path | None, form: str, out: Path | None) -> None:
    """Turn any form into the canonical one.

    \b
    Example:
      advisor inventory convert terraform.tfstate --to json --out inventory.json
    """
    from advisor import api

    text = api.inventory_converted(api.load_inventory(inventory, mapping), form)
    if out is None:
        click.echo(text, nl=False)
    else:
        api.write_new(out, text.encode())
        tell(f"{out} written.")


@inventory.command()
@click.option("--format", "form", type=click.Choice(["csv", "yaml"]), default="csv", show_default=True)
@click.option("--out", type=PATH, help="File to write; stdout by default.")
@guarded
def template(form: Literal["csv", "yaml"], out: Path | None) -> None:
    """An inventory to fill in by hand, with examples to replace.

    \b
    Example:
      advisor inventory template --format yaml --out inventory.yaml
    """
    from advisor import api
    from advisor.importers import inventory_template

    text = inventory_template(form)
    if out is None:
        click.echo(text, nl=False)
    else:
        api.write_new(out, text.encode())
        tell(f"{out} written.")
