"""What the screens ask between the files and the plan: a targets file held in memory, the graph, its failures,
samples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from advisor.api.viewing import load_inventory, load_targets
from advisor.graph import Analysis, build_graph
from advisor.model.evidence import RuleBook
from advisor.model.graph import Graph
from advisor.model.inventory import ImportResult, Inventory
from advisor.model.targets import Targets
from advisor.resources import data_dir

FILE_NAME_BYTES = 200


def load_targets_bytes(data: bytes, file: str, rules: RuleBook) -> Targets:
    """The targets in the bytes of a file of that name; raises ``InputError`` with every mistake, as for a file."""
    with TemporaryDirectory(prefix="advisor-") as folder:
        path = Path(folder, safe_name(file, "targets.yaml"))
        path.write_bytes(data)
        return load_targets(path, rules)


def load_inventory_bytes(files: Sequence[tuple[str, bytes]]) -> ImportResult:
    """The inventory in files that were handed over, not stored: each lies on disk only while it is read."""
    with TemporaryDirectory(prefix="advisor-") as folder:
        paths = []
        for number, (name, data) in enumerate(files):
            path = Path(folder, str(number), safe_name(name, f"file-{number + 1}"))
            path.parent.mkdir()
            path.write_bytes(data)
            paths.append(path)
        return load_inventory(paths)


def safe_name(name: str, default: str) -> str:
    """The last part of a name that somebody else chose, without what no file name may hold, its ending kept."""
    last = PurePath(name.replace("\\", "/").replace("\0", "")).name.strip()
    if last in ("", ".", ".."):
        return default
    kept = last.encode(errors="ignore")[-FILE_NAME_BYTES:].decode(errors="ignore")
    return kept or default


def dependency_graph(imported: ImportResult, targets: Targets) -> Graph:
    """The graph of what was read, with the workloads as the targets see them."""
    return build_graph(imported.inventory, targets)


def failures_of(inventory: Inventory, graph: Graph) -> tuple[str, ...]:
    """Every failure that ``blast_of`` answers: regions and zones first, then resources."""
    return Analysis.of(inventory, graph).failures


def sample_estate(name: str = "shop") -> tuple[Path, Path]:
    """A shipped sample: its inventory folder and its targets file."""
    folder = data_dir("sample_inventories") / name
    return folder, folder / "targets.yaml"
