"""Spreadsheets: formulas that add up by hand, blanks to fill in, texts that stay texts, dates of the plan."""

from __future__ import annotations

import io
import re
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest

from advisor.exporters import checklist, costs_workbook
from advisor.model.deliverable import Deliverable

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet


def costs(deliverable: Deliverable) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(costs_workbook.render(deliverable)["costs.xlsx"]))


def checks(deliverable: Deliverable) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(checklist.render(deliverable)["drills/checklist.xlsx"]))


def amount(sheet: Worksheet, row: int) -> Decimal | str:
    """What a spreadsheet works out for the amount of a row."""
    value = sheet[f"H{row}"].value
    if isinstance(value, str) and value.startswith("="):
        found = re.fullmatch(r"=ROUND\(([A-Z]+\d+)\*([A-Z]+\d+),2\)", value)
        assert found is not None, value
        return Decimal(str(sheet[found[1]].value)) * Decimal(str(sheet[found[2]].value))
    return value if isinstance(value, str) else Decimal(str(value))


def total(sheet: Worksheet) -> Decimal:
    last = sheet.max_row
    found = re.fullmatch(r"=SUM\(H2:H(\d+)\)", str(sheet[f"H{last}"].value))
    assert found is not None
    assert int(found[1]) == last - 1
    amounts = [amount(sheet, row) for row in range(2, last)]
    return sum((item for item in amounts if isinstance(item, Decimal)), Decimal())


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Every month", "299.31"),  # 4 × 400 × 0.12, and 730 × 0.147 shared
        ("Each drill", "14.4"),  # 4 × 4 × 0.9
        ("While failed over", "2628"),  # 4 × 730 × 0.9
        ("Failing back", "200"),  # 4 × 100 × 0.5
        ("Today", "48"),  # 4 × 100 × 0.12
    ],
)
def test_totals_by_hand(readable: Deliverable, title: str, expected: str) -> None:
    assert total(costs(readable)[title]) == Decimal(expected)


def test_the_page_of_totals_points_at_the_other_sheets(readable: Deliverable) -> None:
    book = costs(readable)
    assert book.sheetnames == ["Totals", "Every month", "Each drill", "While failed over", "Failing back", "Today"]
    totals = book["Totals"]
    for row, title in enumerate(book.sheetnames[1:], start=2):
        assert totals[f"A{row}"].value == title
        assert totals[f"C{row}"].value == f"='{title}'!H{book[title].max_row}"


def test_lines_without_a_price_make_the_total_a_lower_bound(readable: Deliverable) -> None:
    sheet = costs(readable)["Every month"]
    unpriced = [row for row in range(2, sheet.max_row) if sheet[f"H{row}"].value == "unpriced"]
    assert len(unpriced) == 4
    assert all(sheet[f"G{row}"].value == "unpriced" for row in unpriced)
    assert f'COUNTIF(H2:H{sheet.max_row - 1},"unpriced")' in sheet[f"B{sheet.max_row}"].value


def test_an_amount_that_is_not_simply_a_product_stays_a_number(readable: Deliverable) -> None:
    workload = readable.plan.workloads[0]
    line = workload.cost.steady[0].model_copy(update={"monthly": Decimal("40.00")})
    changed = workload.model_copy(update={"cost": workload.cost.model_copy(update={"steady": (line,)})})
    plan = readable.plan.model_copy(update={"workloads": (changed,), "shared_costs": ()})
    sheet = costs(Deliverable(plan, readable.inventory, readable.graph, readable.rules))["Every month"]
    assert sheet["H2"].value == 40
    assert "free quota or a tier" in sheet["O2"].value


def test_every_check_has_its_row_and_blanks(readable: Deliverable) -> None:
    sheet = checks(readable)["Checks"]
    assert sheet.freeze_panes == "C2"
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    assert all(row[1] and row[2] and row[3] and row[4] and row[5] and row[6] for row in rows)
    assert all(cell is None for row in rows for cell in row[7:])
    assert {row[2] for row in rows} == {"Data corruption", "Server failure", "Zone outage", "Region outage"}


@pytest.mark.parametrize("area", ["Quota", "Network", "Security group", "Image", "Permission", "Backup"])
def test_every_area_is_checked(readable: Deliverable, area: str) -> None:
    assert area in {row[3] for row in checks(readable)["Checks"].iter_rows(min_row=2, values_only=True)}


def test_drills_are_recorded_beside_target_and_estimate(readable: Deliverable) -> None:
    sheet = checks(readable)["Drills"]
    assert sheet.max_row == 17
    first = [cell.value for cell in sheet[2]]
    assert first[3:8] == ["15 min", "4 h", "15 min", "1 h", "1 h 30 min"]
    assert first[8:] == [None] * 5


def test_names_are_texts_even_where_they_look_like_formulas(hostile: Deliverable) -> None:
    cells = [
        cell
        for book in (costs(hostile), checks(hostile))
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
    ]
    formulas = [str(cell.value) for cell in cells if cell.data_type == "f"]
    allowed = re.compile(
        r"='?[A-Z][a-z ]*'?![A-Z]+\d+|=ROUND\([A-Z]+\d+\*[A-Z]+\d+,2\)|=SUM\([A-Z]\d+:[A-Z]\d+\)|=IF\(COUNTIF.*"
    )
    assert all(allowed.fullmatch(text) for text in formulas)
    risky = [cell for cell in cells if cell.data_type == "s" and str(cell.value).startswith("=")]
    assert risky
    assert all(cell.quotePrefix for cell in risky)


def test_dates_are_those_of_the_plan(readable: Deliverable) -> None:
    for content in (*costs_workbook.render(readable).values(), *checklist.render(readable).values()):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(2026, 3, 2, 0, 0, 0)}
            core = archive.read("docProps/core.xml").decode()
        assert set(re.findall(r">(\d{4}-\d\d-\d\dT[^<]*)<", core)) == {"2026-03-02T00:00:00Z"}
