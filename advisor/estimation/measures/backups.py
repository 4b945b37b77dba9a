"""Point-in-time copies: snapshot policies, their cross-region copies, and file backup."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from pydantic import JsonValue

from advisor.estimation.context import Context, has_local_data, longest_gap_s, size_gib
from advisor.estimation.existing import copied_regions, copies_somewhere, in_force, policy_schedule, switched_on
from advisor.estimation.levels import JITTER, can_snapshot
from advisor.estimation.measures.base import Gathered, dr_region, proposal, same_side, slug
from advisor.estimation.paths.stateful import volumes
from advisor.model.graph import Component
from advisor.model.inventory import Resource
from advisor.model.recovery import Proposal
from advisor.model.units import DAY, HOUR

START_HOUR = 2  # local night; the smallest load of most services
ALL_WEEK = (1, 2, 3, 4, 5, 6, 7)
TIB_GIB = 1024


def intervals_h(context: Context) -> tuple[int, ...]:
    """The intervals that are tried, the longest first."""
    return tuple(sorted((int(float(hours)) for hours in context.words("snapshot.interval_choices")), reverse=True))


def retentions_d(context: Context, interval_h: int) -> tuple[int, ...]:
    """The retentions that are tried, in days: usual ones, none of them too short to reach back behind an error that was
    found late (detection delay + interval + the hour within which a run may start)."""
    reach = context.seconds("detect.logical.latency").high + interval_h * HOUR + context.seconds(JITTER).high
    least = ceil(reach / DAY)
    return tuple(sorted({max(least, int(float(days))) for days in context.words("snapshot.retention_choices")}))


def copy_retentions_d(context: Context) -> tuple[int, ...]:
    """The days that are tried for copies in another region, the shortest first."""
    return tuple(sorted({int(float(days)) for days in context.words("snapshot.retention_choices")}))


def _holds_nothing(component: Component) -> bool:
    """Whether the component is a group that is rebuilt from its image; an instance by itself always has data to
    lose."""
    return component.stateless and component.kind == "server_group"


def _disks(context: Context, component: Component, gathered: Gathered) -> list[Resource]:
    """Disks worth a snapshot; the reason is kept where a category has none."""
    if component.kind not in ("stateful_instance", "server_group") or _holds_nothing(component):
        return []
    usable = []
    for disk in context.disks(component):
        if disk.number("size_gib") is None:
            gathered.reject("snapshot_policy", component, disk.id, "its size is not in the inventory")
        elif can_snapshot(disk):
            usable.append(disk)
        else:
            reason = f"disks of category {disk.text('category')} cannot be snapshotted"
            gathered.reject("snapshot_policy", component, disk.id, reason, "snapshot.unsupported_disks")
    return usable


def active_policy(context: Context, disk: Resource) -> Resource | None:
    """The working policy of a disk with the shortest gap, None without one."""
    if not switched_on(disk):
        return None
    policies = [context.inventory.get(item) for item in disk.texts("snapshot_policy_ids")]
    working = [item for item in policies if item is not None and in_force(item)]
    return min(working, key=lambda item: longest_gap_s(*policy_schedule(item)), default=None)


def snapshot_policy(
    context: Context, component: Component, gathered: Gathered, interval_h: int, retention_d: int
) -> Proposal | None:
    """A policy of this interval for all disks that have none as frequent and kept as long; None where nothing is
    left."""
    gap = interval_h * HOUR
    wanting = []
    for disk in _disks(context, component, gathered):
        policy = active_policy(context, disk)
        if policy is None or not _as_good(policy, gap, retention_d):
            wanting.append((disk, policy))
    if not wanting:
        return None
    kept = [policy.number("retention_days") for _, policy in wanting if policy is not None]
    retention = max([float(retention_d), *(days for days in kept if days is not None and days > 0)])
    obstacle = _beyond_quota(context, interval_h, retention)
    if obstacle is not None:
        gathered.reject("snapshot_policy", component, wanting[0][0].id, *obstacle)
        return None
    keep_copy = sorted({region for _, policy in wanting if policy is not None for region in copied_regions(policy)})
    hours = sorted((START_HOUR + step) % 24 for step in range(0, 24, interval_h))
    ids = [disk.id for disk, _ in wanting]
    extended = _own_policy(context, wanting)
    old = {policy.id for _, policy in wanting if policy is not None} - {extended}
    what = f"on {len(ids)} disk(s) of {component.name}"
    ended = sorted({policy.id for _, policy in wanting if policy is not None and copies_somewhere(policy)})
    return proposal(
        context,
        "snapshot_policy",
        component,
        f"snap-{interval_h}h-{retention_d}d",
        f"snapshots every {interval_h} h, kept {retention:g} days, {what}"
        + (f", by the present policy {extended}" if extended else "")
        + (f"; ends the copies of {', '.join(ended)} to a region that is not known" if ended else ""),
        wanting[0][0].region or "",
        ids,
        {
            "interval_h": interval_h,
            "time_points": list(hours),
            "weekdays": list(ALL_WEEK),
            "retention_days": int(retention),
            "disk_ids": list(ids),
            "extends": extended,
            "policy_name": f"{slug(context.workload.name) or 'workload'}-{interval_h}h-{int(retention)}d",
            "replaces": list[JsonValue](sorted(old)),
            "keep_copy_region": keep_copy[0] if keep_copy else None,
        },
        verb="extend" if extended else "create",
    )


def _own_policy(context: Context, wanting: Sequence[tuple[Resource, Resource | None]]) -> str | None:
    """The one policy that these disks have now and that nothing else has: it can be changed as it stands. A policy that
    other disks have too is left to them, and one with copies, whose retention the change would leave behind (or whose
    region nobody knows)."""
    present = {policy.id: policy for _, policy in wanting if policy is not None}
    if len(present) != 1 or any(copied_regions(policy) or copies_somewhere(policy) for policy in present.values()):
        return None
    name, ids = next(iter(present)), {disk.id for disk, _ in wanting}
    users = context.inventory.disks_by_policy.get(name, frozenset())
    return name if users <= ids else None


def _beyond_quota(context: Context, interval_h: int, retention_d: float) -> tuple[str, str] | None:
    """Why a schedule cannot keep what it promises: the oldest automatic snapshot goes when a disk's quota is full."""
    quota = context.number("snapshot.quota.auto_per_disk")
    kept = retention_d * 24 / interval_h
    if kept > quota:
        count = f"{kept:.0f} snapshots every {interval_h} h over {retention_d:g} days"
        return f"{count} exceed the {quota:.0f} kept for a disk", "snapshot.quota.auto_per_disk"
    longest = context.limits("snapshot.auto_policy.retention_range")[1]
    if retention_d > longest:
        return (
            f"{retention_d:g} days exceed the {longest:.0f} a policy can keep",
            "snapshot.auto_policy.retention_range",
        )
    return None


