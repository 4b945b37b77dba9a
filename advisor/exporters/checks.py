"""The checks of the checklist: what each protection needs to be there when it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from advisor.exporters.measures import mechanisms_for
from advisor.exporters.params import Params
from advisor.exporters.steps import Argument, aliyun
from advisor.exporters.terraform.build import Build
from advisor.model.disruption import Disruption
from advisor.model.plan import Action, WorkloadPlan
from advisor.reporting import words


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at. ``area`` groups checks: quota, network, security group, image, permission, backup, …"""

    area: str
    what: str
    how: str
    expected: str


def checks_for(build: Build, workload: WorkloadPlan, disruption: Disruption) -> Iterator[Check]:
    """The general checks, then those of each protection that counts for the disruption."""
    yield from _people(workload, disruption)
    yield from _backups(build, workload, disruption)
    wanted = set(mechanisms_for(workload, disruption, build.deliverable.rules))
    seen: set[Check] = set()
    for action in workload.actions:
        if action.mechanism in wanted or (action.mechanism == "standby_instance" and disruption in ("zone", "region")):
            for check in _of_action(build, action, disruption):
                if check not in seen:
                    seen.add(check)
                    yield check


def _people(workload: WorkloadPlan, disruption: Disruption) -> Iterator[Check]:
    yield Check("People", "Names and phone numbers stand in the runbook", "read the runbook's first page", "no blanks")
    if disruption in ("zone", "region"):
        yield Check(
            "Permission",
            "Those who carry out the runbook may do so without anybody of the failed site",
            "log in as one of them and run the first read-only command of the runbook",
            "an answer, no Forbidden.RAM",
        )
    if workload.needs_hard:
        needed = words.listing(workload.needs_hard)
        yield Check(
            "Order", f"What it cannot run without comes back first: {needed}", "compare the runbooks", "no circle"
        )


def _backups(build: Build, workload: WorkloadPlan, disruption: Disruption) -> Iterator[Check]:
    if disruption not in ("logical", "region"):
        return
    for component in workload.components:
        if component.kind == "database":
            database_id = next(iter(component.members), "")
            how = aliyun("rds", "DescribeBackups", _region(build, database_id), {"DBInstanceId": database_id})
            yield Check(
                "Backup", f"{component.name} can be restored: newest backup and log are recent", how, "within target"
            )
        for disk in component.disks:
            call: dict[str, Argument] = {"DiskId": disk, "Status": "accomplished"}
            how = aliyun("ecs", "DescribeSnapshots", _region(build, disk), call)
            if disruption == "logical":
                yield Check("Backup", f"Disk {disk} has a finished snapshot that is young enough", how, "within target")


def _region(build: Build, resource_id: str) -> str:
    known = build.inventory.get(resource_id)
    return (known.region if known else None) or "<region>"


def _of_action(build: Build, action: Action, disruption: Disruption) -> Iterator[Check]:
    params = Params.of(action)
    target = params.text("target_region") or action.region
    match action.mechanism:
        case "fleet_standby" | "standby_instance" | "alb_multi_zone":
            yield from _servers(action, params, target)
        case "async_replication_zone" | "async_replication_region":
            yield from _replicas(params, target)
        case "snapshot_copy":
            yield from _copies(params, target)
        case "regional_essd":
            yield from _regional(params, action)
        case "file_backup":
            yield from _files(params, action)
        case "rds_ha":
            yield from _database(params, action)
        case "rds_cross_region_backup" | "dts":
            yield from _remote_database(build, params, action, target)
        case "gtm":
            yield Check(
                "Network", "The public name points at the access domain of GTM", "dig +short CNAME <name>", "it does"
            )
            yield Check("Network", "Both pools are healthy", "GTM console, or the runbook's first command", "available")
        case _:
            return
    if disruption == "region" and action.mechanism != "gtm":
        yield from _region_network(build, action, target)


