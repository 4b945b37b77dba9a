"""Every call in scripts, runbooks and checklists names an operation and parameters that the vendor's SDK knows."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from advisor.exporters import EXPORTERS
from advisor.model.deliverable import Deliverable

KNOWN = json.loads((Path(__file__).parent / "api_parameters.json").read_text())["apis"]
# Flags of the program itself, and the region, which it also takes for calls whose request has none.
FLAGS = {"region", "RegionId", "endpoint", "method", "force", "pager"}


def texts(deliverable: Deliverable) -> Iterator[str]:
    files = {
        **EXPORTERS["terraform"](deliverable),
        **EXPORTERS["runbook"](deliverable),
        **EXPORTERS["ros"](deliverable),
    }
    yield from (content.decode() for path, content in files.items() if not path.endswith(".json"))
    for path, content in EXPORTERS["checklist"](deliverable).items():
        if path.endswith(".md"):
            yield content.decode()
        else:
            for sheet in openpyxl.load_workbook(io.BytesIO(content)):
                yield from (str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)


def calls(text: str) -> Iterator[tuple[str, str, set[str]]]:
    """Product, operation and parameter names of every call in a text."""
    for found in re.finditer(r"\baliyun (\w+) ([A-Za-z][\w-]*)((?:\s+--?[A-Za-z][^\n]*)?)", text.replace("\\\n", " ")):
        words = re.split(r"\)\"|\s\|\s|\)$|; |\. |, ", found[3])[0]
        yield found[1], found[2], set(re.findall(r"(?<!\S)--([A-Za-z][\w.-]*)", words))


@pytest.mark.parametrize("name", ["readable", "sparse"])
def test_every_call_is_known(name: str, request: pytest.FixtureRequest) -> None:
    seen: set[tuple[str, str]] = set()
    for text in texts(request.getfixturevalue(name)):
        for product, operation, parameters in calls(text):
            if operation == "configure":
                continue
            seen.add((product, operation))
            assert operation in KNOWN[product], operation
            unknown = {item.split(".")[0] for item in parameters} - set(KNOWN[product][operation]) - FLAGS
            assert unknown == set(), (product, operation)
    assert len(seen) > 30


def test_the_region_is_a_parameter_only_where_the_request_has_one(readable: Deliverable) -> None:
    for text in texts(readable):
        for product, operation, parameters in calls(text):
            if "RegionId" in parameters:
                assert "RegionId" in KNOWN[product][operation], operation
