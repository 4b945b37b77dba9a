"""Replication pairs: do they cover what belongs together, and do they keep up?"""

from __future__ import annotations

from collections.abc import Iterator

from advisor.checks.card import Card, Hit, counted, named, origin_of
from advisor.checks.clock import moment
from advisor.checks.estate import Estate
from advisor.checks.lookups import is_local
from advisor.checks.protection import is_pair_working
from advisor.model.graph import Workload
from advisor.model.inventory import Resource
from advisor.model.units import format_duration

CYCLE = "async_replication.cycle"


def _data_disks(estate: Estate, instance_id: str) -> tuple[Resource, ...]:
    """The data disks of an instance that can be replicated; its only disk where it has but one."""
    disks = [disk for disk in estate.disks_of(instance_id) if not is_local(disk)]
    data = tuple(disk for disk in disks if not estate.is_system_beside_data(disk))
    return data or tuple(disks)


def _pairs(estate: Estate, disk: Resource) -> tuple[Resource, ...]:
    return estate.inventory.pairs_by_disk.get(disk.id, ())


def partly_replicated_instance(estate: Estate, _card: Card) -> Iterator[Hit]:
    """Some data disks of an instance are in a pair and others are not: they come back from different times."""
    for instance in estate.of_kind("instance"):
        disks = _data_disks(estate, instance.id)
        pairs = [pair for disk in disks for pair in _pairs(estate, disk)]
        missing = [disk for disk in disks if not _pairs(estate, disk)]
        if pairs and missing:
            count = f"{len(disks) - len(missing)} of {len(disks)} data disks"
            detail = f"{count} are in {named(pairs)}; not in any pair: {named(missing)}"
            places = (*(pair.origin for pair in pairs), *(disk.origin for disk in missing))
            yield Hit.on(instance, estate.home(instance.id), detail, *places, missing=named(missing))


def partly_replicated_workload(estate: Estate, _card: Card) -> Iterator[Hit]:
    """Some servers of a workload are replicated whole and others not at all."""
    for workload in estate.graph.workloads:
        members = {member for part in workload.components if not part.stateless for member in part.members}
        instances = [item for item in map(estate.get, sorted(members)) if item and item.kind == "instance"]
        every = [(item, _data_disks(estate, item.id)) for item in instances if not estate.is_excluded(item)]
        held = [(item, disks) for item, disks in every if disks]
        paired = [(item, disks) for item, disks in held if any(_pairs(estate, disk) for disk in disks)]
        bare = [disk for item, disks in held if (item, disks) not in paired for disk in disks]
        if paired and bare:
            pairs = [pair for _, disks in paired for disk in disks for pair in _pairs(estate, disk)]
            detail = (
                f"{len(paired)} of {counted(len(held), 'server')} with data disks are replicated by {named(pairs)}: "
                f"{named(item for item, _ in paired)}; not replicated: {named(bare)}"
            )
            places = tuple(pair.origin for pair in pairs)
            yield Hit(workload.name, workload.name, detail, None, workload, places)


def pair_out_of_order(estate: Estate, _card: Card) -> Iterator[Hit]:
    """The pair's status is none in which it has a copy and keeps it up."""
    for pair in estate.of_kind("replica_pair"):
        if not is_pair_working(pair):
            yield Hit.on(pair, _home(estate, pair), f"Its status is {pair.status}", *origin_of(pair, "status"))


def pair_behind(estate: Estate, card: Card) -> Iterator[Hit]:
    """The last recovery point is older than the pair's own RPO allows."""
    for pair in estate.of_kind("replica_pair"):
        last = moment(pair.text("last_recover_point"))
        promised_s = pair.number("rpo_s") or estate.rules.fact(CYCLE).seconds().high
        if last is None or not is_pair_working(pair):
            continue
        age = estate.age_s(last, estate.read_at(pair))
        if age > card.limits["cycles"] * promised_s:
            detail = f"The last recovery point is {format_duration(age)} old, its RPO is {format_duration(promised_s)}"
            yield Hit.on(pair, _home(estate, pair), detail, *origin_of(pair, "last_recover_point", "rpo_s"))


def _home(estate: Estate, pair: Resource) -> Workload | None:
    disk = estate.get(pair.text("source_disk_id"))
    return estate.home(pair.id) or (estate.home_of_disk(disk) if disk else None)
