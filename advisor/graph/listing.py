"""Lists that are cut to what a terminal shows: how long they are, how a node is called, where the rest is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.graph.edgeset import shortened
from advisor.model.inventory import Inventory

LISTED = 12
WHOLE = "--format json lists them all"


def label(inventory: Inventory, node: str) -> str:
    """How people know a node, with its id."""
    resource = inventory.get(node)
    return resource.label if resource else node


def cut_list(items: Sequence[str], limit: int = LISTED) -> str:
    """The items one after the other; where some are left out, how many and where they are."""
    return shortened(items, limit) + (f" ({WHOLE})" if len(items) > limit else "")


def more(count: int, indent: str = "  ") -> Iterator[str]:
    """The line below a list of which only the first are shown; none where all are."""
    if count > LISTED:
        yield f"{indent}and {count - LISTED} more ({WHOLE})"
