"""Charts: well-formed, named and described, their marks in the right places, hostile names as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar
from xml.etree import ElementTree

import pytest

from advisor import reporting
from advisor.model.report import Report
from advisor.reporting import charts, svg
from advisor.reporting.charts_time import LogAxis
from tests.plan_factory import HOSTILE, hostile, make_plan, nine_workloads

SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = {"svg", "title", "desc", "g", "text", "rect", "line", "path", "circle"}
Value = TypeVar("Value")
Draw = Callable[[Report], str]
DRAWN: dict[str, Draw] = {
    "matrix": lambda report: charts.target_matrix(report.workloads, report.risk_level),
    "frontier": lambda report: charts.frontier(_some(report.frontier), report.currency),
    "intervals": lambda report: charts.intervals(report.workloads, report.risk_level),
    "gantt": lambda report: charts.gantt(_some(next(item.gantt for item in report.workloads if item.gantt))),
    "cost": lambda report: charts.cost_bars(report.cost_bars, report.currency),
    "map": lambda report: charts.dependency_map(report.map),
}


def _some(value: Value | None) -> Value:
    assert value is not None
    return value


@pytest.fixture(scope="module")
def report() -> Report:
    return reporting.build(make_plan())


def parse(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture)


def texts(picture: str) -> list[str]:
    return [item.text or "" for item in parse(picture).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("plan", [make_plan(), nine_workloads(), hostile()], ids=["four", "nine", "hostile"])
def test_charts_are_named_and_stay_inside(name: str, plan: object) -> None:
    picture = DRAWN[name](reporting.build(plan))  # type: ignore[arg-type]
    root = parse(picture)
    assert root.get("role") == "img"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert _some(title).text
    assert _some(description).text
    assert root.get("aria-labelledby") == f"{_some(title).get('id')} {_some(description).get('id')}"
    height = float(root.get("height", "0"))
    for box in root.iter(f"{SVG}rect"):
        if float(box.get("x", "0")) > 12:
            assert float(box.get("x", "0")) + float(box.get("width", "0")) <= svg.WIDTH + 1
            assert float(box.get("y", "0")) + float(box.get("height", "0")) <= height + 1
    assert {item.tag.removeprefix(SVG) for item in root.iter()} <= ALLOWED
    assert not {key for item in root.iter() for key in item.attrib if "href" in key or key.startswith("on")}


@pytest.mark.parametrize("name", DRAWN)
def test_charts_are_the_same_each_time(name: str, report: Report) -> None:
    assert DRAWN[name](report) == DRAWN[name](reporting.build(make_plan()))


def test_hostile_names_are_texts() -> None:
    picture = DRAWN["matrix"](reporting.build(hostile()))
    assert "<img" not in picture
    assert any(text.startswith("<img src=http") for text in texts(picture))
    assert not {"\x1b", "\u202e", "<", '"'} & set(svg.esc(HOSTILE))


def test_the_matrix_says_each_state_by_mark_and_words(report: Report) -> None:
    found = texts(DRAWN["matrix"](report))
    assert {"✓", "✗", "–", "∞", "38 min", "target missed: unbounded"} <= set(found)
    title = _some(parse(DRAWN["matrix"](report)).find(f"{SVG}title")).text
    assert title == "Targets by workload and disruption: with the plan 12 of 15 cases are within target"


def test_a_workload_without_some_disruption_leaves_its_column_empty(report: Report) -> None:
    first, second, *_ = report.workloads
    partial = replace(first, disruptions=first.disruptions[-1:])
    picture = parse(charts.target_matrix([partial, second], "P95"))
    places = {item.text: float(item.get("x", "0")) for item in picture.iter(f"{SVG}text")}
    # The only case of the first row, 25 min, stands under its head, not in the first column.
    assert places["25 min"] > places["Region outage"]


def test_the_log_axis_orders_times_and_clamps() -> None:
    axis = LogAxis([30, 7200], 100, 500)
    places = [axis.at(seconds) for seconds in (0, 10, 60, 600, 3600, 21600)]
    assert places == sorted(places)
    assert places[0] == places[1] == 100
    assert axis.at(1e9) == 500
    assert [LogAxis([], 0, 1).at(1.0), LogAxis([5e9], 0, 1).at(5e9)] == [0, 1]


def test_charts_on_one_scale_share_their_ticks(report: Report) -> None:
    one, two = report.workloads[:1], report.workloads[3:4]
    drawn = [texts(charts.intervals(rows, "P95", report.workloads)) for rows in (one, two)]
    assert [found.count("7 d") for found in drawn] == [1, 1]


def test_the_chosen_point_lies_on_the_frontier(report: Report) -> None:
    picture = DRAWN["frontier"](report)
    assert "this plan: 12 of 15 targets" in texts(picture)
    diamond = re.search(r'd="M([\d.]+) ([\d.]+)l7 7', picture)
    assert diamond
    x, y = float(diamond[1]), float(diamond[2]) + 7
    dots = [(float(item.get("cx", "0")), float(item.get("cy", "0"))) for item in parse(picture).iter(f"{SVG}circle")]
    assert any(abs(x - cx) < 0.2 and abs(y - cy) < 0.2 for cx, cy in dots)


def test_losses_over_two_decades_are_drawn_logarithmically(report: Report) -> None:
    view = _some(report.frontier)
    steep = replace(view, dots=(replace(view.dots[0], y=7.0e7), *view.dots[1:]))
    assert "expected loss per year, CNY, logarithmic" in texts(charts.frontier(steep, "CNY"))
    assert "expected loss per year, CNY" in texts(charts.frontier(view, "CNY"))
    free = replace(view, dots=tuple(replace(dot, y=0.0) for dot in view.dots), chosen=replace(view.chosen, y=0.0))
    assert "logarithmic" not in charts.frontier(free, "CNY")


def test_the_schedule_marks_critical_and_automatic_tasks(report: Report) -> None:
    picture = charts.gantt(_some(next(item.gantt for item in report.workloads if item.name == "shop")))
    found = texts(picture)
    assert found.count("automatic") == 4
    assert "database: RDS promotes its standby" in found
    assert picture.count(f'height="10" fill="{svg.ACCENT}"') == 3
    assert picture.count(f'height="10" fill="{svg.ACCENT_PALE}"') == 1


def test_cost_bars_end_with_the_words_for_what_is_unpriced(report: Report) -> None:
    assert "at least 1,339.20 CNY" in texts(DRAWN["cost"](report))
    assert "Shared" in texts(DRAWN["cost"](report))


def test_many_waves_and_boxes_are_folded_with_a_note() -> None:
    built = reporting.build(nine_workloads())
    boxes = tuple(replace(built.map.boxes[0], name=f"w{number}", wave=1 + number % 9) for number in range(200))
    found = texts(charts.dependency_map(replace(built.map, boxes=boxes, edges=(), waves=9)))
    assert "Wave 6 and later" in found
    assert any(text.endswith("more, in workloads.csv") for text in found)


def test_ticks_are_round_and_cover_the_range() -> None:
    for top in (0, 0.3, 7, 99, 1234, 5.5e7):
        ticks = svg.nice_ticks(top)
        assert ticks[0] == 0
        assert ticks[-1] >= top * 0.999
        assert 2 <= len(ticks) <= 12


def test_fitted_texts_are_no_wider_than_asked() -> None:
    for text in ("订单履约与仓储调度中心", "a long name in Latin letters", "WWWWWWWWWWWW"):
        assert svg.text_width(svg.fit(text, 60, 9), 9) <= 60
