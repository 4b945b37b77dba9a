"""Edges added by the column are those added one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from advisor.graph.edgeset import EdgeSet

ENDS = st.sampled_from(["", "a", "b", "c"])


@given(st.lists(st.tuples(ENDS, ENDS), max_size=8))
def test_many_at_once_are_as_one_by_one(pairs: list[tuple[str, str]]) -> None:
    together, singly = EdgeSet(), EdgeSet()
    sources, targets = (together.nodes.numbers([pair[side] for pair in pairs]) for side in (0, 1))
    together.add_many(sources, targets, "hard", "derived", "r", "e")
    for source, target in pairs:
        singly.add(source, target, "hard", "derived", "r", "e")
    assert together.as_found() == singly.as_found()
    assert together.sorted() == singly.sorted()
    assert all(edge.source and edge.target and edge.source != edge.target for edge in together.sorted())
