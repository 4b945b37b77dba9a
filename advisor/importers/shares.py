"""The files of a large inventory read by several processes, each its share; a small one is read right here. A worker
(``workers``) gets paths and gives back what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from advisor import workers
from advisor.importers.one_file import ColumnMapping, FileRead, read_file
from advisor.importers.sources import Source

# Tuning: from so many bytes on a second process saves more than its start costs.
SHARED_FROM: Final = 64 * 1024**2
# Tuning: starting a worker takes as long as reading so many bytes; handing over what it found is so much on top.
WORKER_COST: Final = 20 * 1024**2
HANDED_OVER: Final = 1.2
_WORKER: Final = "advisor.importers.share_worker"

Numbered = list[tuple[int, Source]]


def read_files(sources: Sequence[Source], mapping: ColumnMapping | None) -> Iterator[FileRead]:
    """What every file holds, in the order of the files."""
    shares = _shares(sources)
    started = [(workers.start(_WORKER, (share, mapping)), share) for share in shares[1:]]
    found = {number: read_file(source, mapping) for number, source in shares[0]}
    for worker, share in started:
        found.update(workers.finish(worker, dict) or {number: read_file(source, mapping) for number, source in share})
    return (found[number] for number in range(len(sources)))


def _shares(sources: Sequence[Source]) -> list[Numbered]:
    """The files with their numbers, in shares of about the same size; one share where more are not worth it."""
    numbered = list(enumerate(sources))
    total = sum(source.size for source in sources)
    count = min(workers.processors(), len(sources)) if total >= SHARED_FROM else 1
    if count < 2:
        return [numbered]
    shares: list[Numbered] = [[] for _ in range(count)]
    loads = [0.0, *[float(WORKER_COST)] * (count - 1)]
    for number, source in sorted(numbered, key=lambda one: (-one[1].size, one[0])):
        least = loads.index(min(loads))
        shares[least].append((number, source))
        loads[least] += source.size * (HANDED_OVER if least else 1.0)
    return shares
