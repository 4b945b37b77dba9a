"""Ansible: the dynamic inventory's host variables, facts and module answers, static inventories in YAML or INI."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from advisor.importers.api_json import read_value
from advisor.importers.catalogue import SPEC_OF_KIND
from advisor.importers.convert import unique
from advisor.importers.fields import Record, get, items, keys_of, records, text
from advisor.importers.places import kind_of_id
from advisor.importers.records import Batch, Collector, Context, Draft, read_record
from advisor.importers.services import balancing
from advisor.model.inventory import Kind, Origin

_PAIR: Final = re.compile(r"([A-Za-z_][\w.]*)=(\"[^\"]*\"|'[^']*'|\S+)")
_LISTS: Final[dict[str, Kind]] = {
    "instances": "instance",
    "disks": "disk",
    "groups": "security_group",
    "interfaces": "network_interface",
    "eips": "eip",
    "load_balancers": "load_balancer",
    "vserver_groups": "server_group",
    "vpcs": "vpc",
    "vswitches": "vswitch",
    "buckets": "bucket",
}
_SINGLES: Final[dict[str, Kind]] = {
    "instance": "instance",
    "disk": "disk",
    "group": "security_group",
    "interface": "network_interface",
    "eip": "eip",
    "load_balancer": "load_balancer",
    "vpc": "vpc",
    "vswitch": "vswitch",
    "bucket": "bucket",
}
_DEPTH: Final = 12
_STATES: Final = {"inuse": "InUse", "in_use": "In_use"}
"""The modules write the API's states in small letters; those that are more than one capital letter away."""


def matches(value: object) -> bool:
    """Whether the document is an inventory with host variables, or the answer of one of the modules."""
    if not isinstance(value, Mapping):
        return False
    meta = value.get("_meta")
    if isinstance(meta, Mapping) and isinstance(meta.get("hostvars"), Mapping):
        return True
    return _is_module_answer(value) or _backends(value) is not None or any(_cloud_id(host) for _, host in _hosts(value))


def _is_module_answer(value: Record) -> bool:
    """``instances``, ``disks``, … of snake_case records that have an ``id`` beside the API's own id field."""
    rows = [row for key in (*_LISTS, *_SINGLES) for row in _rows(value.get(key))]
    return any("id" in row and all(str(key).islower() for key in row) and "arn" not in row for row in rows[:20])


def read(value: object, context: Context, collector: Collector) -> bool:
    """Read hosts or module answers."""
    if not isinstance(value, Mapping):
        return False
    meta = value.get("_meta")
    if isinstance(meta, Mapping):
        hosts = meta.get("hostvars")
        return _read_hosts(hosts.items() if isinstance(hosts, Mapping) else (), context, collector)
    if _is_module_answer(value):
        return _read_module(value, context, collector)
    backends = _backends(value)
    if backends is not None:
        return _read_backends(text(value.get("load_balancer_id")), backends, context, collector)
    return _read_hosts(_hosts(value), context, collector)


def _backends(value: Record) -> list[Record] | None:
    """The servers of the module that lists those behind a balancer: snake_case, with ``id`` for the server."""
    rows = _rows(value.get("backend_servers"))
    own = any("id" in row for row in rows) and not any("server_id" in row for row in rows)
    return rows if own and text(value.get("load_balancer_id")) else None


def _read_backends(owner: str, rows: list[Record], context: Context, collector: Collector) -> bool:
    """Each server once, however many listeners its health is told for."""
    nameless = sum(not text(row.get("id")) for row in rows)
    if nameless:
        where, title = Origin(context.file, context.at("backend_servers").place), "A server behind a balancer has no id"
        detail = f"{nameless} rows were left out."
        collector.note("INV-NO-ID", "medium", title, where, detail, "Run the module again.", owner)
    rows = [row for row in rows if text(row.get("id"))]
    draft = Draft("load_balancer", owner, context.place, partial=True, unite=frozenset({"backend"}))
    members = [balancing.backend_record({"ServerId": row["id"], "Weight": row.get("weight")}, draft) for row in rows]
    draft.attributes["backend"] = tuple(one for place, one in enumerate(members) if one not in members[:place])
    collector.batch(context).drafts.append(draft)
    return True


def _rows(value: object) -> list[Record]:
    """The records of a list or the one that stands for it; what is none is an empty one, which has no id."""
    rows = [value] if isinstance(value, Mapping) else items(value)
    return [row if isinstance(row, dict) else {} for row in rows]


def _read_module(value: Record, context: Context, collector: Collector) -> bool:
    batch = collector.batch(context)
    nameless: list[Context] = []
    found = False
    for key, kind in (*_LISTS.items(), *_SINGLES.items()):
        for index, row in enumerate(_rows(value.get(key))):
            here = context.at(f"{key}[{index}]")
            if text(row.get("id")):
                _record(row, kind, here, batch, collector)
                found = True
            else:
                nameless.append(here)
    for here in nameless if found else ():
        where, title = Origin(here.file, here.place), f"A record of {here.place.partition('[')[0]} has no id"
        collector.note("INV-NO-ID", "medium", title, where, "it was left out.", "Run the module again.")
    return found or read_value(value, context, collector)


