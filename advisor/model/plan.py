"""The plan: one option for every workload with its estimates, costs, actions and reasons (``plan.json``)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from advisor.model.cost import CostLine, CostTotal
from advisor.model.disruption import Disruption
from advisor.model.evidence import Confidence
from advisor.model.finding import Finding

Tier = Literal["none", "backup", "multi-zone", "cross-region"]
Mechanism = Literal[
    "snapshot_policy",
    "snapshot_copy",
    "file_backup",
    "regional_essd",
    "async_replication_zone",
    "async_replication_region",
    "alb_multi_zone",
    "fleet_standby",
    "standby_instance",
    "rds_ha",
    "rds_cross_region_backup",
    "dts",
    "gtm",
]

Obstacle = Literal["options", "other targets", "budget", "changes", "objective"]

OTHER_COMBINATIONS: Final = "other combinations"
LEFT_OUT: Final = "combinations left out"
"""The row among the rejected options of a workload that has more combinations than were compared."""


class Frozen(BaseModel):
    """The base of all parts of a plan: immutable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null", populate_by_name=True)


class TaskResult(Frozen):
    """One task of a recovery schedule. Times in seconds after the failure; ``share`` is the part of the P95 tail's
    critical
    path it takes (0–1). ``automatic`` tasks need nobody."""

    id: str
    component: str
    kind: str
    title: str
    after: tuple[str, ...]
    automatic: bool
    low_s: float
    likely_s: float
    high_s: float
    start_p50_s: float
    end_p50_s: float
    end_p95_s: float
    share: float
    facts: tuple[str, ...]


class ComponentRecovery(Frozen):
    """How one component comes through one disruption: RPO, the copy that serves, and the path taken."""

    component: str
    path: str
    served_from: str
    served_from_region: str | None
    rpo_worst_s: float | None
    rpo_expected_s: float | None
    rpo_unbounded: bool
    skew_s: float | None = None
    notes: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


class Sensitivity(Frozen):
    """How much of the P95 one input moves: P95 with the input at its low end and at its high end."""

    fact: str
    p95_low_s: float
    p95_high_s: float


class Estimate(Frozen):
    """RPO and RTO of a workload under one disruption. None with the matching ``…_unbounded`` means no bound;
    None with ``unknown`` that the inventory does not say enough to tell."""

    rpo_worst_s: float | None
    rpo_expected_s: float | None
    rto_p50_s: float | None
    rto_p90_s: float | None
    rto_p95_s: float | None
    rto_mean_s: float | None
    p_meets: float | None
    target_rpo_s: float | None
    target_rto_s: float | None
    meets: bool | None
    limiting: str
    confidence: Confidence
    facts: tuple[str, ...]
    unbounded: bool
    rpo_unbounded: bool
    rto_unbounded: bool
    unknown: bool = False
    worst_place: str | None = None
    inherited_from: str | None = None
    components: tuple[ComponentRecovery, ...] = ()
    tasks: tuple[TaskResult, ...] = ()
    sensitivity: tuple[Sensitivity, ...] = ()


class Action(Frozen):
    """One change to the estate. ``resources`` are the existing ids it touches; ``params`` depend on the mechanism:

    - snapshot_policy: interval_h, time_points [hours], weekdays [1–7], retention_days, policy_name, disk_ids,
      extends (existing policy id or null)
    - snapshot_copy: target_region, retention_days, disk_ids, policy_action (id of the snapshot_policy action, or null),
      extends (existing policy id or null)
    - file_backup: instance_ids, paths
    - regional_essd: disk_ids, target_zone
    - async_replication_zone / async_replication_region: disk_ids, target_region, target_zone, rpo_s,
      disks [{disk_id, size_gib, category, performance_level}]
    - standby_instance: instance_id, instance_type, target_region, target_zone, mode (stopped|running), image_id,
      system_disk_category, system_disk_size_gib
    - alb_multi_zone: vpc_id, zones [{zone, vswitch_id|null, cidr|null}], instance_ids, instance_type, image_id,
      security_group_ids,
      min_size, max_size, load_balancer_id|null, server_group_id|null, scaling_group_id|null, listener_port,
      listener_protocol,
      added_instances
    - fleet_standby: target_region, zones [..], instance_type, image_id, count, mode (warm|pilot), listener_port,
      listener_protocol
    - rds_ha: database_id, engine, engine_version, instance_class, storage_gib, storage_type, zone, slave_zone,
      vswitch_id
    - rds_cross_region_backup: database_id, target_region, retention_days
    - dts: database_id, target_region, target_zone, instance_class, engine, engine_version, storage_gib, dts_class,
      architecture
    - gtm: primary_region, target_region, addresses [..], ttl_s, interval_s, retries, health_port, health_protocol
    """

    id: str
    mechanism: Mechanism
    verb: Literal["create", "extend", "convert"]
    workload: str
    component: str
    title: str
    region: str
    resources: tuple[str, ...]
    touches: int
    params: dict[str, JsonValue]
    shared_id: str | None = None


