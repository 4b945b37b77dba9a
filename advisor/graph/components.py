"""The parts of a workload that recover as one, with their quorum, their disks and what stands in front of them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from advisor.graph.edges_calls import PEER_RULE
from advisor.graph.edgetable import Edges, edges_of
from advisor.graph.index import Estate, is_idle_status
from advisor.graph.matching import is_default_name
from advisor.graph.membership import Group, Memberships
from advisor.graph.names import common_stem
from advisor.graph.ownership import Ownership
from advisor.graph.unions import Unions
from advisor.graph.waves import recovery_waves
from advisor.model.graph import Component, ComponentKind, Edge
from advisor.model.inventory import Kind
from advisor.model.tables import Table
from advisor.model.targets import WorkloadSpec

_ROUNDING = 1e-9
PARTS: Final[tuple[Kind, ...]] = ("instance", "database", "cache", "load_balancer")


def quorum_of(serving: int, behind_balancer: bool, min_capacity: float | None) -> int:
    """How many of the serving members are needed: the asked share, else half behind a balancer, else all of them."""
    if min_capacity is not None and serving:
        return min(serving, max(1, math.ceil(min_capacity * serving - _ROUNDING)))
    return math.ceil(serving / 2) if behind_balancer and serving >= 2 else serving


def is_balanced(group: Group) -> bool:
    """Whether a group's members stand behind a balancer."""
    return bool(group.balancers) or group.kind in ("server_group", "load_balancer")


