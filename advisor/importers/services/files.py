"""NAS file systems, where they are mounted, who may and who does use them.

Fields: DescribeFileSystems, DescribeMountTargets, DescribeMountedClients, DescribeAccessGroups and DescribeAccessRules
in the public SDK of nas 2017-06-26."""

from __future__ import annotations

from typing import Final

from advisor.importers.convert import as_id, as_lower, as_text, as_time, as_word, unique
from advisor.importers.fields import ABSENT, Record, get, text
from advisor.importers.places import about_in_path, region_of_zone
from advisor.importers.quantities import COUNT, STORAGE_GIB_OF_BYTES, USED_GIB
from advisor.importers.records import Batch, Collector, Context, Draft, Spec, field_of

_MOUNT: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("domain", ("MountTargetDomain",)),
    ("vpc_id", ("VpcId",)),
    ("vswitch_id", ("VswId", "vswitch_id")),
    ("access_group", ("AccessGroupName", "AccessGroup")),
    ("status", ("Status",)),
)
STANDARD: Final = "standard"
"""The type of a file system or access group that names none (the default of the service)."""


def _mount(record: Record) -> dict[str, object]:
    found = {name: text(get(record, *sources)) for name, sources in _MOUNT}
    return {name: value for name, value in found.items() if value}


def _finish(draft: Draft, record: Record) -> None:
    vswitches = unique(get(record, "RedundancyVSwitchIds"))
    if text(get(record, "RedundancyType")).upper() == "ZRS" and len(vswitches) > 1:
        draft.attributes["vswitch_ids"] = vswitches
        draft.region = draft.region or region_of_zone(draft.zone)
        draft.zone, draft.zones = None, ()
    targets = draft.listed("mount_targets", get(record, "MountTargets"), "MountTargetDomain", "VpcId", "Status")
    if targets is not None:
        draft.attributes["mount_targets"] = tuple(_mount(one) for one in targets)


FILE_SYSTEM = Spec(
    kind="file_system",
    id=("FileSystemId", "id"),
    name=("Description",),
    hints=("filesystem", "filesystems"),
    needs=(frozenset({"filesystemid", "protocoltype"}), frozenset({"filesystemid", "storagetype"})),
    refuses=frozenset({"planid", "mounttargetdomain"}),
    finish=_finish,
    finish_reads=frozenset({"mounttargets", "redundancytype", "redundancyvswitchids"}),
    unite=frozenset({"mount_targets", "clients"}),
    fields=(
        field_of("file_system_type", "FileSystemType", as_lower),
        field_of("protocol", "ProtocolType", as_lower),
        field_of("storage_type", "StorageType", as_lower),
        field_of("size_gib", "MeteredSize", STORAGE_GIB_OF_BYTES),
        field_of("capacity_gib", "Capacity", USED_GIB),
        field_of("redundancy", "RedundancyType", as_word),
        field_of("vpc_id", "VpcId", as_id),
        field_of("kms_key_id", "KMSKeyId", as_id),
        field_of("snapshot_policy_id", "AutoSnapshotPolicyId", as_id),
        field_of("charge_type", "ChargeType", as_text),
        field_of("created_at", "CreateTime", as_time),
        field_of("expired_at", "ExpiredTime", as_time),
    ),
)


def _owner(record: Record, context: Context) -> str:
    """The file system an answer is about: named in it, else in the file's name; raises ``LookupError`` without."""
    named = text(get(record, "FileSystemId")) or about_in_path(context.path)
    if not named or "." in named:
        raise LookupError(
            f"the answer does not name its file system; name the file {context.operation or 'DescribeMountTargets'}"
            ".<id of the file system>.json"
        )
    return named


def _adds(record: Record, context: Context, attribute: str, value: object) -> Draft:
    owner = _owner(record, context)
    draft = Draft("file_system", owner, context.place, partial=True, unite=frozenset({attribute}))
    draft.attributes[attribute] = (value,)
    return draft


def read_mount_target(record: Record, context: Context, batch: Batch) -> None:
    """A mount target of a file system."""
    batch.drafts.append(_adds(record, context, "mount_targets", _mount(record)))


def read_mounted_client(record: Record, context: Context, batch: Batch) -> None:
    """The address of a client that used the file system in the minute before it was asked for."""
    address, domain = text(get(record, "ClientIP")), text(get(record, "MountTargetDomain"))
    if address:
        found = {"address": address, "domain": domain} if domain else {"address": address}
        batch.drafts.append(_adds(record, context, "clients", found))


def _own_id(draft: Draft, record: Record, context: Context, _batch: Batch, _collector: Collector) -> None:
    """The name of an access group is its own only within a region and for one type of file system."""
    draft.region = draft.region or context.region
    draft.id = group_id(draft.id, text(get(record, "FileSystemType")), draft.region)
    draft.attributes.setdefault("file_system_type", STANDARD)


def group_id(name: str, file_system_type: str, region: str | None) -> str:
    """The id under which an access group is kept: ``<name>:<type>:<region>``."""
    return f"{name}:{(file_system_type or STANDARD).lower()}:{region or ''}"


ACCESS_GROUP = Spec(
    kind="access_group",
    id=("AccessGroupName", "id"),
    name=("AccessGroupName",),
    hints=("accessgroup", "accessgroups"),
    needs=(frozenset({"accessgroupname", "accessgrouptype"}), frozenset({"accessgroupname", "rulecount"})),
    refuses=frozenset({"accessruleid", "mounttargetdomain"}),
    extra=_own_id,
    unite=frozenset({"rules"}),
    fields=(
        field_of("file_system_type", "FileSystemType", as_lower),
        field_of("network_type", "AccessGroupType", as_lower),
        field_of("created_at", "CreateTime", as_time),
    ),
)


def read_access_rule(record: Record, context: Context, batch: Batch) -> None:
    """A rule of an access group: who may use the file systems that it is set for. The group exists by it."""
    name = text(get(record, "AccessGroupName")) or about_in_path(context.path)
    if not name:
        raise LookupError(
            "the rule does not name its access group; name the file DescribeAccessRules.<access group>.json"
        )
    kind, region = text(get(record, "FileSystemType")), text(get(record, "RegionId")) or context.region
    draft = Draft("access_group", group_id(name, kind, region), context.place, name=name, region=region)
    draft.unite = frozenset({"rules"})
    rule: dict[str, object] = {
        "rule_id": text(get(record, "AccessRuleId")),
        "source_cidr": text(get(record, "SourceCidrIp")),
        "access": text(get(record, "RWAccess")).lower(),
    }
    rule["priority"] = draft.read("priority of a rule", COUNT, get(record, "Priority"))
    draft.attributes["file_system_type"] = (kind or STANDARD).lower()
    draft.attributes["rules"] = ({name: value for name, value in rule.items() if value not in ("", ABSENT)},)
    batch.drafts.append(draft)
