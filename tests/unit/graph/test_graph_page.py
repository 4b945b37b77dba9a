"""The page in a browser: it draws, it searches, and its simulation agrees with the engine on every failure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graph_estates import classes

from advisor.graph import Analysis, build_graph, to_html
from advisor.importers import read_inventory, read_targets

SHOP = Path(__file__).parents[3] / "sample_inventories" / "shop"
CHROMIUM = os.environ.get("ADVISOR_CHROMIUM", "")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="no Chromium")]

SIMULATE = """() => {
  const data = JSON.parse(document.getElementById("data").textContent), run = makeSimulation(data);
  const ids = (nodes) => [...nodes].map((node) => data.nodes[node].id);
  return Object.fromEntries(data.nodes.map((node, number) => {
    const { failed, degraded, unprotected, workloads } = run(number);
    return [node.id, {
      failed: ids([...failed].filter((item) => !["zone", "region"].includes(data.nodes[item].kind))),
      degraded: Object.fromEntries([...degraded].map(([item, share]) => [data.nodes[item].id, share])),
      unprotected: ids(unprotected),
      workloads: Object.fromEntries([...workloads].map(([item, state]) => [data.workloads[item].name, state])),
    }];
  }));
}"""


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    inventory = read_inventory([SHOP]).inventory
    asked = read_targets(SHOP / "targets.yaml", classes(), {"cn-hangzhou", "cn-shanghai", "cn-beijing"})
    return Analysis(inventory, build_graph(inventory, asked))


@pytest.fixture(scope="module")
def page(analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    file = tmp_path_factory.mktemp("page") / "graph.html"
    file.write_text(to_html(analysis.inventory, analysis.graph, "zone:cn-hangzhou-h"), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": 1400, "height": 900})
        troubles: list[str] = []
        opened.on("pageerror", lambda error: troubles.append(str(error)))
        opened.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        opened.on(
            "request", lambda request: troubles.append(request.url) if not request.url.startswith("file:") else None
        )
        opened.goto(file.as_uri())
        yield opened
        browser.close()
        assert troubles == []


def test_the_simulation_agrees_with_the_engine(analysis: Analysis, page: Any) -> None:
    simulated = page.evaluate(SIMULATE)
    for failure in analysis.failures:
        expected, found = analysis.blast(failure), simulated[failure.removeprefix("resource:")]
        assert sorted(found["failed"]) == list(expected.failed), failure
        assert found["degraded"] == pytest.approx(dict(expected.degraded)), failure
        assert sorted(found["unprotected"]) == list(expected.unprotected), failure
        assert found["workloads"] == expected.workloads, failure


def test_it_opens_with_the_failure(page: Any) -> None:
    page.reload()
    assert "cn-hangzhou-h fails" in page.inner_text("#status")
    assert page.inner_text("#list").count("fails") == sum(
        1 for text in page.locator("#list button.failed").all_inner_texts() if text
    )


def test_search_and_a_hostile_name(page: Any) -> None:
    page.reload()
    page.fill("#search", "07</b>")
    page.click("#list button:has-text('rm -rf')")
    assert page.inner_text("#details h2 >> nth=1") == 'web-<b>07</b>"; rm -rf'
    assert page.locator("#details b, #list b").count() == 0
    assert page.locator("g.node.chosen").count() == 1


def test_a_failure_from_the_keyboard(page: Any) -> None:
    page.reload()
    page.select_option("#failure", "")
    page.click("#list button:has-text('payments')")
    page.focus("g.node[aria-label^='payments-db']")
    page.keyboard.press("Enter")
    page.click("#details button:has-text('What if this fails')")
    assert page.locator("g.node.failed").count() > 1
    assert "payments-db fails" in page.inner_text("#status")


def test_what_a_failure_takes_opens_to_names_and_leads_there(page: Any) -> None:
    page.reload()
    page.click("#details summary:has-text('resources fail')")
    page.click("#details details[open] li:has-text('payments-db') button")
    assert page.inner_text("#details h2 >> nth=1") == "payments-db"
    assert page.locator("g.node.chosen.failed").count() == 1
    states = page.locator("#list button").evaluate_all("found => found.map((item) => item.className)")
    assert [state for state in states if state] == states[1 : 1 + len([state for state in states if state])]
    assert states[1] == "failed"


def test_a_weak_point_can_be_tried_out(page: Any) -> None:
    page.reload()
    page.select_option("#failure", "")
    page.click("#details summary:has-text('Single points of failure')")
    page.click("#details .points[open] button:has-text('What if report-db fails')")
    assert "report-db fails" in page.inner_text("#status")
    assert page.locator("#list button.failed").all_inner_texts() == ["reporting fails"]


def test_no_name_runs_out_of_its_box(page: Any) -> None:
    page.reload()
    for position in range(page.locator("#list button").count()):
        page.locator("#list button").nth(position).click()
        wide = page.locator("g.node text").evaluate_all("found => found.map((item) => item.getComputedTextLength())")
        assert max(wide, default=0) <= 176
