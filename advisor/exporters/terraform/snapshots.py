"""Snapshot policies and their copies in another region."""

from __future__ import annotations

import json
from collections.abc import Sequence

from advisor.exporters.params import Params
from advisor.exporters.steps import Argument, Shell, Step, aliyun, expect, fail, loop, query, say
from advisor.exporters.terraform.build import Build, clamp
from advisor.exporters.terraform.document import Ref, Value, block
from advisor.model.plan import Action

EVERY_DAY = tuple(range(1, 8))
RETENTION_MAX = 65535  # days; the documentation prints 65536 in one place
RETENTION_DEFAULT = 30  # what the console proposes
_NO_CHANGE = "Terraform would have to take over the existing policy, and would then delete it with the plan"
_NO_COPY = "there is no resource for copying one existing snapshot"


def policy(build: Build, action: Action) -> None:
    """A new policy with its disks, or more disks and a tighter schedule for an existing one."""
    params = Params.of(action)
    existing = params.text("extends")
    root = build.root(action.region)
    disks = params.texts("disk_ids")
    if existing is None:
        body = {
            "auto_snapshot_policy_name": build.cloud_name(action, params.text("policy_name") or "snapshots"),
            "repeat_weekdays": [str(day) for day in weekdays(params)],
            "time_points": [str(hour) for hour in hours(params)],
            "retention_days": retention(params),
            **_copy_arguments(build, action),
            "tags": build.tags(action),
        }
        created = build.add(action, root, "alicloud_ecs_auto_snapshot_policy", "snapshots", action.title, body)
        whose = f"Snapshot policy of {build.subject(action)}"
        build.output(action, root, "policy", "snapshot_policy_id", created.id, whose)
        _attach(build, action, created.id, disks)
        _replace_old(build, action, params, disks)
    else:
        _attach(build, action, existing, [disk for disk in disks if not _attached(build, disk, existing)])
        build.step(action, _change_policy(action, params, existing))
    _switch_on(build, action, disks)


def _replace_old(build: Build, action: Action, params: Params, disks: Sequence[str]) -> None:
    """Takes the disks off the policies that the new one stands in for."""
    for old in params.texts("replaces"):
        covered = [disk for disk in disks if _attached(build, disk, old)]
        if covered:
            build.step(action, _detach(action, old, covered))


def _detach(action: Action, old: str, disks: Sequence[str]) -> Step:
    region = action.region
    arguments: dict[str, Argument] = {"regionId": region, "autoSnapshotPolicyId": old, "diskIds": list(disks)}
    shown = aliyun("ecs", "DescribeDisks", region, {"DiskIds": list(disks)})
    path = f'.Disks.Disk | map(select((.AutoSnapshotPolicyId // "") == {json.dumps(old)})) | length'
    return Step(
        title=f"Take {len(disks)} disk{'s' if len(disks) > 1 else ''} off the old snapshot policy {old}",
        why="Terraform did not attach the old policy and cannot detach it",
        body=(
            say("Only after the new policy is attached (terraform apply). Disks still bound to the old one:"),
            query(shown, path, "bound"),
            'say "$bound"',
            aliyun("ecs", "CancelAutoSnapshotPolicy", region, arguments),
        ),
        rollback="aliyun ecs ApplyAutoSnapshotPolicy with the same arguments; snapshots already taken are not touched.",
        action_id=action.id,
    )


def _switch_on(build: Build, action: Action, disks: Sequence[str]) -> None:
    """Disks on which automatic snapshots are switched off would ignore any policy."""
    known = ((disk, build.inventory.get(disk)) for disk in disks)
    off = [disk for disk, item in known if item is not None and item.flag("auto_snapshot_enabled") is False]
    if not off:
        return
    call = aliyun(
        "ecs", "ModifyDiskAttribute", action.region, {"DiskIds.1": Shell('"$disk"'), "EnableAutoSnapshot": True}
    )
    step = Step(
        title=f"Switch automatic snapshots on for {len(off)} disk{'s' if len(off) > 1 else ''}",
        why="the switch belongs to an existing disk, which Terraform would have to take over",
        body=loop("disk", off, (call,)),
        rollback="The same call with --EnableAutoSnapshot false.",
        action_id=action.id,
    )
    build.step(action, step)


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
    workload = build.workloads.get(action.workload)
    actions = workload.actions if workload else ()
    return [
        other
        for other in actions
        if other.mechanism == "snapshot_copy" and Params.of(other).text("policy_action") == action.id
    ]


def _copy_arguments(build: Build, action: Action) -> dict[str, Value]:
    """A policy can copy to one region only; the first copy action gets it."""
    for other in copies_of(build, action)[:1]:
        params = Params.of(other)
        region = params.text("target_region")
        if region is None:
            continue
        address = f"alicloud_ecs_auto_snapshot_policy.{build.label(action, 'snapshots')}"
        build.outcome(other).addresses.append((action.region, address))
        build.remark(other, "Part of the snapshot policy: its cross-region copy is switched on.")
        return {
            "enable_cross_region_copy": True,
            "target_copy_regions": [region],
            "copied_snapshots_retention_days": retention(params),
            "copy_encryption_configuration": _encryption(build, params.texts("disk_ids")),
        }
    own = Params.of(action)
    kept = own.text("keep_copy_region")
    if kept is None:
        return {}
    build.remark(action, f"The old policy copies to {kept}; the new one goes on doing so.")
    return {
        "enable_cross_region_copy": True,
        "target_copy_regions": [kept],
        "copied_snapshots_retention_days": retention(own),
        "copy_encryption_configuration": _encryption(build, own.texts("disk_ids")),
    }


