"""The mixed-integer program of a problem, built once as coordinate arrays and solved with HiGHS through SciPy.

Variables, in this order: x[o] picks an option, y[k] marks a target that links or groups miss, e[k] is what waiting adds
to a loss, s[c] pays a shared charge, q[f] is the credit of a free quota in whole cents. Only workloads with
several options left have columns; what the others come to is a constant, and every measure is counted from its least
value in each workload, which keeps numbers small. Caps are handed to each solve, so that the same matrix serves all
stages and budgets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, vstack

from advisor.optimise.columns import Bools, Floats, Group, Ints
from advisor.optimise.quiet import quiet_solver
from advisor.optimise.ragged import owners_of
from advisor.optimise.system import ROUNDING, Cap, Form, System

HALF: Final = 0.5
LARGEST_COST: Final = 1e6
LARGEST_ROW: Final = 1e5
INFEASIBLE: Final = 2
TOLERANCE: Final = 1e-4


@dataclass(frozen=True, eq=False)
class Outcome:
    """The best choice found (None: none) and a proven lower bound on the goal; infinite where nothing keeps the
    caps."""

    picks: Ints | None
    bound: float


class _Rows:
    """Rows under construction in coordinate form."""

    def __init__(self) -> None:
        self.parts: list[tuple[Ints, Ints, Floats]] = []
        self.low: list[Floats] = []
        self.high: list[Floats] = []
        self.count = 0

    def add(self, row: Ints, column: Ints, value: Floats, low: Floats, high: Floats) -> None:
        """Some rows at once, numbered from 0, with their limits."""
        self.parts.append((row + self.count, column, value))
        self.low.append(low)
        self.high.append(high)
        self.count += high.size

    def one(self, columns: Sequence[int], values: Sequence[float], high: float) -> None:
        """A single row with an upper limit."""
        where = np.zeros(len(columns), np.int64)
        self.add(where, np.array(columns), np.array(values, float), np.array([-np.inf]), np.array([high]))

    def matrix(self, width: int) -> csr_array:
        """All rows."""
        rows, columns, values = (np.concatenate([part[i] for part in self.parts]) for i in range(3))
        return csr_array(coo_array((values, (rows, columns)), shape=(self.count, width)))


class Program:
    """Columns and rows of the options that are left (``alive``: at least one a workload)."""

    def __init__(self, system: System, alive: Bools, states: Sequence[int] = ()) -> None:
        self.system = system
        rows = np.flatnonzero(alive)
        several = np.bincount(system.owner[rows], minlength=system.workloads) > 1
        self.columns = rows[several[system.owner[rows]]]
        self.picks = np.full(system.workloads, -1, np.int64)
        fixed = rows[~several[system.owner[rows]]]
        self.picks[system.owner[fixed]] = fixed
        self.fixed, self.several = fixed, several
        owners = system.owner[self.columns]
        self.starts = np.flatnonzero(np.diff(owners, prepend=-1)) if owners.size else np.zeros(0, np.int64)
        self.owner = owners_of(self.starts, self.columns.size)
        self.width = self.columns.size
        self._rows = _Rows()
        self._link()
        self._group()
        before = self._rows.count
        self._wait()
        self.wait_rows = slice(before, self._rows.count)
        self._share(states)
        self._credit()
        self._choose()
        self.matrix = self._rows.matrix(self.width) if self._rows.parts else None

    def _choose(self) -> None:
        if self.columns.size:
            ones = np.ones(self.starts.size)
            place = np.arange(self.columns.size)
            self._rows.add(self.owner.astype(np.int64), place, np.ones(place.size), ones, ones)

    def _link(self) -> None:
        """x[a] + sum of x[b] over the options that break it - 1 <= y, once for all options a that are broken alike."""
        links = self.system.links
        self.key_columns: dict[int, int] = {}
        both = (self.picks[links.dependent] >= 0) & (self.picks[links.needed] >= 0)
        places = np.maximum(self.picks - self.system.starts, 0)
        cell = links.base + places[links.dependent] * links.width + places[links.needed]
        self.missed = np.zeros(links.weights.size, np.bool_)
        self.missed[links.key[both & links.broken[cell]]] = True
        self.groups = [group for group in self.system.groups if self._possible(group)]
        for group in self.groups:
            if group.weight and all(self.picks[end] >= 0 for end in group.ends):
                self.missed[group.key] = True
        for link in np.flatnonzero(~both & ~self.missed[links.key]).tolist():
            self._link_rows(link)

    def _link_rows(self, link: int) -> None:
        links = self.system.links
        dependent, needed = int(links.dependent[link]), int(links.needed[link])
        left, left_places = self._left(dependent)
        right, right_places = self._left(needed)
        table = links.table(link)[np.ix_(left_places, right_places)]
        alike: dict[bytes, list[int]] = {}
        for place in np.flatnonzero(table.any(axis=1)).tolist():
            alike.setdefault(table[place].tobytes(), []).append(place)
        for places in alike.values():
            columns = [] if self.picks[dependent] >= 0 else left[places].tolist()
            columns += [] if self.picks[needed] >= 0 else right[table[places[0]]].tolist()
            mark = self._key(int(links.key[link]))
            limit = 1.0 if self.several[dependent] and self.several[needed] else 0.0
            self._rows.one([*columns, mark], [1.0] * len(columns) + [-1.0], limit)

    def _possible(self, group: Group) -> bool:
        """Whether every end can still take one of the group's options."""
        return all(mask[self._left(end)[1]].any() for end, mask in zip(group.ends, group.options, strict=True))

    def _group(self) -> None:
        """sum over the ends of the x of their options - (ends - 1) <= y."""
        for group in self.groups:
            if group.weight and not self.missed[group.key]:
                row, ends = self._ends(group)
                self._rows.one([*row, self._key(group.key)], [1.0] * len(row) + [-1.0], float(ends - 1))

    def _ends(self, group: Group) -> tuple[list[int], int]:
        """The columns of a group's options, and how many of its ends have columns."""
        row, ends = [], 0
        for end, mask in zip(group.ends, group.options, strict=True):
            if self.picks[end] < 0:
                columns, places = self._left(end)
                row += columns[mask[places]].tolist()
                ends += 1
        return row, ends

    def _wait(self) -> None:
        """u[i] of the dependent's option + v[j] of the needed one's <= e, for pairs (u, v) below the table that touch
        it in every row and column; e counts in units that keep its coefficients small."""
        waits = self.system.waits
        self.loss_columns: dict[int, tuple[int, float]] = {}
        for wait in range(waits.key.size):
            ends = (int(waits.dependent[wait]), int(waits.needed[wait]))
            (left, left_places), (right, right_places) = (self._left(end) for end in ends)
            table = waits.table(wait)[np.ix_(left_places, right_places)]
            if table.any():
                column, unit = self._loss_column(int(waits.key[wait]))
                for parts in supports(table):
                    row, fixed = self._sides(ends, (left, right), parts)
                    self._rows.one([*row, column], [*(v / unit for v in row.values()), -1.0], -fixed / unit)
        for group in self.groups:
            if group.loss:
                self._lose(group)

    def _sides(
        self, ends: Sequence[int], columns: Sequence[Ints], parts: Sequence[Ints]
    ) -> tuple[dict[int, float], float]:
        """The terms of both sides that have columns, and what the others come to."""
        row: dict[int, float] = {}
        fixed = 0.0
        for end, places, values in zip(ends, columns, parts, strict=True):
            if self.picks[end] >= 0:
                fixed += float(values[0])
            else:
                row |= {place: float(value) for place, value in zip(places.tolist(), values.tolist(), strict=True)}
        return row, fixed

    def _lose(self, group: Group) -> None:
        """sum of the dependent's x, each times what it loses, - most * (other ends that take none of theirs) <= e."""
        first, *others = group.ends
        columns, places = self._left(first)
        inside = group.options[0][places]
        lost = np.array([self.system.waits.left_of(group, place) for place in places[inside].tolist()], float)
        most = float(lost.max())
        if most <= 0:
            return
        column, unit = self._loss_column(group.key)
        row = {} if self.picks[first] >= 0 else dict(zip(columns[inside].tolist(), lost.tolist(), strict=True))
        limit = -most if self.picks[first] >= 0 else 0.0
        for end, mask in zip(others, group.options[1:], strict=True):
            if self.picks[end] < 0:
                columns, places = self._left(end)
                row |= dict.fromkeys(columns[mask[places]].tolist(), most)
                limit += most
        self._rows.one([*row, column], [*(value / unit for value in row.values()), -1.0], limit / unit)

    def _loss_column(self, key: int) -> tuple[int, float]:
        if key not in self.loss_columns:
            self.loss_columns[key] = (self.width, max(1.0, float(self.system.waits.most[key]) / LARGEST_COST))
            self.width += 1
        return self.loss_columns[key]

    def _left(self, workload: int) -> tuple[Ints, Ints]:
        """The columns of a workload's remaining options, and their places in it."""
        if self.picks[workload] >= 0:
            return np.zeros(1, np.int64), self.picks[[workload]] - self.system.starts[workload]
        first, last = np.searchsorted(self.columns, self.system.problem.offsets[[workload, workload + 1]])
        return np.arange(first, last), self.columns[first:last] - self.system.starts[workload]

    def _key(self, key: int) -> int:
        if key not in self.key_columns:
            self.key_columns[key] = self.width
            self.width += 1
        return self.key_columns[key]

    def _share(self, states: Sequence[int]) -> None:
        """sum of x[o] over a workload's options with a charge <= s. Charges that are paid anyway are a constant."""
        self.charge_columns: dict[int, int] = {}
        self.paid = 0
        for number, charge in enumerate(self.system.charges):
            state = states[number] if states else -1
            if state == 1 or self.system.uses(self.picks, charge.options).any():
                self.paid += charge.cost
                continue
            place = self._places(charge.options)[0]
            if not place.size:
                continue
            workloads, row = np.unique(self.owner[place], return_inverse=True)
            column = self.charge_columns[number] = self.width
            self.width += 1
            size = workloads.size
            self._rows.add(
                np.concatenate([row, np.arange(size)]),
                np.concatenate([place, np.full(size, column)]),
                np.concatenate([np.ones(place.size), np.full(size, -1.0)]),
                np.full(size, -np.inf),
                np.zeros(size),
            )

    def _credit(self) -> None:
        """q <= what the used units are worth; at most what the free ones are, by its bound. Whole cents, as billed."""
        self.quota_column = self.width
        for quota in self.system.quotas:
            place, which = self._places(quota.options)
            worth = quota.used * quota.cents_per_unit
            fixed = float(worth[self.system.uses(self.picks, quota.options)].sum())
            self._rows.one([*place.tolist(), self.width], [*(-worth[which]).tolist(), 1.0], fixed + ROUNDING)
            self.width += 1

    def _places(self, options: Ints) -> tuple[Ints, Ints]:
        """The columns that belong to ``options``, and which of those they are."""
        place = np.searchsorted(self.columns, options)
        place[place == self.columns.size] = 0
        found = self.columns[place] == options if self.columns.size else np.zeros(options.size, np.bool_)
        return place[found], np.flatnonzero(found)

    def row(self, form: Form) -> tuple[Floats, int]:
        """A form over the columns, and its constant."""
        row = np.zeros(self.width)
        constant = 0
        for name, weight in form.items():
            values = self.system.measure(name)
            constant += weight * int(values[self.fixed].sum())
            if self.columns.size:
                own = values[self.columns]
                least = np.minimum.reduceat(own, self.starts)
                constant += weight * int(least.sum())
                row[: own.size] += weight * (own - least[self.owner])
        for key, column in self.key_columns.items():
            row[column] = form.get("miss", 0) * self.system.links.weights[key]
        constant += form.get("miss", 0) * int(self.system.links.weights[self.missed].sum())
        for column, unit in self.loss_columns.values():
            row[column] = form.get("loss", 0) * unit
        for number, column in self.charge_columns.items():
            row[column] = form.get("cost", 0) * self.system.charges[number].cost
        row[self.quota_column : self.quota_column + len(self.system.quotas)] = -form.get("cost", 0)
        return row, constant + form.get("cost", 0) * self.paid

    def minimise(self, goal: Form, caps: Sequence[Cap], node_limit: int) -> Outcome:
        """The least goal under the caps, within a number of nodes (not of seconds, which would not repeat)."""
        row, constant = self.row(goal)
        if self.matrix is None:
            return self._fixed(caps, constant)
        scale = max(1.0, float(np.abs(row).max(initial=0.0)) / LARGEST_COST)
        with quiet_solver():
            result = milp(
                row / scale,
                integrality=self._integral(),
                bounds=Bounds(0, self._upper()),
                constraints=self._constraints(caps, any("loss" in form for form in (goal, *(c.form for c in caps)))),
                options={"mip_rel_gap": 0.0, "node_limit": node_limit},
            )
        return self._outcome(result, constant, scale)

    def _fixed(self, caps: Sequence[Cap], constant: int) -> Outcome:
        keeps = all(self.row(cap.form)[1] <= cap.limit for cap in caps)
        return Outcome(self.picks.copy(), float(constant)) if keeps else Outcome(None, np.inf)

    def _outcome(self, result: Any, constant: int, scale: float) -> Outcome:
        if result.x is None:
            bound = np.inf if result.status == INFEASIBLE else _bound(result)
            return Outcome(None, (bound - TOLERANCE) * scale + constant)
        picks = self.picks.copy()
        chosen = self.columns[result.x[: self.columns.size] > HALF]
        picks[self.system.owner[chosen]] = chosen
        return Outcome(picks, (_bound(result) - TOLERANCE) * scale + constant)

    def _integral(self) -> Ints:
        integral = np.ones(self.width, np.int64)
        integral[[column for column, _ in self.loss_columns.values()]] = 0
        return integral

    def _upper(self) -> Floats:
        upper = np.ones(self.width)
        for number, quota in enumerate(self.system.quotas):
            upper[self.quota_column + number] = np.floor(quota.free * quota.cents_per_unit + ROUNDING)
        # Finite, since presolve has been seen to cut off the best choice beside columns without a limit.
        for key, (column, unit) in self.loss_columns.items():
            upper[column] = float(self.system.waits.most[key]) / unit + 1.0
        return upper

    def _constraints(self, caps: Sequence[Cap], loss: bool) -> LinearConstraint:
        """The rows under some caps; those of waiting only where ``loss`` matters."""
        used = np.ones(self._rows.count, np.bool_)
        used[self.wait_rows] = loss
        low, high = np.concatenate(self._rows.low)[used], np.concatenate(self._rows.high)[used]
        rows, limits = [None if self.matrix is None else self.matrix[used]], []
        for cap in caps:
            row, constant = self.row(cap.form)
            scale = min(LARGEST_ROW, max(1.0, float(np.abs(row).max(initial=0.0))))
            rows.append(csr_array(row[None, :] / scale))
            # Half a step of room, since forms are whole numbers: the solver keeps rows to 1e-6, so that even a row
            # divided by LARGEST_ROW is kept to less than that half.
            limits.append((cap.limit + HALF - constant) / scale)
        matrix = vstack(rows, format="csc")
        return LinearConstraint(matrix, np.concatenate([low, np.full(len(caps), -np.inf)]), np.append(high, limits))


def supports(table: Ints) -> list[tuple[Ints, Ints]]:
    """Pairs (u, v) with u[i] + v[j] <= table[i, j] everywhere that are equal to it along some row or column, one for
    each row and each column that differs from the others."""
    found: dict[bytes, tuple[Ints, Ints]] = {}
    for row in np.unique(table, axis=0):
        rest: Ints = (table - row[None, :]).min(axis=1)
        found[np.concatenate([rest, row]).tobytes()] = (rest, row)
    for column in np.unique(table, axis=1).T:
        least: Ints = (table - column[:, None]).min(axis=0)
        found[np.concatenate([column, least]).tobytes()] = (column, least)
    return list(found.values())


def _bound(result: Any) -> float:
    """The solver's dual bound; a program without whole variables has none but its optimum."""
    bound = getattr(result, "mip_dual_bound", None)
    if bound is not None:
        return float(bound)
    return float(result.fun) if result.success else -np.inf
