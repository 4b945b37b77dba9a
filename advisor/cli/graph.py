"""``advisor graph``: what depends on what, and what falls when something fails."""

from __future__ import annotations

from pathlib import Path

import click

from advisor.cli.common import PATH, guarded, paths_argument, tell
from advisor.model.finding import InputError, Mistake


@click.command()
@paths_argument
@click.option("--targets", "targets_path", type=PATH, help="Targets file: declared workloads and needs.")
@click.option("--fail", "failures", multiple=True, help="zone:cn-hangzhou-h, region:cn-hangzhou or resource:i-…")
@click.option("--format", "form", type=click.Choice(["text", "json", "html", "dot"]), default="text", show_default=True)
@guarded
def graph(
    inventory: tuple[Path, ...], mapping: Path | None, targets_path: Path | None, failures: tuple[str, ...], form: str
) -> None:
    """Print the dependency graph of INVENTORY, or what a failure does to it.

    \b
    Example:
      advisor graph exports/ --fail zone:cn-hangzhou-h
    """
    from advisor import api

    if len(failures) > 1:
        raise InputError([_several(failures)])
    output = api.graph_output(inventory, targets_path, next(iter(failures), None), form, mapping)
    click.echo(output, nl=False)
    if targets_path is None and form == "text":
        tell("Workloads as found; the declared ones come with --targets.")


def _several(failures: tuple[str, ...]) -> Mistake:
    listed = " and ".join(f"'{failure}'" for failure in failures)
    return Mistake("command line", "--fail", f"{listed}: one failure is looked at in a run.", "Run once for each.")
