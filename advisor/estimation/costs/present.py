"""What a workload costs now, at pay-as-you-go list prices: instances, disks, databases, balancers, addresses."""

from __future__ import annotations

from advisor.estimation.context import size_gib
from advisor.estimation.costs.costing import Costing
from advisor.estimation.costs.mechanisms import snapshot_gib
from advisor.estimation.costs.skus import database_skus, disk_sku, instance_lines
from advisor.estimation.measures.backups import active_policy
from advisor.model.cost import CostLine
from advisor.model.inventory import Resource

LOCAL_PREFIX = "local"


def present_lines(costing: Costing) -> tuple[CostLine, ...]:
    """One line a resource that is charged; local disks are part of their instance's price."""
    lines: list[CostLine] = []
    for resource_id in costing.context.workload.resources:
        resource = costing.context.inventory.get(resource_id)
        if resource is not None:
            lines += _lines_of(costing, resource)
    return tuple(lines)


def _lines_of(costing: Costing, resource: Resource) -> list[CostLine]:
    region = resource.region or ""
    if resource.kind == "instance":
        if resource.status == "Stopped" and resource.text("stopped_mode") == "StopCharging":
            return []
        return instance_lines(costing, resource, region, f"instance {resource.label}", None)
    if resource.kind == "disk" and not (resource.text("category") or "").startswith(LOCAL_PREFIX):
        return _disk_lines(costing, resource, region)
    if resource.kind == "database":
        edition = "basic" if (resource.text("category") or "").lower() == "basic" else "ha"
        return database_skus(costing, dict(resource.attributes), region, edition, f"database {resource.label}", None)
    if resource.kind == "load_balancer" and resource.text("lb_type") == "alb":
        edition = (resource.text("edition") or "standard").lower()
        sku = f"alb.instance.{'basic' if edition == 'basic' else 'standard'}"
        return [costing.line(sku, region, f"balancer {resource.label}", 1, unit="hour", resources=[resource.id])]
    if resource.kind == "eip":
        return [
            costing.line(
                "eip.config", region, f"public address {resource.label}", 1, unit="hour", resources=[resource.id]
            )
        ]
    return []


def _disk_lines(costing: Costing, disk: Resource, region: str) -> list[CostLine]:
    lines = [
        costing.line(disk_sku(disk), region, f"disk {disk.label}", size_gib(disk), unit="GiB-hour", resources=[disk.id])
    ]
    policy = active_policy(costing.context, disk)
    days = policy.number("retention_days") if policy is not None else None
    if days is not None and days > 0:
        facts = ("data.used_share", *costing.context.change_facts)
        lines.append(
            costing.line(
                "snapshot.standard.storage",
                region,
                f"snapshots of {disk.label}",
                snapshot_gib(costing, disk, days),
                facts=facts,
                unit="GiB-month",
                resources=[disk.id],
            )
        )
    return lines
