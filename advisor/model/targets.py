"""What the owner asks for: classes, targets, workloads, budget and constraints (the targets file, read and checked)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.units import Money

RiskLevel = Literal["p50", "p90", "p95"]
Objective = Literal["min-cost", "min-risk", "min-total", "min-change"]
OBJECTIVES: tuple[Objective, ...] = ("min-cost", "min-risk", "min-total", "min-change")


@dataclass(frozen=True, slots=True)
class Target:
    """Largest tolerable worst-case RPO and RTO in seconds; None: no target."""

    rpo_s: float | None = None
    rto_s: float | None = None

    @property
    def asks(self) -> bool:
        """Whether anything is asked for."""
        return self.rpo_s is not None or self.rto_s is not None


NO_TARGET = Target()


@dataclass(frozen=True, slots=True)
class WorkloadClass:
    """A criticality class: its targets, hourly costs of downtime and of lost data, yearly frequencies, weight of a
    miss."""

    name: str
    targets: Mapping[Disruption, Target]
    downtime_per_hour: Decimal
    loss_per_hour: Decimal
    weight: float
    frequency_per_year: Mapping[Disruption, float]
    source: str = ""

    def target(self, disruption: Disruption) -> Target:
        return self.targets.get(disruption, NO_TARGET)


@dataclass(frozen=True, slots=True)
class Match:
    """Which resources are a workload's: all given conditions hold (tags), or any id or name pattern fits."""

    tags: Mapping[str, str] = field(default_factory=dict)
    resources: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    vpc: str | None = None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A resource left out on purpose, why, and until when."""

    resource: str
    reason: str
    until: date | None


@dataclass(frozen=True, slots=True)
class WorkloadSpec:
    """A workload as the targets file declares it; empty fields fall back on the class or the inventory."""

    name: str
    match: Match
    class_name: str
    targets: Mapping[Disruption, Target] = field(default_factory=dict)
    needs_hard: tuple[str, ...] = ()
    needs_soft: tuple[str, ...] = ()
    min_capacity: float | None = None
    daily_change: float | None = None
    dr_regions: tuple[str, ...] = ()
    exclude: tuple[Exclusion, ...] = ()
    downtime_per_hour: Decimal | None = None
    loss_per_hour: Decimal | None = None
    forbid: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    pin: str | None = None
    stateless: bool | None = None
    confirmed_edges: tuple[tuple[str, str], ...] = ()
    place: str = ""
    wish_places: Mapping[tuple[str, str], str] = field(default_factory=dict, compare=False)

    def place_of(self, wish: str, name: str = "") -> str:
        """Where ``pin``, ``require`` or ``forbid`` stands, or what it names; the workload's own place where that is not
        known."""
        return self.wish_places.get((wish, name)) or self.wish_places.get((wish, "")) or self.place


@dataclass(frozen=True)
class Targets:
    """A whole targets file with the shipped classes filled in."""

    classes: Mapping[str, WorkloadClass]
    workloads: tuple[WorkloadSpec, ...] = ()
    currency: str = "CNY"
    budget: Money | None = None
    risk_level: RiskLevel = "p95"
    default_class: str = "standard"
    max_changes: int | None = None
    hard: bool = True
    digest: str = ""
    given: bool = False

    def spec(self, name: str) -> WorkloadSpec | None:
        return next((spec for spec in self.workloads if spec.name == name), None)

    def target(self, spec: WorkloadSpec, disruption: Disruption) -> Target:
        """The workload's own target, each metric falling back on its class."""
        own = spec.targets.get(disruption)
        base = self.classes[spec.class_name].target(disruption)
        return base if own is None else own

    def all_targets(self, spec: WorkloadSpec) -> dict[Disruption, Target]:
        return {disruption: self.target(spec, disruption) for disruption in DISRUPTIONS}
