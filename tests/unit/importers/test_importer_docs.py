"""docs/inventory.md names every attribute that the importers give, and every finding."""

from __future__ import annotations

import re
from pathlib import Path

from advisor.importers import read_inventory
from advisor.importers.catalogue import SPECS
from advisor.importers.detect import JSON_FORMS, TEXT_FORMS, YAML_FORMS

REPOSITORY = Path(__file__).resolve().parents[3]
TEXT = (REPOSITORY / "docs" / "inventory.md").read_text(encoding="utf-8")
ANYWHERE = {"account_id", "related_ids"}


def documented() -> dict[str, set[str]]:
    """Attributes by kind, from the tables."""
    found: dict[str, set[str]] = {}
    for section in re.split(r"^### ", TEXT.partition("## Canonical attributes")[2], flags=re.MULTILINE)[1:]:
        kind, _, body = section.partition("\n")
        rows = [line.split("|")[1] for line in body.splitlines() if line.startswith("| `")]
        found[kind.strip()] = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    return found


def test_every_attribute_of_a_specification_is_documented() -> None:
    table = documented()
    missing = {
        f"{spec.kind}.{field.name}" for spec in SPECS for field in spec.fields if field.name not in table[spec.kind]
    }
    assert not missing


def test_every_attribute_of_the_sample_estate_is_documented(shop: Path) -> None:
    table = documented()
    resources = read_inventory([shop]).inventory.resources.values()
    missing = {
        f"{one.kind}.{name}" for one in resources for name in one.attributes if name not in table[one.kind] | ANYWHERE
    }
    assert not missing


def test_every_attribute_of_the_real_samples_is_documented(real_samples: Path) -> None:
    table = documented()
    resources = read_inventory([real_samples]).inventory.resources.values()
    missing = {
        f"{one.kind}.{name}" for one in resources for name in one.attributes if name not in table[one.kind] | ANYWHERE
    }
    assert not missing


def test_every_finding_is_documented() -> None:
    sources = (REPOSITORY / "advisor" / "importers").rglob("*.py")
    used = {name for path in sources for name in re.findall(r'"(INV-[A-Z-]+)"', path.read_text(encoding="utf-8"))}
    assert used == set(re.findall(r"^\| `(INV-[A-Z-]+)`", TEXT, flags=re.MULTILINE))


def test_every_form_is_documented() -> None:
    names = {form.name for form in (*JSON_FORMS, *YAML_FORMS)} | {form.name for form in TEXT_FORMS} | {"workbook"}
    forms = TEXT.partition("## Forms")[2].partition("## How")[0]
    assert names <= set(re.findall(r"`([\w-]+)`", forms))
