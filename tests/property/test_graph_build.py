"""Laws of the graph over random estates: order does not matter, everything has one home, nothing crashes."""

from __future__ import annotations

import json
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.graph import Analysis, build_graph, graph_findings, to_dot, to_html, to_json, to_text
from advisor.graph.waves import recovery_waves
from advisor.model.disruption import DISRUPTIONS
from advisor.model.graph import Edge, Graph
from advisor.model.inventory import Inventory, Kind, Resource
from advisor.model.targets import Match, Target, Targets, WorkloadClass, WorkloadSpec

KINDS: tuple[Kind, ...] = (
    "instance",
    "instance",
    "instance",
    "disk",
    "snapshot",
    "eip",
    "load_balancer",
    "listener",
    "server_group",
    "scaling_group",
    "database",
    "cache",
    "vswitch",
    "security_group",
    "network_interface",
    "nat_gateway",
    "replica_pair",
    "backup_plan",
    "dts_job",
    "cluster",
)
IDS = tuple(f"x-{number}" for number in range(14))
some_id = st.sampled_from(IDS)
some_ids = st.lists(some_id, max_size=4).map(tuple)
address = st.sampled_from(["10.0.0.1", "10.0.0.2", "10.1.0.1", "10.0.0.0/24", "0.0.0.0/0", "nonsense", ""])
word = st.sampled_from(["web-01", "web-02", "db-01", "</script>", 'a"b', "", "launch-advisor-20240101"])
junk = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=4), st.lists(st.integers(), max_size=2))
members = st.lists(
    st.fixed_dictionaries(
        {"server_id": some_id},
        optional={"weight": st.sampled_from([0, 100]), "server_ip": address, "role": st.sampled_from(["master", ""])},
    ),
    max_size=4,
)
rules = st.lists(
    st.fixed_dictionaries(
        {"policy": st.sampled_from(["accept", "drop"]), "port_range": st.sampled_from(["80/80", "-1/-1", "x", ""])},
        optional={"source_group_id": some_id, "source_cidr": address, "priority": st.sampled_from([1, "2", None])},
    ),
    max_size=3,
)
ONE = (
    "instance_id",
    "load_balancer_id",
    "vpc_id",
    "vswitch_id",
    "source_disk_id",
    "destination_disk_id",
    "source_snapshot_id",
    "master_id",
    "dr_instance_id",
    "source_id",
    "destination_id",
    "scaling_group_id",
    "vault_id",
    "eip_id",
    "kms_key_id",
    "cluster_id",
)
MANY = (
    "instance_ids",
    "server_group_ids",
    "load_balancer_ids",
    "security_group_ids",
    "readonly_ids",
    "eip_ids",
    "vswitch_ids",
    "db_ids",
    "snapshot_policy_ids",
    "node_ids",
    "disk_ids",
)
attributes = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(ONE, some_id),
        **dict.fromkeys(MANY, some_ids),
        "members": members,
        "backends": members,
        "rules": rules,
        "private_ips": st.lists(address, max_size=2).map(tuple),
        "security_ips": st.lists(address, max_size=3).map(tuple),
        "slave_zones": st.lists(st.sampled_from(["cn-a-h", "cn-a-i"]), max_size=2).map(tuple),
        "cidr": address,
        "status": junk,
        "disk_type": st.sampled_from(["system", "data"]),
        "snat_entries": junk,
        "configurations": junk,
    },
)


@st.composite
def inventories(draw: st.DrawFn) -> Inventory:
    resources = {}
    for resource_id in draw(st.lists(some_id, unique=True, max_size=len(IDS))):
        zone = draw(st.sampled_from([None, "cn-a-h", "cn-a-i"]))
        resources[resource_id] = Resource(
            resource_id,
            draw(st.sampled_from(KINDS)),
            draw(word),
            draw(st.sampled_from(["cn-a", None])),
            zone,
            status=draw(st.sampled_from([None, "Running", "Stopped"])),
            tags=draw(st.dictionaries(st.sampled_from(["app", "env", "acs:x"]), word, max_size=2)),
            attributes=draw(attributes),
        )
    return Inventory(resources)


@st.composite
def wishes(draw: st.DrawFn) -> Targets:
    classes = {
        "standard": WorkloadClass(
            "standard", dict.fromkeys(DISRUPTIONS, Target(60, 60)), Decimal(1), Decimal(1), 1.0, {}
        )
    }
    names = draw(st.lists(st.sampled_from(["a", "b", "c"]), unique=True))
    specs = [
        WorkloadSpec(
            name,
            Match(resources=draw(some_ids), names=draw(st.sampled_from([(), ("web-*",)]))),
            "standard",
            needs_hard=tuple(draw(st.lists(st.sampled_from(["a", "b", "c", "ghost"]), max_size=2))),
            min_capacity=draw(st.sampled_from([None, 0.5, 1.0])),
            stateless=draw(st.sampled_from([None, True])),
            confirmed_edges=tuple(draw(st.lists(st.tuples(some_id, some_id), max_size=2))),
        )
        for name in names
    ]
    return Targets(classes, tuple(specs))


