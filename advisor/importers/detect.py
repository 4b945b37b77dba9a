"""Which form a file has, by what is in it and never by its extension: explicit lists, tried in order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import orjson

from advisor.importers.api_json import operation_in, read_value
from advisor.importers.documents import (
    DUPLICATES_UP_TO,
    BrokenError,
    decode,
    duplicate_keys,
    json_lines,
    json_values,
    looks_binary,
    may_be_wide,
    one_document,
    without_http_head,
)
from advisor.importers.forms import (
    ansible,
    canonical,
    embedded,
    errors,
    har,
    kubernetes,
    resource_center,
    scoutsuite,
    sheets,
    steampipe,
    terraform,
    text_tables,
    xml_form,
)
from advisor.importers.long_lists import sketch, with_long_lists
from advisor.importers.places import date_in_path, region_in_path
from advisor.importers.records import RANK_ANSWER, RANK_TABLE, Collector, Context
from advisor.importers.remedies import OTHER_FORM, UNPACK
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
    """A form that a text may have; the rank of what it says, and whether a text that was written, not exported, is
    none of it: records cannot be told from prose there."""

    name: str
    matches: Callable[[str, ColumnMapping | None], bool]
    read: Callable[[str, Context, Collector, ColumnMapping | None], bool]
    rank: int = RANK_ANSWER
    only_exported: bool = False


def _anything(value: object) -> bool:
    return isinstance(value, dict | list)


def _read_embedded(text: str, context: Context, collector: Collector, _mapping: ColumnMapping | None) -> bool:
    return embedded.read(text, context, collector, read_document)


def _read_python(text: str, context: Context, collector: Collector, _mapping: ColumnMapping | None) -> bool:
    return read_document(embedded.python_value(text), context, collector)


def _read_yaml(text: str, context: Context, collector: Collector, _mapping: ColumnMapping | None) -> bool:
    parts = _yaml_documents(text)
    found = False
    for number, part in enumerate(parts, start=1):
        here = context.at(f"document {number}") if len(parts) > 1 else context
        value = _yaml_value(part, here)
        read = any(form.matches(value) and form.read(value, here, collector) for form in YAML_FORMS)
        if not read and len(parts) > 1 and value is not None:
            where = Origin(context.file, here.place)
            collector.skip(here.place, "no inventory that is known", where, OTHER_FORM)
        found = read or found
    return found


def _yaml_documents(text: str) -> list[str]:
    """The documents of a text, each with as many empty lines before it as keep the numbers of its lines."""
    found, line = [], 0
    for part in _YAML_DIVIDER.split(text):
        if part.strip():
            found.append("\n" * line + part)
        line += part.count("\n")
    return found


def _yaml_value(text: str, context: Context) -> object:
    """The value of one document; a broken one is refused where it is this product's, or nested as only YAML is."""
    try:
        return load_yaml(text, context.file).value
    except InputError as error:
        if re.search(r"(?m)^resources:", text) or _NESTED_YAML.search(text):
            all_of_it = [RefusedError(one.problem, one.remedy, one.place) for one in error.mistakes]
            all_of_it[0].also = tuple(all_of_it[1:])
            raise all_of_it[0] from None
        return None


_YAML_LINE: Final = re.compile(r"(?m)^(?:- +)?[A-Za-z_\"'][^\n:{}|]*:(\s|$)")
_YAML_DIVIDER: Final = re.compile(r"(?m)^---(?:[ \t].*)?$")
_NESTED_YAML: Final = re.compile(r"(?m)^( *)(?:- )?[\w\"'.-]+:[ \t]*\n(?:\1 +| *- )[\w\"'.-]+:(?:\s|$)")
JSON_FORMS: Final[tuple[Form, ...]] = (
    Form("error-answer", errors.matches, errors.read),
    Form("har", har.matches, har.read),
    Form("terraform-state", terraform.matches, terraform.read),
    Form("canonical", canonical.matches, canonical.read),
    Form("kubernetes-nodes", kubernetes.matches, kubernetes.read),
    Form("scoutsuite", scoutsuite.matches, scoutsuite.read),
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
    TextForm("cli-table", lambda text, _: text_tables.has_table(text), text_tables.read, RANK_TABLE, True),
    TextForm("csv", sheets.looks_like_csv, sheets.read_csv, RANK_TABLE, True),
    TextForm(
        "ansible-ini", lambda text, _: ansible.is_ini(text), lambda text, at, to, _: ansible.read_ini(text, at, to)
    ),
    TextForm("yaml", lambda text, _: _YAML_LINE.search(text) is not None, _read_yaml),
    TextForm("embedded-json", lambda text, _: "{" in text, _read_embedded),
    TextForm("key-value-dump", lambda text, _: ":" in text or "=" in text, sheets.read_pairs, RANK_TABLE, True),
)
_TARGETS: Final = tuple(re.compile(rf"(?m)^{key}:") for key in ("version", "workloads"))
_HAND_IN: Final = "Hand in an export of the cloud's lists; docs/inventory.md names the forms."
_GZIP: Final = b"\x1f\x8b"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_INI_SECTION: Final = re.compile(r"^\s*\[[\w:.-]+\]\s*$", re.MULTILINE)


