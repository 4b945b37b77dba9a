"""Which linked workloads must be decided together, and how: classes, hubs and blocks.

Options of a workload that break and are broken alike form one class; only classes matter to links. A connected
component is split by its hubs: with the classes of the hubs given (a scenario), what remains falls into blocks, each
small enough to list every combination of classes. This is cutset conditioning (Dechter, Constraint Processing, 2003,
ch. 10): exact, and cheap where few workloads are needed by many.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from advisor.optimise.columns import Bools, Ints
from advisor.optimise.system import System

MEMBER_LIMIT: Final = 24
PAIRS: Final = 4
COUNTED: Final = 10**12
BETWEEN_HUBS: Final = -1

Tables = NDArray[np.bool_]


@dataclass(frozen=True)
class Limits:
    """How many configurations may be listed: in one block (the first size that spares all hubs), and in all."""

    blocks: tuple[int, ...] = (1024, 4096, 16384, 65536)
    total: int = 8_000_000


LIMITS: Final = Limits()


@dataclass(frozen=True, eq=False)
class Classes:
    """The class of each option of a linked workload (-1: ruled out), and one option (place in the workload) of every
    class."""

    of_option: Ints
    sample: Ints

    @property
    def count(self) -> int:
        return int(self.sample.size)


@dataclass(frozen=True)
class Component:
    """Hubs and the blocks between them, and the links by the block that decides them (``BETWEEN_HUBS``: none) and by
    key. A hub's own target may be broken from several blocks; then the first counts it and ``repeated`` holds the
    others. Links of ``loose`` hubs, too many to list, count nowhere."""

    hubs: tuple[int, ...]
    blocks: tuple[tuple[int, ...], ...]
    links: Mapping[int, Mapping[int, list[int]]]
    repeated: Mapping[int, Mapping[int, list[int]]]
    loose: tuple[int, ...]


def classes_of(system: System, alive: Bools | None = None) -> dict[int, Classes]:
    """Classes of every linked workload: options that are left with equal rows in all its tables."""
    links = system.links
    tables: dict[int, list[Tables]] = defaultdict(list)
    for link, (dependent, needed) in enumerate(zip(links.dependent.tolist(), links.needed.tolist(), strict=True)):
        table = links.table(link)
        tables[dependent].append(table)
        tables[needed].append(table.T)
    offsets = system.problem.offsets
    return {
        workload: _classes(
            np.hstack(found), None if alive is None else alive[offsets[workload] : offsets[workload + 1]]
        )
        for workload, found in sorted(tables.items())
    }


def _classes(rows: Tables, alive: Bools | None) -> Classes:
    seen: dict[bytes, int] = {}
    sample = []
    of_option = np.full(len(rows), -1, np.int64)
    for place, row in enumerate(np.packbits(rows, axis=1)):
        if alive is not None and not alive[place]:
            continue
        key = row.tobytes()
        if key not in seen:
            seen[key] = len(seen)
            sample.append(place)
        of_option[place] = seen[key]
    return Classes(of_option, np.array(sample, np.int64))


def merged(rows: Tables) -> Classes:
    """Classes of a list of rows."""
    return _classes(rows, None)


def harmless(system: System, workload: int) -> Bools:
    """The options of a workload that break as little of others' weight as any of its options does."""
    links = system.links
    broken = np.zeros(int(system.counts[workload]))
    for link in np.flatnonzero(links.needed == workload).tolist():
        broken += links.weights[links.key[link]] * links.table(link).sum(axis=0)
    return np.asarray(broken == broken.min(), np.bool_)


