"""What each package of each unit does to data and recovery times, as columns that can be compared and put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

import numpy as np
from numpy.typing import NDArray

from advisor.estimation.alike import effect
from advisor.estimation.context import Context
from advisor.estimation.endings import WIDTH, Endings
from advisor.estimation.outcome import RELEVANT, failures, path_of, pools
from advisor.estimation.packages import Package, Part, Unit
from advisor.estimation.sampling import Sampler
from advisor.estimation.timelines import LOST, Pieces, Timeline, Vectors
from advisor.model.disruption import DISRUPTIONS
from advisor.model.graph import Component
from advisor.model.recovery import Protection

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Sets = NDArray[np.object_]  # sets as the bits of integers of any size
Figures = tuple[float, float, float, float]
FIGURES = 4
RECOVERY = "recovery in "
CENTS_PER_UNIT = 100


@dataclass(frozen=True)
class Table:
    """Combinations of packages of some units, a row each. ``sums``: cost in cents, changes, GiB of free quota;
    ``worst``: for each disruption the worst-case loss, the expected loss and whether there is no way back; ``times``:
    for each disruption the slowest component by itself; ``classes``: for each failure the number of the timeline's
    progress (or of the pieces, for a unit by itself), nothing once it is closed; ``ended``: for each disruption the
    figures of its closed failures; ``signals``: what other parts look at; ``shared``: charges; ``picks``: the package
    of each unit."""

    sums: Floats
    worst: Floats
    times: Floats
    classes: Ints
    ended: Floats
    signals: Sets
    shared: Sets
    picks: Ints

    def __len__(self) -> int:
        return len(self.picks)

    def take(self, rows: Sequence[int] | Ints) -> Table:
        """These rows alone, in this order."""
        index = np.asarray(rows, dtype=np.int64)
        return Table(
            self.sums[index], self.worst[index], self.times[index], self.classes[index], self.ended[index],
            self.signals[index], self.shared[index], self.picks[index],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Struck:
    """One unit in all failures of a disruption: worst-case and expected loss, no way back, slowest component; and the
    number of its pieces in each."""

    figures: Figures
    pieces: tuple[int, ...]


class Bits:
    """Sets as bits of an integer; each name gets its bit when it is first seen."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}

    def of(self, names: Iterable[str]) -> int:
        """The names as one integer."""
        value = 0
        for name in sorted(names):
            value |= 1 << self.places.setdefault(name, len(self.places))
        return value


