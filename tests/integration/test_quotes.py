"""Live quotes through the vendor's own SDK against a server on this machine that speaks the wire format."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from advisor.live.quotes import Quoter, Quotes, Wanted, quotable, refresh, site_of, with_quotes
from advisor.live.quotes_bss import ENDPOINTS, Answer, BssService, Refusal
from advisor.live.quotes_catalogue import Ask, Site, ask_for
from advisor.model.finding import OutsideError
from advisor.model.pricebook import MissingPrice, Price, PriceBook
from advisor.pricing import load_prices

D = Decimal
Reply = tuple[int, object]


@dataclass(frozen=True)
class Request:
    """What reached the server: the action, the signature header and the fields of the query."""

    action: str
    authorization: str
    fields: dict[str, str]

    @property
    def configs(self) -> list[str]:
        return [value for name, value in sorted(self.fields.items(), key=by_number) if name.endswith(".Config")]


def by_number(item: tuple[str, str]) -> tuple[int, str]:
    number = item[0].split(".")[1] if item[0].startswith("ModuleList.") else "0"
    return (int(number), item[0])


@dataclass
class Wire:
    """A price service on 127.0.0.1: the log of what it was asked, and the replies it was told to give."""

    port: int = 0
    log: list[Request] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    currency: str = "CNY"
    unknown: str = "unknown"
    delay_s: float = 0.0

    def reply(self, request: Request) -> Reply:
        if self.replies:
            return self.replies.pop(0)
        if "ACS3-HMAC-SHA256 Credential=test-key," not in request.authorization:
            return 403, {"Code": "SignatureMissing", "Message": "no signature"}
        return 200, self.priced(request)

    def priced(self, request: Request) -> dict[str, object]:
        """Each module costs 0.5 by the list and 0.425 for the account; not-found where a configuration is unknown."""
        if any(self.unknown in config for config in request.configs):
            return {"Success": False, "Code": "InvalidParameter", "Message": "PRICE.PRICING_PLAN_RESULT_NOT_FOUND"}
        codes = [value for name, value in sorted(request.fields.items(), key=by_number) if name.endswith("ModuleCode")]
        details = [{"ModuleCode": code, "OriginalCost": 0.5, "CostAfterDiscount": "0.425"} for code in codes]
        data: dict[str, object] = {"Currency": self.currency, "ModuleDetails": {"ModuleDetail": details}}
        if request.action == "GetSubscriptionPrice":
            data |= {"OriginalPrice": 240.0, "TradePrice": 204.0}
        return {"Success": True, "Code": "Success", "Message": "Successful!", "RequestId": "R", "Data": data}


def failed(code: str, status: int = 400) -> Reply:
    return status, {"Code": code, "Message": "secret detail", "RequestId": "R"}


@pytest.fixture
def wire() -> Iterator[Wire]:
    state = Wire()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fields = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            request = Request(self.headers["x-acs-action"], self.headers.get("Authorization", ""), fields)
            state.log.append(request)
            status, body = state.reply(request)
            time.sleep(state.delay_s)
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except (BrokenPipeError, ConnectionResetError):
                pass

        def log_message(self, *args: object) -> None:
            """The log is ``state.log``."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith("ALIBABA_CLOUD_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "test-key")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "test-secret")


@dataclass
class Pauses:
    """Stands in for waiting, and tells how long it would have waited."""

    taken: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def service(wire: Wire, pauses: Pauses) -> BssService:
    return BssService(
        "cn", f"127.0.0.1:{wire.port}", "http", connect_timeout_ms=1000, read_timeout_ms=500, sleep=pauses, interval_s=0
    )


NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def quoter(service: BssService, tmp_path: Path) -> Quoter:
    return Quoter("live", "cn", cache_file=tmp_path / "quotes.sqlite", service=service, now=lambda: NOON)


def instance(size: str = "g7.large") -> Wanted:
    return Wanted(f"ecs.{size}", "cn-hangzhou")


def only(quotes: Quotes) -> Price:
    assert quotes.missing == ()
    (price,) = quotes.prices
    return price


