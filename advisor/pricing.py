"""The price book: ``pricing/`` and a user's own book or contract, read strictly into a ``PriceBook``.

Every mistake of every file is collected into one ``InputError``. A contract price stands in front of the list price of
all regions it covers; a discount (``discounts: {ecs: 15%}``) is taken off the list prices and assumptions of a product.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final, cast, get_args

from advisor.model.finding import InputError, Mistake
from advisor.model.pricebook import (
    Billing,
    Contradiction,
    MissingPrice,
    Price,
    PriceBook,
    PriceConfidence,
    PriceOrigin,
    Ratio,
    assemble,
    coverage,
    price_record,
    product_of,
)
from advisor.model.units import CURRENCIES
from advisor.resources import data_dir
from advisor.yaml_text import YamlDocument, load_yaml

__all__ = ["UNITS", "coverage", "load_prices", "price_record"]

UNITS: Final = (
    "hour", "month", "instance-month", "node-hour", "node-month", "vCPU-hour", "core-hour", "GiB-hour", "GiB-month",
    "GiB-day", "GiB", "GB", "GB-hour", "GB-month", "100GB-month", "GiB-disk-hour", "IOPS-hour", "IOPS-month", "10k-IO",
    "IO-hour", "LCU-hour", "plan", "connection-hour", "Mbps-month", "Mbps-day", "10k-requests", "10k-queries",
    "10k-checks", "100-tasks-month", "domain-day", "message", "count", "vault-month",
)  # fmt: skip
_SECTIONS: Final = ("service", "as_of", "sources", "rows", "gaps", "assumptions", "ratios", "discounts")
_MORE: Final = ("note", "stale", "seen_in", "low", "high", "why", "replaced_by", "chosen_over")
_KEYS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "rows": (
        ("sku", "region", "unit", "currency", "billing", "price", "source", "as_of", "confidence", "kind"),
        _MORE,
    ),
    "contract": (
        ("sku", "region", "unit", "currency", "billing", "price"),
        ("origin", "source", "as_of", "confidence", "kind", *_MORE),
    ),
    "gaps": (("sku", "region", "currency", "reason"), ()),
    "assumptions": (
        ("sku", "region", "unit", "currency", "billing", "low", "high", "why", "replaced_by", "basis"),
        ("likely", "note"),
    ),
    "ratios": (("id", "region", "ratio", "source", "as_of", "confidence"), ("note",)),
    "chosen_over": (("price", "source", "as_of", "why"), ()),
}
_AMOUNT = re.compile(r"\d+(\.\d+)?")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_REGION = re.compile(r"[a-z]+(-[a-z0-9]+)+|all")
Entry = Mapping[str, object]
Where = tuple[str | int, ...]


@dataclass
class _File:
    """One file while it is read: its document, whose it is, and the mistakes found so far."""

    name: str
    document: YamlDocument
    own: bool
    mistakes: list[Mistake]
    sources: dict[str, str] = field(default_factory=dict)

    def wrong(self, where: Where, problem: str, remedy: str) -> None:
        self.mistakes.append(Mistake(self.name, self.document.place(*where), problem, remedy))

    def place(self, where: Where) -> str:
        return f"{self.name}, {self.document.place(*where)}"

    def section(self, name: str) -> Iterator[tuple[Where, Entry]]:
        """The entries of a list section whose keys are right; the others are mistakes."""
        value = self.document.value
        entries = value.get(name) if isinstance(value, dict) else None
        if entries is None:
            return
        if not isinstance(entries, list):
            self.wrong((name,), f"'{name}' is no list.", "Write one entry a line, each beginning with '- '.")
            return
        for index, entry in enumerate(entries):
            if self.keys((name, index), entry, "contract" if name == "rows" and not self.own else name):
                yield (name, index), cast(Entry, entry)

    def keys(self, where: Where, entry: object, form: str) -> bool:
        """Whether an entry is a mapping with the keys of its form; what is missing or unknown is a mistake."""
        if not isinstance(entry, dict):
            self.wrong(where, "This entry is no mapping.", "Write {sku: …, region: …, …}.")
            return False
        needed, more = _KEYS[form]
        missing = [key for key in needed if key not in entry]
        if missing:
            self.wrong(where, f"{_label(entry)} lacks {', '.join(missing)}.", f"Add {missing[0]}: ….")
        for key in entry:
            if key not in needed + more:
                self.wrong((*where, key), f"'{key}' is no field here.", _nearest(key, needed + more))
        return not missing

    def text(self, where: Where, entry: Entry, key: str, default: str = "") -> str:
        """A text field; numbers keep the digits that were written."""
        value = entry.get(key, default)
        if isinstance(value, str):
            return value.strip()
        spelt = self.document.spelling.get((*where, key))
        if spelt is not None and value is not None:
            return spelt
        self.wrong((*where, key), f"'{key}' of {_label(entry)} is no text.", f'Write {key}: "…".')
        return default

    def choice(self, where: Where, entry: Entry, key: str, allowed: Iterable[str], default: str = "") -> str:
        """A text field that must be one of a few words."""
        value, words = self.text(where, entry, key, default), tuple(allowed)
        if value not in words:
            self.wrong((*where, key), f"'{value}' is no {key}.", _nearest(value, words))
        return value

    def amount(self, where: Where, entry: Entry, key: str) -> Decimal | None:
        """A decimal that is not negative, exactly as written."""
        if key not in entry:
            return None
        text = self.text(where, entry, key)
        if _AMOUNT.fullmatch(text):
            return Decimal(text)
        plain = text.replace(",", "").replace("_", "").strip(" ¥$")
        hint = f'Write {key}: "{plain}".' if _AMOUNT.fullmatch(plain) else f'Write a decimal such as {key}: "0.12".'
        if text.startswith("-"):
            hint = "A price is never negative; state a discount under 'discounts'."
        self.wrong((*where, key), f"'{text}' is no price.", hint)
        return None

    def day(self, where: Where, entry: Entry) -> str | None:
        """``as_of``: a date, or null where the source is undated."""
        if entry.get("as_of") is None:
            return None
        text = self.text(where, entry, "as_of")
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            self.wrong((*where, "as_of"), f"'{text}' is no date.", 'Write as_of: "2026-07-30", or null.')
            return None

    def source(self, where: Where, entry: Entry) -> str:
        """The source in full: a name of the section ``sources``, or the text itself."""
        text = self.text(where, entry, "source", self.name)
        if text in self.sources or not self.own or re.search(r"[\s/:]", text):
            return self.sources.get(text, text)
        self.wrong((*where, "source"), f"'{text}' is not among the sources.", _nearest(text, self.sources))
        return text

    def words(self, where: Where, entry: Entry, key: str) -> tuple[str, ...]:
        """A list of texts, empty where absent."""
        value = entry.get(key, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.wrong((*where, key), f"'{key}' is no list of texts.", f"Write {key}: [a, b].")
        return ()

    def region(self, where: Where, entry: Entry) -> str:
        text = self.text(where, entry, "region")
        if not _REGION.fullmatch(text):
            self.wrong((*where, "region"), f"'{text}' is no region.", "Write for example cn-hangzhou or all.")
        return text


@dataclass
class _Contents:
    """What one or several files said."""

    rows: list[Price] = field(default_factory=list)
    gaps: list[MissingPrice] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    discounts: dict[str, Decimal] = field(default_factory=dict)
    discounts_from: dict[str, str] = field(default_factory=dict)


def load_prices(override: Path | None = None, as_of: date | None = None) -> PriceBook:
    """The shipped book with a user's own book or contract (a file or a folder of ``*.yaml``) in front of it.

    ``as_of`` repeats an old book: a row newer than that day gives way to the newest older figure noted beside it, or
    is left out. Raises ``InputError`` with every mistake of every file.
    """
    mistakes: list[Mistake] = []
    shipped = _read_folder(data_dir("pricing"), "pricing/", True, mistakes)
    extra = _Contents()
    if override is not None:
        extra = _read_folder(override, "", False, mistakes)
        _check_units(shipped, extra, mistakes)
    mistakes += _doubles(shipped.rows) + _doubles(extra.rows)
    if mistakes:
        raise InputError(mistakes)
    gaps, ratios = shipped.gaps + extra.gaps, shipped.ratios + extra.ratios
    book = assemble(shipped.rows, extra.rows, extra.discounts, as_of, "", gaps, ratios)
    return replace(book, digest=_digest(book.rows.values(), gaps, ratios))


def _digest(rows: Iterable[Price], gaps: Iterable[MissingPrice], ratios: Iterable[Ratio]) -> str:
    """SHA-256 over what is in use, so that a day that changes no row changes no digest."""
    return hashlib.sha256("\n".join(map(repr, (*rows, *gaps, *ratios))).encode()).hexdigest()


def _read_folder(path: Path, prefix: str, own: bool, mistakes: list[Mistake]) -> _Contents:
    """The contents of all files."""
    contents = _Contents()
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files:
        mistakes.append(Mistake(str(path), "", "This folder holds no *.yaml.", "Name a folder or file with prices."))
    for item in files:
        name = f"{prefix}{item.name}"
        try:
            text = item.read_text(encoding="utf-8")
            document = load_yaml(text, name)
        except InputError as error:
            mistakes += error.mistakes
        except (OSError, UnicodeDecodeError):
            mistakes.append(Mistake(str(item), "", "It cannot be read as UTF-8 text.", "Check its name and rights."))
        else:
            _read(_File(name, document, own, mistakes), contents)
    return contents


def _read(file: _File, contents: _Contents) -> None:
    value = file.document.value
    if not isinstance(value, dict):
        file.wrong((), "This file holds no prices.", "Begin with 'rows:' and a list of prices.")
        return
    for key in value:
        if key not in _SECTIONS:
            file.wrong((key,), f"'{key}' is no section of a price file.", _nearest(key, _SECTIONS))
    sources = value.get("sources", {})
    if isinstance(sources, dict):
        file.sources = {str(key): str(text) for key, text in sources.items()}
    contents.rows += [row for where, entry in file.section("rows") if (row := _price(file, where, entry))]
    contents.rows += [row for where, entry in file.section("assumptions") if (row := _assumption(file, where, entry))]
    for where, entry in file.section("gaps"):
        texts = [file.text(where, entry, key) for key in ("sku", "region", "currency", "reason")]
        contents.gaps.append(MissingPrice(*texts))
    contents.ratios += [ratio for where, entry in file.section("ratios") if (ratio := _ratio(file, where, entry))]
    _read_discounts(file, value.get("discounts"), contents)


def _common(file: _File, where: Where, entry: Entry) -> tuple[str, str, str, str, Billing]:
    """SKU, region, unit, currency and billing of a row."""
    return (
        file.text(where, entry, "sku"),
        file.region(where, entry),
        file.choice(where, entry, "unit", UNITS),
        file.choice(where, entry, "currency", CURRENCIES),
        cast(Billing, file.choice(where, entry, "billing", get_args(Billing))),
    )


def _price(file: _File, where: Where, entry: Entry) -> Price | None:
    sku, region, unit, currency, billing = _common(file, where, entry)
    amount, low, high = (file.amount(where, entry, key) for key in ("price", "low", "high"))
    confidence = file.choice(where, entry, "confidence", get_args(PriceConfidence), "quoted")
    origin = file.choice(where, entry, "origin", get_args(PriceOrigin), "book" if file.own else "contract")
    if amount is None:
        return None
    if not (amount if low is None else low) <= amount <= (amount if high is None else high):
        file.wrong(where, f"The price of {sku} is not between its low and high.", "Correct low, price or high.")
    return Price(
        sku, region, unit, currency, amount, billing,
        source=file.source(where, entry), as_of=file.day(where, entry),
        confidence=cast(PriceConfidence, confidence), origin=cast(PriceOrigin, origin),
        low=low, high=high, why=_optional(entry, "why"), replaced_by=_optional(entry, "replaced_by"),
        note=_optional(entry, "note"), stale=entry.get("stale") is True, place=file.place(where),
        kind=file.text(where, entry, "kind", "contract"), seen_in=file.words(where, entry, "seen_in"),
        chosen_over=tuple(_contradictions(file, where, entry)),
    )  # fmt: skip


def _contradictions(file: _File, where: Where, entry: Entry) -> Iterator[Contradiction]:
    others = entry.get("chosen_over", [])
    if not isinstance(others, list):
        file.wrong((*where, "chosen_over"), "'chosen_over' is no list.", "Write chosen_over: [{price: …, …}].")
        return
    for index, other in enumerate(others):
        place = (*where, "chosen_over", index)
        if file.keys(place, other, "chosen_over") and (amount := file.amount(place, other, "price")) is not None:
            why = file.text(place, other, "why")
            yield Contradiction(amount, file.source(place, other), file.day(place, other), why)


def _assumption(file: _File, where: Where, entry: Entry) -> Price | None:
    """An assumption: its amount is the likely figure, the middle of the range where none is stated."""
    sku, region, unit, currency, billing = _common(file, where, entry)
    low, likely, high = (file.amount(where, entry, key) for key in ("low", "likely", "high"))
    if low is None or high is None:
        return None
    amount = (low + high) / 2 if likely is None else likely
    if not low <= amount <= high:
        file.wrong(where, f"The range of {sku} needs low <= likely <= high.", "Correct low, likely or high.")
    basis = file.words(where, entry, "basis")
    return Price(
        sku, region, unit, currency, amount, billing,
        source="assumption on " + ", ".join(basis), as_of=None, confidence="assumed", origin="assumed",
        low=low, high=high, why=file.text(where, entry, "why"), replaced_by=file.text(where, entry, "replaced_by"),
        note=_optional(entry, "note"), place=file.place(where), kind="assumption", basis=basis,
    )  # fmt: skip


def _ratio(file: _File, where: Where, entry: Entry) -> Ratio | None:
    amount = file.amount(where, entry, "ratio")
    confidence = cast(PriceConfidence, file.choice(where, entry, "confidence", get_args(PriceConfidence)))
    if amount is None:
        return None
    name, region = file.text(where, entry, "id"), file.region(where, entry)
    note = _optional(entry, "note") or ""
    return Ratio(name, region, amount, file.source(where, entry), file.day(where, entry), confidence, note)


def _read_discounts(file: _File, value: object, contents: _Contents) -> None:
    """``discounts: {ecs: 15%}``: what a contract takes off the list price of a product."""
    if value is None:
        return
    if not isinstance(value, dict) or file.own:
        file.wrong(("discounts",), "'discounts' is no mapping of a contract.", "Write discounts: {ecs: 15%}.")
        return
    for product, text in value.items():
        match = _PERCENT.fullmatch(str(text).strip())
        if match is None or Decimal(match[1]) > 100:
            file.wrong(("discounts", product), f"'{text}' is no discount.", f"Write {product}: 15%, for 15 % off.")
        else:
            contents.discounts[str(product)] = Decimal(match[1])
            contents.discounts_from[str(product)] = file.place(("discounts", product))


def _check_units(shipped: _Contents, extra: _Contents, mistakes: list[Mistake]) -> None:
    """A contract must price a SKU per the unit of the book, and name only products that the book knows."""
    units: dict[tuple[str, str], set[str]] = {}
    for row in shipped.rows:
        units.setdefault((row.sku, row.billing), set()).add(row.unit)
    products = {product_of(row.sku) for row in shipped.rows}
    for row in extra.rows:
        known = units.get((row.sku, row.billing), {row.unit})
        file, _, place = row.place.partition(", ")
        if row.unit in UNITS and row.unit not in known:
            unit = sorted(known)[0]
            problem = f"{row.sku} is sold per {unit}, not per {row.unit}."
            mistakes.append(Mistake(file, place, problem, f"Write the price of one {unit}."))
        if product_of(row.sku) not in products:
            problem = f"The book knows no product of '{row.sku}'."
            mistakes.append(Mistake(file, place, problem, _nearest(product_of(row.sku), products)))
    for product, origin in extra.discounts_from.items():
        if product not in products:
            file, _, place = origin.partition(", ")
            problem = f"There is no product '{product}' to discount."
            mistakes.append(Mistake(file, place, problem, f"Write one of: {', '.join(sorted(products))}."))


def _doubles(rows: Iterable[Price]) -> list[Mistake]:
    first: dict[tuple[str, str, str, str], str] = {}
    found = []
    for row in rows:
        if row.key in first:
            file, _, place = row.place.partition(", ")
            problem = f"{' '.join(row.key)} is priced twice, first in {first[row.key]}."
            found.append(Mistake(file, place, problem, "Keep one of the two; note the other under chosen_over."))
        first.setdefault(row.key, row.place)
    return found


def _optional(entry: Entry, key: str) -> str | None:
    value = entry.get(key)
    return None if value is None else str(value)


def _label(entry: Entry) -> str:
    return f"'{entry.get('sku') or entry.get('id') or 'this entry'}'"


def _nearest(word: object, words: Iterable[str]) -> str:
    known = sorted(words)
    close = difflib.get_close_matches(str(word), known, n=1)
    if close:
        return f"Write {close[0]}."
    return f"Write one of: {', '.join(known[:12])}{', …' if len(known) > 12 else ''}."
