"""What changed against an earlier plan, line by line on 80 columns: a price, a fact, a pin, a budget, a target."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner

from advisor.cli.main import main
from tests.conftest import SHOP

MINIMAL = SHOP.parent / "minimal"
TARGETS = """version: 1
workloads:
  - name: blog
    match: {names: "blog-*"}
    class: standard
    dr_regions: [cn-shanghai]
"""
PRICE = """rows:
  - {sku: snapshot.standard.storage, region: all, unit: GiB-month, currency: CNY, billing: payg, price: "0.03"}
"""
FACT = """- id: detect.zone
  statement: Time until a zone failure is recognised as such.
  value: {min: 600, likely: 700, max: 900}
  unit: min
  confidence: assumed
  source: our own operations
  as_of: '2026-11-22'
  why: nobody looks at night
  replaced_by: a drill
"""


def planned(folder: Path, targets: str, *more: object) -> str:
    """What a run prints on a terminal of 80 columns."""
    folder.mkdir(exist_ok=True)
    file = folder / "targets.yaml"
    file.write_text(targets, encoding="utf-8")
    arguments = ["assess", MINIMAL, "--targets", file, "--out", folder / "plan", "--samples", 100, "--formats", "json"]
    result = CliRunner(env={"COLUMNS": "80"}).invoke(main, [str(item) for item in [*arguments, *more]])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("earlier")
    planned(folder, TARGETS)
    return folder / "plan" / "plan.json"


def compared(folder: Path, earlier: Path, targets: str, *more: object) -> str:
    """The comparison alone, its lines joined where they were broken."""
    printed = planned(folder, targets, "--compare", earlier, *more)
    told = printed.partition("Against the earlier plan:")[2]
    assert told
    for line in told.splitlines():
        wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in line)
        assert len(line) + wide <= 80, line
    return " ".join(told.split())


def test_a_price_of_ones_own_is_told_with_what_it_changes(tmp_path: Path, earlier: Path) -> None:
    prices = tmp_path / "own"
    prices.mkdir()
    (prices / "own.yaml").write_text(PRICE, encoding="utf-8")
    told = compared(tmp_path, earlier, TARGETS, "--prices", prices)
    assert "snapshot.standard.storage, cn-hangzhou, payg: 0.12 CNY per GiB-month" in told
    assert "→ 0.03 CNY per GiB-month (your own)" in told
    assert "inputs that changed: prices" in told
    assert "Added per month:" in told


def test_a_fact_of_ones_own_is_told_with_the_target_that_it_breaks(tmp_path: Path, earlier: Path) -> None:
    rules = tmp_path / "own"
    rules.mkdir()
    (rules / "own.yaml").write_text(FACT, encoding="utf-8")
    told = compared(tmp_path, earlier, TARGETS, "--rules", rules)
    assert "detect.zone: Time until a zone failure is recognised as such.: 3–30 min (likely 10) (assumed) → " in told
    assert "Zone outage: recovery:" in told
    assert "(missed, target 8 h)" in told
    assert "inputs that changed: rules" in told


def test_a_pin_is_told_by_the_option_that_replaces_another(tmp_path: Path, earlier: Path) -> None:
    told = compared(tmp_path, earlier, TARGETS + "    pin: keep\n")
    assert "→ keep" in told
    assert "Data corruption: data loss:" in told
    assert "inputs that changed: targets" in told


def test_a_budget_and_a_target_are_told_too(tmp_path: Path, earlier: Path) -> None:
    targets = TARGETS + "    targets: {instance: {rto: 1 min}}\n"
    told = compared(tmp_path, earlier, targets, "--budget", "0 CNY")
    assert "budget: none → 0.00 CNY a month" in told
    assert "(missed, target 1 min)" in told


def test_the_same_again_changes_nothing(tmp_path: Path, earlier: Path) -> None:
    told = compared(tmp_path, earlier, TARGETS)
    assert told.split("inputs that changed:")[1].split()[0] == "none"
    assert "blog" not in told
