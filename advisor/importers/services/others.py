"""Cloud Backup, DTS and ACK."""

from __future__ import annotations

from advisor.importers.convert import (
    as_bool,
    as_id,
    as_lower,
    as_text,
    as_texts,
    as_time,
    as_word,
    json_inside,
    unique,
)
from advisor.importers.fields import ABSENT, Record, get, text
from advisor.importers.places import ids_in_path, kind_of_id
from advisor.importers.quantities import BACKUP_DAYS, COUNT, SECONDS, STORAGE_GIB_OF_BYTES, as_schedule
from advisor.importers.records import Batch, Context, Draft, Spec, field_of


def _plan_finish(draft: Draft, record: Record) -> None:
    listed = draft.listed("resources", get(record, "Resources.Resource", "Resources"), "ResourceId")
    targets = unique(get(record, "InstanceId"), *(get(one, "ResourceId") for one in listed or ()))
    if targets or not draft.odd:
        draft.attributes["resource_ids"] = targets
    if targets:
        draft.attributes.setdefault("instance_id", targets[0])
    given = get(record, "Rules.Rule", "Rules")
    rules = draft.listed("rules", given, "RuleId", "Schedule", "Retention", "BackupType", "DoCopy", "Disabled")
    if not rules:
        return
    draft.attributes["rules"] = read = tuple(_plan_rule(rule, draft) for rule in rules)
    copying = [one for one in read if one.get("copy_enabled") is True]
    regions = unique(*(one.get("copy_region", "") for one in copying))
    if regions or not copying:
        draft.attributes["copy_regions"] = regions  # else it is not known where the copies go
    if "retention_days" in read[0]:
        draft.attributes.setdefault("retention_days", read[0]["retention_days"])
    if not draft.attributes.get("schedule") and read[0].get("schedule"):
        draft.attributes["schedule"] = read[0]["schedule"]


_RULE_FIELDS = (
    ("schedule", as_schedule, "Schedule"),
    ("backup_type", as_text, "BackupType"),
    ("copy_region", as_word, "DestinationRegionId"),
    ("retention_days", BACKUP_DAYS, "Retention"),
    ("copy_retention_days", BACKUP_DAYS, "DestinationRetention"),
    ("disabled", as_bool, "Disabled"),
    ("copy_enabled", as_bool, "DoCopy"),
)


def _plan_rule(rule: Record, plan: Draft) -> dict[str, object]:
    """A rule of a plan in canonical names."""
    found = {name: plan.read(f"{name} of a rule", convert, get(rule, source)) for name, convert, source in _RULE_FIELDS}
    return {name: value for name, value in found.items() if value not in (ABSENT, "")}


BACKUP_PLAN = Spec(
    kind="backup_plan",
    id=("PlanId", "id"),
    name=("PlanName",),
    hints=("backupplan", "backupplans"),
    needs=(frozenset({"planid", "vaultid"}), frozenset({"planid", "sourcetype"})),
    part="DescribeBackupPlans",
    finish=_plan_finish,
    fields=(
        field_of("instance_id", "InstanceId", as_id),
        field_of("instance_name", "InstanceName", as_text),
        field_of("vault_id", "VaultId", as_id),
        field_of("source_type", "SourceType", as_word),
        field_of("backup_type", "BackupType", as_text),
        field_of("schedule", "Schedule", as_schedule),
        field_of("disabled", "Disabled", as_bool),
        field_of("edition", "Edition", as_lower),
        field_of("retention_days", "Retention", BACKUP_DAYS),
        field_of("bucket", "Bucket", as_text),
        field_of("file_system_id", "FileSystemId", as_id),
        field_of("paths", "Paths", as_texts),
        field_of("created_at", "CreatedTime", as_time),
    ),
)

VAULT = Spec(
    kind="vault",
    id=("VaultId", "id"),
    name=("VaultName",),
    region=("VaultRegionId", "RegionId"),
    hints=("vault", "vaults"),
    needs=(frozenset({"vaultid", "vaultname"}), frozenset({"vaultid", "vaulttype"})),
    refuses=frozenset({"planid"}),
    fields=(
        field_of("vault_type", "VaultType", as_word),
        field_of("redundancy", "RedundancyType", as_word),
        field_of("storage_class", "VaultStorageClass", as_word),
        field_of("size_gib", "StorageSize", STORAGE_GIB_OF_BYTES),
        field_of("charge_type", "ChargeType", as_text),
        field_of("worm_enabled", "WormEnabled", as_bool),
        field_of("is_replica", "Replication", as_bool),
        field_of("replica_vault_id", "ReplicationTargetVaultId", as_id),
        field_of("replica_region", "ReplicationTargetRegionId", as_word),
        field_of("source_vault_id", "ReplicationSourceVaultId", as_id),
        field_of("created_at", "CreatedTime", as_time),
    ),
)


