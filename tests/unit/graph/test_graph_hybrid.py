"""What the failure of a line, of a place where lines end, or of a zone does to the ways out of a VPC."""

from __future__ import annotations

from graph_estates import estate, make, server, targets, zone

from advisor.graph import blast, build_graph
from advisor.model.graph import Blast
from advisor.model.inventory import Inventory, Resource


def hit(inventory: Inventory, failure: str) -> Blast:
    return blast(inventory, build_graph(inventory, targets()), failure)


def lines(*points: str) -> tuple[Resource, ...]:
    """A VPC that is joined to as many border routers as there are access points, each with a line of its own."""
    found: list[Resource] = [
        make("vpc", "vpc-1"),
        server("i-1", vswitch_id="vsw-1"),
        make("vswitch", "vsw-1", at="h", vpc_id="vpc-1"),
    ]
    for number, point in enumerate(points, start=1):
        found += [
            make("physical_connection", f"pc-{number}", status="Enabled", access_point_id=point),
            make("border_router", f"vbr-{number}", status="active", physical_connection_ids=(f"pc-{number}",)),
            make(
                "router_interface",
                f"ri-{number}",
                status="Active",
                router_type="vrouter",
                vpc_id="vpc-1",
                opposite_router_type="vbr",
                opposite_router_id=f"vbr-{number}",
            ),
        ]
    return tuple(found)


def grouped(*resources: Resource) -> Inventory:
    """The same with both border routers in one failover group."""
    others = {"vbr-1": "vbr-2", "vbr-2": "vbr-1"}
    return estate(
        *(
            make(
                "border_router",
                one.id,
                status="active",
                physical_connection_ids=one.texts("physical_connection_ids"),
                failover_group_id="vbrha-1",
                failover_peer_id=others[one.id],
            )
            if one.kind == "border_router"
            else one
            for one in resources
        )
    )


def test_a_line_takes_its_border_router_and_no_server() -> None:
    found = hit(estate(*lines("ap-1")), "resource:pc-1")
    assert found.failed == ("pc-1", "vbr-1")
    assert found.degraded["vpc-1"] == 1.0
    assert "failed" not in found.workloads.values()


def test_of_a_declared_pair_one_line_may_fail() -> None:
    found = hit(grouped(*lines("ap-1", "ap-2")), "resource:pc-1")
    assert found.failed == ("pc-1", "vbr-1")
    assert found.degraded["vbrha-1"] == 1.0


def test_a_pair_that_ends_at_one_access_point_fails_with_it() -> None:
    found = hit(grouped(*lines("ap-1", "ap-1")), "resource:ap-1")
    assert {"pc-1", "pc-2", "vbr-1", "vbr-2", "vbrha-1"} <= set(found.failed)
    assert not {"vpc-1", "i-1"} & set(found.failed)
    assert found.degraded["vpc-1"] == 1.0


def test_two_lines_of_one_border_router_carry_for_one_another() -> None:
    router = make("border_router", "vbr-1", physical_connection_ids=("pc-1", "pc-2"))
    inventory = estate(router, make("physical_connection", "pc-1"), make("physical_connection", "pc-2"))
    assert "vbr-1" not in hit(inventory, "resource:pc-1").failed


def attached(zones: str) -> Inventory:
    return estate(
        make("vpc", "vpc-1"),
        make("transit_router", "tr-1", cen_id="cen-1"),
        make("cen", "cen-1", region=None),
        make("cen_attachment", "tr-attach-1", at=zones, status="Attached", vpc_id="vpc-1", transit_router_id="tr-1"),
    )


def test_an_attachment_in_two_zones_outlasts_one() -> None:
    zone_h = f"zone:{zone('h')}"
    assert "tr-attach-1" in hit(attached("h"), zone_h).failed
    found = hit(attached("h i"), zone_h)
    assert "tr-attach-1" not in found.failed
    assert "vpc-1" not in found.failed
    region = hit(attached("h i"), "region:cn-hangzhou")
    assert {"tr-attach-1", "vpc-1", "tr-1"} <= set(region.failed)
    assert "cen-1" not in region.failed


def test_a_bucket_that_is_copied_loses_its_protection_with_the_copy() -> None:
    rules = ({"rule_id": "r", "status": "doing", "target_bucket": "copy"},)
    inventory = estate(
        make("bucket", "data", replication_rules=rules), make("bucket", "copy", region="cn-shanghai"), server("i-1")
    )
    found = hit(inventory, "region:cn-shanghai")
    assert (found.failed, found.unprotected) == (("copy",), ("data",))
