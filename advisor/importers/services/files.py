"""NAS file systems and where they are mounted. Fields: DescribeFileSystems in the public SDK of nas 2017-06-26."""

from __future__ import annotations

from advisor.importers.convert import as_lower, as_number, as_text, as_time, gib_of_bytes
from advisor.importers.fields import ABSENT, Record, get, records, text
from advisor.importers.records import Draft, Spec, field_of

_MOUNT = (
    ("domain", "MountTargetDomain"),
    ("vpc_id", "VpcId"),
    ("vswitch_id", "VswId"),
    ("access_group", "AccessGroupName"),
    ("status", "Status"),
)


def _finish(draft: Draft, record: Record) -> None:
    targets = get(record, "MountTargets")
    if targets is ABSENT:
        return
    found = [{name: text(get(one, source)) for name, source in _MOUNT} for one in records(targets)]
    draft.attributes["mount_targets"] = tuple({name: value for name, value in one.items() if value} for one in found)


FILE_SYSTEM = Spec(
    kind="file_system",
    id=("FileSystemId", "id"),
    name=("Description",),
    hints=("filesystem", "filesystems"),
    needs=(frozenset({"filesystemid", "protocoltype"}), frozenset({"filesystemid", "storagetype"})),
    refuses=frozenset({"planid", "mounttargetdomain"}),
    finish=_finish,
    finish_reads=frozenset({"mounttargets"}),
    fields=(
        field_of("file_system_type", "FileSystemType", as_lower),
        field_of("protocol", "ProtocolType", as_lower),
        field_of("storage_type", "StorageType", as_lower),
        field_of("size_gib", "MeteredSize", gib_of_bytes),
        field_of("capacity_gib", "Capacity", as_number),
        field_of("vpc_id", "VpcId", as_text),
        field_of("kms_key_id", "KMSKeyId", as_text),
        field_of("snapshot_policy_id", "AutoSnapshotPolicyId", as_text),
        field_of("charge_type", "ChargeType", as_text),
        field_of("created_at", "CreateTime", as_time),
        field_of("expired_at", "ExpiredTime", as_time),
    ),
)
