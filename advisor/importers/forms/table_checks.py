"""What a table holds beside its resources: totals, its header once more, columns of one name, columns that nothing
reads. Each is said, and none of it becomes a resource or is dropped in silence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from advisor.importers.forms.cells import cell_text, is_none
from advisor.importers.forms.columns import Cells, Table, row_context
from advisor.importers.forms.words import concept_of, plain_header
from advisor.importers.records import Collector, Context
from advisor.importers.remedies import NOTHING_TO_DO
from advisor.importers.secrets import is_secret_name, looks_like_key
from advisor.model.inventory import Origin

TOTALS: Final = "a row of totals, no resource"
HEADER_AGAIN: Final = "the header once more, no resource"
_TOTAL: Final = re.compile(
    r"(?:合计|总计|小计|共计|汇总|(?:(?:sub|grand)[ _-]?)?totals?|sum)(?:[\s:：(（0-9].*)?", re.IGNORECASE
)
_FIGURES: Final = re.compile(r"[0-9][0-9.,]*\s*\S{0,4}")
_SHOWN: Final = 12
_MAP: Final = (
    "If they say something that plans need, name what they hold in a file for --mapping (docs/inventory.md); else "
    "nothing needs to be done."
)


def no_resource(header: Sequence[str], cells: Cells) -> str:
    """Why a row is none of a resource: a sum under the others, or the header once more; else empty."""
    first = next((place for place in range(len(cells)) if _is_filled(cells, place)), None)
    if first is None:
        return ""
    label = cell_text(cells[first])
    is_sum = _TOTAL.fullmatch(label) is not None
    if not is_sum and not (first < len(header) and label == cell_text(header[first])):
        return ""  # the first cell alone tells it of almost all rows
    others = [(place, cell_text(cells[place])) for place in range(first + 1, len(cells)) if _is_filled(cells, place)]
    if is_sum and all(is_none(text) or _FIGURES.fullmatch(text) for _, text in others):
        return TOTALS
    again = bool(others) and all(place < len(header) and text == cell_text(header[place]) for place, text in others)
    return HEADER_AGAIN if again and not is_sum else ""


def skip_rows(left: Mapping[str, Sequence[int]], context: Context, collector: Collector) -> None:
    """Say which rows are left out, for they are no resources: by reason the first, and how many there are beside it."""
    for reason, (first, *others) in left.items():
        where = row_context(context, first)
        more = f", and {len(others)} more like it" if others else ""
        collector.skip(where.place, f"{reason}{more}", Origin(where.file, where.place), NOTHING_TO_DO)


def another_header(cells: Cells, concepts: Sequence[str | None]) -> bool:
    """Whether a row is the header of another table below the first: over the ids stands what a column of ids is called,
    and most of the other cells are names of columns, too."""
    names = [cell_text(cell) for cell in cells if cell not in (None, "")]
    over_ids = [cell for cell, concept in zip(cells, concepts, strict=False) if concept == "id"]
    known = [name for name in names if concept_of(name)]
    return bool(over_ids) and concept_of(over_ids[0]) == "id" and len(known) > 1 and 2 * len(known) > len(names)


def joined(table: Table, context: Context, collector: Collector) -> Table:
    """The table with one column for each name, in which the first filled cell counts; where the cells of two columns of
    one name differ, that is said."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(table.header):
        places.setdefault(plain_header(name) or f"#{place}", []).append(place)
    if len(places) == len(table.header):
        return table
    twins = {first: others for first, *others in places.values() if others}
    for first, others in twins.items():
        _note_twins(table, [first, *others], context, collector)
    dropped = {place for others in twins.values() for place in others}
    header = tuple(name for place, name in enumerate(table.header) if place not in dropped)
    rows = [(number, _row_joined(cells, twins, dropped)) for number, cells in table.rows]
    return Table(header, rows, table.place)


def _row_joined(cells: Cells, twins: dict[int, list[int]], dropped: set[int]) -> list[object]:
    def cell_at(place: int) -> object:
        return next((cells[one] for one in [place, *twins.get(place, ())] if _is_filled(cells, one)), cells[place])

    return [cell_at(place) for place in range(len(cells)) if place not in dropped]


def _is_filled(cells: Cells, place: int) -> bool:
    return place < len(cells) and cells[place] is not None and bool(cell_text(cells[place]))


def _note_twins(table: Table, places: Sequence[int], context: Context, collector: Collector) -> None:
    for number, cells in table.rows:
        found = {cell_text(cells[place]) for place in places if _is_filled(cells, place)}
        if len(found) > 1:
            at = row_context(context, number)
            where, title = Origin(at.file, at.place), "A table has two columns of one name"
            detail = (
                f"cells under '{table.header[places[0]]}' differ, here for the first time; the first filled one counts."
            )
            collector.note("INV-DUPLICATE-KEY", "medium", title, where, detail, "Remove or rename the wrong column.")
            return


def name_columns(table: Table, read: set[int], context: Context, collector: Collector) -> None:
    """Say which columns of a table nothing reads though something stands in them. What is called like a credential is
    not, for it is dropped on purpose."""
    width = len(table.header)
    filled = {place for _, cells in table.rows for place in range(min(width, len(cells))) if _says(cells[place])}
    names = [table.header[place] or f"column {place + 1}" for place in sorted(filled - read)]
    shown = [name for name in names if not is_secret_name(name) and not looks_like_key(name)]
    if shown:
        more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
        where = Origin(context.file, context.place)
        reason = f"columns that nothing reads: {', '.join(shown[:_SHOWN])}{more}"
        collector.skip(context.place or context.file, reason, where, _MAP)


def _says(cell: object) -> bool:
    return cell is not None and bool(text := cell_text(cell)) and not is_none(text)
