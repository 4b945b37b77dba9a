"""Random small problems with everything that couples workloads, and their best choice by looking at all of them."""

from __future__ import annotations

import itertools

from hypothesis import strategies as st

from advisor.model.option import Coupling, FreeQuota, Joint, Problem, ProblemOption, ProblemWorkload, Waiting
from advisor.model.targets import OBJECTIVES
from advisor.optimise import objective_of, totals_of
from advisor.optimise.totals import feasible

GTM = frozenset({"gtm"})


def option(name: str, cost: int, loss: int, missed: dict[str, float] | None = None, **more: object) -> ProblemOption:
    return ProblemOption(name, cost, loss, int(str(more.pop("changes", 0))), missed or {}, **more)  # type: ignore[arg-type]


def brute_force(problem: Problem) -> tuple[float, int] | None:
    """Miss weight and objective of the best choice by looking at all of them; None where none keeps the caps."""
    names = [workload.name for workload in problem.workloads]
    best = None
    for combo in itertools.product(*(workload.options for workload in problem.workloads)):
        totals = totals_of(problem, dict(zip(names, (item.id for item in combo), strict=True)))
        if not feasible(problem, totals):
            continue
        key = (round(totals.miss_weight, 6) if problem.targets_first else 0.0, objective_of(problem, totals))
        best = key if best is None else min(best, key)
    return best


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    workloads = []
    for index in range(draw(st.integers(1, 5))):
        options = []
        for number in range(draw(st.integers(1, 4))):
            missed = {key: float(3 - index % 3) for key in ("zone", "region") if draw(st.booleans())}
            shared = frozenset({"gtm"}) if draw(st.booleans()) else frozenset()
            quota = {"q": float(draw(st.integers(1, 80)))} if draw(st.booleans()) else {}
            options.append(
                option(
                    f"o{number}",
                    draw(st.integers(0, 300)) + int(10 * sum(quota.values())),
                    draw(st.integers(0, 500)),
                    missed,
                    changes=draw(st.integers(0, 3)),
                    shared=shared,
                    quota=quota,
                )
            )
        workloads.append(ProblemWorkload(f"w{index}", tuple(options)))
    couplings = []
    if len(workloads) > 1 and draw(st.booleans()):
        breaks = {
            item.id: frozenset(other.id for other in workloads[1].options if draw(st.booleans()))
            for item in workloads[0].options
        }
        couplings.append(Coupling("w0", "w1", "zone", 3.0, {key: value for key, value in breaks.items() if value}))
    waits, joints = draw(waiting(workloads)) if len(workloads) > 2 else ((), ())
    return Problem(
        tuple(workloads),
        draw(st.sampled_from(OBJECTIVES)),
        draw(st.none() | st.integers(0, 1500)),
        {"gtm": 128},
        {"q": FreeQuota(100.0, 10.0)},
        tuple(couplings),
        draw(st.none() | st.integers(0, 10)),
        targets_first=draw(st.booleans()),
        waits=waits,
        joints=joints,
    )


@st.composite
def waiting(draw: st.DrawFn, workloads: list[ProblemWorkload]) -> tuple[tuple[Waiting, ...], tuple[Joint, ...]]:
    """w0 needs w1 and w2: what it loses by waiting for either, and what only both together do."""
    amounts = st.integers(0, 200)
    waits = tuple(
        Waiting("w0", need.name, "zone", {one.id: {other.id: draw(amounts) for other in need.options}
                                          for one in workloads[0].options if draw(st.booleans())})
        for need in workloads[1:3]
    )  # fmt: skip
    some = {
        item.name: frozenset(option.id for option in item.options if draw(st.integers(0, 3))) for item in workloads[:3]
    }
    joints = (Joint("w0", "region", some, missed=3.0), Joint("w0", "zone", some, loss=draw(amounts)))
    return waits, joints
