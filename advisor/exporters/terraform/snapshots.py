"""Snapshot policies and their copies in another region."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.exporters.names import cloud_name
from advisor.exporters.params import Params
from advisor.exporters.terraform import snapshot_steps as steps
from advisor.exporters.terraform.build import Build, clamp
from advisor.exporters.terraform.document import Ref, Value, block
from advisor.model.plan import Action

TYPE = "alicloud_ecs_auto_snapshot_policy"
EVERY_DAY = tuple(range(1, 8))
RETENTION_MAX = 65535  # days; the documentation prints 65536 in one place
RETENTION_DEFAULT = 30  # what the console proposes


def policy(build: Build, action: Action) -> None:
    """A new policy with its disks, or more disks and a tighter schedule for an existing one."""
    params = Params.of(action)
    existing = params.text("extends")
    disks = params.texts("disk_ids")
    if existing is None:
        created = _policy(build, action, params)
        described = f"Snapshot policy of {build.subject(action)}"
        root = build.root(action.region)
        name = build.output(action, root, "policy", "snapshot_policy_id", created.id, described)
        _attach(build, action, created.id, disks)
        _replace_old(build, action, params, disks, name)
    else:
        _attach(build, action, existing, [disk for disk in disks if not _attached(build, disk, existing)])
        build.step(action, steps.change_schedule(action, existing, hours(params), weekdays(params), retention(params)))
    off = [disk for disk in disks if _switched_off(build, disk)]
    if off:
        build.step(action, steps.switch_on(action, off))


def _policy(build: Build, action: Action, params: Params) -> Ref:
    """The policy; components of one workload that want the same one share it, as a region holds a hundred at most."""
    sharing = sharing_policy(build, action)
    if sharing[0].id != action.id:
        address = f"{TYPE}.{build.label(sharing[0], 'snapshots')}"
        build.outcome(action).addresses.append((action.region, address))
        return Ref(address)
    body = {
        "auto_snapshot_policy_name": cloud_name(action.workload, params.text("policy_name") or "snapshots"),
        "repeat_weekdays": [str(day) for day in weekdays(params)],
        "time_points": [str(hour) for hour in hours(params)],
        "retention_days": retention(params),
        **_copy_arguments(build, action, {disk for other in sharing for disk in Params.of(other).texts("disk_ids")}),
        "tags": build.tags(action),
    }
    comment = f"Snapshots of {action.workload}: {action.title}"
    return build.add(action, build.root(action.region), TYPE, "snapshots", comment, body)


def sharing_policy(build: Build, action: Action) -> list[Action]:
    """The workload's actions that want the same schedule, retention and copy in the same region, in plan order."""
    groups = build.once("policies", action.workload, lambda: _groups(build, action.workload))
    return groups[_wish(build, action)]


def _groups(build: Build, workload: str) -> dict[tuple[object, ...], list[Action]]:
    groups: dict[tuple[object, ...], list[Action]] = {}
    for item in _actions(build, workload).values():
        if item.mechanism == "snapshot_policy" and not Params.of(item).text("extends"):
            groups.setdefault(_wish(build, item), []).append(item)
    return groups


def _actions(build: Build, workload: str) -> dict[str, Action]:
    plan = build.workloads.get(workload)
    return build.once("actions", workload, lambda: {item.id: item for item in plan.actions} if plan else {})


def _wish(build: Build, action: Action) -> tuple[object, ...]:
    params = Params.of(action)
    copies = [(Params.of(copy).text("target_region"), retention(Params.of(copy))) for copy in copies_of(build, action)]
    kept = params.text("keep_copy_region")
    return action.region, hours(params), weekdays(params), retention(params), kept, tuple(copies[:1])


def _replace_old(build: Build, action: Action, params: Params, disks: Sequence[str], new: str) -> None:
    """Takes the disks off the policies that the new one stands in for."""
    for old in params.texts("replaces"):
        covered = [disk for disk in disks if _attached(build, disk, old)]
        if covered:
            build.step(action, steps.detach(action, old, covered, build.root(action.region).folder, new))


