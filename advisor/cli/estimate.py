"""``advisor estimate``: worst and expected loss of a copy chain on its own."""

from __future__ import annotations

import json
from pathlib import Path

import click

from advisor.cli.common import PATH, guarded


@click.command()
@click.argument("chain", type=PATH)
@guarded
def estimate(chain: Path) -> None:
    """Compute the loss of the copy chain in CHAIN (YAML: levels and disruptions) as JSON.

    \b
    Example:
      advisor estimate chain.yaml
    """
    from advisor import api

    click.echo(json.dumps(api.estimate_chain(chain), indent=2))
