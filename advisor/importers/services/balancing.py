"""Load balancing: CLB, ALB and NLB balancers, listeners, server groups and their members."""

from __future__ import annotations

import re

from advisor.importers.convert import as_bool, as_id, as_ids, as_lower, as_text, as_time, as_word, tried, unique
from advisor.importers.fields import ABSENT, Record, get, items, keys_of, text
from advisor.importers.places import ids_in_path, is_region
from advisor.importers.quantities import COUNT, MBPS, PORT
from advisor.importers.records import Batch, Collector, Context, Draft, Spec, field_of
from advisor.model.inventory import Origin


def _balancer_type(draft: Draft, record: Record) -> str | None:
    prefix = draft.id.partition("-")[0]
    if prefix in ("alb", "nlb"):
        return prefix
    names = keys_of(record).keys()
    if names & {"loadbalanceredition", "loadbalancerbussinessstatus"}:
        return "alb"
    if "loadbalancertype" in names and text(get(record, "LoadBalancerType")).lower() == "network":
        return "nlb"
    if prefix == "lb" or names & {"masterzoneid", "loadbalancerspec", "slavezoneid", "regionidalias"}:
        return "clb"
    return None


def _balancer_finish(draft: Draft, record: Record) -> None:
    kind = _balancer_type(draft, record)
    if kind:
        draft.attributes["lb_type"] = kind
    _clb_zones(draft, record)
    mappings = get(record, "ZoneMappings")
    placed = draft.listed("zone_mappings", mappings, "ZoneId", "VSwitchId")
    if placed is not None:
        found = tuple(_zone_mapping(one, draft) for one in placed)
        draft.attributes["zone_mappings"] = found
        draft.zones = tuple(dict.fromkeys(str(one["zone"]) for one in found if "zone" in one))
    backend = draft.listed("backend", get(record, "BackendServers"), *_MEMBER)
    if backend is not None:
        draft.attributes["backend"] = tuple(backend_record(one, draft) for one in backend)
    if not draft.region:
        draft.region = _region_of_name(text(get(record, "DNSName")))


def _clb_zones(draft: Draft, record: Record) -> None:
    master, slave = text(get(record, "MasterZoneId")), text(get(record, "SlaveZoneId"))
    if master:
        draft.zones = tuple(dict.fromkeys(zone for zone in (master, slave) if zone))


def _region_of_name(dns_name: str) -> str | None:
    return next((part for part in dns_name.split(".") if is_region(part)), None)


def _zone_mapping(mapping: Record, balancer: Draft) -> dict[str, object]:
    addresses = balancer.listed("addresses in a zone", get(mapping, "LoadBalancerAddresses"))
    address = addresses[0] if addresses else {}
    found = {
        "zone": text(get(mapping, "ZoneId")),
        "vswitch_id": text(get(mapping, "VSwitchId")),
        "address": text(get(address, "Address", "PublicIPv4Address", "PrivateIPv4Address", "IntranetAddress")),
        "eip_id": text(get(address, "AllocationId")) or text(get(mapping, "allocation_id")),
    }
    return {name: value for name, value in found.items() if value}


_MEMBER = ("ServerId", "ServerIp", "server_ids")


def member_record(member: Record, owner: Draft) -> dict[str, object]:
    """A member of a server group in canonical names; what of it cannot be read is said of ``owner``."""
    found: dict[str, object] = {"server_id": text(get(member, "ServerId"))}
    for name, source in (("server_ip", "ServerIp"), ("status", "Status"), ("zone", "ZoneId")):
        value = text(get(member, source))
        if value:
            found[name] = value
    declared = text(get(member, "ServerType")).lower()
    if declared in ("master", "slave"):
        found["role"] = declared
        declared = ""
    found["server_type"] = declared or text(get(member, "Type")).lower() or "ecs"
    for name, convert in (("port", PORT), ("weight", COUNT)):
        number = owner.read(f"{name} of member {found['server_id']}", convert, get(member, name))
        if number is not ABSENT:
            found[name] = number
    return found


def backend_record(member: Record, balancer: Draft) -> dict[str, object]:
    """A default backend of a CLB in canonical names."""
    found = member_record(member, balancer)
    return {"type" if name == "server_type" else name: value for name, value in found.items()}


def _balancer_extra(draft: Draft, record: Record, context: Context, batch: Batch, collector: Collector) -> None:
    """The listeners that a CLB's attribute answer names; one without port or protocol has no id, which is said."""
    for number, one in enumerate(items(get(record, "ListenerPortsAndProtocol"))):
        listener = _named_listener(draft, one, context) if isinstance(one, dict) else None
        if listener is not None:
            batch.drafts.append(listener)
            continue
        collector.note(
            "INV-NO-ID",
            "medium",
            "A listener of a balancer has no port or no protocol",
            Origin(context.file, context.at(f"ListenerPortsAndProtocol[{number}]").place),
            "it was left out.",
            "Export the balancer's attributes again, or its listeners (DescribeLoadBalancerListeners).",
            draft.id,
        )


