"""Which form a file has, by what is in it and never by its extension: explicit lists, tried in order."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from advisor.importers.api_json import operation_in, read_value
from advisor.importers.documents import BrokenError, decode, duplicate_keys, json_values, looks_binary
from advisor.importers.forms import (
    ansible,
    canonical,
    embedded,
    errors,
    har,
    kubernetes,
    resource_center,
    sheets,
    steampipe,
    terraform,
    xml_form,
)
from advisor.importers.places import date_in_path, region_in_path
from advisor.importers.records import Collector, Context
from advisor.importers.sources import RefusedError, Source, is_workbook, is_zip
from advisor.model.finding import InputError
from advisor.model.inventory import Origin
from advisor.yaml_text import load_yaml

ColumnMapping = Mapping[str, str]


@dataclass(frozen=True)
class Form:
    """A form that a parsed document may have."""

    name: str
    matches: Callable[[object], bool]
    read: Callable[[object, Context, Collector], bool]


@dataclass(frozen=True)
class TextForm:
    """A form that a text may have."""

    name: str
    matches: Callable[[str, ColumnMapping | None], bool]
    read: Callable[[str, Context, Collector, ColumnMapping | None], bool]


def _anything(value: object) -> bool:
    return isinstance(value, dict | list)


def _read_embedded(text: str, context: Context, collector: Collector, _mapping: ColumnMapping | None) -> bool:
    return embedded.read(text, context, collector, read_document)


def _read_python(text: str, context: Context, collector: Collector, _mapping: ColumnMapping | None) -> bool:
    return read_document(embedded.python_value(text), context, collector)


def _read_yaml(text: str, context: Context, collector: Collector, _mapping: ColumnMapping | None) -> bool:
    try:
        value = load_yaml(text, context.file).value
    except InputError as error:
        if re.search(r"(?m)^resources:", text):
            collector.mistakes.extend(error.mistakes)
        return False
    return any(form.matches(value) and form.read(value, context, collector) for form in YAML_FORMS)


JSON_FORMS: Final[tuple[Form, ...]] = (
    Form("error-answer", errors.matches, errors.read),
    Form("har", har.matches, har.read),
    Form("terraform-state", terraform.matches, terraform.read),
    Form("canonical", canonical.matches, canonical.read),
    Form("kubernetes-nodes", kubernetes.matches, kubernetes.read),
    Form("resource-list", resource_center.matches, resource_center.read),
    Form("ansible", ansible.matches, ansible.read),
    Form("steampipe", steampipe.matches, steampipe.read),
    Form("api-json", _anything, read_value),
)
YAML_FORMS: Final[tuple[Form, ...]] = (
    Form("canonical", canonical.matches, canonical.read),
    Form("ansible", ansible.matches, ansible.read),
    Form("api-json", _anything, read_value),
)
TEXT_FORMS: Final[tuple[TextForm, ...]] = (
    TextForm(
        "error-answer",
        lambda text, _: errors.is_printed(text),
        lambda text, at, to, _: errors.read_printed(text, at, to),
    ),
    TextForm("api-xml", lambda text, _: xml_form.matches(text), lambda text, at, to, _: xml_form.read(text, at, to)),
    TextForm("python-dump", lambda text, _: embedded.python_value(text) is not None, _read_python),
    TextForm("cli-table", lambda text, _: sheets.is_text_table(text), sheets.read_text_table),
    TextForm("csv", sheets.looks_like_csv, sheets.read_csv),
    TextForm(
        "ansible-ini", lambda text, _: ansible.is_ini(text), lambda text, at, to, _: ansible.read_ini(text, at, to)
    ),
    TextForm("yaml", lambda text, _: re.search(r"(?m)^[A-Za-z_\"'][^\n:{}|]*:(\s|$)", text) is not None, _read_yaml),
    TextForm("embedded-json", lambda text, _: "{" in text, _read_embedded),
    TextForm("key-value-dump", lambda text, _: ":" in text or "=" in text, sheets.read_pairs),
)
_GZIP: Final = b"\x1f\x8b"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_INI_SECTION: Final = re.compile(r"^\s*\[[\w:.-]+\]\s*$", re.MULTILINE)
_HTTP: Final = re.compile(r"^HTTP/\d")


def read_source(source: Source, data: bytes, collector: Collector, mapping: ColumnMapping | None) -> None:
    """Recognise one file and read it; what is no inventory is skipped with the reason."""
    if not data.strip():
        raise RefusedError("the file is empty.", "Export it again.")
    context = context_of(source)
    try:
        if is_zip(data) and is_workbook(data):
            _report(source, "workbook" if sheets.read_workbook(data, context, collector, mapping) else "", collector)
        elif data[:2] == _GZIP or data[:4] == _OLD_EXCEL or looks_binary(data):
            _not_inventory(source, _binary_reason(data), collector)
        else:
            _read_text(source, decode(data), context, collector, mapping)
    except RecursionError:
        raise RefusedError("it is nested too deeply.", "Export the list again.") from None


def _binary_reason(data: bytes) -> str:
    if data[:2] == _GZIP:
        return "a compressed file; unpack it first"
    return "an old Excel file; save it as .xlsx or CSV" if data[:4] == _OLD_EXCEL else "binary data, no inventory"


def context_of(source: Source) -> Context:
    """What a file's path tells: region, day, operation."""
    hint = source.hint
    return Context(
        file=source.name,
        path=hint,
        region=region_in_path(hint),
        observed_at=date_in_path(hint),
        operation=operation_in(hint),
    )


