"""From resources to SKUs: disks by category and level, instances by type, databases by cores, memory and storage."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from advisor.estimation.costs.costing import Costing
from advisor.model.cost import CostLine, CostState
from advisor.model.inventory import Resource
from advisor.model.pricebook import MissingPrice, instance_skus
from advisor.model.recovery import Proposal
from advisor.model.units import MIB_PER_GIB


def disk_sku(disk: Resource) -> str:
    """``disk.cloud_essd.pl1.capacity`` and the like; an ESSD without a level is a PL1, the API's default."""
    category = disk.text("category") or "unknown"
    if category == "cloud_essd":
        return f"disk.cloud_essd.{(disk.text('performance_level') or 'PL1').lower()}.capacity"
    return f"disk.{category}.capacity"


def instance_lines(
    costing: Costing,
    instance: Resource | None,
    region: str,
    what_for: str,
    proposal: Proposal | None,
    *,
    count: int = 1,
    state: CostState = "steady",
    hours: Decimal | None = None,
) -> list[CostLine]:
    """The instance type's own price; a type the book does not know is priced by its vCPUs from its family or any
    type."""
    if instance is None:
        return []
    kind = instance.text("instance_type") or "unknown type"
    own, *by_core = instance_skus(kind)
    if isinstance(costing.price(own, region), MissingPrice) and instance.number("cpu"):
        vcpus = (instance.number("cpu") or 0.0) * count
        title = f"{what_for} ({kind}, priced by vCPU)"
        return [
            costing.line(
                by_core,
                region,
                title,
                vcpus,
                proposal,
                state=state,
                hours=hours,
                unit="vCPU-hour",
                resources=[instance.id],
            )
        ]
    return [
        costing.line(
            own,
            region,
            f"{what_for} ({kind})",
            count,
            proposal,
            state=state,
            hours=hours,
            unit="hour",
            resources=[instance.id],
        )
    ]


def database_skus(
    costing: Costing, params: Mapping[str, object], region: str, edition: str, what_for: str, proposal: Proposal | None
) -> list[CostLine]:
    """Cores, memory and storage of a database edition (``ha`` or ``basic``); unknown sizes leave an unpriced line."""
    engine = str(params.get("engine") or "unknown").lower()
    cores, memory, storage = (_number(params.get(key)) for key in ("cpu", "memory_mib", "storage_gib"))
    storage_sku = "rds.storage" if edition == "ha" else "rds.storage.basic"
    cores = cores or cores_of(str(params.get("instance_class") or ""))
    if cores is None:
        klass = params.get("instance_class") or "unknown class"
        sku = f"rds.{engine}.{edition}.class"
        return [costing.line(sku, region, f"{what_for} ({klass})", 1, proposal, unit="hour")]
    lines = [
        costing.line(f"rds.{engine}.{edition}.core", region, f"{what_for}: cores", cores, proposal, unit="core-hour")
    ]
    if memory and edition == "ha":
        lines.append(
            costing.line(
                f"rds.{engine}.ha.gib", region, f"{what_for}: memory", memory / MIB_PER_GIB, proposal, unit="GiB-hour"
            )
        )
    if storage:
        lines.append(costing.line(storage_sku, region, f"{what_for}: storage", storage, proposal, unit="GB-month"))
    return lines


def cores_of(instance_class: str) -> float | None:
    """Cores that a class name tells (``mysql.n4.large.2c``: large = 2, xlarge = 4, 2xlarge = 8); None where it does
    not."""
    sizes = {"small": 1.0, "medium": 2.0, "large": 2.0, "xlarge": 4.0}
    for part in instance_class.split("."):
        if part in sizes:
            return sizes[part]
        if part.endswith("xlarge") and part[: -len("xlarge")].isdigit():
            return 4.0 * int(part[: -len("xlarge")])
    return None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None
