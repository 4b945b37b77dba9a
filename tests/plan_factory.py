"""Plans built by hand, without planner or prices, so that pages and tables can be tested on known numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from advisor.model.cost import CostLine, CostState, total
from advisor.model.deliverable import Deliverable
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.evidence import RuleBook
from advisor.model.finding import Finding
from advisor.model.graph import Graph
from advisor.model.inventory import Inventory
from advisor.model.plan import (
    Action,
    AssumptionUse,
    BudgetUse,
    ComponentInfo,
    ComponentRecovery,
    Estimate,
    Evidence,
    FrontierPoint,
    Infeasible,
    Inputs,
    Marginal,
    Miss,
    Plan,
    Portfolio,
    Rejected,
    Sensitivity,
    SkippedItem,
    Solver,
    StandardLevel,
    TaskResult,
    WorkloadCost,
    WorkloadPlan,
)

MIN, HOUR, DAY = 60.0, 3600.0, 86400.0
LONG_NAME = "订单履约与仓储调度中心（华东二期）"
HOSTILE = '<img src=http://127.0.0.1:9/x onerror=alert(1)>"\'&\x1b[31m\u202e</style><script>alert(1)</script>'
SNAPSHOT_PRICE = "https://github.com/aliyun/alibabacloud-aiops-skills/blob/1202ecc/skills/storage/disk/cost-formulas.md"
RDS_PRICE = "https://www.alibabacloud.com/help/en/rds/product-overview/pricing"
Step = tuple[str, str, str, str, bool, float, float, float, tuple[str, ...]]


def schedule(steps: Sequence[Step]) -> tuple[TaskResult, ...]:
    """Tasks of (id, component, kind, title, automatic, low, likely, high, after), timed as early as their order allows."""
    end50: dict[str, float] = {}
    end95: dict[str, float] = {}
    start: dict[str, float] = {}
    for task, _, _, _, _, _, likely, high, after in steps:
        start[task] = max((end50[name] for name in after), default=0.0)
        end50[task] = start[task] + likely
        end95[task] = max((end95[name] for name in after), default=0.0) + likely + 0.6 * (high - likely)
    critical, cursor = set(), max(end95, key=lambda name: end95[name])
    order = {step[0]: step for step in steps}
    while cursor:
        critical.add(cursor)
        cursor = max(order[cursor][8], key=lambda name: end95[name], default="")
    span = sum(order[name][6] for name in critical)
    return tuple(
        TaskResult(
            id=task, component=component, kind=kind, title=title, after=after, automatic=automatic,
            low_s=low, likely_s=likely, high_s=high, start_p50_s=start[task], end_p50_s=end50[task],
            end_p95_s=end95[task], share=likely / span if task in critical else 0.0, facts=(f"{kind}.time",),
        )
        for task, component, kind, title, automatic, low, likely, high, after in steps
    )  # fmt: skip


def estimate(
    rpo: float | None,
    rto: tuple[float, float, float] | None = None,
    target: tuple[float | None, float | None] = (None, None),
    tasks: tuple[TaskResult, ...] = (),
    limiting: str = "",
    *,
    served_from: str = "live disks",
    region: str | None = "cn-hangzhou",
    place: str | None = None,
    inherited: str | None = None,
    path: str = "the surviving instances take over",
    skew: float | None = None,
    confidence: str = "documented",
    chance: float | None = None,
) -> Estimate:
    """An estimate with a worst-case RPO (None: no recovery point) and RTO percentiles (None: unbounded)."""
    if tasks:
        rto = (max(task.end_p50_s for task in tasks), 0.0, max(task.end_p95_s for task in tasks))
        rto = (rto[0], rto[0] + 0.8 * (rto[2] - rto[0]), rto[2])
    p50, p90, p95 = rto or (None, None, None)
    rpo_target, rto_target = target
    asked = rpo_target is not None or rto_target is not None
    rpo_fits = rpo_target is None or (rpo is not None and rpo <= rpo_target)
    rto_fits = rto_target is None or (p95 is not None and p95 <= rto_target)
    if chance is None and rto_target is not None:
        chance = 0.0 if p95 is None else 0.998 if rto_fits else 0.41
    recovery = ComponentRecovery(
        component="web", path=path, served_from=served_from, served_from_region=region, rpo_worst_s=rpo,
        rpo_expected_s=None if rpo is None else rpo / 2, rpo_unbounded=rpo is None, skew_s=skew,
        facts=("snapshot.auto_policy.start_jitter",),
    )  # fmt: skip
    return Estimate.model_validate({
        "rpo_worst_s": rpo, "rpo_expected_s": None if rpo is None else rpo / 2, "rto_p50_s": p50, "rto_p90_s": p90,
        "rto_p95_s": p95, "rto_mean_s": p50, "p_meets": chance, "target_rpo_s": rpo_target,
        "target_rto_s": rto_target, "meets": (rpo_fits and rto_fits) if asked else None, "limiting": limiting,
        "confidence": confidence, "facts": ("detect.zone", "snapshot.auto_policy.start_jitter"),
        "unbounded": rpo is None or p95 is None, "rpo_unbounded": rpo is None, "rto_unbounded": p95 is None,
        "worst_place": place, "inherited_from": inherited, "components": (recovery,), "tasks": tasks,
        "sensitivity": _sensitivity(p95) if tasks else (),
    })  # fmt: skip


def _sensitivity(p95: float | None) -> tuple[Sensitivity, ...]:
    span = p95 or 0.0
    return (
        Sensitivity(fact="snapshot.restore.rate", p95_low_s=span * 0.62, p95_high_s=span * 1.4),
        Sensitivity(fact="declare.zone", p95_low_s=span * 0.84, p95_high_s=span * 1.18),
        Sensitivity(fact="detect.zone", p95_low_s=span * 0.95, p95_high_s=span * 1.06),
    )


RESTORE_STEPS: tuple[Step, ...] = (
    ("detect", "", "detect", "Recognise the failure", False, 3 * MIN, 10 * MIN, 30 * MIN, ()),
    ("declare", "", "declare", "Decide to fail over", False, 5 * MIN, 15 * MIN, 60 * MIN, ("detect",)),
    ("db-new", "database", "provision", "Create the database host", False, 2 * MIN, 4 * MIN, 12 * MIN, ("declare",)),
    ("db-data", "database", "restore", "Restore 1,200 GiB from the snapshot copy", True, 35 * MIN, 70 * MIN, 160 * MIN,
     ("db-new",)),
    ("db-start", "database", "start", "Start MySQL and replay its log", False, 2 * MIN, 6 * MIN, 20 * MIN, ("db-data",)),
    ("web-new", "web", "provision", "Create four web servers", True, 2 * MIN, 4 * MIN, 10 * MIN, ("declare",)),
    ("web-data", "web", "restore", "Restore the system disks (4 × 40 GiB)", True, 4 * MIN, 8 * MIN, 20 * MIN, ("web-new",)),
    ("web-start", "web", "start", "Start the application", True, 1 * MIN, 2 * MIN, 6 * MIN, ("web-data", "db-start")),
    ("dns", "web", "switch", "Switch DNS (TTL 60 s and health checks)", True, 1 * MIN, 2 * MIN, 5 * MIN, ("web-start",)),
    ("verify", "", "verify", "Check the service before users return", False, 5 * MIN, 15 * MIN, 45 * MIN, ("dns",)),
)  # fmt: skip
FAILOVER_STEPS: tuple[Step, ...] = (
    ("health", "web", "detect", "Health check fails three times", True, 20.0, 30.0, 60.0, ()),
    ("switch", "web", "switch", "ALB stops sending requests to the zone", True, 5.0, 10.0, 30.0, ("health",)),
    ("rds", "database", "failover", "RDS promotes its standby", True, 20.0, 45.0, 120.0, ("health",)),
    ("verify", "", "verify", "Check that the service answers", True, 15.0, 30.0, 60.0, ("switch", "rds")),
)


def line(
    what: str,
    quantity: str,
    unit: str,
    price: str | None,
    *,
    sku: str = "snapshot.standard.storage",
    state: CostState = "steady",
    mechanism: str = "snapshot_policy",
    low: str | None = None,
    source: str = SNAPSHOT_PRICE,
    confidence: str = "documented",
    shared: str | None = None,
    workload: str = "",
    region: str = "cn-hangzhou",
) -> CostLine:
    """A cost line whose amount is quantity × unit price; no price gives an unpriced line, ``low`` a range."""
    amount = None if price is None else Decimal(quantity) * Decimal(price)
    return CostLine(
        sku=sku, what_for=what, quantity=Decimal(quantity), unit=unit, currency="CNY", monthly=amount,
        unit_price=None if price is None else Decimal(price), source=source, as_of=None if price is None else "2026-07-30",
        confidence="assumed" if low else confidence, state=state, region=region, workload=workload, component="web",
        mechanism=mechanism, low=None if low is None else Decimal(low), high=amount if low else None,
        assumption=f"price.{sku}" if low else None, shared_id=shared,
        note="No published price; a range until a quote is at hand." if low else None,
    )  # fmt: skip


def cost(lines: Sequence[CostLine], before: Sequence[CostLine] = ()) -> WorkloadCost:
    """The lines by state, with the totals of the steady lines that are the workload's own."""
    states: dict[str, tuple[CostLine, ...]] = {
        state: tuple(item for item in lines if item.state == state)
        for state in ("steady", "drill", "failover", "failback")
    }
    own = total([item for item in states["steady"] if item.shared_id is None], "CNY")
    now = total(before, "CNY")
    return WorkloadCost(
        steady=states["steady"], drill=states["drill"], failover=states["failover"], failback=states["failback"],
        before=tuple(before), monthly_added=own.amount, monthly_added_low=own.low, monthly_now=now.amount,
        at_least=own.at_least, now_at_least=now.at_least,
    )  # fmt: skip


