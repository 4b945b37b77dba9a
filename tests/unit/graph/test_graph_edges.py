"""Every kind of edge on a graph small enough to draw by hand."""

from __future__ import annotations

import pytest
from graph_estates import disk, edge, edges_of, estate, graph_of, make, members, proposals_of, server, spec, targets, zone

from advisor.graph import build_graph
from advisor.model.inventory import Resource
from advisor.model.targets import Match

H, I, J = "zone:" + zone("h"), "zone:" + zone("i"), "zone:" + zone("j")  # noqa: E741
R = "region:cn-hangzhou"


class TestPlace:
    def test_an_instance_stands_in_its_zone_and_the_zone_in_its_region(self) -> None:
        graph = graph_of(server("i-1"))
        assert ("i-1", H, "containment", "declared") in edges_of(graph, "place.zone")
        assert (H, R, "containment", "declared") in edges_of(graph, "place.region")

    def test_the_region_comes_from_the_spelling_where_nothing_tells_it(self) -> None:
        graph = graph_of(make("instance", "i-1", at="1a", region=None))
        assert (H[:5] + "cn-hangzhou-1a", "region:cn-hangzhou-1", "containment", "declared") in edges_of(graph, "place.region")

    def test_an_instance_stands_in_its_vswitch_and_that_in_its_vpc(self) -> None:
        graph = graph_of(server("i-1", vswitch_id="vsw-1"), make("vswitch", "vsw-1", at="h", vpc_id="vpc-1"))
        assert edges_of(graph, "place.vswitch") == [("i-1", "vsw-1", "containment", "declared")]
        assert edges_of(graph, "place.vpc") == [("vsw-1", "vpc-1", "containment", "declared")]

    def test_an_application_balancer_needs_one_of_its_zones(self) -> None:
        graph = graph_of(make("load_balancer", "alb-1", at="h i", lb_type="alb"))
        assert edges_of(graph, "place.zones") == [
            ("alb-1", H, "k_of_n", "declared"), ("alb-1", I, "k_of_n", "declared"),
        ]  # fmt: skip
        assert edge(graph, "alb-1", H).quorum == 1

    def test_zone_mappings_tell_the_zones_of_a_balancer(self) -> None:
        graph = graph_of(make("load_balancer", "alb-1", lb_type="alb", zone_mappings=[{"zone": zone("i")}, {"zone_id": zone("j")}]))
        assert {target for _, target, _, _ in edges_of(graph, "place.zones")} == {I, J}

    def test_a_classic_balancer_fails_over_from_master_to_slave(self) -> None:
        graph = graph_of(make("load_balancer", "lb-1", at="i h", lb_type="clb"))
        assert edge(graph, "lb-1", I).evidence == "serving zone"
        assert {item[2] for item in edges_of(graph, "place.zone_pair")} == {"failover"}

    def test_a_classic_balancer_with_one_zone_fails_with_it(self) -> None:
        graph = graph_of(make("load_balancer", "lb-1", at="h", lb_type="clb"))
        assert edges_of(graph, "place.zone") == [("lb-1", H, "containment", "declared")]

    def test_a_database_with_a_standby_fails_over(self) -> None:
        graph = graph_of(make("database", "rm-1", at="h", slave_zones=(zone("i"),)))
        assert {item[:3] for item in edges_of(graph, "place.zone_pair")} == {("rm-1", H, "failover"), ("rm-1", I, "failover")}

    def test_a_zone_list_in_one_word_is_taken_apart(self) -> None:
        graph = graph_of(make("database", "rm-1", at="MAZ5(h,i)"))
        assert {item[1] for item in edges_of(graph, "place.zone_pair")} == {H, I}

    def test_a_database_from_a_list_has_an_unknown_standby(self) -> None:
        found = edge(graph_of(make("database", "rm-1", at="h", category="HighAvailability")), "rm-1", H)
        assert (found.confidence, found.evidence) == ("derived", "zone; slave zone unknown")

    def test_a_basic_database_has_none(self) -> None:
        assert edge(graph_of(make("database", "rm-1", at="h", category="Basic")), "rm-1", H).confidence == "declared"

    def test_a_cache_with_a_secondary_zone_fails_over(self) -> None:
        graph = graph_of(make("cache", "r-1", at="h", secondary_zone=zone("j")))
        assert {item[1] for item in edges_of(graph, "place.zone_pair")} == {H, J}

    def test_a_regional_disk_needs_one_of_its_zones(self) -> None:
        graph = graph_of(make("disk", "d-1", at="h i", category="cloud_regional_disk_auto"))
        assert {item[2] for item in edges_of(graph, "place.zones")} == {"k_of_n"}

    def test_a_scaling_group_reaches_the_zones_of_its_vswitches(self) -> None:
        graph = graph_of(
            make("scaling_group", "asg-1", vswitch_ids=("vsw-1", "vsw-2")),
            make("vswitch", "vsw-1", at="h"), make("vswitch", "vsw-2", at="i"),
        )  # fmt: skip
        assert {item[1:] for item in edges_of(graph, "place.zones")} == {(H, "k_of_n", "derived"), (I, "k_of_n", "derived")}

    def test_members_of_a_deployment_set_and_of_a_dedicated_host(self) -> None:
        graph = graph_of(
            server("i-1", dedicated_host_id="dh-1"), server("i-2", deployment_set_id="ds-1"),
            make("deployment_set", "ds-1", instance_ids=("i-1",)),
        )  # fmt: skip
        assert [item[:3] for item in edges_of(graph, "place.deployment_set")] == [
            ("i-1", "ds-1", "control"), ("i-2", "ds-1", "control"),
        ]  # fmt: skip
        assert edges_of(graph, "place.dedicated_host") == [("i-1", "dh-1", "containment", "declared")]

    def test_computes_of_an_hpc_cluster_need_the_manager(self) -> None:
        tags = {"ehpc.aliyun.com": "1"}
        graph = graph_of(
            server("i-1", name="sim_manager", tags=tags), server("i-2", name="sim_compute000", tags=tags),
            server("i-3", name="other_compute000"),
        )  # fmt: skip
        assert edges_of(graph, "place.hpc_manager") == [("i-2", "i-1", "hard", "derived")]


