"""Mutations of real files: whatever is done to them, the importer answers with an inventory or with mistakes."""

from __future__ import annotations

import contextlib
import json
import os
import random
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.importers import read_inventory, read_targets
from advisor.model.finding import InputError, Mistake
from advisor.model.inventory import ImportResult

REPOSITORY = Path(__file__).resolve().parents[2]
SHOP = REPOSITORY / "sample_inventories" / "shop"
REAL = Path(os.environ.get("ADVISOR_REAL_SAMPLES", str(REPOSITORY.parent / "shared" / "inventories")))
SMALL = 30_000
FUZZ = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def seeds() -> list[Path]:
    """Small files of every form: the sample estate's, and the real ones where they are."""
    found = [path for path in sorted(SHOP.rglob("*")) if path.is_file()]
    if REAL.is_dir():
        found += [path for path in sorted(REAL.glob("*/**/*")) if path.is_file()]
    return [path for path in found if path.stat().st_size <= SMALL]


SEEDS = seeds()
JSON_SEEDS = [path for path in SEEDS if path.suffix in (".json", ".tfstate") and "INVALID" not in path.name]
ODD_VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    10**30,
    1.5,
    "",
    "-",
    "x" * 300,
    "\u0000\ud7ff",
    [],
    {},
    [[]],
    [{}],
    {"": ""},
    [None],
    {"Instance": None},
    [1, "a", None],
    {"Tag": {"TagKey": 1}},
    "2024-99-99T99:99Z",
    "cn-hangzhou-MAZ(,)",
]


def _read(paths: list[Path]) -> tuple[ImportResult | None, tuple[Mistake, ...]]:
    try:
        return read_inventory(paths), ()
    except InputError as error:
        return None, error.mistakes


def read(data: bytes, name: str, folder: Path) -> ImportResult | None:
    """The inventory of one file, None where it is refused; any other exception fails the test."""
    path = folder / name
    path.write_bytes(data)
    result, mistakes = _read([path])
    if result is None:
        assert mistakes
        assert all(mistake.file and mistake.problem for mistake in mistakes)
        return None
    for resource in result.inventory.resources.values():
        texts = [resource.id, resource.name, *resource.zones, *resource.tags, *resource.tags.values()]
        assert resource.id
        assert {type(text) for text in texts} == {str}
    assert result.inventory.resources or result.findings
    return result


def test_there_are_seeds() -> None:
    assert len(SEEDS) > 30
    assert JSON_SEEDS


@FUZZ
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6),
    st.sampled_from("fdic"),
)
def test_bytes_flipped_deleted_inserted_or_cut(
    tmp_path: Path, seed: Path, edits: list[tuple[float, int]], how: str
) -> None:
    data = bytearray(seed.read_bytes())
    for where, value in edits:
        place = int(where * len(data))
        if how == "f" and place < len(data):
            data[place] ^= value
        elif how == "d":
            del data[place : place + value]
        elif how == "i":
            data[place:place] = bytes([value]) * (1 + value % 7)
        else:
            del data[place:]
    read(bytes(data), seed.name, tmp_path)


def _replace(value: Any, steps: list[int], odd: Any) -> Any:
    """The document with the value at the end of a walk replaced."""
    if not steps or not isinstance(value, dict | list) or not value:
        return odd
    if isinstance(value, list):
        index = steps[0] % len(value)
        return [_replace(item, steps[1:], odd) if number == index else item for number, item in enumerate(value)]
    key = list(value)[steps[0] % len(value)]
    return {name: _replace(item, steps[1:], odd) if name == key else item for name, item in value.items()}


@FUZZ
@given(
    st.sampled_from(JSON_SEEDS),
    st.lists(st.integers(0, 40), min_size=1, max_size=8),
    st.sampled_from(ODD_VALUES),
    st.lists(st.integers(0, 40), min_size=1, max_size=8),
    st.sampled_from(ODD_VALUES),
)
def test_values_of_other_types(
    tmp_path: Path, seed: Path, steps: list[int], odd: Any, more: list[int], other: Any
) -> None:
    document = json.loads(seed.read_text(encoding="utf-8-sig"))
    changed = _replace(_replace(document, steps, odd), more, other)
    read(json.dumps(changed).encode(), seed.name, tmp_path)


def _sprinkle(value: Any, dice: random.Random, share: float) -> Any:
    """The document with a share of its values replaced."""
    if dice.random() < share:
        return dice.choice(ODD_VALUES)
    if isinstance(value, dict):
        return {name: _sprinkle(item, dice, share) for name, item in value.items()}
    return [_sprinkle(item, dice, share) for item in value] if isinstance(value, list) else value


@FUZZ
@given(st.sampled_from(JSON_SEEDS), st.integers(0, 2**32), st.sampled_from([0.02, 0.1, 0.3]))
def test_many_values_of_other_types(tmp_path: Path, seed: Path, salt: int, share: float) -> None:
    document = json.loads(seed.read_text(encoding="utf-8-sig"))
    read(json.dumps(_sprinkle(document, random.Random(salt), share)).encode(), seed.name, tmp_path)


@FUZZ
@given(st.sampled_from(JSON_SEEDS), st.integers(0, 2**32))
def test_keys_in_another_order_give_the_same_resources(tmp_path: Path, seed: Path, salt: int) -> None:
    document = json.loads(seed.read_text(encoding="utf-8-sig"))

    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: shuffled(value[key]) for key in sorted(value, key=lambda key: zlib.crc32(f"{salt}{key}".encode()))
            }
        return [shuffled(item) for item in value] if isinstance(value, list) else value

    there = read(json.dumps(document).encode(), seed.name, tmp_path)
    back = read(json.dumps(shuffled(document)).encode(), seed.name, tmp_path)
    assert (there is None) == (back is None)
    if there and back:
        assert set(there.inventory.resources) == set(back.inventory.resources)


TARGETS = (SHOP / "targets.yaml").read_text(encoding="utf-8")


@FUZZ
@given(st.floats(0, 1), st.text(max_size=6), st.integers(0, 12))
def test_a_mutated_targets_file_is_read_or_refused(tmp_path: Path, where: float, text: str, cut: int) -> None:
    place = int(where * len(TARGETS))
    path = tmp_path / "targets.yaml"
    path.write_text(TARGETS[:place] + text + TARGETS[place + cut :], encoding="utf-8", errors="surrogatepass")
    with contextlib.suppress(InputError):
        assert read_targets(path, {}, ()).given


@pytest.mark.parametrize("name", ["a.json", "a.csv", "a.zip", "a.yaml"])
@given(data=st.binary(max_size=300))
@settings(FUZZ, max_examples=60)
def test_arbitrary_bytes(tmp_path: Path, name: str, data: bytes) -> None:
    read(data, name, tmp_path)
