"""What fails, degrades or loses its protection, worked out by hand."""

from __future__ import annotations

import pytest
from graph_estates import disk, estate, make, members, server, spec, targets, zone

from advisor.graph import Analysis, blast, blast_many, build_graph
from advisor.model.graph import Blast
from advisor.model.inventory import Inventory, Resource, Stub
from advisor.model.targets import Targets

H, I = "zone:" + zone("h"), "zone:" + zone("i")  # noqa: E741
TAGS = {"app": "shop"}


def shop() -> Inventory:
    """Four servers over two zones behind one balancer, with a database that stands in both and a policy."""
    return estate(
        server("i-1", "h", tags=TAGS, private_ips=("10.0.0.1",)),
        server("i-2", "h", tags=TAGS),
        server("i-3", "i", tags=TAGS),
        server("i-4", "i", tags=TAGS),
        disk("d-1", "i-1", snapshot_policy_ids=("sp-1",)),
        make("load_balancer", "alb-1", at="h i", lb_type="alb", tags=TAGS),
        make("listener", "l-1", load_balancer_id="alb-1", server_group_ids=("sgp-1",)),
        make("server_group", "sgp-1", load_balancer_ids=("alb-1",), members=members("i-1", "i-2", "i-3", "i-4")),
        make("eip", "eip-1", instance_id="alb-1"),
        make("snapshot_policy", "sp-1"),
        make(
            "database", "rm-1", at="h", slave_zones=(zone("i"),), tags=TAGS, vpc_id="vpc-1", security_ips=("10.0.0.1",)
        ),
    )


def hit(inventory: Inventory, failure: str, asked: Targets | None = None) -> Blast:
    return blast(inventory, build_graph(inventory, asked or targets()), failure)


def test_a_zone_takes_half_of_the_servers() -> None:
    found = hit(shop(), H)
    assert found.failed == ("d-1", "i-1", "i-2")
    assert found.degraded == {"alb-1": 0.5, "eip-1": 0.5, "l-1": 0.5, "rm-1": 1.0, "sgp-1": 0.5}
    assert found.workloads == {"shop": "degraded"}


def test_one_server_of_four() -> None:
    found = hit(shop(), "resource:i-3")
    assert found.failed == ("i-3",)
    assert found.degraded["sgp-1"] == 0.75


def test_three_of_four_are_too_many() -> None:
    inventory = estate(*(item for item in shop().resources.values() if item.id != "i-4"), server("i-4", "h", tags=TAGS))
    found = hit(inventory, H)
    assert {"sgp-1", "l-1", "alb-1", "eip-1"} <= set(found.failed)
    assert found.workloads == {"shop": "failed"}


def test_a_region_takes_everything() -> None:
    found = hit(shop(), "region:cn-hangzhou")
    assert set(found.failed) == set(shop().resources) | {"vpc-1"} - {"vpc-1"}
    assert found.workloads == {"shop": "failed"}


def test_a_disk_takes_its_server() -> None:
    assert hit(shop(), "resource:d-1").failed == ("d-1", "i-1")


def test_a_policy_takes_only_protection() -> None:
    found = hit(shop(), "resource:sp-1")
    assert (found.failed, dict(found.degraded), found.unprotected) == (("sp-1",), {}, ("d-1",))
    assert found.workloads == {"shop": "unprotected"}


def test_a_database_takes_its_clients_and_its_workload() -> None:
    found = hit(shop(), "resource:rm-1")
    assert found.failed == ("i-1", "rm-1")
    assert found.workloads == {"shop": "failed"}


def test_the_name_of_the_failure_is_kept() -> None:
    assert hit(shop(), H).failure == H


def test_soft_dependencies_only_degrade() -> None:
    gateway = make("nat_gateway", "ngw-1", at="h", vpc_id="vpc-1", eip_ids=("eip-9",))
    found = hit(estate(server("i-1", "i", tags=TAGS), gateway), H)
    assert found.failed == ("eip-9", "ngw-1")
    assert found.degraded == {"i-1": 1.0}
    assert found.workloads == {"shop": "degraded"}


