"""Plans built by hand, without planner or prices, so that pages and tables can be tested on known numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from advisor.model.cost import total
from advisor.model.deliverable import Deliverable
from advisor.model.disruption import DISRUPTIONS
from advisor.model.evidence import RuleBook
from advisor.model.finding import Finding
from advisor.model.graph import Graph
from advisor.model.inventory import Inventory
from advisor.model.plan import (
    AssumptionUse,
    BudgetUse,
    Evidence,
    FrontierPoint,
    Inputs,
    Marginal,
    Plan,
    Portfolio,
    SkippedItem,
    Solver,
    WorkloadPlan,
)
from tests.plan_parts import line
from tests.plan_workloads import LONG_NAME, legacy, orders, payments, shop

HOSTILE = "<img src=http://127.0.0.1:9/x onerror=alert(1)>\"'&\x1b[31m\u202e</style><script>alert(1)</script>"
FINDINGS = (
    Finding(id="NET-004", severity="critical", title="Both zones reach the internet through one NAT gateway",
        resource="ngw-bp1a",
            workload="shop", detail="After the loss of cn-hangzhou-h no server of shop has a way out.",
            fix="Add a NAT gateway in cn-hangzhou-i and a route for its vSwitch.",
            source="https://www.alibabacloud.com/help/en/nat-gateway/high-availability"),
    Finding(id="SNAP-002", severity="medium", title="Snapshots share the owner's credentials", workload="payments",
            detail="Whoever can delete the disks can delete every copy.",
                fix="Copy to a second account, or lock the policy."),
    Finding(id="INV-009", severity="info", title="Snapshots were not listed",
        detail="Their sizes come from a stated change rate.",
            fix="Add the snapshot listing to the inventory."),
)  # fmt: skip
ASSUMPTIONS = (
    AssumptionUse(fact="declare.zone", value="5–60 min, likely 15 min",
        why="No published figure fits every organisation.",
                  replaced_by="a drill record of this workload", used_by=("shop", "payments", LONG_NAME),
                      influence=0.42),
    AssumptionUse(fact="price.ebs.regional_essd.storage", value="1.2–1.9 CNY per GiB-month",
        why="No page read states a price.",
                  replaced_by="a quote", used_by=("payments",), influence=0.31),
    AssumptionUse(fact="daily_change", value="3 % per day", why="The inventory lists no snapshots to measure it on.",
                  replaced_by="two snapshot listings a week apart", used_by=("shop", LONG_NAME), influence=0.22),
    AssumptionUse(fact="price.ebs.async.storage", value="0.2–0.55 CNY per GiB-month",
        why="No page read states a price.",
                  replaced_by="a quote", used_by=("shop",), influence=0.11),
    AssumptionUse(fact="detect.logical.latency", value="48 h",
        why="A weekend between the event and the first working day.",
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
        line("Traffic steering between the regions", "1", "instance-month", "600", sku="gtm.standard",
            mechanism="gtm",
             shared="gtm", region="all"),
        line("Bandwidth from cn-hangzhou to cn-shanghai", "20", "Mbit/s-month", None, sku="cen.bandwidth",
            shared="cen",
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
        "seed": 7, "samples": 10000, "objective": "min-cost", "currency": "CNY", "risk_level": "p95",
        "targets_given": True,
        "budget": BudgetUse(monthly=Decimal(60000), used=added, at_least=unpriced > 0),
        "solver": Solver(method="exact", status="optimal", gap=0.0, seconds=0.31, options=641, combinations="1.7e9"),
        "portfolio": Portfolio(
            workloads=len(chosen), targets_met=sum(item is True for item in after),
            targets_total=sum(item is not None for item in after),
                targets_met_before=sum(item is True for item in now),
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
            (
                ("search", ()),
                ("identity-sso", ()),
                ("会员中心", ("payments",)),
                ("data-lake", ("search",)),
                ("crm", ("shop",)),
            )
        )
    ]
    waves = (
        ("identity-sso", "payments", "search"),
        ("shop", LONG_NAME, "会员中心", "data-lake", "legacy-erp-报表"),
        ("crm",),
    )
    return make_plan([*base, *extra], waves=waves)


def hostile() -> Plan:
    """A plan in which every text that comes from outside carries markup, a terminal escape and a bidi override."""
    victim = shop()
    attack = {
        "name": HOSTILE, "found_by": HOSTILE, "option_id": HOSTILE, "mechanisms": (HOSTILE,),
        "needs_hard": (HOSTILE,),
        "zones": (HOSTILE,), "regions": (HOSTILE,),
        "components": tuple(item.model_copy(update={"name": HOSTILE, "kind": HOSTILE}) for item in victim.components),
        "actions": tuple(item.model_copy(update={"title": HOSTILE, "region": HOSTILE}) for item in victim.actions),
        "rejected": tuple(item.model_copy(update={"reason": HOSTILE,
        "option_id": HOSTILE}) for item in victim.rejected),
        "estimates": {
            name: item.model_copy(update={
                "limiting": HOSTILE, "worst_place": HOSTILE, "inherited_from": HOSTILE,
                "tasks": tuple(task.model_copy(update={"title": HOSTILE,
                "component": HOSTILE}) for task in item.tasks),
            })
            for name, item in victim.estimates.items()
        },
        "cost": victim.cost.model_copy(update={
            "steady": tuple(
                item.model_copy(update={"what_for": HOSTILE, "sku": HOSTILE,
                    "source": f"https://x.invalid/{HOSTILE}"})
                for item in victim.cost.steady
            ),
        }),
    }  # fmt: skip
    findings = (
        Finding(id="X", severity="high", title=HOSTILE, resource=HOSTILE, detail=HOSTILE, fix=HOSTILE, source=HOSTILE),
    )
    evidence = (Evidence(fact=HOSTILE, statement=HOSTILE, value=HOSTILE, source=f"javascript:{HOSTILE}",
        as_of=HOSTILE,
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
