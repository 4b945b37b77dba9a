"""Commands that bring a workload back, with the ids of the plan in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from advisor.exporters.params import Params
from advisor.exporters.recovery_disks import fleet_servers, from_copies, on_replicas, on_standby_disks, rolled_back
from advisor.exporters.recovery_services import (
    changed_name,
    database_elsewhere,
    database_in_time,
    database_switch,
    shifted_zone,
    standby_fleet,
    switched_users,
    synchronised_copy,
)
from advisor.exporters.recovery_types import Block, Case
from advisor.exporters.terraform.build import Build
from advisor.exporters.terraform.document import Root
from advisor.model.disruption import Disruption
from advisor.model.plan import Action, ComponentInfo, WorkloadPlan

__all__ = ["Block", "Id", "blocks", "ids"]

_WITH_DISKS = ("stateful_instance", "server_group", "cache")


@dataclass(frozen=True, slots=True)
class Id:
    """The id of something that Terraform creates: the shell variable that stands for it, and where to read it."""

    variable: str
    what: str
    root: Root


def ids(build: Build, workload: WorkloadPlan) -> list[Id]:
    """Every new id that the workload's commands may need."""
    found: dict[str, Id] = {}
    actions = {action.id for action in workload.actions}
    for action_id, root, name in build.all_outputs():
        if action_id in actions:
            found.setdefault(name, Id(name, root.outputs[name].description, root))
    return list(found.values())


def blocks(build: Build, workload: WorkloadPlan, disruption: Disruption) -> list[Block]:
    """The commands for one disruption, component by component, users last."""
    result: list[Block] = []
    for component in workload.components:
        case = Case(build, workload, component, disruption)
        result += list(_component(case, component))
    for action in workload.actions:
        if action.mechanism == "gtm" and disruption == "region":
            result += switched_users(build, action)
    return result


def _component(case: Case, component: ComponentInfo) -> Iterator[Block]:
    if component.kind == "database":
        yield from _database(case)
    elif component.kind in _WITH_DISKS:
        yield from _servers(case, component)
    elif component.kind == "entry" and case.disruption == "zone":
        yield from shifted_zone(case)
    elif component.kind == "entry" and case.disruption == "region" and "gtm" not in case.workload.mechanisms:
        yield from changed_name(case)


def _database(case: Case) -> Iterator[Block]:
    match case.disruption:
        case "logical":
            yield from database_in_time(case)
        case "instance" | "zone":
            yield from database_switch(case)
        case _:
            copy = case.action("dts")
            yield from synchronised_copy(case, copy) if copy else database_elsewhere(case)


def _servers(case: Case, component: ComponentInfo) -> Iterator[Block]:
    match case.disruption:
        case "logical":
            yield from rolled_back(case)
        case "instance":
            yield from fleet_servers(case)
        case "zone":
            yield from shifted_zone(case)
            yield from _zone_servers(case, component)
        case _:
            fleet = case.action("fleet_standby")
            if fleet:
                yield from standby_fleet(case, fleet)
            yield from _region_servers(case, component)


def _zone_servers(case: Case, component: ComponentInfo) -> Iterator[Block]:
    replica = case.action("async_replication_zone")
    if replica:
        yield from on_replicas(case, replica)
    elif case.action("regional_essd"):
        yield from on_standby_disks(case, _disks_of(case.action("regional_essd")) or component.disks)
    elif component.disks and not component.stateless and case.is_rebuilt:
        yield from from_copies(case, None)


def _region_servers(case: Case, component: ComponentInfo) -> Iterator[Block]:
    replica = case.action("async_replication_region")
    copy = case.action("snapshot_copy")
    if replica:
        yield from on_replicas(case, replica)
    elif copy and not component.stateless:
        yield from from_copies(case, copy)


def _disks_of(action: Action | None) -> tuple[str, ...]:
    return Params.of(action).texts("disk_ids") if action else ()
