"""One workload through one disruption: every place that can fail, the schedule of each, and the worst of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from advisor.estimation.context import Context
from advisor.estimation.paths import Failure, Path, recover
from advisor.estimation.paths.path import PROVISION_POOL, RESTORE_POOL, lost, unaffected
from advisor.estimation.sampling import Sampler, Samples, quantile, rank
from advisor.estimation.schedule import Schedule, Starts, run
from advisor.model.disruption import Disruption
from advisor.model.graph import Component
from advisor.model.plan import Mechanism
from advisor.model.recovery import Protection, Task

RELEVANT: Mapping[Disruption, frozenset[Mechanism]] = {
    "logical": frozenset({"snapshot_policy", "file_backup"}),
    "instance": frozenset({"file_backup", "alb_multi_zone", "rds_ha"}),
    "zone": frozenset(
        {
            "snapshot_policy",
            "file_backup",
            "regional_essd",
            "async_replication_zone",
            "standby_instance",
            "alb_multi_zone",
            "rds_ha",
        }
    ),
    "region": frozenset(
        {
            "snapshot_policy",
            "snapshot_copy",
            "async_replication_region",
            "standby_instance",
            "fleet_standby",
            "dts",
            "rds_cross_region_backup",
            "gtm",
        }
    ),
}
_START = ("start.service", "start.data_service")  # facts: of any server, and of one that keeps data
QUANTILES = {"p50": 0.50, "p90": 0.90, "p95": 0.95}
Place = str | None  # a server, zone or region that fails; None: all at once, or one that is not known
PLACES_APART = 16  # places whose times with needed workloads are kept apart


@dataclass(frozen=True)
class Outcome:
    """What one disruption does to a workload. Losses and times in seconds, inf without bound. ``schedule`` is that of
    ``place``, the one that takes longest, ``by_place`` holds those of all places whose failure interrupts something:
    each quantile and the mean is that of the place where it is largest, so that an option that is better everywhere is
    never worse. ``joint`` holds the times with those of needed workloads in every sample, by place; ``rest`` is the
    tail where no schedule tells it."""

    disruption: Disruption
    place: str | None
    paths: tuple[Path, ...]
    worst_s: float
    expected_s: float
    schedule: Schedule | None
    recoverable: bool
    rest: Samples | None = None
    joint: Mapping[Place, Samples] | None = None
    lossy: Outcome | None = None
    by_place: Mapping[Place, Schedule] = field(default_factory=dict)
    known_quantiles: dict[float, float] = field(default_factory=dict, compare=False, repr=False)

    @property
    def lossy_paths(self) -> tuple[Path, ...]:
        """The paths of the place that loses most, which need not be the one that takes longest."""
        return self.lossy.paths if self.lossy is not None else self.paths

    @property
    def times(self) -> Mapping[Place, Samples]:
        """How long the interruption takes in every sample (``Schedule.seen``), by the place that fails, with what
        needed workloads take once that is joined; none where nothing is interrupted."""
        if self.joint is not None:
            return self.joint
        return {place: schedule.seen[0] for place, schedule in self.by_place.items()}

    @cached_property
    def tail(self) -> Samples | None:
        """The time from "what it needs is back" to the end (service start and verification), the longest of all
        places; None where nothing follows."""
        tails = [schedule.seen[1] for schedule in self.schedules]
        return np.maximum.reduce(tails) if len(tails) > 1 else tails[0] if tails else self.rest

    def keep_service(self) -> None:
        """Hold the samples that workloads which wait for one another are compared by, whatever the sampler forgets."""
        for schedule in self.schedules:
            schedule.keep_service()

    def quantile(self, probability: float) -> float:
        if not self.recoverable:
            return math.inf
        if probability not in self.known_quantiles:  # nothing is simulated again for what is known
            if self.joint is not None:
                found = [quantile(samples, probability) for samples in self.joint.values()]
            else:
                found = [schedule.quantile(probability) for schedule in self.schedules]
            self.known_quantiles[probability] = max(found, default=0.0)
        return self.known_quantiles[probability]

    def is_within(self, probability: float, limit_s: float) -> bool:
        """Whether the quantile is within the limit, told without sorting samples."""
        if not self.recoverable:
            return False
        if self.joint is None or probability in self.known_quantiles:
            return self.quantile(probability) <= limit_s
        return all(int((item <= limit_s).sum()) >= rank(item.size, probability) for item in self.joint.values())

    def probability_within(self, limit_s: float) -> float:
        """Share of the samples in which the interruption ends within ``limit_s`` seconds, at the place where it is
        least."""
        if not self.recoverable:
            return 0.0
        return min((float((samples <= limit_s).mean()) for samples in self.times.values()), default=1.0)

    @property
    def mean_s(self) -> float:
        if not self.recoverable:
            return math.inf
        if self.joint is not None:
            return max((float(samples.mean()) for samples in self.joint.values()), default=0.0)
        return max((schedule.mean for schedule in self.schedules), default=0.0)

    @property
    def schedules(self) -> tuple[Schedule, ...]:
        """The different ones of all places, the worst first."""
        worst = () if self.schedule is None else (self.schedule,)
        return tuple({id(schedule): schedule for schedule in (*worst, *self.by_place.values())}.values())

    @property
    def facts(self) -> tuple[str, ...]:
        """Ids of all facts the outcome rests on."""
        used = dict.fromkeys(fact for path in self.lossy_paths for fact in path.facts)
        used.update(dict.fromkeys(fact for path in self.paths for fact in path.facts))
        for task in self.schedule.tasks if self.schedule else ():
            used.update(dict.fromkeys(task.facts))
        return tuple(used)


def evaluate(
    context: Context,
    disruption: Disruption,
    protections: Sequence[Protection],
    sampler: Sampler,
    *,
    queued: bool = True,
) -> Outcome:
    """The worst outcome of ``disruption`` over all places that can fail. The loss is the worst over all places too.
    Unless ``queued``, no task waits for a slot: no sample is longer then."""
    outcomes = [_one(context, failure, protections, sampler, queued) for failure in failures(context, disruption)]
    if not outcomes:
        return Outcome(disruption, None, (), 0.0, 0.0, None, True)
    worst = max(outcomes, key=lambda item: (not item.recoverable, item.quantile(0.95), item.worst_s))
    lossy = max(outcomes, key=lambda item: item.worst_s)
    expected = max(item.expected_s for item in outcomes)
    by_place = {item.place: item.schedule for item in outcomes if item.schedule is not None}
    elsewhere = replace(worst, expected_s=expected, by_place=by_place, known_quantiles={})
    return elsewhere if lossy is worst else replace(elsewhere, worst_s=lossy.worst_s, lossy=lossy)


def failures(context: Context, disruption: Disruption) -> tuple[Failure, ...]:
    """Every concrete failure to look at: each instance, each zone and each region the workload stands in."""
    if disruption == "logical":
        return (Failure(disruption),)
    places: dict[str | None, None] = {}
    for component in context.components():
        places.update(dict.fromkeys(_unlisted(context, component, disruption)))
        for member in context.members(component):
            if disruption == "instance":
                places[member.id] = None
            elif disruption == "region":
                places[member.region] = None
            elif disruption == "zone":
                places.update(dict.fromkeys(_zones_of(member.zone, member.zones, member.kind)))
    return tuple(Failure(disruption, place) for place in sorted(places, key=lambda place: place or ""))


def _unlisted(context: Context, component: Component, disruption: Disruption) -> tuple[str | None, ...]:
    """Places of members that are mentioned but not listed: the member itself, an unknown zone, an unknown region."""
    unlisted = [member for member in component.members if context.resource(member) is None]
    return tuple(unlisted) if disruption == "instance" else (None,) * bool(unlisted)


def _zones_of(zone: str | None, zones: Iterable[str], kind: str) -> tuple[str | None, ...]:
    if kind == "load_balancer":
        return tuple(zones) or ((zone,) if zone else ())
    return (zone,)


def _one(
    context: Context, failure: Failure, protections: Sequence[Protection], sampler: Sampler, queued: bool
) -> Outcome:
    paths = tuple(_paths(context, failure, protections))
    worst = max((path.worst_s for path in paths), default=0.0)
    expected = max((path.expected_s for path in paths), default=0.0)
    if not all(path.recoverable for path in paths):
        return Outcome(failure.disruption, failure.place, paths, worst, expected, None, False)
    tasks = assemble(context, failure, paths)
    if not tasks:
        return Outcome(failure.disruption, failure.place, paths, worst, expected, None, True)
    schedule = _scheduled(context, failure, tasks, sampler, queued)
    return Outcome(failure.disruption, failure.place, paths, worst, expected, schedule, True)


def _scheduled(context: Context, failure: Failure, tasks: tuple[Task, ...], sampler: Sampler, queued: bool) -> Schedule:
    """The schedule of these tasks; options that differ only in what is lost share it."""
    key = (context.workload.name, failure.disruption, tasks, queued)
    known = sampler.memo.get(key)
    if not isinstance(known, Schedule):
        slots = pools(context) if queued else {}
        stream = f"{context.workload.name}/{failure.disruption}"
        known = run(tasks, sampler, slots, stream, services(context))
        sampler.memo[key] = known
    return known


def _paths(context: Context, failure: Failure, protections: Sequence[Protection]) -> Iterable[Path]:
    found = (path_of(context, component, failure, protections) for component in context.components())
    return (path for path in found if path is not None)


def path_of(context: Context, component: Component, failure: Failure, protections: Sequence[Protection]) -> Path | None:
    """The path of one component through one failure; None where an instance fails that is not one of its own."""
    if failure.disruption == "instance" and failure.place not in component.members:
        return None
    if failure.place is None and failure.disruption in ("zone", "region"):
        return _in_unknown_place(context, component, failure.disruption)
    seen = [item for item in protections if _concerns(item, component)]
    key = ("path", component.id, failure, tuple(map(id, seen)))  # the kept list holds the ids from recurring
    known = context.memo.get(key)
    if not isinstance(known, tuple):
        known = context.memo[key] = (recover(context, component, failure, seen), seen)
    path: Path = known[0]
    return path


def _concerns(protection: Protection, component: Component) -> bool:
    """Whether a protection can change the component's path: one of its own or of its disks; a balancer looks at all."""
    if component.kind == "entry" or protection.component == component.id:
        return True
    return not set(component.disks).isdisjoint(protection.resources)


