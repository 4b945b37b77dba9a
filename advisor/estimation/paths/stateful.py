"""One instance with its own data: host restart, roll-back, and rebuilding it elsewhere from what survives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from advisor.estimation.chains import serve, survivors
from advisor.estimation.context import Context, has_local_data, is_local
from advisor.estimation.copies import disk_levels
from advisor.estimation.paths.path import (
    PROVISION_POOL,
    Failure,
    Path,
    TaskList,
    finish,
    has_network,
    lost,
    other_zones,
    unaffected,
)
from advisor.estimation.sizes import task_size
from advisor.model.evidence import Spread
from advisor.model.graph import Component
from advisor.model.inventory import Resource
from advisor.model.recovery import Level, Protection, Served

DiskServed = tuple[Resource, Served]


def stateful_path(context: Context, component: Component, failure: Failure, protections: Sequence[Protection]) -> Path:
    """The path of a stateful instance; the component has one member."""
    members = context.members(component)
    if not members:
        return lost(component, "the instance is mentioned but not listed: nothing is known of it", unknown=True)
    instance = members[0]
    if failure.disruption == "zone" and instance.zone != failure.place:
        return unaffected(component)
    if failure.disruption == "region" and instance.region != failure.place:
        return unaffected(component)
    if failure.disruption == "instance":
        return instance_path(context, component, instance, failure, protections)
    if failure.disruption == "logical":
        return _logical_path(context, component, instance, failure, protections)
    return rebuild_path(context, component, instance, failure, protections)


def serving_levels(
    context: Context,
    disks: Sequence[Resource],
    failure: Failure,
    protections: Sequence[Protection],
    region: str | None = None,
) -> tuple[list[DiskServed], list[Resource]]:
    """For each disk the level it is recovered from (in ``region`` only, where one is given), and the disks that
    nothing can
    bring back."""
    detection = context.seconds("detect.logical.latency").high if failure.disruption == "logical" else None
    found: list[DiskServed] = []
    gone: list[Resource] = []
    for disk in disks:
        levels = disk_levels(context, disk, protections)
        alive = survivors(levels, failure.disruption, failure.place, live_survives=not is_local(disk))
        if region is not None:
            alive &= {level.name for level in levels if level.region == region}
        served = serve(levels, alive, detection)
        if served is None:
            gone.append(disk)
        else:
            found.append((disk, served))
    return found, gone


def unsized(found: Sequence[DiskServed]) -> Resource | None:
    """A disk that has to be restored although the inventory does not tell its size; None where all are known."""
    moved = (disk for disk, served in found if served.level.kind == "point_in_time")
    return next((disk for disk in moved if disk.number("size_gib") is None), None)


def _destinations(
    context: Context, disks: Sequence[Resource], instance: Resource, failure: Failure, protections: Sequence[Protection]
) -> list[str]:
    """Regions in which some copy of some disk survives, the instance's own first: all of it must come up in one
    place."""
    regions = {level.region for disk in disks for level in disk_levels(context, disk, protections)}
    if failure.disruption == "region":
        regions.discard(failure.place or "")
    return sorted(regions, key=lambda region: (region != instance.region, region))


def host_restart(tasks: TaskList, start_fact: str, after: Sequence[str] = ()) -> str:
    """The platform restarts the instance on the same or another host; returns the id of the service start."""
    check = tasks.context.seconds("ecs.auto_recovery.check").high
    restart = tasks.context.seconds("ecs.auto_recovery.restart").high
    span = Spread(check, check + restart / 2, check + restart)
    restarted = tasks.timed(
        "restart",
        "platform restarts the instance",
        span,
        ("ecs.auto_recovery.check", "ecs.auto_recovery.restart"),
        after,
    )
    booted = tasks.add("boot", "operating system boots", "boot.instance", [restarted])
    return tasks.add("start", "application starts", start_fact, [booted])


def instance_path(
    context: Context, component: Component, instance: Resource, failure: Failure, protections: Sequence[Protection]
) -> Path:
    disks = volumes(context, component, instance)
    if not any(is_local(disk) for disk in disks):
        tasks = TaskList(context, component, automatic=True)
        return finish(tasks, "the platform restarts it on another host", host_restart(tasks, "start.data_service"))
    found, gone = serving_levels(context, disks, failure, protections)
    if gone:
        return lost(component, f"local storage of {gone[0].label} loses its data with the host and nothing copies it")
    return _restore_files(context, component, instance, found)


def volumes(context: Context, component: Component, instance: Resource) -> tuple[Resource, ...]:
    """The instance's disks; local storage that the inventory does not list disk by disk stands in under the
    instance's id."""
    disks = context.disks_of(component, instance.id)
    if not has_local_data(instance) or any(is_local(disk) for disk in disks):
        return disks
    gib = (instance.number("local_storage_gib") or 0.0) * (instance.number("local_storage_amount") or 1.0)
    stand_in = {"size_gib": gib, "category": "local_storage", "disk_type": "data", "instance_ids": (instance.id,)}
    return (*disks, replace(instance, kind="disk", attributes=stand_in))


