"""Numbers in texts: what files mean as such, not all that Unicode calls a digit or that no machine can hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_WHOLE: Final = re.compile(r"[0-9]{1,18}")
# Thousands in whole groups of three: in "100,5" the comma is a decimal one, or stands between two numbers.
_NUMBER: Final = re.compile(
    r"([+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?:e[+-]?[0-9]{1,3})?)\s*(.*)", re.IGNORECASE
)

Units = Mapping[str, float]
"""How many of the unit that a reader gives there are in each unit that it knows; without any, texts have none."""
_POWERS: Final = ("", "k", "m", "g", "t", "p")


def _bytes_in(unit: str) -> dict[str, float]:
    """Bytes, KiB, MiB, … in one ``unit`` of them, however written: a disk's GB, G and GiB are all 2^30 bytes."""
    own = _POWERS.index(unit)
    sizes: dict[str, float] = {
        f"{power}{end}": 1024.0 ** (index - own)
        for index, power in enumerate(_POWERS)
        if power
        for end in ("", "b", "ib")
    }
    return sizes | dict.fromkeys(("b", "byte", "bytes", "字节"), 1024.0**-own)


NO_UNITS: Final[Units] = {}
IN_BYTES: Final[Units] = _bytes_in("")
IN_MIB: Final[Units] = _bytes_in("m")
IN_GIB: Final[Units] = _bytes_in("g")
IN_CORES: Final[Units] = dict.fromkeys(("核", "核心", "c", "core", "cores", "cpu", "cpus", "vcpu", "vcpus"), 1)
IN_THINGS: Final[Units] = dict.fromkeys(("个", "台", "块", "条", "次", "份", "iops"), 1)
IN_DAYS: Final[Units] = dict.fromkeys(("天", "日", "d", "day", "days"), 1)
IN_SECONDS: Final[Units] = {
    **dict.fromkeys(("s", "sec", "second", "seconds", "秒"), 1),
    **dict.fromkeys(("min", "minute", "minutes", "分", "分钟"), 60),
    **dict.fromkeys(("h", "hour", "hours", "小时"), 3_600),
    **dict.fromkeys(("d", "day", "days", "天", "日"), 86_400),
}
IN_MBPS: Final[Units] = {
    **dict.fromkeys(("m", "mb", "mbps", "mbit/s", "兆"), 1),
    **dict.fromkeys(("g", "gb", "gbps", "gbit/s"), 1_000),
    **dict.fromkeys(("k", "kb", "kbps", "kbit/s"), 0.001),
}
IN_MIB_A_SECOND: Final[Units] = dict.fromkeys(("mb/s", "mib/s"), 1)


def is_whole(text: str) -> bool:
    """Whether ``int(text)`` is a number that a size, a count or a port may be (below 10^18)."""
    return _WHOLE.fullmatch(text) is not None


def number_in(text: str, units: Units) -> float:
    """The number that a text is, in the reader's unit; ``ValueError`` where it is none, or of a unit that is not among
    ``units``. The text is not shown, for it may be a password."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise ValueError("is no number")
    number, unit = float(match.group(1).replace(",", "")), match.group(2).lower()
    if not unit:
        return number
    if not unit[0].isalpha():
        raise ValueError("is no number")
    if unit not in units:
        raise ValueError("is no number in a unit that is known for it")
    return number * units[unit]
