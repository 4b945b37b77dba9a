"""All options of a workload: every compatible combination of choices of its components, estimated, priced, and freed of
dominated ones."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter

from advisor.estimation.coarse import STEP
from advisor.estimation.combining import Composition, Trace
from advisor.estimation.compose import Task, compose, in_steps
from advisor.estimation.context import Context
from advisor.estimation.costs import Costing
from advisor.estimation.costs.costing import DAYS_PER_MONTH
from advisor.estimation.costs.shared import FILE_BACKUP_QUOTA, FILE_BACKUP_SKU
from advisor.estimation.dominance import Quota
from advisor.estimation.loss import LossRates, annual_loss
from advisor.estimation.measures import Choice, Dimension
from advisor.estimation.no_option import no_option
from advisor.estimation.option import Beaten, Option, OptionSet, meets, missed_parts, tier_of
from advisor.estimation.option_ids import OptionIds
from advisor.estimation.outcome import QUANTILES, RELEVANT, Outcome, evaluate
from advisor.estimation.packages import Package, Part, Unit, agree, combinations, units_of
from advisor.estimation.queues import Queues
from advisor.estimation.sampling import Sampler
from advisor.estimation.stakes import Dependent, Stakes
from advisor.estimation.unbeaten import unbeaten
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.finding import InputError
from advisor.model.plan import LEFT_OUT, OTHER_COMBINATIONS
from advisor.model.pricebook import MissingPrice
from advisor.model.targets import RiskLevel, Target
from advisor.model.units import cents_up, format_amount

__all__ = ["Builder", "Option", "OptionSet", "meets", "missed_parts", "tier_of"]
CENTS = 100
EXAMPLES = 4  # options beaten by others that are shown with their winner
Picks = tuple[int, ...]  # the number of each unit's package
OutcomeCache = dict[tuple[Disruption, tuple[str, ...]], Outcome]


@dataclass(frozen=True)
class Builder:
    """Everything that options of one workload are built with."""

    context: Context
    costing: Costing
    sampler: Sampler
    rates: LossRates
    targets: Mapping[Disruption, Target]
    risk_level: RiskLevel
    admit_unpriced: bool
    coupled: bool = False
    dependents: tuple[Dependent, ...] = ()

    @property
    def stakes(self) -> Stakes:
        """What the workload's outcomes decide about."""
        quantile = QUANTILES[self.risk_level]
        return Stakes(self.rates, self.targets, quantile, self.coupled, self.dependents)

    def build(self, dimensions: Sequence[Dimension]) -> OptionSet:
        """All options that no other one beats; ties go to the earlier one in the order of the dimensions. Raises
        ``InputError`` where the workload's wishes leave none."""
        found = self.building(dimensions).options()
        self.keep_services((*found.options, found.before))
        self.forget()
        return found

    def building(self, dimensions: Sequence[Dimension]) -> Building:
        """The options in the making."""
        components = tuple(self.context.components())
        units, excluded = units_of(components, dimensions, self.costing, self.admit_unpriced)
        return Building(self, dimensions, units, excluded)

    def keep_services(self, options: Sequence[Option]) -> None:
        """Keep the times that are compared sample by sample with those of other workloads."""
        if self.coupled:
            for option in options:
                for outcome in option.outcomes.values():
                    outcome.keep_service()

    def forget(self) -> None:
        """Let go of draws and paths, of which an estate has too many to keep; they are worked out again if need be."""
        self.sampler.forget()
        self.context.memo.clear()

    def option(self, option_id: str, choices: tuple[Choice, ...], parts: Sequence[Part], cache: OutcomeCache) -> Option:
        """The option of these parts, evaluated; ``cache`` keeps outcomes by disruption and what matters in it."""
        protections = [pair for part in parts for pair in part.identified]
        outcomes: dict[Disruption, Outcome] = {}
        for disruption in DISRUPTIONS:
            relevant = [pair for pair in protections if pair[1].mechanism in RELEVANT[disruption]]
            key = (disruption, tuple(sorted(identity for identity, _ in relevant)))
            if key not in cache:
                covering = [protection for _, protection in relevant]
                cache[key] = evaluate(self.context, disruption, covering, self.sampler)
            outcomes[disruption] = cache[key]
        quota = sum(part.quota_gib for part in parts)
        return Option(
            option_id,
            choices,
            outcomes,
            sum((part.monthly for part in parts), Decimal(0)),
            sum(part.unpriced for part in parts),
            sum(part.changes for part in parts),
            self.loss_of(outcomes),
            frozenset().union(*(part.shared for part in parts)),
            {FILE_BACKUP_QUOTA: quota} if quota else {},
            tier_of(outcomes, self.targets, self.risk_level),
        )

    def loss_of(self, outcomes: Mapping[Disruption, Outcome]) -> Decimal:
        """Expected annual loss of these outcomes."""
        return annual_loss(
            self.rates,
            {disruption: outcome.mean_s for disruption, outcome in outcomes.items()},
            {disruption: outcome.expected_s for disruption, outcome in outcomes.items()},
        )


