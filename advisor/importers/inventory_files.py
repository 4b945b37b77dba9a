"""All files of one inventory: opened, recognised by content, read, merged, checked."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from advisor.importers.detect import read_source
from advisor.importers.merge import merge
from advisor.importers.paging import check_pages
from advisor.importers.records import Collector
from advisor.importers.sources import RefusedError, Source, archive_members, is_workbook, is_zip, open_sources
from advisor.model.finding import Finding, InputError, Mistake
from advisor.model.inventory import ImportResult, Origin

ColumnMapping = Mapping[str, str]
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
    with _without_gc():
        for source in sources:
            _read_one(source, collector, digest, mapping)
        _refuse_nothing(collector, [source.name for source in sources])
        inventory, merged = merge(collector, digest.hexdigest())
    if not inventory.resources:
        collector.findings.append(_ONLY_ADDITIONS if inventory.stubs else _NOTHING)
    findings = [*collector.findings, *collector.overflow(), *merged, *check_pages(collector)]
    return ImportResult(inventory, _sorted(findings), tuple(collector.skipped), tuple(collector.forms))


@contextmanager
def _without_gc() -> Iterator[None]:
    """Reading makes many objects and no cycles: the collector would only look at them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read_one(source: Source, collector: Collector, digest: hashlib._Hash, mapping: ColumnMapping | None) -> None:
    try:
        data = source.read()
        digest.update(f"{len(source.name.encode())}:".encode() + source.name.encode() + f"{len(data)}:".encode())
        digest.update(data)
        if is_zip(data) and not is_workbook(data):
            _read_archive(source, data, collector, mapping)
        else:
            read_source(source, data, collector, mapping)
    except RefusedError as refused:
        _refuse(source, refused, collector)
    except OSError as error:
        _refuse(source, RefusedError(f"it cannot be read ({error.strerror}).", "Check the permissions."), collector)


def _read_archive(source: Source, data: bytes, collector: Collector, mapping: ColumnMapping | None) -> None:
    count = 0
    for member in archive_members(data, source.name, collector):
        count += 1
        try:
            content = member.read()
            if is_zip(content) and not is_workbook(content):
                collector.skip(member.name, "an archive inside an archive; unpack it first", member.name)
                continue
            read_source(member, content, collector, mapping)
        except RefusedError as refused:
            _refuse(member, refused, collector)
    if not count:
        raise RefusedError("the archive holds no file.", "Put the exported files into it.")


def _refuse(source: Source, refused: RefusedError, collector: Collector) -> None:
    """A file that the caller named must be readable; one among others is reported and left out."""
    for other in refused.also:
        _refuse(source, other, collector)
    mistake = Mistake(source.name, refused.place, refused.problem, refused.remedy)
    if source.named:
        collector.mistakes.append(mistake)
        return
    collector.unread.append(mistake)
    collector.skip(source.name, refused.problem.rstrip("."), source.name, refused.place)
    title = f"{source.name} could not be read"
    detail = f"{Origin(source.name, refused.place)}: {refused.problem}"
    collector.findings.append(
        Finding(id="INV-UNREADABLE", severity="high", title=title, detail=detail, fix=refused.remedy)
    )


def _refuse_nothing(collector: Collector, names: list[str]) -> None:
    """Raise where a named file is unreadable, or where nothing at all was found."""
    if any(batch.drafts or batch.blocks for batch in collector.batches) or collector.lists or collector.pairs:
        if collector.mistakes:
            raise InputError(collector.mistakes)
        return
    unread = {mistake.file for mistake in collector.unread}
    reasons = [
        Mistake(one.origin.file, one.origin.place, f"{one.reason}.", "")
        for one in collector.skipped
        if one.origin.file not in unread
    ]
    found = [Mistake(names[0], "", f"{one.title}. {one.detail}", one.fix) for one in collector.findings]
    said = [] if collector.mistakes or collector.unread or reasons else found
    mistakes = [*collector.mistakes, *collector.unread, *reasons, *said]
    if not collector.mistakes:
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
