"""Attributes of this product's own form: which shape each has, whoever wrote it. What has another one is no value: a
text where ids are listed would be a list of letters to whoever reads it, and a record where an id belongs none at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from advisor.importers.catalogue import SPECS
from advisor.importers.convert import (
    as_bool,
    as_id,
    as_ids,
    as_tags,
    as_texts,
    json_inside,
    one_text,
)
from advisor.importers.fields import ABSENT, Convert, text
from advisor.importers.quantities import (
    COUNT,
    DAYS,
    DISK_GIB,
    HOURS,
    PORT,
    SECONDS,
    STORAGE_GIB_OF_BYTES,
    USED_GIB,
    WEEKDAYS,
)
from advisor.importers.records import Draft
from advisor.importers.secrets import is_secret_name, looks_like_key
from advisor.importers.stubs import REFERENCES

_SHOWN: Final = 20
_RECORDS: Final = frozenset(
    {"backend", "members", "rules", "zone_mappings", "strategies", "replication_rules", "configurations", "nodes",
     "mount_targets", "clients", "routes", "forward_entries", "snat_entries", "data_disks"}
)  # fmt: skip
_POOL: Final = ("gtm_pool", "addresses")
_RECORD: Final = frozenset({"health_check", "configuration"})
_LISTS: Final = ("_ids", "_ips", "_zones", "_regions")
_MORE_LISTS: Final = frozenset({"paths", "directions", "backup_days", "instance_types", "referenced_by"})
_NUMBERS: Final[Mapping[str, Convert]] = {
    "weight": COUNT,
    "port": PORT,
    "forward_port": PORT,
    "priority": COUNT,
    "healthy_threshold": COUNT,
    "unhealthy_threshold": COUNT,
    "system_disk_size_gib": DISK_GIB,
    "snapshot_count": COUNT,
}
_ENDINGS: Final[tuple[tuple[str, Convert], ...]] = (
    ("_days", DAYS),
    ("_gib", USED_GIB),
    ("_s", SECONDS),
    ("_min_available", COUNT),
    ("_enabled", as_bool),
)


def read_attribute(draft: Draft, name: str, value: object) -> object:
    """The value in the shape that this attribute has; ABSENT where it cannot have it, which is then said of the
    draft."""
    if name in _RECORDS or (draft.kind, name) == _POOL:
        given = draft.read(name, _listed_records, value)
        return tuple(_record(draft, name, one) for one in given) if isinstance(given, list) else given
    if name in _RECORD:
        found = draft.read(name, _one_record, value)
        return _record(draft, name, found) if isinstance(found, Mapping) else found
    return draft.read(name, _reader(draft.kind, name), value)


def _record(draft: Draft, name: str, record: Mapping[str, object]) -> dict[str, object]:
    """An inner record whose numbers are looked at as those of the resource itself."""
    found: dict[str, object] = {}
    for key, value in record.items():
        convert = _by_name(str(key))
        if is_secret_name(str(key)) or value is None:
            continue
        read = draft.read(f"{key} in {name}", convert, value) if convert else frozen(value)
        if read is not ABSENT:
            found[str(key)] = read
    return found


@cache
def _reader(kind: str, name: str) -> Convert:
    """How an attribute of this kind is read; one that nothing is known of is kept as it is."""
    for spec in SPECS:
        for one in spec.fields if spec.kind == kind else ():
            if one.name == name:
                return _CANONICAL.get(one.convert) or _of_one(one.convert)
    if name in REFERENCES and name.endswith("_id"):
        return _of_one(as_id)
    if name.endswith(_LISTS) or name in _MORE_LISTS:
        return _texts
    return _by_name(name) or frozen


def _by_name(name: str) -> Convert | None:
    known = _NUMBERS.get(name)
    known = known or next((convert for ending, convert in _ENDINGS if name.endswith(ending)), None)
    return None if known is None else _of_one(known)


def _of_one(convert: Convert) -> Convert:
    """``convert`` for a scalar: a list or a record in its place is no value, and a credential is not kept."""

    def read(value: object) -> object:
        if isinstance(value, Mapping | list | tuple):
            raise ValueError(f"is {_what(value)}; expected: one value")
        return "" if isinstance(value, str) and looks_like_key(value) else convert(value)

    return read


def _what(value: object) -> str:
    if isinstance(value, Mapping):
        return "a record"
    return "a list" if isinstance(value, list | tuple) else f"{text(value)[:_SHOWN]}"


def _texts(value: object) -> object:
    """A list of texts; a text is one, with commas, semicolons or blanks between several."""
    inner = json_inside(value)
    if isinstance(inner, str):
        return tuple(part for part in re.split(r"[,，;；\s]+", inner) if part)
    if not isinstance(inner, list | tuple):
        raise ValueError(f"is {_what(inner)}; expected: a list of texts")
    odd = next((one for one in inner if not isinstance(one, str)), None)
    if odd is not None:
        raise ValueError(f"holds {_what(odd)}; expected: a list of texts")
    return tuple(one.strip() for one in inner if one.strip())


def _listed_records(value: object) -> object:
    inner = json_inside(value)
    if inner in ("", None):
        return []
    listed = list(inner) if isinstance(inner, list | tuple) else [inner]
    odd = next((one for one in listed if not isinstance(one, Mapping)), None)
    if odd is not None:
        raise ValueError(f"holds {_what(odd)}; expected: a list of records")
    return listed


def _one_record(value: object) -> object:
    inner = json_inside(value)
    if inner in ("", None):
        return ABSENT
    if not isinstance(inner, Mapping):
        raise ValueError(f"is {_what(inner)}; expected: a record")
    return inner


def frozen(value: object) -> object:
    """Lists as tuples, as every other importer gives them; secret fields and texts of records left out."""
    if isinstance(value, list | tuple):
        return tuple(frozen(item) for item in value)
    if isinstance(value, Mapping):
        return {str(key): frozen(item) for key, item in value.items() if not is_secret_name(str(key))}
    return "" if isinstance(value, str) and looks_like_key(value) else value


_CANONICAL: Final[Mapping[Convert, Convert]] = {
    as_ids: _texts,
    as_texts: _texts,
    one_text: _texts,
    as_tags: as_tags,
    HOURS: HOURS,
    WEEKDAYS: WEEKDAYS,
    STORAGE_GIB_OF_BYTES: _of_one(USED_GIB),
}
"""Readers of what the cloud writes, and what reads the same attribute once it is canonical: in GiB, not in bytes."""
