"""Whether what the targets file takes out of the choice is what keeps a target out of reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from advisor.estimation.options import missed_parts
from advisor.estimation.outcome import Outcome, with_needs
from advisor.model.disruption import Disruption
from advisor.planning.builders import build, waiting_for
from advisor.planning.candidates import Candidate
from advisor.planning.needs import Needs
from advisor.planning.request import PlanRequest
from advisor.planning.wishes import wished, wishes_of

Outcomes = Sequence[Outcome]
Free = Callable[[str], Sequence[Mapping[Disruption, Outcome]]]
"""The outcomes of the options that a workload would have without pin, require and forbid."""


class Blame:
    """What to say of a target that nothing meets: the wishes of the workload and of those it waits for, where it could
    be met without them; nothing where it is out of reach all the same."""

    def __init__(self, found: Sequence[Candidate], needs: Needs, free: Free) -> None:
        self.needs, self.free = needs, free
        self.told = wishes_of(found)
        self._known: dict[str, Sequence[Mapping[Disruption, Outcome]]] = {}

    def __call__(self, name: str, disruption: Disruption) -> str:
        told = self.told.get(name, "")
        return told if told and self._in_reach(name, disruption) else ""

    def _in_reach(self, name: str, disruption: Disruption) -> bool:
        """Whether an option of the workload meets the target by itself, and beside each workload that it waits for;
        what several of these do together is left out, so that no wish is cleared that matters."""
        own = [outcome for outcome in self._outcomes(name, disruption) if self._meets(name, disruption, outcome)]
        return bool(own) and all(
            any(
                self._meets(name, disruption, with_needs(mine, [other]))
                for other in self._outcomes(need, disruption)
                for mine in own
            )
            for need in self.needs.of[name]
        )

    def _meets(self, name: str, disruption: Disruption, outcome: Outcome) -> bool:
        return not missed_parts(outcome, self.needs.by_name[name].targets[disruption], self.needs.risk_level)

    def _outcomes(self, name: str, disruption: Disruption) -> Outcomes:
        item = self.needs.by_name[name]
        if not wished(item.spec):
            return [outcome for outcome, _ in self.needs.outcomes_of(name, disruption)]
        if name not in self._known:
            self._known[name] = self.free(name)
        return list({id(o[disruption]): o[disruption] for o in self._known[name]}.values())


def free_of(request: PlanRequest, found: Sequence[Candidate]) -> Free:
    """Builds the options anew, without the workload's wishes."""
    workloads = {item.workload.name: item.workload for item in found}
    waiting = waiting_for(list(workloads.values()))

    def free(name: str) -> Sequence[Mapping[Disruption, Outcome]]:
        plain = tuple(
            replace(spec, pin=None, require=(), forbid=()) if spec.name == name else spec
            for spec in request.targets.workloads
        )
        asked = replace(request, targets=replace(request.targets, workloads=plain))
        return [option.outcomes for option in build(asked, workloads[name], waiting[name]).options.options]

    return free
