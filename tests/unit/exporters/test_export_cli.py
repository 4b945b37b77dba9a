"""The scripts: valid shell, harmless without a number, and each call made with exactly the planned words."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from advisor.exporters import cli, terraform
from advisor.model.deliverable import Deliverable
from tests.unit.exporters.stand_ins import ANSWERS, calls

Writer = Callable[[Mapping[str, bytes]], Path]


def run(script: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(script), *arguments], env=environment, cwd=script.parent, capture_output=True, text=True, check=False
    )


def made(call: list[str]) -> str:
    return " ".join(call)


def test_every_script_is_valid_shell(any_deliverable: Deliverable, write: Writer) -> None:
    files = cli.render(any_deliverable)
    folder = write(files)
    for path in files:
        subprocess.run(["sh", "-n", str(folder / path)], check=True)


def test_every_step_says_why_and_how_to_go_back(any_deliverable: Deliverable) -> None:
    for content in cli.render(any_deliverable).values():
        text = content.decode()
        count = len(re.findall(r"^step_\d+\(\) \{$", text, re.MULTILINE))
        assert count > 0
        for mark in ("# Step ", "# Not in Terraform: ", "# Back: "):
            assert text.count(f"\n{mark}") == count
        assert text.startswith("#!/bin/sh\n")
        assert "\nset -eu\n" in text
        assert max(map(len, (line for line in text.splitlines() if line.startswith("#")))) < 240


def test_without_a_number_a_script_only_lists(
    any_deliverable: Deliverable, write: Writer, cloud: dict[str, str], tmp_path: Path
) -> None:
    files = cli.render(any_deliverable)
    folder = write(files)
    before = sorted(path for path in tmp_path.rglob("*"))
    for path in files:
        done = run(folder / path, cloud)
        assert (done.returncode, done.stderr) == (0, "")
        numbers = re.findall(r"^ +(\d+)  ", done.stdout, re.MULTILINE)
        assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    assert sorted(path for path in tmp_path.rglob("*")) == before
    assert calls(cloud) == []
    assert not Path("/tmp/pwned").exists()


def test_an_unknown_step_stops(readable: Deliverable, write: Writer, cloud: dict[str, str]) -> None:
    folder = write(cli.render(readable))
    for wrong in ("0", "99", "2; id", "-h"):
        done = run(folder / "cli/erp.sh", cloud, wrong)
        assert done.returncode == 1
        assert "there is no such step" in done.stderr
    assert calls(cloud) == []


@pytest.mark.skipif(shutil.which("jq") is None, reason="the scripts need jq")
class TestRunning:
    def test_disks_become_regional_after_a_snapshot(
        self, readable: Deliverable, write: Writer, cloud: dict[str, str]
    ) -> None:
        folder = write(cli.render(readable))
        for step in ("1", "2"):
            assert run(folder / "cli/erp.sh", cloud, step).returncode == 0
        assert [made(call) for call in calls(cloud)] == [
            "ecs CreateSnapshot --region cn-hangzhou --DiskId d-data1 --SnapshotName before-regional-disk"
            " --RetentionDays 30",
            "ecs ModifyDiskSpec --region cn-hangzhou --DiskId d-data1 --DiskCategory cloud_regional_disk_auto",
        ]

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"PerformanceLevel": "PL3"}, "cannot be changed directly"),
            ({"Category": "cloud_efficiency"}, "cannot be changed directly"),
            ({"Type": "system"}, "Only data disks"),
        ],
    )
    def test_a_disk_that_cannot_be_changed_stops_the_script(
        self, readable: Deliverable, write: Writer, cloud: dict[str, str], change: dict[str, str], message: str
    ) -> None:
        disk = ANSWERS["DescribeDisks"]["Disks"]["Disk"][0] | change  # type: ignore[index]
        (Path(cloud["ANSWERS"]) / "DescribeDisks").write_text(json.dumps({"Disks": {"Disk": [disk]}}))
        done = run(write(cli.render(readable)) / "cli/erp.sh", cloud, "2")
        assert done.returncode == 1
        assert message in done.stderr
        assert calls(cloud) == []

    def test_a_disk_that_is_regional_already_is_left_alone(
        self, readable: Deliverable, write: Writer, cloud: dict[str, str]
    ) -> None:
        disk = {"Category": "cloud_regional_disk_auto", "Type": "data"}
        (Path(cloud["ANSWERS"]) / "DescribeDisks").write_text(json.dumps({"Disks": {"Disk": [disk]}}))
        done = run(write(cli.render(readable)) / "cli/erp.sh", cloud, "2")
        assert (done.returncode, "Already done." in done.stdout, calls(cloud)) == (0, True, [])

    def test_replication_starts_with_the_group_that_terraform_made(
        self, readable: Deliverable, write: Writer, cloud: dict[str, str]
    ) -> None:
        script = write(cli.render(readable)) / "cli/erp.sh"
        assert run(script, cloud, "3").returncode == 0
        assert run(script, cloud, "4").returncode == 0  # runs already
        assert [made(call) for call in calls(cloud)] == [
            "ebs StartDiskReplicaGroup --RegionId cn-hangzhou"
            " --ReplicaGroupId id-of-erp_app_group_cn_hangzhou_h_d_data1 --OneShot false"
        ]

    def test_files_are_backed_up_in_the_basic_edition(
        self, readable: Deliverable, write: Writer, cloud: dict[str, str]
    ) -> None:
        script = write(cli.render(readable)) / "cli/files.sh"
        for step in ("5", "6"):
            assert run(script, cloud, step).returncode == 0
        assert [made(call) for call in calls(cloud)] == [
            "hbr open-hbr-service --endpoint hbr.aliyuncs.com",
            "hbr create-backup-plan --region cn-hangzhou --edition BASIC --source-type ECS_FILE --instance-id i-app1"
            " --keep-latest-snapshots 1",
        ]

    def test_an_existing_policy_is_tightened_and_copies(
        self, readable: Deliverable, write: Writer, cloud: dict[str, str]
    ) -> None:
        script = write(cli.render(readable)) / "cli/files.sh"
        for step in ("2", "3", "4"):
            assert run(script, cloud, step).returncode == 0
        assert [made(call) for call in calls(cloud)] == [
            "ecs ModifyAutoSnapshotPolicyEx --region cn-hangzhou --regionId cn-hangzhou --autoSnapshotPolicyId sp-old"
            ' --timePoints ["0","6","12","18"] --repeatWeekdays ["1","2","3","4","5","6","7"] --retentionDays 7',
            "ecs ModifyAutoSnapshotPolicyEx --region cn-hangzhou --regionId cn-hangzhou --autoSnapshotPolicyId sp-old"
            ' --EnableCrossRegionCopy true --TargetCopyRegions ["cn-shanghai"] --CopiedSnapshotsRetentionDays 30',
            "ecs CopySnapshot --RegionId cn-hangzhou --SnapshotId s-1 --DestinationRegionId cn-shanghai"
            " --DestinationSnapshotName copy-of-s-1 --RetentionDays 30",
        ]

    def test_the_database_gets_its_standby(self, readable: Deliverable, write: Writer, cloud: dict[str, str]) -> None:
        assert run(write(cli.render(readable)) / "cli/orders.sh", cloud, "all").returncode == 0
        assert [made(call) for call in calls(cloud)] == [
            "rds ModifyDBInstanceSpec --region cn-hangzhou --DBInstanceId rm-shop --Category HighAvailability"
            " --DBInstanceClass mysql.x2.large.2c --PayType Postpaid --ZoneId cn-hangzhou-h"
            " --ZoneIdSlave1 cn-hangzhou-k --VSwitchId vsw-h,id-of-orders_db_vswitch_1 --EffectiveTime MaintainTime",
            "rds ModifyHASwitchConfig --RegionId cn-hangzhou --DBInstanceId rm-shop --HAConfig Auto",
        ]

    def test_balancer_group_and_traffic_management(
        self, readable: Deliverable, write: Writer, cloud: dict[str, str]
    ) -> None:
        assert run(write(cli.render(readable)) / "cli/shop.sh", cloud, "all").returncode == 0
        done = calls(cloud)
        assert made(done[0]) == (
            "alb UpdateLoadBalancerZones --region cn-hangzhou --LoadBalancerId alb-old --ZoneMappings.1.ZoneId"
            " cn-hangzhou-h --ZoneMappings.1.VSwitchId vsw-h --ZoneMappings.2.ZoneId cn-hangzhou-j"
            " --ZoneMappings.2.VSwitchId id-of-shop_old_vswitch_2 --method POST --force"
        )
        assert [call[1] for call in done[1:]] == [
            "ModifyScalingGroup",
            "RebalanceInstances",
            "ReplaceCloudGtmAddressPoolAddress",
            "ReplaceCloudGtmAddressPoolAddress",
            "ReplaceCloudGtmInstanceConfigAddressPool",
            "UpdateCloudGtmInstanceConfigEnableStatus",
        ]
        assert json.loads(done[5][7]) == [
            {"AddressPoolId": "id-of-shop_entry_gtm_primary", "SerialNumber": 1, "WeightValue": 1},
            {"AddressPoolId": "id-of-shop_entry_gtm_standby", "SerialNumber": 2, "WeightValue": 1},
        ]

    def test_without_terraform_the_ids_may_be_given(
        self, readable: Deliverable, write: Writer, cloud: dict[str, str]
    ) -> None:
        given = cloud | {"erp_app_group_cn_hangzhou_h_d_data1": "pg-1"}
        assert run(write(cli.render(readable)) / "cli/erp.sh", given, "3").returncode == 0
        assert "pg-1" in calls(cloud)[0]

    def test_a_refused_call_stops_everything(self, readable: Deliverable, write: Writer, cloud: dict[str, str]) -> None:
        program = Path(cloud["PATH"].split(":")[0]) / "aliyun"
        program.write_text("#!/bin/sh\necho Forbidden >&2\nexit 3\n")
        done = run(write(cli.render(readable)) / "cli/files.sh", cloud, "all")
        assert done.returncode == 3
        assert "Step 2" not in done.stdout

    def test_hostile_names_reach_the_cloud_as_they_are(
        self, hostile: Deliverable, write: Writer, cloud: dict[str, str]
    ) -> None:
        folder = write(cli.render(hostile))
        for path in cli.render(hostile):
            count = len(terraform.build(hostile).steps.steps)
            assert count
            run(folder / path, cloud, "all")
        log = Path(cloud["CALLS"]).read_text()
        assert "d-${data.x}%{if true}" in log
        assert 'd-web-<b>07</b>"; rm -rf /' in log
        assert not Path("/tmp/pwned").exists()
