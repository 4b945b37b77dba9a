"""The targets while they are edited: texts as typed, right or wrong, over what a file said or the inventory showed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from advisor.model.disruption import DISRUPTIONS
from advisor.model.finding import Mistake
from advisor.model.graph import Graph
from advisor.model.inventory import Inventory
from advisor.model.targets import Match, RiskLevel, Targets, WorkloadClass, WorkloadSpec
from advisor.model.units import Money, UnitError, parse_money
from advisor.web.targets_file import METRICS, Cell, exact_duration, number, own_targets, targets_text

CELLS: Final[tuple[Cell, ...]] = tuple((disruption, metric) for disruption in DISRUPTIONS for metric in METRICS)
DEFAULT_FILE: Final = "targets.yaml"
CLASS_COLUMN: Final = "class"
_LINE: Final = re.compile(r"line (\d+)$")
_NAME: Final = re.compile(r"  - name: (.*)")
# What a workload is matched by: what serves, not what hangs on it.
_ANCHORS: Final = frozenset({"instance", "database", "cache", "load_balancer", "scaling_group"})


def column(cell: Cell) -> str:
    """The name of the grid column that holds a cell."""
    return f"{cell[0]}_{cell[1]}"


@dataclass(frozen=True)
class Row:
    """One workload: its class, the targets that differ from it as typed, and whether the file names it."""

    spec: WorkloadSpec
    found_by: str
    own: Mapping[Cell, str]
    declared: bool

    @property
    def name(self) -> str:
        return self.spec.name

    def shown(self, cell: Cell, classes: Mapping[str, WorkloadClass]) -> str:
        """The target that counts: the workload's own, else its class's."""
        if cell in self.own:
            return self.own[cell]
        target = classes[self.spec.class_name].target(cell[0])
        return exact_duration(target.rpo_s if cell[1] == "rpo" else target.rto_s)


@dataclass(frozen=True)
class Draft:
    """All rows over the targets they began with; ``original`` is the uploaded file while nothing has been changed."""

    base: Targets
    shipped: Mapping[str, WorkloadClass]
    rows: tuple[Row, ...]
    budget: str
    file: str = DEFAULT_FILE
    original: bytes | None = None
    edited: bool = False

    @property
    def given(self) -> bool:
        """Whether there is a targets file at all; without one the shipped classes count."""
        return self.original is not None or self.edited

    @property
    def classes(self) -> Mapping[str, WorkloadClass]:
        return self.base.classes

    def data(self) -> bytes | None:
        """The targets file as it stands, None where nothing was given."""
        if not self.edited:
            return self.original
        return self.text().encode("utf-8", errors="replace")

    def text(self) -> str:
        """The file written anew; workloads that nobody touched stay with what the inventory shows."""
        declared = [row for row in self.rows if row.declared]
        budget, _ = self.money()
        targets = replace(
            self.base,
            workloads=tuple(row.spec for row in declared),
            budget=budget,
            currency=budget.currency if budget else self.base.currency,
        )
        return targets_text(targets, self.shipped, {row.name: row.own for row in declared})

    def money(self) -> tuple[Money | None, str]:
        """The budget, and what is wrong with the way it was typed."""
        if not self.budget.strip():
            return None, ""
        try:
            return parse_money(self.budget), ""
        except UnitError as error:
            return None, str(error)


def begin(
    targets: Targets, shipped: Mapping[str, WorkloadClass], graph: Graph, inventory: Inventory,
    original: bytes | None = None, file: str = DEFAULT_FILE,
) -> Draft:  # fmt: skip
    """A draft with the file's workloads in its order, then those that only the inventory shows."""
    found = {item.name: item for item in graph.workloads}
    rows = [
        Row(spec, "declared", own_targets(spec.targets, targets.classes[spec.class_name]), True)
        for spec in targets.workloads
    ]
    names = {row.name for row in rows}
    for workload in graph.workloads:
        if workload.name not in names:
            spec = WorkloadSpec(workload.name, _match(found[workload.name].resources, inventory), workload.class_name)
            rows.append(Row(spec, workload.found_by, {}, False))
    budget = f"{number(targets.budget.amount)} {targets.budget.currency}" if targets.budget else ""
    return Draft(targets, shipped, tuple(rows), budget, file, original)