def _as_good(policy: Resource, gap_s: float, retention_d: int) -> bool:
    days = policy.number("retention_days")
    long_enough = days is not None and (days < 0 or days >= retention_d)
    return longest_gap_s(*policy_schedule(policy)) <= gap_s and long_enough


def snapshot_copy(
    context: Context, component: Component, gathered: Gathered, base: Proposal | None, retention_d: int
) -> list[Proposal]:
    """Copies of the snapshots in the recovery region: of the new policy ``base``, and of existing policies
    elsewhere."""
    disks = _disks(context, component, gathered)
    if not disks:
        return []
    source = disks[0].region or ""
    region = dr_region(context, source)
    if region is None:
        gathered.reject("snapshot_copy", component, component.id, "no other region in the same geography is known")
        return []
    if not same_side(context, source, region):
        reason = f"snapshots are not copied between {source} and {region}: one is on the mainland, one is not"
        gathered.reject("snapshot_copy", component, component.id, reason, "snapshot.copy.region_sets_2021")
        return []
    found = []
    fresh = set(base.protection.resources) if base else set()
    retention_d = _kept_copies_d(context, disks, region, retention_d)
    if base is not None:
        found.append(_copy_proposal(context, component, sorted(fresh), region, retention_d, base, None))
    by_policy: dict[str, list[str]] = {}
    for disk in disks:
        policy = active_policy(context, disk)
        if disk.id not in fresh and policy is not None and region not in copied_regions(policy):
            by_policy.setdefault(policy.id, []).append(disk.id)
    for policy_id, ids in sorted(by_policy.items()):
        found.append(_copy_proposal(context, component, ids, region, retention_d, None, policy_id))
    return found


