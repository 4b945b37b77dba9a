"""Which workload each resource belongs to: declared, tagged, behind one balancer, connected, or alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from msgspec.structs import replace

from advisor.graph.edgetable import Edges
from advisor.graph.index import BULK, Estate, unique
from advisor.graph.labels import Label, Labels
from advisor.graph.matching import APPLICATION_KEYS, Matcher, is_default_name, tag_value
from advisor.graph.membership import Group, Memberships
from advisor.graph.names import common_start, common_stem
from advisor.graph.nodes import NONE
from advisor.graph.ownership import Ownership
from advisor.graph.unions import Unions
from advisor.model.graph import FoundBy
from advisor.model.inventory import Kind, Resource

INFRASTRUCTURE: frozenset[Kind] = frozenset(
    {"vpc", "vswitch", "security_group", "nat_gateway", "vpn_gateway", "snapshot_policy", "backup_policy", "vault",
     "image", "key", "deployment_set", "gtm_instance", "gtm_pool", "dns_record", "route_table", "cen",
     "transit_router", "cen_attachment", "border_router", "physical_connection", "router_interface", "access_group",
     "other"}
)  # fmt: skip
FOUNDERS: frozenset[Kind] = frozenset({"instance", "database", "cache", "load_balancer"})
FOLLOWERS: frozenset[Kind] = frozenset(
    {
        "disk",
        "snapshot",
        "eip",
        "network_interface",
        "listener",
        "server_group",
        "replica_pair",
        "backup_plan",
        "ha_vip",
    }
)


@dataclass
class Assignment:
    """Assigns labels in the order of trust; what has one keeps it."""

    estate: Estate
    matcher: Matcher
    memberships: Memberships
    ownership: Ownership
    _by_name: dict[str, Label] = field(default_factory=dict)

    @cached_property
    def labels(self) -> Labels:
        """What is given by now."""
        return Labels(self.estate.nodes)

    def run(self, edges: Edges) -> Labels:
        """The label of every resource that belongs to a workload."""
        calls = edges.where(edges.means("hard") & ~edges.is_sure("guessed"))
        self._declared()
        self._tagged()
        self._behind_groups()
        self._connected(calls)
        self._single()
        self._data_services(calls)
        self._followers()
        return self.labels

    def _free(self, resource_id: str) -> bool:
        return resource_id not in self.labels and resource_id not in self.matcher.excluded

    def _give(self, resource_id: str, label: Label) -> None:
        if resource_id not in self.matcher.excluded:
            self.labels.give(resource_id, label)

    def _declared(self) -> None:
        for resource_id, names in self.matcher.matches.items():
            resource = self.estate.get(resource_id)
            if resource and not self._follows(resource):
                self._give(resource_id, Label(names[0], "declared"))

    def _follows(self, resource: Resource) -> bool:
        """Whether this resource has an owner whose workload it takes, whatever it is tagged itself."""
        return resource.kind in FOLLOWERS and bool(self.ownership.owners(resource))

    def _tagged(self) -> None:
        values: dict[str, list[tuple[Kind, str, list[int]]]] = defaultdict(list)
        for kind, value, numbers in self._with_tag():
            values[value.lower()].append((kind, value, numbers))
        for found in values.values():
            if any(kind in FOUNDERS | {"scaling_group", "cluster"} for kind, _, _ in found):
                label = Label(min(value for _, value, _ in found), "tag", evidence="application tag")
                for kind, _, numbers in found:
                    if kind not in INFRASTRUCTURE:
                        self.labels.give_all(numbers, label)

    def _with_tag(self) -> Iterator[tuple[Kind, str, list[int]]]:
        """Kind, application tag and numbers of what is still free and has no owner whose workload it takes."""
        nodes = self.estate.nodes
        excluded = frozenset(map(nodes.known, self.matcher.excluded))
        for kind in self.estate.tables.tables:
            follows = kind in FOLLOWERS and kind not in BULK
            for value, rows in self._tag_values(kind):
                numbers = [number for row in rows if (number := nodes.start(kind) + row) not in excluded]
                numbers = self.labels.free(numbers)
                if follows:
                    numbers = [number for number in numbers if not self._has_owner(nodes.texts[number])]
                if numbers:
                    yield kind, value, numbers

    def _tag_values(self, kind: Kind) -> Iterator[tuple[str, list[int]]]:
        """Application tags of a kind with the rows that have them, those of a bulk kind without an owner."""
        tags = self.estate.tables.table(kind).tags
        rows: Iterable[int] = range(len(tags))
        if kind in BULK and kind in FOLLOWERS:
            rows = np.flatnonzero(self.ownership.owner_of_rows(kind) == NONE).tolist()
        alike: dict[int, list[int]] = defaultdict(list)  # tags are kept once for all that have the same
        for row in rows:
            alike[id(tags[row])].append(row)
        for found in alike.values():
            value = tag_value(tags[found[0]], APPLICATION_KEYS)
            if value:
                yield value, found

    def _has_owner(self, resource_id: str) -> bool:
        return self.estate.kind_of(resource_id) in FOLLOWERS and self._follows(self.estate.tables[resource_id])

    def _behind_groups(self) -> None:
        groups = [group for group in self.memberships.groups if group.instances or group.balancers]
        unions = Unions()
        for group in groups:
            if group.instances:
                unions.join((group.id, *group.instances, *group.balancers))
        by_set: dict[str, list[Group]] = defaultdict(list)
        for group in groups:
            by_set[unions.find(group.id)].append(group)
        for found in by_set.values():
            self._one_set(found)

    def _one_set(self, groups: list[Group]) -> None:
        """Give the free members of joined groups the one workload the others are in, else a workload of their own."""
        members = unique(sorted(instance for group in groups for instance in group.instances))
        free = [instance for instance in members if self._free(instance)]
        if not free:
            return
        anchors = (*members, *(group.id for group in groups), *(lb for group in groups for lb in group.balancers))
        taken = self.labels.those_of(anchors)
        own: Label | None = None
        for instance in free:
            near = self._near(instance) if len(taken) > 1 else taken
            if len(near) != 1:
                own = own or self._group_label(groups, free)
            self._give(instance, own if own is not None and len(near) != 1 else next(iter(near)))

    def _near(self, instance: str) -> set[Label]:
        groups = self.memberships.groups_of.get(instance, ())
        peers = {peer for group in groups for peer in (group.id, *group.instances)}
        return self.labels.those_of(peers)

    def _group_label(self, groups: list[Group], free: list[str]) -> Label:
        clusters = [group.id for group in groups if group.kind == "cluster"]
        balancers = unique(sorted(lb for group in groups for lb in group.balancers if group.kind != "cluster"))
        server_groups = [group.id for group in groups if group.kind in ("server_group", "load_balancer")]
        scaling = [group.id for group in groups if group.kind == "scaling_group"]
        if clusters:
            return self._named("cluster", clusters, free)
        if balancers or server_groups:
            return self._named("load_balancer", [*balancers, *server_groups, *scaling], free)
        return self._named("scaling_group", scaling, free)

    def _named(self, found_by: FoundBy, leads: Iterable[str], members: Iterable[str]) -> Label:
        listed = list(leads)
        resources = [self.estate.get(lead) for lead in listed]
        names = [item.name for item in resources if item and not is_default_name(item.name)]
        name = names[0] if names else common_stem(self._names(members)) or listed[0]
        return Label(name, found_by, listed[0], f"members of {', '.join(listed[:3])}")

    def _names(self, ids: Iterable[str]) -> list[str]:
        return [self.estate.name_of(item) for item in ids if self.estate.has(item)]

    def _connected(self, calls: Edges) -> None:
        """Instances joined to one another or by a shared disk are one; shared infrastructure joins nobody."""
        nodes = self.estate.nodes
        shared = np.bincount(nodes.lists("disk", "instance_ids")[0], minlength=len(nodes.rows("disk"))) > 1
        numbers = calls.names.numbers_in(nodes)
        is_instance = nodes.is_kind(numbers, "instance")
        is_shared = np.isin(numbers, nodes.rows("disk")[shared])
        joins = is_instance[calls.source] & (is_instance | is_shared)[calls.target]
        unions = Unions()
        for edge in calls.where(joins):
            unions.join((edge.source, edge.target))
        for members in unions.sets():
            self._one_connected(members)

    def _one_connected(self, members: tuple[str, ...]) -> None:
        instances = [item for item in members if self.estate.has(item, "instance")]
        free = [item for item in instances if self._free(item)]
        if len(instances) < 2 or not free:
            return
        taken = self.labels.those_of(instances)
        label = next(iter(taken)) if len(taken) == 1 else self._connected_label(free)
        for instance in free:
            self._give(instance, label)

    def _connected_label(self, members: list[str]) -> Label:
        start = common_start(self._names(members))
        named = self._named("connected", members[:1], members)
        return replace(named, name=start or named.name, evidence=f"need one another: {', '.join(members[:3])}")

    def _single(self) -> None:
        instances, numbers = self.estate.tables.table("instance"), self.estate.nodes.rows("instance")
        for row in np.flatnonzero(self.labels.codes[numbers] == NONE).tolist():
            self._give(instances.ids[row], _single_label(instances.ids[row], instances.names[row]))

    def _data_services(self, calls: Edges) -> None:
        services = list(self.estate.of_kind("database", "cache"))
        systems = [system.id for system in self.estate.of_kind("file_system")]
        clients: dict[str, set[Label]] = defaultdict(set)
        numbers = calls.names.numbers_in(self.estate.nodes)
        kinds: tuple[Kind, ...] = ("database", "cache", "file_system")
        served = np.logical_or.reduce([self.estate.nodes.is_kind(numbers, kind) for kind in kinds])
        for edge in calls.where(served[calls.target]):
            label = self.labels.get(edge.source)
            if label is not None:
                clients[edge.target].add(label)
        for service in sorted(services, key=lambda item: (bool(self.ownership.owners(item)), item.id)):
            if self._free(service.id):
                self._give(service.id, self._service_label(service, clients.get(service.id, set())))
        for system in systems:
            if len(clients.get(system, ())) == 1:
                self._give(system, *clients[system])

    def _service_label(self, service: Resource, clients: set[Label]) -> Label:
        for owner in self.ownership.owners(service):
            label = self.labels.get(owner)
            if label is not None:
                return label
        return next(iter(clients)) if len(clients) == 1 else _single_label(service.id, service.name)

    def _followers(self) -> None:
        """Everything else takes the workload of what it hangs on; the most frequent one where it hangs on several."""
        self._by_name = {label.name.lower(): label for label in sorted(self.labels.given(), key=_label_key)}
        # Disks first: snapshots and pairs take their workload from them.
        left = [resource_id for kind in ("disk", "network_interface", "snapshot") for resource_id in self._led(kind)]
        for resource in (
            *map(self.estate.tables.__getitem__, left),
            *self.estate.everything_but(*BULK, *INFRASTRUCTURE),
        ):
            self._follow(resource, set())

    def _led(self, kind: Kind) -> list[str]:
        """Give what hangs on one owner that has a label the same; the ids of the others."""
        nodes, codes = self.estate.nodes, self.labels.codes
        rows, owner = nodes.rows(kind), self.ownership.owner_of_rows(kind)
        free = codes[rows] == NONE
        if self.matcher.excluded:
            free &= ~np.isin(rows, nodes.numbers(list(self.matcher.excluded)))
        led = free & (owner >= 0)
        led[led] = codes[owner[led]] != NONE
        codes[rows[led]] = codes[owner[led]]
        return list(map(nodes.texts.__getitem__, rows[free & ~led].tolist()))

    def _follow(self, resource: Resource, seen: set[str]) -> Label | None:
        if resource.id in self.labels or resource.id in self.matcher.excluded or resource.id in seen:
            return self.labels.get(resource.id)
        seen.add(resource.id)
        found = [label for owner in self.ownership.owners(resource) if (label := self._label_at(owner, seen))]
        label = _most_frequent(found) if found else self._own(resource)
        if label and resource.kind not in INFRASTRUCTURE:
            self._give(resource.id, label)
        return self.labels.get(resource.id)

    def _label_at(self, owner: str, seen: set[str]) -> Label | None:
        known = self.labels.get(owner)
        resource = self.estate.get(owner) if known is None else None
        return self._follow(resource, seen) if resource else known

    def _own(self, resource: Resource) -> Label | None:
        """What a follower without a living owner was declared or tagged as."""
        declared = self.matcher.matches.get(resource.id)
        if declared:
            return Label(declared[0], "declared")
        value = tag_value(resource.tags, APPLICATION_KEYS)
        return self._by_name.get(value.lower()) if value else None


def _most_frequent(labels: list[Label]) -> Label:
    """The label that comes most often, the first by name of several."""
    if all(label is labels[0] for label in labels):
        return labels[0]
    found = Counter(labels)
    return min(found, key=lambda item: (-found[item], item.name, item.lead))


def _label_key(label: Label) -> tuple[str, str]:
    return (label.name, label.lead)


def _single_label(resource_id: str, name: str) -> Label:
    return Label(resource_id if is_default_name(name) else name, "single", resource_id)
