"""Tables whose headers are not known: the columns found with a few values, and what each of them may hold."""

from __future__ import annotations

import io
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

from advisor.api.asking import safe_name
from advisor.api.column_fields import ID, IN_ONE_COLUMN, TAG
from advisor.api.column_guesses import guess
from advisor.importers.documents import decode, looks_binary
from advisor.importers.forms import canonical, sheets, text_tables
from advisor.importers.forms.cells import cell_text
from advisor.importers.forms.columns import HEADER_WITHIN, ColumnMapping, concepts_of, find_header, is_api_header
from advisor.importers.forms.words import concept_of, plain_header
from advisor.importers.places import kind_of_id
from advisor.importers.records import Collector
from advisor.importers.secrets import is_secret_name, looks_like_key
from advisor.importers.sources import RefusedError, Source, archive_members, is_workbook, is_zip, open_sources
from advisor.model.finding import Mistake
from advisor.model.inventory import Kind

Answer = TypeVar("Answer")
SAMPLES: Final = 3
HIDDEN: Final = "(hidden)"
# Rows that are looked at to tell what a column holds; the rest is only counted by the importer.
ROWS_READ: Final = 200
_TEXT_READ: Final = 1024**2
# The share of rows as long as the header that makes a text a table.
_EVEN: Final = 0.8
# What the importer takes for JSON or XML, not for cells: a bracket before a value, a tag that closes at the end.
_JSON: Final = re.compile(r"""[\[{]\s*(?:["\[\]{}]|-?\d|true|false|null)""")


@dataclass(frozen=True)
class Column:
    """One column: its header, a few of its values, the field it is read as (empty: not read), and what it may be."""

    header: str
    samples: tuple[str, ...] = ()
    field: str = ""
    suggestion: str = ""
    why: str = ""


@dataclass(frozen=True)
class FoundTable:
    """A table of a file or sheet: the row of its header, the kinds of resource its ids name, its columns.

    ``is_read`` says whether an id column is known, so that the importer takes the table for an inventory; ``notes`` are
    sentences about columns that cannot be named one by one."""

    file: str
    place: str
    header_row: int
    kinds: tuple[Kind, ...]
    columns: tuple[Column, ...]
    is_read: bool
    notes: tuple[str, ...] = ()

    @property
    def unknown(self) -> tuple[Column, ...]:
        """The columns that are not read."""
        return tuple(column for column in self.columns if not column.field)


Rows = Sequence[Sequence[object]]


def columns_in(paths: Sequence[Path], mapping: ColumnMapping | None = None) -> tuple[FoundTable, ...]:
    """The tables with headers of one's own in files, folders and ZIP archives, as ``mapping`` would have them read.

    Files that are no tables, and the lists and forms whose columns all have their meaning, are left out; files that
    cannot be read are left to the importer, which says why."""
    found = []
    for source in _sources(paths):
        try:
            data = source.read()
            tables = list(_tables(data))
        except (RefusedError, OSError):
            continue
        found += [
            table
            for place, rows in tables
            if (table := _table(source.name, place, rows, mapping, _surely_table(source.name, data))) is not None
        ]
    return tuple(found)


def columns_in_bytes(
    files: Sequence[tuple[str, bytes]], mapping: ColumnMapping | None = None
) -> tuple[FoundTable, ...]:
    """The same for files that were handed over; each lies on disk only while it is read."""
    return with_files(files, lambda paths: columns_in(paths, mapping))


def with_files(files: Sequence[tuple[str, bytes]], ask: Callable[[Sequence[Path]], Answer]) -> Answer:
    """What a question about files on disk answers for files held in memory."""
    with TemporaryDirectory(prefix="advisor-") as folder:
        paths = []
        for number, (name, data) in enumerate(files):
            path = Path(folder, str(number), safe_name(name, f"file-{number + 1}"))
            path.parent.mkdir()
            path.write_bytes(data)
            paths.append(path)
        return ask(paths)


