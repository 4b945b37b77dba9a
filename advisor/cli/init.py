"""``advisor init``: a commented targets file with the workloads that were found."""

from __future__ import annotations

from pathlib import Path

import click

from advisor.cli.common import PATH, guarded, paths_argument, tell


@click.command()
@paths_argument
@click.option("--out", required=True, type=PATH, help="The targets file to write; an existing one is kept.")
@guarded
def init(inventory: tuple[Path, ...], mapping: Path | None, out: Path) -> None:
    """Write a commented targets file for INVENTORY, with its workloads already in it.

    \b
    Example:
      advisor init exports/ --out targets.yaml
    """
    from advisor import api

    text, nothing = api.targets_draft(inventory, mapping)
    api.write_new(out, text.encode())
    if nothing:
        tell(f"{out} written, without workloads. {nothing}")
        return
    tell(f"{out} written. Set the classes and the budget in it, then: advisor assess … --targets {out} --out plan/")
