"""The graph as JSON for other programs."""

from __future__ import annotations

import json
from collections.abc import Mapping

import orjson

from advisor.graph.blast import is_place
from advisor.graph.export_points import point_records
from advisor.graph.weaknesses import weak_points
from advisor.model.graph import Blast, Component, Edge, Graph, Workload
from advisor.model.inventory import Inventory
from advisor.model.targets import Targets


def to_json(inventory: Inventory, graph: Graph, blast: Blast | None = None, targets: Targets | None = None) -> str:
    """Nodes, edges, workloads, proposals, waves, weak points and, with a failure, what it does; equal input gives equal
    bytes."""
    document: dict[str, object] = {
        "nodes": node_records(inventory, graph),
        "edges": [_edge(edge) for edge in graph.edges],
        "workloads": [_workload(workload) for workload in graph.workloads],
        "proposals": [_edge(edge) for edge in graph.proposals],
        "waves": graph.waves,
        "cycles": graph.cycles,
        "unassigned": graph.unassigned,
        **point_records(weak_points(inventory, graph, targets)),
    }
    if blast is not None:
        document |= {
            "failure": blast.failure,
            "failed": blast.failed,
            "degraded": [{"id": node, "capacity_left": share} for node, share in blast.degraded.items()],
            "unprotected": blast.unprotected,
            "workload_states": dict(blast.workloads),
        }
    return _written(document)


def _written(document: Mapping[str, object]) -> str:
    try:
        return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n"
    except TypeError:  # half a character somewhere: only the slower writer can escape it
        return json.dumps(document, indent=2) + "\n"


def node_records(inventory: Inventory, graph: Graph) -> list[dict[str, object]]:
    """Every resource, stub and place with what is known of it, sorted; one that is listed nowhere says so."""
    ends = {end for edge in (*graph.edges, *graph.proposals) for end in (edge.source, edge.target)}
    stubs: Mapping[str, str] = {
        **{edge.target: "key" for edge in graph.edges if edge.rule == "storage.key"},
        **{stub.id: stub.kind for stub in inventory.stubs},
    }
    homes = {resource: workload.name for workload in graph.workloads for resource in workload.resources}
    return [_node(inventory, stubs, homes, node) for node in sorted({*inventory.resources, *stubs, *ends})]


def _node(inventory: Inventory, stubs: Mapping[str, str], homes: Mapping[str, str], node: str) -> dict[str, object]:
    resource = inventory.get(node)
    place, _, name = node.partition(":") if is_place(node) else ("", "", "")
    if resource is None:
        return {"id": node, "kind": place or stubs.get(node, "other"), "name": name, "listed": bool(place)}
    return {
        "id": node,
        "kind": resource.kind,
        "name": resource.name,
        "region": resource.region,
        "zone": resource.zone,
        "status": resource.status,
        "workload": homes.get(node),
        "listed": True,
    }


def _edge(edge: Edge) -> dict[str, object]:
    return {
        "from": edge.source,
        "to": edge.target,
        "meaning": edge.meaning,
        "confidence": edge.confidence,
        "source": edge.rule,
        "evidence": edge.evidence,
        "group": edge.group,
        "quorum": edge.quorum,
    }


def _workload(workload: Workload) -> dict[str, object]:
    return {
        "name": workload.name,
        "found_by": workload.found_by,
        "class": workload.class_name,
        "evidence": workload.evidence,
        "needs_hard": workload.needs_hard,
        "needs_soft": workload.needs_soft,
        "components": [_component(component) for component in workload.components],
        "resources": workload.resources,
    }


def _component(component: Component) -> dict[str, object]:
    return {
        "id": component.id,
        "kind": component.kind,
        "name": component.name,
        "members": component.members,
        "disks": component.disks,
        "entry_ids": component.entry_ids,
        "quorum": component.quorum,
        "stateless": component.stateless,
        "scaling_group": component.scaling_group,
        "needs": component.needs,
    }