def _in_unknown_place(context: Context, component: Component, disruption: Disruption) -> Path:
    """A component whose place the inventory does not tell may stand in the one that fails."""
    members = context.members(component)
    if component.kind == "entry" and disruption == "zone":
        return unaffected(component)
    known = [member.zone if disruption == "zone" else member.region for member in members]
    if known and all(known) and len(members) == len(component.members):
        return unaffected(component)
    return lost(component, f"its {disruption} is not in the inventory", unknown=True)


def services(context: Context) -> Starts:
    """What starts on servers once what the workload needs is back, whichever of it failed itself: with options that
    bring back different parts, it is never chance that tells them apart."""
    servers = [item for item in context.components() if item.kind in ("stateful_instance", "server_group")]
    return tuple((item.id, context.seconds(_START[item.kind == "stateful_instance"])) for item in servers)


def pools(context: Context) -> dict[str, int]:
    """How many tasks of each kind a region takes at once."""
    return {
        PROVISION_POOL: int(context.number("provision.parallel_instances")),
        RESTORE_POOL: int(context.number("restore.parallel_disks")),
    }


def assemble(context: Context, failure: Failure, paths: Sequence[Path]) -> tuple[Task, ...]:
    """The task graph of a workload: detection and decision before what people do, each start after what it needs, a
    switch of addresses where nothing else does it, and verification at the end."""
    active = {path.component: path for path in paths if path.tasks}
    if not active:
        return ()
    disruption = failure.disruption
    manual = any(path.manual for path in active.values())
    tasks: list[Task] = []
    gate: tuple[str, ...] = ()
    if manual:
        tasks, gate = detection(context, disruption)
    served = tuple(p.ready for p in active.values() if p.ready and context.component(p.component).kind != "entry")
    for path in active.values():
        needs = _ready_needs(context, path, active)
        tasks += [_linked(task, path, gate, needs, served) for task in path.tasks]
    ends = tuple(path.ready for path in active.values() if path.ready)
    if manual and disruption in ("zone", "region"):
        tasks += _switch(context, disruption, active, ends)
        ends = (tasks[-1].id,) if tasks[-1].component == "workload" and tasks[-1].kind == "switch" else ends
    fact = "verify.manual" if manual else "verify.automatic"
    title = "people check the service" if manual else "a probe confirms the service"
    tasks.append(
        Task(
            "workload/verify",
            "workload",
            "verify",
            title,
            context.seconds(fact),
            ends,
            automatic=not manual,
            facts=(fact,),
        )
    )
    return tuple(tasks)


