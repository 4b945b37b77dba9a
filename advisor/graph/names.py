"""What names say: stems with numbers, tiers; names given by default say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile

from advisor.graph.matching import is_default_name

_NUMBERED = re.compile(r"^(?P<stem>.*?[^\W\d_])[-_. ]*(?P<number>\d{1,4})$")
_UP_TO_SEPARATOR = re.compile(r"^(?P<start>.*\w)[-_. ]")
_TIER = re.compile(
    r"^(?P<stem>.+?)[-_.]?(?P<tier>app|web|api|svc|server|db|mysql|pg|postgres|redis|cache|mongo)[-_.]?\d*$",
    re.IGNORECASE,
)
_TIERS = ("postgres", "server", "mysql", "redis", "cache", "mongo", "app", "web", "api", "svc", "db", "pg")
# The longest first: of those that a name ends in, it counts.
_TIER_SET = frozenset(_TIERS)
_TIER_SIZES = sorted({len(tier) for tier in _TIERS}, reverse=True)
_LONGEST_TIER = len(max(_TIERS, key=len)) + 1  # with the separator behind it
_DIGITS = "0123456789"
_MOST_DIGITS = 4
_SEPARATORS = ("-", "_", ".")
_DATA_TIERS = frozenset({"db", "mysql", "pg", "postgres", "redis", "cache", "mongo"})


def numbered_stem(name: str) -> str | None:
    """The name without its number: ``shop-web-01`` → ``shop-web``; None for names given by default."""
    return None if is_default_name(name) else stem_in(name)


def stem_in(name: str) -> str | None:
    """As ``numbered_stem``, of a name that is known to be given by somebody."""
    stripped = name.strip()
    stem = _plain_stem(stripped)
    return (_stem(stripped) if stem is None else stem) or None


def _stem(name: str) -> str:
    found = _NUMBERED.match(name)
    return found["stem"].lower() if found else ""


def _plain_stem(name: str) -> str | None:
    """As ``_stem``, without the pattern, which costs on the names of a large estate; None where only that can tell."""
    base = name.rstrip(_DIGITS)
    stem = base.rstrip("-_. ")
    if not (stem[-1:].isascii() or stem[-1:].isalpha()):
        return None
    is_numbered = 0 < len(name) - len(base) <= _MOST_DIGITS and stem[-1:].isalpha() and "\n" not in stem
    return stem.lower() if is_numbered else ""


def tier_of(name: str) -> tuple[str, str] | None:
    """(stem, ``data`` or ``app``) of a name that ends in a tier: ``crm-db01`` → (``crm``, ``data``)."""
    return None if is_default_name(name) else tier_in(name)


def tier_in(name: str) -> tuple[str, str] | None:
    """As ``tier_of``, of a name that is known to be given by somebody."""
    stripped = name.strip()
    stem, tier = _plain_tier(stripped) if _ends_plainly(stripped) else _tier(stripped)
    return (stem.lower(), "data" if tier in _DATA_TIERS else "app") if tier else None


def _tier(name: str) -> tuple[str, str]:
    found = _TIER.match(name)
    return (found["stem"], found["tier"].lower()) if found else ("", "")


def _ends_plainly(name: str) -> bool:
    """Whether the part of a name that can be a tier has only plain letters."""
    return name.isascii() or name.rstrip(_DIGITS)[-_LONGEST_TIER:].isascii()


def _plain_tier(name: str) -> tuple[str, str]:
    """As ``_tier``, without the pattern."""
    base = name.rstrip(_DIGITS)
    base = base[:-1] if base.endswith(_SEPARATORS) else base
    lower = base.lower()
    if not lower.endswith(_TIERS) or "\n" in lower:
        return "", ""
    tier = next((end for size in _TIER_SIZES if (end := lower[-size:]) in _TIER_SET and len(lower) > size), "")
    if not tier:
        return "", ""
    stem = base[: len(base) - len(tier)]
    return (stem[:-1] if len(stem) > 1 and stem.endswith(_SEPARATORS) else stem), tier


def common_start(names: Iterable[str]) -> str | None:
    """The words all these names begin with, up to the last separator: ``x_compute1``, ``x_manager`` → ``x``."""
    listed = sorted(names)
    if not listed or any(map(is_default_name, listed)):
        return None
    pairs = zip(listed[0], listed[-1], strict=False)
    shared = "".join(sign for sign, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    found = _UP_TO_SEPARATOR.match(shared)
    return found["start"] if found else None


def common_stem(names: Iterable[str]) -> str | None:
    """The stem all these names share."""
    stems = {numbered_stem(name) for name in names}
    return stems.pop() if len(stems) == 1 else None
