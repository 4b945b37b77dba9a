"""Durations, money and sizes: parsed with their unit, printed as people write them.

Durations are seconds (``float``; ``math.inf`` is "unbounded"). Money is ``Decimal`` with a currency.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

SECOND: Final = 1.0
MINUTE: Final = 60.0
HOUR: Final = 3600.0
DAY: Final = 86400.0
WEEK: Final = 7 * DAY
YEAR: Final = 365 * DAY
MIB_PER_GIB: Final = 1024

_UNIT_SECONDS: Final[dict[str, float]] = {
    "ms": 0.001,
    "s": SECOND,
    "sec": SECOND,
    "second": SECOND,
    "seconds": SECOND,
    "min": MINUTE,
    "minute": MINUTE,
    "minutes": MINUTE,
    "h": HOUR,
    "hour": HOUR,
    "hours": HOUR,
    "d": DAY,
    "day": DAY,
    "days": DAY,
    "w": WEEK,
    "week": WEEK,
    "weeks": WEEK,
}
_DURATION = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*$")
_MONEY = re.compile(r"^\s*(\d[\d,_]*(?:\.\d+)?)\s*([A-Za-z]{3})\s*$")
CURRENCIES: Final = ("CNY", "USD")


class UnitError(ValueError):
    """A text that is no quantity with its unit; the message says what to write instead."""


def seconds_in(unit: str) -> float:
    """Seconds in one ``unit`` (``s``, ``min``, ``h``, ``d``, …); raises ``UnitError`` for any other word."""
    try:
        return _UNIT_SECONDS[unit]
    except KeyError:
        raise UnitError(f"'{unit}' is no unit of time. Write s, min, h, d or w.") from None


def parse_duration(text: object) -> float:
    """Seconds of a text such as ``15 min``; raises ``UnitError`` when the unit is missing or unknown."""
    if isinstance(text, bool) or text is None:
        raise UnitError(f"'{text}' is no duration. Write for example '15 min' or '4 h'.")
    if isinstance(text, int | float):
        raise UnitError(f"'{text}' has no unit. Write '{text} min' or '{text} h'.")
    match = _DURATION.match(str(text))
    if match is None:
        if re.fullmatch(r"\s*\d+(\.\d+)?\s*", str(text)):
            number = str(text).strip()
            raise UnitError(f"'{number}' has no unit. Write '{number} min' or '{number} h'.")
        if re.fullmatch(r"\s*\d+:\d+(:\d+)?\s*", str(text)):
            raise UnitError(f"'{text}' is a clock time, not a duration. Write for example '90 min' or '1.5 h'.")
        raise UnitError(f"'{text}' is no duration. Write for example '15 min' or '4 h'.")
    number, unit = match.groups()
    return float(number) * seconds_in(unit.lower())


def format_duration(seconds: float | None, beside: float | None = None) -> str:
    """A duration as people write it, rounded to two significant units: ``15 min``, ``1 h 30 min``, ``unbounded``.

    ``beside`` is a duration that it is compared with: where both would read the same and are not, this one gets as many
    digits as tell them apart (``2 h 0 min 12 s`` beside ``2 h``)."""
    if seconds is None or math.isinf(seconds):
        return "unbounded"
    told = _rounded(seconds)
    if beside is None or math.isinf(beside) or seconds == beside or told != _rounded(beside):
        return told
    for places in range(4):
        exact = _exact(seconds, places)
        if exact != _exact(beside, places):
            return exact
    return f"{'just over' if seconds > beside else 'just under'} {told}"


def _exact(seconds: float, places: int) -> str:
    """In all units, the seconds with so many places."""
    rest, parts = round(seconds, places), list[str]()
    for name, size in (("d", 86400), ("h", 3600), ("min", 60)):
        count, rest = divmod(rest, size)
        if count or parts:
            parts.append(f"{count:.0f} {name}")
    return " ".join((*parts, f"{rest:.{places}f} s"))


def _rounded(seconds: float) -> str:
    if seconds < 0:
        raise UnitError("a duration is never negative")
    whole = round(seconds)
    if whole == 0:
        return "0 s" if seconds == 0 else "< 1 s"
    steps = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
    for index, (name, size) in enumerate(steps):
        if whole < size:
            continue
        if index == len(steps) - 1:
            return f"{whole} s"
        minor_name, minor_size = steps[index + 1]
        total_minor = round(whole / minor_size)
        major, minor = divmod(total_minor, size // minor_size)
        return f"{major} {name} {minor} {minor_name}" if minor else f"{major} {name}"
    return f"{whole} s"


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount with its currency; arithmetic between two currencies raises ``UnitError``."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise UnitError("money is a Decimal, never a float")

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise UnitError(f"{self.currency} and {other.currency} do not mix without a dated exchange rate")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount <= other.amount

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __str__(self) -> str:
        return f"{format_amount(self.amount)} {self.currency}"


def parse_money(text: object) -> Money:
    """Money of a text such as ``60000 CNY``; raises ``UnitError`` when the currency is missing or unknown."""
    if isinstance(text, int | float) and not isinstance(text, bool):
        raise UnitError(f"'{text}' has no currency. Write '{text} CNY' or '{text} USD'.")
    match = _MONEY.match(str(text))
    if match is None:
        if re.fullmatch(r"\s*\d[\d,_.]*\s*", str(text)):
            raise UnitError(f"'{text}' has no currency. Write '{str(text).strip()} CNY' or '{str(text).strip()} USD'.")
        raise UnitError(f"'{text}' is no amount of money. Write for example '60000 CNY'.")
    number, currency = match.groups()
    if currency.upper() not in CURRENCIES:
        raise UnitError(f"'{currency}' is not a currency of the price book. Write CNY or USD.")
    try:
        return Money(Decimal(number.replace(",", "").replace("_", "")), currency.upper())
    except InvalidOperation:
        raise UnitError(f"'{text}' is no amount of money. Write for example '60000 CNY'.") from None


def cents(amount: Decimal) -> Decimal:
    """The amount rounded half up to two places, as bills print it."""
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def cents_up(amount: float) -> Decimal:
    """The amount rounded up to two places, for what is said to be the most."""
    return Decimal(repr(amount)).quantize(Decimal("0.01"), rounding=ROUND_CEILING)


def format_amount(amount: Decimal) -> str:
    """``1,240.50``: two places, thousands separated."""
    return f"{cents(amount):,}"
