"""Servers of one region spread over several zones behind a load balancer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from advisor.exporters.params import Params
from advisor.exporters.placement import Subnet
from advisor.exporters.terraform.alb_steps import widen_balancer, widen_group
from advisor.exporters.terraform.balancer import (
    RULE_PRIORITY_MAX,
    WEIGHT,
    Entry,
    Fleet,
    entry,
    listener,
    load_balancer,
    register,
    scaling_group,
    server_group,
)
from advisor.exporters.terraform.build import Build
from advisor.exporters.terraform.document import Body, Ref, Root, Value, Variable, block
from advisor.exporters.terraform.network import security_group, vpc_id
from advisor.exporters.terraform.servers import image
from advisor.model.plan import Action

ATTACH_MAX = 20  # instances that one attachment resource takes
_ATTACHMENTS = {"alb": "ALB", "nlb": "NLB"}


@dataclass(frozen=True, slots=True)
class _Existing:
    """What of the entry is there already: the balancer, its kind, the group of servers behind it, the scaling group."""

    balancer: str | None
    kind: str
    servers: str | None
    group: str | None

    @property
    def stays(self) -> bool:
        """Whether the balancer goes on being the entry; a classic one without a group of servers is replaced."""
        return self.balancer is not None and (self.kind in _ATTACHMENTS or self.servers is not None)


def alb_multi_zone(build: Build, action: Action) -> None:
    """Load balancer and scaling group over the zones; what exists of them is used and widened."""
    params = Params.of(action)
    root = build.root(action.region)
    subnets = build.placement.subnets(action)
    what = entry(build, action, params)
    existing = _existing(build, params)
    servers = _servers(build, action, root, existing, subnets, what)
    if existing.group:
        _join(build, action, root, existing.group, servers, existing, what)
        build.step(action, widen_group(build, action, params, root, existing.group, subnets))
        return
    group = _new_group(build, action, root, params, subnets, what)
    joined = _join(build, action, root, group, servers, existing, what)
    if existing.servers is None:
        _attach_instances(build, action, root, group, params.texts("instance_ids"), joined)


def _existing(build: Build, params: Params) -> _Existing:
    balancer = None if params.values.get("new_balancer") is True else params.text("load_balancer_id")
    known = build.inventory.get(balancer)
    kind = ((known.text("lb_type") if known else None) or "alb").lower()
    servers = params.text("server_group_id") if balancer else None
    return _Existing(balancer, kind, servers, params.text("scaling_group_id"))


def _servers(
    build: Build, action: Action, root: Root, existing: _Existing, subnets: Sequence[Subnet], what: Entry
) -> Value:
    """The group to put servers into: the existing one, or a new one behind an existing or new balancer."""
    if existing.stays and existing.kind == "alb" and existing.balancer:
        widen_balancer(build, action, root, existing.balancer, subnets)
    if existing.stays and existing.servers:
        return existing.servers
    servers = server_group(build, action, root, vpc_id(build, action, root, subnets[0].vpc))
    if existing.stays and existing.balancer:
        build.remark(
            action, f"A new listener is added to {existing.balancer}: give it the port that clients are to use."
        )
        listener(build, action, root, existing.balancer, servers.id, what)
    else:
        if existing.balancer:
            build.remark(action, f"A new ALB takes the place of {existing.balancer}. Move the clients over by DNS.")
        _behind_new_balancer(build, action, root, subnets, servers, what)
    return servers.id


def _behind_new_balancer(
    build: Build, action: Action, root: Root, subnets: Sequence[Subnet], servers: Ref, what: Entry
) -> None:
    """Actions with one ``shared_id`` share one balancer: the first gets the listener, the others rules by host name."""
    first = _first_sharing(build, action)
    if first is None or first.id == action.id:
        balancer = load_balancer(build, action, root, subnets, public=is_public(build, action))
        listener(build, action, root, balancer.id, servers.id, what)
    elif entry(build, first, Params.of(first)) == what:
        _host_rule(build, action, root, Ref(f"alicloud_alb_listener.{build.label(first, 'listener')}"), servers)
    else:
        balancer = Ref(f"alicloud_alb_load_balancer.{build.label(first, 'alb')}")
        listener(build, action, root, balancer.id, servers.id, what)


def _first_sharing(build: Build, action: Action) -> Action | None:
    if action.shared_id is None:
        return None
    actions = (other for workload in build.deliverable.plan.workloads for other in workload.actions)
    sharing = (
        other
        for other in actions
        if other.shared_id == action.shared_id and other.mechanism == action.mechanism and other.region == action.region
    )
    return next((other for other in sharing if not _existing(build, Params.of(other)).stays), None)


def _host_rule(build: Build, action: Action, root: Root, listener_ref: Ref, servers: Ref) -> None:
    described = f"Host name under which users reach {build.subject(action)} on the shared load balancer"
    host = root.variable(Variable(build.label(action, "host"), described))
    used = sum(1 for type_, _ in root.resources if type_ == "alicloud_alb_rule")
    forward = block(server_group_tuples=block(server_group_id=servers.id))
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
            "rule_actions": block(order=1, type="ForwardGroup", forward_group_config=forward),
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


def _new_group(build: Build, action: Action, root: Root, params: Params, subnets: Sequence[Subnet], what: Entry) -> Ref:
    added = params.integer("added_instances") or 0
    groups: Value = list(params.texts("security_group_ids"))
    if not groups:
        groups = [security_group(build, action, root, subnets[0].vpc, what.port).id]
    fleet = Fleet(
        image=image(build, action, root, params.text("image_id")),
        instance_type=build.instance_type(root, action, params.text("instance_type")),
        security_groups=groups,
        low=added,
        high=max(params.integer("max_size") or 0, added + len(params.texts("instance_ids"))),
        wanted=added,
    )
    return scaling_group(build, action, root, subnets, fleet)


def _join(
    build: Build, action: Action, root: Root, group: Value, servers: Value, existing: _Existing, what: Entry
) -> Ref:
    """Servers of the scaling group register themselves with the balancer that users reach."""
    if not existing.stays or existing.kind in _ATTACHMENTS:
        kind = _ATTACHMENTS.get(existing.kind, "ALB") if existing.stays else "ALB"
        return register(build, action, root, group, servers, what.port, kind=kind)
    attributes = block(vserver_group_id=servers, port=what.port, weight=WEIGHT)
    balancer = existing.balancer or ""
    return build.add(
        action,
        root,
        "alicloud_ess_scalinggroup_vserver_groups",
        "fleet",
        f"Servers of {build.subject(action)} register themselves with {balancer}",
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
