"""Snapshots, replicas and synchronised databases in ROS."""

from __future__ import annotations

from advisor.exporters.names import cloud_name, identifier
from advisor.exporters.params import Params
from advisor.exporters.ros.template import Json, Stacks, Template, att, ref
from advisor.exporters.steps import aliyun, unfolded
from advisor.exporters.terraform.build import clamp
from advisor.exporters.terraform.database import STORAGE_TYPES, SYNC_ENGINES, engine_of, sync_class
from advisor.exporters.terraform.replication import GROUP_MAX, RPO_S, SIZE_MAX, disk_shape, disks_of
from advisor.exporters.terraform.snapshots import copies_of, hours, retention, sharing_policy, weekdays
from advisor.model.plan import Action


def snapshot_policy(stacks: Stacks, action: Action) -> None:
    """A new policy with its disks; one that exists is changed by the command line."""
    params = Params.of(action)
    if params.text("extends"):
        return
    template = stacks.template(action.region)
    sharing = sharing_policy(stacks.build, action)
    if sharing[0].id != action.id:
        return
    disks = {disk for item in sharing for disk in Params.of(item).texts("disk_ids")}
    properties: dict[str, Json] = {
        "AutoSnapshotPolicyName": cloud_name(action.workload, params.text("policy_name") or "snapshots"),
        "RepeatWeekdays": list(weekdays(params)),
        "TimePoints": list(hours(params)),
        "RetentionDays": retention(params),
        "DiskIds": sorted(disks) or None,
        **_copy(stacks, action, params),
        "Tags": stacks.tags(action),
    }
    name = stacks.add(action, template, "snapshots", "ECS::AutoSnapshotPolicy", properties)
    template.output(
        f"{name}Id", att(name, "AutoSnapshotPolicyId"), f"Snapshot policy of {stacks.build.subject(action)}"
    )


def _copy(stacks: Stacks, action: Action, params: Params) -> dict[str, Json]:
    copy = next(iter(copies_of(stacks.build, action)), None)
    region = Params.of(copy).text("target_region") if copy else params.text("keep_copy_region")
    if region is None:
        return {}
    days = retention(Params.of(copy) if copy else params)
    return {"EnableCrossRegionCopy": True, "TargetCopyRegions": [region], "CopiedSnapshotsRetentionDays": days}


def replicate(stacks: Stacks, action: Action) -> None:
    """Target disks in the stack of their region, pairs and groups in that of the source."""
    params = Params.of(action)
    home = stacks.template(action.region)
    target = params.text("target_region") or action.region
    zone = params.text("target_zone") or home.parameter(
        stacks.name(action, "target_zone"), f"Zone of {target} for replicas"
    )
    zones: dict[str, list[str]] = {}
    for disk in disks_of(stacks.build, action):
        source_zone = disk.text("zone") or ""
        pair = _pair(stacks, action, home, disk, target, zone)
        zones.setdefault(source_zone, []).append(pair)
    for source_zone, pairs in zones.items():
        for first in range(0, len(pairs), GROUP_MAX):
            _group(stacks, action, home, pairs[first : first + GROUP_MAX], source_zone, target, zone)


