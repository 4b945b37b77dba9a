"""``costs.xlsx``: the cost lines with live arithmetic, so that a changed quantity or quote changes the totals."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from advisor.exporters.tables import cost_lines
from advisor.exporters.workbook import Column, Formula, Value, add_sheet, new, put_row, to_bytes
from advisor.model.cost import COST_STATES, CostLine, CostState
from advisor.model.deliverable import Deliverable
from advisor.model.plan import Plan

if TYPE_CHECKING:
    from openpyxl import Workbook

TITLES: dict[CostState, str] = {
    "steady": "Every month",
    "drill": "Each drill",
    "failover": "While failed over",
    "failback": "Failing back",
}
PERIODS: dict[CostState, str] = {
    "steady": "per month, added by the plan",
    "drill": "per drill of every workload",
    "failover": "per month while every workload runs elsewhere",
    "failback": "once, for every workload",
}
MONEY = "#,##0.00"
COLUMNS = (
    Column("Workload", 22),
    Column("What for", 44),
    Column("SKU", 30),
    Column("Region", 16),
    Column("Quantity", 14, "#,##0.######"),
    Column("Unit", 14),
    Column("Unit price", 14, "#,##0.######"),
    Column("Amount", 16, MONEY),
    Column("Currency", 9),
    Column("Low end", 14, MONEY),
    Column("High end", 14, MONEY),
    Column("Confidence", 12),
    Column("As of", 12),
    Column("Source", 40),
    Column("Remark", 44),
)
QUANTITY, PRICE, AMOUNT = "E", "G", "H"
UNPRICED = "unpriced"
_CENT = Decimal("0.01")


def render(deliverable: Deliverable) -> dict[str, bytes]:
    """One sheet a state, one for what is paid today, and a page of totals."""
    plan = deliverable.plan
    book = new()
    lines = list(cost_lines(plan))
    rows: list[tuple[str, str, int]] = []
    for state in COST_STATES:
        chosen = [line for line in lines if line.state == state]
        rows.append((TITLES[state], PERIODS[state], _sheet(book, TITLES[state], chosen)))
    today = [line for workload in plan.workloads for line in workload.cost.before]
    rows.append(("Today", "per month, what these workloads cost now", _sheet(book, "Today", today)))
    _totals(book, plan, rows)
    return {"costs.xlsx": to_bytes(book, plan.created)}


def _sheet(book: Workbook, title: str, lines: Sequence[CostLine]) -> int:
    """Writes the lines and their total; returns the row of the total."""
    sheet = add_sheet(book, title, COLUMNS, (_row(line, number) for number, line in enumerate(lines, start=2)))
    last, end = len(lines) + 1, len(lines) + 2
    span = f"{AMOUNT}2:{AMOUNT}{max(last, 2)}"
    count = f'COUNTIF({span},"{UNPRICED}")'
    total: list[Value] = [""] * len(COLUMNS)
    total[0] = "Total"
    total[1] = Formula(f'=IF({count}>0,"at least: "&{count}&" of the lines above without a price","all lines priced")')
    total[7] = Formula(f"=SUM({span})") if lines else 0
    total[8] = lines[0].currency if lines else ""
    put_row(sheet, end, total, COLUMNS, bold=True)
    sheet.auto_filter.ref = f"A1:{chr(ord('A') + len(COLUMNS) - 1)}{max(last, 1)}"
    return end


def _row(line: CostLine, number: int) -> list[Value]:
    return [
        line.workload or ("shared" if line.shared_id else ""),
        line.what_for,
        line.sku,
        line.region,
        line.quantity,
        line.unit,
        line.unit_price if line.unit_price is not None else UNPRICED,
        _amount(line, number),
        line.currency,
        line.low,
        line.high,
        line.confidence,
        line.as_of,
        line.source,
        _remark(line),
    ]


def _amount(line: CostLine, number: int) -> Value:
    """Quantity × price as a formula; the bare amount where a free quota or a step makes it another one."""
    if line.monthly is None:
        return UNPRICED
    if line.unit_price is not None and _cents(line.quantity * line.unit_price) == _cents(line.monthly):
        return Formula(f"=ROUND({QUANTITY}{number}*{PRICE}{number},2)")
    return line.monthly


def _cents(amount: Decimal) -> Decimal:
    """Rounded as a workbook's ROUND does."""
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)


def _remark(line: CostLine) -> str:
    parts = [line.note or ""]
    if line.shared_id:
        parts.append("paid once for all workloads that use it")
    if line.assumption:
        parts.append(f"rests on an assumption ({line.assumption}); {_shown(line)}")
    if line.monthly is not None and not isinstance(_amount(line, 0), Formula):
        parts.append("not simply quantity × price: a free quota or a tier applies")
    return "; ".join(part for part in parts if part)


def _shown(line: CostLine) -> str:
    """Which value of a range the amount is: the high end only where it is the price that is assumed."""
    if line.origin == "assumed" or line.low is None or line.high is None:
        return "the high end is shown" if line.origin == "assumed" else "the likely value is shown"
    return f"likely value; range {line.low:,.2f} to {line.high:,.2f}"


def _totals(book: Workbook, plan: Plan, rows: Sequence[tuple[str, str, int]]) -> None:
    columns = (
        Column("Costs", 24),
        Column("Period", 48),
        Column("Amount", 18, MONEY),
        Column("Currency", 10),
        Column("", 60),
    )
    table: list[list[Value]] = [
        [title, period, Formula(f"='{title}'!{AMOUNT}{end}"), plan.currency, Formula(f"='{title}'!B{end}")]
        for title, period, end in rows
    ]
    sheet = add_sheet(book, "Totals", columns, table)
    notes = [
        f"List prices unless a line says otherwise; plan of {plan.created.isoformat()}.",
        "Change a quantity or a unit price on another sheet and the totals follow.",
        "The sums are formulas: a program that does not calculate, such as a previewer, shows them empty.",
        *plan.price_notes,
    ]
    for offset, note in enumerate(notes):
        put_row(sheet, len(rows) + 3 + offset, [note], columns)
    book.move_sheet(sheet, -len(rows))
