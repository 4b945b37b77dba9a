"""The weak points as text for a terminal and as records for other programs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from advisor.graph.blast import RESOURCE, is_place
from advisor.graph.finding_context import Point
from advisor.graph.listing import LISTED, WHOLE, cut_list, label, more
from advisor.graph.weaknesses import WeakPoints
from advisor.model.inventory import Inventory

_EFFECTS = 3
_CUT = re.compile(r" and \d+ more\b")  # as edgeset.shortened ends a list


def sections(weak: WeakPoints, with_targets: bool) -> list[tuple[str, tuple[Point, ...]]]:
    """The weak points by sort; inversions only where targets say what is asked."""
    found = [("Single points of failure", weak.single_points), ("Shared fate", weak.shared_fate)]
    return [*found, ("Tier inversions", weak.inversions)] if with_targets else found


def titled(point: Point) -> str:
    """The title of the finding, with the workload where it does not name it."""
    finding = point.finding
    home = f"{finding.workload}: " if finding.workload and finding.workload not in finding.title else ""
    return home + finding.title


def point_lines(inventory: Inventory, weak: WeakPoints, with_targets: bool) -> Iterator[str]:
    """The sections of the terminal, each cut to what it shows."""
    for title, points in sections(weak, with_targets):
        yield ""
        yield f"{title}: {len(points) or 'none found'}"
        for point in points[:LISTED]:
            yield f"  [{point.finding.severity}] {titled(point)}"
            detail = point.finding.detail
            yield f"    {detail}{f' ({WHOLE})' if _CUT.search(detail) else ''}"
            if points is weak.single_points:
                yield from _effects(inventory, point, weak.falls_with)
        yield from more(len(points))


def _effects(inventory: Inventory, point: Point, falls_with: Mapping[str, tuple[str, ...] | None]) -> Iterator[str]:
    """What each failure takes down; those that take down the same share a line."""
    alike: dict[tuple[str, ...] | None, list[str]] = defaultdict(list)
    for failure in point.failures:
        if failure in falls_with:
            alike[falls_with[failure]].append(failure)
    for number, (down, failures) in enumerate(alike.items()):
        if number == _EFFECTS:
            left = sum(len(others) for others in list(alike.values())[_EFFECTS:])
            yield f"    and {left} more that take down others ({WHOLE})"
            return
        yield f"    {_who(inventory, point, failures)} {_takes_down(down)}"


def _who(inventory: Inventory, point: Point, failures: Sequence[str]) -> str:
    if len(point.failures) > 1 and len(failures) == len(point.failures):
        return "each of them"
    names = [one if is_place(one) else label(inventory, one.removeprefix(RESOURCE)) for one in failures]
    return cut_list(names, _EFFECTS) + (", each" if len(failures) > 1 else "")


def _takes_down(down: tuple[str, ...] | None) -> str:
    if down is None:
        return "was not followed, as there are very many; --fail resource:… shows what one takes down"
    return f"takes down {cut_list(down)}" if down else "takes down no workload"


def point_records(weak: WeakPoints) -> dict[str, object]:
    """All weak points; failures are written as ``--fail`` takes them, and what falls with them stands once each."""
    return {
        "single_points": [_record(point) | {"failures": point.failures} for point in weak.single_points],
        "shared_fate": [
            _record(point) | {"failures": point.failures, "workloads": point.workloads} for point in weak.shared_fate
        ],
        "inversions": [_record(point) | {"workloads": point.workloads} for point in weak.inversions],
        "falls_with": dict(weak.falls_with),
    }


def _record(point: Point) -> dict[str, object]:
    finding = point.finding
    return {
        "id": finding.id,
        "severity": finding.severity,
        "title": finding.title,
        "resource": finding.resource,
        "workload": finding.workload,
        "detail": finding.detail,
        "fix": finding.fix,
    }
