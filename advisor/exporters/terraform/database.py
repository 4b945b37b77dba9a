"""Databases: a standby in another zone, backups in another region, a synchronised copy in another region."""

from __future__ import annotations

import re

from advisor.exporters.params import Params
from advisor.exporters.placement import Subnet
from advisor.exporters.steps import Argument, Shell, Step, aliyun, expect, fail, query, quote, say
from advisor.exporters.terraform.alb_steps import subnet_argument
from advisor.exporters.terraform.build import Build, clamp
from advisor.exporters.terraform.document import Body, Ref, Root, Value, Variable
from advisor.exporters.terraform.network import vswitch_id, zone_id
from advisor.model.inventory import Resource
from advisor.model.plan import Action

STORAGE_TYPES = ("local_ssd", "cloud_ssd", "cloud_essd", "cloud_essd2", "cloud_essd3", "general_essd")
HIGH_AVAILABILITY = "HighAvailability"
CROSS_RETENTION = (7, 1825)  # days that the service accepts
STORAGE_USUAL = 20  # GB
_NO_CONVERSION = "a change of edition or zone would replace the database in Terraform, with its data"
_ENGINES = {"sqlserver": "SQLServer", "mysql": "MySQL", "postgresql": "PostgreSQL", "mariadb": "MariaDB"}
SYNC_ENGINES = {"SQLServer": "MSSQL", "MySQL": "MySQL", "PostgreSQL": "PostgreSQL"}
_SYNC_CLASSES = ("4xlarge", "2xlarge", "xlarge", "large", "medium", "small", "micro")


def rds_ha(build: Build, action: Action) -> None:
    """A standby in another zone: an existing database is changed by steps, a new one is created."""
    params = Params.of(action)
    root = build.root(action.region)
    subnet = build.placement.subnets(action)[0]
    if action.verb == "create" and not build.inventory.get(params.text("database_id")):
        _new_database(build, action, root, subnet, high_availability=True)
        return
    database = build.resource(action, "database_id")
    value, line = subnet_argument(build, action, root, subnet, 1)
    build.remark(
        action, "The change ends with a switchover: connections drop for a short time in the maintenance window."
    )
    build.step(action, _convert(action, params, database, subnet, value, line, root))
    build.step(action, _automatic(action, params))


def _convert(
    action: Action,
    params: Params,
    database: Resource | None,
    subnet: Subnet,
    vswitch: Argument,
    line: str | None,
    root: Root,
) -> Step:
    database_id = params.text("database_id") or ""
    present = database.text("vswitch_id") if database else None
    both = _both_vswitches(present, vswitch)
    edition = params.text("from_category") or (database.text("category") if database else None) or "Basic"
    call = _upgrade if edition.lower() == "basic" else _migrate
    described = aliyun("rds", "DescribeDBInstanceAttribute", action.region, {"DBInstanceId": database_id})
    path = ".Items.DBInstanceAttribute[0]"
    return Step(
        title=f"Give database {database_id} a standby in zone {subnet.zone or '(to be chosen)'}",
        why=_NO_CONVERSION,
        body=(
            query(described, f"{path}.DBInstanceStatus", "status"),
            *expect("status", ("Running",), "The database is busy or stopped."),
            say("As it is now (note it down for the way back):"),
            query(described, f"{path} | {{Category, ZoneId, SlaveZones, VSwitchId, DBInstanceClass}}", "before"),
            'say "$before"',
            *((line,) if line else ()),
            call(action, params, database, subnet, both),
        ),
        rollback=(
            f"Zones: aliyun rds MigrateToOtherZone for {database_id} with the values printed first. "
            "The way from High-availability back to Basic is a new database and a migration of the data."
        ),
        action_id=action.id,
        needs=(root.folder,) if line else (),
    )


def _both_vswitches(present: str | None, new: Argument) -> Argument:
    """Primary and standby vSwitch, as the calls want them: joined by a comma."""
    if isinstance(new, Shell):
        return Shell(f"{quote((present or '') + ',')}{new.source}") if present else new
    return f"{present},{new}" if present else new


def _upgrade(action: Action, params: Params, database: Resource | None, subnet: Subnet, vswitches: Argument) -> str:
    prepaid = database is not None and (database.text("charge_type") or "").lower() == "prepaid"
    arguments: dict[str, Argument | None] = {
        "DBInstanceId": params.text("database_id"),
        "Category": HIGH_AVAILABILITY,
        "DBInstanceClass": params.text("instance_class"),
        "PayType": "Prepaid" if prepaid else "Postpaid",
        "ZoneId": params.text("zone") or (database.zone if database else None),
        "ZoneIdSlave1": subnet.zone,
        "VSwitchId": vswitches,
        "EffectiveTime": "MaintainTime",
    }
    return aliyun("rds", "ModifyDBInstanceSpec", action.region, arguments)


