"""Deliverables made by hand: a readable one, a hostile twin, a sparse one, an idle one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from advisor.model.cost import CostTotal
from advisor.model.deliverable import Deliverable
from advisor.model.evidence import Region, RuleBook
from advisor.model.graph import Graph
from advisor.model.inventory import Inventory, Resource
from advisor.model.plan import (
    AssumptionUse,
    BudgetUse,
    Inputs,
    Plan,
    Portfolio,
    SkippedItem,
    Solver,
    WorkloadPlan,
)
from tests.unit.exporters.actions import (
    AWAY,
    HOME,
    HOSTILE_NAMES,
    app_actions,
    database_actions,
    file_actions,
    web_actions,
)
from tests.unit.exporters.parts import cost_line, resource, workload_plan

CREATED = date(2026, 3, 2)


def plan_of(workloads: tuple[WorkloadPlan, ...]) -> Plan:
    shared = cost_line("", "steady", "alb.instance.standard", "0.147", shared_id="alb:shop")
    return Plan(
        version="0.1.0",
        created=CREATED,
        inputs=Inputs(inventory="a" * 64, targets="b" * 64, rules="c" * 64, prices="d" * 64),
        seed=7,
        samples=2000,
        objective="min-cost",
        currency="CNY",
        risk_level="p95",
        targets_given=True,
        budget=BudgetUse(monthly=Decimal("60000"), used=Decimal("155.31"), at_least=True),
        solver=Solver(
            method="branch and bound", status="optimal", gap=0.0, seconds=0.2, options=36, combinations="1728"
        ),
        portfolio=Portfolio(
            workloads=len(workloads),
            targets_met=7 * len(workloads),
            targets_total=8 * len(workloads),
            targets_met_before=1,
            monthly_now=Decimal("36"),
            monthly_now_at_least=False,
            monthly_added=Decimal("155.31"),
            monthly_added_low=Decimal("140.00"),
            unpriced=len(workloads),
            expected_annual_loss_now=Decimal("294000"),
            expected_annual_loss_after=Decimal("3600"),
        ),
        workloads=workloads,
        shared_costs=(shared,),
        shared_total=CostTotal(
            amount=Decimal("107.31"), low=Decimal("107.31"), currency="CNY", at_least=False, unpriced=0
        ),
        findings=(),
        frontier=(),
        marginal=(),
        skipped=(SkippedItem(resource="i-old", reason="excluded until 2026-12-31: to be retired"),),
        assumptions=(
            AssumptionUse(
                fact="detect.zone",
                value="3–30 min",
                why="no page states it",
                replaced_by="a drill record",
                used_by=("shop",),
                influence=0.4,
            ),
        ),
        evidence=(),
        waves=(("db",), ("shop",)),
    )


def estate() -> tuple[Resource, ...]:
    """Two networks in the home region, none away."""
    return (
        resource("vpc", "vpc-home", "home", cidr="10.1.0.0/16"),
        resource("vpc", "vpc-flat", "flat", cidr="192.168.0.0/24"),
        resource("vswitch", "vsw-h", "h", zone=f"{HOME}-h", vpc_id="vpc-home", cidr="10.1.0.0/20"),
        resource("vswitch", "vsw-i", "i", zone=f"{HOME}-i", vpc_id="vpc-home", cidr="10.1.16.0/20"),
        resource(
            "instance",
            "i-web1",
            "web-1",
            zone=f"{HOME}-h",
            instance_type="ecs.g7.large",
            image_id="m-web",
            vpc_id="vpc-home",
            vswitch_id="vsw-h",
            security_group_ids=["sg-web"],
            public_ips=["203.0.113.9"],
        ),
        resource(
            "instance",
            "i-app1",
            "app-1",
            zone=f"{HOME}-h",
            instance_type="ecs.g7.xlarge",
            image_id="aliyun_3_x64_20G_alibase_20240819.vhd",
            vpc_id="vpc-home",
            vswitch_id="vsw-h",
            security_group_ids=["sg-app"],
        ),
        *(
            resource(
                "disk",
                disk_id,
                zone=f"{HOME}-h",
                size_gib=200,
                category="cloud_essd",
                performance_level="PL1",
                disk_type="data",
                instance_ids=["i-app1"],
                snapshot_policy_ids=[],
                encrypted=False,
            )
            for disk_id in ("d-data1", "d-data2", "d-data3")
        ),
        resource(
            "database",
            "rm-shop",
            "shop-db",
            zone=f"{HOME}-h",
            engine="MySQL",
            engine_version="8.0",
            category="Basic",
            instance_class="mysql.n2.medium.1",
            storage_gib=100,
            storage_type="cloud_essd",
            vpc_id="vpc-home",
            vswitch_id="vsw-h",
            charge_type="Postpaid",
        ),
        resource(
            "load_balancer", "alb-old", "old", lb_type="alb", vpc_id="vpc-home", zone_mappings=[{"zone": f"{HOME}-h"}]
        ),
        resource("load_balancer", "lb-classic", "classic", lb_type="clb", vpc_id="vpc-home", address="203.0.113.5"),
    )


def every_mechanism(names: tuple[str, str, str, str], disks: tuple[str, ...]) -> tuple[WorkloadPlan, ...]:
    """Four workloads that use all thirteen mechanisms, among them the awkward forms of each."""
    web, app, files, data = names
    return (
        workload_plan(web, "web", web_actions(web)),
        workload_plan(app, "app", app_actions(app, disks), disks),
        workload_plan(files, "files", file_actions(files, disks), disks[:1], "backup"),
        workload_plan(data, "db", database_actions(data)),
    )


def rule_book() -> RuleBook:
    regions = {
        HOME: Region(HOME, "Hangzhou", "杭州", "china", tuple(f"{HOME}-{zone}" for zone in "hijk")),
        AWAY: Region(AWAY, "Shanghai", "上海", "china", tuple(f"{AWAY}-{zone}" for zone in "bfg")),
    }
    return RuleBook(facts={}, regions=regions, digest="c" * 64)


def deliverable_of(workloads: tuple[WorkloadPlan, ...], resources: Iterable[Resource]) -> Deliverable:
    inventory = Inventory(resources={item.id: item for item in sorted(resources, key=lambda item: item.id)})
    return Deliverable(plan_of(workloads), inventory, Graph(edges=(), workloads=()), rule_book())


def readable() -> Deliverable:
    """Readable names."""
    return deliverable_of(
        every_mechanism(("shop", "erp", "files", "orders"), ("d-data1", "d-data2", "d-data3")), estate()
    )


def hostile() -> Deliverable:
    """Names that try to break out of every syntax, in workloads, components, titles, ids and resources."""
    odd = tuple(f"d-{name}" for name in HOSTILE_NAMES[:3])
    workloads = every_mechanism((HOSTILE_NAMES[0], HOSTILE_NAMES[1], HOSTILE_NAMES[3], HOSTILE_NAMES[4]), odd)
    more = tuple(
        workload_plan(
            name, name, tuple(act.model_copy(update={"title": name}) for act in file_actions(name, odd[:1])), odd
        )
        for name in (HOSTILE_NAMES[2], HOSTILE_NAMES[5], HOSTILE_NAMES[6])
    )
    renamed = [replace(item, name=HOSTILE_NAMES[index % len(HOSTILE_NAMES)]) for index, item in enumerate(estate())]
    disks = [replace(renamed[6], id=disk, attributes={**renamed[6].attributes}) for disk in odd]
    return deliverable_of((*workloads, *more), [*renamed, *disks])


def sparse() -> Deliverable:
    """Every mechanism with no parameters at all, on an inventory that lists nothing."""
    full = every_mechanism(("a", "b", "c", "d"), ("d-1",))
    bare = tuple(
        plan.model_copy(update={"actions": tuple(act.model_copy(update={"params": {}}) for act in plan.actions)})
        for plan in full
    )
    return deliverable_of(bare, ())


def idle() -> Deliverable:
    """A plan that changes nothing."""
    return deliverable_of((workload_plan("calm", "calm", (), (), "none"),), ())
