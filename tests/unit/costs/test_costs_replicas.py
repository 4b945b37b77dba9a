"""Regional disks, replication and standby servers by hand: a data disk of 100 GiB, a system disk of 40 GiB."""

from __future__ import annotations

from advisor.model.evidence import RuleBook
from advisor.model.recovery import Proposal
from tests.estate import AWAY, HOME, OTHER_ZONE, resource, server_context
from tests.estate import disk as make_disk
from tests.unit.costs.cost_estates import amounts, ends, lines_of, propose, standby


def regional() -> Proposal:
    return propose("regional_essd", ["d-data"], disk_ids=["d-data"], target_zone=OTHER_ZONE)


def replication(scope: str) -> Proposal:
    region = AWAY if scope == "region" else HOME
    mechanism = "async_replication_region" if scope == "region" else "async_replication_zone"
    return propose(mechanism, ["d-data"], disk_ids=["d-data"], target_region=region, target_zone=f"{region}-l")  # type: ignore[arg-type]


def test_a_regional_disk_takes_the_place_of_the_zonal_one(rules: RuleBook) -> None:
    # 100 GiB × 730 h = 73,000 GiB-hour: × 0.004 (0.003 to 0.004) comes, × 0.002 goes
    come, go = lines_of(server_context(rules), regional())
    assert amounts([come, go]) == ["73000 × 0.004 = 292.00", "-73000 × 0.002 = -146.00"]
    assert ends(come) == ("219.00", "292.00")
    assert come.resources == go.resources == ("d-data",)


def test_a_subscribed_disk_saves_its_month(rules: RuleBook) -> None:
    # 100 GiB at 1 CNY a GiB-month
    paid = make_disk("d-data", 100, charge_type="PrePaid")
    _, go = lines_of(server_context(rules, paid), regional())
    assert (amounts([go]), go.billing) == (["-100 × 1 = -100.00"], "subscription")


def test_a_subscription_of_unknown_price_saves_nothing(rules: RuleBook) -> None:
    paid = make_disk("d-data", 100, charge_type="PrePaid", performance_level="PL0")
    (come,) = lines_of(server_context(rules, paid), regional())
    assert (amounts([come]), come.note) == (["73000 × 0.004 = 292.00"], "the subscription it replaces has no price")


def test_an_assumed_price_saves_its_low_end_only(rules: RuleBook) -> None:
    # cloud_regional at 0.003 to 0.004 in the place of itself: saved at 0.003, at best at 0.004
    context = server_context(rules, data_category="cloud_regional_disk_auto")
    come, go = lines_of(context, regional())
    assert amounts([come, go]) == ["73000 × 0.004 = 292.00", "-73000 × 0.003 = -219.00"]
    assert ends(go) == ("-292.00", "-219.00")


def test_a_stopped_standby_pays_for_its_disk_and_computes_when_it_runs(rules: RuleBook) -> None:
    # 40 GiB × 730 h × 0.002 = 58.40; a PL1, as its level is not named
    context = server_context(rules)
    (disk,) = lines_of(context, standby())
    assert (disk.sku, amounts([disk])) == ("disk.cloud_essd.pl1.capacity", ["29200 × 0.002 = 58.40"])
    assert amounts(lines_of(context, standby(), state="drill")) == ["8 × 0.5 = 4.00"]
    assert amounts(lines_of(context, standby(), state="failover")) == ["730 × 0.5 = 365.00"]


def test_a_running_standby_computes_every_month(rules: RuleBook) -> None:
    context = server_context(rules)
    assert amounts(lines_of(context, standby(mode="running"))) == ["29200 × 0.002 = 58.40", "730 × 0.5 = 365.00"]
    for state in ("drill", "failover", "failback"):
        assert lines_of(context, standby(mode="running"), state=state) == []


def test_a_standby_elsewhere_stores_the_image_it_starts_from(rules: RuleBook) -> None:
    # 40 GiB × 0.6 = 24 GiB × 0.12 = 2.88 in the other region, and once 24 GB × 0.5 = 12.00
    _, image = lines_of(server_context(rules), standby("region"))
    assert (amounts([image]), image.region) == (["24 × 0.12 = 2.88"], AWAY)
    assert image.note == "once, for the first full copy of about 24 GB: 12.00 CNY"
    listed = resource("m-own", "image", None, size_gib=30.0)
    assert amounts(lines_of(server_context(rules, listed), standby("region")))[1] == "30 × 0.12 = 3.60"
    public = standby("region", image="aliyun_3_x64_20G.vhd")
    assert len(lines_of(server_context(rules), public)) == 1  # an image of the vendor costs nothing
    assert len(lines_of(server_context(rules), standby("zone"))) == 1  # the image is in the region already


def test_replication_to_a_zone_pays_for_the_disk(rules: RuleBook) -> None:
    context = server_context(rules)
    assert amounts(lines_of(context, replication("zone"))) == ["73000 × 0.002 = 146.00"]
    assert amounts(lines_of(context, replication("zone"), state="drill")) == ["800 × 0.002 = 1.60"]  # 100 GiB × 8 h
    assert lines_of(context, replication("zone"), state="failback") == []


def test_replication_to_a_region_pays_for_the_way_too(rules: RuleBook) -> None:
    # 60 GiB used × 0.03 × 730 / 24 = 54.75 GB at 0.5 to 1; 30 and 100 GiB used: 27.375 × 0.5, 91.25 × 1
    disk, traffic = lines_of(server_context(rules), replication("region"))
    assert amounts([disk, traffic]) == ["73000 × 0.002 = 146.00", "54.75 × 1 = 54.75"]
    assert (ends(traffic), disk.region, traffic.region) == (("13.69", "91.25"), AWAY, HOME)
    assert traffic.note == "once, for the first full copy of about 60 GB: 60.00 CNY"
    assert traffic.assumption == "price between 0.5 and 1: no page says; quantity rests on data.used_share"


def test_replication_goes_back_with_a_share_of_the_data(rules: RuleBook) -> None:
    # 60 × 0.3 = 18 GB × 1; from 30 × 0.1 × 0.5 to 100 × 1 × 1
    (back,) = lines_of(server_context(rules), replication("region"), state="failback")
    assert (amounts([back]), ends(back)) == (["18 × 1 = 18.00"], ("1.50", "100.00"))
    assert lines_of(server_context(rules), replication("region"), state="failover") == []
