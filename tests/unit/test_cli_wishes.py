"""Wishes that leave a workload no option: the line of the wish, what rules it out, and the nearest option there is."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from advisor.cli.main import main
from tests.conftest import SHOP

MINIMAL = SHOP.parent / "minimal"
HEAD = "version: 1\nworkloads:\n  - name: all\n    match: {names: '*'}\n    class: low\n    daily_change: 1%\n"
LINES = HEAD.count("\n")


def mistake(tmp_path: Path, wishes: str) -> str:
    """The one mistake that the wishes make, its lines joined."""
    targets = tmp_path / "wishes.yaml"
    targets.write_text(HEAD + "".join(f"    {line}\n" for line in wishes.split("|")), encoding="utf-8")
    call = ["assess", MINIMAL, "--targets", targets, "--samples", 100, "--formats", "json", "--out", tmp_path / "plan"]
    result = CliRunner().invoke(main, [str(item) for item in call])
    assert result.exit_code == 2, result.output
    text = " ".join(result.output.split())
    assert "The input has 1 mistake;" in text
    assert not (tmp_path / "plan").exists()
    return text


@pytest.mark.parametrize(
    ("wishes", "near"),
    [
        ("pin: snap-24-7d", "snap-24h-7d"),
        ("pin: snap-24h-7d+rdsha", "snap-24h-7d+rds-ha"),
        ("pin: rds-ha+snap-24h-7d", "snap-24h-7d+rds-ha"),  # the order of an id is part of it
        ("pin: snap-24h-7d+mirror", "snap-24h-7d"),
    ],
)
def test_a_pin_that_is_no_option_names_the_nearest_one_which_can_be_pinned(
    tmp_path: Path, wishes: str, near: str
) -> None:
    text = mistake(tmp_path, wishes)
    assert f"wishes.yaml, line {LINES + 1}: '{wishes.removeprefix('pin: ')}' is no option of workload 'all'." in text
    assert f"Did you mean '{near}'?" in text
    targets = tmp_path / "wishes.yaml"
    targets.write_text(f"{HEAD}    pin: {near}\n", encoding="utf-8")
    call = ["assess", MINIMAL, "--targets", targets, "--samples", 100, "--formats", "json", "--out", tmp_path / "plan"]
    assert CliRunner().invoke(main, [str(item) for item in call]).exit_code == 0


def test_a_pin_that_resembles_nothing_is_told_what_ids_are_made_of(tmp_path: Path) -> None:
    text = mistake(tmp_path, "pin: nonsense")
    assert "Its options are 'keep' and what is made of snap-24h-7d, " in text
    assert "joined by '+'. Write the id of an option as advisor explain names it" in text


def test_a_pin_that_another_wish_rules_out_names_that_wish(tmp_path: Path) -> None:
    text = mistake(tmp_path, "pin: snap-24h-7d+rds-ha|forbid: [snapshot_policy]")
    assert f"wishes.yaml, line {LINES + 1}: " in text
    assert "it takes snapshot_policy, which forbid rules out. Remove snapshot_policy from forbid" in text
    assert "The nearest that is left is 'rds-ha'." in text
    text = mistake(tmp_path, "require: [rds_ha]|pin: snap-24h-7d")
    assert f"wishes.yaml, line {LINES + 2}: 'snap-24h-7d' is no option of workload 'all': it lacks rds_ha" in text


@pytest.mark.parametrize(
    ("wishes", "line", "why"),
    [
        ("require:|  - rds_ha|  - gtm", 3, "gtm is required, and "),
        ("forbid: [rds_ha]|require:|  - rds_ha", 3, "rds_ha is both required and forbidden"),
        ("require:|  - rds_ha|  - rds_standby", 3, "'rds_standby' is no protection. Did you mean "),
        ("forbid: [rds_ha]|require: rds_hq", 2, "'rds_hq' is no protection. Did you mean 'rds_ha'?"),
    ],
)
def test_a_wish_that_cannot_be_kept_is_told_at_its_own_line(tmp_path: Path, wishes: str, line: int, why: str) -> None:
    text = mistake(tmp_path, wishes)
    assert f"wishes.yaml, line {LINES + line}: " in text
    assert why in text
