"""Edges of storage: disks, snapshots and their copies, replicas, backup plans, images and keys."""

from __future__ import annotations

from collections import defaultdict

from advisor.graph.edges_place import REGION
from advisor.graph.edgeset import EdgeSet
from advisor.graph.index import Estate
from advisor.model.inventory import Resource
from advisor.model.tables import Table

_CUSTOM_IMAGE = "m-"
_LOCAL_DISKS = ("local_", "ephemeral")
_STALE_DISK = "stale: a newer recording of the disk does not name the instance"
_STALE_LIST = "stale: newer lists of the region hold no such instance"
_UNFINISHED = frozenset({"progressing", "failed", "creating", "error"})
_POLICY_OFF = frozenset({"expire", "expired", "disabled", "unavailable", "deleted"})
_COPIES = frozenset({"starting", "doing"})
"""The states of a replication rule of OSS in which it is in force; the third, ``closing``, is that of a deleted one."""
_REPLICATION_OFF = frozenset(
    {"created", "create_failed", "stopped", "stopping", "stop_failed", "failed", "invalid", "error", "deleting",
     "deleted", "delete_failed"}
)  # fmt: skip


def add_storage_edges(estate: Estate, edges: EdgeSet) -> None:
    """What holds the data, and what brings it back."""
    _disks(estate, edges)
    _snapshots(estate, edges)
    _snapshot_policies(estate, edges)
    _replicas(estate, edges)
    _backup_plans(estate, edges)
    _buckets(estate, edges)
    instances = estate.tables.table("instance")
    images = [image if image.startswith(_CUSTOM_IMAGE) else "" for image in instances.texts("image_id")]
    edges.add_many(instances.ids, images, "recovery", "declared", "storage.image", "custom image to rebuild from")


