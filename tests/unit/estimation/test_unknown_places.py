"""What is unknown of copies – where they lie, for how long they are kept, whether they are made – is no protection."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from advisor.checks import run_checks
from advisor.estimation.context import Context
from advisor.estimation.copies_database import backup_retention_s, database_levels
from advisor.estimation.existing import (
    active_policies,
    backup_plans,
    copies_somewhere,
    newest_snapshots,
    policy_levels,
    replicas,
    schedule_interval_s,
)
from advisor.estimation.measures.backups import snapshot_policy
from advisor.estimation.measures.base import Gathered
from advisor.estimation.measures.services import rds_cross_region_backup
from advisor.estimation.outcome import Outcome, evaluate
from advisor.estimation.paths.database import has_standby_node
from advisor.estimation.sampling import Sampler
from advisor.importers import read_inventory
from advisor.model.disruption import Disruption
from advisor.model.evidence import RuleBook
from advisor.model.graph import Graph, Workload
from advisor.model.inventory import Inventory, Resource
from advisor.model.targets import Match, Targets, WorkloadClass, WorkloadSpec
from advisor.model.units import DAY, HOUR
from tests.estate import (
    AS_OF,
    AWAY,
    DATABASE,
    HOME,
    SERVER,
    ZONE,
    context,
    database_context,
    disk,
    resource,
    server_context,
)

DISKS = ("d-sys", "d-data")


def outcome(found: Context, disruption: Disruption) -> Outcome:
    return evaluate(found, disruption, (), Sampler(1, 4))


def policy(**attributes: object) -> Resource:
    given: dict[str, object] = {
        "status": "Normal", "time_points": (2,), "repeat_weekdays": (1, 2, 3, 4, 5, 6, 7), "retention_days": 30,
        **attributes,
    }  # fmt: skip
    return resource("sp-1", "snapshot_policy", None, HOME, **given)


def guarded(rules: RuleBook, one: Resource) -> Context:
    """A server in whose disks' snapshots a policy is set."""
    instance = resource("i-1", "instance", instance_type="ecs.g7.large", vpc_id="vpc-1", cpu=2)
    disks = [disk(name, 40, snapshot_policy_ids=(one.id,)) for name in DISKS]
    return context(rules, [instance, *disks, one], [SERVER])


@pytest.mark.parametrize(
    ("schedule", "seconds"),
    [
        ("I|1|P1D", DAY),
        ("I|1|PT12H", 12 * HOUR),
        ("P1W", 7 * DAY),
        ("I|1|P0D", None),
        ("I|1|PT0M", None),
        ("I|1|PT0S", None),
        ("I|1|P" + "9" * 400 + "D", None),
        ("I|1|P999999W", None),
        ("abc", None),
        ("", None),
        (None, None),
    ],
)
def test_an_interval_of_nothing_or_of_ages_is_none(schedule: str | None, seconds: float | None) -> None:
    assert schedule_interval_s(schedule) == seconds


@pytest.mark.parametrize("schedule", ["I|1|P0D", "I|1|P" + "9" * 400 + "D", "abc"])
def test_a_plan_without_a_schedule_that_can_be_is_no_copy(schedule: str, rules: RuleBook) -> None:
    plan = resource("plan-1", "backup_plan", None, instance_id="i-1", schedule=schedule, retention_days=7)
    found = server_context(rules, plan)
    assert not any(backup_plans(found, one) for one in found.inventory.of_kind("disk"))


@pytest.mark.parametrize(("days", "kept"), [(7, 7 * DAY), (-1, math.inf), (None, 12 * HOUR)])
def test_what_is_kept_for_longer_than_anybody_knows_is_not_counted_on(
    days: int | None, kept: float, rules: RuleBook
) -> None:
    told = {} if days is None else {"retention_days": days}
    plan = resource("plan-1", "backup_plan", None, instance_id="i-1", schedule="I|1|PT12H", **told)
    found = server_context(rules, plan)
    levels = [level for one in found.inventory.of_kind("disk") for level in backup_plans(found, one)]
    assert {level.retention_s for level in levels} == {kept}


