"""The report: what a page, a chart or a screen shows of a plan. Texts are final: rounded, with unit and currency.

Numbers that remain numbers (``…_s``, ``x``, ``y``, ``amount``) only place marks on charts; no page prints them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from advisor.model.disruption import Disruption

Status = Literal["met", "missed", "unbounded", "no_target"]
CostSegment = tuple[str, float, str]  # mechanism, length, amount in words


@dataclass(frozen=True, slots=True)
class Change:
    """One figure before and after, with what must be known to read it."""

    label: str
    before: str
    after: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class DisruptionLine:
    """The whole estate under one disruption: workloads within target, worst data loss, slowest recovery."""

    title: str
    strikes: str
    met: Change
    loss: Change
    recovery: Change


@dataclass(frozen=True, slots=True)
class MissView:
    """A target that stays unmet: how far off, why, and what would meet it."""

    workload: str
    disruption: str
    metric: str
    target: str
    estimate: str
    limiting: str
    remedy: str
    extra: str
    attainable: bool
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class ConfirmView:
    """Something to confirm before signing: an assumption or a missing price, and what would settle it."""

    title: str
    value: str
    why: str
    settle: str
    used_by: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Page one: what is asked, what it buys, what stays unmet, what to confirm first.

    ``headline`` is the amount to approve, or that nothing was found."""

    headline: str
    ask: str
    amount: str
    context: tuple[str, ...]
    changes: tuple[Change, ...]
    disruptions: tuple[DisruptionLine, ...]
    misses: tuple[MissView, ...]
    confirm: tuple[ConfirmView, ...]


@dataclass(frozen=True, slots=True)
class EstimateView:
    """One estimate in words. ``p50_s`` … ``target_s`` place chart marks (None: unbounded, unknown or no target)."""

    status: Status
    rpo_worst: str
    rpo_expected: str
    rto_p50: str
    rto_p90: str
    rto_p95: str
    rto_deciding: str
    chance: str
    rpo_met: bool | None
    rto_met: bool | None
    limiting: str
    paths: tuple[str, ...]
    notes: tuple[str, ...]
    confidence: str
    sources: tuple[int, ...]
    p50_s: float | None
    p95_s: float | None
    target_s: float | None


@dataclass(frozen=True, slots=True)
class DisruptionView:
    """A workload under one disruption, now and with the plan."""

    disruption: Disruption
    title: str
    place: str
    target_rpo: str
    target_rto: str
    before: EstimateView
    after: EstimateView


@dataclass(frozen=True, slots=True)
class LineView:
    """One cost line with its arithmetic. ``amount`` is ``unpriced`` where no price is known."""

    what_for: str
    sku: str
    quantity: str
    unit_price: str
    amount: str
    span: str
    source: int
    as_of: str
    confidence: str
    shared: bool
    region: str


@dataclass(frozen=True, slots=True)
class CostTable:
    """The lines of one state with their total, which says "at least" where a line is unpriced."""

    title: str
    per: str
    lines: tuple[LineView, ...]
    total: str


@dataclass(frozen=True, slots=True)
class ActionView:
    """One change to the estate in words."""

    number: int
    title: str
    verb: str
    where: str
    touches: str


@dataclass(frozen=True, slots=True)
class RejectedView:
    """An option that lost, at which price, and why."""

    tier: str
    option_id: str
    added: str
    reason: str


@dataclass(frozen=True, slots=True)
class InfeasibleView:
    """A protection that cannot be used, and the fact that says so (0: none given)."""

    mechanism: str
    component: str
    resource: str
    reason: str
    source: int


@dataclass(frozen=True, slots=True)
class GanttBar:
    """One recovery task: solid from start to its P50 end, thin on to its P95 end."""

    title: str
    component: str
    start_s: float
    end_p50_s: float
    end_p95_s: float
    automatic: bool
    critical: bool
    share: str


@dataclass(frozen=True, slots=True)
class Gantt:
    """The recovery schedule of one workload under one disruption: its own, which ``waits_for`` is no part of."""

    workload: str
    disruption: str
    bars: tuple[GanttBar, ...]
    omitted: int
    target_s: float | None
    target: str
    p95_s: float
    p95: str
    waits_for: str = ""


