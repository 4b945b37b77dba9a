"""JSON lines that are read line by line are what they are as a text; everything else is left to the other ways."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from advisor.importers import read_inventory
from advisor.importers.documents import BrokenError, json_lines, json_values

LINES = st.lists(
    st.sampled_from(
        [
            '{"a": 1}',
            '{"b": "订单"}',
            '{"c": "x\u2028y"}',
            '{"d": "x\x85y"}',
            '{"e":\r1}',
            "",
            " ",
            "[1]",
            "{",
            "}",
            "7",
        ]
    ),
    max_size=5,
)
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n"])


@given(LINES, ENDS)
@example(['{"a": 1}', '{"c": "x\u2028y"}'], "\n")
@example(['{"a": 1}', '{"a": 1}'], "\r")
def test_lines_are_those_of_the_text(lines: list[str], end: str) -> None:
    text = end.join(lines)
    try:
        found = list(json_lines(text.encode()))
    except BrokenError:
        return
    assert found == json_values(text)


def test_plain_lines_are_read_so() -> None:
    text = '{"a": 1}\n\n{"b": "订单"}\r\n{"c": []}\n'
    assert [place for place, _ in json_lines(text.encode())] == ["line 1", "line 3", "line 4"]


@pytest.mark.parametrize("text", ['{"a": 1}\n', '{\n"a": 1}\n', '[1]\n{"a": 1}\n', '{"a": 1}\n{"b"\n', ""])
def test_what_is_no_object_a_line_is_left_to_others(text: str) -> None:
    with pytest.raises(BrokenError):
        list(json_lines(text.encode()))


def test_nothing_is_kept_of_lines_that_break_off(tmp_path: Path) -> None:
    """The documents before the broken one would be read twice otherwise."""
    line = '{"Vpcs": {"Vpc": [{"VpcId": "vpc-1", "VpcName": "a", "RegionId": "cn-hangzhou"}]}, "TotalCount": 1}'
    (tmp_path / "DescribeVpcs.jsonl").write_text(f'{line} {line}\n{line}\n{{"Vpcs":\n[]}}\n', "utf-8")
    (tmp_path / "DescribeVpcs.more.jsonl").write_text(f'{line}\n{line}\n{{"Vpcs":\n[]}}\n', "utf-8")
    result = read_inventory([tmp_path])
    assert list(result.inventory.resources) == ["vpc-1"]
    assert result.skipped == ()
    assert result.forms == (("DescribeVpcs.jsonl", "api-json"), ("DescribeVpcs.more.jsonl", "api-json"))