class TestStorage:
    def test_an_instance_needs_its_disks(self) -> None:
        graph = graph_of(server("i-1"), disk("d-1", "i-1", disk_type="system"), disk("d-2", "i-1"))
        assert [item[:3] for item in edges_of(graph, "storage.disk")] == [("i-1", "d-1", "hard"), ("i-1", "d-2", "hard")]

    def test_a_disk_known_from_the_instance_alone(self) -> None:
        assert edges_of(graph_of(server("i-1", disk_ids=("d-1",)), disk("d-1")), "storage.disk") == [
            ("i-1", "d-1", "hard", "declared")
        ]

    def test_a_shared_disk_is_needed_by_all(self) -> None:
        graph = graph_of(server("i-1"), server("i-2"), disk("d-1", "i-1", "i-2", multi_attach=True))
        assert [item[0] for item in edges_of(graph, "storage.shared_disk")] == ["i-1", "i-2"]

    def test_a_policy_brings_a_disk_back_unless_it_is_off(self) -> None:
        policy = make("snapshot_policy", "sp-1", status="Normal", copy_regions=("cn-shanghai",))
        graph = graph_of(policy, disk("d-1", snapshot_policy_ids=("sp-1",)))
        assert edges_of(graph, "storage.snapshot_policy") == [("d-1", "sp-1", "recovery", "declared")]
        assert edges_of(graph, "storage.policy_copy") == [("sp-1", "region:cn-shanghai", "recovery", "declared")]

    @pytest.mark.parametrize(
        ("status", "flags"),
        [("Expire", {}), ("Normal", {"auto_snapshot_enabled": False}), ("Normal", {"auto_snapshot_allowed": False})],
    )
    def test_a_policy_that_is_off_brings_nothing_back(self, status: str, flags: dict[str, object]) -> None:
        graph = graph_of(make("snapshot_policy", "sp-1", status=status), disk("d-1", snapshot_policy_ids=("sp-1",), **flags))
        assert edges_of(graph, "storage.snapshot_policy") == []

    def test_the_newest_finished_snapshot_counts(self) -> None:
        def snapshot(name: str, day: int, status: str) -> Resource:
            return make("snapshot", name, status=status, source_disk_id="d-1", created_at=f"2026-01-0{day}T00:00:00Z")

        graph = graph_of(
            disk("d-1"), snapshot("s-1", 3, "accomplished"), snapshot("s-2", 2, "accomplished"),
            snapshot("s-3", 4, "progressing"), snapshot("s-4", 5, "failed"),
        )  # fmt: skip
        assert edges_of(graph, "storage.snapshot") == [("d-1", "s-1", "recovery", "declared")]

    def test_a_copy_in_another_region_brings_disk_and_snapshot_back(self) -> None:
        graph = graph_of(
            disk("d-1"), make("snapshot", "s-1", source_disk_id="d-1"),
            make("snapshot", "s-2", region="cn-shanghai", source_snapshot_id="s-1", source_region="cn-hangzhou"),
        )  # fmt: skip
        assert [item[:3] for item in edges_of(graph, "storage.snapshot_copy")] == [
            ("d-1", "s-2", "recovery"), ("s-1", "s-2", "recovery"),
        ]  # fmt: skip

    def test_the_snapshot_a_disk_was_made_from_is_no_dependency(self) -> None:
        graph = graph_of(disk("d-1", source_snapshot_id="s-1"), make("snapshot", "s-1"))
        assert not [item for item in graph.edges if item.target == "s-1"]

    def test_a_replica_counts_while_its_pair_works(self) -> None:
        def pair(status: str) -> Resource:
            return make("replica_pair", "pair-1", status=status, source_disk_id="d-1", destination_disk_id="d-2")

        works = graph_of(disk("d-1"), disk("d-2"), pair("normal"))
        assert edges_of(works, "storage.replica") == [("d-1", "d-2", "recovery", "declared")]
        assert len(edges_of(works, "storage.replica_pair")) == 2
        assert edges_of(graph_of(disk("d-1"), disk("d-2"), pair("stopped")), "storage.replica") == []

    def test_a_backup_plan_counts_unless_it_or_all_its_rules_are_disabled(self) -> None:
        def plan(**more: object) -> Resource:
            return make("backup_plan", "plan-1", instance_id="i-1", vault_id="v-1", **more)

        works = graph_of(server("i-1"), plan(disabled=False), make("vault", "v-1", replica_vault_id="v-2"))
        assert edges_of(works, "storage.backup_plan") == [("i-1", "plan-1", "recovery", "declared")]
        assert edges_of(works, "storage.vault") == [("plan-1", "v-1", "hard", "declared")]
        assert edges_of(works, "storage.vault_replica") == [("v-1", "v-2", "recovery", "declared")]
        assert edges_of(graph_of(server("i-1"), plan(disabled=True)), "storage.backup_plan") == []
        off = graph_of(server("i-1"), plan(rules=[{"disabled": True}]))
        assert edges_of(off, "storage.backup_plan") == []

    def test_a_custom_image_rebuilds_and_a_key_is_needed(self) -> None:
        graph = graph_of(server("i-1", image_id="m-1"), server("i-2", image_id="aliyun_3_x64"), disk("d-1", kms_key_id="k-1"))
        assert edges_of(graph, "storage.image") == [("i-1", "m-1", "recovery", "declared")]
        assert edges_of(graph, "storage.key") == [("d-1", "k-1", "hard", "declared")]


