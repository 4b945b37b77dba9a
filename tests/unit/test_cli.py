"""The command line as a script meets it: exit codes, every mistake told, nothing half-written, no traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from advisor.cli.main import COMMANDS, main
from tests.conftest import SHOP

MINIMAL = SHOP.parent / "minimal"


def call(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(item) for item in arguments])
    assert "Traceback" not in result.output
    return result


def told(result: Result) -> str:
    """All that was said, line breaks folded."""
    return " ".join(result.output.split())


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_with_an_example(name: str) -> None:
    result = call(name, "--help")
    assert result.exit_code == 0
    group = "Commands:" in result.output
    assert group or f"advisor {name}" in result.output


def test_assess_writes_a_whole_plan(tmp_path: Path) -> None:
    out = tmp_path / "plan"
    formats = "json,terraform,runbook,checklist,csv,xlsx,ics,summary,options"
    result = call("assess", MINIMAL, "--out", out, "--as-of", "2026-11-22", "--samples", 200, "--formats", formats)
    assert result.exit_code == 0, result.output
    plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert plan["targets_given"] is False
    assert {item["class"] for item in plan["workloads"]} == {"standard"}
    for name in (
        "summary.md",
        "costs.csv",
        "costs.xlsx",
        "workloads.csv",
        "findings.csv",
        "inventory.csv",
        "options.json",
    ):
        assert (out / name).is_file(), name
    again = call("assess", MINIMAL, "--out", out, "--as-of", "2026-11-22", "--samples", 200, "--formats", "json")
    assert again.exit_code == 0
    assert [item.name for item in out.iterdir()] == ["plan.json"]
    explained = call("explain", out / "plan.json", plan["workloads"][0]["name"])
    assert explained.exit_code == 0
    assert "What the numbers rest on" in explained.output
    assert all(len(line) <= 100 for line in explained.output.splitlines())


def test_strict_tells_by_its_exit_code(tmp_path: Path) -> None:
    result = call("assess", MINIMAL, "--out", tmp_path / "p", "--samples", 200, "--formats", "json", "--strict",
                  "--budget", "0 CNY")  # fmt: skip
    assert result.exit_code == 1
    assert "missed" in result.output


def test_all_mistakes_of_all_inputs_at_once(tmp_path: Path) -> None:
    targets = tmp_path / "targets.yaml"
    targets.write_text(
        "version: 1\nrisk_level: p99\nworkloads:\n  - name: a\n    match: {tags: {app: a}}\n    class: criticl\n"
        "    targets: {zone: {rpo: 15, rto: 1:30}}\n    dr_regions: [cn-shanghia]\n",
        encoding="utf-8",
    )
    out = tmp_path / "plan"
    result = call("assess", SHOP, "--targets", targets, "--budget", "5000", "--objective", "cheap", "--out", out)
    assert result.exit_code == 2
    for words in (
        "'5000' has no currency. Write '5000 CNY'", "'cheap' is no objective", "p99", "criticl", "'15' has no unit",
        "1:30", "cn-shanghia",
    ):  # fmt: skip
        assert words in told(result), words
    assert "nothing was written" in result.output
    assert not out.exists()
    assert [item.name for item in tmp_path.iterdir()] == ["targets.yaml"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty", None),
        ("truncated.json", b'{"Instances": {"Instance": [{"InstanceId": "i-1", '),
        ("notes.txt", b"nothing of the kind"),
        ("binary.bin", bytes(range(256)) * 8),
        ("deep.json", b"[" * 100_000),
    ],
)
def test_what_is_no_inventory_is_refused(tmp_path: Path, name: str, content: bytes | None) -> None:
    source = tmp_path / name
    if content is None:
        source.mkdir()
    else:
        source.write_bytes(content)
    result = call("assess", source, "--out", tmp_path / "plan")
    assert result.exit_code == 2, result.output
    assert name in result.output
    assert not (tmp_path / "plan").exists()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years of work", encoding="utf-8")
    result = call("assess", MINIMAL, "--out", tmp_path, "--samples", 100, "--formats", "json")
    assert result.exit_code == 2
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "three years of work"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["assess", MINIMAL, "--formats", "json,word", "--out", "x"], "'word' is no format"),
        (["assess", MINIMAL, "--currency", "EUR", "--out", "x"], "'EUR' is not a currency"),
        (["assess", MINIMAL, "--budget", "5 USD", "--currency", "CNY", "--out", "x"], "never converted silently"),
        (["assess", MINIMAL, "--as-of", "22.11.2026", "--out", "x"], "Write for example 2026-11-22"),
        (["graph", MINIMAL, "--fail", "zone:mars-a"], "mars-a"),
        (["explain", "nowhere.json", "a"], "does not exist"),
        (["estimate", "nowhere.yaml"], "does not exist"),
    ],
)
def test_wrong_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[object], words: str) -> None:
    monkeypatch.chdir(tmp_path)
    result = call(*arguments)
    assert result.exit_code == 2, result.output
    assert words in told(result)
    assert list(tmp_path.iterdir()) == []


def test_init_round_trips(tmp_path: Path) -> None:
    targets = tmp_path / "targets.yaml"
    assert call("init", SHOP, "--out", targets).exit_code == 0
    text = targets.read_text(encoding="utf-8")
    assert "critical: RPO / RTO" in text
    refused = call("init", SHOP, "--out", targets)
    assert refused.exit_code == 2
    assert targets.read_text(encoding="utf-8") == text
    shown = call("graph", SHOP, "--targets", targets, "--format", "json")
    assert shown.exit_code == 0, shown.output
    found = {item["name"] for item in json.loads(shown.output)["workloads"]}
    assert {"orders", "payments", "search"} <= found


def test_convert_and_read_again(tmp_path: Path) -> None:
    converted = tmp_path / "inventory.json"
    assert call("inventory", "convert", MINIMAL, "--to", "json", "--out", converted).exit_code == 0
    first = json.loads(call("inventory", "show", MINIMAL, "--format", "json").output)
    second = json.loads(call("inventory", "show", converted, "--format", "json").output)
    assert first["resources"] == second["resources"] != {}
    assert first["zones"] == second["zones"]


def test_the_chain_of_the_documentation(tmp_path: Path) -> None:
    chain = tmp_path / "chain.yaml"
    chain.write_text(
        """levels:
  - {name: snapshot, accumulation: 24 h, hold: 0 s, propagation: 30 min, retention: 7 d, kind: point_in_time}
  - {name: copy, accumulation: 24 h, hold: 1 h, propagation: 4 h, retention: 30 d, kind: point_in_time}
