"""Loose ends, and what the inventory does not tell: unknown is not none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from advisor.graph.edgeset import shortened
from advisor.graph.edgetable import edges_of
from advisor.graph.finding_context import REFERENCE, Context
from advisor.graph.matching import ENVIRONMENT_KEYS, tag_value
from advisor.model.finding import Finding
from advisor.model.inventory import Kind
from advisor.model.tables import ABSENT

_KINDS: tuple[tuple[Kind, str], ...] = (
    ("disk", "disks"), ("snapshot", "snapshots"), ("snapshot_policy", "snapshot policies"),
    ("replica_pair", "replica pairs"), ("backup_plan", "backup plans"), ("load_balancer", "balancers"),
    ("server_group", "server groups"), ("scaling_group", "scaling groups"), ("database", "databases"),
    ("cache", "caches"), ("eip", "elastic addresses"), ("nat_gateway", "NAT gateways"),
    ("security_group", "security groups"),
)  # fmt: skip
_PLURALS: dict[str, str] = {str(kind): words for kind, words in _KINDS}


def unattached(context: Context) -> Iterator[Finding]:
    """Resources that belong to no workload, told once for each kind."""
    found: dict[str, list[str]] = defaultdict(list)
    for item in context.graph.unassigned:
        resource = context.inventory.get(item)
        if resource:
            found[resource.kind].append(item)
    for kind, items in sorted(found.items()):
        yield Finding(
            id="GRA-UNASSIGNED",
            severity="low",
            title=f"{len(items)} {_plural(kind, len(items))} in no workload",
            resource=items[0] if len(items) == 1 else None,
            detail=f"{context.labels(items)}: attached to nothing that is listed, and not tagged.",
            fix="Assign them in the targets file, or release what nobody needs.",
            source=REFERENCE,
        )


def _plural(kind: str, count: int) -> str:
    word = _PLURALS.get(kind, f"{kind}s").replace("_", " ")
    if count > 1:
        return word
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("es" if word.endswith("sses") else "s")


def dangling(context: Context) -> Iterator[Finding]:
    """Ids that are mentioned and listed nowhere; a disk of an unlisted instance is told by itself."""
    for disk in context.estate.of_kind("disk"):
        missing = [item for item in disk.texts("instance_ids") if not context.estate.has(item)]
        if missing:
            yield Finding(
                id="GRA-DANGLING-DISK",
                severity="medium",
                title="A disk of an instance that is listed nowhere",
                resource=disk.id,
                workload=context.homes.get(disk.id),
                detail=f"{disk.label} is attached to {shortened(missing)}: deleted, or on a page that was not read.",
                fix="Export the missing instance, or the disks anew.",
                source=REFERENCE,
            )
    by_kind: dict[str, set[str]] = defaultdict(set)
    for stub in context.inventory.stubs:
        by_kind[stub.kind].add(stub.id)
    for kind, ids in sorted(by_kind.items()):
        yield Finding(
            id="GRA-MENTIONED-ONLY",
            severity="info",
            title=f"{len(ids)} {_plural(kind, len(ids))} mentioned, but listed nowhere",
            detail=f"{shortened(sorted(ids))}: nothing else is known about them.",
            fix="Export this kind as well, in every region.",
            source=REFERENCE,
        )


def balancers_for_nothing(context: Context) -> Iterator[Finding]:
    """Balancers with nobody behind them."""
    behind = {balancer for group in context.memberships.groups if group.members for balancer in group.balancers}
    edges = edges_of(context.graph.edges)
    behind |= {edge.source for edge in edges.where(edges.has_rule(start="balancing."))}
    for balancer in context.estate.of_kind("load_balancer"):
        if balancer.id not in behind:
            told = {"backends", "backend"} & balancer.attributes.keys()
            known = bool(told) or context.inventory.was_listed("server_group", balancer.region)
            yield Finding(
                id="GRA-BALANCER-EMPTY" if known else "GRA-BACKENDS-UNKNOWN",
                severity="low" if known else "info",
                title="A balancer without backends" if known else "The backends of a balancer are not known",
                resource=balancer.id,
                workload=context.homes.get(balancer.id),
                detail=f"{balancer.label}: no listener, group or backend leads to an instance.",
                fix="Release it, or export its listeners and server groups as well.",
                source=REFERENCE,
            )


def stopped_instances(context: Context) -> Iterator[Finding]:
    """Stopped instances stay members and count nothing."""
    found: dict[str, list[str]] = defaultdict(list)
    table, rows = context.estate.rows("instance")
    for row in rows:
        instance = table.ids[row]
        if context.estate.is_idle(instance) and instance in context.homes:
            found[context.homes[instance]].append(instance)
    for home, items in sorted(found.items()):
        saving = [
            item for item in items if "stop" in (context.inventory.resources[item].text("stopped_mode") or "").lower()
        ]
        note = f"; {len(saving)} in economical mode may find no stock to start again" if saving else ""
        yield Finding(
            id="GRA-STOPPED",
            severity="info",
            title=f"{len(items)} stopped instance{'s' if len(items) > 1 else ''} in {home}",
            resource=items[0] if len(items) == 1 else None,
            workload=home,
            detail=f"{context.labels(items)}: counted as no capacity{note}.",
            source=REFERENCE,
        )


def mixed_environments(context: Context) -> Iterator[Finding]:
    """One workload that spans environments would hold the test system to the targets of production."""
    for workload in context.graph.workloads:
        members = [item for component in workload.components for item in component.members]
        tags = (context.estate.tags_of(member) for member in members)
        values = {value for value in (tag_value(own, ENVIRONMENT_KEYS) for own in tags) if value}
        if len(values) > 1:
            yield Finding(
                id="GRA-MIXED-ENVIRONMENTS",
                severity="low",
                title=f"{workload.name} spans {len(values)} environments",
                workload=workload.name,
                detail=f"Environment tags {shortened(sorted(values))}: all are held to class {workload.class_name}.",
                fix="Declare one workload for each environment.",
                source=REFERENCE,
            )


def not_listed(context: Context) -> Iterator[Finding]:
    """Kinds that no file listed where there are instances, and kinds whose list was empty."""
    tables = context.estate.tables
    regions = sorted({region for region in tables.table("instance").regions if region})
    present = {(kind, region) for kind, table in tables.tables.items() for region in set(table.regions)}
    for region in regions:
        unlisted = [
            _unlisted_words(context, kind, word, region) for kind, word in _KINDS
            if not context.inventory.tells(kind, region, (kind, region) in present)
        ]  # fmt: skip
        empty = [
            word for kind, word in _KINDS
            if context.inventory.was_listed(kind, region) and (kind, region) not in present
        ]  # fmt: skip
        if unlisted:
            yield _unknown("GRA-NOT-LISTED", region, f"No file lists {', '.join(unlisted)}: unknown, not none.")
        if empty:
            words = f"The list of {', '.join(empty)} is empty: none, or a permission was missing."
            yield _unknown("GRA-LISTED-EMPTY", region, words)


def _unlisted_words(context: Context, kind: Kind, word: str, region: str) -> str:
    calls = context.inventory.calls_missing(kind, region)
    return f"{word} ({' and '.join(calls)} would complete them)" if calls else word


def _unknown(finding_id: str, region: str, detail: str) -> Finding:
    return Finding(
        id=finding_id,
        severity="info",
        title=f"What is not known about {region}",
        detail=detail,
        fix="Export what is missing, with an account that may read it.",
        source=REFERENCE,
    )


def rules_unknown(context: Context) -> Iterator[Finding]:
    """Security groups in use whose rules are not in the inventory."""
    table, rows = context.estate.rows("security_group")
    rules = table.column("rules")
    used = [(table.ids[row], rules[row]) for row in rows if context.estate.group_instances.get(table.ids[row])]
    items = [group for group, told in used if told is ABSENT]
    if items:
        yield Finding(
            id="GRA-RULES-UNKNOWN",
            severity="info",
            title=f"The rules of {len(items)} security group{'s' if len(items) > 1 else ''} are not known",
            detail=f"{context.labels(items)}: who may call their members is unknown, not nobody.",
            fix="Export the attributes of each group as well.",
            source=REFERENCE,
        )


def open_proposals(context: Context) -> Iterator[Finding]:
    """Guesses and permitted calls that wait for a word."""
    if context.graph.proposals:
        ends = [f"{context.label(e.source)} → {context.label(e.target)}" for e in context.graph.proposals]
        yield Finding(
            id="GRA-PROPOSALS",
            severity="info",
            title=f"{len(ends)} possible dependencies wait for a word",
            detail=f"{shortened(ends, 3)}: not counted until confirmed.",
            fix="Confirm what is true under 'confirmed_edges', or declare the needs.",
            source=REFERENCE,
        )


GAP_RULES = (
    unattached, dangling, balancers_for_nothing, stopped_instances, mixed_environments, not_listed, rules_unknown,
    open_proposals,
)  # fmt: skip
