"""Spreadsheets that are the same bytes for the same plan and in which no name becomes a formula."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from advisor.exporters.text import Cell, printable

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell as SheetCell
    from openpyxl.worksheet.worksheet import Worksheet

_LIMIT = 32_767  # characters that a cell holds
_HEADER_FILL = "1F3A5F"
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula, made of cell references only."""

    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its title, its width in characters and, where it holds numbers, their format."""

    title: str
    width: int
    number_format: str | None = None


Value = Cell | Formula


def new() -> Workbook:
    """A workbook without sheets."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    return book


def add_sheet(book: Workbook, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> Worksheet:
    """A sheet with a frozen header, filters and wrapped text."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet: Worksheet = book.create_sheet(title)
    _header(sheet, columns)
    for number, row in enumerate(rows, start=2):
        put_row(sheet, number, row, columns)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    return sheet


def _header(sheet: Worksheet, columns: Sequence[Column]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for index, column in enumerate(columns, start=1):
        cell = sheet.cell(row=1, column=index, value=column.title)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=_HEADER_FILL)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        sheet.column_dimensions[get_column_letter(index)].width = column.width


def put_row(
    sheet: Worksheet, number: int, row: Sequence[Value], columns: Sequence[Column], *, bold: bool = False
) -> None:
    """Writes one row."""
    from openpyxl.styles import Alignment, Font

    for index, value in enumerate(row, start=1):
        cell: SheetCell = sheet.cell(row=number, column=index)  # type: ignore[assignment]  # nothing is merged here
        _put(cell, value)
        cell.alignment = Alignment(vertical="top", wrap_text=not isinstance(value, Formula))
        number_format = columns[index - 1].number_format if index <= len(columns) else None
        if number_format and isinstance(value, int | float | Decimal | Formula) and not isinstance(value, bool):
            cell.number_format = number_format
        if bold:
            cell.font = Font(bold=True)


def _put(cell: SheetCell, value: Value) -> None:
    if isinstance(value, Formula):
        cell.value = value.text
        return
    if isinstance(value, bool):
        cell.value = "yes" if value else "no"
        return
    if not isinstance(value, str):
        cell.value = value
        return
    text = printable(value)[:_LIMIT]
    cell.value = text
    cell.data_type = "s"
    if text.lstrip(" ").startswith(_RISKY):
        cell.quotePrefix = True


def to_bytes(book: Workbook, created: date) -> bytes:
    """The workbook as a file whose dates are those of the plan, not of the clock."""
    moment = datetime(created.year, created.month, created.day)  # noqa: DTZ001  the format has no time zone
    book.properties.creator = "advisor"
    book.properties.created = moment
    out = io.BytesIO()
    book.save(out)
    return _with_fixed_dates(out.getvalue(), moment)


def _with_fixed_dates(content: bytes, moment: datetime) -> bytes:
    stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ}".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            data = source.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, data)
            entry = zipfile.ZipInfo(name, (max(moment.year, 1980), moment.month, moment.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, data)
    return out.getvalue()
