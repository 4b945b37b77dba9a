"""The targets being edited: what is typed, what is written, and that it reads back as the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from advisor import api
from advisor.api.asking import dependency_graph, load_inventory_bytes, load_targets_bytes, safe_name
from advisor.model.disruption import DISRUPTIONS
from advisor.model.evidence import RuleBook
from advisor.model.finding import InputError
from advisor.model.inventory import ImportResult
from advisor.model.targets import Exclusion, Match, Target, Targets, WorkloadClass, WorkloadSpec
from advisor.model.units import Money
from advisor.web.draft import Draft, begin, needs_redraw, with_budget, with_edits, with_risk_level, workload_at
from advisor.web.targets_file import exact_duration, number, scalar, targets_text

SHOP = Path(__file__).parents[2] / "sample_inventories" / "shop"
HOSTILE = 'a: "b" # <script>\\ *x &y !z\x1b[31m\u202e\u2028\t- {c}'


@pytest.fixture(scope="module")
def shipped(rules: RuleBook) -> dict[str, WorkloadClass]:
    return api.classes_of(rules)


@pytest.fixture
def draft(shop: ImportResult, shop_targets: Targets, shipped: dict[str, WorkloadClass]) -> Draft:
    graph = dependency_graph(shop, shop_targets)
    return begin(shop_targets, shipped, graph, shop.inventory, (SHOP / "targets.yaml").read_bytes())


def _row(draft: Draft, name: str) -> int:
    return next(index for index, row in enumerate(draft.rows) if row.name == name)


def _read(draft: Draft, rules: RuleBook) -> Targets:
    data = draft.data()
    assert data is not None
    return load_targets_bytes(data, "targets.yaml", rules)


def _settled(targets: Targets) -> Targets:
    """Without what another spelling of the same file changes: digest, lines, targets that only repeat their class."""
    classes = {
        name: replace(item, targets={disruption: item.target(disruption) for disruption in DISRUPTIONS})
        for name, item in targets.classes.items()
    }
    specs = tuple(replace(spec, place="", targets=targets.all_targets(spec)) for spec in targets.workloads)
    return replace(targets, digest="", classes=classes, workloads=specs)


def test_an_untouched_file_stays_as_it_is(draft: Draft) -> None:
    assert draft.data() == (SHOP / "targets.yaml").read_bytes()


def test_the_sample_written_anew_reads_as_the_same_targets(
    draft: Draft, shop_targets: Targets, rules: RuleBook
) -> None:
    anew = replace(draft, edited=True)
    assert anew.data() != draft.data()
    assert _settled(_read(anew, rules)) == _settled(shop_targets)


def test_every_field_of_a_targets_file_is_written(shipped: dict[str, WorkloadClass], rules: RuleBook) -> None:
    own = replace(
        shipped["low"], name=HOSTILE, targets={"zone": Target(90.0, 0.5), "region": Target(None, 93600.0)},
        downtime_per_hour=Decimal("1234.50"), weight=0.25, frequency_per_year={"zone": 0.00001}, source="our own: book",
    )  # fmt: skip
    first = WorkloadSpec(
        HOSTILE, Match({"app: x": "yes", "应用": "店"}, ("i-1", HOSTILE), ("shop-*",), "vpc-1"), "critical",
        {"zone": replace(shipped["critical"].target("zone"), rto_s=300.0), "logical": Target(None, None)},
        ("true",), ("no",), 0.35, 0.03, ("cn-shanghai",),
        (Exclusion("i-2", HOSTILE, date(2026, 12, 31)), Exclusion("i-3", "for now", None)),
        Decimal("50000"), Decimal("0.5"), ("gtm",), ("rds_ha",), "snap-1h", False, (("i-1", "i-2"),),
    )  # fmt: skip
    targets = Targets(
        {**shipped, HOSTILE: own},
        (first, WorkloadSpec("true", Match(vpc="v"), HOSTILE), WorkloadSpec("no", Match(vpc="w"), "low")),
        "USD", Money(Decimal("60000.25"), "USD"), "p90", "low", 7, False,
    )  # fmt: skip
    read = load_targets_bytes(targets_text(targets, shipped).encode(), "targets.yaml", rules)
    assert _settled(replace(read, given=False)) == _settled(targets)


def test_a_budget_and_a_risk_level_change_the_file(draft: Draft, rules: RuleBook) -> None:
    changed = with_risk_level(with_budget(draft, "8,000 CNY"), "p90")
    read = _read(changed, rules)
    assert read.budget == Money(Decimal(8000), "CNY")
    assert read.risk_level == "p90"
    assert with_budget(draft, draft.budget) is draft
    assert with_risk_level(draft, draft.base.risk_level) is draft


def test_a_budget_without_currency_is_told(draft: Draft) -> None:
    money, wrong = with_budget(draft, "8000").money()
    assert money is None
    assert wrong == "'8000' has no currency. Write '8000 CNY' or '8000 USD'."


def test_a_typed_target_goes_over_the_class(draft: Draft, rules: RuleBook) -> None:
    index = _row(draft, "dev")
    read = _read(with_edits(draft, {index: {"instance_rto": " 90 min "}}), rules)
    spec = read.spec("dev")
    assert spec is not None
    assert read.target(spec, "instance").rto_s == 5400
    assert read.target(spec, "instance").rpo_s == read.classes["low"].target("instance").rpo_s


def test_a_workload_that_was_only_found_is_declared_once_it_is_edited(
    draft: Draft, shop: ImportResult, rules: RuleBook
) -> None:
    found = next(row for row in draft.rows if not row.declared)
    changed = with_edits(draft, {_row(draft, found.name): {"class": "critical"}})
    read = _read(changed, rules)
    spec = read.spec(found.name)
    assert spec is not None
    assert spec.class_name == "critical"
    before = next(item for item in dependency_graph(shop, draft.base).workloads if item.name == found.name)
    after = next(item for item in dependency_graph(shop, read).workloads if item.name == found.name)
    assert after.resources == before.resources
    assert needs_redraw({0: {"class": "critical"}})


def test_found_workloads_keep_their_resources_when_all_are_declared(
    shop: ImportResult, shipped: dict[str, WorkloadClass], rules: RuleBook
) -> None:
    plain = api.load_targets(None, rules)
    graph = dependency_graph(shop, plain)
    begun = begin(plain, shipped, graph, shop.inventory)
    assert begun.data() is None
    declared = with_edits(begun, {index: {"class": "low"} for index in range(len(begun.rows))})
    after = dependency_graph(shop, _read(declared, rules))
    assert {item.name: item.resources for item in after.workloads} == {
        item.name: item.resources for item in graph.workloads
    }


def test_an_emptied_cell_takes_the_class_again(draft: Draft) -> None:
    index = _row(draft, "shop-web")
    assert ("zone", "rto") in draft.rows[index].own
    changed = with_edits(draft, {index: {"zone_rto": ""}})
    assert ("zone", "rto") not in changed.rows[index].own
    assert changed.rows[index].shown(("zone", "rto"), changed.classes) == "15 min"
    assert needs_redraw({index: {"zone_rto": None}})
    assert not needs_redraw({index: {"zone_rto": "3 min"}})


def test_a_wrong_target_is_told_in_the_parser_s_words_with_its_workload(draft: Draft, rules: RuleBook) -> None:
    changed = with_edits(draft, {_row(draft, "orders"): {"zone_rto": "15"}, _row(draft, "dev"): {"region_rpo": "soon"}})
    with pytest.raises(InputError) as caught:
        _read(changed, rules)
    told = {workload_at(changed.text(), mistake): str(mistake) for mistake in caught.value.mistakes}
    assert "'15' has no unit. Write '15 min' or '15 h'." in told["orders"]
    assert "'soon' is no duration." in told["dev"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "none"), (0, "0 s"), (0.5, "0.5 s"), (90, "90 s"), (5400, "90 min"), (86400, "24 h"), (172800, "2 d"),
     (93600, "26 h"), (604800, "7 d")],
)  # fmt: skip
def test_durations_are_written_without_rounding(seconds: float | None, text: str) -> None:
    assert exact_duration(seconds) == text


def test_numbers_have_no_exponent() -> None:
    assert [number(0.00001), number(1e16), number(Decimal("1E+3")), number(3.0)] == [
        "0.00001",
        "1" + "0" * 16,
        "1000",
        "3",
    ]


def test_what_cannot_be_seen_is_written_as_a_number() -> None:
    assert scalar("a\u202eb\x1b") == '"a\\u202eb\\x1b"'
    assert scalar("yes") == '"yes"'
    assert scalar("shop-web") == "shop-web"


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\x\\a.json", "a.json"), ("..", "file"), ("", "file"), ("a\0b.csv", "ab.csv")],
)
def test_names_of_uploads_cannot_lead_anywhere(name: str, kept: str) -> None:
    assert safe_name(name, "file") == kept


def test_uploads_of_one_name_are_told_apart_and_long_names_are_cut() -> None:
    data = (SHOP.parent / "minimal" / "DescribeInstances.json").read_bytes()
    long = "服" * 300 + ".json"
    imported = load_inventory_bytes([("a.json", data), ("a.json", data), (long, data)])
    assert len(imported.forms) == 3
    assert len(list(imported.inventory.of_kind("instance"))) == 3
