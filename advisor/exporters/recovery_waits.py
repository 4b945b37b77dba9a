"""Shell that waits until the cloud has done what was asked, with the call that tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from advisor.exporters.steps import Argument, Shell, aliyun, quote

# Six hours: the first snapshot of a large disk takes long. A call that fails counts as "not yet".
_HELPER = """wait_for() { # wait_for VALUE PATH CALL: asks every 5 s until the answer has the value, for 6 h at most
    wanted=$1 path=$2 tries=0
    shift 2
    until [ "$("$@" | jq -r "$path")" = "$wanted" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 4320 ] || { echo "gave up waiting for $wanted: $*" >&2; exit 1; }
        sleep 5
    done
}"""
_NAME = "wait_for "


def with_helper(commands: Sequence[str]) -> tuple[str, ...]:
    """The commands, with the helper ahead of them where they wait for something."""
    if any(_NAME in line for line in commands):
        return (_HELPER, *commands)
    return tuple(commands)


def _wait(wanted: str, path: str, call: str) -> str:
    return f"{_NAME}{quote(wanted)} {quote(path)} \\\n    {call}"


def _one(name: str) -> Shell:
    """A list of the one id that a variable holds, as JSON."""
    return Shell(f'"[\\"${name}\\"]"')


def instance(region: str, item: str | Shell, status: str) -> str:
    """A server is Stopped or Running."""
    call = aliyun("ecs", "DescribeInstances", region, {"InstanceIds": _listed(item)})
    return _wait(status, ".Instances.Instance[0].Status", call)


def _listed(item: str | Shell) -> Argument:
    if isinstance(item, str):
        return [item]
    return _one(item.source.strip('"').removeprefix("$"))


def disk(region: str, item: str | Shell, status: str) -> str:
    """A disk is Available or In_use."""
    call = aliyun("ecs", "DescribeDisks", region, {"DiskIds": _listed(item)})
    return _wait(status, ".Disks.Disk[0].Status", call)


def snapshot(region: str, item: Shell) -> str:
    """A snapshot has reached 100%."""
    call = aliyun("ecs", "DescribeSnapshots", region, {"SnapshotIds": _listed(item)})
    return _wait("100%", ".Snapshots.Snapshot[0].Progress", call)


def database(region: str, item: str | Shell) -> str:
    """A database runs."""
    call = aliyun("rds", "DescribeDBInstanceAttribute", region, {"DBInstanceId": item})
    return _wait("Running", ".Items.DBInstanceAttribute[0].DBInstanceStatus", call)


def servers_of(region: str, group: Argument, count: int) -> str:
    """A scaling group has so many servers in service."""
    arguments: Mapping[str, Argument] = {"ScalingGroupId": group, "LifecycleState": "InService"}
    return _wait(str(count), ".TotalCount", aliyun("ess", "DescribeScalingInstances", region, arguments))


def replica(kind: str, region: str, item: Shell) -> str:
    """A replication pair or group has failed over."""
    call = aliyun("ebs", f"DescribeDiskReplica{kind}s", region, {f"{kind}Ids": item})
    return _wait("failovered", f".Replica{kind}s[0].Status", call)


def made(call: str, path: str, variable: str) -> tuple[str, str]:
    """Shell that makes something and keeps its id."""
    return f"answer=$({call})", f"{variable}=$(printf '%s' \"$answer\" | jq -er {quote(path)})"
