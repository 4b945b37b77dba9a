"""Texts for people: no name becomes markup, ends a cell or runs as a formula."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.exporters.text import clean, code, csv_bytes, document, fence, guarded, md, table, yes_no


def test_clean_leaves_one_line_without_invisible_characters() -> None:
    assert clean(" a\r\nb\t\u202ec\u200b  d\x00 ") == "a b c d"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("web-<b>07</b>", r"web-\<b>07\</b>"),
        ("a|b", r"a\|b"),
        ("*bold* _it_ x_y", r"\*bold\* \_it\_ x_y"),
        ("[a](javascript:x)", r"\[a\](javascript:x)"),
        ("# head", r"\# head"),
        ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
        ("R&D, 5 < 6", "R&D, 5 < 6"),
        ("商城 生产", "商城 生产"),
    ],
)
def test_markdown_takes_names_literally(text: str, expected: str) -> None:
    assert md(text) == expected


def test_code_spans_and_blocks_outlast_backticks() -> None:
    assert code("a``b|") == "```a``b¦```"
    assert code("`a`") == "`` `a` ``"
    assert fence("x\n```\ny", "hcl") == "````hcl\nx\n```\ny\n````"


def test_tables_and_documents() -> None:
    assert table(["A", "B"], [["1", "2"]]) == "| A | B |\n| --- | --- |\n| 1 | 2 |"
    assert document("a\n", "", "\nb") == b"a\n\nb\n"
    assert [yes_no(value) for value in (True, False, None)] == ["yes", "no", ""]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_formulas_are_disarmed_also_behind_spaces(start: str) -> None:
    assert guarded(f"{start}cmd|' /C calc'!A0").startswith("'")
    assert guarded(f"  {start}x").startswith("'")


@pytest.mark.parametrize("number", ["-1", "+3.5", "-1e5", "12"])
def test_numbers_stay_numbers(number: str) -> None:
    assert guarded(number) == number


def test_cells_of_every_type() -> None:
    row = ["x,y", Decimal("1.50"), 0.1, 7, True, None, Decimal("1E+3")]
    assert csv_bytes(["a"], [row]) == b'a\r\n"x,y",1.50,0.1,7,yes,,1000\r\n'


@given(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"])), min_size=2, max_size=5))
def test_csv_comes_back_as_it_was_but_for_the_guard(cells: list[str]) -> None:
    read = list(csv.reader(io.StringIO(csv_bytes(["h"], [cells]).decode(), newline="")))
    assert [cell.removeprefix("'") for cell in read[1]] == [cell.removeprefix("'") for cell in cells]
    assert all(guarded(cell) == cell for cell in read[1])
