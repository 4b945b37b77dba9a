"""The problem in whole numbers: measures an option, charges, quotas and links, and what a choice truly comes to.

Miss weights become whole multiples of their largest common step (weights are read to six decimals), so that sums of
weights are exact and a bound on them can be rounded up to the next multiple.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from advisor.model.option import MICRO, Totals, whole_weight
from advisor.optimise.columns import Bools, Charge, ColumnarProblem, Ints, Link, Quota
from advisor.optimise.waiting import holds, wait_tables

Form = Mapping[str, int]
"""A weighted sum of measures; the cost in it includes shared charges and the credit of quotas."""

ROUNDING: Final = 1e-9


@dataclass(frozen=True)
class Cap:
    """``form`` may not exceed ``limit``."""

    form: Form
    limit: int


@dataclass(frozen=True, eq=False)
class LinkTables:
    """All links in flat arrays: the table of link l starts at ``base[l]`` in ``broken``, one row an option of the
    dependent."""

    dependent: Ints
    needed: Ints
    key: Ints
    width: Ints
    base: Ints
    broken: Bools
    weights: Ints

    def missed_keys(self, places: Ints) -> Bools:
        """Which keys are missed where workload w takes its option number ``places[w]``."""
        cell = self.base + places[self.dependent] * self.width + places[self.needed]
        found: Bools = np.bincount(self.key, self.broken[cell], self.weights.size) > 0
        return found

    def table(self, link: int) -> Bools:
        """The table of one link, a row for each option of the dependent."""
        end = self.base[link + 1] if link + 1 < self.base.size else self.broken.size
        return self.broken[self.base[link] : end].reshape(-1, self.width[link])


class System:
    """A columnar problem made ready for bounds and programs."""

    def __init__(self, problem: ColumnarProblem) -> None:
        self.problem = problem
        self.starts = problem.offsets[:-1]
        self.counts = np.diff(problem.offsets)
        self.workloads = self.starts.size
        self.size = int(problem.offsets[-1])
        self.owner = np.repeat(np.arange(self.workloads, dtype=np.int32), self.counts)
        step, miss, weights = _whole_misses(problem)
        self.miss_step = step
        self._measures = {"miss": miss, "cost": problem.cost, "loss": problem.loss, "changes": problem.changes}
        self.charges = self._charges(problem.charges)
        self.quotas = tuple(quota for quota in problem.quotas if quota.options.size and quota.cents_per_unit > 0)
        self.links = _tables(problem.links, weights)
        self.groups = tuple(group for group in problem.groups if all(mask.any() for mask in group.options))
        self.waits, own = wait_tables(problem, self.groups)
        if own.any():
            self._measures["loss"] = self._measures["loss"] + own

    def measure(self, name: str) -> Ints:
        """One whole number an option; ``rank`` is its place in its workload."""
        if name == "rank" and name not in self._measures:
            self._measures[name] = np.arange(self.size) - self.starts[self.owner]
        return self._measures[name]

    def _charges(self, charges: tuple[Charge, ...]) -> tuple[Charge, ...]:
        """Charges that several workloads can share; the others become part of their options' cost."""
        shared = []
        for charge in charges:
            users = np.unique(self.owner[charge.options])
            if users.size > 1 and charge.cost > 0:
                shared.append(charge)
            elif users.size == 1:
                self._measures["cost"] = self._measures["cost"].copy()
                self._measures["cost"][charge.options] += charge.cost
        return tuple(shared)

    @cached_property
    def users(self) -> Ints:
        """How many workloads could use each charge."""
        return np.array([np.unique(self.owner[charge.options]).size for charge in self.charges], np.int64)

    @cached_property
    def spreads(self) -> Mapping[str, int]:
        """How far each measure can move: the sum over the workloads of its largest less its smallest value."""
        found = {}
        for name in ("miss", "cost", "loss", "changes", "rank"):
            values = self.measure(name)
            high, low = np.maximum.reduceat(values, self.starts), np.minimum.reduceat(values, self.starts)
            found[name] = int((high - low).sum())
        found["miss"] += int(self.links.weights.sum())
        found["loss"] += int(self.waits.most.sum())
        return found

    @cached_property
    def coupled(self) -> Bools:
        """Which workloads wait for others or are waited for."""
        found = np.zeros(self.workloads, np.bool_)
        for ends in (self.links.dependent, self.links.needed, self.waits.dependent, self.waits.needed):
            found[ends] = True
        for group in self.groups:
            found[list(group.ends)] = True
        return found

    def overlooked(self, form: Form) -> int:
        """The most that prices leave out of ``form``: what waiting adds to the loss, what only groups break."""
        lost = int(self.waits.most.sum())
        keys = sorted({group.key for group in self.groups if group.weight})
        return form.get("loss", 0) * lost + form.get("miss", 0) * int(self.links.weights[keys].sum())

    def uses(self, picks: Ints, options: Ints) -> Bools:
        """Which of ``options`` are picked."""
        return np.asarray(picks[self.owner[options]] == options, np.bool_)

    def credit(self, quota: Quota, picks: Ints) -> int:
        """Whole cents that a free quota takes off, rounded down."""
        used = float(quota.used[self.uses(picks, quota.options)].sum())
        return int(np.floor(min(used, quota.free) * quota.cents_per_unit + ROUNDING))

    def evaluate(self, picks: Ints) -> dict[str, int]:
        """What a choice truly comes to, by measure."""
        found = {name: int(self.measure(name)[picks].sum()) for name in ("miss", "cost", "loss", "changes")}
        found["cost"] += sum(c.cost for c in self.charges if self.uses(picks, c.options).any())
        found["cost"] -= sum(self.credit(quota, picks) for quota in self.quotas)
        places = picks - self.starts
        found["rank"] = int(places.sum())
        if self.links.weights.size:
            missed = self.links.missed_keys(places)
            missed[[group.key for group in self.groups if group.weight and holds(group, places)]] = True
            found["miss"] += int(self.links.weights[missed].sum())
        if self.waits.most.size:
            found["loss"] += self.waits.extra_of(places, self.groups)
        return found

    def totals(self, picks: Ints) -> Totals:
        """The figures of a choice as the model reports them."""
        found = self.evaluate(picks)
        return Totals(found["cost"], found["loss"], found["miss"] * self.miss_step, found["changes"])


