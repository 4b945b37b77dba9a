"""The weak points of an estate, by the rules of the findings, with the workloads that each takes down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from advisor.graph.blast import Analysis
from advisor.graph.engine import FAILURES_AT_ONCE
from advisor.graph.finding_context import Context, Point
from advisor.graph.findings import points_of
from advisor.graph.findings_order import INVERSION_RULES
from advisor.graph.findings_shared import SHARED_RULES
from advisor.graph.findings_single import SINGLE_RULES
from advisor.model.graph import Graph
from advisor.model.inventory import Inventory
from advisor.model.targets import Targets

# Tuning: failures of single points that are followed; each slice passes over the whole graph once.
FOLLOWED = 16 * FAILURES_AT_ONCE


@dataclass(frozen=True)
class WeakPoints:
    """Single points of failure, shared fate and tier inversions, each whole and worst first.

    ``falls_with`` names the workloads that a failure of a single point takes down; None where there are so many such
    failures that this one was not followed."""

    single_points: tuple[Point, ...]
    shared_fate: tuple[Point, ...]
    inversions: tuple[Point, ...]
    falls_with: Mapping[str, tuple[str, ...] | None]


def weak_points(
    inventory: Inventory, graph: Graph, targets: Targets | None = None, listed: int | None = None
) -> WeakPoints:
    """The weak points; failures are followed for the first ``listed`` single points (by default all, up to
    ``FOLLOWED`` failures)."""
    context = Context(inventory, graph, targets)
    single, shared, inverted = (points_of(context, rules) for rules in (SINGLE_RULES, SHARED_RULES, INVERSION_RULES))
    return WeakPoints(single, shared, inverted, _falls_with(context.analysis, single[:listed]))


def _falls_with(analysis: Analysis, points: Iterable[Point]) -> dict[str, tuple[str, ...] | None]:
    """Failure → workloads that it takes down, each failure once."""
    failures = [one for one in dict.fromkeys(one for point in points for one in point.failures) if analysis.knows(one)]
    followed = failures[:FOLLOWED]
    unknown: dict[str, tuple[str, ...] | None] = dict.fromkeys(sorted(failures))
    return unknown | dict(zip(followed, analysis.workloads_down(followed), strict=True))