def component(name: str, kind: str, members: int, *, stateless: bool = False, quorum: int = 1) -> ComponentInfo:
    """A component of ``members`` instances in two zones."""
    return ComponentInfo(
        id=name, kind=kind, name=name, members=tuple(f"i-bp1{name}{n:03d}" for n in range(members)),
        disks=tuple(f"d-bp1{name}{n:03d}" for n in range(members)), zones=("cn-hangzhou-h", "cn-hangzhou-i"),
        quorum=quorum, stateless=stateless,
    )  # fmt: skip


def action(name: str, mechanism: str, workload: str, title: str, *, verb: str = "create", touches: int = 1) -> Action:
    """A change that touches ``touches`` disks."""
    return Action.model_validate({
        "id": name, "mechanism": mechanism, "verb": verb, "workload": workload, "component": "web", "title": title,
        "region": "cn-hangzhou", "resources": [f"d-bp1web{n:03d}" for n in range(touches)], "touches": touches, "params": {},
    })  # fmt: skip


def workload(
    name: str,
    estimates: dict[Disruption, Estimate],
    before: dict[Disruption, Estimate],
    lines: Sequence[CostLine] = (),
    **fields: object,
) -> WorkloadPlan:
    """A workload with two components and everything not given left plain."""
    values: dict[str, object] = {
        "name": name, "found_by": "tag", "class": "important", "regions": ("cn-hangzhou",),
        "components": (component("web", "server_group", 4, stateless=True, quorum=2), component("database", "database", 1)),
        "zones": ("cn-hangzhou-h", "cn-hangzhou-i"), "needs_hard": (), "needs_soft": (), "tier": "multi-zone",
        "tier_before": "backup", "option_id": "snapshot-6h+alb+rds-ha",
        "mechanisms": ("snapshot_policy", "alb_multi_zone", "rds_ha"), "changes": 7,
        "actions": (), "estimates": estimates, "before": before, "cost": cost(lines), "expected_annual_loss": Decimal("41200"),
        "expected_annual_loss_before": Decimal("520000"), "rejected": (), "infeasible": (), "misses": (), "standards": (),
        "findings": (), "options_considered": 212,
    } | fields  # fmt: skip
    return WorkloadPlan.model_validate(values)


