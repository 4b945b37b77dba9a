"""What an exporter is handed: the plan with the estate and the rules it was made from."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.model.evidence import RuleBook
from advisor.model.graph import Graph
from advisor.model.inventory import Inventory
from advisor.model.option import Problem
from advisor.model.plan import Plan


@dataclass(frozen=True)
class Deliverable:
    """The input of every exporter; ``render(deliverable)`` returns bytes by path relative to the output folder."""

    plan: Plan
    inventory: Inventory
    graph: Graph
    rules: RuleBook
    problem: Problem | None = None
    formats: frozenset[str] = frozenset()
    """The formats that are written together; empty where that is not known."""