def _servers(action: Action, params: Params, target: str) -> Iterator[Check]:
    type_ = params.text("instance_type") or "the instance type"
    zone = params.text("target_zone")
    stock: dict[str, Argument | None] = {
        "DestinationResource": "InstanceType",
        "InstanceType": params.text("instance_type"),
        "ZoneId": zone,
    }
    how = aliyun("ecs", "DescribeAvailableResource", target, stock)
    yield Check(
        "Quota",
        f"vCPU quota for {type_} in {target} covers what is started there",
        "Quota Center, product ecs",
        "enough",
    )
    yield Check("Quota", f"{type_} is in stock in {zone or target}", how, "WithStock")
    image = params.text("image_id")
    found = aliyun("ecs", "DescribeImages", target, {"ImageId": image}) if image else "image list of the region"
    yield Check("Image", f"The image in {target} holds the release that runs today", found, "date and version match")
    yield Check(
        "Security group", f"The groups in {target} let in what the service needs, and no more", "compare rules", "equal"
    )
    if action.mechanism != "standby_instance":
        yield Check(
            "Network", "Eight addresses are free in each vSwitch of the load balancer", "DescribeVSwitches", "≥ 8"
        )


def _replicas(params: Params, target: str) -> Iterator[Check]:
    how = aliyun("ebs", "DescribeDiskReplicaPairs", target, {"Site": "backup"})
    yield Check("Backup", f"Every pair of {len(params.texts('disk_ids'))} disk(s) is in step", how, "Status normal")
    yield Check("Backup", "The last recovery point is no older than the target", how, "LastRecoverPoint within target")
    yield Check(
        "Permission", f"The runbook's user may fail over in {target}", "RAM: ebs:FailoverDiskReplica*", "allowed"
    )


def _copies(params: Params, target: str) -> Iterator[Check]:
    how = aliyun("ecs", "DescribeSnapshots", target, {"Status": "accomplished"})
    yield Check(
        "Backup",
        f"Each of {len(params.texts('disk_ids'))} disk(s) has a finished copy in {target}",
        how,
        "young enough",
    )


def _regional(params: Params, action: Action) -> Iterator[Check]:
    ids = list(params.texts("disk_ids"))
    how = aliyun("ecs", "DescribeDisks", action.region, {"DiskIds": ids})
    yield Check("Disk", "The data disks are regional", how, "cloud_regional_disk_auto")


def _files(params: Params, action: Action) -> Iterator[Check]:
    arguments: dict[str, Argument] = {"edition": "BASIC", "source-type": "ECS_FILE"}
    how = aliyun("hbr", "describe-backup-jobs-2", action.region, arguments)
    yield Check(
        "Backup",
        f"Last night's file backup of {len(params.texts('instance_ids'))} server(s) is complete",
        how,
        "COMPLETE",
    )


def _database(params: Params, action: Action) -> Iterator[Check]:
    how = aliyun("rds", "DescribeDBInstanceHAConfig", action.region, {"DBInstanceId": params.text("database_id")})
    yield Check("Database", "Primary and standby stand in two zones and are in step", how, "two ZoneIds, NORMAL")
    yield Check(
        "Application",
        "It reconnects by itself after a switchover",
        "switch in a test environment",
        "no restart by hand",
    )


def _remote_database(build: Build, params: Params, action: Action, target: str) -> Iterator[Check]:
    home = build.source_region(action)
    how = aliyun("rds", "DescribeInstanceCrossBackupPolicy", home, {"DBInstanceId": params.text("database_id")})
    if action.mechanism == "dts":
        how = "delay in the DTS console, or the runbook's first command"
    yield Check("Backup", f"The copy of {params.text('database_id')} in {target} is recent", how, "within target")
    yield Check(
        "Quota", f"The database class is on sale in {target}", "RDS console, or DescribeAvailableClasses", "available"
    )
    yield Check(
        "Security group", "The allow list there names the application servers there", "compare allow lists", "complete"
    )


def _region_network(build: Build, action: Action, target: str) -> Iterator[Check]:
    vpc = build.placement.vpc(action)
    where = f"network {vpc.id}" if vpc and vpc.id else "the new network"
    yield Check(
        "Network",
        f"Zones, vSwitches and routes stand in {target} ({where})",
        "terraform plan shows no change",
        "no change",
    )
    yield Check(
        "Network",
        f"What the workload calls is reachable from {target} (DNS, keys, partners)",
        "call each once",
        "answers",
    )
    yield Check("Permission", "Secrets and keys (KMS, certificates) exist there too", "decrypt one, load one", "works")