def _restore_files(context: Context, component: Component, instance: Resource, found: list[DiskServed]) -> Path:
    tasks = TaskList(context, component)
    created = tasks.add("provision", "instance is redeployed on another host", "ecs.create_time", pool=PROVISION_POOL)
    ends = [created]
    for disk, served in found:
        if served.level.kind != "live":
            ends.append(_file_restore(tasks, disk, [created]))
    booted = tasks.add("boot", "operating system boots", "boot.instance", [created])
    ready = tasks.add("start", "application starts", "start.data_service", [*ends, booted])
    return finish(tasks, f"{instance.label} is redeployed and its files restored", ready, [item for _, item in found])


def _file_restore(tasks: TaskList, disk: Resource, after: Sequence[str]) -> str:
    mib, shares = task_size(tasks.context, disk)
    title = f"files of {disk.label} are restored"
    return tasks.moved(f"restore:{disk.id}", title, mib, shares, "file_backup.restore_rate", after)


def _logical_path(
    context: Context, component: Component, instance: Resource, failure: Failure, protections: Sequence[Protection]
) -> Path:
    disks = volumes(context, component, instance)
    if not disks:
        return lost(component, "its disks are not in the inventory: whether copies exist is unknown", unknown=True)
    found, gone = serving_levels(context, disks, failure, protections)
    if gone:
        return lost(component, f"no copy of {gone[0].label} is old enough and still kept")
    blank = unsized(found)
    if blank is not None:
        return lost(component, f"the size of {blank.label} is not in the inventory", unknown=True)
    tasks = TaskList(context, component)
    return finish(
        tasks,
        "its disks are rolled back",
        roll_back(tasks, found),
        [item for _, item in found],
        [] if len(found) == 1 else ["the disks are captured one by one, without a consistency group"],
    )


def roll_back(tasks: TaskList, found: Sequence[DiskServed], start_fact: str = "start.data_service") -> str:
    """Stop, roll back (or create anew from a remote copy, or restore files), load, start; returns the start's id."""
    stopped = tasks.add("stop", "instance is stopped", "stop.instance")
    loaded = []
    for disk, served in found:
        if served.level.mechanism == "file_backup":
            loaded.append(_file_restore(tasks, disk, [stopped]))
        elif served.level.region == (disk.region or ""):
            back = tasks.add(f"rollback:{disk.id}", f"{disk.label} is rolled back", "rollback.disk", [stopped])
            loaded.append(_load(tasks, disk, [back]))
        else:
            new = tasks.add(
                f"attach:{disk.id}", f"a disk is made from the copy of {disk.label}", "attach.disk", [stopped]
            )
            loaded.append(_load(tasks, disk, [new]))
    booted = tasks.add("boot", "operating system boots", "boot.instance", loaded)
    return tasks.add("start", "application starts", start_fact, [booted])


def _load(tasks: TaskList, disk: Resource, after: Sequence[str]) -> str:
    """Loading the hot part of a disk's data from object storage after it was made from a snapshot."""
    mib, shares = task_size(tasks.context, disk)
    title = f"data of {disk.label} is loaded"
    hot = [*shares, "restore.hot_share"]
    return tasks.moved(f"load:{disk.id}", title, mib, hot, "restore.load_rate", after, ["snapshot.restore.lazy_load"])


def rebuild_path(
    context: Context, component: Component, instance: Resource, failure: Failure, protections: Sequence[Protection]
) -> Path:
    """The instance stands again in another zone or region: on a standby, or created anew."""
    disks = volumes(context, component, instance)
    if not disks:
        return lost(component, "its disks are not in the inventory: whether copies exist is unknown", unknown=True)
    if failure.disruption == "zone" and not other_zones(context, instance.region, failure.place):
        return lost(component, "the region has no other zone in the catalogue")
    ways = [
        _way_in(context, component, instance, failure, protections, region)
        for region in _destinations(context, disks, instance, failure, protections)
    ]
    if not ways:
        return lost(component, f"no copy of {disks[0].label} survives")
    best = min(ways, key=lambda way: (way.obstacle is not None, way.worst_s))
    return best.obstacle or _rebuilt(context, component, failure, best)


