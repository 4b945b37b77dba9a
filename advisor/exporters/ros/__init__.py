"""Resource Orchestration Service: one template per region, the twin of the Terraform root where ROS has the types."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from advisor.exporters.ros.data import cross_backup, dts, replicate, snapshot_policy
from advisor.exporters.ros.servers import alb_multi_zone, fleet_standby, standby_instance
from advisor.exporters.ros.template import Stacks, Template
from advisor.exporters.terraform import build
from advisor.exporters.terraform.build import Build
from advisor.exporters.terraform.readme import script_slugs
from advisor.exporters.text import clean
from advisor.model.deliverable import Deliverable
from advisor.model.plan import Action, Mechanism

_WIDTH = 110
RESOURCES_MAX = 200  # in a stack, as the page of CreateStack says; the page of limits says 300
BYTES_MAX = 524_288  # of a template
# What is not listed has no ROS type and is done by the steps in cli/ or by the Terraform twin.
MECHANISMS: dict[Mechanism, Callable[[Stacks, Action], None]] = {
    "snapshot_policy": snapshot_policy,
    "async_replication_zone": replicate,
    "async_replication_region": replicate,
    "alb_multi_zone": alb_multi_zone,
    "fleet_standby": fleet_standby,
    "standby_instance": standby_instance,
    "rds_cross_region_backup": cross_backup,
    "dts": dts,
}
NO_TYPE: dict[Mechanism, str] = {
    "gtm": "there are no types for GTM 3; use the Terraform twin or the console, then the steps",
}


def render(deliverable: Deliverable) -> dict[str, bytes]:
    """``ros/<region>.yaml`` for each region in which there is something to create."""
    built = build(deliverable)
    stacks = Stacks(built)
    for workload in deliverable.plan.workloads:
        for action in workload.actions:
            maker = MECHANISMS.get(action.mechanism)
            if maker is not None:
                maker(stacks, action)
            _note(stacks, built, action)
    return {
        template.file: _file(template, stacks) for _, template in sorted(stacks.templates.items()) if template.resources
    }


def _note(stacks: Stacks, built: Build, action: Action) -> None:
    """Says in the header what the template leaves to the command line."""
    numbers = [str(number) for number, _ in built.steps.of_action(action.workload, action.id)]
    if numbers:
        script = f"cli/{script_slugs(built)[action.workload]}.sh"
        stacks.gap(action.region, f"{action.title}: {script} {', '.join(numbers)}")
    if action.mechanism in NO_TYPE:
        stacks.gap(action.region, f"{action.title}: {NO_TYPE[action.mechanism]}")


def _file(template: Template, stacks: Stacks) -> bytes:
    from yaml import SafeDumper, dump

    class Dumper(SafeDumper):
        """Writes equal parts out each time instead of pointing at one another."""

        def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  the name is that of the library
            return True

    document = template.document(f"Protection plan, {clean(template.region)}")
    body: str = dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    head = "\n".join([*_header(template, stacks), *_limits(len(template.resources), len(body.encode()))])
    return f"{head}\n{body}".encode("utf-8", "replace")


def _limits(resources: int, size: int) -> Iterator[str]:
    """A warning where one stack cannot hold all of it."""
    if resources > RESOURCES_MAX or size > BYTES_MAX:
        yield "#"
        yield f"# Too large for one stack ({resources} resources, {size} bytes; {RESOURCES_MAX} and {BYTES_MAX} fit):"
        yield "# split it by the tag workload, or use the Terraform twin, which knows no such limit."


def _header(template: Template, stacks: Stacks) -> Iterator[str]:
    yield f"# Resource Orchestration Service, region {clean(template.region)}: the twin of the Terraform folder."
    yield "# Use one of the two, not both. Roll back: delete the stack; what existed before it stays as it is."
    gaps = stacks.gaps.get(template.region, [])
    if gaps:
        yield "#"
        yield "# Not in this template (steps that read ids from Terraform take them from this stack's outputs instead):"
        for gap in gaps:
            yield f"#   - {clean(gap)}"
