"""The commands of the runbooks, run against stand-ins: the right copy, on the right side, in the right order."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from advisor.exporters import runbook
from advisor.model.deliverable import Deliverable
from tests.unit.exporters.stand_ins import calls

pytestmark = pytest.mark.skipif(shutil.which("jq") is None, reason="the commands need jq")


def commands(deliverable: Deliverable, workload: str, title: str) -> str:
    """The shell below a disruption's heading Commands."""
    text = runbook.render(deliverable)[f"runbooks/{workload}.md"].decode()
    part = text.split(f"\n## {title}\n")[1].split("\n## ")[0]
    chapter = part.split("### Commands")[1].split("### ")[0]
    return "\n".join(found[2] for found in re.finditer(r"^(`{3,})sh\n(.*?)\n\1$", chapter, re.DOTALL | re.MULTILINE))


def run(script: str, cloud: dict[str, str], **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-euc", script], env=cloud | variables, capture_output=True, text=True, check=False)


def answer(cloud: dict[str, str], operation: str, content: object) -> None:
    (Path(cloud["ANSWERS"]) / operation).write_text(json.dumps(content))


def snapshots(*times: str, disk: str = "d-data1") -> dict[str, object]:
    made = [
        {"SnapshotId": f"s-{time}", "CreationTime": time, "SourceDiskId": disk, "Progress": "100%"} for time in times
    ]
    return {"Snapshots": {"Snapshot": made}}


def test_disks_go_back_to_the_last_moment_before_the_damage(readable: Deliverable, cloud: dict[str, str]) -> None:
    answer(
        cloud, "DescribeSnapshots", snapshots("2026-03-01T02:00:00Z", "2026-03-03T02:00:00Z", "2026-03-02T02:00:00Z")
    )
    run(commands(readable, "files", "Data corruption"), cloud, damage_at="2026-03-02T12:00:00Z")
    assert [" ".join(call) for call in calls(cloud)][:4] == [
        "ecs CreateSnapshot --region cn-hangzhou --DiskId d-data1 --SnapshotName before-restore",
        "ecs StopInstance --region cn-hangzhou --InstanceId i-app1 --StoppedMode KeepCharging",
        "ecs ResetDisk --region cn-hangzhou --DiskId d-data1 --SnapshotId s-2026-03-02T02:00:00Z",
        "ecs StartInstance --region cn-hangzhou --InstanceId i-app1",
    ]


def test_nothing_is_reset_without_a_copy_that_is_old_enough(readable: Deliverable, cloud: dict[str, str]) -> None:
    answer(cloud, "DescribeSnapshots", snapshots("2026-03-03T02:00:00Z"))
    done = run(commands(readable, "files", "Data corruption"), cloud, damage_at="2026-03-02T12:00:00Z")
    assert done.returncode != 0
    assert "no snapshot is old enough" in done.stderr
    assert calls(cloud) == []  # no server is stopped for nothing


def test_without_the_time_of_the_damage_nothing_starts(readable: Deliverable, cloud: dict[str, str]) -> None:
    done = run(commands(readable, "files", "Data corruption"), cloud)
    assert done.returncode != 0
    assert calls(cloud) == []


def test_copies_in_the_other_region_are_those_of_the_same_disk(readable: Deliverable, cloud: dict[str, str]) -> None:
    both = [
        *snapshots("2026-03-01")["Snapshots"]["Snapshot"],
        *snapshots("2026-03-09", disk="d-x")["Snapshots"]["Snapshot"],
    ]  # type: ignore[index]
    answer(cloud, "DescribeSnapshots", {"Snapshots": {"Snapshot": both}})
    script = commands(readable, "files", "Region outage").replace("d-data1 d-data2 d-data3", "d-data1")
    done = run(script, cloud, zone="cn-shanghai-b", server="i-new")
    assert done.returncode == 0, done.stderr
    made, attached = calls(cloud)
    assert attached[1:] == ["AttachDisk", "--region", "cn-shanghai", "--DiskId", "d-made", "--InstanceId", "i-new"]
    assert made[:8] == [
        "ecs",
        "CreateDisk",
        "--RegionId",
        "cn-shanghai",
        "--ZoneId",
        "cn-shanghai-b",
        "--SnapshotId",
        "s-2026-03-01",
    ]


def test_replicas_are_opened_where_they_are_before_they_are_attached(
    readable: Deliverable, cloud: dict[str, str]
) -> None:
    text = runbook.render(readable)["runbooks/erp.md"].decode()
    names = re.findall(r"^\| `(erp_\w+)` \|", text, re.MULTILINE)
    done = run(commands(readable, "erp", "Region outage"), cloud, **{name: f"id-of-{name}" for name in names})
    assert done.returncode == 0, done.stderr
    made = calls(cloud)
    assert [call[1] for call in made] == ["FailoverDiskReplicaGroup", "StartInstance", *["AttachDisk"] * 3]
    assert {call[3] for call in made} == {"cn-shanghai"}


def test_every_id_that_commands_use_can_be_written_down_first(readable: Deliverable) -> None:
    for content in runbook.render(readable).values():
        text = content.decode()
        asked = set(re.findall(r': "\$\{(\w+):\?', text))
        listed = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
        own = (
            {"answer", "snapshot", "disk", "server", "made", "d", "t"}
            | {"wanted", "path", "tries", "kept", "down"}
            | set(re.findall(r"^ *(\w+)=", text, re.MULTILINE))
        )
        used = {
            name
            for block in re.findall(r"^```sh\n(.*?)\n```$", text, re.DOTALL | re.MULTILINE)
            for name in re.findall(r'"\$(\w+)"', block)
        }
        assert used <= asked | listed | own


def test_nothing_is_left_to_wait_for_by_hand(readable: Deliverable) -> None:
    for content in runbook.render(readable).values():
        text = content.decode()
        assert "# wait until" not in text
        for block in re.findall(r"^```sh\n(.*?)\n```$", text, re.DOTALL | re.MULTILINE):
            assert ("wait_for() {" in block) == ("wait_for " in block.replace("# wait_for ", ""))


def test_a_whole_roll_back_waits_for_snapshots_servers_and_disks(readable: Deliverable, cloud: dict[str, str]) -> None:
    script = commands(readable, "files", "Data corruption").split("# take vault")[0]
    answer(cloud, "DescribeSnapshots", snapshots("2026-03-01T02:00:00Z"))
    done = run(script, cloud, damage_at="2026-03-02T12:00:00Z")
    assert done.returncode == 0, done.stderr
    asked = [line.split("\x1f")[1] for line in Path(cloud["CALLS"]).read_text().splitlines()]
    after = asked[asked.index("CreateSnapshot") :]
    assert after.index("DescribeSnapshots") < after.index("StopInstance") < after.index("DescribeInstances")
    assert after.index("DescribeInstances") < after.index("ResetDisk") < after.index("DescribeDisks")
    assert after.index("DescribeDisks") < after.index("StartInstance") < len(after) - 1
