"""Charts along time: recovery intervals against their targets, and the recovery schedule."""

from __future__ import annotations

import math
from collections.abc import Sequence

from advisor.model.report import DisruptionView, Gantt, GanttBar, WorkloadView
from advisor.reporting import svg, words
from advisor.reporting.svg import ACCENT, ACCENT_PALE, INK, MUTED, PALE, RULE, STATUS_FILL, WIDTH

INTERVAL_WORKLOADS = 8
_LOG_TICKS = (1, 10, 60, 600, 3600, 6 * 3600, 86400, 7 * 86400, 30 * 86400, 365 * 86400)
_STEPS = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800)
_MISSED = "#c4660c"
_LEFT, _STEP = 252.0, 15.0
_GANTT_LEFT, _GANTT_RIGHT, _ROW = 290.0, WIDTH - 42.0, 16.0


class LogAxis:
    """Seconds to places on a logarithmic axis that holds all given values."""

    def __init__(self, values: Sequence[float], left: float, right: float) -> None:
        low, high = min(values, default=1.0), max(values, default=3600.0)
        lower = [tick for tick in _LOG_TICKS if tick <= max(low, 1.0)]
        upper = [tick for tick in _LOG_TICKS if tick >= high]
        first, last = lower[-1], upper[0] if upper else high
        self.ticks = [tick for tick in _LOG_TICKS if first <= tick <= last]
        self._first, self._span = math.log10(first), max(0.1, math.log10(last) - math.log10(first))
        self._left, self._right = left, right

    def at(self, seconds: float) -> float:
        """The place of a time; what is shorter than the axis lies at its start."""
        part = (math.log10(max(seconds, 1.0)) - self._first) / self._span
        return self._left + (self._right - self._left) * min(1.0, max(0.0, part))


def intervals(rows: Sequence[WorkloadView], risk_level: str, axis_of: Sequence[WorkloadView] = ()) -> str:
    """P50–P95 of every recovery with its target; at most ``INTERVAL_WORKLOADS`` workloads belong on one chart.

    ``axis_of``: all workloads of several charts that are to be compared, which then share an axis."""
    axis = LogAxis(_times(axis_of or rows), _LEFT, WIDTH - 112.0)
    body, y = [], 20.0
    for row in rows:
        body.append(svg.text(0, y + 10, svg.fit(row.name, 138, 9), size=9))
        for item in row.disruptions:
            body += _interval(item, axis, y)
            y += _STEP
        y += 5
        body.append(svg.line(0, y - 3, WIDTH, y - 3, PALE))
    grid = [svg.line(axis.at(tick), 16, axis.at(tick), y - 4, RULE, 0.6) for tick in axis.ticks]
    heads = [_tick(axis.at(tick), 11, tick) for tick in axis.ticks]
    keys = [
        (svg.rect(0, 1, 12, 6, ACCENT), "planned, P50 to P95"),
        (svg.circle(6, 4, 3, "#ffffff", MUTED), "P95 now (∞: unbounded now)"),
        (svg.path("M6 -2V10", INK, 2), "target"),
        (svg.rect(0, 1, 12, 6, STATUS_FILL["missed"], _MISSED), "planned, misses its target"),
    ]
    body += svg.legend(keys, 0, y + 10)
    note = f"Logarithmic axis, from the failure to the verified service; {risk_level} is held against the target."
    body.append(svg.text(0, y + 24, note, size=8, fill=MUTED))
    spoken = "; ".join(f"{row.name}: {', '.join(_spoken(item) for item in row.disruptions)}" for row in rows)
    return svg.document(y + 30, "Time to recover, planned interval against target", spoken, [*grid, *heads, *body])


def _times(rows: Sequence[WorkloadView]) -> list[float]:
    every = (item for row in rows for item in row.disruptions)
    found = ((item.after.p50_s, item.after.p95_s, item.after.target_s, item.before.p95_s) for item in every)
    return [value for values in found for value in values if value]


def _tick(x: float, y: float, seconds: float) -> str:
    return svg.text(x, y, words.duration(seconds), size=8, anchor="middle", fill=MUTED)


def _spoken(item: DisruptionView) -> str:
    now, after = item.before, item.after
    span = words.interval(after.p50_s, after.p95_s, after.rto_p95 == words.UNBOUNDED)
    return f"{item.title} now {now.rto_p95}, planned {span}, target {item.target_rto}"


