"""``advisor prices`` and ``assess --quotes`` as people call them, with a price service on this machine."""

from __future__ import annotations

import functools
import json
import logging
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from advisor import api
from advisor.api.quoting import Recorder, wanted_prices
from advisor.cli.main import main
from advisor.importers import default_targets, read_inventory
from advisor.live.quotes_bss import BssService
from advisor.model.cost import CostLine
from advisor.model.evidence import RuleBook
from advisor.model.finding import OutsideError
from advisor.model.inventory import ImportResult
from advisor.model.plan import Plan
from advisor.model.pricebook import MissingPrice, Price, PriceBook
from advisor.model.targets import Targets
from advisor.planning import PlanRequest
from advisor.pricing import load_prices
from tests.conftest import AS_OF, SHOP
from tests.integration.test_quotes import Reply, Request, Wire, failed, keys, wire

__all__ = ["keys", "wire"]  # fixtures: credentials of no account, and a server that answers as the price service does

D = Decimal


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A cache of its own, and no pauses between requests."""
    quick = functools.partial(BssService, interval_s=0, pause_s=0, connect_timeout_ms=500, read_timeout_ms=2000)
    monkeypatch.setattr("advisor.live.quotes.BssService", quick)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def served(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Wire:
    monkeypatch.setenv("ADVISOR_BSS_ENDPOINT", f"http://127.0.0.1:{wire.port}")
    return wire


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without credentials."""

    def none() -> object:
        logging.getLogger("credentials").error("Traceback (most recent call last): chatter of the SDK")
        raise OutsideError("No credentials of Alibaba Cloud were found. Set ALIBABA_CLOUD_ACCESS_KEY_ID.")

    monkeypatch.setattr("advisor.live.quotes_bss.credentials", none)


def prices_command(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["prices", *arguments])


def columns(text: str) -> int:
    return max(
        sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line) for line in text.split("\n")
    )


# --- show and check ---------------------------------------------------------------------------------------------------


def test_show_prints_each_price_with_source_and_date_in_eighty_columns() -> None:
    result = prices_command("show")
    assert result.exit_code == 0
    assert columns(result.stdout) <= 80
    assert "0.12 CNY per GiB-month, payg; book, example" in result.stdout
    assert "0.003 to 0.0042" not in result.stdout
    assert "0.00315 to 0.0042 CNY per GiB-hour, payg; assumed, assumed" in result.stdout


def test_show_of_a_region_gives_the_rows_that_serve_it() -> None:
    result = prices_command("show", "--sku", "snapshot.standard", "--region", "cn-hangzhou", "--format", "json")
    rows = json.loads(result.stdout)["rows"]
    assert {(row["sku"], row["region"], row["currency"], row["price"]) for row in rows} == {
        ("snapshot.standard.storage", "cn-hangzhou", "CNY", "0.12"),
        ("snapshot.standard.storage", "cn-hangzhou", "USD", "0.0173"),
    }
    assert "row of cn-mainland used for cn-hangzhou" in rows[0]["place"]


def test_show_as_json_has_the_promised_fields() -> None:
    rows = json.loads(prices_command("show", "--format", "json").stdout)["rows"]
    promised = {"sku", "region", "unit", "currency", "price", "billing", "source", "as_of", "confidence"}
    assert all(promised <= set(row) for row in rows)
    assert all(isinstance(row["price"], str) for row in rows)
    assert len(rows) == len(load_prices().rows)


def test_show_has_ones_own_prices_in_front(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        'rows:\n  - {sku: alb.lcu, region: all, unit: LCU-hour, currency: CNY, billing: payg, price: "0.04"}\n',
        encoding="utf-8",
    )
    result = prices_command(
        "show", "--prices", str(own), "--sku", "alb.lcu", "--region", "cn-beijing", "--format", "json"
    )
    row = next(item for item in json.loads(result.stdout)["rows"] if item["currency"] == "CNY")
    assert (row["price"], row["origin"]) == ("0.04", "contract")


