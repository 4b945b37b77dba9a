"""Keeps the solver's stray lines off the screen.

HiGHS as shipped with SciPy prints a note of its own, now and then and whatever its options say, straight to the
process's standard output, where the command line prints data. While programs run, that output goes nowhere.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

STDOUT: Final = 1
_LOCK: Final = threading.Lock()


class _Redirection:
    """How many solves run, and where standard output truly goes."""

    running = 0
    saved = -1


@contextmanager
def quiet_solver() -> Iterator[None]:
    """What is written to standard output is dropped until the last solve that is running ends."""
    with _LOCK:
        _Redirection.running += 1
        if _Redirection.running == 1:
            _begin()
    try:
        yield
    finally:
        with _LOCK:
            _Redirection.running -= 1
            if _Redirection.running == 0:
                _end()


def _begin() -> None:
    _Redirection.saved = -1
    with suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()
        _Redirection.saved = os.dup(STDOUT)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, STDOUT)
        os.close(nowhere)


def _end() -> None:
    if _Redirection.saved < 0:
        return
    with suppress(OSError, TypeError, AttributeError):
        ctypes.CDLL(None).fflush(None)
    with suppress(OSError):
        os.dup2(_Redirection.saved, STDOUT)
        os.close(_Redirection.saved)
