"""What waiting for others adds to the expected loss: tables over pairs of options, and groups that only count together.

The loss of a key is the largest of what its tables and groups say. The part that a dependent's option loses whatever
the others choose is moved into that option's own loss (and, where a single workload is waited for, the part that one of
its options costs whatever the dependent chooses), which changes no sum and leaves less for bounds to overlook.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from advisor.optimise.columns import ColumnarProblem, Group, Ints


@dataclass(frozen=True, eq=False)
class WaitTables:
    """All tables in one flat array: that of wait n starts at ``base[n]`` in ``extra``, one row an option of the
    dependent. ``taken`` is what an option of a key's dependent has in its own loss already, by key; ``most`` bounds
    what each key can add."""

    dependent: Ints
    needed: Ints
    key: Ints
    width: Ints
    base: Ints
    extra: Ints
    taken: dict[int, Ints]
    most: Ints

    def table(self, wait: int) -> Ints:
        """The table of one wait, a row for each option of the dependent."""
        end = self.base[wait + 1] if wait + 1 < self.base.size else self.extra.size
        return self.extra[self.base[wait] : end].reshape(-1, self.width[wait])

    def extra_of(self, places: Ints, groups: Sequence[Group]) -> int:
        """What waiting adds where workload w takes its option number ``places[w]``."""
        found = np.zeros(self.most.size, np.int64)
        cell = self.base + places[self.dependent] * self.width + places[self.needed]
        np.maximum.at(found, self.key, self.extra[cell])
        for group in groups:
            if group.loss and holds(group, places):
                found[group.key] = max(found[group.key], self.left_of(group, int(places[group.ends[0]])))
        return int(found.sum())

    def left_of(self, group: Group, place: int) -> int:
        """What a group's loss is beyond the dependent's own, with its option number ``place``."""
        taken = self.taken.get(group.key)
        return group.loss - (0 if taken is None else int(taken[place]))


def holds(group: Group, places: Ints) -> bool:
    """Whether every end of a group takes one of its options."""
    return all(mask[places[end]] for end, mask in zip(group.ends, group.options, strict=True))


def wait_tables(problem: ColumnarProblem, groups: Sequence[Group]) -> tuple[WaitTables, Ints]:
    """The tables, and what was moved into the options' own loss."""
    tables = [wait.extra.astype(np.int64) for wait in problem.waits]
    own = np.zeros(int(problem.offsets[-1]), np.int64)
    taken = _move(problem, groups, tables, own)
    keys = [wait.key for wait in problem.waits] + [group.key for group in groups if group.loss]
    most = np.zeros(max(keys, default=-1) + 1, np.int64)
    for wait, table in zip(problem.waits, tables, strict=True):
        most[wait.key] = max(most[wait.key], int(table.max()))
    for group in groups:
        if group.loss:
            most[group.key] = max(most[group.key], group.loss)
    sizes = [table.size for table in tables]
    found = WaitTables(
        np.array([wait.dependent for wait in problem.waits], np.int64),
        np.array([wait.needed for wait in problem.waits], np.int64),
        np.array([wait.key for wait in problem.waits], np.int64),
        np.array([table.shape[1] for table in tables], np.int64),
        np.cumsum([0, *sizes[:-1]], dtype=np.int64)[: len(sizes)],
        np.concatenate([table.ravel() for table in tables]) if tables else np.zeros(0, np.int64),
        taken,
        most,
    )
    return found, own


def _move(problem: ColumnarProblem, groups: Sequence[Group], tables: list[Ints], own: Ints) -> dict[int, Ints]:
    """Moves what cannot be avoided from ``tables`` into ``own``; returns what every dependent's options took, by
    key."""
    by_key: dict[int, list[int]] = defaultdict(list)
    for number, wait in enumerate(problem.waits):
        by_key[wait.key].append(number)
    grouped = {group.key for group in groups if group.loss}
    taken = {}
    for key, numbers in by_key.items():
        least: Ints = np.max([tables[number].min(axis=1) for number in numbers], axis=0)
        taken[key] = least
        _add(problem, own, problem.waits[numbers[0]].dependent, least)
        for number in numbers:
            tables[number] = np.maximum(tables[number] - least[:, None], 0)
        if len(numbers) == 1 and key not in grouped:
            number = numbers[0]
            rest: Ints = tables[number].min(axis=0)
            _add(problem, own, problem.waits[number].needed, rest)
            tables[number] = tables[number] - rest[None, :]
    return taken


def _add(problem: ColumnarProblem, own: Ints, workload: int, amounts: Ints) -> None:
    own[problem.offsets[workload] : problem.offsets[workload + 1]] += amounts
