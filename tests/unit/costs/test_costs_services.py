"""Balancers, groups, databases and traffic management by hand."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.estimation.context import Context
from advisor.estimation.costs import shared_lines
from advisor.estimation.costs.skus import class_size
from advisor.model.evidence import RuleBook
from advisor.model.graph import Component
from advisor.model.inventory import Resource
from advisor.model.recovery import Proposal
from tests.estate import AWAY, HOME, OTHER_ZONE, ZONE, database_context, resource, server_context
from tests.estate import context as make_context
from tests.estate import disk as make_disk
from tests.unit.costs.cost_estates import D, amounts, book, costing, database, ends, lines_of, propose

GROUP = Component(
    "server_group:sg", "server_group", "web", ("i-1", "i-2"), entry_ids=("alb-1",), stateless=True, quorum=2
)
ZONES = [{"zone": ZONE, "vswitch_id": "vsw-1", "cidr": None}, {"zone": OTHER_ZONE, "vswitch_id": None, "cidr": None}]


def fleet_context(rules: RuleBook, *extra: Resource, public: bool = True) -> Context:
    """Two servers in one zone, each with a system disk of 40 GiB, behind a balancer in one zone."""
    servers = [resource(name, "instance", instance_type="ecs.g7.large", cpu=2) for name in ("i-1", "i-2")]
    disks = [make_disk("d-1", 40, owner="i-1", system=True), make_disk("d-2", 40, owner="i-2", system=True)]
    address = "internet" if public else "intranet"
    balancer = Resource("alb-1", "load_balancer", "alb-1", HOME, ZONE, (ZONE,),
                        attributes={"lb_type": "alb", "address_type": address})  # fmt: skip
    entry = Component("entry:alb-1", "entry", "alb-1", ("alb-1",))
    return make_context(rules, [*servers, *disks, balancer, *extra], [GROUP, entry])


def spread(**more: Any) -> Proposal:
    known: dict[str, Any] = {
        "zones": ZONES, "instance_ids": ["i-1", "i-2"], "instance_type": "ecs.g7.large", "added_instances": 2,
        "new_balancer": True, "load_balancer_id": None,
    }  # fmt: skip
    return propose("alb_multi_zone", ["i-1", "i-2"], GROUP.id, **{**known, **more})


def fleet(mode: str = "pilot", **more: Any) -> Proposal:
    known: dict[str, Any] = {
        "target_region": AWAY, "zones": [{"zone": f"{AWAY}-l"}, {"zone": f"{AWAY}-m"}], "image_id": "m-own",
        "count": 2 if mode == "warm" else 0, "capacity": 2, "mode": mode, "instance_type": "ecs.g7.large",
    }  # fmt: skip
    return propose("fleet_standby", ["i-1", "i-2"], GROUP.id, AWAY, **{**known, **more})


# --- servers over zones, groups that stand by -------------------------------------------------------------------------


def test_servers_and_a_balancer_over_the_zones(rules: RuleBook) -> None:
    # 2 × 730 × 0.5; 2 × 40 GiB × 730 × 0.002; 730 × 0.147; 2 LCU (1 to 10) × 730 × 0.049; 2 addresses × 730 × 0.02
    found = lines_of(fleet_context(rules), spread())
    assert amounts(found) == [
        "1460 × 0.5 = 730.00",
        "58400 × 0.002 = 116.80",
        "730 × 0.147 = 107.31",
        "1460 × 0.049 = 71.54",
        "1460 × 0.02 = 29.20",
    ]
    assert (ends(found[3]), found[3].facts) == (("35.77", "357.70"), ("traffic.lcu",))
    for state in ("drill", "failover", "failback"):  # what Auto Scaling starts takes the place of what failed
        assert lines_of(fleet_context(rules), spread(), state=state) == []


def test_a_balancer_for_the_inside_has_no_public_address(rules: RuleBook) -> None:
    skus = [line.sku for line in lines_of(fleet_context(rules, public=False), spread())]
    assert skus == ["ecs.g7.large", "disk.cloud_essd.pl1.capacity", "alb.instance.standard", "alb.lcu"]


def test_a_balancer_that_stays_pays_for_the_zone_it_enters(rules: RuleBook) -> None:
    # one zone more: 730 × 0.02 = 14.60; nothing where it is internal, nothing for zones it has
    stays = spread(added_instances=0, new_balancer=False, load_balancer_id="alb-1")
    assert amounts(lines_of(fleet_context(rules), stays)) == ["730 × 0.02 = 14.60"]
    assert lines_of(fleet_context(rules, public=False), stays) == []
    there = spread(added_instances=0, new_balancer=False, load_balancer_id="alb-1", zones=ZONES[:1])
    assert lines_of(fleet_context(rules), there) == []


def test_a_prepared_group_pays_for_balancer_addresses_and_image(rules: RuleBook) -> None:
    # 730 × 0.147; 2 × 730 × 0.02; 40 GiB × 0.6 = 24 GiB × 0.12
    context = fleet_context(rules)
    steady = ["730 × 0.147 = 107.31", "1460 × 0.02 = 29.20", "24 × 0.12 = 2.88"]
    assert amounts(lines_of(context, fleet())) == steady
    # drill: 2 × 8 h × 0.5, 2 × 40 GiB × 8 h × 0.002
    assert amounts(lines_of(context, fleet(), state="drill")) == ["16 × 0.5 = 8.00", "640 × 0.002 = 1.28"]


def test_a_prepared_group_that_serves_pays_for_servers_units_and_traffic(rules: RuleBook) -> None:
    # 2 × 730 × 0.5; 80 GiB × 730 × 0.002; 2 LCU × 730 × 0.049; traffic at most 1 GB an hour and LCU: 1460 GB × 0.8
    found = lines_of(fleet_context(rules), fleet(), state="failover")
    assert amounts(found) == [
        "1460 × 0.5 = 730.00",
        "58400 × 0.002 = 116.80",
        "1460 × 0.049 = 71.54",
        "1460 × 0.8 = 1168.00",
    ]
    assert ends(found[3]) == ("0.00", "5840.00")  # none to 10 LCU × 730 h × 0.8


def test_a_small_group_runs_one_server_and_pays_for_the_others_when_it_serves(rules: RuleBook) -> None:
    # one of two: 730 × 0.5 and 40 GiB × 730 × 0.002 every month; the other for a drill, and failed over
    small = fleet("small", count=1)
    assert amounts(lines_of(fleet_context(rules), small))[3:] == ["730 × 0.5 = 365.00", "29200 × 0.002 = 58.40"]
    drill = lines_of(fleet_context(rules), small, state="drill")
    assert amounts(drill) == ["8 × 0.5 = 4.00", "320 × 0.002 = 0.64"]
    over = lines_of(fleet_context(rules), small, state="failover")
    assert amounts(over)[:2] == ["730 × 0.5 = 365.00", "29200 × 0.002 = 58.40"]


def test_a_warm_group_runs_every_month(rules: RuleBook) -> None:
    found = lines_of(fleet_context(rules), fleet("warm"))
    assert amounts(found)[3:] == ["1460 × 0.5 = 730.00", "58400 × 0.002 = 116.80"]
    assert lines_of(fleet_context(rules), fleet("warm"), state="drill") == []
    assert [line.sku for line in lines_of(fleet_context(rules), fleet("warm"), state="failover")] == [
        "alb.lcu",
        "eip.traffic.out",
    ]


def test_a_half_warm_group_starts_the_rest(rules: RuleBook) -> None:
    half = fleet("warm", count=1, capacity=3)
    assert amounts(lines_of(fleet_context(rules), half))[3] == "730 × 0.5 = 365.00"
    assert amounts(lines_of(fleet_context(rules), half, state="drill"))[0] == "16 × 0.5 = 8.00"  # 2 × 8 h


# --- databases --------------------------------------------------------------------------------------------------------


def test_a_second_node_costs_two_nodes_less_one(rules: RuleBook) -> None:
    # two nodes: 4 cores × 730 × 0.52, 8 GiB × 730 × 0.063, 200 GB × 3.1; one node: 4 × 730 × 0.16, 200 × 0.5 saved
    found = lines_of(database_context(rules), database("rds_ha"))
    assert amounts(found) == [
        "2920 × 0.52 = 1518.40",
        "5840 × 0.063 = 367.92",
        "200 × 3.1 = 620.00",
        "-2920 × 0.16 = -467.20",
        "-200 × 0.5 = -100.00",
    ]
    assert sum(line.monthly or D(0) for line in found) == D("1939.12")
    assert ends(found[3]) == ("-730.00", "-467.20")  # at best 4 × 730 × 0.25 are saved


def test_a_standby_that_changes_its_zone_costs_nothing(rules: RuleBook) -> None:
    assert lines_of(database_context(rules), database("rds_ha", "HighAvailability")) == []


def test_remote_backups_pay_for_storage_and_the_way(rules: RuleBook) -> None:
    # 200 GB × 0.6 = 120 × 1.21 = 145.2 GB × 730 h = 105,996 GB-hour × 0.0004 = 42.3984
    # 120 × 0.03 × 730 / 24 = 109.5 GB × 1
    copy = database("rds_cross_region_backup", target_region=AWAY, retention_days=7)
    found = lines_of(database_context(rules), copy)
    assert amounts(found) == ["105996 × 0.0004 = 42.40", "109.5 × 1 = 109.50"]
    assert found[1].note == "once, for the first full copy of about 120 GB: 120.00 CNY"


def test_remote_backups_become_a_database_when_needed(rules: RuleBook) -> None:
    copy = database("rds_cross_region_backup", target_region=AWAY, retention_days=7)
    context = database_context(rules)
    # basic edition: 4 × 8 h × 0.25; 200 GB × 8 / 720 of a month × 1.6 = 3.5555
    assert amounts(lines_of(context, copy, state="drill")) == ["32 × 0.25 = 8.00", "2.2222 × 1.6 = 3.56"]
    assert amounts(lines_of(context, copy, state="failover")) == ["2920 × 0.25 = 730.00", "200 × 1.6 = 320.00"]
    assert amounts(lines_of(context, copy, state="failback")) == ["36 × 1 = 36.00"]  # 120 × 0.3


def synchronised(**more: Any) -> Proposal:
    return database("dts", None, target_region=AWAY, dts_class="medium", **{"architecture": "oneway", **more})


def test_a_database_kept_in_step_is_of_the_edition_it_copies(rules: RuleBook) -> None:
    basic = lines_of(database_context(rules), synchronised())
    # 4 × 730 × 0.25; 200 × 1.6; link 730 × 7
    assert amounts(basic) == ["2920 × 0.25 = 730.00", "200 × 1.6 = 320.00", "730 × 7 = 5110.00"]
    two = lines_of(database_context(rules, category="HighAvailability"), synchronised())
    assert amounts(two)[:3] == ["2920 × 0.52 = 1518.40", "5840 × 0.063 = 367.92", "200 × 3.1 = 620.00"]
    assert [line.region for line in two] == [AWAY, AWAY, AWAY, HOME]


def test_the_way_back_is_a_link_of_its_own(rules: RuleBook) -> None:
    context = database_context(rules)
    assert amounts(lines_of(context, synchronised(), state="failover")) == ["730 × 7 = 5110.00"]
    both = synchronised(architecture="bidirectional")
    assert amounts(lines_of(context, both))[-1] == "1460 × 7 = 10220.00"
    assert lines_of(context, both, state="failover") == []
    assert amounts(lines_of(context, synchronised(), state="drill")) == ["32 × 0.25 = 8.00", "2.2222 × 1.6 = 3.56"]


def test_a_size_that_nobody_knows_is_unpriced(rules: RuleBook) -> None:
    unknown = database("rds_ha", cpu=None, memory_mib=None, instance_class="rds.mysql.s3.large")
    found = lines_of(database_context(rules, cpu=None, memory_mib=None), unknown)
    assert [(line.sku, line.monthly) for line in found] == [
        ("rds.mysql.ha.class", None),
        ("rds.mysql.basic.class", None),
    ]
    no_memory = lines_of(database_context(rules), database("rds_ha", memory_mib=None))
    assert ("rds.mysql.ha.memory_not_known", None) in [(line.sku, line.monthly) for line in no_memory]


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("mysql.n2.medium.1", (2, 4)),
        ("mysql.n4.large.2c", (4, 16)),
        ("mysql.x8.xlarge.2c", (8, 64)),
        ("pg.x4.2xlarge.2c", (16, 64)),
        ("pg.n4.4c.2m", (4, 16)),
        ("mysql.n2e.small.1", (1, 2)),
        ("mysql.x4.13xlarge.2c", (None, None)),
        ("rds.mysql.s3.large", (None, None)),
        ("", (None, None)),
    ],
)
def test_class_names_tell_cores_and_memory(name: str, size: tuple[float | None, float | None]) -> None:
    assert class_size(name) == size


# --- traffic management -----------------------------------------------------------------------------------------------


def test_the_traffic_manager_is_charged_once(rules: RuleBook) -> None:
    context = server_context(rules)
    name = propose("gtm", ["alb-1"], addresses=["203.0.113.9"])
    assert lines_of(context, name) == []
    (line,) = shared_lines(costing(context), ["gtm-instance", "gtm-instance"])
    assert amounts([line]) == ["1 × 128 = 128.00"]
    assert (line.billing, line.shared_id, line.workload) == ("subscription", "gtm-instance", "")
    assert line.note is None
    assert shared_lines(costing(context), []) == ()


def test_probe_tasks_beyond_a_hundred_are_paid_by_the_hundred(rules: RuleBook) -> None:
    # 250 tasks: 150 beyond the instance's = 2 packs × 80
    context = server_context(rules)
    assert amounts(shared_lines(costing(context), ["gtm-instance"], 250)) == ["1 × 128 = 128.00", "2 × 80 = 160.00"]
    assert len(shared_lines(costing(context), ["gtm-instance"], 100)) == 1


def test_what_has_no_price_says_so(rules: RuleBook) -> None:
    prices = book(alb__lcu=None)
    found = lines_of(fleet_context(rules), spread(), prices=prices)
    (line,) = [item for item in found if item.sku == "alb.lcu"]
    assert (line.monthly, line.unit_price, line.quantity) == (None, None, D(1460))
    assert (line.note or "").startswith("unpriced: the price book has no payg price in CNY")
