"""Everything that is tried for one workload that can have all of it, against a list written by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from advisor.estimation.context import Context
from advisor.estimation.costs import Costing
from advisor.estimation.measures import Choice, Offer, offer
from advisor.estimation.option_ids import OptionIds
from advisor.estimation.packages import units_of
from advisor.model.evidence import RuleBook
from advisor.model.graph import Component
from advisor.model.pricebook import PriceBook
from tests import estate

OTHER = "cn-beijing"  # the owner's second recovery region
DAILY: dict[str, Any] = {
    "status": "Normal",
    "time_points": (2,),
    "repeat_weekdays": (1, 2, 3, 4, 5, 6, 7),
    "retention_days": 7,
}
SNAPSHOTS = [  # without snap-24h-7d, which both servers have already
    "snap-24h-30d", "snap-12h-7d", "snap-12h-30d", "snap-8h-7d", "snap-8h-30d", "snap-6h-7d", "snap-6h-30d",
    "snap-4h-7d", "snap-4h-30d", "snap-3h-7d", "snap-3h-30d", "snap-2h-7d", "snap-2h-30d", "snap-1h-7d", "snap-1h-30d",
]  # fmt: skip
EXPECTED = {
    "snapshots": [
        "keep", "keep-copy", "keep-copy-30d",
        *itertools.chain(*((name, f"{name}-copy", f"{name}-copy-30d") for name in SNAPSHOTS)),
        "keep-copy-cn-beijing", "keep-copy-30d-cn-beijing",
        *itertools.chain(*((f"{name}-copy-cn-beijing", f"{name}-copy-30d-cn-beijing") for name in SNAPSHOTS)),
    ],
    "files": ["keep", "files"],
    "zone": ["keep", "essd-stopped", "essd-running", "async-zone-stopped", "async-zone-running"],
    "region": [
        "keep", "async-region-stopped", "async-region-running",
        "async-region-stopped-cn-beijing", "async-region-running-cn-beijing",
    ],
    "spread": ["keep", "multi-zone"],
    "fleet": [
        "keep", "fleet-pilot", "fleet-small", "fleet-warm",
        "fleet-pilot-cn-beijing", "fleet-small-cn-beijing", "fleet-warm-cn-beijing",
    ],
    "database-zone": ["keep", "rds-ha"],
    "database-region": [
        "keep", "rds-copy", "rds-copy-30d", "dts", "rds-copy-cn-beijing", "rds-copy-30d-cn-beijing", "dts-cn-beijing",
    ],
    "traffic": [
        "keep", "gtm", "gtm-ttl-120", "gtm-ttl-300", "gtm-ttl-600",
        "gtm-cn-beijing", "gtm-ttl-120-cn-beijing", "gtm-ttl-300-cn-beijing", "gtm-ttl-600-cn-beijing",
    ],
}  # fmt: skip
# choice, component → what is done with what is there, and the parameters that exporters and estimates read
PARAMETERS: list[tuple[str, str, str, str, dict[str, object]]] = [
    # the policy that is its own is changed in place; nothing is done where it is good enough
    ("snap-6h-30d", "i-1", "snapshot_policy", "extend",
     {"extends": "sp-own", "interval_h": 6, "retention_days": 30, "time_points": [2, 8, 14, 20], "replaces": []}),
    # one that another workload has too is left to it and replaced for this disk
    ("snap-6h-30d", "i-2", "snapshot_policy", "create",
     {"extends": None, "interval_h": 6, "retention_days": 30, "replaces": ["sp-shared"]}),
    ("keep-copy", "i-1", "snapshot_copy", "extend", {"target_region": "cn-shanghai", "extends": "sp-own"}),
    ("snap-1h-7d-copy-cn-beijing", "i-2", "snapshot_copy", "create", {"target_region": OTHER, "retention_days": 7}),
    ("snap-3h-7d-copy-30d", "i-2", "snapshot_copy", "create", {"retention_days": 30}),
    ("snap-8h-30d", "i-1", "snapshot_policy", "extend", {"interval_h": 8, "time_points": [2, 10, 18]}),
    ("rds-copy-30d", "rm-1", "rds_cross_region_backup", "create", {"retention_days": 30}),
    ("async-region-running-cn-beijing", "i-1", "async_replication_region", "create", {"target_region": OTHER}),
    ("async-region-running-cn-beijing", "i-1", "standby_instance", "create", {"mode": "running"}),
    ("essd-stopped", "i-2", "regional_essd", "convert", {"disk_ids": ["d-2"]}),
    ("essd-stopped", "i-2", "standby_instance", "create", {"mode": "stopped", "target_zone": "cn-hangzhou-b"}),
    ("fleet-pilot", "g", "fleet_standby", "create", {"count": 0, "capacity": 3}),
    ("fleet-small", "g", "fleet_standby", "create", {"count": 1, "capacity": 3, "target_cpu_percent": 50}),
    ("fleet-warm-cn-beijing", "g", "fleet_standby", "create", {"count": 3, "capacity": 3, "target_region": OTHER}),
    ("multi-zone", "g", "alb_multi_zone", "extend", {"added_instances": 3, "new_balancer": False}),
    ("rds-ha", "rm-1", "rds_ha", "convert", {"zone": "cn-hangzhou-h"}),
    ("rds-copy-cn-beijing", "rm-1", "rds_cross_region_backup", "create", {"target_region": OTHER, "retention_days": 7}),
    ("dts", "rm-1", "dts", "create", {"target_region": "cn-shanghai"}),
    ("gtm-ttl-300", "lb-1", "gtm", "create", {"ttl_s": 300}),
    ("gtm", "lb-1", "gtm", "create", {"ttl_s": 60}),
]  # fmt: skip


@pytest.fixture(scope="module")
def rich(rules: RuleBook) -> Context:
    """Two servers with a policy each (one their own, one shared with a stranger), a group of four of which three are
    needed behind a public balancer, and a database without a standby; two recovery regions."""
    members = [
        estate.resource(f"w-{n}", "instance", instance_type="ecs.g7.large", vpc_id="vpc-1", cpu=2) for n in range(4)
    ]
    resources = [
        *members,
        estate.resource("lb-1", "load_balancer", lb_type="alb", address_type="internet", address="1.2.3.4"),
        estate.resource("sp-own", "snapshot_policy", None, **DAILY),
        estate.resource("sp-shared", "snapshot_policy", None, **DAILY),
        estate.disk("d-stranger", 10, owner="i-9", snapshot_policy_ids=("sp-shared",), auto_snapshot_enabled=True),
        estate.resource("rm-1", "database", engine="MySQL", category="Basic", storage_gib=200.0, cpu=4,
                        memory_mib=8192, backup_retention_days=7.0, log_backup_retention_days=7.0),
    ]  # fmt: skip
    servers = []
    for number, policy in ((1, "sp-own"), (2, "sp-shared")):
        name, disk = f"i-{number}", f"d-{number}"
        resources += [
            estate.resource(name, "instance", instance_type="ecs.g7.large", vpc_id="vpc-1", cpu=2),
            estate.disk(disk, 100, owner=name, snapshot_policy_ids=(policy,), auto_snapshot_enabled=True),
        ]
        servers.append(Component(f"stateful_instance:{name}", "stateful_instance", name, (name,), (disk,)))
    components = [
        *servers,
        Component("server_group:g", "server_group", "g", tuple(m.id for m in members), (), ("lb-1",), 3, True),
        Component("database:rm-1", "database", "rm-1", ("rm-1",)),
        Component("entry:lb-1", "entry", "lb-1", ("lb-1",), entry_ids=("lb-1",)),
    ]
    made = estate.context(rules, resources, components)
    return replace(made, spec=replace(made.spec, dr_regions=(estate.AWAY, OTHER)), memo={})


@pytest.fixture(scope="module")
def offered(rich: Context) -> Offer:
    return offer(rich)


def choices(found: Offer) -> dict[str, Choice]:
    return {choice.id: choice for item in found.dimensions for choice in item.choices}


def test_all_values_of_all_parameters_are_tried(offered: Offer) -> None:
    assert {item.name: [choice.id for choice in item.choices] for item in offered.dimensions} == EXPECTED


@pytest.mark.parametrize(("choice", "component", "mechanism", "verb", "params"), PARAMETERS)
def test_the_actions_carry_the_values(
    offered: Offer, choice: str, component: str, mechanism: str, verb: str, params: dict[str, object]
) -> None:
    (action,) = [
        action
        for item in choices(offered)[choice].proposals
        if item.mechanism == mechanism and item.protection.component.endswith(f":{component}")
        for action in item.actions
    ]
    assert (action.verb, {key: action.params[key] for key in params}) == (verb, params)


def test_what_is_good_enough_is_left_alone(rich: Context, offered: Offer) -> None:
    # daily snapshots for a week are there; without them on one disk they are tried for this disk alone
    assert not any(choice.startswith("snap-24h-7d") for choice in choices(offered))
    disk = rich.inventory.resources["d-2"]
    bare = replace(disk, attributes={**disk.attributes, "snapshot_policy_ids": ()})
    inventory = replace(rich.inventory, resources={**rich.inventory.resources, "d-2": bare})
    found = choices(offer(replace(rich, inventory=inventory, memo={})))
    assert [item.protection.resources for item in found["snap-24h-7d"].proposals] == [("d-2",)]
    # the other server's policy only gets its copies
    assert sorted((item.mechanism, item.actions[0].verb) for item in found["snap-24h-7d-copy"].proposals) == [
        ("snapshot_copy", "create"), ("snapshot_copy", "extend"), ("snapshot_policy", "create")
    ]  # fmt: skip


def test_every_value_has_an_id_a_price_and_a_fact(rich: Context, offered: Offer, prices: PriceBook) -> None:
    units, _ = units_of(tuple(rich.components()), offered.dimensions, Costing(prices, "CNY", rich), True)
    ids = OptionIds(units, offered.dimensions)
    for name in choices(offered):
        assert ids.read(name) is not None, name
    parts = [part for unit in units for package in unit.packages for part in package.parts]
    priced = {part.choice for part in parts if part.monthly > 0 or part.shared or part.unpriced}
    # more snapshots within the week that is kept today hold the same changes
    assert set(choices(offered)) - priced == {"keep", *(name for name in SNAPSHOTS if name.endswith("-7d"))}
    for fact in ("snapshot.interval_choices", "snapshot.retention_choices", "gtm.v2.ttl_values", "dns.ttl_standard",
                 "scaling.target_cpu", "async_replication.rpo_value"):  # fmt: skip
        assert rich.rules.fact(fact).source
