"""Linked workloads as flat arrays of cells, configurations and scenarios, so that one pass of NumPy prices them all.

    cell            the options of one class of one workload
    configuration   one cell of every workload of a block, with the weight of the targets that its links miss
    scenario        one cell of every hub of a component

The least value of a component at given prices is

    min over scenarios h of  sum of hub cells + miss price * extra(h)
        + sum over blocks of min over configurations k of (sum of cells + miss price * extra(k, h)).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from advisor.optimise.columns import Bools, Floats, Ints
from advisor.optimise.components import LIMITS, Classes, Limits, classes_of
from advisor.optimise.planner import BETWEEN_HUBS, Component, components_of
from advisor.optimise.ragged import Places, first_minimum, owners_of, segments
from advisor.optimise.sights import Sights, marks_of, no_hub
from advisor.optimise.system import System


@dataclass(frozen=True, eq=False)
class Blocks:
    """Segments in flat arrays: cells of rows, configurations of cells, groups (one block for hub classes that it cannot
    tell apart) of configurations, scenarios of a component. Pairs say which groups make up a scenario."""

    linked: Bools
    rows: Ints
    cell_starts: Ints
    config_cells: Places
    config_starts: Ints
    config_extra: Ints
    group_starts: Ints
    pair_group: Places
    pair_scenario: Places
    hub_cells: Ints
    hub_scenario: Ints
    scenario_extra: Ints
    scenario_starts: Ints
    loose: tuple[int, ...]
    split: int

    def __post_init__(self) -> None:
        owners = {
            "row_cell": owners_of(self.cell_starts, self.rows.size),
            "cell_config": owners_of(self.config_starts, self.config_cells.size),
            "config_group": owners_of(self.group_starts, self.config_starts.size),
            "scenario_component": owners_of(self.scenario_starts, self.scenario_extra.size),
        }
        for name, value in owners.items():
            object.__setattr__(self, name, value)

    row_cell: Places = field(init=False)
    cell_config: Places = field(init=False)
    config_group: Places = field(init=False)
    scenario_component: Places = field(init=False)

    @property
    def exact(self) -> bool:
        """Whether every link is counted, and once."""
        return not self.loose and not self.split

    def price(self, vector: Floats, miss_price: float, barred: Bools | None = None) -> PricedBlocks:
        """Least values at given prices of options; ``barred`` configurations may not be used."""
        values = vector[self.rows]
        cells = np.minimum.reduceat(values, self.cell_starts)
        configs = np.add.reduceat(cells[self.config_cells], self.config_starts) + miss_price * self.config_extra
        if barred is not None:
            configs[barred] = np.inf
        groups = np.minimum.reduceat(configs, self.group_starts)
        count = self.scenario_extra.size
        scenarios = np.bincount(self.pair_scenario, groups[self.pair_group], count) + miss_price * self.scenario_extra
        scenarios += np.bincount(self.hub_scenario, cells[self.hub_cells], count)
        return PricedBlocks(self, values, cells, configs, groups, scenarios)


@dataclass(frozen=True, eq=False)
class PricedBlocks:
    """Values of all parts at one set of prices."""

    blocks: Blocks
    values: Floats
    cells: Floats
    configs: Floats
    groups: Floats
    scenarios: Floats

    @property
    def components(self) -> Floats:
        """The least value of every component."""
        return np.minimum.reduceat(self.scenarios, self.blocks.scenario_starts)

    def picks(self) -> tuple[Ints, int]:
        """The rows of a least choice, ties to the first, and the weight of targets that its links miss."""
        b = self.blocks
        scenarios = first_minimum(self.scenarios, self.components, b.scenario_component)
        taken = np.zeros(self.scenarios.size, np.bool_)
        taken[scenarios] = True
        groups = b.pair_group[taken[b.pair_scenario]]
        configs = first_minimum(self.configs, self.groups, b.config_group)[groups]
        cell_taken = np.zeros(self.cells.size, np.bool_)
        cell_taken[b.config_cells[segments(b.config_starts, b.config_cells.size, configs)]] = True
        cell_taken[b.hub_cells[taken[b.hub_scenario]]] = True
        rows = b.rows[first_minimum(self.values, self.cells, b.row_cell)[cell_taken]]
        return rows, int(b.config_extra[configs].sum() + b.scenario_extra[scenarios].sum())

    def config_excess(self) -> Floats:
        """How far the least choice with a configuration lies above the least one of its component."""
        b = self.blocks
        scenario = self.scenarios - self.components[b.scenario_component]
        least = np.full(self.groups.size, np.inf)
        np.minimum.at(least, b.pair_group, scenario[b.pair_scenario])
        with np.errstate(invalid="ignore"):
            excess: Floats = self.configs - self.groups[b.config_group] + least[b.config_group]
        excess[~np.isfinite(excess)] = np.inf
        return excess

    def excess(self) -> Floats:
        """The same for every row of ``blocks.rows``."""
        b = self.blocks
        cells = np.full(self.cells.size, np.inf)
        np.minimum.at(cells, b.config_cells, self.config_excess()[b.cell_config])
        scenario = self.scenarios - self.components[b.scenario_component]
        np.minimum.at(cells, b.hub_cells, scenario[b.hub_scenario])
        with np.errstate(invalid="ignore"):
            rows: Floats = cells[b.row_cell] + (self.values - self.cells[b.row_cell])
        rows[~np.isfinite(rows)] = np.inf
        return rows


@dataclass
class _Builder:
    """Flat lists under construction; ``cell_base`` is the first cell of each linked workload."""

    system: System
    classes: Mapping[int, Classes]
    cell_base: Mapping[int, int]
    cautious: bool
    cells: list[Places] = field(default_factory=list)
    widths: list[Ints] = field(default_factory=list)
    extras: list[Ints] = field(default_factory=list)
    group_sizes: list[Ints] = field(default_factory=list)
    pair_group: list[Places] = field(default_factory=list)
    pair_scenario: list[Places] = field(default_factory=list)
    hub_cells: list[Ints] = field(default_factory=list)
    hub_scenario: list[Ints] = field(default_factory=list)
    scenario_extra: list[Ints] = field(default_factory=list)
    scenarios: int = 0
    groups: int = 0
    split: int = 0
    scenario_counts: list[int] = field(default_factory=list)

    def add(self, component: Component) -> None:
        """Lists the scenarios of a component and the configurations of its blocks."""
        hubs = component.hubs
        places = self._places(hubs)
        extra = self._extra(hubs, places, (), component.links.get(BETWEEN_HUBS, {})).ravel()
        scenarios = np.arange(self.scenarios, self.scenarios + extra.size)
        self.scenario_counts.append(extra.size)
        self.scenario_extra.append(extra)
        self.hub_cells.append(self._own_cells(hubs).ravel())
        self.hub_scenario.append(np.repeat(scenarios, len(hubs)))
        for number, block in enumerate(component.blocks):
            self._block(hubs, block, scenarios, self._keys(component, number))
        self.scenarios += extra.size

    def _keys(self, component: Component, number: int) -> Mapping[int, list[int]]:
        repeated = component.repeated.get(number, {})
        self.split += len(repeated)
        found = component.links.get(number, {})
        return {**found, **repeated} if self.cautious else found

    def _block(self, hubs: Sequence[int], block: Sequence[int], scenarios: Ints, keys: Mapping[int, list[int]]) -> None:
        """The configurations of a block for every sight of the hubs."""
        sights = self._sights(hubs, [link for links in keys.values() for link in links])
        extra = self._extra(hubs, sights.shown_by, block, keys)
        cells = self._own_cells(block)
        self.cells.append(np.tile(cells.astype(np.int32), (sights.count, 1)).ravel())
        self.widths.append(np.full(extra.size, len(block)))
        self.extras.append(extra.ravel())
        self.group_sizes.append(np.full(sights.count, len(cells)))
        self.pair_group.append((self.groups + sights.of_scenario).astype(np.int32))
        self.pair_scenario.append(scenarios.astype(np.int32))
        self.groups += sights.count

    def _sights(self, hubs: Sequence[int], links: Sequence[int]) -> Sights:
        marks, width = marks_of(self.system, self.classes, hubs, links)
        sights = no_hub(width)
        for hub in hubs:
            sights = sights.with_hub(marks.get(hub, np.zeros((self.classes[hub].count, width), np.bool_)))
        return sights

    def _places(self, workloads: Sequence[int]) -> Ints:
        """Every combination of classes of some workloads, a row each, the first one's slowest."""
        if not workloads:
            return np.zeros((1, 0), np.int64)
        shape = tuple(self.classes[workload].count for workload in workloads)
        result: Ints = np.indices(shape).reshape(len(workloads), -1).T
        return result

    def _own_cells(self, workloads: Sequence[int]) -> Ints:
        """The cells of every combination."""
        bases = np.array([self.cell_base[workload] for workload in workloads], np.int64)
        return self._places(workloads) + bases

    def _extra(self, hubs: Sequence[int], places: Ints, block: Sequence[int], keys: Mapping[int, list[int]]) -> Ints:
        """The weight that links miss: a row for each row of ``places`` (a class of every hub), a column for each
        combination of classes of the block, the first member's slowest."""
        shape = (len(places), *(self.classes[workload].count for workload in block))
        extra = np.zeros(shape, np.int64)
        for key, links in keys.items():
            missed = np.zeros(shape, np.bool_)
            for link in links:
                missed |= self._spread(link, {hub: places[:, n] for n, hub in enumerate(hubs)}, block, len(places))
            extra += self.system.links.weights[key] * missed
        return extra.reshape(len(places), -1)

    def _spread(self, link: int, places: Mapping[int, Ints], block: Sequence[int], rows: int) -> Bools:
        """A link's table over classes, on the axes of its two ends; hubs lie on the first."""
        links = self.system.links
        dependent, needed = int(links.dependent[link]), int(links.needed[link])
        table = links.table(link)[np.ix_(self.classes[dependent].sample, self.classes[needed].sample)]
        shape = [1] * (1 + len(block))
        if dependent in places and needed in places:
            shape[0] = rows
            return table[places[dependent], places[needed]].reshape(shape)
        axis = {workload: 1 + number for number, workload in enumerate(block)}
        if dependent in places or needed in places:
            member, table = (
                (needed, table[places[dependent]]) if dependent in places else (dependent, table.T[places[needed]])
            )
            shape[0], shape[axis[member]] = table.shape
            return table.reshape(shape)
        shape[axis[dependent]], shape[axis[needed]] = table.shape
        return (table if axis[dependent] < axis[needed] else table.T).reshape(shape)


