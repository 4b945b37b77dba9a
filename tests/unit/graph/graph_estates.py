"""Small estates drawn by hand for the tests of the graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from advisor.graph import build_graph
from advisor.model.disruption import DISRUPTIONS
from advisor.model.graph import Component, Edge, Graph, Workload
from advisor.model.inventory import Inventory, Kind, Resource, Stub
from advisor.model.targets import Match, Target, Targets, WorkloadClass, WorkloadSpec

REGION = "cn-hangzhou"
HOUR = 3600.0


def zone(letter: str, region: str = REGION) -> str:
    return f"{region}-{letter}"


def make(
    kind: Kind,
    resource_id: str,
    name: str = "",
    at: str = "",
    region: str | None = REGION,
    status: str | None = None,
    tags: Mapping[str, str] | None = None,
    **attributes: object,
) -> Resource:
    """A resource; ``at`` is a zone letter, or several of them."""
    zones = tuple(zone(letter, region or REGION) for letter in at.split())
    return Resource(
        resource_id,
        kind,
        name,
        region,
        zones[0] if zones else None,
        zones if len(zones) > 1 else (),
        status,
        tags or {},
        attributes,
    )


def server(resource_id: str, at: str = "h", name: str = "", **more: object) -> Resource:
    fixed = {"status": more.pop("status", "Running"), "tags": more.pop("tags", None), "vpc_id": "vpc-1"}
    return make("instance", resource_id, name, at, **{**fixed, **more})  # type: ignore[arg-type]


def disk(resource_id: str, *instances: str, at: str = "h", **more: object) -> Resource:
    return make("disk", resource_id, at=at, instance_ids=instances, disk_type=more.pop("disk_type", "data"), **more)  # type: ignore[arg-type]


def members(*ids: str, **more: object) -> tuple[dict[str, object], ...]:
    return tuple({"server_id": item, "weight": 100, **more} for item in ids)


def estate(*resources: Resource, listed: Iterable[tuple[str, str]] = (), stubs: Iterable[Stub] = ()) -> Inventory:
    ordered = sorted(resources, key=lambda item: item.id)
    return Inventory({item.id: item for item in ordered}, tuple(stubs), frozenset(listed))


def classes() -> dict[str, WorkloadClass]:
    hours = {"critical": (1, 1), "important": (4, 4), "standard": (24, 8), "low": (72, 48)}
    return {
        name: WorkloadClass(
            name, dict.fromkeys(DISRUPTIONS, Target(rpo * HOUR, rto * HOUR)), Decimal(1), Decimal(1), 1.0, {}
        )
        for name, (rpo, rto) in hours.items()
    }


def spec(name: str, class_name: str = "standard", match: Match | None = None, **more: object) -> WorkloadSpec:
    return WorkloadSpec(name, match or Match(tags={"app": name}), class_name, **more)  # type: ignore[arg-type]


def targets(*specs: WorkloadSpec) -> Targets:
    return Targets(classes(), specs)


def graph_of(*resources: Resource, asked: Targets | None = None) -> Graph:
    return build_graph(estate(*resources), asked or targets())


def edges_of(graph: Graph, rule: str) -> list[tuple[str, str, str, str]]:
    """(source, target, meaning, confidence) of every edge a rule made."""
    return [(e.source, e.target, e.meaning, e.confidence) for e in graph.edges if e.rule == rule]


def proposals_of(graph: Graph, rule: str) -> list[tuple[str, str, str, str]]:
    return [(e.source, e.target, e.meaning, e.confidence) for e in graph.proposals if e.rule == rule]


def edge(graph: Graph, source: str, target: str) -> Edge:
    found = [item for item in graph.edges if (item.source, item.target) == (source, target)]
    assert len(found) == 1, found
    return found[0]


def workload(graph: Graph, name: str) -> Workload:
    return next(item for item in graph.workloads if item.name == name)


def component(graph: Graph, component_id: str) -> Component:
    return next(part for item in graph.workloads for part in item.components if part.id == component_id)


def homes(graph: Graph) -> dict[str, str]:
    """Resource → workload."""
    return {resource: item.name for item in graph.workloads for resource in item.resources}