class TestNetwork:
    def test_an_address_needs_what_it_is_bound_to_from_either_side(self) -> None:
        graph = graph_of(
            server("i-1"), server("i-2", eip_id="eip-2"), make("eip", "eip-1", instance_id="i-1"), make("eip", "eip-2"),
            make("eip", "eip-3", instance_id="eni-1"), make("network_interface", "eni-1", instance_id="i-1"),
        )  # fmt: skip
        assert {item[:2] for item in edges_of(graph, "network.eip")} >= {("eip-1", "i-1"), ("eip-2", "i-2"), ("eip-3", "i-1")}
        assert edges_of(graph, "network.interface") == [("eni-1", "i-1", "hard", "declared")]

    def test_a_security_group_is_policy_not_failure(self) -> None:
        graph = graph_of(server("i-1", security_group_ids=("sg-1",)))
        assert edges_of(graph, "network.security_group") == [("i-1", "sg-1", "control", "declared")]

    def test_private_instances_go_out_by_the_only_gateway(self) -> None:
        gateway = make("nat_gateway", "ngw-1", at="h", vpc_id="vpc-1", eip_ids=("eip-1",))
        graph = graph_of(server("i-1"), server("i-2", public_ips=("198.51.100.1",)), gateway)
        assert edges_of(graph, "network.nat") == [("i-1", "ngw-1", "soft", "derived")]

    def test_of_two_gateways_each_is_a_guess(self) -> None:
        gateways = [make("nat_gateway", f"ngw-{n}", vpc_id="vpc-1", eip_ids=(f"eip-{n}",)) for n in (1, 2)]
        graph = graph_of(server("i-1"), *gateways)
        assert edges_of(graph, "network.nat") == []
        assert {item[3] for item in proposals_of(graph, "network.nat")} == {"guessed"}

    def test_rules_of_the_gateway_tell_who_goes_out(self) -> None:
        entries = [{"source_vswitch_id": "vsw-1"}, {"source_cidr": "10.0.2.0/24"}]
        graph = graph_of(
            server("i-1", vswitch_id="vsw-1"), server("i-2", private_ips=("10.0.2.7",)), server("i-3", private_ips=("10.0.3.7",)),
            make("nat_gateway", "ngw-1", vpc_id="vpc-1", eip_ids=("eip-1",), snat_entries=entries),
        )  # fmt: skip
        assert [item[0] for item in edges_of(graph, "network.nat")] == ["i-1", "i-2"]

    def test_a_forwarded_address_needs_the_instance(self) -> None:
        entry = {"external_ip": "198.51.100.9", "external_port": "443", "internal_ip": "10.0.0.5"}
        graph = graph_of(
            server("i-1", private_ips=("10.0.0.5",)), make("eip", "eip-1", address="198.51.100.9"),
            make("nat_gateway", "ngw-1", vpc_id="vpc-1", forward_entries=[entry]),
        )  # fmt: skip
        assert edges_of(graph, "network.dnat") == [("eip-1", "i-1", "hard", "derived")]


