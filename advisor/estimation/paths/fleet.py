"""A group of interchangeable instances behind a balancer or a scaling group: k of n must work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from advisor.estimation.context import Context
from advisor.estimation.paths.path import (
    PROVISION_POOL,
    Failure,
    Path,
    TaskList,
    finish,
    has_network,
    health_window,
    lost,
    protection_of,
    unaffected,
)
from advisor.estimation.paths.stateful import instance_path, rebuild_path, roll_back, serving_levels, volumes
from advisor.model.evidence import Spread
from advisor.model.graph import Component
from advisor.model.inventory import Resource
from advisor.model.recovery import Protection

INTERCHANGEABLE = "fleet.interchangeable"
MOST_TASKS = 200  # more instances than this are created in the same waves


def fleet_path(context: Context, component: Component, failure: Failure, protections: Sequence[Protection]) -> Path:
    """The path of a server group. Members behind one balancer are interchangeable: data that one holds, all hold."""
    running = list(context.serving(component))
    if not running:
        return _nobody_serves(context, component)
    if failure.disruption == "logical":
        return _logical_path(context, component, running, failure, protections)
    if failure.disruption == "region":
        return _region_path(context, component, running, failure, protections)
    hit = _hit(running, failure)
    if not hit:
        return unaffected(component)
    left = len(running) - len(hit) + _added(component, failure, protections)
    need = min(component.quorum, len(running))
    if left >= need:
        return _failover(context, component, left, need)
    return _replace(context, component, hit, failure, protections, left)


def _nobody_serves(context: Context, component: Component) -> Path:
    """A group whose members all stand still has nothing to interrupt; one whose members are not listed is unknown."""
    if context.members(component):
        return replace(unaffected(component), notes=("no member serves now",))
    return lost(component, "its members are mentioned but not listed: nothing is known of it", unknown=True)


def _hit(running: Sequence[Resource], failure: Failure) -> list[Resource]:
    if failure.disruption == "instance":
        return [member for member in running if member.id == failure.place]
    return [member for member in running if member.zone == failure.place]


def _added(component: Component, failure: Failure, protections: Sequence[Protection]) -> int:
    """Instances that multi-zone spreading adds outside the failed place."""
    spread = protection_of(protections, "alb_multi_zone", component)
    if spread is None:
        return 0
    if failure.disruption == "instance":
        return int(spread.number("added_instances"))
    added = spread.params.get("added_by_zone")
    if not isinstance(added, dict):
        return 0
    return sum(int(count) for zone, count in added.items() if zone != failure.place)


def _is_scaled(component: Component, protections: Sequence[Protection]) -> bool:
    return component.scaling_group is not None or protection_of(protections, "alb_multi_zone", component) is not None


def _window(context: Context, component: Component) -> tuple[float, float, float, tuple[str, ...]]:
    settings: dict[str, object] | None = None
    prefix = "alb"
    for entry_id in component.entry_ids:
        entry = context.resource(entry_id)
        if entry is not None and entry.kind == "server_group":
            known = entry.attributes.get("health_check")
            settings = dict(known) if isinstance(known, dict) else settings
        if entry is not None and entry.text("lb_type") == "clb":
            prefix = "clb"
    span, facts = health_window(context, settings, prefix)
    return span.low, span.likely, span.high, facts


def _failover(context: Context, component: Component, left: int, need: int) -> Path:
    tasks = TaskList(context, component, automatic=True)
    ready = _health_check(tasks, "balancer takes the failed members out")
    notes = [f"{left} of the members stay, {need} are needed"]
    return _shared(component, finish(tasks, "the balancer serves from the remaining members", ready, notes=notes))


def _health_check(tasks: TaskList, title: str) -> str:
    low, likely, high, facts = _window(tasks.context, tasks.component)
    return tasks.timed("health-check", title, Spread(low, likely, high), facts)


def _replace(
    context: Context,
    component: Component,
    hit: Sequence[Resource],
    failure: Failure,
    protections: Sequence[Protection],
    left: int,
) -> Path:
    """Too few members stay: Auto Scaling replaces them, the platform restarts one, or people rebuild."""
    holds_data = not component.stateless and left == 0
    if (
        _is_scaled(component, protections)
        and not holds_data
        and _can_scale_elsewhere(context, component, failure, protections)
    ):
        return _scale_out(context, component, failure, len(hit))
    if failure.disruption == "instance":
        return instance_path(context, _alone(context, component, hit[0]), hit[0], failure, protections)
    if left > 0 or component.stateless:
        return _rebuild_from_image(context, component, failure, len(hit), interchangeable=left > 0)
    return rebuild_member(context, component, hit, failure, protections)


def _can_scale_elsewhere(
    context: Context, component: Component, failure: Failure, protections: Sequence[Protection]
) -> bool:
    if failure.disruption == "instance" or protection_of(protections, "alb_multi_zone", component) is not None:
        return component.stateless or failure.disruption == "instance" or component.scaling_group is not None
    group = context.inventory.get(component.scaling_group)
    if group is None:
        return False
    zones = {item.zone for item in map(context.resource, group.texts("vswitch_ids")) if item is not None}
    return any(zone != failure.place for zone in zones if zone)


def _scale_out(context: Context, component: Component, failure: Failure, count: int) -> Path:
    tasks = TaskList(context, component, automatic=True)
    seen = tasks.add("health-check", "Auto Scaling notices the loss", "scaling.detect")
    risky = failure.disruption != "instance"
    made = _create(tasks, "Auto Scaling creates an instance", count, [seen], risky)
    booted = tasks.add("boot", "operating systems boot", "boot.instance", made)
    ready = tasks.add("start", "application starts", "start.service", [booted])
    return _shared(component, finish(tasks, "Auto Scaling replaces the lost members", ready))


def _create(tasks: TaskList, title: str, count: int, after: Sequence[str], risky: bool) -> list[str]:
    """One task for each instance, since they contend for how many a region creates at once."""
    shown = max(1, min(count, MOST_TASKS))
    return [
        tasks.add(
            f"provision:{number}",
            title,
            "ecs.create_time",
            after,
            pool=PROVISION_POOL,
            capacity_risk=risky and number == 1,
        )
        for number in range(1, shown + 1)
    ]


def _shared(component: Component, path: Path) -> Path:
    """The path with the assumption it rests on where members carry data: that they all hold the same."""
    return path if component.stateless else replace(path, facts=(*path.facts, INTERCHANGEABLE))


def _rebuild_from_image(
    context: Context, component: Component, failure: Failure, count: int, interchangeable: bool
) -> Path:
    tasks = TaskList(context, component)
    made = _create(tasks, "an instance is created from the image", count, [], failure.disruption != "instance")
    booted = tasks.add("boot", "operating systems boot", "boot.instance", made)
    ready = tasks.add("start", "application starts", "start.service", [booted])
    notes = ["remaining members hold the same content"] if interchangeable else []
    title = "too few members stay; people rebuild the lost ones from the image"
    return _shared(component, finish(tasks, title, ready, notes=notes))


def rebuild_member(
    context: Context,
    component: Component,
    members: Sequence[Resource],
    failure: Failure,
    protections: Sequence[Protection],
) -> Path:
    """All members are gone: the member with the best copies is rebuilt first, and the others from it."""
    paths = [
        rebuild_path(context, _alone(context, component, member), member, failure, protections) for member in members
    ]
    return min(paths, key=lambda path: (not path.recoverable, path.worst_s))


def _alone(context: Context, component: Component, member: Resource) -> Component:
    """The component as if ``member`` were all of it; ids stay, so that protections still match."""
    disks = tuple(disk.id for disk in context.disks_of(component, member.id))
    return Component(
        component.id,
        component.kind,
        component.name,
        (member.id,),
        disks,
        component.entry_ids,
        1,
        component.stateless,
        component.scaling_group,
        component.needs,
    )


def _logical_path(
    context: Context,
    component: Component,
    running: Sequence[Resource],
    failure: Failure,
    protections: Sequence[Protection],
) -> Path:
    if component.stateless:
        tasks = TaskList(context, component)
        ready = tasks.add("redeploy", "members are redeployed from a known-good image", "image.rollback")
        return finish(tasks, "it holds no data; members are redeployed from their image", ready)
    paths = []
    for member in running:
        found, gone = serving_levels(context, volumes(context, component, member), failure, protections)
        if gone or not found:
            what = gone[0].label if gone else f"the disks of {member.label}"
            paths.append(lost(component, f"no copy of {what} is old enough and still kept"))
            continue
        tasks = TaskList(context, component)
        ready = roll_back(tasks, found, "start.service")
        notes = ["one member is rolled back and the others are rebuilt from it"]
        paths.append(finish(tasks, "members are rolled back", ready, [item for _, item in found], notes))
    return min(paths, key=lambda path: (not path.recoverable, path.worst_s))


def _region_path(
    context: Context,
    component: Component,
    running: Sequence[Resource],
    failure: Failure,
    protections: Sequence[Protection],
) -> Path:
    hit = [member for member in running if member.region == failure.place]
    if not hit:
        return unaffected(component)
    outside = len(running) - len(hit)
    if outside >= min(component.quorum, len(running)):
        return _failover(context, component, outside, component.quorum)
    standby = protection_of(protections, "fleet_standby", component)
    if standby is None:
        if component.stateless:
            return lost(component, "its image exists only in the failed region")
        return rebuild_member(context, component, hit, failure, protections)
    if not component.stateless:  # the standby gives machines; a surviving copy must give the data
        return rebuild_member(context, component, hit, failure, protections)
    return finish_standby(context, component, standby)


def finish_standby(context: Context, component: Component, standby: Protection) -> Path:
    """A standby group in another region takes over: at once when it is warm, after scaling out by its own load when it
    is small, after people have scaled it out when it is empty (a pilot light)."""
    region = standby.text("target_region") or ""
    if standby.text("mode") == "warm":
        tasks = TaskList(context, component, automatic=True)
        ready = tasks.add("verify-standby", "warm group answers", "verify.automatic")
        return finish(tasks, f"the warm group in {region} takes over", ready)
    if standby.text("mode") == "small":
        tasks = TaskList(context, component, automatic=True)
        seen = tasks.add("scale", "its scaling rule sees the load", "scaling.load_detect")
        missing = int(standby.number("capacity", 1)) - int(standby.number("count"))
        made = _create(tasks, "the scaling rule creates an instance", missing, [seen], risky=True)
        booted = tasks.add("boot", "operating systems boot", "boot.instance", made)
        ready = tasks.add("start", "application starts", "start.service", [booted])
        return finish(tasks, f"the small group in {region} scales itself out", ready)
    tasks = TaskList(context, component)
    before = [] if has_network(context, region) else [tasks.add("network", "network is checked", "provision.network")]
    count = int(standby.number("capacity", 1))
    made = _create(tasks, "the scaling group creates an instance", count, before, risky=True)
    booted = tasks.add("boot", "operating systems boot", "boot.instance", made)
    ready = tasks.add("start", "application starts", "start.service", [booted])
    return finish(tasks, f"the prepared group in {region} is scaled out", ready)
