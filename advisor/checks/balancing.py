"""Balancers and scaling groups: zones of their own, zones of their members, members that do not count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from advisor.checks.card import Card, Hit, counted, listed, origin_of
from advisor.checks.estate import Estate
from advisor.checks.lookups import is_stopped
from advisor.model.inventory import Origin, Resource

ADDED_BY_HAND = "attached"


@dataclass(frozen=True, slots=True)
class Seat:
    """One member of a group behind a balancer. ``idle`` says why it does not count; empty where it does."""

    name: str
    instance: Resource | None
    zone: str | None
    idle: str


@dataclass(frozen=True, slots=True)
class Bench:
    """The members that stand together behind a balancer: a server group's, or its default backends."""

    holder: Resource
    attribute: str
    seats: tuple[Seat, ...]

    @property
    def serving(self) -> tuple[Seat, ...]:
        return tuple(seat for seat in self.seats if not seat.idle)

    @property
    def origins(self) -> tuple[Origin, ...]:
        return origin_of(self.holder, self.attribute)


@dataclass(frozen=True)
class Fronts:
    """What stands behind each balancer of an estate."""

    estate: Estate

    @cached_property
    def _listeners(self) -> Mapping[str, tuple[Resource, ...]]:
        found: dict[str, list[Resource]] = defaultdict(list)
        for listener in self.estate.of_kind("listener"):
            found[listener.text("load_balancer_id") or ""].append(listener)
        return {balancer: tuple(listeners) for balancer, listeners in found.items()}

    @cached_property
    def _groups(self) -> Mapping[str, tuple[Resource, ...]]:
        """Server groups of each balancer, by the groups' own word and by the listeners'."""
        found: dict[str, set[str]] = defaultdict(set)
        for group in self.estate.of_kind("server_group"):
            for balancer in group.texts("load_balancer_ids"):
                found[balancer].add(group.id)
        for balancer, listeners in self._listeners.items():
            found[balancer].update(group for listener in listeners for group in _groups_of(listener))
        named = {balancer: map(self.estate.get, sorted(ids)) for balancer, ids in found.items()}
        return {balancer: tuple(group for group in groups if group) for balancer, groups in named.items()}

    def benches(self) -> Iterator[tuple[Resource, tuple[Bench, ...]]]:
        """Every balancer with its groups of members."""
        for balancer in self.estate.of_kind("load_balancer"):
            found = [_bench(self.estate, group, "members") for group in self._groups.get(balancer.id, ())]
            default = "backends" if balancer.records("backends") else "backend"
            if balancer.records(default) and self._uses_default(balancer):
                found.append(_bench(self.estate, balancer, default))
            yield balancer, tuple(found)

    def _uses_default(self, balancer: Resource) -> bool:
        """Whether default backends take traffic: no listener is listed, or one of them sends to no server group."""
        own = self._listeners.get(balancer.id, ())
        return not own or any(not _groups_of(listener) for listener in own)


def _groups_of(listener: Resource) -> tuple[str, ...]:
    return (*listener.texts("server_group_ids"), *listener.texts("rule_server_group_ids"))


def _bench(estate: Estate, holder: Resource, attribute: str) -> Bench:
    return Bench(holder, attribute, tuple(_seat(estate, record) for record in holder.records(attribute)))


def _seat(estate: Estate, record: Mapping[str, object]) -> Seat:
    server = str(record.get("server_id") or "")
    found = estate.get(server)
    if found is not None and found.kind == "network_interface":
        found = estate.get(found.text("instance_id"))
    instance = found if found is not None and found.kind == "instance" else None
    weight = record.get("weight")
    idle = "weight 0" if isinstance(weight, int | float) and weight <= 0 else ""
    if instance is not None and is_stopped(instance):
        idle = f"{idle}, {instance.status}" if idle else str(instance.status)
    zone = (instance.zone if instance else None) or str(record.get("zone") or "") or None
    return Seat(instance.label if instance else server or str(record.get("server_ip") or "?"), instance, zone, idle)


def members_in_one_zone(estate: Estate, _card: Card) -> Iterator[Hit]:
    """All members that serve stand in one zone. Idle ones do not count, and nothing is said of unknown zones."""
    for balancer, benches in Fronts(estate).benches():
        alone = [
            bench for bench in benches if len({seat.zone for seat in bench.serving}) == 1 and bench.serving[0].zone
        ]
        if alone:
            parts = [_one_zone(bench) for bench in alone]
            own = listed(balancer.zones) or "zones not recorded"
            places = (*origin_of(balancer, "zones"), *(place for bench in alone for place in bench.origins))
            zones = listed(sorted({str(bench.serving[0].zone) for bench in alone}))
            detail = f"The balancer covers {own}; {'; '.join(parts)}"
            yield Hit.on(balancer, estate.home(balancer.id), detail, *places, zone=zones)


def _one_zone(bench: Bench) -> str:
    serving, idle = bench.serving, [seat for seat in bench.seats if seat.idle]
    names = listed(seat.name for seat in serving)
    who = f"all {counted(len(serving), 'serving member')}" if len(serving) > 1 else "the only serving member"
    out = f"; not counted: {listed(f'{seat.name} ({seat.idle})' for seat in idle)}" if idle else ""
    return f"{who} of {bench.holder.label} in {serving[0].zone}: {names}{out}"


