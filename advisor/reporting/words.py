"""The words of the report: durations, money, shares and names as people read them. Rounding happens here only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from advisor.model.disruption import Disruption
from advisor.model.report import Status
from advisor.model.units import format_amount, format_duration

UNKNOWN: Final = "unknown"
UNPRICED: Final = "unpriced"
UNBOUNDED: Final = "unbounded"
NO_RECOVERY_POINT: Final = "no recovery point"
NONE: Final = "–"

DISRUPTION_TITLES: Final[dict[Disruption, str]] = {
    "logical": "Data corruption",
    "instance": "Server failure",
    "zone": "Zone outage",
    "region": "Region outage",
}
STRIKES: Final[dict[Disruption, str]] = {
    "logical": "Deletion, ransomware or a bad release; it reaches every replica.",
    "instance": "One server is lost, with its local disks.",
    "zone": "Everything in one zone is lost.",
    "region": "Everything in one region is lost, backups kept there too.",
}
MECHANISMS: Final = {
    "snapshot_policy": "snapshots",
    "snapshot_copy": "snapshot copies in another region",
    "file_backup": "file backup",
    "regional_essd": "zone-redundant disks",
    "async_replication_zone": "disk replication to another zone",
    "async_replication_region": "disk replication to another region",
    "alb_multi_zone": "load balancer and servers in several zones",
    "fleet_standby": "standby fleet",
    "standby_instance": "standby server",
    "rds_ha": "database standby",
    "rds_cross_region_backup": "database backup in another region",
    "dts": "database replication (DTS)",
    "gtm": "traffic steering (GTM)",
}
FOUND_BY: Final = {
    "declared": "declared in the targets file",
    "tag": "a common tag",
    "load_balancer": "a common load balancer",
    "scaling_group": "a scaling group",
    "cluster": "a cluster",
    "connected": "resources that refer to one another",
    "single": "a resource on its own",
}
COMPONENT_KINDS: Final = {
    "server_group": "server group",
    "stateful_instance": "server that keeps data",
    "database": "database",
    "cache": "cache",
    "entry": "entry point",
}
OBJECTIVES: Final = {
    "min-cost": "misses the fewest targets, then adds the least monthly cost",
    "min-risk": "has the least expected annual loss within the budget",
    "min-total": "has the least sum of a year's cost and expected annual loss",
    "min-change": "misses the fewest targets, then touches the fewest resources",
}
CLASS_ORDER: Final = ("critical", "important", "standard", "low")
MARKS: Final[dict[Status, str]] = {"met": "✓", "missed": "✗", "unbounded": "✗", "no_target": NONE}
STATUS_WORDS: Final[dict[Status, str]] = {
    "met": "target met",
    "missed": "target missed",
    "unbounded": "target missed: unbounded",
    "no_target": "no target",
}
METRICS: Final = {"rpo": "data loss at worst", "rto": "time to recover"}

_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_MILLION: Final = Decimal(1_000_000)
_BILLION: Final = Decimal(1_000_000_000)
_FEW: Final = 3
_CERTAIN: Final = 0.995


def clean(text: object) -> str:
    """The text on one line without control characters or bidirectional overrides, which could disguise a page."""
    found = ((char, unicodedata.category(char)) for char in str(text) if char not in _BIDI)
    return "".join(" " if kind in ("Cc", "Zl", "Zp") else char for char, kind in found if kind != "Cs").strip()


def display_width(text: str) -> int:
    """Columns of a text on a terminal: two for Chinese characters, none for combining marks."""
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def clip(text: str, columns: int) -> str:
    """The text within so many columns, ending in ``…`` where something was cut."""
    if display_width(text) <= columns:
        return text
    kept, used = "", 1
    for char in text:
        used += _char_width(char)
        if used > columns:
            break
        kept += char
    return kept.rstrip() + "…"


def duration(seconds: float | None, unbounded: bool = False, beside: float | None = None) -> str:
    """``1 h 30 min``, in as many digits as tell it from the target ``beside`` it; ``unbounded`` or ``unknown`` where
    there is no number."""
    if seconds is None:
        return UNBOUNDED if unbounded else UNKNOWN
    return format_duration(seconds, beside)


def data_loss(seconds: float | None, unbounded: bool, beside: float | None = None) -> str:
    """A data loss: ``no data``, a duration of work, ``no recovery point`` or ``unknown``."""
    if seconds is None and unbounded:
        return NO_RECOVERY_POINT
    return duration(seconds, beside=beside)


def target(seconds: float | None) -> str:
    """A target, or a dash where none was set."""
    return NONE if seconds is None else format_duration(seconds)


def interval(low_s: float | None, high_s: float | None, unbounded: bool, beside: float | None = None) -> str:
    """``12 min – 38 min``; one value where both read the same."""
    low, high = duration(low_s, unbounded, beside), duration(high_s, unbounded, beside)
    return low if low == high else f"{low} – {high}"


def compact(seconds: float | None, unbounded: bool = False) -> str:
    """A duration of at most four characters for narrow tables: ``90m``, ``2.1h``, ``∞``."""
    if seconds is None:
        return "∞" if unbounded else "?"
    for size, unit in ((1.0, "s"), (60.0, "m"), (3600.0, "h"), (86400.0, "d")):
        if seconds / size < 99.5:
            value = seconds / size
            places = 1 if unit != "s" and value < 9.95 and round(value, 1) % 1 else 0
            return f"{value:.{places}f}{unit}"
    return f"{seconds / 86400:.0f}d"


def money(amount: Decimal, currency: str, at_least: bool = False) -> str:
    """``at least 1,240.50 CNY``."""
    text = f"{format_amount(amount)} {currency}"
    return f"at least {text}" if at_least else text


def about(amount: Decimal, currency: str) -> str:
    """An estimated amount to three figures: ``3.01 million CNY``, ``272,000 CNY``; more would feign precision."""
    if amount == 0:
        return f"0 {currency}"
    step = Decimal(1).scaleb(amount.adjusted() - 2)
    rounded = (amount / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step
    for size, name in ((_BILLION, " billion"), (_MILLION, " million"), (Decimal(1), "")):
        if abs(rounded) >= size:
            part = rounded / size
            places = max(0, 2 - part.adjusted()) if name else 0
            return f"{part:,.{places}f}{name} {currency}"
    return f"{rounded:.2f} {currency}"


def money_range(low: Decimal, high: Decimal) -> str:
    """``240.00–660.00``, empty where both ends are the same."""
    dash = "–" if min(low, high) >= 0 else " to "
    return "" if low == high else f"{format_amount(low)}{dash}{format_amount(high)}"


def number(value: Decimal) -> str:
    """A quantity or unit price as it was stated, thousands separated, without trailing zeros."""
    plain = f"{value:,f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def share(value: float) -> str:
    """A part of a whole in percent, never rounded to 0 or 100 unless it is."""
    percent = value * 100
    if 0 < percent < 1:
        return "< 1 %"
    if 99 < percent < 100:
        return "> 99 %"
    return f"{percent:.0f} %"


def chance(value: float | None, unbounded: bool) -> str:
    """A simulated probability: certainty is never claimed, impossibility only where nothing recovers."""
    if value is None:
        return NONE
    if unbounded:
        return "0 %"
    if value >= _CERTAIN:
        return "> 99 %"
    return "< 1 %" if value <= 1 - _CERTAIN else f"{value * 100:.0f} %"


def plural(count: int, noun: str) -> str:
    """``1 line``, ``3 lines``."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") else f"{count:,} {noun}s"


def listing(items: Sequence[str], limit: int = _FEW) -> str:
    """``a, b and 4 more``: the first few of many, and how many are left out."""
    shown = [clean(item) for item in items]
    if len(shown) > limit + 1:
        shown = [*shown[:limit], f"{len(items) - limit} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def mechanism(name: str) -> str:
    """The mechanism in words, its own name where it has none."""
    return MECHANISMS.get(name, name.replace("_", " "))


def sentence(text: str) -> str:
    """The text with a full stop; its first letter stays, as it may begin a name."""
    text = clean(text)
    return text if not text or text[-1] in ".!?。！？…" else f"{text}."


def iso_dates(texts: Iterable[str | None]) -> list[str]:
    """The dates at the start of each text, sorted; texts without one are left out."""
    return sorted(text[:10] for text in texts if text and re.match(r"\d{4}-\d{2}-\d{2}", text))
