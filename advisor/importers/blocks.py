"""Records of one list as a block of columns: what ``records.read_record`` makes one at a time, for all rows of one
shape at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Final

from advisor.importers.columns import Rows, converted, plain_texts
from advisor.importers.fields import ABSENT, Record, keys_of, text
from advisor.importers.places import region_of_zone, zones_in
from advisor.importers.records import (
    Batch,
    Collector,
    Context,
    Draft,
    Plan,
    Spec,
    no_id,
    no_name,
    no_record,
    no_word,
    note_no_id,
    note_value,
    plan_of,
    read_tags,
    region_text,
    safe_tags,
)
from advisor.importers.secrets import is_secret_name, looks_like_key
from advisor.model.inventory import Kind
from advisor.model.tables import NO_TAGS, Absent, Stretch, Table

# Tuning: fewer records than this are read one by one, which costs less than making columns of them.
BLOCK_FROM: Final = 8
# Tuning: sets of tags that many resources have are kept once, up to so many.
TAG_SETS_KEPT: Final = 50_000
_TAG_SETS: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
_NO_TAGS: Final[dict[str, str]] = NO_TAGS  # type: ignore[assignment]
_WORDED: Final[frozenset[type]] = frozenset({str, Absent})
_NUMBERS: Final[frozenset[type]] = frozenset({bool, int, float})
_RECORDS: Final[frozenset[type]] = frozenset({dict, list, Absent})
_COMMON: Final = ("ids", "names", "regions", "zone", "zones", "statuses", "tags", "has_tags")


@dataclass(eq=False)
class Block:
    """Drafts of one kind from one list, a column for each field; ``numbers`` are the positions in the list.

    ``zones`` are what the records name; ``has_tags`` tells rows that say which tags there are from silent ones; ``odd``
    are values in inner records that cannot be read, by row, as in ``Draft.odd``."""

    context: Context
    kind: Kind
    unite: frozenset[str]
    numbers: list[int]
    ids: list[str]
    names: list[str]
    regions: list[str | None]
    zone: list[str | None]
    zones: list[tuple[str, ...]]
    statuses: list[str | None]
    tags: list[dict[str, str]]
    has_tags: list[bool]
    attributes: dict[str, Sequence[object]] = field(default_factory=dict)
    odd: list[tuple[int, str]] = field(default_factory=list)

    def draft(self, row: int) -> Draft:
        """One row as a draft of its own."""
        return Draft(
            self.kind,
            self.ids[row],
            f"{self.context.place}[{self.numbers[row]}]",
            self.names[row],
            self.regions[row],
            self.zone[row],
            self.zones[row],
            self.statuses[row],
            dict(self.tags[row]) if self.has_tags[row] else None,
            {name: value for name, column in self.attributes.items() if (value := column[row]) is not ABSENT},
            unite=self.unite,
            odd=tuple(problem for at, problem in self.odd if at == row),
        )

    def where(self, kept: Sequence[bool]) -> Block:
        """The rows that are kept."""
        columns = {name: list(compress(getattr(self, name), kept)) for name in _COMMON}
        attributes: dict[str, Sequence[object]] = {
            name: list(compress(values, kept)) for name, values in self.attributes.items()
        }
        return Block(
            self.context, self.kind, self.unite, list(compress(self.numbers, kept)), **columns, attributes=attributes
        )


def can_block(spec: Spec, record: Record) -> bool:
    """Whether records of this kind and shape can be read as columns: nothing but columns is made of them."""
    if spec.extra is not None:
        return False
    if spec.finish is None or spec.finish_block is not None:
        return True
    return bool(spec.finish_reads) and spec.finish_reads.isdisjoint(keys_of(record))


def read_block(
    spec: Spec, records: list[Record], numbers: list[int], context: Context, batch: Batch, collector: Collector
) -> list[str]:
    """Read records of one shape, rows ``numbers`` of the list at ``context``; the ids of those that have one."""
    plan = plan_of(spec, records[0])
    rows = Rows(records, plan.used)
    given = rows.first(plan.id)
    if not _NUMBERS.isdisjoint(map(type, given)):
        odd = [no_id(spec.kind, value) for value in given]
        ids = ["" if wrong else text(value) for value, wrong in zip(given, odd, strict=True)]
    else:
        ids = plain_texts(given)
    if not all(ids):
        for number, value, one in zip(numbers, given, ids, strict=True):
            if not one:
                note_no_id(spec, value, context.but(place=f"{context.place}[{number}]"), collector)
        if not any(ids):
            return []
        rows, numbers = Rows(list(compress(records, ids)), plan.used), list(compress(numbers, ids))
        ids = [one for one in ids if one]
    block = _common(spec, plan, rows, numbers, ids, context, collector)
    for name, convert, sources in plan.fields:
        found = converted(rows.given(sources), convert)
        if found is None:
            continue
        block.attributes[name], wrong = found
        for row, error in wrong.items():
            _note_value(block, row, name, error, collector)
    if spec.finish_block is not None:
        spec.finish_block(block, rows)
    _complete_places(block, context)
    batch.blocks.append(block)
    return ids


def _common(
    spec: Spec, plan: Plan, rows: Rows, numbers: list[int], ids: list[str], context: Context, out: Collector
) -> Block:
    tags = rows.first(plan.tags)
    block = Block(
        context,
        spec.kind,
        spec.unite,
        numbers,
        ids,
        [],
        [],
        [],
        [()] * len(ids),
        [],
        [],
        [value is not ABSENT for value in tags],
    )
    block.names = [_name(value) for value in _checked(block, "name", rows.first(plan.name), no_name, out)]
    block.regions = _words(_checked(block, "region", rows.first(plan.region), no_word, out), region=True)
    block.zone = _words(_checked(block, "zone", rows.first(plan.zone), no_word, out))
    block.statuses = _words(_checked(block, "status", rows.first(plan.status), no_word, out))
    for key in plan.nested:
        _note_scalars(block, key, rows.first(((key, ()),)), out)
    for row, value in enumerate(tags):
        inner = next(iter(value.values())) if value.__class__ is dict and len(value) == 1 else value
        block.tags.append(_NO_TAGS if inner.__class__ is list and not inner else _tags(block, row, value, out))
    return block


def _checked(
    block: Block, name: str, values: Sequence[object], wrong: Callable[[object], str], collector: Collector
) -> Sequence[object]:
    """As ``records._checked``, for a column."""
    if set(map(type, values)) <= _WORDED:
        return values
    found = [wrong(value) for value in values]
    for row, error in enumerate(found):
        if error:
            _note_value(block, row, name, error, collector)
    return [ABSENT if error else value for value, error in zip(values, found, strict=True)]


def _note_scalars(block: Block, key: str, values: Sequence[object], collector: Collector) -> None:
    """Say of each scalar in a column of records that it is none."""
    if set(map(type, values)) <= _RECORDS:
        return
    for row, value in enumerate(values):
        error = "" if value is ABSENT else no_record(value)
        if error:
            _note_value(block, row, key, error, collector)


def _name(value: object) -> str:
    return value if value.__class__ is str else str(value) if isinstance(value, str | int | float) else ""


def _words(values: Sequence[object], region: bool = False) -> list[str | None]:
    """Texts that come again and again, each kept once; an empty one is none."""
    read = region_text if region else text
    if set(map(type, values)) == {str}:
        known = {value: sys.intern(read(value)) or None for value in set(values)}
        return [known[value] for value in values]
    return [sys.intern(read(value)) or None for value in values]


def _tags(block: Block, row: int, value: object, collector: Collector) -> dict[str, str]:
    pairs = _plain_pairs(value)
    if pairs is None:
        at = block.context.but(place=f"{block.context.place}[{block.numbers[row]}]")
        found = read_tags(value, block.ids[row], at, collector)
        block.has_tags[row] = found is not None
        return found or {}
    known = _TAG_SETS.get(pairs)
    if known is None:
        known = dict(pairs)
        if any(is_secret_name(key) or looks_like_key(text_) for key, text_ in pairs):
            at = block.context.but(place=f"{block.context.place}[{block.numbers[row]}]")
            return safe_tags(known, block.ids[row], at, collector)
        if len(_TAG_SETS) < TAG_SETS_KEPT:
            _TAG_SETS[pairs] = known
    return known


def _plain_pairs(value: object) -> tuple[tuple[str, str], ...] | None:
    """The pairs of ``{"Tag": [{"TagKey": …, "TagValue": …}]}``, wrapped or not; None for tags of another form."""
    if value is ABSENT:
        return ()
    if value.__class__ is dict and len(value) == 1:
        (value,) = value.values()
    if value.__class__ is not list:
        return None
    try:
        pairs = tuple([(tag["TagKey"], tag["TagValue"]) for tag in value if len(tag) == 2])
    except (KeyError, TypeError):
        return None
    fits = len(pairs) == len(value) and all(key.__class__ is str and text_.__class__ is str for key, text_ in pairs)
    return pairs if fits else None


def _note_value(block: Block, row: int, name: str, error: object, collector: Collector) -> None:
    at = block.context.but(place=f"{block.context.place}[{block.numbers[row]}]")
    note_value(block.ids[row], f"{name} {error}", at, collector)


def _complete_places(block: Block, context: Context) -> None:
    """As ``records.complete_place``, each different zone looked at once."""
    parts = {zone: zones_in(zone) for zone in set(block.zone) if zone}
    regions = {zone: region_of_zone(zone) for zone in {one for found in parts.values() for one in found}}
    for row, zone in enumerate(block.zone):
        if block.zones[row]:
            block.zone[row] = zone = zone or block.zones[row][0]
        elif zone:
            found = parts[zone]
            if len(found) != 1 or found[0] != zone:
                block.zone[row] = zone = found[0] if found else None
                block.zones[row] = found if len(found) > 1 else ()
        if not block.regions[row]:
            block.regions[row] = (regions[zone] if zone in regions else region_of_zone(zone)) or context.region


def add_to(table: Table, block: Block) -> None:
    """Append all rows of a block to the table of its kind."""
    count, before = len(block.ids), len(table.ids)
    context = block.context
    table.stretches.append(Stretch(before, context.file, context.place, block.numbers, context.observed_at))
    table.ids.extend(block.ids)
    table.names.extend(block.names)
    table.regions.extend(block.regions)
    table.zone.extend(block.zone)
    single: dict[str | None, tuple[str, ...]] = {zone: (zone,) if zone else () for zone in set(block.zone)}
    table.zones.extend(zones or single[zone] for zones, zone in zip(block.zones, block.zone, strict=True))
    table.statuses.extend(block.statuses)
    table.tags.extend(block.tags)
    for name, values in block.attributes.items():
        known = table.attributes.get(name)
        if known is None:
            known = table.attributes[name] = [ABSENT] * before
        known.extend(values)
    for known in table.attributes.values():
        if len(known) < before + count:
            known.extend([ABSENT] * count)
