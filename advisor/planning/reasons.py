"""Why an option lost, what a missed target would take, and what the neighbouring budgets would change."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from advisor.estimation.option import Beaten
from advisor.estimation.options import Option, meets, missed_parts
from advisor.estimation.outcome import QUANTILES, Outcome
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.option import Coupling, Joint, Problem, Solution
from advisor.model.plan import Marginal, Miss, Rejected
from advisor.model.targets import Objective, RiskLevel
from advisor.model.units import format_amount, format_duration
from advisor.optimise import chosen, missed_of
from advisor.planning.candidates import Candidate
from advisor.planning.chooser import Chooser
from advisor.planning.estimates import Metric, is_unknown, limiting
from advisor.planning.held import ALONE, Waits
from advisor.planning.needs import WEIGHTS
from advisor.planning.relief import WEIGHT_PLACES, Case, by_weight, case_of, cases_of, weights_of, worsened
from advisor.planning.wishes import wished

Reached = Callable[[Option, Disruption], Outcome]
REJECTED_SHOWN = 8
CUT = Decimal("-0.10")
BUDGET_STEPS = (Decimal("0.10"), Decimal("0.25"), Decimal("0.50"))
CENT = Decimal("0.01")
_LACKING = "not in the inventory"
"""What the reasons of infeasible protections say where a figure of the resource is unknown."""


def missed_targets(
    item: Candidate, outcomes: Mapping[Disruption, Outcome], risk_level: RiskLevel
) -> tuple[Disruption, ...]:
    return tuple(d for d in DISRUPTIONS if meets(outcomes[d], item.targets[d], risk_level) is False)


@dataclass(frozen=True)
class Room:
    """What a plan leaves of its limits: money a month and changes, None without a limit."""

    money: Decimal | None = None
    changes: int | None = None

    def beyond(self, extra: Decimal, changes: int) -> str:
        """Which limits so much more would break, in words; empty where it breaks none."""
        broken = ["beyond the budget"] if self.money is not None and extra > self.money else []
        broken += ["with more changes than are allowed"] if self.changes is not None and changes > self.changes else []
        return " and ".join(broken)


def misses(
    item: Candidate,
    picked: Option,
    outcomes: Mapping[Disruption, Outcome],
    risk_level: RiskLevel,
    joint: Reached,
    room: Room,
    waits: Waits = ALONE,
) -> tuple[Miss, ...]:
    """Each missed metric with what it would take: the cheapest option that meets it, or the closest one; the heaviest
    target first. ``joint`` gives an option's outcome with the workloads that it waits for, as they are in the plan."""
    found = []
    for disruption in missed_targets(item, outcomes, risk_level):
        target, outcome = item.targets[disruption], outcomes[disruption]
        parts = missed_parts(outcome, target, risk_level)
        weight = round(sum(item.workload_class.weight * WEIGHTS[part] for part in parts), WEIGHT_PLACES)
        asked: tuple[tuple[Metric, float | None], ...] = (("rpo", target.rpo_s), ("rto", target.rto_s))
        for metric, limit in asked:
            if limit is not None and _value(outcome, metric, risk_level) > limit:
                miss = _miss(item, picked, disruption, metric, limit, outcome, risk_level, joint, room, waits)
                found.append(miss.model_copy(update={"weight": weight}))
    return tuple(sorted(found, key=lambda miss: -(miss.weight or 0.0)))


def _miss(
    item: Candidate,
    picked: Option,
    disruption: Disruption,
    metric: Metric,
    limit: float,
    outcome: Outcome,
    risk_level: RiskLevel,
    joint: Reached,
    room: Room,
    waits: Waits,
) -> Miss:
    value = _value(outcome, metric, risk_level)
    reached = {o.id: _value(joint(o, disruption), metric, risk_level) for o in item.options.options}
    able = [option for option in item.options.options if reached[option.id] <= limit]
    best = min(able, key=lambda o: (_given_up(item, o, picked, risk_level), o.monthly, o.id), default=None)
    shown = Miss(
        disruption=disruption,
        metric=metric,
        target_s=limit,
        estimate_s=None if math.isinf(value) else round(value, 1),
        attainable=best is not None,
        remedy="",
        limiting=limiting(item.builder.context, outcome, item.targets[disruption], waits.named.get(disruption), metric),
    )
    if best is not None:
        extra = best.monthly - picked.monthly
        currency = item.builder.costing.currency
        more = "more" if extra >= 0 else "less"
        remedy = f"option {best.id} meets it for {format_amount(abs(extra))} {currency} a month {more}"
        if beyond := room.beyond(extra, best.changes - picked.changes):
            remedy += f", {beyond}"
        if _given_up(item, best, picked, risk_level):
            remedy += ", but gives up a target that is met now"
        return shown.model_copy(update={"remedy": remedy, "extra_monthly": extra.quantize(CENT)})
    if all(_value(o.outcomes[disruption], metric, risk_level) > limit for o in item.options.options):
        return shown.model_copy(update={"remedy": _out_of_reach(item, disruption, metric, limit, reached)})
    return shown.model_copy(update={"remedy": _held(disruption, limit, waits)})


