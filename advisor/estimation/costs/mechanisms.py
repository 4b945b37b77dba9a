"""What each mechanism adds to the bill, in steady state, during a drill, while failed over, and when failing back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from advisor.estimation.context import size_gib
from advisor.estimation.costs.costing import HOURS_PER_MONTH, Costing
from advisor.estimation.costs.skus import database_skus, disk_sku, instance_lines
from advisor.estimation.existing import policy_schedule
from advisor.estimation.measures.backups import active_policy
from advisor.model.cost import CostLine
from advisor.model.evidence import Spread
from advisor.model.inventory import Resource
from advisor.model.pricebook import transfer_skus
from advisor.model.recovery import Proposal
from advisor.model.units import MIB_PER_GIB

Lines = list[CostLine]
MONTH_DAYS = 30
TRAFFIC = "disk.async_replication.traffic"


def added_lines(costing: Costing, proposals: Iterable[Proposal]) -> tuple[CostLine, ...]:
    """All lines that ``proposals`` add, in the order of the proposals."""
    return tuple(line for proposal in proposals for line in _PRICED[proposal.mechanism](costing, proposal))


def _disks(costing: Costing, proposal: Proposal) -> list[Resource]:
    found = (costing.context.inventory.get(item) for item in proposal.protection.resources)
    return [item for item in found if item is not None and item.kind == "disk"]


def _params(proposal: Proposal) -> dict[str, object]:
    return dict(proposal.actions[0].params)


def snapshot_gib(costing: Costing, disk: Resource, retention_days: float) -> Spread:
    """Storage of one disk's snapshots: full once, then each retained day's changes (billing rule snapshot.size)."""
    full = costing.context.used_mib(size_gib(disk)).scaled(1 / MIB_PER_GIB)
    change = costing.context.daily_change
    return Spread(
        full.low * (1 + change.low * retention_days),
        full.likely * (1 + change.likely * retention_days),
        full.high * (1 + change.high * retention_days),
    )


def _added(after: Spread, before: Spread) -> Spread:
    low, likely, high = (max(0.0, a - b) for a, b in zip(_three(after), _three(before), strict=True))
    return Spread(min(low, likely), likely, max(high, likely))


def _three(spread: Spread) -> tuple[float, float, float]:
    return spread.low, spread.likely, spread.high


def _sum(spreads: Iterable[Spread]) -> Spread:
    items = list(spreads)
    return Spread(sum(s.low for s in items), sum(s.likely for s in items), sum(s.high for s in items))


def _snapshot_policy(costing: Costing, proposal: Proposal) -> Lines:
    days = proposal.protection.number("retention_days")
    parts = []
    for disk in _disks(costing, proposal):
        policy = active_policy(costing.context, disk)
        kept = policy.number("retention_days") if policy is not None and any(policy_schedule(policy)) else None
        now = snapshot_gib(costing, disk, kept) if kept is not None and kept > 0 else Spread(0, 0, 0)
        parts.append(_added(snapshot_gib(costing, disk, days), now))
    region = proposal.actions[0].region
    facts = ("data.used_share", *costing.context.change_facts)
    what = "added snapshot storage: full copy and retained daily changes"
    return [
        costing.line("snapshot.standard.storage", region, what, _sum(parts), proposal, facts=facts, unit="GiB-month")
    ]


def _snapshot_copy(costing: Costing, proposal: Proposal) -> Lines:
    params = _params(proposal)
    target, source = str(params["target_region"]), proposal.actions[0].region
    days = proposal.protection.number("retention_days")
    disks = _disks(costing, proposal)
    stored = _sum(snapshot_gib(costing, disk, days) for disk in disks)
    moved = _monthly_changes_gib(costing, disks)
    facts = ("data.used_share", *costing.context.change_facts)
    return [
        costing.line(
            "snapshot.standard.storage",
            target,
            "storage of the copied snapshots",
            stored,
            proposal,
            facts=facts,
            unit="GiB-month",
        ),
        costing.line(
            transfer_skus("snapshot.copy.traffic", source, target),
            source,
            "traffic of the copied daily changes",
            moved,
            proposal,
            facts=facts,
            unit="GB",
        ),
    ]


def _monthly_changes_gib(costing: Costing, disks: Iterable[Resource]) -> Spread:
    """Data changed in a month of 30 days."""
    change = costing.context.daily_change
    used = _sum(costing.context.used_mib(size_gib(disk)).scaled(1 / MIB_PER_GIB) for disk in disks)
    return Spread(
        used.low * change.low * MONTH_DAYS,
        used.likely * change.likely * MONTH_DAYS,
        used.high * change.high * MONTH_DAYS,
    )


def _file_backup(costing: Costing, proposal: Proposal) -> Lines:
    gib = file_backup_gib(costing, proposal)
    return [
        costing.line(
            "hbr.ecs_file_essential.capacity",
            proposal.actions[0].region,
            "file backup, charged on attached capacity (before the account's free quota)",
            gib,
            proposal,
            unit="GiB-day",
        )
    ]


def file_backup_gib(costing: Costing, proposal: Proposal) -> float:
    """Attached capacity of the backed-up instances in GiB (billing rule hbr.essential)."""
    listed = sum(size_gib(disk) for disk in _disks(costing, proposal))
    unlisted = 0.0
    for resource_id in proposal.protection.resources:
        instance = costing.context.inventory.get(resource_id)
        if instance is not None and instance.kind == "instance" and instance.number("local_storage_gib"):
            disks = [d for d in _disks(costing, proposal) if resource_id in d.texts("instance_ids")]
            if not any((d.text("category") or "").startswith("local") for d in disks):
                unlisted += (instance.number("local_storage_gib") or 0) * (instance.number("local_storage_amount") or 1)
    return listed + unlisted


def _regional_essd(costing: Costing, proposal: Proposal) -> Lines:
    region = proposal.actions[0].region
    lines = []
    for disk in _disks(costing, proposal):
        lines.append(
            costing.line(
                "disk.cloud_regional_disk_auto.capacity",
                region,
                f"regional ESSD for {disk.label}",
                size_gib(disk),
                proposal,
                unit="GiB-hour",
                resources=[disk.id],
            )
        )
        paid = costing.line(
            disk_sku(disk),
            region,
            f"zonal disk no longer paid for {disk.label}",
            size_gib(disk),
            proposal,
            unit="GiB-hour",
            resources=[disk.id],
        )
        lines.append(_negated(paid))
    return lines


def _negated(line: CostLine) -> CostLine:
    """What falls away: the low end of the saving belongs to the high end of the total."""
    if line.monthly is None:
        return line
    flipped = {"monthly": -line.monthly, "quantity": -line.quantity}
    if line.low is not None and line.high is not None:
        flipped |= {"monthly": -line.low, "low": -line.high, "high": -line.low}
    return line.model_copy(update=flipped)


def _standby(costing: Costing, proposal: Proposal) -> Lines:
    params = _params(proposal)
    region = str(params["target_region"])
    instance = costing.context.inventory.get(str(params["instance_id"]))
    gib = float(str(params["system_disk_size_gib"]))
    disk = Resource("", "disk", attributes={"category": params["system_disk_category"], "performance_level": "PL0"})
    lines = [costing.line(disk_sku(disk), region, "system disk of the standby", gib, proposal, unit="GiB-hour")]
    what = "standby instance"
    if params["mode"] == "running":
        lines += instance_lines(costing, instance, region, f"{what}, running", proposal)
        return lines
    drill = Decimal(int(costing.context.number("drill.hours")))
    lines += instance_lines(costing, instance, region, f"{what} during a drill", proposal, state="drill", hours=drill)
    lines += instance_lines(
        costing, instance, region, f"{what} while failed over", proposal, state="failover", hours=HOURS_PER_MONTH
    )
    return lines


def _async(costing: Costing, proposal: Proposal) -> Lines:
    params = _params(proposal)
    target = str(params["target_region"])
    source = proposal.actions[0].region
    disks = _disks(costing, proposal)
    lines = [
        costing.line(
            disk_sku(disk),
            target,
            f"replica disk of {disk.label}",
            size_gib(disk),
            proposal,
            unit="GiB-hour",
            resources=[disk.id],
        )
        for disk in disks
    ]
    drill = Decimal(int(costing.context.number("drill.hours")))
    lines += [
        costing.line(
            disk_sku(disk),
            target,
            f"drill disk cloned from the replica of {disk.label}",
            size_gib(disk),
            proposal,
            unit="GiB-hour",
            state="drill",
            hours=drill,
            resources=[disk.id],
        )
        for disk in disks
    ]
    if target != source:
        facts = ("data.used_share", *costing.context.change_facts)
        lines.append(
            costing.line(
                transfer_skus(TRAFFIC, source, target),
                source,
                "replication traffic of the changed data",
                _monthly_changes_gib(costing, disks),
                proposal,
                facts=facts,
                unit="GB",
            )
        )
        share = costing.context.spread("failback.share")
        used = _sum(costing.context.used_mib(size_gib(disk)).scaled(1 / MIB_PER_GIB) for disk in disks)
        back = Spread(used.low * share.low, used.likely * share.likely, used.high * share.high)
        lines.append(
            costing.line(
                transfer_skus(TRAFFIC, target, source),
                target,
                "reverse replication when failing back",
                back,
                proposal,
                state="failback",
                facts=("failback.share", *facts),
                unit="GB",
            )
        )
    return lines


def _alb_multi_zone(costing: Costing, proposal: Proposal) -> Lines:
    params = _params(proposal)
    region = proposal.actions[0].region
    lines: Lines = []
    added = int(str(params["added_instances"]))
    model = next((costing.context.inventory.get(str(i)) for i in _list(params["instance_ids"])), None)
    if added:
        lines += instance_lines(costing, model, region, "added instances in the other zone", proposal, count=added)
        lines += _system_disks(costing, proposal, model, region, added)
    if params["new_balancer"]:
        lines += _balancer(costing, proposal, region)
    return lines


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _system_disks(costing: Costing, proposal: Proposal, model: Resource | None, region: str, count: int) -> Lines:
    owned = [d for d in costing.context.inventory.of_kind("disk") if model and model.id in d.texts("instance_ids")]
    return [
        costing.line(
            disk_sku(disk),
            region,
            f"disk like {disk.label} for each added instance",
            size_gib(disk) * count,
            proposal,
            unit="GiB-hour",
            resources=[disk.id],
        )
        for disk in owned
    ]


def _balancer(costing: Costing, proposal: Proposal, region: str) -> Lines:
    return [
        costing.line("alb.instance.standard", region, "balancer over the zones", 1, proposal, unit="hour"),
        costing.line(
            "alb.lcu",
            region,
            "balancer capacity units",
            costing.context.spread("traffic.lcu"),
            proposal,
            facts=("traffic.lcu",),
            unit="LCU-hour",
        ),
    ]


def _fleet_standby(costing: Costing, proposal: Proposal) -> Lines:
    params = _params(proposal)
    region = str(params["target_region"])
    model = next((costing.context.inventory.get(m) for m in proposal.protection.resources), None)
    lines = [costing.line("alb.instance.standard", region, "balancer of the standby group", 1, proposal, unit="hour")]
    image = _sum(costing.context.used_mib(size_gib(d)).scaled(1 / MIB_PER_GIB) for d in _owned(costing, model)[:1])
    lines.append(
        costing.line(
            "snapshot.standard.storage",
            region,
            "copied image",
            image,
            proposal,
            facts=("data.used_share",),
            unit="GiB-month",
        )
    )
    count, capacity = int(str(params["count"])), int(str(params["capacity"]))
    if count:
        lines += instance_lines(costing, model, region, "running standby group", proposal, count=count)
        lines += _system_disks(costing, proposal, model, region, count)
        return lines
    drill = Decimal(int(costing.context.number("drill.hours")))
    lines += instance_lines(
        costing, model, region, "group scaled out during a drill", proposal, count=capacity, state="drill", hours=drill
    )
    lines += instance_lines(
        costing,
        model,
        region,
        "group scaled out while failed over",
        proposal,
        count=capacity,
        state="failover",
        hours=HOURS_PER_MONTH,
    )
    return lines


def _owned(costing: Costing, model: Resource | None) -> list[Resource]:
    return [d for d in costing.context.inventory.of_kind("disk") if model and model.id in d.texts("instance_ids")]


def _rds_ha(costing: Costing, proposal: Proposal) -> Lines:
    """From a single node to two: the price of two nodes less that of one. A standby that only moves zone adds
    nothing."""
    params = _params(proposal)
    if str(params.get("from_category") or "basic").lower() != "basic":
        return []
    region = proposal.actions[0].region
    plus = database_skus(costing, params, region, "ha", "two nodes", proposal)
    minus = [
        _negated(line) for line in database_skus(costing, params, region, "basic", "one node no longer paid", proposal)
    ]
    return [*plus, *minus]


def _rds_copy(costing: Costing, proposal: Proposal) -> Lines:
    params = _params(proposal)
    gib = float(str(params.get("storage_gib") or 0))
    used = costing.context.spread("data.used_share").scaled(gib)
    days, change = proposal.protection.number("retention_days"), costing.context.daily_change
    stored = Spread(
        used.low * (1 + change.low * days),
        used.likely * (1 + change.likely * days),
        used.high * (1 + change.high * days),
    )
    moved = Spread(
        used.low * change.low * MONTH_DAYS,
        used.likely * change.likely * MONTH_DAYS,
        used.high * change.high * MONTH_DAYS,
    )
    facts = ("data.used_share", *costing.context.change_facts)
    target, source = str(params["target_region"]), proposal.actions[0].region
    return [
        costing.line(
            "rds.backup.cross_region.storage",
            target,
            "remote backups and logs",
            stored,
            proposal,
            facts=facts,
            unit="GB-hour",
        ),
        costing.line(
            "rds.backup.cross_region.traffic",
            source,
            "traffic of the remote backups",
            moved,
            proposal,
            facts=facts,
            unit="GB",
        ),
    ]


def _dts(costing: Costing, proposal: Proposal) -> Lines:
    params = _params(proposal)
    target = str(params["target_region"])
    lines = database_skus(costing, params, target, "basic", "database in the recovery region", proposal)
    sku = f"dts.sync.{params['dts_class']}"
    lines.append(costing.line(sku, proposal.actions[0].region, "data synchronisation", 1, proposal, unit="hour"))
    return lines


def _gtm(_costing: Costing, _proposal: Proposal) -> Lines:
    """The instance is shared by all workloads and priced once with the portfolio; 100 probe tasks are included in
    it."""
    return []


_PRICED: dict[str, Callable[[Costing, Proposal], Lines]] = {
    "snapshot_policy": _snapshot_policy,
    "snapshot_copy": _snapshot_copy,
    "file_backup": _file_backup,
    "regional_essd": _regional_essd,
    "standby_instance": _standby,
    "async_replication_zone": _async,
    "async_replication_region": _async,
    "alb_multi_zone": _alb_multi_zone,
    "fleet_standby": _fleet_standby,
    "rds_ha": _rds_ha,
    "rds_cross_region_backup": _rds_copy,
    "dts": _dts,
    "gtm": _gtm,
}
