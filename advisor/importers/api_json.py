"""API answers as the CLI and the SDKs print them, in every wrapping: list, page, merged pages, inner list only, single
object, keyed by id, by region or by operation, several answers nested in one document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Final

from advisor.importers.blocks import BLOCK_FROM, can_block, read_block
from advisor.importers.catalogue import HINTS, MAY_WRAP, Part, Reader, by_hint, by_shape, nothing_to_plan
from advisor.importers.convert import json_inside
from advisor.importers.fields import Record, get, plain, text
from advisor.importers.long_lists import LongList
from advisor.importers.paging import length_of
from advisor.importers.places import is_region
from advisor.importers.records import Batch, Collector, Context, ListSeen, Spec, read_record, region_text
from advisor.importers.remedies import NOTHING_TO_DO
from advisor.importers.services.balancing import LISTENER, clb_listener_record
from advisor.importers.unread import name_rows, name_unread, note_no_record, note_says_nothing
from advisor.model.inventory import Origin

RecordList = list[object] | LongList
MAX_DEPTH: Final = 14
_OPERATION = re.compile(r"(?<![A-Za-z])(?:Describe|List|Get|Search|describe|list|get)[A-Z][A-Za-z0-9]+")
_BODY_KEYS: Final = frozenset({"body", "text", "content", "data", "response", "result", "output", "stdout"})

_RENAME: Final = "Put the id of what it belongs to into the file name, and import again."


def operation_in(text_: str) -> str:
    """``DescribeDisks`` of a file name that carries it, else nothing."""
    found = _OPERATION.findall(text_)
    return found[-1] if found else ""


def hint_of(operation: str) -> str:
    """``disks`` of ``DescribeDisks``."""
    return re.sub(r"^(describe|list|get|search)", "", plain(operation))


def read_value(value: object, context: Context, collector: Collector, depth: int = 0) -> bool:
    """Read whatever answers a value holds; False where it holds none."""
    if depth > MAX_DEPTH:
        return False
    if isinstance(value, LongList):
        return _read_long(value, context, collector)
    if isinstance(value, list):
        return _read_list(value, context, collector, depth)
    if isinstance(value, Mapping):
        return _read_mapping(value, context, collector, depth)
    return False


def _read_mapping(body: Record, context: Context, collector: Collector, depth: int) -> bool:
    reader = by_shape(body)
    if reader is not None:
        return _read_single(reader, body, context, collector)
    region = region_text(get(body, "RegionId"))
    if region and is_region(region):
        context = context.but(region=region)
    unread = [key for key in body if not _read_entry(body, str(key), body[key], context, collector, depth)]
    if len(unread) == len(body):
        return False
    for key in unread:
        name_unread(str(key), body[key], context, collector)
    return True


def _read_entry(body: Record, key: str, value: object, context: Context, collector: Collector, depth: int) -> bool:
    if isinstance(value, str) and plain(key) in _BODY_KEYS:
        inner = json_inside(value)
        return inner is not value and read_value(inner, context.at(key), collector, depth + 1)
    if not isinstance(value, list | Mapping | LongList):
        return False
    reason = nothing_to_plan(key, value)
    if reason is None:
        return _read_member(body, key, value, context, collector, depth)
    if plain(key) not in MAY_WRAP or not _read_wrapped(body, key, value, context, collector, depth):
        where = Origin(context.file, context.at(key).place)
        collector.skip_once(where.place, f"{reason}: nothing to plan for", where, NOTHING_TO_DO)
    return True


def _read_wrapped(body: Record, key: str, value: object, context: Context, collector: Collector, depth: int) -> bool:
    """Read answers by region or zone; False, and nothing kept, where the regions or zones themselves are listed."""
    inside = Collector()
    _read_member(body, key, value, context, inside, depth)
    if not inside.lists and not any(batch.drafts or batch.blocks for batch in inside.batches):
        return False
    collector.absorb(inside)
    return True


def _read_single(reader: Reader, record: Record, context: Context, collector: Collector) -> bool:
    batch = collector.batch(context)
    _read_one(reader, record, context, batch, collector)
    return True


def _read_member(body: Record, key: str, value: object, context: Context, collector: Collector, depth: int) -> bool:
    """A member of an answer: a container of records, or something to look into."""
    whole = by_shape(value) if isinstance(value, Mapping) else None
    for hint, place, rows in () if whole else _containers(key, value):
        reader = _reader_of(hint, rows)
        if reader is not None:
            _read_rows(reader, rows, body, context.at(place), collector)
            return True
    inner = context.at(key)
    if is_region(key):
        inner = inner.but(region=key)
    operation = operation_in(key)
    return read_value(value, inner.but(operation=operation) if operation else inner, collector, depth + 1)


def _reader_of(hint: str, rows: RecordList) -> Reader | None:
    """The reader of a list with this name: the first of that name that fits any of its rows, else the first of any name
    (``Instances`` are also those of caches and traffic managers); the name alone where it has none."""
    if hint not in HINTS or not len(rows):
        return by_hint(hint, None)
    for find in (partial(by_hint, hint), by_shape):
        records = (row for _, page in _pages(rows) for row in page if isinstance(row, Mapping))
        reader = next((reader for row in records if (reader := find(row)) is not None), None)
        if reader is not None:
            return reader
    return None


def _containers(key: str, value: object) -> Iterator[tuple[str, str, RecordList]]:
    """The lists that a member may be, with the name that says of what, and their place. Several lists in one member are
    each a member of it."""
    if isinstance(value, list | LongList):
        yield plain(key), key, value
    elif isinstance(value, Mapping):
        inside = {str(name): inner for name, inner in value.items() if isinstance(inner, list | LongList | Mapping)}
        inside = {name: inner for name, inner in inside.items() if plain(name) != "tags"}
        for name, inner in inside.items() if len(inside) == 1 else ():
            rows = [inner] if isinstance(inner, Mapping) else inner
            yield plain(name), f"{key}.{name}", rows
            if len(value) == 1:
                yield plain(key), f"{key}.{name}", rows
        if not value or all(inner in ("", None) for inner in value.values()):
            yield plain(key), key, []


def _read_rows(reader: Reader, rows: RecordList, body: Record, context: Context, collector: Collector) -> None:
    batch = collector.batch(context)
    ids: list[str] = []
    count = 0
    for start, page in _pages(rows):
        count += len(page)
        for number in _no_records(page, start):
            note_no_record(reader.kind, number, context, collector)
        for numbers, alike in _by_shape(page, start):
            ids += _read_alike(_fitting(reader, alike[0]), alike, numbers, context, batch, collector)
    collector.lists.append(_list_seen(reader, body, tuple(ids), context, collector, count - len(ids)))


def _pages(rows: RecordList) -> Iterator[tuple[int, list[object]]]:
    return rows.pages() if isinstance(rows, LongList) else iter([(0, rows)])


def _read_alike(
    reader: Reader, rows: list[Record], numbers: list[int], context: Context, batch: Batch, collector: Collector
) -> list[str]:
    """Read records of one shape; the ids of what they list, or any text for an addition."""
    if len(rows) >= BLOCK_FROM and isinstance(reader, Spec) and reader is not LISTENER and can_block(reader, rows[0]):
        return read_block(reader, rows, numbers, context, batch, collector)
    found = (
        _read_one(reader, row, context, batch, collector, f"{context.place}[{number}]")
        for number, row in zip(numbers, rows, strict=True)
    )
    return [one for one in found if one]


def _no_records(rows: list[object], start: int) -> list[int]:
    """The positions of what is no record among the rows of a page."""
    if set(map(type, rows)) == {dict}:
        return []
    return [number for number, row in enumerate(rows, start) if not isinstance(row, dict)]


def _by_shape(rows: list[object], start: int = 0) -> Iterator[tuple[list[int], list[Record]]]:
    """The records of each shape with their positions; long lists apart by shape, short ones in their order."""
    if len(rows) >= BLOCK_FROM and set(map(type, rows)) == {dict}:
        shape: tuple[object, ...] = tuple(rows[0])  # type: ignore[arg-type]
        if all(map(shape.__eq__, map(tuple, rows))):  # type: ignore[arg-type]
            yield list(range(start, start + len(rows))), rows  # type: ignore[misc]
            return
    shapes: dict[tuple[str, ...], tuple[list[int], list[Record]]] = {}
    for number, row in enumerate(rows, start):
        if isinstance(row, dict):
            numbers, alike = shapes.setdefault(tuple(row), ([], []))
            numbers.append(number)
            alike.append(row)
    if len(rows) >= BLOCK_FROM:
        yield from shapes.values()
        return
    for number, row in enumerate(rows, start):
        if isinstance(row, dict):
            yield [number], [row]


def _fitting(reader: Reader, row: Record) -> Reader:
    """Rows of one list may differ (an ALB listener beside a CLB one): each is read as what it is."""
    if reader.fits(row):
        return reader
    other = by_shape(row)
    return other if other is not None and other.kind == reader.kind else reader


def _read_one(
    reader: Reader, record: Record, context: Context, batch: Batch, collector: Collector, place: str | None = None
) -> str | None:
    """Read one record; the id of what it lists, or any text for an addition."""
    here = context if place is None else context.but(place=place)
    if isinstance(reader, Part):
        return _read_part(reader, record, here, batch, collector)
    if reader is LISTENER:
        whole = clb_listener_record(record, here)
        if whole is None:
            collector.skip(
                here.place or "listener",
                "the listener does not name its balancer",
                Origin(here.file, here.place),
                "Put the balancer's id (lb-…) into the file name, and import again.",
            )
            return None
        record = whole
    draft = read_record(reader, record, here, batch, collector)
    return draft.id if draft else None


def _read_part(part: Part, record: Record, context: Context, batch: Batch, collector: Collector) -> str | None:
    before = len(batch.drafts)
    try:
        if part.fits(record):
            part.read(record, context, batch)
    except LookupError as error:
        where = Origin(context.file, context.place)
        collector.skip(context.place or part.kind, str(error.args[0]), where, _RENAME)
        collector.note(
            "INV-NO-PARENT",
            "medium",
            "An answer does not say what it belongs to",
            where,
            f"{error.args[0]}.",
            _RENAME,
        )
        return None
    except ValueError as error:
        collector.note(
            "INV-VALUE",
            "low",
            "A value cannot be read",
            Origin(context.file, context.place),
            f"a value {error}; the record was left out.",
            "Export the list again.",
        )
        return None
    if len(batch.drafts) == before:
        note_says_nothing(part.kind, context, collector)
        return None
    return context.place


def _list_seen(
    reader: Reader, body: Record, ids: tuple[str, ...], context: Context, collector: Collector, lost: int = 0
) -> ListSeen:
    """What an answer says of its list; one of which rows were lost is not known to be whole."""
    length = length_of(body, context, collector)
    operation = f"{context.operation or reader.kind}{'' if isinstance(reader, Spec) else ' (part)'}"
    page = text(get(body, "PageNumber", "page_info.page_number", "page.page_number"))
    return ListSeen(
        reader.kind,
        operation,
        context.region or "",
        ids,
        Origin(context.file, context.place),
        total=length.total,
        more=length.more,
        page=page,
        rows=len(ids),
        part=reader.part if isinstance(reader, Spec) else "",
        unsure=length.unsure or lost > 0,
    )


def _read_list(rows: list[object], context: Context, collector: Collector, depth: int) -> bool:
    """A bare array: the inner list of an answer, or several answers."""
    if rows:
        return _read_records([(0, rows)], context, collector, depth)
    reader = by_hint(hint_of(context.operation), None)
    if reader is not None:
        collector.lists.append(_list_seen(reader, {}, (), context, collector))
    return reader is not None


def _read_long(rows: LongList, context: Context, collector: Collector) -> bool:
    """A bare array of many records."""
    return _read_records(rows.pages(), context, collector, 0)


def _read_records(
    pages: Iterable[tuple[int, list[object]]], context: Context, collector: Collector, depth: int
) -> bool:
    hint, found = hint_of(context.operation), False
    batch = collector.batch(context)
    seen: dict[Spec, list[str]] = {}
    lost = 0
    unread: list[int] = []
    for start, page in pages:
        others: list[tuple[int, object]] = [(number, page[number - start]) for number in _no_records(page, start)]
        for numbers, alike in _by_shape(page, start):
            reader = _reader_of(hint, list(alike)) or by_shape(alike[0])
            if reader is None:
                others += zip(numbers, alike, strict=True)
                continue
            found = True
            ids = _read_alike(reader, alike, numbers, context, batch, collector)
            lost += len(alike) - len(ids)
            if ids and isinstance(reader, Spec):
                seen.setdefault(reader, []).extend(ids)
        for number, row in others:
            inside = read_value(row, context.at(f"[{number}]"), collector, depth + 1)
            found = found or inside
            unread += [] if inside else [number]
    if found:
        name_rows(sorted(unread), context, collector)
    everything = tuple(one for ids in seen.values() for one in ids)
    for spec in seen:
        collector.lists.append(_list_seen(spec, {}, everything, context, collector, lost))
    return found
