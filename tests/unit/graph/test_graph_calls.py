"""Who may call whom, and what the owner's word makes of it."""

from __future__ import annotations

import pytest
from graph_estates import (
    edges_of,
    graph_of,
    make,
    proposals_of,
    server,
    spec,
    targets,
)

from advisor.model.inventory import Resource
from advisor.model.targets import Match


class TestCalls:
    def rules(self, *rules: dict[str, object]) -> list[Resource]:
        return [
            server(
                "i-1",
                tags={"app": "web"},
                security_group_ids=("sg-web",),
                private_ips=("10.0.0.1",),
                vswitch_id="vsw-1",
            ),
            server("i-2", tags={"app": "pay"}, security_group_ids=("sg-pay",)),
            make("vswitch", "vsw-1", vpc_id="vpc-1", cidr="10.0.0.0/24"),
            make("security_group", "sg-web"),
            make("security_group", "sg-pay", vpc_id="vpc-1", rules=rules),
        ]

    def accept(self, **more: object) -> dict[str, object]:
        base = {
            "direction": "ingress",
            "policy": "accept",
            "protocol": "tcp",
            "port_range": "3306/3306",
            "priority": 10,
        }
        return base | more

    def test_a_permitted_call_is_a_proposal(self) -> None:
        graph = graph_of(*self.rules(self.accept(source_group_id="sg-web")))
        assert proposals_of(graph, "calls.security_group") == [("sg-web", "sg-pay", "hard", "derived")]
        assert "MySQL" in graph.proposals[0].evidence
        assert edges_of(graph, "calls.security_group") == []

    def test_a_drop_of_the_same_priority_beats_it_and_a_later_one_does_not(self) -> None:
        drop = {
            "direction": "ingress",
            "policy": "drop",
            "protocol": "all",
            "port_range": "-1/-1",
            "source_group_id": "sg-web",
        }
        same = graph_of(*self.rules(self.accept(source_group_id="sg-web"), drop | {"priority": 10}))
        later = graph_of(*self.rules(self.accept(source_group_id="sg-web"), drop | {"priority": 11}))
        assert proposals_of(same, "calls.security_group") == []
        assert len(proposals_of(later, "calls.security_group")) == 1

    @pytest.mark.parametrize(
        ("cidr", "found"),
        [
            ("10.0.0.1/32", [("calls.address", "i-1")]),
            ("10.0.0.0/24", [("calls.subnet", "vsw-1")]),
            ("10.0.0.0/16", []),
            ("0.0.0.0/0", []),
        ],
    )
    def test_address_blocks(self, cidr: str, found: list[tuple[str, str]]) -> None:
        graph = graph_of(*self.rules(self.accept(source_cidr=cidr)))
        assert [(item.rule, item.source) for item in graph.proposals] == found

    @pytest.mark.parametrize("odd", [{"policy": "unknown"}, {"policy": "abc"}, {"direction": "unknown"}])
    def test_a_rule_that_cannot_be_read_opens_nothing_and_closes_nothing(self, odd: dict[str, object]) -> None:
        alone = graph_of(*self.rules(self.accept(source_group_id="sg-web", **odd)))
        beside = graph_of(
            *self.rules(self.accept(source_group_id="sg-web"), self.accept(source_group_id="sg-web", **odd))
        )
        assert proposals_of(alone, "calls.security_group") == []
        assert len(proposals_of(beside, "calls.security_group")) == 1

    def test_ports_that_cannot_be_read_close_nothing_and_are_told(self) -> None:
        odd = self.accept(source_group_id="sg-web", port_range="unknown")
        graph = graph_of(*self.rules(self.accept(source_group_id="sg-web"), odd | {"policy": "drop"}))
        assert len(proposals_of(graph, "calls.security_group")) == 1
        assert "accepts tcp ports that cannot be read" in graph_of(*self.rules(odd)).proposals[0].evidence

    def test_an_egress_rule_confirms_the_direction(self) -> None:
        found = self.rules(self.accept(source_group_id="sg-web"))
        found[3] = make(
            "security_group", "sg-web", rules=[{"direction": "egress", "policy": "accept", "dest_group_id": "sg-pay"}]
        )
        assert graph_of(*found).proposals[0].evidence.endswith("allowed on the way out too")

    def test_calls_inside_one_workload_are_not_asked(self) -> None:
        found = self.rules(self.accept(source_group_id="sg-web"))
        found[1] = server("i-2", tags={"app": "web"}, security_group_ids=("sg-pay",))
        assert graph_of(*found).proposals == ()

    def test_numbered_names_look_like_equals_and_default_names_do_not(self) -> None:
        graph = graph_of(
            server("i-1", name="crm-app-01"),
            server("i-2", name="crm-app-02"),
            server("i-3", name="launch-advisor-20240101"),
            server("i-4", name="launch-advisor-20240102"),
        )
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
