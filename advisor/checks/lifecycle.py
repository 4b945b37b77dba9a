"""What ends, may not start again, or was forgotten: subscriptions, stopped instances, missing tags."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from advisor.checks.card import Card, Hit, counted, named, origin_of
from advisor.checks.clock import made_at, moment
from advisor.checks.estate import Estate
from advisor.checks.lookups import is_stopped, own_tags
from advisor.checks.protection import is_finished, snapshots_of
from advisor.model.inventory import Resource

ECONOMICAL = "stopcharging"
PAY_AS_YOU_GO = frozenset({"postpaid", "payasyougo", "postpay"})
FOUND_BY_OWNER = frozenset({"declared", "tag"})


def subscription_ends(estate: Estate, card: Card) -> Iterator[Hit]:
    """A subscription ends within the card's days, or has ended. Disks that end with their instance are told with it."""
    last = estate.as_of + timedelta(days=card.limits["days"])
    for resource in estate.of_kind("instance", "disk", "database", "cache"):
        end = _end(resource)
        if end is None or end.date() > last or _ends_with_owner(estate, resource, end):
            continue
        days = (end.date() - estate.as_of).days
        when = f"{counted(abs(days), 'day')} {'before' if days < 0 else 'after'}" if days else "the very day"
        disks = [disk for disk in estate.disks_of(resource.id) if _end(disk) == end]
        along = f"; its {counted(len(disks), 'disk')} with it: {named(disks)}" if disks else ""
        detail = f"It ends on {end:%Y-%m-%d}, {when} {estate.as_of}{along}; whether it renews itself is not recorded"
        home = estate.home_of_disk(resource) if resource.kind == "disk" else estate.home(resource.id)
        places = origin_of(resource, "expired_at", "charge_type")
        yield Hit.on(resource, home, detail, *places, day=f"{end:%Y-%m-%d}")


def _end(resource: Resource) -> datetime | None:
    paid = (resource.text("charge_type") or "").lower()
    return None if paid in PAY_AS_YOU_GO else moment(resource.text("expired_at"))


def _ends_with_owner(estate: Estate, resource: Resource, end: datetime) -> bool:
    if resource.kind != "disk":
        return False
    return any(owner is not None and _end(owner) == end for owner in map(estate.get, estate.owners(resource)))


def economical_mode(estate: Estate, _card: Card) -> Iterator[Hit]:
    """A stopped instance that gave its capacity back."""
    for instance in estate.of_kind("instance"):
        if is_stopped(instance) and (instance.text("stopped_mode") or "").lower() == ECONOMICAL:
            kind = instance.text("instance_type") or "its type"
            mode = f"{instance.status} in mode {instance.text('stopped_mode')}"
            detail = f"{mode}: it starts again only if {kind} is in stock in {instance.zone or 'its zone'}"
            places = origin_of(instance, "status", "stopped_mode")
            yield Hit.on(instance, estate.home(instance.id), detail, *places)


def forgotten_instance(estate: Estate, _card: Card) -> Iterator[Hit]:
    """Stopped, without a tag of its own in an estate that has tags, and in no workload that somebody named."""
    for instance in estate.of_kind("instance"):
        home = estate.home(instance.id)
        nobodys = home is None or home.found_by not in FOUND_BY_OWNER
        if is_stopped(instance) and nobodys and not own_tags(instance) and _has_tags(estate):
            places = (instance.origin, *(disk.origin for disk in estate.disks_of(instance.id)))
            detail = (
                f"{instance.status}, without tags, in no declared or tagged workload; {_holdings(estate, instance)}"
            )
            yield Hit.on(instance, home, detail, *places)


def _holdings(estate: Estate, instance: Resource) -> str:
    """What an instance's disks hold and how old its newest snapshot is."""
    disks = estate.disks_of(instance.id)
    if not disks:
        return "no disk of it is listed"
    size = sum(disk.number("size_gib") or 0 for disk in disks)
    stamps = [made_at(item) for disk in disks for item in snapshots_of(estate, disk) if is_finished(item)]
    newest = max((stamp for stamp in stamps if stamp), default=None)
    kept = (
        f"the newest finished snapshot is of {newest:%Y-%m-%d}" if newest else "no finished snapshot of them is listed"
    )
    return f"{counted(len(disks), 'disk')} with {size:g} GiB, {kept}"


def _has_tags(estate: Estate) -> bool:
    """Whether the inventory carries tags at all; without them an untagged instance tells nothing."""
    return any(own_tags(instance) for instance in estate.of_kind("instance"))


def untagged_member(estate: Estate, _card: Card) -> Iterator[Hit]:
    """An instance without a tag of its own among tagged ones of its workload."""
    for workload in estate.graph.workloads:
        found = [estate.get(item) for item in workload.resources]
        instances = [item for item in found if item is not None and item.kind == "instance"]
        bare = [item for item in instances if not own_tags(item)]
        if len(bare) == len(instances):
            continue
        for instance in bare:
            tagged = len(instances) - len(bare)
            detail = (
                f"{tagged} of {counted(len(instances), 'instance')} of {workload.name} carry tags, this one does not"
            )
            yield Hit.on(instance, workload, detail)
