"""What point-in-time copies of servers cost: snapshot policies, their copies in another region, file backup."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.estimation.context import longest_gap_s
from advisor.estimation.costs.amounts import (
    NOTHING,
    added,
    attached,
    change_facts,
    file_backup_gib,
    monthly_changes_gb,
    snapshot_gib,
    stored_now,
    summed,
    times,
    used_facts,
    used_gib,
)
from advisor.estimation.costs.costing import FAILBACK, FAILOVER, ONE, Costing, Period, quantity
from advisor.estimation.costs.shared import FILE_BACKUP_SKU
from advisor.estimation.costs.skus import disk_lines, instance_lines
from advisor.estimation.existing import active_policies, policy_schedule
from advisor.model.cost import CostLine
from advisor.model.evidence import Spread
from advisor.model.inventory import Resource
from advisor.model.plan import Mechanism
from advisor.model.pricebook import MissingPrice, transfer_skus
from advisor.model.recovery import Proposal
from advisor.model.units import format_amount

Lines = list[CostLine]
STORAGE = "snapshot.standard.storage"
COPY_TRAFFIC = "snapshot.copy.traffic"
STANDS_BY: tuple[Mechanism, ...] = ("standby_instance", "fleet_standby")


def covered_disks(costing: Costing, proposal: Proposal) -> list[Resource]:
    found = (costing.context.inventory.get(item) for item in proposal.protection.resources)
    return [item for item in found if item is not None and item.kind == "disk"]


def working_policy(costing: Costing, disk: Resource) -> Resource | None:
    """The policy that takes snapshots of the disk now, the most frequent one of several."""
    running = [item for item in active_policies(costing.context, disk) if all(policy_schedule(item))]
    return min(running, key=lambda item: (longest_gap_s(*policy_schedule(item)), item.id), default=None)


def copying_policy(costing: Costing, disk: Resource, region: str) -> Resource | None:
    """The policy that copies the disk's snapshots to the region now."""
    policy = working_policy(costing, disk)
    copying = policy is not None and policy.flag("copy_enabled") is not False
    return policy if policy is not None and copying and region in policy.texts("copy_regions") else None


def snapshot_policy(costing: Costing, proposal: Proposal, others: Sequence[Proposal]) -> Lines:
    """Storage on top of what the disks' present policies keep, and the copies that the new policy goes on making."""
    days, region = proposal.protection.number("retention_days"), proposal.actions[0].region
    disks = covered_disks(costing, proposal)
    parts = []
    for disk in disks:
        policy = working_policy(costing, disk)
        now = stored_now(costing.context, disk, policy) if policy is not None else NOTHING
        parts.append(added(snapshot_gib(costing.context, disk, days), now))
    what = "added snapshot storage: full copy and retained daily changes"
    lines = [
        costing.line(
            STORAGE,
            region,
            what,
            summed(parts),
            proposal,
            facts=change_facts(costing.context, disks),
            unit="GiB-month",
        )
    ]
    kept = proposal.protection.text("keep_copy_region")
    if kept is not None and not any(_rides_on(other, proposal) for other in others):
        lines += copy_lines(costing, proposal, disks, kept, days)
    return lines + restored_lines(costing, proposal, disks, region, costing.drill, "drill")


def _rides_on(copy: Proposal, policy: Proposal) -> bool:
    """Whether a copy action replaces the copying that the policy would otherwise keep."""
    return copy.mechanism == "snapshot_copy" and copy.protection.text("policy_action") == policy.actions[0].id


def snapshot_copy(costing: Costing, proposal: Proposal, others: Sequence[Proposal]) -> Lines:
    """Storage in the other region and the traffic there, less what is copied there already."""
    source, target = proposal.actions[0].region, proposal.protection.text("target_region") or ""
    disks = covered_disks(costing, proposal)
    lines = copy_lines(costing, proposal, disks, target, proposal.protection.number("retention_days"))
    lines += restored_lines(costing, proposal, disks, target, costing.drill, "drill in the other region")
    if not any(_stands_by(other, proposal, target) for other in others):
        lines += restored_lines(costing, proposal, disks, target, FAILOVER, "restored in the other region")
    back = times(summed(used_gib(costing.context, disk) for disk in disks), costing.context.spread("failback.share"))
    lines.append(
        costing.line(
            transfer_skus(COPY_TRAFFIC, target, source),
            target,
            "snapshots copied home when failing back",
            back,
            proposal,
            period=FAILBACK,
            facts=("failback.share", *used_facts(costing.context, disks)),
            unit="GB",
        )
    )
    return lines


