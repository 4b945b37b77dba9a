"""JSON, DOT, text and the page: complete, the same every time, and harmless whatever the names hold."""

from __future__ import annotations

import json
import re

import pytest
from graph_estates import disk, estate, make, members, server, spec, targets, zone

from advisor.graph import Analysis, blast, build_graph, to_dot, to_html, to_json, to_text, weaknesses
from advisor.graph.export_html import page_data
from advisor.graph.words import clean, for_dot, for_script
from advisor.model.graph import Graph
from advisor.model.inventory import Inventory, Stub

HOSTILE = (
    'web-<b>07</b>"; rm -rf',
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    '\\"] ; evil [label="',
    "a\nb\r\x1b[31mred",
    "\u202egnp.exe",
    "half \ud800 sign",
    "line\u2028end",
    "'; DROP",
    "${x}`y`",
    "&amp;&lt;",
    "名字",
    "<!--SCRIPT-->",
    "\\N \\L",
    "{}%s",
)
H = "zone:" + zone("h")


def hostile() -> tuple[Inventory, Graph]:
    servers = [server(f"i-{number}", name=name, tags={"app": name}) for number, name in enumerate(HOSTILE)]
    inventory = estate(*servers, *(disk(f"d-{number}", f"i-{number}") for number in range(len(HOSTILE))))
    return inventory, build_graph(inventory, targets())


def shop() -> tuple[Inventory, Graph]:
    inventory = estate(
        server("i-1", "h", "web-01", tags={"app": "shop"}),
        server("i-2", "i", "web-02", tags={"app": "shop"}),
        disk("d-1", "i-1"),
        make("server_group", "sgp-1", "web", load_balancer_ids=("alb-1",), members=members("i-1", "i-2")),
        make("load_balancer", "alb-1", "gate", at="h i"),
        server("i-3", name="crm-app"),
        server("i-4", name="crm-db"),
        server("i-5", tags={"app": "pay"}),
        disk("d-9"),
    )
    asked = targets(spec("shop", "critical", needs_hard=("pay",)), spec("pay", needs_soft=("crm-app",)))
    return inventory, build_graph(inventory, asked)


def lone_servers(count: int) -> tuple[Inventory, Graph]:
    """A workload of so many servers in one zone, each needed, that needs another of one server."""
    shop = [server(f"i-{number:02}", name=f"x{number}y", tags={"app": "shop"}) for number in range(count)]
    inventory = estate(*shop, server("i-pay", tags={"app": "pay"}))
    return inventory, build_graph(inventory, targets(spec("shop", needs_hard=("pay",)), spec("pay")))


