"""Who serves together: the members of balancers, server groups, scaling groups and clusters, resolved to instances."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from advisor.graph.index import Estate, unique
from advisor.model.graph import EdgeConfidence
from advisor.model.inventory import Resource

GroupKind = Literal["load_balancer", "server_group", "scaling_group", "cluster"]
SCALING_TAG = "acs:autoscaling:scalingGroupId"
CLUSTER_TAG = "ack.aliyun.com"
SERVICE_BALANCER_TAG = "kubernetes.do.not.delete"
_KEPT = "groups of the estate"
_POOL = "worker-k8s-for-cs-"
_POOL_NAME = re.compile(rf"{_POOL}(?P<cluster>c[0-9a-z]+)")
_SERVICE_BALANCER_NAME = re.compile(r"^a[0-9a-f]{31,32}$")
_PAIR_ROLES = frozenset({"master", "slave"})
_AWAY = frozenset({"removing", "removed", "standby", "stopped", "pending", "adding"})


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a group: the node the edge points to, whether it takes traffic, and how it was resolved."""

    target: str
    instance: str | None
    serves: bool
    confidence: EdgeConfidence
    evidence: str


@dataclass(frozen=True)
class Group:
    """A set of equals: the resource that holds it together and its members by target id."""

    id: str
    kind: GroupKind
    members: Mapping[str, Member]
    pair: bool = False
    balancers: tuple[str, ...] = ()

    @cached_property
    def instances(self) -> tuple[str, ...]:
        return unique(sorted(member.instance for member in self.members.values() if member.instance))


