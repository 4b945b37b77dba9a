"""What waiting for slots does to an option: its outcomes beside those in which nothing waits.

Slots only delay: in every sample a recovery that waits for none ends no later. So where many combinations were
compared as if nothing waited, none that is left out costs less or meets more than the one that stands for it, as long
as waiting decides over no target of those that stay; and it saves no more than what was let pass and what waiting costs
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from advisor.estimation.context import Context
from advisor.estimation.option import Option, missed_parts
from advisor.estimation.outcome import RELEVANT, Outcome, evaluate
from advisor.estimation.sampling import Sampler
from advisor.estimation.stakes import Stakes, passed
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.targets import RiskLevel, Target


@dataclass(frozen=True)
class Queues:
    """Compares options with and without waiting for slots, by the stakes of their workload."""

    context: Context
    sampler: Sampler
    stakes: Stakes
    risk_level: RiskLevel
    known: dict[int, tuple[Outcome, Outcome]] = field(default_factory=dict)  # by the outcome, which is kept with it

    def without(self, option: Option) -> dict[Disruption, Outcome]:
        """The option's outcomes if nothing waited for a slot."""
        return {name: self._without(option, name) for name in DISRUPTIONS}

    def _without(self, option: Option, disruption: Disruption) -> Outcome:
        outcome = option.outcomes[disruption]
        if id(outcome) not in self.known:
            covering = [item for item in option.protections if item.mechanism in RELEVANT[disruption]]
            found = evaluate(self.context, disruption, covering, self.sampler, queued=False)
            self.known[id(outcome)] = (outcome, found)
        return self.known[id(outcome)][1]

    def adds(self, option: Option) -> float:
        """Money a year that waiting adds to the loss of the workload, and of those that wait for it, at most."""
        return float(sum(self._adds(number, option, name) for number, name in enumerate(DISRUPTIONS)))

    def _adds(self, number: int, option: Option, disruption: Disruption) -> float:
        outcome, free = option.outcomes[disruption], self._without(option, disruption)
        if outcome is free or not outcome.recoverable or not free.recoverable:
            return 0.0
        least = free.times
        later = (float(np.mean(samples - least.get(place, 0.0))) for place, samples in outcome.times.items())
        return max(later, default=0.0) * float(self.stakes.down[number])

    def decide(self, option: Option) -> bool:
        """Whether waiting makes the option miss a target, or may make a workload miss one that waits for it."""
        return any(
            self._decisive(number, option.outcomes[name], self._without(option, name))
            for number, name in enumerate(DISRUPTIONS)
        )

    def _decisive(self, number: int, outcome: Outcome, free: Outcome) -> bool:
        target = self.stakes.targets.get(DISRUPTIONS[number], Target())
        if missed_parts(outcome, target, self.risk_level) != missed_parts(free, target, self.risk_level):
            return True
        return self.stakes.coupled and self._moments(number, outcome) != self._moments(number, free)

    def _moments(self, number: int, outcome: Outcome) -> Sequence[bytes]:
        """In which samples the workload is late for its own target, and how far it is where those that wait for it may
        be, by place."""
        target = self.stakes.targets.get(DISRUPTIONS[number], Target()).rto_s
        spans = self.stakes.spans_s(number)
        return [
            passed(samples, spans).tobytes() + (b"" if target is None else (samples > target).tobytes())
            for _, samples in sorted(outcome.times.items(), key=lambda pair: pair[0] or "")
        ]
