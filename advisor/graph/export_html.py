"""The graph as one page that needs nothing else: search, failures tried out, a layered drawing of each workload."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from importlib.resources import files

from advisor.graph.blast import RESOURCE, Analysis, is_place
from advisor.graph.export_json import node_records
from advisor.graph.export_points import sections, titled
from advisor.graph.finding_context import Point
from advisor.graph.weaknesses import weak_points
from advisor.graph.wiring import Redundant
from advisor.graph.words import clean, for_script
from advisor.model.graph import Component, Edge, Graph, Workload
from advisor.model.inventory import Inventory
from advisor.model.targets import Targets

# Tuning: a page with more nodes than this is slow to open; the rest is in the JSON.
NODES_ON_PAGE = 20_000
POINTS_ON_PAGE = 60
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"


def to_html(
    inventory: Inventory,
    graph: Graph,
    failure: str | None = None,
    title: str = "Dependency graph",
    targets: Targets | None = None,
) -> str:
    """One self-contained page; ``failure`` is shown from the start. An unknown failure raises ``ValueError``."""
    analysis = Analysis.of(inventory, graph)
    if failure is not None:
        analysis.node_of(failure)
    page = _part("page.html")
    for name, text in (
        ("POLICY", _POLICY),
        ("TITLE", escape(clean(title))),
        ("STYLE", _part("page.css")),
        ("DATA", for_script(page_data(analysis, failure, targets))),
        ("SCRIPT", "\n".join(_part(name) for name in ("simulate.js", "layout.js", "page.js"))),
    ):
        page = page.replace(f"<!--{name}-->", text)
    return page


def _part(name: str) -> str:
    return files("advisor.graph").joinpath("viewer", name).read_text(encoding="utf-8")


def page_data(analysis: Analysis, failure: str | None, targets: Targets | None = None) -> dict[str, object]:
    """What the page's script works on: nodes by number, edges, redundant sets, workloads, weak points."""
    inventory, graph = analysis.inventory, analysis.graph
    records = node_records(inventory, graph)
    shown = records if len(records) <= NODES_ON_PAGE else [node for node in records if is_place(str(node["id"]))]
    numbers = {str(record["id"]): number for number, record in enumerate(shown)}
    places = {workload.name: number for number, workload in enumerate(graph.workloads)}
    wave = {name: number for number, names in enumerate(graph.waves) for name in names}
    return {
        "failure": None if failure is None else failure.removeprefix(RESOURCE),
        "left_out": len(records) - len(shown),
        "nodes": [_node(record, places) for record in shown],
        "edges": [_edge(edge, numbers) for edge in graph.edges if _drawn(edge, numbers)],
        "proposals": [_edge(edge, numbers) for edge in graph.proposals if _drawn(edge, numbers)],
        "sets": [_set(item, numbers) for item in analysis.sets if item.source in numbers],
        "workloads": [_workload(item, analysis, numbers, places, wave) for item in graph.workloads],
        "points": _points(analysis, numbers, targets),
        "known": _known(analysis, shown, places) if len(shown) < len(records) else {},
    }


def _points(
    analysis: Analysis, numbers: Mapping[str, int], targets: Targets | None
) -> list[tuple[str, int, list[list[object]]]]:
    """Sections of weak points: title, how many there are, and of the first ones severity, title, words and the nodes
    whose failure can be tried out. What falls with them the page works out itself."""
    weak = weak_points(analysis.inventory, analysis.graph, targets, listed=0)
    return [
        (title, len(points), [_point(point, numbers) for point in points[:POINTS_ON_PAGE]])
        for title, points in sections(weak, targets is not None and bool(targets.workloads))
    ]


def _point(point: Point, numbers: Mapping[str, int]) -> list[object]:
    nodes = [failure.removeprefix(RESOURCE) for failure in point.failures[:POINTS_ON_PAGE]]
    said = clean(titled(point)), clean(point.finding.detail)
    return [point.finding.severity, *said, [numbers[node] for node in nodes if node in numbers]]


def _node(record: Mapping[str, object], places: Mapping[str, int]) -> dict[str, object]:
    home = places.get(str(record.get("workload") or ""), -1)
    return {**record, "name": clean(str(record["name"])), "workload": home}


def _known(analysis: Analysis, shown: list[dict[str, object]], places: Mapping[str, int]) -> dict[str, list[int]]:
    """For a page without resources: place → workloads that fail with it, worked out beforehand."""
    ids = [str(record["id"]) for record in shown]
    table = analysis.many(ids)
    return {place: [places[name] for name in table.workloads(place)] for place in ids}


def _set(item: Redundant, numbers: Mapping[str, int]) -> list[object]:
    return [numbers[item.source], [numbers[member] for member in item.members], item.quorum, item.scales]


def _drawn(edge: Edge, numbers: Mapping[str, int]) -> bool:
    return edge.source in numbers and edge.target in numbers


def _edge(edge: Edge, numbers: Mapping[str, int]) -> list[object]:
    said = f"{edge.rule}: {clean(edge.evidence)}" if edge.evidence else edge.rule
    return [numbers[edge.source], numbers[edge.target], edge.meaning, edge.confidence, said]


def _workload(
    workload: Workload,
    analysis: Analysis,
    numbers: Mapping[str, int],
    places: Mapping[str, int],
    wave: Mapping[str, int],
) -> dict[str, object]:
    return {
        "name": clean(workload.name),
        "class": workload.class_name,
        "found_by": workload.found_by,
        "wave": wave.get(workload.name, 0),
        "needs": [places[need] for need in workload.needs_hard if need in places],
        "misses": [places[need] for need in workload.needs_soft if need in places],
        "size": len(workload.resources),
        "components": [_component(item, analysis.counted[item.id], numbers) for item in workload.components],
    }


def _component(component: Component, counted: tuple[str, ...], numbers: Mapping[str, int]) -> dict[str, object]:
    return {
        "name": clean(component.name),
        "kind": component.kind,
        "members": [numbers[member] for member in component.members if member in numbers],
        "counted": [numbers[member] for member in counted if member in numbers],
        "quorum": min(component.quorum, len(counted)),
    }
