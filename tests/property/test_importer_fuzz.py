"""Mutations of real files: whatever is done to them, the importer answers with an inventory or with mistakes, and what
is lost on the way is said."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import random
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from advisor.importers import read_inventory, read_targets
from advisor.model.finding import InputError, Mistake
from advisor.model.inventory import ImportResult

REPOSITORY = Path(__file__).resolve().parents[2]
SHOP = REPOSITORY / "sample_inventories" / "shop"
SHAPES = REPOSITORY / "tests" / "unit" / "importers" / "shapes"
REAL = Path(os.environ.get("ADVISOR_REAL_SAMPLES", str(REPOSITORY.parent / "shared" / "inventories")))
SMALL = 30_000
FUZZ = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
SALT = st.integers(0, 2**32)


def seeds() -> list[Path]:
    """Small files of every form: the sample estate's, those in a documented shape, and the real ones where they are."""
    found = [path for root in (SHOP, SHAPES) for path in sorted(root.rglob("*")) if path.is_file()]
    if REAL.is_dir():
        found += [path for path in sorted(REAL.glob("*/**/*")) if path.is_file()]
    return [path for path in found if path.stat().st_size <= SMALL]


SEEDS = seeds()
JSON_SEEDS = [path for path in SEEDS if path.suffix in (".json", ".tfstate") and "INVALID" not in path.name]
CSV_SEEDS = [path for path in SEEDS if path.suffix == ".csv" and path.parent in (SHOP, SHAPES)]
TEXT_SEEDS = [path for path in SEEDS if path.suffix != ".xlsx" and "INVALID" not in path.name]
ODD_VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    10**30,
    10**400,
    1.5,
    float("nan"),
    float("-inf"),
    "",
    "-",
    " ",
    "x" * 300,
    "1e999",
    "\u0000\ud7ff",
    "\u202ei-1",
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
    "[1,2",
    "{'a':",
    "lb-:tcp:",
    "=cmd()",
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
    assert all(one.reason and one.remedy and one.origin.file for one in result.skipped)
    return result


def ids(result: ImportResult | None) -> set[str]:
    """Every id that is listed or mentioned."""
    if result is None:
        return set()
    return set(result.inventory.resources) | {stub.id for stub in result.inventory.stubs}


def listed(result: ImportResult | None) -> set[str]:
    """Every id that is listed."""
    return set(result.inventory.resources) if result else set()


def said(result: ImportResult | None) -> int:
    """How much is said about what was left out; a refusal says it all."""
    return 10**6 if result is None else len(result.findings) + len(result.skipped)


def reasons(result: ImportResult | None) -> list[str]:
    """Why things were left out; one reason may be given for several rows, with their number."""
    return sorted(one.reason for one in result.skipped) if result else []


def test_there_are_seeds() -> None:
    assert len(SEEDS) > 50
    assert JSON_SEEDS
    assert len(CSV_SEEDS) > 5


