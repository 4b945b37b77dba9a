"""The mixed-integer program behind a problem: variables, constraints, and one solve with HiGHS through SciPy.

Variables: x[w, o] picks an option, y[w, key] marks a missed target, s[id] pays a shared charge, q[id] is the free
quota in
use (0 <= q <= free, q <= used). All costs are whole cents; the free quota's credit is the only fractional term.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from advisor.model.option import Problem
from advisor.optimise.totals import chosen, missed_of

Row = NDArray[np.float64]
HALF = 0.5


class UnsolvedError(Exception):
    """The solver found no feasible point, or stopped without one."""


class Program:
    """Columns and rows of one problem; caps are added between lexicographic stages."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.x: dict[tuple[str, str], int] = {}
        for workload in problem.workloads:
            for option in workload.options:
                self.x[workload.name, option.id] = len(self.x)
        self.y: dict[tuple[str, str], int] = {}
        self.y_weight: dict[tuple[str, str], float] = {}
        self._collect_misses()
        used = sorted({item for w in problem.workloads for o in w.options for item in o.shared})
        self.s = {item: len(self.x) + len(self.y) + index for index, item in enumerate(used)}
        first = len(self.x) + len(self.y) + len(self.s)
        self.q = {name: first + index for index, name in enumerate(sorted(problem.quotas))}
        self.size = first + len(self.q)
        self.rows: list[dict[int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self._constrain()

    def _collect_misses(self) -> None:
        for workload in self.problem.workloads:
            for option in workload.options:
                for key, weight in option.missed.items():
                    self._miss((workload.name, key), weight)
        for coupling in self.problem.couplings:
            self._miss((coupling.dependent, coupling.key), coupling.weight)

    def _miss(self, key: tuple[str, str], weight: float) -> None:
        self.y.setdefault(key, len(self.x) + len(self.y))
        self.y_weight.setdefault(key, weight)

    def _add(self, row: Mapping[int, float], low: float, high: float) -> None:
        self.rows.append(dict(row))
        self.low.append(low)
        self.high.append(high)

    def _constrain(self) -> None:
        for workload in self.problem.workloads:
            self._add({self.x[workload.name, o.id]: 1.0 for o in workload.options}, 1, 1)
            self._own_misses(workload.name)
        self._couple()
        self._share()
        if self.problem.budget is not None:
            self._add(_sparse(self.cost_row()), -np.inf, self.problem.budget + HALF / 10)
        if self.problem.max_changes is not None:
            self._add(_sparse(self.change_row()), -np.inf, self.problem.max_changes + HALF)

    def _own_misses(self, name: str) -> None:
        workload = next(item for item in self.problem.workloads if item.name == name)
        for key in sorted({key for option in workload.options for key in option.missed}):
            row = {self.x[name, option.id]: 1.0 for option in workload.options if key in option.missed}
            self._add({**row, self.y[name, key]: -1.0}, -np.inf, 0)

    def _couple(self) -> None:
        """x[a] + sum of x[b] over the options that break it - 1 <= y, for every option of the dependent."""
        for coupling in self.problem.couplings:
            for option_id, broken in sorted(coupling.breaks.items()):
                row = {self.x[coupling.needed, other]: 1.0 for other in sorted(broken)}
                row[self.x[coupling.dependent, option_id]] = 1.0
                row[self.y[coupling.dependent, coupling.key]] = -1.0
                self._add(row, -np.inf, 1)

    def _share(self) -> None:
        for workload in self.problem.workloads:
            for item, column in self.s.items():
                row = {self.x[workload.name, o.id]: 1.0 for o in workload.options if item in o.shared}
                if row:
                    self._add({**row, column: -1.0}, -np.inf, 0)
        for name, column in self.q.items():
            row = {
                self.x[w.name, o.id]: -o.quota[name]
                for w in self.problem.workloads
                for o in w.options
                if name in o.quota
            }
            self._add({**row, column: 1.0}, -np.inf, 0)

    def cost_row(self) -> Row:
        """Own costs plus shared charges less the credit of free quotas, in cents."""
        row = self._option_row("cost")
        for item, column in self.s.items():
            row[column] = self.problem.shared.get(item, 0)
        for name, column in self.q.items():
            row[column] = -self.problem.quotas[name].cents_per_unit
        return row

    def loss_row(self) -> Row:
        return self._option_row("loss")

    def change_row(self) -> Row:
        return self._option_row("changes")

    def _option_row(self, field: str) -> Row:
        row = np.zeros(self.size)
        for workload in self.problem.workloads:
            for option in workload.options:
                row[self.x[workload.name, option.id]] = getattr(option, field)
        return row

    def miss_row(self) -> Row:
        row = np.zeros(self.size)
        for key, column in self.y.items():
            row[column] = self.y_weight[key]
        return row

    def rank_row(self) -> Row:
        """The position of each option in its workload's order: the last tie-break."""
        row = np.zeros(self.size)
        for workload in self.problem.workloads:
            for rank, option in enumerate(workload.options):
                row[self.x[workload.name, option.id]] = rank
        return row

    def cap(self, row: Row, limit: float) -> None:
        """Keep ``row`` at or below ``limit`` in the stages that follow."""
        self._add(_sparse(row), -np.inf, limit)

    def minimise(self, cost: Row) -> tuple[Row, float, float]:
        """The best point, its value and the relative gap; raises ``UnsolvedError`` where there is none."""
        scale = max(1.0, float(np.abs(cost).max()))
        binary = np.ones(self.size)
        binary[list(self.q.values())] = 0
        upper = np.ones(self.size)
        for name, column in self.q.items():
            upper[column] = self.problem.quotas[name].free
        result = milp(
            cost / scale,
            integrality=binary,
            bounds=Bounds(0, upper),
            constraints=self._constraints(),
            options={"mip_rel_gap": 0.0},
        )
        if result.x is None:
            raise UnsolvedError(result.message)
        gap = float(result.mip_gap or 0.0)
        return result.x, float(cost @ _rounded(result.x, binary)), gap

    def _constraints(self) -> LinearConstraint:
        lengths = [len(row) for row in self.rows]
        columns = np.fromiter((column for row in self.rows for column in row), dtype=np.int64, count=sum(lengths))
        values = np.fromiter((value for row in self.rows for value in row.values()), dtype=float, count=sum(lengths))
        lines = np.repeat(np.arange(len(lengths)), lengths)
        matrix = csr_matrix((values, (lines, columns)), shape=(len(lengths), self.size))
        return LinearConstraint(matrix, self.low, self.high)

    def point(self, choices: Mapping[str, str]) -> Row:
        """All variables at a whole choice: options, missed targets, shared charges, and free quotas in full use."""
        values = np.zeros(self.size)
        picked = chosen(self.problem, choices)
        for name, option in picked.items():
            values[self.x[name, option.id]] = 1.0
            for item in option.shared:
                values[self.s[item]] = 1.0
        for key in missed_of(self.problem, picked):
            values[self.y[key]] = 1.0
        for name, column in self.q.items():
            used = sum(option.quota.get(name, 0.0) for option in picked.values())
            values[column] = min(used, self.problem.quotas[name].free)
        return values

    def choices(self, values: Row) -> dict[str, str]:
        """The picked option of every workload."""
        return {name: option for (name, option), column in self.x.items() if values[column] > HALF}


def _rounded(values: Row, binary: Row) -> Row:
    result: Row = np.where(binary > 0, np.round(values), values)
    return result


def _sparse(row: Row) -> dict[int, float]:
    return {int(index): float(row[index]) for index in np.flatnonzero(row)}