def read_source(source: Source, data: bytes, collector: Collector, mapping: ColumnMapping | None) -> None:
    """Recognise one file and read it; what is no inventory is skipped with the reason."""
    if not data.strip():
        raise RefusedError("the file is empty.", "Export it again.")
    context = context_of(source)
    try:
        if is_zip(data) and is_workbook(data):
            _read_workbook(source, data, context, collector, mapping)
        elif data[:2] == _GZIP or data[:4] == _OLD_EXCEL or looks_binary(data):
            _not_inventory(source, *_binary_reason(data), collector)
        elif len(data) > DUPLICATES_UP_TO and _read_long(source, data, context, collector):
            pass  # what was read is all there is to do
        elif _read_lines(source, data, context, collector):
            pass
        elif (value := one_document(data)) is not None:
            _note_duplicates(source.name, data, value, collector)
            _read_values(source, [("", value)], context, collector)
        else:
            _read_text(source, decode(data), context, collector, mapping)
    except (RecursionError, orjson.JSONEncodeError):
        raise RefusedError("it is nested too deeply.", "Export the list again.") from None
    except OverflowError:
        raise RefusedError("a number in it is out of every range.", "Export the list again.") from None


def _read_workbook(
    source: Source, data: bytes, context: Context, collector: Collector, mapping: ColumnMapping | None
) -> None:
    """Read a workbook; sheets that are no tables are left out and said; a named file with only such is refused."""
    found, refused = sheets.read_workbook(data, context.but(rank=RANK_TABLE), collector, mapping)
    if source.named and refused and not found:
        *others, last = refused
        last.also = tuple(others)
        raise last
    for one in refused:
        collector.skip(one.place, one.problem.rstrip("."), Origin(source.name, one.place), one.remedy)
    _report(source, "workbook" if found else "", collector)


def _binary_reason(data: bytes) -> tuple[str, str]:
    """What bytes that are no text may be, and what to do about it."""
    if data[:2] == _GZIP:
        return "a compressed file", UNPACK
    if data[:4] == _OLD_EXCEL:
        return "an old Excel file", "Save it as .xlsx or CSV."
    if may_be_wide(data):
        return "text in UTF-16 or binary data, and nothing tells which", "Save it as UTF-8."
    return "binary data, no inventory", _HAND_IN


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
        _not_inventory(source, "no form of inventory that is known", _HAND_IN, collector)


def _not_inventory(source: Source, reason: str, remedy: str, collector: Collector) -> None:
    if source.named:
        raise RefusedError(f"{reason}.", remedy)
    collector.skip(source.name, reason, Origin(source.name), OTHER_FORM if remedy == _HAND_IN else remedy)


def _read_text(
    source: Source, text: str, context: Context, collector: Collector, mapping: ColumnMapping | None
) -> None:
    text = _unquoted(without_http_head(text))
    start = text.lstrip()[:1]
    is_json = start == "{" or (start == "[" and not _INI_SECTION.match(text))
    if is_json and embedded.python_value(text) is None:
        _read_json(source, text, context, collector)
        return
    before = len(collector.mistakes)
    flaw = text_tables.flaw_of(text, mapping) if text_tables.has_table(text) else None
    written = flaw is not None or text_tables.is_markdown(text)
    for form in TEXT_FORMS:
        if (written and form.only_exported) or not form.matches(text, mapping):
            continue
        if form.read(text, context.but(rank=form.rank), collector, mapping):
            collector.form(source.name, form.name)
            if flaw is not None:
                where = Origin(source.name, f"line {flaw.line}")
                collector.skip(where.place, flaw.reason, where, flaw.remedy)
            return
    if len(collector.mistakes) == before:
        _unknown_text(source, text, flaw, collector)


