"""Every worked billing example that the vendor prints, digit for digit, through the rules as code.

Four pages are off in their own arithmetic; there the recomputed figure is expected, the printed one named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.estimation import billing as b

D = Decimal

# Prices of the AutoPL page (cn-hangzhou, CNY).
CAP_MONTH: Final = D("1.0")
CAP_HOUR: Final = D("0.0021")
IOPS_HOUR: Final = D("0.0000625")
BURST_10K: Final = D("0.02")
SNAPSHOT: Final = D("0.12")
ARCHIVE: Final = D("0.06")


@dataclass(frozen=True)
class Example:
    """What the rules give, the total as printed (or recomputed), and what the page prints where it is off."""

    id: str
    compute: Callable[[], Decimal]
    total: str
    page_prints: str | None = None


def one_burst() -> Decimal:
    """1 GB/s for 15 s on a 100 GiB disk, dense enough for the cap."""
    io = b.autopl_burst_io(15, gib_per_second=1)
    return b.autopl_burst(BURST_10K, io, b.hourly(CAP_HOUR, 100, 1), dense=True)


def provisioned(hours: int) -> Decimal:
    return b.hourly(IOPS_HOUR, 200, hours)


def oss_replicated_month() -> Decimal:
    """100 GB and 3 GB more from day 2 on, kept in both buckets, copied once, 20,000 requests a day."""
    kept = b.metered(D("0.12"), 100) + b.growing_storage(D("0.004"), 3, 30)
    copied = b.once(D("0.5"), 100) + b.once(D("0.5"), 3 * 29)
    return kept * 2 + copied + b.once(D("0.01"), 20_000 * 30) / 10_000


def oss_archive_copy() -> Decimal:
    """A standard plan and an archive plan at the destination, growth at the printed day prices."""
    growth = b.growing_storage(D("0.004"), 3, 30) + b.growing_storage(D("0.011"), 3, 30)
    return D(11) + D(3) + growth + D("93.5") + D("0.6")


EXAMPLES: Final = (
    Example("autopl.subscription.provisioned", lambda: b.once(CAP_MONTH, 100) + provisioned(720), "109"),
    Example("autopl.payg.24h", lambda: b.hourly(CAP_HOUR, 100, 24) + provisioned(24), "5.34"),
    Example("autopl.burst.capped.fee", one_burst, "1.68"),
    Example(
        "autopl.burst.capped.subscription_total",
        lambda: b.once(CAP_MONTH, 100) + provisioned(720) + one_burst(),
        "110.68",
    ),
    Example(
        "autopl.burst.iops_and_throughput",
        lambda: b.autopl_burst(BURST_10K, b.autopl_burst_io(2, 8000, 1), b.hourly(CAP_HOUR, 100, 1), dense=False),
        "0.08",
    ),
    Example(
        "autopl.burst.cap.40gib",
        lambda: b.autopl_burst(BURST_10K, 4_390_000, b.hourly(CAP_HOUR, 40, 1), dense=True),
        "0.672",
    ),
    Example("plx.subscription.month", lambda: b.once(1, 2048) + b.metered(D("0.075"), 2_000_000), "152048"),
    Example("essd.subscription.month", lambda: b.once(D("0.5"), 50) + b.once(1, 100), "125.0"),
    Example("snapshot.standard.1h", lambda: b.metered(SNAPSHOT, 100, 1), "0.0166666667", page_prints="0.016"),
    Example("snapshot.standard.1d", lambda: b.metered(SNAPSHOT, 100, 24), "0.4"),
    Example("snapshot.archive.1d", lambda: b.metered(ARCHIVE, 100, 24), "0.2", page_prints="0.1992"),
    Example("snapshot.archive.1m", lambda: b.metered(ARCHIVE, 100), "6"),
    Example("snapshot.copy.destination", lambda: b.snapshot_copy(D("0.5"), SNAPSHOT, 100, 1), "62"),
    Example("snapshot.warmup.a", lambda: b.snapshot_warmup(D("0.0000138889"), 100, 2, 100), "0.277778"),
    Example(
        "snapshot.metering.clock_hours",
        lambda: D(b.clock_hours(datetime(2024, 12, 20, 11, 2, 6), datetime(2024, 12, 20, 15, 20, 20))),  # noqa: DTZ001
        "5",
    ),
    Example(
        "snapshot.intl.2021",
        lambda: b.hourly(D("0.0000277778"), b.beyond_free(310, 5), 13),
        "0.110138977",
        page_prints="0.008472",
    ),
    Example("eip.config.quota_under_2000", lambda: b.eip_config(D("0.003"), 50, 400, 1, quota=500), "1.2"),
    Example("eip.config.quota_over_2000", lambda: b.eip_config(D("0.003"), 2450, 0, 1, quota=3000), "7.35"),
    Example("eip.payg_traffic.day.2021", lambda: b.once(D("0.123"), 60) + b.eip_config(D("0.003"), 0, 1, 15), "7.425"),
    Example(
        "eip.payg_bandwidth.day.2021",
        lambda: b.of_day(b.eip_bandwidth(D("0.14"), D("0.5"), 20), 1, 15) + b.of_day(D("0.074"), 1, 15),
        "5.17125",
    ),
    Example("ecs.bandwidth.payg.7mbps", lambda: b.hourly(b.bandwidth(D("0.03"), D("0.021"), 7), 1, 24 * 30), "51.84"),
    Example("rds.backup.over_quota.hour", lambda: b.rds_backup(D("0.00025"), 40, 20, 20, 1), "0.005"),
    Example("savings_plan.g6.hour2", lambda: b.savings_plan_hour(2, [(5, 1, D("0.455"))]), "2.604"),
    Example("savings_plan.g6.hour3", lambda: b.savings_plan_hour(2, [(4, 1, D("0.455"))]), "2.0"),
    Example("savings_plan.two_groups", lambda: b.savings_plan_hour(100, [(15, 10, 4), (10, 12, 8)]), "160"),
    Example("savings_plan.c5.instances_covered", lambda: b.plan_covers(10, D("0.62"), D("0.422")), "38.22"),
    Example(
        "savings_plan.commitment.intl",
        lambda: (
            b.hourly(D("0.0705") + D("0.0026") + D("0.0229"), 15, 1)
            + b.hourly(D("0.0273") + D("0.0026") + D("0.0229"), 5, 1)
        ),
        "1.70",
    ),
    Example("scu.price.2months", lambda: b.once(23, 2), "46"),
    Example("scu.offset.mixed_essd", lambda: b.scu_needed([(1, 4), (2, 2), (2, 1)]), "10"),
    Example("cdt.peering.account_a", lambda: b.once(D("0.48"), 200), "96"),
    Example("cdt.peering.intl", lambda: b.once(D("0.08"), 200), "16"),
    Example("ecs.spot.fixed_hour", lambda: b.by_the_second([(3600, 5), (1200, 6), (300, 8)]), "7.67"),
    Example("reservation.elasticity_assurance", lambda: D(100) + b.hourly(10, 1, 6), "160"),
    Example(
        "reservation.immediate",
        lambda: b.hourly(10, b.beyond_free(2 * 4, 3 + 1), 1) + b.hourly(10, 3 + 1, 1),
        "80",
    ),
    Example("ecs.downgrade.refund", lambda: b.downgrade_refund(30, 30, 10, D("0.5")), "10"),
    Example(
        "oss.standard.payg",
        lambda: b.metered(D("0.12"), 505) + b.once(D("0.01"), 1000 * 720) / 10_000 + b.once(D("0.5"), 2 * 30),
        "91.32",
    ),
    Example("oss.crr.month", oss_replicated_month, "128.54"),
    Example("oss.crr.archive_copy", oss_archive_copy, "127.675", page_prints="114.76"),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_example_follows_digit_for_digit(example: Example) -> None:
    total = D(example.total)
    result = example.compute().quantize(total, rounding=ROUND_HALF_UP)
    assert result == total
    assert str(result) == example.total


@pytest.mark.parametrize("example", [item for item in EXAMPLES if item.page_prints], ids=lambda example: example.id)
def test_pages_whose_own_arithmetic_is_off_are_not_followed(example: Example) -> None:
    printed = D(example.page_prints or "0")
    assert example.compute().quantize(printed, rounding=ROUND_HALF_UP) != printed


def test_each_example_is_there_once() -> None:
    assert len({example.id for example in EXAMPLES}) == len(EXAMPLES) == 38


def test_the_unrounded_commitment_is_kept() -> None:
    """The page rounds 1.44 + 0.264 = 1.704 to 1.70; nothing here rounds on the way."""
    commitment = next(example for example in EXAMPLES if example.id == "savings_plan.commitment.intl")
    assert commitment.compute() == D("1.704")


def test_the_wrong_archive_total_follows_from_a_slipped_zero() -> None:
    growth = b.growing_storage(D("0.004"), 3, 30) + b.growing_storage(D("0.0011"), 3, 30)
    assert (D(11) + D(3) + growth + D("93.5") + D("0.6")).quantize(D("0.01")) == D("114.76")


def test_the_uncapped_burst_of_the_40_gib_disk() -> None:
    """Without cap and quota the page gives 439 x 0.02 = 8.78."""
    assert b.autopl_burst(BURST_10K, 4_390_000, D(0), dense=False, free_io=0) == D("8.78")


AMOUNT = st.decimals(min_value=0, max_value=10**6, places=4)
SHARE = st.decimals(min_value=0, max_value=1, places=3)
SIZES = st.lists(AMOUNT, max_size=8)


@given(AMOUNT, AMOUNT, AMOUNT, AMOUNT)
def test_metering_is_additive_in_quantity_and_time(
    price: Decimal, one: Decimal, other: Decimal, hours: Decimal
) -> None:
    def close(left: Decimal, right: Decimal) -> bool:
        return abs(left - right) <= D("1e-12") * max(abs(left), D(1))

    assert close(b.metered(price, one + other, hours), b.metered(price, one, hours) + b.metered(price, other, hours))
    assert close(b.hourly(price, one + other, hours), b.hourly(price, one, hours) + b.hourly(price, other, hours))
    assert close(b.hourly(price, hours, one + other), b.hourly(price, hours, one) + b.hourly(price, hours, other))


@given(AMOUNT, AMOUNT, AMOUNT)
def test_more_is_never_cheaper(price: Decimal, less: Decimal, more: Decimal) -> None:
    less, more = sorted((less, more))
    assert b.metered(price, less) <= b.metered(price, more)
    assert b.beyond_free(less, 100) <= b.beyond_free(more, 100)
    assert b.file_backup_day(price, [less]) <= b.file_backup_day(price, [more])
    assert b.autopl_burst(price, less, price, dense=True) <= b.autopl_burst(price, more, price, dense=True)
    assert b.eip_bandwidth(1, 2, less) <= b.eip_bandwidth(1, 2, more)
    assert b.gtm_task_packs(less) <= b.gtm_task_packs(more)


@given(AMOUNT, SIZES, st.randoms(use_true_random=False))
def test_the_free_quota_is_one_for_the_account_in_any_order(price: Decimal, sizes: list[Decimal], rng: object) -> None:
    shuffled = sizes[:]
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    whole = b.file_backup_day(price, sizes)
    assert whole == b.file_backup_day(price, shuffled)
    assert whole >= sum((b.file_backup_day(price, [size]) for size in sizes), D(0))
    assert whole <= b.once(price, sum(sizes, D(0)))
    assert b.file_backup_day(price, sizes) >= 0


@given(AMOUNT, AMOUNT, st.integers(0, 10_000))
def test_an_archive_snapshot_costs_sixty_days_however_early_it_goes(price: Decimal, gib: Decimal, kept: int) -> None:
    total = b.metered(price, gib, kept) + b.archive_early_fee(price, gib, kept)
    full = b.metered(price, gib, b.archive_hours(kept))
    assert abs(total - full) <= D("1e-12") * max(full, D(1))
    assert b.archive_early_fee(price, gib, 1440) == 0


@given(AMOUNT, SHARE, st.integers(0, 400))
def test_snapshots_hold_the_full_disk_and_every_retained_day(used: Decimal, change: Decimal, days: int) -> None:
    assert used <= b.snapshot_gib(used, change, days) <= used * (1 + days)
    assert b.snapshot_gib(used, change, days) <= b.snapshot_gib(used, change, days + 1)


@given(AMOUNT, st.lists(st.tuples(st.integers(0, 50), AMOUNT, AMOUNT), max_size=5))
def test_a_savings_plan_never_costs_less_than_its_commitment(
    commitment: Decimal, groups: list[tuple[int, Decimal, Decimal]]
) -> None:
    total = b.savings_plan_hour(commitment, groups)
    everything = commitment + sum((count * price for count, price, _ in groups), D(0))
    assert commitment <= total <= everything


@given(st.builds(b.Load, AMOUNT, AMOUNT, AMOUNT, AMOUNT), AMOUNT)
def test_lcus_follow_the_largest_dimension(load: b.Load, more: Decimal) -> None:
    assert b.lcu(load) == max(
        D(load.new_connections) / 25, D(load.concurrent) / 3000, D(load.gb_per_hour), D(load.rules) / 1000
    )
    heavier = b.Load(load.new_connections, load.concurrent, D(load.gb_per_hour) + more, load.rules)
    assert b.lcu(load) <= b.lcu(heavier)


@given(AMOUNT, AMOUNT)
def test_tiers_charge_each_slice_at_its_own_price(less: Decimal, more: Decimal) -> None:
    tiers = ((D(10_240), D("0.8")), (D(51_200), D("0.75")), (None, D("0.7")))
    less, more = sorted((less, more))
    assert 0 <= b.tiered(less, tiers, 20) <= b.tiered(more, tiers, 20) <= b.once(D("0.8"), more)


@pytest.mark.parametrize(
    ("quantity", "total"),
    [
        ("20", "0"),
        ("21", "0.8"),
        ("10260", "8192.0"),
        ("10261", "8192.75"),
        ("51220", "38912.00"),
        ("51221", "38912.7"),
    ],
)
def test_tiers_by_hand(quantity: str, total: str) -> None:
    tiers = ((D(10_240), D("0.8")), (D(51_200), D("0.75")), (None, D("0.7")))
    assert b.tiered(D(quantity), tiers, 20) == D(total)


def test_tiers_without_an_end_are_refused() -> None:
    with pytest.raises(ValueError, match="no upper bound"):
        b.tiered(100, [(D(10), D(1))])


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [("09:30", "12:30", 4), ("09:00", "12:00", 3), ("09:00", "09:00", 0), ("09:10", "09:20", 1), ("09:59", "10:01", 2)],
)
def test_clock_hours_count_each_hour_touched(start: str, end: str, hours: int) -> None:
    day = "2026-01-02 "
    assert b.clock_hours(datetime.fromisoformat(day + start), datetime.fromisoformat(day + end)) == hours


def test_rounding_as_the_vendor_prints() -> None:
    assert [b.quoted(D("0.0165")), b.quoted(D("0.0164")), b.billed(D("5.349"))] == [D("0.017"), D("0.016"), D("5.34")]
    assert [b.started_hours(seconds) for seconds in (1, 3600, 3601)] == [D(1), D(1), D(2)]


def test_months_are_stated() -> None:
    assert b.metered(SNAPSHOT, 1) == SNAPSHOT
    assert b.hourly(CAP_HOUR, 100) == D("153.300")
    assert b.file_backup_month(D("0.003"), [80, 120]).quantize(D("0.01")) == D("9.13")


def test_tasks_checks_classes_and_networks() -> None:
    assert [b.gtm_task_packs(n, t) for n, t in ((100, 1), (101, 1), (60, 5))] == [0, 1, 2]
    assert b.gtm_checks(2, 1, 60, 1) == 2880
    assert b.gtm_payg((D("0.1"), D("0.03"), D(10)), 1, 10_000, 0) == D("0.1") * 730 / 24 + D("0.03")
    assert [b.dts_class(rate) for rate in (0, 2000, 2001, 68_000, 68_001)] == [
        "small",
        "small",
        "medium",
        "4xlarge",
        None,
    ]
    assert b.dts_class(150, production=False) == "micro"
    assert b.dts_sync(D(2), 10, nodes=3, links=2) == 120
    assert b.cen_intra(D("0.35"), D("0.1"), 2, 5, D("1.5")) == D("1.90")


def test_stopping_saves_compute_only_in_economical_mode() -> None:
    assert b.stopped_instance(D(1), D("0.1"), 10, economical=True) == 1
    assert b.stopped_instance(D(1), D("0.1"), 10, economical=False) == 11


def test_replicas_move_the_changed_share() -> None:
    assert b.replication_gb(100, D("0.03"), 30) == 90
    assert b.replication_gb(100, D(5), 1) == 100


def test_a_balancer_of_the_smallest_size() -> None:
    busy = b.Load(new_connections=50, concurrent=3000, gb_per_hour=D("0.5"), rules=0)
    assert b.balancer(D("0.049"), D("0.049"), busy, 730) == D("0.049") * 730 * 3
    assert b.lcu(b.Load(gb_per_hour=3), b.NLB_UNITS["tcp"]) == 3


@pytest.mark.parametrize(
    "call",
    [
        lambda: b.metered(D(-1), 1),
        lambda: b.hourly(1, -1),
        lambda: b.snapshot_gib(1, D("-0.1"), 1),
        lambda: b.file_backup_day(1, [-1]),
        lambda: b.by_the_second([(-1, 1)]),
    ],
)
def test_negative_quantities_are_refused(call: Callable[[], Decimal]) -> None:
    with pytest.raises(ValueError, match="never negative"):
        call()


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="before the start"):
        b.clock_hours(datetime.fromisoformat("2026-01-02"), datetime.fromisoformat("2026-01-01"))


def test_no_float_gets_in() -> None:
    with pytest.raises(TypeError):
        b.metered(D("0.12"), 100.0)  # type: ignore[arg-type]