@dataclass(frozen=True, slots=True)
class SensitivityView:
    """How far one input moves the P95."""

    title: str
    low: str
    high: str
    source: int


@dataclass(frozen=True, slots=True)
class StandardView:
    """The level of a standard that a workload reaches, and what the next one lacks."""

    workload: str
    standard: str
    level: str
    missing: str
    source: int
    verify: bool


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding with its place."""

    id: str
    severity: str
    title: str
    workload: str
    resource: str
    detail: str
    fix: str
    also: str
    source: int


@dataclass(frozen=True, slots=True)
class WorkloadView:
    """Everything shown about one workload."""

    name: str
    anchor: str
    class_name: str
    verdict: str
    status: Status
    what: tuple[tuple[str, str], ...]
    why: tuple[str, ...]
    tier_before: str
    tier: str
    met: str
    added: str
    loss: Change
    disruptions: tuple[DisruptionView, ...]
    misses: tuple[MissView, ...]
    actions: tuple[ActionView, ...]
    costs: tuple[CostTable, ...]
    rejected: tuple[RejectedView, ...]
    infeasible: tuple[InfeasibleView, ...]
    gantt: Gantt | None
    sensitivity: tuple[SensitivityView, ...]
    findings: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True)
class FrontierDot:
    """One breakpoint of the cost–risk frontier; ``proven`` is False where the solver left a gap."""

    x: float
    y: float
    cost: str
    loss: str
    targets_met: int
    proven: bool


@dataclass(frozen=True, slots=True)
class FrontierView:
    """The frontier with the plan's own point and, where there is one, the budget. ``note``: how complete it is."""

    dots: tuple[FrontierDot, ...]
    chosen: FrontierDot
    budget: float | None
    budget_text: str
    targets_total: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class CostBar:
    """The added monthly cost of one workload (or of the shared charges) by mechanism."""

    name: str
    segments: tuple[CostSegment, ...]
    total: str


@dataclass(frozen=True, slots=True)
class MapBox:
    """A workload on the dependency map, in its recovery wave (1: first)."""

    name: str
    wave: int
    note: str
    status: Status


@dataclass(frozen=True, slots=True)
class MapEdge:
    """``source`` needs ``target``."""

    source: str
    target: str
    hard: bool


@dataclass(frozen=True, slots=True)
class MapView:
    """Workloads by recovery wave, and who needs whom."""

    boxes: tuple[MapBox, ...]
    edges: tuple[MapEdge, ...]
    waves: int
    cycles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MarginalView:
    """What a little more or less budget would do."""

    extra: str
    gained: str
    loss: str
    detail: str


@dataclass(frozen=True, slots=True)
class StateTotals:
    """The cost of a workload, of the shared charges or of the whole: now, then added by state in their order."""

    name: str
    amounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrillView:
    """One drill: what it must show, and how the plan expects it to go."""

    workload: str
    disruption: str
    expected: str
    passes: str
    tasks: str
    cost: str


@dataclass(frozen=True, slots=True)
class SourceView:
    """A numbered source: a fact of the rule book, or the page a price was read from."""

    number: int
    title: str
    value: str
    source: str
    as_of: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report."""

    title: str
    subtitle: str
    created: str
    plan_id: str
    version: str
    currency: str
    risk_level: str
    samples: str
    decision: Decision
    workloads: tuple[WorkloadView, ...]
    shared_added: str
    frontier: FrontierView | None
    cost_bars: tuple[CostBar, ...]
    map: MapView
    marginal: tuple[MarginalView, ...]
    findings: tuple[FindingView, ...]
    state_totals: tuple[StateTotals, ...]
    shared: CostTable
    drills: tuple[DrillView, ...]
    assumptions: tuple[ConfirmView, ...]
    sources: tuple[SourceView, ...]
    standards: tuple[StandardView, ...]
    skipped: tuple[tuple[str, str], ...]
    solver: tuple[str, ...]
    price_notes: tuple[str, ...]
    inputs: tuple[tuple[str, str], ...]
