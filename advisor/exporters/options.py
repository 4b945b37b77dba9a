"""``options.json``: what the optimiser was given – enough for anyone to solve it again with another program."""

from __future__ import annotations

import json
from decimal import Decimal

from advisor.model.deliverable import Deliverable
from advisor.model.option import Problem, ProblemOption
from advisor.model.plan import Plan


def render(deliverable: Deliverable) -> dict[str, bytes]:
    """The problem as JSON; nothing where the plan came without it."""
    if deliverable.problem is None:
        return {}
    document = _document(deliverable.plan, deliverable.problem)
    return {"options.json": (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()}


def _document(plan: Plan, problem: Problem) -> dict[str, object]:
    return {
        "objective": problem.objective,
        "targets_first": problem.targets_first,
        "currency": plan.currency,
        "budget": _money(problem.budget) if problem.budget is not None else None,
        "max_changes": problem.max_changes,
        "shared": [{"id": name, "monthly": _money(cents)} for name, cents in sorted(problem.shared.items())],
        "free_quotas": [
            {"id": name, "free": quota.free, "monthly_per_unit": repr(quota.cents_per_unit / 100)}
            for name, quota in sorted(problem.quotas.items())
        ],
        "couplings": [
            {
                "dependent": item.dependent,
                "needed": item.needed,
                "target": item.key,
                "weight": item.weight,
                "breaks": {option: sorted(others) for option, others in sorted(item.breaks.items())},
            }
            for item in problem.couplings
        ],
        "waits": [
            {
                "dependent": item.dependent,
                "needed": item.needed,
                "loss": item.key,
                "extra": {
                    option: {other: _money(cents) for other, cents in sorted(others.items())}
                    for option, others in sorted(item.extra.items())
                },
            }
            for item in problem.waits
        ],
        "joints": [
            {
                "dependent": item.dependent,
                "target" if item.missed else "loss": item.key,
                "options": {name: sorted(options) for name, options in sorted(item.options.items())},
                **({"weight": item.missed} if item.missed else {"extra": _money(item.loss)}),
            }
            for item in problem.joints
        ],
        "workloads": [
            {"name": item.name, "options": [_option(option) for option in item.options]} for item in problem.workloads
        ],
        "chosen": {item.name: item.option_id for item in plan.workloads},
    }


def _option(option: ProblemOption) -> dict[str, object]:
    return {
        "option_id": option.id,
        "tier": option.tier,
        "monthly_added": _money(option.cost),
        "expected_annual_loss": _money(option.loss),
        "misses": option.miss_weight,
        "missed": dict(sorted(option.missed.items())),
        "changes": option.changes,
        "shared": sorted(option.shared),
        "quota": dict(sorted(option.quota.items())),
    }


def _money(cents: int) -> str:
    return str(Decimal(cents) / 100)