@dataclass(frozen=True, slots=True)
class _Way:
    """The rebuilt instance with all its disks in one region: on what standby, from which copies, or why not."""

    standby: Protection | None
    found: Sequence[DiskServed] = ()
    obstacle: Path | None = None

    @property
    def worst_s(self) -> float:
        served = math.inf if self.obstacle is not None else 0.0
        return max((item.worst_s for _, item in self.found), default=served)


def _way_in(
    context: Context,
    component: Component,
    instance: Resource,
    failure: Failure,
    protections: Sequence[Protection],
    region: str,
) -> _Way:
    disks = volumes(context, component, instance)
    standby = _standby_for(protections, component, instance, failure)
    if standby is not None and standby.text("target_region") != region:
        standby = None
    needed = [disk for disk in disks if standby is None or disk.text("disk_type") != "system"] or list(disks)
    found, gone = serving_levels(context, needed, failure, protections, region)
    if gone:
        return _Way(standby, (), lost(component, f"no copy of {gone[0].label} survives"))
    blank = unsized(found)
    if blank is not None:
        reason = f"the size of {blank.label} is not in the inventory"
        return _Way(standby, (), lost(component, reason, unknown=True))
    return _Way(standby, found)


def _rebuilt(context: Context, component: Component, failure: Failure, way: _Way) -> Path:
    """The tasks of the rebuilt instance."""
    tasks, standby = TaskList(context, component), way.standby
    regions = {served.level.region for _, served in way.found}
    host = _standby_tasks(tasks, standby) if standby else _new_instance(tasks, regions, failure)
    attached = [_bring_disk(tasks, disk, served.level, host) for disk, served in way.found]
    ready = tasks.add("start", "application starts", "start.data_service", [*attached, *host])
    where = "on its standby" if standby else "on a new instance"
    notes = ["the standby's own system disk carries the software; keep its releases in step"] if standby else []
    place = "region" if failure.disruption == "region" else "zone"
    return finish(tasks, f"it is rebuilt in another {place} {where}", ready, [item for _, item in way.found], notes)


def _standby_for(
    protections: Sequence[Protection], component: Component, instance: Resource, failure: Failure
) -> Protection | None:
    for item in protections:
        if item.mechanism != "standby_instance" or item.component != component.id or instance.id not in item.resources:
            continue
        same_region = item.text("target_region") == instance.region
        if (failure.disruption == "zone" and same_region and item.text("target_zone") != failure.place) or (
            failure.disruption == "region" and not same_region
        ):
            return item
    return None


def _standby_tasks(tasks: TaskList, standby: Protection) -> list[str]:
    synced = tasks.add("software", "standby is brought to the present release", "standby.sync_software")
    if standby.text("mode") == "running":
        return [synced]
    booted = tasks.add("boot", "stopped standby boots", "boot.instance", pool=PROVISION_POOL, capacity_risk=True)
    return [booted, synced]


def _new_instance(tasks: TaskList, regions: set[str], failure: Failure) -> list[str]:
    before: list[str] = []
    if failure.disruption == "region" and not all(has_network(tasks.context, region) for region in regions):
        before = [tasks.add("network", "network is built", "provision.network")]
    created = tasks.add(
        "provision", "instance is created", "ecs.create_time", before, pool=PROVISION_POOL, capacity_risk=True
    )
    return [tasks.add("boot", "operating system boots", "boot.instance", [created])]


def _bring_disk(tasks: TaskList, disk: Resource, level: Level, host: Sequence[str]) -> str:
    """One disk at the new place: attached, failed over and attached, or made from a copy and loaded."""
    if level.kind == "live":
        return tasks.add(f"attach:{disk.id}", f"{disk.label} is force-attached", "attach.disk", host)
    if level.kind == "replica":
        opened = tasks.add(
            f"failover:{disk.id}", f"replica of {disk.label} is opened", "async_replication.failover_time"
        )
        return tasks.add(f"attach:{disk.id}", f"replica of {disk.label} is attached", "attach.disk", [opened, *host])
    if level.mechanism == "file_backup":
        return _file_restore(tasks, disk, host)
    made = tasks.add(f"attach:{disk.id}", f"a disk is made from a copy of {disk.label}", "attach.disk", host)
    return _load(tasks, disk, [made])
