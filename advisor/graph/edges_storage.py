"""Edges of storage: disks, snapshots and their copies, replicas, backup plans, images and keys."""

from __future__ import annotations

from collections import defaultdict

from advisor.graph.edges_place import REGION
from advisor.graph.edgeset import EdgeSet
from advisor.graph.index import Estate
from advisor.model.inventory import Resource

_CUSTOM_IMAGE = "m-"
_LOCAL_DISKS = ("local_", "ephemeral")
_UNFINISHED = frozenset({"progressing", "failed", "creating", "error"})
_POLICY_OFF = frozenset({"expire", "expired", "disabled", "unavailable", "deleted"})
_REPLICATION_OFF = frozenset(
    {"created", "create_failed", "stopped", "stopping", "stop_failed", "failed", "invalid", "error", "deleting",
     "deleted", "delete_failed"}
)  # fmt: skip


def add_storage_edges(estate: Estate, edges: EdgeSet) -> None:
    """What holds the data, and what brings it back."""
    owners: dict[str, list[str]] = defaultdict(list)
    for instance_id, disks in sorted(estate.disks_of.items()):
        for disk_id in disks:
            owners[disk_id].append(instance_id)
    for disk in estate.of_kind("disk"):
        _disk(edges, estate, owners, disk)
    _snapshots(estate, edges)
    _snapshot_policies(estate, edges)
    _replicas(estate, edges)
    _backup_plans(estate, edges)
    for instance in estate.of_kind("instance"):
        image = instance.text("image_id")
        if image and image.startswith(_CUSTOM_IMAGE):
            edges.add(instance.id, image, "recovery", "declared", "storage.image", "custom image to rebuild from")


def _disk(edges: EdgeSet, estate: Estate, owners_of: dict[str, list[str]], disk: Resource) -> None:
    owners = owners_of[disk.id]
    shared = len(owners) > 1
    kind = f"{disk.text('disk_type') or 'unknown'} disk" + (
        " of the host, nothing brings it back" if is_local(disk) else ""
    )
    for instance in owners:
        rule = "storage.shared_disk" if shared else "storage.disk"
        edges.add(instance, disk.id, "hard", "declared", rule, f"{kind}, instance_ids")
    edges.add(disk.id, disk.text("kms_key_id"), "hard", "declared", "storage.key", "needed at attach and boot")
    if policies_work(disk) and not is_local(disk):
        for policy_id in disk.texts("snapshot_policy_ids"):
            policy = estate.get(policy_id)
            if policy is None or policy_is_on(policy):
                edges.add(disk.id, policy_id, "recovery", "declared", "storage.snapshot_policy", "snapshot_policy_ids")


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


def _age_key(snapshot: Resource) -> tuple[str, str]:
    return (snapshot.text("created_at") or snapshot.text("creation_time") or "", snapshot.id)


def newest_snapshots(estate: Estate) -> dict[str, Resource]:
    """Disk → its newest finished snapshot (without times: the last by id)."""
    found: dict[str, Resource] = {}
    for snapshot in estate.of_kind("snapshot"):
        disk = snapshot.text("source_disk_id")
        finished = (snapshot.status or "").lower() not in _UNFINISHED
        if disk and finished and not snapshot.text("source_snapshot_id"):
            found[disk] = max(found.get(disk, snapshot), snapshot, key=_age_key)
    return found


def _snapshots(estate: Estate, edges: EdgeSet) -> None:
    newest = newest_snapshots(estate)
    for origin, snapshot in sorted(newest.items()):
        edges.add(origin, snapshot.id, "recovery", "declared", "storage.snapshot", "newest finished snapshot")
    last_copy: dict[tuple[str, str], Resource] = {}
    for copy in estate.of_kind("snapshot"):
        source = copy.text("source_snapshot_id")
        if source and (copy.status or "").lower() not in _UNFINISHED:
            edges.add(source, copy.id, "recovery", "declared", "storage.snapshot_copy", _copied_from(copy))
            disk = copy.text("source_disk_id") or _source_disk(estate, source)
            key = (disk or "", copy.region or "")
            last_copy[key] = max(last_copy.get(key, copy), copy, key=_age_key)
    for (disk, _), copy in sorted(last_copy.items()):
        edges.add(disk, copy.id, "recovery", "declared", "storage.snapshot_copy", _copied_from(copy))


def _copied_from(copy: Resource) -> str:
    return f"copied from {copy.text('source_region') or 'another snapshot'}"


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


def plan_works(plan: Resource) -> bool:
    """Whether a backup plan is in force: neither it nor all of its rules are disabled."""
    rules = plan.records("rules")
    return plan.flag("disabled") is not True and not (rules and all(rule.get("disabled") is True for rule in rules))
