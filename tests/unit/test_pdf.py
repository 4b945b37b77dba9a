"""The PDF: the decision on page one, nothing fetched, nothing hidden, the same bytes for the same plan."""

from __future__ import annotations

import hashlib
import io
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser
from types import ModuleType
from typing import Any

import pypdf
import pytest

from advisor import reporting
from advisor.exporters import pdf, pdf_marks
from advisor.model.finding import OutsideError
from advisor.model.plan import Plan
from tests.plan_factory import HOSTILE, hostile, make_deliverable, make_plan
from tests.plan_workloads import LONG_NAME, legacy, payments, shop

try:
    pdf.fetcher()
except OutsideError as error:
    pytest.skip(str(error), allow_module_level=True)

ALLOWED_TAGS = {
    "html", "head", "meta", "title", "style", "body", "div", "section", "h1", "h2", "h3", "p", "ul", "li", "a", "span",
    "br",
    "table", "thead", "tbody", "tr", "th", "td", "figure", "svg", "desc", "g", "text", "rect", "line", "path", "circle",
}  # fmt: skip


class Records(logging.Handler):
    """Everything that was logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


class Tags(HTMLParser):
    """The tags, attributes and addresses of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "xlink:href")]


def words(text: str) -> str:
    """The text with every run of blanks as one."""
    return re.sub(r"\s+", " ", text)


def render(plan: Plan) -> tuple[pypdf.PdfReader, list[str]]:
    """The document, and what WeasyPrint and its font tools logged while it was made."""
    records = Records()
    loggers = [logging.getLogger(name) for name in ("weasyprint", "fontTools")]
    for logger in loggers:
        logger.addHandler(records)
    try:
        content = pdf.render(make_deliverable(plan))[pdf.FILE]
    finally:
        for logger in loggers:
            logger.removeHandler(records)
    return pypdf.PdfReader(io.BytesIO(content)), records.lines


@pytest.fixture(scope="module")
def document() -> tuple[pypdf.PdfReader, list[str]]:
    return render(make_plan())


@pytest.fixture(scope="module")
def pages(document: tuple[pypdf.PdfReader, list[str]]) -> list[str]:
    return [words(page.extract_text()) for page in document[0].pages]


def test_page_one_is_the_decision(pages: list[str]) -> None:
    for text in (
        "Decision asked", "Approve at least 7,272.52 CNY", "Within the budget of 60,000.00 CNY per month: 12 %",
        "12 of 15", "3.01 million CNY", "272,000 CNY", "An average over many years", "What stays unmet",
        "Zone outage: payments", "No option is faster while people decide", "To confirm before signing",
        "no price; settled by a quote", "Name Role Date Signature", "Requested by", "Approved by",
    ):  # fmt: skip
        assert text in pages[0], text
    assert "Contents" in pages[1]


def test_the_length_and_the_order_of_the_sections(
    pages: list[str], document: tuple[pypdf.PdfReader, list[str]]
) -> None:
    assert 14 <= len(pages) <= 22
    titles = [item.title for item in document[0].outline if not isinstance(item, list)]
    assert titles[:3] == ["Protection plan", "The estate", "Workloads"]
    assert titles[3:] == [
        "Findings", "Costs", "Drills", "To confirm: assumptions and missing prices", "Standards",
        "Method: what the numbers mean", "Sources", "Inputs and versions", "Left out of the plan",
    ]  # fmt: skip
    nested = next(item for item in document[0].outline if isinstance(item, list))
    assert [item.title for item in nested] == ["payments", "shop", LONG_NAME, "legacy-erp-报表"]


def test_what_has_room_on_page_one_is_not_cut(pages: list[str]) -> None:
    assert "…" not in pages[0]


def test_page_numbers_and_running_heads(pages: list[str]) -> None:
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert f"Plan {reporting.plan_id(make_plan())}" in text
    assert all("Protection plan: 4 workloads, 12 servers" in text for text in pages[1:])


def test_a_workload_shows_arithmetic_misses_reasons_and_gaps(pages: list[str]) -> None:
    whole = " ".join(pages)
    for text in (
        "940 GiB-month × 0.12", "112.80 CNY", "720.00–1,140.00", "1 instance-month × unpriced",
        "at least 1,339.20 CNY per month",
        "needs a move of the database to RDS", "snapshots do not cover", "no recovery point", "unbounded",
        "订单履约与仓储调度中心（华东二期）", "每 4 小时对 8 块云盘做快照", "Limiting step: decision to fail over",
        "waits for payments", "What moves the P95 of 38 min most", "Chosen from 212 feasible options",
    ):  # fmt: skip
        assert text in whole, text


