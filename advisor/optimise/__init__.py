"""Problem in, solution out: one option for every workload, proven optimal or with a stated gap."""

from advisor.optimise.columns import Charge, ColumnarProblem, ColumnarSolution, Group, Link, Quota, Wait, columns_of
from advisor.optimise.solve import frontier, solve, solve_budgets, solve_columns
from advisor.optimise.totals import missed_of, totals_of

__all__ = [
    "Charge",
    "ColumnarProblem",
    "ColumnarSolution",
    "Group",
    "Link",
    "Quota",
    "Wait",
    "columns_of",
    "frontier",
    "missed_of",
    "solve",
    "solve_budgets",
    "solve_columns",
    "totals_of",
]
