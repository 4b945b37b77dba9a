"""docs/inventory.md names every attribute that the importers give, and every finding."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from advisor.importers import inventory_template, read_inventory
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


ROW = re.compile(r"^\|(?!-)(.*)\|$", re.MULTILINE)
COUNTED = re.compile(r"`([^`]+)`(?: \([^)]*\))?: (nothing|(?:\d+ [A-Za-z ]+(?:, )?)+)")
PLURALS = {"VPCs": "vpc", "EIPs": "eip", "vSwitches": "vswitch", "snapshot policies": "snapshot_policy"}
SHAPES = Path(__file__).parent / "shapes"
MAPPING = {"编号x": "id", "机房": "zone"}


def rows() -> list[list[str]]:
    """The cells of each row of the table of forms, below its header."""
    table = TEXT.partition("## Forms")[2].partition("\n\nNumbers are")[0]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)] for row in ROW.findall(table)][1:]


def samples() -> list[tuple[str, dict[str, int]]]:
    """Every sample that the table names, with what it says was read from it."""
    found = []
    for row in rows():
        for name, counts in COUNTED.findall(row[3]):
            parts = [] if counts == "nothing" else [part.split(" ", 1) for part in counts.strip(", ").split(", ")]
            found.append((name, {kind_of(words): int(number) for number, words in parts}))
    return found


def kind_of(words: str) -> str:
    words = words.strip()
    return PLURALS.get(words) or words.removesuffix("s").lower().replace(" ", "_")


def test_every_row_names_tests_that_are_there_and_every_sample_its_counts() -> None:
    assert len(rows()) > 20
    for row in rows():
        named = re.findall(r"`(test_\w+\.py)`", row[4])
        assert named, row[0]
        assert all((Path(__file__).parent / name).is_file() for name in named), row[0]
        assert COUNTED.search(row[3]) or row[3] == "`16` holds one", row[0]
    shapes = {path.name for path in SHAPES.iterdir()} | {"template.csv", "template.yaml"}
    assert shapes == {name for name, _ in samples() if "." in name and "/" not in name}


def held(name: str, folder: Path, request: pytest.FixtureRequest) -> dict[str, int]:
    """What is read from a sample: a file in its documented shape, a real folder, or some files of one."""
    if name.startswith("template."):
        path = folder / name
        path.write_text(inventory_template("csv" if name.endswith("csv") else "yaml"), encoding="utf-8")
    elif (SHAPES / name).is_file():
        path = SHAPES / name
    else:
        real: Path = request.getfixturevalue("real_samples")
        number, _, glob = name.partition("/")
        (home,) = real.glob(f"{number}_*")
        path = folder if glob else home
        for file in home.glob(glob) if glob else ():
            shutil.copy(file, folder / file.name)
    inventory = read_inventory([path], MAPPING if "mapping" in name else None).inventory
    return dict(Counter(one.kind for one in inventory.resources.values()))


@pytest.mark.parametrize(("name", "counts"), samples(), ids=lambda value: value if isinstance(value, str) else "")
def test_the_counts_of_the_table_are_what_is_read(
    name: str, counts: dict[str, int], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    assert held(name, tmp_path, request) == counts
