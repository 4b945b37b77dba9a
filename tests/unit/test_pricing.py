"""The price book as shipped, and a user's own book in front of it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from advisor.model.finding import InputError
from advisor.model.pricebook import (
    Contradiction,
    MissingPrice,
    Price,
    PriceBook,
    area_of,
    instance_skus,
    text_of,
    transfer_skus,
)
from advisor.pricing import coverage, load_prices, price_record

D = Decimal
BROKEN = Path(__file__).parent.parent / "broken" / "prices"


@pytest.fixture(scope="module")
def book() -> PriceBook:
    return load_prices()


def found(book: PriceBook, sku: str, region: str = "cn-hangzhou", currency: str = "CNY") -> Price:
    price = book.find(sku, region, currency)
    assert isinstance(price, Price), price
    return price


def contract(folder: Path, text: str) -> Path:
    file = folder / "contract.yaml"
    file.write_text(text, encoding="utf-8")
    return file


# --- the shipped book -------------------------------------------------------------------------------------------------

NEEDED = [
    "snapshot.standard.storage",
    "snapshot.archive.storage",
    "snapshot.copy.traffic",
    "snapshot.copy.traffic.cross_border",
    "disk.cloud_essd.pl0.capacity",
    "disk.cloud_essd.pl1.capacity",
    "disk.cloud_essd.pl2.capacity",
    "disk.cloud_essd.pl3.capacity",
    "disk.cloud_auto.capacity",
    "disk.cloud_efficiency.capacity",
    "disk.cloud_ssd.capacity",
    "disk.cloud_essd_entry.capacity",
    "disk.cloud_regional_disk_auto.capacity",
    "disk.async_replication.traffic",
    "disk.async_replication.traffic.same_region",
    "disk.async_replication.traffic.cross_border",
    "ecs.g7.large",
    "ecs.g7.vcpu",
    "ecs.other.vcpu",
    "alb.instance.basic",
    "alb.instance.standard",
    "alb.lcu",
    "nlb.instance",
    "nlb.lcu",
    "clb.instance",
    "clb.public_ip.retention",
    "clb.lcu",
    "eip.config",
    "eip.traffic.out",
    "gtm3.payg.domain",
    "gtm3.payg.query",
    "gtm3.payg.probe",
    "ess.service",
    "oss.crr.traffic",
    "oss.standard.lrs.storage",
    "hbr.client.file",
    "hbr.vault.storage",
    "hbr.ecs_file_essential.capacity",
    "hbr.mirror.traffic",
    "dts.sync.micro",
    "dts.sync.small",
    "dts.sync.medium",
    "dts.sync.large",
    "dts.sync.xlarge",
    "cen.tr.connection",
    "cen.tr.data_processing",
    "cdt.interregion.traffic",
    "rds.mysql.ha.core",
    "rds.mysql.basic.core",
    "rds.postgresql.ha.core",
    "rds.sqlserver.ha.core",
    "rds.storage",
    "rds.backup.storage.over_quota",
    "rds.backup.cross_region.storage",
    "rds.backup.cross_region.traffic",
    "tair.ha.gib",
]


@pytest.mark.parametrize("sku", NEEDED)
def test_what_a_plan_needs_has_a_price_or_an_assumption_in_hangzhou(book: PriceBook, sku: str) -> None:
    price = found(book, sku)
    assert price.unit
    assert price.deciding >= price.amount
    if price.origin == "assumed":
        assert price.low is not None
        assert price.high is not None
        assert price.why
        assert price.replaced_by


@pytest.mark.parametrize("sku", ["gtm.instance.standard", "gtm.instance.ultimate", "gtm.tasks100.standard"])
def test_gtm_instances_are_sold_by_subscription(book: PriceBook, sku: str) -> None:
    assert isinstance(book.find(sku, "cn-hangzhou", "CNY", "subscription"), Price)
    missing = book.find(sku, "cn-hangzhou", "CNY")
    assert isinstance(missing, MissingPrice)
    assert "by subscription only" in missing.reason


@pytest.mark.parametrize(
    ("sku", "region", "currency", "amount"),
    [
        ("snapshot.standard.storage", "cn-hangzhou", "CNY", "0.12"),
        ("snapshot.standard.storage", "cn-hangzhou", "USD", "0.0173"),
        ("snapshot.archive.storage", "cn-hangzhou", "CNY", "0.06"),
        ("snapshot.copy.traffic", "cn-hangzhou", "CNY", "0.5"),
        ("disk.cloud_essd.pl0.capacity", "cn-hangzhou", "CNY", "0.00105"),
        ("disk.cloud_auto.capacity", "cn-hangzhou", "CNY", "0.0021"),
        ("ecs.g7.large", "cn-hangzhou", "CNY", "0.52325"),
        ("alb.instance.basic", "cn-hangzhou", "CNY", "0.049"),
        ("alb.lcu", "cn-beijing", "CNY", "0.049"),
        ("eip.traffic.out", "cn-hangzhou", "CNY", "0.8"),
        ("eip.traffic.out", "cn-qingdao", "CNY", "0.72"),
        ("eip.traffic.out", "cn-hangzhou", "USD", "0.123"),
        ("gtm3.payg.domain", "cn-hangzhou", "CNY", "0.1"),
        ("ess.service", "cn-hangzhou", "CNY", "0"),
    ],
)
def test_figures_that_the_sources_print(book: PriceBook, sku: str, region: str, currency: str, amount: str) -> None:
    assert found(book, sku, region, currency).amount == D(amount)


def test_every_row_is_cited_and_dated_or_says_it_is_undated(book: PriceBook) -> None:
    for row in book.rows.values():
        assert row.source, row
        assert row.place.startswith("pricing/"), row
        assert row.as_of is None or date.fromisoformat(row.as_of) <= date(2026, 11, 22), row
        assert row.confidence != "quoted", "a quote is made by asking, never shipped"


def test_no_area_row_hides_a_row_for_all(book: PriceBook) -> None:
    for sku, region, currency, billing in book.rows:
        if region in ("cn-mainland", "outside-mainland"):
            hidden = book.rows.get((sku, "all", currency, billing))
            assert hidden is None or hidden.origin == "assumed", (sku, region, currency)


def test_one_unit_for_a_sku_and_billing(book: PriceBook) -> None:
    units: dict[tuple[str, str], set[str]] = {}
    for row in book.rows.values():
        units.setdefault((row.sku, row.billing), set()).add(row.unit)
    assert {key: names for key, names in units.items() if len(names) > 1} == {}


def test_the_contested_snapshot_price_of_beijing_is_decided_on_the_high_end(book: PriceBook) -> None:
    price = found(book, "snapshot.standard.storage", "cn-beijing")
    assert (price.amount, price.low, price.high, price.deciding) == (D("0.12"), D("0.12"), D("0.148"), D("0.148"))
    assert found(book, "snapshot.standard.storage", "cn-hangzhou").deciding == D("0.12")
    assert any(other.amount == D("0.148") for other in price.chosen_over)


def test_an_instance_type_without_a_row_is_priced_by_its_family_then_by_any(book: PriceBook) -> None:
    price = book.first(instance_skus("ecs.g7.16xlarge"), "cn-hangzhou", "CNY")
    assert isinstance(price, Price)
    assert (price.sku, price.unit) == ("ecs.g7.vcpu", "vCPU-hour")
    other = book.first(instance_skus("ecs.zz9.large"), "cn-hangzhou", "CNY")
    assert isinstance(other, Price)
    assert (other.sku, other.confidence) == ("ecs.other.vcpu", "assumed")
    assert isinstance(book.first(instance_skus("ecs.zz9.large"), "cn-hangzhou-finance", "CNY"), MissingPrice)


def test_copies_name_the_pair_then_the_area_then_the_border(book: PriceBook) -> None:
    stem = "snapshot.copy.traffic"
    assert transfer_skus(stem, "cn-hangzhou", "cn-beijing") == (f"{stem}.to.cn-beijing", stem)
    assert transfer_skus(stem, "cn-hangzhou", "us-west-1") == (f"{stem}.to.us-west-1", f"{stem}.cross_border")
    assert transfer_skus(stem, "cn-hangzhou", "cn-hangzhou") == (f"{stem}.same_region",)
    far = book.first(transfer_skus(stem, "cn-hangzhou", "us-west-1"), "cn-hangzhou", "CNY")
    assert isinstance(far, Price)
    assert far.amount == 2


@pytest.mark.parametrize(
    ("cores", "memory", "storage", "published"),
    [(2, 4, 100, "rds.mysql.ha.2c4g"), (4, 8, 200, "rds.mysql.mysql.n2.large.2c+200gb"),
     (4, 16, 100, "rds.mysql.ha.mysql.n4.large.2c+100gb_pl1")],
)  # fmt: skip
def test_the_database_ranges_hold_the_published_bundles(
    book: PriceBook, cores: int, memory: int, storage: int, published: str
) -> None:
    """Pay-as-you-go costs 1.52 times the month; storage 0.5 to 2 CNY per GB of it."""
    core, gib = found(book, "rds.mysql.ha.core"), found(book, "rds.mysql.ha.gib")
    (bundle,) = [row.amount for row in book.rows.values() if row.sku == published]
    low = (cores * (core.low or 0) + memory * (gib.low or 0)) * 730 / D("1.52") + storage * D("0.5")
    high = (cores * core.deciding + memory * gib.deciding) * 730 / D("1.52") + storage * 2
    assert low <= bundle <= high


# --- looking up -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "area"),
    [
        ("cn-hangzhou", "cn-mainland"),
        ("cn-wuhan-lr", "cn-mainland"),
        ("cn-hongkong", "outside-mainland"),
        ("ap-southeast-1", "outside-mainland"),
        ("cn-shanghai-finance-1", None),
        ("cn-north-2-gov-1", None),
        ("", None),
        ("all", None),
    ],
)
def test_areas(region: str, area: str | None) -> None:
    assert area_of(region) == area


def test_a_region_without_a_row_takes_its_area_and_says_so(book: PriceBook) -> None:
    price = found(book, "ecs.g7.large", "cn-chengdu")
    assert price.region == "cn-mainland"
    assert price.place.endswith("(row of cn-mainland used for cn-chengdu)")
    assert price.confidence == "example"
    assert found(book, "ecs.g7.large", "cn-beijing").confidence == "documented"


def test_finance_regions_never_take_the_public_price(book: PriceBook) -> None:
    missing = book.find("snapshot.standard.storage", "cn-hangzhou-finance", "CNY")
    assert isinstance(missing, MissingPrice)
    assert "cn-hangzhou-finance" in missing.reason


def test_currencies_do_not_stand_in_for_each_other(book: PriceBook) -> None:
    assert isinstance(book.find("ecs.g7.large", "cn-hangzhou", "USD"), MissingPrice)
    gap = book.find("rds.postgresql.class", "cn-hangzhou", "CNY")
    assert isinstance(gap, MissingPrice)
    assert gap.reason == "no price table is public; the calculator and DescribePrice know it"


def test_a_gap_gives_its_reason() -> None:
    book = PriceBook({}, gaps=(MissingPrice("x.y", "all", "CNY", "the page was not kept"),))
    missing = book.find("x.y", "cn-hangzhou", "CNY")
    assert isinstance(missing, MissingPrice)
    assert missing.reason == "the page was not kept"
    assert isinstance(book.first((), "cn-hangzhou", "CNY"), MissingPrice)


# --- a user's own book ------------------------------------------------------------------------------------------------


def test_a_contract_price_stands_in_front_of_every_region_it_covers(tmp_path: Path) -> None:
    file = contract(
        tmp_path,
        """rows:
  - {sku: snapshot.standard.storage, region: all, unit: GiB-month, currency: CNY, billing: payg, price: "0.1"}
  - {sku: eip.traffic.out, region: cn-mainland, unit: GB, currency: CNY, billing: payg, price: 0.70}