class Rejected(Frozen):
    """An option that was not chosen, and why it lost."""

    option_id: str
    tier: Tier
    monthly_added: Decimal | None
    reason: str
    mechanisms: tuple[str, ...] = ()


class Infeasible(Frozen):
    """A protection that cannot be used for a component, and the fact that says so."""

    mechanism: Mechanism
    component: str
    resource: str
    reason: str
    fact: str | None = None


class Miss(Frozen):
    """A part of a target that the plan does not meet, and what it would take.

    ``weight``: what the whole target, as far as it is missed, counts among missed targets: the weight of the workload's
    class times a half each for data, time and having no way back. None in plans that were made before it was told.
    Missed targets stand in one order everywhere: the heaviest first, then by workload, disruption and part."""

    disruption: Disruption
    metric: Literal["rpo", "rto"]
    target_s: float
    estimate_s: float | None
    attainable: bool
    remedy: str
    extra_monthly: Decimal | None = None
    limiting: str = ""
    weight: float | None = None


class StandardLevel(Frozen):
    """The level of a standard that a workload reaches, what the next one lacks, and the cheapest option that reaches
    it (None: no option does)."""

    standard: str
    level: int | None
    next_level: int | None
    missing: str
    verify: bool
    source: str
    next_option: str | None = None
    next_extra_monthly: Decimal | None = None


class ComponentInfo(Frozen):
    """A component as people read it."""

    id: str
    kind: str
    name: str
    members: tuple[str, ...]
    disks: tuple[str, ...]
    zones: tuple[str, ...]
    quorum: int
    stateless: bool


class WorkloadCost(Frozen):
    """Lines by state, the added monthly total, and the present cost of the workload's own protections."""

    steady: tuple[CostLine, ...]
    drill: tuple[CostLine, ...]
    failover: tuple[CostLine, ...]
    failback: tuple[CostLine, ...]
    before: tuple[CostLine, ...]
    monthly_added: Decimal
    monthly_added_low: Decimal
    monthly_now: Decimal
    at_least: bool
    now_at_least: bool = False


class WorkloadPlan(Frozen):
    """What was chosen for one workload, and everything that speaks for and against it."""

    name: str
    found_by: str
    class_name: str = Field(serialization_alias="class", validation_alias="class")
    components: tuple[ComponentInfo, ...]
    regions: tuple[str, ...]
    zones: tuple[str, ...]
    needs_hard: tuple[str, ...]
    needs_soft: tuple[str, ...]
    tier: Tier
    tier_before: Tier
    option_id: str
    mechanisms: tuple[str, ...]
    changes: int
    actions: tuple[Action, ...]
    estimates: dict[Disruption, Estimate]
    before: dict[Disruption, Estimate]
    cost: WorkloadCost
    expected_annual_loss: Decimal
    expected_annual_loss_before: Decimal
    rejected: tuple[Rejected, ...]
    infeasible: tuple[Infeasible, ...]
    misses: tuple[Miss, ...]
    standards: tuple[StandardLevel, ...]
    findings: tuple[Finding, ...]
    options_considered: int


