"""Fetching when something goes wrong: what is tried again and how long after, what is kept, what is said, and how an
interrupted run goes on."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_fetch import HZ, manifest, run
from test_fetch_cloud import KEY, SECRET, Cloud, Fault, Time, error, operation_of, put_shop, serving, set_keys

from advisor.importers import read_inventory
from advisor.live.fetch import fetch
from advisor.live.fetch_operations import OPERATIONS
from advisor.live.fetch_store import JOURNAL, MANIFEST, Store
from advisor.live.fetch_wire import Wire, credentials
from advisor.model.finding import InputError, OutsideError


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    set_keys(monkeypatch)
    with serving() as running:
        running.rows["vpc", "DescribeVpcs"] = [{"VpcId": f"vpc-{n}", "VRouterId": "v"} for n in range(5)]
        running.rows["ebs", "DescribeDiskReplicaPairs"] = [
            {"ReplicaPairId": f"pair-{n}", "SourceDiskId": "d-1"} for n in range(5)
        ]
        yield running


@pytest.fixture
def clock() -> Time:
    return Time()


def asked_about(cloud: Cloud) -> list[tuple[str, str]]:
    """Each request by operation and parent."""
    found = []
    for seen in cloud.log:
        operation = operation_of(seen)
        found.append((operation.name, seen.fields.get(operation.parameter, "") if operation.parameter else ""))
    return found


def entry(out: Path, operation: str, parent: str = "") -> dict[str, Any]:
    return manifest(out)[operation, parent]


# --- tried again ------------------------------------------------------------------------------------------------------


def test_throttled_twice_then_served(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    cloud.faults["DescribeVpcs"] = [error("Throttling.User"), error("Throttling", 429)]
    report = run(cloud, clock, tmp_path / "exports", "vpc")
    assert report.whole
    assert cloud.asked["DescribeVpcs"] == 2 + 3
    assert [pause for pause in clock.slept if pause > 0.1] == [0.5, 1.0]
    assert len(read_inventory([tmp_path / "exports"]).inventory.resources) == 5


def test_pauses_double_up_to_a_limit_and_vary(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    cloud.always["DescribeVpcs"] = error("ServiceUnavailable", 503)
    run(cloud, clock, tmp_path / "exports", "vpc", tries=6, jitter=lambda: 0.0, longest_pause_s=3.0)
    assert [pause for pause in clock.slept if pause > 0.1] == [0.25, 0.5, 1.0, 1.5, 1.5]
    assert cloud.asked["DescribeVpcs"] == 6
    found = entry(tmp_path / "exports", "DescribeVpcs")
    assert (found["status"], found["reason"]) == ("failed", "throttled (ServiceUnavailable), tried 6 times")


def test_the_wait_that_the_service_asks_for_is_kept(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    cloud.faults["DescribeVpcs"] = [error("Throttling.Api", 400, x_acs_retry_after="7000")]
    assert run(cloud, clock, tmp_path / "exports", "vpc").whole
    assert [pause for pause in clock.slept if pause > 0.1] == [7.0]


@pytest.mark.parametrize(
    "fault",
    [
        error("InternalError", 500),
        Fault(502, b"<html>bad gateway</html>"),
        Fault(200, b"<html>not JSON</html>"),
        Fault(200, b""),
        Fault(200, [1, 2]),
        Fault(body={"Success": False, "Code": "Throttling.User", "Message": "secret detail"}),
        Fault(wait_s=0.8),
    ],
    ids=["500", "502", "garbage", "empty", "list", "inside", "time-out"],
)
def test_one_failure_is_got_over(cloud: Cloud, clock: Time, tmp_path: Path, fault: Fault) -> None:
    cloud.faults["DescribeDiskReplicaPairs"] = [fault]
    report = run(cloud, clock, tmp_path / "exports", "ebs", read_timeout_ms=300)
    assert report.whole
    assert cloud.asked["DescribeDiskReplicaPairs"] == 1 + 3 + 1
    assert [pause for pause in clock.slept if pause > 0.1] == [0.5]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (error("InternalError", 500), "the service fails (InternalError), tried 3 times"),
        (Fault(200, b"<html>"), "the answer is none of this operation (no JSON), tried 3 times"),
        (Fault(200, {}), "the answer is none of this operation (no answer of this operation), tried 1 time"),
        (Fault(wait_s=0.8), "cannot be reached or does not answer (no answer), tried 3 times"),
        (error("InvalidParameter"), "refused (InvalidParameter), tried 1 time"),
    ],
    ids=["500", "garbage", "nothing", "time-out", "refused"],
)
def test_what_fails_for_good_is_marked_and_the_rest_kept(
    cloud: Cloud, clock: Time, tmp_path: Path, fault: Fault, reason: str
) -> None:
    cloud.always["DescribeVSwitches"] = fault
    report = run(cloud, clock, tmp_path / "exports", "vpc", read_timeout_ms=300, tries=3)
    assert report.failed
    found = entry(tmp_path / "exports", "DescribeVSwitches")
    assert (found["status"], found["reason"], found["pages"]) == ("failed", reason, 0)
    assert entry(tmp_path / "exports", "DescribeVpcs")["status"] == "complete"
    imported = read_inventory([tmp_path / "exports"])
    assert len(imported.inventory.resources) == 5
    assert [item.resource for item in imported.skipped] == [f"{HZ}/DescribeVSwitches.failed.json"]


def test_pages_before_a_failure_are_kept_as_a_part(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    cloud.rows["ecs", "DescribeDisks"] = [{"DiskId": f"d-{n}", "DiskName": "d"} for n in range(7)]
    good = Fault(body={"Disks": {"Disk": cloud.rows["ecs", "DescribeDisks"][:2]}, "NextToken": "t", "RequestId": "R"})
    cloud.faults["DescribeDisks"] = [good, *[error("InternalError", 500)] * 5]
    out = tmp_path / "exports"
    run(cloud, clock, out, "ecs")
    assert (entry(out, "DescribeDisks")["status"], entry(out, "DescribeDisks")["pages"]) == ("partial", 1)
    imported = read_inventory([out])
    assert len(imported.inventory.resources) == 2
    assert any("last page says that more follow" in finding.title for finding in imported.findings)
    # Resumed, only that list is asked again.
    cloud.log.clear()
    assert run(cloud, clock, out, "ecs", resume=True).whole
    assert cloud.asked == {"DescribeDisks": 4}
    assert len(read_inventory([out]).inventory.resources) == 7


def test_an_expired_page_token_starts_the_listing_afresh(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    pair = {"ReplicaPairId": "pair-0", "SourceDiskId": "d-1"}
    first = Fault(body={"ReplicaPairs": [pair], "NextToken": "tok-1", "RequestId": "R"})
    cloud.faults["DescribeDiskReplicaPairs"] = [first, error("InvalidNextToken.Expired")]
    assert run(cloud, clock, tmp_path / "exports", "ebs").whole
    assert cloud.asked["DescribeDiskReplicaPairs"] == 2 + 3 + 1
    assert len(read_inventory([tmp_path / "exports"]).inventory.resources) == 5
    cloud.faults["DescribeDiskReplicaPairs"] = [first, error("InvalidParameter.NextToken")] * 3
    run(cloud, clock, tmp_path / "again", "ebs")
    found = entry(tmp_path / "again", "DescribeDiskReplicaPairs")
    assert (found["status"], cloud.asked["DescribeDiskReplicaPairs"]) == ("partial", 6 + 6 + 1)


# --- denied, not offered, gone ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["Forbidden.RAM", "NoPermission", "Forbidden"])
def test_what_is_denied_is_marked_and_the_rest_kept(cloud: Cloud, clock: Time, tmp_path: Path, code: str) -> None:
    cloud.always["DescribeDisks"] = error(code, 403)
    cloud.rows["ecs", "DescribeInstances"] = [{"InstanceId": "i-1", "ImageId": "m-1"}]
    out = tmp_path / "exports"
    report = run(cloud, clock, out, "ecs", "vpc")
    assert (report.whole, report.failed) == (False, False)
    assert cloud.asked["DescribeDisks"] == 1
    marker = json.loads((out / HZ / "DescribeDisks.denied.json").read_text(encoding="utf-8"))
    assert marker == {
        "Operation": "DescribeDisks",
        "Region": HZ,
        "Status": "denied",
        "Code": code,
        "Grant": "ecs:DescribeDisks",
    }
    imported = read_inventory([out])
    assert len(imported.inventory.resources) == 6
    assert ("disk", HZ) not in imported.inventory.listed
    # Granted since: asked again, and the marker goes.
    cloud.always.clear()
    assert run(cloud, clock, out, "ecs", "vpc", resume=True).whole
    assert not (out / HZ / "DescribeDisks.denied.json").exists()


def test_one_denial_stands_for_all_parents(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    cloud.rows["ecs", "DescribeSecurityGroups"] = [{"SecurityGroupId": f"sg-{n}"} for n in range(6)]
    cloud.always["DescribeSecurityGroupAttribute"] = error("Forbidden.RAM", 403)
    out = tmp_path / "exports"
    run(cloud, clock, out, "ecs")
    assert cloud.asked["DescribeSecurityGroupAttribute"] == 1
    assert entry(out, "DescribeSecurityGroupAttribute")["status"] == "denied"
    cloud.always.clear()
    assert run(cloud, clock, out, "ecs", resume=True).whole
    assert ("DescribeSecurityGroupAttribute", "") not in manifest(out)
    assert cloud.asked["DescribeSecurityGroupAttribute"] == 1 + 6


def test_not_offered_gone_and_not_applicable_are_no_failures(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    cloud.always["DescribeDiskReplicaPairs"] = error("InvalidRegionId.NotSupported", 404)
    cloud.rows["rds", "DescribeDBInstances"] = [{"DBInstanceId": "rr-1"}]
    cloud.always["DescribeBackupPolicy"] = error("OperationDenied.DBInstanceType")
    cloud.always["DescribeDBInstanceAttribute"] = error("InvalidDBInstanceId.NotFound", 404)
    out = tmp_path / "exports"
    report = run(cloud, clock, out, "ebs", "rds")
    assert report.whole
    assert entry(out, "DescribeDiskReplicaPairs")["reason"] == "not offered here (InvalidRegionId.NotSupported)"
    assert entry(out, "DescribeBackupPolicy", "rr-1")["reason"].startswith("does not apply (OperationDenied")
    assert entry(out, "DescribeDBInstanceAttribute", "rr-1")["reason"].startswith("gone since it was listed")


# --- ends the run -----------------------------------------------------------------------------------------------------


def test_denied_everything_is_told_with_the_way_to_the_permissions(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    for operation in OPERATIONS:
        cloud.always[operation.action] = error("Forbidden.RAM", 403)
    with pytest.raises(OutsideError, match=r"Nothing could be fetched: Forbidden\.RAM.*--policy") as caught:
        run(cloud, clock, tmp_path / "exports", "vpc")
    assert "secret detail" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_keys_that_are_not_accepted_end_the_run(
    cloud: Cloud, clock: Time, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_keys(monkeypatch, secret="another")
    with pytest.raises(OutsideError, match=r"The credentials are not accepted \(SignatureDoesNotMatch\)"):
        run(cloud, clock, tmp_path / "exports")
    assert len(cloud.unsigned) <= 8
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("product", "action", "code"),
    [("vpc", "DescribeVpcs", "InvalidTimeStamp.Expired"), ("oss", "ListBuckets", "RequestTimeTooSkewed")],
)
def test_a_wrong_clock_ends_the_run(
    cloud: Cloud, clock: Time, tmp_path: Path, product: str, action: str, code: str
) -> None:
    """It is no lack of permission, although one service answers with the same status."""
    cloud.always[action] = error(code, 403)
    with pytest.raises(OutsideError, match=rf"The clock of this machine is wrong \({code}\)\. Set it"):
        run(cloud, clock, tmp_path / "exports", product)
    assert list(tmp_path.iterdir()) == []


def test_no_network_ends_the_run(clock: Time, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_keys(monkeypatch)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(OutsideError, match=f"127.0.0.1:{port} cannot be reached or does not answer"):
        run(Cloud(port=port), clock, tmp_path / "exports")
    assert list(tmp_path.iterdir()) == []


def test_something_else_that_answers_ends_the_run(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    for operation in OPERATIONS:
        cloud.always[operation.action] = Fault(200, b"<html>log in to this network</html>")
    with pytest.raises(OutsideError, match="answers no JSON"):
        run(cloud, clock, tmp_path / "exports")


def test_no_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_keys(monkeypatch, key="", secret="")
    monkeypatch.setattr("alibabacloud_credentials.utils.auth_constant.HOME", str(tmp_path))
    with pytest.raises(OutsideError, match=r"No credentials of Alibaba Cloud were found.*--profile"):
        fetch([HZ], ["vpc"], tmp_path / "exports")
    with pytest.raises(OutsideError, match="The profile 'audit' gives no credentials"):
        fetch([HZ], ["vpc"], tmp_path / "exports", profile="audit")
    assert list(tmp_path.iterdir()) == []


def test_a_profile_of_the_cli_is_used(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_keys(monkeypatch, key="", secret="")
    monkeypatch.setenv("ADVISOR_API_ENDPOINT", cloud.url)
    monkeypatch.setattr("alibabacloud_credentials.utils.auth_constant.HOME", str(tmp_path))
    profile = {"name": "audit", "mode": "AK", "access_key_id": KEY, "access_key_secret": SECRET}
    (tmp_path / ".aliyun").mkdir()
    (tmp_path / ".aliyun" / "config.json").write_text(json.dumps({"current": "x", "profiles": [profile]}))
    report = fetch([HZ], ["vpc"], tmp_path / "exports", profile="audit")
    assert report.whole
    assert cloud.unsigned == []
    with pytest.raises(InputError, match="was begun with the profile audit"):
        fetch([HZ], ["vpc"], tmp_path / "exports", resume=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".aliyun", "exports"]


# --- interrupted and resumed ------------------------------------------------------------------------------------------


def test_progress_tells_how_far_it_is(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    told: list[str] = []
    run(cloud, clock, tmp_path / "exports", "vpc", "ebs", regions=(HZ, "cn-shanghai"), progress=told.append)
    assert told[0].startswith("0 of 4 done, 0 answers: cn-")
    assert {line.partition(": ")[2].split()[0] for line in told} == {HZ, "cn-shanghai"}
    done = [int(line.split()[0]) for line in told]
    assert done == sorted(done)
    assert 1 <= done[-1] <= 3


def test_an_interrupted_run_goes_on_where_it_was(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    put_shop(cloud, HZ)
    out, saves = tmp_path / "exports", []
    whole = run(cloud, clock, tmp_path / "whole", "vpc", "rds", "ecs")
    in_all = sum(cloud.asked.values())
    cloud.log.clear()

    def interrupt(_message: str) -> None:
        saves.append(1)
        if len(saves) == 12:
            raise KeyboardInterrupt

    with pytest.raises(OutsideError, match=r"Interrupted\. What was fetched is kept in exports\.partial;.*--resume"):
        run(cloud, clock, out, "vpc", "rds", "ecs", progress=interrupt)
    staging = tmp_path / "exports.partial"
    assert staging.is_dir()
    assert not out.exists()
    lines = (staging / JOURNAL).read_text(encoding="utf-8").splitlines()
    entered = [json.loads(line) for line in lines if line]
    done = {(one["operation"], one["parent"]) for one in entered if one.get("status") == "complete"}
    before = Counter(asked_about(cloud))
    with pytest.raises(InputError, match="an interrupted fetch lies beside it"):
        run(cloud, clock, out, "vpc", "rds", "ecs")
    with (staging / JOURNAL).open("a") as journal:
        journal.write('{"product": "vpc", "operation": "Descr')
    report = run(cloud, clock, out, "vpc", "rds", "ecs", resume=True)
    assert report.whole
    assert not staging.exists()
    assert not (out / JOURNAL).exists()
    # Nothing complete was asked again; at most the listings that were under way, one a product.
    again = Counter(asked_about(cloud)) - before
    assert done
    assert not done & again.keys()
    assert len(before.keys() & again.keys()) <= 3
    assert sum(before.values()) < in_all
    assert read_inventory([out]).inventory.digest == read_inventory([tmp_path / "whole"]).inventory.digest
    assert len(report.listings) == len(whole.listings)
    cloud.log.clear()
    assert run(cloud, clock, out, "vpc", "rds", "ecs", resume=True).whole
    assert cloud.log == []
    (out / HZ / "DescribeVpcs.page1.json").unlink()
    assert run(cloud, clock, out, "vpc", "rds", "ecs", resume=True).whole
    assert set(cloud.asked) == {"DescribeVpcs"}


def test_a_stop_during_a_pause_is_not_waited_for(cloud: Cloud, tmp_path: Path) -> None:
    """The pause of a throttled request ends with the run."""
    cloud.always["DescribeVpcs"] = error("Throttling.User", 400, x_acs_retry_after="60000")
    wire = Wire(credentials(), endpoint=cloud.url)
    timer = threading.Timer(0.5, wire.stop.set)
    timer.start()
    with pytest.raises(OutsideError, match="Nothing could be fetched"):
        fetch([HZ], ["vpc"], tmp_path / "exports", wire=wire)
    assert cloud.asked["DescribeVpcs"] == 1


def test_a_disk_that_is_full_ends_the_run(
    cloud: Cloud, clock: Time, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Store, "save", full)
    with pytest.raises(OutsideError, match="exports: No space left on device"):
        run(cloud, clock, tmp_path / "exports", "vpc")


def test_folders_that_are_something_else_are_refused(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    (tmp_path / "file").write_text("x")
    for name, problem in (("mine", "holds files that were not fetched"), ("file", "is a file")):
        with pytest.raises(InputError, match=problem):
            run(cloud, clock, tmp_path / name, "vpc")
    assert cloud.log == []


def test_an_earlier_fetch_is_replaced_by_no_smaller_one(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    out = tmp_path / "exports"
    run(cloud, clock, out, "ebs", "hbr")
    with pytest.raises(InputError, match="holds a fetch of more than is asked for now: hbr of cn-hangzhou"):
        run(cloud, clock, out, "ebs")
    cloud.rows["ebs", "DescribeDiskReplicaPairs"].clear()
    run(cloud, clock, out, "ebs", "hbr")
    names = sorted(path.name for path in out.glob("*/*Pairs*"))
    assert names == ["DescribeDiskReplicaPairs.backup.page1.json", "DescribeDiskReplicaPairs.page1.json"]
    run(cloud, clock, out, "vpc", resume=True)
    assert {"DescribeVpcs", "DescribeDiskReplicaPairs"} <= {operation for operation, _ in manifest(out)}
    assert (out / MANIFEST).is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["exports"]
