"""Schedules of Cloud Backup: how long it is from one run to the next."""

from __future__ import annotations

import re
from typing import Final

from advisor.model.units import DAY, HOUR, MINUTE, SECOND, WEEK

# ISO 8601. No more digits than a sane interval has, for a float holds no number of 400 of them.
_INTERVAL: Final = re.compile(
    r"P(?:([0-9]{1,6})Y)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,8})S)?)?"
)
# Of years and months the longest: what is lost between two runs is never more than is said.
_SIZES: Final = (366 * DAY, 31 * DAY, WEEK, DAY, HOUR, MINUTE, SECOND)
SHORTEST_S: Final = MINUTE
LONGEST_S: Final = 366 * DAY


def interval_s(schedule: str) -> float | None:
    """Seconds between two runs of a schedule such as ``I|1735689600|P1D``; None where it cannot be read, and where it
    is none that a backup can have: shorter than a minute (a run at every moment, so that nothing would ever be lost) or
    longer than a year."""
    match = _INTERVAL.fullmatch(schedule.strip().rsplit("|", 1)[-1])
    if match is None:
        return None
    seconds = sum(int(part) * size for part, size in zip(match.groups(), _SIZES, strict=True) if part)
    return seconds if SHORTEST_S <= seconds <= LONGEST_S else None
