"""Protections that change what exists and that no template can say: regional disks, file backup."""

from __future__ import annotations

from advisor.exporters.params import Params
from advisor.exporters.steps import Argument, Shell, Step, aliyun, expect, fail, loop, query
from advisor.exporters.terraform.build import Build
from advisor.model.plan import Action

REGIONAL = "cloud_regional_disk_auto"
CONVERTIBLE = ("cloud_essd PL0", "cloud_essd PL1", "cloud_auto", "cloud_essd_entry")  # fact regional_essd.convert_from
_CATEGORY = '.Disks.Disk[0] | if .Category == "cloud_essd" then "cloud_essd \\(.PerformanceLevel)" else .Category end'
_NO_CONVERSION = "the provider refuses this disk category, and would replace the disk instead of changing it"
_NO_BASIC = "the provider knows the Standard edition of file backup only, the plan uses the Basic one"
_DISK: dict[str, Argument] = {"DiskIds": Shell('"[\\"$disk\\"]"')}


def regional_essd(build: Build, action: Action) -> None:
    """Online change of data disks to regional ESSDs."""
    disks = Params.of(action).texts("disk_ids") or action.resources
    build.remark(
        action, "Only data disks can be changed. While it runs a disk takes no snapshot and cannot be detached."
    )
    build.remark(
        action,
        "The vendor's guide allows the change, the page of the call does not name the category: try one disk first.",
    )
    build.step(action, _snapshot_first(action, disks))
    build.step(action, _convert(action, disks))


def _snapshot_first(action: Action, disks: tuple[str, ...]) -> Step:
    arguments: dict[str, Argument] = {
        "DiskId": Shell('"$disk"'),
        "SnapshotName": "before-regional-disk",
        "RetentionDays": 30,
    }
    listing: dict[str, Argument] = {"DiskId": Shell('"$disk"'), "SnapshotName": "before-regional-disk"}
    return Step(
        title=f"Take a snapshot of {_count(disks)} before the change",
        why="a one-off safety copy is not part of the lasting state that Terraform describes",
        body=loop(
            "disk",
            disks,
            (
                query(aliyun("ecs", "DescribeSnapshots", action.region, listing), ".TotalCount", "present"),
                "if [ \"$present\" -gt 0 ]; then say 'Already there.'; continue; fi",
                aliyun("ecs", "CreateSnapshot", action.region, arguments),
            ),
        ),
        rollback="Nothing to undo: the snapshots expire after 30 days.",
        action_id=action.id,
    )


def _convert(action: Action, disks: tuple[str, ...]) -> Step:
    described = aliyun("ecs", "DescribeDisks", action.region, _DISK)
    change: dict[str, Argument] = {"DiskId": Shell('"$disk"'), "DiskCategory": REGIONAL}
    waiting = "A snapshot of this disk is still being made: wait until it has finished. Disk:"
    unfinished: dict[str, Argument] = {"DiskId": Shell('"$disk"'), "Status": "progressing"}
    body = (
        query(described, _CATEGORY, "category"),
        *expect(
            "category",
            CONVERTIBLE,
            "This category cannot be changed directly (PL2 and PL3 go down to PL1 first).",
            done=(REGIONAL,),
            leave="continue",
        ),
        query(described, ".Disks.Disk[0].Type", "type"),
        f'[ "$type" = data ] || {fail("Only data disks can be changed. Disk:", "disk")}',
        query(aliyun("ecs", "DescribeSnapshots", action.region, unfinished), ".TotalCount", "running"),
        f'[ "$running" -eq 0 ] || {fail(waiting, "disk")}',
        aliyun("ecs", "ModifyDiskSpec", action.region, change),
    )
    return Step(
        title=f"Change {_count(disks)} to regional ESSD",
        why=_NO_CONVERSION,
        body=loop("disk", disks, body),
        rollback=(
            "aliyun ecs ModifyDiskSpec with --DiskCategory cloud_essd --PerformanceLevel PL1, six hours later or more; "
            "where that is refused, a new disk from the snapshot of the step before. "
            "A change that runs cannot be cancelled."
        ),
        action_id=action.id,
    )


def _count(disks: tuple[str, ...]) -> str:
    return f"disk {disks[0]}" if len(disks) == 1 else f"{len(disks)} disks"


def file_backup(build: Build, action: Action) -> None:
    """File backup, Basic edition: every day, kept 30 days, client installed by Cloud Assistant."""
    params = Params.of(action)
    instances = params.texts("instance_ids") or action.resources
    build.remark(action, "The Basic edition backs up whole instances daily and keeps 30 days; neither can be changed.")
    if params.texts("paths"):
        listed = ", ".join(params.texts("paths"))
        build.remark(action, f"It takes no list of folders: {listed} is backed up with everything else.")
    build.step(action, _open_service(action))
    build.step(action, _back_up(action, instances))


def _open_service(action: Action) -> Step:
    return Step(
        title="Switch on Cloud Backup for this account",
        why=_NO_BASIC,
        body=("aliyun hbr open-hbr-service --endpoint hbr.aliyuncs.com",),
        rollback="Nothing to undo: an unused service costs nothing. The call may be repeated.",
        action_id=action.id,
    )


def _back_up(action: Action, instances: tuple[str, ...]) -> Step:
    region = action.region
    assistant: dict[str, Argument] = {"InstanceId.1": Shell('"$instance"')}
    filters = Shell('"[{\\"Key\\":\\"instanceId\\",\\"Values\\":[\\"$instance\\"]}]"')
    create: dict[str, Argument] = {
        "edition": "BASIC",
        "source-type": "ECS_FILE",
        "instance-id": Shell('"$instance"'),
        "keep-latest-snapshots": 1,
    }
    plans: dict[str, Argument] = {"edition": "BASIC", "source-type": "ECS_FILE", "filters": filters}
    path = ".InstanceCloudAssistantStatusSet.InstanceCloudAssistantStatus[0].CloudAssistantStatus"
    needed = "Cloud Assistant must run on the instance, it installs the backup client. Instance:"
    body = (
        query(aliyun("ecs", "DescribeCloudAssistantStatus", region, assistant), path, "assistant"),
        f'[ "$assistant" = true ] || {fail(needed, "instance")}',
        aliyun("hbr", "create-backup-plan", region, create),
        aliyun("hbr", "describe-backup-plans", region, plans),
    )
    return Step(
        title=f"Back up the files of {len(instances)} instance{'s' if len(instances) > 1 else ''} every day",
        why=_NO_BASIC,
        body=loop("instance", instances, body),
        rollback=(
            "Pause: aliyun hbr disable-backup-plan --edition BASIC --plan-id … (the id is printed). "
            "delete-backup-plan would destroy all backups."
        ),
        action_id=action.id,
    )