def _pair(stacks: Stacks, action: Action, home: Template, disk: Params, target: str, zone: Json) -> str:
    disk_id = disk.text("disk_id") or ""
    mark = identifier(disk_id)
    there = stacks.template(target)
    shape = disk_shape(disk)
    level = shape.get("performance_level")
    away_zone = zone
    if there is not home and not isinstance(zone, str):
        away_zone = there.parameter(stacks.name(action, "target_zone"), f"Zone of {target} for replicas")
    replica = stacks.add(
        action,
        there,
        f"replica_{mark}",
        "ECS::Disk",
        {
            "DiskName": cloud_name("replica-of", disk_id),
            "ZoneId": away_zone,
            "DiskCategory": str(shape["category"]),
            "PerformanceLevel": str(level) if level else None,
            "Size": clamp(disk.integer("size_gib"), 1, SIZE_MAX, 40),
            "Encrypted": True if disk.values.get("encrypted") is True else None,
            "Tags": stacks.tags(action),
        },
    )
    there.output(f"{replica}Id", att(replica, "DiskId"), f"Replica of disk {disk_id}")
    described = f"Output {replica}Id of the stack in {target}: the replica of disk {disk_id}"
    destination: Json = att(replica, "DiskId") if there is home else home.parameter(f"{replica}Id", described)
    return stacks.add(
        action,
        home,
        f"pair_{mark}",
        "EBS::DiskReplicaPair",
        {
            "DiskReplicaPairName": cloud_name("pair", disk_id),
            "DiskId": disk_id,
            "SourceZoneId": _source_zone(stacks, action, home, disk.text("zone") or ""),
            "DestinationDiskId": destination,
            "DestinationRegionId": target,
            "DestinationZoneId": zone,
            "RPO": RPO_S,
            "PaymentType": "POSTPAY",
            "Tags": stacks.tags(action),
        },
    )


def _source_zone(stacks: Stacks, action: Action, home: Template, zone: str) -> Json:
    described = f"Zone in which the disks of {stacks.build.subject(action)} stand now"
    return zone or home.parameter(stacks.name(action, "source_zone"), described)


def _group(
    stacks: Stacks, action: Action, home: Template, pairs: list[str], source_zone: str, target: str, zone: Json
) -> None:
    if len(pairs) == 1:
        home.output(f"{pairs[0]}Id", att(pairs[0], "ReplicaPairId"), "Replication pair, to be started")
        return
    properties: dict[str, Json] = {
        "DiskReplicaGroupName": stacks.build.cloud_name(action, "replicas"),
        "SourceRegionId": action.region,
        "SourceZoneId": _source_zone(stacks, action, home, source_zone),
        "DestinationRegionId": target,
        "DestinationZoneId": zone,
        "RPO": RPO_S,
        "Tags": stacks.tags(action),
    }
    group = stacks.add(action, home, f"group_{identifier(pairs[0])}", "EBS::DiskReplicaGroup", properties)
    for pair in pairs:
        members: dict[str, Json] = {"ReplicaGroupId": ref(group), "ReplicaPairId": att(pair, "ReplicaPairId")}
        home.resources[f"{pair}InGroup"] = {"Type": "ALIYUN::EBS::DiskReplicaPairAddition", "Properties": members}
    home.output(f"{group}Id", att(group, "ReplicaGroupId"), "Replication group, to be started")


def cross_backup(stacks: Stacks, action: Action) -> None:
    """There is no type for it: the call stands in the header of the template."""
    params = Params.of(action)
    call = aliyun(
        "rds",
        "ModifyInstanceCrossBackupPolicy",
        action.region,
        {
            "DBInstanceId": params.text("database_id"),
            "CrossBackupRegion": params.text("target_region"),
            "BackupEnabled": 1,
            "LogBackupEnabled": 1,
            "RetentType": 1,
            "Retention": clamp(params.integer("retention_days"), 7, 1825, 7),
        },
    )
    stacks.gap(action.region, f"{action.title}: {unfolded(call)}")