""",
    )
    book = load_prices(file)
    for region in ("cn-hangzhou", "cn-beijing", "us-east-1"):
        price = found(book, "snapshot.standard.storage", region)
        assert (price.amount, price.origin, price.confidence) == (D("0.1"), "contract", "quoted")
    assert str(found(book, "eip.traffic.out", "cn-qingdao").amount) == "0.70"
    assert found(book, "eip.traffic.out", "cn-hongkong").origin == "book"
    assert found(book, "snapshot.standard.storage", currency="USD").amount == D("0.0173")
    assert found(book, "snapshot.standard.storage").provenance.startswith("contract price, contract.yaml")


def test_a_discount_is_taken_off_the_list_and_said_so(tmp_path: Path, book: PriceBook) -> None:
    own = load_prices(contract(tmp_path, "discounts: {ecs: 15%, dts: 10 %}\n"))
    price, before = found(own, "ecs.g7.large"), found(book, "ecs.g7.large")
    assert price.amount == before.amount * D("0.85")
    assert (price.origin, price.list_amount) == ("contract", before.amount)
    assert (price.note or "").startswith("List price 0.52325 less 15 % by contract.")
    assumed, assumed_before = found(own, "dts.sync.small"), found(book, "dts.sync.small")
    assert assumed.origin == "assumed"
    assert assumed.high == (assumed_before.high or 0) * D("0.9")
    assert found(own, "disk.cloud_auto.capacity") == found(book, "disk.cloud_auto.capacity")


def test_a_contract_price_is_not_discounted_again(tmp_path: Path) -> None:
    own = load_prices(
        contract(
            tmp_path,
            """rows:
  - {sku: ecs.g7.large, region: cn-hangzhou, unit: hour, currency: CNY, billing: payg, price: "0.4"}
