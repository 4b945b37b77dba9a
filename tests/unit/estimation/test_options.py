"""Options of one workload: nothing that could be the best choice is thrown away, and what a miss counts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from advisor.estimation.costs import Costing
from advisor.estimation.loss import LossRates, annual_loss
from advisor.estimation.measures import offer
from advisor.estimation.options import Builder, meets, missed_parts, tier_of
from advisor.estimation.outcome import Outcome, evaluate
from advisor.estimation.sampling import Sampler
from advisor.model.evidence import RuleBook
from advisor.model.pricebook import PriceBook
from advisor.model.targets import Target
from advisor.model.units import HOUR
from tests import estate

RATES = LossRates(Decimal(100), Decimal(200), {"logical": 1.0, "instance": 0.5, "zone": 0.1, "region": 0.01}, 720.0)


def builder(rules: RuleBook, prices: PriceBook, *, coupled: bool = False) -> Builder:
    context = estate.server_context(rules)
    targets = {"logical": Target(30 * HOUR, 24 * HOUR)}
    costing = Costing(prices, "CNY", context)
    return Builder(context, costing, Sampler(1, 200), RATES, targets, "p95", False, coupled)  # type: ignore[arg-type]


def test_what_a_free_quota_makes_cheap_is_kept(rules: RuleBook, prices: PriceBook) -> None:
    # 140 GiB of file backup cost more than snapshots at full price, but 100 GiB of them may be free
    made = builder(rules, prices)
    found = made.build(offer(made.context).dimensions)
    files = next(option for option in found.options if option.id == "files")
    snapshots = [option for option in found.options if option.mechanisms == ("snapshot_policy",)]
    assert files.quota == {"file-backup-free-quota": 140.0}
    assert min(option.monthly for option in snapshots) < files.monthly


def test_figures_that_are_known_are_not_simulated_again(rules: RuleBook, prices: PriceBook) -> None:
    # thousands of workloads are planned one after the other, and each lets go of its samples
    made = builder(rules, prices)
    found = made.build(offer(made.context).dimensions)
    assert not made.sampler.memo
    for option in found.options:
        missed_parts(option.outcomes["zone"], Target(HOUR, HOUR), "p95")
        assert option.loss == made.loss_of(option.outcomes)
    assert not made.sampler.memo


def test_dominated_options_name_their_winner(rules: RuleBook, prices: PriceBook) -> None:
    made = builder(rules, prices)
    found = made.build(offer(made.context).dimensions)
    kept = {option.id for option in found.options}
    assert found.before.id == "keep"
    assert "keep" in kept
    assert found.complete
    assert found.considered == found.combinations > len(kept) + len(found.dominated)
    assert found.dominated
    assert all(item.winner in kept and item.id not in kept for item in found.dominated)
    # every 2 h costs what every hour costs and loses more
    assert "snap-2h-7d" not in kept
    assert found.winner("snap-2h-7d") == "snap-1h-7d"
    assert found.winner("snap-1h-7d") == "snap-1h-7d"
    assert found.winner("no-such-choice") is None


def test_where_workloads_wait_for_one_another_no_time_is_given_up_for_nothing(
    rules: RuleBook, prices: PriceBook
) -> None:
    dimensions = offer(estate.server_context(rules)).dimensions
    alone, coupled = (builder(rules, prices, coupled=flag).build(dimensions) for flag in (False, True))
    every = {option.id: option for found in (alone, coupled) for option in found.options}
    kept = {option.id for option in coupled.options}
    for lost in (option for name, option in every.items() if name not in kept):
        assert any(every[name].monthly <= lost.monthly and every[name].loss <= lost.loss for name in kept)


@pytest.mark.parametrize(
    ("target", "parts", "met"),
    [
        (Target(), (), None),
        (Target(30 * HOUR, 24 * HOUR), (), True),
        (Target(24 * HOUR, None), ("rpo",), False),
        (Target(None, 60.0), ("rto",), False),
        (Target(0.0, 60.0), ("rpo", "rto"), False),
    ],
)
def test_what_of_a_target_is_missed(rules: RuleBook, target: Target, parts: tuple[str, ...], met: bool | None) -> None:
    outcome = evaluate(estate.server_context(rules), "logical", [estate.snapshots()], Sampler(1, 100))
    assert missed_parts(outcome, target, "p95") == parts
    assert meets(outcome, target, "p95") is met


def test_no_way_back_is_more_than_a_miss(rules: RuleBook) -> None:
    outcome = evaluate(estate.server_context(rules), "region", [], Sampler(1, 100))
    assert missed_parts(outcome, Target(60.0, 60.0), "p95") == ("rpo", "rto", "unbounded")
    assert missed_parts(outcome, Target(), "p95") == ()


def test_the_tier_is_the_widest_disruption_survived_within_target(rules: RuleBook) -> None:
    context = estate.server_context(rules)

    def outcomes(*protections: object) -> dict[str, Outcome]:
        names = ("logical", "instance", "zone", "region")
        return {d: evaluate(context, d, protections, Sampler(1, 50)) for d in names}  # type: ignore[arg-type]

    assert tier_of(outcomes(), {}, "p95") == "none"  # type: ignore[arg-type]
    saved = outcomes(estate.snapshots())
    assert tier_of(saved, {}, "p95") == "multi-zone"  # type: ignore[arg-type]
    assert tier_of(saved, {"zone": Target(60.0, None)}, "p95") == "backup"  # type: ignore[arg-type]
    assert tier_of(outcomes(estate.snapshots(), estate.copies()), {}, "p95") == "cross-region"  # type: ignore[arg-type]


def test_expected_annual_loss_by_hand() -> None:
    # logical 1/a: 2 h * 100 + 3 h * 200 = 800; zone 0.1/a: 10 h * 100 = 1000 -> 100; region 0.01/a: no bound, 720 h
    # of both
    # -> 0.01 * 720 * 300 = 2160
    outage = {"logical": 2 * HOUR, "zone": 10 * HOUR, "region": float("inf")}
    loss = {"logical": 3 * HOUR, "region": float("inf")}
    assert annual_loss(RATES, outage, loss) == Decimal("3060.00")  # type: ignore[arg-type]
