"""All options of a workload: every compatible combination of choices, estimated, priced, and freed of dominated
ones."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from advisor.estimation.context import Context
from advisor.estimation.costs import Costing, added_lines
from advisor.estimation.costs.costing import DAYS_PER_MONTH
from advisor.estimation.costs.mechanisms import file_backup_gib
from advisor.estimation.costs.shared import FILE_BACKUP_QUOTA, FILE_BACKUP_SKU
from advisor.estimation.loss import LossRates, annual_loss
from advisor.estimation.measures import Choice, Dimension
from advisor.estimation.measures.dimensions import compatible
from advisor.estimation.outcome import QUANTILES, Outcome, evaluate
from advisor.estimation.sampling import Sampler
from advisor.model.cost import CostLine
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.finding import InputError, Mistake
from advisor.model.plan import Mechanism, Tier
from advisor.model.pricebook import MissingPrice
from advisor.model.recovery import Proposal, Protection
from advisor.model.targets import RiskLevel, Target

RELEVANT: Mapping[Disruption, frozenset[Mechanism]] = {
    "logical": frozenset({"snapshot_policy", "file_backup"}),
    "instance": frozenset({"file_backup", "alb_multi_zone", "rds_ha"}),
    "zone": frozenset(
        {
            "snapshot_policy",
            "file_backup",
            "regional_essd",
            "async_replication_zone",
            "standby_instance",
            "alb_multi_zone",
            "rds_ha",
        }
    ),
    "region": frozenset(
        {
            "snapshot_policy",
            "snapshot_copy",
            "async_replication_region",
            "standby_instance",
            "fleet_standby",
            "dts",
            "rds_cross_region_backup",
            "gtm",
        }
    ),
}
NOTHING = "keep"


@dataclass(frozen=True)
class Option:
    """A complete, feasible combination of protections for one workload, with its estimates and what it adds to the
    bill."""

    id: str
    choices: tuple[Choice, ...]
    outcomes: Mapping[Disruption, Outcome]
    monthly: Decimal
    unpriced: int
    changes: int
    loss: Decimal
    shared: frozenset[str]
    quota: Mapping[str, float]
    tier: Tier

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        return tuple(item for choice in self.choices for item in choice.proposals)

    @property
    def protections(self) -> tuple[Protection, ...]:
        return tuple(item.protection for item in self.proposals)

    @property
    def mechanisms(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.mechanism for item in self.proposals))


@dataclass(frozen=True)
class OptionSet:
    """The options worth choosing from, the estate as it is, and those that another one beats, with its id."""

    options: tuple[Option, ...]
    before: Option
    dominated: tuple[tuple[str, str, Tier, Decimal, tuple[str, ...]], ...]
    considered: int
    excluded: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Priced:
    choice: Choice
    lines: tuple[CostLine, ...]
    monthly: Decimal
    unpriced: int
    changes: int
    shared: frozenset[str]
    quota_gib: float
    protections: tuple[tuple[str, Protection], ...]


@dataclass(frozen=True)
class Builder:
    """Everything that options of one workload are built with."""

    context: Context
    costing: Costing
    sampler: Sampler
    rates: LossRates
    targets: Mapping[Disruption, Target]
    risk_level: RiskLevel
    admit_unpriced: bool
    coupled: bool = False

    def _credit(self, option: Option) -> float:
        """What the account's free quota of file backup could take off the option at most, per month."""
        used = option.quota.get(FILE_BACKUP_QUOTA, 0.0)
        price = self.costing.price(FILE_BACKUP_SKU, "all")
        if not used or isinstance(price, MissingPrice):
            return 0.0
        free = self.context.number("file_backup.essential.free_quota")
        return min(used, free) * float(price.deciding * DAYS_PER_MONTH)

    def build(self, dimensions: Sequence[Dimension]) -> OptionSet:
        """All non-dominated options; ties in dominance go to the earlier one in the order of the dimensions."""
        priced = [[self._price(choice) for choice in dimension.choices] for dimension in dimensions]
        cache: dict[tuple[Disruption, tuple[str, ...]], Outcome] = {}
        combos = []
        excluded = []
        for combo in itertools.product(*priced):
            if not self._admissible(combo):
                continue
            if sum(item.unpriced for item in combo) and not self.admit_unpriced:
                excluded.append((_option_id(combo), "it has a line with neither price nor assumption"))
                continue
            combos.append(self._option(combo, cache))
        if not combos:
            raise InputError([self._nothing_left(excluded)])
        before = self._option([self._price(Choice(NOTHING, ()))], cache)
        credits = [self._credit(option) for option in combos]
        kept, beaten = _pareto(combos, self.risk_level, credits, self.coupled)
        summary = tuple((item.id, winner.id, item.tier, item.monthly, item.mechanisms) for item, winner in beaten)
        return OptionSet(tuple(kept), before, summary, len(combos), tuple(excluded))

    def _nothing_left(self, excluded: Sequence[tuple[str, str]]) -> Mistake:
        """Why no option is left, told as a mistake in the targets file."""
        spec = self.context.spec
        problem = f"no option of workload '{spec.name}' satisfies its wishes"
        if spec.pin is not None:
            problem = f"'{spec.pin}' is no option of workload '{spec.name}'"
        hint = "Loosen pin, require or forbid" + (", or use --admit-unpriced." if excluded else ".")
        return Mistake("targets", spec.place, f"{problem}.", hint)

    def _admissible(self, combo: Sequence[_Priced]) -> bool:
        spec = self.context.spec
        if not compatible(item.choice for item in combo):
            return False
        used = {proposal.mechanism for item in combo for proposal in item.choice.proposals}
        if not used.issuperset(spec.require):
            return False
        return spec.pin is None or _option_id(combo) == spec.pin

    def _price(self, choice: Choice) -> _Priced:
        lines = added_lines(self.costing, choice.proposals)
        steady = [line for line in lines if line.state == "steady"]
        files = [item for item in choice.proposals if item.mechanism == "file_backup"]
        return _Priced(
            choice,
            lines,
            sum((line.monthly or Decimal(0) for line in steady), Decimal(0)),
            sum(line.monthly is None for line in steady),
            sum(item.touches for item in choice.proposals),
            frozenset(a.shared_id for item in choice.proposals for a in item.actions if a.shared_id),
            sum(file_backup_gib(self.costing, item) for item in files),
            tuple((_identity(item.protection), item.protection) for item in choice.proposals),
        )

    def _option(self, combo: Sequence[_Priced], cache: dict[tuple[Disruption, tuple[str, ...]], Outcome]) -> Option:
        protections = [pair for part in combo for pair in part.protections]
        outcomes: dict[Disruption, Outcome] = {}
        for disruption in DISRUPTIONS:
            relevant = [pair for pair in protections if pair[1].mechanism in RELEVANT[disruption]]
            key = (disruption, tuple(identity for identity, _ in relevant))
            if key not in cache:
                covering = [protection for _, protection in relevant]
                cache[key] = evaluate(self.context, disruption, covering, self.sampler)
            outcomes[disruption] = cache[key]
        quota = sum(item.quota_gib for item in combo)
        return Option(
            _option_id(combo),
            tuple(item.choice for item in combo),
            outcomes,
            sum((item.monthly for item in combo), Decimal(0)),
            sum(item.unpriced for item in combo),
            sum(item.changes for item in combo),
            self.loss_of(outcomes),
            frozenset().union(*(item.shared for item in combo)),
            {FILE_BACKUP_QUOTA: quota} if quota else {},
            tier_of(outcomes, self.targets, self.risk_level),
        )

    def loss_of(self, outcomes: Mapping[Disruption, Outcome]) -> Decimal:
        """Expected annual loss of these outcomes."""
        return annual_loss(
            self.rates,
            {disruption: outcome.mean_s for disruption, outcome in outcomes.items()},
            {disruption: outcome.expected_s for disruption, outcome in outcomes.items()},
        )


