"""Problem in, solution out: one option for every workload, proven optimal or with a stated gap."""

from advisor.optimise.columns import Charge, ColumnarProblem, ColumnarSolution, Group, Link, Quota, Wait, columns_of
from advisor.optimise.frontier import Frontier, Step, frontier
from advisor.optimise.solve import Portfolio, question_of, solve, solve_budgets, solve_columns
from advisor.optimise.totals import chosen, credit, missed_of, objective_of, totals_of, waiting_of

__all__ = [
    "Charge",
    "ColumnarProblem",
    "ColumnarSolution",
    "Frontier",
    "Group",
    "Link",
    "Portfolio",
    "Quota",
    "Step",
    "Wait",
    "chosen",
    "columns_of",
    "credit",
    "frontier",
    "missed_of",
    "objective_of",
    "question_of",
    "solve",
    "solve_budgets",
    "solve_columns",
    "totals_of",
    "waiting_of",
]
