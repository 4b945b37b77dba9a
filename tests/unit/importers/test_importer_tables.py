"""Console lists and spreadsheets: encodings, headers in two languages, ids in cells, columns of one's own."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from advisor.importers import read_inventory
from advisor.importers.forms.words import concept_of, region_named, zone_named
from advisor.model.finding import InputError
from advisor.model.inventory import ImportResult

Make = Callable[..., ImportResult]

ECS = (
    '"实例 ID","实例名称","实例规格","CPU","内存","操作系统",'
    '"系统盘","数据盘","带宽","地域","所在可用区","公网 IP","内网IP","状态","付费类型","标签"\n'
    '"i-bp1aaaa","订单-01 <b>","ecs.g7.large","2 核","8 GiB","CentOS 7.9","d-bp1sys(ESSD Entry 40GiB)",'
    '"d-bp1d1(ESSD云盘PL1 100GiB)\nd-bp1d2(高效云盘 200GiB)",'
    '"5Mbps","华东1（杭州）","杭州 可用区H","","10.0.0.5","运行中","包年包月","app:shop;env:prod"\n'
)
RDS = (
    "DBInstanceId(实例ID),DBInstanceDescription(实例描述),DBInstanceType(实例类型),DBInstanceClass(实例规格),Category(系列),DBInstanceCPU(CPU（核）),"
    "DBInstanceMemory(内存),DBInstanceStorage(存储（GB）),RegionId(地域),ZoneId(可用区),ZoneId(所在可用区),Engine(数据库类型),EngineVersion(数据库版本),VpcId(虚拟网络ID)\n"
    "'rm-bp1aaaa','orders',Primary,mysql.x4.large.2c,HighAvailability,4,16384,500,cn-hangzhou,可用区H,cn-hangzhou-h,MySQL,8.0,vpc-bp1a\n"
)
BUCKETS = (
    "存储桶名称,地域,存储类型,存储桶创建时间,冗余类型（LRS-本地冗余｜ZRS-同城冗余）,版本控制,容量,容量（Byte）\n"
    "shop-data,oss-cn-hangzhou,标准存储,2024-01-02 03:04:05,ZRS,开通,1GB,1073741824\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_the_instance_list_in_every_encoding(encoding: str, make: Make) -> None:
    found = make({"ecs_instance_list_cn-hangzhou_2026-03-01.csv": ECS.encode(encoding)}).inventory.resources
    web = found["i-bp1aaaa"]
    assert (web.name, web.region, web.zone, web.status) == ("订单-01 <b>", "cn-hangzhou", "cn-hangzhou-h", "Running")
    assert (web.number("cpu"), web.number("memory_mib"), web.text("charge_type")) == (2, 8192, "PrePaid")
    assert web.texts("disk_ids") == ("d-bp1sys", "d-bp1d1", "d-bp1d2")
    assert web.tags == {"app": "shop", "env": "prod"}
    assert found["d-bp1d1"].attributes == {
        "disk_type": "data",
        "instance_ids": ("i-bp1aaaa",),
        "size_gib": 100,
        "category": "cloud_essd",
        "performance_level": "PL1",
    }
    assert found["d-bp1sys"].text("category") == "cloud_essd_entry"
    assert found["d-bp1d2"].text("category") == "cloud_efficiency"
    assert "public_ips" not in web.attributes


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("rows", [1, 2_000])
def test_a_wide_text_without_a_mark_that_begins_in_chinese(encoding: str, rows: int, make: Make) -> None:
    text = "实例ID,实例名称,可用区\n" + "".join(f"i-bp1aaa{n:04},订单{n},cn-hangzhou-h\n" for n in range(rows))
    found = make({"a.csv": text.encode(encoding)}).inventory.resources
    assert len(found) == rows
    assert found["i-bp1aaa0000"].name == "订单0"


def test_bytes_that_are_text_in_either_order_say_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("一N".encode("utf-16-le"))
    with pytest.raises(InputError, match=r"nothing tells which\. Save it as UTF-8\."):
        read_inventory([path])


def test_bytes_of_no_text_stay_binary(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(random.Random(1).randbytes(5_000) + b"\0")
    with pytest.raises(InputError, match="binary data, no inventory"):
        read_inventory([path])


def test_the_bilingual_database_list(make: Make) -> None:
    orders = make({"rds_instance_list_cn-hangzhou.csv": RDS}).inventory.resources["rm-bp1aaaa"]
    assert (orders.kind, orders.name, orders.zone, orders.text("category")) == (
        "database",
        "orders",
        "cn-hangzhou-h",
        "HighAvailability",
    )
    assert (orders.text("role"), orders.text("instance_class")) == ("primary", "mysql.x4.large.2c")
    assert (orders.number("storage_gib"), orders.number("memory_mib")) == (500, 16384)
    assert "slave_zones" not in orders.attributes


def test_the_bucket_list(make: Make) -> None:
    bucket = make({"buckets_20260301.csv": BUCKETS}).inventory.resources["shop-data"]
    assert (bucket.kind, bucket.region, bucket.text("redundancy"), bucket.number("size_gib")) == (
        "bucket",
        "cn-hangzhou",
        "ZRS",
        1.0,
    )


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_workbook_with_title_rows_and_several_sheets(make: Make) -> None:
    data = workbook(
        {
            "ECS": [
                ["导出于 2026-03-01"],
                [],
                ["实例ID", "实例名称", "可用区", "CPU"],
                ["i-bp1aaaa", "甲", "cn-shanghai-l", 4],
            ],
            "云盘": [
                ["云盘ID", "云盘种类", "云盘容量", "挂载实例", "云盘属性"],
                ["d-bp1a", "ESSD云盘 PL0", "40GiB", "i-bp1aaaa", "系统盘"],
            ],
            "说明": [["a", "b", "c"], [1, 2, 3]],
        }
    )
    result = make({"estate.xlsx": data})
    web, disk = result.inventory.resources["i-bp1aaaa"], result.inventory.resources["d-bp1a"]
    assert (web.name, web.zone, web.number("cpu"), web.origin.place) == ("甲", "cn-shanghai-l", 4, "sheet ECS, row 4")
    assert disk.attributes == {
        "category": "cloud_essd",
        "performance_level": "PL0",
        "size_gib": 40,
        "instance_ids": ("i-bp1aaaa",),
        "disk_type": "system",
    }
    assert [one.resource for one in result.skipped] == ["sheet 说明"]


MIXED = {
    "notes": [["Asked for by", "Ann"], ["and", "Bo"]],
    "servers": [["asset", "where"], ["i-bp1aaaa", "cn-hangzhou-h"]],
}


def test_a_sheet_that_is_no_table_does_not_cost_the_others(tmp_path: Path) -> None:
    path = tmp_path / "estate.xlsx"
    path.write_bytes(workbook(MIXED))
    result = read_inventory([path], {"asset": "id", "where": "zone"})
    assert result.inventory.resources["i-bp1aaaa"].zone == "cn-hangzhou-h"
    assert [(one.resource, one.origin.place) for one in result.skipped] == [("sheet notes", "sheet notes")]


def test_every_sheet_of_a_workbook_that_is_no_inventory_is_named(tmp_path: Path) -> None:
    path = tmp_path / "estate.xlsx"
    path.write_bytes(workbook(MIXED))
    with pytest.raises(InputError) as caught:
        read_inventory([path])
    assert [(one.file, one.place) for one in caught.value.mistakes] == [
        ("estate.xlsx", "sheet notes"),
        ("estate.xlsx", "sheet servers"),
    ]
    assert "asset, where" in caught.value.mistakes[1].problem
    assert "mapping" in caught.value.mistakes[1].remedy


def test_a_workbook_among_other_files_is_left_out_and_said(make: Make) -> None:
    result = make({"notes.xlsx": workbook({"notes": MIXED["notes"]}), "a.csv": "实例ID,实例名称\ni-bp1aaaa,a\n"})
    assert "i-bp1aaaa" in result.inventory.resources
    assert {one.origin.file for one in result.skipped} == {"notes.xlsx"}
    assert not [one for one in result.findings if one.severity == "high"]


def test_columns_of_ones_own_by_mapping(tmp_path: Path) -> None:
    path = tmp_path / "cmdb.csv"
    path.write_text("编号x,机房,称呼,业务线x\ni-bp1aaaa,cn-beijing-a,旧库,零售\n", encoding="utf-8")
    with pytest.raises(InputError, match="no id column is known among its headers: 编号x, 机房, 称呼") as caught:
        read_inventory([path])
    assert "mapping" in str(caught.value)
    mapping = {"编号x": "id", "机房": "zone", "称呼": "name", "业务线x": "tag:business"}
    one = read_inventory([path], mapping).inventory.resources["i-bp1aaaa"]
    assert (one.name, one.zone, one.tags) == ("旧库", "cn-beijing-a", {"business": "零售"})


@pytest.mark.parametrize(
    ("name", "text"),
    [("two.csv", "主机,机房\nweb-1,杭州\n"), ("two.txt", "主机,机房\ni-bp1aaaa,cn-hangzhou-h\n")],
)
def test_two_columns_are_told_how_to_name_them(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_inventory([tmp_path / name])
    assert "no id column is known among its headers: 主机, 机房. Name the columns in a YAML file for --mapping" in str(
        caught.value
    )


def test_prose_with_a_comma_in_each_line_is_no_table_and_is_not_quoted(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("Dear Li, hello\nyours, Wang\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_inventory([tmp_path / "note.txt"])
    assert "Dear" not in str(caught.value)


def test_rows_without_an_id_are_counted(make: Make) -> None:
    result = make({"a.csv": "实例ID,实例名称\ni-bp1aaaa,a\n,b\n,c\n"})
    assert [finding.title for finding in result.findings if finding.id == "INV-NO-ID"] == ["2 rows have no id"]


def test_english_headers_and_id_with_name_in_one_cell(make: Make) -> None:
    result = make(
        {
            "a.csv": "Instance ID/Name,Zone,vCPU,Memory,Private IP\n"
            '"i-bp1aaaa\nweb-1",Hangzhou Zone H,4,16 GiB,10.0.0.1\n'
        }
    )
    web = result.inventory.resources["i-bp1aaaa"]
    assert (web.name, web.zone, web.number("memory_mib"), web.texts("private_ips")) == (
        "web-1",
        "cn-hangzhou-h",
        16384,
        ("10.0.0.1",),
    )


def test_a_list_with_a_header_and_no_rows_is_an_empty_answer(make: Make) -> None:
    result = make({"ecs_instance_list_cn-hangzhou_2026-03-01.csv": "实例ID,实例名称,可用区\n"})
    assert result.inventory.listed == {("instance", "cn-hangzhou")}
    assert {finding.id for finding in result.findings} == {"INV-NOTHING", "INV-EMPTY"}


def test_words_of_the_console() -> None:
    assert concept_of("实例 ID") == concept_of("InstanceId") == concept_of("DBInstanceId(实例ID)") == "id"
    assert concept_of("内存（GiB）") == "memory"
    assert concept_of("something else") is None
    assert region_named("华东1（杭州）") == region_named("China (Hangzhou)") == "cn-hangzhou"
    assert zone_named("新加坡 可用区A", None) == "ap-southeast-1a"


def test_a_header_without_rows_is_said(make: Make) -> None:
    result = make({"a.csv": "实例ID,名称\n", "b.csv": "实例ID,名称\ni-bp1aaaa,web\n"})
    assert [(one.resource, one.reason) for one in result.skipped] == [("a.csv", "a table without rows")]


def test_rows_of_this_products_own_table_that_cannot_be_used_are_named_by_row_and_mistake(make: Make) -> None:
    result = make({"a.csv": "id,kind,name\ni-bp1aaaa,instance,web\n,instance,x\nd-1,disck,y\nd-2,,z\nd-3,xxxx,z\n"})
    assert [(one.detail, one.fix) for one in result.findings] == [
        ("a.csv, row 3: it was left out.", "Fill 'id'."),
        ("a.csv, row 4: it was left out.", "Write a kind that there is: perhaps 'disk'."),
        ("a.csv, row 5: it was left out.", "Fill 'kind'."),
        ("a.csv, row 6: it was left out.", "Write a kind that there is: docs/inventory.md names them."),
    ]
    assert result.inventory.resources["i-bp1aaaa"].origin.place == "row 2"
