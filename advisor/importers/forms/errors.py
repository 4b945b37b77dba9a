"""Answers that are errors: what they were asked for stays unknown, and that is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from advisor.importers.api_json import operation_in
from advisor.importers.fields import Record, get, text
from advisor.importers.records import Collector, Context
from advisor.model.inventory import Origin

_FINE: Final = frozenset({"", "200", "success", "ok"})
_CODES: Final = frozenset({"Code", "code", "errorCode", "ErrorCode"})
_DEPTH: Final = 4
_PRINTED: Final = re.compile(r"(?m)^\s*(?:ErrorCode|Code)\s*:\s*([\w.]+)")

_DENIED: Final = re.compile(r"(?i)forbidden|permission|unauthori[sz]ed|notauthori[sz]ed|accessdenied|authfail")
_DENIED_FIX: Final = (
    "Give the account the right to read it (advisor inventory fetch --policy prints what is needed), and export again."
)
_OTHER_FIX: Final = "Put the call right that was answered so, and export again."


def remedy_of(code: str) -> str:
    """What to do about an error of this code."""
    return _DENIED_FIX if _DENIED.search(code) else _OTHER_FIX


def code_of(answer: Record) -> str:
    """The code of an answer that is an error, else nothing."""
    if not text(get(answer, "Message")) or any(isinstance(value, list | dict) and value for value in answer.values()):
        return ""
    code = text(get(answer, "Code", "ErrorCode"))
    return "" if code.lower() in _FINE else code


def matches(value: object) -> bool:
    """Whether the document is an error."""
    return isinstance(value, Mapping) and bool(code_of(value))


def read(value: object, context: Context, collector: Collector) -> bool:
    """Say that the answer is an error."""
    if isinstance(value, Mapping):
        _note(code_of(value), context, collector)
    return True


def read_inside(value: object, context: Context, collector: Collector, depth: int = 0) -> bool:
    """Say of each error among the answers that a document holds by region, operation or page; whether there is any."""
    found = False
    if depth > _DEPTH or not isinstance(value, Mapping):
        return found
    for key, inner in value.items():
        if not isinstance(inner, Mapping):
            continue
        here = context.at(str(key))
        if not _CODES.isdisjoint(inner) and code_of(inner):
            _note(code_of(inner), here, collector)
            found = True
        else:
            found = read_inside(inner, here, collector, depth + 1) or found
    return found


def is_printed(content: str) -> bool:
    """Whether a text is what the CLI prints of an error."""
    return content.lstrip()[:6].upper() == "ERROR:" and _PRINTED.search(content) is not None


def read_printed(content: str, context: Context, collector: Collector) -> bool:
    """Say that the answer is an error."""
    match = _PRINTED.search(content)
    _note(match.group(1) if match else "", context, collector)
    return True


def _note(code: str, context: Context, collector: Collector) -> None:
    what = context.operation or operation_in(context.place) or "a call"
    fix = remedy_of(code)
    where = Origin(context.file, context.place)
    collector.skip(what, f"the answer is an error, {code}", where, fix)
    detail = f"{what} answered {code}; what it should list is unknown, not absent."
    collector.note("INV-ERROR", "medium", "An answer is an error", where, detail, fix)
