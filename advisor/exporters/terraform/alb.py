"""Servers of one region spread over several zones behind a load balancer."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.exporters.params import Params
from advisor.exporters.placement import Subnet
from advisor.exporters.steps import Argument, Shell, Step, aliyun, output, query, say
from advisor.exporters.terraform.balancer import (
    RULE_PRIORITY_MAX,
    Entry,
    Fleet,
    entry,
    listener,
    load_balancer,
    WEIGHT,
    register,
    scaling_group,
    server_group,
)
from advisor.exporters.terraform.build import Build
from advisor.exporters.terraform.document import Body, Ref, Root, Value, Variable, block
from advisor.exporters.terraform.network import security_group, vpc_id, vswitch_id
from advisor.exporters.terraform.servers import image
from advisor.model.plan import Action

ATTACH_MAX = 20  # instances that one attachment resource takes
_EXISTING = "the resource exists already; Terraform would have to take it over, and would then delete it with the plan"
_ATTACHMENTS = {"alb": "ALB", "nlb": "NLB"}


def alb_multi_zone(build: Build, action: Action) -> None:
    """Load balancer and scaling group over the zones; what exists of them is used and widened."""
    params = Params.of(action)
    root = build.root(action.region)
    subnets = build.placement.subnets(action)
    what = entry(build, action, params)
    servers = _servers(build, action, root, params, subnets, what)
    existing_group = params.text("scaling_group_id")
    if existing_group:
        _attach_group(build, action, root, existing_group, servers, what)
        build.step(action, _widen_group(build, action, params, root, existing_group, subnets))
    else:
        _new_group(build, action, root, params, subnets, servers, what)


def _servers(build: Build, action: Action, root: Root, params: Params, subnets: Sequence[Subnet], what: Entry) -> Value:
    """The server group to put servers into: the existing one, or a new one behind an existing or new balancer."""
    existing = params.text("load_balancer_id")
    given = params.text("server_group_id")
    if existing:
        _widen_balancer(build, action, existing, subnets)
    if given:
        return given
    vpc = vpc_id(build, action, root, subnets[0].vpc) if subnets else params.text("vpc_id") or ""
    servers = server_group(build, action, root, vpc)
    if existing and _kind(build, existing) == "alb":
        build.remark(action, f"A new listener is added to {existing}: point it at the port that clients use.")
        listener(build, action, root, existing, servers.id, what)
    else:
        _behind_new_balancer(build, action, root, subnets, servers, what)
    return servers.id


def _kind(build: Build, balancer_id: str) -> str:
    known = build.inventory.get(balancer_id)
    return ((known.text("lb_type") if known else None) or "alb").lower()


def _behind_new_balancer(
    build: Build, action: Action, root: Root, subnets: Sequence[Subnet], servers: Ref, what: Entry
) -> None:
    """Actions with one ``shared_id`` share one balancer: the first gets the listener, the others rules by host name."""
    first = _first_sharing(build, action)
    if first is None or first.id == action.id:
        balancer = load_balancer(build, action, root, subnets, public=is_public(build, action))
        listener(build, action, root, balancer.id, servers.id, what)
        return
    listener_ref = Ref(f"alicloud_alb_listener.{build.label(first, 'listener')}")
    first_entry = entry(build, first, Params.of(first))
    if first_entry != what:
        balancer = Ref(f"alicloud_alb_load_balancer.{build.label(first, 'alb')}")
        listener(build, action, root, balancer.id, servers.id, what)
        return
    _host_rule(build, action, root, listener_ref, servers)


def _first_sharing(build: Build, action: Action) -> Action | None:
    if action.shared_id is None:
        return None
    everything = (other for workload in build.deliverable.plan.workloads for other in workload.actions)
    return next(
        (
            other
            for other in everything
            if other.shared_id == action.shared_id
            and other.mechanism == "alb_multi_zone"
            and not Params.of(other).text("server_group_id")
            and not Params.of(other).text("load_balancer_id")
        ),
        None,
    )


def _host_rule(build: Build, action: Action, root: Root, listener_ref: Ref, servers: Ref) -> None:
    described = f"Host name under which users reach {build.subject(action)} on the shared load balancer"
    host = root.variable(Variable(build.label(action, "host"), described))
    used = sum(1 for type_, _ in root.resources if type_ == "alicloud_alb_rule")
    tuples = block(server_group_id=servers.id)
    build.add(
        action,
        root,
        "alicloud_alb_rule",
        "host",
        f"Requests for {build.subject(action)} on the shared load balancer",
        {
            "rule_name": build.cloud_name(action, "host"),
            "listener_id": listener_ref.id,
            "priority": min(used + 1, RULE_PRIORITY_MAX),
            "rule_conditions": block(type="Host", host_config=block(values=[host])),
            "rule_actions": block(order=1, type="ForwardGroup", forward_group_config=block(server_group_tuples=tuples)),
        },
    )


def is_public(build: Build, action: Action) -> bool:
    """Whether users come from the Internet: the servers or the workload's present entry have a public address."""
    plan = build.workloads.get(action.workload)
    members = {member for component in plan.components for member in component.members} if plan else set()
    for resource_id in sorted({*Params.of(action).texts("instance_ids"), *action.resources, *members}):
        known = build.inventory.get(resource_id)
        if known is None:
            continue
        if (
            known.texts("public_ips")
            or known.text("eip_id")
            or (known.text("address_type") or "").lower() == "internet"
        ):
            return True
    return False