def _named_listener(balancer: Draft, row: Record, context: Context) -> Draft | None:
    port, protocol = tried(PORT, get(row, "ListenerPort")), text(get(row, "ListenerProtocol")).lower()
    if port is ABSENT or not protocol:
        return None
    listener = Draft("listener", listener_id(balancer.id, protocol, str(port)), context.place, region=balancer.region)
    listener.attributes = {"load_balancer_id": balancer.id, "port": port, "protocol": protocol}
    if listener.read("forward of the listener", as_bool, get(row, "ListenerForward")) is True:
        forward = listener.read("forward_port", PORT, get(row, "ForwardPort"))
        if forward is not ABSENT:
            listener.attributes["forward_port"] = forward
    return listener


def listener_id(balancer: str, protocol: str, port: str) -> str:
    """The id of a listener that has none of its own."""
    return f"{balancer}:{protocol}:{port}"


LOAD_BALANCER = Spec(
    kind="load_balancer",
    id=("LoadBalancerId", "id"),
    name=("LoadBalancerName", "name"),
    hints=("loadbalancer", "loadbalancers"),
    needs=(
        frozenset({"loadbalancerid", "loadbalancername"}),
        frozenset({"loadbalancerid", "loadbalancerstatus"}),
        frozenset({"loadbalancerid", "backendservers", "address"}),
        frozenset({"loadbalancerid", "zonemappings"}),
        frozenset({"loadbalancerid", "addresstype"}),
    ),
    refuses=frozenset({"listenerid", "listenerport", "servergroupid", "vservergroupid", "scalinggroupid"}),
    zone=("MasterZoneId",),
    status=("LoadBalancerStatus", "Status"),
    finish=_balancer_finish,
    extra=_balancer_extra,
    fields=(
        field_of("vpc_id", "VpcId", as_id),
        field_of("vswitch_id", "VSwitchId", as_id),
        field_of("slave_zone", "SlaveZoneId", as_text),
        field_of("address_type", "AddressType", as_lower),
        field_of("address", "Address", as_text),
        field_of("dns_name", "DNSName", as_text),
        field_of("edition", "LoadBalancerEdition", as_text),
        field_of("spec", "LoadBalancerSpec", as_word),
        field_of("bandwidth_mbps", "Bandwidth", MBPS),
        field_of("charge_type", "PayType | LoadBalancerBillingConfig.PayType", as_text),
        field_of("internet_charge_type", "InternetChargeType", as_text),
        field_of("security_group_ids", "SecurityGroupIds", as_ids),
        field_of("created_at", "CreateTime", as_time),
    ),
)

_CONFIGS = ("TCPListenerConfig", "UDPListenerConfig", "HTTPListenerConfig", "HTTPSListenerConfig")


def _listener_finish(draft: Draft, record: Record) -> None:
    actions = draft.listed("default_actions", get(record, "DefaultActions"), *_ACTION)
    groups = unique(
        get(record, "ServerGroupId"),
        get(record, "VServerGroupId", "server_group_id"),
        get(record, "MasterSlaveServerGroupId"),
        *(get(record, f"{config}.MasterSlaveServerGroupId") for config in _CONFIGS),
        *_forwarded(draft, actions or ()),
    )
    stated = {"servergroupid", "vservergroupid", "defaultactions", "masterslaveservergroupid"} & keys_of(record).keys()
    if groups or (stated and not draft.odd):
        draft.attributes["server_group_ids"] = groups
    _mirrored(draft, actions or ())
    rules = draft.listed("rules", get(record, "Rules"), "RuleId", "RuleName", "VServerGroupId", "Domain", "Url")
    if rules is not None:
        draft.attributes["rule_server_group_ids"] = unique(*(get(rule, "VServerGroupId") for rule in rules))
    config = next((get(record, name) for name in _CONFIGS if get(record, name) is not ABSENT), ABSENT)
    check = health_check(config, draft) if isinstance(config, dict) else {}
    if check:
        draft.attributes["health_check"] = check


_ACTION = ("Type", "ForwardGroupConfig.ServerGroupTuples", "TrafficMirrorConfig.MirrorGroupConfig")


def _forwarded(listener: Draft, actions: tuple[Record, ...]) -> tuple[str, ...]:
    """The server groups that actions send to; one of weight 0 gets nothing while another has more."""
    found = [one for action in actions for one in _tuples(listener, get(action, "ForwardGroupConfig"))]
    weights = [listener.read("weight of a server group", COUNT, get(one, "Weight")) for one in found]
    served = [one for one, weight in zip(found, weights, strict=True) if weight != 0] or found
    return unique(*(get(one, "ServerGroupId") for one in served))


