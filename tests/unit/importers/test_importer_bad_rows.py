"""A bad row costs only itself, wherever it stands, and a list that nothing reads is named beside those that are."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from advisor.model.finding import InputError
from advisor.model.inventory import ImportResult

Make = Callable[..., ImportResult]
ONE: dict[str, Any] = {"InstanceId": "i-bp1aaaa", "ImageId": "m-1", "ZoneId": "cn-hangzhou-h"}
TWO = {**ONE, "InstanceId": "i-bp1bbbb"}
DISKS = {"Disk": [{"DiskId": "d-bp1aaaa", "Size": 40, "Category": "cloud_essd", "InstanceId": "i-bp1aaaa"}]}
BAD: dict[str, object] = {
    "no fields": {},
    "other fields": {"foo": 1},
    "null": None,
    "a text": "i-bp1cccc",
    "a number": 7,
    "a list": [],
}


def ids(result: ImportResult) -> list[str]:
    return list(result.inventory.resources)


def skipped(result: ImportResult) -> list[tuple[str, str]]:
    return [(one.origin.place, one.reason) for one in result.skipped]


def missing(result: ImportResult) -> list[str]:
    return [finding.detail for finding in result.findings if finding.id == "INV-NO-ID"]


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("many", [False, True], ids=["few", "many"])
def test_a_bad_row_of_an_answer_costs_only_itself(bad: object, place: int, many: bool, make: Make) -> None:
    rows: list[object] = [{**ONE, "InstanceId": f"i-bp1{number:04}"} for number in range(300 if many else 2)]
    wanted = [str(row["InstanceId"]) for row in rows if isinstance(row, dict)]
    rows.insert(place, bad)
    result = make({"a.json": {"Instances": {"Instance": rows}}})
    assert ids(result) == wanted
    assert [detail.partition(": ")[0] for detail in missing(result)] == [f"a.json, Instances.Instance[{place}]"]


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_bad_row_of_a_bare_list_costs_only_itself(bad: object, place: int, make: Make) -> None:
    rows: list[object] = [ONE, TWO]
    rows.insert(place, bad)
    result = make({"list.json": rows})
    assert ids(result) == ["i-bp1aaaa", "i-bp1bbbb"]
    assert skipped(result) == [(f"[{place}]", "a row of no kind that is known")]


def test_several_bad_rows_are_one_entry_with_their_number(make: Make) -> None:
    result = make({"list.json": [{"foo": 1}, ONE, None, "x"]})
    assert skipped(result) == [("[0]", "a row of no kind that is known and 2 more like it")]


def test_a_page_of_many_rows_whose_first_are_bad_is_read(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The records of long lists are looked at a page at a time: the first page may hold none that fits."""
    monkeypatch.setattr("advisor.importers.detect.DUPLICATES_UP_TO", 0)
    rows = [{"foo": 1}] * 501 + [ONE]
    result = make({"a.json": {"Instances": {"Instance": rows}}})
    assert ids(result) == ["i-bp1aaaa"]
    assert any("501 in all" in finding.detail for finding in result.findings)


def test_rows_that_are_lists_are_read_beside_records(make: Make) -> None:
    assert ids(make({"list.json": [[ONE], TWO]})) == ["i-bp1aaaa", "i-bp1bbbb"]


def test_an_unknown_list_beside_a_known_one_is_named(make: Make) -> None:
    body = {
        "Instances": {"Instance": [ONE]},
        "Widgets": {"Widget": [{"WidgetId": "w-1"}]},
        "Gadgets": [{"GadgetId": "g-1"}],
        "Tags": [{"Key": "a", "Value": "b"}],
        "Names": ["a", "b"],
        "Nothing": [],
    }
    result = make({"a.json": {"cn-hangzhou": body}})
    assert ids(result) == ["i-bp1aaaa"]
    assert skipped(result) == [
        ("cn-hangzhou.Widgets.Widget", "a list that is not known"),
        ("cn-hangzhou.Gadgets", "a list that is not known"),
    ]


def test_a_known_list_without_any_record_is_named_beside_another(make: Make) -> None:
    result = make({"a.json": {"Disks": DISKS, "Instances": {"Instance": ["i-bp1cccc", None]}}})
    assert skipped(result) == [("Instances.Instance", "a list that is not known")]


def test_several_lists_in_one_member_are_all_read(make: Make) -> None:
    result = make({"a.json": {"ecs": {"Instances": [ONE], "Disks": DISKS["Disk"], "Widgets": [{"a": 1}]}}})
    assert ids(result) == ["d-bp1aaaa", "i-bp1aaaa"]
    assert skipped(result) == [("ecs.Widgets", "a list that is not known")]


