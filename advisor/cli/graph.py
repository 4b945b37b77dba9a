"""``advisor graph``: what depends on what, and what falls when something fails."""

from __future__ import annotations

from pathlib import Path

import click

from advisor.cli.common import PATH, guarded, paths_argument, tell


@click.command()
@paths_argument
@click.option("--targets", "targets_path", type=PATH, help="Targets file: declared workloads and needs.")
@click.option("--fail", help="zone:cn-hangzhou-h, region:cn-hangzhou or resource:i-…")
@click.option("--format", "form", type=click.Choice(["text", "json", "html", "dot"]), default="text", show_default=True)
@guarded
def graph(
    inventory: tuple[Path, ...], mapping: Path | None, targets_path: Path | None, fail: str | None, form: str
) -> None:
    """Print the dependency graph of INVENTORY, or what a failure does to it.

    \b
    Example:
      advisor graph exports/ --fail zone:cn-hangzhou-h
    """
    from advisor import api

    output = api.graph_output(inventory, targets_path, fail, form, mapping)
    click.echo(output, nl=False)
    if targets_path is None and form == "text":
        tell("Workloads as found; the declared ones come with --targets.")
