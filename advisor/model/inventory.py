"""What the estate holds: resources with typed common fields, canonical attributes and the place each was read from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from advisor.model.finding import Finding

Kind = Literal[
    "instance",
    "disk",
    "snapshot",
    "snapshot_policy",
    "replica_pair",
    "backup_plan",
    "backup_policy",
    "vault",
    "image",
    "vpc",
    "vswitch",
    "security_group",
    "network_interface",
    "eip",
    "nat_gateway",
    "vpn_gateway",
    "cen",
    "transit_router",
    "cen_attachment",
    "border_router",
    "physical_connection",
    "router_interface",
    "ha_vip",
    "route_table",
    "load_balancer",
    "listener",
    "server_group",
    "scaling_group",
    "deployment_set",
    "database",
    "cache",
    "cluster",
    "bucket",
    "file_system",
    "access_group",
    "dts_job",
    "gtm_instance",
    "gtm_pool",
    "dns_record",
    "key",
    "other",
]
LISTED_IN_PARTS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "backup_plan": ("DescribeBackupPlans", "DescribePolicyBindings")
}
"""Kinds that no single call lists, with the calls that do together: a server is in a plan of its own or is bound to a
policy, and each of these two lists says nothing of the other."""


def listed_part(kind: str, call: str) -> str:
    """How ``Inventory.listed`` names what one call lists of a kind that needs several."""
    return f"{kind}:{call}"


@dataclass(frozen=True, slots=True)
class Origin:
    """The file and the place in it (JSON path, sheet and row, line) a resource or field was read from."""

    file: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.file}, {self.place}" if self.place else self.file


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing of the estate. ``attributes`` has canonical snake_case names (docs/inventory.md); an absent key is
    unknown."""

    id: str
    kind: Kind
    name: str = ""
    region: str | None = None
    zone: str | None = None
    zones: tuple[str, ...] = ()
    status: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, object] = field(default_factory=dict)
    origin: Origin = Origin("")
    observed_at: str | None = None
    field_origins: Mapping[str, Origin] = field(default_factory=dict)

    def text(self, key: str) -> str | None:
        """The attribute as text, None where unknown or empty."""
        value = self.attributes.get(key)
        return str(value) if value not in (None, "") else None

    def number(self, key: str) -> float | None:
        """The attribute as a number, None where unknown."""
        value = self.attributes.get(key)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def flag(self, key: str) -> bool | None:
        """The attribute as a truth value, None where unknown."""
        value = self.attributes.get(key)
        return value if isinstance(value, bool) else None

    def texts(self, key: str) -> tuple[str, ...]:
        """The attribute as a list of texts, empty where unknown."""
        value = self.attributes.get(key)
        return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()

    def records(self, key: str) -> tuple[Mapping[str, object], ...]:
        """The attribute as a list of mappings, empty where unknown."""
        value = self.attributes.get(key)
        return tuple(item for item in value if isinstance(item, Mapping)) if isinstance(value, list | tuple) else ()

    @property
    def label(self) -> str:
        """The name with the id, or the id alone."""
        return f"{self.name} ({self.id})" if self.name and self.name != self.id else self.id