def _held(disruption: Disruption, limit: float, waits: Waits) -> str:
    """What keeps a workload from a target that it could meet by itself: the workload it waits for, and how near the
    quickest option of that one comes."""
    held = waits.held(disruption)
    if held is None:
        return "the workload itself could be in time; a workload it needs is not"
    if math.isinf(held.value_s):
        return (
            f"the workload itself could be in time; {held.need}, which it needs, has no option that leaves a way back"
        )
    if held.value_s > limit:
        best = format_duration(held.value_s, limit)
        told = (
            f"no option of {held.need}, which it needs, is quick enough: the closest ({held.option_id}) reaches {best}"
        )
        return f"the workload itself could be in time; {told}"
    name = waits.named.get(disruption) or held.need
    if held.together_s > limit:
        best = format_duration(held.together_s, limit)
        return f"the workload itself could be in time; with the quickest options of all that it needs it is {best}"
    return (
        f"the workload itself could be in time; {name}, which it needs, is back too late with the options that the plan"
        f" has (with the quickest of all it would be {format_duration(held.together_s, limit)})"
    )


def _out_of_reach(
    item: Candidate, disruption: Disruption, metric: Metric, limit: float, reached: Mapping[str, float]
) -> str:
    """Why no option meets a target: how near the closest comes, or that nothing brings the workload back, or that the
    inventory does not tell."""
    # Of options that all reach nothing the one of which that is merely unknown says more.
    closest = min(
        item.options.options,
        key=lambda o: (reached[o.id], not is_unknown(o.outcomes[disruption]), o.monthly, o.id),
    )
    outcome = closest.outcomes[disruption]
    step = limiting(item.builder.context, outcome, item.targets[disruption], None, metric)
    if not math.isinf(reached[closest.id]):
        told = f"the closest ({closest.id}) reaches {format_duration(reached[closest.id], limit)}, held up by: {step}"
        return f"no option meets it{wished(item.spec)}; {told}"
    if is_unknown(outcome):
        return (
            f"no option can be judged: {step}. Export what is missing (advisor inventory show names it) and plan again"
        )
    return f"no option meets it{wished(item.spec)}; none leaves a way back: {step}{_not_judged(item)}"


def _not_judged(item: Candidate) -> str:
    """The protections that are not among the options because the inventory lacks what they need."""
    lacking = [one for one in item.infeasible if _LACKING in one.reason]
    if not lacking:
        return ""
    names = ", ".join(sorted({one.mechanism.replace("_", " ") for one in lacking}))
    return f". Not judged for lack of data: {names} ({lacking[0].resource}: {lacking[0].reason})"


def _value(outcome: Outcome, metric: Metric, risk_level: RiskLevel) -> float:
    return outcome.worst_s if metric == "rpo" else outcome.quantile(QUANTILES[risk_level])


def _given_up(item: Candidate, option: Option, picked: Option, risk_level: RiskLevel) -> int:
    """How many targets that ``picked`` meets ``option`` would miss."""
    missed = missed_targets(item, option.outcomes, risk_level)
    return len(set(missed) - set(missed_targets(item, picked.outcomes, risk_level)))


class Dependents:
    """Which targets of workloads that need it an option would break, beside the rest of the plan."""

    def __init__(self, problem: Problem, choices: Mapping[str, str]) -> None:
        self.problem, self.choices = problem, choices
        self.missed = set(missed_of(problem, chosen(problem, choices)))
        self.pairs: dict[str, list[Coupling]] = defaultdict(list)
        for coupling in problem.couplings:
            self.pairs[coupling.needed].append(coupling)
        self.sets: dict[str, list[Joint]] = defaultdict(list)
        for joint in problem.joints:
            for name in joint.options if joint.missed else ():
                self.sets[name].append(joint)

    def broken(self, name: str, option_id: str) -> list[tuple[str, str]]:
        """(dependent, disruption) of the targets that are met now and would be missed."""
        choices = {**self.choices, name: option_id} if name in self.pairs or name in self.sets else self.choices
        keys = {
            (pair.dependent, pair.key)
            for pair in self.pairs.get(name, ())
            if option_id in pair.breaks.get(choices[pair.dependent], ())
        }
        keys |= {
            (joint.dependent, joint.key)
            for joint in self.sets.get(name, ())
            if joint.dependent != name and all(choices[end] in options for end, options in joint.options.items())
        }
        return sorted({case_of(dependent, key) for dependent, key in keys - self.missed})


