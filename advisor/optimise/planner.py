"""Which hubs of a linked component are listed with all their classes, and where each of its links counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from advisor.optimise.columns import Bools
from advisor.optimise.components import MEMBER_LIMIT, Classes, Limits, combinations, connected, split
from advisor.optimise.sights import Sights, marks_of, no_hub
from advisor.optimise.system import System

PAIRS: Final = 4
BETWEEN_HUBS: Final = -1


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
) -> Planner:
    """The plan with smallest blocks among those that let the fewest hubs go."""
    plans = []
    for block_limit in limits.blocks:
        hubs, blocks = split(piece, near, classes, block_limit)
        plans.append(Planner(system, classes, hubs, blocks, links, limits))
        if not plans[-1].loose:
            break
    return min(plans, key=lambda plan: len(plan.loose))


class Planner:
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
        sizes = [combinations(block, self.classes) for block in self.blocks]
        marks, sights = self._sights()
        scenarios = 1
        kept: list[int] = []
        self.listed = sum(sizes)
        for hub in self.hubs:
            count = scenarios * self.classes[hub].count
            pairs = count * len(sizes) // PAIRS
            if pairs > self.limits.total or len(kept) >= MEMBER_LIMIT:
                continue
            wider = {number: sights[number].with_hub(found[hub]) for number, found in marks.items() if hub in found}
            seen = [wider.get(number, sight).count for number, sight in enumerate(sights)]
            listed = pairs + sum(size * sight for size, sight in zip(sizes, seen, strict=True))
            if listed <= self.limits.total:
                kept.append(hub)
                scenarios, self.listed = count, listed
                for number, sight in wider.items():
                    sights[number] = sight
        return kept

    def _sights(self) -> tuple[dict[int, dict[int, Bools]], list[Sights]]:
        """What every block would tell of every hub, and the sights it starts from."""
        touching: dict[int, list[int]] = defaultdict(list)
        for link, ends in self.ends.items():
            homes = {self.home[end] for end in ends if end in self.home}
            if homes and any(end not in self.home for end in ends):
                touching[homes.pop()].append(link)
        marks, sights = {}, [no_hub(0)] * len(self.blocks)
        for number, links in touching.items():
            marks[number], width = marks_of(self.system, self.classes, self.hubs, links)
            sights[number] = no_hub(width)
        return marks, sights

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
