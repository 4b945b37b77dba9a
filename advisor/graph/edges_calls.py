"""Proposals of who calls whom, from security group rules and names: to be confirmed, never counted by themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network, ip_network
from itertools import product
from typing import Final

from advisor.graph.edges_data import instances_in
from advisor.graph.edgeset import EdgeSet
from advisor.graph.index import Estate, address_number
from advisor.graph.matching import is_default_name
from advisor.graph.membership import Memberships
from advisor.graph.names import stem_in, tier_in, tier_of
from advisor.model.graph import Meaning
from advisor.model.inventory import Kind, Resource

# Tuning, not facts: more pairs than this from one rule are no help to anybody who must confirm them.
PAIRS_PROPOSED = 16
WIDE_PREFIX = 16
PORT_ROLES: Mapping[int, str] = {
    80: "HTTP", 443: "HTTPS", 8080: "HTTP", 3306: "MySQL", 5432: "PostgreSQL", 6379: "Redis", 9092: "Kafka",
    2181: "ZooKeeper", 9200: "Elasticsearch", 27017: "MongoDB",
}  # fmt: skip
PEER_RULE = "calls.peers"
_WITH_TIERS: Final[tuple[Kind, ...]] = ("instance", "database", "cache")
Named = tuple[str, str, str]
"""VPC or region, name and id of a resource."""


def add_call_edges(estate: Estate, memberships: Memberships, edges: EdgeSet) -> None:
    """Calls that the rules allow, and what names suggest."""
    for group in estate.with_attribute("security_group", "rules"):
        for rule in _ingress(group):
            if _accepts(rule) and not _denied(group, rule):
                _allowed(estate, edges, group, rule)
    _referenced(estate, edges)
    named = {kind: _named(estate, kind) for kind in _WITH_TIERS}
    _named_peers(memberships, edges, named["instance"])
    _spread_peers(estate, memberships, edges)
    _named_tiers(edges, named)


def _ingress(group: Resource) -> Iterator[Mapping[str, object]]:
    return (rule for rule in group.records("rules") if _word(rule, "direction") in ("", "ingress", "in"))


def _word(rule: Mapping[str, object], key: str) -> str:
    return str(rule.get(key) or "").strip().lower()


def _accepts(rule: Mapping[str, object]) -> bool:
    return _word(rule, "policy") in ("", "accept", "allow")


def _drops(rule: Mapping[str, object]) -> bool:
    """Whether a rule is known to refuse what its ports say; one whose policy or ports cannot be read is not."""
    return _word(rule, "policy") in ("drop", "deny", "reject", "refuse") and _ports_known(rule)


def _ports_known(rule: Mapping[str, object]) -> bool:
    return all(part.removeprefix("-").isdigit() for part in _word(rule, "port_range").split("/") if part)


def port_span(rule: Mapping[str, object]) -> tuple[int, int]:
    """First and last port of a rule; ``-1/-1`` is all of them."""
    parts = _word(rule, "port_range").replace("-1/-1", "").split("/")
    numbers = [int(part) for part in parts if part.isdigit()]
    return (numbers[0], numbers[-1]) if numbers else (1, 65535)


def priority(rule: Mapping[str, object]) -> int:
    """A rule's priority: the lower number goes first; unknown counts as the default."""
    text = _word(rule, "priority").removesuffix(".0")
    return int(text) if text.isdigit() else 1


def _denied(group: Resource, rule: Mapping[str, object]) -> bool:
    """Whether a drop rule of the same or a lower number covers source, protocol and ports."""
    first, last = port_span(rule)
    for other in _ingress(group):
        low, high = port_span(other)
        covers = low <= first and last <= high and _word(other, "protocol") in ("all", "", _word(rule, "protocol"))
        if _drops(other) and covers and _same_source(other, rule) and priority(other) <= priority(rule):
            return True
    return False


def _same_source(drop: Mapping[str, object], rule: Mapping[str, object]) -> bool:
    if drop.get("source_group_id"):
        return drop.get("source_group_id") == rule.get("source_group_id")
    wide, narrow = _block(drop), _block(rule)
    if wide is None:
        return False
    return wide.prefixlen == 0 or (narrow is not None and narrow.subnet_of(wide))


def _block(rule: Mapping[str, object]) -> IPv4Network | None:
    return _as_block(_word(rule, "source_cidr"))


def _as_block(written: str) -> IPv4Network | None:
    try:
        block = ip_network(written, strict=False)
    except ValueError:
        return None
    return block if isinstance(block, IPv4Network) else None


def _allowed(estate: Estate, edges: EdgeSet, group: Resource, rule: Mapping[str, object]) -> None:
    first, last = port_span(rule)
    label = f" ({PORT_ROLES[first]})" if first == last and first in PORT_ROLES else ""
    ports = f"{first}/{last}{label}" if _ports_known(rule) else "ports that cannot be read"
    evidence = f"{group.id} accepts {_word(rule, 'protocol') or 'all'} {ports}"
    source = str(rule.get("source_group_id") or "")
    if source:
        known = estate.group_instances.get(source) and estate.group_instances.get(group.id)
        evidence += "; allowed on the way out too" if _sends_to(estate, source, group.id) else ""
        edges.add(source if known else None, group.id, "hard", "derived", "calls.security_group", evidence)
    elif estate.group_instances.get(group.id):
        _allowed_block(estate, edges, group, rule, evidence)