def rejected(
    item: Candidate,
    picked: Option,
    problem: Problem,
    risk_level: RiskLevel,
    room: Room,
    dependents: Dependents,
) -> tuple[Rejected, ...]:
    """The options nearest to being chosen, each with the reason for which it lost; then some that another one beats."""
    others = [option for option in item.options.options if option.id != picked.id]
    mine = set(missed_targets(item, picked.outcomes, risk_level))
    others.sort(key=lambda option: (len(missed_targets(item, option.outcomes, risk_level)), option.monthly, option.id))
    shown = [_reject(item, option, picked, mine, problem, risk_level, room, dependents) for option in _varied(others)]
    for lost in item.options.dominated[: max(0, REJECTED_SHOWN // 2)]:
        shown.append(
            Rejected(
                option_id=lost.id,
                tier=lost.tier,
                monthly_added=lost.monthly,
                reason=_beaten(lost, item.options.within, item.builder.costing.currency),
                mechanisms=lost.mechanisms,
            )
        )
    shown += [
        Rejected(option_id=option_id, tier="none", monthly_added=None, reason=reason)
        for option_id, reason in item.options.excluded[:REJECTED_SHOWN]
    ]
    return tuple(shown)


def _beaten(lost: Beaten, within: Decimal | None, currency: str) -> str:
    """Why an option was left out before the choice."""
    if lost.outright or within is None:
        return f"{lost.winner} is at least as good in every figure and costs no more"
    return (
        f"{lost.winner} meets every target as well, costs no more, and lets the expected loss be larger by "
        f"{format_amount(within)} {currency} a year at most"
    )


def _varied(options: Sequence[Option]) -> list[Option]:
    """The first few of every set of mechanisms, so that the list shows alternatives and not shades of one."""
    seen: set[tuple[str, ...]] = set()
    varied = []
    for option in options:
        if option.mechanisms not in seen:
            seen.add(option.mechanisms)
            varied.append(option)
    return varied[:REJECTED_SHOWN]


def _reject(
    item: Candidate,
    option: Option,
    picked: Option,
    mine: set[Disruption],
    problem: Problem,
    risk_level: RiskLevel,
    room: Room,
    dependents: Dependents,
) -> Rejected:
    theirs = set(missed_targets(item, option.outcomes, risk_level))
    currency = item.builder.costing.currency
    extra = (option.monthly - picked.monthly).quantize(CENT)
    difference = f"{format_amount(abs(extra))} {currency} a month {'more' if extra > 0 else 'less'}"
    difference = difference if extra else "the same money"
    if theirs - mine:
        reason = f"misses {_words(theirs - mine)}, which the chosen one meets ({difference})"
    elif broken := dependents.broken(item.workload.name, option.id):
        names = " and ".join(f"{name} {disruption}" for name, disruption in broken)
        reason = f"would be back too late for {names}, which waits for it ({difference})"
    elif mine - theirs:
        limit = _beyond(extra, option.changes - picked.changes, room)
        reason = f"would meet {_words(mine - theirs)} too, for {difference}: {limit}"
    elif _weight(item, option, risk_level) > _weight(item, picked, risk_level):
        reason = f"misses more of the {_words(mine)}, which the chosen one misses too ({difference})"
    elif option.shared - picked.shared:
        names = ", ".join(sorted(option.shared - picked.shared))
        reason = f"meets the same targets for {difference}, and needs a charge of its own on top ({names})"
    elif extra > 0 and option.loss < picked.loss and problem.objective in ("min-risk", "min-total"):
        reason = (
            f"meets the same targets and loses less, for {difference}: {_dearer(extra, room.money, problem.objective)}"
        )
    elif extra > 0:
        reason = f"meets the same targets for {difference}"
    elif extra < 0:
        reason = f"meets the same targets for {difference}, but is worse under the objective {problem.objective}"
    else:
        reason = f"meets the same targets for the same money, {_tie(option, picked, currency)}"
    return Rejected(
        option_id=option.id,
        tier=option.tier,
        monthly_added=option.monthly.quantize(CENT),
        reason=reason,
        mechanisms=option.mechanisms,
    )


def _weight(item: Candidate, option: Option, risk_level: RiskLevel) -> float:
    """How much of its targets an option misses: data, time and having no way back count by themselves."""
    outcomes = ((option.outcomes[d], item.targets[d]) for d in DISRUPTIONS)
    return sum(WEIGHTS[part] for outcome, target in outcomes for part in missed_parts(outcome, target, risk_level))


def _dearer(extra: Decimal, left: Decimal | None, objective: Objective) -> str:
    if left is not None and extra > left:
        return _leaves(left)
    return (
        "a year of it costs more than it saves" if objective == "min-total" else "the budget is better spent elsewhere"
    )


def _tie(option: Option, picked: Option, currency: str) -> str:
    """What decides between two options that meet the same for the same money."""
    changes, loss = option.changes - picked.changes, (option.loss - picked.loss).quantize(CENT)
    if changes > 0:
        return f"with {changes} more change{'s' if changes > 1 else ''}"
    if loss > 0:
        return f"with an expected loss of {format_amount(loss)} {currency} a year more"
    return (
        "and the same in all that decides: of equals the first by name is taken"
        if not (changes or loss)
        else ("but what it shares with other workloads costs more")
    )


def _beyond(extra: Decimal, changes: int, room: Room) -> str:
    if room.money is not None and extra > room.money:
        return _leaves(room.money)
    if room.changes is not None and changes > room.changes:
        return f"it takes {changes} changes more, and {max(room.changes, 0)} are left of those allowed"
    return "other targets come first, or it changes nothing that counts as met"


def _leaves(left: Decimal) -> str:
    return f"the budget leaves {format_amount(left)}" if left >= 0 else "the budget is exceeded already"


def _words(disruptions: set[Disruption]) -> str:
    return " and ".join(sorted(disruptions)) + (" targets" if len(disruptions) > 1 else " target")


def marginals(chooser: Chooser, solution: Solution) -> tuple[Marginal, ...]:
    """What a little less and a little more budget would change: shares of the budget, and a tenth less than the plan
    uses, where that is less than a tenth off the budget."""
    if solution.status == "infeasible":
        return ()
    budget, used = chooser.problem.budget, solution.totals.cost
    cut = int(used * (1 + CUT))
    caps = [cut] if budget is None else [budget + int(budget * step) for step in (CUT, *BUDGET_STEPS)]
    if budget is not None and used > 0 and cut < caps[0]:
        caps.insert(0, cut)
    now = used if budget is None else budget
    found = (_marginal(chooser, solution, cap, now) for cap in caps if cap != now)
    return tuple(item for item in found if item is not None)


def _marginal(chooser: Chooser, solution: Solution, cap: int, budget: int) -> Marginal | None:
    other = chooser.solve(budget=cap)
    if other.status == "infeasible":
        return None
    problem = chooser.problem
    return Marginal(
        extra_monthly=Decimal(cap - budget) / 100,
        targets_gained=len(cases_of(problem, solution.choices)) - len(cases_of(problem, other.choices)),
        expected_annual_loss_saved=Decimal(solution.totals.loss - other.totals.loss) / 100,
        workloads=tuple(sorted(name for name in solution.choices if solution.choices[name] != other.choices[name])),
        detail=_marginal_words(problem, solution, other),
    )


def _parts(problem: Problem, solution: Solution, other: Solution) -> Sequence[str]:
    """Parts of targets that are met in addition, of targets that are missed still."""
    now, then = (missed_of(problem, chosen(problem, item.choices)) for item in (solution, other))
    still = {case_of(*key) for key in then}
    return sorted({" ".join(case_of(*key)) for key in now.keys() - then.keys() if case_of(*key) in still})


def _marginal_words(problem: Problem, solution: Solution, other: Solution) -> str:
    """Which targets the other plan meets, meets in part, loses and misses by more, heaviest first; where it gives up
    one for another, what they weigh."""
    now, then = (weights_of(problem, item.choices) for item in (solution, other))
    gained, lost = by_weight(now.keys() - then.keys(), now), by_weight(then.keys() - now.keys(), then)
    parts, worse = _parts(problem, solution, other), worsened(problem, solution.choices, other.choices)
    traded = problem.targets_first and bool(gained) and bool(lost or worse)

    def named(case: Case, weight: str) -> str:
        return " ".join(case) + (f" (weight {weight})" if traded else "")

    told = []
    if gained:
        told.append("meets also " + ", ".join(named(case, f"{now[case]:g}") for case in gained))
    if parts:
        told.append("meets a part of " + ", ".join(parts))
    if lost:
        told.append("loses " + ", ".join(named(case, f"{then[case]:g}") for case in lost))
    if worse:
        more = (named(case, f"{then[case]:g} instead of {now[case]:g}") for case in worse)
        told.append("misses by more " + ", ".join(more))
    if traded:
        whole = f"{other.totals.miss_weight:g} instead of {solution.totals.miss_weight:g}"
        told.append(f"all missed targets together then weigh {whole}, the least found for that budget")
    return "; ".join(told) or "changes no target"
