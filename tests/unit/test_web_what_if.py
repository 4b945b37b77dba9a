"""What-if: facts and prices of one's own as folders, the difference between two plans, and the screen."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from advisor import api
from advisor.api.differences import ABSENT, Difference, changed_only, plan_differences
from advisor.api.own_values import (
    OwnFact,
    OwnPrice,
    OwnValues,
    known_options,
    own_books,
    own_files,
    repeat_command,
    used_facts,
    used_prices,
)
from advisor.model.evidence import RuleBook, Spread
from advisor.model.finding import InputError
from advisor.model.plan import Plan
from advisor.model.pricebook import Price, PriceBook
from advisor.web.archive import pack
from advisor.web.changes import changes
from advisor.web.draft import Draft, begin, with_max_changes, with_wishes
from advisor.web.inputs import input_files
from advisor.web.screens import what_if
from advisor.web.session import Session
from advisor.yaml_text import load_yaml

ROOT = Path(__file__).parents[2]
MINIMAL = sorted((ROOT / "sample_inventories" / "minimal").glob("*.json"))
AS_OF = date(2026, 11, 22)
HOSTILE = 'a"\\\n\u2028: #\x1b{}'
FACT = OwnFact("detect.zone", "1", "2", "3", "min", "measured", "drill of 12 May")
PRICE = OwnPrice("snapshot.standard.storage", "cn-hangzhou", "GiB-month", "CNY", "payg", "0.06", "contract of March")


# --- facts and prices of one's own ---


def test_a_fact_and_a_price_stand_over_the_shipped_ones_and_are_marked() -> None:
    rules, prices = own_books(OwnValues().with_fact(FACT).with_price(PRICE), AS_OF)
    fact = rules.fact("detect.zone")
    assert (fact.seconds(), fact.overridden, fact.confidence) == (Spread(60, 120, 180), True, "measured")
    found = prices.find("snapshot.standard.storage", "cn-hangzhou", "CNY")
    assert isinstance(found, Price)
    assert (found.amount, found.origin, found.source) == (Decimal("0.06"), "contract", "contract of March")
    elsewhere = prices.find("snapshot.standard.storage", "cn-shanghai", "CNY")
    assert isinstance(elsewhere, Price)
    assert elsewhere.origin == "book"


def test_the_folders_are_what_the_command_line_takes(tmp_path: Path) -> None:
    """Same digests: a plan of the app and of the command line names the same rules and prices."""
    own = OwnValues().with_fact(FACT).with_price(PRICE)
    for name, data in own_files(own).items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(data)
    by_folder = api.books(api.Settings(rules=tmp_path / "rules", prices=tmp_path / "prices", as_of=AS_OF))
    assert [book.digest for book in by_folder] == [book.digest for book in own_books(own, AS_OF)]


def test_one_number_is_written_as_one_number_and_a_later_value_replaces_the_first() -> None:
    own = OwnValues().with_fact(FACT).with_fact(replace(FACT, low="4", likely="4", high="4")).with_price(PRICE)
    own = own.with_price(replace(PRICE, price="0.07"))
    assert (len(own.facts), len(own.prices)) == (1, 1)
    assert b"value: 4\n" in own_files(own)["rules/own.yaml"]
    assert own.without("detect.zone").without(PRICE.key) == OwnValues()
    assert own_files(OwnValues()) == {}


def test_every_mistake_in_both_is_listed_without_the_place_they_lay_in() -> None:
    wrong = OwnValues().with_fact(replace(FACT, low="5", likely="x", source="", confidence="assumed"))
    wrong = wrong.with_price(replace(PRICE, price="-3"))
    with pytest.raises(InputError) as caught:
        own_books(wrong, AS_OF)
    told = [str(mistake) for mistake in caught.value.mistakes]
    assert len(told) == 4
    assert all(text.startswith(("rules/own.yaml, line", "prices/own.yaml, line")) for text in told)
    assert any("'source' is missing" in text for text in told)
    assert any("is not in order" in text for text in told)
    assert any("'-3' is no price" in text for text in told)


@given(st.text(max_size=40), st.text(max_size=10))
def test_no_text_breaks_out_of_its_field(source: str, typed: str) -> None:
    own = OwnValues().with_fact(replace(FACT, low=typed, likely="2", source=source))
    own = own.with_price(replace(PRICE, price=typed, source=source))
    files = {name: load_yaml(data.decode(errors="strict"), name).value for name, data in own_files(own).items()}
    (fact,), (price,) = files["rules/own.yaml"], files["prices/own.yaml"]["rows"]  # type: ignore[misc,index,call-overload]
    written = fact["value"]["min"]
    assert written == typed.strip() or float(written) == float(typed)
    assert fact.get("source", "") == price.get("source", "") == source.strip()
    assert price.get("price", "") == typed.strip()
    assert set(fact) <= {"id", "value", "unit", "confidence", "source"}


def test_a_hostile_source_reads_back() -> None:
    rules, _ = own_books(OwnValues().with_fact(replace(FACT, source=HOSTILE)), AS_OF)
    assert rules.fact("detect.zone").source == HOSTILE


def test_facts_in_use_are_numbers_the_most_influential_first(shop_assessment: api.Assessment, rules: RuleBook) -> None:
    found = used_facts(shop_assessment.plan, rules)
    assert all(item.fact.spread() for item in found)
    assert {item.fact.id for item in found} <= {item.fact for item in shop_assessment.plan.evidence}
    influences = [item.influence for item in found]
    assert influences == sorted(influences, reverse=True)
    assert influences[0] > 0


def test_prices_in_use_are_those_of_the_lines(shop_assessment: api.Assessment, prices: PriceBook) -> None:
    plan = shop_assessment.plan
    found = {item.sku for item in used_prices(plan, prices)}
    assert {line.sku for item in plan.workloads for line in item.cost.steady if line.sku} <= found


def test_the_options_of_a_workload_are_those_that_a_plan_tells_of(shop_assessment: api.Assessment) -> None:
    plan = shop_assessment.plan
    item = next(found for found in plan.workloads if found.rejected)
    known = known_options([plan, plan], item.name)
    assert [option.id for option in known] == [item.option_id, *(lost.option_id for lost in item.rejected)]
    assert known[0].monthly_added == item.cost.monthly_added


def test_the_command_names_the_files_that_there_are() -> None:
    settings = api.Settings(objective="min-risk", as_of=AS_OF, seed=7, admit_unpriced=True)
    assert repeat_command(["targets.yaml", "rules/own.yaml"], settings) == (
        "advisor assess INVENTORY --targets targets.yaml --rules rules --objective min-risk --as-of 2026-11-22 "
        "--seed 7 --admit-unpriced --out plan"
    )


# --- the difference ---


def _plan(own: OwnValues = OwnValues()) -> Plan:  # noqa: B008
    rules, prices = own_books(own, AS_OF)
    imported = api.load_inventory(MINIMAL)
    settings = api.Settings(as_of=AS_OF, samples=500, with_frontier=False)
    return api.plan_for(imported, api.load_targets(None, rules), rules, prices, settings).plan


@pytest.fixture(scope="module")
def plain() -> Plan:
    return _plan()


def _lines(lines: Iterable[Difference]) -> dict[tuple[str, str], tuple[str, str]]:
    return {(line.group, line.item): (line.before, line.after) for line in lines}


def test_a_plan_does_not_differ_from_itself(plain: Plan) -> None:
    assert changed_only(plan_differences(plain, plain)) == ()
    assert len(plan_differences(plain, plain)) > 20


def test_half_the_price_halves_the_money_and_nothing_else(plain: Plan) -> None:
    """The sample buys snapshots alone: 0.12 → 0.06 CNY halves 27.87 CNY to 13.93 CNY (27.87 / 2 = 13.935)."""
    cheaper = _plan(OwnValues().with_price(PRICE))
    assert cheaper.portfolio.monthly_added * 2 == pytest.approx(plain.portfolio.monthly_added, abs=Decimal("0.02"))
    found = _lines(changed_only(plan_differences(plain, cheaper)))
    assert found["Price", "snapshot.standard.storage, cn-hangzhou, payg"] == (
        "0.12 CNY per GiB-month (price book)", "0.06 CNY per GiB-month (your own)",
    )  # fmt: skip
    assert set(found) == {
        ("Whole estate", "Added per month"), ("blog", "Added per month"),
        ("Price", "snapshot.standard.storage, cn-hangzhou, payg"),
    }  # fmt: skip


def test_a_fact_of_ones_own_is_told_with_what_it_moves(plain: Plan) -> None:
    found = _lines(changed_only(plan_differences(plain, _plan(OwnValues().with_fact(FACT)))))
    (fact,) = (pair for (group, _), pair in found.items() if group == "Fact")
    assert fact == ("3–30 min (likely 10) (assumed)", "1–3 min (likely 2) (your own, measured)")
    moved = {item for group, item in found if group in ("blog", "blog-db")}
    assert "Zone outage: recovery" in moved
    assert not any(item.startswith(("Region", "Server", "Option")) for item in moved)


def test_a_target_that_is_met_no_more_says_so(plain: Plan) -> None:
    item = plain.workloads[0]
    estimate = item.estimates["zone"]
    worse = estimate.model_copy(update={"rto_p95_s": 10 * 3600.0, "target_rto_s": 8 * 3600.0, "meets": False})
    changed = item.model_copy(update={"estimates": {**item.estimates, "zone": worse}})
    later = plain.model_copy(update={"workloads": (changed, *plain.workloads[1:])})
    before, after = _lines(plan_differences(plain, later))[item.name, "Zone outage: recovery"]
    assert before.endswith("(met, target 8 h)")
    assert after == "10 h (missed, target 8 h)"


def _changes(earlier: Plan, later: Plan) -> dict[tuple[str, str], str]:
    return {(line.group, line.item): line.change for line in changed_only(plan_differences(earlier, later))}


def test_steps_have_a_sign_a_unit_and_the_verdict(plain: Plan) -> None:
    """Half the price of 0.12 is 0.06 less; a recovery of 1 h that takes 10 h takes 9 h more and misses 8 h."""
    cheaper = _plan(OwnValues().with_price(PRICE))
    by = plain.portfolio.monthly_added - cheaper.portfolio.monthly_added
    found = _changes(plain, cheaper)
    assert found["Whole estate", "Added per month"] == f"−{by} CNY"
    assert found["Price", "snapshot.standard.storage, cn-hangzhou, payg"] == "−0.06 CNY"
    assert _changes(cheaper, plain)["Whole estate", "Added per month"] == f"+{by} CNY"

    item = plain.workloads[0]
    quick, slow = (
        item.estimates["zone"].model_copy(update={"rto_p95_s": hours * 3600.0, "target_rto_s": 8 * 3600.0})
        for hours in (1, 10)
    )
    plans = []
    for estimate in (quick, slow):
        changed = item.model_copy(update={"estimates": {**item.estimates, "zone": estimate}})
        plans.append(plain.model_copy(update={"workloads": (changed, *plain.workloads[1:])}))
    line = (item.name, "Zone outage: recovery")
    assert _changes(plans[0], plans[1])[line] == "+9 h, now missed"
    assert _changes(plans[1], plans[0])[line] == "−9 h, now met"


def test_no_step_is_named_where_none_is_known(plain: Plan) -> None:
    """Not of sums with unpriced lines, unbounded recoveries or another currency; a verdict is told all the same."""
    figures = plain.portfolio.model_copy(update={"unpriced": 1})
    line = ("Whole estate", "Added per month")
    assert _changes(plain, plain.model_copy(update={"portfolio": figures}))[line] == ""
    assert _changes(plain, plain.model_copy(update={"currency": "USD"}))[line] == ""
    item = plain.workloads[0]
    endless = item.estimates["zone"].model_copy(update={"rto_p95_s": None, "rto_unbounded": True, "unbounded": True})
    changed = item.model_copy(update={"estimates": {**item.estimates, "zone": endless}})
    later = plain.model_copy(update={"workloads": (changed, *plain.workloads[1:])})
    assert _changes(plain, later)[item.name, "Zone outage: recovery"] == "now missed"


def test_workloads_that_come_and_go_have_an_empty_side(plain: Plan) -> None:
    fewer = plain.model_copy(update={"workloads": plain.workloads[:1]})
    gone = plain.workloads[1].name
    assert all(
        after == ABSENT for (group, _), (_, after) in _lines(plan_differences(plain, fewer)).items() if group == gone
    )
    assert _lines(plan_differences(fewer, plain))[gone, "Option"] == (ABSENT, plain.workloads[1].option_id)


# --- wishes ---


@pytest.fixture
def draft(rules: RuleBook) -> Draft:
    imported = api.load_inventory(MINIMAL)
    targets = api.load_targets(None, rules)
    from advisor.api.asking import dependency_graph

    return begin(targets, api.classes_of(rules), dependency_graph(imported, targets), imported.inventory)


def test_wishes_are_written_for_the_parser_of_the_command_line(draft: Draft, rules: RuleBook) -> None:
    from advisor.api.asking import load_targets_bytes

    wished = with_wishes(draft, "blog", "keep", ["dts"], ["snapshot_policy"], {("zone", "rto"): "3 h"})
    data = with_max_changes(wished, 4).data()
    assert data is not None
    read = load_targets_bytes(data, "targets.yaml", rules)
    spec = read.spec("blog")
    assert spec is not None
    assert (spec.pin, spec.forbid, spec.require, read.max_changes) == ("keep", ("dts",), ("snapshot_policy",), 4)
    assert read.target(spec, "zone").rto_s == 3 * 3600
    assert read.spec("blog-db") is None


def test_wishes_that_wish_nothing_change_nothing(draft: Draft) -> None:
    row = next(row for row in draft.rows if row.name == "blog")
    shown = {("zone", "rto"): row.shown(("zone", "rto"), draft.classes)}
    assert with_wishes(draft, "blog", None, (), (), shown) == draft  # type: ignore[arg-type]
    assert with_max_changes(draft, None) is draft


# --- the screen ---


@pytest.fixture
def app() -> AppTest:
    """The small sample, planned, on the screen What-if."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    for path in MINIMAL:
        app.file_uploader(key="inventory_files").upload(path.name, path.read_bytes(), "application/json")
    for key in ("read_files", "continue", "continue", "make_plan", *["continue"] * 3):
        app.button(key=key).click().run()
        assert not app.exception
    assert app.header[0].value == "What-if"
    return app


