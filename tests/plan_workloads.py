"""Four workloads built by hand: all met, one out of reach, a long Chinese name, one that nothing bounds."""

from __future__ import annotations

from decimal import Decimal

from advisor.model.disruption import Disruption
from advisor.model.finding import Finding
from advisor.model.plan import (
    Estimate,
    Infeasible,
    Miss,
    Rejected,
    StandardLevel,
    WorkloadPlan,
)
from tests.plan_parts import (
    DAY,
    FAILOVER_STEPS,
    HOUR,
    MIN,
    RDS_PRICE,
    RESTORE_STEPS,
    Step,
    action,
    component,
    cost,
    estimate,
    line,
    schedule,
    workload,
)  # fmt: skip

LONG_NAME = "订单履约与仓储调度中心（华东二期）"


def shop() -> WorkloadPlan:
    """A critical workload whose targets are all met, with rejected options and a full cost table."""
    targets: dict[Disruption, tuple[float, float]] = {
        "logical": (HOUR, 4 * HOUR), "instance": (0.0, 5 * MIN), "zone": (MIN, 15 * MIN), "region": (15 * MIN,
        4 * HOUR),
    }  # fmt: skip
    restore, failover = schedule(RESTORE_STEPS), schedule(FAILOVER_STEPS)
    estimates: dict[Disruption, Estimate] = {
        "logical": estimate(55 * MIN, (72 * MIN, 118 * MIN, 141 * MIN), targets["logical"],
        limiting="restore of 1,200 GiB",
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
        "zone": estimate(26 * HOUR, (3.2 * HOUR, 5 * HOUR, 5.9 * HOUR), targets["zone"],
        limiting="restore of 1,200 GiB",
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
        line("Async replication of 4 ESSDs to cn-shanghai", "1200", "GiB-month", "0.55", sku="ebs.async.storage",
            low="240",
             mechanism="async_replication_region", source="assumption of this price book"),
        line("Traffic steering between the regions", "1", "instance-month", "600", sku="gtm.standard",
            mechanism="gtm",
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
            Rejected(option_id="snap-1h+copy+alb+rds-ha+fleet-pilot", tier="cross-region",
                monthly_added=Decimal("3120.40"),
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
            StandardLevel(standard="GB/T 20988-2025", level=5, next_level=6,
                missing="zero data loss after a region outage",
                          verify=True, source="https://www.alibabacloud.com/help/doc-detail/97640"),
        ),
    )  # fmt: skip


def payments() -> WorkloadPlan:
    """A critical workload that cannot meet its zone RTO, on a self-managed database."""
    targets: dict[Disruption, tuple[float, float]] = {
        "logical": (HOUR, 4 * HOUR), "instance": (0.0, 5 * MIN), "zone": (MIN, 5 * MIN), "region": (15 * MIN,
        4 * HOUR),
    }  # fmt: skip
    restart: tuple[Step, ...] = (
        ("detect", "", "detect", "Recognise the failure", False, 2 * MIN, 4 * MIN, 10 * MIN, ()),
        ("declare", "", "declare", "Decide to fail over", False, 2 * MIN, 5 * MIN, 15 * MIN, ("detect",)),
        ("mount", "database", "restore", "Attach the zone-redundant disks to the standby", False, 60.0, 2 * MIN,
            5 * MIN,
         ("declare",)),
        ("boot", "database", "boot", "Boot the standby server", True, 60.0, 90.0, 4 * MIN, ("mount",)),
        ("start", "database", "start", "Start MySQL and recover its log", True, 60.0, 3 * MIN, 9 * MIN, ("boot",)),
        ("verify", "", "verify", "Check payments with a test order", False, 60.0, 3 * MIN, 8 * MIN, ("start",)),
    )  # fmt: skip
    estimates: dict[Disruption, Estimate] = {
        "logical": estimate(55 * MIN, (66 * MIN, 100 * MIN, 121 * MIN), targets["logical"],
        limiting="restore of 600 GiB",
                            served_from="hourly snapshots", path="restore the disks from snapshots"),
        "instance": estimate(0.0, (2.5 * MIN, 4 * MIN, 4.6 * MIN), targets["instance"],
        limiting="boot of the standby"),
        "zone": estimate(0.0, None, targets["zone"], schedule(restart), "decision to fail over",
        place="cn-hangzhou-i",
                         served_from="zone-redundant disk",
                             path="the standby in the other zone takes the disks over"),
        "region": estimate(25 * MIN, (2.2 * HOUR, 3.4 * HOUR, 3.9 * HOUR), targets["region"],
                           limiting="15 min replication cycle", served_from="async replica", region="cn-shanghai"),
    }  # fmt: skip
    before: dict[Disruption, Estimate] = {
        "logical": estimate(
            26 * HOUR, (2 * HOUR, 3 * HOUR, 3.6 * HOUR), targets["logical"], limiting="restore of 600 GiB"
        ),
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
        line("Replication to cn-shanghai, DTS small", "1", "instance-month", None, sku="dts.sync.small",
            mechanism="dts",
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
            action("b1", "snapshot_policy", "payments",
                "Take snapshots of three disks every hour, keep them 7 days", touches=3),
            action("b2", "regional_essd", "payments", "Convert two data disks to zone-redundant ESSD", verb="convert",
                   touches=2),
            action("b3", "standby_instance", "payments", "Keep a stopped standby server in cn-hangzhou-h"),
        ),
        misses=(
            Miss(disruption="zone", metric="rto", target_s=5 * MIN, estimate_s=estimates["zone"].rto_p95_s,
                attainable=False,
                 remedy="No option is faster while people decide: let the failover start by itself, or accept 30 min.",
                 limiting="decision to fail over", weight=5.0),
            Miss(disruption="region", metric="rpo", target_s=15 * MIN, estimate_s=25 * MIN, attainable=True,
                 remedy="Replicate with the recovery-time-controlled mode of DTS.", extra_monthly=Decimal("3200"),
                 limiting="15 min replication cycle", weight=5.0),
        ),
        rejected=(
            Rejected(option_id="rds-migration", tier="cross-region", monthly_added=Decimal("4410"),
                     reason="needs a move of the database to RDS, which the targets file forbids"),
        ),
        findings=(
            Finding(id="SHARED-001", severity="high", title="A strict workload stands on a lax one",
                workload="payments",
                    resource="i-bp1mysql000", detail="shop (15 min) needs payments (30 min) to be back first.",
                    fix="Raise the zone target of payments, or let its failover start by itself.",
                        source="model of shared fate"),
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
        "instance": estimate(0.0, (14 * MIN, 26 * MIN, 31 * MIN), targets["instance"],
        limiting="decision to rebuild"),
        "zone": estimate(5.5 * HOUR, (2.1 * HOUR, 3 * HOUR, 3.4 * HOUR), targets["zone"],
        limiting="restore of 1,200 GiB",
                         place="cn-hangzhou-h", inherited="payments", served_from="snapshots every 4 h"),
        "region": estimate(18 * HOUR, (7 * HOUR, 11 * HOUR, 13 * HOUR), targets["region"],
        limiting="copy to cn-beijing",
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
        tier_before="none", mechanisms=("snapshot_policy", "snapshot_copy"), option_id="snap-4h+copy-beijing",
            changes=9,
        components=(component("调度", "server_group", 6, quorum=3), component("database", "database", 2)),
        actions=(action("c1", "snapshot_policy", LONG_NAME, "每 4 小时对 8 块云盘做快照，保留 7 天", touches=8),
                 action("c2", "snapshot_copy", LONG_NAME, "Copy every snapshot to cn-beijing, keep it 14 days",
                     touches=8)),
    )  # fmt: skip


def legacy() -> WorkloadPlan:
    """A low-class workload on local disks without region target; nothing bounds it there."""
    nothing = (None, None)
    estimates: dict[Disruption, Estimate] = {
        "logical": estimate(25 * HOUR, (5 * HOUR, 8 * HOUR, 9 * HOUR), (DAY, DAY), limiting="accumulation of 24 h",
                            served_from="file backup", path="restore the files from the vault"),
        "instance": estimate(25 * HOUR, (5.5 * HOUR, 8.6 * HOUR, 10 * HOUR), (2 * DAY, DAY),
        limiting="restore of 800 GiB",
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
    lines = (line("Backup vault of 800 GiB, kept 30 days", "700", "GiB-month", "0.2", sku="hbr.vault",
        confidence="example",
                  mechanism="file_backup"),)  # fmt: skip
    return workload(
        "legacy-erp-报表", estimates, before, lines, **{"class": "low"}, found_by="single", tier="backup",
        tier_before="none", mechanisms=("file_backup",), option_id="file-backup-24h", changes=1,
        components=(component("erp", "stateful_instance", 1),),
        expected_annual_loss=Decimal("9120"), expected_annual_loss_before=Decimal("60480"),
        misses=(Miss(disruption="logical", metric="rpo", target_s=DAY, estimate_s=25 * HOUR, attainable=True,
                     remedy="Back files up every 12 h.", extra_monthly=Decimal("38.40"),
                         limiting="accumulation of 24 h", weight=0.5),),
        infeasible=(Infeasible(mechanism="snapshot_policy", component="erp", resource="i-bp1erp000",
                               reason="ecs.i2 keeps its data on local disks, which snapshots do not cover",
                               fact="snapshot.local_disks"),),
    )  # fmt: skip