@dataclass(frozen=True)
class ComponentRules:
    """Splits one workload's resources into components."""

    estate: Estate
    memberships: Memberships
    ownership: Ownership
    edges: Edges = field(default_factory=lambda: edges_of(()))

    def split(
        self, resources: Collection[str], parts: Mapping[Kind, list[str]], spec: WorkloadSpec | None
    ) -> tuple[Component, ...]:
        """The components of a workload, sorted by id; ``parts`` are those of its resources that components are made of,
        each kind sorted by id."""
        stores = [
            *self._stores(parts.get("database", []), "database"),
            *self._stores(parts.get("cache", []), "cache"),
        ]
        entries = [self._entry(item) for item in parts.get("load_balancer", [])]
        needs = tuple(sorted(store.id for store in stores))
        servers = list(self._servers(parts.get("instance", []), resources, spec, needs))
        ordered = [*self._with_calls(servers), *stores, *entries]
        return tuple(sorted(ordered, key=lambda item: item.id) if len(ordered) > 1 else ordered)

    def _with_calls(self, servers: list[Component]) -> list[Component]:
        """Servers need all stores of their workload, and the servers their own instances need; rings need nothing."""
        if not self._needed or not any(member in self._needed for item in servers for member in item.members):
            return servers
        home = {member: item.id for item in servers for member in item.members}
        calls: dict[str, set[str]] = {item.id: set() for item in servers}
        for member, source in home.items():
            calls[source].update(home[target] for target in self._needed.get(member, ()) if target in home)
        rings = recovery_waves(calls)[1] if any(calls.values()) else ()
        ring = {item: names for names in rings for item in names}
        needs = {
            item: {need for need in called if need != item and need not in ring.get(item, ())}
            for item, called in calls.items()
        }
        return [replace(item, needs=tuple(sorted({*item.needs, *needs[item.id]}))) for item in servers]

    @cached_property
    def peers(self) -> tuple[Edge, ...]:
        """Pairs that the owner confirmed to be equals, or one the standby of the other."""
        return tuple(self.edges.where(self.edges.has_rule([PEER_RULE])))

    @cached_property
    def _needed(self) -> Mapping[str, tuple[str, ...]]:
        """Instance → instances it cannot do without."""
        nodes = self.estate.nodes
        is_instance = nodes.is_kind(self.edges.names.numbers_in(nodes), "instance")
        between = is_instance[self.edges.source] & is_instance[self.edges.target]
        found: dict[str, list[str]] = defaultdict(list)
        for edge in self.edges.where(self.edges.means("hard") & between):
            found[edge.source].append(edge.target)
        return {source: tuple(targets) for source, targets in found.items()}

    @cached_property
    def _instances(self) -> Table:
        return self.estate.tables.table("instance")

    @cached_property
    def _paired(self) -> frozenset[str]:
        return frozenset(end for edge in self.peers for end in (edge.source, edge.target))

    def _servers(
        self, instances: list[str], resources: Collection[str], spec: WorkloadSpec | None, needs: tuple[str, ...]
    ) -> Iterator[Component]:
        groups_of, paired = self.memberships.groups_of, self._paired
        together = []
        for instance in instances:
            if instance in groups_of or instance in paired:
                together.append(instance)
            else:
                yield self._stateful(instance, spec, needs)
        if together:
            yield from self._grouped(together, set(resources), spec, needs)

    def _grouped(
        self, instances: list[str], ids: set[str], spec: WorkloadSpec | None, needs: tuple[str, ...]
    ) -> Iterator[Component]:
        """Instances that are in a group, or that somebody called equals."""
        alone = self.memberships.groups_of.get(instances[0], ())
        if len(alone) == 1 and not self.peers and all(self.memberships.groups_of[one] == alone for one in instances):
            # One group holds them all, as mostly: there is nothing to unite.
            yield self._server_group(instances, list(alone), ids, spec, needs)
            return
        unions = Unions()
        groups: dict[str, list[Group]] = defaultdict(list)
        for instance in instances:
            unions.join((instance,))
            for group in self.memberships.groups_of.get(instance, ()):
                unions.join((instance, f"group {group.id}", *(f"group {g}" for g in self._scaled_into(group))))
        for edge in self.peers:
            if edge.source in ids and edge.target in ids:
                unions.join((edge.source, edge.target))
        for instance in instances:
            for group in self.memberships.groups_of.get(instance, ()):
                groups[unions.find(instance)].append(group)
        by_set: dict[str, list[str]] = defaultdict(list)
        for instance in instances:
            by_set[unions.find(instance)].append(instance)
        for root, members in by_set.items():
            found = sorted({group.id: group for group in groups[root]}.values(), key=lambda group: group.id)
            if found or len(members) > 1:
                yield self._server_group(members, found, ids, spec, needs)
            else:
                yield self._stateful(members[0], spec, needs)

    def _scaled_into(self, group: Group) -> tuple[str, ...]:
        """The server groups a scaling group fills."""
        resource = self.estate.get(group.id) if group.kind == "scaling_group" else None
        return resource.texts("server_group_ids") if resource else ()

    def _server_group(
        self,
        members: list[str],
        groups: list[Group],
        ids: set[str],
        spec: WorkloadSpec | None,
        needs: tuple[str, ...],
    ) -> Component:
        scaling = [group.id for group in groups if group.kind == "scaling_group"]
        owned = [*scaling, *(group.id for group in groups if group.id not in scaling)]
        holders = [item for item in owned if item in ids and not self.estate.has(item, "instance")]
        primary = holders[0] if holders else members[0]
        member_ids = tuple(members)
        serving = self.serving(member_ids, groups)
        behind = any(is_balanced(group) for group in groups)
        disks = self._disks(member_ids)
        return Component(
            id=f"server_group:{primary}",
            kind="server_group",
            name=self._group_name(owned, members),
            members=member_ids,
            disks=disks,
            entry_ids=self._fronts(groups, member_ids),
            quorum=self._quorum(len(serving), behind, self._is_pair(member_ids), groups, spec),
            stateless=self._stateless(bool(scaling), disks, members, spec),
            scaling_group=scaling[0] if scaling else None,
            needs=needs,
        )

    def _quorum(self, serving: int, behind: bool, pair: bool, groups: list[Group], spec: WorkloadSpec | None) -> int:
        share = spec.min_capacity if spec else None
        if share is None and (pair or any(group.pair for group in groups)):
            return min(1, serving)
        return quorum_of(serving, behind, share)

    def _is_pair(self, members: tuple[str, ...]) -> bool:
        """Whether the owner confirmed that one of these stands by for the other."""
        return any(edge.meaning == "failover" and edge.source in members for edge in self.peers)

    def serving(self, members: Iterable[str], groups: Iterable[Group]) -> tuple[str, ...]:
        """The members that count: running, in service where a scaling group has them, and not drained in every balancer
        group they are in."""
        takes_of: dict[str, list[bool]] = defaultdict(list)
        away: set[str] = set()
        for group in groups:
            for item in group.members.values():
                if group.kind in ("server_group", "load_balancer"):
                    takes_of[item.instance or ""].append(item.serves)
                elif group.kind == "scaling_group" and not item.serves:
                    away.add(item.instance or "")
        found = []
        for member in members:
            takes = takes_of[member]
            if member not in away and not self.estate.is_idle(member) and (not takes or any(takes)):
                found.append(member)
        return tuple(found)

    def _stateful(self, instance: str, spec: WorkloadSpec | None, needs: tuple[str, ...]) -> Component:
        row = self.estate.nodes.known(instance) - self.estate.nodes.start("instance")
        return Component(
            id=f"stateful_instance:{instance}",
            kind="stateful_instance",
            name=self._instances.names[row] or instance,
            members=(instance,),
            disks=self.estate.disks_of.get(instance, ()),
            entry_ids=self.estate.eips_of.get(instance, ()),
            quorum=0 if is_idle_status(self._instances.statuses[row]) else 1,
            stateless=bool(spec and spec.stateless),
            needs=needs,
        )

    def _stores(self, own: list[str], kind: ComponentKind) -> Iterator[Component]:
        """One component for each primary; its copies in the same workload belong to it."""
        copies: dict[str, list[str]] = defaultdict(list)
        primaries = []
        for store in own:
            primary = next((item for item in self.ownership.copies.get(store, ()) if item in own), None)
            if primary and primary not in self.ownership.copies:
                copies[primary].append(store)
            else:
                primaries.append(store)
        for store in primaries:
            yield Component(f"{kind}:{store}", kind, self.estate.name_of(store) or store, (store, *copies[store]))

    def _entry(self, balancer: str) -> Component:
        listeners = self.memberships.listeners_of.get(balancer, ())
        fronts = tuple(sorted({*self.estate.eips_of.get(balancer, ()), *listeners}))
        name = self.estate.name_of(balancer) or balancer
        return Component(f"entry:{balancer}", "entry", name, (balancer,), (), fronts)

    def _disks(self, members: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted({disk for member in members for disk in self.estate.disks_of.get(member, ())}))

    def _fronts(self, groups: list[Group], members: tuple[str, ...]) -> tuple[str, ...]:
        holders = {group.id for group in groups if group.kind in ("server_group", "load_balancer")}
        balancers = {balancer for group in groups for balancer in group.balancers}
        eips = {eip for item in (*members, *balancers) for eip in self.estate.eips_of.get(item, ())}
        listeners = {item for holder in balancers for item in self.memberships.listeners_of.get(holder, ())}
        return tuple(sorted(holders | balancers | eips | listeners))

    def _stateless(self, scaling: bool, disks: tuple[str, ...], members: list[str], spec: WorkloadSpec | None) -> bool:
        if spec and spec.stateless is not None:
            return spec.stateless
        if not scaling:
            return False
        data = [disk for disk in map(self.estate.get, disks) if disk and disk.text("disk_type") != "system"]
        servers = (item for item in map(self.estate.get, members) if item)
        local = any((item.number("local_storage_gib") or 0) > 0 for item in servers)
        return not data and not local

    def _group_name(self, owners: Iterable[str], members: list[str]) -> str:
        named = [name for name in map(self.estate.name_of, owners) if not is_default_name(name)]
        if named:
            return named[0]
        return common_stem(map(self.estate.name_of, members)) or self.estate.name_of(members[0]) or members[0]
