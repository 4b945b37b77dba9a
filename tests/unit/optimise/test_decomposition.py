"""Prices, blocks, cores and columns on cases worked by hand."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from advisor.model.option import Coupling, FreeQuota, Problem, ProblemOption, ProblemWorkload
from advisor.optimise import Charge, ColumnarProblem, Link, Quota, columns_of, solve_columns, totals_of
from advisor.optimise.blocks import blocks_of
from advisor.optimise.branch import Effort
from advisor.optimise.components import Limits
from advisor.optimise.dual import secant
from advisor.optimise.lagrangian import ON, Lagrangian, Stage
from advisor.optimise.pricing import Pricer
from advisor.optimise.prune import undominated
from advisor.optimise.ragged import owners_of, segments
from advisor.optimise.stages import LARGE, Question, Settings, Solver
from advisor.optimise.system import Cap, System

PRICED = Settings(exact=False, effort=LARGE.effort, direct=-1)
BOUNDS_ONLY = Settings(exact=False, effort=Effort(settle=0, better=0, program_nodes=1, nodes=40), direct=-1)


def columns(
    options: list[list[tuple[int, int, float]]],
    *,
    budget: int | None = None,
    targets_first: bool = False,
    **more: object,
) -> ColumnarProblem:
    """Workloads as lists of (cost, loss, missed weight), least risk under a budget."""
    flat = [option for workload in options for option in workload]
    cost, loss, miss = (np.array(values) for values in zip(*flat, strict=True))
    return ColumnarProblem(
        np.cumsum([0, *(len(workload) for workload in options)]),
        cost.astype(np.int64),
        loss.astype(np.int64),
        np.zeros(len(flat), np.int64),
        miss.astype(float),
        "min-risk",
        budget,
        targets_first=targets_first,
        **more,  # type: ignore[arg-type]
    )


# a: 0 → 100 for 10 → 40 for 30; b: 0 → 90 for 20. Returns 6, 3 a cent for a and 4.5 for b.
STEPS = [[(0, 100, 0.0), (10, 40, 0.0), (30, -20, 0.0)], [(0, 90, 0.0), (20, 0, 0.0)]]


def test_the_secant_finds_the_price_at_which_the_budget_is_spent() -> None:
    problem = columns(STEPS)
    starts = problem.offsets[:-1]
    owner = owners_of(starts, 5)
    # 30 buys a's first step and b's; one more cent would go to a's second at 3 a cent, one less would leave b at 4.5
    price, picks = secant(problem.loss.astype(float), problem.cost.astype(float), starts, owner, 30.0)
    assert 3.0 <= price <= 4.5
    assert picks is not None
    assert picks.tolist() == [1, 4]


def test_the_secant_says_when_nothing_is_cheap_enough() -> None:
    problem = columns([[(5, 1, 0.0), (7, 0, 0.0)]])
    price, picks = secant(
        problem.loss.astype(float),
        problem.cost.astype(float),
        problem.offsets[:-1],
        owners_of(problem.offsets[:-1], 2),
        4.0,
    )
    assert (price, picks) == (np.inf, None)


def test_the_bound_at_a_price_is_the_sum_of_least_priced_values() -> None:
    system = System(columns(STEPS))
    lagrangian = Lagrangian(Pricer(system), Stage({"loss": 1}, (Cap({"cost": 1}, 30),)))
    # at 4 a cent: a min(100, 80, 100), b min(90, 80), less 4 * 30
    assert lagrangian.at(np.array([4.0])).value == pytest.approx(80 + 80 - 120)


def test_a_free_charge_is_spread_over_those_who_can_use_it_and_a_paid_one_is_not() -> None:
    charge = Charge(60, np.array([1, 4]))
    system = System(columns(STEPS, charges=(charge,)))
    pricer, stage = Pricer(system), Stage({"cost": 1}, ())
    assert Lagrangian(pricer, stage).charge_shares() == [30.0]
    paid = Lagrangian(pricer, stage, (ON,))
    assert (paid.charge_shares(), paid.paid) == ([0.0], 60)


def test_a_charge_that_one_workload_alone_can_use_becomes_its_cost() -> None:
    system = System(columns(STEPS, charges=(Charge(60, np.array([1, 2])),)))
    assert system.charges == ()
    assert system.measure("cost").tolist() == [0, 70, 90, 0, 20]


def test_weights_become_whole_steps() -> None:
    problem = columns([[(0, 0, 2.5), (1, 0, 0.0)], [(0, 0, 10.0)]])
    system = System(problem)
    assert system.miss_step == 2.5
    assert system.measure("miss").tolist() == [1, 0, 4]


def test_an_unsettled_answer_names_its_gap_and_holds_the_optimum() -> None:
    # 25 buys b's step for 20 (best: 100 lost) or a's first for 10 (130); the relaxation buys a's and three quarters of
    # b's: 40 + 22.5, rounded up
    unsettled = solve_columns(columns(STEPS, budget=25), BOUNDS_ONLY)
    assert unsettled.bounds["min-risk"] == 63 <= 100 <= unsettled.totals.loss == 130
    assert (unsettled.status, unsettled.gap) == ("bounded", pytest.approx((130 - 63) / 130))
    assert unsettled.method.endswith("the gap is that of min-risk")
    settled = solve_columns(columns(STEPS, budget=25), PRICED)
    assert (settled.status, settled.gap, settled.totals.loss) == ("optimal", 0.0, 100)


def test_an_unproven_lack_of_choices_is_not_called_proven() -> None:
    # the cheap options take 9 changes, the one with few changes costs 9: a mix of both would do, but none alone
    problem = columns([[(1, 0, 0.0), (2, 0, 0.0), (9, 0, 0.0)]])
    problem.changes[:] = [9, 9, 1]
    asked = Question("min-risk", 5, 5, targets_first=False)
    unsure = Solver(problem, BOUNDS_ONLY).solve(asked)
    assert unsure.status == "infeasible"
    assert "not proven" in unsure.method
    assert "not proven" not in Solver(problem, PRICED).solve(asked).method


def linked(width: int) -> ColumnarProblem:
    """``width`` workloads that need workload 0: its slow option saves 10 and breaks the target of each."""
    options = [[(0, 0, 0.0), (10, 0, 0.0)], *([(0, 5, 0.0), (1, 0, 1.0)] for _ in range(width))]
    links = tuple(Link(user, 0, user, 1.0, np.array([[True, False], [False, False]])) for user in range(1, width + 1))
    return columns(options, links=links, budget=10 + width, targets_first=True)


@pytest.mark.parametrize("settings", [PRICED, Settings(False, LARGE.effort, -1, Limits((1,), 4))])
@pytest.mark.parametrize("width", [1, 3, 8])
def test_a_hub_is_made_fast_when_its_users_gain(width: int, settings: Settings) -> None:
    solution = solve_columns(linked(width), settings)
    assert (solution.totals.miss_weight, solution.totals.cost) == (0.0, 10)
    assert solution.status == "optimal"


def test_blocks_list_only_what_links_tell_apart() -> None:
    blocks = blocks_of(System(linked(3)))
    assert blocks is not None
    assert blocks.exact
    # a hub of two classes, three blocks of two classes each, seen from two hub classes
    assert (blocks.scenario_extra.size, blocks.config_extra.size) == (2, 3 * 2 * 2)
    few = blocks_of(System(linked(3)), limits=Limits((1,), 4))
    assert few is not None
    assert few.loose == (0,)


def test_a_block_lists_once_what_looks_alike_to_it() -> None:
    # two services, slow or fast; either slow one breaks the user's first option: four scenarios, two sights
    table = np.array([[True, False], [False, False]])
    options = [[(0, 0, 0.0), (10, 0, 0.0)]] * 2 + [[(0, 5, 0.0), (1, 0, 1.0)]] * 2
    links = tuple(Link(user, hub, user, 1.0, table) for user in (2, 3) for hub in (0, 1))
    blocks = blocks_of(System(columns(options, links=links)), limits=Limits((2,), 100))
    assert blocks is not None
    assert blocks.exact
    assert blocks.scenario_extra.size == 4
    seen = [blocks.pair_group[blocks.pair_scenario == scenario].tolist() for scenario in range(4)]
    assert seen[0] == seen[1] == seen[2] != seen[3]


def test_excess_is_what_insisting_on_an_option_costs() -> None:
    pricer = Pricer(System(linked(2)))
    priced = pricer.price({"cost": 1.0, "miss": 100.0})
    # best: fast hub, both users at their first option
    assert priced.value == 10.0
    # slow hub: users take their second options (1 and a weight of 1 each); a user's second option: 1 and 100
    assert priced.excess().tolist() == [200 - 10, 0.0, 0.0, 101.0, 0.0, 101.0]


def test_dominated_options_go_unless_they_spare_a_charge_a_quota_or_a_link() -> None:
    # row 0 beats row 1 in all; row 2 needs no charge; row 3 uses the quota; row 4 is equal to row 0 but later
    problem = columns(
        [[(5, 5, 0.0), (6, 5, 0.0), (7, 5, 0.0), (8, 5, 0.0), (5, 5, 0.0)], [(0, 0, 0.0), (1, 0, 0.0)]],
        charges=(Charge(3, np.array([0, 1, 3, 4, 6])),),
        quotas=(Quota(10.0, 2.0, np.array([3]), np.array([4.0])),),
    )
    assert undominated(System(problem)).tolist() == [True, False, True, True, False, True, False]


def test_columns_say_what_the_problem_says() -> None:
    workloads = (
        ProblemWorkload("b", (ProblemOption("y", 7, 1, 2, {"zone": 2.0}), ProblemOption("x", 3, 9, 0, {}))),
        ProblemWorkload("a", (ProblemOption("z", 60, 4, 1, {}, frozenset({"gtm"}), {"q": 5.0}),)),
    )
    coupling = Coupling("a", "b", "zone", 3.0, {"z": frozenset({"x"})})
    problem = Problem(workloads, "min-cost", 99, {"gtm": 50}, {"q": FreeQuota(4.0, 10.0)}, (coupling,))
    found, names = columns_of(problem)
    assert (names.workloads, names.options) == (("a", "b"), ("z", "x", "y"))
    assert found.offsets.tolist() == [0, 1, 3]
    assert found.links[0].broken.tolist() == [[True, False]]
    for picks in (np.array([0, 1]), np.array([0, 2])):
        assert System(found).totals(picks) == totals_of(problem, names.choices(picks))


def test_columns_that_do_not_fit_are_refused() -> None:
    one = np.zeros(1, np.int64)
    with pytest.raises(ValueError, match="offsets"):
        ColumnarProblem(np.array([0, 1, 1]), one, one, one, np.zeros(1), "min-cost")
    with pytest.raises(ValueError, match="one entry an option"):
        ColumnarProblem(np.array([0, 2]), one, one, one, np.zeros(1), "min-cost")


def test_segments_are_listed_one_after_the_other() -> None:
    assert segments(np.array([0, 2, 5]), 6, np.array([2, 0])).tolist() == [5, 0, 1]


def test_the_solver_prints_nothing() -> None:
    script = (
        "import ctypes, os\n"
        "from advisor.optimise.quiet import quiet_solver\n"
        "print('before', flush=True)\n"
        "with quiet_solver(), quiet_solver():\n"
        "    os.write(1, b'stray'); ctypes.CDLL(None).puts(b'buffered')\n"
        "print('after')\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["before", "after"]
    assert not run.stderr
