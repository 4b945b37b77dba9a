"""Quotes kept on disk with the moment they were asked: a small SQLite file of the user."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from advisor.live.quotes_catalogue import Site
from advisor.model.finding import OutsideError

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS quote (
    site TEXT, sku TEXT, region TEXT, billing TEXT, unit TEXT, currency TEXT,
    list_amount TEXT, account_amount TEXT, refusal TEXT, source TEXT, asked_at TEXT,
    PRIMARY KEY (site, sku, region, billing)
) WITHOUT ROWID
"""
_READ: Final = """
SELECT unit, currency, list_amount, account_amount, refusal, source, asked_at FROM quote
WHERE site = ? AND sku = ? AND region = ? AND billing = ?
"""
_WRITE: Final = "INSERT OR REPLACE INTO quote VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
Key = tuple[str, str, str]
"""SKU, region and billing."""


@dataclass(frozen=True, slots=True)
class Quote:
    """One answer of the price service, per unit; amounts are None where it refused, with its reason."""

    sku: str
    region: str
    billing: str
    unit: str
    currency: str
    list_amount: Decimal | None
    account_amount: Decimal | None
    refusal: str
    source: str
    asked_at: datetime


def default_cache_file() -> Path:
    """``$XDG_CACHE_HOME/advisor/quotes.sqlite``, in ``~/.cache`` where that is not set."""
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "advisor" / "quotes.sqlite"


@dataclass(frozen=True)
class QuoteCache:
    """The cache of one site; what cannot be read or written raises ``OutsideError``."""

    file: Path
    site: Site

    def read(self, keys: Iterable[Key]) -> dict[Key, Quote]:
        """The last answer for each key that was ever asked."""
        if not self.file.exists():
            return {}
        found = {}
        with self._open() as database:
            for key in keys:
                row = database.execute(_READ, (self.site, *key)).fetchone()
                if row is not None:
                    found[key] = _quote(key, row)
        return found

    def write(self, quotes: Iterable[Quote]) -> None:
        """Keep answers in the place of older ones."""
        with self._open() as database, database:
            database.executemany(_WRITE, [_row(self.site, quote) for quote in quotes])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.file, timeout=10)) as database:
                database.execute(_TABLE)
                yield database
        except (sqlite3.Error, OSError, ValueError) as error:
            raise OutsideError(f"The cache of quotes {self.file} cannot be used: {error}. Remove the file.") from None


def _row(site: Site, quote: Quote) -> tuple[str | None, ...]:
    listed, account = (None if item is None else str(item) for item in (quote.list_amount, quote.account_amount))
    return (
        site, quote.sku, quote.region, quote.billing, quote.unit, quote.currency, listed, account,
        quote.refusal, quote.source, quote.asked_at.isoformat(),
    )  # fmt: skip


def _quote(key: Key, row: Sequence[str | None]) -> Quote:
    unit, currency, listed, account, refusal, source, asked_at = row
    first, second = (None if text is None else Decimal(text) for text in (listed, account))
    moment = datetime.fromisoformat(asked_at or "")
    return Quote(*key, unit or "", currency or "", first, second, refusal or "", source or "", moment)
