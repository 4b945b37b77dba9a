"""Whole numbers in texts: what files mean as such, not all that Unicode calls a digit or that no machine can hold."""

from __future__ import annotations

import re
from typing import Final

_WHOLE: Final = re.compile(r"[0-9]{1,18}")


def is_whole(text: str) -> bool:
    """Whether ``int(text)`` is a number that a size, a count or a port may be (below 10^18)."""
    return _WHOLE.fullmatch(text) is not None
