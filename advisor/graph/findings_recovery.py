"""What would bring data back, and where nothing would: disks without protection, protections that are switched off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from advisor.graph.edges_data import job_works
from advisor.graph.edges_storage import pair_works, plan_works, policies_work, policy_is_on
from advisor.graph.finding_context import REFERENCE, Context
from advisor.model.finding import Finding, Severity
from advisor.model.inventory import Kind, Resource

_PROTECTIONS = frozenset({"storage.snapshot_policy", "storage.replica", "storage.backup_plan"})
_LOCAL = ("local", "ephemeral", "elastic_ephemeral")


def is_local(disk: Resource) -> bool:
    """Whether a disk is on the host itself: no snapshots, and gone with the host."""
    return (disk.text("category") or "").startswith(_LOCAL)


def unprotected_disks(context: Context) -> Iterator[Finding]:
    """Disks of running or stopped instances that neither a policy, nor a backup plan, nor a replica covers."""
    covered = {edge.source for edge in context.graph.edges if edge.rule in _PROTECTIONS}
    by_hand = {edge.source for edge in context.graph.edges if edge.rule == "storage.snapshot"}
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for disk in context.estate.of_kind("disk"):
        owners = [item for item in disk.texts("instance_ids") if context.estate.has(item)]
        home = context.homes.get(disk.id)
        if home and owners and not is_local(disk) and not covered & {disk.id, *owners}:
            known = _policy_known(context, disk)
            sort = ("system" if disk.text("disk_type") == "system" else "data") if known else "unknown"
            found[home, sort].append(disk.id)
    for (home, sort), disks in sorted(found.items()):
        yield _unprotected(context, home, sort, disks, by_hand)


def _policy_known(context: Context, disk: Resource) -> bool:
    """Whether the inventory says that no policy is attached, rather than nothing about it."""
    told = {"snapshot_policy_ids", "auto_snapshot_enabled"} & disk.attributes.keys()
    return bool(told) or context.inventory.was_listed("snapshot_policy", disk.region)


_OTHER_WAYS: tuple[tuple[Kind, str], ...] = (("backup_plan", "backup plans"), ("replica_pair", "replica pairs"))
_UNPROTECTED: dict[str, tuple[str, Severity, str]] = {
    "data": ("GRA-UNPROTECTED-DATA", "high", "without automatic protection"),
    "system": ("GRA-UNPROTECTED-SYSTEM", "low", "without automatic protection"),
    "unknown": ("GRA-PROTECTION-UNKNOWN", "info", "whose protection is not known"),
}


def _unprotected(context: Context, home: str, sort: str, disks: list[str], by_hand: set[str]) -> Finding:
    finding_id, severity, title = _UNPROTECTED[sort]
    manual = len(by_hand & set(disks))
    who = "it has" if len(disks) == 1 else f"{manual} of them {'has' if manual == 1 else 'have'}"
    regions = _regions(context, disks)
    unlisted = [
        words
        for kind, words in _OTHER_WAYS
        if not any(context.inventory.was_listed(kind, region) for region in regions)
    ]
    parts = [context.labels(disks)]
    parts += [f"{who} a snapshot, but none comes by itself"] if manual else []
    parts += [f"not listed, hence unknown: {' and '.join(unlisted)}"] if unlisted else []
    noun = {"data": "data disk", "system": "system disk"}.get(sort, "disk")
    return Finding(
        id=finding_id,
        severity=severity,
        title=f"{len(disks)} {noun}{'s' if len(disks) > 1 else ''} {title}",
        resource=disks[0] if len(disks) == 1 else None,
        workload=home,
        detail="; ".join(parts) + ".",
        fix="Attach a snapshot policy, or a backup plan, or exclude what need not be kept.",
        source=REFERENCE,
    )


def _regions(context: Context, ids: list[str]) -> set[str | None]:
    return {resource.region for resource in map(context.inventory.get, ids) if resource}


def switched_off(context: Context) -> Iterator[Finding]:
    """Protections that exist and do not work."""
    for resource, why in _off(context):
        yield Finding(
            id="GRA-PROTECTION-OFF",
            severity="high" if resource.kind == "disk" else "medium",
            title="A protection is there, but not in force",
            resource=resource.id,
            workload=context.homes.get(resource.id),
            detail=f"{resource.label}: {why}.",
            fix="Switch it on again, or remove it so that nobody relies on it.",
            source=REFERENCE,
        )


def _off(context: Context) -> Iterator[tuple[Resource, str]]:
    for disk in context.estate.of_kind("disk"):
        policies = disk.texts("snapshot_policy_ids")
        if policies and not policies_work(disk):
            yield disk, f"policy {policies[0]} is attached, automatic snapshots are off on the disk"
    for policy in context.estate.of_kind("snapshot_policy"):
        if not policy_is_on(policy):
            yield policy, f"its status is {policy.status}"
    for pair in context.estate.of_kind("replica_pair"):
        if not pair_works(pair):
            yield pair, f"its status is {pair.status}"
    for plan in context.estate.of_kind("backup_plan"):
        if not plan_works(plan):
            yield plan, "the plan or all of its rules are disabled"
    for job in context.estate.of_kind("dts_job"):
        if not job_works(job):
            yield job, f"its status is {job.status}"


def local_disks(context: Context) -> Iterator[Finding]:
    """Data on local disks: lost with the host."""
    found: dict[str, list[str]] = defaultdict(list)
    for disk in context.estate.of_kind("disk"):
        if is_local(disk) and disk.id in context.homes:
            found[context.homes[disk.id]].append(disk.id)
    listed = {owner for disks in found.values() for disk in disks for owner in _owners(context, disk)}
    for instance in context.estate.of_kind("instance"):
        if (
            (instance.number("local_storage_gib") or 0) > 0
            and instance.id in context.homes
            and instance.id not in listed
        ):
            found[context.homes[instance.id]].append(instance.id)
    for home, items in sorted(found.items()):
        yield Finding(
            id="GRA-LOCAL-DISKS",
            severity="medium",
            title="Data on local disks is lost with the host",
            resource=items[0] if len(items) == 1 else None,
            workload=home,
            detail=f"{context.labels(items)}: no snapshot and no detaching is possible.",
            fix="Keep only what can be made again there, or copy it in the application.",
            source=REFERENCE,
        )


def _owners(context: Context, disk_id: str) -> tuple[str, ...]:
    disk = context.inventory.get(disk_id)
    return disk.texts("instance_ids") if disk else ()


RECOVERY_RULES = (unprotected_disks, switched_off, local_disks)
