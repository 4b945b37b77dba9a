"""HAR recordings: the answers of recorded API calls, with the region asked for and the time of the answer."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import parse_qsl

import orjson

from advisor.importers.api_json import read_value
from advisor.importers.convert import as_time, tried
from advisor.importers.fields import Record, get, records, text
from advisor.importers.forms import errors, xml_form
from advisor.importers.places import is_region
from advisor.importers.records import Collector, Context
from advisor.importers.remedies import NOTHING_TO_DO, OTHER_FORM
from advisor.model.inventory import Origin

_HOST: Final = re.compile(r"^\w+://(?:[^/@?#]*@)?([^/:?#]+)")
"""The host of an address. The standard library keeps each address that it takes apart, signatures and keys included."""
_XML_ANSWER: Final = re.compile(r"<(?:Describe|List|Get)\w+Response\b")
_API_HOST: Final = ".aliyuncs.com"
_API_TYPES: Final = frozenset({"application/json", "application/xml", "text/json", "text/xml"})
_WITHOUT_BODY: Final = frozenset({"OPTIONS", "HEAD"})
"""What a browser asks before a call, or instead of one: such a request has no answer to read."""
_NO_CONTENT: Final = "204"
_WITH_CONTENT: Final = "Record the calls again, and export the recording with content (in a browser: HAR with content)."


def matches(value: object) -> bool:
    """Whether the document is a recording: ``log.entries[]``."""
    log = value.get("log") if isinstance(value, Mapping) else None
    return isinstance(log, Mapping) and isinstance(log.get("entries"), list)


def read(value: object, context: Context, collector: Collector) -> bool:
    """Read every answer of the recording; failed calls are skipped with their code."""
    failed: dict[str, int] = {}
    unknown: dict[str, int] = {}
    unread: dict[str, list[str]] = {}
    for index, entry in enumerate(_entries(value)):
        if not entry:
            place = f"log.entries[{index}]"
            collector.skip(place, "no call was recorded there", Origin(context.file, place), NOTHING_TO_DO)
            continue
        here = _context(entry, context.but(place=f"log.entries[{index}]"))
        raw = _text(entry)
        if xml_form.matches(raw) and _XML_ANSWER.search(raw):
            xml_form.read(raw, here, collector)
            continue
        body = _json(raw)
        if body is None:
            if raw.lstrip()[:1] in ("{", "["):
                where, remedy = Origin(context.file, here.place), "Record the call again, with the content of answers."
                collector.skip(here.place, "the recorded answer is cut off or no valid JSON", where, remedy)
            elif _is_call(entry, here):
                unread.setdefault(here.operation or "a call", []).append(here.place)
            continue
        code = errors.code_of(body) if isinstance(body, Mapping) else ""
        if code:
            name = f"{here.operation or 'a call'} answered {code}"
            failed[name] = failed.get(name, 0) + 1
            continue
        if not read_value(body, here, collector):
            name = here.operation or "a call"
            unknown[name] = unknown.get(name, 0) + 1
    for name, places in sorted(unread.items()):
        reason = f"{len(places)} answers were recorded without content that can be read"
        collector.skip(name, reason, Origin(context.file, places[0]), _WITH_CONTENT)
    for name, count in sorted(unknown.items()):
        collector.skip(name, f"{count} answers of no operation that is known", Origin(context.file), OTHER_FORM)
    for name, count in sorted(failed.items()):
        collector.skip(name, f"{count} answers are errors, not lists", Origin(context.file), errors.remedy_of(name))
    return True


def _entries(value: object) -> Iterator[Record]:
    log: dict[str, list[object]] = value["log"] if isinstance(value, Mapping) else {}
    return (entry if isinstance(entry, Mapping) else {} for entry in log["entries"])


def _is_call(entry: Record, context: Context) -> bool:
    """Whether a request asked an API for something, as far as it tells; scripts, images and what a browser sends before
    a call did not."""
    if text(get(entry, "request.method")).upper() in _WITHOUT_BODY or _status(entry) == _NO_CONTENT:
        return False
    kind = text(get(entry, "response.content.mimeType")).partition(";")[0].strip().lower()
    return bool(context.operation) or (_host(entry).endswith(_API_HOST) and kind in _API_TYPES)


def _status(entry: Record) -> str:
    return text(get(entry, "response.status"))


def _text(entry: Record) -> str:
    """The text of the answer, empty where none was recorded or it cannot be decoded."""
    content = get(entry, "response.content")
    raw = get(content, "text") if isinstance(content, Mapping) else None
    if not isinstance(raw, str):
        return ""
    if not isinstance(content, Mapping) or content.get("encoding") != "base64":
        return raw
    try:
        return base64.b64decode("".join(raw.split()), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _json(raw: str) -> object:
    try:
        return orjson.loads(raw) if raw else None
    except orjson.JSONDecodeError:
        return None


def _context(entry: Record, context: Context) -> Context:
    asked = _asked(entry)
    operation = asked.get("Action") or _header(entry, "x-acs-action")
    region = asked.get("RegionId") or _region_of_host(entry)
    started = tried(as_time, get(entry, "startedDateTime"))
    return context.but(
        operation=operation,
        region=region if is_region(region) else None,
        observed_at=started if isinstance(started, str) and started else context.observed_at,
    )


def _asked(entry: Record) -> dict[str, str]:
    """The parameters of the call, from query string, body or address."""
    found = dict(parse_qsl(text(get(entry, "request.url")).partition("?")[2].partition("#")[0]))
    found.update(parse_qsl(text(get(entry, "request.postData.text"))))
    for pair in records(get(entry, "request.queryString")):
        found[text(get(pair, "name"))] = text(get(pair, "value"))
    return found


def _header(entry: Record, name: str) -> str:
    for header in records(get(entry, "request.headers")):
        if text(get(header, "name")).lower() == name:
            return text(get(header, "value"))
    return ""


def _region_of_host(entry: Record) -> str:
    return next((part for part in _host(entry).split(".") if is_region(part)), "")


def _host(entry: Record) -> str:
    match = _HOST.match(text(get(entry, "request.url")))
    return (match.group(1) if match else _header(entry, "host")).lower()
