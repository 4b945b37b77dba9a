"""Values inside the resources of a state: records, ids, texts, each what it has to be or said of its owner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from advisor.importers.convert import unique
from advisor.importers.fields import ABSENT, Record, get, text
from advisor.importers.quantities import DAYS
from advisor.importers.records import Draft

_SHOWN: Final = 20


def rows_of(draft: Draft, name: str, value: object) -> list[Record] | None:
    """The records of a block of that name; None where it is not said or, which is said, is no list of records."""
    found = draft.read(name, _rows, value)
    return found if isinstance(found, list) else None


def _rows(value: object) -> object:
    if value is None or value == "":
        return ABSENT
    listed = value if isinstance(value, list) else [value]
    odd = next((one for one in listed if not isinstance(one, Mapping)), None)
    if odd is not None:
        raise ValueError(f"is or holds {_what(odd)}; expected: a list of records")
    return listed


def plain_texts(value: object) -> object:
    """The texts of a list, or of one text; ``ValueError`` where something else stands among them."""
    if value is None:
        return ABSENT
    found = list(_flat(value))
    odd = next((one for one in found if not isinstance(one, str)), None)
    if odd is not None:
        raise ValueError(f"is or holds {_what(odd)}; expected: texts")
    return unique(found)


def named_ids(draft: Draft, name: str, *values: object, or_none: bool = False) -> object:
    """The ids that a link names under these fields; ABSENT, and said, where it names none: a link without an end is
    no link to nothing. With ``or_none`` an empty list names nothing."""
    given = [value for value in values if value is not ABSENT and value is not None]
    found = draft.read(name, plain_texts, given)
    if found is ABSENT or found or (or_none and given and all(isinstance(value, list) for value in given)):
        return found
    draft.odd = (*draft.odd, f"{name} is not said; expected: an id")
    return ABSENT


def named_id(draft: Draft, name: str, value: object) -> object:
    """As ``named_ids``, of one id."""
    found = named_ids(draft, name, value)
    return found[0] if isinstance(found, tuple) and found else ABSENT


def _flat(value: object) -> Iterator[object]:
    if not isinstance(value, list):
        yield value
        return
    for one in value:
        yield from _flat(one)


def _what(value: object) -> str:
    """A text is not shown, for it may be a password."""
    if isinstance(value, Mapping):
        return "a record"
    return "a text" if isinstance(value, str) else text(value)[:_SHOWN] or "nothing"


def retention(draft: Draft, record: Record, backups: tuple[str, ...], logs: tuple[str, ...]) -> None:
    """For how many days a database keeps its backups and logs, from the first of these fields that says it."""
    for name, sources in (("backup_retention_days", backups), ("log_backup_retention_days", logs)):
        days = draft.read(name, DAYS, get(record, *sources))
        if days is not ABSENT:
            draft.attributes[name] = days
