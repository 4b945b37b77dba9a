"""What hard needs do to missed targets and expected losses, judged on joint outcomes.

A workload is not back before those it needs and its own start after them, sample by sample; those wait for what they
need in turn, so that along a chain of needs the starts add up. In a ring nobody waits for itself: of the others of its
ring the own recovery counts. Pairs of options are looked at beforehand. What only several needed workloads do together
(the quantile of a maximum exceeds the maximum of the quantiles, and so does its mean; starts add up along a chain) is
found in the plans that the optimiser proposes, and handed back to it: never more than the truth, and the truth for
every plan that was looked at.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from advisor.estimation.loss import annual_loss
from advisor.estimation.options import Option, missed_parts
from advisor.estimation.outcome import Outcome, no_faster, with_needs
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.option import Coupling, Joint, Problem, Waiting
from advisor.model.targets import RiskLevel
from advisor.optimise import chosen, missed_of, waiting_of
from advisor.planning.builders import all_needs
from advisor.planning.candidates import Candidate

CENTS = Decimal(100)
# A target is half about data and half about time; having no way back at all weighs half a target more, so that a target
# that cannot be met still asks for a bounded loss.
WEIGHTS = {"rpo": 0.5, "rto": 0.5, "unbounded": 0.5}
# What waiting can break: it takes time, and loses no data.
PARTS = ("rto", "unbounded")
NOTHING = Outcome("logical", None, (), 0.0, 0.0, None, True)


def to_cents(amount: Decimal) -> int:
    return int((amount * CENTS).to_integral_value())


@dataclass(frozen=True)
class _Alike:
    """Options of one workload that share their outcome under one disruption."""

    outcome: Outcome
    options: tuple[str, ...]


@dataclass(frozen=True)
class _Together:
    """A workload's own outcome with those it waits for: what only they break, and what they add to the loss, in
    cents."""

    own: Outcome
    others: Mapping[str, Outcome]
    broken: frozenset[str]
    extra: int


@dataclass(frozen=True)
class _Both:
    """What waiting for one other outcome breaks, and adds to the loss, in cents; both outcomes are kept, as they are
    told by their identity."""

    ends: tuple[Outcome, Outcome]
    broken: frozenset[str]
    extra: int


class Needs:
    """All that each workload needs hard, directly or through others, and what that does to its outcomes. What is known
    of pairs of them is taken from ``before``, which had other options of the same workloads."""

    def __init__(self, found: Sequence[Candidate], risk_level: RiskLevel, before: Needs | None = None) -> None:
        self.by_name = {item.workload.name: item for item in found}
        self.of = needs_of(found)
        self._order = {name: (len(needs), name) for name, needs in self.of.items()}
        self._before = {name: self._waits(name) for name in self.of}
        self.risk_level = risk_level
        self._alike: dict[tuple[str, Disruption], tuple[_Alike, ...]] = {}
        self._seen: dict[tuple[object, ...], _Together] = {}
        self._alone: dict[tuple[str, int], tuple[Outcome, int]] = {}  # by the outcome, which is kept with it
        self._pairs: dict[tuple[str, int, int], _Both] = {} if before is None else before._pairs

    def outcomes(self, choices: Mapping[str, str]) -> dict[str, dict[Disruption, Outcome]]:
        """Outcomes of the chosen options, each waiting for all it needs."""
        picked = {name: item.option(choices[name]).outcomes for name, item in self.by_name.items()}
        joint = {d: self._joined({name: outcomes[d] for name, outcomes in picked.items()}) for d in DISRUPTIONS}
        return {name: {d: joint[d][name] for d in DISRUPTIONS} for name in picked}

    def waited_for(self, name: str, disruption: Disruption, choices: Mapping[str, str]) -> list[Outcome]:
        """What the workload waits for with these options of the others, whichever it takes itself."""
        own = {other: self._chosen(other, disruption, choices) for other in (*self.of[name], name)}
        return self._waiting(name, own, self._joined(own))

    def joint(self, name: str, own: Mapping[str, Outcome]) -> Outcome:
        """The outcome of a workload from its own and those of all that it needs: each of these waits for what it needs
        in turn, and starts after it."""
        return self._joined({other: own[other] for other in (*self.of[name], name)})[name]

    def _joined(self, own: Mapping[str, Outcome]) -> dict[str, Outcome]:
        """The same of all; ``own`` leaves none out that another one needs, or only others of its ring."""
        known: dict[str, Outcome] = {}
        for name in sorted(own, key=lambda one: self._order[one]):  # who needs another one has more needs than it
            known[name] = with_needs(own[name], self._waiting(name, own, known))
        return known

    def _waiting(self, name: str, own: Mapping[str, Outcome], known: Mapping[str, Outcome]) -> list[Outcome]:
        ring, outside = self._before[name]
        return [*(own[other] for other in ring), *(known[other] for other in outside)]

    def _waits(self, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The others of its ring, whose own recovery counts, and what any of the ring needs beyond it."""
        needs = self.of[name]
        ring = [other for other in needs if len(self.of[other]) == len(needs) and name in self.of[other]]
        near = {need for one in (name, *ring) for need in self.by_name[one].workload.needs_hard}
        return tuple(ring), tuple(sorted((near & set(needs)) - set(ring)))

    def outcomes_of(self, name: str, disruption: Disruption) -> tuple[tuple[Outcome, tuple[str, ...]], ...]:
        """The different outcomes that a workload's options have, each with the ids of its options."""
        return tuple((item.outcome, item.options) for item in self._classes(name, disruption))

    def loss(self, name: str, option: Option, joint: Mapping[Disruption, Outcome]) -> Decimal:
        """Expected annual loss of an option, with what waiting adds."""
        extra = sum(self._extra(name, d, option.outcomes[d], joint[d]) for d in DISRUPTIONS)
        return option.loss + Decimal(extra) / CENTS

    def pairs(self) -> tuple[tuple[Coupling, ...], tuple[Waiting, ...]]:
        """What each needed workload by itself breaks and adds to the loss, for every pair of options. A target that the
        dependent's own option misses already needs no partner."""
        couplings: list[Coupling] = []
        waits: list[Waiting] = []
        for name, needs in sorted(self.of.items()):
            for need in needs:
                for disruption in DISRUPTIONS:
                    self._pair(name, need, disruption, couplings, waits)
        return tuple(couplings), tuple(waits)

    def surprises(self, problem: Problem, choices: Mapping[str, str]) -> list[Joint]:
        """What several needed workloads together do in this plan and ``problem`` does not say yet. ``choices`` may
        leave workloads out, though none that another one of them needs."""
        several = [name for name, needs in sorted(self.of.items()) if len(needs) > 1 and name in choices]
        if not several:
            return []
        picked = chosen(problem, choices)
        missed, waiting = missed_of(problem, picked), waiting_of(problem, picked)
        found: list[Joint] = []
        for name, disruption in itertools.product(several, DISRUPTIONS):
            together = self._together(name, disruption, choices)
            for part in sorted(together.broken):
                if (name, f"{disruption}.{part}") not in missed:
                    found.append(self._missed_joint(name, disruption, part, together))
            if together.extra > waiting.get((name, disruption), 0):
                found.append(self._lost_joint(name, disruption, together))
        return found

    def _pair(
        self, name: str, need: str, disruption: Disruption, couplings: list[Coupling], waits: list[Waiting]
    ) -> None:
        breaks: dict[str, dict[str, frozenset[str]]] = {part: {} for part in PARTS}
        extra: dict[str, dict[str, int]] = {}
        for mine in self._classes(name, disruption):
            joint = [
                (other.options, self._both(name, disruption, mine.outcome, other.outcome))
                for other in self._classes(need, disruption)
                if _delays(mine.outcome, other.outcome)
            ]
            for part in PARTS:
                bad = [ids for ids, both in joint if part in both.broken]
                if bad:
                    breaks[part] |= dict.fromkeys(mine.options, frozenset().union(*bad))
            lost = {option: both.extra for ids, both in joint for option in ids}
            if any(lost.values()):
                extra |= dict.fromkeys(mine.options, lost)
        for part in PARTS:
            if breaks[part]:
                weight = self._weight(name, part)
                couplings.append(Coupling(name, need, f"{disruption}.{part}", weight, breaks[part]))
        if extra:
            waits.append(Waiting(name, need, disruption, extra))

    def _both(self, name: str, disruption: Disruption, own: Outcome, other: Outcome) -> _Both:
        """What waiting for one other outcome does, looked at once."""
        key = (name, id(own), id(other))
        if key not in self._pairs:
            joint = with_needs(own, [other])
            broken = frozenset(part for part in PARTS if self._breaks(name, disruption, part, own, joint))
            self._pairs[key] = _Both((own, other), broken, self._extra(name, disruption, own, joint))
        return self._pairs[key]

    def _together(self, name: str, disruption: Disruption, choices: Mapping[str, str]) -> _Together:
        """What all needed workloads together do, looked at once for plans with the same outcomes."""
        others = {need: self._chosen(need, disruption, choices) for need in self.of[name]}
        own = self._chosen(name, disruption, choices)
        key = (name, disruption, id(own), *(id(other) for other in others.values()))
        if key not in self._seen:
            joint = self.joint(name, {**others, name: own})
            broken = frozenset(part for part in PARTS if self._breaks(name, disruption, part, own, joint))
            self._seen[key] = _Together(own, others, broken, self._extra(name, disruption, own, joint))
        return self._seen[key]

    def _of_some(self, name: str, own: Outcome, found: _Together, needs: Iterable[str]) -> Outcome:
        """``own`` with some of the needed workloads alone, as if nothing happened to the rest of them."""
        some = dict.fromkeys(found.others, NOTHING) | {need: found.others[need] for need in needs}
        return self.joint(name, {**some, name: own})

    def _missed_joint(self, name: str, disruption: Disruption, part: str, found: _Together) -> Joint:
        def missed(own: Outcome, needs: Iterable[str]) -> bool:
            return self._breaks(name, disruption, part, own, self._of_some(name, own, found, needs))

        options = self._fewest(name, disruption, found, missed)
        return Joint(name, f"{disruption}.{part}", options, missed=self._weight(name, part))

    def _lost_joint(self, name: str, disruption: Disruption, found: _Together) -> Joint:
        def lost(own: Outcome, needs: Iterable[str]) -> bool:
            return self._extra(name, disruption, own, self._of_some(name, own, found, needs)) >= found.extra

        return Joint(name, disruption, self._fewest(name, disruption, found, lost), loss=found.extra)

    def _fewest(
        self, name: str, disruption: Disruption, found: _Together, enough: Callable[[Outcome, Iterable[str]], bool]
    ) -> dict[str, frozenset[str]]:
        """The needed workloads without those that make no difference, with all their options that are as slow; and all
        of the workload's own with which these are ``enough``."""
        few = list(found.others)
        for need in found.others:
            rest = [other for other in few if other != need]
            few = rest if enough(found.own, rest) else few
        options = {need: self._as_slow(need, disruption, found.others[need]) for need in few}
        alike = (item.options for item in self._classes(name, disruption) if enough(item.outcome, few))
        return {**options, name: frozenset(option for ids in alike for option in ids)}

    def _chosen(self, name: str, disruption: Disruption, choices: Mapping[str, str]) -> Outcome:
        return self.by_name[name].option(choices[name]).outcomes[disruption]

    def _classes(self, name: str, disruption: Disruption) -> tuple[_Alike, ...]:
        if (name, disruption) not in self._alike:
            gathered: dict[int, tuple[Outcome, list[str]]] = {}
            for option in self.by_name[name].options.options:
                outcome = option.outcomes[disruption]
                gathered.setdefault(id(outcome), (outcome, []))[1].append(option.id)
            classes = tuple(_Alike(outcome, tuple(options)) for outcome, options in gathered.values())
            self._alike[name, disruption] = classes
        return self._alike[name, disruption]

    def _as_slow(self, name: str, disruption: Disruption, outcome: Outcome) -> frozenset[str]:
        """The options that are back no earlier than ``outcome`` in any sample: they break whatever it breaks."""
        return frozenset(
            o for item in self._classes(name, disruption) if no_faster(item.outcome, outcome) for o in item.options
        )

    def _breaks(self, name: str, disruption: Disruption, part: str, own: Outcome, joint: Outcome) -> bool:
        target = self.by_name[name].targets[disruption]
        if target.rto_s is None or part in missed_parts(own, target, self.risk_level):
            return False
        return part in missed_parts(joint, target, self.risk_level)

    def _extra(self, name: str, disruption: Disruption, own: Outcome, joint: Outcome) -> int:
        """What the longer outage costs a year, in whole cents."""
        key = (name, id(own))
        if key not in self._alone:
            self._alone[key] = (own, self._costs(name, disruption, own))
        return self._costs(name, disruption, joint) - self._alone[key][1]

    def _costs(self, name: str, disruption: Disruption, outcome: Outcome) -> int:
        rates = self.by_name[name].builder.rates
        return to_cents(annual_loss(rates, {disruption: outcome.mean_s}, {}))

    def _weight(self, name: str, part: str) -> float:
        return self.by_name[name].workload_class.weight * WEIGHTS[part]


def needs_of(found: Sequence[Candidate]) -> dict[str, tuple[str, ...]]:
    """For each workload all that it needs hard, directly or through others."""
    return all_needs({item.workload.name: item.workload.needs_hard for item in found})


def _delays(own: Outcome, other: Outcome) -> bool:
    """Whether waiting for ``other`` can make ``own`` later in any sample."""
    if not own.recoverable:
        return False
    if not other.recoverable:
        return True
    tail, mine = (0.0 if own.tail is None else own.tail), own.times
    return any(bool(np.any(samples + tail > mine.get(place, 0.0))) for place, samples in other.times.items())
