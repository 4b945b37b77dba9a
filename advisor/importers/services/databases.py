"""Databases and caches: RDS, PolarDB, Tair/Redis, with their backup policies and allow lists."""

from __future__ import annotations

import re
from collections.abc import Mapping

from advisor.importers.convert import (
    as_bool,
    as_id,
    as_ids,
    as_lower,
    as_text,
    as_texts,
    as_time,
    as_word,
    unique,
)
from advisor.importers.fields import ABSENT, Record, get, items, keys_of, text, texts
from advisor.importers.places import ids_in_path, is_zone, kind_of_id, zone_written, zones_in
from advisor.importers.quantities import (
    COUNT,
    DATABASE_CORES,
    DAYS,
    KEPT_DAYS,
    MEMORY_MIB,
    PORT,
    STORAGE_GIB,
    STORAGE_GIB_OF_BYTES,
)
from advisor.importers.records import Batch, Context, Draft, Spec, field_of
from advisor.model.editions import POLARDB_CLUSTERS
from advisor.model.inventory import Kind


def as_address(value: object) -> object:
    """An address to connect to, without the user and password that some write into it."""
    return as_text(re.sub(r"//[^/]*@", "//", value) if isinstance(value, str) else value)


def as_zones(value: object) -> object:
    """Zones in any wrapping, as texts or as records that name one; words for none are none. What stands there in
    another shape is a ``ValueError``, for then it is not known that there is none."""
    if value is None:
        return ABSENT
    named = (get(one, "ZoneId", "SlaveZone") if isinstance(one, Mapping) else one for one in items(value) if one)
    return unique(*(zones_in(_zone_text(one)) for one in named))


def _zone_text(zone: object) -> str:
    if zone is ABSENT or isinstance(zone, Mapping | list):
        raise ValueError("holds a record without a zone; expected: zones such as cn-hangzhou-h")
    return text(zone)


def _zones_read(draft: Draft, name: str, value: object) -> tuple[str, ...] | None:
    """The zones that a field names; None where it is not given or cannot be read, which is said of the draft."""
    found = draft.read(name, as_zones, value)
    return found if isinstance(found, tuple) else None


def _rds_finish(draft: Draft, record: Record) -> None:
    draft.attributes["product"] = "mongodb" if draft.id.startswith("dds-") else "rds"
    master = text(get(record, "MasterZone"))
    zones = zones_in(master) or zones_in(text(get(record, "ZoneId", "zone_id", "zone")))
    slaves = _slave_zones(draft, record)
    if slaves is not None:
        draft.attributes["slave_zones"] = slaves
    elif len(zones) > 1:
        draft.attributes["slave_zones"] = zones[1:]
    if slaves is not None or len(zones) > 1:
        draft.zones = tuple(dict.fromkeys((*zones[:1], *(slaves or ()), *zones[1:])))
    draft.zone = zones[0] if zones else draft.zone
    readonly = draft.read("readonly_ids", _readonly_ids, get(record, "ReadOnlyDBInstanceIds"))
    if readonly is not ABSENT:
        draft.attributes["readonly_ids"] = readonly
    guard = text(get(record, "GuardDBInstanceId")) or text(get(record, "DrReplicaInfo.InsName"))
    if guard or get(record, "GuardDBInstanceId") is not ABSENT:
        draft.attributes["dr_instance_id"] = guard


def _readonly_ids(value: object) -> object:
    """The ids of read-only instances, in records or as they are; ``ValueError`` where something stands there and none
    of it is one, for then it is not known that there is none."""
    wrapped = {"ids": value}
    named = unique(get(wrapped, "ids.ReadOnlyDBInstanceId.DBInstanceId", "ids.DBInstanceId"))
    found = unique(named, [one for one in texts(value) if kind_of_id(one) == "database"])
    if not found and texts(value):
        raise ValueError("holds no id of a database; expected: a list of ids")
    return found


def _slave_zones(draft: Draft, record: Record) -> tuple[str, ...] | None:
    """The zones of the standby nodes; None where nothing tells them."""
    if "slavezones" in keys_of(record):
        return _zones_read(draft, "slave_zones", get(record, "SlaveZones"))
    nodes = draft.listed("nodes", get(record, "DBClusterNodes.DBClusterNode", "DBClusterNodes"), "NodeZoneId", "NodeId")
    if nodes:
        standbys = [node for node in nodes if text(get(node, "NodeRole")).lower() not in ("primary", "master")]
        found = [_zones_read(draft, "zone of a node", get(node, "NodeZoneId")) for node in standbys]
        named = unique(*(zones for zones in found if zones))
        return named if named or None not in found else None
    listed = [
        _zones_read(draft, name, get(record, name))
        for name in ("zone_id_slave_a", "zone_id_slave_b")
        if get(record, name) is not ABSENT
    ]
    return unique(*(zones or () for zones in listed)) if listed and None not in listed else None


def _first(value: object) -> object:
    found = as_texts(value)
    return found[0] if isinstance(found, tuple) and found else "" if found == () else ABSENT


RDS = Spec(
    kind="database",
    id=("DBInstanceId", "db_instance_id", "id"),
    name=("DBInstanceDescription", "instance_name"),
    hints=("dbinstance", "dbinstanceattribute", "dbinstances"),
    needs=(
        frozenset({"dbinstanceid", "engine", "dbinstanceclass"}),
        frozenset({"dbinstanceid", "engine", "dbinstancestatus"}),
        frozenset({"dbinstanceid", "dbinstancetype", "engine"}),
        frozenset({"dbinstanceid", "engine", "engineversion"}),
    ),
    refuses=frozenset({"dbclusterid", "scalinggroupid"}),
    zone=("MasterZone", "ZoneId", "availability_zone", "zone"),
    status=("DBInstanceStatus", "Status"),
    finish=_rds_finish,
    unite=frozenset({"security_ips"}),
    fields=(
        field_of("engine", "Engine", as_word),
        field_of("engine_version", "EngineVersion", as_text),
        field_of("category", "Category", as_word),
        field_of("role", "DBInstanceType", as_lower),
        field_of("instance_class", "DBInstanceClass | instance_type", as_word),
        field_of("cpu", "DBInstanceCPU", DATABASE_CORES),
        field_of("memory_mib", "DBInstanceMemory", MEMORY_MIB),
        field_of("storage_gib", "DBInstanceStorage | instance_storage", STORAGE_GIB),
        field_of("storage_type", "DBInstanceStorageType", as_word),
        field_of("vpc_id", "VpcId", as_id),
        field_of("vswitch_id", "VSwitchId", _first),
        field_of("master_id", "MasterInstanceId | master_db_instance_id", as_id),
        field_of("connection_string", "ConnectionString", as_address),
        field_of("port", "Port", PORT),
        field_of("charge_type", "PayType | instance_charge_type", as_text),
        field_of("network_type", "InstanceNetworkType", as_lower),
        field_of("security_group_ids", "SecurityGroupIds", as_ids),
        field_of("max_iops", "MaxIOPS", COUNT),
        field_of("deletion_protection", "DeletionProtection", as_bool),
        field_of("created_at", "CreationTime | CreateTime", as_time),
        field_of("expired_at", "ExpireTime", as_time),
    ),
)


def _polardb_finish(draft: Draft, record: Record) -> None:
    draft.attributes["product"] = "polardb"
    category = draft.read("category", as_word, get(record, "Category"))
    listed = draft.listed("nodes", get(record, "DBNodes.DBNode", "DBNodes"), "DBNodeId", "DBNodeRole", "ZoneId")
    nodes = [_node(one) for one in listed or ()]
    if nodes:
        draft.attributes["nodes"] = tuple(nodes)
    if str(category).lower() in POLARDB_CLUSTERS or (category in (ABSENT, "") and len(nodes) > 1):
        draft.attributes["category"] = "cluster"
    elif category is not ABSENT:
        draft.attributes["category"] = category
    _polardb_zones(draft, record, nodes)


def _polardb_zones(draft: Draft, record: Record, nodes: list[dict[str, object]]) -> None:
    """The writer's zone first, then the others. A zone that is spelt like none is no second one, and where there is no
    other beside the first it is not known that there is none."""
    writer = next((str(node["zone"]) for node in nodes if node.get("role") == "writer" and "zone" in node), "")
    listed = _zones_read(draft, "zone_ids", get(record, "ZoneIds"))
    beside = (node.get("zone", "") for node in nodes)
    named = unique(writer, zones_in(text(get(record, "ZoneId"))), listed or (), *beside)
    zones = tuple(zone for zone in named if is_zone(zone))
    if named:
        draft.zone, draft.zones = (zones or named)[0], named
    if len(zones) > 1 or (zones == named and (nodes or listed)):
        draft.attributes["slave_zones"] = zones[1:]


