"""The dependency map: workloads in the waves in which they recover, from left to right."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.model.report import MapBox, MapEdge, MapView
from advisor.reporting import svg, words
from advisor.reporting.svg import ACCENT, INK, MUTED, STATUS_FILL, STATUS_INK, WIDTH

WAVES = 6
BOXES = 12
_BOX_HEIGHT = 30
_PITCH = 40
_TOP = 22


def dependency_map(view: MapView) -> str:
    """Boxes by wave; an arrow leads from what must be back first to what waits for it."""
    columns = _columns(view)
    pitch = WIDTH / max(1, len(columns))
    width = min(200.0, pitch - 40) if len(columns) > 1 else 200.0
    places: dict[str, tuple[float, float]] = {}
    body, rows = [], 1
    for index, boxes in enumerate(columns):
        x = index * pitch
        more = " and later" if index == WAVES - 1 and view.waves > WAVES else ""
        body.append(svg.text(x, 11, f"Wave {index + 1}{more}", size=8.5, fill=MUTED))
        shown, hidden = boxes[:BOXES], len(boxes) - BOXES
        rows = max(rows, len(shown) + (hidden > 0))
        for number, box in enumerate(shown):
            y = _TOP + number * _PITCH
            places[box.name] = (x, y)
            body += _box(box, x, y, width)
        if hidden > 0:
            y = _TOP + len(shown) * _PITCH
            body.append(svg.text(x, y + 14, f"and {hidden:,} more, in workloads.csv", size=8, fill=MUTED))
    arrows = [part for edge in view.edges for part in _arrow(edge, places, width)]
    bottom = _TOP + rows * _PITCH
    keys = [
        (svg.line(0, 4, 12, 4, ACCENT, 1.4), "must be back first"),
        (svg.line(0, 4, 12, 4, MUTED, 1.2, "2 2"), "helps, but is not waited for"),
    ]
    body += svg.legend(keys, 0, bottom + 8)
    spoken = "; ".join(f"{edge.source} {'needs' if edge.hard else 'uses'} {edge.target}" for edge in view.edges[:60])
    title = (
        f"Dependencies of {words.plural(len(view.boxes), 'workload')} in {words.plural(view.waves, 'recovery wave')}"
    )
    return svg.document(bottom + 14, title, spoken or "No workload needs another.", [*arrows, *body])


def _columns(view: MapView) -> list[list[MapBox]]:
    columns: list[list[MapBox]] = [[] for _ in range(min(max(view.waves, 1), WAVES))]
    for box in view.boxes:
        columns[min(box.wave, WAVES) - 1].append(box)
    return columns


def _box(box: MapBox, x: float, y: float, width: float) -> Sequence[str]:
    return (
        svg.rect(x + 0.5, y + 0.5, width, _BOX_HEIGHT, "#ffffff", ACCENT, radius=2),
        svg.rect(x + 0.5, y + 0.5, 18, _BOX_HEIGHT, STATUS_FILL[box.status], ACCENT, radius=2),
        svg.mark(x + 9.5, y + 19, words.MARKS[box.status], size=10, anchor="middle", fill=STATUS_INK[box.status]),
        svg.text(x + 24, y + 13, svg.fit(box.name, width - 28, 9), size=9, fill=INK),
        svg.text(x + 24, y + 24.5, svg.fit(box.note, width - 28, 7.5), size=7.5, fill=MUTED),
    )


def _arrow(edge: MapEdge, places: dict[str, tuple[float, float]], width: float) -> Sequence[str]:
    """A curve from the dependency's right side to the dependent's left; nothing where one of them is not drawn."""
    if edge.source not in places or edge.target not in places:
        return ()
    from_x, from_y = places[edge.target]
    to_x, to_y = places[edge.source]
    x1, y1, x2, y2 = from_x + width + 1, from_y + 15.5, to_x - 5.0, to_y + 15.5
    if to_x <= from_x:  # the same wave or an earlier one: around the right-hand side
        x2 = to_x + width + 6.0
        bend = max(x1, x2) + 16
        curve = f"M{x1:.1f} {y1:.1f}C{bend:.1f} {y1:.1f} {bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
        head = f"M{x2 - 5:.1f} {y2:.1f}l6 -3v6z"
    else:
        bend = (x2 - x1) * 0.5
        curve = f"M{x1:.1f} {y1:.1f}C{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
        head = f"M{x2 + 5:.1f} {y2:.1f}l-6 -3v6z"
    colour = ACCENT if edge.hard else MUTED
    return (
        svg.path(curve, colour, 1.4 if edge.hard else 1.1, dash="" if edge.hard else "3 3"),
        svg.path(head, fill=colour),
    )
