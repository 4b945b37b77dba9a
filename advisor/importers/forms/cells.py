"""What stands in one cell of a table: text, structures that some tool printed, addresses, memory, words of a list."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import Final

from advisor.importers.convert import as_mib, as_number, json_inside
from advisor.importers.forms.words import plain_header

NONE_WORDS: Final = frozenset({"-", "--", "—", "——", "–", "n/a", "null", "none", "nan", "无"})
MAX_STRUCTURE: Final = 1024**2
SMALLEST_MEMORY_MIB: Final = 512
"""The smallest instance type has 0.5 GiB (ecs.t5-lc2m1.nano): a lower number in a field of the API is GiB after all."""
_API_MEMORY: Final = ("memory", "dbinstancememory")
_GO_LIST: Final = re.compile(r"^\[[^\[\]{}'\"]*\]$")
_ADDRESS: Final = re.compile(
    r"((?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:]+:[0-9A-Fa-f]*)\s*(?:[（(]([^）)]*)[）)])?"
)
_PRIVATE: Final = re.compile(r"私|内|priv|intranet|internal|vpc", re.IGNORECASE)
_PUBLIC: Final = re.compile(r"公|外|弹性|pub|internet|eip|elastic", re.IGNORECASE)
_TYPE: Final = re.compile(r"\b(?:ecs|ebm|slb|mysql|pg|redis|polar|rds)\.[\w.-]+")

_EDITIONS: Final[dict[str, str]] = {
    "基础系列": "Basic",
    "基础版": "Basic",
    "basicedition": "Basic",
    "高可用系列": "HighAvailability",
    "高可用版": "HighAvailability",
    "highavailabilityedition": "HighAvailability",
    "集群系列": "cluster",
    "集群版": "cluster",
    "clusteredition": "cluster",
    "三节点企业系列": "Finance",
    "三节点企业版": "Finance",
    "企业版": "Finance",
    "enterpriseedition": "Finance",
}
_CLASSES: Final[dict[str, str]] = {
    "标准存储": "Standard",
    "标准": "Standard",
    "低频访问": "IA",
    "低频访问存储": "IA",
    "infrequentaccess": "IA",
    "归档存储": "Archive",
    "归档": "Archive",
    "冷归档存储": "ColdArchive",
    "冷归档": "ColdArchive",
    "深度冷归档存储": "DeepColdArchive",
    "深度冷归档": "DeepColdArchive",
}
_VERSIONING: Final[dict[str, str]] = {
    "开通": "Enabled",
    "已开通": "Enabled",
    "开启": "Enabled",
    "已开启": "Enabled",
    "暂停": "Suspended",
    "已暂停": "Suspended",
    "未开通": "",
    "未开启": "",
    "关闭": "",
}


def cell_text(cell: object) -> str:
    """A cell as text: the console puts ids in quotes or writes a tab before them, so that Excel leaves them alone."""
    found = str(cell).strip()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if found.startswith('="') and found.endswith('"'):
        found = found[2:-1]
    return found.strip("\"'").strip() if found[:1] in "\"'" else found


def is_none(text: str) -> bool:
    """Whether a text says that there is none (``-``, ``—``, ``N/A``)."""
    return text.lower() in NONE_WORDS


def structure(cell: object) -> object:
    """What a text holds: JSON, a value that Python printed, a list as Go prints it (``[a b]``); else the text."""
    found = json_inside(cell)
    if found is not cell or not isinstance(cell, str):
        return found
    stripped = cell.strip()
    if stripped[:1] not in ("{", "[", "(") or len(stripped) > MAX_STRUCTURE:
        return cell
    try:
        found = ast.literal_eval(stripped)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return stripped[1:-1].replace(",", " ").split() if _GO_LIST.match(stripped) else cell
    return list(found) if isinstance(found, tuple | set) else found


def memory_mib(cell: str, header: str) -> object:
    """MiB of a memory cell: by its own unit, else that of the header. Without one the API means MiB and people GiB.
    ``ValueError`` where it is no number, or one in a unit of something else."""
    if re.search(r"[A-Za-z]", cell):
        return as_mib(cell)
    found = as_number(cell)
    if not isinstance(found, int | float):
        return found
    unit = plain_header(header)
    in_gib = "gb" in unit or "gib" in unit or "(g)" in unit
    in_mib = "mb" in unit or "mib" in unit or "(m)" in unit
    least = SMALLEST_MEMORY_MIB if unit.startswith(_API_MEMORY) else 2 * SMALLEST_MEMORY_MIB
    return int(found * 1024) if in_gib or (not in_mib and found < least) else int(found)


def addresses_in(cell: str) -> tuple[list[str], list[str], list[str]]:
    """Private, public and unmarked addresses of a cell: ``47.1.1.1(公) 10.0.0.1(私有)``."""
    private: list[str] = []
    public: list[str] = []
    unmarked: list[str] = []
    for address, mark in _ADDRESS.findall(cell):
        where = public if _PUBLIC.search(mark) else private if _PRIVATE.search(mark) else unmarked
        where.append(address)
    return private, public, unmarked


def type_in(cell: str) -> str:
    """The instance type among the words of a cell (``2 vCPU 8 GiB\\necs.g7.large 5Mbps``), else the cell itself."""
    match = _TYPE.search(cell)
    return match.group(0) if match else cell


def _by_words(words: Mapping[str, str]) -> Callable[[str], str]:
    def named(cell: str) -> str:
        return words.get(plain_header(cell), cell)

    return named


def redundancy_named(cell: str) -> str:
    """LRS or ZRS of ``本地冗余存储(LRS)`` and its like, else the text itself."""
    upper = cell.upper()
    if "ZRS" in upper or "同城" in cell or "zone-redundant" in cell.lower():
        return "ZRS"
    return "LRS" if "LRS" in upper or "本地" in cell or "locally redundant" in cell.lower() else cell


CELL_WORDS: Final[dict[tuple[str, str], Callable[[str], str]]] = {
    ("database", "category"): _by_words(_EDITIONS),
    ("bucket", "storage_class"): _by_words(_CLASSES),
    ("bucket", "versioning"): _by_words(_VERSIONING),
    ("bucket", "redundancy"): redundancy_named,
    ("instance", "instance_type"): type_in,
}
"""How the console's words of one attribute are read: by kind and attribute."""