def test_a_mistake_in_ones_own_prices_is_told_with_its_place(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("rows:\n  - {sku: alb.lcu, price: cheap}\n", encoding="utf-8")
    result = prices_command("show", "--prices", str(own))
    assert result.exit_code == 2
    assert "own.yaml, line 2" in result.stderr


def test_an_unknown_region_is_a_mistake() -> None:
    result = prices_command("show", "--region", "hangzhou")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'hangzhou' is no region" in result.stderr


@pytest.mark.parametrize(
    ("text", "near"),
    [("snapshott", "snapshot.standard.storage"), ("ecs.g7.larg.e", "ecs.g7.large"), ("nosuch", "The nearest are")],
)
@pytest.mark.parametrize("more", [(), ("--region", "cn-hangzhou"), ("--format", "json")])
def test_a_sku_that_nothing_contains_is_told_with_the_nearest(text: str, near: str, more: tuple[str, ...]) -> None:
    result = prices_command("show", "--sku", text, *more)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"no SKU contains '{text}'" in result.stderr
    assert near in result.stderr


def test_check_tells_coverage_age_contradictions_and_gaps() -> None:
    result = prices_command("check", "--as-of", "2026-11-22")
    assert result.exit_code == 0
    assert columns(result.stdout) <= 80
    assert f"{len(load_prices().rows)} prices" in result.stdout
    assert "alb.lcu cn-mainland CNY: 0.049 over 0.042" in result.stdout
    assert "UNPRICED" in result.stdout
    assert prices_command("check", "--strict").exit_code == 1


# --- quote ------------------------------------------------------------------------------------------------------------


def test_quote_prints_list_and_account_price(served: Wire) -> None:
    result = prices_command("quote", "ecs.g7.large", "disk.cloud_essd.pl1.capacity", "--region", "cn-hangzhou")
    assert result.exit_code == 0
    assert "list price 0.5 CNY per hour, payg" in result.stdout
    assert "account price 0.425 CNY per hour, payg" in result.stdout
    assert "list price 0.00025 CNY per GiB-hour, payg" in result.stdout
    assert columns(result.stdout) <= 80
    assert len(served.log) == 1


def test_quote_as_json(served: Wire) -> None:
    result = prices_command("quote", "ecs.g7.large", "--region", "cn-hangzhou", "--format", "json")
    (row,) = json.loads(result.stdout)["rows"]
    assert (row["list_price"], row["account_price"], row["unit"], row["origin"]) == ("0.5", "0.425", "hour", "quoted")
    again = prices_command("quote", "ecs.g7.large", "--region", "cn-hangzhou", "--quotes", "cache", "--format", "json")
    assert json.loads(again.stdout)["rows"][0]["origin"] == "cached"
    assert len(served.log) == 1


def test_quote_of_a_subscription(served: Wire) -> None:
    result = prices_command("quote", "ecs.g7.large", "--region", "cn-hangzhou", "--billing", "subscription")
    assert "list price 240 CNY per instance-month, subscription" in result.stdout
    assert "account price 204 CNY" in result.stdout


def test_a_refused_sku_is_named_and_ends_with_one(served: Wire) -> None:
    result = prices_command("quote", "ecs.g7.large", "ecs.unknown.large", "--region", "cn-hangzhou")
    assert result.exit_code == 1
    assert "list price 0.5" in result.stdout
    assert "ecs.unknown.large in cn-hangzhou: no price" in " ".join(result.stdout.split())


def test_what_is_never_quoted_is_a_mistake_before_anything_is_asked(served: Wire) -> None:
    result = prices_command("quote", "snapshot.standard.storage", "ecs.g7.large", "--region", "cn-hangzhou")
    assert result.exit_code == 2
    assert "snapshot.standard.storage: is not quoted" in result.stderr
    assert served.log == []


def test_without_credentials_quote_says_what_to_set(
    nobody: None, served: Wire, capfd: pytest.CaptureFixture[str]
) -> None:
    result = prices_command("quote", "ecs.g7.large", "--region", "cn-hangzhou")
    assert result.exit_code == 3
    assert "Set ALIBABA_CLOUD_ACCESS_KEY_ID" in result.stderr
    assert "Traceback" not in result.stderr + capfd.readouterr().err
    assert served.log == []


# --- refresh ----------------------------------------------------------------------------------------------------------


def test_refresh_writes_a_dated_file_that_prices_reads(served: Wire, tmp_path: Path) -> None:
    result = prices_command("refresh", "--regions", "cn-hangzhou,cn-shanghai", "--out", str(tmp_path / "new"))
    assert result.exit_code == 0
    (file,) = (tmp_path / "new").glob("quotes-cn-*.yaml")
    assert result.stdout.strip() == str(file)
    assert "for review" in result.stderr
    book = load_prices(file)
    row = book.find("ecs.g7.xlarge", "cn-shanghai", "CNY")
    assert isinstance(row, Price)
    assert (row.amount, row.origin, row.confidence) == (D("0.5"), "quoted", "quoted")
    assert "the book had 1.0465" in (row.note or "")
    shown = prices_command("show", "--prices", str(file.parent), "--sku", "ecs.g7.xlarge", "--region", "cn-shanghai")
    assert "0.5 CNY per hour, payg; quoted, quoted" in shown.stdout


def test_refresh_of_an_unknown_region_asks_nothing(served: Wire, tmp_path: Path) -> None:
    result = prices_command("refresh", "--regions", "cn-hangzhou,atlantis", "--out", str(tmp_path))
    assert result.exit_code == 2
    assert "'atlantis' is no region" in result.stderr
    assert served.log == []


def test_refresh_that_cannot_ask_writes_nothing(nobody: None, tmp_path: Path) -> None:
    result = prices_command("refresh", "--regions", "cn-hangzhou", "--out", str(tmp_path / "new"))
    assert result.exit_code == 3
    assert "No credentials" in result.stderr
    assert not (tmp_path / "new").exists()


# --- assess --quotes --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Small:
    """The smallest sample, to be planned with any quotes."""

    imported: ImportResult
    targets: Targets
    rules: RuleBook
    book: PriceBook

    def plan(self, quotes: str, currency: str = "CNY", book: PriceBook | None = None) -> Plan:
        settings = api.Settings(as_of=AS_OF, samples=100, with_frontier=False, quotes=quotes, currency=currency)
        return api.plan_for(self.imported, self.targets, self.rules, book or self.book, settings).plan


@pytest.fixture(scope="module")
def small(rules: RuleBook, prices: PriceBook) -> Small:
    imported = read_inventory([SHOP.parent / "minimal"])
    return Small(imported, default_targets(api.classes_of(rules)), rules, prices)


@pytest.fixture(scope="module")
def plain(small: Small) -> Plan:
    """The plan without quotes."""
    return small.plan("off")


def every_line(plan: Plan) -> list[CostLine]:
    own = (line for w in plan.workloads for line in (*w.cost.steady, *w.cost.drill, *w.cost.failover, *w.cost.before))
    return [*own, *plan.shared_costs]


def test_what_is_wanted_is_what_the_lines_look_up(
    shop: ImportResult, shop_targets: Targets, rules: RuleBook, prices: PriceBook
) -> None:
    wanted = wanted_prices(PlanRequest(shop, shop_targets, rules, prices, AS_OF, "0"))
    assert ("ecs.g7.xlarge", "cn-shanghai", "payg") in wanted  # a standby of a server that stands in cn-hangzhou
    assert ("disk.cloud_regional_disk_auto.capacity", "cn-hangzhou", "payg") in wanted
    assert not [item for item in wanted if item.sku.startswith(("snapshot.", "rds.", "alb."))]  # never quoted
    assert {item.region for item in wanted} == {"cn-hangzhou", "cn-shanghai"}
    assert list(wanted) == sorted(set(wanted))


def test_a_recorder_answers_as_the_book_does(prices: PriceBook) -> None:
    recorder = Recorder(**vars(prices))
    assert recorder.find("alb.lcu", "cn-beijing", "CNY") == prices.find("alb.lcu", "cn-beijing", "CNY")
    assert isinstance(recorder.first(("no.such", "nor.this"), "cn-beijing", "CNY"), MissingPrice)
    assert list(recorder.asked) == [
        ("alb.lcu", "cn-beijing", "CNY", "payg"),
        ("no.such", "cn-beijing", "CNY", "payg"),
        ("nor.this", "cn-beijing", "CNY", "payg"),
    ]


def test_live_quotes_lie_over_the_book(served: Wire, small: Small, plain: Plan) -> None:
    plan = small.plan("live")
    lines = [line for line in every_line(plan) if line.monthly is not None]
    assert {line.origin for line in lines} == {"quoted", "book", "assumed"}
    servers = [line for line in lines if line.sku.startswith("ecs.") and line.billing == "payg"]
    assert servers
    assert {(line.origin, line.unit_price, line.confidence) for line in servers} == {("quoted", D("0.5"), "quoted")}
    assert {line.origin for line in lines if line.sku.startswith("snapshot.")} == {"book"}
    (note,) = [note for note in plan.price_notes if note.startswith("quotes (live)")]
    assert "0 from the cache, 0 without a quote" in note
    assert plan.inputs.prices != plain.inputs.prices


def test_the_cache_gives_the_same_plan_without_asking(served: Wire, small: Small) -> None:
    live = small.plan("live")
    asked = len(served.log)
    cached = small.plan("cache")
    assert len(served.log) == asked
    assert cached.portfolio == live.portfolio
    origins = {line.origin for line in every_line(cached)}
    assert "cached" in origins
    assert "quoted" not in origins


def test_an_empty_cache_leaves_the_book_and_says_so(small: Small, plain: Plan) -> None:
    plan = small.plan("cache")
    assert plan.portfolio == plain.portfolio
    assert plan.inputs.prices == plain.inputs.prices == small.book.digest
    assert any("0 asked now, 0 from the cache" in note for note in plan.price_notes)
    assert any("it was never asked; use --quotes live" in note for note in plan.price_notes)
    assert not any("quotes" in note for note in plain.price_notes)


def test_failure_half_way_never_mixes(
    served: Wire, small: Small, plain: Plan, caplog: pytest.LogCaptureFixture
) -> None:
    """The first region is answered, then the service fails for good: the book prices everything."""

    def reply(request: Request) -> Reply:
        return (200, served.priced(request)) if len(served.log) < 2 else failed("InternalError", 500)

    served.reply = reply  # type: ignore[method-assign]
    plan = small.plan("live")
    assert len(served.log) > 1
    assert {line.origin for line in every_line(plan)} == {"book", "assumed"}
    assert plan.portfolio == plain.portfolio
    assert "overloaded or failing" in caplog.text
    assert any("could not be had; every price is the book's" in note for note in plan.price_notes)


def test_no_credentials_warn_and_plan_on(nobody: None, small: Small, caplog: pytest.LogCaptureFixture) -> None:
    plan = small.plan("live")
    assert {line.origin for line in every_line(plan)} == {"book", "assumed"}
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "Set ALIBABA_CLOUD_ACCESS_KEY_ID" in record.getMessage()
    assert "The plan uses the price book alone." in record.getMessage()


def test_a_broken_cache_warns_and_plans_on(tmp_path: Path, small: Small) -> None:
    file = tmp_path / "cache" / "advisor" / "quotes.sqlite"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"no database" * 100)
    assert any("could not be had" in note for note in small.plan("cache").price_notes)


