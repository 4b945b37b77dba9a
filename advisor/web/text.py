"""Names of strangers as plain text, wherever a widget would read them as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from advisor.reporting import words

_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")
# What the page turns into links, arrows or pictures even where it is escaped: an invisible word joiner keeps it apart.
_JOINER: Final = "\u2060"
_MAGIC: Final = re.compile(
    r"(?<=:)(?=/)|(?<=www)(?=\.)|(?<=@)|(?<=-)(?=[->])|(?<=<)(?=-)|(?<=:)(?=streamlit:)", re.IGNORECASE
)


def plain(text: object) -> str:
    """One line without control characters or changes of direction, for widgets that show text as it is."""
    return words.clean(text)


def md(text: object) -> str:
    """The text so that Markdown shows it letter by letter: no links, no pictures, no formatting."""
    parts = _MAGIC.split(words.clean(text))
    return _JOINER.join(_PUNCTUATION.sub(r"\\\1", part) for part in parts)


def listed(items: Iterable[object], limit: int = 3) -> str:
    """``a, b and 4 more``, escaped."""
    return md(words.listing([str(item) for item in items], limit))