def _kept_copies_d(context: Context, disks: Sequence[Resource], region: str, retention_d: int) -> int:
    """Days for which copies are kept: never fewer than today's policies keep them there."""
    today = [retention_d]
    for disk in disks:
        policy = active_policy(context, disk)
        days = policy.number("copy_retention_days") if policy is not None else None
        if policy is not None and days is not None and days > 0 and region in copied_regions(policy):
            today.append(int(days))
    return max(today)


def _copy_proposal(
    context: Context,
    component: Component,
    ids: Sequence[str],
    region: str,
    retention_d: int,
    base: Proposal | None,
    extends: str | None,
) -> Proposal:
    source = context.inventory.get(ids[0])
    extra = {"interval_h": base.protection.number("interval_h")} if base else {}
    return proposal(
        context,
        "snapshot_copy",
        component,
        f"copy-{region}" + (f"-{extends}" if extends else ""),
        f"snapshots of {len(ids)} disk(s) of {component.name} copied to {region}, kept {retention_d} days",
        (source.region if source else "") or "",
        ids,
        {
            "target_region": region,
            "retention_days": retention_d,
            "disk_ids": list(ids),
            "extends": extends,
            "policy_action": base.actions[0].id if base else None,
        },
        verb="extend" if extends else "create",
        extra=extra,
    )


def file_backup(context: Context, component: Component, gathered: Gathered) -> Proposal | None:
    """Daily file backup of the component's instances (basic edition)."""
    if component.kind not in ("stateful_instance", "server_group") or _holds_nothing(component):
        return None
    covered: list[str] = []
    instances: list[str] = []
    for instance in context.members(component):
        reason = _file_backup_obstacle(context, component, instance)
        if reason is not None:
            gathered.reject("file_backup", component, instance.id, *reason)
            continue
        instances.append(instance.id)
        covered += [instance.id, *(disk.id for disk in context.disks_of(component, instance.id))]
    if not instances:
        return None
    return proposal(
        context,
        "file_backup",
        component,
        "files",
        f"daily file backup of {len(instances)} instance(s) of {component.name}",
        context.members(component)[0].region or "",
        list(dict.fromkeys(covered)),
        {"instance_ids": list(instances), "paths": []},
    )


def _file_backup_obstacle(context: Context, component: Component, instance: Resource) -> tuple[str, str] | None:
    if not instance.text("vpc_id"):
        return "file backup needs an instance in a VPC; none is known for this one", "file_backup.essential.os"
    total = sum(size_gib(disk) for disk in volumes(context, component, instance))
    likely = total * context.spread("data.used_share").likely
    limit = _largest_gib(context)
    if likely > limit:
        reason = f"about {likely:.0f} GiB of data would not be backed up within a day (limit {limit:.0f} GiB)"
        return reason, "file_backup.essential.max_data_high_priority"
    if not (has_local_data(instance) or context.disks_of(component, instance.id)):
        return "its disks are not in the inventory", "file_backup.essential.billing_basis"
    return None


def _largest_gib(context: Context) -> float:
    return context.number("file_backup.essential.max_data_high_priority") * TIB_GIB
