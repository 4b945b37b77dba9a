"""Broken input: every mistake names file, place and remedy; no traceback, no silent zero."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.importers import read_inventory
from advisor.model.finding import InputError
from advisor.model.inventory import ImportResult

Make = Callable[..., ImportResult]
BROKEN = Path(__file__).resolve().parents[2] / "broken" / "inventories"

WORDS = {
    "breaks_off.json": "breaks_off.json, line 3: it breaks off. Export it again, the whole of it.",
    "breaks_off.xml": "breaks_off.xml, line 2: it is no valid XML. Export it again, the whole of it.",
    "broken.zip": "broken.zip: the ZIP archive is broken. Make the archive again.",
    "empty.json": "empty.json: the file is empty. Export it again.",
    "entity.xml": (
        "entity.xml: XML with a document type or entities is not read. Export it as JSON, or remove the DOCTYPE."
    ),
    "missing_comma.json": "missing_comma.json, line 2: it is no valid JSON",
    "not_an_inventory.json": (
        "not_an_inventory.json: JSON, but no answer of an operation that is known. Hand in an export"
    ),
    "numbers.json": "numbers.json: JSON, but no answer of an operation that is known.",
    "prose.txt": "prose.txt: no form of inventory that is known. Hand in an export",
    "tab.yaml": "tab.yaml, line 2: A tab is used for indentation. Indent with spaces.",
    "unknown_headers.csv": (
        "unknown_headers.csv: no id column is known among its headers: 主机编号, 机房, 称呼. Name the columns"
    ),
    "zeros.json": "zeros.json: binary data, no inventory.",
}


@pytest.mark.parametrize("name", sorted(WORDS))
def test_each_broken_file_says_what_is_wrong_and_what_to_do(name: str) -> None:
    with pytest.raises(InputError) as caught:
        read_inventory([BROKEN / name])
    assert WORDS[name] in str(caught.value)


def test_every_broken_file_is_expected() -> None:
    assert {path.name for path in BROKEN.iterdir()} == set(WORDS)


def test_a_folder_of_broken_files_alone_lists_them_all() -> None:
    with pytest.raises(InputError) as caught:
        read_inventory([BROKEN])
    assert {mistake.file for mistake in caught.value.mistakes} >= set(WORDS)


def test_a_broken_file_among_good_ones_is_a_finding_and_left_out(make: Make) -> None:
    result = make(
        {"a.json": [{"InstanceId": "i-bp1aaaa", "ImageId": "m-1"}], "b.json": (BROKEN / "breaks_off.json").read_text()}
    )
    assert set(result.inventory.resources) == {"i-bp1aaaa"}
    finding = next(finding for finding in result.findings if finding.id == "INV-UNREADABLE")
    assert (finding.severity, finding.detail) == ("high", "b.json, line 3: it breaks off.")
    assert [one.resource for one in result.skipped] == ["b.json"]


def test_a_broken_file_that_the_caller_named_is_refused(tmp_path: Path) -> None:
    good = tmp_path / "a.json"
    good.write_text('[{"InstanceId": "i-bp1aaaa", "ImageId": "m-1"}]', encoding="utf-8")
    with pytest.raises(InputError, match="breaks off"):
        read_inventory([good, BROKEN / "breaks_off.json"])


@pytest.mark.parametrize(
    "files", [{}, {".DS_Store": "x", "~$book.xlsx": "x", ".git/config": "x"}], ids=["empty", "hidden files only"]
)
def test_an_empty_folder(files: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "nothing"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="nothing: the folder holds no file"):
        read_inventory([folder])


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        read_inventory([tmp_path / "missing.json"])


def test_empty_lists_alone_are_said_loudly(make: Make) -> None:
    result = make({"DescribeInstances.cn-hangzhou.json": {"Instances": {"Instance": []}, "TotalCount": 0}})
    assert result.inventory.listed == {("instance", "cn-hangzhou")}
    assert [(finding.id, finding.severity) for finding in result.findings] == [
        ("INV-NOTHING", "high"),
        ("INV-EMPTY", "info"),
    ]


DEEP = {
    "only brackets": "[" * 100_000,
    "a list of lists": '{"Instances":' + "[" * 900 + "]" * 900 + "}",
    "deep maps": '{"a":' * 900 + "1" + "}" * 900,
    "deep in a field": '{"Instances":{"Instance":[{"InstanceId":"i-bp1aaaa","ImageId":"m","SecurityGroupIds":'
    + "[" * 900
    + "]" * 900
    + "}]}}",
    "deep tags": '{"Instances":{"Instance":[{"InstanceId":"i-bp1aaaa","ImageId":"m","Tags":'
    + '{"a":' * 900
    + "1"
    + "}" * 900
    + "}]}}",
    "deep XML": "<DescribeInstancesResponse>" + "<a>" * 3000 + "</a>" * 3000 + "</DescribeInstancesResponse>",
}


def _read(path: Path) -> tuple[set[str], str]:
    """The ids read, or the words of the refusal."""
    try:
        return set(read_inventory([path]).inventory.resources), ""
    except InputError as error:
        return set(), str(error)


@pytest.mark.parametrize("name", sorted(DEEP))
def test_deep_nesting_never_ends_in_a_traceback(name: str, tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_text(DEEP[name], encoding="utf-8")
    found, refused = _read(path)
    assert found == {"i-bp1aaaa"} or "deep.json" in refused


def test_a_key_given_twice_is_said(make: Make) -> None:
    result = make({"a.json": '[{"InstanceId": "i-bp1aaaa", "InstanceId": "i-bp1bbbb", "ImageId": "m-1"}]'})
    finding = next(finding for finding in result.findings if finding.id == "INV-DUPLICATE-KEY")
    assert "a.json: the key 'InstanceId' stands twice" in finding.detail
    assert set(result.inventory.resources) == {"i-bp1bbbb"}


def test_a_value_that_cannot_be_read_is_unknown_and_said(make: Make) -> None:
    result = make(
        {
            "a.json": {
                "Disks": {
                    "Disk": [{"DiskId": "d-bp1a", "Size": "large", "Category": "cloud", "AttachedTime": "yesterday"}]
                }
            }
        }
    )
    assert "size_gib" not in result.inventory.resources["d-bp1a"].attributes
    details = [finding.detail for finding in result.findings if finding.id == "INV-VALUE"]
    assert details == [
        "a.json, Disks.Disk[0]: attached_at is no time; it counts as unknown.",
        "a.json, Disks.Disk[0]: size_gib is no number; expected: a whole number of GiB from 1 to 65,536; "
        "it counts as unknown.",
    ]


def test_many_findings_of_one_sort_are_counted_not_listed(make: Make) -> None:
    disks = [{"DiskId": f"d-bp{number}", "Size": "large", "Category": "cloud"} for number in range(100)]
    result = make({"a.json": {"Disks": {"Disk": disks}}})
    found = [finding for finding in result.findings if finding.id == "INV-VALUE"]
    assert len(found) == 21
    assert any(finding.title == "80 more findings like this one in a.json" for finding in found)


def bomb(size: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", b"0" * size)
    return buffer.getvalue()


def test_an_archive_that_unpacks_to_far_more_than_it_is(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    path.write_bytes(bomb(64 * 1024**2))
    with pytest.raises(InputError, match="unpacks to 67108864 bytes"):
        read_inventory([path])


def test_an_archive_that_lies_about_its_sizes(tmp_path: Path) -> None:
    text = json.dumps([{"InstanceId": "i-bp1aaaa", "ImageId": "m-1"}]).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.json", text)
    data = bytearray(buffer.getvalue())
    place = data.rindex(len(text).to_bytes(4, "little"))
    data[place : place + 4] = (3).to_bytes(4, "little")
    path = tmp_path / "lies.zip"
    path.write_bytes(bytes(data))
    with pytest.raises(InputError):
        read_inventory([path])


def test_an_archive_in_an_archive_is_said(tmp_path: Path) -> None:
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.json", "[]")
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
        archive.writestr("b.json", '[{"InstanceId": "i-bp1aaaa", "ImageId": "m-1"}]')
    path = tmp_path / "outer.zip"
    path.write_bytes(outer.getvalue())
    result = read_inventory([path])
    assert [(one.resource, one.reason, one.remedy) for one in result.skipped] == [
        ("outer.zip/inner.zip", "an archive inside an archive", "Unpack it, and import what it holds.")
    ]


def test_hostile_names_and_ids_are_data(make: Make) -> None:
    names = [
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        "'; DROP TABLE x; --",
        "${jndi:ldap://x}",
        "../../etc/hosts",
        "\u202egnp.exe",
        "$(rm -rf /)",
        "{{7*7}}",
        "名\n称",
        "",
        " ",
        "\x00",
    ]
    rows = [
        {
            "InstanceId": f"i-bp{number}",
            "ImageId": "m-1",
            "InstanceName": name,
            "Tags": {"Tag": [{"TagKey": name or "k", "TagValue": name}]},
        }
        for number, name in enumerate(names)
    ]
    result = make({"a.json": rows})
    for number, name in enumerate(names):
        resource = result.inventory.resources[f"i-bp{number}"]
        assert resource.name == name
        assert resource.tags == {name or "k": name}
