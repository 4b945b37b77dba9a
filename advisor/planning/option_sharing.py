"""The options of all workloads, built by several processes where that is worth it: each takes a share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from advisor import workers
from advisor.model.finding import InputError, Mistake
from advisor.model.graph import Workload
from advisor.planning.builders import Built, build
from advisor.planning.request import PlanRequest, silent

# Tuning: building takes about the square of a workload's components; a worker takes as long as so much to come up.
WORKER_COST: Final = 40
SHARED_FROM: Final = 120
_WORKER: Final = "advisor.planning.option_worker"
Waiting = Mapping[str, Sequence[Workload]]
Found = dict[str, Built | tuple[Mistake, ...]]  # by the workload's name


@dataclass(frozen=True)
class Share:
    """What one process builds: some workloads, and for each of them those that wait for it."""

    request: PlanRequest
    workloads: tuple[Workload, ...]
    waiting: Waiting


def build_all(request: PlanRequest, workloads: Sequence[Workload], waiting: Waiting) -> Found:
    """The options of each workload, in this order, or the mistakes in its wishes."""
    first, *others = (Share(request, share, waiting) for share in _shares(workloads))
    started = [(workers.start(_WORKER, _handed(share)), share) for share in others]
    found = build_share(first)
    for worker, share in started:
        names = f"{share.workloads[0].name} … {share.workloads[-1].name}" if len(share.workloads) > 1 else ""
        request.progress(f"options of {names or share.workloads[0].name} in another process")
        found |= workers.finish(worker, dict) or build_share(share)
    return {item.name: found[item.name] for item in workloads}


def build_share(share: Share) -> Found:
    """The same for one share, in this process."""
    found: Found = {}
    for workload in share.workloads:
        share.request.progress(f"options of {workload.name}")
        try:
            found[workload.name] = build(share.request, workload, share.waiting[workload.name])
        except InputError as error:
            found[workload.name] = tuple(error.mistakes)
    return found


def _handed(share: Share) -> Share:
    """What a worker needs to know of a share; nobody hears what it is doing."""
    waiting = {item.name: share.waiting[item.name] for item in share.workloads}
    return Share(replace(share.request, progress=silent), share.workloads, waiting)


def _shares(workloads: Sequence[Workload]) -> list[tuple[Workload, ...]]:
    """The workloads in shares that take about the same time, one share where more are not worth it."""
    effort = {item.name: len(item.components) ** 2 + 1 for item in workloads}
    count = workers.processors() if sum(effort.values()) >= SHARED_FROM else 1
    loads = [0] + [WORKER_COST] * (count - 1)
    shares: list[list[Workload]] = [[] for _ in loads]
    for workload in sorted(workloads, key=lambda item: (-effort[item.name], item.name)):
        least = loads.index(min(loads))
        shares[least].append(workload)
        loads[least] += effort[workload.name]
    used = [share for share in shares if share]
    return [tuple(sorted(share, key=lambda item: item.name)) for share in used] or [()]