# --- a good answer ----------------------------------------------------------------------------------------------------


def test_a_quote_is_signed_and_says_what_it_is(wire: Wire, quoter: Quoter) -> None:
    price = only(quoter.quote([instance()]))
    assert (price.amount, price.unit, price.currency) == (D("0.5"), "hour", "CNY")
    assert (price.origin, price.confidence, price.as_of) == ("quoted", "quoted", "2026-11-22")
    assert price.note == "list price asked 2026-11-22 12:00 UTC; list 0.5, account 0.425"
    (request,) = wire.log
    assert request.action == "GetPayAsYouGoPrice"
    assert request.authorization.startswith("ACS3-HMAC-SHA256 Credential=test-key,SignedHeaders=")
    assert "Signature=" in request.authorization
    assert request.fields["ProductCode"] == "ecs"
    assert request.fields["Region"] == "cn-hangzhou"
    assert request.configs == ["InstanceType:ecs.g7.large,IoOptimized:IoOptimized,ImageOs:linux"]


def test_the_account_price_is_taken_on_request(quoter: Quoter) -> None:
    quoter.account_prices = True
    price = only(quoter.quote([instance()]))
    assert (str(price.amount), price.kind) == ("0.425", "account_price")


def test_a_disk_is_asked_large_and_divided(wire: Wire, quoter: Quoter) -> None:
    price = only(quoter.quote([Wanted("disk.cloud_essd.pl1.capacity", "cn-hangzhou")]))
    assert (price.amount, price.unit) == (D("0.00025"), "GiB-hour")
    assert "DataDisk.Category:cloud_essd,DataDisk.Size:2000,DataDisk.PerformanceLevel:PL1" in wire.log[0].configs[0]


def test_a_subscription_month(wire: Wire, quoter: Quoter) -> None:
    price = only(quoter.quote([Wanted("ecs.g7.large", "cn-hangzhou", "subscription")]))
    assert (price.amount, price.unit, price.billing) == (D("240.0"), "instance-month", "subscription")
    assert wire.log[0].action == "GetSubscriptionPrice"
    assert wire.log[0].fields["ServicePeriodUnit"] == "Month"


def test_many_are_asked_twenty_at_a_time_by_product_and_region(wire: Wire, quoter: Quoter) -> None:
    types = [Wanted(f"ecs.g{number}.large", "cn-hangzhou") for number in range(45)]
    others = [Wanted("eip.config", "cn-hangzhou"), Wanted("ecs.g7.large", "cn-beijing")]
    quotes = quoter.quote(types + others)
    assert len(quotes.prices) == 47
    sizes = [(request.fields["ProductCode"], request.fields["Region"], len(request.configs)) for request in wire.log]
    assert sizes == [
        ("ecs", "cn-hangzhou", 20),
        ("ecs", "cn-hangzhou", 20),
        ("ecs", "cn-hangzhou", 5),
        ("eip", "cn-hangzhou", 1),
        ("ecs", "cn-beijing", 1),
    ]


def test_answers_are_matched_by_code_and_position(service: BssService, wire: Wire) -> None:
    asks = [Ask("ecs", "InstanceType", "Hour", "a", "hour"), Ask("ecs", "DataDisk", "Hour", "b", "GiB-hour")]
    details = [
        {"ModuleCode": "DataDisk", "OriginalCost": 2, "CostAfterDiscount": 2},
        {"ModuleCode": "InstanceType", "OriginalCost": "1.10", "CostAfterDiscount": 1},
    ]
    data = {"Currency": "CNY", "ModuleDetails": {"ModuleDetail": details}}
    wire.replies = [(200, {"Success": True, "Data": data})]
    answers = service.answers(asks, "cn-hangzhou", "payg")
    assert answers == [Answer(D("1.10"), D(1), "CNY"), Answer(D(2), D(2), "CNY")]


# --- no price for something -------------------------------------------------------------------------------------------


