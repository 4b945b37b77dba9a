"""What fails, degrades and loses protection, single points, quorums and waves against the second method, on estates and
graphs that hypothesis makes: rings of plain dependencies, rings through redundant sets, idle and drained members."""

from __future__ import annotations

import math
from collections import Counter
from decimal import Decimal

import pytest
from graph_second_method import Naive, is_place, waves_of
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.graph import Analysis, build_graph, graph_findings
from advisor.graph.waves import recovery_waves
from advisor.model.disruption import DISRUPTIONS
from advisor.model.graph import Edge, Graph, Meaning, Workload
from advisor.model.inventory import Inventory, Resource
from advisor.model.targets import Match, Target, Targets, WorkloadClass, WorkloadSpec

ZONES = ("cn-a-h", "cn-a-i", "cn-a-j")
APPS = ("crm", "pay", "shop")
SERVERS = tuple(f"i-{number}" for number in range(9))
CLASSES = {
    "standard": WorkloadClass("standard", dict.fromkeys(DISRUPTIONS, Target(60, 60)), Decimal(1), Decimal(1), 1.0, {})
}
some_servers = st.lists(st.sampled_from(SERVERS), unique=True, max_size=5)
MEANINGS: tuple[Meaning, ...] = (
    "hard",
    "hard",
    "k_of_n",
    "k_of_n",
    "failover",
    "soft",
    "recovery",
    "containment",
    "control",
)


def members(draw: st.DrawFn) -> tuple[dict[str, object], ...]:
    return tuple({"server_id": item, "weight": draw(st.sampled_from([0, 50, 100]))} for item in draw(some_servers))


@st.composite
def estates(draw: st.DrawFn) -> Inventory:
    """Servers, disks, balancers with and without server groups, stores and policies, over three zones."""
    zone, app = st.sampled_from(ZONES), st.sampled_from([{}, *({"app": name} for name in APPS)])
    found = []

    def add(kind: str, item: str, at: tuple[str, ...] = (), status: str | None = None, **attributes: object) -> None:
        first = at[0] if at else None
        found.append(Resource(item, kind, "", "cn-a", first, at, status, draw(app), attributes))  # type: ignore[arg-type]

    for number, item in enumerate(SERVERS[: draw(st.integers(1, len(SERVERS)))]):
        status = draw(st.sampled_from(["Running", "Running", "Running", "Stopped"]))
        add("instance", item, (draw(zone),), status, vpc_id="vpc-1", private_ips=(f"10.0.0.{number}",))
    for number in range(draw(st.integers(0, 4))):
        owners = tuple(draw(st.lists(st.sampled_from(SERVERS), unique=True, min_size=1, max_size=2)))
        add("disk", f"d-{number}", (draw(zone),), instance_ids=owners, snapshot_policy_ids=("sp-1",))
    add("snapshot_policy", "sp-1", copy_regions=("cn-b",))
    for number in range(draw(st.integers(0, 3))):
        at = tuple(draw(st.lists(zone, unique=True, max_size=3)))
        kind = draw(st.sampled_from(["alb", "clb"]))
        add("load_balancer", f"lb-{number}", at, lb_type=kind, backends=members(draw) if kind == "clb" else ())
        add("eip", f"eip-{number}", instance_id=f"lb-{number}")
    for number in range(draw(st.integers(0, 3))):
        front = (f"lb-{draw(st.integers(0, 2))}",) if draw(st.booleans()) else ()
        add("server_group", f"sgp-{number}", load_balancer_ids=front, members=members(draw))
    for number in range(draw(st.integers(0, 2))):
        add("scaling_group", f"asg-{number}", instance_ids=tuple(draw(some_servers)))
    for number in range(draw(st.integers(0, 2))):
        spare = tuple(draw(st.lists(zone, max_size=1)))
        allowed = tuple(f"10.0.0.{item}" for item in draw(st.lists(st.integers(0, 8), max_size=3)))
        add("database", f"rm-{number}", (draw(zone),), slave_zones=spare, vpc_id="vpc-1", security_ips=allowed)
    return Inventory({item.id: item for item in sorted(found, key=lambda item: item.id)})


