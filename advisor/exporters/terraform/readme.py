"""What stands beside a Terraform root: what it makes, how to apply it and how to take it back, and the HCL to read."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.exporters.names import slugs
from advisor.exporters.terraform.build import Build, Outcome
from advisor.exporters.terraform.document import Root, Variable
from advisor.exporters.terraform.hcl import to_hcl
from advisor.exporters.text import bullets, code, document, fence, md, table
from advisor.model.plan import Action
from advisor.reporting import words

POLICIES_MAX = 100  # fact snapshot.auto_policy.max_policies_per_region
# What removing a resource means, where that is more than it seems.
_REMOVAL = {
    "alicloud_ecs_auto_snapshot_policy": "Removing a policy stops new snapshots; those taken stay until they expire.",
    "alicloud_ecs_disk": "Removing a replica disk destroys the replica. Stop its pair or group first.",
    "alicloud_ebs_disk_replica_pair": "A pair must be stopped before it can be removed (see the steps).",
    "alicloud_ebs_disk_replica_group": "A group must be stopped before it can be removed (see the steps).",
    "alicloud_ess_attachment": "Removing the attachment takes today's servers out of the group and deletes none.",
    "alicloud_alb_load_balancer": "Move users back to the old entry before the load balancer is removed.",
    "alicloud_db_instance": "Databases are protected: set `deletion_protection = false` and apply once before.",
    "alicloud_rds_instance_cross_backup_policy": "Removing it stops new copies only.",
    "alicloud_alidns_cloud_gtm_instance_config": "Put the old DNS record back before the access domain is removed.",
    "alicloud_dts_synchronization_instance": "Removing the synchronisation leaves the copy as it is at that moment.",
    "alicloud_instance": "Removing a standby server deletes its system disk.",
}


def region_readme(build: Build, root: Root) -> bytes:
    """The page beside ``main.tf.json``."""
    outcomes = [item for item in build.outcomes.values() if _belongs(item, root)]
    return document(
        f"# Terraform for {md(root.region)}",
        _purpose(root),
        "## What becomes of the plan here",
        table(
            ("Workload", "Action", "In Terraform", "By command line"), (_row(build, root, item) for item in outcomes)
        ),
        *_remarks(outcomes, root),
        *_variables(root),
        *_apply(build, root, outcomes),
        *_rollback(root),
        *_steps(build, outcomes),
        "## The same in HCL",
        "For reading; Terraform reads `main.tf.json`." if root.resources else "",
        fence(to_hcl(root), "hcl"),
    )


def overview(build: Build) -> bytes:
    """``terraform/README.md``: every action of the plan and where it is carried out."""
    rows = []
    for outcome in build.outcomes.values():
        action = outcome.action
        folders = sorted({build.root(region).folder for region, _ in outcome.addresses})
        where = ", ".join(f"[{folder}]({folder}/README.md)" for folder in folders) or "–"
        rows.append((md(action.workload), md(action.title), where, _step_numbers(build, action)))
    return document(
        "# Terraform and command line",
        "Every action of the plan, the folder that carries it out, and the steps for what Terraform cannot express.",
        table(("Workload", "Action", "Folder", "Steps"), rows),
        "The folders do not depend on one another. Apply them first, then run the steps of each workload in order.",
    )


def _belongs(outcome: Outcome, root: Root) -> bool:
    return outcome.action.region == root.region or any(region == root.region for region, _ in outcome.addresses)


def _purpose(root: Root) -> str:
    count = len(root.resources)
    if not count:
        return (
            "Nothing of the plan can be said in Terraform here: `main.tf.json` is empty, the steps below do all of it."
        )
    return (
        f"`main.tf.json` creates {words.plural(count, 'resource')}. What exists already is named by its id and is not "
        "taken over. Everything created bears the tags `plan`, `workload` and `managed-by`, where its kind takes tags."
    )


def _row(build: Build, root: Root, outcome: Outcome) -> tuple[str, ...]:
    here = [address for region, address in outcome.addresses if region == root.region]
    elsewhere = sorted({build.root(region).folder for region, _ in outcome.addresses if region != root.region})
    cells = [code(address) for address in here[:6]]
    if len(here) > 6:
        cells.append(f"and {len(here) - 6} more")
    cells += [f"see [{folder}](../{folder}/README.md)" for folder in elsewhere]
    action = outcome.action
    return md(action.workload), md(action.title), "<br>".join(cells) or "–", _step_numbers(build, action)


def _step_numbers(build: Build, action: Action) -> str:
    numbers = [number for number, _ in build.steps.of_action(action.workload, action.id)]
    if not numbers:
        return "–"
    words = ", ".join(str(number) for number in numbers)
    return f"{code(f'cli/{script_slugs(build)[action.workload]}.sh')} {words}"


def script_slugs(build: Build) -> dict[str, str]:
    """File names by workload, the same in every folder of the plan."""
    return build.once("scripts", "", lambda: slugs(build.workloads))


def _remarks(outcomes: list[Outcome], root: Root) -> Iterator[str]:
    here = [
        item for item in outcomes if not item.addresses or any(region == root.region for region, _ in item.addresses)
    ]
    titles: dict[str, list[str]] = {}
    for item in here:
        for remark in item.remarks:
            titles.setdefault(remark, []).append(item.action.title)
    policies = sum(type_ == "alicloud_ecs_auto_snapshot_policy" for type_, _ in root.resources)
    if policies > POLICIES_MAX:
        titles[
            f"{policies} snapshot policies are more than the {POLICIES_MAX} that an account may have in a region."
        ] = []
    if titles:
        yield "Note:"
        yield bullets(f"{md(remark)}{_whose(actions)}" for remark, actions in titles.items())


def _whose(titles: list[str]) -> str:
    return f" ({md(words.listing(titles))})" if titles else ""


def _variables(root: Root) -> Iterator[str]:
    if not root.variables:
        return
    yield "## What the inventory cannot know"
    yield "Write these into `terraform.tfvars` (secrets better into `TF_VAR_…` variables of the environment):"
    yield table(
        ("Variable", "Needed", "What it is"), (_variable_row(item) for _, item in sorted(root.variables.items()))
    )


def _variable_row(variable: Variable) -> tuple[str, ...]:
    needed = variable.default is None and not variable.optional
    say = "yes, secret" if variable.sensitive else "yes" if needed else "no"
    return code(variable.name), say, md(variable.description)


def _apply(build: Build, root: Root, outcomes: list[Outcome]) -> Iterator[str]:
    yield "## Apply"
    if root.resources:
        yield "Credentials come from the environment (`ALIBABA_CLOUD_ACCESS_KEY_ID`, `…_SECRET`, or a RAM role)."
        yield fence("terraform init\nterraform plan -out plan.bin\nterraform apply plan.bin", "sh")
    scripts = sorted(
        {item.action.workload for item in outcomes if build.steps.of_action(item.action.workload, item.action.id)}
    )
    if scripts:
        names = [f"{script_slugs(build)[workload]}.sh" for workload in scripts]
        yield "Then, from the plan's folder (without a number a script lists its steps and does nothing):"
        yield fence("\n".join(f"sh cli/{name}" for name in names), "sh")


def _rollback(root: Root) -> Iterator[str]:
    if not root.resources:
        return
    yield "## Roll back"
    yield "Undo the command-line steps first, last one first (each says how), then:"
    yield fence("terraform plan -destroy -out back.bin\nterraform apply back.bin", "sh")
    types = sorted({type_ for type_, _ in root.resources})
    yield bullets(
        [_REMOVAL[type_] for type_ in types if type_ in _REMOVAL] + ["What existed before the plan stays as it is."]
    )


def _steps(build: Build, outcomes: list[Outcome]) -> Iterator[str]:
    rows: dict[tuple[str, ...], None] = {}
    for outcome in outcomes:
        action = outcome.action
        script = f"cli/{script_slugs(build)[action.workload]}.sh"
        for number, step in build.steps.of_action(action.workload, action.id):
            rows[f"{code(script)} {number}", md(step.title), md(step.why)] = None
    if rows:
        yield "## What Terraform cannot express"
        yield table(("Step", "What it does", "Why not in Terraform"), rows)
