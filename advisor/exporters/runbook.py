"""``runbooks/<workload>.md``: what to do when it happens, step by step, with commands and the way back."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.exporters import recovery
from advisor.exporters.measures import mechanisms_for, placeholders, steps
from advisor.exporters.names import slugs
from advisor.exporters.recovery import Block, Id
from advisor.exporters.recovery_waits import with_helper
from advisor.exporters.steps import quote
from advisor.exporters.terraform import build
from advisor.exporters.terraform.build import Build
from advisor.exporters.text import bullets, code, document, fence, md, table
from advisor.model.deliverable import Deliverable
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.plan import Estimate, TaskResult, WorkloadPlan
from advisor.reporting import words, workloads

TRIGGERS: dict[Disruption, str] = {
    "logical": "Data is gone or wrong: deleted, encrypted, overwritten by a bad release. Replicas have it too by now.",
    "instance": "One server or database node does not answer, and the others do.",
    "zone": "Several things in one zone do not answer at once, or the cloud's status page names the zone.",
    "region": "Nothing in the region answers, or the cloud's status page names the region and no end is in sight.",
}
DECIDERS: dict[Disruption, str] = {
    "logical": "The owner of the data: everything written since the copy is given up.",
    "instance": "The operator on duty.",
    "zone": "The operator on duty for what switches by itself; the manager on duty for everything by hand.",
    "region": "The manager on duty together with the owner: going back costs another interruption.",
}
ROLES = ("Decides", "Carries out", "Knows the application", "Knows the database", "Informs users", "Cloud support case")


def render(deliverable: Deliverable) -> dict[str, bytes]:
    """One runbook for each workload."""
    built = build(deliverable)
    names = slugs(workload.name for workload in deliverable.plan.workloads)
    return {
        f"runbooks/{names[workload.name]}.md": _page(built, workload, names)
        for workload in sorted(deliverable.plan.workloads, key=lambda item: item.name)
    }


def _page(built: Build, workload: WorkloadPlan, names: dict[str, str]) -> bytes:
    used = recovery.ids(built, workload)
    parts = [part for name in DISRUPTIONS for part in _disruption(built, workload, name)]
    return document(
        f"# Runbook: {md(workload.name)}",
        _head(built, workload),
        *_needs(workload, names),
        "## Who",
        table(("Role", "Name", "Phone", "Deputy"), ((role, "", "", "") for role in ROLES)),
        *_ids(used),
        *parts,
    )


def _head(built: Build, workload: WorkloadPlan) -> str:
    plan = built.deliverable.plan
    facts = [
        f"Class {md(workload.class_name)}, protection {md(workloads.tier_text(workload))} "
        f"(option {code(workload.option_id)}), "
        f"in {md(words.listing(workload.regions)) or 'no known region'}. Plan of {plan.created.isoformat()}.",
        "Keep a copy where neither the failed zone or region nor the damaged accounts can take it away.",
        "Times are estimates after the failure: P50 is as likely to be beaten as not, P95 is met in 19 of 20 cases.",
        "Save a block of commands as a file and run it with `sh -eu`: it stops at the first failure, "
        "and waits where it must. Export the variables it names before; it asks for those that only people know.",
    ]
    return "\n".join(facts)


def _needs(workload: WorkloadPlan, names: dict[str, str]) -> Iterator[str]:
    if workload.needs_hard:
        listed = ", ".join(
            f"[{md(name)}]({names[name]}.md)" if name in names else md(name) for name in workload.needs_hard
        )
        yield f"**First recover what it cannot run without:** {listed}."


def _ids(used: list[Id]) -> Iterator[str]:
    if not used:
        return
    yield "## Ids to write down once the plan is applied"
    yield "Known only after `terraform apply`. Write them here: the state file may be out of reach when it matters."
    yield table(("Variable", "What it is", "Id"), ((code(item.variable), md(item.what), "") for item in used))
    reads = (
        f'export {item.variable}="$(terraform -chdir=terraform/{quote(item.root.folder)} output -raw {item.variable})"'
        for item in used
    )
    yield "To read them all, from the plan's folder:"
    yield fence("\n".join(reads), "sh")


def _disruption(built: Build, workload: WorkloadPlan, name: Disruption) -> Iterator[str]:
    estimate = workload.estimates.get(name)
    if estimate is None:
        return
    yield f"## {words.DISRUPTION_TITLES[name]}"
    yield bullets(_situation(workload, estimate, name))
    if not estimate.tasks:
        yield _no_tasks(estimate)
    else:
        yield "### Steps"
        yield table(STEP_HEADERS, step_rows(estimate))
    blocks = recovery.blocks(built, workload, name)
    yield from _commands(blocks)
    yield from _checks(built, workload, name)
    yield from _way_back(built, workload, name, blocks)


def _situation(workload: WorkloadPlan, estimate: Estimate, name: Disruption) -> Iterator[str]:
    yield f"**Trigger:** {TRIGGERS[name]}"
    yield f"**Decides:** {_decider(estimate, name)}"
    loss = words.data_loss(estimate.rpo_worst_s, estimate.rpo_unbounded, estimate.target_rpo_s)
    back = words.interval(estimate.rto_p50_s, estimate.rto_p95_s, estimate.rto_unbounded, estimate.target_rto_s)
    yield (
        f"**Expect:** back after {md(back)} (P50 – P95; target {words.target(estimate.target_rto_s)}), "
        f"data loss at worst {md(loss)} (target {words.target(estimate.target_rpo_s)})."
    )
    if estimate.worst_place:
        times = "the times of its own tasks stand" if estimate.inherited_from else "the times stand"
        yield f"**Worst place:** {code(estimate.worst_place)}, for which {times}."
    if estimate.inherited_from:
        yield f"**Waits for** {md(estimate.inherited_from)}."
    titles = {item.id: item.name for item in workload.components}
    for item in estimate.components:
        served = f", data from {md(item.served_from)}" if item.served_from else ""
        yield f"{md(titles.get(item.component, item.component))}: {md(item.path)}{served}."


def _decider(estimate: Estimate, name: Disruption) -> str:
    if estimate.tasks and all(task.automatic for task in estimate.tasks):
        return "nobody: it happens by itself. Watch it, and step in only when it does not."
    return DECIDERS[name]


def _no_tasks(estimate: Estimate) -> str:
    if estimate.rto_unbounded:
        return f"**There is no way back that the plan knows of:** {md(estimate.limiting)}."
    if estimate.unknown:
        return f"**Whether there is a way back is unknown:** {md(estimate.limiting)}."
    return "Nothing has to be done: the workload is not interrupted."


STEP_HEADERS = ("", "Step", "After", "Who", "Start (P50)", "Done (P50)", "Done (P95)")


def step_rows(estimate: Estimate) -> list[tuple[str, ...]]:
    """The recovery schedule as rows, in the order in which the tasks begin."""
    ordered = in_order(estimate)
    numbers = {task.id: number for number, task in enumerate(ordered, start=1)}
    return [_step(task, numbers) for task in ordered]


def in_order(estimate: Estimate) -> list[TaskResult]:
    """The tasks as they begin; a task never stands before one it waits for."""
    waiting = sorted(estimate.tasks, key=lambda task: (task.start_p50_s, task.end_p50_s, task.id))
    known = {task.id for task in waiting}
    done: list[TaskResult] = []
    names: set[str] = set()
    while waiting:
        free = next(
            (task for task in waiting if all(item in names or item not in known for item in task.after)), waiting[0]
        )
        waiting.remove(free)
        done.append(free)
        names.add(free.id)
    return done


def _step(task: TaskResult, numbers: dict[str, int]) -> tuple[str, ...]:
    after = ", ".join(str(number) for number in sorted(numbers[item] for item in task.after if item in numbers))
    who = "by itself" if task.automatic else ""
    times = (words.duration(value) for value in (task.start_p50_s, task.end_p50_s, task.end_p95_s))
    return str(numbers[task.id]), md(task.title), after or "–", who, *times


def _commands(blocks: list[Block]) -> Iterator[str]:
    if not blocks:
        return
    yield "### Commands"
    for block in blocks:
        yield f"**{md(block.title)}**"
        yield fence("\n".join(with_helper(block.commands)), "sh")
        if block.note:
            yield md(block.note)


def _checks(built: Build, workload: WorkloadPlan, name: Disruption) -> Iterator[str]:
    rules = built.deliverable.rules
    checks = [
        "The service answers from outside, with real data, as its users reach it.",
        f"The newest record is no older than {words.target(workload.estimates[name].target_rpo_s)}."
        if workload.estimates[name].target_rpo_s is not None
        else "The age of the newest record is written down.",
    ]
    for mechanism in mechanisms_for(workload, name, rules):
        checks += steps(rules, mechanism, "verify_steps", _values(built, workload, mechanism))
    yield "### Verify"
    yield "\n".join(f"- [ ] {check}" for check in dict.fromkeys(checks))


def _way_back(built: Build, workload: WorkloadPlan, name: Disruption, blocks: list[Block]) -> Iterator[str]:
    rules = built.deliverable.rules
    hints = [
        hint
        for mechanism in mechanisms_for(workload, name, rules)
        for hint in steps(rules, mechanism, "failback_steps", _values(built, workload, mechanism))
    ]
    ways = [block for block in blocks if block.back]
    if not (hints or ways):
        return
    yield "### Roll back and fail back"
    for block in ways:
        yield f"**{md(block.title)}:** {md(block.back)}"
        if block.back_commands:
            yield fence("\n".join(block.back_commands), "sh")
    if hints:
        yield "From the rule book:"
        yield bullets(dict.fromkeys(hints))


def _values(built: Build, workload: WorkloadPlan, mechanism: str) -> dict[str, str]:
    """Placeholders are filled only where one action speaks for the mechanism."""
    actions = [action for action in workload.actions if action.mechanism == mechanism]
    return placeholders(built, actions[0]) if len(actions) == 1 else {}
