"""What a workload costs now at list prices: servers, disks and copies, databases, caches, balancers, addresses."""

from __future__ import annotations

from collections.abc import Callable

from advisor.estimation.context import size_gib
from advisor.estimation.costs.amounts import (
    attached_gib,
    change_facts,
    grown_days,
    kept_days,
    monthly_changes_gb,
    snapshot_gib,
)
from advisor.estimation.costs.backups import COPY_TRAFFIC, STORAGE, working_policy
from advisor.estimation.costs.costing import Costing
from advisor.estimation.costs.replicas import TRAFFIC
from advisor.estimation.costs.services import ADDRESS, INTERNET_TRAFFIC, LCU
from advisor.estimation.costs.shared import FILE_BACKUP_SKU
from advisor.estimation.costs.skus import billing_of, database_lines, database_shape, disk_sku, instance_lines
from advisor.estimation.existing import REPLICA_STATUS_ACTIVE
from advisor.model.cost import CostLine
from advisor.model.inventory import Kind, Resource
from advisor.model.pricebook import transfer_skus
from advisor.model.units import MIB_PER_GIB

Lines = list[CostLine]
LOCAL_PREFIX = "local"
ALB_EDITIONS = {"basic": "basic", "standard": "standard", "standardwithwaf": "waf"}
FREE_ON = "ecsinstance"  # an address on a server pays no configuration fee (rule eip.config_waived)
BY_BANDWIDTH = "paybybandwidth"
BASIC_BACKUP = "basic"


def present_lines(costing: Costing) -> tuple[CostLine, ...]:
    """The lines of each resource that is charged; local disks are part of their instance's price."""
    lines: Lines = []
    for resource_id in costing.context.workload.resources:
        resource = costing.context.inventory.get(resource_id)
        if resource is not None and resource.kind in _PRESENT:
            lines += _PRESENT[resource.kind](costing, resource)
    return tuple(lines)


def _instance(costing: Costing, item: Resource) -> Lines:
    """A stopped instance in economical mode pays for its disks only, one by subscription goes on paying."""
    billing, backups = billing_of(item), _file_backups(costing, item)
    if billing == "payg" and item.status == "Stopped" and item.text("stopped_mode") == "StopCharging":
        return backups
    own = instance_lines(costing, item, item.region or "", f"instance {item.label}", None, billing=billing)
    return own + backups


def _file_backups(costing: Costing, item: Resource) -> Lines:
    """Enabled backup plans: the basic edition by attached capacity, the others by client and vault."""
    plans = [plan for plan in costing.context.inventory.plans_by_target.get(item.id, ()) if not plan.flag("disabled")]
    if not plans:
        return []
    region, title, own = item.region or "", f"file backup of {item.label}", [item.id]
    if any(plan.text("edition") == BASIC_BACKUP for plan in plans):
        gib = attached_gib(costing.context, item)
        return [costing.line(FILE_BACKUP_SKU, region, title, gib, unit="GiB-day", resources=own)]
    vault = costing.line("hbr.vault.storage", region, f"{title}: vault", 0, unit="GB-month", resources=own)
    return [
        costing.line("hbr.client.file", region, f"{title}: client", 1, unit="instance-month", resources=own),
        vault.model_copy(update={"monthly": None, "note": "unpriced: the inventory does not say how much is stored"}),
    ]


def _disk(costing: Costing, disk: Resource) -> Lines:
    if (disk.text("category") or "").startswith(LOCAL_PREFIX):
        return []
    own = costing.line(
        disk_sku(disk),
        disk.region or "",
        f"disk {disk.label}",
        size_gib(disk),
        billing=billing_of(disk),
        unit="GiB-hour",
        resources=[disk.id],
    )
    return [own, *_snapshots(costing, disk), *_replica(costing, disk)]


def _snapshots(costing: Costing, disk: Resource) -> Lines:
    """What the disk's working policy keeps, here and in the regions it copies to."""
    policy = working_policy(costing, disk)
    if policy is None:
        return []
    region = disk.region or ""
    lines = _stored(costing, disk, policy, "retention_days", region, "snapshots")
    for target in policy.texts("copy_regions") if policy.flag("copy_enabled") is not False else ():
        lines += _stored(costing, disk, policy, "copy_retention_days", target, "copied snapshots")
        lines.append(
            costing.line(
                transfer_skus(COPY_TRAFFIC, region, target),
                region,
                f"traffic of the copied snapshots of {disk.label}",
                monthly_changes_gb(costing.context, [disk]),
                facts=change_facts(costing.context, [disk]),
                unit="GB",
                resources=[disk.id],
            )
        )
    return lines


def _stored(costing: Costing, disk: Resource, policy: Resource, key: str, region: str, what: str) -> Lines:
    context = costing.context
    days, note = kept_days(policy, key), ""
    if days is None:
        days, note = grown_days(context, policy), "kept for ever: as grown so far, and growing"
    title, facts = f"{what} of {disk.label}", change_facts(context, [disk])
    if days is None:
        days, note = 0.0, "kept for ever since nobody knows when: the full copy only, so at least"
    stored = snapshot_gib(context, disk, days)
    line = costing.line(STORAGE, region, title, stored, facts=facts, unit="GiB-month", note=note, resources=[disk.id])
    return [line]


def _replica(costing: Costing, disk: Resource) -> Lines:
    """Replica disks that no workload lists as its own, and the traffic to them, for pairs that replicate."""
    lines: Lines = []
    for pair in costing.context.inventory.pairs_by_disk.get(disk.id, ()):
        if (pair.status or "").lower() not in REPLICA_STATUS_ACTIVE:
            continue
        target = pair.text("destination_region") or disk.region or ""
        replica = costing.context.resource(pair.text("destination_disk_id") or "") or disk
        if replica is disk or replica.id not in costing.context.workload.resources:
            lines.append(_replica_disk(costing, disk, replica, target))
        if target != disk.region:
            lines.append(_replica_traffic(costing, disk, target))
    return lines