def test_a_stopped_member_is_no_capacity() -> None:
    servers = [server("i-1", "h"), server("i-2", "i"), server("i-3", "j", status="Stopped")]
    inventory = estate(*servers, make("server_group", "sgp-1", members=members("i-1", "i-2", "i-3")))
    assert hit(inventory, H).degraded == {"sgp-1": 0.5}
    assert hit(inventory, "resource:i-3").degraded == {}


def test_a_group_that_serves_nobody_is_not_blamed_on_the_failure() -> None:
    inventory = estate(server("i-1", status="Stopped"), make("server_group", "sgp-1", members=members("i-1")))
    assert hit(inventory, "resource:i-1").failed == ("i-1",)


def test_needs_carry_a_failure_on() -> None:
    inventory = estate(
        server("i-1", tags={"app": "pay"}), server("i-2", tags={"app": "web"}), server("i-3", tags={"app": "ads"})
    )
    asked = targets(spec("pay"), spec("web", needs_hard=("pay",)), spec("ads", needs_soft=("web",)))
    assert hit(inventory, "resource:i-1", asked).workloads == {"ads": "degraded", "pay": "failed", "web": "failed"}


def test_a_ring_of_needs_fails_together_and_ends() -> None:
    inventory = estate(server("i-1", tags={"app": "a"}), server("i-2", tags={"app": "b"}))
    asked = targets(spec("a", needs_hard=("b",)), spec("b", needs_hard=("a",)))
    assert hit(inventory, "resource:i-2", asked).workloads == {"a": "failed", "b": "failed"}


def test_a_copy_elsewhere_is_protection() -> None:
    inventory = estate(
        server("i-1"),
        disk("d-1", "i-1"),
        make("snapshot", "s-1", source_disk_id="d-1"),
        make("snapshot", "s-2", region="cn-shanghai", source_snapshot_id="s-1"),
    )
    found = hit(inventory, "region:cn-shanghai")
    assert found.failed == ("s-2",)
    assert found.unprotected == ("d-1", "s-1")
    assert hit(inventory, H).failed == ("d-1", "i-1")


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        ("zone:cn-hangzhou-x", "places here: region:cn-hangzhou, zone:cn-hangzhou-h, zone:cn-hangzhou-i"),
        ("region:mars", "no place 'region:mars'"),
        ("resource:i-11", "close to it: i-1"),
        ("i-1", "write resource:i-1, which there is"),
        ("i-none", "write zone:…, region:… or resource:…"),
        ("", "no place ''"),
    ],
)
def test_an_unknown_failure_says_what_exists(failure: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"no (place|resource)") as raised:
        hit(shop(), failure)
    assert words in str(raised.value)


def test_many_at_once_are_the_same_as_one_by_one() -> None:
    inventory = shop()
    analysis = Analysis(inventory, build_graph(inventory, targets()))
    table = analysis.many(analysis.failures)
    for failure in analysis.failures:
        one = analysis.blast(failure)
        assert table.failed(failure) == one.failed
        assert set(table.workloads(failure)) == {name for name, state in one.workloads.items() if state == "failed"}


def test_more_failures_than_fit_a_slice() -> None:
    servers: list[Resource] = [server(f"i-{number:03}") for number in range(300)]
    inventory = estate(*servers)
    graph = build_graph(inventory, targets())
    failures = [f"resource:{item.id}" for item in servers]
    table = blast_many(inventory, graph, failures)
    assert [table.failed(failure) for failure in failures] == [(item.id,) for item in servers]
    assert table.components("resource:i-007") == ("stateful_instance:i-007",)


def test_no_failures_and_an_empty_estate() -> None:
    inventory = estate()
    graph = build_graph(inventory, targets())
    assert blast_many(inventory, graph, []).matrix.shape == (0, 0)


def test_a_mentioned_resource_can_fail() -> None:
    stub = Stub("k-1", "key", "d-1", disk("d-1").origin)
    inventory = estate(disk("d-1", kms_key_id="k-1"), stubs=[stub])
    assert hit(inventory, "resource:k-1").failed == ("d-1", "k-1")
