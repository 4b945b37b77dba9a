"""What the graph tells before any plan: each finding fires on a flaw and is silent without it."""

from __future__ import annotations

import pytest
from graph_estates import disk, estate, make, members, server, spec, targets, zone

from advisor.graph import build_graph, graph_findings
from advisor.model.finding import SEVERITY_ORDER, Finding
from advisor.model.inventory import Inventory, Resource, Stub
from advisor.model.targets import Match, Targets


def found(inventory: Inventory, asked: Targets | None = None) -> list[Finding]:
    return list(graph_findings(inventory, build_graph(inventory, asked or targets()), asked))


def ids(*resources: Resource, asked: Targets | None = None) -> set[str]:
    return {item.id for item in found(estate(*resources), asked)}


def one(finding_id: str, *resources: Resource, asked: Targets | None = None) -> Finding:
    matching = [item for item in found(estate(*resources), asked) if item.id == finding_id]
    assert len(matching) == 1, matching
    return matching[0]


def farm(*zones: str, **more: object) -> list[Resource]:
    servers = [server(f"i-{number}", at, tags={"app": "shop"}) for number, at in enumerate(zones, start=1)]
    front = make("server_group", "sgp-1", "web", members=members(*(item.id for item in servers)), **more)  # type: ignore[arg-type]
    return [*servers, front]


class TestSinglePoints:
    def test_one_backend(self) -> None:
        assert one("GRA-ONE-BACKEND", *farm("h")).resource == "i-1"
        assert "GRA-ONE-BACKEND" not in ids(*farm("h", "i"))

    def test_no_backend(self) -> None:
        idle = [server("i-1", status="Stopped"), make("server_group", "sgp-1", members=members("i-1"))]
        assert one("GRA-NO-BACKEND", *idle).severity == "medium"

    def test_all_members_in_one_zone(self) -> None:
        assert "all 2 serving members stand in cn-hangzhou-h" in one("GRA-GROUP-ONE-ZONE", *farm("h", "h")).detail
        assert "GRA-GROUP-ONE-ZONE" not in ids(*farm("h", "i"))
        gate = make("load_balancer", "alb-1", at="h i")
        behind = one("GRA-GROUP-ONE-ZONE", gate, *farm("h", "h", load_balancer_ids=("alb-1",)))
        assert behind.detail.endswith("cn-hangzhou-h; 1 is needed.")

    def test_one_zone_holds_too_many(self) -> None:
        assert "3 of 4" in one("GRA-GROUP-ZONE-HEAVY", *farm("h", "h", "h", "i")).detail
        assert "GRA-GROUP-ZONE-HEAVY" not in ids(*farm("h", "h", "i", "i"))

    def test_the_whole_workload_in_one_zone(self) -> None:
        tags = {"app": "shop"}
        store = make("database", "rm-1", at="h", slave_zones=(), tags=tags)
        assert one("GRA-WORKLOAD-ONE-ZONE", server("i-1", tags=tags), store).workload == "shop"
        assert "GRA-WORKLOAD-ONE-ZONE" not in ids(server("i-1", tags=tags), server("i-2", "i", tags=tags))

    def test_instances_by_themselves_are_told_once_for_a_workload(self) -> None:
        tags = {"app": "shop"}
        finding = one("GRA-SINGLE-INSTANCE", server("i-1", tags=tags), server("i-2", "i", tags=tags))
        assert finding.title.startswith("2 instances of shop")

    @pytest.mark.parametrize(
        ("resource", "finding"),
        [
            (make("load_balancer", "lb-1", at="h"), "GRA-BALANCER-ONE-ZONE"),
            (make("load_balancer", "lb-1"), "GRA-BALANCER-ZONES-UNKNOWN"),
            (make("database", "rm-1", at="h", slave_zones=()), "GRA-STORE-ONE-ZONE"),
            (make("database", "rm-1", at="h", slave_zones=(zone("h"),)), "GRA-STORE-ONE-ZONE"),
            (make("database", "rm-1", at="h", category="Basic"), "GRA-STORE-ONE-ZONE"),
            (make("database", "rm-1", at="h"), "GRA-STANDBY-UNKNOWN"),
            (make("cache", "r-1", at="h", secondary_zone=""), "GRA-STORE-ONE-ZONE"),
            (make("cache", "r-1", at="h"), "GRA-STANDBY-UNKNOWN"),
        ],
    )
    def test_services_in_one_zone(self, resource: Resource, finding: str) -> None:
        assert one(finding, resource).resource == resource.id

    @pytest.mark.parametrize(
        "resource",
        [
            make("load_balancer", "lb-1", at="h i"),
            make("database", "rm-1", at="h", slave_zones=(zone("i"),)),
            make("database", "rr-1", at="h", master_id="rm-1"),
        ],
    )
    def test_services_in_two_zones_and_replicas(self, resource: Resource) -> None:
        assert not ids(resource) & {"GRA-BALANCER-ONE-ZONE", "GRA-STORE-ONE-ZONE", "GRA-STANDBY-UNKNOWN"}

    def test_scaling_groups(self) -> None:
        switches = [make("vswitch", "vsw-1", at="h"), make("vswitch", "vsw-2", at="i")]
        assert (
            one("GRA-SCALING-ONE-ZONE", make("scaling_group", "asg-1", vswitch_ids=("vsw-1",)), *switches).resource
            == "asg-1"
        )
        first = make("scaling_group", "asg-1", vswitch_ids=("vsw-1", "vsw-2"), multi_az_policy="PRIORITY")
        even = make("scaling_group", "asg-1", vswitch_ids=("vsw-1", "vsw-2"), multi_az_policy="BALANCE")
        assert "GRA-SCALING-PRIORITY" in ids(first, *switches)
        assert not {item for item in ids(even, *switches) if item.startswith("GRA-SCALING")}

    def test_a_gateway_for_several_zones(self) -> None:
        gateway = make("nat_gateway", "ngw-1", at="h", vpc_id="vpc-1", eip_ids=("eip-1",))
        assert (
            one("GRA-NAT-ONE-ZONE", gateway, server("i-1", "h"), server("i-2", "i")).title
            == "One NAT gateway for 2 zones"
        )
        assert "GRA-NAT-ONE-ZONE" not in ids(gateway, server("i-1", "h"))

    def test_a_shared_disk_and_a_manager(self) -> None:
        assert one("GRA-SHARED-DISK", server("i-1"), server("i-2"), disk("d-1", "i-1", "i-2")).resource == "d-1"
        tags = {"ehpc.aliyun.com": "1"}
        manager, worker = server("i-1", name="sim_manager", tags=tags), server("i-2", name="sim_compute000", tags=tags)
        assert one("GRA-HPC-MANAGER", manager, worker).resource == "i-1"


