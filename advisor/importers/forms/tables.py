"""Rows under a header: the console's lists, spreadsheets of one's own, the CLI's text tables, printed objects."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from advisor.importers.api_json import read_value
from advisor.importers.catalogue import SPEC_OF_KIND, by_shape
from advisor.importers.convert import (
    as_gib,
    as_mib,
    as_number,
    as_tags,
    as_text,
    as_texts,
    gib_of_bytes,
    json_inside,
    tried,
)
from advisor.importers.fields import ABSENT, Convert
from advisor.importers.forms.disk_cells import DISK_COLUMNS, ID_IN_CELL, disk_words, read_disks
from advisor.importers.forms.words import (
    CHARGES,
    STATES,
    concept_of,
    plain_header,
    region_named,
    zone_named,
)
from advisor.importers.places import kind_of_id, region_of_zone, zones_in
from advisor.importers.records import Batch, Collector, Context, Draft, ListSeen, region_text, safe_tags
from advisor.importers.secrets import is_secret_name, looks_like_key
from advisor.model.inventory import Kind, Origin

ColumnMapping = Mapping[str, str]
KINDS: Final[frozenset[Kind]] = frozenset(get_args(Kind))
HEADER_WITHIN: Final = 10
_CPU_MEMORY = re.compile(r"(\d+)\s*(?:核|v?cpu|c)\D{0,12}?(\d+(?:\.\d+)?)\s*(?:g|gib|gb)", re.IGNORECASE)
_FILE_KINDS: Final[tuple[tuple[str, Kind], ...]] = (
    ("ecs_instance_list", "instance"),
    ("rds_instance_list", "database"),
    ("buckets_", "bucket"),
    ("disk_list", "disk"),
)


@dataclass(frozen=True)
class Table:
    """Rows of one sheet or file below their header."""

    header: tuple[str, ...]
    rows: Sequence[tuple[int, Sequence[object]]]
    place: str = ""


_ATTRIBUTES: Final[dict[str, dict[str, str]]] = {
    "instance": {
        "type": "instance_type",
        "cpu": "cpu",
        "os": "os_name",
        "image": "image_id",
        "private_ip": "private_ips",
        "public_ip": "public_ips",
        "ip": "private_ips",
        "vpc": "vpc_id",
        "vswitch": "vswitch_id",
        "security_groups": "security_group_ids",
        "network": "network_type",
        "deployment_set": "deployment_set_id",
    },
    "disk": {
        "size": "size_gib",
        "disk_category": "category",
        "disk_type": "disk_type",
        "device": "device",
        "attached_to": "instance_ids",
        "snapshot_policy": "snapshot_policy_ids",
        "encrypted": "encrypted",
    },
    "snapshot": {"source_disk": "source_disk_id", "size": "source_disk_size_gib", "encrypted": "encrypted"},
    "database": {
        "type": "instance_class",
        "cpu": "cpu",
        "engine": "engine",
        "engine_version": "engine_version",
        "db_category": "category",
        "disk_category": "category",
        "db_role": "role",
        "storage": "storage_gib",
        "storage_type": "storage_type",
        "vpc": "vpc_id",
        "vswitch": "vswitch_id",
        "network": "network_type",
        "connection": "connection_string",
    },
    "cache": {
        "type": "instance_class",
        "engine_version": "engine_version",
        "vpc": "vpc_id",
        "vswitch": "vswitch_id",
        "connection": "connection_string",
        "private_ip": "private_ip",
    },
    "load_balancer": {
        "type": "spec",
        "ip": "address",
        "public_ip": "address",
        "private_ip": "address",
        "vpc": "vpc_id",
        "vswitch": "vswitch_id",
        "network": "address_type",
    },
    "eip": {"ip": "address", "public_ip": "address", "bandwidth": "bandwidth_mbps", "attached_to": "instance_id"},
    "bucket": {
        "redundancy": "redundancy",
        "storage_type": "storage_class",
        "versioning": "versioning",
        "size_bytes": "size_gib",
    },
    "vswitch": {"vpc": "vpc_id"},
    "security_group": {"vpc": "vpc_id"},
    "nat_gateway": {"vpc": "vpc_id"},
}
_TIMES: Final = {"created": "created_at", "expires": "expired_at"}
_OWN: Final[dict[str, Convert]] = {
    "private_ips": as_texts,
    "public_ips": as_texts,
    "security_group_ids": as_texts,
    "instance_ids": as_texts,
    "snapshot_policy_ids": as_texts,
}


def find_header(rows: Sequence[Sequence[object]], mapping: ColumnMapping | None) -> int | None:
    """The index of the header: the first of the first few rows in which an id column and another are known."""
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        concepts = {concept for cell in row if (concept := _concept(cell, mapping))}
        if "id" in concepts and (len(concepts) > 1 or mapping):
            return index
        if _is_api_header(row):
            return index
    return None


def _is_api_header(row: Sequence[object]) -> bool:
    names = {str(cell): "" for cell in row if cell not in (None, "")}
    return len(names) > 2 and by_shape(names) is not None


def _concept(header: object, mapping: ColumnMapping | None) -> str | None:
    if mapping:
        wanted = {plain_header(key): value for key, value in mapping.items()}
        if plain_header(header) in wanted:
            return wanted[plain_header(header)]
    return concept_of(header)


def read_table(table: Table, context: Context, collector: Collector, mapping: ColumnMapping | None) -> bool:
    """Read every row of a table; False where nothing in it is an inventory."""
    if not mapping and _is_api_header(table.header):
        return _read_api_rows(table, context, collector)
    concepts = [_concept(header, mapping) for header in table.header]
    if "id" not in concepts:
        return False
    batch = collector.batch(context)
    listed: dict[Kind, list[str]] = {}
    nameless = 0
    for number, cells in table.rows:
        row = _Row(
            table.header,
            concepts,
            cells,
            context.at(f"row {number}") if not context.place else context.but(place=f"{context.place}, row {number}"),
        )
        if row.is_empty():
            continue
        draft = _draft(row, batch, collector)
        if draft is None:
            nameless += 1
        else:
            listed.setdefault(draft.kind, []).append(draft.id)
    if nameless:
        collector.note(
            "INV-NO-ID",
            "medium",
            f"{nameless} rows have no id",
            Origin(context.file, context.place),
            "they were left out.",
            "Fill the id column (i-…, d-…, rm-…).",
        )
    _list_seen(listed, context, collector, table)
    return True


def _list_seen(listed: Mapping[Kind, list[str]], context: Context, collector: Collector, table: Table) -> None:
    for kind, ids in listed.items():
        collector.lists.append(
            ListSeen(kind, "table", context.region or "", tuple(ids), Origin(context.file, context.place))
        )
    kind_of_file = _kind_of_file(context.file, table.header)
    if not listed and kind_of_file:
        collector.lists.append(
            ListSeen(kind_of_file, "table", context.region or "", (), Origin(context.file, context.place))
        )


def _read_api_rows(table: Table, context: Context, collector: Collector) -> bool:
    """Columns named as the API's fields: each row is one record, JSON in cells is read."""
    rows = [
        {name: json_inside(cell) for name, cell in zip(table.header, cells, strict=False) if cell not in (None, "")}
        for _, cells in table.rows
    ]
    return read_value([row for row in rows if row], context, collector) or not rows


