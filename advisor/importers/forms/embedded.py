"""JSON inside other text: Markdown fences, comments of programs, logs; and Python's own way to print a dictionary."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Final

from advisor.importers.documents import DECODER
from advisor.importers.records import RANK_QUOTED, Collector, Context
from advisor.importers.sources import RefusedError
from advisor.model.inventory import Origin

_COMMENT: Final = re.compile(r"^\s*(?:#|//|\*|--|;)+ ?")
_START: Final = re.compile(r"[\[{]")
_PYTHON: Final = re.compile(r"^\s*[\[{]\s*(?:\{\s*)?'")
MAX_TEXT: Final = 32 * 1024**2
MAX_PYTHON: Final = 16 * 1024**2
MAX_TRIES: Final = 2000
MIN_LENGTH: Final = 20

ReadDocument = Callable[[object, Context, Collector], bool]


def python_value(text: str) -> object:
    """The value of a text that Python printed (``{'Instances': …}``, perhaps one a line); None where it is none."""
    if not _PYTHON.match(text) or len(text) > MAX_PYTHON:
        return None
    whole = _literal(text.strip())
    if whole is not None:
        return whole
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    values = [_literal(line) for line in lines if line[:1] in ("{", "[")]
    return values if len(values) == len(lines) > 1 and None not in values else None


def _literal(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def read(text: str, context: Context, collector: Collector, read_document: ReadDocument) -> bool:
    """Read every JSON document that is found inside the text; a finding says so, for it may be an example."""
    if len(text) > MAX_TEXT:
        raise RefusedError("it is too long a text to look for JSON in.", "Hand in the answers themselves.")
    context = context.but(rank=RANK_QUOTED)
    lines = []
    for line, value in candidates(text):
        if value is None:
            where = Origin(context.file, f"line {line}")
            remedy = "Hand in the answers behind that line as files of their own."
            collector.skip(where.place, "too many brackets; the text was read up to here", where, remedy)
        elif read_document(value, context.at(f"line {line}"), collector):
            lines.append(line)
    if lines:
        places = ", ".join(str(line) for line in lines[:10])
        collector.note(
            "INV-EMBEDDED",
            "info",
            "Resources were read from JSON inside a text",
            Origin(context.file),
            f"JSON at line {places}.",
            "Leave the file out if that is only an example.",
        )
    return bool(lines)


def candidates(text: str) -> Iterator[tuple[int, object]]:
    """Each JSON value in the text with its line, comment signs before its lines left out; None where looking for them
    was given up."""
    bare = "\n".join(_COMMENT.sub("", line) for line in text.splitlines())
    position = tries = 0
    while (start := _START.search(bare, position)) is not None:
        try:
            value, end = DECODER.raw_decode(bare, start.start())
        except (ValueError, RecursionError):
            position = start.start() + 1
            tries += 1
            if tries == MAX_TRIES:
                yield bare.count("\n", 0, position) + 1, None
                return
            continue
        if isinstance(value, dict | list) and end - start.start() >= MIN_LENGTH:
            yield bare.count("\n", 0, start.start()) + 1, value
        position = end
