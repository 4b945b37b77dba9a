"""The parts of a workload that recover as one: members, quorum, disks, fronts, needs."""

from __future__ import annotations

import pytest
from graph_estates import component, disk, edge, estate, graph_of, make, members, server, spec, targets

from advisor.graph import build_graph, counted_members
from advisor.graph.components import quorum_of
from advisor.model.graph import Graph
from advisor.model.inventory import Resource
from advisor.model.targets import Match


@pytest.mark.parametrize(
    ("serving", "behind", "share", "needed"),
    [
        (4, True, None, 2),
        (3, True, None, 2),
        (2, True, None, 1),
        (1, True, None, 1),
        (0, True, None, 0),
        (3, False, None, 3),
        (4, True, 0.5, 2),
        (3, True, 0.5, 2),
        (10, True, 0.7, 7),
        (3, False, 0.34, 2),
        (4, True, 1.0, 4),
        (4, True, 0.0, 1),
        (0, True, 0.5, 0),
    ],
)
def test_quorum(serving: int, behind: bool, share: float | None, needed: int) -> None:
    assert quorum_of(serving, behind, share) == needed


def farm(*statuses: str, asked: object = None, **group: object) -> Graph:
    servers = [server(f"i-{number}", status=status) for number, status in enumerate(statuses, start=1)]
    records = group.pop("members", members(*(item.id for item in servers)))
    front = [
        make("load_balancer", "alb-1", "gate"),
        make("server_group", "sgp-1", load_balancer_ids=("alb-1",), members=records),
    ]
    return build_graph(estate(*servers, *front, *group.pop("more", ())), asked or targets())  # type: ignore[misc,arg-type]


class TestServerGroup:
    def test_members_quorum_and_fronts(self) -> None:
        more = (
            disk("d-1", "i-1"),
            make("listener", "l-1", load_balancer_id="alb-1", server_group_ids=("sgp-1",)),
            make("eip", "eip-1", instance_id="alb-1"),
        )
        found = component(farm("Running", "Running", "Running", more=more), "server_group:sgp-1")
        assert (found.kind, found.members, found.quorum, found.disks) == (
            "server_group",
            ("i-1", "i-2", "i-3"),
            2,
            ("d-1",),
        )
        assert found.entry_ids == ("alb-1", "eip-1", "l-1", "sgp-1")
        assert (found.stateless, found.scaling_group) == (False, None)

    def test_stopped_and_drained_members_count_nothing(self) -> None:
        records = (*members("i-1", "i-2", "i-3"), {"server_id": "i-4", "weight": 0})
        graph = farm("Running", "Running", "Stopped", "Running", members=records)
        found = component(graph, "server_group:sgp-1")
        assert found.members == ("i-1", "i-2", "i-3", "i-4")
        assert found.quorum == 1

    def test_who_counts(self) -> None:
        inventory = estate(
            server("i-1"), server("i-2", status="Stopped"), make("server_group", "sgp-1", members=members("i-1", "i-2"))
        )
        assert counted_members(inventory, build_graph(inventory, targets()))["server_group:sgp-1"] == ("i-1",)

    def test_nobody_serves(self) -> None:
        assert component(farm("Stopped", "Stopped"), "server_group:sgp-1").quorum == 0

    def test_the_share_of_the_declaration(self) -> None:
        asked = targets(spec("shop", match=Match(vpc="vpc-1"), min_capacity=0.7))
        graph = farm("Running", "Running", "Running", "Running", asked=asked)
        assert component(graph, "server_group:sgp-1").quorum == 3
        assert edge(graph, "sgp-1", "i-1").quorum == 3

    def test_a_pair_needs_one(self) -> None:
        pair = ({"server_id": "i-1", "role": "master"}, {"server_id": "i-2", "role": "slave"})
        assert component(farm("Running", "Running", members=pair), "server_group:sgp-1").quorum == 1

    def test_a_group_of_one(self) -> None:
        found = component(farm("Running"), "server_group:sgp-1")
        assert (found.members, found.quorum) == (("i-1",), 1)

    def test_a_scaling_group_behind_a_balancer_is_one_component(self) -> None:
        scaling = make("scaling_group", "asg-1", "pool", instance_ids=("i-1", "i-2", "i-3"))
        graph = farm("Running", "Running", "Running", more=(scaling, disk("d-1", "i-1", disk_type="system")))
        found = component(graph, "server_group:asg-1")
        assert (found.members, found.quorum, found.scaling_group, found.stateless) == (
            ("i-1", "i-2", "i-3"),
            2,
            "asg-1",
            True,
        )

    def test_a_scaling_group_without_a_balancer_needs_all(self) -> None:
        graph = graph_of(server("i-1"), server("i-2"), make("scaling_group", "asg-1", instance_ids=("i-1", "i-2")))
        assert component(graph, "server_group:asg-1").quorum == 2

    @pytest.mark.parametrize("extra", [disk("d-1", "i-1"), disk("d-1", "i-1", disk_type=None)])
    def test_data_disks_are_state(self, extra: Resource) -> None:
        graph = graph_of(server("i-1"), extra, make("scaling_group", "asg-1", instance_ids=("i-1",)))
        assert not component(graph, "server_group:asg-1").stateless

    def test_local_disks_are_state(self) -> None:
        graph = graph_of(server("i-1", local_storage_gib=894), make("scaling_group", "asg-1", instance_ids=("i-1",)))
        assert not component(graph, "server_group:asg-1").stateless

    @pytest.mark.parametrize("said", [True, False])
    def test_the_declaration_decides_on_state(self, said: bool) -> None:
        asked = targets(spec("shop", match=Match(vpc="vpc-1"), stateless=said))
        graph = graph_of(server("i-1"), make("scaling_group", "asg-1", instance_ids=("i-1",)), asked=asked)
        assert next(part for item in graph.workloads for part in item.components).stateless is said

    def test_a_group_over_two_workloads_is_a_component_in_each(self) -> None:
        graph = graph_of(
            server("i-1", tags={"app": "a"}),
            server("i-2", tags={"app": "a"}),
            server("i-3", tags={"app": "b"}),
            make("server_group", "sgp-1", members=members("i-1", "i-2", "i-3")),
        )
        assert component(graph, "server_group:sgp-1").members == ("i-1", "i-2")
        assert component(graph, "server_group:i-3").members == ("i-3",)

    def test_confirmed_equals_are_one_component(self) -> None:
        asked = targets(
            spec("es", match=Match(names=("es-*",)), confirmed_edges=(("i-1", "i-2"), ("i-1", "i-3")), min_capacity=0.6)
        )
        graph = graph_of(*(server(f"i-{n}", name=f"es-node-{n}") for n in (1, 2, 3)), asked=asked)
        found = component(graph, "server_group:i-1")
        assert (found.members, found.quorum, found.name) == (("i-1", "i-2", "i-3"), 2, "es-node")

    def test_a_confirmed_pair_needs_one(self) -> None:
        asked = targets(spec("ora", match=Match(names=("ora-*",)), confirmed_edges=(("i-1", "i-2"),)))
        graph = graph_of(server("i-1", name="ora-db-01"), server("i-2", name="ora-db-02"), asked=asked)
        assert component(graph, "server_group:i-1").quorum == 1


