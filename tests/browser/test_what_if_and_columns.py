"""Naming the columns of a table, and a what-if, with the real components in a real browser."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from advisor.api import load_inventory

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

MINIMAL = Path(__file__).parents[2] / "sample_inventories" / "minimal"
HOSTILE = "<img src=x onerror=alert(1)>[l](http://e.example)**b**"
FORMULA = "=cmd|/C calc!A0"
CMDB = (
    f"资产台账,,,,\n主机编号,主机,机房,配置说明,{HOSTILE}\ni-bp1aaaa0001,web-1,cn-hangzhou-h,4核 8G,{HOSTILE}\n"
    "i-bp1aaaa0002,web-2,cn-hangzhou-i,8核 16G\n"
)


def _length(path: Path) -> int:
    return len(path.name)  # the uploader cuts long names


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _hand_in(page: Page, files: list[tuple[str, bytes]]) -> None:
    page.get_by_test_id("stFileUploader").first.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "text/plain", "buffer": data} for name, data in files]
    )
    page.get_by_text(files[0][0]).first.wait_for()
    _press(page, "Read the files")


def _save(page: Page, name: re.Pattern[str]) -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def _pick(page: Page, label: str, option: str) -> None:
    """Long lists hold only what is in sight: typing brings the option there."""
    box = page.get_by_role("combobox", name=label)
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option, exact=True).click()


def _has_value(page: Page, label: str, value: str) -> None:
    """Wait until there is one field of this label, and this is in it: the one before goes when the new one is there."""
    from playwright.sync_api import expect

    field = page.get_by_label(label)
    expect(field).to_have_count(1, timeout=30_000)  # of two fields the other expectation fails at once, without waiting
    expect(field).to_have_value(value, timeout=30_000)


def _fits(page: Page, width: int) -> None:
    """At this width no table, field or button reaches beyond the page."""
    page.set_viewport_size({"width": width, "height": 1000})
    page.wait_for_timeout(1000)  # the page settles by itself, and says nothing when it has
    wide = page.evaluate(
        "width => [...document.querySelectorAll('.stTable table, .stTextInput, .stSelectbox, .stButton, .stForm')]"
        ".filter(item => item.offsetParent && item.getBoundingClientRect().right > width + 1)"
        ".map(item => item.innerText)",
        width,
    )
    assert not wide
    page.set_viewport_size({"width": 1440, "height": 1000})


def _unharmed(page: Page) -> None:
    found = page.locator("img[src=x], a[href*='e.example']")
    assert [item.evaluate("item => item.parentElement.outerHTML") for item in found.all()] == []


def test_columns_of_a_table_are_named_and_the_file_fits_the_command_line(page: Page, tmp_path: Path) -> None:
    _hand_in(page, [("台账.csv", CMDB.encode("gbk"))])
    page.get_by_text("Name the columns: 5 columns").wait_for()
    page.get_by_text("Suggested: its values are ids (instance).").wait_for()
    page.get_by_text("for example i-bp1aaaa0001").wait_for()
    _unharmed(page)
    _fits(page, 390)
    _pick(page, "Field of 配置说明", "vCPU and memory in one cell")
    _press(page, "Read with these columns")
    page.get_by_text("Read with 4 named columns: 2 resources.").wait_for()
    page.get_by_text("What was read").wait_for()
    _unharmed(page)
    for title in ("Targets", "Graph", "Inventory"):
        page.get_by_role("link", name=title, exact=True).first.click()
        page.get_by_role("heading", name=title, exact=True).wait_for()
    page.get_by_text("Read with 4 named columns: 2 resources.").wait_for()
    name, mapping = _save(page, re.compile("Download mapping.yaml"))
    assert name == "mapping.yaml"
    (tmp_path / name).write_bytes(mapping)
    (tmp_path / "t.csv").write_bytes(CMDB.encode("gbk"))
    read = load_inventory([tmp_path / "t.csv"], tmp_path / name).inventory
    assert sorted((item.name, item.attributes["cpu"]) for item in read.resources.values()) == [
        ("web-1", 4),
        ("web-2", 8),
    ]


def test_sheets_with_headers_of_any_kind_are_read_by_a_mapping_file_that_is_brought(page: Page) -> None:
    _hand_in(page, [("estate.xlsx", _two_sheets())])
    page.get_by_text("Name the columns below, then read again.").wait_for()
    page.get_by_text("The header is row 3.").wait_for()
    page.get_by_text("estate.xlsx, sheet 云盘").wait_for()
    page.get_by_text("Named further up, for every table: DC.").wait_for()
    _unharmed(page)
    _bring(page, b"Asset: idd\nDC: zone\nDC: region\nVolume: nam\n")
    page.get_by_text("The columns were not taken over. 3 mistakes:").wait_for()
    page.get_by_role("cell", name="line 4").wait_for()
    _bring(page, f"'{FORMULA}': id\nVolume: id\nBelongs to: attached_to\nDC: zone\nGB: size\n".encode())
    page.get_by_text("Read with 5 named columns: 4 resources.").wait_for()
    page.get_by_text("What was read").wait_for()
    _unharmed(page)
    for width in (1280, 1920):
        _fits(page, width)


def _two_sheets() -> bytes:
    """A title above the header of the first sheet, one header in both, hostile ones beside them."""
    book = openpyxl.Workbook()
    servers, disks = book.worksheets[0], book.create_sheet("云盘")
    for row in (["Our servers"], [None], [FORMULA, "Hostname", "DC", HOSTILE, None]):
        servers.append(row)
    servers["A3"].data_type = "s"
    for number in (1, 2):
        servers.append([f"i-bp1eeee000{number}", f"app-{number}", "cn-hangzhou-h", HOSTILE, "nameless"])
    disks.append(["Volume", "Belongs to", "GB", "DC"])
    for number in (1, 2):
        disks.append([f"d-bp1eeee000{number}", f"i-bp1eeee000{number}", 40, "cn-hangzhou-h"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _bring(page: Page, mapping: bytes) -> None:
    page.get_by_test_id("stFileUploader").nth(1).locator("input[type=file]").set_input_files(
        [{"name": "m.yaml", "mimeType": "text/yaml", "buffer": mapping}]
    )
    page.get_by_text("m.yaml").first.wait_for()
    _press(page, "Read the mapping file")


def test_a_what_if_is_planned_and_read_line_by_line(page: Page) -> None:
    _hand_in(page, [(path.name, path.read_bytes()) for path in sorted(MINIMAL.glob("*.json"), key=_length)])
    page.get_by_text("What was read").wait_for()
    page.get_by_role("link", name="Plan", exact=True).first.click()
    _press(page, "Make the plan")
    page.get_by_text("Targets by workload and disruption").wait_for()
    page.get_by_role("link", name="What-if", exact=True).first.click()
    page.get_by_text("There is no earlier plan of this inventory yet.").wait_for()

    page.get_by_label("Budget per month").fill("7 CNY")
    _press(page, "Take these over")
    page.get_by_role("cell", name="7 CNY", exact=True).wait_for()
    _press(page, "Discard these changes")
    page.get_by_text("Changed since the plan").wait_for(state="detached")
    _has_value(page, "Budget per month", "")
    page.get_by_label("Budget per month").fill("5 CNY")
    _press(page, "Take these over")
    page.get_by_role("cell", name="5 CNY", exact=True).wait_for()
    page.get_by_role("tab", name="A price", exact=True).click()
    page.get_by_role("tabpanel", name="A price").get_by_role("combobox").first.click()
    page.get_by_role("option", name=re.compile("^snapshot.standard.storage")).click()
    page.get_by_text("Shipped: 0.12 CNY per GiB-month.").wait_for()
    price = page.get_by_label("Your price, CNY")
    price.nth(1).wait_for(state="detached")  # the field of the price before goes when the new one is there
    price.fill("0.01")
    page.get_by_role("tabpanel", name="A price").get_by_label("From where").fill(HOSTILE)
    _press(page, "Use this price")
    page.get_by_text("Your own values", exact=True).wait_for()
    _press(page, "Plan with these changes")
    page.get_by_text(re.compile(r"^\d+ of \d+ lines differ")).wait_for()
    page.get_by_role("cell", name="blog: Added per month", exact=True).wait_for()
    page.get_by_role("cell", name="0.01 CNY per GiB-month (your own)", exact=True).wait_for()
    page.get_by_role("cell", name="−0.11 CNY", exact=True).wait_for()
    _unharmed(page)
    for width in (390, 1280, 1920):
        _fits(page, width)

    name, packed = _save(page, re.compile("Download what-if.zip"))
    assert name == "what-if.zip"
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert sorted(archive.namelist()) == ["prices/own.yaml", "targets.yaml"]
        assert b'price: "0.01"' in archive.read("prices/own.yaml")
        assert b"budget: {monthly: 5}" in archive.read("targets.yaml")
    _press(page, "Take the last plan back")
    page.get_by_text("There is no earlier plan of this inventory yet.").wait_for()
    _has_value(page, "Budget per month", "")