def test_one_unknown_type_does_not_spoil_its_batch(wire: Wire, quoter: Quoter) -> None:
    quotes = quoter.quote([instance("g7.large"), instance("unknown.large"), instance("c7.large")])
    assert {price.sku for price in quotes.prices} == {"ecs.g7.large", "ecs.c7.large"}
    (missing,) = quotes.missing
    assert missing.sku == "ecs.unknown.large"
    assert "PRICE.PRICING_PLAN_RESULT_NOT_FOUND" in missing.reason
    assert [len(request.configs) for request in wire.log] == [3, 1, 1, 1]


def test_a_refusal_is_kept_and_not_asked_again_the_same_day(wire: Wire, quoter: Quoter) -> None:
    quoter.quote([instance("unknown.large")])
    asked = len(wire.log)
    quotes = quoter.quote([instance("unknown.large")])
    assert (len(wire.log), quotes.asked, len(quotes.missing)) == (asked, 0, 1)


def test_what_the_service_does_not_know_is_not_asked(wire: Wire, quoter: Quoter) -> None:
    quotes = quoter.quote([Wanted("snapshot.standard.storage", "cn-hangzhou"), Wanted("ecs.g7.large", "cn-mainland")])
    assert quotes.prices == ()
    assert {item.reason for item in quotes.missing} == {"the price service does not quote this SKU"}
    assert wire.log == []


def test_another_currency_is_never_taken_for_the_asked_one(wire: Wire, quoter: Quoter) -> None:
    wire.currency = "USD"
    (missing,) = quoter.quote([instance()]).missing
    assert missing.reason == "the account is quoted in USD, not CNY; set its site"


@pytest.mark.parametrize("cost", ["free", None, "NaN", -1])
def test_an_answer_without_a_cost_is_a_refusal(wire: Wire, service: BssService, cost: object) -> None:
    detail = {"ModuleCode": "InstanceType", "OriginalCost": cost, "CostAfterDiscount": 1}
    data = {"Currency": "CNY", "ModuleDetails": {"ModuleDetail": [detail]}}
    wire.replies = [(200, {"Success": True, "Data": data})]
    (answer,) = service.answers([Ask("ecs", "InstanceType", "Hour", "a", "hour")], "cn-hangzhou", "payg")
    assert isinstance(answer, Refusal)
    assert "holds no cost" in answer.reason


def test_an_answer_for_other_modules_is_a_refusal(wire: Wire, service: BssService) -> None:
    data = {"Currency": "CNY", "ModuleDetails": {"ModuleDetail": []}}
    wire.replies = [(200, {"Success": True, "Data": data})]
    (answer,) = service.answers([Ask("ecs", "InstanceType", "Hour", "a", "hour")], "cn-hangzhou", "payg")
    assert isinstance(answer, Refusal)
    assert "does not name the modules" in answer.reason


# --- trouble ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        failed("Throttling.User"),
        failed("Throttling", 429),
        failed("ServiceUnavailable", 503),
        failed("InternalError", 500),
        (200, {"Success": False, "Code": "Throttling", "Message": "slow down"}),
        (200, b"<html>gateway</html>"),
    ],
    ids=["throttled", "429", "503", "500", "throttled in a 200", "no JSON"],
)
def test_what_may_pass_is_tried_again_after_a_pause(wire: Wire, quoter: Quoter, pauses: Pauses, reply: Reply) -> None:
    wire.replies = [reply, reply]
    assert only(quoter.quote([instance()])).amount == D("0.5")
    assert len(wire.log) == 3
    assert [pause for pause in pauses.taken if pause] == [1, 2]
    assert {tuple(request.configs) for request in wire.log} == {tuple(wire.log[0].configs)}


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (failed("Throttling.User"), r"overloaded or failing \(Throttling.User\).*Tried 3 times"),
        (failed("InternalError", 500), r"overloaded or failing \(InternalError\).*Tried 3 times"),
        ((200, b"garbage"), r"no JSON.*Tried 3 times"),
    ],
)
def test_what_does_not_pass_ends_after_three_tries(wire: Wire, quoter: Quoter, reply: Reply, words: str) -> None:
    wire.replies = [reply] * 3
    with pytest.raises(OutsideError, match=words):
        quoter.quote([instance()])
    assert len(wire.log) == 3


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (failed("NoPermission", 403), "may not ask for prices .NoPermission.. Grant bss:DescribePrice"),
        (failed("NotApplicable"), "Set the site of the account: cn or intl"),
        (failed("InvalidAccessKeyId.NotFound", 404), "credentials are not accepted .InvalidAccessKeyId.NotFound."),
        ((200, {"Success": False, "Code": "NotApplicable"}), "Set the site of the account"),
        ((200, {"Success": True, "Data": {"ModuleDetails": {"ModuleDetail": {"a": 1}}}}), "something that is no price"),
    ],
)
def test_what_cannot_pass_is_asked_once(wire: Wire, quoter: Quoter, reply: Reply, words: str) -> None:
    wire.replies = [reply]
    with pytest.raises(OutsideError, match=words) as error:
        quoter.quote([instance()])
    assert len(wire.log) == 1
    assert "secret" not in str(error.value)
    assert "test-secret" not in str(error.value)