def test_the_chart_of_cost_and_risk_says_what_its_risk_is(pages: list[str]) -> None:
    whole = " ".join(pages)
    assert "The risk shown is the expected loss a year alone" in whole
    assert "Missed targets are not part of it" in whole


def test_the_document_is_tagged_dated_and_named(document: tuple[pypdf.PdfReader, list[str]]) -> None:
    reader = document[0]
    catalog: Any = reader.trailer["/Root"]
    assert catalog["/Lang"] == "en"
    assert catalog["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in catalog
    assert b"pdfuaid" in catalog["/Metadata"].get_object().get_data()
    assert reader.metadata is not None
    assert (
        reader.metadata.title
        == "Protection plan: 4 workloads, 12 servers in cn-hangzhou and cn-shanghai, as of 2026-11-22"
    )
    assert str(reader.metadata.get("/CreationDate")).startswith("D:20261122")


def test_every_figure_has_an_alternative_text(document: tuple[pypdf.PdfReader, list[str]]) -> None:
    root: Any = document[0].trailer["/Root"]
    figures = [item for item in _structure(root["/StructTreeRoot"]) if item.get("/S") == "/Figure"]
    assert len(figures) >= 8
    assert all(str(item.get("/Alt", "")) for item in figures)


def _structure(node: Any) -> Iterator[Any]:
    found = node.get_object()
    if isinstance(found, list):
        for child in found:
            yield from _structure(child)
    elif isinstance(found, dict):
        yield found
        if "/K" in found:
            yield from _structure(found["/K"])


def test_only_packaged_fonts_are_embedded(document: tuple[pypdf.PdfReader, list[str]]) -> None:
    names = set()
    for page in document[0].pages:
        resources: Any = page["/Resources"]
        names |= {str(font.get_object()["/BaseFont"]) for font in resources["/Font"].values()}
    assert {name.split("+")[1] for name in names} == {"Noto-Sans-SC", "Advisor-Marks"}


def test_nothing_is_logged_or_attached(document: tuple[pypdf.PdfReader, list[str]]) -> None:
    reader, lines = document
    assert lines == []
    assert dict(reader.attachments) == {}


def test_hostile_texts_stay_texts() -> None:
    reader, lines = render(hostile())
    assert lines == []
    assert dict(reader.attachments) == {}
    text = words(" ".join(page.extract_text() for page in reader.pages))
    assert "<img src=http://127.0.0.1:9/x onerror=alert(1)>" in text
    assert "<script>alert(1)</script>" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    links = [
        str(note.get_object()["/A"]["/URI"])
        for page in reader.pages
        for note in page.get("/Annots", [])
        if "/URI" in note.get_object().get("/A", {})
    ]
    assert all(link.startswith("https://") and "<" not in link for link in links)


def test_the_page_holds_only_known_tags_and_local_addresses() -> None:
    for plan in (make_plan(), hostile()):
        tags = Tags(pdf.html(reporting.build(plan)))
        assert tags.names <= ALLOWED_TAGS
        assert not {name for name in tags.attributes if name.startswith("on") or name in ("style", "srcset")}
        assert all(address.startswith(("#", "https://")) for address in tags.addresses)


def test_only_fonts_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    real, asked = pdf.fetcher(), []

    class Spy(type(real)):  # type: ignore[misc]
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> object:
            asked.append(url)
            return real.fetch(url, headers)

    monkeypatch.setattr(pdf, "fetcher", Spy)
    pdf.render(make_deliverable(hostile()))
    assert asked
    assert all(url.startswith("data:font/ttf;") or url.endswith("/NotoSansSC-Regular.otf") for url in asked)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/", "https://example.com/x.png", "file:///etc/passwd", "ftp://x/", "DATA:text/plain,x"]
)
def test_the_fetcher_refuses_every_other_address(address: str) -> None:
    with pytest.raises(ValueError, match="only what comes with the program"):
        pdf.fetcher().fetch(address)


