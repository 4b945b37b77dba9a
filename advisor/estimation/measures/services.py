"""Managed services: balancers with Auto Scaling over zones, standby groups, databases, and traffic management."""

from __future__ import annotations

from collections import Counter
from math import ceil

from pydantic import JsonValue

from advisor.estimation.context import Context
from advisor.estimation.copies_database import standby_zone
from advisor.estimation.measures.base import Gathered, dr_region, first_member, pick_zone, proposal
from advisor.estimation.paths.entry import balancer_zones
from advisor.model.graph import Component
from advisor.model.inventory import Resource
from advisor.model.plan import Mechanism
from advisor.model.recovery import Proposal

HA_ENGINES = ("mysql", "postgresql", "sqlserver", "mariadb")
DTS_ENGINES = ("mysql", "postgresql", "mariadb", "sqlserver")
DEFAULT_PORT, DEFAULT_PROTOCOL = 80, "HTTP"


def alb_multi_zone(context: Context, component: Component, gathered: Gathered) -> Proposal | None:
    """The group is spread over zones so that its quorum outlasts the loss of any one; None where it already does."""
    if component.kind != "server_group":
        if component.kind == "stateful_instance":
            gathered.reject(
                "alb_multi_zone",
                component,
                component.members[0],
                "it holds data of its own: copies of it behind a balancer would not be interchangeable",
            )
        return None
    running = list(context.serving(component))
    if not running:
        return None
    by_zone = Counter(member.zone or "" for member in running)
    quorum = min(component.quorum, len(running))
    worst = max(by_zone.values())
    missing = max(0, quorum - (len(running) - worst))
    single = [item for item in _balancers(context, component) if len(set(balancer_zones(item))) == 1]
    if missing == 0 and not single:
        return None
    if not running[0].text("vpc_id"):
        gathered.reject("alb_multi_zone", component, running[0].id, "a balancer over zones needs members in a VPC")
        return None
    region = running[0].region or ""
    zone = _lighter_zone(context, region, by_zone, quorum, len(running))
    if zone is None:
        gathered.reject("alb_multi_zone", component, component.id, f"no second zone of {region} is known")
        return None
    return _spread_proposal(context, component, running, zone, missing, single)


def _balancers(context: Context, component: Component) -> list[Resource]:
    entries = [context.resource(item) for item in component.entry_ids]
    return [item for item in entries if item is not None and item.kind == "load_balancer"]


def _lighter_zone(context: Context, region: str, by_zone: Counter[str], quorum: int, count: int) -> str | None:
    """The zone in use with fewest members whose own loss the group outlasts, else another zone of the region."""
    lighter = [zone for zone, members in by_zone.items() if zone and count - members >= quorum]
    if lighter:
        return min(lighter, key=lambda zone: (by_zone[zone], zone))
    return pick_zone(context, region, (), [zone for zone in by_zone if zone])


def _spread_proposal(
    context: Context, component: Component, running: list[Resource], zone: str, missing: int, single: list[Resource]
) -> Proposal:
    model = running[0]
    region = model.region or ""
    switches = {item.zone: item for item in context.inventory.vswitches_by_region.get(region, ())}
    zones = sorted({zone, *(member.zone for member in running if member.zone)})
    places: list[JsonValue] = [
        {"zone": z, "vswitch_id": switches[z].id if z in switches else None, "cidr": None} for z in zones
    ]
    balancers = _balancers(context, component)
    albs = [item for item in balancers if item.text("lb_type") == "alb"]
    groups = [item for item in map(context.resource, component.entry_ids) if item and item.kind == "server_group"]
    port, protocol = _listener(context, balancers)
    new_balancer = not albs
    title = f"{component.name} spread over {', '.join(zones)}" + (
        f" with {missing} more instance(s)" if missing else ""
    )
    touched = [*(item.id for item in single), *component.members] if missing or new_balancer else [s.id for s in single]
    return proposal(
        context,
        "alb_multi_zone",
        component,
        "multi-zone",
        title,
        region,
        touched,
        {
            "vpc_id": model.text("vpc_id"),
            "zones": places,
            "instance_ids": list(component.members),
            "instance_type": model.text("instance_type"),
            "image_id": model.text("image_id"),
            "security_group_ids": list(model.texts("security_group_ids")),
            "min_size": len(running) + missing,
            "max_size": 2 * (len(running) + missing),
            "load_balancer_id": albs[0].id if albs else None,
            "server_group_id": groups[0].id if groups else None,
            "scaling_group_id": component.scaling_group,
            "listener_port": port,
            "listener_protocol": protocol,
            "added_instances": missing,
            "new_balancer": new_balancer,
        },
        verb="extend" if component.scaling_group or albs else "create",
        extra={"added_by_zone": {zone: missing}},
    )


