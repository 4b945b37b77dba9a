"""Small estates by hand, for tests that work a number out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from advisor.estimation.context import Context
from advisor.model.evidence import RuleBook
from advisor.model.graph import Component, Workload
from advisor.model.inventory import Inventory, Kind, Resource
from advisor.model.recovery import Protection
from advisor.model.targets import Match, WorkloadSpec

HOME, AWAY = "cn-hangzhou", "cn-shanghai"
ZONE, OTHER_ZONE = "cn-hangzhou-h", "cn-hangzhou-i"
AS_OF = date(2026, 11, 22)


def resource(identity: str, kind: Kind, zone: str | None = ZONE, region: str = HOME, **attributes: object) -> Resource:
    status = str(attributes.pop("status", "Running"))
    return Resource(identity, kind, identity, region, zone, status=status, attributes=attributes)


def disk(identity: str, gib: float, *, owner: str = "i-1", system: bool = False, category: str = "cloud_essd",
         **attributes: object) -> Resource:  # fmt: skip
    attributes.setdefault("performance_level", "PL1" if category == "cloud_essd" else "")
    return resource(
        identity, "disk", status="In_use", size_gib=gib, category=category, instance_ids=(owner,),
        disk_type="system" if system else "data", **attributes,
    )  # fmt: skip


def context(
    rules: RuleBook, resources: Iterable[Resource], components: Iterable[Component], daily_change: float | None = 0.03
) -> Context:
    items = {item.id: item for item in resources}
    parts = tuple(components)
    workload = Workload("w", "declared", tuple(items), parts, "standard")
    spec = WorkloadSpec("w", Match(), "standard", daily_change=daily_change, dr_regions=(AWAY,))
    return Context(Inventory(items), rules, workload, spec, AS_OF)


SERVER = Component("stateful_instance:i-1", "stateful_instance", "i-1", ("i-1",), ("d-sys", "d-data"))
DATABASE = Component("database:rm-1", "database", "rm-1", ("rm-1",))


def server_context(rules: RuleBook, *extra: Resource, data_category: str = "cloud_essd") -> Context:
    """One instance in zone H with a 40 GiB system disk and a 100 GiB data disk, 3 % of the data changing a day."""
    instance = resource("i-1", "instance", instance_type="ecs.g7.large", vpc_id="vpc-1", cpu=2)
    switch = resource("vsw-2", "vswitch", "cn-shanghai-l", AWAY, vpc_id="vpc-2")
    disks = [disk("d-sys", 40, system=True), disk("d-data", 100, category=data_category)]
    return context(rules, [instance, switch, *disks, *extra], [SERVER])


def database_context(rules: RuleBook, **attributes: object) -> Context:
    """One 200 GiB MySQL in zone H with seven days of log backup."""
    known: dict[str, object] = {
        "engine": "MySQL", "category": "Basic", "storage_gib": 200.0, "log_backup_retention_days": 7.0,
        "backup_retention_days": 7.0, "cpu": 4, "memory_mib": 8192,
    }  # fmt: skip
    return context(rules, [resource("rm-1", "database", **{**known, **attributes})], [DATABASE])


def snapshots(interval_h: float = 24, retention_days: float = 7) -> Protection:
    params = {"interval_h": interval_h, "retention_days": retention_days}
    return Protection("snapshot_policy", SERVER.id, ("d-sys", "d-data"), params)


def copies(interval_h: float = 24, retention_days: float = 7) -> Protection:
    params = {"interval_h": interval_h, "retention_days": retention_days, "target_region": AWAY}
    return Protection("snapshot_copy", SERVER.id, ("d-sys", "d-data"), params)


FILES = Protection("file_backup", SERVER.id, ("i-1", "d-sys", "d-data"))
REGIONAL = Protection("regional_essd", SERVER.id, ("d-data",), {"target_zone": OTHER_ZONE})


def replicated(scope: str) -> Protection:
    target = {"target_region": HOME, "target_zone": OTHER_ZONE}
    if scope == "region":
        target = {"target_region": AWAY, "target_zone": "cn-shanghai-l"}
    mechanism = "async_replication_zone" if scope == "zone" else "async_replication_region"
    return Protection(mechanism, SERVER.id, ("d-data",), target)  # type: ignore[arg-type]


def standby(scope: str, mode: str = "stopped") -> Protection:
    target = {"target_region": HOME, "target_zone": OTHER_ZONE, "mode": mode}
    if scope == "region":
        target = {"target_region": AWAY, "target_zone": "cn-shanghai-l", "mode": mode}
    return Protection("standby_instance", SERVER.id, ("i-1",), target)
