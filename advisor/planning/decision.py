"""From candidates to a problem, and from its solution to outcomes that include the workloads each one needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from advisor.estimation.costs import FILE_BACKUP_QUOTA, Costing, shared_lines
from advisor.estimation.costs.costing import DAYS_PER_MONTH
from advisor.estimation.costs.shared import FILE_BACKUP_SKU
from advisor.estimation.options import Option, missed_parts
from advisor.estimation.outcome import Outcome, with_needs
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.option import Coupling, FreeQuota, Problem, ProblemOption, ProblemWorkload, Solution, Totals
from advisor.model.pricebook import MissingPrice
from advisor.model.targets import RiskLevel, Target
from advisor.optimise import solve
from advisor.planning.candidates import Candidate
from advisor.planning.request import PlanRequest

CENTS = Decimal(100)
# A target is half about data and half about time; having no way back at all weighs half a target more, so that a target
# that cannot be met still asks for a bounded loss.
WEIGHTS = {"rpo": 0.5, "rto": 0.5, "unbounded": 0.5}
MAX_ROUNDS = 50


@dataclass(frozen=True)
class Decision:
    """The solved problem and the outcomes of every workload, with and without the plan, those of its needs included."""

    problem: Problem
    solution: Solution
    after: Mapping[str, Mapping[Disruption, Outcome]]
    before: Mapping[str, Mapping[Disruption, Outcome]]
    needs: Mapping[str, tuple[str, ...]]


def to_cents(amount: Decimal) -> int:
    return int((amount * CENTS).to_integral_value())


def build_problem(request: PlanRequest, found: Sequence[Candidate]) -> Problem:
    """The optimiser's view: costs in cents, missed targets with their class weight, shared charges, free quotas."""
    budget = request.budget or request.targets.budget
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
        tuple(couplings(found, request)),
        request.targets.max_changes,
        targets_first=request.objective in ("min-cost", "min-change") or request.targets.hard,
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


def needs_of(found: Sequence[Candidate]) -> dict[str, tuple[str, ...]]:
    """For each workload all that it needs hard, directly or through others; a workload in a cycle does not wait for
    itself."""
    direct = {item.workload.name: item.workload.needs_hard for item in found}
    reached: dict[str, tuple[str, ...]] = {}
    for name in direct:
        seen: set[str] = set()
        ahead = list(direct[name])
        while ahead:
            need = ahead.pop()
            if need in direct and need not in seen:
                seen.add(need)
                ahead += direct[need]
        reached[name] = tuple(sorted(seen - {name}))
    return reached


def couplings(found: Sequence[Candidate], request: PlanRequest) -> list[Coupling]:
    """Targets that a needed workload can break, by the joint outcome of every pair of options (pairs that share their
    outcomes are looked at once). A target that the dependent's own option misses already needs no partner."""
    by_name = {item.workload.name: item for item in found}
    result = []
    for name, needs in sorted(needs_of(found).items()):
        item = by_name[name]
        for disruption in DISRUPTIONS:
            if item.targets[disruption].rto_s is None:
                continue
            for need in needs:
                breaks = _breaks(item, by_name[need], disruption, request.targets.risk_level)
                if breaks:
                    result.append(
                        Coupling(name, need, f"{disruption}.rto", item.workload_class.weight * WEIGHTS["rto"], breaks)
                    )
    return result


def _breaks(
    item: Candidate, needed: Candidate, disruption: Disruption, risk_level: RiskLevel
) -> dict[str, frozenset[str]]:
    target = item.targets[disruption]
    others: dict[int, tuple[Outcome, set[str]]] = {}
    for option in needed.options.options:
        outcome = option.outcomes[disruption]
        others.setdefault(id(outcome), (outcome, set()))[1].add(option.id)
    known: dict[int, frozenset[str]] = {}
    breaks = {}
    for option in item.options.options:
        own = option.outcomes[disruption]
        if id(own) not in known:
            met = "rto" not in missed_parts(own, target, risk_level)
            bad = (ids for other, ids in others.values() if met and _misses_jointly(own, other, target, risk_level))
            known[id(own)] = frozenset().union(*bad)
        if known[id(own)]:
            breaks[option.id] = known[id(own)]
    return breaks


def _misses_jointly(own: Outcome, other: Outcome, target: Target, risk_level: RiskLevel) -> bool:
    return "rto" in missed_parts(with_needs(own, [other]), target, risk_level)


def decide(request: PlanRequest, found: Sequence[Candidate]) -> Decision:
    """Solve, then look at the joint outcomes: where waiting for another workload breaks a target that the problem took
    for met (the quantile of a maximum exceeds the maximum of quantiles), that pair is marked and the problem solved
    anew."""
    problem = build_problem(request, found)
    if not found:
        return Decision(
            problem, Solution("optimal", "nothing to choose", 0.0, {}, Totals(0, 0, 0.0, 0), "1"), {}, {}, {}
        )
    needs = needs_of(found)
    for _ in range(MAX_ROUNDS):
        solution = solve(problem)
        after = joint_outcomes(found, needs, solution.choices)
        surprises = _surprises(found, needs, problem, solution, after, request)
        if not surprises:
            break
        problem = replace(problem, couplings=(*problem.couplings, *surprises))
    before = joint_outcomes(found, needs, {item.workload.name: item.before.id for item in found})
    return Decision(problem, solution, after, before, needs)


def joint_outcomes(
    found: Sequence[Candidate], needs: Mapping[str, tuple[str, ...]], choices: Mapping[str, str]
) -> dict[str, dict[Disruption, Outcome]]:
    """Outcomes of the chosen options, each waiting for all it needs."""
    own = {item.workload.name: item.option(choices[item.workload.name]).outcomes for item in found}
    return {
        name: {d: with_needs(outcomes[d], [own[need][d] for need in needs[name]]) for d in DISRUPTIONS}
        for name, outcomes in own.items()
    }


def _surprises(
    found: Sequence[Candidate],
    needs: Mapping[str, tuple[str, ...]],
    problem: Problem,
    solution: Solution,
    after: Mapping[str, Mapping[Disruption, Outcome]],
    request: PlanRequest,
) -> list[Coupling]:
    known = {
        (c.dependent, c.needed, c.key, o, b) for c in problem.couplings for o, bad in c.breaks.items() for b in bad
    }
    by_name = {item.workload.name: item for item in found}
    result = []
    for item in found:
        name = item.workload.name
        option = item.option(solution.choices[name])
        for disruption in DISRUPTIONS:
            target, risk_level = item.targets[disruption], request.targets.risk_level
            alone = missed_parts(option.outcomes[disruption], target, risk_level)
            together = missed_parts(after[name][disruption], target, risk_level)
            if "rto" in alone or "rto" not in together:
                continue
            key = f"{disruption}.rto"
            pairs = [(name, need, key, option.id, solution.choices[need]) for need in needs[name]]
            if any(pair in known for pair in pairs):
                continue
            alone_break = [
                need
                for need in needs[name]
                if _breaks_alone(item, option, by_name[need], solution, disruption, request)
            ]
            result += [
                Coupling(
                    name,
                    need,
                    key,
                    item.workload_class.weight * WEIGHTS["rto"],
                    {option.id: frozenset({solution.choices[need]})},
                )
                for need in alone_break or needs[name]
            ]
    return result


def _breaks_alone(
    item: Candidate, option: Option, needed: Candidate, solution: Solution, disruption: Disruption, request: PlanRequest
) -> bool:
    other = needed.option(solution.choices[needed.workload.name]).outcomes[disruption]
    return _misses_jointly(option.outcomes[disruption], other, item.targets[disruption], request.targets.risk_level)
