"""Terraform: one root per region, and the command-line steps for what Terraform cannot say."""

from __future__ import annotations

from collections.abc import Callable

from advisor.exporters.terraform.alb import alb_multi_zone
from advisor.exporters.terraform.build import Build
from advisor.exporters.terraform.convert import file_backup, regional_essd
from advisor.exporters.terraform.database import dts, rds_cross_region_backup, rds_ha
from advisor.exporters.terraform.document import to_json
from advisor.exporters.terraform.fleet import fleet_standby
from advisor.exporters.terraform.gtm import gtm
from advisor.exporters.terraform.readme import overview, region_readme
from advisor.exporters.terraform.replication import replicate
from advisor.exporters.terraform.snapshots import copy, policy
from advisor.exporters.terraform.standby import standby_instance
from advisor.model.deliverable import Deliverable
from advisor.model.plan import Mechanism

MECHANISMS: dict[Mechanism, Callable[..., None]] = {
    "snapshot_policy": policy,
    "snapshot_copy": copy,
    "file_backup": file_backup,
    "regional_essd": regional_essd,
    "async_replication_zone": replicate,
    "async_replication_region": replicate,
    "alb_multi_zone": alb_multi_zone,
    "fleet_standby": fleet_standby,
    "standby_instance": standby_instance,
    "rds_ha": rds_ha,
    "rds_cross_region_backup": rds_cross_region_backup,
    "dts": dts,
    "gtm": gtm,
}

_NOTHING = "The plan does not say what this acts on: neither Terraform nor a step can be made of it; do it by hand."


def build(deliverable: Deliverable) -> Build:
    """All roots and steps of a plan."""
    result = Build(deliverable)
    for workload in deliverable.plan.workloads:
        for action in workload.actions:
            result.outcome(action)
    for workload in deliverable.plan.workloads:
        for action in sorted(workload.actions, key=lambda item: item.mechanism == "gtm"):
            MECHANISMS[action.mechanism](result, action)
            if not (result.outcome(action).addresses or result.steps.of_action(action.workload, action.id)):
                result.remark(action, _NOTHING)
    return result


def render(deliverable: Deliverable) -> dict[str, bytes]:
    """``terraform/<region>/main.tf.json`` with its README, and an overview of what became of each action."""
    built = build(deliverable)
    files: dict[str, bytes] = {}
    for region in sorted({*built.roots, *(item.action.region for item in built.outcomes.values())}):
        root = built.root(region)
        files[f"terraform/{root.folder}/main.tf.json"] = to_json(root)
        files[f"terraform/{root.folder}/README.md"] = region_readme(built, root)
    if files:
        files["terraform/README.md"] = overview(built)
    return dict(sorted(files.items()))
