"""Copies of data and recovery tasks: what an estimate is made of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from advisor.model.evidence import Spread
from advisor.model.plan import Action, Mechanism

LevelKind = Literal["live", "replica", "point_in_time"]


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a copy chain (docs: the model, section 3). Times in seconds; ``retention_s`` inf: kept for ever.

    ``zones`` empty: the copy is regional (or its zone does not matter); otherwise it survives while one of them stands.
    ``fed_by`` names the level below; None: fed by the live data itself."""

    name: str
    kind: LevelKind
    region: str
    accumulation_s: float = 0.0
    hold_s: float = 0.0
    propagation_s: float = 0.0
    retention_s: float = math.inf
    zones: tuple[str, ...] = ()
    fed_by: str | None = None
    mechanism: str = "live"
    facts: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """The level a resource is recovered from, with its worst-case and expected loss in seconds."""

    level: Level
    worst_s: float
    expected_s: float


@dataclass(frozen=True, slots=True)
class Factor:
    """One uncertain factor of a data task's duration: a share that multiplies, or a rate that divides."""

    fact: str
    spread: Spread
    divides: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """One recovery task. ``duration`` in seconds; with ``factors`` it is ``scale`` times their product, each factor
    drawn
    once for the whole recovery (a slow copy path is slow for every disk), and ``duration`` is only its envelope;
    ``pool`` names a limit it contends for; with ``delay_probability`` it also
    takes ``delay`` (capacity that may not be there). ``automatic``: nobody has to do it."""

    id: str
    component: str
    kind: str
    title: str
    duration: Spread
    after: tuple[str, ...] = ()
    pool: str | None = None
    automatic: bool = False
    delay_probability: float = 0.0
    delay: Spread | None = None
    facts: tuple[str, ...] = ()
    scale: float = 1.0
    factors: tuple[Factor, ...] = ()


@dataclass(frozen=True, slots=True)
class Protection:
    """A protection in force or proposed: the mechanism, the component and resources it covers, and its parameters."""

    mechanism: Mechanism
    component: str
    resources: tuple[str, ...]
    params: Mapping[str, object] = field(default_factory=dict)

    def number(self, key: str, default: float = 0.0) -> float:
        value = self.params.get(key, default)
        return float(value) if isinstance(value, int | float) else default

    def text(self, key: str) -> str | None:
        value = self.params.get(key)
        return str(value) if value not in (None, "") else None


@dataclass(frozen=True)
class Proposal:
    """One feasible use of one mechanism: the protection it brings, the actions that make it, and a short id."""

    id: str
    protection: Protection
    actions: tuple[Action, ...]

    @property
    def mechanism(self) -> Mechanism:
        return self.protection.mechanism

    @property
    def touches(self) -> int:
        return sum(action.touches for action in self.actions)
