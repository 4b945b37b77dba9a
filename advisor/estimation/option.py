"""One option of a workload, the set of those worth choosing from, and how an outcome stands to a target."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from advisor.estimation.measures import Choice
from advisor.estimation.outcome import QUANTILES, Outcome
from advisor.model.disruption import Disruption
from advisor.model.plan import Tier
from advisor.model.recovery import Proposal, Protection
from advisor.model.targets import RiskLevel, Target


def _unknown(option_id: str) -> str | None:  # noqa: ARG001
    return None


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
class Beaten:
    """An option that another one beats: in every figure (``outright``), or in all that decides."""

    id: str
    winner: str
    tier: Tier
    monthly: Decimal
    mechanisms: tuple[str, ...]
    outright: bool = True


@dataclass(frozen=True)
class OptionSet:
    """The options worth choosing from, the estate as it is, and examples of those that another one beats, with its id.

    ``considered`` of the ``combinations`` that there are were compared; they are all where ``complete``, and then
    ``winner`` names for any of them the option that is at least as good in everything – or in all that decides, where
    ``within`` is given: then an option that is left out costs no less, touches no less and meets no more targets than
    its winner, and would save less than that much expected loss a year. What one could save in the plan at hand is
    ``unsettled``, where that has been looked at."""

    options: tuple[Option, ...]
    before: Option
    dominated: tuple[Beaten, ...]
    considered: int
    excluded: tuple[tuple[str, str], ...] = ()
    combinations: int = 0
    complete: bool = True
    winner: Callable[[str], str | None] = field(default=_unknown, compare=False, repr=False)
    within: Decimal | None = None
    unsettled: Decimal | None = None

    @property
    def left_open(self) -> Decimal:
        """What an option that is left out could save of the expected loss a year in the plan at hand, at most."""
        return (self.within if self.unsettled is None else self.unsettled) or Decimal(0)

    def lean(self) -> OptionSet:
        """The same without ``winner``, which holds all packages of the workload: an estate has too many to keep."""
        return replace(self, winner=_unknown)


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
    parts = []
    if target.rpo_s is not None and outcome.worst_s > target.rpo_s:
        parts.append("rpo")
    if target.rto_s is not None and not outcome.is_within(QUANTILES[risk_level], target.rto_s):
        parts.append("rto")
    lost = target.rpo_s is not None and math.isinf(outcome.worst_s)
    if lost or (target.rto_s is not None and not outcome.recoverable):
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
