"""From resources to SKUs: disks by category and level, instances by type, databases by cores, memory and storage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from advisor.estimation.context import size_gib
from advisor.estimation.costs.costing import STEADY, Costing, Period
from advisor.model.cost import CostLine
from advisor.model.inventory import Resource
from advisor.model.pricebook import Billing, MissingPrice, instance_skus
from advisor.model.recovery import Proposal
from advisor.model.units import MIB_PER_GIB

DEFAULT_LEVEL = "PL1"  # of an ESSD whose level is not named, as the API has it
LIKE_HIGH_AVAILABILITY = ("", "highavailability", "cluster", "alwayson", "finance")
_SIZES = {"small": 1, "medium": 2, "large": 4}
_XLARGE_CORES = 8
_XLARGE = re.compile(r"(\d*)xlarge")
_CORES = re.compile(r"(\d+)c")
_RATIO = re.compile(r"[nx](\d)e?")
_LARGEST_REGULAR = 8  # above 8xlarge the names no longer tell the cores


def disk_sku(disk: Resource) -> str:
    """``disk.cloud_essd.pl1.capacity`` and the like; an ESSD without a level is a PL1, the API's default."""
    category = disk.text("category") or "unknown"
    if category == "cloud_essd":
        return f"disk.cloud_essd.{(disk.text('performance_level') or DEFAULT_LEVEL).lower()}.capacity"
    return f"disk.{category}.capacity"


def billing_of(resource: Resource) -> Billing:
    """How the resource is paid for now; unknown counts as pay-as-you-go."""
    return "subscription" if (resource.text("charge_type") or "").lower() == "prepaid" else "payg"


def disk_lines(
    costing: Costing, disks: Iterable[Resource], region: str, title: str, proposal: Proposal | None, period: Period
) -> list[CostLine]:
    """Disks like ``disks``, one line for those of one kind (for events; what is there every month has its own line)."""
    by_sku: dict[str, list[Resource]] = {}
    for disk in disks:
        by_sku.setdefault(disk_sku(disk), []).append(disk)
    return [
        costing.line(
            sku,
            region,
            title,
            sum(size_gib(disk) for disk in same),
            proposal,
            period=period,
            facts=period_facts(period),
            unit="GiB-hour",
            resources=[disk.id for disk in same],
        )
        for sku, same in by_sku.items()
    ]


def period_facts(period: Period) -> tuple[str, ...]:
    return ("drill.hours",) if period.state == "drill" else ()


def instance_lines(
    costing: Costing,
    instance: Resource | None,
    region: str,
    what_for: str,
    proposal: Proposal | None,
    *,
    count: int = 1,
    period: Period = STEADY,
    billing: Billing = "payg",
) -> list[CostLine]:
    """The instance type's own price; a type the book does not know by the hour is priced by its vCPUs, from its family
    or any type."""
    if instance is None or count < 1:
        return []
    kind = instance.text("instance_type") or "unknown type"
    own, *by_core = instance_skus(kind)
    vcpus = instance.number("cpu")
    known = not isinstance(costing.book.find(own, region, costing.currency, billing), MissingPrice)
    if billing == "subscription" and not known:
        known = not isinstance(costing.book.find(own, region, costing.currency), MissingPrice)
    by_vcpu = not known and bool(vcpus)
    return [
        costing.line(
            by_core if by_vcpu else own,
            region,
            f"{what_for} ({kind}, priced by vCPU)" if by_vcpu else f"{what_for} ({kind})",
            (vcpus or 1.0) * count if by_vcpu else count,
            proposal,
            period=period,
            billing=billing,
            facts=period_facts(period),
            unit="vCPU-hour" if by_vcpu else "hour",
            resources=[instance.id] if instance.id else (),
        )
    ]


@dataclass(frozen=True, slots=True)
class DatabaseShape:
    """What of a database is charged. Cores and memory are None where neither inventory nor class name tells."""

    engine: str
    edition: str
    instance_class: str
    cores: float | None
    memory_gib: float | None
    storage_gib: float | None

    @property
    def high_availability(self) -> bool:
        return self.edition == "ha"


def database_shape(params: Mapping[str, object], category: str | None) -> DatabaseShape:
    """The shape from an inventory record or an action's parameters; ``category`` is the edition as the API names it."""
    klass = str(params.get("instance_class") or "")
    cores, memory = _number(params.get("cpu")), _number(params.get("memory_mib"))
    named_cores, named_memory = class_size(klass)
    cores = cores or named_cores
    memory_gib = memory / MIB_PER_GIB if memory else named_memory
    known = (category or "").lower()
    edition = "basic" if known == "basic" else "ha" if known in LIKE_HIGH_AVAILABILITY else known
    return DatabaseShape(
        str(params.get("engine") or "unknown").lower(),
        edition,
        klass,
        cores,
        memory_gib,
        _number(params.get("storage_gib")),
    )


def class_size(instance_class: str) -> tuple[float | None, float | None]:
    """Cores and GiB of memory that a class name tells: ``mysql.n4.large.2c`` has 4 and 16, ``pg.n4.4c.2m`` 4 and 16,
    ``mysql.n2.medium.1`` 2 and 4; None where it does not.

    >>> class_size("pg.x4.2xlarge.2c")
    (16.0, 64.0)
    """
    parts = instance_class.lower().split(".")
    if len(parts) < 3:
        return None, None
    cores = _cores(parts[2])
    ratio = _RATIO.fullmatch(parts[1])
    if cores is None or ratio is None:
        return None, None
    return cores, cores * int(ratio[1])


def _cores(size: str) -> float | None:
    if size in _SIZES:
        return float(_SIZES[size])
    if match := _XLARGE.fullmatch(size):
        times = int(match[1] or 1)
        return float(_XLARGE_CORES * times) if times <= _LARGEST_REGULAR else None
    if match := _CORES.fullmatch(size):
        return float(match[1])
    return None


def database_lines(
    costing: Costing,
    shape: DatabaseShape,
    region: str,
    what_for: str,
    proposal: Proposal | None,
    *,
    period: Period = STEADY,
    billing: Billing = "payg",
    saved: bool = False,
    resources: Sequence[str] = (),
) -> list[CostLine]:
    """Cores, memory and storage of a database; what is not known of its size leaves an unpriced line. The core of a
    basic edition has its memory in it, a high-availability one counts both nodes and charges memory beside."""
    facts = period_facts(period)

    def line(sku: str, title: str, amount: float | Decimal, unit: str) -> CostLine:
        return costing.line(
            sku,
            region,
            f"{what_for}: {title}",
            amount,
            proposal,
            period=period,
            billing=billing,
            facts=facts,
            unit=unit,
            saved=saved,
            resources=resources,
        )

    stem = f"rds.{shape.engine}.{shape.edition}"
    if shape.cores is None or shape.edition not in ("basic", "ha"):
        return [line(f"{stem}.class", shape.instance_class or "class not known", 1, "hour")]
    lines = [line(f"{stem}.core", "cores", shape.cores, "core-hour")]
    if shape.high_availability and shape.memory_gib is None:
        lines.append(line(f"{stem}.memory_not_known", f"memory of {shape.instance_class}", 1, "hour"))
    elif shape.high_availability and shape.memory_gib is not None:
        lines.append(line(f"{stem}.gib", "memory", shape.memory_gib, "GiB-hour"))
    storage_sku = "rds.storage" if shape.high_availability else "rds.storage.basic"
    if shape.storage_gib:
        lines.append(line(storage_sku, "storage", shape.storage_gib, "GB-month"))
    return lines


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None