def _migrate(action: Action, params: Params, database: Resource | None, subnet: Subnet, vswitches: Argument) -> str:
    mysql = (params.text("engine") or "").lower() == "mysql"
    present = database.text("vswitch_id") if database else None
    arguments: dict[str, Argument | None] = {
        "DBInstanceId": params.text("database_id"),
        "ZoneId": params.text("zone") or (database.zone if database else None),
        "ZoneIdSlave1": subnet.zone,
        "VPCId": database.text("vpc_id") if database else None,
        "VSwitchId": present if mysql and present else vswitches,
        "EffectiveTime": "MaintainTime",
    }
    return aliyun("rds", "MigrateToOtherZone", action.region, arguments)


def _automatic(action: Action, params: Params) -> Step:
    database_id = params.text("database_id") or ""
    show = aliyun("rds", "DescribeDBInstanceHAConfig", action.region, {"DBInstanceId": database_id})
    switch = aliyun("rds", "ModifyHASwitchConfig", action.region, {"DBInstanceId": database_id, "HAConfig": "Auto"})
    path = "[.HostInstanceInfos.NodeInfo[].ZoneId] | unique | length"
    return Step(
        title=f"Check the standby of {database_id} and let it take over by itself",
        why=_NO_CONVERSION,
        body=(
            query(show, path, "zones"),
            f'[ "$zones" -ge 2 ] || {fail("Not in two zones yet: wait for the maintenance window. Zones:", "zones")}',
            switch,
        ),
        rollback=f"aliyun rds ModifyHASwitchConfig for {database_id} with --HAConfig Manual and a --ManualHATime.",
        action_id=action.id,
    )


def rds_cross_region_backup(build: Build, action: Action) -> None:
    """Backups and logs of a database kept in another region."""
    params = Params.of(action)
    root = build.root(action.region)
    low, high = CROSS_RETENTION
    build.add(
        action,
        root,
        "alicloud_rds_instance_cross_backup_policy",
        "cross_backup",
        action.title,
        {
            "instance_id": params.text("database_id") or "",
            "cross_backup_region": params.text("target_region") or "",
            "log_backup_enabled": "Enable",
            "retention": clamp(params.integer("retention_days"), low, high, low),
        },
    )
    build.remark(
        action, "Ordinary log backups of the database must be switched on; only backups taken from now on are copied."
    )


def dts(build: Build, action: Action) -> None:
    """A database in the other region, fed by synchronisation."""
    params = Params.of(action)
    root = build.root(params.text("target_region") or action.region)
    subnet = build.placement.subnets(action)[0]
    engine = engine_of(build, params, action)
    if engine is None:
        described = f"Id of the database in {root.region} that takes the copy; this kind cannot be created here"
        target: Value = root.variable(Variable(build.label(action, "copy_id"), described))
        build.remark(action, "The target database is not an RDS instance: create it first and give its id.")
    else:
        target = _new_database(build, action, root, subnet, high_availability=False).id
    build.output(action, root, "copy", "copy", target, f"Copy of {params.text('database_id')} in {root.region}")
    _synchronise(build, action, root, params, target, SYNC_ENGINES.get(engine or "", "MySQL"))


def engine_of(build: Build, params: Params, action: Action) -> str | None:
    """The engine as the services spell it."""
    database = build.resource(action, "database_id")
    text = params.text("engine") or (database.text("engine") if database else None) or ""
    return _ENGINES.get(re.sub(r"[^a-z]", "", text.lower()))


def _new_database(build: Build, action: Action, root: Root, subnet: Subnet, *, high_availability: bool) -> Ref:
    params = Params.of(action)
    source = build.resource(action, "database_id")
    storage = params.text("storage_type") or (source.text("storage_type") if source else None)
    allowed = f"Addresses that may reach the copy of {build.subject(action)}'s database"
    own: Value = root.variable(
        Variable(build.label(action, "allowed_ips"), allowed, "list(string)", default=["127.0.0.1"])
    )
    second = params.text("slave_zone") if high_availability else None
    body: Body = {
        "engine": engine_of(build, params, action) or "MySQL",
        "engine_version": build.known(root, _version(params, source), _version_variable(build, action)),
        "instance_type": build.known(root, _class_of(params, source), _class_variable(build, action)),
        "instance_storage": params.integer("storage_gib")
        or round(source.number("storage_gib") or 0 if source else 0)
        or STORAGE_USUAL,
        "db_instance_storage_type": storage if storage in STORAGE_TYPES else None,
        "instance_charge_type": "Postpaid",
        "category": HIGH_AVAILABILITY if high_availability else None,
        "instance_name": build.cloud_name(action, "copy" if not high_availability else "database"),
        "zone_id": params.text("zone") if high_availability else zone_id(root, subnet),
        "zone_id_slave_a": second,
        "vswitch_id": vswitch_id(build, action, root, subnet),
        "security_ips": own,
        "deletion_protection": True,
        "tags": build.tags(action),
    }
    comment = f"Copy of database {params.text('database_id')}" if not high_availability else action.title
    return build.add(
        action, root, "alicloud_db_instance", "copy" if not high_availability else "database", comment, body
    )


