"""What holds for every estate: costs add up, grow with size, do not depend on the order, and never hold a float."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.estimation.context import Context
from advisor.estimation.costs import Costing, added_lines, present_lines, quota_credit
from advisor.estimation.costs.mechanisms import file_backup_gib
from advisor.estimation.measures import offer
from advisor.model.cost import CostLine, total
from advisor.model.evidence import RuleBook
from advisor.model.graph import Component
from advisor.model.inventory import Resource
from advisor.model.pricebook import PriceBook
from advisor.model.recovery import Proposal
from advisor.model.units import cents
from tests.estate import AWAY, context, resource
from tests.estate import disk as make_disk

ONLY_ADD = frozenset(
    {
        "snapshot_policy",
        "snapshot_copy",
        "file_backup",
        "standby_instance",
        "async_replication_zone",
        "async_replication_region",
        "rds_cross_region_backup",
        "dts",
        "gtm",
    }
)
MONEY = ("unit_price", "monthly", "low", "high", "quantity")


@dataclass(frozen=True)
class Estate:
    """Sizes and habits of a small estate."""

    system_gib: int
    data_gib: tuple[int, ...]
    category: str
    change: float | None
    kept_days: int | None
    copied: bool
    storage_gb: int
    edition: str


estates = st.builds(
    Estate,
    st.integers(20, 500),
    st.lists(st.integers(20, 8000), min_size=1, max_size=3).map(tuple),
    st.sampled_from(["cloud_essd", "cloud_auto", "cloud_efficiency", "cloud_ssd"]),
    st.sampled_from([None, 0.0, 0.01, 0.15, 1.0]),
    st.sampled_from([None, 1, 7, 30, 365, -1]),
    st.booleans(),
    st.integers(20, 4000),
    st.sampled_from(["Basic", "HighAvailability"]),
)


def built(rules: RuleBook, estate: Estate) -> Context:
    """A server with its disks, under a policy or not, and a database."""
    policy = [] if estate.kept_days is None else [_policy(estate)]
    attached = {"snapshot_policy_ids": ("sp-1",)} if policy else {}
    data = [f"d-{number}" for number in range(len(estate.data_gib))]
    disks = [make_disk("d-sys", estate.system_gib, system=True, **attached)]
    disks += [
        make_disk(name, gib, category=estate.category, **attached)
        for name, gib in zip(data, estate.data_gib, strict=True)
    ]
    server = resource("i-1", "instance", instance_type="ecs.g7.large", vpc_id="vpc-1", cpu=2, image_id="m-own")
    base = resource("rm-1", "database", engine="MySQL", category=estate.edition, storage_gib=float(estate.storage_gb),
                    cpu=2, memory_mib=4096, product="rds", slave_zones=())  # fmt: skip
    switch = resource("vsw-2", "vswitch", "cn-shanghai-l", AWAY, vpc_id="vpc-2")
    parts = [
        Component("stateful_instance:i-1", "stateful_instance", "i-1", ("i-1",), ("d-sys", *data)),
        Component("database:rm-1", "database", "rm-1", ("rm-1",)),
    ]
    return context(rules, [server, base, switch, *disks, *policy], parts, estate.change)


def _policy(estate: Estate) -> Resource:
    regions = (AWAY,) if estate.copied else ()
    return resource("sp-1", "snapshot_policy", None, status="Normal", time_points=(3,), retention_days=estate.kept_days,
                    repeat_weekdays=(1, 2, 3, 4, 5, 6, 7), copy_enabled=estate.copied, copy_regions=regions,
                    copy_retention_days=14)  # fmt: skip


def choices(found: Context) -> list[tuple[Proposal, ...]]:
    """The last and dearest choice of every dimension."""
    return [dimension.choices[-1].proposals for dimension in offer(found).dimensions]


def steady(lines: tuple[CostLine, ...]) -> Decimal:
    return total([line for line in lines if line.state == "steady"], "CNY").amount


def costs(found: Context, prices: PriceBook) -> Costing:
    return Costing(prices, "CNY", found)


@settings(max_examples=30, deadline=None)
@given(estates)
def test_choices_add_up(rules: RuleBook, prices: PriceBook, estate: Estate) -> None:
    found = built(rules, estate)
    parts = choices(found)
    together = added_lines(costs(found, prices), [item for part in parts for item in part])
    assert steady(together) == sum(steady(added_lines(costs(found, prices), part)) for part in parts)


@settings(max_examples=30, deadline=None)
@given(estates, st.randoms(use_true_random=False))
def test_the_order_of_proposals_changes_no_line(rules: RuleBook, prices: PriceBook, estate: Estate, random) -> None:  # type: ignore[no-untyped-def]
    found = built(rules, estate)
    every = [item for part in choices(found) for item in part]
    shuffled = list(every)
    random.shuffle(shuffled)
    one, other = (added_lines(costs(found, prices), items) for items in (every, shuffled))
    assert Counter(map(repr, one)) == Counter(map(repr, other))


@settings(max_examples=30, deadline=None)
@given(estates, st.integers(0, 2000), st.integers(0, 2000))
def test_a_larger_estate_never_costs_less(
    rules: RuleBook, prices: PriceBook, estate: Estate, more_data: int, more_storage: int
) -> None:
    larger = replace(
        estate,
        system_gib=estate.system_gib + more_data // 10,
        data_gib=tuple(gib + more_data for gib in estate.data_gib),
        storage_gb=estate.storage_gb + more_storage,
    )
    small, large = (_by_proposal(built(rules, item), prices) for item in (estate, larger))
    for key, amount in small.items():
        if key in large and key.split("/")[1] in ONLY_ADD:  # a disk may have grown out of replication
            assert large[key] >= amount, key
    first, second = (present_lines(costs(built(rules, item), prices)) for item in (estate, larger))
    assert total(first, "CNY").amount <= total(second, "CNY").amount


def _by_proposal(found: Context, prices: PriceBook) -> dict[str, Decimal]:
    every = [item for part in choices(found) for item in part]
    return {item.actions[0].id: steady(added_lines(costs(found, prices), [item])) for item in every}


@settings(max_examples=40, deadline=None)
@given(estates)
def test_what_only_adds_is_never_negative(rules: RuleBook, prices: PriceBook, estate: Estate) -> None:
    found = built(rules, estate)
    for line in added_lines(costs(found, prices), [item for part in choices(found) for item in part]):
        if line.mechanism in ONLY_ADD and line.monthly is not None:
            assert line.monthly >= 0
            assert line.quantity >= 0
        _check_line(line)
    for line in present_lines(costs(found, prices)):
        _check_line(line)


def _check_line(line: CostLine) -> None:
    """Decimals only, quantity × unit price = amount, the amount within its range, facts and resources named."""
    for name in MONEY:
        value = getattr(line, name)
        assert value is None or type(value) is Decimal, (name, value)
    if line.monthly is not None and line.unit_price is not None:
        assert line.monthly == cents(line.quantity * line.unit_price)
        assert (line.low is None) == (line.high is None)
        low = line.low if line.low is not None else line.monthly
        high = line.high if line.high is not None else line.monthly
        assert low <= line.monthly <= high
        assert (line.low is None) == (line.assumption is None)
    assert line.resources
    assert line.workload == "w"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 3000), min_size=1, max_size=12), st.integers(0, 400))
def test_the_free_quota_never_pays_anything_out(
    rules: RuleBook, prices: PriceBook, sizes: list[int], free: int
) -> None:
    lines, used = [], 0.0
    found = built(rules, Estate(20, (20,), "cloud_essd", 0.03, None, False, 20, "Basic"))
    for gib in sizes:
        found = built(rules, Estate(20, (gib,), "cloud_essd", 0.03, None, False, 20, "Basic"))
        backup = next(p for part in choices(found) for p in part if p.mechanism == "file_backup")
        lines += added_lines(costs(found, prices), [backup])
        used += file_backup_gib(costs(found, prices), backup)
    credit = quota_credit(costs(found, prices), used, free, lines)
    left = total([*lines, *([credit] if credit else [])], "CNY")
    assert left.amount >= 0
    assert left.low >= 0


def test_every_money_field_is_checked() -> None:
    annotations = CostLine.model_fields
    decimal_fields = {name for name, item in annotations.items() if "Decimal" in str(item.annotation)}
    assert decimal_fields == set(MONEY)


@pytest.mark.parametrize("currency", ["CNY", "USD"])
def test_json_writes_money_as_text(rules: RuleBook, prices: PriceBook, currency: str) -> None:
    found = built(rules, Estate(40, (100,), "cloud_essd", None, 7, True, 200, "Basic"))
    for line in present_lines(Costing(prices, currency, found)):
        for name, value in line.model_dump(mode="json").items():
            assert not isinstance(value, float), name
