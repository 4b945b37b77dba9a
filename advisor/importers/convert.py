"""From the value a file holds to the canonical one: ``ValueError`` where it cannot be read, ABSENT where unknown."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import orjson

from advisor.importers.fields import ABSENT, Record, get, items, text, texts
from advisor.importers.numbers import (
    IN_BYTES,
    IN_CORES,
    IN_DAYS,
    IN_GIB,
    IN_MBPS,
    IN_MIB,
    IN_MIB_A_SECOND,
    IN_SECONDS,
    IN_THINGS,
    NO_UNITS,
    Units,
    is_whole,
    number_in,
)

_TRUE: Final = frozenset({"true", "1", "yes", "on", "enabled", "enable", "open", "是", "开启", "已开启"})
_FALSE: Final = frozenset({"false", "0", "no", "off", "disabled", "disable", "close", "closed", "否", "关闭", "未开启"})
_NONE: Final = frozenset({"-", "--", "—", "——", "n/a", "null", "none", "无"})
_TIME = re.compile(r"^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d|UTC)?)?$")
_UNSET_YEARS: Final = (1, 1970)
NEVER_YEAR: Final = 2099
_FIRST_TIME: Final = int(datetime(2009, 1, 1, tzinfo=UTC).timestamp())
"""Nothing in an inventory is older than the cloud itself: a number below is a count, a year or a slip, no time."""
_MILLISECONDS_FROM: Final = 10**11
_GIB_BYTES: Final = 1024**3
_WORDS_LIMIT: Final = 50_000
_WORD_LENGTH: Final = 64
_WRAPPER: Final = "Tag"
"""The name around the API's list of tags: what stands in it is no value of a tag of that name."""
_WORDS: dict[str, str] = {}
_TIMES: dict[str, str] = {}


def as_text(value: object) -> object:
    """Text; ``-`` and its like are known to be none, hence empty. Words that come again are kept once."""
    if type(value) is str:
        known = _WORDS.get(value)
        if known is not None:
            return known
        found = _word(value)
        if len(_WORDS) < _WORDS_LIMIT and len(found) < _WORD_LENGTH:
            _WORDS[value] = found
        return found
    return _unkept(value)


def _unkept(value: object) -> object:
    """As ``as_text``, not kept: for what has yet to show that it is a number, a time or a truth value, and may be a
    password in the wrong field."""
    value = alone(value)
    return _word(value) if isinstance(value, str) else value if value is ABSENT else text(value)


def alone(value: object) -> object:
    """The one value that stands here, also as the only one of a list; ABSENT where an empty list or record says none,
    ``ValueError`` where there are several or a record."""
    while isinstance(value, list | tuple) and len(value) == 1:
        (value,) = value
    if value is None or (isinstance(value, list | tuple | dict) and not value):
        return ABSENT
    error = no_scalar(value)
    if error:
        raise ValueError(error)
    return value


def no_scalar(value: object) -> str:
    """What is wrong with what must be one value, where it is a list or a record that holds something; else empty."""
    if isinstance(value, list | tuple | dict) and value:
        return f"is a {'record' if isinstance(value, dict) else 'list'}; expected: one value"
    return ""


def _word(written: str) -> str:
    found = written.strip()
    return "" if found.lower() in _NONE else found


def as_word(value: object) -> object:
    """Text that names a kind, a type or a category, as ``as_text``: a number or truth value names none."""
    value = value if value.__class__ is str else alone(value)
    if isinstance(value, int | float):
        raise ValueError(f"is {text(value)[:20]}; expected: a word")
    return as_text(value)


def as_lower(value: object) -> object:
    """As ``as_word``, in lower case."""
    found = as_word(value)
    return found.lower() if isinstance(found, str) else found


def as_int(value: object) -> object:
    """A whole number; ``"100"`` and ``100.0`` are 100."""
    found = as_float(value)
    if isinstance(found, float) and not found.is_integer():
        raise ValueError("is no whole number")
    return int(found) if isinstance(found, float) else found


def as_float(value: object, units: Units = NO_UNITS) -> object:
    """A number in a reader's own unit, of one or of a text with one of ``units``; an empty text is unknown."""
    if isinstance(value, bool):
        raise ValueError("is no number")
    if isinstance(value, int | float):
        return _finite(value)
    found = _unkept(value)
    if found is ABSENT or found == "":
        return ABSENT
    return _finite(number_in(str(found), units))


def _finite(number: float) -> float:
    """A number that a float can hold; the quantities of an inventory are far below its limit of 1.8e308."""
    try:
        found = float(number)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise ValueError("is a number out of range")
    return found


def as_number(value: object, units: Units = NO_UNITS) -> object:
    """A number, whole where it can be, as ``as_float``."""
    found = as_float(value, units)
    return int(found) if isinstance(found, float) and found.is_integer() else found


def as_gib(value: object) -> object:
    """GiB of a number of GiB or of a text with its unit (``500 GB``, ``2 TiB``, ``512 MiB``)."""
    return as_number(value, IN_GIB)