def test_snapshots_of_unknown_retention_are_not_kept_for_ever(rules: RuleBook) -> None:
    unknown = resource("sp-1", "snapshot_policy", None, status="Normal", time_points=(2,), repeat_weekdays=(1, 2))
    found = guarded(rules, unknown)
    (one,) = [item for item in found.inventory.of_kind("disk") if item.id == "d-data"]
    assert all(level.retention_s == level.accumulation_s for level in policy_levels(found, one, unknown, ()))
    assert not outcome(found, "logical").recoverable
    assert outcome(found, "zone").recoverable
    assert outcome(guarded(rules, policy()), "logical").recoverable


@pytest.mark.parametrize(
    ("status", "counts"), [("Normal", True), ("正常", True), ("", True), ("Expire", False), ("abc", False)]
)
def test_a_policy_in_a_state_that_nobody_knows_is_not_counted_on(status: str, counts: bool, rules: RuleBook) -> None:
    found = guarded(rules, policy(status=status))
    assert all(bool(active_policies(found, one)) is counts for one in found.inventory.of_kind("disk"))


def test_copies_to_an_unknown_region_do_not_outlast_their_own(rules: RuleBook) -> None:
    somewhere = policy(copy_enabled=True)
    assert copies_somewhere(somewhere)
    assert not copies_somewhere(policy(copy_enabled=True, copy_regions=(AWAY,)))
    assert not copies_somewhere(policy(copy_enabled=False))
    assert not copies_somewhere(policy())
    assert not outcome(guarded(rules, somewhere), "region").recoverable
    assert outcome(guarded(rules, policy(copy_enabled=True, copy_regions=(AWAY,))), "region").recoverable


def test_a_policy_with_copies_to_an_unknown_region_is_not_changed_and_their_end_is_told(rules: RuleBook) -> None:
    gathered = Gathered()
    proposed = snapshot_policy(guarded(rules, policy(copy_enabled=True)), SERVER, gathered, 1, 7)
    assert proposed is not None
    assert proposed.protection.params["extends"] is None
    assert "ends the copies of sp-1 to a region that is not known" in proposed.actions[0].title
    plain = snapshot_policy(guarded(rules, policy()), SERVER, gathered, 1, 7)
    assert plain is not None
    assert plain.protection.params["extends"] == "sp-1"
    assert "ends the copies" not in plain.actions[0].title


@pytest.mark.parametrize(
    ("told", "region", "zones"),
    [
        ({"destination_region": AWAY, "destination_zone": "cn-shanghai-b"}, AWAY, ("cn-shanghai-b",)),
        ({"destination_region": AWAY}, AWAY, ()),
        ({"destination_region": HOME, "destination_zone": "cn-hangzhou-i"}, HOME, ("cn-hangzhou-i",)),
        ({"destination_region": HOME}, HOME, (ZONE,)),
        ({}, HOME, (ZONE,)),
    ],
)
def test_a_replica_of_unknown_place_stands_beside_its_source(
    told: dict[str, object], region: str, zones: tuple[str, ...], rules: RuleBook
) -> None:
    pair = resource("pair-1", "replica_pair", source_disk_id="d-data", status="normal", **told)
    found = server_context(rules, pair)
    (level,) = [level for one in found.inventory.of_kind("disk") for level in replicas(found, one)]
    assert (level.region, level.zones) == (region, zones)


def test_a_snapshot_without_a_region_lies_in_that_of_its_disk(rules: RuleBook) -> None:
    made = "2026-11-21T00:00:00Z"
    snapshot = Resource(
        "s-1",
        "snapshot",
        region=None,
        status="accomplished",
        attributes={"source_disk_id": "d-data", "created_at": made},
    )
    found = server_context(rules, snapshot)
    (level,) = [level for one in found.inventory.of_kind("disk") for level in newest_snapshots(found, one)]
    assert level.region == HOME


def test_a_database_whose_standby_is_unknown_is_restored_when_its_zone_fails(rules: RuleBook) -> None:
    spread = database_context(rules, category="HighAvailability", slave_zones=("cn-hangzhou-i",))
    unknown = database_context(rules, category="HighAvailability")
    assert outcome(spread, "zone").worst_s == 0
    assert outcome(unknown, "zone").worst_s > 0
    assert outcome(unknown, "zone").quantile(0.5) > outcome(spread, "zone").quantile(0.5)


@pytest.mark.parametrize("kind", ["zone", "region"])
def test_live_data_of_an_unknown_place_does_not_outlast_its_failure(kind: Disruption, rules: RuleBook) -> None:
    known: dict[str, object] = {"engine": "MySQL", "category": "HighAvailability", "storage_gib": 200.0}
    lost = Resource("rm-1", "database", "rm-1", HOME if kind == "zone" else None, None, attributes=known)
    assert outcome(context(rules, [lost], [DATABASE]), kind).worst_s > 0


