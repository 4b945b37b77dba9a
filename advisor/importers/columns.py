"""Reading many records of one shape at once, a column for each field: the same values as one record at a time, in a
fraction of the time. What does not fit the usual shape goes the way of the single record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from operator import itemgetter
from types import NoneType
from typing import Final

from advisor.importers.convert import (
    as_bool,
    as_cores,
    as_count,
    as_days,
    as_float,
    as_gib,
    as_id,
    as_ids,
    as_int,
    as_mbps,
    as_mib,
    as_mib_a_second,
    as_number,
    as_seconds,
    as_text,
    as_texts,
    as_word,
)
from advisor.importers.fields import ABSENT, Convert, Path, Record, Source, dig, keys_of, sources_in, text
from advisor.importers.quantities import Quantity
from advisor.model.tables import Absent

Column = Sequence[object]

_EMPTY_TEXT: Final = ""
# The longest of the words that stand for "none" (convert.py): longer texts cannot be one of them.
_LONGEST_NONE: Final = 4


class Rows:
    """Records of one shape, transposed: the keys that records of this shape were asked for before are fetched in one
    pass over all of them, which is what costs."""

    def __init__(self, records: Sequence[Record], used: dict[str, None]) -> None:
        self.records = records
        self._used = used
        self._columns: dict[str, Column] = {}
        if len(used) > 1:
            fetched = zip(*map(itemgetter(*used), records), strict=True)
            self._columns = dict(zip(used, fetched, strict=True))

    def __len__(self) -> int:
        return len(self.records)

    def get(self, *names: str) -> Column:
        """``fields.get`` of every record."""
        return self.first(sources_in(self.records[0], names))

    def first(self, sources: tuple[Source, ...]) -> Column:
        """``fields.first`` of every record."""
        found = self.given(sources)
        return [ABSENT if value is None else value for value in found] if None in found else found

    def given(self, sources: tuple[Source, ...]) -> Column:
        """The same, but where nothing is said there may be None instead of ABSENT."""
        if not sources:
            return [ABSENT] * len(self.records)
        best = self._source(sources[0])
        for source in sources[1:]:
            if all(best) and ABSENT not in best:
                break
            best = [_better(value, rival) for value, rival in zip(best, self._source(source), strict=True)]
        return best

    def _source(self, source: Source) -> Column:
        key, rest = source
        values = self._columns.get(key)
        if values is None:
            values = self._columns[key] = [record[key] for record in self.records]
            self._used[key] = None
        return _below(values, rest) if rest else values


def _says_nothing(value: object) -> bool:
    return value is ABSENT or (not value and (value is None or value == "" or value == [] or value == {}))


def _better(value: object, rival: object) -> object:
    """The first that says something, else the first that is given at all."""
    if not _says_nothing(value):
        return value
    if not _says_nothing(rival):
        return rival
    return rival if value is None or value is ABSENT else value


def _below(values: Column, path: Path) -> Column:
    """``fields.dig`` of every value."""
    if not path:
        return values
    found = _lists_below(values, path) if list in set(map(type, values)) else None
    if found is not None:
        return found
    key = _key_of(values, path[0])
    if key is None:
        return [dig(value, path) for value in values]
    inner: Column = [value[key] if value.__class__ is dict and key in value else _MISSED for value in values]
    if _MISSED in inner:
        below = iter(_below([value for value in inner if value is not _MISSED], path[1:]))
        return [dig(value, path) if deep is _MISSED else next(below) for value, deep in zip(values, inner, strict=True)]
    return _below(inner, path[1:])


class _Missed:
    pass


_MISSED: Final = _Missed()


def _key_of(values: Column, segment: str) -> str | None:
    """How the first record among the values writes a name."""
    for value in values:
        if isinstance(value, dict) and value:
            return keys_of(value).get(segment)
    return None


def _lists_below(values: Column, path: Path) -> Column | None:
    """Lists of records on the way: one pass over all their records, laid end to end."""
    if set(map(type, values)) != {list}:
        return None
    if set(map(len, values)) == {1}:  # type: ignore[arg-type]
        alone = _below([value[0] for value in values], path)  # type: ignore[index]
        return [ABSENT if value is ABSENT else [value] for value in alone]
    records: list[object] = list(chain.from_iterable(values))  # type: ignore[arg-type]
    if set(map(type, records)) != {dict}:
        return [dig(value, path) for value in values]
    found = iter(_below(records, path))
    result: list[object] = []
    for value in values:
        inner = [item for item in (next(found) for _ in value) if item is not ABSENT]  # type: ignore[attr-defined]
        result.append(inner or ABSENT)
    return result


def converted(values: Column, convert: Convert) -> tuple[Column, dict[int, ValueError]] | None:
    """A column read by ``convert``, and what went wrong by row (such a value is unknown). None and ABSENT are unknown;
    the answer is None where all are."""
    kinds = set(map(type, values))
    if NoneType in kinds:
        values = [ABSENT if value is None else value for value in values]
        kinds = set(map(type, values))
    if kinds == {Absent}:
        return None
    if isinstance(convert, Quantity):
        as_they_are = convert.read in _WHOLE_AS_THEY_ARE and kinds == {int}
        if as_they_are and convert.holds(min(values), max(values)):  # type: ignore[arg-type, type-var]
            return values, {}
        return _by_word(values, convert) if kinds == {str} else _one_by_one(values, convert)
    quick = _QUICK.get(convert)
    if quick is not None:
        found = quick(values, kinds)
        if found is not None:
            return found, {}
    if kinds == {str}:
        return _by_word(values, convert)
    return _one_by_one(values, convert)


def _by_word(values: Column, convert: Convert) -> tuple[Column, dict[int, ValueError]]:
    """Each different text is read once."""
    known: dict[object, object] = {}
    wrong: dict[object, ValueError] = {}
    for word in set(values):
        try:
            known[word] = convert(word)
        except ValueError as error:
            known[word], wrong[word] = ABSENT, error
    found: Column = [known[value] for value in values]
    if not wrong:
        return found, {}
    return found, {row: wrong[value] for row, value in enumerate(values) if value in wrong}


def plain_texts(values: Column) -> list[str]:
    """``fields.text`` of every value."""
    if set(map(type, values)) == {str} and _has_no_blanks(values):  # type: ignore[arg-type]
        return values  # type: ignore[return-value]
    return [text(value) for value in values]


def _has_no_blanks(texts: Sequence[str]) -> bool:
    whole = "".join(texts)
    return not whole or whole.split(None, 1)[:1] == [whole]


def _one_by_one(values: Column, convert: Convert) -> tuple[Column, dict[int, ValueError]]:
    found: list[object] = []
    wrong: dict[int, ValueError] = {}
    for row, value in enumerate(values):
        if value is ABSENT:
            found.append(value)
            continue
        try:
            found.append(convert(value))
        except ValueError as error:
            found.append(ABSENT)
            wrong[row] = error
    return found, wrong


def _quick_text(values: Column, kinds: set[type]) -> Column | None:
    """Texts without blanks, none of them short enough to be a word for "none"."""
    if kinds != {str}:
        return None
    texts: list[str] = values  # type: ignore[assignment]
    if not _has_no_blanks(texts):
        return None
    if min(map(len, texts)) > _LONGEST_NONE:
        return values
    short = {word for word in texts if len(word) <= _LONGEST_NONE}
    return values if short <= {_EMPTY_TEXT} else None


def _quick_whole(values: Column, kinds: set[type]) -> Column | None:
    return values if kinds == {int} else None


def _quick_float(values: Column, kinds: set[type]) -> Column | None:
    return values if kinds == {float} else None


def _quick_bool(values: Column, kinds: set[type]) -> Column | None:
    return values if kinds == {bool} else None


def _quick_texts(values: Column, kinds: set[type]) -> Column | None:
    """Lists, wrapped or not, of at most one plain text."""
    if not kinds <= {dict, list}:
        return None
    return [found if (found := _at_most_one(value)) is not None else as_texts(value) for value in values]


def _quick_ids(values: Column, kinds: set[type]) -> Column | None:
    """As ``_quick_texts``; None where one of them is no list of ids."""
    if not kinds <= {dict, list}:
        return None
    try:
        return [found if (found := _at_most_one(value)) is not None else as_ids(value) for value in values]
    except ValueError:
        return None


def _at_most_one(value: object) -> tuple[str, ...] | None:
    if value.__class__ is dict:
        if len(value) != 1:
            return None
        (value,) = value.values()
    if value.__class__ is not list or len(value) > 1:
        return None
    if not value:
        return ()
    (only,) = value
    return (only,) if only.__class__ is str and only and only == only.strip() else None


# Readers that leave whole numbers as they are; others make another number of them, as GiB of bytes.
_WHOLE_AS_THEY_ARE: Final = (
    as_int, as_number, as_gib, as_mib, as_cores, as_count, as_days, as_seconds, as_mbps, as_mib_a_second
)  # fmt: skip
_QUICK: Final[dict[Convert, Callable[[Column, set[type]], Column | None]]] = {
    as_text: _quick_text,
    as_word: _quick_text,
    as_id: _quick_text,
    as_int: _quick_whole,
    as_number: _quick_whole,
    as_float: _quick_float,
    as_bool: _quick_bool,
    as_texts: _quick_texts,
    as_ids: _quick_ids,
}
