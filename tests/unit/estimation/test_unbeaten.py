"""Options of workloads that wait for one another: what makes one of them go, and joint times place by place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.estimation.dominance import Quota
from advisor.estimation.loss import LossRates
from advisor.estimation.option import Option
from advisor.estimation.outcome import PLACES_APART, Outcome, no_faster, with_needs
from advisor.estimation.sampling import Sampler
from advisor.estimation.schedule import run
from advisor.estimation.stakes import Dependent, Stakes
from advisor.estimation.unbeaten import unbeaten
from advisor.model.disruption import DISRUPTIONS
from advisor.model.evidence import Spread
from advisor.model.recovery import Task
from advisor.model.targets import Target

HOUR = 3600.0
RATES = LossRates(Decimal(100), Decimal(100), dict.fromkeys(DISRUPTIONS, 1.0), 240.0)
NOTHING = Outcome("logical", None, (), 0.0, 0.0, None, True)
Times = Mapping[str | None, Sequence[float]]


def zone(times: Times | None, lost: float = 0.0, tail: float = 0.0) -> Outcome:
    """Hours by place and sample; None: there is no way back."""
    joint = None if times is None else {place: np.array(row, float) * HOUR for place, row in times.items()}
    size = 1 if not times else len(next(iter(times.values())))
    rest = np.full(size, tail * HOUR)
    return Outcome("zone", None, (), lost * HOUR, lost * HOUR, None, times is not None, rest, joint)


def option(name: str, cost: int, outcome: Outcome) -> Option:
    outcomes = {d: outcome if d == "zone" else NOTHING for d in DISRUPTIONS}
    return Option(name, (), outcomes, Decimal(cost), 0, 0, Decimal(0), frozenset(), {}, "none")


def stakes(own: float | None = None, others: Sequence[tuple[float | None, float]] = ()) -> Stakes:
    """Targets of the workload and of those that wait (hours, and the hours that may follow)."""
    dependents = tuple(Dependent({"zone": Target(None, _s(asked))}, RATES, follows * HOUR) for asked, follows in others)
    return Stakes(RATES, {"zone": Target(None, _s(own))}, 0.95, True, dependents)


def _s(hours: float | None) -> float | None:
    return None if hours is None else hours * HOUR


def left(options: Sequence[Option], about: Stakes) -> list[str]:
    kept, beaten = unbeaten(options, "p95", Quota(), about)
    assert sorted(item.id for item in (*kept, *(loser for loser, _ in beaten))) == sorted(item.id for item in options)
    return [item.id for item in kept]


def test_what_takes_longer_goes_against_what_loses_less() -> None:
    # Both cost 100 an hour, once a year; the workload and the one that waits for it are each an hour longer in half of
    # the samples: 100 a year more, at most, whatever the other one does.
    cheap = option("cheap", 1, zone({"z": [2, 3]}, lost=1))
    dear = option("dear", 2, zone({"z": [2, 2]}, lost=2))
    assert left([cheap, dear], stakes(others=[(None, 0)])) == ["cheap"]
    just = option("just", 2, zone({"z": [2, 2]}, lost=1.9))
    assert left([cheap, just], stakes(others=[(None, 0)])) == ["cheap", "just"]
    assert left([cheap, just], stakes()) == ["cheap"]  # of one alone it is 50


def test_a_place_where_it_is_later_is_not_made_up_for_by_another_one() -> None:
    one = option("one", 1, zone({"a": [1, 1], "b": [4, 4]}))
    other = option("other", 2, zone({"a": [2, 2], "b": [3, 3]}))
    assert left([one, other], stakes()) == ["one", "other"]
    assert left([option("one", 1, zone({"a": [1, 1], "b": [3, 3]})), other], stakes()) == ["one"]


@pytest.mark.parametrize(("asked", "kept"), [(None, 1), (2.5, 2), (4.0, 1), (1.0, 1)])
def test_one_that_is_late_for_the_own_target_in_one_more_sample_wins_nothing(asked: float | None, kept: int) -> None:
    cheap = option("cheap", 1, zone({"z": [2, 3]}))
    dear = option("dear", 2, zone({"z": [2, 2.1]}, lost=9))
    assert len(left([cheap, dear], stakes(asked))) == kept


@pytest.mark.parametrize(("follows", "kept"), [(1.0, 1), (3.0, 2)])
def test_a_moment_that_may_decide_over_the_target_of_one_that_waits_counts(follows: float, kept: int) -> None:
    # That one asks for 5.5 h: whether this one is back after 2.1 or 3 h decides if 2.5 to 3.4 h may follow.
    cheap = option("cheap", 1, zone({"z": [2, 3]}))
    dear = option("dear", 2, zone({"z": [2, 2.1]}, lost=9))
    assert len(left([cheap, dear], stakes(others=[(5.5, follows)]))) == kept


def test_a_longer_start_after_what_is_needed_wins_nothing() -> None:
    cheap = option("cheap", 1, zone({"z": [1, 1]}, tail=0.2))
    dear = option("dear", 2, zone({"z": [1, 1]}, lost=9, tail=0.1))
    assert left([cheap, dear], stakes()) == ["cheap", "dear"]


def test_an_interruption_of_one_that_is_waited_for_beats_none_that_has_none() -> None:
    short, none = option("short", 1, zone({"z": [0.1, 0.1]})), option("none", 2, zone({}, lost=9))
    assert left([short, none], stakes(others=[(None, 1)])) == ["short", "none"]
    assert left([short, none], stakes()) == ["short"]


def test_no_way_back_beats_nothing_that_has_one() -> None:
    lost, there = option("lost", 1, zone(None)), option("there", 2, zone({"z": [9, 9]}))
    assert left([lost, there], stakes()) == ["lost", "there"]
    assert left([option("lost", 3, zone(None)), there], stakes()) == ["there"]


HOURS = st.sampled_from([0.0, 0.5, 1.0, 2.0, 4.0])
ROWS = st.lists(HOURS, min_size=3, max_size=3)
PLACED = st.dictionaries(st.sampled_from(["a", "b"]), ROWS, max_size=2)
OUTCOMES = st.builds(zone, PLACED, st.sampled_from([0.0, 0.5, 3.0]), st.sampled_from([0.0, 0.25]))


@settings(max_examples=300, deadline=None)
@given(
    found=st.lists(st.tuples(st.integers(0, 3), OUTCOMES), min_size=2, max_size=6),
    others=st.lists(OUTCOMES, min_size=1, max_size=4),
    needed=st.lists(OUTCOMES, max_size=2),
    targets=st.tuples(st.sampled_from([None, 1.0, 2.0]), st.sampled_from([None, 1.5, 3.0])),
)
def test_no_choice_of_the_others_makes_a_beaten_option_the_better_one(
    found: list[tuple[int, Outcome]],
    others: list[Outcome],
    needed: list[Outcome],
    targets: tuple[float | None, float | None],
) -> None:
    """Against every choice of one that waits and of one that is waited for: loss, and samples that are too late."""
    options = [option(f"o{number}", cost, item) for number, (cost, item) in enumerate(found)]
    about = stakes(targets[0], [(targets[1], 2.0)])
    _, beaten = unbeaten(options, "p95", Quota(), about)

    def total(item: Option, before: Outcome | None, after: Outcome) -> tuple[float, int]:
        own = with_needs(item.outcomes["zone"], [] if before is None else [before])
        waiting = with_needs(after, [own])
        loss = (item.outcomes["zone"].expected_s + own.mean_s + waiting.mean_s) / HOUR * 100
        late = [
            asked is not None and any((times > asked * HOUR).any() for times in side.times.values())
            for side, asked in ((own, targets[0]), (waiting, targets[1]))
        ]
        return loss, sum(late)

    for loser, winner in beaten:
        assert winner.monthly <= loser.monthly
        for before in (None, *needed):
            for after in others:
                mine, theirs = total(winner, before, after), total(loser, before, after)
                assert mine[0] <= theirs[0] + 1e-6
                assert mine[1] <= theirs[1]


def test_needed_workloads_are_waited_for_place_by_place() -> None:
    own = zone({"a": [1, 5], "b": [2, 2]}, tail=1)
    joint = with_needs(own, [zone({"a": [4, 1], "c": [3, 3]})])
    assert {place: (times / HOUR).tolist() for place, times in joint.times.items()} == {
        "a": [5, 5],
        "b": [2, 2],
        "c": [4, 4],
    }
    assert joint.quantile(0.95) == 5 * HOUR
    assert joint.mean_s == 5 * HOUR
    assert joint.probability_within(4.5 * HOUR) == 0.0
    assert joint.probability_within(5 * HOUR) == 1.0


def test_of_many_places_the_last_count_as_one() -> None:
    many = zone({f"i-{number:02}": [number, 40 - number] for number in range(40)})
    joint = with_needs(NOTHING, [many])
    assert len(joint.times) == PLACES_APART
    assert (joint.times["i-39"] / HOUR).tolist() == [39, 40 - (PLACES_APART - 1)]
    assert joint.quantile(1.0) == many.quantile(1.0)
    fewer = zone({f"i-{number:02}": [number, 40 - number] for number in range(1, 40, 2)})
    assert joint.mean_s >= with_needs(NOTHING, [fewer]).mean_s


def test_no_faster_looks_at_every_place_and_at_what_follows() -> None:
    slow, quick = zone({"a": [2, 2], "b": [2, 2]}), zone({"a": [2, 1]})
    assert no_faster(slow, quick)
    assert not no_faster(quick, slow)
    assert not no_faster(zone({"a": [3, 3]}), zone({"b": [1, 1]}))
    assert not no_faster(zone({"a": [2, 2]}), zone({"a": [2, 2]}, tail=0.5))
    assert no_faster(zone(None), slow)
    assert not no_faster(slow, zone(None))


def test_others_see_distributions_in_an_order_that_options_share() -> None:
    def made(key: str, hours: tuple[float, float, float]) -> tuple[list[float], list[float]]:
        start = Task("c/start", "c", "start", "starts", Spread(*hours))
        verify = Task("workload/verify", "workload", "verify", "checks", Spread(1, 2, 3), ("c/start",))
        schedule = run([start, verify], sampler, {}, key, (("c", Spread(1, 2, 3)),))
        makespan, tail = schedule.seen
        assert sorted(makespan) == sorted(schedule.makespan)
        assert sorted(tail) == sorted(schedule.tail)
        schedule.keep_service()
        sampler.forget()
        assert (schedule.seen[0] == makespan).all()
        return makespan.tolist(), tail.tolist()

    sampler = Sampler(1, 200)
    (quick, tail), (slow, same) = made("w/zone", (1, 5, 9)), made("w/zone", (2, 7, 9))
    ranks = [np.argsort(np.argsort(times)).tolist() for times in (quick, slow, tail, made("v/zone", (1, 5, 9))[0])]
    assert all(one < other for one, other in zip(quick, slow, strict=True))
    assert tail == same  # to the last bit, whatever came before
    assert ranks[0] == ranks[1]
    assert abs(float(np.corrcoef(ranks[0], ranks[2])[0, 1])) < 0.2  # the tail has an order of its own
    assert abs(float(np.corrcoef(ranks[0], ranks[3])[0, 1])) < 0.2  # and so has every workload
