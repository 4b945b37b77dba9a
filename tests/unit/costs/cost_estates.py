"""A small book with round prices and proposals by hand, so that every cost can be worked out on paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from advisor.estimation.context import Context
from advisor.estimation.costs import Costing, added_lines
from advisor.model.cost import CostLine
from advisor.model.plan import Action, Mechanism
from advisor.model.pricebook import Price, PriceBook
from advisor.model.recovery import Proposal, Protection
from tests.estate import AWAY, DATABASE, HOME, OTHER_ZONE, SERVER

D = Decimal
BOTH = ("d-sys", "d-data")
ASSUMED = {
    "disk.cloud_regional_disk_auto.capacity": ("GiB-hour", "0.003", "0.004"),
    "disk.async_replication.traffic": ("GB", "0.5", "1"),
    "hbr.ecs_file_essential.capacity": ("GiB-day", "0.001", "0.005"),
    "rds.mysql.ha.core": ("core-hour", "0.35", "0.52"),
    "rds.mysql.ha.gib": ("GiB-hour", "0.041", "0.063"),
    "rds.mysql.basic.core": ("core-hour", "0.16", "0.25"),
    "rds.storage": ("GB-month", "1", "3.1"),
    "rds.storage.basic": ("GB-month", "0.5", "1.6"),
    "rds.backup.cross_region.storage": ("GB-hour", "0.000166", "0.0004"),
    "rds.backup.cross_region.traffic": ("GB", "0.48", "1"),
    "dts.sync.medium": ("hour", "2", "7"),
    "ecs.other.vcpu": ("vCPU-hour", "0.1", "0.4"),
}
LISTED = {
    "snapshot.standard.storage": ("GiB-month", "0.12"),
    "snapshot.copy.traffic": ("GB", "0.5"),
    "disk.cloud_essd.pl0.capacity": ("GiB-hour", "0.001"),
    "disk.cloud_essd.pl1.capacity": ("GiB-hour", "0.002"),
    "ecs.g7.large": ("hour", "0.5"),
    "alb.instance.standard": ("hour", "0.147"),
    "alb.lcu": ("LCU-hour", "0.049"),
    "eip.config": ("hour", "0.02"),
    "eip.traffic.out": ("GB", "0.8"),
    "eip.bandwidth.1to5": ("Mbps-day", "1"),
    "eip.bandwidth.over5": ("Mbps-day", "3"),
    "clb.spec.s1.small": ("hour", "0.1"),
    "tair.ha.gib": ("GiB-hour", "0.15"),
}
SUBSCRIBED = {
    "gtm.instance.standard": ("instance-month", "128"),
    "gtm.tasks100.standard": ("100-tasks-month", "80"),
    "disk.cloud_essd.pl1.capacity": ("GiB-month", "1"),
}


def price(sku: str, unit: str, amount: str, **more: Any) -> Price:
    known: dict[str, Any] = {"billing": "payg", "source": "a page", "as_of": "2026-11-01", "confidence": "documented"}
    return Price(sku, "all", unit, "CNY", D(amount), **{**known, **more})


def assumed(sku: str, unit: str, low: str, high: str) -> Price:
    middle = str((D(low) + D(high)) / 2)
    ends = {"low": D(low), "high": D(high), "why": "no page says"}
    return price(sku, unit, middle, confidence="assumed", origin="assumed", as_of=None, **ends)


def book(**changed: Price | None) -> PriceBook:
    """The book; a SKU with its dots written as double underscores may be changed or, as None, left out."""
    rows = [price(sku, *entry) for sku, entry in LISTED.items()]
    rows += [assumed(sku, *entry) for sku, entry in ASSUMED.items()]
    rows += [price(sku, *entry, billing="subscription") for sku, entry in SUBSCRIBED.items()]
    names = {name.replace("__", "."): row for name, row in changed.items()}
    kept = [row for row in rows if row.sku not in names]
    return PriceBook({row.key: row for row in [*kept, *(row for row in names.values() if row is not None)]}, "book")


def propose(
    mechanism: Mechanism,
    resources: Sequence[str],
    component: str = SERVER.id,
    region: str = HOME,
    extra: Mapping[str, object] | None = None,
    **params: Any,
) -> Proposal:
    """One action as the measures make it."""
    action = Action(
        id=f"w/{mechanism}/{component}/{params.get('target_region', 'here')}",
        mechanism=mechanism,
        verb="create",
        workload="w",
        component=component,
        title=mechanism,
        region=region,
        resources=tuple(resources),
        touches=len(resources),
        params=params,
    )
    return Proposal("x", Protection(mechanism, component, tuple(resources), {**params, **(extra or {})}), (action,))


def snapshots(days: int = 7, disks: Sequence[str] = BOTH, **more: Any) -> Proposal:
    known: dict[str, Any] = {"interval_h": 24, "retention_days": days, "disk_ids": list(disks), "extends": None}
    return propose("snapshot_policy", disks, **{**known, "keep_copy_region": None, **more})


def copies(days: int = 7, disks: Sequence[str] = BOTH, **more: Any) -> Proposal:
    known: dict[str, Any] = {"target_region": AWAY, "retention_days": days, "disk_ids": list(disks), "extends": None}
    return propose("snapshot_copy", disks, **{**known, "policy_action": None, **more})


def standby(scope: str = "zone", mode: str = "stopped", image: str = "m-own") -> Proposal:
    region = HOME if scope == "zone" else AWAY
    zone = OTHER_ZONE if scope == "zone" else f"{AWAY}-l"
    return propose(
        "standby_instance", ["i-1"], region=region, instance_id="i-1", target_region=region, target_zone=zone,
        mode=mode, image_id=image, system_disk_category="cloud_essd", system_disk_size_gib=40.0,
    )  # fmt: skip


def database(mechanism: Mechanism, category: str | None = "Basic", **more: Any) -> Proposal:
    known = {"database_id": "rm-1", "engine": "MySQL", "cpu": 4.0, "memory_mib": 8192.0, "storage_gib": 200.0}
    return propose(mechanism, ["rm-1"], DATABASE.id, **{**known, "from_category": category, **more})


def costing(context: Context, prices: PriceBook | None = None, currency: str = "CNY") -> Costing:
    return Costing(prices or book(), currency, context)


def lines_of(
    context: Context, *proposals: Proposal, state: str = "steady", prices: PriceBook | None = None
) -> list[CostLine]:
    return [line for line in added_lines(costing(context, prices), proposals) if line.state == state]


def amounts(lines: Iterable[CostLine]) -> list[str]:
    """Quantity, unit price and amount of each line as text: ``101.64 × 0.12 = 12.20``."""
    return [f"{line.quantity} × {line.unit_price} = {line.monthly}" for line in lines]


def ends(line: CostLine) -> tuple[str, str]:
    return str(line.low), str(line.high)