def test_a_contract_stays_before_a_quote(served: Wire, tmp_path: Path, small: Small) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "rows:\n"
        '  - {sku: ecs.g7.large, region: all, unit: hour, currency: CNY, billing: payg, price: "0.4"}\n'
        "discounts: {disk: 10%}\n",
        encoding="utf-8",
    )
    lines = every_line(small.plan("live", book=load_prices(own, AS_OF)))
    servers = {(line.unit_price, line.origin) for line in lines if line.sku == "ecs.g7.large"}
    assert servers == {(D("0.4"), "contract")}
    # quoted 0.5 for 2,000 GiB, 10 % off by contract
    disks = {(line.unit_price, line.origin) for line in lines if line.sku == "disk.cloud_essd.pl1.capacity"}
    assert disks == {(D("0.000225"), "quoted")}


def test_quotes_younger_than_the_plan_are_named(served: Wire, small: Small) -> None:
    plan = small.plan("live")
    dates = {line.as_of or "" for line in every_line(plan) if line.origin == "quoted"}
    younger = [note for note in plan.price_notes if "are younger than the plan's date" in note]
    assert bool(younger) == (max(dates) > AS_OF.isoformat())


def test_another_site_is_never_taken_for_the_asked_one(served: Wire, small: Small) -> None:
    plan = small.plan("live", "USD")  # the server answers in CNY
    assert "quoted" not in {line.origin for line in every_line(plan)}
    assert any("quoted in CNY, not USD" in note for note in plan.price_notes)


def test_assess_plans_on_and_says_so_in_the_plan(nobody: None, tmp_path: Path) -> None:
    command = ["assess", str(SHOP.parent / "minimal"), "--quotes", "live", "--formats", "json", "--samples", "100"]
    result = CliRunner().invoke(main, [*command, "--out", str(tmp_path / "plan")])
    assert result.exit_code == 0
    plan = Plan.model_validate_json((tmp_path / "plan" / "plan.json").read_bytes())
    assert any("No credentials of Alibaba Cloud were found" in note for note in plan.price_notes)