class Performance:
    """The failures of one workload, their timelines, and the tables of its units. Unless ``queued``, nothing waits for
    a slot."""

    def __init__(
        self,
        context: Context,
        sampler: Sampler,
        units: Sequence[Unit],
        quantile: float,
        coupled: bool,
        queued: bool = True,
    ) -> None:
        self.context, self.sampler, self.quantile, self.queued = context, sampler, quantile, queued
        self.vectors = Vectors(sampler.size)
        self.failures = [failure for disruption in DISRUPTIONS for failure in failures(context, disruption)]
        self.disruption = np.array([DISRUPTIONS.index(item.disruption) for item in self.failures], dtype=np.int64)
        self.units, entries = [u for u in units if not u.is_entry], [u for u in units if u.is_entry]
        waiting, self.in_order = _order(self.units)
        self.timelines = [Timeline(context, sampler, self.vectors, item, waiting) for item in self.failures]
        self.endings, self.coupled = Endings(self.timelines, quantile), coupled
        self.closing: list[list[int]] = [[] for _ in self.units]
        self.pieces: list[dict[Pieces, int]] = [{} for _ in self.failures]
        self.listed: list[list[Pieces]] = [[] for _ in self.failures]
        self._entry_members = {member for u in entries for c in u.components for member in c.members}
        self._entry_ids = {c.id for u in entries for c in u.components}
        self._signals, self._charges = Bits(), Bits()

    def tables(self) -> list[Table]:
        """A table for each unit but the entries, in the order of ``units``."""
        most: list[dict[str, int]] = [{} for _ in self.failures]
        found = []
        for number in range(len(self.units)):
            table, tasks = self._table(number)
            found.append(table)
            for total, own in zip(most, tasks, strict=True):
                for pool, count in own.items():
                    total[pool] = total.get(pool, 0) + count
        slots = pools(self.context)
        waits_for_entry = any(self._entry_ids & set(c.needs) for unit in self.units for c in unit.components)
        for timeline, total in zip(self.timelines, most, strict=True):
            fits = not self.queued or all(total.get(pool, 0) <= size for pool, size in slots.items())
            timeline.comparable = fits and self.in_order and not waits_for_entry
        return self._closed(found)

    def _closed(self, tables: Sequence[Table]) -> list[Table]:
        """The tables, with failures closed that touch one unit at most; the others are told to be closed by the last
        unit that they touch, but for those in which an entry may have to do something too."""
        touched = [
            {unit for unit, table in enumerate(tables) if any(self._touches(place, n) for n in table.classes[:, place])}
            for place in range(len(self.failures))
        ]
        last = [max(units, default=0) for units in touched]
        found = list(tables)
        for place, failure in enumerate(self.failures):
            if self._entry_ids and failure.disruption != "instance":
                continue
            if len(touched[place]) > 1 or self.coupled:
                self.closing[last[place]].append(place)
            else:
                found = [self._alone(table, unit, place) for unit, table in enumerate(found)]
        return found

    def _touches(self, place: int, number: int) -> bool:
        return number == LOST or any(self.listed[place][number])

    def _alone(self, table: Table, unit: int, place: int) -> Table:
        """A unit's table with a failure closed that touches no other unit."""
        timeline, names, listed = self.timelines[place], self.names(unit), self.listed[place]
        numbers, where = np.unique(table.classes[:, place], return_inverse=True)
        progress = [LOST if number == LOST else timeline.join(0, names, listed[number]) for number in numbers.tolist()]
        return self.close(table, [place], np.array(progress)[where], self._number(place, (0,) * len(names)))

    def close(self, table: Table, places: Sequence[int], progress: Ints, nothing: int = 0) -> Table:
        """The table with these failures closed, in which each row has come to this ``progress`` (a column each). Where
        workloads wait for one another, the whole distribution of each counts to the end."""
        ended, classes = table.ended.copy(), table.classes.copy()
        for place, column in zip(places, progress.reshape(len(table), -1).T, strict=True):
            if self.coupled:
                listed, where = np.unique(column, return_inverse=True)
                classes[:, place] = np.array([self.timelines[place].finish(one) for one in listed.tolist()])[where]
                continue
            own = self.endings.part(int(self.disruption[place]))
            ended[:, own] = np.maximum(ended[:, own], self.endings.of(place, column))
            classes[:, place] = nothing
        return replace(table, ended=ended, classes=classes)

    def _table(self, number: int) -> tuple[Table, list[dict[str, int]]]:
        unit = self.units[number]
        tasks: list[dict[str, int]] = [{} for _ in self.failures]
        index, parts = _numbered(unit.packages)
        figures, classes = self._through_all(unit, index, parts, tasks)
        count, width = len(unit.packages), len(DISRUPTIONS) * WIDTH
        signals = [self._signals.of(self._seen_by_others(part)) for part in parts]
        charges = [self._charges.of(part.shared) for part in parts]
        return Table(
            _sums(parts)[index].sum(axis=1).round(),
            figures[:, : 3 * len(DISRUPTIONS)],
            figures[:, 3 * len(DISRUPTIONS) :],
            classes,
            np.zeros((count, width)),
            _joined(signals, index),
            _joined(charges, index),
            np.arange(count, dtype=np.int64).reshape(-1, 1),
        ), tasks

    def _through_all(
        self, unit: Unit, index: Ints, parts: Sequence[Part], tasks: list[dict[str, int]]
    ) -> tuple[Floats, Ints]:
        """All packages of a unit in all failures: worst-case losses, expected ones, whether there is no way back and
        the slowest component, each by disruption; and the pieces of each failure. Packages whose protections are alike
        are looked at once."""
        kinds = len(DISRUPTIONS)
        figures = np.empty((len(index), FIGURES, kinds))
        classes = np.empty((len(index), len(self.failures)), dtype=np.int64)
        for number, disruption in enumerate(DISRUPTIONS):
            relevant = [[item for item in part.protections if item.mechanism in RELEVANT[disruption]] for part in parts]
            alike, where = self._alike(relevant, index)
            found = [
                self._struck(unit, number, [item for part in row for item in relevant[part]], tasks) for row in alike
            ]
            figures[:, :, number] = np.array([item.figures for item in found])[where]
            classes[:, self.disruption == number] = np.array([item.pieces for item in found], dtype=np.int64)[where]
        return figures.reshape(len(index), FIGURES * kinds), classes

    def _alike(self, relevant: Sequence[Sequence[Protection]], index: Ints) -> tuple[list[list[int]], Ints]:
        """One of the packages for each set of protections that an estimate can tell from others (its parts), and for
        each package which of these it is like."""
        numbers: dict[tuple[str, ...], int] = {(): 0}
        effects = [tuple(effect(self.context, item) for item in items) for items in relevant]
        own = np.array([*(numbers.setdefault(item, len(numbers)) for item in effects), 0], dtype=np.int64)
        keys = np.zeros(len(index), dtype=np.int64)
        for column in own[index].T:
            keys = keys * len(numbers) + column
        _, first, where = np.unique(keys, return_index=True, return_inverse=True)
        return [[part for part in index[row].tolist() if part < len(relevant)] for row in first.tolist()], where

    def _struck(self, unit: Unit, number: int, covering: Sequence[Protection], tasks: list[dict[str, int]]) -> _Struck:
        """One unit in all failures of a disruption."""
        places = [place for place, own in enumerate(self.disruption.tolist()) if own == number]
        found = [self._through(unit, place, covering, tasks[place]) for place in places]
        worst, expected, gone, slowest = (
            max((figures[part] for figures, _ in found), default=0.0) for part in range(FIGURES)
        )
        if gone:
            return _Struck((worst, expected, gone, np.inf), tuple(LOST for _ in places))
        return _Struck((worst, expected, gone, slowest), tuple(pieces for _, pieces in found))

    def _through(
        self, unit: Unit, place: int, covering: Sequence[Protection], most: dict[str, int]
    ) -> tuple[Figures, int]:
        """One unit through one failure: worst-case and expected loss, no way back, slowest component; its pieces."""
        found = [(c, path_of(self.context, c, self.failures[place], covering)) for c in unit.components]
        paths = [(component, path) for component, path in found if path is not None]
        timeline = self.timelines[place]
        by_component = {c.id: timeline.piece(c, path) for c, path in paths if path.recoverable}
        pieces = tuple(by_component.get(component.id, 0) for component in _inner_order(unit.components))
        counts = Counter(task.pool for _, path in paths for task in path.tasks if task.pool is not None)
        for pool, count in counts.items():
            most[pool] = max(most.get(pool, 0), count)
        figures = (
            max((path.worst_s for _, path in paths), default=0.0),
            max((path.expected_s for _, path in paths), default=0.0),
            float(not all(path.recoverable for _, path in paths)),
            max((timeline.quantile(piece, self.quantile) for piece in by_component.values()), default=0.0),
        )
        return figures, self._number(place, pieces)

    def _number(self, place: int, pieces: Pieces) -> int:
        """The number of one unit's pieces in a failure."""
        if pieces not in self.pieces[place]:
            self.pieces[place][pieces] = len(self.listed[place])
            self.listed[place].append(pieces)
        return self.pieces[place][pieces]

    def _seen_by_others(self, part: Part) -> set[str]:
        """What entries look at, and required mechanisms: only combinations that agree in it are compared."""
        seen = {f"{RECOVERY}{part.recovery}"} if part.recovery else set()
        for item in part.protections:
            if item.mechanism == "fleet_standby" and self._entry_ids:
                seen.add("fleet_standby")
            if item.mechanism == "alb_multi_zone":
                seen |= self._entry_members & set(item.resources)
            if item.mechanism in self.context.spec.require:
                seen.add(f"required {item.mechanism}")
        return seen

    def one_recovery(self, signals: Sets) -> Ints:
        """The rows that prepare one recovery region at most; a workload comes up in one place."""
        mask = self._signals.of(name for name in self._signals.places if name.startswith(RECOVERY))
        counts = np.array([int(value & mask).bit_count() for value in signals.tolist()])
        return np.flatnonzero(counts <= 1)

    def names(self, unit: int) -> tuple[str, ...]:
        """The unit's components in the order of their pieces."""
        return tuple(component.id for component in _inner_order(self.units[unit].components))


