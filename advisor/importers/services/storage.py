"""Block storage: disks, snapshots, snapshot policies, replica pairs."""

from __future__ import annotations

from advisor.importers.convert import (
    as_bool,
    as_id,
    as_lower,
    as_tags,
    as_text,
    as_texts,
    as_time,
    as_word,
    one_text,
)
from advisor.importers.fields import ABSENT, Record, get, text
from advisor.importers.places import region_of_zone, zone_written, zones_in
from advisor.importers.quantities import (
    COUNT,
    DISK_GIB,
    HOURS,
    KEPT_DAYS,
    RATE,
    SECONDS,
    STORAGE_GIB_OF_BYTES,
    THROUGHPUT,
    WEEKDAYS,
)
from advisor.importers.records import Batch, Context, Draft, Spec, field_of
from advisor.importers.services.finish_blocks import HOLD_OWNERS, finish_disks, owners_of, unheld


def _disk_finish(draft: Draft, record: Record) -> None:
    raw = (
        get(record, "InstanceId"),
        get(record, "Attachments.Attachment.InstanceId", "attachments.InstanceId"),
        get(record, "MountInstances.MountInstance.InstanceId", "mount_instances.InstanceId"),
    )
    unheld_fields = tuple(problem for name in HOLD_OWNERS if (problem := unheld(name, get(record, name))))
    if any(value is not ABSENT for value in raw):
        owners, draft.odd = owners_of(*raw)
        if owners is not ABSENT and (owners or not unheld_fields):
            draft.attributes["instance_ids"] = owners
    draft.odd += unheld_fields
    placement = get(record, "Placement.ZoneIds")
    found = as_texts(placement) if placement is not ABSENT else ()
    if isinstance(found, tuple) and found:
        draft.zones = tuple(dict.fromkeys(zone for part in found for zone in zones_in(part)))


DISK = Spec(
    kind="disk",
    id=("DiskId", "id"),
    name=("DiskName", "name"),
    hints=("disk", "disks"),
    needs=(
        frozenset({"diskid", "size", "category"}),
        frozenset({"diskid", "diskname"}),
        frozenset({"diskid", "serialnumber"}),
        frozenset({"diskid", "diskchargetype"}),
    ),
    refuses=frozenset({"snapshotid", "autosnapshotpolicyassociations"}),
    finish=_disk_finish,
    finish_block=finish_disks,
    fields=(
        field_of("size_gib", "Size", DISK_GIB),
        field_of("category", "Category | disk_category", as_word),
        field_of("performance_level", "PerformanceLevel", as_word),
        field_of("disk_type", "Type | disk_type", as_lower),
        field_of("snapshot_policy_ids", "AutoSnapshotPolicyId", one_text),
        field_of("auto_snapshot_enabled", "EnableAutomatedSnapshotPolicy", as_bool),
        field_of("auto_snapshot_allowed", "EnableAutoSnapshot", as_bool),
        field_of("delete_auto_snapshot", "DeleteAutoSnapshot", as_bool),
        field_of("encrypted", "Encrypted", as_bool),
        field_of("kms_key_id", "KMSKeyId", as_id),
        field_of("multi_attach", "MultiAttach", as_bool),
        field_of("device", "Device | device_name", as_text),
        field_of("source_snapshot_id", "SourceSnapshotId | snapshot_id", as_id),
        field_of("image_id", "ImageId", as_id),
        field_of("delete_with_instance", "DeleteWithInstance", as_bool),
        field_of("charge_type", "DiskChargeType | billing_method", as_text),
        field_of("attached_at", "AttachedTime", as_time),
        field_of("detached_at", "DetachedTime", as_time),
        field_of("created_at", "CreationTime", as_time),
        field_of("expired_at", "ExpiredTime", as_time),
        field_of("iops", "IOPS", COUNT),
        field_of("provisioned_iops", "ProvisionedIops", COUNT),
        field_of("throughput_mibps", "Throughput", THROUGHPUT),
        field_of("bursting_enabled", "BurstingEnabled", as_bool),
        field_of("portable", "Portable", as_bool),
        field_of("storage_cluster_id", "StorageClusterId | DedicatedBlockStorageClusterId", as_id),
    ),
)


def _snapshot_type(value: object) -> object:
    found = as_lower(value)
    return "auto" if found in ("auto", "timer") else found


