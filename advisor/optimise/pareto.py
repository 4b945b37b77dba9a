"""All breakpoints of the cost-risk frontier by merging Pareto sets, one workload after the other.

Without couplings the frontier of a sum is what is left of all sums of frontiers (Nemhauser and Ullmann, Discrete
dynamic programming and capital allocation, Management Science 15, 1969). Workloads whose loss depends on one another
are listed in all combinations first. Shared charges are decided beforehand, every set of them once. A free quota makes
the cost the larger of two sums (all units credited; the whole quota credited), and labels are compared in both.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from advisor.optimise.columns import Bools, Floats, Ints
from advisor.optimise.components import connected
from advisor.optimise.prune import amounts_of
from advisor.optimise.system import ROUNDING, System

LISTED: Final = 1_000_000
CHARGES: Final = 6


class TooManyError(Exception):
    """The lists would pass what is worth listing."""


@dataclass(frozen=True, eq=False)
class Labels:
    """Partial choices: cost before any credit, what all used units of the quota are worth, loss, missed weight, and
    the chosen rows (one column a workload, whose numbers are ``workloads``)."""

    workloads: tuple[int, ...]
    cost: Ints
    worth: Floats
    loss: Ints
    miss: Ints
    rows: Ints

    def take(self, places: Ints) -> Labels:
        """Some of the labels."""
        cost, worth, loss, miss = self.cost[places], self.worth[places], self.loss[places], self.miss[places]
        return Labels(self.workloads, cost, worth, loss, miss, self.rows[places])


def breakpoints(system: System, possible: Bools | None) -> Ints | None:
    """The chosen rows of every Pareto-optimal (cost, loss), one choice a line from the cheapest to the safest, of
    equals one that misses least by its own options; None where that many cannot be listed. Limits are not looked at."""
    if len(system.quotas) > 1 or len(system.charges) > CHARGES:
        return None
    try:
        return _Merging(system, possible).run()
    except TooManyError:
        return None


class _Merging:
    def __init__(self, system: System, possible: Bools | None) -> None:
        self.system = system
        self.possible = np.ones(system.size, np.bool_) if possible is None else possible
        self.worth = np.zeros(system.size)
        self.full = 0.0
        for quota in system.quotas:
            self.worth[quota.options] = quota.used * quota.cents_per_unit
            self.full = quota.free * quota.cents_per_unit
        self.users = np.zeros((len(system.charges), system.size), np.bool_)
        for number, charge in enumerate(system.charges):
            self.users[number, charge.options] = True
        near: dict[int, set[int]] = defaultdict(set)
        waits = system.waits
        ends = [(int(waits.dependent[n]), int(waits.needed[n])) for n in range(waits.key.size) if waits.table(n).any()]
        ends += [pair for group in system.groups if group.loss for pair in itertools.pairwise(group.ends)]
        for one, other in ends:
            near[one].add(other)
            near[other].add(one)
        self.parts = connected(range(system.workloads), near)
        self.amounts = amounts_of(system)

    def run(self) -> Ints:
        """All sets of charges, each with what it allows; the best of all."""
        offsets = self.system.problem.offsets
        users: Bools = np.asarray(self.users.any(axis=0), np.bool_)
        charged = [part for part in self.parts if any(users[offsets[w] : offsets[w + 1]].any() for w in part)]
        plain = self._merged([part for part in self.parts if part not in charged], self.possible)
        found: list[tuple[int, Labels]] = []
        for paid in itertools.product((False, True), repeat=len(self.system.charges)):
            barred = self.users[~np.array(paid, np.bool_)].any(axis=0)
            labels = self._merged(charged, self.possible & ~barred, plain)
            if labels is not None:
                cost = sum(charge.cost for charge, pays in zip(self.system.charges, paid, strict=True) if pays)
                found.append((cost, labels))
        return self._best(found)

    def _best(self, found: Sequence[tuple[int, Labels]]) -> Ints:
        """The lines of the final frontier, workloads in their order."""
        rows = np.concatenate([labels.rows for _, labels in found])
        cost = np.concatenate([cost + labels.cost - self._credit(labels.worth) for cost, labels in found])
        loss, miss = (np.concatenate([getattr(labels, name) for _, labels in found]) for name in ("loss", "miss"))
        result: Ints = rows[_flat(cost, loss, miss)][:, np.argsort(found[0][1].workloads)]
        return result

    def _credit(self, worth: Floats) -> Ints:
        return np.floor(np.minimum(worth, self.full) + ROUNDING).astype(np.int64)

    def _merged(self, parts: Sequence[tuple[int, ...]], allowed: Bools, start: Labels | None = None) -> Labels | None:
        """The Pareto set of several parts together; None where one has no option left."""
        whole = start
        for part in parts:
            labels = self._listed(part, allowed)
            if labels is None:
                return None
            whole = labels if whole is None else self._sums(whole, labels)
        return whole

    def _sums(self, one: Labels, other: Labels) -> Labels:
        if one.cost.size * other.cost.size > LISTED:
            raise TooManyError
        cost, worth, loss, miss = (
            np.add.outer(getattr(one, name), getattr(other, name)).ravel() for name in ("cost", "worth", "loss", "miss")
        )
        left = self._pareto(cost, worth, loss, miss)
        first, second = np.divmod(left, other.cost.size)
        rows = np.hstack([one.rows[first], other.rows[second]])
        return Labels((*one.workloads, *other.workloads), cost[left], worth[left], loss[left], miss[left], rows)

    def _listed(self, part: tuple[int, ...], allowed: Bools) -> Labels | None:
        """The Pareto set of workloads that must be looked at together."""
        offsets = self.system.problem.offsets
        options = [offsets[w] + np.flatnonzero(allowed[offsets[w] : offsets[w + 1]]) for w in part]
        if len(part) > 1:
            options = [self._useful(w, rows) for w, rows in zip(part, options, strict=True)]
        count = int(np.prod([rows.size for rows in options], dtype=float))
        if not count:
            return None
        if count > LISTED:
            raise TooManyError
        rows = np.stack(np.meshgrid(*options, indexing="ij"), axis=-1).reshape(-1, len(part))
        cost, loss, miss = (self.system.measure(name)[rows].sum(axis=1) for name in ("cost", "loss", "miss"))
        labels = Labels(part, cost, self.worth[rows].sum(axis=1), loss + self._waiting(part, rows), miss, rows)
        return labels.take(self._pareto(labels.cost, labels.worth, labels.loss, labels.miss))

    def _useful(self, workload: int, rows: Ints) -> Ints:
        """The options of a workload that no other one beats in both costs, loss, and what it does to others."""
        cost, loss, miss = (self.system.measure(name)[rows] for name in ("cost", "loss", "miss"))
        figures: list[Floats] = [cost.astype(float), cost - self.worth[rows], loss.astype(float)]
        places = rows - self.system.starts[workload]
        for amounts in self.amounts.get(workload, ()):
            figures += list(np.unique(amounts[places], axis=1).T.astype(float))
        for group in self.system.groups:
            figures += [
                m[places].astype(float) for e, m in zip(group.ends, group.options, strict=True) if e == workload
            ]
        order = np.lexsort((rows, miss, *figures[::-1]))
        table = np.stack(figures, axis=1)[order]
        kept: list[int] = []
        for place in range(len(order)):
            if not (table[kept] <= table[place]).all(axis=1).any():
                kept.append(place)
        return np.sort(rows[order[kept]])

    def _waiting(self, part: tuple[int, ...], rows: Ints) -> Ints:
        """What waiting adds to each combination."""
        waits, starts = self.system.waits, self.system.starts
        place = {workload: rows[:, number] - starts[workload] for number, workload in enumerate(part)}
        lost: dict[int, Ints] = defaultdict(lambda: np.zeros(len(rows), np.int64))
        for wait, key in enumerate(waits.key.tolist()):
            ends = (int(waits.dependent[wait]), int(waits.needed[wait]))
            if all(end in place for end in ends):
                amounts = waits.table(wait)[place[ends[0]], place[ends[1]]]
                lost[key] = np.maximum(lost[key], amounts)
        for group in self.system.groups:
            if group.loss and group.ends[0] in place:
                holds = np.logical_and.reduce([m[place[e]] for e, m in zip(group.ends, group.options, strict=True)])
                taken = waits.taken.get(group.key)
                left = group.loss - (0 if taken is None else taken[place[group.ends[0]]])
                lost[group.key] = np.maximum(lost[group.key], np.where(holds, left, 0))
        return sum(lost.values(), np.zeros(len(rows), np.int64))

    def _pareto(self, cost: Ints, worth: Floats, loss: Ints, miss: Ints) -> Ints:
        return _stairs(cost, worth, loss, miss) if worth.any() else _flat(cost, loss, miss)


def _flat(cost: Ints, loss: Ints, miss: Ints) -> Ints:
    """The places that nothing beats in cost and loss, by cost; of equals one that misses least."""
    order = np.lexsort((miss, loss, cost))
    least = np.minimum.accumulate(loss[order])
    result: Ints = order[np.concatenate([[True], loss[order][1:] < least[:-1]])]
    return result


def _stairs(cost: Ints, worth: Floats, loss: Ints, miss: Ints) -> Ints:
    """The same in cost without credit, cost with all units credited, and loss: by loss, beside a falling staircase of
    the two costs of all that lose no more (Kung, Luccio and Preparata, Journal of the ACM 22, 1975)."""
    credited = cost - worth
    order = np.lexsort((miss, credited, cost, loss))
    costs: list[int] = []
    least: list[float] = []
    kept = []
    for place, full, less in zip(order.tolist(), cost[order].tolist(), credited[order].tolist(), strict=True):
        after = bisect_right(costs, full)
        if after and least[after - 1] <= less:
            continue
        kept.append(place)
        first = bisect_left(costs, full)
        last = first
        while last < len(costs) and least[last] >= less:
            last += 1
        costs[first:last], least[first:last] = [full], [less]
    return np.array(kept, np.int64)
