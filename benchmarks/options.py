"""How long it takes to compare all combinations of protections of an estate's workloads, and what is left of them.

    python benchmarks/options.py [--sizes 300 1000 2000] [--seed 7]

Estates come from ``benchmarks/estate.py``. The unit is the processor time of simulating once what stays: every option's
four disruptions, as any method has to that lists them. Beside the multiple stand the workloads, the combinations of the
largest one, the options that stay, how many workloads were compared by what decides, and the most expected loss that
one of them let pass, as a share of what it loses at the least.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from datetime import date
from pathlib import Path

from estate import write

from advisor import __version__
from advisor.api.assessing import Settings, books, classes_of
from advisor.estimation.outcome import RELEVANT, evaluate
from advisor.estimation.sampling import Sampler
from advisor.graph import build_graph
from advisor.importers import default_targets, read_inventory
from advisor.model.disruption import DISRUPTIONS
from advisor.model.evidence import RuleBook
from advisor.model.pricebook import PriceBook
from advisor.planning.candidates import Candidate, candidates
from advisor.planning.request import PlanRequest

DAY = date(2026, 11, 28)
LINE = "| {} | {} | {:.0e} | {:,} | {} | {:.2%} | {:.2f} s | ×{:.1f} |"


def simulated(found: list[Candidate]) -> float:
    """Seconds of processor time to simulate all options that stay, each different outcome once."""
    start = time.process_time()
    for item in found:
        context, drawn = item.builder.context, item.builder.sampler
        sampler, seen = Sampler(drawn.seed, drawn.size), set()
        for option in item.options.options:
            for disruption in DISRUPTIONS:
                covering = [one for one in option.protections if one.mechanism in RELEVANT[disruption]]
                key = (disruption, *map(id, covering))
                if key not in seen:
                    seen.add(key)
                    evaluate(context, disruption, covering, sampler).quantile(0.95)
        item.builder.forget()
    return time.process_time() - start


def row(resources: int, seed: int, rules: RuleBook, prices: PriceBook) -> str:
    """One estate as a line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), resources, seed)
        imported = read_inventory([Path(folder)])
    targets = default_targets(classes_of(rules))
    request = PlanRequest(imported, targets, rules, prices, as_of=DAY, version=__version__)
    graph = build_graph(imported.inventory, targets)
    start = time.process_time()
    found = list(candidates(request, graph))
    spent = time.process_time() - start
    weighed = [item for item in found if item.options.within is not None]
    shares = [
        float(item.options.within or 0) / max(1.0, min(float(option.loss) for option in item.options.options))
        for item in weighed
    ]
    return LINE.format(
        f"{resources:,}", len(found), max(item.options.combinations for item in found),
        sum(len(item.options.options) for item in found), len(weighed), max(shares, default=0.0),
        spent, spent / simulated(found),
    )  # fmt: skip


def main() -> None:
    """Print the table."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one process does all the work, and its time is measured
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[300, 1000, 2000])
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    rules, prices = books(Settings(as_of=DAY))
    print("| resources | workloads | combinations | options | by what decides | loss let pass | time | multiple |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for size in asked.sizes:
        print(row(size, asked.seed, rules, prices), flush=True)


if __name__ == "__main__":
    main()
