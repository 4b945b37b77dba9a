"""The table of all kinds of edges: docs/graph.md prints it, a test keeps both the same.

python tests/unit/graph/edge_table.py      prints it
"""

from __future__ import annotations

from collections.abc import Mapping

from edge_cases import Case
from edge_cases_base import NETWORK, PLACE, STORAGE
from edge_cases_services import BALANCING, CALLS, DATA

SECTIONS: Mapping[str, tuple[Case, ...]] = {
    "Place": PLACE, "Storage": STORAGE, "Network": NETWORK, "Balancing, scaling, clusters": BALANCING,
    "Data services": DATA, "Calls and what is only suggested": CALLS,
}  # fmt: skip
CASES = tuple(case for cases in SECTIONS.values() for case in cases)


def table() -> str:
    """The table of docs/graph.md."""
    parts = []
    for title, cases in SECTIONS.items():
        head = "| edge | field | meaning | confidence | rule | test |\n|---|---|---|---|---|---|"
        parts.append(f"### {title}\n\n{head}\n" + "\n".join(case.row for case in cases))
    return "\n\n".join(parts)


if __name__ == "__main__":
    print(table())