def shop() -> WorkloadPlan:
    """A critical workload whose targets are all met, with rejected options and a full cost table."""
    targets: dict[Disruption, tuple[float, float]] = {
        "logical": (HOUR, 4 * HOUR), "instance": (0.0, 5 * MIN), "zone": (MIN, 15 * MIN), "region": (15 * MIN, 4 * HOUR),
    }  # fmt: skip
    restore, failover = schedule(RESTORE_STEPS), schedule(FAILOVER_STEPS)
    estimates: dict[Disruption, Estimate] = {
        "logical": estimate(55 * MIN, (72 * MIN, 118 * MIN, 141 * MIN), targets["logical"], limiting="restore of 1,200 GiB",
                            served_from="hourly snapshots", path="restore the disks from snapshots", skew=40.0),
        "instance": estimate(0.0, (40.0, 75.0, 90.0), targets["instance"], limiting="three failed health checks"),
        "zone": estimate(0.0, None, targets["zone"], failover, "RDS promotes its standby", place="cn-hangzhou-h",
                         served_from="RDS standby"),
        "region": estimate(12 * MIN, (95 * MIN, 170 * MIN, 205 * MIN), targets["region"], (), "decision to fail over",
                           served_from="async replica", region="cn-shanghai", place="cn-hangzhou",
                           path="the warm fleet in the other region is scaled out"),
    }  # fmt: skip
    before: dict[Disruption, Estimate] = {
        "logical": estimate(26 * HOUR, None, targets["logical"], restore, "restore of 1,200 GiB",
                            served_from="daily snapshots", path="restore the disks from snapshots"),
        "instance": estimate(0.0, (40.0, 75.0, 90.0), targets["instance"], limiting="three failed health checks"),
        "zone": estimate(26 * HOUR, (3.2 * HOUR, 5 * HOUR, 5.9 * HOUR), targets["zone"], limiting="restore of 1,200 GiB",
                         place="cn-hangzhou-h", served_from="daily snapshots"),
        "region": estimate(None, None, targets["region"], limiting="no copy in another region", place="cn-hangzhou",
                           path="nothing to recover from", served_from="nothing", region=None),
    }  # fmt: skip
    lines = (
        line("Hourly snapshots of 5 disks, kept 7 days", "2310", "GiB-month", "0.12"),
        line("Snapshot copies in cn-shanghai, kept 30 days", "1640", "GiB-month", "0.12", mechanism="snapshot_copy",
             region="cn-shanghai"),
        line("RDS standby in a second zone, mysql.x4.large.2c", "1", "instance-month", "1980", sku="rds.mysql.ha",
             mechanism="rds_ha", source=RDS_PRICE, confidence="quoted"),
        line("Warm fleet of 2 × ecs.g7.xlarge", "1460", "instance-hour", "0.982", sku="ecs.g7.xlarge",
             mechanism="fleet_standby", region="cn-shanghai"),
        line("Async replication of 4 ESSDs to cn-shanghai", "1200", "GiB-month", "0.55", sku="ebs.async.storage", low="240",
             mechanism="async_replication_region", source="assumption of this price book"),
        line("Traffic steering between the regions", "1", "instance-month", "600", sku="gtm.standard", mechanism="gtm",
             shared="gtm"),
        line("Two servers for four hours", "8", "instance-hour", "0.982", sku="ecs.g7.xlarge", state="drill",
             mechanism="fleet_standby"),
        line("Full fleet in cn-shanghai", "2920", "instance-hour", "0.982", sku="ecs.g7.xlarge", state="failover",
             mechanism="fleet_standby", region="cn-shanghai"),
        line("Traffic back to cn-hangzhou", "1200", "GiB", None, sku="cen.interregion.traffic", state="failback",
             mechanism="async_replication_region", source="no page read states a price"),
    )  # fmt: skip
    return workload(
        "shop", estimates, before, lines, **{"class": "critical"}, found_by="declared", needs_hard=("payments",),
        needs_soft=("search",), tier="cross-region", regions=("cn-hangzhou", "cn-shanghai"), changes=14,
        option_id="snap-1h+copy-shanghai+alb+rds-ha+fleet-warm+gtm",
        mechanisms=("snapshot_policy", "snapshot_copy", "alb_multi_zone", "rds_ha", "fleet_standby",
                    "async_replication_region", "gtm"),
        cost=cost(lines, [line("Daily snapshots, kept 3 days", "310", "GiB-month", "0.12")]),
        expected_annual_loss=Decimal("88410.25"), expected_annual_loss_before=Decimal("1684300"),
        actions=(
            action("a1", "snapshot_policy", "shop", "Take snapshots of five disks every hour, keep them 7 days",
                   verb="extend", touches=5),
            action("a2", "snapshot_copy", "shop", "Copy every snapshot to cn-shanghai, keep it 30 days", touches=5),
            action("a3", "rds_ha", "shop", "Convert the database to the High-availability edition", verb="convert"),
            action("a4", "alb_multi_zone", "shop", "Put the web servers behind an ALB in two zones", touches=4),
            action("a5", "fleet_standby", "shop", "Keep two warm servers in cn-shanghai"),
            action("a6", "gtm", "shop", "Steer traffic by health check between the regions"),
        ),
        rejected=(
            Rejected(option_id="snap-1h+copy+alb+rds-ha+fleet-pilot", tier="cross-region", monthly_added=Decimal("3120.40"),
                     reason="misses the region RTO: 6 h 10 min against 4 h, as the fleet is created on demand"),
            Rejected(option_id="snap-1h+alb+rds-ha+async-zone", tier="multi-zone", monthly_added=Decimal("2480.00"),
                     reason="no copy in another region, so no recovery point after a region outage"),
            Rejected(option_id="dts+active-active", tier="cross-region", monthly_added=None,
                     reason="has a cost line without price (DTS small); not admitted"),
        ),
        infeasible=(
            Infeasible(mechanism="regional_essd", component="database", resource="d-bp1database000",
                       reason="the disk is an ESSD PL3; zone-redundant disks exist as one category without levels",
                       fact="regional_essd.categories"),
        ),
        standards=(
            StandardLevel(standard="GB/T 20988-2025", level=5, next_level=6, missing="zero data loss after a region outage",
                          verify=True, source="https://www.alibabacloud.com/help/doc-detail/97640"),
        ),
    )  # fmt: skip


