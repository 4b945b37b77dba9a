"""Parts of plans made by hand: resources, estimates, costs, workloads."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from advisor.model.cost import CostLine, CostState
from advisor.model.disruption import Disruption
from advisor.model.finding import Finding
from advisor.model.inventory import Kind, Origin, Resource
from advisor.model.plan import (
    Action,
    ComponentInfo,
    ComponentRecovery,
    Estimate,
    Miss,
    TaskResult,
    Tier,
    WorkloadCost,
    WorkloadPlan,
)
from tests.unit.exporters.actions import AWAY, HOME


def resource(kind: Kind, resource_id: str, name: str = "", zone: str | None = None, **attributes: object) -> Resource:
    region = zone.rsplit("-", 1)[0] if zone else attributes.pop("region", HOME)
    return Resource(
        id=resource_id,
        kind=kind,
        name=name,
        region=str(region),
        zone=zone,
        tags={"app": name} if name else {},
        attributes=attributes,
        origin=Origin("estate.json", f"$.{kind}[0]"),
    )


def task(
    task_id: str, component: str, kind: str, title: str, after: tuple[str, ...], start: float, end: float
) -> TaskResult:
    return TaskResult(
        id=task_id,
        component=component,
        kind=kind,
        title=title,
        after=after,
        automatic=kind in ("detect", "failover"),
        low_s=(end - start) / 2,
        likely_s=end - start,
        high_s=(end - start) * 2,
        start_p50_s=start,
        end_p50_s=end,
        end_p95_s=end * 1.5,
        share=0.25,
        facts=("detect.zone",),
    )


def estimate(component: str, disruption: Disruption, *, rpo: float | None = 900, rto: float | None = 3600) -> Estimate:
    tasks = (
        task("detect", "", "detect", f"Notice that this happened: {disruption}", (), 0, 600),
        task("declare", "", "declare", "Decide", ("detect",), 600, 1500),
        task("restore", component, "restore", f"Restore {component.rpartition('/')[2]}", ("declare",), 1500, 3000),
        task("verify", "", "verify", "Check", ("restore",), 3000, 3600),
    )
    return Estimate(
        rpo_worst_s=rpo,
        rpo_expected_s=None if rpo is None else rpo / 2,
        rto_p50_s=rto,
        rto_p90_s=None if rto is None else rto * 1.3,
        rto_p95_s=None if rto is None else rto * 1.5,
        rto_mean_s=rto,
        p_meets=None if rto is None else 0.93,
        target_rpo_s=900,
        target_rto_s=14400,
        meets=rto is not None,
        limiting="restore",
        confidence="assumed",
        facts=("detect.zone",),
        unbounded=rto is None or rpo is None,
        rpo_unbounded=rpo is None,
        rto_unbounded=rto is None,
        worst_place=f"{HOME}-h" if disruption == "zone" else None,
        components=(
            ComponentRecovery(
                component=component,
                path="restored from a copy",
                served_from="snapshot",
                served_from_region=AWAY if disruption == "region" else HOME,
                rpo_worst_s=rpo,
                rpo_expected_s=rpo,
                rpo_unbounded=rpo is None,
            ),
        ),
        tasks=tasks if rto is not None else (),
    )


def cost_line(workload: str, state: CostState, sku: str, price: str | None, **extra: Any) -> CostLine:
    quantity = Decimal(extra.pop("quantity", "730"))
    unit_price = None if price is None else Decimal(price)
    return CostLine(
        sku=sku,
        what_for=f"{sku} of {workload}",
        quantity=quantity,
        unit="hour",
        unit_price=unit_price,
        currency="CNY",
        monthly=None if unit_price is None else quantity * unit_price,
        source="https://example.com/prices",
        as_of="2026-02-01",
        confidence="documented",
        state=state,
        region=HOME,
        workload=workload,
        **extra,
    )


def cost(workload: str) -> WorkloadCost:
    shared = cost_line(workload, "steady", "alb.instance.standard", "0.147", shared_id="alb:shop")
    return WorkloadCost(
        steady=(
            cost_line(workload, "steady", "snapshot.standard", "0.12", quantity="400", mechanism="snapshot_policy"),
            cost_line(workload, "steady", "disk.cloud_regional_disk_auto.capacity", None, note="no published price"),
            shared,
        ),
        drill=(cost_line(workload, "drill", "ecs.g7.large", "0.9", quantity="4"),),
        failover=(cost_line(workload, "failover", "ecs.g7.large", "0.9"),),
        failback=(cost_line(workload, "failback", "transfer.inter_region", "0.5", quantity="100"),),
        before=(cost_line(workload, "steady", "snapshot.standard", "0.12", quantity="100"),),
        monthly_added=Decimal("48.00"),
        monthly_added_low=Decimal("48.00"),
        monthly_now=Decimal("12.00"),
        at_least=True,
    )


def finding(name: str) -> Finding:
    return Finding(
        id="SNAP-001",
        severity="high",
        title=f"No snapshot policy on the disks of {name}",
        resource="d-data1",
        workload=name,
        detail="Two disks have no snapshots.",
        fix="Attach a policy.",
        source="https://example.com/snapshots",
    )


def workload_plan(
    name: str, component: str, actions: tuple[Action, ...], disks: tuple[str, ...] = (), tier: Tier = "cross-region"
) -> WorkloadPlan:
    disruptions: tuple[Disruption, ...] = ("logical", "instance", "zone", "region")
    members = tuple(dict.fromkeys(item for act in actions for item in act.resources if item.startswith(("i-", "rm-"))))
    kind = {"db": "database", "web": "server_group", "entry": "entry"}.get(component, "stateful_instance")
    info = ComponentInfo(
        id=f"{name}/{component}",
        kind=kind,
        name=component,
        members=members,
        disks=disks,
        zones=(f"{HOME}-h",),
        quorum=1,
        stateless=component == "web",
    )
    return WorkloadPlan(
        name=name,
        found_by="tag",
        class_name="critical",
        components=(info,),
        regions=(HOME,),
        zones=(f"{HOME}-h",),
        needs_hard=(),
        needs_soft=(),
        tier=tier,
        tier_before="none",
        option_id=f"{name}:{tier}",
        mechanisms=tuple(dict.fromkeys(act.mechanism for act in actions)),
        changes=sum(act.touches for act in actions),
        actions=actions,
        estimates={item: estimate(info.id, item) for item in disruptions},
        before={item: estimate(info.id, item, rpo=None, rto=None) for item in disruptions},
        cost=cost(name),
        expected_annual_loss=Decimal("1200"),
        expected_annual_loss_before=Decimal("98000"),
        rejected=(),
        infeasible=(),
        misses=(
            Miss(
                disruption="region",
                metric="rto",
                target_s=3600,
                estimate_s=5400,
                attainable=True,
                remedy=f"Keep servers of {name} running in {AWAY}",
                extra_monthly=Decimal("2100"),
                limiting="restore",
            ),
        ),
        standards=(),
        findings=(finding(name),),
        options_considered=12,
    )
