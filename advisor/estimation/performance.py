"""What each package of each unit does to data and recovery times, as columns that can be compared and put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import numpy as np
from numpy.typing import NDArray

from advisor.estimation.context import Context
from advisor.estimation.outcome import RELEVANT, failures, path_of, pools
from advisor.estimation.packages import Package, Unit
from advisor.estimation.sampling import Sampler
from advisor.estimation.timelines import LOST, Pieces, Timeline, Vectors
from advisor.model.disruption import DISRUPTIONS
from advisor.model.graph import Component
from advisor.model.recovery import Protection
from advisor.model.units import cents

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Sets = NDArray[np.object_]  # sets as the bits of integers of any size
Figures = tuple[float, float, float, float]
RECOVERY = "recovery in "
CENTS_PER_UNIT = 100


@dataclass(frozen=True)
class Table:
    """Combinations of packages of some units, a row each. ``sums``: cost in cents, changes, GiB of free quota;
    ``worst``: for each disruption the worst-case loss, the expected loss and whether there is no way back; ``times``:
    for each disruption the slowest component by itself; ``classes``: for each failure the number of the timeline's
    progress (or of the pieces, for a unit by itself); ``signals``: what other parts look at; ``shared``: charges;
    ``picks``: the package of each unit."""

    sums: Floats
    worst: Floats
    times: Floats
    classes: Ints
    signals: Sets
    shared: Sets
    picks: Ints

    def __len__(self) -> int:
        return len(self.picks)

    def take(self, rows: Sequence[int] | Ints) -> Table:
        """These rows alone, in this order."""
        index = np.asarray(rows, dtype=np.int64)
        return Table(
            self.sums[index], self.worst[index], self.times[index], self.classes[index], self.signals[index],
            self.shared[index], self.picks[index],
        )  # fmt: skip


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
    """The failures of one workload, their timelines, and the tables of its units."""

    def __init__(self, context: Context, sampler: Sampler, units: Sequence[Unit], counts_start: bool) -> None:
        self.context, self.sampler = context, sampler
        self.vectors = Vectors(sampler.size)
        self.failures = [failure for disruption in DISRUPTIONS for failure in failures(context, disruption)]
        self.disruption = np.array([DISRUPTIONS.index(item.disruption) for item in self.failures], dtype=np.int64)
        self.units, entries = [u for u in units if not u.is_entry], [u for u in units if u.is_entry]
        waiting, self.in_order = _order(self.units)
        self.timelines = [
            Timeline(context, sampler, self.vectors, item, waiting, counts_start) for item in self.failures
        ]
        self.pieces: list[dict[Pieces, int]] = [{} for _ in self.failures]
        self.listed: list[list[Pieces]] = [[] for _ in self.failures]
        self._entry_members = {member for u in entries for c in u.components for member in c.members}
        self._entry_ids = {c.id for u in entries for c in u.components}
        self._signals, self._charges = Bits(), Bits()
        self._through_known: dict[tuple[str, int, tuple[int, ...]], tuple[Figures, int]] = {}

    def tables(self, quantile: float) -> list[Table]:
        """A table for each unit but the entries, in the order of ``units``."""
        most: list[dict[str, int]] = [{} for _ in self.failures]
        found = []
        for number in range(len(self.units)):
            table, tasks = self._table(number, quantile)
            found.append(table)
            for total, own in zip(most, tasks, strict=True):
                for pool, count in own.items():
                    total[pool] = total.get(pool, 0) + count
        slots = pools(self.context)
        waits_for_entry = any(self._entry_ids & set(c.needs) for unit in self.units for c in unit.components)
        for timeline, total in zip(self.timelines, most, strict=True):
            fits = all(total.get(pool, 0) <= size for pool, size in slots.items())
            timeline.comparable = fits and self.in_order and not waits_for_entry
        return found

    def _table(self, number: int, quantile: float) -> tuple[Table, list[dict[str, int]]]:
        unit = self.units[number]
        tasks: list[dict[str, int]] = [{} for _ in self.failures]
        worst, times, classes = [], [], []
        for package in unit.packages:
            row, numbers, slowest = self._row(unit, package, quantile, tasks)
            worst.append(row)
            classes.append(numbers)
            times.append(slowest)
        packages = unit.packages
        return Table(
            np.array([[_cents(p), float(p.changes), p.quota_gib] for p in packages]),
            np.array(worst),
            np.array(times),
            np.array(classes, dtype=np.int64).reshape(len(packages), len(self.failures)),
            np.array([self._signals.of(self._seen_by_others(package)) for package in packages], dtype=object),
            np.array([self._charges.of(package.shared) for package in packages], dtype=object),
            np.arange(len(packages), dtype=np.int64).reshape(-1, 1),
        ), tasks

    def _row(
        self, unit: Unit, package: Package, quantile: float, tasks: list[dict[str, int]]
    ) -> tuple[list[float], list[int], list[float]]:
        loss, expected, gone, slowest = ([0.0] * len(DISRUPTIONS) for _ in range(4))
        numbers = []
        for place in range(len(self.failures)):
            disruption = int(self.disruption[place])
            relevant = RELEVANT[DISRUPTIONS[disruption]]
            covering = [item for item in package.protections if item.mechanism in relevant]
            figures, number = self._through(unit, place, covering, quantile, tasks[place])
            loss[disruption] = max(loss[disruption], figures[0])
            expected[disruption] = max(expected[disruption], figures[1])
            gone[disruption] = max(gone[disruption], figures[2])
            slowest[disruption] = max(slowest[disruption], figures[3])
            numbers.append(number)
        lost = [LOST if gone[int(self.disruption[place])] else n for place, n in enumerate(numbers)]
        times = [np.inf if gone[d] else slowest[d] for d in range(len(DISRUPTIONS))]
        return [*loss, *expected, *gone], lost, times

    def _through(
        self, unit: Unit, place: int, covering: Sequence[Protection], quantile: float, most: dict[str, int]
    ) -> tuple[Figures, int]:
        """One unit through one failure: worst-case and expected loss, no way back, slowest component; its pieces."""
        key = (unit.components[0].id, place, tuple(map(id, covering)))
        if key in self._through_known:
            return self._through_known[key]
        found = [(c, path_of(self.context, c, self.failures[place], covering)) for c in unit.components]
        paths = [(component, path) for component, path in found if path is not None]
        timeline = self.timelines[place]
        by_component = {c.id: timeline.piece(c, path) for c, path in paths if path.recoverable}
        pieces = tuple(by_component.get(component.id, 0) for component in _inner_order(unit.components))
        if pieces not in self.pieces[place]:
            self.pieces[place][pieces] = len(self.listed[place])
            self.listed[place].append(pieces)
        for pool in {task.pool for _, path in paths for task in path.tasks if task.pool is not None}:
            count = sum(task.pool == pool for _, path in paths for task in path.tasks)
            most[pool] = max(most.get(pool, 0), count)
        figures = (
            max((path.worst_s for _, path in paths), default=0.0),
            max((path.expected_s for _, path in paths), default=0.0),
            float(not all(path.recoverable for _, path in paths)),
            max((timeline.quantile(piece, quantile) for piece in by_component.values()), default=0.0),
        )
        self._through_known[key] = (figures, self.pieces[place][pieces])
        return self._through_known[key]

    def _seen_by_others(self, package: Package) -> set[str]:
        """What entries look at, and required mechanisms: only combinations that agree in it are compared."""
        seen = {f"{RECOVERY}{package.recovery}"} if package.recovery else set()
        for item in package.protections:
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


def _cents(package: Package) -> float:
    return float(cents(package.monthly) * CENTS_PER_UNIT)


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
