"""Edges of names and addresses: a traffic manager, its address pools, and who answers at their addresses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from advisor.graph.edgeset import EdgeSet
from advisor.graph.index import Estate, address_number, unique
from advisor.model.graph import EdgeConfidence, Meaning
from advisor.model.inventory import Kind, Resource

_OFFLINE: Final = "offline"
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
    homes = _homes(estate) if len(estate.tables.table("gtm_pool")) else {}
    for listed in estate.of_kind("gtm_pool"):
        _pool(edges, listed, homes, least.get(listed.id))


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
        address = str(record.get("address") or "").strip().rstrip(".").lower()
        home = homes.get(address)
        target = home or _node(address)
        evidence = f"answers with {address}" + (f", {least} must be available" if least else "")
        confidence: EdgeConfidence = "derived" if home else "declared"
        rule = "network.gtm_address"
        if len(serving) == 1:
            edges.add(pool.id, target, "hard", confidence, rule, evidence)
        else:
            edges.add(pool.id, target, "k_of_n", confidence, rule, evidence, pool.id, least)


def _node(address: str) -> str:
    if not address:
        return ""
    return f"ip:{address}" if address_number(address) is not None else f"dns:{address}"


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
            homes[address.strip().rstrip(".").lower()].add(home)
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
