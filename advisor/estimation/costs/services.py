"""What balancers over zones, standby groups and traffic management cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from advisor.estimation.billing import ALB_UNIT, HOURS_PER_MONTH
from advisor.estimation.context import size_gib
from advisor.estimation.costs.amounts import disks_of
from advisor.estimation.costs.costing import FAILOVER, STEADY, Costing, Period
from advisor.estimation.costs.replicas import image_lines
from advisor.estimation.costs.skus import disk_sku, instance_lines, period_facts
from advisor.estimation.paths.entry import balancer_zones
from advisor.model.cost import CostLine
from advisor.model.evidence import Spread
from advisor.model.inventory import Resource
from advisor.model.recovery import Proposal

Lines = list[CostLine]
INSTANCE = "alb.instance.standard"
LCU = "alb.lcu"
ADDRESS = "eip.config"
INTERNET_TRAFFIC = "eip.traffic.out"


def alb_multi_zone(costing: Costing, proposal: Proposal, others: Sequence[Proposal]) -> Lines:  # noqa: ARG001
    """Servers that are added, with disks like those of the ones they join, and a balancer where there is none that
    stays. Auto Scaling is free, and what it puts in the place of a lost server costs what the lost one did."""
    protection, region = proposal.protection, proposal.actions[0].region
    model = _model(costing, proposal, map(str, _list(protection.params.get("instance_ids"))))
    added = int(protection.number("added_instances"))
    lines = instance_lines(costing, model, region, "added instances in the other zone", proposal, count=added)
    lines += _disks_like(costing, proposal, model, region, added, STEADY)
    zones = _zones(proposal)
    if protection.params.get("new_balancer"):
        lines += [*_balancer(costing, proposal, region, "balancer over the zones"), _units(costing, proposal, region)]
        return lines + _addresses(costing, proposal, region, len(zones) if is_public(costing, proposal) else 0)
    present = costing.context.resource(protection.text("load_balancer_id") or "")
    if present is not None and _from_internet(present):
        lines += _addresses(costing, proposal, region, len(zones - set(balancer_zones(present))))
    return lines


def _model(costing: Costing, proposal: Proposal, members: Iterable[str]) -> Resource | None:
    """A server like those that are started: a member of the group, else what the action says of their type."""
    found = map(costing.context.resource, members)
    known = next((item for item in found if item is not None and item.kind == "instance"), None)
    kind = proposal.protection.text("instance_type")
    return known or (Resource("", "instance", attributes={"instance_type": kind}) if kind else None)


def _zones(proposal: Proposal) -> set[str]:
    listed = _list(proposal.protection.params.get("zones"))
    return {str(item.get("zone")) if isinstance(item, Mapping) else str(item) for item in listed}


def _balancer(costing: Costing, proposal: Proposal, region: str, title: str) -> Lines:
    return [costing.line(INSTANCE, region, title, 1, proposal, unit="hour")]


def _units(costing: Costing, proposal: Proposal, region: str, period: Period = STEADY) -> CostLine:
    return costing.line(
        LCU,
        region,
        "balancer capacity units",
        costing.context.spread("traffic.lcu"),
        proposal,
        period=period,
        facts=("traffic.lcu",),
        unit="LCU-hour",
    )


def _addresses(costing: Costing, proposal: Proposal, region: str, zones: int) -> Lines:
    """One address for each zone that a public balancer enters; its configuration fee is waived on servers only (rule
    ``eip.config_waived``)."""
    if not zones:
        return []
    title = "public addresses of the balancer, one a zone"
    return [costing.line(ADDRESS, region, title, zones, proposal, unit="hour")]


def is_public(costing: Costing, proposal: Proposal) -> bool:
    """Whether users reach the workload's servers or their entry from the Internet."""
    members = {item for component in costing.context.components() for item in component.members}
    for resource in map(costing.context.resource, sorted({*proposal.protection.resources, *members})):
        if resource is not None and (
            resource.texts("public_ips") or resource.text("eip_id") or _from_internet(resource)
        ):
            return True
    return False


def _from_internet(balancer: Resource) -> bool:
    return (balancer.text("address_type") or "").lower() == "internet"


def fleet_standby(costing: Costing, proposal: Proposal, others: Sequence[Proposal]) -> Lines:  # noqa: ARG001
    """Balancer, image and the servers that run every month; the rest of the group for a drill and while failed over,
    when the balancer also carries the load."""
    protection = proposal.protection
    region = protection.text("target_region") or ""
    model = _model(costing, proposal, protection.resources)
    lines = _balancer(costing, proposal, region, "balancer of the standby group")
    lines += _addresses(costing, proposal, region, len(_zones(proposal)) if is_public(costing, proposal) else 0)
    lines += image_lines(costing, proposal, model, protection.text("image_id"), region)
    running, capacity = int(protection.number("count")), int(protection.number("capacity"))
    lines += _group(costing, proposal, model, "running standby group", running, STEADY)
    missing = max(0, capacity - running)
    lines += _group(costing, proposal, model, "group scaled out during a drill", missing, costing.drill)
    lines += _group(costing, proposal, model, "group scaled out while failed over", missing, FAILOVER)
    lines.append(_units(costing, proposal, region, FAILOVER))
    return lines + _traffic(costing, proposal, region)


def _group(
    costing: Costing, proposal: Proposal, model: Resource | None, title: str, count: int, period: Period
) -> Lines:
    region = proposal.protection.text("target_region") or ""
    lines = instance_lines(costing, model, region, title, proposal, count=count, period=period)
    return lines + _disks_like(costing, proposal, model, region, count, period)


def _disks_like(
    costing: Costing, proposal: Proposal, model: Resource | None, region: str, count: int, period: Period
) -> Lines:
    """The cloud disks of so many servers like the model."""
    if model is None or count < 1:
        return []
    return [
        costing.line(
            disk_sku(disk),
            region,
            f"disk like {disk.label} for each of {count} instance(s)",
            size_gib(disk) * count,
            proposal,
            period=period,
            facts=period_facts(period),
            unit="GiB-hour",
            resources=[disk.id],
        )
        for disk in disks_of(costing.context, model)
        if not (disk.text("category") or "").startswith("local")
    ]


def _traffic(costing: Costing, proposal: Proposal, region: str) -> Lines:
    """What users load while the other region serves them: at most what the capacity units carry (rule ``alb.lcu``).
    It falls away at home meanwhile."""
    if not is_public(costing, proposal):
        return []
    carried = float(Decimal(ALB_UNIT.gb_per_hour) * HOURS_PER_MONTH)
    units = costing.context.spread("traffic.lcu")
    most = Spread(0.0, units.likely * carried, units.high * carried)
    return [
        costing.line(
            INTERNET_TRAFFIC,
            region,
            "Internet traffic in the other region, in place of that at home",
            most,
            proposal,
            period=FAILOVER,
            facts=("traffic.lcu",),
            unit="GB",
            note="the most that the capacity units carry",
        )
    ]


def gtm(costing: Costing, proposal: Proposal, others: Sequence[Proposal]) -> Lines:  # noqa: ARG001
    """Nothing of its own: the instance is shared by all workloads, and its price has the probe tasks in it."""
    return []


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []
