"""The targets file: what it says is what is read, and each mistake has its line and what to write instead."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from advisor.importers import default_targets, read_targets
from advisor.model.finding import InputError
from advisor.model.targets import Exclusion, Match, Target, Targets, WorkloadClass
from advisor.model.units import Money

BROKEN = Path(__file__).resolve().parents[2] / "broken" / "targets"
REGIONS = ("cn-hangzhou", "cn-shanghai", "cn-beijing")


def shipped(name: str) -> WorkloadClass:
    targets = {"zone": Target(60.0, 900.0), "region": Target(900.0, None)}
    return WorkloadClass(name, targets, Decimal(50000), Decimal(80000), 10.0, {"zone": 0.05}, "shipped")  # type: ignore[arg-type]


CLASSES = {name: shipped(name) for name in ("critical", "important", "standard", "low")}

WORDS = {
    "unknown_key": "unknown_key.yaml, line 2: unknown key 'clases' in the targets file. Did you mean 'classes'?",
    "no_unit": "no_unit.yaml, line 5: rpo: '15' has no unit. Write '15 min' or '15 h'.",
    "clock_time": (
        "clock_time.yaml, line 5: rto: '1:30' is a clock time, not a duration. Write for example '90 min' or '1.5 h'."
    ),
    "duplicate_key": (
        "duplicate_key.yaml, line 3: The key 'currency' is given twice, first in line 2. Keep one of the two."
    ),
    "tab": "tab.yaml, line 3: A tab is used for indentation. Indent with spaces.",
    "unknown_class": "unknown_class.yaml, line 5: unknown class 'critcal'. Did you mean 'critical'?",
    "unknown_disruption": (
        "unknown_disruption.yaml, line 5: unknown disruption 'zones' in workloads.0.targets. Did you mean 'zone'?"
    ),
    "unknown_region": "unknown_region.yaml, line 5: unknown region 'cn-shangai'. Did you mean 'cn-shanghai'",
    "unknown_workload": "unknown_workload.yaml, line 5: unknown workload 'payment' in needs. Did you mean 'payments'?",
    "budget_without_currency": "budget_without_currency.yaml, line 2: the budget has no currency. Add 'currency: CNY'",
    "budget_as_text": (
        "budget_as_text.yaml, line 3: monthly: '60000 CNY' is no amount. Write the plain "
        "number; the currency stands once"
    ),
    "risk_level": "risk_level.yaml, line 2: unknown risk_level '95'. Did you mean 'p95'?",
    "percentage": "percentage.yaml, line 5: daily_change: '3' has no unit. Write '3%'.\n"
    "percentage.yaml, line 6: min_capacity: '150%' is no share. Write 0.5 or 50%; at most 1 or 100%.",
    "exclude_without_reason": (
        "exclude_without_reason.yaml, line 6: 'i-bp1aaaa' is excluded without a reason. Write 'reason: …'"
    ),
    "match_without_conditions": (
        "match_without_conditions.yaml, line 4: the match of 'shop' has no condition. Write "
        "'match: {tags: {app: shop}}'"
    ),
    "no_version": "no_version.yaml, line 1: 'version' is missing. Write 'version: 1' in the first line.",
    "not_a_mapping": (
        "not_a_mapping.yaml, line 1: the targets file is a list, not 'key: value' pairs. Indent its keys below it."
    ),
    "twice": "twice.yaml, line 5: the workload 'shop' is given twice. Give each one its own name.",
    "new_class_without_costs": (
        "new_class_without_costs.yaml, line 3: the new class 'vital' has no "
        "'downtime_per_hour'. Add 'downtime_per_hour'"
    ),
    "negative": "negative.yaml, line 3: monthly: '-1' is negative. Write 0 or more.\n"
    "negative.yaml, line 4: '2.5' is no number of changes. Write a whole number, 0 or more.\n"
    "negative.yaml, line 5: hard: 'yes' is neither true nor false. Write true or false.",
    "too_much": (
        "too_much.yaml, line 3: monthly: '1.0e+20' is more than 1,000,000,000,000. Check the number and its unit.\n"
        "too_much.yaml, line 5: the weight '1.0e+13' is above 1,000,000. Write 0 to 1,000,000, with 4 decimals at "
        "most; only the ratio of weights counts.\n"
        "too_much.yaml, line 6: the weight '0.00001' is too fine. Write 0 to 1,000,000, with 4 decimals at most; only "
        "the ratio of weights counts.\n"
        "too_much.yaml, line 7: downtime_per_hour: '1.0e+15' is more than 1,000,000,000. Check the number and its "
        "unit.\n"
        "too_much.yaml, line 7: the frequency '9000' is more than once an hour (8,760 a year). Write how often a "
        "year, 0 or more.\n"
        "too_much.yaml, line 12: loss_per_hour: '2.0e+9' is more than 1,000,000,000. Check the number and its unit."
    ),
    "not_text": "not_text.yaml: it is not UTF-8 text. Save the file as UTF-8.",
    "empty": "empty.yaml, line 1: the targets file is nothing, not 'key: value' pairs.",
}


def read(text: str, folder: Path) -> Targets:
    path = folder / "targets.yaml"
    path.write_text(text, encoding="utf-8")
    return read_targets(path, CLASSES, REGIONS)


@pytest.mark.parametrize("name", sorted(WORDS))
def test_each_mistake_is_named_with_its_line_and_what_to_write(name: str) -> None:
    with pytest.raises(InputError) as caught:
        read_targets(BROKEN / f"{name}.yaml", CLASSES, REGIONS)
    assert WORDS[name] in str(caught.value)


def test_every_broken_file_is_expected() -> None:
    assert {path.stem for path in BROKEN.iterdir()} == set(WORDS)


def test_all_mistakes_of_a_file_come_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = (
        "version: 2\nrisk_level: p99\nworkloads:\n  - name: a\n    class: x\n"
        "    dr_regions: [nowhere]\n    needs: {hard: [a]}\n"
    )
    with pytest.raises(InputError) as caught:
        read(text, tmp_path)
    assert [mistake.place for mistake in caught.value.mistakes] == [
        "line 1",
        "line 2",
        "line 4",
        "line 5",
        "line 6",
        "line 7",
    ]


def test_the_whole_of_a_targets_file(tmp_path: Path) -> None:
    targets = read(
        """\
