"""The lexicographic stages: caps that can be kept, fewest missed weights, the objective, then the ties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from advisor.model.option import SolverStatus
from advisor.model.targets import Objective
from advisor.optimise.branch import Branching, Effort, near, whole
from advisor.optimise.columns import Bools, ColumnarProblem, ColumnarSolution, Ints
from advisor.optimise.components import LIMITS, Limits, harmless
from advisor.optimise.incumbent import Incumbent
from advisor.optimise.lagrangian import Stage
from advisor.optimise.milp import Program
from advisor.optimise.pricing import Pricer
from advisor.optimise.prune import undominated
from advisor.optimise.raising import prices_loss
from advisor.optimise.system import Cap, Form, System, value_of, within

GOALS: Final[dict[Objective, Form]] = {
    "min-cost": {"cost": 1},
    "min-risk": {"loss": 1},
    "min-total": {"cost": 12, "loss": 1},
    "min-change": {"changes": 1},
}
TIES: Final[tuple[Form, ...]] = ({"cost": 1}, {"changes": 1}, {"loss": 1}, {"rank": 1})
EXACT_WORKLOADS: Final = 300
EXACT_OPTIONS: Final = 20_000
FEW: Final = 40
PROVEN: Final = 1e-9
MISSED: Final = "missed targets"
UNPROVEN: Final = "no choice was found that keeps all limits, though that there is none is not proven"


@dataclass(frozen=True)
class Settings:
    """How to solve: to the end with all ties settled (``exact``) or to a small proven gap; up to ``direct`` open
    options without prices; what may be listed of linked workloads."""

    exact: bool
    effort: Effort
    direct: int = 300
    limits: Limits = LIMITS


EXACT: Final = Settings(exact=True, effort=Effort(settle=3000, better=500, program_nodes=50_000, nodes=200))
LARGE: Final = Settings(exact=False, effort=Effort(settle=600, better=300, program_nodes=500, nodes=40, close=1e-6))


@dataclass(frozen=True)
class Question:
    """What is asked of a problem whose options stay the same; without ``ties`` only the least cost decides among
    equals."""

    objective: Objective
    budget: int | None
    max_changes: int | None
    targets_first: bool
    ties: bool = True

    @property
    def caps(self) -> tuple[Cap, ...]:
        """The limits as caps."""
        changes = () if self.max_changes is None else (Cap({"changes": 1}, self.max_changes),)
        return (*changes, *(() if self.budget is None else (Cap({"cost": 1}, self.budget),)))


@dataclass(frozen=True, eq=False)
class _Answer:
    """The best choice of a stage and the proven least value of its goal."""

    picks: Ints | None
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """(value - bound) / |value|, at least one unit below the line."""
        return 0.0 if self.value <= self.bound else (self.value - self.bound) / max(1.0, abs(self.value))


class Solver:
    """One problem, ready to be asked repeatedly: options, blocks and programs are made once."""

    def __init__(self, problem: ColumnarProblem, settings: Settings | None = None) -> None:
        self.problem = problem
        self.system = System(problem)
        small = self.system.workloads <= EXACT_WORKLOADS and self.system.size <= EXACT_OPTIONS
        self.settings = settings or (EXACT if small else LARGE)
        self.pricer = Pricer(self.system, self._possible(), self.settings.limits)
        self.pinned = self._pinned()
        self._program: tuple[bytes, Program] | None = None

    def solve(self, question: Question | None = None) -> ColumnarSolution:
        """The best choice: fewest weighted misses first (where asked for), then the objective, then cost, changes,
        loss and the order of the options; ``infeasible``, with the cheapest choice, where the caps cannot be kept."""
        problem = self.problem
        asked = question or Question(problem.objective, problem.budget, problem.max_changes, problem.targets_first)
        self._reset()
        start, proven = self._feasible(asked)
        if start is None:
            free = self.solve(Question("min-cost", None, None, targets_first=False))
            method = free.method if proven else f"{free.method}; {UNPROVEN}"
            return ColumnarSolution("infeasible", method, free.gap, free.picks, free.totals)
        goals: list[tuple[str, Form]] = [(MISSED, {"miss": 1})] if asked.targets_first else []
        goals.append((asked.objective, GOALS[asked.objective]))
        return self._lexicographic(asked, goals, start)

    def _possible(self) -> Bools | None:
        """Options that no other one beats, in small problems and among linked workloads, where they are worth it."""
        if self.settings.exact:
            return undominated(self.system)
        linked = np.flatnonzero(self.system.coupled)
        return undominated(self.system, linked.tolist()) if linked.size else None

    def _pinned(self) -> Pricer | None:
        """Where blocks do not tell the whole truth, a narrower problem, priced cautiously, in which each hub too many
        to list keeps to options that harm the others least: its choices are good, the bound of the whole judges
        them."""
        if self.settings.exact or self.pricer.blocks is None or self.pricer.blocks.exact:
            return None
        possible = self.pricer.possible
        possible = np.ones(self.system.size, np.bool_) if possible is None else possible.copy()
        for hub in self.pricer.blocks.loose:
            rows = slice(int(self.problem.offsets[hub]), int(self.problem.offsets[hub + 1]))
            kept = possible[rows] & harmless(self.system, hub)
            possible[rows] = kept if kept.any() else possible[rows]
        return Pricer(self.system, possible, self.settings.limits, cautious=True)

    def _reset(self) -> None:
        self.pricer.reset()
        if self.pinned:
            self.pinned.reset()

    def _lexicographic(self, asked: Question, goals: list[tuple[str, Form]], picks: Ints) -> ColumnarSolution:
        caps = asked.caps
        gaps, bounds = {}, {}
        for name, goal in goals:
            answer = self._stage(goal, caps, picks)
            picks, caps = self._settled(answer, goal, caps, picks)
            gaps[name], bounds[name] = answer.gap, min(answer.bound, answer.value)
        if MISSED in bounds:
            bounds[MISSED] *= self.system.miss_step
        if self.settings.exact or max(gaps.values()) <= PROVEN:
            picks = self._ties(TIES if asked.ties else TIES[:1], goals[-1][1], caps, picks)
        worst = max(gaps, key=lambda name: gaps[name])
        gap = gaps[worst]
        status: SolverStatus = "bounded" if gap > PROVEN else "optimal"
        return ColumnarSolution(status, self._method(worst, gap), gap, picks, self.system.totals(picks), bounds)

    def _ties(self, goals: tuple[Form, ...], objective: Form, caps: tuple[Cap, ...], picks: Ints) -> Ints:
        """Among equals: least cost, changes, loss, and the first options; in large problems as long as no cap binds."""
        for goal in goals:
            if goal != objective and (self.settings.exact or not self._binding(caps)) and self._open():
                answer = self._stage(goal, caps, picks)
                picks, caps = self._settled(answer, goal, caps, picks)
        return picks

    def _settled(self, answer: _Answer, goal: Form, caps: tuple[Cap, ...], picks: Ints) -> tuple[Ints, tuple[Cap, ...]]:
        """The stage's choice, and its value as a cap for the stages that follow."""
        picks = picks if answer.picks is None else answer.picks
        value = value_of(goal, self.system.evaluate(picks))
        return picks, (*(cap for cap in caps if cap.form != goal), Cap(goal, value))

    def _feasible(self, asked: Question) -> tuple[Ints | None, bool]:
        """A choice that keeps all caps, found cap by cap; else None, and whether there is proven to be none."""
        picks = self._easy(asked.caps)
        if picks is not None:
            return picks, True
        kept: tuple[Cap, ...] = ()
        for cap in asked.caps:
            answer = self._stage(cap.form, kept, picks)
            self._reset()
            if answer.picks is None or answer.value > cap.limit:
                return None, answer.bound > cap.limit
            picks, kept = answer.picks, (*kept, cap)
        return picks, True

    def _easy(self, caps: tuple[Cap, ...]) -> Ints | None:
        """A choice that keeps all caps, where the least for one of them does."""
        for form in [cap.form for cap in caps] or [{}]:
            picks, _ = self.pricer.price({name: float(weight) for name, weight in form.items()}).picks()
            if within(caps, self.system.evaluate(picks)):
                return picks
        return None

    def _stage(self, goal: Form, caps: tuple[Cap, ...], picks: Ints | None) -> _Answer:
        """The least goal under the caps. The cap on the goal itself holds for anything better than ``picks``."""
        stage = Stage(goal, self._binding(tuple(cap for cap in caps if cap.form != goal or picks is None)))
        incumbent = Incumbent(self.system, Stage(goal, caps))
        if picks is not None:
            incumbent.offer(picks)
        if self._few(stage) or (self.settings.exact and not near(self.pricer, stage)):
            bound = self._direct(stage, incumbent)
        else:
            if self.pinned:
                Branching(self.pinned, stage, incumbent, self.settings.effort).run()
            bound = Branching(self.pricer, stage, incumbent, self.settings.effort).run()
            if self.settings.exact and incumbent.value > bound:
                bound = max(bound, self._direct(stage, incumbent))
        return _Answer(incumbent.picks, incumbent.value, bound)

    def _few(self, stage: Stage) -> bool:
        """Whether a program is quick without prices; losses by waiting are what programs are slow at."""
        waiting = prices_loss(stage) and self.pricer.shifts is not None
        return self._open() <= (min(self.settings.direct, FEW) if waiting else self.settings.direct)

    def _direct(self, stage: Stage, incumbent: Incumbent) -> float:
        """A program on all options that are left, kept for the next stage."""
        alive = self.pricer.alive.options
        alive = np.ones(self.system.size, np.bool_) if alive is None else alive
        key = np.packbits(alive).tobytes()
        if self._program is None or self._program[0] != key:
            self._program = (key, Program(self.system, alive))
        outcome = self._program[1].minimise(stage.goal, incumbent.stage.caps, self.settings.effort.program_nodes)
        if outcome.picks is not None:
            incumbent.offer(outcome.picks)
        lost = outcome.picks is None and incumbent.picks is not None
        return -np.inf if lost else whole(outcome.bound)

    def _open(self) -> int:
        """How many options are left beyond one a workload."""
        alive = self.pricer.alive.options
        return (self.system.size if alive is None else int(np.count_nonzero(alive))) - self.system.workloads

    def _binding(self, caps: tuple[Cap, ...]) -> tuple[Cap, ...]:
        """The caps that some choice of what is left would break."""
        found = []
        for cap in caps:
            highest = -self.pricer.price({name: -float(weight) for name, weight in cap.form.items()}).value
            if "cost" in cap.form:
                highest += cap.form["cost"] * sum(charge.cost for charge in self.system.charges)
            highest += self.system.overlooked(cap.form)
            if highest > cap.limit:
                found.append(cap)
        return tuple(found)

    def _method(self, stage: str, gap: float) -> str:
        name = "exact: Lagrangian bounds, lists and integer programs (HiGHS)"
        if not self.settings.exact:
            name = "decomposition: Lagrangian prices, branching on shared charges, lists and integer programs (HiGHS)"
        return f"{name}; the gap is that of {stage}" if gap else name
