"""The sample estate shop: exact counts and the attributes on which plans rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.importers import read_inventory
from advisor.model.inventory import ImportResult

Counts = Callable[[ImportResult], dict[str, int]]


@pytest.fixture
def result(shop: Path) -> ImportResult:
    return read_inventory([shop])


def test_exact_counts(result: ImportResult, counts: Counts) -> None:
    assert counts(result) == {
        "instance": 40,
        "disk": 73,
        "snapshot": 156,
        "snapshot_policy": 6,
        "database": 3,
        "load_balancer": 3,
        "server_group": 2,
        "listener": 5,
        "scaling_group": 1,
        "vpc": 3,
        "vswitch": 10,
        "security_group": 9,
        "eip": 6,
        "nat_gateway": 1,
        "replica_pair": 1,
    }


def test_two_pages_of_a_list_are_whole(result: ImportResult) -> None:
    assert not [finding for finding in result.findings if finding.id in ("INV-TRUNCATED", "INV-DISAGREE")]


def test_one_page_of_two_is_a_part(shop: Path) -> None:
    result = read_inventory([shop / "cn-hangzhou" / "DescribeInstances.page1.json"])
    assert [finding.severity for finding in result.findings if finding.id == "INV-TRUNCATED"] == ["high"]


def test_the_empty_lists_of_the_second_region_are_listed_and_said(result: ImportResult) -> None:
    assert ("load_balancer", "cn-shanghai") in result.inventory.listed
    assert ("cluster", "cn-shanghai") not in result.inventory.listed
    empty = [finding.title for finding in result.findings if finding.id == "INV-EMPTY"]
    assert empty == [
        f"No {kind} in cn-shanghai" for kind in ("load balancers", "nat gateways", "scaling groups", "server groups")
    ]


def test_a_database_has_its_standby_zone_backups_and_clients(result: ImportResult) -> None:
    orders = result.inventory.resources["rm-bp1d1c90lfvt6zuni"]
    assert orders.zones == ("cn-hangzhou-h", "cn-hangzhou-i")
    assert orders.texts("slave_zones") == ("cn-hangzhou-i",)
    assert orders.number("backup_retention_days") == 14
    assert orders.flag("log_backup_enabled") is True
    assert orders.tags == {"app": "orders", "env": "prod"}
    payments = result.inventory.resources["pgm-bp1qmy0diekznlep"]
    assert payments.zones == ("cn-hangzhou-h",)
    assert payments.texts("slave_zones") == ("cn-hangzhou-h",)
    assert payments.texts("security_ips")
    reporting = result.inventory.resources["rm-uf6lfm9cmorwwo1e0"]
    assert reporting.text("category") == "Basic"
    assert reporting.flag("log_backup_enabled") is False


def test_the_scaling_group_has_members_zones_and_configuration(result: ImportResult) -> None:
    group = next(result.inventory.of_kind("scaling_group"))
    assert len(group.texts("instance_ids")) == 8
    assert group.zones == ("cn-hangzhou-h", "cn-hangzhou-i")
    configuration = group.attributes["configuration"]
    assert isinstance(configuration, dict)
    assert configuration["image_id"] == "m-bp1vn03zs57kr0e405sh"


def test_server_groups_have_members_and_health_checks(result: ImportResult) -> None:
    group = result.inventory.resources["sgp-t5i26a52vz10ytuo2r"]
    assert {member["server_id"] for member in group.records("members")} == {
        "i-bp1cyx6kkx5dy0mp7oal",
        "i-bp1rjvbayhvfyz8lrtp8",
        "i-bp18aaqq1bndnr7tqklk",
    }
    check = group.attributes["health_check"]
    assert isinstance(check, dict)
    assert {"enabled", "interval_s", "timeout_s", "healthy_threshold", "unhealthy_threshold"} <= set(check)


def test_balancers_know_their_zones(result: ImportResult) -> None:
    office = result.inventory.resources["lb-bp1iniy5djrlbxl009k6e"]
    assert (office.text("lb_type"), office.zones) == ("clb", ("cn-hangzhou-j", "cn-hangzhou-i"))
    assert [(one["server_id"], one["weight"]) for one in office.records("backend")][-1] == ("i-bp1i3ey0877hl5ugfhha", 0)
    gateway = result.inventory.resources["alb-rg8evgje0a45dokci8"]
    assert (gateway.text("lb_type"), gateway.zones) == ("alb", ("cn-hangzhou-h", "cn-hangzhou-i"))


def test_disks_and_policies(result: ImportResult) -> None:
    policy = result.inventory.resources["sp-bp1cs4vbqe7kblijjc2t"]
    assert policy.flag("copy_enabled") is True
    assert policy.texts("copy_regions") == ("cn-shanghai",)
    weekdays = result.inventory.resources["sp-bp152qidlp1f7xmmh2qn"].attributes
    assert (weekdays["time_points"], weekdays["repeat_weekdays"]) == ((2,), (1, 2, 3, 4, 5))
    off = result.inventory.resources["d-bp1skz0o5idnnwm2u9yj"]
    assert off.flag("auto_snapshot_enabled") is False
    assert off.texts("snapshot_policy_ids")
    detached = result.inventory.resources["d-bp167af4frs611qoym4m"]
    assert detached.texts("instance_ids") == ()
    assert detached.text("detached_at") is not None


def test_hostile_names_are_kept_verbatim(result: ImportResult) -> None:
    assert result.inventory.resources["i-bp1iztfzskkzxvynd784"].name == 'web-<b>07</b>"; rm -rf'


def test_what_is_mentioned_and_listed_nowhere_is_a_stub(result: ImportResult) -> None:
    stubs = {stub.id: (stub.kind, stub.mentioned_by) for stub in result.inventory.stubs}
    assert stubs["i-bp1lkzuulsdlt7jwl2kq"] == ("instance", "d-bp1b0sgtgdmgx8eqq6h5")
    assert stubs["d-bp1vmqjhoxbwxwho21hp"] == ("disk", "s-bp1r4svdxt4nsgngye79")
    assert stubs["7c1f0a52-9d3e-4b86-a1c7-5e2f8b904d6a"][0] == "key"


def test_rules_that_were_not_exported_are_unknown_not_none(result: ImportResult) -> None:
    assert "rules" not in result.inventory.resources["sg-bp1kpy60vs8iy1ujnnmd"].attributes
    assert result.inventory.resources["sg-bp13njr75luxtgxaykqm"].records("rules")


def test_other_files_of_the_folder_are_skipped_with_the_reason(result: ImportResult) -> None:
    assert {one.resource for one in result.skipped} == {"README.md", "targets.yaml"}
    assert all(one.reason for one in result.skipped)
    told = {one.resource: (one.reason, one.remedy) for one in result.skipped}
    assert told["targets.yaml"] == ("a targets file, no inventory", "Hand it in with --targets.")


def test_the_same_files_give_the_same_inventory(shop: Path, result: ImportResult) -> None:
    again = read_inventory([shop])
    assert again == result
    assert len(result.inventory.digest) == 64
    assert read_inventory([shop / "cn-shanghai"]).inventory.digest != result.inventory.digest