def detection(context: Context, disruption: Disruption) -> tuple[list[Task], tuple[str, ...]]:
    """What comes before all that people do – the failure is noticed, recovery is decided – and what to wait for."""
    notice = "detect.logical.notice" if disruption == "logical" else f"detect.{disruption}"
    declare = f"declare.{disruption}"
    seen = Task(
        "workload/detect", "workload", "detect", "the failure is noticed", context.seconds(notice), facts=(notice,)
    )
    decided = Task(
        "workload/declare",
        "workload",
        "declare",
        "recovery is decided",
        context.seconds(declare),
        (seen.id,),
        facts=(declare,),
    )
    return [seen, decided], (decided.id,)


def _ready_needs(context: Context, path: Path, active: dict[str, Path]) -> tuple[str, ...]:
    needed = (active.get(need) for need in context.component(path.component).needs)
    return tuple(item.ready for item in needed if item is not None and item.ready)


def _linked(task: Task, path: Path, gate: tuple[str, ...], needs: tuple[str, ...], served: tuple[str, ...]) -> Task:
    """The task behind the decision where people do it; a start waits for what it needs, and names are changed by hand
    only when there is something to point them at."""
    after = task.after or (gate if path.manual else ())
    if task.id == path.ready and task.kind == "start":
        after = tuple(dict.fromkeys((*after, *needs)))
    if task.kind == "dns":
        after = tuple(dict.fromkeys((*after, *served)))
    return replace(task, after=after)