def _unquoted(text: str) -> str:
    """The text that a single JSON string holds: an answer that was encoded twice."""
    stripped = text.strip()
    if stripped[:1] != '"' or stripped[-1:] != '"':
        return text
    try:
        inner = orjson.loads(stripped)
    except orjson.JSONDecodeError:
        return text
    return inner if isinstance(inner, str) else text


def _unknown_text(source: Source, text: str, flaw: text_tables.Flaw | None, collector: Collector) -> None:
    if all(key.search(text) for key in _TARGETS):
        _not_inventory(source, "a targets file, no inventory", "Hand it in with --targets.", collector)
        return
    if flaw is not None:
        _not_inventory(source, f"{flaw.reason} (line {flaw.line})", flaw.remedy, collector)
        return
    header = sheets.unknown_header(text, source.name)
    if header is None:
        _not_inventory(source, "no form of inventory that is known", _HAND_IN, collector)
        return
    refused = sheets.refuse_unknown(header)
    if source.named:
        raise refused
    collector.skip(source.name, refused.problem.rstrip("."), Origin(source.name), refused.remedy)


def _read_json(source: Source, text: str, context: Context, collector: Collector) -> None:
    """Every JSON document of a text."""
    try:
        values = json_values(text)
    except BrokenError as broken:
        remedy = (
            "Export it again, the whole of it." if broken.cut_off else "Correct that line, or export the list again."
        )
        raise RefusedError(f"{broken.problem}.", remedy, f"line {broken.line}") from None
    if len(values) == 1:
        _note_duplicates(source.name, text.encode(), values[0][1], collector)
    _read_values(source, values, context, collector)


def _read_lines(source: Source, data: bytes, context: Context, collector: Collector) -> bool:
    """Read one JSON document a line; False, and nothing kept, where it turns out to be something else."""
    inside = Collector()
    try:
        _read_values(source, json_lines(data), context, inside)
    except BrokenError:
        return False
    except RefusedError:
        collector.absorb(inside)
        raise
    collector.absorb(inside)
    return True


def _read_values(source: Source, values: Iterable[tuple[str, object]], context: Context, collector: Collector) -> None:
    """Read parsed documents with their places."""
    unknown, found = [], False
    for place, value in values:
        if read_document(value, context.at(place) if place else context, collector):
            found = True
        else:
            unknown.append(place)
    if not found:
        _not_inventory(source, "JSON, but no answer of an operation that is known", _HAND_IN, collector)
        return
    for place in unknown:
        collector.skip(place, "no answer of an operation that is known", Origin(source.name, place), OTHER_FORM)


def _read_long(source: Source, data: bytes, context: Context, collector: Collector) -> bool:
    """Read a large answer page by page; False where it is of another form, or not to be read so."""
    value = with_long_lists(data)
    if value is None or any(form.matches(sketch(value)) for form in JSON_FORMS[:-1]):
        return False
    failed = errors.read_inside(value, context, collector)
    found = read_value(value, context, collector)
    if found:
        collector.form(source.name, JSON_FORMS[-1].name)
    return found or failed


def _note_duplicates(name: str, data: bytes, value: object, collector: Collector) -> None:
    for key in duplicate_keys(data, value):
        collector.note(
            "INV-DUPLICATE-KEY",
            "medium",
            "One object gives a key twice",
            Origin(name),
            f"the key '{key}' stands twice in one object; the last value counts.",
            "Remove the wrong one.",
        )


def read_document(value: object, context: Context, collector: Collector) -> bool:
    """Read one parsed document in the first form that fits; what it holds that is an error is said in any case."""
    failed = errors.read_inside(value, context, collector)
    for form in JSON_FORMS:
        if form.matches(value) and form.read(value, context, collector):
            collector.form(context.file, form.name)
            return True
    if failed:
        collector.form(context.file, "error-answer")
    return failed
