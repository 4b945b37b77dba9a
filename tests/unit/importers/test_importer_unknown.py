"""Unknown is not none: a list that no file holds, an empty one and a full one are three things in what is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from advisor.cli.inventory import inventory
from advisor.importers.remedies import OTHER_FORM

SERVER = {"InstanceId": "i-bp1aaaa", "ImageId": "m-1", "RegionId": "cn-hangzhou", "ZoneId": "cn-hangzhou-h"}
DISK = {
    "DiskId": "d-bp1aaaa",
    "Size": 40,
    "Category": "cloud_essd",
    "InstanceId": "i-bp1aaaa",
    "RegionId": "cn-hangzhou",
}


def show(folder: Path, files: dict[str, object], *options: str) -> Result:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return CliRunner().invoke(inventory, ["show", str(folder), *options])


def test_what_no_file_lists_is_shown_as_unknown_and_an_empty_list_as_a_finding(tmp_path: Path) -> None:
    servers = {"DescribeInstances.json": {"Instances": {"Instance": [SERVER]}}}
    empty = {"cn-hangzhou.DescribeDisks.json": {"Disks": {"Disk": []}, "TotalCount": 0}}
    full = {"DescribeDisks.json": {"Disks": {"Disk": [DISK]}, "TotalCount": 1}}
    found = {}
    for name, files in (("unlisted", servers), ("empty", servers | empty), ("full", servers | full)):
        done = show(tmp_path / name, files, "--format", "json")
        assert done.exit_code == 0
        summary = json.loads(done.output)
        findings = [finding["title"] for finding in summary["findings"]]
        found[name] = ("disk" in summary["not_listed"]["cn-hangzhou"], findings)
        assert "load_balancer" in summary["not_listed"]["cn-hangzhou"]
    assert found == {
        "unlisted": (True, []),
        "empty": (False, ["No disks in cn-hangzhou"]),
        "full": (False, []),
    }


def test_the_text_says_it_within_eighty_columns(tmp_path: Path) -> None:
    done = show(tmp_path / "a", {"DescribeInstances.json": {"Instances": {"Instance": [SERVER]}}})
    assert "not listed in cn-hangzhou (unknown, not none):\n  disk, snapshot," in done.output
    assert max(map(len, done.output.splitlines())) <= 80


def test_everything_skipped_says_what_to_do(tmp_path: Path) -> None:
    files = {"DescribeInstances.json": {"Instances": {"Instance": [SERVER]}}, "odd.json": {"Things": [{"a": 1}]}}
    told = json.loads(show(tmp_path / "a", files, "--format", "json").output)
    assert [(one["resource"], one["remedy"]) for one in told["skipped"]] == [("odd.json", OTHER_FORM)]
    printed = show(tmp_path / "a", files).output
    assert OTHER_FORM in " ".join(printed.split())
    assert max(map(len, printed.splitlines())) <= 80


@pytest.mark.parametrize(
    ("regions", "title"),
    [
        (["cn-hangzhou", "cn-shanghai"], "cn-hangzhou and cn-shanghai"),
        ([f"cn-region-{number:02}" for number in range(40)], "cn-region-00, cn-region-01, cn-region-02 and 37 more"),
    ],
)
def test_regions_of_empty_lists_are_named_whole(tmp_path: Path, regions: list[str], title: str) -> None:
    empty = {f"{region}.DescribeDisks.json": {"Disks": {"Disk": []}, "TotalCount": 0} for region in regions}
    files: dict[str, object] = {"DescribeInstances.json": {"Instances": {"Instance": [SERVER]}}, **empty}
    told = json.loads(show(tmp_path / "a", files, "--format", "json").output)
    (found,) = [one for one in told["findings"] if one["id"] == "INV-EMPTY"]
    assert found["title"] == f"No disks in {title}"
    assert all(region in found["detail"] for region in regions[:30])
    assert "…" not in found["detail"]


def test_what_to_do_stands_once_below_all_to_which_it_applies(tmp_path: Path) -> None:
    odd: dict[str, object] = {f"odd-{number}.json": {"Things": [{"a": 1}]} for number in range(3)}
    printed = show(tmp_path / "a", {"DescribeInstances.json": {"Instances": {"Instance": [SERVER]}}, **odd}).output
    assert " ".join(printed.split()).count(OTHER_FORM) == 1
    assert "Of these 3: If it lists" in printed