@st.composite
def wishes(draw: st.DrawFn) -> Targets:
    """Declared workloads with needs in rings, and confirmed edges from anything to anything."""
    anything = st.sampled_from([*SERVERS, "sgp-0", "sgp-1", "asg-0", "lb-0", "lb-1", "rm-0", "rm-1", "d-0"])
    specs = []
    for name in draw(st.lists(st.sampled_from(APPS), unique=True)):
        hard = tuple(draw(st.lists(st.sampled_from(APPS), max_size=2, unique=True)))
        soft = tuple(draw(st.lists(st.sampled_from(APPS), max_size=1)))
        confirmed = tuple(draw(st.lists(st.tuples(anything, anything), max_size=3)))
        share = draw(st.sampled_from([None, 0.34, 0.5, 1.0]))
        specs.append(
            WorkloadSpec(name, Match(tags={"app": name}), "standard", needs_hard=hard, needs_soft=soft,
                         confirmed_edges=confirmed, min_capacity=share)
        )  # fmt: skip
    return Targets(CLASSES, tuple(specs))


@st.composite
def bare_graphs(draw: st.DrawFn) -> tuple[Inventory, Graph]:
    """Edges of every meaning between a few nodes, whatever an importer would make of them."""
    names = [*(f"n{number}" for number in range(draw(st.integers(2, 10)))), "zone:z", "region:r"]
    node = st.sampled_from(names)
    quorums: dict[tuple[str, str], int] = {}
    edges: dict[tuple[str, str, str, str | None], Edge] = {}
    for _ in range(draw(st.integers(1, 30))):
        source, target, meaning = draw(node), draw(node), draw(st.sampled_from(MEANINGS))
        redundant = meaning in ("k_of_n", "failover")
        group = draw(st.sampled_from(["one", "two"])) if redundant else None
        quorum = quorums.setdefault((source, group or ""), draw(st.integers(1, 3))) if redundant else None
        if source != target:
            rule = draw(st.sampled_from(["balancing.member", "place.zones"]))
            edges[source, target, meaning, group] = Edge(source, target, meaning, "declared", rule, "", group, quorum)
    idle = draw(st.sets(node, max_size=3))
    resources = {
        name: Resource(name, "other", status="Stopped" if name in idle else "Running")
        for name in names
        if not is_place(name)
    }
    found = sorted(edges.values(), key=lambda e: (e.source, e.target, e.meaning, e.group or ""))
    return Inventory(resources), Graph(tuple(found), ())


def same_answer(analysis: Analysis, naive: Naive) -> None:
    table = analysis.many(analysis.failures)
    for failure in analysis.failures:
        failed = naive.failed(failure.removeprefix("resource:"))
        degraded = naive.capacities(failed)
        unprotected = naive.unprotected(failed, degraded)
        found = analysis.blast(failure)
        assert set(found.failed) == {node for node in failed if not is_place(node)} == set(table.failed(failure))
        assert dict(found.degraded) == pytest.approx(degraded, abs=1e-5)
        assert set(found.unprotected) == unprotected
        assert found.workloads == naive.states(failed, set(degraded), unprotected)
        assert set(table.workloads(failure)) == naive.down(failed)
        parts = [part for workload in naive.graph.workloads for part in workload.components]
        assert set(table.components(failure)) == {part.id for part in parts if naive.fails(part, failed)}


@settings(max_examples=250, deadline=None)
@given(bare_graphs())
def test_any_graph(drawn: tuple[Inventory, Graph]) -> None:
    same_answer(Analysis(*drawn), Naive(*drawn))


@settings(max_examples=150, deadline=None)
@given(estates(), wishes())
def test_any_estate(inventory: Inventory, asked: Targets) -> None:
    graph = build_graph(inventory, asked)
    same_answer(Analysis(inventory, graph), Naive(inventory, graph))


@settings(max_examples=150, deadline=None)
@given(estates(), wishes())
def test_the_quorum_of_every_component(inventory: Inventory, asked: Targets) -> None:
    """The share that is asked for; else half behind a balancer, else all."""
    graph = build_graph(inventory, asked)
    naive = Naive(inventory, graph)
    behind = {
        str(record["server_id"])
        for resource in inventory.resources.values()
        for record in (*resource.records("members"), *resource.records("backends"))
        if resource.kind in ("server_group", "load_balancer")
    }
    for workload in graph.workloads:
        spec = asked.spec(workload.name) if workload.found_by == "declared" else None
        for part in workload.components:
            count = len(naive.counted(part))
            if part.kind != "server_group" or not count:
                assert part.quorum == (0 if part.kind == "server_group" or naive.stopped(part.members[0]) else 1)
            elif spec and spec.min_capacity is not None:
                assert part.quorum == max(1, math.ceil(spec.min_capacity * count - 1e-9))
            else:
                assert part.quorum == (math.ceil(count / 2) if behind & set(part.members) else count)


