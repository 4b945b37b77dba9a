"""What the optimiser is given and what it answers: plain numbers, nothing of clouds or files.

Money is whole cents here (``int``), so that sums are exact; quotas are in their own unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from advisor.model.targets import Objective

SolverStatus = Literal["optimal", "bounded", "infeasible"]
MICRO: Final = 1_000_000
MOST_WEIGHT: Final = 1_000_000.0


def whole_weight(weight: float) -> int:
    """The weight of a missed target in millionths, in which weights are added and compared: exactly, whatever their
    order. Raises ``ValueError`` for one that is negative, no number or above ``MOST_WEIGHT``."""
    if not 0 <= weight <= MOST_WEIGHT:
        raise ValueError(f"the weight of a target is between 0 and {MOST_WEIGHT:,.0f}, not {weight}")
    return round(weight * MICRO)


def sum_of_weights(weights: Iterable[float]) -> float:
    """The weights added up in millionths."""
    return sum(map(whole_weight, weights)) / MICRO


@dataclass(frozen=True, slots=True)
class ProblemOption:
    """One option of a workload. ``missed`` maps each missed target (a disruption) to its weight; ``shared`` are
    charges paid
    once however many use them; ``quota`` is what the option uses of account-wide free quotas (its cost counts it in
    full)."""

    id: str
    cost: int
    loss: int
    changes: int
    missed: Mapping[str, float] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()
    quota: Mapping[str, float] = field(default_factory=dict)
    tier: str = ""

    @property
    def miss_weight(self) -> float:
        return sum_of_weights(self.missed.values())


@dataclass(frozen=True, slots=True)
class ProblemWorkload:
    """A workload and its options; exactly one is chosen."""

    name: str
    options: tuple[ProblemOption, ...]


@dataclass(frozen=True, slots=True)
class Coupling:
    """A target of ``dependent`` that some options of ``needed`` break: ``breaks`` maps an option of the dependent to
    those
    options of the needed workload with which the target ``key`` is missed (``weight``)."""

    dependent: str
    needed: str
    key: str
    weight: float
    breaks: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What ``dependent`` loses more a year, in cents, because ``needed`` is back late: ``extra`` maps an option of the
    dependent to options of the needed workload to that amount (not listed: nothing). Of several that name the same
    ``key`` of one dependent the largest counts: it waits for all at once, not for one after the other."""

    dependent: str
    needed: str
    key: str
    extra: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Joint:
    """What only several needed workloads together do to ``dependent``: where every workload in ``options`` (the
    dependent among them) takes one of the options named for it, the target ``key`` is missed (``missed``: its weight),
    or the loss ``key`` is at least ``loss`` cents a year."""

    dependent: str
    key: str
    options: Mapping[str, frozenset[str]]
    missed: float = 0.0
    loss: int = 0


@dataclass(frozen=True, slots=True)
class FreeQuota:
    """An account-wide free quota: the first ``free`` units of all options together cost nothing at
    ``cents_per_unit``."""

    free: float
    cents_per_unit: float


@dataclass(frozen=True)
class Problem:
    """Choose one option a workload. ``budget`` caps own costs plus shared charges less quota credit, in cents."""

    workloads: tuple[ProblemWorkload, ...]
    objective: Objective
    budget: int | None = None
    shared: Mapping[str, int] = field(default_factory=dict)
    quotas: Mapping[str, FreeQuota] = field(default_factory=dict)
    couplings: tuple[Coupling, ...] = ()
    max_changes: int | None = None
    targets_first: bool = True
    waits: tuple[Waiting, ...] = ()
    joints: tuple[Joint, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """What a choice comes to: cost with shared charges and quota credit, loss with what waiting for others adds, weight
    of missed targets, changes."""

    cost: int
    loss: int
    miss_weight: float
    changes: int


@dataclass(frozen=True)
class Solution:
    """The chosen option of every workload, how it was found, and the proven gap (0: optimal)."""

    status: SolverStatus
    method: str
    gap: float
    choices: Mapping[str, str]
    totals: Totals
    combinations: str = ""
