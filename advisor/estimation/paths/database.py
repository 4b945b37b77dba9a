"""Managed databases and caches: automatic failover where a standby outlasts the failure, otherwise a restore."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.estimation.chains import serve, survivors
from advisor.estimation.context import Context
from advisor.estimation.copies_database import database_levels, standby_lag, standby_zone
from advisor.estimation.paths.path import (
    Failure,
    Path,
    TaskList,
    finish,
    has_network,
    lost,
    unaffected,
)
from advisor.model.editions import has_second_node
from advisor.model.graph import Component
from advisor.model.inventory import Resource
from advisor.model.recovery import Protection, Served
from advisor.model.units import MIB_PER_GIB


def database_path(context: Context, component: Component, failure: Failure, protections: Sequence[Protection]) -> Path:
    """The path of an RDS or PolarDB instance."""
    members = context.members(component)
    if not members:
        return lost(component, "the database is mentioned but not listed: nothing is known of it", unknown=True)
    database = members[0]
    covering = [item for item in protections if item.component == component.id]
    standby = standby_zone(database, covering)
    if failure.disruption == "zone" and database.zone != failure.place:
        return unaffected(component)
    if failure.disruption == "region" and database.region != failure.place:
        return unaffected(component)
    if failure.disruption == "instance":
        return _instance_path(context, component, database, covering, standby)
    if failure.disruption == "zone" and standby is not None and standby != failure.place:
        return _failover(context, component, database, protections)
    return _restore(context, component, database, failure, protections)


def has_standby_node(database: Resource, covering: Sequence[Protection], standby: str | None) -> bool:
    """Whether a second node exists: by its zone, or by an edition known to have one (its zone may be unknown)."""
    if standby is not None or any(item.mechanism == "rds_ha" for item in covering):
        return True
    return has_second_node(database.text("category"))


def _instance_path(
    context: Context, component: Component, database: Resource, covering: Sequence[Protection], standby: str | None
) -> Path:
    if has_standby_node(database, covering, standby):
        return _failover(context, component, database, covering)
    tasks = TaskList(context, component, automatic=True)
    ready = tasks.add("start", "the service restarts the single node", "rds.basic.restart")
    return finish(tasks, "the single node is restarted; its storage stays", ready)


def _failover(context: Context, component: Component, database: Resource, protections: Sequence[Protection]) -> Path:
    tasks = TaskList(context, component, automatic=True)
    fact = "polardb.failover_no_hot_standby" if database.text("product") == "polardb" else "rds.failover.instance"
    ready = tasks.add("start", "the standby takes over behind the same endpoint", fact)
    lag, _ = standby_lag(context, database)
    levels = database_levels(context, component, database, protections)
    standby = next((level for level in levels if level.mechanism == "rds_ha"), levels[0])
    return finish(tasks, "the standby takes over", ready, [Served(standby, lag, lag)])


def _restore(
    context: Context, component: Component, database: Resource, failure: Failure, protections: Sequence[Protection]
) -> Path:
    levels = database_levels(context, component, database, protections)
    alive = survivors(levels, failure.disruption, failure.place, live_survives=True)
    detection = context.seconds("detect.logical.latency").high if failure.disruption == "logical" else None
    served = serve(levels, alive, detection)
    if served is None:
        return lost(component, f"no copy of {database.label} survives")
    tasks = TaskList(context, component)
    if served.level.kind == "replica":
        promoted = tasks.add("promote", "the synchronised database is opened for writes", "dts.promote")
        ready = tasks.add("start", "applications are pointed at it", "rds.switch_endpoint", [promoted])
        return finish(tasks, f"the synchronised database in {served.level.region} takes over", ready, [served])
    gib = database.number("storage_gib")
    if gib is None:
        return lost(component, f"the size of {database.label} is not in the inventory", unknown=True)
    before = []
    if failure.disruption == "region" and not has_network(context, served.level.region):
        before = [tasks.add("network", "network is built", "provision.network")]
    created = tasks.add("provision", "a new database instance is created", "rds.create", before)
    title = f"{served.level.name} is restored"
    restored = tasks.moved("restore", title, gib * MIB_PER_GIB, ["data.used_share"], "rds.restore_rate", [created])
    ready = tasks.add("start", "applications are pointed at it", "rds.switch_endpoint", [restored])
    return finish(tasks, f"it is restored to a new instance from {served.level.name}", ready, [served])


def cache_path(context: Context, component: Component, failure: Failure, _protections: Sequence[Protection]) -> Path:
    """A cache holds nothing that its source does not: it fails over, or is created anew and fills itself."""
    members = context.members(component)
    if not members:
        return lost(component, "the cache is mentioned but not listed: nothing is known of it", unknown=True)
    cache = members[0]
    if failure.disruption == "zone" and cache.zone != failure.place:
        return unaffected(component)
    if failure.disruption == "region" and cache.region != failure.place:
        return unaffected(component)
    second = cache.texts("slave_zones")
    survives = failure.disruption == "instance" or (
        failure.disruption == "zone" and any(z != failure.place for z in second)
    )
    if failure.disruption == "instance" and not second and "single" in (cache.text("category") or "").lower():
        tasks = TaskList(context, component, automatic=True)
        ready = tasks.add("start", "the single node is restarted", "rds.basic.restart")
        return finish(tasks, "the single node is restarted and fills itself", ready)
    if failure.disruption != "logical" and survives:
        tasks = TaskList(context, component, automatic=True)
        ready = tasks.add("start", "the replica takes over", "rds.failover.instance")
        return finish(tasks, "the replica takes over", ready, notes=["a cache is taken to hold no data of its own"])
    tasks = TaskList(context, component)
    created = tasks.add("provision", "a new cache is created", "rds.create")
    ready = tasks.add("start", "applications are pointed at it", "rds.switch_endpoint", [created])
    return finish(tasks, "it is created anew", ready, notes=["a cache is taken to hold no data of its own"])