class Inputs(Frozen):
    """SHA-256 of everything the plan rests on."""

    inventory: str
    targets: str
    rules: str
    prices: str


class BudgetUse(Frozen):
    """The monthly cap, if any, what the plan uses of it, and, where more money would meet more targets, the least that
    meets all that can be met together."""

    monthly: Decimal | None
    used: Decimal
    at_least: bool
    for_all_targets: Decimal | None = None


class Solver(Frozen):
    """How the choice was made: method, status, proven gap (0: optimal), options and combinations; and how much
    expected loss a year the combinations that workloads leave out could save in this plan at the same cost."""

    method: str
    status: Literal["optimal", "bounded", "infeasible"]
    gap: float
    seconds: float | None
    options: int
    combinations: str
    loss_within: Decimal = Decimal(0)


class Portfolio(Frozen):
    """The estate in a line."""

    workloads: int
    targets_met: int
    targets_total: int
    targets_met_before: int
    monthly_now: Decimal
    monthly_now_at_least: bool
    monthly_added: Decimal
    monthly_added_low: Decimal
    unpriced: int
    expected_annual_loss_now: Decimal
    expected_annual_loss_after: Decimal


class FrontierPoint(Frozen):
    """One breakpoint of the cost–risk frontier: no plan that costs at most this loses less than ``loss_at_least`` (its
    own loss, where it is ``exact``; None: not known), and none that costs at most ``holds_until`` (None: at any cost)
    does either."""

    monthly_added: Decimal
    expected_annual_loss: Decimal
    targets_met: int
    exact: bool = True
    loss_at_least: Decimal | None = None
    holds_until: Decimal | None = None


class Marginal(Frozen):
    """What the next step of budget would buy."""

    extra_monthly: Decimal
    targets_gained: int
    expected_annual_loss_saved: Decimal
    workloads: tuple[str, ...]
    detail: str


class Relief(Frozen):
    """What stands in the way of a missed target: no combination of options meets it; another target would have to be
    given up or missed by more; the budget; the limit on changes; or the objective. ``extra_monthly`` is the least money
    beyond the plan's that meets it with all that the plan meets, and ``workloads`` are those whose option would
    change."""

    workload: str
    disruption: Disruption
    obstacle: Obstacle
    extra_monthly: Decimal | None
    workloads: tuple[str, ...]
    detail: str


class SkippedItem(Frozen):
    """Something the plan leaves out, why, and what to do about it."""

    resource: str
    reason: str
    remedy: str = ""


class AssumptionUse(Frozen):
    """An assumption the plan rests on: its value with unit, why it was made, what would replace it, how much it
    moves."""

    fact: str
    value: str
    why: str
    replaced_by: str | None = None
    used_by: tuple[str, ...] = ()
    influence: float = 0.0


class Evidence(Frozen):
    """A fact the plan rests on, as shown in its annex."""

    fact: str
    statement: str
    value: str
    source: str
    as_of: str | None
    confidence: Confidence
    overridden: bool = False


class Plan(Frozen):
    """The whole result; see docs/schema/plan.schema.json. ``frontier_complete``: the options that were compared make no
    other breakpoint; ``frontier_within``: how much less than any of them the combinations that workloads leave out
    could lose a year."""

    version: str
    created: date
    inputs: Inputs
    seed: int
    samples: int
    objective: str
    currency: str
    risk_level: str
    targets_given: bool
    budget: BudgetUse
    solver: Solver
    portfolio: Portfolio
    workloads: tuple[WorkloadPlan, ...]
    shared_costs: tuple[CostLine, ...]
    shared_total: CostTotal
    findings: tuple[Finding, ...]
    frontier: tuple[FrontierPoint, ...]
    frontier_complete: bool = False
    frontier_within: Decimal = Decimal(0)
    marginal: tuple[Marginal, ...]
    reliefs: tuple[Relief, ...] = ()
    skipped: tuple[SkippedItem, ...]
    assumptions: tuple[AssumptionUse, ...]
    evidence: tuple[Evidence, ...]
    waves: tuple[tuple[str, ...], ...]
    price_notes: tuple[str, ...] = ()
