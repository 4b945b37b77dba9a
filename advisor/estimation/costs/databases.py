"""What protections of databases cost: a second node, backups in another region, a database kept in step there."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.estimation.costs.amounts import moved_gb, stored_gib, times
from advisor.estimation.costs.backups import first_copy
from advisor.estimation.costs.costing import FAILBACK, FAILOVER, Costing, Period
from advisor.estimation.costs.skus import DatabaseShape, database_lines, database_shape
from advisor.estimation.sizes import USED_SHARE
from advisor.model.cost import CostLine
from advisor.model.evidence import Spread
from advisor.model.recovery import Proposal

Lines = list[CostLine]
COPY_STORAGE = "rds.backup.cross_region.storage"
COPY_TRAFFIC = "rds.backup.cross_region.traffic"
BOTH_WAYS = "bidirectional"


def source_shape(costing: Costing, proposal: Proposal) -> DatabaseShape:
    """The shape of the database as it is: a copy of it bears the same class, hence the same edition."""
    params = proposal.protection.params
    database = costing.context.resource(proposal.protection.text("database_id") or "")
    category = proposal.protection.text("from_category") or (database.text("category") if database else None)
    return database_shape(params, category)


def used_gb(costing: Costing, proposal: Proposal) -> Spread:
    return costing.context.spread(USED_SHARE).scaled(proposal.protection.number("storage_gib"))


def rds_ha(costing: Costing, proposal: Proposal, others: Sequence[Proposal]) -> Lines:  # noqa: ARG001
    """From a single node to two: the price of two nodes less that of one. A standby that only moves to another zone
    adds nothing, and a switch costs nothing."""
    category = proposal.protection.text("from_category") or "basic"
    if category.lower() != "basic":
        return []
    region, params = proposal.actions[0].region, proposal.protection.params
    two, one = database_shape(params, "HighAvailability"), database_shape(params, "Basic")
    return [
        *database_lines(costing, two, region, "two nodes", proposal),
        *database_lines(costing, one, region, "one node no longer paid", proposal, saved=True),
    ]


def rds_cross_region_backup(costing: Costing, proposal: Proposal, others: Sequence[Proposal]) -> Lines:  # noqa: ARG001
    """Storage of the remote backups and the traffic there; a database is made of them for a drill or a failover."""
    used, change = used_gb(costing, proposal), costing.context.daily_change
    source, target = proposal.actions[0].region, proposal.protection.text("target_region") or ""
    stored = stored_gib(used, change, proposal.protection.number("retention_days"))
    facts = (USED_SHARE, *costing.context.change_facts)
    note = first_copy(costing, COPY_TRAFFIC, source, used)
    lines = [
        costing.line(COPY_STORAGE, target, "remote backups and logs", stored, proposal, facts=facts, unit="GB-hour"),
        costing.line(
            COPY_TRAFFIC,
            source,
            "traffic of the remote backups",
            moved_gb(used, change),
            proposal,
            facts=facts,
            unit="GB",
            note=note,
        ),
    ]
    return lines + _restored(costing, proposal, target) + [_way_back(costing, proposal, target, used)]


def _restored(costing: Costing, proposal: Proposal, target: str) -> Lines:
    shape = source_shape(costing, proposal)
    made: tuple[tuple[Period, str], ...] = (
        (costing.drill, "database restored for a drill"),
        (FAILOVER, "database restored in the other region"),
    )
    return [
        line
        for period, title in made
        for line in database_lines(costing, shape, target, title, proposal, period=period)
    ]


def _way_back(costing: Costing, proposal: Proposal, target: str, used: Spread) -> CostLine:
    share = costing.context.spread("failback.share")
    return costing.line(
        COPY_TRAFFIC,
        target,
        "data brought home when failing back",
        times(used, share),
        proposal,
        period=FAILBACK,
        facts=("failback.share", USED_SHARE),
        unit="GB",
    )


def dts(costing: Costing, proposal: Proposal, others: Sequence[Proposal]) -> Lines:  # noqa: ARG001
    """A database of the same class in the other region and the link that feeds it (schema and full phases are free,
    both ways are two links: rule ``dts.sync``). A drill opens a clone; failed over, a link feeds the way back."""
    protection = proposal.protection
    source, target = proposal.actions[0].region, protection.text("target_region") or ""
    shape, sku = source_shape(costing, proposal), f"dts.sync.{protection.text('dts_class')}"
    both = protection.text("architecture") == BOTH_WAYS
    lines = database_lines(costing, shape, target, "database in the recovery region", proposal)
    links = 2 if both else 1
    lines.append(costing.line(sku, source, "data synchronisation", links, proposal, unit="hour"))
    lines += database_lines(costing, shape, target, "clone for a drill", proposal, period=costing.drill)
    if not both:
        title = "synchronisation back home"
        lines.append(costing.line(sku, target, title, 1, proposal, period=FAILOVER, unit="hour"))
    return lines