def _identity(protection: Protection) -> str:
    """A protection as text: the cache key, since its parameters do not hash."""
    params = sorted(f"{key}={value}" for key, value in protection.params.items())
    return f"{protection.mechanism} {protection.component} {','.join(protection.resources)} {';'.join(params)}"


def _option_id(combo: Sequence[_Priced]) -> str:
    chosen = [item.choice.id for item in combo if item.choice.id != NOTHING]
    return "+".join(chosen) or NOTHING


def meets(outcome: Outcome, target: Target, risk_level: RiskLevel) -> bool | None:
    """Whether worst-case RPO and the risk level's RTO are within the target; None without a target."""
    if not target.asks:
        return None
    within_rpo = target.rpo_s is None or outcome.worst_s <= target.rpo_s
    within_rto = target.rto_s is None or outcome.quantile(QUANTILES[risk_level]) <= target.rto_s
    return within_rpo and within_rto


def missed_parts(outcome: Outcome, target: Target, risk_level: RiskLevel) -> tuple[str, ...]:
    """What of a target is missed: ``rpo``, ``rto``, and ``unbounded`` where a loss or time that is asked for has no
    bound."""
    time = outcome.quantile(QUANTILES[risk_level])
    parts = []
    if target.rpo_s is not None and outcome.worst_s > target.rpo_s:
        parts.append("rpo")
    if target.rto_s is not None and time > target.rto_s:
        parts.append("rto")
    lost = target.rpo_s is not None and math.isinf(outcome.worst_s)
    if lost or (target.rto_s is not None and math.isinf(time)):
        parts.append("unbounded")
    return tuple(parts)


