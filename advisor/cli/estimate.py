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
    CHAIN, each level fed by the one before; times are 0 s where they are left out:
      levels:
        - {name: snapshot, accumulation: 24 h, propagation: 30 min,
           retention: 7 d, kind: point_in_time, location: region}
        - {name: copy, accumulation: 24 h, hold: 1 h, propagation: 4 h,
           retention: 30 d, kind: point_in_time, location: other-region}
      disruptions:
        region: {survivors: [copy]}
        logical: {survivors: [snapshot, copy], detection: 48 h}

    \b
    Example:
      advisor estimate chain.yaml
    """
    from advisor import api

    click.echo(json.dumps(api.estimate_chain(chain), indent=2))
