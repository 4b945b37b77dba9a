"""The report as a tagged PDF that stakeholders sign: HTML by templates, set by WeasyPrint, nothing fetched."""

from __future__ import annotations

import contextlib
import functools
import gc
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from advisor import reporting
from advisor.exporters import pdf_marks
from advisor.model.deliverable import Deliverable
from advisor.model.finding import OutsideError
from advisor.model.report import ConfirmView, MissView, Report, WorkloadView
from advisor.reporting import charts, words

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcher

FILE = "report.pdf"
VARIANT = "pdf/ua-1"
INSTALL = "apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
# How much of a very large estate is printed; the rest is in the CSV files and plan.json, and the report says so.
DETAILED_WORKLOADS = 30
MATRIX_CHARTS = 4
INTERVAL_CHARTS = 4
ROWS = {"misses": 4, "confirm": 5, "workloads": 150, "table": 80, "lines": 40, "sources": 150, "toc": 30, "annex": 30}
MISSING_GLYPH = "□"

# Columns and lines that half of page one has for a list.
HALF_WIDTH, HALF_LINES = 52, 16
_QUANTITY = re.compile(r"\d[\d,.]* (?:CNY|USD|min|h|d|s)\b(?: \d+ (?:min|h|s)\b)?")
_ASSETS = Path(__file__).parent / "pdf_assets"
Item = TypeVar("Item")


def render(deliverable: Deliverable) -> dict[str, bytes]:
    """``report.pdf``; raises ``OutsideError`` with the line to type where Pango or a package is missing."""
    report = reporting.build(deliverable.plan, deliverable.graph)
    return {FILE: write_pdf(html(report), report.plan_id)}


def html(report: Report) -> str:
    """The whole report as one HTML page without any address that would have to be fetched but its fonts."""
    detailed = _detailed(report.workloads)
    page = _environment().get_template("report.html.j2").render(
        report=report,
        detailed=detailed,
        matrices=_matrices(report),
        intervals=_intervals(report),
        in_matrix=min(len(report.workloads), charts.MATRIX_ROWS * MATRIX_CHARTS),
        charted=min(len(report.workloads), charts.INTERVAL_WORKLOADS * INTERVAL_CHARTS),
        rows=ROWS,
        font_url=_font_path().as_uri(),
        marks_url=pdf_marks.data_url(),
        marks_family=pdf_marks.FAMILY,
    )  # fmt: skip
    return page.translate(_unprintable(page))


def write_pdf(page: str, identifier: str) -> bytes:
    """The PDF of a page: tagged, the same bytes for the same page, nothing fetched but the packaged fonts."""
    weasyprint = _weasyprint()
    document = weasyprint.HTML(string=page, url_fetcher=fetcher())
    with _collector_paused():
        content: bytes = document.write_pdf(pdf_variant=VARIANT, pdf_identifier=identifier.encode())
    return content


@contextlib.contextmanager
def _collector_paused() -> Iterator[None]:
    """Without the garbage collector, which takes a quarter of the time and finds next to nothing."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _weasyprint() -> Any:
    """WeasyPrint, or the line to type: without Pango its import prints a banner and raises ``OSError``."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            import weasyprint
    except (OSError, ImportError) as error:
        missing = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise OutsideError(f"The PDF needs Pango, which is not installed ({missing}). Type: {INSTALL}") from error
    return weasyprint


def fetcher() -> URLFetcher:
    """A fetcher that knows ``data:`` and the packaged font, and refuses every other address."""
    _weasyprint()
    from weasyprint.urls import URLFetcher

    allowed = _font_path().as_uri()

    class PackagedOnly(URLFetcher):  # type: ignore[misc, unused-ignore]
        """Refuses whatever does not come with the program."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> object:
            if url.startswith("data:") or url == allowed:
                return super().fetch(url, headers)
            raise ValueError("only what comes with the program is read")

    return PackagedOnly(allowed_protocols=("data", "file"), allow_redirects=False)


def _font_path() -> Path:
    try:
        import pylopdf_fonts_zh_cn
    except ImportError as error:
        raise OutsideError("The PDF needs the font package. Type: pip install pylopdf-fonts-zh-cn") from error
    return Path(pylopdf_fonts_zh_cn.sans_path())


@functools.cache
def _glyphs() -> frozenset[int]:
    """The characters that the packaged fonts have."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped, unused-ignore]

    with TTFont(_font_path(), lazy=True) as font:
        known = frozenset(font.getBestCmap())
    return known | {ord(char) for char in "✓✗\n\t"}


