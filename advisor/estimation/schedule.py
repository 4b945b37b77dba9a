"""Recovery as a schedule: precedence, contention, and the makespan's distribution.

Tasks that share a pool (restores in a region, instance creation) are placed by list scheduling, the one with the
longest remaining path first (Graham 1969; serial schedule generation). All samples are scheduled at once, in the same
order, fixed by mean durations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from advisor.estimation.sampling import Sampler, Samples, quantile
from advisor.model.evidence import Spread
from advisor.model.recovery import Task

Starts = tuple[tuple[str, Spread], ...]  # components that serve, and how long the service of each takes to start


@dataclass(frozen=True)
class Timetable:
    """Start and end of each task and the makespan, each an array of ``size`` samples in seconds."""

    starts: Mapping[str, Samples]
    ends: Mapping[str, Samples]
    makespan: Samples


@dataclass(eq=False)
class Schedule:
    """Tasks in the order in which they are placed, and when each starts and ends in every sample.

    The arrays are kept with the sampler's draws: what the sampler forgets is worked out again when it is asked for, so
    that an estate of thousands of workloads holds no more of them than it looks at. ``service`` holds what other
    workloads wait for (``seen``), where ``keep_service`` asked for it to stay."""

    tasks: tuple[Task, ...]
    sampler: Sampler
    pools: Mapping[str, int]
    key: str
    services: Starts = ()
    known: dict[float, float] = field(default_factory=dict, repr=False)  # quantiles asked for before
    service: tuple[Samples, Samples] | None = field(default=None, repr=False)

    @property
    def table(self) -> Timetable:
        """All starts and ends."""
        known = self.sampler.memo.get(self)
        if not isinstance(known, Timetable):
            known = self.sampler.memo[self] = _placed(self.tasks, self.sampler, self.pools, self.key)
        return known

    @property
    def starts(self) -> Mapping[str, Samples]:
        return self.table.starts

    @property
    def ends(self) -> Mapping[str, Samples]:
        return self.table.ends

    @property
    def makespan(self) -> Samples:
        return self.table.makespan

    @property
    def tail(self) -> Samples:
        """Time from "all it needs is back" to the end: the start of the slowest of its ``services``, then the
        switch and verification."""
        return longest_start(self.services, self.sampler, self.key) + _rest(self)

    @property
    def seen(self) -> tuple[Samples, Samples]:
        """Makespan and tail as a workload's times are joined with those of others. Draws of different workloads are
        independent, so that only distributions matter there: the values by size, in a random order that all options
        have in common. So an option that is earlier at every quantile is earlier in every sample, and it is never
        chance that tells two options apart. The tail has an order of its own: it is at least as long in the slow
        recoveries in truth, so that taken as independent it never makes a time shorter."""
        if self.service is not None:
            return self.service
        known = self.sampler.memo.get((self, "seen"))
        if not isinstance(known, tuple):
            orders = (self.sampler.order(self.key), self.sampler.order(f"{self.key}/tail"))
            known = np.sort(self.makespan)[orders[0]], np.sort(self.tail)[orders[1]]
            self.sampler.memo[self, "seen"] = known
        return known

    def keep_service(self) -> None:
        """Hold what others see whatever the sampler forgets."""
        self.service = self.seen

    def quantile(self, probability: float) -> float:
        if probability not in self.known:
            samples = self.makespan if self.service is None else self.service[0]
            self.known[probability] = quantile(samples, probability)
        return self.known[probability]

    @cached_property
    def mean(self) -> float:
        return float(self.makespan.mean())

    def probability_within(self, limit_s: float) -> float:
        """Share of the samples that end within ``limit_s`` seconds."""
        return float((self.makespan <= limit_s).mean())


def topological(tasks: Sequence[Task]) -> tuple[Task, ...]:
    """The tasks in an order that respects precedence; raises ``ValueError`` on a loop or an unknown predecessor."""
    by_id = {task.id: task for task in tasks}
    done: dict[str, bool] = {}
    order: list[Task] = []

    def visit(task_id: str) -> None:
        if done.get(task_id):
            return
        if task_id in done:
            raise ValueError(f"task '{task_id}' waits for itself")
        if task_id not in by_id:
            raise ValueError(f"a task waits for '{task_id}', which is no task")
        done[task_id] = False
        for previous in by_id[task_id].after:
            visit(previous)
        done[task_id] = True
        order.append(by_id[task_id])

    for task in tasks:
        visit(task.id)
    return tuple(order)


def remaining_path(tasks: Sequence[Task]) -> dict[str, float]:
    """Mean seconds from the start of each task to the end of the longest chain that waits for it."""
    order = topological(tasks)
    means = {task.id: _mean(task) for task in order}
    tail = dict(means)
    for task in reversed(order):
        for previous in task.after:
            tail[previous] = max(tail[previous], means[previous] + tail[task.id])
    return tail


def _mean(task: Task) -> float:
    extra = task.delay.mean * task.delay_probability if task.delay else 0.0
    if not task.factors:
        return task.duration.mean + extra
    product = task.scale
    for factor in task.factors:
        product = product / factor.spread.mean if factor.divides else product * factor.spread.mean
    return product + extra


def priority_order(tasks: Sequence[Task]) -> tuple[Task, ...]:
    """Precedence-feasible order with the longest remaining path first; ties by id, so that input order does not
    matter."""
    tail = remaining_path(tasks)
    waiting = {task.id: task for task in tasks}
    placed: set[str] = set()
    order: list[Task] = []
    while waiting:
        ready = [task for task in waiting.values() if placed.issuperset(task.after)]
        chosen = min(ready, key=lambda task: (-tail[task.id], task.id))
        order.append(chosen)
        placed.add(chosen.id)
        del waiting[chosen.id]
    return tuple(order)


def run(
    tasks: Sequence[Task], sampler: Sampler, pools: Mapping[str, int], key: str = "", services: Starts = ()
) -> Schedule:
    """Schedule ``tasks`` in every sample. ``pools`` gives how many tasks of a pool run at once; ``key`` prefixes the
    random streams, so that the same task of the same workload draws the same durations in every option; ``services``
    are those that start once what they need is back."""
    contended = any(_contended(tasks, name, slots) for name, slots in pools.items())
    return Schedule(priority_order(tasks) if contended else topological(tasks), sampler, pools, key, services)


def makespan_of(tasks: Sequence[Task], sampler: Sampler, pools: Mapping[str, int], key: str = "") -> Samples:
    """The makespan alone, of which nothing is kept."""
    made = run(tasks, sampler, pools, key)
    return _placed(made.tasks, sampler, pools, key).makespan


def _placed(order: Sequence[Task], sampler: Sampler, pools: Mapping[str, int], key: str) -> Timetable:
    """Tasks placed one after the other; ``order`` respects precedence."""
    starts: dict[str, Samples] = {}
    ends: dict[str, Samples] = {}
    servers = {name: np.zeros((slots, sampler.size)) for name, slots in pools.items() if _contended(order, name, slots)}
    for task in order:
        ready = _latest([ends[previous] for previous in task.after], sampler.size)
        length = task_samples(task, sampler, key)
        if task.pool in servers:
            ready = _claim(servers[task.pool], ready, length)
        starts[task.id] = ready
        ends[task.id] = ready + length
    waited_for = {previous for task in order for previous in task.after}
    last = [ends[task.id] for task in order if task.id not in waited_for]
    return Timetable(starts, ends, _latest(last, sampler.size))


def longest_start(services: Starts, sampler: Sampler, key: str) -> Samples:
    """How long the slowest of these services takes to start, drawn as its start within a recovery is."""
    found: Samples = np.zeros(sampler.size)
    for component, duration in services:
        found = np.maximum(found, sampler.durations(f"{key}/{component}/start", duration))
    return found


def _rest(schedule: Schedule) -> Samples:
    """The switch and verification. As drawn, not as the difference of two times: its last bits would tell options apart
    that end alike."""
    rest: Samples = np.zeros(schedule.sampler.size)
    for task in schedule.tasks:
        if task.component == "workload" and task.kind in ("switch", "verify"):
            rest = rest + task_samples(task, schedule.sampler, schedule.key)
    return rest


def task_samples(task: Task, sampler: Sampler, key: str) -> Samples:
    """Durations of one task: its range, and with its probability the delay on top."""
    stream = f"{key}/{task.component}/{task.kind}"
    length = _product(task, sampler, key) if task.factors else sampler.durations(stream, task.duration)
    if task.delay is not None and task.delay_probability > 0:
        late = sampler.uniforms(f"{stream}/late") < task.delay_probability
        length = length + late * sampler.durations(f"{stream}/delay", task.delay)
    return length


def _product(task: Task, sampler: Sampler, key: str) -> Samples:
    """Scale times the factors; a factor's stream belongs to its fact, so all tasks of the recovery share its draws."""
    length: Samples = np.full(sampler.size, task.scale)
    for factor in task.factors:
        draws = sampler.durations(f"{key}/{factor.fact}", factor.spread)
        length = length / draws if factor.divides else length * draws
    return length