def tier_of(
    outcomes: Mapping[Disruption, Outcome], targets: Mapping[Disruption, Target], risk_level: RiskLevel
) -> Tier:
    """The widest disruption survived within target (with data and a way back, where there is no target)."""
    names: tuple[tuple[Disruption, Tier], ...] = (
        ("region", "cross-region"),
        ("zone", "multi-zone"),
        ("logical", "backup"),
    )
    for disruption, tier in names:
        outcome = outcomes[disruption]
        survives = outcome.recoverable and math.isfinite(outcome.worst_s)
        if survives and meets(outcome, targets.get(disruption, Target()), risk_level) is not False:
            return tier
    return "none"


def _pareto(
    options: Sequence[Option], risk_level: RiskLevel, credits: Sequence[float], coupled: bool
) -> tuple[list[Option], list[tuple[Option, Option]]]:
    """Options that no other one beats, and the beaten ones with their winner.

    A winner is no worse in changes, loss, every RPO and every RTO, has no more shared charges, and costs no more than
    the
    loser would with all the credit that a free quota could give it (``credits``, per option). Where other workloads
    depend on this one (or it on them), whole distributions count and not one quantile. Doing nothing is always kept: it
    is what "before" means."""
    vectors = _vectors(options, risk_level, coupled)
    order = sorted(range(len(options)), key=lambda index: (*vectors[index], options[index].id))
    kept: list[int] = []
    beaten: list[tuple[Option, Option]] = []
    table = np.empty((len(options), vectors.shape[1]))
    for index in order:
        best_case = vectors[index].copy()
        best_case[0] -= credits[index]
        rivals = np.flatnonzero((table[: len(kept)] <= best_case).all(axis=1))
        winner = next((kept[r] for r in rivals if options[kept[r]].shared <= options[index].shared), None)
        if winner is not None and options[index].id != NOTHING:
            beaten.append((options[index], options[winner]))
            continue
        table[len(kept)] = vectors[index]
        kept.append(index)
    return [options[index] for index in kept], beaten


def _vectors(options: Sequence[Option], risk_level: RiskLevel, coupled: bool) -> NDArray[np.float64]:
    """One row an option: cost, changes, loss, and for each disruption RPO and RTO (with more of its distribution, and
    of
    what follows a needed workload's return, where workloads wait for one another)."""
    levels = [0.5, 0.9, 0.95, 0.99] if coupled else [QUANTILES[risk_level]]
    known: dict[int, list[float]] = {}
    rows = []
    for option in options:
        row = [float(option.monthly), float(option.changes), float(option.loss)]
        for disruption in DISRUPTIONS:
            outcome = option.outcomes[disruption]
            if id(outcome) not in known:
                tail = [float(outcome.tail.max())] if coupled and outcome.tail is not None else [0.0]
                known[id(outcome)] = [outcome.worst_s, *(outcome.quantile(level) for level in levels), *tail]
            row += known[id(outcome)]
        rows.append(row)
    return np.array(rows)
