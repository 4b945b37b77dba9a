"""Nodes by number say the same as their texts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.graph.engine import Index
from advisor.graph.nodes import NONE, Nodes, are_among, distinct
from advisor.model.inventory import Resource
from advisor.model.tables import Tables, tables_of

NUMBERS = st.lists(st.integers(0, 9), max_size=8).map(lambda found: np.array(found, dtype=np.int64))
WORDS = st.lists(st.sampled_from(["", "a", "b", "c", "d-1", "d-2", "i-1", "订单"]), max_size=8)


def tables() -> Tables:
    instances = [Resource("i-1", "instance", attributes={"vpc_id": "vpc-9", "disk_ids": ("d-2", "d-9")})]
    disks = [Resource(one, "disk", attributes={"instance_ids": ("i-1",)}) for one in ("d-1", "d-2")]
    return tables_of({one.id: one for one in (*instances, *disks)})


@given(NUMBERS)
def test_distinct_numbers_are_sorted_and_each_once(numbers: np.ndarray) -> None:
    assert distinct(numbers).tolist() == sorted(set(numbers.tolist()))


@given(NUMBERS, NUMBERS)
def test_numbers_are_among_others(numbers: np.ndarray, others: np.ndarray) -> None:
    known = set(others.tolist())
    assert are_among(numbers, distinct(others)).tolist() == [one in known for one in numbers.tolist()]


@given(WORDS, WORDS)
def test_a_node_has_one_number_however_it_is_asked_for(first: list[str], then: list[str]) -> None:
    nodes = Nodes(tables())
    numbers = [*nodes.numbers(first).tolist(), *map(nodes.number, then)]
    for word, number in zip([*first, *then], numbers, strict=True):
        assert number == NONE if word == "" else nodes.texts[number] == word
        assert bool(nodes.is_listed(np.array([number], dtype=np.int32))[0]) == (word in {"d-1", "d-2", "i-1"})
        assert nodes.known(word) == (number if word in {"d-1", "d-2", "i-1"} else NONE)


@given(WORDS)
def test_used_nodes_are_sorted_by_their_texts(words: list[str]) -> None:
    nodes = Nodes(tables())
    numbers = nodes.numbers([word for word in words if word])
    used = np.zeros(len(nodes.texts), dtype=np.bool_)
    used[numbers] = True
    assert [nodes.texts[number] for number in nodes.sorted(used)] == sorted({word for word in words if word})


def test_columns_name_nodes() -> None:
    nodes = Nodes(tables())
    named = [nodes.texts[number] for number in nodes.column("instance", "vpc_id")]
    rows, members = nodes.lists("instance", "disk_ids")
    assert named == ["vpc-9"]
    assert rows.tolist() == [0, 0]
    assert [nodes.texts[number] for number in members] == ["d-2", "d-9"]
    assert nodes.is_kind(members, "disk").tolist() == [True, False]
    assert nodes.column("disk", "kms_key_id").tolist() == [NONE, NONE]


@given(WORDS, WORDS)
def test_an_index_of_sorted_parts_is_as_a_dictionary(one: list[str], other: list[str]) -> None:
    first, second = sorted(set(one)), sorted({f"workload {word}" for word in other})
    index = Index((tuple(first), tuple(second)))
    expected = {word: number for number, word in enumerate([*first, *second])}
    assert dict(index) == expected
    assert len(index) == len(expected)
    assert index.numbers_from(1) == {word: expected[word] for word in second}
    with pytest.raises(KeyError):
        index["nothing of the sort"]
