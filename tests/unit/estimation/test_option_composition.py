"""Components that choose by themselves: what is gained by it, how such options are named, pinned and explained."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from advisor.estimation.context import Context
from advisor.estimation.costs import Costing
from advisor.estimation.loss import LossRates
from advisor.estimation.measures import offer
from advisor.estimation.option_ids import OptionIds
from advisor.estimation.options import Builder, OptionSet, meets
from advisor.estimation.packages import units_of
from advisor.estimation.sampling import Sampler
from advisor.model.disruption import Disruption
from advisor.model.evidence import RuleBook
from advisor.model.finding import InputError
from advisor.model.graph import Component
from advisor.model.inventory import Resource
from advisor.model.pricebook import PriceBook
from advisor.model.targets import Target
from advisor.model.units import HOUR
from tests import estate

RATES = LossRates(Decimal(100), Decimal(200), {"logical": 1.0, "instance": 0.5, "zone": 0.1, "region": 0.01}, 720.0)
ZONE_TARGET: dict[Disruption, Target] = {"zone": Target(HOUR, 4 * HOUR)}


def servers(rules: RuleBook, *categories: tuple[str, str], names: tuple[str, ...] = ()) -> Context:
    """One server a category, each with a system disk of its own and a data disk of that category and level."""
    resources: list[Resource] = []
    components = []
    for number, (category, level) in enumerate(categories):
        owner = f"i-{number}"
        disks = (f"d-{number}-sys", f"d-{number}")
        resources += [
            estate.resource(owner, "instance", instance_type="ecs.g7.large", vpc_id="vpc-1", cpu=2),
            estate.disk(disks[0], 40, owner=owner, system=True),
            estate.disk(disks[1], 100, owner=owner, category=category, performance_level=level),
        ]
        name = names[number] if names else f"app-{number}"
        components.append(Component(f"stateful_instance:{owner}", "stateful_instance", name, (owner,), disks))
    return estate.context(rules, resources, components)


def made(context: Context, prices: PriceBook, targets: dict[Disruption, Target] | None = None) -> OptionSet:
    costing = Costing(prices, "CNY", context)
    builder = Builder(context, costing, Sampler(1, 200), RATES, targets or {}, "p95", False)
    return builder.build(offer(context).dimensions)


def test_a_mechanism_that_one_server_cannot_have_is_replaced_by_another_there(
    rules: RuleBook, prices: PriceBook
) -> None:
    # the first disk cannot become regional (PL2), the second cannot be replicated (cloud_ssd is neither; PL1 in a zone
    # that takes no part in replication is regional only)
    context = servers(rules, ("cloud_essd", "PL2"), ("cloud_essd", "PL1"))
    other = context.inventory.resources["i-1"]
    outside = [replace(item, zone="cn-hangzhou-a") for item in (other, context.inventory.resources["d-1"],
                                                                   context.inventory.resources["d-1-sys"])]  # fmt: skip
    resources = dict(context.inventory.resources) | {item.id: item for item in outside}
    context = replace(context, inventory=replace(context.inventory, resources=resources), memo={})
    offered = {
        c.id: {p.protection.component for p in c.proposals} for d in offer(context).dimensions for c in d.choices
    }
    assert offered["essd-stopped"] == {"stateful_instance:i-1"}
    assert offered["async-zone-stopped"] == {"stateful_instance:i-0"}
    found = made(context, prices, ZONE_TARGET)
    able = [o for o in found.options if meets(o.outcomes["zone"], ZONE_TARGET["zone"], "p95")]
    assert {"essd-stopped", "async-zone-stopped"} <= {part for o in able for part in o.id.split("+")}
    assert not any(meets(o.outcomes["zone"], ZONE_TARGET["zone"], "p95") for o in found.options if "async" not in o.id)


def test_an_option_pays_only_where_it_is_needed(rules: RuleBook, prices: PriceBook) -> None:
    # only file backup saves a local disk; the other server's data comes back from snapshots, which cost less
    context = servers(rules, ("cloud_essd", "PL1"), ("local_ssd_pro", ""))
    target = Target(30 * HOUR, 24 * HOUR)
    found = made(context, prices, {"logical": target})
    able = [o for o in found.options if meets(o.outcomes["logical"], target, "p95")]
    cheapest = min(able, key=lambda option: option.monthly)
    assert cheapest.id == "snap-1h-7d@app-0+files@app-1"
    everywhere = replace(context, spec=replace(context.spec, pin="files"), memo={})
    assert cheapest.monthly < made(everywhere, prices).options[0].monthly


def ids_of(context: Context, prices: PriceBook) -> OptionIds:
    dimensions = offer(context).dimensions
    units, _ = units_of(tuple(context.components()), dimensions, Costing(prices, "CNY", context), False)
    return OptionIds(units, dimensions)


def test_ids_are_read_back_as_they_were_written(rules: RuleBook, prices: PriceBook) -> None:
    context = servers(rules, ("cloud_essd", "PL1"), ("cloud_ssd", ""), names=("数据 库+1", "a,b@c"))
    ids = ids_of(context, prices)
    count = [len(unit.packages) for unit in ids.units]
    for first in range(0, count[0], 7):
        for second in range(0, count[1], 5):
            packages = [ids.units[0].packages[first], ids.units[1].packages[second]]
            written = ids.write(packages)
            assert ids.read(written) == (first, second), written
            assert " " not in written
    assert ids.write([ids.units[0].packages[0], ids.units[1].packages[0]]) == "keep"


def test_uniform_choices_keep_short_ids_and_names_that_recur_give_way_to_ids(
    rules: RuleBook, prices: PriceBook
) -> None:
    context = servers(rules, ("cloud_essd", "PL1"), ("cloud_essd", "PL1"), names=("twin", "twin"))
    ids = ids_of(context, prices)
    assert ids.read("snap-1h-7d+async-zone-stopped") is not None
    assert ids.read("snap-1h-7d@stateful_instance:i-0") is not None
    assert ids.read("snap-1h-7d@twin") is None
    # all of those that are offered it are written without names, so the long form is no id
    assert ids.read("snap-1h-7d@stateful_instance:i-0,stateful_instance:i-1") is None


@pytest.mark.parametrize("pin", ["snap-2h-7d", "snap-24h-30d@app-0+snap-6h-7d@app-1", "files@app-1", "keep"])
def test_any_combination_can_be_pinned(rules: RuleBook, prices: PriceBook, pin: str) -> None:
    context = servers(rules, ("cloud_essd", "PL1"), ("cloud_essd", "PL1"))
    pinned = replace(context, spec=replace(context.spec, pin=pin), memo={})
    found = made(pinned, prices)
    assert [option.id for option in found.options] == [pin]
    assert found.before.id == "keep"
    # and it is explained: some kept option stands for it
    whole = made(context, prices)
    assert whole.winner(pin) in {option.id for option in whole.options}


def test_a_pin_that_names_nothing_is_a_mistake(rules: RuleBook, prices: PriceBook) -> None:
    context = servers(rules, ("cloud_essd", "PL1"))
    with pytest.raises(InputError, match="'snap-5h-7d' is no option"):
        made(replace(context, spec=replace(context.spec, pin="snap-5h-7d"), memo={}), prices)


def test_what_is_required_is_in_every_option(rules: RuleBook, prices: PriceBook) -> None:
    context = servers(rules, ("cloud_essd", "PL1"), ("cloud_essd", "PL1"))
    strict = replace(context, spec=replace(context.spec, require=("file_backup", "snapshot_copy")), memo={})
    found = made(strict, prices)
    assert found.options
    assert all({"file_backup", "snapshot_copy"} <= set(option.mechanisms) for option in found.options)
    # one server with file backup is enough to satisfy the wish
    assert any(option.id.startswith("snap-1h-7d-copy+files@") for option in found.options)


def test_a_shared_disk_makes_its_servers_choose_alike(rules: RuleBook, prices: PriceBook) -> None:
    context = servers(rules, ("cloud_essd", "PL1"), ("cloud_essd", "PL1"))
    first, second = context.workload.components
    shared = replace(second, disks=(*second.disks, "d-0"))
    disk = context.inventory.resources["d-0"]
    both = replace(disk, attributes={**disk.attributes, "instance_ids": ("i-0", "i-1")})
    context = replace(
        context,
        workload=replace(context.workload, components=(first, shared)),
        inventory=replace(context.inventory, resources=dict(context.inventory.resources) | {"d-0": both}),
        memo={},
    )
    found = made(context, prices)
    assert not any("@" in option.id for option in found.options)
    assert found.complete


def test_all_of_a_workload_comes_up_in_one_recovery_region(rules: RuleBook, prices: PriceBook) -> None:
    context = servers(rules, ("cloud_essd", "PL1"), ("cloud_essd", "PL1"))
    wide = replace(context, spec=replace(context.spec, dr_regions=(estate.AWAY, "cn-beijing")), memo={})
    found = made(wide, prices)
    assert found.complete
    places = [{p.text("target_region") for p in option.protections} - {None, estate.HOME} for option in found.options]
    assert all(len(place) <= 1 for place in places)
    ids = ids_of(wide, prices)
    agreeing = sum(
        len({one.recovery, two.recovery} - {None}) <= 1
        for one in ids.units[0].packages
        for two in ids.units[1].packages
    )
    assert found.combinations == agreeing
    assert found.winner("snap-1h-7d-copy@app-0+snap-1h-7d-copy-cn-beijing@app-1") is None
    # the dearer of two regions that do the same is beaten, and says by what
    here = found.winner("snap-1h-7d-copy-cn-beijing")
    assert here == "snap-1h-7d-copy"
    mixed = replace(
        wide, spec=replace(wide.spec, pin="snap-1h-7d-copy@app-0+snap-1h-7d-copy-cn-beijing@app-1"), memo={}
    )
    with pytest.raises(InputError, match="is no option"):
        made(mixed, prices)


def test_sizes_of_a_standby_group_and_times_to_keep_answers(rules: RuleBook, prices: PriceBook) -> None:
    members = [estate.resource(f"w-{n}", "instance", instance_type="ecs.g7.large", vpc_id="v", cpu=2) for n in range(4)]
    balancer = estate.resource("lb-1", "load_balancer", lb_type="alb", address_type="internet", address="1.2.3.4")
    group = Component("server_group:g", "server_group", "web", tuple(m.id for m in members), (), ("lb-1",), 3, True)
    entry = Component("entry:lb-1", "entry", "lb", ("lb-1",))
    found = made(estate.context(rules, [*members, balancer], [group, entry]), prices)
    kept = {option.id: option for option in found.options}
    sizes = [kept[f"fleet-{size}+gtm"] for size in ("pilot", "small", "warm")]
    times = [option.outcomes["region"].quantile(0.95) for option in sizes]
    assert [option.monthly for option in sizes] == sorted(option.monthly for option in sizes)
    assert times == sorted(times, reverse=True)
    assert times[0] > 4 * times[1] > 4 * times[2]  # people decide, a rule decides, nothing needs to be decided
    # answers that are kept longer cost the same and make users follow later
    assert "fleet-warm+gtm-ttl-600" not in kept
    assert found.winner("fleet-warm+gtm-ttl-600") == "fleet-warm+gtm"