def test_a_record_by_id_that_is_of_no_known_kind_is_named(make: Make) -> None:
    result = make({"a.json": {"i-bp1aaaa": ONE, "i-bp1bbbb": {"foo": 1}, "headers": {"a": "b"}}})
    assert skipped(result) == [("i-bp1bbbb", "a record of no kind that is known")]


def test_a_file_of_which_nothing_is_known_is_refused_as_a_whole(make: Make) -> None:
    with pytest.raises(InputError, match="no answer of an operation that is known"):
        make({"a.json": {"Widgets": [{"foo": 1}]}})


def test_a_row_about_a_resource_that_names_none_is_said(make: Make) -> None:
    rows = [{"DiskId": "", "AutoSnapshotPolicyId": "sp-1"}, {"DiskId": "d-bp1aaaa", "AutoSnapshotPolicyId": "sp-1"}]
    associations = {"AutoSnapshotPolicyAssociations": {"AutoSnapshotPolicyAssociation": rows}}
    result = make({"disks.json": {"Disks": DISKS}, "associations.json": associations})
    assert result.inventory.resources["d-bp1aaaa"].texts("snapshot_policy_ids") == ("sp-1",)
    (said,) = missing(result)
    assert said.startswith("associations.json, AutoSnapshotPolicyAssociations.AutoSnapshotPolicyAssociation[0]: ")


@pytest.mark.parametrize("name", ["regions", "Regions", "zones"])
def test_answers_filed_under_regions_or_zones_are_read(name: str, make: Make) -> None:
    key = "cn-hangzhou-h" if name == "zones" else "cn-hangzhou"
    result = make({"a.json": {name: {key: {"Instances": {"Instance": [ONE]}}}}})
    assert ids(result) == ["i-bp1aaaa"]
    assert result.inventory.resources["i-bp1aaaa"].region == "cn-hangzhou"
    assert skipped(result) == []


def test_answers_in_a_list_of_regions_are_read_with_their_region(make: Make) -> None:
    bare = {"InstanceId": "i-bp1aaaa", "ImageId": "m-1"}
    rows = [{"RegionId": "cn-beijing", "Instances": {"Instance": [bare]}}]
    assert make({"a.json": {"regions": rows}}).inventory.resources["i-bp1aaaa"].region == "cn-beijing"


@pytest.mark.parametrize(
    "regions",
    [
        {"Region": [{"RegionId": "cn-hangzhou", "LocalName": "华东 1", "RegionEndpoint": "ecs.aliyuncs.com"}]},
        {"RDSRegion": [{"RegionId": "cn-hangzhou", "ZoneId": "cn-hangzhou-h"}]},
        {"Region": [{"RegionId": "cn-hangzhou", "Zones": {"Zone": [{"ZoneId": "cn-hangzhou-h"}]}}]},
        [{"RegionId": "cn-hangzhou"}],
    ],
)
def test_a_list_of_regions_is_one(regions: object, make: Make) -> None:
    result = make({"a.json": {"Instances": {"Instance": [ONE]}}, "regions.json": {"Regions": regions}})
    assert [(one.resource, one.reason) for one in result.skipped] == [
        ("Regions", "a list of regions: nothing to plan for")
    ]


@pytest.mark.parametrize("member", ["BackendServers", "Servers"])
def test_the_health_of_backends_is_nothing_to_plan_for(member: str, make: Make) -> None:
    row = {"ServerId": "i-bp1aaaa", "ServerHealthStatus": "abnormal", "Port": 80, "ListenerPort": 80}
    answer = {member: {"BackendServer": [row]}, "RequestId": "R"}
    result = make({"a.json": {"Instances": {"Instance": [ONE]}}, "DescribeHealthStatus.json": answer})
    assert ids(result) == ["i-bp1aaaa"]
    assert [one.reason for one in result.skipped] == ["a health report: nothing to plan for"]


def test_the_endpoints_of_a_database_are_nothing_to_plan_for(make: Make) -> None:
    row = {"DBEndpointId": "pe-1", "DBClusterId": "pc-bp1aaaa", "EndpointType": "Cluster", "Nodes": "pi-1,pi-2"}
    result = make({"a.json": {"Instances": {"Instance": [ONE]}}, "endpoints.json": {"Items": [row]}})
    assert ids(result) == ["i-bp1aaaa"]
    assert [one.reason.partition(",")[0] for one in result.skipped] == ["a list of endpoints of a database"]


@pytest.mark.parametrize("total", ["²", "9" * 5000, "many", None, -1, 1.5])
def test_a_total_that_is_no_number_is_no_total(total: object, make: Make) -> None:
    body = json.dumps({"Instances": {"Instance": [ONE]}, "TotalCount": total})
    result = make({"a.json": body})
    assert ids(result) == ["i-bp1aaaa"]
    titles = ["An answer does not say in a readable way whether its list is whole"]
    assert [one.title for one in result.findings] == ([] if total is None else titles)
