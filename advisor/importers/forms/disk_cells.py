"""Disks as the console's lists write them: ids, sizes and categories inside the cells of an instance or a disk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from advisor.importers.forms.words import disk_category
from advisor.importers.records import Batch, Context, Draft

DISK_COLUMNS: Final = {"system_disk": "system", "data_disks": "data"}
ID_IN_CELL: Final = re.compile(r"(?<![\w-])([a-z]{1,4}-[0-9a-z*]{4,})(?![\w-])")
_DISK: Final = re.compile(r"(d-[0-9A-Za-z*]+)\s*(?:[（(]\s*(.*?)\s*([0-9]{1,9})\s*(?:GiB|GB|G)?\s*[）)])?")
_SIZE: Final = re.compile(r"^\s*(.*?)\s*([0-9]{1,9})\s*(?:GiB|GB|G)?\s*$", re.IGNORECASE)
_SEVERAL: Final = re.compile(r"[,，;；、+\n]")
_LEVEL: Final = re.compile(r"PL\d")


def read_disks(instance: Draft, cells: Mapping[str, str], context: Context, batch: Batch) -> None:
    """The disk cells of an instance: ``d-xxx(ESSD Entry 80GiB)``, several one below the other; or sizes alone (GiB)."""
    ids = []
    for kind, cell in cells.items():
        found = list(_DISK.finditer(cell))
        for match in found:
            ids.append(match.group(1))
            batch.drafts.append(_disk(match, kind, instance, context))
        if not found:
            _sizes(instance, kind, cell)
    if ids:
        instance.attributes["disk_ids"] = tuple(dict.fromkeys(ids))


def _sizes(instance: Draft, kind: str, cell: str) -> None:
    """Disks of which a cell gives the size and perhaps the category, but no id."""
    disks = []
    for part in _SEVERAL.split(cell.strip("[] ")):
        size = _SIZE.match(part)
        if size:
            words = {"category": disk_category(size.group(1))} if size.group(1) else {}
            disks.append({"size_gib": int(size.group(2)), **words})
    if kind == "system" and len(disks) == 1:
        instance.attributes.update({f"system_disk_{name}": value for name, value in disks[0].items()})
    elif kind == "data" and disks:
        instance.attributes["data_disks"] = tuple(disks)


def _disk(match: re.Match[str], kind: str, instance: Draft, context: Context) -> Draft:
    disk = Draft("disk", match.group(1), context.place, region=instance.region, zone=instance.zone)
    disk.attributes = {"disk_type": kind, "instance_ids": (instance.id,)}
    if match.group(3):
        disk.attributes["size_gib"] = int(match.group(3))
    _category(disk, match.group(2) or "")
    return disk


def _category(disk: Draft, words: str) -> None:
    if words:
        disk.attributes["category"] = disk_category(words)
        level = _LEVEL.search(words)
        if level:
            disk.attributes["performance_level"] = level.group(0)


def disk_words(disk: Draft, category: str, kind: str) -> None:
    """The words of a disk list: category, system or data disk, ids among the words of its cells."""
    _category(disk, category)
    if kind:
        disk.attributes["disk_type"] = "system" if "系统" in kind or "system" in kind.lower() else "data"
    for name in ("instance_ids", "snapshot_policy_ids"):
        found = disk.attributes.get(name)
        if isinstance(found, tuple):
            ids = [one for part in found for one in ID_IN_CELL.findall(part)]
            disk.attributes[name] = tuple(dict.fromkeys(ids))
