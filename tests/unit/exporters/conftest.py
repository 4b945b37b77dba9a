"""The plans that every exporter is tried on, and a folder to write files to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from advisor.model.deliverable import Deliverable
from tests.unit.exporters import deliverables, stand_ins

PLANS = {
    "readable": deliverables.readable,
    "hostile": deliverables.hostile,
    "sparse": deliverables.sparse,
    "idle": deliverables.idle,
}


@pytest.fixture(scope="session")
def readable() -> Deliverable:
    return deliverables.readable()


@pytest.fixture(scope="session")
def hostile() -> Deliverable:
    return deliverables.hostile()


@pytest.fixture(scope="session")
def sparse() -> Deliverable:
    return deliverables.sparse()


@pytest.fixture(scope="session")
def idle() -> Deliverable:
    return deliverables.idle()


@pytest.fixture(scope="session", params=PLANS)
def any_deliverable(request: pytest.FixtureRequest) -> Deliverable:
    return PLANS[request.param]()


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Mapping[str, bytes]], Path]:
    """Writes rendered files below a fresh folder and returns it; refuses paths that would leave it."""

    def store(files: Mapping[str, bytes]) -> Path:
        for path, content in files.items():
            target = (tmp_path / path).resolve()
            assert target.is_relative_to(tmp_path.resolve()), path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return tmp_path

    return store


@pytest.fixture
def cloud(tmp_path: Path) -> dict[str, str]:
    """An environment in which ``aliyun`` and ``terraform`` are stand-ins."""
    return stand_ins.install(tmp_path)