def hours(params: Params) -> tuple[int, ...]:
    """The hours of a day at which the policy runs."""
    points = tuple(sorted({point for point in params.integers("time_points") if 0 <= point <= 23}))
    interval = clamp(params.integer("interval_h"), 1, 24, 24)
    return points or tuple(range(0, 24, interval))


def weekdays(params: Params) -> tuple[int, ...]:
    """The weekdays (1 = Monday) on which the policy runs."""
    return tuple(sorted({day for day in params.integers("weekdays") if day in EVERY_DAY})) or EVERY_DAY


def retention(params: Params) -> int:
    """Days for which captures are kept (-1: for ever)."""
    days = params.integer("retention_days")
    return -1 if days == -1 else clamp(days, 1, RETENTION_MAX, RETENTION_DEFAULT)


def copies_of(build: Build, action: Action) -> list[Action]:
    """The copy actions that ride on a snapshot policy action."""
    return build.once("copies", action.workload, lambda: _copies(build, action.workload)).get(action.id, [])


def _copies(build: Build, workload: str) -> dict[str, list[Action]]:
    result: dict[str, list[Action]] = {}
    for item in _actions(build, workload).values():
        if item.mechanism == "snapshot_copy":
            result.setdefault(Params.of(item).text("policy_action") or "", []).append(item)
    return result


def _copy_arguments(build: Build, action: Action, disks: set[str]) -> dict[str, Value]:
    """A policy can copy to one region only; the first copy action gets it, else the copy of the old policy is kept."""
    copies = copies_of(build, action)
    params = Params.of(copies[0] if copies else action)
    region = params.text("target_region") if copies else params.text("keep_copy_region")
    if region is None:
        return {}
    if not copies:
        build.remark(action, f"The old policy copies to {region}; the new one goes on doing so.")
    return {
        "enable_cross_region_copy": True,
        "target_copy_regions": [region],
        "copied_snapshots_retention_days": retention(params),
        "copy_encryption_configuration": block(encrypted=any(_encrypted(build, disk) for disk in disks)),
    }


def _encrypted(build: Build, disk_id: str) -> bool:
    disk = build.inventory.get(disk_id)
    return disk is not None and disk.flag("encrypted") is True


def _attached(build: Build, disk_id: str, policy_id: str) -> bool:
    disk = build.inventory.get(disk_id)
    return disk is not None and policy_id in disk.texts("snapshot_policy_ids")


def _switched_off(build: Build, disk_id: str) -> bool:
    """Such a disk would ignore any policy."""
    disk = build.inventory.get(disk_id)
    return disk is not None and disk.flag("auto_snapshot_enabled") is False


def _attach(build: Build, action: Action, policy_id: Value, disks: Sequence[str]) -> None:
    if not disks:
        return
    body = {
        "for_each": {disk: disk for disk in sorted(set(disks))},
        "auto_snapshot_policy_id": policy_id,
        "disk_id": Ref("each.value"),
    }
    comment = f"The disks the policy covers ({action.title})"
    root = build.root(action.region)
    build.add(action, root, "alicloud_ecs_auto_snapshot_policy_attachment", "snapshots", comment, body)


def copy(build: Build, action: Action) -> None:
    """Copies in another region: part of the new policy where there is one, else a changed policy or single copies."""
    params = Params.of(action)
    target = params.text("target_region") or ""
    carrier = _carrier(build, action)
    existing = params.text("extends") or (Params.of(carrier).text("extends") if carrier else None)
    if existing is not None:
        build.step(action, steps.enable_copy(action, existing, target, retention(params)))
    elif carrier is not None and copies_of(build, carrier)[0].id == action.id:
        first = sharing_policy(build, carrier)[0]
        build.outcome(action).addresses.append((action.region, f"{TYPE}.{build.label(first, 'snapshots')}"))
        build.remark(action, "Part of the snapshot policy: its cross-region copy is switched on.")
    else:
        build.remark(action, "A policy copies to one region only: this further copy is a step to be repeated.")
    disks = params.texts("disk_ids")
    if disks:
        build.step(action, steps.copy_newest(action, disks, target, retention(params)))


def _carrier(build: Build, action: Action) -> Action | None:
    return _actions(build, action.workload).get(Params.of(action).text("policy_action") or "")
