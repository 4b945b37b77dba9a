"""What the mechanisms write into: roots by region, the steps beside them, and what became of each action."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, cast

from advisor.exporters.names import cloud_name, identifier, short_hash, slug, tag_value
from advisor.exporters.params import Params
from advisor.exporters.placement import Placement
from advisor.exporters.steps import Step, StepBook
from advisor.exporters.terraform.document import Body, Ref, Root, Value, Variable
from advisor.model.deliverable import Deliverable
from advisor.model.inventory import Resource
from advisor.model.plan import Action, WorkloadPlan

_INSTANCE_TYPE = re.compile(r"ecs\.[A-Za-z0-9.-]+")
MANAGED_BY = "advisor"
_T = TypeVar("_T")


@dataclass
class Outcome:
    """What an action became: Terraform addresses by root, and remarks for the reader."""

    action: Action
    addresses: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class Build:
    """Collects Terraform roots and command-line steps for a whole plan."""

    def __init__(self, deliverable: Deliverable) -> None:
        self.deliverable = deliverable
        self.inventory = deliverable.inventory
        self.placement = Placement(deliverable)
        self.steps = StepBook()
        self.roots: dict[str, Root] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.workloads: dict[str, WorkloadPlan] = {plan.name: plan for plan in deliverable.plan.workloads}
        self._outputs: dict[tuple[str, str], tuple[Root, str]] = {}
        self._labels: dict[str, str] = {}
        self._taken: dict[str, str] = {}
        self._once: dict[tuple[str, str], object] = {}

    def once(self, what: str, whose: str, make: Callable[[], _T]) -> _T:
        """Something that is worked out once for the whole plan."""
        if (what, whose) not in self._once:
            self._once[what, whose] = make()
        return cast(_T, self._once[what, whose])

    # roots and their parts

    def root(self, region: str) -> Root:
        """The root of a region, made when it is first asked for."""
        if region not in self.roots:
            self.roots[region] = Root(region, slug(region))
        return self.roots[region]

    def add(self, action: Action, root: Root, type_: str, suffix: str, comment: str, body: Body) -> Ref:
        """Adds a resource for an action under a name made of workload, component and ``suffix``."""
        ref = root.add(type_, self.label(action, suffix), comment, body)
        self.outcome(action).addresses.append((root.region, ref.expression))
        return ref

    def outcome(self, action: Action) -> Outcome:
        """What an action has become so far."""
        return self.outcomes.setdefault(action.id, Outcome(action))

    def remark(self, action: Action, text: str) -> None:
        """Notes something for the reader of the README, once."""
        remarks = self.outcome(action).remarks
        if text not in remarks:
            remarks.append(text)

    def step(self, action: Action, step: Step) -> None:
        """Adds a command-line step for the workload of the action."""
        self.steps.add(action.workload, step)

    def output(self, action: Action, root: Root, key: str, suffix: str, value: Value, description: str) -> str:
        """An output that steps and runbooks find again by action and ``key``."""
        name = root.output(self.label(action, suffix), value, description)
        self._outputs[action.id, key] = (root, name)
        return name

    def find_output(self, action_id: str, key: str) -> tuple[Root, str] | None:
        """The root and name of an output made under ``key``."""
        return self._outputs.get((action_id, key))

    def all_outputs(self) -> list[tuple[str, Root, str]]:
        """Every output as (action id, root, name)."""
        return [(action_id, root, name) for (action_id, _), (root, name) in self._outputs.items()]

    # names and tags

    def label(self, action: Action, suffix: str) -> str:
        """``<workload>_<component>_<suffix>``, unique for the action."""
        base = self._base(action)
        return f"{base}_{suffix}" if suffix else base

    def _base(self, action: Action) -> str:
        if action.id not in self._labels:
            component = self.component_name(action)
            parts = [identifier(action.workload)]
            if component and component != action.workload:
                parts.append(identifier(component, 28))
            base = "_".join(parts)
            target = identifier(Params.of(action).text("target_region") or action.region)
            candidates = (base, f"{base}_{target}", f"{base}_{short_hash(action.id)}")
            self._labels[action.id] = next(
                name
                for name in candidates
                if self._taken.setdefault(f"{name}|{action.mechanism}", action.id) == action.id
            )
        return self._labels[action.id]

    def component_name(self, action: Action) -> str:
        """The component as people call it, without the workload's name in front."""
        names = self.once("components", action.workload, lambda: self._components(action.workload))
        name = names.get(action.component) or action.component
        for separator in ("/", ":", "."):
            name = name.removeprefix(f"{action.workload}{separator}")
        return name

    def _components(self, workload: str) -> dict[str, str]:
        plan = self.workloads.get(workload)
        return {item.id: item.name for item in plan.components} if plan else {}

    def subject(self, action: Action) -> str:
        """Whom the action serves, for comments and descriptions: ``shop`` or ``shop (web)``."""
        component = self.component_name(action)
        return action.workload if component in ("", action.workload) else f"{action.workload} ({component})"

    def cloud_name(self, action: Action, suffix: str) -> str:
        """The name a created resource bears in the console."""
        component = self.component_name(action)
        middle = component if component != action.workload else ""
        return cloud_name(action.workload, middle, suffix)

    def tags(self, action: Action) -> dict[str, str]:
        """The tags of everything that is created for an action."""
        workload = self.workloads.get(action.workload)
        option = workload.option_id if workload else ""
        return {"plan": tag_value(option), "workload": tag_value(action.workload), "managed-by": MANAGED_BY}

    # what the inventory knows, or else a variable

    def known(self, root: Root, value: str | None, variable: Variable) -> Value:
        """The value where there is one, otherwise a variable that asks for it."""
        return value or root.variable(variable)

    def instance_type(self, root: Root, action: Action, value: str | None) -> Value:
        """The instance type where it looks like one, otherwise a variable that asks for it."""
        if value and _INSTANCE_TYPE.fullmatch(value):
            return value
        whose = self.subject(action)
        described = f"Instance type for the servers of {whose} (the inventory names none), for example ecs.g7.large"
        return root.variable(Variable(self.label(action, "instance_type"), described))

    def source_region(self, action: Action) -> str:
        """Where what the action protects stands: an action that creates something elsewhere bears that other region."""
        params = Params.of(action)
        named = (
            params.text("instance_id"),
            params.text("database_id"),
            *params.texts("instance_ids"),
            *action.resources,
        )
        known = (self.inventory.get(item) for item in named if item)
        found = next((item.region for item in known if item is not None and item.region), None)
        return params.text("source_region") or params.text("primary_region") or found or action.region

    def resource(self, action: Action, key: str) -> Resource | None:
        """The resource whose id a parameter holds."""
        return self.inventory.get(Params.of(action).text(key))


def clamp(value: int | None, low: int, high: int, default: int) -> int:
    """The value within what the service accepts."""
    return min(max(value if value is not None else default, low), high)
