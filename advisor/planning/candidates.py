"""Candidates: each workload with its context, its options and its infeasible protections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import get_args

from advisor.estimation.costs import added_lines
from advisor.estimation.options import Builder, Option, OptionSet
from advisor.model.cost import CostLine
from advisor.model.disruption import Disruption
from advisor.model.finding import InputError, Mistake
from advisor.model.graph import Graph, Workload
from advisor.model.plan import Infeasible, Mechanism
from advisor.model.targets import Target, WorkloadClass, WorkloadSpec
from advisor.planning.builders import Built, builder_of, waiting_for
from advisor.planning.option_sharing import build_all
from advisor.planning.request import PlanRequest


@dataclass(frozen=True)
class Candidate:
    """One workload ready for the decision."""

    workload: Workload
    spec: WorkloadSpec
    workload_class: WorkloadClass
    targets: Mapping[Disruption, Target]
    builder: Builder
    options: OptionSet
    infeasible: tuple[Infeasible, ...]

    @property
    def before(self) -> Option:
        """The option that changes nothing."""
        return self.options.before

    def lines(self, option: Option) -> tuple[CostLine, ...]:
        """What the option adds, in all states."""
        return added_lines(self.builder.costing, option.proposals)

    def option(self, option_id: str) -> Option:
        known = (*self.options.options, self.options.before)
        return next(option for option in known if option.id == option_id)


def candidates(request: PlanRequest, graph: Graph) -> tuple[Candidate, ...]:
    """All workloads of the graph with their options, sorted by name; raises ``InputError`` for wishes that name what
    does
    not exist."""
    _check_wishes(request)
    workloads = sorted(graph.workloads, key=lambda item: item.name)
    waiting = waiting_for(workloads)
    built = build_all(request, workloads, waiting)
    mistakes = [mistake for item in built.values() if not isinstance(item, Built) for mistake in item]
    if mistakes:
        raise InputError(mistakes)
    return tuple(
        _candidate(request, workload, waiting[workload.name], item)
        for workload in workloads
        if isinstance(item := built[workload.name], Built)
    )


def _candidate(request: PlanRequest, workload: Workload, waiting: Sequence[Workload], built: Built) -> Candidate:
    builder = builder_of(request, workload, waiting, built.sampler)
    spec = builder.context.spec
    workload_class = request.targets.classes[spec.class_name]
    return Candidate(workload, spec, workload_class, builder.targets, builder, built.options, built.infeasible)


def _nearest(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"Did you mean '{near[0]}'?" if near else f"Write one of {', '.join(known)}."


def _check_wishes(request: PlanRequest) -> None:
    known = get_args(Mechanism)
    mistakes = [
        Mistake("targets", spec.place_of(wish, name), f"'{name}' is no protection.", _nearest(name, known))
        for spec in request.targets.workloads
        for wish, names in (("forbid", spec.forbid), ("require", spec.require))
        for name in names
        if name not in known
    ]
    if mistakes:
        raise InputError(mistakes)
