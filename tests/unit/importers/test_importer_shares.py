"""A large inventory is read by several processes, and comes out as from one."""

from __future__ import annotations

import pickle
import subprocess
from pathlib import Path

import orjson
import pytest

from advisor import workers
from advisor.importers import read_inventory, shares
from advisor.model.inventory import ImportResult
from advisor.model.tables import ABSENT


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Files of several forms, of which one breaks off and one is older than another."""
    folder = tmp_path / "export"
    folder.mkdir()
    for number in range(4):
        tags = [{"TagKey": "app", "TagValue": "订单"}, {"TagKey": "password", "TagValue": "x"}]
        disks = [
            {
                "DiskId": f"d-{number}{one:03d}",
                "Size": 40 + number,
                "Category": "cloud_essd",
                "Encrypted": one % 2 == 0,
                "Tags": {"Tag": tags[: one % 3]},
            }
            for one in range(20)
        ]
        (folder / f"{number}-2026-01-0{number + 1}.json").write_bytes(orjson.dumps({"Disks": {"Disk": disks}}))
    again = [{"DiskId": "d-0001", "Size": 90, "Category": "cloud_essd", "SerialNumber": "1"}]
    (folder / "again-2026-02-01.json").write_bytes(orjson.dumps({"Disks": {"Disk": again}, "TotalCount": 70}))
    (folder / "broken.json").write_text('{"Disks": {"Disk": [', encoding="utf-8")
    (folder / "list.csv").write_text("实例ID,实例名称,可用区\ni-bp1aaaaaaaa,网站,cn-hangzhou-h\n", encoding="utf-8")
    return folder


def told(folder: Path) -> tuple[object, ...]:
    result: ImportResult = read_inventory([folder])
    inventory = result.inventory
    whole = {one: (resource, str(resource.origin)) for one, resource in inventory.resources.items()}
    return (whole, inventory.stubs, inventory.listed, inventory.digest, result.findings, result.skipped, result.forms)


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "SHARED_FROM", 1)
    monkeypatch.setattr(shares, "WORKER_COST", 0)
    monkeypatch.setattr(workers, "processors", lambda: 3)


def test_several_processes_find_what_one_finds(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = told(export)
    monkeypatch.setattr(shares, "SHARED_FROM", 1)
    monkeypatch.setattr(shares, "WORKER_COST", 0)
    monkeypatch.setattr(workers, "processors", lambda: 3)
    started: list[object] = []
    popen = subprocess.Popen

    def watched(*given: object, **options: object) -> object:
        started.append(given)
        return popen(*given, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", watched)
    assert told(export) == alone
    assert len(started) == 2


@pytest.mark.usefixtures("shared")
def test_a_worker_that_dies_costs_nothing_but_time(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = told(export)
    monkeypatch.setattr(shares, "_WORKER", "advisor.importers.no_such_module")
    assert told(export) == alone


@pytest.mark.usefixtures("shared")
def test_where_no_process_can_be_started_all_is_read_here(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = told(export)
    monkeypatch.setattr("sys.executable", "/no/such/python")
    assert told(export) == alone


def test_shares_are_of_about_the_same_size(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "SHARED_FROM", 1)
    monkeypatch.setattr(shares, "WORKER_COST", 0)
    monkeypatch.setattr(workers, "processors", lambda: 2)
    from advisor.importers.records import Collector
    from advisor.importers.sources import open_sources

    sources = open_sources([export], Collector())
    found = shares._shares(sources)
    sizes = [sum(source.size for _, source in share) for share in found]
    assert len(found) == 2
    assert abs(sizes[0] - sizes[1]) <= max(source.size for source in sources)
    assert sorted(number for share in found for number, _ in share) == list(range(len(sources)))


def test_the_mark_of_the_unknown_stays_one_of_its_kind() -> None:
    assert pickle.loads(pickle.dumps([ABSENT]))[0] is ABSENT