def value_of(form: Form, measures: Mapping[str, int]) -> int:
    """The weighted sum of measures."""
    return sum(weight * measures[name] for name, weight in form.items())


def within(caps: tuple[Cap, ...], measures: Mapping[str, int]) -> bool:
    """Whether a choice keeps every cap."""
    return all(value_of(cap.form, measures) <= cap.limit for cap in caps)


def _whole_misses(problem: ColumnarProblem) -> tuple[float, Ints, Ints]:
    """The common step of all weights, and the weights of options and of keys in steps."""
    named = [(link.key, link.weight) for link in problem.links]
    named += [(group.key, group.weight) for group in problem.groups if group.weight]
    keys = max((key for key, _ in named), default=-1) + 1
    weights = np.zeros(keys, np.int64)
    for key, weight in named:
        weights[key] = max(int(weights[key]), whole_weight(weight))
    micro = np.rint(problem.miss * MICRO).astype(np.int64)
    step = int(np.gcd(np.gcd.reduce(micro), np.gcd.reduce(weights) if keys else 0)) or MICRO
    micro //= step
    return step / MICRO, micro, weights // step


def _tables(links: tuple[Link, ...], weights: Ints) -> LinkTables:
    sizes = [link.broken.size for link in links]
    return LinkTables(
        np.array([link.dependent for link in links], np.int64),
        np.array([link.needed for link in links], np.int64),
        np.array([link.key for link in links], np.int64),
        np.array([link.broken.shape[1] for link in links], np.int64),
        np.cumsum([0, *sizes[:-1]], dtype=np.int64)[: len(links)],
        np.concatenate([link.broken.ravel() for link in links]) if links else np.zeros(0, np.bool_),
        weights,
    )
