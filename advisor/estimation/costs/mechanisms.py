"""What each mechanism adds to the bill: every month, during a drill, while failed over, and when failing back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from advisor.estimation.costs import amounts, backups, databases, replicas, services
from advisor.estimation.costs.costing import Costing
from advisor.model.cost import CostLine
from advisor.model.plan import Mechanism
from advisor.model.recovery import Proposal

Priced = Callable[[Costing, Proposal, Sequence[Proposal]], list[CostLine]]
"""The lines of one proposal; the proposals it is made with tell what would otherwise be counted twice."""


def added_lines(costing: Costing, proposals: Iterable[Proposal]) -> tuple[CostLine, ...]:
    """All lines that ``proposals`` add together, in the order of the proposals."""
    every = tuple(proposals)
    return tuple(line for proposal in every for line in _PRICED[proposal.mechanism](costing, proposal, every))


def file_backup_gib(costing: Costing, proposal: Proposal) -> float:
    """Capacity that a file backup is charged for, in GiB: what it takes of the account's free quota."""
    return amounts.file_backup_gib(costing.context, proposal)


_PRICED: Mapping[Mechanism, Priced] = {
    "snapshot_policy": backups.snapshot_policy,
    "snapshot_copy": backups.snapshot_copy,
    "file_backup": backups.file_backup,
    "regional_essd": replicas.regional_essd,
    "standby_instance": replicas.standby_instance,
    "async_replication_zone": replicas.async_replication,
    "async_replication_region": replicas.async_replication,
    "alb_multi_zone": services.alb_multi_zone,
    "fleet_standby": services.fleet_standby,
    "gtm": services.gtm,
    "rds_ha": databases.rds_ha,
    "rds_cross_region_backup": databases.rds_cross_region_backup,
    "dts": databases.dts,
}
