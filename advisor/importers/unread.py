"""Parts of an answer that nothing reads: each is named, so that nothing of an export is lost in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from advisor.importers.catalogue import HINTS
from advisor.importers.fields import plain, text
from advisor.importers.long_lists import LongList
from advisor.importers.places import kind_of_id
from advisor.importers.records import Collector, Context
from advisor.importers.remedies import EXPORT_AGAIN, OTHER_FORM
from advisor.model.inventory import Origin

_DEPTH: Final = 6
"""Lists are looked for so many levels down: deeper ones are parts of a record, not lists of an answer."""
_NO_LISTS: Final = frozenset({"tags", "tag"})
_NAMES_OF_LISTS: Final = tuple(name for name in HINTS if name.endswith(("s", "list", "set")))
"""What only a list is called: a text or number of such a name is a list that was lost."""


def name_unread(key: str, value: object, context: Context, collector: Collector) -> None:
    """Say of each list of records in a member that was not read, beside others that were, that it is left out."""
    if isinstance(value, Mapping) and kind_of_id(key) is not None:
        where = Origin(context.file, context.at(key).place)
        collector.skip(key, "a record of no kind that is known", where, OTHER_FORM)
        return
    for place in _lists(key, value):
        where = Origin(context.file, context.at(place).place)
        collector.skip(place, "a list that is not known", where, OTHER_FORM)
    for place, scalar in _scalars(key, value):
        where = Origin(context.file, context.at(place).place)
        name_no_list(place, scalar, where, collector)


def name_no_list(place: str, value: object, where: Origin, collector: Collector) -> None:
    """Say that something else stands where a list belongs. A text is not shown, for it may be a password."""
    what = "a text" if isinstance(value, str) else text(value)[:20] or "a list of something else"
    collector.skip(place, f"{what} where a list should be", where, EXPORT_AGAIN)


def _lists(key: str, value: object, depth: int = 0) -> Iterator[str]:
    """The places of lists of records; a list whose name is known counts whatever its rows are."""
    name = plain(key)
    if depth > _DEPTH or name in _NO_LISTS:
        return
    if isinstance(value, Mapping):
        for inner_key, inner in value.items():
            yield from (f"{key}.{place}" for place in _lists(str(inner_key), inner, depth + 1))
    elif isinstance(value, LongList) or (
        isinstance(value, list) and value and (name in HINTS or any(isinstance(row, Mapping) for row in value))
    ):
        yield key


def _scalars(key: str, value: object, within: str = "", depth: int = 0) -> Iterator[tuple[str, object]]:
    """The places of texts and numbers under the name of a list that is known, or under the inner name of its wrapper
    (``{"Instances": {"Instance": 5}}``). An empty one is a list of nothing."""
    name = plain(key)
    if depth > _DEPTH or name in _NO_LISTS:
        return
    if isinstance(value, Mapping):
        for inner_key, inner in value.items():
            here = _scalars(str(inner_key), inner, name if len(value) == 1 else "", depth + 1)
            yield from ((f"{key}.{place}", scalar) for place, scalar in here)
        return
    named = name in _NAMES_OF_LISTS or (within in _NAMES_OF_LISTS and name in HINTS)
    if named and isinstance(value, bool | int | float | str) and value != "":
        yield key, value


def name_rows(numbers: Sequence[int], context: Context, collector: Collector) -> None:
    """Say of rows of a list of several kinds, beside others that were read, that they are of none that is known."""
    if numbers:
        more = f" and {len(numbers) - 1} more like it" if len(numbers) > 1 else ""
        place = context.at(f"[{numbers[0]}]").place
        collector.skip(place, f"a row of no kind that is known{more}", Origin(context.file, place), OTHER_FORM)


def note_no_record(kind: str, number: int, context: Context, collector: Collector) -> None:
    """Say that a row of a known list is no record at all: a text, a number or null."""
    _note(f"A row among those of kind {kind} is no record", f"{context.place}[{number}]", context, collector)


def note_says_nothing(kind: str, context: Context, collector: Collector) -> None:
    """Say that a row which adds to a resource does not say to which."""
    _note(f"A record about a resource of kind {kind} names none", context.place, context, collector)


def _note(title: str, place: str, context: Context, collector: Collector) -> None:
    detail = "it was left out."
    collector.note("INV-NO-ID", "medium", title, Origin(context.file, place), detail, "Export the list again.")
