"""Edges of storage: disks, snapshots and their copies, replicas, backup plans, images and keys."""

from __future__ import annotations

from collections import defaultdict
from itertools import count

import numpy as np

from advisor.graph.edges_place import REGION
from advisor.graph.edgeset import EdgeSet
from advisor.graph.index import Estate
from advisor.graph.nodes import NONE, Bools, Codes, are_among, distinct
from advisor.model.inventory import Resource
from advisor.model.tables import Table

_CUSTOM_IMAGE = "m-"
_REBUILT = "custom image to rebuild from"
_LOCAL_DISKS = ("local_", "ephemeral")
_STALE_DISK = "stale: a newer recording of the disk does not name the instance"
_STALE_LIST = "stale: newer lists of the region hold no such instance"
_FINISHED = frozenset({"", "accomplished"})
_POLICY_ON = frozenset({"", "normal", "正常"})
_COPIES = frozenset({"starting", "doing"})
"""The states of a replication rule of OSS in which it is in force; the third, ``closing``, is that of a deleted one."""
_REPLICATION_ON = frozenset({"", "normal", "syncing", "manual_syncing", "active", "initial_syncing"})


def add_storage_edges(estate: Estate, edges: EdgeSet) -> None:
    """What holds the data, and what brings it back."""
    _disks(estate, edges)
    _snapshots(estate, edges)
    _snapshot_policies(estate, edges)
    _replicas(estate, edges)
    _backup_plans(estate, edges)
    _buckets(estate, edges)
    nodes = estate.nodes
    images = nodes.column("instance", "image_id").copy()
    others = [image for image in nodes.used(images) if not nodes.texts[image].startswith(_CUSTOM_IMAGE)]
    images[np.isin(images, others)] = NONE
    edges.add_many(nodes.rows("instance"), images, "recovery", "declared", "storage.image", _REBUILT)


def _disks(estate: Estate, edges: EdgeSet) -> None:
    nodes, disks = estate.nodes, estate.tables.table("disk")
    known: defaultdict[tuple[str, str], int] = defaultdict(count().__next__)
    said = map(known.__getitem__, zip(disks.texts("category"), disks.texts("disk_type"), strict=True))
    sort = np.fromiter(said, dtype=np.int32, count=len(disks))
    on_host = [category.lower().startswith(_LOCAL_DISKS) for category, _ in known]
    evidences = [_disk_evidence(kind, local) for (_, kind), local in zip(known, on_host, strict=True)]
    _attached(estate, edges, sort, evidences)
    for instance, disk in estate.stale_disks:
        edges.add(instance, disk, "hard", "guessed", "storage.disk", _STALE_DISK)
    keys = nodes.column("disk", "kms_key_id")
    edges.add_many(nodes.rows("disk"), keys, "hard", "declared", "storage.key", "needed at attach and boot")
    _policies(estate, edges, np.array(on_host, dtype=np.bool_)[sort])


def _attached(estate: Estate, edges: EdgeSet, sort: Codes, evidences: list[str]) -> None:
    """From each instance to its listed disks; ``sort`` is the number of the evidence of each disk."""
    nodes = estate.nodes
    instances, disks = estate.disk_claims
    listed = nodes.is_kind(disks, "disk")
    instances, disks = instances[listed], disks[listed]
    shared = np.bincount(disks, minlength=len(nodes.texts))[disks] > 1
    size = len(nodes.texts)
    old = [nodes.number(instance) * size + nodes.number(disk) for instance, disk in _gone(estate)]
    gone = are_among(instances.astype(np.int64) * size + disks, distinct(np.array(old, dtype=np.int64)))
    sorts = sort[disks - nodes.start("disk")]
    for number, evidence in enumerate(evidences):
        for rule, is_shared in (("storage.disk", False), ("storage.shared_disk", True)):
            for words, is_gone in ((evidence, False), (f"{evidence}; {_STALE_LIST}", True)):
                kept = (sorts == number) & (shared == is_shared) & (gone == is_gone)
                edges.add_many(instances[kept], disks[kept], "hard", "declared", rule, words)


