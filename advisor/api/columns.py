"""Tables whose headers are not known: the columns found with a few values, and what each of them may hold."""

from __future__ import annotations

import io
import ipaddress
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar, get_args

from advisor.api.asking import safe_name
from advisor.api.column_fields import ID, IN_ONE_COLUMN, TAG
from advisor.importers.documents import decode, looks_binary
from advisor.importers.forms import canonical, sheets
from advisor.importers.forms.cells import cell_text
from advisor.importers.forms.columns import HEADER_WITHIN, ColumnMapping, concepts_of, find_header, is_api_header
from advisor.importers.forms.words import CONCEPT_OF_HEADER, concept_of, plain_header
from advisor.importers.places import is_region, kind_of_id, region_of_zone
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
# The share of values of one form that makes a column one of that form, and of equal letters that makes headers alike.
_MOST: Final = 0.8
_ALIKE: Final = 0.7
_EVEN: Final = 0.8
_KINDS: Final = frozenset(get_args(Kind))
_FORMULAS: Final = "={[<"
# What lists of one's own call things, beside the words of the console's lists.
_CALLED: Final[Mapping[str, str]] = {
    "编号": "id", "资产编号": "id", "assetid": "id", "vmid": "id", "serverid": "id",
    "主机": "name", "server": "name", "vm": "name", "vmname": "name", "servername": "name",
    "机房": "zone", "datacenter": "zone", "az": "zone", "城市": "region", "site": "region", "location": "region",
    "flavor": "type", "cores": "cpu", "ram": "memory", "负责团队": "tag:owner", "team": "tag:owner",
}  # fmt: skip
_FIELD_OF_KIND: Final[Mapping[Kind, str]] = {
    "vpc": "vpc", "vswitch": "vswitch", "security_group": "security_groups", "image": "image",
    "snapshot_policy": "snapshot_policy", "deployment_set": "deployment_set", "instance": "attached_to",
    "disk": "source_disk",
}  # fmt: skip


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

    ``is_read`` says whether an id column is known, so that the importer takes the table for an inventory."""

    file: str
    place: str
    header_row: int
    kinds: tuple[Kind, ...]
    columns: tuple[Column, ...]
    is_read: bool

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
        if text.lstrip()[:1] not in _FORMULAS and not sheets.is_text_table(text[:_TEXT_READ]):
            # The importer's own reader, so that the columns shown are the columns that will be read.
            yield "", sheets._csv_rows(text[:_TEXT_READ], ROWS_READ)


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
    columns = list(_columns(header, rows[start + 1 :], mapping))
    kinds = _kinds_of(columns, header, rows[start + 1 :])
    return FoundTable(file, place, start + 1, kinds, tuple(_suggested(columns, rows[start + 1 :], header)),
                      known is not None)  # fmt: skip


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


def _suggested(columns: Sequence[Column], rows: Rows, header: Sequence[str]) -> Iterator[Column]:
    """The columns with what the unknown ones may be; a field that only one column can have is suggested once."""
    taken = {column.field for column in columns if column.field in IN_ONE_COLUMN}
    for column in columns:
        if column.field or column.samples == (HIDDEN,):
            yield column
            continue
        values = _values(rows, header.index(column.header))
        pairs = (_by_values(values, taken), _by_header(column.header))
        field, why = next((pair for pair in pairs if pair[0] and pair[0] not in taken), ("", ""))
        taken |= {field} & IN_ONE_COLUMN
        yield replace(column, suggestion=field, why=why)


def _by_values(values: Sequence[str], taken: Collection[str]) -> tuple[str, str]:
    """The field that most of the values have the form of."""
    if not values:
        return "", ""
    tests: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
        ("zone", "zones", lambda text: region_of_zone(text.lower()) is not None and not is_region(text.lower())),
        ("region", "regions", lambda text: is_region(text.lower())),
        ("kind", "kinds of resource", lambda text: text.lower() in _KINDS),
        ("type", "instance types", lambda text: text.startswith("ecs.")),
        ("private_ip", "private addresses", lambda text: _address(text) is True),
        ("public_ip", "public addresses", lambda text: _address(text) is False),
    )
    for field, what, test in tests:
        if sum(map(test, values)) >= _MOST * len(values):
            return field, f"its values are {what}"
    kinds = Counter(kind for value in values if (kind := kind_of_id(value)))
    if sum(kinds.values()) < _MOST * len(values):
        return "", ""
    kind = kinds.most_common(1)[0][0]
    different = len(set(values)) == len(values)
    field = ID if different and ID not in taken else _FIELD_OF_KIND.get(kind, "")
    return field, f"its values are ids ({kind.replace('_', ' ')})"


def _address(text: str) -> bool | None:
    """Whether an address is private; None where the text is none."""
    try:
        return ipaddress.ip_address(text).is_private
    except ValueError:
        return None


def _by_header(header: str) -> tuple[str, str]:
    """The field of the known header that is most like this one."""
    plain = plain_header(header)
    if plain in _CALLED:
        return _CALLED[plain], f"it is called '{header}'"
    known = {**CONCEPT_OF_HEADER, **_CALLED}
    ranked = max(known, key=lambda word: (SequenceMatcher(None, plain, word).ratio(), word))
    if SequenceMatcher(None, plain, ranked).ratio() < _ALIKE:
        return "", ""
    return known[ranked], f"it is called almost '{ranked}'"


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


def tag_field(header: str) -> str:
    """The field that keeps a column as a tag of its own name."""
    return f"{TAG}{header}"
