"""The shipped rules hold together, overrides do what they say, and each broken file is told in its own words."""

from __future__ import annotations

import hashlib
import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from advisor.model.disruption import DISRUPTIONS
from advisor.model.evidence import RuleBook, Spread
from advisor.model.finding import InputError
from advisor.model.targets import Target, WorkloadClass
from advisor.model.units import HOUR, UnitError
from advisor.resources import data_dir
from advisor.rules import UNITS, load_rules
from advisor.yaml_text import Entry, FieldReader, load_yaml

BROKEN = Path(__file__).parents[1] / "broken" / "rules"
OWN = sorted((BROKEN / "own").glob("*.yaml"))
SHIPPED = sorted(path for path in (BROKEN / "shipped").iterdir() if path.is_dir())
RULES = data_dir("rules")
GUIDANCE = {
    "snapshot_policy", "snapshot_copy", "file_backup", "regional_essd", "async_replication_zone",
    "async_replication_region", "alb_multi_zone", "rds_ha", "rds_cross_region_backup", "gtm", "dts",
}  # fmt: skip


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load_rules()


def mistakes_of(override: Path | None = None, base: Path | None = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_rules(override, base)
    return [str(mistake) for mistake in caught.value.mistakes]


def own_file(folder: Path, text: str, name: str = "own.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def expected(path: Path) -> list[str]:
    files = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
    lines = (line for file in files for line in file.read_text(encoding="utf-8").splitlines())
    return [line.removeprefix("# expect: ") for line in lines if line.startswith("# expect: ")]


# -- what is shipped --


def test_facts_are_many_sourced_and_well_formed(book: RuleBook) -> None:
    assert len(book.facts) > 300
    for fact in book.facts.values():
        assert fact.source
        assert fact.statement.endswith((".", "?", "!")), fact.id
        assert len(fact.statement) < 170, fact.id
        assert fact.confidence in ("documented", "example", "assumed"), fact.id
        assert fact.unit is None or fact.unit in UNITS
        assert fact.confidence != "assumed" or fact.why, fact.id
        assert re.fullmatch(r"rules/facts/\w+\.yaml, line \d+", fact.place), fact.id


def test_ids_are_unique_over_all_files(book: RuleBook) -> None:
    ids = [
        line.removeprefix("- id: ").strip()
        for path in sorted((RULES / "facts").glob("*.yaml"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("- id: ")
    ]
    assert len(ids) == len(set(ids)) == len(book.facts)


def test_a_fact_knows_its_line(book: RuleBook) -> None:
    file, _, line = book.facts["snapshot.auto_policy.start_jitter"].place.partition(", line ")
    text = (RULES.parent / file).read_text(encoding="utf-8").splitlines()
    assert text[int(line) - 1] == "- id: snapshot.auto_policy.start_jitter"


def test_no_workplace_words_in_the_rules() -> None:
    for path in sorted(RULES.rglob("*.yaml")):
        found = re.findall(r"file id \d|stored (?:file|copy|copies|mirror)|/home/|/root/", path.read_text("utf-8"))
        assert not found, path


@pytest.mark.parametrize(
    ("fact_id", "seconds"),
    [
        ("snapshot.auto_policy.start_jitter", 3600),
        ("async_replication.rpo_value", 900),
        ("async_replication.rtc_rpo", 600),
        ("clb.health_check.failure_window_default", 5 * 3 + 2 * 2),
        ("clb.zone_failover_time", 30),
        ("gtm.detection_time_default", 60 * 3),
        ("gtm.detection_time_fastest", 15 * 2),
        ("dns.ttl_default", 600),
        ("rds_ha.mysql.switchover_max_planned", 15),
    ],
)
def test_durations_by_hand(book: RuleBook, fact_id: str, seconds: float) -> None:
    assert book.fact(fact_id).seconds() == Spread(seconds, seconds, seconds)


def test_derived_facts_by_hand(book: RuleBook) -> None:
    facts = book.facts
    interval = facts["snapshot.auto_policy.min_interval"].number() + facts["snapshot.auto_policy.start_jitter"].number()
    assert facts["snapshot.auto_policy.rpo_worst_case_hourly"].number() == interval
    assert facts["async_replication.rtc_write_cap_rate"].number() == 60_000 / 300
    rate = facts["async_replication.rate"].number()
    assert facts["async_replication.initial_sync_time_1tib"].number() == pytest.approx(
        2**40 / 1e6 / rate / HOUR, rel=0.03
    )
    upload = facts["snapshot.create.implied_throughput"].spread()
    assert (round(40 * 1024 / 40 / 60), round(40 * 1024 / 20 / 60)) == (upload.low, upload.high)


def test_of_each_contradiction_the_prudent_value_is_named(book: RuleBook) -> None:
    note = book.facts["snapshot.quota.policies_per_disk_2025"].note or ""
    assert "Contradicts snapshot.auto_policy.max_policies_per_disk; this one is used." in note
    other = book.facts["snapshot.auto_policy.max_policies_per_disk"].note or ""
    assert "Contradicts snapshot.quota.policies_per_disk_2025; the other is used." in other


def test_what_is_not_published_has_no_number(book: RuleBook) -> None:
    unknown = book.facts["regional_essd.rto"]
    assert unknown.value is None
    with pytest.raises(UnitError, match=r"regional_essd\.rto"):
        unknown.spread()


def test_regions_and_zones_are_known_wherever_facts_name_them(book: RuleBook) -> None:
    zones = {zone for region in book.regions.values() for zone in region.zones}
    assert set(book.fact("async_replication.zones_current").words()) <= zones
    assert set(book.fact("async_replication.zones_2024").words()) <= zones
    for fact_id in (
        "async_replication.rtc_regions",
        "regional_essd.candidate_regions",
        "snapshot.group.raised_regions",
    ):
        assert set(book.fact(fact_id).words()) <= set(book.regions), fact_id


def test_replication_regions_follow_from_the_zones(book: RuleBook) -> None:
    current = set(book.fact("async_replication.zones_current").words())
    regions = {region.id for region in book.regions.values() if current & set(region.zones)}
    assert set(book.fact("async_replication.regions_current").words()) == regions


def test_candidate_regions_have_the_zones_they_need(book: RuleBook) -> None:
    least = book.fact("regional_essd.min_zones").number()
    enough = {region.id for region in book.regions.values() if len(region.zones) >= least}
    assert set(book.fact("regional_essd.candidate_regions").words()) == enough


def test_regions(book: RuleBook) -> None:
    hangzhou = book.regions["cn-hangzhou"]
    assert (hangzhou.name_zh, hangzhou.geography, len(hangzhou.zones)) == ("华东1（杭州）", "Chinese mainland", 8)
    assert {region.id for region in book.regions.values() if region.closing} == {"cn-fuzhou", "cn-nanjing"}


def test_classes(book: RuleBook) -> None:
    classes = {name: found for name, found in book.classes.items() if isinstance(found, WorkloadClass)}
    assert set(classes) == {"critical", "important", "standard", "low"} == set(book.classes)
    critical, standard = classes["critical"], classes["standard"]
    assert critical.targets["zone"] == Target(rpo_s=60, rto_s=900)
    assert standard.targets["logical"] == Target(rpo_s=26 * HOUR, rto_s=24 * HOUR)
    assert not standard.target("region").asks
    assert (critical.downtime_per_hour, critical.loss_per_hour) == (Decimal(50000), Decimal(80000))
    assert critical.frequency_per_year["zone"] == book.fact("frequency.zone").number() == 0.05


@pytest.mark.parametrize("metric", ["rpo_s", "rto_s"])
def test_a_stricter_class_never_asks_for_less(book: RuleBook, metric: str) -> None:
    ordered = [book.classes[name] for name in ("critical", "important", "standard", "low")]
    for disruption in DISRUPTIONS:
        asked = [getattr(found.target(disruption), metric) for found in ordered if isinstance(found, WorkloadClass)]
        bounds = [float("inf") if value is None else value for value in asked]
        assert bounds == sorted(bounds), disruption


def test_standards(book: RuleBook) -> None:
    levels = {(level.standard, level.level): level for level in book.standards}
    assert len(levels) == 12
    fifth = levels["GB/T 20988-2025", 5]
    assert (fifth.rto_max_s, fifth.rpo_max_s, fifth.verify) == (2 * HOUR, 1800, True)
    assert levels["GB/T 20988-2007", 4].rto_max_s is None
    assert not levels["GB/T 20988-2007", 1].verify


def test_measures(book: RuleBook) -> None:
    assert set(book.measures) == GUIDANCE
    for name, measure in book.measures.items():
        assert measure["id"] == name
        limits = measure["limits"]
        assert isinstance(limits, list)
        assert all(limit["fact"] in book.facts for limit in limits)


# -- the digest --


def test_the_digest_depends_on_every_byte_and_name(tmp_path: Path, book: RuleBook) -> None:
    copy = tmp_path / "rules"
    shutil.copytree(RULES, copy)
    assert load_rules(base=copy).digest == book.digest == load_rules().digest
    assert re.fullmatch(r"[0-9a-f]{64}", book.digest)
    (copy / "facts" / "disk.yaml").rename(copy / "facts" / "disks.yaml")
    renamed = load_rules(base=copy).digest
    with (copy / "regions.yaml").open("a", encoding="utf-8") as file:
        file.write("# more\n")
    assert len({book.digest, renamed, load_rules(base=copy).digest}) == 3


def test_the_digest_by_hand(tmp_path: Path) -> None:
    base = tmp_path / "rules"
    data = b"- {id: a, statement: A., value: 1, unit: h, confidence: documented, source: https://example.com/}\n"
    own_file(base, data.decode(), "facts/a.yaml")
    name = b"facts/a.yaml"
    by_hand = len(name).to_bytes(8, "big") + name + len(data).to_bytes(8, "big") + data
    assert load_rules(base=base).digest == hashlib.sha256(by_hand).hexdigest()


# -- overrides --


def test_a_fact_is_replaced_and_marked(tmp_path: Path, book: RuleBook) -> None:
    own = own_file(
        tmp_path,
        "- {id: boot.instance, value: {min: 40, likely: 50, max: 90}, unit: s, confidence: measured, source: drill 7}",
    )
    changed = load_rules(own)
    fact, shipped = changed.fact("boot.instance"), book.fact("boot.instance")
    assert fact.overridden
    assert not shipped.overridden
    assert (fact.seconds(), fact.confidence, fact.source) == (Spread(40, 50, 90), "measured", "drill 7")
    assert fact.statement == shipped.statement
    assert fact.place == f"{own.as_posix()}, line 1"
    assert changed.digest != book.digest
    same = {key for key in book.facts if book.facts[key] != changed.facts[key]}
    assert same == {"boot.instance"}


def test_a_unit_left_out_is_the_shipped_one(tmp_path: Path) -> None:
    own = own_file(tmp_path, "- {id: boot.instance, value: 2, confidence: quoted, source: ticket 12}")
    assert load_rules(own).fact("boot.instance").seconds().likely == 120


def test_a_directory_replaces_facts_classes_standards_and_regions(tmp_path: Path, book: RuleBook) -> None:
    own_file(tmp_path, "- {id: frequency.zone, value: 0.2, confidence: quoted, source: ours}", "facts/a.yaml")
    critical = (RULES / "classes" / "default.yaml").read_text(encoding="utf-8").split("  important:")[0]
    own_file(tmp_path, critical.replace("rto: 15 min", "rto: 10 min"), "classes/a.yml")
    level = "{standard: House, level: 1, name: Gold, rto_max: 1 h, rpo_max: none, source: board, verify: false}"
    own_file(tmp_path, f"levels: [{level}]", "standards/a.yaml")
    region = "{id: cn-x, name: X, name_zh: 甲, geography: Chinese mainland, zones: [cn-x-a], source: ours}"
    own_file(tmp_path, f"- {region}", "regions.yaml")
    changed = load_rules(tmp_path)
    found = changed.classes["critical"]
    assert isinstance(found, WorkloadClass)
    assert found.targets["zone"].rto_s == 600
    assert found.frequency_per_year["zone"] == 0.2
    low = changed.classes["low"]
    assert isinstance(low, WorkloadClass)
    assert low.frequency_per_year["zone"] == 0.2
    assert changed.regions["cn-x"].zones == ("cn-x-a",)
    assert len(changed.standards) == len(book.standards) + 1


def test_a_class_of_ones_own_may_state_its_frequencies(tmp_path: Path) -> None:
    text = """
classes:
  gold:
    targets:
      logical: {rpo: 1 h, rto: none}
      instance: none
      zone: none
      region: none
    downtime_per_hour: 0.1
    loss_per_hour: 10
    weight: 3
    source: board decision
    why: It is ours.
    frequency_per_year:
      logical: {value: 0.25, why: Four years., source: incident log}
      instance: {fact: frequency.instance}
      zone: {fact: frequency.zone}
      region: {value: 0, why: Not in scope., source: board decision}
"""
    gold = load_rules(own_file(tmp_path, text)).classes["gold"]
    assert isinstance(gold, WorkloadClass)
    assert gold.targets["logical"] == Target(rpo_s=3600)
    assert gold.downtime_per_hour == Decimal("0.1")
    assert gold.frequency_per_year == {"logical": 0.25, "instance": 1, "zone": 0.05, "region": 0}


def test_check_cards_are_read(tmp_path: Path) -> None:
    base = tmp_path / "rules"
    own_file(base, "{id: X-002, title: B, severity: low, source: https://example.com/, bad: {a: 1}}", "checks/b.yaml")
    own_file(base, "- {id: X-001, title: A, severity: high, source: https://example.com/}", "checks/ecs/a.yaml")
    assert [card["id"] for card in load_rules(base=base).checks] == ["X-001", "X-002"]


# -- broken input --


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_a_broken_override_is_told_in_its_words(path: Path) -> None:
    found = mistakes_of(path)
    assert expected(path), "the file says no words"
    for words in expected(path):
        assert any(words in mistake for mistake in found), f"{words!r} is not in {found}"
    assert all(mistake.startswith(path.as_posix()) for mistake in found)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_broken_shipped_rules_are_told_in_their_words(path: Path) -> None:
    found = mistakes_of(base=path)
    assert expected(path), "the files say no words"
    for words in expected(path):
        assert any(words in mistake for mistake in found), f"{words!r} is not in {found}"


def test_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    for path in OWN:
        shutil.copy(path, tmp_path / path.name)
    found = mistakes_of(tmp_path)
    assert {mistake.split(",")[0].rsplit("/", 1)[1] for mistake in found} == {path.name for path in OWN}


def test_a_missing_override(tmp_path: Path) -> None:
    (only,) = mistakes_of(tmp_path / "nothing.yaml")
    assert "There is no such file or directory. Name an existing directory or file of rules." in only


def test_an_empty_directory(tmp_path: Path) -> None:
    (only,) = mistakes_of(tmp_path)
    assert "The directory holds no YAML file." in only


def test_a_file_that_is_no_utf8(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_bytes("- id: 中文".encode("gb18030"))
    (only,) = mistakes_of(path)
    assert "It is not valid UTF-8 text. Save the file as UTF-8." in only


# -- the YAML reader --


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1:30", "1:30"),
        ("2026-04-01", "2026-04-01"),
        ("yes", "yes"),
        ("No", "No"),
        ("True", "True"),
        ("0777", "0777"),
        ("0x1F", "0x1F"),
        ("1e3", "1e3"),
        ("1_000", "1_000"),
        (".nan", ".nan"),
        ("+86", "+86"),
        ("9" * 400, "9" * 400),
        ("9" * 400 + ".0", "9" * 400 + ".0"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("-5", -5),
        ("1.50", 1.5),
        ("'12'", "12"),
        ("!!str 12", "12"),
        ("[a, 1, ]", ["a", 1]),
    ],
)
def test_scalars_are_what_was_written(text: str, value: object) -> None:
    document = load_yaml(f"key: {text}\n", "a.yaml")
    assert document.value == {"key": value}
    assert type(document.value["key"]) is type(value)


def test_lines_spelling_and_text_keys() -> None:
    document = load_yaml("\ufeff# first\na:\n  - 1.10\n  - b: yes\n2: x\n", "a.yaml")
    assert document.value == {"a": [1.1, {"b": "yes"}], "2": "x"}
    assert dict(document.lines) == {(): 2, ("a",): 2, ("a", 0): 3, ("a", 1): 4, ("a", 1, "b"): 4, ("2",): 5}
    assert document.spelling["a", 0] == "1.10"
    assert document.place("a", 1, "b", "missing") == "line 4"
    assert load_yaml("", "a.yaml").value is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "a: 1\nb:\n  c: 1\n  c: 2\na: 3",
            ["line 4: The key 'c' is given twice, first in line 3.", "line 5: The key 'a'"],
        ),
        ("a:\n\tb: 1\n\n\tc: 1", ["line 2: A tab is used for indentation. Indent with spaces.", "line 4: A tab"]),
        ("a: *x", ["line 1: This is no valid YAML: found undefined alias. Quote a text that begins with '*'"]),
        ("a: &x 1\nb: *x", ["line 1: Anchors (&) are not read.", "line 2: Aliases (*) are not read."]),
        ("&a [*a]", ["line 1: Aliases (*) are not read."]),
        ("<<: {a: 1}", ["line 1: Merge keys (<<) are not read. Write the entries out."]),
        ("a: b: c", ["line 1: This is no valid YAML", "Quote a text that holds ': '"]),
        ("a: 'x", ["Close the quotation mark or bracket that was opened."]),
        ("a: [1, 2\nb: 3", ["line 2: This is no valid YAML", "Close the bracket that was opened"]),
        ("a: !foo 1", ["line 1: The tag '!foo' is not read."]),
        ("a: @x", ["Quote a text that begins with %, @ or `"]),
        ("a: {{x}}", ["line 1: A key is no plain text."]),
        ("a: 1\n---\nb: 2\n", ["Keep one document in the file"]),
        ("a: \x01", ["Remove the invisible control character"]),
        ("a:\n  - 1\n - 2\n", ["line 3: This is no valid YAML", "begin in the same column"]),
        ("a: \ud800", ["It is not valid Unicode text."]),
        ("[" * 400 + "]" * 400, ["It is nested too deeply. Use fewer levels."]),
        ("[" * 9000 + "]" * 9000, ["a.yaml"]),
    ],
)
def test_yaml_mistakes_have_line_and_remedy(text: str, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        load_yaml(text, "a.yaml")
    for part in words:
        assert part in str(caught.value)


def test_a_deep_but_sane_document_is_read() -> None:
    assert load_yaml("[" * 50 + "]" * 50, "a.yaml").value


def test_entries_lead_to_values_and_lines() -> None:
    entry = Entry("a.yaml", load_yaml("a:\n  - b: 1\n", "a.yaml"))
    inner = entry.child("a").child(0)
    assert (inner.fields, inner.where) == ({"b": 1}, "a.yaml, line 2")
    assert entry.child("x").child(3).value is None
    assert [child.value for child in inner.children()] == [1]


def test_field_reader_gathers_what_does_not_fit() -> None:
    entry = Entry("a.yaml", load_yaml("id: x\nn: many\nd: 5\nf: on\nt: 7\n", "a.yaml"))
    reader = FieldReader([])
    assert reader.number(entry, "n") is None
    assert reader.duration(entry, "d") is None
    assert reader.flag(entry, "f") is False
    assert reader.text(entry, "t") is None
    assert [str(mistake) for mistake in reader.mistakes] == [
        "a.yaml, line 2: 'n' is no number of zero or more of 'x'. Write for example 'n: 10'.",
        "a.yaml, line 3: d: '5' has no unit. Write '5 min' or '5 h'.",
        "a.yaml, line 4: 'f' is neither true nor false: 'on'. Write true or false.",
        "a.yaml, line 5: 't' is no text of 'x'. Write it in quotation marks.",
    ]


# -- where the data lie --


def test_data_lie_in_the_checkout_or_in_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (data_dir("rules") / "regions.yaml").is_file()
    package = tmp_path / "site-packages" / "advisor"
    (package / "_data" / "rules").mkdir(parents=True)
    (package.parent / "pricing").mkdir()
    monkeypatch.setattr("advisor.resources._PACKAGE", package)
    assert data_dir("rules") == package / "_data" / "rules"
    with pytest.raises(FileNotFoundError, match="Install advisor anew"):
        data_dir("pricing")