def test_same_plan_same_bytes_in_any_process() -> None:
    plan = make_plan([legacy()], waves=())
    here = pdf.render(make_deliverable(plan))[pdf.FILE]
    assert here == pdf.render(make_deliverable(plan))[pdf.FILE]
    program = (
        "import hashlib; from advisor.exporters import pdf; "
        "from tests.plan_workloads import legacy; from tests.plan_factory import make_plan, make_deliverable; "
        "content = pdf.render(make_deliverable(make_plan([legacy()], waves=())))[pdf.FILE]; "
        "print(hashlib.sha256(content).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == hashlib.sha256(here).hexdigest()


def test_page_one_stays_one_page_with_the_longest_texts() -> None:
    long = "华东生产环境订单履约与仓储调度以及会员积分结算中心（二期·容灾改造后）a-long-suffix-with-dashes-and-more"
    misses = tuple(
        miss.model_copy(
            update={"remedy": "Do this, then that, then something else. " * 8, "limiting": "a long step " * 20}
        )
        for miss in payments().misses
    )
    workloads = [payments().model_copy(update={"name": f"{long}{n}", "misses": misses * 3}) for n in range(3)]
    plan = make_plan(workloads, waves=(), targets_given=False)
    wide = {"value": "a long value " * 12, "replaced_by": "something long " * 20, "fact": "x." * 60}
    figures = {
        "monthly_added": Decimal("12345678.90"), "monthly_added_low": Decimal("2345678.90"), "targets_total": 24000,
        "expected_annual_loss_now": Decimal("98765432100"), "expected_annual_loss_after": Decimal("87654321000"),
    }  # fmt: skip
    plan = plan.model_copy(update={
        "assumptions": tuple(item.model_copy(update=wide) for item in plan.assumptions),
        "portfolio": plan.portfolio.model_copy(update=figures),
        "budget": plan.budget.model_copy(update={"monthly": Decimal("1234567.89"), "used": Decimal("12345678.90")}),
    })  # fmt: skip
    reader, lines = render(plan)
    assert lines == []
    assert "Approved by" in reader.pages[0].extract_text()
    assert "Contents" in reader.pages[1].extract_text()


def test_large_estates_are_cut_with_notes() -> None:
    many = [shop().model_copy(update={"name": f"shop-{number:03d}"}) for number in range(160)] + [payments()]
    page = pdf.html(reporting.build(make_plan(many, waves=())))
    assert page.count('<section class="newpage workload') == pdf.DETAILED_WORKLOADS
    assert "131 workloads have no pages of their own in this document" in page
    assert "11 workloads more, not printed here; the full list is in workloads.csv." in page
    assert '<h2 class="title" data-running="payments">payments</h2>' in page


def test_one_row_too_many_is_printed_instead_of_a_note() -> None:
    assert pdf.cap([1, 2, 3], 2) == ([1, 2, 3], 0)
    assert pdf.cap([1, 2, 3, 4], 2) == ([1, 2], 2)


def test_runs_of_sources_are_drawn_together() -> None:
    assert pdf.cites([5, 6, 7, 8, 10, 12, 13]) == "[5–8, 10, 12, 13]"
    assert pdf.cites([]) == ""


def test_numbers_stay_with_their_units() -> None:
    assert pdf.kept("at least 1,339.20 CNY") == 'at least <span class="nw">1,339.20 CNY</span>'
    assert pdf.kept("back within 1 h 30 min & more") == 'back within <span class="nw">1 h 30 min</span> &amp; more'
    assert pdf.kept(HOSTILE).startswith("&lt;img")


@pytest.mark.parametrize(
    "source", ["javascript:alert(1)", "http://x", "https://x/<b>", 'https://x/"', "assumption", "https://x/ y"]
)
def test_only_plain_web_addresses_become_links(source: str) -> None:
    assert "<a" not in pdf.link(source)
    assert pdf.link("https://example.com/a") == '<a href="https://example.com/a">example.com/a</a>'


def test_characters_without_glyph_are_shown_as_boxes() -> None:
    plan = make_plan([legacy().model_copy(update={"name": "naïve-\U0001f600-\u0e01"})], waves=())
    page = pdf.html(reporting.build(plan))
    assert "\U0001f600" not in page
    assert "naïve-□-□" in page


def test_the_marks_font_has_both_marks_and_constant_bytes() -> None:
    from fontTools.ttLib import TTFont

    font = TTFont(io.BytesIO(pdf_marks._font()))
    assert set(font.getBestCmap()) == {ord("✓"), ord("✗")}
    assert pdf_marks._font() == pdf_marks._font()


class Unloadable:
    """A finder that fails as WeasyPrint does without Pango: a banner on stdout, then ``OSError``."""

    def find_spec(self, name: str, *_: object) -> ModuleType | None:
        if name == "weasyprint":
            print("WeasyPrint could not import some external libraries.")
            raise OSError("cannot load library 'libgobject-2.0-0': no such file\nAdditionally …")
        return None


def test_without_pango_the_line_to_type_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "weasyprint")
    monkeypatch.setattr(sys, "meta_path", [Unloadable(), *sys.meta_path])
    with pytest.raises(OutsideError, match=re.escape(pdf.INSTALL)) as caught:
        pdf.render(make_deliverable())
    assert "\n" not in str(caught.value)
    assert capsys.readouterr().out == ""
