"""Every kind of edge on a graph small enough to draw, and the table of docs/graph.md that lists them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from edge_cases import Case
from edge_table import CASES, table
from graph_estates import edges_of, graph_of, proposals_of

ROOT = Path(__file__).parents[3]
RULE = re.compile(r'"((?:place|storage|network|balancing|data|calls|related)\.[a-z_]+)"')
STATED_BY_THE_OWNER = "targets.confirmed"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_drawing_comes_out(case: Case) -> None:
    graph = graph_of(*case.resources)
    drawn = {source for source, *_ in (*case.counted, *case.proposed)}
    assert sorted(_of(case, edges_of(graph, case.rule), drawn)) == case.counted
    assert sorted(_of(case, proposals_of(graph, case.rule), drawn)) == case.proposed
    for edge in (*graph.edges, *graph.proposals):
        if edge.rule == case.rule and edge.source in drawn:
            assert case.note in edge.evidence


def _of(case: Case, found: list[tuple[str, str, str, str]], drawn: set[str]) -> list[tuple[str, str, str, str]]:
    """The edges of the drawing's sources; where the rule must make none, those of every resource of the case."""
    sources = drawn or {resource.id for resource in case.resources}
    return [edge for edge in found if edge[0] in sources]


def test_every_case_has_a_name_of_its_own() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names))


def test_every_rule_of_the_code_has_a_case_that_draws_an_edge() -> None:
    written = {name for path in (ROOT / "advisor" / "graph").glob("*.py") for name in RULE.findall(path.read_text())}
    assert written == {case.rule for case in CASES if case.counted or case.proposed}


def test_the_documentation_prints_this_table() -> None:
    page = (ROOT / "docs" / "graph.md").read_text(encoding="utf-8")
    assert table() in page
    assert STATED_BY_THE_OWNER in page


def test_every_kind_of_meaning_and_confidence_is_drawn() -> None:
    edges = [edge for case in CASES for edge in (*case.counted, *case.proposed)]
    assert {meaning for _, _, meaning, _ in edges} == {
        "hard", "k_of_n", "failover", "soft", "recovery", "containment", "control",
    }  # fmt: skip
    assert {confidence for *_, confidence in edges} == {"declared", "derived", "guessed"}
