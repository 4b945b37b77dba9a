"""Edges of balancing and data services, each on a graph small enough to draw by hand."""

from __future__ import annotations

import pytest
from graph_estates import (
    edge,
    edges_of,
    estate,
    graph_of,
    make,
    members,
    proposals_of,
    server,
    targets,
)

from advisor.graph import build_graph
from advisor.model.inventory import Resource


class TestBalancing:
    def test_default_backends_leave_out_the_drained_and_keep_the_stopped(self) -> None:
        backends = (*members("i-1", "i-2"), {"server_id": "i-3", "weight": 0})
        graph = graph_of(
            server("i-1"),
            server("i-2", status="Stopped"),
            server("i-3"),
            make("load_balancer", "lb-1", lb_type="clb", backends=backends),
        )
        assert [item[1:3] for item in edges_of(graph, "balancing.backend")] == [("i-1", "k_of_n"), ("i-2", "k_of_n")]
        assert edge(graph, "lb-1", "i-2").evidence.endswith("does not serve now")

    def test_default_backends_count_only_where_a_listener_uses_them(self) -> None:
        graph = graph_of(
            server("i-1"),
            make("load_balancer", "lb-1", backends=members("i-1")),
            make("listener", "l-1", load_balancer_id="lb-1", server_group_ids=("rsp-1",)),
        )
        assert edges_of(graph, "balancing.backend") == []

    def test_listener_group_and_members(self) -> None:
        graph = graph_of(
            server("i-1"),
            server("i-2"),
            make("load_balancer", "alb-1"),
            make("listener", "l-1", load_balancer_id="alb-1", server_group_ids=("sgp-1",)),
            make("server_group", "sgp-1", members=members("i-1", "i-2")),
        )
        assert edges_of(graph, "balancing.listener") == [("l-1", "alb-1", "hard", "declared")]
        assert edges_of(graph, "balancing.listener_group") == [("l-1", "sgp-1", "hard", "declared")]
        assert edges_of(graph, "balancing.group") == [("alb-1", "sgp-1", "hard", "declared")]
        assert [item[1:3] for item in edges_of(graph, "balancing.member")] == [("i-1", "k_of_n"), ("i-2", "k_of_n")]

    def test_several_groups_by_default_and_by_rule_are_a_redundant_set(self) -> None:
        graph = graph_of(
            make("load_balancer", "alb-1"),
            make(
                "listener",
                "l-1",
                load_balancer_id="alb-1",
                server_group_ids=("sgp-1",),
                rule_server_group_ids=("sgp-2",),
            ),
        )
        assert {item[:3] for item in edges_of(graph, "balancing.listener_group")} == {
            ("l-1", "sgp-1", "k_of_n"),
            ("l-1", "sgp-2", "k_of_n"),
        }

    def test_the_group_tells_its_balancer_where_listeners_are_missing(self) -> None:
        graph = graph_of(make("load_balancer", "nlb-1"), make("server_group", "sgp-1", load_balancer_ids=("nlb-1",)))
        assert edges_of(graph, "balancing.group") == [("nlb-1", "sgp-1", "hard", "declared")]

    def test_a_master_and_a_slave_are_a_pair(self) -> None:
        pair = ({"server_id": "i-1", "role": "master"}, {"server_id": "i-2", "server_type": "Slave"})
        graph = graph_of(server("i-1"), server("i-2"), make("server_group", "rsp-1", members=pair))
        assert {item[2] for item in edges_of(graph, "balancing.member")} == {"failover"}
        assert edge(graph, "rsp-1", "i-1").quorum == 1

    def test_members_are_resolved_by_interface_and_by_address_in_the_same_vpc(self) -> None:
        records = (
            {"server_id": "eni-1", "server_type": "eni"},
            {"server_id": "10.0.0.2", "server_ip": "10.0.0.2", "server_type": "ip"},
            {"server_ip": "10.9.9.9", "server_type": "ip"},
        )
        graph = graph_of(
            server("i-1"),
            server("i-2", private_ips=("10.0.0.2",)),
            make("instance", "i-3", private_ips=("10.9.9.9",), vpc_id="vpc-2"),
            make("network_interface", "eni-1", instance_id="i-1"),
            make("server_group", "sgp-1", vpc_id="vpc-1", members=records),
        )
        assert edges_of(graph, "balancing.member") == [
            ("sgp-1", "i-1", "k_of_n", "declared"),
            ("sgp-1", "i-2", "k_of_n", "derived"),
            ("sgp-1", "ip:10.9.9.9", "k_of_n", "derived"),
        ]

    def test_members_of_a_scaling_group_from_list_attribute_and_tag(self) -> None:
        graph = graph_of(
            server("i-1"),
            server("i-2", scaling_group_id="asg-1"),
            server("i-3", tags={"acs:autoscaling:scalingGroupId": "asg-1"}),
            make("scaling_group", "asg-1", instance_ids=("i-1",)),
        )
        assert [item[1:] for item in edges_of(graph, "balancing.scaling_member")] == [
            (f"i-{n}", "k_of_n", "declared") for n in (1, 2, 3)
        ]

    def test_a_protected_member_serves_and_one_on_standby_does_not(self) -> None:
        states = [
            {"instance_id": "i-1", "lifecycle_state": "Protected"},
            {"instance_id": "i-2", "lifecycle_state": "Standby"},
        ]
        graph = graph_of(
            server("i-1"), server("i-2"), make("scaling_group", "asg-1", instance_ids=("i-1", "i-2"), members=states)
        )
        assert edge(graph, "asg-1", "i-1").evidence == "member list or tag"
        assert [item[1] for item in edges_of(graph, "balancing.scaling_member")] == ["i-1"]

    def test_a_scaling_group_fills_a_server_group_and_reaches_its_database(self) -> None:
        scaling = make(
            "scaling_group",
            "asg-1",
            instance_ids=("i-1",),
            server_group_ids=("sgp-1",),
            db_ids=("rm-1",),
            configurations=[{"image_id": "m-1"}],
        )
        graph = graph_of(server("i-1"), scaling, make("server_group", "sgp-1"), make("database", "rm-1"))
        assert edges_of(graph, "balancing.scaling_front") == [("sgp-1", "asg-1", "k_of_n", "declared")]
        assert edges_of(graph, "balancing.scaling_database") == [("i-1", "rm-1", "hard", "derived")]
        assert edges_of(graph, "balancing.scaling_image") == [("asg-1", "m-1", "control", "declared")]
        filled = graph_of(server("i-1"), scaling, make("server_group", "sgp-1", members=members("i-1")))
        assert edges_of(filled, "balancing.scaling_front") == [("sgp-1", "asg-1", "control", "declared")]

    def test_a_cluster_its_nodes_and_its_service_balancer(self) -> None:
        name = "c" + "0" * 32
        graph = graph_of(
            make("cluster", name, load_balancer_ids=("lb-api",)),
            server("i-1", name=f"worker-k8s-for-cs-{name}"),
            server("i-2", tags={"ack.aliyun.com": name}),
            make("load_balancer", "lb-1", "a" + "0" * 32, tags={"ack.aliyun.com": name}),
        )
        assert [item[1:] for item in edges_of(graph, "balancing.cluster_node")] == [
            ("i-1", "k_of_n", "derived"),
            ("i-2", "k_of_n", "derived"),
        ]
        assert edges_of(graph, "balancing.cluster_service") == [("lb-1", name, "hard", "derived")]
        assert edges_of(graph, "balancing.cluster_api") == [(name, "lb-api", "control", "declared")]


