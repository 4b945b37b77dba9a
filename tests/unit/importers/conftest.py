"""Helpers for importer tests: files made in place, counts by kind, the folder of real samples where it is."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.importers import read_inventory
from advisor.model.inventory import ImportResult

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def real_samples() -> Path:
    """The folder of real public samples, which is not part of the repository."""
    folder = Path(os.environ.get("ADVISOR_REAL_SAMPLES", str(REPOSITORY.parent / "shared" / "inventories")))
    if not folder.is_dir():
        pytest.skip("no folder of real samples (ADVISOR_REAL_SAMPLES)")
    return folder


@pytest.fixture
def shop() -> Path:
    return REPOSITORY / "sample_inventories" / "shop"


Make = Callable[..., ImportResult]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write files (texts, bytes or JSON values by name) into a folder and read it."""

    def write(files: dict[str, object], **options: object) -> ImportResult:
        folder = tmp_path / "inventory"
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                path.write_bytes(content)
            else:
                path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return read_inventory([folder], **options)  # type: ignore[arg-type]

    return write


@pytest.fixture
def counts() -> Callable[[ImportResult], dict[str, int]]:
    """How many resources of each kind."""

    def count(result: ImportResult) -> dict[str, int]:
        return dict(Counter(resource.kind for resource in result.inventory.resources.values()))

    return count