def _mirrored(draft: Draft, actions: tuple[Record, ...]) -> None:
    """The server groups that get a copy of the traffic and whose answers nobody waits for."""
    found = [
        one
        for action in actions
        for config in _configs(get(action, "TrafficMirrorConfig"))
        for one in _tuples(draft, get(config, "MirrorGroupConfig"))
    ]
    if found:
        draft.attributes["mirror_server_group_ids"] = unique(*(get(one, "ServerGroupId") for one in found))


def _tuples(listener: Draft, config: object) -> list[Record]:
    given = (get(inner, "ServerGroupTuples") for inner in _configs(config))
    return [one for value in given for one in listener.listed("server groups", value, "ServerGroupId") or ()]


def _configs(value: object) -> list[Record]:
    """One configuration, or the list of one that Terraform keeps it in."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def clb_listener_record(record: Record, context: Context) -> Record | None:
    """The record with an id of its own: a CLB listener is known by balancer, protocol and port."""
    if text(get(record, "ListenerId")):
        return record
    balancer = text(get(record, "LoadBalancerId")) or next(iter(ids_in_path(context.path, "load_balancer")[-1:]), "")
    protocol = text(get(record, "ListenerProtocol", "protocol")).lower() or _protocol_of(context)
    port = text(get(record, "ListenerPort", "frontend_port"))
    if not (balancer and protocol and port):
        return None
    return {
        **record,
        "ListenerId": listener_id(balancer, protocol, port),
        "LoadBalancerId": balancer,
        "ListenerProtocol": protocol,
    }


def _protocol_of(context: Context) -> str:
    for protocol in ("https", "http", "tcp", "udp"):
        if f"loadbalancer{protocol}listener" in context.operation.lower():
            return protocol
    return ""


LISTENER = Spec(
    kind="listener",
    id=("ListenerId", "id"),
    name=("ListenerDescription", "Description"),
    hints=("listeners", "listener"),
    needs=(
        frozenset({"listenerid", "listenerport"}),
        frozenset({"loadbalancerid", "listenerport", "listenerprotocol"}),
        frozenset({"listenerport", "scheduler", "status"}),
        frozenset({"listenerport", "forwardport", "status"}),
        frozenset({"listenerport", "backendserverport"}),
    ),
    refuses=frozenset({"servergroupinfos", "serverhealthstatus", "loadbalancername"}),
    status=("ListenerStatus", "Status"),
    finish=_listener_finish,
    unite=frozenset({"rule_server_group_ids", "mirror_server_group_ids"}),
    fields=(
        field_of("load_balancer_id", "LoadBalancerId", as_id),
        field_of("port", "ListenerPort", PORT),
        field_of("protocol", "ListenerProtocol", as_lower),
        field_of("scheduler", "Scheduler", as_lower),
        field_of("backend_port", "BackendServerPort", PORT),
        field_of("forward_port", "HTTPListenerConfig.ForwardPort | ForwardPort", PORT),
    ),
)

_CHECK = {
    "interval_s": ("HealthCheckInterval",),
    "timeout_s": ("HealthCheckTimeout", "HealthCheckConnectTimeout"),
    "healthy_threshold": ("HealthyThreshold",),
    "unhealthy_threshold": ("UnhealthyThreshold",),
}


def health_check(config: Record, owner: Draft) -> dict[str, object]:
    """A health check in canonical names, from any product's wording; what cannot be read is said of ``owner``."""
    found: dict[str, object] = {}
    switch = get(config, "HealthCheckEnabled", "HeathCheckEnabled", "HealthCheck")
    enabled = owner.read("enabled of the health check", as_bool, switch)
    if enabled is not ABSENT:
        found["enabled"] = enabled
    for name, sources in _CHECK.items():
        value = owner.read(f"{name} of the health check", COUNT, get(config, *sources))
        if value is not ABSENT:
            found[name] = value
    for name, sources in (
        ("path", ("HealthCheckPath", "HealthCheckUrl", "HealthCheckURI")),
        ("protocol", ("HealthCheckProtocol", "HealthCheckType")),
    ):
        value = text(get(config, *sources))
        if value:
            found[name] = value if name == "path" else value.lower()
    return found


def _group_finish(draft: Draft, record: Record) -> None:
    check = get(record, "HealthCheckConfig", "HealthCheck", "health_check_config")
    configs = draft.listed("health_check", [check] if isinstance(check, dict) else check)
    if configs:
        draft.attributes["health_check"] = health_check(configs[0], draft)
    given = get(record, "BackendServers", "MasterSlaveBackendServers", "servers")
    members = draft.listed("members", given, *_MEMBER)
    if members is not None:
        draft.attributes["members"] = tuple(member_record(one, draft) for one in members)


