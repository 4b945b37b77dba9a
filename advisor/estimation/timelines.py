"""Recovery times of part of a workload, in a form in which two choices can be compared whatever the rest will be.

The makespan of a workload grows with the times of each of its components (no list-scheduling anomaly is possible where
no pool is contended). So a choice for some components is at least as good as another one where, in every sample, the
last of them is ready no later, each that others wait for is ready no later, and it asks for no more work by people.
Where a pool may be contended, or a component waits for an entry, only equal tasks are taken as comparable.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from advisor.estimation.context import Context
from advisor.estimation.outcome import assemble, detection, pools, services
from advisor.estimation.paths import Failure, Path
from advisor.estimation.sampling import Sampler, Samples, quantile
from advisor.estimation.schedule import longest_start, makespan_of, run, task_samples
from advisor.model.graph import Component
from advisor.model.recovery import Task

AT_ONCE: Final = 0  # the vector of zeros
LOST: Final = -1  # the class of a failure after which nothing brings the service back
PROBES: Final = 32  # samples of a recovery time that are compared before all of them are
# something has to be done; people act; addresses change; not by an EIP alone; nothing more comes
ACTIVE, MANUAL, READDRESSED, BY_HAND, ENDED = 1, 2, 4, 8, 16

Roles = tuple[tuple[frozenset[str], int], ...]
Pieces = tuple[int, ...]  # one number a component; 0: nothing happens to it


@dataclass(frozen=True, slots=True)
class Piece:
    """How one component comes back: whether its start waits for others, how long its longest start takes, when it is
    ready if nothing is waited for (numbers of vectors of samples), and what it asks of people (flags)."""

    waits: bool
    start: int
    ready: int
    flags: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Some components together: when the last is ready, when those are that others still wait for (by who waits), and
    the flags; the ``tail`` once all has ended; ``pieces`` only where nothing but equal pieces can be compared."""

    last: int = AT_ONCE
    roles: Roles = ()
    flags: int = 0
    tail: int = AT_ONCE
    pieces: Pieces = ()


@dataclass(frozen=True)
class View:
    """Some progresses of one recovery: the time of the last component in every sample (progresses × samples); whether
    the first of two (progresses × progresses) asks more of people or makes what still waits start later; and for each
    way in which the whole recovery may end, which of them can come to it and the durations that follow (samples)."""

    last: Samples
    worse: NDArray[np.bool_]
    endings: tuple[tuple[NDArray[np.bool_], tuple[Samples, ...]], ...]


class Vectors:
    """Vectors of samples by number; equal vectors have one number (they are told by a digest of 128 bits)."""

    def __init__(self, size: int) -> None:
        self.values: list[Samples] = []
        self.means: list[float] = []
        self._numbers: dict[bytes, int] = {}
        self._latest: dict[tuple[int, int], int] = {}
        self._sums: dict[tuple[int, int], int] = {}
        self._ordered: dict[tuple[int, int], bool] = {}
        self._quantiles: dict[tuple[int, float], float] = {}
        self.number(np.zeros(size))

    def number(self, values: Samples) -> int:
        key = hashlib.blake2b(values.data, digest_size=16).digest()
        if key not in self._numbers:
            self._numbers[key] = len(self.values)
            self.values.append(values)
            self.means.append(float(values.mean()))
        return self._numbers[key]

    def quantile(self, one: int, probability: float) -> float:
        if (one, probability) not in self._quantiles:
            self._quantiles[one, probability] = quantile(self.values[one], probability)
        return self._quantiles[one, probability]

    def latest(self, one: int, other: int) -> int:
        if other in (one, AT_ONCE):
            return one
        key = (one, other) if one < other else (other, one)
        if key not in self._latest:
            self._latest[key] = self.number(np.maximum(self.values[one], self.values[other]))
        return self._latest[key]

    def sum(self, one: int, other: int) -> int:
        if (one, other) not in self._sums:
            self._sums[one, other] = self.number(self.values[one] + self.values[other])
        return self._sums[one, other]

    def no_later(self, one: int, other: int) -> bool:
        """Whether ``one`` is no later than ``other`` in every sample."""
        if one in (other, AT_ONCE):
            return True
        if self.means[one] > self.means[other]:
            return False
        if (one, other) not in self._ordered:
            self._ordered[one, other] = bool((self.values[one] <= self.values[other]).all())
        return self._ordered[one, other]


