"""Backup plans that exist are copies of the disks they reach: of a server, of chosen disks, without those left out."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.estimation.existing import backup_plans
from advisor.model.evidence import RuleBook
from advisor.model.inventory import Resource
from advisor.model.units import DAY, HOUR
from tests.estate import resource, server_context


def plan(**attributes: Any) -> Resource:
    given: dict[str, Any] = {"schedule": "I|1648647166|PT12H", "retention_days": 14, "disabled": False, **attributes}
    return resource("pd-1", "backup_plan", None, **given)


@pytest.mark.parametrize(
    ("attributes", "reached"),
    [
        ({"instance_id": "i-1"}, {"d-data", "d-sys"}),
        ({"instance_id": "i-9", "resource_ids": ("i-9", "i-1")}, {"d-data", "d-sys"}),
        ({"instance_id": "i-1", "resource_ids": ("i-1",), "excluded_disk_ids": ("d-sys",)}, {"d-data"}),
        ({"resource_ids": ("d-data",)}, {"d-data"}),
        ({"instance_id": "i-1", "resource_ids": ("i-1", "d-data")}, {"d-data", "d-sys"}),
        ({"instance_id": "i-1", "disabled": True}, set()),
        ({"instance_id": "i-1", "schedule": ""}, set()),
    ],
)
def test_the_disks_that_a_plan_reaches(rules: RuleBook, attributes: dict[str, object], reached: set[str]) -> None:
    context = server_context(rules, plan(**attributes))
    levels = {disk.id: backup_plans(context, disk) for disk in context.inventory.of_kind("disk")}
    assert {disk for disk, found in levels.items() if found} == reached
    for (level,) in filter(None, levels.values()):
        assert (level.accumulation_s, level.retention_s) == (12 * HOUR, 14 * DAY)
