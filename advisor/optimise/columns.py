"""Problems as columns: one row per option, no object per option, so that a million workloads fit in memory.

The order given is the order of names: ties between workloads and between options fall to the smaller row.
``columns_of`` turns a ``Problem`` into columns in the canonical order (workload name; then cost, changes, id).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from advisor.model.option import MICRO, Coupling, Joint, Problem, ProblemWorkload, SolverStatus, Totals
from advisor.model.targets import Objective
from advisor.optimise.totals import coupling_weights

# Of whole cents, or millionths of weights: a year's cost and loss in one sum stay far below 2^63.
LARGEST: Final = 2.0**58
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Charge:
    """A charge in cents that is paid once when any of ``options`` (rows of the problem) is chosen."""

    cost: int
    options: Ints


@dataclass(frozen=True, eq=False)
class Quota:
    """The first ``free`` units used by all options together are credited at ``cents_per_unit``; ``used`` goes with
    the rows ``options``."""

    free: float
    cents_per_unit: float
    options: Ints
    used: Floats


@dataclass(frozen=True, eq=False)
class Link:
    """``broken[i, j]``: option i of ``dependent`` with option j of ``needed`` misses the target ``key``, which is
    counted once (``weight``) however many links of that key break. Keys are numbered over the whole problem."""

    dependent: int
    needed: int
    key: int
    weight: float
    broken: Bools


@dataclass(frozen=True, eq=False)
class Wait:
    """``extra[i, j]``: what option i of ``dependent`` loses more a year, in cents, beside option j of ``needed``. Of
    all waits and groups of one ``key`` the largest counts. Keys of waits are numbered by themselves."""

    dependent: int
    needed: int
    key: int
    extra: Ints


@dataclass(frozen=True, eq=False)
class Group:
    """Where every workload of ``ends`` takes one of its ``options`` (one mask an end, the dependent's first), the
    target ``key`` is missed (``weight`` above 0, a key of links) or the loss ``key`` (a key of waits) is at least
    ``loss``."""

    ends: tuple[int, ...]
    options: tuple[Bools, ...]
    key: int
    weight: float = 0.0
    loss: int = 0


@dataclass(frozen=True, eq=False)
class ColumnarProblem:
    """Options of workload w are the rows ``offsets[w]`` to ``offsets[w + 1]``; the rest is as in ``Problem``.

    ``miss`` is the weight of an option's own missed targets; a link's table (a group's mask of the dependent) is False
    where they include its key."""

    offsets: Ints
    cost: Ints
    loss: Ints
    changes: Ints
    miss: Floats
    objective: Objective
    budget: int | None = None
    max_changes: int | None = None
    targets_first: bool = True
    charges: tuple[Charge, ...] = ()
    quotas: tuple[Quota, ...] = ()
    links: tuple[Link, ...] = ()
    waits: tuple[Wait, ...] = ()
    groups: tuple[Group, ...] = ()

    def __post_init__(self) -> None:
        if self.offsets.size < 2 or self.offsets[0] != 0 or np.any(np.diff(self.offsets) < 1):
            raise ValueError("offsets start at 0, and there is a workload and an option of every one")
        sizes = {array.size for array in (self.cost, self.loss, self.changes, self.miss)}
        if sizes != {int(self.offsets[-1])}:
            raise ValueError("cost, loss, changes and miss need one entry an option")
        if any(_most(values, self.offsets) > LARGEST for values in (self.cost, self.loss, self.miss * MICRO)):
            raise ValueError("what all workloads together cost, lose or miss is more than can be added up exactly")


def _most(values: Ints | Floats, offsets: Ints) -> float:
    """About the largest amount that a choice can come to."""
    return float(np.maximum.reduceat(np.abs(values.astype(np.float64)), offsets[:-1]).sum())


@dataclass(frozen=True, eq=False)
class ColumnarSolution:
    """The chosen row of every workload, how it was found, the proven gap of the stage that binds, and what each stage
    cannot be better than (missed weight; the objective in cents or changes)."""

    status: SolverStatus
    method: str
    gap: float
    picks: Ints
    totals: Totals
    bounds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Names:
    """Names behind the rows of a converted problem."""

    workloads: tuple[str, ...]
    options: tuple[str, ...]

    def choices(self, picks: Ints) -> dict[str, str]:
        """The id of the picked option by workload."""
        return {name: self.options[row] for name, row in zip(self.workloads, picks.tolist(), strict=True)}

    def picks(self, choices: Mapping[str, str], offsets: Ints) -> Ints:
        """The row of the chosen option of each workload; ``offsets`` as in the problem."""
        ends = zip(self.workloads, offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
        return np.array([self.options.index(choices[name], first, last) for name, first, last in ends], np.int64)


@dataclass
class _Gathered:
    """What several options share, collected row by row."""

    charges: dict[str, list[int]] = field(default_factory=dict)
    quotas: dict[str, list[tuple[int, float]]] = field(default_factory=dict)


def sorted_problem(problem: Problem) -> Problem:
    """Workloads by name, options by cost, changes and id, couplings by their ends: the order of the ties."""
    workloads = tuple(
        replace(item, options=tuple(sorted(item.options, key=lambda o: (o.cost, o.changes, o.id))))
        for item in sorted(problem.workloads, key=lambda item: item.name)
    )
    couplings = tuple(sorted(problem.couplings, key=lambda c: (c.dependent, c.needed, c.key)))
    waits = tuple(sorted(problem.waits, key=lambda w: (w.dependent, w.needed, w.key)))
    joints = tuple(sorted(problem.joints, key=_joint_order))
    return replace(problem, workloads=workloads, couplings=couplings, waits=waits, joints=joints)


def _joint_order(joint: Joint) -> tuple[str, str, float, int, list[tuple[str, list[str]]]]:
    options = [(name, sorted(options)) for name, options in sorted(joint.options.items())]
    return joint.dependent, joint.key, joint.missed, joint.loss, options


def columns_of(problem: Problem) -> tuple[ColumnarProblem, Names]:
    """The columns of ``problem`` in canonical order, and the names of their rows."""
    problem = sorted_problem(problem)
    options = [option for workload in problem.workloads for option in workload.options]
    gathered = _Gathered()
    for row, option in enumerate(options):
        for item in option.shared:
            gathered.charges.setdefault(item, []).append(row)
        for name, used in option.quota.items():
            gathered.quotas.setdefault(name, []).append((row, used))
    offsets = np.cumsum([0, *(len(workload.options) for workload in problem.workloads)], dtype=np.int64)
    columns = ColumnarProblem(
        offsets,
        np.array([option.cost for option in options], np.int64),
        np.array([option.loss for option in options], np.int64),
        np.array([option.changes for option in options], np.int64),
        np.array([option.miss_weight for option in options], np.float64),
        problem.objective,
        problem.budget,
        problem.max_changes,
        problem.targets_first,
        tuple(Charge(problem.shared.get(k, 0), np.array(v, np.int64)) for k, v in sorted(gathered.charges.items())),
        tuple(_quotas(problem, gathered)),
        tuple(_links(problem)),
        tuple(_waits(problem)),
        tuple(_groups(problem)),
    )
    return columns, Names(tuple(w.name for w in problem.workloads), tuple(option.id for option in options))


def _quotas(problem: Problem, gathered: _Gathered) -> list[Quota]:
    found = []
    for name, quota in sorted(problem.quotas.items()):
        rows = gathered.quotas.get(name, [])
        rows_array = np.array([row for row, _ in rows], np.int64)
        used = np.array([amount for _, amount in rows], np.float64)
        found.append(Quota(quota.free, quota.cents_per_unit, rows_array, used))
    return found


def _links(problem: Problem) -> list[Link]:
    weights = coupling_weights(problem)
    keys = {key: number for number, key in enumerate(sorted(weights))}
    place = {workload.name: number for number, workload in enumerate(problem.workloads)}
    found = []
    for coupling in problem.couplings:
        dependent, needed = place[coupling.dependent], place[coupling.needed]
        table = _table(coupling, problem.workloads[dependent], problem.workloads[needed])
        if table.any():
            key = (coupling.dependent, coupling.key)
            found.append(Link(dependent, needed, keys[key], weights[key], table))
    return found


def _loss_keys(problem: Problem) -> dict[tuple[str, str], int]:
    names = {(item.dependent, item.key) for item in problem.waits}
    names |= {(item.dependent, item.key) for item in problem.joints if item.loss}
    return {key: number for number, key in enumerate(sorted(names))}


def _waits(problem: Problem) -> list[Wait]:
    keys = _loss_keys(problem)
    place = {workload.name: number for number, workload in enumerate(problem.workloads)}
    found = []
    for wait in problem.waits:
        dependent, needed = place[wait.dependent], place[wait.needed]
        columns = {option.id: number for number, option in enumerate(problem.workloads[needed].options)}
        table = np.zeros((len(problem.workloads[dependent].options), len(columns)), np.int64)
        for row, option in enumerate(problem.workloads[dependent].options):
            for other, amount in wait.extra.get(option.id, {}).items():
                if other in columns:
                    table[row, columns[other]] = amount
        if table.any():
            found.append(Wait(dependent, needed, keys[wait.dependent, wait.key], table))
    return found


def _groups(problem: Problem) -> list[Group]:
    weights = coupling_weights(problem)
    missed = {key: number for number, key in enumerate(sorted(weights))}
    losses = _loss_keys(problem)
    place = {workload.name: number for number, workload in enumerate(problem.workloads)}
    found = []
    for joint in problem.joints:
        ends = tuple(place[name] for name in (joint.dependent, *sorted(joint.options.keys() - {joint.dependent})))
        masks = [_mask(problem.workloads[end], joint) for end in ends]
        key = (joint.dependent, joint.key)
        if joint.loss:
            found.append(Group(ends, tuple(masks), losses[key], loss=joint.loss))
        if joint.missed:
            masks[0] = masks[0] & np.array([joint.key not in o.missed for o in problem.workloads[ends[0]].options])
            found.append(Group(ends, tuple(masks), missed[key], weight=weights[key]))
    return found


def _mask(workload: ProblemWorkload, joint: Joint) -> Bools:
    return np.array([option.id in joint.options[workload.name] for option in workload.options], np.bool_)


def _table(coupling: Coupling, dependent: ProblemWorkload, needed: ProblemWorkload) -> Bools:
    table = np.zeros((len(dependent.options), len(needed.options)), np.bool_)
    for row, option in enumerate(dependent.options):
        broken = coupling.breaks.get(option.id, frozenset())
        if broken and coupling.key not in option.missed:
            table[row] = [other.id in broken for other in needed.options]
    return table
