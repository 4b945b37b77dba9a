"""Small estates built by hand: for each check one that it fires on and one that it does not."""

from __future__ import annotations

from datetime import date
from typing import Any

from advisor.checks import run_checks
from advisor.model.finding import Finding
from advisor.model.graph import Component, FoundBy, Graph, Workload
from advisor.model.inventory import Inventory, Kind, Origin, Resource
from advisor.model.targets import Exclusion, Match, Targets, WorkloadClass, WorkloadSpec
from advisor.rules import load_rules

RULES = load_rules()
CLASSES = {name: item for name, item in RULES.classes.items() if isinstance(item, WorkloadClass)}
AS_OF = date(2026, 11, 22)
REGION, FAR = "cn-hangzhou", "cn-shanghai"
H, I = "cn-hangzhou-h", "cn-hangzhou-i"  # noqa: E741
ALL_LISTED = frozenset(
    (kind, region)
    for kind in ("instance", "disk", "snapshot", "snapshot_policy", "replica_pair", "backup_plan")
    for region in (REGION, FAR)
)
EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
Estate = list[Resource]


def thing(kind: Kind, name: str, /, region: str | None = REGION, **given: Any) -> Resource:
    """A resource with an id that tells what it is; what is no field of a resource becomes an attribute."""
    own = {key: given.pop(key) for key in ("zone", "zones", "status", "tags", "observed_at") if key in given}
    return Resource(
        id=name,
        kind=kind,
        name=f"the {name}",
        region=region,
        attributes=given,
        origin=Origin(f"{kind}.json", name),
        **own,
    )


def server(name: str = "i-1", zone: str = H, status: str = "Running", **given: Any) -> Resource:
    return thing("instance", name, zone=zone, status=status, **given)


def disk(name: str = "d-1", owner: str | None = "i-1", **given: Any) -> Resource:
    """An attached data disk without a policy."""
    given = {"snapshot_policy_ids": (), "disk_type": "data", "category": "cloud_essd", "size_gib": 100, **given}
    return thing("disk", name, zone=H, instance_ids=(owner,) if owner else (), **given)


def policy(name: str = "sp-1", **given: Any) -> Resource:
    """A policy in service that runs every day at 02:00 and keeps a week."""
    given = {
        "status": "Normal", "time_points": [2], "repeat_weekdays": EVERY_DAY, "retention_days": 7,
        "copy_enabled": False, "copy_regions": (), "created_at": "2026-01-01T00:00:00Z", **given,
    }  # fmt: skip
    return thing("snapshot_policy", name, **given)


def snapshot(name: str, when: str, source: str = "d-1", status: str = "accomplished", **given: Any) -> Resource:
    return thing("snapshot", name, status=status, source_disk_id=source, created_at=when, **given)


def fresh(source: str = "d-1") -> Resource:
    return snapshot(f"s-{source}", "2026-11-21T18:00:00Z", source)


def pair(name: str = "pair-1", source: str = "d-1", target: str = "d-far", **given: Any) -> Resource:
    given = {"status": "normal", "rpo_s": 900, "last_recover_point": "2026-11-22T05:00:00Z", **given}
    return thing(
        "replica_pair", name, source_disk_id=source, destination_disk_id=target, source_region=REGION,
        destination_region=FAR, **given,
    )  # fmt: skip


def database(name: str = "rm-1", **given: Any) -> Resource:
    """A sound database: standby in another zone, a week of backups and logs."""
    given = {
        "category": "HighAvailability", "slave_zones": (I,), "log_backup_enabled": True, "backup_retention_days": 7,
        "log_backup_retention_days": 7, "backup_days": ("Monday", "Thursday"), **given,
    }  # fmt: skip
    return thing("database", name, zone=H, **given)


def balancer(**given: Any) -> Resource:
    return thing(
        "load_balancer", "alb-1", **{"zones": (H, I), "lb_type": "alb", "zone_mappings": ({"zone": H},), **given}
    )


def members(*servers: str, **weights: int) -> Resource:
    records = tuple({"server_id": item, "weight": weights.get(item.replace("-", "_"), 100)} for item in servers)
    return thing("server_group", "sgp-1", members=records, load_balancer_ids=("alb-1",))


def scaling(**given: Any) -> Resource:
    return thing("scaling_group", "asg-1", **{"zones": (H, I), "instance_ids": (), **given})