class Building:
    """The options of one workload in the making."""

    def __init__(
        self,
        builder: Builder,
        dimensions: Sequence[Dimension],
        units: Sequence[Unit],
        excluded: tuple[tuple[str, str], ...],
    ) -> None:
        self.builder, self.dimensions, self.excluded = builder, dimensions, excluded
        self.units = _in_order(units)
        self.names = OptionIds(self.units, dimensions)
        self.cache: OutcomeCache = {}
        order = {component.id: place for place, component in enumerate(builder.context.components())}
        self.place = {name: order[name] for name in order}
        self.numbers = [
            {frozenset(package.choices.items()): number for number, package in enumerate(unit.packages)}
            for unit in self.units
        ]

    def options(self) -> OptionSet:
        spec = self.builder.context.spec
        pinned = self.names.read(spec.pin) if spec.pin is not None else None
        pinned = pinned if pinned is not None and agree(self.packages(pinned)) else None
        if spec.pin is not None:
            found = Composition((pinned,) if pinned is not None else (), True, 0, Trace())
        else:
            found = self.composed()
        made = {pick: self.option(pick) for pick in found.picks}
        if not found.queued:
            found, made = self.with_queues(found, made)
        picks, trace = found.picks, found.trace
        admitted = {pick: option for pick, option in made.items() if set(spec.require) <= set(option.mechanisms)}
        if not admitted:
            raise InputError([no_option(self.builder.context, self.builder.costing, self.builder.admit_unpriced)])
        builder = self.builder
        kept, beaten = self.unbeaten(list(admitted.values()))
        stands = {loser.id: winner.id for loser, winner in beaten} | {option.id: option.id for option in kept}

        def winner(option_id: str) -> str | None:
            asked = self.names.read(option_id)
            if asked is None:
                return None
            place = trace.stand_in(asked[: len(trace.packages)])
            entries = len(self.units) - len(trace.packages)
            return None if place is None else stands.get(self.write((*left[place], *asked[len(asked) - entries :])))

        left = list(dict.fromkeys(pick[: len(trace.packages)] for pick in picks))
        total = combinations(self.units)
        within = None if found.within is None else cents_up(found.within)
        shown = [Beaten(item.id, other.id, item.tier, item.monthly, item.mechanisms) for item, other in beaten]
        if trace.steps and len(shown) < EXAMPLES:
            shown += self.examples(made, winner, within is None, EXAMPLES - len(shown))
        considered = (total if found.complete else found.compared + len(made)) if spec.pin is None else len(made)
        notes = [] if found.complete else [_not_all(considered, total, found.queued)]
        notes += [] if within is None else [left_out(total, within, builder.costing.currency)]
        before = made.get((0,) * len(self.units)) or self.option((0,) * len(self.units))
        self.cache.clear()  # ``winner`` keeps the rest of this alive
        return OptionSet(
            tuple(kept),
            before,
            tuple(shown),
            considered,
            (*notes, *self.excluded),
            total,
            found.complete,
            winner,
            within,
        )

    def unbeaten(self, options: Sequence[Option]) -> tuple[list[Option], list[tuple[Option, Option]]]:
        """The options that no other one beats, and the beaten ones with their winner."""
        builder = self.builder
        return unbeaten(options, builder.risk_level, self.quota(), builder.stakes)

    def composed(self) -> Composition:
        """Combinations to evaluate together, each as the number of every unit's package, entries included."""
        return self.with_entries(compose(self.task))

    def with_entries(self, found: Composition) -> Composition:
        """The combinations with every choice of the entries that agrees with them."""
        entries = [range(len(unit.packages)) for unit in self.units if unit.is_entry]
        every = ((*item, *rest) for item in found.picks for rest in itertools.product(*entries))
        return replace(found, picks=tuple(item for item in every if agree(self.packages(item))))

    @property
    def task(self) -> Task:
        """The combining of the units."""
        builder = self.builder
        inner = sum(not unit.is_entry for unit in self.units)

        def alike() -> list[Picks]:
            return list(dict.fromkeys(picks[:inner] for picks in self.uniform()))

        return Task(builder.context, builder.sampler, self.units, builder.stakes, self.quota(), alike)

    def with_queues(self, found: Composition, made: Mapping[Picks, Option]) -> tuple[Composition, dict[Picks, Option]]:
        """What is left of combinations that were compared as if nothing waited for a slot. Where waiting decides over a
        target of one of them, those compared in steps come beside them, and it is open whether these are all."""
        builder = self.builder
        queues = Queues(builder.context, builder.sampler, builder.stakes, builder.risk_level)
        if not any(queues.decide(option) for option in made.values()):
            waits = max((queues.adds(item) for item in made.values()), default=0.0)
            return replace(found, within=(found.within or 0.0) + waits), dict(made)
        others = self.with_entries(in_steps(self.task))
        picks = tuple(dict.fromkeys((*found.picks, *others.picks)))
        every = {pick: made[pick] if pick in made else self.option(pick) for pick in picks}
        return replace(found, picks=picks, compared=others.compared, complete=False, trace=Trace(), within=None), every

    def uniform(self) -> Iterator[tuple[int, ...]]:
        """The combinations in which every unit takes each choice that it is offered."""
        for combo in itertools.product(*([choice.id for choice in item.choices] for item in self.dimensions)):
            wanted = set(enumerate(combo))
            picks = [
                numbers.get(frozenset((d, c) for d, c in wanted if number in self.names.offering.get((d, c), ())))
                for number, numbers in enumerate(self.numbers)
            ]
            found = tuple(pick for pick in picks if pick is not None)
            if len(found) == len(picks) and agree(self.packages(found)):
                yield found

    def examples(
        self, made: Mapping[tuple[int, ...], Option], winner: Callable[[str], str | None], outright: bool, count: int
    ) -> list[Beaten]:
        """The cheapest of the uniform combinations that never came to an evaluation, with what beats them."""
        cheapest = sorted((self.monthly(picks), number, picks) for number, picks in enumerate(self.uniform()))
        shown: list[Beaten] = []
        for _, _, picks in cheapest:
            if len(shown) >= count:
                break
            if picks in made:
                continue
            option = self.option(picks)
            other = winner(option.id)
            if other is not None and other != option.id:
                shown.append(Beaten(option.id, other, option.tier, option.monthly, option.mechanisms, outright))
        return shown

    def monthly(self, picks: Sequence[int]) -> Decimal:
        return sum((package.monthly for package in self.packages(picks)), Decimal(0))

    def packages(self, picks: Sequence[int]) -> list[Package]:
        return [unit.packages[pick] for unit, pick in zip(self.units, picks, strict=True)]

    def write(self, picks: Sequence[int]) -> str:
        return self.names.write(self.packages(picks))

    def option(self, picks: Sequence[int]) -> Option:
        packages = self.packages(picks)
        parts = [part for package in packages for part in package.parts]
        return self.builder.option(self.names.write(packages), self.choices(parts), parts, self.cache)

    def choices(self, parts: Sequence[Part]) -> tuple[Choice, ...]:
        """What is chosen of each dimension, the proposals in the order of the workload's components."""
        found = []
        for number in range(len(self.dimensions)):
            own = [part for part in parts if part.dimension == number]
            proposals = [item for part in own for item in part.proposals]
            if proposals:
                proposals.sort(key=lambda item: self.place[item.protection.component])
                found.append(Choice("+".join(dict.fromkeys(part.choice for part in own)), tuple(proposals)))
        return tuple(found)

    def quota(self) -> Quota:
        """What the account's free quota of file backup could take off an option at most."""
        builder = self.builder
        price = builder.costing.price(FILE_BACKUP_SKU, "all")
        if isinstance(price, MissingPrice):
            return Quota()
        per_unit = float(price.deciding * DAYS_PER_MONTH * CENTS)
        return Quota(per_unit, builder.context.number("file_backup.essential.free_quota"))