def _numbered(packages: Sequence[Package]) -> tuple[Ints, list[Part]]:
    """The parts of each package by number (packages × dimensions; one beyond the last stands for none), and the
    parts."""
    numbers: dict[int, int] = {}
    parts: list[Part] = []
    for package in packages:
        for part in package.parts:
            if id(part) not in numbers:
                numbers[id(part)] = len(parts)
                parts.append(part)
    width = max((len(package.parts) for package in packages), default=0)
    index = np.full((len(packages), width), len(parts), dtype=np.int64)
    for row, package in enumerate(packages):
        index[row, : len(package.parts)] = [numbers[id(part)] for part in package.parts]
    return index, parts


def _sums(parts: Sequence[Part]) -> Floats:
    """Cost in cents, changes and GiB of free quota of each part, and of none."""
    rows = [[float(part.monthly) * CENTS_PER_UNIT, float(part.changes), part.quota_gib] for part in parts]
    return np.array([*rows, [0.0, 0.0, 0.0]])


def _joined(sets: Sequence[int], index: Ints) -> Sets:
    """The union of the parts' sets, package by package."""
    every = np.array([*sets, 0], dtype=object)
    found: Sets = np.zeros(len(index), dtype=object)
    for column in index.T:
        found = found | every[column]
    return found


def _inner_order(components: Sequence[Component]) -> tuple[Component, ...]:
    """Components after those they need; as they come, where they need each other."""
    if len(components) == 1:
        return (components[0],)
    by_id = {component.id: component for component in components}
    graph = {name: [need for need in item.needs if need in by_id] for name, item in by_id.items()}
    try:
        return tuple(by_id[name] for name in TopologicalSorter(graph).static_order())
    except CycleError:
        return tuple(components)


def _order(units: Sequence[Unit]) -> tuple[Mapping[str, frozenset[str]], bool]:
    """Who waits for each component, and whether the units come in an order in which nothing waits for a later one."""
    needers: dict[str, set[str]] = {}
    seen: set[str] = set()
    known = {component.id for unit in units for component in unit.components}
    in_order = True
    for unit in units:
        for component in _inner_order(unit.components):
            needs = set(component.needs) & known
            in_order &= needs <= seen
            seen.add(component.id)
            for need in needs:
                needers.setdefault(need, set()).add(component.id)
    return {name: frozenset(waiting) for name, waiting in needers.items()}, in_order