def _new_group(
    build: Build, action: Action, root: Root, params: Params, subnets: Sequence[Subnet], servers: Value, what: Entry
) -> None:
    added = params.integer("added_instances") or 0
    groups: Value = list(params.texts("security_group_ids"))
    if not groups and subnets:
        groups = [security_group(build, action, root, subnets[0].vpc, what.port).id]
    fleet = Fleet(
        image=image(build, action, root, params.text("image_id")),
        instance_type=build.instance_type(root, action, params.text("instance_type")),
        security_groups=groups,
        low=added,
        high=max(params.integer("max_size") or 0, added + len(params.texts("instance_ids"))),
        wanted=added,
    )
    group = scaling_group(build, action, root, subnets, fleet)
    attachment = _attach_group(build, action, root, group, servers, what)
    if not params.text("server_group_id"):
        _attach_instances(build, action, root, group, params.texts("instance_ids"), attachment)


def _attach_group(build: Build, action: Action, root: Root, group: Value, servers: Value, what: Entry) -> Ref:
    balancer = Params.of(action).text("load_balancer_id")
    kind = _kind(build, balancer) if balancer else "alb"
    if kind not in _ATTACHMENTS:
        return _attach_classic(build, action, root, group, servers, balancer or "", what)
    return register(build, action, root, group, servers, what.port, kind=_ATTACHMENTS[kind])


def _attach_classic(
    build: Build, action: Action, root: Root, group: Value, servers: Value, balancer: str, what: Entry
) -> Ref:
    if not Params.of(action).text("server_group_id"):
        build.remark(
            action, f"{balancer} is a classic balancer; a new ALB takes its place. Move the clients over by DNS."
        )
        return register(build, action, root, group, servers, what.port)
    attributes = block(vserver_group_id=servers, port=what.port, weight=WEIGHT)
    comment = f"Servers of {build.subject(action)} register themselves with {balancer}"
    return build.add(
        action,
        root,
        "alicloud_ess_scalinggroup_vserver_groups",
        "fleet",
        comment,
        {
            "scaling_group_id": group,
            "vserver_groups": block(loadbalancer_id=balancer, vserver_attributes=attributes),
        },
    )


def _attach_instances(
    build: Build, action: Action, root: Root, group: Ref, instances: Sequence[str], after: Ref
) -> None:
    """The servers that exist join the group, so that a lost one is replaced; the group never deletes them."""
    for first in range(0, len(instances), ATTACH_MAX):
        suffix = "existing" if first == 0 else f"existing_{first // ATTACH_MAX + 1}"
        body: Body = {
            "scaling_group_id": group,
            "instance_ids": list(instances[first : first + ATTACH_MAX]),
            "force": False,
            "depends_on": [after.expression],
        }
        comment = f"Servers of {build.subject(action)} that run today"
        build.add(action, root, "alicloud_ess_attachment", suffix, comment, body)


