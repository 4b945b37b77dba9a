"""Text to JSON values: one document, several in one file, JSON lines. What is broken is named by line, never quoted."""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Final

import orjson

from advisor.importers.numbers import is_whole
from advisor.importers.sources import RefusedError

DUPLICATES_UP_TO: Final = 1024**2
_HEAD: Final = 64
_FLOAT_DIGITS: Final = 300
"""Longer numbers than these are more than a float holds (1.8e308): they become a text, which no field takes for one."""


def _number(digits: str) -> object:
    found = float(digits) if len(digits) <= _FLOAT_DIGITS else math.inf
    return found if math.isfinite(found) else "a number out of range"


DECODER: Final = json.JSONDecoder(
    parse_int=lambda digits: int(digits) if is_whole(digits.removeprefix("-")) else _number(digits),
    parse_float=_number,
    parse_constant=lambda name: f"{name} is no number",
)
"""What reads JSON that the strict parser refuses: with ``NaN``, with numbers without end, with more behind it."""
_MARKS: Final = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_WIDE: Final = (
    (re.compile(rb"[^\0]\0\0\0[^\0]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[^\0]\0\0\0[^\0]"), "utf-32-be"),
    (re.compile(rb"[^\0]\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"\0[^\0]\0[^\0]"), "utf-16-be"),
)
"""Texts of two and four bytes a sign without a mark, by the first two signs of what begins with plain ones."""
_HEAD_READ: Final = 8192
_PLAIN_SHARE: Final = 0.05
"""Tuning: of the signs of a list so many at least are plain (delimiters, line ends, ids); of chance bytes 0.2 % are."""
_CONTROLS: Final = bytes(byte for byte in range(32) if not 9 <= byte <= 13 and byte != 27)
_OTHER_LINE_ENDS: Final = tuple(end.encode() for end in "\x85\u2028\u2029")
"""What ends a line of a text beside those signs that no JSON may hold as they are."""
_BLANKS = re.compile(r"[\s,;]*")
_HTTP_HEAD = re.compile(r"^\s*HTTP/\d(?:\.\d)? \d{3}[^\n]*\n(?:[A-Za-z-]+:[^\n]*\n)*\s*")


class BrokenError(Exception):
    """A text that is no JSON from some line on."""

    def __init__(self, line: int, problem: str, cut_off: bool) -> None:
        self.line, self.problem, self.cut_off = line, problem, cut_off
        super().__init__(problem)


def decode(data: bytes) -> str:
    """The text of a file in any of the encodings met: UTF-8, UTF-16 and UTF-32 with or without mark, GB18030."""
    wide = _wide_encoding(data)
    for encoding in [wide] if wide else ["utf-8-sig", "gb18030"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RefusedError("it is text in no encoding that is known (UTF-8, UTF-16, GBK, GB18030).", "Save it as UTF-8.")


def _wide_encoding(data: bytes) -> str | None:
    """The encoding of a text of two or four bytes a sign, None for all others."""
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    told = marked or next((name for pattern, name in _WIDE if pattern.match(data)), None)
    if told or b"\0" not in data[:_HEAD_READ]:
        return told
    found = _plausible(data)
    return found[0] if len(found) == 1 else None


def _plausible(data: bytes) -> list[str]:
    """The wide encodings in which bytes without a mark make sense: those that read most plain signs out of them, where
    all others are printable. More than one is no answer."""
    plain: dict[str, int] = {}
    for _, encoding in _WIDE:
        reader = codecs.getincrementaldecoder(encoding)()
        try:
            # A head may end within a sign; a whole text may not.
            head = reader.decode(data[:_HEAD_READ], final=len(data) <= _HEAD_READ)
        except UnicodeDecodeError:
            continue
        count = sum(sign.isascii() for sign in head)
        if count >= _PLAIN_SHARE * len(head) and all(sign.isprintable() or sign.isspace() for sign in head):
            plain[encoding] = count
    return [encoding for encoding, count in plain.items() if count == max(plain.values())]


def may_be_wide(data: bytes) -> bool:
    """Whether the bytes are a text of two bytes a sign in either order, which nothing in them tells."""
    return b"\0" in data[:_HEAD_READ] and len(_plausible(data)) > 1


def looks_binary(data: bytes) -> bool:
    """Whether the bytes are no text."""
    if _wide_encoding(data):
        return False
    head = data[:_HEAD_READ]
    if b"\0" in head:
        return True
    return len(head) - len(head.translate(None, _CONTROLS)) > len(head) // 20


def json_values(text: str) -> list[tuple[str, object]]:
    """Every JSON document in a text that begins with one, with its place; raises ``BrokenError`` at the first fault."""
    body = without_http_head(text)
    try:
        return [("", orjson.loads(body))]
    except orjson.JSONDecodeError:
        pass
    lines = list(_json_lines(body))
    return lines if lines else list(_concatenated(body))


def without_http_head(text: str) -> str:
    """A text without the head of an HTTP answer; its lines stay, so that places keep their numbers."""
    head = _HTTP_HEAD.match(text)
    return "\n" * head.group(0).count("\n") + text[head.end() :] if head else text


def _json_lines(text: str) -> Iterator[tuple[str, object]]:
    """One document a line, where every line that is not blank holds one."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append((f"line {number}", orjson.loads(line)))
        except orjson.JSONDecodeError:
            return
    if len(found) > 1:
        yield from found


def json_lines(data: bytes) -> Iterator[tuple[str, object]]:
    """As ``json_values`` of bytes that hold one JSON object a line, each parsed when it is asked for. Raises
    ``BrokenError`` at the first line that is none: then all of the bytes are to be read in another way."""
    if data[:1] != b"{" or b"\n" not in data.rstrip():
        raise BrokenError(1, "it is no object a line", False)
    for number, line in enumerate(BytesIO(data), start=1):
        if line.strip():
            try:
                value: object = orjson.loads(line)
            except orjson.JSONDecodeError:
                raise BrokenError(number, "it is no valid JSON", False) from None
            if number == 1 and _has_other_line_ends(data):
                raise BrokenError(number, "it has other lines, too", False)
            yield f"line {number}", value


def _has_other_line_ends(data: bytes) -> bool:
    """Whether a text has ends of lines that are no line feeds. Their first bytes are rare, and are found much faster
    than the whole."""
    if b"\r" in data and data.count(b"\r") > data.count(b"\r\n"):
        return True
    return any(end[:1] in data and end in data for end in _OTHER_LINE_ENDS)


def _concatenated(text: str) -> Iterator[tuple[str, object]]:
    """Several documents one after the other, as a shell loop leaves them."""
    position = _BLANKS.match(text, 0).end()  # type: ignore[union-attr]
    count = 0
    while position < len(text):
        try:
            value, end = DECODER.raw_decode(text, position)
        except json.JSONDecodeError as error:
            raise _broken(text, error) from None
        except RecursionError:
            raise BrokenError(1, "it is nested too deeply", False) from None
        count += 1
        yield f"document {count}", value
        position = _BLANKS.match(text, end).end()  # type: ignore[union-attr]


def _broken(text: str, error: json.JSONDecodeError) -> BrokenError:
    cut_off = error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated string")
    what = "it breaks off" if cut_off else f"it is no valid JSON ({error.msg})"
    return BrokenError(error.lineno, what, cut_off)


def one_document(data: bytes) -> object | None:
    """The value of bytes that are one JSON object or list and nothing else; None for anything else."""
    if data[:_HEAD].lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        value: object = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return value


def duplicate_keys(data: bytes, value: object) -> list[str]:
    """Names of keys that one object gives twice (of which a parser silently keeps the last); ``value`` is what ``data``
    was parsed to. Larger texts than people edit are not looked at."""
    if len(data) > DUPLICATES_UP_TO or not _has_more_keys(data, value):
        return []
    found: list[str] = []

    def check(pairs: list[tuple[str, object]]) -> None:
        if len({key for key, _ in pairs}) < len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen and key not in found:
                    found.append(key)
                seen.add(key)

    try:
        json.loads(data, object_pairs_hook=check)
    except (ValueError, RecursionError):
        return []
    return found


def _has_more_keys(data: bytes, value: object) -> bool:
    """Whether the text may hold more keys than were kept of it: written anew it then has fewer of them."""
    try:
        written = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
    except (TypeError, orjson.JSONEncodeError):
        return True
    return written.count(b'":') != data.count(b'":')
