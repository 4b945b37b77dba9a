"""The charts of the report as SVG texts: drawn from a ``Report``, readable in grey, with names and descriptions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from advisor.model.disruption import DISRUPTIONS
from advisor.model.report import (
    CostBar,
    EstimateView,
    FrontierDot,
    FrontierView,
    Status,
    WorkloadView,
)
from advisor.reporting import svg, words
from advisor.reporting.charts_map import dependency_map
from advisor.reporting.charts_time import INTERVAL_WORKLOADS, gantt, intervals
from advisor.reporting.svg import ACCENT, ACCENT_PALE, INK, MUTED, RULE, SERIES, STATUS_FILL, STATUS_INK, WIDTH

__all__ = [
    "INTERVAL_WORKLOADS",
    "MATRIX_ROWS",
    "RISK_SHOWN",
    "cost_bars",
    "dependency_map",
    "frontier",
    "gantt",
    "intervals",
    "target_matrix",
]

MATRIX_ROWS = 26
COST_ROWS = 18
LOG_FROM = 100
_NAME = 150
_ROW = 28
_GAP = 6


def target_matrix(rows: Sequence[WorkloadView], risk_level: str) -> str:
    """Heat table of workloads × disruptions, now and planned; at most ``MATRIX_ROWS`` rows belong on one chart."""
    shown = [name for name in DISRUPTIONS if any(item.disruption == name for row in rows for item in row.disruptions)]
    group = (WIDTH - _NAME) / max(1, len(shown))
    cell = (group - _GAP) / 2
    lefts = {name: _NAME + index * group + _GAP for index, name in enumerate(shown)}
    body = []
    for name, x in lefts.items():
        body.append(svg.text(x, 12, words.DISRUPTION_TITLES[name], size=9.5))
        body += [svg.text(x, 25, "now", size=8, fill=MUTED), svg.text(x + cell, 25, "planned", size=8, fill=MUTED)]
    for number, row in enumerate(rows):
        y = 30 + number * _ROW
        body.append(svg.text(0, y + 17, svg.fit(row.name, _NAME - 4, 9), size=9))
        for item in row.disruptions:
            x = lefts[item.disruption]
            body += _matrix_cell(item.before, x, y, cell) + _matrix_cell(item.after, x + cell, y, cell)
    bottom = 30 + len(rows) * _ROW + 16
    body += svg.legend([(_swatch(status), label) for status, label in words.STATUS_WORDS.items()], 0, bottom)
    note = f"Upper line: data lost at worst. Lower line: service back ({risk_level}). ∞ means no bound."
    body.append(svg.text(0, bottom + 14, note, size=8, fill=MUTED))
    met = sum(item.after.status == "met" for row in rows for item in row.disruptions)
    asked = sum(item.after.status != "no_target" for row in rows for item in row.disruptions)
    title = f"Targets by workload and disruption: with the plan {met} of {asked} cases are within target"
    return svg.document(bottom + 20, title, "; ".join(_spoken(row) for row in rows), body)


def _spoken(row: WorkloadView) -> str:
    states = [(item.title, item.before.status, item.after.status) for item in row.disruptions]
    said = words.STATUS_WORDS
    return f"{row.name}: {', '.join(f'{title} now {said[now]}, planned {said[then]}' for title, now, then in states)}"


def _matrix_cell(view: EstimateView, x: float, y: float, width: float) -> list[str]:
    ink = STATUS_INK[view.status]
    stroke = RULE if view.status == "no_target" else ""
    loss = "∞" if view.rpo_worst == words.NO_RECOVERY_POINT else view.rpo_worst
    back = "∞" if view.rto_deciding == words.UNBOUNDED else view.rto_deciding
    return [
        svg.rect(x + 0.5, y + 0.5, width - 1.5, _ROW - 3, STATUS_FILL[view.status], stroke),
        svg.mark(x + 4, y + 16.5, words.MARKS[view.status], size=10, fill=ink),
        svg.text(x + 16, y + 11, svg.fit(loss, width - 17, 7.5), size=7.5, fill=ink),
        svg.text(x + 16, y + 21, svg.fit(back, width - 17, 7.5), size=7.5, fill=ink),
    ]


def _swatch(status: Status) -> str:
    stroke = RULE if status == "no_target" else ""
    sign = svg.mark(6, 7.5, words.MARKS[status], size=8, fill=STATUS_INK[status], anchor="middle")
    return svg.rect(0, -1, 12, 10, STATUS_FILL[status], stroke) + sign


RISK_SHOWN: Final = (
    "The risk shown is the expected loss a year alone: each point is the least that can be had for its cost, and the "
    "steps show what the next sum of money buys. Missed targets are not part of it; a plan that meets targets first "
    "can lie above the line. The numbers say how many targets are met."
)
"""What the chart of cost and risk shows, and what it leaves out."""
SPOKEN = 12
DOT_APART = 9.0


class _Plane:
    """Places of cost and loss on the frontier chart; the loss is on a logarithmic axis where it spans two decades."""

    left, top, bottom, right = 62.0, 26.0, 218.0, WIDTH - 24.0

    def __init__(self, view: FrontierView) -> None:
        points = [*view.dots, view.chosen]
        widest = max(dot.x for dot in points)
        self.budget = view.budget if view.budget is not None and view.budget <= 2.2 * widest else None
        self.x_ticks = svg.nice_ticks(max(widest, self.budget or 0.0), 6)
        low, high = min(dot.y for dot in points), max(dot.y for dot in points)
        self.log = low > 0 and high > LOG_FROM * low
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1) if self.log else ()
        self.y_ticks = [10.0**power for power in decades] or svg.nice_ticks(high, 4)

    def x(self, value: float) -> float:
        return self.left + (self.right - self.left) * value / self.x_ticks[-1]

    def y(self, value: float) -> float:
        first, last = self.y_ticks[0], self.y_ticks[-1]
        part = math.log(value / first) / math.log(last / first) if self.log else value / last
        return self.bottom - (self.bottom - self.top) * part

    def at(self, dot: FrontierDot) -> tuple[float, float]:
        return self.x(dot.x), self.y(dot.y)


def frontier(view: FrontierView, currency: str) -> str:
    """Expected annual loss against added monthly cost; the chosen point filled, the budget a vertical line."""
    plane = _Plane(view)
    body = [*_frontier_axes(plane, currency)]
    if plane.budget is not None:
        x = plane.x(plane.budget)
        body.append(svg.line(x, plane.top, x, plane.bottom, MUTED, 1, "4 3"))
        label = f"budget {view.budget_text}"
        if x - plane.left < svg.text_width(label, 8) + 8:
            body.append(svg.text(x + 4, plane.top + 8, label, size=8, fill=MUTED))
        else:
            body.append(svg.text(x - 4, plane.top + 8, label, size=8, anchor="end", fill=MUTED))
    body += [*_frontier_curve(view, plane), *_frontier_chosen(view, plane)]
    keys = [
        (svg.circle(6, 4, 3.5, ACCENT_PALE, ACCENT), "least expected loss for its cost (number: targets met)"),
    ]
    if not all(dot.proven for dot in view.dots):
        keys.append((svg.circle(6, 4, 3.5, "#ffffff", ACCENT), "not proven least"))
    body += svg.legend(keys, plane.left, plane.bottom + 44)
    body.append(svg.text(plane.left, plane.bottom + 58, view.note, size=8, fill=MUTED))
    chosen = view.chosen
    title = (
        f"Cost and expected loss, without missed targets: this plan adds {chosen.cost} per month and leaves an "
        f"expected loss of {chosen.loss} per year"
    )
    told = _spaced([(float(number), 0.0) for number in range(len(view.dots))], len(view.dots) / SPOKEN, 0.0)
    spoken = "; ".join(
        f"{dot.cost} per month: {dot.loss} per year, {dot.targets_met} targets met"
        for dot in (view.dots[number] for number in told)
    )
    return svg.document(plane.bottom + 64, title, spoken, body)


def _frontier_axes(plane: _Plane, currency: str) -> Iterator[str]:
    for tick in plane.y_ticks:
        y = plane.y(tick)
        yield svg.line(plane.left, y, plane.right, y)
        yield svg.text(plane.left - 6, y + 3, _thousands(tick), size=8, anchor="end", fill=MUTED)
    for tick in plane.x_ticks:
        yield svg.text(plane.x(tick), plane.bottom + 13, _thousands(tick), size=8, anchor="middle", fill=MUTED)
    scale = ", logarithmic" if plane.log else ""
    yield svg.text(plane.left, 10, f"expected loss per year, {currency}{scale}", size=8, fill=MUTED)
    below = plane.bottom + 26
    yield svg.text(plane.right, below, f"added per month, {currency}", size=8, anchor="end", fill=MUTED)


def _frontier_curve(view: FrontierView, plane: _Plane) -> Iterator[str]:
    """Steps: between two points nothing better than the cheaper one can be had."""
    steps = ""
    for dot in view.dots:
        x, y = (svg.coordinate(value) for value in plane.at(dot))
        steps += f"H{x}V{y}" if steps else f"M{x} {y}"
    yield svg.path(steps, ACCENT, 1.2)
    places = [plane.at(dot) for dot in view.dots]
    taken, told = [plane.at(view.chosen)], -1
    for number in _spaced(places, DOT_APART, DOT_APART):
        dot, (x1, y1) = view.dots[number], places[number]
        yield svg.circle(x1, y1, 3.5, ACCENT_PALE if dot.proven else "#ffffff", ACCENT)
        free = all(abs(x1 - x2) > 14 or abs(y1 - y2) > 12 for x2, y2 in taken)
        if free and dot.targets_met != told:
            yield svg.text(x1 + 5, y1 - 5, dot.targets_met, size=8, fill=MUTED)
            taken.append((x1, y1))
            told = dot.targets_met


def _spaced(places: Sequence[tuple[float, float]], apart_x: float, apart_y: float) -> list[int]:
    """Those that keep their distance from the one before, the first and the last in any case."""
    kept: list[int] = []
    for number, (x, y) in enumerate(places):
        near = bool(kept) and abs(x - places[kept[-1]][0]) < apart_x and abs(y - places[kept[-1]][1]) <= apart_y
        if near and number < len(places) - 1:
            continue
        if near and len(kept) > 1:
            kept.pop()
        kept.append(number)
    return kept


def _frontier_chosen(view: FrontierView, plane: _Plane) -> Iterator[str]:
    x, y = plane.at(view.chosen)
    label = f"this plan: {view.chosen.targets_met} of {view.targets_total} targets"
    late = x > plane.right - 160
    yield svg.text(x - 6 if late else x + 6, y - 17, label, size=8.5, fill=ACCENT, anchor="end" if late else "start")
    yield svg.path(f"M{x:.1f} {y - 7:.1f}l7 7l-7 7l-7 -7z", fill=ACCENT)


def _thousands(value: float) -> str:
    if value >= 1_000_000:
        return f"{value / 1_000_000:g} million"
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:g}"


def cost_bars(bars: Sequence[CostBar], currency: str) -> str:
    """Added monthly cost by workload, each bar divided by mechanism; unpriced lines have no length, only a word."""
    shown = bars[:COST_ROWS]
    hidden = len(bars) - len(shown)
    labels = _labels(shown)
    top = max((sum(amount for _, amount, _ in bar.segments) for bar in shown), default=0.0) or 1.0
    body: list[str] = []
    for number, bar in enumerate(shown):
        body += _cost_bar(bar, labels, 4 + number * 22.0, (WIDTH - 130 - _NAME) / top)
    bottom = 4 + len(shown) * 22.0
    if hidden > 0:
        more = f"{words.plural(hidden, 'more workload')}, in costs.csv"
        body.append(svg.text(_NAME, bottom + 10, more, size=8, fill=MUTED))
        bottom += 14
    other = any(label not in labels for bar in shown for label, _, _ in bar.segments)
    names = [*labels, *(["other mechanisms"] if other else [])]
    for index, name in enumerate(names):
        x, y = (index % 2) * WIDTH / 2, bottom + 14 + (index // 2) * 13
        body += [_block(x, y - 7, 12, 8, index), svg.text(x + 17, y, name, size=8, fill=MUTED)]
    height = bottom + 8 + (len(names) + 1) // 2 * 13
    spoken = "; ".join(f"{bar.name}: {bar.total}" for bar in shown)
    return svg.document(height, f"Added monthly cost by workload and mechanism, {currency}", spoken, body)


def _cost_bar(bar: CostBar, labels: Sequence[str], y: float, scale: float) -> Iterator[str]:
    yield svg.text(_NAME - 8, y + 12, svg.fit(bar.name, _NAME - 12, 9), size=9, anchor="end")
    x = float(_NAME)
    ranks = {label: index for index, label in enumerate(labels)}
    for label, amount, written in sorted(bar.segments, key=lambda part: ranks.get(part[0], len(labels))):
        width, rank = amount * scale, ranks.get(label, len(SERIES) - 1)
        yield _block(x, y, max(width - 0.8, 0.6), 16, rank)
        if width > svg.text_width(written, 7.5) + 8:
            ink = "#ffffff" if SERIES[rank] in svg.SERIES_DARK else INK
            yield svg.text(x + width / 2, y + 11, written, size=7.5, anchor="middle", fill=ink)
        x += width
    yield svg.text(x + 5, y + 12, bar.total, size=8)


def _block(x: float, y: float, width: float, height: float, rank: int) -> str:
    fill = SERIES[min(rank, len(SERIES) - 1)]
    return svg.rect(x, y, width, height, fill, MUTED if fill == "#ffffff" else "")


def _labels(bars: Sequence[CostBar]) -> list[str]:
    """The mechanisms that cost most, as many as there are colours to spare."""
    sums: dict[str, float] = {}
    for bar in bars:
        for label, amount, _ in bar.segments:
            sums[label] = sums.get(label, 0.0) + amount
    return sorted(sums, key=lambda label: (-sums[label], label))[: len(SERIES) - 1]