def _node(record: Record) -> dict[str, object]:
    found = {
        "id": text(get(record, "DBNodeId")),
        "role": text(get(record, "DBNodeRole")).lower(),
        "zone": zone_written(text(get(record, "ZoneId"))),
        "class": text(get(record, "DBNodeClass")),
    }
    return {name: value for name, value in found.items() if value}


POLARDB = Spec(
    kind="database",
    id=("DBClusterId", "id"),
    name=("DBClusterDescription",),
    hints=("dbcluster", "dbclusters"),
    needs=(
        frozenset({"dbclusterid", "dbclusterstatus"}),
        frozenset({"dbclusterid", "dbtype"}),
        frozenset({"dbclusterid", "dbnodes"}),
    ),
    status=("DBClusterStatus", "Status"),
    finish=_polardb_finish,
    unite=frozenset({"security_ips"}),
    fields=(
        field_of("engine", "DBType | Engine", as_word),
        field_of("engine_version", "DBVersion", as_text),
        field_of("instance_class", "DBNodeClass | DBNodes.DBNode.DBNodeClass | DBNodes.DBNodeClass", _first),
        field_of("cpu", "CpuCores", DATABASE_CORES),
        field_of("memory_mib", "MemorySize", MEMORY_MIB),
        field_of("storage_gib", "StorageUsed", STORAGE_GIB_OF_BYTES),
        field_of("storage_type", "StorageType", as_word),
        field_of("vpc_id", "VpcId", as_id),
        field_of("vswitch_id", "VSwitchId", _first),
        field_of("hot_standby", "HotStandbyCluster", as_text),
        field_of("charge_type", "PayType", as_text),
        field_of("created_at", "CreationTime | CreateTime", as_time),
        field_of("expired_at", "ExpireTime", as_time),
    ),
)


def _cache_finish(draft: Draft, record: Record) -> None:
    first = zones_in(text(get(record, "ZoneId", "zone_id", "zone")))
    secondary = _zones_read(draft, "secondary_zone", get(record, "SecondaryZoneId"))
    if secondary is not None:
        draft.attributes["secondary_zone"] = secondary[0] if secondary else ""
    draft.zone = first[0] if first else None
    if secondary or len(first) > 1:
        draft.zones = tuple(dict.fromkeys((*first, *(secondary or ()))))


CACHE = Spec(
    kind="cache",
    id=("InstanceId", "id"),
    name=("InstanceName", "db_instance_name"),
    hints=("kvstoreinstance", "kvstoreinstances"),
    needs=(
        frozenset({"instanceid", "instanceclass", "connectiondomain"}),
        frozenset({"instanceid", "instanceclass", "instancestatus"}),
        frozenset({"instanceid", "architecturetype", "engineversion"}),
    ),
    status=("InstanceStatus", "Status"),
    finish=_cache_finish,
    unite=frozenset({"security_ips"}),
    fields=(
        field_of("engine", "Engine | InstanceType", as_word),
        field_of("engine_version", "EngineVersion", as_text),
        field_of("instance_class", "InstanceClass", as_word),
        field_of("architecture", "ArchitectureType", as_lower),
        field_of("node_type", "NodeType", as_word),
        field_of("edition", "EditionType", as_text),
        field_of("capacity_mib", "Capacity", MEMORY_MIB),
        field_of("shard_count", "ShardCount", COUNT),
        field_of("vpc_id", "VpcId", as_id),
        field_of("vswitch_id", "VSwitchId", as_id),
        field_of("private_ip", "PrivateIp", as_text),
        field_of("connection_string", "ConnectionDomain", as_address),
        field_of("port", "Port", PORT),
        field_of("replica_id", "ReplacateId | ReplicaId", as_id),
        field_of("global_instance_id", "GlobalInstanceId", as_id),
        field_of("replication_mode", "ReplicationMode", as_text),
        field_of("charge_type", "ChargeType", as_text),
        field_of("created_at", "CreateTime", as_time),
        field_of("expired_at", "EndTime", as_time),
    ),
)

