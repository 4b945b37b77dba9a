"""Copy chains by hand: the arithmetic is in each test."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from advisor.estimation.chains import losses, path_to, serve, survivors
from advisor.model.recovery import Level
from advisor.model.units import DAY, HOUR, MINUTE

LIVE = Level("live data", "live", "cn-hangzhou", zones=("cn-hangzhou-h",))
SNAPSHOT = Level("snapshot", "point_in_time", "cn-hangzhou", 24 * HOUR, 0.0, 30 * MINUTE, 7 * DAY)
COPY = Level("copy", "point_in_time", "cn-shanghai", 24 * HOUR, 1 * HOUR, 4 * HOUR, 30 * DAY, (), "snapshot")
REPLICA = Level("replica", "replica", "cn-hangzhou", 15 * MINUTE, 0.0, 1 * MINUTE, zones=("cn-hangzhou-i",))
CHAIN = (LIVE, SNAPSHOT, COPY, REPLICA)


def test_losses_sum_holds_and_propagations_up_the_chain() -> None:
    # snapshot: 0.5 h + 24 h; copy: 0.5 h + (1 h + 4 h) + 24 h; on average half of the accumulation
    assert losses(CHAIN, SNAPSHOT) == (24.5 * HOUR, 12.5 * HOUR)
    assert losses(CHAIN, COPY) == (29.5 * HOUR, 17.5 * HOUR)
    assert losses(CHAIN, LIVE) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("disruption", "place", "expected"),
    [
        ("logical", None, {"snapshot", "copy"}),
        ("instance", "i-1", {"live data", "snapshot", "copy", "replica"}),
        ("zone", "cn-hangzhou-h", {"snapshot", "copy", "replica"}),
        ("zone", "cn-hangzhou-i", {"live data", "snapshot", "copy"}),
        ("region", "cn-hangzhou", {"copy"}),
        ("region", "cn-shanghai", {"live data", "snapshot", "replica"}),
    ],
)
def test_survivors(disruption: str, place: str | None, expected: set[str]) -> None:
    assert survivors(CHAIN, disruption, place, live_survives=True) == expected  # type: ignore[arg-type]


def test_local_disks_do_not_outlast_their_host() -> None:
    assert "live data" not in survivors(CHAIN, "instance", "i-1", live_survives=False)


def test_the_smallest_loss_serves() -> None:
    served = serve(CHAIN, {"snapshot", "copy", "replica"})
    assert served is not None
    assert (served.level.name, served.worst_s, served.expected_s) == ("replica", 16 * MINUTE, 8.5 * MINUTE)


def test_a_logical_error_needs_captures_kept_longer_than_it_goes_unnoticed() -> None:
    # 48 h until it is noticed + 24 h between captures = 72 h of retention at least
    kept = replace(SNAPSHOT, retention_s=72 * HOUR)
    short = replace(SNAPSHOT, retention_s=72 * HOUR - 1)
    assert serve([kept], {"snapshot"}, 48 * HOUR) is not None
    assert serve([short], {"snapshot"}, 48 * HOUR) is None


def test_a_replica_replicates_the_deletion() -> None:
    assert serve([REPLICA], {"replica"}, 0.0) is None


def test_nothing_serves_from_nothing() -> None:
    assert serve(CHAIN, set()) is None
    assert serve([replace(SNAPSHOT, accumulation_s=math.inf)], {"snapshot"}) is None


def test_a_chain_without_its_feeder_is_refused() -> None:
    with pytest.raises(ValueError, match="fed by 'snapshot'"):
        path_to([COPY], COPY)
    loop = replace(SNAPSHOT, fed_by="copy")
    with pytest.raises(ValueError, match="feeds itself"):
        path_to([loop, COPY], COPY)
