"""Networks: what is there is referred to by its id, what is missing is created once per root."""

from __future__ import annotations

from advisor.exporters.names import cloud_name, identifier
from advisor.exporters.placement import Subnet, Vpc
from advisor.exporters.terraform.build import Build
from advisor.exporters.terraform.document import Body, Ref, Root, Value, Variable
from advisor.model.plan import Action


def vpc_id(build: Build, action: Action, root: Root, vpc: Vpc) -> Value:
    """The id of an existing network, or a reference to the one created for this region."""
    if vpc.id:
        return vpc.id
    described = (
        f"Address range of the new network in {root.region}; it must not overlap any network it is to be joined with"
    )
    cidr = vpc.cidr or root.variable(Variable("standby_vpc_cidr", described))
    body: Body = {"vpc_name": cloud_name("standby", root.region), "cidr_block": cidr, "tags": build.tags(action)}
    return _once(
        build, action, root, "alicloud_vpc", "standby", f"Network for what stands by in {root.region}", body
    ).id


def vswitch_id(build: Build, action: Action, root: Root, subnet: Subnet) -> Value:
    """The id of an existing vSwitch, or a reference to a new one."""
    if subnet.id:
        return subnet.id
    name = f"{identifier(subnet.vpc.id) if subnet.vpc.id else 'standby'}_{identifier(subnet.zone or 'zone')}"
    body: Body = {
        "vpc_id": vpc_id(build, action, root, subnet.vpc),
        "zone_id": zone_id(root, subnet),
        "cidr_block": _cidr(root, subnet, name),
        "vswitch_name": cloud_name("advisor", subnet.zone or "zone"),
        "tags": build.tags(action),
    }
    comment = f"vSwitch in zone {subnet.zone or '(to be chosen)'}"
    return _once(build, action, root, "alicloud_vswitch", name, comment, body).id


def zone_id(root: Root, subnet: Subnet) -> Value:
    """The zone, or a variable that asks for it."""
    if subnet.zone:
        return subnet.zone
    return root.variable(Variable("standby_zone", f"Zone of {root.region} in which to place what stands by"))


def _cidr(root: Root, subnet: Subnet, name: str) -> Value:
    if subnet.cidr:
        return subnet.cidr
    described = (
        f"Free address range for a new vSwitch in {subnet.zone or 'the chosen zone'} of network "
        f"{subnet.vpc.id or 'standby'} (the inventory does not show which are free)"
    )
    return root.variable(Variable(f"{name}_cidr", described))


def security_group(build: Build, action: Action, root: Root, vpc: Vpc, port: int | None) -> Ref:
    """A new security group for the workload, open for its listener port from inside the network."""
    group = build.add(
        action,
        root,
        "alicloud_security_group",
        "sg",
        f"Firewall of {build.subject(action)} in {root.region}; add the rules its servers need",
        {
            "security_group_name": build.cloud_name(action, "sg"),
            "vpc_id": vpc_id(build, action, root, vpc),
            "tags": build.tags(action),
        },
    )
    if port is not None:
        _rule(build, action, root, group, vpc, port)
    build.remark(
        action, "The new security group lets in the listener port only: copy the other rules the servers need."
    )
    return group


def _rule(build: Build, action: Action, root: Root, group: Ref, vpc: Vpc, port: int) -> None:
    described = f"Address range that may reach port {port} of the standby servers"
    source = vpc.cidr or root.variable(Variable(build.label(action, "source_cidr"), described))
    body: Body = {
        "type": "ingress",
        "ip_protocol": "tcp",
        "port_range": f"{port}/{port}",
        "priority": 1,
        "security_group_id": group.id,
        "cidr_ip": source,
        "description": "health checks and traffic of the load balancer",
    }
    build.add(action, root, "alicloud_security_group_rule", "listener", f"Port {port} from the network", body)


def _once(build: Build, action: Action, root: Root, type_: str, name: str, comment: str, body: Body) -> Ref:
    known = root.resources.get((type_, name))
    ref = Ref(known.address) if known is not None else root.add(type_, name, comment, body)
    addresses = build.outcome(action).addresses
    if (root.region, ref.expression) not in addresses:
        addresses.append((root.region, ref.expression))
    return ref
