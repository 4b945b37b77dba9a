"""API answers as the CLI and the SDKs print them, in every wrapping: list, page, merged pages, inner list only, single
object, keyed by id, by region or by operation, several answers nested in one document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from advisor.importers.blocks import BLOCK_FROM, can_block, read_block
from advisor.importers.catalogue import NOTHING_TO_PLAN, Part, Reader, by_hint, by_shape
from advisor.importers.convert import json_inside
from advisor.importers.fields import Record, get, plain, text
from advisor.importers.long_lists import LongList
from advisor.importers.places import is_region
from advisor.importers.records import Batch, Collector, Context, ListSeen, Spec, read_record, region_text
from advisor.importers.services.balancing import LISTENER, clb_listener_record
from advisor.model.inventory import Origin

RecordList = list[object] | LongList
MAX_DEPTH: Final = 14
_OPERATION = re.compile(r"(?<![A-Za-z])(?:Describe|List|Get|Search|describe|list|get)[A-Z][A-Za-z0-9]+")
_BODY_KEYS: Final = frozenset({"body", "text", "content", "data", "response", "result", "output", "stdout"})


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
    found = False
    for key, value in body.items():
        name = plain(str(key))
        if name in NOTHING_TO_PLAN and isinstance(value, list | Mapping | LongList):
            collector.skip_once(
                context.at(str(key)).place, f"{NOTHING_TO_PLAN[name]}: nothing to plan for", context.file
            )
            found = True
        elif isinstance(value, list | Mapping | LongList):
            found = _read_member(body, str(key), value, context, collector, depth) or found
        elif name in _BODY_KEYS and isinstance(value, str):
            inner = json_inside(value)
            found = (inner is not value and read_value(inner, context.at(str(key)), collector, depth + 1)) or found
    return found


def _read_single(reader: Reader, record: Record, context: Context, collector: Collector) -> bool:
    batch = collector.batch(context)
    _read_one(reader, record, context, batch, collector)
    return True


def _read_member(body: Record, key: str, value: object, context: Context, collector: Collector, depth: int) -> bool:
    """A member of an answer: a container of records, or something to look into."""
    whole = by_shape(value) if isinstance(value, Mapping) else None
    for hint, place, rows in () if whole else _containers(key, value):
        first = _first_record(rows)
        if len(rows) and first is None:
            continue
        reader = by_hint(hint, first)
        if reader is not None:
            _read_rows(reader, rows, body, context.at(place), collector)
            return True
    inner = context.at(key)
    if is_region(key):
        inner = inner.but(region=key)
    operation = operation_in(key)
    return read_value(value, inner.but(operation=operation) if operation else inner, collector, depth + 1)


def _first_record(rows: RecordList) -> Record | None:
    listed = [rows.first] if isinstance(rows, LongList) else rows
    return next((row for row in listed if isinstance(row, Mapping)), None)


def _containers(key: str, value: object) -> Iterator[tuple[str, str, RecordList]]:
    """The lists that a member may be, with the name that says of what, and their place."""
    if isinstance(value, list | LongList):
        yield plain(key), key, value
    elif isinstance(value, Mapping):
        for inner_key, inner in value.items():
            rows = inner if isinstance(inner, list | LongList) else [inner] if isinstance(inner, Mapping) else None
            if rows is not None and plain(str(inner_key)) != "tags":
                yield plain(str(inner_key)), f"{key}.{inner_key}", rows
                if len(value) == 1:
                    yield plain(key), f"{key}.{inner_key}", rows
        if not value or all(inner in ("", None) for inner in value.values()):
            yield plain(key), key, []


def _read_rows(reader: Reader, rows: RecordList, body: Record, context: Context, collector: Collector) -> None:
    batch = collector.batch(context)
    ids: list[str] = []
    for start, page in _pages(rows):
        for numbers, alike in _by_shape(page, start):
            ids += _read_alike(_fitting(reader, alike[0]), alike, numbers, context, batch, collector)
    collector.lists.append(_list_seen(reader, body, tuple(ids), context))


def _pages(rows: RecordList) -> Iterator[tuple[int, list[object]]]:
    return rows.pages() if isinstance(rows, LongList) else iter([(0, rows)])


def _read_alike(
    reader: Reader, rows: list[Record], numbers: list[int], context: Context, batch: Batch, collector: Collector
) -> list[str]:
    """Read records of one shape; the ids of what they list, or any text for an addition."""
    if len(rows) >= BLOCK_FROM and isinstance(reader, Spec) and reader is not LISTENER and can_block(reader):
        return read_block(reader, rows, numbers, context, batch, collector)
    found = (
        _read_one(reader, row, context, batch, collector, f"{context.place}[{number}]")
        for number, row in zip(numbers, rows, strict=True)
    )
    return [one for one in found if one]


def _by_shape(rows: list[object], start: int = 0) -> Iterator[tuple[list[int], list[Record]]]:
    """The records of each shape with their positions; long lists apart by shape, short ones in their order."""
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
                "the listener does not name its balancer; put the balancer's id (lb-…) into the file name",
                here.file,
                here.place,
            )
            return None
        record = whole
    draft = read_record(reader, record, here, batch, collector)
    return draft.id if draft else None


def _read_part(part: Part, record: Record, context: Context, batch: Batch, collector: Collector) -> str | None:
    try:
        part.read(record, context, batch)
    except LookupError as error:
        collector.skip(context.place or part.kind, str(error.args[0]), context.file, context.place)
        collector.note(
            "INV-NO-PARENT",
            "medium",
            "An answer does not say what it belongs to",
            Origin(context.file, context.place),
            f"{error.args[0]}.",
            "Rename the file and import again.",
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
    return context.place


def _list_seen(reader: Reader, body: Record, ids: tuple[str, ...], context: Context) -> ListSeen:
    total = text(
        get(
            body,
            "TotalCount",
            "TotalRecordCount",
            "TotalItems",
            "page_info.total_count",
            "page.total_count",
            "ItemTotalCount",
        )
    )
    token = text(get(body, "NextToken"))
    operation = f"{context.operation or reader.kind}{'' if isinstance(reader, Spec) else ' (part)'}"
    page = text(get(body, "PageNumber", "page_info.page_number", "page.page_number"))
    return ListSeen(
        reader.kind,
        operation,
        context.region or "",
        ids,
        Origin(context.file, context.place),
        total=int(total) if total.isdigit() else None,
        more=bool(token),
        page=page,
        rows=len(ids),
    )


def _read_list(rows: list[object], context: Context, collector: Collector, depth: int) -> bool:
    """A bare array: the inner list of an answer, or several answers."""
    mappings = [row for row in rows if isinstance(row, Mapping)]
    hint = hint_of(context.operation)
    if rows and not mappings:
        each = [read_value(row, context.at(f"[{index}]"), collector, depth + 1) for index, row in enumerate(rows)]
        return any(each)
    if not rows:
        reader = by_hint(hint, None) if hint else None
        if reader is not None:
            collector.lists.append(_list_seen(reader, {}, (), context))
        return reader is not None
    return _read_records([(0, rows)], context, collector, depth)


def _read_long(rows: LongList, context: Context, collector: Collector) -> bool:
    """A bare array of many records."""
    return _read_records(rows.pages(), context, collector, 0)


def _read_records(
    pages: Iterable[tuple[int, list[object]]], context: Context, collector: Collector, depth: int
) -> bool:
    hint, found = hint_of(context.operation), False
    batch = collector.batch(context)
    seen: dict[Spec, list[str]] = {}
    for numbers, alike in (group for start, page in pages for group in _by_shape(page, start)):
        reader = (by_hint(hint, alike[0]) if hint else None) or by_shape(alike[0])
        if reader is None:
            for number, row in zip(numbers, alike, strict=True):
                found = read_value(row, context.at(f"[{number}]"), collector, depth + 1) or found
            continue
        found = True
        ids = _read_alike(reader, alike, numbers, context, batch, collector)
        if ids and isinstance(reader, Spec):
            seen.setdefault(reader, []).extend(ids)
    everything = tuple(one for ids in seen.values() for one in ids)
    for spec in seen:
        collector.lists.append(_list_seen(spec, {}, everything, context))
    return found