def _dts_finish(draft: Draft, record: Record) -> None:
    draft.region = draft.region or draft.attributes.get("destination_region") or None  # type: ignore[assignment]
    reverse = get(record, "ReverseJob")
    both = isinstance(reverse, dict) and bool(text(get(reverse, "DtsJobId")))
    direction = text(get(record, "DtsJobDirection", "SynchronizationDirection")).lower()
    draft.attributes["directions"] = (
        ("forward", "reverse") if both or direction in ("bidirection", "bidirectional") else (direction or "forward",)
    )


DTS_JOB = Spec(
    kind="dts_job",
    id=("DtsJobId", "SynchronizationJobId", "id"),
    name=("DtsJobName", "SynchronizationJobName"),
    hints=("dtsjoblist", "synchronizationinstances", "synchronizationinstance"),
    needs=(frozenset({"dtsjobid", "sourceendpoint"}), frozenset({"synchronizationjobid", "sourceendpoint"})),
    tags=("TagList", "Tags"),
    finish=_dts_finish,
    fields=(
        field_of("dts_instance_id", "DtsInstanceID", as_id),
        field_of("job_type", "JobType", as_lower),
        field_of("job_class", "DtsJobClass | SynchronizationJobClass", as_text),
        field_of("source_id", "SourceEndpoint.InstanceID", as_id),
        field_of("destination_id", "DestinationEndpoint.InstanceID", as_id),
        field_of("source_address", "SourceEndpoint.Ip", as_text),
        field_of("destination_address", "DestinationEndpoint.Ip", as_text),
        field_of("source_region", "SourceEndpoint.Region", as_word),
        field_of("destination_region", "DestinationEndpoint.Region", as_word),
        field_of("delay_s", "Delay", SECONDS),
        field_of("checkpoint", "Checkpoint", as_text),
        field_of("created_at", "CreateTime", as_time),
    ),
)


def _cluster_finish(draft: Draft, record: Record) -> None:
    draft.attributes["vswitch_ids"] = unique(
        get(record, "vswitch_ids"), as_texts(text(get(record, "vswitch_id"))), get(record, "worker_vswitch_ids")
    )
    balancers = unique(get(record, "external_loadbalancer_id"), get(record, "slb_id", "slb_intranet", "slb_internet"))
    if balancers or get(record, "external_loadbalancer_id") is not ABSENT:
        draft.attributes["load_balancer_ids"] = balancers
    meta = json_inside(get(record, "meta_data"))
    if isinstance(meta, dict) and isinstance(meta.get("MultiAZ"), bool):
        draft.attributes["multi_az"] = meta["MultiAZ"]


CLUSTER = Spec(
    kind="cluster",
    id=("cluster_id", "id"),
    name=("name",),
    hints=("clusters",),
    needs=(
        frozenset({"clusterid", "clustertype"}),
        frozenset({"clusterid", "currentversion"}),
        frozenset({"clusterid", "initversion"}),
    ),
    refuses=frozenset({"imageid", "nodepools"}),
    status=("state",),
    finish=_cluster_finish,
    unite=frozenset({"node_ids"}),
    fields=(
        field_of("cluster_type", "cluster_type", as_word),
        field_of("cluster_spec", "cluster_spec", as_word),
        field_of("version", "current_version", as_text),
        field_of("size", "size", COUNT),
        field_of("vpc_id", "vpc_id", as_id),
        field_of("security_group_id", "security_group_id", as_id),
        field_of("deletion_protection", "deletion_protection", as_bool),
        field_of("created_at", "created", as_time),
    ),
)


def read_cluster_node(record: Record, context: Context, batch: Batch) -> None:
    """A node of a cluster: tells of both, lists neither. The cluster is in the record, its name or the file name."""
    instance = text(get(record, "instance_id"))
    cluster = text(get(record, "cluster_id")) or _cluster_of_name(text(get(record, "instance_name")))
    cluster = cluster or next(iter(ids_in_path(context.path, "cluster")[-1:]), "")
    if not instance:
        return
    if not cluster:
        raise LookupError("the node list does not name its cluster; put the cluster's id into the file name")
    draft = Draft("cluster", cluster, context.place, partial=True, unite=frozenset({"node_ids"}))
    draft.attributes["node_ids"] = (instance,)
    node = Draft("instance", instance, context.place, partial=True)
    node.attributes["cluster_id"] = cluster
    batch.drafts.extend((draft, node))


def _cluster_of_name(name: str) -> str:
    candidate = name.rpartition("-for-cs-")[2]
    return candidate if "-for-cs-" in name and kind_of_id(candidate) == "cluster" else ""
