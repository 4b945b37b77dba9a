"""Which workload a resource belongs to, and in which order workloads can be recovered."""

from __future__ import annotations

import pytest
from graph_estates import disk, graph_of, homes, make, members, server, spec, targets, workload

from advisor.graph.waves import recovery_waves
from advisor.model.targets import Exclusion, Match


class TestDeclared:
    @pytest.mark.parametrize(
        "match",
        [
            Match(tags={"team": "a", "tier": "x*"}),
            Match(resources=("i-1",)),
            Match(resources=("i-[1]",)),
            Match(names=("shop-*",)),
            Match(vpc="vpc-1"),
        ],
    )
    def test_by_tags_ids_names_and_vpc(self, match: Match) -> None:
        graph = graph_of(
            server("i-1", name="shop-01", tags={"team": "a", "tier": "x1"}),
            make("instance", "i-2", "other", vpc_id="vpc-2", tags={"team": "a"}),
            asked=targets(spec("shop", match=match)),
        )
        found = workload(graph, "shop")
        assert (found.resources, found.found_by, found.class_name) == (("i-1",), "declared", "standard")

    def test_a_vpc_narrows_names_and_tags(self) -> None:
        match = Match(names=("web-*",), vpc="vpc-1")
        graph = graph_of(
            server("i-1", name="web-1"),
            make("instance", "i-2", "web-2", vpc_id="vpc-2"),
            asked=targets(spec("w", match=match)),
        )
        assert workload(graph, "w").resources == ("i-1",)

    def test_the_first_match_in_the_file_wins_and_beats_tags(self) -> None:
        first, second = spec("one", match=Match(names=("a-*",))), spec("two", match=Match(names=("a-1",)))
        graph = graph_of(server("i-1", name="a-1", tags={"app": "three"}), asked=targets(first, second))
        assert homes(graph) == {"i-1": "one"}

    def test_class_and_needs_come_from_the_declaration(self) -> None:
        asked = targets(spec("shop", "critical", needs_hard=("pay",), needs_soft=("pay", "find")), spec("pay"))
        servers = [server(f"i-{name}", tags={"app": name}) for name in ("shop", "pay", "find")]
        graph = graph_of(*servers, asked=asked)
        shop = workload(graph, "shop")
        assert (shop.class_name, shop.needs_hard, shop.needs_soft) == ("critical", ("pay",), ("find",))

    def test_a_need_of_nothing_is_left_out(self) -> None:
        asked = targets(spec("shop", needs_hard=("ghost",), needs_soft=("spirit",)))
        shop = workload(graph_of(server("i-1", tags={"app": "shop"}), asked=asked), "shop")
        assert (shop.needs_hard, shop.needs_soft) == ((), ())

    def test_what_is_excluded_is_left_out_with_its_disks_and_addresses(self) -> None:
        left_out = (Exclusion("i-1", "sandbox", None),)
        graph = graph_of(
            server("i-1", tags={"app": "shop"}),
            server("i-2", tags={"app": "shop"}),
            disk("d-1", "i-1"),
            disk("d-2", "i-2"),
            make("eip", "eip-1", instance_id="i-1"),
            asked=targets(spec("shop", exclude=left_out)),
        )
        assert homes(graph) == {"i-2": "shop", "d-2": "shop"}
        assert graph.unassigned == ()

    def test_a_declared_name_is_kept_and_a_tag_of_the_same_name_gives_way(self) -> None:
        asked = targets(spec("shop", match=Match(resources=("i-1",))))
        graph = graph_of(server("i-1"), server("i-2", tags={"app": "shop"}), asked=asked)
        assert homes(graph) == {"i-1": "shop", "i-2": "shop (tag)"}


