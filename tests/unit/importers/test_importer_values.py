"""Values that cannot be read: each is one finding and unknown, whatever it is, and nothing of it is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from advisor.importers import convert
from advisor.importers.fields import ABSENT
from advisor.model.finding import Finding
from advisor.model.inventory import ImportResult

Make = Callable[..., ImportResult]
DISK: dict[str, Any] = {"DiskId": "d-bp1aaaa", "Size": 40, "Category": "cloud_essd", "Type": "data"}
SERVER: dict[str, Any] = {"InstanceId": "i-bp1aaaa", "ImageId": "m-1", "RegionId": "cn-hangzhou"}
HUGE = ["9" * 400, "9" * 5000]
FEW, MANY = 1, 20


def disks(make: Make, count: int, **odd: object) -> ImportResult:
    """A list of disks of which the second, or the only one, has odd values."""
    rows = [{**DISK, "DiskId": f"d-bp1{number:04}"} for number in range(count)]
    rows[min(1, count - 1)] |= odd
    return make({"a.json": {"Disks": {"Disk": rows}}})


def values(result: ImportResult) -> list[Finding]:
    return [finding for finding in result.findings if finding.id == "INV-VALUE"]


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize("huge", HUGE)
@pytest.mark.parametrize(
    ("source", "attribute"),
    [("Size", "size_gib"), ("IOPS", "iops"), ("Throughput", "throughput_mibps"), ("CreationTime", "created_at")],
)
def test_a_number_out_of_range_is_one_finding_and_unknown(
    source: str, attribute: str, huge: str, count: int, make: Make
) -> None:
    result = disks(make, count, **{source: huge})
    assert len(result.inventory.resources) == count
    (found,) = values(result)
    assert attribute in found.detail
    assert attribute not in result.inventory.resources[found.resource or ""].attributes


@pytest.mark.parametrize("number", [10**400, -(10**400), float("inf"), float("-inf"), float("nan"), "9" * 400])
@pytest.mark.parametrize(
    "read",
    [convert.as_int, convert.as_float, convert.as_number, convert.as_gib, convert.as_mib, convert.gib_of_bytes,
     convert.as_time],
)  # fmt: skip
def test_every_reader_of_numbers_refuses_what_no_float_holds(read: Callable[[object], object], number: object) -> None:
    with pytest.raises(ValueError, match=r"out of range|is no time"):
        read(number)


@pytest.mark.parametrize("listed", ["²", "٣", "1," + "9" * 5000, "-1"])
def test_lists_of_numbers_hold_numbers(listed: str) -> None:
    with pytest.raises(ValueError, match="is no list of whole numbers"):
        convert.as_ints(listed)
    assert convert.as_ints("[0, 12]") == (0, 12)


@pytest.mark.parametrize("count", [FEW, MANY])
def test_a_tag_nested_too_deeply_is_one_finding_and_the_tags_unknown(count: int, make: Make) -> None:
    deep: object = "end"
    for _ in range(600):
        deep = {"a": deep}
    result = disks(make, count, Tags={"owner": deep, "app": "shop"})
    (found,) = values(result)
    assert "a tag is nested too deeply" in found.detail
    assert len(result.inventory.resources) == count
    assert result.inventory.resources[found.resource or ""].tags == {}


@pytest.mark.parametrize(
    "read", [convert.as_int, convert.as_float, convert.as_bool, convert.as_time, convert.as_gib, convert.as_mib]
)
def test_what_cannot_be_read_is_not_kept_in_memory(read: Callable[[object], object]) -> None:
    secret = f"hunter2-{read.__name__}"
    with pytest.raises(ValueError, match=r"is no|is neither"):
        read(secret)
    assert secret not in convert._WORDS
    assert secret not in convert._TIMES


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"VpcAttributes": {"VpcId": "vpc-1"}}, ABSENT),
        ({"VpcAttributes": {"VpcId": "vpc-1"}, "InnerIpAddress": {"IpAddress": []}}, ABSENT),
        ({"VpcAttributes": {"VpcId": "vpc-1", "PrivateIpAddress": {"IpAddress": []}}}, ()),
        ({"VpcAttributes": {"VpcId": "vpc-1", "PrivateIpAddress": {"IpAddress": ["10.0.0.5"]}}}, ("10.0.0.5",)),
        ({"InnerIpAddress": {"IpAddress": ["10.1.0.5"]}}, ("10.1.0.5",)),
        ({}, ABSENT),
    ],
)
def test_private_addresses_that_nobody_tells_are_unknown_and_not_none(
    fields: dict[str, Any], expected: object, count: int, make: Make
) -> None:
    rows = [{**SERVER, "InstanceId": f"i-bp1{number:04}", **fields} for number in range(count)]
    result = make({"a.json": {"Instances": {"Instance": rows}}})
    assert len(result.inventory.resources) == count
    for one in result.inventory.resources.values():
        assert one.attributes.get("private_ips", ABSENT) == expected


def test_a_listener_without_port_or_protocol_is_said(make: Make) -> None:
    rows = [
        {"ListenerPort": 80, "ListenerProtocol": "tcp"},
        {"ListenerProtocol": "tcp"},
        {"ListenerPort": 443},
        {"ListenerPort": "²", "ListenerProtocol": "tcp"},
        None,
    ]
    balancer = {
        "LoadBalancerId": "lb-bp1aaaa",
        "LoadBalancerName": "a",
        "ListenerPortsAndProtocol": {"ListenerPortAndProtocol": rows},
    }
    result = make({"DescribeLoadBalancerAttribute.json": json.dumps(balancer)})
    assert [one.id for one in result.inventory.of_kind("listener")] == ["lb-bp1aaaa:tcp:80"]
    said = [finding for finding in result.findings if finding.id == "INV-NO-ID"]
    assert {finding.resource for finding in said} == {"lb-bp1aaaa"}
    assert [finding.detail.partition(":")[0] for finding in said] == [
        f"DescribeLoadBalancerAttribute.json, ListenerPortsAndProtocol[{number}]" for number in (1, 2, 3, 4)
    ]
