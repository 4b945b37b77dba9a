"""Rows under a header: the console's lists, spreadsheets of one's own, the CLI's text tables, printed objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final, get_args

from advisor.importers.api_json import read_value
from advisor.importers.catalogue import SPEC_OF_KIND
from advisor.importers.convert import as_gib, as_text, as_texts
from advisor.importers.fields import ABSENT, Convert
from advisor.importers.forms.cells import (
    CELL_WORDS,
    addresses_in,
    cell_text,
    is_none,
    memory_mib,
    structure,
)
from advisor.importers.forms.column_attributes import ATTRIBUTES
from advisor.importers.forms.columns import HEADER_WITHIN as HEADER_WITHIN
from advisor.importers.forms.columns import Asked, Row, Table, concepts_of, is_api_header, note_width, row_context
from advisor.importers.forms.columns import ColumnMapping as ColumnMapping
from advisor.importers.forms.columns import find_header as find_header
from advisor.importers.forms.disk_cells import DISK_COLUMNS, ID_IN_CELL, disk_words, read_disks
from advisor.importers.forms.flat import tree_of
from advisor.importers.forms.table_checks import another_header, joined, name_columns, no_resource, skip_rows
from advisor.importers.forms.words import CHARGES, STATES, plain_header, region_named, zone_named
from advisor.importers.places import is_region, is_zone, kind_of_id, region_of_zone, zones_in
from advisor.importers.quantities import CORES, MEMORY_MIB, STORAGE_GIB, STORAGE_GIB_OF_BYTES, Quantity
from advisor.importers.records import (
    Batch,
    Collector,
    Context,
    Draft,
    ListSeen,
    note_value,
    read_record,
    read_tags,
    region_text,
    safe_tags,
)
from advisor.importers.secrets import is_secret_name, looks_like_key
from advisor.model.inventory import Kind, Origin

KINDS: Final[frozenset[Kind]] = frozenset(get_args(Kind))
_CPU_MEMORY = re.compile(
    r"(?<![0-9.,+-])([0-9]{1,9})\s*(?:核|v?cpu|c)\D{0,12}?([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(?:g|gib|gb)", re.IGNORECASE
)
_API_NAME: Final = re.compile(r"^[A-Za-z][A-Za-z0-9_]*(?:[.\[][\w.\]\[]*)?$")
_SAYS_TYPE: Final = re.compile(r"\w\.\w")
_SPECIAL: Final[dict[str, tuple[str, ...]]] = {"database": ("storage_gib",)}
"""Attributes of which a cell gives the unit, too (``_sizes``)."""
_FILE_KINDS: Final[tuple[tuple[str, Kind], ...]] = (
    ("ecs_instance_list", "instance"),
    ("rds_instance_list", "database"),
    ("buckets_", "bucket"),
    ("disk_list", "disk"),
)
_HEADER_KINDS: Final[dict[str, Kind]] = {
    "dbinstanceid": "database",
    "数据库实例id": "database",
    "dbclusterid": "database",
    "存储桶名称": "bucket",
    "bucketname": "bucket",
    "云盘id": "disk",
    "磁盘id": "disk",
    "diskid": "disk",
    "快照id": "snapshot",
    "snapshotid": "snapshot",
    "负载均衡id": "load_balancer",
    "负载均衡实例id": "load_balancer",
    "loadbalancerid": "load_balancer",
    "eipid": "eip",
    "allocationid": "eip",
    "弹性公网ipid": "eip",
}
_SAMPLE: Final = 50
_ROWS_SHOWN: Final = 5
_NO_ROWS: Final = "Export it again with its rows; if there are none, the account may lack the right to read them."
_TIMES: Final = {"created": "created_at", "expires": "expired_at"}
_ADDRESSES: Final = ("ip", "private_ip", "public_ip")
_OF_ALL: Final = frozenset(
    {"id", "name", "kind", "region", "zone", "slave_zone", "status", "tags", "charge", "memory", "cpu_memory", "cpu"}
    | {"type", "private_ips", "public_ips", "security_group_ids", "instance_ids", "snapshot_policy_ids"}
    | _TIMES.keys()
)
"""What a column may hold of a resource of every kind."""
_OWN: Final[dict[str, Convert]] = {
    "private_ips": as_texts,
    "public_ips": as_texts,
    "security_group_ids": as_texts,
    "instance_ids": as_texts,
    "snapshot_policy_ids": as_texts,
}


def read_table(table: Table, context: Context, collector: Collector, mapping: ColumnMapping | None) -> bool:
    """Read every row of a table; False where nothing in it is an inventory."""
    table = joined(table, context, collector)
    if not mapping and is_api_header(table.header):
        return _read_api_rows(table, context, collector)
    concepts = concepts_of(table.header, [cells for _, cells in table.rows[:_SAMPLE]], mapping)
    if "id" not in concepts:
        return False
    batch = collector.batch(context)
    listed: dict[Kind, list[str]] = {}
    nameless: list[int] = []
    left: dict[str, list[int]] = {}
    asked: set[str] = set()
    for position, (number, cells) in enumerate(table.rows):
        row = Row(table.header, concepts, cells, row_context(context, number), asked)
        if row.is_empty():
            continue
        reason = no_resource(table.header, cells)
        if reason:
            left.setdefault(reason, []).append(number)
            continue
        if not mapping and another_header(cells, concepts):
            below = Table(tuple(cell_text(cell or "") for cell in cells), table.rows[position + 1 :], table.place)
            table = Table(table.header, table.rows[:position], table.place)
            read_table(below, context, collector, mapping)
            break
        note_width(table.header, cells, row.context, collector)
        draft = _draft(row, batch, collector) if mapping or not _is_prose(row) else None
        if draft is None:
            nameless.append(number)
        else:
            listed.setdefault(draft.kind, []).append(draft.id)
    _note_nameless(nameless, context, collector)
    skip_rows(left, context, collector)
    if listed:
        name_columns(table, _columns_read(table.header, concepts, listed, asked), context, collector)
    _list_seen(listed, len(nameless), context, collector, table)
    return True


def _is_prose(row: Row) -> bool:
    """Whether words with blanks between them stand where the id should; ids of the cloud have none."""
    return re.search(r"\s", _id_and_name(row)[0]) is not None


def _note_nameless(rows: Sequence[int], context: Context, collector: Collector) -> None:
    if rows:
        more = f" and {len(rows) - _ROWS_SHOWN} more" if len(rows) > _ROWS_SHOWN else ""
        collector.note(
            "INV-NO-ID",
            "medium",
            f"{len(rows)} rows have no id",
            Origin(context.file, context.place),
            f"row {', '.join(map(str, rows[:_ROWS_SHOWN]))}{more}: left out.",
            "Fill the id column (i-…, d-…, rm-…).",
        )


def _columns_read(
    header: Sequence[str], concepts: Sequence[str | None], kinds: Iterable[Kind], asked: set[str]
) -> set[int]:
    """The columns that say something of a resource of these kinds: by what they hold, as a field of the API, or in
    another unit than a column beside them."""
    concepts_read = set(_OF_ALL)
    for kind in kinds:
        spec = SPEC_OF_KIND.get(kind)
        concepts_read.update(ATTRIBUTES.get(kind, ()), (one.name for one in spec.fields) if spec else ())
        concepts_read.update((*DISK_COLUMNS, *_ADDRESSES) if kind == "instance" else ())
        concepts_read.update(_ADDRESSES if kind in ("load_balancer", "eip") else ())
    in_bytes = {plain_header(name) for name in header}

    def is_read(name: str, concept: str | None) -> bool:
        if concept is not None and (concept in concepts_read or concept.startswith("tag:")):
            return True
        return _top(name) in asked or f"{plain_header(name)}(byte)" in in_bytes

    return {place for place, (name, concept) in enumerate(zip(header, concepts, strict=True)) if is_read(name, concept)}


def _top(name: str) -> str:
    """``VpcAttributes`` of ``VpcAttributes.VpcId``: the field of the record that the column is a part of."""
    return re.split(r"[.\[]", name, maxsplit=1)[0]


def _list_seen(
    listed: Mapping[Kind, list[str]], lost: int, context: Context, collector: Collector, table: Table
) -> None:
    where = Origin(context.file, context.place)
    for kind, ids in listed.items():
        seen = ListSeen(kind, "table", context.region or "", tuple(ids), where, rows=len(ids), unsure=lost > 0)
        collector.lists.append(seen)
    kind_of_file = _kind_of_table(context.file, table.header)
    if not listed and kind_of_file and not lost:
        collector.lists.append(ListSeen(kind_of_file, "table", context.region or "", (), where))
    elif not table.rows:
        collector.skip(where.place or where.file, "a table without rows", where, _NO_ROWS)


def _read_api_rows(table: Table, context: Context, collector: Collector) -> bool:
    """Columns named as the API's fields: each row is one record, JSON in cells is read."""
    rows = []
    left: dict[str, list[int]] = {}
    for number, cells in table.rows:
        reason = no_resource(table.header, cells)
        if reason:
            left.setdefault(reason, []).append(number)
            continue
        if any(str(cell).strip() for cell in cells if cell is not None):
            note_width(table.header, cells, row_context(context, number), collector)
        rows.append(_record(zip(table.header, cells, strict=False)))
    skip_rows(left, context, collector)
    return read_value([row for row in rows if row], context, collector) or not rows


