"""The registry as a whole: every format, safe paths, the same bytes for the same plan."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import PurePosixPath

import pytest

from advisor.exporters import EXPORTERS
from advisor.model.deliverable import Deliverable

FORMATS = [name for name in EXPORTERS if name != "pdf"]  # the report has tests of its own
DIGESTS = """
import hashlib, json, sys
from advisor.exporters import EXPORTERS
from tests.unit.exporters.conftest import PLANS
plan = PLANS[sys.argv[1]]()
files = {path: text for name in EXPORTERS if name != "pdf" for path, text in EXPORTERS[name](plan).items()}
print(json.dumps({path: hashlib.sha256(text).hexdigest() for path, text in files.items()}))
"""


def everything(deliverable: Deliverable) -> dict[str, bytes]:
    return {path: text for name in FORMATS for path, text in EXPORTERS[name](deliverable).items()}


def test_the_formats() -> None:
    assert set(EXPORTERS) == {
        "json", "pdf", "terraform", "ros", "cli", "runbook", "checklist", "csv", "xlsx", "ics", "summary", "options",
    }  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_writes_bytes_whatever_the_plan(name: str, any_deliverable: Deliverable) -> None:
    for path, content in EXPORTERS[name](any_deliverable).items():
        assert isinstance(content, bytes)
        assert content, path


def test_paths_are_safe_and_differ(any_deliverable: Deliverable) -> None:
    paths = list(everything(any_deliverable))
    assert len({path.casefold() for path in paths}) == len(paths)
    for path in paths:
        parts = PurePosixPath(path).parts
        assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", part) for part in parts), path
        assert ".." not in path
        assert max(map(len, parts)) <= 80


def test_terraform_never_comes_without_the_scripts(readable: Deliverable) -> None:
    assert set(EXPORTERS["cli"](readable)) <= set(EXPORTERS["terraform"](readable))


def test_the_same_plan_gives_the_same_bytes(any_deliverable: Deliverable) -> None:
    assert everything(any_deliverable) == everything(any_deliverable)


@pytest.mark.parametrize("name", ["readable", "hostile"])
def test_another_process_gives_the_same_bytes(name: str, request: pytest.FixtureRequest) -> None:
    here = {path: hashlib.sha256(text).hexdigest() for path, text in everything(request.getfixturevalue(name)).items()}
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}
        done = subprocess.run(
            [sys.executable, "-c", DIGESTS, name], env=environment, capture_output=True, text=True, check=True
        )
        assert json.loads(done.stdout) == here


def test_texts_are_utf8_without_control_characters(hostile: Deliverable) -> None:
    for path, content in everything(hostile).items():
        if not path.endswith((".xlsx", ".json", ".csv")):
            text = content.decode()
            assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text), path


def test_heavy_libraries_are_loaded_only_when_needed() -> None:
    heavy = {"openpyxl", "icalendar", "weasyprint"}
    script = f"import sys, advisor.exporters; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
