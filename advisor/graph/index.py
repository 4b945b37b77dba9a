"""Look-ups over an inventory that all graph rules share: by kind, by address, by security group, zones and regions."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from itertools import count, pairwise

import numpy as np

from advisor.graph.nodes import Codes, Nodes, are_among, distinct
from advisor.model.inventory import Inventory, Kind, Resource
from advisor.model.tables import ABSENT, Table, Tables, tables_of

IDLE_STATES = frozenset({"stopped", "stopping", "expired", "released", "deleted", "已停止", "停止"})
BASIC_CATEGORIES = frozenset({"basic", "serverless_basic"})
# Kinds of which an estate has more than of all others together: their rules work on columns.
BULK: tuple[Kind, ...] = ("instance", "disk", "snapshot", "network_interface")
# Kinds whose zones stand in their attributes, too (``zones_of``): they are looked at one by one.
ZONES_INSIDE: frozenset[Kind] = frozenset({"load_balancer", "database", "cache"})
_KEPT = "estate of the graph"
_IN_ONE_ZONE = frozenset({"instance", "disk", "vswitch", "network_interface", "nat_gateway"})
_ZONE_SUFFIX = re.compile(r"-?[a-z]$")
_MULTI_ZONE = re.compile(r"^(?P<region>.+)-MAZ\d*\((?P<letters>[a-z](?:,[a-z])*)\)$", re.IGNORECASE)


def is_idle(resource: Resource | None) -> bool:
    """Whether a resource is stopped: it stays a member of its groups and counts nothing."""
    return resource is not None and is_idle_status(resource.status)


def is_idle_status(status: str | None) -> bool:
    """Whether a status is that of something stopped."""
    return (status or "").lower() in IDLE_STATES


def unique(items: Iterable[str]) -> tuple[str, ...]:
    """The texts in their first order, each once, without empty ones."""
    return tuple(dict.fromkeys(item for item in items if item))


def split_zone(zone: str) -> tuple[str, ...]:
    """The zones a zone field names: ``cn-hangzhou-MAZ5(b,f)`` is two of them."""
    found = _MULTI_ZONE.match(zone)
    if found is None:
        return (zone,)
    return tuple(f"{found['region']}-{letter.strip()}" for letter in found["letters"].split(","))


def region_of_zone(zone: str) -> str:
    """The region a zone id spells out, for zones that no resource with a region stands in."""
    return _ZONE_SUFFIX.sub("", zone)


def zones_of(resource: Resource) -> tuple[str, ...]:
    """Every zone a resource stands in, the serving one first; empty where unknown."""
    if resource.zone and not resource.zones and resource.kind in _IN_ONE_ZONE and "(" not in resource.zone:
        return (resource.zone,)
    named = [resource.zone or "", *resource.zones]
    if resource.kind == "load_balancer":
        named = list(resource.zones) or [resource.zone or ""]
        named += [
            str(record.get("zone") or record.get("zone_id") or "") for record in resource.records("zone_mappings")
        ]
    if resource.kind in ("database", "cache"):
        named += [*resource.texts("slave_zones"), resource.text("secondary_zone") or ""]
    return unique(zone for name in named for zone in split_zone(name))


def slave_zone_known(resource: Resource) -> bool:
    """Whether the inventory says if a database or cache has a standby elsewhere (a list call alone does not)."""
    basic = (resource.text("category") or "").lower() in BASIC_CATEGORIES
    told = {"slave_zones", "secondary_zone"} & resource.attributes.keys()
    return basic or len(zones_of(resource)) > 1 or bool(told)


@dataclass(frozen=True)
class Stands:
    """Where resources stand: for each the number of its place, for each place its zones and its region."""

    codes: Codes
    zones: tuple[tuple[str, ...], ...]
    regions: tuple[str | None, ...]


@dataclass(frozen=True)
class Estate:
    """An inventory with the look-ups the rules need; all of them sorted, so results do not depend on input order."""

    inventory: Inventory

    @staticmethod
    def of(inventory: Inventory) -> Estate:
        """The look-ups of an inventory, made once: an inventory never changes."""
        known: Estate | None = vars(inventory).get(_KEPT)
        if known is None:
            known = vars(inventory)[_KEPT] = Estate(inventory)
        return known

    @cached_property
    def tables(self) -> Tables:
        """The resources by kind, column by column."""
        return tables_of(self.inventory.resources)

    @cached_property
    def nodes(self) -> Nodes:
        """The resources, and all that they name, by number."""
        return Nodes(self.tables)

    @cached_property
    def _rows(self) -> dict[Kind, list[int]]:
        return {}

    def _rows_of(self, kind: Kind) -> list[int]:
        """The rows of the table of a kind in the order of their ids."""
        known = self._rows.get(kind)
        if known is None:
            order = self.nodes.order
            known = self._rows[kind] = (order[self.nodes.is_kind(order, kind)] - self.nodes.start(kind)).tolist()
        return known

    @property
    def _kinds(self) -> list[Kind]:
        return sorted(self.tables.tables)

    def of_kind(self, *kinds: Kind) -> Iterator[Resource]:
        """The resources of these kinds, by id within each kind."""
        for kind in kinds:
            ids = self.tables.table(kind).ids
            yield from (self.tables[ids[row]] for row in self._rows_of(kind))

    def with_attribute(self, kind: Kind, name: str) -> Iterator[Resource]:
        """The resources of a kind of which an attribute is known, by id."""
        table, rows = self.rows(kind)
        column = table.attributes.get(name)
        known = [] if column is None else (row for row in rows if column[row] is not ABSENT)
        return (self.tables[table.ids[row]] for row in known)

    def everything(self) -> Iterator[Resource]:
        """All resources, by kind and id."""
        return self.of_kind(*self._kinds)

    def everything_but(self, *kinds: Kind) -> Iterator[Resource]:
        """All resources of other kinds, by kind and id."""
        return self.of_kind(*(kind for kind in self._kinds if kind not in kinds))

    def rows(self, kind: Kind) -> tuple[Table, list[int]]:
        """All resources of a kind as columns, and the rows in the order of their ids."""
        return self.tables.table(kind), self._rows_of(kind)

    def get(self, resource_id: str | None) -> Resource | None:
        return self.tables.get(resource_id) if resource_id else None

    def is_idle(self, resource_id: str | None) -> bool:
        """Whether a listed resource is stopped."""
        place = self.tables.place(resource_id) if resource_id else None
        return place is not None and is_idle_status(place[0].statuses[place[1]])

    def name_of(self, resource_id: str) -> str:
        """The name of a listed resource, empty where it is not known or not listed."""
        place = self.tables.place(resource_id)
        return "" if place is None else place[0].names[place[1]]

    def tags_of(self, resource_id: str) -> Mapping[str, str]:
        """The tags of a listed resource."""
        place = self.tables.place(resource_id)
        return {} if place is None else place[0].tags[place[1]]

    def kind_of(self, resource_id: str | None) -> Kind | None:
        """The kind of a listed resource."""
        return self.tables.kind_of(resource_id) if resource_id else None

    def has(self, resource_id: str | None, *kinds: Kind) -> bool:
        """Whether the id is listed, and of one of these kinds if any are given."""
        kind = self.kind_of(resource_id)
        return kind is not None and (not kinds or kind in kinds)

    @cached_property
    def zone_regions(self) -> Mapping[str, str]:
        """Zone → region, from what stands there, else from the spelling of the zone."""
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for kind in self.tables.tables.keys() - ZONES_INSIDE:
            stands = self.stands(kind)
            counts = np.bincount(stands.codes, minlength=len(stands.zones)).tolist()
            for zones, region, votes_here in zip(stands.zones, stands.regions, counts, strict=True):
                for zone in zones:
                    votes[zone].update({region: votes_here} if region else {})
        for resource in self.of_kind(*sorted(ZONES_INSIDE & self.tables.tables.keys())):
            for zone in zones_of(resource):
                votes[zone].update([resource.region] if resource.region else [])
        return {
            zone: min(count, key=lambda region: (-count[region], region)) if count else region_of_zone(zone)
            for zone, count in sorted(votes.items())
        }

    def stands(self, kind: Kind) -> Stands:
        """Where the rows of a kind that is not in ``ZONES_INSIDE`` stand, each different place worked out once."""
        found = self._standing.get(kind)
        if found is None:
            table = self.tables.table(kind)
            known: defaultdict[tuple[str | None, tuple[str, ...], str | None], int] = defaultdict(count().__next__)
            said = map(known.__getitem__, zip(table.zone, table.zones, table.regions, strict=True))
            codes = np.fromiter(said, dtype=np.int32, count=len(table))
            zones = tuple(zones_of(Resource("", kind, zone=zone, zones=zones)) for zone, zones, _ in known)
            found = self._standing[kind] = Stands(codes, zones, tuple(region for _, _, region in known))
        return found

    @cached_property
    def _standing(self) -> dict[Kind, Stands]:
        return {}

    @cached_property
    def eni_instances(self) -> Mapping[str, str]:
        """Network interface → its instance."""
        enis = self.tables.table("network_interface")
        found = zip(enis.ids, enis.texts("instance_id"), strict=True)
        return {eni: instance for eni, instance in found if instance}

    @cached_property
    def addresses(self) -> Mapping[tuple[str, str], str]:
        """(VPC id or empty, private address) → instance id."""
        found: dict[tuple[str, str], str] = {}
        enis, rows = self.rows("network_interface")
        owners, addresses, vpcs = (
            enis.texts("instance_id"),
            enis.lists("private_ips"),
            self.vpcs_of("network_interface"),
        )
        for row in rows:
            for address in addresses[row] if owners[row] else ():
                found[vpcs[row], address] = owners[row]
        instances, rows = self.rows("instance")
        addresses, vpcs = instances.lists("private_ips"), self.vpcs_of("instance")
        for row in rows:
            for address in addresses[row]:
                found[vpcs[row], address] = instances.ids[row]
        return found

    def vpcs_of(self, kind: Kind) -> list[str]:
        """``vpc_of`` every row of a kind, empty where unknown."""
        table = self.tables.table(kind)
        known: dict[str, str] = {"": ""}
        found = []
        for own, vswitch in zip(table.texts("vpc_id"), table.texts("vswitch_id"), strict=True):
            if not own and vswitch not in known:
                resource = self.get(vswitch)
                known[vswitch] = (resource.text("vpc_id") if resource else None) or ""
            found.append(own or known[vswitch])
        return found

    @cached_property
    def homes_of_address(self) -> Mapping[str, tuple[str, ...]]:
        """Private address → every instance that has it, in whatever VPC."""
        found: dict[str, set[str]] = defaultdict(set)
        for (_, address), instance in self.addresses.items():
            found[address].add(instance)
        return {address: tuple(sorted(instances)) for address, instances in found.items()}

    @cached_property
    def eip_addresses(self) -> Mapping[str, str]:
        """Public address → elastic address id."""
        return {eip.text("address") or "": eip.id for eip in self.of_kind("eip")}

    @cached_property
    def address_lists(self) -> Mapping[str, tuple[tuple[int, str], ...]]:
        """VPC → its instances' IPv4 addresses as sorted numbers, to find those in a block quickly."""
        found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for (vpc, address), instance in self.addresses.items():
            number = address_number(address)
            if number is not None:
                found[vpc].append((number, instance))
        return {vpc: tuple(sorted(pairs)) for vpc, pairs in found.items()}

    def vpc_of(self, resource: Resource) -> str | None:
        """The VPC a resource says it is in, else its vSwitch's."""
        own = resource.text("vpc_id")
        vswitch = self.get(resource.text("vswitch_id")) if own is None else None
        return own or (vswitch.text("vpc_id") if vswitch else None)

    @cached_property
    def vswitches_of_vpc(self) -> Mapping[str, tuple[Resource, ...]]:
        """VPC → its vSwitches."""
        found: dict[str, list[Resource]] = defaultdict(list)
        for vswitch in self.of_kind("vswitch"):
            found[vswitch.text("vpc_id") or ""].append(vswitch)
        return {vpc: tuple(items) for vpc, items in found.items()}

    @cached_property
    def group_instances(self) -> Mapping[str, tuple[str, ...]]:
        """Security group → the instances in it, by themselves or by a network interface."""
        found: dict[str, set[str]] = defaultdict(set)
        instances, enis = self.tables.table("instance"), self.tables.table("network_interface")
        for table, members in ((instances, instances.ids), (enis, enis.texts("instance_id"))):
            for member, groups in zip(members, table.lists("security_group_ids"), strict=True):
                for group in groups if member else ():
                    found[group].add(member)
        return {group: tuple(sorted(members)) for group, members in found.items()}

    @cached_property
    def disks_of(self) -> Mapping[str, tuple[str, ...]]:
        """Instance → its disks, by the word of either; where they differ the newer recording counts."""
        return self._texts_by(*self.disk_claims)

    def owners_of(self, disk: str) -> tuple[str, ...]:
        """The instances of which a disk is one, sorted."""
        instances, disks = self._claims_by_disk
        first, last = np.searchsorted(disks, [self.nodes.number(disk), self.nodes.number(disk) + 1]).tolist()
        return tuple(sorted(map(self.nodes.texts.__getitem__, instances[first:last].tolist())))

    @cached_property
    def _claims_by_disk(self) -> tuple[Codes, Codes]:
        instances, disks = self.disk_claims
        order = np.argsort(disks, kind="stable")
        return instances[order], disks[order]

    def _texts_by(self, keys: Codes, values: Codes) -> Mapping[str, tuple[str, ...]]:
        """The nodes of pairs of numbers, by their first, those of one sorted."""
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        starts = np.flatnonzero(np.diff(keys, prepend=-1))
        text = self.nodes.texts.__getitem__
        listed = list(map(text, values[order].tolist()))
        several = (listed[first:last] for first, last in pairwise([*starts.tolist(), len(listed)]))
        names = map(text, keys[starts].tolist())
        ordered = (tuple(sorted(found) if len(found) > 1 else found) for found in several)
        return dict(zip(names, ordered, strict=True))

    @property
    def stale_disks(self) -> tuple[tuple[str, str], ...]:
        """Pairs of an instance and a disk that it names although a newer recording of the disk does not name it."""
        return self._disk_claims[2]

    @property
    def disk_claims(self) -> tuple[Codes, Codes]:
        """The pairs of an instance and a disk of it, by number, each once."""
        return self._disk_claims[0], self._disk_claims[1]

    @cached_property
    def _disk_claims(self) -> tuple[Codes, Codes, tuple[tuple[str, str], ...]]:
        nodes, instances = self.nodes, self.tables.table("instance")
        disk_rows, owners = nodes.lists("disk", "instance_ids")
        instance_rows, named = nodes.lists("instance", "disk_ids")
        disks = nodes.rows("disk")[disk_rows]
        size = len(nodes.texts)
        stated = distinct(owners.astype(np.int64) * size + disks)
        claimed = distinct(nodes.rows("instance")[instance_rows].astype(np.int64) * size + named)
        more, stale = [], []
        for pair in claimed[~are_among(claimed, stated)].tolist():
            instance, disk = divmod(pair, size)
            texts = nodes.texts[instance], nodes.texts[disk]
            if self._newer_denies(texts[1], instances.observed_at(instance - nodes.start("instance"))):
                stale.append(texts)
            else:
                more.append(pair)
        pairs = np.concatenate([stated, np.array(more, dtype=np.int64)])
        return (pairs // size).astype(np.int32), (pairs % size).astype(np.int32), tuple(sorted(stale))

    def _newer_denies(self, disk: str, observed_at: str | None) -> bool:
        """Whether a disk that names its instances was recorded later than the instance that names the disk."""
        place = self.tables.place(disk)
        if place is None or place[0].kind != "disk" or observed_at is None:
            return False
        told = place[0].column("instance_ids")[place[1]] is not ABSENT
        return told and (place[0].observed_at(place[1]) or "") > observed_at

    @cached_property
    def last_listed(self) -> Mapping[str, str]:
        """Region → when its instances were last listed, where that is known."""
        table, found = self.tables.table("instance"), dict[str, str]()
        for stretch in table.stretches:
            region = table.regions[stretch.first]
            if region and stretch.observed_at and self.inventory.was_listed("instance", region):
                found[region] = max(stretch.observed_at, found.get(region, ""))
        return found

    @cached_property
    def eips_of(self) -> Mapping[str, tuple[str, ...]]:
        """Resource → the elastic addresses bound to it, from either side."""
        found: dict[str, set[str]] = defaultdict(set)
        for eip in self.of_kind("eip"):
            target = eip.text("instance_id")
            if target:
                found[self.eni_instances.get(target, target)].add(eip.id)
        instances, enis = self.tables.table("instance"), self.tables.table("network_interface")
        for table, targets in ((instances, instances.ids), (enis, enis.texts("instance_id"))):
            for owner, bound in zip(targets, table.texts("eip_id"), strict=True):
                if bound:
                    found[owner].add(bound)
        for balancer in self.of_kind("load_balancer"):
            found[balancer.id].update(str(record.get("eip_id") or "") for record in balancer.records("zone_mappings"))
        for nat in self.of_kind("nat_gateway"):
            found[nat.id].update(nat.texts("eip_ids"))
        return {target: tuple(sorted(eips - {""})) for target, eips in found.items() if target and eips - {""}}


def address_number(address: str) -> int | None:
    """An IPv4 address as a number; None for anything else."""
    try:
        parsed = ip_address(address.strip())
    except ValueError:
        return None
    return int(parsed) if parsed.version == 4 else None
