"""Facts: every duration, limit and quota with its unit, source, date and confidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from advisor.model.units import UnitError, seconds_in

Confidence = Literal["measured", "quoted", "documented", "example", "assumed"]
CONFIDENCE_ORDER: tuple[Confidence, ...] = ("measured", "quoted", "documented", "example", "assumed")


def weakest(confidences: Iterable[Confidence]) -> Confidence:
    """The weakest confidence of an estimate's facts; an estimate on no fact at all is exact, hence ``measured``."""
    return max(confidences, key=CONFIDENCE_ORDER.index, default="measured")


@dataclass(frozen=True, slots=True)
class Spread:
    """A quantity with a least, most likely and greatest value (equal for a documented constant)."""

    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.likely <= self.high:
            raise UnitError(f"a range needs low <= likely <= high, not {self.low}, {self.likely}, {self.high}")

    @property
    def mean(self) -> float:
        """PERT mean, (low + 4 likely + high) / 6 (Malcolm et al. 1959)."""
        return (self.low + 4 * self.likely + self.high) / 6

    def scaled(self, factor: float) -> Spread:
        return Spread(self.low * factor, self.likely * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class Fact:
    """One cited statement. ``value`` is a number, text, list, mapping, or ``{min, likely, max}``; None: not
    published."""

    id: str
    statement: str
    value: object
    unit: str | None
    confidence: Confidence
    source: str
    as_of: str | None = None
    why: str | None = None
    replaced_by: str | None = None
    note: str | None = None
    overridden: bool = False
    place: str = ""

    def spread(self) -> Spread:
        """The value as a range in the fact's own unit (a pair of numbers: its middle is the likely value); raises
        ``UnitError`` where it is neither number nor range."""
        value = self.value
        if isinstance(value, Mapping) and {"min", "likely", "max"} <= set(value):
            return Spread(float(value["min"]), float(value["likely"]), float(value["max"]))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return Spread(float(value), float(value), float(value))
        if isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(item, int | float) for item in value):
            low, high = sorted(float(item) for item in value)
            return Spread(low, (low + high) / 2, high)
        raise UnitError(f"fact {self.id} is no number or range: {value!r}")

    def seconds(self) -> Spread:
        """The value as a range of seconds; raises ``UnitError`` where the unit is no time."""
        return self.spread().scaled(seconds_in(self.unit or ""))

    def number(self) -> float:
        """The most likely value in the fact's own unit."""
        return self.spread().likely

    def words(self) -> tuple[str, ...]:
        """The value as a list of texts; raises ``UnitError`` where it is none."""
        if isinstance(self.value, list | tuple):
            return tuple(str(item) for item in self.value)
        raise UnitError(f"fact {self.id} is no list: {self.value!r}")


@dataclass(frozen=True, slots=True)
class Standard:
    """One level of a standard (RTO and RPO in seconds; None: no bound stated)."""

    standard: str
    level: int
    name: str
    rto_max_s: float | None
    rpo_max_s: float | None
    source: str
    as_of: str | None
    verify: bool
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Region:
    """One region: its zones and what geography its data stays in."""

    id: str
    name: str
    name_zh: str
    geography: str
    zones: tuple[str, ...]
    closing: bool = False


@dataclass(frozen=True)
class RuleBook:
    """All facts, standards and the region catalogue that a calculation may rest on, with the digest of their files."""

    facts: Mapping[str, Fact]
    regions: Mapping[str, Region]
    standards: tuple[Standard, ...] = ()
    classes: Mapping[str, object] = field(default_factory=dict)
    checks: tuple[Mapping[str, object], ...] = ()
    measures: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    digest: str = ""

    def fact(self, fact_id: str) -> Fact:
        """The fact; raises ``KeyError`` naming it (a missing fact is a programmer's or an override's error)."""
        try:
            return self.facts[fact_id]
        except KeyError:
            raise KeyError(f"rules/ has no fact '{fact_id}'") from None
