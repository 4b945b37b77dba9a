"""The plan, made better by options that were left out at first.

Where a workload has very many combinations, those that would save little of the expected loss are left out
(``estimation.weighed``). Under an objective that looks at the loss one of them could be in a better plan, though only
where the option that stands for it is in a plan that is nearly as good as the best. What stands behind such options is
looked at again, until nothing is left out that could matter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from advisor.estimation.measures import offer
from advisor.estimation.option import OptionSet
from advisor.estimation.options import left_out
from advisor.estimation.refinement import Refinement
from advisor.model.plan import LEFT_OUT
from advisor.model.targets import Objective
from advisor.planning.candidates import Candidate
from advisor.planning.decision import Decision, decide
from advisor.planning.needs import to_cents
from advisor.planning.request import PlanRequest

LOSSES: Final[frozenset[Objective]] = frozenset({"min-risk", "min-total"})
MANY: Final = 40  # workloads: more than a person plans by hand; what is left out is then stated as part of the gap
ROUNDS: Final = 20
SIMILAR: Final = Decimal("0.3")  # of the largest amount
Found = tuple[Candidate, ...]


def left_open(found: Sequence[Candidate]) -> Decimal:
    """What all options that are left out could save of the expected loss a year, at most."""
    return sum((item.options.left_open for item in found), Decimal(0))


def refined(request: PlanRequest, found: Found, decision: Decision) -> tuple[Found, Decision]:
    """The candidates with what was left out of them that matters, and the decision between all these."""
    worth = request.objective in LOSSES and decision.solution.status != "infeasible" and len(found) <= MANY
    if not worth or not left_open(found):
        return found, decision
    begun = {item.workload.name: _refinement(item) for item in found if item.options.left_open}
    refinements = {name: item for name, item in begun.items() if item.can_be_closer}  # of others all stays as stated
    for _ in range(ROUNDS):
        names = _largest(refinements)
        if not names:
            break
        # Twice: what stands for a combination may itself be beaten, by one behind an option that is out of reach.
        more = to_cents(2 * left_open(found)) + len(found)  # amounts are rounded to the cent
        reach = decision.chooser.portfolio.in_reach(decision.solution, more)
        if sum(_closer(request, name, refinements[name], reach[name]) for name in names):
            found = tuple(_with(item, refinements.get(item.workload.name)) for item in found)
            request.progress("choosing one option for every workload")
            decision = decide(request, found, decision)
    for item in found:
        item.builder.forget()
    return found, decision


def _largest(refinements: Mapping[str, Refinement]) -> list[str]:
    """Those that leave most open, about, of those that can be looked at again: what is left open elsewhere makes more
    seem to matter."""
    open_ = {name: item.within for name, item in refinements.items() if item.can_be_closer}
    return [name for name, amount in open_.items() if amount >= SIMILAR * max(open_.values())]


def _closer(request: PlanRequest, name: str, refinement: Refinement, matter: Collection[str]) -> bool:
    request.progress(f"options of {name} that were left out")
    return refinement.closer(matter)


def _refinement(item: Candidate) -> Refinement:
    return Refinement(item.builder, offer(item.builder.context).dimensions, item.options.options)


def _with(item: Candidate, refinement: Refinement | None) -> Candidate:
    if refinement is None:
        return item
    note = left_out(item.options.combinations, refinement.within, item.builder.costing.currency)
    options: OptionSet = replace(
        item.options,
        options=tuple(refinement.known.values()),
        unsettled=refinement.within,
        excluded=tuple(note if name == LEFT_OUT else (name, reason) for name, reason in item.options.excluded),
    )
    return replace(item, options=options)