class TestJson:
    def test_the_fields_scripts_rely_on(self) -> None:
        document = json.loads(to_json(*shop()))
        assert set(document["edges"][0]) >= {"from", "to", "meaning", "confidence", "source"}
        member = next(item for item in document["edges"] if item["source"] == "balancing.member")
        assert (member["from"], member["to"], member["meaning"], member["quorum"]) == ("sgp-1", "i-1", "k_of_n", 1)
        assert set(document) == {
            *("nodes", "edges", "workloads", "proposals", "waves", "cycles", "unassigned"),
            *("single_points", "shared_fate", "inversions", "falls_with"),
        }
        assert document["unassigned"] == ["d-9"]
        names = [item["name"] for item in document["workloads"]]
        assert names == ["crm-app", "crm-db", "pay", "shop"]

    def test_every_end_of_an_edge_is_a_node(self) -> None:
        document = json.loads(to_json(*shop()))
        nodes = {item["id"]: item for item in document["nodes"]}
        assert {item[end] for item in document["edges"] for end in ("from", "to")} <= set(nodes)
        assert (nodes[H]["kind"], nodes[H]["name"], nodes["i-1"]["workload"]) == ("zone", "cn-hangzhou-h", "shop")
        assert nodes["vpc-1"]["listed"] is False

    def test_a_failure(self) -> None:
        inventory, graph = shop()
        document = json.loads(to_json(inventory, graph, blast(inventory, graph, H)))
        assert document["failure"] == H
        assert "i-1" in document["failed"]
        assert {"id": "sgp-1", "capacity_left": 0.5} in document["degraded"]
        assert document["unprotected"] == []
        assert document["workload_states"]["shop"] == "failed"

    def test_weak_points_are_whole_and_what_falls_with_each_is_what_a_failure_of_it_does(self) -> None:
        inventory, graph = lone_servers(30)
        document = json.loads(to_json(inventory, graph))
        alone = [item for item in document["single_points"] if item["id"] == "GRA-SINGLE-INSTANCE"]
        assert len({one for item in alone for one in item["failures"]}) == 31
        zonal = [item for item in document["single_points"] if item["failures"] == [H]]
        assert [item["id"] for item in zonal] == ["GRA-WORKLOAD-ONE-ZONE"]
        assert document["falls_with"]["resource:i-00"] == ["shop"]
        assert document["falls_with"]["resource:i-pay"] == ["pay", "shop"]
        for failure, down in document["falls_with"].items():
            states = blast(inventory, graph, failure).workloads
            assert down == sorted(name for name, state in states.items() if state == "failed"), failure

    def test_very_many_failures_are_followed_in_slices(self) -> None:
        inventory, graph = lone_servers(300)
        fell = json.loads(to_json(inventory, graph))["falls_with"]
        assert len(fell) == 302
        assert all(down == ["shop"] for failure, down in fell.items() if failure not in (H, "resource:i-pay"))

    def test_failures_beyond_the_limit_are_null_and_not_empty(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(weaknesses, "FOLLOWED", 4)
        inventory, graph = lone_servers(5)
        fell = json.loads(to_json(inventory, graph))["falls_with"]
        assert (len(fell), sum(down is None for down in fell.values())) == (7, 3)
        assert "was not followed" in to_text(inventory, graph)

    def test_shared_fate_and_inversions(self) -> None:
        several = [f"w{number:02}" for number in range(12)]
        inventory = estate(*(server(f"i-{name}", tags={"app": name}) for name in several))
        asked = targets(spec("w00", "critical", needs_hard=("w01",)), spec("w01", "low"))
        graph = build_graph(inventory, asked)
        document = json.loads(to_json(inventory, graph, targets=asked))
        zonal = next(item for item in document["shared_fate"] if item["id"] == "GRA-ZONE-OF-MANY")
        assert (zonal["failures"], zonal["workloads"]) == ([H], several)
        assert document["inversions"][0]["workloads"] == ["w00", "w01"]
        text = to_text(inventory, graph, targets=asked)
        assert "w09 and 2 more. (--format json lists them all)" in " ".join(text.split())
        assert "Tier inversions: 1\n  [high] w00 is stricter than w01, which it needs\n" in text


class TestText:
    def test_single_points_say_what_falls_and_lists_say_where_the_rest_is(self) -> None:
        inventory, graph = lone_servers(30)
        text = to_text(inventory, graph)
        assert "Single points of failure: 3\n  [high] All of shop stands in one zone\n" in text
        assert "\n    zone:cn-hangzhou-h takes down pay, shop\n" in text
        assert "\n    each of them takes down shop\n" in text
        assert "\n    i-pay takes down pay, shop\n" in text
        assert "\nShared fate: 1\n" in text
        assert "Tier inversions" not in text
        failure = to_text(inventory, graph, blast(inventory, graph, H))
        assert "\n    and 18 more (--format json lists them all)\n" in failure

    def test_an_estate_without_weak_points_says_so(self) -> None:
        inventory = estate()
        text = to_text(inventory, build_graph(inventory, targets()))
        assert "Single points of failure: none found\n\nShared fate: none found\n" in text

    def test_workloads_order_and_proposals(self) -> None:
        text = to_text(*shop())
        assert "shop  class critical, declared in the targets" in text
        assert "servers   web (2 members, 1 needed): web-01 (i-1), web-02 (i-2)" in text
        assert "needs     pay" in text
        assert "  1. crm-app, crm-db, pay\n  2. shop" in text
        assert "crm-app (i-3) → crm-db (i-4)  hard, guessed: tiers named crm" in text

    def test_a_failure(self) -> None:
        inventory, graph = shop()
        text = to_text(inventory, graph, blast(inventory, graph, "resource:i-1"))
        assert text.startswith("When resource:i-1 fails\n  workloads degraded: shop\n")
        assert "gate (alb-1)  50% of its capacity left" in text

    def test_what_serves_comes_first_and_one_is_one(self) -> None:
        inventory, graph = shop()
        lines = to_text(inventory, graph, blast(inventory, graph, "resource:d-1")).splitlines()
        assert lines[lines.index("2 resources fail") + 2 :][:2] == ["    web-01 (i-1)", "    d-1"]
        text = to_text(inventory, graph, blast(inventory, graph, "resource:d-9"))
        assert "\n1 resource fails\n" in text

    def test_a_workload_that_only_a_need_takes_along_says_so(self) -> None:
        inventory, graph = shop()
        text = to_text(inventory, graph, blast(inventory, graph, "resource:i-5"))
        assert "workloads down: pay, shop (needs pay)" in text

    def test_no_sign_that_moves_a_terminal(self) -> None:
        inventory, graph = hostile()
        text = to_text(inventory, graph) + to_text(inventory, graph, blast(inventory, graph, H))
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff]", text)


