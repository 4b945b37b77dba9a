"""Copy chains: which copies survive a disruption, and how much data is lost when serving from one.

    worst-case loss(j) = sum over i <= j of (H_i + P_i) + A_j
    expected loss(j)   = sum over i <= j of (H_i + P_i) + A_j / 2

with A the accumulation, H the hold and P the propagation of a level, summed along j's own chain down to the live data
(the level recurrence of Keeton and Merchant, "A framework for evaluating storage system dependability", DSN 2004).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from advisor.model.disruption import Disruption
from advisor.model.recovery import Level, Served


def path_to(levels: Sequence[Level], level: Level) -> tuple[Level, ...]:
    """The levels from the live data up to ``level``; raises ``ValueError`` on an unknown feeder or a loop."""
    by_name = {item.name: item for item in levels}
    path = [level]
    while path[0].fed_by is not None:
        feeder = by_name.get(path[0].fed_by)
        if feeder is None:
            raise ValueError(f"level '{path[0].name}' is fed by '{path[0].fed_by}', which is no level")
        if feeder in path:
            raise ValueError(f"level '{level.name}' feeds itself")
        path.insert(0, feeder)
    return tuple(path)


def losses(levels: Sequence[Level], level: Level) -> tuple[float, float]:
    """Worst-case and expected loss in seconds when serving from ``level``."""
    lag = sum(step.hold_s + step.propagation_s for step in path_to(levels, level))
    return lag + level.accumulation_s, lag + level.accumulation_s / 2


def serve(levels: Sequence[Level], survivors: Collection[str], detection_s: float | None = None) -> Served | None:
    """The surviving level with the smallest worst-case loss; None where no level can serve (the loss has no bound).

    ``detection_s`` is given for logical errors: then only point-in-time levels serve whose captures are kept for at
    least
    the detection delay plus one accumulation. Ties go to the earlier level."""
    best: Served | None = None
    for level in levels:
        if level.name not in survivors or not _has_captures(level):
            continue
        if detection_s is not None and not _reaches_back(level, detection_s):
            continue
        worst, expected = losses(levels, level)
        if math.isfinite(worst) and (best is None or worst < best.worst_s):
            best = Served(level, worst, expected)
    return best


def _has_captures(level: Level) -> bool:
    """Whether there is a capture at every moment: kept no shorter than until the next one."""
    return level.kind != "point_in_time" or level.retention_s >= level.accumulation_s


def _reaches_back(level: Level, detection_s: float) -> bool:
    return level.kind == "point_in_time" and level.retention_s >= detection_s + level.accumulation_s


def survivors(
    levels: Sequence[Level], disruption: Disruption, place: str | None, live_survives: bool
) -> frozenset[str]:
    """Names of the levels that a disruption leaves. ``place`` is the failed zone or region; ``live_survives`` says
    whether the live data outlasts an instance failure (local disks do not)."""
    return frozenset(level.name for level in levels if _outlasts(level, disruption, place, live_survives))


def _outlasts(level: Level, disruption: Disruption, place: str | None, live_survives: bool) -> bool:
    if disruption == "logical":
        return level.kind == "point_in_time"
    if disruption == "instance":
        return level.kind != "live" or live_survives
    if disruption == "zone":
        return not level.zones or any(zone != place for zone in level.zones)
    return level.region != place