def _version(params: Params, source: Resource | None) -> str | None:
    return params.text("engine_version") or (source.text("engine_version") if source else None)


def _class_of(params: Params, source: Resource | None) -> str | None:
    return params.text("instance_class") or (source.text("instance_class") if source else None)


def _version_variable(build: Build, action: Action) -> Variable:
    return Variable(build.label(action, "engine_version"), f"Version of the database of {build.subject(action)}")


def _class_variable(build: Build, action: Action) -> Variable:
    return Variable(
        build.label(action, "instance_class"), f"Instance class for the database copy of {build.subject(action)}"
    )


def sync_class(params: Params) -> str:
    """The size of the synchronisation link, the usual one where the plan names none that is sold."""
    size = params.text("dts_class") or ""
    return size if size in _SYNC_CLASSES else "small"


def _synchronise(build: Build, action: Action, root: Root, params: Params, target: Value, engine: str) -> None:
    both_ways = params.text("architecture") == "bidirectional"
    link = build.add(
        action,
        root,
        "alicloud_dts_synchronization_instance",
        "sync",
        f"Synchronisation of {params.text('database_id')} from {build.source_region(action)} to {root.region}",
        {
            "payment_type": "PayAsYouGo",
            "sync_architecture": "bidirectional" if both_ways else "oneway",
            "instance_class": sync_class(params),
            "source_endpoint_engine_name": engine,
            "source_endpoint_region": build.source_region(action),
            "destination_endpoint_engine_name": engine,
            "destination_endpoint_region": root.region,
        },
    )
    build.output(action, root, "sync", "sync", link.id, f"Synchronisation of {params.text('database_id')}")
    forward = _job(build, action, root, params, link, target, engine, "Forward")
    if both_ways:
        _job(build, action, root, params, link, target, engine, "Reverse", after=forward)
        build.remark(
            action, "Apply twice: the way back is created only when its variable is true and the way there is in step."
        )


def _job(
    build: Build,
    action: Action,
    root: Root,
    params: Params,
    link: Ref,
    target: Value,
    engine: str,
    direction: str,
    after: Ref | None = None,
) -> Ref:
    reverse = direction == "Reverse"
    here = ("source", params.text("database_id") or "", build.source_region(action))
    there = ("destination", target, root.region)
    ends = {**_end(build, action, root, here, engine, reverse), **_end(build, action, root, there, engine, reverse)}
    body: Body = {
        "count": _reverse_switch(build, action, root) if reverse else None,
        "dts_instance_id": link.id,
        "dts_job_name": build.cloud_name(action, direction.lower()),
        "synchronization_direction": direction,
        "data_initialization": not reverse,
        "structure_initialization": not reverse,
        "data_synchronization": True,
        "db_list": _objects(build, action, root),
        **ends,
        "depends_on": [after.expression] if after else None,
    }
    comment = f"{'Way back' if reverse else 'Way there'} of the synchronisation of {build.subject(action)}"
    return build.add(action, root, "alicloud_dts_synchronization_job", direction.lower(), comment, body)


def _end(
    build: Build, action: Action, root: Root, end: tuple[str, Value, str], engine: str, reverse: bool
) -> dict[str, Value]:
    """One endpoint; on the way back source and destination change places."""
    role, database, region = end
    side = {"source": "destination", "destination": "source"}[role] if reverse else role
    prefix = build.label(action, f"dts_{role}")
    place = f"the {'original' if role == 'source' else 'copied'} database of {build.subject(action)}"
    user = root.variable(Variable(f"{prefix}_user", f"Account that DTS uses in {place}", default="dts"))
    secret = root.variable(Variable(f"{prefix}_password", f"Password of that account in {place}", sensitive=True))
    return {
        f"{side}_endpoint_instance_type": "RDS",
        f"{side}_endpoint_engine_name": engine,
        f"{side}_endpoint_instance_id": database,
        f"{side}_endpoint_region": region,
        f"{side}_endpoint_user_name": user,
        f"{side}_endpoint_password": secret,
    }


def _objects(build: Build, action: Action, root: Root) -> Ref:
    described = (
        f"Databases of {build.subject(action)} to synchronise, as DTS writes them in JSON, for example "
        '{"app": {"name": "app", "all": true}}'
    )
    return root.variable(Variable(build.label(action, "dts_objects"), described))


def _reverse_switch(build: Build, action: Action, root: Root) -> Ref:
    described = (
        f"Create the way back of {build.subject(action)}'s synchronisation; true only once the way there is in step"
    )
    switch = root.variable(Variable(build.label(action, "dts_reverse"), described, "bool", default=False))
    return Ref(f"{switch.expression} ? 1 : 0")
