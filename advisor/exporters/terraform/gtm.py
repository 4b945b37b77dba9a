"""Directing users to the region that works: GTM 3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from advisor.exporters.params import Params
from advisor.exporters.steps import Shell, Step, aliyun, fail, output, query, say
from advisor.exporters.terraform.build import Build, clamp
from advisor.exporters.terraform.document import Blocks, Ref, Root, Value, Variable, block
from advisor.model.plan import Action

INTERVALS = (15, 60, 300, 900, 1800, 3600)  # fact gtm.v3.interval_values
PROTOCOLS = ("ping", "tcp", "http", "https")
TTL_USUAL = 60
TIMEOUT_MS = "5000"
FAILURE_RATE = 50  # percent of the probe nodes
PROBES = (("357", "465"), ("738", "465"))  # city and provider codes of the provider's own example
_EXTEND = {
    "ping": '{"packetNum":20,"packetLossRate":10}',
    "tcp": "{}",
    "http": '{"code":400,"followRedirect":true,"path":"/"}',
    "https": '{"code":400,"followRedirect":true,"path":"/","sni":false}',
}
_NO_MEMBERS = "the provider creates addresses, pools and the access domain, but cannot put one into the other"


@dataclass(frozen=True, slots=True)
class _Pool:
    """A pool with the outputs that name it and its addresses."""

    output: str
    addresses: tuple[str, ...]


def gtm(build: Build, action: Action) -> None:
    """Addresses of both regions with health checks, a pool each, and the access domain; membership is a step."""
    params = Params.of(action)
    root = build.root(params.text("target_region") or action.region)
    given = params.texts("addresses")
    kind = _kind(given)
    template = _monitor(build, action, root, params)
    port = params.integer("health_port")
    primary = _pool(build, action, root, "primary", kind, _primary(build, action, root, given, kind), template, port)
    standby = _pool(build, action, root, "standby", kind, _standby(build, action, root, kind), template, port)
    config, instance = _access(build, action, root, params, kind)
    build.step(action, _members_step(action, root, (primary, standby)))
    build.step(action, _order_step(action, root, (primary, standby), config, instance))
    build.remark(
        action,
        "Probe nodes are examples of the provider's documentation: choose some on the users' side of the border.",
    )


def _kind(addresses: Sequence[str]) -> str:
    """One kind for all: IPv4 where every address is one, otherwise domain names."""
    return "IPv4" if addresses and all(_is_ipv4(item) for item in addresses) else "domain"


def _is_ipv4(text: str) -> bool:
    try:
        return ip_address(text).version == 4
    except ValueError:
        return False


def _monitor(build: Build, action: Action, root: Root, params: Params) -> Ref:
    protocol = (params.text("health_protocol") or "tcp").lower()
    protocol = protocol if protocol in PROTOCOLS else "tcp"
    wanted = params.integer("interval_s") or 60
    interval = min(INTERVALS, key=lambda allowed: (abs(allowed - wanted), allowed))
    nodes: tuple[dict[str, Value], ...] = tuple({"city_code": city, "isp_code": isp} for city, isp in PROBES)
    return build.add(
        action,
        root,
        "alicloud_alidns_cloud_gtm_monitor_template",
        "gtm_probe",
        f"How the entries of {build.subject(action)} are probed",
        {
            "name": build.cloud_name(action, "probe"),
            "protocol": protocol,
            "ip_version": "IPv4",
            "interval": str(interval),
            "timeout": TIMEOUT_MS,
            "evaluation_count": clamp(params.integer("retries"), 1, 3, 2),
            "failure_rate": FAILURE_RATE,
            "extend_info": _EXTEND[protocol],
            "isp_city_nodes": Blocks(nodes),
        },
    )


def _primary(build: Build, action: Action, root: Root, given: Sequence[str], kind: str) -> list[Value]:
    if kind == "IPv4" or (given and not any(_is_ipv4(item) for item in given)):
        return list(given)
    described = f"Domain name of the entry of {build.subject(action)} in {build.source_region(action)}"
    return [root.variable(Variable(build.label(action, "primary_address"), described))]


def _standby(build: Build, action: Action, root: Root, kind: str) -> list[Value]:
    """The load balancer of the standby fleet where the plan makes one, else an address that is asked for."""
    fleet = _fleet(build, action)
    zones = len(build.placement.subnets(fleet)) if fleet else 0
    found = build.find_output(fleet.id, "alb") if fleet else None
    if fleet is not None and found is not None and found[0] is root:
        balancer = f"alicloud_alb_load_balancer.{build.label(fleet, 'standby_alb')}"
        if kind == "domain":
            return [Ref(f"{balancer}.dns_name")]
        return [
            Ref(f"tolist({balancer}.zone_mappings)[{index}].load_balancer_addresses[0].address")
            for index in range(zones)
        ]
    what = "IPv4 address" if kind == "IPv4" else "Domain name"
    described = f"{what} of the entry of {build.subject(action)} in {root.region}, as users reach it after a failover"
    return [root.variable(Variable(build.label(action, "standby_address"), described))]


def _fleet(build: Build, action: Action) -> Action | None:
    workload = build.workloads.get(action.workload)
    actions = workload.actions if workload else ()
    return next((other for other in actions if other.mechanism == "fleet_standby"), None)


def _pool(
    build: Build,
    action: Action,
    root: Root,
    role: str,
    kind: str,
    addresses: Sequence[Value],
    template: Ref,
    port: int | None,
) -> _Pool:
    where = build.source_region(action) if role == "primary" else root.region
    names = []
    for number, address in enumerate(addresses, start=1):
        suffix = f"gtm_{role}_{number}"
        ref = build.add(
            action,
            root,
            "alicloud_alidns_cloud_gtm_address",
            suffix,
            f"Entry {number} of {build.subject(action)} in {where}",
            {
                "name": build.cloud_name(action, f"{role}-{number}"),
                "type": kind,
                "address": address,
                "enable_status": "enable",
                "available_mode": "auto",
                "health_judgement": "any_ok",
                "health_tasks": block(template_id=template.id, port=port),
                "lifecycle": {"ignore_changes": ["available_mode", "manual_available_status"]},
            },
        )
        names.append(build.output(action, root, f"{role}:{number}", suffix, ref.id, f"GTM address {number} in {where}"))
    pool = build.add(
        action,
        root,
        "alicloud_alidns_cloud_gtm_address_pool",
        f"gtm_{role}",
        f"Entries of {build.subject(action)} in {where}",
        {
            "address_pool_name": build.cloud_name(action, role),
            "address_pool_type": kind,
            "address_lb_strategy": "round_robin",
            "health_judgement": "any_ok",
            "enable_status": "enable",
        },
    )
    name = build.output(
        action, root, f"pool:{role}", f"gtm_{role}", pool.id, f"GTM pool of {build.subject(action)} in {where}"
    )
    return _Pool(name, tuple(names))


def _access(build: Build, action: Action, root: Root, params: Params, kind: str) -> tuple[str, str]:
    """The access domain; returns the names of the outputs with its configuration and its instance."""
    zone = Variable(
        build.label(action, "gtm_zone"), f"DNS zone in this account under which users reach {build.subject(action)}"
    )
    host = Variable(
        build.label(action, "gtm_host"), f"Host record of {build.subject(action)} in that zone, for example www"
    )
    config = build.add(
        action,
        root,
        "alicloud_alidns_cloud_gtm_instance_config",
        "gtm",
        f"Access domain of {build.subject(action)}: first the home region, then the standby",
        {
            "schedule_zone_mode": "custom",
            "schedule_zone_name": root.variable(zone),
            "schedule_host_name": root.variable(host),
            "schedule_rr_type": "A" if kind == "IPv4" else "CNAME",
            "address_pool_lb_strategy": "sequence",
            "sequence_lb_strategy_mode": "nonPreemptive",
            "ttl": params.integer("ttl_s") or TTL_USUAL,
            "enable_status": "disable",
            "lifecycle": {"ignore_changes": ["enable_status"]},
        },
    )
    instance = build.output(action, root, "gtm_instance", "gtm_instance_id", config.attr("instance_id"), "GTM instance")
    domain = build.output(action, root, "gtm_config", "gtm_config_id", config.attr("config_id"), "GTM access domain")
    return domain, instance


def _members_step(action: Action, root: Root, pools: Sequence[_Pool]) -> Step:
    body: list[str] = []
    for pool in pools:
        body.append(output(root.folder, pool.output))
        body += [output(root.folder, name) for name in pool.addresses]
        arguments = {"AddressPoolId": Shell(f'"${pool.output}"'), "Addresses": _numbered("AddressId", pool.addresses)}
        body.append(aliyun("alidns", "ReplaceCloudGtmAddressPoolAddress", None, arguments))
    return Step(
        title="Put the addresses into their GTM pools",
        why=_NO_MEMBERS,
        body=tuple(body),
        rollback="The same call with --Addresses '[]' empties a pool; the access domain is still off at this point.",
        action_id=action.id,
        needs=(root.folder,),
    )


def _numbered(key: str, variables: Sequence[str]) -> Shell:
    """A JSON list whose ids are shell variables, in order of preference."""
    items = (
        f'{{\\"{key}\\":\\"${variable}\\",\\"SerialNumber\\":{number},\\"WeightValue\\":1}}'
        for number, variable in enumerate(variables, start=1)
    )
    return Shell(f'"[{",".join(items)}]"')


def _order_step(action: Action, root: Root, pools: Sequence[_Pool], config: str, instance: str) -> Step:
    ids = {"InstanceId": Shell(f'"${instance}"'), "ConfigId": Shell(f'"${config}"')}
    members = _numbered("AddressPoolId", [pool.output for pool in pools])
    replace = aliyun("alidns", "ReplaceCloudGtmInstanceConfigAddressPool", None, {**ids, "AddressPools": members})
    show = aliyun("alidns", "DescribeCloudGtmInstanceConfigFullInfo", None, ids)
    enable = aliyun("alidns", "UpdateCloudGtmInstanceConfigEnableStatus", None, {**ids, "EnableStatus": "enable"})
    return Step(
        title="Put the pools in order behind the GTM access domain and switch it on",
        why=_NO_MEMBERS,
        body=(
            *(output(root.folder, name) for name in (*(pool.output for pool in pools), instance, config)),
            replace,
            query(show, ".AddressPools.AddressPool | length", "members"),
            f'[ "$members" -eq {len(pools)} ] || {fail("The access domain does not show all pools:", "members")}',
            enable,
            say("Point the public name of the service at the access domain only once both pools are shown as healthy."),
        ),
        rollback="UpdateCloudGtmInstanceConfigEnableStatus with --EnableStatus disable; put the old DNS record back.",
        action_id=action.id,
        needs=(root.folder,),
    )