discounts: {ecs: 15%}
""",
        )
    )
    assert found(own, "ecs.g7.large").amount == D("0.4")
    assert found(own, "ecs.g7.large", "cn-beijing").amount == D("0.4447625")


def test_a_quote_replaces_an_assumption(tmp_path: Path) -> None:
    own = load_prices(
        contract(
            tmp_path,
            """rows:
  - {sku: dts.sync.small, region: cn-mainland, unit: hour, currency: CNY, billing: payg, price: "2.2",
     source: "bill of October 2026", as_of: "2026-10-31"}
""",
        )
    )
    price = found(own, "dts.sync.small")
    assert (price.amount, price.high, price.deciding, price.source) == (
        D("2.2"),
        None,
        D("2.2"),
        "bill of October 2026",
    )
    assert found(own, "dts.sync.small", "us-east-1").origin == "assumed"


def test_an_old_day_repeats_the_old_book(book: PriceBook) -> None:
    old = load_prices(as_of=date(2020, 1, 1))
    price = found(old, "snapshot.standard.storage")
    assert (price.amount, price.as_of) == (D("0.148"), "2018-06-07")
    assert "now says 0.12" in (price.note or "")
    missing = old.find("ecs.g7.large", "cn-hangzhou", "CNY")
    assert isinstance(missing, MissingPrice)
    assert missing.reason == "the only price is of 2024-12-30, after 2020-01-01"
    today = load_prices(as_of=date(2026, 11, 22))
    assert dict(today.rows) == dict(book.rows)


def test_the_digest_names_book_contract_and_day(tmp_path: Path, book: PriceBook) -> None:
    digests = {
        book.digest,
        load_prices(contract(tmp_path, "discounts: {ecs: 15%}\n")).digest,
        load_prices(as_of=date(2026, 1, 1)).digest,
    }
    assert len(digests) == 3
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in digests)
    assert load_prices().digest == book.digest


def test_the_digest_depends_on_the_rows_in_use_only(tmp_path: Path, book: PriceBook) -> None:
    newest = max(row.as_of for row in book.rows.values() if row.as_of)
    days = (date.fromisoformat(newest), date(2030, 1, 1), date(2031, 1, 1))
    assert {load_prices(as_of=day).digest for day in days} == {book.digest}
    text = """rows:
  - {sku: snapshot.standard.storage, region: cn-hangzhou, unit: GiB-month, currency: CNY, billing: payg, price: "0.10"}
