"""Where the rest of a list stands that is cut: in a file that is written, or in one that a format would write."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

FORMATS: Final = {
    "report.pdf": "pdf",
    "plan.json": "json",
    "workloads.csv": "csv",
    "costs.csv": "csv",
    "findings.csv": "csv",
}
"""The format that writes a file."""


def rest(formats: Collection[str], *files: str) -> str:
    """``, in report.pdf``: the first of the files that the formats write, of all files where no formats are known; else
    ``; --formats pdf would list them``."""
    found = next((file for file in files if not formats or FORMATS[file] in formats), None)
    return f"; --formats {FORMATS[files[0]]} would list them" if found is None else f", in {found}"
