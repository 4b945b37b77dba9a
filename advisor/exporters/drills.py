"""``drills/<workload>-<disruption>.md``: how to practise a recovery, and the form on which it is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from advisor.exporters.measures import mechanisms_for, placeholders, steps
from advisor.exporters.names import slugs
from advisor.exporters.runbook import in_order
from advisor.exporters.terraform import build
from advisor.exporters.terraform.build import Build
from advisor.exporters.text import bullets, code, document, md, table
from advisor.model.deliverable import Deliverable
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.plan import Estimate, Plan, WorkloadPlan
from advisor.reporting import words

SIMULATE: dict[Disruption, str] = {
    "logical": "Choose data that may be damaged (a copy, a test tenant), note its state, damage it on purpose.",
    "instance": "Stop one server that the workload can spare, or its process; leave the others alone.",
    "zone": "Cut one zone off: stop its servers, take it out of the load balancer, fail the database over.",
    "region": "Leave the home region running and cut the test clients off from it; nothing in it may be used.",
}
SAFETY = (
    "Announce the drill, its window and how it is called off; name the person who may stop it.",
    "Check that backups of the last day exist before anything is touched.",
    "Practise on copies first; on the live workload only once that has gone well.",
)


def render(deliverable: Deliverable) -> dict[str, bytes]:
    """One page for each workload and disruption."""
    built = build(deliverable)
    names = slugs(workload.name for workload in deliverable.plan.workloads)
    return {
        path(names[workload.name], name): _page(built, workload, workload.estimates[name], name, names[workload.name])
        for workload in sorted(deliverable.plan.workloads, key=lambda item: item.name)
        for name in DISRUPTIONS
        if name in workload.estimates and can_be_practised(workload.estimates[name])
    }


def can_be_practised(estimate: Estimate) -> bool:
    """Whether a way back is known; without one there is nothing to drill."""
    return not (estimate.rto_unbounded or estimate.unknown)


def path(slug: str, name: Disruption) -> str:
    """Where the page of a drill lies."""
    return f"drills/{slug}-{name}.md"


def _page(built: Build, workload: WorkloadPlan, estimate: Estimate, name: Disruption, slug: str) -> bytes:
    plan = built.deliverable.plan
    return document(
        f"# Drill: {md(workload.name)}, {words.DISRUPTION_TITLES[name].lower()}",
        f"Plan of {plan.created.isoformat()}, option {code(workload.option_id)}. "
        f"Runbook: [{md(workload.name)}](../runbooks/{slug}.md).",
        table(("", "Target", "Estimate", "Measured"), _measures(estimate, plan)),
        f"A full drill of this workload, all its protections included, costs {md(_price(workload, plan))}."
        if workload.cost.drill
        else "",
        "## Before",
        bullets(SAFETY),
        "## 1. Simulate",
        f"{SIMULATE[name]}{_place(estimate)}",
        *_hints(built, workload, name),
        "## 2. Recover, and take the times",
        *_recover(estimate),
        "## 3. Verify",
        "\n".join(f"- [ ] {check}" for check in _checks(built, workload, name)),
        "## 4. Record",
        table(("", ""), ((label, "") for label in RECORD)),
        RECORDED,
    )


RECORDED = (
    "Keep this page with the plan. Put the measured times into a rules file (`--rules`) as facts with "
    "`confidence: measured`: the next plan then rests on them instead of on estimates."
)
RECORD = (
    "Date and start (UTC)",
    "Led by, took part",
    "Newest record in the recovered data (data lost)",
    "Service back for users at",
    "What failed, or took longer than expected",
    "What is to be changed, by whom, until when",
    "Back to normal at",
)


def _measures(estimate: Estimate, plan: Plan) -> Iterator[tuple[str, ...]]:
    loss = words.data_loss(estimate.rpo_worst_s, estimate.rpo_unbounded, estimate.target_rpo_s)
    back = words.interval(estimate.rto_p50_s, estimate.rto_p95_s, estimate.rto_unbounded, estimate.target_rto_s)
    chance = words.chance(estimate.p_meets, estimate.rto_unbounded)
    yield "Data lost", words.target(estimate.target_rpo_s), f"{md(loss)} at worst", ""
    yield "Time to recover", words.target(estimate.target_rto_s), f"{md(back)} (P50 – P95)", ""
    yield "Chance to meet both", "–", f"{md(chance)} (checked at {md(plan.risk_level.upper())})", ""


def _price(workload: WorkloadPlan, plan: Plan) -> str:
    amounts = [line.monthly for line in workload.cost.drill]
    known = sum(amount for amount in amounts if amount is not None)
    return words.money(known + 0 * plan.budget.used, plan.currency, None in amounts)


def _place(estimate: Estimate) -> str:
    if not estimate.worst_place:
        return ""
    whose = "Of its own recovery the" if estimate.inherited_from else "The"
    return f" {whose} estimate is for {code(estimate.worst_place)}, the worst place."


def _hints(built: Build, workload: WorkloadPlan, name: Disruption) -> Iterator[str]:
    rules = built.deliverable.rules
    for mechanism in mechanisms_for(workload, name, rules):
        actions = [action for action in workload.actions if action.mechanism == mechanism]
        values = placeholders(built, actions[0]) if len(actions) == 1 else {}
        found = steps(rules, mechanism, "drill_steps", values)
        if found:
            yield f"For {md(words.mechanism(mechanism))}:"
            yield "\n".join(f"{number}. {text}" for number, text in enumerate(found, start=1))


def _recover(estimate: Estimate) -> Iterator[str]:
    if not estimate.tasks:
        yield "Nothing has to be done; note how long users noticed anything."
        return
    yield "Follow the runbook. One row a step; write the clock time of start and end."
    yield table(("", "Step", "Expected (P50)", "Start", "End", "Remark"), _task_rows(estimate))


def _task_rows(estimate: Estimate) -> Iterable[tuple[str, ...]]:
    for number, task in enumerate(in_order(estimate), start=1):
        expected = words.duration(max(task.end_p50_s - task.start_p50_s, 0.0))
        title = f"{task.title} (by itself)" if task.automatic else task.title
        yield str(number), md(title), expected, "", "", ""


def _checks(built: Build, workload: WorkloadPlan, name: Disruption) -> list[str]:
    rules = built.deliverable.rules
    checks = ["Users reach the service as always, with real data.", "Nothing was written to the side that is given up."]
    for mechanism in mechanisms_for(workload, name, rules):
        actions = [action for action in workload.actions if action.mechanism == mechanism]
        values = placeholders(built, actions[0]) if len(actions) == 1 else {}
        checks += steps(rules, mechanism, "verify_steps", values)
    return list(dict.fromkeys(checks))
