"""Options of one workload that were left out as they would save little: found where one could be in a better plan."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Final

import numpy as np

from advisor.estimation.closer import Closer, Mask
from advisor.estimation.combining import Composition
from advisor.estimation.compose import Task
from advisor.estimation.dominance import TooManyError
from advisor.estimation.measures import Dimension
from advisor.estimation.option import Option
from advisor.estimation.options import Builder
from advisor.estimation.weighed import Weighing, closer_allowance, scale
from advisor.model.units import cents_up

FEW: Final = 1_000  # combinations that may be left after a step …
MORE: Final = 3  # … so many times more where that makes nothing better …
MOST: Final = 27_000  # … up to this
HALF_A_CENT: Final = 0.005
MOST_KNOWN: Final = 2_000  # whole combinations that may be known


class Refinement:
    """The combinations of one workload, looked at more and more closely where they matter.

    ``known`` are the options that the plan is made from. ``within`` is the money a year that an option could save which
    stands behind one that matters and is not known."""

    def __init__(self, builder: Builder, dimensions: Sequence[Dimension], known: Sequence[Option]) -> None:
        self.builder = builder
        self.building = builder.building(dimensions)
        self.known = {option.id: option for option in known}
        self._first = frozenset(self.known)
        self._limit = FEW
        self._stands: dict[str, str] = {}
        self._found: Composition = self.building.composed()
        self._take(self._found)

    @property
    def within(self) -> Decimal:
        """Money a year, to the cent, rounded up; less than half a cent is none, as in all amounts that plans are
        compared by."""
        within = self._found.within or 0.0
        return cents_up(within) if within >= HALF_A_CENT else Decimal(0)

    @property
    def can_be_closer(self) -> bool:
        """Whether looking again may help: the money is for what was let pass, and not for waiting for slots or for
        combinations in steps, and more combinations may still be looked at."""
        found = self._found
        return found.queued and found.complete and bool(self.within) and self._limit <= MOST

    def closer(self, matter: Collection[str]) -> bool:
        """Look again at what stands behind the options that ``matter`` (ids of known ones); whether less is left open
        by that. Options that no known one beats are known from then on, and those that do not matter forgotten, unless
        they were known at first."""
        self.known = {name: option for name, option in self.known.items() if name in matter or name in self._first}
        mask = self._mask(matter)
        if not mask.any():  # what is left out stands behind nothing that matters
            self._found = replace(self._found, within=0.0)
            return True
        task = self.building.task
        while self._limit <= MOST:
            found = self._closer(task, mask)
            if found is not None and (found.within or 0.0) < (self._found.within or 0.0):
                self._take(self.building.with_entries(found))
                return True
            self._limit *= MORE
        return False

    def _closer(self, task: Task, mask: Mask) -> Composition | None:
        """The combinations that stay, None where they are too many."""
        performance, tables = task.performance
        allowance = closer_allowance(scale(task.stakes, tables), len(tables), self._limit)
        weighing = Weighing(performance, task.stakes, task.quota, allowance)
        with suppress(TooManyError):
            found = Closer(performance, tables, task.quota, weighing, self._found.trace, mask).run()
            return found if len(found.picks) <= MOST_KNOWN else None
        return None

    def _mask(self, matter: Collection[str]) -> Mask:
        """Which of the final places of the trace an option that matters stands for."""
        units = len(self._found.trace.packages)
        places = {inner: place for place, inner in enumerate(dict.fromkeys(pick[:units] for pick in self._found.picks))}
        found = np.zeros(len(places), dtype=np.bool_)
        for pick in self._found.picks:
            stands = self._stands.get(self.building.write(pick))
            found[places[pick[:units]]] |= stands in matter
        return found

    def _take(self, found: Composition) -> None:
        """Know the options of these combinations, but for those that another one beats."""
        self._found = found
        wanted = set(self.builder.context.spec.require)
        made = [self.building.option(pick) for pick in found.picks]
        admitted = {option.id: option for option in made if wanted <= set(option.mechanisms)}
        _, beaten = self.building.unbeaten([*({**self.known, **admitted}).values()])
        winners = {loser.id: winner.id for loser, winner in beaten}
        # Known ones are taken as made here: outcomes that are one object are told to be alike.
        taken = {name: option for name, option in admitted.items() if name in self.known or name not in winners}
        self.builder.keep_services([*taken.values()])
        self.known |= taken
        self._stands = {name: winners.get(name, name) for name in admitted} | {name: name for name in self.known}
