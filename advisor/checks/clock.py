"""Times of the inventory: stamps, ages and the longest gap of a weekly schedule."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime

from advisor.model.inventory import Resource
from advisor.model.units import HOUR

HOURS_OF_DAY = 24
HOURS_OF_WEEK = 7 * HOURS_OF_DAY


def moment(stamp: str | None) -> datetime | None:
    """The moment of an ISO time stamp, UTC where it names no zone; None where there is none or it cannot be read."""
    if not stamp:
        return None
    try:
        found = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def made_at(resource: Resource) -> datetime | None:
    """When the resource was created, None where unknown."""
    return moment(resource.text("created_at"))


def run_hours(policy: Resource) -> frozenset[int] | None:
    """The hours of the week (0 is Monday, midnight) at which a policy runs; None where its schedule is not known."""
    hours, weekdays = _whole(policy.texts("time_points")), _whole(policy.texts("repeat_weekdays"))
    if not hours or not weekdays:
        return None
    return frozenset((day - 1) * HOURS_OF_DAY + hour for day in weekdays for hour in hours)


def longest_gap_s(hours: Iterable[int]) -> float:
    """Seconds of the longest time between two runs in a week; inf where nothing runs.

    Every day at 02:00 gives 24 h, Monday to Friday at 02:00 gives 72 h."""
    points = sorted(set(hours))
    if not points:
        return math.inf
    following = [*points[1:], points[0] + HOURS_OF_WEEK]
    return max(later - earlier for earlier, later in zip(points, following, strict=True)) * HOUR


def _whole(texts: Iterable[str]) -> tuple[int, ...]:
    try:
        return tuple(int(float(text)) for text in texts)
    except ValueError:
        return ()
