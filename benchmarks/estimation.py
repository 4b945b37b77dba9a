"""How long the recovery simulation takes, as a multiple of drawing the same random numbers with NumPy alone.

    python benchmarks/estimation.py [--workloads 1000] [--samples 10000] [--repeat 3]

Each workload goes through four disruptions with about ten tasks each: precedence, contention for a pool, quantiles.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

from advisor.estimation.sampling import Sampler
from advisor.estimation.schedule import run
from advisor.model.evidence import Spread
from advisor.model.recovery import Task

DISRUPTIONS = ("logical", "instance", "zone", "region")
POOLS = {"restore": 2}
SPANS = {
    "detect": (3, 10, 30),
    "declare": (5, 15, 60),
    "provision": (1, 1.5, 2),
    "load-a": (2, 20, 90),
    "load-b": (3, 30, 60),
    "load-c": (1, 10, 45),
    "boot": (0.5, 1, 3),
    "start": (1, 5, 30),
    "switch": (1, 5, 30),
    "verify": (5, 15, 45),
}
AFTER = {
    "declare": ["detect"],
    "provision": ["declare"],
    "load-a": ["provision"],
    "load-b": ["provision"],
    "load-c": ["provision"],
    "boot": ["provision"],
    "start": ["load-a", "load-b", "load-c", "boot"],
    "switch": ["start"],
    "verify": ["switch"],
}


def tasks() -> list[Task]:
    """The ten tasks of one recovery; three restores contend for two slots."""
    return [
        Task(
            name,
            "c",
            name,
            name,
            Spread(*(60.0 * value for value in SPANS[name])),
            tuple(AFTER.get(name, ())),
            "restore" if name.startswith("load") else None,
        )
        for name in SPANS
    ]


def simulate(workloads: int, samples: int) -> float:
    """All schedules with their quantiles; returns a check sum so that nothing is optimised away."""
    plan, total = tasks(), 0.0
    for number in range(workloads):
        sampler = Sampler(1, samples)
        for disruption in DISRUPTIONS:
            schedule = run(plan, sampler, POOLS, f"{number}/{disruption}")
            total += float(np.quantile(schedule.makespan, [0.5, 0.9, 0.95]).sum())
    return total


def draw(workloads: int, samples: int) -> float:
    """The same PERT numbers drawn with NumPy's own beta generator, and nothing else."""
    generator = np.random.default_rng(1)
    shapes = [1 + 4 * (likely - low) / (high - low) for low, likely, high in SPANS.values()]
    total = 0.0
    for _ in range(workloads * len(DISRUPTIONS)):
        for alpha in shapes:
            total += float(generator.beta(alpha, 6 - alpha, samples)[0])
    return total


def timed(work: Callable[[int, int], float], workloads: int, samples: int) -> float:
    start = time.perf_counter()
    work(workloads, samples)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workloads", type=int, default=100)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    simulate(2, given.samples)  # tables and caches
    ratios = []
    for _ in range(given.repeat):
        ours, floor = (timed(work, given.workloads, given.samples) for work in (simulate, draw))
        ratios.append(ours / floor)
        print(f"simulation {ours:.2f} s, drawing alone {floor:.2f} s, ratio {ours / floor:.2f}")
    print(f"median ratio {statistics.median(ratios):.2f} ({given.workloads} workloads, {given.samples} samples)")


if __name__ == "__main__":
    main()
