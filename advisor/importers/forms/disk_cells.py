"""Disks as the console's lists write them: ids, sizes and categories inside the cells of an instance or a disk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from advisor.importers.fields import ABSENT
from advisor.importers.forms.cells import is_none
from advisor.importers.forms.words import disk_category
from advisor.importers.places import kind_of_id
from advisor.importers.quantities import DISK_GIB
from advisor.importers.records import Batch, Context, Draft

DISK_COLUMNS: Final = {"system_disk": "system", "data_disks": "data"}
ID_IN_CELL: Final = re.compile(r"(?<![\w-])([a-z]{1,4}-[0-9a-z*]{4,})(?![\w-])")
_DISK: Final = re.compile(r"(d-[0-9A-Za-z*]+)\s*(?:[（(]((?:[^（()）]|[（(][^（()）]*[）)])*)[）)])?")
_SIZE: Final = re.compile(
    r"(?P<words>|.*?[^A-Za-z0-9.,+-])(?P<size>[+-]?[0-9][0-9.,]*\s*(?:[KMGT]i?B?)?)\s*", re.IGNORECASE
)
# A comma between one figure and three is that of thousands (1,024), for a disk of 1 to 9 GiB beside one of hundreds is
# none that people list; any other comma is between two disks (40,100).
_SEVERAL: Final = re.compile(r"(?<![^0-9][1-9])(?<!^[1-9]),|,(?![0-9]{3}(?![0-9]))|[，;；、+\n]")
_TIMES: Final = re.compile(
    r"(?:(?P<before>[1-9][0-9]?)\s*[x×*]\s*)?(?P<one>.+?)(?:\s*[x×*]\s*(?P<after>[1-9][0-9]?))?", re.IGNORECASE
)
_GO_LIST: Final = re.compile(r"\[[0-9 ]*\]")
_LEVEL: Final = re.compile(r"PL\d")
_NONE: Final = re.compile(
    r"not?(?:\s.*)?|none|unset|unattached|detached|disabled|否|无(?:快照策略|策略|实例|挂载)?|暂无.*|没有.*|"
    r"未(?:设置|挂载|绑定|关联|配置|开启|启用|应用|使用|添加|加入).*|[\W_]*",
    re.IGNORECASE,
)
_LONG: Final = 16
"""The least length of what follows the dash in ids of things of other kinds (ECI, for example)."""
_EXAMPLES: Final = {"instance_ids": "i-bp1…", "snapshot_policy_ids": "sp-bp1…"}


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
        elif re.search(r"\w", _DISK.sub("", cell)):
            instance.odd = (*instance.odd, f"the cell of {kind} disks holds more than ids with (category and size)")
    if ids:
        instance.attributes["disk_ids"] = tuple(dict.fromkeys(ids))


def _sizes(instance: Draft, kind: str, cell: str) -> None:
    """Disks of which a cell gives the size and perhaps the category, but no id."""
    inner = cell.strip("[] ")
    listed = inner.split() if _GO_LIST.fullmatch(cell) else _SEVERAL.split(inner)
    parts = [part.strip() for part in listed if part.strip()]
    disks = [disk for part in parts for disk in _described(part, kind, instance)]
    if kind == "system" and len(disks) == 1:
        instance.attributes.update({f"system_disk_{name}": value for name, value in disks[0].items()})
    elif kind == "data" and disks:
        instance.attributes["data_disks"] = tuple(disks)


def _described(part: str, kind: str, instance: Draft) -> list[dict[str, object]]:
    """One disk of a cell without ids, or several alike (``2 x 100GiB``): what of them can be read."""
    found: dict[str, object] = {}
    times = _TIMES.fullmatch(part)
    one, count = (times["one"], int(times["before"] or times["after"] or 1)) if times else (part, 1)
    match = _SIZE.fullmatch(one)
    size_gib = instance.read(f"a size in the cell of {kind} disks", DISK_GIB, match["size"] if match else one)
    if size_gib is not ABSENT:
        found["size_gib"] = size_gib
    words = match["words"].strip(" :：") if match else one
    if words:
        found["category"] = disk_category(words)
    return [found] * count


def _disk(match: re.Match[str], kind: str, instance: Draft, context: Context) -> Draft:
    disk = Draft("disk", match.group(1), context.place, region=instance.region, zone=instance.zone)
    disk.attributes = {"disk_type": kind, "instance_ids": (instance.id,)}
    described = (match.group(2) or "").strip()
    if not described:
        return disk
    split = _SIZE.fullmatch(described)
    size_gib = disk.read("size_gib", DISK_GIB, split["size"]) if split else ABSENT
    if size_gib is not ABSENT:
        disk.attributes["size_gib"] = size_gib
    _category(disk, split["words"].strip() if split else described)
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
    for name, kind_of_ids in (("instance_ids", "instance"), ("snapshot_policy_ids", "snapshot_policy")):
        found = disk.attributes.get(name)
        if isinstance(found, tuple):
            _keep_ids(disk, name, kind_of_ids, found)


def _keep_ids(disk: Draft, name: str, kind: str, parts: tuple[str, ...]) -> None:
    """Keep the ids in the parts of a cell, beside each of which the name of the same thing may stand. A text that holds
    none and does not say that there is none is unknown: it is the name of something."""
    ids = {part: [one for one in ID_IN_CELL.findall(part) if _is_id(one, kind)] for part in parts}
    names = [part for part, found in ids.items() if not found and not says_none(part)]
    kept = tuple(dict.fromkeys(one for found in ids.values() for one in found))
    if len(names) > len(kept):
        disk.odd = (*disk.odd, f"{name} is a text without an id; expected: ids such as {_EXAMPLES[name]}")
        disk.attributes.pop(name)
    else:
        disk.attributes[name] = kept


def _is_id(text: str, kind: str) -> bool:
    """Whether a text with a dash in it is an id, no name such as ``web-prod1``."""
    found = kind_of_id(text)
    return found == kind or (found is None and len(text.partition("-")[2]) >= _LONG)


def says_none(cell: str) -> bool:
    """Whether a cell says in words that there is none (``未设置``, ``Not attached``)."""
    return is_none(cell) or _NONE.fullmatch(cell.strip()) is not None
