"""What a table or a list holds that is no resource, no size and no id is said, and never becomes one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from advisor.importers.blocks import BLOCK_FROM
from advisor.model.finding import Finding
from advisor.model.inventory import ImportResult

Make = Callable[..., ImportResult]
HEAD = "实例ID,实例名称,地域"
SERVER = "i-bp1aaaa,web,cn-hangzhou"
DISKS = {"Disks": {"Disk": [{"DiskId": "d-bp1aaaa", "Size": 40, "Category": "cloud_essd"}]}}


def said(result: ImportResult, finding_id: str = "INV-VALUE") -> list[Finding]:
    return [one for one in result.findings if one.id == finding_id]


def left_out(result: ImportResult) -> list[tuple[str, str]]:
    return [(one.resource, one.reason) for one in result.skipped]


def ids(result: ImportResult) -> list[str]:
    return sorted(result.inventory.resources)


@pytest.mark.parametrize(
    ("header", "cell", "kept", "problems"),
    [
        ("配置", "2核4G", {"cpu": 2, "memory_mib": 4096}, []),
        ("配置", "1 vCPU 0.5 GiB", {"cpu": 1, "memory_mib": 512}, []),
        ("配置", "ecs.g7.large", {}, []),
        ("配置", "0核 0GiB", {}, ["cpu is 0", "memory_mib is 0"]),
        ("配置", "999999999核 8GiB", {"memory_mib": 8192}, ["cpu is 999,999,999"]),
        ("配置", "99999999999核 8GiB", {}, ["the cell of processors and memory holds no two sizes"]),
        ("配置", "-2核 8GiB", {}, ["the cell of processors and memory holds no two sizes"]),
        ("配置", "large", {}, ["the cell of processors and memory holds no two sizes"]),
        ("内存", "8 GiB", {"memory_mib": 8192}, []),
        ("内存", "abc", {}, ["memory_mib is no number; expected: a number of MiB"]),
        ("内存", "-5", {}, ["memory_mib is -5,120"]),
        ("CPU", "abc", {}, ["cpu is no number"]),
    ],
)
def test_processors_and_memory_of_a_cell(
    header: str, cell: str, kept: dict[str, object], problems: list[str], make: Make
) -> None:
    result = make({"a.csv": f"{HEAD},{header}\n{SERVER},{cell}\n"})
    (server,) = result.inventory.resources.values()
    assert dict(server.attributes) == kept
    texts = [one.detail.partition(": ")[2] for one in said(result)]
    assert len(texts) == len(problems)
    assert all(text.startswith(problem) for text, problem in zip(texts, problems, strict=True))


def test_storage_and_bytes_of_a_cell(make: Make) -> None:
    databases = "数据库实例ID,名称,存储\nrm-1,x,abc\nrm-2,y,-5\nrm-3,z,2 TiB\n"
    buckets = "存储桶名称,地域,容量（Byte）\nlogs,华东1（杭州）,-5\nimages,华东1（杭州）,1073741824\n"
    result = make({"a.csv": databases, "b.csv": buckets})
    found = {one.id: one.attributes for one in result.inventory.resources.values()}
    assert ("storage_gib" in found["rm-1"], "storage_gib" in found["rm-2"]) == (False, False)
    assert found["rm-3"]["storage_gib"] == 2048
    assert "size_gib" not in found["logs"]
    assert found["images"]["size_gib"] == 1
    assert [one.resource for one in said(result)] == ["logs", "rm-1", "rm-2"]


@pytest.mark.parametrize("name", ["snapshot_policy_ids", "instance_ids"])
@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("-", ()),
        ("未设置", ()),
        ("无", ()),
        ("Not attached", ()),
        ("none", ()),
        ("{}-bp1aaaa", ("{}-bp1aaaa",)),
        ("each day\n{}-bp1aaaa", ("{}-bp1aaaa",)),
        ("{}-bp1aaaa/web", ("{}-bp1aaaa",)),
        ("{}-bp1aaaa,{}-bp1bbbb", ("{}-bp1aaaa", "{}-bp1bbbb")),
        ("", None),
        ("每日备份", None),
        ("web-prod1", None),
        ("not-set-up", None),
        ("daily, weekly, {}-bp1aaaa", None),
    ],
)
def test_a_name_where_an_id_belongs_is_unknown_and_not_none(
    name: str, cell: str, kept: tuple[str, ...] | None, make: Make
) -> None:
    header, prefix = {"snapshot_policy_ids": ("自动快照策略", "sp"), "instance_ids": ("挂载实例", "i")}[name]
    result = make({"a.csv": f'云盘ID,云盘名称,{header}\nd-bp1aaaa,x,"{cell.replace("{}", prefix)}"\n'})
    (disk,) = result.inventory.resources.values()
    assert len(said(result)) == (kept is None and bool(cell))
    if kept is None:
        assert name not in disk.attributes
    else:
        assert disk.attributes[name] == tuple(one.replace("{}", prefix) for one in kept)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("合计,,", "a row of totals, no resource"),
        ("Total: 1,,", "a row of totals, no resource"),
        ("Grand Total,1,-", "a row of totals, no resource"),
        (HEAD, "the header once more, no resource"),
    ],
)
def test_totals_and_a_header_that_comes_again_are_no_servers(row: str, reason: str, make: Make) -> None:
    result = make({"a.csv": f"{HEAD}\n{SERVER}\n{row}\ni-bp1bbbb,app,cn-hangzhou\n"})
    assert ids(result) == ["i-bp1aaaa", "i-bp1bbbb"]
    assert left_out(result) == [("row 3", reason)]
    assert result.inventory.was_listed("instance", "cn-hangzhou")


@pytest.mark.parametrize(
    "header", ["InstanceId,InstanceName,ImageId,ZoneId", "id,kind,name,region"], ids=["of the API", "of this product"]
)
def test_totals_and_headers_among_rows_of_other_tables(header: str, make: Make) -> None:
    first = "i-bp1aaaa,web,m-1,cn-hangzhou-h" if header.startswith("I") else "i-bp1aaaa,instance,web,cn-hangzhou"
    result = make({"a.csv": f"{header}\n{first}\n{header}\nTotal,,,\n"})
    assert ids(result) == ["i-bp1aaaa"]
    assert [name for name, _ in left_out(result)] == ["row 3", "row 4"]
    assert not result.findings


def test_a_second_table_below_the_first_is_read_under_its_own_header(make: Make) -> None:
    result = make({"a.csv": f"{HEAD},CPU\n{SERVER},2\n云盘ID,云盘名称,地域,容量\nd-bp1aaaa,x,cn-hangzhou,40\n"})
    found = result.inventory.resources
    assert ids(result) == ["d-bp1aaaa", "i-bp1aaaa"]
    assert found["d-bp1aaaa"].attributes == {"size_gib": 40}
    assert not left_out(result)


def test_words_in_the_place_of_an_id_are_none_and_the_list_is_not_whole(make: Make) -> None:
    result = make({"a.csv": f"{HEAD}\n{SERVER}\nsee the other sheet,,\n,db,cn-hangzhou\n"})
    assert ids(result) == ["i-bp1aaaa"]
    (found,) = said(result, "INV-NO-ID")
    assert (found.title, found.detail) == ("2 rows have no id", "a.csv: row 3, 4: left out.")
    assert not result.inventory.listed


@pytest.mark.parametrize("count", [1, BLOCK_FROM + 1])
@pytest.mark.parametrize(("given", "shown"), [(True, "true"), (5, "5"), (5.5, "5.5")])
def test_a_number_or_truth_value_is_no_id_of_a_server(given: object, shown: str, count: int, make: Make) -> None:
    rows: list[dict[str, Any]] = [
        {"InstanceId": f"i-bp1aaa{number}", "ImageId": "m-1", "ZoneId": "cn-hangzhou-h"} for number in range(count)
    ]
    rows[0]["InstanceId"] = given
    result = make({"DescribeInstances.json": {"Instances": {"Instance": rows}}, "b.json": DISKS})
    (found,) = said(result, "INV-NO-ID")
    assert f"Instances.Instance[0]: its id is {shown}; expected: a text; the record was left out." in found.detail
    assert len(ids(result)) == count
    assert not result.inventory.was_listed("instance", "cn-hangzhou")
    assert not said(result, "INV-EMPTY")


def test_ids_of_digits_stay_where_a_kind_has_such(make: Make) -> None:
    record = {"RecordId": 5, "RR": "www", "DomainName": "example.com", "Type": "A", "Value": "192.0.2.1"}
    systems = [{"FileSystemId": one, "ProtocolType": "NFS", "StorageType": "Capacity"} for one in (105, True)]
    result = make({"a.json": {"DomainRecords": {"Record": [record]}, "FileSystems": {"FileSystem": systems}}})
    assert ids(result) == ["105", "5"]
    assert len(said(result, "INV-NO-ID")) == 1


@pytest.mark.parametrize(
    ("header", "row", "name", "kept"),
    [
        ("实例ID,名称,地域,状态,状态", "i-bp1aaaa,web,cn-hangzhou,运行中,已停止", "状态", "Running"),
        ("InstanceId,ImageId,ZoneId,Status,Status", "i-bp1aaaa,m-1,cn-hangzhou-h,Running,Stopped", "Status", "Running"),
        ("id,kind,region,status,status", "i-bp1aaaa,instance,cn-hangzhou,Running,Stopped", "status", "Running"),
    ],
    ids=["console", "of the API", "of this product"],
)
def test_of_two_columns_of_one_name_the_first_counts_and_that_is_said(
    header: str, row: str, name: str, kept: str, make: Make
) -> None:
    result = make({"a.csv": f"{header}\n{row}\n"})
    (found,) = said(result, "INV-DUPLICATE-KEY")
    assert f"a.csv, row 2: cells under '{name}' differ" in found.detail
    assert result.inventory.resources["i-bp1aaaa"].status == kept
    twice = row.replace("已停止", "").replace("Stopped", "")
    result = make({"a.csv": f"{header}\n{twice}\n"})
    assert not result.findings
    assert result.inventory.resources["i-bp1aaaa"].status == kept


def test_columns_that_nothing_reads_are_named_once(make: Make) -> None:
    header = f"{HEAD},备注,空列,密码,Owner2,VpcAttributes.VpcId,机房"
    rows = f"{SERVER},a note,,secret1,ann,vpc-1,-\n{SERVER.replace('aaaa', 'bbbb')},,-,,,,-\n"
    result = make({"a.csv": f"{header}\n{rows}"})
    assert left_out(result) == [("a.csv", "columns that nothing reads: 备注, Owner2")]
    assert "--mapping" in result.skipped[0].remedy
    assert not left_out(
        make(
            {"a.csv": f"{header}\n{rows}"},
            mapping={"备注": "tag:note", "Owner2": "tag:owner"}
            | {"实例ID": "id", "实例名称": "name", "地域": "region"},
        )
    )


def test_a_size_that_stands_beside_its_bytes_is_read(make: Make) -> None:
    assert not left_out(make({"a.csv": "存储桶名称,地域,容量,容量（Byte）\nlogs,华东1（杭州）,1 GB,1073741824\n"}))


def test_a_column_of_another_kind_is_named(make: Make) -> None:
    result = make({"a.csv": "云盘ID,云盘名称,容量,操作系统\nd-bp1aaaa,x,40,Ubuntu\n"})
    assert left_out(result) == [("a.csv", "columns that nothing reads: 操作系统")]


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_formulas_without_a_result_are_said_once_for_a_sheet(make: Make) -> None:
    head: list[object] = ["实例ID", "实例名称", "内存"]
    result = make({"a.xlsx": workbook(head, ["i-bp1aaaa", "=A2", "=4*2"], ["i-bp1bbbb", "app", 8])})
    (found,) = said(result)
    assert found.title == "Cells hold formulas without a result"
    assert found.detail == "a.xlsx, sheet Sheet: row 2, column 2 and 1 more; they count as empty."
    assert result.inventory.resources["i-bp1aaaa"].name == ""
    assert not said(make({"a.xlsx": workbook(head, ["i-bp1aaaa", "web", 8])}))


def test_a_formula_whose_result_is_an_empty_text_has_one(make: Make) -> None:
    written = workbook(["实例ID", "实例名称", "内存"], ["i-bp1aaaa", "=A2", 8])
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(written)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            # As spreadsheet programs keep it: the type of the result and an empty value.
            target.writestr(name, source.read(name).replace(b'<c r="B2"><f>', b'<c r="B2" t="str"><f>'))
    assert not said(make({"a.xlsx": buffer.getvalue()}))


def test_a_text_without_end_is_an_id_or_none_at_once(make: Make) -> None:
    result = make({"a.csv": f"{HEAD}\n{SERVER}\n{'-' * 200_000} x,,\n"})
    assert ids(result) == ["i-bp1aaaa"]
    assert len(said(result, "INV-NO-ID")) == 1


def test_headers_that_come_again_and_again_are_said_once(make: Make) -> None:
    rows = f"{HEAD}\n{SERVER}\n" + f"{HEAD}\n合计,1,\n" * 5
    result = make({"a.csv": rows})
    assert left_out(result) == [
        ("row 3", "the header once more, no resource, and 4 more like it"),
        ("row 4", "a row of totals, no resource, and 4 more like it"),
    ]


def test_ids_of_ones_own_may_have_blanks_under_a_mapping(make: Make) -> None:
    table = "主机,机房\n服务器 01,cn-hangzhou-h\n"
    assert ids(make({"a.csv": table}, mapping={"主机": "id", "机房": "zone"})) == ["服务器 01"]


def test_bandwidths_and_ports_that_none_can_have_are_unknown(make: Make) -> None:
    rules = [
        {"NatGatewayId": "ngw-1", "ForwardEntryId": f"f-{port}", "InternalIp": "10.0.0.1", "ExternalPort": port}
        for port in ("80", "10/20", "Any", 70000, "abc", True)
    ]
    result = make(
        {
            "a.json": {
                "EipAddresses": {"EipAddress": [{"AllocationId": "eip-1", "IpAddress": "1.1.1.1", "Bandwidth": -5}]},
                "NatGateways": {"NatGateway": [{"NatGatewayId": "ngw-1", "VpcId": "vpc-1"}]},
                "ForwardTableEntries": {"ForwardTableEntry": rules},
                "LoadBalancers": {
                    "LoadBalancer": [{"LoadBalancerId": "lb-1", "LoadBalancerName": "n", "Bandwidth": -1}]
                },
            }
        }
    )
    found = result.inventory.resources
    ports = {str(one.get("external_port")) for one in found["ngw-1"].records("forward_entries")}
    assert ports == {"80", "10/20", "Any", "None"}
    assert "bandwidth_mbps" not in found["eip-1"].attributes
    assert "bandwidth_mbps" not in found["lb-1"].attributes
    assert sorted(str(one.resource) for one in said(result)) == ["eip-1", "lb-1", "ngw-1", "ngw-1", "ngw-1"]


@pytest.mark.parametrize("count", [1, BLOCK_FROM + 1])
def test_a_status_that_is_none_is_said_and_the_policy_not_counted_on(count: int, make: Make) -> None:
    rows = [
        {"AutoSnapshotPolicyId": f"sp-{number}", "TimePoints": '["0"]', "Status": "Normal"} for number in range(count)
    ]
    rows[0]["Status"] = "abc"
    result = make({"a.json": {"AutoSnapshotPolicies": {"AutoSnapshotPolicy": rows}}})
    (found,) = said(result)
    assert "status 'abc' is no state of a snapshot policy" in found.detail
    assert "its snapshots are not counted on" in found.detail
    states = {name: one.status for name, one in result.inventory.resources.items()}
    assert states == {f"sp-{number}": "Normal" for number in range(count)} | {"sp-0": "abc"}


def test_a_zone_that_is_none_disagrees_with_nothing(make: Make) -> None:
    def body(zone: str) -> dict[str, object]:
        return {"Instances": {"Instance": [{"InstanceId": "i-bp1aaaa", "ImageId": "m-1", "ZoneId": zone}]}}

    result = make({"a.json": body("cn-hangzhou-h"), "b.json": body("nowhere")})
    assert [one.id for one in result.findings] == ["INV-VALUE"]
    assert result.inventory.resources["i-bp1aaaa"].zone == "cn-hangzhou-h"
