"""What is converted to this product's own form reads back as the same estate."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.api.viewing import inventory_converted
from advisor.importers import read_inventory


@pytest.mark.parametrize("form", ["json", "csv"])
def test_the_sample_estate_survives_conversion(form: str, shop: Path, tmp_path: Path) -> None:
    first = read_inventory([shop])
    path = tmp_path / f"estate.{form}"
    path.write_text(inventory_converted(first, form), encoding="utf-8", newline="")
    second = read_inventory([path])
    assert set(second.inventory.resources) == set(first.inventory.resources)
    for resource_id, was in first.inventory.resources.items():
        now = second.inventory.resources[resource_id]
        for name in ("kind", "name", "region", "zone", "zones", "status", "tags", "attributes"):
            assert getattr(now, name) == getattr(was, name), (resource_id, name)
    assert [stub.id for stub in second.inventory.stubs] == [stub.id for stub in first.inventory.stubs]