def _flip(data: bytes, dice: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(dice.choice([1, 5, 50])):
        if found:
            found[dice.randrange(len(found))] ^= 1 << dice.randrange(8)
    return bytes(found)


def _cut(data: bytes, dice: random.Random) -> bytes:
    place = dice.randrange(len(data) + 1)
    return data[:place] if dice.random() < 0.7 else data[place:]


def _insert(data: bytes, dice: random.Random) -> bytes:
    place = dice.randrange(len(data) + 1)
    return data[:place] + bytes([dice.randrange(256)]) * dice.choice([1, 7, 600]) + data[place:]


def _lines(data: bytes, dice: random.Random) -> bytes:
    lines = data.split(b"\n")
    how = dice.randrange(3)
    if how == 0:
        dice.shuffle(lines)
    elif how == 1:
        lines += lines
    else:
        del lines[dice.randrange(len(lines))]
    return b"\n".join(lines)


def _encoded(data: bytes, dice: random.Random) -> bytes:
    wide = ["utf-16", "utf-16-le", "utf-32", "gb18030", "utf-8-sig", "latin-1", "utf-7"]
    return data.decode("utf-8", "replace").encode(dice.choice(wide), "replace")


BYTES: list[Callable[[bytes, random.Random], bytes]] = [_flip, _cut, _insert, _lines, _encoded]


def _nested(value: Any, dice: random.Random) -> Any:
    for _ in range(dice.choice([3, 30, 600])):
        value = [value] if dice.random() < 0.5 else {"a": value}
    return value


def _renamed(key: str, dice: random.Random) -> str:
    return dice.choice([key.lower(), key.upper(), f"{key}X", key[::-1], "", f".{key}", f"{key}.0", f"{key}[0]"])


def _mutated(value: Any, dice: random.Random, share: float) -> Any:
    """The document with a share of its values replaced or buried, of its keys renamed or left out, of its lists doubled
    or shuffled."""
    if dice.random() < share:
        return _nested(value, dice) if dice.random() < 0.2 else dice.choice(ODD_VALUES)
    if isinstance(value, dict):
        kept = [(key, item) for key, item in value.items() if dice.random() > share / 2]
        return {
            (_renamed(key, dice) if dice.random() < share / 2 else key): _mutated(item, dice, share)
            for key, item in kept
        }
    if isinstance(value, list):
        found = [_mutated(item, dice, share) for item in value] * (2 if dice.random() < share else 1)
        if dice.random() < share:
            dice.shuffle(found)
        return found
    return value


@settings(FUZZ, max_examples=1000)
@given(st.sampled_from(SEEDS), st.booleans(), st.lists(st.sampled_from(BYTES), min_size=1, max_size=3), SALT)
def test_files_with_their_bytes_lines_or_encoding_changed(
    tmp_path: Path, seed: Path, named: bool, hows: list[Callable[[bytes, random.Random], bytes]], salt: int
) -> None:
    data, dice = seed.read_bytes(), random.Random(salt)
    for how in hows:
        data = how(data, dice)
    read(data, seed.name if named else "some.thing", tmp_path)


@settings(FUZZ, max_examples=1000)
@given(st.sampled_from(JSON_SEEDS), st.sampled_from([0.01, 0.05, 0.2]), SALT)
def test_documents_with_values_keys_and_lists_changed(tmp_path: Path, seed: Path, share: float, salt: int) -> None:
    document = json.loads(seed.read_text(encoding="utf-8-sig"))
    changed = _mutated(document, random.Random(salt), share)
    read(json.dumps(changed).encode("utf-8", "surrogatepass"), seed.name, tmp_path)


def _lists(value: Any, depth: int = 0) -> list[list[Any]]:
    """The outermost lists of several records."""
    if isinstance(value, list):
        return [value] if len(value) > 1 and all(isinstance(row, dict) and len(row) > 2 for row in value) else []
    if isinstance(value, dict) and depth < 6:
        return [found for inner in value.values() for found in _lists(inner, depth + 1)]
    return []


LISTED = [
    path
    for path in JSON_SEEDS
    if _lists(json.loads(path.read_text(encoding="utf-8-sig"))) and "Attribute" not in path.name
]
"""Files with lists of resources; the lists in an attribute answer are parts of one resource."""


@settings(FUZZ, max_examples=400)
@given(st.sampled_from(LISTED), st.sampled_from(ODD_VALUES), st.integers(0, 3), SALT)
def test_a_bad_record_costs_only_itself_and_its_loss_is_said(
    tmp_path: Path, seed: Path, odd: Any, fields: int, salt: int
) -> None:
    dice = random.Random(salt)
    document = json.loads(seed.read_text(encoding="utf-8-sig"))
    rows = dice.choice(_lists(document))
    whole = read(json.dumps(document).encode(), seed.name, tmp_path)
    place = dice.randrange(len(rows))
    row = rows.pop(place)
    without = read(json.dumps(document).encode(), seed.name, tmp_path)
    assume(without is not None)
    bad = {key: odd if number <= fields else value for number, (key, value) in enumerate(row.items())}
    rows.insert(place, bad if fields < 3 else odd)
    with_bad = read(json.dumps(document).encode("utf-8", "surrogatepass"), seed.name, tmp_path)
    assert with_bad is not None
    assert ids(without) <= ids(with_bad)
    lost = listed(whole) - listed(without) - listed(with_bad)
    renamed = listed(with_bad) - listed(whole)
    assert not lost or renamed or said(with_bad) > said(without), lost


@FUZZ
@given(st.sampled_from(LISTED), SALT)
def test_records_twice_and_in_another_order_are_the_same_resources(tmp_path: Path, seed: Path, salt: int) -> None:
    document = json.loads(seed.read_text(encoding="utf-8-sig"))
    once = read(json.dumps(document).encode(), seed.name, tmp_path)
    for rows in _lists(document):
        rows += rows[: len(rows) // 2 + 1]
        random.Random(salt).shuffle(rows)
    assert ids(once) == ids(read(json.dumps(document).encode(), seed.name, tmp_path))


NO_ROWS = [value for value in ODD_VALUES if not isinstance(value, list)]
"""What is no record of anything; a list among records may be a page of them, an empty one says that there are none."""


@settings(FUZZ, max_examples=400)
@given(st.sampled_from(LISTED), st.lists(st.sampled_from(NO_ROWS), min_size=1, max_size=3), st.booleans(), SALT)
def test_bad_rows_before_all_others_hide_none_of_them(
    tmp_path: Path, seed: Path, odd: list[Any], bare: bool, salt: int
) -> None:
    """Whatever stands first in a list decides nothing, in an answer and in the bare list of its rows."""
    document = json.loads(seed.read_text(encoding="utf-8-sig"))
    rows = random.Random(salt).choice(_lists(document))
    alone: Any = rows if bare else document
    before = read(json.dumps(alone).encode(), seed.name, tmp_path)
    assume(listed(before))
    rows[:0] = odd
    after = read(json.dumps(alone).encode("utf-8", "surrogatepass"), seed.name, tmp_path)
    assert ids(before) <= ids(after)
    assert said(after) > said(before) or reasons(after) != reasons(before)


@FUZZ
@given(st.sampled_from(CSV_SEEDS), st.sampled_from(["", "-", "²", '"', "9" * 5000, "[", "{'a'", "a\nb", "=1"]), SALT)
def test_a_bad_cell_costs_only_its_row(tmp_path: Path, seed: Path, odd: str, salt: int) -> None:
    rows = list(csv.reader(io.StringIO(seed.read_text(encoding="utf-8"))))
    assume(len(rows) > 1)
    dice = random.Random(salt)
    place = dice.randrange(1, len(rows))
    changed = [list(row) for row in rows]
    changed[place][dice.randrange(len(changed[place]))] = odd

    def ids_of(table: list[list[str]]) -> set[str]:
        buffer = io.StringIO()
        csv.writer(buffer).writerows(table)
        return ids(read(buffer.getvalue().encode(), "a.csv", tmp_path))

    assert ids_of([row for number, row in enumerate(rows) if number != place]) <= ids_of(changed) | ids_of(rows[:1])
    assert ids_of(rows) == ids_of([rows[0], *rows[:0:-1], *rows[1:]])


@FUZZ
@given(
    st.sampled_from(TEXT_SEEDS), st.sampled_from(["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"])
)
def test_every_encoding_gives_the_same_resources(tmp_path: Path, seed: Path, encoding: str) -> None:
    text = seed.read_text(encoding="utf-8-sig")
    assert ids(read(text.encode(), seed.name, tmp_path)) == ids(read(text.encode(encoding), seed.name, tmp_path))


@FUZZ
@given(st.sampled_from(JSON_SEEDS), st.floats(0, 1))
def test_an_answer_that_breaks_off_is_refused(tmp_path: Path, seed: Path, where: float) -> None:
    """Half a document is no small document."""
    text = seed.read_text(encoding="utf-8-sig").strip()
    cut = text[: int(where * (len(text) - 1))]
    assert read(cut.encode(), seed.name, tmp_path) is None


@FUZZ
@given(st.sampled_from(JSON_SEEDS), SALT)
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
