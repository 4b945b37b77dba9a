"""The path of one component through one failure, and the pieces that paths are made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from advisor.estimation.context import Context
from advisor.model.disruption import Disruption
from advisor.model.evidence import Spread
from advisor.model.graph import Component
from advisor.model.inventory import Resource
from advisor.model.recovery import Factor, Protection, Served, Task

# How long a service may take to start: facts of the only tasks that wait for what the component needs.
STARTS = (
    "start.data_service",
    "start.service",
    "rds.basic.restart",
    "rds.failover.instance",
    "polardb.failover_no_hot_standby",
    "rds.switch_endpoint",
)
PROVISION_POOL = "provision"
RESTORE_POOL = "restore"


@dataclass(frozen=True, slots=True)
class Failure:
    """One concrete failure: the kind of disruption and the instance, zone or region that fails (None: logical)."""

    disruption: Disruption
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """What a failure does to a component. ``tasks`` lead to the task ``ready``; without tasks it is unaffected.
    ``manual`` tasks wait for detection and decision. Not ``recoverable``: nothing that is there can bring it back.
    ``unknown``: the inventory does not say enough to tell. Losses are seconds, inf without bound; ``skew_s`` is how far
    apart the disks of one instance may be captured."""

    component: str
    title: str
    tasks: tuple[Task, ...] = ()
    ready: str | None = None
    manual: bool = False
    recoverable: bool = True
    worst_s: float = 0.0
    expected_s: float = 0.0
    served_from: str = "live data"
    served_region: str | None = None
    skew_s: float | None = None
    notes: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    unknown: bool = False


def unaffected(component: Component) -> Path:
    return Path(component.id, "not affected")


def lost(component: Component, reason: str, *, unknown: bool = False) -> Path:
    """No way back that is known of: the loss and the recovery time have no bound."""
    return Path(
        component.id,
        reason,
        recoverable=False,
        worst_s=math.inf,
        expected_s=math.inf,
        served_from="unknown" if unknown else "nothing",
        unknown=unknown,
    )


class TaskList:
    """Tasks of one component in the making; ids are ``component/kind``."""

    def __init__(self, context: Context, component: Component, automatic: bool = False) -> None:
        self.context = context
        self.component = component
        self.automatic = automatic
        self.tasks: list[Task] = []

    def add(
        self,
        kind: str,
        title: str,
        fact_id: str,
        after: Sequence[str] = (),
        *,
        pool: str | None = None,
        capacity_risk: bool = False,
    ) -> str:
        """A task whose duration is a fact; returns its id. A start takes one of ``STARTS``."""
        if kind == "start" and fact_id not in STARTS:
            raise ValueError(f"'{fact_id}' is not among the durations of a start")
        return self.timed(
            kind, title, self.context.seconds(fact_id), (fact_id,), after, pool=pool, capacity_risk=capacity_risk
        )

    def timed(
        self,
        kind: str,
        title: str,
        duration: Spread,
        facts: Sequence[str],
        after: Sequence[str] = (),
        *,
        pool: str | None = None,
        capacity_risk: bool = False,
    ) -> str:
        """A task with a computed duration; returns its id."""
        task = Task(
            f"{self.component.id}/{kind}",
            self.component.id,
            kind,
            title,
            duration,
            tuple(after),
            pool,
            self.automatic,
            facts=tuple(facts),
        )
        if capacity_risk:
            task = self._with_capacity_risk(task)
        self.tasks.append(task)
        return task.id

    def moved(
        self,
        kind: str,
        title: str,
        mib: float,
        shares: Sequence[str],
        rate: str,
        after: Sequence[str] = (),
        also: Sequence[str] = (),
    ) -> str:
        """A data task: ``mib`` times shares (fact ids) divided by a rate in MiB/s (a fact id); returns its id."""
        factors = [Factor(fact, self.context.spread(fact)) for fact in shares]
        factors.append(Factor(rate, self.context.rate(rate), divides=True))
        envelope = Spread(
            *(mib * _product(factors, low) for low in ("low", "likely", "high")),
        )
        self.tasks.append(
            Task(
                f"{self.component.id}/{kind}",
                self.component.id,
                kind,
                title,
                envelope,
                tuple(after),
                RESTORE_POOL,
                self.automatic,
                facts=(*shares, rate, *also),
                scale=mib,
                factors=tuple(factors),
            )
        )
        return self.tasks[-1].id

    def _with_capacity_risk(self, task: Task) -> Task:
        return replace(
            task,
            delay_probability=self.context.number("provision.capacity_shortage"),
            delay=self.context.seconds("provision.capacity_wait"),
            facts=(*task.facts, "provision.capacity_shortage", "provision.capacity_wait"),
        )


_OPPOSITE = {"low": "high", "likely": "likely", "high": "low"}


def _product(factors: Sequence[Factor], end: str) -> float:
    """The product of the factors at one end: shares at it, rates at the opposite one."""
    value = 1.0
    for factor in factors:
        at = float(getattr(factor.spread, _OPPOSITE[end] if factor.divides else end))
        value = value / at if factor.divides else value * at
    return value


def finish(tasks: TaskList, title: str, ready: str, served: Sequence[Served] = (), notes: Sequence[str] = ()) -> Path:
    """The path that ends with task ``ready`` and serves from ``served``: the worst of the resources counts."""
    worst = max((item.worst_s for item in served), default=0.0)
    expected = max((item.expected_s for item in served), default=0.0)
    weakest = max(served, key=lambda item: item.worst_s, default=None)
    facts = dict.fromkeys(fact for item in served for fact in item.level.facts)
    level_notes = dict.fromkeys(item.level.note for item in served if item.level.note)
    return Path(
        tasks.component.id,
        title,
        tuple(tasks.tasks),
        ready,
        not tasks.automatic,
        True,
        worst,
        expected,
        weakest.level.name if weakest else "live data",
        weakest.level.region if weakest else None,
        _skew(served),
        (*notes, *level_notes),
        tuple(facts),
    )


def _skew(served: Sequence[Served]) -> float | None:
    """How far apart the disks' recovery points may lie: the largest accumulation, where several disks are captured on
    their own; None for one disk or for live data."""
    captured = [item.level.accumulation_s for item in served if item.level.kind != "live"]
    return max(captured) if len(captured) > 1 else None


def other_zones(context: Context, region: str | None, zone: str | None) -> tuple[str, ...]:
    """Zones of the region but the failed one, as the catalogue lists them."""
    entry = context.rules.regions.get(region or "")
    return tuple(item for item in entry.zones if item != zone) if entry else ()


def has_network(context: Context, region: str) -> bool:
    """Whether the inventory shows a vSwitch in the region to build in."""
    return region in context.inventory.vswitches_by_region


def protection_of(
    protections: Sequence[Protection], mechanism: str, component: Component, resource: Resource | None = None
) -> Protection | None:
    """The protection of this mechanism that covers the component (and the resource, where one is given)."""
    for item in protections:
        covers = resource is None or resource.id in item.resources
        if item.mechanism == mechanism and item.component == component.id and covers:
            return item
    return None


def health_window(context: Context, settings: dict[str, object] | None, prefix: str) -> tuple[Spread, tuple[str, ...]]:
    """Seconds until a balancer takes a dead member out: timeout × N + interval × (N - 1) at most, and interval × (N -
    1)
    where connections are refused at once (fact clb.health_check.failure_window_formula; ALB counts alike)."""
    threshold_fact = (
        f"{prefix}.health_check.{'unhealthy_threshold_default' if prefix == 'alb' else 'threshold_default'}"
    )
    facts = (f"{prefix}.health_check.interval_default", f"{prefix}.health_check.timeout_default", threshold_fact)
    own = settings or {}
    interval = _setting(own.get("interval_s"), context.number(facts[0]))
    timeout = _setting(own.get("timeout_s"), context.number(facts[1]))
    threshold = _setting(own.get("unhealthy_threshold"), context.number(facts[2]))
    quick = interval * (threshold - 1)
    slow = timeout * threshold + interval * threshold
    return Spread(quick, (quick + slow) / 2, slow), facts


def _setting(value: object, default: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else default
