"""No combination of choices that anybody could want is lost, however few are evaluated: full enumeration beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.estimation.context import Context
from advisor.estimation.costs import Costing
from advisor.estimation.costs.mechanisms import file_backup_gib
from advisor.estimation.measures import offer
from advisor.estimation.options import OptionSet
from advisor.model.recovery import Proposal
from tests import estate
from tests.made_workloads import (
    FREE_GIB,
    GIB_MONTH,
    RULES,
    SHAPES,
    SLOW,
    TOLERANCE,
    Everything,
    Figures,
    Shape,
    combinations,
    few,
    figures_of,
    made_by,
    workload,
)


def assert_nothing_is_lost(context: Context, kept: set[str]) -> OptionSet:
    dimensions = few(offer(context).dimensions, kept)
    builder, found = made_by(context, dimensions)
    have = [(float(o.monthly), o.changes, float(o.loss), *figures_of(dict(o.outcomes))) for o in found.options]
    everything = Everything(builder, dimensions).figures
    assert found.combinations == len(everything)
    for wanted in everything:
        assert any(all(a <= b + TOLERANCE for a, b in zip(mine, wanted, strict=True)) for mine in have), wanted
    assert set(have) <= {tuple(item) for item in everything}
    return found


@SLOW
@given(shapes=st.lists(SHAPES, min_size=2, max_size=2), chained=st.booleans())
def test_two_servers(shapes: list[Shape], chained: bool) -> None:
    kept = {"snap-24h-7d", "snap-6h-7d-copy", "keep-copy", "async-zone-stopped", "async-zone-running", "essd-stopped"}
    found = assert_nothing_is_lost(workload(shapes, chained, False), kept)
    assert found.complete
    assert found.considered == found.combinations


@SLOW
@given(shapes=st.lists(SHAPES, min_size=3, max_size=3), chained=st.booleans())
def test_three_servers(shapes: list[Shape], chained: bool) -> None:
    assert assert_nothing_is_lost(workload(shapes, chained, False), {"snap-12h-7d", "async-region-running"}).complete


@SLOW
@given(shape=SHAPES)
def test_a_server_and_a_group_behind_a_balancer(shape: Shape) -> None:
    kept = {"snap-12h-7d", "snap-1h-7d-copy", "multi-zone", "fleet-pilot", "fleet-warm", "gtm", "async-region-stopped"}
    found = assert_nothing_is_lost(workload([shape], False, True), kept)
    assert found.complete


@SLOW
@given(shapes=st.lists(SHAPES, min_size=2, max_size=2))
def test_where_restores_wait_for_one_another(shapes: list[Shape]) -> None:
    """One restore at a time: a faster task may delay others, so only equal tasks are compared."""
    facts = dict(RULES.facts)
    facts["restore.parallel_disks"] = replace(facts["restore.parallel_disks"], value=1)
    crowded = replace(RULES, facts=facts)
    assert_nothing_is_lost(workload(shapes, False, False, crowded), {"snap-6h-7d-copy", "snap-6h-7d", "essd-running"})


# --- the best plan of two workloads that share charges and a free quota ----------------------------------------------


@dataclass(frozen=True)
class Bid:
    """One combination of a workload as a portfolio sees it; ``figures`` are RPO and RTO by disruption."""

    cost: float
    changes: int
    loss: float
    figures: Figures
    shared: frozenset[str]
    quota: float


class Bids:
    """A workload's options as they are kept, and all its combinations by the joint simulation alone."""

    def __init__(self, context: Context, kept: set[str]) -> None:
        dimensions = few(offer(context).dimensions, kept)
        builder, found = made_by(context, dimensions)
        self.complete = found.complete
        self.kept = [
            Bid(float(o.monthly), o.changes, float(o.loss), figures_of(dict(o.outcomes)), o.shared,
                sum(o.quota.values())) for o in found.options
        ]  # fmt: skip
        every = Everything(builder, dimensions)
        self.raw = [
            Bid(cost, int(changes), loss, tuple(figures), _shared(combo), _quota(builder.costing, combo))
            for combo, (cost, changes, loss, *figures) in zip(
                combinations(context, dimensions), every.figures, strict=True
            )
        ]


def _shared(proposals: Sequence[Proposal]) -> frozenset[str]:
    return frozenset(action.shared_id for item in proposals for action in item.actions if action.shared_id)


def _quota(costing: Costing, proposals: Sequence[Proposal]) -> float:
    return sum(file_backup_gib(costing, item) for item in proposals if item.mechanism == "file_backup")


def best(one: Sequence[Bid], other: Sequence[Bid], asked: Figures, charge: float, weight: float) -> tuple[float, float]:
    """Fewest missed figures, then least cost and weighted loss, over all pairs: brute force in columns. ``charge`` is
    paid once for each shared id, file backup's quota is free once."""
    missed = [
        np.array([sum(a > b for a, b in zip(bid.figures, asked, strict=True)) for bid in s]) for s in (one, other)
    ]
    cost = [np.array([bid.cost + weight * bid.loss for bid in side]) for side in (one, other)]
    used = [np.array([bid.quota for bid in side]) for side in (one, other)]
    names = sorted({name for bid in (*one, *other) for name in bid.shared})
    total = cost[0][:, None] + cost[1][None, :]
    total -= np.minimum(used[0][:, None] + used[1][None, :], FREE_GIB) * GIB_MONTH
    for name in names:
        needs = [np.array([name in bid.shared for bid in side]) for side in (one, other)]
        total += charge * (needs[0][:, None] | needs[1][None, :])
    misses = missed[0][:, None] + missed[1][None, :]
    least = misses.min()
    return float(least), float(total[misses == least].min())


@settings(max_examples=4, deadline=None)
@given(
    first=SHAPES, second=SHAPES, third=SHAPES,
    asked=st.lists(st.sampled_from([0.0, 900.0, 6 * 3600.0, 30 * 3600.0, 1e9]), min_size=8, max_size=8),
    charge=st.sampled_from([0.0, 50.0, 5000.0]), weight=st.sampled_from([0.0, 1 / 12, 1.0]),
)  # fmt: skip
def test_the_best_plan_of_two_workloads_is_among_their_options(
    first: Shape, second: Shape, third: Shape, asked: list[float], charge: float, weight: float
) -> None:
    kept = {
        "snap-6h-7d-copy", "snap-6h-7d-copy-cn-beijing", "files", "fleet-warm", "fleet-warm-cn-beijing",
        "gtm", "gtm-ttl-600", "gtm-cn-beijing",
    }  # fmt: skip
    group = Bids(two_regions(workload([first], False, True)), kept)
    servers = Bids(workload([second, third], False, False), {"snap-6h-7d", "files", "essd-stopped"})
    assert group.complete
    assert servers.complete
    assert any(bid.shared for bid in group.raw)
    assert any(bid.quota for bid in servers.raw)
    pairs = [(group, servers), (group, group), (servers, servers)]
    for one, other in pairs:
        ours = best(one.kept, other.kept, tuple(asked), charge, weight)
        truth = best(one.raw, other.raw, tuple(asked), charge, weight)
        assert ours[0] == truth[0]
        assert ours[1] <= truth[1] + 0.01


def two_regions(context: Context) -> Context:
    return replace(context, spec=replace(context.spec, dr_regions=(estate.AWAY, "cn-beijing")), memo={})
