"""The dependency map as DOT: boxes by recovery wave, marked with what a failure does to them in colour and in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Final

from advisor.model.graph import Blast, Component, Graph, Workload
from advisor.reporting import words

MAX_BOXES: Final = 120
# Boxes in a row of workloads that need nobody and that nobody needs.
COLUMNS: Final = 4
NAME_LENGTH: Final = 40
# Lightness tells the states apart where hue does not; the words in the box say it again.
FILLS: Final[Mapping[str, tuple[str, str]]] = {
    "": ("#ffffff", "#1d232a"),
    "unprotected": ("#d9e8f5", "#1d232a"),
    "degraded": ("#f0b267", "#1d232a"),
    "failed": ("#7a3b0b", "#ffffff"),
}
STATE_WORDS: Final[Mapping[str, str]] = {
    "failed": "fails",
    "degraded": "degraded",
    "unprotected": "loses protection",
    "": "not touched",
}
_NEEDED, _STORES, _SERVERS, _ENTRIES, _NEEDING = range(5)
_RANKS: Final[Mapping[str, int]] = {"database": _STORES, "cache": _STORES, "entry": _ENTRIES}
_HEAD: Final = (
    'bgcolor="#ffffff"', "rankdir=LR", "nodesep=0.18", "ranksep=0.8",
    'node [shape=box, width=2, fontname="Helvetica", fontsize=11, margin="0.14,0.07", color="#1f4e79", penwidth=0.8]',
    'edge [color="#1f4e79", penwidth=0.9, arrowsize=0.7]',
)  # fmt: skip


@dataclass(frozen=True)
class Box:
    """One box: its key, the lines in it, its state, and its column where it is not left to its arrows."""

    key: str
    lines: tuple[str, ...]
    state: str
    rank: int | None = None
    faint: bool = False


def quoted(lines: Iterable[str]) -> str:
    """Lines of text as one DOT string; nothing in a name is read as an escape or an entity."""
    safe = [
        words.clip(words.clean(line), NAME_LENGTH).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
        for line in lines
    ]
    return '"' + "\\n".join(safe) + '"'


def estate_dot(graph: Graph, notes: Mapping[str, str], blast: Blast | None = None) -> str:
    """All workloads by wave; ``notes`` is a second line for each."""
    waves = {name: number for number, wave in enumerate(graph.waves, start=1) for name in wave}
    last = max(waves.values(), default=0) + 1
    verdicts = blast.workloads if blast else {}
    shown = sorted(graph.workloads, key=lambda item: (waves.get(item.name, last), item.name))[:MAX_BOXES]
    boxes = []
    for item in shown:
        state = verdicts.get(item.name, "")
        note = STATE_WORDS[state] if blast else notes.get(item.name, "")
        wave = f"wave {waves[item.name]}" if item.name in waves else "in a circle"
        boxes.append(Box(item.name, (item.name, f"{wave}, {note}" if note else wave), state))
    edges = [(need, item.name, True) for item in shown for need in item.needs_hard]
    edges += [(need, item.name, False) for item in shown for need in item.needs_soft]
    linked = {end for source, target, _ in edges for end in (source, target)}
    alone = [box.key for box in boxes if box.key not in linked]
    return _dot(boxes, edges, [alone[start : start + COLUMNS] for start in range(0, len(alone), COLUMNS)])


def workload_dot(graph: Graph, workload: Workload, blast: Blast | None = None) -> str:
    """The components of one workload, between what it needs and what needs it."""
    parts = {item.id: item for item in workload.components}
    boxes = [
        Box(item.id, (item.name, _what(item, blast)), _state(item, blast), _RANKS.get(item.kind, _SERVERS))
        for item in workload.components
    ]
    edges = [(need, item.id, True) for item in workload.components for need in item.needs]
    entries = [item for item in workload.components if item.kind == "entry"]
    for entry in entries:
        fronted = {entry.id, *entry.members}
        edges += [(item.id, entry.id, True) for item in workload.components if fronted & set(item.entry_ids)]
    servers = [item.id for item in workload.components if _RANKS.get(item.kind, _SERVERS) == _SERVERS] or list(parts)
    first, last = servers[:1], [item.id for item in entries] or servers
    verdicts = blast.workloads if blast else {}
    for needs, hard in ((workload.needs_hard, True), (workload.needs_soft, False)):
        boxes += [_neighbour(name, verdicts, _NEEDED) for name in needs]
        edges += [(_key(name), server, hard) for name in needs for server in first]
    for other in graph.workloads:
        if workload.name in (*other.needs_hard, *other.needs_soft):
            boxes.append(_neighbour(other.name, verdicts, _NEEDING))
            edges += [(end, _key(other.name), workload.name in other.needs_hard) for end in last[:1]]
    return _dot(boxes[:MAX_BOXES], edges)


def _key(name: str) -> str:
    return f"workload {name}"


def _neighbour(name: str, verdicts: Mapping[str, str], rank: int) -> Box:
    state = verdicts.get(name, "")
    what = f"workload, {STATE_WORDS[state]}" if state else "workload"
    return Box(_key(name), (name, what), state, rank, faint=True)


def _hit(item: Component, blast: Blast) -> int:
    return len(set(item.members) & set(blast.failed))


def _state(item: Component, blast: Blast | None) -> str:
    if blast is None:
        return ""
    hit = _hit(item, blast)
    if hit and hit == len(item.members):
        return "failed"
    if hit or set(item.members) & set(blast.degraded):
        return "degraded"
    return "unprotected" if set(item.members) & set(blast.unprotected) else ""


def _what(item: Component, blast: Blast | None) -> str:
    kind = words.COMPONENT_KINDS.get(item.kind, item.kind)
    count = len(item.members)
    if blast is not None and (hit := _hit(item, blast)):
        return f"{kind}: {hit} of {count} fail" if count > 1 else f"{kind}: fails"
    state = _state(item, blast)
    if state:
        return f"{kind}: {STATE_WORDS[state]}"
    return f"{kind} of {count}, {item.quorum} needed" if count > 1 else kind


def _dot(boxes: list[Box], edges: Iterable[tuple[str, str, bool]], rows: Iterable[list[str]] = ()) -> str:
    # Two maps must not share keys: the page moves a box of the same key from one map to the next, and loses some.
    keys = {box.key: f"n{sha256(box.key.encode(errors='replace')).hexdigest()[:12]}" for box in boxes}
    lines = [*_HEAD, *_nodes(boxes, keys), *_ranks(boxes, keys)]
    for source, target, hard in edges:
        if source in keys and target in keys:
            style = "" if hard else ' [style=dashed, color="#5d6873"]'
            lines.append(f"{keys[source]} -> {keys[target]}{style}")
    for row in rows:
        lines += [f"{keys[left]} -> {keys[right]} [style=invis]" for left, right in pairwise(row)]
    return "digraph {\n" + "\n".join(f"  {line};" for line in lines) + "\n}\n"


def _nodes(boxes: Iterable[Box], keys: Mapping[str, str]) -> Iterator[str]:
    for box in boxes:
        fill, ink = FILLS[box.state]
        style = "rounded,filled,dashed" if box.faint else "filled"
        label = quoted(line for line in box.lines if line)
        look = f'fillcolor="{fill}", fontcolor="{ink}", style="{style}"'
        yield f"{keys[box.key]} [label={label}, tooltip={label}, {look}]"


def _ranks(boxes: Iterable[Box], keys: Mapping[str, str]) -> Iterator[str]:
    columns: dict[int, list[str]] = {}
    for box in boxes:
        if box.rank is not None:
            columns.setdefault(box.rank, []).append(keys[box.key])
    for _, column in sorted(columns.items()):
        yield f"{{rank=same; {'; '.join(column)}}}"
