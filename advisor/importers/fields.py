"""Reading one record: names are looked up without regard to case and separators, lists without regard to wrapping."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from advisor.model.tables import ABSENT as ABSENT

Record = Mapping[str, object]
Convert = Callable[[object], object]
Path = tuple[str, ...]

_SHAPE_LIMIT: Final = 20_000
_SHAPES: dict[tuple[str, ...], dict[str, str]] = {}
_NAMES: dict[str, str] = {}
_SOURCES: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[tuple[str, Path], ...]] = {}


def plain(name: str) -> str:
    """``vswitchid`` of ``VSwitchId``, ``v_switch_id`` or ``vswitch-id``."""
    known = _NAMES.get(name)
    if known is None:
        known = "".join(letter for letter in name.lower() if letter.isalnum())
        if len(_NAMES) < _SHAPE_LIMIT:
            _NAMES[name] = known
    return known


def keys_of(record: Record) -> dict[str, str]:
    """Plain names of a record's keys → the keys as written (worked out once for each shape of record)."""
    shape = tuple(record)
    known = _SHAPES.get(shape)
    if known is None:
        known = {}
        for key in shape:
            known.setdefault(plain(str(key)), key)
        if len(_SHAPES) < _SHAPE_LIMIT:
            _SHAPES[shape] = known
    return known


def path(text: str) -> Path:
    """``VpcAttributes.VpcId`` as plain segments."""
    return tuple(plain(part) for part in text.split("."))


def dig(value: object, segments: Path) -> object:
    """The value at a path, ABSENT where a segment is missing; a list on the way is followed into each record."""
    for position, segment in enumerate(segments):
        if isinstance(value, dict):
            key = keys_of(value).get(segment)
            if key is None:
                return ABSENT
            value = value[key]
        elif isinstance(value, list):
            found = [dig(item, segments[position:]) for item in value]
            return [item for item in found if item is not ABSENT] or ABSENT
        else:
            return ABSENT
    return value


Source = tuple[str, Path]


def sources_in(record: Record, names: tuple[str, ...]) -> tuple[Source, ...]:
    """Those of the fields ``names`` that a record of this shape has: the key as written, and the path below it."""
    wanted = (tuple(record), names)
    known = _SOURCES.get(wanted)
    if known is None:
        keys = keys_of(record)
        paths = (path_of(name) for name in names)
        known = tuple((keys[segments[0]], segments[1:]) for segments in paths if segments[0] in keys)
        if len(_SOURCES) < _SHAPE_LIMIT:
            _SOURCES[wanted] = known
    return known


def first(record: Record, sources: tuple[Source, ...]) -> object:
    """The first of these fields that says something; where none does an empty one, else ABSENT."""
    fallback: object = ABSENT
    for key, rest in sources:
        value = record[key]
        if rest:
            value = dig(value, rest)
        if value is None or value is ABSENT:
            continue
        if value != "" and value != [] and value != {}:
            return value
        if fallback is ABSENT:
            fallback = value
    return fallback


def get(record: Record, *names: str) -> object:
    """As ``first``, for fields by name."""
    # Mostly the first name is the one, written so: the shape of the record then does not matter.
    value = record.get(names[0])
    if value:
        return value
    return first(record, sources_in(record, names))


_PATHS: dict[str, Path] = {}


def path_of(name: str) -> Path:
    """As ``path``, remembered."""
    known = _PATHS.get(name)
    if known is None:
        known = _PATHS[name] = path(name)
    return known


def items(value: object) -> list[object]:
    """Every list: wrapper (``{"Disk": […]}``), flat, single object or scalar."""
    if value is ABSENT or value is None or value == "":
        return []
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, dict):
        if not value:
            return []
        if len(value) == 1:
            inner = next(iter(value.values()))
            if inner is None or inner == "":
                return []
            if isinstance(inner, list):
                return inner
            if isinstance(inner, dict):
                return [inner]
        return [value]
    return [value]


def records(value: object) -> list[Record]:
    """The records of a list in any wrapping."""
    return [item for item in items(value) if isinstance(item, dict)]


def texts(value: object) -> list[str]:
    """The texts of a list in any wrapping, in order, each once; blanks and empty ones left out."""
    found: list[str] = []
    for item in items(value):
        if isinstance(item, dict | list):
            found.extend(texts(_scalars(item)))
        elif item is not None and str(item).strip():
            found.append(str(item).strip())
    return list(dict.fromkeys(found))


def _scalars(value: object) -> list[object]:
    inner: Sequence[object] = list(value.values()) if isinstance(value, dict) else value  # type: ignore[assignment]
    return [item for item in inner if not isinstance(item, dict)]


def text(value: object) -> str:
    """A scalar as text, without blanks around it; empty where there is none."""
    if value.__class__ is str:
        return value.strip()
    if value is ABSENT or value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()
