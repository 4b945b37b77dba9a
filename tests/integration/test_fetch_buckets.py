"""Buckets, through the vendor's SDK of OSS: the account's one list told apart by region, details of each, faults."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_fetch import HZ, manifest, run
from test_fetch_cloud import Cloud, Fault, Time, error, serving, set_keys

from advisor.importers import read_inventory
from advisor.model.finding import OutsideError

SH = "cn-shanghai"


def bucket(name: str, region: str, **more: str) -> dict[str, Any]:
    """A bucket as the list gives it, after the documented example."""
    return {
        "CreationDate": "2014-02-17T18:12:43.000Z",
        "ExtranetEndpoint": f"oss-{region}.aliyuncs.com",
        "IntranetEndpoint": f"oss-{region}-internal.aliyuncs.com",
        "Location": f"oss-{region}",
        "Name": name,
        "Region": region,
        "StorageClass": "Standard",
    } | more


def details(name: str, region: str, redundancy: str, replication: str = "Disabled") -> dict[str, Any]:
    """A bucket's own answer, after the documented example."""
    about = bucket(name, region) | {
        "AccessControlList": {"Grant": "private"},
        "CrossRegionReplication": replication,
        "DataRedundancyType": redundancy,
        "Owner": {"DisplayName": "1234", "ID": "1234"},
        "Versioning": "Enabled",
    }
    about.pop("Region")
    return {"Bucket": about}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    set_keys(monkeypatch)
    with serving() as running:
        places = [(f"data-{n}", HZ) for n in range(5)] + [("copy-1", SH), ("logs-1", SH)]
        running.rows["oss", "ListBuckets"] = [bucket(name, region) for name, region in places]
        for name, region in places:
            copied = "Enabled" if name == "data-0" else "Disabled"
            running.objects[f"GetBucketInfo:{name}"] = details(name, region, "ZRS" if region == HZ else "LRS", copied)
        yield running


@pytest.fixture
def clock() -> Time:
    return Time()


