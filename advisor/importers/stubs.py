"""Ids that are mentioned but listed nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from advisor.importers.places import kind_of_id
from advisor.importers.records import Draft
from advisor.model.inventory import Kind, Origin, Stub
from advisor.model.tables import ABSENT, Absent, Table, Tables

REFERENCES: Final[dict[str, Kind]] = {
    "vpc_id": "vpc",
    "vswitch_id": "vswitch",
    "vswitch_ids": "vswitch",
    "security_group_id": "security_group",
    "security_group_ids": "security_group",
    "eip_id": "eip",
    "eip_ids": "eip",
    "deployment_set_id": "deployment_set",
    "scaling_group_id": "scaling_group",
    "cluster_id": "cluster",
    "disk_ids": "disk",
    "instance_ids": "instance",
    "snapshot_policy_ids": "snapshot_policy",
    "source_disk_id": "disk",
    "destination_disk_id": "disk",
    "source_snapshot_id": "snapshot",
    "load_balancer_id": "load_balancer",
    "load_balancer_ids": "load_balancer",
    "server_group_ids": "server_group",
    "rule_server_group_ids": "server_group",
    "mirror_server_group_ids": "server_group",
    "db_ids": "database",
    "master_id": "database",
    "readonly_ids": "database",
    "dr_instance_id": "database",
    "node_ids": "instance",
    "vault_id": "vault",
    "policy_id": "backup_policy",
    "replica_vault_id": "vault",
    "cen_id": "cen",
    "cen_ids": "cen",
    "transit_router_id": "transit_router",
    "vbr_id": "border_router",
    "failover_peer_id": "border_router",
    "physical_connection_ids": "physical_connection",
    "redundant_id": "physical_connection",
    "parent_id": "physical_connection",
    "opposite_vpc_id": "vpc",
}
_BY_PREFIX: Final = ("instance_id", "source_id", "destination_id", "resource_ids", "image_id", "associated_ids")
_MEMBERS: Final = ("backend", "members")
_NESTED: Final = frozenset({*_MEMBERS, "kms_key_id", "rules", "zone_mappings", "strategies", "replication_rules"})


def stubs_of(resources: Tables, orphans: Sequence[tuple[Draft, Origin]]) -> tuple[Stub, ...]:
    """One stub for each unlisted id, with who mentions it first; sorted by id."""
    found: dict[str, Stub] = {}
    for draft, origin in orphans:
        if draft.id not in resources:
            found.setdefault(draft.id, Stub(draft.id, draft.kind, str(origin), origin))
    first: dict[str, tuple[str, Kind]] = {}
    for table in resources.tables.values():
        for name in table.attributes:
            for row, kind, mentioned in _unlisted(table, name, resources):
                by = (table.ids[row], kind)
                if mentioned not in found and (mentioned not in first or by[0] < first[mentioned][0]):
                    first[mentioned] = by
    for mentioned, (by_id, kind) in first.items():
        found[mentioned] = Stub(mentioned, kind, by_id, resources.origin(by_id))
    return tuple(found[key] for key in sorted(found))


def _unlisted(table: Table, name: str, resources: Tables) -> Iterator[tuple[int, Kind, str]]:
    """Row, kind and id of everything that an attribute mentions and no table lists."""
    kind = REFERENCES.get(name)
    if kind is not None or name in _BY_PREFIX:
        for row, mentioned in _missing(table.attributes[name], resources):
            known = kind or kind_of_id(mentioned)
            if known is not None:
                yield row, known, mentioned
        return
    for row, known, mentioned in _mentioned(table, name, resources):
        if mentioned and mentioned not in resources:
            yield row, known, mentioned


def _missing(column: Sequence[object], resources: Tables) -> Iterator[tuple[int, str]]:
    """Row and id of what a column of ids names and no table lists; the whole column is looked at before any row."""
    kinds = set(map(type, column))
    if kinds <= {str, Absent}:
        missing = resources.unlisted(column) - {"", ABSENT}
        yield from ((row, str(one)) for row, one in enumerate(column) if one in missing) if missing else ()
        return
    lists: Sequence[Sequence[object]] = [
        value if isinstance(value, tuple | list) else _alone(value) for value in column
    ]
    missing = resources.unlisted(map(str, resources.unlisted(chain.from_iterable(lists)))) - {""}
    if missing:
        yield from ((row, str(one)) for row, ids in enumerate(lists) for one in ids if str(one) in missing)


def _alone(value: object) -> tuple[object, ...]:
    return (value,) if value and value is not ABSENT else ()


def _mentioned(table: Table, name: str, resources: Tables) -> Iterator[tuple[int, Kind, str]]:
    """Ids inside the records of an attribute, and keys."""
    for row, value in enumerate(table.attributes[name] if name in _NESTED else ()):
        if not value or value is ABSENT:
            continue
        if name == "kms_key_id":
            yield from [(row, "key", str(value))] if not str(value).startswith("alias/acs/") else []  # type: ignore[misc]
            continue
        for record in value if isinstance(value, tuple | list) else ():
            if isinstance(record, Mapping):
                yield from ((row, kind, one) for kind, one in _inside(table.kind, name, record, resources))


def _inside(owner: Kind, name: str, record: Mapping[str, object], resources: Tables) -> Iterator[tuple[Kind, str]]:
    if name in _MEMBERS:
        server = str(record.get("server_id", ""))
        kind = None if server in resources else kind_of_id(server)
        if kind is not None:
            yield kind, server
    elif name == "rules" and owner == "security_group":
        yield "security_group", str(record.get("source_group_id") or record.get("dest_group_id") or "")
    elif name == "strategies":
        for group in ("default_pool_ids", "failover_pool_ids", "effective_pool_ids"):
            pools = record.get(group)
            yield from (("gtm_pool", str(one)) for one in (pools if isinstance(pools, tuple | list) else ()))
    elif name == "replication_rules":
        yield "bucket", str(record.get("target_bucket") or "")
    elif name == "zone_mappings":
        yield "vswitch", str(record.get("vswitch_id") or "")