class TestSharedFate:
    def test_a_key_that_two_workloads_need(self) -> None:
        resources = []
        for name in ("a", "b"):
            resources += [server(f"i-{name}", tags={"app": name}), disk(f"d-{name}", f"i-{name}", kms_key_id="k-1")]
        assert one("GRA-SHARED-FATE", *resources).resource == "k-1"
        assert "a, b fail with it" in one("GRA-SHARED-FATE", *resources).detail

    def test_what_a_declared_need_says_already_is_no_news(self) -> None:
        asked = targets(spec("a"), spec("b", needs_hard=("a",)))
        store = make("database", "rm-1", tags={"app": "a"}, vpc_id="vpc-1", security_ips=("10.0.0.1",))
        assert "GRA-SHARED-FATE" not in ids(
            server("i-1", tags={"app": "b"}, private_ips=("10.0.0.1",)), store, asked=asked
        )

    def test_a_balancer_in_front_of_two_workloads(self) -> None:
        servers = [server("i-1", tags={"app": "a"}), server("i-2", tags={"app": "b"})]
        assert (
            one("GRA-SHARED-BALANCER", *servers, make("load_balancer", "lb-1", backends=members("i-1", "i-2"))).resource
            == "lb-1"
        )

    def test_a_zone_that_takes_most_workloads(self) -> None:
        most = [
            server("i-1", tags={"app": "a"}),
            server("i-2", tags={"app": "b"}),
            server("i-3", "i", tags={"app": "c"}),
        ]
        assert one("GRA-ZONE-OF-MANY", *most).title == "2 of 3 workloads fail with zone cn-hangzhou-h"

    def test_possible_clients_of_a_database(self) -> None:
        store = make("database", "rm-1", tags={"app": "a"}, vpc_id="vpc-1", security_ips=("10.0.0.1",))
        finding = one("GRA-POSSIBLE-CLIENTS", store, server("i-1", tags={"app": "b"}, private_ips=("10.0.0.1",)))
        assert (finding.severity, finding.workload) == ("low", "a")


