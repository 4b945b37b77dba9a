"""Which protections are offered, and every limit that keeps one from being recommended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.estimation.context import Context
from advisor.estimation.measures import Offer, offer
from advisor.model.evidence import RuleBook
from advisor.model.graph import Component
from advisor.model.inventory import Resource
from advisor.model.plan import Action
from tests import estate
from tests.estate import AWAY, HOME, OTHER_ZONE, SERVER, ZONE


def choices(found: Offer) -> dict[str, list[str]]:
    return {item.name: [choice.id for choice in item.choices] for item in found.dimensions}


def reasons(found: Offer, mechanism: str) -> str:
    return " | ".join(f"{item.reason} [{item.fact}]" for item in found.infeasible if item.mechanism == mechanism)


def with_parts(context: Context, *changed: Resource) -> Context:
    resources = dict(context.inventory.resources) | {item.id: item for item in changed}
    return replace(context, inventory=replace(context.inventory, resources=resources), memo={})


def test_a_plain_server_can_have_everything_of_its_kind(rules: RuleBook) -> None:
    found = choices(offer(estate.server_context(rules)))
    assert found["zone"] == [
        "keep", "essd-stopped", "essd-running", "async-zone-stopped", "async-zone-running",
    ]  # fmt: skip
    assert found["region"] == ["keep", "async-region-stopped", "async-region-running"]
    assert found["files"] == ["keep", "files"]
    assert {"snap-1h-7d", "snap-24h-30d-copy", "snap-6h-7d"} <= set(found["snapshots"])
    assert "keep-copy" not in found["snapshots"]  # there is no policy yet whose snapshots could be copied


@pytest.mark.parametrize(
    ("change", "mechanism", "words"),
    [
        ({"category": "cloud_essd", "performance_level": "PL2"}, "regional_essd", "cloud_essd PL2 cannot be changed"),
        (
            {"category": "cloud_ssd", "performance_level": ""},
            "async_replication_zone",
            "cloud_ssd cannot be replicated",
        ),
        (
            {"category": "cloud_ssd", "performance_level": ""},
            "async_replication_region",
            "cloud_ssd cannot be replicated",
        ),
        ({"category": "local_ssd_pro"}, "snapshot_policy", "local_ssd_pro cannot be snapshotted"),
        ({"size_gib": 70000}, "regional_essd", "outside 10 to 65536 GiB"),
        ({"size_gib": 60000, "category": "cloud_auto"}, "file_backup", "would not be backed up within a day"),
        ({"disk_type": "system"}, "regional_essd", "system disk only"),
    ],
)
def test_limits_of_a_disk(rules: RuleBook, change: dict[str, object], mechanism: str, words: str) -> None:
    context = estate.server_context(rules)
    data = context.inventory.resources["d-data"]
    changed = replace(data, attributes={**data.attributes, **change})
    assert words in reasons(offer(with_parts(context, changed)), mechanism)


def test_changes_that_outrun_the_replication_rate(rules: RuleBook) -> None:
    # 60 TiB with all of it changing in a day: 61440 * 1024 * 900 / 86400 MiB in 15 min, against 95 MiB/s
    parts = [estate.resource("i-1", "instance", vpc_id="vpc-1"), estate.disk("d-sys", 40, system=True),
             estate.disk("d-data", 61440)]  # fmt: skip
    found = offer(estate.context(rules, parts, [SERVER], 1.0))
    assert "do not fit into one cycle" in reasons(found, "async_replication_zone")


def test_more_disks_than_one_consistent_group(rules: RuleBook) -> None:
    disks = [estate.disk(f"d-{n:02d}", 20) for n in range(18)]
    many = Component(SERVER.id, "stateful_instance", "i-1", ("i-1",), tuple(d.id for d in disks))
    found = offer(estate.context(rules, [estate.resource("i-1", "instance", vpc_id="v"), *disks], [many]))
    assert "18 disks exceed one consistent group of 17" in reasons(found, "async_replication_region")


def test_a_disk_is_in_one_pair_only(rules: RuleBook) -> None:
    pair = estate.resource("pair-1", "replica_pair", source_disk_id="d-data", destination_region=AWAY)
    found = offer(with_parts(estate.server_context(rules), pair))
    assert "in a replication pair already" in reasons(found, "async_replication_zone")


def test_regions_without_three_zones_have_no_regional_disks(rules: RuleBook) -> None:
    context = estate.server_context(rules)
    moved = [replace(item, region="cn-qingdao", zone="cn-qingdao-b") for item in context.inventory.resources.values()
             if item.kind != "vswitch"]  # fmt: skip
    assert "not among the regions with three zones" in reasons(offer(with_parts(context, *moved)), "regional_essd")


def test_classic_network_has_no_file_backup(rules: RuleBook) -> None:
    context = estate.server_context(rules)
    server = context.inventory.resources["i-1"]
    classic = replace(server, attributes={"instance_type": "ecs.n1.small"})
    assert "needs an instance in a VPC" in reasons(offer(with_parts(context, classic)), "file_backup")


def test_hourly_snapshots_for_years_do_not_fit_the_quota(rules: RuleBook) -> None:
    policy = estate.resource("sp-1", "snapshot_policy", None, status="Normal", time_points=(2,), retention_days=365,
                             repeat_weekdays=(1, 2, 3, 4, 5, 6, 7))  # fmt: skip
    kept = estate.disk("d-data", 100, snapshot_policy_ids=("sp-1",), auto_snapshot_enabled=True)
    found = offer(with_parts(estate.server_context(rules), policy, kept))
    assert "8760 snapshots every 1 h over 365 days exceed the 1000" in reasons(found, "snapshot_policy")
    assert not any(name.startswith("snap-1h") for name in choices(found)["snapshots"])


def test_a_policy_that_does_not_work_counts_as_none(rules: RuleBook) -> None:
    for status, enabled, allowed in (("Expire", True, True), ("Normal", False, True), ("Normal", True, False)):
        policy = estate.resource("sp-1", "snapshot_policy", None, status=status, time_points=(2,), retention_days=365,
                                 repeat_weekdays=(1, 2, 3, 4, 5, 6, 7))  # fmt: skip
        disk = estate.disk("d-data", 100, snapshot_policy_ids=("sp-1",), auto_snapshot_enabled=enabled,
                           auto_snapshot_allowed=allowed)  # fmt: skip
        found = choices(offer(with_parts(estate.server_context(rules), policy, disk)))
        assert "snap-24h-7d" in found["snapshots"]
        assert "keep-copy" not in found["snapshots"]


def test_snapshots_are_not_copied_over_the_mainland_border(rules: RuleBook) -> None:
    context = estate.server_context(rules)
    abroad = replace(context, spec=replace(context.spec, dr_regions=("ap-southeast-1",)), memo={})
    assert "one is on the mainland, one is not" in reasons(offer(abroad), "snapshot_copy")


def test_what_is_forbidden_is_not_offered(rules: RuleBook) -> None:
    context = estate.server_context(rules)
    strict = replace(context, spec=replace(context.spec, forbid=("regional_essd", "file_backup")), memo={})
    found = choices(offer(strict))
    assert found["zone"] == ["keep", "async-zone-stopped", "async-zone-running"]
    assert "files" not in found


def test_databases(rules: RuleBook) -> None:
    basic = choices(offer(estate.database_context(rules)))
    assert basic == {
        "database-zone": ["keep", "rds-ha"],
        "database-region": ["keep", "rds-copy", "rds-copy-30d", "dts"],
    }
    spread = offer(estate.database_context(rules, category="HighAvailability", slave_zones=(OTHER_ZONE,)))
    assert "database-zone" not in choices(spread)
    unknown = offer(estate.database_context(rules, category="HighAvailability"))
    assert "standby's zone is not in the inventory" in reasons(unknown, "rds_ha")
    odd = offer(estate.database_context(rules, engine="Oracle"))
    assert "no synchronisation for oracle" in reasons(odd, "dts")


def test_a_group_is_spread_by_what_its_quorum_lacks(rules: RuleBook) -> None:
    members = [estate.resource(f"i-{n}", "instance", ZONE, vpc_id="vpc-1") for n in range(3)]
    group = Component("server_group:g", "server_group", "web", tuple(m.id for m in members), quorum=2, stateless=True)
    found = offer(estate.context(rules, members, [group]))
    spread = next(item for item in found.dimensions if item.name == "spread").choices[1].proposals[0]
    params = spread.actions[0].params
    assert params["added_instances"] == 2  # all three stand in one zone; two must outlast it
    assert spread.protection.params["added_by_zone"] == {params["zones"][0]["zone"]: 2} or len(params["zones"]) == 2  # type: ignore[index, call-overload, arg-type]
    # three and three with two needed: nothing to do
    more = [*members, *(estate.resource(f"i-{n}", "instance", OTHER_ZONE, vpc_id="vpc-1") for n in range(3, 6))]
    wide = replace(group, members=tuple(m.id for m in more))
    assert "spread" not in choices(offer(estate.context(rules, more, [wide])))


def test_recovery_regions_stay_in_their_geography(rules: RuleBook) -> None:
    context = estate.server_context(rules)
    free = replace(context, spec=replace(context.spec, dr_regions=()), memo={})
    region = next(item for item in offer(free).dimensions if item.name == "region")
    target = region.choices[1].proposals[0].protection.text("target_region")
    assert target == AWAY != HOME  # the estate has a network there


def snapshot_action(found: Offer, choice: str) -> Action:
    picked = next(c for d in found.dimensions for c in d.choices if c.id == choice)
    return picked.proposals[0].actions[0]


def under_policy(rules: RuleBook, *disks: str, retention_days: int = 14, **others: tuple[str, ...]) -> Context:
    """One server whose named disks have policy sp-1 (daily at 02:00); ``others``: disks of other policies."""
    context = estate.server_context(rules)
    daily = {"time_points": (2,), "repeat_weekdays": (1, 2, 3, 4, 5, 6, 7), "status": "Normal"}
    policy = estate.resource("sp-1", "snapshot_policy", None, retention_days=retention_days, **daily)  # type: ignore[arg-type]
    second = estate.resource("sp-2", "snapshot_policy", None, retention_days=retention_days, **daily)  # type: ignore[arg-type]
    changed = [
        replace(item, attributes={**item.attributes, "snapshot_policy_ids": names, "auto_snapshot_enabled": True})
        for name, names in [*((disk, ("sp-1",)) for disk in disks), *others.items()]
        if (item := context.inventory.resources[name.replace("_", "-")]) is not None
    ]
    return with_parts(context, policy, second, *changed)


def test_a_policy_that_only_these_disks_have_is_changed_and_not_replaced(rules: RuleBook) -> None:
    action = snapshot_action(offer(under_policy(rules, "d-sys", "d-data")), "snap-1h-7d")
    assert action.verb == "extend"
    assert action.params["extends"] == "sp-1"
    assert action.params["replaces"] == []
    assert action.params["retention_days"] == 14  # what is kept today is never shortened
    assert "by the present policy sp-1" in action.title


def test_a_disk_without_a_policy_joins_the_one_of_its_neighbour(rules: RuleBook) -> None:
    action = snapshot_action(offer(under_policy(rules, "d-sys")), "snap-6h-30d")
    assert action.params["extends"] == "sp-1"
    assert action.params["disk_ids"] == ["d-sys", "d-data"]


def test_a_policy_that_others_use_or_one_of_two_is_left_to_them(rules: RuleBook) -> None:
    stranger = estate.disk("d-other", 20, owner="i-9", snapshot_policy_ids=("sp-1",), auto_snapshot_enabled=True)
    shared = snapshot_action(offer(with_parts(under_policy(rules, "d-sys", "d-data"), stranger)), "snap-1h-7d")
    assert (shared.verb, shared.params["extends"], shared.params["replaces"]) == ("create", None, ["sp-1"])
    two = snapshot_action(offer(under_policy(rules, "d-sys", d_data=("sp-2",))), "snap-1h-7d")
    assert (two.verb, two.params["extends"], two.params["replaces"]) == ("create", None, ["sp-1", "sp-2"])


def test_a_policy_good_enough_is_kept_and_only_its_copies_are_added(rules: RuleBook) -> None:
    found = offer(under_policy(rules, "d-sys", "d-data", retention_days=30))
    assert "snap-24h-30d" not in choices(found)["snapshots"]
    action = snapshot_action(found, "keep-copy")
    assert (action.verb, action.params["extends"], action.params["policy_action"]) == ("extend", "sp-1", None)


@pytest.mark.parametrize(
    ("days", "expected"),
    # 2 days: 48 + 24 + 1 h and 48 + 1 + 1 h lie within a week; 10 days: 240 + 24 + 1 h is 11.04 days, 240 + 2 h 10.08;
    # 40 days: 42 and 41, longer than a month, which then is no choice any more
    [
        (2, {"24h": {"7d", "30d"}, "1h": {"7d", "30d"}}),
        (10, {"24h": {"12d", "30d"}, "1h": {"11d", "30d"}}),
        (40, {"24h": {"42d"}, "1h": {"41d"}}),  # 984 hourly snapshots, below the quota of 1000 a disk
    ],
)
def test_retentions_reach_back_behind_the_detection_delay(
    rules: RuleBook, days: int, expected: dict[str, set[str]]
) -> None:
    facts = dict(rules.facts)
    facts["detect.logical.latency"] = replace(facts["detect.logical.latency"], value=24 * days)
    late = replace(rules, facts=facts)
    names = [name.split("-") for name in choices(offer(estate.server_context(late)))["snapshots"] if "snap" in name]
    for interval, retentions in expected.items():
        assert {parts[2] for parts in names if parts[1] == interval} == retentions


def test_every_recovery_region_of_the_owner_is_offered(rules: RuleBook) -> None:
    context = estate.server_context(rules)
    wide = replace(context, spec=replace(context.spec, dr_regions=(AWAY, "cn-beijing")), memo={})
    found = choices(offer(wide))
    assert found["region"][1:3] == choices(offer(context))["region"][1:3]  # the first keeps its ids
    assert "async-region-stopped-cn-beijing" in found["region"]
    assert {"snap-6h-7d", "snap-6h-7d-copy", "snap-6h-7d-copy-cn-beijing"} <= set(found["snapshots"])
    assert "snap-6h-7d-cn-beijing" not in found["snapshots"]  # what copies nothing is no other choice there
    assert found["zone"] == choices(offer(context))["zone"]


def test_traffic_management_comes_with_every_time_to_keep_answers(rules: RuleBook) -> None:
    balancer = estate.resource("lb-1", "load_balancer", address_type="internet", address="1.2.3.4")
    entry = Component("entry:lb-1", "entry", "lb", ("lb-1",))
    found = offer(estate.context(rules, [balancer], [entry]))
    traffic = next(item for item in found.dimensions if item.name == "traffic").choices[1:]
    ttls = {choice.id: choice.proposals[0].actions[0].params["ttl_s"] for choice in traffic}
    # the standard edition's least, and the longer ones of the list (dns.ttl_standard, gtm.v2.ttl_values)
    assert ttls == {"gtm": 60, "gtm-ttl-120": 120, "gtm-ttl-300": 300, "gtm-ttl-600": 600}