def _stands_by(other: Proposal, copy: Proposal, region: str) -> bool:
    """Whether a server or group waits in the region for the component that the copy is of."""
    same = other.protection.component == copy.protection.component
    return other.mechanism in STANDS_BY and same and other.protection.text("target_region") == region


def copy_lines(costing: Costing, proposal: Proposal, disks: Sequence[Resource], target: str, days: float) -> Lines:
    """Storage and monthly traffic of copies that are not made today; disks copied there already only pay for longer
    retention."""
    context, source = costing.context, proposal.actions[0].region
    stored, fresh = [], []
    for disk in disks:
        policy = copying_policy(costing, disk, target)
        now = stored_now(context, disk, policy, "copy_retention_days") if policy is not None else NOTHING
        stored.append(added(snapshot_gib(context, disk, days), now))
        if policy is None:
            fresh.append(disk)
    facts, traffic = change_facts(context, disks), transfer_skus(COPY_TRAFFIC, source, target)
    moved = monthly_changes_gb(context, fresh) if fresh else NOTHING
    first = summed(used_gib(context, disk) for disk in fresh)
    note = first_copy(costing, traffic, source, first) if fresh else "these copies are made today"
    return [
        costing.line(
            STORAGE, target, "storage of the copied snapshots", summed(stored), proposal, facts=facts, unit="GiB-month"
        ),
        costing.line(
            traffic, source, "traffic of the copied daily changes", moved, proposal, facts=facts, unit="GB", note=note
        ),
    ]


def first_copy(costing: Costing, skus: str | Sequence[str], region: str, gb: Spread) -> str:
    """What the first full copy costs once, in words: no state of the bill holds a charge that never comes back."""
    price = costing.price(skus, region)
    if gb.high <= 0:
        return ""
    what = f"once, for the first full copy of about {gb.likely:,.0f} GB"
    if isinstance(price, MissingPrice):
        return f"{what}: unpriced"
    return f"{what}: {format_amount(quantity(gb.likely, ONE) * price.deciding)} {costing.currency}"


def restored_lines(
    costing: Costing, proposal: Proposal, disks: Sequence[Resource], region: str, period: Period, title: str
) -> Lines:
    """The covered servers built again from their copies: instances and all their disks, held for the period."""
    owners = dict.fromkeys(owner for disk in disks for owner in disk.texts("instance_ids"))
    servers = [item for item in map(costing.context.inventory.get, owners) if item is not None]
    by_type: dict[str, list[Resource]] = {}
    for server in servers:
        by_type.setdefault(server.text("instance_type") or "", []).append(server)
    lines: Lines = []
    for same in by_type.values():
        lines += instance_lines(
            costing, same[0], region, f"{title}: instances", proposal, count=len(same), period=period
        )
    every = {disk.id: disk for server in servers for disk in attached(costing.context).get(server.id, ())}
    every |= {disk.id: disk for disk in disks}
    cloud = [disk for disk in every.values() if not (disk.text("category") or "").startswith("local")]
    return lines + disk_lines(costing, cloud, region, f"{title}: disks", proposal, period)


def file_backup(costing: Costing, proposal: Proposal, others: Sequence[Proposal]) -> Lines:  # noqa: ARG001
    """Charged by the day on all attached capacity; restoring within the region is free, so no event costs anything."""
    return [
        costing.line(
            FILE_BACKUP_SKU,
            proposal.actions[0].region,
            "file backup, charged on attached capacity (before the account's free quota)",
            file_backup_gib(costing.context, proposal),
            proposal,
            facts=("file_backup.essential.billing_basis",),
            unit="GiB-day",
        )
    ]