@dataclass(frozen=True, slots=True)
class Stub:
    """An id that is mentioned but listed in no file."""

    id: str
    kind: Kind
    mentioned_by: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was read and left out, with the reason, where it lies, and what to do about it."""

    resource: str
    reason: str
    origin: Origin
    remedy: str


@dataclass(frozen=True)
class Inventory:
    """All resources by id, in the order of their ids. ``listed`` holds the (kind, region) pairs that some file listed:
    a kind that was never listed is unknown, not absent."""

    resources: Mapping[str, Resource]
    stubs: tuple[Stub, ...] = ()
    listed: frozenset[tuple[str, str]] = frozenset()
    digest: str = ""

    def of_kind(self, *kinds: Kind) -> Iterator[Resource]:
        """The resources of these kinds, in the order of their ids. Those of one kind are looked for once: every
        workload of an estate asks for them."""
        if len(kinds) == 1:
            return iter(self._of_one_kind(kinds[0]))
        return (resource for resource in self.resources.values() if resource.kind in kinds)

    def _of_one_kind(self, kind: Kind) -> tuple[Resource, ...]:
        known = self._known_kinds.get(kind)
        if known is None:
            known = tuple(resource for resource in self.resources.values() if resource.kind == kind)
            self._known_kinds[kind] = known
        return known

    @cached_property
    def _known_kinds(self) -> dict[Kind, tuple[Resource, ...]]:
        return {}

    def get(self, resource_id: str | None) -> Resource | None:
        return self.resources.get(resource_id) if resource_id else None

    @cached_property
    def snapshots_by_disk(self) -> Mapping[str, tuple[Resource, ...]]:
        """Snapshots by the disk they were taken of, remote copies included under the disk of their source snapshot."""
        by_disk: dict[str, list[Resource]] = defaultdict(list)
        disk_of = {item.id: item.text("source_disk_id") for item in self.of_kind("snapshot")}
        for item in self.of_kind("snapshot"):
            disk = disk_of.get(item.text("source_snapshot_id") or "") or item.text("source_disk_id")
            if disk:
                by_disk[disk].append(item)
        return {disk: tuple(items) for disk, items in by_disk.items()}

    @cached_property
    def pairs_by_disk(self) -> Mapping[str, tuple[Resource, ...]]:
        """Replication pairs by their source disk."""
        return self._by_attribute("replica_pair", "source_disk_id")

    @cached_property
    def plans_by_target(self) -> Mapping[str, tuple[Resource, ...]]:
        """Backup plans by each instance or disk they back up."""
        found: dict[str, list[Resource]] = defaultdict(list)
        for plan in self.of_kind("backup_plan"):
            for target in dict.fromkeys((plan.text("instance_id") or "", *plan.texts("resource_ids"))):
                found[target].append(plan)
        return {target: tuple(plans) for target, plans in found.items() if target}

    @cached_property
    def jobs_by_source(self) -> Mapping[str, tuple[Resource, ...]]:
        """Data synchronisation jobs by the database they read from."""
        return self._by_attribute("dts_job", "source_id")

    @cached_property
    def vswitches_by_region(self) -> Mapping[str, tuple[Resource, ...]]:
        """vSwitches by their region; those of unknown region under the empty text."""
        found: dict[str, list[Resource]] = defaultdict(list)
        for item in self.of_kind("vswitch"):
            found[item.region or ""].append(item)
        return {region: tuple(items) for region, items in found.items()}

    @cached_property
    def listeners_by_balancer(self) -> Mapping[str, tuple[Resource, ...]]:
        """Listeners by the balancer they belong to."""
        return self._by_attribute("listener", "load_balancer_id")

    @cached_property
    def disks_by_policy(self) -> Mapping[str, frozenset[str]]:
        """Ids of the disks that each snapshot policy is attached to."""
        found: dict[str, set[str]] = defaultdict(set)
        for disk in self.of_kind("disk"):
            for policy in disk.texts("snapshot_policy_ids"):
                found[policy].add(disk.id)
        return {policy: frozenset(disks) for policy, disks in found.items()}

    def _by_attribute(self, kind: Kind, key: str) -> Mapping[str, tuple[Resource, ...]]:
        found: dict[str, list[Resource]] = defaultdict(list)
        for item in self.of_kind(kind):
            found[item.text(key) or ""].append(item)
        return {value: tuple(items) for value, items in found.items()}

    def was_listed(self, kind: Kind, region: str | None) -> bool:
        """Whether some file listed this kind in this region (an empty list of nothing may still be lack of
        permission)."""
        return (kind, region or "") in self.listed or (kind, "*") in self.listed

    def tells(self, kind: Kind, region: str | None, present: bool) -> bool:
        """Whether the inventory says anything of this kind in this region: some file listed it, or it holds one
        (``present``), which says nothing of the others where the kind is listed in parts."""
        return self.was_listed(kind, region) or (present and kind not in LISTED_IN_PARTS)

    def calls_missing(self, kind: Kind, region: str | None) -> tuple[str, ...]:
        """The calls that would complete a kind of which another call listed a part; none where none or all did."""
        places = {region or "", "*"}
        calls = LISTED_IN_PARTS.get(kind, ())
        listed = {name for name, at in self.listed if at in places}
        missing = tuple(call for call in calls if listed_part(kind, call) not in listed)
        return missing if len(missing) < len(calls) and not self.was_listed(kind, region) else ()


@dataclass(frozen=True)
class ImportResult:
    """What was read, what is wrong with it, and what was left out."""

    inventory: Inventory
    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    forms: tuple[tuple[str, str], ...] = ()
