"""Edges to file systems (NAS): the servers that use one, and those that its access rules let in.

That a server used it is an observation of one minute, and tells nothing of others that have it mounted. A mount target
is reached from its VPC alone, whatever wider block a rule names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, ip_network

from advisor.graph.edges_data import GUESSED_CLIENTS, instances_in
from advisor.graph.edgeset import EdgeSet
from advisor.graph.index import Estate
from advisor.model.inventory import Resource

CLIENT_RULE = "data.mounted_client"
_STANDARD = "standard"
_INACTIVE = frozenset({"inactive", "deleting", "deleted"})
Groups = Mapping[tuple[str, str, str], Resource]
"""(name, type of file system, region) → access group."""


def add_file_edges(estate: Estate, edges: EdgeSet) -> None:
    """Who uses the file systems, and who may."""
    groups = {
        (group.name, group.text("file_system_type") or _STANDARD, group.region or ""): group
        for group in estate.of_kind("access_group")
    }
    for system in estate.of_kind("file_system"):
        targets = [one for one in system.records("mount_targets") if str(one.get("status")).lower() not in _INACTIVE]
        used = set(_used(estate, edges, system, targets))
        for target in targets:
            _let_in(estate, edges, system, target, groups, used)


def _used(estate: Estate, edges: EdgeSet, system: Resource, targets: list[Mapping[str, object]]) -> Iterator[str]:
    """The servers that were seen as clients; an address is looked for in the VPCs in which the file system is."""
    vpc_of = {str(one.get("domain") or ""): str(one.get("vpc_id") or "") for one in targets}
    everywhere = tuple(dict.fromkeys(vpc_of.values()))
    for client in system.records("clients"):
        address, domain = str(client.get("address") or ""), str(client.get("domain") or "")
        vpcs = (vpc_of[domain],) if domain in vpc_of else everywhere
        homes = {estate.addresses[vpc, address] for vpc in vpcs if (vpc, address) in estate.addresses}
        for instance in homes if len(homes) == 1 else ():
            edges.add(instance, system.id, "hard", "derived", CLIENT_RULE, f"used it from {address}")
            yield instance


def _let_in(
    estate: Estate,
    edges: EdgeSet,
    system: Resource,
    target: Mapping[str, object],
    groups: Groups,
    used: set[str],
) -> None:
    """Those that a rule of the mount target's access group lets in: a guess, and none where it names too many."""
    vpc, name = str(target.get("vpc_id") or ""), str(target.get("access_group") or "")
    kind = system.text("file_system_type") or _STANDARD
    group = groups.get((name, kind, system.region or "")) or groups.get((name, kind, ""))
    for rule in group.records("rules") if group and vpc else ():
        try:
            block = ip_network(str(rule.get("source_cidr") or ""), strict=False)
        except ValueError:
            continue
        found = instances_in(estate, vpc, block, GUESSED_CLIENTS) if isinstance(block, IPv4Network) else ()
        for instance in found:
            if instance not in used:
                evidence = f"access group {name} lets in {block}"
                edges.add(instance, system.id, "hard", "guessed", "data.file_access", evidence)