version: 1
currency: CNY
budget: {monthly: 60000.50}
risk_level: p90
default_class: low
max_changes: 12
hard: false
classes:
  critical:
    targets:
      zone: {rto: 5 min}
      logical: {rpo: 1 h, rto: none}
    weight: 20
  vital: {targets: {}, downtime_per_hour: 1, loss_per_hour: 2, weight: 3, frequency_per_year: {zone: 0.1}}
workloads:
  - name: shop
    match: {tags: {app: shop, tier: 1}, resources: [i-bp1aaaa], names: "shop-*", vpc: vpc-bp1a}
    class: critical
    targets: {zone: {rpo: 30 s}, instance: {rto: 0 s}}
    needs: {hard: [payments], soft: [search]}
    min_capacity: 50%
    daily_change: 3.5%
    dr_regions: [cn-shanghai]
    exclude: [{resource: i-bp1bbbb, reason: sandbox, until: 2027-03-31}]
    downtime_per_hour: 100
    forbid: [cross-region]
    require: backup
    pin: multi-zone
    stateless: false
    confirmed_edges: [[i-bp1aaaa, rm-bp1aaaa]]
  - {name: payments, match: {names: [pay-*]}, needs: {hard: [shop]}}
  - {name: search, match: {vpc: vpc-bp1b}}