def payments() -> WorkloadPlan:
    """A critical workload that cannot meet its zone RTO, on a self-managed database."""
    targets: dict[Disruption, tuple[float, float]] = {
        "logical": (HOUR, 4 * HOUR), "instance": (0.0, 5 * MIN), "zone": (MIN, 5 * MIN), "region": (15 * MIN, 4 * HOUR),
    }  # fmt: skip
    restart: tuple[Step, ...] = (
        ("detect", "", "detect", "Recognise the failure", False, 2 * MIN, 4 * MIN, 10 * MIN, ()),
        ("declare", "", "declare", "Decide to fail over", False, 2 * MIN, 5 * MIN, 15 * MIN, ("detect",)),
        ("mount", "database", "restore", "Attach the zone-redundant disks to the standby", False, 60.0, 2 * MIN, 5 * MIN,
         ("declare",)),
        ("boot", "database", "boot", "Boot the standby server", True, 60.0, 90.0, 4 * MIN, ("mount",)),
        ("start", "database", "start", "Start MySQL and recover its log", True, 60.0, 3 * MIN, 9 * MIN, ("boot",)),
        ("verify", "", "verify", "Check payments with a test order", False, 60.0, 3 * MIN, 8 * MIN, ("start",)),
    )  # fmt: skip
    estimates: dict[Disruption, Estimate] = {
        "logical": estimate(55 * MIN, (66 * MIN, 100 * MIN, 121 * MIN), targets["logical"], limiting="restore of 600 GiB",
                            served_from="hourly snapshots", path="restore the disks from snapshots"),
        "instance": estimate(0.0, (2.5 * MIN, 4 * MIN, 4.6 * MIN), targets["instance"], limiting="boot of the standby"),
        "zone": estimate(0.0, None, targets["zone"], schedule(restart), "decision to fail over", place="cn-hangzhou-i",
                         served_from="zone-redundant disk", path="the standby in the other zone takes the disks over"),
        "region": estimate(25 * MIN, (2.2 * HOUR, 3.4 * HOUR, 3.9 * HOUR), targets["region"],
                           limiting="15 min replication cycle", served_from="async replica", region="cn-shanghai"),
    }  # fmt: skip
    before: dict[Disruption, Estimate] = {
        "logical": estimate(26 * HOUR, (2 * HOUR, 3 * HOUR, 3.6 * HOUR), targets["logical"], limiting="restore of 600 GiB"),
        "instance": estimate(0.0, (9 * MIN, 17 * MIN, 21 * MIN), targets["instance"], limiting="decision to rebuild"),
        "zone": estimate(26 * HOUR, (2.5 * HOUR, 4 * HOUR, 4.6 * HOUR), targets["zone"], limiting="restore of 600 GiB"),
        "region": estimate(None, None, targets["region"], limiting="no copy in another region"),
    }
    lines = (
        line("Hourly snapshots of 3 disks, kept 7 days", "940", "GiB-month", "0.12"),
        line("Zone-redundant disks, 600 GiB", "600", "GiB-month", "1.9", sku="ebs.regional_essd.storage", low="720",
             mechanism="regional_essd", source="assumption of this price book"),
        line("Standby ecs.r7.2xlarge, stopped", "1", "instance-month", "86.4", sku="ecs.r7.2xlarge.stopped",
             mechanism="standby_instance"),
        line("Replication to cn-shanghai, DTS small", "1", "instance-month", None, sku="dts.sync.small", mechanism="dts",
             source="no page read states a price"),
        line("Standby for four hours", "4", "instance-hour", "2.1", sku="ecs.r7.2xlarge", state="drill",
             mechanism="standby_instance"),
    )  # fmt: skip
    return workload(
        "payments", estimates, before, lines, **{"class": "critical"}, found_by="declared", tier="multi-zone",
        mechanisms=("snapshot_policy", "regional_essd", "standby_instance", "dts"), changes=5,
        option_id="snap-1h+regional-essd+standby+dts-small", expected_annual_loss=Decimal("132900"),
        expected_annual_loss_before=Decimal("744000"),
        components=(component("mysql", "stateful_instance", 1),),
        actions=(
            action("b1", "snapshot_policy", "payments", "Take snapshots of three disks every hour, keep them 7 days", touches=3),
            action("b2", "regional_essd", "payments", "Convert two data disks to zone-redundant ESSD", verb="convert",
                   touches=2),
            action("b3", "standby_instance", "payments", "Keep a stopped standby server in cn-hangzhou-h"),
        ),
        misses=(
            Miss(disruption="zone", metric="rto", target_s=5 * MIN, estimate_s=estimates["zone"].rto_p95_s, attainable=False,
                 remedy="No option is faster while people decide: let the failover start by itself, or accept 30 min.",
                 limiting="decision to fail over"),
            Miss(disruption="region", metric="rpo", target_s=15 * MIN, estimate_s=25 * MIN, attainable=True,
                 remedy="Replicate with the recovery-time-controlled mode of DTS.", extra_monthly=Decimal("3200"),
                 limiting="15 min replication cycle"),
        ),
        rejected=(
            Rejected(option_id="rds-migration", tier="cross-region", monthly_added=Decimal("4410"),
                     reason="needs a move of the database to RDS, which the targets file forbids"),
        ),
        findings=(
            Finding(id="SHARED-001", severity="high", title="A strict workload stands on a lax one", workload="payments",
                    resource="i-bp1mysql000", detail="shop (15 min) needs payments (30 min) to be back first.",
                    fix="Raise the zone target of payments, or let its failover start by itself.", source="model of shared fate"),
        ),
    )  # fmt: skip