def _record(columns: Iterable[tuple[str, object]]) -> dict[str, object]:
    """A record of columns that have the API's names, dots in them followed, structures in cells read."""
    return tree_of({name: structure(cell) for name, cell in columns if name and cell not in (None, "")})


def _draft(row: Row, batch: Batch, collector: Collector) -> Draft | None:
    resource_id, name = _id_and_name(row)
    if not re.search(r"\w", resource_id) or looks_like_key(resource_id):
        return None
    draft = Draft(_kind(row, resource_id), resource_id, row.context.place, name=name)
    _place(draft, row, collector)
    status = row.get("status")
    draft.status = STATES.get(status, status) or None
    draft.tags = _tags(row, draft, collector)
    _attributes(draft, row, collector)
    batch.drafts.append(draft)
    if draft.kind == "instance":
        read_disks(draft, {kind: row.get(concept) for concept, kind in DISK_COLUMNS.items()}, row.context, batch)
    return draft


def _id_and_name(row: Row) -> tuple[str, str]:
    """Some lists hold id and name in one cell, one below the other."""
    cell, name = row.get("id"), row.get("name")
    match = ID_IN_CELL.search(cell)
    if match and match.group(1) != cell:
        rest = cell.replace(match.group(1), "").strip(" \n\t/()（）")
        return match.group(1), name or ("" if is_none(rest) else rest)
    return cell, name


