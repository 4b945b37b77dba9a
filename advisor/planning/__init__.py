"""The order of questions, from handed data to a plan: pure and deterministic, no disk, no network, no clock."""

from advisor.planning.plan import make_plan
from advisor.planning.request import PlanRequest

__all__ = ["PlanRequest", "make_plan"]
