"""The pieces below the screens: escaping, maps, archive, start of the server, kept results."""

from __future__ import annotations

import io
import re
import socket
import zipfile

import pytest
from plan_factory import HOSTILE

from advisor.api import blast_of
from advisor.api.asking import dependency_graph, failures_of
from advisor.model.finding import Mistake
from advisor.model.graph import Component, Graph, Workload
from advisor.model.inventory import ImportResult
from advisor.model.targets import Targets
from advisor.web import maps, tables
from advisor.web.__main__ import main
from advisor.web.archive import pack
from advisor.web.launch import OUTSIDE_FAILED, SCRIPT, command, launch
from advisor.web.session import Kept
from advisor.web.text import md, plain


def test_markdown_is_escaped_letter_by_letter() -> None:
    assert md("**b** [l](x) `c` $x$ <b>") == r"\*\*b\*\* \[l\]\(x\) \`c\` \$x\$ \<b\>"


@pytest.mark.parametrize("text", ["http://e.example/x", "www.e.example", "a@b.example", "a -> b", "a <- b", "a -- b"])
def test_what_would_become_a_link_or_an_arrow_is_kept_apart(text: str) -> None:
    shown = md(text)
    assert "\u2060" in shown
    assert shown.replace("\u2060", "").replace("\\", "") == text


def test_names_lose_control_characters_and_changes_of_direction() -> None:
    for shown in (plain(HOSTILE), md(HOSTILE)):
        assert "\x1b" not in shown
        assert "\u202e" not in shown


def test_mistakes_are_shown_as_text() -> None:
    shown = "".join(tables.mistakes([Mistake(HOSTILE, "line 1", "![x](http://e.example)", "")]).iloc[0])
    assert not re.search(r"(?<!\\)[<\]!]", shown)


def test_nothing_in_a_name_is_read_as_dot() -> None:
    assert maps.quoted(['a"b\\N<b>&lt;', "c\nd"]) == r'"a\"b\\N<b>&amp;lt;\nc d"'


def _graph(*names: str) -> Graph:
    return Graph((), tuple(Workload(name, "tag", (f"i-{name}",), (), "low") for name in names), waves=(names,))


def test_many_workloads_are_drawn_in_part() -> None:
    dot = maps.estate_dot(_graph(*(f"w{number}" for number in range(maps.MAX_BOXES + 5))), {})
    assert dot.count("[label=") == maps.MAX_BOXES


def test_a_hostile_name_is_one_label() -> None:
    dot = maps.estate_dot(_graph(HOSTILE), {})
    assert dot.count("[label=") == 1
    assert "\x1b" not in dot


def test_a_zone_outage_marks_workloads_in_words_and_colour(shop: ImportResult, shop_targets: Targets) -> None:
    graph = dependency_graph(shop, shop_targets)
    blast = blast_of(shop.inventory, graph, "zone:cn-hangzhou-h")
    dot = maps.estate_dot(graph, {}, blast)
    assert "orders" in dot
    assert "fails" in dot
    assert maps.FILLS["failed"][0] in dot
    whole = maps.estate_dot(graph, {"orders": "3 components"})
    assert "3 components" in whole
    assert maps.FILLS["failed"][0] not in whole


def test_the_components_of_a_workload_stand_between_what_they_need_and_who_needs_them(
    shop: ImportResult, shop_targets: Targets
) -> None:
    graph = dependency_graph(shop, shop_targets)
    workload = next(item for item in graph.workloads if item.name == "payments")
    blast = blast_of(shop.inventory, graph, "zone:cn-hangzhou-h")
    dot = maps.workload_dot(graph, workload, blast)
    assert all(maps.quoted([item.name])[1:-1] in dot for item in workload.components)
    assert "orders" in dot
    assert "workload, fails" in dot


def test_a_component_that_loses_a_member_says_how_many() -> None:
    part = Component("server_group:g", "server_group", "web", ("i-1", "i-2"), quorum=1)
    workload = Workload("shop", "tag", ("i-1", "i-2"), (part,), "low")
    graph = Graph((), (workload,), waves=(("shop",),))
    from advisor.model.graph import Blast

    dot = maps.workload_dot(graph, workload, Blast("resource:i-1", ("i-1",), workloads={"shop": "degraded"}))
    assert "1 of 2 fail" in dot
    assert maps.FILLS["degraded"][0] in dot
    assert "of 2, 1 needed" in maps.workload_dot(graph, workload)


def test_all_failures_can_be_asked_for(shop: ImportResult, shop_targets: Targets) -> None:
    graph = dependency_graph(shop, shop_targets)
    failures = failures_of(shop.inventory, graph)
    assert {"zone:cn-hangzhou-h", "region:cn-hangzhou"} <= set(failures)
    assert any(item.startswith("resource:i-") for item in failures)


def test_the_archive_is_the_same_for_the_same_files() -> None:
    files = {"b/run.sh": b"x", "a.txt": b"y" * 1000}
    assert pack(files) == pack(dict(reversed(files.items())))
    with zipfile.ZipFile(io.BytesIO(pack(files))) as archive:
        assert archive.namelist() == ["a.txt", "b/run.sh"]
        assert archive.read("b/run.sh") == b"x"
        assert archive.getinfo("b/run.sh").external_attr >> 16 == 0o100755
        assert archive.testzip() is None


def test_the_server_is_started_with_every_setting() -> None:
    words = command(8765)
    assert str(SCRIPT) in words
    assert SCRIPT.is_file()
    for setting in ("server.address=127.0.0.1", "server.port=8765", "browser.gatherUsageStats=false",
                    "server.headless=true", "client.showErrorDetails=none", "server.enableAgentApi=false"):  # fmt: skip
        assert f"--{setting}" in words


def test_a_taken_port_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert launch(port) == OUTSIDE_FAILED
    assert f"Port {port} on 127.0.0.1 is taken." in capsys.readouterr().err


@pytest.mark.parametrize("port", ["0", "65536", "x", "-1"])
def test_a_wrong_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--port", port])
    assert caught.value.code == 2
    assert "--port" in capsys.readouterr().err


def test_only_the_last_results_are_kept() -> None:
    kept: Kept[int] = Kept(2)
    assert [kept.get_or(key, lambda key=key: key) for key in (1, 2, 1, 3)] == [1, 2, 1, 3]
    assert list(kept) == [1, 3]