def orders() -> WorkloadPlan:
    """A workload with a long Chinese name that inherits the recovery time of another."""
    targets: dict[Disruption, tuple[float | None, float | None]] = {
        "logical": (6 * HOUR, 8 * HOUR), "instance": (15 * MIN, HOUR), "zone": (6 * HOUR, 4 * HOUR),
        "region": (DAY, 2 * DAY),
    }  # fmt: skip
    restore = schedule(RESTORE_STEPS)
    estimates: dict[Disruption, Estimate] = {
        "logical": estimate(5.5 * HOUR, None, targets["logical"], restore, "restore of 1,200 GiB", skew=300.0,
                            served_from="snapshots every 4 h", path="restore the disks from snapshots"),
        "instance": estimate(0.0, (14 * MIN, 26 * MIN, 31 * MIN), targets["instance"], limiting="decision to rebuild"),
        "zone": estimate(5.5 * HOUR, (2.1 * HOUR, 3 * HOUR, 3.4 * HOUR), targets["zone"], limiting="restore of 1,200 GiB",
                         place="cn-hangzhou-h", inherited="payments", served_from="snapshots every 4 h"),
        "region": estimate(18 * HOUR, (7 * HOUR, 11 * HOUR, 13 * HOUR), targets["region"], limiting="copy to cn-beijing",
                           served_from="snapshot copy", region="cn-beijing", confidence="assumed"),
    }  # fmt: skip
    before: dict[Disruption, Estimate] = {
        "logical": estimate(None, None, targets["logical"], limiting="no snapshot is older than the corruption"),
        "instance": estimate(0.0, (14 * MIN, 26 * MIN, 31 * MIN), targets["instance"], limiting="decision to rebuild"),
        "zone": estimate(None, None, targets["zone"], limiting="no copy outside the zone"),
        "region": estimate(None, None, targets["region"], limiting="no copy in another region"),
    }
    lines = (
        line("4 小时一次的快照，保留 7 天", "3980", "GiB-month", "0.12"),
        line("Snapshot copies in cn-beijing, kept 14 days", "1400", "GiB-month", "0.12", mechanism="snapshot_copy",
             region="cn-beijing"),
    )  # fmt: skip
    return workload(
        LONG_NAME, estimates, before, lines, found_by="load_balancer", needs_hard=("payments",), tier="cross-region",
        tier_before="none", mechanisms=("snapshot_policy", "snapshot_copy"), option_id="snap-4h+copy-beijing", changes=9,
        components=(component("调度", "server_group", 6, quorum=3), component("database", "database", 2)),
        actions=(action("c1", "snapshot_policy", LONG_NAME, "每 4 小时对 8 块云盘做快照，保留 7 天", touches=8),
                 action("c2", "snapshot_copy", LONG_NAME, "Copy every snapshot to cn-beijing, keep it 14 days", touches=8)),
    )  # fmt: skip