def _unprintable(page: str) -> dict[int, str]:
    """Characters that no packaged font has, so that no page depends on the fonts of the machine."""
    return {ord(char): MISSING_GLYPH for char in set(page) if ord(char) not in _glyphs()}


@functools.cache
def _roomy(items: Iterable[MissView | ConfirmView]) -> str:
    """The class of a list on page one whose texts can stand there uncut; else empty."""
    texts = [text for item in items for text in _texts(item)]
    lines = sum(-(-words.display_width(text) // HALF_WIDTH) for text in texts)
    return "roomy" if lines <= HALF_LINES else ""


def _texts(item: MissView | ConfirmView) -> tuple[str, str]:
    """Title and text of an item, about as long as the page shows them."""
    if isinstance(item, MissView):
        told = f"to meet it costs {item.extra} more per month." if item.attainable and item.extra else item.remedy
        return f"✗ {item.disruption}: {item.workload}", f"{item.metric} {item.estimate}, target {item.target}; {told}"
    return item.title, f"{item.value}; settled by {item.settle}"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_ASSETS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.globals.update(
        charts=_Drawn(), RISK_SHOWN=charts.RISK_SHOWN, MARKS=words.MARKS, plural=words.plural, listing=words.listing
    )
    environment.filters.update(cap=cap, cites=cites, clip=words.clip, link=link, kept=kept, roomy=_roomy)
    return environment


class _Drawn:
    """The charts as trusted markup: they escape every text themselves."""

    def __getattr__(self, name: str) -> Any:
        draw = getattr(charts, name)
        return lambda *args: Markup(draw(*args))  # noqa: S704


def _finalize(value: object) -> object:
    """Every text that a template prints, without control characters; markup stays what it is."""
    return words.clean(value) if type(value) is str else value


def cap(items: Sequence[Item], limit: int) -> tuple[Sequence[Item], int]:
    """The first ``limit`` items and how many are left out; one too many is not worth a note, so it is kept."""
    return (items, 0) if len(items) <= limit + 1 else (items[:limit], len(items) - limit)


def cites(numbers: Sequence[int]) -> str:
    """``[5–8, 10]``: source numbers with runs drawn together."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    return f"[{', '.join(parts)}]" if parts else ""


def link(source: str) -> str:
    """The source, as a link where it is nothing but a web address."""
    shown = words.clean(source)
    if shown.startswith("https://") and shown.isascii() and not set(shown) & set("<>\"'`{}|\\^ "):
        return Markup('<a href="{0}">{1}</a>').format(shown, shown.removeprefix("https://"))
    return shown


def kept(text: str) -> Markup:
    """The text with every number held together with its unit."""
    return Markup(_QUANTITY.sub(r'<span class="nw">\g<0></span>', str(escape(words.clean(text)))))  # noqa: S704


def _detailed(workloads: Sequence[WorkloadView]) -> Sequence[WorkloadView]:
    """The workloads that get pages of their own: of very many, those that miss targets first."""
    order = sorted(range(len(workloads)), key=lambda index: (not workloads[index].misses, index))
    kept = set(order[:DETAILED_WORKLOADS])
    return [workload for index, workload in enumerate(workloads) if index in kept]


def _chunks(items: Sequence[Item], size: int, limit: int) -> list[Sequence[Item]]:
    """The first ``limit`` × ``size`` items in parts of about the same length."""
    shown = items[: size * limit]
    count = max(1, -(-len(shown) // size))
    even = max(1, -(-len(shown) // count))
    return [shown[start : start + even] for start in range(0, len(shown), even)]


def _matrices(report: Report) -> list[Markup]:
    chunks = _chunks(report.workloads, charts.MATRIX_ROWS, MATRIX_CHARTS)
    return [Markup(charts.target_matrix(chunk, report.risk_level)) for chunk in chunks]  # noqa: S704


def _intervals(report: Report) -> list[Markup]:
    chunks = _chunks(report.workloads, charts.INTERVAL_WORKLOADS, INTERVAL_CHARTS)
    every = [workload for chunk in chunks for workload in chunk]
    return [Markup(charts.intervals(chunk, report.risk_level, every)) for chunk in chunks]  # noqa: S704
