"""What a block can tell of the classes of the hubs around it.

A block feels a hub only through links that touch its workloads. Two scenarios in which the same targets of the same
classes of the block are missed through hubs are one sight to it, and its configurations are listed once for both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from advisor.optimise.columns import Bools, Ints
from advisor.optimise.components import Classes
from advisor.optimise.system import System


@dataclass(frozen=True, eq=False)
class Sights:
    """The marks of every sight, one scenario (a class of each hub so far) that shows it, and the sight of every
    scenario, the first hub's class slowest."""

    marks: Bools
    shown_by: Ints
    of_scenario: Ints

    def with_hub(self, marks: Bools) -> Sights:
        """Every sight beside every class of one more hub, those that look alike made one."""
        classes = len(marks)
        both = (self.marks[:, None, :] | marks[None, :, :]).reshape(self.count * classes, self.marks.shape[1])
        shown_by = np.column_stack([np.repeat(self.shown_by, classes, axis=0), np.tile(np.arange(classes), self.count)])
        first, sight = _alike(both)
        of_scenario = sight.reshape(self.count, classes)[self.of_scenario].ravel()
        return Sights(both[first], shown_by[first], of_scenario)

    @property
    def count(self) -> int:
        """How many sights there are."""
        return len(self.marks)


def no_hub(width: int) -> Sights:
    """The one sight where there are no hubs."""
    return Sights(np.zeros((1, width), np.bool_), np.zeros((1, 0), np.int64), np.zeros(1, np.int64))


def _alike(rows: Bools) -> tuple[Ints, Ints]:
    """The first of all rows that are equal, and which of these each row is."""
    if not rows.shape[1]:
        return np.zeros(1, np.int64), np.zeros(len(rows), np.int64)
    packed = np.ascontiguousarray(np.packbits(rows, axis=1))
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, sight = np.unique(keys, return_index=True, return_inverse=True)
    return first, sight.reshape(-1)


def marks_of(
    system: System, classes: Mapping[int, Classes], hubs: Sequence[int], links: Sequence[int]
) -> tuple[dict[int, Bools], int]:
    """For each hub that ``links`` touch, a row of marks a class, and how many marks there are.

    A mark is a key with a class of its dependent: missed through the hub or not; marks of several hubs add up. Where a
    hub is itself the dependent, its classes are all told apart."""
    slots: dict[tuple[int, int], int] = {}
    uses: list[tuple[int, int, int]] = []
    width = 0
    apart: set[int] = set()
    for link in links:
        dependent, needed = int(system.links.dependent[link]), int(system.links.needed[link])
        if dependent in hubs:
            apart |= {dependent, needed} & set(hubs)
        elif needed in hubs:
            slot = (int(system.links.key[link]), dependent)
            if slot not in slots:
                slots[slot] = width
                width += classes[dependent].count
            uses.append((link, needed, slots[slot]))
    total = width + sum(classes[hub].count for hub in apart)
    marks = {hub: np.zeros((classes[hub].count, total), np.bool_) for hub in apart | {hub for _, hub, _ in uses}}
    for link, hub, first in uses:
        dependent = int(system.links.dependent[link])
        table = system.links.table(link)[np.ix_(classes[dependent].sample, classes[hub].sample)]
        marks[hub][:, first : first + len(table)] |= table.T
    for hub in sorted(apart):
        count = classes[hub].count
        marks[hub][:, width : width + count] = np.eye(count, dtype=np.bool_)
        width += count
    return marks, total
