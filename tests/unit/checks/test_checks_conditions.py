"""What the checks of disks and policies count and leave alone: unknown, excluded, replaced, covered otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from check_estates import (
    ALL_LISTED,
    AS_OF,
    CLASSES,
    FAR,
    LOCAL,
    NO_PLANS,
    NO_SNAPSHOTS,
    REGION,
    RULES,
    H,
    covered,
    database,
    disk,
    findings,
    fresh,
    of_check,
    pair,
    plan,
    policy,
    server,
    snapshot,
    thing,
)

from advisor.checks import run_checks
from advisor.checks.card import Card, lowered
from advisor.checks.clock import longest_gap_s, run_hours
from advisor.model.finding import SEVERITY_ORDER
from advisor.model.graph import Component, Graph
from advisor.model.inventory import Inventory
from advisor.model.targets import Exclusion, Targets
from advisor.model.units import HOUR

# -- severity, order, ids --


@pytest.mark.parametrize(
    ("class_name", "severity"),
    [("critical", "critical"), ("important", "high"), ("standard", "medium"), ("low", "low")],
)
def test_severity_follows_the_class(class_name: str, severity: str) -> None:
    assert [item.severity for item in of_check("SNP-001", [server(), disk()], class_name=class_name)] == [severity]


def test_what_is_in_no_workload_is_held_to_the_default_class() -> None:
    (found,) = of_check("SNP-001", [server(), disk()], members_of=())
    assert (found.severity, found.workload) == ("medium", None)


def test_a_severity_never_falls_below_low_and_info_stays() -> None:
    assert lowered("critical", 9) == "low"
    assert lowered("info", 3) == "info"


def test_findings_come_worst_first_and_each_id_once() -> None:
    estate = [server(), disk(), disk("d-2"), covered(name="d-3"), policy(status="Expire"), database(slave_zones=(H,))]
    found = findings(estate)
    assert list(found) == sorted(found, key=lambda item: (SEVERITY_ORDER.index(item.severity), item.id))
    assert len({item.id for item in found}) == len(found)
    assert findings(list(reversed(estate))) == found


def test_a_card_without_a_check_is_a_mistake_of_the_programmer() -> None:
    rules = replace(RULES, checks=({**RULES.checks[0], "id": "XXX-999"},))
    with pytest.raises(KeyError, match="XXX-999"):
        run_checks(Inventory({}), Graph((), ()), Targets(CLASSES), rules, AS_OF)


def test_names_with_braces_and_tags_come_through_as_they_are() -> None:
    name = 'web-{0}<b>07</b>"; rm -rf'
    (found,) = of_check("SNP-001", [server(), replace(disk(), name=name)])
    assert name in found.title
    assert name in found.fix


def test_a_card_lacking_a_text_is_named() -> None:
    with pytest.raises(KeyError, match="why"):
        Card.read({"id": "A-1", "title": "t", "severity": "low"})


# -- which disks --


def test_members_that_are_replaced_rather_than_restored_need_no_snapshots() -> None:
    fleet = Component("server_group:asg", "server_group", "fleet", ("i-1",), stateless=True)
    assert of_check("SNP-001", [server(), disk()], components=(fleet,)) == []


def test_an_exclusion_holds_until_its_day() -> None:
    def until(day: date | None) -> int:
        left_out = (Exclusion("i-1", "rebuilt weekly", day),)
        return len(of_check("SNP-001", [server(), disk()], exclude=left_out))

    assert (until(None), until(AS_OF), until(date(2026, 11, 21))) == (0, 0, 1)


def test_a_replica_is_no_disk_to_protect_and_none_forgotten() -> None:
    far = disk("d-far", owner=None)
    assert [item.resource for item in of_check("SNP-001", [server(), disk(), far, pair(status="stopped")])] == ["d-1"]
    assert of_check("FGT-002", [server(), disk(), far, pair()]) == []


def test_the_only_disk_of_a_server_holds_its_data() -> None:
    (found,) = of_check("SNP-001", [server(), disk(disk_type="system")])
    assert "the only disk of its server" in found.detail
    assert of_check("SNP-002", [server(), disk(disk_type="system")]) == []


# -- what protects --


@pytest.mark.parametrize("guard", [fresh(), pair(), plan()])
def test_any_working_way_protects(guard: object) -> None:
    assert of_check("SNP-001", [server(), disk(), guard], class_name="standard") == []  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("guard", "words"),
    [
        (snapshot("s-1", "2026-11-20T18:00:00Z"), "s-1 is 1 d 6 h old"),
        (snapshot("s-1", "2026-11-21T18:00:00Z", status="progressing"), "no finished snapshot, only progressing"),
        (pair(status="stopped"), "has status stopped"),
        (plan(disabled=True), "is disabled"),
    ],
)
def test_what_does_not_work_is_named(guard: object, words: str) -> None:
    (found,) = of_check("SNP-001", [server(), disk(), guard], class_name="standard")  # type: ignore[list-item]
    assert words in found.detail


def test_a_plan_protects_the_disks_it_names_and_none_that_it_leaves_out() -> None:
    named = plan(instance_id="", resource_ids=("d-1",))
    assert of_check("SNP-001", [server(), disk(), named], class_name="standard") == []
    assert [one.resource for one in of_check("SNP-001", [server(), disk("d-2"), named])] == ["d-2"]
    without = plan(excluded_disk_ids=("d-1",))
    assert [one.resource for one in of_check("SNP-001", [server(), disk(), disk("d-2"), without])] == ["d-1"]


def test_a_policy_switched_off_or_out_of_service_does_not_protect() -> None:
    (off,) = of_check("SNP-001", [server(), covered(auto_snapshot_allowed=False), policy()])
    assert "switched off on the disk" in off.detail
    (expired,) = of_check("SNP-001", [server(), covered(), policy(status="Expire")])
    assert "has status Expire" in expired.detail


def test_unlisted_ways_are_said_to_be_unknown() -> None:
    (found,) = of_check("SNP-001", [server(), disk()], listed=NO_PLANS)
    assert "No file lists backup plans: whether there are any is unknown" in found.detail


def test_plans_without_the_bindings_of_policies_are_unknown_too() -> None:
    of_plans = frozenset({("backup_plan:DescribeBackupPlans", REGION)})
    others = plan(resource_ids=("i-2",), instance_id="i-2")
    (found,) = of_check("SNP-001", [server(), disk(), others], listed=NO_PLANS | of_plans)
    assert "No file lists bindings of backup policies: whether there are any is unknown" in found.detail
    assert of_check("LOC-001", [server(), LOCAL, others], listed=NO_PLANS | of_plans) == []
    (local,) = of_check("LOC-002", [server(), LOCAL, others], listed=NO_PLANS | of_plans)
    assert "no file lists bindings of backup policies" in local.detail


@pytest.mark.parametrize(
    ("estate", "listed", "words"),
    [
        ([server(), disk()], NO_SNAPSHOTS, "snapshots, which no file lists for this region"),
        ([server(), covered()], ALL_LISTED, "policy sp-1, which is in no file"),
        ([server(), thing("disk", "d-1", instance_ids=("i-1",))], ALL_LISTED, "whether a snapshot policy is attached"),
    ],
)
def test_unknown_protection_is_not_none(estate: list, listed: frozenset, words: str) -> None:  # type: ignore[type-arg]
    assert of_check("SNP-001", estate, listed=listed) == []
    (found,) = of_check("SNP-010", estate, listed=listed)
    assert found.severity == "low"
    assert words in found.detail


def test_what_works_makes_the_unknown_idle() -> None:
    assert of_check("SNP-010", [server(), disk(), plan()], listed=NO_SNAPSHOTS) == []


# -- policies --


@pytest.mark.parametrize(
    ("hours", "days", "gap_h"),
    [
        ([2], range(1, 8), 24),
        ([2], range(1, 6), 72),
        ([1, 13], range(1, 8), 12),
        ([5], [7], 168),
        (["0"], ["1", "4"], 96),
    ],
)
def test_longest_gap(hours: list, days: list, gap_h: float) -> None:  # type: ignore[type-arg]
    found = run_hours(policy(time_points=list(hours), repeat_weekdays=list(days)))
    assert found is not None
    assert longest_gap_s(found) == gap_h * HOUR


def test_a_schedule_that_is_not_known_has_no_gap() -> None:
    assert run_hours(policy(time_points=())) is None
    assert run_hours(policy(time_points=["noon"])) is None
    assert of_check("SNP-006", [server(), covered(), policy(time_points=())]) == []


def test_the_weekend_and_the_late_start_are_told() -> None:
    weekdays = policy(repeat_weekdays=[1, 2, 3, 4, 5])
    (found,) = of_check("SNP-006", [server(), covered(), weekdays], class_name="important")
    assert "the longest gap is 3 d, and a run may begin 1 h late; at most 4 h may be lost" in found.detail
    assert found.severity == "medium"
    # A daily policy and the hour of its start stay within 26 h; in a class of 24 h they would not.
    assert of_check("SNP-006", [server(), covered(), policy()], class_name="standard") == []
    assert len(of_check("SNP-006", [server(), covered(), policy()], class_name="important")) == 1


def test_policies_of_one_disk_count_together() -> None:
    two = covered(snapshot_policy_ids=("sp-1", "sp-2"))
    weekdays, weekend = (
        policy(repeat_weekdays=[1, 2, 3, 4, 5]),
        policy("sp-2", repeat_weekdays=[6, 7], retention_days=1),
    )
    assert of_check("SNP-006", [server(), two, weekdays, weekend], class_name="standard") == []
    assert of_check("SNP-005", [server(), two, weekdays, weekend]) == []


def test_a_policy_is_told_once_for_each_workload_with_its_disks() -> None:
    (found,) = of_check("SNP-005", [server(), covered(), covered(name="d-2"), policy(retention_days=1)])
    assert "2 disks of app: the d-1 (d-1), the d-2 (d-2)" in found.detail
    assert "for 1 d; a silent error may be noticed only after 2 d (assumed)" in found.detail
    assert "for at least 3 d" in found.fix


def test_a_policy_that_fails_system_disks_alone_is_light() -> None:
    estate = [server(), covered(disk_type="system"), disk("d-2"), policy(retention_days=1)]
    assert [item.severity for item in of_check("SNP-005", estate)] == ["low"]


@pytest.mark.parametrize("days", [-1, 3, None])
def test_kept_long_enough_for_ever_or_unknown(days: int | None) -> None:
    given = {} if days is None else {"retention_days": days}
    kept = policy(**given)
    if days is None:
        kept = replace(kept, attributes={key: item for key, item in kept.attributes.items() if key != "retention_days"})
    assert of_check("SNP-005", [server(), covered(), kept]) == []


def test_the_newest_run_failed() -> None:
    estate = [server(), covered(), policy(), fresh(), snapshot("s-2", "2026-11-22T01:00:00Z", status="failed")]
    (found,) = of_check("SNP-007", estate)
    assert "The newest run failed (s-2); the newest finished snapshot s-d-1 is 7 h old" in found.detail
    assert of_check("SNP-008", estate) == []


def test_no_snapshot_at_all_counts_once_the_policy_had_its_time() -> None:
    assert len(of_check("SNP-007", [server(), covered(), policy()])) == 1
    assert of_check("SNP-007", [server(), covered(), policy(created_at="2026-11-21T00:00:00Z")]) == []
    assert of_check("SNP-007", [server(), covered(created_at=None), policy()]) == []
    assert of_check("SNP-007", [server(), covered(), policy()], listed=NO_SNAPSHOTS) == []


def test_an_old_file_is_judged_as_of_its_own_day() -> None:
    old = replace(covered(), observed_at="2026-06-01")
    assert of_check("SNP-007", [server(), old, policy(), snapshot("s-1", "2026-05-31T18:00:00Z")]) == []


def test_copies_are_no_runs() -> None:
    copy = snapshot("s-far", "2026-11-22T03:00:00Z", region=FAR, status="failed", source_snapshot_id="s-d-1")
    assert of_check("SNP-007", [server(), covered(), policy(), fresh(), copy]) == []


@pytest.mark.parametrize(
    "leaving",
    [
        snapshot("s-far", "2026-11-20T00:00:00Z", region=FAR, source_snapshot_id="s-d-1"),
        pair(),
        plan(copy_regions=(FAR,)),
    ],
)
def test_any_way_out_of_the_region_counts(leaving: object) -> None:
    estate = [server(), covered(), policy(), fresh(), leaving]
    assert of_check("SNP-009", estate) == []  # type: ignore[arg-type]


def test_without_a_target_for_the_region_nothing_need_leave_it() -> None:
    assert of_check("SNP-009", [server(), covered(), policy(), fresh()], class_name="low") == []


def test_snapshots_by_hand_in_the_region_alone_are_told_of_the_disk() -> None:
    (found,) = of_check("SNP-009", [server(), disk(), fresh()])
    assert found.resource == "d-1"
    assert FAR in found.fix


# -- limits at their very value --


def test_a_copy_within_the_region_is_no_run() -> None:
    copy = snapshot("s-2", "2026-11-22T03:00:00Z", status="failed", source_snapshot_id="s-d-1")
    assert of_check("SNP-007", [server(), covered(), policy(), fresh(), copy]) == []


def test_the_late_start_counts_towards_the_gap() -> None:
    rpo_s = CLASSES["important"].target("logical").rpo_s
    assert rpo_s is not None
    every = int(rpo_s / HOUR)
    on_the_limit = policy(time_points=list(range(0, 24, every)))
    closer = policy(time_points=list(range(0, 24, every // 2)))
    assert len(of_check("SNP-006", [server(), covered(), on_the_limit], class_name="important")) == 1
    assert of_check("SNP-006", [server(), covered(), closer], class_name="important") == []


def test_retention_must_cover_one_gap_more_than_the_delay_of_noticing() -> None:
    assert len(of_check("SNP-005", [server(), covered(), policy(retention_days=2)])) == 1
    assert of_check("SNP-005", [server(), covered(), policy(retention_days=3)]) == []


def test_snapshots_of_another_day_and_unread_times_do_not_confuse() -> None:
    nameless = snapshot("s-1", "")
    assert of_check("SNP-001", [server(), disk(), nameless], class_name="standard") == []
    (found,) = of_check("SNP-010", [server(), disk(), nameless], class_name="standard")
    assert "the age of snapshot s-1" in found.detail


def test_copies_whose_region_is_unknown_are_neither_none_nor_elsewhere() -> None:
    told = policy(copy_enabled=True)
    somewhere = replace(
        told, attributes={key: value for key, value in told.attributes.items() if key != "copy_regions"}
    )
    estate = [server(), covered(), somewhere, fresh()]
    assert of_check("SNP-009", estate) == []
    (found,) = of_check("SNP-011", estate)
    assert "copies are made, but where they go is not told" in found.detail
    assert len(of_check("SNP-009", [server(), covered(), policy(), fresh()])) == 1


def test_copies_of_a_plan_whose_region_is_unknown_are_neither_none_nor_elsewhere() -> None:
    somewhere = plan(rules=({"copy_enabled": True},))
    estate = [server(), covered(), policy(), fresh(), somewhere]
    assert of_check("SNP-009", estate) == []
    assert len(of_check("SNP-011", estate)) == 1


def test_a_snapshot_in_a_state_that_nobody_knows_is_not_counted_on() -> None:
    odd = snapshot("s-1", "2026-11-21T18:00:00Z", status="abc")
    assert len(of_check("SNP-001", [server(), disk(), odd])) == 1


def test_a_policy_in_a_state_that_nobody_knows_is_named() -> None:
    (found,) = of_check("SNP-003", [server(), covered(), policy(status="abc")])
    assert "Its status is abc" in found.detail
