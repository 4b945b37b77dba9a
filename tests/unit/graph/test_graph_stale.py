"""Recordings of different days that contradict one another: the newer one counts, the older one is called stale."""

from __future__ import annotations

from dataclasses import replace

from graph_estates import disk, edge, edges_of, estate, graph_of, proposals_of, server, targets

from advisor.graph import build_graph
from advisor.model.inventory import Inventory, Resource

OLD, NEW = "2024-05-01", "2024-05-02"


def at(day: str | None, resource: Resource) -> Resource:
    return replace(resource, observed_at=day)


def test_a_disk_that_moved_is_shared_by_nobody() -> None:
    """The servers were exported yesterday with their disks, the disks today."""
    graph = graph_of(at(OLD, server("i-1", disk_ids=("d-1",))), at(OLD, server("i-2")), at(NEW, disk("d-1", "i-2")))
    assert edges_of(graph, "storage.shared_disk") == []
    assert edges_of(graph, "storage.disk") == [("i-2", "d-1", "hard", "declared")]
    assert proposals_of(graph, "storage.disk") == [("i-1", "d-1", "hard", "guessed")]


def test_a_disk_that_was_taken_off_belongs_to_nobody() -> None:
    graph = graph_of(at(OLD, server("i-1", disk_ids=("d-1",))), at(NEW, disk("d-1")))
    assert edges_of(graph, "storage.disk") == []
    assert graph.unassigned == ("d-1",)


def test_without_a_newer_word_both_count() -> None:
    for instance_day, disk_day in ((NEW, OLD), (OLD, OLD), (None, NEW), (OLD, None)):
        graph = graph_of(at(instance_day, server("i-1", disk_ids=("d-1",))), at(disk_day, disk("d-1")))
        assert edges_of(graph, "storage.disk") == [("i-1", "d-1", "hard", "declared")], (instance_day, disk_day)


def test_a_disk_that_does_not_say_denies_nothing() -> None:
    silent = at(NEW, disk("d-1"))
    attributes = {name: value for name, value in silent.attributes.items() if name != "instance_ids"}
    graph = graph_of(at(OLD, server("i-1", disk_ids=("d-1",))), replace(silent, attributes=attributes))
    assert edges_of(graph, "storage.disk") == [("i-1", "d-1", "hard", "declared")]


def dangling(disk_day: str, listed: tuple[tuple[str, str], ...]) -> str:
    inventory: Inventory = estate(at(NEW, server("i-1")), at(disk_day, disk("d-1", "i-404")), listed=listed)
    return edge(build_graph(inventory, targets()), "i-404", "d-1").evidence


def test_a_disk_of_a_server_that_newer_lists_do_not_hold_is_stale() -> None:
    assert "stale: newer lists of the region" in dangling(OLD, (("instance", "cn-hangzhou"),))
    assert "stale" not in dangling(NEW, (("instance", "cn-hangzhou"),))
    assert "stale" not in dangling(OLD, ())
    assert "stale" not in dangling(OLD, (("instance", "cn-shanghai"),))
