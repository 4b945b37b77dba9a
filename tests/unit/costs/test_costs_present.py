"""What an estate costs now, by hand, and how a price becomes a line."""

from __future__ import annotations

from decimal import Decimal

import pytest

from advisor.estimation import billing
from advisor.estimation.context import Context
from advisor.estimation.costs import present_lines
from advisor.estimation.costs.costing import factor_of, quantity
from advisor.model.cost import CostLine
from advisor.model.evidence import RuleBook
from advisor.model.graph import Component
from advisor.model.inventory import Resource
from tests.estate import AWAY, HOME, ZONE, database_context, resource, server_context
from tests.estate import context as make_context
from tests.estate import disk as make_disk
from tests.unit.costs.cost_estates import D, amounts, book, costing, lines_of, price, standby


def now(context: Context) -> list[CostLine]:
    return list(present_lines(costing(context)))


def own(lines: list[CostLine], identity: str) -> list[CostLine]:
    return [line for line in lines if line.resources == (identity,)]


def test_servers_and_disks_at_list_price(rules: RuleBook) -> None:
    # 730 × 0.5; 40 and 100 GiB × 730 × 0.002
    found = now(server_context(rules))
    assert amounts(found) == ["730 × 0.5 = 365.00", "29200 × 0.002 = 58.40", "73000 × 0.002 = 146.00"]


def test_a_server_stopped_in_economical_mode_pays_for_its_disks(rules: RuleBook) -> None:
    stopped = {"instance_type": "ecs.g7.large", "status": "Stopped"}
    saving = resource("i-1", "instance", stopped_mode="StopCharging", charge_type="PostPaid", **stopped)
    assert own(now(server_context(rules, saving)), "i-1") == []
    charging = resource("i-1", "instance", stopped_mode="KeepCharging", **stopped)
    assert amounts(own(now(server_context(rules, charging)), "i-1")) == ["730 × 0.5 = 365.00"]
    subscribed = resource("i-1", "instance", stopped_mode="StopCharging", charge_type="PrePaid", **stopped)
    (line,) = own(now(server_context(rules, subscribed)), "i-1")
    assert (line.note or "").startswith("priced by pay-as-you-go: the book has no subscription price")


def test_subscribed_disks_pay_by_the_month_where_the_book_has_it(rules: RuleBook) -> None:
    paid = make_disk("d-data", 100, charge_type="PrePaid")
    (line,) = own(now(server_context(rules, paid)), "d-data")
    assert (amounts([line]), line.billing) == (["100 × 1 = 100.00"], "subscription")


def test_a_type_without_an_hourly_price_is_priced_by_its_vcpus(rules: RuleBook) -> None:
    # 4 vCPU × 730 × 0.4, at least × 0.1
    odd = resource("i-1", "instance", instance_type="ecs.x9.xlarge", cpu=4)
    (line,) = own(now(server_context(rules, odd)), "i-1")
    assert (line.sku, amounts([line]), line.low) == ("ecs.other.vcpu", ["2920 × 0.4 = 1168.00"], D("292.00"))
    assert "priced by vCPU" in line.what_for


def test_snapshots_and_their_copies(rules: RuleBook) -> None:
    # 60 GiB used: 60 × 1.21 = 72.6 GiB here; 60 × (1 + 30 × 0.03) = 114 GiB there; 60 × 0.03 × 730 / 24 = 54.75 GB
    policy = resource("sp", "snapshot_policy", None, status="Normal", time_points=(2,), repeat_weekdays=(1, 4),
                      retention_days=7, copy_enabled=True, copy_regions=(AWAY,), copy_retention_days=30)  # fmt: skip
    disk = make_disk("d-data", 100, snapshot_policy_ids=("sp",))
    found = own(now(server_context(rules, policy, disk)), "d-data")[1:]
    assert amounts(found) == ["72.6 × 0.12 = 8.71", "114 × 0.12 = 13.68", "54.75 × 0.5 = 27.38"]
    assert [line.region for line in found] == [HOME, AWAY, HOME]


def test_captures_kept_for_ever_count_as_grown_so_far(rules: RuleBook) -> None:
    # kept since 2 November, 20 full days: 60 × (1 + 20 × 0.03) = 96 GiB × 0.12
    ever = resource("sp", "snapshot_policy", None, status="Normal", time_points=(2,), repeat_weekdays=(1,),
                    retention_days=-1, created_at="2026-11-02T00:00:00Z")  # fmt: skip
    disk = make_disk("d-data", 100, snapshot_policy_ids=("sp",))
    line = own(now(server_context(rules, ever, disk)), "d-data")[1]
    assert amounts([line]) == ["96 × 0.12 = 11.52"]
    assert (line.note or "").startswith("kept for ever")


def test_a_replica_and_its_traffic(rules: RuleBook) -> None:
    # 100 GiB × 730 × 0.002 there; 54.75 GB × 1
    pair = resource("pair-1", "replica_pair", status="normal", source_disk_id="d-data", destination_disk_id="d-copy",
                    destination_region=AWAY)  # fmt: skip
    found = now(server_context(rules, pair))[-2:]
    assert amounts(found) == ["73000 × 0.002 = 146.00", "54.75 × 1 = 54.75"]
    assert [line.region for line in found] == [AWAY, HOME]
    # a replica that the workload lists has its own line already: 50 GiB × 730 × 0.001, and the traffic
    listed = resource("d-copy", "disk", f"{AWAY}-l", AWAY, size_gib=50, category="cloud_essd", performance_level="PL0")
    found = [line for line in now(server_context(rules, pair, listed)) if line.region == AWAY or line.unit == "GB"]
    assert amounts(found) == ["54.75 × 1 = 54.75", "36500 × 0.001 = 36.50"]