def dts(stacks: Stacks, action: Action) -> None:
    """A database in the other region and the synchronisation that feeds it."""
    params = Params.of(action)
    template = stacks.template(params.text("target_region") or action.region)
    engine = engine_of(stacks.build, params, action)
    subnet = stacks.build.placement.subnets(action)[0]
    whose = stacks.build.subject(action)
    if engine is None:
        described = f"Id of the database in {template.region} that takes the copy of {whose}"
        target = template.parameter(stacks.name(action, "copy_id"), described)
    else:
        source = stacks.build.resource(action, "database_id")
        storage = params.text("storage_type") or (source.text("storage_type") if source else None)
        size = params.integer("storage_gib") or round((source.number("storage_gib") if source else None) or 20)
        version = params.text("engine_version") or (source.text("engine_version") if source else None)
        class_ = params.text("instance_class") or (source.text("instance_class") if source else None)
        properties: dict[str, Json] = {
            "Engine": engine,
            "EngineVersion": version
            or template.parameter(stacks.name(action, "version"), f"Database version of {whose}"),
            "DBInstanceClass": class_ or template.parameter(stacks.name(action, "class"), f"Database class of {whose}"),
            "DBInstanceStorage": size,
            "DBInstanceStorageType": storage if storage in STORAGE_TYPES else None,
            "DBInstanceDescription": stacks.build.cloud_name(action, "copy"),
            "ZoneId": stacks.zone(template, subnet),
            "VpcId": stacks.vpc(action, template, subnet.vpc),
            "VSwitchId": stacks.vswitch(action, template, subnet),
            "SecurityIPList": template.parameter(
                stacks.name(action, "allowed_ips"), f"Addresses that may reach the copy of {whose}", default="127.0.0.1"
            ),
            "PayType": "Postpaid",
            "DeletionProtection": True,
            "Tags": dict(stacks.build.tags(action)),
        }
        target = ref(stacks.add(action, template, "copy", "RDS::DBInstance", properties))
    _synchronise(stacks, action, template, target, SYNC_ENGINES.get(engine or "", "MySQL"), sync_class(params))


def _synchronise(stacks: Stacks, action: Action, template: Template, target: Json, engine: str, size: str) -> None:
    params = Params.of(action)
    both = params.text("architecture") == "bidirectional"
    home = stacks.build.source_region(action)
    properties: dict[str, Json] = {
        "Type": "SYNC",
        "PayType": "PayAsYouGo",
        "InstanceClass": size,
        "SyncArchitecture": "bidirectional" if both else "oneway",
        "SourceRegion": home,
        "DestinationRegion": template.region,
        "SourceEndpointEngineName": engine,
        "DestinationEndpointEngineName": engine,
    }
    link = stacks.add(action, template, "sync", "DTS::Instance", properties)
    here = _end(stacks, action, template, "source", params.text("database_id") or "", home, engine)
    there = _end(stacks, action, template, "copy", target, template.region, engine)
    forward = _job(stacks, action, template, link, "Forward", here, there)
    if both:
        switch = stacks.name(action, "create_reverse")
        described = "true once the way there is in step: creates the way back"
        template.parameter(switch, described, default="false")
        template.conditions[f"{switch}Wanted"] = {"Fn::Equals": [ref(switch), "true"]}
        job = _job(stacks, action, template, link, "Reverse", there, here)
        template.resources[job] |= {"Condition": f"{switch}Wanted", "DependsOn": forward}


def _end(
    stacks: Stacks, action: Action, template: Template, role: str, database: Json, region: str, engine: str
) -> dict[str, Json]:
    name = stacks.name(action, f"dts_{role}")
    whose = f"the {'original' if role == 'source' else 'copied'} database of {stacks.build.subject(action)}"
    return {
        "InstanceType": "RDS",
        "EngineName": engine,
        "InstanceID": database,
        "Region": region,
        "UserName": template.parameter(f"{name}User", f"Account that DTS uses in {whose}", default="dts"),
        "Password": template.parameter(f"{name}Password", f"Password of that account in {whose}", secret=True),
    }


def _job(
    stacks: Stacks,
    action: Action,
    template: Template,
    link: str,
    direction: str,
    source: dict[str, Json],
    destination: dict[str, Json],
) -> str:
    first = direction == "Forward"
    described = f"Databases of {stacks.build.subject(action)} to synchronise, in the form of DTS"
    objects = template.parameter(stacks.name(action, "dts_objects"), described, kind="Json")
    properties: dict[str, Json] = {
        "DtsJobName": stacks.build.cloud_name(action, direction.lower()),
        "DtsInstanceId": att(link, "InstanceId"),
        "SynchronizationDirection": direction,
        "DataInitialization": first,
        "StructureInitialization": first,
        "DataSynchronization": True,
        "DbList": objects,
        "SourceEndpoint": source,
        "DestinationEndpoint": destination,
    }
    return stacks.add(action, template, direction.lower(), "DTS::SynchronizationJob2", properties)