class TestOrder:
    servers = (
        server("i-1", tags={"app": "web"}),
        server("i-2", tags={"app": "pay"}),
        server("i-3", tags={"app": "log"}),
    )

    def test_a_strict_workload_on_a_lax_one(self) -> None:
        asked = targets(spec("web", "critical", needs_hard=("pay",)), spec("pay", "important"))
        finding = one("GRA-INVERSION", *self.servers, asked=asked)
        assert finding.workload == "web"
        assert "zone RTO 1 h against 4 h" in finding.detail
        assert "RPO" in finding.detail
        assert "A gap in RPO has no price: waiting loses no data" in finding.fix

    def test_the_way_through_others_is_told(self) -> None:
        asked = targets(
            spec("web", "critical", needs_hard=("pay",)),
            spec("pay", "critical", needs_hard=("log",)),
            spec("log", "low"),
        )
        findings = [item for item in found(estate(*self.servers), asked) if item.id == "GRA-INVERSION"]
        assert [item.detail.partition(":")[0] for item in findings] == ["pay → log", "web → pay → log"]

    def test_equal_or_stricter_needs_are_fine(self) -> None:
        asked = targets(spec("web", "important", needs_hard=("pay",)), spec("pay", "critical"))
        assert "GRA-INVERSION" not in ids(*self.servers, asked=asked)

    def test_without_targets_the_shipped_classes_have_ranks(self) -> None:
        asked = targets(spec("web", "critical", needs_hard=("pay",)), spec("pay", "low"))
        inventory = estate(*self.servers)
        findings = graph_findings(inventory, build_graph(inventory, asked))
        assert [item.detail for item in findings if item.id == "GRA-INVERSION"] == [
            "web → pay: class critical needs class low."
        ]
        assert all("no price" not in item.fix for item in findings if item.id == "GRA-INVERSION")

    def test_a_ring(self) -> None:
        asked = targets(spec("web", needs_hard=("pay",)), spec("pay", needs_hard=("web",)))
        assert one("GRA-CYCLE", *self.servers, asked=asked).title == "pay, web need one another"

    def test_a_need_of_nothing(self) -> None:
        asked = targets(spec("web", needs_hard=("nope",)))
        assert "'nope'" in one("GRA-UNKNOWN-NEED", *self.servers, asked=asked).title

    def test_a_declaration_of_nothing(self) -> None:
        assert one("GRA-EMPTY-WORKLOAD", *self.servers, asked=targets(spec("ghost"))).severity == "high"

    def test_a_confirmed_edge_of_nothing(self) -> None:
        asked = targets(spec("web", confirmed_edges=(("i-1", "i-404"),)))
        assert "i-404" in one("GRA-UNKNOWN-EDGE", *self.servers, asked=asked).detail

    def test_two_declarations_of_one_resource(self) -> None:
        asked = targets(spec("web"), spec("all", match=Match(vpc="vpc-1")))
        assert one("GRA-TWO-WORKLOADS", *self.servers, asked=asked).title == "1 resources match web and all"


