"""The vendor's billing rules as small pure functions on ``Decimal``: how a price and a quantity make an amount.

Every docstring names the rule and the page it is paraphrased from. A price is that of one unit in the unit the rule
names; amounts are before tax and not rounded, ``quoted`` and ``billed`` round as the vendor prints. Sizes are GiB as
allocated; pages that print GB for disks and snapshots mean the same number (rule ``gib.vs.gb``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Final

Number = Decimal | int

ZERO: Final = Decimal(0)
HOURS_PER_METERED_MONTH: Final = Decimal(720)
"""Rule ``month.hours.vendor``: what is priced per month and metered by the hour costs price / 30 / 24 an hour
(OSS storage fees, 2024-12-20; snapshot and EIP examples)."""
HOURS_PER_MONTH: Final = Decimal(730)
"""Rule ``month.hours.advice``: what is priced per hour runs 730 h a month (8,760 h / 12)."""
DAYS_PER_MONTH: Final = HOURS_PER_MONTH / 24
ARCHIVE_MIN_HOURS: Final = Decimal(1440)
FILE_BACKUP_FREE_GIB: Final = Decimal(100)
DTS_ROWS_PER_SECOND: Final = (
    ("micro", 200),
    ("small", 2000),
    ("medium", 5000),
    ("large", 11000),
    ("xlarge", 17000),
    ("2xlarge", 34000),
    ("4xlarge", 68000),
)
_BURST_STEP: Final = Decimal(10_000)
_KIB_PER_GIB: Final = 1024 * 1024
_BURST_KIB_PER_IO: Final = 16


def _checked(*values: Number) -> None:
    if any(value < 0 for value in values):
        raise ValueError("a price or quantity is never negative")


def _steps(amount: Number, step: Number) -> Decimal:
    """How many whole steps hold the amount."""
    return (Decimal(amount) / step).to_integral_value(ROUND_CEILING)


# --- time and rounding ------------------------------------------------------------------------------------------------


def clock_hours(start: datetime, end: datetime) -> int:
    """Clock hours touched: the start floored and the end raised to the full hour (11:02 to 15:20 is 5, 09:30 to 12:30
    is 4). Rules ``snapshot.formula``, ``clb.hours`` (help pages snapshots-1, CLB pay-as-you-go)."""
    if end < start:
        raise ValueError("the end is before the start")
    hour = timedelta(hours=1)
    first = start.replace(minute=0, second=0, microsecond=0)
    return -((first - end) // hour)


def started_hours(seconds: Number) -> Decimal:
    """A part hour counts as a full hour. Rules ``snapshot.formula``, ``alb.items``, ``cen.intra``."""
    _checked(seconds)
    return _steps(seconds, 3600)


def quoted(amount: Decimal) -> Decimal:
    """Three decimals, the fourth rounded, as quotes show it. Rule ``snapshot.rounding`` (snapshot fee page, 2018)."""
    return amount.quantize(Decimal("0.001"), rounding=ROUND_HALF_UP)


def billed(amount: Decimal) -> Decimal:
    """Two decimals, the rest cut off, as bill lists show it. Rule ``snapshot.rounding`` (snapshot fee page, 2018)."""
    return amount.quantize(Decimal("0.01"), rounding=ROUND_DOWN)


# --- the three ways to meter ------------------------------------------------------------------------------------------


def metered(month_price: Number, quantity: Number, hours: Number = HOURS_PER_METERED_MONTH) -> Decimal:
    """Priced per unit and month, metered by the hour over 720 h: snapshots, OSS, provisioned IOPS of PL-X.
    Rule ``month.hours.vendor`` (OSS storage fees, 2024-12-20)."""
    _checked(month_price, quantity, hours)
    return Decimal(month_price) * quantity * hours / HOURS_PER_METERED_MONTH


def hourly(hour_price: Number, quantity: Number = 1, hours: Number = HOURS_PER_MONTH) -> Decimal:
    """Priced per unit and hour, a month being 730 h: instances, disks, load balancers. Rules ``month.hours.advice``,
    ``disk.capacity`` (provisioned GiB from creation to release, attached or not)."""
    _checked(hour_price, quantity, hours)
    return Decimal(hour_price) * quantity * hours


def once(price: Number, quantity: Number) -> Decimal:
    """Priced per unit: GB sent, requests, months of a subscription. Rules ``traffic.inbound``, ``cdt.interregion``
    (outbound bytes only, charged in each region on what leaves it)."""
    _checked(price, quantity)
    return Decimal(price) * quantity


def of_day(day_price: Number, quantity: Number = 1, hours: Number = 24) -> Decimal:
    """Priced per unit and day, metered by the hour. Rule ``eip.bandwidth_tiers`` (EIP pay-as-you-go, 2021-06-08)."""
    _checked(day_price, quantity, hours)
    return Decimal(day_price) * quantity * hours / 24


def by_the_second(periods: Iterable[tuple[Number, Number]]) -> Decimal:
    """Instance seconds at their hourly prices, (seconds, price per hour) each. Rule ``ecs.payg`` (instance types)."""
    total = ZERO
    for seconds, hour_price in periods:
        _checked(seconds, hour_price)
        total += Decimal(hour_price) * seconds / 3600
    return total


def beyond_free(quantity: Number, free: Number) -> Decimal:
    """What a free quota leaves to be charged."""
    _checked(quantity, free)
    return max(ZERO, Decimal(quantity) - free)


def tiered(quantity: Number, tiers: Sequence[tuple[Number | None, Number]], free: Number = 0) -> Decimal:
    """A monthly quantity through price tiers, (upper bound or None, price) each, after a free quota.
    Rule ``cdt.free`` (CDT tiers per region; 20 GB free on the mainland, 200 GB outside; 2026-05-27)."""
    rest, below, total = beyond_free(quantity, free), ZERO, ZERO
    for bound, price in tiers:
        room = rest if bound is None else min(rest, bound - below)
        total += once(price, room)
        rest, below = rest - room, below if bound is None else Decimal(bound)
    if rest:
        raise ValueError("the last tier must have no upper bound")
    return total


# --- snapshots --------------------------------------------------------------------------------------------------------


def snapshot_gib(used_gib: Number, daily_change: Number, retained_days: Number) -> Decimal:
    """Billable size: the blocks written once, and the changed blocks of every retained day. Rule ``snapshot.size``
    (snapshot billing page, 2021-05-11); ``daily_change`` is a share of the used size, at most all of it."""
    _checked(used_gib, daily_change, retained_days)
    return used_gib * (1 + min(Decimal(daily_change), Decimal(1)) * retained_days)


def archive_hours(kept_hours: Number) -> Decimal:
    """An archive snapshot is charged for 60 days at least. Rule ``snapshot.archive.min60`` (snapshots-1)."""
    _checked(kept_hours)
    return max(Decimal(kept_hours), ARCHIVE_MIN_HOURS)


def archive_early_fee(month_price: Number, gib: Number, kept_hours: Number) -> Decimal:
    """Fee for the hours missing to 60 days at the archive price. Rule ``snapshot.archive.early_fee`` (vendor sample
    code, 2026-07-30; the same as charging 60 days in full)."""
    return metered(month_price, gib, archive_hours(kept_hours) - kept_hours)


def snapshot_copy(traffic_price: Number, month_price: Number, gib: Number, months: Number = 1) -> Decimal:
    """Copy to another region: traffic once per GB, then storage at the price of the destination.
    Rule ``snapshot.copy`` (snapshots-1)."""
    return once(traffic_price, gib) + metered(month_price, gib, HOURS_PER_METERED_MONTH * months)


def snapshot_warmup(price: Number, gib: Number, hours: Number, disks: Number) -> Decimal:
    """Warm-up in a zone: full size x hours (at least 1) x disks at once. Rule ``snapshot.warmup`` (snapshots-1)."""
    return hourly(price, Decimal(gib) * disks, max(Decimal(hours), Decimal(1)))


# --- disks ------------------------------------------------------------------------------------------------------------


def autopl_burst_io(seconds: Number, iops: Number = 0, gib_per_second: Number = 0) -> Decimal:
    """Burst I/O of AutoPL: the larger of the I/O count and the throughput in 16 KiB, raised to full 10,000.
    Rule ``disk.autopl.burst`` (AutoPL page, 2025-12-10)."""
    _checked(seconds, iops, gib_per_second)
    by_throughput = Decimal(gib_per_second) * _KIB_PER_GIB / _BURST_KIB_PER_IO * seconds
    return _steps(max(Decimal(iops) * seconds, by_throughput), _BURST_STEP) * _BURST_STEP


def autopl_burst(
    price_10k: Number, burst_io: Number, capacity_fee_hour: Number, dense: bool, free_io: Number = 100_000
) -> Decimal:
    """Burst fee of an hour: per 10,000 I/O beyond 100,000 free; where the peak was ``dense`` (over 200 IOPS per GiB) at
    most 8 times the hourly capacity fee. Rule ``disk.autopl.burst`` (AutoPL page, 2025-12-10)."""
    _checked(price_10k, capacity_fee_hour)
    fee = price_10k * beyond_free(burst_io, free_io) / _BURST_STEP
    return min(fee, Decimal(8) * capacity_fee_hour) if dense else fee


def replication_gb(gib: Number, daily_change: Number, days: Number = DAYS_PER_MONTH) -> Decimal:
    """GB that a replica or a daily copy moves: the changed share of the data a day; the first full copy comes on top
    once. Rules ``disk.async_replication`` (POSTPAY charges traffic), ``snapshot.copy``, ``gib.vs.gb``."""
    _checked(gib, daily_change, days)
    return Decimal(gib) * min(Decimal(daily_change), Decimal(1)) * days


# --- backup services --------------------------------------------------------------------------------------------------


def file_backup_day(price: Number, attached_gib: Iterable[Number], free_gib: Number = FILE_BACKUP_FREE_GIB) -> Decimal:
    """ECS file backup, a day of the whole account: GiB of block storage attached to all backed-up instances, less 100
    GiB free once per account over all regions. Rule ``hbr.essential`` (Cloud Backup support page, 2025-11-18)."""
    sizes = [Decimal(size) for size in attached_gib]
    _checked(*sizes)
    return once(price, beyond_free(sum(sizes, ZERO), free_gib))


def file_backup_month(
    price: Number, attached_gib: Iterable[Number], free_gib: Number = FILE_BACKUP_FREE_GIB
) -> Decimal:
    """A month of 730 / 24 days of ``file_backup_day``."""
    return file_backup_day(price, attached_gib, free_gib) * DAYS_PER_MONTH


def rds_backup(
    price: Number, data_gb: Number, log_gb: Number, storage_gb: Number, hours: Number, free_ratio: Number = 2
) -> Decimal:
    """RDS backup above the free quota of 200 percent of the storage, per GB and hour. Rule ``rds.backup_quota``
    (PostgreSQL backup fees, 2024-01-22)."""
    return hourly(price, beyond_free(Decimal(data_gb) + log_gb, Decimal(storage_gb) * free_ratio), hours)


# --- load balancing and addresses -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Load:
    """What a load balancer carries: new connections per second, connections at once, GB per hour, rules per second."""

    new_connections: Number = 0
    concurrent: Number = 0
    gb_per_hour: Number = 0
    rules: Number = 0


ALB_UNIT: Final = Load(25, 3000, 1, 1000)
NLB_UNITS: Final = {"tcp": Load(800, 100_000, 1), "udp": Load(400, 50_000, 1), "tcpssl": Load(50, 3000, 1)}


def lcu(load: Load, unit: Load = ALB_UNIT) -> Decimal:
    """LCUs of an hour: the largest of the dimensions, each over what one LCU holds. Rules ``alb.lcu`` (ALB billable
    items) and ``nlb.lcu`` (comparison of ALB, NLB and CLB billing)."""
    pairs = (
        (load.new_connections, unit.new_connections),
        (load.concurrent, unit.concurrent),
        (load.gb_per_hour, unit.gb_per_hour),
        (load.rules, unit.rules),
    )
    _checked(*(carried for carried, _ in pairs))
    return max((Decimal(carried) / held for carried, held in pairs if held), default=ZERO)


def balancer(instance_price: Number, lcu_price: Number, load: Load, hours: Number, unit: Load = ALB_UNIT) -> Decimal:
    """Instance fee and LCU fee; Internet traffic is a line of its own. Rule ``alb.items`` (2024-03-11)."""
    return hourly(instance_price, 1, hours) + hourly(lcu_price, lcu(load, unit), hours)


def eip_config(price: Number, on_instances: Number, elsewhere: Number, hours: Number, quota: Number = 500) -> Decimal:
    """Configuration fee of EIPs: waived on VPC instances while the account's quota is at most 2,000 EIPs.
    Rule ``eip.config_waived`` (EIP pay-as-you-go)."""
    _checked(on_instances, elsewhere, quota)
    return hourly(price, Decimal(elsewhere) + (on_instances if quota > 2000 else 0), hours)


def bandwidth(first_five: Number, per_mbps_above: Number, mbps: Number) -> Decimal:
    """Fixed bandwidth: one price for the first five Mbps, another for each Mbps above; the day counts at its highest
    setting. Rule ``eip.bandwidth_tiers`` (EIP page, 2021-06-08). ``first_five`` is the price of those Mbps together."""
    _checked(first_five)
    return first_five + once(per_mbps_above, beyond_free(mbps, 5))


def eip_bandwidth(per_mbps: Number, per_mbps_above: Number, mbps: Number) -> Decimal:
    """The same where the first five Mbps are priced one by one. Rule ``eip.bandwidth_tiers`` (EIP page, 2021-06-08)."""
    return bandwidth(once(per_mbps, min(Decimal(mbps), Decimal(5))), per_mbps_above, mbps)


# --- global traffic, synchronisation, networks ------------------------------------------------------------------------


def gtm_task_packs(addresses: Number, templates: Number = 1, included: Number = 100) -> Decimal:
    """Packs of 100 health-check tasks beyond those in the instance; tasks = addresses x templates.
    Rule ``gtm.tasks`` (gtm2-product-billing)."""
    return _steps(beyond_free(Decimal(addresses) * templates, included), 100)


def gtm_checks(addresses: Number, templates: Number, interval_s: Number, days: Number = DAYS_PER_MONTH) -> Decimal:
    """Health checks of a month for pay-as-you-go; they go on until a disabled domain is deleted. Rule ``gtm.tasks``."""
    _checked(addresses, templates, days)
    return Decimal(addresses) * templates * 86400 / interval_s * days


def gtm_payg(prices: tuple[Number, Number, Number], domains: Number, queries: Number, checks: Number) -> Decimal:
    """A month of GTM 3.0 pay-as-you-go: domains by the day, queries and checks by 10,000; ``prices`` in that order.
    Rule ``gtm.tasks`` (pay-as-you-go-instance page)."""
    domain, query, check = prices
    per_10k = once(query, queries) + once(check, checks)
    return once(domain, domains * DAYS_PER_MONTH) + per_10k / 10_000


def dts_class(rows_per_second: Number, production: bool = True) -> str | None:
    """The smallest synchronisation class for a row rate; micro is not for production. None above the largest.
    Rule ``dts.class_rps`` (DTS class limits)."""
    _checked(rows_per_second)
    usable = DTS_ROWS_PER_SECOND[1:] if production else DTS_ROWS_PER_SECOND
    return next((name for name, limit in usable if rows_per_second <= limit), None)


def dts_sync(price: Number, hours: Number = HOURS_PER_MONTH, nodes: Number = 1, links: Number = 1) -> Decimal:
    """Synchronisation by class and hour while incremental sync runs or pauses; a distributed source counts per node,
    both ways are two links. Schema and full phases are free. Rule ``dts.sync`` (DTS billable items)."""
    return hourly(price, Decimal(nodes) * links, hours)


def cen_intra(connection_price: Number, gb_price: Number, connections: Number, gb: Number, hours: Number) -> Decimal:
    """Transit router in a region: connections x started hours, and GB entering. Rule ``cen.intra`` (2026-03-23)."""
    return hourly(connection_price, connections, _steps(hours, 1)) + once(gb_price, gb)


# --- instances, terms and reservations --------------------------------------------------------------------------------


def stopped_instance(compute: Number, storage: Number, hours: Number, economical: bool) -> Decimal:
    """A stopped instance (prices per hour): economical mode saves vCPU and memory, disks go on; any other stop saves
    nothing. Rule ``ecs.stopped`` (No Fees for Stopped Instances, 2021-07-19)."""
    return hourly(storage, 1, hours) + (ZERO if economical else hourly(compute, 1, hours))


def savings_plan_hour(commitment: Number, groups: Iterable[tuple[Number, Number, Number]]) -> Decimal:
    """An hour under a savings plan: the commitment covers (count, list price, plan price) groups in turn at the plan
    price, the rest pays the list. Rule ``sp.discount`` (savings-plan-credit-rules)."""
    _checked(commitment)
    left, beyond = Decimal(commitment), ZERO
    for count, list_price, plan_price in groups:
        _checked(count, list_price, plan_price)
        covered = min(Decimal(count), left / plan_price) if plan_price else Decimal(count)
        left = max(ZERO, left - covered * plan_price)  # a quotient is rounded in its last digit
        beyond += (count - covered) * list_price
    return commitment + beyond


def plan_covers(commitment: Number, list_price: Number, ratio: Number) -> Decimal:
    """How many instances a commitment covers. Rule ``sp.discount`` (billing FAQ, 2021-07-19)."""
    _checked(commitment, list_price, ratio)
    return Decimal(commitment) / (Decimal(list_price) * ratio)


def scu_needed(sizes: Iterable[tuple[Number, Number]]) -> Decimal:
    """Storage capacity units that offset (size, factor) each. Rule ``scu`` (SCU billing page)."""
    return sum((once(factor, size) for size, factor in sizes), ZERO)


def downgrade_refund(paid: Number, days: Number, used: Number, new_per_day: Number) -> Decimal:
    """Refund of a subscription that moves to a cheaper day rate after ``used`` days (Billing FAQ, 2021-07-19)."""
    _checked(paid, used, new_per_day)
    return max(ZERO, Decimal(paid) * (days - used) / days - once(new_per_day, days - used))


def growing_storage(day_price: Number, added_per_day: Number, days: int) -> Decimal:
    """Storage that grows by the same amount a day, the first addition counted from the next day on: d = 1 to days - 1
    days' additions (OSS billing examples, 2021-06-28; rule ``oss.crr``)."""
    return once(day_price, added_per_day) * sum(range(1, days))
