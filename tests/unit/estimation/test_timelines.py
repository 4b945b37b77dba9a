"""Parts of recoveries side by side: what makes one of them worse whatever is added to both."""

from __future__ import annotations

import numpy as np

from advisor.estimation.paths import Failure
from advisor.estimation.sampling import Sampler
from advisor.estimation.timelines import ACTIVE, AT_ONCE, MANUAL, Piece, Timeline, Vectors
from advisor.model.evidence import RuleBook
from tests import estate

SIZE = 4
EARLY, LATE = 1, 2  # numbers of vectors


def timeline(rules: RuleBook) -> Timeline:
    """Two components "a" and "b"; "c" waits for "a". Pieces: early, late, late by people, early after what it needs."""
    vectors = Vectors(SIZE)
    assert vectors.number(np.array([1.0, 2.0, 3.0, 4.0])) == EARLY
    assert vectors.number(np.array([2.0, 2.0, 5.0, 4.0])) == LATE
    context = estate.context(rules, [], [])
    made = Timeline(context, Sampler(1, SIZE), vectors, Failure("zone", "z"), {"a": frozenset({"c"})})
    made._pieces += [
        Piece(False, AT_ONCE, EARLY, ACTIVE),
        Piece(False, AT_ONCE, LATE, ACTIVE),
        Piece(False, AT_ONCE, EARLY, ACTIVE | MANUAL),
        Piece(True, EARLY, EARLY, ACTIVE),
        Piece(True, LATE, EARLY, ACTIVE),
    ]
    return made


def test_who_is_waited_for_counts_beside_who_is_last(rules: RuleBook) -> None:
    made = timeline(rules)
    both = [made.join(made.join(0, ("a",), (a,)), ("b",), (b,)) for a, b in ((1, 2), (2, 1), (2, 2))]
    view = made.view(both)
    # all three are as late; but where "a" is late, "c" waits
    assert (view.last == np.array([2.0, 2.0, 5.0, 4.0])).all()
    assert view.worse.tolist() == [[False, False, False], [True, False, False], [True, False, False]]


def test_what_people_do_is_worse_than_what_happens_by_itself(rules: RuleBook) -> None:
    made = timeline(rules)
    view = made.view([made.join(0, ("b",), (piece,)) for piece in (1, 3)])
    assert (view.last[0] == view.last[1]).all()
    assert view.worse.tolist() == [[False, False], [True, False]]


def test_pieces_of_a_unit_that_wait_compare_by_their_own_start_too(rules: RuleBook) -> None:
    made = timeline(rules)
    view = made.pieces_view(("b",), [(1,), (4,), (5,)])
    assert (view.last == np.array([1.0, 2.0, 3.0, 4.0])).all()
    assert view.worse.tolist() == [[False, False, False], [True, False, False], [True, True, False]]