def _interval(item: DisruptionView, axis: LogAxis, y: float) -> list[str]:
    after, before = item.after, item.before
    missed = after.rto_met is False
    body = [svg.text(_LEFT - 10, y + 10, item.title, size=8, anchor="end", fill=MUTED)]
    if after.target_s is not None:
        place = axis.at(after.target_s)
        body.append(svg.line(place, y + 1, place, y + 13, INK, 2))
    if before.p95_s is not None:
        body.append(svg.circle(axis.at(before.p95_s), y + 7, 3, "#ffffff", MUTED))
    elif before.rto_p95 == words.UNBOUNDED:
        body.append(svg.text(WIDTH - 96, y + 10, "∞", size=9, anchor="end", fill=MUTED))
    sign = {None: "–", True: "✓", False: "✗"}[after.rto_met]
    colour = _MISSED if missed else MUTED if after.rto_met is None else ACCENT
    body.append(svg.mark(WIDTH - 88, y + 10.5, sign, size=9, fill=colour))
    if after.p50_s is None or after.p95_s is None:
        body.append(svg.text(WIDTH - 76, y + 10, after.rto_p95, size=8, fill=colour))
        return body
    x1, x2 = axis.at(after.p50_s), axis.at(after.p95_s)
    fill, stroke = (STATUS_FILL["missed"], _MISSED) if missed else (ACCENT, "")
    body.append(svg.rect(x1, y + 4, max(x2 - x1, 2.5), 6, fill, stroke))
    body.append(svg.text(WIDTH - 76, y + 10, after.rto_p95, size=8))
    return body


def gantt(view: Gantt) -> str:
    """The recovery schedule: tasks on the critical path dark, others pale, a thin line on to the P95 end."""
    target = view.target_s if view.target_s is not None and view.target_s <= 4 * view.p95_s else None
    end = max(view.p95_s, target or 0.0)
    ticks = _linear_ticks(end)
    scale = (_GANTT_RIGHT - _GANTT_LEFT) / max(end, ticks[-1], 1.0)
    bottom = 18 + len(view.bars) * _ROW
    body = []
    for tick in ticks:
        x = _GANTT_LEFT + tick * scale
        body += [svg.line(x, 14, x, bottom, RULE, 0.6), _tick(x, 10, tick)]
    for index, bar in enumerate(view.bars):
        body += _task(bar, 18 + index * _ROW, scale)
    if target is not None:
        x = _GANTT_LEFT + target * scale
        body.append(svg.line(x, 14, x, bottom, INK, 1.6))
        body.append(svg.text(x - 3, bottom + 10, f"target {view.target}", size=8, anchor="middle"))
    keys = [
        (svg.rect(0, 0, 12, 8, ACCENT), "on the critical path (share of it at the right)"),
        (svg.rect(0, 0, 12, 8, ACCENT_PALE), "has slack"),
        (svg.line(0, 4, 12, 4, INK, 1), "on to its end at P95"),
    ]
    body += svg.legend(keys, 0, bottom + 24)
    if view.omitted:
        note = f"{words.plural(view.omitted, 'shorter task')} not drawn; all are in plan.json."
        body.append(svg.text(0, bottom + 38, note, size=8, fill=MUTED))
    return svg.document(bottom + (44 if view.omitted else 30), *_gantt_words(view), body)


def _gantt_words(view: Gantt) -> tuple[str, str]:
    spans = (f"{bar.title}: {words.duration(bar.start_s)} to {words.duration(bar.end_p50_s)}" for bar in view.bars)
    alone = f" by itself (it waits for {view.waits_for})" if view.waits_for else ""
    done = f"done after {view.p95} at P95{alone}, target {view.target}"
    return f"Recovery of {view.workload} after {view.disruption.lower()}: {done}", "; ".join(spans)


def _task(bar: GanttBar, y: float, scale: float) -> list[str]:
    left = _GANTT_LEFT
    label = f"{bar.component}: {bar.title}" if bar.component else bar.title
    x1, x2, x3 = (left + value * scale for value in (bar.start_s, bar.end_p50_s, bar.end_p95_s))
    body = [
        svg.text(0, y + 10, svg.fit(label, left - 52, 8), size=8),
        svg.text(left - 8, y + 10, "automatic" if bar.automatic else "", size=7.5, anchor="end", fill=MUTED),
        svg.line(x2, y + 7, x3, y + 7, INK, 1),
        svg.line(x3, y + 4, x3, y + 10, INK, 1),
        svg.rect(x1, y + 2, max(x2 - x1, 1.5), 10, ACCENT if bar.critical else ACCENT_PALE),
    ]
    if bar.share:
        body.append(svg.text(x3 + 4, y + 10, bar.share, size=7.5, fill=MUTED))
    return body


def _linear_ticks(end: float) -> list[float]:
    step = next((step for step in _STEPS if end / step <= 6), max(end, 1.0) / 5)
    return [index * step for index in range(math.floor(end / step) + 1)]
