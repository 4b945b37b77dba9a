"""Texts made safe for where they go: names come from outside and may hold anything."""

from __future__ import annotations

import json
import unicodedata

_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: str) -> str:
    """One line of printable text: control signs, half characters and signs that turn the line around become ``?``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        "?" if sign in _BIDI or unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") else sign for sign in text
    )


def for_dot(text: str) -> str:
    """A quoted DOT string."""
    escaped = clean(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def for_script(value: object) -> str:
    """JSON that may stand inside a script element: nothing in it can end the element or begin a comment."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