def _kind(row: Row, resource_id: str) -> Kind:
    written = plain_header(row.get("kind"))
    for kind in KINDS:
        if plain_header(kind) == written:
            return kind
    by_header = _kind_of_table("", row.header)
    return kind_of_id(resource_id) or by_header or _kind_of_table(row.context.file, row.header) or "instance"


def _kind_of_table(file: str, header: Sequence[str]) -> Kind | None:
    """What the id column says of the kind, else the name that the console gives the file."""
    for name in header:
        plain = plain_header(name)
        for part in (plain, *re.split(r"[/()]", plain)):
            if part in _HEADER_KINDS:
                return _HEADER_KINDS[part]
    return next((kind for mark, kind in _FILE_KINDS if mark in file), None)


def _place(draft: Draft, row: Row, collector: Collector) -> None:
    region = _region(row)
    zones = [zone_named(zone, region or row.context.region) for zone in row.all("zone")]
    zone = next((one for one in zones if region_of_zone(one)), zones[0] if zones else "")
    found = _zones(zones_in(zone), "zone", draft, row, collector)
    slaves = _zones((row.get("slave_zone"),), "standby zone", draft, row, collector)
    draft.zone = found[0] if found else None
    if slaves:
        draft.zones = tuple(dict.fromkeys((*found, *slaves)))
    elif len(found) > 1:
        draft.zones = found
    draft.region = region or region_of_zone(draft.zone) or _named_region(zone) or row.context.region
    if not draft.region and re.search(r"\w", row.get("region")) and not is_none(row.get("region")):
        _note_place("region", "Write the id of the region, for example cn-hangzhou.", draft, row, collector)


