"""The files of a large inventory read by several processes, each its share; a small one is read right here.

A worker is a Python of its own that gets paths and gives back what they hold. One that dies costs time and nothing
else: its share is read here."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

from advisor.importers.one_file import ColumnMapping, FileRead, read_file
from advisor.importers.sources import Source

# Tuning: from so many bytes on a second process saves more than its start costs; more processes wait for one another.
SHARED_FROM: Final = 64 * 1024**2
MOST_PROCESSES: Final = 8
# Tuning: starting a worker takes as long as reading so many bytes; handing over what it found is so much on top.
WORKER_COST: Final = 20 * 1024**2
HANDED_OVER: Final = 1.2
_WORKER: Final = "advisor.importers.share_worker"

Worker = subprocess.Popen[bytes]
Numbered = list[tuple[int, Source]]


def read_files(sources: Sequence[Source], mapping: ColumnMapping | None) -> Iterator[FileRead]:
    """What every file holds, in the order of the files."""
    shares = _shares(sources)
    workers = [(_started(share, mapping), share) for share in shares[1:]]
    found = {number: read_file(source, mapping) for number, source in shares[0]}
    for worker, share in workers:
        found.update(_finished(worker) or {number: read_file(source, mapping) for number, source in share})
    return (found[number] for number in range(len(sources)))


def _shares(sources: Sequence[Source]) -> list[Numbered]:
    """The files with their numbers, in shares of about the same size; one share where more are not worth it."""
    numbered = list(enumerate(sources))
    total = sum(source.size for source in sources)
    count = min(_processors(), MOST_PROCESSES, len(sources)) if total >= SHARED_FROM else 1
    if count < 2:
        return [numbered]
    shares: list[Numbered] = [[] for _ in range(count)]
    loads = [0.0, *[float(WORKER_COST)] * (count - 1)]
    for number, source in sorted(numbered, key=lambda one: (-one[1].size, one[0])):
        least = loads.index(min(loads))
        shares[least].append((number, source))
        loads[least] += source.size * (HANDED_OVER if least else 1.0)
    return shares


def _processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _started(share: Numbered, mapping: ColumnMapping | None) -> Worker | None:
    """A worker on its share; None where none can be started."""
    path = os.pathsep.join(part for part in sys.path if part)
    try:
        worker = subprocess.Popen(  # noqa: S603 - this very Python and a module of ours
            [sys.executable, "-P", "-m", _WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )
    except OSError:
        return None
    # A worker that is gone already has no ear for its share, and says nothing when it is asked for it.
    with suppress(OSError):
        if worker.stdin is not None:
            with worker.stdin as channel:
                pickle.dump((share, mapping), channel)
    return worker


def _finished(worker: Worker | None) -> dict[int, FileRead] | None:
    """What a worker found, None where it did not get to the end."""
    if worker is None or worker.stdout is None:
        return None
    found: dict[int, FileRead] | None = None
    with worker, worker.stdout as channel, suppress(EOFError, pickle.UnpicklingError, OSError):
        found = pickle.load(channel)  # noqa: S301 - what our own worker wrote
    return found if worker.returncode == 0 else None
