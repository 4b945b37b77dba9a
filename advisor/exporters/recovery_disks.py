"""Commands for servers that keep data on disks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.exporters import recovery_waits as wait
from advisor.exporters.params import Params
from advisor.exporters.recovery_types import Block, Case, ask
from advisor.exporters.steps import ALL_PAGES, Argument, Shell, aliyun, indented, loop, quote
from advisor.model.plan import Action

_DISK = Shell('"$disk"')
_NEWEST = "[.Snapshots.Snapshot[]{filter}] | sort_by(.CreationTime) | last | .SnapshotId // empty"


def rolled_back(case: Case) -> Iterator[Block]:
    """Logical damage: disks go back to a snapshot from before it, files come back from file backup."""
    if case.component.disks and not case.component.stateless:
        yield _reset(case)
    if case.action("file_backup"):
        yield _files(case)


def _reset(case: Case) -> Block:
    region = case.region
    stop = [_instance_call("StopInstance", region, item, StoppedMode="KeepCharging") for item in case.instances]
    stopped = [wait.instance(region, item, "Stopped") for item in case.instances]
    start = [_instance_call("StartInstance", region, item) for item in case.instances]
    running = [wait.instance(region, item, "Running") for item in case.instances]
    search = aliyun("ecs", "DescribeSnapshots", region, {"DiskId": _DISK, "Status": "accomplished", **ALL_PAGES})
    before = _NEWEST.format(filter=" | select(.CreationTime < $t)")
    find = (
        f"answer=$({search})",
        f"snapshot=$(printf '%s' \"$answer\" | jq -r --arg t \"$damage_at\" '{before}')",
        'echo "$disk <- ${snapshot:?no snapshot is old enough}"',
    )
    keep = aliyun("ecs", "CreateSnapshot", region, {"DiskId": _DISK, "SnapshotName": "before-restore"})
    reset = aliyun("ecs", "ResetDisk", region, {"DiskId": _DISK, "SnapshotId": Shell('"$snapshot"')})
    disks = case.component.disks
    return Block(
        title=f"Roll the disks of {case.component.name} back to before the damage",
        commands=(
            ask("damage_at", "the moment of the damage in UTC, for example 2026-03-02T08:00:00Z"),
            "find_copy() {",
            *(line for part in find for line in indented(part)),
            "}",
            "# every disk must have a copy before anything is stopped",
            "kept=",
            *loop("disk", disks, ("find_copy", *wait.made(keep, ".SnapshotId", "made"), 'kept="$kept $made"')),
            "for made in $kept; do",
            *indented(wait.snapshot(region, Shell('"$made"'))),
            "done",
            *stop,
            *stopped,
            *loop("disk", disks, ("find_copy", reset)),
            *loop("disk", disks, (wait.disk(region, _DISK, "In_use"),)),
            *start,
            *running,
        ),
        note="The first snapshots keep the damaged state, for evidence and as the only way back after ResetDisk.",
        back="ResetDisk to the snapshots named before-restore brings the state of that moment back.",
    )


def _instance_call(api: str, region: str, instance: str, **more: str) -> str:
    arguments: dict[str, Argument] = {"InstanceId": instance, **more}
    return aliyun("ecs", api, region, arguments)


def _files(case: Case) -> Block:
    region = case.region
    wanted = Params.of(action).texts("instance_ids") if (action := case.action("file_backup")) else ()
    lines: list[str] = []
    for instance in [item for item in wanted if item in case.component.members] or list(wanted):
        match = f'[{{"field":"instanceId","value":"{instance}","operation":"MATCH_TERM"}}]'
        search: dict[str, Argument] = {"edition": "BASIC", "source-type": "ECS_FILE", "query": match}
        lines.append(aliyun("hbr", "search-historical-snapshots", region, search))
        lines.append(_restore_files(region, instance))
    return Block(
        title=f"Bring single files of {case.component.name} back",
        commands=(
            "# take vault, version and hash from the answer of the search",
            ask("vault_id", "VaultId of the version"),
            ask("snapshot_id", "SnapshotId of the version"),
            ask("snapshot_hash", "SnapshotHash of the version"),
            ask("target_path", "an existing folder on the server"),
            *lines,
        ),
        note="Restore into an empty folder and compare before anything is replaced.",
        back="Delete the folder that was restored to.",
    )


def _restore_files(region: str, instance: str) -> str:
    arguments: dict[str, Argument] = {
        "restore-type": "ECS_FILE",
        "edition": "BASIC",
        "source-type": "ECS_FILE",
        "vault-id": Shell('"$vault_id"'),
        "snapshot-id": Shell('"$snapshot_id"'),
        "snapshot-hash": Shell('"$snapshot_hash"'),
        "target-instance-id": instance,
        "target-path": Shell('"$target_path"'),
        "options": '{"ConflictPolicy":"SKIP_THE_FILE"}',
    }
    return aliyun("hbr", "create-restore-job", region, arguments)


def fleet_servers(case: Case) -> Iterator[Block]:
    """One server fails: the platform restarts it; here is how to look, and how to help."""
    region = case.region
    if not case.instances:
        return
    look: dict[str, Argument] = {"InstanceIds": list(case.instances)}
    help_ = aliyun("ecs", "RedeployInstance", region, {"InstanceId": Shell('"$server"')})
    yield Block(
        title=f"See whether {case.component.name} came back by itself, and move it to another host if not",
        commands=(
            aliyun("ecs", "DescribeInstances", region, look),
            ask("down", "the ids of the servers that stay down, with blanks between them"),
            "for server in $down; do",
            *indented(help_),
            *indented(wait.instance(region, Shell('"$server"'), "Running")),
            "done",
        ),
        note="Data on local disks is lost with the host; cloud disks stay.",
        back="Nothing to undo.",
    )


def on_standby_disks(case: Case, disks: Sequence[str]) -> Iterator[Block]:
    """Zone-redundant disks are attached to the standby in another zone."""
    region = case.region
    action = case.standby(same_region=True)
    standby, asked = _standby(case, action)
    attach = aliyun("ecs", "AttachDisk", region, {"DiskId": _DISK, "InstanceId": standby, "Force": True})
    stop = [line for item in case.instances for line in _stop_if_reached(region, item)]
    back = aliyun("ecs", "DetachDisk", region, {"DiskId": _DISK, "InstanceId": standby})
    yield Block(
        title=f"Run {case.component.name} on its standby in another zone",
        commands=(
            *asked,
            "# make sure that the old server writes no more (may fail while its zone is down):",
            *stop,
            aliyun("ecs", "StartInstance", region, {"InstanceId": standby}),
            wait.instance(region, standby, "Running"),
            *loop("disk", disks, (attach, wait.disk(region, _DISK, "In_use"))),
            "# on the standby: find the devices (lsblk), mount them, start the service",
        ),
        note="An attachment by force while the old server still writes damages the file system.",
        back="Once the zone is stable: stop the service, unmount, detach the disks, attach them to the old server.",
        back_commands=loop("disk", disks, (back,)),
    )


def _stop_if_reached(region: str, item: str) -> tuple[str, ...]:
    """Stops a server and waits for it; where its zone does not answer, goes on only when people vouch for it."""
    return (
        f"if {_instance_call('StopInstance', region, item)}; then",
        *indented(wait.instance(region, item, "Stopped")),
        f"else echo {quote(item + ' could not be stopped')} >&2",
        *indented(ask("writes_no_more", "yes once it is certain that this server writes no more")),
        "fi",
    )


def _standby(case: Case, action: Action | None) -> tuple[Shell, tuple[str, ...]]:
    source = Params.of(action).text("instance_id") if action else None
    known = case.output(action, f"standby:{source}")
    if known:
        return Shell(known), ()
    return Shell('"$standby"'), (ask("standby", "the id of the server to use"),)


def on_replicas(case: Case, action: Action) -> Iterator[Block]:
    """Replicas are opened for writing and attached to the standby."""
    params = Params.of(action)
    target = params.text("target_region") or case.region
    standby, asked = _standby(case, case.standby(same_region=target == case.region))
    lines: list[str] = []
    opened: list[str] = []
    seen: set[str] = set()
    attach: list[str] = []
    backs: list[str] = []
    for disk in params.texts("disk_ids"):
        group = case.output(action, f"group:{disk}")
        pair = group or case.output(action, f"pair:{disk}") or '"$pair"'
        kind = "Group" if group else "Pair"
        if pair not in seen:
            seen.add(pair)
            listed: dict[str, Argument] = {f"{kind}Ids": Shell(pair)}
            ids: dict[str, Argument] = {f"Replica{kind}Id": Shell(pair)}
            lines.append(aliyun("ebs", f"DescribeDiskReplica{kind}s", target, listed))
            lines.append(aliyun("ebs", f"FailoverDiskReplica{kind}", target, ids))
            opened.append(wait.replica(kind, target, Shell(pair)))
            reverse = aliyun("ebs", f"ReprotectDiskReplica{kind}", target, {**ids, "ReverseReplicate": True})
            start = aliyun("ebs", f"StartDiskReplica{kind}", target, {**ids, "OneShot": True})
            backs += [reverse, start]
        replica = case.output(action, f"replica:{disk}") or '"$replica"'
        attach.append(aliyun("ecs", "AttachDisk", target, {"DiskId": Shell(replica), "InstanceId": standby}))
        attach.append(wait.disk(target, Shell(replica), "In_use"))
    yield Block(
        title=f"Open the replicas of {case.component.name} in {target} and attach them to its standby",
        commands=(
            *asked,
            "# write down LastRecoverPoint of the answer: what came later is lost",
            *lines,
            *opened,
            aliyun("ecs", "StartInstance", target, {"InstanceId": standby}),
            wait.instance(target, standby, "Running"),
            *attach,
            "# on the standby: find the devices (lsblk), mount them, start the service",
        ),
        note="All disks of a group come back to one moment; single pairs do not.",
        back="Detach the old disks and replicate back; when it is in step, fail over towards home in a window.",
        back_commands=tuple(backs),
    )


def from_copies(case: Case, copy: Action | None) -> Iterator[Block]:
    """New servers from snapshots, in another zone or from the copies in another region."""
    target = (Params.of(copy).text("target_region") if copy else None) or case.region
    params = Params.of(copy) if copy else Params({})
    disks = params.texts("disk_ids") or case.component.disks
    if not disks:
        return
    search: dict[str, Argument] = {"Status": "accomplished", **ALL_PAGES}
    path = _NEWEST.format(filter=" | select(.SourceDiskId == $d)")
    make: dict[str, Argument] = {
        "ZoneId": Shell('"$zone"'),
        "SnapshotId": Shell('"$snapshot"'),
        "DiskCategory": "cloud_essd",
        "DiskName": Shell('"from-$snapshot"'),
    }
    if not copy:
        search = {"DiskId": _DISK, **search}
    inner = (
        f"answer=$({aliyun('ecs', 'DescribeSnapshots', target, search)})",
        f"snapshot=$(printf '%s' \"$answer\" | jq -r --arg d \"$disk\" '{path}')",
        'echo "$disk <- ${snapshot:?there is no copy of this disk}"',
        *wait.made(aliyun("ecs", "CreateDisk", target, make), ".DiskId", "made"),
        wait.disk(target, Shell('"$made"'), "Available"),
        aliyun("ecs", "AttachDisk", target, {"DiskId": Shell('"$made"'), "InstanceId": Shell('"$server"')}),
        wait.disk(target, Shell('"$made"'), "In_use"),
    )
    yield Block(
        title=f"Build {case.component.name} anew from snapshots in {target}",
        commands=(
            ask("zone", "a zone that works"),
            ask("server", "the id of a server made in that zone from the image of the workload"),
            *loop("disk", disks, inner),
        ),
        note=(
            "The system disk becomes an image first (CreateImage --SnapshotId …), the server is made from it. "
            "Copies in another region bear the id of the disk they were made from only if the service kept it: "
            "compare names and dates."
            if copy
            else "Only snapshots that were fully uploaded before the zone failed can be used."
        ),
        back="Keep the home closed to writes when it returns; copy the data back in a window, then remove these.",
    )
