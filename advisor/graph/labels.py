"""Which workload each resource belongs to, while that is being found: a label for each listed resource, by number."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np
from msgspec import Struct

from advisor.graph.nodes import NONE, Codes, Nodes
from advisor.model.graph import FoundBy
from advisor.model.inventory import Kind


class Label(Struct, frozen=True):
    """The identity of a workload while it is being found; ``lead`` tells apart those of one name."""

    name: str
    found_by: FoundBy
    lead: str = ""
    evidence: str = ""


class Labels:
    """The label of each listed resource that has one; equal labels are one and have one number."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self._at = array("i", [NONE]) * nodes.listed
        self._code: dict[Label, int] = {}
        self._all: list[Label] = []

    @property
    def codes(self) -> Codes:
        """The number of the label of each listed resource, ``NONE`` where there is none; what is set here counts."""
        return np.frombuffer(self._at, dtype=np.int32)

    def code(self, label: Label) -> int:
        """The number of a label."""
        known = self._code.get(label)
        if known is None:
            known = self._code[label] = len(self._all)
            self._all.append(label)
        return known

    def get(self, resource_id: str) -> Label | None:
        """The label of a resource."""
        number = self._nodes.known(resource_id)
        code = self._at[number] if number != NONE else NONE
        return self._all[code] if code != NONE else None

    def __contains__(self, resource_id: str) -> bool:
        number = self._nodes.known(resource_id)
        return number != NONE and self._at[number] != NONE

    def give(self, resource_id: str, label: Label) -> None:
        """Give a label to a listed resource that has none."""
        number = self._nodes.known(resource_id)
        if number != NONE and self._at[number] == NONE:
            self._at[number] = self.code(label)

    def free(self, numbers: list[int]) -> list[int]:
        """Those of these listed resources that have no label."""
        return [number for number in numbers if self._at[number] == NONE]

    def give_all(self, numbers: Iterable[int], label: Label) -> None:
        """Give a label to those of these listed resources that have none."""
        code = self.code(label)
        for number in numbers:
            if self._at[number] == NONE:
                self._at[number] = code

    def those_of(self, ids: Iterable[str]) -> set[Label]:
        """The labels of those of the resources that have one."""
        return {label for one in ids if (label := self.get(one)) is not None}

    def known(self) -> tuple[Label, ...]:
        """Every label that has a number, in the order of the numbers."""
        return tuple(self._all)

    def given(self) -> list[Label]:
        """Every label that some resource has."""
        return [self._all[code] for code in self._nodes.used(self.codes)]

    def resources(self, kind: Kind | None = None) -> dict[Label, list[str]]:
        """Label → the ids of its resources, of one kind or of all, sorted."""
        order, texts = self._nodes.order, self._nodes.texts
        numbers = order if kind is None else order[self._nodes.is_kind(order, kind)]
        codes = self.codes[numbers]
        # The sort is stable: those of one label stay in the order of their ids.
        by_code = np.argsort(codes, kind="stable")
        by_code = by_code[np.searchsorted(codes[by_code], 0) :]
        codes = codes[by_code]
        starts = np.flatnonzero(np.diff(codes, prepend=NONE))
        ids = list(map(texts.__getitem__, numbers[by_code].tolist()))
        ends = [*starts.tolist(), len(ids)]
        return {self._all[code]: ids[first:last] for code, (first, last) in
                zip(codes[starts].tolist(), pairwise(ends), strict=True)}  # fmt: skip


class Homes:
    """Resource → the name of the workload it is in."""

    def __init__(self, nodes: Nodes, labels: Labels, names: Mapping[Label, str]) -> None:
        self._nodes = nodes
        self._codes = labels.codes
        self._names = [names.get(label, "") for label in labels.known()]
        self.names = frozenset(names.values())

    def get(self, node: str) -> str | None:
        """The workload of a node, None where it is in none."""
        number = self._nodes.known(node)
        code = self._codes[number] if number != NONE else NONE
        return self._names[code] if code != NONE else None

    def __contains__(self, node: str) -> bool:
        return self.get(node) is not None

    def of(self, ids: Iterable[str]) -> set[str]:
        """The workloads of those of the nodes that are in one."""
        return {home for one in ids if (home := self.get(one)) is not None}

    def codes_of(self, numbers: Codes) -> Codes:
        """A number of the workload of each node that is given by number, ``NONE`` where it is in none."""
        listed = self._nodes.is_listed(numbers)
        return np.where(listed, self._codes[np.where(listed, numbers, 0)], np.int32(NONE)) if len(self._codes) else (
            np.full(len(numbers), NONE, dtype=np.int32))  # fmt: skip
