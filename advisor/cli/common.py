"""What every command shares: options, exit codes, errors told without a traceback, progress on a terminal."""

from __future__ import annotations

import functools
import os
import re
import shutil
import sys
import traceback
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from advisor.model.finding import InputError, Mistake, OutsideError

DONE, MISSED, WRONG_INPUT, OUTSIDE = 0, 1, 2, 3
MAX_WIDTH = 100
NARROWEST = 40
Command = TypeVar("Command", bound=Callable[..., Any])


def width() -> int:
    """Columns of the terminal, 80 where there is none, never wider than text reads well."""
    return max(60, min(shutil.get_terminal_size((80, 24)).columns, MAX_WIDTH))


def tell(message: str) -> None:
    """A message to the person, on stderr: within the columns of a terminal, whole lines for whatever else reads it."""
    columns = _columns_of_stderr()
    for line in message.split("\n"):
        click.echo("\n".join(_folded(line, columns)) if columns else line, err=True)


def _columns_of_stderr() -> int | None:
    """The columns of the terminal that shows stderr, or what COLUMNS says of them; None where neither is."""
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and int(said):
        columns = int(said)
    elif sys.stderr.isatty():
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    else:
        return None
    return max(NARROWEST, min(columns, MAX_WIDTH))


def _folded(line: str, columns: int) -> list[str]:
    """The line in pieces that fit, those after the first set under its text."""
    from advisor.reporting.terminal import wrap  # slow to load, and most commands have little to say

    start = re.match(r"\s*(?:\d+\. )?", line)
    margin = start.end() if start else 0
    pieces = wrap(line[margin:], columns - margin)
    return [line[:margin] + pieces[0], *(" " * margin + piece for piece in pieces[1:])]


def progress(message: str) -> None:
    """What is being done, on a terminal only, each message in place of the last."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{message[: width() - 2]} …", err=True, nl=False)


def end_progress() -> None:
    """Clear the progress line."""
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)


def show_mistakes(mistakes: Sequence[Mistake]) -> None:
    """Every mistake with its file and place, numbered."""
    count = len(mistakes)
    tell(f"The input has {count} mistake{'s' if count != 1 else ''}; nothing was written.")
    for number, mistake in enumerate(mistakes, 1):
        tell(f"{number:>3}. {printable(str(mistake))}")


def printable(text: str) -> str:
    """Text without control characters, which a terminal would obey."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def guarded(command: Command) -> Command:
    """The command with its errors turned into messages and exit codes; ``--debug`` before it shows the traceback."""

    @functools.wraps(command)
    def run(*args: object, **kwargs: object) -> object:
        try:
            return command(*args, **kwargs)
        except InputError as error:
            end_progress()
            show_mistakes(error.mistakes)
            sys.exit(WRONG_INPUT)
        except OutsideError as error:
            end_progress()
            tell(printable(str(error)))
            sys.exit(OUTSIDE)
        except BrokenPipeError:
            sys.exit(DONE)
        except OSError as error:
            end_progress()
            tell(printable(f"{error.filename or 'disk'}: {error.strerror or error}"))
            sys.exit(OUTSIDE)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:  # the last line of defence: no traceback ever reaches a user
            end_progress()
            if _debug():
                traceback.print_exc()
            tell(f"advisor failed on something it should have handled: {type(error).__name__}: {printable(str(error))}")
            tell("Run again with --debug before the command to see where, and report it.")
            sys.exit(OUTSIDE)

    return run  # type: ignore[return-value]  # wraps keeps the signature


def _debug() -> bool:
    context = click.get_current_context(silent=True)
    return bool(context and context.find_root().params.get("debug"))


class Day(click.ParamType[date]):
    """A date as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"'{value}' is no date. Write for example 2026-11-22.", param, ctx)


PATH = click.Path(path_type=Path)


def paths_argument(command: Command) -> Command:
    """One or more inventory files, folders or ZIP archives, and names for columns that are not known."""
    mapping = click.option("--mapping", type=PATH, help="YAML that names unknown table columns: {主机: name}.")
    return click.argument("inventory", nargs=-1, required=True, type=PATH)(mapping(command))


def planning_options(command: Command) -> Command:
    """The options of everything that plans."""
    options = [
        click.option("--targets", "targets_path", type=PATH, help="Targets file (see: advisor init)."),
        click.option("--budget", help='Monthly cap on what is added, for example "60000 CNY".'),
        click.option(
            "--objective", default="min-cost", show_default=True, help="min-cost, min-risk, min-total or min-change."
        ),
        click.option("--rules", type=PATH, help="Your own facts, classes or standards, on top of the shipped ones."),
        click.option("--prices", type=PATH, help="Your own price book, contract prices or discounts."),
        click.option(
            "--quotes",
            type=click.Choice(["off", "cache", "live"]),
            default="off",
            show_default=True,
            help="Prices quoted for your account.",
        ),
        click.option("--currency", help="CNY or USD; the targets file's by default."),
        click.option("--as-of", type=Day(), help="The date to plan for; today by default."),
        click.option("--seed", type=int, default=1, show_default=True, help="Seed of the recovery simulation."),
        click.option(
            "--samples",
            type=click.IntRange(100, 1_000_000),
            default=10_000,
            show_default=True,
            help="Simulated recoveries per estimate.",
        ),
        click.option("--admit-unpriced", is_flag=True, help="Also choose protections that have no price at all."),
    ]
    for option in reversed(options):
        command = option(command)
    return command
