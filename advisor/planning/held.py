"""What holds a workload up that waits for others, whatever options are taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
        value, option, outcome = _least(own, needs.outcomes_of(need, disruption), probability)
        found.append((value, need, option, outcome))
    if not found:
        return None
    value, need, option, _ = max(found, key=lambda item: (item[0], item[1]))
    quickest = {item[1]: item[3] for item in found}
    together = min(needs.joint(name, {**quickest, name: mine}).quantile(probability) for mine in own)
    return Held(need, option, value, together)


def _least(
    own: Sequence[Outcome], others: Sequence[tuple[Outcome, tuple[str, ...]]], probability: float
) -> tuple[float, str, Outcome]:
    """The least quantile of all pairs, with the first option of the other one that has it. None is less than that of
    either by itself, so that most pairs need no look."""
    best: tuple[float, str, Outcome] | None = None
    alone = sorted(((mine.quantile(probability), place) for place, mine in enumerate(own)))
    for other, ids in sorted(others, key=lambda item: (item[0].quantile(probability), item[1][0])):
        if best is not None and other.quantile(probability) > best[0]:
            break
        for least, place in alone:
            if best is not None and least > best[0]:
                break
            value = with_needs(own[place], [other]).quantile(probability)
            if best is None or (value, ids[0]) < best[:2]:
                best = (value, ids[0], other)
    if best is None:
        raise ValueError("there is no pair of options")
    return best