def _gone(estate: Estate) -> set[tuple[str, str]]:
    """Pairs of an instance that no file lists and a disk that names it, recorded before the instances of its region
    were last listed."""
    found: set[tuple[str, str]] = set()
    nodes = estate.nodes
    instances, disks = estate.disk_claims
    unlisted = ~nodes.is_listed(instances)
    pairs = zip(instances[unlisted].tolist(), disks[unlisted].tolist(), strict=True)
    for one, other in pairs if estate.last_listed else ():
        instance, disk = nodes.texts[one], nodes.texts[other]
        place = estate.tables.place(disk)
        region, recorded = (
            (None, None) if place is None else (place[0].regions[place[1]], place[0].observed_at(place[1]))
        )
        if region and recorded and recorded < estate.last_listed.get(region, ""):
            found.add((instance, disk))
    return found


def _disk_evidence(kind: str, on_host: bool) -> str:
    return f"{kind or 'unknown'} disk{' of the host, nothing brings it back' if on_host else ''}, instance_ids"


def _policies(estate: Estate, edges: EdgeSet, local: Bools) -> None:
    """The snapshot policies in force, of disks of which snapshots are taken (unknown counts as taken)."""
    nodes, disks = estate.nodes, estate.tables.table("disk")
    taken = ~local
    for name in ("auto_snapshot_enabled", "auto_snapshot_allowed"):
        if name in disks.attributes:
            refused = [value is False for value in disks.attributes[name]]
            taken &= ~np.array(refused, dtype=np.bool_)
    rows, policies = nodes.lists("disk", "snapshot_policy_ids")
    off = [
        policy
        for policy in nodes.used(policies)
        if (known := estate.get(nodes.texts[policy])) is not None and not policy_is_on(known)
    ]
    kept = taken[rows] & ~np.isin(policies, off)
    sources, evidence = nodes.rows("disk")[rows[kept]], "snapshot_policy_ids"
    edges.add_many(sources, policies[kept], "recovery", "declared", "storage.snapshot_policy", evidence)


def is_local(disk: Resource) -> bool:
    """Whether a disk is part of its host: no snapshot of it can be taken, nothing brings it back."""
    return (disk.text("category") or "").lower().startswith(_LOCAL_DISKS)


def policies_work(disk: Resource) -> bool:
    """Whether automatic snapshots are switched on for the disk (unknown counts as on)."""
    return disk.flag("auto_snapshot_enabled") is not False and disk.flag("auto_snapshot_allowed") is not False


def policy_is_on(policy: Resource) -> bool:
    """Whether a snapshot policy is in force (one whose state nobody told is, one in a state that nobody knows is
    not)."""
    return (policy.status or "").lower() in _POLICY_ON


def pair_works(pair: Resource) -> bool:
    """Whether a replication pair copies data now (unknown counts as working)."""
    return (pair.status or "").lower() in _REPLICATION_ON


def newest_snapshots(estate: Estate) -> tuple[Codes, Codes]:
    """The disks of which finished snapshots are listed, by number, and the newest of each (without times: the last by
    id)."""
    nodes, snapshots = estate.nodes, estate.tables.table("snapshot")
    disks = nodes.column("snapshot", "source_disk_id")
    own = (disks != NONE) & _usable(snapshots) & (nodes.column("snapshot", "source_snapshot_id") == NONE)
    ages = _ages(snapshots)
    rank = {age: number for number, age in enumerate(sorted(set(ages)))}
    age = np.fromiter(map(rank.__getitem__, ages), dtype=np.int32, count=len(ages))
    rows = nodes.order[nodes.is_kind(nodes.order, "snapshot")] - nodes.start("snapshot")
    rows = rows[own[rows]]
    rows = rows[np.lexsort((age[rows], disks[rows]))]
    is_last = np.diff(disks[rows], append=NONE) != 0
    return disks[rows[is_last]], nodes.rows("snapshot")[rows[is_last]]


def _ages(snapshots: Table) -> list[str]:
    made, also = snapshots.texts("created_at"), snapshots.texts("creation_time")
    return [one or other for one, other in zip(made, also, strict=True)]


def _usable(snapshots: Table) -> Bools:
    """Which snapshots are finished (unknown counts as finished)."""
    known = {status: (status or "").lower() in _FINISHED for status in set(snapshots.statuses)}
    return np.fromiter(map(known.__getitem__, snapshots.statuses), dtype=np.bool_, count=len(snapshots))


