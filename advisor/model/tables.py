"""Many resources of one kind, column by column: what an estate of a million rows is kept in. A ``Resource`` is made of
a row when somebody looks at it."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import filterfalse, repeat
from typing import Final, NamedTuple

from advisor.model.inventory import Kind, Origin, Resource


class Absent:
    """The mark of a field that says nothing: unknown, which is not the same as none."""

    def __repr__(self) -> str:
        return "ABSENT"

    def __reduce__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()
NO_TAGS: Final[Mapping[str, str]] = {}
Column = list[object]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows of a table that stand together in one list of a file: ``place`` is the list's, ``numbers`` are the positions
    in it (None: ``place`` is the one row's own)."""

    first: int
    file: str
    place: str
    numbers: list[int] | None
    observed_at: str | None


class Row(NamedTuple):
    """What a table holds of one resource."""

    id: str
    name: str
    region: str | None
    zone: str | None
    zones: tuple[str, ...]
    status: str | None
    tags: Mapping[str, str]
    attributes: Mapping[str, object]


@dataclass(eq=False)
class Table:
    """Resources of one kind in the order in which they were read.

    ``names`` … ``tags`` and each of ``attributes`` have one value a row; an attribute that is unknown is ``ABSENT``.
    ``foreign`` holds the fields of a row that were read elsewhere, ``derived`` the resource that a filled field rests
    on.
    """

    kind: Kind
    ids: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    regions: list[str | None] = field(default_factory=list)
    zone: list[str | None] = field(default_factory=list)
    zones: list[tuple[str, ...]] = field(default_factory=list)
    statuses: list[str | None] = field(default_factory=list)
    tags: list[Mapping[str, str]] = field(default_factory=list)
    attributes: dict[str, Column] = field(default_factory=dict)
    stretches: list[Stretch] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list, repr=False)
    foreign: dict[int, Mapping[str, Origin]] = field(default_factory=dict)
    derived: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))

    def __len__(self) -> int:
        return len(self.ids)

    def column(self, name: str) -> Column:
        """An attribute of every row."""
        known = self.attributes.get(name)
        return [ABSENT] * len(self.ids) if known is None else known

    def texts(self, name: str) -> list[str]:
        """An attribute of every row as text, empty where unknown."""
        known = self.attributes.get(name)
        if known is None:
            return [""] * len(self.ids)
        return [value if value.__class__ is str else _text(value) for value in known]

    def texts_at(self, row: int, name: str) -> str:
        """An attribute of one row as text, empty where unknown."""
        known = self.attributes.get(name)
        return "" if known is None else _text(known[row])

    def lists(self, name: str) -> list[tuple[str, ...]]:
        """An attribute of every row as a list of texts, empty where unknown."""
        known = self.attributes.get(name)
        if known is None:
            return [()] * len(self.ids)
        return [value if value.__class__ is tuple else _texts(value) for value in known]

    def set(self, row: int, name: str, value: object) -> None:
        """Set an attribute of one row."""
        known = self.attributes.get(name)
        if known is None:
            known = self.attributes[name] = [ABSENT] * len(self.ids)
        known[row] = value

    def origin(self, row: int) -> Origin:
        """Where a row was read."""
        stretch = self._stretch(row)
        if stretch.numbers is None:
            return Origin(stretch.file, stretch.place)
        return Origin(stretch.file, f"{stretch.place}[{stretch.numbers[row - stretch.first]}]")

    def observed_at(self, row: int) -> str | None:
        """When a row was recorded."""
        return self._stretch(row).observed_at

    def _stretch(self, row: int) -> Stretch:
        for stretch in self.stretches[len(self._starts) :]:
            self._starts.append(stretch.first)
        return self.stretches[bisect_right(self._starts, row) - 1]

    def append(self, resource: Resource) -> None:
        """Add one resource."""
        row = Row(
            resource.id,
            resource.name,
            resource.region,
            resource.zone,
            resource.zones,
            resource.status,
            resource.tags,
            resource.attributes,
        )
        self.add(row, resource.origin, resource.observed_at, resource.field_origins)

    def add(
        self, row: Row, origin: Origin, observed_at: str | None, foreign: Mapping[str, Origin] | None = None
    ) -> None:
        """Add one row that was read at ``origin``, some of its fields elsewhere."""
        number = len(self.ids)
        self.stretches.append(Stretch(number, origin.file, origin.place, None, observed_at))
        if foreign:
            self.foreign[number] = foreign
        self.ids.append(row.id)
        self.names.append(row.name)
        self.regions.append(row.region)
        self.zone.append(row.zone)
        self.zones.append(row.zones)
        self.statuses.append(row.status)
        self.tags.append(row.tags)
        attributes = row.attributes
        for name in attributes:
            if name not in self.attributes:
                self.attributes[name] = [ABSENT] * number
        for name, column in self.attributes.items():
            column.append(attributes.get(name, ABSENT))


