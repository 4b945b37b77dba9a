"""Commands for load balancers, fleets, databases and the direction of users."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.exporters import recovery_waits as wait
from advisor.exporters.params import Params
from advisor.exporters.recovery_types import Block, Case, ask, known_or_ask
from advisor.exporters.steps import Argument, Shell, aliyun
from advisor.exporters.terraform.build import Build
from advisor.model.plan import Action

SET_AVAILABLE = "UpdateCloudGtmAddressManualAvailableStatus"

_RECORD = {"RecordId": "record_id", "RR": "host", "Type": "record_type", "Value": "new_value"}


def shifted_zone(case: Case) -> Iterator[Block]:
    """A zone is taken out of a load balancer, and the scaling group keeps to the others."""
    action = case.action("alb_multi_zone")
    if action is None:
        return
    params = Params.of(action)
    region = case.region
    balancer, asked = _balancer(case, action)
    zone: dict[str, Argument] = {
        "LoadBalancerId": balancer,
        "ZoneMappings.1.ZoneId": Shell('"$failed_zone"'),
        "ZoneMappings.1.VSwitchId": Shell('"$failed_vswitch"'),
    }
    group = case.output(action, "scaling_group")
    name: Argument = Shell(group) if group else params.text("scaling_group_id") or Shell('"$scaling_group"')
    wanted = params.integer("min_size")
    yield Block(
        title=f"Take the failed zone away from {case.component.name}",
        commands=(
            *asked,
            ask("failed_zone", "the zone that failed"),
            ask("failed_vswitch", "the vSwitch of the load balancer in that zone"),
            "# health checks do this by themselves for a dead zone; for a sick one:",
            aliyun("alb", "StartShiftLoadBalancerZones", region, zone),
            aliyun("ess", "DescribeScalingInstances", region, {"ScalingGroupId": name}),
            aliyun("ess", "ModifyScalingGroup", region, {"ScalingGroupId": name, "DesiredCapacity": wanted}),
        ),
        note="A zone can be taken out only where the addresses of the load balancer are fixed. When every server is"
        " unhealthy the load balancer sends requests to all of them all the same.",
        back="Give the zone back once it is stable, and spread the servers again.",
        back_commands=(
            aliyun("alb", "CancelShiftLoadBalancerZones", region, zone),
            aliyun("ess", "RebalanceInstances", region, {"ScalingGroupId": name}),
        ),
    )


def _balancer(case: Case, action: Action) -> tuple[Argument, tuple[str, ...]]:
    known = case.output(action, "alb")
    if known:
        return Shell(known), ()
    word, asked = known_or_ask(
        Params.of(action).text("load_balancer_id"), "load_balancer", "the id of the load balancer"
    )
    return Shell(word), asked


def standby_fleet(case: Case, action: Action) -> Iterator[Block]:
    """The standby group in the other region grows to what the workload needs."""
    params = Params.of(action)
    target = params.text("target_region") or action.region
    group = case.output(action, "scaling_group") or '"$scaling_group"'
    size = max(params.integer("capacity") or 0, params.integer("count") or 0, 1)
    arguments: dict[str, Argument] = {"ScalingGroupId": Shell(group), "MinSize": size, "DesiredCapacity": size}
    balancer = case.output(action, "alb") or '"$load_balancer"'
    look: dict[str, Argument] = {"LoadBalancerId": Shell(balancer)}
    yield Block(
        title=f"Bring the standby servers of {case.component.name} in {target} to {size}",
        commands=(
            aliyun("ess", "ModifyScalingGroup", target, arguments),
            wait.servers_of(target, Shell(group), size),
            aliyun("ess", "DescribeScalingInstances", target, {"ScalingGroupId": Shell(group)}),
            aliyun("alb", "GetLoadBalancerAttribute", target, look),
        ),
        note="If the type is sold out, add other instance types to the scaling configuration.",
        back="ModifyScalingGroup back to the sizes of the plan once the home region serves again.",
    )


def database_in_time(case: Case) -> Iterator[Block]:
    """A copy of the database as it was before the damage."""
    region = case.region
    database = case.database
    clone: dict[str, Argument | None] = {
        "DBInstanceId": case.database_id,
        "RestoreTime": Shell('"$restore_time"'),
        "PayType": "Postpaid",
        "DBInstanceClass": database.text("instance_class") if database else None,
        "VPCId": database.text("vpc_id") if database else None,
        "VSwitchId": database.text("vswitch_id") if database else None,
        "InstanceNetworkType": "VPC" if database and database.text("vpc_id") else None,
    }
    listed: dict[str, Argument] = {"DBInstanceId": case.database_id, "PageSize": 30}
    yield Block(
        title=f"Bring {case.component.name} back as it was before the damage",
        commands=(
            aliyun("rds", "DescribeBackups", region, listed),
            ask("restore_time", "the last good moment in UTC, for example 2026-03-02T07:59:00Z"),
            *wait.made(aliyun("rds", "CloneDBInstance", region, clone), ".DBInstanceId", "copy"),
            wait.database(region, Shell('"$copy"')),
            'echo "the copy is $copy"',
        ),
        note="The damaged database stays as it is: bring single tables over, or point the application at the copy.",
        back="Point the application at the old database again; release the copy.",
    )


def database_switch(case: Case) -> Iterator[Block]:
    """The standby takes over; by itself, or by hand."""
    region = case.region
    look: dict[str, Argument] = {"DBInstanceId": case.database_id}
    switch: dict[str, Argument] = {"DBInstanceId": case.database_id, "NodeId": Shell('"$standby_node"')}
    yield Block(
        title=f"See whether {case.component.name} has switched, and switch it if not",
        commands=(
            aliyun("rds", "DescribeDBInstanceHAConfig", region, look),
            "# only if it has not switched by itself:",
            ask("standby_node", "NodeId of the node of type Slave in the answer"),
            aliyun("rds", "SwitchDBInstanceHA", region, switch),
            wait.database(region, case.database_id),
        ),
        note="--Force Yes only after somebody has accepted the loss of what the standby had not received.",
        back="The same call with the other node, in a maintenance window, and only if the zone matters.",
    )


def database_elsewhere(case: Case) -> Iterator[Block]:
    """A new database in the other region from the backups kept there."""
    action = case.action("rds_cross_region_backup")
    if action is None:
        return
    params = Params.of(action)
    database = case.database
    target = params.text("target_region") or ""
    listed: dict[str, Argument] = {
        "DBInstanceId": case.database_id,
        "CrossBackupRegion": target,
        "StartTime": Shell('"$from_time"'),
        "EndTime": Shell('"$to_time"'),
    }
    yield Block(
        title=f"Build {case.component.name} in {target} from the backups kept there",
        commands=(
            ask("from_time", "a week ago in UTC, for example 2026-02-23T00:00Z"),
            ask("to_time", "now in UTC"),
            aliyun("rds", "DescribeCrossRegionBackups", case.region, listed),
            ask("restore_time", "the latest moment that the logs reach, in UTC"),
            ask("vpc", "the network in the other region"),
            ask("vswitch", "a vSwitch of it"),
            ask("zone", "the zone of that vSwitch"),
            *wait.made(aliyun("rds", "CreateDdrInstance", target, _ddr(case, params)), ".DBInstanceId", "made"),
            wait.database(target, Shell('"$made"')),
            'echo "the new database is $made"',
        ),
        note="Set allow lists, accounts and parameters, switch its backups on, then point the application at it.",
        back="Bring the data home by DTS or backup in a maintenance window; release this database afterwards."
        if database
        else "",
    )


def _ddr(case: Case, params: Params) -> dict[str, Argument | None]:
    database = case.database
    engine = params.text("engine") or (database.text("engine") if database else None)
    return {
        "RestoreType": "BackupTime",
        "RestoreTime": Shell('"$restore_time"'),
        "SourceRegion": case.region,
        "SourceDBInstanceName": case.database_id,
        "Engine": engine,
        "EngineVersion": params.text("engine_version") or (database.text("engine_version") if database else None),
        "DBInstanceClass": params.text("instance_class") or (database.text("instance_class") if database else None),
        "DBInstanceStorage": params.integer("storage_gib"),
        "DBInstanceStorageType": params.text("storage_type"),
        "DBInstanceNetType": "Intranet",
        "InstanceNetworkType": "VPC",
        "PayType": "Postpaid",
        "SecurityIPList": "127.0.0.1",
        "VPCId": Shell('"$vpc"'),
        "VSwitchId": Shell('"$vswitch"'),
        "ZoneId": Shell('"$zone"'),
    }


def synchronised_copy(case: Case, action: Action) -> Iterator[Block]:
    """The synchronised copy becomes the database."""
    target = Params.of(action).text("target_region") or ""
    link = case.output(action, "sync") or '"$sync"'
    ids: dict[str, Argument] = {"DtsInstanceId": Shell(link), "SynchronizationDirection": "Forward"}
    detail: dict[str, Argument] = {"DtsInstanceID": Shell(link), "SynchronizationDirection": "Forward"}
    copy = case.output(action, "copy") or '"$copy"'
    yield Block(
        title=f"Make the copy of {case.component.name} in {target} the database",
        commands=(
            "# write the delay down: it is what is lost",
            aliyun("dts", "DescribeDtsJobDetail", target, detail),
            aliyun("dts", "SuspendDtsJob", target, ids),
            aliyun("rds", "DescribeDBInstanceAttribute", target, {"DBInstanceId": Shell(copy)}),
            "# enable its jobs and triggers, then point the application at its address",
        ),
        note="Stop writes on the failed side first, if it can still be reached.",
        back="Reconcile what had not been sent, synchronise back, switch in a window, then start forward again.",
    )


def changed_name(case: Case) -> Iterator[Block]:
    """Users are led to the other region by hand, where nothing does it by itself."""
    listed: dict[str, Argument] = {"DomainName": Shell('"$domain"'), "RRKeyWord": Shell('"$host"')}
    record = {name: Shell(f'"${variable}"') for name, variable in _RECORD.items()}
    yield Block(
        title=f"Point the public name of {case.component.name} at the other region",
        commands=(
            ask("domain", "the DNS zone, for example example.com"),
            ask("host", "the host record, for example www"),
            aliyun("alidns", "DescribeDomainRecords", None, listed),
            ask("record_id", "RecordId of the record in the answer"),
            ask("record_type", "A for an address, CNAME for a name"),
            ask("new_value", "the address or name of the entry in the other region"),
            aliyun("alidns", "UpdateDomainRecord", None, record),
        ),
        note="Write the old value down first. Users follow once the TTL of the old answer is over.",
        back="The same call with the old value.",
    )


def switched_users(build: Build, action: Action) -> Iterator[Block]:
    """Users are kept away from the failed region."""
    found = build.find_output(action.id, "primary:1")
    address = f'"${found[1]}"' if found else '"$address"'
    arguments: dict[str, Argument] = {
        "AddressId": Shell(address),
        "AvailableMode": "manual",
        "ManualAvailableStatus": "unavailable",
    }
    instance = build.find_output(action.id, "gtm_instance")
    config = build.find_output(action.id, "gtm_config")
    look: dict[str, Argument] = {
        "InstanceId": Shell(f'"${instance[1]}"' if instance else '"$gtm_instance"'),
        "ConfigId": Shell(f'"${config[1]}"' if config else '"$gtm_config"'),
    }
    again: dict[str, Argument] = {"AddressId": Shell(address), "AvailableMode": "auto"}
    yield Block(
        title="Keep users away from the failed region",
        commands=(
            aliyun("alidns", "DescribeCloudGtmInstanceConfigFullInfo", None, look),
            "# health checks move users by themselves; to hold them there:",
            aliyun("alidns", SET_AVAILABLE, None, arguments),
        ),
        note="Resolvers that keep answers longer than the TTL follow later.",
        back="Make data and service at home ready, then give the address back to its checks and watch for one TTL.",
        back_commands=(aliyun("alidns", SET_AVAILABLE, None, again),),
    )
