"""What continuous copies of disks cost: regional ESSD, asynchronous replication, and the server that stands by."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.estimation.context import size_gib
from advisor.estimation.costs.amounts import (
    change_facts,
    exactly,
    monthly_changes_gb,
    summed,
    system_disk,
    times,
    used_facts,
    used_gib,
)
from advisor.estimation.costs.backups import COPY_TRAFFIC, STORAGE, covered_disks, first_copy
from advisor.estimation.costs.costing import FAILBACK, FAILOVER, Costing
from advisor.estimation.costs.skus import billing_of, disk_lines, disk_sku, instance_lines
from advisor.model.cost import CostLine
from advisor.model.evidence import Spread
from advisor.model.inventory import Resource
from advisor.model.pricebook import Price, transfer_skus
from advisor.model.recovery import Proposal

Lines = list[CostLine]
REGIONAL = "disk.cloud_regional_disk_auto.capacity"
TRAFFIC = "disk.async_replication.traffic"
CUSTOM_IMAGE = "m-"  # how ids of images begin that belong to the account; only these are stored at its charge


def regional_essd(costing: Costing, proposal: Proposal, others: Sequence[Proposal]) -> Lines:  # noqa: ARG001
    """The regional disk, less the zonal one that it takes the place of. What a subscription saves is counted only where
    its price is known: by the hour it would be too much."""
    region = proposal.actions[0].region
    lines: Lines = []
    for disk in covered_disks(costing, proposal):
        gib, own, billing = size_gib(disk), [disk.id], billing_of(disk)
        price = costing.price(disk_sku(disk), region, billing)
        known = billing == "payg" or (isinstance(price, Price) and price.billing == billing)
        title, note = f"regional ESSD for {disk.label}", "" if known else "the subscription it replaces has no price"
        lines.append(costing.line(REGIONAL, region, title, gib, proposal, unit="GiB-hour", note=note, resources=own))
        if known:
            title = f"zonal disk no longer paid for {disk.label}"
            lines.append(
                costing.line(
                    disk_sku(disk),
                    region,
                    title,
                    gib,
                    proposal,
                    billing=billing,
                    unit="GiB-hour",
                    saved=True,
                    resources=own,
                )
            )
    return lines


def standby_instance(costing: Costing, proposal: Proposal, others: Sequence[Proposal]) -> Lines:  # noqa: ARG001
    """Its system disk and, in another region, its image every month; computing only while it runs (rule
    ``ecs.stopped``: a stopped instance in economical mode pays for its disks alone)."""
    protection = proposal.protection
    region, instance = (
        protection.text("target_region") or "",
        costing.context.resource(protection.text("instance_id") or ""),
    )
    disk = Resource("", "disk", attributes={"category": protection.text("system_disk_category")})
    gib = protection.number("system_disk_size_gib")
    lines = [costing.line(disk_sku(disk), region, "system disk of the standby", gib, proposal, unit="GiB-hour")]
    lines += image_lines(costing, proposal, instance, protection.text("image_id"), region)
    if protection.text("mode") == "running":
        return lines + instance_lines(costing, instance, region, "standby instance, running", proposal)
    what = "standby instance"
    lines += instance_lines(costing, instance, region, f"{what} during a drill", proposal, period=costing.drill)
    lines += instance_lines(costing, instance, region, f"{what} while failed over", proposal, period=FAILOVER)
    return lines


def image_lines(
    costing: Costing, proposal: Proposal, model: Resource | None, image_id: str | None, region: str
) -> Lines:
    """Storage of an image of the account's own that is copied to another region; public images cost nothing."""
    if image_id is None or not image_id.startswith(CUSTOM_IMAGE) or model is None or model.region == region:
        return []
    gib, facts = _image_gib(costing, model, image_id)
    note = first_copy(costing, transfer_skus(COPY_TRAFFIC, model.region or "", region), model.region or "", gib)
    return [
        costing.line(
            STORAGE, region, f"copied image {image_id}", gib, proposal, facts=facts, unit="GiB-month", note=note
        )
    ]


def _image_gib(costing: Costing, model: Resource, image_id: str) -> tuple[Spread, tuple[str, ...]]:
    """As large as the inventory says, else as the data on the system disk of a server that was made from it."""
    image = costing.context.resource(image_id)
    size = image.number("size_gib") if image is not None else None
    if size:
        return exactly(size), ()
    disk = system_disk(costing.context, model)
    if disk is None:
        return exactly(0.0), ()
    return used_gib(costing.context, disk), used_facts(costing.context, [disk])


def async_replication(costing: Costing, proposal: Proposal, others: Sequence[Proposal]) -> Lines:  # noqa: ARG001
    """The replica disks; between regions the traffic there every month and back when failing back. A drill clones the
    replicas; while failed over the replicas serve and cost no more."""
    source, target = proposal.actions[0].region, proposal.protection.text("target_region") or ""
    disks = covered_disks(costing, proposal)
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
    lines += disk_lines(costing, disks, target, "drill disks cloned from the replicas", proposal, costing.drill)
    if target != source:
        lines += _traffic_lines(costing, proposal, disks, source, target)
    return lines


def _traffic_lines(costing: Costing, proposal: Proposal, disks: Sequence[Resource], source: str, target: str) -> Lines:
    context, there = costing.context, transfer_skus(TRAFFIC, source, target)
    used = summed(used_gib(context, disk) for disk in disks)
    return [
        costing.line(
            there,
            source,
            "replication traffic of the changed data",
            monthly_changes_gb(context, disks),
            proposal,
            facts=change_facts(context, disks),
            unit="GB",
            note=first_copy(costing, there, source, used),
        ),
        costing.line(
            transfer_skus(TRAFFIC, target, source),
            target,
            "reverse replication when failing back",
            times(used, context.spread("failback.share")),
            proposal,
            period=FAILBACK,
            facts=("failback.share", *used_facts(context, disks)),
            unit="GB",
        ),
    ]
