"""Widening balancers and scaling groups that exist: steps, as Terraform does not own them."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.exporters.params import Params
from advisor.exporters.placement import Subnet
from advisor.exporters.steps import Argument, Shell, Step, aliyun, output, query, say
from advisor.exporters.terraform.build import Build
from advisor.exporters.terraform.document import Root
from advisor.exporters.terraform.network import vswitch_id
from advisor.model.plan import Action

_EXISTING = "the resource exists already; Terraform would have to take it over, and would then delete it with the plan"


def subnet_argument(
    build: Build, action: Action, root: Root, subnet: Subnet, number: int
) -> tuple[Argument, str | None]:
    """A vSwitch as a step names it: its id, or a shell variable with the line that reads it from Terraform."""
    if subnet.id:
        return subnet.id, None
    value = vswitch_id(build, action, root, subnet)
    described = f"New vSwitch in {subnet.zone or 'the chosen zone'}"
    name = build.output(action, root, f"vswitch:{subnet.zone}", f"vswitch_{number}", value, described)
    return Shell(f'"${name}"'), output(root.folder, name)


def widen_balancer(build: Build, action: Action, root: Root, balancer: str, subnets: Sequence[Subnet]) -> None:
    """An existing ALB gets the zones it lacks; the call replaces its list, so the zones it has are named too."""
    known = build.inventory.get(balancer)
    present = set(known.zones) if known else set()
    kept: dict[str, str] = {}
    for mapping in known.records("zone_mappings") if known else ():
        zone, vswitch = mapping.get("zone"), mapping.get("vswitch_id")
        present.add(str(zone))
        if zone and vswitch:
            kept[str(zone)] = str(vswitch)
    if any(subnet.zone not in present for subnet in subnets):
        added = [subnet for subnet in subnets if subnet.zone not in kept]
        build.step(action, _zones_step(build, action, root, balancer, list(kept.items()), added))


def _zones_step(
    build: Build,
    action: Action,
    root: Root,
    balancer: str,
    kept: Sequence[tuple[str, str]],
    added: Sequence[Subnet],
) -> Step:
    arguments: dict[str, Argument] = {"LoadBalancerId": balancer}
    for number, (zone, vswitch) in enumerate(kept, start=1):
        arguments |= {f"ZoneMappings.{number}.ZoneId": zone, f"ZoneMappings.{number}.VSwitchId": vswitch}
    lines: list[str] = []
    for number, subnet in enumerate(added, start=len(kept) + 1):
        value, line = subnet_argument(build, action, root, subnet, number)
        lines += [line] if line else []
        arguments |= {f"ZoneMappings.{number}.ZoneId": subnet.zone or "", f"ZoneMappings.{number}.VSwitchId": value}
    state = aliyun("alb", "GetLoadBalancerAttribute", action.region, {"LoadBalancerId": balancer})
    return Step(
        title=f"Give load balancer {balancer} the zones it lacks",
        why=_EXISTING,
        body=(
            say("Zones as they are now (note them down for the way back; zones that are not named below are dropped):"),
            query(state, ".ZoneMappings", "zones"),
            'say "$zones"',
            *lines,
            aliyun("alb", "UpdateLoadBalancerZones", action.region, arguments),
        ),
        rollback="Run the same call with the zones printed first.",
        action_id=action.id,
        needs=(root.folder,) if lines else (),
    )


def widen_group(
    build: Build, action: Action, params: Params, root: Root, group: str, subnets: Sequence[Subnet]
) -> Step:
    """An existing scaling group gets the vSwitches it lacks and the sizes of the plan."""
    known = build.inventory.get(group)
    planned = {subnet.id for subnet in subnets}
    kept = [vswitch for vswitch in (known.texts("vswitch_ids") if known else ()) if vswitch not in planned]
    values: list[Argument] = list(kept)
    lines: list[str] = []
    for number, subnet in enumerate(subnets, start=1):
        value, line = subnet_argument(build, action, root, subnet, number)
        values.append(value)
        lines += [line] if line else []
    arguments: dict[str, Argument | None] = {"ScalingGroupId": group}
    arguments |= {f"VSwitchIds.{number}": value for number, value in enumerate(values, start=1)}
    arguments |= {"MinSize": params.integer("min_size"), "MaxSize": params.integer("max_size")}
    state = aliyun("ess", "DescribeScalingGroups", action.region, {"ScalingGroupId.1": group})
    rebalance = aliyun("ess", "RebalanceInstances", action.region, {"ScalingGroupId": group})
    path = ".ScalingGroups.ScalingGroup[0] | {VSwitchIds, MinSize, MaxSize, DesiredCapacity}"
    return Step(
        title=f"Spread scaling group {group} over {len(values)} vSwitches",
        why=_EXISTING,
        body=(
            say("The group as it is now (note it down for the way back; vSwitches not named below are dropped):"),
            query(state, path, "group"),
            'say "$group"',
            *lines,
            aliyun("ess", "ModifyScalingGroup", action.region, arguments),
            rebalance,
        ),
        rollback="Run ModifyScalingGroup again with the vSwitches and sizes printed first.",
        action_id=action.id,
        needs=(root.folder,) if lines else (),
    )
