"""Work given to other processes: a Python of its own each, that gets an object and gives one back.

Not forked: a process with threads, as the app's, must not be. One that dies or cannot be started costs time and nothing
else, as the one who asked does its work then."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

MOST: Final = 8  # Tuning: more processes wait for one another

T = TypeVar("T")
W = TypeVar("W")
Worker = subprocess.Popen[bytes]


def processors() -> int:
    """How many processors this process may use, as far as work is spread over them."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(found, MOST)


def start(module: str, work: object) -> Worker | None:
    """A worker that runs a module of ours (which calls ``answer``) on this work; None where none can be started."""
    path = os.pathsep.join(part for part in sys.path if part)
    try:
        with tempfile.TemporaryFile() as handed:  # not a pipe, which would wait until the worker has come up
            pickle.dump(work, handed, protocol=pickle.HIGHEST_PROTOCOL)
            handed.seek(0)
            return subprocess.Popen(  # noqa: S603 - this very Python and a module of ours
                [sys.executable, "-P", "-m", module],
                stdin=handed,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": path},
            )
    except OSError:
        return None


def finish(worker: Worker | None, kind: type[T]) -> T | None:
    """What a worker found, None where it did not get to the end."""
    if worker is None or worker.stdout is None:
        return None
    found: object = None
    with worker, worker.stdout as channel, suppress(EOFError, pickle.UnpicklingError, OSError):
        found = pickle.load(channel)  # noqa: S301 - what our own worker wrote
    return found if worker.returncode == 0 and isinstance(found, kind) else None


def answer(do: Callable[[W], object]) -> None:
    """In the worker: read the work from standard input and write what becomes of it to standard output, all of it at
    once, as the one who asked listens only when its own share is done."""
    work: W = pickle.load(sys.stdin.buffer)  # noqa: S301 - what the process that started this one wrote
    sys.stdout.buffer.write(pickle.dumps(do(work), protocol=pickle.HIGHEST_PROTOCOL))