def _sources(paths: Sequence[Path]) -> Iterator[Source]:
    """Files and the members of archives, under the names that the importer gives them."""
    collector = Collector()
    for source in open_sources(paths, collector):
        try:
            data = source.read()
            if is_zip(data) and not is_workbook(data):
                yield from archive_members(data, source.name, collector)
            else:
                yield source
        except (RefusedError, OSError):
            continue


def _tables(data: bytes) -> Iterator[tuple[str, Rows]]:
    """The rows of a CSV text, or of every sheet of a workbook; nothing for anything else."""
    if is_zip(data):
        if is_workbook(data):
            yield from ((f"sheet {title}", rows) for title, rows in _sheets(data))
    elif data.strip() and not looks_binary(data):
        text = decode(data)
        if not _is_document(text) and not text_tables.has_table(text[:_TEXT_READ]):
            # The importer's own reader, so that the columns shown are the columns that will be read.
            yield "", sheets._csv_rows(text[:_TEXT_READ], ROWS_READ)


def _is_document(text: str) -> bool:
    """Whether a text is JSON or XML; headers may begin with such signs, too."""
    start = text.lstrip()
    return bool(_JSON.match(start)) or (start[:1] == "<" and text.rstrip()[-1:] == ">")


def _sheets(data: bytes) -> list[tuple[str, Rows]]:
    """The first rows of every sheet of a workbook; nothing where it is broken, which the importer tells."""
    import openpyxl  # slow to load, and most inventories hold no workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            found: list[tuple[str, Rows]] = [
                (sheet.title, [list(row) for row in sheet.iter_rows(values_only=True, max_row=ROWS_READ)])
                for sheet in book.worksheets
            ]
            book.close()
    except Exception:  # the library lets whatever it meets inside a broken workbook through
        return []
    return found


def _surely_table(name: str, data: bytes) -> bool:
    """Whether somebody called the file a table; any other text must also look like one."""
    return is_zip(data) or name.lower().endswith((".csv", ".tsv"))


def _table(file: str, place: str, rows: Rows, mapping: ColumnMapping | None, sure: bool) -> FoundTable | None:
    known = find_header(rows, mapping)
    start = known if known is not None else _likely_header(rows, sure)
    if start is None:
        return None
    header = [str(cell or "").lstrip("\ufeff").strip() for cell in rows[start]]
    if canonical.is_canonical(header) or is_api_header(header):
        return None
    body = rows[start + 1 :]
    columns = list(_columns(header, body, mapping))
    kinds = _kinds_of(columns, header, body)
    suggested = tuple(_suggested(columns, body, header, kinds))
    return FoundTable(file, place, start + 1, kinds, suggested, known is not None, tuple(_oddities(header, body)))


def _oddities(header: Sequence[str], rows: Rows) -> Iterator[str]:
    """What keeps columns from being named one by one: no header, or one that stands over several."""
    width = max((len(row) for row in rows), default=0)
    nameless = [
        str(index + 1)
        for index in range(max(width, len(header)))
        if not plain_header(header[index] if index < len(header) else "") and _values(rows, index)
    ]
    if nameless:
        what = "Column" if len(nameless) == 1 else "Columns"
        verb = "has no header and is" if len(nameless) == 1 else "have no header and are"
        yield f"{what} {', '.join(nameless)} {verb} not read: write one above the values."
    counts = Counter(plain for name in header if (plain := plain_header(name)))
    for name in dict.fromkeys(name for name in header if counts[plain_header(name)] > 1):
        yield f"'{name}' stands over {counts[plain_header(name)]} columns, which are named together."


def _likely_header(rows: Rows, sure: bool) -> int | None:
    """The first row that fills at least half of the widest one; ragged texts that nobody calls a table have none."""
    widths = [sum(cell not in (None, "") and bool(str(cell).strip()) for cell in row) for row in rows]
    widest = max(widths[: HEADER_WITHIN + 1], default=0)
    filled = [width for width in widths if width]
    if len(filled) < 2 or widest < 2:
        return None
    start = next(index for index, width in enumerate(widths) if width * 2 >= widest and width > 1)
    if start >= HEADER_WITHIN:
        return None
    even = sum(len(row) == len(rows[start]) for row in rows[start:])
    return start if sure or even >= _EVEN * len(rows[start:]) else None