class TestDot:
    def test_every_line_is_a_statement_of_the_grammar(self) -> None:
        quoted = r'"(?:[^"\\\n]|\\.)*"'
        value = rf"(?:{quoted}|[\w-]+)"
        attributes = rf"\[\w+={value}(?:, ?\w+={value})*\]"
        statement = re.compile(
            "|".join(
                (
                    "digraph estate {",
                    "}",
                    r"subgraph cluster_\d+ {",
                    "rankdir=LR;",
                    rf"label={quoted};",
                    rf"\w+ {attributes};",
                    rf"\w+ -> \w+ {attributes};",
                )
            )
        )
        for inventory, graph in (hostile(), shop()):
            for line in to_dot(inventory, graph, blast(inventory, graph, H)).splitlines():
                assert statement.fullmatch(line.strip()), line

    def test_failures_are_coloured(self) -> None:
        inventory, graph = shop()
        drawn = to_dot(inventory, graph, blast(inventory, graph, "resource:i-1"))
        assert re.search(r'label="web-01", tooltip="i-1", shape=box, fillcolor="#e8a0a0"', drawn)

    def test_a_large_estate_is_drawn_as_workloads(self) -> None:
        inventory = estate(*(server(f"i-{number}", tags={"app": f"a{number % 3}"}) for number in range(1600)))
        drawn = to_dot(inventory, build_graph(inventory, targets()), None)
        assert '"a0 (534)"' in drawn
        assert "tooltip" not in drawn

    @pytest.mark.parametrize(
        ("text", "quoted"), [('a"b', '"a\\"b"'), ("a\\", '"a\\\\"'), ("a\nb", '"a?b"'), ("名", '"名"')]
    )
    def test_quoting(self, text: str, quoted: str) -> None:
        assert for_dot(text) == quoted