def _listener(context: Context, balancers: list[Resource]) -> tuple[int, str]:
    by_balancer = context.inventory.listeners_by_balancer
    listeners = [listener for item in balancers for listener in by_balancer.get(item.id, ())]
    for listener in sorted(listeners, key=lambda item: item.id):
        if listener.number("port"):
            return int(listener.number("port") or DEFAULT_PORT), (listener.text("protocol") or DEFAULT_PROTOCOL).upper()
    return DEFAULT_PORT, DEFAULT_PROTOCOL


def fleet_standby(context: Context, component: Component, gathered: Gathered, mode: str) -> Proposal | None:
    """A prepared group in the recovery region: balancer and scaling group, empty (pilot), with one server that a rule
    scales out by its load (small), or at quorum (warm). One that is larger than the quorum would be no faster."""
    if component.kind != "server_group":
        return None
    model = first_member(context, component)
    if model is None:
        return None
    if not component.stateless:
        gathered.reject(
            "fleet_standby",
            component,
            component.id,
            "its members hold data of their own; copies of their disks are offered instead",
        )
        return None
    region = dr_region(context, model.region)
    if region is None:
        gathered.reject("fleet_standby", component, component.id, "no other region in the same geography is known")
        return None
    first = pick_zone(context, region, (), ())
    second = pick_zone(context, region, (), [first or ""])
    zones = [zone for zone in (first, second) if zone]
    switches = {item.zone: item.id for item in context.inventory.vswitches_by_region.get(region, ())}
    port, protocol = _listener(context, _balancers(context, component))
    capacity = max(1, min(component.quorum, len(context.serving(component))))
    if mode == "small" and capacity == 1:
        return None  # one server is all that is needed: that is the warm group
    count = {"pilot": 0, "small": 1, "warm": capacity}[mode]
    words = {"pilot": "empty", "small": "small", "warm": "running"}
    by_load = {"target_cpu_percent": int(context.number("scaling.target_cpu"))} if mode == "small" else {}
    return proposal(
        context,
        "fleet_standby",
        component,
        f"fleet-{mode}",
        f"{words[mode]} standby group of {component.name} in {region}",
        region,
        list(component.members),
        {
            "target_region": region,
            "zones": [{"zone": z, "vswitch_id": switches.get(z), "cidr": None} for z in zones],
            "instance_type": model.text("instance_type"),
            "image_id": model.text("image_id"),
            "count": count,
            "capacity": capacity,
            "mode": mode,
            "listener_port": port,
            "listener_protocol": protocol,
            "source_region": model.region,
            **by_load,
        },
    )


def _unsized(component: Component, database: Resource, mechanism: Mechanism, gathered: Gathered) -> bool:
    """Whether the database's size is unknown, which is then told: nothing can be timed or priced without it."""
    if database.number("storage_gib") is not None:
        return False
    gathered.reject(mechanism, component, database.id, "its size is not in the inventory")
    return True


def rds_ha(context: Context, component: Component, gathered: Gathered) -> Proposal | None:
    """A standby in another zone for a database that has none there; None where it has."""
    database = first_member(context, component)
    if component.kind != "database" or database is None:
        return None
    zone = standby_zone(database, ())
    if zone is not None and zone != database.zone:
        return None
    engine = (database.text("engine") or "").lower()
    if database.text("product") == "polardb" or engine not in HA_ENGINES:
        gathered.reject(
            "rds_ha", component, database.id, f"no zone change is offered here for {engine or 'this engine'}"
        )
        return None
    category = (database.text("category") or "").lower()
    if zone is None and category and category != "basic":
        gathered.reject(
            "rds_ha",
            component,
            database.id,
            "its standby's zone is not in the inventory; DescribeDBInstanceAttribute shows it",
        )
        return None
    target = pick_zone(context, database.region or "", (), [database.zone or ""])
    if target is None:
        gathered.reject("rds_ha", component, database.id, "no other zone of the region is known")
        return None
    switch = next(
        (
            v.id
            for v in context.inventory.vswitches_by_region.get(database.region or "", ())
            if v.zone == target and v.text("vpc_id") == database.text("vpc_id")
        ),
        None,
    )
    return proposal(
        context,
        "rds_ha",
        component,
        "rds-ha",
        f"{database.name or database.id} gets its standby in {target}",
        database.region or "",
        [database.id],
        {
            **_database_params(database),
            "zone": database.zone,
            "slave_zone": target,
            "vswitch_id": switch,
            "from_category": database.text("category"),
        },
        verb="convert",
    )