class Timeline:
    """The recovery from one failure, put together unit by unit in an order in which nothing waits for what comes later.

    ``needers`` maps a component to those that wait for it; without ``comparable`` only equal pieces are ordered."""

    def __init__(
        self,
        context: Context,
        sampler: Sampler,
        vectors: Vectors,
        failure: Failure,
        needers: Mapping[str, frozenset[str]],
    ) -> None:
        self.context, self.sampler, self.vectors = context, sampler, vectors
        self.failure, self.needers = failure, needers
        self.comparable = True
        self.stream = f"{context.workload.name}/{failure.disruption}"
        self._pieces: list[Piece | None] = [None]
        self._paths: list[Path | None] = [None]
        self._timed: dict[tuple[Task, ...], int] = {(): 0}
        self._progress: list[Progress] = [Progress()]
        self._numbers: dict[Progress, int] = {Progress(): 0}
        self._joined: dict[tuple[int, Pieces], int] = {}
        self._finished: dict[int, int] = {0: 0, LOST: LOST}

    def piece(self, component: Component, path: Path) -> int:
        """The number of the piece that a path is to this recovery; 0 where nothing happens to the component."""
        if path.tasks not in self._timed:
            self._timed[path.tasks] = len(self._pieces)
            self._pieces.append(self._piece(component, path))
            self._paths.append(path)
        return self._timed[path.tasks]

    def quantile(self, piece: int, probability: float) -> float:
        """Seconds within which the component by itself is ready with this probability."""
        found = self._pieces[piece]
        return 0.0 if found is None else self.vectors.quantile(found.ready, probability)

    def _piece(self, component: Component, path: Path) -> Piece:
        """The component recovered alone, drawn from the streams that the whole workload's recovery draws from."""
        seen, gate = detection(self.context, self.failure.disruption) if path.manual else ([], ())
        tasks = [*seen, *(replace(task, after=task.after or gate) for task in path.tasks)]
        alone = makespan_of(tasks, self.sampler, {}, self.stream)
        starts = [task_samples(task, self.sampler, self.stream) for task in path.tasks if task.kind == "start"]
        return Piece(
            any(task.id == path.ready and task.kind == "start" for task in path.tasks),
            self.vectors.number(np.maximum.reduce(starts)) if starts else AT_ONCE,
            self.vectors.number(alone),
            self._flags(component, path),
        )

    def _flags(self, component: Component, path: Path) -> int:
        """What ``assemble`` adds for this path: verification by people, and a switch of addresses (by EIP or not)."""
        place = self.failure.disruption
        if not path.manual:
            return ACTIVE
        if place not in ("zone", "region") or component.kind != "stateful_instance" or component.stateless:
            return ACTIVE | MANUAL
        by_eip = place == "zone" and all(item.text("eip_id") for item in self.context.members(component))
        return ACTIVE | MANUAL | READDRESSED | (0 if by_eip else BY_HAND)

    def join(self, progress: int, components: Sequence[str], pieces: Pieces) -> int:
        """The number of the progress with one more unit's components, each after those of the unit that it needs."""
        key = (progress, pieces)
        if key not in self._joined:
            found = self._progress[progress]
            for component, piece in zip(components, pieces, strict=True):
                found = self._with(found, component, piece)
            self._joined[key] = self._number(found)
        return self._joined[key]

    def _number(self, found: Progress) -> int:
        if found not in self._numbers:
            self._numbers[found] = len(self._progress)
            self._progress.append(found)
        return self._numbers[found]

    def finish(self, number: int) -> int:
        """The number of a recovery to which nothing more comes, as workloads see it that wait for this one or that it
        waits for: makespan and tail by size (``Schedule.seen``). 0 where nothing happens."""
        if number not in self._finished:
            makespan, tail = (self.vectors.number(np.sort(times)) for times in self.ending(number))
            self._finished[number] = self._number(Progress(makespan, (), ENDED, tail)) if makespan != AT_ONCE else 0
        return self._finished[number]

    def _with(self, progress: Progress, component: str, number: int) -> Progress:
        if progress.flags == ENDED:
            return progress  # nothing that comes later has to do with this failure
        if not self.comparable:
            return Progress(pieces=(*progress.pieces, number))
        latest = self.vectors.latest
        waited = AT_ONCE
        roles: dict[frozenset[str], int] = {}
        for waiting, ready in progress.roles:
            waited = latest(waited, ready) if component in waiting else waited
            if left := waiting - {component}:
                roles[left] = latest(roles.get(left, AT_ONCE), ready)
        piece = self._pieces[number]
        if piece is None:
            return replace(progress, roles=_sorted(roles))
        ready = piece.ready
        if piece.waits and waited != AT_ONCE:
            ready = latest(ready, self.vectors.sum(waited, piece.start))
        if role := self.needers.get(component):
            roles[role] = latest(roles.get(role, AT_ONCE), ready)
        return Progress(latest(progress.last, ready), _sorted(roles), progress.flags | piece.flags)

    def ending(self, number: int) -> tuple[Samples, Samples]:
        """Makespan and tail (``Schedule``) of a recovery to which no more components come, with what ``assemble`` adds
        at its end."""
        if not self.comparable:
            return self._simulated(number)
        progress, values = self._progress[number], self.vectors.values
        if not progress.flags:
            return values[AT_ONCE], values[AT_ONCE]
        follows = self._follows(progress.flags)
        return added(values[progress.last], follows), added(self._start, follows)

    @cached_property
    def _start(self) -> Samples:
        return longest_start(services(self.context), self.sampler, self.stream)

    def _follows(self, flags: int) -> tuple[Samples, ...]:
        """The durations of what ``assemble`` adds at the end, one after the other."""
        rest = self._verification(bool(flags & MANUAL))
        return (self._switch(not flags & BY_HAND), rest) if flags & READDRESSED else (rest,)

    def _simulated(self, number: int) -> tuple[Samples, Samples]:
        """The same by the whole schedule, where tasks may wait for one another."""
        paths = [self._paths[piece] for piece in self._progress[number].pieces]
        tasks = assemble(self.context, self.failure, [path for path in paths if path is not None])
        if not tasks:
            return self.vectors.values[AT_ONCE], self.vectors.values[AT_ONCE]
        schedule = run(tasks, self.sampler, pools(self.context), self.stream, services(self.context))
        return schedule.makespan, schedule.tail

    def _verification(self, manual: bool) -> Samples:
        return self._duration("verify", "verify.manual" if manual else "verify.automatic")

    def _switch(self, by_eip: bool) -> Samples:
        return self._duration("switch", "attach.eip" if by_eip else "reconfigure.clients")

    def _duration(self, kind: str, fact: str) -> Samples:
        return self.sampler.durations(f"{self.stream}/workload/{kind}", self.context.seconds(fact))

    def view(self, numbers: Sequence[int]) -> View:
        """The progresses of these numbers, none of them ``LOST``."""
        return self._view([self._progress[number] for number in numbers], self._holds_up_no_more)

    def pieces_view(self, components: Sequence[str], units: Sequence[Pieces]) -> View:
        """The same for pieces of one unit, whatever its components wait for."""
        progress = {pieces: self._progress[self.join(0, components, pieces)] for pieces in units}
        keys = [[self._waiting(piece) for piece in pieces] for pieces in units]

        def no_worse(one: int, other: int) -> bool:
            pairs = zip(keys[one], keys[other], strict=True)
            return all(a == b or self._waits_no_more(a, b) for a, b in pairs)

        found = self._view([progress[pieces] for pieces in units], self._holds_up_no_more)
        groups = [tuple(key) for key in keys]
        first = {group: number for number, group in reversed(list(enumerate(groups)))}
        table = {(a, b): no_worse(first[a], first[b]) for a in first for b in first}
        worse = np.array([[not table[a, b] for b in groups] for a in groups], dtype=bool)
        return replace(found, worse=found.worse | worse)

    def _waiting(self, piece: int) -> tuple[bool, int]:
        """Whether a piece waits for others, and its start."""
        found = self._pieces[piece]
        return (False, AT_ONCE) if found is None else (found.waits, found.start if found.waits else AT_ONCE)

    def _waits_no_more(self, one: tuple[bool, int], other: tuple[bool, int]) -> bool:
        return one[0] <= other[0] and self.vectors.no_later(one[1], other[1])

    def _view(self, found: Sequence[Progress], no_worse: Callable[[Progress, Progress], bool]) -> View:
        values = self.vectors.values
        last = np.array([values[item.last] for item in found])
        groups = [(item.flags, item.tail, item.roles) for item in found]
        first = dict(zip(reversed(groups), reversed(found), strict=True))
        table = {(a, b): no_worse(first[a], first[b]) for a in first for b in first}
        worse = np.array([[not table[a, b] for b in groups] for a in groups], dtype=bool)
        flags = np.array([item.flags for item in found], dtype=np.int64)
        ended: tuple[Samples, ...] = ()
        endings = (*((flags & ~end == 0, self._follows(end)) for end in self._ends), (flags == ENDED, ended))
        return View(last.reshape(len(found), self.sampler.size), worse.reshape(len(found), len(found)), endings)

    @property
    def _ends(self) -> tuple[int, ...]:
        """The flags that the recovery may have in the end."""
        moved = ACTIVE | MANUAL | READDRESSED
        switches = {"zone": (moved, moved | BY_HAND), "region": (moved | BY_HAND,)}.get(self.failure.disruption, ())
        return (ACTIVE, ACTIVE | MANUAL, *switches)

    def _holds_up_no_more(self, one: Progress, other: Progress) -> bool:
        """Whether the first asks no more of people, and lets what waits start no later."""
        if (one.flags, one.tail, one.roles) == (other.flags, other.tail, other.roles):
            return True
        readiness = dict(other.roles)
        earlier = self.vectors.no_later
        return (
            self._asks_no_more(one.flags, other.flags)
            and earlier(one.tail, other.tail)
            and all(earlier(ready, readiness.get(role, AT_ONCE)) for role, ready in one.roles)
        )

    def figures(self, numbers: NDArray[np.int64]) -> Samples:
        """A row for each progress: figures that are no larger than another's where it is no worse (``no_worse``), the
        mean first. Without a way back they are infinite."""
        return np.array([self._figures(number) for number in numbers.tolist()])

    def _figures(self, number: int) -> Samples:
        if number == LOST:
            return np.full(PROBES + 8, np.inf)
        if not self.comparable and not self._has_ended(number):  # only an equal one is no worse
            return np.array([0.0, number, -number, *(0.0,) * (PROBES + 5)])
        progress, means = self._progress[number], self.vectors.means
        last = self.vectors.values[progress.last]
        return np.array([
            means[progress.last],
            last.max(),
            means[progress.tail],
            sum(means[ready] for _, ready in progress.roles),
            *(bool(progress.flags & flag) for flag in (ACTIVE, MANUAL, READDRESSED, BY_HAND)),
            *last[np.linspace(0, last.size - 1, PROBES).astype(np.int64)],
        ])  # fmt: skip

    def no_worse(self, one: int, other: int) -> bool:
        """Whether the first progress is no worse than the second in every sample, whatever is added to both."""
        if one == other:
            return True
        a, b = self._progress[one], self._progress[other]
        if self._has_ended(one) and self._has_ended(other):
            return self.vectors.no_later(a.last, b.last) and self.vectors.no_later(a.tail, b.tail)
        if not self.comparable:
            return False
        return self.vectors.no_later(a.last, b.last) and self._holds_up_no_more(a, b)

    def _has_ended(self, number: int) -> bool:
        return number == 0 or self._progress[number].flags == ENDED

    def pieces_no_worse(self, one: Pieces, other: Pieces) -> bool:
        """The same for the pieces of one unit, whatever they wait for."""
        return all(map(self._piece_no_worse, one, other))

    def _piece_no_worse(self, one: int, other: int) -> bool:
        a, b = self._pieces[one], self._pieces[other]
        if one == other or not self.comparable or b is None:
            return one == other
        if a is None:
            return True
        if a.waits > b.waits or not self._asks_no_more(a.flags, b.flags):
            return False
        return self.vectors.no_later(a.start, b.start) and self.vectors.no_later(a.ready, b.ready)

    def _asks_no_more(self, one: int, other: int) -> bool:
        """Whether one set of flags is contained in the other, and what the other adds only takes longer."""
        return one == other or (one & ~other == 0 and self._additions_take_longer)

    @cached_property
    def _additions_take_longer(self) -> bool:
        automatic, manual = self._verification(False), self._verification(True)
        return bool((automatic <= manual).all() and (self._switch(True) <= self._switch(False)).all())


def added(samples: Samples, durations: Sequence[Samples]) -> Samples:
    """Samples (any number of rows) with durations added one after the other, as a schedule adds them."""
    for duration in durations:
        samples = samples + duration
    return samples


def _sorted(roles: Mapping[frozenset[str], int]) -> Roles:
    return tuple(sorted(roles.items(), key=lambda item: sorted(item[0])))