class TestPage:
    def test_nothing_from_outside_gets_out_of_its_place(self) -> None:
        page = to_html(*hostile(), title="<b>&")
        data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
        assert data is not None
        assert not set(data[1]) & set("<>&\u2028")
        names = {item["name"] for item in json.loads(data[1])["nodes"]}
        assert 'web-<b>07</b>"; rm -rf' in names
        assert page.count("<script") == 2
        assert page.count("</script>") == 2
        assert "<h1>&lt;b&gt;&amp;</h1>" in page

    def test_it_needs_nothing_else(self) -> None:
        page = to_html(*shop())
        assert "default-src 'none'" in page
        assert not re.search(r"(?:src|href)\s*=|@import|url\(|fetch\(|XMLHttpRequest|import\(", page)
        assert [link for link in re.findall(r"https?://[^\"' ]+", page) if "w3.org" not in link] == []
        assert "innerHTML" not in page

    def test_the_failure_it_opens_with(self) -> None:
        inventory, graph = shop()
        assert page_data(Analysis(inventory, graph), "resource:i-1")["failure"] == "i-1"
        with pytest.raises(ValueError, match="no resource 'i-404'"):
            to_html(inventory, graph, "resource:i-404")

    def test_a_resource_that_does_not_exist_is_counted_against_what_is_listed(self) -> None:
        inventory = estate(server("i-1", name="web"), stubs=[Stub("d-404", "disk", "i-1", server("i-1").origin)])
        analysis = Analysis(inventory, build_graph(inventory, targets()))
        with pytest.raises(
            ValueError, match="no resource 'nope'; there are 1 and 2 that are only mentioned, such as i-1"
        ):
            analysis.blast("resource:nope")
        with pytest.raises(ValueError, match="'web', which is the name of i-1; write resource:i-1"):
            analysis.blast("resource:web")
        with pytest.raises(ValueError, match="no place 'i-1'; write resource:i-1, which there is"):
            analysis.blast("i-1")

    def test_weak_points_of_the_page_name_the_nodes_whose_failure_can_be_tried(self) -> None:
        inventory, graph = lone_servers(70)
        data = page_data(Analysis(inventory, graph), None)
        nodes, points = data["nodes"], data["points"]
        assert isinstance(nodes, list)
        assert isinstance(points, list)
        assert [(title, count) for title, count, _ in points] == [("Single points of failure", 3), ("Shared fate", 1)]
        tried = {words: [nodes[number]["id"] for number in numbers] for _, words, _, numbers in points[0][2]}
        assert tried["All of shop stands in one zone"] == [H]
        assert tried["70 instances of shop without a second one"] == [f"i-{number:02}" for number in range(60)]
        asked = targets(spec("shop", needs_hard=("pay",)), spec("pay"))
        assert page_data(Analysis(inventory, graph), None, asked)["points"][2] == ("Tier inversions", 0, [])  # type: ignore[index]

    def test_too_many_resources_for_a_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("advisor.graph.export_html.NODES_ON_PAGE", 5)
        inventory, graph = shop()
        data = page_data(Analysis(inventory, graph), None)
        assert {item["kind"] for item in data["nodes"]} == {"zone", "region"}  # type: ignore[attr-defined]
        assert data["left_out"] == 10
        known = data["known"]
        assert isinstance(known, dict)
        assert known["zone:cn-hangzhou-i"] == []
        assert known["zone:cn-hangzhou-h"] == [0, 1, 2, 3]


@pytest.mark.parametrize("text", HOSTILE)
def test_script_data_is_the_same_after_reading(text: str) -> None:
    assert json.loads(for_script({"name": text})) == {"name": text}
    assert not set(for_script(text)) & set("<>&")


def test_cleaning_keeps_what_can_be_read() -> None:
    assert clean("订单-01 ümläut é́ 👍🏽") == "订单-01 ümläut é́ 👍🏽"


def test_json_keeps_names_as_they_are() -> None:
    names = {item["name"] for item in json.loads(to_json(*hostile()))["nodes"]}
    assert set(HOSTILE) <= names


def test_half_signs_do_not_stop_an_export() -> None:
    inventory, graph = hostile()
    for text in (
        to_json(inventory, graph),
        to_dot(inventory, graph),
        to_text(inventory, graph),
        to_html(inventory, graph),
    ):
        assert text.encode("utf-8")
