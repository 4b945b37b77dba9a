"""Plans made by hand: a readable one with every mechanism in two regions, a hostile twin, a sparse one, an idle one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from advisor.model.cost import CostLine, CostState, CostTotal
from advisor.model.deliverable import Deliverable
from advisor.model.disruption import Disruption
from advisor.model.evidence import Region, RuleBook
from advisor.model.finding import Finding
from advisor.model.graph import Graph
from advisor.model.inventory import Inventory, Kind, Origin, Resource
from advisor.model.plan import (
    Action,
    AssumptionUse,
    BudgetUse,
    ComponentInfo,
    ComponentRecovery,
    Estimate,
    Inputs,
    Mechanism,
    Miss,
    Plan,
    Portfolio,
    SkippedItem,
    Solver,
    TaskResult,
    Tier,
    WorkloadCost,
    WorkloadPlan,
)

CREATED = date(2026, 3, 2)
HOME = "cn-hangzhou"
AWAY = "cn-shanghai"
HOSTILE_NAMES = (
    'web-<b>07</b>"; rm -rf /',
    "${data.x}%{if true}",
    "=cmd|' /C calc'!A0",
    "two\nlines\r\n```\n# end`|",
    "../../etc/passwd",
    "商城 生产",
    "'$(touch /tmp/pwned)`id`'",
)


def schema_folder() -> Path:
    """Where the provider schemas and checkers lie; tests that need them skip where they are missing."""
    default = Path(__file__).resolve().parents[3].parent / "shared"
    return Path(os.environ.get("ADVISOR_SCHEMA_DIR", default))


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


def action(
    mechanism: Mechanism, workload: str, component: str, title: str, resources: Iterable[str] = (), **params: Any
) -> Action:
    region = params.pop("region", HOME)
    verb = params.pop("verb", "create")
    shared = params.pop("shared_id", None)
    touched = tuple(resources)
    return Action(
        id=f"{workload}/{component}/{mechanism}/{'-'.join(touched)[:40]}",
        mechanism=mechanism,
        verb=verb,
        workload=workload,
        component=f"{workload}/{component}",
        title=title,
        region=region,
        resources=touched,
        touches=len(touched),
        params=params,
        shared_id=shared,
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
        task("restore", component, "restore", f"Restore {component}", ("declare",), 1500, 3000),
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
                component=f"{component}",
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
        estimates={item: estimate(component, item) for item in disruptions},
        before={item: estimate(component, item, rpo=None, rto=None) for item in disruptions},
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


def web_actions(name: str) -> tuple[Action, ...]:
    zones = [
        {"zone": f"{HOME}-h", "vswitch_id": "vsw-h", "cidr": None},
        {"zone": f"{HOME}-j", "vswitch_id": None, "cidr": "10.1.32.0/24"},
    ]
    shape = {
        "vpc_id": "vpc-home",
        "zones": zones,
        "instance_type": "ecs.g7.large",
        "image_id": "m-web",
        "security_group_ids": ["sg-web"],
        "min_size": 2,
        "max_size": 6,
        "load_balancer_id": None,
        "server_group_id": None,
        "scaling_group_id": None,
        "listener_port": 80,
        "listener_protocol": "HTTP",
        "added_instances": 1,
    }
    old = {**shape, "load_balancer_id": "alb-old", "server_group_id": "sgp-old", "scaling_group_id": "asg-old"}
    classic = {**shape, "load_balancer_id": "lb-classic", "listener_protocol": "TCP", "security_group_ids": []}
    return (
        action(
            "alb_multi_zone",
            name,
            "web",
            "Spread the web servers over two zones",
            ["i-web1"],
            **{**shape, "instance_ids": ["i-web1"]},
        ),
        action(
            "alb_multi_zone", name, "old", "Widen the old load balancer", ["alb-old"], **{**old, "instance_ids": []}
        ),
        action(
            "alb_multi_zone",
            name,
            "classic",
            "Replace the classic one",
            ["lb-classic"],
            **{**classic, "instance_ids": []},
        ),
        action(
            "fleet_standby",
            name,
            "web",
            "Keep two web servers ready in Shanghai",
            ["i-web1"],
            target_region=AWAY,
            zones=[f"{AWAY}-b", f"{AWAY}-f"],
            instance_type="ecs.g7.large",
            image_id="m-web",
            count=2,
            mode="warm",
            listener_port=443,
            listener_protocol="HTTPS",
        ),
        action(
            "gtm",
            name,
            "entry",
            "Direct users to the region that works",
            ["i-web1"],
            primary_region=HOME,
            target_region=AWAY,
            addresses=["203.0.113.9"],
            ttl_s=60,
            interval_s=60,
            retries=2,
            health_port=443,
            health_protocol="https",
        ),
    )


def app_actions(name: str, disks: tuple[str, ...]) -> tuple[Action, ...]:
    described = [
        {"disk_id": disk, "size_gib": 200, "category": "cloud_essd", "performance_level": "PL1"} for disk in disks
    ]
    standby = {
        "instance_id": "i-app1",
        "instance_type": "ecs.g7.xlarge",
        "image_id": "m-app",
        "system_disk_category": "cloud_essd",
        "system_disk_size_gib": 60,
    }
    return (
        action(
            "regional_essd",
            name,
            "app",
            "Make the data disks regional",
            disks[:1],
            verb="convert",
            disk_ids=list(disks[:1]),
            target_zone=f"{HOME}-i",
        ),
        action(
            "standby_instance",
            name,
            "app",
            "Standby server in zone i",
            ["i-app1"],
            target_region=HOME,
            target_zone=f"{HOME}-i",
            mode="stopped",
            **standby,
        ),
        action(
            "standby_instance",
            name,
            "app",
            "Standby server in Shanghai",
            ["i-app1", "x"],
            target_region=AWAY,
            target_zone=f"{AWAY}-b",
            mode="running",
            **standby,
        ),
        action(
            "async_replication_region",
            name,
            "app",
            "Replicate the disks to Shanghai",
            disks,
            disk_ids=list(disks),
            target_region=AWAY,
            target_zone=f"{AWAY}-b",
            rpo_s=900,
            disks=described,
        ),
        action(
            "async_replication_zone",
            name,
            "app",
            "Replicate one disk to zone i",
            disks[:1],
            disk_ids=list(disks[:1]),
            target_region=HOME,
            target_zone=f"{HOME}-i",
            rpo_s=900,
            disks=described[:1],
        ),
    )


def file_actions(name: str, disks: tuple[str, ...]) -> tuple[Action, ...]:
    daily = action(
        "snapshot_policy",
        name,
        "files",
        "Daily snapshots",
        disks,
        interval_h=24,
        time_points=[2],
        weekdays=[1, 2, 3, 4, 5, 6, 7],
        retention_days=14,
        policy_name=f"{name}-daily",
        disk_ids=list(disks),
        extends=None,
    )
    return (
        daily,
        action(
            "snapshot_copy",
            name,
            "files",
            "Copy them to Shanghai",
            disks,
            target_region=AWAY,
            retention_days=30,
            disk_ids=list(disks),
            policy_action=daily.id,
            extends=None,
        ),
        action(
            "snapshot_policy",
            name,
            "old",
            "More frequent snapshots",
            disks[:1],
            verb="extend",
            interval_h=6,
            time_points=[],
            weekdays=[],
            retention_days=7,
            policy_name=None,
            disk_ids=list(disks[:1]),
            extends="sp-old",
        ),
        action(
            "snapshot_copy",
            name,
            "old",
            "Copy of the old policy",
            disks[:1],
            verb="extend",
            target_region=AWAY,
            retention_days=30,
            disk_ids=list(disks[:1]),
            policy_action=None,
            extends="sp-old",
        ),
        action("file_backup", name, "files", "Daily file backup", ["i-app1"], instance_ids=["i-app1"], paths=["/data"]),
    )


def database_actions(name: str) -> tuple[Action, ...]:
    database = {
        "database_id": "rm-shop",
        "engine": "MySQL",
        "engine_version": "8.0",
        "instance_class": "mysql.x2.large.2c",
        "storage_gib": 100,
    }
    return (
        action(
            "rds_ha",
            name,
            "db",
            "Standby in zone k",
            ["rm-shop"],
            verb="convert",
            storage_type="cloud_essd",
            zone=f"{HOME}-h",
            slave_zone=f"{HOME}-k",
            vswitch_id="vsw-h",
            **database,
        ),
        action(
            "rds_cross_region_backup",
            name,
            "db",
            "Backups in Shanghai",
            ["rm-shop"],
            database_id="rm-shop",
            target_region=AWAY,
            retention_days=30,
        ),
        action(
            "dts",
            name,
            "db",
            "Copy of the database in Shanghai",
            ["rm-shop"],
            target_region=AWAY,
            target_zone=f"{AWAY}-b",
            dts_class="medium",
            architecture="bidirectional",
            **database,
        ),
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


@pytest.fixture
def shop() -> Deliverable:
    """Readable names."""
    return deliverable_of(
        every_mechanism(("shop", "erp", "files", "orders"), ("d-data1", "d-data2", "d-data3")), estate()
    )


@pytest.fixture
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


@pytest.fixture
def sparse() -> Deliverable:
    """Every mechanism with no parameters at all, on an inventory that lists nothing."""
    full = every_mechanism(("a", "b", "c", "d"), ("d-1",))
    bare = tuple(
        plan.model_copy(update={"actions": tuple(act.model_copy(update={"params": {}}) for act in plan.actions)})
        for plan in full
    )
    return deliverable_of(bare, ())


@pytest.fixture
def idle() -> Deliverable:
    """A plan that changes nothing."""
    return deliverable_of((workload_plan("calm", "calm", (), (), "none"),), ())


@pytest.fixture(params=["shop", "hostile", "sparse", "idle"])
def any_deliverable(request: pytest.FixtureRequest) -> Deliverable:
    result = request.getfixturevalue(request.param)
    assert isinstance(result, Deliverable)
    return result


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Mapping[str, bytes]], Path]:
    """Writes rendered files below a fresh folder and returns it; refuses paths that would leave it."""

    def store(files: Mapping[str, bytes]) -> Path:
        for path, content in files.items():
            target = (tmp_path / path).resolve()
            assert target.is_relative_to(tmp_path.resolve()), path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return tmp_path

    return store
