"""The dependency map, and what one failure does."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from advisor import api
from advisor.api.asking import failures_of
from advisor.model.graph import Blast, Graph
from advisor.model.inventory import Inventory
from advisor.model.targets import Targets
from advisor.reporting import words
from advisor.web import maps, tables
from advisor.web.session import Loaded, Session, graph_for, parsed_targets, session
from advisor.web.text import plain
from advisor.web.widgets import choose, grid, refused

NOTHING = "nothing"
FAILS = {NOTHING: "Nothing", "zone": "A zone", "region": "A region", "resource": "A resource"}
WHOLE = "Whole estate"
CHOICES_SHOWN = 500


def show() -> None:
    """Choose what fails and what to look at; then the map and the list."""
    state = session()
    st.header("Graph")
    if state.loaded is None:
        return
    targets = parsed_targets(state)
    if not isinstance(targets, Targets):
        refused("The targets hold mistakes; correct them first.", targets)
        return
    graph = graph_for(state, state.loaded, targets)
    if not graph.workloads:
        st.caption("No workload was found.")
        return
    st.write(
        "An arrow leads from what must be back first to what waits for it; a dashed one helps without being waited for."
    )
    scope, failure = _choose(state, state.loaded, graph, targets)
    inventory = state.loaded.imported.inventory
    blast = api.blast_of(inventory, graph, failure) if failure else None
    _map(state, graph, scope, blast)
    if blast is not None:
        _outcome(graph, inventory, blast)
    elif graph.cycles:
        st.warning("Some workloads need one another in a circle and have no order of recovery; the findings name them.")


def _choose(state: Session, loaded: Loaded, graph: Graph, targets: Targets) -> tuple[str, str]:
    left, middle, right = st.columns((1, 1, 1.6))
    names = [WHOLE, *(item.name for item in graph.workloads)]
    with left:
        scope = choose("Show", names, "scope")
    with middle:
        kind = st.selectbox("What fails", list(FAILS), key="fails", format_func=lambda name: FAILS[name],
                            persist_state="session")  # fmt: skip
    if kind == NOTHING:
        return names[scope] if scope else "", ""
    key = (loaded.digest, targets.digest)
    inventory = loaded.imported.inventory
    every = state.failures.get_or(key, lambda: failures_of(inventory, graph))
    found = [item for item in every if item.startswith(f"{kind}:")]
    if kind == "resource":
        found = [item for item in found if inventory.get(item.removeprefix("resource:")) is not None]
        found.sort(key=lambda item: _resource_order(inventory, item))
    with right:
        if kind == "resource" and len(found) > CHOICES_SHOWN:
            part = st.text_input("Id or name contains", key="fails_part").strip().lower()
            found = [item for item in found if part in _label(inventory, item).lower()][:CHOICES_SHOWN]
        failure = st.selectbox(
            "Which one", found, key=f"failure_{kind}", format_func=lambda item: _label(inventory, item)
        )
    return names[scope] if scope else "", failure or ""


def _resource_order(inventory: Inventory, failure: str) -> tuple[bool, str]:
    """What serves comes before what hangs on it, then by name."""
    item = inventory.get(failure.removeprefix("resource:"))
    serves = item is not None and item.kind in ("instance", "database", "cache", "load_balancer")
    return not serves, item.label if item else failure


def _label(inventory: Inventory, failure: str) -> str:
    item = inventory.get(failure.removeprefix("resource:")) if failure.startswith("resource:") else None
    if item is None:
        return plain(failure.partition(":")[2])
    return plain(f"{item.label}, {item.kind.replace('_', ' ')}")


def _map(state: Session, graph: Graph, scope: str, blast: Blast | None) -> None:
    workload = next((item for item in graph.workloads if item.name == scope), None)
    if workload is not None:
        dot, what = maps.workload_dot(graph, workload, blast), f"Components of {workload.name}"
    else:
        notes = {item.name: words.plural(len(item.components), "component") for item in graph.workloads}
        if state.made is not None:
            notes = {view.name: f"{view.tier}, {view.met} met" for view in state.made.report.workloads}
        dot, what = maps.estate_dot(graph, notes, blast), "Workloads in the order of their recovery"
        if len(graph.workloads) > maps.MAX_BOXES:
            st.caption(f"The first {maps.MAX_BOXES} of {len(graph.workloads):,} workloads are drawn.")
    st.graphviz_chart(dot, alt=plain(what))


def _outcome(graph: Graph, inventory: Inventory, blast: Blast) -> None:
    verdicts = blast.workloads
    figures = (
        ("Workloads that fail", sum(state == "failed" for state in verdicts.values())),
        ("Workloads degraded", sum(state == "degraded" for state in verdicts.values())),
        ("Resources that fail", len(blast.failed)),
        ("Resources degraded", len(blast.degraded)),
        ("Only lose protection", len(blast.unprotected)),
    )
    for place, (label, count) in zip(st.columns(len(figures)), figures, strict=True):
        place.metric(label, f"{count:,}")
    home = {item: workload.name for workload in graph.workloads for item in workload.resources}

    def ordered(items: Iterable[str]) -> list[str]:
        return sorted(items, key=lambda item: _resource_order(inventory, item))

    rows = [(item, "fails", "") for item in ordered(blast.failed)]
    rows += [(item, "degraded", words.share(blast.degraded[item])) for item in ordered(blast.degraded)]
    rows += [(item, "loses protection", "") for item in ordered(blast.unprotected)]
    listed = [(state, left, *_described(inventory, item), home.get(item, "")) for item, state, left in rows]
    heads = ("State", "Capacity left", "Resource", "Kind", "Place", "Workload")
    grid(tables.frame(heads, listed), "blast")


def _described(inventory: Inventory, item: str) -> tuple[str, str, str]:
    resource = inventory.get(item)
    if resource is None:
        return item, "", ""
    return resource.label, resource.kind.replace("_", " "), resource.zone or resource.region or ""