def _state(app: AppTest) -> Session:
    state: Session = app.session_state["advisor"]
    return state


def _press(app: AppTest, key: str) -> None:
    app.button(key=key).click().run()
    assert not app.exception


def _field(app: AppTest, label: str) -> object:
    return next(
        item for item in (*app.text_input, *app.number_input, *app.selectbox, *app.multiselect) if item.label == label
    )


def _set(app: AppTest, label: str, value: object) -> None:
    _field(app, label).set_value(value)  # type: ignore[attr-defined]


def _told(app: AppTest) -> str:
    """The tables as people read them."""
    rows = [row for item in app.table for row in item.value.itertuples(index=False)]
    return "\n".join(" | ".join(map(str, row)) for row in rows).replace("\\", "").replace("\u2060", "")


def _select_fact(app: AppTest, name: str) -> None:
    box = app.selectbox(key="w_fact")
    box.select_index(next(n for n, text in enumerate(box.options) if text.startswith(f"{name}:"))).run()


def test_limits_are_taken_planned_compared_and_taken_back(app: AppTest) -> None:
    first = _state(app).made
    assert first is not None
    _set(app, "Budget per month", "0 CNY")
    _set(app, "Changes to the estate at most", 3)
    _set(app, "Objective", "min-risk")
    _press(app, "take_limits")
    assert changes(first.asked, _state(app).asked_now) == [
        ("Objective", "Least cost that meets the targets", "Least expected loss within the budget"),
        ("Budget per month", "–", "0 CNY"),
        ("Changes at most", "–", "3"),
    ]
    assert "Changes at most" in _told(app)
    _press(app, "plan_what_if_changes")
    plan = _state(app).made.assessment.plan  # type: ignore[union-attr]
    assert (plan.budget.monthly, plan.objective) == (0, "min-risk")
    assert "Setting: Budget per month" in _told(app)
    assert "blog: Option" in _told(app)
    _press(app, "take_back")
    state = _state(app)
    assert state.made is first
    assert state.objective == "min-cost"
    assert changes(first.asked, state.asked_now) == []
    assert _field(app, "Budget per month").value == ""  # type: ignore[attr-defined]


