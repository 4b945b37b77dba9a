"""From drafts to the inventory: the same id from several files is one resource, the newest observation winning field by
field; what disagrees is said, what is only mentioned becomes a stub."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from advisor.importers.blocks import add_to
from advisor.importers.complete import complete
from advisor.importers.records import Batch, Collector, Draft
from advisor.importers.remedies import MORE_LIKE_IT
from advisor.importers.stubs import stubs_of
from advisor.model.finding import Finding
from advisor.model.inventory import LISTED_IN_PARTS, Inventory, Kind, Origin, listed_part
from advisor.model.tables import NO_TAGS, Row, Table, Tables

Seen = tuple[tuple[str, int, int, int], Draft, Batch]
_COMMON: Final = ("name", "region", "zone", "zones", "status")
_QUIET: Final = frozenset(
    {"progress", "available_ips", "delay_s", "checkpoint", "last_recover_point", "server_count", "host_name"}
)
FINDINGS_LIMIT: Final = 200
_NEWER: Final = "The newer recording counts."
_LATER: Final = (
    "No recording time is known: an answer of the cloud before a table, a table before a state, a state before JSON "
    "quoted in other text, then the last file by name."
)


def merge(collector: Collector, digest: str) -> tuple[Inventory, list[Finding]]:
    """The inventory of all drafts, and what was found while merging them."""
    findings: list[Finding] = []
    tables: dict[Kind, Table] = {}
    orphans: list[tuple[Draft, Origin]] = []
    groups = _seen_apart(collector.batches, tables)
    for resource_id, seen in groups.items():
        for one_id, one_kind in _by_kind(resource_id, seen, findings):
            if all(draft.partial for _, draft, _ in one_kind):
                orphans.extend((draft, Origin(batch.context.file, draft.place)) for _, draft, batch in one_kind)
            else:
                _add_merged(one_id, one_kind, tables, findings)
    resources = Tables(tables.values())
    complete(resources)
    stubs = stubs_of(resources, orphans)
    listed = _listed(collector, resources)
    return Inventory(resources, stubs, listed, digest), _limited(findings)


def _seen_apart(batches: Sequence[Batch], tables: dict[Kind, Table]) -> dict[str, list[Seen]]:
    """Put rows of blocks that are the only word on their id into ``tables``; the rest by id, as it was seen."""
    again = _seen_again(batches)
    groups: dict[str, list[Seen]] = {}
    for order, batch in enumerate(batches):
        context = batch.context
        key = (context.observed_at or "", context.rank, context.serial, order)
        for block in batch.blocks:
            if again.isdisjoint(block.ids):
                add_to(tables.setdefault(block.kind, Table(block.kind)), block)
                continue
            alone = [one not in again for one in block.ids]
            add_to(tables.setdefault(block.kind, Table(block.kind)), block.where(alone))
            for row, kept in enumerate(alone):
                if not kept:
                    groups.setdefault(block.ids[row], []).append((key, block.draft(row), batch))
        for draft in batch.drafts:
            groups.setdefault(draft.id, []).append((key, draft, batch))
    return groups


def _seen_again(batches: Sequence[Batch]) -> set[str]:
    """The ids in blocks that something else is said about."""
    once: set[str] = set()
    again: set[str] = set()
    for batch in batches:
        for block in batch.blocks:
            here = set(block.ids)
            again |= once & here
            if len(here) < len(block.ids):
                again.update(one for one, count in Counter(block.ids).items() if count > 1)
            once |= here
    again.update(draft.id for batch in batches for draft in batch.drafts if draft.id in once)
    return again


def _by_kind(resource_id: str, seen: list[Seen], findings: list[Finding]) -> Iterable[tuple[str, list[Seen]]]:
    """The observations of one id, apart where two kinds of thing have the same one."""
    kinds = dict.fromkeys(draft.kind for _, draft, _ in seen)
    if len(kinds) == 1:
        yield resource_id, seen
        return
    full = [kind for kind in kinds if any(draft.kind == kind and not draft.partial for _, draft, _ in seen)]
    for position, kind in enumerate(full or list(kinds)):
        one_id = resource_id if position == 0 else f"{kind}:{resource_id}"
        yield one_id, [entry for entry in seen if entry[1].kind == kind]
    if len(full) > 1:
        findings.append(
            Finding(
                id="INV-SAME-ID",
                severity="medium",
                title=f"One id, {len(full)} kinds of resource",
                resource=resource_id,
                detail=f"{', '.join(full)} have the id {resource_id}; kept apart as '{full[1]}:{resource_id}'.",
                fix="Check the files: one of them is probably mapped wrongly.",
            )
        )


def _add_merged(resource_id: str, seen: list[Seen], tables: dict[Kind, Table], findings: list[Finding]) -> None:
    """Add what is known of one resource to the table of its kind."""
    kind = seen[0][1].kind
    table = tables.get(kind) or tables.setdefault(kind, Table(kind))
    if len(seen) == 1:
        _, draft, batch = seen[0]
        table.add(_row(resource_id, draft), Origin(batch.context.file, draft.place), batch.context.observed_at)
        return
    seen.sort(key=lambda entry: entry[0])
    newest_full = next(entry for entry in reversed(seen) if not entry[1].partial)
    values, origins, times, clashes = _fold(seen)
    draft = newest_full[1]
    result = Draft(draft.kind, resource_id, draft.place)
    for name in _COMMON:
        if name in values:
            setattr(result, name, values.pop(name))
    tags = values.pop("tags", None)
    result.tags = dict(tags) if isinstance(tags, Mapping) else None
    result.attributes = values
    if clashes:
        findings.append(_clash_finding(resource_id, draft.kind, clashes))
    base = Origin(newest_full[2].context.file, draft.place)
    foreign = {name: origin for name, origin in origins.items() if origin != base}
    observed = max((time for time in times if time), default=None)
    observed = observed or newest_full[2].context.observed_at
    table.add(_row(resource_id, result), base, observed, foreign)


def _fold(
    seen: list[Seen],
) -> tuple[dict[str, object], dict[str, Origin], list[str], dict[str, tuple[object, Origin, object, Origin, bool]]]:
    values: dict[str, object] = {}
    origins: dict[str, Origin] = {}
    stamps: dict[str, tuple[str, int]] = {}
    clashes: dict[str, tuple[object, Origin, object, Origin, bool]] = {}
    for key, draft, batch in seen:
        here = Origin(batch.context.file, draft.place)
        for name, value in _stated(draft):
            old = values.get(name)
            if name not in values or old == value:
                values[name], origins[name], stamps[name] = value, here, (key[0], key[3])
                continue
            if name in draft.unite and _may_unite(stamps[name], (key[0], key[3])):
                values[name] = _united(old, value)
                continue
            if name == "tags":
                values[name] = {**_mapping(old), **_mapping(value)} if stamps[name][0] == key[0] else value
                continue
            newer = bool(stamps[name][0]) and key[0] > stamps[name][0]
            if not _says_something(value) and not newer:
                continue
            if _says_something(old) and name not in _QUIET:
                clashes[name] = (old, origins[name], value, here, newer)
            values[name], origins[name], stamps[name] = value, here, (key[0], key[3])
    return values, origins, [key[0] for key, _, _ in seen], clashes


def _stated(draft: Draft) -> Iterable[tuple[str, object]]:
    for name in _COMMON:
        value = getattr(draft, name)
        if value:
            yield name, value
    if draft.tags is not None:
        yield "tags", draft.tags
    yield from draft.attributes.items()


def _may_unite(old: tuple[str, int], new: tuple[str, int]) -> bool:
    """Parts of one answer unite; a newer answer replaces an older one."""
    return old[0] == new[0] or old[1] == new[1] or old[0][:13] == new[0][:13]


def _united(old: object, new: object) -> tuple[object, ...]:
    found = list(old) if isinstance(old, tuple) else []
    found.extend(item for item in (new if isinstance(new, tuple) else ()) if item not in found)
    return tuple(found)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _says_something(value: object) -> bool:
    return value not in (None, "", (), {})


def _clash_finding(
    resource_id: str, kind: str, clashes: Mapping[str, tuple[object, Origin, object, Origin, bool]]
) -> Finding:
    known = all(clash[4] for clash in clashes.values())
    lines = [
        f"{name}: {_short(old)} ({old_at}), then {_short(new)} ({new_at})"
        for name, (old, old_at, new, new_at, _) in sorted(clashes.items())
    ]
    return Finding(
        id="INV-DISAGREE",
        severity="info" if known else "low",
        resource=resource_id,
        title=f"Files disagree about {kind} {resource_id}",
        detail=f"{'; '.join(lines)}. {_NEWER if known else _LATER}",
        fix="" if known else _settle(clashes.values()),
    )


def _settle(clashes: Iterable[tuple[object, Origin, object, Origin, bool]]) -> str:
    """What settles a disagreement: within one file only the row that is wrong can go."""
    if all(old.file == new.file for _, old, _, new, _ in clashes):
        return "Remove the outdated row from the file, or correct the ids if these are two resources."
    return "Remove the outdated file, or put the day of the export into the file names."


def _short(value: object) -> str:
    written = ", ".join(str(item) for item in value) if isinstance(value, tuple) else str(value)
    return written if len(written) <= 80 else f"{written[:77]}…"


def _row(resource_id: str, draft: Draft) -> Row:
    return Row(
        resource_id,
        draft.name,
        draft.region,
        draft.zone,
        draft.zones or ((draft.zone,) if draft.zone else ()),
        draft.status,
        draft.tags or NO_TAGS,
        draft.attributes,
    )


def _listed(collector: Collector, resources: Tables) -> frozenset[tuple[str, str]]:
    pairs = set(collector.pairs)
    whole = [seen for seen in collector.lists if not seen.unsure and not seen.operation.endswith("(part)")]
    for seen, found in zip(whole, resources.regions_of(seen.ids for seen in whole), strict=True):
        regions = found - {None, ""}
        if not regions or seen.region:
            regions.add(seen.region)
        name = listed_part(seen.kind, seen.part) if seen.part else seen.kind
        pairs.update((name, region or "") for region in regions)
    for kind, parts in LISTED_IN_PARTS.items():
        first, *others = ({region for name, region in pairs if name == listed_part(kind, part)} for part in parts)
        pairs.update((kind, region) for region in first.intersection(*others))
    return frozenset(pairs)


def _limited(findings: list[Finding]) -> list[Finding]:
    """At most so many of one sort; the rest is counted."""
    found: list[Finding] = []
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.id] = counts.get(finding.id, 0) + 1
        if counts[finding.id] <= FINDINGS_LIMIT:
            found.append(finding)
    for finding_id, count in sorted(counts.items()):
        if count > FINDINGS_LIMIT:
            found.append(
                Finding(
                    id=finding_id,
                    severity="info",
                    title=f"{count - FINDINGS_LIMIT} more findings like this one",
                    detail=f"{count} in all, {FINDINGS_LIMIT} listed.",
                    fix=MORE_LIKE_IT,
                )
            )
    return found