@dataclass(frozen=True)
class Memberships:
    """All groups of an estate, and which balancers stand in front of which groups."""

    estate: Estate

    @staticmethod
    def of(estate: Estate) -> Memberships:
        """The groups of an estate, found once."""
        known: Memberships | None = vars(estate).get(_KEPT)
        if known is None:
            known = vars(estate)[_KEPT] = Memberships(estate)
        return known

    @cached_property
    def balancers_of(self) -> Mapping[str, tuple[str, ...]]:
        """Server group → balancers that send to it, from the group, the listeners and the scaling groups."""
        found: dict[str, set[str]] = defaultdict(set)
        for group in self.estate.of_kind("server_group"):
            found[group.id].update(group.texts("load_balancer_ids"))
        for listener in self.estate.of_kind("listener"):
            balancer = listener.text("load_balancer_id")
            for group_id in groups_of_listener(listener) if balancer else ():
                found[group_id].add(balancer or "")
        return {group: tuple(sorted(balancers - {""})) for group, balancers in found.items()}

    @cached_property
    def listeners_of(self) -> Mapping[str, tuple[str, ...]]:
        """Balancer → its listeners."""
        found: dict[str, list[str]] = defaultdict(list)
        for listener in self.estate.of_kind("listener"):
            found[listener.text("load_balancer_id") or ""].append(listener.id)
        return {balancer: tuple(listeners) for balancer, listeners in found.items()}

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Every group with its members, by kind and id."""
        return (*self._balancers(), *self._server_groups(), *self._scaling_groups(), *self._clusters())

    @cached_property
    def groups_of(self) -> Mapping[str, tuple[Group, ...]]:
        """Instance → the groups it is a member of."""
        found: dict[str, list[Group]] = defaultdict(list)
        for group in self.groups:
            for instance in group.instances:
                found[instance].append(group)
        return {instance: tuple(groups) for instance, groups in found.items()}

    @cached_property
    def default_users(self) -> frozenset[str]:
        """Balancers whose default backends take traffic: no listener is listed, or one is that has no server group and
        does not forward to another listener."""
        with_groups: dict[str, bool] = {}
        for listener in self.estate.of_kind("listener"):
            balancer = listener.text("load_balancer_id") or ""
            elsewhere = bool(groups_of_listener(listener) or listener.text("forward_port"))
            with_groups[balancer] = with_groups.get(balancer, True) and elsewhere
        return frozenset(lb.id for lb in self.estate.of_kind("load_balancer") if not with_groups.get(lb.id, False))

    def _balancers(self) -> Iterator[Group]:
        for balancer in self.estate.of_kind("load_balancer"):
            records = balancer.records("backends") or balancer.records("backend")
            if records and balancer.id in self.default_users:
                yield self._group(balancer, "load_balancer", records, (balancer.id,))

    def _server_groups(self) -> Iterator[Group]:
        for group in self.estate.of_kind("server_group"):
            yield self._group(group, "server_group", group.records("members"), self.balancers_of.get(group.id, ()))

    def _group(
        self, owner: Resource, kind: GroupKind, records: tuple[Mapping[str, object], ...], balancers: tuple[str, ...]
    ) -> Group:
        members: dict[str, Member] = {}
        for record in records:
            member = self._resolved(owner, record)
            if member and (member.target not in members or member.serves):
                members[member.target] = member
        pair = any(role(record) in _PAIR_ROLES for record in records)
        return Group(owner.id, kind, dict(sorted(members.items())), pair, balancers)

    def _resolved(self, owner: Resource, record: Mapping[str, object]) -> Member | None:
        """Which instance a member record means: by id, by network interface or by private address in the same VPC."""
        server, address = str(record.get("server_id") or ""), str(record.get("server_ip") or "")
        instance: str | None = server if self.estate.has(server, "instance") else None
        target, confidence, how = server, "declared", "server_id"
        if instance is None and server in self.estate.eni_instances:
            instance, how = self.estate.eni_instances[server], f"network interface {server}"
            target = instance
        elif instance is None and (address or _is_address(server)):
            address = address or server
            instance = self._by_address(owner, address)
            target = instance or (server if server and not _is_address(server) else f"ip:{address}")
            confidence, how = "derived", f"address {address}"
        if not target:
            return None
        weight = record.get("weight")
        drained = isinstance(weight, int | float) and weight <= 0
        leaving = str(record.get("status") or "").lower() in _AWAY
        serves = not drained and not leaving and not self.estate.is_idle(instance)
        return Member(target, instance, serves, _confidence(confidence), how + (", weight 0" if drained else ""))

    def _by_address(self, owner: Resource, address: str) -> str | None:
        balancers = [self.estate.get(item) for item in self.balancers_of.get(owner.id, ())]
        places = [self.estate.vpc_of(item) for item in (owner, *balancers) if item]
        for vpc in [place for place in places if place] or [""]:
            found = self.estate.addresses.get((vpc, address))
            if found:
                return found
        return None

    def _scaling_groups(self) -> Iterator[Group]:
        members = self._tagged_instances("scaling_group_id", SCALING_TAG)
        for group in self.estate.of_kind("scaling_group"):
            ids = sorted({*group.texts("instance_ids"), *members.pop(group.id, set())})
            away = {
                str(record.get("instance_id"))
                for record in group.records("members")
                if str(record.get("lifecycle_state") or "").lower().partition(":")[0] in _AWAY
            }
            yield self._plain(group.id, "scaling_group", ids, group.texts("load_balancer_ids"), away=away)
        for group_id, tagged in sorted(members.items()):
            yield self._plain(group_id, "scaling_group", sorted(tagged), ())

    def _clusters(self) -> Iterator[Group]:
        members = self._tagged_instances("cluster_id", CLUSTER_TAG)
        instances = self.estate.tables.table("instance")
        for name, instance in zip(instances.names, instances.ids, strict=True):
            pool = _POOL_NAME.search(name) if _POOL in name else None
            if pool:
                members[pool["cluster"]].add(instance)
        balancers = self.cluster_balancers
        for cluster in self.estate.of_kind("cluster"):
            related = (one for one in cluster.texts("related_ids") if self.estate.has(one, "instance"))
            ids = sorted({*cluster.texts("node_ids"), *related, *members.pop(cluster.id, set())})
            yield self._plain(cluster.id, "cluster", ids, balancers.get(cluster.id, ()))
        for cluster_id, named in sorted(members.items()):
            yield self._plain(cluster_id, "cluster", sorted(named), balancers.get(cluster_id, ()))

    @cached_property
    def cluster_balancers(self) -> Mapping[str, tuple[str, ...]]:
        """Cluster → balancers made for its services (tag of the cluster; the generated name marks them as such)."""
        found: dict[str, list[str]] = defaultdict(list)
        for balancer in self.estate.of_kind("load_balancer"):
            cluster = balancer.tags.get(CLUSTER_TAG)
            service = SERVICE_BALANCER_TAG in balancer.tags or _SERVICE_BALANCER_NAME.match(balancer.name)
            if cluster and service:
                found[cluster].append(balancer.id)
        return {cluster: tuple(ids) for cluster, ids in found.items()}

    def _tagged_instances(self, attribute: str, tag: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        instances = self.estate.tables.table("instance")
        for stated, tags, instance in zip(instances.texts(attribute), instances.tags, instances.ids, strict=True):
            owner = stated or (tags.get(tag) if tags else None)
            if owner:
                found[owner].add(instance)
        return found

    def _plain(
        self,
        group_id: str,
        kind: GroupKind,
        ids: list[str],
        balancers: tuple[str, ...],
        away: Collection[str] = (),
    ) -> Group:
        confidence: EdgeConfidence = "derived" if kind == "cluster" else "declared"
        members = {}
        for item in ids:
            serves = item not in away and not self.estate.is_idle(item)
            instance = item if self.estate.has(item, "instance") else None
            members[item] = Member(item, instance, serves, confidence, "member list or tag")
        return Group(group_id, kind, members, False, balancers)


def groups_of_listener(listener: Resource) -> tuple[str, ...]:
    """The server groups a listener sends to, by default or by a rule."""
    return unique((*listener.texts("server_group_ids"), *listener.texts("rule_server_group_ids")))


def role(record: Mapping[str, object]) -> str:
    """``master`` or ``slave`` where a member record says so, else an empty text."""
    for key in ("role", "type", "server_type"):
        value = str(record.get(key) or "").lower()
        if value in _PAIR_ROLES:
            return value
    return ""


def _is_address(text: str) -> bool:
    return text.count(".") == 3 and text.replace(".", "").isdigit()


def _confidence(text: str) -> EdgeConfidence:
    return "derived" if text == "derived" else "declared"
