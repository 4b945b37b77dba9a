"""Large JSON documents read page by page: their long lists stay text until somebody reads them, some records at a time.

A document of many megabytes is read in one pass that only finds where the records of its lists begin and end; parsing a
page of them at a time then needs the memory of a page, which is also what makes it fast."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
import orjson
from msgspec import Raw

# Tuning: a list of fewer records is no long one; so many records are parsed at once.
LONG_FROM: Final = 256
PAGE_ROWS: Final = 200

_Scalar = None | bool | int | float | str
_Inner = _Scalar | list[Raw] | dict[str, Any]
_Middle = _Scalar | list[Raw] | dict[str, _Inner]
_Outer = list[Raw] | dict[str, _Middle]
_DECODER: Final = msgspec.json.Decoder(_Outer)


class LongList:
    """A list of many values that are still text."""

    def __init__(self, values: Sequence[Raw]) -> None:
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    @property
    def first(self) -> object:
        """The first value."""
        value: object = orjson.loads(memoryview(self._values[0]))
        return value

    def pages(self) -> Iterator[tuple[int, list[object]]]:
        """The values, some at a time, each time with the position of the first; raises ``JSONDecodeError``."""
        for start in range(0, len(self._values), PAGE_ROWS):
            page = b",".join(self._values[start : start + PAGE_ROWS])
            yield start, orjson.loads(b"[" + page + b"]")


def with_long_lists(data: bytes) -> object | None:
    """The value of one JSON document, its long lists as ``LongList``; None where it has none or cannot be read so."""
    try:
        value = _DECODER.decode(data)
        opened = _opened(value)
    except (msgspec.MsgspecError, orjson.JSONDecodeError, RecursionError):
        return None
    return opened if _has_long(opened) else None


def _opened(value: object) -> object:
    """The value with its short lists parsed."""
    if isinstance(value, dict):
        return {key: _opened(inner) for key, inner in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], Raw):
        return LongList(value) if len(value) >= LONG_FROM else [orjson.loads(memoryview(item)) for item in value]
    return value


def _has_long(value: object) -> bool:
    if isinstance(value, dict):
        return any(_has_long(inner) for inner in value.values())
    return isinstance(value, LongList)


def sketch(value: object) -> object:
    """The value with only the first of each long list."""
    if isinstance(value, LongList):
        return [value.first]
    return {key: sketch(inner) for key, inner in value.items()} if isinstance(value, dict) else value
