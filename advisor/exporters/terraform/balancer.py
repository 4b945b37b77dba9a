"""Load balancers, server groups and scaling groups over several zones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from advisor.exporters.params import Params
from advisor.exporters.placement import Subnet
from advisor.exporters.terraform.build import Build, clamp
from advisor.exporters.terraform.document import Blocks, Body, Ref, Root, Value, Variable, block
from advisor.exporters.terraform.network import vpc_id, vswitch_id, zone_id
from advisor.exporters.terraform.servers import SCALING_DISKS, disk_category, key_pair
from advisor.model.plan import Action

LISTENER_PROTOCOLS = ("HTTP", "HTTPS", "QUIC")
PORTS = {"HTTP": 80, "HTTPS": 443, "QUIC": 443}
SERVERS_MAX = 2000  # fact auto_scaling.max_group_size
RULE_PRIORITY_MAX = 10000
WEIGHT = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """What users reach: its protocol and port, as an ALB can have them."""

    protocol: str
    port: int


def entry(build: Build, action: Action, params: Params) -> Entry:
    """The listener of the plan; a protocol that an ALB does not speak becomes HTTP and is remarked on."""
    protocol = (params.text("listener_protocol") or "HTTP").upper()
    if protocol not in LISTENER_PROTOCOLS:
        build.remark(
            action, f"An ALB does not speak {protocol}: the listener is exported as HTTP. An NLB may be what is needed."
        )
        protocol = "HTTP"
    return Entry(protocol, clamp(params.integer("listener_port"), 1, 65535, PORTS[protocol]))


def edition(build: Build, action: Action) -> str:
    """The edition that the plan has priced."""
    workload = build.workloads.get(action.workload)
    lines = (*workload.cost.steady, *build.deliverable.plan.shared_costs) if workload else ()
    own = (line.sku for line in lines if line.action_id == action.id or line.mechanism == action.mechanism)
    return "Standard" if any(sku.startswith("alb.") and "standard" in sku for sku in own) else "Basic"


def load_balancer(
    build: Build, action: Action, root: Root, subnets: Sequence[Subnet], *, public: bool, suffix: str = "alb"
) -> Ref:
    """A load balancer in all the zones."""
    zones: list[dict[str, Value]] = [
        {"vswitch_id": vswitch_id(build, action, root, subnet), "zone_id": zone_id(root, subnet)} for subnet in subnets
    ]
    ref = build.add(
        action,
        root,
        "alicloud_alb_load_balancer",
        suffix,
        f"Entry of {build.subject(action)} in {len(zones)} zones",
        {
            "load_balancer_name": build.cloud_name(action, suffix),
            "load_balancer_edition": edition(build, action),
            "address_type": "Internet" if public else "Intranet",
            "address_allocated_mode": "Fixed",
            "vpc_id": vpc_id(build, action, root, subnets[0].vpc),
            "load_balancer_billing_config": block(pay_type="PayAsYouGo"),
            "zone_mappings": Blocks(tuple(zones)),
            "tags": build.tags(action),
        },
    )
    build.output(
        action,
        root,
        "alb_dns",
        f"{suffix}_dns",
        ref.attr("dns_name"),
        f"Address of the entry of {build.subject(action)}",
    )
    build.output(action, root, "alb", f"{suffix}_id", ref.id, f"Load balancer of {build.subject(action)}")
    return ref


def server_group(build: Build, action: Action, root: Root, vpc: Value) -> Ref:
    """The servers behind a listener, with a health check on a path that is asked for."""
    described = (
        f"Path that the health check of {build.subject(action)} asks for; it must answer only when the service works"
    )
    path = root.variable(Variable(build.label(action, "health_path"), described, default="/"))
    health = block(
        health_check_enabled=True,
        health_check_protocol="HTTP",
        health_check_path=path,
        health_check_codes=["http_2xx", "http_3xx"],
    )
    return build.add(
        action,
        root,
        "alicloud_alb_server_group",
        "servers",
        f"Servers of {build.subject(action)}",
        {
            "server_group_name": build.cloud_name(action, "servers"),
            "vpc_id": vpc,
            "protocol": "HTTP",
            "health_check_config": health,
            "tags": build.tags(action),
        },
    )


def listener(build: Build, action: Action, root: Root, balancer: Value, servers: Value, what: Entry) -> Ref:
    """The listener that forwards to the servers."""
    certificates = None
    if what.protocol != "HTTP":
        described = f"Certificate for the {what.protocol} listener of {build.subject(action)}"
        certificate = root.variable(Variable(build.label(action, "certificate_id"), described))
        certificates = block(certificate_id=certificate)
    return build.add(
        action,
        root,
        "alicloud_alb_listener",
        "listener",
        f"{what.protocol} port {what.port} of {build.subject(action)}",
        {
            "load_balancer_id": balancer,
            "listener_protocol": what.protocol,
            "listener_port": what.port,
            "certificates": certificates,
            "default_actions": block(
                type="ForwardGroup",
                forward_group_config=block(server_group_tuples=block(server_group_id=servers)),
            ),
            "tags": build.tags(action),
        },
    )


@dataclass(frozen=True, slots=True)
class Fleet:
    """The servers of a scaling group."""

    image: Value
    instance_type: Value
    security_groups: Value
    low: int
    high: int
    wanted: int
    disk_category: str | None = None


def scaling_group(build: Build, action: Action, root: Root, subnets: Sequence[Subnet], fleet: Fleet) -> Ref:
    """A scaling group over all zones with its configuration; returns its id, known once it can start servers."""
    group = build.add(
        action,
        root,
        "alicloud_ess_scaling_group",
        "fleet",
        f"Servers of {build.subject(action)}, spread evenly over {len(subnets)} zones",
        {
            "scaling_group_name": build.cloud_name(action, "fleet"),
            "min_size": clamp(fleet.low, 0, SERVERS_MAX, 0),
            "max_size": clamp(max(fleet.high, fleet.low, fleet.wanted), 0, SERVERS_MAX, 0),
            "desired_capacity": clamp(fleet.wanted, 0, SERVERS_MAX, 0),
            "multi_az_policy": "BALANCE",
            "health_check_types": ["ECS", "LOAD_BALANCER"],
            "removal_policies": ["OldestInstance", "NewestInstance"],
            "vswitch_ids": [vswitch_id(build, action, root, subnet) for subnet in subnets],
            "tags": build.tags(action),
            "lifecycle": {"ignore_changes": ["desired_capacity", "min_size", "max_size"]},
        },
    )
    configuration = build.add(
        action,
        root,
        "alicloud_ess_scaling_configuration",
        "fleet",
        f"What a new server of {build.subject(action)} is made of",
        {
            "scaling_group_id": group.id,
            "scaling_configuration_name": build.cloud_name(action, "servers"),
            "instance_name": build.cloud_name(action, "server"),
            "image_id": fleet.image,
            "instance_types": [fleet.instance_type],
            "security_group_ids": fleet.security_groups,
            "system_disk_category": disk_category(fleet.disk_category, SCALING_DISKS),
            "key_name": key_pair(root),
            "active": True,
            "enable": True,
            "force_delete": True,
            "tags": build.tags(action),
        },
    )
    build.output(action, root, "scaling_group", "fleet", group.id, f"Scaling group of {build.subject(action)}")
    return configuration.attr("scaling_group_id")


def register(
    build: Build, action: Action, root: Root, group: Value, servers: Value, port: int, kind: str = "ALB"
) -> Ref:
    """The servers of the scaling group register themselves with the load balancer."""
    body: Body = {
        "scaling_group_id": group,
        "server_group_id": servers,
        "type": kind,
        "port": port,
        "weight": WEIGHT,
        "force_attach": True,
    }
    comment = f"Servers of {build.subject(action)} register themselves with the load balancer"
    return build.add(action, root, "alicloud_ess_server_group_attachment", "fleet", comment, body)
