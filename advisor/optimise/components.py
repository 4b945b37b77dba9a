"""Which linked workloads must be decided together, and how: classes, hubs and blocks.

Options of a workload that break and are broken alike form one class; only classes matter to links. A connected
component is split by its hubs: with the classes of the hubs given (a scenario), what remains falls into blocks, each
small enough to list every combination of classes. This is cutset conditioning (Dechter, Constraint Processing, 2003,
ch. 10): exact, and cheap where few workloads are needed by many.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from advisor.optimise.columns import Bools, Ints
from advisor.optimise.system import System

MEMBER_LIMIT: Final = 24
COUNTED: Final = 10**12

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
        """How many classes there are."""
        return int(self.sample.size)


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


def harmless(system: System, workload: int) -> Bools:
    """The options of a workload that break as little of others' weight as any of its options does."""
    links = system.links
    broken = np.zeros(int(system.counts[workload]))
    for link in np.flatnonzero(links.needed == workload).tolist():
        broken += links.weights[links.key[link]] * links.table(link).sum(axis=0)
    return np.asarray(broken == broken.min(), np.bool_)


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


def split(
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