def test_a_server_that_does_not_answer_in_time(wire: Wire, service: BssService, quoter: Quoter) -> None:
    wire.delay_s, service.read_timeout_ms, service.tries = 0.6, 200, 2
    with pytest.raises(OutsideError, match=r"cannot be reached or does not answer.*Tried 2 times"):
        quoter.quote([instance()])
    assert len(wire.log) == 2


def test_a_host_that_is_not_there(tmp_path: Path, pauses: Pauses) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    service = BssService("cn", f"127.0.0.1:{port}", "http", connect_timeout_ms=300, tries=1, sleep=pauses)
    quoter = Quoter("live", cache_file=tmp_path / "q.sqlite", service=service)
    with pytest.raises(OutsideError, match="cannot be reached"):
        quoter.quote([instance()])


def test_without_credentials_nothing_is_asked(tmp_path: Path) -> None:
    code = (
        "from advisor.live.quotes import Quoter, Wanted\n"
        "from advisor.model.finding import OutsideError\n"
        "try:\n"
        "    Quoter('live').quote([Wanted('ecs.g7.large', 'cn-hangzhou')])\n"
        "except OutsideError as error:\n"
        "    print(error)\n"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ALIBABA_CLOUD_")}
    environment = kept | {"HOME": str(tmp_path), "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}
    environment.pop("XDG_CACHE_HOME", None)
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True, timeout=60
    )
    assert result.stdout.startswith("No credentials of Alibaba Cloud were found. Set ALIBABA_CLOUD_ACCESS_KEY_ID")


def test_what_was_answered_before_a_failure_is_kept(wire: Wire, quoter: Quoter) -> None:
    first = instance()
    second = Wanted("ecs.g7.large", "cn-beijing")
    wire.replies = [(200, wire.priced(Request("GetPayAsYouGoPrice", "", {"ModuleList.1.ModuleCode": "InstanceType"})))]
    wire.replies += [failed("NoPermission", 403)]
    with pytest.raises(OutsideError):
        quoter.quote([first, second])
    quoter.mode = "cache"
    assert only(quoter.quote([first])).origin == "cached"


# --- the cache --------------------------------------------------------------------------------------------------------


def test_a_fresh_cached_answer_is_not_asked_again_an_old_one_is(wire: Wire, quoter: Quoter) -> None:
    quoter.quote([instance()])
    quoter.now = lambda: NOON + timedelta(hours=23)
    price = only(quoter.quote([instance()]))
    assert (price.origin, len(wire.log), price.stale) == ("cached", 1, False)
    assert "0 d 23 h ago" in (price.note or "")
    quoter.now = lambda: NOON + timedelta(hours=25)
    assert only(quoter.quote([instance()])).origin == "quoted"
    assert len(wire.log) == 2


def test_the_cache_mode_never_asks_and_tells_the_age(wire: Wire, quoter: Quoter) -> None:
    quoter.quote([instance()])
    quoter.mode, quoter.now = "cache", lambda: NOON + timedelta(days=40)
    quotes = quoter.quote([instance(), instance("c7.large")])
    assert len(wire.log) == 1
    (price,) = quotes.prices
    assert (price.origin, price.stale, price.as_of) == ("cached", True, "2026-11-22")
    assert "40 d 0 h ago" in (price.note or "")
    assert quotes.missing[0].reason == "it was never asked; use --quotes live"


def test_off_asks_nothing_and_opens_nothing(wire: Wire, quoter: Quoter) -> None:
    quoter.mode = "off"
    assert quoter.quote([instance()]) == Quotes()
    assert wire.log == []
    assert not (quoter.cache_file or Path()).exists()


def test_sites_do_not_share_the_cache(wire: Wire, quoter: Quoter, service: BssService) -> None:
    quoter.quote([instance()])
    wire.currency = "USD"
    other = Quoter("live", "intl", cache_file=quoter.cache_file, service=service, now=quoter.now)
    assert only(other.quote([instance()])).currency == "USD"
    assert len(wire.log) == 2


def test_a_broken_cache_says_what_to_remove(quoter: Quoter) -> None:
    assert quoter.cache_file is not None
    quoter.cache_file.write_bytes(b"no database at all, but long enough to be taken for one" * 40)
    with pytest.raises(OutsideError, match=r"quotes\.sqlite cannot be used.*Remove the file"):
        quoter.quote([instance()])


def test_amounts_keep_their_digits_on_disk(quoter: Quoter) -> None:
    quoter.quote([Wanted("disk.cloud_essd.pl0.capacity", "cn-hangzhou")])
    assert quoter.cache_file is not None
    with sqlite3.connect(quoter.cache_file) as database:
        (row,) = database.execute("SELECT list_amount, account_amount, typeof(list_amount) FROM quote").fetchall()
    database.close()
    assert row == ("0.00025", "0.0002125", "text")


# --- quotes and the book ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def book() -> PriceBook:
    return load_prices()


def test_quotes_stand_in_front_of_the_book_and_change_its_digest(book: PriceBook, quoter: Quoter) -> None:
    merged = with_quotes(book, quoter.quote([instance()]))
    found = merged.find("ecs.g7.large", "cn-hangzhou", "CNY")
    assert isinstance(found, Price)
    assert (found.amount, found.origin) == (D("0.5"), "quoted")
    assert merged.digest != book.digest
    beside = merged.find("ecs.g7.large", "cn-beijing", "CNY")
    assert isinstance(beside, Price)
    assert beside.origin == "book"
    assert with_quotes(book, Quotes()) is book


def test_a_contract_goes_before_a_list_quote_and_its_discount_applies(quoter: Quoter, tmp_path: Path) -> None:
    file = tmp_path / "contract.yaml"
    file.write_text(
        """rows:
  - {sku: ecs.c7.large, region: all, unit: hour, currency: CNY, billing: payg, price: "0.1"}
discounts: {ecs: 20%}
""",
        encoding="utf-8",
    )
    merged = with_quotes(load_prices(file), quoter.quote([instance("c7.large"), instance("g7.large")]))
    agreed, discounted = (merged.find(f"ecs.{size}", "cn-hangzhou", "CNY") for size in ("c7.large", "g7.large"))
    assert isinstance(agreed, Price)
    assert isinstance(discounted, Price)
    assert (agreed.amount, agreed.origin) == (D("0.1"), "contract")
    assert (discounted.amount, discounted.origin) == (D("0.4"), "quoted")


def test_a_quote_in_another_unit_than_the_book_is_refused(book: PriceBook) -> None:
    odd = Price("ecs.g7.large", "cn-hangzhou", "month", "CNY", D(1), "payg", "s", None, "quoted", "quoted")
    with pytest.raises(ValueError, match="quoted per month, the book has it per hour"):
        with_quotes(book, Quotes((odd,)))


@pytest.mark.parametrize("site", ["cn", "intl"])
def test_what_is_quotable_has_the_unit_of_the_book(book: PriceBook, site: Site) -> None:
    units = {(row.sku, row.billing): row.unit for row in book.rows.values()}
    wanted = quotable(book, ["cn-hangzhou"], site)
    assert len(wanted) > 40
    for item in wanted:
        ask = ask_for(item.sku, item.region, item.billing, site)
        assert ask is not None
        assert ask.unit == units[item.sku, item.billing], item


def test_a_refresh_writes_a_dated_file_that_the_book_reads(book: PriceBook, quoter: Quoter, tmp_path: Path) -> None:
    folder = tmp_path / "review"
    file = refresh(book, quoter, ["cn-hangzhou"], folder, date(2026, 11, 22))
    assert file == folder / "quotes-cn-2026-11-22.yaml"
    text = file.read_text(encoding="utf-8")
    assert "the book had 0.52325 (2024-12-30, documented), -4.4 %" in text
    again = load_prices(file).find("ecs.g7.large", "cn-hangzhou", "CNY")
    assert isinstance(again, Price)
    assert (again.amount, again.origin, again.confidence) == (D("0.5"), "quoted", "quoted")
    assert again.as_of == "2026-11-22"


def test_a_refresh_without_an_answer_writes_nothing(
    book: PriceBook, quoter: Quoter, wire: Wire, tmp_path: Path
) -> None:
    wire.currency = "USD"
    with pytest.raises(OutsideError, match="No price could be refreshed"):
        refresh(book, quoter, ["cn-hangzhou"], tmp_path / "review", date(2026, 11, 22))
    assert not (tmp_path / "review").exists()
    quoter.mode = "off"
    with pytest.raises(OutsideError, match="Quotes are off"):
        refresh(book, quoter, ["cn-hangzhou"], tmp_path / "review", date(2026, 11, 22))


# --- small print ------------------------------------------------------------------------------------------------------


def test_endpoints_follow_the_account() -> None:
    assert ENDPOINTS == {"cn": "business.aliyuncs.com", "intl": "business.ap-southeast-1.aliyuncs.com"}


def test_the_sdk_is_not_loaded_unless_something_is_asked() -> None:
    code = "import sys, advisor.live.quotes; print(any(name.startswith('alibabacloud') for name in sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("sku", "asked"),
    [
        ("ecs.g7.large", True),
        ("ecs.g7.16xlarge", True),
        ("ecs.g7.vcpu", False),
        ("ecs.other.vcpu", False),
        ("ecs.traffic.out", True),
        ("clb.spec.s1.small", True),
        ("alb.lcu", False),
        ("hbr.vault.storage", False),
    ],
)
def test_what_can_be_asked(sku: str, asked: bool) -> None:
    assert (ask_for(sku, "cn-hangzhou", "payg", "cn") is not None) is asked
    assert ask_for("eip.config", "cn-hangzhou", "subscription", "cn") is None


def test_requests_are_spaced(wire: Wire, service: BssService, pauses: Pauses) -> None:
    service.interval_s = 0.5
    asks = [Ask("ecs", "InstanceType", "Hour", f"type-{number}", "hour") for number in range(41)]
    answers: Callable[[], object] = lambda: service.answers(asks, "cn-hangzhou", "payg")  # noqa: E731
    answers()
    assert pauses.taken == [0.5, 0.5]
    assert service.requests == len(wire.log) == 3


def test_another_server_is_named_by_the_environment(
    wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADVISOR_BSS_ENDPOINT", f"http://127.0.0.1:{wire.port}/")
    quoter = Quoter("live", site_of("CNY"), cache_file=tmp_path / "q.sqlite", now=lambda: NOON)
    assert only(quoter.quote([instance()])).amount == D("0.5")
    assert len(wire.log) == 1
    with pytest.raises(ValueError, match="quoted in EUR"):
        site_of("EUR")


def test_a_missing_price_is_told_with_its_currency(quoter: Quoter) -> None:
    quoter.mode = "cache"
    assert quoter.quote([instance()]).missing == (
        MissingPrice("ecs.g7.large", "cn-hangzhou", "CNY", "it was never asked; use --quotes live"),
    )
