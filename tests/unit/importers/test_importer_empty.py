"""Empty lists: one finding each, with the cause that fits what was handed in."""

from __future__ import annotations

from tests.unit.importers.conftest import Make

VPC = {"Vpcs": {"Vpc": [{"VpcId": "vpc-bp1a", "CidrBlock": "10.0.0.0/8", "RegionId": "cn-hangzhou"}]}}
NONE = {"LoadBalancers": {"LoadBalancer": []}, "TotalCount": 0}


def test_an_empty_list_without_a_region_is_told_once_and_not_as_none(make: Make) -> None:
    (found,) = make({"vpc.json": VPC, "lb.json": NONE}).findings
    assert found.id == "INV-NO-REGION"
    assert "the API then answers so, too" in found.detail
    assert found.fix.startswith("Check that the account used for the export may read load balancers.")


def test_an_empty_list_of_a_region_is_told_as_before(make: Make) -> None:
    (found,) = make({"vpc.json": VPC, "cn-hangzhou/lb.json": NONE}).findings
    assert (found.id, found.title) == ("INV-EMPTY", "No load balancers in cn-hangzhou")


def test_a_table_with_only_a_header_is_no_answer_of_the_api(make: Make) -> None:
    result = make({"vpc.json": VPC, "ecs_instance_list_cn-hangzhou_2026-11-01.csv": "实例ID,实例名称,可用区\n"})
    (found,) = [one for one in result.findings if one.id.startswith(("INV-EMPTY", "INV-NO-REGION"))]
    assert "API" not in found.detail
    assert "a filter that was set when it was exported" in found.detail