SNAPSHOT = Spec(
    kind="snapshot",
    id=("SnapshotId", "id"),
    name=("SnapshotName", "name"),
    hints=("snapshot", "snapshots"),
    needs=(frozenset({"snapshotid", "sourcediskid"}), frozenset({"snapshotid", "snapshotname", "progress"})),
    refuses=frozenset({"diskid", "instanceid", "size"}),
    fields=(
        field_of("source_disk_id", "SourceDiskId", as_id),
        field_of("source_disk_size_gib", "SourceDiskSize", DISK_GIB),
        field_of("source_disk_type", "SourceDiskType", as_lower),
        field_of("size_gib", "FullSnapshotSizeInBytes", STORAGE_GIB_OF_BYTES),
        field_of("created_at", "CreationTime | creation_time", as_time),
        field_of("progress", "Progress", as_text),
        field_of("retention_days", "RetentionDays", KEPT_DAYS),
        field_of("encrypted", "Encrypted", as_bool),
        field_of("kms_key_id", "KMSKeyId", as_id),
        field_of("source_snapshot_id", "SourceSnapshotId", as_id),
        field_of("source_region", "SourceRegionId", as_word),
        field_of("instant_access", "InstantAccess", as_bool),
        field_of("category", "Category", as_lower),
        field_of("usage", "Usage", as_text),
        field_of("snapshot_type", "SnapshotType | type", _snapshot_type),
    ),
)

SNAPSHOT_POLICY = Spec(
    kind="snapshot_policy",
    id=("AutoSnapshotPolicyId", "id"),
    name=("AutoSnapshotPolicyName", "name"),
    hints=("autosnapshotpolicy", "autosnapshotpolicies"),
    needs=(frozenset({"autosnapshotpolicyid", "timepoints"}), frozenset({"autosnapshotpolicyid", "repeatweekdays"})),
    fields=(
        field_of("time_points", "TimePoints", HOURS),
        field_of("repeat_weekdays", "RepeatWeekdays", WEEKDAYS),
        field_of("retention_days", "RetentionDays", KEPT_DAYS),
        field_of("copy_enabled", "EnableCrossRegionCopy", as_bool),
        field_of("copy_regions", "TargetCopyRegions", as_texts),
        field_of("copy_retention_days", "CopiedSnapshotsRetentionDays", KEPT_DAYS),
        field_of("target_tags", "TargetTags", as_tags),
        field_of("disk_count", "DiskNums", COUNT),
        field_of("created_at", "CreationTime", as_time),
    ),
)


def _pair_finish(draft: Draft, record: Record) -> None:
    zone = zone_written(text(get(record, "SourceZoneId", "PrimaryZone")))
    draft.region = text(get(record, "SourceRegion", "PrimaryRegion")) or region_of_zone(zone) or draft.region
    draft.zone = zone or None


REPLICA_PAIR = Spec(
    kind="replica_pair",
    id=("ReplicaPairId", "id"),
    name=("PairName",),
    hints=("replicapairs", "replicapair"),
    needs=(frozenset({"replicapairid", "sourcediskid"}),),
    finish=_pair_finish,
    fields=(
        field_of("source_disk_id", "SourceDiskId", as_id),
        field_of("destination_disk_id", "DestinationDiskId", as_id),
        field_of("source_region", "SourceRegion | PrimaryRegion", as_word),
        field_of("source_zone", "SourceZoneId | PrimaryZone", as_word),
        field_of("destination_region", "DestinationRegion | StandbyRegion", as_word),
        field_of("destination_zone", "DestinationZoneId | StandbyZone", as_word),
        field_of("rpo_s", "RPO", SECONDS),
        field_of("last_recover_point", "LastRecoverPoint", as_time),
        field_of("group_id", "ReplicaGroupId", as_id),
        field_of("bandwidth_kbps", "Bandwidth", RATE),
        field_of("created_at", "CreateTime", as_time),
    ),
)


def read_policy_association(record: Record, context: Context, batch: Batch) -> None:
    """Which policy a disk is under."""
    disk, policy = text(get(record, "DiskId")), text(get(record, "AutoSnapshotPolicyId"))
    if disk and policy:
        draft = Draft("disk", disk, context.place, partial=True, unite=frozenset({"snapshot_policy_ids"}))
        draft.attributes["snapshot_policy_ids"] = (policy,)
        batch.drafts.append(draft)


def read_snapshot_link(record: Record, context: Context, batch: Batch) -> None:
    """The chain of a disk's snapshots: how many, how large in all."""
    disk = text(get(record, "SourceDiskId"))
    if not disk:
        return
    draft = Draft("disk", disk, context.place, partial=True)
    for name, convert, value in (
        ("snapshot_chain_gib", STORAGE_GIB_OF_BYTES, get(record, "TotalSize")),
        ("snapshot_count", COUNT, get(record, "TotalCount")),
    ):
        found = draft.read(name, convert, value)
        if found is not ABSENT:
            draft.attributes[name] = found
    batch.drafts.append(draft)