def _zones(named: Sequence[str], what: str, draft: Draft, row: Row, collector: Collector) -> tuple[str, ...]:
    """Those that are zone ids. What else stands there is said and counts as unknown: a zone of that name fails with no
    other zone, which would make what stands in it look safe."""
    found = tuple(one for one in named if is_zone(one))
    odd = [one for one in named if one not in found and not is_none(one) and re.search(r"\w", one)]
    if odd:
        remedy = (
            "Write the id of the zone, for example cn-hangzhou-h, or give the region beside a name such as 可用区H."
        )
        _note_place(what, remedy, draft, row, collector)
    return found


def _note_place(what: str, remedy: str, draft: Draft, row: Row, collector: Collector) -> None:
    collector.note(
        "INV-VALUE",
        "low",
        f"A value of {draft.id} cannot be read",
        Origin(row.context.file, row.context.place),
        f"{what} is no id of one; it counts as unknown.",
        remedy,
        draft.id,
    )


def _region(row: Row) -> str:
    """The region of the row's own column; a text that names none that is known says nothing."""
    return _named_region(row.get("region"))


def _named_region(cell: str) -> str:
    named = region_text(region_named(cell)) if cell else ""
    return named if is_region(named) else ""


def _tags(row: Row, draft: Draft, collector: Collector) -> dict[str, str] | None:
    cell = row.get("tags")
    packed = structure(cell)
    is_packed = isinstance(packed, list | dict)
    read = read_tags(packed, draft.id, row.context, collector) if is_packed else _tags_of_text(cell)
    found = read or {}
    for concept, value in zip(row.concepts, row.cells, strict=False):
        if concept and concept.startswith("tag:") and value is not None and not is_none(cell_text(value) or "-"):
            found[concept[4:]] = cell_text(value)
    if not found and (read is None or "tags" not in row.concepts):
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


def _attributes(draft: Draft, row: Row, collector: Collector) -> None:
    names = ATTRIBUTES.get(draft.kind, {})
    spec = SPEC_OF_KIND.get(draft.kind)
    known = {one.name: one.convert for one in spec.fields} if spec else {}
    _addresses(draft, row)
    for concept, header, cell in zip(row.concepts, row.header, row.cells, strict=False):
        if concept is None or cell is None or str(cell).strip() == "" or is_secret_name(header):
            continue
        if concept == "cpu" and _CPU_MEMORY.search(str(cell)):
            continue  # both in one cell: ``_special`` reads them
        name = names.get(concept) or _TIMES.get(concept)
        if name is None and (concept in known or concept in _OWN):
            name = concept
        if name and name not in _SPECIAL.get(draft.kind, ()):
            convert = STORAGE_GIB_OF_BYTES if concept == "size_bytes" else _OWN.get(name) or known.get(name) or as_text
            _set(draft, name, convert, cell_text(cell), row, collector)
    _special(draft, row, collector)
    _api_columns(draft, row, collector)


def _set(draft: Draft, name: str, convert: Convert, cell: str, row: Row, collector: Collector) -> None:
    if looks_like_key(cell):
        _note_secret(draft, name, row, collector)
        return
    words = CELL_WORDS.get((draft.kind, name))
    value: object = "" if is_none(cell) else structure(words(cell) if words else cell)
    try:
        found = convert(value)
    except ValueError as error:
        note_value(draft.id, f"{name} {error}", row.context, collector)
        return
    if found is not ABSENT:
        draft.attributes.setdefault(name, found)


def _note_secret(draft: Draft, name: str, row: Row, collector: Collector) -> None:
    collector.note(
        "INV-SECRET",
        "high",
        "A cell holds what looks like a credential",
        Origin(row.context.file, row.context.place),
        f"the value of {name} was not kept.",
        "Change that credential and remove it from the list.",
        draft.id,
    )