class TestOthers:
    def test_every_other_instance_stands_for_itself(self) -> None:
        graph = graph_of(
            server("i-1", name="batch"), disk("d-1", "i-1"), disk("d-2", "i-1"), make("eip", "eip-1", instance_id="i-1")
        )
        found = component(graph, "stateful_instance:i-1")
        assert (found.name, found.members, found.disks, found.entry_ids, found.quorum) == (
            "batch",
            ("i-1",),
            ("d-1", "d-2"),
            ("eip-1",),
            1,
        )

    def test_a_stopped_one_is_not_needed(self) -> None:
        assert component(graph_of(server("i-1", status="Stopped")), "stateful_instance:i-1").quorum == 0

    def test_replicas_belong_to_the_primary(self) -> None:
        graph = graph_of(make("database", "rm-1", "store", readonly_ids=("rr-1",)), make("database", "rr-1"))
        assert component(graph, "database:rm-1").members == ("rm-1", "rr-1")

    def test_a_replica_whose_primary_is_elsewhere_stands_for_itself(self) -> None:
        graph = graph_of(make("database", "rr-1", master_id="rm-404"))
        assert component(graph, "database:rr-1").members == ("rr-1",)

    def test_entries_have_addresses_and_listeners(self) -> None:
        graph = graph_of(
            server("i-1"),
            make("load_balancer", "lb-1", backends=members("i-1"), zone_mappings=[{"zone": "z", "eip_id": "eip-2"}]),
            make("eip", "eip-1", instance_id="lb-1"),
            make("listener", "l-1", load_balancer_id="lb-1"),
        )
        found = component(graph, "entry:lb-1")
        assert (found.members, found.entry_ids, found.needs) == (("lb-1",), ("eip-1", "eip-2", "l-1"), ())

    def test_servers_recover_after_databases_and_caches(self) -> None:
        tags = {"app": "shop"}
        graph = graph_of(server("i-1", tags=tags), make("database", "rm-1", tags=tags), make("cache", "r-1", tags=tags))
        assert component(graph, "stateful_instance:i-1").needs == ("cache:r-1", "database:rm-1")
        assert component(graph, "database:rm-1").needs == ()

    def test_servers_recover_after_the_servers_they_need(self) -> None:
        asked = targets(spec("crm", match=Match(names=("crm-*",)), confirmed_edges=(("i-1", "i-2"),)))
        graph = graph_of(server("i-1", name="crm-app"), server("i-2", name="crm-db"), asked=asked)
        assert component(graph, "stateful_instance:i-1").needs == ("stateful_instance:i-2",)

    def test_a_ring_of_servers_needs_nothing_of_itself(self) -> None:
        ring = (("i-1", "i-2"), ("i-2", "i-1"), ("i-3", "i-1"))
        asked = targets(spec("crm", match=Match(vpc="vpc-1"), confirmed_edges=ring))
        graph = graph_of(server("i-1"), server("i-2"), server("i-3"), asked=asked)
        assert [part.needs for part in graph.workloads[0].components] == [(), (), ("stateful_instance:i-1",)]

    def test_ids_are_unique_over_all_workloads(self) -> None:
        graph = farm("Running", "Running", more=(make("database", "rm-1"), make("cache", "r-1")))
        ids = [part.id for item in graph.workloads for part in item.components]
        assert len(ids) == len(set(ids)) == 4