def covered(**given: Any) -> Resource:
    return disk(
        **{
            "snapshot_policy_ids": ("sp-1",),
            "auto_snapshot_enabled": True,
            "created_at": "2026-01-01T00:00:00Z",
            **given,
        }
    )


def plan(**given: Any) -> Resource:
    return thing(
        "backup_plan", "plan-1", **{"instance_id": "i-1", "source_type": "ECS_FILE", "disabled": False, **given}
    )


def findings(
    estate: Estate,
    *,
    class_name: str = "critical",
    listed: frozenset[tuple[str, str]] = ALL_LISTED,
    components: tuple[Component, ...] | None = None,
    found_by: FoundBy = "declared",
    exclude: tuple[Exclusion, ...] = (),
    as_of: date = AS_OF,
    members_of: tuple[str, ...] | None = None,
) -> tuple[Finding, ...]:
    """The findings on an estate all of whose resources belong to one workload, ``app``."""
    resources = {item.id: item for item in sorted(estate, key=lambda item: item.id)}
    ids = tuple(resources) if members_of is None else members_of
    instances = [item.id for item in resources.values() if item.kind == "instance" and item.id in ids]
    parts = tuple(Component(f"stateful_instance:{item}", "stateful_instance", item, (item,)) for item in instances)
    workload = Workload("app", found_by, ids, parts if components is None else components, class_name)
    spec = WorkloadSpec("app", Match(), class_name, exclude=exclude, dr_regions=(FAR,))
    graph = Graph((), (workload,) if ids else ())
    targets = Targets(CLASSES, (spec,) if found_by == "declared" else (), given=True)
    return run_checks(Inventory(resources, listed=listed), graph, targets, RULES, as_of)


def of_check(check: str, estate: Estate, **given: Any) -> list[Finding]:
    """The findings of one check."""
    return [finding for finding in findings(estate, **given) if finding.id.startswith(f"{check}:")]


LOCAL = disk(category="local_ssd_pro")
HAND = {"creation_type": "Attached", "instance_id": "i-1"}
TWO_SERVERS = [server("i-1"), server("i-2"), covered(), covered(name="d-2", owner="i-2"), policy()]
IMAGES = {"configuration": {"image_id": "m-1"}, "instance_ids": ("i-1",)}
NO_SNAPSHOTS = ALL_LISTED - {("snapshot", REGION), ("snapshot", FAR)}
OWN_SNAPSHOTS = ALL_LISTED - {("snapshot", FAR)}
NO_PLANS = ALL_LISTED - {("backup_plan", REGION), ("backup_plan", FAR)}

Case = tuple[Estate, dict[str, Any]]


def case(*resources: Resource, **given: Any) -> Case:
    return list(resources), given