def _match(resources: Iterable[str], inventory: Inventory) -> Match:
    listed = tuple(resources)
    known = [item for item in map(inventory.get, listed) if item is not None]
    return Match(resources=tuple(item.id for item in known if item.kind in _ANCHORS) or listed)


def with_budget(draft: Draft, text: str) -> Draft:
    """The budget as typed: ``60000 CNY``, nothing for none."""
    return draft if text == draft.budget else replace(draft, budget=text, edited=True)


def with_risk_level(draft: Draft, level: RiskLevel) -> Draft:
    """The percentile of recovery times that targets are held against."""
    if level == draft.base.risk_level:
        return draft
    return replace(draft, base=replace(draft.base, risk_level=level), edited=True)


def with_max_changes(draft: Draft, count: int | None) -> Draft:
    """The largest number of changes that a plan may ask for; None: any."""
    if count == draft.base.max_changes:
        return draft
    return replace(draft, base=replace(draft.base, max_changes=count), edited=True)


def with_wishes(
    draft: Draft, name: str, pin: str | None, forbid: Iterable[str], require: Iterable[str], own: Mapping[Cell, str]
) -> Draft:
    """A workload with an option pinned (None: none), protections forbidden and required, and targets as typed."""
    index = next(number for number, row in enumerate(draft.rows) if row.name == name)
    row = draft.rows[index]
    spec = replace(row.spec, pin=pin, forbid=tuple(forbid), require=tuple(require))
    rows = list(draft.rows)
    if spec != row.spec:
        rows[index] = replace(row, spec=spec, declared=True)
        draft = replace(draft, rows=tuple(rows), edited=True)
    return with_edits(draft, {index: {column(cell): text for cell, text in own.items()}})


def with_edits(draft: Draft, edits: Mapping[int, Mapping[str, object]]) -> Draft:
    """The draft with cells of the grid typed over, by row and column; an emptied cell falls back on the class."""
    rows = list(draft.rows)
    for index, changes in edits.items():
        rows[index] = _edited(rows[index], changes, draft.classes)
    return replace(draft, rows=tuple(rows), edited=True) if rows != list(draft.rows) else draft


def _edited(row: Row, changes: Mapping[str, object], classes: Mapping[str, WorkloadClass]) -> Row:
    wanted = changes.get(CLASS_COLUMN)
    spec = replace(row.spec, class_name=str(wanted)) if wanted in classes else row.spec
    own = dict(row.own)
    for cell in CELLS:
        if column(cell) in changes:
            typed = str(changes[column(cell)] or "").strip()
            own.pop(cell, None)
            if typed and typed != replace(row, spec=spec, own=own).shown(cell, classes):
                own[cell] = typed
    changed = spec != row.spec or own != row.own
    return replace(row, spec=spec, own=own, declared=True) if changed else row


def needs_redraw(edits: Mapping[int, Mapping[str, object]]) -> bool:
    """Whether the grid must show other cells than the typed ones: another class, or a cell that falls back on it."""
    typed = [pair for row in edits.values() for pair in row.items()]
    return any(name == CLASS_COLUMN or not str(value or "").strip() for name, value in typed)


def workload_at(text: str, mistake: Mistake) -> str:
    """The workload whose lines of the file hold a mistake, as the file spells its name; empty outside of them."""
    found = _LINE.search(mistake.place)
    if found is None:
        return ""
    for line in reversed(text.splitlines()[: int(found[1])]):
        name = _NAME.match(line)
        if name:
            return name[1].strip('"')
        if line and not line.startswith(" "):
            return ""
    return ""
