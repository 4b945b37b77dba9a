"""Charges that workloads share and quotas of the account: paid once, counted once, part of the decision."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_DOWN, Decimal

from advisor.estimation.billing import gtm_task_packs
from advisor.estimation.costs.costing import DAYS_PER_MONTH, Costing, decimal, quantity
from advisor.model.cost import CostLine
from advisor.model.pricebook import MissingPrice, Price

FILE_BACKUP_QUOTA = "file-backup-free-quota"
GTM_INSTANCE = "gtm-instance"
FILE_BACKUP_SKU = "hbr.ecs_file_essential.capacity"
GTM_SKU = "gtm.instance.standard"
GTM_TASKS_SKU = "gtm.tasks100.standard"
EVERYWHERE = "all"
CENT = Decimal("0.01")


def shared_lines(costing: Costing, shared_ids: Iterable[str], gtm_tasks: int = 0) -> tuple[CostLine, ...]:
    """The line of each shared charge in use, once. ``gtm_tasks`` are the probe tasks of all workloads together: those
    beyond the hundred that come with the instance are paid by the hundred (rule ``gtm.tasks``)."""
    if GTM_INSTANCE not in set(shared_ids):
        return ()
    title = "traffic manager for all workloads (100 probe tasks included)"
    lines = [costing.line(GTM_SKU, EVERYWHERE, title, 1, billing="subscription", unit="instance-month")]
    packs = gtm_task_packs(gtm_tasks)
    if packs:
        title = f"probe tasks beyond the first 100 ({gtm_tasks} in all), by the hundred"
        lines.append(
            costing.line(GTM_TASKS_SKU, EVERYWHERE, title, packs, billing="subscription", unit="100-tasks-month")
        )
    update = {"workload": "", "mechanism": "gtm", "shared_id": GTM_INSTANCE}
    return tuple(line.model_copy(update=update) for line in lines)


def quota_credit(costing: Costing, used_gib: float, free_gib: float, lines: Sequence[CostLine] = ()) -> CostLine | None:
    """The credit of the account's one free quota of file backup, over all regions; None where nothing is used or
    priced. Rounded down, as the optimiser counts it, and never more than ``lines`` charge where they are given."""
    price = costing.price(FILE_BACKUP_SKU, EVERYWHERE)
    free = min(used_gib, free_gib)
    if free <= 0 or isinstance(price, MissingPrice):
        return None
    days = quantity(free, DAYS_PER_MONTH)
    charged = sum((line.monthly or Decimal(0) for line in lines if line.sku == FILE_BACKUP_SKU), Decimal(0))
    credit = _credit(free, price.deciding)
    amount = -(min(credit, charged) if lines else credit)
    low = -_credit(free, price.low if price.low is not None else price.amount)
    return _credit_line(costing, price, -days, amount, max(low, amount))


def _credit(free: float, day_price: Decimal) -> Decimal:
    return (decimal(free) * DAYS_PER_MONTH * day_price).quantize(CENT, rounding=ROUND_DOWN)


def _credit_line(costing: Costing, price: Price, days: Decimal, amount: Decimal, low: Decimal) -> CostLine:
    """``low`` and ``high`` are the credit at the low and the high price: it moves with the lines it is taken from."""
    ranged = low != amount
    return CostLine(
        sku=FILE_BACKUP_SKU,
        what_for="free quota of file backup, one for the account",
        quantity=days,
        unit=price.unit,
        unit_price=price.deciding,
        currency=costing.currency,
        monthly=amount,
        source=price.source,
        as_of=price.as_of,
        confidence=price.confidence,
        region=EVERYWHERE,
        mechanism="file_backup",
        shared_id=FILE_BACKUP_QUOTA,
        low=low if ranged else None,
        high=amount if ranged else None,
        assumption=price.why if ranged else None,
        origin=price.origin,
        billing=price.billing,
        note=price.note,
        facts=("file_backup.essential.free_quota",),
    )