def test_each_bucket_is_listed_in_its_own_region(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    """Three regions ask the same list of seven in four pages each; the third has none."""
    report = run(cloud, clock, tmp_path / "exports", "oss", regions=(HZ, SH, "cn-beijing"))
    assert report.whole, report.listings
    assert cloud.unsigned == []
    assert (cloud.asked["ListBuckets"], cloud.asked["GetBucketInfo"]) == (3 * 4, 5 + 2)
    imported = read_inventory([tmp_path / "exports"])
    found = imported.inventory.resources
    assert {name: item.region for name, item in found.items()} == {
        **{f"data-{n}": HZ for n in range(5)},
        "copy-1": SH,
        "logs-1": SH,
    }
    first = found["data-0"].attributes
    assert (first["redundancy"], first["versioning"], first["cross_region_replication"]) == ("ZRS", "Enabled", True)
    assert first["created_at"] == "2014-02-17T18:12:43Z"
    assert found["copy-1"].attributes["redundancy"] == "LRS"
    assert found["copy-1"].attributes["cross_region_replication"] is False
    assert {("bucket", HZ), ("bucket", SH), ("bucket", "cn-beijing")} <= imported.inventory.listed
    assert not [finding for finding in imported.findings if finding.id == "INV-TRUNCATED"]
    pages = [path.name for path in sorted((tmp_path / "exports" / SH).glob("ListBuckets*"))]
    assert pages == [f"ListBuckets.page{n}.json" for n in (1, 2, 3, 4)]


def test_names_of_buckets_mislead_nobody(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    """People name buckets after days, regions and other resources; file names would be read as saying so."""
    names = ["backup-2024-01-01", "logs-cn-shanghai", "rm-bp1abcdef", "c0ffee" * 5 + "ab"]
    cloud.rows["oss", "ListBuckets"] = [bucket(name, HZ) for name in names]
    for name in names:
        cloud.objects[f"GetBucketInfo:{name}"] = details(name, HZ, "ZRS")
    out = tmp_path / "exports"
    assert run(cloud, clock, out, "oss").whole
    found = read_inventory([out]).inventory.resources
    assert {(name, item.kind, item.region, item.observed_at) for name, item in found.items()} == {
        (name, "bucket", HZ, None) for name in names
    }
    assert {item.attributes["redundancy"] for item in found.values()} == {"ZRS"}
    assert {parent for operation, parent in manifest(out) if operation == "GetBucketInfo"} == set(names)
    files = sorted(path.name for path in (out / HZ).glob("GetBucketInfo.*"))
    assert len(files) == len(names)
    assert all(re.fullmatch(r"GetBucketInfo\.[a-p]{20}\.json", name) for name in files)
    cloud.log.clear()
    assert run(cloud, clock, out, "oss", resume=True).whole
    assert cloud.log == []


def test_requests_are_those_of_the_protocol(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    cloud.largest_page = 1000
    run(cloud, clock, tmp_path / "exports", "oss")
    listed, about = cloud.log[0], cloud.log[1]
    assert (listed.path, dict(listed.fields)) == ("/", {"max-keys": "1000"})
    assert (about.path, dict(about.fields)) == ("/data-0/", {"bucketInfo": "", "bucket": "data-0"})


def test_no_bucket_at_all_is_known(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    cloud.rows["oss", "ListBuckets"] = []
    assert run(cloud, clock, tmp_path / "exports", "oss").whole
    imported = read_inventory([tmp_path / "exports"])
    assert ("bucket", HZ) in imported.inventory.listed
    assert not imported.inventory.resources


def test_denied_buckets_are_marked_and_unknown(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    cloud.always["ListBuckets"] = error("AccessDenied", 403)
    out = tmp_path / "exports"
    report = run(cloud, clock, out, "oss", "vpc")
    assert report.counts["denied"] == 1
    marker = json.loads((out / HZ / "ListBuckets.denied.json").read_text(encoding="utf-8"))
    assert (marker["Code"], marker["Grant"]) == ("AccessDenied", "oss:ListBuckets")
    assert ("bucket", HZ) not in read_inventory([out]).inventory.listed
    cloud.always.clear()
    assert run(cloud, clock, out, "oss", "vpc", resume=True).whole
    assert len(read_inventory([out]).inventory.resources) == 5


def test_denied_details_leave_the_list(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    cloud.always["GetBucketInfo"] = error("AccessDenied", 403)
    run(cloud, clock, tmp_path / "exports", "oss")
    assert cloud.asked["GetBucketInfo"] == 1
    found = read_inventory([tmp_path / "exports"]).inventory.resources
    assert len(found) == 5
    assert "redundancy" not in found["data-0"].attributes


@pytest.mark.parametrize(
    "fault",
    [
        error("InternalError", 500),
        error("QpsLimitExceeded", 503),
        Fault(502, b"<html>bad gateway</html>"),
        Fault(200, b"<html>not closed"),
        Fault(200, b""),
        Fault(200, b"<!DOCTYPE x [<!ENTITY e 'x'>]><Answer><Buckets/></Answer>"),
        Fault(200, b"<a>" * 5000 + b"</a>" * 5000),
        Fault(200, b"<Answer><Nothing/></Answer>"),
        Fault(wait_s=0.8),
    ],
    ids=["500", "throttled", "502", "garbage", "empty", "entity", "deep", "foreign", "time-out"],
)
def test_one_failure_is_got_over(cloud: Cloud, clock: Time, tmp_path: Path, fault: Fault) -> None:
    cloud.faults["ListBuckets"] = [fault]
    assert run(cloud, clock, tmp_path / "exports", "oss", read_timeout_ms=300).whole
    assert cloud.asked["ListBuckets"] == 1 + 4
    assert [pause for pause in clock.slept if pause > 0.1] == [0.5]


def test_pages_before_a_failure_are_a_part(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    rows = cloud.rows["oss", "ListBuckets"]
    first = {"Buckets": {"Bucket": rows[:2]}, "IsTruncated": "true", "NextMarker": "data-1"}
    cloud.faults["ListBuckets"] = [Fault(body=first), *[error("InternalError", 500)] * 5]
    out = tmp_path / "exports"
    assert run(cloud, clock, out, "oss").failed
    assert manifest(out)["ListBuckets", ""]["status"] == "partial"
    imported = read_inventory([out])
    assert [finding.id for finding in imported.findings if finding.severity == "high"] == ["INV-TRUNCATED"]
    assert run(cloud, clock, out, "oss", resume=True).whole
    assert len(read_inventory([out]).inventory.resources) == 5


def test_a_bucket_that_is_gone_is_no_failure(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    cloud.faults["GetBucketInfo"] = [error("NoSuchBucket", 404)]
    assert run(cloud, clock, tmp_path / "exports", "oss").whole
    assert manifest(tmp_path / "exports")["GetBucketInfo", "data-0"]["reason"].startswith("gone since it was listed")


def test_keys_that_are_not_accepted_end_the_run(
    cloud: Cloud, clock: Time, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_keys(monkeypatch, secret="another")
    with pytest.raises(OutsideError, match=r"The credentials are not accepted \(SignatureDoesNotMatch\)"):
        run(cloud, clock, tmp_path / "exports", "oss")
    assert (cloud.log, list(tmp_path.iterdir())) == ([], [])
