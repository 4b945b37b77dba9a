"""Links of a state: resources that only join two others, or set something of one. What a link does not say is unknown
of what it joins, and is said; a link that does not say what it belongs to is left out, which is said too."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from advisor.importers.convert import as_bool, as_text
from advisor.importers.fields import ABSENT, Record, get, records, text
from advisor.importers.forms.terraform_values import named_id, named_ids, plain_texts, retention, rows_of
from advisor.importers.records import Batch, Collector, Context, Draft
from advisor.importers.remedies import WHOLE_STATE
from advisor.importers.services import balancing, buckets, files, hybrid, scaling
from advisor.importers.services.ecs import rule_record
from advisor.model.inventory import Kind, Origin

Link = Callable[[Record, Context, Batch], None]


def read_link(kind: str, attributes: Record, context: Context, batch: Batch, collector: Collector) -> None:
    """Read one link; one that adds to nothing is said."""
    before = len(batch.drafts)
    with suppress(LookupError):  # of what names no owner nothing is added
        LINKS[kind](attributes, context, batch)
    if len(batch.drafts) == before:
        title, detail = "A link of a state does not say what it belongs to", f"{kind} names none; it was left out."
        collector.note("INV-NO-ID", "medium", title, Origin(context.file, context.place), detail, WHOLE_STATE)


def _partial(kind: Kind, owner: object, context: Context, *united: str) -> Draft:
    """A draft that adds to the owner, without an id where none is named: a number or a record is none."""
    resource_id = owner.strip() if isinstance(owner, str) else ""
    return Draft(kind, resource_id, context.place, partial=True, unite=frozenset(united))


def _add(draft: Draft, attribute: str, values: object, batch: Batch) -> None:
    """Add to one attribute of an owner, where one is named; an unknown value adds nothing but what is odd of it."""
    if values is not ABSENT:
        draft.attributes[attribute] = values
    if draft.id:
        batch.drafts.append(draft)


def _disk_attachment(record: Record, context: Context, batch: Batch) -> None:
    disk = _partial("disk", get(record, "disk_id"), context, "instance_ids")
    _add(disk, "instance_ids", named_ids(disk, "instance_id", get(record, "instance_id")), batch)


def _policy_attachment(record: Record, context: Context, batch: Batch) -> None:
    disk = _partial("disk", get(record, "disk_id"), context, "snapshot_policy_ids")
    policy = get(record, "auto_snapshot_policy_id", "snapshot_policy_id")
    _add(disk, "snapshot_policy_ids", named_ids(disk, "auto_snapshot_policy_id", policy), batch)


def _group_rule(record: Record, context: Context, batch: Batch) -> None:
    direction = text(get(record, "type"))
    group = _partial("security_group", get(record, "security_group_id"), context, "rules")
    rule = rule_record({**record, "Direction": direction}, group)
    if direction == "egress" and "source_cidr" in rule:
        rule["dest_cidr"] = rule.pop("source_cidr")
    _add(group, "rules", (rule,), batch)


def _eip_association(record: Record, context: Context, batch: Batch) -> None:
    address = _partial("eip", get(record, "allocation_id"), context)
    kind = text(get(record, "instance_type"))
    if kind:
        address.attributes["instance_type"] = kind
    _add(address, "instance_id", named_id(address, "instance_id", get(record, "instance_id")), batch)


def _backends(record: Record, context: Context, batch: Batch) -> None:
    owner = _partial("load_balancer", get(record, "load_balancer_id"), context, "backend")
    rows = rows_of(owner, "backend_servers", get(record, "backend_servers"))
    servers = get(record, "instance_ids", "instances")
    backend: object = ABSENT
    if rows or (rows is not None and servers is ABSENT):
        backend = tuple(balancing.backend_record(one, owner) for one in rows)
    elif not owner.odd:
        found = named_ids(owner, "instance_ids", servers, or_none=True)
        backend = tuple({"server_id": one, "type": "ecs"} for one in found) if isinstance(found, tuple) else ABSENT
    _add(owner, "backend", backend, batch)


def _group_member(record: Record, context: Context, batch: Batch) -> None:
    group = _partial("server_group", get(record, "server_group_id"), context, "members")
    server = named_id(group, "server_id", get(record, "server_id"))
    member = ABSENT if server is ABSENT else (balancing.member_record(record, group),)
    _add(group, "members", member, batch)


def _scaling_configuration(record: Record, context: Context, batch: Batch) -> None:
    group = _partial("scaling_group", get(record, "scaling_group_id"), context)
    if not group.id:
        return
    active = group.read("active of a configuration", as_bool, get(record, "active")) is True
    if group.odd:
        batch.drafts.append(group)
    extra = {"ScalingConfigurationId": get(record, "id"), "LifecycleState": "Active" if active else "Inactive"}
    scaling.read_configuration({**record, **extra}, context, batch)


def _scaling_groups_of_balancer(record: Record, context: Context, batch: Batch) -> None:
    group = _partial("scaling_group", get(record, "scaling_group_id"), context, "server_group_ids")
    groups = named_ids(
        group,
        "server_group_ids",
        get(record, "alb_server_group_id", "server_group_id"),
        get(record, "vserver_groups.vserver_attributes.vserver_group_id"),
    )
    _add(group, "server_group_ids", groups, batch)


def _scaling_attachment(record: Record, context: Context, batch: Batch) -> None:
    group = _partial("scaling_group", get(record, "scaling_group_id"), context, "instance_ids")
    members = named_ids(group, "instance_ids", get(record, "instance_ids"), or_none=True)
    _add(group, "instance_ids", members, batch)


def _backup_policy(record: Record, context: Context, batch: Batch) -> None:
    draft = _partial("database", get(record, "instance_id"), context)
    retention(
        draft,
        record,
        ("backup_retention_period", "retention_period"),
        ("log_backup_retention_period", "log_retention_period"),
    )
    for name, convert, sources in (
        ("backup_days", plain_texts, ("preferred_backup_period", "backup_period")),
        ("backup_time", as_text, ("preferred_backup_time", "backup_time")),
        ("log_backup_enabled", as_bool, ("enable_backup_log", "log_backup")),
    ):
        value = draft.read(name, convert, get(record, *sources))
        if value not in (ABSENT, ""):
            draft.attributes[name] = value
    if draft.id:
        batch.drafts.append(draft)


def _cen_child(record: Record, context: Context, batch: Batch) -> None:
    """A VPC or border router attached to a CEN instance (which the type calls ``instance_id``)."""
    hybrid.read_child({**record, "CenId": get(record, "instance_id")}, context, batch)


def _failover_group(record: Record, context: Context, batch: Batch) -> None:
    """Two border routers that take over from one another."""
    hybrid.read_failover_group({**record, "VbrHaId": get(record, "id")}, context, batch)


def _bucket_replication(record: Record, context: Context, batch: Batch) -> None:
    """A replication rule, which names its own bucket beside what it says."""
    bucket = _partial("bucket", get(record, "bucket"), context)
    if not bucket.id or records(get(record, "destination")):
        rule = {key: value for key, value in record.items() if key != "bucket"}
        buckets.read_replication({"bucket": bucket.id, "Rule": [rule]}, context, batch)
        return
    bucket.odd = ("destination of a replication rule is not said; expected: a record with the other bucket",)
    batch.drafts.append(bucket)


def _mount_target(record: Record, context: Context, batch: Batch) -> None:
    """A mount target, whose id is ``<file system>:<domain>``."""
    owner, _, domain = text(get(record, "id")).partition(":")
    named = {"FileSystemId": text(get(record, "file_system_id")) or owner}
    if domain and not text(get(record, "mount_target_domain")):
        named["MountTargetDomain"] = domain
    files.read_mount_target({**record, **named}, context, batch)


def _access_rule(record: Record, context: Context, batch: Batch) -> None:
    """A rule of an access group."""
    files.read_access_rule({**record, "RWAccess": get(record, "rw_access_type")}, context, batch)


LINKS: Final[dict[str, Link]] = {
    "alicloud_disk_attachment": _disk_attachment,
    "alicloud_ecs_disk_attachment": _disk_attachment,
    "alicloud_ecs_auto_snapshot_policy_attachment": _policy_attachment,
    "alicloud_security_group_rule": _group_rule,
    "alicloud_eip_association": _eip_association,
    "alicloud_slb_attachment": _backends,
    "alicloud_slb_backend_server": _backends,
    "alicloud_slb_server_group_server_attachment": _group_member,
    "alicloud_nlb_server_group_server_attachment": _group_member,
    "alicloud_ess_scaling_configuration": _scaling_configuration,
    "alicloud_ess_alb_server_group_attachment": _scaling_groups_of_balancer,
    "alicloud_ess_server_group_attachment": _scaling_groups_of_balancer,
    "alicloud_ess_scalinggroup_vserver_groups": _scaling_groups_of_balancer,
    "alicloud_ess_attachment": _scaling_attachment,
    "alicloud_db_backup_policy": _backup_policy,
    "alicloud_cen_instance_attachment": _cen_child,
    "alicloud_vpc_vbr_ha": _failover_group,
    "alicloud_oss_bucket_replication": _bucket_replication,
    "alicloud_nas_mount_target": _mount_target,
    "alicloud_nas_access_rule": _access_rule,
}
