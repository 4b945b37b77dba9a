"""What an estimate of one workload is made from, and the sizes and rates that follow from it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from advisor.model.evidence import RuleBook, Spread
from advisor.model.graph import Component, Workload
from advisor.model.inventory import Inventory, Resource
from advisor.model.targets import WorkloadSpec
from advisor.model.units import HOUR, MIB_PER_GIB, UnitError

LOCAL_CATEGORY_PREFIXES = ("local_", "ephemeral", "elastic_ephemeral")  # values of the API's disk Category
REGIONAL_CATEGORY = "cloud_regional_disk_auto"
STOPPED = ("Stopped", "Stopping")
MIB_PER_RATE_UNIT = {"MiB/s": 1.0, "MB/s": 1_000_000 / 1_048_576}


@dataclass(frozen=True)
class Context:
    """One workload of the estate with the rules and the wishes that apply to it."""

    inventory: Inventory
    rules: RuleBook
    workload: Workload
    spec: WorkloadSpec
    as_of: date
    memo: dict[object, object] = field(default_factory=dict, compare=False, repr=False)  # results worth keeping

    def seconds(self, fact_id: str) -> Spread:
        """A fact as a range of seconds; raises ``KeyError`` or ``UnitError`` where the rule book does not hold one."""
        known = self.memo.get(("seconds", fact_id))
        if not isinstance(known, Spread):
            known = self.memo["seconds", fact_id] = self.rules.fact(fact_id).seconds()
        return known

    def spread(self, fact_id: str) -> Spread:
        """A fact as a range in its own unit."""
        known = self.memo.get(("spread", fact_id))
        if not isinstance(known, Spread):
            known = self.memo["spread", fact_id] = self.rules.fact(fact_id).spread()
        return known

    def rate(self, fact_id: str) -> Spread:
        """A throughput fact in MiB/s, whichever of MB/s and MiB/s its page uses; raises ``UnitError`` for another
        unit."""
        unit = self.rules.fact(fact_id).unit or ""
        if unit not in MIB_PER_RATE_UNIT:
            raise UnitError(f"fact {fact_id} is in {unit or 'no unit'}; a rate is in MB/s or MiB/s")
        return self.spread(fact_id).scaled(MIB_PER_RATE_UNIT[unit])

    def number(self, fact_id: str) -> float:
        return self.spread(fact_id).likely

    def limits(self, fact_id: str) -> tuple[float, float]:
        """The ends of a fact that states a range of sizes or days as ``{smallest: …, largest: …}`` (or shortest,
        longest)."""
        value = self.rules.fact(fact_id).value
        if isinstance(value, Mapping):
            for low, high in (("smallest", "largest"), ("shortest", "longest")):
                if low in value and high in value:
                    return float(value[low]), float(value[high])
        raise UnitError(f"fact {fact_id} states no range of limits: {value!r}")

    def words(self, fact_id: str) -> tuple[str, ...]:
        return self.rules.fact(fact_id).words()

    def resource(self, resource_id: str) -> Resource | None:
        return self.inventory.get(resource_id)

    def members(self, component: Component) -> tuple[Resource, ...]:
        """The component's serving resources that the inventory lists."""
        found = (self.inventory.get(member) for member in component.members)
        return tuple(resource for resource in found if resource is not None)

    def serving(self, component: Component) -> tuple[Resource, ...]:
        """Members that serve now: running, and not weighted to zero by every balancer that lists them."""
        weights: dict[str, float] = {}
        for entry in (self.inventory.get(item) for item in component.entry_ids):
            for record in (*entry.records("members"), *entry.records("backend")) if entry is not None else ():
                weight = record.get("weight")
                if isinstance(weight, int | float):
                    name = str(record.get("server_id"))
                    weights[name] = max(weights.get(name, 0.0), float(weight))
        return tuple(item for item in self.members(component) if is_running(item) and weights.get(item.id, 1.0) > 0)

    def disks(self, component: Component) -> tuple[Resource, ...]:
        found = (self.inventory.get(disk) for disk in component.disks)
        return tuple(resource for resource in found if resource is not None)

    def disks_of(self, component: Component, instance_id: str) -> tuple[Resource, ...]:
        return tuple(disk for disk in self.disks(component) if instance_id in disk.texts("instance_ids"))

    @property
    def daily_change(self) -> Spread:
        """Share of the used data that changes in a day: the owner's figure, else the assumption."""
        if self.spec.daily_change is not None:
            return Spread(self.spec.daily_change, self.spec.daily_change, self.spec.daily_change)
        return self.spread("data.daily_change")

    @property
    def change_facts(self) -> tuple[str, ...]:
        return () if self.spec.daily_change is not None else ("data.daily_change",)

    def used_mib(self, size_gib: float) -> Spread:
        """Data on a disk of this size, in MiB."""
        return self.spread("data.used_share").scaled(size_gib * MIB_PER_GIB)

    def components(self) -> Iterator[Component]:
        return iter(self.workload.components)

    def component(self, component_id: str) -> Component:
        return next(component for component in self.workload.components if component.id == component_id)


def size_gib(disk: Resource) -> float:
    """The disk's capacity in GiB; 0 where the inventory does not say (the estimate notes it)."""
    return disk.number("size_gib") or 0.0


def is_local(disk: Resource) -> bool:
    """Whether the disk's data dies with its host."""
    return (disk.text("category") or "").startswith(LOCAL_CATEGORY_PREFIXES)


def is_running(instance: Resource) -> bool:
    """Whether the instance serves now; an unknown status counts as running."""
    return instance.status not in STOPPED


def has_local_data(instance: Resource) -> bool:
    """Whether the instance family carries local disks."""
    return bool(instance.number("local_storage_gib"))


def transfer_time(mib: Spread, rate: Spread) -> Spread:
    """Seconds to move ``mib`` at ``rate`` MiB/s: the small amount fast, the large amount slowly."""
    return Spread(mib.low / rate.high, mib.likely / rate.likely, mib.high / rate.low)


def longest_gap_s(hours: tuple[int, ...], weekdays: tuple[int, ...]) -> float:
    """Longest time between two runs of a weekly schedule of whole hours on ISO weekdays (1 = Monday); inf where it is
    empty.

    Every day at 02:00 gives 24 h; Monday to Friday at 02:00 gives 72 h."""
    points = sorted({(day - 1) * 24 + hour for day in weekdays for hour in hours})
    if not points:
        return math.inf
    week = 7 * 24
    gaps = [later - earlier for earlier, later in zip(points, [*points[1:], points[0] + week], strict=True)]
    return max(gaps) * HOUR


def age_s(timestamp: str | None, as_of: date) -> float | None:
    """Seconds from an ISO time stamp to the end of the day ``as_of`` (never negative); None where it cannot be read."""
    if not timestamp:
        return None
    try:
        moment = datetime.fromisoformat(timestamp.replace("Z", "+00:00"))
    except ValueError:
        return None
    end = datetime.fromisoformat(f"{as_of.isoformat()}T23:59:59+00:00")
    if moment.tzinfo is None:
        end = end.replace(tzinfo=None)
    return max(0.0, (end - moment).total_seconds())
