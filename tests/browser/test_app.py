"""The app in a real browser, from the sample to the files in hand."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

MINIMAL = Path(__file__).parents[2] / "sample_inventories" / "minimal"
HOSTILE = "<img src=x onerror=alert(1)>[l](http://e.example)**b**"


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _onward(page: Page, title: str) -> None:
    _press(page, f"Continue: {title}")
    page.get_by_role("heading", name=title, exact=True).wait_for()


def _choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()


def _save(page: Page, name: re.Pattern[str]) -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_from_the_sample_to_the_files(page: Page) -> None:
    _press(page, "Take the sample")
    page.get_by_text("What was read").wait_for()
    _onward(page, "Targets")
    name, targets = _save(page, re.compile("Download targets.yaml"))
    assert (name, targets[:2]) == ("targets.yaml", b"# ")

    _onward(page, "Plan")
    _press(page, "Make the plan")
    page.get_by_text("Targets by workload and disruption").wait_for()
    page.get_by_role("img", name=re.compile("Targets now and with the plan")).wait_for()
    for tab in ("Recovery", "Actions", "Costs", "Why not otherwise", "About", "Not met", "Confirm first", "Findings"):
        page.get_by_role("tab", name=tab).click()

    _onward(page, "Graph")
    boxes = page.locator("svg g.node")
    boxes.first.wait_for()
    whole = boxes.count()
    _choose(page, "What fails", "A zone")
    page.get_by_text("Workloads that fail").wait_for()
    page.locator("svg g.node", has_text="fails").first.wait_for()
    assert boxes.count() == whole
    _choose(page, "Show", "orders")
    page.locator("svg g.node", has_text="payments").filter(has_text="workload").wait_for()

    _onward(page, "Costs")
    page.get_by_role("img", name="Expected loss a year against added cost per month").wait_for()
    _press(page, "Plan with this budget")
    page.get_by_text("By workload").wait_for()

    _onward(page, "What-if")
    _onward(page, "Download")
    _press(page, "Build report.pdf")
    name, report = _save(page, re.compile("Save report.pdf"))
    assert name == "report.pdf"
    assert report.startswith(b"%PDF")
    _press(page, "Build protection-plan.zip")
    name, packed = _save(page, re.compile("Save protection-plan.zip"))
    assert name == "protection-plan.zip"
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        plan = json.loads(archive.read("plan.json"))
    assert plan["portfolio"]["workloads"] == 9


def test_on_a_phone_tables_and_pictures_are_scrolled_not_squeezed(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 900})
    _press(page, "Take the sample")
    page.get_by_text("What was read").wait_for()
    _onward(page, "Targets")
    _onward(page, "Plan")
    _press(page, "Make the plan")
    page.get_by_text("Targets by workload and disruption").wait_for()
    page.get_by_role("columnheader", name="Limiting step").wait_for()
    widths = page.locator(".stTable td:visible").evaluate_all("cells => cells.map(cell => cell.clientWidth)")
    assert min(widths) >= 60
    assert page.locator(".stImage img").first.evaluate("image => image.clientWidth") >= 600
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_target_typed_into_the_grid_is_checked_and_kept(page: Page) -> None:
    _press(page, "Take the sample")
    page.get_by_text("What was read").wait_for()
    _onward(page, "Targets")
    page.get_by_role("button", name="Download targets.yaml").wait_for()
    _type(page, "15")
    page.get_by_text("1 mistake in the targets:").wait_for()
    page.get_by_role("cell", name="rto: '15' has no unit.").wait_for()
    page.get_by_role("cell", name="shop-web").first.wait_for()
    _type(page, "90 min")
    page.get_by_text("1 mistake in the targets:").wait_for(state="detached")
    _, targets = _save(page, re.compile("Download targets.yaml"))
    assert b"logical: {rto: 90 min}" in targets, targets.decode()


def _type(page: Page, text: str) -> None:
    """Type over the fourth cell of the first row."""
    page.wait_for_timeout(1500)  # the grid is painted, not built: there is nothing to wait for
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 40, box["y"] + 52)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.locator(".gdg-input").fill(text)
    page.keyboard.press("Enter")


def test_hostile_names_stay_text_on_every_screen(page: Page) -> None:
    files = []
    for path in MINIMAL.glob("*.json"):
        text = (
            path.read_text().replace("blog-web-01", HOSTILE).replace('"TagValue": "blog"', f'"TagValue": "{HOSTILE}"')
        )
        files.append({"name": path.name, "mimeType": "application/json", "buffer": text.encode()})
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(files)
    page.get_by_text(files[0]["name"]).first.wait_for()
    _press(page, "Read the files")
    page.get_by_text("What was read").wait_for()
    _unharmed(page)
    for title in ("Targets", "Plan"):
        _onward(page, title)
        _unharmed(page)
    _press(page, "Make the plan")
    page.get_by_text("Targets by workload and disruption").wait_for()
    _unharmed(page)
    _onward(page, "Graph")
    page.locator("svg g.node", has_text="<img").first.wait_for()
    _unharmed(page)
    for title in ("Costs", "What-if", "Download"):
        _onward(page, title)
        _unharmed(page)


def _unharmed(page: Page) -> None:
    assert page.locator("img[src=x], a[href*='e.example']").count() == 0
    assert page.get_by_test_id("stException").count() == 0


def test_a_broken_file_is_told_and_the_page_goes_on(page: Page) -> None:
    broken = {"name": "servers.json", "mimeType": "application/json", "buffer": b'{"Instances": ['}
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files([broken])
    page.get_by_text("servers.json").first.wait_for()
    _press(page, "Read the files")
    page.get_by_text("Nothing was taken over.").wait_for()
    assert page.get_by_text("Traceback").count() == 0
    _press(page, "Take the sample")
    page.get_by_text("What was read").wait_for()


def test_a_screen_opened_by_its_address_says_what_is_missing(page: Page, address: str) -> None:
    page.goto(f"{address}/costs")
    page.get_by_text("There is no inventory yet.").wait_for()
    _press(page, "Go to: Inventory")
    page.get_by_role("heading", name="Inventory", exact=True).wait_for()
