"""Every mechanism under every disruption, worked by hand (docs/estimates.md shows the same table with its arithmetic).

Ranges are fixed at their likely value. The server has 140 GiB in two disks, 60 % used, 3 % of it changing a day; the
database 200 GiB.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from advisor.estimation.context import Context
from advisor.estimation.outcome import Outcome, evaluate
from advisor.estimation.sampling import Sampler, Samples
from advisor.model.disruption import Disruption
from advisor.model.evidence import RuleBook
from advisor.model.graph import Component
from advisor.model.recovery import Protection
from tests import estate
from tests.estate import AWAY, DATABASE, FILES, OTHER_ZONE, REGIONAL, SERVER, ZONE

INF = math.inf
MIB = 1024
DAY = 86400
CHANGED = 100 * MIB * 0.6 * 0.03  # MiB of the data disk that change in a day
UPLOAD = CHANGED / 25  # at 25 MiB/s
READY = 5  # an instant-access snapshot
GAP = 24 * 3600 + 3600  # interval + the hour within which a run may start
COPY = CHANGED * GAP / DAY / 20  # what accumulates, at 20 MiB/s
MB = 1_000_000 / 1_048_576  # MiB in a MB
CYCLE = 900 + CHANGED * 900 / DAY / (100 * MB)  # 15 min and the transfer of their changes at 100 MB/s
FILE_RUN = CHANGED / (10 * MB)  # daily run at 10 MB/s


class Middle(Sampler):
    """Draws the middle of every range: what the code itself spreads evenly counts with its mean."""

    def uniforms(self, key: str) -> Samples:
        del key
        return np.full(self.size, 0.5)


def outcome(context: Context, disruption: Disruption, *protections: Protection) -> Outcome:
    return evaluate(context, disruption, protections, Middle(1, 4))


def minutes(*parts: float) -> float:
    return 60 * sum(parts)


LOAD = 100 * MIB * 0.6 * 0.3 / 60  # hot 30 % of the used 60 % at 60 MiB/s
RESTART = 60 + 150  # check within 1 min, restart within 5 min, on average half of it
HOST_RESTART = RESTART + minutes(1, 5) + 30  # boot, start, probe
ROLL_BACK = minutes(20, 30, 1, 2) + LOAD + minutes(1, 5, 15)  # notice, declare, stop, roll back | boot, start, verify
REBUILD = (
    minutes(10, 15) + 90 + minutes(1) + 20 + LOAD + minutes(5, 5, 15)
)  # create, boot, attach | start, callers, verify
REBUILD_AWAY = REBUILD - minutes(10, 15) + minutes(15, 45)
ATTACH_STANDBY = minutes(10, 15, 5) + 20 + minutes(5, 5, 15)  # software in step (boot is shorter), attach, start …
OPEN_REPLICA = minutes(10, 15, 5) + 20 + minutes(5, 5, 15)  # the replica opens (2 min) while the software is brought up
OPEN_AWAY = OPEN_REPLICA - minutes(10, 15) + minutes(15, 45)

SERVER_CASES: list[tuple[str, Disruption, list[Protection], float, float]] = [
    ("nothing", "logical", [], INF, INF),
    ("nothing", "instance", [], 0, HOST_RESTART),
    ("nothing", "zone", [], INF, INF),
    ("nothing", "region", [], INF, INF),
    ("snapshots", "logical", [estate.snapshots()], GAP + READY, ROLL_BACK),
    ("snapshots", "instance", [estate.snapshots()], 0, HOST_RESTART),
    ("snapshots", "zone", [estate.snapshots()], GAP + READY + UPLOAD, REBUILD),
    ("snapshots", "region", [estate.snapshots()], INF, INF),
    ("copies", "logical", [estate.snapshots(), estate.copies()], GAP + READY, ROLL_BACK),
    ("copies", "zone", [estate.snapshots(), estate.copies()], GAP + READY + UPLOAD, REBUILD),
    ("copies", "region", [estate.snapshots(), estate.copies()], GAP + READY + UPLOAD + COPY, REBUILD_AWAY),
    ("files", "logical", [FILES], DAY + FILE_RUN, minutes(20, 30, 1) + 100 * MIB * 0.6 / 20 + minutes(1, 5, 15)),
    ("files", "instance", [FILES], 0, HOST_RESTART),
    ("files", "zone", [FILES], DAY + FILE_RUN, REBUILD - 20 - LOAD + 100 * MIB * 0.6 / 20),
    ("files", "region", [FILES], INF, INF),
    ("regional", "logical", [REGIONAL, estate.standby("zone")], INF, INF),
    ("regional", "instance", [REGIONAL, estate.standby("zone")], 0, HOST_RESTART),
    ("regional", "zone", [REGIONAL, estate.standby("zone")], 0, ATTACH_STANDBY),
    ("regional", "region", [REGIONAL, estate.standby("zone")], INF, INF),
    ("async zone", "logical", [estate.replicated("zone"), estate.standby("zone")], INF, INF),
    ("async zone", "zone", [estate.replicated("zone"), estate.standby("zone")], CYCLE, OPEN_REPLICA),
    ("async zone", "region", [estate.replicated("zone"), estate.standby("zone")], INF, INF),
    ("async region", "logical", [estate.replicated("region"), estate.standby("region")], INF, INF),
    ("async region", "region", [estate.replicated("region"), estate.standby("region")], CYCLE, OPEN_AWAY),
]


@pytest.mark.parametrize(("name", "disruption", "protections", "rpo", "rto"), SERVER_CASES)
def test_server(
    certain_rules: RuleBook, name: str, disruption: Disruption, protections: list[Protection], rpo: float, rto: float
) -> None:
    found = outcome(estate.server_context(certain_rules), disruption, *protections)
    assert found.worst_s == pytest.approx(rpo), name
    assert found.quantile(0.95) == pytest.approx(rto), name


def test_a_running_standby_saves_the_boot_and_the_stock_risk(certain_rules: RuleBook) -> None:
    quick = outcome(estate.server_context(certain_rules), "zone", REGIONAL, estate.standby("zone", "running"))
    assert [task.kind for task in quick.schedule.tasks if task.component == SERVER.id] == [  # type: ignore[union-attr]
        "software", "attach:d-data", "start",
    ]  # fmt: skip


def test_local_disks_come_back_from_file_backup_only(certain_rules: RuleBook) -> None:
    context = estate.server_context(certain_rules, data_category="local_ssd_pro")
    assert not outcome(context, "instance").recoverable
    assert outcome(context, "instance").worst_s == INF
    saved = outcome(context, "instance", FILES)
    # the live system disk stays; the local one is restored after redeployment
    assert saved.worst_s == pytest.approx(DAY + FILE_RUN)
    assert saved.quantile(0.5) == pytest.approx(minutes(3, 5) + 90 + 100 * MIB * 0.6 / 20 + minutes(5, 15))


def test_previous_generation_disks_skip_a_run_that_falls_into_an_upload(certain_rules: RuleBook) -> None:
    # 60 TiB: an hour's changes take 60 * 1024 * 1024 * 0.6 * 0.03 / 24 / 25 s = 1887 s < 1 h, so nothing is skipped;
    # at 30 % a day it is 18874 s > 1 h, and the gap doubles
    for change, gap in ((0.03, 3600), (0.30, 2 * 3600)):
        parts = [estate.resource("i-1", "instance"), estate.disk("d-data", 61440, category="cloud_efficiency")]
        single = Component(SERVER.id, "stateful_instance", "i-1", ("i-1",), ("d-data",))
        context = estate.context(certain_rules, parts, [single], change)
        upload = 61440 * MIB * 0.6 * change / 24 / 25
        found = outcome(context, "zone", estate.snapshots(1))
        assert found.worst_s == pytest.approx(gap + 3600 + upload)


DATABASE_HA = Protection("rds_ha", DATABASE.id, ("rm-1",), {"slave_zone": OTHER_ZONE})
DATABASE_COPY = Protection(
    "rds_cross_region_backup", DATABASE.id, ("rm-1",), {"target_region": AWAY, "retention_days": 7}
)
DATABASE_SYNC = Protection("dts", DATABASE.id, ("rm-1",), {"target_region": AWAY})
RESTORE = 600 + 200 * MIB * 0.6 / 80 + 300  # create 10 min, restore at 80 MiB/s, new endpoint 5 min
DATABASE_CASES: list[tuple[str, Disruption, list[Protection], float, float]] = [
    ("basic", "logical", [], 1, minutes(20, 30) + RESTORE + 900),
    ("basic", "instance", [], 0, minutes(15) + 30),
    ("basic", "zone", [], 300, minutes(10, 15) + RESTORE + 900),
    ("basic", "region", [], INF, INF),
    ("ha", "logical", [DATABASE_HA], 1, minutes(20, 30) + RESTORE + 900),
    ("ha", "instance", [DATABASE_HA], 0, 30 + 30),
    ("ha", "zone", [DATABASE_HA], 0, 30 + 30),
    ("ha", "region", [DATABASE_HA], INF, INF),
    ("remote backup", "region", [DATABASE_COPY], 300 + 1800, minutes(15, 45, 10) + RESTORE + 900),
    ("dts", "logical", [DATABASE_SYNC], 1, minutes(20, 30) + RESTORE + 900),
    ("dts", "region", [DATABASE_SYNC], 5, minutes(15, 45, 5, 5) + 900),
]


@pytest.mark.parametrize(("name", "disruption", "protections", "rpo", "rto"), DATABASE_CASES)
def test_database(
    certain_rules: RuleBook, name: str, disruption: Disruption, protections: list[Protection], rpo: float, rto: float
) -> None:
    found = outcome(estate.database_context(certain_rules), disruption, *protections)
    assert found.worst_s == pytest.approx(rpo), name
    assert found.quantile(0.95) == pytest.approx(rto), name


def test_an_asynchronous_standby_loses_its_lag(rules: RuleBook) -> None:
    context = estate.database_context(
        rules, engine="PostgreSQL", category="HighAvailability", slave_zones=(OTHER_ZONE,)
    )
    assert outcome(context, "zone").worst_s == 5
    synchronous = estate.database_context(
        rules, engine="PostgreSQL", category="HighAvailability", slave_zones=(OTHER_ZONE,), replication_mode="Sync"
    )
    assert outcome(synchronous, "zone").worst_s == 0


def fleet(rules: RuleBook, zones: list[str], quorum: int, *, stateless: bool = True) -> Context:
    members = [estate.resource(f"i-{n}", "instance", zone) for n, zone in enumerate(zones)]
    balancer = estate.resource("alb-1", "load_balancer", None, lb_type="alb", address_type="Internet")
    group = Component("server_group:sgp-1", "server_group", "web", tuple(m.id for m in members), (), ("alb-1",), quorum,
                      stateless)  # fmt: skip
    entry = Component("entry:alb-1", "entry", "alb-1", ("alb-1",))
    return estate.context(rules, [*members, balancer], [group, entry])


HEALTH = (2 * 2 + (5 * 3 + 2 * 3)) / 2  # interval 2 s, timeout 5 s, three failures: 4 s to 21 s
LEAVE_ZONE = 30


def test_a_spread_group_fails_over_by_itself(certain_rules: RuleBook) -> None:
    context = fleet(certain_rules, [ZONE, ZONE, OTHER_ZONE, OTHER_ZONE], 2)
    assert outcome(context, "instance").quantile(0.5) == pytest.approx(HEALTH + 30)
    assert outcome(context, "zone").quantile(0.5) == max(HEALTH, LEAVE_ZONE) + 30
    assert outcome(context, "zone").worst_s == 0


def test_a_group_in_one_zone_is_rebuilt_by_people_until_it_is_spread(certain_rules: RuleBook) -> None:
    context = fleet(certain_rules, [ZONE, ZONE], 1)
    rebuilt = minutes(10, 15) + 90 + minutes(1, 2, 15)
    assert outcome(context, "zone").quantile(0.5) == rebuilt
    spread = Protection(
        "alb_multi_zone", "server_group:sgp-1", ("i-0", "i-1"), {"added_instances": 1, "added_by_zone": {OTHER_ZONE: 1}}
    )
    assert outcome(context, "zone", spread).quantile(0.5) == max(HEALTH, LEAVE_ZONE) + 30


def test_a_region_needs_a_standby_group_and_a_switch_of_names(certain_rules: RuleBook) -> None:
    context = fleet(certain_rules, [ZONE, OTHER_ZONE], 1)
    assert not outcome(context, "region").recoverable
    params = {"target_region": AWAY, "mode": "warm"}
    warm = Protection("fleet_standby", "server_group:sgp-1", ("i-0", "i-1"), params)
    by_hand = (
        minutes(15, 45) + minutes(5) + 600 + 30 + 900
    )  # DNS record, TTL, resolvers that cache longer, verification
    assert outcome(context, "region", warm).quantile(0.5) == by_hand
    gtm = Protection("gtm", "entry:alb-1", ("alb-1",), {"interval_s": 60, "retries": 3, "ttl_s": 60})
    managed = outcome(context, "region", warm, gtm)
    # three probes 60 s apart, half a TTL of 60 s, resolvers that cache longer, a probe
    assert managed.quantile(0.5) == minutes(3) + 30 + 30 + 30
    assert all(task.automatic for task in managed.schedule.tasks)  # type: ignore[union-attr]


def test_a_small_standby_group_scales_itself_out(certain_rules: RuleBook) -> None:
    # the rule sees the load after 3 min, two servers are created in 1.5 min and boot in 1, the application starts in
    # 2; meanwhile probes, TTL and resolvers take 4 min; a probe confirms
    context = fleet(certain_rules, [ZONE, OTHER_ZONE, ZONE], 3)
    params = {"target_region": AWAY, "mode": "small", "count": 1, "capacity": 3}
    small = Protection("fleet_standby", "server_group:sgp-1", ("i-0", "i-1", "i-2"), params)
    gtm = Protection("gtm", "entry:alb-1", ("alb-1",), {"interval_s": 60, "retries": 3, "ttl_s": 60})
    found = outcome(context, "region", small, gtm)
    assert found.quantile(0.5) == minutes(3) + 90 + minutes(1, 2) + 30
    assert all(task.automatic for task in found.schedule.tasks)  # type: ignore[union-attr]
    empty = Protection("fleet_standby", "server_group:sgp-1", ("i-0",), {**params, "mode": "pilot"})
    # people notice and decide (15 + 45 min), a network check of 30 min for want of one there, then the same
    assert outcome(context, "region", empty, gtm).quantile(0.5) > found.quantile(0.5) + minutes(60)


def test_stopped_and_drained_members_do_not_count(certain_rules: RuleBook) -> None:
    # three of four needed; one is drained: losing another one leaves two
    members = [estate.resource(f"i-{n}", "instance", OTHER_ZONE if n else ZONE) for n in range(4)]
    weights = [{"server_id": f"i-{n}", "weight": 0 if n == 3 else 100} for n in range(4)]
    group = estate.resource("sgp-1", "server_group", None, members=weights)
    ids = tuple(m.id for m in members)
    fleet_of_four = Component("server_group:sgp-1", "server_group", "web", ids, (), ("sgp-1",), 3,
                              stateless=True)  # fmt: skip
    context = estate.context(certain_rules, [*members, group], [fleet_of_four])
    assert [item.id for item in context.serving(fleet_of_four)] == ["i-0", "i-1", "i-2"]
    assert outcome(context, "instance").quantile(0.5) > minutes(5)