def blocks_of(
    system: System, alive: Bools | None = None, limits: Limits = LIMITS, *, cautious: bool = False
) -> Blocks | None:
    """The blocks of all linked workloads, with the options that are left; None where nothing is linked. ``cautious``
    prices never understate what links miss, others never overstate it; they differ only where ``split`` is not 0."""
    if not system.links.key.size:
        return None
    classes = classes_of(system, alive)
    components = components_of(system, classes, limits)
    linked = np.zeros(system.workloads, np.bool_)
    linked[list(classes)] = True
    rows: list[Ints] = []
    sizes: list[int] = []
    bases: dict[int, int] = {}
    for workload, found in classes.items():
        bases[workload] = len(sizes)
        left = np.flatnonzero(found.of_option >= 0)
        order = np.argsort(found.of_option[left], kind="stable")
        rows.append(system.starts[workload] + left[order])
        sizes += np.bincount(found.of_option[left]).tolist()
    builder = _Builder(system, classes, bases, cautious)
    for component in components:
        builder.add(component)
    loose = tuple(sorted(hub for component in components for hub in component.loose))
    return _assembled(builder, linked, np.concatenate(rows), np.array(sizes, np.int64), loose)


def _assembled(b: _Builder, linked: Bools, rows: Ints, cell_sizes: Ints, loose: tuple[int, ...]) -> Blocks:
    widths = np.concatenate(b.widths)
    return Blocks(
        linked,
        rows,
        _starts(cell_sizes),
        np.concatenate(b.cells),
        _starts(widths),
        np.concatenate(b.extras),
        _starts(np.concatenate(b.group_sizes)),
        np.concatenate(b.pair_group),
        np.concatenate(b.pair_scenario),
        np.concatenate(b.hub_cells),
        np.concatenate(b.hub_scenario),
        np.concatenate(b.scenario_extra),
        _starts(np.array(b.scenario_counts, np.int64)),
        loose,
        b.split,
    )


def _starts(sizes: Ints) -> Ints:
    return np.cumsum(sizes) - sizes
