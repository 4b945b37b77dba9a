"""``advisor``: the commands and where each one lives."""

from __future__ import annotations

import importlib
from typing import Any

import click

from advisor import __version__

PROGRAM = "advisor"
COMMANDS = {
    "assess": "advisor.cli.assess:assess",
    "init": "advisor.cli.init:init",
    "inventory": "advisor.cli.inventory:inventory",
    "graph": "advisor.cli.graph:graph",
    "explain": "advisor.cli.explain:explain",
    "estimate": "advisor.cli.estimate:estimate",
    "prices": "advisor.cli.prices:prices",
    "app": "advisor.cli.app:app",
}


class Lazy(click.Group):
    """Commands are imported when they are called, so that ``--help`` and small commands start at once."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The program is called advisor, however it was started."""
        return super().make_context(PROGRAM if parent is None else info_name, args, parent, **extra)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        target = COMMANDS.get(cmd_name)
        if target is None:
            return None
        module, name = target.split(":")
        found = getattr(importlib.import_module(module), name)
        return found if isinstance(found, click.Command) else None


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name=PROGRAM)
@click.option("--debug", is_flag=True, help="Show the traceback of an unexpected failure.")
def main(debug: bool) -> None:  # read from the context by the error handler
    """Plan how an estate of Alibaba Cloud ECS servers is protected: what, at what cost, how deployed and rehearsed.

    \b
    Example:
      advisor assess exports/ --targets targets.yaml --budget "60000 CNY" --out plan/

    Exit codes: 0 done, 1 something is missed (with --strict), 2 the input is wrong, 3 something outside
    failed.
    """
