"""The files that make the command line repeat a plan: targets, column names, facts and prices of one's own."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.api.column_fields import MAPPING_FILE, mapping_text
from advisor.api.own_values import own_files
from advisor.web.session import Made

TARGETS_FILE = "targets.yaml"


def input_files(made: Made, mapping: Mapping[str, str]) -> dict[str, bytes]:
    """The files by path; what was left to the shipped rules, prices and classes is none of them."""
    files = dict(own_files(made.asked.own))
    data = made.asked.draft.data() if made.asked.draft else None
    if data is not None:
        files[TARGETS_FILE] = data
    if mapping:
        files[MAPPING_FILE] = mapping_text(mapping).encode()
    return files
