"""A small standby group: one server that a rule scales out by its load, in Terraform and in ROS."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from advisor.exporters import ros, terraform
from advisor.model.deliverable import Deliverable
from tests.unit.exporters.actions import AWAY
from tests.unit.exporters.checkers import check_ros, check_terraform

SMALL = {"count": 1, "capacity": 3, "mode": "small", "target_cpu_percent": 50}


@pytest.fixture
def small(readable: Deliverable) -> Deliverable:
    """The readable plan with the standby group made small."""
    workloads = []
    for item in readable.plan.workloads:
        actions = tuple(
            a.model_copy(update={"params": {**a.params, **SMALL}}) if a.mechanism == "fleet_standby" else a
            for a in item.actions
        )
        workloads.append(item.model_copy(update={"actions": actions}))
    return replace(readable, plan=readable.plan.model_copy(update={"workloads": tuple(workloads)}))


def test_terraform_gives_the_group_its_rule(small: Deliverable, write: Callable[[Mapping[str, bytes]], Path]) -> None:
    files = terraform.render(small)
    path = next(name for name in files if AWAY in name and name.endswith("main.tf.json"))
    document = json.loads(files[path])["resource"]
    (group,) = document["alicloud_ess_scaling_group"].values()
    assert (group["min_size"], group["desired_capacity"], group["max_size"]) == (1, 1, 3)
    (rule,) = document["alicloud_ess_scaling_rule"].values()
    assert (rule["metric_name"], rule["target_value"]) == ("CpuUtilization", 50)
    assert "scaling_group_id" in rule["scaling_group_id"]  # once the group can start servers
    assert check_terraform((write(files) / path).parent) == []


def test_ros_gives_the_group_its_rule(small: Deliverable, write: Callable[[Mapping[str, bytes]], Path]) -> None:
    files = ros.render(small)
    found = yaml.safe_load(files[f"ros/{AWAY}.yaml"])["Resources"].values()
    (group,) = [item["Properties"] for item in found if item["Type"] == "ALIYUN::ESS::ScalingGroup"]
    assert (group["MinSize"], group["DesiredCapacity"], group["MaxSize"]) == (1, 1, 3)
    (rule,) = [item["Properties"] for item in found if item["Type"] == "ALIYUN::ESS::ScalingRule"]
    assert (rule["ScalingRuleType"], rule["TargetValue"]) == ("TargetTrackingScalingRule", 50)
    assert check_ros(write(files) / f"ros/{AWAY}.yaml") == []


def test_other_sizes_have_no_rule(readable: Deliverable) -> None:
    assert not any(b"alicloud_ess_scaling_rule" in text for text in terraform.render(readable).values())
    assert not any(b"ESS::ScalingRule" in text for text in ros.render(readable).values())
