"""What holds a workload up that waits for others, whatever options are taken."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from advisor.estimation.outcome import QUANTILES, Outcome, with_needs
from advisor.model.disruption import Disruption
from advisor.planning.needs import Needs


@dataclass(frozen=True)
class Held:
    """The earliest return of a workload, in seconds at the risk level (inf: none), that one of the workloads it needs
    leaves it with, by that one's quickest option; ``together`` with the quickest of all of them."""

    need: str
    option_id: str
    value_s: float
    together_s: float


def _nobody(disruption: Disruption) -> None:
    """What a workload without needs is held up by."""
    del disruption


@dataclass(frozen=True)
class Waits:
    """Whom a workload waits for in the plan, by disruption, and what holds it up at best."""

    named: Mapping[Disruption, str | None] = field(default_factory=dict)
    held: Callable[[Disruption], Held | None] = _nobody


ALONE = Waits()


def held_up(needs: Needs, name: str, disruption: Disruption) -> Held | None:
    """The needed workload whose quickest option leaves ``name`` latest, other needs aside; None where it needs none.

    ``value_s`` is the least over all pairs of an option of each: no plan is earlier. ``together_s`` is what the
    quickest options reach together."""
    probability = QUANTILES[needs.risk_level]
    found: list[tuple[float, str, str, Outcome]] = []
    own = [outcome for outcome, _ in needs.outcomes_of(name, disruption)]
    for need in needs.of[name]:
        pairs = itertools.product(own, needs.outcomes_of(need, disruption))
        value, option, outcome = min(
            ((with_needs(mine, [other]).quantile(probability), ids[0], other) for mine, (other, ids) in pairs),
            key=lambda item: item[:2],
        )
        found.append((value, need, option, outcome))
    if not found:
        return None
    value, need, option, _ = max(found, key=lambda item: (item[0], item[1]))
    quickest = {item[1]: item[3] for item in found}
    together = min(needs.joint(name, {**quickest, name: mine}).quantile(probability) for mine in own)
    return Held(need, option, value, together)