def _text(value: object) -> str:
    return "" if value is ABSENT or value is None else str(value)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


class Tables(Mapping[str, Resource]):
    """All resources by id, in the order of their ids; a resource is made when it is asked for, and kept."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self.tables: dict[Kind, Table] = {table.kind: table for table in tables if len(table)}
        self._places: dict[str, tuple[Table, int]] = {}
        self._index: dict[str, int] = {}
        self._starts: list[int] = []
        self._kinds: list[Kind] = []
        self._made: dict[str, Resource] = {}
        self._order: list[str] | None = None
        first = 0
        for kind, table in self.tables.items():
            self._kinds.append(kind)
            self._starts.append(first)
            self._index.update(zip(table.ids, range(first, first + len(table)), strict=True))
            first += len(table)

    @property
    def ids(self) -> Iterable[str]:
        """The ids of all resources, in the order in which they were read."""
        return self._index.keys()

    @property
    def numbers(self) -> Mapping[str, int]:
        """The number of each resource: table after table, row after row."""
        return self._index

    @property
    def starts(self) -> Mapping[Kind, int]:
        """The number of the first resource of each kind."""
        return dict(zip(self._kinds, self._starts, strict=True))

    def place(self, resource_id: str) -> tuple[Table, int] | None:
        """The table and row of a resource, None where it is not listed."""
        number = self._index.get(resource_id)
        if number is None:
            return None
        kind = bisect_right(self._starts, number) - 1
        return self.tables[self._kinds[kind]], number - self._starts[kind]

    def table(self, kind: Kind) -> Table:
        """All resources of a kind."""
        return self.tables.get(kind) or Table(kind)

    def kind_of(self, resource_id: str) -> Kind | None:
        """The kind of a resource, None where it is not listed."""
        number = self._index.get(resource_id)
        return None if number is None else self._kinds[bisect_right(self._starts, number) - 1]

    def region_of(self, resource_id: str) -> str | None:
        """The region of a resource, None where it is not known or not listed."""
        place = self.place(resource_id)
        return None if place is None else place[0].regions[place[1]]

    def regions_of(self, lists: Iterable[Iterable[str]]) -> Iterator[set[str | None]]:
        """The regions of what each list of ids names; None stands for what is not listed, too."""
        regions = [region for table in self.tables.values() for region in table.regions]
        regions.append(None)  # at -1, the number of what is not listed
        for ids in lists:
            yield set(map(regions.__getitem__, map(self._index.get, ids, repeat(-1))))

    def unlisted(self, ids: Iterable[object]) -> set[object]:
        """Those of these ids that no table lists."""
        return set(filterfalse(self._index.__contains__, ids))

    def __getitem__(self, resource_id: str) -> Resource:
        made = self._made.get(resource_id)
        if made is None:
            place = self.place(resource_id)
            if place is None:
                raise KeyError(resource_id)
            made = self._made[resource_id] = self._resource(*place)
        return made

    def __iter__(self) -> Iterator[str]:
        if self._order is None:
            self._order = sorted(self._index)
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._index)

    def __contains__(self, resource_id: object) -> bool:
        return resource_id in self._index

    def origin(self, resource_id: str) -> Origin:
        """Where a listed resource was read."""
        place = self.place(resource_id)
        return Origin("") if place is None else place[0].origin(place[1])

    def _resource(self, table: Table, row: int) -> Resource:
        attributes = {name: value for name, column in table.attributes.items() if (value := column[row]) is not ABSENT}
        origins = dict(table.foreign.get(row, {}))
        for name, rests_on in table.derived.items():
            if row in rests_on:
                origins[name] = self.origin(rests_on[row])
        return Resource(
            id=table.ids[row],
            kind=table.kind,
            name=table.names[row],
            region=table.regions[row],
            zone=table.zone[row],
            zones=table.zones[row],
            status=table.statuses[row],
            tags=table.tags[row],
            attributes=attributes,
            origin=table.origin(row),
            observed_at=table.observed_at(row),
            field_origins=origins,
        )


def tables_of(resources: Mapping[str, Resource]) -> Tables:
    """Resources as tables; those that are tables already are handed back."""
    if isinstance(resources, Tables):
        return resources
    tables: dict[Kind, Table] = {}
    for resource_id in sorted(resources):
        resource = resources[resource_id]
        tables.setdefault(resource.kind, Table(resource.kind)).append(resource)
    return Tables(tables.values())
