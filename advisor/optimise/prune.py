"""Options that another option of the same workload beats in everything that the optimiser looks at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from advisor.optimise.columns import Bools, Floats, Ints
from advisor.optimise.system import System


def undominated(system: System, workloads: Iterable[int] | None = None) -> Bools:
    """Which options (of ``workloads``; of the others all) are left. An option goes where another one costs no more
    (even without the credit that only the first could earn), loses, changes and misses no more, needs no charge and
    breaks no link that the first does not, makes nobody lose more by waiting, and either is better somewhere or comes
    earlier."""
    tables, amounts = _tables(system), amounts_of(system)
    shared, used = _membership(system), _used(system)
    left = np.ones(system.size, np.bool_)
    for workload in range(system.workloads) if workloads is None else workloads:
        part = slice(int(system.problem.offsets[workload]), int(system.problem.offsets[workload + 1]))
        no_worse = _no_worse(system, part, used) & _subset(shared[:, part].T)
        for table in tables.get(workload, ()):
            no_worse &= _subset(table)
        for amount in amounts.get(workload, ()):
            no_worse &= _no_more(amount)
        left[part] = ~no_worse.any(axis=0)
    return left


def _no_worse(system: System, part: slice, used: Floats) -> Bools:
    """Entry [p, o]: in all measures p is no worse than o, and in one better, or earlier."""
    cost = system.measure("cost")[part]
    lost = np.zeros((cost.size, cost.size))
    for number, quota in enumerate(system.quotas):
        use = used[number, part]
        lost += np.maximum(use[None, :] - use[:, None], 0.0) * quota.cents_per_unit
    no_worse = cost[:, None] + np.ceil(lost) <= cost[None, :]
    strict = cost[:, None] < cost[None, :]
    for name in ("loss", "changes", "miss"):
        values = system.measure(name)[part]
        no_worse &= values[:, None] <= values[None, :]
        strict |= values[:, None] < values[None, :]
    place = np.arange(cost.size)
    result: Bools = no_worse & (strict | (place[:, None] < place[None, :]))
    return result


def _subset(sets: Bools) -> Bools:
    """Entry [p, o]: whatever row p holds, row o holds too."""
    held = sets.astype(np.float32)
    result: Bools = held @ (1 - held).T == 0
    return result


def _no_more(amounts: Ints) -> Bools:
    """Entry [p, o]: no amount in row p is above that in row o; compared once for rows that are equal."""
    kinds: dict[bytes, int] = {}
    kind = np.array([kinds.setdefault(row.tobytes(), len(kinds)) for row in np.ascontiguousarray(amounts)], np.int64)
    rows = amounts[np.unique(kind, return_index=True)[1]]
    found = np.ones((len(rows), len(rows)), np.bool_)
    for number, row in enumerate(rows):
        found[number] = (row[None, :] <= rows).all(axis=1)
    result: Bools = found[np.ix_(kind, kind)]
    return result


def amounts_of(system: System) -> dict[int, list[Ints]]:
    """For each workload, its side of all that waiting costs. A group's loss counts from what an option has in its own
    already, so that an option with less of that is no better for it."""
    waits = system.waits
    found: dict[int, list[Ints]] = defaultdict(list)
    for wait, (dependent, needed) in enumerate(zip(waits.dependent.tolist(), waits.needed.tolist(), strict=True)):
        table = waits.table(wait)
        found[dependent].append(table)
        found[needed].append(table.T)
    for group in system.groups:
        if group.loss and group.key in waits.taken:
            found[group.ends[0]].append(-waits.taken[group.key][:, None])
    return found


def _tables(system: System) -> dict[int, list[Bools]]:
    """For each linked workload, its side of all its links and groups: what each option breaks or is broken by."""
    links = system.links
    found: dict[int, list[Bools]] = defaultdict(list)
    for link, (dependent, needed) in enumerate(zip(links.dependent.tolist(), links.needed.tolist(), strict=True)):
        table = links.table(link)
        found[dependent].append(table)
        found[needed].append(table.T)
    for group in system.groups:
        for end, mask in zip(group.ends, group.options, strict=True):
            found[end].append(mask[:, None])
    return found


def _membership(system: System) -> Bools:
    found = np.zeros((len(system.charges), system.size), np.bool_)
    for number, charge in enumerate(system.charges):
        found[number, charge.options] = True
    return found


def _used(system: System) -> Floats:
    found = np.zeros((len(system.quotas), system.size))
    for number, quota in enumerate(system.quotas):
        places: Ints = quota.options
        found[number, places] = quota.used
    return found
