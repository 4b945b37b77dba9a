"""Ids of options: readable, stable, and enough to find the option again.

``snap-1h-7d+rds-ha`` takes each choice wherever it is offered. Where components differ, a choice names the ones that
take it: ``snap-1h-7d@db-01,db-02+snap-24h-7d@web-01``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from advisor.estimation.measures import Dimension
from advisor.estimation.packages import NOTHING, Package, Unit

_TAKEN = re.compile(r"[+@,\s]+")  # what separates the pieces of an id


class OptionIds:
    """Writes and reads the ids of one workload's options."""

    def __init__(self, units: Sequence[Unit], dimensions: Sequence[Dimension]) -> None:
        self.units = units
        self.dimensions = dimensions
        self.labels = _labels(units)
        self.offering: dict[tuple[int, str], frozenset[int]] = {}
        for number, unit in enumerate(units):
            for key in {(part.dimension, part.choice) for package in unit.packages for part in package.parts}:
                self.offering[key] = self.offering.get(key, frozenset()) | {number}

    def write(self, packages: Sequence[Package]) -> str:
        """The id of the option in which each unit takes its package."""
        taken: dict[tuple[int, str], list[int]] = {}
        for number, package in enumerate(packages):
            for dimension, choice in package.choices.items():
                taken.setdefault((dimension, choice), []).append(number)
        order = {
            (place, choice.id): (place, rank)
            for place, dimension in enumerate(self.dimensions)
            for rank, choice in enumerate(dimension.choices)
        }
        pieces = [self._piece(key, taken[key]) for key in sorted(taken, key=order.__getitem__)]
        return "+".join(pieces) or NOTHING

    def _piece(self, key: tuple[int, str], takers: Sequence[int]) -> str:
        if self.offering[key] == frozenset(takers):
            return key[1]
        return f"{key[1]}@{','.join(sorted(self.labels[number] for number in takers))}"

    def read(self, option_id: str) -> tuple[int, ...] | None:
        """The number of each unit's package; None where the workload has no such option."""
        numbers = self.numbers(option_id)
        if numbers is None:
            return None
        packages = [unit.packages[number] for unit, number in zip(self.units, numbers, strict=True)]
        return numbers if self.write(packages) == option_id else None

    def numbers(self, option_id: str) -> tuple[int, ...] | None:
        """The same, in whichever order the id names choices and parts, and whatever it names without effect."""
        wanted: list[dict[int, str]] = [{} for _ in self.units]
        for piece in option_id.split("+") if option_id != NOTHING else ():
            choice, _, names = piece.partition("@")
            for number, dimension in self._takers(choice, names):
                wanted[number][dimension] = choice
        found = tuple(_number_of(unit, choices) for unit, choices in zip(self.units, wanted, strict=True))
        numbers = tuple(number for number in found if number is not None)
        return numbers if len(numbers) == len(found) else None

    def _takers(self, choice: str, names: str) -> list[tuple[int, int]]:
        """Units (and the dimension) that a piece of an id means: those it names, or all that are offered the choice."""
        wanted = set(names.split(",")) if names else None
        return [
            (number, dimension)
            for (dimension, name), offered in self.offering.items()
            if name == choice
            for number in offered
            if wanted is None or self.labels[number] in wanted
        ]


def _number_of(unit: Unit, choices: Mapping[int, str]) -> int | None:
    return next((number for number, package in enumerate(unit.packages) if package.choices == choices), None)


def _labels(units: Sequence[Unit]) -> list[str]:
    """A unit by the names of its components; by their ids where names recur."""
    names = [_TAKEN.sub("-", "-".join(component.name for component in unit.components)) for unit in units]
    count = Counter(names)
    ids = [_TAKEN.sub("-", "-".join(component.id for component in unit.components)) for unit in units]
    return [name if count[name] == 1 else identity for name, identity in zip(names, ids, strict=True)]