@dataclass(frozen=True)
class _Row:
    header: tuple[str, ...]
    concepts: Sequence[str | None]
    cells: Sequence[object]
    context: Context

    def is_empty(self) -> bool:
        return not any(str(cell).strip() for cell in self.cells if cell is not None)

    def get(self, concept: str) -> str:
        for known, cell in zip(self.concepts, self.cells, strict=False):
            if known == concept and cell is not None and str(cell).strip():
                return _cell_text(cell)
        return ""

    def all(self, concept: str) -> list[str]:
        return [
            _cell_text(cell)
            for known, cell in zip(self.concepts, self.cells, strict=False)
            if known == concept and cell
        ]

    def header_of(self, concept: str) -> str:
        return next((name for known, name in zip(self.concepts, self.header, strict=False) if known == concept), "")


def _cell_text(cell: object) -> str:
    """A cell as text: the console puts ids in quotes or writes a tab before them, so that Excel leaves them alone."""
    found = str(cell).strip()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if found.startswith('="') and found.endswith('"'):
        found = found[2:-1]
    return found.strip("\"'").strip() if found[:1] in "\"'" else found


def _draft(row: _Row, batch: Batch, collector: Collector) -> Draft | None:
    resource_id, name = _id_and_name(row)
    if not resource_id or looks_like_key(resource_id):
        return None
    draft = Draft(_kind(row, resource_id), resource_id, row.context.place, name=name)
    _place(draft, row)
    status = row.get("status")
    draft.status = STATES.get(status, status) or None
    draft.tags = _tags(row, draft, collector)
    _attributes(draft, row, collector)
    batch.drafts.append(draft)
    if draft.kind == "instance":
        read_disks(draft, {kind: row.get(concept) for concept, kind in DISK_COLUMNS.items()}, row.context, batch)
    return draft


def _id_and_name(row: _Row) -> tuple[str, str]:
    """Some lists hold id and name in one cell, one below the other."""
    cell, name = row.get("id"), row.get("name")
    match = ID_IN_CELL.search(cell)
    if match and match.group(1) != cell:
        rest = cell.replace(match.group(1), "").strip(" \n\t/()（）")
        return match.group(1), name or rest
    return cell, name


