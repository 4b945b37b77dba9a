"""What is sure and what is asked: guesses fail nobody until the owner says so; whose word makes a workload."""

from __future__ import annotations

import pytest
from edge_cases import Case
from edge_table import CASES
from graph_estates import estate, graph_of, homes, make, members, server, spec, targets, workload

from advisor.graph import Analysis, blast, build_graph
from advisor.model.inventory import Resource
from advisor.model.targets import Match

ASKED = [case for case in CASES if case.proposed and case.rule not in ("calls.security_group", "calls.subnet")]


@pytest.mark.parametrize("case", ASKED, ids=lambda case: case.name)
def test_a_proposal_fails_and_degrades_nobody(case: Case) -> None:
    inventory = estate(*case.resources)
    analysis = Analysis(inventory, build_graph(inventory, targets()))
    for source, target, _, _ in case.proposed:
        found = analysis.blast(f"resource:{target}")
        assert source not in {*found.failed, *found.degraded}


@pytest.mark.parametrize("case", ASKED, ids=lambda case: case.name)
def test_the_owner_s_word_makes_every_proposal_count_as_declared(case: Case) -> None:
    pairs = tuple((source, target) for source, target, _, _ in case.proposed)
    asked = targets(spec("mine", match=Match(names=("nothing-*",)), confirmed_edges=pairs))
    graph = graph_of(*case.resources, asked=asked)
    counted = {(edge.source, edge.target): edge for edge in graph.edges if (edge.source, edge.target) in pairs}
    assert set(counted) == set(pairs)
    assert {edge.confidence for edge in counted.values()} == {"declared"}
    assert [edge for edge in graph.proposals if (edge.source, edge.target) in pairs] == []


def tiers() -> tuple[Resource, ...]:
    return server("i-1", name="crm-app-01"), server("i-2", name="crm-db-01")


def test_a_confirmed_guess_carries_a_failure_and_an_open_one_does_not() -> None:
    inventory = estate(*tiers())
    both = spec("crm", match=Match(names=("crm-*",)), confirmed_edges=(("i-1", "i-2"),))
    unasked = blast(inventory, build_graph(inventory, targets()), "resource:i-2")
    confirmed = blast(inventory, build_graph(inventory, targets(both)), "resource:i-2")
    assert (unasked.failed, confirmed.failed) == (("i-2",), ("i-1", "i-2"))


@pytest.mark.parametrize(("kind", "state"), [("needs_hard", "failed"), ("needs_soft", "degraded"), ("", None)])
def test_declared_needs_join_in(kind: str, state: str | None) -> None:
    inventory = estate(server("i-1", tags={"app": "web"}), server("i-2", tags={"app": "pay"}))
    needs = {kind: ("pay",)} if kind else {}
    graph = build_graph(inventory, targets(spec("web", **needs), spec("pay")))
    assert blast(inventory, graph, "resource:i-2").workloads.get("web") == state
    assert graph.waves == ((("pay",), ("web",)) if kind == "needs_hard" else (("pay", "web"),))


def ladder(*, declared: bool = False, tagged: bool = False, balanced: bool = False, shared: bool = False) -> str:
    """How the workload of one instance is found, and its name, with these reasons at hand."""
    tags = {"app": "tag"} if tagged else {}
    one = server("i-1", name="crm-01", tags=tags)
    found = [one, server("i-2", name="crm-02", tags=tags)]
    if balanced:
        found.append(make("load_balancer", "lb-1", "gate", backends=members("i-1", "i-2")))
    if shared:
        found.append(make("disk", "d-1", instance_ids=("i-1", "i-2")))
    asked = targets(spec("mine", match=Match(names=("crm-*",)))) if declared else targets()
    graph = graph_of(*found, asked=asked)
    return f"{workload(graph, homes(graph)['i-1']).found_by} {homes(graph)['i-1']}"


@pytest.mark.parametrize(
    ("reasons", "found"),
    [
        ("declared tagged balanced shared", "declared mine"),
        ("tagged balanced shared", "tag tag"),
        ("balanced shared", "load_balancer gate"),
        ("shared", "connected crm"),
        ("", "single crm-01"),
    ],
)
def test_the_first_reason_that_applies(reasons: str, found: str) -> None:
    assert ladder(**dict.fromkeys(reasons.split(), True)) == found


@pytest.mark.parametrize(
    ("group", "found_by"),
    [
        (make("scaling_group", "asg-1", "pool", instance_ids=("i-1", "i-2")), "scaling_group"),
        (make("cluster", "c" + "1" * 32, "pool", node_ids=("i-1", "i-2")), "cluster"),
        (make("server_group", "sgp-1", "pool", members=members("i-1", "i-2")), "load_balancer"),
    ],
    ids=["scaling group", "cluster", "server group"],
)
def test_a_group_makes_a_workload_and_a_tag_beats_it(group: Resource, found_by: str) -> None:
    untagged = graph_of(server("i-1"), server("i-2"), group)
    assert (workload(untagged, "pool").found_by, set(homes(untagged).values())) == (found_by, {"pool"})
    tagged = graph_of(server("i-1", tags={"app": "shop"}), server("i-2", tags={"app": "shop"}), group)
    assert set(homes(tagged).values()) == {"shop"}


def test_a_resource_group_makes_no_workload() -> None:
    graph = graph_of(server("i-1", resource_group_id="rg-1"), server("i-2", resource_group_id="rg-1"))
    assert homes(graph) == {"i-1": "i-1", "i-2": "i-2"}
    assert not [edge for edge in (*graph.edges, *graph.proposals) if "rg-1" in (edge.source, edge.target)]


@pytest.mark.parametrize("name", ["launch-advisor-20240101", "iZbp1abcdefghijklmnoZ", "ess-asg-web", "default", ""])
def test_names_given_by_default_join_nobody(name: str) -> None:
    graph = graph_of(server("i-1", name=name), server("i-2", name=name))
    assert homes(graph) == {"i-1": "i-1", "i-2": "i-2"}
    assert graph.proposals == ()


def test_a_guess_joins_no_workloads() -> None:
    assert len(set(homes(graph_of(*tiers())).values())) == 2
