"""Steps and hints of the rule book, with the ids of the plan in place of their placeholders."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from advisor.exporters.params import Params
from advisor.exporters.terraform.build import Build
from advisor.exporters.text import code, md
from advisor.model.evidence import RuleBook
from advisor.model.plan import Action, WorkloadPlan

Key = Literal["failover_steps", "failback_steps", "drill_steps", "verify_steps", "caveats"]


def steps(rules: RuleBook, mechanism: str, key: Key, values: Mapping[str, str] | None = None) -> list[str]:
    """The rule book's steps as Markdown, empty where it has none."""
    measure = rules.measures.get(mechanism, {})
    found = measure.get(key)
    texts = found if isinstance(found, Sequence) and not isinstance(found, str) else ()
    return [markdown(str(text), values) for text in texts]


def markdown(text: str, values: Mapping[str, str] | None = None) -> str:
    """Text between backticks as code with its placeholders filled, everything else as plain words."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return md(text)
    return "".join(
        code(_fill(part, values or {})) if index % 2 else _plain(part) for index, part in enumerate(parts) if part
    )


def _plain(part: str) -> str:
    """The words between two pieces of code, with the blanks that keep them apart."""
    return f"{' ' if part[:1].isspace() else ''}{md(part)}{' ' if part[-1:].isspace() else ''}"


def _fill(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"<([a-z0-9-]+)>", lambda match: values.get(match[1], match[0]), text)


def placeholders(build: Build, action: Action) -> dict[str, str]:
    """What the placeholders of the action's measure stand for, as far as the plan knows."""
    params = Params.of(action)
    home = build.source_region(action)
    target = params.text("target_region")
    across = action.mechanism in ("snapshot_policy", "file_backup", "regional_essd", "rds_ha", "alb_multi_zone")
    values = {
        "home-region": home,
        "dr-region": target,
        "region": home if across or target is None else target,
        "zone": params.text("target_zone"),
        "db": params.text("database_id"),
        "instance": next(iter(params.texts("instance_ids")), params.text("instance_id")),
        "disk": next(iter(params.texts("disk_ids")), None),
        "alb": params.text("load_balancer_id"),
    }
    return {key: value for key, value in values.items() if value}


def mechanisms_for(workload: WorkloadPlan, disruption: str, rules: RuleBook) -> list[str]:
    """The workload's mechanisms whose steps matter in the disruption, in the order of the plan.

    Copies do not where everything happens by itself, and those far away do not where the region stands."""
    estimate = next((item for name, item in workload.estimates.items() if name == disruption), None)
    by_itself = estimate is not None and bool(estimate.tasks) and all(task.automatic for task in estimate.tasks)
    unneeded = (_COPIES if by_itself else ()) + (_FAR if disruption != "region" else ())
    names = (name for name in dict.fromkeys(workload.mechanisms) if protects(rules, name, disruption))
    return [name for name in names if name not in unneeded]


def protects(rules: RuleBook, mechanism: str, disruption: str) -> bool:
    """Whether the rule book says so; without a rule book the mechanism's own scope decides."""
    listed = rules.measures.get(mechanism, {}).get("protects_against")
    if isinstance(listed, Sequence) and not isinstance(listed, str):
        return disruption in listed
    return disruption in _SCOPE.get(mechanism, ())


_COPIES = ("snapshot_policy", "snapshot_copy", "file_backup")
_FAR = ("snapshot_copy", "rds_cross_region_backup")
_SCOPE = {
    "snapshot_policy": ("logical", "instance", "zone"),
    "snapshot_copy": ("region",),
    "file_backup": ("logical", "instance"),
    "regional_essd": ("zone",),
    "async_replication_zone": ("zone",),
    "async_replication_region": ("region",),
    "alb_multi_zone": ("instance", "zone"),
    "fleet_standby": ("region",),
    "standby_instance": ("zone", "region"),
    "rds_ha": ("instance", "zone"),
    "rds_cross_region_backup": ("region",),
    "dts": ("region",),
    "gtm": ("region",),
}
