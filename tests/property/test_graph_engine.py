"""The engine against a second method on random graphs: recompute each failure from scratch until it settles."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.graph.engine import WORD, WORDS_AT_ONCE, Wiring, compile_wiring

Gate = tuple[str, tuple[str, ...], int]


@st.composite
def wirings(draw: st.DrawFn) -> Wiring:
    """Random graphs of sum edges and gates, rings of both kinds included."""
    names = tuple(f"n{number:02}" for number in range(draw(st.integers(1, 14))))
    node = st.sampled_from(names)
    edges = draw(st.lists(st.tuples(node, node), max_size=25))
    gates: list[Gate] = []
    for _ in range(draw(st.integers(0, 8))):
        members = tuple(draw(st.lists(node, min_size=1, max_size=5, unique=True)))
        gates.append((draw(node), members, draw(st.integers(1, len(members)))))
    return Wiring(names, tuple(edges), tuple(gates))


def naive(wiring: Wiring, failing: set[str]) -> set[str]:
    """Every node again and again, until nothing changes."""
    failed = set(failing)
    while True:
        more = {source for source, target in wiring.edges if target in failed}
        more |= {
            source for source, members, threshold in wiring.gates if sum(m in failed for m in members) >= threshold
        }
        if more <= failed:
            return failed
        failed |= more


def worked_out(wiring: Wiring, failures: list[set[str]]) -> list[set[str]]:
    matrix = compile_wiring(wiring).propagate(failures)
    assert matrix.shape == (len(failures), len(wiring.names))
    return [{name for name, down in zip(wiring.names, row, strict=True) if down} for row in matrix.tolist()]


@settings(max_examples=400, deadline=None)
@given(wirings(), st.data())
def test_the_engine_agrees_with_recomputation(wiring: Wiring, data: st.DataObject) -> None:
    failures = data.draw(st.lists(st.sets(st.sampled_from(wiring.names), max_size=4), min_size=1, max_size=6))
    assert worked_out(wiring, failures) == [naive(wiring, failing) for failing in failures]


@settings(max_examples=60, deadline=None)
@given(wirings())
def test_more_failures_than_one_slice_holds(wiring: Wiring) -> None:
    failures = [{wiring.names[number % len(wiring.names)]} for number in range(WORD * WORDS_AT_ONCE + 3)]
    assert worked_out(wiring, failures) == [naive(wiring, failing) for failing in failures]


@settings(max_examples=150, deadline=None)
@given(wirings(), st.data())
def test_more_failing_never_fails_less(wiring: Wiring, data: st.DataObject) -> None:
    some = data.draw(st.sets(st.sampled_from(wiring.names)))
    more = some | data.draw(st.sets(st.sampled_from(wiring.names)))
    few, many = worked_out(wiring, [some, more])
    assert some <= few <= many


@settings(max_examples=150, deadline=None)
@given(wirings(), st.randoms())
def test_the_order_of_edges_and_gates_does_not_matter(wiring: Wiring, random: object) -> None:
    edges, gates = list(wiring.edges), list(wiring.gates)
    random.shuffle(edges)  # type: ignore[attr-defined]
    random.shuffle(gates)  # type: ignore[attr-defined]
    failures = [{name} for name in wiring.names]
    assert worked_out(wiring, failures) == worked_out(Wiring(wiring.names, tuple(edges), tuple(gates)), failures)


def test_a_long_ring_and_a_long_chain_are_no_trouble() -> None:
    names = tuple(f"n{number:05}" for number in range(20_000))
    chain = tuple(pairwise(names))
    ring = (*chain, (names[-1], names[0]))
    assert compile_wiring(Wiring(names, ring, ())).propagate([[names[77]]]).all()
    assert compile_wiring(Wiring(names, chain[:3000], ())).propagate([[names[2999]]]).sum() == 3000


def test_a_ring_through_gates_needs_several_rounds() -> None:
    names = tuple("abcdefgh")
    gates = tuple((names[at], (names[(at + 1) % 8], names[(at + 2) % 8]), 2) for at in range(8))
    assert worked_out(Wiring(names, (), gates), [{"a", "b"}, {"a"}]) == [set(names), {"a"}]
