"""The header of a table: which row it is, and what each column holds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from advisor.importers.catalogue import PARTS, SPECS, Reader, by_shape
from advisor.importers.forms.cells import cell_text, is_none
from advisor.importers.forms.disk_cells import ID_IN_CELL
from advisor.importers.forms.words import concept_of, plain_header
from advisor.importers.places import kind_of_id
from advisor.importers.records import Collector, Context
from advisor.model.inventory import Origin

ColumnMapping = Mapping[str, str]
Cells = Sequence[object]
HEADER_WITHIN: Final = 10
_SAMPLE: Final = 50
_READERS: Final[tuple[Reader, ...]] = (*SPECS, *PARTS)
_MARKING: Final = frozenset(name for reader in _READERS for need in reader.needs for name in need)
_OF_SERVERS: Final = frozenset(
    {"instanceid", "实例id", "instanceid/name", "实例id/名称", "ecsid", "主机id", "服务器id"}
)
_ID_HEADER: Final = re.compile(r"id(?:[/(].*)?$|^(?:id|编号)")


@dataclass(frozen=True)
class Table:
    """Rows of one sheet or file below their header."""

    header: tuple[str, ...]
    rows: Sequence[tuple[int, Cells]]
    place: str = ""


def find_header(rows: Sequence[Cells], mapping: ColumnMapping | None) -> int | None:
    """The index of the header: the first of the first few rows in which an id column and another are known."""
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        concepts = concepts_of(row, rows[index + 1 : index + 1 + _SAMPLE], mapping)
        known = {concept for concept in concepts if concept}
        if "id" in known and (len(known) > 1 or mapping):
            return index
        if is_api_header(row):
            return index
    return None


def is_api_header(row: Cells) -> bool:
    """Whether the columns have the names of an API's fields, so that each row is a record."""
    names = {str(cell): "" for cell in row if cell not in (None, "")}
    if any(" " in name.strip() for name in names):
        return False  # Fields have no blanks; the console's English headers do ("Disk ID").
    if len(names) <= 2 or _MARKING.isdisjoint(plain_header(name) for name in names):
        return False  # Names are remembered with their shape; a row of values must never get there.
    return by_shape(names) is not None


def concepts_of(header: Cells, rows: Sequence[Cells], mapping: ColumnMapping | None) -> list[str | None]:
    """What each column holds, None where that is not known; one column at most is the id of the row."""
    found = [_concept(cell, mapping) for cell in header]
    ids = [place for place, concept in enumerate(found) if concept == "id"]
    own = [place for place in ids if plain_header(header[place]) not in _OF_SERVERS]
    if len(ids) > 1 and own and not mapping:
        for place in ids:
            if place != own[0]:
                found[place] = "attached_to"
    if not ids and not mapping and any(found):
        promoted = _id_column(header, rows)
        if promoted is not None:
            found[promoted] = "id"
    return found


def _id_column(header: Cells, rows: Sequence[Cells]) -> int | None:
    """The column whose header says id and whose cells hold ids of things that are known, with most different ones."""
    best: tuple[int, int] | None = None
    for place, name in enumerate(header):
        if not _ID_HEADER.search(plain_header(name)) or kind_of_id(cell_text(name)):
            continue
        cells = [cell_text(row[place]) for row in rows if place < len(row) and row[place] not in (None, "")]
        ids = [match.group(1) for cell in cells if (match := ID_IN_CELL.search(cell))]
        if cells and len(ids) == len(cells) and all(kind_of_id(one) for one in ids):
            best = max(best or (0, 0), (len(set(ids)), -place))
    return -best[1] if best else None


def _concept(header: object, mapping: ColumnMapping | None) -> str | None:
    if mapping:
        wanted = {plain_header(key): value for key, value in mapping.items()}
        if plain_header(header) in wanted:
            return wanted[plain_header(header)]
    return concept_of(header)


def row_context(context: Context, number: int) -> Context:
    """The context of one row of a file or sheet."""
    return context.but(place=f"{context.place}, row {number}") if context.place else context.at(f"row {number}")


def note_width(header: Cells, cells: Cells, context: Context, collector: Collector) -> None:
    """A row with more filled cells than there are headers (a delimiter inside one of them), or with fewer cells (it
    breaks off)."""
    if any(str(cell).strip() for cell in cells[len(header) :] if cell is not None):
        title, rest = "A row has more cells than the header", "; those on the right were left out."
    elif len(cells) < len(header):
        title, rest = "A row has fewer cells than the header", ": it may break off."
    else:
        return
    detail = f"{len(cells)} cells under {len(header)} headers{rest}"
    fix = "Put cells with a delimiter in them into quotes; export the list again if it breaks off."
    collector.note("INV-VALUE", "low", title, Origin(context.file, context.place), detail, fix)


class Asked(dict[str, object]):
    """A record that remembers which of its fields were looked at."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        super().__init__(fields)
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> object:
        self.asked.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: object = None) -> object:
        """As that of every record."""
        self.asked.add(key)
        return super().get(key, default)


@dataclass(frozen=True)
class Row:
    """One row of a table under what its columns hold."""

    header: tuple[str, ...]
    concepts: Sequence[str | None]
    cells: Cells
    context: Context
    asked: set[str] = field(default_factory=set)
    """Names of columns that were looked at as fields of the API, in any row of the table."""

    def is_empty(self) -> bool:
        """Whether no cell holds anything."""
        return not any(str(cell).strip() for cell in self.cells if cell is not None)

    def get(self, concept: str) -> str:
        """The first filled cell of this concept; empty too where the cell says that there is none."""
        return next((cell for cell in self.all(concept) if cell), "")

    def all(self, concept: str) -> list[str]:
        """The filled cells of this concept."""
        found = [
            cell_text(cell)
            for known, cell in zip(self.concepts, self.cells, strict=False)
            if known == concept and cell is not None
        ]
        return [cell for cell in found if cell and not is_none(cell)]

    def header_of(self, concept: str) -> str:
        """The header of the first column of this concept."""
        return next((name for known, name in zip(self.concepts, self.header, strict=False) if known == concept), "")
