"""Edges of names and addresses: records of names, a traffic manager with its address pools, and who answers there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Final

from advisor.graph.edgeset import EdgeSet
from advisor.graph.index import Estate, unique
from advisor.model.graph import EdgeConfidence, Meaning
from advisor.model.inventory import Kind, Resource

_OFFLINE: Final = "offline"
_DISABLED: Final = "disable"
_LEADS_ON: Final = frozenset({"a", "aaaa", "cname"})
_NAME_RULE: Final = "network.dns_name"
_BUCKET_HOST: Final = re.compile(r"^(?P<bucket>[a-z0-9][a-z0-9-]{1,61}[a-z0-9])\.oss-[a-z0-9-]+\.aliyuncs\.com$")
_BY_NAME: Final[tuple[tuple[Kind, str], ...]] = (
    ("load_balancer", "dns_name"),
    ("database", "connection_string"),
    ("cache", "connection_string"),
)


def add_traffic_edges(estate: Estate, edges: EdgeSet) -> None:
    """From each traffic manager to its pools, and from each pool to whoever has its addresses."""
    least: dict[str, int] = {}
    for manager in estate.of_kind("gtm_instance"):
        for strategy in manager.records("strategies"):
            _strategy(edges, manager, strategy)
            for pool, count in _declared_quorums(strategy):
                least[pool] = max(count, least.get(pool, 1))
    asked = len(estate.tables.table("gtm_pool")) + len(estate.tables.table("dns_record"))
    homes = _homes(estate) if asked else {}
    for listed in estate.of_kind("gtm_pool"):
        _pool(edges, listed, homes, least.get(listed.id))
    _names(estate, edges, homes)


def _strategy(edges: EdgeSet, manager: Resource, strategy: Mapping[str, object]) -> None:
    """One pool of all that a strategy can answer with suffices: it turns to the others when one is unavailable."""
    first, second = _ids(strategy, "default_pool_ids"), _ids(strategy, "failover_pool_ids")
    pools = unique((*first, *second)) or _ids(strategy, "effective_pool_ids")
    name = str(strategy.get("name") or strategy.get("strategy_id") or "strategy")
    meaning: Meaning = "hard" if len(pools) == 1 else "failover" if second else "k_of_n"
    group = f"{manager.id} {strategy.get('strategy_id') or name}" if len(pools) > 1 else None
    for pool in pools:
        edges.add(manager.id, pool, meaning, "declared", "network.gtm_pool", f"access strategy {name}", group)


def _declared_quorums(strategy: Mapping[str, object]) -> Iterator[tuple[str, int]]:
    """How many addresses of a pool must be available: declared for a group of pools, hence for one that is alone in
    its group."""
    for group in ("default", "failover"):
        pools, count = _ids(strategy, f"{group}_pool_ids"), strategy.get(f"{group}_min_available")
        if len(pools) == 1 and isinstance(count, int):
            yield pools[0], count


def _pool(edges: EdgeSet, pool: Resource, homes: Mapping[str, str], least: int | None) -> None:
    """Addresses that are switched off by hand are none. Where nobody in the inventory has an address, the edge ends at
    the address itself."""
    serving = [record for record in pool.records("addresses") if record.get("mode") != _OFFLINE]
    for record in serving:
        address = _plain(str(record.get("address") or ""))
        home = homes.get(address)
        target = home or _node(address)
        evidence = f"answers with {address}" + (f", {least} must be available" if least else "")
        confidence: EdgeConfidence = "derived" if home else "declared"
        rule = "network.gtm_address"
        if len(serving) == 1:
            edges.add(pool.id, target, "hard", confidence, rule, evidence)
        else:
            edges.add(pool.id, target, "k_of_n", confidence, rule, evidence, pool.id, least)


def _names(estate: Estate, edges: EdgeSet, homes: Mapping[str, str]) -> None:
    """From each name to what its records in force lead to: a resource, a traffic manager, another such name. A name
    of which nothing is known leads nowhere; one of several values answers as long as any of them does."""
    records: dict[str, dict[str, Resource]] = defaultdict(dict)
    for record in estate.of_kind("dns_record"):
        value = _plain(record.text("value") or "")
        if record.text("record_type") in _LEADS_ON and (record.status or "").lower() != _DISABLED and value:
            records[record.text("host") or ""].setdefault(value, record)
    managers = {_plain(one.text("domain") or ""): one.id for one in estate.of_kind("gtm_instance")}
    for host, values in sorted(records.items()):
        known = {value: home for value in values if (home := _leads_to(estate, value, homes, records))}
        if host in managers:
            edges.add(f"dns:{host}", managers[host], "hard", "derived", _NAME_RULE, "domain of the traffic manager")
            continue
        for value, record in values.items() if known else ():
            meaning: Meaning = "hard" if len(values) == 1 else "k_of_n"
            sure: EdgeConfidence = "derived" if value in known else "declared"
            evidence = f"{record.text('record_type')} {value}, TTL {record.text('ttl_s') or 'unknown'} s"
            group = f"dns:{host}" if len(values) > 1 else None
            edges.add(f"dns:{host}", known.get(value) or _node(value), meaning, sure, _NAME_RULE, evidence, group)


def _leads_to(estate: Estate, value: str, homes: Mapping[str, str], records: Mapping[str, object]) -> str | None:
    """What a value is: the address or name of a resource, the host name of a bucket, a name with records."""
    bucket = _BUCKET_HOST.match(value)
    if bucket and estate.has(bucket["bucket"], "bucket"):
        return bucket["bucket"]
    return homes.get(value) or (f"dns:{value}" if value in records else None)


def _plain(name: str) -> str:
    return name.strip().rstrip(".").lower()


def _node(address: str) -> str:
    if not address:
        return ""
    try:
        return f"ip:{ip_address(address)}"
    except ValueError:
        return f"dns:{address}"


def _ids(strategy: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = strategy.get(name)
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()


def _homes(estate: Estate) -> Mapping[str, str]:
    """Public address or name → the one resource that has it, an elastic address before what it is bound to; one that
    several have is nobody's."""
    found: dict[str, str] = {}
    for pairs in (_of_eips(estate), _of_instances(estate), _of_balancers(estate), _of_names(estate)):
        homes: dict[str, set[str]] = defaultdict(set)
        for address, home in pairs:
            homes[_plain(address)].add(home)
        for address, owners in homes.items():
            if address and len(owners) == 1:
                found.setdefault(address, *owners)
    return found


def _of_eips(estate: Estate) -> Iterator[tuple[str, str]]:
    for eip in estate.of_kind("eip"):
        yield eip.text("address") or "", eip.id


def _of_instances(estate: Estate) -> Iterator[tuple[str, str]]:
    instances = estate.tables.table("instance")
    for instance, addresses in zip(instances.ids, instances.lists("public_ips"), strict=True):
        yield from ((address, instance) for address in addresses)


def _of_balancers(estate: Estate) -> Iterator[tuple[str, str]]:
    for balancer in estate.of_kind("load_balancer"):
        yield balancer.text("address") or "", balancer.id
        for mapping in balancer.records("zone_mappings"):
            yield str(mapping.get("address") or ""), balancer.id


def _of_names(estate: Estate) -> Iterator[tuple[str, str]]:
    for kind, field in _BY_NAME:
        for resource in estate.of_kind(kind):
            yield resource.text(field) or "", resource.id