def _not_all(considered: int, total: int, queued: bool) -> tuple[str, str]:
    """What is said where a workload has more combinations than can be compared."""
    if not queued:
        return OTHER_COMBINATIONS, (
            f"all {total:,} combinations were compared as if nothing waited for a slot; as waiting decides over a "
            f"target of some that are left, others that differ by more than {STEP - 1:.0%} were looked at too, and a "
            "cheaper one may be left out"
        )
    return OTHER_COMBINATIONS, (
        f"{considered:,} of {total:,} combinations were compared, with losses and each component's own recovery time "
        f"taken for equal within {STEP - 1:.0%}"
    )


def left_out(total: int, within: Decimal, currency: str) -> tuple[str, str]:
    """What is said where combinations were compared by what they decide."""
    amount = f"{format_amount(within)} {currency}"
    saved = f"one could save up to {amount} of expected loss a year at the same cost"
    return LEFT_OUT, (
        f"all {total:,} combinations were compared by what they decide: none that is left out costs less, touches less "
        f"or meets a target more; {saved if within else 'and none would make this plan better'}"
    )


def _in_order(units: Sequence[Unit]) -> tuple[Unit, ...]:
    """Units after those whose components theirs need, entries last; as they come, where they need each other."""
    inner = [unit for unit in units if not unit.is_entry]
    home = {component.id: number for number, unit in enumerate(inner) for component in unit.components}
    graph = {
        number: sorted({home[n] for c in unit.components for n in c.needs if home.get(n, number) != number})
        for number, unit in enumerate(inner)
    }
    with suppress(CycleError):
        inner = [inner[number] for number in TopologicalSorter(graph).static_order()]
    return (*inner, *(unit for unit in units if unit.is_entry))
