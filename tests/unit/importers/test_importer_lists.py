"""No list and no part of one is lost in silence: answers without content, texts where lists belong, lengths that cannot
be read, states and links that do not say what they hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from advisor.model.finding import Finding
from advisor.model.inventory import ImportResult

Make = Callable[..., ImportResult]
DISK = {"DiskId": "d-bp1aaaa", "Size": 40, "Category": "cloud_essd", "RegionId": "cn-hangzhou"}
DISKS = {"Disks": {"Disk": [DISK]}}
ROW = {"ResourceId": "i-bp1aaaa", "ResourceType": "ACS::ECS::Instance", "RegionId": "cn-hangzhou"}
ASKED = "https://ecs.aliyuncs.com/?Action=DescribeDisks&RegionId=cn-hangzhou"


def left_out(result: ImportResult) -> list[tuple[str, str]]:
    return [(one.resource, one.reason) for one in result.skipped]


def said(result: ImportResult, finding_id: str = "INV-VALUE") -> list[Finding]:
    return [one for one in result.findings if one.id == finding_id]


def entry(content: object, url: str = ASKED, method: str = "GET") -> dict[str, Any]:
    return {"request": {"url": url, "method": method}, "response": {"content": content}}


@pytest.mark.parametrize(
    "content",
    [None, 5, {}, {"text": 5}, {"text": {"a": 1}}, {"text": ""}, {"text": "%%%", "encoding": "base64"}],
)
def test_a_recorded_call_without_its_answer_is_said_with_its_operation(content: object, make: Make) -> None:
    result = make({"a.har": {"log": {"entries": [entry({"text": json.dumps(DISKS)}), entry(content)]}}})
    assert list(result.inventory.resources) == ["d-bp1aaaa"]
    assert left_out(result) == [("DescribeDisks", "1 answers were recorded without content that can be read")]
    assert "with content" in result.skipped[0].remedy
    assert result.skipped[0].origin.place == "log.entries[1]"


def test_what_a_browser_recorded_beside_calls_is_not_said(make: Make) -> None:
    entries = [
        entry({"text": json.dumps(DISKS)}),
        entry({"mimeType": "image/png"}, "https://g.alicdn.com/a.png"),
        entry({"mimeType": "text/javascript", "text": "var a = 1"}, "https://g.alicdn.com/a.js"),
        entry({"mimeType": "image/gif"}, "https://arms-retcode.aliyuncs.com/r.png"),
        entry({}, method="OPTIONS"),
    ]
    assert not left_out(make({"a.har": {"log": {"entries": entries}}}))
    entries.append(entry({"mimeType": "application/json; charset=utf-8"}, "https://cs.cn-hangzhou.aliyuncs.com/c"))
    assert [name for name, _ in left_out(make({"a.har": {"log": {"entries": entries}}}))] == ["a call"]


@pytest.mark.parametrize(
    ("instances", "place", "what"),
    [
        ("abc", "Instances", "a text"),
        (5, "Instances", "5"),
        (True, "Instances", "true"),
        ({"Instance": 5}, "Instances.Instance", "5"),
        ({"Instance": "abc"}, "Instances.Instance", "a text"),
    ],
)
def test_a_text_or_number_where_a_list_belongs_is_said(instances: object, place: str, what: str, make: Make) -> None:
    result = make({"a.json": {"Instances": instances, **DISKS}})
    assert list(result.inventory.resources) == ["d-bp1aaaa"]
    assert left_out(result) == [(place, f"{what} where a list should be")]
    result = make({"a.json": {"cn-beijing": {"Instances": instances}, "cn-hangzhou": DISKS}})
    assert left_out(result) == [(f"cn-beijing.{place}", f"{what} where a list should be")]


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_empty_member_is_no_lost_list(nothing: object, make: Make) -> None:
    assert not left_out(make({"a.json": {"Instances": nothing, **DISKS}}))


@pytest.mark.parametrize("answer", [DISKS, {"Resources": [ROW]}])
@pytest.mark.parametrize(
    ("length", "problem"),
    [
        ({"TotalCount": -1}, "the total number is -1"),
        ({"TotalCount": "abc"}, "the total number is no number"),
        ({"TotalCount": 1e30}, "the total number is 1e+30"),
        ({"TotalCount": True}, "the total number is no number"),
        ({"TotalCount": {"a": 1}}, "the total number is a record or a list"),
        ({"NextToken": {"a": 1}}, "NextToken is a record or a list"),
        ({"NextToken": True}, "NextToken is true"),
    ],
)
def test_a_list_that_does_not_say_how_long_it_is_does_not_pass_for_whole(
    answer: dict[str, object], length: dict[str, object], problem: str, make: Make
) -> None:
    result = make({"a.json": {**answer, **length}})
    (found,) = said(result)
    assert problem in found.detail
    assert "a.json" in found.detail
    assert "unknown, not absent" in found.detail
    assert len(result.inventory.resources) == 1
    assert not result.inventory.listed


@pytest.mark.parametrize("answer", [DISKS, {"Resources": [ROW]}])
@pytest.mark.parametrize(
    "length", [{}, {"TotalCount": None}, {"TotalCount": ""}, {"TotalCount": "1"}, {"NextToken": ""}]
)
def test_a_list_that_says_how_long_it_is_or_nothing_is_taken_as_it_is(
    answer: dict[str, object], length: dict[str, object], make: Make
) -> None:
    result = make({"a.json": {**answer, **length}})
    assert not result.findings
    assert result.inventory.listed
