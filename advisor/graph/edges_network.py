"""Edges of the network path: security groups, network interfaces, elastic addresses, NAT gateways."""

from __future__ import annotations

from collections import defaultdict
from ipaddress import ip_address, ip_network

from advisor.graph.edges_hybrid import add_hybrid_edges
from advisor.graph.edges_related import add_related_edges
from advisor.graph.edgeset import EdgeSet
from advisor.graph.index import Estate, unique
from advisor.model.graph import EdgeConfidence, Meaning
from advisor.model.inventory import Resource


def add_network_edges(estate: Estate, edges: EdgeSet) -> None:
    """How traffic gets in and out."""
    nodes = estate.nodes
    members, groups = nodes.lists("instance", "security_group_ids")
    instances = nodes.rows("instance")[members]
    edges.add_many(instances, groups, "control", "declared", "network.security_group", "policy, not failure")
    enis, owners = nodes.rows("network_interface"), nodes.column("network_interface", "instance_id")
    edges.add_many(enis, owners, "hard", "declared", "network.interface", "part of the instance")
    for target, eips in sorted(estate.eips_of.items()):
        for eip in eips:
            edges.add(eip, target, "hard", "declared", "network.eip", "address bound to it")
    for gateway in estate.of_kind("vpn_gateway"):
        evidence = "the way to the other side; who uses it is not known"
        edges.add(gateway.text("vpc_id"), gateway.id, "soft", "declared", "network.vpn", evidence)
    add_hybrid_edges(estate, edges)
    _moving_addresses(estate, edges)
    _routes(estate, edges)
    _outbound(estate, edges)
    _inbound(estate, edges)
    add_related_edges(estate, edges)


def _moving_addresses(estate: Estate, edges: EdgeSet) -> None:
    """An address that one of several servers answers at: another takes it over when that one fails."""
    for address in estate.of_kind("ha_vip"):
        servers = unique(estate.eni_instances.get(one, one) for one in address.texts("associated_ids"))
        group = address.id if len(servers) > 1 else None
        for server in servers:
            meaning: Meaning = "failover" if group else "hard"
            edges.add(address.id, server, meaning, "declared", "network.ha_vip", "answers at the address", group)


def _routes(estate: Estate, edges: EdgeSet) -> None:
    """The servers that a vSwitch's routes lead to: without one its servers lose what lies behind, not themselves."""
    for table in estate.of_kind("route_table"):
        routes = table.records("routes")
        for vswitch in _routed_by(estate, table) if routes else ():
            for route in routes:
                hop = str(route.get("hop_id") or "")
                evidence = f"route to {route.get('cidr') or 'somewhere'} in {table.id}"
                target = estate.eni_instances.get(hop, hop)
                edges.add(vswitch, target, "soft", "declared", "network.route", evidence)


def _routed_by(estate: Estate, table: Resource) -> tuple[str, ...]:
    """The vSwitches of a route table: those that it or they name; of the VPC's own table all that name no other."""
    named = [one.id for one in estate.of_kind("vswitch") if one.text("route_table_id") == table.id]
    named += table.texts("vswitch_ids")
    if table.text("table_type") == "system":
        elsewhere = {one for other in estate.of_kind("route_table") for one in other.texts("vswitch_ids")}
        of_vpc = estate.vswitches_of_vpc.get(table.text("vpc_id") or "-", ())
        named += [one.id for one in of_vpc if one.text("route_table_id") is None and one.id not in elsewhere]
    return unique(named)


def is_private(estate: Estate, instance: Resource) -> bool:
    """Whether an instance in a VPC has no public address of its own."""
    public = instance.texts("public_ips") or instance.text("eip_id") or estate.eips_of.get(instance.id)
    return not public and estate.vpc_of(instance) is not None


def _outbound(estate: Estate, edges: EdgeSet) -> None:
    """Private instances go out by a NAT gateway: told by its rules, else the only gateway of the VPC, else guessed."""
    gateways: dict[str, list[Resource]] = defaultdict(list)
    for gateway in estate.of_kind("nat_gateway"):
        if estate.eips_of.get(gateway.id):
            gateways[estate.vpc_of(gateway) or ""].append(gateway)
    gateways.pop("", None)
    for instance in estate.of_kind("instance") if gateways else ():
        found = gateways.get(estate.vpc_of(instance) or "", []) if is_private(estate, instance) else []
        for gateway in found:
            confidence, evidence = _way_out(instance, gateway, len(found) == 1)
            if confidence:
                edges.add(instance.id, gateway.id, "soft", confidence, "network.nat", evidence)


def _way_out(instance: Resource, gateway: Resource, only: bool) -> tuple[EdgeConfidence | None, str]:
    if "snat_entries" not in gateway.attributes:
        words = "the only NAT gateway of the VPC" if only else "one of several NAT gateways of the VPC"
        return ("derived" if only else "guessed"), f"no public address; {words}"
    for entry in gateway.records("snat_entries"):
        vswitch, block = str(entry.get("source_vswitch_id") or ""), str(entry.get("source_cidr") or "")
        if vswitch and vswitch == instance.text("vswitch_id"):
            return "derived", f"SNAT for {vswitch}"
        if block and any(_inside(address, block) for address in instance.texts("private_ips")):
            return "derived", f"SNAT for {block}"
    return None, ""


def _inside(address: str, block: str) -> bool:
    try:
        return ip_address(address) in ip_network(block, strict=False)
    except ValueError:
        return False


def _inbound(estate: Estate, edges: EdgeSet) -> None:
    """Addresses that a NAT gateway forwards to an instance."""
    for gateway in estate.of_kind("nat_gateway"):
        for entry in gateway.records("forward_entries"):
            eip = estate.eip_addresses.get(str(entry.get("external_ip") or ""))
            instance = estate.addresses.get((estate.vpc_of(gateway) or "", str(entry.get("internal_ip") or "")))
            evidence = f"{gateway.id} forwards port {entry.get('external_port') or 'any'}"
            edges.add(eip, instance, "hard", "derived", "network.dnat", evidence)