@pytest.mark.parametrize(("days", "kept"), [(7, 7 * DAY), (-1, math.inf)])
def test_backups_of_a_database_that_are_kept_for_ever(days: int, kept: float, rules: RuleBook) -> None:
    found = database_context(rules, log_backup_retention_days=days)
    assert backup_retention_s(found, found.members(DATABASE)[0])[0] == kept


@pytest.mark.parametrize(
    ("told", "regions"),
    [
        ({"cross_region_backup": True, "cross_backup_region": AWAY}, {AWAY}),
        ({"cross_region_backup": True}, set()),
        ({"cross_region_backup": False, "cross_backup_region": AWAY}, set()),
        ({"cross_backup_region": AWAY}, set()),
    ],
)
def test_backups_of_a_database_in_another_region(told: dict[str, object], regions: set[str], rules: RuleBook) -> None:
    found = database_context(rules, cross_backup_retention_days=30, **told)
    levels = [one for one in database_levels(found, DATABASE, found.members(DATABASE)[0]) if one.region != HOME]
    assert {one.region for one in levels} == regions
    assert {one.retention_s for one in levels} <= {30 * DAY}
    assert outcome(found, "region").recoverable is bool(regions)


def test_where_the_region_of_such_backups_is_unknown_that_is_why_none_are_proposed(rules: RuleBook) -> None:
    gathered = Gathered()
    assert rds_cross_region_backup(database_context(rules, cross_region_backup=True), DATABASE, gathered) is None
    (refused,) = gathered.infeasible
    assert "the inventory does not tell to which" in refused.reason


def read_database(folder: Path, slave_zone: object) -> Inventory:
    """A database of two nodes whose standby stands in ``slave_zone``, as its answer tells it."""
    row = {
        "DBInstanceId": "rm-1", "Engine": "MySQL", "Category": "HighAvailability", "DBInstanceStorage": 200,
        "DBInstanceClass": "mysql.n2.medium.2c", "ZoneId": ZONE, "RegionId": HOME,
        "SlaveZones": {"SlaveZone": [{"ZoneId": slave_zone}]},
    }  # fmt: skip
    (folder / "DescribeDBInstanceAttribute.json").write_text(json.dumps({"Items": {"DBInstanceAttribute": [row]}}))
    return read_inventory([folder]).inventory


@pytest.mark.parametrize(
    ("slave_zone", "spread", "finding"),
    [("cn-hangzhou-i", True, ""), ("CN-HANGZHOU-I", True, ""), ("elsewhere", False, "DB-002"), (5, False, "DB-002")],
)
def test_a_standby_zone_that_is_none_does_not_make_a_database_look_spread(
    slave_zone: object, spread: bool, finding: str, tmp_path: Path, rules: RuleBook
) -> None:
    inventory = read_database(tmp_path, slave_zone)
    assert (outcome(context(rules, inventory.resources.values(), [DATABASE]), "zone").worst_s == 0) is spread
    workload = Workload("w", "declared", ("rm-1",), (DATABASE,), "critical")
    classes = {name: one for name, one in rules.classes.items() if isinstance(one, WorkloadClass)}
    targets = Targets(classes, (WorkloadSpec("w", Match(), "critical"),), given=True)
    found = {one.id for one in run_checks(inventory, Graph((), (workload,)), targets, rules, AS_OF)}
    assert {one for one in found if one.startswith(("DB-001", "DB-002"))} == ({f"{finding}:rm-1"} if finding else set())


@pytest.mark.parametrize(
    ("edition", "standby"),
    [
        ("HighAvailability", True), ("cluster", True), ("serverless_ha", True), ("Basic", False), ("abc", False),
        ("", False), ("Archive", False),
    ],
)  # fmt: skip
def test_an_edition_that_nobody_knows_has_no_standby(edition: str, standby: bool, rules: RuleBook) -> None:
    found = database_context(rules, category=edition)
    assert has_standby_node(found.inventory.resources["rm-1"], (), None) is standby
    (path,) = outcome(found, "instance").paths
    assert path.title == ("the standby takes over" if standby else "the single node is restarted; its storage stays")
