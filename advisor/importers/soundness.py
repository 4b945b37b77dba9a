"""A second look at everything that a file gave, whatever its form: values in inner records that could not be read are
said, and a zone or region that is spelt like none counts as unknown. A zone of such a name would fail with no other
zone, which would make what stands in it look safe; copies in a region of such a name would outlast every region, and
such a region has no price. The state of a policy that nobody knows is said, and stays: an empty one would run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from advisor.importers.blocks import Block
from advisor.importers.fields import ABSENT
from advisor.importers.places import NO_REGION, is_region, is_zone, region_of_zone, region_written, zone_written
from advisor.importers.records import Batch, Collector, Draft, note_value
from advisor.model.editions import is_edition

_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of names, most of them places: how one is written, whether it is spelt like one, what is said where it is
    not, and the attributes that hold one, several, or records with one. A word for none is known to be none."""

    written: Callable[[str], str]
    fits: Callable[[str], bool]
    name: str
    problem: str
    single: frozenset[str]
    listed: frozenset[str]
    inner: Mapping[str, tuple[str, ...]]

    def odd(self, place: str) -> bool:
        """Whether the place is spelt like none."""
        return bool(place) and not self.fits(place)

    def said(self, place: str) -> str:
        """What is wrong with a place that is spelt like none."""
        return f"{self.name} '{place[:_SHOWN]}' {self.problem}"

    def holds(self, attribute: str) -> bool:
        """Whether the attribute holds such places."""
        return attribute in self.single or attribute in self.listed or attribute in self.inner

    def read(self, attribute: str, value: object) -> tuple[object, list[str]]:
        """The attribute without places that are spelt like none, and these; ABSENT where none is left of those that
        were named, for an empty one would say that there is none."""
        if attribute in self.single and isinstance(value, str):
            place = self.written(value)
            return (ABSENT, [place]) if self.odd(place) else (place, [])
        if not isinstance(value, tuple):
            return value, []
        if attribute in self.inner:
            return self._records(value, self.inner[attribute])
        places = [self.written(str(one)) for one in value]
        wrong = list(dict.fromkeys(place for place in places if self.odd(place)))
        kept = tuple(dict.fromkeys(place for place in places if place and place not in wrong))
        return ABSENT if wrong and not kept else kept, wrong

    def _records(self, given: tuple[object, ...], names: tuple[str, ...]) -> tuple[object, list[str]]:
        wrong: dict[str, None] = {}
        found = tuple(self._record(one, names, wrong) for one in given)
        return found, list(wrong)

    def _record(self, given: object, names: tuple[str, ...], wrong: dict[str, None]) -> object:
        """A record whose places are written as they should be; one that is spelt like none is left out of it and added
        to ``wrong``."""
        if not isinstance(given, Mapping) or not any(given.get(name) for name in names):
            return given
        places = {name: self.written(str(given[name])) for name in names if given.get(name)}
        wrong |= dict.fromkeys(place for place in places.values() if self.odd(place))
        inner = {**given, **places}
        return {name: value for name, value in inner.items() if name not in places or (value and value not in wrong)}


_ZONES: Final = Sort(
    zone_written,
    is_zone,
    "zone",
    "is no id of a zone; expected: one such as cn-hangzhou-h",
    frozenset({"slave_zone", "secondary_zone", "source_zone", "destination_zone"}),
    frozenset({"slave_zones"}),
    {"zone_mappings": ("zone", "zone_id"), "nodes": ("zone",), "members": ("zone",), "backend": ("zone",)},
)
_REGIONS: Final = Sort(
    region_written,
    is_region,
    "region",
    "is no id of a region; expected: one such as cn-hangzhou",
    frozenset(
        {"source_region", "destination_region", "cross_backup_region", "replica_region", "instance_region",
         "opposite_region"}
    ),
    frozenset({"copy_regions"}),
    {"rules": ("copy_region",), "replication_rules": ("target_region",)},
)  # fmt: skip
_PLACES: Final = (_ZONES, _REGIONS)
_EDITIONS: Final = Sort(
    lambda edition: edition,
    is_edition,
    "category",
    "is no edition of a database; expected: one such as HighAvailability or Basic",
    frozenset({"category"}),
    frozenset(),
    {},
)
_SORTS: Final[Mapping[str, tuple[Sort, ...]]] = {"database": (*_PLACES, _EDITIONS)}
"""What is looked at beside places: of a database of an edition that nobody knows, a standby would be expected."""
_POLICY_STATES: Final = frozenset(
    {"normal", "正常", "expire", "expired", "已过期", "disabled", "unavailable", "deleted", ""}
)
"""States of a snapshot policy (Normal and Expire in DescribeAutoSnapshotPolicyEX), and what other tools call them."""


def _state_problem(kind: str, status: str | None) -> list[str]:
    """What is wrong with the state of a snapshot policy, by which its snapshots are counted on or not."""
    if kind != "snapshot_policy" or (status or "").lower() in _POLICY_STATES:
        return []
    words = "is no state of a snapshot policy; expected: Normal or Expire; its snapshots are not counted on"
    return [f"status '{str(status)[:_SHOWN]}' {words}"]


def check_values(collector: Collector) -> None:
    """Say what is wrong with values of all drafts, and make unknown what is no place."""
    for batch in collector.batches:
        for draft in batch.drafts:
            _say_odd(draft, batch, collector)
            _check_draft(draft, batch, collector)
        for block in batch.blocks:
            _check_block(block, collector)