def _sends_to(estate: Estate, source: str, target: str) -> bool:
    """Whether an egress rule of the source names the target or a block that one of its members is in, which confirms
    the direction. Wide blocks confirm nothing: they are what every group has."""
    group = estate.get(source)
    rules = [rule for rule in group.records("rules") if _accepts(rule)] if group else []
    if any(rule.get("dest_group_id") == target for rule in rules):
        return True
    blocks = [block for rule in rules if (block := _as_block(_word(rule, "dest_cidr"))) is not None]
    narrow = [block for block in blocks if block.prefixlen > WIDE_PREFIX]
    vpc = (estate.vpc_of(group) if group else None) or ""
    members = set(estate.group_instances.get(target, ())) if narrow else set()
    return any(not members.isdisjoint(instances_in(estate, vpc, block, None)) for block in narrow)


def _referenced(estate: Estate, edges: EdgeSet) -> None:
    """Groups that another one names in rules that are not listed: that somebody calls somebody is all it tells."""
    for group in estate.with_attribute("security_group", "referenced_by"):
        for other in group.texts("referenced_by"):
            known = estate.get(other)
            told = known is not None and "rules" in known.attributes
            if not told and estate.group_instances.get(group.id) and estate.group_instances.get(other):
                evidence = f"{other} names {group.id} in its rules, which are not listed; port and direction unknown"
                edges.add(group.id, other, "hard", "guessed", "calls.security_group", evidence)


def _allowed_block(estate: Estate, edges: EdgeSet, group: Resource, rule: Mapping[str, object], evidence: str) -> None:
    """A block that is one address is its instance, one that is a vSwitch's is the vSwitch; wide ones say nothing."""
    block, vpc = _block(rule), estate.vpc_of(group) or ""
    if block is None or block.prefixlen <= WIDE_PREFIX:
        return
    found = f"{evidence} from {block}"
    if block.prefixlen == 32:
        number = address_number(str(block.network_address))
        instance = estate.addresses.get((vpc, str(block.network_address))) if number is not None else None
        edges.add(instance, group.id, "hard", "derived", "calls.address", found)
    for vswitch in estate.vswitches_of_vpc.get(vpc, ()) if block.prefixlen < 32 else ():
        if vswitch.text("cidr") == str(block):
            edges.add(vswitch.id, group.id, "hard", "derived", "calls.subnet", found)


def _named_peers(memberships: Memberships, edges: EdgeSet, instances: Iterable[Named]) -> None:
    """Instances of one numbered stem look like equals, two of a data tier like a pair; what is grouped is known."""
    stems: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for place, name, instance in instances:
        stem = None if instance in memberships.groups_of else stem_in(name)
        if stem:
            stems[place, stem].append((name, instance))
    for (_, stem), found in sorted(item for item in stems.items() if len(item[1]) > 1):
        if len({name for name, _ in found}) == len(found):
            (name, first), *others = sorted(found)
            tier = tier_of(name)
            pair = len(others) == 1 and tier is not None and tier[1] == "data"
            for _, other in others:
                meaning: Meaning = "failover" if pair else "k_of_n"
                evidence = f"names {stem} with numbers"
                edges.add(first, other, meaning, "guessed", PEER_RULE, evidence, f"name {stem}")


def _named(estate: Estate, kind: Kind) -> list[Named]:
    """VPC or region, name and id of every resource of a kind whose name somebody gave."""
    table = estate.tables.table(kind)
    rows = zip(estate.vpcs_of(kind), table.regions, table.names, table.ids, strict=True)
    return [(vpc or region or "", name, one) for vpc, region, name, one in rows if not is_default_name(name)]


def _spread_peers(estate: Estate, memberships: Memberships, edges: EdgeSet) -> None:
    """Instances that somebody spread over hosts on purpose look like equals; what is grouped is known."""
    sets: dict[str, list[str]] = defaultdict(list)
    instances = estate.tables.table("instance")
    for name, instance in zip(instances.texts("deployment_set_id"), instances.ids, strict=True):
        if name and not memberships.groups_of.get(instance):
            sets[name].append(instance)
    for group in estate.of_kind("deployment_set"):
        free = [item for item in group.texts("instance_ids") if not memberships.groups_of.get(item)]
        sets[group.id].extend(item for item in free if estate.has(item, "instance"))
    for name, found in sorted(sets.items()):
        first, *others = sorted(set(found)) or [""]
        for other in others:
            evidence = f"spread over hosts by {name}"
            edges.add(first, other, "k_of_n", "guessed", PEER_RULE, evidence, f"deployment set {name}")


def _named_tiers(edges: EdgeSet, named: Mapping[Kind, Iterable[Named]]) -> None:
    """An application tier and a data tier of one stem look like client and server."""
    tiers: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for kind, rows in named.items():
        for place, name, resource_id in rows:
            found = tier_in(name)
            if found:
                tiers[place, found[0]]["data" if kind != "instance" else found[1]].append(resource_id)
    for (_, stem), kinds in sorted(item for item in tiers.items() if len(item[1]) > 1):
        if len(kinds["app"]) * len(kinds["data"]) <= PAIRS_PROPOSED:
            for client, server in product(kinds["app"], kinds["data"]):
                edges.add(client, server, "hard", "guessed", "calls.tiers", f"tiers named {stem}")
