"""How fetching spaces its requests, shares its client among threads, and stays out of the way until it is used."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_fetch import HZ, run
from test_fetch_cloud import KEY, SECRET, Cloud, Seen, Time, serving, set_keys, wire_to

from advisor.live.fetch import fetch
from advisor.live.fetch_operations import OPERATIONS
from advisor.live.fetch_wire import TokenBucket, Wire


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    set_keys(monkeypatch)
    with serving() as running:
        yield running


@pytest.fixture
def clock() -> Time:
    return Time()


def test_requests_are_spaced_over_all_threads() -> None:
    clock = Time()
    bucket = TokenBucket(5, clock.now, clock.sleep)
    for _request in range(5):
        bucket.take()
    assert clock.slept == []
    for _request in range(3):
        bucket.take()
    assert clock.slept == pytest.approx([0.2, 0.2, 0.2])
    bucket.drain()
    bucket.take()
    assert clock.slept[-1] == pytest.approx(0.2)


def test_the_run_keeps_to_the_rate_of_each_product(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    cloud.rows["ecs", "DescribeSecurityGroups"] = [{"SecurityGroupId": f"sg-{n}"} for n in range(40)]
    cloud.largest_page = 100
    run(cloud, clock, tmp_path / "exports", "ecs", rate=1.0)
    requests = sum(cloud.asked.values())
    assert requests == 10 + 2 * 40  # lists, then rules and references of each group
    assert sum(clock.slept) == pytest.approx((requests - 10) / 10, rel=0.05)


def test_regions_are_asked_side_by_side(
    cloud: Cloud, clock: Time, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first request of each of three regions is answered only when all three have come in."""
    regions = (HZ, "cn-shanghai", "cn-beijing")
    together, answer = threading.Barrier(len(regions), timeout=20), cloud.answer

    def waiting(seen: Seen) -> object:
        if seen.action == "DescribeVpcs":
            together.wait()
        return answer(seen)

    monkeypatch.setattr(cloud, "answer", waiting)
    assert run(cloud, clock, tmp_path / "exports", "vpc", regions=regions).whole
    assert not together.broken


def test_the_sdk_is_not_loaded_unless_something_is_asked() -> None:
    code = (
        "import sys, advisor.live.fetch, advisor.cli.fetch;"
        "print(any(name.startswith(('alibabacloud', 'darabonba', 'Tea')) for name in sys.modules))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ALIBABA")}
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, env=environment
    )
    assert result.stdout.strip() == "False"


def test_one_client_serves_many_threads(cloud: Cloud, clock: Time) -> None:
    wire = wire_to(cloud, clock)
    operation = next(one for one in OPERATIONS if one.action == "DescribeVpcs")
    parameters = {"RegionId": HZ, "PageNumber": "1", "PageSize": "50"}
    threads = [threading.Thread(target=wire.ask, args=(operation, HZ, parameters)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (cloud.asked["DescribeVpcs"], cloud.unsigned) == (16, [])


def test_the_token_of_a_role_goes_with_every_request(cloud: Cloud, clock: Time, tmp_path: Path) -> None:
    from alibabacloud_credentials.client import Client
    from alibabacloud_credentials.models import Config

    role = Client(Config(type="sts", access_key_id=KEY, access_key_secret=SECRET, security_token="token-of-a-role"))
    wire = Wire(role, endpoint=cloud.url, sleep=clock.sleep, clock=clock.now)
    assert fetch([HZ], ["vpc", "oss", "cs"], tmp_path / "exports", wire=wire).whole
    assert (cloud.tokens, cloud.unsigned) == ({"token-of-a-role"}, [])
