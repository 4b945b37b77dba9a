"""Single points of failure: one backend, one zone, one instance, one NAT gateway, one shared disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from advisor.graph.blast import RESOURCE
from advisor.graph.edges_place import ZONE, vswitch_zones
from advisor.graph.finding_context import REFERENCE, Context, Point
from advisor.graph.index import slave_zone_known, zones_of
from advisor.model.finding import Finding
from advisor.model.inventory import Resource


def one_backend(context: Context) -> Iterator[Point]:
    """A balancer with one serving member is a balancer for nothing."""
    for workload, component, serving in context.components:
        if component.kind == "server_group" and len(serving) == 1:
            yield Point(
                Finding(
                    id="GRA-ONE-BACKEND",
                    severity="high",
                    title="Only one member of the group serves",
                    resource=serving[0],
                    workload=workload.name,
                    detail=f"{component.name}: only {context.label(serving[0])} runs and has a weight above 0.",
                    fix="Add a second member in another zone.",
                    source=REFERENCE,
                ),
                failures=(RESOURCE + serving[0],),
            )


def no_backend(context: Context) -> Iterator[Point]:
    """A group all of whose members are stopped or drained serves nobody now."""
    for workload, component, serving in context.components:
        if component.kind == "server_group" and not serving:
            yield Point(
                Finding(
                    id="GRA-NO-BACKEND",
                    severity="medium",
                    title="No member of the group serves",
                    resource=component.members[0],
                    workload=workload.name,
                    detail=f"{component.name}: all {len(component.members)} members are stopped or have weight 0.",
                    fix="Start a member or give it a weight, or exclude the group.",
                    source=REFERENCE,
                )
            )


def group_in_one_zone(context: Context) -> Iterator[Point]:
    """Redundant members that all stand in one zone, or too many of them in one."""
    for workload, component, serving in context.components:
        if component.kind != "server_group" or len(serving) < 2:
            continue
        zones = Counter(context.zone_of(member) or "" for member in serving)
        zone, count = max(sorted(zones.items()), key=lambda item: item[1])
        if "" in zones or len(serving) - count >= component.quorum:
            continue
        alone = len(zones) == 1
        words = f"all {count}" if alone else f"{count} of {len(serving)}"
        yield Point(
            Finding(
                id="GRA-GROUP-ONE-ZONE" if alone else "GRA-GROUP-ZONE-HEAVY",
                severity="high" if alone else "medium",
                title="All members stand in one zone"
                if alone
                else "One zone holds more members than the rest can replace",
                resource=component.members[0],
                workload=workload.name,
                detail=f"{component.name}: {words} serving members stand in {zone}; "
                f"{component.quorum} {'is' if component.quorum == 1 else 'are'} needed.",
                fix="Spread the members over zones so that the rest suffices without any one zone.",
                source=REFERENCE,
            ),
            failures=(ZONE + zone,),
        )


def workload_in_one_zone(context: Context) -> Iterator[Point]:
    """Several resources of one workload and nothing outside their zone."""
    for workload in context.graph.workloads:
        members = sorted({m for c in workload.components if c.kind != "entry" for m in context.analysis.counted[c.id]})
        zones = {zone for member in members for zone in context.zones_of(member)}
        if len(members) > 1 and len(zones) == 1 and "" not in zones:
            zone = zones.pop()
            yield Point(
                Finding(
                    id="GRA-WORKLOAD-ONE-ZONE",
                    severity="high",
                    title=f"All of {workload.name} stands in one zone",
                    workload=workload.name,
                    detail=f"{len(members)} serving resources, all in {zone}: {context.labels(members)}.",
                    fix="Place a share of each group in a second zone, or plan the recovery from another zone.",
                    source=REFERENCE,
                ),
                failures=(ZONE + zone,),
            )


def lone_instances(context: Context) -> Iterator[Point]:
    """Instances without a second one, told once for each workload."""
    for workload in context.graph.workloads:
        alone = [c.members[0] for c in workload.components if c.kind == "stateful_instance" and c.quorum]
        if alone:
            yield Point(
                Finding(
                    id="GRA-SINGLE-INSTANCE",
                    severity="medium",
                    title=f"{len(alone)} instance{'s' if len(alone) > 1 else ''} of {workload.name} "
                    "without a second one",
                    resource=alone[0] if len(alone) == 1 else None,
                    workload=workload.name,
                    detail=f"Each fails the workload by itself: {context.labels(alone)}.",
                    fix="Put equals behind a balancer, confirm which instances replace one another, "
                    "or plan their restore.",
                    source=REFERENCE,
                ),
                failures=tuple(RESOURCE + item for item in alone),
            )


def services_in_one_zone(context: Context) -> Iterator[Point]:
    """Balancers, databases and caches without a second zone."""
    for resource in context.estate.of_kind("load_balancer", "database", "cache"):
        zones = zones_of(resource) or vswitch_zones(context.estate, resource)
        copy = resource.kind == "database" and resource.text("master_id")
        if len(zones) > 1 or copy:
            continue
        if resource.kind == "load_balancer":
            yield from _balancer(context, resource, zones)
        else:
            yield from _store(context, resource, zones)


def _balancer(context: Context, balancer: Resource, zones: tuple[str, ...]) -> Iterator[Point]:
    known = bool(zones)
    yield Point(
        Finding(
            id="GRA-BALANCER-ONE-ZONE" if known else "GRA-BALANCER-ZONES-UNKNOWN",
            severity="high" if known else "info",
            title="The balancer stands in one zone" if known else "The zones of the balancer are not known",
            resource=balancer.id,
            workload=context.homes.get(balancer.id),
            detail=f"{balancer.label}: {zones[0] if known else 'a list call alone does not tell the zones'}.",
            fix="Add a second zone." if known else "Export the balancer's attributes as well.",
            source=REFERENCE,
        ),
        failures=(RESOURCE + balancer.id,),
    )


def _store(context: Context, store: Resource, zones: tuple[str, ...]) -> Iterator[Point]:
    word = "database" if store.kind == "database" else "cache"
    if slave_zone_known(store):
        place = zones[0] if zones else "an unknown zone"
        yield Point(
            Finding(
                id="GRA-STORE-ONE-ZONE",
                severity="high",
                title=f"The {word} has no standby in another zone",
                resource=store.id,
                workload=context.homes.get(store.id),
                detail=f"{store.label}: everything in {place}" + _edition(store),
                fix="Move the standby to another zone, or change to an edition that has one.",
                source=REFERENCE,
            ),
            failures=(RESOURCE + store.id,),
        )
    else:
        yield Point(
            Finding(
                id="GRA-STANDBY-UNKNOWN",
                severity="info",
                title=f"Whether the {word} has a standby elsewhere is not known",
                resource=store.id,
                workload=context.homes.get(store.id),
                detail=f"{store.label}: a list call tells the first zone only; "
                "it counts as standing in that zone alone.",
                fix="Export the attributes of the instance as well.",
                source=REFERENCE,
            ),
            failures=(RESOURCE + store.id,),
        )


def _edition(store: Resource) -> str:
    edition = store.text("category")
    return f" ({edition} edition)." if edition else "."


def scaling_in_one_zone(context: Context) -> Iterator[Point]:
    """A scaling group that can start members in one zone only, or fills one zone first."""
    for group in context.estate.of_kind("scaling_group"):
        zones = vswitch_zones(context.estate, group)
        first = (group.text("multi_az_policy") or "").upper() == "PRIORITY"
        if len(zones) == 1 or (len(zones) > 1 and first):
            alone = len(zones) == 1
            yield Point(
                Finding(
                    id="GRA-SCALING-ONE-ZONE" if alone else "GRA-SCALING-PRIORITY",
                    severity="high" if alone else "low",
                    title="The scaling group reaches one zone only"
                    if alone
                    else "The scaling group fills one zone first",
                    resource=group.id,
                    workload=context.homes.get(group.id),
                    detail=f"{group.label}: zones {', '.join(zones)}, "
                    f"policy {group.text('multi_az_policy') or 'unknown'}.",
                    fix="Give it vSwitches in two or more zones and the policy BALANCE.",
                    source=REFERENCE,
                ),
                failures=(ZONE + zones[0],) if alone else (),
            )


def nat_for_several_zones(context: Context) -> Iterator[Point]:
    """A NAT gateway in one zone that instances of other zones go out by."""
    for gateway_id, instances in context.by_target("network.nat").items():
        home = context.zone_of(gateway_id)
        zones = {context.zone_of(item) for item in instances} - {None}
        if home and zones - {home}:
            yield Point(
                Finding(
                    id="GRA-NAT-ONE-ZONE",
                    severity="medium",
                    title=f"One NAT gateway for {len(zones)} zones",
                    resource=gateway_id,
                    detail=f"{context.label(gateway_id)} in {home}: {len(instances)} instances in "
                    f"{', '.join(sorted(str(zone) for zone in zones))} go out by it.",
                    fix="Add a NAT gateway in a second zone, with routes or SNAT rules by vSwitch.",
                    source=REFERENCE,
                ),
                failures=(RESOURCE + gateway_id,),
            )


def shared_disks(context: Context) -> Iterator[Point]:
    """A disk that several instances need at once."""
    for disk_id, instances in context.by_target("storage.shared_disk").items():
        yield Point(
            Finding(
                id="GRA-SHARED-DISK",
                severity="medium",
                title=f"{len(instances)} instances share one disk",
                resource=disk_id,
                workload=context.homes.get(disk_id),
                detail=f"{context.label(disk_id)} is attached to {context.labels(instances)}: "
                "all of them fail with it.",
                fix="Make sure that the disk itself is protected for the strictest of them.",
                source=REFERENCE,
            ),
            failures=(RESOURCE + disk_id,),
        )


def hpc_managers(context: Context) -> Iterator[Point]:
    """One e-HPC manager that all computes need."""
    for manager, nodes in context.by_target("place.hpc_manager").items():
        yield Point(
            Finding(
                id="GRA-HPC-MANAGER",
                severity="medium",
                title="One manager for a whole e-HPC cluster",
                resource=manager,
                workload=context.homes.get(manager),
                detail=f"{context.label(manager)} is needed by {len(nodes)} nodes.",
                fix="Deploy the cluster with a standby manager.",
                source=REFERENCE,
            ),
            failures=(RESOURCE + manager,),
        )


SINGLE_RULES = (
    one_backend, no_backend, group_in_one_zone, workload_in_one_zone, lone_instances, services_in_one_zone,
    scaling_in_one_zone, nat_for_several_zones, shared_disks, hpc_managers,
)  # fmt: skip
