"""Large documents are read page by page and give what they give as a whole."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from advisor.importers import documents, long_lists, read_inventory
from advisor.importers.long_lists import LongList, with_long_lists
from advisor.model.inventory import ImportResult


def disk(number: int) -> dict[str, object]:
    return {
        "DiskId": f"d-{number:05d}", "DiskName": f"数据 {number}", "Size": 40, "Category": "cloud_essd",
        "ZoneId": "cn-hangzhou-h", "RegionId": "cn-hangzhou", "InstanceId": f"i-{number // 2:05d}",
        "Tags": {"Tag": [{"TagKey": "app", "TagValue": "x"}]},
    }  # fmt: skip


DISKS = [disk(number) for number in range(600)]
DISKS[7] = {"DiskId": "d-00007", "disk_name": "another shape", "Size": "x", "Category": "cloud", "SerialNumber": "1"}
DISKS[300] = {**disk(300), "DiskId": ""}
DISKS[450] = disk(3) | {"Size": 60}
WAYS = {
    "wrapped": {"TotalCount": 700, "Disks": {"Disk": DISKS}},
    "flat": {"Disks": DISKS, "RequestId": "1"},
    "bare": DISKS,
    "by region": {"cn-hangzhou": {"Disks": {"Disk": DISKS}}, "cn-shanghai": {"Disks": {"Disk": []}}},
    "not records": [1] * 300,
    "other form": {"resources": [{"kind": "disk", "id": f"d-{number}"} for number in range(300)]},
}  # fmt: skip


def told(path: Path) -> object:
    result: ImportResult = read_inventory([path])
    return (
        dict(result.inventory.resources),
        result.inventory.stubs,
        result.inventory.listed,
        result.findings,
        result.forms,
    )


@pytest.mark.parametrize("way", sorted(WAYS))
def test_page_by_page_is_as_a_whole(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "export"
    path.mkdir()
    (path / "answer.json").write_bytes(orjson.dumps(WAYS[way]))
    (path / "more.json").write_bytes(orjson.dumps({"Vpcs": {"Vpc": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/8"}]}}))
    whole = told(path)
    monkeypatch.setattr("advisor.importers.detect.DUPLICATES_UP_TO", 0)
    assert told(path) == whole


def test_only_long_lists_stay_text() -> None:
    rows = [{"n": n} for n in range(long_lists.LONG_FROM)]
    value = with_long_lists(orjson.dumps({"A": {"B": rows}, "C": [1, "x", None]}))
    assert isinstance(value, dict)
    assert value["C"] == [1, "x", None]
    found = value["A"]["B"]
    assert isinstance(found, LongList)
    assert found.first == {"n": 0}
    assert [row for _, page in found.pages() for row in page] == rows


@pytest.mark.parametrize("text", [b"", b"7", b"{", b'{"a": [1, 2', b'{"a": 1}', b"[]"])
def test_what_has_no_long_list_is_not_read_so(text: bytes) -> None:
    assert with_long_lists(text) is None


def test_a_key_given_twice_is_found_in_files_that_people_edit() -> None:
    text = b'{"Disks": {"Disk": [{"DiskId": "d-1", "Size": 40, "Size": 50}]}}'
    value = documents.one_document(text)
    assert documents.duplicate_keys(text, value) == ["Size"]
    assert documents.duplicate_keys(text.replace(b', "Size": 50', b""), value) == []