class TestTagged:
    @pytest.mark.parametrize("key", ["app", "App", "application", "project", "service", "应用", "项目", "业务"])
    def test_application_keys(self, key: str) -> None:
        found = workload(graph_of(server("i-1", tags={key: "Shop"}), server("i-2", tags={key: "shop"})), "Shop")
        assert (found.resources, found.found_by, found.class_name) == (("i-1", "i-2"), "tag", "standard")

    @pytest.mark.parametrize(
        "tags", [{"acs:app": "x"}, {"env": "prod"}, {"app": ""}, {"app": "default"}, {"owner": "x"}]
    )
    def test_what_names_no_application(self, tags: dict[str, str]) -> None:
        assert workload(graph_of(server("i-1", name="batch", tags=tags)), "batch").found_by == "single"

    def test_the_more_telling_key_wins(self) -> None:
        assert homes(graph_of(server("i-1", tags={"project": "all", "app": "shop"}))) == {"i-1": "shop"}

    def test_a_tag_on_infrastructure_alone_makes_no_workload(self) -> None:
        assert (
            graph_of(make("vpc", "vpc-1", tags={"app": "net"}), make("bucket", "b-1", tags={"app": "net"})).workloads
            == ()
        )


class TestInferred:
    def test_members_of_one_balancer(self) -> None:
        graph = graph_of(
            server("i-1"), server("i-2"), make("load_balancer", "lb-1", "gate", backends=members("i-1", "i-2"))
        )
        found = workload(graph, "gate")
        assert (found.resources, found.found_by) == (("i-1", "i-2", "lb-1"), "load_balancer")

    def test_an_untagged_member_joins_the_others(self) -> None:
        graph = graph_of(
            server("i-1", tags={"app": "shop"}),
            server("i-2"),
            make("load_balancer", "lb-1", backends=members("i-1", "i-2")),
        )
        assert set(homes(graph).values()) == {"shop"}

    def test_a_shared_balancer_does_not_join_two_workloads(self) -> None:
        graph = graph_of(
            server("i-1", tags={"app": "a"}),
            server("i-2", tags={"app": "a"}),
            server("i-3", tags={"app": "b"}),
            make("load_balancer", "lb-1", backends=members("i-1", "i-2", "i-3")),
        )
        assert homes(graph) == {"i-1": "a", "i-2": "a", "i-3": "b", "lb-1": "a"}

    def test_members_of_one_scaling_group(self) -> None:
        graph = graph_of(
            server("i-1"), server("i-2"), make("scaling_group", "asg-1", "pool", instance_ids=("i-1", "i-2"))
        )
        assert workload(graph, "pool").found_by == "scaling_group"

    def test_nodes_of_one_cluster(self) -> None:
        cluster = "c" + "1" * 32
        graph = graph_of(make("cluster", cluster, "k8s-prod"), server("i-1", name=f"worker-k8s-for-cs-{cluster}"))
        found = workload(graph, "k8s-prod")
        assert (found.found_by, found.resources) == ("cluster", (cluster, "i-1"))

    def test_instances_on_one_disk(self) -> None:
        graph = graph_of(server("i-1", name="ora-1"), server("i-2", name="ora-2"), disk("d-1", "i-1", "i-2"))
        found = workload(graph, "ora")
        assert (found.found_by, found.resources) == ("connected", ("d-1", "i-1", "i-2"))

    def test_an_instance_by_itself(self) -> None:
        found = workload(graph_of(server("i-1", name="batch")), "batch")
        assert (found.found_by, found.resources) == ("single", ("i-1",))

    def test_default_names_make_no_workload(self) -> None:
        name = "launch-advisor-20240101"
        assert homes(graph_of(server("i-1", name=name), server("i-2", name=name))) == {"i-1": "i-1", "i-2": "i-2"}

    def test_equal_names_are_told_apart(self) -> None:
        assert set(homes(graph_of(server("i-1", name="web"), server("i-2", name="web"))).values()) == {
            "web",
            "web (i-2)",
        }


