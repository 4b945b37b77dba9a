"""What recovery commands are made from, and a few words of shell that they share."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.exporters.params import Params
from advisor.exporters.steps import quote
from advisor.exporters.terraform.build import Build
from advisor.model.disruption import Disruption
from advisor.model.inventory import Resource
from advisor.model.plan import Action, ComponentInfo, Mechanism, WorkloadPlan

_REBUILDING = ("provision", "attach", "load", "restore")


@dataclass(frozen=True, slots=True)
class Block:
    """Commands that belong together. ``back`` says how to undo or fail back what they did, and by which commands."""

    title: str
    commands: tuple[str, ...]
    note: str = ""
    back: str = ""
    back_commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One component of a workload under one disruption."""

    build: Build
    workload: WorkloadPlan
    component: ComponentInfo
    disruption: Disruption

    @property
    def region(self) -> str:
        """Where the component stands today."""
        known = (self.build.inventory.get(item) for item in (*self.component.members, *self.component.disks))
        found = next((item.region for item in known if item is not None and item.region), None)
        return found or next(iter(self.workload.regions), "")

    @property
    def instances(self) -> tuple[str, ...]:
        """The component's servers."""
        known = ((item, self.build.inventory.get(item)) for item in self.component.members)
        return tuple(item for item, resource in known if resource is None or resource.kind == "instance")

    @property
    def database(self) -> Resource | None:
        """The database as the inventory knows it."""
        return next((self.build.inventory.get(item) for item in self.component.members), None)

    @property
    def database_id(self) -> str:
        """The id of the database, empty where the component has none."""
        return next(iter(self.component.members), "")

    def action(self, mechanism: Mechanism) -> Action | None:
        """The component's action of a mechanism."""
        own = (action for action in self.workload.actions if action.component == self.component.id)
        return next((action for action in own if action.mechanism == mechanism), None)

    def standby(self, *, same_region: bool) -> Action | None:
        """The component's standby server in this region, or in another one."""
        for action in self.workload.actions:
            if action.mechanism == "standby_instance" and action.component == self.component.id:
                target = Params.of(action).text("target_region") or action.region
                if (target == self.region) is same_region:
                    return action
        return None

    @property
    def is_rebuilt(self) -> bool:
        """Whether the schedule brings the component's data back at another place."""
        estimate = self.workload.estimates.get(self.disruption)
        tasks = estimate.tasks if estimate else ()
        return any(task.component == self.component.id and task.kind.split(":")[0] in _REBUILDING for task in tasks)

    def output(self, action: Action | None, key: str) -> str | None:
        """The shell variable that stands for something an action creates."""
        found = self.build.find_output(action.id, key) if action else None
        return f'"${found[1]}"' if found else None


def ask(variable: str, what: str) -> str:
    """A line that stops until a value has been given that only people know. ``what`` must be a fixed text."""
    return f': "${{{variable}:?set it to {what}}}"'


def known_or_ask(value: str | None, variable: str, what: str) -> tuple[str, tuple[str, ...]]:
    """A shell word for a value, and the line that asks for it where nobody knows it yet."""
    if value:
        return quote(value), ()
    return f'"${variable}"', (ask(variable, what),)
