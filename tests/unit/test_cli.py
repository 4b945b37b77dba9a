"""The command line as a script meets it: exit codes, every mistake told, nothing half-written, no traceback."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from advisor import api
from advisor.cli.main import COMMANDS, main
from advisor.reporting.words import display_width
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
    assert result.output.startswith(f"Usage: advisor {name}")


def test_the_help_of_assess_says_what_each_format_is() -> None:
    text = call("assess", "--help").output
    for name in api.ALL_FORMATS:
        assert re.search(rf"^    {name} +\S", text, re.MULTILINE), name
    assert max(map(len, text.split("Example")[0].splitlines())) <= 80


def test_the_chain_file_that_the_help_of_estimate_shows_can_be_estimated(tmp_path: Path) -> None:
    shown = call("estimate", "--help").output.partition("left out:\n")[2].partition("\n\n")[0]
    chain = tmp_path / "chain.yaml"
    chain.write_text(shown, encoding="utf-8")
    found = json.loads(call("estimate", chain).output)
    # what gathers in a day, and on the way half an hour for the snapshot, an hour of waiting and four for the copy
    assert (found["region"]["served_from"], found["region"]["rpo_worst_s"]) == ("copy", (24 + 0.5 + 1 + 4) * 3600)
    assert (found["logical"]["served_from"], found["logical"]["rpo_worst_s"]) == ("snapshot", (24 + 0.5) * 3600)


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


@pytest.mark.parametrize("columns", [60, 80])
def test_mistakes_fit_the_terminal(tmp_path: Path, columns: int) -> None:
    (tmp_path / "表.csv").write_text("主机编号,机房,称呼\n甲,乙,丙\n", encoding="utf-8")
    path, env = tmp_path / "表.csv", {"COLUMNS": str(columns)}
    result = CliRunner().invoke(main, ["inventory", "show", path.name, str(MINIMAL) + "x"], env=env)
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert len(lines) > 3
    assert max(map(display_width, lines)) <= columns
    assert all(line.startswith("     ") for line in lines if not re.match(r"The input| +\d+\. ", line))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["assess", MINIMAL, "--formats", "json,word", "--out", "x"], "'word' is no format"),
        (["assess", MINIMAL, "--currency", "EUR", "--out", "x"], "'EUR' is not a currency"),
        (["assess", MINIMAL, "--budget", "5 USD", "--currency", "CNY", "--out", "x"], "never converted silently"),
        (["assess", MINIMAL, "--as-of", "22.11.2026", "--out", "x"], "Write for example 2026-11-22"),
        (["graph", MINIMAL, "--fail", "zone:mars-a"], "mars-a"),
        (["graph", MINIMAL, "--fail", ""], "no place ''"),
        (["graph", MINIMAL, "--fail", "resource:"], "no id stands after 'resource:'"),
        (
            ["graph", MINIMAL, "--fail", "zone:cn-hangzhou-h", "--fail", "region:cn-hangzhou"],
            "one failure is looked at",
        ),
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


def test_every_mistake_in_a_mapping_is_told_before_a_file_is_read(tmp_path: Path) -> None:
    table, mapping = tmp_path / "servers.csv", tmp_path / "columns.yaml"
    table.write_text("主机编号,叫法\ni-bp1aaaaaaaaaaaaaaaaa,web\n", encoding="utf-8")
    mapping.write_text("主机编号: idd\n叫法: 'tag:'\n", encoding="utf-8")
    result = call("inventory", "show", table, "--mapping", mapping)
    assert result.exit_code == 2
    assert "columns.yaml, line 1" in told(result)
    assert "columns.yaml, line 2" in told(result)
    gone = call("inventory", "show", table, "--mapping", tmp_path / "none.yaml")
    assert gone.exit_code == 2


def test_what_was_left_out_is_told_with_file_place_and_remedy_within_80_columns(tmp_path: Path) -> None:
    denied = {"Code": "Forbidden.RAM", "Message": "no right"}
    for name, answer in (
        ("a.json", denied),
        ("b.jsonl", {"DescribeInstances": denied}),
        ("c.json", "[1"),
        ("表.csv", "甲,乙,丙\n1,2,3\n"),
    ):
        content = answer if isinstance(answer, str) else json.dumps(answer)
        (tmp_path / name).write_text(content, encoding="utf-8")
    alone = call("inventory", "show", tmp_path / "a.json")
    assert alone.exit_code == 2
    assert "1 mistake" in told(alone)
    assert "a.json: the answer is an error, Forbidden.RAM. Give the account the right to read it" in told(alone)
    result = call("inventory", "show", tmp_path, MINIMAL)
    assert result.exit_code == 0, result.output
    text = told(result)
    assert "a.json: a call answered Forbidden.RAM" in text
    assert "b.jsonl, DescribeInstances: DescribeInstances answered Forbidden.RAM" in text
    assert "inventory fetch --policy" in text
    assert "c.json, line 1: " in text
    assert "表.csv: no id column is known among its headers: 甲, 乙, 丙" in text
    assert max(display_width(line) for line in result.output.splitlines()) <= 80


def quick(*arguments: object) -> Result:
    return call("assess", *arguments, "--samples", 100, "--formats", "json")


def test_a_pin_that_is_no_option_is_told_with_the_targets_file_and_the_line(tmp_path: Path) -> None:
    targets = tmp_path / "wishes.yaml"
    targets.write_text(
        "version: 1\nworkloads:\n  - name: all\n    match: {names: '*'}\n    class: low\n    pin: nonsense\n",
        encoding="utf-8",
    )
    result = quick(MINIMAL, "--targets", targets, "--out", tmp_path / "plan")
    assert result.exit_code == 2
    assert re.search(
        r"1\. wishes\.yaml, line \d+: 'nonsense' is no option of workload 'all'\. Its options are", told(result)
    )
    assert not (tmp_path / "plan").exists()
    targets.write_text(targets.read_text(encoding="utf-8").replace("nonsense", "keep"), encoding="utf-8")
    assert quick(MINIMAL, "--targets", targets, "--out", tmp_path / "plan").exit_code == 0
    explained = told(call("explain", tmp_path / "plan" / "plan.json", "all"))
    assert "Tier: none before, none after. Option keep" in explained
    assert "Option keep, the only combination that inventory and targets file leave" in explained
    assert "no option meets it under the pin of the targets file" in explained


def test_the_day_given_and_the_same_day_by_default_make_one_plan(tmp_path: Path) -> None:
    today = api.assessing.today()
    assert quick(MINIMAL, "--out", tmp_path / "a").exit_code == 0
    assert quick(MINIMAL, "--out", tmp_path / "b", "--as-of", today).exit_code == 0
    first, second = ((tmp_path / name / "plan.json").read_bytes() for name in "ab")
    if json.loads(first)["created"] == json.loads(second)["created"]:  # unless midnight passed
        assert first == second


def test_what_is_wrong_with_the_call_and_with_the_files_is_told_at_once(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "a.yaml").write_text("facts: [", encoding="utf-8")
    result = call("assess", tmp_path / "nowhere", "--budget", "1 EUR", "--objective", "cheap", "--formats", "foo",
                  "--rules", own, "--compare", tmp_path / "no.json", "--out", tmp_path / "plan")  # fmt: skip
    assert result.exit_code == 2
    text = told(result)
    assert "The input has 6 mistakes" in text
    for part in ("no.json: does not exist", "'foo' is no format", "--budget: ",
                 "'cheap' is no objective", "a.yaml, line ", "there is no such file or folder"):  # fmt: skip
        assert part in text, part


# --- where the plan goes ----------------------------------------------------------------------------------------------


def a_file(folder: Path) -> Path:
    (folder / "out").write_text("mine", encoding="utf-8")
    return folder / "out"


def below_a_file(folder: Path) -> Path:
    return a_file(folder) / "deep" / "plan"


def full_of_other_things(folder: Path) -> Path:
    (folder / "thesis.txt").write_text("three years of work", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("place", "code", "words"),
    [
        (a_file, 2, "is a file. Give a folder"),
        (below_a_file, 2, "is a file. Give a folder"),
        (full_of_other_things, 2, "holds files that are no plan. Give a new or empty folder"),
        (lambda _folder: Path("/proc/plan"), 3, "nothing can be written there"),
    ],
)
def test_the_target_is_checked_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Callable[[Path], Path], code: int, words: str
) -> None:
    monkeypatch.setattr(api, "assess", lambda *_: pytest.fail("it computed first"))
    out = place(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    result = quick(MINIMAL, "--out", out)
    assert result.exit_code == code, result.output
    assert words in told(result)
    assert sorted(tmp_path.rglob("*")) == before


def test_checking_a_target_leaves_nothing_behind(tmp_path: Path) -> None:
    api.check_target(tmp_path / "new" / "plan")
    (tmp_path / "plan").mkdir()
    api.check_target(tmp_path / "plan")
    assert [item.name for item in tmp_path.rglob("*")] == ["plan"]


# --- nothing to protect, declarations that came to nothing ------------------------------------------------------------


def empty_answer(folder: Path) -> Path:
    file = folder / "instances.json"
    answer = {"Instances": {"Instance": []}, "TotalCount": 0, "PageNumber": 1, "PageSize": 100, "RequestId": "x"}
    file.write_text(json.dumps(answer), encoding="utf-8")
    return file


def test_nothing_to_protect_is_told(tmp_path: Path) -> None:
    source = empty_answer(tmp_path)
    result = quick(source, "--out", tmp_path / "plan")
    assert result.exit_code == 0, result.output
    assert "Nothing to protect was found" in result.stderr
    assert "aliyun ecs DescribeInstances" in told(result)
    assert "1 file in" in result.stderr
    assert quick(source, "--out", tmp_path / "plan", "--strict").exit_code == 1
    drafted = call("init", source, "--out", tmp_path / "targets.yaml")
    assert drafted.exit_code == 0
    assert "Nothing to protect was found" in drafted.output
    assert "Set the classes" not in drafted.output
    explained = call("explain", tmp_path / "plan" / "plan.json", "shop")
    assert explained.exit_code == 2
    assert "The plan has no workloads" in told(explained)


def test_declarations_that_match_nothing_or_the_same_are_warned_of(tmp_path: Path) -> None:
    targets = tmp_path / "targets.yaml"
    targets.write_text(
        """version: 1
