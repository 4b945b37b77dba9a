"""The graph as DOT for Graphviz."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.graph.blast import is_place
from advisor.graph.words import clean, for_dot
from advisor.model.graph import Blast, Edge, Graph
from advisor.model.inventory import Inventory

# Tuning: above this many nodes Graphviz gives no picture that anybody can read, so only workloads are drawn.
NODES_DRAWN = 1500
_STYLES: Mapping[str, str] = {
    "hard": "color=black", "k_of_n": 'color="#1f6f43"', "failover": 'color="#1f6f43",style=dashed',
    "soft": 'color="#8a8a8a",style=dashed', "recovery": 'color="#2b5fa8",style=dotted',
}  # fmt: skip
_SHAPES: Mapping[str, str] = {
    "instance": "box", "database": "cylinder", "cache": "cylinder", "disk": "cylinder", "load_balancer": "house",
    "eip": "oval", "server_group": "folder", "scaling_group": "folder", "listener": "oval",
}  # fmt: skip
_FILLS: Mapping[str, str] = {"failed": "#e8a0a0", "degraded": "#f2dfa0", "unprotected": "#bcd3f2"}


def to_dot(inventory: Inventory, graph: Graph, blast: Blast | None = None) -> str:
    """Resources by workload with what they depend on (places and change control left out), or workloads alone."""
    drawn = [edge for edge in graph.edges if edge.meaning in _STYLES and not is_place(edge.target)]
    nodes = {end for edge in drawn for end in (edge.source, edge.target)}
    nodes.update(item for workload in graph.workloads for item in workload.resources)
    body = _workloads(graph, blast) if len(nodes) > NODES_DRAWN else _resources(inventory, graph, blast, drawn, nodes)
    head = [
        "digraph estate {",
        "  rankdir=LR;",
        '  node [fontname="sans-serif", fontsize=10, style=filled, fillcolor=white];',
    ]
    return "\n".join([*head, *(f"  {line}" for line in body), "}"]) + "\n"


def _resources(
    inventory: Inventory, graph: Graph, blast: Blast | None, edges: list[Edge], nodes: set[str]
) -> Iterator[str]:
    numbers = {node: f"n{number}" for number, node in enumerate(sorted(nodes))}
    states = _states(blast)
    home = {item: workload.name for workload in graph.workloads for item in workload.resources}
    for number, workload in enumerate(graph.workloads):
        yield f"subgraph cluster_{number} {{"
        yield f"  label={for_dot(workload.name)};"
        for node in workload.resources:
            yield f"  {_node(inventory, numbers[node], node, states)}"
        yield "}"
    for node in sorted(nodes - home.keys()):
        yield _node(inventory, numbers[node], node, states)
    for edge in edges:
        yield f"{numbers[edge.source]} -> {numbers[edge.target]} [{_STYLES[edge.meaning]}];"


def _node(inventory: Inventory, number: str, node: str, states: Mapping[str, str]) -> str:
    resource = inventory.get(node)
    label = resource.name or node if resource else node
    shape = _SHAPES.get(resource.kind, "box") if resource else "box"
    fill = f", fillcolor={for_dot(_FILLS[states[node]])}" if node in states else ""
    return f"{number} [label={for_dot(label)}, tooltip={for_dot(node)}, shape={shape}{fill}];"


def _states(blast: Blast | None) -> dict[str, str]:
    if blast is None:
        return {}
    found = dict.fromkeys(blast.unprotected, "unprotected")
    found |= dict.fromkeys(blast.degraded, "degraded")
    return found | dict.fromkeys(blast.failed, "failed")


def _workloads(graph: Graph, blast: Blast | None) -> Iterator[str]:
    numbers = {workload.name: f"w{number}" for number, workload in enumerate(graph.workloads)}
    states = dict(blast.workloads) if blast else {}
    for workload in graph.workloads:
        label = for_dot(f"{clean(workload.name)} ({len(workload.resources)})")
        fill = f", fillcolor={for_dot(_FILLS[states[workload.name]])}" if workload.name in states else ""
        yield f"{numbers[workload.name]} [label={label}, shape=box{fill}];"
    for workload in graph.workloads:
        for meaning, needs in (("hard", workload.needs_hard), ("soft", workload.needs_soft)):
            for need in needs:
                if need in numbers:
                    yield f"{numbers[workload.name]} -> {numbers[need]} [{_STYLES[meaning]}];"