@settings(max_examples=150, deadline=None)
@given(inventories(), wishes(), st.integers())
def test_the_order_of_the_input_does_not_matter(inventory: Inventory, asked: Targets, seed: int) -> None:
    ids = list(inventory.resources)
    Random(seed).shuffle(ids)
    turned = Inventory({item: inventory.resources[item] for item in ids})
    assert build_graph(turned, asked) == build_graph(inventory, asked)


@settings(max_examples=150, deadline=None)
@given(inventories(), wishes())
def test_everything_has_one_home_and_every_component_is_in_it(inventory: Inventory, asked: Targets) -> None:
    graph = build_graph(inventory, asked)
    listed = [resource for workload in graph.workloads for resource in workload.resources]
    assert len(listed) == len(set(listed))
    assert set(listed) <= set(inventory.resources)
    assert not set(listed) & set(graph.unassigned)
    instances = {item.id for item in inventory.of_kind("instance")}
    assert instances <= set(listed)
    names = [workload.name for workload in graph.workloads]
    assert len(names) == len(set(names))
    ids = [part.id for workload in graph.workloads for part in workload.components]
    assert len(ids) == len(set(ids))
    for workload in graph.workloads:
        members = [member for part in workload.components for member in part.members]
        assert len(members) == len(set(members))
        assert set(members) <= set(workload.resources)
        assert set(members) >= instances & set(workload.resources)
        for part in workload.components:
            assert 0 <= part.quorum <= len(part.members)
            assert set(part.needs) <= {other.id for other in workload.components}


@settings(max_examples=100, deadline=None)
@given(inventories(), wishes())
def test_questions_and_exports_always_have_an_answer(inventory: Inventory, asked: Targets) -> None:
    graph = build_graph(inventory, asked)
    graph_findings(inventory, graph, asked)
    analysis = Analysis(inventory, graph)
    for failure in analysis.failures[:6]:
        found = analysis.blast(failure)
        groups = (set(found.failed), set(found.degraded), set(found.unprotected))
        assert sum(map(len, groups)) == len(set().union(*groups))
        assert all(0 <= share <= 1 for share in found.degraded.values())
        json.loads(to_json(inventory, graph, found))
        assert to_text(inventory, graph, found)
        assert to_dot(inventory, graph, found)
    assert to_html(inventory, graph)


def recomputed(inventory: Inventory, graph: Graph, failing: str) -> set[str]:
    """The same answer straight from the edges, by going round until nothing changes."""
    sets: dict[tuple[str, str | None], list[Edge]] = {}
    for edge in graph.edges:
        if edge.meaning in ("k_of_n", "failover") and edge.rule != "calls.peers":
            sets.setdefault((edge.source, edge.group), []).append(edge)
    failed = {failing}
    while True:
        more = {e.source for e in graph.edges if e.meaning in ("hard", "containment") and e.target in failed}
        for (source, _), edges in sets.items():
            serving = [edge for edge in edges if (getattr(inventory.get(edge.target), "status", "")) != "Stopped"]
            alive = sum(edge.target not in failed for edge in serving)
            if serving and alive < min(edges[0].quorum or 1, len(serving)):
                more.add(source)
        if more <= failed:
            return {node for node in failed if not node.startswith(("zone:", "region:"))}
        failed |= more


@settings(max_examples=150, deadline=None)
@given(inventories(), wishes())
def test_a_blast_is_what_the_edges_say(inventory: Inventory, asked: Targets) -> None:
    graph = build_graph(inventory, asked)
    analysis = Analysis(inventory, graph)
    table = analysis.many(analysis.failures)
    for failure in analysis.failures:
        assert set(table.failed(failure)) == recomputed(inventory, graph, failure.removeprefix("resource:"))


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdefg"), st.lists(st.sampled_from("abcdefgz"), max_size=3)))
def test_a_wave_needs_only_earlier_waves_or_its_own_ring(needs: dict[str, list[str]]) -> None:
    waves, cycles = recovery_waves(needs)
    at = {name: number for number, names in enumerate(waves) for name in names}
    assert sorted(at) == sorted(needs)
    ring = {name: names for names in cycles for name in names}
    for name, wanted in needs.items():
        for need in set(wanted) & set(needs) - {name}:
            assert at[need] < at[name] or (at[need] == at[name] and need in ring.get(name, ()))
