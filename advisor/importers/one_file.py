"""One file of an inventory: opened, recognised by content, read; what is wrong with it is kept beside what it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from advisor.importers.detect import read_source
from advisor.importers.records import Collector
from advisor.importers.remedies import UNPACK
from advisor.importers.soundness import check_values
from advisor.importers.sources import RefusedError, Source, archive_members, is_workbook, is_zip
from advisor.model.finding import Finding, Mistake
from advisor.model.inventory import Origin

ColumnMapping = Mapping[str, str]


@dataclass
class FileRead:
    """What one file holds, and the digest of its name and content (empty where it could not be opened)."""

    collector: Collector = field(default_factory=Collector)
    digest: bytes = b""


def read_file(source: Source, mapping: ColumnMapping | None) -> FileRead:
    """Read one file, whatever is in it."""
    found = FileRead()
    collector = found.collector
    try:
        data = source.read()
        found.digest = _digest(source.name.encode(), data)
        if is_zip(data) and not is_workbook(data):
            _read_archive(source, data, collector, mapping)
        else:
            read_source(source, data, collector, mapping)
    except RefusedError as refused:
        _refuse(source, refused, collector)
    except OSError as error:
        _refuse(source, RefusedError(f"it cannot be read ({error.strerror}).", "Check the permissions."), collector)
    check_values(collector)
    return found


def _digest(name: bytes, data: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(name).digest() + hashlib.sha256(data).digest()).digest()


def _read_archive(source: Source, data: bytes, collector: Collector, mapping: ColumnMapping | None) -> None:
    count = 0
    for member in archive_members(data, source.name, collector):
        count += 1
        try:
            content = member.read()
            if is_zip(content) and not is_workbook(content):
                collector.skip(member.name, "an archive inside an archive", Origin(member.name), UNPACK)
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
    where = Origin(source.name, refused.place)
    collector.skip(source.name, refused.problem.rstrip("."), where, refused.remedy)
    title = f"{source.name} could not be read"
    detail = f"{where}: {refused.problem}"
    collector.findings.append(
        Finding(id="INV-UNREADABLE", severity="high", title=title, detail=detail, fix=refused.remedy)
    )
