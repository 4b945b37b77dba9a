"""How long import and graph of a large estate take, as multiples of parsing the same files, and how much memory.

    python benchmarks/sizes.py [--sizes 1000 10000 100000 1000000] [--repeat 3] [--write]

Estates come from ``benchmarks/estate.py``. The unit is ``orjson.loads`` of the same bytes as one document with the
collector off; how much less it is when each file is dropped before the next is told beside it. Import is
``read_inventory``; the end of the analysis is the graph with its workloads and recovery waves, what fails with each of
50 zones and the single points of failure; all other findings come after it. Each measurement is a process of its own,
the fastest of the repetitions counts, and memory is the peak of the process and of the workers it started.
``--write`` puts the table into docs/sizes.md.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import orjson
from estate import write

from advisor.graph import Analysis, blast_many, build_graph, graph_findings
from advisor.graph.finding_context import Context
from advisor.graph.findings_single import SINGLE_RULES
from advisor.importers import read_inventory
from advisor.importers.targets import default_targets
from advisor.model.collecting import without_gc

SIZES: Final = (1_000, 10_000, 100_000, 1_000_000)
ZONES: Final = 50
DOCUMENT: Final = Path(__file__).parent.parent / "docs" / "sizes.md"
BEGIN, END = "<!-- table: benchmarks/sizes.py -->", "<!-- end of table -->"
Figures = dict[str, float]


def parsed(folder: Path) -> Figures:
    """Seconds that parsing alone takes: as one document, and file by file, each dropped before the next."""
    files = [(path.suffix == ".jsonl", path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()]
    parts = [part for is_lines, data in files for part in (data.splitlines() if is_lines else [data])]
    whole = b"[" + b",".join(parts) + b"]"
    start = time.perf_counter()
    kept = orjson.loads(whole)
    seconds = time.perf_counter() - start
    del kept
    start = time.perf_counter()
    for part in parts:
        orjson.loads(part)
    return {"seconds": seconds, "dropped": time.perf_counter() - start, "bytes": len(whole)}


def analysed(folder: Path) -> Figures:
    """Seconds to the end of the import and to the end of the analysis, resources, and MiB at the peak."""
    start = time.perf_counter()
    with without_gc():
        inventory = read_inventory([folder]).inventory
        imported = time.perf_counter() - start
        graph = build_graph(inventory, default_targets({}))
        zones = [node for node in sorted(Analysis.of(inventory, graph).places) if node.startswith("zone:")][:ZONES]
        blast_many(inventory, graph, zones)
        context = Context(inventory, graph)
        single = [point for rule in SINGLE_RULES for point in rule(context)]
        analysed_at = time.perf_counter() - start
        graph_findings(inventory, graph)
    return {
        "import": imported,
        "analysis": analysed_at,
        "findings": time.perf_counter() - start,
        "single": len(single),
        "resources": len(inventory.resources),
        "edges": len(graph.edges),
        "zones": len(zones),
        "mib": _peak_mib(),
    }


def _peak_mib() -> float:
    """The peak of this process and as much as all workers may have had: the largest one's peak for each."""
    own, worker = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (own + worker * (len(os.sched_getaffinity(0)) - 1)) / 1024


def in_a_process(what: str, folder: Path) -> Figures:
    """What a fresh process measures."""
    done = subprocess.run([sys.executable, __file__, what, str(folder)], check=True, capture_output=True, text=True)
    found: Figures = json.loads(done.stdout)
    return found


def row(size: int, seed: int, repeat: int) -> dict[str, float]:
    """One size: the fastest of each."""
    with tempfile.TemporaryDirectory() as place:
        write(Path(place), size, seed)
        unit = min((in_a_process("parsed", Path(place)) for _ in range(repeat)), key=lambda found: found["seconds"])
        runs = [in_a_process("analysed", Path(place)) for _ in range(repeat)]
    best = {name: min(run[name] for run in runs) for name in runs[0]}
    return best | {"mib": max(run["mib"] for run in runs), "unit": unit["seconds"], **unit}


def table(rows: list[dict[str, float]]) -> list[str]:
    """The rows as a table of a document."""
    lines = [
        "| resources | edges | files | parsing, kept | dropped | import | … of analysis | … of all findings | memory |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for found in rows:
        unit = found["unit"]
        lines.append(
            f"| {found['resources']:,.0f} | {found['edges']:,.0f} | {found['bytes'] / 1e6:,.0f} MB | {unit:.3g} s "
            f"| ×{found['dropped'] / unit:.2f} | ×{found['import'] / unit:.1f} | ×{found['analysis'] / unit:.1f} "
            f"| ×{found['findings'] / unit:.1f} | {found['mib']:,.0f} MiB |"
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("one", nargs="?", choices=["parsed", "analysed"], help=argparse.SUPPRESS)
    parser.add_argument("folder", nargs="?", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the table into docs/sizes.md")
    asked = parser.parse_args()
    if asked.one:
        gc.disable()
        print(json.dumps({"parsed": parsed, "analysed": analysed}[asked.one](asked.folder)))
        return
    lines = table([row(size, asked.seed, asked.repeat) for size in asked.sizes])
    print("\n".join(lines))
    if asked.write:
        before, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        DOCUMENT.write_text("\n".join([before + BEGIN, *lines, END]) + after, "utf-8")


if __name__ == "__main__":
    main()