class TestGaps:
    def test_what_is_in_no_workload_is_told_once_for_a_kind(self) -> None:
        findings = [
            item
            for item in found(estate(disk("d-1"), disk("d-2"), make("eip", "eip-1")))
            if item.id == "GRA-UNASSIGNED"
        ]
        assert [item.title for item in findings] == ["2 disks in no workload", "1 elastic address in no workload"]

    def test_a_disk_of_an_unlisted_instance_and_ids_that_are_only_mentioned(self) -> None:
        stubs = [Stub("i-404", "instance", "d-1", disk("d-1").origin)]
        findings = {item.id: item for item in found(estate(disk("d-1", "i-404"), stubs=stubs))}
        assert findings["GRA-DANGLING-DISK"].resource == "d-1"
        assert findings["GRA-MENTIONED-ONLY"].title == "1 instance mentioned, but listed nowhere"

    def test_a_disk_in_another_zone_than_its_server(self) -> None:
        finding = one("GRA-ZONE-MISMATCH", server("i-1", at="h"), disk("d-1", "i-1", at="i"))
        assert (finding.resource, "cn-hangzhou-i" in finding.detail) == ("d-1", True)
        alike = (server("i-1", at="h"), disk("d-1", "i-1", at="h"))
        regional = (server("i-1", at="h"), disk("d-1", "i-1", at="i j", category="cloud_regional_disk_auto"))
        assert "GRA-ZONE-MISMATCH" not in {*ids(*alike), *ids(*regional)}

    def test_an_image_that_is_not_there_any_more(self) -> None:
        group = make("scaling_group", "asg-1", configurations=({"active": True, "image_id": "m-1"},))
        listed = [("image", "cn-hangzhou")]
        assert [one.resource for one in found(estate(group, listed=listed)) if one.id == "GRA-IMAGE-GONE"] == ["asg-1"]
        there = estate(group, make("image", "m-1"), listed=listed)
        unlisted = estate(group)
        assert [one for one in (*found(there), *found(unlisted)) if one.id == "GRA-IMAGE-GONE"] == []

    def test_a_balancer_for_nothing_and_one_of_which_nothing_is_known(self) -> None:
        assert "GRA-BALANCER-EMPTY" in ids(make("load_balancer", "lb-1", backends=()))
        assert "GRA-BACKENDS-UNKNOWN" in ids(make("load_balancer", "lb-1"))

    def test_stopped_instances(self) -> None:
        finding = one("GRA-STOPPED", server("i-1", status="Stopped", stopped_mode="StopCharging"))
        assert "may find no stock" in finding.detail

    def test_mixed_environments(self) -> None:
        servers = [server("i-1", tags={"app": "a", "env": "prod"}), server("i-2", tags={"app": "a", "env": "test"})]
        assert one("GRA-MIXED-ENVIRONMENTS", *servers).workload == "a"

    def test_unknown_is_not_none(self) -> None:
        inventory = estate(server("i-1"), listed=[("disk", "cn-hangzhou"), ("snapshot", "*")])
        details = {item.id: item.detail for item in found(inventory)}
        assert details["GRA-LISTED-EMPTY"].startswith("The list of disks, snapshots is empty")
        assert "backup plans" in details["GRA-NOT-LISTED"]

    def test_rules_that_are_not_known(self) -> None:
        assert (
            one(
                "GRA-RULES-UNKNOWN", server("i-1", security_group_ids=("sg-1",)), make("security_group", "sg-1")
            ).severity
            == "info"
        )

    def test_proposals_wait(self) -> None:
        assert "1 possible" in one("GRA-PROPOSALS", server("i-1", name="crm-app"), server("i-2", name="crm-db")).title


def test_the_worst_comes_first_and_others_can_be_left_out() -> None:
    inventory = estate(*farm("h", "h"), disk("d-1"), make("load_balancer", "lb-9", at="h"))
    findings = found(inventory)
    ranks = [SEVERITY_ORDER.index(item.severity) for item in findings]
    assert ranks == sorted(ranks)
    rest = graph_findings(inventory, build_graph(inventory, targets()), without=("GRA-GROUP-ONE-ZONE",))
    assert "GRA-GROUP-ONE-ZONE" not in {item.id for item in rest}


def test_findings_without_a_resource_have_titles_of_their_own() -> None:
    resources = [
        server(f"i-{n}", at, tags={"app": name})
        for n, (at, name) in enumerate([("h", "a"), ("h", "a"), ("i", "b"), ("i", "b")])
    ]
    titles = [(item.id, item.title) for item in found(estate(*resources)) if item.resource is None]
    assert len(titles) == len(set(titles))


def test_many_of_one_sort_are_counted() -> None:
    findings = found(estate(*(make("load_balancer", f"lb-{n:03}", at="h") for n in range(250))))
    of_a_sort = [item for item in findings if item.id == "GRA-BALANCER-ONE-ZONE"]
    assert len(of_a_sort) == 201
    assert of_a_sort[-1].title == "50 more findings of this sort"