class TestData:
    def test_replicas_and_the_disaster_recovery_instance(self) -> None:
        graph = graph_of(
            make("database", "rm-1", readonly_ids=("rr-1",), dr_instance_id="rm-dr"),
            make("database", "rr-1"),
            make("database", "rr-2", master_id="rm-1"),
            make("database", "rm-dr", region="cn-shanghai"),
        )
        assert [item[:3] for item in edges_of(graph, "data.read_replica")] == [
            ("rr-1", "rm-1", "soft"),
            ("rr-2", "rm-1", "soft"),
        ]
        assert edges_of(graph, "data.dr_instance") == [("rm-1", "rm-dr", "recovery", "declared")]

    def test_a_synchronisation_job(self) -> None:
        def job(status: str) -> Resource:
            return make("dts_job", "dts-1", status=status, source_id="rm-1", destination_id="rm-2")

        graph = graph_of(make("database", "rm-1"), make("database", "rm-2"), job("Synchronizing"))
        assert len(edges_of(graph, "data.dts_end")) == 2
        assert edges_of(graph, "data.dts_freshness") == [("rm-2", "dts-1", "soft", "declared")]
        assert edges_of(graph, "data.dts_copy") == [("rm-1", "rm-2", "recovery", "derived")]
        assert edges_of(graph_of(make("database", "rm-1"), job("stopped")), "data.dts_copy") == []

    @pytest.mark.parametrize(
        ("entry", "clients"),
        [
            ("10.0.0.5", ["i-1"]),
            ("10.0.0.0/24", ["i-1", "i-2"]),
            ("10.0.16.0/20", ["i-3"]),
            ("127.0.0.1", []),
            ("0.0.0.0/0", []),
            ("100.64.0.0/10", []),
            ("", []),
            ("not an address", []),
            ("10.0.0.5,10.0.0.6", ["i-1", "i-2"]),
        ],
    )
    def test_clients_by_allow_list(self, entry: str, clients: list[str]) -> None:
        graph = graph_of(
            server("i-1", private_ips=("10.0.0.5",), tags={"app": "x"}),
            server("i-2", private_ips=("10.0.0.6",), tags={"app": "x"}),
            server("i-3", private_ips=("10.0.17.1",), tags={"app": "x"}),
            make("vswitch", "vsw-1", vpc_id="vpc-1", cidr="10.0.16.0/20"),
            make("database", "rm-1", vpc_id="vpc-1", security_ips=(entry,)),
        )
        assert edges_of(graph, "data.allow_list") == [(client, "rm-1", "hard", "derived") for client in clients]

    @pytest.mark.parametrize("entry", ["10.0.0.0/16", "10.0.0.0/22"])
    def test_wide_blocks_only_guess(self, entry: str) -> None:
        graph = graph_of(
            server("i-1", private_ips=("10.0.0.5",)),
            make("vpc", "vpc-1", cidr="10.0.0.0/22"),
            make("database", "rm-1", vpc_id="vpc-1", security_ips=(entry,)),
        )
        assert edges_of(graph, "data.allow_list") == []
        assert proposals_of(graph, "data.allow_list") == [("i-1", "rm-1", "hard", "guessed")]

    def test_a_wide_block_with_many_clients_says_nothing(self) -> None:
        crowd = [server(f"i-{n}", private_ips=(f"10.0.0.{n}",)) for n in range(1, 41)]
        graph = graph_of(*crowd, make("database", "rm-1", vpc_id="vpc-1", security_ips=("10.0.0.0/16",)))
        assert proposals_of(graph, "data.allow_list") == []

    def test_an_address_of_another_vpc_is_a_guess(self) -> None:
        graph = graph_of(
            make("instance", "i-1", private_ips=("10.8.0.5",), vpc_id="vpc-2"),
            make("database", "rm-1", vpc_id="vpc-1", security_ips=("10.8.0.5",)),
        )
        assert proposals_of(graph, "data.allow_list") == [("i-1", "rm-1", "hard", "guessed")]

    def test_clients_by_security_group(self) -> None:
        graph = graph_of(
            server("i-1", security_group_ids=("sg-1",)),
            make("cache", "r-1", vpc_id="vpc-1", security_group_ids=("sg-1",)),
        )
        assert edges_of(graph, "data.security_group") == [("i-1", "r-1", "hard", "derived")]


def test_two_sources_of_one_edge_keep_both_evidences() -> None:
    store = make("database", "rm-1", vpc_id="vpc-1", security_ips=("10.0.0.1", "10.0.0.0/24"))
    graph = graph_of(server("i-1", private_ips=("10.0.0.1",)), store)
    assert edge(graph, "i-1", "rm-1").evidence == "allow list has 10.0.0.0/24; allow list has 10.0.0.1/32"


def test_an_empty_estate_is_an_empty_graph() -> None:
    graph = build_graph(estate(), targets())
    assert (graph.edges, graph.workloads, graph.proposals, graph.waves, graph.cycles) == ((), (), (), (), ())
