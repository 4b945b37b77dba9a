"""Values that no resource can have: unknown and said, alike in short lists (by record) and in long ones (by column)."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.importers import quantities
from advisor.importers.columns import converted
from advisor.importers.fields import ABSENT
from advisor.importers.quantities import Quantity
from advisor.model.finding import Finding
from advisor.model.inventory import ImportResult
from tests.unit.importers.conftest import Make

FEW, MANY = 1, 20
DISK: dict[str, Any] = {
    "DiskId": "d-bp1aaaa",
    "Size": 40,
    "IOPS": 100,
    "Category": "cloud_essd",
    "Type": "data",
    "ZoneId": "cn-hangzhou-h",
    "RegionId": "cn-hangzhou",
    "Status": "In_use",
    "Tags": {"Tag": [{"TagKey": "app", "TagValue": "shop"}]},
}
SERVER: dict[str, Any] = {
    "InstanceId": "i-bp1aaaa",
    "InstanceName": "web",
    "InstanceType": "ecs.g7.large",
    "ZoneId": "cn-hangzhou-h",
    "RegionId": "cn-hangzhou",
    "Status": "Running",
    "Cpu": 2,
    "Memory": 8192,
    "VpcAttributes": {"VpcId": "vpc-1"},
    "SecurityGroupIds": {"SecurityGroupId": ["sg-1"]},
    "Tags": {"Tag": [{"TagKey": "app", "TagValue": "shop"}]},
}


def read(make: Make, count: int, record: dict[str, Any], odd: dict[str, object]) -> tuple[ImportResult, str]:
    """A list of so many such records, the second (or the only one) with odd values; and the id of that one."""
    key = "DiskId" if "DiskId" in record else "InstanceId"
    rows = [{**record, key: f"{record[key]}{number:02}"} for number in range(count)]
    rows[min(1, count - 1)] |= odd
    wrapper = {"Disks": {"Disk": rows}} if key == "DiskId" else {"Instances": {"Instance": rows}}
    return make({"a.json": wrapper}), rows[min(1, count - 1)][key]


def values(result: ImportResult) -> list[Finding]:
    return [finding for finding in result.findings if finding.id == "INV-VALUE"]


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize(
    ("record", "odd", "attribute", "said"),
    [
        (DISK, {"Size": -5}, "size_gib", "size_gib is -5; expected: a whole number of GiB from 1 to 65,536"),
        (DISK, {"Size": 0}, "size_gib", "size_gib is 0; expected: a whole number of GiB"),
        (DISK, {"Size": 0.5}, "size_gib", "size_gib is 0.5; expected: a whole number of GiB"),
        (DISK, {"Size": "0.5"}, "size_gib", "size_gib is 0.5; expected: a whole number of GiB"),
        (DISK, {"Size": 65537}, "size_gib", "size_gib is 65,537; expected"),
        (DISK, {"Size": 10**30}, "size_gib", "size_gib is 1e+30; expected"),
        (DISK, {"Size": 10**18}, "size_gib", "size_gib is 1e+18; expected"),
        (DISK, {"IOPS": -1}, "iops", "iops is -1; expected"),
        (SERVER, {"Cpu": -1}, "cpu", "cpu is -1; expected: a whole number of processors from 1"),
        (SERVER, {"Cpu": 0}, "cpu", "cpu is 0; expected"),
        (SERVER, {"Memory": -8}, "memory_mib", "memory_mib is -8; expected: a number of MiB from 1"),
        (SERVER, {"SecurityGroupIds": 5}, "security_group_ids", "security_group_ids holds 5; expected: a list of ids"),
        (SERVER, {"SecurityGroupIds": {"SecurityGroupId": ["sg-1", 7]}}, "security_group_ids", "holds 7"),
        (SERVER, {"VpcAttributes": "none"}, "vpc_id", "VpcAttributes is a text; expected: a record"),
        (SERVER, {"VpcAttributes": 3}, "vpc_id", "VpcAttributes is 3; expected: a record"),
    ],
)
def test_an_attribute_that_cannot_be_is_unknown_and_said(
    record: dict[str, Any], odd: dict[str, object], attribute: str, said: str, count: int, make: Make
) -> None:
    result, wrong = read(make, count, record, odd)
    (found,) = values(result)
    assert said in found.detail
    assert "a.json, " in found.detail
    assert "counts as unknown" in found.detail
    assert found.resource == wrong
    holders = {one.id for one in result.inventory.resources.values() if attribute in one.attributes}
    assert len(result.inventory.resources) == count
    assert holders == set(result.inventory.resources) - {wrong}


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("status", 5, "status is 5; expected: a text"),
        ("zone", 7, "zone is 7; expected: a text"),
        ("region", True, "region is true; expected: a text"),
    ],
)
def test_a_number_is_no_status_and_no_place(name: str, value: object, said: str, count: int, make: Make) -> None:
    source = {"status": "Status", "zone": "ZoneId", "region": "RegionId"}[name]
    result, wrong = read(make, count, SERVER, {source: value})
    (found,) = values(result)
    assert said in found.detail
    assert str(value).lower() != str(getattr(result.inventory.resources[wrong], name)).lower()


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize("record", [DISK, SERVER])
@pytest.mark.parametrize(
    "tags",
    [{"Tag": "hunter2"}, [{"TagValue": "hunter2", "Scope": "user"}],
     "hunter2", 5, ["hunter2"], {"Tag": ["hunter2"]}, {"Tag": 5}, [{"a": 1, "b": 2}],
     {"Tag": [{"TagKey": "app", "TagValue": "shop"}, "hunter2"]}],
)  # fmt: skip
def test_what_is_no_tag_is_said_but_not_shown(tags: object, record: dict[str, Any], count: int, make: Make) -> None:
    result, wrong = read(make, count, record, {"Tags": tags})
    (found,) = values(result)
    assert "expected: a pair of a key and a value; the tags count as unknown" in found.detail
    assert "hunter2" not in found.detail
    assert not result.inventory.resources[wrong].tags
    assert sum(bool(one.tags) for one in result.inventory.resources.values()) == count - 1


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize("tags", ["", "-", {}, [], {"Tag": []}, {"Tag": ""}, "{}", {"tag": "x"}, {"app": "x"}, None])
def test_no_tags_and_maps_of_tags_are_fine(tags: object, count: int, make: Make) -> None:
    result, wrong = read(make, count, SERVER, {"Tags": tags})
    assert not values(result)
    assert result.inventory.resources[wrong].tags == (tags if isinstance(tags, dict) and "Tag" not in tags else {})


@pytest.mark.parametrize("count", [FEW, MANY])
def test_forms_of_other_tools_are_no_mistakes(count: int, make: Make) -> None:
    odd: dict[str, object] = {"Tags": [{"Name": "web", "From": "Ansible"}], "VpcAttributes": "10.0.0.1"}
    result, wrong = read(make, count, SERVER, odd)
    assert not values(result)
    assert result.inventory.resources[wrong].tags == {"Name": "web", "From": "Ansible"}


def test_quantities_of_tables_and_of_this_products_own_form_are_checked_too(make: Make) -> None:
    rows = [
        {"kind": "disk", "id": "d-bp1a", "attributes": {"size_gib": -5}},
        {"kind": "disk", "id": "d-bp1b", "attributes": {"size_gib": 40}},
    ]
    table = "实例ID,实例名称,内存,CPU\ni-bp1aaaa,web,-8,-1\ni-bp1bbbb,app,8 GiB,2核\n"
    result = make({"a.json": {"resources": rows}, "b.csv": table, "c.csv": "id,kind,size_gib\nd-bp1c,disk,0\n"})
    known = {one.id: dict(one.attributes) for one in result.inventory.resources.values()}
    assert [known[one].get("size_gib") for one in ("d-bp1a", "d-bp1b", "d-bp1c")] == [None, 40, None]
    assert [known[one].get("memory_mib") for one in ("i-bp1aaaa", "i-bp1bbbb")] == [None, 8192]
    assert [known[one].get("cpu") for one in ("i-bp1aaaa", "i-bp1bbbb")] == [None, 2]
    assert sorted(one.resource or "" for one in values(result)) == ["d-bp1a", "d-bp1c", "i-bp1aaaa", "i-bp1aaaa"]


def test_the_bounds_themselves_are_quantities() -> None:
    assert [quantities.DISK_GIB(size) for size in (1, 65_536, "64 TiB", "20", "")] == [1, 65_536, 65_536, 20, ABSENT]
    assert quantities.STORAGE_GIB_OF_BYTES(0) == 0
    with pytest.raises(ValueError, match="expected: a number of GiB from 0"):
        quantities.STORAGE_GIB_OF_BYTES(-5)


@pytest.mark.parametrize("name", sorted(name for name, one in vars(quantities).items() if isinstance(one, Quantity)))
@pytest.mark.parametrize("values", [[1, 2, 40], [21_474_836_480, 42_949_672_960], [7.5, 8], ["3", "40"], [-5, 40]])
def test_a_column_is_read_as_its_values_are(name: str, values: list[object]) -> None:
    quantity: Quantity = getattr(quantities, name)

    def alone(value: object) -> object:
        try:
            return quantity(value)
        except ValueError:
            return ABSENT

    found = converted(values, quantity)
    assert found is not None
    assert list(found[0]) == [alone(value) for value in values]


def test_bytes_become_gib_in_long_lists_too(make: Make) -> None:
    snapshots = [
        {"SnapshotId": f"s-bp{n:04d}", "SnapshotSize": 20, "FullSnapshotSizeInBytes": (n + 1) * 1024**3}
        for n in range(MANY)
    ]
    found = make({"snapshots.json": {"Snapshots": {"Snapshot": snapshots}}}).inventory.resources
    assert [found[f"s-bp{n:04d}"].attributes["size_gib"] for n in range(MANY)] == [n + 1 for n in range(MANY)]