class TestFollowers:
    def test_what_hangs_on_an_instance_goes_with_it(self) -> None:
        graph = graph_of(
            server("i-1", tags={"app": "shop"}),
            disk("d-1", "i-1", tags={"app": "other"}),
            make("snapshot", "s-1", source_disk_id="d-1"),
            make("snapshot", "s-2", source_snapshot_id="s-1", region="cn-shanghai"),
            make("eip", "eip-1", instance_id="i-1"),
            make("network_interface", "eni-1", instance_id="i-1"),
            make("replica_pair", "p-1", source_disk_id="d-1", destination_disk_id="d-9"),
            disk("d-9"),
            make("backup_plan", "plan-1", instance_id="i-1"),
        )
        assert set(homes(graph).values()) == {"shop"}
        assert graph.unassigned == ()

    def test_listener_and_group_go_with_the_backends(self) -> None:
        graph = graph_of(
            server("i-1", tags={"app": "shop"}),
            make("load_balancer", "alb-1"),
            make("listener", "l-1", load_balancer_id="alb-1", server_group_ids=("sgp-1",)),
            make("server_group", "sgp-1", members=members("i-1")),
            make("eip", "eip-1", instance_id="alb-1"),
        )
        assert set(homes(graph).values()) == {"shop"}

    def test_a_database_goes_with_its_only_client(self) -> None:
        store = make("database", "rm-1", "store", vpc_id="vpc-1", security_ips=("10.0.0.1",))
        graph = graph_of(server("i-1", tags={"app": "shop"}, private_ips=("10.0.0.1",)), store)
        assert homes(graph)["rm-1"] == "shop"

    def test_a_database_of_two_clients_is_a_workload_of_its_own(self) -> None:
        graph = graph_of(
            server("i-1", tags={"app": "a"}, private_ips=("10.0.0.1",)),
            server("i-2", tags={"app": "b"}, private_ips=("10.0.0.2",)),
            make("database", "rm-1", "store", vpc_id="vpc-1", security_ips=("10.0.0.1", "10.0.0.2")),
        )
        assert (homes(graph)["rm-1"], workload(graph, "store").found_by) == ("store", "single")
        assert len(graph.proposals) == 2

    def test_its_tag_beats_its_clients(self) -> None:
        store = make("database", "rm-1", vpc_id="vpc-1", security_ips=("10.0.0.1",), tags={"app": "data"})
        assert homes(graph_of(server("i-1", tags={"app": "shop"}, private_ips=("10.0.0.1",)), store))["rm-1"] == "data"

    def test_replicas_go_with_the_primary(self) -> None:
        graph = graph_of(
            make("database", "rm-1", tags={"app": "shop"}, readonly_ids=("rr-1",), dr_instance_id="rm-dr"),
            make("database", "rr-1"),
            make("database", "rm-dr", region="cn-shanghai"),
            make("database", "rr-2", master_id="rr-1"),
        )
        assert set(homes(graph).values()) == {"shop"}

    def test_loose_ends_stay_outside_and_infrastructure_is_none(self) -> None:
        graph = graph_of(
            disk("d-1"),
            make("eip", "eip-1"),
            make("snapshot", "s-1", source_disk_id="d-404"),
            make("load_balancer", "lb-1"),
            make("vpc", "vpc-1"),
            make("nat_gateway", "ngw-1", eip_ids=("eip-2",)),
            make("eip", "eip-2"),
        )
        assert graph.unassigned == ("d-1", "eip-1", "lb-1", "s-1")

    def test_stopped_instances_stay_members(self) -> None:
        graph = graph_of(server("i-1", tags={"app": "shop"}, status="Stopped"))
        assert workload(graph, "shop").resources == ("i-1",)


class TestNeeds:
    def test_a_shared_disk_of_two_workloads_is_a_need(self) -> None:
        graph = graph_of(server("i-1", tags={"app": "a"}), server("i-2", tags={"app": "b"}), disk("d-1", "i-1", "i-2"))
        assert [item.needs_hard for item in graph.workloads] == [(), ("a",)]

    def test_a_balancer_needs_no_backend_to_recover(self) -> None:
        graph = graph_of(
            server("i-1", tags={"app": "a"}),
            make("load_balancer", "alb-1", tags={"app": "gate"}),
            make("server_group", "sgp-1", load_balancer_ids=("alb-1",), members=members("i-1")),
        )
        assert workload(graph, "gate").needs_hard == ()


class TestWaves:
    def test_what_is_needed_comes_first(self) -> None:
        assert recovery_waves({"shop": ["orders"], "orders": ["pay"], "pay": [], "wiki": []}) == (
            (("pay", "wiki"), ("orders",), ("shop",)),
            (),
        )

    def test_a_ring_is_one_wave_and_is_reported(self) -> None:
        assert recovery_waves({"a": ["b"], "b": ["a", "c"], "c": [], "d": ["a"]}) == (
            (("c",), ("a", "b"), ("d",)),
            (("a", "b"),),
        )

    def test_unknown_and_own_names_are_left_out(self) -> None:
        assert recovery_waves({"a": ["a", "nothing"]}) == ((("a",),), ())