def _switch(context: Context, disruption: Disruption, active: dict[str, Path], ends: tuple[str, ...]) -> list[Task]:
    """Servers that stand by themselves have a new address when they are rebuilt: their EIPs are moved, or callers
    told."""
    components = [context.component(name) for name, path in active.items() if path.manual]
    moved = [m for c in components if c.kind == "stateful_instance" and not c.stateless for m in context.members(c)]
    if not moved:
        return []
    by_eip = disruption == "zone" and all(item.text("eip_id") for item in moved)
    fact = "attach.eip" if by_eip else "reconfigure.clients"
    title = "their EIPs are moved" if by_eip else "callers are pointed at the new address"
    return [Task("workload/switch", "workload", "switch", title, context.seconds(fact), ends, facts=(fact,))]


def with_needs(own: Outcome, needed: Sequence[Outcome]) -> Outcome:
    """The outcome when the workload also waits for those it needs: it cannot be back before them and its own start,
    whichever place fails. Where many places can fail, some are taken as if they failed at once (``_together``)."""
    waiting = [item for item in needed if not item.recoverable or item.times]
    if not waiting or not own.recoverable:
        return own
    if not all(item.recoverable for item in waiting):
        return replace(own, recoverable=False)
    tail = own.tail if own.tail is not None else 0.0
    joint = dict(own.times)
    for item in waiting:
        for place, samples in item.times.items():
            later = samples + tail
            joint[place] = np.maximum(joint[place], later) if place in joint else later
    return replace(own, joint=_together(joint), known_quantiles={})


def _together(joint: dict[Place, Samples]) -> dict[Place, Samples]:
    """No more than ``PLACES_APART``: the last ones by name count as one place. Fewer places are kept apart the longer,
    so that an option that is later nowhere is later with this neither."""
    if len(joint) <= PLACES_APART:
        return joint
    names = sorted(joint, key=lambda place: place or "")
    apart = {place: joint[place] for place in names[: PLACES_APART - 1]}
    return apart | {names[-1]: np.maximum.reduce([joint[place] for place in names[PLACES_APART - 1 :]])}


def no_faster(one: Outcome, other: Outcome) -> bool:
    """Whether ``one`` is back no earlier than ``other``, whichever place fails, and takes no less after what it waits
    for, in all samples."""
    if not one.recoverable or not other.recoverable:
        return not one.recoverable
    if one is other:
        return True
    mine, theirs = one.times, other.times
    if not all(bool(np.all(mine.get(place, 0.0) >= samples)) for place, samples in theirs.items()):
        return False
    after, least = one.tail, other.tail
    return bool(np.all((0.0 if after is None else after) >= (0.0 if least is None else least)))
