"""The log of the vendor's packages, which print tracebacks of what is told in one sentence here."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

SDK_LOGGERS = ("credentials", "alibabacloud-tea", "darabonba-core")


@contextmanager
def without_sdk_chatter() -> Iterator[None]:
    """Keeps the vendor's packages from printing their own log, tracebacks included, beside our message."""
    loggers = [logging.getLogger(name) for name in SDK_LOGGERS]
    before = [item.disabled for item in loggers]
    try:
        for item in loggers:
            item.disabled = True
        yield
    finally:
        for item, disabled in zip(loggers, before, strict=True):
            item.disabled = disabled