workloads:
  - {name: first, match: {names: "*"}, class: standard}
  - {name: second, match: {names: "*"}, class: standard}
  - {name: ghost, match: {tags: {app: nowhere}}, class: standard}
""",
        encoding="utf-8",
    )
    result = quick(MINIMAL, "--targets", targets, "--out", tmp_path / "plan")
    assert result.exit_code == 0, result.output
    assert "warning: The declared workload ghost matches no resource" in result.stderr
    assert "warning: The declared workload second matches no resource" in result.stderr
    assert re.search(r"warning: .* match first and second", result.stderr)
    assert re.search(r"^\d+ findings, \d+ of them critical or high, in plan\.json$", result.stderr, re.MULTILINE)


# --- two plans --------------------------------------------------------------------------------------------------------


def test_a_comparison_names_what_was_asked_differently(tmp_path: Path) -> None:
    first = tmp_path / "a"
    assert quick(MINIMAL, "--out", first, "--budget", "60000 CNY").exit_code == 0
    result = quick(
        MINIMAL, "--out", tmp_path / "b", "--compare", first / "plan.json", "--budget", "1000000 CNY", "--seed", 2,
        "--objective", "min-risk",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    for words in (
        "budget: 60,000.00 CNY a month → 1,000,000.00 CNY a month", "objective: min-cost → min-risk", "seed: 1 → 2",
        "inputs that changed: none",
    ):  # fmt: skip
        assert words in result.output, words
    assert "->" not in result.output
    assert "risk level:" not in result.output
    same = quick(MINIMAL, "--out", tmp_path / "c", "--compare", first / "plan.json", "--budget", "60000 CNY")
    assert "→" not in same.output.split("Against the earlier plan:")[1].split("inputs that changed")[1]


@pytest.mark.parametrize("content", ["version: 1\nworkloads: []\n", '{"version": "0"}', "[]", ""])
def test_what_is_no_plan_is_called_that_once(tmp_path: Path, content: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(content, encoding="utf-8")
    result = call("assess", MINIMAL, "--out", tmp_path / "plan", "--compare", file)
    assert result.exit_code == 2
    assert "is no plan.json of this version" in told(result)
    assert "1 mistake;" in result.output
    assert "Give the plan.json in the folder of an earlier run" in told(result)


# --- the template, the graph ------------------------------------------------------------------------------------------


def test_the_levers_of_the_template_can_be_taken_as_they_are(tmp_path: Path) -> None:
    draft = tmp_path / "draft.yaml"
    assert call("init", SHOP, "--out", draft).exit_code == 0
    text = draft.read_text(encoding="utf-8")
    assert "found by itself" in text
    assert "single" not in text
    levers = "targets needs daily_change min_capacity dr_regions forbid require pin exclude"
    for lever in levers.split():
        assert len(re.findall(rf"^    # {lever}:", text, re.MULTILINE)) == 1, lever
    before, rest = text.split("    # What else", 1)
    first_line, rest = rest.split("\n", 1)
    block, after = rest.split("    match:", 1)
    block = re.sub(r"^    # ", "    ", block, flags=re.MULTILINE)
    on = f"{before}    # What else{first_line}\n{block}    match:{after}"
    targets = tmp_path / "targets.yaml"
    targets.write_text(on, encoding="utf-8")
    found = api.load_targets(targets, api.books(api.Settings())[0])
    spec = found.workloads[0]
    assert (spec.needs_hard, spec.needs_soft, spec.dr_regions) == (("payments",), ("search",), ("cn-shanghai",))
    assert (spec.forbid, spec.require, spec.pin) == (("regional_essd",), ("snapshot_policy",), "none")
    assert spec.exclude[0].until == date(2027, 3, 31)
    assert spec.targets["zone"].rpo_s == 900


@pytest.mark.parametrize("name", [" " * 200 + "x", "x" * 500, "数据" * 100, "x y" * 99, "e\u0301" * 200])
def test_the_graph_folds_any_name(tmp_path: Path, name: str) -> None:
    file = tmp_path / "inventory.json"
    server = {"id": "i-bp1aaaaaaaaaaaaaaaaa", "kind": "instance", "name": name, "region": "cn-hangzhou"}
    file.write_text(json.dumps({"resources": [server], "stubs": []}), encoding="utf-8")
    result = call("graph", file)
    assert result.exit_code == 0, result.output
    assert "i-bp1aaaaaaaaaaaaaaaaa" in result.stdout
    for line in result.stdout.splitlines():
        plain = [sign for sign in line if not unicodedata.combining(sign)]
        assert sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in plain) <= 80, line


def test_the_graph_tells_weak_points_and_inversions_by_the_targets() -> None:
    plain = call("graph", SHOP).stdout
    assert "\nSingle points of failure: " in plain
    assert "\nShared fate: " in plain
    assert "Tier inversions" not in plain
    asked = call("graph", SHOP, "--targets", SHOP / "targets.yaml").stdout
    assert "\nTier inversions: 2\n  [high] orders is stricter than payments, which it needs\n" in asked
    document = json.loads(call("graph", SHOP, "--targets", SHOP / "targets.yaml", "--format", "json").stdout)
    assert [item["workloads"] for item in document["inversions"]] == [
        ["orders", "payments"],
        ["reporting", "orders", "payments"],
    ]
    told = re.search(r"^Single points of failure: (\d+)$", asked, re.MULTILINE)
    assert told
    assert len(document["single_points"]) == int(told[1]) > 12
    assert "  and 3 more (--format json lists them all)\n\nShared fate" in asked


@pytest.mark.parametrize("failure", [(), ("--fail", "zone:cn-hangzhou-h")])
def test_the_graph_fits_a_terminal(failure: tuple[str, ...]) -> None:
    result = call("graph", SHOP, *failure)
    assert result.exit_code == 0
    assert "the declared ones come with --targets" in result.stderr
    for line in result.stdout.splitlines():
        assert sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line) <= 80, line
    with_targets = call("graph", SHOP, "--targets", SHOP / "targets.yaml", *failure)
    assert with_targets.stderr == ""
