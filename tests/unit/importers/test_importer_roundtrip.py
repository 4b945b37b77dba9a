"""What is converted to this product's own form reads back as the same estate."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.api.viewing import inventory_converted
from advisor.importers import read_inventory
from advisor.model.finding import InputError
from advisor.model.inventory import ImportResult


@pytest.mark.parametrize("form", ["json", "csv"])
def test_the_sample_estate_survives_conversion(form: str, shop: Path, tmp_path: Path) -> None:
    first = read_inventory([shop])
    second = converted(first, form, tmp_path)
    assert_same(first, second)
    assert [stub.id for stub in second.inventory.stubs] == [stub.id for stub in first.inventory.stubs]


@pytest.mark.parametrize("form", ["json", "csv"])
def test_every_real_sample_survives_conversion(form: str, real_samples: Path, tmp_path: Path) -> None:
    count = 0
    for path in sorted(path for path in real_samples.rglob("*") if path.is_file()):
        try:
            first = read_inventory([path])
        except InputError:
            continue
        if first.inventory.resources:
            second = converted(first, form, tmp_path)
            assert_same(first, second)
            assert not [finding.detail for finding in second.findings if finding.id == "INV-VALUE"]
            count += 1
    assert count > 100


def converted(first: ImportResult, form: str, folder: Path) -> ImportResult:
    path = folder / f"estate.{form}"
    path.write_text(inventory_converted(first, form), encoding="utf-8", newline="")
    return read_inventory([path])


def assert_same(first: ImportResult, second: ImportResult) -> None:
    assert set(second.inventory.resources) == set(first.inventory.resources)
    for resource_id, was in first.inventory.resources.items():
        now = second.inventory.resources[resource_id]
        for name in ("kind", "name", "region", "zone", "zones", "status", "tags", "attributes"):
            assert getattr(now, name) == getattr(was, name), (resource_id, name)