def test_changes_are_discarded_and_plans_are_taken_back_one_by_one(app: AppTest) -> None:
    first = _state(app).made
    for budget in ("0 CNY", "10 CNY"):
        _set(app, "Budget per month", budget)
        _press(app, "take_limits")
        _press(app, "plan_what_if_changes")
    assert "discard" not in {button.key for button in app.button}
    _set(app, "Budget per month", "wrong")
    _press(app, "take_limits")
    assert "wrong" in _told(app)
    _press(app, "discard")
    assert _field(app, "Budget per month").value == "10 CNY"  # type: ignore[attr-defined]
    assert "plan_what_if_changes" not in {button.key for button in app.button}
    _press(app, "take_back")
    assert _field(app, "Budget per month").value == "0 CNY"  # type: ignore[attr-defined]
    _press(app, "take_back")
    assert _state(app).made is first
    assert _field(app, "Budget per month").value == ""  # type: ignore[attr-defined]
    assert "take_back" not in {button.key for button in app.button}


def test_many_lines_are_scrolled_through(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(what_if, "ROWS_AS_TEXT", 3)
    _set(app, "Budget per month", "0 CNY")
    _press(app, "take_limits")
    _press(app, "plan_what_if_changes")
    (frame,) = (item.value for item in app.dataframe)
    assert list(frame.columns) == ["Line", "Last plan", "This plan", "Change"]
    assert "Setting: Budget per month" in set(frame["Line"])


def test_an_option_can_be_pinned_and_a_protection_forbidden(app: AppTest) -> None:
    plan = _state(app).made.assessment.plan  # type: ignore[union-attr]
    blog = next(item for item in plan.workloads if item.name == "blog")
    dearer = blog.rejected[0].option_id
    workloads = app.selectbox(key="w_workload")
    workloads.select_index(workloads.options.index("blog")).run()
    box = next(item for item in app.selectbox if item.label == "Option")
    box.select_index(next(n for n, text in enumerate(box.options) if text.startswith(f"{dearer} (")))
    _press(app, "take_wishes")
    _press(app, "plan_what_if_changes")
    made = _state(app).made.assessment.plan  # type: ignore[union-attr]
    assert next(item for item in made.workloads if item.name == "blog").option_id == dearer
    assert f"blog: Option | {blog.option_id} | {dearer}" in _told(app)
    _set(app, "Always choose", ["gtm"])
    _press(app, "take_wishes")
    _press(app, "plan_what_if_changes")
    assert "No plan can be made so." in [error.value for error in app.error]
    assert _state(app).made.assessment.plan == made  # type: ignore[union-attr]


def test_a_wrong_target_is_told_and_keeps_the_plan(app: AppTest) -> None:
    _set(app, "Zone outage: RTO", "15")
    _press(app, "take_wishes")
    assert "has no unit" in _told(app)
    assert "plan_what_if_changes" not in {button.key for button in app.button}


def test_a_fact_and_a_price_are_used_marked_and_taken_along(app: AppTest) -> None:
    _select_fact(app, "detect.zone")
    assert any("Many alarms at once" in item.value for item in app.caption)
    for label, value in (("At least, min", "1"), ("Most likely, min", "2"), ("At most, min", "3")):
        _set(app, label, value)
    _set(app, "From where", "drill of 12 May")
    _press(app, "take_fact")
    assert any(r"your own \(measured\: drill of 12 May\)" in item.value for item in app.markdown)
    box = app.selectbox(key="w_price")
    box.select_index(next(n for n, text in enumerate(box.options) if text.startswith("snapshot.standard"))).run()
    _set(app, "Your price, CNY", "0.06")
    _press(app, "take_price")
    _press(app, "plan_what_if_changes")
    state = _state(app)
    assert state.made is not None
    plan = state.made.assessment.plan
    assert next(item for item in plan.evidence if item.fact == "detect.zone").overridden
    assert "your own, measured" in _told(app)
    assert "0.06 CNY per GiB-month (your own)" in _told(app)
    files = input_files(state.made, {"主机": "id"})
    assert set(files) == {"rules/own.yaml", "prices/own.yaml", "mapping.yaml"}
    with zipfile.ZipFile(io.BytesIO(pack(files))) as archive:
        assert archive.read("rules/own.yaml").startswith(b'- id: "detect.zone"')
    _press(app, "take_out_0")
    assert [item.sku for item in _state(app).own.prices] == ["snapshot.standard.storage"]
    assert _state(app).own.facts == ()


def test_the_fact_that_was_picked_stays_picked_when_a_plan_orders_them_anew(app: AppTest) -> None:
    """A drill that leaves no doubt takes a fact's influence away, and with it its place in the list."""
    first = app.selectbox(key="w_fact").options[0]
    name = first.partition(":")[0]
    item = next(item for item in _state(app).made.assessment.plan.assumptions if item.fact == name)  # type: ignore[union-attr]
    assert item.influence > 0
    likely = _field(app, next(box.label for box in app.text_input if box.label.startswith("Most likely"))).value  # type: ignore[attr-defined]
    for box in app.text_input:
        if box.label.startswith(("At least", "At most")):
            box.set_value(likely)
    _set(app, "From where", "drill")
    _press(app, "take_fact")
    _press(app, "plan_what_if_changes")
    box = app.selectbox(key="w_fact")
    assert box.options[0] != first
    assert box.value == first
    assert len({item.value for item in app.text_input if item.label.startswith(("At", "Most"))}) == 1


def test_a_wrong_fact_is_told_and_not_taken(app: AppTest) -> None:
    _select_fact(app, "detect.zone")
    _set(app, "At least, min", "99")
    _press(app, "take_fact")
    assert "2 mistakes" in app.error[0].value
    assert "is not in order" in _told(app)
    assert _state(app).own == OwnValues()


def test_the_command_line_repeats_what_the_app_planned(app: AppTest, tmp_path: Path) -> None:
    """The files of the app in the hands of ``api.assess``, as the command line calls it: the same plan."""
    _select_fact(app, "detect.zone")
    _set(app, "From where", "drill")
    _set(app, "At least, min", "1")
    _press(app, "take_fact")
    _set(app, "Budget per month", "20 CNY")
    _press(app, "take_limits")
    _press(app, "plan_what_if_changes")
    made = _state(app).made
    assert made is not None
    for name, data in input_files(made, {}).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    settings = api.Settings(as_of=made.key.as_of, rules=tmp_path / "rules")
    again = api.assess(MINIMAL, tmp_path / "targets.yaml", settings).plan
    assert again.inputs == made.assessment.plan.inputs
    assert changed_only(plan_differences(made.assessment.plan, again)) == ()
