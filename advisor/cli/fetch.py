"""``advisor inventory fetch``: the lists of live accounts to a folder that every command reads."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from advisor.cli.common import MISSED, OUTSIDE, PATH, end_progress, guarded, progress, tell


@click.command()
@click.option("--regions", default="", metavar="LIST", help="Regions, separated by commas.")
@click.option("--out", type=PATH, help="Folder to write to: new, empty or an earlier fetch.")
@click.option("--products", default="", metavar="LIST", help="Only these (ecs,vpc,alb,…); all by default.")
@click.option("--profile", default="", metavar="NAME", help="A profile of the aliyun CLI; else the default chain.")
@click.option("--resume", is_flag=True, help="Go on with a fetch that was interrupted or is incomplete.")
@click.option("--strict", is_flag=True, help="Exit 1 where a listing was denied.")
@click.option("--policy", is_flag=True, help="Print the permissions that are needed, and fetch nothing.")
@guarded
def fetch(
    regions: str, out: Path | None, products: str, profile: str, resume: bool, strict: bool, policy: bool
) -> None:
    """Fetch the lists of a live account, reading only.

    Exit code 3 where a listing failed or is a part; what came is kept and --resume fetches the rest.

    \b
    Example:
      advisor inventory fetch --regions cn-hangzhou,cn-shanghai --out exports/
    """
    from advisor import api

    chosen = products.split(",")
    if policy:
        click.echo(api.fetch_policy(chosen), nl=False)
        return
    if not regions or out is None:
        raise click.UsageError("Give --regions and --out, or --policy alone.")
    report = api.fetch_inventory(regions.split(","), out, chosen, profile, resume, progress)
    end_progress()
    tell(api.fetch_text(report))
    if report.failed:
        sys.exit(OUTSIDE)
    if strict and not report.whole:
        sys.exit(MISSED)
