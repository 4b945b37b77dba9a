"""The charts of the report as SVG texts: drawn from a ``Report``, readable in grey, with names and descriptions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from advisor.model.report import (
    MARKS,
    STATUS_WORDS,
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

__all__ = ["INTERVAL_WORKLOADS", "MATRIX_ROWS", "cost_bars", "dependency_map", "frontier", "gantt", "intervals", "target_matrix"]

MATRIX_ROWS = 20
COST_ROWS = 18
_NAME = 150
_ROW = 28
_GAP = 6


def target_matrix(rows: Sequence[WorkloadView], risk_level: str) -> str:
    """Heat table of workloads × disruptions, now and planned; at most ``MATRIX_ROWS`` rows belong on one chart."""
    titles = [item.title for item in rows[0].disruptions] if rows else []
    group = (WIDTH - _NAME) / max(1, len(titles))
    cell = (group - _GAP) / 2
    body = []
    for index, title in enumerate(titles):
        x = _NAME + index * group + _GAP
        body.append(svg.text(x, 12, title, size=9.5))
        body += [svg.text(x, 25, "now", size=8, fill=MUTED), svg.text(x + cell, 25, "planned", size=8, fill=MUTED)]
    for number, row in enumerate(rows):
        y = 30 + number * _ROW
        body.append(svg.text(0, y + 17, svg.fit(row.name, _NAME - 4, 9), size=9))
        for index, item in enumerate(row.disruptions):
            x = _NAME + index * group + _GAP
            body += _matrix_cell(item.before, x, y, cell) + _matrix_cell(item.after, x + cell, y, cell)
    bottom = 30 + len(rows) * _ROW + 16
    body += svg.legend([(_swatch(status), label) for status, label in STATUS_WORDS.items()], 0, bottom)
    note = f"Upper line: data lost at worst. Lower line: service back ({risk_level}). ∞ means no bound."
    body.append(svg.text(0, bottom + 14, note, size=8, fill=MUTED))
    met = sum(item.after.status == "met" for row in rows for item in row.disruptions)
    asked = sum(item.after.status != "no_target" for row in rows for item in row.disruptions)
    title = f"Targets by workload and disruption: {met} of {asked} met with the plan"
    return svg.document(bottom + 20, title, "; ".join(_spoken(row) for row in rows), body)


def _spoken(row: WorkloadView) -> str:
    parts = [
        f"{item.title}: now {STATUS_WORDS[item.before.status]}, planned {STATUS_WORDS[item.after.status]}"
        for item in row.disruptions
    ]
    return f"{row.name} – {', '.join(parts)}"


def _matrix_cell(view: EstimateView, x: float, y: float, width: float) -> list[str]:
    ink = STATUS_INK[view.status]
    stroke = RULE if view.status == "no_target" else ""
    loss = "∞" if view.rpo_worst == words.NO_RECOVERY_POINT else view.rpo_worst
    back = "∞" if view.rto_deciding == words.UNBOUNDED else view.rto_deciding
    return [
        svg.rect(x + 0.5, y + 0.5, width - 1.5, _ROW - 3, STATUS_FILL[view.status], stroke),
        svg.mark(x + 4, y + 16.5, MARKS[view.status], size=10, fill=ink),
        svg.text(x + 16, y + 11, svg.fit(loss, width - 17, 7.5), size=7.5, fill=ink),
        svg.text(x + 16, y + 21, svg.fit(back, width - 17, 7.5), size=7.5, fill=ink),
    ]


def _swatch(status: Status) -> str:
    stroke = RULE if status == "no_target" else ""
    sign = svg.mark(6, 7.5, MARKS[status], size=8, fill=STATUS_INK[status], anchor="middle")
    return svg.rect(0, -1, 12, 10, STATUS_FILL[status], stroke) + sign


def frontier(view: FrontierView) -> str:
    """Expected annual loss against added monthly cost; the chosen point filled, the budget a vertical line."""
    left, top, bottom, right = 62, 18, 210, WIDTH - 24
    points = [*view.dots, view.chosen]
    show_budget = view.budget is not None and view.budget <= 2.2 * max(dot.x for dot in points)
    widest = max([dot.x for dot in points] + ([view.budget] if show_budget and view.budget else []))
    x_ticks, y_ticks = svg.nice_ticks(widest, 6), svg.nice_ticks(max(dot.y for dot in points), 4)

    def place(dot: FrontierDot) -> tuple[float, float]:
        x = left + (right - left) * dot.x / x_ticks[-1]
        return x, bottom - (bottom - top) * dot.y / y_ticks[-1]

    body = []
    for tick in y_ticks:
        y = bottom - (bottom - top) * tick / y_ticks[-1]
        body += [
            svg.line(left, y, right, y),
            svg.text(left - 6, y + 3, _thousands(tick), size=8, anchor="end", fill=MUTED),
        ]
    for tick in x_ticks:
        x = left + (right - left) * tick / x_ticks[-1]
        body.append(svg.text(x, bottom + 13, _thousands(tick), size=8, anchor="middle", fill=MUTED))
    body.append(svg.text(left, 10, f"expected loss per year, {view.currency}", size=8, fill=MUTED))
    body.append(svg.text(right, bottom + 26, f"added per month, {view.currency}", size=8, anchor="end", fill=MUTED))
    if show_budget and view.budget is not None:
        x = left + (right - left) * view.budget / x_ticks[-1]
        body += [
            svg.line(x, top, x, bottom, MUTED, 1, "4 3"),
            svg.text(x - 4, top + 8, f"budget {view.budget_text}", size=8, anchor="end", fill=MUTED),
        ]
    body += _frontier_marks(view, place)
    keys = [
        (svg.circle(6, 4, 3.5, ACCENT_PALE, ACCENT), "best for its cost (number: targets met)"),
        (svg.circle(6, 4, 3.5, "#ffffff", ACCENT), "not proven best"),
    ]
    body += svg.legend(keys, left, bottom + 44)
    chosen = view.chosen
    title = (
        f"Cost and risk: this plan adds {chosen.cost} per month and leaves an expected loss of {chosen.loss} per year"
    )
    spoken = "; ".join(f"{dot.cost} per month: {dot.loss} per year, {dot.targets_met} targets met" for dot in view.dots)
    return svg.document(bottom + 50, title, spoken, body)


def _frontier_marks(view: FrontierView, place: Callable[[FrontierDot], tuple[float, float]]) -> list[str]:
    steps = []
    for index, dot in enumerate(view.dots):
        x, y = place(dot)
        steps.append(
            f"M{svg.coordinate(x)} {svg.coordinate(y)}" if index == 0 else f"H{svg.coordinate(x)}V{svg.coordinate(y)}"
        )
    body = [svg.path("".join(steps), ACCENT, 1.2)]
    taken = [place(view.chosen)]
    for dot in view.dots:
        x, y = place(dot)
        body.append(svg.circle(x, y, 3.5, ACCENT_PALE if dot.proven else "#ffffff", ACCENT))
        if all(abs(x - other_x) > 14 or abs(y - other_y) > 12 for other_x, other_y in taken):
            body.append(svg.text(x + 5, y - 5, dot.targets_met, size=8, fill=MUTED))
            taken.append((x, y))
    x, y = place(view.chosen)
    label = f"this plan: {view.chosen.targets_met} of {view.targets_total} targets"
    body.append(svg.text(x + 9, y - 9, label, size=8.5, fill=ACCENT))
    body.append(
        svg.path(f"M{x:.1f} {y - 7:.1f} L{x + 7:.1f} {y:.1f} L{x:.1f} {y + 7:.1f} L{x - 7:.1f} {y:.1f} Z", fill=ACCENT)
    )
    return body


def _thousands(value: float) -> str:
    if value >= 1_000_000:
        return f"{value / 1_000_000:g} million"
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:g}"


def cost_bars(bars: Sequence[CostBar], currency: str) -> str:
    """Added monthly cost by workload, each bar divided by mechanism; a gap stays a gap: unpriced lines have no length."""
    shown = list(bars[:COST_ROWS])
    hidden = len(bars) - len(shown)
    left, row = 150.0, 22.0
    right = WIDTH - 130
    top = max([sum(part.amount for part in bar.segments) for bar in shown], default=0.0) or 1.0
    labels = _labels(shown)
    fills = {label: SERIES[min(index, len(SERIES) - 1)] for index, label in enumerate(labels)}
    body = []
    for number, bar in enumerate(shown):
        y, x = 4 + number * row, left
        body.append(svg.text(left - 8, y + 12, svg.fit(bar.name, left - 12, 9), size=9, anchor="end"))
        for part in sorted(bar.segments, key=lambda part: labels.index(part.label) if part.label in labels else 99):
            width = (right - left) * part.amount / top
            fill = fills.get(part.label, SERIES[-1])
            body.append(svg.rect(x, y, max(width - 0.8, 0.6), 16, fill, MUTED if fill == "#ffffff" else ""))
            if width > svg.text_width(part.text, 7.5) + 8:
                ink = "#ffffff" if fill in svg.SERIES_DARK else INK
                body.append(svg.text(x + width / 2, y + 11, part.text, size=7.5, anchor="middle", fill=ink))
            x += width
        body.append(svg.text(x + 5, y + 12, bar.total, size=8))
    bottom = 4 + len(shown) * row
    if hidden > 0:
        body.append(
            svg.text(left, bottom + 10, f"{words.plural(hidden, 'more workload')}, in costs.csv", size=8, fill=MUTED)
        )
        bottom += 14
    for index, label in enumerate([*labels, *(["other mechanisms"] if _has_more(shown, labels) else [])]):
        x, y = (index % 2) * WIDTH / 2, bottom + 14 + (index // 2) * 13
        fill = SERIES[min(index, len(SERIES) - 1)]
        body.append(svg.rect(x, y - 7, 12, 8, fill, MUTED if fill == "#ffffff" else ""))
        body.append(svg.text(x + 17, y, label, size=8, fill=MUTED))
    height = bottom + 14 + ((len(labels) + 2) // 2) * 13
    spoken = "; ".join(f"{bar.name}: {bar.total}" for bar in shown)
    return svg.document(height, f"Added monthly cost by workload and mechanism, {currency}", spoken, body)


def _labels(bars: Sequence[CostBar]) -> list[str]:
    """The mechanisms that cost most, as many as there are colours to spare."""
    sums: dict[str, float] = {}
    for bar in bars:
        for part in bar.segments:
            sums[part.label] = sums.get(part.label, 0.0) + part.amount
    return sorted(sums, key=lambda label: (-sums[label], label))[: len(SERIES) - 1]


def _has_more(bars: Sequence[CostBar], labels: Sequence[str]) -> bool:
    return any(part.label not in labels for bar in bars for part in bar.segments)
