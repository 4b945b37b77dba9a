"""``advisor explain``: why one workload's option was chosen."""

from __future__ import annotations

from pathlib import Path

import click

from advisor.cli.common import PATH, guarded, width


@click.command()
@click.argument("plan", type=PATH)
@click.argument("workload")
@guarded
def explain(plan: Path, workload: str) -> None:
    """Tell why WORKLOAD got its option in PLAN (a plan.json): what lost and why, and what each number rests on.

    \b
    Example:
      advisor explain plan/plan.json shop-web
    """
    from advisor import api

    click.echo(api.explain(api.load_plan(plan), workload, width()), nl=False)
