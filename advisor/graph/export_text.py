"""The graph as text for a terminal."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from advisor.graph.edgeset import shortened
from advisor.graph.export_points import point_lines
from advisor.graph.listing import LISTED, cut_list, label, more
from advisor.graph.weaknesses import weak_points
from advisor.graph.words import clean
from advisor.model.graph import Blast, Component, Graph, Workload
from advisor.model.inventory import Inventory, Kind
from advisor.model.targets import Targets

_FOUND_BY: Mapping[str, str] = {
    "declared": "declared in the targets", "tag": "by tag", "load_balancer": "behind one balancer",
    "scaling_group": "in one scaling group", "cluster": "in one cluster", "connected": "connected",
    "single": "by itself",
}  # fmt: skip
_COMPONENTS: Mapping[str, str] = {
    "server_group": "servers", "stateful_instance": "server", "database": "database", "cache": "cache",
    "entry": "entry",
}  # fmt: skip
_FIRST: tuple[Kind, ...] = (
    "load_balancer", "instance", "database", "cache", "cluster", "scaling_group", "server_group", "nat_gateway", "eip",
)  # fmt: skip
_COLUMNS = 80
_DEEPER = 4


def to_text(inventory: Inventory, graph: Graph, blast: Blast | None = None, targets: Targets | None = None) -> str:
    """Workloads with their components and needs, the order of recovery, weak points, proposals; or what a failure
    does."""
    lines = _failure(inventory, graph, blast) if blast else _overview(inventory, graph, targets)
    return "\n".join(part for line in lines for part in _folded(clean(line))) + "\n"


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 80 columns, broken at blanks and beside wide signs, the rest set in deeper; a word
    is cut only where it is wider than a line."""
    indent = min(len(line) - len(line.lstrip(" ")), _DEEPER)
    margin = " " * (indent + _DEEPER)
    start = indent
    while (end := _fitting(line)) < len(line):
        at = next((place for place in range(end, start + 1, -1) if _may_break(line, place)), end)
        yield line[:at].rstrip(" ")
        line, start = margin + line[at:].lstrip(" "), len(margin)
    yield line


def _fitting(line: str) -> int:
    """How many signs of the line fit into its columns."""
    room = _COLUMNS
    for count, sign in enumerate(line):
        room -= _columns(sign)
        if room < 0:
            return count
    return len(line)


def _may_break(line: str, place: int) -> bool:
    return line[place] == " " or _columns(line[place]) == 2 or _columns(line[place - 1]) == 2