# Check → an estate that it fires on once, one that it does not fire on, and where the finding points.
CASES: dict[str, tuple[Case, Case, str]] = {
    "SNP-001": (case(server(), disk()), case(server(), covered(), policy()), "d-1"),
    "SNP-002": (
        case(server(), disk(), disk("d-0", disk_type="system")),
        case(server(), disk(), disk("d-0", disk_type="system", snapshot_policy_ids=("sp-1",)), policy()),
        "app",
    ),
    "SNP-003": (case(server(), covered(), policy(status="Expire")), case(server(), covered(), policy()), "sp-1:app"),
    "SNP-004": (
        case(server(), covered(auto_snapshot_enabled=False), policy()),
        case(server(), covered(), policy()),
        "d-1",
    ),
    "SNP-005": (case(server(), covered(), policy(retention_days=1)), case(server(), covered(), policy()), "sp-1:app"),
    "SNP-006": (
        case(server(), covered(), policy(repeat_weekdays=[1, 2, 3, 4, 5]), class_name="standard"),
        case(server(), covered(), policy(), class_name="standard"),
        "sp-1:app",
    ),
    "SNP-007": (
        case(server(), covered(), policy(), snapshot("s-1", "2026-11-18T18:00:00Z")),
        case(server(), covered(), policy(), fresh()),
        "d-1",
    ),
    "SNP-008": (
        case(server(), covered(), policy(), snapshot("s-1", "2026-11-20T18:00:00Z", status="failed"), fresh()),
        case(server(), covered(), policy(), fresh()),
        "d-1",
    ),
    "SNP-009": (
        case(server(), covered(), policy(), fresh()),
        case(server(), covered(), policy(copy_enabled=True, copy_regions=(FAR,)), fresh()),
        "sp-1:app",
    ),
    "SNP-010": (case(server(), disk(), listed=NO_SNAPSHOTS), case(server(), disk()), "app"),
    "SNP-011": (
        case(server(), covered(), policy(), fresh(), listed=OWN_SNAPSHOTS),
        case(server(), covered(), policy(), fresh()),
        "sp-1:app",
    ),
    "LOC-001": (case(server(), LOCAL), case(server(), LOCAL, plan()), "i-1"),
    "LOC-002": (case(server(), LOCAL, listed=NO_PLANS), case(server(), LOCAL), "i-1"),
    "REP-001": (
        case(server(), disk(), disk("d-2"), pair()),
        case(server(), disk(), disk("d-2"), pair(), pair("pair-2", "d-2", "d-far2")),
        "i-1",
    ),
    "REP-002": (case(server(), disk(), pair(status="stopped")), case(server(), disk(), pair()), "pair-1"),
    "REP-003": (
        case(*TWO_SERVERS, pair()),
        case(*TWO_SERVERS, pair(), pair("pair-2", "d-2", "d-far2")),
        "app",
    ),
    "REP-004": (
        case(server(), disk(), pair(last_recover_point="2026-11-21T20:00:00Z")),
        case(server(), disk(), pair()),
        "pair-1",
    ),
    "DB-001": (case(database(slave_zones=(H,))), case(database()), "rm-1"),
    "DB-002": (case(database(slave_zones=())), case(database()), "rm-1"),
    "DB-003": (case(database(log_backup_enabled=False)), case(database()), "rm-1"),
    "DB-004": (case(database(log_backup_retention_days=1)), case(database()), "rm-1"),
    "DB-005": (case(thing("database", "rm-1", zone=H, slave_zones=(I,))), case(database()), "rm-1"),
    "LB-001": (
        case(balancer(), members("i-1", "i-2"), server("i-1"), server("i-2")),
        case(balancer(), members("i-1", "i-2"), server("i-1"), server("i-2", I)),
        "alb-1",
    ),
    "LB-002": (case(balancer(zones=(H,))), case(balancer()), "alb-1"),
    "LB-003": (
        case(thing("load_balancer", "lb-1", zone=H, zones=(H,))),
        case(thing("load_balancer", "lb-1", zone=H, zones=(H,), slave_zone="")),
        "lb-1",
    ),
    "LB-004": (
        case(balancer(), members("i-1", "i-2", i_2=0), server("i-1"), server("i-2", I)),
        case(balancer(), members("i-1", "i-2"), server("i-1"), server("i-2", I)),
        "i-2",
    ),
    "ESS-001": (case(scaling(zones=(H,))), case(scaling()), "asg-1"),
    "ESS-002": (
        case(scaling(**IMAGES, members=(HAND,)), server(image_id="m-1")),
        case(scaling(**IMAGES), server(image_id="m-1")),
        "i-1",
    ),
    "ECS-001": (
        case(server(status="Stopped", stopped_mode="StopCharging")),
        case(server(status="Stopped", stopped_mode="KeepCharging")),
        "i-1",
    ),
    "SUB-001": (
        case(server(charge_type="PrePaid", expired_at="2026-12-05T16:00:00Z")),
        case(server(charge_type="PrePaid", expired_at="2027-12-05T16:00:00Z")),
        "i-1",
    ),
    "FGT-001": (
        case(server(status="Stopped"), server("i-2", tags={"app": "x"}), found_by="single"),
        case(server(status="Stopped"), server("i-2", tags={"app": "x"})),
        "i-1",
    ),
    "FGT-002": (case(disk(owner=None)), case(server(), disk()), "d-1"),
    "TAG-001": (
        case(server(), server("i-2", tags={"app": "x"})),
        case(server(tags={"app": "x"}), server("i-2", tags={"app": "x"})),
        "i-1",
    ),
    "REF-001": (case(server(), disk(owner="i-9")), case(server(), disk()), "d-1"),
    "KEY-001": (
        case(server(), disk(kms_key_id="key-1")),
        case(server(), disk(kms_key_id="key-1"), thing("key", "key-1")),
        "key-1",
    ),
}
