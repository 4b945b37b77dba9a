"""Ids that are mentioned but listed nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from advisor.importers.places import kind_of_id
from advisor.importers.records import Draft
from advisor.model.inventory import Kind, Origin, Resource, Stub

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
    "db_ids": "database",
    "master_id": "database",
    "readonly_ids": "database",
    "dr_instance_id": "database",
    "node_ids": "instance",
    "vault_id": "vault",
    "replica_vault_id": "vault",
}
_BY_PREFIX: Final = ("instance_id", "source_id", "destination_id", "resource_ids", "image_id")
_MEMBERS: Final = ("backend", "members")


def stubs_of(resources: Mapping[str, Resource], orphans: Sequence[tuple[Draft, Origin]]) -> tuple[Stub, ...]:
    """One stub for each unlisted id, with who mentions it first; sorted by id."""
    found: dict[str, Stub] = {}
    for draft, origin in orphans:
        if draft.id not in resources:
            found.setdefault(draft.id, Stub(draft.id, draft.kind, str(origin), origin))
    for resource in resources.values():
        for kind, mentioned in _mentioned(resource):
            if mentioned and mentioned not in resources and mentioned not in found:
                found[mentioned] = Stub(mentioned, kind, resource.id, resource.origin)
    return tuple(found[key] for key in sorted(found))


def _mentioned(resource: Resource) -> Iterator[tuple[Kind, str]]:
    for name, value in resource.attributes.items():
        if not value:
            continue
        kind = REFERENCES.get(name)
        if kind is not None:
            yield from ((kind, one) for one in _texts(value))
        elif name == "kms_key_id" and not str(value).startswith("alias/acs/"):
            yield "key", str(value)
        elif name in _BY_PREFIX:
            yield from _by_prefix(_texts(value))
        elif name in _MEMBERS:
            yield from _by_prefix(str(member.get("server_id", "")) for member in resource.records(name))
        elif name == "rules" and resource.kind == "security_group":
            groups = (rule.get("source_group_id") or rule.get("dest_group_id") for rule in resource.records(name))
            yield from (("security_group", str(group)) for group in groups if group)
        elif name == "zone_mappings":
            yield from (("vswitch", str(one["vswitch_id"])) for one in resource.records(name) if one.get("vswitch_id"))


def _texts(value: object) -> Iterable[str]:
    return (str(one) for one in value) if isinstance(value, tuple | list) else (str(value),)


def _by_prefix(ids: Iterable[str]) -> Iterator[tuple[Kind, str]]:
    for one in ids:
        kind = kind_of_id(one)
        if kind is not None:
            yield kind, one
