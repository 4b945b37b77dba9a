"""This product's own forms: JSON or YAML with ``resources``, CSV with the columns ``id`` and ``kind``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from advisor.importers.convert import as_bool, as_text, json_inside
from advisor.importers.fields import ABSENT, Record, items, records, text
from advisor.importers.forms.canonical_values import read_attribute
from advisor.importers.forms.columns import Table, note_width, row_context
from advisor.importers.forms.table_checks import joined, no_resource, skip_rows
from advisor.importers.forms.tables import KINDS
from advisor.importers.numbers import is_whole
from advisor.importers.records import Collector, Context, Draft, ListSeen, read_tags
from advisor.importers.secrets import is_secret_name, looks_like_key
from advisor.model.inventory import Kind, Origin

_COMMON: Final = frozenset({"id", "kind", "name", "region", "zone", "zones", "status", "tags", "attributes"})
_OF_THE_FILE: Final = frozenset({"origin", "file", "place", "observed_at"})
_GUARDED: Final = re.compile(r"'[=+\-@\t\r]")


def matches(value: object) -> bool:
    """Whether the document has ``resources`` that name their kind and id."""
    rows = (
        records(value.get("resources"))
        if isinstance(value, Mapping) and isinstance(value.get("resources"), list)
        else []
    )
    return any(row.get("kind") in KINDS and "id" in row for row in rows[:20])


def read(value: object, context: Context, collector: Collector) -> bool:
    """Read every resource of the document."""
    rows = items(value["resources"]) if isinstance(value, Mapping) else []
    places = [(context.but(place=f"resources[{index}]"), row) for index, row in enumerate(rows)]
    listed = _read_rows(places, context, collector)
    told = value.get("listed") if isinstance(value, Mapping) else None
    if isinstance(told, list):
        _listed(told, collector)
    else:
        collector.lists += listed
    return True


def _read_rows(rows: Iterable[tuple[Context, object]], context: Context, collector: Collector) -> list[ListSeen]:
    """Read rows, each with its place; the kinds that are among them, as lists."""
    batch = collector.batch(context)
    listed: dict[Kind, list[str]] = {}
    for here, row in rows:
        draft = _draft(row if isinstance(row, dict) else {}, here, collector)
        if draft is not None:
            batch.drafts.append(draft)
            listed.setdefault(draft.kind, []).append(draft.id)
    return [ListSeen(kind, "canonical", "", tuple(ids), Origin(context.file)) for kind, ids in listed.items()]


def _listed(pairs: list[object], collector: Collector) -> None:
    """What the converted files listed: what stands among the resources may be less or more than that."""
    for pair in pairs:
        if isinstance(pair, list) and len(pair) == 2 and str(pair[0]).partition(":")[0] in KINDS:
            collector.pairs.add((str(pair[0]), str(pair[1] or "")))


def _draft(row: Record, context: Context, collector: Collector) -> Draft | None:
    kind, given = text(row.get("kind")), row.get("id")
    resource_id = "" if isinstance(given, bool) else text(given)
    if kind not in KINDS or not resource_id:
        collector.note(
            "INV-NO-ID",
            "medium",
            "A resource has no id or no known kind",
            Origin(context.file, context.place),
            "it was left out.",
            _fill(kind, resource_id),
        )
        return None
    draft = Draft(kind, resource_id, context.place)
    draft.name = text(draft.read("name", as_text, row.get("name", ABSENT)))
    draft.region, draft.zone, draft.status = (
        draft.worded(name, row.get(name)) or None for name in ("region", "zone", "status")
    )
    draft.zones = _zones(draft, json_inside(row.get("zones")))
    draft.zone = draft.zone or (draft.zones[0] if draft.zones else None)
    if row.get("tags") not in (None, ""):
        draft.tags = read_tags(row["tags"], resource_id, context, collector)
    given = row.get("attributes")
    own = given if isinstance(given, Mapping) else {}
    for name, value in own.items():
        if isinstance(value, str) and looks_like_key(value):
            collector.note(
                "INV-SECRET",
                "high",
                "An attribute holds what looks like a credential",
                Origin(context.file, context.place),
                f"the value of {name} was not kept.",
                "Change that credential and remove it from the inventory.",
                resource_id,
            )
        elif value is not None and not is_secret_name(str(name)):
            _set(draft, str(name), value)
    return draft


def _set(draft: Draft, name: str, value: object) -> None:
    """Keep a value where it has the shape that the attribute has."""
    found = read_attribute(draft, name, value)
    if found is not ABSENT:
        draft.attributes[name] = found


def _zones(draft: Draft, value: object) -> tuple[str, ...]:
    """The zones of a list, or of a text with commas, semicolons or blanks between several."""
    listed = re.split(r"[,;\s]+", value.strip()) if isinstance(value, str) else value or ()
    found = [draft.worded("zones", one) for one in (listed if isinstance(listed, list | tuple) else [listed])]
    return tuple(zone for zone in found if zone)


def _fill(kind: str, resource_id: str) -> str:
    """What to write where the id or the kind of a resource cannot be used."""
    lacking = " and ".join(repr(name) for name, filled in (("id", resource_id), ("kind", kind)) if not filled)
    if lacking:
        return f"Fill {lacking}."
    near = get_close_matches(kind, sorted(KINDS), n=1)
    meant = f"perhaps '{near[0]}'" if near else "docs/inventory.md names them"
    return f"Write a kind that there is: {meant}."


def is_canonical(header: Sequence[str]) -> bool:
    """Whether a CSV header is this product's own."""
    return {"id", "kind"} <= {name.strip() for name in header}


def read_table(table: Table, context: Context, collector: Collector) -> bool:
    """Read a CSV of this product: common columns by name, every other column is an attribute."""
    table = joined(table, context, collector)
    names = [name.strip() for name in table.header]
    rows = []
    left: dict[str, list[int]] = {}
    for number, cells in table.rows:
        reason = no_resource(table.header, cells)
        if reason:
            left.setdefault(reason, []).append(number)
        elif any(str(cell).strip() for cell in cells if cell is not None):
            note_width(names, cells, row_context(context, number), collector)
            row = _row(dict(zip(names, (_unguarded(cell) for cell in cells), strict=False)))
            rows.append((row_context(context, number), row))
    skip_rows(left, context, collector)
    collector.lists += _read_rows(rows, context, collector)
    return True


def _row(row: dict[str, object]) -> dict[str, object]:
    known = _COMMON | _OF_THE_FILE
    attributes = {name: _cell(cell) for name, cell in row.items() if name not in known and cell not in (None, "")}
    packed = json_inside(row.get("attributes"))
    attributes |= packed if isinstance(packed, Mapping) else {}
    return {**{name: row[name] for name in _COMMON if name in row}, "attributes": attributes}


def _unguarded(cell: object) -> object:
    """A cell without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return cell[1:] if isinstance(cell, str) and _GUARDED.match(cell) else cell


def _cell(cell: object) -> object:
    """A cell as what it holds: JSON, a truth value, a whole number, else text; its attribute says what it has to be."""
    inner = json_inside(cell)
    written = text(cell)
    if inner is not cell:
        return inner
    if written.lower() in ("true", "false"):
        return as_bool(written)
    return int(written) if is_whole(written) and written == str(int(written)) else cell