def _say_odd(draft: Draft, batch: Batch, collector: Collector) -> None:
    for problem in draft.odd:
        note_value(draft.id, problem, batch.context.but(place=draft.place), collector)
    draft.odd = ()


def _check_draft(draft: Draft, batch: Batch, collector: Collector) -> None:
    problems = [*_state_problem(draft.kind, draft.status), *_own_region(draft)]
    wrong = _own_zones(draft)
    problems += [_ZONES.said(zone) for zone in wrong]
    for sort in _SORTS.get(draft.kind, _PLACES):
        for attribute in [name for name in draft.attributes if sort.holds(name)]:
            kept, odd = sort.read(attribute, draft.attributes[attribute])
            draft.attributes[attribute] = kept
            if kept is ABSENT:
                del draft.attributes[attribute]
            problems += [sort.said(place) for place in odd if sort is not _ZONES or place not in wrong]
            wrong += odd
    if draft.region == "":
        draft.region = region_of_zone(draft.zone)
    for problem in dict.fromkeys(problems):
        note_value(draft.id, problem, batch.context.but(place=draft.place), collector)


def _own_region(draft: Draft) -> list[str]:
    """What is wrong with the region that the draft lies in, which then is the empty one."""
    if not draft.region or is_region(draft.region):
        return []
    given, draft.region = draft.region, region_written(draft.region)
    if is_region(draft.region):
        return []
    draft.region = ""
    return _region_problem(given)


def _region_problem(region: str) -> list[str]:
    return [] if region.lower() in NO_REGION else [_REGIONS.said(region)]


def _own_zones(draft: Draft) -> list[str]:
    """The zones that the draft stands in as they are written, without those that are spelt like none, which are
    returned. Where its own one was such, a standby beside the next best is no longer known to be another."""
    own, zones = zone_written(draft.zone or ""), tuple(zone_written(zone) for zone in draft.zones)
    wrong = [zone for zone in dict.fromkeys((own, *zones)) if _ZONES.odd(zone)]
    draft.zones = tuple(dict.fromkeys(zone for zone in zones if zone and zone not in wrong))
    draft.zone = own if own and own not in wrong else draft.zones[0] if draft.zones else None
    stated = draft.attributes.get("slave_zones")
    if own in wrong and isinstance(stated, tuple) and stated:
        draft.attributes["slave_zones"] = tuple(zone for zone in stated if zone_written(str(zone)) != draft.zone)
        if not draft.attributes["slave_zones"]:
            del draft.attributes["slave_zones"]
    return wrong


def _check_block(block: Block, collector: Collector) -> None:
    """As for a draft, each different place looked at once."""
    for row, problem in block.odd:
        _note(block, row, problem, collector)
    block.odd = []
    unknown = {status for status in set(block.statuses) if _state_problem(block.kind, status)}
    for row in _rows_with(block.statuses, unknown):
        _note(block, row, _state_problem(block.kind, block.statuses[row])[0], collector)
    for sort in _SORTS.get(block.kind, _PLACES):
        for attribute in [name for name in block.attributes if sort.holds(name)]:
            _check_column(block, sort, attribute, collector)
    regions = {region for region in set(block.regions) if region and not is_region(region)}
    odd = {zone for zone in _all_zones(block) if zone_written(zone) != zone or not is_zone(zone)}
    for row in _rows_with(block.regions, regions):
        given = str(block.regions[row])
        block.regions[row] = written = region_written(given)
        for problem in [] if is_region(written) else _region_problem(given):
            _note(block, row, problem, collector)
        block.regions[row] = written if is_region(written) else ""
    if odd:
        _without_zones(block, odd, collector)
    for row in _rows_with(block.regions, {""}) if regions else ():
        block.regions[row] = region_of_zone(block.zone[row])


def _check_column(block: Block, sort: Sort, attribute: str, collector: Collector) -> None:
    """As for the attribute of a draft; of values that come again and again each is looked at once."""
    known: dict[object, tuple[object, list[str]]] = {}
    column = list(block.attributes[attribute])
    for row, value in enumerate(column):
        if value is ABSENT:
            continue
        key = value if isinstance(value, str) else id(value)
        if key not in known:
            known[key] = sort.read(attribute, value)
        column[row], wrong = known[key]
        for place in wrong:
            _note(block, row, sort.said(place), collector)
    block.attributes[attribute] = column


def _without_zones(block: Block, odd: set[str], collector: Collector) -> None:
    """The zones in ``odd`` as they should be written; without those that are spelt like none."""
    for row, (zone, zones) in enumerate(zip(block.zone, block.zones, strict=True)):
        named = dict.fromkeys((*((zone,) if zone else ()), *zones))
        if odd.isdisjoint(named):
            continue
        written = {one: zone_written(one) for one in named}
        kept = tuple(dict.fromkeys(written[one] for one in zones if is_zone(written[one])))
        own = written[zone] if zone else ""
        block.zones[row], block.zone[row] = kept, own if own and is_zone(own) else kept[0] if kept else None
        for one in written.values():
            if _ZONES.odd(one):
                _note(block, row, _ZONES.said(one), collector)


def _all_zones(block: Block) -> set[str]:
    return {zone for zone in set(block.zone) if zone} | {zone for zones in set(block.zones) for zone in zones}


def _rows_with(values: Sequence[str | None], odd: set[str | None] | set[str]) -> list[int]:
    return [row for row, value in enumerate(values) if value in odd] if odd else []


def _note(block: Block, row: int, problem: str, collector: Collector) -> None:
    place = f"{block.context.place}[{block.numbers[row]}]"
    note_value(block.ids[row], problem, block.context.but(place=place), collector)
