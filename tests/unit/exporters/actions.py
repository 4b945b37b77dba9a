"""Actions of all thirteen mechanisms in two regions, among them the awkward forms of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from advisor.model.plan import Action, Mechanism

HOME = "cn-hangzhou"
AWAY = "cn-shanghai"
HOSTILE_NAMES = (
    'web-<b>07</b>"; rm -rf /',
    "${data.x}%{if true}",
    "=cmd|' /C calc'!A0",
    "two\nlines\r\n```\n# end`|",
    "../../etc/passwd",
    "商城 生产",
    "'$(touch /tmp/pwned)`id`'",
)


def action(
    mechanism: Mechanism, workload: str, component: str, title: str, resources: Iterable[str] = (), **params: Any
) -> Action:
    region = params.pop("region", HOME)
    verb = params.pop("verb", "create")
    shared = params.pop("shared_id", None)
    touched = tuple(resources)
    return Action(
        id=f"{workload}/{component}/{mechanism}/{'-'.join(touched)[:40]}",
        mechanism=mechanism,
        verb=verb,
        workload=workload,
        component=f"{workload}/{component}",
        title=title,
        region=region,
        resources=touched,
        touches=len(touched),
        params=params,
        shared_id=shared,
    )


def web_actions(name: str) -> tuple[Action, ...]:
    zones = [
        {"zone": f"{HOME}-h", "vswitch_id": "vsw-h", "cidr": None},
        {"zone": f"{HOME}-j", "vswitch_id": None, "cidr": "10.1.32.0/24"},
    ]
    shape = {
        "vpc_id": "vpc-home",
        "zones": zones,
        "instance_type": "ecs.g7.large",
        "image_id": "m-web",
        "security_group_ids": ["sg-web"],
        "min_size": 2,
        "max_size": 6,
        "load_balancer_id": None,
        "server_group_id": None,
        "scaling_group_id": None,
        "listener_port": 80,
        "listener_protocol": "HTTP",
        "added_instances": 1,
    }
    old = {**shape, "load_balancer_id": "alb-old", "server_group_id": "sgp-old", "scaling_group_id": "asg-old"}
    classic = {**shape, "load_balancer_id": "lb-classic", "listener_protocol": "TCP", "security_group_ids": []}
    return (
        action(
            "alb_multi_zone",
            name,
            "web",
            "Spread the web servers over two zones",
            ["i-web1"],
            **{**shape, "instance_ids": ["i-web1"]},
        ),
        action(
            "alb_multi_zone", name, "old", "Widen the old load balancer", ["alb-old"], **{**old, "instance_ids": []}
        ),
        action(
            "alb_multi_zone",
            name,
            "classic",
            "Replace the classic one",
            ["lb-classic"],
            **{**classic, "instance_ids": []},
        ),
        action(
            "fleet_standby",
            name,
            "web",
            "Keep two web servers ready in Shanghai",
            ["i-web1"],
            target_region=AWAY,
            zones=[f"{AWAY}-b", f"{AWAY}-f"],
            instance_type="ecs.g7.large",
            image_id="m-web",
            count=2,
            mode="warm",
            listener_port=443,
            listener_protocol="HTTPS",
        ),
        action(
            "gtm",
            name,
            "entry",
            "Direct users to the region that works",
            ["i-web1"],
            primary_region=HOME,
            target_region=AWAY,
            addresses=["203.0.113.9"],
            ttl_s=60,
            interval_s=60,
            retries=2,
            health_port=443,
            health_protocol="https",
        ),
    )


def app_actions(name: str, disks: tuple[str, ...]) -> tuple[Action, ...]:
    described = [
        {"disk_id": disk, "size_gib": 200, "category": "cloud_essd", "performance_level": "PL1"} for disk in disks
    ]
    standby = {
        "instance_id": "i-app1",
        "instance_type": "ecs.g7.xlarge",
        "image_id": "m-app",
        "system_disk_category": "cloud_essd",
        "system_disk_size_gib": 60,
    }
    return (
        action(
            "regional_essd",
            name,
            "app",
            "Make the data disks regional",
            disks[:1],
            verb="convert",
            disk_ids=list(disks[:1]),
            target_zone=f"{HOME}-i",
        ),
        action(
            "standby_instance",
            name,
            "app",
            "Standby server in zone i",
            ["i-app1"],
            target_region=HOME,
            target_zone=f"{HOME}-i",
            mode="stopped",
            **standby,
        ),
        action(
            "standby_instance",
            name,
            "app",
            "Standby server in Shanghai",
            ["i-app1", "x"],
            target_region=AWAY,
            target_zone=f"{AWAY}-b",
            mode="running",
            **standby,
        ),
        action(
            "async_replication_region",
            name,
            "app",
            "Replicate the disks to Shanghai",
            disks,
            disk_ids=list(disks),
            target_region=AWAY,
            target_zone=f"{AWAY}-b",
            rpo_s=900,
            disks=described,
        ),
        action(
            "async_replication_zone",
            name,
            "app",
            "Replicate one disk to zone i",
            disks[:1],
            disk_ids=list(disks[:1]),
            target_region=HOME,
            target_zone=f"{HOME}-i",
            rpo_s=900,
            disks=described[:1],
        ),
    )


def file_actions(name: str, disks: tuple[str, ...]) -> tuple[Action, ...]:
    daily = action(
        "snapshot_policy",
        name,
        "files",
        "Daily snapshots",
        disks,
        interval_h=24,
        time_points=[2],
        weekdays=[1, 2, 3, 4, 5, 6, 7],
        retention_days=14,
        policy_name=f"{name}-daily",
        disk_ids=list(disks),
        extends=None,
    )
    return (
        daily,
        action(
            "snapshot_copy",
            name,
            "files",
            "Copy them to Shanghai",
            disks,
            target_region=AWAY,
            retention_days=30,
            disk_ids=list(disks),
            policy_action=daily.id,
            extends=None,
        ),
        action(
            "snapshot_policy",
            name,
            "old",
            "More frequent snapshots",
            disks[:1],
            verb="extend",
            interval_h=6,
            time_points=[],
            weekdays=[],
            retention_days=7,
            policy_name=None,
            disk_ids=list(disks[:1]),
            extends="sp-old",
        ),
        action(
            "snapshot_copy",
            name,
            "old",
            "Copy of the old policy",
            disks[:1],
            verb="extend",
            target_region=AWAY,
            retention_days=30,
            disk_ids=list(disks[:1]),
            policy_action=None,
            extends="sp-old",
        ),
        action("file_backup", name, "files", "Daily file backup", ["i-app1"], instance_ids=["i-app1"], paths=["/data"]),
    )


def database_actions(name: str) -> tuple[Action, ...]:
    database = {
        "database_id": "rm-shop",
        "engine": "MySQL",
        "engine_version": "8.0",
        "instance_class": "mysql.x2.large.2c",
        "storage_gib": 100,
    }
    return (
        action(
            "rds_ha",
            name,
            "db",
            "Standby in zone k",
            ["rm-shop"],
            verb="convert",
            storage_type="cloud_essd",
            zone=f"{HOME}-h",
            slave_zone=f"{HOME}-k",
            vswitch_id="vsw-h",
            **database,
        ),
        action(
            "rds_cross_region_backup",
            name,
            "db",
            "Backups in Shanghai",
            ["rm-shop"],
            database_id="rm-shop",
            target_region=AWAY,
            retention_days=30,
        ),
        action(
            "dts",
            name,
            "db",
            "Copy of the database in Shanghai",
            ["rm-shop"],
            target_region=AWAY,
            target_zone=f"{AWAY}-b",
            dts_class="medium",
            architecture="bidirectional",
            **database,
        ),
    )
