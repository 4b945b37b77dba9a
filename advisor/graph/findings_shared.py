"""Shared fate: resources and zones whose failure takes several workloads along."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from advisor.graph.blast import RESOURCE
from advisor.graph.edges_place import ZONE
from advisor.graph.edgeset import shortened
from advisor.graph.edgetable import edges_of
from advisor.graph.finding_context import REFERENCE, Context, Point
from advisor.graph.findings_order import needs_of
from advisor.model.finding import Finding
from advisor.model.inventory import Kind

_PLACES: tuple[Kind, ...] = ("vpc", "vswitch", "security_group", "image")


def shared_resources(context: Context) -> Iterator[Point]:
    """Resources whose failure alone fails two or more workloads by what hangs on them, not by declared needs."""
    suspects = sorted(_suspects(context))
    if not suspects:
        return
    table = context.analysis.many([RESOURCE + item for item in suspects])
    for item in suspects:
        failed = table.workloads(RESOURCE + item)
        hit = sorted({context.homes[node] for node in table.failed(RESOURCE + item) if node in context.homes})
        both = _unrelated(context, set(failed) & set(hit), context.homes.get(item))
        if len(both) > 1:
            yield Point(
                Finding(
                    id="GRA-SHARED-FATE",
                    severity="high",
                    title=f"{len(both)} workloads fail with one resource",
                    resource=item,
                    workload=context.homes.get(item),
                    detail=f"{context.label(item)}: {shortened(both, 10)} fail with it.",
                    fix="Give each workload its own, or hold it to the strictest target of them all.",
                    source=REFERENCE,
                ),
                failures=(RESOURCE + item,),
                workloads=tuple(both),
            )


def _unrelated(context: Context, names: set[str], home: str | None) -> list[str]:
    """Without those whose declared needs already say that they fail with the resource's own workload."""
    workloads = {workload.name: workload for workload in context.graph.workloads}
    return sorted(name for name in names if home is None or home not in needs_of(name, workloads))


def _suspects(context: Context) -> set[str]:
    """Resources that resources of two or more workloads depend on directly."""
    edges = edges_of(context.graph.edges)
    numbers: dict[str, int] = {}
    homes = (context.homes.get(name) for name in edges.names)
    home = np.array([-1 if at is None else numbers.setdefault(at, len(numbers)) for at in homes], dtype=np.int64)
    placed = edges.means("hard") | edges.has_rule(["place.dedicated_host"])
    source, target = edges.source[placed], edges.target[placed]
    known = home[source] >= 0
    source, target = source[known], target[known]
    users = np.concatenate([np.array([target, home[source]]), np.array([target, home[target]])], axis=1)
    users = np.unique(users[:, users[1] >= 0], axis=1)
    shared, counts = np.unique(users[0], return_counts=True)
    found = {edges.names[node] for node in shared[counts > 1].tolist()}
    return {item for item in found if not context.estate.has(item, *_PLACES)}


def shared_balancers(context: Context) -> Iterator[Point]:
    """A balancer in front of several workloads."""
    behind: dict[str, set[str]] = defaultdict(set)
    for group in context.memberships.groups:
        for balancer in group.balancers:
            behind[balancer].update(context.homes[item] for item in group.instances if item in context.homes)
    for balancer, workloads in sorted(behind.items()):
        if len(workloads) > 1:
            yield Point(
                Finding(
                    id="GRA-SHARED-BALANCER",
                    severity="medium",
                    title=f"One balancer in front of {len(workloads)} workloads",
                    resource=balancer,
                    workload=context.homes.get(balancer),
                    detail=f"{context.label(balancer)}: {shortened(sorted(workloads), 10)}.",
                    fix="Hold it to the strictest target of them, or give the strict one a balancer of its own.",
                    source=REFERENCE,
                ),
                failures=(RESOURCE + balancer,),
                workloads=tuple(sorted(workloads)),
            )


def zones_of_many(context: Context) -> Iterator[Point]:
    """How much of the estate each zone takes along."""
    zones = sorted(place for place in context.analysis.places if place.startswith(ZONE))
    total = len(context.graph.workloads)
    if total < 2 or not zones:
        return
    table = context.analysis.many(zones)
    for zone in zones:
        failed = table.workloads(zone)
        if 2 * len(failed) > total:
            yield Point(
                Finding(
                    id="GRA-ZONE-OF-MANY",
                    severity="medium",
                    title=f"{len(failed)} of {total} workloads fail with zone {zone.removeprefix(ZONE)}",
                    resource=None,
                    detail=f"{shortened(failed, 10)}.",
                    fix="Spread the strict ones first.",
                    source=REFERENCE,
                ),
                failures=(zone,),
                workloads=failed,
            )


def possible_shared_stores(context: Context) -> Iterator[Point]:
    """Databases that instances of other workloads may connect to, by allow list, and nobody said whether they do."""
    clients: dict[str, set[str]] = defaultdict(set)
    for edge in context.graph.proposals:
        if edge.confidence == "derived" and context.estate.has(edge.target, "database", "cache"):
            clients[edge.target].add(context.homes.get(edge.source, ""))
    for store, workloads in sorted(clients.items()):
        names = sorted(workloads - {"", context.homes.get(store, "")})
        if names:
            yield Point(
                Finding(
                    id="GRA-POSSIBLE-CLIENTS",
                    severity="low",
                    title=f"{len(names)} other workload{'s' if len(names) > 1 else ''} may use this database",
                    resource=store,
                    workload=context.homes.get(store),
                    detail=f"{context.label(store)} lets in instances of {shortened(names, 10)}; "
                    "permission is not use.",
                    fix="Declare the need under 'needs', or confirm the edge, or narrow the allow list.",
                    source=REFERENCE,
                ),
                workloads=tuple(names),
            )


SHARED_RULES = (shared_resources, shared_balancers, zones_of_many, possible_shared_stores)
