"""Edges of data services: replicas, disaster recovery instances, synchronisation jobs, and clients by allow list."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network
from itertools import permutations

from advisor.graph.edgeset import EdgeSet
from advisor.graph.index import Estate
from advisor.model.graph import EdgeConfidence
from advisor.model.inventory import Resource

# Tuning of the derivation, not facts: so narrow a block is a subnet; a guess that names more clients says nothing.
SUBNET_PREFIX = 24
GUESSED_CLIENTS = 32
_IGNORED_BLOCKS = (IPv4Network("127.0.0.0/8"), IPv4Network("100.64.0.0/10"))
_JOB_OFF = frozenset({"stopped", "failed", "finished", "suspending", "suspended", "initializefailed", "locked"})


def add_data_edges(estate: Estate, edges: EdgeSet) -> None:
    """What data services need, and who uses them."""
    for database in estate.of_kind("database"):
        _copies(edges, database)
    for cache in estate.of_kind("cache"):
        edges.add(cache.id, cache.text("replica_id"), "recovery", "declared", "data.cache_replica", "replica_id")
    _global_caches(estate, edges)
    for job in estate.of_kind("dts_job"):
        _job(estate, edges, job)
    for service in estate.of_kind("database", "cache"):
        _clients(estate, edges, service)


def _copies(edges: EdgeSet, database: Resource) -> None:
    rule = "data.read_replica"
    edges.add(database.id, database.text("master_id"), "soft", "declared", rule, "fresh data comes from the primary")
    for replica in database.texts("readonly_ids"):
        edges.add(replica, database.id, "soft", "declared", rule, "fresh data comes from the primary")
    edges.add(database.id, database.text("dr_instance_id"), "recovery", "declared", "data.dr_instance", "its copy")


def job_works(job: Resource) -> bool:
    """Whether a synchronisation job copies data now (unknown counts as working)."""
    return (job.status or "").lower() not in _JOB_OFF


def _global_caches(estate: Estate, edges: EdgeSet) -> None:
    """The caches of one distributed instance copy to one another."""
    parts: dict[str, list[str]] = defaultdict(list)
    for cache in estate.of_kind("cache"):
        parts[cache.text("global_instance_id") or ""].append(cache.id)
    parts.pop("", None)
    for name, caches in sorted(parts.items()):
        for cache_id, other in permutations(caches, 2):
            edges.add(cache_id, other, "recovery", "declared", "data.cache_global", f"parts of {name}")


def _job(estate: Estate, edges: EdgeSet, job: Resource) -> None:
    ends = [_job_end(estate, job, side) for side in ("source", "destination")]
    for end, confidence in ends:
        edges.add(job.id, end, "hard", confidence, "data.dts_end", "endpoint of the job")
    if not job_works(job):
        return
    both = len(job.texts("directions")) > 1
    for (source, _), (destination, confidence) in (ends, ends[::-1]) if both else (ends,):
        edges.add(destination, job.id, "soft", confidence, "data.dts_freshness", "fresh data comes by this job")
        edges.add(source, destination, "recovery", "derived", "data.dts_copy", f"copied by {job.id}")


def _job_end(estate: Estate, job: Resource, side: str) -> tuple[str | None, EdgeConfidence]:
    """An end of a job: by id, else the only instance that has the address (a database that people run themselves)."""
    named = job.text(f"{side}_id")
    homes = estate.homes_of_address.get(job.text(f"{side}_address") or "", ()) if named is None else ()
    return (homes[0], "derived") if len(homes) == 1 else (named, "declared")


def _clients(estate: Estate, edges: EdgeSet, service: Resource) -> None:
    """Possible clients: who may connect, by address block or security group; wide permissions only guess."""
    for entry in allow_list(service):
        found, confidence = clients_in(estate, service, entry)
        evidence = f"allow list has {entry}"
        if not found and entry.prefixlen == 32:
            found, confidence = estate.homes_of_address.get(str(entry.network_address), ()), "guessed"
            found, evidence = found if len(found) == 1 else (), f"{evidence}, which is in another VPC"
        for instance in found:
            edges.add(instance, service.id, "hard", confidence, "data.allow_list", evidence)
    for group in service.texts("security_group_ids"):
        for instance in estate.group_instances.get(group, ()):
            edges.add(instance, service.id, "hard", "derived", "data.security_group", f"member of {group}")


def allow_list(service: Resource) -> tuple[IPv4Network, ...]:
    """The usable IPv4 blocks of an allow list: not everything, not loopback, not the provider's own range."""
    texts = (part for text in service.texts("security_ips") for part in text.split(","))
    return tuple(sorted(set(_blocks(texts))))


def _blocks(texts: Iterator[str]) -> Iterator[IPv4Network]:
    for text in texts:
        try:
            block = ip_network(text.strip(), strict=False)
        except ValueError:
            continue
        if isinstance(block, IPv4Network) and block.prefixlen and not any(block.subnet_of(i) for i in _IGNORED_BLOCKS):
            yield block


def clients_in(estate: Estate, service: Resource, block: IPv4Network) -> tuple[tuple[str, ...], EdgeConfidence]:
    """The instances a block lets in, and how far that says they are clients."""
    vpc = estate.vpc_of(service) or ""
    confidence: EdgeConfidence = "derived" if _is_subnet(estate, vpc, block) else "guessed"
    return instances_in(estate, vpc, block, GUESSED_CLIENTS if confidence == "guessed" else None), confidence


def instances_in(estate: Estate, vpc: str, block: IPv4Network, most: int | None) -> tuple[str, ...]:
    """The instances of a VPC with an address in a block; none where those addresses are more than ``most``."""
    pairs = estate.address_lists.get(vpc, ())
    low = bisect_left(pairs, (int(block.network_address), ""))
    high = bisect_right(pairs, (int(block.broadcast_address), "\U0010ffff"))
    if most is not None and high - low > most:
        return ()
    return tuple(sorted({instance for _, instance in pairs[low:high]}))


def _is_subnet(estate: Estate, vpc: str, block: IPv4Network) -> bool:
    """A narrow block or exactly one vSwitch's, and not the block of the whole VPC."""
    own = estate.get(vpc)
    if own is not None and own.text("cidr") == str(block):
        return False
    vswitches = estate.vswitches_of_vpc.get(vpc, ())
    return block.prefixlen >= SUBNET_PREFIX or any(item.text("cidr") == str(block) for item in vswitches)
