"""Time and proven gap of the optimiser against a plain reference, and its plans against the rule of thumb.

    python benchmarks/optimise.py [--sizes 100 1000 10000] [--seed 1] [--write]

Times are multiples of the reference's (bisection on the price of money over dense NumPy arrays and greedy upgrades,
which knows a budget and nothing else), so that they mean the same on any machine. Each size runs in a process of its
own, so that its peak memory is its own. ``--write`` puts the tables into docs/optimiser.md and draws the plot.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from optimise_portfolio import OPTIONS, Portfolio, entangled, floor, rule_of_thumb

from advisor.optimise import solve_columns
from advisor.optimise.stages import Question, Solver

DOCS: Final = Path(__file__).resolve().parent.parent / "docs"
SIZES: Final = (100, 1_000, 10_000, 100_000, 1_000_000)
BUDGET: Final = 0.3
CASES: Final = {
    "budget": {"targets_first": False, "coupled": False},
    "targets": {"targets_first": True, "coupled": False},
    "coupled": {"targets_first": True, "coupled": True},
    "waiting": {"targets_first": True, "coupled": True, "waiting": True},
}
# The tables of what waiting costs alone pass the memory that the largest size may take.
LARGEST_WAITING: Final = 100_000
HUBS: Final = (0, 1, 2, 3, 4)
HUB_SIZE: Final = 10_000
HUB_BUDGET: Final = 0.12
RULE_SIZES: Final = (1_000, 10_000)
RULE_BUDGETS: Final = (0.1, 0.2, 0.3)
RULE_SEEDS: Final = (1, 2, 3, 4, 5)


def timed(action: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """The shortest processor time of some runs, and what the last one returned."""
    best, result = math.inf, None
    for _ in range(repeat):
        start = time.process_time()
        result = action()
        best = min(best, time.process_time() - start)
    return best, result


def cases(size: int) -> dict[str, dict[str, bool]]:
    """What is measured at a size."""
    return {name: case for name, case in CASES.items() if name != "waiting" or size <= LARGEST_WAITING}


def measure(size: int, seed: int) -> dict[str, Any]:
    """One size: the reference, then every case."""
    portfolio = Portfolio(size, seed)
    budget = portfolio.budget(BUDGET)
    repeat = 3 if size <= 10_000 else 1
    seconds, (_, gap) = timed(lambda: floor(portfolio.cost, portfolio.loss, budget), repeat)
    found: dict[str, Any] = {"size": size, "floor": {"seconds": seconds, "gap": gap}}
    for name, case in cases(size).items():
        problem = portfolio.problem("min-risk", budget, **case)
        spent, solution = timed(lambda problem=problem: solve_columns(problem), repeat)  # type: ignore[misc]
        found[name] = {"ratio": spent / seconds, "gap": solution.gap, "method": solution.method}
    found["mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def measured(sizes: Sequence[int], seed: int) -> list[dict[str, Any]]:
    """All sizes, each in its own process."""
    rows = []
    for size in sizes:
        command = [sys.executable, __file__, "--one", str(size), "--seed", str(seed)]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        rows.append(json.loads(run.stdout))
        print(rows[-1], flush=True)
    return rows


def against_the_rule(size: int, share: float, seed: int) -> tuple[float, float, float, float]:
    """Ours over the rule of thumb: loss at its spend, cost at its loss, missed weight at its spend (targets first), and
    the share of the budget that the rule spends."""
    portfolio = Portfolio(size, seed)
    budget = portfolio.budget(share)
    rows = np.arange(size)
    picks = rule_of_thumb(portfolio, budget)
    cost, loss = int(portfolio.cost[rows, picks].sum()), int(portfolio.loss[rows, picks].sum())
    missed = float(portfolio.miss[rows, picks].sum())
    solver = Solver(portfolio.problem())

    def asked(limit: int, *, first: bool = False) -> Any:
        return solver.solve(Question("min-risk", limit, None, targets_first=first, ties=False)).totals

    low, high = int(portfolio.cost.min(axis=1).sum()), cost
    while high - low > cost / 10_000:
        middle = (low + high) // 2
        low, high = (low, middle) if asked(middle).loss <= loss else (middle, high)
    return asked(cost).loss / loss, high / cost, asked(cost, first=True).miss_weight / missed, cost / budget


def rule_table() -> list[str]:
    """The comparison as Markdown, medians over the seeds with the extremes."""
    lines = [
        "| workloads | budget | loss at the rule's spend | cost at the rule's loss | missed weight at its spend |",
        "|---|---|---|---|---|",
    ]
    for size in RULE_SIZES:
        for share in RULE_BUDGETS:
            found = np.array([against_the_rule(size, share, seed) for seed in RULE_SEEDS])
            cells = [f"{np.median(c):.2f} ({c.min():.2f}–{c.max():.2f})" for c in found.T[:3]]
            lines.append(f"| {size:,} | {share:.0%} | {' | '.join(cells)} |")
            print(lines[-1], flush=True)
    return lines


def hub_table(size: int, seed: int) -> list[str]:
    """Portfolios that hang together, by the number of services that many need."""
    portfolio = Portfolio(size, seed)
    seconds, _ = timed(lambda: floor(portfolio.cost, portfolio.loss, portfolio.budget(BUDGET)), 3)
    lines = ["| services that many need | links | time | gap in missed weight | gap |", "|---|---|---|---|---|"]
    for hubs in HUBS:
        problem = entangled(portfolio, hubs, portfolio.budget(HUB_BUDGET), seed)
        spent, solution = timed(lambda problem=problem: solve_columns(problem), 1)  # type: ignore[misc]
        missed = solution.totals.miss_weight
        gap = (missed - solution.bounds["missed targets"]) / max(1.0, missed)
        lines.append(
            f"| {hubs} | {len(problem.links):,} | {times(spent / seconds)} | {shown(gap)} | {shown(solution.gap)} |"
        )
        print(lines[-1], flush=True)
    return lines


def times(ratio: float) -> str:
    return f"×{ratio:.2g}" if ratio < 10 else f"×{ratio:,.0f}"


def time_table(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Times and gaps as Markdown."""
    lines = [
        "| workloads | reference | its gap | budget only | gap | targets first | gap | all couplings | gap "
        "| with waiting | gap | peak |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = [f"{row['size']:,}", f"{row['floor']['seconds']:.2g} s", shown(row["floor"]["gap"])]
        for name in CASES:
            cells += [times(row[name]["ratio"]), shown(row[name]["gap"])] if name in row else ["–", "–"]
        lines.append(f"| {' | '.join(cells)} | {row['mib']:,.0f} MiB |")
    return lines


def shown(gap: float) -> str:
    return "0" if gap == 0 else f"{gap:.0e}"


def plot(rows: Sequence[dict[str, Any]]) -> str:
    """Ratio to the reference over size, both logarithmic."""
    left, top, width, height = 62.0, 16.0, 470.0, 220.0
    sizes = [math.log10(row["size"]) for row in rows]
    values = [math.log10(row[name]["ratio"]) for row in rows for name in CASES if name in row]
    low, high = math.floor(min(values)), math.ceil(max(values))
    span = max(1e-9, sizes[-1] - sizes[0])

    def place(size: float, value: float) -> tuple[float, float]:
        return left + width * (size - sizes[0]) / span, top + height * (high - value) / (high - low)

    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 290" font-family="sans-serif" font-size="11" '
        'role="img">',
        "<title>Time as a multiple of the reference, over the number of workloads</title>",
        '<rect width="680" height="290" fill="#ffffff"/>',
    ]
    for power in range(low, high + 1):
        y = place(sizes[0], power)[1]
        parts.append(f'<path d="M{left} {y:.1f}H{left + width}" stroke="#d3d9df"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#1d232a">×{10.0**power:g}</text>')
    for row, size in zip(rows, sizes, strict=True):
        x = place(size, low)[0]
        label = f"{row['size']:,}"
        parts.append(f'<text x="{x:.1f}" y="{top + height + 18}" text-anchor="middle" fill="#1d232a">{label}</text>')
    parts.append(
        f'<text x="{left + width / 2}" y="{top + height + 40}" text-anchor="middle" fill="#5d6873">workloads, '
        f"{OPTIONS} options each</text>"
    )
    styles = {
        "budget": ("#1f4e79", ""), "targets": ("#3f8782", "6 3"), "coupled": ("#7a3b0b", "2 3"),
        "waiting": ("#5b3a86", "8 3 2 3"),
    }  # fmt: skip
    names = {
        "budget": "budget only", "targets": "targets first", "coupled": "all couplings", "waiting": "with waiting"
    }  # fmt: skip
    ends = []
    for name, (colour, dash) in styles.items():
        points = [
            place(size, math.log10(row[name]["ratio"])) for row, size in zip(rows, sizes, strict=True) if name in row
        ]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>')
        ends.append([points[-1][1] + 4, names[name], colour])
    ends.sort(key=lambda end: end[0])
    for before, after in itertools.pairwise(ends):
        after[0] = max(after[0], before[0] + 13)
    parts += [f'<text x="{left + width + 8}" y="{y:.1f}" fill="{c}">{name}</text>' for y, name, c in ends]
    return "\n".join([*parts, "</svg>"]) + "\n"


def put(page: str, name: str, lines: Sequence[str]) -> str:
    """The page with the part between two marks replaced."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, _, rest = page.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise SystemExit(f"docs/optimiser.md has no part {begin} … {end}")
    return "\n".join([before + begin, *lines, end]) + after


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="update docs/optimiser.md and its plot")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measure(asked.one, asked.seed)))
        return
    rows = measured(asked.sizes, asked.seed)
    table, hubs, rules = time_table(rows), hub_table(HUB_SIZE, asked.seed), rule_table()
    print("\n".join(table))
    if asked.write:
        page = DOCS / "optimiser.md"
        text = page.read_text("utf-8")
        for name, lines in (("times", table), ("services that many need", hubs), ("rule of thumb", rules)):
            text = put(text, name, lines)
        page.write_text(text, "utf-8")
        (DOCS / "images").mkdir(exist_ok=True)
        (DOCS / "images" / "optimiser-times.svg").write_text(plot(rows), "utf-8")


if __name__ == "__main__":
    main()
