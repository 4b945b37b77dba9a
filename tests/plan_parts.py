"""Parts of plans: schedules, estimates, cost lines, components and workloads with sensible defaults."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from advisor.model.cost import CostLine, CostState, total
from advisor.model.disruption import Disruption
from advisor.model.plan import (
    Action,
    ComponentInfo,
    ComponentRecovery,
    Estimate,
    Sensitivity,
    TaskResult,
    WorkloadCost,
    WorkloadPlan,
)

MIN, HOUR, DAY = 60.0, 3600.0, 86400.0
SNAPSHOT_PRICE = "https://github.com/aliyun/alibabacloud-aiops-skills/blob/1202ecc/skills/storage/disk/cost-formulas.md"
RDS_PRICE = "https://www.alibabacloud.com/help/en/rds/product-overview/pricing"
Step = tuple[str, str, str, str, bool, float, float, float, tuple[str, ...]]


def schedule(steps: Sequence[Step]) -> tuple[TaskResult, ...]:
    """Tasks of (id, component, kind, title, automatic, low, likely, high, after), as early as their order allows."""
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
    ("db-data", "database", "restore", "Restore 1,200 GiB from the snapshot copy", True, 35 * MIN, 70 * MIN,
        160 * MIN,
     ("db-new",)),
    ("db-start", "database", "start", "Start MySQL and replay its log", False, 2 * MIN, 6 * MIN, 20 * MIN,
        ("db-data",)),
    ("web-new", "web", "provision", "Create four web servers", True, 2 * MIN, 4 * MIN, 10 * MIN, ("declare",)),
    ("web-data", "web", "restore", "Restore the system disks (4 × 40 GiB)", True, 4 * MIN, 8 * MIN, 20 * MIN,
        ("web-new",)),
    ("web-start", "web", "start", "Start the application", True, 1 * MIN, 2 * MIN, 6 * MIN, ("web-data", "db-start")),
    ("dns", "web", "switch", "Switch DNS (TTL 60 s and health checks)", True, 1 * MIN, 2 * MIN, 5 * MIN,
        ("web-start",)),
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
        unit_price=None if price is None else Decimal(price), source=source,
            as_of=None if price is None else "2026-07-30",
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
        "region": "cn-hangzhou", "resources": [f"d-bp1web{n:03d}" for n in range(touches)], "touches": touches,
        "params": {},
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
        "components": (component("web", "server_group", 4, stateless=True, quorum=2), component("database",
        "database", 1)),
        "zones": ("cn-hangzhou-h", "cn-hangzhou-i"), "needs_hard": (), "needs_soft": (), "tier": "multi-zone",
        "tier_before": "backup", "option_id": "snapshot-6h+alb+rds-ha",
        "mechanisms": ("snapshot_policy", "alb_multi_zone", "rds_ha"), "changes": 7,
        "actions": (), "estimates": estimates, "before": before, "cost": cost(lines),
        "expected_annual_loss": Decimal("41200"),
        "expected_annual_loss_before": Decimal("520000"), "rejected": (), "infeasible": (), "misses": (),
        "standards": (),
        "findings": (), "options_considered": 212,
    } | fields  # fmt: skip
    return WorkloadPlan.model_validate(values)