def legacy() -> WorkloadPlan:
    """A low-class workload on local disks without region target; nothing bounds it there."""
    nothing = (None, None)
    estimates: dict[Disruption, Estimate] = {
        "logical": estimate(25 * HOUR, (5 * HOUR, 8 * HOUR, 9 * HOUR), (DAY, DAY), limiting="accumulation of 24 h",
                            served_from="file backup", path="restore the files from the vault"),
        "instance": estimate(25 * HOUR, (5.5 * HOUR, 8.6 * HOUR, 10 * HOUR), (2 * DAY, DAY), limiting="restore of 800 GiB",
                             served_from="file backup", path="rebuild the server and restore its local disks"),
        "zone": estimate(25 * HOUR, (6 * HOUR, 9 * HOUR, 11 * HOUR), (2 * DAY, DAY), limiting="restore of 800 GiB"),
        "region": estimate(None, None, nothing, limiting="no copy in another region"),
    }  # fmt: skip
    before: dict[Disruption, Estimate] = {
        "logical": estimate(None, None, (DAY, DAY), limiting="no copy"),
        "instance": estimate(None, None, (2 * DAY, DAY), limiting="local disks are lost"),
        "zone": estimate(None, None, (2 * DAY, DAY), limiting="no copy"),
        "region": estimate(None, None, nothing, limiting="no copy"),
    }
    lines = (line("Backup vault of 800 GiB, kept 30 days", "700", "GiB-month", "0.2", sku="hbr.vault", confidence="example",
                  mechanism="file_backup"),)  # fmt: skip
    return workload(
        "legacy-erp-报表", estimates, before, lines, **{"class": "low"}, found_by="single", tier="backup",
        tier_before="none", mechanisms=("file_backup",), option_id="file-backup-24h", changes=1,
        components=(component("erp", "stateful_instance", 1),),
        expected_annual_loss=Decimal("9120"), expected_annual_loss_before=Decimal("60480"),
        misses=(Miss(disruption="logical", metric="rpo", target_s=DAY, estimate_s=25 * HOUR, attainable=True,
                     remedy="Back files up every 12 h.", extra_monthly=Decimal("38.40"), limiting="accumulation of 24 h"),),
        infeasible=(Infeasible(mechanism="snapshot_policy", component="erp", resource="i-bp1erp000",
                               reason="ecs.i2 keeps its data on local disks, which snapshots do not cover",
                               fact="snapshot.local_disks"),),
    )  # fmt: skip


