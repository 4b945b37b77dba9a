"""Tables with headers of one's own: what is found, suggested, refused; the file; naming them in the app."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from advisor import api
from advisor.api.column_fields import FIELDS, fields_for, load_mapped, mapping_text, read_mapping
from advisor.api.column_guesses import guess
from advisor.api.columns import HIDDEN, check_mapping, columns_in_bytes, with_files
from advisor.importers.forms.words import plain_header
from advisor.model.finding import InputError
from advisor.model.inventory import ImportResult, Kind
from advisor.web.session import Session

ROOT = Path(__file__).parents[2]
CMDB = (
    "资产台账,,,,,\n"
    "主机编号,主机,机房,配置说明,业务系统,登录密码\n"
    "i-bp1aaaa0001,web-1,cn-hangzhou-h,4核 8G,商城,Tr0ub4dor\n"
    "i-bp1aaaa0002,web-2,cn-hangzhou-i,8核 16G\n"
    ",,\n"
    "i-bp1aaaa0003,db,cn-hangzhou-h,2核 4G,支付,x,ragged\n"
)
NAMED = {"主机编号": "id", "主机": "name", "机房": "zone", "配置说明": "cpu_memory", "业务系统": "tag:app"}
HOSTILE = "<img src=x> **b** [l](http://e.example)"


def _workbook(rows: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    book.create_sheet("empty")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _load(files: Sequence[tuple[str, bytes]], mapping: dict[str, str]) -> ImportResult:
    return with_files(files, lambda paths: load_mapped(paths, mapping))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_a_ragged_table_below_a_title_is_found_in_any_encoding(encoding: str) -> None:
    """Header in row 2; ids, zones and a name are suggested, a password is never shown."""
    (table,) = columns_in_bytes([("台账.csv", CMDB.encode(encoding))])
    assert (table.header_row, table.kinds, table.is_read) == (2, ("instance",), False)
    assert [column.header for column in table.unknown] == [
        "主机编号", "主机", "机房", "配置说明", "业务系统", "登录密码",
    ]  # fmt: skip
    suggested = {column.header: column.suggestion for column in table.columns}
    assert suggested == {
        "主机编号": "id",
        "主机": "name",
        "机房": "zone",
        "配置说明": "",
        "业务系统": "",
        "登录密码": "",
    }
    assert table.columns[1].samples == ("web-1", "web-2", "db")
    assert table.columns[5].samples == (HIDDEN,)
    servers = _load([("台账.csv", CMDB.encode(encoding))], NAMED).inventory.resources.values()
    found = {item.name: (item.zone, item.attributes["cpu"], item.tags.get("app")) for item in servers}
    assert found == {
        "web-1": ("cn-hangzhou-h", 4, "商城"), "web-2": ("cn-hangzhou-i", 8, None), "db": ("cn-hangzhou-h", 2, "支付"),
    }  # fmt: skip


def test_a_workbook_and_a_zip_are_looked_into() -> None:
    rows = [line.split(",") for line in CMDB.splitlines()]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a/list.xlsx", _workbook(rows))
        archive.writestr("readme.md", "# Hello, all\n\nSome text, with commas\n")
    (table,) = columns_in_bytes([("all.zip", stream.getvalue())])
    assert (table.file, table.place) == ("all.zip/a/list.xlsx", "sheet Sheet")
    assert table.columns[0].samples[0] == "i-bp1aaaa0001"


@pytest.mark.parametrize(
    "data",
    [b"", b"\n\n", b"a,b,c\n", b"{}", b"[1,2]", b"<a/>", b"\x00\x01", b"PK\x03\x04broken", b"resources:\n  - x\n"],
)
def test_what_is_no_table_has_no_columns(data: bytes) -> None:
    assert columns_in_bytes([("t.csv", data)]) == ()


def test_own_and_known_lists_have_nothing_to_name() -> None:
    canonical = b"id,kind,name,my_attribute\ni-bp1aaaa0001,instance,x,y\n"
    answer = b"InstanceId,InstanceName,ZoneId,RegionId\ni-bp1aaaa0001,web,cn-hangzhou-h,cn-hangzhou\n"
    assert columns_in_bytes([("a.csv", canonical)]) == ()
    assert not [table for table in columns_in_bytes([("b.csv", answer)]) if table.unknown]


def test_known_columns_are_told_and_their_fields_not_suggested_again() -> None:
    data = "实例ID,名称,资产号\ni-bp1aaaa0001,web,i-bp1aaaa0009\n".encode()
    (table,) = columns_in_bytes([("t.csv", data)])
    assert table.is_read
    assert {column.header: column.field for column in table.columns} == {"实例ID": "id", "名称": "name", "资产号": ""}
    assert table.unknown[0].suggestion != "id"


def test_headers_of_any_kind_are_columns_and_what_cannot_be_named_is_told() -> None:
    """A formula, a tag, Markdown, an empty header over values, one header over two columns, a password."""
    data = (
        "=cmd|' /C calc'!A0,<script>alert(1)</script>,DC,,DC,password\n"
        "i-bp1dddd0001,<b>x</b>,cn-hangzhou-h,a,cn-hangzhou-h,hunter2\n"
        "i-bp1dddd0002,y,cn-hangzhou-i,b,cn-hangzhou-i,hunter3\n"
    )
    (table,) = columns_in_bytes([("t.csv", data.encode())])
    assert [(column.header, column.suggestion) for column in table.columns] == [
        ("=cmd|' /C calc'!A0", "id"), ("<script>alert(1)</script>", ""), ("DC", "zone"), ("password", ""),
    ]  # fmt: skip
    assert table.notes == (
        "Column 4 has no header and is not read: write one above the values.",
        "'DC' stands over 2 columns, which are named together.",
    )
    named = {"=cmd|' /C calc'!A0": "id", "<script>alert(1)</script>": "name", "DC": "zone"}
    read = _load([("t.csv", data.encode())], read_mapping(mapping_text(named).encode(), "m.yaml")).inventory
    assert [(item.name, item.zone) for item in read.resources.values()] == [
        ("<b>x</b>", "cn-hangzhou-h"), ("y", "cn-hangzhou-i"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "data", [b'[{"a": 1,\n"b": 2}]\n', b'{"a": 1,\n"b": 2}\n', b"<a>\n<b>1,2</b>\n<b>3,4</b>\n</a>\n"]
)
def test_documents_under_the_name_of_a_table_are_none(data: bytes) -> None:
    assert columns_in_bytes([("t.csv", data)]) == ()


@pytest.mark.parametrize(
    ("header", "values", "kind", "field"),
    [
        ("RAM (GB)", "16", "instance", "memory"),
        ("GB", "40", "disk", "size"),
        ("GB", "40", "instance", ""),
        ("Kind of it", "cloud_essd", "disk", "disk_category"),
        ("Kind of it", "cloud_essd", "instance", ""),
        ("Flavour", "ecs.g7.large", "disk", ""),
        ("Adresse", "10.0.0.7", "instance", "private_ip"),
        ("Adresse", "10.0.0.7", "disk", ""),
    ],
)
def test_what_is_suggested_is_a_field_of_the_rows(header: str, values: str, kind: Kind, field: str) -> None:
    assert guess(header, [values], (), (kind,))[0] == field
    assert field in ("", *(one.id for one in fields_for((kind,))))


def test_fields_go_with_the_kind_of_the_rows() -> None:
    disks = {field.id for field in fields_for(("disk",))}
    servers = {field.id for field in fields_for(())}
    assert {"size", "attached_to", "id"} <= disks
    assert "private_ip" not in disks
    assert {"private_ip", "system_disk"} <= servers
    assert "size" not in servers


VALUES = {
    "db_category": "HighAvailability",
    "zone": "cn-hangzhou-h", "region": "cn-hangzhou", "slave_zone": "cn-hangzhou-i", "cpu": "4", "memory": "8 GiB",
    "cpu_memory": "4核 8G", "system_disk": "d-bp1sys00001(ESSD 40GiB)", "data_disks": "d-bp1dat00001(ESSD 80GiB)",
    "size": "40", "size_bytes": "1073741824", "encrypted": "true", "storage": "100", "bandwidth": "5",
    "disk_type": "系统盘", "created": "2026-01-01T00:00Z", "expires": "2027-01-01T00:00Z", "tags": "app:shop",
    "charge": "按量付费", "kind": "disk", "versioning": "Enabled", "attached_to": "i-bp1aaaa0007",
    "snapshot_policy": "sp-bp1aaaa0001", "source_disk": "d-bp1aaaa0001",
}  # fmt: skip
IDS = {
    "instance": "i-bp1aaaa0001", "disk": "d-bp1aaaa0001", "database": "rm-bp1aaaa0001", "snapshot": "s-bp1aaaa0001",
    "cache": "r-bp1aaaa0001", "load_balancer": "lb-bp1aaaa0001", "eip": "eip-bp1aaaa0001", "vswitch": "vsw-bp1aaaa0001",
    "security_group": "sg-bp1aaaa0001", "nat_gateway": "ngw-bp1aaaa0001", "bucket": "shop-images",
}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        (field.id, kind)
        for field in FIELDS
        if field.id not in ("id", "kind")
        for kind in sorted(field.kinds or {"instance"})
    ],
)
def test_every_field_that_can_be_picked_is_read(field: str, kind: str) -> None:
    """A resource with the column differs from the same resource without it."""
    header, row = "A,B,K\n", f"{IDS[kind]},{VALUES.get(field, 'shop')},{kind}\n"
    base = {"A": "id", "K": "kind"}

    def told(mapping: dict[str, str]) -> str:
        return "".join(
            f"{item.name}{item.region}{item.zone}{item.zones}{item.status}{sorted(item.tags.items())}{item.attributes}"
            for item in _load([("t.csv", (header + row).encode())], mapping).inventory.resources.values()
        )

    assert told({**base, "B": field}) != told(base)


HEADERS = st.text(min_size=1, max_size=20).filter(lambda text: bool(plain_header(text)) and text.isprintable())


@given(
    st.dictionaries(
        HEADERS,
        st.sampled_from([field.id for field in FIELDS]),
        min_size=1,
        max_size=6,
    )
)
def test_the_mapping_file_reads_back_as_it_was(mapping: dict[str, str]) -> None:
    unique = {plain_header(header): header for header in mapping}
    wanted = {header: mapping[header] for header in unique.values()}
    assert read_mapping(mapping_text(wanted).encode(), "m.yaml") == wanted


def test_signs_of_all_kinds_in_a_header_survive_the_file() -> None:
    wanted = {'a"\\\n\t\u2028\x85\x1b😀': "name", "yes": "id", "1:30": "zone", "- x": "tag:a b: c"}
    assert read_mapping(mapping_text(wanted).encode(), "m.yaml") == wanted


def test_the_file_is_what_the_command_line_takes(tmp_path: Path) -> None:
    table, mapping = tmp_path / "t.csv", tmp_path / "mapping.yaml"
    table.write_bytes(CMDB.encode("gbk"))
    mapping.write_text(mapping_text(NAMED), encoding="utf-8")
    by_file = api.load_inventory([table], mapping)
    assert by_file.inventory.resources == load_mapped([table], NAMED).inventory.resources
    assert len(by_file.inventory.resources) == 3


def test_all_mistakes_of_a_mapping_are_listed() -> None:
    text = "a: nam\nb: 3\n-: id\ntag: 'tag:'\nx y: id\nX-Y: name\nz: qqqqqq\n"
    with pytest.raises(InputError) as caught:
        read_mapping(text.encode(), "m.yaml")
    told = [str(mistake) for mistake in caught.value.mistakes]
    assert len(told) == 6
    assert told[0] == "m.yaml, line 1: 'nam' (of 'a') is no field. Did you mean 'name' or 'os_name'?"
    assert "'b' has no field" in told[1]
    assert "'-' is no header" in told[2]
    assert "has no key" in told[3]
    assert "tag:KEY" in told[4]
    assert "is the same header as 'x y'" in told[5]


def test_a_header_given_twice_hides_no_other_mistake() -> None:
    with pytest.raises(InputError) as caught:
        read_mapping(b"a: idd\nb: zone\nb: region\nc: nam\n", "m.yaml")
    told = [(mistake.place, mistake.problem) for mistake in caught.value.mistakes]
    assert told == [
        ("line 3", "The key 'b' is given twice, first in line 2."),
        ("line 1", "'idd' (of 'a') is no field."),
        ("line 4", "'nam' (of 'c') is no field."),
    ]


@pytest.mark.parametrize("data", [b"", b"- a\n", b"x", "主机: name".encode("gbk"), b"a: [\n", b"a: id\na: name\n"])
def test_what_is_no_mapping_is_told(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read_mapping(data, "m.yaml")
    assert all(mistake.file == "m.yaml" and mistake.remedy for mistake in caught.value.mistakes)


def test_a_mapping_without_an_id_or_with_a_field_given_twice_is_told() -> None:
    files = [("t.csv", CMDB.encode())]
    wrong = {"主机": "name", "机房": "name"}
    told = [mistake.problem for mistake in check_mapping(columns_in_bytes(files, wrong), wrong, "m.yaml")]
    assert told == [
        "no column of t.csv is the id.",
        "'主机' and '机房' of t.csv are both 'name'; only the first is read.",
    ]
    assert check_mapping(columns_in_bytes(files, NAMED), NAMED, "m.yaml") == ()


# --- the app ---


def _start(name: str, data: bytes) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    app.file_uploader(key="inventory_files").upload(name, data, "text/csv")
    app.button(key="read_files").click().run()
    assert not app.exception
    return app


def _state(app: AppTest) -> Session:
    state: Session = app.session_state["advisor"]
    return state


def _told(app: AppTest) -> str:
    return "\n".join(item.value.to_csv() for item in (*app.dataframe, *app.table))


def test_columns_are_named_applied_and_taken_along() -> None:
    app = _start("台账.csv", CMDB.encode("gbk"))
    assert "Nothing was taken over." in app.error[0].value
    picks = {item.label.removeprefix("Field of "): item for item in app.selectbox}
    assert picks["主机编号"].value == "id"
    assert picks["配置说明"].value == ""
    assert r"Suggested: its values are ids \(instance\)." in [item.value for item in app.caption]
    assert _state(app).loaded is None
    picks["配置说明"].set_value("cpu_memory")
    picks["业务系统"].set_value("tag:业务系统")
    app.button(key="apply_columns").click().run()
    assert not app.exception
    assert not app.error
    assert {metric.label: metric.value for metric in app.metric}["Servers"] == "3"
    assert "5 named columns: 3 resources" in app.success[0].value
    mapping = _state(app).mapping
    assert mapping == {**NAMED, "业务系统": "tag:业务系统"}
    assert app.get("download_button")
    assert not any("Tr0ub4dor" in item.value for item in (*app.caption, *app.markdown))


def test_a_choice_without_an_id_is_told_and_nothing_is_lost() -> None:
    app = _start("t.csv", CMDB.encode())
    picks = {item.label.removeprefix("Field of "): item for item in app.selectbox}
    picks["主机编号"].set_value("name")
    app.button(key="apply_columns").click().run()
    assert not app.exception
    assert "2 mistakes" in app.error[1].value
    assert "no column of t\\.csv is the id" in _told(app)
    assert _state(app).loaded is None


def test_a_mapping_file_is_taken_and_a_wrong_one_is_told() -> None:
    app = _start("t.csv", CMDB.encode())
    app.file_uploader(key="mapping_file").upload("m.yaml", b"a: nam\nb: nme\n", "text/yaml")
    app.button(key="read_mapping").click().run()
    assert "2 mistakes" in app.error[1].value
    app.file_uploader(key="mapping_file").upload("m.yaml", mapping_text(NAMED).encode(), "text/yaml")
    app.button(key="read_mapping").click().run()
    assert not app.exception
    assert _state(app).mapping == NAMED
    assert {metric.label: metric.value for metric in app.metric}["Servers"] == "3"


def test_two_tables_with_one_header_name_it_once_and_a_strange_header_of_a_file_is_told() -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    disks = b"Volume,Belongs to,GB,\xe6\x9c\xba\xe6\x88\xbf\nd-bp1aaaa0001,i-bp1aaaa0001,40,cn-hangzhou-h\n"
    app.file_uploader(key="inventory_files").upload("a.csv", CMDB.encode(), "text/csv")
    app.file_uploader(key="inventory_files").upload("b.csv", disks, "text/csv")
    app.button(key="read_files").click().run()
    assert "Name the columns below, then read again." in app.error[0].value
    assert [item.label for item in app.selectbox].count("Field of 机房") == 1
    assert "Named further up, for every table: 机房." in [item.value for item in app.caption]
    text = mapping_text({**NAMED, "Volume": "id", "Belongs to": "attached_to", "GB": "size", "Nobody": "name"})
    app.file_uploader(key="mapping_file").upload("m.yaml", text.encode(), "text/yaml")
    app.button(key="read_mapping").click().run()
    assert not app.exception
    assert "Read with 8 named columns: 4 resources." in app.success[0].value
    assert "No table here has these columns: Nobody." in [item.value for item in app.caption]
    disk = _state(app).loaded.imported.inventory.resources["d-bp1aaaa0001"]  # type: ignore[union-attr]
    assert (disk.kind, disk.zone, disk.attributes["size_gib"]) == ("disk", "cn-hangzhou-h", 40)


def test_a_table_that_is_read_offers_its_other_columns() -> None:
    app = _start("t.csv", f"实例ID,状态,{HOSTILE}\ni-bp1aaaa0001,运行中,{HOSTILE}\n".encode())
    assert not app.error
    assert {metric.label: metric.value for metric in app.metric}["Servers"] == "1"
    spoken = [item.value for item in (*app.markdown, *app.caption)] + [item.label for item in app.selectbox]
    assert not [text for text in spoken if re.search(r"(?<!\\)(<img|\[l\]|\*\*b\*\*)", text)]
    (pick,) = app.selectbox
    pick.set_value(f"tag:{HOSTILE}")
    app.button(key="apply_columns").click().run()
    assert not app.exception
    (server,) = _state(app).loaded.imported.inventory.resources.values()  # type: ignore[union-attr]
    assert server.tags == {HOSTILE: HOSTILE}


def test_the_sample_has_nothing_to_name() -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    app.button(key="take_sample").click().run()
    assert _state(app).tables == ()
    assert _state(app).handed is None
    assert not app.selectbox