def _addresses(draft: Draft, row: Row) -> None:
    """Addresses whose cell says of each whether it is public or private."""
    if draft.kind == "instance":
        private: list[str] = []
        public: list[str] = []
        marked = False
        for concept, into in (("ip", private), ("private_ip", private), ("public_ip", public)):
            for cell in row.all(concept):
                inner, outer, plain = addresses_in(cell)
                private.extend(inner)
                public.extend(outer)
                into.extend(plain)
                marked = marked or bool(inner or outer)
        if marked:
            draft.attributes.update(private_ips=_once(private), public_ips=_once(public))
    elif draft.kind in ("load_balancer", "eip"):
        found = [one for concept in ("ip", "public_ip", "private_ip") for cell in row.all(concept) for one in [cell]]
        inner, outer, plain = addresses_in(found[0]) if found else ([], [], [])
        if draft.kind == "load_balancer" and (inner or outer):
            draft.attributes.setdefault("address_type", "internet" if outer else "intranet")
        if inner or outer or plain:
            draft.attributes["address"] = (outer or inner or plain)[0]


def _once(found: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))


def _special(draft: Draft, row: Row, collector: Collector) -> None:
    charge = row.get("charge")
    if charge:
        draft.attributes["charge_type"] = CHARGES.get(plain_header(charge), CHARGES.get(charge, charge))
    _sizes(draft, row, collector)
    if draft.kind == "disk":
        disk_words(draft, row.get("disk_category"), row.get("disk_type"))
    if draft.kind == "database":
        draft.attributes.setdefault("product", "polardb" if draft.id.startswith("pc-") else "rds")


def _sizes(draft: Draft, row: Row, collector: Collector) -> None:
    """Processors, memory and storage, which cells write in units of their own or two in one."""
    if row.get("memory"):
        read = partial(memory_mib, header=row.header_of("memory"))
        _set_quantity(draft, "memory_mib", MEMORY_MIB, read, row.get("memory"), row, collector)
    cells = [cell for concept in ("cpu_memory", "cpu", "type") if (cell := row.get(concept))]
    both = next((match for cell in cells if (match := _CPU_MEMORY.search(cell))), None)
    if both:
        _set_quantity(draft, "cpu", CORES, int, both.group(1), row, collector)
        _set_quantity(draft, "memory_mib", MEMORY_MIB, _mib_of_gib, both.group(2), row, collector)
    elif row.get("cpu_memory") and not _SAYS_TYPE.search(row.get("cpu_memory")):
        problem = "the cell of processors and memory holds no two sizes; expected: such as 4核 16GiB"
        note_value(draft.id, problem, row.context, collector)
    if draft.kind == "database" and row.get("storage"):
        _set_quantity(draft, "storage_gib", STORAGE_GIB, as_gib, row.get("storage"), row, collector)


def _mib_of_gib(cell: str) -> int:
    return int(float(cell) * 1024)


def _set_quantity(
    draft: Draft, name: str, quantity: Quantity, read: Callable[[str], object], cell: str, row: Row, out: Collector
) -> None:
    """Keep a number that was read from a cell where it lies in its range; where not it is unknown and said."""
    draft.attributes.pop(name, None)
    try:
        found = quantity(read(cell))
    except ValueError as error:
        expected = "" if "expected:" in str(error) else f"; expected: {quantity.expected}"
        note_value(draft.id, f"{name} {error}{expected}", row.context, out)
        return
    if found is not ABSENT:
        draft.attributes[name] = found


def _api_columns(draft: Draft, row: Row, collector: Collector) -> None:
    """Columns that have the name of one of the API's fields but none of the console's: what no column said yet."""
    spec = SPEC_OF_KIND.get(draft.kind)
    pairs = [
        (name, cell)
        for name, cell, concept in zip(row.header, row.cells, row.concepts, strict=False)
        if _API_NAME.match(name) and (concept in (None, "attached_to", "security_groups") or "." in name)
    ]
    if spec is None or not pairs:
        return
    record = Asked({**_record(pairs), spec.id[0]: draft.id})
    found = read_record(spec, record, row.context, Batch(row.context), collector)
    row.asked.update(record.asked)
    if found is None:
        return
    draft.zone, draft.region, draft.status = (
        draft.zone or found.zone,
        draft.region or found.region,
        draft.status or found.status,
    )
    draft.zones = draft.zones or found.zones
    draft.tags = found.tags if draft.tags is None else draft.tags
    for name, value in found.attributes.items():
        draft.attributes.setdefault(name, value)
