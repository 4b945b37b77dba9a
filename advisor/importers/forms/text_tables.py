"""The tables that the CLI prints (``aliyun … --output cols=``), and how they differ from tables that people write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from advisor.importers.forms.columns import ColumnMapping, Table
from advisor.importers.forms.tables import read_table
from advisor.importers.forms.words import plain_header
from advisor.importers.records import Collector, Context

_BAR: Final = r"[ \t]*[-+|=─┼:](?=[^\r\n]*[-=─]{2})(?=[^\r\n]*[+|┼])[-+|=─┼: \t]*"
_BAR_LINE: Final = re.compile(_BAR)
_BAR_WITHIN: Final = re.compile(rf"(?m)^{_BAR}\r?$")
_BORDER: Final = re.compile(r"\s*[-+|=─┼]{3,}\s*")
_MARKDOWN_BAR: Final = re.compile(r"\s*(?:\|[-: |]*|[^:]*:[-:|+ ]*)\s*")
_FENCE: Final = re.compile(r"(?m)^\s*(?:```|~~~)")
_COMMAND: Final = re.compile(r"\s*(?:[^|`]*[$#>%]\s*)?aliyun\s|\s*\S*\$(?:\s|$)")
_FIELD: Final = re.compile(r"[A-Za-z][\w.\[\]-]*")
_ID_FIELD: Final = re.compile(r"(?i)ids?(?:\[\d*\])?$")
_WHOLE_ID: Final = re.compile(r"[\w.*:/-]*|<nil>|\[[^\]]*\]")
_REMEDY: Final = (
    "Hand in what the CLI or the console exports; what a command printed in a file without other text, a list of your "
    "own as CSV (docs/inventory.md)."
)


@dataclass(frozen=True)
class Flaw:
    """Why a text with a table is not what the CLI prints, at which line, and what to do about it."""

    reason: str
    line: int
    remedy: str = _REMEDY


def has_table(text: str) -> bool:
    """Whether anywhere in the text a line with bars stands over a line of dashes and bars."""
    return "|" in text and any("|" in _line_before(text, bar.start()) for bar in _BAR_WITHIN.finditer(text))


def _line_before(text: str, start: int) -> str:
    """The line that ends before the one that starts there."""
    end = max(start - 1, 0)
    return text[text.rfind("\n", 0, end) + 1 : end]


def is_markdown(text: str) -> bool:
    """Whether the text has fences as only Markdown has them: what stands in it was written, not exported."""
    return _FENCE.search(text) is not None


def flaw_of(text: str, mapping: ColumnMapping | None) -> Flaw | None:
    """What tells a text with tables from what the CLI prints: other text around them, Markdown, headers that are no
    fields, cells that are more than an id. None where it is the CLI's, hence where all of it can be read."""
    lines = text.splitlines()
    covered: set[int] = set()
    for table in tables_in(lines):
        if table.is_markdown:
            return Flaw("a Markdown table, which was written and not exported", table.line)
        found = _flaw_of_cells(table, mapping)
        if found is not None:
            return found
        covered.update(range(table.line, table.end + 1))
    quoted = next((number for number, line in enumerate(lines, start=1) if "`" in line), 0)
    if quoted:
        return Flaw("a table with marks as Markdown has them, no table that a command printed", quoted)
    prose = next((number for number, line in _beside(lines, covered) if not _may_stand_beside(line)), 0)
    return Flaw("a table with other text around it, no table that a command printed", prose) if prose else None


def _beside(lines: Sequence[str], covered: set[int]) -> Iterator[tuple[int, str]]:
    """The lines that belong to no table, without those that go on with a command."""
    goes_on = False
    for number, line in enumerate(lines, start=1):
        if number not in covered and not goes_on:
            yield number, line
        goes_on = line.rstrip().endswith("\\") and (goes_on or _COMMAND.match(line) is not None)


def _may_stand_beside(line: str) -> bool:
    return not line.strip() or _BORDER.fullmatch(line) is not None or _COMMAND.match(line) is not None


def _flaw_of_cells(table: TextTable, mapping: ColumnMapping | None) -> Flaw | None:
    named = {plain_header(name) for name in mapping} if mapping else set()
    if not all(_FIELD.fullmatch(name) or plain_header(name) in named for name in table.header):
        return Flaw("a text table whose headers are no names of fields", table.line)
    ids = [place for place, name in enumerate(table.header) if _holds_id(name, mapping)]
    for number, cells in table.rows:
        if not all(_WHOLE_ID.fullmatch(cells[place]) for place in ids if place < len(cells)):
            return Flaw("a text table with more than an id in a cell for ids", number)
    return None


def _holds_id(header: str, mapping: Mapping[str, str] | None) -> bool:
    wanted = {plain_header(name) for name, concept in (mapping or {}).items() if concept == "id"}
    return _ID_FIELD.search(header) is not None or plain_header(header) in wanted


@dataclass(frozen=True)
class TextTable:
    """One table of a text: the numbers of its first and last line, its header, its rows with their numbers."""

    line: int
    end: int
    header: tuple[str, ...]
    rows: list[tuple[int, list[str]]]
    is_markdown: bool


def tables_in(lines: Sequence[str]) -> Iterator[TextTable]:
    """Every table of a text."""
    index = 0
    while index + 1 < len(lines):
        if "|" not in lines[index] or not _BAR_LINE.fullmatch(lines[index + 1]) or _BAR_LINE.fullmatch(lines[index]):
            index += 1
            continue
        bordered = lines[index].strip().startswith("|")
        rows, number = [], index + 2
        while number < len(lines) and "|" in lines[number]:
            if not _BAR_LINE.fullmatch(lines[number]):
                rows.append((number + 1, _cells(lines[number], bordered)))
            number += 1
        markdown = _MARKDOWN_BAR.fullmatch(lines[index + 1]) is not None
        yield TextTable(index + 1, number, tuple(_cells(lines[index], bordered)), rows, markdown)
        index = number


def read(text: str, context: Context, collector: Collector, mapping: ColumnMapping | None) -> bool:
    """Read every table of a text that the CLI printed."""
    found = False
    for table in tables_in(text.splitlines()):
        found = read_table(Table(table.header, table.rows), context, collector, mapping) or found
    return found


def _cells(line: str, bordered: bool) -> list[str]:
    inner = line.strip().removeprefix("|").removesuffix("|") if bordered else line
    return [cell.strip() for cell in inner.split("|")]
