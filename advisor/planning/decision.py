"""From candidates to a problem, and from its solution to outcomes that include the workloads each one needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from advisor.estimation.costs import FILE_BACKUP_QUOTA, Costing, shared_lines
from advisor.estimation.costs.costing import DAYS_PER_MONTH
from advisor.estimation.costs.shared import FILE_BACKUP_SKU
from advisor.estimation.options import Option, missed_parts
from advisor.estimation.outcome import Outcome
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.option import FreeQuota, Problem, ProblemOption, ProblemWorkload, Solution, Totals
from advisor.model.pricebook import MissingPrice
from advisor.planning.candidates import Candidate
from advisor.planning.chooser import Chooser
from advisor.planning.needs import CENTS, WEIGHTS, Needs, to_cents
from advisor.planning.request import PlanRequest


@dataclass(frozen=True)
class Decision:
    """The solved problem and the outcomes of every workload, with and without the plan, those of its needs included.
    ``chooser`` answers what other limits would lead to."""

    chooser: Chooser
    solution: Solution
    after: Mapping[str, Mapping[Disruption, Outcome]]
    before: Mapping[str, Mapping[Disruption, Outcome]]

    @property
    def problem(self) -> Problem:
        """The problem with all that was learnt of joint outcomes."""
        return self.chooser.problem

    @property
    def needs(self) -> Mapping[str, tuple[str, ...]]:
        """What each workload waits for."""
        return self.chooser.needs.of


def build_problem(request: PlanRequest, found: Sequence[Candidate], needs: Needs) -> Problem:
    """The optimiser's view: costs in cents, missed targets with their class weight, shared charges, free quotas, and
    what each workload's needs do to it."""
    budget = request.budget or request.targets.budget
    couplings, waits = needs.pairs()
    workloads = tuple(
        ProblemWorkload(
            item.workload.name, tuple(_problem_option(item, option, request) for option in item.options.options)
        )
        for item in found
    )
    return Problem(
        workloads,
        request.objective,
        to_cents(budget.amount) if budget else None,
        _shared_cents(found),
        _quotas(found),
        couplings,
        request.targets.max_changes,
        targets_first=request.objective in ("min-cost", "min-change") or request.targets.hard,
        waits=waits,
    )


def _problem_option(item: Candidate, option: Option, request: PlanRequest) -> ProblemOption:
    missed: dict[str, float] = {}
    for disruption in DISRUPTIONS:
        target = item.targets[disruption]
        parts = missed_parts(option.outcomes[disruption], target, request.targets.risk_level)
        missed |= {f"{disruption}.{part}": item.workload_class.weight * WEIGHTS[part] for part in parts}
    return ProblemOption(
        option.id,
        to_cents(option.monthly),
        to_cents(option.loss),
        option.changes,
        missed,
        option.shared,
        option.quota,
        option.tier,
    )


def _shared_cents(found: Sequence[Candidate]) -> dict[str, int]:
    used = sorted({shared for item in found for option in item.options.options for shared in option.shared})
    if not used:
        return {}
    lines = shared_lines(found[0].builder.costing, used)
    return {str(line.shared_id): to_cents(line.monthly or Decimal(0)) for line in lines}


def _quotas(found: Sequence[Candidate]) -> dict[str, FreeQuota]:
    if not any(option.quota for item in found for option in item.options.options):
        return {}
    costing: Costing = found[0].builder.costing
    price = costing.price(FILE_BACKUP_SKU, "all")
    if isinstance(price, MissingPrice):
        return {}
    free = costing.context.number("file_backup.essential.free_quota")
    return {FILE_BACKUP_QUOTA: FreeQuota(free, float(price.deciding * DAYS_PER_MONTH * CENTS))}


def decide(request: PlanRequest, found: Sequence[Candidate], last: Decision | None = None) -> Decision:
    """Solve, with what the plan will report as what is optimised: joint outcomes, shared charges, free quotas.
    ``last``: a decision between fewer options of the same workloads."""
    needs = Needs(found, request.targets.risk_level, last.chooser.needs if last else None)
    chooser = Chooser(build_problem(request, found, needs), needs)
    if not found:
        return Decision(chooser, Solution("optimal", "nothing to choose", 0.0, {}, Totals(0, 0, 0.0, 0), "1"), {}, {})
    solution = chooser.solve()
    before = needs.outcomes({item.workload.name: item.before.id for item in found})
    return Decision(chooser, solution, needs.outcomes(solution.choices), before)
