"""Edges of place, storage and network, each on a graph small enough to draw by hand."""

from __future__ import annotations

import pytest
from graph_estates import (
    disk,
    edge,
    edges_of,
    graph_of,
    make,
    proposals_of,
    server,
    zone,
)

from advisor.model.inventory import Resource

H, I, J = "zone:" + zone("h"), "zone:" + zone("i"), "zone:" + zone("j")  # noqa: E741
R = "region:cn-hangzhou"


class TestPlace:
    def test_an_instance_stands_in_its_zone_and_the_zone_in_its_region(self) -> None:
        graph = graph_of(server("i-1"))
        assert ("i-1", H, "containment", "declared") in edges_of(graph, "place.zone")
        assert (H, R, "containment", "declared") in edges_of(graph, "place.region")

    def test_the_region_comes_from_the_spelling_where_nothing_tells_it(self) -> None:
        graph = graph_of(make("instance", "i-1", at="1a", region=None))
        assert (H[:5] + "cn-hangzhou-1a", "region:cn-hangzhou-1", "containment", "declared") in edges_of(
            graph, "place.region"
        )

    def test_an_instance_stands_in_its_vswitch_and_that_in_its_vpc(self) -> None:
        graph = graph_of(server("i-1", vswitch_id="vsw-1"), make("vswitch", "vsw-1", at="h", vpc_id="vpc-1"))
        assert edges_of(graph, "place.vswitch") == [("i-1", "vsw-1", "containment", "declared")]
        assert edges_of(graph, "place.vpc") == [("vsw-1", "vpc-1", "containment", "declared")]

    def test_an_application_balancer_needs_one_of_its_zones(self) -> None:
        graph = graph_of(make("load_balancer", "alb-1", at="h i", lb_type="alb"))
        assert edges_of(graph, "place.zones") == [
            ("alb-1", H, "k_of_n", "declared"),
            ("alb-1", I, "k_of_n", "declared"),
        ]
        assert edge(graph, "alb-1", H).quorum == 1

    def test_zone_mappings_tell_the_zones_of_a_balancer(self) -> None:
        graph = graph_of(
            make("load_balancer", "alb-1", lb_type="alb", zone_mappings=[{"zone": zone("i")}, {"zone_id": zone("j")}])
        )
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
        assert {item[:3] for item in edges_of(graph, "place.zone_pair")} == {
            ("rm-1", H, "failover"),
            ("rm-1", I, "failover"),
        }

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
            make("vswitch", "vsw-1", at="h"),
            make("vswitch", "vsw-2", at="i"),
        )
        assert {item[1:] for item in edges_of(graph, "place.zones")} == {
            (H, "k_of_n", "derived"),
            (I, "k_of_n", "derived"),
        }

    def test_members_of_a_deployment_set_and_of_a_dedicated_host(self) -> None:
        graph = graph_of(
            server("i-1", dedicated_host_id="dh-1"),
            server("i-2", deployment_set_id="ds-1"),
            make("deployment_set", "ds-1", instance_ids=("i-1",)),
        )
        assert [item[:3] for item in edges_of(graph, "place.deployment_set")] == [
            ("i-1", "ds-1", "control"),
            ("i-2", "ds-1", "control"),
        ]
        assert edges_of(graph, "place.dedicated_host") == [("i-1", "dh-1", "containment", "declared")]

    def test_computes_of_an_hpc_cluster_need_the_manager(self) -> None:
        graph = graph_of(
            server("i-1", name="sim_manager"),
            server("i-2", name="sim_compute000", tags={"ehpc.aliyun.com": "sim"}),
            server("i-3", name="other_compute000"),
            server("i-4", name="other_manager"),
            server("i-5", name="ehpc-x_login0"),
            server("i-6", name="ehpc-x_manager"),
        )
        assert edges_of(graph, "place.hpc_manager") == [
            ("i-2", "i-1", "hard", "derived"),
            ("i-5", "i-6", "hard", "derived"),
        ]


class TestStorage:
    def test_an_instance_needs_its_disks(self) -> None:
        graph = graph_of(server("i-1"), disk("d-1", "i-1", disk_type="system"), disk("d-2", "i-1"))
        assert [item[:3] for item in edges_of(graph, "storage.disk")] == [
            ("i-1", "d-1", "hard"),
            ("i-1", "d-2", "hard"),
        ]

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
        graph = graph_of(
            make("snapshot_policy", "sp-1", status=status), disk("d-1", snapshot_policy_ids=("sp-1",), **flags)
        )
        assert edges_of(graph, "storage.snapshot_policy") == []

    def test_the_newest_finished_snapshot_counts(self) -> None:
        def snapshot(name: str, day: int, status: str) -> Resource:
            return make("snapshot", name, status=status, source_disk_id="d-1", created_at=f"2026-01-0{day}T00:00:00Z")

        graph = graph_of(
            disk("d-1"),
            snapshot("s-1", 3, "accomplished"),
            snapshot("s-2", 2, "accomplished"),
            snapshot("s-3", 4, "progressing"),
            snapshot("s-4", 5, "failed"),
        )
        assert edges_of(graph, "storage.snapshot") == [("d-1", "s-1", "recovery", "declared")]

    def test_a_copy_in_another_region_brings_disk_and_snapshot_back(self) -> None:
        graph = graph_of(
            disk("d-1"),
            make("snapshot", "s-1", source_disk_id="d-1"),
            make("snapshot", "s-2", region="cn-shanghai", source_snapshot_id="s-1", source_region="cn-hangzhou"),
        )
        assert [item[:3] for item in edges_of(graph, "storage.snapshot_copy")] == [
            ("d-1", "s-2", "recovery"),
            ("s-1", "s-2", "recovery"),
        ]

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
        graph = graph_of(
            server("i-1", image_id="m-1"), server("i-2", image_id="aliyun_3_x64"), disk("d-1", kms_key_id="k-1")
        )
        assert edges_of(graph, "storage.image") == [("i-1", "m-1", "recovery", "declared")]
        assert edges_of(graph, "storage.key") == [("d-1", "k-1", "hard", "declared")]


class TestNetwork:
    def test_an_address_needs_what_it_is_bound_to_from_either_side(self) -> None:
        graph = graph_of(
            server("i-1"),
            server("i-2", eip_id="eip-2"),
            make("eip", "eip-1", instance_id="i-1"),
            make("eip", "eip-2"),
            make("eip", "eip-3", instance_id="eni-1"),
            make("network_interface", "eni-1", instance_id="i-1"),
        )
        assert {item[:2] for item in edges_of(graph, "network.eip")} >= {
            ("eip-1", "i-1"),
            ("eip-2", "i-2"),
            ("eip-3", "i-1"),
        }
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
            server("i-1", vswitch_id="vsw-1"),
            server("i-2", private_ips=("10.0.2.7",)),
            server("i-3", private_ips=("10.0.3.7",)),
            make("nat_gateway", "ngw-1", vpc_id="vpc-1", eip_ids=("eip-1",), snat_entries=entries),
        )
        assert [item[0] for item in edges_of(graph, "network.nat")] == ["i-1", "i-2"]

    def test_a_forwarded_address_needs_the_instance(self) -> None:
        entry = {"external_ip": "198.51.100.9", "external_port": "443", "internal_ip": "10.0.0.5"}
        graph = graph_of(
            server("i-1", private_ips=("10.0.0.5",)),
            make("eip", "eip-1", address="198.51.100.9"),
            make("nat_gateway", "ngw-1", vpc_id="vpc-1", forward_entries=[entry]),
        )
        assert edges_of(graph, "network.dnat") == [("eip-1", "i-1", "hard", "derived")]