def _columns(header: Sequence[str], rows: Rows, mapping: ColumnMapping | None) -> Iterator[Column]:
    """Every column that can be named: those without a header cannot."""
    fields = concepts_of(header, rows, mapping)
    seen: set[str] = set()
    for index, name in enumerate(header):
        plain = plain_header(name)
        if not plain or plain in seen:
            continue
        seen.add(plain)
        values = _values(rows, index)
        hidden = is_secret_name(name) or any(looks_like_key(value) for value in values)
        samples = (HIDDEN,) if hidden and values else tuple(dict.fromkeys(values))[:SAMPLES]
        yield Column(name, samples, fields[index] or "")


def _values(rows: Rows, index: int) -> list[str]:
    cells = (row[index] for row in rows if index < len(row))
    return [text for cell in cells if cell is not None and (text := cell_text(cell))]


def _kinds_of(columns: Iterable[Column], header: Sequence[str], rows: Rows) -> tuple[Kind, ...]:
    """The kinds that the values of the id column name, else those of the first column that holds ids."""
    marked = [column.header for column in columns if column.field == ID]
    for name in [*marked, *(column.header for column in columns if column.header not in marked)]:
        kinds = Counter(kind for value in _values(rows, header.index(name)) if (kind := kind_of_id(value)))
        if kinds:
            return tuple(kind for kind, _ in kinds.most_common())
    return ()


def _suggested(columns: Sequence[Column], rows: Rows, header: Sequence[str], kinds: Sequence[Kind]) -> Iterator[Column]:
    """The columns with what the unknown ones may be; a field that only one column can have is suggested once."""
    taken = {column.field for column in columns if column.field in IN_ONE_COLUMN}
    for column in columns:
        if column.field or column.samples == (HIDDEN,):
            yield column
            continue
        field, why = guess(column.header, _values(rows, header.index(column.header)), taken, kinds)
        taken |= {field} & IN_ONE_COLUMN
        yield replace(column, suggestion=field, why=why)


def check_mapping(tables: Sequence[FoundTable], mapping: Mapping[str, str], file: str) -> tuple[Mistake, ...]:
    """What keeps tables from being read with a mapping: no id, or one field in two columns. ``tables`` are those that
    ``columns_in`` finds with this mapping."""
    named = {plain_header(header) for header in mapping}
    mistakes = []
    for table in tables:
        place = f"{table.file}, {table.place}" if table.place else table.file
        mine = [column for column in table.columns if plain_header(column.header) in named]
        fields = [column.field for column in table.columns]
        if mine and ID not in fields:
            problem = f"no column of {place} is the id."
            mistakes.append(Mistake(file, "", problem, "Give the field 'id' to the column with i-…, d-…, rm-…."))
        for field in dict.fromkeys(column.field for column in mine if column.field in IN_ONE_COLUMN):
            double = [column.header for column in table.columns if column.field == field]
            if len(double) > 1:
                problem = f"{' and '.join(map(repr, double))} of {place} are both '{field}'; only the first is read."
                mistakes.append(Mistake(file, "", problem, "Give it to one of them."))
    return tuple(mistakes)


def complete_mapping(tables: Sequence[FoundTable], picked: Mapping[str, str]) -> dict[str, str]:
    """The picks with what the importer tells by the values of a column, which it leaves to a mapping where there is
    one. ``tables`` are those that ``columns_in`` finds without a mapping."""
    if not picked:
        return {}
    told = {
        column.header: column.field
        for table in tables
        for column in table.columns
        if column.field and column.field != concept_of(column.header)
    }
    return told | dict(picked)


def absent_headers(tables: Sequence[FoundTable], mapping: Mapping[str, str]) -> tuple[str, ...]:
    """The headers of a mapping that stand over no column of these tables."""
    there = {plain_header(column.header) for table in tables for column in table.columns}
    return tuple(header for header in mapping if plain_header(header) not in there)


def tag_field(header: str) -> str:
    """The field that keeps a column as a tag of its own name."""
    return f"{TAG}{header}"
