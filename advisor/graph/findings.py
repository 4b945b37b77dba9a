"""What an architect should know about the estate before any plan: one rule a function, collected here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain

from advisor.graph.finding_context import Context, Point
from advisor.graph.findings_doubts import DOUBT_RULES
from advisor.graph.findings_gaps import GAP_RULES
from advisor.graph.findings_order import INVERSION_RULES, ORDER_RULES
from advisor.graph.findings_shared import SHARED_RULES
from advisor.graph.findings_single import SINGLE_RULES
from advisor.model.finding import SEVERITY_ORDER, Finding
from advisor.model.graph import Graph
from advisor.model.inventory import Inventory
from advisor.model.targets import Targets

Rule = Callable[[Context], Iterator[Finding]]
PointRule = Callable[[Context], Iterator[Point]]
RULES: tuple[Rule, ...] = (*ORDER_RULES, *GAP_RULES, *DOUBT_RULES)
# Tuning: more findings of one sort than this are counted, not listed.
LISTED_OF_A_SORT = 200


def graph_findings(
    inventory: Inventory, graph: Graph, targets: Targets | None = None, without: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Single points of failure, shared fate, inversions, cycles, loose ends and what is not known, worst first.

    With the targets, inversions compare what is asked for; without them, the ranks of the shipped classes.
    ``without`` names finding ids that somebody else tells already.
    """
    context = Context(inventory, graph, targets)
    points = (*SINGLE_RULES, *SHARED_RULES, *INVERSION_RULES)
    told = chain(
        (point.finding for point in points_of(context, points)), (item for rule in RULES for item in rule(context))
    )
    return tuple(_limited(sorted((finding for finding in told if finding.id not in without), key=_order)))


def points_of(context: Context, rules: Iterable[PointRule]) -> tuple[Point, ...]:
    """What these rules find, worst first."""
    found = (point for rule in rules for point in rule(context))
    return tuple(sorted(found, key=lambda point: _order(point.finding)))


def _order(finding: Finding) -> tuple[int, str, str, str, str]:
    rank = SEVERITY_ORDER.index(finding.severity)
    return (rank, finding.id, finding.workload or "", finding.resource or "", finding.title)


def _limited(found: list[Finding]) -> Iterator[Finding]:
    counts: dict[str, int] = {}
    for finding in found:
        counts[finding.id] = counts.get(finding.id, 0) + 1
        if counts[finding.id] <= LISTED_OF_A_SORT:
            yield finding
    for finding_id, count in sorted(counts.items()):
        if count > LISTED_OF_A_SORT:
            title = f"{count - LISTED_OF_A_SORT} more findings of this sort"
            yield Finding(id=finding_id, severity="info", title=title, detail=f"{count} in all.")
