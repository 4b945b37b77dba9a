"""What the conditions look things up in: resources by kind, their workload, its targets, and the time of reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from advisor.checks.card import Card, Hit, lowered
from advisor.checks.clock import made_at, moment
from advisor.model.disruption import Disruption
from advisor.model.evidence import RuleBook
from advisor.model.finding import Severity
from advisor.model.graph import Graph, Workload
from advisor.model.inventory import Inventory, Kind, Resource
from advisor.model.targets import NO_TARGET, Target, Targets, WorkloadClass, WorkloadSpec

STOPPED = frozenset({"stopped", "stopping", "已停止"})
LOCAL_CATEGORY_PREFIXES = ("local", "ephemeral", "elastic_ephemeral")  # values of the API's disk Category
SYSTEM_TAG_PREFIX = "acs:"


@dataclass(frozen=True)
class Lookups:
    """An inventory with its graph, the owner's targets, the rules, and the day it is judged on."""

    inventory: Inventory
    graph: Graph
    targets: Targets
    rules: RuleBook
    as_of: date

    @cached_property
    def _kinds(self) -> Mapping[str, tuple[Resource, ...]]:
        found: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.inventory.resources.values():
            found[resource.kind].append(resource)
        return {kind: tuple(sorted(items, key=lambda item: item.id)) for kind, items in found.items()}

    def of_kind(self, *kinds: Kind) -> Iterator[Resource]:
        """The resources of these kinds, by id within each kind."""
        for kind in kinds:
            yield from self._kinds.get(kind, ())

    def get(self, resource_id: str | None) -> Resource | None:
        return self.inventory.get(resource_id)

    def told(self, kind: Kind, region: str | None) -> bool:
        """Whether the inventory says anything of this kind in this region: a file listed it, or holds one."""
        return self.inventory.tells(kind, region, (kind, region) in self._present)

    @cached_property
    def _present(self) -> frozenset[tuple[str, str | None]]:
        return frozenset((resource.kind, resource.region) for resource in self.inventory.resources.values())

    @cached_property
    def snapshot_regions(self) -> frozenset[str]:
        """The regions whose snapshots some file lists."""
        return frozenset(region for kind, region in self.inventory.listed if kind == "snapshot")

    # -- workloads, targets and severity --

    @cached_property
    def _homes(self) -> Mapping[str, Workload]:
        return {resource: workload for workload in self.graph.workloads for resource in workload.resources}

    def home(self, *resource_ids: str | None) -> Workload | None:
        """The workload of the first of these resources that is in one."""
        return next((self._homes[item] for item in resource_ids if item and item in self._homes), None)

    def home_of_disk(self, disk: Resource) -> Workload | None:
        return self._homes_of_disks.get(disk.id)

    @cached_property
    def _homes_of_disks(self) -> Mapping[str, Workload | None]:
        return {disk.id: self.home(disk.id, *self.owners(disk)) for disk in self.of_kind("disk")}

    def spec(self, workload: Workload | None) -> WorkloadSpec | None:
        """What the targets file says of a workload; None where it does not declare it."""
        return self._specs.get(workload.name) if workload and workload.found_by == "declared" else None

    @cached_property
    def _specs(self) -> Mapping[str, WorkloadSpec]:
        return {spec.name: spec for spec in reversed(self.targets.workloads)}

    def class_of(self, workload: Workload | None) -> WorkloadClass | None:
        """The class of a workload, the default one for what belongs to none."""
        name = workload.class_name if workload else self.targets.default_class
        return self.targets.classes.get(name)

    def target(self, workload: Workload | None, disruption: Disruption) -> Target:
        """What is asked of a workload: its own words where it is declared, else its class."""
        spec, found = self.spec(workload), self.class_of(workload)
        if spec:
            return self.targets.target(spec, disruption)
        return found.target(disruption) if found else NO_TARGET

    def severity(self, card: Card, hit: Hit) -> Severity:
        """The hit's own severity, else the card's: with ``by_class`` a step lighter for each shipped class that weighs
        more than the workload's."""
        if hit.severity or not card.by_class:
            return hit.severity or card.severity
        found = self.class_of(hit.workload)
        return lowered(card.severity, sum(weight > found.weight for weight in self._weights) if found else 0)

    @cached_property
    def _weights(self) -> tuple[float, ...]:
        """The different weights of the shipped classes; of the targets' own where the rule book holds none."""
        shipped = [item for item in self.rules.classes.values() if isinstance(item, WorkloadClass)]
        return tuple(sorted({item.weight for item in shipped or self.targets.classes.values()}))

    # -- instances and disks --

    @cached_property
    def _owners(self) -> Mapping[str, tuple[str, ...]]:
        found = {disk.id: list(disk.texts("instance_ids")) for disk in self.of_kind("disk")}
        for instance in self.of_kind("instance"):
            for disk_id in instance.texts("disk_ids"):
                found.setdefault(disk_id, []).append(instance.id)
        return {disk_id: tuple(dict.fromkeys(instances)) for disk_id, instances in found.items()}

    def owners(self, disk: Resource) -> tuple[str, ...]:
        """The instances a disk is attached to, by either side's word; they may be in no file."""
        return self._owners.get(disk.id, ())

    @cached_property
    def _disks(self) -> Mapping[str, tuple[Resource, ...]]:
        found: dict[str, list[Resource]] = defaultdict(list)
        for disk in self.of_kind("disk"):
            for instance in self.owners(disk):
                found[instance].append(disk)
        return {instance: tuple(disks) for instance, disks in found.items()}

    def disks_of(self, instance_id: str) -> tuple[Resource, ...]:
        return self._disks.get(instance_id, ())

    def is_system_beside_data(self, disk: Resource) -> bool:
        """Whether a disk is the system disk of a server that has another disk for its data."""
        if disk.text("disk_type") != "system":
            return False
        return any(len(self.disks_of(instance)) > 1 for instance in self.owners(disk))

    @cached_property
    def guarded_disks(self) -> tuple[Resource, ...]:
        """The cloud disks whose data somebody would miss: attached, not on the host itself, no replica of another disk,
        not of servers that are replaced rather than restored, and not left out by the owner."""
        return tuple(disk for disk in self.of_kind("disk") if self._is_guarded(disk))

    def _is_guarded(self, disk: Resource) -> bool:
        owners = self.owners(disk)
        if is_local(disk) or disk.id in self._replicas or self.is_excluded(disk):
            return False
        if not owners and ("instance_ids" in disk.attributes or (disk.status or "").lower() == "available"):
            return False
        return not (owners and all(owner in self._stateless for owner in owners))

    @cached_property
    def _replicas(self) -> frozenset[str]:
        return frozenset(pair.text("destination_disk_id") or "" for pair in self.of_kind("replica_pair"))

    def is_replica(self, disk: Resource) -> bool:
        """Whether a disk is the far end of a replication pair."""
        return disk.id in self._replicas

    @cached_property
    def _stateless(self) -> frozenset[str]:
        parts = (part for workload in self.graph.workloads for part in workload.components if part.stateless)
        return frozenset(member for part in parts for member in part.members)

    @cached_property
    def _plans(self) -> Mapping[str, tuple[Resource, ...]]:
        found: dict[str, list[Resource]] = defaultdict(list)
        for plan in self.of_kind("backup_plan"):
            for target in dict.fromkeys((plan.text("instance_id") or "", *plan.texts("resource_ids"))):
                found[target].append(plan)
        return {target: tuple(plans) for target, plans in found.items() if target}

    def plans_of(self, *ids: str) -> tuple[Resource, ...]:
        """The backup plans of these resources."""
        return tuple(plan for item in ids for plan in self._plans.get(item, ()))

    def plans_of_disk(self, disk: Resource) -> tuple[Resource, ...]:
        """The backup plans of a disk and of its instances, without those that leave the disk out."""
        plans = self.plans_of(disk.id, *self.owners(disk))
        return tuple(plan for plan in plans if disk.id not in plan.texts("excluded_disk_ids"))

    # -- exclusions and time --

    @cached_property
    def _excluded(self) -> frozenset[str]:
        every = (item for spec in self.targets.workloads for item in spec.exclude)
        return frozenset(item.resource for item in every if item.until is None or item.until >= self.as_of)

    def is_excluded(self, resource: Resource | None) -> bool:
        """Whether the owner left a resource, or the instance that a disk belongs to, out on purpose and still does."""
        if resource is None or not self._excluded:
            return False
        owners = self.owners(resource) if resource.kind == "disk" else ()
        return not self._excluded.isdisjoint((resource.id, *owners))

    @cached_property
    def now(self) -> datetime:
        """The earliest moment of the day ``as_of`` when the inventory can have been read: no stamp in it is younger.
        Ages from here are least ages: nothing is called old too early."""
        start = datetime.combine(self.as_of, time(), UTC)
        end = start + timedelta(days=1)
        stamps = [made_at(item) for item in self.of_kind("snapshot")]
        stamps += [moment(pair.text("last_recover_point")) for pair in self.of_kind("replica_pair")]
        return max([start, *(stamp for stamp in stamps if stamp and start < stamp < end)])

    def read_at(self, resource: Resource) -> datetime:
        """When a resource was read at the earliest: the day its file names, where that is before ``as_of``."""
        observed = moment(resource.observed_at)
        return min(self.now, observed) if observed else self.now

    def age_s(self, stamp: datetime, read_at: datetime | None = None) -> float:
        """Least age in seconds of something that happened at ``stamp``; never negative."""
        return max(0.0, ((read_at or self.now) - stamp).total_seconds())


def is_local(disk: Resource) -> bool:
    """Whether a disk is part of the host, and its data dies with it."""
    return (disk.text("category") or "").startswith(LOCAL_CATEGORY_PREFIXES)


def is_stopped(instance: Resource) -> bool:
    """Whether an instance is stopped; an unknown status is not."""
    return (instance.status or "").lower() in STOPPED


def own_tags(resource: Resource) -> dict[str, str]:
    """The tags that people gave, without those the cloud sets itself."""
    return {key: value for key, value in resource.tags.items() if not key.startswith(SYSTEM_TAG_PREFIX)}