def _columns(text: str) -> int:
    """Columns in a terminal: Chinese signs take two, signs that sit on another none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )


def _overview(inventory: Inventory, graph: Graph, targets: Targets | None) -> Iterator[str]:
    confidences = Counter(edge.confidence for edge in graph.edges)
    told = ", ".join(f"{count} {confidence}" for confidence, count in sorted(confidences.items()))
    some = len(graph.edges)
    edges = f"{some} dependenc{'y' if some == 1 else 'ies'}{f' ({told})' if told else ''}"
    count = len(graph.workloads)
    yield f"{_counted(len(inventory.resources))}, {edges}, {count} workload{'' if count == 1 else 's'}"
    for workload in graph.workloads:
        yield ""
        yield from _workload(inventory, workload)
    yield from _waves(graph)
    weak = weak_points(inventory, graph, targets, listed=LISTED)
    yield from point_lines(inventory, weak, with_targets=targets is not None and bool(targets.workloads))
    if graph.proposals:
        yield ""
        yield f"Possible dependencies, not counted until confirmed: {len(graph.proposals)}"
        for edge in graph.proposals[:LISTED]:
            ends = f"{label(inventory, edge.source)} → {label(inventory, edge.target)}"
            yield f"  {ends}  {edge.meaning}, {edge.confidence}: {edge.evidence}"
        yield from more(len(graph.proposals))
    if graph.unassigned:
        yield ""
        yield f"In no workload: {len(graph.unassigned)}"
        yield from (f"  {label(inventory, item)}" for item in graph.unassigned[:LISTED])
        yield from more(len(graph.unassigned))


def _workload(inventory: Inventory, workload: Workload) -> Iterator[str]:
    found = _FOUND_BY[workload.found_by]
    yield f"{workload.name}  class {workload.class_name}, {found}, {_counted(len(workload.resources))}"
    for component in workload.components:
        alone = len(component.members) == 1 and component.kind != "server_group"
        name = "" if alone else f"{component.name}{_size(component)}: "
        yield f"  {_COMPONENTS[component.kind]:<9} {name}{_members(inventory, component)}"
    if workload.needs_hard:
        yield f"  needs     {', '.join(workload.needs_hard)}"
    if workload.needs_soft:
        yield f"  would miss {', '.join(workload.needs_soft)}"


def _counted(count: int) -> str:
    return f"{count} resource{'' if count == 1 else 's'}"


def _size(component: Component) -> str:
    if component.kind != "server_group":
        return ""
    scaled = ", in a scaling group" if component.scaling_group else ""
    return f" ({len(component.members)} members, {component.quorum} needed{scaled})"


def _members(inventory: Inventory, component: Component) -> str:
    return cut_list([label(inventory, member) for member in component.members])


def _weight(inventory: Inventory, node: str) -> int:
    """Where a resource comes in a list that is cut off: what serves first, what only hangs on it last."""
    resource = inventory.get(node)
    return _FIRST.index(resource.kind) if resource and resource.kind in _FIRST else len(_FIRST)


def _waves(graph: Graph) -> Iterator[str]:
    yield ""
    yield "Order of recovery"
    for number, names in enumerate(graph.waves, start=1):
        yield f"  {number}. {', '.join(names)}"
    for names in graph.cycles:
        yield f"  need one another, hence together: {', '.join(names)}"


def _failure(inventory: Inventory, graph: Graph, blast: Blast) -> Iterator[str]:
    yield f"When {blast.failure} fails"
    states: dict[str, list[str]] = defaultdict(list)
    reasons = _taken_along(graph, blast)
    for name, state in blast.workloads.items():
        states[state].append(name + reasons.get(name, ""))
    for state, words in (("failed", "down"), ("degraded", "degraded"), ("unprotected", "less protected")):
        if states[state]:
            yield f"  workloads {words}: {', '.join(sorted(states[state]))}"
    untouched = [workload.name for workload in graph.workloads if workload.name not in blast.workloads]
    if untouched:
        where = " (those not in workload_states of --format json)" if len(untouched) > LISTED else ""
        yield f"  workloads not touched: {shortened(untouched, LISTED)}{where}"
    yield from _listed(
        inventory, graph, f"{_counted(len(blast.failed))} fail{'s' if len(blast.failed) == 1 else ''}", blast.failed
    )
    shares = {node: f"{share:.0%} of its capacity left" for node, share in blast.degraded.items() if share < 1}
    rest = {node: "a spare or a function less" for node in blast.degraded if node not in shares}
    yield from _listed(
        inventory,
        graph,
        f"{_counted(len(blast.degraded))} degrade{'s' if len(blast.degraded) == 1 else ''}",
        tuple(shares | rest),
        shares | rest,
    )
    some = len(blast.unprotected) != 1
    whose = "lose what would bring them back or let them" if some else "loses what would bring it back or let it"
    words = f"{_counted(len(blast.unprotected))} {whose} be changed"
    yield from _listed(inventory, graph, words, blast.unprotected)


def _taken_along(graph: Graph, blast: Blast) -> dict[str, str]:
    """Workloads of which nothing fails itself → the needed ones that take them along."""
    failed, found = set(blast.failed), {}
    for workload in graph.workloads:
        if blast.workloads.get(workload.name) == "failed" and failed.isdisjoint(workload.resources):
            down = [need for need in workload.needs_hard if blast.workloads.get(need) == "failed"]
            found[workload.name] = f" (needs {', '.join(down)})" if down else ""
    return found


def _listed(
    inventory: Inventory, graph: Graph, title: str, nodes: tuple[str, ...], notes: Mapping[str, str] | None = None
) -> Iterator[str]:
    if not nodes:
        return
    homes = {resource: workload.name for workload in graph.workloads for resource in workload.resources}
    yield ""
    yield title
    by_home: dict[str, list[str]] = defaultdict(list)
    for node in nodes:
        by_home[homes.get(node, "")].append(node)
    for home, items in sorted(by_home.items()):
        yield f"  {home or 'in no workload'}: {len(items)}"
        for node in sorted(items, key=lambda item: _weight(inventory, item))[:LISTED]:
            yield f"    {label(inventory, node)}" + (f"  {notes[node]}" if notes and node in notes else "")
        yield from more(len(items), "    ")