def _group_owner(draft: Draft, record: Record, context: Context, _batch: Batch, _collector: Collector) -> None:
    """A CLB group belongs to one balancer; a list of groups does not say to which, its file name may."""
    if "load_balancer_ids" not in draft.attributes and keys_of(record).keys() & {
        "vservergroupid",
        "masterslaveservergroupid",
    }:
        owner = text(get(record, "LoadBalancerId")) or next(iter(ids_in_path(context.path, "load_balancer")[-1:]), "")
        if owner:
            draft.attributes["load_balancer_ids"] = (owner,)


SERVER_GROUP = Spec(
    kind="server_group",
    id=("ServerGroupId", "VServerGroupId", "MasterSlaveServerGroupId", "id"),
    name=("ServerGroupName", "VServerGroupName", "MasterSlaveServerGroupName", "name"),
    hints=(
        "servergroup",
        "servergroups",
        "vservergroup",
        "vservergroups",
        "masterslaveservergroup",
        "masterslaveservergroups",
    ),
    needs=(
        frozenset({"servergroupid", "servergroupname"}),
        frozenset({"vservergroupid", "vservergroupname"}),
        frozenset({"vservergroupid", "backendservers"}),
        frozenset({"masterslaveservergroupid", "masterslaveservergroupname"}),
        frozenset({"masterslaveservergroupid", "masterslavebackendservers"}),
    ),
    refuses=frozenset({"listenerid", "listenerport", "serverid", "scalinggroupid"}),
    status=("ServerGroupStatus", "Status"),
    finish=_group_finish,
    extra=_group_owner,
    unite=frozenset({"members"}),
    fields=(
        field_of("vpc_id", "VpcId", as_id),
        field_of("protocol", "Protocol", as_lower),
        field_of("group_type", "ServerGroupType", as_lower),
        field_of("scheduler", "Scheduler", as_lower),
        field_of("load_balancer_ids", "RelatedLoadBalancerIds", as_ids),
        field_of("server_count", "ServerCount", COUNT),
    ),
)


def read_group_server(record: Record, context: Context, batch: Batch) -> None:
    """One member of an ALB or NLB server group; the group from the record, else from the file name."""
    group = text(get(record, "ServerGroupId")) or next(iter(ids_in_path(context.path, "server_group")[-1:]), "")
    if not group:
        raise LookupError("the answer does not name its server group")
    draft = Draft("server_group", group, context.place, partial=True, unite=frozenset({"members"}))
    draft.attributes["members"] = (member_record(record, draft),)
    batch.drafts.append(draft)


def read_rule(record: Record, context: Context, batch: Batch) -> None:
    """A forwarding rule: the server groups that a listener sends to beside its default one."""
    listener = text(get(record, "ListenerId"))
    if listener:
        draft = Draft("listener", listener, context.place, partial=True, unite=LISTENER.unite)
        actions = draft.listed("actions of a rule", get(record, "RuleActions"), *_ACTION) or ()
        groups = _forwarded(draft, actions)
        if groups or not draft.odd:
            draft.attributes["rule_server_group_ids"] = groups
        _mirrored(draft, actions)
        batch.drafts.append(draft)


_LISTENER_IN_PATH = re.compile(r"(https?)[^0-9a-z]+(\d{1,5})(?!\d)", re.IGNORECASE)


def read_clb_rule(record: Record, context: Context, batch: Batch) -> None:
    """A forwarding rule of a CLB, which names its server group and not its listener. The file name may name the
    listener (``lb-…_http_80``), or else the balancer, which then is that of the group."""
    group = text(get(record, "VServerGroupId"))
    balancer = text(get(record, "LoadBalancerId")) or next(iter(ids_in_path(context.path, "load_balancer")[-1:]), "")
    if not balancer:
        raise LookupError("the rules do not name their balancer; put its id, protocol and port into the file name")
    if not group:
        return
    named = _LISTENER_IN_PATH.search(context.path.rpartition(balancer)[2])
    if named is None:
        owned = Draft("server_group", group, context.place, partial=True, unite=frozenset({"load_balancer_ids"}))
        owned.attributes["load_balancer_ids"] = (balancer,)
        batch.drafts.append(owned)
        return
    listener = listener_id(balancer, named.group(1).lower(), named.group(2))
    draft = Draft("listener", listener, context.place, partial=True, unite=LISTENER.unite)
    draft.attributes["rule_server_group_ids"] = (group,)
    batch.drafts.append(draft)
