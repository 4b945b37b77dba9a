"""What each part of a workload can choose by itself: units, their packages of compatible choices, and what those cost.

A unit is a component, or several that cannot choose apart: those that share a disk, and all entries together (names are
switched as one).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from advisor.estimation.costs import Costing, added_lines
from advisor.estimation.costs.mechanisms import file_backup_gib
from advisor.estimation.measures import Choice, Dimension
from advisor.estimation.measures.dimensions import REMOTE, REPLICATION
from advisor.model.graph import Component
from advisor.model.recovery import Proposal, Protection

NOTHING = "keep"
# What no price depends on: when snapshots are taken, and what a policy is called.
UNPRICED_PARAMS = frozenset({"interval_h", "time_points", "weekdays", "policy_name", "policy_action"})
UNPRICED = "it has a line with neither price nor assumption"


@dataclass(frozen=True)
class Part:
    """One choice of one dimension as far as it concerns one unit, with what it adds to the bill per month."""

    dimension: int
    choice: str
    proposals: tuple[Proposal, ...]
    monthly: Decimal
    unpriced: int
    changes: int
    shared: frozenset[str]
    quota_gib: float
    identified: tuple[tuple[str, Protection], ...]
    recovery: str | None = None

    @property
    def protections(self) -> tuple[Protection, ...]:
        return tuple(protection for _, protection in self.identified)


@dataclass(frozen=True)
class Package:
    """Compatible parts of one unit, one a dimension at most; dimensions that are left as they are have none."""

    parts: tuple[Part, ...]

    @property
    def monthly(self) -> Decimal:
        return sum((part.monthly for part in self.parts), Decimal(0))

    @property
    def changes(self) -> int:
        return sum(part.changes for part in self.parts)

    @property
    def quota_gib(self) -> float:
        return sum(part.quota_gib for part in self.parts)

    @property
    def shared(self) -> frozenset[str]:
        return frozenset().union(*(part.shared for part in self.parts))

    @property
    def protections(self) -> tuple[Protection, ...]:
        return tuple(protection for part in self.parts for protection in part.protections)

    @property
    def recovery(self) -> str | None:
        """The recovery region it prepares, where the owner named several."""
        return next((part.recovery for part in self.parts if part.recovery), None)

    @property
    def choices(self) -> Mapping[int, str]:
        """The chosen id by the number of the dimension."""
        return {part.dimension: part.choice for part in self.parts}


@dataclass(frozen=True)
class Unit:
    """Components that choose together, in the workload's order, and all their packages; the first changes nothing."""

    components: tuple[Component, ...]
    packages: tuple[Package, ...]
    is_entry: bool


def units_of(
    components: Sequence[Component], dimensions: Sequence[Dimension], costing: Costing, admit_unpriced: bool
) -> tuple[tuple[Unit, ...], tuple[tuple[str, str], ...]]:
    """The units of a workload, entries last, and the choices that are left out with the reason."""
    excluded: dict[str, str] = {}
    units = []
    for group in _groups(components):
        parts = [_parts(group, number, item, costing) for number, item in enumerate(dimensions)]
        if not admit_unpriced:
            excluded.update({part.choice: UNPRICED for each in parts for part in each if part.unpriced})
            parts = [[part for part in each if not part.unpriced] for each in parts]
        units.append(Unit(group, tuple(_packages(parts)), group[0].kind == "entry"))
    return tuple(units), tuple(excluded.items())


def _groups(components: Sequence[Component]) -> list[tuple[Component, ...]]:
    """Components that share a disk together, each of the others alone, and all entries as one at the end."""
    groups: list[list[Component]] = []
    for component in components:
        if component.kind == "entry":
            continue
        near = [g for g in groups if any(not set(component.disks).isdisjoint(other.disks) for other in g)]
        merged = [*(other for group in near for other in group), component]
        groups = [group for group in groups if group not in near] + [merged]
    entries = tuple(component for component in components if component.kind == "entry")
    return [tuple(group) for group in groups] + ([entries] if entries else [])


def _parts(group: tuple[Component, ...], number: int, dimension: Dimension, costing: Costing) -> list[Part]:
    """The dimension's choices that propose something for the unit."""
    names = {component.id for component in group}
    found = []
    for choice in dimension.choices:
        own = tuple(item for item in choice.proposals if item.protection.component in names)
        if own:
            found.append(_part(number, choice, own, costing))
    return found


def _part(number: int, choice: Choice, proposals: tuple[Proposal, ...], costing: Costing) -> Part:
    monthly, unpriced = _steady(costing, proposals)
    files = [item for item in proposals if item.mechanism == "file_backup"]
    return Part(
        number,
        choice.id,
        proposals,
        monthly,
        unpriced,
        sum(item.touches for item in proposals),
        frozenset(a.shared_id for item in proposals for a in item.actions if a.shared_id),
        sum(file_backup_gib(costing, item) for item in files),
        tuple((_identity(item.protection), item.protection) for item in proposals),
        choice.recovery if any(item.mechanism in REMOTE for item in proposals) else None,
    )


def _steady(costing: Costing, proposals: tuple[Proposal, ...]) -> tuple[Decimal, int]:
    """What the proposals add every month, and how many of their lines have no price."""
    key = ("steady", costing.currency, tuple(_identity(item.protection, UNPRICED_PARAMS) for item in proposals))
    known = costing.context.memo.get(key)
    if not isinstance(known, tuple):
        steady = [line for line in added_lines(costing, proposals) if line.state == "steady"]
        total = sum((line.monthly or Decimal(0) for line in steady), Decimal(0))
        known = costing.context.memo[key] = (total, sum(line.monthly is None for line in steady))
    found: tuple[Decimal, int] = known
    return found


def _identity(protection: Protection, without: Collection[str] = ()) -> str:
    """A protection as text: the cache key, since its parameters do not hash."""
    params = sorted(f"{key}={value}" for key, value in protection.params.items() if key not in without)
    return f"{protection.mechanism} {protection.component} {','.join(protection.resources)} {';'.join(params)}"


def _packages(parts: Sequence[Sequence[Part]]) -> Iterator[Package]:
    """All compatible combinations of one part a dimension at most: a disk is in one replication pair at most, and a
    regional ESSD in none; one recovery region is prepared."""
    none: tuple[Part | None, tuple[str, ...]] = (None, ())
    options = [[none, *((part, _replicated(part)) for part in each)] for each in parts if each]
    for combo in itertools.product(*options):
        regions = {part.recovery for part, _ in combo if part is not None} - {None}
        disks = [disk for _, own in combo for disk in own]
        if len(regions) < 2 and len(set(disks)) == len(disks):
            yield Package(tuple(part for part, _ in combo if part is not None))


def _replicated(part: Part) -> tuple[str, ...]:
    """The disks that a part puts into a replication pair or makes regional, each time it does."""
    return tuple(disk for item in part.protections if item.mechanism in REPLICATION for disk in item.resources)


def agree(packages: Iterable[Package]) -> bool:
    """Whether the packages prepare one recovery region at most."""
    return len({package.recovery for package in packages} - {None}) <= 1


def combinations(units: Sequence[Unit]) -> int:
    """How many combinations of the units' packages agree in their recovery region."""
    regions = {package.recovery for unit in units for package in unit.packages} - {None}
    without = math.prod(sum(package.recovery is None for package in unit.packages) for unit in units)
    by_region = (
        math.prod(sum(package.recovery in (None, region) for package in unit.packages) for unit in units)
        for region in regions
    )
    return without + sum(count - without for count in by_region)