def _report(source: Source, form: str, collector: Collector) -> None:
    if form:
        collector.form(source.name, form)
    else:
        _not_inventory(source, "no form of inventory that is known", collector)


def _not_inventory(source: Source, reason: str, collector: Collector) -> None:
    if source.named:
        raise RefusedError(f"{reason}.", "Hand in an export of the cloud's lists; docs/inventory.md names the forms.")
    collector.skip(source.name, reason, source.name)


def _read_text(
    source: Source, text: str, context: Context, collector: Collector, mapping: ColumnMapping | None
) -> None:
    start = text.lstrip()[:1]
    is_json = start == "{" or (start == "[" and not _INI_SECTION.match(text)) or _HTTP.match(text)
    if is_json and embedded.python_value(text) is None:
        _read_json(source, text, context, collector)
        return
    before = len(collector.mistakes)
    for form in TEXT_FORMS:
        if form.matches(text, mapping) and form.read(text, context, collector, mapping):
            collector.form(source.name, form.name)
            return
    if len(collector.mistakes) == before:
        _unknown_text(source, text, collector)


def _unknown_text(source: Source, text: str, collector: Collector) -> None:
    header = sheets.unknown_header(text)
    if header is None:
        _not_inventory(source, "no form of inventory that is known", collector)
        return
    refused = sheets.refuse_unknown(header)
    if source.named:
        raise refused
    collector.skip(source.name, refused.problem.rstrip("."), source.name)


def _read_json(source: Source, text: str, context: Context, collector: Collector) -> None:
    """Every JSON document of a text."""
    try:
        values = json_values(text)
    except BrokenError as broken:
        remedy = (
            "Export it again, the whole of it." if broken.cut_off else "Correct that line, or export the list again."
        )
        raise RefusedError(f"{broken.problem}.", remedy, f"line {broken.line}") from None
    _note_duplicates(source.name, text, collector)
    unknown = []
    for place, value in values:
        if not read_document(value, context.at(place) if place else context, collector):
            unknown.append(place)
    if len(unknown) == len(values):
        _not_inventory(source, "JSON, but no answer of an operation that is known", collector)
        return
    for place in unknown:
        collector.skip(place, "no answer of an operation that is known", source.name, place)


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
