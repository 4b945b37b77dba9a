"""A second look at everything that a file gave, whatever its form: values in inner records that could not be read are
said, and a zone, a region or the status of a policy that is spelt like none counts as unknown. A zone of such a name
would fail with no other zone, which would make what stands in it look safe; a region of such a name has no price; a
policy of such a status would seem to be switched off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from advisor.importers.blocks import Block
from advisor.importers.places import NO_REGION, is_region, is_zone, region_of_zone
from advisor.importers.records import Batch, Collector, Draft, note_value

_ZONE: Final = "is no id of a zone; expected: one such as cn-hangzhou-h"
_REGION: Final = "is no id of a region; expected: one such as cn-hangzhou"
_POLICY_STATES: Final = frozenset({"normal", "正常", "expire", "expired", "disabled", "unavailable", "deleted"})
"""What a snapshot policy may be: of any other word nobody can tell whether the policy runs."""
_STATE: Final = "is no status of a snapshot policy; expected: one such as Normal or Expire"
_ONE_ZONE: Final = ("slave_zone", "secondary_zone")
_SHOWN: Final = 40


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
    problems = []
    if draft.region and not is_region(draft.region):
        problems += _region_problem(draft.region)
        draft.region = ""
    odd = [zone for zone in dict.fromkeys(_zones_of(draft)) if not is_zone(zone)]
    if odd:
        _without(draft, frozenset(odd))
        problems += [f"zone '{zone[:_SHOWN]}' {_ZONE}" for zone in odd]
    if draft.kind == "snapshot_policy" and _is_no_state(draft.status):
        problems.append(f"status '{str(draft.status)[:_SHOWN]}' {_STATE}")
        draft.status = None
    if draft.region == "":
        draft.region = region_of_zone(draft.zone)
    for problem in problems:
        note_value(draft.id, problem, batch.context.but(place=draft.place), collector)


def _is_no_state(status: str | None) -> bool:
    return bool(status) and str(status).lower() not in _POLICY_STATES


def _region_problem(region: str) -> list[str]:
    return [] if region.lower() in NO_REGION else [f"region '{region[:_SHOWN]}' {_REGION}"]


def _zones_of(draft: Draft) -> list[str]:
    own = [draft.zone] if draft.zone else []
    stated = draft.attributes.get("slave_zones", ())
    others = [str(zone) for name in _ONE_ZONE if (zone := draft.attributes.get(name))]
    listed = [str(zone) for zone in stated if zone] if isinstance(stated, tuple) else []
    mapped = [str(one["zone"]) for one in _mappings(draft) if one.get("zone")]
    return [*own, *draft.zones, *listed, *others, *mapped]


def _mappings(draft: Draft) -> list[Mapping[str, object]]:
    """Where a balancer stands: one record for each zone."""
    found = draft.attributes.get("zone_mappings")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, tuple) else []


def _without(draft: Draft, odd: frozenset[str]) -> None:
    """The draft without those zones."""
    draft.zones = tuple(zone for zone in draft.zones if zone not in odd)
    if draft.zone in odd:
        draft.zone = draft.zones[0] if draft.zones else None
    stated = draft.attributes.get("slave_zones")
    if isinstance(stated, tuple) and not odd.isdisjoint(stated):
        kept = tuple(zone for zone in stated if zone not in odd)
        if kept:
            draft.attributes["slave_zones"] = kept
        else:
            del draft.attributes["slave_zones"]  # an empty list would say that there is no standby
    for name in _ONE_ZONE:
        if draft.attributes.get(name) in odd:
            del draft.attributes[name]
    mappings = _mappings(draft)
    if any(one.get("zone") in odd for one in mappings):
        draft.attributes["zone_mappings"] = tuple(
            {key: value for key, value in one.items() if key != "zone" or value not in odd} for one in mappings
        )


def _check_block(block: Block, collector: Collector) -> None:
    """As for a draft, each different place looked at once."""
    for row, problem in block.odd:
        _note(block, row, problem, collector)
    block.odd = []
    regions = {region for region in set(block.regions) if region and not is_region(region)}
    odd = {zone for zone in _all_zones(block) if not is_zone(zone)}
    for row in _rows_with(block.regions, regions):
        for problem in _region_problem(str(block.regions[row])):
            _note(block, row, problem, collector)
        block.regions[row] = ""
    if odd:
        _without_zones(block, odd, collector)
    for row, status in enumerate(block.statuses) if block.kind == "snapshot_policy" else ():
        if _is_no_state(status):
            _note(block, row, f"status '{str(status)[:_SHOWN]}' {_STATE}", collector)
            block.statuses[row] = None
    for row in _rows_with(block.regions, {""}) if regions else ():
        block.regions[row] = region_of_zone(block.zone[row])


def _without_zones(block: Block, odd: set[str], collector: Collector) -> None:
    for row, (zone, zones) in enumerate(zip(block.zone, block.zones, strict=True)):
        wrong = [one for one in dict.fromkeys((*((zone,) if zone else ()), *zones)) if one in odd]
        if wrong:
            block.zones[row] = kept = tuple(one for one in zones if one not in odd)
            block.zone[row] = zone if zone not in odd else kept[0] if kept else None
        for one in wrong:
            _note(block, row, f"zone '{one[:_SHOWN]}' {_ZONE}", collector)


def _all_zones(block: Block) -> set[str]:
    return {zone for zone in set(block.zone) if zone} | {zone for zones in set(block.zones) for zone in zones}


def _rows_with(values: Sequence[str | None], odd: set[str]) -> list[int]:
    return [row for row, value in enumerate(values) if value in odd] if odd else []


def _note(block: Block, row: int, problem: str, collector: Collector) -> None:
    place = f"{block.context.place}[{block.numbers[row]}]"
    note_value(block.ids[row], problem, block.context.but(place=place), collector)
