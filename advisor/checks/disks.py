"""Disks: is there anything that would bring the data back?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from advisor.checks.card import NO_WORKLOAD, Card, Hit, counted, listed, named
from advisor.checks.estate import Estate
from advisor.checks.lookups import is_local
from advisor.checks.protection import Cover, cover_of, is_plan_working, is_switched_off, unlisted_plans
from advisor.model.inventory import Origin, Resource
from advisor.model.units import format_duration

FILE_BACKUP_SOURCES = frozenset({"ecs_file", ""})
"""Sources of backup plans that see files on a local disk; a whole-instance backup is made of snapshots and does not."""


def unprotected_disk(estate: Estate, _card: Card) -> Iterator[Hit]:
    """No policy in service, no fresh snapshot, no replica, no backup plan. System disks beside data disks apart."""
    for disk, cover in _without_cover(estate, system=False):
        rpo_s = estate.logical_rpo_s(disk)
        only = ", the only disk of its server" if disk.text("disk_type") == "system" else ""
        detail = f"{_size(disk)}{only}: {_reasons(disk, cover)}"
        if rpo_s is not None:
            detail += f"; the target: at most {format_duration(rpo_s)} of data lost to a logical error"
        wish = f"whose longest gap stays within {format_duration(rpo_s)}" if rpo_s is not None else "in service"
        detail += _not_listed(cover)
        yield Hit.on(disk, estate.home_of_disk(disk), detail, disk.origin, *cover.origins, wish=wish)


def unprotected_system_disks(estate: Estate, _card: Card) -> Iterator[Hit]:
    """The same for system disks of servers that keep their data on another disk, told once for each workload."""
    for name, pairs in _by_workload(estate, _without_cover(estate, system=True)):
        disks = [disk for disk, _ in pairs]
        reasons = sorted({_reasons(disk, cover) for disk, cover in pairs})
        detail = f"{named(disks)}: {listed(reasons)}{_not_listed(pairs[0][1])}"
        label = f"{counted(len(disks), 'disk')} of {name}"
        places = tuple(disk.origin for disk in disks)
        yield Hit(name, label, detail, None, estate.home_of_disk(disks[0]), places)


def _without_cover(estate: Estate, system: bool) -> Iterator[tuple[Resource, Cover]]:
    for disk in estate.guarded_disks:
        if estate.is_system_beside_data(disk) is system:
            cover = estate.covers[disk.id]
            if cover.is_known and not cover.works:
                yield disk, cover


def _reasons(disk: Resource, cover: Cover) -> str:
    bare = [] if disk.texts("snapshot_policy_ids") else ["no snapshot policy is attached"]
    return "; ".join((*bare, *cover.words("broken")))


def _not_listed(cover: Cover) -> str:
    unlisted = " or ".join(cover.unlisted)
    return f". No file lists {unlisted}: whether there are any is unknown" if unlisted else ""


def _by_workload(
    estate: Estate, pairs: Iterable[tuple[Resource, Cover]]
) -> Iterator[tuple[str, list[tuple[Resource, Cover]]]]:
    found: dict[str, list[tuple[Resource, Cover]]] = defaultdict(list)
    for disk, cover in pairs:
        home = estate.home_of_disk(disk)
        found[home.name if home else NO_WORKLOAD].append((disk, cover))
    yield from sorted(found.items(), key=lambda item: item[0])


def protection_unknown(estate: Estate, _card: Card) -> Iterator[Hit]:
    """Disks of which the inventory does not tell whether anything protects them, together for each workload."""
    covers = ((disk, estate.covers[disk.id]) for disk in estate.guarded_disks)
    for name, pairs in _by_workload(estate, (pair for pair in covers if not pair[1].is_known)):
        disks = [disk for disk, _ in pairs]
        reasons = sorted({words for _, cover in pairs for words in cover.words("unknown")})
        detail = f"Not known: {listed(reasons)}. Disks: {named(disks)}"
        label = f"{counted(len(disks), 'disk')} of {name}"
        places = tuple(disk.origin for disk in disks)
        yield Hit(name, label, detail, None, estate.home_of_disk(disks[0]), places)


def switched_off_on_disk(estate: Estate, _card: Card) -> Iterator[Hit]:
    """A policy is attached to the disk, and the disk does not let it work."""
    for disk in estate.guarded_disks:
        policies = disk.texts("snapshot_policy_ids")
        if policies and is_switched_off(disk):
            switches = [
                words
                for name, words in (
                    ("auto_snapshot_enabled", "EnableAutomatedSnapshotPolicy"),
                    ("auto_snapshot_allowed", "EnableAutoSnapshot"),
                )
                if disk.flag(name) is False
            ]
            detail = f"Policy {listed(policies)} is attached, and {' and '.join(switches)} of the disk is false"
            yield Hit.on(
                disk, estate.home_of_disk(disk), detail, policy=listed(policies), switch=" and ".join(switches)
            )


def local_without_file_backup(estate: Estate, _card: Card) -> Iterator[Hit]:
    """Data on the host itself, and backup plans are listed, and none of them sees it."""
    return _local(estate, plans_listed=True)


def local_file_backup_unknown(estate: Estate, _card: Card) -> Iterator[Hit]:
    """Data on the host itself, and no file tells of backup plans."""
    return _local(estate, plans_listed=False)


def _local(estate: Estate, plans_listed: bool) -> Iterator[Hit]:
    for instance in estate.of_kind("instance"):
        disks = [disk for disk in estate.disks_of(instance.id) if is_local(disk)]
        size = sum(disk.number("size_gib") or 0 for disk in disks) or instance.number("local_storage_gib") or 0
        if not disks and not size:
            continue
        if _sees_files(estate, instance) or estate.told("backup_plan", instance.region) is not plans_listed:
            continue
        unlisted = unlisted_plans(estate, instance.region)
        plans = "no file backup plan names the instance" if plans_listed else f"no file lists {unlisted}"
        what = f"{size:g} GiB on the host's own disks" if size else "disks of the host"
        where = f" ({named(disks)})" if disks else ""
        places: tuple[Origin, ...] = (instance.origin, *(disk.origin for disk in disks))
        yield Hit.on(instance, estate.home(instance.id), f"{what}{where}; {plans}", *places)


def _sees_files(estate: Estate, instance: Resource) -> bool:
    plans = estate.plans_of(instance.id)
    return any(
        is_plan_working(plan) and (plan.text("source_type") or "").lower() in FILE_BACKUP_SOURCES for plan in plans
    )


def forgotten_disk(estate: Estate, _card: Card) -> Iterator[Hit]:
    """A disk attached to nothing."""
    for disk in estate.of_kind("disk"):
        known = "instance_ids" in disk.attributes or (disk.status or "").lower() == "available"
        if not known or estate.owners(disk) or estate.is_replica(disk):
            continue
        since = disk.text("detached_at")
        parts = [_size(disk), f"detached since {since[:10]}" if since else "no time of detaching is recorded"]
        parts.append("tagged" if disk.tags else "without tags")
        cover = cover_of(estate, disk, None)
        parts += cover.words("working") or cover.words("broken")
        yield Hit.on(disk, estate.home(disk.id), "; ".join(parts))


def disk_of_unlisted_instance(estate: Estate, _card: Card) -> Iterator[Hit]:
    """A disk attached to an instance that no file lists, although instances of its region are listed."""
    for disk in estate.of_kind("disk"):
        missing = [owner for owner in disk.texts("instance_ids") if estate.get(owner) is None]
        if missing and estate.told("instance", disk.region):
            detail = f"Attached to {listed(missing)}, which no file lists for {disk.region or 'its region'}"
            yield Hit.on(disk, estate.home_of_disk(disk), detail, instance=listed(missing))


def unlisted_key(estate: Estate, _card: Card) -> Iterator[Hit]:
    """A key that encrypts disks or snapshots and that no file lists, told once for each key."""
    users: dict[str, list[Resource]] = defaultdict(list)
    for resource in estate.of_kind("disk", "snapshot"):
        key = resource.text("kms_key_id")
        if key and estate.get(key) is None:
            users[key].append(resource)
    for key, resources in sorted(users.items()):
        homes = {home.name: home for home in (estate.home(item.id, *estate.owners(item)) for item in resources) if home}
        disks = [item for item in resources if item.kind == "disk"]
        snapshots = len(resources) - len(disks)
        detail = (
            f"It encrypts {counted(len(disks), 'disk')} and {counted(snapshots, 'snapshot')} of {listed(sorted(homes))}"
        )
        detail += f": {named(disks)}" if disks else ""
        places = tuple(dict.fromkeys(item.origin for item in resources))
        hit = Hit(key, key, detail, key, None, places)
        yield replace(hit, workload=next(iter(homes.values()))) if len(homes) == 1 else hit


def _size(disk: Resource) -> str:
    size = disk.number("size_gib")
    return f"{size:g} GiB" if size else "Size unknown"
