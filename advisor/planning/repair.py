"""The cheapest change of options that brings a workload back in time which waits for others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from advisor.estimation.options import Option
from advisor.estimation.outcome import no_faster
from advisor.model.disruption import Disruption
from advisor.model.option import FreeQuota, Problem, ProblemWorkload, Solution
from advisor.optimise import chosen, missed_of, totals_of
from advisor.planning.chooser import Chooser
from advisor.planning.relief import least_cost

EFFORT: Final = 3000
"""Tuning: so many workloads may all questions of one plan look at together; each looks at those around it."""
FIRST: Final = 1e4
"""What the time that is asked for weighs against a target that the plan keeps."""

Key = tuple[str, str]
"""A workload and a part of a target, such as ``zone.rto``."""


@dataclass(frozen=True)
class Repair:
    """What would bring a workload back in time after the disruptions ``met``: the options to take instead, and what
    they add to the cost of the whole plan, in cents. ``beyond`` are disruptions for which no choice of options does;
    ``given_up`` the targets that are met now and cannot be kept with it."""

    met: tuple[Disruption, ...]
    beyond: tuple[Disruption, ...]
    options: Mapping[str, str]
    cents: int
    given_up: tuple[Key, ...] = ()


class Repairs:
    """Answers for one plan. Only the workload itself and those it needs may change; what the plan keeps stays kept."""

    def __init__(self, chooser: Chooser, solution: Solution) -> None:
        self.chooser, self.needs = chooser, chooser.needs
        self.choices = dict(solution.choices)
        self.missed = missed_of(chooser.problem, chosen(chooser.problem, self.choices)).keys()
        self.effort = EFFORT
        self._known: dict[tuple[str, tuple[Disruption, ...]], Repair | None] = {}

    def of(self, name: str, disruptions: Iterable[Disruption]) -> Repair | None:
        """The cheapest repair of the times of ``name`` after these; None where the plan asks too many such
        questions."""
        asked = name, tuple(disruptions)
        if asked not in self._known:
            self._known[asked] = self._found(*asked)
        return self._known[asked]

    def _found(self, name: str, disruptions: tuple[Disruption, ...]) -> Repair | None:
        group = {name, *self.needs.of[name]}
        near = self._near(group)
        if len(near) > self.effort:
            return None
        self.effort -= len(near)
        around = Chooser(self._part(near, dict.fromkeys(group)), self.needs)
        met = tuple(d for d in disruptions if not self._missing(around, {_key(name, d)}))
        beyond = tuple(d for d in disruptions if d not in met)
        if not met:
            return Repair((), beyond, {}, 0)
        wanted = {_key(name, d) for d in met}
        sooner = {other: self._sooner(other, met) for other in group}

        def counts(item: str, key: str) -> float:
            return FIRST if (item, key) in wanted else (item, key) not in self.missed

        for part in (Chooser(self._part(near, sooner), self.needs), around):
            found = least_cost(part, counts)
            lost = self._lost(part, found)
            if not lost & wanted and lost <= self.missed:
                return self._repair(part.problem, found, met, beyond)
        given_up = sorted((lost - self.missed) | (lost & wanted))
        return Repair(met, beyond, {}, 0, tuple(given_up))

    def _missing(self, chooser: Chooser, wanted: Collection[Key]) -> bool:
        found = least_cost(chooser, lambda item, key: (item, key) in wanted)
        return not self._lost(chooser, found).isdisjoint(wanted)

    def _lost(self, chooser: Chooser, found: Solution) -> set[Key]:
        return set(missed_of(chooser.problem, chosen(chooser.problem, found.choices)))

    def _repair(
        self, problem: Problem, found: Solution, met: tuple[Disruption, ...], beyond: tuple[Disruption, ...]
    ) -> Repair:
        moved = {name: option for name, option in found.choices.items() if option != self.choices[name]}
        now = totals_of(problem, {name: self.choices[name] for name in found.choices})
        return Repair(met, beyond, moved, totals_of(problem, found.choices).cost - now.cost)

    def _near(self, group: Collection[str]) -> set[str]:
        """The group, those whose targets it bears on, and all that these wait for."""
        bears = {name for name, needs in self.needs.of.items() if not set(needs).isdisjoint(group)}
        return {need for name in bears for need in self.needs.of[name]} | bears | set(group)

    def _sooner(self, name: str, disruptions: Iterable[Disruption]) -> Collection[str]:
        """The options that may be earlier after one of these than the chosen one: no other can help."""
        item = self.needs.by_name[name]
        picked = item.option(self.choices[name])

        def helps(option: Option) -> bool:
            return any(not no_faster(option.outcomes[d], picked.outcomes[d]) for d in disruptions)

        return {option.id for option in item.options.options if option.id == picked.id or helps(option)}

    def _part(self, near: Collection[str], free: Mapping[str, Collection[str] | None]) -> Problem:
        """The problem of these workloads beside the rest of the plan. ``free`` may take the options named for them
        (None: any), the others keep theirs."""
        problem = self.chooser.problem
        rest = [w for w in problem.workloads if w.name not in near]
        outside = chosen(replace(problem, workloads=tuple(rest)), self.choices).values()
        shared = frozenset().union(*(option.shared for option in outside)) if rest else frozenset()
        used = {name: sum(option.quota.get(name, 0.0) for option in outside) for name in problem.quotas}
        return replace(
            problem,
            workloads=tuple(self._limited(w, free) for w in problem.workloads if w.name in near),
            shared={name: 0 if name in shared else cost for name, cost in problem.shared.items()},
            quotas={
                name: FreeQuota(max(0.0, quota.free - used[name]), quota.cents_per_unit)
                for name, quota in problem.quotas.items()
            },
            couplings=tuple(item for item in problem.couplings if item.dependent in near),
            waits=tuple(item for item in problem.waits if item.dependent in near),
            joints=tuple(item for item in problem.joints if item.dependent in near),
            budget=None,
            max_changes=None,
        )

    def _limited(self, workload: ProblemWorkload, free: Mapping[str, Collection[str] | None]) -> ProblemWorkload:
        allowed = free.get(workload.name, {self.choices[workload.name]})
        if allowed is None:
            return workload
        return replace(workload, options=tuple(option for option in workload.options if option.id in allowed))


def _key(name: str, disruption: Disruption) -> Key:
    return name, f"{disruption}.rto"
