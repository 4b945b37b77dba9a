"""One stage solved: bounds by prices, shared charges decided by branching, the rest by a program on a core.

With prices whose bound is LB, an option whose excess is e lies in no choice below LB + e. Hence

- options with LB + e > UB, the best value known, are ruled out for good (Balas and Zemel, 1980);
- a program on the options with e <= tau proves min(its bound, LB + tau) for all options (Pisinger, 1995).
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from advisor.optimise.columns import Bools, Floats, Ints
from advisor.optimise.incumbent import Incumbent
from advisor.optimise.lagrangian import FREE, OFF, ON, Lagrangian, Point, Stage
from advisor.optimise.listing import Core, best_of
from advisor.optimise.milp import Program
from advisor.optimise.pricing import Priced, Pricer
from advisor.optimise.raising import WHOLE, best_point
from advisor.optimise.system import Cap

CANDIDATES: Final = 4000
LARGEST: Final = 1e300
LADDER: Final = (1, 4, 16)
# Programs are slow at losses by waiting: charges are decided first, down to this part of the options.
WAITING: Final = 10


@dataclass(frozen=True)
class Effort:
    """How much work a stage may take: options in a program that settles it, in one that only betters it, nodes of the
    programs and of the branching on charges; no programs for a goal in money once its gap is ``close``."""

    settle: int
    better: int
    program_nodes: int
    nodes: int
    close: float = 0.0


@dataclass(frozen=True, eq=False)
class _Node:
    """Decided charges, the bound at the best prices, and how far options and configurations lie above it."""

    states: tuple[int, ...]
    point: Point
    excess: Floats
    config_excess: Floats | None
    relaxed_uses: Ints
    margin: float


class Branching:
    """Best-first search over the shared charges of one stage."""

    def __init__(self, pricer: Pricer, stage: Stage, incumbent: Incumbent, effort: Effort) -> None:
        self.pricer, self.stage, self.incumbent, self.effort = pricer, stage, incumbent, effort
        self.system = pricer.system
        self.keep_options = np.zeros(self.system.size, np.bool_)
        self.keep_configs: Bools | None = None
        self.start: Floats | None = None
        if pricer.shifts is not None:
            pricer.shifts.reset()

    def run(self) -> float:
        """The proven bound; the incumbent and the pricer's ``alive`` are updated."""
        try:
            return self._search()
        finally:
            self.pricer.shift = None

    def _search(self) -> float:
        heap: list[tuple[float, int, tuple[int, ...]]] = [(-np.inf, 0, (FREE,) * len(self.system.charges))]
        closed, made = np.inf, 1
        while heap and made <= self.effort.nodes:
            bound, _, states = heapq.heappop(heap)
            if bound > self.incumbent.value:
                continue
            node = self._visit(states)
            if node is None:
                continue
            settled = self._settle(node)
            charge = self._ambiguous(node) if self.incumbent.value - settled > self._close() else None
            if charge is None:
                self._keep(node)
                closed = min(closed, settled)
                continue
            for child in self._children(node, charge):
                heapq.heappush(heap, (max(bound, settled), made, child))
                made += 1
        if heap and heap[0][0] <= self.incumbent.value:
            return min(closed, heap[0][0])
        self._rule_out()
        return min(closed, self.incumbent.value)

    def _visit(self, states: tuple[int, ...]) -> _Node | None:
        """The node at its best prices; None where it holds nothing as good as the incumbent."""
        lagrangian = Lagrangian(self.pricer, self.stage, states)
        point = best_point(lagrangian, self.incumbent, self.start)
        if not point.picks.size or point.value > self.incumbent.value:
            return None
        self.start = point.prices if lagrangian.dimensions > 1 else None
        priced = lagrangian.priced(point.prices)
        uses = [int(self.system.uses(point.picks, charge.options).sum()) for charge in self.system.charges]
        node = _Node(
            states, point, priced.excess(), _config_excess(priced), np.array(uses, np.int64), WHOLE + priced.margin
        )
        self.incumbent.improve(_least(node.excess, self.system.workloads + CANDIDATES)[0])
        return node

    def _children(self, node: _Node, charge: int) -> list[tuple[int, ...]]:
        """The node with the charge paid and with it barred; just one where some charges cannot be barred."""
        forced = [number for number, state in enumerate(node.states) if state == FREE and self._needed(node, number)]
        if forced:
            return [tuple(ON if number in forced else state for number, state in enumerate(node.states))]
        return [(*node.states[:charge], state, *node.states[charge + 1 :]) for state in (ON, OFF)]

    def _needed(self, node: _Node, number: int) -> bool:
        """Whether doing without a charge is proven worse than the incumbent: the workloads without links each lie at
        least their least remaining excess above the bound."""
        excess = node.excess.copy()
        excess[self.system.charges[number].options] = np.inf
        least = np.minimum.reduceat(excess, self.system.starts)
        least[self.system.links.dependent] = least[self.system.links.needed] = 0.0
        gain = float(least.sum()) - node.margin * least.size
        return node.point.value + gain > self.incumbent.value

    def _settle(self, node: _Node) -> float:
        """A proven bound of the node, after programs on its core."""
        bound = whole(node.point.value)
        leaf = self._ambiguous(node) is None
        nearby = False
        told = exact(self.pricer, self.stage)
        few = self.effort.settle if leaf else self.effort.better // (1 if told else WAITING)
        for size in (rung * self.effort.better for rung in (LADDER if told else LADDER[:1])):
            if self.incumbent.value - bound <= self._close():
                break
            core = node.excess <= min(self.incumbent.value - 1 + node.margin - node.point.value, LARGEST)
            if np.count_nonzero(core) - self.system.workloads <= few:
                return max(bound, self._program(node, core))
            if not leaf and np.isfinite(self.incumbent.value):
                return bound
            rows, beyond = _least(node.excess, size + self.system.workloads)
            core = np.zeros(self.system.size, np.bool_)
            core[rows] = True
            if nearby and self.incumbent.picks is not None:
                core[self.incumbent.picks] = True
            before = self.incumbent.value
            found = self._program(node, core)
            bound = max(bound, min(found, whole(node.point.value + beyond - node.margin), self.incumbent.value))
            nearby = self.incumbent.value == before
        return bound

    def _close(self) -> float:
        """The difference that no program is worth; targets are never given up for speed."""
        if "miss" in self.stage.goal or not np.isfinite(self.incumbent.value):
            return 0.0
        return self.effort.close * abs(self.incumbent.value)

    def _program(self, node: _Node, core: Bools) -> float:
        """The bound of a program on a core under all caps (those that only configurations keep too); a better choice is
        offered."""
        core = core.copy()
        core[node.point.picks] = True
        if self._alone():
            found, certain = self._listed(node, core)
            if found is not None:
                self.incumbent.offer(found)
            if certain:
                return self.incumbent.value
        caps = self.incumbent.stage.caps
        if np.isfinite(self.incumbent.value):
            caps = (*caps, Cap(self.stage.goal, int(self.incumbent.value) - 1))
        program = Program(self.system, core, node.states)
        outcome = program.minimise(self.stage.goal, caps, self.effort.program_nodes)
        before = self.incumbent.value
        if outcome.picks is not None:
            self.incumbent.offer(outcome.picks)
        return min(before, whole(outcome.bound))

    def _alone(self) -> bool:
        """Whether a single limit is all that couples workloads."""
        system = self.system
        plain = not (system.charges or system.quotas or system.coupled.any())
        return plain and len(self.stage.caps) == 1 and self.incumbent.picks is not None

    def _listed(self, node: _Node, core: Bools) -> tuple[Ints | None, bool]:
        """The best choice of a core below the incumbent where a single limit couples workloads, and whether that is
        certain."""
        picks = node.point.picks
        core[picks] = False
        rows = np.flatnonzero(core)
        owner = self.system.owner[rows].astype(np.int64)
        goal, slope = (
            sum((w * self.system.measure(name) for name, w in form.items()), np.zeros(1, np.int64))
            for form in (self.stage.goal, self.stage.caps[0].form)
        )
        room = self.stage.caps[0].limit - int(slope[picks].sum())
        below = self.incumbent.value - int(goal[picks].sum())
        own = picks[owner]
        spare = self.incumbent.value - node.point.value + node.margin * self.system.workloads
        part = Core(rows, owner, goal[rows] - goal[own], slope[rows] - slope[own], node.excess[rows], room)
        return best_of(part, picks, below, spare)

    def _ambiguous(self, node: _Node) -> int | None:
        """The free charge that the relaxation understates most; None where it counts all in full."""
        worst, found = 0.0, None
        for number, charge in enumerate(self.system.charges):
            if node.states[number] != FREE or not node.relaxed_uses[number]:
                continue
            short = charge.cost * (1.0 - node.relaxed_uses[number] / self.system.users[number])
            if short > worst:
                worst, found = short, number
        return found

    def _keep(self, node: _Node) -> None:
        room = self.incumbent.value - node.point.value + node.margin
        self.keep_options |= node.excess <= room
        if node.config_excess is not None:
            keep = node.config_excess <= room
            self.keep_configs = keep if self.keep_configs is None else self.keep_configs | keep

    def _rule_out(self) -> None:
        if self.incumbent.picks is not None:
            self.keep_options[self.incumbent.picks] = True
            self.pricer.rule_out(self.keep_options, self.keep_configs)


