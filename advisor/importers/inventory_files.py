"""All files of one inventory: opened, recognised by content, read, merged, checked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from advisor.importers.merge import merge
from advisor.importers.one_file import ColumnMapping
from advisor.importers.paging import check_pages
from advisor.importers.records import Collector
from advisor.importers.remedies import OTHER_FORM
from advisor.importers.shares import read_files
from advisor.importers.sources import open_sources
from advisor.model.collecting import without_gc
from advisor.model.finding import Finding, InputError, Mistake
from advisor.model.inventory import ImportResult

_NOTHING = Finding(
    id="INV-NOTHING",
    severity="high",
    title="The inventory holds no resource",
    detail="Every list in it is empty. That may be lack of permission: the API then answers so, too.",
    fix="Check the account, the regions and the permissions of the export.",
)

_ONLY_ADDITIONS = Finding(
    id="INV-NOTHING",
    severity="high",
    title="The inventory holds no resource",
    detail="What it holds only adds to resources that no file lists: nodes, members, policies, relations.",
    fix="Add the lists of those resources (DescribeInstances, DescribeDisks, …) to the import.",
)


def read_inventory(paths: Sequence[Path], mapping: ColumnMapping | None = None) -> ImportResult:
    """Everything that the files, folders and ZIP archives at ``paths`` hold, as one inventory.

    ``mapping`` names the canonical field of columns with headers of your own (``{"主机": "name"}``).
    Raises ``InputError`` with every mistake where a file named by the caller cannot be read, or nothing can.
    """
    collector = Collector()
    sources = open_sources(paths, collector)
    digest = hashlib.sha256()
    with without_gc():
        for found in read_files(sources, mapping):
            collector.absorb(found.collector)
            digest.update(found.digest)
        _refuse_nothing(collector, [source.name for source in sources])
        inventory, merged = merge(collector, digest.hexdigest())
    if not inventory.resources:
        collector.findings.append(_ONLY_ADDITIONS if inventory.stubs else _NOTHING)
    findings = [*collector.findings, *collector.overflow(), *merged, *check_pages(collector)]
    return ImportResult(inventory, _sorted(findings), tuple(collector.skipped), tuple(collector.forms))


def _refuse_nothing(collector: Collector, names: list[str]) -> None:
    """Raise where a named file is unreadable, or where nothing at all was found."""
    if any(batch.drafts or batch.blocks for batch in collector.batches) or collector.lists or collector.pairs:
        if collector.mistakes:
            raise InputError(collector.mistakes)
        return
    unread = {mistake.file for mistake in collector.unread}
    reasons = [
        Mistake(one.origin.file, one.origin.place, f"{one.reason}.", one.remedy)
        for one in collector.skipped
        if one.origin.file not in unread
    ]
    found = [Mistake(names[0], "", f"{one.title}. {one.detail}", one.fix) for one in collector.findings]
    said = [] if collector.mistakes or collector.unread or reasons else found
    mistakes = [*collector.mistakes, *collector.unread, *reasons, *said]
    if not collector.mistakes and all(one.remedy == OTHER_FORM for one in reasons):
        what = ", ".join(names[:5]) or "the input"
        remedy = "Hand in an export of the cloud's lists (docs/inventory.md names the forms)."
        mistakes.append(Mistake(what, "", "no inventory was found in it.", remedy))
    raise InputError(mistakes)


def _sorted(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    order = {"critical": 0, "high": 1, "medium": 2, "low": 3, "info": 4}
    return tuple(
        sorted(
            findings, key=lambda finding: (order[finding.severity], finding.id, finding.resource or "", finding.detail)
        )
    )
