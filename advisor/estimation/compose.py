"""Which combinations of a workload's packages are worth an evaluation, by the method that their number allows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from advisor.estimation.coarse import Coarse
from advisor.estimation.combining import Composition, Exact
from advisor.estimation.context import Context
from advisor.estimation.dominance import Quota, TooManyError
from advisor.estimation.packages import Unit
from advisor.estimation.performance import Performance, Table
from advisor.estimation.sampling import Sampler
from advisor.estimation.stakes import Stakes
from advisor.estimation.weighed import Weighed, Weighing, first_allowance, scale

SMALL: Final = 1_000  # combinations that are compared in everything without another thought
SEVERAL: Final = 3  # units from which on there may be many
EXACT_PRODUCT: Final = 20_000  # the same, of the packages that are left of each unit by itself
Picks = Sequence[tuple[int, ...]]


@dataclass(frozen=True)
class Task:
    """The units of one workload to be combined."""

    context: Context
    sampler: Sampler
    units: Sequence[Unit]
    stakes: Stakes
    quota: Quota
    also: Callable[[], Picks]  # combinations that are looked at in any case where not all can be

    @cached_property
    def performance(self) -> tuple[Performance, list[Table]]:
        """What the packages do."""
        return self._performance(queued=True)

    @cached_property
    def unqueued(self) -> tuple[Performance, list[Table]]:
        """What they would do if nothing waited for a slot."""
        return self._performance(queued=False)

    def _performance(self, *, queued: bool) -> tuple[Performance, list[Table]]:
        stakes = self.stakes
        found = Performance(self.context, self.sampler, self.units, stakes.quantile, stakes.coupled, queued)
        return found, found.tables()


def compose(task: Task) -> Composition:
    """The combinations that none beats: in everything where few are left; by what they decide where many are, as if
    nothing waited for a slot where recoveries may; in steps where that cannot be told."""
    if _few(task):
        with suppress(TooManyError):
            return Exact(*task.performance, task.quota).run()
    if found := _weighed(task, *task.performance):
        return found
    found = _weighed(task, *task.unqueued)
    return in_steps(task) if found is None else replace(found, queued=False)


def in_steps(task: Task) -> Composition:
    """Some of the combinations, compared in steps."""
    return Coarse(*task.performance, task.quota).run_with(task.also())


def _few(task: Task) -> bool:
    inner = [unit for unit in task.units if not unit.is_entry]
    if len(inner) < SEVERAL or math.prod(len(unit.packages) for unit in inner) <= SMALL:
        return True
    performance, tables = task.performance
    exact = Exact(performance, tables, task.quota)
    return math.prod(len(exact.packages_left(table)[0]) for table in tables) <= EXACT_PRODUCT


def _weighed(task: Task, performance: Performance, tables: list[Table]) -> Composition | None:
    """By what decides; None where that cannot be told, or leaves too many however much is let pass."""
    if not all(timeline.comparable for timeline in performance.timelines):
        return None
    allowance = first_allowance(scale(task.stakes, tables), len(tables))
    weighing = Weighing(performance, task.stakes, task.quota, allowance)
    with suppress(TooManyError):
        return Weighed(performance, tables, task.quota, weighing).run()
    return None
