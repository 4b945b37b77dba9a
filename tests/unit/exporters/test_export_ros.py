"""The ROS twin: passes the resource specification, and says what it leaves to steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from advisor.exporters import ros
from advisor.model.deliverable import Deliverable
from tests.unit.exporters.actions import AWAY, HOME
from tests.unit.exporters.checkers import check_ros

Writer = Callable[[Mapping[str, bytes]], Path]


@pytest.fixture(scope="module")
def templates(readable: Deliverable) -> dict[str, dict[str, Any]]:
    return {path: yaml.safe_load(text) for path, text in ros.render(readable).items()}


def of_type(template: dict[str, Any], type_: str) -> list[dict[str, Any]]:
    return [item["Properties"] for item in template["Resources"].values() if item["Type"] == f"ALIYUN::{type_}"]


def test_every_template_passes_the_check(any_deliverable: Deliverable, write: Writer) -> None:
    files = ros.render(any_deliverable)
    folder = write(files)
    for path in files:
        assert check_ros(folder / path) == []


def test_one_template_a_region(templates: dict[str, dict[str, Any]]) -> None:
    assert sorted(templates) == [f"ros/{HOME}.yaml", f"ros/{AWAY}.yaml"]


def test_snapshots_and_copies(templates: dict[str, dict[str, Any]]) -> None:
    (policy,) = of_type(templates[f"ros/{HOME}.yaml"], "ECS::AutoSnapshotPolicy")
    assert policy["RetentionDays"] == 14
    assert policy["TimePoints"] == [2]
    assert policy["TargetCopyRegions"] == [AWAY]
    assert policy["DiskIds"] == ["d-data1", "d-data2", "d-data3"]


def test_secrets_are_parameters_that_are_not_shown(templates: dict[str, dict[str, Any]]) -> None:
    for template in templates.values():
        for name, parameter in template.get("Parameters", {}).items():
            assert parameter["Description"], name
            assert parameter.get("NoEcho", False) == ("Password" in name), name
    assert any("Password" in name for name in templates[f"ros/{AWAY}.yaml"]["Parameters"])


def test_what_no_template_can_say_stands_in_the_header(readable: Deliverable) -> None:
    head = ros.render(readable)[f"ros/{HOME}.yaml"].decode().split("ROSTemplateFormatVersion")[0]
    for line in (
        "Make the data disks regional: cli/erp.sh 1, 2",
        "Daily file backup: cli/files.sh 5, 6",
        "--CrossBackupRegion cn-shanghai --BackupEnabled 1 --LogBackupEnabled 1 --RetentType 1 --Retention 30",
        "there are no types for GTM 3",
    ):
        assert line in head
    assert all(line.startswith("#") for line in head.splitlines())


def test_hostile_names_stay_texts(hostile: Deliverable) -> None:
    for text in ros.render(hostile).values():
        template = yaml.safe_load(text)
        assert set(template) <= {
            "ROSTemplateFormatVersion",
            "Description",
            "Parameters",
            "Conditions",
            "Resources",
            "Outputs",
        }
        assert all(name.isascii() and name.isalnum() for name in template["Resources"])
    home = yaml.safe_load(ros.render(hostile)[f"ros/{HOME}.yaml"])
    tags = {tag["Value"] for item in home["Resources"].values() for tag in item["Properties"].get("Tags", [])}
    assert 'web-<b>07</b>"; rm -rf /' in tags


def test_a_template_too_large_for_a_stack_says_so(readable: Deliverable, monkeypatch: pytest.MonkeyPatch) -> None:
    assert b"Too large" not in ros.render(readable)[f"ros/{HOME}.yaml"]
    monkeypatch.setattr(ros, "RESOURCES_MAX", 3)
    text = ros.render(readable)[f"ros/{HOME}.yaml"].decode()
    assert "# Too large for one stack" in text
    assert yaml.safe_load(text)["Resources"]


def test_a_plan_that_changes_nothing_has_no_template(idle: Deliverable) -> None:
    assert ros.render(idle) == {}