def _widen_balancer(build: Build, action: Action, balancer: str, subnets: Sequence[Subnet]) -> None:
    """An existing ALB gets the zones it lacks; the call replaces the list, so all zones are named."""
    known = build.inventory.get(balancer)
    if _kind(build, balancer) != "alb":
        return
    mappings = known.records("zone_mappings") if known else ()
    zones = known.zones if known else ()
    present = {str(item.get("zone") or item.get("zone_id") or "") for item in mappings} | set(zones)
    if all(subnet.zone in present for subnet in subnets):
        return
    build.step(action, _zones_step(build, action, balancer, subnets))


def _zones_step(build: Build, action: Action, balancer: str, subnets: Sequence[Subnet]) -> Step:
    arguments: dict[str, Argument] = {"LoadBalancerId": balancer}
    lines: list[str] = []
    needs: tuple[str, ...] = ()
    root = build.root(action.region)
    for number, subnet in enumerate(subnets, start=1):
        value, line = subnet_argument(build, action, root, subnet, number)
        if line:
            lines.append(line)
            needs = (root.folder,)
        arguments[f"ZoneMappings.{number}.ZoneId"] = subnet.zone or ""
        arguments[f"ZoneMappings.{number}.VSwitchId"] = value
    state = aliyun("alb", "GetLoadBalancerAttribute", action.region, {"LoadBalancerId": balancer})
    return Step(
        title=f"Give load balancer {balancer} the zones it lacks",
        why=_EXISTING,
        body=(
            say("Zones as they are now (note them down for the way back; zones not named below are dropped):"),
            query(state, ".ZoneMappings", "zones"),
            'say "$zones"',
            *lines,
            aliyun("alb", "UpdateLoadBalancerZones", action.region, arguments),
        ),
        rollback="Run the same call with the zones printed first.",
        action_id=action.id,
        needs=needs,
    )


def subnet_argument(
    build: Build, action: Action, root: Root, subnet: Subnet, number: int
) -> tuple[Argument, str | None]:
    """A vSwitch as a step names it: its id, or a shell variable with the line that reads it from Terraform."""
    if subnet.id:
        return subnet.id, None
    value = vswitch_id(build, action, root, subnet)
    suffix = f"vswitch_{number}"
    name = build.output(
        action, root, f"vswitch:{subnet.zone}", suffix, value, f"New vSwitch in {subnet.zone or 'the chosen zone'}"
    )
    return Shell(f'"$vswitch_{number}"'), output(root.folder, name, f"vswitch_{number}")


def _widen_group(
    build: Build, action: Action, params: Params, root: Root, group: str, subnets: Sequence[Subnet]
) -> Step:
    arguments: dict[str, Argument | None] = {"ScalingGroupId": group}
    lines: list[str] = []
    for number, subnet in enumerate(subnets, start=1):
        value, line = subnet_argument(build, action, root, subnet, number)
        if line:
            lines.append(line)
        arguments[f"VSwitchIds.{number}"] = value
    arguments["MinSize"] = params.integer("min_size")
    arguments["MaxSize"] = params.integer("max_size")
    state = aliyun("ess", "DescribeScalingGroups", action.region, {"ScalingGroupId.1": group})
    rebalance = aliyun("ess", "RebalanceInstances", action.region, {"ScalingGroupId": group})
    return Step(
        title=f"Spread scaling group {group} over {len(subnets)} zones",
        why=_EXISTING,
        body=(
            say("The group as it is now (note it down for the way back):"),
            query(state, ".ScalingGroups.ScalingGroup[0] | {VSwitchIds, MinSize, MaxSize, DesiredCapacity}", "group"),
            'say "$group"',
            *lines,
            aliyun("ess", "ModifyScalingGroup", action.region, arguments),
            rebalance,
        ),
        rollback="Run ModifyScalingGroup again with the vSwitches and sizes printed first.",
        action_id=action.id,
        needs=(root.folder,) if lines else (),
    )
