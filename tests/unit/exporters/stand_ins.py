"""Stand-ins for the programs that scripts and runbooks call: they answer from a table and write calls down."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

ANSWERS = {
    "DescribeSnapshots": {
        "TotalCount": 0,
        "Snapshots": {"Snapshot": [{"SnapshotId": "s-1", "CreationTime": "2026", "Progress": "100%"}]},
    },
    "DescribeDisks": {"Disks": {"Disk": [{"Category": "cloud_essd", "PerformanceLevel": "PL1", "Type": "data"}]}},
    "DescribeDiskReplicaGroups": {"ReplicaGroups": [{"Status": "created"}]},
    "DescribeDiskReplicaPairs": {"ReplicaPairs": [{"Status": "normal"}]},
    "DescribeAutoSnapshotPolicyEx": {"AutoSnapshotPolicies": {"AutoSnapshotPolicy": [{"Status": "Normal"}]}},
    "DescribeCloudAssistantStatus": {
        "InstanceCloudAssistantStatusSet": {"InstanceCloudAssistantStatus": [{"CloudAssistantStatus": "true"}]}
    },
    "DescribeDBInstanceAttribute": {"Items": {"DBInstanceAttribute": [{"DBInstanceStatus": "Running"}]}},
    "DescribeDBInstanceHAConfig": {"HostInstanceInfos": {"NodeInfo": [{"ZoneId": "a"}, {"ZoneId": "b"}]}},
    "CreateSnapshot": {"SnapshotId": "s-made"},
    "CreateDisk": {"DiskId": "d-made"},
    "CloneDBInstance": {"DBInstanceId": "rm-made"},
    "CreateDdrInstance": {"DBInstanceId": "rm-made"},
    "DescribeCloudGtmInstanceConfigFullInfo": {"AddressPools": {"AddressPool": [{}, {}]}},
}
PROGRAM = """#!/bin/sh
for word in "$@"; do printf '%s\\037' "$word"; done >>"$CALLS"
echo >>"$CALLS"
state() { printf "$2" >"$ANSWERS/$1"; }
case $2 in
    StopInstance) state DescribeInstances '{"Instances":{"Instance":[{"Status":"Stopped"}]}}' ;;
    StartInstance) state DescribeInstances '{"Instances":{"Instance":[{"Status":"Running"}]}}' ;;
    CreateDisk) state DescribeDisks '{"Disks":{"Disk":[{"Status":"Available"}]}}' ;;
    AttachDisk|ResetDisk) state DescribeDisks '{"Disks":{"Disk":[{"Status":"In_use"}]}}' ;;
    FailoverDiskReplicaGroup) state DescribeDiskReplicaGroups '{"ReplicaGroups":[{"Status":"failovered"}]}' ;;
    FailoverDiskReplicaPair) state DescribeDiskReplicaPairs '{"ReplicaPairs":[{"Status":"failovered"}]}' ;;
esac
if [ -f "$ANSWERS/$2" ]; then cat "$ANSWERS/$2"; else echo '{}'; fi
"""


def install(tmp_path: Path) -> dict[str, str]:
    """Puts the stand-ins into a folder and returns the environment in which they are found."""
    programs, answers = tmp_path / "bin", tmp_path / "answers"
    programs.mkdir()
    answers.mkdir()
    for name, answer in ANSWERS.items():
        (answers / name).write_text(json.dumps(answer))
    stand_ins = {"aliyun": PROGRAM, "terraform": '#!/bin/sh\necho "id-of-$4"\n'}
    for name, script in stand_ins.items():
        (programs / name).write_text(script)
        (programs / name).chmod(0o755)
    return {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        "ANSWERS": str(answers),
    }


def calls(environment: dict[str, str]) -> list[list[str]]:
    """What was asked of the cloud, without the questions."""
    log = Path(environment["CALLS"])
    lines = log.read_text().splitlines() if log.exists() else []
    made = [line.split("\x1f")[:-1] for line in lines]
    return [call for call in made if not re.match("Describe|Get|describe", call[1])]