def _disks(estate: Estate, edges: EdgeSet) -> None:
    disks = estate.tables.table("disk")
    local = [category.lower().startswith(_LOCAL_DISKS) for category in disks.texts("category")]
    said = {
        disk: (kind, on_host) for disk, kind, on_host in zip(disks.ids, disks.texts("disk_type"), local, strict=True)
    }
    owners: dict[str, list[str]] = defaultdict(list)
    for instance, owned in estate.disks_of.items():
        for disk in owned:
            owners[disk].append(instance)
    gone = _gone(estate)
    ends: dict[tuple[str, str], tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for disk, instances in owners.items():
        if disk in said:
            rule = "storage.shared_disk" if len(instances) > 1 else "storage.disk"
            for instance in instances:
                evidence = _disk_evidence(*said[disk])
                sources, targets = ends[
                    rule, evidence if (instance, disk) not in gone else f"{evidence}; {_STALE_LIST}"
                ]
                sources.append(instance)
                targets.append(disk)
    for instance, disk in estate.stale_disks:
        edges.add(instance, disk, "hard", "guessed", "storage.disk", _STALE_DISK)
    for (rule, evidence), (sources, targets) in ends.items():
        edges.add_many(sources, targets, "hard", "declared", rule, evidence)
    keys = disks.texts("kms_key_id")
    edges.add_many(disks.ids, keys, "hard", "declared", "storage.key", "needed at attach and boot")
    _policies(estate, edges, disks, local)


def _gone(estate: Estate) -> set[tuple[str, str]]:
    """Pairs of an instance that no file lists and a disk that names it, recorded before the instances of its region
    were last listed."""
    found: set[tuple[str, str]] = set()
    unlisted = [instance for instance in estate.disks_of if instance not in estate.tables]
    for instance in unlisted if estate.last_listed else ():
        for disk in estate.disks_of[instance]:
            place = estate.tables.place(disk)
            region, recorded = (
                (None, None) if place is None else (place[0].regions[place[1]], place[0].observed_at(place[1]))
            )
            if region and recorded and recorded < estate.last_listed.get(region, ""):
                found.add((instance, disk))
    return found


def _disk_evidence(kind: str, on_host: bool) -> str:
    return f"{kind or 'unknown'} disk{' of the host, nothing brings it back' if on_host else ''}, instance_ids"


def _policies(estate: Estate, edges: EdgeSet, disks: Table, local: list[bool]) -> None:
    """The snapshot policies in force, of disks of which snapshots are taken (unknown counts as taken)."""
    rows = zip(
        disks.ids,
        disks.lists("snapshot_policy_ids"),
        disks.column("auto_snapshot_enabled"),
        disks.column("auto_snapshot_allowed"),
        local,
        strict=True,
    )
    pairs = [
        (disk, policy)
        for disk, policies, enabled, allowed, on_host in rows
        if policies and enabled is not False and allowed is not False and not on_host
        for policy in policies
    ]
    off = {policy for _, policy in set(pairs) if (known := estate.get(policy)) is not None and not policy_is_on(known)}
    pairs = [(disk, policy) for disk, policy in pairs if policy not in off]
    sources, targets = [disk for disk, _ in pairs], [policy for _, policy in pairs]
    evidence = "snapshot_policy_ids"
    edges.add_many(sources, targets, "recovery", "declared", "storage.snapshot_policy", evidence)


def is_local(disk: Resource) -> bool:
    """Whether a disk is part of its host: no snapshot of it can be taken, nothing brings it back."""
    return (disk.text("category") or "").lower().startswith(_LOCAL_DISKS)


def policies_work(disk: Resource) -> bool:
    """Whether automatic snapshots are switched on for the disk (unknown counts as on)."""
    return disk.flag("auto_snapshot_enabled") is not False and disk.flag("auto_snapshot_allowed") is not False


def policy_is_on(policy: Resource) -> bool:
    """Whether a snapshot policy is in force."""
    return (policy.status or "").lower() not in _POLICY_OFF


def pair_works(pair: Resource) -> bool:
    """Whether a replication pair copies data now (unknown counts as working)."""
    return (pair.status or "").lower() not in _REPLICATION_OFF


def newest_snapshots(estate: Estate) -> dict[str, str]:
    """Disk → its newest finished snapshot (without times: the last by id)."""
    snapshots = estate.tables.table("snapshot")
    rows = zip(
        snapshots.texts("source_disk_id"), _ages(snapshots), snapshots.ids, _usable(snapshots),
        snapshots.texts("source_snapshot_id"), strict=True,
    )  # fmt: skip
    found: dict[str, tuple[str, str]] = {}
    for disk, age, snapshot, usable, copied_from in rows:
        if disk and usable and not copied_from and (disk not in found or (age, snapshot) > found[disk]):
            found[disk] = (age, snapshot)
    return {disk: snapshot for disk, (_, snapshot) in found.items()}


def _ages(snapshots: Table) -> list[str]:
    made, also = snapshots.texts("created_at"), snapshots.texts("creation_time")
    return [one or other for one, other in zip(made, also, strict=True)]


def _usable(snapshots: Table) -> list[bool]:
    """Whether each snapshot is finished (unknown counts as finished)."""
    known = {status: (status or "").lower() not in _UNFINISHED for status in set(snapshots.statuses)}
    return [known[status] for status in snapshots.statuses]


def _snapshots(estate: Estate, edges: EdgeSet) -> None:
    newest = newest_snapshots(estate)
    evidence = "newest finished snapshot"
    edges.add_many(list(newest), list(newest.values()), "recovery", "declared", "storage.snapshot", evidence)
    snapshots, rows = estate.rows("snapshot")
    sources, usable = snapshots.texts("source_snapshot_id"), _usable(snapshots)
    last_copy: dict[tuple[str, str], tuple[str, int]] = {}
    ages = _ages(snapshots)
    for row in rows:
        if sources[row] and usable[row]:
            _copy(edges, sources[row], snapshots, row)
            disk = snapshots.texts_at(row, "source_disk_id") or _source_disk(estate, sources[row])
            key = (disk or "", snapshots.regions[row] or "")
            if key not in last_copy or ages[row] >= last_copy[key][0]:
                last_copy[key] = (ages[row], row)
    for (disk, _), (_, row) in last_copy.items():
        _copy(edges, disk, snapshots, row)


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