_POLICY_FIELDS = (
    field_of("backup_retention_days", "BackupRetentionPeriod | DataLevel1BackupRetentionPeriod", KEPT_DAYS),
    field_of("log_backup_enabled", "EnableBackupLog | BackupLog", as_bool),
    field_of("log_backup_retention_days", "LogBackupRetentionPeriod | BackupLogRetentionPeriod", DAYS),
    field_of("backup_days", "PreferredBackupPeriod | DataLevel1BackupPeriod", as_texts),
    field_of("backup_time", "PreferredBackupTime | DataLevel1BackupTime", as_text),
    field_of("backup_frequency", "BackupInterval | BackupFrequency | DataLevel1BackupFrequency", as_text),
    field_of("high_frequency_backup", "HighFrequencyBackup", as_text),
)


def owner_of(record: Record, context: Context) -> tuple[Kind, str]:
    """The database or cache that an answer without an id is about: from inside, else from the file name."""
    inside = text(get(record, "DBInstanceId", "DBClusterId", "InstanceId"))
    found = inside or next(iter(ids_in_path(context.path, "database", "cache")[-1:]), "")
    if not found:
        raise LookupError("the answer does not name its database; put the id (rm-…, pc-…, r-…) into the file name")
    return ("cache" if kind_of_id(found) == "cache" else "database"), found


def read_backup_policy(record: Record, context: Context, batch: Batch) -> None:
    """The backup policy of a database or cache."""
    kind, owner = owner_of(record, context)
    draft = Draft(kind, owner, context.place, partial=True)
    for one in _POLICY_FIELDS:
        value = get(record, *one.sources)
        found = draft.read(one.name, one.convert, ABSENT if value == "" else value)
        if found is not ABSENT:
            draft.attributes[one.name] = found
    batch.drafts.append(draft)


def read_cross_region_policy(record: Record, context: Context, batch: Batch) -> None:
    """Whether backups are copied to another region, and where to."""
    kind, owner = owner_of(record, context)
    draft = Draft(kind, owner, context.place, partial=True)
    for name, convert, sources in _CROSS_REGION:
        value = draft.read(name, convert, get(record, *sources))
        if value not in (ABSENT, ""):
            draft.attributes[name] = value
    batch.drafts.append(draft)


_CROSS_REGION = (
    ("cross_region_backup", as_bool, ("BackupEnabled", "CrossBackupType")),
    ("cross_backup_region", as_word, ("CrossBackupRegion",)),
    ("cross_backup_retention_days", KEPT_DAYS, ("Retention",)),
    ("cross_backup_log_enabled", as_bool, ("LogBackupEnabled",)),
)


def read_allow_group(record: Record, context: Context, batch: Batch) -> None:
    """One group of an allow list; groups that the cloud itself keeps (attribute ``hidden``) are left out."""
    kind, owner = owner_of(record, context)
    attribute = text(get(record, "DBInstanceIPArrayAttribute", "DBClusterIPArrayAttribute", "SecurityIpGroupAttribute"))
    draft = Draft(kind, owner, context.place, partial=True, unite=frozenset({"security_ips"}))
    found = as_texts(text(get(record, "SecurityIPList", "SecurityIps", "SecurityIpList")))
    draft.attributes["security_ips"] = found if attribute.lower() != "hidden" else ()
    batch.drafts.append(draft)


def read_allowed_security_group(record: Record, context: Context, batch: Batch) -> None:
    """A security group whose members may reach the database."""
    kind, owner = owner_of({}, context)
    group = text(get(record, "SecurityGroupId"))
    if group:
        draft = Draft(kind, owner, context.place, partial=True, unite=frozenset({"security_group_ids"}))
        draft.attributes["security_group_ids"] = (group,)
        batch.drafts.append(draft)


def read_ha_config(record: Record, context: Context, batch: Batch) -> None:
    """How the standby follows."""
    kind, owner = owner_of(record, context)
    draft = Draft(kind, owner, context.place, partial=True)
    for name, source in (("replication_mode", "SyncMode"), ("ha_mode", "HAMode")):
        value = text(get(record, source))
        if value:
            draft.attributes[name] = value
    batch.drafts.append(draft)
