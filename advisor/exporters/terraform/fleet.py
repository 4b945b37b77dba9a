"""A fleet that stands by in another region, running on a small scale or only prepared."""

from __future__ import annotations

from advisor.exporters.params import Params
from advisor.exporters.terraform.alb import is_public
from advisor.exporters.terraform.balancer import (
    Fleet,
    entry,
    listener,
    load_balancer,
    register,
    scaling_group,
    server_group,
)
from advisor.exporters.terraform.build import Build
from advisor.exporters.terraform.document import Body, Root, Value
from advisor.exporters.terraform.network import security_group, vpc_id
from advisor.exporters.terraform.servers import image
from advisor.model.plan import Action


def fleet_standby(build: Build, action: Action) -> None:
    """Load balancer, server group and scaling group in the other region, from a copy of the image."""
    params = Params.of(action)
    root = build.root(params.text("target_region") or action.region)
    subnets = build.placement.subnets(action)
    what = entry(build, action, params)
    count = params.integer("count") or params.integer("capacity") or 1
    warm = params.text("mode") != "pilot"
    public = is_public(build, action) or with_gtm(build, action)
    servers = server_group(build, action, root, vpc_id(build, action, root, subnets[0].vpc))
    balancer = load_balancer(build, action, root, subnets, public=public, suffix="standby_alb")
    listener(build, action, root, balancer.id, servers.id, what)
    fleet = Fleet(
        image=image(build, action, root, params.text("image_id")),
        instance_type=build.instance_type(root, action, params.text("instance_type")),
        security_groups=[security_group(build, action, root, subnets[0].vpc, what.port).id],
        low=count if warm else 0,
        high=max(count, params.integer("capacity") or 0),
        wanted=count if warm else 0,
    )
    group = scaling_group(build, action, root, subnets, fleet)
    register(build, action, root, group, servers.id, what.port)
    if len(subnets) == 1:
        build.remark(action, "An ALB wants two zones; the plan names one. Add a second zone before applying.")
    _scaling_rule(build, action, root, group, params.integer("target_cpu_percent"))
    if not warm:
        build.remark(
            action, f"Nothing runs until failover; then the group is set to {count} servers (see the runbook)."
        )


def _scaling_rule(build: Build, action: Action, root: Root, group: Value, percent: int | None) -> None:
    """A small group scales itself out by its load; the load of users who have been directed to it is the signal."""
    if percent is None:
        return
    body: Body = {
        "scaling_group_id": group,
        "scaling_rule_name": build.cloud_name(action, "load"),
        "scaling_rule_type": "TargetTrackingScalingRule",
        "metric_name": "CpuUtilization",
        "target_value": percent,
        "disable_scale_in": True,
    }
    comment = f"Servers of {build.subject(action)} are added while they are busier than {percent} %"
    build.add(action, root, "alicloud_ess_scaling_rule", "load", comment, body)


def with_gtm(build: Build, action: Action) -> bool:
    """Whether users of the workload are directed by GTM, which needs public addresses."""
    workload = build.workloads.get(action.workload)
    return workload is not None and any(other.mechanism == "gtm" for other in workload.actions)