class TestBalancing:
    def test_default_backends_leave_out_the_drained_and_keep_the_stopped(self) -> None:
        backends = (*members("i-1", "i-2"), {"server_id": "i-3", "weight": 0})
        graph = graph_of(
            server("i-1"), server("i-2", status="Stopped"), server("i-3"),
            make("load_balancer", "lb-1", lb_type="clb", backends=backends),
        )  # fmt: skip
        assert [item[1:3] for item in edges_of(graph, "balancing.backend")] == [("i-1", "k_of_n"), ("i-2", "k_of_n")]
        assert edge(graph, "lb-1", "i-2").evidence.endswith("does not serve now")

    def test_default_backends_count_only_where_a_listener_uses_them(self) -> None:
        graph = graph_of(
            server("i-1"), make("load_balancer", "lb-1", backends=members("i-1")),
            make("listener", "l-1", load_balancer_id="lb-1", server_group_ids=("rsp-1",)),
        )  # fmt: skip
        assert edges_of(graph, "balancing.backend") == []

    def test_listener_group_and_members(self) -> None:
        graph = graph_of(
            server("i-1"), server("i-2"), make("load_balancer", "alb-1"),
            make("listener", "l-1", load_balancer_id="alb-1", server_group_ids=("sgp-1",)),
            make("server_group", "sgp-1", members=members("i-1", "i-2")),
        )  # fmt: skip
        assert edges_of(graph, "balancing.listener") == [("l-1", "alb-1", "hard", "declared")]
        assert edges_of(graph, "balancing.listener_group") == [("l-1", "sgp-1", "hard", "declared")]
        assert edges_of(graph, "balancing.group") == [("alb-1", "sgp-1", "hard", "declared")]
        assert [item[1:3] for item in edges_of(graph, "balancing.member")] == [("i-1", "k_of_n"), ("i-2", "k_of_n")]

    def test_several_groups_by_default_and_by_rule_are_a_redundant_set(self) -> None:
        graph = graph_of(
            make("load_balancer", "alb-1"),
            make("listener", "l-1", load_balancer_id="alb-1", server_group_ids=("sgp-1",), rule_server_group_ids=("sgp-2",)),
        )  # fmt: skip
        assert {item[:3] for item in edges_of(graph, "balancing.listener_group")} == {
            ("l-1", "sgp-1", "k_of_n"), ("l-1", "sgp-2", "k_of_n"),
        }  # fmt: skip

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
            server("i-1"), server("i-2", private_ips=("10.0.0.2",)),
            make("instance", "i-3", private_ips=("10.9.9.9",), vpc_id="vpc-2"),
            make("network_interface", "eni-1", instance_id="i-1"),
            make("server_group", "sgp-1", vpc_id="vpc-1", members=records),
        )  # fmt: skip
        assert edges_of(graph, "balancing.member") == [
            ("sgp-1", "i-1", "k_of_n", "declared"), ("sgp-1", "i-2", "k_of_n", "derived"),
            ("sgp-1", "ip:10.9.9.9", "k_of_n", "derived"),
        ]  # fmt: skip

    def test_members_of_a_scaling_group_from_list_attribute_and_tag(self) -> None:
        graph = graph_of(
            server("i-1"), server("i-2", scaling_group_id="asg-1"), server("i-3", tags={"acs:autoscaling:scalingGroupId": "asg-1"}),
            make("scaling_group", "asg-1", instance_ids=("i-1",)),
        )  # fmt: skip
        assert [item[1:] for item in edges_of(graph, "balancing.scaling_member")] == [
            (f"i-{n}", "k_of_n", "declared") for n in (1, 2, 3)
        ]  # fmt: skip

    def test_a_protected_member_serves_and_one_on_standby_does_not(self) -> None:
        states = [{"instance_id": "i-1", "lifecycle_state": "Protected"}, {"instance_id": "i-2", "lifecycle_state": "Standby"}]
        graph = graph_of(server("i-1"), server("i-2"), make("scaling_group", "asg-1", instance_ids=("i-1", "i-2"), members=states))
        assert edge(graph, "asg-1", "i-1").evidence == "member list or tag"
        assert edge(graph, "asg-1", "i-2").evidence.endswith("does not serve now")

    def test_a_scaling_group_fills_a_server_group_and_reaches_its_database(self) -> None:
        scaling = make(
            "scaling_group", "asg-1", instance_ids=("i-1",), server_group_ids=("sgp-1",), db_ids=("rm-1",),
            configurations=[{"image_id": "m-1"}],
        )  # fmt: skip
        graph = graph_of(server("i-1"), scaling, make("server_group", "sgp-1"), make("database", "rm-1"))
        assert edges_of(graph, "balancing.scaling_front") == [("sgp-1", "asg-1", "k_of_n", "declared")]
        assert edges_of(graph, "balancing.scaling_database") == [("i-1", "rm-1", "hard", "derived")]
        assert edges_of(graph, "balancing.scaling_image") == [("asg-1", "m-1", "control", "declared")]
        filled = graph_of(server("i-1"), scaling, make("server_group", "sgp-1", members=members("i-1")))
        assert edges_of(filled, "balancing.scaling_front") == [("sgp-1", "asg-1", "control", "declared")]

    def test_a_cluster_its_nodes_and_its_service_balancer(self) -> None:
        name = "c" + "0" * 32
        graph = graph_of(
            make("cluster", name, load_balancer_ids=("lb-api",)), server("i-1", name=f"worker-k8s-for-cs-{name}"),
            server("i-2", tags={"ack.aliyun.com": name}),
            make("load_balancer", "lb-1", "a" + "0" * 32, tags={"ack.aliyun.com": name}),
        )  # fmt: skip
        assert [item[1:] for item in edges_of(graph, "balancing.cluster_node")] == [
            ("i-1", "k_of_n", "derived"), ("i-2", "k_of_n", "derived"),
        ]  # fmt: skip
        assert edges_of(graph, "balancing.cluster_service") == [("lb-1", name, "hard", "derived")]
        assert edges_of(graph, "balancing.cluster_api") == [(name, "lb-api", "control", "declared")]


