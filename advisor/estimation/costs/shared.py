"""Charges that workloads share and quotas of the account: paid once, counted once, part of the decision."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from advisor.estimation.costs.costing import DAYS_PER_MONTH, Costing
from advisor.model.cost import CostLine
from advisor.model.pricebook import MissingPrice
from advisor.model.units import cents

FILE_BACKUP_QUOTA = "file-backup-free-quota"
GTM_INSTANCE = "gtm-instance"
FILE_BACKUP_SKU = "hbr.ecs_file_essential.capacity"


def shared_lines(costing: Costing, shared_ids: Iterable[str]) -> tuple[CostLine, ...]:
    """The line of each shared charge in use, once."""
    lines = []
    for shared_id in sorted(set(shared_ids)):
        if shared_id == GTM_INSTANCE:
            line = costing.line(
                "gtm.instance.standard",
                "all",
                "traffic manager for all workloads (100 probe tasks included)",
                1,
                unit="instance-month",
                shared_id=shared_id,
            )
            lines.append(line.model_copy(update={"workload": "", "mechanism": "gtm"}))
    return tuple(lines)


def quota_credit(costing: Costing, used_gib: float, free_gib: float) -> CostLine | None:
    """The credit of the account's one free quota of file backup, over all regions; None where nothing is used or
    priced."""
    price = costing.price(FILE_BACKUP_SKU, "all")
    free = min(used_gib, free_gib)
    if free <= 0 or isinstance(price, MissingPrice):
        return None
    quantity = -Decimal(repr(round(free, 6))) * DAYS_PER_MONTH
    amount = cents(quantity * price.deciding)
    low = cents(quantity * (price.low if price.low is not None else price.amount))
    return CostLine(
        sku=FILE_BACKUP_SKU,
        what_for="free quota of file backup, one for the account",
        quantity=quantity,
        unit=price.unit,
        unit_price=price.deciding,
        currency=costing.currency,
        monthly=amount,
        source=price.source,
        as_of=price.as_of,
        confidence=price.confidence,
        region="all",
        mechanism="file_backup",
        shared_id=FILE_BACKUP_QUOTA,
        low=low if low != amount else None,
        high=amount if low != amount else None,
        assumption=price.why,
        origin=price.origin,
        facts=("file_backup.essential.free_quota",),
    )