def _encryption(build: Build, disks: Sequence[str]) -> Value:
    return block(encrypted=any(_encrypted(build, disk) for disk in disks))


def _encrypted(build: Build, disk_id: str) -> bool:
    disk = build.inventory.get(disk_id)
    return disk is not None and disk.flag("encrypted") is True


def _attached(build: Build, disk_id: str, policy_id: str) -> bool:
    disk = build.inventory.get(disk_id)
    return disk is not None and policy_id in disk.texts("snapshot_policy_ids")


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


def _change_policy(action: Action, params: Params, existing: str) -> Step:
    region = action.region
    check = query(_describe(region, existing), ".AutoSnapshotPolicies.AutoSnapshotPolicy[0].Status", "status")
    change = aliyun(
        "ecs",
        "ModifyAutoSnapshotPolicyEx",
        region,
        {
            "regionId": region,
            "autoSnapshotPolicyId": existing,
            "timePoints": [str(hour) for hour in hours(params)],
            "repeatWeekdays": [str(day) for day in weekdays(params)],
            "retentionDays": retention(params),
        },
    )
    return Step(
        title=f"Tighten snapshot policy {existing}: {action.title}",
        why=_NO_CHANGE,
        body=(
            say("Policy as it is now (note it down for the way back):"),
            _describe(region, existing),
            check,
            *expect("status", ("Normal",), "The policy is not in state Normal."),
            change,
        ),
        rollback="Run the same call with the values printed first; snapshots already taken keep their retention.",
        action_id=action.id,
    )


def _describe(region: str, policy_id: str) -> str:
    return aliyun("ecs", "DescribeAutoSnapshotPolicyEx", region, {"AutoSnapshotPolicyId": policy_id})


def copy(build: Build, action: Action) -> None:
    """Copies in another region: part of the new policy where there is one, else a changed policy or single copies."""
    params = Params.of(action)
    target = params.text("target_region") or ""
    carrier = _carrier(build, action)
    existing = params.text("extends") or (Params.of(carrier).text("extends") if carrier else None)
    if carrier is not None and existing is None and copies_of(build, carrier)[0].id == action.id:
        pass  # the policy resource carries it
    elif existing is not None:
        build.step(action, _enable_copy(action, params, existing, target))
    else:
        build.remark(
            action, "A policy copies to one region only: this further copy is made by a step that must be repeated."
        )
    disks = params.texts("disk_ids")
    if disks:
        build.step(action, _copy_newest(action, disks, target, retention(params)))


def _carrier(build: Build, action: Action) -> Action | None:
    wanted = Params.of(action).text("policy_action")
    workload = build.workloads.get(action.workload)
    return next((other for other in workload.actions if other.id == wanted), None) if workload and wanted else None


def _enable_copy(action: Action, params: Params, existing: str, target: str) -> Step:
    region = action.region
    change = aliyun(
        "ecs",
        "ModifyAutoSnapshotPolicyEx",
        region,
        {
            "regionId": region,
            "autoSnapshotPolicyId": existing,
            "EnableCrossRegionCopy": True,
            "TargetCopyRegions": [target],
            "CopiedSnapshotsRetentionDays": retention(params),
        },
    )
    present = ".AutoSnapshotPolicies.AutoSnapshotPolicy[0].TargetCopyRegions // empty"
    return Step(
        title=f"Let snapshot policy {existing} copy to {target}",
        why=_NO_CHANGE,
        body=(
            query(_describe(region, existing), present, "now"),
            f'[ -z "$now" ] || [ "$now" = "[]" ] || {fail("The policy copies already, to one region:", "now")}',
            change,
        ),
        rollback=f"The same call with --EnableCrossRegionCopy false; delete the copies in {target}.",
        action_id=action.id,
    )


def _copy_newest(action: Action, disks: Sequence[str], target: str, days: int) -> Step:
    """The first copy at once, so that the other region does not stay empty until the policy has run."""
    arguments: dict[str, Argument] = {"DiskId": Shell('"$disk"'), "Status": "accomplished", "PageSize": 100}
    newest = aliyun("ecs", "DescribeSnapshots", action.region, arguments)
    path = "[.Snapshots.Snapshot[]] | sort_by(.CreationTime) | last | .SnapshotId // empty"
    copy_call = aliyun(
        "ecs",
        "CopySnapshot",
        action.region,
        {
            "SnapshotId": Shell('"$snapshot"'),
            "DestinationRegionId": target,
            "DestinationSnapshotName": Shell('"copy-of-$snapshot"'),
            "RetentionDays": days if days > 0 else None,
        },
    )
    missing = fail("Let the policy run once first: this disk has no finished snapshot yet:", "disk")
    body = (query(newest, path, "snapshot"), f'[ -n "$snapshot" ] || {missing}', copy_call)
    return Step(
        title=f"Copy the newest snapshot of {len(disks)} disk{'s' if len(disks) > 1 else ''} to {target} now",
        why=_NO_COPY,
        body=loop("disk", disks, body),
        rollback=f"Delete the copies in {target}: aliyun ecs DeleteSnapshot with the ids that the calls printed.",
        action_id=action.id,
    )