FINDINGS = (
    Finding(id="NET-004", severity="critical", title="Both zones reach the internet through one NAT gateway", resource="ngw-bp1a",
            workload="shop", detail="After the loss of cn-hangzhou-h no server of shop has a way out.",
            fix="Add a NAT gateway in cn-hangzhou-i and a route for its vSwitch.",
            source="https://www.alibabacloud.com/help/en/nat-gateway/high-availability"),
    Finding(id="SNAP-002", severity="medium", title="Snapshots share the owner's credentials", workload="payments",
            detail="Whoever can delete the disks can delete every copy.", fix="Copy to a second account, or lock the policy."),
    Finding(id="INV-009", severity="info", title="Snapshots were not listed", detail="Their sizes come from a stated change rate.",
            fix="Add the snapshot listing to the inventory."),
)  # fmt: skip
ASSUMPTIONS = (
    AssumptionUse(fact="declare.zone", value="5–60 min, likely 15 min", why="No published figure fits every organisation.",
                  replaced_by="a drill record of this workload", used_by=("shop", "payments", LONG_NAME), influence=0.42),
    AssumptionUse(fact="price.ebs.regional_essd.storage", value="1.2–1.9 CNY per GiB-month", why="No page read states a price.",
                  replaced_by="a quote", used_by=("payments",), influence=0.31),
    AssumptionUse(fact="daily_change", value="3 % per day", why="The inventory lists no snapshots to measure it on.",
                  replaced_by="two snapshot listings a week apart", used_by=("shop", LONG_NAME), influence=0.22),
    AssumptionUse(fact="price.ebs.async.storage", value="0.2–0.55 CNY per GiB-month", why="No page read states a price.",
                  replaced_by="a quote", used_by=("shop",), influence=0.11),
    AssumptionUse(fact="detect.logical.latency", value="48 h", why="A weekend between the event and the first working day.",
                  replaced_by="the owner's own detection time", used_by=("legacy-erp-报表",), influence=0.03),
)  # fmt: skip
EVIDENCE = (
    Evidence(fact="snapshot.auto_policy.start_jitter", value="1 h", as_of="2026-01-19", confidence="documented",
             statement="An automatic snapshot starts at some moment inside the hour that follows the scheduled time.",
             source="https://alibabacloud.com/help/doc-detail/127767.html"),
    Evidence(fact="declare.zone", value="5–60 min, likely 15 min", as_of="2026-11-22", confidence="assumed",
             statement="Decision to fail over to another zone.", source="assumption of this rule book"),
    Evidence(fact="detect.zone", value="3–30 min, likely 10 min", as_of="2026-11-22", confidence="assumed",
             statement="Time until a zone failure is recognised as such.", source="assumption of this rule book"),
    Evidence(fact="snapshot.restore.rate", value="120–300 MiB/s", as_of=None, confidence="example", overridden=True,
             statement="Rate at which a disk made from a snapshot is filled.", source="drill of 2026-10-02"),
    Evidence(fact="async_replication.cycle", value="15 min", as_of="2025-12-03", confidence="documented",
             statement="Asynchronous replication ships the changes of a disk every 15 minutes.",
             source="https://www.alibabacloud.com/help/en/ecs/user-guide/overview-8"),
    Evidence(fact="snapshot.local_disks", value="no", as_of="2025-08-26", confidence="documented",
             statement="Local and elastic ephemeral disks cannot carry a snapshot policy.",
             source="https://www.alibabacloud.com/help/en/ecs/user-guide/enable-or-disable-an-automatic-snapshot-policy"),
)  # fmt: skip


def make_plan(workloads: Sequence[WorkloadPlan] | None = None, **fields: object) -> Plan:
    """A plan whose totals follow from its workloads; four realistic ones unless others are given."""
    chosen = tuple(workloads) if workloads is not None else (shop(), payments(), orders(), legacy())
    shared = (
        line("Traffic steering between the regions", "1", "instance-month", "600", sku="gtm.standard", mechanism="gtm",
             shared="gtm", region="all"),
        line("Bandwidth from cn-hangzhou to cn-shanghai", "20", "Mbit/s-month", None, sku="cen.bandwidth", shared="cen",
             mechanism="async_replication_region", source="no page read states a price"),
    )  # fmt: skip
    shared_total = total(shared, "CNY")
    added = sum((item.cost.monthly_added for item in chosen), shared_total.amount)
    low = sum((item.cost.monthly_added_low for item in chosen), shared_total.low)
    now = [item.before[name].meets for item in chosen for name in DISRUPTIONS if name in item.before]
    after = [item.estimates[name].meets for item in chosen for name in DISRUPTIONS if name in item.estimates]
    unpriced = sum(entry.monthly is None for item in chosen for entry in item.cost.steady) + shared_total.unpriced
    loss_now = sum((item.expected_annual_loss_before for item in chosen), Decimal(0))
    loss_after = sum((item.expected_annual_loss for item in chosen), Decimal(0))
    names = [item.name for item in chosen]
    values: dict[str, object] = {
        "version": "0.1.0", "created": date(2026, 11, 22),
        "inputs": Inputs(inventory="3f" * 32, targets="a1" * 32, rules="5c" * 32, prices="e9" * 32),
        "seed": 7, "samples": 10000, "objective": "min-cost", "currency": "CNY", "risk_level": "p95", "targets_given": True,
        "budget": BudgetUse(monthly=Decimal(60000), used=added, at_least=unpriced > 0),
        "solver": Solver(method="exact", status="optimal", gap=0.0, seconds=0.31, options=641, combinations="1.7e9"),
        "portfolio": Portfolio(
            workloads=len(chosen), targets_met=sum(item is True for item in after),
            targets_total=sum(item is not None for item in after), targets_met_before=sum(item is True for item in now),
            monthly_now=sum((item.cost.monthly_now for item in chosen), Decimal(0)), monthly_now_at_least=False,
            monthly_added=added, monthly_added_low=low, unpriced=unpriced, expected_annual_loss_now=loss_now,
            expected_annual_loss_after=loss_after,
        ),
        "workloads": chosen, "shared_costs": shared, "shared_total": shared_total, "findings": FINDINGS,
        "frontier": _frontier(added, loss_now, loss_after, sum(item is True for item in after)),
        "marginal": (
            Marginal(extra_monthly=Decimal("38.40"), targets_gained=1, expected_annual_loss_saved=Decimal("1200"),
                     workloads=("legacy-erp-报表",), detail="Back files up every 12 h."),
            Marginal(extra_monthly=Decimal("3200"), targets_gained=1, expected_annual_loss_saved=Decimal("21500"),
                     workloads=("payments",), detail="Replicate payments with the recovery-time-controlled mode."),
        ),
        "skipped": (SkippedItem(resource="i-bp1decommissioned", reason="status is Stopped since 2025-02-11"),
                    SkippedItem(resource="search (needed by shop)", reason="mentioned, but listed in no file")),
        "assumptions": ASSUMPTIONS, "evidence": EVIDENCE,
        "waves": tuple(wave for wave in (tuple(names[1:2]), tuple(names[:1] + names[2:])) if wave),
        "price_notes": ("List prices; no discount or savings plan was given.",),
    } | fields  # fmt: skip
    return Plan.model_validate(values)


