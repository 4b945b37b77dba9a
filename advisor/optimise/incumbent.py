"""The best choice known under the caps of a stage, and small moves that better it."""

from __future__ import annotations

from typing import Final

import numpy as np

from advisor.optimise.columns import Bools, Floats, Ints
from advisor.optimise.lagrangian import Stage
from advisor.optimise.system import Form, System, value_of, within

ROUNDS: Final = 4


class Incumbent:
    """The best of all choices offered that keep the caps."""

    def __init__(self, system: System, stage: Stage) -> None:
        self.system, self.stage = system, stage
        self.picks: Ints | None = None
        self.value = np.inf

    def offer(self, picks: Ints) -> None:
        """Takes ``picks`` where they keep the caps and are better."""
        measures = self.system.evaluate(picks)
        value = value_of(self.stage.goal, measures)
        if value < self.value and within(self.stage.caps, measures):
            self.picks, self.value = picks.copy(), float(value)

    def improve(self, rows: Ints) -> None:
        """Moves single workloads to one of the options ``rows`` while that helps and fits, best return on the room used
        first. Costs are taken at their worst (charges unpaid, credit lost), so that every move is safe; links are left
        alone."""
        if self.picks is None:
            return
        rows = rows[self._simple(rows)]
        for _ in range(ROUNDS):
            if not self._round(rows, self.picks):
                return

    def _simple(self, rows: Ints) -> Bools:
        """Options of workloads without links, with no charge to share."""
        system = self.system
        simple = np.ones(rows.size, np.bool_)
        if system.coupled.any():
            simple &= ~system.coupled[system.owner[rows]]
        for charge in system.charges:
            simple &= ~np.isin(rows, charge.options)
        return simple

    def _round(self, rows: Ints, known: Ints) -> bool:
        """One pass over all moves; whether it led to a better choice."""
        measures = self.system.evaluate(known)
        rooms = np.array([cap.limit - value_of(cap.form, measures) for cap in self.stage.caps], float)
        lost = self._credit_at_stake(known)
        gain = -self._change(self.stage.goal, rows, known, lost)
        needs = np.zeros((len(self.stage.caps), rows.size))
        for number, cap in enumerate(self.stage.caps):
            needs[number] = self._change(cap.form, rows, known, lost)
        fits = (gain > 0) & np.all(needs <= rooms[:, None], axis=0)
        moves, gain, needs = rows[fits], gain[fits], needs[:, fits]
        used = np.sum(np.maximum(needs, 0.0) / np.maximum(rooms, 1.0)[:, None], axis=0)
        order = np.argsort(-gain / np.maximum(used, 1e-12), kind="stable")
        picks, moved = known.copy(), set()
        for number in order.tolist():
            workload = int(self.system.owner[moves[number]])
            if workload not in moved and np.all(needs[:, number] <= rooms):
                moved.add(workload)
                picks[workload] = moves[number]
                rooms -= needs[:, number]
        before = self.value
        self.offer(picks)
        return self.value < before

    def _credit_at_stake(self, picks: Ints) -> Floats:
        """Whole cents of credit that each workload's choice could lose by leaving."""
        lost = np.zeros(self.system.workloads)
        for quota in self.system.quotas:
            used = self.system.uses(picks, quota.options)
            np.add.at(lost, self.system.owner[quota.options[used]], quota.used[used] * quota.cents_per_unit)
        return np.ceil(lost)

    def _change(self, form: Form, rows: Ints, known: Ints, lost: Floats) -> Floats:
        """What moving to each row does to a form, at worst."""
        owners = self.system.owner[rows]
        change = np.zeros(rows.size)
        for name, weight in form.items():
            values = self.system.measure(name)
            change += weight * (values[rows] - values[known[owners]])
        result: Floats = change + form.get("cost", 0) * lost[owners]
        return result
