"""Steps for snapshot policies and snapshots that exist: Terraform does not own them."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.exporters.steps import ALL_PAGES, Argument, Shell, Step, aliyun, expect, fail, loop, output, query, say
from advisor.model.plan import Action

_NO_CHANGE = "Terraform would have to take over the existing policy, and would then delete it with the plan"
_NO_COPY = "there is no resource for copying one existing snapshot"
_DISK = Shell('"$disk"')


def change_schedule(action: Action, policy: str, hours: Sequence[int], weekdays: Sequence[int], retention: int) -> Step:
    """Gives an existing policy the schedule and retention of the plan."""
    region = action.region
    shown = _describe(region, policy)
    change: dict[str, Argument] = {
        "regionId": region,
        "autoSnapshotPolicyId": policy,
        "timePoints": [str(hour) for hour in hours],
        "repeatWeekdays": [str(day) for day in weekdays],
        "retentionDays": retention,
    }
    return Step(
        title=f"Tighten snapshot policy {policy}: {action.title}",
        why=_NO_CHANGE,
        body=(
            say("The policy as it is now (note it down for the way back):"),
            query(shown, ".AutoSnapshotPolicies.AutoSnapshotPolicy[0]", "policy"),
            'say "$policy"',
            query(shown, ".AutoSnapshotPolicies.AutoSnapshotPolicy[0].Status", "status"),
            *expect("status", ("Normal",), "The policy is not in state Normal."),
            aliyun("ecs", "ModifyAutoSnapshotPolicyEx", region, change),
        ),
        rollback="Run the same call with the values printed first; snapshots already taken keep their retention.",
        action_id=action.id,
    )


def enable_copy(action: Action, policy: str, target: str, retention: int) -> Step:
    """Lets an existing policy copy to another region."""
    region = action.region
    change: dict[str, Argument] = {
        "regionId": region,
        "autoSnapshotPolicyId": policy,
        "EnableCrossRegionCopy": True,
        "TargetCopyRegions": [target],
        "CopiedSnapshotsRetentionDays": retention,
    }
    present = ".AutoSnapshotPolicies.AutoSnapshotPolicy[0].TargetCopyRegions // empty"
    return Step(
        title=f"Let snapshot policy {policy} copy to {target}",
        why=_NO_CHANGE,
        body=(
            query(_describe(region, policy), present, "now"),
            f'[ -z "$now" ] || [ "$now" = "[]" ] || {fail("The policy copies already, to one region:", "now")}',
            aliyun("ecs", "ModifyAutoSnapshotPolicyEx", region, change),
        ),
        rollback=f"The same call with --EnableCrossRegionCopy false; delete the copies in {target}.",
        action_id=action.id,
    )


def _describe(region: str, policy: str) -> str:
    return aliyun("ecs", "DescribeAutoSnapshotPolicyEx", region, {"AutoSnapshotPolicyId": policy})


def detach(action: Action, old: str, disks: Sequence[str], folder: str, new: str) -> Step:
    """Takes disks off an old policy, once the new one (a Terraform output) holds them."""
    region = action.region
    cancel: dict[str, Argument] = {"regionId": region, "autoSnapshotPolicyId": old, "diskIds": list(disks)}
    bound: dict[str, Argument] = {"AutoSnapshotPolicyId": Shell(f'"${new}"'), "DiskId": _DISK}
    shown = aliyun("ecs", "DescribeAutoSnapshotPolicyAssociations", region, bound)
    path = ".AutoSnapshotPolicyAssociations.AutoSnapshotPolicyAssociation | length"
    missing = fail("Run terraform apply first: the new policy is not attached to disk", "disk")
    return Step(
        title=f"Take {_disks(disks)} off the old snapshot policy {old}",
        why="Terraform did not attach the old policy and cannot detach it",
        body=(
            output(folder, new),
            *loop("disk", disks, (query(shown, path, "found"), f'[ "$found" -gt 0 ] || {missing}')),
            aliyun("ecs", "CancelAutoSnapshotPolicy", region, cancel),
        ),
        rollback="aliyun ecs ApplyAutoSnapshotPolicy with the same arguments; snapshots already taken are not touched.",
        action_id=action.id,
        needs=(folder,),
    )


def switch_on(action: Action, disks: Sequence[str]) -> Step:
    """Lets disks take automatic snapshots at all."""
    call = aliyun("ecs", "ModifyDiskAttribute", action.region, {"DiskIds.1": _DISK, "EnableAutoSnapshot": True})
    return Step(
        title=f"Switch automatic snapshots on for {_disks(disks)}",
        why="the switch belongs to an existing disk, which Terraform would have to take over",
        body=loop("disk", disks, (call,)),
        rollback="The same call with --EnableAutoSnapshot false.",
        action_id=action.id,
    )


def copy_newest(action: Action, disks: Sequence[str], target: str, retention: int) -> Step:
    """The first copy at once, so that the other region does not stay empty until the policy has run."""
    arguments: dict[str, Argument] = {"DiskId": _DISK, "Status": "accomplished", **ALL_PAGES}
    newest = aliyun("ecs", "DescribeSnapshots", action.region, arguments)
    path = "[.Snapshots.Snapshot[]] | sort_by(.CreationTime) | last | .SnapshotId // empty"
    copy: dict[str, Argument | None] = {
        "SnapshotId": Shell('"$snapshot"'),
        "DestinationRegionId": target,
        "DestinationSnapshotName": Shell('"copy-of-$snapshot"'),
        "RetentionDays": retention if retention > 0 else None,
    }
    missing = fail("Let the policy run once first: no finished snapshot yet of disk", "disk")
    body = (
        query(newest, path, "snapshot"),
        f'[ -n "$snapshot" ] || {missing}',
        aliyun("ecs", "CopySnapshot", action.region, copy),
    )
    return Step(
        title=f"Copy the newest snapshot of {_disks(disks)} to {target} now",
        why=_NO_COPY,
        body=loop("disk", disks, body),
        rollback=f"Delete the copies in {target}: aliyun ecs DeleteSnapshot with the ids that the calls printed.",
        action_id=action.id,
    )


def _disks(disks: Sequence[str]) -> str:
    return f"disk {disks[0]}" if len(disks) == 1 else f"{len(disks)} disks"
