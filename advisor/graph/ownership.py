"""What a resource hangs on, and hence whose workload it takes: a disk its instance's, a listener its balancer's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from advisor.graph.index import Estate, unique
from advisor.graph.membership import Memberships, groups_of_listener
from advisor.graph.nodes import NONE, Codes, distinct
from advisor.model.inventory import Kind, Resource

SEVERAL: Final = -2
"""Stands for more than one owner."""
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "snapshot": ("source_disk_id", "source_snapshot_id"),
    "network_interface": ("instance_id",),
    "replica_pair": ("source_disk_id", "destination_disk_id"),
    "database": ("master_id",),
    "dts_job": ("source_id", "destination_id"),
}


@dataclass(frozen=True)
class Ownership:
    """The owners of every follower, by id; only ids that are listed count."""

    estate: Estate
    memberships: Memberships
    _rows: dict[Kind, Codes] = field(default_factory=dict, compare=False, repr=False)

    def owners(self, resource: Resource) -> tuple[str, ...]:
        """What this resource hangs on, listed ids only."""
        return tuple(owner for owner in unique(self._all(resource)) if self.estate.has(owner) and owner != resource.id)

    def owner_of_rows(self, kind: Kind) -> Codes:
        """The one node of ``owners`` of every row of a bulk kind by number, ``NONE`` where there is none, ``SEVERAL``
        where there are more."""
        known = self._rows.get(kind)
        if known is None:
            nodes = self.estate.nodes
            own = nodes.rows(kind)
            rows, owners = self._named(kind)
            kept = nodes.is_listed(owners) & (owners != own[rows])
            pairs = distinct(rows[kept].astype(np.int64) * max(nodes.listed, 1) + owners[kept])
            rows, owners = np.divmod(pairs, max(nodes.listed, 1))
            known = np.full(len(own), NONE, dtype=np.int32)
            known[rows] = owners
            known[np.bincount(rows, minlength=len(own)) > 1] = SEVERAL
            self._rows[kind] = known
        return known

    def _named(self, kind: Kind) -> tuple[Codes, Codes]:
        """Rows of a bulk kind and what each names as its owner, listed or not."""
        nodes = self.estate.nodes
        if kind == "disk":
            return self._named_by_disks()
        columns = [nodes.column(kind, name) for name in _FIELDS.get(kind, ())]
        rows = np.arange(len(nodes.rows(kind)), dtype=np.int32)
        none = np.zeros(0, dtype=np.int32)
        return np.concatenate([none, *(rows for _ in columns)]), np.concatenate([none, *columns])

    def _named_by_disks(self) -> tuple[Codes, Codes]:
        """The instances of each disk; of one that has none the disk that is copied to it."""
        nodes = self.estate.nodes
        instances, disks = self.estate.disk_claims
        kept = nodes.is_kind(disks, "disk")
        instances, rows = instances[kept], disks[kept] - nodes.start("disk")
        copied = [
            (number - nodes.start("disk"), nodes.number(source))
            for disk, sources in self._replicated.items()
            if (number := nodes.known(disk)) != NONE and not self.estate.owners_of(disk)
            for source in sources
        ]
        alone = np.array([pair for pair in copied if 0 <= pair[0] < len(nodes.rows("disk"))], dtype=np.int32)
        alone = alone.reshape(-1, 2)
        return np.concatenate([rows, alone[:, 0]]), np.concatenate([instances, alone[:, 1]])

    def _all(self, resource: Resource) -> Iterable[str]:
        match resource.kind:
            case "disk":
                return self.estate.owners_of(resource.id) or self._replicated.get(resource.id, ())
            case "backup_plan":
                return (resource.text("instance_id") or "", *resource.texts("resource_ids"))
            case "ha_vip":
                return (self.estate.eni_instances.get(one, one) for one in resource.texts("associated_ids"))
            case "eip":
                return self._eip_targets.get(resource.id, ())
            case "listener":
                return (resource.text("load_balancer_id") or "", *groups_of_listener(resource))
            case "load_balancer" | "server_group" | "scaling_group" | "cluster":
                return self._members.get(resource.id, ())
            case "database" if self._copies.get(resource.id):
                return self._copies[resource.id]
            case _:
                return (resource.text(key) or "" for key in _FIELDS.get(resource.kind, ()))

    @cached_property
    def _replicated(self) -> Mapping[str, tuple[str, ...]]:
        """Destination disk → source disk."""
        found: dict[str, list[str]] = defaultdict(list)
        for pair in self.estate.of_kind("replica_pair"):
            found[pair.text("destination_disk_id") or ""].append(pair.text("source_disk_id") or "")
        return {disk: tuple(sources) for disk, sources in found.items()}

    @cached_property
    def _copies(self) -> Mapping[str, tuple[str, ...]]:
        """Read replica or disaster recovery instance → its primary."""
        found: dict[str, list[str]] = defaultdict(list)
        for primary in self.estate.of_kind("database"):
            for copy in (*primary.texts("readonly_ids"), primary.text("dr_instance_id") or ""):
                found[copy].append(primary.id)
            if primary.text("master_id"):
                found[primary.id].append(primary.text("master_id") or "")
        return {copy: tuple(primaries) for copy, primaries in found.items() if copy}

    @cached_property
    def _eip_targets(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for target, eips in sorted(self.estate.eips_of.items()):
            for eip in eips:
                found[eip].append(target)
        return {eip: tuple(targets) for eip, targets in found.items()}

    @cached_property
    def _members(self) -> Mapping[str, tuple[str, ...]]:
        """Balancer, server group, scaling group or cluster → member instances; those that serve decide."""
        found: dict[str, list[str]] = defaultdict(list)
        for group in self.memberships.groups:
            serving = [member.instance for member in group.members.values() if member.instance and member.serves]
            members = [instance for instance in serving if instance] or list(group.instances)
            for holder in {group.id, *group.balancers}:
                found[holder].extend(members)
        for group_id, balancers in self.memberships.balancers_of.items():
            if not found.get(group_id):
                found[group_id].extend(balancers)
        return {holder: tuple(members) for holder, members in found.items()}

    @property
    def copies(self) -> Mapping[str, tuple[str, ...]]:
        """Read replica or disaster recovery instance → its primary."""
        return self._copies

    @property
    def eip_targets(self) -> Mapping[str, tuple[str, ...]]:
        """Elastic address → what it is bound to."""
        return self._eip_targets
