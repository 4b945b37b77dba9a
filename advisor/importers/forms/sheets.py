"""Tables from files: CSV in any delimiter and encoding, workbooks, blocks of ``Key: value``."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from advisor.importers.forms import canonical
from advisor.importers.forms.columns import HEADER_WITHIN, ColumnMapping, Table, find_header
from advisor.importers.forms.tables import read_table
from advisor.importers.places import kind_of_id
from advisor.importers.records import Collector, Context
from advisor.importers.secrets import looks_like_key
from advisor.importers.sources import RefusedError, check_archive
from advisor.model.inventory import Origin

if TYPE_CHECKING:
    from _csv import Reader

_DATA: Final = re.compile(r"^(?:[\d.,:/ -]+|[a-z]{1,4}-[0-9a-z]{6,}|.*[@#$!^&*?~=].*)$")
"""Cells that no header has: numbers, addresses, times, ids, signs as passwords have them. They are never quoted."""
_TABLES: Final = (".csv", ".tsv")
_DELIMITERS: Final = (",", "\t", ";", "|")
_SHEETS: Final = "xl/worksheets/"
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[ >/]")
_WORD: Final = re.compile(r"[^\W_]")
_NO_BLOCK: Final = "If it is part of a resource, write it into the block that has its id."
_NO_PAIR: Final = "If it is part of a resource, write it as a pair; headings need nothing."
_PAIR = re.compile(r"^\s*[\"']?([A-Za-z][A-Za-z0-9_ .-]{0,60}?)[\"']?\s*(?::|=|：)\s*(.*?)\s*,?\s*$")


def looks_like_csv(text: str, mapping: ColumnMapping | None) -> bool:
    """Whether the first lines are rows of a table whose header is known."""
    rows = _csv_rows(text[:65536], limit=12)
    return find_header(rows, mapping) is not None or (mapping is not None and len(rows) > 1)


def refuse_unknown(header: Sequence[object]) -> RefusedError:
    """The complaint about a table whose headers say nothing."""
    shown = ", ".join(str(cell) for cell in header if cell not in (None, ""))[:300]
    if any(_DATA.match(str(cell).strip()) or looks_like_key(str(cell)) for cell in header):
        return RefusedError("its first row is no header.", "Put a row with the names of the columns above it.")
    return RefusedError(
        f"no id column is known among its headers: {shown}.",
        "Name the columns in a YAML file for --mapping, one a line (for example 主机编号: id and 机房: zone), or "
        "export the console's own list.",
    )


def unknown_header(text: str, file: str) -> list[str] | None:
    """The first row of what is a table by its shape but whose headers say nothing; None where it is no table.

    Two columns are also what prose with a comma in each line looks like: they count where the file is called a table or
    holds ids of things that are known."""
    rows = [row for row in _csv_rows(text[:65536], limit=6) if row]
    widths = {len(row) for row in rows}
    if len(rows) < 2 or len(widths) > 1 or max(widths) < 2:
        return None
    if max(widths) == 2 and not file.lower().endswith(_TABLES) and not _hold_ids(rows[1:]):
        return None
    return rows[0]


def _hold_ids(rows: Sequence[Sequence[str]]) -> bool:
    return any(kind_of_id(cell.strip()) is not None for row in rows for cell in row)


def read_csv(text: str, context: Context, collector: Collector, mapping: ColumnMapping | None) -> bool:
    """Read a CSV file."""
    rows = _all_csv_rows(text)
    return _read_rows(rows, context, collector, mapping)


def _csv_rows(text: str, limit: int) -> list[list[str]]:
    """The first rows, whatever state they are in."""
    try:
        return list(islice(_reader(text, strict=False), limit))
    except csv.Error:
        return []


def _all_csv_rows(text: str) -> list[list[str]]:
    """Every row; raises ``RefusedError`` where quotation marks swallow what follows them."""
    reader = _reader(text, strict=True)
    started = 1
    found: list[list[str]] = []
    try:
        for row in reader:
            found.append(row)
            started = reader.line_num + 1
    except csv.Error as error:
        if "end of data" not in str(error):
            return list(_reader(text, strict=False))
        raise RefusedError(
            "a quotation mark opens a cell and none closes it.", "Export it again, the whole of it.", f"line {started}"
        ) from None
    return found


def _reader(text: str, strict: bool) -> Reader:
    csv.field_size_limit(16 * 1024**2)
    lines = text[:8192].split("\n")[:HEADER_WITHIN]
    counts = [{sign: line.count(sign) for sign in _DELIMITERS} for line in lines]
    first = next((count for count in counts if any(count.values())), {})
    delimiter = max(_DELIMITERS, key=lambda sign: first.get(sign, 0))
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)


def _read_rows(
    rows: Sequence[Sequence[object]], context: Context, collector: Collector, mapping: ColumnMapping | None
) -> bool:
    start = find_header(rows, mapping)
    if start is None:
        if rows and mapping is not None:
            raise refuse_unknown(rows[0])
        return False
    header = tuple(str(cell or "").lstrip("\ufeff").strip() for cell in rows[start])
    body = [(start + offset + 2, row) for offset, row in enumerate(rows[start + 1 :])]
    table = Table(header, body)
    if canonical.is_canonical(header) and mapping is None:
        return canonical.read_table(table, context, collector)
    return read_table(table, context, collector, mapping)


def read_workbook(
    data: bytes, context: Context, collector: Collector, mapping: ColumnMapping | None
) -> tuple[bool, list[RefusedError]]:
    """Read every sheet of an Excel workbook that is a table: whether there was one, and what is wrong with the others
    that hold something."""
    import openpyxl

    check_archive(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheets = [(sheet.title, _sheet_rows(sheet)) for sheet in book.worksheets]
            book.close()
            unworked = _without_result(data) if _has_formulas(data) else {}
    except Exception:  # the library lets whatever it meets inside a broken workbook through
        raise RefusedError("the workbook is broken.", "Save it again, or export CSV.") from None
    found = False
    refused: list[RefusedError] = []
    for title, rows in sheets:
        _note_formulas(unworked.get(title, ()), context.but(place=f"sheet {title}"), collector)
        said = [row for row in rows if any(cell not in (None, "") for cell in row)]
        if not said:
            continue
        place = f"sheet {title}"
        try:
            if _read_rows(rows, context.but(place=place), collector, mapping):
                found = True
                continue
            complaint = refuse_unknown(said[0])
        except RefusedError as error:
            complaint = error
        refused.append(RefusedError(complaint.problem, complaint.remedy, place))
    return found, refused


def _has_formulas(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.startswith(_SHEETS)]
        return any(_FORMULA.search(archive.read(name)) for name in names)


def _without_result(data: bytes) -> dict[str, list[tuple[int, int]]]:
    """Row and column of each formula whose result the workbook does not hold, by sheet. Of one whose result is an empty
    text it holds the type of the result."""
    import openpyxl

    found: dict[str, list[tuple[int, int]]] = {}
    written, worked_out = (
        openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=results) for results in (False, True)
    )
    for formulas, values in zip(written.worksheets, worked_out.worksheets, strict=True):
        for sheet in (formulas, values):
            sheet.reset_dimensions()
        pairs = zip(formulas.iter_rows(), values.iter_rows(), strict=True)
        found[formulas.title] = [
            (number, place)
            for number, (cells, results) in enumerate(pairs, start=1)
            for place, (cell, result) in enumerate(zip(cells, results, strict=True))
            if cell.data_type == "f" and result.value is None and result.data_type == "n"
        ]
    written.close()
    worked_out.close()
    return found


def _note_formulas(lost: Sequence[tuple[int, int]], context: Context, collector: Collector) -> None:
    """Say once for a sheet that formulas in it have no result: the program that wrote it did not work them out."""
    if lost:
        number, place = lost[0]
        more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
        where, title = Origin(context.file, context.place), "Cells hold formulas without a result"
        detail = f"row {number}, column {place + 1}{more}; they count as empty."
        fix = "Open the workbook in a spreadsheet program, save it there, and import it again."
        collector.note("INV-VALUE", "medium", title, where, detail, fix)


def _sheet_rows(sheet: Any) -> list[list[object]]:
    """Every row of a sheet, also where the program that wrote it states a wrong size (``A1``)."""
    sheet.reset_dimensions()
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    width = max(map(len, rows), default=0)
    return [row + [None] * (width - len(row)) for row in rows]


def read_pairs(text: str, context: Context, collector: Collector, mapping: ColumnMapping | None) -> bool:
    """Read blocks of ``Key: value`` lines, as SDK samples print objects; one block a record."""
    tables: dict[tuple[str, ...], list[tuple[int, list[object]]]] = {}
    blocks, loose = _blocks(text)
    for number, block in blocks:
        tables.setdefault(tuple(block), []).append((number, list(block.values())))
    found = False
    unread: list[int] = []
    for keys, rows in tables.items():
        known = len(keys) > 1 and find_header([list(keys)], mapping) == 0
        if known and read_table(Table(keys, rows), context, collector, mapping):
            found = True
        else:
            unread += [number for number, _ in rows]
    if found:
        _name_lines(sorted(unread), "a block of pairs that names no resource", _NO_BLOCK, context, collector)
        _name_lines(loose, "a line that is no pair of a name and a value", _NO_PAIR, context, collector)
    return found


def _name_lines(numbers: Sequence[int], reason: str, remedy: str, context: Context, collector: Collector) -> None:
    if numbers:
        more = f", and {len(numbers) - 1} more like it" if len(numbers) > 1 else ""
        place = context.at(f"line {numbers[0]}").place
        collector.skip(place, f"{reason}{more}", Origin(context.file, place), remedy)


def _blocks(text: str) -> tuple[list[tuple[int, dict[str, object]]], list[int]]:
    """Blocks with their first lines, and the lines with words in them that belong to none. A block ends at an empty or
    dividing line, at one that is no pair, or where a key comes again."""
    found: list[tuple[int, dict[str, object]]] = []
    loose: list[int] = []
    block: dict[str, object] = {}
    start = 1
    for number, line in enumerate(text.splitlines(), start=1):
        match = _PAIR.match(line)
        key = match.group(1).strip() if match else ""
        if not match or key in block:
            if block:
                found.append((start, block))
            block = {}
        if match:
            if not block:
                start = number
            block[key] = match.group(2).strip("\"'")
        elif _WORD.search(line):
            loose.append(number)
    if block:
        found.append((start, block))
    return found, loose