def _replica_disk(costing: Costing, disk: Resource, replica: Resource, region: str) -> CostLine:
    return costing.line(
        disk_sku(replica),
        region,
        f"replica disk of {disk.label}",
        size_gib(replica),
        billing=billing_of(replica),
        unit="GiB-hour",
        resources=[replica.id],
    )


def _replica_traffic(costing: Costing, disk: Resource, target: str) -> CostLine:
    source = disk.region or ""
    return costing.line(
        transfer_skus(TRAFFIC, source, target),
        source,
        f"replication traffic of {disk.label}",
        monthly_changes_gb(costing.context, [disk]),
        facts=change_facts(costing.context, [disk]),
        unit="GB",
        resources=[disk.id],
    )


def _database(costing: Costing, item: Resource) -> Lines:
    region, title = item.region or "", f"database {item.label}"
    if item.text("product") == "polardb":
        return _polardb(costing, item, region, title)
    shape = database_shape(item.attributes, item.text("category") or "HighAvailability")
    return database_lines(costing, shape, region, title, None, billing=billing_of(item), resources=[item.id])


def _polardb(costing: Costing, item: Resource, region: str, title: str) -> Lines:
    """One line a class of nodes; the storage is priced by what is used and its kind, which is left unpriced."""
    counts: dict[str, int] = {}
    for node in item.records("nodes"):
        klass = str(node.get("class") or item.text("instance_class") or "class not known")
        counts[klass] = counts.get(klass, 0) + 1
    counts = counts or {item.text("instance_class") or "class not known": 1}
    own = [item.id]
    lines = [
        costing.line(f"polardb.node.{klass}", region, f"{title}: nodes", count, unit="node-hour", resources=own)
        for klass, count in sorted(counts.items())
    ]
    kind = (item.text("storage_type") or "not_known").lower()
    gib = item.number("storage_gib") or 0.0
    return [*lines, costing.line(f"polardb.storage.{kind}", region, f"{title}: storage", gib, unit="GB", resources=own)]


def _cache(costing: Costing, item: Resource) -> Lines:
    mib = item.number("capacity_mib")
    title = f"cache {item.label}"
    if not mib:
        sku = f"tair.{item.text('instance_class') or 'class_not_known'}"
        return [costing.line(sku, item.region or "", title, 1, unit="hour", resources=[item.id])]
    sku, gib = "tair.ha.gib", mib / MIB_PER_GIB
    return [costing.line(sku, item.region or "", title, gib, unit="GiB-hour", resources=[item.id])]


def _balancer(costing: Costing, item: Resource) -> Lines:
    kind, region, own = (item.text("lb_type") or "").lower(), item.region or "", [item.id]
    if kind == "alb":
        edition = (item.text("edition") or "standard").lower()
        skus = [(f"alb.instance.{ALB_EDITIONS.get(edition, edition)}", "balancer")]
    elif kind == "nlb":
        skus = [("nlb.instance", "balancer")]
    else:
        spec = (item.text("spec") or "").removeprefix("slb.")
        skus = [(f"clb.spec.{spec}" if spec else "clb.instance", "balancer")]
    lines = [costing.line(sku, region, f"{what} {item.label}", 1, unit="hour", resources=own) for sku, what in skus]
    if kind in ("alb", "nlb"):
        units = costing.context.spread("traffic.lcu")
        sku = LCU if kind == "alb" else "nlb.lcu"
        title = f"capacity units of {item.label}"
        lines.append(costing.line(sku, region, title, units, facts=("traffic.lcu",), unit="LCU-hour", resources=own))
    return lines


def _address(costing: Costing, item: Resource) -> Lines:
    """The configuration fee where it is not waived, and bandwidth or traffic; traffic is not in any inventory."""
    region, own, lines = item.region or "", [item.id], list[CostLine]()
    if (item.text("instance_type") or "").lower() != FREE_ON:
        lines.append(costing.line(ADDRESS, region, f"public address {item.label}", 1, unit="hour", resources=own))
    if (item.text("internet_charge_type") or "").lower() == BY_BANDWIDTH:
        return lines + _bandwidth(costing, item, region)
    if item.text("instance_id") and not item.text("bandwidth_package_id"):
        title = f"Internet traffic of {item.label}"
        line = costing.line(INTERNET_TRAFFIC, region, title, 0, unit="GB", resources=own)
        reason = "unpriced: the inventory does not say how much traffic there is"
        lines.append(line.model_copy(update={"monthly": None, "note": reason}))
    return lines


def _bandwidth(costing: Costing, item: Resource, region: str) -> Lines:
    """Fixed bandwidth: one price for each of the first five Mbps, another above (rule eip.bandwidth_tiers)."""
    mbps, title = item.number("bandwidth_mbps") or 0.0, f"bandwidth of {item.label}"
    tiers = (("eip.bandwidth.1to5", min(mbps, 5.0)), ("eip.bandwidth.over5", max(0.0, mbps - 5.0)))
    return [
        costing.line(sku, region, title, amount, unit="Mbps-day", resources=[item.id])
        for sku, amount in tiers
        if amount
    ]


_PRESENT: dict[Kind, Callable[[Costing, Resource], Lines]] = {
    "instance": _instance,
    "disk": _disk,
    "database": _database,
    "cache": _cache,
    "load_balancer": _balancer,
    "eip": _address,
}