def as_mib(value: object) -> object:
    """Whole MiB of a number of them, or, what is less than one left out, of a text with its unit (``32 GiB``)."""
    found = as_float(value, IN_MIB)
    if not isinstance(found, float):
        return found
    if not found.is_integer() and tried(as_float, value) == found:
        raise ValueError("is no whole number")
    return int(found)


def gib_of_bytes(value: object) -> object:
    """GiB, to three places, of a number of bytes."""
    found = as_float(value, IN_BYTES)
    return round(found / _GIB_BYTES, 3) if isinstance(found, float) else found


def as_cores(value: object) -> object:
    """A number of processors (``2``, ``2 核``, ``8 vCPU``)."""
    return as_number(value, IN_CORES)


def as_count(value: object) -> object:
    """A number of things (``3``, ``3 个``)."""
    return as_number(value, IN_THINGS)


def as_days(value: object) -> object:
    """A number of days (``7``, ``7天``)."""
    return as_number(value, IN_DAYS)


def as_seconds(value: object) -> object:
    """Seconds of a number of them or of a text with its unit (``15 min``)."""
    return as_number(value, IN_SECONDS)


def as_mbps(value: object) -> object:
    """Mbit/s of a number of them or of a text with its unit (``100 Mbps``, ``1 Gbps``)."""
    return as_number(value, IN_MBPS)


def as_mib_a_second(value: object) -> object:
    """MiB/s of a number of them or of a text with that unit."""
    return as_number(value, IN_MIB_A_SECOND)


def as_bool(value: object) -> object:
    """A truth value in any of its spellings."""
    if isinstance(value, bool):
        return value
    found = _unkept(value)
    if found is ABSENT or found == "":
        return ABSENT
    word = str(found).lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError("is neither true nor false")


def as_texts(value: object) -> object:
    """A list of texts in any wrapping; a text with commas is a list too."""
    if isinstance(value, str):
        inner = json_inside(value)
        if isinstance(inner, list):
            return tuple(texts(inner))
        return tuple(part for part in (part.strip() for part in re.split(r"[,，;\n]", value)) if part)
    return tuple(texts(value))


def as_id(value: object) -> object:
    """The id of another thing: a text, as ``as_text``; a number or truth value is none."""
    value = value if value.__class__ is str else alone(value)
    if isinstance(value, int | float):
        raise ValueError(f"is {text(value)[:20]}; expected: an id, which is a text")
    return as_text(value)


def as_ids(value: object) -> object:
    """A list of ids in any wrapping, as ``as_texts``; numbers and truth values are none."""
    odd = _no_text_in(value)
    if odd is not None:
        raise ValueError(f"holds {text(odd)[:20]}; expected: a list of ids, which are texts")
    return as_texts(value)


def _no_text_in(value: object) -> object:
    """The first number or truth value in a list, wrapped or not; None where there is none."""
    for item in items(value):
        if isinstance(item, dict) and len(item) == 1:
            (item,) = item.values()
        # Of a record with more than an id the texts are taken.
        if isinstance(item, int | float):
            return item
    return None


def as_records(value: object, marks: tuple[str, ...] = ()) -> tuple[Record, ...]:
    """The records of a list in any wrapping, each with one of the fields ``marks`` where there are any; ``ValueError``
    where something in it is none. Empty places say nothing."""
    given = [one for one in items(json_inside(value)) if one not in (None, "", [], {}) and not _is_none(one)]
    odd = next((one for one in given if not isinstance(one, dict)), None)
    if odd is not None:
        what = "a text" if isinstance(odd, str) else "a list" if isinstance(odd, list | tuple) else text(odd)[:20]
        raise ValueError(f"holds {what}; expected: a list of records")
    found = tuple(one for one in given if isinstance(one, dict))
    if marks and not all(_says(get(one, *marks)) for one in found):
        raise ValueError(f"holds a record without {' or '.join(marks[:2])}; expected: a list of records that have one")
    return found


def _is_none(value: object) -> bool:
    return isinstance(value, str) and _word(value) == ""


def _says(value: object) -> bool:
    return value is not ABSENT and not isinstance(value, dict) and value != "" and value != []


def as_ints(value: object) -> object:
    """A list of whole numbers, also as JSON inside a text (``"[\\"0\\",\\"12\\"]"``)."""
    found = as_texts(value)
    if not isinstance(found, tuple):
        return ABSENT
    if not all(is_whole(part) for part in found):
        raise ValueError("is no list of whole numbers")
    return tuple(int(part) for part in found)


def as_time(value: object) -> object:
    """``YYYY-MM-DDThh:mm:ssZ`` of any spelling seen; "never" and "unset" are known to be none, hence empty."""
    if isinstance(value, bool):
        raise ValueError("is no time")
    if isinstance(value, int | float):
        return _time_of_number(_finite(value))
    found = _unkept(value)
    if found is ABSENT or found == "":
        return found
    written = str(found)
    if is_whole(written):
        return _time_of_number(float(written))
    known = _TIMES.get(written)
    if known is None:
        try:
            known = _time_of_text(written)
        except ValueError:
            raise ValueError("is no time") from None
        if len(_TIMES) < _WORDS_LIMIT:
            _TIMES[written] = known
    return known


