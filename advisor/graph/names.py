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
_TIERS = ("app", "web", "api", "svc", "server", "db", "mysql", "pg", "postgres", "redis", "cache", "mongo")
_AFTER_TIER = "0123456789-_."
_DATA_TIERS = frozenset({"db", "mysql", "pg", "postgres", "redis", "cache", "mongo"})


def numbered_stem(name: str) -> str | None:
    """The name without its number: ``shop-web-01`` → ``shop-web``; None for names given by default."""
    found = None if is_default_name(name) else _NUMBERED.match(name.strip())
    return found["stem"].lower() if found else None


def tier_of(name: str) -> tuple[str, str] | None:
    """(stem, ``data`` or ``app``) of a name that ends in a tier: ``crm-db01`` → (``crm``, ``data``)."""
    stripped = name.strip()
    # Most names end in no tier, which is told quicker without the pattern.
    if stripped.isascii() and not stripped.rstrip(_AFTER_TIER).lower().endswith(_TIERS):
        return None
    found = None if is_default_name(name) else _TIER.match(stripped)
    if found is None:
        return None
    return found["stem"].lower(), "data" if found["tier"].lower() in _DATA_TIERS else "app"


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