class TestData:
    def test_replicas_and_the_disaster_recovery_instance(self) -> None:
        graph = graph_of(
            make("database", "rm-1", readonly_ids=("rr-1",), dr_instance_id="rm-dr"), make("database", "rr-1"),
            make("database", "rr-2", master_id="rm-1"), make("database", "rm-dr", region="cn-shanghai"),
        )  # fmt: skip
        assert [item[:3] for item in edges_of(graph, "data.read_replica")] == [("rr-1", "rm-1", "soft"), ("rr-2", "rm-1", "soft")]
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
            ("10.0.0.5", ["i-1"]), ("10.0.0.0/24", ["i-1", "i-2"]), ("10.0.16.0/20", ["i-3"]), ("127.0.0.1", []),
            ("0.0.0.0/0", []), ("100.64.0.0/10", []), ("", []), ("not an address", []), ("10.0.0.5,10.0.0.6", ["i-1", "i-2"]),
        ],
    )  # fmt: skip
    def test_clients_by_allow_list(self, entry: str, clients: list[str]) -> None:
        graph = graph_of(
            server("i-1", private_ips=("10.0.0.5",), tags={"app": "x"}), server("i-2", private_ips=("10.0.0.6",), tags={"app": "x"}),
            server("i-3", private_ips=("10.0.17.1",), tags={"app": "x"}),
            make("vswitch", "vsw-1", vpc_id="vpc-1", cidr="10.0.16.0/20"), make("database", "rm-1", vpc_id="vpc-1", security_ips=(entry,)),
        )  # fmt: skip
        assert edges_of(graph, "data.allow_list") == [(client, "rm-1", "hard", "derived") for client in clients]

    @pytest.mark.parametrize("entry", ["10.0.0.0/16", "10.0.0.0/22"])
    def test_wide_blocks_only_guess(self, entry: str) -> None:
        graph = graph_of(
            server("i-1", private_ips=("10.0.0.5",)), make("vpc", "vpc-1", cidr="10.0.0.0/22"),
            make("database", "rm-1", vpc_id="vpc-1", security_ips=(entry,)),
        )  # fmt: skip
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
        )  # fmt: skip
        assert proposals_of(graph, "data.allow_list") == [("i-1", "rm-1", "hard", "guessed")]

    def test_clients_by_security_group(self) -> None:
        graph = graph_of(server("i-1", security_group_ids=("sg-1",)), make("cache", "r-1", vpc_id="vpc-1", security_group_ids=("sg-1",)))
        assert edges_of(graph, "data.security_group") == [("i-1", "r-1", "hard", "derived")]


