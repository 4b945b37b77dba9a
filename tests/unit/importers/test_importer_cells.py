"""What stands in the cells of lists: none and unknown, addresses, sizes, words, ids that only their content shows."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from advisor.importers import read_inventory
from advisor.importers.forms.cells import memory_mib, structure
from advisor.importers.forms.flat import tree_of
from advisor.importers.forms.words import concept_of, region_named
from advisor.model.finding import InputError
from advisor.model.inventory import ImportResult, Resource

Make = Callable[..., ImportResult]


def only(result: ImportResult) -> Resource:
    (one,) = result.inventory.resources.values()
    return one


def test_a_dash_is_none_and_an_empty_cell_is_unknown(make: Make) -> None:
    table = (
        "实例ID,实例名称,可用区,公网IP,内网IP\ni-bp1aaaa,-,—,-,10.0.0.1\ni-bp1bbbb,b,cn-hangzhou-h,,10.0.0.2\n-,c,,,\n"
    )
    result = make({"a.csv": table})
    first, second = (result.inventory.resources[key] for key in ("i-bp1aaaa", "i-bp1bbbb"))
    assert (first.name, first.zone, first.texts("public_ips")) == ("", None, ())
    assert "public_ips" in first.attributes
    assert "public_ips" not in second.attributes
    assert [finding.title for finding in result.findings if finding.id == "INV-NO-ID"] == ["1 rows have no id"]


def test_rows_without_any_id_are_refused_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("实例ID,实例名称,可用区\n,web,cn-hangzhou-h\n", encoding="utf-8")
    with pytest.raises(InputError, match="1 rows have no id"):
        read_inventory([path])


def test_sizes_of_disks_without_ids(make: Make) -> None:
    web = only(make({"a.csv": '实例ID,内存(GB),系统盘(GB),数据盘(GB)\ni-bp1aaaa,16,40,"100, 200"\n'}))
    assert (web.number("memory_mib"), web.number("system_disk_size_gib")) == (16384, 40)
    assert web.attributes["data_disks"] == ({"size_gib": 100}, {"size_gib": 200})


@pytest.mark.parametrize(
    ("cell", "header", "mib"),
    [
        ("8192", "Memory", 8192),
        ("512", "Memory", 512),
        ("16", "memory", 16384),
        ("768", "内存", 786432),
        ("3072", "内存(GB)", 3145728),
        ("2048", "内存(MB)", 2048),
        ("32 GiB", "内存", 32768),
        ("16384", "DBInstanceMemory(内存)", 16384),
    ],
)
def test_memory_by_the_unit_of_cell_header_or_field(cell: str, header: str, mib: int) -> None:
    assert memory_mib(cell, header) == mib


def test_addresses_that_say_what_they_are(make: Make) -> None:
    table = (
        "Instance ID/Name,Zone,IP Address,Specifications,Billing Method\n"
        '"i-bp1aaaa\nweb-1",Hangzhou Zone H,"203.0.113.3(Public)\n10.0.0.1(Private)",'
        '"2 vCPU 8 GiB (I/O Optimized)\necs.g7.large 5Mbps",Subscription\n'
    )
    web = only(make({"a.csv": table}))
    assert (web.texts("public_ips"), web.texts("private_ips")) == (("203.0.113.3",), ("10.0.0.1",))
    assert (web.text("instance_type"), web.number("cpu"), web.number("memory_mib")) == ("ecs.g7.large", 2, 8192)
    balancer = only(
        make({"a.csv": '实例ID/名称,服务地址,主可用区\n"lb-bp1aaa\n-",203.0.113.1(公网IPv4),cn-hangzhou-h\n'})
    )
    assert (balancer.name, balancer.text("address"), balancer.text("address_type")) == ("", "203.0.113.1", "internet")


def test_words_of_the_database_and_bucket_lists_become_the_apis(make: Make) -> None:
    databases = "DBInstanceId(实例ID),Category(系列)\nrm-bp1aaaa,基础系列\nrm-bp1bbbb,高可用系列\n"
    buckets = (
        "存储桶名称,地域,存储类型,冗余类型,版本控制\na,oss-cn-hangzhou,标准存储,本地冗余存储(LRS),已开启\n"
        "b,oss-cn-hangzhou,低频访问,同城冗余存储(ZRS),未开通\n"
    )
    found = make({"x": databases, "y": buckets}).inventory.resources
    assert [found[key].text("category") for key in ("rm-bp1aaaa", "rm-bp1bbbb")] == ["Basic", "HighAvailability"]
    assert [found["a"].text(name) for name in ("redundancy", "storage_class", "versioning")] == [
        "LRS",
        "Standard",
        "Enabled",
    ]
    assert (found["b"].text("redundancy"), found["b"].text("storage_class")) == ("ZRS", "IA")
    assert found["b"].attributes["versioning"] == ""


@pytest.mark.parametrize(
    ("table", "kind", "attributes"),
    [
        ("安全组ID,名称,专有网络\nsg-bp1aaaa,a,vpc-bp1aaaa\n", "security_group", {"vpc_id": "vpc-bp1aaaa"}),
        ("VPC ID,名称,地域\nvpc-bp1aaaa,a,cn-hangzhou\n", "vpc", {}),
        (
            "专有网络ID,交换机ID,名称\nvpc-bp1aaaa,vsw-bp1aaaa,a\nvpc-bp1aaaa,vsw-bp1aaab,b\n",
            "vswitch",
            {"vpc_id": "vpc-bp1aaaa"},
        ),
        (
            "Disk ID/Name,Capacity,Attached Instance\nd-bp1aaaa,40 GiB,i-bp1aaaa\n",
            "disk",
            {"size_gib": 40, "instance_ids": ("i-bp1aaaa",)},
        ),
        ("InstanceId,DiskId,Size\ni-bp1aaaa,d-bp1aaaa,40\n", "disk", {"size_gib": 40, "instance_ids": ("i-bp1aaaa",)}),
        ("DBInstanceId(实例ID),Engine(数据库类型)\nrdsold1,MySQL\n", "database", {"engine": "MySQL", "product": "rds"}),
    ],
)
def test_the_kind_comes_from_the_ids_and_their_header(
    table: str, kind: str, attributes: dict[str, object], make: Make
) -> None:
    found = list(make({"quite something.else": table}).inventory.of_kind(kind))  # type: ignore[arg-type]
    assert found
    assert found[0].attributes == attributes


def test_regions_by_number_and_a_word_that_names_none(make: Make) -> None:
    assert [region_named(name) for name in ("华东 1", "华北2", "西南1（成都）")] == [
        "cn-hangzhou",
        "cn-beijing",
        "cn-chengdu",
    ]
    nowhere = make({"a.csv": "实例ID,地域\ni-bp1aaaa,机房三\n"})
    assert only(nowhere).region is None
    assert [finding.detail for finding in nowhere.findings] == [
        "a.csv, row 2: region is no id of one; it counts as unknown."
    ]
    assert concept_of("云盘ID/名称") == "id"


@pytest.mark.parametrize(
    ("row", "zone", "region", "what"),
    [
        ("杭州", None, "cn-hangzhou", "zone"),
        ("cn-hangzhou", None, "cn-hangzhou", "zone"),
        ("可用区H", None, None, "zone"),
        ("杭州 可用区H", "cn-hangzhou-h", "cn-hangzhou", ""),
        ("cn-beijing-btc-a01", "cn-beijing-btc-a01", "cn-beijing", ""),
        ("-", None, None, ""),
    ],
)
def test_a_cell_that_names_no_zone_is_no_zone(
    make: Make, row: str, zone: str | None, region: str | None, what: str
) -> None:
    result = make({"a.csv": f"实例ID,可用区\ni-bp1aaaa,{row}\n"})
    found = only(result)
    assert (found.zone, found.zones, found.region) == (zone, (zone,) if zone else (), region)
    details = [finding.detail for finding in result.findings]
    assert details == ([f"a.csv, row 2: {what} is no id of one; it counts as unknown."] if what else [])
    assert not any(row in detail for detail in details)


def test_a_standby_zone_that_is_none_is_left_out_too(make: Make) -> None:
    result = make({"a.csv": "实例ID,可用区,备可用区\nrm-bp1aaaa,cn-hangzhou-h,上海\n"})
    assert only(result).zones == ("cn-hangzhou-h",)
    assert ["standby zone" in finding.detail for finding in result.findings] == [True]


def test_more_cells_than_headers_and_a_quote_that_is_never_closed_are_said(make: Make, tmp_path: Path) -> None:
    result = make({"a.csv": "实例ID,实例名称,可用区\ni-bp1aaaa,a,b,cn-hangzhou-h\n"})
    assert [finding.title for finding in result.findings] == [
        "A row has more cells than the header",
        "A value of i-bp1aaaa cannot be read",  # it stands under the zone now
    ]
    assert only(result).zone is None
    path = tmp_path / "b.csv"
    path.write_text('实例ID,实例名称\ni-bp1aaaa,a\ni-bp1bbbb,"b\ni-bp1cccc,c\n', encoding="utf-8")
    with pytest.raises(InputError, match="line 3: a quotation mark opens a cell and none closes it"):
        read_inventory([path])


def test_delimiters_below_a_title(make: Make) -> None:
    assert (
        only(make({"a.csv": "服务器列表\n实例ID;实例名称;可用区\ni-bp1aaaa;web, old;cn-hangzhou-h\n"})).name
        == "web, old"
    )


def test_a_workbook_that_states_a_wrong_size_is_read_whole(make: Make) -> None:
    book = openpyxl.Workbook()
    for row in (["实例ID", "实例名称"], ["i-bp1aaaa", "a"], ["i-bp1bbbb", "b"]):
        book.worksheets[0].append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    wrong = io.BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(wrong, "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', old.read(name)))
    assert sorted(make({"a.xlsx": wrong.getvalue()}).inventory.resources) == ["i-bp1aaaa", "i-bp1bbbb"]


@pytest.mark.parametrize(
    "text",
    [
        "InstanceId | InstanceName | Status\n---------- | ------------ | ------\ni-bp1aaaa | web | Running\n",
        "+------------+------+\n| InstanceId | InstanceName | Status |\n+------+------+----+\n"
        "| i-bp1aaaa | web | Running |\n+-----+------+----+\n",
        "Status | InstanceName | InstanceId\n---|---|---\nRunning | web | i-bp1aaaa\n",
    ],
)
def test_text_tables_in_every_border(text: str, make: Make) -> None:
    web = only(make({"out.txt": text}))
    assert (web.id, web.name, web.status) == ("i-bp1aaaa", "web", "Running")


def test_a_text_table_with_an_empty_first_cell_stays_in_its_columns(make: Make) -> None:
    text = "InstanceName | InstanceId | VpcAttributes.VSwitchId | SecurityGroupIds.SecurityGroupId\n---+---+---+---\n"
    web = only(make({"out.txt": f"{text}             | i-bp1aaaa | vsw-bp1aaaa | [sg-bp1a sg-bp1b]\n"}))
    assert (web.name, web.text("vswitch_id"), web.texts("security_group_ids")) == (
        "",
        "vsw-bp1aaaa",
        ("sg-bp1a", "sg-bp1b"),
    )


def test_structures_in_cells_and_paths_in_headers() -> None:
    assert structure("{'a': ['b']}") == {"a": ["b"]}
    assert structure("[sg-a sg-b]") == ["sg-a", "sg-b"]
    assert structure("[open") == "[open"
    row = {"a.b": 1, "a.c[1]": "y", "a.c[0]": "x", **{f"d.{place}": place for place in range(11)}}
    assert tree_of(row) == {"a": {"b": 1, "c": ["x", "y"]}, "d": list(range(11))}