def _time_of_text(written: str) -> str:
    match = _TIME.match(written)
    if match is None:
        raise ValueError("is no time")
    year, month, day, hour, minute, second, zone = match.groups()
    moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC)
    if moment.year in _UNSET_YEARS or moment.year >= NEVER_YEAR:
        return ""
    if not zone or zone in ("Z", "UTC"):
        return f"{year}-{month}-{day}T{hour or '00'}:{minute or '00'}:{second or '00'}Z"
    moment = datetime.fromisoformat(f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{zone[:3]}:{zone[-2:]}")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _time_of_number(number: float) -> str:
    if number == 0:
        return ""
    seconds = number / 1000 if number >= _MILLISECONDS_FROM else number
    if seconds < _FIRST_TIME:
        raise ValueError("is a number of no time since 2009")
    try:
        moment = datetime.fromtimestamp(int(seconds), UTC)
    except (OverflowError, OSError, ValueError):
        raise ValueError("is no time") from None
    return "" if moment.year >= NEVER_YEAR else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def json_inside(value: object) -> object:
    """The JSON that a text holds (also escaped once more), else the value itself."""
    if not isinstance(value, str):
        return value
    stripped = value.strip()
    for candidate in (stripped, stripped.replace('\\"', '"')):
        if candidate[:1] in ("{", "["):
            try:
                return orjson.loads(candidate)
            except orjson.JSONDecodeError:
                continue
    return value


def as_tags(value: object) -> dict[str, str]:
    """Tags of any shape: TagKey/TagValue, Key/Value, a map, JSON in a text; keys and values verbatim. A value of nested
    structures is written as JSON; ``ValueError`` where it is nested too deeply for that or these are no tags."""
    value = json_inside(value)
    if isinstance(value, dict) and not _wraps_tags(value):
        return {str(key): _tag_text(item) for key, item in value.items() if item is not None}
    return dict(_tag_pairs(value))


def _no_tags(value: object) -> ValueError:
    """The complaint about what stands where tags should; a text is not shown, for it may be a password."""
    what = (
        "a text"
        if isinstance(value, str)
        else "an entry without a key"
        if isinstance(value, dict)
        else text(value)[:20]
    )
    return ValueError(f"is {what}; expected: a pair of a key and a value")


def _wraps_tags(value: Record) -> bool:
    if get(value, "TagKey", "Key") is not ABSENT:
        return True
    if len(value) != 1:
        return False
    ((name, inner),) = value.items()
    return name == _WRAPPER or _holds_records(inner)


def _holds_records(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and all(isinstance(item, dict) for item in value))


def _tag_pairs(value: object) -> list[tuple[str, str]]:
    pairs = []
    for record in items(value):
        if not isinstance(record, dict):
            if record is None or (isinstance(record, str) and _word(record) == ""):
                continue
            raise _no_tags(record)
        key = get(record, "TagKey", "Key")
        if isinstance(key, str | int):
            pairs.append((str(key), _tag_text(get(record, "TagValue", "Value"))))
        elif key is ABSENT and record.keys() != {_WRAPPER} and (len(record) == 1 or _is_map(record)):
            pairs.extend(as_tags(record).items())
        elif record:
            raise _no_tags(next(iter(record.values())) if record.keys() == {_WRAPPER} else record)
    return pairs


def _is_map(record: Record) -> bool:
    """Whether an entry of a list is a map of tags itself, as Ansible gives them, and no pair that lacks its key."""
    return get(record, "TagValue", "Value") is ABSENT and all(isinstance(value, str) for value in record.values())


def _tag_text(value: object) -> str:
    if value is ABSENT or value is None:
        return ""
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return str(value) if not isinstance(value, dict) else _written(value)


def _written(value: object) -> str:
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        raise ValueError("is nested too deeply") from None


def tried(convert: Callable[[object], object], value: object) -> object:
    """The value read, ABSENT where it cannot be: for places where a finding of its own would be too much."""
    try:
        return convert(value)
    except ValueError:
        return ABSENT


def one_text(value: object) -> object:
    """A list of one text: known to be empty where the text is."""
    if isinstance(value, dict | list):
        return as_ids(value)
    found = as_id(value)
    return ABSENT if found is ABSENT else (found,) if found else ()


def unique(*lists: object) -> tuple[str, ...]:
    """The texts of several lists, each once, in order."""
    return tuple(dict.fromkeys(part for one in lists for part in texts(one)))


def first_known(*values: object) -> object:
    """The first value that is neither ABSENT nor empty."""
    return next((value for value in values if value is not ABSENT and value not in (None, "", (), [])), ABSENT)


def listed(value: object) -> bool:
    """Whether a list was given at all, empty or not."""
    return value is not ABSENT and value is not None