class TestCalls:
    def rules(self, *rules: dict[str, object]) -> list[Resource]:
        return [
            server("i-1", tags={"app": "web"}, security_group_ids=("sg-web",), private_ips=("10.0.0.1",), vswitch_id="vsw-1"),
            server("i-2", tags={"app": "pay"}, security_group_ids=("sg-pay",)),
            make("vswitch", "vsw-1", vpc_id="vpc-1", cidr="10.0.0.0/24"), make("security_group", "sg-web"),
            make("security_group", "sg-pay", vpc_id="vpc-1", rules=rules),
        ]  # fmt: skip

    def accept(self, **more: object) -> dict[str, object]:
        base = {"direction": "ingress", "policy": "accept", "protocol": "tcp", "port_range": "3306/3306", "priority": 10}
        return base | more

    def test_a_permitted_call_is_a_proposal(self) -> None:
        graph = graph_of(*self.rules(self.accept(source_group_id="sg-web")))
        assert proposals_of(graph, "calls.security_group") == [("sg-web", "sg-pay", "hard", "derived")]
        assert "MySQL" in graph.proposals[0].evidence
        assert edges_of(graph, "calls.security_group") == []

    def test_a_drop_of_the_same_priority_beats_it_and_a_later_one_does_not(self) -> None:
        drop = {"direction": "ingress", "policy": "drop", "protocol": "all", "port_range": "-1/-1", "source_group_id": "sg-web"}
        same = graph_of(*self.rules(self.accept(source_group_id="sg-web"), drop | {"priority": 10}))
        later = graph_of(*self.rules(self.accept(source_group_id="sg-web"), drop | {"priority": 11}))
        assert proposals_of(same, "calls.security_group") == []
        assert len(proposals_of(later, "calls.security_group")) == 1

    @pytest.mark.parametrize(
        ("cidr", "found"),
        [("10.0.0.1/32", [("calls.address", "i-1")]), ("10.0.0.0/24", [("calls.subnet", "vsw-1")]), ("10.0.0.0/16", []), ("0.0.0.0/0", [])],
    )  # fmt: skip
    def test_address_blocks(self, cidr: str, found: list[tuple[str, str]]) -> None:
        graph = graph_of(*self.rules(self.accept(source_cidr=cidr)))
        assert [(item.rule, item.source) for item in graph.proposals] == found

    def test_an_egress_rule_confirms_the_direction(self) -> None:
        found = self.rules(self.accept(source_group_id="sg-web"))
        found[3] = make("security_group", "sg-web", rules=[{"direction": "egress", "policy": "accept", "dest_group_id": "sg-pay"}])
        assert graph_of(*found).proposals[0].evidence.endswith("allowed on the way out too")

    def test_calls_inside_one_workload_are_not_asked(self) -> None:
        found = self.rules(self.accept(source_group_id="sg-web"))
        found[1] = server("i-2", tags={"app": "web"}, security_group_ids=("sg-pay",))
        assert graph_of(*found).proposals == ()

    def test_numbered_names_look_like_equals_and_default_names_do_not(self) -> None:
        graph = graph_of(
            server("i-1", name="crm-app-01"), server("i-2", name="crm-app-02"),
            server("i-3", name="launch-advisor-20240101"), server("i-4", name="launch-advisor-20240102"),
        )  # fmt: skip
        assert proposals_of(graph, "calls.peers") == [("i-1", "i-2", "k_of_n", "guessed")]

    def test_two_of_a_data_tier_look_like_a_pair(self) -> None:
        graph = graph_of(server("i-1", name="X-PRD-DB01"), server("i-2", name="X-PRD-DB02"))
        assert proposals_of(graph, "calls.peers") == [("i-1", "i-2", "failover", "guessed")]

    def test_tiers_of_one_stem_look_like_client_and_server(self) -> None:
        graph = graph_of(server("i-1", name="crm-app"), server("i-2", name="crm-db"))
        assert proposals_of(graph, "calls.tiers") == [("i-1", "i-2", "hard", "guessed")]