def components_of(system: System, classes: Mapping[int, Classes], limits: Limits) -> list[Component]:
    """The linked components in the order of their first workload."""
    dependents, needs = system.links.dependent.tolist(), system.links.needed.tolist()
    near: dict[int, set[int]] = defaultdict(set)
    for dependent, needed in zip(dependents, needs, strict=True):
        near[dependent].add(needed)
        near[needed].add(dependent)
    pieces = connected(sorted(near), near)
    place = {workload: number for number, piece in enumerate(pieces) for workload in piece}
    links: list[list[int]] = [[] for _ in pieces]
    for link, dependent in enumerate(dependents):
        links[place[dependent]].append(link)
    order = sorted(range(len(pieces)), key=lambda number: (len(pieces[number]), number))
    found, left = {}, limits.total
    for done, number in enumerate(order):
        share = replace(limits, total=left // (len(pieces) - done))
        planner = _planned(system, pieces[number], near, classes, links[number], share)
        found[number] = planner.component()
        left -= planner.listed
    return [found[number] for number in range(len(pieces))]


def _planned(
    system: System,
    piece: tuple[int, ...],
    near: Mapping[int, set[int]],
    classes: Mapping[int, Classes],
    links: Sequence[int],
    limits: Limits,
) -> _Planner:
    """The plan with smallest blocks among those that let the fewest hubs go."""
    plans = []
    for block_limit in limits.blocks:
        hubs, blocks = _split(piece, near, classes, block_limit)
        plans.append(_Planner(system, classes, hubs, blocks, links, limits))
        if not plans[-1].loose:
            break
    return min(plans, key=lambda plan: len(plan.loose))


def connected(members: Sequence[int], near: Mapping[int, set[int]]) -> list[tuple[int, ...]]:
    """The connected pieces of the graph on ``members``, each sorted."""
    left = set(members)
    pieces = []
    for member in members:
        if member not in left:
            continue
        left.discard(member)
        piece, queue = [member], [member]
        while queue:
            found = near[queue.pop()] & left
            left -= found
            piece += found
            queue += found
        pieces.append(tuple(sorted(piece)))
    return pieces


def _split(
    members: tuple[int, ...], near: Mapping[int, set[int]], classes: Mapping[int, Classes], block_limit: int
) -> tuple[list[int], list[tuple[int, ...]]]:
    """Hubs and blocks: takes members with most neighbours for hubs while that shortens the lists or a block is too
    large."""
    hubs: list[int] = []
    blocks = [members]
    total = combinations(members, classes)
    settled = 0
    while settled < len(blocks):
        block = blocks[settled]
        if len(block) == 1:
            settled += 1
            continue
        inside = set(block)
        hub = max(block, key=lambda w: (len(near[w] & inside), -w))
        pieces = connected([w for w in block if w != hub], near)
        before = combinations(block, classes)
        apart = total - before + sum(combinations(piece, classes) for piece in pieces)
        if apart * classes[hub].count < total or before > block_limit or len(block) > MEMBER_LIMIT:
            hubs.append(hub)
            blocks[settled : settled + 1] = pieces
            total = apart
        else:
            settled += 1
    return hubs, blocks


def combinations(block: Iterable[int], classes: Mapping[int, Classes]) -> int:
    """How many combinations of classes there are (no more than ``COUNTED``)."""
    count = 1
    for workload in block:
        count = min(count * classes[workload].count, COUNTED)
    return count


class _Planner:
    """Decides which hubs of one component are listed, and where each link counts."""

    def __init__(
        self,
        system: System,
        classes: Mapping[int, Classes],
        hubs: Sequence[int],
        blocks: Sequence[tuple[int, ...]],
        links: Sequence[int],
        limits: Limits,
    ) -> None:
        self.limits = limits
        self.system, self.classes, self.links = system, classes, links
        self.hubs, self.blocks = list(hubs), list(blocks)
        self.home = {workload: number for number, block in enumerate(blocks) for workload in block}
        self.ends = {link: (int(system.links.dependent[link]), int(system.links.needed[link])) for link in links}
        self.listed = 0
        self.kept = self._affordable()
        self.loose = sorted(set(hubs) - set(self.kept))

    def component(self) -> Component:
        """The component with as many hubs as the limit of configurations allows, those found first before others."""
        for hub in self.loose:
            self.home[hub] = len(self.blocks)
            self.blocks.append((hub,))
        counted = [link for link in self.links if not set(self.ends[link]) & set(self.loose)]
        self._join(counted)
        links, repeated = self._placed(counted)
        return Component(tuple(sorted(self.kept)), tuple(self.blocks), links, repeated, tuple(self.loose))

    def _affordable(self) -> list[int]:
        views = self._views()
        sizes = [combinations(block, self.classes) for block in self.blocks]
        scenarios = 1
        kept: list[int] = []
        self.listed = sum(sizes)
        for hub in self.hubs:
            wider = [size * views[number].get(hub, 1) for number, size in enumerate(sizes)]
            count = scenarios * self.classes[hub].count
            listed = sum(wider) + count * len(sizes) // PAIRS
            if listed <= self.limits.total and len(kept) < MEMBER_LIMIT:
                kept.append(hub)
                sizes, scenarios = wider, count
                self.listed = listed
        return kept

    def _views(self) -> list[dict[int, int]]:
        """How many classes of each hub a block can tell apart."""
        rows: dict[tuple[int, int], list[Tables]] = defaultdict(list)
        for link, ends in self.ends.items():
            for hub, other in (ends, ends[::-1]):
                if hub not in self.home and other in self.home:
                    rows[self.home[other], hub].append(side(self.system, self.classes, link, hub))
        views: list[dict[int, int]] = [{} for _ in self.blocks]
        for (number, hub), found in rows.items():
            views[number][hub] = merged(np.hstack(found)).count
        return views

    def _join(self, links: Sequence[int]) -> None:
        """Makes one block of those from which one target of a hub can be broken, as long as it stays small."""
        first: dict[int, int] = {}
        for link in links:
            place = self._place(link)
            other = first.setdefault(int(self.system.links.key[link]), place) if place != BETWEEN_HUBS else place
            if other == place:
                continue
            both = self.blocks[other] + self.blocks[place]
            if combinations(both, self.classes) <= self.limits.blocks[0] and len(both) <= MEMBER_LIMIT:
                self.blocks[other], self.blocks[place] = both, ()
                self.home.update(dict.fromkeys(both, other))
                first = {key: other if number == place else number for key, number in first.items()}
        left = [number for number, block in enumerate(self.blocks) if block]
        self.blocks = [tuple(sorted(self.blocks[number])) for number in left]
        self.home = {workload: number for number, block in enumerate(self.blocks) for workload in block}

    def _place(self, link: int) -> int:
        return max(self.home.get(end, BETWEEN_HUBS) for end in self.ends[link])

    def _placed(self, links: Sequence[int]) -> tuple[dict[int, dict[int, list[int]]], dict[int, dict[int, list[int]]]]:
        by_key: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for link in links:
            by_key[int(self.system.links.key[link])][self._place(link)].append(link)
        found: dict[int, dict[int, list[int]]] = defaultdict(dict)
        repeated: dict[int, dict[int, list[int]]] = defaultdict(dict)
        for key, places in by_key.items():
            between = places.pop(BETWEEN_HUBS, [])
            first, *others = sorted(places) or [BETWEEN_HUBS]
            found[first][key] = between + places.get(first, [])
            for other in others:
                repeated[other][key] = places[other]
        return found, repeated


def side(system: System, classes: Mapping[int, Classes], link: int, workload: int) -> Tables:
    """A link's table with a row for each class of ``workload``, one of its two ends."""
    table = system.links.table(link)
    rows = table if int(system.links.dependent[link]) == workload else table.T
    result: Tables = rows[classes[workload].sample]
    return result