disruptions:
  region: {survivors: [copy]}
  logical: {survivors: [snapshot, copy], detection: 48 h}
""",
        encoding="utf-8",
    )
    result = json.loads(call("estimate", chain).output)
    assert (result["region"]["rpo_worst_s"], result["region"]["rpo_expected_s"]) == (29.5 * 3600, 17.5 * 3600)
    assert (result["logical"]["rpo_worst_s"], result["logical"]["served_from"]) == (24.5 * 3600, "snapshot")


def test_a_chain_with_mistakes(tmp_path: Path) -> None:
    chain = tmp_path / "chain.yaml"
    chain.write_text(
        "levels:\n  - {name: a, accumulation: 24, kind: tape}\n  - {accumulation: 1 h}\ndisruptions:\n"
        "  region: {survivors: [b], detect: 1 h}\n  zone: {}\n",
        encoding="utf-8",
    )
    result = call("estimate", chain)
    assert result.exit_code == 2
    for words in ("'24' has no unit", "'tape' is no kind", "needs a name", "'b' is no level", "'detect' is not known",
                  "needs its survivors"):  # fmt: skip
        assert words in told(result), words


def test_names_for_unknown_columns(tmp_path: Path) -> None:
    table = tmp_path / "servers.csv"
    table.write_text("主机编号,叫法,放在\ni-bp1aaaaaaaaaaaaaaaaa,web,cn-hangzhou-h\n", encoding="utf-8")
    mapping = tmp_path / "columns.yaml"
    mapping.write_text("主机编号: id\n叫法: name\n放在: zone\n", encoding="utf-8")
    result = call("inventory", "show", table, "--mapping", mapping, "--format", "json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["resources"] == {"instance": 1}