"""
    own = load_prices(contract(tmp_path, text))
    assert own.digest != book.digest
    assert load_prices(contract(tmp_path, text + "# agreed by phone\n")).digest == own.digest
    assert load_prices(contract(tmp_path, text.replace("0.10", "0.11"))).digest != own.digest


def test_a_folder_of_files_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("discounts: {ecs: 10%}\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("discounts: {disk: 20%}\n", encoding="utf-8")
    own = load_prices(tmp_path)
    assert found(own, "ecs.g7.large").amount == D("0.470925")
    assert found(own, "disk.cloud_auto.capacity").amount == D("0.00168")


# --- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("unquoted_comma", "unquoted_comma.yaml, line 2: '1,240.50' is no price. Write price: \"1240.50\"."),
        ("negative", "'-0.1' is no price. A price is never negative; state a discount under 'discounts'."),
        ("euro", "'EUR' is no currency. Write one of: CNY, USD."),
        ("billing", "'postpaid' is no billing. Write one of: payg, subscription."),
        ("unit_unknown", "'GiB-mont' is no unit. Write GiB-month."),
        ("unit_other", "disk.cloud_essd.pl1.capacity is sold per GiB-hour, not per GiB-month."),
        ("missing_field", "'snapshot.standard.storage' lacks price. Add price: …."),
        ("unknown_field", "'notes' is no field here. Write note."),
        ("unknown_section", "'row' is no section of a price file. Write rows."),
        (
            "duplicate",
            "line 3: snapshot.standard.storage all CNY payg is priced twice, first in duplicate.yaml, line 2.",
        ),
        ("product", "The book knows no product of 'snapshots.standard.storage'. Write snapshot."),
        ("date", "line 3: '2026-02-30' is no date. Write as_of: \"2026-07-30\", or null."),
        ("region", "'Hangzhou' is no region. Write for example cn-hangzhou or all."),
        ("discount", "'0.85' is no discount. Write ecs: 15%, for 15 % off."),
        (
            "discount_product",
            "discount_product.yaml, line 1: There is no product 'esc' to discount. Write one of: alb, ",
        ),
        ("range", "The range of disk.async_replication.traffic needs low <= likely <= high."),
        ("not_a_list", "'rows' is no list. Write one entry a line, each beginning with '- '."),
        ("no_mapping", "This file holds no prices. Begin with 'rows:' and a list of prices."),
        ("twice", "The key 'price' is given twice, first in line 2."),
    ],
)
def test_a_mistake_says_where_it_is_and_what_to_write(file: str, words: str) -> None:
    with pytest.raises(InputError) as error:
        load_prices(BROKEN / f"{file}.yaml")
    assert words in str(error.value)
    assert len(error.value.mistakes) == 1


def test_all_mistakes_come_at_once() -> None:
    with pytest.raises(InputError) as error:
        load_prices(BROKEN / "many.yaml")
    assert len(error.value.mistakes) == 4


def test_every_broken_file_is_tested() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [item.stem for item in BROKEN.glob("*.yaml") if f'"{item.stem}' not in text] == []


def test_a_path_without_prices_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no \*\.yaml"):
        load_prices(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        load_prices(tmp_path / "none.yaml")


# --- what the book holds ----------------------------------------------------------------------------------------------


def test_coverage_shows_age_contradictions_and_gaps(book: PriceBook) -> None:
    lines = coverage(book, date(2026, 11, 22))
    assert len(lines) == len(book.rows) + len(book.gaps)
    snapshot = next(line for line in lines if (line.sku, line.region) == ("snapshot.standard.storage", "cn-mainland"))
    assert snapshot.age_days == 115
    assert [other.amount for other in snapshot.contradictions] == [D("0.148")]
    gap = next(line for line in lines if line.gap and line.sku == "dts.sync.small" and line.currency == "CNY")
    assert gap.price is None
    assert gap.filled_by is not None
    assert gap.filled_by.origin == "assumed"
    assert all(line.age_days is None for line in coverage(book))


def test_a_record_is_decimal_text(book: PriceBook) -> None:
    record = price_record(found(book, "disk.cloud_auto.provisioned_iops"))
    assert record["price"] == "0.0000625"
    assert {"sku", "region", "unit", "currency", "price", "billing", "source", "as_of", "confidence"} <= set(record)
    contested = price_record(found(book, "snapshot.standard.storage", "cn-beijing"))
    assert (contested["low"], contested["high"]) == ("0.12", "0.148")
    assert contested["chosen_over"]


@pytest.mark.parametrize(
    ("value", "text"), [("0.1200", "0.12"), ("1E+3", "1000"), ("6.25E-5", "0.0000625"), ("0", "0")]
)
def test_decimal_text(value: str, text: str) -> None:
    assert text_of(D(value)) == text


def test_contradictions_are_shown_as_rejected_prices(book: PriceBook) -> None:
    rejected = [(price.amount, why) for price, why in book.rejected if price.sku == "alb.lcu"]
    assert rejected == [(D("0.042"), "a comment in sample code, older")]
    assert Contradiction(D("0.042"), "s", None, "w").amount == D("0.042")


def test_overlaid_prices_keep_their_origin(book: PriceBook) -> None:
    quote = Price("ecs.g7.large", "cn-hangzhou", "hour", "CNY", D("0.5"), "payg", "s", None, "quoted", "quoted")
    merged = book.overlaid([quote], "digest")
    assert found(merged, "ecs.g7.large").origin == "quoted"
    assert found(book, "ecs.g7.large").origin == "book"
    assert merged.digest == "digest"