def _database_params(database: Resource) -> dict[str, JsonValue]:
    return {
        "database_id": database.id,
        "engine": database.text("engine"),
        "engine_version": database.text("engine_version"),
        "instance_class": database.text("instance_class"),
        "storage_gib": database.number("storage_gib"),
        "storage_type": database.text("storage_type"),
        "cpu": database.number("cpu"),
        "memory_mib": database.number("memory_mib"),
    }


def rds_cross_region_backup(
    context: Context, component: Component, gathered: Gathered, retention_d: int | None = None
) -> Proposal | None:
    """Backups and logs of the database are also kept in the recovery region: for as long as at home, or for
    ``retention_d`` days where that is another time."""
    database = first_member(context, component)
    if component.kind != "database" or database is None:
        return None
    if database.flag("cross_region_backup"):
        if not database.text("cross_backup_region"):
            reason = "its backups are copied to another region already, and the inventory does not tell to which"
            gathered.reject("rds_cross_region_backup", component, database.id, reason)
        return None
    if _unsized(component, database, "rds_cross_region_backup", gathered):
        return None
    region = dr_region(context, database.region)
    if region is None or database.text("product") == "polardb":
        reason = "no other region in the same geography is known" if region is None else "not offered here for PolarDB"
        gathered.reject("rds_cross_region_backup", component, database.id, reason)
        return None
    known = max(database.number("backup_retention_days") or 0.0, 0.0)
    at_home = int(known or context.number("rds.backup.default_retention"))
    if retention_d == at_home:
        return None
    days = at_home if retention_d is None else retention_d
    return proposal(
        context,
        "rds_cross_region_backup",
        component,
        f"rds-copy-{region}" + ("" if retention_d is None else f"-{days}d"),
        f"backups of {database.name or database.id} also kept in {region} for {days} days",
        database.region or "",
        [database.id],
        {**_database_params(database), "target_region": region, "retention_days": days},
    )


def dts(context: Context, component: Component, gathered: Gathered) -> Proposal | None:
    """A database in the recovery region kept in step by data synchronisation."""
    database = first_member(context, component)
    if component.kind != "database" or database is None:
        return None
    if _unsized(component, database, "dts", gathered):
        return None
    engine = (database.text("engine") or "").lower()
    region = dr_region(context, database.region)
    if region is None or engine not in DTS_ENGINES:
        reason = (
            "no other region in the same geography is known" if region is None else f"no synchronisation for {engine}"
        )
        gathered.reject("dts", component, database.id, reason, None if region is None else "dts.sync_engines")
        return None
    zone = pick_zone(context, region, (), ())
    return proposal(
        context,
        "dts",
        component,
        "dts",
        f"{database.name or database.id} synchronised to a database in {region}",
        database.region or "",
        [database.id],
        {
            **_database_params(database),
            "target_region": region,
            "target_zone": zone,
            "dts_class": "medium",
            "architecture": "oneway",
        },
    )


def ttls_s(context: Context) -> tuple[int, ...]:
    """Times for which answers may be cached, the shortest that the standard edition allows first."""
    least = int(context.number("dns.ttl_standard"))
    return (least, *sorted(int(float(ttl)) for ttl in context.words("gtm.v2.ttl_values") if float(ttl) > least))


def gtm(context: Context, component: Component, gathered: Gathered, ttl_s: int) -> Proposal | None:
    """Traffic management in front of the workload: names move to the recovery region by health checks, and users
    follow when the answers that they keep are older than ``ttl_s``."""
    balancer = first_member(context, component)
    if component.kind != "entry" or balancer is None:
        return None
    if (balancer.text("address_type") or "").lower() == "intranet":
        gathered.reject("gtm", component, balancer.id, "the balancer is internal: public names do not point to it")
        return None
    region = dr_region(context, balancer.region)
    if region is None:
        gathered.reject("gtm", component, balancer.id, "no other region in the same geography is known")
        return None
    port, _ = _listener(context, [balancer])
    address = balancer.text("address") or balancer.text("dns_name")
    usual = ttl_s == ttls_s(context)[0]
    return proposal(
        context,
        "gtm",
        component,
        "gtm",
        f"traffic management in front of {balancer.name or balancer.id}"
        + ("" if usual else f", answers kept {ttl_s} s"),
        balancer.region or "",
        [balancer.id],
        {
            "primary_region": balancer.region,
            "target_region": region,
            "addresses": [address] if address else [],
            "ttl_s": ttl_s,
            "interval_s": int(context.number("gtm.v3.interval_default")),
            "retries": ceil(max(float(item) for item in context.words("gtm.v3.retries"))),
            "health_port": port,
            "health_protocol": "TCP",
        },
        shared_id="gtm-instance",
    )
