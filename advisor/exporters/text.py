"""Texts for people: Markdown that names cannot break out of, CSV cells that no spreadsheet runs, rounded figures."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal

Cell = str | int | float | Decimal | bool | None

_ODD = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
_MARKDOWN = re.compile(r"([\\`*\[\]|$]|<(?=[A-Za-z/!?])|~(?=~)|^[#>])")
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def clean(text: object) -> str:
    """The text on one line, without control and invisible characters."""
    plain = "".join(" " if unicodedata.category(char) in _ODD else char for char in str(text))
    return re.sub(r"\s+", " ", plain).strip()


def md(text: object) -> str:
    """The text as plain words in Markdown: no markup, no HTML, no table cell ends early."""
    escaped = _MARKDOWN.sub(r"\\\1", clean(text))
    escaped = re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\_", escaped)
    return escaped.replace("&", "&amp;") if re.search(r"&#?\w+;", escaped) else escaped


def code(text: object) -> str:
    """The text as a code span, also inside a table."""
    plain = clean(text).replace("|", "¦")
    ticks = "`" * (max((len(run) for run in re.findall(r"`+", plain)), default=0) + 1)
    pad = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{ticks}{pad}{plain or ' '}{pad}{ticks}"


def fence(body: str, language: str = "") -> str:
    """The text as a code block whose end the text cannot imitate."""
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{body.rstrip()}\n{ticks}"


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the cells must already be escaped (``md`` or ``code``)."""
    lines = ["| " + " | ".join(headers) + " |", "|" + "|".join(" --- " for _ in headers) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def bullets(items: Iterable[str]) -> str:
    """A Markdown list; the items must already be escaped."""
    return "\n".join(f"- {item}" for item in items)


def document(*blocks: str) -> bytes:
    """Blocks of Markdown with one empty line between them, as UTF-8."""
    return ("\n\n".join(block.strip("\n") for block in blocks if block.strip()) + "\n").encode()


def yes_no(value: bool | None) -> str:
    """``yes``, ``no`` or empty."""
    return "" if value is None else "yes" if value else "no"


def guarded(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would take it for a formula; numbers stay numbers."""
    if text.lstrip(" ").startswith(_FORMULA_START) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def csv_bytes(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file (RFC 4180, UTF-8) that no spreadsheet runs."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headers)
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
    return out.getvalue().encode()


def printable(text: str) -> str:
    """The text without control characters other than tab and line ends, which files of tables cannot hold."""
    return "".join(char for char in text if char in "\t\n\r" or unicodedata.category(char) not in ("Cc", "Cs"))


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return yes_no(cell)
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, float):
        return format(cell, ".10g")
    return guarded(printable(cell)) if isinstance(cell, str) else str(cell)
