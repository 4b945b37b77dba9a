"""Every screen, run without a browser: what it shows, what a click changes, and that strangers' names stay text."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from advisor import reporting
from advisor.api import Assessment, load_inventory
from advisor.api.asking import sample_estate
from advisor.web.session import Session

ROOT = Path(__file__).parents[2]
MINIMAL = ROOT / "sample_inventories" / "minimal"
HOSTILE = "<img src=x onerror=alert(1)> **b** [l](http://e.example) :material/home: $x$"
TIMEOUT = 120


def _start() -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT).run()
    _well(app)
    return app


def _well(app: AppTest) -> AppTest:
    assert not app.exception
    assert not [error.value for error in app.error]
    return app


def _press(app: AppTest, key: str) -> AppTest:
    return _well(app.button(key=key).click().run())


def _onward(app: AppTest, *titles: str) -> AppTest:
    for title in titles:
        assert app.button(key="continue").label == f"Continue: {title}"
        _press(app, "continue")
    return app


def _tables(app: AppTest) -> str:
    return "\n".join(item.value.to_csv() for item in (*app.dataframe, *app.table))


def _state(app: AppTest) -> Session:
    state: Session = app.session_state["advisor"]
    return state


@pytest.fixture
def shop_app() -> AppTest:
    """The app with the sample read."""
    return _press(_start(), "take_sample")


@pytest.fixture
def planned_app(shop_app: AppTest, shop_assessment: Assessment) -> AppTest:
    """The app with the sample planned, without waiting for it."""
    from advisor.web.session import Made, parsed_targets, plan_key

    state = _state(shop_app)
    targets = parsed_targets(state)
    assert state.loaded is not None
    assert not isinstance(targets, tuple)
    key = plan_key(state, state.loaded, targets)
    report = reporting.build(shop_assessment.plan, shop_assessment.deliverable.graph)
    state.plans.put(key, Made(key, shop_assessment, report, 1.0, state.asked_now))
    state.current = key
    return shop_app


def test_the_first_screen_offers_three_ways_in() -> None:
    app = _start()
    assert app.header[0].value == "Inventory"
    assert {"take_sample", "read_files", "read_path"} <= {button.key for button in app.button}
    assert "continue" not in {button.key for button in app.button}


def test_the_sample_is_read_with_one_click(shop_app: AppTest) -> None:
    figures = {metric.label: metric.value for metric in shop_app.metric}
    assert figures["Servers"] == "40"
    assert figures["Regions"] == "2"
    assert "cn-hangzhou" in _tables(shop_app)
    assert "README.md" in _tables(shop_app)


def test_a_broken_file_is_told_with_its_name_and_what_to_do() -> None:
    app = _start()
    app.file_uploader(key="inventory_files").upload("servers.json", b'{"Instances": [', "application/json")
    app.button(key="read_files").click().run()
    assert not app.exception
    assert "Nothing was taken over." in app.error[0].value
    assert "servers\\.json" in _tables(app)
    assert _state(app).loaded is None


def test_of_several_files_the_readable_ones_are_read_on_request_and_the_others_named() -> None:
    app = _start()
    for path in sorted(MINIMAL.glob("*.json")):
        app.file_uploader(key="inventory_files").upload(path.name, path.read_bytes(), "application/json")
    app.file_uploader(key="inventory_files").upload("note.txt", b"hello", "text/plain")
    app.file_uploader(key="inventory_files").upload("cut.json", b'{"a":', "application/json")
    app.button(key="read_files").click().run()
    assert "2 mistakes" in app.error[0].value
    assert _state(app).loaded is None
    assert app.button(key="read_rest").label == "Leave these files out and read the other 4 files"
    _press(app, "read_rest")
    assert [item.value for item in app.warning] == [
        r"Read without note\.txt and cut\.json: what these files list is unknown."
    ]
    loaded = _state(app).loaded
    assert loaded is not None
    assert loaded.digest == load_inventory(sorted(MINIMAL.glob("*.json"))).inventory.digest
    assert "read_rest" not in {button.key for button in app.button}


def test_one_file_that_cannot_be_read_leaves_nothing_to_read() -> None:
    app = _start()
    app.file_uploader(key="inventory_files").upload("cut.json", b'{"a":', "application/json")
    app.button(key="read_files").click().run()
    assert app.error
    assert "read_rest" not in {button.key for button in app.button}


def test_a_missing_path_and_an_empty_upload_are_told() -> None:
    app = _start()
    app.text_input(key="inventory_path").set_value("/no/such/folder")
    app.button(key="read_path").click().run()
    assert "there is no such file or folder" in _tables(app)
    app.button(key="read_files").click().run()
    assert "no file was chosen" in _tables(app)
    app.text_input(key="inventory_path").set_value("bad\0path")
    app.button(key="read_path").click().run()
    assert not app.exception
    assert app.error


def test_a_path_and_a_zip_are_read() -> None:
    app = _start()
    app.text_input(key="inventory_path").set_value(str(MINIMAL))
    _press(app, "read_path")
    count = {metric.label: metric.value for metric in app.metric}["Resources"]
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path in MINIMAL.glob("*.json"):
            archive.write(path, path.name)
    app.file_uploader(key="inventory_files").upload("estate.zip", stream.getvalue(), "application/zip")
    _press(app, "read_files")
    assert {metric.label: metric.value for metric in app.metric}["Resources"] == count


def test_screens_without_their_input_send_back() -> None:
    app = _start()
    app.session_state["advisor"] = Session()
    for screen in ("targets", "plan", "graph", "costs", "download"):
        app._page_hash = next(key for key, info in app._registered_pages.items() if info["url_pathname"] == screen)
        _well(app.run())
        assert app.button(key="go_to").label == "Go to: Inventory"


def test_the_targets_of_the_sample_are_in_the_grid(shop_app: AppTest) -> None:
    _onward(shop_app, "Targets")
    assert shop_app.text_input(key="budget").value.endswith(" CNY")
    grid = next(item.value for item in shop_app.dataframe if "zone_rto" in item.value)
    assert list(grid[grid["name"] == "shop-web"]["zone_rto"]) == ["10 min"]
    assert shop_app.get("download_button")


def test_a_budget_is_taken_over_and_a_wrong_one_is_told(shop_app: AppTest) -> None:
    _onward(shop_app, "Targets")
    _well(shop_app.text_input(key="budget").set_value("8000 CNY").run())
    draft = _state(shop_app).draft
    assert draft is not None
    assert "budget: {monthly: 8000}" in draft.text()
    shop_app.text_input(key="budget").set_value("8000").run()
    assert "1 mistake in the targets:" in shop_app.error[0].value
    assert "has no currency" in _tables(shop_app)
    shop_app.button(key="continue").click().run()
    assert "correct them first" in shop_app.error[0].value


def test_settings_outlast_a_change_of_screen(shop_app: AppTest) -> None:
    _onward(shop_app, "Targets")
    shop_app.selectbox(key="objective").select("min-risk")
    _well(shop_app.text_input(key="budget").set_value("9000 CNY").run())
    _onward(shop_app, "Plan")
    shop_app._page_hash = next(
        key for key, info in shop_app._registered_pages.items() if info["url_pathname"] == "targets"
    )
    _well(shop_app.run())
    assert shop_app.text_input(key="budget").value == "9000 CNY"
    assert shop_app.selectbox(key="objective").value == "min-risk"
    assert _state(shop_app).objective == "min-risk"


def test_a_broken_targets_file_is_told(shop_app: AppTest) -> None:
    _onward(shop_app, "Targets")
    before = _state(shop_app).draft
    shop_app.file_uploader(key="targets_file").upload("t.yaml", b"version: 1\nbudget: {monthly: 5}\n", "text/yaml")
    shop_app.button(key="read_targets").click().run()
    assert not shop_app.exception
    assert "the budget has no currency" in _tables(shop_app)
    assert _state(shop_app).draft == before


def test_a_targets_file_is_taken_over(shop_app: AppTest) -> None:
    _onward(shop_app, "Targets")
    data = b"version: 1\ncurrency: CNY\nbudget: {monthly: 5}\nrisk_level: p50\n"
    shop_app.file_uploader(key="targets_file").upload("t.yaml", data, "text/yaml")
    _press(shop_app, "read_targets")
    assert shop_app.text_input(key="budget").value == "5 CNY"
    assert shop_app.selectbox(key="risk_level").value == "p50"
    draft = _state(shop_app).draft
    assert draft is not None
    assert draft.data() == data


def test_a_plan_is_made_and_shown_on_every_screen() -> None:
    app = _start()
    app.text_input(key="inventory_path").set_value(str(MINIMAL))
    _press(app, "read_path")
    _onward(app, "Targets", "Plan")
    assert not app.metric
    _press(app, "make_plan")
    labels = [metric.label for metric in app.metric]
    assert labels == ["Targets met", "Added per month", "Expected loss a year, an estimate", "Choice"]
    assert "make_plan" not in {button.key for button in app.button}
    _onward(app, "Graph")
    app.selectbox(key="fails").select("zone").run()
    _well(app)
    assert "Workloads that fail" in [metric.label for metric in app.metric]
    _onward(app, "Costs", "What-if", "Download")
    _press(app, "build_zip")
    files = _state(app).files
    (packed,) = files.values()
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        assert "plan.json" in archive.namelist()


def test_the_plan_shows_what_the_report_says(planned_app: AppTest, shop_assessment: Assessment) -> None:
    figures = shop_assessment.plan.portfolio
    _onward(planned_app, "Targets", "Plan")
    values = {metric.label: metric for metric in planned_app.metric}
    assert values["Targets met"].value == f"{figures.targets_met_before} → {figures.targets_met}"
    assert "at least" in values["Added per month"].value or not figures.unpriced
    shown = _tables(planned_app)
    report = reporting.build(shop_assessment.plan, shop_assessment.deliverable.graph)
    assert all(view.name in shown for view in report.workloads)
    assert planned_app.selectbox(key="workload").options == [view.name for view in report.workloads]
    assert f"Not met ({len(report.decision.misses)})" in [tab.label for tab in planned_app.tabs]


def test_another_workload_can_be_looked_at(planned_app: AppTest) -> None:
    _onward(planned_app, "Targets", "Plan")
    options = planned_app.selectbox(key="workload").options
    _well(planned_app.selectbox(key="workload").select_index(len(options) - 1).run())
    assert _state(planned_app).workload == options[-1]


def test_a_changed_budget_makes_the_plan_stale(planned_app: AppTest) -> None:
    _onward(planned_app, "Targets")
    _well(planned_app.text_input(key="budget").set_value("77 CNY").run())
    _onward(planned_app, "Plan")
    assert planned_app.button(key="make_plan").label == "Plan again"
    assert planned_app.metric


def test_costs_show_states_lines_and_shared_charges(planned_app: AppTest) -> None:
    _onward(planned_app, "Targets", "Plan", "Graph", "Costs")
    shown = _tables(planned_app)
    assert "Whole estate" in shown
    assert "Shared, charged once" in shown
    for state in ("drill", "failover", "failback"):
        _well(planned_app.radio(key="cost_state").set_value(state).run())


def test_another_budget_is_planned_compared_and_taken_back() -> None:
    app = _start()
    app.text_input(key="inventory_path").set_value(str(MINIMAL))
    _press(app, "read_path")
    _onward(app, "Targets", "Plan")
    _press(app, "make_plan")
    first = _state(app).current
    _onward(app, "Graph", "Costs")
    slider = next(item for item in app.slider if item.key and item.key.startswith("what_if"))
    slider.set_value(slider.min).run()
    _press(app, "plan_what_if")
    state = _state(app)
    assert state.current != first
    assert state.made is not None
    assert state.made.assessment.plan.budget.monthly == 0
    assert "Last plan" in _tables(app)
    _press(app, "undo")
    assert _state(app).current == first
    assert _state(app).draft is not None
    assert "undo" not in {button.key for button in app.button}


def test_the_failure_of_a_resource_can_be_looked_at(planned_app: AppTest) -> None:
    _onward(planned_app, "Targets", "Plan", "Graph")
    planned_app.selectbox(key="fails").select("resource").run()
    _well(planned_app)
    assert planned_app.metric[0].label == "Workloads that fail"
    _well(planned_app.selectbox(key="scope").select_index(1).run())


def test_a_hostile_name_is_text_on_every_screen() -> None:
    app = _start()
    uploader = app.file_uploader(key="inventory_files")
    for path in MINIMAL.glob("*.json"):
        text = (
            path.read_text().replace("blog-web-01", HOSTILE).replace('"TagValue": "blog"', f'"TagValue": "{HOSTILE}"')
        )
        uploader.upload(f"{HOSTILE}{path.name}", text.encode(), "application/json")
    _press(app, "read_files")
    _unharmed(app)
    _onward(app, "Targets")
    _unharmed(app)
    assert any(HOSTILE in item.value.to_csv() for item in app.dataframe)
    _onward(app, "Plan")
    _press(app, "make_plan")
    _unharmed(app)
    assert any(HOSTILE in option for option in app.selectbox(key="workload").options)
    _onward(app, "Graph")
    _unharmed(app)
    _onward(app, "Costs")
    _unharmed(app)


def _unharmed(app: AppTest) -> None:
    """What reads Markdown holds no unescaped picture, link or bold; no widget allows HTML with a stranger's text."""
    spoken = [
        item.value for item in (*app.markdown, *app.caption, *app.error, *app.warning, *app.subheader, *app.header)
    ]
    spoken += [item.label for item in (*app.metric, *app.tabs, *app.expander, *app.selectbox, *app.button)]
    spoken += [item.value.to_csv() for item in app.table]
    for text in spoken:
        assert not re.search(r"(?<!\\)(<img|\[l\]|\*\*b\*\*|:material/home)", str(text)), text
    assert not [item for item in app.markdown if item.proto.allow_html and "onerror" in item.value]


def test_the_sample_exists() -> None:
    folder, targets = sample_estate()
    assert folder.is_dir()
    assert targets.is_file()
