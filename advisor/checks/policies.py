"""Snapshot policies: are they in service, often enough, kept long enough, delivering, and copied to another region?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from advisor.checks.card import LEAST_BY_CLASS, NO_WORKLOAD, Card, Hit, counted, listed, named, origin_of
from advisor.checks.clock import made_at, moment
from advisor.checks.estate import Estate
from advisor.checks.protection import (
    is_failed,
    is_finished,
    is_in_service,
    is_pair_working,
    is_plan_working,
    jitter_s,
    retention_s,
    runs_of,
    snapshots_of,
)
from advisor.model.graph import Workload
from advisor.model.inventory import Resource
from advisor.model.units import format_duration

LATENCY = "detect.logical.latency"


@dataclass(frozen=True)
class Use:
    """The disks of one workload for which one policy falls short."""

    policy: Resource
    workload: Workload | None
    disks: tuple[Resource, ...]

    def hit(self, estate: Estate, detail: str, *attributes: str, **words: str) -> Hit:
        """A hit on the policy, told apart by workload; of system disks alone it is light."""
        name = self.workload.name if self.workload else ""
        whose = f"{counted(len(self.disks), 'disk')} of {name or NO_WORKLOAD}: {named(self.disks)}"
        hit = Hit.on(self.policy, self.workload, f"{detail}. On {whose}", *origin_of(self.policy, *attributes), **words)
        system_only = all(estate.is_system_beside_data(disk) for disk in self.disks)
        severity = LEAST_BY_CLASS if system_only else None
        return replace(hit, subject=f"{self.policy.id}:{name}" if name else self.policy.id, severity=severity)


def _uses(estate: Estate, pick: Callable[[Resource], Resource | None]) -> Iterator[Use]:
    """The disks for which ``pick`` names a policy, by policy and workload."""
    found: dict[tuple[str, str], list[Resource]] = defaultdict(list)
    policies: dict[str, Resource] = {}
    for disk in estate.guarded_disks:
        policy = pick(disk)
        if policy is not None:
            home = estate.home_of_disk(disk)
            policies[policy.id] = policy
            found[policy.id, home.name if home else ""].append(disk)
    for (policy_id, _), disks in sorted(found.items()):
        yield Use(policies[policy_id], estate.home_of_disk(disks[0]), tuple(disks))


def out_of_service(estate: Estate, _card: Card) -> Iterator[Hit]:
    """A policy is attached to disks, and its status is not Normal."""

    def pick(disk: Resource) -> Resource | None:
        found = (estate.get(policy) for policy in disk.texts("snapshot_policy_ids"))
        return next((policy for policy in found if policy is not None and not is_in_service(policy)), None)

    for use in _uses(estate, pick):
        yield use.hit(estate, f"Its status is {use.policy.status}", "status")


def kept_too_short(estate: Estate, _card: Card) -> Iterator[Hit]:
    """No policy of the disk keeps snapshots for as long as a silent error may stay unnoticed and one gap more: only a
    capture older than the error serves, and only while it is kept."""
    fact = estate.rules.fact(LATENCY)
    latency_s = fact.seconds().high

    def needed_s(policy: Resource) -> float:
        return latency_s + estate.gap_alone(policy)

    def pick(disk: Resource) -> Resource | None:
        kept = [(retention_s(policy), policy) for policy in estate.policies_of(disk)]
        known = [(seconds, policy) for seconds, policy in kept if seconds is not None]
        if not known or len(known) < len(kept) or any(seconds >= needed_s(policy) for seconds, policy in known):
            return None
        return max(known, key=lambda pair: (pair[0], pair[1].id))[1]

    for use in _uses(estate, pick):
        needed = format_duration(needed_s(use.policy))
        detail = (
            f"It keeps snapshots for {format_duration(retention_s(use.policy))}; a silent error may be noticed only "
            f"after {format_duration(latency_s)} ({fact.confidence}), and the last snapshot before it may be "
            f"{format_duration(estate.gap_alone(use.policy))} older: {needed} are needed"
        )
        yield use.hit(estate, detail, "retention_days", needed=needed)


def gap_too_long(estate: Estate, _card: Card) -> Iterator[Hit]:
    """The longest time between two runs, with the delay of a start, is more than may be lost to a logical error."""
    delay_s = jitter_s(estate)

    def pick(disk: Resource) -> Resource | None:
        policies, gap, rpo_s = estate.policies_of(disk), estate.gap_of(disk), estate.logical_rpo_s(disk)
        if gap is None or rpo_s is None or gap + delay_s <= rpo_s:
            return None
        return min(policies, key=lambda policy: (estate.gap_alone(policy), policy.id))

    for use in _uses(estate, pick):
        gap = max(estate.gap_of(disk) or 0.0 for disk in use.disks)
        rpo = format_duration(estate.target(use.workload, "logical").rpo_s)
        detail = (
            f"It runs {_schedule(use.policy)}: the longest gap is {format_duration(gap)}, and a run may begin "
            f"{format_duration(delay_s)} late; at most {rpo} may be lost to a logical error"
        )
        yield use.hit(estate, detail, "time_points", "repeat_weekdays", rpo=rpo)


_DAYS: Mapping[str, str] = {"1": "Mon", "2": "Tue", "3": "Wed", "4": "Thu", "5": "Fri", "6": "Sat", "7": "Sun"}


def _schedule(policy: Resource) -> str:
    days = sorted(set(policy.texts("repeat_weekdays")))
    hours = sorted({int(float(hour)) for hour in policy.texts("time_points")})
    on = "every day" if len(days) == len(_DAYS) else listed(_DAYS.get(day, day) for day in days)
    return f"{on} at {listed((f'{hour:02d}:00' for hour in hours), most=24)}"


def not_delivering(estate: Estate, card: Card) -> Iterator[Hit]:
    """A policy is in service on the disk, and its newest run failed, or it is long since one was finished."""
    for disk in estate.guarded_disks:
        policies, gap = estate.policies_of(disk), estate.gap_of(disk)
        if gap is None:
            continue
        limit_s = card.limits["gaps"] * gap + jitter_s(estate)
        found = _shortfall(estate, disk, policies, limit_s)
        if found:
            detail = f"{found}; the longest gap of {named(policies)} is {format_duration(gap)}"
            places = [disk.origin, *(policy.origin for policy in policies)]
            places += [run.origin for _, run in runs_of(estate, disk)[-1:]]
            hit = Hit.on(disk, estate.home_of_disk(disk), detail, *places, policy=named(policies))
            light = LEAST_BY_CLASS if estate.is_system_beside_data(disk) else None
            yield replace(hit, severity=light)


def _shortfall(estate: Estate, disk: Resource, policies: tuple[Resource, ...], limit_s: float) -> str:
    """What is wrong with the runs of a disk; an empty text where nothing is."""
    runs = runs_of(estate, disk)
    finished = [(when, run) for when, run in runs if is_finished(run)]
    failed = [(when, run) for when, run in runs if is_failed(run)]
    read_at = estate.read_at(disk)
    if not finished:
        waited = _waited_s(estate, disk, policies, read_at)
        listed_here = estate.told("snapshot", disk.region) and not any(
            not made_at(s) for s in snapshots_of(estate, disk)
        )
        return "There is no finished snapshot" if listed_here and waited is not None and waited > limit_s else ""
    when, newest = finished[-1]
    age = format_duration(estate.age_s(when, read_at))
    if failed and failed[-1][0] > when:
        count = sum(later > when for later, _ in failed)
        runs_words = f"The newest {counted(count, 'run')} failed" if count > 1 else "The newest run failed"
        return f"{runs_words} ({failed[-1][1].id}); the newest finished snapshot {newest.id} is {age} old"
    if estate.age_s(when, read_at) > limit_s:
        return f"The newest finished snapshot {newest.id} is {age} old, more than {format_duration(limit_s)}"
    return ""


def _waited_s(estate: Estate, disk: Resource, policies: tuple[Resource, ...], read_at: datetime) -> float | None:
    """For how long disk and policy have both been there; None where that is unknown."""
    stamps = [made_at(disk), moment(disk.text("attached_at")) or made_at(disk), *(made_at(item) for item in policies)]
    known = [stamp for stamp in stamps if stamp]
    return estate.age_s(max(known), read_at) if len(known) == len(stamps) else None


def failed_run(estate: Estate, _card: Card) -> Iterator[Hit]:
    """A run failed, later ones did not: a hole in the history that is left."""
    for disk in estate.guarded_disks:
        runs = runs_of(estate, disk)
        finished = [when for when, run in runs if is_finished(run)]
        failed = [(when, run) for when, run in runs if is_failed(run) and finished and when < finished[-1]]
        if not failed:
            continue
        when, run = failed[-1]
        before = max((item for item in finished if item < when), default=None)
        after = min(item for item in finished if item > when)
        hole = (
            f"; {format_duration((after - before).total_seconds())} lie between the snapshots around it"
            if before
            else ""
        )
        detail = f"{counted(len(failed), 'run')} failed, the last one {run.id} of {when:%Y-%m-%d %H:%M} UTC{hole}"
        yield Hit.on(disk, estate.home_of_disk(disk), detail, disk.origin, run.origin)


def same_region_only(estate: Estate, _card: Card) -> Iterator[Hit]:
    """A loss of the region is to be survived, and nothing lies in another one."""
    return _in_region(estate, others_known=True)


def other_region_unknown(estate: Estate, _card: Card) -> Iterator[Hit]:
    """The same, where no file tells of snapshots in another region: copies made by hand are unknown."""
    return _in_region(estate, others_known=False)


def _in_region(estate: Estate, others_known: bool) -> Iterator[Hit]:
    found: dict[tuple[str, str], list[Resource]] = defaultdict(list)
    for disk in estate.guarded_disks:
        home = estate.home_of_disk(disk)
        if estate.target(home, "region").rpo_s is None or _leaves(estate, disk):
            continue
        policies = estate.policies_of(disk)
        held = bool(policies) or any(is_finished(item) for item in snapshots_of(estate, disk))
        if held and _others_known(estate, disk, policies) is others_known:
            subject = min(policies, key=lambda item: item.id) if policies else disk
            found[subject.id, home.name if home else ""].append(disk)
    for (subject_id, _), disks in sorted(found.items()):
        yield _staying(estate, subject_id, tuple(disks))


def _staying(estate: Estate, subject_id: str, disks: tuple[Resource, ...]) -> Hit:
    home = estate.home_of_disk(disks[0])
    spec = estate.spec(home)
    rpo = format_duration(estate.target(home, "region").rpo_s)
    regions = listed(sorted(estate.snapshot_regions))
    known = f"snapshots are listed for {regions}" if regions else "no region lists its snapshots by itself"
    subject = estate.inventory.resources[subject_id]
    far = listed(spec.dr_regions) if spec and spec.dr_regions else "another region"
    detail = f"At most {rpo} may be lost with the region {disks[0].region or ''}".rstrip()
    if subject.kind == "disk":
        text = f"{detail}; its snapshots lie in that region alone; {known}"
        hit = Hit.on(subject, home, text, rpo=rpo, region=far)
        return replace(hit, severity=LEAST_BY_CLASS) if estate.is_system_beside_data(subject) else hit
    copying = any(copies_somewhere(found) for disk in disks for found in _copiers(estate, disk))
    copies = "copies are made, but where they go is not told" if copying else "the policy copies nothing to another one"
    text = f"{detail}; {copies}, and no copy lies there; {known}"
    return Use(subject, home, disks).hit(estate, text, "copy_enabled", "copy_regions", rpo=rpo, region=far)


def _leaves(estate: Estate, disk: Resource) -> bool:
    """Whether anything of the disk's data goes, or lies, outside its region."""
    copied = any(
        policy.flag("copy_enabled") is not False and set(policy.texts("copy_regions")) - {disk.region}
        for policy in estate.policies_of(disk)
    )
    lying = any(is_finished(item) and item.region not in (disk.region, None) for item in snapshots_of(estate, disk))
    paired = any(
        is_pair_working(pair) and pair.text("destination_region") not in (disk.region, None)
        for pair in estate.inventory.pairs_by_disk.get(disk.id, ())
    )
    plans = estate.plans_of_disk(disk)
    backed_up = any(is_plan_working(plan) and set(plan.texts("copy_regions")) - {disk.region} for plan in plans)
    return copied or lying or paired or backed_up


def _others_known(estate: Estate, disk: Resource, policies: tuple[Resource, ...]) -> bool:
    """Whether the inventory tells of other regions' snapshots, and of what the disk's policies and plans copy."""
    told = all({"copy_enabled", "copy_regions"} & policy.attributes.keys() for policy in policies)
    told = told and not any(map(copies_somewhere, _copiers(estate, disk)))
    return told and bool(estate.snapshot_regions - {disk.region or ""})


def _copiers(estate: Estate, disk: Resource) -> tuple[Resource, ...]:
    """The policies and working backup plans that may copy the disk's data to another region."""
    return (*estate.policies_of(disk), *(plan for plan in estate.plans_of_disk(disk) if is_plan_working(plan)))


def copies_somewhere(copier: Resource) -> bool:
    """Whether a policy or plan does copy, and no file tells to which region."""
    on = copier.flag("copy_enabled") is True or any(
        rule.get("copy_enabled") is True or rule.get("rule_type") == "replication" for rule in copier.records("rules")
    )
    return on and not copier.texts("copy_regions")