def _frontier(added: Decimal, now: Decimal, after: Decimal, met: int) -> tuple[FrontierPoint, ...]:
    shares = ((0, 0.0), (0.12, 0.42), (0.31, 0.71), (0.55, 0.88), (0.8, 0.95), (1.0, 1.0), (1.45, 1.04), (2.2, 1.07))
    return tuple(
        FrontierPoint(
            monthly_added=(added * Decimal(str(cost_share))).quantize(Decimal("0.01")),
            expected_annual_loss=(now - (now - after) * Decimal(str(saved))).quantize(Decimal("0.01")),
            targets_met=min(met + 2, round(met * min(1.2, 0.3 + 0.7 * saved))), exact=cost_share != 0.8,
        )
        for cost_share, saved in shares
    )  # fmt: skip


def nine_workloads() -> Plan:
    """Nine workloads in three waves, for the look and the speed of a larger report."""
    base = (shop(), payments(), orders(), legacy())
    extra = [
        base[index % 4].model_copy(update={"name": name, "needs_hard": needs, "needs_soft": ()})
        for index, (name, needs) in enumerate(
            (("search", ()), ("identity-sso", ()), ("会员中心", ("payments",)), ("data-lake", ("search",)), ("crm", ("shop",)))
        )
    ]
    waves = (("identity-sso", "payments", "search"), ("shop", LONG_NAME, "会员中心", "data-lake", "legacy-erp-报表"), ("crm",))
    return make_plan([*base, *extra], waves=waves)


def hostile() -> Plan:
    """A plan in which every text that comes from outside carries markup, a terminal escape and a bidi override."""
    victim = shop()
    attack = {
        "name": HOSTILE, "found_by": HOSTILE, "option_id": HOSTILE, "mechanisms": (HOSTILE,), "needs_hard": (HOSTILE,),
        "zones": (HOSTILE,), "regions": (HOSTILE,),
        "components": tuple(item.model_copy(update={"name": HOSTILE, "kind": HOSTILE}) for item in victim.components),
        "actions": tuple(item.model_copy(update={"title": HOSTILE, "region": HOSTILE}) for item in victim.actions),
        "rejected": tuple(item.model_copy(update={"reason": HOSTILE, "option_id": HOSTILE}) for item in victim.rejected),
        "estimates": {
            name: item.model_copy(update={
                "limiting": HOSTILE, "worst_place": HOSTILE, "inherited_from": HOSTILE,
                "tasks": tuple(task.model_copy(update={"title": HOSTILE, "component": HOSTILE}) for task in item.tasks),
            })
            for name, item in victim.estimates.items()
        },
        "cost": victim.cost.model_copy(update={
            "steady": tuple(
                item.model_copy(update={"what_for": HOSTILE, "sku": HOSTILE, "source": f"https://x.invalid/{HOSTILE}"})
                for item in victim.cost.steady
            ),
        }),
    }  # fmt: skip
    findings = (Finding(id="X", severity="high", title=HOSTILE, resource=HOSTILE, detail=HOSTILE, fix=HOSTILE, source=HOSTILE),)
    evidence = (Evidence(fact=HOSTILE, statement=HOSTILE, value=HOSTILE, source=f"javascript:{HOSTILE}", as_of=HOSTILE,
                         confidence="assumed"),)  # fmt: skip
    skipped = (SkippedItem(resource=HOSTILE, reason=HOSTILE),)
    return make_plan(
        [victim.model_copy(update=attack), payments()], findings=findings, evidence=evidence, skipped=skipped,
        waves=(("payments",), (HOSTILE,)), price_notes=(HOSTILE,),
    )  # fmt: skip


def make_deliverable(plan: Plan | None = None) -> Deliverable:
    """The plan with an empty estate and rule book, as exporters are handed it."""
    return Deliverable(
        plan=plan or make_plan(), inventory=Inventory(resources={}), graph=Graph(edges=(), workloads=()),
        rules=RuleBook(facts={}, regions={}),
    )  # fmt: skip