def _record(row: Record, kind: Kind, context: Context, batch: Batch, collector: Collector) -> None:
    if kind == "instance":
        kind = "database" if "db_instance_id" in row else "cache" if "architecture_type" in row else "instance"
    spec = SPEC_OF_KIND[kind]
    draft = read_record(spec, _cleaned(row, kind), context, batch, collector)
    if draft is not None and kind == "instance":
        _instance_quirks(draft, row)


def _cleaned(row: Record, kind: Kind) -> dict[str, object]:
    """Python's ``None`` printed as text is none; ids of nested groups are what the API calls ids."""
    found = {key: "" if value == "None" else value for key, value in row.items()}
    found.setdefault("status", row.get("state"))
    if isinstance(found["status"], str) and found["status"].islower():
        found["status"] = _STATES.get(found["status"], found["status"].capitalize())
    spec = SPEC_OF_KIND[kind]
    if not text(get(found, *spec.id[:1])):
        found[spec.id[0]] = found.get("id")
    if kind == "database":
        # The module documents class and storage under each other's names; a text here is no number of GiB.
        found = {
            key: value for key, value in found.items() if key not in ("db_instance_storage", "db_instance_storage_type")
        }
    groups = found.get("security_groups")
    if isinstance(groups, Mapping | list) and records([groups] if isinstance(groups, Mapping) else groups):
        rows = [groups] if isinstance(groups, Mapping) else groups
        found["security_groups"] = [
            text(get(one, "group_id", "security_group_id")) if isinstance(one, dict) else one for one in rows
        ]
    permissions = found.get("permissions")
    if isinstance(permissions, list):
        rules = [
            {key: "" if inner == "None" else inner for key, inner in rule.items()} if isinstance(rule, dict) else rule
            for rule in permissions
        ]
        found["permissions"] = rules
    return found


def _instance_quirks(draft: Draft, row: Record) -> None:
    eip = row.get("eip")
    if isinstance(eip, Mapping) and text(get(eip, "allocation_id")):
        draft.attributes["eip_id"] = text(get(eip, "allocation_id"))
        draft.attributes["public_ips"] = unique(draft.attributes.get("public_ips", ()), get(eip, "ip_address"))
    public = text(row.get("public_ip_address"))
    if public:
        draft.attributes["public_ips"] = unique(public, draft.attributes.get("public_ips", ()))
    ids = []
    for mapping in _rows(row.get("block_device_mappings")):
        volume = text(get(mapping, "volume_id"))
        if volume:
            ids.append(volume)
    if ids:
        draft.attributes["disk_ids"] = tuple(ids)


def _hosts(value: Record, depth: int = 0) -> Iterator[tuple[str, object]]:
    """Hosts of a static inventory: ``all: {children: {web: {hosts: {name: {instance_id: …}}}}}``."""
    if depth > _DEPTH:
        return
    for key, inner in value.items():
        if not isinstance(inner, Mapping):
            continue
        if key == "hosts":
            yield from ((str(name), host) for name, host in inner.items())
        else:
            yield from _hosts(inner, depth + 1)


def _cloud_id(host: object) -> str:
    if not isinstance(host, Mapping):
        return ""
    names = keys_of(host)
    for name in ("instanceid", "id", "ecsid"):
        key = names.get(name)
        if key is not None and kind_of_id(text(host[key])) == "instance":
            return text(host[key])
    return ""


def _read_hosts(hosts: Iterable[tuple[str, object]], context: Context, collector: Collector) -> bool:
    batch = collector.batch(context)
    without: list[str] = []
    found = False
    for name, host in hosts:
        instance = _cloud_id(host)
        if not instance or not isinstance(host, Mapping):
            without.append(str(name))
            continue
        record = {key: value for key, value in host.items() if key != "id"}
        _record(
            {**record, "id": instance, "instance_id": instance}, "instance", context.at(str(name)), batch, collector
        )
        found = True
    if without:
        remedy = "Give each host of the cloud its instance_id (i-…); of others nothing needs to be done."
        collector.skip(f"{len(without)} hosts", "they have no instance id", Origin(context.file), remedy)
    for draft in batch.drafts:
        if not draft.name:
            draft.name = draft.place.rpartition(".")[2]
    return found


def is_ini(content: str) -> bool:
    """Whether a text is a static inventory whose hosts name their instance id."""
    return re.search(r"(?m)^\S+\s+.*\b(?:instance_id|ecs_id)=[\"']?i-", content) is not None


def read_ini(content: str, context: Context, collector: Collector) -> bool:
    """Read the hosts of an INI inventory; one that stands in several groups is one host."""
    hosts: dict[str, dict[str, object]] = {}
    section = ""
    for line in content.splitlines():
        stripped = line.split(" #", 1)[0].strip()
        if not stripped or stripped.startswith(("#", ";")):
            continue
        if stripped.startswith("["):
            section = stripped.strip("[]")
            continue
        if not section.endswith((":vars", ":children")):
            name, _, rest = stripped.partition(" ")
            pairs = {key: value.strip("\"'") for key, value in _PAIR.findall(rest)}
            hosts.setdefault(name, {}).update(pairs)
    return _read_hosts(hosts.items(), context, collector)
