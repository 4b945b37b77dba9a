"""Terraform state: version 3 (flat texts), version 4, and ``terraform show -json``. Build order is no run-time need, so
``dependencies`` are not read; what a state holds is what that root manages, never a whole listing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from advisor.importers.fields import Record
from advisor.importers.forms.flat import unflatten
from advisor.importers.forms.terraform_links import LINKS
from advisor.importers.forms.terraform_nat import ENTRIES, NAT_GATEWAY, gateways_of_tables, read_entry
from advisor.importers.forms.terraform_types import SPECS, read_resource
from advisor.importers.records import RANK_STATE, Collector, Context
from advisor.importers.remedies import NOTHING_TO_DO, WHOLE_STATE
from advisor.model.inventory import Origin

_DEPTH: Final = 20
_MANAGED: Final = "managed"
_DATA: Final = "data"
_DEPOSED: Final = "replaced, and waits for its destruction"
_NO_RESOURCES: Final = "it holds no resources that can be read"
_OTHER_STATE: Final = "Import the state that manages the estate (terraform state list shows what a state holds)."


@dataclass(frozen=True, slots=True)
class Item:
    """One managed resource of a state: its address, its type and its attributes, or why it is left out."""

    address: str
    type: str
    attributes: Record
    why_not: str = ""


def matches(value: object) -> bool:
    """Whether the document is a state or the answer of ``terraform show -json``."""
    if not isinstance(value, Mapping):
        return False
    if "terraform_version" in value and ("values" in value or "planned_values" in value):
        return True
    if value.get("version") in (3, "3"):
        return isinstance(value.get("modules"), list)
    return value.get("version") in (4, "4") and isinstance(value.get("resources"), list)


def read(value: object, context: Context, collector: Collector) -> bool:
    """Read every managed resource of this cloud; the rest is counted by type."""
    state: Record = value if isinstance(value, Mapping) else {}
    serial = state.get("serial")
    context = context.but(rank=RANK_STATE, serial=serial if isinstance(serial, int) else 0, region=context.region)
    if "planned_values" in state:
        return _read_plan(state, context, collector)
    batch = collector.batch(context)
    left_out: dict[str, int] = {}
    count = 0
    items = list(_items(state))
    gateways = gateways_of_tables(item.attributes for item in items if item.type == NAT_GATEWAY)
    for item in items:
        count += 1
        if item.why_not:
            remedy = NOTHING_TO_DO if item.why_not == _DEPOSED else WHOLE_STATE
            collector.skip(item.address, item.why_not, Origin(context.file, item.address), remedy)
        elif item.type in ENTRIES:
            read_entry(item.type, item.attributes, gateways, context.but(place=item.address), batch, collector)
        elif item.type in SPECS or item.type in LINKS:
            read_resource(item.type, item.attributes, context.but(place=item.address), batch, collector)
        else:
            left_out[item.type] = left_out.get(item.type, 0) + 1
    for kind, number in sorted(left_out.items()):
        collector.skip(kind, f"{number} of a type that no plan needs", Origin(context.file), NOTHING_TO_DO)
    if not count:
        reason = "an empty state: everything in it was destroyed, or it never held anything"
        collector.skip(context.file, reason, Origin(context.file), _OTHER_STATE)
    return True


def _read_plan(plan: Record, context: Context, collector: Collector) -> bool:
    """A plan tells what is to be made, which is no inventory; what was there before it is one."""
    before = plan.get("prior_state")
    where, remedy = Origin(context.file, "planned_values"), "Import the state once the plan is applied."
    collector.skip(where.place, "what a plan will make is not there yet", where, remedy)
    return isinstance(before, Mapping) and matches(before) and read(before, context.at("prior_state"), collector)


def _items(state: Record) -> Iterator[Item]:
    if isinstance(state.get("modules"), list):
        yield from _version_3(state)
    elif isinstance(state.get("resources"), list):
        yield from _version_4(state)
    else:
        values = state.get("values")
        root = values.get("root_module") if isinstance(values, Mapping) else None
        yield from _lost(values, "values", Mapping)
        yield from _lost(root, "values.root_module", Mapping)
        if isinstance(root, Mapping):
            yield from _shown(root, 0)


def _lost(value: object, address: str, expected: type) -> Iterator[Item]:
    """What stands for all that should be in a place which holds something else."""
    if value is not None and not isinstance(value, expected):
        yield Item(address, "", {}, _NO_RESOURCES)


def _version_3(state: Record) -> Iterator[Item]:
    for number, module in enumerate(_mappings(state.get("modules"))):
        resources = module.get("resources")
        if not isinstance(resources, Mapping):
            yield Item(f"modules[{number}]", "", {}, _NO_RESOURCES)
        for address, resource in resources.items() if isinstance(resources, Mapping) else ():
            if str(address).startswith("data."):
                continue
            held = resource if isinstance(resource, Mapping) else {}
            primary = held.get("primary")
            flat = primary.get("attributes") if isinstance(primary, Mapping) else None
            yield _item(str(address), held.get("type"), unflatten(flat) if isinstance(flat, Mapping) else None)


def _version_4(state: Record) -> Iterator[Item]:
    for number, resource in enumerate(_mappings(state.get("resources"))):
        kind, mode = resource.get("type"), resource.get("mode")
        module = f"{resource['module']}." if resource.get("module") else ""
        address = f"{module}{kind}.{resource.get('name', '')}" if kind else f"{module}resources[{number}]"
        if mode != _MANAGED or not isinstance(resource.get("instances"), list):
            if mode != _DATA:
                yield _item(address, kind, None)
            continue
        for instance in _mappings(resource["instances"]):
            attributes, flat = instance.get("attributes"), instance.get("attributes_flat")
            index = f"[{instance['index_key']!r}]" if "index_key" in instance else ""
            found = attributes if isinstance(attributes, Mapping) else None
            found = unflatten(flat) if found is None and isinstance(flat, Mapping) else found
            gone = _DEPOSED if instance.get("deposed") else ""
            yield _item(f"{address}{index}", kind, found, gone)


def _shown(module: Record, depth: int) -> Iterator[Item]:
    if depth > _DEPTH:
        yield Item(str(module.get("address", "")), "", {}, "its module is nested too deeply")
        return
    address = module.get("address") or "root_module"
    for name in ("resources", "child_modules"):
        yield from _lost(module.get(name), f"{address}.{name}", list)
    for resource in _mappings(module.get("resources")):
        values = resource.get("values")
        if resource.get("mode") != _DATA:
            found = values if resource.get("mode") == _MANAGED and isinstance(values, Mapping) else None
            yield _item(str(resource.get("address") or "a resource"), resource.get("type"), found)
    for child in _mappings(module.get("child_modules")):
        yield from _shown(child, depth + 1)


def _item(address: str, kind: object, attributes: Record | None, why_not: str = "") -> Item:
    if attributes is None or not isinstance(kind, str):
        return Item(address, str(kind), {}, why_not or "it has no attributes, or is not said to be managed here")
    return Item(address, kind, attributes, why_not)


def _mappings(value: object) -> list[Record]:
    """The records of a list; what is none is an empty one, which tells nothing and is said to."""
    return [item if isinstance(item, Mapping) else {} for item in value] if isinstance(value, list) else []