def test_databases_by_edition(rules: RuleBook) -> None:
    assert amounts(now(database_context(rules))) == ["2920 × 0.25 = 730.00", "200 × 1.6 = 320.00"]
    two = now(database_context(rules, category="HighAvailability"))
    assert amounts(two) == ["2920 × 0.52 = 1518.40", "5840 × 0.063 = 367.92", "200 × 3.1 = 620.00"]
    (serverless,) = now(database_context(rules, category="serverless_basic"))
    assert (serverless.sku, serverless.monthly) == ("rds.mysql.serverless_basic.class", None)


def entry(rules: RuleBook, *resources: Resource) -> list[CostLine]:
    component = Component("entry:x", "entry", "x", (resources[0].id,))
    return now(make_context(rules, resources, [component]))


def test_balancers_addresses_and_caches(rules: RuleBook) -> None:
    alb = resource("alb-1", "load_balancer", lb_type="alb", edition="Standard")
    assert amounts(entry(rules, alb)) == ["730 × 0.147 = 107.31", "1460 × 0.049 = 71.54"]
    clb = resource("lb-1", "load_balancer", lb_type="clb", spec="slb.s1.small")
    assert amounts(entry(rules, clb)) == ["730 × 0.1 = 73.00"]
    cache = resource("r-1", "cache", capacity_mib=2048)
    assert amounts(entry(rules, cache)) == ["1460 × 0.15 = 219.00"]  # 2 GiB × 730 × 0.15


def test_the_traffic_of_an_address_is_unpriced_and_its_bandwidth_is_not(rules: RuleBook) -> None:
    by_traffic = resource("eip-1", "eip", instance_id="ngw-1", instance_type="Nat", internet_charge_type="PayByTraffic")
    fee, traffic = entry(rules, by_traffic)
    assert (amounts([fee]), traffic.monthly) == (["730 × 0.02 = 14.60"], None)
    # on a server the fee is waived; 8 Mbps: 5 × 730 / 24 × 1 and 3 × 730 / 24 × 3
    fixed = resource("eip-1", "eip", instance_id="i-9", instance_type="EcsInstance", bandwidth_mbps=8,
                     internet_charge_type="PayByBandwidth")  # fmt: skip
    assert amounts(entry(rules, fixed)) == ["152.0833 × 1 = 152.08", "91.25 × 3 = 273.75"]


@pytest.mark.parametrize(("edition", "expected"), [("basic", ["4258.3333 × 0.005 = 21.29"]), ("standard", None)])
def test_file_backup_that_runs_already(rules: RuleBook, edition: str, expected: list[str] | None) -> None:
    plan = resource("plan-1", "backup_plan", None, instance_id="i-1", edition=edition, schedule="I|1|P1D")
    found = [line for line in now(server_context(rules, plan)) if line.sku.startswith("hbr.")]
    if expected is None:
        assert [line.monthly for line in found] == [None, None]  # this book has neither client nor vault
    else:
        assert amounts(found) == expected


# --- how a price becomes a line ---------------------------------------------------------------------------------------


def test_a_month_is_the_vendors_by_the_unit() -> None:
    assert D("0.5") * factor_of("hour") == billing.hourly(D("0.5"))
    assert D("0.12") * factor_of("GiB-month") == billing.metered(D("0.12"), 1)
    assert D("0.005") * factor_of("GiB-day") == pytest.approx(billing.of_day(D("0.005"), 1, 730))
    assert D("0.8") * factor_of("GB") == billing.once(D("0.8"), 1)


def test_eight_hours_are_the_vendors_by_the_unit() -> None:
    eight = D(8)
    assert D("0.5") * factor_of("vCPU-hour", eight) == billing.hourly(D("0.5"), 1, 8)
    assert D("0.12") * factor_of("GiB-month", eight) == pytest.approx(billing.metered(D("0.12"), 1, 8))
    assert D("0.005") * factor_of("GiB-day", eight) == pytest.approx(billing.of_day(D("0.005"), 1, 8))


def test_quantities_keep_four_places_and_no_float() -> None:
    assert quantity(0.1 + 0.2, D(1)) == D("0.3")
    assert str(quantity(1.0, D(730))) == "730"
    assert str(quantity(1e-9, D(1))) == "0"
    assert isinstance(quantity(2.5, D(730)), Decimal)


def test_a_line_says_where_its_price_is_from(rules: RuleBook) -> None:
    quoted = price("ecs.g7.large", "hour", "0.45", origin="quoted", confidence="quoted", source="GetPayAsYouGoPrice")
    found = lines_of(server_context(rules), standby(mode="running"), prices=book(ecs__g7__large=quoted))
    origins = [(line.origin, line.confidence, line.source) for line in found]
    assert origins == [("book", "documented", "a page"), ("quoted", "quoted", "GetPayAsYouGoPrice")]


def test_another_currency_has_prices_of_its_own(rules: RuleBook) -> None:
    found = present_lines(costing(server_context(rules), currency="USD"))
    assert {line.monthly for line in found} == {None}
    assert {line.currency for line in found} == {"USD"}


def test_zones_do_not_change_the_price(rules: RuleBook) -> None:
    assert {line.region for line in now(server_context(rules))} == {ZONE.rsplit("-", 1)[0]}
