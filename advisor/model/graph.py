"""The dependency graph: edges from dependent to dependency with meaning and confidence, and the workloads found in
it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Meaning = Literal["hard", "k_of_n", "failover", "soft", "recovery", "containment", "control"]
EdgeConfidence = Literal["declared", "derived", "guessed"]
FoundBy = Literal["declared", "tag", "load_balancer", "scaling_group", "cluster", "connected", "single"]
ComponentKind = Literal["server_group", "stateful_instance", "database", "cache", "entry"]


@dataclass(frozen=True, slots=True)
class Edge:
    """``source`` suffers when ``target`` fails, in the way ``meaning`` says. ``group`` names the k-of-n set the edge
    is in;
    ``rule`` says which rule made the edge, ``evidence`` what it saw."""

    source: str
    target: str
    meaning: Meaning
    confidence: EdgeConfidence
    rule: str
    evidence: str = ""
    group: str | None = None
    quorum: int | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """The part of a workload that recovers as one. ``members`` are its serving resources (instances, a database,
    balancers),
    ``disks`` the data-bearing disks of those instances, ``entry_ids`` balancers, EIPs or scaling groups in front of
    it."""

    id: str
    kind: ComponentKind
    name: str
    members: tuple[str, ...]
    disks: tuple[str, ...] = ()
    entry_ids: tuple[str, ...] = ()
    quorum: int = 1
    stateless: bool = False
    scaling_group: str | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Workload:
    """Resources that serve one purpose and share targets, and how that was found."""

    name: str
    found_by: FoundBy
    resources: tuple[str, ...]
    components: tuple[Component, ...]
    class_name: str
    needs_hard: tuple[str, ...] = ()
    needs_soft: tuple[str, ...] = ()
    evidence: str = ""


@dataclass(frozen=True)
class Graph:
    """All edges (sorted; a tuple, or columns that read like one), the workloads (sorted by name), proposals that nobody
    confirmed, and recovery waves.

    ``waves`` are workload names in the order in which they can be recovered; ``cycles`` are sets of workloads that need
    one another."""

    edges: Sequence[Edge]
    workloads: tuple[Workload, ...]
    proposals: tuple[Edge, ...] = ()
    waves: tuple[tuple[str, ...], ...] = ()
    cycles: tuple[tuple[str, ...], ...] = ()
    unassigned: tuple[str, ...] = ()


@dataclass(frozen=True)
class Blast:
    """What a failure does: fails outright, degrades (capacity left), only loses protection."""

    failure: str
    failed: tuple[str, ...]
    degraded: Mapping[str, float] = field(default_factory=dict)
    unprotected: tuple[str, ...] = ()
    workloads: Mapping[str, str] = field(default_factory=dict)