@settings(max_examples=150, deadline=None)
@given(estates(), wishes())
def test_single_points_of_failure(inventory: Inventory, asked: Targets) -> None:
    """Each finding is true, and none is missing: one server, one instance, all or too many of a group in one zone."""
    graph = build_graph(inventory, asked)
    naive = Naive(inventory, graph)
    told = Counter((item.id, item.workload) for item in graph_findings(inventory, graph, asked))
    expected: Counter[tuple[str, str | None]] = Counter()
    for workload in graph.workloads:
        if any(part.kind == "stateful_instance" and part.quorum for part in workload.components):
            expected["GRA-SINGLE-INSTANCE", workload.name] += 1
        for part in (item for item in workload.components if item.kind == "server_group"):
            counted = naive.counted(part)
            at = Counter(inventory.resources[member].zone for member in counted)
            if not counted:
                expected["GRA-NO-BACKEND", workload.name] += 1
            elif len(counted) == 1:
                expected["GRA-ONE-BACKEND", workload.name] += 1
            elif any(len(counted) - count < part.quorum for count in at.values()):
                name = "GRA-GROUP-ONE-ZONE" if len(at) == 1 else "GRA-GROUP-ZONE-HEAVY"
                expected[name, workload.name] += 1
    names = {"GRA-SINGLE-INSTANCE", "GRA-NO-BACKEND", "GRA-ONE-BACKEND", "GRA-GROUP-ONE-ZONE", "GRA-GROUP-ZONE-HEAVY"}
    assert {key: count for key, count in told.items() if key[0] in names} == expected
    for (name, home), _ in expected.items():
        if name in ("GRA-GROUP-ONE-ZONE", "GRA-GROUP-ZONE-HEAVY"):
            zones = (naive.failed(f"zone:{zone}") for zone in ZONES)
            assert any(home in naive.down(failed) for failed in zones)


@settings(max_examples=150, deadline=None)
@given(estates(), wishes())
def test_shared_fate_and_zones_of_many(inventory: Inventory, asked: Targets) -> None:
    graph = build_graph(inventory, asked)
    naive = Naive(inventory, graph)
    findings = graph_findings(inventory, graph, asked)
    for finding in findings:
        if finding.id == "GRA-SHARED-FATE":
            assert len(naive.down(naive.failed(finding.resource or ""))) > 1
    told = {item.title.split()[-1] for item in findings if item.id == "GRA-ZONE-OF-MANY"}
    total = len(graph.workloads)
    standing = {end for edge in graph.edges for end in (edge.source, edge.target) if end.startswith("zone:")}
    many = {zone for zone in standing if total > 1 and 2 * len(naive.down(naive.failed(zone))) > total}
    assert {f"zone:{zone}" for zone in told} == many


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.lists(st.sampled_from("abcdefghz"), max_size=3)))
def test_waves_and_rings(needs: dict[str, list[str]]) -> None:
    waves, rings = recovery_waves(needs)
    expected = waves_of(needs)
    assert ([list(wave) for wave in waves], [list(ring) for ring in rings]) == (
        expected[0],
        [list(ring) for ring in expected[1]],
    )


@settings(max_examples=150, deadline=None)
@given(estates(), wishes())
def test_waves_of_an_estate(inventory: Inventory, asked: Targets) -> None:
    graph = build_graph(inventory, asked)
    waves, rings = waves_of({workload.name: workload.needs_hard for workload in graph.workloads})
    assert [list(wave) for wave in graph.waves] == waves
    assert [list(ring) for ring in graph.cycles] == [list(ring) for ring in rings]
    told = [item.workload for item in graph_findings(inventory, graph, asked) if item.id == "GRA-CYCLE"]
    assert told == [ring[0] for ring in rings]


@settings(max_examples=100, deadline=None)
@given(estates(), wishes())
def test_a_guess_alone_never_changes_what_fails(inventory: Inventory, asked: Targets) -> None:
    graph = build_graph(inventory, asked)
    assert all(edge.confidence != "guessed" for edge in graph.edges)
    assert not {(e.source, e.target) for e in graph.proposals} & {
        pair for spec in asked.workloads for pair in spec.confirmed_edges if pair[0] != pair[1]
    }


def alone(*needs: str) -> Workload:
    return Workload("a", "declared", (), (), "standard", needs)


def test_a_workload_without_anything_and_a_ring_of_one() -> None:
    graph = Graph((), (alone("a"),))
    assert Analysis(Inventory({}), graph).failures == ()
    assert waves_of({"a": ("a",)}) == ([["a"]], [])
