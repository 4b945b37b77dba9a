"""``advisor app``: the browser application on this machine."""

from __future__ import annotations

import subprocess
import sys

import click

from advisor.cli.common import guarded


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@guarded
def app(port: int) -> None:
    """Open the app in a browser at http://127.0.0.1:PORT; it talks to this machine only.

    \b
    Example:
      advisor app --port 8501
    """
    command = [sys.executable, "-m", "advisor.web", "--port", str(port)]
    sys.exit(subprocess.call(command))  # noqa: S603  # fixed words and a number
