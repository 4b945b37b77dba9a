"""Disjoint sets with path halving."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


class Unions:
    """Sets of ids that grow together."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, item: str) -> str:
        """The representative of the item's set: its smallest id."""
        parent = self._parent
        parent.setdefault(item, item)
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    def join(self, items: Iterable[str]) -> None:
        """Put all items into one set."""
        roots = sorted({self.find(item) for item in items})
        for other in roots[1:]:
            self._parent[other] = roots[0]

    def sets(self) -> list[tuple[str, ...]]:
        """All sets, sorted, each sorted."""
        found: dict[str, list[str]] = defaultdict(list)
        for item in sorted(self._parent):
            found[self.find(item)].append(item)
        return [tuple(members) for _, members in sorted(found.items())]
