"""Coded rules over the estate: what is badly protected already, before anything is planned; see ``run_checks``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from advisor.checks.card import Card, finding_of
from advisor.checks.estate import Estate
from advisor.checks.registry import CHECKS
from advisor.model.evidence import RuleBook
from advisor.model.finding import SEVERITY_ORDER, Finding
from advisor.model.graph import Graph
from advisor.model.inventory import Inventory
from advisor.model.targets import Targets

__all__ = ["run_checks"]


def run_checks(
    inventory: Inventory, graph: Graph, targets: Targets, rules: RuleBook, as_of: date
) -> tuple[Finding, ...]:
    """The findings of every check that the rule book has a card for, worst first, then by id.

    Raises ``KeyError`` for a card that no check stands behind."""
    estate = Estate(inventory, graph, targets, rules, as_of)
    found = (finding for raw in rules.checks for finding in _run(estate, Card.read(raw)))
    return tuple(sorted(found, key=lambda finding: (SEVERITY_ORDER.index(finding.severity), finding.id)))


def _run(estate: Estate, card: Card) -> Iterator[Finding]:
    for hit in CHECKS[card.id](estate, card):
        if not estate.is_excluded(estate.get(hit.resource)):
            yield finding_of(card, hit, estate.severity(card, hit))
