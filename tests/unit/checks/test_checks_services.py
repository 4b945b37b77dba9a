"""What the checks of replicas, databases, balancers and leftovers count and leave alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from check_estates import (
    LOCAL,
    REGION,
    H,
    I,
    balancer,
    database,
    disk,
    findings,
    members,
    of_check,
    pair,
    plan,
    scaling,
    server,
    thing,
)

from advisor.checks.clock import moment

# -- local disks, replicas --


def test_a_whole_instance_backup_does_not_see_local_disks() -> None:
    assert len(of_check("LOC-001", [server(), LOCAL, plan(source_type="UDM_ECS")])) == 1
    assert len(of_check("LOC-001", [server(local_storage_gib=894)])) == 1


def test_local_disks_are_judged_by_file_backup_alone() -> None:
    assert of_check("SNP-001", [server(), LOCAL]) == []


@pytest.mark.parametrize(
    ("status", "count"), [("syncing", 0), ("active", 0), ("initial_syncing", 1), ("failovered", 1)]
)
def test_a_pair_that_keeps_no_copy_up(status: str, count: int) -> None:
    assert len(of_check("REP-002", [server(), disk(), pair(status=status)])) == count


def test_a_pair_with_no_status_or_no_recovery_point_is_left_alone() -> None:
    silent = pair(status=None, last_recover_point="")
    assert of_check("REP-002", [server(), disk(), silent]) == of_check("REP-004", [server(), disk(), silent]) == []


# -- databases --


@pytest.mark.parametrize(
    ("given", "check"),
    [
        ({"category": "Basic", "slave_zones": ()}, "DB-001"),
        ({"category": "HighAvailability", "slave_zones": ()}, "DB-002"),
        ({"category": None, "slave_zones": ()}, "DB-002"),
        ({"product": "polardb", "category": "cluster", "slave_zones": (), "hot_standby": "OFF"}, "DB-001"),
        ({"product": "polardb", "category": "cluster", "slave_zones": ()}, "DB-002"),
    ],
)
def test_one_zone_or_unknown(given: dict[str, object], check: str) -> None:
    found = {item.id for item in findings([database(**given)])}
    assert found & {"DB-001:rm-1", "DB-002:rm-1"} == {f"{check}:rm-1"}


def test_a_cache_tells_by_its_secondary_zone() -> None:
    assert len(of_check("DB-001", [thing("cache", "r-1", zone=H, secondary_zone="")])) == 1
    assert of_check("DB-001", [thing("cache", "r-1", zone=H, secondary_zone=I)]) == []
    assert len(of_check("DB-002", [thing("cache", "r-1", zone=H)])) == 1


def test_a_read_replica_is_judged_with_its_primary() -> None:
    assert findings([database(role="readonly", slave_zones=(), log_backup_enabled=False)]) == ()


def test_log_backup_off_tells_the_gap_between_full_backups() -> None:
    (found,) = of_check("DB-003", [database(log_backup_enabled=False)])
    assert "full backups run on Monday, Thursday, at most 4 d apart" in found.detail


def test_unknown_log_backup_is_not_off() -> None:
    assert of_check("DB-003", [thing("database", "rm-1", zone=H, backup_retention_days=7)]) == []


def test_without_logs_the_gap_between_backups_must_be_kept_too() -> None:
    assert len(of_check("DB-004", [database(log_backup_enabled=False, backup_retention_days=5)])) == 1
    assert of_check("DB-004", [database(backup_retention_days=5)]) == []


# -- balancers and scaling groups --


def test_stopped_and_drained_members_do_not_count_for_zones() -> None:
    servers = [server("i-1"), server("i-2", I, status="Stopped"), server("i-3", I)]
    (found,) = of_check("LB-001", [balancer(), members("i-1", "i-2", "i-3", i_3=0), *servers])
    assert "the only serving member of the sgp-1 (sgp-1) in cn-hangzhou-h" in found.detail
    assert "not counted: the i-2 (i-2) (Stopped), the i-3 (i-3) (weight 0)" in found.detail


def test_members_of_unknown_zones_are_unknown() -> None:
    estate = [balancer(), members("i-1", "i-9"), server("i-1")]
    assert of_check("LB-001", estate) == []
    (found,) = of_check("LB-003", estate)
    assert "the zone of i-9 is in no file" in found.detail


def test_default_backends_count_only_where_a_listener_uses_them() -> None:
    backend = ({"server_id": "i-1", "weight": 100},)
    classic = balancer(lb_type="clb", backend=backend)
    group = replace(members("i-1", "i-2"))
    listener = thing("listener", "lsn-1", load_balancer_id="alb-1", server_group_ids=("sgp-1",))
    both = [classic, group, server("i-1"), server("i-2", I)]
    assert len(of_check("LB-001", both)) == 1
    assert of_check("LB-001", [*both, listener]) == []


def test_a_network_interface_stands_for_its_instance() -> None:
    interface = thing("network_interface", "eni-1", instance_id="i-1")
    assert len(of_check("LB-001", [balancer(), members("eni-1"), interface, server("i-1")])) == 1


@pytest.mark.parametrize(
    ("given", "check"),
    [
        ({"slave_zone": "", "zone_mappings": ()}, "LB-002"),
        ({"zone_mappings": ()}, "LB-003"),
        ({"zone_mappings": ({"zone": H},)}, "LB-002"),
    ],
)
def test_zones_of_a_balancer(given: dict[str, object], check: str) -> None:
    assert {item.id for item in findings([balancer(zones=(H,), **given)])} == {f"{check}:alb-1"}


def test_a_scaling_group_whose_vswitch_is_in_no_file_is_left_alone() -> None:
    switch = thing("vswitch", "vsw-1", zone=H)
    assert len(of_check("ESS-001", [scaling(zones=(), vswitch_ids=("vsw-1",)), switch])) == 1
    assert of_check("ESS-001", [scaling(zones=(H,), vswitch_ids=("vsw-1", "vsw-2")), switch]) == []


def test_another_image_tells_a_member_of_its_own_unless_the_group_made_it() -> None:
    group = scaling(configuration={"image_id": "m-1"}, instance_ids=("i-1",))
    (found,) = of_check("ESS-002", [group, server(image_id="m-2")])
    assert "runs the image m-2" in found.detail
    made = replace(
        group, attributes={**group.attributes, "members": ({"instance_id": "i-1", "creation_type": "AutoCreated"},)}
    )
    assert of_check("ESS-002", [made, server(image_id="m-2")]) == []


# -- ends and leftovers --


def test_days_of_a_subscription() -> None:
    def ends(day: str) -> list[str]:
        end = server(charge_type="PrePaid", expired_at=f"{day}T16:00:00Z")
        return [item.detail.partition(";")[0] for item in of_check("SUB-001", [end])]

    assert ends("2026-12-23") == []
    assert ends("2026-12-22") == ["It ends on 2026-12-22, 30 days after 2026-11-22"]
    assert ends("2026-11-22") == ["It ends on 2026-11-22, the very day 2026-11-22"]
    assert ends("2026-11-21") == ["It ends on 2026-11-21, 1 day before 2026-11-22"]


def test_a_disk_that_ends_with_its_instance_is_told_with_it() -> None:
    paid = {"charge_type": "PrePaid", "expired_at": "2026-12-05T16:00:00Z"}
    (found,) = of_check("SUB-001", [server(**paid), disk(**paid)])
    assert (found.resource, "its 1 disk with it: the d-1 (d-1)" in found.detail) == ("i-1", True)
    later = disk(**{**paid, "expired_at": "2026-12-06T16:00:00Z"})
    assert len(of_check("SUB-001", [server(**paid), later])) == 2
    assert of_check("SUB-001", [server(charge_type="PostPaid", expired_at="2026-12-05T16:00:00Z")]) == []


def test_nobody_is_forgotten_where_no_tags_are_known() -> None:
    assert of_check("FGT-001", [server(status="Stopped")], found_by="single") == []
    assert of_check("TAG-001", [server(), server("i-2")]) == []


def test_tags_of_the_cloud_are_nobodys_tags() -> None:
    own = server("i-2", tags={"app": "x"})
    assert len(of_check("TAG-001", [server(tags={"acs:autoscaling:scalingGroupId": "asg-1"}), own])) == 1


def test_disks_of_instances_that_no_file_lists_at_all_are_unknown() -> None:
    assert of_check("REF-001", [disk(owner="i-9")], listed=frozenset({("disk", REGION)})) == []


def test_one_key_is_told_once() -> None:
    (found,) = of_check("KEY-001", [server(), disk(kms_key_id="k"), disk("d-2", kms_key_id="k")])
    assert "2 disks and 0 snapshots of app" in found.detail


def test_moments() -> None:
    assert moment("2026-11-22T05:00:00Z") == moment("2026-11-22T05:00:00")
    assert moment("yesterday") is moment("") is moment(None) is None


def test_a_workload_without_any_pair_is_not_partly_replicated() -> None:
    assert of_check("REP-003", [server("i-1"), server("i-2"), disk(), disk("d-2", "i-2")]) == []


def test_a_scaling_group_is_left_alone_where_a_vswitch_tells_no_zone() -> None:
    switches = (thing("vswitch", "vsw-1", zone=H), thing("vswitch", "vsw-2"))
    assert of_check("ESS-001", [scaling(zones=(), vswitch_ids=("vsw-1", "vsw-2")), *switches]) == []
    assert of_check("ESS-001", [scaling(zones=(), vswitch_ids=("vsw-2",)), *switches]) == []


def test_a_place_of_a_balancer_without_a_zone_may_be_in_another() -> None:
    one = balancer(zones=(H,), zone_mappings=({"zone": H}, {"vswitch_id": "vsw-2"}))
    assert of_check("LB-002", [one]) == []
    assert len(of_check("LB-003", [one])) == 1
    assert len(of_check("LB-002", [balancer(zones=(H,), zone_mappings=({"zone": H},))])) == 1


@pytest.mark.parametrize(("status", "count"), [("abc", 1), ("deleted", 1), ("manual_syncing", 0), ("", 0)])
def test_a_pair_in_a_state_that_nobody_knows_is_not_counted_on(status: str, count: int) -> None:
    assert len(of_check("REP-002", [server(), disk(), pair(status=status)])) == count