def _kind(row: _Row, resource_id: str) -> Kind:
    written = plain_header(row.get("kind"))
    for kind in KINDS:
        if plain_header(kind) == written:
            return kind
    return kind_of_id(resource_id) or _kind_of_file(row.context.file, row.header) or "instance"


def _kind_of_file(file: str, header: Sequence[str]) -> Kind | None:
    for mark, kind in _FILE_KINDS:
        if mark in file:
            return kind
    return "bucket" if any(plain_header(name) == "存储桶名称" for name in header) else None


def _place(draft: Draft, row: _Row) -> None:
    region = region_text(region_named(row.get("region"))) if row.get("region") else ""
    zones = [zone_named(zone, region or row.context.region) for zone in row.all("zone")]
    zone = next((one for one in zones if region_of_zone(one)), zones[0] if zones else "")
    found = zones_in(zone)
    slave = row.get("slave_zone")
    draft.zone = found[0] if found else None
    if slave and slave != "-":
        draft.zones = tuple(dict.fromkeys((*found, slave)))
    elif len(found) > 1:
        draft.zones = found
    draft.region = region or region_of_zone(draft.zone) or row.context.region


def _tags(row: _Row, draft: Draft, collector: Collector) -> dict[str, str] | None:
    cell = row.get("tags")
    found = as_tags(cell) if cell[:1] in ("{", "[") else _tags_of_text(cell)
    for concept, value in zip(row.concepts, row.cells, strict=False):
        if concept and concept.startswith("tag:") and value not in (None, "", "-"):
            found[concept[4:]] = _cell_text(value)
    if not found and "tags" not in row.concepts:
        return None
    return safe_tags(found, draft.id, row.context, collector)


def _tags_of_text(cell: str) -> dict[str, str]:
    """``app:shop;env:prod``, one a line or with commas."""
    found = {}
    for part in re.split(r"[;,\n；，]", cell):
        key, sign, value = re.sub(r"^\s*[\"']?|[\"']?\s*$", "", part).partition(":" if ":" in part else "=")
        if sign and key.strip():
            found[key.strip()] = value.strip()
    return found


def _attributes(draft: Draft, row: _Row, collector: Collector) -> None:
    names = _ATTRIBUTES.get(draft.kind, {})
    spec = SPEC_OF_KIND.get(draft.kind)
    known = {one.name: one.convert for one in spec.fields} if spec else {}
    for concept, header, cell in zip(row.concepts, row.header, row.cells, strict=False):
        if concept is None or cell is None or str(cell).strip() == "" or is_secret_name(header):
            continue
        name = names.get(concept) or _TIMES.get(concept)
        if name is None and (concept in known or concept in _OWN):
            name = concept
        if name:
            convert = gib_of_bytes if concept == "size_bytes" else _OWN.get(name) or known.get(name) or as_text
            _set(draft, name, convert, _cell_text(cell), row, collector)
    _special(draft, row)


def _set(draft: Draft, name: str, convert: Convert, cell: str, row: _Row, collector: Collector) -> None:
    try:
        value = convert(cell)
    except ValueError as error:
        collector.note(
            "INV-VALUE",
            "low",
            f"A value of {draft.id} cannot be read",
            Origin(row.context.file, row.context.place),
            f"{name} {error}; it counts as unknown.",
            "Correct it in the source, or leave it out.",
            draft.id,
        )
        return
    if value is not ABSENT:
        draft.attributes.setdefault(name, value)


def _special(draft: Draft, row: _Row) -> None:
    charge = row.get("charge")
    if charge:
        draft.attributes["charge_type"] = CHARGES.get(plain_header(charge), CHARGES.get(charge, charge))
    if row.get("memory"):
        _set_known(draft, "memory_mib", _memory(row.get("memory"), row.header_of("memory")))
    both = _CPU_MEMORY.search(row.get("cpu_memory")) or _CPU_MEMORY.search(row.get("cpu"))
    if both:
        draft.attributes.update(cpu=int(both.group(1)), memory_mib=int(float(both.group(2)) * 1024))
    if draft.kind == "disk":
        disk_words(draft, row.get("disk_category"), row.get("disk_type"))
    if draft.kind == "database" and row.get("storage"):
        _set_known(draft, "storage_gib", tried(as_gib, row.get("storage")))
    if draft.kind == "database":
        draft.attributes.setdefault("product", "polardb" if draft.id.startswith("pc-") else "rds")


def _set_known(draft: Draft, name: str, value: object) -> None:
    if value is not ABSENT:
        draft.attributes[name] = value


def _memory(cell: str, header: str) -> object:
    """MiB; without a unit the console means GiB, the API MiB."""
    found = tried(as_number, cell)
    if re.search(r"[A-Za-z]", cell) or header in ("Memory", "memory", "DBInstanceMemory"):
        return tried(as_mib, cell)
    return int(found * 1024) if isinstance(found, int | float) and found < 1024 else found