def _snapshots(estate: Estate, edges: EdgeSet) -> None:
    evidence = "newest finished snapshot"
    edges.add_many(*newest_snapshots(estate), "recovery", "declared", "storage.snapshot", evidence)
    nodes, snapshots = estate.nodes, estate.tables.table("snapshot")
    sources = nodes.column("snapshot", "source_snapshot_id")
    copied = (sources != NONE) & _usable(snapshots)
    last_copy: dict[tuple[str, str], tuple[str, int]] = {}
    for row in estate.rows("snapshot")[1] if copied.any() else ():
        if copied[row]:
            source, age = nodes.texts[sources[row]], _age(snapshots, row)
            _copy(edges, source, snapshots, row)
            disk = snapshots.texts_at(row, "source_disk_id") or _source_disk(estate, source)
            key = (disk or "", snapshots.regions[row] or "")
            if key not in last_copy or age >= last_copy[key][0]:
                last_copy[key] = (age, row)
    for (disk, _), (_, row) in last_copy.items():
        _copy(edges, disk, snapshots, row)


def _age(snapshots: Table, row: int) -> str:
    return snapshots.texts_at(row, "created_at") or snapshots.texts_at(row, "creation_time")


def _copy(edges: EdgeSet, origin: str, snapshots: Table, row: int) -> None:
    evidence = f"copied from {snapshots.texts_at(row, 'source_region') or 'another snapshot'}"
    edges.add(origin, snapshots.ids[row], "recovery", "declared", "storage.snapshot_copy", evidence)


def _source_disk(estate: Estate, snapshot_id: str) -> str | None:
    snapshot = estate.get(snapshot_id)
    return snapshot.text("source_disk_id") if snapshot else None


def _snapshot_policies(estate: Estate, edges: EdgeSet) -> None:
    for policy in estate.of_kind("snapshot_policy"):
        copies = policy_is_on(policy) and policy.flag("copy_enabled") is not False
        for region in policy.texts("copy_regions") if copies else ():
            edges.add(policy.id, REGION + region, "recovery", "declared", "storage.policy_copy", "copy_regions")


def _replicas(estate: Estate, edges: EdgeSet) -> None:
    for pair in estate.of_kind("replica_pair"):
        source, destination = pair.text("source_disk_id"), pair.text("destination_disk_id")
        for end in (source, destination):
            edges.add(pair.id, end, "hard", "declared", "storage.replica_pair", "needs both disks")
        if pair_works(pair):
            evidence = f"pair {pair.id}, status {pair.status or 'unknown'}"
            edges.add(source, destination, "recovery", "declared", "storage.replica", evidence)


def _backup_plans(estate: Estate, edges: EdgeSet) -> None:
    for plan in estate.of_kind("backup_plan"):
        edges.add(plan.id, plan.text("vault_id"), "hard", "declared", "storage.vault", "vault_id")
        kept = (plan.text("instance_id"), plan.text("bucket"), plan.text("file_system_id"), *plan.texts("resource_ids"))
        for item in kept if plan_works(plan) else ():
            edges.add(item, plan.id, "recovery", "declared", "storage.backup_plan", "backup plan in force")
        for region in plan.texts("copy_regions") if plan_works(plan) else ():
            edges.add(plan.id, REGION + region, "recovery", "declared", "storage.plan_copy", "copy_regions")
    for vault in estate.of_kind("vault"):
        replica = vault.text("replica_vault_id")
        edges.add(vault.id, replica, "recovery", "declared", "storage.vault_replica", "replica_vault_id")


def _buckets(estate: Estate, edges: EdgeSet) -> None:
    """The buckets into which another is copied by a rule in force."""
    for bucket in estate.with_attribute("bucket", "replication_rules"):
        for rule in bucket.records("replication_rules"):
            if rule.get("status") in _COPIES:
                evidence = f"replication rule {rule.get('rule_id') or ''}".strip()
                prefixes = rule.get("prefixes")
                only = ", ".join(map(str, prefixes)) if isinstance(prefixes, list | tuple) else ""
                evidence += f", only {only}" if only else ""
                target = str(rule.get("target_bucket") or "")
                edges.add(bucket.id, target, "recovery", "declared", "storage.bucket_copy", evidence)


def plan_works(plan: Resource) -> bool:
    """Whether a backup plan is in force: neither it nor all of its rules are disabled."""
    rules = plan.records("rules")
    return plan.flag("disabled") is not True and not (rules and all(rule.get("disabled") is True for rule in rules))
