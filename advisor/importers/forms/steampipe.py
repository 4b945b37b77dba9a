"""Rows of Steampipe or Selefra tables: snake_case columns; an object with ``rows`` or a bare array."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from advisor.importers.api_json import read_value
from advisor.importers.convert import json_inside
from advisor.importers.fields import Record, keys_of, records
from advisor.importers.records import Collector, Context

_MARKS: Final = frozenset({"akas", "accountid", "title", "arn"})


def matches(value: object) -> bool:
    """Whether the document is a table of such rows."""
    rows = _rows(value)
    return bool(rows) and any(len(_MARKS & keys_of(row).keys()) >= 1 and _snake(row) for row in rows[:5])


def _snake(row: Record) -> bool:
    return all(str(key).islower() for key in row)


def _rows(value: object) -> list[Record]:
    if isinstance(value, Mapping):
        inner = value.get("rows")
        return records(inner) if isinstance(inner, list) else []
    return records(value) if isinstance(value, list) else []


def read(value: object, context: Context, collector: Collector) -> bool:
    """Read every row as the record of the API that its columns were made from."""
    listed = value.get("rows") if isinstance(value, Mapping) else value
    rows = [_row(row) if isinstance(row, dict) else row for row in (listed if isinstance(listed, list) else ())]
    return read_value(rows, context, collector)


def _row(row: Record) -> dict[str, object]:
    found: dict[str, object] = {key: json_inside(value) for key, value in row.items() if value is not None}
    if "region" not in found and "region_id" not in found:
        region = str(found.get("arn", "")).split(":")
        if len(region) > 4 and region[3]:
            found["region"] = region[3]
    return found