""",
        tmp_path,
    )
    assert targets.budget == Money(Decimal("60000.50"), "CNY")
    assert (targets.risk_level, targets.default_class, targets.max_changes, targets.hard) == ("p90", "low", 12, False)
    critical = targets.classes["critical"]
    assert critical.target("zone") == Target(60.0, 300.0)
    assert critical.target("logical") == Target(3600.0, None)
    assert (critical.weight, critical.downtime_per_hour, critical.source) == (20.0, Decimal(50000), "shipped")
    assert targets.classes["vital"].frequency_per_year == {"zone": 0.1}
    shop = targets.workloads[0]
    assert shop.match == Match({"app": "shop", "tier": "1"}, ("i-bp1aaaa",), ("shop-*",), "vpc-bp1a")
    assert targets.target(shop, "zone") == Target(30.0, 300.0)
    assert targets.target(shop, "region") == Target(900.0, None)
    assert (shop.needs_hard, shop.needs_soft, shop.min_capacity) == (("payments",), ("search",), 0.5)
    assert shop.daily_change == pytest.approx(0.035)
    assert shop.exclude == (Exclusion("i-bp1bbbb", "sandbox", date(2027, 3, 31)),)
    assert (shop.forbid, shop.require, shop.pin, shop.stateless) == (
        ("cross-region",),
        ("backup",),
        "multi-zone",
        False,
    )
    assert (shop.confirmed_edges, shop.downtime_per_hour, shop.place) == (
        (("i-bp1aaaa", "rm-bp1aaaa"),),
        Decimal(100),
        "line 16",
    )
    assert [spec.class_name for spec in targets.workloads] == ["critical", "low", "low"]
    assert targets.given
    assert len(targets.digest) == 64


def test_workloads_that_need_one_another_are_no_mistake(tmp_path: Path) -> None:
    text = (
        "version: 1\nworkloads:\n  - {name: a, match: {vpc: v}, needs: {hard: [b]}}\n"
        "  - {name: b, match: {vpc: w}, needs: {hard: [a]}}\n"
    )
    assert [spec.needs_hard for spec in read(text, tmp_path).workloads] == [("b",), ("a",)]


def test_numbers_keep_their_spelling_where_they_are_names(tmp_path: Path) -> None:
    text = "version: 1\nworkloads:\n  - {name: 007, match: {tags: {release: 1.10}}}\n"
    spec = read(text, tmp_path).workloads[0]
    assert (spec.name, spec.match.tags) == ("007", {"release": "1.10"})


def test_without_a_file_the_shipped_classes_hold() -> None:
    targets = default_targets(CLASSES)
    assert (targets.classes, targets.workloads, targets.budget, targets.given, targets.digest) == (
        CLASSES,
        (),
        None,
        False,
        "",
    )


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_targets(tmp_path / "none.yaml", CLASSES, REGIONS)


def test_the_targets_of_the_sample_estate(shop: Path) -> None:
    targets = read_targets(shop / "targets.yaml", CLASSES, REGIONS)
    assert len(targets.workloads) == 8
    assert targets.budget is not None
    assert targets.budget.currency == "CNY"


@pytest.mark.parametrize(
    ("needs", "told"),
    [
        ("[ordres]", "Write 'needs: {hard: [orders]}', or soft for those without which it only works worse."),
        ("ordres", "Write 'needs: {hard: [orders]}'"),
        (
            "[ordres, billing]",
            "{hard: [orders, billing]}', or soft for those without which it only works worse. Declared",
        ),
        ("{hard: [ordres]}", "unknown workload 'ordres' in needs. Did you mean 'orders'?"),
        ("{soft: [billing]}", "Declared here: 'orders'. Declare 'billing' as a workload of this file, too"),
    ],
)
def test_a_need_that_is_no_workload_names_the_nearest(tmp_path: Path, needs: str, told: str) -> None:
    text = (
        "version: 1\nworkloads:\n  - {name: orders, match: {vpc: v}}\n"
        f"  - {{name: web, match: {{vpc: w}}, needs: {needs}}}\n"
    )
    with pytest.raises(InputError) as caught:
        read(text, tmp_path)
    assert told in str(caught.value)


def test_a_bare_exclusion_says_how_to_write_it(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"line 4: 'i-a' is excluded without a reason. Write '- \{resource: i-a, reason"
    ):
        read("version: 1\nworkloads:\n  - {name: a, match: {vpc: v},\n     exclude: [i-a]}\n", tmp_path)
