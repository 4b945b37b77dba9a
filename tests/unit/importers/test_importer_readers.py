"""Readers of single values: numbers with their units, times, one value where one belongs, lists of records. What a
reader cannot read in full is a finding and unknown, never a part of it and never nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest

from advisor.importers import convert, quantities
from advisor.importers.fields import ABSENT
from advisor.model.finding import Finding
from advisor.model.inventory import ImportResult
from tests.unit.importers.conftest import Make

FEW, MANY = 1, 20
Read = Callable[[object], object]
DISK: dict[str, Any] = {"DiskId": "d-bp1aaaa", "Size": 40, "Category": "cloud_essd", "Type": "data"}
SERVER: dict[str, Any] = {
    "InstanceId": "i-bp1aaaa",
    "InstanceName": "web",
    "InstanceType": "ecs.g7.large",
    "ZoneId": "cn-hangzhou-h",
    "RegionId": "cn-hangzhou",
    "Status": "Running",
    "ExpiredTime": "2099-12-31T15:59Z",
}


def said(result: ImportResult) -> list[Finding]:
    return [finding for finding in result.findings if finding.id == "INV-VALUE"]


def several(record: dict[str, Any], count: int, odd: dict[str, object]) -> tuple[dict[str, Any], str]:
    """A list of so many such records of which the last has odd values, and the id of that one."""
    key = "DiskId" if "DiskId" in record else "InstanceId"
    rows = [{**record, key: f"{record[key]}{number:02}"} for number in range(count)]
    rows[-1] |= odd
    wrapper = {"Disks": {"Disk": rows}} if key == "DiskId" else {"Instances": {"Instance": rows}}
    return wrapper, rows[-1][key]


@pytest.mark.parametrize(
    "written",
    ["100,5", "1,02", "1,0000", "10,24,000", ",5", "1,024,", "2024-01-01", "100-200", "100/200", "1:30", "~100", "100+",
     "1 024", "1.2.3", "2 x 100", "1e", "12 parsecs", "50%", "٣", "100 GiB 200", "abc", "0x10", "1_000"],
)  # fmt: skip
@pytest.mark.parametrize(
    "read",
    [convert.as_int, convert.as_float, convert.as_number, convert.as_gib, convert.as_mib, convert.gib_of_bytes,
     convert.as_cores, convert.as_count, convert.as_days, convert.as_seconds, convert.as_mbps,
     convert.as_mib_a_second],
)  # fmt: skip
def test_a_text_that_only_begins_with_a_number_is_none(read: Read, written: str) -> None:
    with pytest.raises(ValueError, match="is no number"):
        read(written)


@pytest.mark.parametrize(
    ("read", "written", "number"),
    [
        (convert.as_number, "1,024", 1024),
        (convert.as_number, "1,234,567.5", 1_234_567.5),
        (convert.as_number, "-1", -1),
        (convert.as_number, "1e3", 1000),
        (convert.as_number, "2.5E-1", 0.25),
        (convert.as_number, "", ABSENT),
        (convert.as_number, "-", ABSENT),
        (convert.as_number, [7], 7),
        (convert.as_int, "100.0", 100),
        (convert.as_gib, "100", 100),
        (convert.as_gib, "500 GB", 500),
        (convert.as_gib, "80g", 80),
        (convert.as_gib, "1.5 TiB", 1536),
        (convert.as_gib, "1 PiB", 1_048_576),
        (convert.as_gib, "512 MiB", 0.5),
        (convert.as_gib, "1048576 KB", 1),
        (convert.as_gib, "1073741824 Byte", 1),
        (convert.as_mib, 8192, 8192),
        (convert.as_mib, "32 GiB", 32_768),
        (convert.as_mib, "16 TiB", 16_777_216),
        (convert.as_mib, "1048576 K", 1024),
        (convert.as_mib, "1.7 GiB", 1740),
        (convert.gib_of_bytes, 2 * 1024**3, 2),
        (convert.gib_of_bytes, "512 MB", 0.5),
        (convert.gib_of_bytes, "3GB", 3),
        (convert.as_cores, "2 核", 2),
        (convert.as_cores, "8 vCPU", 8),
        (convert.as_cores, "4C", 4),
        (convert.as_count, "3 个", 3),
        (convert.as_days, "7天", 7),
        (convert.as_days, "30 days", 30),
        (convert.as_seconds, "15 min", 900),
        (convert.as_seconds, "2h", 7200),
        (convert.as_seconds, "30秒", 30),
        (convert.as_seconds, 300, 300),
        (convert.as_mbps, "100 Mbps", 100),
        (convert.as_mbps, "5M", 5),
        (convert.as_mbps, "1 Gbps", 1000),
        (convert.as_mib_a_second, "350 MB/s", 350),
        (quantities.STORAGE_GIB, "2 TiB", 2048),
    ],
)
def test_a_number_is_read_with_the_units_that_its_field_knows(read: Read, written: object, number: object) -> None:
    assert read(written) == number


@pytest.mark.parametrize(
    ("read", "written"),
    [(convert.as_gib, "40 vCPU"), (convert.as_gib, "5 Mbps"), (convert.as_mib, "2 核"), (convert.as_cores, "8 GiB"),
     (convert.as_days, "7 h"), (convert.as_seconds, "5 m"), (convert.as_count, "3 GiB"), (convert.as_mbps, "5 MiB"),
     (convert.as_mib_a_second, "350 Mbps"), (convert.as_number, "1 GiB"), (quantities.PORT, "80 s")],
)  # fmt: skip
def test_a_unit_of_something_else_is_none(read: Read, written: str) -> None:
    with pytest.raises(ValueError, match="is no number in a unit that is known for it"):
        read(written)


@pytest.mark.parametrize(("read", "value"), [(convert.as_int, 1.7), (convert.as_int, "1.7"), (convert.as_mib, 7.5)])
def test_a_whole_number_is_whole(read: Read, value: object) -> None:
    with pytest.raises(ValueError, match="is no whole number"):
        read(value)


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize(
    ("record", "odd", "attribute"),
    [
        (DISK, {"Size": "100,5"}, "size_gib"),
        (DISK, {"Size": "100-200"}, "size_gib"),
        (DISK, {"Size": "2024-01-01"}, "size_gib"),
        (DISK, {"Size": "512 KB"}, "size_gib"),
        (DISK, {"Size": "1 PiB"}, "size_gib"),
        (DISK, {"Size": {"Value": 100}}, "size_gib"),
        (DISK, {"Size": [100, 200]}, "size_gib"),
        (DISK, {"Category": True}, "category"),
        (DISK, {"Category": 5}, "category"),
        (DISK, {"Type": 1}, "disk_type"),
        (DISK, {"Encrypted": [True, False]}, "encrypted"),
        (DISK, {"KMSKeyId": {"Id": "key"}}, "kms_key_id"),
        (SERVER, {"InstanceType": 5}, "instance_type"),
        (SERVER, {"InstanceType": {"Name": "ecs.g7.large"}}, "instance_type"),
        (SERVER, {"ExpiredTime": ["2030-01-01T00:00Z", "2031-01-01T00:00Z"]}, "expired_at"),
        (SERVER, {"ExpiredTime": {"Time": "2030-01-01T00:00Z"}}, "expired_at"),
        (SERVER, {"ExpiredTime": 5}, "expired_at"),
        (SERVER, {"ExpiredTime": -1}, "expired_at"),
        (SERVER, {"ExpiredTime": "9999-99-99"}, "expired_at"),
        (SERVER, {"ExpiredTime": "2150-13-45"}, "expired_at"),
        (SERVER, {"SecurityGroupIds": {"SecurityGroupId": 5}}, "security_group_ids"),
    ],
)
def test_what_is_no_value_of_an_attribute_is_unknown_and_said(
    record: dict[str, Any], odd: dict[str, object], attribute: str, count: int, make: Make
) -> None:
    answer, wrong = several(record, count, odd)
    result = make({"a.json": answer})
    (found,) = said(result)
    assert f": {attribute} " in found.detail
    assert found.resource == wrong
    assert len(result.inventory.resources) == count
    assert attribute not in result.inventory.resources[wrong].attributes


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize(
    ("source", "name"), [("RegionId", "region"), ("ZoneId", "zone"), ("Status", "status"), ("InstanceName", "name")]
)
@pytest.mark.parametrize(("value", "what"), [({"Id": "cn-hangzhou-h"}, "a record"), (["Running", "x"], "a list")])
def test_a_record_or_list_is_no_place_status_or_name(
    source: str, name: str, value: object, what: str, count: int, make: Make
) -> None:
    answer, wrong = several({**SERVER, "ImageId": "m-1"}, count, {source: value})
    result = make({"a.json": answer})
    (found,) = said(result)
    assert f"{name} is {what}; expected: one value" in found.detail
    assert found.resource == wrong


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize("nothing", [None, "", [], {}, [""], [None]])
def test_nothing_said_is_no_mistake(nothing: object, count: int, make: Make) -> None:
    names = ("ExpiredTime", "Cpu", "HostName", "VSwitchId", "DeletionProtection", "ImageId")
    answer, wrong = several({**SERVER, "ImageId": "m-1"}, count, dict.fromkeys(names, nothing))
    result = make({"a.json": answer})
    assert not said(result)
    assert not {"cpu"} & result.inventory.resources[wrong].attributes.keys()


@pytest.mark.parametrize("count", [FEW, MANY])
def test_the_only_one_of_a_list_is_the_value(count: int, make: Make) -> None:
    odd: dict[str, object] = {
        "InstanceType": ["ecs.g7.xlarge"], "Cpu": [4], "VpcAttributes": [{"VpcId": "vpc-1"}], "ImageId": ["m-1"],
        "CreationTime": [["2024-04-14T22:32Z"]],
    }  # fmt: skip
    answer, one = several({**SERVER, "ImageId": "m-2"}, count, odd)
    result = make({"a.json": answer})
    assert not said(result)
    found = result.inventory.resources[one].attributes
    assert [found[name] for name in ("instance_type", "cpu", "vpc_id", "image_id", "created_at")] == [
        "ecs.g7.xlarge", 4, "vpc-1", "m-1", "2024-04-14T22:32:00Z",
    ]  # fmt: skip


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize("held", ["abc", 5, True])
def test_a_disk_whose_attachments_are_none_is_not_known_to_be_free(held: object, count: int, make: Make) -> None:
    answer, wrong = several({**DISK, "InstanceId": "", "Attachments": {"Attachment": []}}, count, {"Attachments": held})
    result = make({"a.json": answer})
    (found,) = said(result)
    assert "Attachments is " in found.detail
    assert "instance_ids" not in result.inventory.resources[wrong].attributes
    free = [one for one in result.inventory.resources.values() if one.attributes.get("instance_ids") == ()]
    assert len(free) == count - 1


def test_an_xml_element_that_comes_again_is_no_value(make: Make) -> None:
    disk = "<Disk><DiskId>d-bp1aaaa</DiskId><Size>100</Size><Size>200</Size><Category>cloud_essd</Category></Disk>"
    result = make({"a.xml": f"<DescribeDisksResponse><Disks>{disk}</Disks></DescribeDisksResponse>"})
    (found,) = said(result)
    assert "size_gib is a list; expected: a whole number of GiB" in found.detail
    assert "size_gib" not in result.inventory.resources["d-bp1aaaa"].attributes


def test_a_date_of_a_workbook_is_no_size(make: Make) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    size, created = (datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (2027, 2026))
    for row in (("磁盘ID", "容量", "创建时间"), ("d-bp1aaaa", size, created)):
        sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    result = make({"a.xlsx": kept.getvalue()})
    (found,) = said(result)
    assert "size_gib is no number" in found.detail
    assert dict(result.inventory.resources["d-bp1aaaa"].attributes).get("created_at") == "2026-01-01T00:00:00Z"


def test_cells_that_only_begin_with_a_number_are_said(make: Make) -> None:
    servers = (
        "实例ID,实例名称,内存,CPU\ni-bp1aaaa,web,8 or 16 GiB,2-4\ni-bp1bbbb,app,8G,4核 8G\ni-bp1cccc,db,8 GiB,2核\n"
    )
    databases = "实例ID,数据库类型,存储空间\nrm-bp1aaaa,MySQL,2 TiB\nrm-bp1bbbb,MySQL,100 or 200 GB\n"
    result = make({"servers.csv": servers, "rds.csv": databases})
    found = {one.id: dict(one.attributes) for one in result.inventory.resources.values()}
    assert [(found[one].get("cpu"), found[one].get("memory_mib")) for one in ("i-bp1aaaa", "i-bp1cccc")] == [
        (None, None),
        (2, 8192),
    ]
    assert (found["i-bp1bbbb"]["cpu"], found["i-bp1bbbb"]["memory_mib"]) == (4, 8192)
    assert [found[one].get("storage_gib") for one in ("rm-bp1aaaa", "rm-bp1bbbb")] == [2048, None]
    assert {str(one.resource) for one in said(result)} >= {"i-bp1aaaa", "rm-bp1bbbb"}


def test_durations_of_this_products_own_form_have_their_unit(make: Make) -> None:
    pairs = [
        {"kind": "replica_pair", "id": "pair-1", "attributes": {"rpo_s": "15 min"}},
        {"kind": "replica_pair", "id": "pair-2", "attributes": {"rpo_s": "15 parsecs"}},
        {"kind": "replica_pair", "id": "pair-3", "attributes": {"rpo_s": 900}},
    ]
    result = make({"a.json": {"resources": pairs}})
    found = result.inventory.resources
    assert [found[f"pair-{number}"].attributes.get("rpo_s") for number in (1, 2, 3)] == [900, None, 900]
    assert [one.resource for one in said(result)] == ["pair-2"]


def test_places_name_and_status_of_this_products_own_form_are_texts(make: Make) -> None:
    odd = {"name": {"a": 1}, "region": ["cn-hangzhou"], "zone": 5, "status": {"b": 2}, "zones": [["cn-hangzhou-h"]]}
    result = make({"a.json": {"resources": [{"kind": "instance", "id": "i-1", **odd}]}})
    assert sorted(one.detail.partition(": ")[2].partition(" ")[0] for one in said(result)) == [
        "name", "region", "status", "zone", "zones",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2024-04-14T22:32Z", "2024-04-14T22:32:00Z"),
        ("2024-04-14T22:32:05+08:00", "2024-04-14T14:32:05Z"),
        ("2024-04-14", "2024-04-14T00:00:00Z"),
        (1_660_123_970_000, "2022-08-10T09:32:50Z"),
        ("1649751977", "2022-04-12T08:26:17Z"),
        (0, ""), ("0", ""), ("0001-01-01T00:00:00Z", ""), ("1970-01-01T00:00:00+08:00", ""),
        ("2999-09-08T16:00Z", ""), ("9999-12-31T23:59:59-12:00", ""), (32_493_801_600_000, ""),
    ],
)  # fmt: skip
def test_times_of_every_spelling(written: object, moment: str) -> None:
    assert convert.as_time(written) == moment


@pytest.mark.parametrize(
    "written",
    [5, -1, -1_660_123_970, 2024, "2024", "-1", 999_999_999, 45_000, 1_000_000_000_000, 10**17, True, "9999-99-99",
     "2150-13-45", "2150-02-30T00:00Z", "1970-00-00", "0001-13-01", "2099-12-31T25:00Z", "2024-02-30", "later"],
)  # fmt: skip
def test_what_is_no_time_is_neither_never_nor_long_ago(written: object) -> None:
    with pytest.raises(ValueError, match="no time"):
        convert.as_time(written)


@pytest.mark.parametrize(
    ("value", "count"),
    [("", 0), ("-", 0), ([], 0), ({}, 0), ({"Rule": []}, 0), ({"Rule": ""}, 0), ([None, ""], 0),
     ({"Rule": [{"Id": 1}, {"Id": 2}]}, 2), ({"Rule": {"Id": 1}}, 1), ([{"Id": 1}], 1), ({"Id": 1}, 1),
     ('[{"Id": 1}]', 1)],
)  # fmt: skip
def test_a_list_of_records_in_any_wrapping(value: object, count: int) -> None:
    assert len(convert.as_records(value, ("Id",))) == count


@pytest.mark.parametrize(
    ("value", "said_of_it"),
    [("hunter2", "holds a text"), (5, "holds 5"), (True, "holds true"), ([{"Id": 1}, "hunter2"], "holds a text"),
     ({"Rule": [[{"Id": 1}]]}, "holds a list"), ({"a": 1}, "holds a record without Id"), ([{"Id": ""}], "without Id"),
     ([{"Id": {"a": 1}}], "without Id")],
)  # fmt: skip
def test_what_is_no_list_of_records_is_said_but_not_shown(value: object, said_of_it: str) -> None:
    with pytest.raises(ValueError, match=said_of_it) as told:
        convert.as_records(value, ("Id",))
    assert "hunter2" not in str(told.value)
