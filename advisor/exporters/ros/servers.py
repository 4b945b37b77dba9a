"""Servers, load balancers and scaling groups in ROS."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.exporters.names import identifier
from advisor.exporters.params import Params
from advisor.exporters.placement import Subnet
from advisor.exporters.ros.template import Json, Stacks, Template, att, ref
from advisor.exporters.terraform.alb import is_public
from advisor.exporters.terraform.balancer import WEIGHT, Entry, edition, entry
from advisor.exporters.terraform.build import Build, clamp
from advisor.exporters.terraform.fleet import with_gtm
from advisor.exporters.terraform.servers import (
    CUSTOM_IMAGE_PREFIX,
    INSTANCE_DISKS,
    SCALING_DISKS,
    disk_category,
)
from advisor.exporters.terraform.standby import SYSTEM_DISK_MAX, SYSTEM_DISK_MIN, SYSTEM_DISK_USUAL
from advisor.model.inventory import Resource
from advisor.model.plan import Action

_EXISTING = ("load_balancer_id", "scaling_group_id")


def standby_instance(stacks: Stacks, action: Action) -> None:
    """A server in the other place; ROS cannot keep it stopped, so that is a command."""
    params = Params.of(action)
    template = stacks.template(params.text("target_region") or action.region)
    subnet = stacks.build.placement.subnets(action)[0]
    source = stacks.build.resource(action, "instance_id")
    mark = f"standby_{identifier(params.text('instance_id') or 'server')}"
    size = clamp(params.integer("system_disk_size_gib"), SYSTEM_DISK_MIN, SYSTEM_DISK_MAX, SYSTEM_DISK_USUAL)
    properties: dict[str, Json] = {
        "InstanceName": stacks.build.cloud_name(action, "standby"),
        "InstanceType": _type(stacks, action, template, params.text("instance_type")),
        "ImageId": _image(stacks, action, template, params.text("image_id")),
        "ZoneId": stacks.zone(template, subnet),
        "VpcId": stacks.vpc(action, template, subnet.vpc),
        "VSwitchId": stacks.vswitch(action, template, subnet),
        "SecurityGroupIds": _groups(stacks, action, template, subnet, source),
        "InstanceChargeType": "PostPaid",
        "AllocatePublicIP": False,
        "SystemDiskCategory": disk_category(params.text("system_disk_category"), INSTANCE_DISKS),
        "SystemDiskSize": size,
        "Tags": stacks.tags(action),
    }
    name = stacks.add(action, template, mark, "ECS::Instance", properties)
    template.output(f"{name}Id", att(name, "InstanceId"), f"Standby server for {params.text('instance_id')}")
    if params.text("mode") != "running":
        stop = "aliyun ecs StopInstance --StoppedMode StopCharging"
        stacks.gap(template.region, f"{action.title}: stop it once it has started ({stop}, id in output {name}Id)")


def _type(stacks: Stacks, action: Action, template: Template, value: str | None) -> Json:
    described = f"Instance type for {stacks.build.subject(action)}"
    return value or template.parameter(stacks.name(action, "instance_type"), described)


def _image(stacks: Stacks, action: Action, template: Template, image_id: str | None) -> Json:
    """A custom image of another region is copied by the stack of that region, and handed over as a parameter."""
    whose = stacks.build.subject(action)
    if not image_id:
        return template.parameter(stacks.name(action, "image_id"), f"Image with the application of {whose}")
    home = stacks.build.source_region(action)
    if template.region == home or not image_id.startswith(CUSTOM_IMAGE_PREFIX):
        return image_id
    copier = stacks.template(home)
    properties: dict[str, Json] = {"ImageId": image_id, "DestinationRegionId": template.region}
    name = stacks.add(action, copier, f"image_{identifier(image_id)}", "ECS::CopyImage", properties)
    copier.output(f"{name}Id", att(name, "ImageId"), f"Copy of image {image_id} in {template.region}")
    return template.parameter(f"{name}Id", f"Output {name}Id of the stack in {home}: the copy of image {image_id}")


def _groups(stacks: Stacks, action: Action, template: Template, subnet: Subnet, source: Resource | None) -> Json:
    same = stacks.build.placement.source_vpc(source)
    groups = source.texts("security_group_ids") if source else ()
    if groups and same is not None and same.id == subnet.vpc.id:
        return list(groups)
    return [stacks.security_group(action, template, subnet.vpc, None)]


def alb_multi_zone(stacks: Stacks, action: Action) -> None:
    """A new load balancer and scaling group; what exists is widened by the command line."""
    params = Params.of(action)
    if any(params.text(key) for key in _EXISTING) and params.values.get("new_balancer") is not True:
        return
    template = stacks.template(action.region)
    subnets = stacks.build.placement.subnets(action)
    what = entry(stacks.build, action, params)
    added = params.integer("added_instances") or 0
    groups: Json = list(params.texts("security_group_ids"))
    if not groups:
        groups = [stacks.security_group(action, template, subnets[0].vpc, what.port)]
    sizes = (added, max(params.integer("max_size") or 0, added + len(params.texts("instance_ids"))))
    public = is_public(stacks.build, action)
    servers = _balanced(stacks, action, template, subnets, what, public=public)
    _fleet(stacks, action, template, subnets, what, servers, groups, sizes, params.texts("instance_ids"))


def fleet_standby(stacks: Stacks, action: Action) -> None:
    """Load balancer and scaling group in the other region."""
    params = Params.of(action)
    template = stacks.template(params.text("target_region") or action.region)
    subnets = stacks.build.placement.subnets(action)
    what = entry(stacks.build, action, params)
    count = params.integer("count") or params.integer("capacity") or 1
    running = count if params.text("mode") != "pilot" else 0
    public = is_public(stacks.build, action) or with_gtm(stacks.build, action)
    servers = _balanced(stacks, action, template, subnets, what, public=public)
    groups: Json = [stacks.security_group(action, template, subnets[0].vpc, what.port)]
    sizes = (running, max(count, params.integer("capacity") or 0))
    _fleet(stacks, action, template, subnets, what, servers, groups, sizes, ())


def _balanced(
    stacks: Stacks, action: Action, template: Template, subnets: Sequence[Subnet], what: Entry, *, public: bool
) -> str:
    build: Build = stacks.build
    balancer = stacks.add(
        action,
        template,
        "alb",
        "ALB::LoadBalancer",
        {
            "LoadBalancerName": build.cloud_name(action, "alb"),
            "LoadBalancerEdition": edition(build, action),
            "AddressType": "Internet" if public else "Intranet",
            "AddressAllocatedMode": "Fixed",
            "VpcId": stacks.vpc(action, template, subnets[0].vpc),
            "LoadBalancerBillingConfig": {"PayType": "PostPay"},
            "ZoneMappings": [
                {"VSwitchId": stacks.vswitch(action, template, item), "ZoneId": stacks.zone(template, item)}
                for item in subnets
            ],
            "Tags": stacks.tags(action),
        },
    )
    described = f"Path that the health check of {build.subject(action)} asks for"
    path = template.parameter(stacks.name(action, "health_path"), described, default="/")
    servers = stacks.add(
        action,
        template,
        "servers",
        "ALB::ServerGroup",
        {
            "ServerGroupName": build.cloud_name(action, "servers"),
            "VpcId": stacks.vpc(action, template, subnets[0].vpc),
            "Protocol": "HTTP",
            "HealthCheckConfig": {
                "HealthCheckEnabled": True,
                "HealthCheckProtocol": "HTTP",
                "HealthCheckPath": path,
                "HealthCheckCodes": ["http_2xx", "http_3xx"],
            },
            "Tags": stacks.tags(action),
        },
    )
    _listener(stacks, action, template, balancer, servers, what)
    template.output(f"{balancer}Address", att(balancer, "DNSName"), f"Entry of {build.subject(action)}")
    return servers


def _listener(stacks: Stacks, action: Action, template: Template, balancer: str, servers: str, what: Entry) -> None:
    certificates: Json = None
    if what.protocol != "HTTP":
        described = f"Certificate for the {what.protocol} listener of {stacks.build.subject(action)}"
        certificates = [{"CertificateId": template.parameter(stacks.name(action, "certificate_id"), described)}]
    forward: Json = {"ServerGroupTuples": [{"ServerGroupId": ref(servers)}]}
    properties: dict[str, Json] = {
        "LoadBalancerId": att(balancer, "LoadBalancerId"),
        "ListenerProtocol": what.protocol,
        "ListenerPort": what.port,
        "Certificates": certificates,
        "DefaultActions": [{"Type": "ForwardGroup", "ForwardGroupConfig": forward}],
    }
    stacks.add(action, template, "listener", "ALB::Listener", properties)


def _fleet(
    stacks: Stacks,
    action: Action,
    template: Template,
    subnets: Sequence[Subnet],
    what: Entry,
    servers: str,
    groups: Json,
    sizes: tuple[int, int],
    instances: Sequence[str],
) -> None:
    low, high = sizes
    params = Params.of(action)
    build = stacks.build
    group = stacks.add(
        action,
        template,
        "fleet",
        "ESS::ScalingGroup",
        {
            "ScalingGroupName": build.cloud_name(action, "fleet"),
            "MinSize": low,
            "MaxSize": max(low, high),
            "DesiredCapacity": low,
            "MultiAZPolicy": "BALANCE",
            "HealthCheckTypes": ["ECS", "LOAD_BALANCER"],
            "VSwitchIds": [stacks.vswitch(action, template, item) for item in subnets],
            "Tags": stacks.tags(action),
        },
    )
    configuration = stacks.add(
        action,
        template,
        "fleet_configuration",
        "ESS::ScalingConfiguration",
        {
            "ScalingGroupId": ref(group),
            "ScalingConfigurationName": build.cloud_name(action, "servers"),
            "InstanceName": build.cloud_name(action, "server"),
            "InstanceTypes": [_type(stacks, action, template, params.text("instance_type"))],
            "ImageId": _image(stacks, action, template, params.text("image_id")),
            "SecurityGroupIds": groups,
            "SystemDiskCategory": disk_category(None, SCALING_DISKS),
            "TagList": stacks.tags(action),
        },
    )
    member: Json = {"ServerGroupId": ref(servers), "Type": "ALB", "Port": what.port, "Weight": WEIGHT}
    attached: dict[str, Json] = {"ScalingGroupId": ref(group), "ForceAttach": True, "ServerGroups": [member]}
    joined = stacks.add(action, template, "fleet_servers", "ESS::ServerGroupAttachment", attached)
    enabled: dict[str, Json] = {
        "ScalingGroupId": ref(group),
        "ScalingConfigurationId": ref(configuration),
        "InstanceIds": list(instances) or None,
    }
    stacks.add(action, template, "fleet_enabled", "ESS::ScalingGroupEnable", enabled, DependsOn=joined)
    percent = params.integer("target_cpu_percent")
    if percent is not None:
        rule: dict[str, Json] = {
            "ScalingGroupId": ref(group),
            "ScalingRuleName": build.cloud_name(action, "load"),
            "ScalingRuleType": "TargetTrackingScalingRule",
            "MetricName": "CpuUtilization",
            "TargetValue": percent,
            "DisableScaleIn": True,
        }
        stacks.add(action, template, "fleet_load", "ESS::ScalingRule", rule)
    template.output(f"{group}Id", ref(group), f"Scaling group of {build.subject(action)}")