def _contended(tasks: Sequence[Task], pool: str, slots: int) -> bool:
    return sum(task.pool == pool for task in tasks) > slots


def _latest(arrays: list[Samples], size: int) -> Samples:
    """The largest of the arrays in every sample; nothing to wait for is time zero. Never writes to what it is
    handed."""
    if not arrays:
        return np.zeros(size)
    latest = arrays[0]
    for array in arrays[1:]:
        latest = np.maximum(latest, array)
    return latest


def _claim(free_at: Samples, ready: Samples, length: Samples) -> Samples:
    """Take the earliest free slot in every sample; ``free_at`` (slots × samples) is updated in place."""
    slot = free_at.argmin(axis=0)
    columns = np.arange(free_at.shape[1])
    start: Samples = np.maximum(ready, free_at[slot, columns])
    free_at[slot, columns] = start + length
    return start


def critical_shares(schedule: Schedule, tail_from: float = 0.95) -> dict[str, float]:
    """For each task the share of the makespan it takes on the critical path, averaged over the samples at or above the
    ``tail_from`` quantile of the makespan. Waiting for a pool counts for the task that waits."""
    table = schedule.table
    picked = np.flatnonzero(table.makespan >= quantile(table.makespan, tail_from))
    remaining = table.makespan[picked].copy()
    whole = np.maximum(remaining, 1e-9)
    shares = {task.id: 0.0 for task in schedule.tasks}
    on_path = {task.id: np.zeros(len(picked), dtype=bool) for task in schedule.tasks}
    taken = np.zeros(len(picked), dtype=bool)
    for task in sorted(schedule.tasks, key=lambda item: -float(table.ends[item.id].mean())):
        last = np.isclose(table.ends[task.id][picked], table.makespan[picked]) & ~taken
        on_path[task.id] |= last
        taken |= last
    for task in reversed(schedule.tasks):
        here = on_path[task.id]
        if not here.any():
            continue
        start, end = table.starts[task.id][picked], table.ends[task.id][picked]
        released = _latest([table.ends[previous][picked] for previous in task.after], len(picked))
        shares[task.id] = float((np.where(here, end - np.minimum(released, start), 0.0) / whole).mean())
        left = here.copy()
        for previous in task.after:
            cause = left & np.isclose(table.ends[previous][picked], released)
            on_path[previous] |= cause
            left &= ~cause
    return shares