class TestConfirmation:
    def test_a_confirmed_guess_counts_as_declared(self) -> None:
        asked = targets(spec("crm", match=Match(names=("crm-*",)), confirmed_edges=(("i-1", "i-2"),)))
        graph = graph_of(server("i-1", name="crm-app"), server("i-2", name="crm-db"), asked=asked)
        assert edges_of(graph, "calls.tiers") == [("i-1", "i-2", "hard", "declared")]
        assert graph.proposals == ()

    def test_a_confirmed_call_between_groups_makes_a_need(self) -> None:
        resources = TestCalls().rules(TestCalls().accept(source_group_id="sg-web"))
        asked = targets(spec("web", confirmed_edges=(("sg-web", "sg-pay"),)), spec("pay"))
        graph = graph_of(*resources, asked=asked)
        assert [item.needs_hard for item in graph.workloads] == [(), ("pay",)]

    def test_two_workload_names_confirm_a_need(self) -> None:
        asked = targets(spec("web", confirmed_edges=(("web", "pay"),)), spec("pay"))
        graph = graph_of(server("i-1", tags={"app": "web"}), server("i-2", tags={"app": "pay"}), asked=asked)
        assert graph.workloads[1].needs_hard == ("pay",)
        assert graph.waves == (("pay",), ("web",))

    def test_a_stated_edge_without_evidence_is_made(self) -> None:
        asked = targets(spec("web", confirmed_edges=(("i-1", "i-2"),)), spec("pay"))
        graph = graph_of(server("i-1", tags={"app": "web"}), server("i-2", tags={"app": "pay"}), asked=asked)
        assert edges_of(graph, "targets.confirmed") == [("i-1", "i-2", "hard", "declared")]
        assert graph.workloads[1].needs_hard == ("pay",)

    def test_a_declared_need_settles_what_the_allow_list_permits(self) -> None:
        store = make("database", "rm-1", tags={"app": "pay"}, vpc_id="vpc-1", security_ips=("10.0.0.1",))
        web = server("i-1", tags={"app": "web"}, private_ips=("10.0.0.1",))
        open_question = graph_of(web, store, asked=targets(spec("web"), spec("pay")))
        hard = graph_of(web, store, asked=targets(spec("web", needs_hard=("pay",)), spec("pay")))
        soft = graph_of(web, store, asked=targets(spec("web", needs_soft=("pay",)), spec("pay")))
        assert proposals_of(open_question, "data.allow_list") == [("i-1", "rm-1", "hard", "derived")]
        assert open_question.workloads[1].needs_hard == ()
        assert edges_of(hard, "data.allow_list") == [("i-1", "rm-1", "hard", "derived")]
        assert edges_of(soft, "data.allow_list") == [("i-1", "rm-1", "soft", "derived")]


def test_two_sources_of_one_edge_keep_both_evidences() -> None:
    store = make("database", "rm-1", vpc_id="vpc-1", security_ips=("10.0.0.1", "10.0.0.0/24"))
    graph = graph_of(server("i-1", private_ips=("10.0.0.1",)), store)
    assert edge(graph, "i-1", "rm-1").evidence == "allow list has 10.0.0.0/24; allow list has 10.0.0.1/32"


def test_an_empty_estate_is_an_empty_graph() -> None:
    graph = build_graph(estate(), targets())
    assert (graph.edges, graph.workloads, graph.proposals, graph.waves, graph.cycles) == ((), (), (), (), ())