def exact(pricer: Pricer, stage: Stage) -> bool:
    """Whether prices tell the whole truth about how workloads affect one another."""
    listed = pricer.blocks is None or pricer.blocks.exact
    return listed and not any(pricer.system.overlooked(form) for form in (stage.goal, *(c.form for c in stage.caps)))


def near(pricer: Pricer, stage: Stage) -> bool:
    """The same, but for what they lose by waiting, which shifts see nearly; else small problems are left to
    programs."""
    missed = ({"miss": form.get("miss", 0)} for form in (stage.goal, *(cap.form for cap in stage.caps)))
    listed = pricer.blocks is None or pricer.blocks.exact
    return listed and not any(pricer.system.overlooked(form) for form in missed)


def whole(bound: float) -> float:
    """A bound on whole numbers, rounded up."""
    return float(math.ceil(bound - WHOLE)) if np.isfinite(bound) else bound


def _config_excess(priced: Priced) -> Floats | None:
    return None if priced.linked is None else priced.linked.config_excess()


def _least(excess: Floats, count: int) -> tuple[Ints, float]:
    """The ``count`` rows with least excess (ties to the first), and the least excess of all others."""
    if count >= excess.size:
        return np.arange(excess.size), np.inf
    limit = float(np.partition(excess, count)[count])
    rows = np.flatnonzero(excess < limit)
    ties = np.flatnonzero(excess == limit)[: count - rows.size]
    return np.sort(np.concatenate([rows, ties])), limit
