"""Which form a file has, by what is in it and never by its extension: one explicit list, tried in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from advisor.importers.api_json import operation_in, read_value
from advisor.importers.documents import BrokenError, decode, duplicate_keys, is_too_deep, json_values, looks_binary
from advisor.importers.places import date_in_path, region_in_path
from advisor.importers.records import Collector, Context
from advisor.importers.sources import RefusedError, Source
from advisor.model.inventory import Origin

ColumnMapping = Mapping[str, str]


@dataclass(frozen=True)
class Form:
    """A form that a JSON document may have."""

    name: str
    matches: Callable[[object], bool]
    read: Callable[[object, Context, Collector], bool]


def _anything(value: object) -> bool:
    return isinstance(value, dict | list)


JSON_FORMS: Final[tuple[Form, ...]] = (Form("api-json", _anything, read_value),)


def read_source(source: Source, data: bytes, collector: Collector, mapping: ColumnMapping | None) -> None:
    """Recognise one file and read it; what is no inventory is skipped with the reason."""
    if not data.strip():
        raise RefusedError("the file is empty.", "Export it again.")
    if looks_binary(data):
        _not_inventory(source, "binary data, no inventory", collector)
        return
    text = decode(data)
    context = context_of(source.name)
    if text.lstrip()[:1] in ("{", "["):
        read_json(source, text, context, collector)
        return
    _not_inventory(source, "no form of inventory that is known", collector)


def context_of(name: str) -> Context:
    """What a file's name tells: region, day, operation."""
    return Context(
        file=name, path=name, region=region_in_path(name), observed_at=date_in_path(name), operation=operation_in(name)
    )


def _not_inventory(source: Source, reason: str, collector: Collector) -> None:
    if source.named:
        raise RefusedError(f"{reason}.", "Hand in an export of the cloud's lists; docs/inventory.md names the forms.")
    collector.skip(source.name, reason, source.name)


def read_json(source: Source, text: str, context: Context, collector: Collector) -> None:
    """Every JSON document of a text."""
    if is_too_deep(text):
        raise RefusedError("the JSON is nested too deeply.", "Export the list again.")
    try:
        values = json_values(text)
    except BrokenError as broken:
        remedy = (
            "Export it again, the whole of it." if broken.cut_off else "Correct that line, or export the list again."
        )
        raise RefusedError(f"line {broken.line}: {broken.problem}.", remedy) from None
    _note_duplicates(source.name, text, collector)
    found = False
    for place, value in values:
        found = read_document(value, context.at(place) if place else context, collector) or found
    if not found:
        _not_inventory(source, "JSON, but no answer of an operation that is known", collector)


def _note_duplicates(name: str, text: str, collector: Collector) -> None:
    for key in duplicate_keys(text):
        collector.note(
            "INV-DUPLICATE-KEY",
            "medium",
            "One object gives a key twice",
            Origin(name),
            f"the key '{key}' stands twice in one object; the last value counts.",
            "Remove the wrong one.",
        )


def read_document(value: object, context: Context, collector: Collector) -> bool:
    """Read one parsed document in the first form that fits."""
    for form in JSON_FORMS:
        if form.matches(value) and form.read(value, context, collector):
            collector.form(context.file, form.name)
            return True
    return False