def _balancer_zones_known(balancer: Resource) -> bool:
    """Whether the inventory tells all zones of a balancer; of a classic one the master zone alone does not, and one
    place of it without a zone may be in any."""
    places = balancer.records("zone_mappings")
    if len(balancer.zones) > 1 or places:
        return len(balancer.zones) > 1 or (bool(balancer.zones) and all(place.get("zone") for place in places))
    return "slave_zone" in balancer.attributes and bool(balancer.zones or balancer.zone)


def balancer_in_one_zone(estate: Estate, _card: Card) -> Iterator[Hit]:
    """The balancer itself stands in one zone."""
    for balancer in estate.of_kind("load_balancer"):
        zones = balancer.zones or ((balancer.zone,) if balancer.zone else ())
        if _balancer_zones_known(balancer) and len(set(zones)) == 1:
            detail = f"{(balancer.text('lb_type') or 'balancer').upper()}: it stands in {zones[0]} and in no other zone"
            places = origin_of(balancer, "zones", "slave_zone")
            yield Hit.on(balancer, estate.home(balancer.id), detail, *places, zone=zones[0])


def balancer_zones_unknown(estate: Estate, _card: Card) -> Iterator[Hit]:
    """The zones of the balancer, or of a member that serves, are in no file."""
    for balancer, benches in Fronts(estate).benches():
        parts = []
        if not _balancer_zones_known(balancer):
            known = listed(balancer.zones) or balancer.zone
            parts.append(f"of its zones {known or 'none'} is recorded, whether there is another is not")
        lost = [seat.name for bench in benches for seat in bench.serving if not seat.zone]
        if lost:
            parts.append(f"the zone of {listed(sorted(lost))} is in no file")
        if parts:
            yield Hit.on(balancer, estate.home(balancer.id), "; ".join(parts), *origin_of(balancer, "zones"))


def idle_member(estate: Estate, _card: Card) -> Iterator[Hit]:
    """A member with weight 0, or stopped, carries nothing."""
    found: dict[str, list[tuple[Bench, Seat]]] = defaultdict(list)
    for bench in (bench for _, benches in Fronts(estate).benches() for bench in benches):
        for seat in bench.seats:
            if seat.idle and seat.instance:
                found[seat.instance.id].append((bench, seat))
    for instance_id, entries in sorted(found.items()):
        instance = estate.inventory.resources[instance_id]
        parts = [
            f"{seat.idle} in {bench.holder.label}: {len(bench.serving)} of {len(bench.seats)} members serve"
            for bench, seat in entries
        ]
        places = (*(place for bench, _ in entries for place in bench.origins), instance.origin)
        yield Hit.on(instance, estate.home(instance_id), "; ".join(dict.fromkeys(parts)), *places)


def scaling_in_one_zone(estate: Estate, _card: Card) -> Iterator[Hit]:
    """The group can start members in one zone only; nothing is said where a vSwitch of it is in no file."""
    for group in estate.of_kind("scaling_group"):
        switches = group.texts("vswitch_ids")
        zones = [found.zone if found else None for found in map(estate.get, switches)] or list(group.zones)
        if zones and None not in zones and len(set(zones)) == 1:
            held = (
                f"It has {counted(len(switches), 'vSwitch')}"
                if switches
                else "Its vSwitches are not recorded; all stand"
            )
            detail = f"{held} in {zones[0]} and in no other zone"
            places = origin_of(group, "vswitch_ids", "zones")
            yield Hit.on(group, estate.home(group.id), detail, *places, zone=str(zones[0]))


def added_by_hand(estate: Estate, _card: Card) -> Iterator[Hit]:
    """A member that the group did not start: it says so itself, or it runs another image than the group starts."""
    for group in estate.of_kind("scaling_group"):
        records = {str(record.get("instance_id")): record for record in group.records("members")}
        for member_id in group.texts("instance_ids"):
            instance = estate.get(member_id)
            detail = _not_of_group(group, instance, records.get(member_id, {})) if instance else ""
            if instance is not None and detail:
                places = (*origin_of(group, "members", "configurations"), instance.origin)
                yield Hit.on(instance, estate.home(member_id, group.id), detail, *places, group=group.label)


def _not_of_group(group: Resource, instance: Resource, record: Mapping[str, object]) -> str:
    made = str(record.get("creation_type") or "")
    ours = instance.text("image_id")
    configuration = group.attributes.get("configuration")
    theirs = str(configuration.get("image_id") or "") if isinstance(configuration, Mapping) else ""
    other = f"it runs the image {ours}, and {group.label} starts {theirs}" if ours and theirs and ours != theirs else ""
    if made:
        words = f"It was attached to {group.label} (creation type {made})"
        return (f"{words}; {other}" if other else words) if made.lower() == ADDED_BY_HAND else ""
    if not other:
        return ""
    words = f"{other[0].upper()}{other[1:]}"
    return f"{words}; how it came into the group is not recorded: by hand, or before the image changed"
