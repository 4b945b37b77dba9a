"""Snapshots, their copies and file backup by hand: 140 GiB of disks, 60 % used (30 to 100), 3 % changing a day."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.estimation.costs import quota_credit
from advisor.model.evidence import RuleBook
from advisor.model.inventory import Resource
from tests.estate import AWAY, HOME, resource, server_context
from tests.estate import disk as make_disk
from tests.unit.costs.cost_estates import D, amounts, copies, costing, ends, lines_of, propose, snapshots, standby


def policy(days: int, **attributes: object) -> Resource:
    known: dict[str, object] = {"time_points": (2,), "repeat_weekdays": (1, 2, 3, 4, 5, 6, 7), "retention_days": days}
    return resource("sp-old", "snapshot_policy", None, status="Normal", **{**known, **attributes})


def guarded() -> tuple[Resource, Resource]:
    """The disks of the estate with a policy attached."""
    attached = {"snapshot_policy_ids": ("sp-old",)}
    return make_disk("d-sys", 40, system=True, **attached), make_disk("d-data", 100, **attached)


def taken(identity: str, source: str, gib: float, day: str = "2026-11-21") -> Resource:
    known = {"source_disk_id": source, "size_gib": gib, "created_at": f"{day}T02:00:00Z"}
    return resource(identity, "snapshot", None, status="accomplished", **known)


# --- snapshot policies ------------------------------------------------------------------------------------------------


def test_a_new_policy_stores_a_full_copy_and_the_retained_changes(rules: RuleBook) -> None:
    # 140 GiB × 0.6 = 84 GiB full, × (1 + 7 × 0.03) = 101.64 GiB-month × 0.12 = 12.1968
    (line,) = lines_of(server_context(rules), snapshots())
    assert amounts([line]) == ["101.64 × 0.12 = 12.20"]
    # 0.3 and 1.0 used: 42 × 1.21 = 50.82 GiB = 6.0984; 140 × 1.21 = 169.4 GiB = 20.328
    assert ends(line) == ("6.10", "20.33")
    assert line.assumption == "quantity rests on data.used_share"
    assert line.facts == ("data.used_share",)
    assert line.resources == ("d-sys", "d-data")
    assert (line.workload, line.mechanism, line.region) == ("w", "snapshot_policy", HOME)


def test_an_unknown_change_rate_widens_the_range(rules: RuleBook) -> None:
    context = server_context(rules)
    unknown = replace(context, spec=replace(context.spec, daily_change=None), memo={})
    (line,) = lines_of(unknown, snapshots())
    # 1 %, 3 %, 10 % a day: 42 × 1.07 = 44.94; 84 × 1.21; 140 × 1.7 = 238 GiB
    assert amounts([line]) == ["101.64 × 0.12 = 12.20"]
    assert ends(line) == ("5.39", "28.56")
    assert line.facts == ("data.used_share", "data.daily_change")


def test_the_size_of_a_real_snapshot_beats_the_assumption(rules: RuleBook) -> None:
    # the newest snapshot of the data disk says 50 GiB: (40 × 0.6 + 50) × 1.21 = 89.54 GiB × 0.12 = 10.7448
    older = taken("s-1", "d-data", 90, "2026-11-01")
    (line,) = lines_of(server_context(rules, older, taken("s-2", "d-data", 50)), snapshots())
    assert amounts([line]) == ["89.54 × 0.12 = 10.74"]
    assert ends(line) == ("9.00", "13.07")  # (12 + 50) × 1.21 = 75.02 GiB; (40 + 50) × 1.21 = 108.9 GiB


def test_nothing_is_assumed_where_every_disk_has_a_snapshot(rules: RuleBook) -> None:
    # (20 + 50) × 1.21 = 84.7 GiB × 0.12 = 10.164
    context = server_context(rules, taken("s-1", "d-data", 50), taken("s-2", "d-sys", 20))
    (line,) = lines_of(context, snapshots())
    assert (amounts([line]), line.low, line.facts) == (["84.7 × 0.12 = 10.16"], None, ())


def test_an_unfinished_snapshot_says_nothing(rules: RuleBook) -> None:
    half = resource("s-1", "snapshot", None, status="progressing", source_disk_id="d-data", size_gib=5.0,
                    created_at="2026-11-21T02:00:00Z")  # fmt: skip
    (line,) = lines_of(server_context(rules, half), snapshots())
    assert line.quantity == D("101.64")


def test_longer_retention_pays_for_the_days_it_adds(rules: RuleBook) -> None:
    # from 7 to 30 days: 84 × (1.90 - 1.21) = 57.96 GiB × 0.12 = 6.9552
    (line,) = lines_of(server_context(rules, policy(7), *guarded()), snapshots(30))
    assert amounts([line]) == ["57.96 × 0.12 = 6.96"]


def test_shorter_retention_pays_nothing_back(rules: RuleBook) -> None:
    (line,) = lines_of(server_context(rules, policy(30), *guarded()), snapshots(7))
    assert amounts([line]) == ["0 × 0.12 = 0.00"]


def test_captures_kept_for_ever_stay(rules: RuleBook) -> None:
    # the full copy is there; the new policy adds its own changes: 84 × 0.21 = 17.64 GiB × 0.12 = 2.1168
    (line,) = lines_of(server_context(rules, policy(-1), *guarded()), snapshots(7))
    assert amounts([line]) == ["17.64 × 0.12 = 2.12"]


@pytest.mark.parametrize("broken", [{"status": "Expire"}, {"time_points": ()}])
def test_a_policy_that_does_not_run_has_stored_nothing(rules: RuleBook, broken: dict[str, object]) -> None:
    known = {"time_points": (2,), "repeat_weekdays": (1,), "retention_days": 7, "status": "Normal"}
    idle = resource("sp-old", "snapshot_policy", None, **{**known, **broken})
    (line,) = lines_of(server_context(rules, idle, *guarded()), snapshots(7))
    assert line.quantity == D("101.64")


def test_a_drill_runs_the_server_and_its_disks_for_eight_hours(rules: RuleBook) -> None:
    # 8 h × 0.5 = 4.00; 140 GiB × 8 h = 1120 GiB-hour × 0.002 = 2.24
    found = lines_of(server_context(rules), snapshots(), state="drill")
    assert amounts(found) == ["8 × 0.5 = 4.00", "1120 × 0.002 = 2.24"]
    assert found[0].facts == ("drill.hours",)
    for state in ("failover", "failback"):  # restored in the region, in place of what failed
        assert lines_of(server_context(rules), snapshots(), state=state) == []


# --- copies in another region -----------------------------------------------------------------------------------------


def test_a_copy_pays_for_storage_there_and_for_the_way(rules: RuleBook) -> None:
    # storage 84 × 1.21 = 101.64 GiB; traffic 84 × 0.03 × 730 / 24 days = 76.65 GB × 0.5 = 38.325
    found = lines_of(server_context(rules), copies())
    assert amounts(found) == ["101.64 × 0.12 = 12.20", "76.65 × 0.5 = 38.33"]
    assert [line.region for line in found] == [AWAY, HOME]
    assert ends(found[1]) == ("19.16", "63.88")  # 42 and 140 GiB: 38.325 and 127.75 GB
    assert found[1].note == "once, for the first full copy of about 84 GB: 42.00 CNY"  # 84 × 0.5


def test_a_copy_is_restored_there_and_brought_home(rules: RuleBook) -> None:
    context = server_context(rules)
    assert amounts(lines_of(context, copies(), state="drill")) == ["8 × 0.5 = 4.00", "1120 × 0.002 = 2.24"]
    # a month: 730 × 0.5 = 365.00; 140 × 730 = 102,200 GiB-hour × 0.002 = 204.40
    assert amounts(lines_of(context, copies(), state="failover")) == ["730 × 0.5 = 365.00", "102200 × 0.002 = 204.40"]
    # a third of 84 GiB goes back: 25.2 GB × 0.5 = 12.60; from 42 × 0.1 to 140 × 1
    (back,) = lines_of(context, copies(), state="failback")
    assert amounts([back]) == ["25.2 × 0.5 = 12.60"]
    assert (ends(back), back.region) == (("2.10", "70.00"), AWAY)


def test_a_standby_runs_in_the_place_of_what_would_be_restored(rules: RuleBook) -> None:
    found = lines_of(server_context(rules), copies(), standby("region"), state="failover")
    assert [line.mechanism for line in found] == ["standby_instance"]
    in_a_zone = lines_of(server_context(rules), copies(), standby("zone"), state="failover")
    assert [line.mechanism for line in in_a_zone] == ["snapshot_copy", "snapshot_copy", "standby_instance"]


def test_disks_that_are_copied_already_pay_for_longer_retention_only(rules: RuleBook) -> None:
    copying = policy(7, copy_enabled=True, copy_regions=(AWAY,), copy_retention_days=7)
    found = lines_of(server_context(rules, copying, *guarded()), copies(30))
    assert amounts(found) == ["57.96 × 0.12 = 6.96", "0 × 0.5 = 0.00"]
    assert (found[1].note or "").startswith("these copies are made today")
    switched_off = policy(7, copy_enabled=False, copy_regions=(AWAY,), copy_retention_days=7)
    assert amounts(lines_of(server_context(rules, switched_off, *guarded()), copies(7)))[0] == "101.64 × 0.12 = 12.20"


def test_a_policy_that_goes_on_copying_copies_its_new_disks_too(rules: RuleBook) -> None:
    copying = policy(7, copy_enabled=True, copy_regions=(AWAY,), copy_retention_days=7)
    system, data = make_disk("d-sys", 40, system=True), guarded()[1]
    context = server_context(rules, copying, system, data)
    kept = snapshots(7, keep_copy_region=AWAY)
    # storage: the system disk alone, 24 × 1.21 = 29.04 GiB here and there; traffic 24 × 0.03 × 730 / 24 = 21.9 GB
    assert amounts(lines_of(context, kept)) == [
        "29.04 × 0.12 = 3.48",
        "29.04 × 0.12 = 3.48",
        "21.9 × 0.5 = 10.95",
    ]
    # a copy action that rides on the policy says it instead, once
    riding = copies(7, policy_action=kept.actions[0].id)
    assert amounts(lines_of(context, kept, riding)) == amounts(lines_of(context, kept))


# --- file backup ------------------------------------------------------------------------------------------------------


def test_file_backup_is_charged_on_attached_capacity_by_the_day(rules: RuleBook) -> None:
    # 140 GiB × 730 / 24 days = 4,258.3333 GiB-day × 0.005 = 21.2917; at 0.001: 4.2583
    (line,) = lines_of(server_context(rules), propose("file_backup", ["i-1", "d-data"], instance_ids=["i-1"]))
    assert amounts([line]) == ["4258.3333 × 0.005 = 21.29"]
    assert ends(line) == ("4.26", "21.29")
    assert line.assumption == "price between 0.001 and 0.005: no page says"
    every = propose("file_backup", ["i-1", "d-data"], instance_ids=["i-1"])
    assert not any(lines_of(server_context(rules), every, state=state) for state in ("drill", "failover", "failback"))


def test_local_disks_of_the_type_count_where_they_are_not_listed(rules: RuleBook) -> None:
    # 140 GiB + 2 × 500 GiB of the instance type = 1140 × 730 / 24 = 34,675 GiB-day × 0.005 = 173.375
    big = resource(
        "i-1", "instance", instance_type="ecs.i2.large", cpu=2, local_storage_gib=500.0, local_storage_amount=2
    )
    (line,) = lines_of(server_context(rules, big), propose("file_backup", ["i-1"], instance_ids=["i-1"]))
    assert amounts([line]) == ["34675 × 0.005 = 173.38"]


def test_the_free_quota_is_the_accounts_and_rounded_down(rules: RuleBook) -> None:
    # 100 GiB × 730 / 24 × 0.005 = 15.2083, cut to 15.20 as the optimiser counts it; at 0.001: 3.04
    credit = quota_credit(costing(server_context(rules)), used_gib=1140, free_gib=100)
    assert credit is not None
    assert amounts([credit]) == ["-3041.6667 × 0.005 = -15.20"]
    assert (credit.low, credit.high, credit.shared_id) == (D("-3.04"), D("-15.20"), "file-backup-free-quota")
    # what is not used is not credited: 40 GiB × 730 / 24 × 0.005 = 6.0833
    small = quota_credit(costing(server_context(rules)), used_gib=40, free_gib=100)
    assert small is not None
    assert small.monthly == D("-6.08")
    assert quota_credit(costing(server_context(rules)), used_gib=0, free_gib=100) is None


def test_the_credit_never_exceeds_what_is_charged(rules: RuleBook) -> None:
    context = server_context(rules)
    (line,) = lines_of(context, propose("file_backup", ["i-1"], instance_ids=["i-1"]))
    cheap = line.model_copy(update={"monthly": D("15.19")})
    credit = quota_credit(costing(context), 140, 100, [cheap])
    assert credit is not None
    assert credit.monthly == D("-15.19")
